import { expect, test } from 'vitest';
import { Cluster } from '../cluster.ts';
import { valuesOf } from '../records.ts';

test('three brokers boot on an ensemble of three and replicate a record', () => {
  const cluster = new Cluster().boot();
  expect(cluster.controllerId()).toBe(1);
  cluster.createTopic('orders', [[1, 2, 3], [2, 3, 1], [3, 1, 2]]);
  cluster.run(3);
  expect(cluster.state('orders', 0)).toEqual({ leader: 1, leaderEpoch: 0, isr: [1, 2, 3], controllerEpoch: 1, version: 0 });
  expect(cluster.produce(1, 'orders', 0, 'a', -1)).toMatchObject({ error: 'NONE', baseOffset: 0 });
  cluster.run(1);
  expect([1, 2, 3].map((id) => cluster.partition(id, 'orders-0').highWatermark)).toEqual([1, 1, 1]);
  expect(valuesOf(cluster.fetch(1, 'orders', 0, 0).records)).toEqual(['a']);
});
