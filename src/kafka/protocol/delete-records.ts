/** DeleteRecords, api key 21, version 1: what lies before an offset is given up; the leader answers when every living replica has. */
import type { ErrorName } from './errors.ts';
import type { Request, Response, TopicOf } from './shared.ts';

/** Instead of an offset: up to the high watermark. */
export const UP_TO_HIGH_WATERMARK = -1;
export const INVALID_LOW_WATERMARK = -1;

export interface DeleteRecordsRequest extends Request<'DeleteRecordsRequest'> {
  readonly topics: readonly TopicOf<{ readonly partition: number; readonly offset: number }>[];
  readonly timeoutMs: number;
}

export interface DeletedRecords {
  readonly partition: number;
  /** Smallest log start offset of the living replicas. */
  readonly lowWatermark: number;
  readonly error: ErrorName;
}

export interface DeleteRecordsResponse extends Response<'DeleteRecordsResponse'> {
  readonly throttleTimeMs: number;
  readonly topics: readonly TopicOf<DeletedRecords>[];
}
