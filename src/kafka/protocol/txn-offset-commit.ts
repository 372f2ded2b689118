/** TxnOffsetCommit, api key 28, version 2: offsets that count once the transaction is committed; to the coordinator of the group. */
import type { PartitionError, Request, Response, TopicOf } from './shared.ts';

export interface TxnOffsetCommitPartition {
  readonly partition: number;
  readonly committedOffset: number;
  /** -1: unknown. */
  readonly committedLeaderEpoch: number;
  readonly committedMetadata: string;
}

export interface TxnOffsetCommitRequest extends Request<'TxnOffsetCommitRequest'> {
  readonly transactionalId: string;
  readonly groupId: string;
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly topics: readonly TopicOf<TxnOffsetCommitPartition>[];
}

export interface TxnOffsetCommitResponse extends Response<'TxnOffsetCommitResponse'> {
  readonly throttleTimeMs: number;
  readonly topics: readonly TopicOf<PartitionError>[];
}
