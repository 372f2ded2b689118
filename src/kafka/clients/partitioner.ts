/**
 * Which partition a record goes to (`DefaultPartitioner` and `Utils.murmur2` of 2.3): by the key's hash, or without a key
 * in turn over the partitions that have a leader.
 */

const M = 0x5bd1e995;
const SEED = 0x9747b28c;

/** 32-bit MurmurHash2 as Kafka has it; signed. */
export function murmur2(bytes: Uint8Array): number {
  const { length } = bytes;
  const whole = length & ~3;
  let h = SEED ^ length;
  for (let i = 0; i < whole; i += 4) {
    let k = bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24);
    k = Math.imul(k, M);
    k ^= k >>> 24;
    k = Math.imul(k, M);
    h = Math.imul(h, M) ^ k;
  }
  const rest = length - whole;
  if (rest === 3) h ^= bytes[whole + 2]! << 16;
  if (rest >= 2) h ^= bytes[whole + 1]! << 8;
  if (rest >= 1) h = Math.imul(h ^ bytes[whole]!, M);
  h ^= h >>> 13;
  h = Math.imul(h, M);
  return (h ^ (h >>> 15)) | 0;
}

/** Of a record with a key, even an empty one: over all partitions, whether they have a leader or not. */
export function partitionForKey(key: Uint8Array, partitionCount: number): number {
  return (murmur2(key) & 0x7fffffff) % partitionCount;
}

/**
 * Of a record without a key. `counter` is per producer and topic, begins at a random int and grows by one a record
 * (`nextCounter`); `available` are the partitions that have a leader, in the order of the metadata.
 */
export function roundRobinPartition(counter: number, available: readonly number[], partitionCount: number): number {
  const positive = counter & 0x7fffffff;
  return available.length > 0 ? available[positive % available.length]! : positive % partitionCount;
}

/** An AtomicInteger's increment: after the largest int comes the smallest. */
export function nextCounter(counter: number): number {
  return (counter + 1) | 0;
}
