/** A partition's identity, and the integer functions that Kafka places partitions, groups and fetchers with. */
import { javaStringHash } from '../zookeeper/java-hash-order.ts';

export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

/** The name in terminals and directories: `orders-0`. */
export function topicPartition(topic: string, partition: number): string {
  return `${topic}-${partition}`;
}

export const nameOf = (one: TopicPartition): string => topicPartition(one.topic, one.partition);

export const isSamePartition = (a: TopicPartition, b: TopicPartition): boolean => a.topic === b.topic && a.partition === b.partition;

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

/** Java's `TopicPartition.hashCode`. */
export function hashOf({ topic, partition }: TopicPartition): number {
  return (Math.imul(31, 31 + partition) + javaStringHash(topic)) | 0;
}
