/**
 * From one generation to the next (GroupCoordinator.prepareRebalance, onCompleteJoin; DelayedJoin, InitialDelayedJoin,
 * DelayedHeartbeat): everybody is made to join, those who do not are left behind, and the new generation begins.
 */
import type { Env } from '../../kernel/program.ts';
import { watchDeadline } from '../broker/purgatory.ts';
import { answer } from '../broker/requests.ts';
import { fact, say, type Draft } from '../broker/state.ts';
import type { ErrorName, ResponseBody } from '../protocol/index.ts';
import { groupOf, offsetsPartitionOf, sayCoordinator, stateOf, transition, updateGroup, updateMember } from './coordinator.ts';
import { hasAllMembersJoined, memberOf, metadataFor, rebalanceTimeoutMs, selectProtocol, type Group, type Member, type Rebalance } from './state.ts';
import { storeEmptyGroup } from './storage.ts';

const MS = 1_000;
/** How long a new member's JoinGroup may wait: it has no generation yet with which it could send heartbeats. */
export const NEW_MEMBER_JOIN_TIMEOUT_MS = 5 * 60_000;

export type RemovalReason = 'left' | 'sessionExpired' | 'didNotRejoin' | 'groupTooLarge';

// ------------------------------------------------------------------ answers that were waited for

export function joinError(memberId: string, error: ErrorName): ResponseBody<'JoinGroup'> {
  return { throttleTimeMs: 0, error, generationId: -1, protocolName: '', leader: '', memberId, members: [] };
}

/** What a member is told of the generation; only the leader hears of the others. */
export function joinResult(group: Group, memberId: string): ResponseBody<'JoinGroup'> {
  const members = group.leaderId !== memberId ? [] : group.members.map((member) => ({ memberId: member.memberId, groupInstanceId: member.groupInstanceId, metadata: metadataFor(member, group.protocol!) }));
  return { throttleTimeMs: 0, error: 'NONE', generationId: group.generationId, protocolName: group.protocol, leader: group.leaderId, memberId, members };
}

export function answerJoin(b: Draft, env: Env, groupId: string, member: Member, body: ResponseBody<'JoinGroup'>): void {
  if (member.awaitingJoin === null) return;
  updateMember(b, groupId, member.memberId, { awaitingJoin: null });
  answer(b, env, 'JoinGroup', member.awaitingJoin, body);
}

/** True if somebody waited for it. */
export function answerSync(b: Draft, env: Env, groupId: string, member: Member, error: ErrorName, assignment: Uint8Array): boolean {
  if (member.awaitingSync === null) return false;
  updateMember(b, groupId, member.memberId, { awaitingSync: null });
  answer(b, env, 'SyncGroup', member.awaitingSync, { throttleTimeMs: 0, error, assignment });
  return true;
}

/** Everybody's assignment is what it is now; who waits gets it, or the error. */
export function propagateAssignment(b: Draft, env: Env, groupId: string, error: ErrorName): void {
  for (const { memberId } of groupOf(b, groupId).members) {
    const member = memberOf(groupOf(b, groupId), memberId)!;
    // Their sessions were not looked at while they waited.
    if (answerSync(b, env, groupId, member, error, member.assignment)) expectHeartbeat(b, env, groupId, memberId);
  }
}

// ------------------------------------------------------------------ sessions

export function isKeptAlive(member: Member, deadline: number): boolean {
  if (member.awaitingJoin !== null) return !member.isNew || member.latestHeartbeatAt + NEW_MEMBER_JOIN_TIMEOUT_MS * MS > deadline;
  return member.awaitingSync !== null || member.latestHeartbeatAt + member.sessionTimeoutMs * MS > deadline;
}

/** The member was heard of: it is looked at again when its time is over. */
export function expectHeartbeat(b: Draft, env: Env, groupId: string, memberId: string, timeoutMs?: number): void {
  const member = { ...memberOf(groupOf(b, groupId), memberId)!, latestHeartbeatAt: env.now };
  const deadline = env.now + (timeoutMs ?? member.sessionTimeoutMs) * MS;
  const expiresAt = isKeptAlive(member, deadline) ? null : deadline;
  updateMember(b, groupId, memberId, { latestHeartbeatAt: env.now, expiresAt });
  if (expiresAt !== null) watchDeadline(b, env, expiresAt);
}

