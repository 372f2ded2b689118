/**
 * One segment of a log (`kafka.log.LogSegment`): a file of record batches named after its first offset, with its two
 * sparse indexes. The value here and the files on the disk change together; every function takes the disk to write through.
 */
import { at, emptyList, last, push, truncate, values, type AppendList } from '../../kernel/append-list.ts';
import { EMPTY_FILE } from '../../kernel/disk.ts';
import type { Disk, DiskResult } from '../../kernel/program.ts';
import { encodeOffsetIndexEntry, entriesBelow, isOffsetIndexFull, lookupOffset, OFFSET_INDEX_ENTRY_BYTES, preallocatedBytes, type OffsetIndexEntry } from './offset-index.ts';
import { lastOffset, maxTimestamp } from './record-batch.ts';
import { encodeTimeIndexEntry, growsTimeIndex, isTimeIndexFull, TIME_INDEX_ENTRY_BYTES, type TimeIndexEntry } from './time-index.ts';
import { encodeAbortedTransaction, TRANSACTION_INDEX_ENTRY_BYTES, transactionsEndedBelow, type AbortedTransaction, type TransactionIndex } from './transaction-index.ts';

export interface Segment {
  readonly baseOffset: number;
  /** Absolute path without suffix: `<dir>/00000000000000000000`. */
  readonly path: string;
  readonly logFile: string;
  /** What lies in the `.log` file; as long as nobody else touches the file this is the very list on the disk. */
  readonly batches: AppendList<Uint8Array>;
  /** Size of the `.log` file. */
  readonly bytes: number;
  readonly offsetIndex: AppendList<OffsetIndexEntry>;
  readonly timeIndex: AppendList<TimeIndexEntry>;
  readonly transactionIndex: TransactionIndex;
  readonly bytesSinceLastIndexEntry: number;
  /** -1: no record yet. */
  readonly maxTimestampSoFar: number;
  readonly offsetOfMaxTimestamp: number;
  /** Largest timestamp of the first data, from which `segment.ms` counts; -1: none yet. */
  readonly rollingBasedTimestamp: number;
  readonly createdMs: number;
  readonly lastModifiedMs: number;
  readonly rollJitterMs: number;
}

export const LOG_SUFFIX = '.log';
export const INDEX_SUFFIX = '.index';
export const TIME_INDEX_SUFFIX = '.timeindex';
export const TRANSACTION_INDEX_SUFFIX = '.txnindex';
export const SNAPSHOT_SUFFIX = '.snapshot';
export const DELETED_SUFFIX = '.deleted';

/** An offset as segment and snapshot files are named: 20 digits. */
export function offsetName(offset: number): string {
  return String(offset).padStart(20, '0');
}

export interface SegmentTimes {
  readonly nowMs: number;
  readonly rollJitterMs: number;
}

/** A segment without batches or files. */
export function emptySegment(directory: string, base: number, { nowMs, rollJitterMs }: SegmentTimes): Segment {
  const path = `${directory}/${offsetName(base)}`;
  return {
    baseOffset: base,
    path,
    logFile: path + LOG_SUFFIX,
    batches: emptyList(),
    bytes: 0,
    offsetIndex: emptyList(),
    timeIndex: emptyList(),
    transactionIndex: emptyList(),
    bytesSinceLastIndexEntry: 0,
    maxTimestampSoFar: -1,
    offsetOfMaxTimestamp: -1,
    rollingBasedTimestamp: -1,
    createdMs: nowMs,
    lastModifiedMs: nowMs,
    rollJitterMs,
  };
}

/** Creates the three files, the indexes at their full size, as a new active segment has them. */
export function createFiles(segment: Segment, segmentIndexBytes: number, disk: Disk): DiskResult {
  const created = disk.write(segment.logFile, EMPTY_FILE);
  return created === 'ok' ? writeIndexes(segment, segmentIndexBytes, disk) : created;
}

