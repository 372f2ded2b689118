/** A partition's frame and a size give the numbers of the picture: one offset scale for all replicas. Pure. */
import { bisector } from 'd3';
import { linear } from '../linear.ts';
import type { EpochEntry, PartitionFrame, RejoinStep, ReplicaRow } from './frame.ts';

export interface Viewport {
  readonly width: number;
  /** First offset to show; undefined keeps the end of the log in sight. */
  readonly from: number | undefined;
}

export type CellState = 'committed' | 'uncommitted' | 'lost' | 'truncated';

export interface CellMark {
  readonly offset: number;
  readonly x: number;
  readonly width: number;
  readonly epoch: number;
  readonly state: CellState;
  /** The offset, with a prime for each other record that was written at the same offset before; the epoch where that is too long. */
  readonly label: string;
  readonly kind: 'commit' | 'abort' | 'tombstone' | undefined;
  readonly copies: number;
  /** For hover, focus and the narration. */
  readonly text: string | undefined;
  readonly acknowledged: boolean | undefined;
}

export interface RowMark {
  readonly row: ReplicaRow;
  readonly y: number;
  readonly height: number;
  readonly cells: readonly CellMark[];
  readonly logStart: number | undefined;
  readonly highWatermark: number | undefined;
  readonly lastStable: number | undefined;
  readonly logEnd: number | undefined;
  /** The strip goes on to the left of what is shown, to the right. */
  readonly before: boolean;
  readonly after: boolean;
  readonly cut: { readonly x: number; readonly y2: number; readonly flagX: number; readonly lostX: number | undefined; readonly truncatedX: number | undefined } | undefined;
  readonly bottom: number;
}

export interface PartitionLayout {
  readonly mode: 'wide' | 'narrow';
  readonly width: number;
  readonly height: number;
  readonly cell: { readonly width: number; readonly height: number };
  readonly strip: { readonly left: number; readonly right: number };
  readonly columns: { readonly logStart: number; readonly highWatermark: number; readonly lastStable: number; readonly logEnd: number; readonly checkpoint: number; readonly exchange: number | undefined };
  readonly axisY: number;
  readonly ticks: readonly { readonly offset: number; readonly x: number }[];
  readonly brackets: readonly { readonly epoch: number; readonly leader: number | undefined; readonly x1: number; readonly x2: number; readonly label: 'full' | 'short' | 'none'; readonly open: boolean }[];
  readonly rows: readonly RowMark[];
  /** Line between those in sync and the others. */
  readonly divider: number | undefined;
  readonly window: { readonly from: number; readonly to: number; readonly first: number; readonly last: number; readonly all: boolean };
  readonly exchange: { readonly x: number; readonly top: number; readonly bottom: number } | undefined;
}

const WIDEST = 54;
const NARROWEST = 24;

/** Epoch a record at an offset was written in, by the replica's own checkpoint. */
export function epochAt(checkpoint: readonly EpochEntry[], offset: number): number {
  const at = bisector((entry: EpochEntry) => entry.start).right(checkpoint, offset) - 1;
  return checkpoint[at]?.epoch ?? checkpoint[0]?.epoch ?? 0;
}

/** Distinct epochs that wrote a record at this offset in any replica, oldest first. */
function versionsAt(frame: PartitionFrame, offset: number): readonly number[] {
  const found: number[] = [];
  const add = (epoch: number): void => {
    if (!found.includes(epoch)) found.push(epoch);
  };
  for (const row of frame.rows) {
    if (offset >= row.logStart && offset < row.logEnd) add(epochAt(row.checkpoint, offset));
    for (const gone of row.cut?.records ?? []) if (gone.offset === offset) add(gone.epoch);
  }
  return found.sort((a, b) => a - b);
}

