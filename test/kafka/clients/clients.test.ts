import { describe, expect, it } from 'vitest';
import type { ConsumerState } from '../../../src/kafka/clients/consumer-state.ts';
import type { ProducerState } from '../../../src/kafka/clients/producer-state.ts';
import { codecName, encodeBatch, encodeMarker, stamped, utf8 } from '../../../src/kafka/log/record-batch.ts';
import type { Message } from '../../../src/kernel/program.ts';
import { lab, type BrokerScript, type Lab } from './scripted-broker.ts';

const topics: BrokerScript['topics'] = { t: [{ leader: 1, epoch: 0 }] };
const bootstrapServers = '10.0.0.1:9092';
const producer = (properties = {}, workload?: object): { name: string; program: string; config: unknown } => ({
  name: 'p1',
  program: 'producer',
  config: { bootstrapServers, properties, ...(workload ? { workload } : {}) },
});
const consumer = (properties = {}): { name: string; program: string; config: unknown } => ({
  name: 'c1',
  program: 'consumer',
  config: { bootstrapServers, properties, assignment: [{ topic: 't', partition: 0 }] },
});
const produce = (value: string, key?: string): Message & Readonly<Record<string, unknown>> => ({ type: 'produce', topic: 't', value, ...(key === undefined ? {} : { key }) });
const withLeaders = (...leaders: readonly number[]): BrokerScript['topics'] => ({ t: leaders.map((leader) => ({ leader, epoch: 0 })) });
/** Partitions of what was sent, in order. */
const chosen = (one: Lab): readonly unknown[] => one.of('recordSent').map((fact) => fact['partition']);
/** Records of each batch that left, and when, in ms. */
const batches = (one: Lab): readonly unknown[] => one.of('batchSent').map(({ at, records }) => [at / 1_000, records]);

