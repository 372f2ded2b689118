import { beforeAll, describe, expect, it } from 'vitest';
import { listOf } from '../../../src/kernel/append-list.ts';
import type { FileContent } from '../../../src/kernel/program.ts';
import { withCodec } from '../../../src/kafka/log/compressed-batch.ts';
import { encodeBatch, encodeMarker, stamped, utf8 } from '../../../src/kafka/log/record-batch.ts';
import { encodeAbortedTransaction } from '../../../src/kafka/log/transaction-index.ts';
import { transactionKey, transactionValue } from '../../../src/kafka/transactions/transaction-topic.ts';
import { contentOf } from '../../../src/shell/files/text.ts';
import { block, sixty } from '../../kafka/log/recorded-segments.ts';
import { Machine } from './machine.ts';

const bytes = (...entries: readonly Uint8Array[]): FileContent => ({ entries: listOf(entries), bytes: entries.reduce((sum, { length }) => sum + length, 0) });
const LOG = '/tmp/kafka-logs/t-0/00000000000000000000';

describe('kafka-dump-log.sh', () => {
  const machine = new Machine();
  const dump = (rest: string): ReturnType<Machine['run']> => machine.run(`kafka-dump-log.sh ${rest}`);

  it('prints every file of sixty recorded records as the real tool did (12-segments)', () => {
    const { env } = sixty();
    for (const [i, path] of env.volume.paths.entries()) if (!path.endsWith('/')) machine.write(path, env.volume.files[i]!.content);
    const names = env.disk.list('/logs/seg-0').filter((name) => /\.(log|index|timeindex)$/.test(name));
    const run = machine.run(`kafka-run-class.sh kafka.tools.DumpLogSegments --print-data-log --files ${names.map((name) => `/logs/seg-0/${name}`).join(',')}`);
    const recorded = block(/\[dump\] \$ kafka-run-class/).filter((line) => line !== '--stdout');
    expect(recorded.length).toBeGreaterThan(150);
    expect(run.stdout.replaceAll('/logs/', '<logdir1>/').trimEnd().split('\n')).toEqual(recorded.slice(0, -1));
    expect(run).toMatchObject({ stderr: '', exitCode: 0 });
    expect(recorded.at(-1)).toBe('--exit code 0');
  });

  it('kafka-cli#20 KL-20 a batch of two records with headers and without a key', () => {
    const headers = [{ key: 'h1', value: utf8('v1') }, { key: 'h2', value: null }];
    const batch = encodeBatch(
      [{ timestamp: 1560000000000, key: utf8('k1'), value: utf8('hello') }, { timestamp: 1560000000005, key: null, value: utf8('world!'), headers }],
      { partitionLeaderEpoch: 0 },
    );
    machine.write(`${LOG}.log`, bytes(batch));
    expect(dump(`--print-data-log --files ${LOG}.log`)).toEqual({
      stdout: `Dumping ${LOG}.log
Starting offset: 0
baseOffset: 0 lastOffset: 1 count: 2 baseSequence: -1 lastSequence: -1 producerId: -1 producerEpoch: -1 partitionLeaderEpoch: 0 isTransactional: false isControl: false position: 0 CreateTime: 1560000000005 size: 98 magic: 2 compresscodec: NONE crc: 1891064786 isvalid: true
| offset: 0 CreateTime: 1560000000000 keysize: 2 valuesize: 5 sequence: -1 headerKeys: [] key: k1 payload: hello
| offset: 1 CreateTime: 1560000000005 keysize: -1 valuesize: 6 sequence: -1 headerKeys: [h1,h2] payload: world!
`,
      stderr: '',
      exitCode: 0,
    });
    expect(dump(`--deep-iteration --files ${LOG}.log`).stdout).toContain('| offset: 0 CreateTime: 1560000000000 keysize: 2 valuesize: 5 sequence: -1 headerKeys: []\n');
    expect(dump(`--files ${LOG}.log`).stdout.split('\n')).toHaveLength(4);
  });

  it('opens compressed batches, as the real tool did with these bytes', () => {
    const plain = encodeBatch([{ timestamp: 1560000000000, key: utf8('k1'), value: utf8('hello') }, { timestamp: 1560000000005, key: null, value: utf8('world!') }]);
    const codecs = ['gzip', 'snappy', 'lz4'] as const;
    machine.write(`${LOG}.log`, bytes(...codecs.map((codec, i) => stamped(withCodec(plain, codec), 2 * i, 0))));
    const batchLine = (at: number, position: number, size: number, codec: string, crc: number): string =>
      `baseOffset: ${at} lastOffset: ${at + 1} count: 2 baseSequence: -1 lastSequence: -1 producerId: -1 producerEpoch: -1 partitionLeaderEpoch: 0 isTransactional: false isControl: false position: ${position} CreateTime: 1560000000005 size: ${size} magic: 2 compresscodec: ${codec} crc: ${crc} isvalid: true`;
    const batchLines = [batchLine(0, 0, 108, 'GZIP', 155739688), batchLine(2, 108, 110, 'SNAPPY', 3244793132), batchLine(4, 218, 103, 'LZ4', 2448326588)];
    const records = (at: number): readonly string[] => [
      `| offset: ${at} CreateTime: 1560000000000 keysize: 2 valuesize: 5 sequence: -1 headerKeys: [] key: k1 payload: hello`,
      `| offset: ${at + 1} CreateTime: 1560000000005 keysize: -1 valuesize: 6 sequence: -1 headerKeys: [] payload: world!`,
    ];
    const head = [`Dumping ${LOG}.log`, 'Starting offset: 0'];
    expect(dump(`--print-data-log --files ${LOG}.log`)).toEqual({ stdout: [...head, ...batchLines.flatMap((line, i) => [line, ...records(2 * i)]), ''].join('\n'), stderr: '', exitCode: 0 });
    expect(dump(`--files ${LOG}.log`).stdout).toBe([...head, ...batchLines, ''].join('\n'));
    expect(dump(`--deep-iteration --files ${LOG}.log`).stdout).toContain('| offset: 4 CreateTime: 1560000000000 keysize: 2 valuesize: 5 sequence: -1 headerKeys: []\n');
  });

  it('kafka-cli#21 KL-21 offsets that are missing after compaction, the newest pair first', () => {
    const at = (offset: number): Uint8Array => encodeBatch([{ timestamp: 1, key: utf8('k'), value: utf8('v') }], { baseOffset: offset });
    machine.write(`${LOG}.log`, bytes(...[3, 7, 11, 13].map(at)));
    expect(dump(`--print-data-log --files ${LOG}.log`)).toMatchObject({
      stderr: `Non-consecutive offsets in ${LOG}.log\n  11 is followed by 13\n  7 is followed by 11\n  3 is followed by 7\n`,
      exitCode: 0,
    });
    expect(dump(`--files ${LOG}.log`).stderr).toBe('');
  });

  it('a tombstone shows neither key nor payload, a marker what it ends, and the rest of a torn file is counted', () => {
    const marker = encodeMarker({ type: 'COMMIT', timestamp: 5, producerId: 7, producerEpoch: 1, coordinatorEpoch: 3 });
    machine.write(`${LOG}.log`, bytes(encodeBatch([{ timestamp: 1, key: utf8('k'), value: null }]), marker, new Uint8Array(20).fill(1)));
    const { stdout } = dump(`--print-data-log --files ${LOG}.log`);
    expect(stdout).toContain('| offset: 0 CreateTime: 1 keysize: 1 valuesize: -1 sequence: -1 headerKeys: []\n');
    expect(stdout).toContain('valuesize: 6 sequence: -1 headerKeys: [] endTxnMarker: COMMIT coordinatorEpoch: 3\n');
    expect(stdout).toMatch(/\nFound 20 invalid bytes at the end of 00000000000000000000\.log\n$/);
  });

  it('a transaction index is listed entry by entry; one that is not there has none, and one of a later version is an exception', () => {
    const entries = [{ producerId: 3000, firstOffset: 3, lastOffset: 4, lastStableOffset: 5 }, { producerId: 3001, firstOffset: 1, lastOffset: 9, lastStableOffset: 10 }];
    const encoded = entries.map(encodeAbortedTransaction);
    machine.write(`${LOG}.txnindex`, bytes(...encoded, new Uint8Array(20)));
    expect(dump(`--files ${LOG}.txnindex`)).toEqual({
      stdout:
        `Dumping ${LOG}.txnindex\n` +
        'version: 0 producerId: 3000 firstOffset: 3 lastOffset: 4 lastStableOffset: 5\n' +
        'version: 0 producerId: 3001 firstOffset: 1 lastOffset: 9 lastStableOffset: 10\n',
      stderr: '',
      exitCode: 0,
    });
    expect(dump('--files /tmp/kafka-logs/t-0/00000000000000000099.txnindex')).toEqual({ stdout: 'Dumping /tmp/kafka-logs/t-0/00000000000000000099.txnindex\n', stderr: '', exitCode: 0 });
    encoded[1]![1] = 1;
    machine.write(`${LOG}.txnindex`, bytes(...encoded));
    expect(dump(`--files ${LOG}.txnindex`).stderr.split('\n')[0]).toBe(
      `Exception in thread "main" org.apache.kafka.common.KafkaException: Unexpected aborted transaction version 1 in transaction index ${LOG}.txnindex, current version is 0`,
    );
  });

  it('an index is checked against its log', () => {
    const at = (offset: number): Uint8Array => encodeBatch([{ timestamp: 100 + offset, key: null, value: utf8('v') }], { baseOffset: offset });
    machine.write(`${LOG}.log`, bytes(at(0), at(1), at(2)));
    const size = at(0).length;
    machine.write(`${LOG}.index`, bytes(Uint8Array.from([0, 0, 0, 1, 0, 0, 0, size]), Uint8Array.from([0, 0, 0, 9, 0, 0, 0, 2 * size])));
    machine.write(`${LOG}.timeindex`, bytes(Uint8Array.from([0, 0, 0, 0, 0, 0, 0, 101, 0, 0, 0, 1]), Uint8Array.from([0, 0, 0, 0, 0, 0, 0, 99, 0, 0, 0, 2])));
    expect(dump(`--files ${LOG}.index,${LOG}.timeindex`)).toEqual({
      stdout: `Dumping ${LOG}.index\noffset: 1 position: ${size}\noffset: 9 position: ${2 * size}\nDumping ${LOG}.timeindex\ntimestamp: 101 offset: 1\ntimestamp: 99 offset: 2\n`,
      stderr:
        `Mismatches in :${LOG}.index\n  Index offset: 9, log offset: 2\n` +
        `Found timestamp mismatch in :${LOG}.timeindex\n  Index timestamp: 99, log timestamp: 102\n` +
        `Found out of order timestamp in :${LOG}.timeindex\n  Index timestamp: 99, Previously indexed timestamp: 101\n`,
      exitCode: 0,
    });
    expect(dump(`--verify-index-only --files ${LOG}.index`).stdout).toBe(`Dumping ${LOG}.index\n`);
    expect(dump(`--index-sanity-check --files ${LOG}.index`).stdout).toBe(`Dumping ${LOG}.index\n${LOG}.index passed sanity check.\n`);
    expect(dump(`--index-sanity-check --files ${LOG}.timeindex`).stderr.split('\n')[0]).toBe(
      `Exception in thread "main" kafka.log.CorruptIndexException: Corrupt time index found, time index file (${LOG}.timeindex) has non-zero size but the last timestamp is 99 which is less than the first timestamp 101`,
    );
    expect(dump(`--max-message-size 10 --files ${LOG}.index`).stderr.split('\n')[0]).toBe('Exception in thread "main" java.util.NoSuchElementException');
  });

  it('a record that is no offset is an exception of the tool', () => {
    const of = (key: string | null): string => {
      machine.write(`${LOG}.log`, bytes(encodeBatch([{ timestamp: 1, key: key === null ? null : utf8(key), value: utf8('v') }])));
      return dump(`--offsets-decoder --files ${LOG}.log`).stderr.split('\n')[0]!;
    };
    expect(of('k1')).toBe('Exception in thread "main" org.apache.kafka.common.KafkaException: Unknown offset schema version 27441');
    expect(of(null)).toBe('Exception in thread "main" org.apache.kafka.common.KafkaException: Failed to decode message using offset topic decoder (message had a missing key)');
    expect(of('\0\x01xy')).toMatch(/^Exception in thread "main" org\.apache\.kafka\.common\.protocol\.types\.SchemaException: Error reading field/);
  });

  it('answers wrong arguments and files in the real words', () => {
    const first = (rest: string): string => dump(rest).stderr.split('\n')[0]!;
    expect(first('--print-data-log')).toBe('Missing required argument "[files]"');
    expect(first('--foo')).toBe('Exception in thread "main" joptsimple.UnrecognizedOptionException: foo is not a recognized option');
    expect(dump('--files nosuch.log')).toMatchObject({ stdout: 'Dumping nosuch.log\n', exitCode: 1 });
    expect(first('--files nosuch.log')).toBe('Exception in thread "main" java.lang.NumberFormatException: For input string: "nosuch"');
    expect(dump(`--files ${LOG}7.log`).stdout).toBe(`Dumping ${LOG}7.log\nStarting offset: 7\n`);
    expect(first(`--files ${LOG}7.log`)).toBe(`Exception in thread "main" java.nio.file.NoSuchFileException: ${LOG}7.log`);
    expect(first('--files leader-epoch-checkpoint')).toMatch(/^Exception in thread "main" java\.lang\.StringIndexOutOfBoundsException/);
    machine.write('/tmp/meta.properties', contentOf('version=0\n'));
    expect(dump('--files /tmp/meta.properties')).toEqual({ stdout: 'Dumping /tmp/meta.properties\n', stderr: 'Ignoring unknown file /tmp/meta.properties\n', exitCode: 0 });
    expect(first(`--files ${LOG}.log --value-decoder-class nosuch.Decoder`)).toBe('Exception in thread "main" java.lang.ClassNotFoundException: nosuch.Decoder');
    expect(first(`--files ${LOG}.log --max-message-size x`)).toBe("Exception in thread \"main\" joptsimple.OptionArgumentConversionException: Cannot parse argument 'x' of option max-message-size");
  });

  it('shows transactions, and does not survive a record without a value, with --transaction-log-decoder', () => {
    const transition = { producerId: 5, producerEpoch: 0, txnTimeoutMs: 60_000, startMs: 7, lastUpdateMs: 1560000000000 };
    const values = [
      transactionValue({ ...transition, state: 'Ongoing', partitions: [{ topic: 'a', partition: 0 }] }),
      transactionValue({ ...transition, state: 'CompleteCommit', partitions: [] }),
      null,
    ];
    machine.write(`${LOG}.log`, bytes(encodeBatch(values.map((value) => ({ timestamp: 1560000000000, key: transactionKey('t'), value })))));
    const { stdout, stderr, exitCode } = dump(`--files ${LOG}.log --transaction-log-decoder`);
    expect(stdout.split('\n').filter((line) => line.startsWith('|')).slice(0, 2).map((line) => line.slice(line.indexOf('key: ')))).toEqual([
      'key: transactionalId=t payload: producerId:5,producerEpoch:0,state=Ongoing,partitions=Set(a-0),txnLastUpdateTimestamp=1560000000000,txnTimeoutMs=60000',
      'key: transactionalId=t payload: producerId:5,producerEpoch:0,state=CompleteCommit,partitions=Set(),txnLastUpdateTimestamp=1560000000000,txnTimeoutMs=60000',
    ]);
    expect(stderr).toMatch(/^Exception in thread "main" java\.lang\.NullPointerException/);
    expect(exitCode).toBe(1);
  });

  describe('of a running broker', () => {
    beforeAll(() => void machine.boot());

    it('reads what the group coordinator wrote, and says what is no offset', () => {
      expect(machine.run('kafka-topics.sh --create --bootstrap-server 127.0.0.1:9092 --topic t1 --replica-assignment 1').exitCode).toBe(0);
      const producer = machine.start('kafka-console-producer.sh', '--broker-list 127.0.0.1:9092 --topic t1 --property parse.key=true --property key.separator=:'.split(' ')) as string;
      machine.command(producer, { type: 'input', text: 'k1:v1\nk2:v2\n' } as never);
      machine.command(producer, { type: 'endOfInput' });
      machine.finish(producer);
      machine.run('kafka-console-consumer.sh --bootstrap-server 127.0.0.1:9092 --topic t1 --from-beginning --max-messages 2 --group g1');
      // The brokers of this deployment have disks of their own.
      const copy = (name: string): string => {
        const found = machine.cluster.world.volumes.flatMap(({ paths, files }) => files.filter((_, i) => paths[i]!.endsWith(`/${name}`)));
        expect(found).toHaveLength(1);
        machine.write(`/copies/${name}`, found[0]!.content);
        return `/copies/${name}`;
      };
      const { stdout } = dump(`--offsets-decoder --files ${copy('__consumer_offsets-42/00000000000000000000.log')}`);
      expect(stdout).toMatch(/key: \{"metadata":"g1"\} payload: \{"protocolType":"consumer","protocol":"range","generationId":1,"assignment":"\{consumer-1-[0-9a-f-]{36}=\[t1-0\]\}"\}\n/);
      expect(stdout).toMatch(/baseSequence: 0 lastSequence: 0 producerId: -1 .*\n\| offset: 1 CreateTime: \d+ keysize: 14 valuesize: 24 sequence: 0 headerKeys: \[\] key: offset::g1:t1:0 payload: 2\n/);
      expect(stdout).toMatch(/key: \{"metadata":"g1"\} payload: \{"protocolType":"consumer","protocol":null,"generationId":2,"assignment":"\{\}"\}\n$/);
      expect(dump(`--offsets-decoder --files ${copy('t1-0/00000000000000000000.log')}`).stderr).toBe('Exception in thread "main" org.apache.kafka.common.KafkaException: Unknown offset schema version 27441\n');
      expect(dump(`--files ${copy('t1-0/00000000000000000000.index')}`).stdout).toContain('.index\noffset: 0 position: 0\n');
    });
  });
});
