import { expect, test } from 'vitest';
import { handleFetcherEvent } from '../../../src/kafka/broker/fetcher.ts';
import { followerState } from '../../../src/kafka/broker/partition.ts';
import { handlers } from '../../../src/kafka/broker/handlers/index.ts';
import { setPartition } from '../../../src/kafka/broker/state.ts';
import { incrementLogStartOffset } from '../../../src/kafka/log/log.ts';
import { response, type ApiName, type KafkaRequest } from '../../../src/kafka/protocol/index.ts';
import type { Message } from '../../../src/kernel/program.ts';
import { Bench } from './bench.ts';

const table = handlers(() => undefined);
const KEY = 'fetcher.1.0';

/** Broker 2 follows broker 1: what its fetcher asks for is given to the leader's handlers, one request at a time. */
class Pair {
  readonly leader = new Bench(1);
  readonly follower = new Bench(2);
  readonly asked: (Message & Record<string, unknown>)[] = [];

  constructor(leaderLog: readonly (readonly [number, number])[], leaderEnd: number, followerLog: readonly (readonly [number, number])[], followerEnd: number, followerHighWatermark = 0) {
    const epoch = (epochs: readonly (readonly [number, number])[]): number => epochs.at(-1)?.[0] ?? 0;
    this.leader.lead({ leader: 2, leaderEpoch: 0, replicas: [1, 2], isr: [1, 2] });
    this.leader.fill(leaderLog, leaderEnd);
    this.leader.lead({ leader: 1, leaderEpoch: epoch(leaderLog) + 1, replicas: [1, 2], isr: [1, 2] });
    this.follower.lead({ leader: 2, leaderEpoch: 0, replicas: [1, 2], isr: [1, 2] });
    setPartition(this.follower.b, 0, { ...this.follower.replica, log: { ...this.follower.replica.log, epochs: [] } });
    this.follower.fill(followerLog, followerEnd, followerHighWatermark);
    this.follower.lead({ leader: 1, leaderEpoch: epoch(leaderLog) + 1, replicas: [1, 2], isr: [1] });
    this.follower.sent.length = 0;
  }

  get connection(): number {
    return this.follower.b.fetchers[0]!.connection!;
  }

  connect(): this {
    handleFetcherEvent(this.follower.b, this.follower.env, { type: 'connected', connection: this.connection, tag: KEY });
    return this;
  }

  /** The leader handles the request that is out; its type. */
  step(): string {
    const { message } = this.follower.sent.shift()!;
    this.asked.push(message);
    const made = message as unknown as KafkaRequest;
    const api = made.type.slice(0, -7) as ApiName;
    const handler = table[api] as (b: unknown, request: KafkaRequest, context: unknown, env: unknown) => never;
    const body = handler(this.leader.b, { ...made, ...(made.type === 'FetchRequest' ? { maxWaitMs: 0 } : {}) } as KafkaRequest, { connection: 1, request: made }, this.leader.env);
    handleFetcherEvent(this.follower.b, this.follower.env, { type: 'received', connection: this.connection, tag: KEY, message: response(api, made.correlationId, body) });
    return made.type;
  }

  get end(): number {
    return this.follower.replica.log.logEndOffset;
  }

  epochsAsked(): readonly unknown[] {
    return this.asked.filter(({ type }) => type === 'OffsetForLeaderEpochRequest').map((request) => (request['topics'] as { partitions: { leaderEpoch: number }[] }[])[0]!.partitions[0]!.leaderEpoch);
  }
}

const offsetOf = (message: Message & Record<string, unknown>): number => (message['topics'] as { partitions: { fetchOffset: number }[] }[])[0]!.partitions[0]!.fetchOffset;

test('kafka-broker#37: an epoch the leader never had is cut off where the epoch before it ends', () => {
  const pair = new Pair([[0, 0], [2, 12]], 20, [[0, 0], [1, 10]], 15).connect();
  expect(pair.step()).toBe('OffsetForLeaderEpochRequest');
  expect(pair.end).toBe(10);
  while (pair.follower.sent[0]!.message.type !== 'FetchRequest') pair.step();
  expect(pair.epochsAsked()[0]).toBe(1);
  expect(offsetOf(pair.follower.sent[0]!.message)).toBe(10);
  expect(pair.follower.facts.filter(({ type }) => type === 'logTruncated')).toMatchObject([{ from: 15, to: 10 }]);
});

test('kafka-broker#38: where the leader ends an epoch earlier, so does the follower', () => {
  const pair = new Pair([[0, 0], [1, 10], [3, 14]], 20, [[0, 0], [1, 10], [2, 15]], 18).connect();
  pair.step();
  while (pair.follower.sent[0]!.message.type !== 'FetchRequest') pair.step();
  expect(pair.end).toBe(14);
  expect(offsetOf(pair.follower.sent[0]!.message)).toBe(14);
});