export function layoutPartition(frame: PartitionFrame, view: Viewport): PartitionLayout {
  const mode = view.width >= 900 ? 'wide' : 'narrow';
  const wide = mode === 'wide';
  const margin = wide ? 32 : 16;
  const hasExchange = frame.exchange !== undefined && wide;
  const roomForExchange = view.width >= 1180 && hasExchange;
  const left = wide ? 218 : margin + 2;
  const digits = Math.max(...frame.rows.map((row) => `${row.logEnd}`.length));
  const column = Math.max(44, digits * 8 + 14);
  // To the right of the strip: four numbers, the checkpoint, and the question and its answer.
  const rightColumns = wide ? 16 + 4 * column + 42 + (view.width >= 1100 ? 170 : 60) + (roomForExchange ? 164 : 0) : 0;
  const available = Math.max(NARROWEST * 4, view.width - margin - rightColumns - left);

  const first = Math.min(...frame.rows.map((row) => row.logStart), 0 + (frame.rows[0]?.logStart ?? 0));
  const last = Math.max(first + 1, ...frame.rows.map((row) => Math.max(row.logEnd, row.cut?.from ?? 0)));
  const span = last - first;
  const cellWidth = Math.min(WIDEST, Math.max(NARROWEST, Math.floor(available / span)));
  const count = Math.min(span, Math.floor(available / cellWidth));
  const all = count >= span;
  const from = all ? first : Math.min(last - count, Math.max(first, view.from ?? last - count));
  const to = from + count;
  const x = linear([from, to], [left, left + count * cellWidth]);
  const right = left + count * cellWidth;
  const cellHeight = cellWidth >= 40 ? 46 : 32;

  const axisY = 54;
  const head = wide ? 24 : 44;
  const gap = wide ? 44 : 40;
  let y = axisY + head;
  let divider: number | undefined;
  const rows: RowMark[] = [];
  frame.rows.forEach((row, at) => {
    const before = frame.rows[at - 1];
    if (before && before.standing === 'inSync' && row.standing !== 'inSync') {
      divider = y - (wide ? 12 : 26);
      y += wide ? 30 : 18;
    }
    const cells: CellMark[] = [];
    const notes = new Map(row.records.map((note) => [note.offset, note]));
    const gone = new Map((row.cut?.records ?? []).map((record) => [record.offset, record]));
    const end = Math.max(row.logEnd, row.cut?.from ?? 0);
    for (let offset = Math.max(from, row.logStart); offset < Math.min(to, end); offset++) {
      const cutRecord = row.cut !== undefined && offset >= row.cut.to && offset < row.cut.from ? gone.get(offset) : undefined;
      const doomed = row.cut !== undefined && offset >= row.cut.to && offset < row.cut.from && (offset >= row.logEnd || !row.cut.done);
      if (!doomed && offset >= row.logEnd) continue;
      const note = notes.get(offset);
      const epoch = doomed && cutRecord ? cutRecord.epoch : epochAt(row.checkpoint, offset);
      const prime = '′'.repeat(Math.max(0, versionsAt(frame, offset).indexOf(epoch)));
      cells.push({
        offset,
        x: x(offset),
        width: cellWidth,
        epoch,
        state: doomed ? (cutRecord?.lost ? 'lost' : 'truncated') : offset >= row.highWatermark && row.standing !== 'offline' ? 'uncommitted' : 'committed',
        label: `${offset}${prime}`.length * 8 + 5 <= cellWidth ? `${offset}${prime}` : `${epoch}`,
        kind: note?.kind,
        copies: note?.copies ?? 1,
        text: cutRecord?.text ?? note?.text,
        acknowledged: note?.acknowledged ?? (cutRecord ? cutRecord.lost : undefined),
      });
    }
    const within = (offset: number): number | undefined => (offset >= from && offset <= to ? x(offset) : undefined);
    const cutX = row.cut ? within(row.cut.to) : undefined;
    const lostCell = cells.find((cell) => cell.state === 'lost');
    const truncatedCell = cells.find((cell) => cell.state === 'truncated');
    const bottom = y + cellHeight + (row.cut ? (wide ? 88 : 108) : wide ? 0 : 26);
    rows.push({
      row,
      y,
      height: cellHeight,
      cells,
      logStart: row.logStart > from ? within(row.logStart) : undefined,
      highWatermark: within(row.highWatermark),
      lastStable: row.lastStableOffset === row.highWatermark ? undefined : within(row.lastStableOffset),
      logEnd: within(row.logEnd),
      before: row.logStart < from,
      after: row.logEnd > to,
      cut:
        row.cut && cutX !== undefined
          ? { x: cutX - 1, y2: y + cellHeight + 77, flagX: cutX, lostX: lostCell?.x, truncatedX: truncatedCell?.x }
          : undefined,
      bottom,
    });
    y = bottom + gap;
  });
  const height = y - gap + 24;

  const step = [1, 2, 5, 10, 20, 50].find((n) => n * cellWidth >= `${last}`.length * 6.6 + 10) ?? 50;
  const ticks: { offset: number; x: number }[] = [];
  for (let offset = from; offset < to; offset++) if (offset % step === 0) ticks.push({ offset, x: x(offset) + cellWidth / 2 });

  const brackets = frame.epochs.flatMap((entry, at) => {
    const next = frame.epochs[at + 1];
    const start = Math.max(from, entry.start);
    const end = Math.min(to, next ? next.start : last);
    if (end <= start) return [];
    const x1 = x(start) + (start === from ? 0 : 2);
    const x2 = x(end) - 2;
    const room = x2 - x1;
    const label: 'full' | 'short' | 'none' = room >= 165 || (!next && view.width - x1 > 180 && wide) ? 'full' : room >= 48 ? 'short' : 'none';
    return [{ epoch: entry.epoch, leader: entry.leader, x1, x2, label, open: next === undefined }];
  });

  const columnsAt = right + 16;
  const exchangeX = roomForExchange ? view.width - margin - 160 : undefined;
  const asker = rows.find((mark) => mark.row.broker === frame.exchange?.follower);
  const asked = rows.find((mark) => mark.row.broker === frame.exchange?.leader);
  return {
    mode,
    width: view.width,
    height,
    cell: { width: cellWidth, height: cellHeight },
    strip: { left, right },
    columns: {
      logStart: columnsAt + column,
      highWatermark: columnsAt + 2 * column,
      lastStable: columnsAt + 3 * column,
      logEnd: columnsAt + 4 * column,
      checkpoint: columnsAt + 4 * column + 42,
      exchange: exchangeX,
    },
    axisY,
    ticks,
    brackets,
    rows,
    divider,
    window: { from, to, first, last, all },
    exchange:
      exchangeX !== undefined && asker && asked
        ? { x: exchangeX, top: Math.min(asked.y, asker.y) + cellHeight + 8, bottom: Math.max(asked.y, asker.y) + cellHeight / 2 }
        : undefined,
  };
}

