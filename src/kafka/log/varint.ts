/**
 * Integers as Kafka writes them: big-endian of fixed width, and zig-zag varints of the record format. A varlong of a value
 * in the range of an int has the bytes of the varint, so one pair of functions serves both. Values are safe integers.
 */
const WORD = 4294967296;

export function writeInt16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 8;
  bytes[at + 1] = value;
}

export function writeInt32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24;
  bytes[at + 1] = value >>> 16;
  bytes[at + 2] = value >>> 8;
  bytes[at + 3] = value;
}

export function writeInt64(bytes: Uint8Array, at: number, value: number): void {
  writeInt32(bytes, at, Math.floor(value / WORD));
  writeInt32(bytes, at + 4, value >>> 0);
}

export function readInt16(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16)) >> 16;
}

export function readInt32(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!;
}

export function readUint32(bytes: Uint8Array, at: number): number {
  return readInt32(bytes, at) >>> 0;
}

export function readInt64(bytes: Uint8Array, at: number): number {
  return readInt32(bytes, at) * WORD + readUint32(bytes, at + 4);
}

function zigZag(value: number): number {
  return value >= 0 ? value * 2 : -value * 2 - 1;
}

export function sizeOfVarint(value: number): number {
  let rest = zigZag(value);
  let size = 1;
  while (rest >= 128) {
    rest = Math.floor(rest / 128);
    size++;
  }
  return size;
}

/** Gives the position after it. */
export function writeVarint(bytes: Uint8Array, at: number, value: number): number {
  let rest = zigZag(value);
  while (rest >= 128) {
    bytes[at++] = (rest % 128) | 128;
    rest = Math.floor(rest / 128);
  }
  bytes[at++] = rest;
  return at;
}

/** Where a reader is; `readVarint` moves it on. */
export interface Cursor {
  readonly bytes: Uint8Array;
  at: number;
}

/** undefined where the bytes end too early or the number has more than ten bytes. */
export function readVarint(cursor: Cursor): number | undefined {
  let value = 0;
  let weight = 1;
  for (let i = 0; i < 10; i++) {
    const byte = cursor.bytes[cursor.at];
    if (byte === undefined) return undefined;
    cursor.at++;
    value += (byte & 127) * weight;
    if (byte < 128) return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
    weight *= 128;
  }
  return undefined;
}
