import { expect, it } from 'vitest';
import { groupsFrame } from '../../../src/app/frames/groups.ts';
import { RunningCluster } from '../../../src/cluster/running.ts';
import { build, type ClientDescription } from '../../../src/cluster/description.ts';
import { brokersBoot, ensembleBoot, ordersProducer, ordersTopic, startClients, threeBrokers, threeServers } from '../../../src/scenarios/fixtures.ts';

const member = (name: string): ClientDescription => ({ kind: 'consumer', name, properties: { 'group.id': 'readers', 'auto.offset.reset': 'earliest' }, subscription: ['orders'] });

it('shows who of a group reads what, how far, and whose silence is counted', () => {
  const running = new RunningCluster(build({ seed: 5, zookeeper: threeServers, brokers: threeBrokers, clients: [ordersProducer, member('C1'), member('C2')] }));
  for (const step of [...ensembleBoot, ...brokersBoot, ordersTopic, startClients('P1', 'C1', 'C2')]) running.perform(step);
  const frame = () => groupsFrame({ world: running.world, observed: running.observed, facts: running.facts(), now: running.now }).groups;
  expect(frame()).toEqual([]);
  running.runFor(20_000);
  const [group] = frame();
  expect(group).toMatchObject({ id: 'readers', state: 'Stable', protocol: 'range' });
  expect(group!.members.map(({ process }) => process).sort()).toEqual(['C1', 'C2']);
  expect(group!.members.filter(({ isLeader }) => isLeader)).toHaveLength(1);
  expect(group!.partitions.map(({ name }) => name)).toEqual(['orders-0', 'orders-1', 'orders-2']);
  for (const { owner, position, committed, highWatermark, lag } of group!.partitions) {
    expect(group!.members.map(({ id }) => id)).toContain(owner);
    expect(position).toBeGreaterThanOrEqual(committed!);
    expect(lag).toBe(highWatermark! - committed!);
  }
  running.act({ type: 'signal', process: 'C1', signal: 'SIGKILL' });
  running.runFor(4_000);
  const silent = frame()[0]!.members.find(({ expiresAt, heartbeatAt }) => expiresAt !== undefined && running.now - heartbeatAt > 3_500_000);
  expect(silent).toMatchObject({ waitsFor: undefined });
  running.runFor(20_000);
  expect(frame()[0]!.members.map(({ process }) => process)).toEqual(['C2']);
  expect(new Set(frame()[0]!.partitions.map(({ owner }) => owner)).size).toBe(1);
  expect(frame()[0]!.generation).toBeGreaterThan(group!.generation);
});
