/**
 * A persistent list that only grows at its end: pushing gives a new list and leaves the old one as it was.
 * Full chunks are shared between versions, so that a checkpoint of a long log costs one pointer. Small chunks are joined to large
 * ones as soon as there are enough of them: the table of chunks is copied with every small one, and must stay short.
 */
const CHUNK = 32;
const LARGE = 1_024;

export interface AppendList<T> {
  /** As many chunks of 1,024 as there can be, then chunks of 32. */
  readonly full: readonly (readonly T[])[];
  readonly tail: readonly T[];
  readonly length: number;
}

const EMPTY: AppendList<never> = { full: [], tail: [], length: 0 };

export function emptyList<T>(): AppendList<T> {
  return EMPTY;
}

export function push<T>(list: AppendList<T>, value: T): AppendList<T> {
  const tail = list.tail.slice();
  tail.push(value);
  if (tail.length < CHUNK) return { full: list.full, tail, length: list.length + 1 };
  const length = list.length + 1;
  if (length % LARGE !== 0) {
    const full = list.full.slice();
    full.push(tail);
    return { full, tail: [], length };
  }
  const large = length / LARGE - 1;
  const joined: T[] = [];
  for (let i = large; i < list.full.length; i++) for (const entry of list.full[i]!) joined.push(entry);
  for (const entry of tail) joined.push(entry);
  const full = list.full.slice(0, large);
  full.push(joined);
  return { full, tail: [], length };
}

export function at<T>(list: AppendList<T>, index: number): T | undefined {
  if (index < 0 || index >= list.length) return undefined;
  const large = (list.length / LARGE) | 0;
  if (index < large * LARGE) return list.full[(index / LARGE) | 0]![index % LARGE];
  const chunk = large + (((index - large * LARGE) / CHUNK) | 0);
  return (chunk < list.full.length ? list.full[chunk]! : list.tail)[index % CHUNK];
}

export function last<T>(list: AppendList<T>): T | undefined {
  return at(list, list.length - 1);
}

/** The first `length` entries; everything after them is dropped. */
export function truncate<T>(list: AppendList<T>, length: number): AppendList<T> {
  if (length >= list.length) return list;
  if (length <= 0) return emptyList();
  const large = (length / LARGE) | 0;
  const small = ((length % LARGE) / CHUNK) | 0;
  const rest = length % CHUNK;
  const isCut = large < ((list.length / LARGE) | 0);
  const full = list.full.slice(0, isCut ? large : large + small);
  // What is left of a large chunk falls into small ones again: a list of one length has one shape.
  if (isCut) for (let i = 0; i < small; i++) full.push(list.full[large]!.slice(i * CHUNK, (i + 1) * CHUNK));
  const source = isCut ? list.full[large]! : (list.full[large + small] ?? list.tail);
  const start = isCut ? small * CHUNK : 0;
  return { full, tail: source.slice(start, start + rest), length };
}

export function* values<T>(list: AppendList<T>, from = 0, to = list.length): Generator<T> {
  for (let i = Math.max(0, from); i < Math.min(to, list.length); i++) yield at(list, i) as T;
}

export function toArray<T>(list: AppendList<T>, from = 0, to = list.length): T[] {
  const result: T[] = [];
  for (let i = Math.max(0, from); i < Math.min(to, list.length); i++) result.push(at(list, i) as T);
  return result;
}

export function listOf<T>(entries: Iterable<T>): AppendList<T> {
  let list = emptyList<T>();
  for (const entry of entries) list = push(list, entry);
  return list;
}

/** Does the list begin with the same entries, each the very same value? */
export function startsWith<T>(list: AppendList<T>, beginning: AppendList<T>): boolean {
  if (list === beginning) return true;
  if (list.length < beginning.length) return false;
  for (let i = 0; i < beginning.length; i++) if (at(list, i) !== at(beginning, i)) return false;
  return true;
}
