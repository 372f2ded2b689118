/** How a group's leader shares out the partitions (PartitionAssignor): every member gets a list, perhaps an empty one. */
import type { TopicPartition } from '../../topic-partition.ts';
import type { Subscription } from '../consumer-protocol.ts';

export type Subscriptions = ReadonlyMap<string, Subscription>;
/** By member id. */
export type Assignment = ReadonlyMap<string, readonly TopicPartition[]>;

/** Topics that the leader knows nothing of are left out. */
export type PartitionsPerTopic = ReadonlyMap<string, number>;

export interface Assignor {
  readonly name: string;
  assign(partitionsPerTopic: PartitionsPerTopic, subscriptions: Subscriptions): Assignment;
}

/** Order of Java's strings: by UTF-16 units. */
export const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

export function partitionsOf(topic: string, count: number): TopicPartition[] {
  return Array.from({ length: count }, (_, partition) => ({ topic, partition }));
}
