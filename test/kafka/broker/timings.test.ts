/** The observable timings of section 9: three brokers, three replicas, defaults, ZooKeeper's tick 2000 ms. Several seeds each. */
import { describe, expect, test } from 'vitest';
import { brokerName, Cluster } from '../cluster.ts';

const SEEDS = [1, 2, 3, 4, 5, 6] as const;
const PARTITION = '/brokers/topics/t/partitions/0/state';

function booted(seed: number, assignment: readonly (readonly number[])[] = [[2, 3, 1]]): Cluster {
  return new Cluster({ seed }).boot().createTopic('t', assignment).run(3);
}

const seconds = (world: Cluster, since: number): number => (world.world.now - since) / 1e6;
const isGone = (world: Cluster, id: number): boolean => world.znode(`/brokers/ids/${id}`) === undefined;

/** From the death of a broker to the end of its session. */
function expiry(world: Cluster, id: number): number {
  const killed = world.world.now;
  return seconds(world.kill(brokerName(id)).until(() => isGone(world, id), 'its session ends', 12), killed);
}

describe('section 9', () => {
  test('9.1: a session ends S − S/3 to S + tick after the death of its broker, up to a second later where a follower holds it', () => {
    const took = SEEDS.map((seed) => expiry(booted(seed).run(seed * 0.37), 2));
    for (const one of took) {
      expect(one).toBeGreaterThan(4);
      expect(one).toBeLessThanOrEqual(9);
    }
    // Not one fixed time: it depends on the last ping and on the tick.
    expect(Math.max(...took) - Math.min(...took)).toBeGreaterThan(0.2);
  });

  test('9.2: a killed leader is missed for as long as its session lasts; then a few milliseconds elect, one more hop serves', () => {
    for (const seed of SEEDS.slice(0, 3)) {
      const world = booted(seed);
      expiry(world, 2);
      const gone = world.world.now;
      world.until(() => world.state('t', 0)!.leader === 3, 'elected', 1);
      expect(seconds(world, gone)).toBeLessThan(0.05);
      world.until(() => world.factsOf('becameLeader', brokerName(3)).length > 0, 'leads', 1);
      expect(seconds(world, gone)).toBeLessThan(0.06);
      world.until(() => world.broker(1).metadata.topics['t']![0]!.leader === 3, 'everybody knows', 1);
      expect(seconds(world, gone)).toBeLessThan(0.1);
      // The partition it followed is taken out of the ISR in the same moment, which lets acks=all go on.
      expect(world.state('t', 0)).toMatchObject({ isr: [3, 1], leaderEpoch: 1 });
    }
  });

  test('9.2: its followers try again every 2 s until they are told otherwise', () => {
    const world = booted(1);
    const killed = world.world.now;
    world.kill(brokerName(2)).until(() => isGone(world, 2), 'its session ends', 12);
    const tries = world.factsOf('fetcherError', brokerName(3)).map(({ at }) => at).filter((at) => at > killed);
    expect(tries.length).toBeGreaterThan(1);
    for (let index = 1; index < tries.length; index++) expect((tries[index]! - tries[index - 1]!) / 1e6).toBeCloseTo(2, 1);
  });

  test('9.3: a killed controller is followed in the same moment as its session ends, and what it led gets two epochs', () => {
    for (const seed of SEEDS.slice(0, 3)) {
      const world = booted(seed, [[1, 2, 3]]);
      expiry(world, 1);
      const gone = world.world.now;
      world.until(() => [2, 3].includes(world.controllerId()), 'a controller', 1);
      expect(seconds(world, gone)).toBeLessThan(0.1);
      world.until(() => world.state('t', 0)!.leader === 2, 'a leader', 2);
      expect(seconds(world, gone)).toBeLessThan(0.5);
      expect(world.state('t', 0)).toMatchObject({ leaderEpoch: 2, controllerEpoch: 2 });
    }
  });

  test('9.4: a controlled shutdown moves leadership within milliseconds, before the broker goes', () => {
    for (const seed of SEEDS.slice(0, 3)) {
      const world = booted(seed);
      const asked = world.world.now;
      world.signal(brokerName(2), 'SIGTERM').until(() => world.state('t', 0)!.leader === 3, 'moved', 1);
      expect(seconds(world, asked)).toBeLessThan(0.1);
      expect(isGone(world, 2)).toBe(false);
      world.until(() => world.factsOf('becameLeader', brokerName(3)).length > 0, 'served', 1);
      expect(seconds(world, asked)).toBeLessThan(0.1);
      world.until(() => isGone(world, 2), 'gone', 5);
      expect(world.state('t', 0)).toMatchObject({ leader: 3, isr: [3, 1], leaderEpoch: 1 });
    }
  });

  test('9.5: a stuck follower leaves the ISR 10 to 15 s after it was last caught up', () => {
    for (const seed of SEEDS) {
      const world = booted(seed).run(seed * 0.83);
      world.cut(brokerName(2), brokerName(3));
      const stuck = world.world.now;
      world.produce(2, 't', 0, 'a', 1);
      world.until(() => world.state('t', 0)!.isr.length === 2, 'shrunk', 20);
      // It was last caught up at most half a second before, when its parked fetch ended.
      expect(seconds(world, stuck)).toBeGreaterThan(9.4);
      expect(seconds(world, stuck)).toBeLessThanOrEqual(15.1);
    }
  });

  test('9.5: an ISR change is known to others within 2.5 s after a quiet minute, else 5 to 7.5 s after the last change', () => {
    const known = (world: Cluster, members: number): boolean => world.broker(1).metadata.topics['t']![0]!.isr.length === members;
    const world = booted(3).run(65);
    world.cut(brokerName(2), brokerName(3)).produce(2, 't', 0, 'a', 1);
    world.until(() => world.factsOf('isrShrank').length > 0, 'shrunk', 20);
    const shrunk = world.world.now;
    world.until(() => known(world, 2), 'known', 10);
    expect(seconds(world, shrunk)).toBeLessThan(2.6);
    world.heal().until(() => world.factsOf('isrExpanded').length > 0, 'expanded', 40);
    const expanded = world.world.now;
    world.until(() => known(world, 3), 'known', 10);
    expect(seconds(world, expanded)).toBeGreaterThan(5);
    expect(seconds(world, expanded)).toBeLessThan(7.6);
  });

  test('9.5: a broker that returns is let in by its first fetch that has caught up', () => {
    const world = booted(1);
    expiry(world, 2);
    world.run(1);
    for (let n = 0; n < 20; n++) world.produce(3, 't', 0, `v${n}`, -1);
    world.startBroker(2).until(() => world.znode('/brokers/ids/2') !== undefined, 'registered', 10);
    const registered = world.world.now;
    world.until(() => world.state('t', 0)!.isr.includes(2), 'in sync', 10);
    expect(seconds(world, registered)).toBeLessThan(1.5);
  });

  test('9.5: a new HW reaches the followers of an idle partition within 500 ms, and the file within 5 s', () => {
    for (const seed of SEEDS) {
      const world = booted(seed);
      world.produce(2, 't', 0, 'a', -1);
      const committed = world.world.now;
      world.until(() => [1, 3].every((id) => world.partition(id, 't-0').highWatermark === 1), 'known', 2);
      expect(seconds(world, committed)).toBeLessThan(0.51);
      const written = (): boolean => JSON.stringify(world.world.volumes.find(({ name }) => name === brokerName(2))!.files.map(({ content }) => content.entries.tail)).includes('t 0 1');
      world.until(written, 'in the file', 6);
      expect(seconds(world, committed)).toBeLessThan(5.1);
    }
  });

  test('9.5: a new topic has its leader everywhere within tens of milliseconds', () => {
    for (const seed of SEEDS.slice(0, 3)) {
      const world = new Cluster({ seed }).boot();
      const asked = world.world.now;
      world.createTopic('t', [[2, 3, 1]]).until(() => [1, 2, 3].every((id) => world.broker(id).metadata.topics['t']?.[0]?.leader === 2), 'known', 2);
      expect(seconds(world, asked)).toBeLessThan(0.1);
      expect(world.znode(PARTITION)).toBeDefined();
    }
  });

  test('9.5: sessions survive 16 s without a quorum, since a new ZooKeeper leader gives each a fresh time-out', () => {
    const world = booted(2);
    const registered = [1, 2, 3].map((id) => world.broker(id).brokerEpoch);
    world.kill('zookeeper1', 'zookeeper2').run(16).startZooKeeper(1, 2).run(20);
    expect([1, 2, 3].map((id) => world.broker(id).brokerEpoch)).toEqual(registered);
    expect(world.factsOf('sessionExpired')).toEqual([]);
    expect(world.state('t', 0)).toMatchObject({ leaderEpoch: 0, controllerEpoch: 1, version: 0 });
  });
});
