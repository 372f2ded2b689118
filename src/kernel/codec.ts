/**
 * A world as text and as a fingerprint. Everything in a world is plain data (numbers, strings, booleans, null, arrays,
 * objects, Uint8Array), so both are walks over it. Two worlds have the same hash if and only if (up to 64 bits) they hold
 * the same data in the same order.
 */
import { assert } from './assert.ts';


const number = new Float64Array(1);
const numberBytes = new Uint32Array(number.buffer);

/** Two interleaved 32-bit FNV-1a-like lanes with different primes. */
class Hasher {
  private low = 0x811c9dc5 | 0;
  private high = 0x01000193 | 0;

  word(value: number): void {
    this.low = Math.imul(this.low ^ value, 0x01000193);
    this.low ^= this.low >>> 15;
    this.high = Math.imul(this.high ^ value, 0x85ebca6b);
    this.high ^= this.high >>> 13;
  }

  text(value: string): void {
    this.word(value.length);
    for (let i = 0; i < value.length; i++) this.word(value.charCodeAt(i));
  }

  float(value: number): void {
    number[0] = value;
    this.word(numberBytes[0]!);
    this.word(numberBytes[1]!);
  }

  bytes(value: Uint8Array): void {
    this.word(value.length);
    for (const byte of value) this.word(byte);
  }

  get digest(): string {
    return (this.high >>> 0).toString(16).padStart(8, '0') + (this.low >>> 0).toString(16).padStart(8, '0');
  }
}

function walk(hasher: Hasher, value: unknown): void {
  switch (typeof value) {
    case 'number':
      hasher.word(1);
      hasher.float(value);
      return;
    case 'string':
      hasher.word(2);
      hasher.text(value);
      return;
    case 'boolean':
      hasher.word(value ? 3 : 4);
      return;
    case 'undefined':
      hasher.word(5);
      return;
    case 'object':
      if (value === null) hasher.word(6);
      else if (Array.isArray(value)) {
        hasher.word(7);
        hasher.word(value.length);
        for (const one of value) walk(hasher, one);
      } else if (value instanceof Uint8Array) {
        hasher.word(8);
        hasher.bytes(value);
      } else {
        hasher.word(9);
        for (const key in value) {
          const one = (value as Record<string, unknown>)[key];
          // A key that is absent and one that is undefined are the same thing after a save.
          if (one === undefined) continue;
          hasher.text(key);
          walk(hasher, one);
        }
        hasher.word(10);
      }
      return;
    default:
      assert(false, `not plain data: ${typeof value}`);
  }
}

/** 16 hexadecimal digits. */
export function hash(value: unknown): string {
  const hasher = new Hasher();
  walk(hasher, value);
  return hasher.digest;
}

const BYTES = '$bytes';

function toBase64(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 8_192) text += String.fromCharCode(...bytes.subarray(i, i + 8_192));
  return btoa(text);
}

function fromBase64(text: string): Uint8Array {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

/** Plain data as JSON; bytes become `{ "$bytes": base64 }`. */
export function save(value: unknown): string {
  return JSON.stringify(value, (_key, one: unknown) => (one instanceof Uint8Array ? { [BYTES]: toBase64(one) } : one));
}

export function load(text: string): unknown {
  return JSON.parse(text, (_key, one: unknown) => {
    if (one !== null && typeof one === 'object' && BYTES in one && Object.keys(one).length === 1) {
      return fromBase64((one as Record<string, string>)[BYTES]!);
    }
    return one;
  });
}

