/** Throttled replication on whole clusters: who is held back, for how long, and who is not. Batches are of 1 kB, a fetch brings at most 16 of them. */
import { describe, expect, it } from 'vitest';
import { isThrottled } from '../../../src/kafka/broker/replication-quota.ts';
import { Cluster } from '../cluster.ts';

const FETCH_BYTES = 16_384;
const BATCHES = 400;
const properties = { 'replica.fetch.max.bytes': String(FETCH_BYTES) };
const replicas = (side: 'leader' | 'follower', value: string): Readonly<Record<string, string>> => ({ [`${side}.replication.throttled.replicas`]: value });
/** As the tool that moves partitions does it. A list that a topic is created with tells no broker that runs. */
function throttle(world: Cluster, configs: Readonly<Record<string, string>>): Cluster {
  const { responses } = world.ask(1, 'AlterConfigs', {
    resources: [{ resourceType: 'TOPIC', resourceName: 't', configs: Object.entries(configs).map(([name, value]) => ({ name, value })) }],
    validateOnly: false,
  });
  expect(responses[0]!.error).toBe('NONE');
  return world.run(0.5);
}
const REASSIGN = '/admin/reassign_partitions';

function limit(world: Cluster, broker: number, configs: Readonly<Record<string, number>>): void {
  const { responses } = world.ask(broker, 'AlterConfigs', {
    resources: [{ resourceType: 'BROKER', resourceName: String(broker), configs: Object.entries(configs).map(([side, rate]) => ({ name: `${side}.replication.throttled.rate`, value: String(rate) })) }],
    validateOnly: false,
  });
  expect(responses[0]!.error).toBe('NONE');
  world.run(0.5);
}

const bytesOf = (world: Cluster, broker: number): number => world.partition(broker, 't-0').log.segments.reduce((sum, segment) => sum + segment.bytes, 0);

/** t-0 on broker 1 alone, full. */
function filled(configs: Readonly<Record<string, string>>): Cluster {
  const world = new Cluster({ properties }).boot().createTopic('t', [[1]]);
  for (let i = 0; i < BATCHES; i++) expect(world.produce(1, 't', 0, 'x'.repeat(940), 1).error).toBe('NONE');
  return throttle(world, configs);
}

const move = (world: Cluster, to: readonly number[]): Cluster => world.createZnode(REASSIGN, JSON.stringify({ version: 1, partitions: [{ topic: 't', partition: 0, replicas: to }] }));

/** Seconds until the reassignment is over. */
function moving(world: Cluster, seconds = 120): number {
  const from = world.world.now;
  world.until(() => world.znode(REASSIGN) !== undefined, 'it has begun', 5).until(() => world.znode(REASSIGN) === undefined, 'it is over', seconds);
  return (world.world.now - from) / 1_000_000;
}

describe('replication of a partition that is moved', () => {
  it('goes at once where nothing limits it, also where a list but no rate is given', () => {
    expect(moving(move(filled(replicas('follower', '0:2')), [2]))).toBeLessThan(1);
  });

  it('takes as long as its bytes at the follower’s rate', () => {
    const world = filled(replicas('follower', '0:2'));
    limit(world, 2, { follower: 20_000 });
    const seconds = moving(move(world, [2]));
    const ratio = seconds / (bytesOf(world, 2) / 20_000);
    // The first fetches fill the first second at once, the last one need not be waited for.
    expect(ratio).toBeGreaterThan(0.85);
    expect(ratio).toBeLessThan(1.05);
  });

  it.each([
    ['as long as its bytes at the leader’s rate', 0, [1]],
    ['ten seconds less where the leader has been sending next to nothing for that long', 10, [1, 2]],
  ])('takes %s', (_, burstSeconds, other) => {
    const world = filled(replicas('leader', '0:1')).createTopic('u', [other]);
    world.run(15);
    limit(world, 1, { leader: 20_000 });
    const seconds = moving(move(world, [2]));
    const expected = bytesOf(world, 2) / 20_000;
    expect(Math.abs(expected - burstSeconds - seconds) / expected).toBeLessThan(0.07);
  });

  it('goes faster from the moment the limit is raised', () => {
    const world = filled(replicas('follower', '*'));
    limit(world, 2, { follower: 4_000 });
    move(world, [2]).run(20);
    const before = bytesOf(world, 2);
    expect(before).toBeLessThan(6 * FETCH_BYTES);
    limit(world, 2, { follower: 1_000_000 });
    world.until(() => world.znode(REASSIGN) === undefined, 'it is over', 2);
  });

  it('is not limited by the rate of another broker, nor by a list of other replicas', () => {
    const world = filled({ ...replicas('leader', '0:2,1:1'), ...replicas('follower', '0:3,1:2') });
    limit(world, 1, { leader: 1_000, follower: 1_000 });
    limit(world, 2, { leader: 1_000, follower: 1_000 });
    expect(moving(move(world, [2]))).toBeLessThan(1);
  });
});

