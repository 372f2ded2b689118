/**
 * Transactions at the command line. The official 2.3.0 tools ran the same lines against one broker: what the logs held afterwards, and
 * what the fenced test printed, stands here; times, counts that hang on them, and the random payload aside.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { read } from '../../../src/kernel/disk.ts';
import { findProcess } from '../../../src/kernel/world.ts';
import { Machine, type Run } from './machine.ts';

const machine = new Machine();
/** The file of a broker's log directory, as the one machine of the tutorial would have it. */
function fetched(broker: number, path: string): string {
  const { world } = machine.cluster;
  const file = `/usr/local/kafka/logs${broker === 1 ? '' : `-${broker}`}/${path}`;
  const content = read(world.volumes[findProcess(world, `broker-${broker}`)!.volume]!, file);
  if (content) machine.write(file, content);
  return file;
}
const perf = (rest: string): string[] => `--topic t --record-size 10 --producer-props bootstrap.servers=127.0.0.1:9092 --transactional-id tx ${rest}`.split(' ');
const dump = (broker: number, directory: string, rest: string): string => machine.run(`kafka-dump-log.sh --files ${fetched(broker, `${directory}/00000000000000000000.log`)} ${rest}`).stdout;
/** Offset, sequence, and what it is. */
const records = (): string[] =>
  [...dump(1, 't-0', '--print-data-log').matchAll(/^\| offset: (\d+) .* sequence: (-?\d+) headerKeys: \[\] (?:(payload)|endTxnMarker: (.*)$)/gm)].map(([, offset, sequence, payload, marker]) => `${offset!} ${sequence!} ${payload ?? marker!}`);
/** What the coordinator wrote down, in order. */
const states = (): string[] =>
  [...dump(2, '__transaction_state-16', '--transaction-log-decoder').matchAll(/key: transactionalId=tx payload: producerId:\d+,producerEpoch:(\d+),state=(\w+),partitions=(\S+),txnLastUpdateTimestamp=\d{13},txnTimeoutMs=(\d+)$/gm)].map(([, epoch, state, partitions, timeout]) => `${epoch!} ${state!} ${partitions!} ${timeout!}`);
const consume = (level: string): Run => machine.run(`kafka-console-consumer.sh --bootstrap-server 127.0.0.1:9092 --topic t --from-beginning --timeout-ms 3000 --isolation-level ${level}`);

beforeAll(() => {
  machine.boot();
  expect(machine.run('kafka-topics.sh --create --bootstrap-server 127.0.0.1:9092 --topic t --replica-assignment 1').exitCode).toBe(0);
});

