/** Compressed batches: the bytes of Java's libraries, as recorded and as kafkajs reads them. */
import Decoder from 'kafkajs/src/protocol/decoder';
import RecordBatchDecoder from 'kafkajs/src/protocol/recordBatch/v0/decoder';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compress } from '../../../src/kafka/log/compression/compress.ts';
import { codecNames, modelledCodecs } from '../../../src/kafka/log/compression/codecs.ts';
import { decompress } from '../../../src/kafka/log/compression/decompress.ts';
import { compressionRatio, withCodec } from '../../../src/kafka/log/compressed-batch.ts';
import { BATCH_OVERHEAD, batchLayout, codecName, decodeRecords, encodeBatch, isValid, recordsOf } from '../../../src/kafka/log/record-batch.ts';
import { recordedBatches, recordedRecords } from './recorded-compressed.ts';

const fromBase64 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64'));
/** Where gzip's header names the operating system. */
const OPERATING_SYSTEM = BATCH_OVERHEAD + 9;

describe.each(recordedBatches)('$codec of $kind', ({ kind, codec, base64 }) => {
  const recorded = fromBase64(base64);
  const plain = encodeBatch(recordedRecords[kind]!);

  it('is read as what the real producer put in', () => {
    expect([isValid(recorded), codecName(recorded)]).toEqual([true, codec]);
    expect(decodeRecords(recorded)).toEqual(decodeRecords(plain));
    expect(recordsOf(recorded)).toEqual(plain.subarray(BATCH_OVERHEAD));
  });

  it('is made to the same bytes', () => {
    const made = withCodec(plain, codec);
    expect(isValid(made)).toBe(true);
    const expected = recorded.slice(BATCH_OVERHEAD);
    if (codec === 'gzip') expected[OPERATING_SYSTEM - BATCH_OVERHEAD] = 0;
    expect(made.subarray(BATCH_OVERHEAD)).toEqual(expected);
    // Length and codec stand in the header; the CRC covers what follows it.
    expect(made.subarray(0, 17)).toEqual(recorded.subarray(0, 17));
    expect(made.subarray(21, BATCH_OVERHEAD)).toEqual(recorded.subarray(21, BATCH_OVERHEAD));
  });
});

describe('a compressed batch', () => {
  const plain = encodeBatch(recordedRecords['words']!, { producerId: 7, producerEpoch: 3, baseSequence: 42, baseOffset: 5, partitionLeaderEpoch: 9 });

  it('goes from codec to codec and back without a change', () => {
    const there = modelledCodecs.reduce(withCodec, plain);
    expect(codecName(there)).toBe('lz4');
    expect(withCodec(there, 'none')).toEqual(plain);
    expect(withCodec(there, 'lz4')).toBe(there);
  });

  it('keeps all that its header says but length, CRC and codec', () => {
    expect(decodeRecords(withCodec(plain, 'snappy'))).toEqual(decodeRecords(plain));
    expect(compressionRatio(withCodec(plain, 'gzip').length, plain.length)).toBeCloseTo(0.029, 3);
  });

  it('names its codec in its attributes, and its records are one stretch of bytes', () => {
    const batch = withCodec(plain, 'lz4');
    const fields = batchLayout(batch);
    expect(fields.find(({ name }) => name === 'attributes')!.value).toBe('lz4 CreateTime');
    expect(fields.at(-1)).toEqual({ name: 'records', from: BATCH_OVERHEAD, to: batch.length, value: 'lz4' });
  });

  it('is read by kafkajs, which knows gzip', async () => {
    const batch = await RecordBatchDecoder(new Decoder(Buffer.from(withCodec(plain, 'gzip'))));
    expect(batch.records.map(({ value }: { value: Buffer }) => value.toString())).toEqual(recordedRecords['words']!.map(({ value }) => Buffer.from(value!).toString()));
  });
});

it.each(modelledCodecs)('%s gives back whatever it was given', (codec) => {
  const repetitive = fc.array(fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 20 }), fc.nat({ max: 3_000 })), { maxLength: 8 }).map((parts) => Uint8Array.from(parts.flatMap(([bytes, times]) => Array.from({ length: times }, () => [...bytes]).flat())));
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ minLength: 1, maxLength: 200 }), repetitive), (bytes) => {
      expect(Buffer.compare(Buffer.from(decompress(codecNames.indexOf(codec), compress(codec, bytes))), Buffer.from(bytes))).toBe(0);
    }),
    { numRuns: 60 },
  );
});
