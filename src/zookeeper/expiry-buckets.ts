/**
 * The deadlines of an ExpiryQueue: what is watched is moved from one multiple of the interval to a later one, and a deadline stays
 * in the queue, empty, until it has passed. Milliseconds of the monotonic clock.
 */

/** The next multiple of the interval strictly after something would have been silent for its time-out. */
export function deadlineOf(nowMs: number, timeoutMs: number, intervalMs: number): number {
  return (Math.floor((nowMs + timeoutMs) / intervalMs) + 1) * intervalMs;
}

/** Deadlines that have not passed, in their order, with this one. */
export function withDeadline(buckets: readonly number[], deadlineMs: number, nowMs: number): readonly number[] {
  if (buckets.includes(deadlineMs)) return buckets;
  return [...buckets.filter((known) => known > nowMs), deadlineMs].sort((one, other) => one - other);
}
