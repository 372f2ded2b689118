/** A group whose members are played by a test: every request is the test's own. */
import { encodeAssignment, encodeSubscription, NO_USER_DATA } from '../../../src/kafka/groups/consumer-protocol.ts';
import type { Group } from '../../../src/kafka/groups/state.ts';
import type { ErrorName, OffsetCommitRequest, ResponseOf } from '../../../src/kafka/protocol/index.ts';
import type { Cluster } from '../cluster.ts';

export interface JoinOptions {
  readonly memberId?: string;
  readonly instance?: string;
  readonly protocols?: readonly string[];
  readonly protocolType?: string;
  readonly topics?: readonly string[];
  readonly sessionTimeoutMs?: number;
  readonly rebalanceTimeoutMs?: number;
  readonly version?: number;
}

export class ScriptedGroup {
  coordinator = -1;

  constructor(
    readonly cluster: Cluster,
    readonly groupId: string,
  ) {}

  /** Asks a broker until somebody coordinates the group. */
  find(asked = 1): this {
    for (let attempt = 0; attempt < 50; attempt++) {
      const { error, nodeId } = this.cluster.ask(asked, 'FindCoordinator', { key: this.groupId, keyType: 0 });
      this.coordinator = nodeId;
      if (error === 'NONE' && !this.cluster.broker(nodeId).groups.loading.length) return this;
      this.cluster.run(0.2);
    }
    throw new Error(`nobody coordinates ${this.groupId}`);
  }

  get state(): Group | undefined {
    const { groups } = this.cluster.broker(this.coordinator).groups;
    return groups[this.groupId];
  }

  get stateName(): unknown {
    return this.state?.chart.value;
  }

  sendJoin(options: JoinOptions = {}): number {
    const metadata = encodeSubscription({ topics: options.topics ?? ['t'], userData: NO_USER_DATA });
    return this.cluster.send(
      this.coordinator,
      'JoinGroup',
      {
        groupId: this.groupId,
        sessionTimeoutMs: options.sessionTimeoutMs ?? 10_000,
        rebalanceTimeoutMs: options.rebalanceTimeoutMs ?? 300_000,
        memberId: options.memberId ?? '',
        groupInstanceId: options.instance ?? null,
        protocolType: options.protocolType ?? 'consumer',
        protocols: (options.protocols ?? ['range']).map((name) => ({ name, metadata })),
      },
      options.version === undefined ? {} : { version: options.version },
    );
  }

  join(options: JoinOptions = {}): ResponseOf<'JoinGroup'> {
    return this.joined(this.sendJoin(options));
  }

  joined(correlationId: number): ResponseOf<'JoinGroup'> {
    const { cluster } = this;
    cluster.until(() => cluster.response('JoinGroup', correlationId) !== undefined, 'JoinGroup is answered', 320);
    return cluster.response('JoinGroup', correlationId)!;
  }

  isAnswered(correlationId: number): boolean {
    return this.cluster.response('JoinGroup', correlationId) !== undefined;
  }

  /** With the given id, as KIP-394 wants it: the parked second JoinGroup. */
  sendJoinWithId(options: JoinOptions = {}): { readonly memberId: string; readonly join: number } {
    const { error, memberId } = this.join(options);
    if (error !== 'MEMBER_ID_REQUIRED') throw new Error(`JoinGroup: ${error}`);
    return { memberId, join: this.sendJoin({ ...options, memberId }) };
  }

  sendSync(generationId: number, memberId: string, assignments: Readonly<Record<string, readonly number[]>> = {}, instance: string | null = null): number {
    return this.cluster.send(this.coordinator, 'SyncGroup', {
      groupId: this.groupId,
      generationId,
      memberId,
      groupInstanceId: instance,
      assignments: Object.entries(assignments).map(([id, partitions]) => ({ memberId: id, assignment: encodeAssignment(partitions.map((partition) => ({ topic: 't', partition }))) })),
    });
  }

  synced(correlationId: number): ResponseOf<'SyncGroup'> {
    const { cluster } = this;
    cluster.until(() => cluster.response('SyncGroup', correlationId) !== undefined, 'SyncGroup is answered');
    return cluster.response('SyncGroup', correlationId)!;
  }

  sync(generationId: number, memberId: string, assignments: Readonly<Record<string, readonly number[]>> = {}, instance: string | null = null): ResponseOf<'SyncGroup'> {
    return this.synced(this.sendSync(generationId, memberId, assignments, instance));
  }

  heartbeat(generationId: number, memberId: string, instance: string | null = null): ErrorName {
    return this.cluster.ask(this.coordinator, 'Heartbeat', { groupId: this.groupId, generationId, memberId, groupInstanceId: instance }).error;
  }

  leave(memberId: string): ErrorName {
    return this.cluster.ask(this.coordinator, 'LeaveGroup', { groupId: this.groupId, memberId }).error;
  }

  sendCommit(generationId: number, memberId: string, offset: number, options: { readonly metadata?: string; readonly partition?: number; readonly topic?: string } = {}): number {
    const topics: OffsetCommitRequest['topics'] = [
      { topic: options.topic ?? 't', partitions: [{ partition: options.partition ?? 0, committedOffset: offset, committedLeaderEpoch: 0, committedMetadata: options.metadata ?? '' }] },
    ];
    return this.cluster.send(this.coordinator, 'OffsetCommit', { groupId: this.groupId, generationId, memberId, groupInstanceId: null, topics });
  }

  committed(correlationId: number): ErrorName {
    const { cluster } = this;
    cluster.until(() => cluster.response('OffsetCommit', correlationId) !== undefined, 'OffsetCommit is answered');
    return cluster.response('OffsetCommit', correlationId)!.topics[0]!.partitions[0]!.error;
  }

  commit(generationId: number, memberId: string, offset: number, options: { readonly metadata?: string; readonly partition?: number; readonly topic?: string } = {}): ErrorName {
    return this.committed(this.sendCommit(generationId, memberId, offset, options));
  }

  fetchOffset(partition = 0): number {
    const { error, topics } = this.cluster.ask(this.coordinator, 'OffsetFetch', { groupId: this.groupId, topics: [{ topic: 't', partitions: [partition] }] });
    if (error !== 'NONE') throw new Error(`OffsetFetch: ${error}`);
    return topics[0]!.partitions[0]!.committedOffset;
  }

  /** One dynamic member, leader of a Stable group of generation 1. */
  stableWithOne(assignment: readonly number[] = [0, 1]): string {
    const { memberId, join } = this.sendJoinWithId();
    const { generationId } = this.joined(join);
    this.sync(generationId, memberId, { [memberId]: assignment });
    return memberId;
  }

  /** A second member joins a Stable group: both are of the next generation then; the first stays leader. */
  stableWithTwo(): { readonly leader: string; readonly follower: string; readonly generationId: number } {
    const leader = this.stableWithOne();
    const second = this.sendJoinWithId();
    const first = this.sendJoin({ memberId: leader });
    const { generationId } = this.joined(first);
    this.joined(second.join);
    const followers = this.sendSync(generationId, second.memberId);
    this.sync(generationId, leader, { [leader]: [0], [second.memberId]: [1] });
    this.synced(followers);
    return { leader, follower: second.memberId, generationId };
  }
}
