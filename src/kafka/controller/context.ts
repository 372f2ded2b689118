/**
 * What an active controller knows (kafka.controller.ControllerContext), as plain data, and the questions asked of it.
 * It is a cache of ZooKeeper: nothing in it outlives a resignation but `activeControllerId`.
 */
import type { ChartState } from '../../kernel/machine.ts';
import { parseTopicPartition, topicOf, topicPartition, type TopicPartition } from '../topic-partition.ts';
import type { BrokerInfo, LeaderAndIsr } from '../zookeeper/znodes.ts';

/** `topic-partition`, and `topic-partition/broker` for a replica. */
export type PartitionKey = string;
export type ReplicaKey = string;

export interface LiveBroker {
  readonly info: BrokerInfo;
  /** czxid of its registration. */
  readonly epoch: number;
}

export interface PartitionLeadership extends LeaderAndIsr {
  /** Epoch of the controller that decided it. */
  readonly controllerEpoch: number;
}

export interface Reassignment {
  readonly replicas: readonly number[];
  readonly chart: ChartState;
}

/** Fields are replaced, records are changed in place only in the copy that `thaw` makes. */
export interface ControllerContext {
  /** The role this broker plays, see controller.machine.ts. */
  role: ChartState;
  /** -1: nobody, as far as this broker has heard. */
  activeControllerId: number;
  epoch: number;
  epochZkVersion: number;
  liveBrokers: Record<string, LiveBroker>;
  shuttingDown: readonly number[];
  topics: readonly string[];
  assignments: Record<PartitionKey, readonly number[]>;
  leadership: Record<PartitionKey, PartitionLeadership>;
  partitionStates: Record<PartitionKey, ChartState>;
  replicaStates: Record<ReplicaKey, ChartState>;
  /** Replicas in failed log directories, by broker. */
  offlineDirectories: Record<string, readonly PartitionKey[]>;
  reassignments: Record<PartitionKey, Reassignment>;
  /** Topics queued for deletion, by ` topic` (a leading blank keeps any topic name an ordinary key). */
  deletions: Record<string, ChartState>;
  /** Paths whose change or children this controller listens to; a read arms the watch only while the path is here. */
  watchedNodes: Record<string, true>;
  watchedChildren: Record<string, true>;
}

export function emptyContext(role: ChartState): ControllerContext {
  return {
    role,
    activeControllerId: -1,
    epoch: 0,
    epochZkVersion: 0,
    liveBrokers: {},
    shuttingDown: [],
    topics: [],
    assignments: {},
    leadership: {},
    partitionStates: {},
    replicaStates: {},
    offlineDirectories: {},
    reassignments: {},
    deletions: {},
    watchedNodes: {},
    watchedChildren: {},
  };
}

/** A copy that may be changed. */
export function thaw(context: ControllerContext): ControllerContext {
  return {
    ...context,
    liveBrokers: { ...context.liveBrokers },
    assignments: { ...context.assignments },
    leadership: { ...context.leadership },
    partitionStates: { ...context.partitionStates },
    replicaStates: { ...context.replicaStates },
    offlineDirectories: { ...context.offlineDirectories },
    reassignments: { ...context.reassignments },
    deletions: { ...context.deletions },
    watchedNodes: { ...context.watchedNodes },
    watchedChildren: { ...context.watchedChildren },
  };
}

export { topicOf };
export const partitionKey = ({ topic, partition }: TopicPartition): PartitionKey => topicPartition(topic, partition);
export const replicaKey = (key: PartitionKey, replica: number): ReplicaKey => `${key}/${replica}`;
export const deletionKey = (topic: string): string => ` ${topic}`;

export function partitionOf(key: PartitionKey): TopicPartition {
  return parseTopicPartition(key)!;
}

export function replicaOf(key: ReplicaKey): { readonly partition: PartitionKey; readonly replica: number } {
  const slash = key.lastIndexOf('/');
  return { partition: key.slice(0, slash), replica: Number(key.slice(slash + 1)) };
}

/** Ids in ascending order. */
export function liveOrShuttingDownIds(context: ControllerContext): number[] {
  return Object.keys(context.liveBrokers).map(Number);
}

export function liveIds(context: ControllerContext): number[] {
  return liveOrShuttingDownIds(context).filter((id) => !context.shuttingDown.includes(id));
}

export function isReplicaOnline(context: ControllerContext, replica: number, key: PartitionKey, countShuttingDown = false): boolean {
  if (context.liveBrokers[replica] === undefined) return false;
  if (!countShuttingDown && context.shuttingDown.includes(replica)) return false;
  return !(context.offlineDirectories[replica] ?? []).includes(key);
}

export function partitionsOfTopic(context: ControllerContext, topic: string): PartitionKey[] {
  return Object.keys(context.assignments).filter((key) => topicOf(key) === topic);
}

export function replicasOf(context: ControllerContext, partitions: readonly PartitionKey[]): ReplicaKey[] {
  return partitions.flatMap((key) => (context.assignments[key] ?? []).map((replica) => replicaKey(key, replica)));
}

export function replicasOnBrokers(context: ControllerContext, brokers: readonly number[]): ReplicaKey[] {
  return brokers.flatMap((broker) =>
    Object.keys(context.assignments)
      .filter((key) => context.assignments[key]!.includes(broker))
      .map((key) => replicaKey(key, broker)),
  );
}

export function stateOf(chart: ChartState | undefined, otherwise: string): string {
  return chart ? String(chart.value) : otherwise;
}

export function isQueuedForDeletion(context: ControllerContext, topic: string): boolean {
  return context.deletions[deletionKey(topic)] !== undefined;
}

export function replicasInState(context: ControllerContext, topic: string, state: string): ReplicaKey[] {
  return replicasOf(context, partitionsOfTopic(context, topic)).filter((key) => stateOf(context.replicaStates[key], 'NonExistentReplica') === state);
}
