/**
 * LZ4 as Kafka writes it (`KafkaLZ4BlockOutputStream`, `KafkaLZ4BlockInputStream` 2.3.0): a frame of independent blocks of 64 KiB without checksums of
 * their content. A block is made as the reference implementation's fast mode makes it, so that its bytes are those of lz4-java; the library for
 * browsers at hand ends blocks with matches that Java's reader refuses. https://github.com/lz4/lz4/tree/dev/doc
 */
import { assert } from '../../../kernel/assert.ts';

/** Magic, version 1 with independent blocks, blocks of 64 KiB, and the checksum of the two bytes before it. */
const FRAME_HEADER = [0x04, 0x22, 0x4d, 0x18, 0x60, 0x40, 0x82];
const BLOCK_BYTES = 65_536;
const BLOCK_LENGTH_BYTES = 4;
/** In a block's length: it is stored as it was. */
const IS_STORED = 0x80000000;

const LEAST_MATCH = 4;
/** A block ends with so many literals at least, and no match begins so near to its end. */
const LAST_LITERALS = 5;
const MATCH_FREE_END = 12;
const HASH_BITS = 13;
/** So many attempts in vain, and the steps get longer. */
const ATTEMPTS_A_STEP_BITS = 6;
/** A nibble of the token that goes on in further bytes. */
const NIBBLE = 15;

const readUint32 = (bytes: Uint8Array, at: number): number => (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0;
const hashAt = (bytes: Uint8Array, at: number): number => Math.imul(readUint32(bytes, at), 2_654_435_761) >>> (32 - HASH_BITS);

function pushLength(to: number[], length: number): void {
  let rest = length - NIBBLE;
  if (rest < 0) return;
  for (; rest >= 255; rest -= 255) to.push(255);
  to.push(rest);
}

function pushSequence(to: number[], literals: Uint8Array, match: { readonly distance: number; readonly length: number } | null): void {
  const matchCode = match === null ? 0 : match.length - LEAST_MATCH;
  to.push((Math.min(literals.length, NIBBLE) << 4) | Math.min(matchCode, NIBBLE));
  pushLength(to, literals.length);
  for (const literal of literals) to.push(literal);
  if (match === null) return;
  to.push(match.distance & 255, match.distance >>> 8);
  pushLength(to, matchCode);
}

/** One block of at most 64 KiB. */
function compressBlock(source: Uint8Array): readonly number[] {
  const block: number[] = [];
  const lastMatchStart = source.length - MATCH_FREE_END;
  const matchEnd = source.length - LAST_LITERALS;
  const table = new Uint16Array(1 << HASH_BITS);
  let anchor = 0;
  let at = 1;
  const candidateFor = (position: number): number => {
    const slot = hashAt(source, position);
    const before = table[slot]!;
    table[slot] = position;
    return before;
  };
  const isMatch = (candidate: number): boolean => readUint32(source, candidate) === readUint32(source, at);
  /** Steps to the next match; −1: there is none any more. */
  const search = (): number => {
    let step = 1;
    for (let attempts = 1 << ATTEMPTS_A_STEP_BITS; at + step <= lastMatchStart + 1; ) {
      const candidate = candidateFor(at);
      if (isMatch(candidate)) return candidate;
      at += step;
      step = attempts++ >> ATTEMPTS_A_STEP_BITS;
    }
    return -1;
  };
  while (source.length > MATCH_FREE_END) {
    let candidate = search();
    if (candidate < 0) break;
    while (at > anchor && candidate > 0 && source[at - 1] === source[candidate - 1]) {
      at--;
      candidate--;
    }
    let goesOn = true;
    while (goesOn) {
      let length = LEAST_MATCH;
      while (at + length < matchEnd && source[at + length] === source[candidate + length]) length++;
      pushSequence(block, source.subarray(anchor, at), { distance: at - candidate, length });
      at += length;
      anchor = at;
      if (at > lastMatchStart) break;
      table[hashAt(source, at - 2)] = at - 2;
      candidate = candidateFor(at);
      goesOn = isMatch(candidate);
    }
    if (at > lastMatchStart) break;
    at++;
  }
  pushSequence(block, source.subarray(anchor), null);
  return block;
}

export function compressLz4(bytes: Uint8Array): Uint8Array {
  const frame = [...FRAME_HEADER];
  const pushUint32 = (value: number): unknown => frame.push(value & 255, (value >>> 8) & 255, (value >>> 16) & 255, value >>> 24);
  for (let at = 0; at < bytes.length; at += BLOCK_BYTES) {
    const source = bytes.subarray(at, at + BLOCK_BYTES);
    const block = compressBlock(source);
    const isSmaller = block.length < source.length;
    pushUint32(isSmaller ? block.length : source.length | IS_STORED);
    for (const byte of isSmaller ? block : source) frame.push(byte);
  }
  pushUint32(0);
  return Uint8Array.from(frame);
}

function decompressBlock(block: Uint8Array, to: number[]): void {
  let at = 0;
  const begin = to.length;
  const lengthOf = (nibble: number): number => {
    let length = nibble;
    if (nibble === NIBBLE) {
      let more = 255;
      while (more === 255) length += more = block[at++] ?? 0;
    }
    return length;
  };
  while (at < block.length) {
    const token = block[at++]!;
    for (let literals = lengthOf(token >>> 4); literals > 0; literals--) to.push(block[at++]!);
    if (at >= block.length) break;
    const distance = block[at]! | (block[at + 1]! << 8);
    at += 2;
    assert(distance > 0 && distance <= to.length - begin, 'a match of LZ4 lies in its block');
    for (let length = lengthOf(token & NIBBLE) + LEAST_MATCH; length > 0; length--) to.push(to[to.length - distance]!);
  }
}

export function decompressLz4(bytes: Uint8Array): Uint8Array {
  assert(FRAME_HEADER.every((byte, index) => bytes[index] === byte), 'an LZ4 frame begins as Kafka writes it');
  const content: number[] = [];
  for (let at = FRAME_HEADER.length; ; ) {
    const length = readUint32(bytes, at);
    if (length === 0) return Uint8Array.from(content);
    const isStored = length >= IS_STORED;
    const from = at + BLOCK_LENGTH_BYTES;
    at = from + (isStored ? length - IS_STORED : length);
    const block = bytes.subarray(from, at);
    if (isStored) for (const byte of block) content.push(byte);
    else decompressBlock(block, content);
  }
}
