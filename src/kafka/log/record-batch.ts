/**
 * Record batches of format v2 (`DefaultRecordBatch`, `DefaultRecord`; KIP-98, KIP-82), byte for byte. A batch is an
 * immutable Uint8Array from the producer's memory to the consumer's; what the broker needs of it is read from the header.
 * Compressed batches are opened here; they are made in compressed-batch.ts.
 */
import { assert } from '../../kernel/assert.ts';
import { codecNames } from './compression/codecs.ts';
import { decompress } from './compression/decompress.ts';
import { crc32c } from './crc32c.ts';
import {
  readInt16,
  readInt32,
  readInt64,
  readUint32,
  readVarint,
  sizeOfVarint,
  writeInt16,
  writeInt32,
  writeInt64,
  writeVarint,
  type Cursor,
} from './varint.ts';

/** Size of the header, in bytes. */
export const BATCH_OVERHEAD = 61;
/** Base offset and batch length, which the length does not count. */
export const LOG_OVERHEAD = 12;

const LENGTH = 8;
const LEADER_EPOCH = 12;
const MAGIC = 16;
const CRC = 17;
const ATTRIBUTES = 21;
const LAST_OFFSET_DELTA = 23;
const FIRST_TIMESTAMP = 27;
const MAX_TIMESTAMP = 35;
const PRODUCER_ID = 43;
const PRODUCER_EPOCH = 51;
const BASE_SEQUENCE = 53;
const RECORD_COUNT = 57;

const CODEC = 7;
const LOG_APPEND_TIME = 8;
const TRANSACTIONAL = 16;
const CONTROL = 32;

export const NO_PRODUCER_ID = -1;

export interface RecordHeader {
  readonly key: string;
  readonly value: Uint8Array | null;
}

export interface RecordFields {
  /** Milliseconds since 1970. */
  readonly timestamp: number;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly headers?: readonly RecordHeader[];
}

export interface DecodedRecord {
  readonly offset: number;
  readonly timestamp: number;
  /** -1 without a producer id. */
  readonly sequence: number;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly headers: readonly RecordHeader[];
}

export interface BatchFields {
  readonly baseOffset?: number;
  /** Producers leave -1; the leader stamps its own. */
  readonly partitionLeaderEpoch?: number;
  readonly producerId?: number;
  readonly producerEpoch?: number;
  readonly baseSequence?: number;
  readonly isTransactional?: boolean;
  readonly isControl?: boolean;
}

export type TimestampType = 'CreateTime' | 'LogAppendTime';

const textEncoder = new TextEncoder();
const textDecoder = new TextDecoder();

export function utf8(text: string): Uint8Array {
  return textEncoder.encode(text);
}

export function fromUtf8(bytes: Uint8Array): string {
  return textDecoder.decode(bytes);
}

function sizeOfNullable(bytes: Uint8Array | null): number {
  return bytes === null ? 1 : sizeOfVarint(bytes.length) + bytes.length;
}

function writeNullable(target: Uint8Array, at: number, bytes: Uint8Array | null): number {
  if (bytes === null) return writeVarint(target, at, -1);
  const start = writeVarint(target, at, bytes.length);
  target.set(bytes, start);
  return start + bytes.length;
}

/** Bytes of one record after its length field. */
function sizeOfRecordBody(record: RecordFields, timestampDelta: number, offsetDelta: number): number {
  const headers = record.headers ?? [];
  let size = 1 + sizeOfVarint(timestampDelta) + sizeOfVarint(offsetDelta);
  size += sizeOfNullable(record.key) + sizeOfNullable(record.value) + sizeOfVarint(headers.length);
  for (const header of headers) {
    const length = utf8(header.key).length;
    size += sizeOfVarint(length) + length + sizeOfNullable(header.value);
  }
  return size;
}

/** Bytes that a record takes in a batch whose first record has `firstTimestamp`. */
export function sizeOfRecord(record: RecordFields, firstTimestamp: number, offsetDelta: number): number {
  const body = sizeOfRecordBody(record, record.timestamp - firstTimestamp, offsetDelta);
  return sizeOfVarint(body) + body;
}

