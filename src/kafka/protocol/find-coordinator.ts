/** FindCoordinator, api key 10, version 2: which broker leads the partition that keeps a group or a transaction. */
import type { ErrorName } from './errors.ts';
import type { Request, Response } from './shared.ts';

export const GROUP_COORDINATOR = 0;
export const TRANSACTION_COORDINATOR = 1;

export interface FindCoordinatorRequest extends Request<'FindCoordinatorRequest'> {
  /** The group id, or the transactional id. */
  readonly key: string;
  /** 0 a group, 1 a transaction. */
  readonly keyType: number;
}

export interface FindCoordinatorResponse extends Response<'FindCoordinatorResponse'> {
  readonly throttleTimeMs: number;
  readonly error: ErrorName;
  readonly errorMessage: string | null;
  /** -1, and an empty host, on error. */
  readonly nodeId: number;
  readonly host: string;
  readonly port: number;
}
