/**
 * What all protocol files share: the two envelopes and the nesting of partitions under their topic.
 * A message in flight is its envelope and its body in one plain object; `type` names the API and the direction.
 */
import type { ErrorName } from './errors.ts';

export interface Request<Type extends string> {
  readonly type: Type;
  /** Chosen by the client, echoed by the response on the same connection. */
  readonly correlationId: number;
  readonly clientId: string;
  readonly apiVersion: number;
}

export interface Response<Type extends string> {
  readonly type: Type;
  readonly correlationId: number;
}

/** Entries of one topic, as the wire nests them. */
export interface TopicOf<Entry> {
  readonly topic: string;
  readonly partitions: readonly Entry[];
}

export interface PartitionError {
  readonly partition: number;
  readonly error: ErrorName;
}

/** The flat entry of LeaderAndIsr and StopReplica responses. */
export interface TopicPartitionError extends PartitionError {
  readonly topic: string;
}

/** 0 read_uncommitted, 1 read_committed. */
export type IsolationLevel = 0 | 1;

/** One record batch of format v2 each, in offset order. Never mutated. */
export type Records = readonly Uint8Array[];

/** Meanings of `replicaId` below zero: a consumer, or a consumer that debugs. */
export const CONSUMER_REPLICA_ID = -1;

/** A partition's state as the controller tells it to brokers (`BasePartitionState`). */
export interface ControlledPartition {
  readonly partition: number;
  /** Epoch of the controller that decided this state, as in the partition's znode. */
  readonly controllerEpoch: number;
  /** -1: no leader. */
  readonly leader: number;
  readonly leaderEpoch: number;
  readonly isr: readonly number[];
  readonly zkVersion: number;
  readonly replicas: readonly number[];
}

/** Fields that are in the controller's requests to brokers. */
export interface FromController {
  readonly controllerId: number;
  readonly controllerEpoch: number;
  /** czxid of the receiving broker's registration, as the controller knows it. */
  readonly brokerEpoch: number;
}
