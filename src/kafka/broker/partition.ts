/**
 * One replica of a partition on this broker (kafka.cluster.Partition, Replica): who leads, who is in sync, how far everybody
 * is. Pure: what concerns disk, ZooKeeper or waiting requests is replica-manager.ts. Times are milliseconds of the wall clock.
 */
import { begin, step, type ChartState } from '../../kernel/machine.ts';
import { concurrentMapOrder } from '../../zookeeper/java-hash-order.ts';
import type { LeaderAndIsrPartitionState } from '../protocol/index.ts';
import { hashOf, topicPartition } from '../topic-partition.ts';
import type { Log } from '../log/log.ts';
import { firstUnstableOffset, onHighWatermark } from '../log/transactions.ts';
import { replicaMachine, type ReplicaChartContext, type ReplicaChartEvent } from './replica.machine.ts';

export const UNKNOWN_OFFSET = -1;

/** What a leader knows of another replica. */
export interface RemoteReplica {
  readonly brokerId: number;
  /** The offset of its last fetch; -1 until it has fetched from this leader. */
  readonly logEndOffset: number;
  readonly logStartOffset: number;
  readonly lastFetchTimeMs: number;
  /** The leader's log end offset when the replica last fetched. */
  readonly lastFetchLeaderLogEndOffset: number;
  readonly lastCaughtUpTimeMs: number;
}

/** Where a follower's fetcher is with it. */
export interface FetchPosition {
  readonly fetcher: string;
  readonly offset: number;
  readonly leaderEpoch: number;
  /** Delayed until then, in microseconds of simulated time. */
  readonly delayedUntil: number;
  /** What the leader's fetch session was last told, null if nothing. */
  readonly told: { readonly offset: number; readonly logStartOffset: number } | null;
  /** Records to the leader's HW when it last answered (FetcherLagStats); null: it has not yet. */
  readonly lag: number | null;
}

export interface IsrUpdate {
  readonly isr: readonly number[];
  readonly kind: 'shrink' | 'expand';
}

export interface Partition {
  readonly topic: string;
  readonly partition: number;
  readonly name: string;
  readonly hash: number;
  readonly chart: ChartState<ReplicaChartContext>;
  readonly log: Log;
  /** Assigned replicas; the first is preferred. */
  readonly replicas: readonly number[];
  /** Leader only; empty on a follower. */
  readonly isr: readonly number[];
  /** -1: none. */
  readonly leader: number;
  /** -1 until the first LeaderAndIsr of this process. */
  readonly leaderEpoch: number;
  readonly controllerEpoch: number;
  readonly zkVersion: number;
  readonly leaderEpochStartOffset: number;
  readonly highWatermark: number;
  readonly remotes: readonly RemoteReplica[];
  /** The write to ZooKeeper that holds the partition's lock. */
  readonly isrUpdate: IsrUpdate | null;
  readonly fetch: FetchPosition | null;
}

export function createPartition(topic: string, partition: number, log: Log, highWatermark: number): Partition {
  return {
    topic,
    partition,
    name: topicPartition(topic, partition),
    hash: hashOf({ topic, partition }),
    chart: begin<ReplicaChartContext>(replicaMachine).chart,
    log: onHighWatermark(log, highWatermark),
    replicas: [],
    isr: [],
    leader: -1,
    leaderEpoch: -1,
    controllerEpoch: -1,
    zkVersion: -1,
    leaderEpochStartOffset: UNKNOWN_OFFSET,
    highWatermark,
    remotes: [],
    isrUpdate: null,
    fetch: null,
  };
}

export function advance(partition: Partition, event: ReplicaChartEvent): ChartState<ReplicaChartContext> {
  return step<ReplicaChartContext>(replicaMachine, partition.chart, event).chart;
}

export type ReplicaRole = 'none' | 'leader' | 'follower' | 'offline';

export function roleOf(partition: Partition): ReplicaRole {
  const { value } = partition.chart;
  if (typeof value === 'string') return value as ReplicaRole;
  return 'leader' in value ? 'leader' : 'follower';
}

export function isLeader(partition: Partition): boolean {
  const { value } = partition.chart;
  return typeof value === 'object' && 'leader' in value;
}

/** truncating, fetching, delayed, failed, stopped; null if it is no follower. */
export function followerState(partition: Partition): string | null {
  const { value } = partition.chart;
  return typeof value === 'object' && 'follower' in value ? (value['follower'] as string) : null;
}

/** An ISR write is on its way: the partition's lock is taken. */
export function isLocked(partition: Partition): boolean {
  return partition.isrUpdate !== null;
}

/**
 * Takes leadership at a new epoch (Partition.makeLeader). `log` already has the epoch in its cache. A leader that stays leader
 * keeps what it knows of the others' ends; a new one knows nothing yet. The HW is kept.
 */
export function makeLeader(partition: Partition, self: number, state: LeaderAndIsrPartitionState, log: Log, nowMs: number): Partition {
  const wasLeader = isLeader(partition);
  const end = log.logEndOffset;
  const remotes = state.replicas
    .filter((replica) => replica !== self)
    .map((brokerId): RemoteReplica => {
      const known = wasLeader ? partition.remotes.find((remote) => remote.brokerId === brokerId) : undefined;
      const lastCaughtUpTimeMs = state.isr.includes(brokerId) ? nowMs : 0;
      return known
        ? { ...known, lastFetchTimeMs: nowMs, lastFetchLeaderLogEndOffset: end, lastCaughtUpTimeMs }
        : {
            brokerId,
            logEndOffset: UNKNOWN_OFFSET,
            logStartOffset: UNKNOWN_OFFSET,
            lastFetchTimeMs: -1,
            lastFetchLeaderLogEndOffset: -1,
            lastCaughtUpTimeMs,
          };
    });
  return {
    ...partition,
    chart: advance(partition, { type: 'becomeLeader' }),
    log,
    replicas: state.replicas,
    isr: state.isr,
    leader: self,
    leaderEpoch: state.leaderEpoch,
    controllerEpoch: state.controllerEpoch,
    zkVersion: state.zkVersion,
    leaderEpochStartOffset: end,
    remotes,
    isrUpdate: null,
    fetch: null,
  };
}

