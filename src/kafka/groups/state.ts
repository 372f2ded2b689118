/**
 * What a coordinator knows of its groups, as plain data, and the questions one asks of it (GroupMetadata, MemberMetadata).
 * Members are kept in the order in which they came; the real ones lie in a hash map. Times of the simulation are microseconds, those
 * that are written to the offsets topic milliseconds of the wall clock.
 */
import type { ChartState } from '../../kernel/machine.ts';
import type { Micros } from '../../kernel/program.ts';
import type { RequestContext } from '../broker/state.ts';
import type { ErrorName, JoinGroupProtocol } from '../protocol/index.ts';
import type { TopicPartition } from '../topic-partition.ts';

export interface Member {
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  /** Not removed when it fails to rejoin. 2.3.0 takes every member that it reads from the log for a static one. */
  readonly isStatic: boolean;
  readonly clientId: string;
  readonly clientHost: string;
  readonly rebalanceTimeoutMs: number;
  readonly sessionTimeoutMs: number;
  /** In the order of the member's preference. */
  readonly protocols: readonly JoinGroupProtocol[];
  readonly assignment: Uint8Array;
  /** Its JoinGroup that waits for the others; its SyncGroup that waits for the leader's. */
  readonly awaitingJoin: RequestContext | null;
  readonly awaitingSync: RequestContext | null;
  readonly latestHeartbeatAt: Micros;
  /** When its silence is looked at; null: nobody looks. */
  readonly expiresAt: Micros | null;
  /** It has not been told its generation yet. */
  readonly isNew: boolean;
}

/** The member id is given, its JoinGroup with it has not come. */
export interface PendingMember {
  readonly memberId: string;
  readonly expiresAt: Micros;
}

export type Rebalance =
  /** From Empty: waits for others to arrive, once more while new ones do and time remains. */
  | { readonly type: 'initial'; readonly dueAt: Micros; readonly delayMs: number; readonly remainingMs: number }
  | { readonly type: 'delayed'; readonly dueAt: Micros };

export interface OffsetAndMetadata {
  readonly offset: number;
  readonly leaderEpoch: number;
  readonly metadata: string;
  readonly commitTimestampMs: number;
}

export interface CommittedOffset extends TopicPartition, OffsetAndMetadata {
  /** Base offset of its batch in the offsets topic: the later one counts. */
  readonly appendedAt: number;
}

/** By `topic-partition`; null: not yet with the in-sync replicas. */
export type PendingTxnOffsets = { readonly [partition: string]: TopicPartition & OffsetAndMetadata & { readonly appendedAt: number | null } };

export interface Group {
  readonly groupId: string;
  readonly chart: ChartState;
  readonly protocolType: string | null;
  readonly generationId: number;
  readonly leaderId: string | null;
  readonly protocol: string | null;
  readonly members: readonly Member[];
  /** Member id by `group.instance.id`. */
  readonly staticMembers: { readonly [groupInstanceId: string]: string };
  readonly pendingMembers: readonly PendingMember[];
  /** By `topic-partition`. */
  readonly offsets: { readonly [partition: string]: CommittedOffset };
  /** Appended, not yet replicated. */
  readonly pendingOffsets: { readonly [partition: string]: OffsetAndMetadata };
  /** Of open transactions, by producer id and `topic-partition`: readable once the transaction is committed. */
  readonly pendingTxnOffsets: { readonly [producerId: number]: PendingTxnOffsets };
  /** Members and transactions both have committed here, which is taken for a mistake. */
  readonly hasConsumerCommits: boolean;
  readonly hasTxnCommits: boolean;
  /** null right after loading (2.3.0 forgets it). */
  readonly currentStateTimestampMs: number | null;
  readonly newMemberAdded: boolean;
  readonly rebalance: Rebalance | null;
}

/** What is written to the offsets topic, for when it is there. */
export type GroupWrite =
  | { readonly type: 'assignment'; readonly groupId: string; readonly generationId: number; readonly memberId: string; readonly assignment: { readonly [memberId: string]: Uint8Array } }
  | { readonly type: 'emptyGroup'; readonly groupId: string }
  | { readonly type: 'offsets'; readonly groupId: string; readonly context: RequestContext; readonly offsets: readonly (TopicPartition & OffsetAndMetadata)[] }
  | { readonly type: 'txnOffsets'; readonly groupId: string; readonly producerId: number; readonly context: RequestContext; readonly offsets: readonly (TopicPartition & OffsetAndMetadata)[] };

