import { describe, expect, it } from 'vitest';
import { batchesInOrder, fieldAt, layoutBytes, layoutSegments, segmentName } from '../../../src/views/segments/layout.ts';
import { directory } from '../gallery/samples/segments.ts';

const batch = directory.batch ?? (() => { throw new Error('the sample has a batch'); })();

describe('segments layout', () => {
  it('draws every file and every batch on one byte scale', () => {
    const { segments, pixelsPerByte } = layoutSegments(directory, 1376);
    for (const mark of segments) {
      expect(mark.written).toBeCloseTo(mark.segment.bytes * pixelsPerByte);
      for (const box of mark.batches) {
        expect(box.width).toBeCloseTo(box.bytes * pixelsPerByte);
        expect(box.x - mark.x).toBeCloseTo(box.position * pixelsPerByte);
      }
    }
  });

  it('puts an index entry at the position it points to', () => {
    const [first] = layoutSegments(directory, 1376).segments;
    expect(first?.stems.map((stem) => stem.x)).toEqual(first?.batches.filter((box) => [2, 4, 6, 8, 10, 12].includes(box.baseOffset)).map((box) => box.x));
  });

  it('shows what was written but not flushed', () => {
    const active = layoutSegments(directory, 1376).segments[2];
    expect(active?.flushed).toBe(0);
    expect(active?.written).toBeGreaterThan(0);
    expect(active?.width).toBeGreaterThan(active?.written ?? 0);
  });

  it('keeps a small log in a large segment readable', () => {
    const large = { ...directory, segmentBytes: 1_073_741_824 };
    const mark = layoutSegments(large, 1376).segments[0];
    expect(mark?.batches[0]?.width).toBeGreaterThan(10);
  });

  it('leaves out index labels that would touch their neighbours', () => {
    const narrow = layoutSegments(directory, 240).segments[0];
    expect(narrow?.stems.some((stem) => !stem.shown)).toBe(true);
    expect(narrow?.stems.some((stem) => stem.shown)).toBe(true);
  });

  it('names files as Kafka does, with twenty digits', () => {
    expect(segmentName(26)).toBe('00000000000000000026');
  });

  it('walks through all batches in the order of the log', () => {
    const all = batchesInOrder(directory);
    expect(all).toHaveLength(27);
    expect(all.at(-1)).toEqual({ segment: 26, position: 0 });
  });

  it('gives every byte to exactly one field', () => {
    const { cells } = layoutBytes(batch, 660);
    expect(cells).toHaveLength(98);
    expect(cells.every((cell) => cell.field >= 0)).toBe(true);
    expect(batch.fields.reduce((sum, field) => sum + field.length, 0)).toBe(98);
    expect(fieldAt(batch.fields, 12)).toBe(2);
    expect(fieldAt(batch.fields, 60)).toBe(12);
    expect(fieldAt(batch.fields, 61)).toBe(13);
  });

  it('breaks a field at the end of a row and writes its name at most once', () => {
    for (const width of [660, 358]) {
      const { spans, perRow, cells, width: drawn } = layoutBytes(batch, width);
      expect(drawn).toBeLessThanOrEqual(width);
      expect(perRow).toBe(width === 660 ? 16 : 8);
      const timestamp = spans.filter((span) => span.field === 7);
      expect(timestamp).toHaveLength(2);
      for (let field = 0; field < batch.fields.length; field++) expect(spans.filter((span) => span.field === field && span.label !== undefined).length).toBeLessThanOrEqual(1);
      expect(cells.at(-1)?.row).toBe(Math.floor(97 / perRow));
    }
  });
});
