/** Batches whose records are compressed: made by producers, and by leaders where the topic wants another codec than the producer's. */
import { codecNames, type ModelledCodec } from './compression/codecs.ts';
import { compress } from './compression/compress.ts';
import { BATCH_OVERHEAD, compression, recordsOf, withRecords } from './record-batch.ts';

/** The same batch with its records in this codec; itself, if they are already. */
export function withCodec(batch: Uint8Array, codec: ModelledCodec): Uint8Array {
  const id = codecNames.indexOf(codec);
  return compression(batch) === id ? batch : withRecords(batch, id, compress(codec, recordsOf(batch)));
}

/** How much the records of a batch have kept of their size. Sizes are those of whole batches. */
export const compressionRatio = (compressedBytes: number, uncompressedBytes: number): number => Math.fround((compressedBytes - BATCH_OVERHEAD) / (uncompressedBytes - BATCH_OVERHEAD));
