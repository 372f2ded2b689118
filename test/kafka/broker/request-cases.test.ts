/** Conformance cases of requests (sections 4 and 7.2) on a whole cluster. Broker 1 is controller, as it starts first. */
import { expect, test } from 'vitest';
import type { LeaderAndIsrPartitionState } from '../../../src/kafka/protocol/index.ts';
import type { BatchFields } from '../../../src/kafka/log/record-batch.ts';
import { brokerName, Cluster } from '../cluster.ts';
import { batchOf, valuesOf } from '../records.ts';

const cluster = (assignment: readonly number[], configs: Readonly<Record<string, string>> = {}, brokers = 3): Cluster =>
  new Cluster({ brokers }).boot().createTopic('t', [assignment], configs).run(1);

/** As the controller sends it: with its epoch and the broker's. */
function leaderAndIsr(world: Cluster, to: number, state: Partial<LeaderAndIsrPartitionState>) {
  const { leader, leaderEpoch, isr, controllerEpoch, version } = world.state('t', 0)!;
  const replicas = world.partition(leader, 't-0').replicas;
  return world.ask(to, 'LeaderAndIsr', {
    controllerId: 1,
    controllerEpoch: 1,
    brokerEpoch: world.broker(to).brokerEpoch,
    topics: [{ topic: 't', partitions: [{ partition: 0, controllerEpoch, leader, leaderEpoch, isr, zkVersion: version, replicas, isNew: false, ...state }] }],
    liveLeaders: [],
  });
}

test('kafka-broker#22: the same leader epoch again is answered with 11 and truncates nothing', () => {
  const world = cluster([2, 3]);
  world.produce(2, 't', 0, 'a', -1);
  expect(leaderAndIsr(world, 3, {})).toMatchObject({ error: 'NONE', partitions: [{ topic: 't', partition: 0, error: 'STALE_CONTROLLER_EPOCH' }] });
  world.run(2);
  expect(world.factsOf('logTruncated')).toEqual([]);
  expect(world.partition(3, 't-0').log.logEndOffset).toBe(1);
});

test('kafka-broker#23: a broker that is not assigned answers 3 for the partition', () => {
  const world = cluster([2, 3]);
  expect(leaderAndIsr(world, 1, {})).toMatchObject({ error: 'NONE', partitions: [{ error: 'UNKNOWN_TOPIC_OR_PARTITION' }] });
  expect(world.broker(1).places['t-0']).toBeUndefined();
});

test('kafka-broker#26: below min.insync.replicas acks=all is refused with 19 and acks=1 is not', () => {
  const world = cluster([2, 3], { 'min.insync.replicas': '2' });
  world.kill(brokerName(3)).until(() => world.state('t', 0)!.isr.length === 1, 'broker 3 is out', 12).run(1);
  expect(world.produce(2, 't', 0, 'a', -1)).toMatchObject({ error: 'NOT_ENOUGH_REPLICAS', baseOffset: -1 });
  expect(world.partition(2, 't-0').log.logEndOffset).toBe(0);
  expect(world.produce(2, 't', 0, 'a', 1)).toMatchObject({ error: 'NONE', baseOffset: 0 });
});

test('kafka-broker#27: an ISR that shrinks below the minimum while the write waits answers 20, and the record can be read', () => {
  const world = cluster([2, 3], { 'min.insync.replicas': '2' });
  world.cut(brokerName(2), brokerName(3));
  const id = world.sendProduce(2, 't', 0, 'a', -1);
  world.until(() => world.response('Produce', id) !== undefined, 'answered', 16);
  expect(world.response('Produce', id)!.topics[0]!.partitions[0]).toMatchObject({ error: 'NOT_ENOUGH_REPLICAS_AFTER_APPEND' });
  expect(valuesOf(world.fetch(2, 't', 0, 0).records)).toEqual(['a']);
});

test('kafka-broker#28: leadership lost while the write waits answers 6', () => {
  const world = cluster([2, 3]);
  world.kill(brokerName(2)).until(() => world.state('t', 0)!.leader === 3, 'broker 3 leads', 12).run(1);
  world.startBroker(2).until(() => world.state('t', 0)!.isr.length === 2, 'broker 2 is in sync', 20).run(2);
  world.cut(brokerName(2), brokerName(3));
  const id = world.sendProduce(3, 't', 0, 'a', -1);
  world.run(1);
  expect(world.response('Produce', id)).toBeUndefined();
  world.ask(1, 'ElectPreferredLeaders', { topics: [{ topic: 't', partitions: [0] }], timeoutMs: 5_000 });
  world.until(() => world.response('Produce', id) !== undefined, 'answered', 3);
  expect(world.response('Produce', id)!.topics[0]!.partitions[0]).toMatchObject({ error: 'NOT_LEADER_FOR_PARTITION' });
});

