/** AddPartitionsToTxn, api key 24, version 1: a transactional producer is about to write to partitions for the first time in its transaction. */
import type { PartitionError, Request, Response, TopicOf } from './shared.ts';

export interface AddPartitionsToTxnRequest extends Request<'AddPartitionsToTxnRequest'> {
  readonly transactionalId: string;
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly topics: readonly TopicOf<number>[];
}

export interface AddPartitionsToTxnResponse extends Response<'AddPartitionsToTxnResponse'> {
  readonly throttleTimeMs: number;
  readonly topics: readonly TopicOf<PartitionError>[];
}