export interface EndedWrite {
  readonly write: GroupWrite;
  readonly error: ErrorName;
  readonly baseOffset: number;
}

/** The one thread group-metadata-manager takes them one after the other. */
export type LoaderTask =
  | { readonly type: 'load' | 'unload'; readonly partition: number }
  /** A marker is written in these partitions. */
  | { readonly type: 'completeTransaction'; readonly producerId: number; readonly partitions: readonly number[]; readonly committed: boolean };

export interface GroupCoordinator {
  /** Partitions of the offsets topic, as ZooKeeper had them when the broker started, else as they will be made. */
  readonly partitionCount: number;
  readonly owned: readonly number[];
  readonly loading: readonly number[];
  readonly tasks: readonly LoaderTask[];
  /** When the thread took the first of them, in ms of the wall clock. */
  readonly taskStartedMs: number;
  readonly groups: { readonly [groupId: string]: Group };
}

export function noGroups(partitionCount: number): GroupCoordinator {
  return { partitionCount, owned: [], loading: [], tasks: [], taskStartedMs: 0, groups: {} };
}

export function memberOf(group: Group, memberId: string): Member | undefined {
  return group.members.find((member) => member.memberId === memberId);
}

export function isPending(group: Group, memberId: string): boolean {
  return group.pendingMembers.some((pending) => pending.memberId === memberId) && memberOf(group, memberId) === undefined;
}

/** Member id that a `group.instance.id` stands for now. */
export function staticMemberId(group: Group, groupInstanceId: string | null): string | undefined {
  return groupInstanceId !== null && Object.hasOwn(group.staticMembers, groupInstanceId) ? group.staticMembers[groupInstanceId] : undefined;
}

export function hasAllMembersJoined(group: Group): boolean {
  return group.pendingMembers.length === 0 && group.members.every((member) => member.awaitingJoin !== null);
}

export function rebalanceTimeoutMs(group: Group): number {
  return group.members.reduce((longest, member) => Math.max(longest, member.rebalanceTimeoutMs), 0);
}

const supports = (member: Member, protocol: string): boolean => member.protocols.some(({ name }) => name === protocol);

/** True if one of these protocols is everybody's. */
export function supportsProtocols(group: Group, protocolType: string, names: readonly string[]): boolean {
  if (group.chart.value === 'Empty') return protocolType !== '' && names.length > 0;
  return group.protocolType === protocolType && names.some((name) => group.members.every((member) => supports(member, name)));
}

/** Everybody votes for the first of their protocols that all support; most votes win, the earlier vote where they are even. */
export function selectProtocol(group: Group): string {
  const votes = new Map<string, number>();
  for (const member of group.members) {
    const vote = member.protocols.find(({ name }) => group.members.every((other) => supports(other, name)))!.name;
    votes.set(vote, (votes.get(vote) ?? 0) + 1);
  }
  return [...votes].reduce((best, vote) => (vote[1] > best[1] ? vote : best))[0];
}

export function metadataFor(member: Member, protocol: string): Uint8Array {
  return member.protocols.find(({ name }) => name === protocol)!.metadata;
}

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && a.every((byte, index) => byte === b[index]);

/** True if a member joins with what it has joined with before. */
export function joinsUnchanged(member: Member, protocols: readonly JoinGroupProtocol[]): boolean {
  return protocols.length === member.protocols.length && protocols.every(({ name, metadata }, index) => name === member.protocols[index]!.name && sameBytes(metadata, member.protocols[index]!.metadata));
}

/** Earliest moment at which something of the groups is due; Infinity: never. */
export function nextDueAt({ groups }: GroupCoordinator): Micros {
  let next = Infinity;
  for (const groupId in groups) {
    const { rebalance, pendingMembers, members } = groups[groupId]!;
    if (rebalance) next = Math.min(next, rebalance.dueAt);
    for (const { expiresAt } of pendingMembers) next = Math.min(next, expiresAt);
    for (const { expiresAt } of members) if (expiresAt !== null) next = Math.min(next, expiresAt);
  }
  return next;
}
