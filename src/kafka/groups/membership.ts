/** Heartbeat and LeaveGroup on the coordinator, and the end of those who are silent (GroupCoordinator). */
import type { Env } from '../../kernel/program.ts';
import type { Draft } from '../broker/state.ts';
import type { ErrorName, HeartbeatRequest, LeaveGroupRequest } from '../protocol/index.ts';
import { findGroup, groupStatus, sayCoordinator, stateOf, updateMember } from './coordinator.ts';
import { fencesStaticMember } from './fencing.ts';
import { expectHeartbeat, expireRebalance, isKeptAlive, removeMember, removePendingMember } from './rebalance.ts';
import { isPending, memberOf } from './state.ts';

export function heartbeat(b: Draft, env: Env, { groupId, memberId, groupInstanceId, generationId }: HeartbeatRequest): ErrorName {
  const status = groupStatus(b, groupId, 'Heartbeat');
  // While the group is being read nobody can know better.
  if (status !== 'NONE') return status === 'COORDINATOR_LOAD_IN_PROGRESS' ? 'NONE' : status;
  const group = findGroup(b, groupId);
  if (!group) return 'UNKNOWN_MEMBER_ID';
  const state = stateOf(group);
  if (state === 'Dead') return 'COORDINATOR_NOT_AVAILABLE';
  if (fencesStaticMember(env, group, memberId, groupInstanceId)) return 'FENCED_INSTANCE_ID';
  if (!memberOf(group, memberId)) return 'UNKNOWN_MEMBER_ID';
  if (generationId !== group.generationId) return 'ILLEGAL_GENERATION';
  switch (state) {
    case 'CompletingRebalance':
      return 'REBALANCE_IN_PROGRESS';
    case 'PreparingRebalance':
      expectHeartbeat(b, env, groupId, memberId);
      return 'REBALANCE_IN_PROGRESS';
    case 'Stable':
      expectHeartbeat(b, env, groupId, memberId);
      return 'NONE';
    default:
      return 'UNKNOWN_MEMBER_ID';
  }
}

export function leaveGroup(b: Draft, env: Env, { groupId, memberId }: LeaveGroupRequest): ErrorName {
  const status = groupStatus(b, groupId, 'LeaveGroup');
  if (status !== 'NONE') return status;
  const group = findGroup(b, groupId);
  if (!group) return 'UNKNOWN_MEMBER_ID';
  if (stateOf(group) === 'Dead') return 'COORDINATOR_NOT_AVAILABLE';
  if (isPending(group, memberId)) {
    sayCoordinator(b, env, `Pending member ${memberId} is leaving group ${groupId}.`);
    removePendingMember(b, env, groupId, memberId);
    return 'NONE';
  }
  const member = memberOf(group, memberId);
  if (!member) return 'UNKNOWN_MEMBER_ID';
  sayCoordinator(b, env, `Member ${memberId} in group ${groupId} has left, removing it from the group`);
  removeMember(b, env, groupId, member, 'left', `removing member ${memberId} on LeaveGroup`);
  return 'NONE';
}

/** What is due in the groups: members that were silent, given ids that nobody came back with, rebalances whose time is over. */
export function expireGroups(b: Draft, env: Env): void {
  for (const groupId of Object.keys(b.groups.groups)) {
    for (const { memberId, expiresAt } of findGroup(b, groupId)?.members ?? []) if (expiresAt !== null && expiresAt <= env.now) expireMember(b, env, groupId, memberId, expiresAt);
    for (const { memberId, expiresAt } of findGroup(b, groupId)?.pendingMembers ?? []) {
      if (expiresAt > env.now) continue;
      sayCoordinator(b, env, `Pending member ${memberId} in group ${groupId} has been removed after session timeout expiration.`);
      removePendingMember(b, env, groupId, memberId);
    }
    const rebalance = findGroup(b, groupId)?.rebalance;
    if (rebalance && rebalance.dueAt <= env.now) expireRebalance(b, env, groupId);
  }
}

function expireMember(b: Draft, env: Env, groupId: string, memberId: string, deadline: number): void {
  const group = findGroup(b, groupId);
  const member = group ? memberOf(group, memberId) : undefined;
  // What has happened to others just now may have been news of this one too.
  if (!member || member.expiresAt !== deadline) return;
  if (isKeptAlive(member, deadline)) return updateMember(b, groupId, memberId, { expiresAt: null });
  sayCoordinator(b, env, `Member ${memberId} in group ${groupId} has failed, removing it from the group`);
  removeMember(b, env, groupId, member, 'sessionExpired', `removing member ${memberId} on heartbeat expiration`);
}
