/** ListOffsets, api key 2, version 5: the offset at a time, at the start, at the end. */
import type { ErrorName } from './errors.ts';
import type { IsolationLevel, Request, Response, TopicOf } from './shared.ts';

export const LATEST_TIMESTAMP = -1;
export const EARLIEST_TIMESTAMP = -2;

export interface ListOffsetsPartition {
  readonly partition: number;
  readonly currentLeaderEpoch: number;
  /** -1 latest, -2 earliest, else milliseconds since 1970. */
  readonly timestamp: number;
}

export interface ListOffsetsRequest extends Request<'ListOffsetsRequest'> {
  readonly replicaId: number;
  readonly isolationLevel: IsolationLevel;
  readonly topics: readonly TopicOf<ListOffsetsPartition>[];
}

export interface ListOffsetsPartitionResponse {
  readonly partition: number;
  readonly error: ErrorName;
  /** -1 when nothing was found or a special timestamp was asked for. */
  readonly timestamp: number;
  /** -1 when nothing was found. */
  readonly offset: number;
  /** -1 when unknown. */
  readonly leaderEpoch: number;
}

export interface ListOffsetsResponse extends Response<'ListOffsetsResponse'> {
  readonly throttleTimeMs: number;
  readonly topics: readonly TopicOf<ListOffsetsPartitionResponse>[];
}
