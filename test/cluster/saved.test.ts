/** Save, load and go on: the same cluster, at whatever item it was saved. */
import fc from 'fast-check';
import { beforeAll, expect, it } from 'vitest';
import { hash, load, save } from '../../src/kernel/codec.ts';
import type { World } from '../../src/kernel/world.ts';
import { build } from '../../src/cluster/description.ts';
import { kernel } from '../../src/cluster/programs.ts';
import { RunningCluster } from '../../src/cluster/running.ts';
import { brokersBoot, ensembleBoot, ordersTopic, threeBrokers, threeServers } from '../../src/scenarios/fixtures.ts';

/** So many items are handled after each load. */
const GOES_ON = 400;

/** Every world from the moment on at which a broker comes back to a cluster that has a new ensemble leader and new partition leaders, under load. */
const worlds: World[] = [];

beforeAll(() => {
  const clients = [
    { kind: 'producer', name: 'P1', properties: { acks: 'all' }, workload: { topic: 'orders', ratePerSecond: 10, valuePrefix: 'v' } },
    { kind: 'consumer', name: 'C1', properties: { 'group.id': 'g', 'auto.offset.reset': 'earliest' }, subscription: ['orders'] },
  ] as const;
  const cluster: RunningCluster = new RunningCluster(build({ seed: 3, zookeeper: threeServers, brokers: threeBrokers, clients }), undefined, () => worlds.push(cluster.world));
  for (const step of [...ensembleBoot, ...brokersBoot, ordersTopic]) cluster.perform(step);
  for (const process of ['P1', 'C1']) cluster.act({ type: 'start', process });
  cluster.runFor(2_000);
  cluster.act({ type: 'signal', process: 'broker-1', signal: 'SIGKILL' });
  cluster.act({ type: 'container', container: 'zookeeper2', verb: 'kill' });
  cluster.runFor(11_000);
  expect(cluster.facts().partition('orders', 0)!.leader).not.toBe(1);
  cluster.act({ type: 'start', process: 'broker-1' });
  worlds.length = 0;
  cluster.runFor(4_000);
  expect(worlds.length).toBeGreaterThan(2 * GOES_ON);
});

it('goes on to the same world, to the byte', { timeout: 60_000 }, () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: worlds.length - 1 }), (at) => {
      const end = Math.min(at + GOES_ON, worlds.length - 1);
      let world = load(save(worlds[at]!)) as World;
      expect(hash(world)).toBe(hash(worlds[at]!));
      for (let item = at; item < end; item++) world = kernel.tick(world)!.world;
      expect(hash(world)).toBe(hash(worlds[end]!));
    }),
    { numRuns: 12 },
  );
});