export interface StepStrip {
  readonly step: RejoinStep;
  readonly state: 'done' | 'now' | 'next';
  readonly cells: readonly { readonly epoch: number; readonly look: 'outOfSync' | 'inSync' }[];
  /** A line after this many cells: where the cut is, or the high watermark. */
  readonly line: number | undefined;
}

const STEPS: readonly RejoinStep[] = ['ask', 'cut', 'copy', 'rejoin'];

/** The four stations of a replica that comes back, each as a strip of at most twelve cells. */
export function rejoinStrips(frame: PartitionFrame): readonly StepStrip[] {
  const rejoin = frame.rejoin;
  const row = frame.rows.find((one) => one.broker === rejoin?.broker);
  const leader = frame.rows.find((one) => one.role === 'leader');
  if (!rejoin || !row || !leader) return [];
  const before = row.cut?.from ?? row.logEnd;
  const to = row.cut?.to ?? row.logEnd;
  const first = Math.max(row.logStart, Math.max(before, leader.logEnd) - 12);
  const now = STEPS.indexOf(rejoin.step);
  const strip = (end: number, checkpoint: readonly EpochEntry[], look: 'outOfSync' | 'inSync') =>
    Array.from({ length: Math.max(0, end - first) }, (_, at) => ({ epoch: epochAt(checkpoint, first + at), look }));
  const own = row.checkpoint;
  const ends = [before, to, leader.logEnd, leader.logEnd];
  return STEPS.map((step, at) => ({
    step,
    state: at < now ? 'done' : at === now ? 'now' : 'next',
    cells: strip(ends[at] ?? to, at < 2 ? own : leader.checkpoint, at === 3 ? 'inSync' : 'outOfSync'),
    line: step === 'cut' ? to - first : step === 'rejoin' ? leader.highWatermark - first : undefined,
  }));
}

export interface RuleStrip {
  readonly rule: 'epoch' | 'highWatermark';
  /** Log end that it leaves. */
  readonly end: number;
  readonly cells: readonly { readonly epoch: number; readonly state: 'kept' | 'lost' | 'truncated' }[];
  /** Acknowledged records that would go. */
  readonly lost: readonly number[];
}

/** What is left of a follower's log by either rule, each as a strip of at most twelve cells. */
export function ruleStrips(frame: PartitionFrame): readonly RuleStrip[] {
  const { rules } = frame;
  const row = frame.rows.find((one) => one.broker === rules?.broker);
  if (!rules || !row) return [];
  const acknowledged = new Set(row.records.filter((one) => one.acknowledged === true).map(({ offset }) => offset));
  const first = Math.max(row.logStart, row.logEnd - 12);
  const offsets = Array.from({ length: row.logEnd - first }, (_, at) => first + at);
  const strip = (rule: RuleStrip['rule'], end: number): RuleStrip => ({
    rule,
    end,
    cells: offsets.map((offset) => ({ epoch: epochAt(row.checkpoint, offset), state: offset < end ? 'kept' : acknowledged.has(offset) ? 'lost' : 'truncated' })),
    lost: offsets.filter((offset) => offset >= end && acknowledged.has(offset)),
  });
  return [strip('highWatermark', rules.byHighWatermark), strip('epoch', rules.byEpoch)];
}
