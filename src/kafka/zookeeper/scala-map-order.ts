/**
 * In which order Scala 2.11 and 2.12 go through their maps: it can be seen in the JSON that Kafka writes from one.
 * `scala.collection.mutable.HashMap` (HashTable, HashUtils) and `scala.collection.immutable.Map` (Map1 to Map4, HashTrieMap).
 */
import { javaStringHash } from '../../zookeeper/java-hash-order.ts';

const INITIAL_TABLE = 16;
const LOAD_FACTOR = 0.75;
const SCATTER = 0x9e3775cd;
/** Up to so many entries an immutable map keeps the order in which they were added. */
const KEEPS_ORDER_UP_TO = 4;
const TRIE_BITS = 5;

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

/** Entries put one after the other into an empty mutable hash map under whole numbers: last bucket first, the latest of a bucket first. */
export function mutableMapOrder<E>(entries: readonly E[], keyOf: (entry: E) => number): readonly E[] {
  let table: readonly E[][] = Array.from({ length: INITIAL_TABLE }, () => []);
  const put = (entry: E): unknown => table[bucketOf(keyOf(entry), table.length)]!.unshift(entry);
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

/** Where the hash trie has a key: five bits of the improved hash a level, the lowest first. */
function triePath(key: string): readonly number[] {
  let hash = javaStringHash(key);
  hash = (hash + ~(hash << 9)) | 0;
  hash ^= hash >>> 14;
  hash = (hash + (hash << 4)) | 0;
  hash ^= hash >>> 10;
  return Array.from({ length: Math.ceil(32 / TRIE_BITS) }, (_, level) => (hash >>> (level * TRIE_BITS)) & ((1 << TRIE_BITS) - 1));
}

/** Entries of an immutable map under texts. */
export function immutableMapOrder<E>(entries: readonly E[], keyOf: (entry: E) => string): readonly E[] {
  if (entries.length <= KEEPS_ORDER_UP_TO) return entries;
  const placed = entries.map((entry) => ({ entry, path: triePath(keyOf(entry)) }));
  const before = (a: readonly number[], b: readonly number[]): number => {
    const level = a.findIndex((step, index) => step !== b[index]);
    return level === -1 ? 0 : a[level]! - b[level]!;
  };
  return placed.sort((a, b) => before(a.path, b.path)).map(({ entry }) => entry);
}
