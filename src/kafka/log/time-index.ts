/**
 * `.timeindex`: 12-byte entries of timestamp and relative offset (`kafka.log.TimeIndex`). An entry says that no record of
 * the segment up to that offset has a later timestamp.
 */
import { at, last, type AppendList } from '../../kernel/append-list.ts';
import { readInt32, readInt64, writeInt32, writeInt64 } from './varint.ts';

export const TIME_INDEX_ENTRY_BYTES = 12;

export interface TimeIndexEntry {
  readonly timestamp: number;
  /** Absolute; the last offset of the batch with that timestamp. */
  readonly offset: number;
}

export function encodeTimeIndexEntry(entry: TimeIndexEntry, base: number): Uint8Array {
  const bytes = new Uint8Array(TIME_INDEX_ENTRY_BYTES);
  writeInt64(bytes, 0, entry.timestamp);
  writeInt32(bytes, 8, entry.offset - base);
  return bytes;
}

export function decodeTimeIndexEntry(bytes: Uint8Array, base: number): TimeIndexEntry {
  return { timestamp: readInt64(bytes, 0), offset: base + readInt32(bytes, 8) };
}

/** True if an entry with this timestamp says anything new. */
export function growsTimeIndex(index: AppendList<TimeIndexEntry>, timestamp: number): boolean {
  return timestamp > (last(index)?.timestamp ?? -1);
}

/** The greatest entry with a timestamp not above `timestamp`. */
export function lookupTimestamp(index: AppendList<TimeIndexEntry>, timestamp: number): TimeIndexEntry | undefined {
  let low = 0;
  let high = index.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (at(index, middle)!.timestamp <= timestamp) low = middle + 1;
    else high = middle;
  }
  return at(index, low - 1);
}

/** One entry early, to keep room for the one that is written when the segment is rolled. */
export function isTimeIndexFull(index: AppendList<TimeIndexEntry>, segmentIndexBytes: number): boolean {
  return index.length >= Math.floor(segmentIndexBytes / TIME_INDEX_ENTRY_BYTES) - 1;
}
