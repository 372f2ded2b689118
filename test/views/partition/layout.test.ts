import { describe, expect, it } from 'vitest';
import type { PartitionFrame } from '../../../src/views/partition/frame.ts';
import { epochAt, layoutPartition, rejoinStrips, ruleStrips } from '../../../src/views/partition/layout.ts';
import { homecoming, longLog } from '../gallery/samples/partition.ts';

const wide = { width: 1408, from: undefined };

describe('partition layout', () => {
  it('draws the same offset at the same x in every replica', () => {
    const { rows } = layoutPartition(homecoming, wide);
    const x = (row: number, offset: number) => rows[row]?.cells.find((cell) => cell.offset === offset)?.x;
    expect(x(0, 5)).toBeDefined();
    expect(x(1, 5)).toBe(x(0, 5));
    expect(x(2, 5)).toBe(x(0, 5));
  });

  it('colours a record by the epoch in which the replica itself says it was written', () => {
    expect(epochAt([{ epoch: 0, start: 0 }, { epoch: 3, start: 8 }], 7)).toBe(0);
    expect(epochAt([{ epoch: 0, start: 0 }, { epoch: 3, start: 8 }], 8)).toBe(3);
  });

  it('marks the second record written at an offset with a prime', () => {
    const { rows } = layoutPartition(homecoming, wide);
    expect(rows[0]?.cells.find((cell) => cell.offset === 8)?.label).toBe('8′');
    expect(rows[2]?.cells.find((cell) => cell.offset === 8)?.label).toBe('8');
    expect(rows[0]?.cells.find((cell) => cell.offset === 7)?.label).toBe('7');
  });

  it('shows what a follower is about to cut: acknowledged records as lost, others as truncated', () => {
    const { rows } = layoutPartition(homecoming, wide);
    expect(rows[2]?.cells.filter((cell) => cell.state === 'lost').map((cell) => cell.offset)).toEqual([8]);
    expect(rows[2]?.cells.filter((cell) => cell.state === 'truncated').map((cell) => cell.offset)).toEqual([9]);
    expect(rows[2]?.cut).toMatchObject({ flagX: rows[0]?.cells.find((cell) => cell.offset === 8)?.x });
  });

  it('keeps what was just cut in sight after the log has become shorter', () => {
    const cut = { ...homecoming, rows: homecoming.rows.map((row) => (row.cut ? { ...row, logEnd: 8, cut: { ...row.cut, done: true } } : row)) };
    const row = layoutPartition(cut, wide).rows[2];
    expect(row?.cells.map((cell) => cell.offset)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(row?.cells.at(-1)?.state).toBe('truncated');
    expect(row?.logEnd).toBe(row?.highWatermark);
  });

  it('draws records at and above the high watermark as not yet committed', () => {
    const frame: PartitionFrame = { ...homecoming, rows: homecoming.rows.map((row) => (row.broker === 2 ? { ...row, highWatermark: 9 } : row)) };
    const states = layoutPartition(frame, wide).rows[0]?.cells.slice(-3).map((cell) => cell.state);
    expect(states).toEqual(['committed', 'uncommitted', 'uncommitted']);
  });

  it('shows the end of a long log and can be moved to any window of it', () => {
    const end = layoutPartition(longLog, wide);
    expect(end.window).toMatchObject({ to: 5_000, all: false });
    expect(end.rows[0]?.before).toBe(true);
    expect(end.rows[0]?.cells.length).toBeLessThan(60);
    const start = layoutPartition(longLog, { width: 1408, from: -20 });
    expect(start.window.from).toBe(1_200);
    expect(start.rows[0]?.after).toBe(true);
    expect(layoutPartition(longLog, { width: 1408, from: 9_999 }).window).toEqual(end.window);
  });

  it('never draws a cell outside the strip, whatever the width', () => {
    for (const width of [360, 390, 600, 899, 900, 1100, 1180, 1440, 2200]) {
      for (const frame of [homecoming, longLog]) {
        const picture = layoutPartition(frame, { width, from: undefined });
        expect(picture.strip.right).toBeLessThanOrEqual(width);
        for (const cell of picture.rows.flatMap((row) => row.cells)) {
          expect(cell.x).toBeGreaterThanOrEqual(picture.strip.left);
          expect(cell.x + cell.width).toBeLessThanOrEqual(picture.strip.right + 0.001);
        }
        if (picture.mode === 'wide') expect(picture.columns.checkpoint + 40).toBeLessThanOrEqual(width);
      }
    }
  });

  it('parts those in sync from the others', () => {
    const picture = layoutPartition(homecoming, wide);
    expect(picture.divider).toBeGreaterThan(picture.rows[1]?.y ?? 0);
    expect(picture.divider).toBeLessThan(picture.rows[2]?.y ?? 0);
  });

  it('tells a homecoming in four strips: all, cut, copied, in sync', () => {
    const strips = rejoinStrips(homecoming);
    expect(strips.map((strip) => strip.cells.length)).toEqual([10, 8, 11, 11]);
    expect(strips.map((strip) => strip.state)).toEqual(['done', 'now', 'next', 'next']);
    expect(strips[2]?.cells.slice(-3).map((cell) => cell.epoch)).toEqual([1, 1, 1]);
    expect(strips[3]?.cells[0]?.look).toBe('inSync');
  });

  it('sets what two rules keep side by side: what they cut is lost where it was acknowledged', () => {
    const rows = homecoming.rows.map((row) => (row.broker === 2 ? { ...row, highWatermark: 9, records: [{ offset: 9, acknowledged: true }, { offset: 10, acknowledged: false }] } : row));
    const strips = ruleStrips({ ...homecoming, rows, rules: { broker: 2, byEpoch: 11, byHighWatermark: 9 } });
    expect(strips.map(({ rule, end, lost }) => ({ rule, end, lost }))).toEqual([
      { rule: 'highWatermark', end: 9, lost: [9] },
      { rule: 'epoch', end: 11, lost: [] },
    ]);
    expect(strips[0]?.cells.slice(-3).map(({ state }) => state)).toEqual(['kept', 'lost', 'truncated']);
    expect(strips[1]?.cells.every(({ state }) => state === 'kept')).toBe(true);
    expect(ruleStrips(homecoming)).toEqual([]);
  });
});
