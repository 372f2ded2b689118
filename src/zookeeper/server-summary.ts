/** What several four-letter words say of a server in the same way. */
import { matches } from '../kernel/machine.ts';
import type { Latencies } from './server-statistics.ts';
import type { ServerState } from './server-state.ts';

/** Version, commit and build time of the release. */
export const FULL_VERSION = '3.7.0-e3704b390a6697bfdf4b0bef79e3da7a4f6bac4b, built on 2021-03-17 09:46 UTC';

export function modeOf(state: ServerState): 'leader' | 'follower' | 'standalone' {
  if (matches(state.chart, 'standalone')) return 'standalone';
  return matches(state.chart, 'leading') ? 'leader' : 'follower';
}

/** A Java double of at most four decimals: `2.0`, `2.4851`. */
export function averageText({ count, totalMs }: Latencies): string {
  const average = count === 0 ? 0 : Math.round((totalMs / count) * 10_000) / 10_000;
  return Number.isInteger(average) ? `${average}.0` : String(average);
}

/** Requests that have come in and are not answered; those of the followers' clients are the leader's too. */
export function outstandingRequests(state: ServerState): number {
  let waiting = 0;
  for (const { queue } of Object.values(state.clients)) {
    for (const { mustBeCommitted } of queue) if (!state.leading || !mustBeCommitted) waiting++;
  }
  return waiting + (state.leading?.outstanding.length ?? 0);
}
