/** Gives `next` with every part that equals the one before replaced by that one: views redraw what is a new object, nothing else. */
export function keep<T>(before: T | undefined, next: T): T {
  if (before === undefined || Object.is(before, next)) return next;
  if (typeof before !== 'object' || typeof next !== 'object' || before === null || next === null) return next;
  if (Array.isArray(next)) return Array.isArray(before) ? (keepItems(before, next) as T) : next;
  return keepFields(before as Fields, next as Fields) as T;
}

type Fields = { readonly [key: string]: unknown };

/** Nothing is copied until something has to be taken over into what differs. */
function keepItems(before: readonly unknown[], next: readonly unknown[]): readonly unknown[] {
  let same = before.length === next.length;
  let merged: unknown[] | undefined;
  for (let at = 0; at < next.length; at++) {
    const kept = keep(before[at], next[at]);
    if (kept !== before[at]) same = false;
    if (kept !== next[at]) (merged ??= next.slice())[at] = kept;
  }
  return same ? before : (merged ?? next);
}

function keepFields(before: Fields, next: Fields): Fields {
  const keys = Object.keys(next);
  let same = Object.keys(before).length === keys.length;
  let merged: Record<string, unknown> | undefined;
  for (const key of keys) {
    const kept = keep(before[key], next[key]);
    if (kept !== before[key] || !(key in before)) same = false;
    if (kept !== next[key]) (merged ??= { ...next })[key] = kept;
  }
  return same ? before : (merged ?? next);
}