test('kafka-broker#29: the request timeout answers 7, and the record is committed later all the same', () => {
  const world = cluster([2, 3]);
  world.signal(brokerName(3), 'SIGSTOP');
  const sent = world.world.now;
  expect(world.produce(2, 't', 0, 'a', -1, 1_000)).toMatchObject({ error: 'REQUEST_TIMED_OUT' });
  expect((world.world.now - sent) / 1_000).toBeGreaterThan(1_000);
  expect((world.world.now - sent) / 1_000).toBeLessThan(1_010);
  expect(world.partition(2, 't-0').highWatermark).toBe(0);
  world.signal(brokerName(3), 'SIGCONT').until(() => world.partition(2, 't-0').highWatermark === 1, 'committed', 3);
  expect(valuesOf(world.fetch(2, 't', 0, 0).records)).toEqual(['a']);
});

test('kafka-broker#30: acks=2 is refused with 21', () => {
  expect(cluster([2, 3]).produce(2, 't', 0, 'a', 2)).toMatchObject({ error: 'INVALID_REQUIRED_ACKS' });
});

test('kafka-broker#31: an error with acks=0 closes the connection; without an error nothing is sent', () => {
  const world = cluster([2, 3]);
  const fine = world.sendProduce(2, 't', 0, 'a', 0);
  world.run(1);
  expect(world.partition(2, 't-0').log.logEndOffset).toBe(1);
  expect(world.closed()).toEqual([]);
  const refused = world.sendProduce(3, 't', 0, 'b', 0);
  world.run(1);
  expect(world.closed()).toHaveLength(1);
  expect([fine, refused].map((id) => world.response('Produce', id))).toEqual([undefined, undefined]);
});

/** One batch, of a producer that numbers its batches unless `fields` is empty. */
function produce(world: Cluster, records: Uint8Array) {
  return world.ask(2, 'Produce', { transactionalId: null, acks: 1, timeoutMs: 30_000, topics: [{ topic: 't', partitions: [{ partition: 0, records: [records] }] }] }).topics[0]!.partitions[0]!;
}

test('kafka-broker#32: a batch of 1000013 bytes is too large, one of 1000012 is not', () => {
  const world = cluster([2, 3]);
  const sized = (size: number): Uint8Array => {
    const made = batchOf('x'.repeat(size - batchOf('', 0).length - 5), 0);
    const exact = batchOf('x'.repeat(size - batchOf('', 0).length - 5 - (made.length - size)), 0);
    if (exact.length !== size) throw new Error(`made ${exact.length}`);
    return exact;
  };
  expect(produce(world, sized(1_000_013))).toMatchObject({ error: 'MESSAGE_TOO_LARGE' });
  expect(produce(world, sized(1_000_012))).toMatchObject({ error: 'NONE', baseOffset: 0 });
});

test('kafka-broker#39: a full fetch with an older epoch is fenced, with a newer one unknown', () => {
  const world = cluster([2, 3, 1]);
  world.kill(brokerName(2)).until(() => world.state('t', 0)!.leader === 3, 'broker 3 leads', 12).run(1);
  expect([0, 1, 2].map((epoch) => world.fetch(3, 't', 0, 0, { epoch }).error)).toEqual(['FENCED_LEADER_EPOCH', 'NONE', 'UNKNOWN_LEADER_EPOCH']);
});

test('kafka-broker#40: between HW and end there is nothing to read yet, beyond the end it is out of range', () => {
  const world = cluster([2, 3]);
  world.cut(brokerName(2), brokerName(3));
  world.produce(2, 't', 0, 'a', 1);
  world.produce(2, 't', 0, 'b', 1);
  expect(world.fetch(2, 't', 0, 1)).toMatchObject({ error: 'NONE', highWatermark: 0, records: [] });
  expect(world.fetch(2, 't', 0, 3)).toMatchObject({ error: 'OFFSET_OUT_OF_RANGE' });
});

/** Broker 3 has just been elected; it has a record that broker 4, in the ISR with it, lacks. */
function newLeaderAhead(): Cluster {
  const world = cluster([2, 3, 4], {}, 4);
  for (const other of [2, 3]) world.cut(brokerName(4), brokerName(other));
  world.produce(2, 't', 0, 'a', 1);
  world.run(1).kill(brokerName(2)).until(() => world.state('t', 0)!.leader === 3, 'broker 3 leads', 12);
  return world.until(() => world.partition(3, 't-0').leader === 3, 'and knows', 2);
}

