/** What a consumer knows of its group (fields of `AbstractCoordinator`, `ConsumerCoordinator`, `Heartbeat` 2.3.0), as plain data. */
import { begin, type ChartState } from '../../kernel/machine.ts';
import type { Micros } from '../../kernel/program.ts';
import type { Owned } from '../groups/assignors/sticky.ts';
import type { JoinGroupMember } from '../protocol/join-group.ts';
import { topicPartition, type TopicPartition } from '../topic-partition.ts';
import type { ConsumerConfig } from './client-config.ts';
import type { ClusterNode } from './metadata.ts';
import { membershipMachine } from './membership.machine.ts';

export interface OffsetToCommit extends TopicPartition {
  readonly offset: number;
  /** −1: unknown. */
  readonly leaderEpoch: number;
}

/** A commit that the application's thread waits for. */
export interface SyncCommit {
  readonly offsets: readonly OffsetToCommit[];
  /** Over: committed, refused or too late. */
  readonly phase: 'toSend' | 'inFlight' | 'over';
  readonly retryAt: Micros;
  readonly until: Micros;
}

export interface GroupMembership {
  readonly chart: ChartState;
  readonly groupId: string;
  readonly groupInstanceId: string | null;
  /** Topics that match this are subscribed to; null: those of a list, or none. */
  readonly pattern: string | null;
  /** The metadata that the pattern was compared with last. */
  readonly matchedVersion: number;
  /** With a pattern, joining waits for newer metadata than this; null: it has not begun. */
  readonly joinAfterVersion: number | null;
  /** What was subscribed to, or matches; empty where partitions are assigned by hand. */
  readonly subscription: readonly string[];
  readonly joinedSubscription: readonly string[] | null;

  /** null: unknown. */
  readonly coordinator: ClusterNode | null;
  readonly isLookingUp: boolean;
  /** The next lookup waits for newer metadata than this, and for this moment. */
  readonly lookupAfterVersion: number;
  readonly lookupAt: Micros;
  /** Its connection is to be closed. */
  readonly disconnectFrom: number | null;

  /** −1: none. */
  readonly generationId: number;
  /** Empty: none. */
  readonly memberId: string;
  readonly protocol: string;
  readonly rejoinNeeded: boolean;
  readonly needsJoinPrepare: boolean;
  /** What `poll` waits for; the leader waits for metadata before it assigns. */
  readonly waitsFor: 'nothing' | 'JoinGroup' | 'metadata' | 'SyncGroup';
  readonly rejoinAt: Micros;
  readonly assignAfterVersion: number;
  /** To the leader: who is to be given partitions. */
  readonly members: readonly JoinGroupMember[];
  /** Partitions of the group's topics when this member assigned them; null: another one did. */
  readonly assignmentSnapshot: { readonly [topic: string]: number } | null;
  /** What the sticky assignor tells the next leader; null: nothing yet. */
  readonly owned: Owned | null;

  readonly heartbeatAt: Micros;
  readonly sessionEndsAt: Micros;
  readonly pollEndsAt: Micros;

  readonly autoCommitAt: Micros;
  readonly syncCommit: SyncCommit | null;
  /** LeaveGroup is sent; the process ends when it is answered, or then. */
  readonly leavingUntil: Micros | null;
}

export function startMembership({ groupInstanceId }: ConsumerConfig, groupId: string, now: Micros): GroupMembership {
  return {
    chart: begin(membershipMachine).chart,
    groupId,
    groupInstanceId,
    pattern: null,
    matchedVersion: -1,
    joinAfterVersion: null,
    subscription: [],
    joinedSubscription: null,
    coordinator: null,
    isLookingUp: false,
    lookupAfterVersion: -1,
    lookupAt: 0,
    disconnectFrom: null,
    generationId: -1,
    memberId: '',
    protocol: '',
    rejoinNeeded: true,
    needsJoinPrepare: true,
    waitsFor: 'nothing',
    rejoinAt: 0,
    assignAfterVersion: -1,
    members: [],
    assignmentSnapshot: null,
    owned: null,
    heartbeatAt: now,
    sessionEndsAt: now,
    pollEndsAt: now,
    autoCommitAt: now,
    syncCommit: null,
    leavingUntil: null,
  };
}

/** `{t-0=OffsetAndMetadata{offset=5, leaderEpoch=0, metadata=''}}` */
export function offsetsText(offsets: readonly OffsetToCommit[]): string {
  const one = ({ topic, partition, offset, leaderEpoch }: OffsetToCommit): string =>
    `${topicPartition(topic, partition)}=OffsetAndMetadata{offset=${offset}, leaderEpoch=${leaderEpoch < 0 ? 'null' : leaderEpoch}, metadata=''}`;
  return `{${offsets.map(one).join(', ')}}`;
}
