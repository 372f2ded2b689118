/**
 * The orders in which Java's hash tables give their entries, where something real prints them: by the place in a table whose
 * size is a power of two, entries of one place in the order they came.
 */
const SMALLEST_TABLE = 16;
const LOAD_FACTOR = 0.75;

/** A text, or what the hash code of another key is. */
export type HashKey = string | number;

/** `String.hashCode`. */
export function javaStringHash(text: string): number {
  let hash = 0;
  for (let i = 0; i < text.length; i++) hash = (Math.imul(hash, 31) + text.charCodeAt(i)) | 0;
  return hash;
}

export const hashCode = (key: HashKey): number => (typeof key === 'string' ? javaStringHash(key) : key | 0);

/** The first power of two that is enough. */
function tableSize(isEnough: (size: number) => boolean, smallest = 1): number {
  let size = smallest;
  while (!isEnough(size)) size *= 2;
  return size;
}

/** `java.util.HashMap` and `HashSet` that were filled entry by entry; `smallest`: the table's size when it was made. */
export function javaHashOrder<E>(entries: readonly E[], keyOf: (entry: E) => HashKey, smallest = SMALLEST_TABLE): readonly E[] {
  const size = tableSize((enough) => entries.length <= enough * LOAD_FACTOR, smallest);
  const places: E[][] = Array.from({ length: size }, () => []);
  for (const entry of entries) {
    const hash = hashCode(keyOf(entry));
    places[(hash ^ (hash >>> 16)) & (size - 1)]!.push(entry);
  }
  return places.flat();
}

/** One that was made for as many entries as it then gets (`new HashMap<>(n)`). */
export function sizedMapOrder<E>(entries: readonly E[], keyOf: (entry: E) => HashKey): readonly E[] {
  return javaHashOrder(entries, keyOf, tableSize((size) => size >= entries.length));
}

/** A copy of another one (`HashMap.clone`): it was made large enough for all of them at once. */
export function copiedMapOrder<E>(entries: readonly E[], keyOf: (entry: E) => HashKey): readonly E[] {
  return javaHashOrder(entries, keyOf, tableSize((size) => size >= entries.length / LOAD_FACTOR + 1));
}

/** `ConcurrentHashMap`, and `Properties` that keep theirs in one: grows as soon as it is filled to three quarters. */
export function concurrentMapOrder<E>(entries: readonly E[], keyOf: (entry: E) => HashKey): readonly E[] {
  return javaHashOrder(entries, keyOf, tableSize((size) => entries.length < size * LOAD_FACTOR, SMALLEST_TABLE));
}
