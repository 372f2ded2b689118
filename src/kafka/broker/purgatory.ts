/**
 * Waiting requests (DelayedOperationPurgatory): tried once when they come, again when something they watch happens, and ended
 * by their deadline. One timer stands for the wheel: it is set for the earliest deadline and finds out by itself what is due.
 */
import type { Env, Micros } from '../../kernel/program.ts';
import { nextDueAt } from '../groups/state.ts';
import type { Draft } from './state.ts';

export const PURGATORY_TIMER = 'purgatory';

/** Makes sure that the timer fires no later than the deadline. */
export function watchDeadline(b: Draft, env: Env, deadline: Micros): void {
  if (b.purgatoryDueAt !== null && b.purgatoryDueAt <= deadline) return;
  b.purgatoryDueAt = deadline;
  env.setTimer(PURGATORY_TIMER, Math.max(0, deadline - env.now));
}

/** Takes what is due at `now` out of a list that is kept in the order of arrival. */
export function takeDue<Operation extends { readonly deadline: Micros }>(
  operations: readonly Operation[],
  now: Micros,
): { readonly due: readonly Operation[]; readonly left: readonly Operation[] } {
  if (!operations.some((operation) => operation.deadline <= now)) return { due: [], left: operations };
  return { due: operations.filter((operation) => operation.deadline <= now), left: operations.filter((operation) => operation.deadline > now) };
}

/** After the timer has fired and the due ones are gone: set it for the next. */
export function rearm(b: Draft, env: Env): void {
  b.purgatoryDueAt = null;
  let next = nextDueAt(b.groups);
  for (const { deadline } of b.delayedProduces) next = Math.min(next, deadline);
  for (const { deadline } of b.delayedFetches) next = Math.min(next, deadline);
  for (const { deadline } of b.delayedAdmins) next = Math.min(next, deadline);
  if (next !== Infinity) watchDeadline(b, env, next);
}
