/** SyncGroup, api key 14, version 3: the leader brings everybody's assignment, everybody asks for their own. */
import type { ErrorName } from './errors.ts';
import type { Request, Response } from './shared.ts';

export interface SyncGroupAssignment {
  readonly memberId: string;
  readonly assignment: Uint8Array;
}

export interface SyncGroupRequest extends Request<'SyncGroupRequest'> {
  readonly groupId: string;
  readonly generationId: number;
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  /** Empty unless the leader asks. */
  readonly assignments: readonly SyncGroupAssignment[];
}

export interface SyncGroupResponse extends Response<'SyncGroupResponse'> {
  readonly throttleTimeMs: number;
  readonly error: ErrorName;
  readonly assignment: Uint8Array;
}