/** One uncompressed batch of at least one record, with CreateTime. */
export function encodeBatch(records: readonly RecordFields[], fields: BatchFields = {}): Uint8Array {
  const first = records[0];
  assert(first, 'a record batch has at least one record');
  const firstTimestamp = first.timestamp;
  const bodies: number[] = [];
  let size = BATCH_OVERHEAD;
  let maxTimestamp = firstTimestamp;
  for (let i = 0; i < records.length; i++) {
    const record = records[i]!;
    const body = sizeOfRecordBody(record, record.timestamp - firstTimestamp, i);
    bodies.push(body);
    size += sizeOfVarint(body) + body;
    if (record.timestamp > maxTimestamp) maxTimestamp = record.timestamp;
  }
  const bytes = new Uint8Array(size);
  writeInt64(bytes, 0, fields.baseOffset ?? 0);
  writeInt32(bytes, LENGTH, size - LOG_OVERHEAD);
  writeInt32(bytes, LEADER_EPOCH, fields.partitionLeaderEpoch ?? -1);
  bytes[MAGIC] = 2;
  writeInt16(bytes, ATTRIBUTES, (fields.isTransactional ? TRANSACTIONAL : 0) | (fields.isControl ? CONTROL : 0));
  writeInt32(bytes, LAST_OFFSET_DELTA, records.length - 1);
  writeInt64(bytes, FIRST_TIMESTAMP, firstTimestamp);
  writeInt64(bytes, MAX_TIMESTAMP, maxTimestamp);
  writeInt64(bytes, PRODUCER_ID, fields.producerId ?? NO_PRODUCER_ID);
  writeInt16(bytes, PRODUCER_EPOCH, fields.producerEpoch ?? -1);
  writeInt32(bytes, BASE_SEQUENCE, fields.baseSequence ?? -1);
  writeInt32(bytes, RECORD_COUNT, records.length);
  let at = BATCH_OVERHEAD;
  for (let i = 0; i < records.length; i++) {
    const record = records[i]!;
    const headers = record.headers ?? [];
    at = writeVarint(bytes, at, bodies[i]!);
    bytes[at++] = 0;
    at = writeVarint(bytes, at, record.timestamp - firstTimestamp);
    at = writeVarint(bytes, at, i);
    at = writeNullable(bytes, at, record.key);
    at = writeNullable(bytes, at, record.value);
    at = writeVarint(bytes, at, headers.length);
    for (const header of headers) {
      at = writeNullable(bytes, at, utf8(header.key));
      at = writeNullable(bytes, at, header.value);
    }
  }
  writeInt32(bytes, CRC, crc32c(bytes, ATTRIBUTES));
  return bytes;
}

export type ControlType = 'ABORT' | 'COMMIT';

export interface Marker {
  readonly type: ControlType;
  readonly timestamp: number;
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly coordinatorEpoch: number;
}

/** The control batch that ends a transaction in a partition: 78 bytes. */
export function encodeMarker(marker: Marker): Uint8Array {
  const key = new Uint8Array(4);
  writeInt16(key, 2, marker.type === 'COMMIT' ? 1 : 0);
  const value = new Uint8Array(6);
  writeInt32(value, 2, marker.coordinatorEpoch);
  return encodeBatch([{ timestamp: marker.timestamp, key, value }], {
    producerId: marker.producerId,
    producerEpoch: marker.producerEpoch,
    isTransactional: true,
    isControl: true,
  });
}

/** What a control batch says; undefined for any other batch. */
export function decodeMarker(batch: Uint8Array): Marker | undefined {
  if (!isControl(batch)) return undefined;
  const record = decodeRecords(batch)[0];
  if (!record?.key || !record.value) return undefined;
  return {
    type: readInt16(record.key, 2) === 1 ? 'COMMIT' : 'ABORT',
    timestamp: record.timestamp,
    producerId: producerId(batch),
    producerEpoch: producerEpoch(batch),
    coordinatorEpoch: readInt32(record.value, 2),
  };
}

export const baseOffset = (batch: Uint8Array): number => readInt64(batch, 0);
export const lastOffsetDelta = (batch: Uint8Array): number => readInt32(batch, LAST_OFFSET_DELTA);
export const lastOffset = (batch: Uint8Array): number => readInt64(batch, 0) + readInt32(batch, LAST_OFFSET_DELTA);
/** Size of the whole batch as its header claims. */
export const sizeInHeader = (batch: Uint8Array): number => readInt32(batch, LENGTH) + LOG_OVERHEAD;
export const partitionLeaderEpoch = (batch: Uint8Array): number => readInt32(batch, LEADER_EPOCH);
export const magic = (batch: Uint8Array): number => batch[MAGIC]!;
export const crc = (batch: Uint8Array): number => readUint32(batch, CRC);
/** The place of its codec among the names. */
export const compression = (batch: Uint8Array): number => batch[ATTRIBUTES + 1]! & CODEC;
export const codecName = (batch: Uint8Array): string => codecNames[compression(batch)] ?? String(compression(batch));
export const timestampType = (batch: Uint8Array): TimestampType => (batch[ATTRIBUTES + 1]! & LOG_APPEND_TIME ? 'LogAppendTime' : 'CreateTime');
export const isTransactional = (batch: Uint8Array): boolean => (batch[ATTRIBUTES + 1]! & TRANSACTIONAL) !== 0;
export const isControl = (batch: Uint8Array): boolean => (batch[ATTRIBUTES + 1]! & CONTROL) !== 0;
export const firstTimestamp = (batch: Uint8Array): number => readInt64(batch, FIRST_TIMESTAMP);
export const maxTimestamp = (batch: Uint8Array): number => readInt64(batch, MAX_TIMESTAMP);
export const producerId = (batch: Uint8Array): number => readInt64(batch, PRODUCER_ID);
export const producerEpoch = (batch: Uint8Array): number => readInt16(batch, PRODUCER_EPOCH);
export const baseSequence = (batch: Uint8Array): number => readInt32(batch, BASE_SEQUENCE);
export const recordCount = (batch: Uint8Array): number => readInt32(batch, RECORD_COUNT);

