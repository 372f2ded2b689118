/** One broker to twelve: they register, one is controller, and every partition is replicated as asked. */
import { expect, it } from 'vitest';
import { defaultBrokers, imageDefaults } from '../../src/cluster/defaults.ts';
import { build, check } from '../../src/cluster/description.ts';
import { RunningCluster } from '../../src/cluster/running.ts';

it.each([1, 2, 7, 12])('a cluster of %i boots and replicates, and, of more than one, goes on without its controller', { timeout: 60_000 }, (count) => {
  const producer = { kind: 'producer', name: 'P1', properties: { acks: 'all' }, workload: { topic: 't', ratePerSecond: 20, valuePrefix: 'v' } } as const;
  const description = { seed: 1, zookeeper: { servers: 3, ...imageDefaults }, brokers: defaultBrokers(count), clients: [producer] };
  const { brokers } = check(description);
  const cluster = new RunningCluster(build(description));
  for (const sid of [1, 2, 3]) cluster.act({ type: 'start', process: `zookeeper${sid}` });
  cluster.perform({ do: [], until: { type: 'ensembleServes', servers: 3 }, withinMs: 20_000 });
  for (const { id } of brokers) cluster.act({ type: 'start', process: `broker-${id}` });
  cluster.perform({ do: [], until: { type: 'all', of: brokers.map(({ id }) => ({ type: 'brokerState', broker: id, state: 'RunningAsBroker' })) }, withinMs: 60_000 });
  const replicationFactor = Math.min(3, count);
  cluster.perform({
    do: [{ action: { type: 'admin', name: 'admin', brokers, command: { type: 'createTopic', topic: 't', partitions: count, replicationFactor } } }],
    until: { type: 'topicReady', topic: 't', partitions: count },
    withinMs: 30_000,
  });
  const partitions = cluster.facts().partitions('t');
  // Assigned round robin: everybody leads one.
  expect([...partitions.map(({ leader }) => leader)].sort((a, b) => a! - b!)).toEqual(brokers.map(({ id }) => id));
  for (const { replicas } of partitions) expect(new Set(replicas).size).toBe(replicationFactor);
  cluster.act({ type: 'start', process: 'P1' });
  cluster.runFor(3_000);
  const before = cluster.facts().ledger;
  expect(before.acked).toBeGreaterThan(20);
  if (count === 1) return;
  const first = cluster.facts().controller!;
  cluster.act({ type: 'signal', process: `broker-${first.brokerId}`, signal: 'SIGKILL' });
  cluster.runFor(12_000);
  const { controller, ledger } = cluster.facts();
  expect(controller).toMatchObject({ epoch: first.epoch + 1 });
  for (const { leader } of cluster.facts().partitions('t')) expect(leader).not.toBe(first.brokerId);
  expect(ledger.acked).toBeGreaterThan(before.acked + 50);
  expect(ledger.ackedLost).toBe(0);
});
