/**
 * In which order Scala 2.11 and 2.12 go through their maps: it can be seen in the JSON that Kafka writes from one, and in what its tools print.
 * `scala.collection.mutable.HashMap` (HashTable, HashUtils), `HashSet` (FlatHashTable), `LongMap`, and `scala.collection.immutable.Map` (Map1 to Map4, HashTrieMap).
 */
import { hashCode, type HashKey } from '../../zookeeper/java-hash-order.ts';

const INITIAL_TABLE = 16;
const LOAD_FACTOR = 0.75;
const INITIAL_SET_TABLE = 32;
const SET_LOAD_FACTOR = 0.45;
const SCATTER = 0x9e3775cd;
/** Up to so many entries an immutable map keeps the order in which they were added. */
const KEEPS_ORDER_UP_TO = 4;
const TRIE_BITS = 5;
const SMALLEST_LONG_MASK = 7;

function byteSwapped(value: number): number {
  return (value << 24) | ((value & 0xff00) << 8) | ((value >>> 8) & 0xff00) | (value >>> 24);
}

/** The upper bits of the scattered hash, which is turned by as many bits as the table's index has. */
function bucketOf(hash: number, tableSize: number): number {
  const bits = Math.log2(tableSize);
  const scattered = Math.imul(byteSwapped(Math.imul(hash, SCATTER)), SCATTER);
  const turned = (scattered >>> bits) | (scattered << (32 - bits));
  return turned >>> (32 - bits);
}

/** Entries put one after the other into an empty mutable hash map: last bucket first, the latest of a bucket first. */
export function mutableMapOrder<E>(entries: readonly E[], keyOf: (entry: E) => HashKey): readonly E[] {
  let table: readonly E[][] = Array.from({ length: INITIAL_TABLE }, () => []);
  const put = (entry: E): unknown => table[bucketOf(hashCode(keyOf(entry)), table.length)]!.unshift(entry);
  const all = (): readonly E[] => [...table].reverse().flat();
  for (const [index, entry] of entries.entries()) {
    put(entry);
    if (index + 1 <= table.length * LOAD_FACTOR) continue;
    const moved = all();
    table = Array.from({ length: table.length * 2 }, () => []);
    moved.forEach(put);
  }
  return all();
}

/** Entries put one after the other into an empty mutable hash set: each in the first free place from its own on. */
export function mutableSetOrder<E>(entries: readonly E[], keyOf: (entry: E) => HashKey): readonly E[] {
  let table: (E | undefined)[] = Array.from({ length: INITIAL_SET_TABLE }, () => undefined);
  const all = (): readonly E[] => table.filter((entry) => entry !== undefined);
  const put = (entry: E): void => {
    let place = bucketOf(hashCode(keyOf(entry)), table.length);
    while (table[place] !== undefined) place = (place + 1) % table.length;
    table[place] = entry;
  };
  for (const [index, entry] of entries.entries()) {
    put(entry);
    if (index + 1 < Math.trunc(table.length * SET_LOAD_FACTOR)) continue;
    const moved = all();
    table = Array.from({ length: table.length * 2 }, () => undefined);
    moved.forEach(put);
  }
  return all();
}

/** Where the hash trie has a key: five bits of the improved hash a level, the lowest first. */
function triePath(key: HashKey): readonly number[] {
  let hash = hashCode(key);
  hash = (hash + ~(hash << 9)) | 0;
  hash ^= hash >>> 14;
  hash = (hash + (hash << 4)) | 0;
  hash ^= hash >>> 10;
  return Array.from({ length: Math.ceil(32 / TRIE_BITS) }, (_, level) => (hash >>> (level * TRIE_BITS)) & ((1 << TRIE_BITS) - 1));
}

/** Entries of an immutable map or set. */
export function immutableMapOrder<E>(entries: readonly E[], keyOf: (entry: E) => HashKey): readonly E[] {
  if (entries.length <= KEEPS_ORDER_UP_TO) return entries;
  const placed = entries.map((entry) => ({ entry, path: triePath(keyOf(entry)) }));
  const before = (a: readonly number[], b: readonly number[]): number => {
    const level = a.findIndex((step, index) => step !== b[index]);
    return level === -1 ? 0 : a[level]! - b[level]!;
  };
  return placed.sort((a, b) => before(a.path, b.path)).map(({ entry }) => entry);
}

/** Keys of a mutable `LongMap` into which small numbers were put in ascending order: 0 first, the others by their places. */
export function longMapOrder(keys: readonly number[]): readonly number[] {
  let mask = SMALLEST_LONG_MASK;
  let places: (number | undefined)[] = [];
  let size = 0;
  const put = (key: number): void => {
    let at = longIndex(key) & mask;
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

function longIndex(key: number): number {
  const x = Math.imul(key ^ (key >>> 16), 0x85ebca6b);
  return x ^ (x >>> 13);
}
