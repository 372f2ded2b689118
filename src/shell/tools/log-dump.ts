/**
 * What `kafka.tools.DumpLogSegments` 2.3.0 prints of each kind of file in a partition's directory. Reading the files is the caller's; what
 * cannot be read is an exception that leaves `main`.
 */
import { listOf } from '../../kernel/append-list.ts';
import type { FileContent, OutputStream } from '../../kernel/program.ts';
import { decodeOffsetIndexEntry, lookupOffset, OFFSET_INDEX_ENTRY_BYTES, type OffsetIndexEntry } from '../../kafka/log/offset-index.ts';
import { decodeSnapshot } from '../../kafka/log/producer-state.ts';
import {
  baseOffset, baseSequence, codecName, crc, decodeMarker, decodeRecords, isControl, isTransactional, isValid, lastOffset, lastSequence, magic, maxTimestamp,
  partitionLeaderEpoch, producerEpoch, producerId, recordCount, sizeInHeader, timestampType, type DecodedRecord,
} from '../../kafka/log/record-batch.ts';
import { decodeTimeIndexEntry, TIME_INDEX_ENTRY_BYTES } from '../../kafka/log/time-index.ts';
import { transactionIndexEntries } from '../../kafka/log/transaction-index.ts';
import { bytesOf } from '../files/text.ts';
import { illegalArgument, JavaException } from './java.ts';

/** Key and payload of a record in words; null: not printed. */
export type Parse = (record: DecodedRecord) => { readonly key: string | null; readonly payload: string | null };
export type Print = (stream: OutputStream, text: string) => void;

/** A file with its name as it was given and its absolute path. */
export interface DumpedFile {
  readonly name: string;
  readonly path: string;
  readonly content: FileContent;
}

const HEADER_UP_TO_MAGIC = 17;
const LOG_OVERHEAD = 12;
/** Of a record of format v0, the shortest there is. */
const LEAST_SIZE = 14;

interface PlacedBatch {
  readonly position: number;
  readonly batch: Uint8Array;
}

/** Batches from `from` on that end before `to`; what follows the last one is no batch. */
function* batchesIn(bytes: Uint8Array, path: string, from = 0, to = bytes.length): Generator<PlacedBatch> {
  for (let position = from; position < to - HEADER_UP_TO_MAGIC; ) {
    const size = sizeInHeader(bytes.subarray(position)) - LOG_OVERHEAD;
    if (size < LEAST_SIZE) {
      throw new JavaException('org.apache.kafka.common.errors.CorruptRecordException', `Found record size ${size} smaller than minimum record overhead (${LEAST_SIZE}) in file ${path}.`);
    }
    const end = position + LOG_OVERHEAD + size;
    if (end > to) return;
    yield { position, batch: bytes.subarray(position, end) };
    position = end;
  }
}

/** The number a segment's files are named after. */
export function offsetInName(path: string): number {
  const [digits = ''] = path.slice(path.lastIndexOf('/') + 1).split('.');
  if (!/^[+-]?\d+$/.test(digits)) throw new JavaException('java.lang.NumberFormatException', `For input string: "${digits}"`);
  return Number(digits);
}

function batchText(batch: Uint8Array, position: number): string {
  return (
    `baseOffset: ${baseOffset(batch)} lastOffset: ${lastOffset(batch)} count: ${recordCount(batch)} baseSequence: ${baseSequence(batch)} lastSequence: ${lastSequence(batch)}` +
    ` producerId: ${producerId(batch)} producerEpoch: ${producerEpoch(batch)} partitionLeaderEpoch: ${partitionLeaderEpoch(batch)}` +
    ` isTransactional: ${isTransactional(batch)} isControl: ${isControl(batch)} position: ${position} ${timestampType(batch)}: ${maxTimestamp(batch)}` +
    ` size: ${sizeInHeader(batch)} magic: ${magic(batch)} compresscodec: ${codecName(batch).toUpperCase()} crc: ${crc(batch)} isvalid: ${isValid(batch)}\n`
  );
}

function recordText(batch: Uint8Array, { offset, timestamp, key, value, sequence, headers }: DecodedRecord): string {
  const sizeOf = (bytes: Uint8Array | null): number => bytes?.length ?? -1;
  return `| offset: ${offset} ${timestampType(batch)}: ${timestamp} keysize: ${sizeOf(key)} valuesize: ${sizeOf(value)} sequence: ${sequence} headerKeys: [${headers.map((header) => header.key).join(',')}]`;
}

/** A pair of numbers that should not be, e.g. an offset and the one that follows it. */
type Pair = readonly [number, number];

