/** A partition's identity, and the integer functions that Kafka places partitions, groups and fetchers with. */
import { javaHashOrder, javaStringHash } from '../zookeeper/java-hash-order.ts';

export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

/** The name in terminals and directories: `orders-0`. */
export function topicPartition(topic: string, partition: number): string {
  return `${topic}-${partition}`;
}

/** The topic in such a name, or in what goes on after it (`orders-0@3`, `orders-0/2`). */
export function topicOf(name: string): string {
  return name.slice(0, name.lastIndexOf('-'));
}

/** Undoes `topicPartition`: the partition is what follows the last hyphen. undefined where there is no such name. */
export function parseTopicPartition(name: string): TopicPartition | undefined {
  const hyphen = name.lastIndexOf('-');
  if (hyphen <= 0 || hyphen === name.length - 1) return undefined;
  let partition = 0;
  for (let i = hyphen + 1; i < name.length; i++) {
    const digit = name.charCodeAt(i) - 48;
    if (digit < 0 || digit > 9) return undefined;
    partition = partition * 10 + digit;
  }
  return partition > 2147483647 ? undefined : { topic: name.slice(0, hyphen), partition };
}

/** Kafka's `Utils.abs`: the smallest int, which has no positive twin, becomes 0. */
export function abs32(value: number): number {
  return value === -2147483648 ? 0 : Math.abs(value);
}

/** Slot of a key in a Java hash table of this size, a power of two. */
export function hashSlot(hash: number, size: number): number {
  return (hash ^ (hash >>> 16)) & (size - 1);
}

/** Java's `TopicPartition.hashCode`. */
export function topicPartitionHash(topic: string, partition: number): number {
  return (Math.imul(31, 31 + partition) + javaStringHash(topic)) | 0;
}

/** The order in which a Java `HashMap` made for these many entries goes over them. */
export function inHashOrder(partitions: readonly TopicPartition[]): readonly TopicPartition[] {
  let size = 1;
  while (size < partitions.length) size *= 2;
  return javaHashOrder(partitions, ({ topic, partition }) => topicPartitionHash(topic, partition), size);
}
