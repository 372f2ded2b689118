/**
 * Compresses the records of a batch (`CompressionType.wrapForOutput` 2.3.0). gzip and LZ4 come out as Java makes them, byte for byte; snappy too, but
 * for bytes almost without repetitions.
 */
import { Deflate } from 'pako/lib/deflate.js';
import { compress as snappy } from 'snappyjs';
import { writeInt32 } from '../varint.ts';
import { SNAPPY_HEADER, type ModelledCodec } from './codecs.ts';
import { compressLz4 } from './lz4.ts';

const SNAPPY_BLOCK_BYTES = 32_768;

/** As `GZIPOutputStream` writes it: zlib's usual level, and up to Java 15 neither a time nor an operating system. */
function compressGzip(bytes: Uint8Array): Uint8Array {
  const deflate = new Deflate({ level: 6, gzip: true, header: { time: 0, os: 0 } });
  deflate.push(bytes, true);
  return deflate.result as Uint8Array;
}

function compressSnappy(bytes: Uint8Array): Uint8Array {
  const blocks: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += SNAPPY_BLOCK_BYTES) blocks.push(snappy(bytes.slice(at, at + SNAPPY_BLOCK_BYTES)));
  const stream = new Uint8Array(blocks.reduce((sum, { length }) => sum + 4 + length, SNAPPY_HEADER.length));
  stream.set(SNAPPY_HEADER);
  let at = SNAPPY_HEADER.length;
  for (const block of blocks) {
    writeInt32(stream, at, block.length);
    stream.set(block, at + 4);
    at += 4 + block.length;
  }
  return stream;
}

export function compress(codec: ModelledCodec, bytes: Uint8Array): Uint8Array {
  switch (codec) {
    case 'none':
      return bytes;
    case 'gzip':
      return compressGzip(bytes);
    case 'snappy':
      return compressSnappy(bytes);
    case 'lz4':
      return compressLz4(bytes);
  }
}
