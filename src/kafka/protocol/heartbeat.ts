/** Heartbeat, api key 12, version 3: a member is alive, and learns whether its generation still is. */
import type { ErrorName } from './errors.ts';
import type { Request, Response } from './shared.ts';

export interface HeartbeatRequest extends Request<'HeartbeatRequest'> {
  readonly groupId: string;
  readonly generationId: number;
  readonly memberId: string;
  readonly groupInstanceId: string | null;
}

export interface HeartbeatResponse extends Response<'HeartbeatResponse'> {
  readonly throttleTimeMs: number;
  readonly error: ErrorName;
}