/** Writes both index files at their full size (active) or, without a size, trimmed to their entries. */
export function writeIndexes(segment: Segment, segmentIndexBytes: number | undefined, disk: Disk): DiskResult {
  const { baseOffset: base, offsetIndex, timeIndex } = segment;
  const offsets = mapList(offsetIndex, (entry) => encodeOffsetIndexEntry(entry, base));
  const times = mapList(timeIndex, (entry) => encodeTimeIndexEntry(entry, base));
  const bytes = (count: number, size: number): number => (segmentIndexBytes === undefined ? count * size : preallocatedBytes(segmentIndexBytes, size));
  const written = disk.write(segment.path + INDEX_SUFFIX, { entries: offsets, bytes: bytes(offsets.length, OFFSET_INDEX_ENTRY_BYTES) });
  if (written !== 'ok') return written;
  return disk.write(segment.path + TIME_INDEX_SUFFIX, { entries: times, bytes: bytes(times.length, TIME_INDEX_ENTRY_BYTES) });
}

function mapList<T, U>(list: AppendList<T>, map: (entry: T) => U): AppendList<U> {
  return { full: list.full.map((chunk) => chunk.map(map)), tail: list.tail.map(map), length: list.length };
}

function batchesOnDisk(segment: Segment, disk: Disk): AppendList<Uint8Array> | undefined {
  return disk.read<Uint8Array>(segment.logFile)?.entries;
}

/**
 * Adds the batches of one append (one produce request's, or one fetch response's) at the end. At most one index entry is
 * made: before the write, if more than `indexIntervalBytes` were appended since the last one.
 */
export function appendBatches(segment: Segment, batches: readonly Uint8Array[], indexIntervalBytes: number, nowMs: number, disk: Disk): { readonly segment: Segment; readonly result: DiskResult } {
  let { batches: stored, bytes, maxTimestampSoFar, offsetOfMaxTimestamp, offsetIndex, timeIndex, bytesSinceLastIndexEntry } = segment;
  const start = bytes;
  // One list serves both, as long as nobody else has touched the file.
  const isShared = batchesOnDisk(segment, disk) === stored;
  let largest = -1;
  let largestOffset = -1;
  let end = -1;
  for (let i = 0; i < batches.length; i++) {
    const batch = batches[i]!;
    const result = disk.append(segment.logFile, batch, batch.length);
    if (result !== 'ok') {
      if (i > 0) disk.truncate(segment.logFile, segment.batches.length, segment.bytes);
      return { segment, result };
    }
    const timestamp = maxTimestamp(batch);
    end = lastOffset(batch);
    if (timestamp > largest) {
      largest = timestamp;
      largestOffset = end;
    }
    if (!isShared) stored = push(stored, batch);
    bytes += batch.length;
  }
  if (isShared) stored = batchesOnDisk(segment, disk)!;
  if (largest > maxTimestampSoFar) {
    maxTimestampSoFar = largest;
    offsetOfMaxTimestamp = largestOffset;
  }
  if (bytesSinceLastIndexEntry > indexIntervalBytes) {
    const entry: OffsetIndexEntry = { offset: end, position: start };
    offsetIndex = push(offsetIndex, entry);
    // The file has its full size already: the entry takes the place of zeros.
    disk.append(segment.path + INDEX_SUFFIX, encodeOffsetIndexEntry(entry, segment.baseOffset), 0);
    if (growsTimeIndex(timeIndex, maxTimestampSoFar)) {
      const time: TimeIndexEntry = { timestamp: maxTimestampSoFar, offset: offsetOfMaxTimestamp };
      timeIndex = push(timeIndex, time);
      disk.append(segment.path + TIME_INDEX_SUFFIX, encodeTimeIndexEntry(time, segment.baseOffset), 0);
    }
    bytesSinceLastIndexEntry = 0;
  }
  const next: Segment = {
    baseOffset: segment.baseOffset,
    path: segment.path,
    logFile: segment.logFile,
    batches: stored,
    bytes,
    offsetIndex,
    timeIndex,
    transactionIndex: segment.transactionIndex,
    bytesSinceLastIndexEntry: bytesSinceLastIndexEntry + bytes - start,
    maxTimestampSoFar,
    offsetOfMaxTimestamp,
    rollingBasedTimestamp: start === 0 ? largest : segment.rollingBasedTimestamp,
    createdMs: segment.createdMs,
    lastModifiedMs: nowMs,
    rollJitterMs: segment.rollJitterMs,
  };
  return { segment: next, result: 'ok' };
}

