import { expect, test } from 'vitest';
import { endIsrUpdate, expirePurgatory, startIsrExpiration } from '../../../src/kafka/broker/replica-manager.ts';
import { mapOrder } from '../../../src/kafka/broker/partition.ts';
import { procedures } from '../../../src/kafka/broker/procedures.ts';
import { play } from '../../../src/kafka/zookeeper/procedures.ts';
import { setPartition } from '../../../src/kafka/broker/state.ts';
import { batchOf, valuesOf } from '../records.ts';
import { Bench } from './bench.ts';

const error = (outcome: unknown): string => (outcome as { topics: { partitions: { error: string }[] }[] }).topics[0]!.partitions[0]!.error;
const partitionOf = (outcome: unknown): Record<string, unknown> => (outcome as { topics: { partitions: Record<string, unknown>[] }[] }).topics[0]!.partitions[0]!;

test('kafka-broker#22: the same epoch again is answered with 11 and truncates nothing', () => {
  const bench = new Bench(1);
  bench.lead({ leader: 2, leaderEpoch: 3 });
  bench.fill([[3, 0]], 4);
  expect(bench.lead({ leader: 2, leaderEpoch: 3 }).partitions).toEqual([{ topic: 't', partition: 0, error: 'STALE_CONTROLLER_EPOCH' }]);
  expect(bench.replica.log.logEndOffset).toBe(4);
});

test('kafka-broker#23: a broker that is not assigned answers 3 for the partition', () => {
  expect(new Bench(1).lead({ leader: 2, replicas: [2, 3] }).partitions).toEqual([{ topic: 't', partition: 0, error: 'UNKNOWN_TOPIC_OR_PARTITION' }]);
});

test('requests of an older controller, or meant for an earlier registration, change nothing', () => {
  const bench = new Bench(1);
  bench.lead({});
  const request = { controllerId: 9, controllerEpoch: 1, brokerEpoch: 100, topics: [], liveLeaders: [] };
  bench.ask('LeaderAndIsr', { ...request, controllerEpoch: 5 });
  bench.said();
  expect(bench.ask('LeaderAndIsr', { ...request, controllerEpoch: 4 }).error).toBe('STALE_CONTROLLER_EPOCH');
  expect(bench.ask('UpdateMetadata', { ...request, controllerEpoch: 4, liveBrokers: [] }).error).toBe('STALE_CONTROLLER_EPOCH');
  expect(bench.ask('StopReplica', { ...request, controllerEpoch: 4, deletePartitions: false }).error).toBe('STALE_CONTROLLER_EPOCH');
  expect(bench.ask('LeaderAndIsr', { ...request, controllerEpoch: 6, brokerEpoch: 99 }).error).toBe('STALE_BROKER_EPOCH');
  expect(bench.b.controllerEpoch).toBe(5);
  expect(bench.said()).toEqual([
    expect.stringMatching(/^\[Broker id=1\] Ignoring LeaderAndIsr request from controller 9 with correlation id \d+ since its controller epoch 4 is old\. Latest known controller epoch is 5 \(state\.change\.logger\)$/),
    expect.stringMatching(/^\[Broker id=1\] Received update metadata request with correlation id \d+ from an old controller 9 with epoch 4\. Latest known controller epoch is 5 /),
    expect.stringMatching(/^\[Broker id=1\] Received stop replica request from an old controller epoch 4\. Latest known controller epoch is 5 /),
    '[KafkaApi-1] Received LeaderAndIsr request with broker epoch 99 smaller than the current broker epoch 100 (kafka.server.KafkaApis)',
  ]);
});

test('a follower whose leader is not alive keeps its old epoch and is answered NONE', () => {
  const bench = new Bench(1);
  bench.lead({ leader: 2, leaderEpoch: 1 });
  expect(bench.lead({ leader: -1, leaderEpoch: 2 }).partitions[0]!.error).toBe('NONE');
  expect([bench.replica.leader, bench.replica.leaderEpoch]).toEqual([2, 1]);
  expect(bench.said().some((line) => line.includes('cannot become follower since the new leader -1 is unavailable'))).toBe(true);
});

test('kafka-broker#26: below min.insync.replicas acks=all is refused with 19 and acks=1 is not', () => {
  const bench = new Bench(1);
  bench.b.topicConfigs = { t: { 'min.insync.replicas': '2' } };
  bench.lead({ isr: [1] });
  expect(error(bench.produce('a', -1))).toBe('NOT_ENOUGH_REPLICAS');
  expect(bench.replica.log.logEndOffset).toBe(0);
  expect(partitionOf(bench.produce('a', 1))).toMatchObject({ error: 'NONE', baseOffset: 0 });
});