const latest = (world: Cluster, version: number) =>
  world.ask(3, 'ListOffsets', { replicaId: -1, isolationLevel: 0, topics: [{ topic: 't', partitions: [{ partition: 0, currentLeaderEpoch: -1, timestamp: -1 }] }] }, { version }).topics[0]!.partitions[0];

test('kafka-broker#41: a new leader whose HW is below its epoch does not tell the latest offset', () => {
  const world = newLeaderAhead();
  expect(world.partition(3, 't-0')).toMatchObject({ highWatermark: 0, leaderEpochStartOffset: 1, isr: [3, 4] });
  expect(latest(world, 5)).toMatchObject({ error: 'OFFSET_NOT_AVAILABLE' });
  expect(latest(world, 4)).toMatchObject({ error: 'LEADER_NOT_AVAILABLE' });
});

test('kafka-broker#72: the follower that fetches up to the epoch start makes the offset known', () => {
  const world = newLeaderAhead();
  expect(latest(world, 5)).toMatchObject({ error: 'OFFSET_NOT_AVAILABLE' });
  world.heal().until(() => world.partition(3, 't-0').highWatermark === 1, 'broker 4 has fetched', 30);
  expect(latest(world, 5)).toMatchObject({ error: 'NONE', offset: 1 });
});

/** Batches of one idempotent producer. */
function numbered(world: Cluster, fields: BatchFields, values: readonly string[] = ['v']) {
  return produce(world, batchOf(values, 1_795_332_540_000, { producerId: 7, producerEpoch: 0, ...fields }));
}

test('kafka-broker#57: one of the last five batches again is answered with its first offset, and nothing is written', () => {
  const world = cluster([2, 3]);
  for (const baseSequence of [0, 1, 2, 3, 4]) expect(numbered(world, { baseSequence })).toMatchObject({ error: 'NONE', baseOffset: baseSequence });
  expect(numbered(world, { baseSequence: 2 })).toMatchObject({ error: 'NONE', baseOffset: 2 });
  expect(world.partition(2, 't-0').log.logEndOffset).toBe(5);
  // The sixth back is forgotten.
  numbered(world, { baseSequence: 5 });
  expect(numbered(world, { baseSequence: 0 })).toMatchObject({ error: 'OUT_OF_ORDER_SEQUENCE_NUMBER' });
});

test('kafka-broker#58: a gap in the sequence is refused with 45, and what follows the last is not', () => {
  const world = cluster([2, 3]);
  expect(numbered(world, { baseSequence: 0 }, Array.from({ length: 11 }, (_, n) => `v${n}`))).toMatchObject({ error: 'NONE' });
  expect(numbered(world, { baseSequence: 12 })).toMatchObject({ error: 'OUT_OF_ORDER_SEQUENCE_NUMBER' });
  expect(numbered(world, { baseSequence: 11 })).toMatchObject({ error: 'NONE', baseOffset: 11 });
});

test('kafka-broker#59: a producer that the leader does not know may begin with 0 only', () => {
  const world = cluster([2, 3]);
  expect(numbered(world, { baseSequence: 5 })).toMatchObject({ error: 'UNKNOWN_PRODUCER_ID' });
  expect(numbered(world, { baseSequence: 0 })).toMatchObject({ error: 'NONE', baseOffset: 0 });
  // A follower that becomes leader has rebuilt the same state from its log.
  world.run(1).kill(brokerName(2)).until(() => world.state('t', 0)!.leader === 3, 'broker 3 leads', 12).run(1);
  const again = world.ask(3, 'Produce', { transactionalId: null, acks: 1, timeoutMs: 30_000, topics: [{ topic: 't', partitions: [{ partition: 0, records: [batchOf('v', 1_795_332_540_000, { producerId: 7, producerEpoch: 0, baseSequence: 0 })] }] }] });
  expect(again.topics[0]!.partitions[0]).toMatchObject({ error: 'NONE', baseOffset: 0 });
});

test('a connection is closed when nothing was asked over it for connections.max.idle.ms, and no sooner', () => {
  const world = new Cluster({ properties: { 'connections.max.idle.ms': '5000' } }).boot().createTopic('t', [[2, 3]]).run(1);
  const tag = '9093/idle';
  const ask = (): void => void world.ask(2, 'ApiVersions', {}, { lane: 'idle' });
  ask();
  world.run(4);
  ask();
  world.run(4.9);
  expect(world.closed()).not.toContain(tag);
  world.run(0.2);
  expect(world.closed()).toContain(tag);
  // It is only the connection that has gone: whoever asks again connects again, and replicas are not disturbed.
  ask();
  expect(world.produce(2, 't', 0, 'a', -1)).toMatchObject({ error: 'NONE' });
});
