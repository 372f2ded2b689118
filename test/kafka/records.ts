/** Record batches with text in them, for tests. */
import { decodeRecords, encodeBatch, type BatchFields } from '../../src/kafka/log/record-batch.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** One record a value. */
export function batchOf(values: string | readonly string[], timestamp: number, fields: BatchFields = {}): Uint8Array {
  const texts = typeof values === 'string' ? [values] : values;
  return encodeBatch(texts.map((text) => ({ timestamp, key: null, value: encoder.encode(text) })), { baseOffset: 0, ...fields });
}

export function valuesOf(batches: readonly Uint8Array[]): readonly string[] {
  return batches.flatMap((batch) => decodeRecords(batch).map(({ value }) => (value ? decoder.decode(value) : '')));
}
