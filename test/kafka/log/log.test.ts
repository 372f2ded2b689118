import { describe, expect, it } from 'vitest';
import { toArray } from '../../../src/kernel/append-list.ts';
import { linesOf } from '../../../src/kafka/log/checkpoints.ts';
import { defaultLogConfig, logConfig, logConfigText, type LogConfig } from '../../../src/kafka/log/config.ts';
import {
  appendAsFollower, appendAsLeader, beginEpoch, closeLog, deleteDirectoryName, deleteOldSegments, flushed, incrementLogStartOffset, offsetForTimestamp, openLog,
  parseDirectoryName, readLog, removeDeletedFiles, renameForDeletion, truncateTo, type Log,
} from '../../../src/kafka/log/log.ts';
import { encodeBatch, utf8, baseOffset, crc } from '../../../src/kafka/log/record-batch.ts';
import { lookup } from '../../../src/kafka/log/segment.ts';
import { bytesOf, files, hex, said, testEnv, type TestEnv } from './volume.ts';

const START = 1561000000000;

function open(env: TestEnv, config: Partial<LogConfig> = {}, more: { recoveryPoint?: number; logStartOffset?: number; cleanShutdown?: boolean } = {}): Log {
  return openLog({ topic: 't', partition: 0, logDir: '/d', config: { ...defaultLogConfig, ...config }, recoveryPoint: 0, logStartOffset: 0, cleanShutdown: true, ...more }, env);
}

/** A batch of exactly so many bytes with one record. */
function sized(bytes: number, timestamp = START): Uint8Array {
  const empty = encodeBatch([{ timestamp, key: null, value: utf8('') }]).length;
  for (let length = Math.max(0, bytes - empty - 6); ; length++) {
    const batch = encodeBatch([{ timestamp, key: null, value: new Uint8Array(length) }]);
    if (batch.length === bytes) return batch;
    if (batch.length > bytes) throw new Error(`no batch of ${bytes} bytes`);
  }
}

function append(log: Log, env: TestEnv, ...batches: Uint8Array[]): Log {
  for (const batch of batches) {
    const done = appendAsLeader(log, batch, 0, env);
    expect(done.error).toBe('NONE');
    log = done.log;
  }
  return log;
}

const repeat = (count: number, bytes: number, timestamp = START): Uint8Array[] => Array.from({ length: count }, () => sized(bytes, timestamp));

/** Five segments of 13, 13, 13, 13 and 8 batches of 151 bytes, bases 0, 13, 26, 39, 52. */
function five(env: TestEnv, config: Partial<LogConfig>): Log {
  return append(open(env, { segmentBytes: 2000, indexIntervalBytes: 300, ...config }), env, ...repeat(60, 151));
}

