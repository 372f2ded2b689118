/**
 * `.index`: which offset lies where in the segment file (`kafka.log.OffsetIndex`). 8-byte entries: offset relative to the
 * segment's base, file position. Sparse: one entry after each `index.interval.bytes` of appended data.
 */
import { at, type AppendList } from '../../kernel/append-list.ts';
import { readInt32, writeInt32 } from './varint.ts';

export const OFFSET_INDEX_ENTRY_BYTES = 8;

export interface OffsetIndexEntry {
  /** Absolute; the last offset of the data that starts at `position`. */
  readonly offset: number;
  readonly position: number;
}

export function encodeOffsetIndexEntry(entry: OffsetIndexEntry, base: number): Uint8Array {
  const bytes = new Uint8Array(OFFSET_INDEX_ENTRY_BYTES);
  writeInt32(bytes, 0, entry.offset - base);
  writeInt32(bytes, 4, entry.position);
  return bytes;
}

export function decodeOffsetIndexEntry(bytes: Uint8Array, base: number): OffsetIndexEntry {
  return { offset: base + readInt32(bytes, 0), position: readInt32(bytes, 4) };
}

/** The greatest entry with an offset not above `offset`; undefined: start at position 0. */
export function lookupOffset(index: AppendList<OffsetIndexEntry>, offset: number): OffsetIndexEntry | undefined {
  let low = 0;
  let high = index.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (at(index, middle)!.offset <= offset) low = middle + 1;
    else high = middle;
  }
  return at(index, low - 1);
}

/** Offset of the first entry whose position is not before `position`; undefined: there is none. */
export function offsetBehind(index: AppendList<OffsetIndexEntry>, position: number): number | undefined {
  let low = 0;
  let high = index.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (at(index, middle)!.position < position) low = middle + 1;
    else high = middle;
  }
  return at(index, low)?.offset;
}

/** How many entries a truncation to `offset` keeps: those below it. */
export function entriesBelow(index: AppendList<{ readonly offset: number }>, offset: number): number {
  let count = index.length;
  while (count > 0 && at(index, count - 1)!.offset >= offset) count--;
  return count;
}

/** Size of the file while its segment is active: `segment.index.bytes` rounded down to whole entries. */
export function preallocatedBytes(segmentIndexBytes: number, entryBytes: number): number {
  return segmentIndexBytes - (segmentIndexBytes % entryBytes);
}

export function isOffsetIndexFull(index: AppendList<OffsetIndexEntry>, segmentIndexBytes: number): boolean {
  return index.length >= Math.floor(segmentIndexBytes / OFFSET_INDEX_ENTRY_BYTES);
}
