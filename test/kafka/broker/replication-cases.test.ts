/** Conformance cases of replication (section 4) on a whole cluster. Broker 1 is controller, as it starts first. */
import { expect, test } from 'vitest';
import { brokerName, Cluster } from '../cluster.ts';

/** Messages of one broker to another arrive this much later. */
function slow(world: Cluster, from: string, to: string, ms: number): void {
  world.perform({ type: 'addRule', rule: { id: `slow-${from}-${to}`, from, to, effect: { type: 'delay', micros: ms * 1_000 } } });
}

/** t-0 on brokers 2, 3 and 4 of four; broker 4 has just died, so that brokers 2 and 3 get a new epoch with the same leader. */
function newEpoch(slowTo: number): Cluster {
  const world = new Cluster({ brokers: 4 }).boot().createTopic('t', [[2, 3, 4]]).run(1);
  world.produce(2, 't', 0, 'a', -1);
  slow(world, brokerName(1), brokerName(slowTo), 800);
  return world.kill(brokerName(4)).until(() => world.state('t', 0)!.leaderEpoch === 1, 'broker 4 is out', 12);
}

test('kafka-broker#75: a leader that has not heard of the new epoch answers 75, and the follower asks again after 1000 ms', () => {
  const world = newEpoch(2);
  world.until(() => world.partition(3, 't-0').leaderEpoch === 1, 'the follower has heard', 2);
  expect(world.partition(2, 't-0').leaderEpoch).toBe(0);
  const asked = (): number[] => world.messages.filter(({ from, message }) => from === brokerName(3) && message.type === 'OffsetForLeaderEpochRequest').map(({ at }) => at);
  const before = asked().filter((at) => at < world.world.now).length;
  world.run(2.5);
  expect(world.log(brokerName(3)).some((line) => line.includes('Retrying leaderEpoch request for partition t-0 as the leader reported an error: UNKNOWN_LEADER_EPOCH'))).toBe(true);
  const [first, second] = asked().slice(before);
  expect((second! - first!) / 1_000).toBeGreaterThanOrEqual(1_000);
  expect((second! - first!) / 1_000).toBeLessThan(1_020);
  expect(world.partition(3, 't-0').chart.value).toEqual({ follower: 'fetching' });
});

test('kafka-broker#76: a follower still at the old epoch is served in its fetch session, and a full fetch at that epoch is fenced', () => {
  const world = newEpoch(3);
  world.until(() => world.partition(2, 't-0').leaderEpoch === 1, 'the leader has heard', 2);
  expect(world.partition(3, 't-0').leaderEpoch).toBe(0);
  expect(world.produce(2, 't', 0, 'b', -1)).toMatchObject({ error: 'NONE', baseOffset: 1 });
  expect(world.partition(3, 't-0')).toMatchObject({ leaderEpoch: 0, chart: { value: { follower: 'fetching' } } });
  expect(world.fetch(2, 't', 0, 0, { epoch: 0 })).toMatchObject({ error: 'FENCED_LEADER_EPOCH' });
});

test('kafka-broker#42: a follower below the start of the leader begins anew at that start', () => {
  const world = new Cluster({ properties: { 'log.retention.check.interval.ms': '1000' } }).boot().createTopic('t', [[2, 3]], { 'segment.bytes': '200', 'retention.bytes': '300', 'file.delete.delay.ms': '1000' }).run(1);
  world.produce(2, 't', 0, 'v0', -1);
  world.kill(brokerName(3)).until(() => world.state('t', 0)!.isr.length === 1, 'broker 3 is out', 12).run(1);
  for (let n = 1; n < 20; n++) world.produce(2, 't', 0, `v${n}`, 1);
  world.until(() => world.partition(2, 't-0').log.logStartOffset > 10, 'old segments are deleted', 40);
  const start = world.partition(2, 't-0').log.logStartOffset;
  world.startBroker(3).until(() => world.state('t', 0)!.isr.length === 2, 'broker 3 is back', 20).run(1);
  expect(world.factsOf('logTruncated', brokerName(3)).at(-1)!.fact).toMatchObject({ from: 1, to: start });
  expect(world.partition(3, 't-0').log).toMatchObject({ logStartOffset: start, logEndOffset: 20 });
});

test('kafka-broker#36: a follower that comes back is not added to the ISR before it has fetched up to the start of the epoch and the HW', () => {
  const world = new Cluster().boot().createTopic('t', [[2, 3, 1]], { 'segment.bytes': '1000000' }).run(1);
  world.kill(brokerName(3)).until(() => world.state('t', 0)!.isr.length === 2, 'broker 3 is out', 12);
  for (let n = 0; n < 30; n++) world.produce(2, 't', 0, `v${n}`, -1);
  world.kill(brokerName(2)).until(() => world.state('t', 0)!.leader === 1, 'broker 1 leads', 12).run(1);
  const { leaderEpochStartOffset } = world.partition(1, 't-0');
  expect(leaderEpochStartOffset).toBe(30);
  world.startBroker(3).until(() => world.factsOf('isrExpanded').length > 0, 'broker 3 joins', 20);
  const joined = world.factsOf('isrExpanded')[0]!;
  const fetched = world.messages
    .filter(({ at, from, message }) => at <= joined.at && from === brokerName(3) && message.type === 'FetchRequest')
    .flatMap(({ message }) => (message['topics'] as { readonly partitions: readonly { readonly fetchOffset: number }[] }[]).flatMap(({ partitions }) => partitions.map(({ fetchOffset }) => fetchOffset)));
  // The first fetch begins below; only the one at the start of the epoch lets it in.
  expect(fetched[0]).toBe(0);
  expect(fetched.at(-1)).toBe(30);
});
