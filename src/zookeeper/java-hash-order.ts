/**
 * The order in which `java.util.HashMap` and `HashSet` give their entries, where something real prints them: by the place in a
 * table whose size is a power of two, entries of one place in the order they came.
 */
const SMALLEST_TABLE = 16;
const LOAD_FACTOR = 0.75;

/** `smallest`: the table's size when it was made. */
export function javaHashOrder<T>(entries: readonly T[], hashCode: (entry: T) => number, smallest = SMALLEST_TABLE): readonly T[] {
  let size = smallest;
  while (entries.length > size * LOAD_FACTOR) size *= 2;
  const places: T[][] = Array.from({ length: size }, () => []);
  for (const entry of entries) {
    const hash = hashCode(entry) | 0;
    places[(hash ^ (hash >>> 16)) & (size - 1)]!.push(entry);
  }
  return places.flat();
}

/** `String.hashCode`. */
export function javaStringHash(text: string): number {
  let hash = 0;
  for (let i = 0; i < text.length; i++) hash = (Math.imul(hash, 31) + text.charCodeAt(i)) | 0;
  return hash;
}
