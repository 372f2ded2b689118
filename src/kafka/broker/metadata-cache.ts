/** What a broker tells clients about the cluster (kafka.server.MetadataCache): the sum of the UpdateMetadata requests it got. */
import {
  AUTHORIZED_OPERATIONS_OMITTED,
  LEADER_DURING_DELETE,
  type ErrorName,
  type LiveBroker,
  type MetadataBroker,
  type MetadataPartition,
  type MetadataTopic,
  type UpdateMetadataPartitionState,
  type UpdateMetadataRequest,
} from '../protocol/index.ts';
import { INTERNAL_TOPICS } from '../topic-name.ts';
import type { TopicPartition } from '../topic-partition.ts';

export interface MetadataCache {
  /** Full list of every request; a name maps to its partitions in ascending order. */
  readonly topics: { readonly [topic: string]: readonly UpdateMetadataPartitionState[] };
  readonly brokers: readonly LiveBroker[];
  readonly controllerId: number;
}

export const emptyMetadata: MetadataCache = { topics: {}, brokers: [], controllerId: -1 };

/** The broker list is replaced, the partitions are added to; those of deleted topics go. */
export function updateMetadata(cache: MetadataCache, request: UpdateMetadataRequest): { readonly cache: MetadataCache; readonly deleted: readonly TopicPartition[] } {
  const topics: { [topic: string]: readonly UpdateMetadataPartitionState[] } = { ...cache.topics };
  const deleted: TopicPartition[] = [];
  for (const { topic, partitions } of request.topics) {
    let states = Object.hasOwn(topics, topic) ? topics[topic]! : [];
    for (const state of partitions) {
      states = states.filter((known) => known.partition !== state.partition);
      if (state.leader === LEADER_DURING_DELETE) deleted.push({ topic, partition: state.partition });
      else states = [...states, state].sort((a, b) => a.partition - b.partition);
    }
    if (states.length > 0) topics[topic] = states;
    else delete topics[topic];
  }
  return { cache: { topics, brokers: request.liveBrokers, controllerId: request.controllerId }, deleted };
}

export function containsTopic(cache: MetadataCache, topic: string): boolean {
  return Object.hasOwn(cache.topics, topic);
}

export function partitionsOf(cache: MetadataCache, topic: string): readonly UpdateMetadataPartitionState[] {
  return Object.hasOwn(cache.topics, topic) ? cache.topics[topic]! : [];
}

export function partitionState(cache: MetadataCache, topic: string, partition: number): UpdateMetadataPartitionState | undefined {
  const states = partitionsOf(cache, topic);
  const dense = states[partition];
  return dense?.partition === partition ? dense : states.find((state) => state.partition === partition);
}

/** Replicas of all partitions. */
export function replicaCount(cache: MetadataCache): number {
  return Object.values(cache.topics).flat().reduce((sum, { replicas }) => sum + replicas.length, 0);
}

export function aliveBroker(cache: MetadataCache, id: number): LiveBroker | undefined {
  return cache.brokers.find((broker) => broker.id === id);
}

/** Address of a broker on a listener. */
export function endPointOf(cache: MetadataCache, id: number, listener: string): { readonly host: string; readonly port: number } | undefined {
  return aliveBroker(cache, id)?.endPoints.find((endPoint) => endPoint.listener === listener);
}

export function metadataBrokers(cache: MetadataCache, listener: string): readonly MetadataBroker[] {
  return cache.brokers.flatMap((broker) => {
    const endPoint = broker.endPoints.find((candidate) => candidate.listener === listener);
    return endPoint ? [{ nodeId: broker.id, host: endPoint.host, port: endPoint.port, rack: broker.rack }] : [];
  });
}

/**
 * A topic as Metadata answers it. 2.3.0 looks whether the answering broker has the listener, not the leader (KAFKA-10312):
 * from version 6 a missing leader is LISTENER_NOT_FOUND.
 */
export function metadataTopic(cache: MetadataCache, topic: string, apiVersion: number): MetadataTopic | undefined {
  if (!containsTopic(cache, topic)) return undefined;
  const missing: ErrorName = apiVersion >= 6 ? 'LISTENER_NOT_FOUND' : 'LEADER_NOT_AVAILABLE';
  const partitions = partitionsOf(cache, topic).map((state): MetadataPartition => {
    const alive = aliveBroker(cache, state.leader) !== undefined;
    return {
      error: alive ? 'NONE' : missing,
      partition: state.partition,
      leaderId: alive ? state.leader : -1,
      leaderEpoch: alive ? state.leaderEpoch : -1,
      replicaNodes: state.replicas,
      // Of a partition without a leader only the replicas are told.
      isrNodes: alive ? state.isr : [],
      offlineReplicas: state.offlineReplicas,
    };
  });
  return { error: 'NONE', topic, isInternal: INTERNAL_TOPICS.includes(topic), partitions, topicAuthorizedOperations: AUTHORIZED_OPERATIONS_OMITTED };
}
