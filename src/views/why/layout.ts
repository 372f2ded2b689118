/** A chain of causes as rows: repeated times are written once. Pure. */
import type { Cause, WhyFrame } from './frame.ts';

export interface CauseRow extends Cause {
  readonly newest: boolean;
  readonly last: boolean;
  /** Time since the cause before it; undefined at the root. */
  readonly since: number | undefined;
}

export function layoutWhy(frame: WhyFrame): readonly CauseRow[] {
  return frame.chain.map((cause, at) => {
    const before = frame.chain[at + 1];
    return { ...cause, newest: at === 0, last: before === undefined, since: before ? cause.at - before.at : undefined };
  });
}
