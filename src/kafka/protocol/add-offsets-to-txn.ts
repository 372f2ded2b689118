/** AddOffsetsToTxn, api key 25, version 1: a transaction is to hold offsets of a group; adds the partition that keeps the group. */
import type { ErrorName } from './errors.ts';
import type { Request, Response } from './shared.ts';

export interface AddOffsetsToTxnRequest extends Request<'AddOffsetsToTxnRequest'> {
  readonly transactionalId: string;
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly groupId: string;
}

export interface AddOffsetsToTxnResponse extends Response<'AddOffsetsToTxnResponse'> {
  readonly throttleTimeMs: number;
  readonly error: ErrorName;
}
