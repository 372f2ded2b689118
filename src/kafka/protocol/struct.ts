/**
 * Kafka's primitive types one after the other, as its schemas nest them (`org.apache.kafka.common.protocol.types.Type`): big-endian
 * integers, strings with an int16 length, bytes and arrays with an int32 length; length -1 is null.
 */
import { assert } from '../../kernel/assert.ts';
import { fromUtf8, utf8 } from '../log/record-batch.ts';
import { readInt16, readInt32, readInt64, writeInt16, writeInt32, writeInt64 } from '../log/varint.ts';

type Field = (bytes: Uint8Array, at: number) => unknown;

export class StructWriter {
  private readonly fields: { readonly size: number; readonly write: Field }[] = [];

  private field(size: number, write: Field): this {
    this.fields.push({ size, write });
    return this;
  }

  int8(value: number): this {
    return this.field(1, (bytes, at) => (bytes[at] = value & 0xff));
  }

  int16(value: number): this {
    return this.field(2, (bytes, at) => writeInt16(bytes, at, value));
  }

  int32(value: number): this {
    return this.field(4, (bytes, at) => writeInt32(bytes, at, value));
  }

  int64(value: number): this {
    return this.field(8, (bytes, at) => writeInt64(bytes, at, value));
  }

  private raw(content: Uint8Array): this {
    return this.field(content.length, (bytes, at) => bytes.set(content, at));
  }

  string(value: string | null): this {
    if (value === null) return this.int16(-1);
    const content = utf8(value);
    return this.int16(content.length).raw(content);
  }

  bytes(value: Uint8Array): this {
    return this.int32(value.length).raw(value);
  }

  array<Item>(items: readonly Item[] | null, write: (item: Item) => unknown): this {
    if (items === null) return this.int32(-1);
    this.int32(items.length);
    for (const item of items) write(item);
    return this;
  }

  end(): Uint8Array {
    const bytes = new Uint8Array(this.fields.reduce((sum, { size }) => sum + size, 0));
    let at = 0;
    for (const { size, write } of this.fields) {
      write(bytes, at);
      at += size;
    }
    return bytes;
  }
}

export class StructReader {
  private at = 0;

  constructor(private readonly content: Uint8Array) {}

  get hasMore(): boolean {
    return this.at < this.content.length;
  }

  private take(size: number): number {
    const from = this.at;
    this.at += size;
    assert(this.at <= this.content.length, 'a struct ends inside a field');
    return from;
  }

  int8(): number {
    return (this.content[this.take(1)]! << 24) >> 24;
  }

  int16(): number {
    return readInt16(this.content, this.take(2));
  }

  int32(): number {
    return readInt32(this.content, this.take(4));
  }

  int64(): number {
    return readInt64(this.content, this.take(8));
  }

  nullableString(): string | null {
    const size = this.int16();
    if (size < 0) return null;
    const from = this.take(size);
    return fromUtf8(this.content.subarray(from, from + size));
  }

  string(): string {
    return this.nullableString() ?? '';
  }

  /** Null reads as empty. */
  bytes(): Uint8Array {
    const size = Math.max(0, this.int32());
    const from = this.take(size);
    return this.content.slice(from, from + size);
  }

  /** Null reads as empty. */
  array<Item>(read: () => Item): Item[] {
    return Array.from({ length: Math.max(0, this.int32()) }, read);
  }
}
