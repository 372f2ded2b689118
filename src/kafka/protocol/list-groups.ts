/** ListGroups, api key 16, version 2: the groups that the asked broker coordinates. */
import type { ErrorName } from './errors.ts';
import type { Request, Response } from './shared.ts';

export type ListGroupsRequest = Request<'ListGroupsRequest'>;

export interface ListedGroup {
  readonly groupId: string;
  readonly protocolType: string;
}

export interface ListGroupsResponse extends Response<'ListGroupsResponse'> {
  readonly throttleTimeMs: number;
  readonly error: ErrorName;
  readonly groups: readonly ListedGroup[];
}
