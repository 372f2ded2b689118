/** What consumers of a group tell each other through the coordinator, which does not look inside (ConsumerProtocol, version 0). */
import { StructReader, StructWriter } from '../protocol/struct.ts';
import type { TopicOf } from '../protocol/shared.ts';
import type { TopicPartition } from '../topic-partition.ts';

export const PROTOCOL_TYPE = 'consumer';
const VERSION = 0;
export const NO_USER_DATA = new Uint8Array(0);

export interface Subscription {
  readonly topics: readonly string[];
  /** What the assignor wants to be told again; empty: nothing. */
  readonly userData: Uint8Array;
}

export function encodeSubscription({ topics, userData }: Subscription): Uint8Array {
  const writer = new StructWriter();
  return writer
    .int16(VERSION)
    .array(topics, (topic) => writer.string(topic))
    .bytes(userData)
    .end();
}

export function decodeSubscription(bytes: Uint8Array): Subscription {
  const reader = new StructReader(bytes);
  reader.int16();
  return { topics: reader.array(() => reader.string()), userData: reader.bytes() };
}

/** Partitions under their topics, both in the order of their first appearance. */
export function byTopic(partitions: readonly TopicPartition[]): readonly TopicOf<number>[] {
  const topics = new Map<string, number[]>();
  for (const { topic, partition } of partitions) {
    const known = topics.get(topic);
    if (known) known.push(partition);
    else topics.set(topic, [partition]);
  }
  return [...topics].map(([topic, numbers]) => ({ topic, partitions: numbers }));
}

export function writeTopicPartitions(writer: StructWriter, partitions: readonly TopicPartition[]): StructWriter {
  return writer.array(byTopic(partitions), ({ topic, partitions: numbers }) => writer.string(topic).array(numbers, (partition) => writer.int32(partition)));
}

export function readTopicPartitions(reader: StructReader): readonly TopicPartition[] {
  return reader
    .array(() => ({ topic: reader.string(), numbers: reader.array(() => reader.int32()) }))
    .flatMap(({ topic, numbers }) => numbers.map((partition) => ({ topic, partition })));
}

/** The user data of an assignment is never set by the assignors of 2.3. */
export function encodeAssignment(partitions: readonly TopicPartition[]): Uint8Array {
  return writeTopicPartitions(new StructWriter().int16(VERSION), partitions).bytes(NO_USER_DATA).end();
}

/** Without bytes nothing is assigned: what a member gets that the leader did not know of. */
export function decodeAssignment(bytes: Uint8Array): readonly TopicPartition[] {
  if (bytes.length === 0) return [];
  const reader = new StructReader(bytes);
  reader.int16();
  return readTopicPartitions(reader);
}
