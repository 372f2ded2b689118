/** The one thread group-metadata-manager of a broker: what it has to do, one after the other. */
import type { Env } from '../../kernel/program.ts';
import type { Draft } from '../broker/state.ts';
import type { LoaderTask } from './state.ts';

export const LOADER_TIMER = 'group-metadata-manager';
/** What one small partition takes, as in the recordings. */
const TASK_MICROS = 1_000;

export function scheduleTask(b: Draft, env: Env, task: LoaderTask): void {
  if (b.groups.tasks.length === 0) takeUp(b, env);
  b.groups = { ...b.groups, tasks: [...b.groups.tasks, task] };
}

/** The thread begins with the first of its tasks. */
export function takeUp(b: Draft, env: Env): void {
  b.groups = { ...b.groups, taskStartedMs: env.wallClockMs };
  env.setTimer(LOADER_TIMER, TASK_MICROS);
}
