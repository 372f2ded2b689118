/** What administrators ask a coordinator: which groups it has, what they are like, to forget them (GroupCoordinator). */
import type { Env } from '../../kernel/program.ts';
import type { Draft } from '../broker/state.ts';
import type { DeletableGroupResult, DescribedGroup, ErrorName, ResponseBody } from '../protocol/index.ts';
import { findGroup, groupStatus, sayCoordinator, stateOf, transition } from './coordinator.ts';
import { removeOffsets } from './offsets.ts';

const NOTHING = new Uint8Array(0);
/** READ, DELETE and DESCRIBE as a set of bits: without an authorizer everybody may all. */
const ALL_OPERATIONS = (1 << 3) | (1 << 6) | (1 << 8);

export function describeGroup(b: Draft, groupId: string, includeAuthorizedOperations: boolean): DescribedGroup {
  const error = groupStatus(b, groupId, 'DescribeGroups');
  const authorizedOperations = error === 'NONE' && includeAuthorizedOperations ? ALL_OPERATIONS : 0;
  const nothing = { error, groupId, protocolType: '', protocolData: '', members: [], authorizedOperations };
  if (error !== 'NONE') return { ...nothing, groupState: '' };
  const group = findGroup(b, groupId);
  if (!group) return { ...nothing, groupState: 'Dead' };
  const groupState = stateOf(group);
  const isStable = groupState === 'Stable';
  return {
    ...nothing,
    groupState,
    protocolType: group.protocolType ?? '',
    protocolData: isStable ? (group.protocol ?? '') : '',
    members: group.members.map(({ memberId, clientId, clientHost, assignment }) => {
      const shown = isStable ? assignment : NOTHING;
      // 2.3.0 puts the assignment where the subscription belongs.
      return { memberId, clientId, clientHost, memberMetadata: shown, memberAssignment: shown };
    }),
  };
}

export function listGroups(b: Draft): ResponseBody<'ListGroups'> {
  return {
    throttleTimeMs: 0,
    error: b.groups.loading.length > 0 ? 'COORDINATOR_LOAD_IN_PROGRESS' : 'NONE',
    groups: Object.values(b.groups.groups).map(({ groupId, protocolType }) => ({ groupId, protocolType: protocolType ?? '' })),
  };
}

export function deleteGroups(b: Draft, env: Env, groupIds: readonly string[]): readonly DeletableGroupResult[] {
  const deleted: string[] = [];
  let offsets = 0;
  const results = groupIds.map((groupId): DeletableGroupResult => {
    const error = whyNotDeleted(b, groupId);
    if (error !== 'NONE') return { groupId, error };
    const gone = Object.values(findGroup(b, groupId)!.offsets);
    deleted.push(groupId);
    offsets += gone.length;
    transition(b, env, groupId, { type: 'remove' });
    removeOffsets(b, env, groupId, gone);
    return { groupId, error: 'NONE' };
  });
  if (deleted.length > 0) sayCoordinator(b, env, `The following groups were deleted: ${deleted.join(', ')}. A total of ${offsets} offsets were removed.`);
  return results;
}

function whyNotDeleted(b: Draft, groupId: string): ErrorName {
  const status = groupStatus(b, groupId, 'DeleteGroups');
  if (status !== 'NONE') return status;
  const group = findGroup(b, groupId);
  if (!group || stateOf(group) === 'Dead') return 'GROUP_ID_NOT_FOUND';
  return stateOf(group) === 'Empty' ? 'NONE' : 'NON_EMPTY_GROUP';
}
