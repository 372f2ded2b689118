/** What a page's main thread does, from Chromium's trace: its tasks, by the clock and by processor time, and the frames between them. */
import type { CDPSession } from '@playwright/test';
import { total } from './numbers.ts';

interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  /** Microseconds; `tdur` is what the thread got of a processor. */
  readonly ts: number;
  readonly dur?: number;
  readonly tdur?: number;
  readonly args?: { readonly name?: string };
}

export async function traced(session: CDPSession, work: () => Promise<void>): Promise<readonly TraceEvent[]> {
  const events: TraceEvent[] = [];
  const collect = ({ value }: { value: unknown[] }): number => events.push(...(value as TraceEvent[]));
  session.on('Tracing.dataCollected', collect);
  await session.send('Tracing.start', { transferMode: 'ReportEvents', traceConfig: { includedCategories: ['toplevel', 'devtools.timeline', 'disabled-by-default-devtools.timeline', 'blink.user_timing', '__metadata'] } });
  await work();
  const ended = new Promise((resolve) => session.once('Tracing.tracingComplete', resolve));
  await session.send('Tracing.end');
  await ended;
  session.off('Tracing.dataCollected', collect);
  return events;
}

export interface MainThread {
  /** For each frame: milliseconds of tasks on the main thread, by the clock and by processor time; and of these, what scripts took. */
  readonly wall: readonly number[];
  readonly cpu: readonly number[];
  readonly script: readonly number[];
  /** Between one frame and the next. */
  readonly deltas: readonly number[];
  readonly total: number;
}

const TASKS = ['RunTask', 'ThreadControllerImpl::RunTask'];
const SCRIPTS = ['FireAnimationFrame', 'FunctionCall', 'RunMicrotasks', 'TimerFire', 'EvaluateScript', 'EventDispatch', 'MinorGC', 'MajorGC'];

/** In order, and without those that lie inside another one: Chromium tells of one task twice. */
function outermost(events: readonly TraceEvent[]): readonly TraceEvent[] {
  const kept: TraceEvent[] = [];
  for (const one of [...events].sort((a, b) => a.ts - b.ts || (b.dur ?? 0) - (a.dur ?? 0))) {
    const last = kept.at(-1);
    if (!last || one.ts >= last.ts + (last.dur ?? 0)) kept.push(one);
  }
  return kept;
}

function on(events: readonly TraceEvent[], { pid, tid }: TraceEvent, names: readonly string[]): readonly TraceEvent[] {
  return outermost(events.filter((one) => one.pid === pid && one.tid === tid && names.includes(one.name)));
}

/** The main thread of the page that did something; the browser has others. */
function busiest(events: readonly TraceEvent[]): TraceEvent | undefined {
  const mains = events.filter((one) => one.name === 'thread_name' && one.args?.name === 'CrRendererMain');
  return mains.map((main) => ({ main, count: on(events, main, TASKS).length })).sort((a, b) => b.count - a.count)[0]?.main;
}

/** Milliseconds. */
const processorTime = (those: readonly TraceEvent[]): number => total(those.map((one) => one.tdur ?? one.dur ?? 0)) / 1_000;

/** Milliseconds of processor time between two marks of the page, whole tasks. */
export function betweenMarks(events: readonly TraceEvent[], from: string, to: string): number {
  const at = (name: string): number => events.find((one) => one.name === name)?.ts ?? Number.NaN;
  const main = busiest(events);
  if (main === undefined) return Number.NaN;
  return processorTime(on(events, main, TASKS).filter((task) => task.ts + (task.dur ?? 0) >= at(from) && task.ts < at(to)));
}

/** Frames are told apart by their animation callbacks; a task belongs to the frame it began in. */
export function mainThread(events: readonly TraceEvent[]): MainThread {
  const callbacks = events.filter((one) => one.name === 'FireAnimationFrame');
  const main = busiest(events);
  const own = main === undefined ? [] : on(events, main, TASKS);
  const scripts = main === undefined ? [] : on(events, main, SCRIPTS);
  const starts = [...new Set(callbacks.map((one) => own.findLast((task) => task.ts <= one.ts)?.ts ?? one.ts))].sort((a, b) => a - b);
  const wall: number[] = [];
  const cpu: number[] = [];
  const script: number[] = [];
  const deltas: number[] = [];
  for (let at = 0; at + 1 < starts.length; at++) {
    const isInside = (one: TraceEvent): boolean => one.ts >= starts[at]! && one.ts < starts[at + 1]!;
    const inside = own.filter(isInside);
    wall.push(total(inside.map((task) => task.dur ?? 0)) / 1_000);
    cpu.push(processorTime(inside));
    script.push(processorTime(scripts.filter(isInside)));
    deltas.push((starts[at + 1]! - starts[at]!) / 1_000);
  }
  return { wall, cpu, script, deltas, total: processorTime(own) };
}