/** `parse` null: records are listed without what is in them. Gives the offsets between which others are missing, the newest pair first. */
export function dumpLog({ path, content }: DumpedFile, isDeep: boolean, parse: Parse | null, print: Print): readonly Pair[] {
  const bytes = bytesOf(content);
  const gaps: Pair[] = [];
  let validBytes = 0;
  let before = -1;
  for (const { position, batch } of batchesIn(bytes, path)) {
    print('stdout', batchText(batch, position));
    validBytes += batch.length;
    if (!isDeep) continue;
    for (const record of decodeRecords(batch)) {
      if (before !== -1 && record.offset !== before + 1) gaps.unshift([before, record.offset]);
      before = record.offset;
      print('stdout', recordText(batch, record));
      const marker = decodeMarker(batch);
      if (marker) print('stdout', ` endTxnMarker: ${marker.type} coordinatorEpoch: ${marker.coordinatorEpoch}`);
      else if (parse) {
        const { key, payload } = parse(record);
        if (key !== null) print('stdout', ` key: ${key}`);
        if (payload !== null) print('stdout', ` payload: ${payload}`);
      }
      print('stdout', '\n');
    }
  }
  if (content.bytes > validBytes) print('stdout', `Found ${content.bytes - validBytes} invalid bytes at the end of ${path.slice(path.lastIndexOf('/') + 1)}\n`);
  return gaps;
}

function* entriesOf<Entry>({ content }: DumpedFile, entryBytes: number, decode: (bytes: Uint8Array) => Entry): Generator<Entry> {
  const bytes = bytesOf(content);
  for (let at = 0; at + entryBytes <= bytes.length; at += entryBytes) yield decode(bytes.subarray(at, at + entryBytes));
  // One made at its full size goes on with zeros; the second zero entry is where a reader stops.
  if (content.bytes - bytes.length >= entryBytes) yield decode(new Uint8Array(entryBytes));
}

export interface IndexDump {
  readonly isSanityCheck: boolean;
  readonly isVerifyOnly: boolean;
  readonly maxMessageSize: number;
  readonly print: Print;
}

const corrupt = (message: string): JavaException => new JavaException('kafka.log.CorruptIndexException', message);
const hasPartOfEntry = ({ content }: DumpedFile, entryBytes: number): boolean => content.bytes % entryBytes !== 0;

/** Gives the entries whose offset is not that of the batch they point to: the index's and the log's, the newest first. */
export function dumpIndex(file: DumpedFile, log: DumpedFile, { isSanityCheck, isVerifyOnly, maxMessageSize, print }: IndexDump): readonly Pair[] {
  const base = offsetInName(file.path);
  const entries = [...entriesOf(file, OFFSET_INDEX_ENTRY_BYTES, (bytes) => decodeOffsetIndexEntry(bytes, base))];
  if (isSanityCheck) {
    const last = entries[entries.length - 1];
    if (last !== undefined && last.offset < base) {
      throw corrupt(`Corrupt index found, index file (${file.path}) has non-zero size but the last offset is ${last.offset} which is less than the base offset ${base}.`);
    }
    if (hasPartOfEntry(file, OFFSET_INDEX_ENTRY_BYTES)) throw corrupt(`Index file ${file.path} is corrupt, found ${file.content.bytes} bytes which is neither positive nor a multiple of ${OFFSET_INDEX_ENTRY_BYTES}.`);
    print('stdout', `${file.name} passed sanity check.\n`);
    return [];
  }
  const bytes = bytesOf(log.content);
  const mismatches: Pair[] = [];
  for (const [i, { offset, position }] of entries.entries()) {
    if (offset === base && i > 0) break;
    if (position > bytes.length) {
      const whole = `FileRecords(file= ${log.path}, start=0, end=2147483647)`;
      throw illegalArgument(`Slice from position ${position} exceeds end position of ${whole}`);
    }
    const [first] = batchesIn(bytes, log.path, position, Math.min(bytes.length, position + maxMessageSize));
    if (first === undefined) throw new JavaException('java.util.NoSuchElementException', '');
    if (lastOffset(first.batch) !== offset) mismatches.unshift([offset, lastOffset(first.batch)]);
    if (!isVerifyOnly) print('stdout', `offset: ${offset} position: ${position}\n`);
  }
  return mismatches;
}

export interface TimeIndexErrors {
  /** Timestamps of the index and of the log. */
  readonly mismatches: readonly Pair[];
  /** A timestamp and the one of the entry before. */
  readonly outOfOrder: readonly Pair[];
  /** An indexed offset and the last one of the batch it lies in; −1: there is none. */
  readonly notFound: readonly Pair[];
}

