/**
 * How much goes into a compressed batch: compared with what `ProducerBatch` of kafka-clients 2.3.0 did with the same nine hundred values, of which
 * three in four are alike and the others random. Records and bytes of each batch; of snappy only those before the first random value: in such
 * bytes snappyjs finds other repetitions than snappy-java does, which is a few bytes a batch.
 */
import { expect, it } from 'vitest';
import { append, emptyAccumulator, noteCompression, takeFirst, NO_IDENTITY } from '../../../src/kafka/clients/accumulator.ts';
import { producerConfig, type ProducerConfig } from '../../../src/kafka/clients/client-config.ts';
import { withCodec } from '../../../src/kafka/log/compressed-batch.ts';
import type { ModelledCodec } from '../../../src/kafka/log/compression/codecs.ts';
import { encodeBatch } from '../../../src/kafka/log/record-batch.ts';
import { noise } from '../log/recorded-compressed.ts';

const recorded: readonly (readonly [ModelledCodec, readonly (readonly [number, number])[]])[] = [
  ['gzip', [
    [15, 192], [15, 192], [15, 192], [15, 192], [15, 192], [15, 192], [15, 192], [15, 192], [15, 192], [16, 199], [16, 199], [16, 199],
    [16, 199], [16, 199], [16, 199], [16, 199], [16, 199], [16, 199], [16, 199], [16, 11254], [16, 16217], [17, 17224], [15, 15211], [15, 15214],
    [14, 14210], [14, 12230], [14, 187], [15, 192], [15, 192], [15, 192], [15, 192], [15, 192], [15, 192], [15, 192], [15, 192], [15, 192],
    [15, 192], [15, 192], [15, 192], [15, 192], [15, 192], [16, 199], [16, 199], [16, 199], [16, 199], [16, 6275], [16, 16218], [16, 16218],
    [15, 15210], [15, 15211], [14, 14208], [14, 14207], [14, 4262], [14, 187], [15, 192], [15, 192], [15, 192], [15, 192], [15, 192],
  ]],
  ['snappy', [
    [15, 845], [15, 845], [15, 845], [15, 845], [15, 845], [15, 845], [15, 845], [15, 845], [15, 845], [16, 895], [16, 895], [16, 895],
    [16, 895], [16, 895], [16, 895], [16, 895], [16, 895], [16, 895], [16, 895],
  ]],
  ['lz4', [
    [15, 214], [15, 214], [15, 214], [15, 214], [15, 214], [15, 214], [15, 214], [15, 214], [15, 214], [16, 222], [16, 222], [16, 222],
    [16, 222], [16, 222], [16, 222], [16, 222], [16, 222], [16, 222], [16, 222], [16, 11248], [16, 16220], [17, 17229], [15, 15211], [15, 15211],
    [14, 14202], [14, 12255], [14, 206], [15, 214], [15, 214], [15, 214], [15, 214], [15, 214], [15, 214], [15, 214], [15, 214], [15, 214],
    [15, 214], [15, 214], [15, 214], [15, 214], [15, 214], [16, 222], [16, 222], [16, 222], [16, 222], [16, 6233], [16, 16220], [16, 16220],
    [15, 15211], [15, 15211], [14, 14202], [14, 14202], [14, 4240], [14, 206], [15, 214], [15, 214], [15, 214], [15, 214], [15, 214],
  ]],
];

const valueOf = (n: number): Uint8Array => (n % 400 < 300 ? new Uint8Array(1_000).fill(0x78) : noise(1_000, 7 + n));

it.each(recorded)('batches of %s hold as many records, and become as small, as the real ones', (codec, expected) => {
  const config = producerConfig({ bootstrapServers: '127.0.0.1:9092', properties: { 'compression.type': codec } }, 'p') as ProducerConfig;
  let accumulator = emptyAccumulator(config);
  const built: [number, number][] = [];
  for (let n = 0; n < 900; n++) {
    const appended = append(accumulator, config, 't', 0, { n, timestamp: 1_560_000_000_000, key: null, value: valueOf(n) }, 0);
    if (appended.type === 'noMemory') throw new Error('no memory');
    accumulator = appended.accumulator;
    if (accumulator.queues['t-0']!.batches.length < 2) continue;
    const taken = takeFirst(accumulator, 't-0', -1, NO_IDENTITY, false);
    const batch = withCodec(encodeBatch(taken.batch.records), codec);
    accumulator = noteCompression(taken.accumulator, taken.batch, batch);
    built.push([taken.batch.records.length, batch.length]);
  }
  expect(built.slice(0, codec === 'snappy' ? expected.length : built.length)).toEqual(expected);
});
