/** DeleteGroups, api key 42, version 1: empty groups and their offsets. */
import type { ErrorName } from './errors.ts';
import type { Request, Response } from './shared.ts';

export interface DeleteGroupsRequest extends Request<'DeleteGroupsRequest'> {
  readonly groupsNames: readonly string[];
}

export interface DeletableGroupResult {
  readonly groupId: string;
  readonly error: ErrorName;
}

export interface DeleteGroupsResponse extends Response<'DeleteGroupsResponse'> {
  readonly throttleTimeMs: number;
  readonly results: readonly DeletableGroupResult[];
}
