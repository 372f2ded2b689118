/** Opens the records of a compressed batch (`CompressionType.wrapForInput` 2.3.0). Throws where the bytes are not what the codec writes. */
import { gunzipSync } from 'fflate';
import { uncompress as snappy } from 'snappyjs';
import { assert } from '../../../kernel/assert.ts';
import { readInt32 } from '../varint.ts';
import { codecNames, SNAPPY_HEADER } from './codecs.ts';
import { decompressLz4 } from './lz4.ts';

function decompressSnappy(bytes: Uint8Array): Uint8Array {
  assert(SNAPPY_HEADER.every((byte, index) => bytes[index] === byte), 'a snappy stream begins as snappy-java writes it');
  const blocks: Uint8Array[] = [];
  for (let at = SNAPPY_HEADER.length; at < bytes.length; ) {
    const length = readInt32(bytes, at);
    blocks.push(snappy(bytes.slice(at + 4, at + 4 + length)));
    at += 4 + length;
  }
  const content = new Uint8Array(blocks.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const block of blocks) {
    content.set(block, at);
    at += block.length;
  }
  return content;
}

/** `codec`: the number in the batch's attributes. */
export function decompress(codec: number, bytes: Uint8Array): Uint8Array {
  switch (codecNames[codec]) {
    case 'none':
      return bytes;
    case 'gzip':
      return gunzipSync(bytes);
    case 'snappy':
      return decompressSnappy(bytes);
    case 'lz4':
      return decompressLz4(bytes);
    default:
      throw new Error(`codec ${codec} is not modelled`);
  }
}