/** Follows a leader (Partition.makeFollower); where it fetches from is set when it gets its fetcher. */
export function makeFollower(partition: Partition, state: LeaderAndIsrPartitionState): Partition {
  return {
    ...partition,
    chart: advance(partition, { type: 'becomeFollower', fetches: false }),
    replicas: state.replicas,
    isr: [],
    leader: state.leader,
    leaderEpoch: state.leaderEpoch,
    controllerEpoch: state.controllerEpoch,
    zkVersion: state.zkVersion,
    leaderEpochStartOffset: UNKNOWN_OFFSET,
    remotes: [],
    isrUpdate: null,
    fetch: null,
  };
}

/**
 * A follower has fetched from `fetchOffset` while this leader's log ended at `leaderEnd` (Replica.updateLogReadResult).
 * Answers the partition itself if the replica is not assigned.
 */
export function updateFollower(partition: Partition, brokerId: number, fetchOffset: number, logStartOffset: number, leaderEnd: number, nowMs: number): Partition {
  const { remotes } = partition;
  for (let i = 0; i < remotes.length; i++) {
    const remote = remotes[i]!;
    if (remote.brokerId !== brokerId) continue;
    let caughtUp = remote.lastCaughtUpTimeMs;
    if (fetchOffset >= leaderEnd) caughtUp = Math.max(caughtUp, nowMs);
    else if (fetchOffset >= remote.lastFetchLeaderLogEndOffset) caughtUp = Math.max(caughtUp, remote.lastFetchTimeMs);
    const next = remotes.slice();
    next[i] = {
      brokerId,
      logEndOffset: fetchOffset,
      logStartOffset,
      lastFetchTimeMs: nowMs,
      lastFetchLeaderLogEndOffset: leaderEnd,
      lastCaughtUpTimeMs: caughtUp,
    };
    return { ...partition, remotes: next };
  }
  return partition;
}

/**
 * The HW the leader may announce (Partition.maybeIncrementLeaderHW): the smallest end among those in the ISR and those that
 * were caught up within the lag, the leader included. Never lower than it is.
 */
export function nextHighWatermark(partition: Partition, nowMs: number, maxLagMs: number): number {
  let candidate = partition.log.logEndOffset;
  for (const remote of partition.remotes) {
    if (remote.logEndOffset < candidate && (nowMs - remote.lastCaughtUpTimeMs <= maxLagMs || partition.isr.includes(remote.brokerId))) candidate = remote.logEndOffset;
  }
  return Math.max(candidate, partition.highWatermark);
}

/** Below it every transaction is decided: the first unstable offset, but not beyond the HW (Replica.lastStableOffset). */
export function lastStableOffset({ log, highWatermark }: Pick<Partition, 'log' | 'highWatermark'>): number {
  const first = firstUnstableOffset(log);
  return first >= 0 && first < highWatermark ? first : highWatermark;
}

/** The smallest log start offset of the replicas that live, the leader included (Partition.lowWatermarkIfLeader). */
export function lowWatermarkOf(partition: Partition, isAlive: (brokerId: number) => boolean): number {
  return Math.min(partition.log.logStartOffset, ...partition.remotes.filter(({ brokerId }) => isAlive(brokerId)).map(({ logStartOffset }) => logStartOffset));
}

/** Members of the ISR that are behind and have been for longer than the lag (Partition.getOutOfSyncReplicas). */
export function outOfSyncReplicas(partition: Partition, nowMs: number, maxLagMs: number): readonly RemoteReplica[] {
  const end = partition.log.logEndOffset;
  return partition.remotes.filter(
    (remote) => partition.isr.includes(remote.brokerId) && remote.logEndOffset !== end && nowMs - remote.lastCaughtUpTimeMs > maxLagMs,
  );
}

/** True if an assigned replica outside the ISR has earned its place by this fetch (Partition.maybeExpandIsr). */
export function mayJoinIsr(partition: Partition, brokerId: number): boolean {
  if (partition.isr.includes(brokerId)) return false;
  const remote = partition.remotes.find((candidate) => candidate.brokerId === brokerId);
  return remote !== undefined && remote.logEndOffset >= partition.highWatermark && remote.logEndOffset >= partition.leaderEpochStartOffset;
}

/** The check of a request's current leader epoch (Partition.checkCurrentLeaderEpoch); -1 is not checked. */
export function epochError(partition: Partition, currentLeaderEpoch: number): 'NONE' | 'FENCED_LEADER_EPOCH' | 'UNKNOWN_LEADER_EPOCH' {
  if (currentLeaderEpoch < 0 || currentLeaderEpoch === partition.leaderEpoch) return 'NONE';
  return currentLeaderEpoch < partition.leaderEpoch ? 'FENCED_LEADER_EPOCH' : 'UNKNOWN_LEADER_EPOCH';
}

/**
 * The order in which a broker goes over its partitions: that of a Java hash table (kafka.utils.Pool over ConcurrentHashMap).
 * It decides which partition is the first to block on a ZooKeeper that does not answer.
 */
export function mapOrder(partitions: readonly Partition[]): readonly number[] {
  return concurrentMapOrder([...partitions.keys()], (index) => partitions[index]!.hash);
}
