/** Metadata, api key 3, version 8: who is there, who leads what. */
import type { ErrorName } from './errors.ts';
import type { Request, Response } from './shared.ts';

export interface MetadataRequest extends Request<'MetadataRequest'> {
  /** null: all topics; empty: brokers only. */
  readonly topics: readonly string[] | null;
  readonly allowAutoTopicCreation: boolean;
  readonly includeClusterAuthorizedOperations: boolean;
  readonly includeTopicAuthorizedOperations: boolean;
}

export interface MetadataBroker {
  readonly nodeId: number;
  readonly host: string;
  readonly port: number;
  readonly rack: string | null;
}

export interface MetadataPartition {
  readonly error: ErrorName;
  readonly partition: number;
  /** -1: no leader. */
  readonly leaderId: number;
  readonly leaderEpoch: number;
  readonly replicaNodes: readonly number[];
  readonly isrNodes: readonly number[];
  readonly offlineReplicas: readonly number[];
}

export interface MetadataTopic {
  readonly error: ErrorName;
  readonly topic: string;
  readonly isInternal: boolean;
  readonly partitions: readonly MetadataPartition[];
  readonly topicAuthorizedOperations: number;
}

export interface MetadataResponse extends Response<'MetadataResponse'> {
  readonly throttleTimeMs: number;
  readonly brokers: readonly MetadataBroker[];
  readonly clusterId: string | null;
  /** -1: this broker knows of no controller. */
  readonly controllerId: number;
  readonly topics: readonly MetadataTopic[];
  readonly clusterAuthorizedOperations: number;
}

/** What authorized operations are when they were not asked for. */
export const AUTHORIZED_OPERATIONS_OMITTED = -2147483648;
