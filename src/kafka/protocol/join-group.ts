/** JoinGroup, api key 11, version 5: a member asks to be in the next generation. */
import type { ErrorName } from './errors.ts';
import type { Request, Response } from './shared.ts';

/** An assignor's name and the member's subscription in the bytes of the consumer protocol. */
export interface JoinGroupProtocol {
  readonly name: string;
  readonly metadata: Uint8Array;
}

export interface JoinGroupRequest extends Request<'JoinGroupRequest'> {
  readonly groupId: string;
  readonly sessionTimeoutMs: number;
  /** `max.poll.interval.ms` of a consumer. */
  readonly rebalanceTimeoutMs: number;
  /** Empty: the coordinator has given none yet. */
  readonly memberId: string;
  /** null: a dynamic member. */
  readonly groupInstanceId: string | null;
  readonly protocolType: string;
  readonly protocols: readonly JoinGroupProtocol[];
}

export interface JoinGroupMember {
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly metadata: Uint8Array;
}

export interface JoinGroupResponse extends Response<'JoinGroupResponse'> {
  readonly throttleTimeMs: number;
  readonly error: ErrorName;
  /** -1 on error. */
  readonly generationId: number;
  readonly protocolName: string | null;
  /** Member id of the group's leader. */
  readonly leader: string | null;
  readonly memberId: string;
  /** Only the leader is told about everybody. */
  readonly members: readonly JoinGroupMember[];
}