describe('producer', () => {
  it('sends a load at its rate, in order, and hears of every record', () => {
    const one = lab([{ topics }], [producer({}, { topic: 't', ratePerSecond: 100, count: 50, valuePrefix: 'v' })]);
    one.run(2_000);
    expect(one.stored(1, 't-0')).toEqual(Array.from({ length: 50 }, (_, n) => `v${n}`));
    expect(one.of('recordAcked')).toHaveLength(50);
    expect(one.state<ProducerState>('p1').counters).toMatchObject({ sent: 50, acked: 50, failed: 0 });
  });

  it('kafka-clients#1: a key decides the partition', () => {
    const one = lab([{ topics: withLeaders(1, 1, 1) }], [producer()]);
    one.command('p1', produce('warm'));
    one.run(1_000);
    for (const key of ['k1', 'k2', 'hello']) one.command('p1', produce(`of ${key}`, key));
    one.run(2_000);
    expect(chosen(one).slice(1)).toEqual([2, 0, 0]);
    expect(one.stored(1, 't-0').filter((value) => value !== 'warm')).toEqual(['of k2', 'of hello']);
    expect(one.stored(1, 't-2').filter((value) => value !== 'warm')).toEqual(['of k1']);
  });

  it('kafka-clients#2: an empty key is a key', () => {
    const one = lab([{ topics: withLeaders(1, 1, 1, 1, 1, 1) }], [producer()]);
    one.command('p1', produce('warm'));
    one.run(1_000);
    for (const value of ['a', 'b', 'c']) one.command('p1', produce(value, ''));
    one.run(2_000);
    expect(one.stored(1, 't-3').filter((value) => value !== 'warm')).toEqual(['a', 'b', 'c']);
  });

  it('kafka-clients#3: without a key the partitions that have a leader take turns', () => {
    // The turn begins anywhere: the first record of each run says where.
    const turns = (leaders: readonly number[], seed: number): readonly unknown[] => {
      const one = lab([{ topics: withLeaders(...leaders) }], [producer()], seed);
      one.command('p1', produce('warm', 'key'));
      one.run(1_000);
      for (const value of ['a', 'b', 'c', 'd']) one.command('p1', produce(value));
      one.run(1_500);
      return chosen(one).slice(1);
    };
    const all = [1, 2, 3, 4, 5, 6].map((seed) => turns([1, 1, 1], seed));
    for (const [first, ...rest] of all) expect(rest).toEqual([1, 2, 3].map((n) => ((first as number) + n) % 3));
    expect(new Set(all.map(([first]) => first))).toEqual(new Set([0, 1, 2]));
    for (const seed of [1, 2, 3]) expect([[0, 2, 0, 2], [2, 0, 2, 0]]).toContainEqual(turns([1, -1, 1], seed));
  });

  it('kafka-clients#4: with linger.ms=0 a record leaves at once while a request is free; what comes meanwhile is one batch', () => {
    const one = lab([{ topics }], [producer()]);
    one.command('p1', produce('warm'));
    one.run(1_000);
    one.script(1, { holdsProduce: true });
    for (let n = 0; n < 5; n++) {
      one.command('p1', produce(`single ${n}`));
      one.run(1_010 + n * 10);
    }
    expect(batches(one).slice(1)).toEqual([[1_000, 1], [1_010, 1], [1_020, 1], [1_030, 1], [1_040, 1]]);
    for (let n = 0; n < 10; n++) one.command('p1', produce(`together ${n}`));
    one.run(1_100);
    expect(batches(one)).toHaveLength(6);
    one.script(1, { holdsProduce: false });
    one.run(1_200);
    expect(batches(one).slice(6)).toEqual([[1_101, 10]]);
  });

  it('kafka-clients#5: a batch that is not full leaves when its linger is over', () => {
    const one = lab([{ topics }], [producer({ 'linger.ms': '50' })]);
    one.command('p1', produce('warm'));
    one.run(1_000);
    one.command('p1', produce('a'));
    one.run(1_030);
    one.command('p1', produce('b'));
    one.run(1_200);
    const sent = one.of('batchSent').slice(1) as unknown as { at: number; records: number }[];
    expect(sent.map(({ at, records }) => [at, records])).toEqual([[1_050_000, 2]]);
  });

  it.each(['gzip', 'snappy', 'lz4'])('with compression.type=%s what leaves is compressed, and is what was sent', (codec) => {
    const one = lab([{ topics }], [producer({ 'linger.ms': '50', 'compression.type': codec })]);
    one.command('p1', produce('warm'));
    one.run(1_000);
    const values = Array.from({ length: 100 }, (_, n) => `a value much like the others, number ${n}`);
    for (const value of values) one.command('p1', produce(value));
    one.run(2_000);
    const sent = one.seen(1, 'ProduceRequest').flatMap((request) => request.topics[0]!.partitions[0]!.records);
    expect(sent.map(codecName)).toEqual(sent.map(() => codec));
    expect(one.of('batchSent').map(({ bytes, records }) => [bytes, records])).toEqual([[sent[0]!.length, 1], [sent[1]!.length, 100]]);
    expect(sent[1]!.length).toBeLessThan(100 * 20);
    expect(one.stored(1, 't-0')).toEqual(['warm', ...values]);
  });

  it('kafka-clients#6: a record larger than a batch is a batch of its own, sent whole', () => {
    const one = lab([{ topics }], [producer({ 'linger.ms': '50' })]);
    one.command('p1', produce('warm'));
    one.run(1_000);
    for (const value of ['small', 'x'.repeat(20_000), 'small too']) one.command('p1', produce(value));
    one.run(2_000);
    expect(one.of('batchSent').slice(1).map(({ records }) => records)).toEqual([1, 1, 1]);
    const sent = one.seen(1, 'ProduceRequest').flatMap((request) => request.topics[0]!.partitions[0]!.records.map((batch) => batch.length));
    expect(sent.filter((size) => size > 16_384)).toHaveLength(1);
    expect(sent.find((size) => size > 16_384)).toBeGreaterThan(20_000);
    expect(one.stored(1, 't-0').map((value) => value.length)).toEqual([4, 5, 20_000, 9]);
  });

  it('kafka-clients#7: a record above max.request.size fails at once and no request is sent', () => {
    const one = lab([{ topics }], [producer()]);
    one.command('p1', produce('x'.repeat(1_100_000)));
    one.run(1_000);
    expect(one.of('recordFailed')[0]).toMatchObject({
      error: 'RecordTooLargeException',
      message:
        'The message is 1100088 bytes when serialized which is larger than the maximum request size you have configured with the max.request.size configuration.',
    });
    expect(one.seen(1, 'ProduceRequest')).toHaveLength(0);
  });

  it('kafka-clients#8: three retries 100 ms apart, then NotEnoughReplicasException', () => {
    const produceErrors = Array.from({ length: 4 }, () => 'NOT_ENOUGH_REPLICAS' as const);
    const one = lab([{ topics, produceErrors }], [producer({ retries: '3', acks: 'all' })]);
    one.command('p1', produce('a'));
    one.run(2_000);
    const warned = one.lines('p1').filter(({ text }) => text.includes('Got error produce response'));
    expect(warned.map(({ text }) => /retrying \((\d) attempts left\)\. Error: (\w+)/.exec(text)?.slice(1))).toEqual([
      ['2', 'NOT_ENOUGH_REPLICAS'],
      ['1', 'NOT_ENOUGH_REPLICAS'],
      ['0', 'NOT_ENOUGH_REPLICAS'],
    ]);
    const sent = one.of('batchSent').map(({ at }) => at);
    expect(sent.slice(1).map((at, i) => at - sent[i]!)).toEqual([102_000, 102_000, 102_000]);
    expect(one.of('recordFailed')).toMatchObject([{ error: 'NotEnoughReplicasException' }]);
  });

  it('kafka-clients#9: with five in flight a retried batch lands behind the one after it', () => {
    const one = lab([{ topics }], [producer()]);
    one.command('p1', produce('warm'));
    one.run(1_000);
    one.script(1, { produceErrors: ['NOT_LEADER_FOR_PARTITION'], holdsProduce: true });
    one.command('p1', produce('A'));
    one.run(1_010);
    one.command('p1', produce('B'));
    one.run(1_020);
    one.script(1, { holdsProduce: false });
    one.run(2_000);
    expect(one.stored(1, 't-0')).toEqual(['warm', 'B', 'A']);
  });

  it('kafka-clients#9: with idempotence batches in flight keep their order through a retry', () => {
    const one = lab([{ topics }], [producer({ 'enable.idempotence': 'true' })]);
    one.command('p1', produce('warm'));
    one.run(1_000);
    one.script(1, { produceErrors: ['NOT_LEADER_FOR_PARTITION', 'OUT_OF_ORDER_SEQUENCE_NUMBER'], holdsProduce: true });
    one.command('p1', produce('A'));
    one.run(1_010);
    one.command('p1', produce('B'));
    one.run(1_020);
    one.script(1, { holdsProduce: false });
    one.run(2_000);
    expect(one.stored(1, 't-0')).toEqual(['warm', 'A', 'B']);
    expect(one.of('recordFailed')).toEqual([]);
  });

  it('kafka-clients#11: a batch whose leader cannot be reached fails after delivery.timeout.ms', () => {
    const one = lab([{ topics }], [producer()]);
    one.command('p1', produce('warm'));
    one.run(1_000);
    one.act({ type: 'kill', process: 'broker-1', signal: 'SIGKILL' });
    one.command('p1', produce('a'));
    one.run(122_000);
    expect(one.of('recordFailed')).toMatchObject([
      { error: 'TimeoutException', message: 'Expiring 1 record(s) for t-0:120000 ms has passed since batch creation', at: 121_000_000 },
    ]);
  });

  it('kafka-clients#13: without any broker send fails after max.block.ms and the reconnects slow down to one a second', () => {
    const one = lab([{ topics }], [producer()]);
    one.act({ type: 'kill', process: 'broker-1', signal: 'SIGKILL' });
    one.command('p1', produce('a'));
    one.run(61_000);
    expect(one.of('recordFailed')).toMatchObject([{ message: 'Topic t not present in metadata after 60000 ms.', at: 60_000_000 }]);
    const warned = one.lines('p1').filter(({ text }) => text.includes('could not be established'));
    expect(warned[0]!.text).toContain('Connection to node -1 (/10.0.0.1:9092) could not be established. Broker may not be available.');
    const gaps = warned.slice(1).map(({ at }, i) => at - warned[i]!.at);
    expect(gaps[0]).toBeLessThan(110_000);
    for (const gap of gaps.slice(8)) expect(gap).toBeGreaterThan(790_000);
    expect(gaps.length).toBeLessThan(80);
  });

  it('kafka-clients#14: a topic just created has no leader in the first answer and one warning is printed', () => {
    const one = lab([{ topics, leaderNotAvailable: 1 }], [producer()]);
    one.command('p1', produce('a'));
    one.run(2_000);
    expect(one.stored(1, 't-0')).toEqual(['a']);
    expect(one.lines('p1').filter(({ text }) => text.includes('{t=LEADER_NOT_AVAILABLE}'))).toHaveLength(1);
  });

  it('with one request in flight at most a retry keeps the order', () => {
    const one = lab([{ topics }], [producer({ 'max.in.flight.requests.per.connection': '1' })]);
    one.command('p1', produce('warm'));
    one.run(1_000);
    one.script(1, { produceErrors: ['NOT_LEADER_FOR_PARTITION'] });
    for (const value of ['A', 'B', 'C']) one.command('p1', produce(value));
    one.run(2_000);
    expect(one.stored(1, 't-0')).toEqual(['warm', 'A', 'B', 'C']);
  });

  it('a stop delivers what was sent and ends the process', () => {
    const one = lab([{ topics }], [producer({ 'linger.ms': '5000' })]);
    one.command('p1', produce('a'));
    one.run(1_000);
    one.command('p1', { type: 'stop' });
    one.run(2_000);
    expect(one.stored(1, 't-0')).toEqual(['a']);
    expect(one.of('producerClosed')).toMatchObject([{ sent: 1, acked: 1 }]);
  });
});