describe('kafka-producer-perf-test.sh with transactions', () => {
  it('ends one with the first record that is sent after its time, as recorded', () => {
    const { stdout, stderr, exitCode } = machine.finish(machine.start('kafka-producer-perf-test.sh', perf('--num-records 20 --throughput 10 --transaction-duration-ms 500')) as string);
    expect([stderr, exitCode]).toEqual(['', 0]);
    expect(stdout).toMatch(/^20 records sent, 1[01]\.\d{6} records\/sec \(0\.00 MB\/sec\), \d+\.\d\d ms avg latency, /);
    const one = (first: number, sequence: number, count: number): string[] => [...Array.from({ length: count }, (_, n) => `${first + n} ${sequence + n} payload`), `${first + count} -1 COMMIT coordinatorEpoch: 0`];
    expect(records()).toEqual([...one(0, 0, 7), ...one(8, 7, 6), ...one(15, 13, 6), ...one(22, 19, 1)]);
    const round = ['0 Ongoing Set(t-0) 60000', '0 PrepareCommit Set(t-0) 60000', '0 CompleteCommit Set() 60000'];
    expect(states()).toEqual(['0 Empty Set() 60000', ...round, ...round, ...round, ...round]);
  });

  it('is fenced by another one of the same id, which aborts what it has open', () => {
    const first = machine.start('kafka-producer-perf-test.sh', perf('--num-records 1000 --throughput 10 --transaction-duration-ms 4000')) as string;
    machine.cluster.runFor(6_000);
    const before = states().length;
    const second = machine.finish(machine.start('kafka-producer-perf-test.sh', perf('--num-records 5 --throughput 10 --transaction-duration-ms 4000')) as string);
    expect(second).toMatchObject({ stderr: '', exitCode: 0 });
    const { stdout, stderr, exitCode } = machine.finish(first);
    const fenced = "org.apache.kafka.common.errors.ProducerFencedException: Producer attempted an operation with an old epoch. Either there is a newer producer with the same transactionalId, or the producer's transaction has been expired by the broker.";
    expect(stderr).toBe(`${fenced}
Exception in thread "main" org.apache.kafka.common.KafkaException: Cannot perform send because at least one previous transactional or idempotent request has failed with errors.
	at org.apache.kafka.clients.producer.internals.TransactionManager.failIfNotReadyForSend(TransactionManager.java:357)
	at org.apache.kafka.clients.producer.internals.TransactionManager.maybeAddPartitionToTransaction(TransactionManager.java:341)
	at org.apache.kafka.clients.producer.KafkaProducer.doSend(KafkaProducer.java:915)
	at org.apache.kafka.clients.producer.KafkaProducer.send(KafkaProducer.java:856)
	at org.apache.kafka.tools.ProducerPerformance.main(ProducerPerformance.java:143)
Caused by: ${fenced}
`);
    expect([stdout.split('\n').length, exitCode]).toEqual([2, 1]);
    expect(states().slice(before)).toEqual(['2 PrepareAbort Set(t-0) 60000', '2 CompleteAbort Set() 60000', '3 Empty Set() 60000', '3 Ongoing Set(t-0) 60000', '3 PrepareCommit Set(t-0) 60000', '3 CompleteCommit Set() 60000']);
    expect(records().filter((record) => record.includes(' -1 ')).map((record) => record.split(' ')[2])).toEqual(['COMMIT', 'COMMIT', 'COMMIT', 'COMMIT', 'COMMIT', 'ABORT', 'COMMIT']);
    const index = machine.run(`kafka-dump-log.sh --files ${fetched(1, 't-0/00000000000000000000.txnindex')}`).stdout;
    expect(index).toMatch(/^Dumping \S+\.txnindex\nversion: 0 producerId: \d+ firstOffset: (\d+) lastOffset: (\d+) lastStableOffset: (\d+)\n$/);
  });

  it('leaves one open when it is killed: committed records end there until the coordinator aborts it, in its turn', () => {
    const committed = (): number => Number(/Processed a total of (\d+)/.exec(consume('read_committed').stderr)![1]);
    const all = (): number => Number(/Processed a total of (\d+)/.exec(consume('read_uncommitted').stderr)![1]);
    const [before, beforeAllOfThem] = [committed(), all()];
    const process = machine.start('kafka-producer-perf-test.sh', '--topic t --record-size 10 --producer-props bootstrap.servers=127.0.0.1:9092 transaction.timeout.ms=5000 --transactional-id tx --num-records 1000 --throughput 10 --transaction-duration-ms 100000'.split(' ')) as string;
    machine.cluster.runFor(5_000);
    machine.perform({ type: 'kill', process, signal: 'SIGKILL' });
    expect(committed()).toBe(before);
    expect(all()).toBeGreaterThan(beforeAllOfThem + 20);
    expect(states().at(-1)).toBe('4 Ongoing Set(t-0) 5000');
    machine.cluster.runFor(66_000);
    expect(states().slice(-2)).toEqual(['5 PrepareAbort Set(t-0) 5000', '5 CompleteAbort Set() 5000']);
    expect(committed()).toBe(before);
  });

  it('is refused a time-out above the limit of the broker', () => {
    const process = machine.start('kafka-producer-perf-test.sh', '--topic t --record-size 10 --producer-props bootstrap.servers=127.0.0.1:9092 transaction.timeout.ms=5000000 --transactional-id tx --num-records 3 --throughput 10 --transaction-duration-ms 100000'.split(' ')) as string;
    const { stderr, exitCode } = machine.finish(process);
    expect(stderr).toMatch(/^Exception in thread "main" org\.apache\.kafka\.common\.KafkaException: Unexpected error in InitProducerIdResponse; The transaction timeout is larger than the maximum value allowed by the broker \(as configured by transaction\.max\.timeout\.ms\)\.\n\tat org\.apache\.kafka\.clients\.producer\.internals\.TransactionManager\$InitProducerIdHandler\.handleResponse\(TransactionManager\.java:1146\)\n/);
    expect(exitCode).toBe(1);
  });
});

describe('kafka-console-producer.sh', () => {
  it('does not know how to begin a transaction', () => {
    const process = machine.start('kafka-console-producer.sh', '--broker-list 127.0.0.1:9092 --topic t --request-required-acks all --producer-property transactional.id=x'.split(' ')) as string;
    machine.cluster.runFor(3_000);
    machine.command(process, { type: 'input', text: 'hi\n' } as never);
    const { stderr, exitCode } = machine.finish(process);
    expect(stderr).toMatch(/^java\.lang\.IllegalStateException: Cannot perform a 'send' before completing a call to initTransactions when transactions are enabled\.\n\tat org\.apache\.kafka\.clients\.producer\.internals\.TransactionManager\.failIfNotReadyForSend\(TransactionManager\.java:362\)\n/);
    expect(exitCode).toBe(1);
  });
});