/** Sequence numbers are 31 bits: after 2147483647 comes 0. */
export function addSequence(sequence: number, increment: number): number {
  return sequence > 2147483647 - increment ? increment - (2147483647 - sequence) - 1 : sequence + increment;
}

/** -1 without a base sequence. */
export function lastSequence(batch: Uint8Array): number {
  const first = baseSequence(batch);
  return first < 0 ? -1 : addSequence(first, lastOffsetDelta(batch));
}

/** True if size, magic and CRC fit the bytes. */
export function isValid(batch: Uint8Array): boolean {
  return batch.length >= BATCH_OVERHEAD && sizeInHeader(batch) === batch.length && magic(batch) === 2 && crc32c(batch, ATTRIBUTES) === crc(batch);
}

/** Small batches that stay lie side by side in large buffers: a buffer of its own costs more than a small batch. */
const SHELF_BYTES = 65_536;
const SMALL_BYTES = 4_096;
let shelf = new Uint8Array(0);
let shelfUsed = 0;

function copyOf(batch: Uint8Array): Uint8Array {
  if (batch.length > SMALL_BYTES) return new Uint8Array(batch);
  if (shelfUsed + batch.length > shelf.length) {
    shelf = new Uint8Array(SHELF_BYTES);
    shelfUsed = 0;
  }
  const copy = shelf.subarray(shelfUsed, shelfUsed + batch.length);
  copy.set(batch);
  shelfUsed += batch.length;
  return copy;
}

/**
 * The batch as the leader stores it: a copy with its own base offset and leader epoch, which the CRC does not cover.
 * With `logAppendTimeMs` the timestamp type and the largest timestamp change too, and the CRC with them.
 */
export function stamped(batch: Uint8Array, base: number, leaderEpoch: number, logAppendTimeMs?: number): Uint8Array {
  const copy = copyOf(batch);
  writeInt64(copy, 0, base);
  writeInt32(copy, LEADER_EPOCH, leaderEpoch);
  if (logAppendTimeMs !== undefined) {
    copy[ATTRIBUTES + 1]! |= LOG_APPEND_TIME;
    writeInt64(copy, MAX_TIMESTAMP, logAppendTimeMs);
    writeInt32(copy, CRC, crc32c(copy, ATTRIBUTES));
  }
  return copy;
}

/** A stretch of a batch and what it means; `to` is excluded. `record` is the index of the record it belongs to. */
export interface BatchField {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly value: string;
  readonly record?: number;
}

type Visit = (name: string, from: number, to: number, value: number | Uint8Array | null) => void;

function readNullable(cursor: Cursor): { readonly length: number; readonly bytes: Uint8Array | null } {
  const length = readVarint(cursor);
  assert(length !== undefined, 'a record ends inside a length');
  if (length < 0) return { length, bytes: null };
  const start = cursor.at;
  cursor.at += length;
  assert(cursor.at <= cursor.bytes.length, 'a record ends inside a field');
  return { length, bytes: cursor.bytes.subarray(start, cursor.at) };
}

