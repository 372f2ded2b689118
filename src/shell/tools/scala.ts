/** The orders in which collections of Scala 2.12 give their entries, where a tool prints them. */

const BITS_PER_LEVEL = 5;
const INSERTION_ORDER_UP_TO = 4;

/** `immutable.HashMap.improve`. */
function improved(hashCode: number): number {
  let hash = (hashCode + ~(hashCode << 9)) | 0;
  hash ^= hash >>> 14;
  hash = (hash + (hash << 4)) | 0;
  return hash ^ (hash >>> 10);
}

/** As an immutable `Map` or `Set` gives its entries: up to four as they came, more by the places in a tree of 32 branches. */
export function scalaMapOrder<E>(entries: readonly E[], hashOf: (entry: E) => number): readonly E[] {
  if (entries.length <= INSERTION_ORDER_UP_TO) return entries;
  const place = (entry: E): readonly number[] => {
    const hash = improved(hashOf(entry) | 0);
    return Array.from({ length: 7 }, (_, level) => (hash >>> (level * BITS_PER_LEVEL)) & 31);
  };
  const placed = entries.map((entry) => ({ entry, at: place(entry) }));
  return placed.toSorted((a, b) => compare(a.at, b.at)).map(({ entry }) => entry);
}

function compare(a: readonly number[], b: readonly number[]): number {
  const level = a.findIndex((branch, i) => branch !== b[i]);
  return level < 0 ? 0 : a[level]! - b[level]!;
}

const SMALLEST_MASK = 7;

/** As a `mutable.LongMap`, into which small numbers were put in ascending order, gives them: 0 first, the others by their places. */
export function longMapOrder(keys: readonly number[]): readonly number[] {
  let mask = SMALLEST_MASK;
  let places: (number | undefined)[] = [];
  let size = 0;
  const put = (key: number): void => {
    let at = toIndex(key) & mask;
    for (let x = 1; places[at] !== undefined; x++) at = (at + 2 * (x + 1) * x - 3) & mask;
    places[at] = key;
  };
  for (const key of keys) {
    if (key === 0) continue;
    put(key);
    size++;
    if (size <= mask / 2) continue;
    mask = mask * 2 + 1;
    const kept = places.filter((one) => one !== undefined);
    places = [];
    for (const one of kept) put(one);
  }
  return [...keys.filter((key) => key === 0), ...Array.from({ length: mask + 1 }, (_, at) => places[at]).filter((key) => key !== undefined)];
}

function toIndex(key: number): number {
  const x = Math.imul(key ^ (key >>> 16), 0x85ebca6b);
  return x ^ (x >>> 13);
}

const FIRST_TABLE = 16;
const SPREAD = 0x9e3775cd;

function byteSwapped(hashCode: number): number {
  const mixed = Math.imul(hashCode, SPREAD);
  const turned = ((mixed >>> 24) | ((mixed >>> 8) & 0xff00) | ((mixed << 8) & 0xff0000) | (mixed << 24)) | 0;
  return Math.imul(turned, SPREAD);
}

/** As a `mutable.HashMap` of up to twelve entries, such as `groupBy` makes, gives them: from the last place of its table to the first. */
export function mutableMapOrder<E>(entries: readonly E[], hashOf: (entry: E) => number): readonly E[] {
  const bits = Math.log2(FIRST_TABLE);
  const place = (entry: E): number => {
    const hash = byteSwapped(hashOf(entry));
    return ((hash >>> bits) | (hash << (32 - bits))) >>> (32 - bits);
  };
  return entries.toReversed().toSorted((a, b) => place(b) - place(a));
}
