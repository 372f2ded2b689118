/**
 * What a client knows about the cluster, and when it asks again (`clients.Metadata`, `MetadataCache` 2.3.0).
 * All times are microseconds of simulated time. A partition's entry with an older leader epoch than one already seen is not taken
 * over (KIP-320).
 */
import { refreshesMetadata } from '../protocol/errors.ts';
import type { MetadataPartition, MetadataResponse } from '../protocol/metadata.ts';
import { topicPartition } from '../topic-partition.ts';
import type { BootstrapServer } from './client-config.ts';

export interface ClusterNode {
  /** Bootstrap servers have −1, −2, … until the first answer. */
  readonly id: number;
  readonly host: string;
  readonly port: number;
  readonly rack: string | null;
}

/** `127.0.0.1:9092 (id: 2147483646 rack: null)` (`Node.toString`) */
export function nodeText({ host, port, id, rack }: ClusterNode): string {
  return `${host}:${port} (id: ${id} rack: ${rack ?? 'null'})`;
}

export interface KnownTopic {
  readonly topic: string;
  /** By partition number. */
  readonly partitions: readonly MetadataPartition[];
  /** Numbers of the partitions that have a leader, in the order of the answer. */
  readonly available: readonly number[];
}

export interface ClusterMetadata {
  readonly isBootstrap: boolean;
  readonly clusterId: string | null;
  readonly controllerId: number;
  readonly nodes: readonly ClusterNode[];
  readonly topics: { readonly [topic: string]: KnownTopic };
  /** Highest leader epoch seen a partition, by `topic-partition`. */
  readonly lastSeenEpochs: { readonly [partition: string]: number };
  /** What is asked for; the value is when a producer's interest ends, −1 never. null in a client that asks for all. */
  readonly wanted: { readonly [topic: string]: number } | null;
  readonly isUpdateWanted: boolean;
  readonly lastRefreshAt: number;
  readonly lastSuccessAt: number;
  /** Counts answers. */
  readonly version: number;
}

/** `lastRefreshAt` of a client that never asked. */
const NEVER = -1_000_000_000_000;

export function bootstrapMetadata(servers: readonly BootstrapServer[], wanted: ClusterMetadata['wanted']): ClusterMetadata {
  return {
    isBootstrap: true,
    clusterId: null,
    controllerId: -1,
    nodes: servers.map(({ host, port }, index) => ({ id: -1 - index, host, port, rack: null })),
    topics: {},
    lastSeenEpochs: {},
    wanted,
    isUpdateWanted: true,
    lastRefreshAt: NEVER,
    lastSuccessAt: NEVER,
    version: 0,
  };
}

export function requestUpdate(metadata: ClusterMetadata): ClusterMetadata {
  return metadata.isUpdateWanted ? metadata : { ...metadata, isUpdateWanted: true };
}

/** The moment of the next refresh: when the knowledge is too old or an update was asked for, but never within the backoff. */
export function nextRefreshAt(metadata: ClusterMetadata, maxAgeMicros: number, backoffMicros: number): number {
  const expires = metadata.isUpdateWanted ? 0 : metadata.lastSuccessAt + maxAgeMicros;
  return Math.max(expires, metadata.lastRefreshAt + backoffMicros);
}

export function failRefresh(metadata: ClusterMetadata, now: number): ClusterMetadata {
  return { ...metadata, lastRefreshAt: now };
}

export function nodeById(metadata: ClusterMetadata, id: number): ClusterNode | undefined {
  return metadata.nodes.find((node) => node.id === id);
}

export function knownPartition(metadata: ClusterMetadata, topic: string, partition: number): MetadataPartition | undefined {
  return metadata.topics[topic]?.partitions[partition];
}

/** Id of a partition's leader; −1 without one. */
export function leaderOf(metadata: ClusterMetadata, topic: string, partition: number): number {
  return metadata.topics[topic]?.partitions[partition]?.leaderId ?? -1;
}

/** Also drops a producer's topics that it has not used for their time, so that it no longer asks for them. */
export function updateMetadata(metadata: ClusterMetadata, response: MetadataResponse, now: number): ClusterMetadata {
  let isUpdateWanted = false;
  const topics: { [topic: string]: KnownTopic } = {};
  const lastSeenEpochs: { [partition: string]: number } = { ...metadata.lastSeenEpochs };
  for (const { topic, error, partitions } of response.topics) {
    if (error !== 'NONE') {
      if (refreshesMetadata(error)) isUpdateWanted = true;
      continue;
    }
    const known = metadata.topics[topic];
    const entries: MetadataPartition[] = [];
    const available: number[] = [];
    for (const one of [...partitions].sort((a, b) => a.partition - b.partition)) {
      const name = topicPartition(topic, one.partition);
      const lastSeen = lastSeenEpochs[name];
      const cached = known?.partitions[one.partition];
      let entry: MetadataPartition = one;
      if (one.leaderEpoch >= 0 && lastSeen !== undefined && one.leaderEpoch < lastSeen && cached) entry = cached;
      else if (one.leaderEpoch >= 0) lastSeenEpochs[name] = one.leaderEpoch;
      entries[one.partition] = entry;
      if (entry.leaderId >= 0) available.push(one.partition);
      if (refreshesMetadata(one.error)) isUpdateWanted = true;
    }
    topics[topic] = { topic, partitions: entries, available };
  }
  let wanted = metadata.wanted;
  if (wanted && Object.values(wanted).some((until) => until >= 0 && until <= now)) {
    wanted = Object.fromEntries(Object.entries(wanted).filter(([, until]) => until < 0 || until > now));
  }
  return {
    isBootstrap: false,
    clusterId: response.clusterId,
    controllerId: response.controllerId,
    nodes: response.brokers.map(({ nodeId, host, port, rack }) => ({ id: nodeId, host, port, rack })),
    topics,
    lastSeenEpochs,
    wanted,
    isUpdateWanted,
    lastRefreshAt: now,
    lastSuccessAt: now,
    version: metadata.version + 1,
  };
}

/** An epoch learnt elsewhere (ListOffsets, a fetched batch): if it is newer than what metadata said, metadata is refreshed. */
export function noteLeaderEpoch(metadata: ClusterMetadata, topic: string, partition: number, leaderEpoch: number): ClusterMetadata {
  const name = topicPartition(topic, partition);
  const lastSeen = metadata.lastSeenEpochs[name];
  if (leaderEpoch < 0 || (lastSeen !== undefined && leaderEpoch <= lastSeen)) return metadata;
  return {
    ...metadata,
    lastSeenEpochs: { ...metadata.lastSeenEpochs, [name]: leaderEpoch },
    isUpdateWanted: metadata.isUpdateWanted || lastSeen !== undefined,
  };
}