describe('storage cases', () => {
  it('kafka-storage#1: the two worked records make exactly the 98 bytes', () => {
    const env = testEnv();
    const batch = encodeBatch([
      { timestamp: 1560000000000, key: utf8('k1'), value: utf8('hello') },
      { timestamp: 1560000000005, key: null, value: utf8('world!'), headers: [{ key: 'h1', value: utf8('v1') }, { key: 'h2', value: null }] },
    ]);
    append(open(env), env, batch);
    const bytes = bytesOf(env, '/d/t-0/00000000000000000000.log');
    expect(hex(bytes)).toBe(
      '000000000000000000000056000000000270b75bd20000000000010000016b373ef0000000016b373ef005ffffffffffffffffffffffffffff000000021a000000046b310a68656c6c6f002c000a02010c776f726c64210404683104763104683201',
    );
  });

  it('kafka-storage#2: offset and epoch are stamped, the checksum stays', () => {
    const env = testEnv();
    let log = append(open(env), env, ...repeat(40, 72));
    const sent = sized(98);
    const done = appendAsLeader(log, sent, 7, env);
    log = done.log;
    const stored = toArray(log.segments[0]!.batches).at(-1)!;
    expect([baseOffset(stored), hex(stored.slice(0, 16)), crc(stored)]).toEqual([40, '00000000000000280000005600000007', crc(sent)]);
    expect(log.epochs).toEqual([{ epoch: 0, startOffset: 0 }, { epoch: 7, startOffset: 40 }]);
  });

  it('kafka-storage#3: index entries come after more than the interval, and a look-up scans on from one', () => {
    const env = testEnv();
    const log = five(env, {});
    const segment = log.segments[1]!;
    expect(segment.baseOffset).toBe(13);
    expect(toArray(segment.offsetIndex).map((entry) => [entry.offset - 13, entry.position])).toEqual([[2, 302], [4, 604], [6, 906], [8, 1208], [10, 1510], [12, 1812]]);
    const found = lookup(segment, 18);
    expect(found).toMatchObject({ entry: { offset: 17, position: 604 }, scanned: [604, 755], batch: { position: 755 } });
    expect(baseOffset(found.batch!.bytes)).toBe(18);
  });

  it('kafka-storage#4: a batch that would exceed segment.bytes begins a new segment and trims the old indexes', () => {
    const env = testEnv();
    append(open(env, { segmentBytes: 500 }), env, ...repeat(7, 72));
    expect(files(env, '/d/t-0')).toMatchObject({
      '00000000000000000000.log': 432,
      '00000000000000000000.index': 0,
      '00000000000000000000.timeindex': 12,
      '00000000000000000006.log': 72,
      '00000000000000000006.index': 10485760,
    });
    expect(hex(bytesOf(env, '/d/t-0/00000000000000000006.snapshot'))).toBe('000148674bc700000000');
    expect(env.flushes.at(-1)!.token).toEqual({ type: 'logFlushed', topicPartition: 't-0', offset: 6 });
  });

  it('kafka-storage#5: a segment may be exactly segment.bytes long', () => {
    const env = testEnv();
    const log = append(open(env, { segmentBytes: 500 }), env, ...repeat(4, 107), sized(72));
    expect(log.segments.map((segment) => segment.bytes)).toEqual([500]);
  });

  it('kafka-storage#6: segment.ms is counted in record time, whatever the clock says', () => {
    const env = testEnv();
    let log = append(open(env, { segmentMs: 1000 }), env, sized(72, 10_000));
    env.wallClockMs += 1_000_000;
    log = append(log, env, sized(72, 11_000));
    expect(log.segments).toHaveLength(1);
    log = append(log, env, sized(72, 11_001));
    expect(log.segments.map((segment) => segment.baseOffset)).toEqual([0, 2]);
  });

  it('kafka-storage#7: retention by size takes whole old segments and never goes below the limit', () => {
    const env = testEnv();
    let log = five(env, { retentionBytes: 5000, retentionMs: -1 });
    expect(log.segments.map((segment) => segment.bytes)).toEqual([1963, 1963, 1963, 1963, 1208]);
    said(env);
    log = deleteOldSegments(log, 60, env);
    expect([log.logStartOffset, log.segments.map((segment) => segment.baseOffset)]).toEqual([26, [26, 39, 52]]);
    expect(said(env)).toContain('[Log partition=t-0, dir=/d] Found deletable segments with base offsets [0,13] due to retention size in bytes 5000 breach (kafka.log.Log)');
    expect(Object.keys(files(env, '/d/t-0')).filter((name) => name.endsWith('.log.deleted'))).toEqual(['00000000000000000000.log.deleted', '00000000000000000013.log.deleted']);
    removeDeletedFiles(log, env);
    expect(Object.keys(files(env, '/d/t-0')).filter((name) => name.includes('.deleted'))).toEqual([]);
  });

  it('kafka-storage#8: when every record is too old a new segment is begun and all the old ones go', () => {
    const env = testEnv(START + 10_000);
    let log = beginEpoch(open(env, { segmentBytes: 2000, retentionMs: 1000 }), 0, env);
    log = deleteOldSegments(append(log, env, ...repeat(60, 151)), 60, env);
    expect([log.logStartOffset, log.logEndOffset, log.segments.map((segment) => segment.baseOffset)]).toEqual([60, 60, [60]]);
    expect(linesOf(env.disk.read('/d/t-0/leader-epoch-checkpoint')!)).toEqual(['0', '1', '0 60']);
  });

  it('kafka-storage#9: nothing that reaches above the high watermark is deleted', () => {
    const env = testEnv(START + 10_000);
    const log = deleteOldSegments(five(env, { retentionMs: 1000 }), 45, env);
    expect([log.logStartOffset, log.segments.map((segment) => segment.baseOffset)]).toEqual([39, [39, 52]]);
  });

  it('kafka-storage#14: garbage at the end is cut off after a kill, and nothing else is lost', () => {
    const env = testEnv();
    const log = append(open(env, { segmentBytes: 500 }), env, ...repeat(10, 72));
    env.disk.append(log.segments[1]!.logFile, new Uint8Array(25).fill(0xab), 25);
    said(env);
    const again = open(env, { segmentBytes: 500 }, { recoveryPoint: 6, cleanShutdown: false });
    expect([again.logEndOffset, again.segments.map((segment) => segment.bytes)]).toEqual([10, [432, 288]]);
    expect(env.disk.read(log.segments[1]!.logFile)!.bytes).toBe(288);
    const lines = said(env);
    expect(lines[0]).toBe('[Log partition=t-0, dir=/d] Recovering unflushed segment 6 (kafka.log.Log)');
    expect(lines).toContain('[Log partition=t-0, dir=/d] Corruption found in segment 6, truncating to offset 10 (kafka.log.Log)');
    expect(lines.filter((line) => line.includes('Recovering'))).toHaveLength(1);
  });

  it('kafka-storage#16: a record without a key does not get into a compacted topic', () => {
    const env = testEnv();
    const done = appendAsLeader(open(env, { cleanupPolicy: ['compact'] }), sized(72), 0, env);
    expect([done.error, done.log.logEndOffset]).toEqual(['CORRUPT_MESSAGE', 0]);
  });

  it('kafka-storage#17: max.message.bytes counts the whole batch', () => {
    const env = testEnv();
    const log = open(env);
    expect(appendAsLeader(log, sized(1_000_012), 0, env).error).toBe('NONE');
    expect(appendAsLeader(log, sized(1_000_013), 0, env).error).toBe('MESSAGE_TOO_LARGE');
  });

  it('kafka-storage#18: a batch sent again is answered with its first offsets, a gap is refused', () => {
    const env = testEnv();
    const send = (log: Log, baseSequence: number, producerEpoch = 0) =>
      appendAsLeader(log, encodeBatch([{ timestamp: START, key: null, value: utf8('v') }], { producerId: 3000, producerEpoch, baseSequence }), 0, env);
    let log = append(open(env), env, sized(72));
    expect(send(log, 1).error).toBe('UNKNOWN_PRODUCER_ID');
    for (let sequence = 0; sequence < 4; sequence++) log = send(log, sequence).log;
    expect(send(log, 2)).toMatchObject({ error: 'NONE', duplicate: true, baseOffset: 3, lastOffset: 3, log: { logEndOffset: 5 } });
    expect(send(log, 6)).toMatchObject({ error: 'OUT_OF_ORDER_SEQUENCE_NUMBER', baseOffset: -1 });
    expect(send(log, 5, 1).error).toBe('OUT_OF_ORDER_SEQUENCE_NUMBER');
    log = send(log, 0, 1).log;
    expect(send(log, 4, 0).error).toBe('INVALID_PRODUCER_EPOCH');
    const again = open(env, {}, { cleanShutdown: false });
    expect(send(again, 0, 1)).toMatchObject({ duplicate: true, baseOffset: 5 });
  });

  it('kafka-storage#22: what lies below the log start offset cannot be read', () => {
    const env = testEnv();
    const log = incrementLogStartOffset(append(open(env), env, ...repeat(10, 72)), 4, env);
    expect(readLog(log, 3, 1000, 10, true).error).toBe('OFFSET_OUT_OF_RANGE');
    expect(readLog(log, 4, 72, 10, true).records.map(baseOffset)).toEqual([4]);
    expect(log.segments[0]!.baseOffset).toBe(0);
  });

  it('kafka-storage#23: the directory of a deleted topic gets its new name at once', () => {
    const env = testEnv();
    const log = append(open(env), env, sized(72));
    const path = renameForDeletion(log, env);
    expect(path).toMatch(/^\/d\/t-0\.[0-9a-f]{32}-delete$/);
    expect(env.disk.list('/d')).toEqual([path.slice(3)]);
    expect(parseDirectoryName(path.slice(3))).toEqual({ type: 'delete', topic: 't', partition: 0 });
    expect(deleteDirectoryName(`${'x'.repeat(249)}-12`, '0'.repeat(32))).toHaveLength(255);
    expect(parseDirectoryName('lost+found')).toEqual({ type: 'foreign' });
  });
});

