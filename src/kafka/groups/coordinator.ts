/**
 * The groups of one broker (kafka.coordinator.group.GroupCoordinator, GroupMetadataManager): which are its own, and how one of them is
 * read and replaced. What members ask for is in the files beside it; all of them change the draft of the broker.
 */
import { begin, step } from '../../kernel/machine.ts';
import type { Env, LogLevel } from '../../kernel/program.ts';
import { say, type Draft } from '../broker/state.ts';
import type { ApiName, ErrorName } from '../protocol/index.ts';
import { javaStringHash } from '../../zookeeper/java-hash-order.ts';
import { abs32, topicPartition } from '../topic-partition.ts';
import { groupMachine, type GroupEvent } from './group.machine.ts';
import { OFFSETS_TOPIC } from './offsets-topic.ts';
import type { Group, Member } from './state.ts';

/** A line of the coordinator, and one of what keeps its groups. */
export function sayCoordinator(b: Draft, env: Env, text: string, level: LogLevel = 'INFO'): void {
  say(env, level, `[GroupCoordinator ${b.brokerId}]: ${text}`, 'kafka.coordinator.group.GroupCoordinator');
}

export function sayManager(b: Draft, env: Env, text: string, level: LogLevel = 'INFO'): void {
  say(env, level, `[GroupMetadataManager brokerId=${b.brokerId}] ${text}`, 'kafka.coordinator.group.GroupMetadataManager');
}

/** Partition of the offsets topic that a group is kept in; more partitions later move no group. */
export function partitionFor(b: Draft, groupId: string): number {
  return abs32(javaStringHash(groupId)) % b.groups.partitionCount;
}

/** `__consumer_offsets-12`. */
export function offsetsPartitionOf(b: Draft, groupId: string): string {
  return topicPartition(OFFSETS_TOPIC, partitionFor(b, groupId));
}

const MAY_BE_EMPTY: readonly ApiName[] = ['OffsetCommit', 'OffsetFetch', 'DescribeGroups', 'DeleteGroups'];

/** Why this broker does not answer for a group (validateGroupStatus); NONE: it does. */
export function groupStatus(b: Draft, groupId: string, api: ApiName): ErrorName {
  if (groupId === '' && !MAY_BE_EMPTY.includes(api)) return 'INVALID_GROUP_ID';
  const partition = partitionFor(b, groupId);
  if (b.groups.loading.includes(partition)) return 'COORDINATOR_LOAD_IN_PROGRESS';
  return b.groups.owned.includes(partition) ? 'NONE' : 'NOT_COORDINATOR';
}

export function findGroup(b: Draft, groupId: string): Group | undefined {
  return Object.hasOwn(b.groups.groups, groupId) ? b.groups.groups[groupId] : undefined;
}

/** A group that is known to be there. */
export function groupOf(b: Draft, groupId: string): Group {
  return b.groups.groups[groupId]!;
}

export function putGroup(b: Draft, group: Group): void {
  b.groups = { ...b.groups, groups: { ...b.groups.groups, [group.groupId]: group } };
}

export function updateGroup(b: Draft, groupId: string, changes: Partial<Group>): void {
  putGroup(b, { ...groupOf(b, groupId), ...changes });
}

export function updateMember(b: Draft, groupId: string, memberId: string, changes: Partial<Member>): void {
  updateGroup(b, groupId, { members: groupOf(b, groupId).members.map((member) => (member.memberId === memberId ? { ...member, ...changes } : member)) });
}

export function dropGroup(b: Draft, groupId: string): void {
  const { [groupId]: _, ...groups } = b.groups.groups;
  b.groups = { ...b.groups, groups };
}

/** A group without members, of generation 0. */
export function newGroup(groupId: string, env: Env): Group {
  return {
    groupId,
    chart: begin(groupMachine).chart,
    protocolType: null,
    generationId: 0,
    leaderId: null,
    protocol: null,
    members: [],
    staticMembers: {},
    pendingMembers: [],
    offsets: {},
    pendingOffsets: {},
    pendingTxnOffsets: {},
    hasConsumerCommits: false,
    hasTxnCommits: false,
    currentStateTimestampMs: env.wallClockMs,
    newMemberAdded: false,
    rebalance: null,
  };
}

/** Offsets of members and those of transactions overwrite each other. */
export function warnOfMixedCommits(b: Draft, env: Env, { groupId, leaderId, hasConsumerCommits, hasTxnCommits }: Group): void {
  if (!hasConsumerCommits || !hasTxnCommits) return;
  sayManager(b, env, `group: ${groupId} with leader: ${leaderId ?? 'null'} has received offset commits from consumers as well as transactional producers. Mixing both types of offset commits will generally result in surprises and should be avoided.`, 'WARN');
}

export function transition(b: Draft, env: Env, groupId: string, event: GroupEvent): void {
  updateGroup(b, groupId, { chart: step(groupMachine, groupOf(b, groupId).chart, event).chart, currentStateTimestampMs: env.wallClockMs });
}

export function stateOf(group: Group): string {
  return group.chart.value as string;
}
