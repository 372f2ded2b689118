/**
 * The timeline in pixels: one scale of time for all lanes, bands cut to the span in view, ticks gathered into one path a look.
 * Works on any length of history: what is outside the span is skipped by binary search, what falls on one pixel is drawn once.
 */
import { bisector, ticks } from 'd3';
import { SECOND, type Micros } from '../../kernel/program.ts';
import type { ArrowFrame, BandFrame, LaneFrame, Span, TickFrame, TimelineFrame, TimelineMarkFrame } from '../frame.ts';
import { linear } from '../linear.ts';
import { textWidth } from '../text/units.ts';

export interface TimelineSize {
  readonly width: number;
  readonly height: number;
  /** Left of the plot: the lanes' names. */
  readonly names: number;
  /** Above the lanes: the axis. */
  readonly head: number;
  readonly right: number;
}

export interface BandPlace {
  readonly band: BandFrame;
  readonly x: number;
  readonly width: number;
  /** Where its word begins: on it, or behind it where it still lasts. Undefined: there is no room. */
  readonly wordX: number | undefined;
}
export interface LanePlace {
  readonly lane: LaneFrame;
  /** Middle of the lane. */
  readonly y: number;
  readonly bands: readonly BandPlace[];
  readonly offices: readonly { readonly x: number; readonly width: number }[];
  readonly ticks: readonly { readonly look: TickFrame['look']; readonly d: string }[];
  readonly deadline?: { readonly x: number; readonly fromX: number; readonly at: Micros; readonly inView: boolean };
}
export interface TimelineLayout {
  readonly x: (at: Micros) => number;
  readonly at: (x: number) => Micros;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  readonly pitch: number;
  readonly grid: readonly { readonly at: Micros; readonly x: number; readonly label: string }[];
  readonly lanes: readonly LanePlace[];
  /** Lanes in which nothing happens in view, folded into the last line for want of height. */
  readonly quiet: { readonly y: number; readonly lanes: readonly LaneFrame[] } | undefined;
  readonly marks: readonly { readonly mark: TimelineMarkFrame; readonly x: number; readonly y: number; readonly wordFits: boolean }[];
  readonly arrows: readonly { readonly arrow: ArrowFrame; readonly x1: number; readonly y1: number; readonly x2: number; readonly y2: number; readonly named: boolean }[];
  /** Where another branch left this one, or this one left it, and how far that one was computed. */
  readonly forks: readonly { readonly id: string; readonly branch: string; readonly x: number; readonly endX: number; readonly isOut: boolean }[];
  readonly beads: readonly { readonly event: TimelineFrame['lit'][number]; readonly x: number; readonly y: number }[];
}

export const DEFAULT_SPAN: Micros = 12.5 * SECOND;
const NARROWEST: Micros = 200;
const WIDEST: Micros = 4 * 3600 * SECOND;

const byAt = bisector((item: { readonly at: Micros }) => item.at);
const bySentAt = bisector((item: ArrowFrame) => item.sentAt);

/**
 * Keeps the playhead in view: the span stands still until it leaves the middle part, then moves so that it is in the middle; or
 * further, so that what lies `ahead` (a deadline) can be seen coming with room for its words, while the playhead stays in view.
 */
export function follow(span: Span, now: Micros, ahead?: Micros): Span {
  const width = span.to - span.from;
  const step = width > 4 * SECOND ? SECOND : width / 10;
  const begin = (at: Micros): Micros => Math.max(0, Math.ceil(at / step) * step);
  const isSeen = ahead === undefined || ahead <= now || ahead <= span.from + width * 0.85;
  if (now >= span.from && now <= span.from + width * 0.8 && isSeen) return span;
  const wanted = ahead === undefined || ahead <= now ? now - width * 0.5 : Math.max(now - width * 0.5, ahead - width * 0.85);
  const from = Math.min(begin(wanted), Math.max(0, Math.floor((now - width * 0.1) / step) * step));
  return { from, to: from + width };
}

/** Zooms by a factor about a moment, which stays where it is. Times stay integers; never before the begin of time. */
export function zoom(span: Span, about: Micros, factor: number): Span {
  const width = Math.round(Math.min(WIDEST, Math.max(NARROWEST, (span.to - span.from) * factor)));
  const share = (about - span.from) / (span.to - span.from);
  const from = Math.max(0, Math.round(about - share * width));
  return { from, to: from + width };
}

export function pan(span: Span, by: Micros): Span {
  const from = Math.max(0, Math.round(span.from + by));
  return { from, to: from + (span.to - span.from) };
}

