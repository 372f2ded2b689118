/** Fetch, api key 1, version 11: for consumers and followers, with incremental sessions (KIP-227). */
import type { ErrorName } from './errors.ts';
import type { IsolationLevel, Records, Request, Response, TopicOf } from './shared.ts';

export interface FetchPartition {
  readonly partition: number;
  /** -1: the leader does not check. */
  readonly currentLeaderEpoch: number;
  readonly fetchOffset: number;
  /** The follower's own log start offset; -1 from consumers. */
  readonly logStartOffset: number;
  readonly partitionMaxBytes: number;
}

export interface FetchRequest extends Request<'FetchRequest'> {
  /** The follower's broker id; -1 a consumer. */
  readonly replicaId: number;
  readonly maxWaitMs: number;
  readonly minBytes: number;
  readonly maxBytes: number;
  readonly isolationLevel: IsolationLevel;
  /** 0: no session yet. */
  readonly sessionId: number;
  /** -1 no session or close it, 0 full fetch that wants one, n ≥ 1 the n-th incremental fetch. */
  readonly sessionEpoch: number;
  /** In an incremental fetch only what is new or has changed. */
  readonly topics: readonly TopicOf<FetchPartition>[];
  readonly forgottenTopicsData: readonly TopicOf<number>[];
  readonly rackId: string;
}

export interface AbortedTransaction {
  readonly producerId: number;
  readonly firstOffset: number;
}

export interface FetchPartitionResponse {
  readonly partition: number;
  readonly error: ErrorName;
  /** -1 where unknown. */
  readonly highWatermark: number;
  readonly lastStableOffset: number;
  readonly logStartOffset: number;
  /** null for read_uncommitted. */
  readonly abortedTransactions: readonly AbortedTransaction[] | null;
  /** Always -1 in 2.3. */
  readonly preferredReadReplica: number;
  readonly records: Records;
}

export interface FetchResponse extends Response<'FetchResponse'> {
  readonly throttleTimeMs: number;
  /** Of the session: FETCH_SESSION_ID_NOT_FOUND, INVALID_FETCH_SESSION_EPOCH. */
  readonly error: ErrorName;
  readonly sessionId: number;
  readonly topics: readonly TopicOf<FetchPartitionResponse>[];
}

export const NO_SESSION_ID = 0;
export const FULL_FETCH_EPOCH = 0;
export const NO_SESSION_EPOCH = -1;

/** The epoch that follows in a session; after the largest int it goes on at 1, for 0 means a full fetch. */
export function nextSessionEpoch(epoch: number): number {
  if (epoch < 0) return NO_SESSION_EPOCH;
  return epoch === 2147483647 ? 1 : epoch + 1;
}