describe('a log', () => {
  it('is read in whole batches up to the bound, the first one whatever its size', () => {
    const env = testEnv();
    const log = append(open(env, { segmentBytes: 500 }), env, ...repeat(10, 72));
    const read = (offset: number, maxBytes: number, bound = 10, first = true) => readLog(log, offset, maxBytes, bound, first).records.map(baseOffset);
    expect(read(0, 10_000)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(read(6, 150)).toEqual([6, 7]);
    expect(read(2, 1)).toEqual([2]);
    expect(read(2, 1, 10, false)).toEqual([]);
    expect(read(0, 10_000, 4)).toEqual([0, 1, 2, 3]);
    expect([read(10, 100), read(5, 100, 5)]).toEqual([[], []]);
    expect(readLog(log, 11, 100, 10, true).error).toBe('OFFSET_OUT_OF_RANGE');
  });

  it('finds the first record at or after a time', () => {
    const env = testEnv();
    let log = open(env, { segmentBytes: 500, indexIntervalBytes: 100 });
    for (let n = 0; n < 10; n++) log = append(log, env, sized(72, START + n * 10));
    expect(offsetForTimestamp(log, START + 75)).toEqual({ timestamp: START + 80, offset: 8, leaderEpoch: 0 });
    expect(offsetForTimestamp(log, START)).toMatchObject({ offset: 0 });
    expect(offsetForTimestamp(log, START + 91)).toBeUndefined();
  });

  it('truncated into an older segment drops later ones, epochs and recovery point, and goes on from there', () => {
    const env = testEnv();
    let log = beginEpoch(open(env, { segmentBytes: 500 }), 0, env);
    log = flushed(append(log, env, ...repeat(8, 72)), 8);
    log = beginEpoch(log, 1, env);
    log = appendAsLeader(log, sized(72), 1, env).log;
    const before = log;
    log = truncateTo(log, 3, env);
    expect([log.logEndOffset, log.recoveryPoint, log.segments.map((segment) => segment.bytes)]).toEqual([3, 3, [216]]);
    expect(log.epochs).toEqual([{ epoch: 0, startOffset: 0 }]);
    expect(env.disk.read(log.segments[0]!.logFile)).toMatchObject({ bytes: 216, entries: { length: 3 } });
    expect(before.logEndOffset).toBe(9);
    expect(append(log, env, sized(72)).logEndOffset).toBe(4);
    said(env);
    expect(truncateTo(log, 3, env)).toBe(log);
    expect(said(env)).toEqual(['[Log partition=t-0, dir=/d] Truncating to 3 has no effect as the largest offset in the log is 2 (kafka.log.Log)']);
  });

  it('closed cleanly is found again as it was, without a scan', () => {
    const env = testEnv();
    const log = closeLog(append(open(env, { segmentBytes: 500 }), env, ...repeat(10, 72)), env);
    expect(files(env, '/d/t-0')).toMatchObject({ '00000000000000000006.index': 0, '00000000000000000006.timeindex': 12, '00000000000000000010.snapshot': 10 });
    said(env);
    const again = open(env, { segmentBytes: 500 }, { recoveryPoint: 10 });
    expect(said(env).some((line) => line.includes('Recovering'))).toBe(false);
    expect([again.logEndOffset, readLog(again, 7, 1, 10, true).records]).toEqual([10, readLog(log, 7, 1, 10, true).records]);
    expect(files(env, '/d/t-0')['00000000000000000006.index']).toBe(10485760);
  });

  it('is one list with its file on the disk, until somebody else touches the file', () => {
    const env = testEnv();
    const onDisk = (log: Log): unknown => env.disk.read(log.segments.at(-1)!.logFile)?.entries;
    let log = append(open(env), env, ...repeat(40, 72));
    expect(onDisk(log)).toBe(log.segments[0]!.batches);
    log = truncateTo(log, 35, env);
    expect([log.segments[0]!.batches.length, onDisk(log)]).toEqual([35, log.segments[0]!.batches]);
    log = append(log, env, sized(72));
    expect(onDisk(log)).toBe(log.segments[0]!.batches);
    log = open(env);
    expect([log.logEndOffset, onDisk(log)]).toEqual([36, log.segments[0]!.batches]);
    expect(onDisk(log)).toBe(log.segments[0]!.batches);
    env.disk.remove('/d/t-0');
    log = append(log, env, ...repeat(3, 72));
    expect([log.segments[0]!.batches.length, toArray(log.segments[0]!.batches).map(baseOffset).at(-1)]).toEqual([39, 38]);
    expect(env.disk.read(log.segments[0]!.logFile)!.entries.length).toBe(3);
    expect(readLog(log, 34, 1_000_000, 39, true).records.map(baseOffset)).toEqual([34, 35, 36, 37, 38]);
    log = truncateTo(log, 2, env);
    log = append(log, env, sized(72));
    expect(toArray(log.segments[0]!.batches).map(baseOffset)).toEqual([0, 1, 2]);
    expect(toArray(env.disk.read<Uint8Array>(log.segments[0]!.logFile)!.entries).map(baseOffset)).toEqual([36, 37, 2]);
  });

  it('writes nothing when the disk is full and says so', () => {
    const env = testEnv();
    const log = append(open(env), env, sized(72));
    env.volume = { ...env.volume, capacityBytes: env.volume.usedBytes + 10 };
    expect(appendAsLeader(log, sized(72), 0, env)).toMatchObject({ error: 'KAFKA_STORAGE_ERROR', log: { logEndOffset: 1 } });
    expect(env.disk.read(log.segments[0]!.logFile)!.bytes).toBe(72);
  });

  it('as a follower takes no batch with a wrong checksum', () => {
    const env = testEnv();
    const broken = sized(72);
    broken[70]! ^= 1;
    expect(appendAsFollower(open(env), [broken], env)).toMatchObject({ error: 'CORRUPT_MESSAGE', log: { logEndOffset: 0 } });
  });

  it('has the official configuration names', () => {
    const config = logConfig({ 'segment.bytes': '1024', 'cleanup.policy': 'compact,delete', 'unclean.leader.election.enable': 'true', 'follower.replication.throttled.replicas': 'x' });
    expect(config).toMatchObject({ segmentBytes: 1024, cleanupPolicy: ['compact', 'delete'], uncleanLeaderElectionEnable: true });
    expect([logConfigText(config, 'flush.ms'), logConfigText(config, 'cleanup.policy')]).toEqual(['9223372036854775807', 'compact,delete']);
  });
});