export function timelineLayout(frame: TimelineFrame, span: Span, size: TimelineSize): TimelineLayout {
  const left = size.names;
  const right = Math.max(left + 40, size.width - size.right);
  const scale = linear([span.from, span.to], [left, right]);
  const x = (at: Micros): number => Math.round(scale(at) * 100) / 100;
  const room = size.height - size.head - 4;
  const { shown, folded } = foldQuiet(frame, span, Math.max(1, Math.floor(room / LOWEST)));
  const lines = shown.length + (folded.length > 0 ? 1 : 0);
  const pitch = Math.min(16, Math.max(folded.length > 0 ? LOWEST : 10, room / Math.max(1, lines)));
  const laneY = (at: number): number => size.head + pitch / 2 + at * pitch;
  const yOf = new Map(shown.map((lane, at) => [lane.id, laneY(at)]));
  const quiet = folded.length > 0 ? { y: laneY(shown.length), lanes: folded } : undefined;
  if (quiet) for (const lane of quiet.lanes) yOf.set(lane.id, quiet.y);

  // Words of marks come first, then those of deadlines and bands where they touch none.
  const taken = new Map<string, (readonly [number, number])[]>();
  const take = (lane: string, from: number, to: number): boolean => {
    const row = taken.get(lane) ?? [];
    if (to > right + size.right || row.some(([a, b]) => from < b && to > a)) return false;
    taken.set(lane, [...row, [from, to]]);
    return true;
  };
  const inSpan = within(frame.marks, span);
  for (const mark of inSpan) taken.set(mark.lane, [...(taken.get(mark.lane) ?? []), [x(mark.at) - 6, x(mark.at) + 6]]);
  const marks = inSpan.flatMap((mark) => {
    const y = yOf.get(mark.lane);
    if (y === undefined) return [];
    const at = x(mark.at);
    return [{ mark, x: at, y, wordFits: mark.word !== '' && take(mark.lane, at + 6.5, at + 12 + textWidth(mark.word)) }];
  });
  const lanes = shown.map((lane, at) => placeLane(lane, laneY(at), frame, span, x, pitch, take));
  return {
    x,
    at: (px) => Math.round(scale.invert(Math.min(right, Math.max(left, px)))),
    left,
    right,
    top: size.head,
    bottom: laneY(Math.max(0, lines - 1)) + pitch / 2,
    pitch,
    grid: gridOf(span, right - left).map((at) => ({ at, x: x(at), label: gridLabel(at, span) })),
    lanes,
    quiet,
    marks,
    arrows: placeArrows(frame, span, x, yOf),
    forks: frame.forks
      .filter((fork) => fork.until >= span.from && fork.at <= span.to)
      .map((fork) => ({ id: fork.id, branch: fork.branch, x: x(Math.max(fork.at, span.from)), endX: x(Math.min(fork.until, span.to)), isOut: fork.at < span.from })),
    beads: frame.lit.flatMap((event) => {
      const y = yOf.get(event.lane);
      return y === undefined || event.at < span.from || event.at > span.to ? [] : [{ event, x: x(event.at), y }];
    }),
  };
}

/** Lanes lower than this have names that touch. */
const LOWEST = 11.5;

/** What is folded away for want of room: quiet lanes only, partitions first, then from the bottom up. */
function foldQuiet(frame: TimelineFrame, span: Span, most: number): { readonly shown: readonly LaneFrame[]; readonly folded: readonly LaneFrame[] } {
  if (frame.lanes.length <= most) return { shown: frame.lanes, folded: [] };
  const quiet = frame.lanes.filter((lane) => isQuiet(lane, frame, span)).reverse();
  const isPartition = (lane: LaneFrame): boolean => lane.id.startsWith('partition:');
  const ordered = [...quiet.filter(isPartition), ...quiet.filter((lane) => !isPartition(lane))];
  const gone = new Set(ordered.slice(0, Math.max(0, frame.lanes.length - most + 1)));
  return { shown: frame.lanes.filter((lane) => !gone.has(lane)), folded: frame.lanes.filter((lane) => gone.has(lane)) };
}

/** Nothing changes in view: no state begins or ends, no mark, no unanswered write, no deadline. */
export function isQuiet(lane: LaneFrame, frame: TimelineFrame, span: Span): boolean {
  const inside = (at: Micros | undefined): boolean => at !== undefined && at > span.from && at <= span.to;
  return (
    lane.matters !== true &&
    !frame.lit.some((event) => event.lane === lane.id && inside(event.at)) &&
    lane.deadline === undefined &&
    !lane.bands.some((band) => inside(band.from)) &&
    !frame.marks.some((mark) => mark.lane === lane.id && inside(mark.at)) &&
    within(lane.open ?? [], span).length === 0 &&
    !within(lane.ticks ?? [], span).some((tick) => tick.look === 'answered' || tick.look === 'unanswered')
  );
}

function within<T extends { readonly at: Micros }>(items: readonly T[], span: Span): readonly T[] {
  return items.slice(byAt.left(items, span.from), byAt.right(items, span.to));
}

type Take = (lane: string, from: number, to: number) => boolean;

