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
  readonly wordFits: boolean;
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
  readonly forks: readonly { readonly branch: string; readonly x: number }[];
}

export const DEFAULT_SPAN: Micros = 12.5 * SECOND;
const NARROWEST: Micros = 200;
const WIDEST: Micros = 4 * 3600 * SECOND;

const byAt = bisector((item: { readonly at: Micros }) => item.at);
const bySentAt = bisector((item: ArrowFrame) => item.sentAt);

/** Keeps the playhead in view: the span stands still until it leaves the middle part, then moves so that it is in the middle. */
export function follow(span: Span, now: Micros): Span {
  const width = span.to - span.from;
  if (now >= span.from && now <= span.from + width * 0.8) return span;
  const step = width > 4 * SECOND ? SECOND : width / 10;
  const from = Math.max(0, Math.floor((now - width * 0.5) / step) * step);
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
  const eventful = frame.lanes.filter((lane) => !isQuiet(lane, frame, span));
  const fold = frame.lanes.length * 10 > room && eventful.length < frame.lanes.length;
  const shown = fold ? eventful : frame.lanes;
  const lines = shown.length + (fold ? 1 : 0);
  const pitch = Math.min(16, Math.max(10, room / Math.max(1, lines)));
  const laneY = (at: number): number => size.head + pitch / 2 + at * pitch;
  const yOf = new Map(shown.map((lane, at) => [lane.id, laneY(at)]));
  const quiet = fold ? { y: laneY(shown.length), lanes: frame.lanes.filter((lane) => !yOf.has(lane.id)) } : undefined;
  if (quiet) for (const lane of quiet.lanes) yOf.set(lane.id, quiet.y);

  const lanes = shown.map((lane, at) => placeLane(lane, laneY(at), frame, span, x, pitch));
  const marks = within(frame.marks, span).flatMap((mark, at, all) => {
    const y = yOf.get(mark.lane);
    if (y === undefined) return [];
    const next = all.slice(at + 1).find((other) => other.lane === mark.lane);
    const until = next ? x(next.at) - 8 : right;
    return [{ mark, x: x(mark.at), y, wordFits: mark.word !== '' && x(mark.at) + 10 + textWidth(mark.word) < until }];
  });
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
    forks: frame.forks.filter((fork) => fork.at >= span.from && fork.at <= span.to).map((fork) => ({ branch: fork.branch, x: x(fork.at) })),
  };
}

/** Nothing changes in view: no state begins or ends, no mark, no unanswered write, no deadline. */
export function isQuiet(lane: LaneFrame, frame: TimelineFrame, span: Span): boolean {
  const inside = (at: Micros | undefined): boolean => at !== undefined && at > span.from && at <= span.to;
  return (
    lane.matters !== true &&
    lane.deadline === undefined &&
    !lane.bands.some((band) => inside(band.from)) &&
    !frame.marks.some((mark) => mark.lane === lane.id && inside(mark.at)) &&
    !within(lane.ticks ?? [], span).some((tick) => tick.look === 'answered' || tick.look === 'unanswered')
  );
}

function within<T extends { readonly at: Micros }>(items: readonly T[], span: Span): readonly T[] {
  return items.slice(byAt.left(items, span.from), byAt.right(items, span.to));
}

function placeLane(lane: LaneFrame, y: number, frame: TimelineFrame, span: Span, x: (at: Micros) => number, pitch: number): LanePlace {
  const cut = (at: Micros | undefined): Micros => Math.min(at ?? frame.computedUntil, span.to, frame.computedUntil);
  const bands = lane.bands.flatMap((band): BandPlace[] => {
    const to = cut(band.to);
    if (to <= span.from || band.from >= span.to) return [];
    const from = x(Math.max(band.from, span.from));
    const width = x(to) - from;
    return [{ band, x: from, width, wordFits: band.word !== undefined && textWidth(band.word) + 36 < width }];
  });
  const offices = (lane.offices ?? []).flatMap((office) => {
    const to = cut(office.to);
    if (to <= span.from || office.from >= span.to) return [];
    const from = x(Math.max(office.from, span.from));
    return [{ x: from, width: x(to) - from }];
  });
  const paths = new Map<TickFrame['look'], { d: string; last: number }>();
  const half = Math.min(4, pitch / 2 - 1);
  for (const tick of within(lane.ticks ?? [], span)) {
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
