/** Gives `next` with every part that equals the one before replaced by that one: views redraw what is a new object, nothing else. */
export function keep<T>(before: T | undefined, next: T): T {
  if (before === undefined || Object.is(before, next)) return next;
  if (typeof before !== 'object' || typeof next !== 'object' || before === null || next === null) return next;
  if (Array.isArray(next)) {
    if (!Array.isArray(before)) return next;
    let same = before.length === next.length;
    const merged = next.map((one: unknown, index) => {
      const kept = keep(before[index] as unknown, one);
      if (kept !== before[index]) same = false;
      return kept;
    });
    return same ? before : (merged as T);
  }
  const old = before as Record<string, unknown>;
  const made: Record<string, unknown> = {};
  let same = Object.keys(old).length === Object.keys(next).length;
  for (const [key, one] of Object.entries(next)) {
    const kept = keep(old[key], one as unknown);
    made[key] = kept;
    if (kept !== old[key] || !(key in old)) same = false;
  }
  return same ? before : (made as T);
}
