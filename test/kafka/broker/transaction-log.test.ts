/** Transactions as the leaders of partitions and their readers see them: batches and markers are sent as producers and coordinators send them. */
import { expect, test } from 'vitest';
import { lastStableOffset } from '../../../src/kafka/broker/partition.ts';
import { decodeMarker, lastOffset } from '../../../src/kafka/log/record-batch.ts';
import type { ResponseOf, TxnMarker } from '../../../src/kafka/protocol/index.ts';
import { brokerName, Cluster } from '../cluster.ts';
import { batchOf, valuesOf } from '../records.ts';

const NOW = 1_795_332_540_000;

const cluster = (assignment: readonly (readonly number[])[], configs: Readonly<Record<string, string>> = {}): Cluster => new Cluster().boot().createTopic('t', assignment, configs).run(1);

/** Transactional records of a producer, each value one; `sequence` is the first's. */
function write(world: Cluster, producerId: number, sequence: number, values: readonly string[], { leader = 2, epoch = 0, acks = -1 } = {}) {
  const records = [batchOf(values, NOW, { producerId, producerEpoch: epoch, baseSequence: sequence, isTransactional: true })];
  return world.ask(leader, 'Produce', { transactionalId: 'x', acks, timeoutMs: 30_000, topics: [{ topic: 't', partitions: [{ partition: 0, records }] }] }).topics[0]!.partitions[0]!;
}

const markerOf = (committed: boolean, producerId: number, more: Partial<TxnMarker> = {}): TxnMarker => ({ producerId, producerEpoch: 0, committed, coordinatorEpoch: 0, topics: [{ topic: 't', partitions: [0] }], ...more });

const end = (world: Cluster, leader: number, ...markers: readonly TxnMarker[]): ResponseOf<'WriteTxnMarkers'>['markers'] => world.ask(leader, 'WriteTxnMarkers', { markers }).markers;
const errors = (markers: ResponseOf<'WriteTxnMarkers'>['markers']): readonly string[] => markers.flatMap(({ topics }) => topics.flatMap(({ partitions }) => partitions.map(({ error }) => error)));

const latest = (world: Cluster, leader: number, isolationLevel: 0 | 1): number =>
  world.ask(leader, 'ListOffsets', { replicaId: -1, isolationLevel, topics: [{ topic: 't', partitions: [{ partition: 0, currentLeaderEpoch: -1, timestamp: -1 }] }] }).topics[0]!.partitions[0]!.offset;

const letters = (count: number): readonly string[] => Array.from({ length: count }, (_, index) => String.fromCharCode(97 + index));

test('kafka-broker#61: an open transaction at offset 10 holds a read_committed reader at 9 until its commit marker is replicated', () => {
  const world = cluster([[2, 3]]);
  for (const value of letters(10)) world.produce(2, 't', 0, value, -1);
  write(world, 7, 0, ['T']);
  for (const value of letters(9)) world.produce(2, 't', 0, value, -1);
  world.run(1);
  const read = (isolationLevel: 0 | 1) => world.fetch(2, 't', 0, 0, { isolationLevel });
  const last = (records: readonly Uint8Array[]): number => lastOffset(records.at(-1)!);
  const [committed, uncommitted] = [read(1), read(0)];
  expect([last(committed.records), last(uncommitted.records)]).toEqual([9, 19]);
  expect(committed).toMatchObject({ highWatermark: 20, lastStableOffset: 10, abortedTransactions: [] });
  expect(uncommitted).toMatchObject({ highWatermark: 20, lastStableOffset: 10, abortedTransactions: null });
  expect([latest(world, 2, 1), latest(world, 2, 0)]).toEqual([10, 20]);
  expect(world.fetch(2, 't', 0, 10, { isolationLevel: 1 }).records).toEqual([]);
  // Written but not replicated, the marker changes nothing yet; a reader that waits there gets everything at once with the HW.
  world.cut(brokerName(2), brokerName(3));
  const marked = world.send(2, 'WriteTxnMarkers', { markers: [markerOf(true, 7)] });
  const waiting = world.sendFetch(2, 't', 0, 10, { isolationLevel: 1, maxWaitMs: 8_000 });
  world.run(2);
  expect(world.partition(2, 't-0')).toMatchObject({ highWatermark: 20, log: { logEndOffset: 21 } });
  expect([world.response('WriteTxnMarkers', marked), world.response('Fetch', waiting)]).toEqual([undefined, undefined]);
  expect(last(read(1).records)).toBe(9);
  world.heal().until(() => world.response('WriteTxnMarkers', marked) !== undefined, 'the marker is replicated', 8);
  expect(world.response('WriteTxnMarkers', marked)!.markers).toEqual([{ producerId: 7, topics: [{ topic: 't', partitions: [{ partition: 0, error: 'NONE' }] }] }]);
  world.until(() => world.response('Fetch', waiting) !== undefined, 'the reader goes on', 1);
  expect(world.response('Fetch', waiting)!.topics[0]!.partitions[0]).toMatchObject({ highWatermark: 21, lastStableOffset: 21, abortedTransactions: [] });
  expect([last(read(1).records), last(read(0).records)]).toEqual([20, 20]);
  expect(latest(world, 2, 1)).toBe(21);
});