// ------------------------------------------------------------------ rebalance

const canRebalance = (group: Group): boolean => ['Stable', 'CompletingRebalance', 'Empty'].includes(stateOf(group));

export function maybePrepareRebalance(b: Draft, env: Env, groupId: string, reason: string): void {
  if (canRebalance(groupOf(b, groupId))) prepareRebalance(b, env, groupId, reason);
}

export function prepareRebalance(b: Draft, env: Env, groupId: string, reason: string): void {
  const before = groupOf(b, groupId);
  const from = stateOf(before);
  if (from === 'CompletingRebalance') {
    updateGroup(b, groupId, { members: before.members.map((member) => ({ ...member, assignment: new Uint8Array(0) })) });
    propagateAssignment(b, env, groupId, 'REBALANCE_IN_PROGRESS');
  }
  const delayMs = b.config.groupInitialRebalanceDelayMs;
  const longest = rebalanceTimeoutMs(before);
  const rebalance: Rebalance =
    from === 'Empty' ? { type: 'initial', dueAt: env.now + delayMs * MS, delayMs, remainingMs: Math.max(longest - delayMs, 0) } : { type: 'delayed', dueAt: env.now + longest * MS };
  transition(b, env, groupId, { type: 'prepareRebalance' });
  const { generationId } = before;
  sayCoordinator(b, env, `Preparing to rebalance group ${groupId} in state PreparingRebalance with old generation ${generationId} (${offsetsPartitionOf(b, groupId)}) (reason: ${reason})`);
  fact(env, { type: 'groupRebalanceStarted', broker: b.brokerId, group: groupId, from, generationId, reason });
  awaitJoins(b, env, groupId, rebalance);
  tryCompleteJoin(b, env, groupId);
}

function awaitJoins(b: Draft, env: Env, groupId: string, rebalance: Rebalance): void {
  updateGroup(b, groupId, { rebalance });
  watchDeadline(b, env, rebalance.dueAt);
}

/** Somebody joined or is gone: perhaps nobody is missing any more. A first generation always waits its time. */
export function tryCompleteJoin(b: Draft, env: Env, groupId: string): void {
  const group = groupOf(b, groupId);
  if (group.rebalance?.type === 'delayed' && hasAllMembersJoined(group)) completeJoin(b, env, groupId);
}

/** The time of a rebalance is over. */
export function expireRebalance(b: Draft, env: Env, groupId: string): void {
  const { rebalance, newMemberAdded } = groupOf(b, groupId);
  if (rebalance?.type === 'initial' && newMemberAdded && rebalance.remainingMs !== 0) {
    updateGroup(b, groupId, { newMemberAdded: false });
    const delayMs = Math.min(b.config.groupInitialRebalanceDelayMs, rebalance.remainingMs);
    awaitJoins(b, env, groupId, { type: 'initial', dueAt: env.now + delayMs * MS, delayMs, remainingMs: Math.max(rebalance.remainingMs - rebalance.delayMs, 0) });
    return;
  }
  completeJoin(b, env, groupId);
}

/** Whoever leads must have joined; another one who has takes over. False: nobody has. */
function electJoinedLeader(b: Draft, env: Env, groupId: string): boolean {
  const group = groupOf(b, groupId);
  const leader = group.leaderId === null ? undefined : memberOf(group, group.leaderId);
  if (!leader) return false;
  if (leader.awaitingJoin !== null) return true;
  const joined = group.members.find((member) => member.awaitingJoin !== null);
  const failed = `Group leader [member.id: ${leader.memberId}, group.instance.id: ${optionText(leader.groupInstanceId)}] failed to join before rebalance timeout, `;
  say(env, 'INFO', joined ? `${failed}while new leader ${memberText(joined)} was elected.` : `${failed}and the group couldn't proceed to next generationbecause no member joined.`, 'kafka.coordinator.group.GroupMetadata');
  if (joined) updateGroup(b, groupId, { leaderId: joined.memberId });
  return joined !== undefined;
}