/** Adds aborted transactions to the index; the first makes the file. */
export function appendAborted(segment: Segment, aborted: readonly AbortedTransaction[], disk: Disk): { readonly segment: Segment; readonly result: DiskResult } {
  let { transactionIndex } = segment;
  for (const entry of aborted) {
    const bytes = encodeAbortedTransaction(entry);
    const result = disk.append(segment.path + TRANSACTION_INDEX_SUFFIX, bytes, bytes.length);
    if (result !== 'ok') return { segment, result };
    transactionIndex = push(transactionIndex, entry);
  }
  return { segment: { ...segment, transactionIndex }, result: 'ok' };
}

/** A transaction index made anew: a file that was there stays, be it empty. */
export function withTransactionIndex(segment: Segment, aborted: readonly AbortedTransaction[], disk: Disk): Segment {
  const file = segment.path + TRANSACTION_INDEX_SUFFIX;
  if (disk.exists(file)) disk.write(file, EMPTY_FILE);
  return appendAborted({ ...segment, transactionIndex: emptyList() }, aborted, disk).segment;
}

export interface RollLimits {
  readonly segmentBytes: number;
  readonly segmentMs: number;
  readonly segmentIndexBytes: number;
}

/** True if data of this size, latest timestamp and last offset needs a new segment (`LogSegment.shouldRoll`). */
export function shouldRoll(segment: Segment, limits: RollLimits, bytes: number, timestamp: number, end: number, nowMs: number): boolean {
  if (segment.bytes > limits.segmentBytes - bytes) return true;
  if (segment.bytes > 0) {
    const waitedMs = segment.rollingBasedTimestamp >= 0 ? timestamp - segment.rollingBasedTimestamp : nowMs - segment.createdMs;
    if (waitedMs > limits.segmentMs - segment.rollJitterMs) return true;
  }
  return (
    isOffsetIndexFull(segment.offsetIndex, limits.segmentIndexBytes) ||
    isTimeIndexFull(segment.timeIndex, limits.segmentIndexBytes) ||
    end - segment.baseOffset > 2147483647
  );
}

/** The segment as it is left when a new one takes over: its last time index entry made, its indexes trimmed. */
export function becomeInactive(segment: Segment, disk: Disk): Segment {
  const { timeIndex, maxTimestampSoFar, offsetOfMaxTimestamp } = segment;
  const grown = growsTimeIndex(timeIndex, maxTimestampSoFar) ? push(timeIndex, { timestamp: maxTimestampSoFar, offset: offsetOfMaxTimestamp }) : timeIndex;
  const closed: Segment = { ...segment, timeIndex: grown };
  writeIndexes(closed, undefined, disk);
  return closed;
}

/** The offset that the record after this segment's last one gets. */
export function nextOffset(segment: Segment): number {
  const newest = last(segment.batches);
  return newest === undefined ? segment.baseOffset : lastOffset(newest) + 1;
}

/** Largest timestamp of its records, or when the file was last written if no record has one. */
export function largestTimestamp(segment: Segment): number {
  return segment.maxTimestampSoFar >= 0 ? segment.maxTimestampSoFar : segment.lastModifiedMs;
}

