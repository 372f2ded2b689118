/** A log directory at byte scale and a batch as rows of sixteen bytes. Pure. */
import { linear } from '../linear.ts';
import type { BatchBytes, BatchField, SegmentFile, SegmentsFrame } from './frame.ts';

export interface BatchBox {
  readonly position: number;
  readonly x: number;
  readonly width: number;
  readonly epoch: number;
  /** Of the end of a transaction: a control batch. */
  readonly marker: 'COMMIT' | 'ABORT' | null;
  readonly label: string;
  readonly baseOffset: number;
  readonly lastOffset: number;
  readonly bytes: number;
}

export interface IndexStem {
  readonly x: number;
  readonly label: string;
  /** Labels that would touch their neighbour are left out; the stem stays. */
  readonly shown: boolean;
}

export interface SegmentMark {
  readonly segment: SegmentFile;
  readonly name: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  /** To the byte: what is written, and what of it is flushed. */
  readonly written: number;
  readonly flushed: number;
  readonly batches: readonly BatchBox[];
  readonly stems: readonly IndexStem[];
}

export interface SegmentsLayout {
  readonly width: number;
  readonly height: number;
  readonly pixelsPerByte: number;
  readonly segments: readonly SegmentMark[];
}

export const segmentName = (baseOffset: number): string => `${baseOffset}`.padStart(20, '0');
const ROW = 128;
const GAP = 24;
const CHAR = 6.7;

/** All files of a directory on one byte scale: a segment that may grow to `segment.bytes` is as wide as its column. */
export function layoutSegments(frame: SegmentsFrame, width: number): SegmentsLayout {
  const columns = width >= 1040 ? 2 : 1;
  const column = (width - GAP * (columns - 1)) / columns;
  const largest = Math.max(1, ...frame.segments.map((segment) => segment.bytes));
  // A fresh directory of a large segment size would be one dot: then the scale is that of what is there.
  const full = largest < frame.segmentBytes / 8 ? largest * 2 : Math.max(largest, frame.segmentBytes);
  const scale = linear([0, full], [0, column]);
  const segments = frame.segments.map((segment, at): SegmentMark => {
    const x = (at % columns) * (column + GAP);
    const y = Math.floor(at / columns) * ROW;
    let labelEnd = -Infinity;
    return {
      segment,
      name: `${segmentName(segment.baseOffset)}.log${segment.deleted ? '.deleted' : ''}`,
      x,
      y,
      width: segment.active ? column : scale(segment.bytes),
      written: scale(segment.bytes),
      flushed: scale(segment.flushedBytes),
      batches: segment.batches.map((batch) => {
        const boxWidth = scale(batch.bytes);
        const range = batch.baseOffset === batch.lastOffset ? `${batch.baseOffset}` : `${batch.baseOffset}–${batch.lastOffset}`;
        const label = range.length * CHAR + 6 <= boxWidth ? range : `${batch.baseOffset}`.length * CHAR + 4 <= boxWidth ? `${batch.baseOffset}` : '';
        return { position: batch.position, x: x + scale(batch.position), width: boxWidth, epoch: batch.epoch, marker: batch.marker, label, baseOffset: batch.baseOffset, lastOffset: batch.lastOffset, bytes: batch.bytes };
      }),
      stems: segment.index.entries.map((entry) => {
        const at = x + scale(entry.position);
        const label = `${entry.relativeOffset}:${entry.position}`;
        const half = (label.length * CHAR) / 2;
        const shown = at - half > labelEnd + 6 && at + half <= x + column + 8;
        if (shown) labelEnd = at + half;
        return { x: at, label, shown };
      }),
    };
  });
  const rows = Math.ceil(frame.segments.length / columns);
  const lastRow = segments.slice((rows - 1) * columns);
  return { width, height: Math.max(0, rows - 1) * ROW + (lastRow.some((mark) => mark.stems.length > 0) ? 112 : 84), pixelsPerByte: column / full, segments };
}

/** Position of the segment and the batch in it, for moving with the arrow keys. */
export function batchesInOrder(frame: SegmentsFrame): readonly { readonly segment: number; readonly position: number }[] {
  return frame.segments.flatMap((segment) => segment.batches.map((batch) => ({ segment: segment.baseOffset, position: batch.position })));
}

export interface ByteCell {
  readonly at: number;
  readonly x: number;
  readonly row: number;
  readonly text: string;
  readonly field: number;
}

export interface FieldSpan {
  readonly field: number;
  readonly row: number;
  readonly x1: number;
  readonly x2: number;
  /** Written under the first span that has room for it. */
  readonly label: string | undefined;
}

export interface BytesLayout {
  readonly perRow: number;
  readonly width: number;
  readonly rows: readonly { readonly row: number; readonly address: string; readonly y: number }[];
  readonly heads: readonly { readonly text: string; readonly x: number }[];
  readonly cells: readonly ByteCell[];
  readonly spans: readonly FieldSpan[];
  readonly height: number;
}

const hex = (n: number, width: number): string => n.toString(16).padStart(width, '0');

export const fieldAt = (fields: readonly BatchField[], byte: number): number => fields.findIndex((field) => byte >= field.at && byte < field.at + field.length);

export function layoutBytes(batch: BatchBytes, width: number): BytesLayout {
  const perRow = width >= 620 ? 16 : 8;
  const left = perRow === 16 ? 60 : 44;
  const pitch = Math.min(34, (width - left - 12) / perRow);
  const half = perRow === 16 ? 12 : 8;
  const rowHeight = 42;
  const x = (column: number): number => left + column * pitch + (column >= perRow / 2 ? half : 0);
  const rowCount = Math.ceil(batch.bytes.length / perRow);
  const cells = batch.bytes.map((byte, at): ByteCell => ({ at, x: x(at % perRow), row: Math.floor(at / perRow), text: hex(byte, 2), field: fieldAt(batch.fields, at) }));
  const spans: FieldSpan[] = [];
  batch.fields.forEach((field, index) => {
    const parts: { row: number; from: number; to: number }[] = [];
    for (let at = field.at; at < field.at + field.length; ) {
      const row = Math.floor(at / perRow);
      const end = Math.min(field.at + field.length, (row + 1) * perRow);
      parts.push({ row, from: at % perRow, to: (end - 1) % perRow });
      at = end;
    }
    const room = (part: { from: number; to: number }): number => x(part.to) - x(part.from) + pitch;
    const best = parts.find((part) => room(part) >= field.name.length * 5.7 + 4);
    for (const part of parts) spans.push({ field: index, row: part.row, x1: x(part.from), x2: x(part.to) + pitch - 8, label: part === best ? field.name : undefined });
  });
  return {
    perRow,
    width: x(perRow - 1) + pitch + 4,
    rows: Array.from({ length: rowCount }, (_, row) => ({ row, address: hex(row * perRow, 4), y: 27 + row * rowHeight })),
    heads: Array.from({ length: perRow }, (_, column) => ({ text: hex(column, 1), x: x(column) + 13 })),
    cells,
    spans,
    height: 27 + rowCount * rowHeight,
  };
}
