/** What a leader stores of batches in several codecs, by its topic's compression.type (kafka-storage.md, 1.6, rule 8). */
import { expect, it } from 'vitest';
import { toArray } from '../../../src/kernel/append-list.ts';
import { withCodec } from '../../../src/kafka/log/compressed-batch.ts';
import type { ModelledCodec } from '../../../src/kafka/log/compression/codecs.ts';
import { codecName } from '../../../src/kafka/log/record-batch.ts';
import { Cluster } from '../cluster.ts';
import { batchOf, valuesOf } from '../records.ts';

const SENT_MS = 1_795_332_540_000;
const CODECS = ['none', 'gzip', 'snappy', 'lz4'] as const;
const values = Array.from({ length: 20 }, (_, n) => `${n} of twenty values that are much alike`);

function produce(world: Cluster, codec: ModelledCodec, values: readonly string[]): string {
  const batch = withCodec(batchOf(values, SENT_MS), codec);
  return world.ask(1, 'Produce', { transactionalId: null, acks: -1, timeoutMs: 5_000, topics: [{ topic: 't', partitions: [{ partition: 0, records: [batch] }] }] }).topics[0]!.partitions[0]!.error;
}

const stored = (world: Cluster, broker: number): readonly Uint8Array[] => world.partition(broker, 't-0').log.segments.flatMap(({ batches }) => toArray(batches));

it.each([
  ['producer', CODECS],
  ['uncompressed', ['none', 'none', 'none', 'none']],
  ['gzip', ['gzip', 'gzip', 'gzip', 'gzip']],
  ['lz4', ['lz4', 'lz4', 'lz4', 'lz4']],
])('compression.type=%s stores batches of every codec as %j, and consumers read them all', (type, expected) => {
  const world = new Cluster().boot().createTopic('t', [[1, 2]], { 'compression.type': type });
  for (const codec of CODECS) expect(produce(world, codec, values)).toBe('NONE');
  world.run(1);
  expect(stored(world, 1).map(codecName)).toEqual(expected);
  expect(stored(world, 2)).toEqual(stored(world, 1));
  expect(valuesOf(world.fetch(1, 't', 0, 0).records)).toEqual([...values, ...values, ...values, ...values]);
});

it('the broker’s own compression.type holds for topics without one, and follows a change while it runs', () => {
  const world = new Cluster({ properties: { 'compression.type': 'snappy' } }).boot().createTopic('t', [[1, 2]]);
  produce(world, 'none', values);
  const configs = [{ name: 'compression.type', value: 'gzip' }];
  for (const id of [1, 2, 3]) world.ask(id, 'AlterConfigs', { resources: [{ resourceType: 'BROKER', resourceName: String(id), configs }], validateOnly: false });
  world.run(1);
  produce(world, 'none', values);
  expect(stored(world, 1).map(codecName)).toEqual(['snappy', 'gzip']);
});

it('what is too large as it came is refused, and what has become too large by another codec too', () => {
  const world = new Cluster().boot().createTopic('t', [[1, 2]], { 'compression.type': 'uncompressed', 'max.message.bytes': '500' });
  const alike = 'x'.repeat(1_000);
  expect(produce(world, 'none', [alike])).toBe('MESSAGE_TOO_LARGE');
  expect(withCodec(batchOf([alike], SENT_MS), 'gzip').length).toBeLessThan(500);
  expect(produce(world, 'gzip', [alike])).toBe('MESSAGE_TOO_LARGE');
  expect(produce(world, 'gzip', ['short'])).toBe('NONE');
});

it('a compacted topic looks for keys inside compressed batches', () => {
  const world = new Cluster().boot().createTopic('t', [[1, 2]], { 'cleanup.policy': 'compact' });
  expect(CODECS.map((codec) => produce(world, codec, values))).toEqual(CODECS.map(() => 'CORRUPT_MESSAGE'));
});

it('a time is found inside a compressed batch', () => {
  const world = new Cluster().boot().createTopic('t', [[1, 2]]);
  produce(world, 'lz4', values);
  const { topics } = world.ask(1, 'ListOffsets', { replicaId: -1, isolationLevel: 0, topics: [{ topic: 't', partitions: [{ partition: 0, currentLeaderEpoch: -1, timestamp: SENT_MS }] }] });
  expect(topics[0]!.partitions[0]).toMatchObject({ error: 'NONE', offset: 0, timestamp: SENT_MS });
});

it('zstd is refused for topics, in the lab’s own words', () => {
  const world = new Cluster().boot();
  const answer = world.ask(1, 'CreateTopics', { topics: [{ topic: 'z', numPartitions: 1, replicationFactor: 1, assignments: [], configs: [{ name: 'compression.type', value: 'zstd' }] }], timeoutMs: 5_000, validateOnly: false });
  expect(answer.topics[0]).toMatchObject({ error: 'INVALID_CONFIG', errorMessage: 'compression with zstd is not modelled in this lab · 本实验室未模拟 zstd 压缩' });
});