test('kafka-broker#27: an ISR that shrinks below the minimum while the write waits answers 20, and the record can be read', () => {
  const bench = new Bench(1);
  bench.b.topicConfigs = { t: { 'min.insync.replicas': '2' } };
  bench.lead({ replicas: [1, 2], isr: [1, 2] });
  expect(bench.produce('a', -1)).toEqual({ type: 'parked' });
  bench.now = 15_000_000;
  startIsrExpiration(bench.b, bench.env);
  expect(bench.replica.isrUpdate).toEqual({ isr: [1], kind: 'shrink' });
  endIsrUpdate(bench.b, bench.env, 0, { zkVersion: 1 });
  expect(error(bench.answers()[0])).toBe('NOT_ENOUGH_REPLICAS_AFTER_APPEND');
  expect(valuesOf((partitionOf(bench.fetch(0)) as { records: Uint8Array[] }).records)).toEqual(['a']);
});

test('kafka-broker#28: leadership lost while the write waits answers 6', () => {
  const bench = new Bench(1);
  bench.lead({});
  bench.produce('a', -1);
  bench.lead({ leader: 2, leaderEpoch: 1 });
  expect(bench.answers().map(error)).toEqual(['NOT_LEADER_FOR_PARTITION']);
});

test('kafka-broker#29: the request timeout answers 7, and the record is committed later all the same', () => {
  const bench = new Bench(1);
  bench.lead({ replicas: [1, 2], isr: [1, 2] });
  bench.produce('a', -1, 1_000);
  bench.now = 999_999;
  expirePurgatory(bench.b, bench.env, () => undefined);
  expect(bench.answers()).toEqual([]);
  bench.now = 1_000_000;
  expirePurgatory(bench.b, bench.env, () => undefined);
  expect(bench.answers().map(error)).toEqual(['REQUEST_TIMED_OUT']);
  bench.fetch(1, { replicaId: 2 });
  expect(bench.replica.highWatermark).toBe(1);
});

test('kafka-broker#30: acks=2 is refused with 21', () => {
  const bench = new Bench(1);
  bench.lead({});
  expect(error(bench.produce('a', 2))).toBe('INVALID_REQUIRED_ACKS');
});

test('kafka-broker#31: an error with acks=0 closes the connection; without an error nothing is sent', () => {
  const bench = new Bench(1);
  expect(bench.produce('a', 0)).toEqual({ type: 'close' });
  bench.lead({});
  expect(bench.produce('a', 0)).toEqual({ type: 'noResponse' });
});

test('kafka-broker#32: a batch of 1000013 bytes is too large, one of 1000012 is not', () => {
  const bench = new Bench(1);
  bench.lead({});
  const overhead = batchOf('', 0).length;
  const batch = (size: number): Uint8Array => {
    for (let length = size - overhead - 8; ; length++) {
      const made = batchOf('x'.repeat(length), bench.env.wallClockMs);
      if (made.length === size) return made;
      if (made.length > size) throw new Error('no such size');
    }
  };
  const produce = (size: number): unknown => bench.run('Produce', { transactionalId: null, acks: 1, timeoutMs: 1, topics: [{ topic: 't', partitions: [{ partition: 0, records: [batch(size)] }] }] });
  expect(error(produce(1_000_013))).toBe('MESSAGE_TOO_LARGE');
  expect(error(produce(1_000_012))).toBe('NONE');
});

test('kafka-broker#35: a leader with a stale zkVersion skips the change, says so, and keeps its ISR', () => {
  const bench = new Bench(1);
  bench.lead({ replicas: [1, 2], isr: [1, 2], zkVersion: 3 });
  bench.produce('a', 1);
  bench.now = 15_000_000;
  startIsrExpiration(bench.b, bench.env);
  const args = { place: 0, topic: 't', partition: 0, state: { leader: 1, leaderEpoch: 0, isr: [1], zkVersion: 3 }, controllerEpoch: 1 };
  const stat = { czxid: 1, mzxid: 1, pzxid: 1, ctime: 0, mtime: 0, version: 4, cversion: 0, aversion: 0, ephemeralOwner: '0x0', dataLength: 1, numChildren: 0 };
  const data = '{"controller_epoch":2,"leader":2,"version":1,"leader_epoch":1,"isr":[2]}';
  expect(play(procedures.updateIsr(args), [[{ err: 'BADVERSION' }], [{ err: 'OK', result: { type: 'getData', data, stat } }]])).toEqual({ type: 'returned', value: null });
  endIsrUpdate(bench.b, bench.env, 0, 'stale');
  expect([bench.replica.isr, bench.replica.zkVersion]).toEqual([[1, 2], 3]);
  expect(bench.said()).toContain('[Partition t-0 broker=1] Cached zkVersion [3] not equal to that in zookeeper, skip updating ISR (kafka.cluster.Partition)');
  expect(bench.facts.some(({ type }) => type === 'staleZkVersion')).toBe(true);
});

