/**
 * The bridge to xstate: a chart's state is kept as plain `{ value, context }`; `step` gives the next one and the actions the
 * chart asks for, in order. xstate's public `transition()` builds an actor on every call; calling the machine's own
 * `transition` with one reused inert scope gives the same results about five times faster (test/kernel/machine.test.ts
 * keeps both in agreement). This file is the one place where the types of xstate are cast.
 */
import { createActor, type AnyActorScope, type AnyEventObject, type AnyMachineSnapshot, type AnyStateMachine, type StateValue } from 'xstate';
import type { Env } from './program.ts';

export interface ChartState<Context = unknown> {
  readonly value: StateValue;
  readonly context: Context;
}

export interface ChartAction {
  readonly type: string;
  readonly params: unknown;
}

export interface Step<Context = unknown> {
  readonly chart: ChartState<Context>;
  /** Custom actions, with their parameters, in the order the chart asks for them. */
  readonly actions: readonly ChartAction[];
  /** Delayed transitions (`after`) entered and left: the kernel's timers stand for xstate's clock. */
  readonly timers: readonly ChartTimer[];
}

export type ChartTimer =
  | { readonly type: 'set'; readonly id: string; readonly delayMs: number; readonly event: AnyEventObject }
  | { readonly type: 'clear'; readonly id: string };

interface RawAction {
  readonly type: string;
  readonly params?: unknown;
}

const snapshots = new WeakMap<ChartState, AnyMachineSnapshot>();
const scopes = new WeakMap<AnyStateMachine, { readonly scope: AnyActorScope; readonly asked: RawAction[] }>();

function scopeOf(machine: AnyStateMachine): { readonly scope: AnyActorScope; readonly asked: RawAction[] } {
  const known = scopes.get(machine);
  if (known) return known;
  const asked: RawAction[] = [];
  const self = createActor(machine);
  const scope = {
    self,
    logger: () => undefined,
    id: '',
    sessionId: '',
    defer: () => undefined,
    system: self.system,
    stopChild: () => undefined,
    emit: () => undefined,
    actionExecutor: (action: RawAction) => {
      asked.push(action);
    },
  } as unknown as AnyActorScope;
  const made = { scope, asked };
  scopes.set(machine, made);
  return made;
}

function result<Context>(snapshot: AnyMachineSnapshot, asked: RawAction[]): Step<Context> {
  const chart: ChartState<Context> = { value: snapshot.value as StateValue, context: snapshot.context as Context };
  snapshots.set(chart, snapshot);
  const actions: ChartAction[] = [];
  const timers: ChartTimer[] = [];
  for (const { type, params } of asked) {
    if (type === 'xstate.raise') {
      const raised = params as { event: AnyEventObject; id: string; delay: number | undefined };
      if (raised.delay !== undefined) timers.push({ type: 'set', id: raised.id, delayMs: raised.delay, event: raised.event });
    } else if (type === 'xstate.cancel') {
      timers.push({ type: 'clear', id: (params as { sendId: string }).sendId });
    } else {
      actions.push({ type, params });
    }
  }
  asked.length = 0;
  return { chart, actions, timers };
}

/** The initial state and what entering it asks for. */
export function begin<Context = unknown>(machine: AnyStateMachine, input?: unknown): Step<Context> {
  const { scope, asked } = scopeOf(machine);
  asked.length = 0;
  const snapshot = machine.getInitialSnapshot(scope, input as never) as AnyMachineSnapshot;
  // Entry actions of the initial state are kept for `start` in xstate; ask for them the same way.
  return result(snapshot, asked);
}

export function step<Context>(machine: AnyStateMachine, chart: ChartState<Context>, event: AnyEventObject): Step<Context> {
  const { scope, asked } = scopeOf(machine);
  asked.length = 0;
  let snapshot = snapshots.get(chart);
  if (!snapshot) {
    snapshot = machine.resolveState({ value: chart.value, context: chart.context }) as AnyMachineSnapshot;
    snapshots.set(chart, snapshot);
  }
  const next = machine.transition(snapshot, event, scope) as AnyMachineSnapshot;
  if (next === snapshot && asked.length === 0) return { chart, actions: [], timers: [] };
  return result(next, asked);
}

/** True if the chart is in this state, e.g. `matches(chart, 'leading.broadcast')`. */
export function matches(chart: ChartState, path: string): boolean {
  let value: StateValue | undefined = chart.value;
  const parts = path.split('.');
  for (const [depth, part] of parts.entries()) {
    if (typeof value === 'string') return value === part && depth === parts.length - 1;
    value = value[part];
    if (value === undefined) return false;
  }
  return true;
}

/** Turns a step's delayed transitions into timers of the process, named `<prefix><id>`; their `data` is the event to step with. */
export function applyTimers(done: Step, prefix: string, env: Env): void {
  for (const timer of done.timers) {
    if (timer.type === 'set') env.setTimer(prefix + timer.id, timer.delayMs * 1_000, timer.event);
    else env.clearTimer(prefix + timer.id);
  }
}