describe('a list of replicas', () => {
  const held = (world: Cluster, broker: number): boolean => isThrottled(world.broker(broker), 'follower', 't', 0);

  it('counts from a change of the topic’s configuration or a start of the broker on, not from the topic’s creation', () => {
    const world = new Cluster().boot().createTopic('t', [[2]], replicas('follower', '0:2'));
    expect(held(world, 2)).toBe(false);
    world.signal('broker-2', 'SIGTERM').until(() => !world.isUp('broker-2'), 'it is down').startBroker(2).until(() => world.isRunning(2), 'it runs');
    expect(held(world, 2)).toBe(true);
    expect(held(throttle(world, replicas('follower', '')), 2)).toBe(false);
  });

  it('outlives its topic', () => {
    const world = throttle(new Cluster().boot().createTopic('t', [[2]]), replicas('follower', '0:2'));
    world.ask(1, 'DeleteTopics', { topicNames: ['t'], timeoutMs: 10_000 });
    world.until(() => world.znode('/config/topics/t') === undefined, 'it is gone').createTopic('t', [[2]]);
    expect(held(world, 2)).toBe(true);
  });
});

describe('a follower in the ISR', () => {
  it('is never held back by its leader, though what it is sent counts', () => {
    const world = throttle(new Cluster({ properties }).boot().createTopic('t', [[1, 2]]), replicas('leader', '*'));
    limit(world, 1, { leader: 1_000 });
    for (let i = 0; i < 50; i++) expect(world.produce(1, 't', 0, 'x'.repeat(940), -1).error).toBe('NONE');
    expect(world.partition(2, 't-0').log.logEndOffset).toBe(50);
    const { earlier, current } = world.broker(1).replicationRates.leader;
    expect([...earlier, current!].reduce((sum, { value }) => sum + value, 0)).toBeGreaterThan(50_000);
    expect(world.state('t', 0)!.isr).toEqual([1, 2]);
  });

  it('does not hold itself back while it lags behind nothing', () => {
    const world = throttle(new Cluster({ properties }).boot().createTopic('t', [[1, 2]]), replicas('follower', '*'));
    limit(world, 2, { follower: 1_000 });
    for (let i = 0; i < 50; i++) expect(world.produce(1, 't', 0, 'x'.repeat(940), -1).error).toBe('NONE');
    expect(world.state('t', 0)!.isr).toEqual([1, 2]);
  });
});

it('a held back partition is taken out of the fetch session, and others of the same leader go on', () => {
  const world = new Cluster({ properties: { ...properties, 'num.replica.fetchers': '1' } }).boot().createTopic('t', [[1]]).createTopic('u', [[1, 2]]);
  throttle(world, replicas('follower', '0:2'));
  for (let i = 0; i < BATCHES; i++) world.produce(1, 't', 0, 'x'.repeat(940), 1);
  limit(world, 2, { follower: 4_000 });
  move(world, [1, 2]).run(10);
  expect(world.messages.some(({ message }) => message.type === 'FetchRequest' && JSON.stringify(message['forgottenTopicsData']) === '[{"topic":"t","partitions":[0]}]')).toBe(true);
  expect(world.produce(1, 'u', 0, 'now', -1, 2_000).error).toBe('NONE');
  expect(world.state('t', 0)!.isr).toEqual([1]);
});
