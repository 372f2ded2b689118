/** JoinGroup on the coordinator (GroupCoordinator.handleJoinGroup): new members, known ones, static ones that come back. */
import type { Env } from '../../kernel/program.ts';
import { watchDeadline } from '../broker/purgatory.ts';
import { answer } from '../broker/requests.ts';
import { fact, type Draft, type RequestContext } from '../broker/state.ts';
import type { ErrorName, JoinGroupRequest, ResponseBody } from '../protocol/index.ts';
import { fencesStaticMember } from './fencing.ts';
import { findGroup, groupOf, groupStatus, newGroup, putGroup, sayCoordinator, stateOf, updateGroup, updateMember } from './coordinator.ts';
import {
  NEW_MEMBER_JOIN_TIMEOUT_MS, answerJoin, answerSync, dropMember, expectHeartbeat, joinError, joinResult, maybePrepareRebalance, optionText, tryCompleteJoin,
} from './rebalance.ts';
import { isPending, joinsUnchanged, memberOf, staticMemberId, supportsProtocols, type Group, type Member } from './state.ts';

/** From version 4 on a dynamic member is given its id before it may join. */
const MEMBER_ID_REQUIRED_VERSION = 4;
/** Everything of this deployment reaches a broker over the loopback interface. */
const CLIENT_HOST = '/127.0.0.1';

export function joinGroup(b: Draft, env: Env, request: JoinGroupRequest, context: RequestContext): void {
  const { groupId, memberId, groupInstanceId, sessionTimeoutMs } = request;
  const reply = (body: ResponseBody<'JoinGroup'>): void => answer(b, env, 'JoinGroup', context, body);
  const refuse = (error: ErrorName): void => reply(joinError(memberId, error));
  const status = groupStatus(b, groupId, 'JoinGroup');
  if (status !== 'NONE') return refuse(status);
  if (sessionTimeoutMs < b.config.groupMinSessionTimeoutMs || sessionTimeoutMs > b.config.groupMaxSessionTimeoutMs) return refuse('INVALID_SESSION_TIMEOUT');
  const group = findGroup(b, groupId);
  if (!group) {
    if (memberId !== '') return refuse('UNKNOWN_MEMBER_ID');
    putGroup(b, newGroup(groupId, env));
    return joinUnknown(b, env, request, context);
  }
  const { groupMaxSize } = b.config;
  const member = memberOf(group, memberId);
  const isShed = group.members.length > groupMaxSize && member !== undefined && member.awaitingJoin === null;
  if (isShed || (memberId === '' && group.members.length >= groupMaxSize)) {
    if (member) dropMember(b, env, groupId, { memberId, groupInstanceId }, 'groupTooLarge');
    reply(joinError('', 'GROUP_MAX_SIZE_REACHED'));
  } else if (memberId === '') {
    joinUnknown(b, env, request, context);
  } else {
    joinKnown(b, env, request, context);
  }
  tryCompleteJoin(b, env, groupId);
}

const namesOf = (request: JoinGroupRequest): readonly string[] => request.protocols.map(({ name }) => name);

function joinUnknown(b: Draft, env: Env, request: JoinGroupRequest, context: RequestContext): void {
  const { groupId, groupInstanceId, clientId } = request;
  const group = groupOf(b, groupId);
  const reply = (memberId: string, error: ErrorName): void => answer(b, env, 'JoinGroup', context, joinError(memberId, error));
  if (stateOf(group) === 'Dead') return reply('', 'COORDINATOR_NOT_AVAILABLE');
  if (!supportsProtocols(group, request.protocolType, namesOf(request))) return reply('', 'INCONSISTENT_GROUP_PROTOCOL');
  if (groupInstanceId !== null) {
    // 2.3.0 makes the id of the time of the last change, which a freshly loaded group does not have.
    if (group.currentStateTimestampMs === null) return reply('', 'UNKNOWN_SERVER_ERROR');
    const newMemberId = `${groupInstanceId}-${group.currentStateTimestampMs}`;
    const oldMemberId = staticMemberId(group, groupInstanceId);
    if (oldMemberId === undefined) addMember(b, env, request, newMemberId, context);
    else replaceStaticMember(b, env, request, oldMemberId, newMemberId, context);
    return;
  }
  const newMemberId = `${clientId}-${randomUuid(env)}`;
  if (request.apiVersion < MEMBER_ID_REQUIRED_VERSION) return addMember(b, env, request, newMemberId, context);
  const expiresAt = env.now + request.sessionTimeoutMs * 1_000;
  updateGroup(b, groupId, { pendingMembers: [...group.pendingMembers, { memberId: newMemberId, expiresAt }] });
  watchDeadline(b, env, expiresAt);
  reply(newMemberId, 'MEMBER_ID_REQUIRED');
}