/** `index`: the segment's `.index`, which says where in the log to look. */
export function dumpTimeIndex(file: DumpedFile, log: DumpedFile, index: DumpedFile, { isSanityCheck, isVerifyOnly, print }: IndexDump): TimeIndexErrors {
  const base = offsetInName(file.path);
  const entries = [...entriesOf(file, TIME_INDEX_ENTRY_BYTES, (bytes) => decodeTimeIndexEntry(bytes, base))];
  const errors = { mismatches: [] as Pair[], outOfOrder: [] as Pair[], notFound: [] as Pair[] };
  if (isSanityCheck) {
    const [first] = entries;
    const last = entries[entries.length - 1];
    const found = `Corrupt time index found, time index file (${file.path}) has non-zero size but the last`;
    if (first && last && last.timestamp < first.timestamp) throw corrupt(`${found} timestamp is ${last.timestamp} which is less than the first timestamp ${first.timestamp}`);
    if (last && last.offset < base) throw corrupt(`${found} offset is ${last.offset} which is less than the first offset ${base}`);
    if (hasPartOfEntry(file, TIME_INDEX_ENTRY_BYTES)) throw corrupt(`Time index file ${file.path} is corrupt, found ${file.content.bytes} bytes which is neither positive nor a multiple of ${TIME_INDEX_ENTRY_BYTES}.`);
    print('stdout', `${file.name} passed sanity check.\n`);
    return errors;
  }
  const bytes = bytesOf(log.content);
  const places = listOf<OffsetIndexEntry>([...entriesOf(index, OFFSET_INDEX_ENTRY_BYTES, (entry) => decodeOffsetIndexEntry(entry, base))].filter(({ position }, i) => i === 0 || position > 0));
  let before = -1;
  for (const [i, { timestamp, offset }] of entries.entries()) {
    if (offset === base && i > 0) break;
    const batch = batchWith(bytes, log.path, lookupOffset(places, offset)?.position ?? 0, offset);
    if (batch === undefined || lastOffset(batch) !== offset) errors.notFound.push([offset, batch === undefined ? -1 : lastOffset(batch)]);
    else {
      // A batch's greatest timestamp is that of its records: the broker has checked it.
      if (maxTimestamp(batch) !== timestamp) errors.mismatches.push([timestamp, maxTimestamp(batch)]);
      if (before >= timestamp) errors.outOfOrder.push([timestamp, before]);
    }
    if (!isVerifyOnly) print('stdout', `timestamp: ${timestamp} offset: ${offset}\n`);
    before = timestamp;
  }
  return errors;
}

/** The first batch from a position on that ends at or behind an offset. */
function batchWith(bytes: Uint8Array, path: string, from: number, offset: number): Uint8Array | undefined {
  for (const { batch } of batchesIn(bytes, path, from)) if (lastOffset(batch) >= offset) return batch;
  return undefined;
}

/** A file that is not there has no entries. All of them are read before the first is printed. */
export function dumpTransactionIndex({ path, content }: DumpedFile, print: Print): void {
  const entries = [...transactionIndexEntries(bytesOf(content))];
  const unknown = entries.find(({ version }) => version > 0);
  if (unknown) throw new JavaException('org.apache.kafka.common.KafkaException', `Unexpected aborted transaction version ${unknown.version} in transaction index ${path}, current version is 0`);
  for (const { version, producerId: id, firstOffset, lastOffset: last, lastStableOffset } of entries) {
    print('stdout', `version: ${version} producerId: ${id} firstOffset: ${firstOffset} lastOffset: ${last} lastStableOffset: ${lastStableOffset}\n`);
  }
}

export function dumpSnapshot({ content }: DumpedFile, print: Print): void {
  const producers = decodeSnapshot(bytesOf(content));
  if (producers === undefined) {
    print('stderr', 'Snapshot failed schema validation\n');
    return;
  }
  for (const { producerId: id, producerEpoch: epoch, coordinatorEpoch, currentTxnFirstOffset: first, batches } of Object.values(producers)) {
    const open = first < 0 ? 'None' : `Some(${first})`;
    const [last] = batches;
    const batch =
      last === undefined ? '' : `firstSequence: ${last.lastSequence - last.offsetDelta} lastSequence: ${last.lastSequence} lastOffset: ${last.lastOffset} offsetDelta: ${last.offsetDelta} timestamp: ${last.timestamp}`;
    print('stdout', `producerId: ${id} producerEpoch: ${epoch} coordinatorEpoch: ${coordinatorEpoch} currentTxnFirstOffset: ${open} ${batch}\n`);
  }
}