function placeLane(lane: LaneFrame, y: number, frame: TimelineFrame, span: Span, x: (at: Micros) => number, pitch: number, take: Take): LanePlace {
  const cut = (at: Micros | undefined): Micros => Math.min(at ?? frame.computedUntil, span.to, frame.computedUntil);
  const bands = lane.bands.flatMap((band): BandPlace[] => {
    const to = cut(band.to);
    if (to <= span.from || band.from >= span.to) return [];
    const from = x(Math.max(band.from, span.from));
    const width = x(to) - from;
    return [{ band, x: from, width, wordX: wordPlace(lane, band, from, width, to === frame.computedUntil, take) }];
  });
  const offices = (lane.offices ?? []).flatMap((office) => {
    const to = cut(office.to);
    if (to <= span.from || office.from >= span.to) return [];
    const from = x(Math.max(office.from, span.from));
    return [{ x: from, width: x(to) - from }];
  });
  const paths = new Map<TickFrame['look'], { d: string; last: number }>();
  const half = Math.min(4, pitch / 2 - 1);
  for (const tick of [...within(lane.ticks ?? [], span), ...within(lane.open ?? [], span)]) {
    const at = Math.round(x(tick.at) * 2) / 2;
    let path = paths.get(tick.look);
    if (!path) paths.set(tick.look, (path = { d: '', last: -10 }));
    if (at - path.last < 1.5) continue;
    path.last = at;
    path.d += tick.look === 'unanswered' ? `M${at - 2} ${y - half + 0.5}h4v${2 * half - 1}h-4z` : `M${at} ${y - half}v${2 * half}`;
  }
  const deadline = lane.deadline;
  return {
    lane,
    y,
    bands,
    offices,
    ticks: [...paths].map(([look, { d }]) => ({ look, d })),
    ...(deadline
      ? { deadline: { x: x(Math.min(deadline.at, span.to)), fromX: x(Math.max(span.from, Math.min(frame.computedUntil, span.to))), at: deadline.at, inView: deadline.at >= span.from && deadline.at <= span.to } }
      : {}),
  };
}

/** On the band a little way in, else further in, else behind one that still lasts. */
function wordPlace(lane: LaneFrame, band: BandFrame, x: number, width: number, lasts: boolean, take: Take): number | undefined {
  if (band.word === undefined) return undefined;
  const room = textWidth(band.word) + 8;
  for (const at of [x + 22, x + (width - room) / 2, x + width - room - 6]) {
    if (at >= x + 4 && at + room <= x + width - 2 && take(lane.id, at, at + room)) return at + 4;
  }
  return lasts && band.look === 'unserved' && take(lane.id, x + width + 2, x + width + room) ? x + width + 5 : undefined;
}

/** Arrows appear when they lean far enough to be read, and while there are few enough. */
function placeArrows(frame: TimelineFrame, span: Span, x: (at: Micros) => number, yOf: ReadonlyMap<string, number>): TimelineLayout['arrows'] {
  const perPixel = (span.to - span.from) / Math.max(1, x(span.to) - x(span.from));
  const begin = bySentAt.left(frame.arrows, span.from - 2 * SECOND);
  const out: TimelineLayout['arrows'][number][] = [];
  for (let at = begin; at < frame.arrows.length; at++) {
    const arrow = frame.arrows[at];
    if (!arrow || arrow.sentAt > span.to) break;
    if (arrow.dueAt < span.from || arrow.dueAt - arrow.sentAt < 3 * perPixel) continue;
    const y1 = yOf.get(arrow.from);
    const y2 = yOf.get(arrow.to);
    if (y1 === undefined || y2 === undefined || y1 === y2) continue;
    out.push({ arrow, x1: x(arrow.sentAt), y1, x2: x(arrow.dueAt), y2, named: false });
    if (out.length > 400) return [];
  }
  return out.length <= 24 ? out.map((place) => ({ ...place, named: place.x2 - place.x1 > 30 })) : out;
}

function gridOf(span: Span, pixels: number): readonly Micros[] {
  return ticks(span.from, span.to, Math.max(2, Math.floor(pixels / 75)));
}

/** Seconds with as many decimals as neighbours need; from two minutes on minutes and seconds. */
export function gridLabel(at: Micros, span: Span): string {
  const width = span.to - span.from;
  const decimals = width > 4 * SECOND ? 0 : width > 0.4 * SECOND ? 1 : width > 0.04 * SECOND ? 2 : width > 0.004 * SECOND ? 3 : width > 0.0004 * SECOND ? 4 : 5;
  const whole = at / SECOND;
  if (width > 180 * SECOND) {
    const minutes = Math.floor(whole / 60);
    const rest = Math.round(whole - minutes * 60);
    return `${minutes}:${rest < 10 ? '0' : ''}${rest}`;
  }
  return whole.toFixed(decimals);
}