test('kafka-broker#77: what was aborted is returned as it is, together with the producer and the first offset of what to leave out', () => {
  const world = cluster([[2, 3]]);
  for (const value of ['a', 'b', 'c']) world.produce(2, 't', 0, value, -1);
  write(world, 7, 0, ['x', 'y', 'z']);
  expect(errors(end(world, 2, markerOf(false, 7)))).toEqual(['NONE']);
  const read = world.fetch(2, 't', 0, 0, { isolationLevel: 1 });
  expect(read).toMatchObject({ highWatermark: 7, lastStableOffset: 7, abortedTransactions: [{ producerId: 7, firstOffset: 3 }] });
  expect(valuesOf(read.records).slice(0, 6)).toEqual(['a', 'b', 'c', 'x', 'y', 'z']);
  expect(decodeMarker(read.records.at(-1)!)).toMatchObject({ type: 'ABORT', producerId: 7, producerEpoch: 0, coordinatorEpoch: 0 });
  expect(world.fetch(2, 't', 0, 0).abortedTransactions).toBeNull();
  // Both replicas have the index, as their own logs made it.
  for (const id of [2, 3]) expect(world.partition(id, 't-0').log.segments[0]!.transactionIndex.tail).toEqual([{ producerId: 7, firstOffset: 3, lastOffset: 6, lastStableOffset: 7 }]);
});

test('a marker is refused with 47 for an older producer epoch and with 52 for an older coordinator epoch; 3 without a replica, 6 without leadership', () => {
  const world = cluster([[2, 3], [1, 3]]);
  write(world, 7, 0, ['x'], { epoch: 4 });
  expect(errors(end(world, 2, markerOf(true, 7, { producerEpoch: 4, coordinatorEpoch: 2 })))).toEqual(['NONE']);
  expect(errors(end(world, 2, markerOf(true, 7, { producerEpoch: 3, coordinatorEpoch: 2 })))).toEqual(['INVALID_PRODUCER_EPOCH']);
  expect(errors(end(world, 2, markerOf(true, 7, { producerEpoch: 4, coordinatorEpoch: 1 })))).toEqual(['TRANSACTION_COORDINATOR_FENCED']);
  expect(errors(end(world, 3, markerOf(true, 7, { producerEpoch: 4, coordinatorEpoch: 2 })))).toEqual(['NOT_LEADER_FOR_PARTITION']);
  expect(errors(end(world, 1, markerOf(true, 7, { producerEpoch: 4, coordinatorEpoch: 2 })))).toEqual(['UNKNOWN_TOPIC_OR_PARTITION']);
  expect(world.log(brokerName(2)).filter((line) => line.includes('Error processing append operation on partition t-0'))).toHaveLength(2);
});

