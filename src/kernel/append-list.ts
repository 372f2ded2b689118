/**
 * A persistent list that only grows at its end: pushing gives a new list and leaves the old one as it was.
 * Full chunks are shared between versions, so that a checkpoint of a long log costs one pointer.
 */
const CHUNK = 32;

export interface AppendList<T> {
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
  const full = list.full.slice();
  full.push(tail);
  return { full, tail: [], length: list.length + 1 };
}

export function at<T>(list: AppendList<T>, index: number): T | undefined {
  if (index < 0 || index >= list.length) return undefined;
  const inFull = list.full.length * CHUNK;
  return index >= inFull ? list.tail[index - inFull] : list.full[(index / CHUNK) | 0]![index % CHUNK];
}

export function last<T>(list: AppendList<T>): T | undefined {
  return at(list, list.length - 1);
}

/** The first `length` entries; everything after them is dropped. */
export function truncate<T>(list: AppendList<T>, length: number): AppendList<T> {
  if (length >= list.length) return list;
  if (length <= 0) return emptyList();
  const fullChunks = (length / CHUNK) | 0;
  const rest = length % CHUNK;
  const tail = rest === 0 ? [] : (fullChunks < list.full.length ? list.full[fullChunks]! : list.tail).slice(0, rest);
  return { full: list.full.slice(0, fullChunks), tail, length };
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
