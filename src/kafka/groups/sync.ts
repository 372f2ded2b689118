/** SyncGroup on the coordinator (GroupCoordinator.handleSyncGroup): the leader's assignment is stored, then everybody gets theirs. */
import type { Env } from '../../kernel/program.ts';
import { answer } from '../broker/requests.ts';
import { fact, type Draft, type RequestContext } from '../broker/state.ts';
import type { ErrorName, SyncGroupRequest } from '../protocol/index.ts';
import { nameOf } from '../topic-partition.ts';
import { decodeAssignment, PROTOCOL_TYPE } from './consumer-protocol.ts';
import { findGroup, groupOf, groupStatus, sayCoordinator, stateOf, transition, updateGroup, updateMember } from './coordinator.ts';
import { fencesStaticMember } from './fencing.ts';
import { expectHeartbeat, maybePrepareRebalance, propagateAssignment } from './rebalance.ts';
import { memberOf, type EndedWrite, type Group, type GroupWrite } from './state.ts';
import { appendError, storeAssignment } from './storage.ts';

const NOTHING = new Uint8Array(0);

export function syncGroup(b: Draft, env: Env, request: SyncGroupRequest, context: RequestContext): void {
  const { groupId, memberId, generationId } = request;
  const reply = (error: ErrorName, assignment: Uint8Array = NOTHING): void => answer(b, env, 'SyncGroup', context, { throttleTimeMs: 0, error, assignment });
  const status = groupStatus(b, groupId, 'SyncGroup');
  // A rebalance in flight is lost with its coordinator: join again.
  if (status !== 'NONE') return reply(status === 'COORDINATOR_LOAD_IN_PROGRESS' ? 'REBALANCE_IN_PROGRESS' : status);
  const group = findGroup(b, groupId);
  if (!group) return reply('UNKNOWN_MEMBER_ID');
  const state = stateOf(group);
  if (state === 'Dead') return reply('COORDINATOR_NOT_AVAILABLE');
  if (fencesStaticMember(env, group, memberId, request.groupInstanceId)) return reply('FENCED_INSTANCE_ID');
  const member = memberOf(group, memberId);
  if (!member) return reply('UNKNOWN_MEMBER_ID');
  if (generationId !== group.generationId) return reply('ILLEGAL_GENERATION');
  switch (state) {
    case 'PreparingRebalance':
      return reply('REBALANCE_IN_PROGRESS');
    case 'CompletingRebalance':
      updateMember(b, groupId, memberId, { awaitingSync: context });
      if (group.leaderId === memberId) store(b, env, group, request);
      return;
    case 'Stable':
      reply('NONE', member.assignment);
      return expectHeartbeat(b, env, groupId, memberId);
    default:
      return reply('UNKNOWN_MEMBER_ID');
  }
}

function store(b: Draft, env: Env, group: Group, { groupId, generationId, memberId, assignments }: SyncGroupRequest): void {
  sayCoordinator(b, env, `Assignment received from leader for group ${groupId} for generation ${generationId}`);
  const given = new Map(assignments.map(({ memberId: id, assignment }) => [id, assignment]));
  const assignment = Object.fromEntries(group.members.map((member) => [member.memberId, given.get(member.memberId) ?? NOTHING]));
  storeAssignment(b, env, { type: 'assignment', groupId, generationId, memberId, assignment });
}

/** The assignment is stored, or is not; it counts only if the group still waits for it. */
export function assignmentWritten(b: Draft, env: Env, write: GroupWrite & { readonly type: 'assignment' }, { error }: EndedWrite): void {
  const { groupId, generationId, assignment } = write;
  const group = findGroup(b, groupId);
  if (!group || stateOf(group) !== 'CompletingRebalance' || group.generationId !== generationId) return;
  const failed = error !== 'NONE';
  updateGroup(b, groupId, { members: group.members.map((member) => ({ ...member, assignment: failed ? NOTHING : assignment[member.memberId]! })) });
  propagateAssignment(b, env, groupId, storeError(error));
  if (failed) {
    maybePrepareRebalance(b, env, groupId, `error when storing group assignment during SyncGroup (member: ${write.memberId})`);
    return;
  }
  transition(b, env, groupId, { type: 'assignmentStored' });
  fact(env, { type: 'groupStabilized', broker: b.brokerId, group: groupId, generationId, assignments: assignmentsOf(groupOf(b, groupId)) });
}

/** Who was given what; nothing where the coordinator does not know the language. */
export function assignmentsOf(group: Group): readonly { readonly member: string; readonly partitions: readonly string[] }[] {
  if (group.protocolType !== PROTOCOL_TYPE) return [];
  return group.members.map(({ memberId, assignment }) => ({ member: memberId, partitions: decodeAssignment(assignment).map(nameOf) }));
}

/** What a member is told of an append that failed (GroupMetadataManager.storeGroup). */
export function storeError(error: ErrorName): ErrorName {
  return error === 'REQUEST_TIMED_OUT' ? 'REBALANCE_IN_PROGRESS' : appendError(error, 'UNKNOWN_SERVER_ERROR');
}