test('kafka-broker#67: two rounds of asking, down to the common history', () => {
  const pair = new Pair([[0, 0], [1, 8], [3, 12]], 20, [[0, 0], [2, 10]], 15).connect();
  pair.step();
  expect(pair.end).toBe(10);
  pair.step();
  expect(pair.end).toBe(8);
  expect(pair.epochsAsked()).toEqual([2, 0]);
  expect(offsetOf(pair.follower.sent[0]!.message)).toBe(8);
});

test('kafka-broker#68: without epochs of its own a follower cuts at its HW and asks nobody', () => {
  const bench = new Bench(2);
  bench.lead({ leader: 2, leaderEpoch: 0, replicas: [1, 2], isr: [1, 2] });
  bench.fill([[0, 0]], 9, 5);
  setPartition(bench.b, 0, { ...bench.replica, log: { ...bench.replica.log, epochs: [] } });
  bench.lead({ leader: 1, leaderEpoch: 1, replicas: [1, 2], isr: [1] });
  expect(bench.replica.log.logEndOffset).toBe(5);
  expect(bench.said()).toContain('[ReplicaFetcher replicaId=2, leaderId=1, fetcherId=0] Truncating partition t-0 to local high watermark 5 (kafka.server.ReplicaFetcherThread)');
  handleFetcherEvent(bench.b, bench.env, { type: 'connected', connection: bench.b.fetchers[0]!.connection!, tag: KEY });
  expect(bench.sent.map(({ message }) => [message.type, offsetOf(message)])).toEqual([['FetchRequest', 5]]);
});

test('a follower copies the leader record for record and takes its HW, never above its own end', () => {
  const pair = new Pair([[0, 0]], 6, [[0, 0]], 2).connect();
  pair.step();
  pair.step();
  expect(pair.end).toBe(6);
  expect(pair.follower.replica.log.epochs).toEqual([{ epoch: 0, startOffset: 0 }]);
  // Each answer carries the HW from before that fetch.
  const seen = [pair.follower.replica.highWatermark];
  for (let round = 0; round < 2; round++) {
    pair.step();
    seen.push(pair.follower.replica.highWatermark);
  }
  expect(seen).toEqual([0, 2, 6]);
});

test('kafka-broker#42: a follower below the start of the leader begins anew at that start', () => {
  const pair = new Pair([[0, 0]], 120, [[0, 0]], 50).connect();
  const { leader } = pair;
  setPartition(leader.b, 0, { ...leader.replica, log: incrementLogStartOffset(leader.replica.log, 100, leader.env) });
  while (pair.asked.filter(({ type }) => type === 'ListOffsetsRequest').length < 2) pair.step();
  expect([pair.end, pair.follower.replica.log.logStartOffset]).toEqual([100, 100]);
  expect(offsetOf(pair.follower.sent[0]!.message)).toBe(100);
});

test('kafka-broker#43: a follower beyond the end of the leader is cut by offset alone', () => {
  const pair = new Pair([[0, 0]], 30, [[0, 0]], 30).connect();
  const { follower } = pair;
  pair.step();
  // As after an unclean election that epochs did not reveal: ten records more, of the same epoch.
  follower.fill([[0, 30]], 40);
  setPartition(follower.b, 0, { ...follower.replica, fetch: { ...follower.replica.fetch!, offset: 40, told: { offset: 40, logStartOffset: 0 } } });
  const out = follower.sent[0]!.message as unknown as { topics: { partitions: { fetchOffset: number }[] }[] };
  out.topics[0]!.partitions[0]!.fetchOffset = 40;
  expect(pair.step()).toBe('FetchRequest');
  expect(pair.step()).toBe('ListOffsetsRequest');
  expect(pair.end).toBe(30);
  expect(offsetOf(follower.sent[0]!.message)).toBe(30);
});