function completeJoin(b: Draft, env: Env, groupId: string): void {
  for (const member of groupOf(b, groupId).members) {
    if (member.awaitingJoin === null && !member.isStatic) dropMember(b, env, groupId, member, 'didNotRejoin');
  }
  if (!electJoinedLeader(b, env, groupId) && groupOf(b, groupId).members.length > 0) {
    sayCoordinator(b, env, `Group ${groupId} could not complete rebalance because no members rejoined`, 'ERROR');
    awaitJoins(b, env, groupId, { type: 'delayed', dueAt: env.now + rebalanceTimeoutMs(groupOf(b, groupId)) * MS });
    return;
  }
  const before = groupOf(b, groupId);
  const hasMembers = before.members.length > 0;
  const generationId = before.generationId + 1;
  updateGroup(b, groupId, { generationId, protocol: hasMembers ? selectProtocol(before) : null, rebalance: null });
  transition(b, env, groupId, { type: 'completeJoin', hasMembers });
  const where = offsetsPartitionOf(b, groupId);
  if (!hasMembers) {
    sayCoordinator(b, env, `Group ${groupId} with generation ${generationId} is now empty (${where})`);
    fact(env, { type: 'groupEmptied', broker: b.brokerId, group: groupId, generationId });
    storeEmptyGroup(b, env, groupId);
    return;
  }
  sayCoordinator(b, env, `Stabilized group ${groupId} generation ${generationId} (${where})`);
  const group = groupOf(b, groupId);
  fact(env, { type: 'groupGenerationStarted', broker: b.brokerId, group: groupId, generationId, leader: group.leaderId ?? '', protocol: group.protocol ?? '', members: group.members.map(({ memberId }) => memberId) });
  for (const { memberId } of group.members) {
    answerJoin(b, env, groupId, memberOf(groupOf(b, groupId), memberId)!, joinResult(group, memberId));
    expectHeartbeat(b, env, groupId, memberId);
    updateMember(b, groupId, memberId, { isNew: false });
  }
}

// ------------------------------------------------------------------ members

/** Takes a member out of the group; who has lost its leader gets another. */
export function dropMember(b: Draft, env: Env, groupId: string, { memberId, groupInstanceId }: Pick<Member, 'memberId' | 'groupInstanceId'>, reason: RemovalReason): void {
  const group = groupOf(b, groupId);
  const members = group.members.filter((member) => member.memberId !== memberId);
  const staticMembers = { ...group.staticMembers };
  if (groupInstanceId !== null) delete staticMembers[groupInstanceId];
  updateGroup(b, groupId, { members, staticMembers, leaderId: group.leaderId === memberId ? (members[0]?.memberId ?? null) : group.leaderId });
  fact(env, { type: 'groupMemberRemoved', broker: b.brokerId, group: groupId, member: memberId, reason });
}

/** The same, and what follows for the others. */
export function removeMember(b: Draft, env: Env, groupId: string, member: Member, removal: RemovalReason, reason: string): void {
  answerJoin(b, env, groupId, member, joinError('', 'UNKNOWN_MEMBER_ID'));
  dropMember(b, env, groupId, member, removal);
  maybePrepareRebalance(b, env, groupId, reason);
  tryCompleteJoin(b, env, groupId);
}

export function removePendingMember(b: Draft, env: Env, groupId: string, memberId: string): void {
  updateGroup(b, groupId, { pendingMembers: groupOf(b, groupId).pendingMembers.filter((pending) => pending.memberId !== memberId) });
  tryCompleteJoin(b, env, groupId);
}

/** As Scala prints an Option. */
export function optionText(value: string | null): string {
  return value === null ? 'None' : `Some(${value})`;
}

function memberText(member: Member): string {
  return `MemberMetadata(memberId=${member.memberId}, groupInstanceId=${optionText(member.groupInstanceId)}, clientId=${member.clientId}, clientHost=${member.clientHost}, sessionTimeoutMs=${member.sessionTimeoutMs}, rebalanceTimeoutMs=${member.rebalanceTimeoutMs}, supportedProtocols=List(${member.protocols.map(({ name }) => name).join(', ')}), )`;
}
