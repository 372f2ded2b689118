/** DescribeGroups, api key 15, version 3. */
import type { ErrorName } from './errors.ts';
import type { Request, Response } from './shared.ts';

export interface DescribeGroupsRequest extends Request<'DescribeGroupsRequest'> {
  readonly groups: readonly string[];
  readonly includeAuthorizedOperations: boolean;
}

export interface DescribedGroupMember {
  readonly memberId: string;
  readonly clientId: string;
  readonly clientHost: string;
  readonly memberMetadata: Uint8Array;
  readonly memberAssignment: Uint8Array;
}

export interface DescribedGroup {
  readonly error: ErrorName;
  readonly groupId: string;
  /** A group that nobody knows is `Dead`; empty on error. */
  readonly groupState: string;
  readonly protocolType: string;
  /** The assignor, while the group is Stable. */
  readonly protocolData: string;
  readonly members: readonly DescribedGroupMember[];
  readonly authorizedOperations: number;
}

export interface DescribeGroupsResponse extends Response<'DescribeGroupsResponse'> {
  readonly throttleTimeMs: number;
  readonly groups: readonly DescribedGroup[];
}