test('an ISR write that had arrived although its answer was lost counts as done', () => {
  const args = { place: 0, topic: 't', partition: 0, state: { leader: 1, leaderEpoch: 0, isr: [1], zkVersion: 3 }, controllerEpoch: 1 };
  const stat = { czxid: 1, mzxid: 1, pzxid: 1, ctime: 0, mtime: 0, version: 4, cversion: 0, aversion: 0, ephemeralOwner: '0x0', dataLength: 1, numChildren: 0 };
  const data = '{"controller_epoch":1,"leader":1,"version":1,"leader_epoch":0,"isr":[1]}';
  expect(play(procedures.updateIsr(args), [[{ err: 'BADVERSION' }], [{ err: 'OK', result: { type: 'getData', data, stat } }]])).toEqual({ type: 'returned', value: 4 });
});

test('kafka-broker#36: a follower below the start of the epoch stays outside the ISR, at it and at the HW it joins', () => {
  const bench = new Bench(1);
  bench.lead({ leader: 2, leaderEpoch: 0 });
  bench.fill([[0, 0]], 10, 4);
  bench.lead({ leader: 1, leaderEpoch: 1, isr: [1, 2] });
  expect(bench.replica.leaderEpochStartOffset).toBe(10);
  bench.fetch(6, { replicaId: 3 });
  expect(bench.replica.isrUpdate).toBeNull();
  expect(bench.fetch(10, { replicaId: 3 })).toEqual({ type: 'held' });
  expect(bench.replica.isrUpdate).toEqual({ isr: [1, 2, 3], kind: 'expand' });
});

test('a partition whose ISR is being written lets neither produce nor fetch nor LeaderAndIsr through, then serves them in order', () => {
  const bench = new Bench(1);
  bench.lead({ isr: [1, 2] });
  expect(bench.fetch(0, { replicaId: 3 })).toEqual({ type: 'held' });
  expect(bench.produce('a', 1)).toEqual({ type: 'held' });
  expect(bench.fetch(0)).toEqual({ type: 'held' });
  const marker = { producerId: 7, producerEpoch: 0, committed: true, coordinatorEpoch: 0, topics: [{ topic: 't', partitions: [0] }] };
  expect(bench.run('WriteTxnMarkers', { markers: [marker] })).toEqual({ type: 'held' });
  expect(bench.b.blocked.map(({ context }) => context.request.type)).toEqual(['ProduceRequest', 'FetchRequest', 'WriteTxnMarkersRequest']);
  endIsrUpdate(bench.b, bench.env, 0, { zkVersion: 1 });
  expect(bench.b.resumable.map(({ request }) => request.type)).toEqual(['ProduceRequest', 'FetchRequest', 'WriteTxnMarkersRequest']);
  expect(bench.replica.isr).toEqual([1, 2, 3]);
});

test('kafka-broker#39: a full fetch with an older epoch is fenced, with a newer one unknown', () => {
  const bench = new Bench(1);
  bench.lead({ leaderEpoch: 5 });
  expect([4, 5, 6].map((epoch) => error(bench.fetch(0, { epoch })))).toEqual(['FENCED_LEADER_EPOCH', 'NONE', 'UNKNOWN_LEADER_EPOCH']);
});

test('kafka-broker#40: between HW and end there is nothing to read yet, beyond the end it is out of range', () => {
  const bench = new Bench(1);
  bench.lead({});
  bench.produce('a', 1);
  bench.produce('b', 1);
  expect(partitionOf(bench.fetch(1))).toMatchObject({ error: 'NONE', highWatermark: 0, records: [] });
  expect(error(bench.fetch(3))).toBe('OFFSET_OUT_OF_RANGE');
});

const latest = (bench: Bench, version: number): unknown =>
  partitionOf(bench.ask('ListOffsets', { replicaId: -1, isolationLevel: 0, topics: [{ topic: 't', partitions: [{ partition: 0, currentLeaderEpoch: -1, timestamp: -1 }] }] }, { version }));

test('kafka-broker#41: a new leader whose HW is below its epoch does not tell the latest offset', () => {
  const bench = new Bench(1);
  bench.lead({ leader: 2, leaderEpoch: 0 });
  bench.fill([[0, 0]], 3, 1);
  bench.lead({ leader: 1, leaderEpoch: 1, isr: [1, 3] });
  expect(latest(bench, 5)).toMatchObject({ error: 'OFFSET_NOT_AVAILABLE' });
  expect(latest(bench, 4)).toMatchObject({ error: 'LEADER_NOT_AVAILABLE' });
});

