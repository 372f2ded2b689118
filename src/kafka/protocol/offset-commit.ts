/** OffsetCommit, api key 8, version 7: how far a group has read. */
import type { PartitionError, Request, Response, TopicOf } from './shared.ts';

export interface OffsetCommitPartition {
  readonly partition: number;
  /** The next offset to read. */
  readonly committedOffset: number;
  /** Leader epoch of the record before it; -1 where unknown. */
  readonly committedLeaderEpoch: number;
  readonly committedMetadata: string;
}

export interface OffsetCommitRequest extends Request<'OffsetCommitRequest'> {
  readonly groupId: string;
  /** -1: the offsets are all that the group is used for. */
  readonly generationId: number;
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly topics: readonly TopicOf<OffsetCommitPartition>[];
}

export interface OffsetCommitResponse extends Response<'OffsetCommitResponse'> {
  readonly throttleTimeMs: number;
  readonly topics: readonly TopicOf<PartitionError>[];
}