test('one request with the markers of several producers is answered when the last is replicated, by producer', () => {
  const world = cluster([[2, 3], [2, 1]], { 'min.insync.replicas': '1' });
  write(world, 7, 0, ['x']);
  write(world, 8, 0, ['y']);
  world.cut(brokerName(2), brokerName(3));
  const both = [{ topic: 't', partitions: [0, 1] }, { topic: 'nowhere', partitions: [0] }];
  const id = world.send(2, 'WriteTxnMarkers', { markers: [markerOf(true, 7, { topics: [{ topic: 't', partitions: [1] }] }), markerOf(false, 8, { topics: both })] });
  world.run(2);
  expect(world.response('WriteTxnMarkers', id)).toBeUndefined();
  expect(world.broker(2).openMarkers).toMatchObject([{ left: 1 }]);
  world.heal().until(() => world.response('WriteTxnMarkers', id) !== undefined, 'answered', 8);
  const fine = (partition: number) => ({ partition, error: 'NONE' });
  expect(world.response('WriteTxnMarkers', id)!.markers).toEqual([
    { producerId: 8, topics: [{ topic: 'nowhere', partitions: [{ partition: 0, error: 'UNKNOWN_TOPIC_OR_PARTITION' }] }, { topic: 't', partitions: [fine(0), fine(1)] }] },
    { producerId: 7, topics: [{ topic: 't', partitions: [fine(1)] }] },
  ]);
  expect(world.broker(2)).toMatchObject({ openMarkers: [], endedMarkers: [], delayedProduces: [] });
  expect(lastStableOffset(world.partition(2, 't-0'))).toBe(0);
});

test('below min.insync.replicas a marker is refused with 19, where the ISR shrinks while it waits with 20, and after request.timeout.ms with 7', () => {
  const world = cluster([[2, 3]], { 'min.insync.replicas': '2' });
  world.signal(brokerName(3), 'SIGSTOP');
  expect(errors(end(world, 2, markerOf(true, 7)))).toEqual(['NOT_ENOUGH_REPLICAS_AFTER_APPEND']);
  expect(errors(end(world, 2, markerOf(true, 7)))).toEqual(['NOT_ENOUGH_REPLICAS']);
  expect(end(world, 2)).toEqual([]);
  const patient = new Cluster({ properties: { 'replica.lag.time.max.ms': '120000', 'request.timeout.ms': '20000' } }).boot().createTopic('t', [[2, 3]]).run(1);
  patient.cut(brokerName(2), brokerName(3));
  const sent = patient.world.now;
  expect(errors(end(patient, 2, markerOf(true, 7)))).toEqual(['REQUEST_TIMED_OUT']);
  expect((patient.world.now - sent) / 1_000_000).toBeCloseTo(20, 1);
});

test('the last stable offset survives the leader: the next one knows what is open, and ends it', () => {
  const world = cluster([[2, 3, 1]]);
  write(world, 7, 0, ['x']);
  world.produce(2, 't', 0, 'a', -1);
  world.run(1);
  expect([2, 3, 1].map((id) => lastStableOffset(world.partition(id, 't-0')))).toEqual([0, 0, 0]);
  world.kill(brokerName(2)).until(() => world.state('t', 0)!.leader === 3 && world.partition(3, 't-0').leader === 3, 'broker 3 leads', 12).run(2);
  expect(world.fetch(3, 't', 0, 0, { isolationLevel: 1 })).toMatchObject({ highWatermark: 2, lastStableOffset: 0, records: [] });
  expect(errors(end(world, 3, markerOf(false, 7, { producerEpoch: 1 })))).toEqual(['NONE']);
  world.run(1);
  expect([3, 1].map((id) => lastStableOffset(world.partition(id, 't-0')))).toEqual([3, 3]);
  expect(world.fetch(3, 't', 0, 0, { isolationLevel: 1 }).abortedTransactions).toEqual([{ producerId: 7, firstOffset: 0 }]);
  world.startBroker(2).until(() => world.state('t', 0)!.isr.length === 3, 'broker 2 is in sync', 20).run(1);
  expect(lastStableOffset(world.partition(2, 't-0'))).toBe(3);
  expect(world.partition(2, 't-0').log.segments[0]!.transactionIndex.tail).toEqual([{ producerId: 7, firstOffset: 0, lastOffset: 2, lastStableOffset: 3 }]);
  // The older epoch of the producer is fenced by the marker wherever it is.
  expect(write(world, 7, 1, ['late'], { leader: 3 }).error).toBe('INVALID_PRODUCER_EPOCH');
});