test('kafka-broker#75: a leader that has not heard of the new epoch answers 75, and the follower asks again after 1000 ms', () => {
  const pair = new Pair([[0, 0]], 3, [[0, 0]], 3).connect();
  pair.step();
  pair.step();
  pair.follower.lead({ leader: 1, leaderEpoch: 2, replicas: [1, 2], isr: [1, 2] });
  handleFetcherEvent(pair.follower.b, pair.follower.env, { type: 'received', connection: pair.connection, tag: KEY, message: response('Fetch', pair.follower.b.fetchers[0]!.correlationId, { throttleTimeMs: 0, error: 'NONE', sessionId: 0, topics: [] }) });
  while (pair.follower.sent.length > 1) pair.follower.sent.shift();
  pair.step();
  expect(followerState(pair.follower.replica)).toBe('delayed');
  expect(pair.follower.said()).toContain('[ReplicaFetcher replicaId=2, leaderId=1, fetcherId=0] Retrying leaderEpoch request for partition t-0 as the leader reported an error: UNKNOWN_LEADER_EPOCH (kafka.server.ReplicaFetcherThread)');
  expect(pair.follower.sent).toEqual([]);
  expect(pair.follower.timers.get(`${KEY}.wait`)).toBe(1_000_000);
  pair.leader.lead({ leader: 1, leaderEpoch: 2, replicas: [1, 2], isr: [1, 2] });
  pair.follower.now = 1_000_000;
  handleFetcherEvent(pair.follower.b, pair.follower.env, { type: 'timer', name: `${KEY}.wait` });
  expect(pair.step()).toBe('OffsetForLeaderEpochRequest');
  expect(followerState(pair.follower.replica)).toBe('fetching');
});

test('kafka-broker#76: a follower at the old epoch is fenced by a full fetch and served by an incremental one', () => {
  const full = new Pair([[0, 0]], 3, [[0, 0]], 3).connect();
  full.step();
  full.leader.lead({ leader: 1, leaderEpoch: 2, replicas: [1, 2], isr: [1, 2] });
  expect(full.step()).toBe('FetchRequest');
  expect(followerState(full.follower.replica)).toBe('failed');
  expect(full.follower.b.fetchers[0]!.members).toEqual([]);

  const incremental = new Pair([[0, 0]], 3, [[0, 0]], 3).connect();
  incremental.step();
  incremental.step();
  expect(incremental.follower.b.fetchers[0]!.session.epoch).toBe(1);
  incremental.leader.lead({ leader: 1, leaderEpoch: 2, replicas: [1, 2], isr: [1, 2] });
  incremental.leader.produce('late', 1);
  expect(incremental.step()).toBe('FetchRequest');
  expect(followerState(incremental.follower.replica)).toBe('fetching');
  expect(incremental.end).toBe(4);
});

test('a lost connection: one second of sleep, one second of delay, then the next try', () => {
  const pair = new Pair([[0, 0]], 3, [[0, 0]], 3).connect();
  const { follower } = pair;
  pair.step();
  pair.step();
  const session = follower.b.fetchers[0]!.session.id;
  handleFetcherEvent(follower.b, follower.env, { type: 'closed', connection: pair.connection, tag: KEY, reason: 'reset' });
  expect(follower.b.fetchers[0]).toMatchObject({ chart: { value: 'backingOff' }, session: { id: session, epoch: 0 } });
  follower.now = 1_000_000;
  handleFetcherEvent(follower.b, follower.env, { type: 'timer', name: `${KEY}.wait` });
  expect(followerState(follower.replica)).toBe('delayed');
  expect(follower.b.fetchers[0]!.connection).toBeNull();
  follower.now = 2_000_000;
  handleFetcherEvent(follower.b, follower.env, { type: 'timer', name: `${KEY}.wait` });
  expect(follower.b.fetchers[0]!.chart.value).toBe('connecting');
  expect(follower.b.fetchers[0]!.connection).not.toBeNull();
});

test('an incremental fetch carries only what has changed, and forgets what is no longer fetched', () => {
  const pair = new Pair([[0, 0]], 3, [[0, 0]], 3).connect();
  pair.step();
  pair.step();
  expect(pair.follower.sent[0]!.message).toMatchObject({ sessionEpoch: 1, topics: [] });
  pair.leader.produce('x', 1);
  pair.step();
  pair.step();
  expect(pair.asked.at(-1)).toMatchObject({ sessionEpoch: 2, topics: [{ topic: 't', partitions: [{ partition: 0, fetchOffset: 4 }] }] });
});

test('a fetcher that has only delayed partitions left makes the leader forget them, which ends the session', () => {
  const pair = new Pair([[0, 0]], 6, [[0, 0]], 2).connect();
  const { leader, follower } = pair;
  while (leader.b.sessions.length === 0) pair.step();
  leader.lead({ leader: 2, leaderEpoch: 2, replicas: [1, 2], isr: [1, 2] });
  expect(pair.step()).toBe('FetchRequest');
  expect(followerState(follower.replica)).toBe('delayed');
  expect(follower.sent.map(({ message }) => message)).toMatchObject([{ type: 'FetchRequest', sessionEpoch: 2, topics: [], forgottenTopicsData: [{ topic: 't', partitions: [0] }] }]);
  pair.step();
  expect(leader.b.sessions).toEqual([]);
  expect(follower.b.fetchers[0]).toMatchObject({ chart: { value: 'waiting' }, session: { id: 0, epoch: 0 } });
  expect(follower.sent).toEqual([]);
});
