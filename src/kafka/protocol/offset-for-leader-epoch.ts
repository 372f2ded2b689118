/** OffsetForLeaderEpoch, api key 23, version 3: where an epoch ended on the leader (KIP-101, KIP-279, KIP-320). */
import type { ErrorName } from './errors.ts';
import type { Request, Response, TopicOf } from './shared.ts';

/** Both fields of an answer when the leader does not know. */
export const UNDEFINED_EPOCH = -1;
export const UNDEFINED_EPOCH_OFFSET = -1;

export interface OffsetForLeaderEpochPartition {
  readonly partition: number;
  readonly currentLeaderEpoch: number;
  readonly leaderEpoch: number;
}

export interface OffsetForLeaderEpochRequest extends Request<'OffsetForLeaderEpochRequest'> {
  /** The follower's broker id; -1 a consumer. */
  readonly replicaId: number;
  readonly topics: readonly TopicOf<OffsetForLeaderEpochPartition>[];
}

export interface OffsetForLeaderEpochPartitionResponse {
  readonly error: ErrorName;
  readonly partition: number;
  /** The greatest epoch the leader knows that is not above the one asked for. */
  readonly leaderEpoch: number;
  readonly endOffset: number;
}

export interface OffsetForLeaderEpochResponse extends Response<'OffsetForLeaderEpochResponse'> {
  readonly throttleTimeMs: number;
  readonly topics: readonly TopicOf<OffsetForLeaderEpochPartitionResponse>[];
}
