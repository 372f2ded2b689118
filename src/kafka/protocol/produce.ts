/** Produce, api key 0, version 7: one record batch a partition. */
import type { ErrorName } from './errors.ts';
import type { Records, Request, Response, TopicOf } from './shared.ts';

export interface ProducePartition {
  readonly partition: number;
  readonly records: Records;
}

export interface ProduceRequest extends Request<'ProduceRequest'> {
  readonly transactionalId: string | null;
  /** 0 no response, 1 leader only, -1 all in-sync replicas. */
  readonly acks: number;
  readonly timeoutMs: number;
  readonly topics: readonly TopicOf<ProducePartition>[];
}

export interface ProducePartitionResponse {
  readonly partition: number;
  readonly error: ErrorName;
  /** -1 on error. */
  readonly baseOffset: number;
  /** -1 unless the topic stamps LogAppendTime. */
  readonly logAppendTimeMs: number;
  readonly logStartOffset: number;
}

export interface ProduceResponse extends Response<'ProduceResponse'> {
  readonly topics: readonly TopicOf<ProducePartitionResponse>[];
  readonly throttleTimeMs: number;
}
