/** EndTxn, api key 26, version 1: commit or abort; answered when the decision is written, before the markers are. */
import type { ErrorName } from './errors.ts';
import type { Request, Response } from './shared.ts';

export interface EndTxnRequest extends Request<'EndTxnRequest'> {
  readonly transactionalId: string;
  readonly producerId: number;
  readonly producerEpoch: number;
  /** False: abort. */
  readonly committed: boolean;
}

export interface EndTxnResponse extends Response<'EndTxnResponse'> {
  readonly throttleTimeMs: number;
  readonly error: ErrorName;
}
