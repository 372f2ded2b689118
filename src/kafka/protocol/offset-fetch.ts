/** OffsetFetch, api key 9, version 5: where a group has to read on. */
import type { ErrorName } from './errors.ts';
import type { PartitionError, Request, Response, TopicOf } from './shared.ts';

export interface OffsetFetchRequest extends Request<'OffsetFetchRequest'> {
  readonly groupId: string;
  /** null: all that the group has committed. */
  readonly topics: readonly TopicOf<number>[] | null;
}

export interface OffsetFetchPartitionResponse extends PartitionError {
  /** -1: nothing is committed. */
  readonly committedOffset: number;
  readonly committedLeaderEpoch: number;
  readonly metadata: string;
}

export interface OffsetFetchResponse extends Response<'OffsetFetchResponse'> {
  readonly throttleTimeMs: number;
  readonly topics: readonly TopicOf<OffsetFetchPartitionResponse>[];
  readonly error: ErrorName;
}
