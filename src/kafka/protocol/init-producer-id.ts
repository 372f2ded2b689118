/** InitProducerId, api key 22, version 1: an id and an epoch for an idempotent or transactional producer. */
import type { ErrorName } from './errors.ts';
import type { Request, Response } from './shared.ts';

export interface InitProducerIdRequest extends Request<'InitProducerIdRequest'> {
  /** null: idempotent only; any broker answers. */
  readonly transactionalId: string | null;
  readonly transactionTimeoutMs: number;
}

export interface InitProducerIdResponse extends Response<'InitProducerIdResponse'> {
  readonly throttleTimeMs: number;
  readonly error: ErrorName;
  /** -1 on error. */
  readonly producerId: number;
  readonly producerEpoch: number;
}