/** A static member came back without its id: the old id is fenced off, and a group that has its assignment does not rebalance. */
function replaceStaticMember(b: Draft, env: Env, request: JoinGroupRequest, oldMemberId: string, newMemberId: string, context: RequestContext): void {
  const { groupId, groupInstanceId, protocols } = request;
  const before = groupOf(b, groupId);
  const old = memberOf(before, oldMemberId)!;
  sayCoordinator(b, env, `Static member ${optionText(groupInstanceId)} with unknown member id rejoins, assigning new member id ${newMemberId}, while old member ${oldMemberId} will be removed.`);
  answerJoin(b, env, groupId, old, joinError(oldMemberId, 'FENCED_INSTANCE_ID'));
  answerSync(b, env, groupId, old, 'FENCED_INSTANCE_ID', new Uint8Array(0));
  const group = groupOf(b, groupId);
  updateGroup(b, groupId, {
    members: group.members.map((member) => (member.memberId === oldMemberId ? { ...member, memberId: newMemberId } : member)),
    staticMembers: { ...group.staticMembers, [groupInstanceId!]: newMemberId },
    leaderId: group.leaderId === oldMemberId ? newMemberId : group.leaderId,
  });
  fact(env, { type: 'groupMemberReplaced', broker: b.brokerId, group: groupId, instance: groupInstanceId!, from: oldMemberId, to: newMemberId });
  expectHeartbeat(b, env, groupId, newMemberId);
  updateMember(b, groupId, newMemberId, { protocols, awaitingJoin: context });
  const state = stateOf(group);
  if (state !== 'Stable' && state !== 'CompletingRebalance') return;
  sayCoordinator(b, env, `Static member joins during ${state} stage will not trigger rebalance.`);
  // The leader's name stays the old one, so that a leader who comes back does not take itself for it and assign in vain.
  const body = { ...joinError(newMemberId, 'NONE'), generationId: group.generationId, protocolName: group.protocol, leader: before.leaderId };
  answerJoin(b, env, groupId, memberOf(groupOf(b, groupId), newMemberId)!, body);
}

function joinKnown(b: Draft, env: Env, request: JoinGroupRequest, context: RequestContext): void {
  const { groupId, memberId, groupInstanceId } = request;
  const group = groupOf(b, groupId);
  const state = stateOf(group);
  const reply = (body: ResponseBody<'JoinGroup'>): void => answer(b, env, 'JoinGroup', context, body);
  const refuse = (error: ErrorName): void => reply(joinError(memberId, error));
  if (state === 'Dead') return refuse('COORDINATOR_NOT_AVAILABLE');
  if (!supportsProtocols(group, request.protocolType, namesOf(request))) return refuse('INCONSISTENT_GROUP_PROTOCOL');
  if (isPending(group, memberId)) return addMember(b, env, request, memberId, context);
  if (fencesStaticMember(env, group, memberId, groupInstanceId)) return refuse('FENCED_INSTANCE_ID');
  const member = memberOf(group, memberId);
  if (!member || (groupInstanceId !== null && staticMemberId(group, groupInstanceId) === undefined)) return refuse('UNKNOWN_MEMBER_ID');
  const unchanged = joinsUnchanged(member, request.protocols);
  switch (state) {
    case 'PreparingRebalance':
      return rejoin(b, env, request, member, context);
    case 'CompletingRebalance':
      // The answer to its first JoinGroup may have got lost.
      return unchanged ? reply(joinResult(group, memberId)) : rejoin(b, env, request, member, context);
    case 'Stable':
      // The leader joins again when topics have changed, which nobody's subscription shows.
      if (group.leaderId === memberId || !unchanged) return rejoin(b, env, request, member, context);
      return reply(joinResult(group, memberId));
    default:
      sayCoordinator(b, env, `Attempt to add rejoining member ${memberId} of group ${groupId} in unexpected group state ${state}`, 'WARN');
      return refuse('UNKNOWN_MEMBER_ID');
  }
}

function addMember(b: Draft, env: Env, request: JoinGroupRequest, memberId: string, context: RequestContext): void {
  const { groupId, groupInstanceId, clientId, protocols, protocolType, rebalanceTimeoutMs, sessionTimeoutMs } = request;
  const group = groupOf(b, groupId);
  const member: Member = {
    memberId,
    groupInstanceId,
    isStatic: groupInstanceId !== null,
    clientId,
    clientHost: CLIENT_HOST,
    rebalanceTimeoutMs,
    sessionTimeoutMs,
    protocols,
    assignment: new Uint8Array(0),
    awaitingJoin: context,
    awaitingSync: null,
    latestHeartbeatAt: env.now,
    expiresAt: null,
    isNew: true,
  };
  const changes: Partial<Group> = {
    members: [...group.members, member],
    leaderId: group.leaderId ?? memberId,
    protocolType: group.members.length === 0 ? protocolType : group.protocolType,
    newMemberAdded: group.newMemberAdded || (stateOf(group) === 'PreparingRebalance' && group.generationId === 0),
    ...(groupInstanceId === null ? { pendingMembers: group.pendingMembers.filter((pending) => pending.memberId !== memberId) } : { staticMembers: { ...group.staticMembers, [groupInstanceId]: memberId } }),
  };
  updateGroup(b, groupId, changes);
  expectHeartbeat(b, env, groupId, memberId, NEW_MEMBER_JOIN_TIMEOUT_MS);
  maybePrepareRebalance(b, env, groupId, `Adding new member ${memberId} with group instanceid ${optionText(groupInstanceId)}`);
}

function rejoin(b: Draft, env: Env, { groupId, protocols }: JoinGroupRequest, { memberId }: Member, context: RequestContext): void {
  updateMember(b, groupId, memberId, { protocols, awaitingJoin: context });
  maybePrepareRebalance(b, env, groupId, `Updating metadata for member ${memberId}`);
}

/** A version 4 UUID of the world's chance. */
function randomUuid(env: Env): string {
  let digits = '';
  for (let i = 0; i < 32; i++) digits += (i === 12 ? 4 : i === 16 ? env.randomInt(8, 11) : env.randomInt(0, 15)).toString(16);
  return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-${digits.slice(12, 16)}-${digits.slice(16, 20)}-${digits.slice(20)}`;
}
