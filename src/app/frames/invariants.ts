/** How every invariant stands at the playhead, for the list of them. */
import { EXCEPTIONS } from '../../cluster/exceptions.ts';
import { checks } from '../../cluster/invariants.ts';
import type { Standings } from '../../cluster/judging.ts';
import type { Micros } from '../../kernel/program.ts';
import type { InvariantRow, InvariantsFrame } from '../../views/promises/invariants-frame.ts';

export function invariantsFrame({ until, began, of, exceptions }: Standings, now: Micros): InvariantsFrame {
  const row = ({ part, check, number }: (typeof checks)[number]): InvariantRow => {
    const { brokenAt, excused } = of[check] ?? {};
    if (brokenAt !== undefined) return { check, number, state: 'broken', at: brokenAt };
    if (excused) return { check, number, state: 'neverMade', exception: excused.exception, at: excused.at };
    return { check, number, state: began[part] === undefined ? 'unseen' : 'kept' };
  };
  return {
    until: until < now ? until : undefined,
    parts: (['zookeeper', 'kafka'] as const).map((part) => ({ part, rows: checks.filter((one) => one.part === part).map(row) })),
    exceptions: EXCEPTIONS.map((exception) => ({ exception, ...exceptions[exception] })),
  };
}
