/**
 * Plain data in few bytes, for what is kept long and read seldom: within one packing every text and every set of an object's
 * keys is written once and then named by its number, and small numbers are short. `unpack` gives equal data, not the same objects.
 */
import { assert } from './assert.ts';

const NULL = 0;
const UNDEFINED = 1;
const FALSE = 2;
const TRUE = 3;
/** A safe integer that is not negative (and not −0), and one that is. */
const NATURAL = 4;
const NEGATIVE = 5;
const FLOAT = 6;
const NEW_TEXT = 7;
const TEXT = 8;
const ARRAY = 9;
const NEW_SHAPE = 10;
const SHAPE = 11;
const BYTES = 12;
/** From here on the byte is a small number itself. */
const SMALL = 16;

const float = new Float64Array(1);
const floatBytes = new Uint8Array(float.buffer);

class Packer {
  private bytes = new Uint8Array(1_024);
  private length = 0;
  private readonly texts = new Map<string, number>();
  private readonly shapes = new Map<string, number>();

  get packed(): Uint8Array {
    return this.bytes.slice(0, this.length);
  }

  value(value: unknown): void {
    switch (typeof value) {
      case 'number':
        this.number(value);
        return;
      case 'string':
        this.text(value);
        return;
      case 'boolean':
        this.byte(value ? TRUE : FALSE);
        return;
      case 'undefined':
        this.byte(UNDEFINED);
        return;
      case 'object':
        if (value === null) this.byte(NULL);
        else if (Array.isArray(value)) {
          this.byte(ARRAY);
          this.natural(value.length);
          for (const one of value) this.value(one);
        } else if (value instanceof Uint8Array) {
          this.byte(BYTES);
          this.natural(value.length);
          this.room(value.length);
          this.bytes.set(value, this.length);
          this.length += value.length;
        } else this.object(value as Readonly<Record<string, unknown>>);
        return;
      default:
        assert(false, `not plain data: ${typeof value}`);
    }
  }

  private object(value: Readonly<Record<string, unknown>>): void {
    const keys = Object.keys(value);
    const shape = JSON.stringify(keys);
    const known = this.shapes.get(shape);
    if (known !== undefined) {
      this.byte(SHAPE);
      this.natural(known);
    } else {
      this.shapes.set(shape, this.shapes.size);
      this.byte(NEW_SHAPE);
      this.natural(keys.length);
      for (const key of keys) this.text(key);
    }
    for (const key of keys) this.value(value[key]);
  }

  private number(value: number): void {
    if (!Number.isSafeInteger(value) || Object.is(value, -0)) {
      this.byte(FLOAT);
      float[0] = value;
      for (const byte of floatBytes) this.byte(byte);
    } else if (value < 0) {
      this.byte(NEGATIVE);
      this.natural(-value);
    } else if (value < 256 - SMALL) this.byte(SMALL + value);
    else {
      this.byte(NATURAL);
      this.natural(value);
    }
  }

  private text(value: string): void {
    const known = this.texts.get(value);
    if (known !== undefined) {
      this.byte(TEXT);
      this.natural(known);
      return;
    }
    this.texts.set(value, this.texts.size);
    this.byte(NEW_TEXT);
    this.natural(value.length);
    for (let i = 0; i < value.length; i++) this.natural(value.charCodeAt(i));
  }

  /** Seven bits a byte, the lowest first. */
  private natural(value: number): void {
    let rest = value;
    while (rest >= 128) {
      this.byte((rest % 128) | 128);
      rest = Math.floor(rest / 128);
    }
    this.byte(rest);
  }

  private byte(value: number): void {
    if (this.length === this.bytes.length) this.room(1);
    this.bytes[this.length++] = value;
  }

  private room(count: number): void {
    if (this.length + count <= this.bytes.length) return;
    const larger = new Uint8Array(Math.max(this.length + count, this.bytes.length * 2));
    larger.set(this.bytes);
    this.bytes = larger;
  }
}

class Unpacker {
  private at = 0;
  private readonly texts: string[] = [];
  private readonly shapes: (readonly string[])[] = [];

  constructor(private readonly bytes: Uint8Array) {}

  value(): unknown {
    const tag = this.bytes[this.at++]!;
    switch (tag) {
      case NULL:
        return null;
      case UNDEFINED:
        return undefined;
      case FALSE:
        return false;
      case TRUE:
        return true;
      case NATURAL:
        return this.natural();
      case NEGATIVE:
        return -this.natural();
      case FLOAT:
        floatBytes.set(this.bytes.subarray(this.at, this.at + 8));
        this.at += 8;
        return float[0]!;
      case NEW_TEXT:
      case TEXT:
        return this.text(tag);
      case ARRAY: {
        const values: unknown[] = [];
        for (let left = this.natural(); left > 0; left--) values.push(this.value());
        return values;
      }
      case NEW_SHAPE: {
        const keys: string[] = [];
        // Numbered before its keys' values, which may be objects themselves.
        this.shapes.push(keys);
        for (let left = this.natural(); left > 0; left--) keys.push(this.text(this.bytes[this.at++]!));
        return this.object(keys);
      }
      case SHAPE:
        return this.object(this.shapes[this.natural()]!);
      case BYTES: {
        const length = this.natural();
        this.at += length;
        return this.bytes.slice(this.at - length, this.at);
      }
      default:
        return tag - SMALL;
    }
  }

  private object(keys: readonly string[]): unknown {
    const value: Record<string, unknown> = {};
    for (const key of keys) {
      if (key === '__proto__') Object.defineProperty(value, key, { value: this.value(), enumerable: true, configurable: true, writable: true });
      else value[key] = this.value();
    }
    return value;
  }

  private text(tag: number): string {
    if (tag === TEXT) return this.texts[this.natural()]!;
    const units: number[] = [];
    for (let left = this.natural(); left > 0; left--) units.push(this.natural());
    let text = '';
    for (let i = 0; i < units.length; i += 4_096) text += String.fromCharCode(...units.slice(i, i + 4_096));
    this.texts.push(text);
    return text;
  }

  private natural(): number {
    let value = 0;
    for (let weight = 1; ; weight *= 128) {
      const byte = this.bytes[this.at++]!;
      value += (byte & 127) * weight;
      if (byte < 128) return value;
    }
  }
}

export function pack(value: unknown): Uint8Array {
  const packer = new Packer();
  packer.value(value);
  return packer.packed;
}

export function unpack(bytes: Uint8Array): unknown {
  return new Unpacker(bytes).value();
}