describe('consumer', () => {
  it('reads from the earliest offset what a producer writes, each record once', () => {
    const load = { topic: 't', ratePerSecond: 50, count: 100, valuePrefix: 'v' };
    const one = lab([{ topics }], [producer({}, load), consumer({ 'auto.offset.reset': 'earliest' })]);
    one.run(4_000);
    const values = one.of('recordsConsumed').flatMap((fact) => fact['values'] as unknown as string[]);
    expect(values).toEqual(Array.from({ length: 100 }, (_, n) => `v${n}`));
    expect(one.state<ConsumerState>('c1').partitions['t-0']!.position).toBe(100);
  });

  it.each([
    ['earliest', 20],
    ['latest', 22],
  ])('kafka-clients#20: a position below the start of the log goes where %s says', (policy, position) => {
    const stored = { 't-0': ['a', 'b'].map((value, index) => stamped(encodeBatch([{ timestamp: 1, key: null, value: utf8(value) }]), 20 + index, 0)) };
    const one = lab([{ topics, logStart: 20, stored }], [consumer({ 'auto.offset.reset': policy })]);
    one.run(1_000);
    one.command('c1', { type: 'seek', topic: 't', partition: 0, offset: 5 } as never);
    one.run(2_000);
    expect(one.of('offsetOutOfRange')).toMatchObject([{ offset: 5 }]);
    expect(one.of('positionReset').at(-1)).toMatchObject({ reason: 'outOfRange', offset: position });
    expect(one.state<ConsumerState>('c1').partitions['t-0']!.position).toBe(22);
    expect(one.lines('c1').some(({ text }) => text.includes('Fetch offset 5 is out of range for partition t-0, resetting offset'))).toBe(true);
  });

  it('kafka-clients#21: read_committed passes over what was aborted and over the markers', () => {
    const identity = { producerId: 1, producerEpoch: 0 };
    const data = (values: readonly string[], baseSequence: number): Uint8Array => encodeBatch(values.map((value) => ({ timestamp: 1, key: null, value: utf8(value) })), { ...identity, baseSequence, isTransactional: true });
    const marker = (type: 'COMMIT' | 'ABORT'): Uint8Array => encodeMarker({ ...identity, type, timestamp: 1, coordinatorEpoch: 0 });
    const log: readonly (readonly [number, Uint8Array])[] = [[0, data(['a', 'b'], 0)], [2, marker('COMMIT')], [3, data(['c'], 2)], [4, marker('ABORT')], [5, data(['d'], 3)], [6, marker('COMMIT')]];
    const stored = { 't-0': log.map(([offset, batch]) => stamped(batch, offset, 0)) };
    const read = (isolation: string): readonly unknown[] => {
      const one = lab([{ topics, stored, abortedTransactions: [{ producerId: 1, firstOffset: 3 }] }], [consumer({ 'auto.offset.reset': 'earliest', 'isolation.level': isolation })]);
      one.run(1_000);
      const { position, highWatermark } = one.state<ConsumerState>('c1').partitions['t-0']!;
      return [one.of('recordsConsumed').flatMap((fact) => fact['values'] as unknown as string[]).join(''), position, highWatermark - position];
    };
    expect(read('read_committed')).toEqual(['abd', 7, 0]);
    expect(read('read_uncommitted')).toEqual(['abcd', 7, 0]);
  });

  it('a leader that is gone is asked again with growing pauses, and each fetch that cannot be sent is told', () => {
    const one = lab([{ topics }], [consumer({ 'auto.offset.reset': 'earliest' })]);
    one.run(1_000);
    one.act({ type: 'kill', process: 'broker-1', signal: 'SIGKILL' });
    one.run(11_000);
    const told = one.lines('c1').filter(({ text }) => text.includes('Error sending fetch request'));
    expect(told.length).toBeGreaterThan(8);
    expect(told.length).toBeLessThan(20);
    one.act({ type: 'start', process: 'broker-1' });
    one.run(14_000);
    expect(one.seen(1, 'FetchRequest').length).toBeGreaterThan(0);
  });

  it('a position beyond the end of its epoch on a new leader goes back to that end', () => {
    const load = { topic: 't', ratePerSecond: 100, count: 10, valuePrefix: 'v' };
    const one = lab([{ topics }], [producer({}, load), consumer({ 'auto.offset.reset': 'earliest', 'metadata.max.age.ms': '500' })]);
    one.run(1_000);
    one.script(1, { topics: { t: [{ leader: 1, epoch: 1 }] }, epochEnd: { leaderEpoch: 0, endOffset: 7 } });
    one.run(3_000);
    expect(one.of('positionReset').at(-1)).toMatchObject({ reason: 'truncation', offset: 7 });
  });
});