function walkRecord(cursor: Cursor, visit?: Visit): { timestampDelta: number; offsetDelta: number; key: Uint8Array | null; value: Uint8Array | null; headers: RecordHeader[] } {
  const number = (name: string): number => {
    const from = cursor.at;
    const value = readVarint(cursor);
    assert(value !== undefined, 'a record ends inside a number');
    visit?.(name, from, cursor.at, value);
    return value;
  };
  const nullable = (name: string): Uint8Array | null => {
    const from = cursor.at;
    const { length, bytes } = readNullable(cursor);
    const start = cursor.at - (bytes?.length ?? 0);
    visit?.(`${name}Length`, from, start, length);
    if (bytes) visit?.(name, start, cursor.at, bytes);
    return bytes;
  };
  number('length');
  visit?.('attributes', cursor.at, cursor.at + 1, cursor.bytes[cursor.at] ?? 0);
  cursor.at++;
  const timestampDelta = number('timestampDelta');
  const offsetDelta = number('offsetDelta');
  const key = nullable('key');
  const value = nullable('value');
  const headers: RecordHeader[] = [];
  for (let left = number('headerCount'); left > 0; left--) {
    const name = nullable('headerKey');
    headers.push({ key: fromUtf8(name ?? new Uint8Array(0)), value: nullable('headerValue') });
  }
  return { timestampDelta, offsetDelta, key, value, headers };
}

/** What follows the header, uncompressed. */
export const recordsOf = (batch: Uint8Array): Uint8Array => decompress(compression(batch), batch.subarray(BATCH_OVERHEAD));

/** The batch's header in front of the same records in another codec. */
export function withRecords(batch: Uint8Array, codec: number, records: Uint8Array): Uint8Array {
  const other = new Uint8Array(BATCH_OVERHEAD + records.length);
  other.set(batch.subarray(0, BATCH_OVERHEAD));
  other.set(records, BATCH_OVERHEAD);
  writeInt32(other, LENGTH, other.length - LOG_OVERHEAD);
  other[ATTRIBUTES + 1] = (batch[ATTRIBUTES + 1]! & ~CODEC) | codec;
  writeInt32(other, CRC, crc32c(other, ATTRIBUTES));
  return other;
}

/** The records of a valid batch. */
export function decodeRecords(batch: Uint8Array): DecodedRecord[] {
  const cursor: Cursor = compression(batch) === 0 ? { bytes: batch, at: BATCH_OVERHEAD } : { bytes: recordsOf(batch), at: 0 };
  const base = baseOffset(batch);
  const start = firstTimestamp(batch);
  const appendTime = timestampType(batch) === 'LogAppendTime' ? maxTimestamp(batch) : undefined;
  const sequence = baseSequence(batch);
  const records: DecodedRecord[] = [];
  for (let left = recordCount(batch); left > 0; left--) {
    const { timestampDelta, offsetDelta, key, value, headers } = walkRecord(cursor);
    records.push({
      offset: base + offsetDelta,
      timestamp: appendTime ?? start + timestampDelta,
      sequence: sequence < 0 ? -1 : addSequence(sequence, offsetDelta),
      key,
      value,
      headers,
    });
  }
  return records;
}

function attributesText(batch: Uint8Array): string {
  const parts = [codecName(batch), timestampType(batch)];
  if (isTransactional(batch)) parts.push('transactional');
  if (isControl(batch)) parts.push('control');
  return parts.join(' ');
}

/** Every field of a batch in byte order, without gaps: the header's thirteen and then each record's. */
export function batchLayout(batch: Uint8Array): BatchField[] {
  const header: [string, number, string][] = [
    ['baseOffset', 8, String(baseOffset(batch))],
    ['batchLength', 4, String(sizeInHeader(batch) - LOG_OVERHEAD)],
    ['partitionLeaderEpoch', 4, String(partitionLeaderEpoch(batch))],
    ['magic', 1, String(magic(batch))],
    ['crc', 4, String(crc(batch))],
    ['attributes', 2, attributesText(batch)],
    ['lastOffsetDelta', 4, String(lastOffsetDelta(batch))],
    ['firstTimestamp', 8, String(firstTimestamp(batch))],
    ['maxTimestamp', 8, String(maxTimestamp(batch))],
    ['producerId', 8, String(producerId(batch))],
    ['producerEpoch', 2, String(producerEpoch(batch))],
    ['baseSequence', 4, String(baseSequence(batch))],
    ['recordCount', 4, String(recordCount(batch))],
  ];
  const fields: BatchField[] = [];
  let at = 0;
  for (const [name, size, value] of header) {
    fields.push({ name, from: at, to: at + size, value });
    at += size;
  }
  if (compression(batch) !== 0) {
    fields.push({ name: 'records', from: at, to: batch.length, value: codecName(batch) });
    return fields;
  }
  const cursor: Cursor = { bytes: batch, at };
  for (let record = 0; record < recordCount(batch); record++) {
    walkRecord(cursor, (name, from, to, value) => {
      const text = value instanceof Uint8Array ? fromUtf8(value) : String(value);
      fields.push({ name, from, to, value: text, record });
    });
  }
  return fields;
}