test('a restarted leader reads the index and what is open from its disk', () => {
  const world = cluster([[2]]);
  write(world, 7, 0, ['x']);
  end(world, 2, markerOf(false, 7));
  write(world, 8, 0, ['y']);
  for (const stop of ['SIGTERM', 'SIGKILL'] as const) {
    if (stop === 'SIGTERM') world.signal(brokerName(2), stop).until(() => !world.isUp(brokerName(2)), 'broker 2 stops', 30);
    else world.kill(brokerName(2)).run(8);
    world.startBroker(2).until(() => world.isRunning(2) && world.state('t', 0)!.leader === 2 && world.broker(2).places['t-0'] !== undefined, 'it leads again', 30).run(1);
    expect(world.fetch(2, 't', 0, 0, { isolationLevel: 1 })).toMatchObject({ highWatermark: 3, lastStableOffset: 2, abortedTransactions: [{ producerId: 7, firstOffset: 0 }] });
  }
  end(world, 2, markerOf(true, 8));
  expect(world.fetch(2, 't', 0, 0, { isolationLevel: 1 })).toMatchObject({ highWatermark: 4, lastStableOffset: 4 });
});

test('a marker that only the old leader had is cut off with its log, and the transaction is open again', () => {
  const world = cluster([[2, 3]]);
  write(world, 7, 0, ['x']);
  world.run(1).cut(brokerName(2), brokerName(3));
  world.send(2, 'WriteTxnMarkers', { markers: [markerOf(false, 7)] });
  world.run(0.2);
  expect(world.partition(2, 't-0').log).toMatchObject({ logEndOffset: 2, transactions: { ongoing: [], unreplicated: [{ producerId: 7, firstOffset: 0, lastOffset: 1 }] } });
  world.kill(brokerName(2)).until(() => world.state('t', 0)!.leader === 3, 'broker 3 leads', 12).run(1).heal();
  world.produce(3, 't', 0, 'b', 1);
  world.startBroker(2).until(() => world.state('t', 0)!.isr.length === 2, 'broker 2 is in sync', 20).run(1);
  const { log } = world.partition(2, 't-0');
  expect(log.transactions).toEqual({ ongoing: [{ producerId: 7, firstOffset: 0 }], unreplicated: [] });
  expect(log.segments[0]!.transactionIndex.length).toBe(0);
  expect([2, 3].map((id) => lastStableOffset(world.partition(id, 't-0')))).toEqual([0, 0]);
});

test('a follower that has read its log anew after a truncation hears with the next fetch what is replicated, though its HW is what it was', () => {
  const world = cluster([[2, 3]]);
  write(world, 7, 0, ['x']);
  end(world, 2, markerOf(true, 7));
  world.run(6).cut(brokerName(2), brokerName(3));
  world.produce(2, 't', 0, 'lost', 1);
  world.kill(brokerName(2)).until(() => world.state('t', 0)!.leader === 3, 'broker 3 leads', 12).run(1).heal();
  world.startBroker(2).until(() => world.state('t', 0)!.isr.length === 2, 'broker 2 is in sync', 20).run(1);
  expect(world.factsOf('logTruncated', brokerName(2)).map(({ fact }) => [fact['from'], fact['to']])).toEqual([[3, 2]]);
  expect(world.partition(2, 't-0').highWatermark).toBe(2);
  expect(lastStableOffset(world.partition(2, 't-0'))).toBe(2);
});
