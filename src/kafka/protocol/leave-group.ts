/** LeaveGroup, api key 13, version 2: a member goes, without waiting for its session to end. */
import type { ErrorName } from './errors.ts';
import type { Request, Response } from './shared.ts';

export interface LeaveGroupRequest extends Request<'LeaveGroupRequest'> {
  readonly groupId: string;
  readonly memberId: string;
}

export interface LeaveGroupResponse extends Response<'LeaveGroupResponse'> {
  readonly throttleTimeMs: number;
  readonly error: ErrorName;
}