describe('admin', () => {
  it('asks the controller again after an answer from a broker that is not it', () => {
    const body = { topics: [{ topic: 'n', numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] }], timeoutMs: 30_000, validateOnly: false };
    const call = { api: 'CreateTopics', body };
    const admin = { name: 'a1', program: 'admin', config: { bootstrapServers, properties: {}, call } };
    const one = lab([{ topics, adminErrors: ['NOT_CONTROLLER'] }], [admin]);
    one.run(2_000);
    expect(one.seen(1, 'CreateTopicsRequest')).toHaveLength(2);
    expect(one.of('adminSucceeded')).toMatchObject([{ api: 'CreateTopics', response: { topics: [{ topic: 'n', error: 'NONE' }] } }]);
  });

  it('gives up after request.timeout.ms without a broker', () => {
    const call = { api: 'Metadata', body: { topics: null, allowAutoTopicCreation: false, includeClusterAuthorizedOperations: false, includeTopicAuthorizedOperations: false } };
    const one = lab([{ topics }], [{ name: 'a1', program: 'admin', config: { bootstrapServers, properties: { 'request.timeout.ms': '3000' }, call } }]);
    one.act({ type: 'kill', process: 'broker-1', signal: 'SIGKILL' });
    one.run(5_000);
    expect(one.of('adminFailed')).toMatchObject([{ message: 'Timed out waiting for a node assignment.', at: 3_000_000 }]);
  });
});