/** Index of the first batch whose last offset is not below `offset`; the number of batches if there is none. */
export function batchAt(segment: Segment, offset: number): number {
  let low = 0;
  let high = segment.batches.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (lastOffset(at(segment.batches, middle)!) < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** How a broker finds an offset: the index entry it starts from, and the positions of the batch headers it then scans. */
export interface Lookup {
  readonly entry: OffsetIndexEntry | undefined;
  readonly startPosition: number;
  readonly scanned: readonly number[];
  readonly batch: { readonly position: number; readonly bytes: Uint8Array } | undefined;
}

/** The look-up step by step, for display; `batchAt` gives the same batch at once. */
export function lookup(segment: Segment, offset: number): Lookup {
  const entry = lookupOffset(segment.offsetIndex, offset);
  const startPosition = entry?.position ?? 0;
  const scanned: number[] = [];
  let position = 0;
  for (const bytes of values(segment.batches)) {
    if (position >= startPosition) {
      scanned.push(position);
      if (lastOffset(bytes) >= offset) return { entry, startPosition, scanned, batch: { position, bytes } };
    }
    position += bytes.length;
  }
  return { entry, startPosition, scanned, batch: undefined };
}

/** Bytes from one batch (by index) to before another, counted no further than `limit` asks. */
export function bytesBetween(segment: Segment, from: number, to: number, limit: number): number {
  let bytes = 0;
  for (let i = from; i < to && bytes < limit; i++) bytes += at(segment.batches, i)!.length;
  return bytes;
}

function withLargestTimestamp(segment: Segment): Segment {
  let maxTimestampSoFar = -1;
  let offsetOfMaxTimestamp = -1;
  for (let i = 0; i < segment.batches.length; i++) {
    const batch = at(segment.batches, i)!;
    if (maxTimestamp(batch) > maxTimestampSoFar) {
      maxTimestampSoFar = maxTimestamp(batch);
      offsetOfMaxTimestamp = lastOffset(batch);
    }
  }
  return { ...segment, maxTimestampSoFar, offsetOfMaxTimestamp };
}

function truncatedTransactions({ path, transactionIndex }: Segment, offset: number, disk: Disk): TransactionIndex {
  const kept = transactionsEndedBelow(transactionIndex, offset);
  if (kept === transactionIndex.length) return transactionIndex;
  disk.truncate(path + TRANSACTION_INDEX_SUFFIX, kept, kept * TRANSACTION_INDEX_ENTRY_BYTES);
  return truncate(transactionIndex, kept);
}

/** Drops the batch that holds `offset` and everything after it; the segment is the active one then. */
export function truncateSegment(segment: Segment, offset: number, segmentIndexBytes: number, nowMs: number, disk: Disk): Segment {
  const kept = batchAt(segment, offset);
  const bytes = segment.bytes - bytesBetween(segment, kept, segment.batches.length, Infinity);
  const wasShared = batchesOnDisk(segment, disk) === segment.batches;
  const isShared = disk.truncate(segment.logFile, kept, bytes) === 'ok' && wasShared;
  const shorter = withLargestTimestamp({
    ...segment,
    batches: isShared ? batchesOnDisk(segment, disk)! : truncate(segment.batches, kept),
    bytes,
    offsetIndex: truncate(segment.offsetIndex, entriesBelow(segment.offsetIndex, offset)),
    timeIndex: truncate(segment.timeIndex, entriesBelow(segment.timeIndex, offset)),
    transactionIndex: truncatedTransactions(segment, offset, disk),
    bytesSinceLastIndexEntry: 0,
    rollingBasedTimestamp: bytes === 0 ? -1 : segment.rollingBasedTimestamp,
    createdMs: bytes === 0 ? nowMs : segment.createdMs,
    lastModifiedMs: nowMs,
  });
  writeIndexes(shorter, segmentIndexBytes, disk);
  return shorter;
}

/** A segment that holds these batches, which lie in its file already, with the given indexes. */
export function restoredSegment(
  empty: Segment,
  batches: AppendList<Uint8Array>,
  offsetIndex: AppendList<OffsetIndexEntry>,
  timeIndex: AppendList<TimeIndexEntry>,
  transactionIndex: TransactionIndex,
): Segment {
  let bytes = 0;
  for (const batch of values(batches)) bytes += batch.length;
  const first = at(batches, 0);
  return withLargestTimestamp({ ...empty, batches, bytes, offsetIndex, timeIndex, transactionIndex, rollingBasedTimestamp: first === undefined ? -1 : maxTimestamp(first) });
}

/** The indexes made anew from the batches, as recovery does: the interval counts from the last entry's position. */
export function rebuiltIndexes(segment: Segment, indexIntervalBytes: number): Segment {
  let offsetIndex = emptyList<OffsetIndexEntry>();
  let timeIndex = emptyList<TimeIndexEntry>();
  let position = 0;
  let lastPosition = 0;
  let largest = -1;
  let offsetOfLargest = -1;
  for (const batch of values(segment.batches)) {
    if (maxTimestamp(batch) > largest) {
      largest = maxTimestamp(batch);
      offsetOfLargest = lastOffset(batch);
    }
    if (position - lastPosition > indexIntervalBytes) {
      offsetIndex = push(offsetIndex, { offset: lastOffset(batch), position });
      if (growsTimeIndex(timeIndex, largest)) timeIndex = push(timeIndex, { timestamp: largest, offset: offsetOfLargest });
      lastPosition = position;
    }
    position += batch.length;
  }
  if (growsTimeIndex(timeIndex, largest)) timeIndex = push(timeIndex, { timestamp: largest, offset: offsetOfLargest });
  return { ...segment, offsetIndex, timeIndex };
}