test('kafka-broker#72: the follower that fetches up to the epoch start makes the offset known', () => {
  const bench = new Bench(2);
  bench.lead({ leader: 1, leaderEpoch: 0 });
  bench.fill([[0, 0]], 1, 0);
  bench.lead({ leader: 2, leaderEpoch: 1, isr: [2, 3] });
  expect(latest(bench, 5)).toMatchObject({ error: 'OFFSET_NOT_AVAILABLE' });
  bench.fetch(1, { replicaId: 3 });
  expect(bench.replica.highWatermark).toBe(1);
  expect(latest(bench, 5)).toMatchObject({ error: 'NONE', offset: 1 });
});

test('kafka-broker#44: without its leader a partition is answered with 72, and with 5 to old clients', () => {
  const bench = new Bench(1);
  bench.know({ leader: 7, leaderEpoch: 1, isr: [7], replicas: [7, 1] });
  const ask = (version: number): unknown => bench.ask('Metadata', { topics: ['t'], allowAutoTopicCreation: false, includeClusterAuthorizedOperations: false, includeTopicAuthorizedOperations: false }, { version }).topics[0]!.partitions[0];
  expect(ask(8)).toMatchObject({ error: 'LISTENER_NOT_FOUND', leaderId: -1 });
  expect(ask(5)).toMatchObject({ error: 'LEADER_NOT_AVAILABLE', leaderId: -1 });
});

test('the HW waits for everyone in the ISR, and for a replica outside that was caught up a moment ago', () => {
  const bench = new Bench(1);
  bench.lead({});
  bench.produce('a', 1);
  bench.fetch(1, { replicaId: 2 });
  expect(bench.replica.highWatermark).toBe(0);
  bench.fetch(1, { replicaId: 3 });
  expect(bench.replica.highWatermark).toBe(1);
  setPartition(bench.b, 0, { ...bench.replica, isr: [1, 2] });
  bench.produce('b', 1);
  bench.fetch(2, { replicaId: 2 });
  expect(bench.replica.highWatermark).toBe(1);
  bench.now = 11_000_000;
  bench.fetch(2, { replicaId: 2 });
  expect(bench.replica.highWatermark).toBe(2);
});

test('a follower as far as the leader is not late, however long it has been silent', () => {
  const bench = new Bench(1);
  bench.lead({});
  bench.now = 60_000_000;
  for (const remote of [2, 3]) bench.fetch(0, { replicaId: remote });
  bench.now = 120_000_000;
  startIsrExpiration(bench.b, bench.env);
  expect(bench.replica.isr).toEqual([1, 2, 3]);
  expect(bench.replica.isrUpdate).toBeNull();
});

test('a new leader that has heard from nobody removes all of them after the lag', () => {
  const bench = new Bench(1);
  bench.lead({});
  startIsrExpiration(bench.b, bench.env);
  expect(bench.replica.isrUpdate).toBeNull();
  bench.now = 10_001_000;
  startIsrExpiration(bench.b, bench.env);
  expect(bench.replica.isrUpdate).toEqual({ isr: [1], kind: 'shrink' });
});

test('partitions are looked at in the order of the hash table, as recorded', () => {
  const hash = (topic: string): number => {
    let value = 0;
    for (const char of topic) value = (Math.imul(value, 31) + char.charCodeAt(0)) | 0;
    return (961 + value) | 0;
  };
  const names = ['test', 'idle', 'late', 'test2'];
  const order = mapOrder(names.map((topic) => ({ hash: hash(topic) }) as never));
  expect(names[order[0]!]).toBe('test2');
});

test('a parked consumer fetch is answered by the HW, a parked follower fetch by the append', () => {
  const bench = new Bench(1);
  bench.lead({ replicas: [1, 2], isr: [1, 2] });
  expect(bench.fetch(0, { maxWaitMs: 500 })).toEqual({ type: 'parked' });
  expect(bench.fetch(0, { replicaId: 2, maxWaitMs: 500 })).toEqual({ type: 'parked' });
  bench.produce('a', 1);
  expect(bench.answers().map((answer) => [answer.type, (partitionOf(answer) as { highWatermark: number }).highWatermark])).toEqual([['FetchResponse', 0]]);
  bench.fetch(1, { replicaId: 2 });
  expect(bench.answers().map((answer) => valuesOf((partitionOf(answer) as { records: Uint8Array[] }).records))).toEqual([['a']]);
});

test('the executor thread that hangs on a locked partition leaves the other parked fetches unanswered', () => {
  const bench = new Bench(1);
  bench.lead({ isr: [1, 2] });
  bench.fetch(0, { maxWaitMs: 500 });
  bench.fetch(0, { replicaId: 3 });
  bench.now = 600_000;
  expirePurgatory(bench.b, bench.env, () => undefined);
  expect(bench.answers()).toEqual([]);
  endIsrUpdate(bench.b, bench.env, 0, { zkVersion: 1 });
  expect(bench.answers().map(({ type }) => type)).toContain('FetchResponse');
});
