/**
 * The replicas of a broker together (kafka.server.ReplicaManager): HW, ISR and who waits for them. The functions change the
 * draft of the broker and ask the environment for effects.
 */
import type { Env } from '../../kernel/program.ts';
import { liveLogDirs } from './log-dirs.ts';
import { partitionState } from './metadata-cache.ts';
import {
  type ErrorName, type FetchRequest, type FetchResponse, type ProducePartitionResponse, type ProduceResponse, type ResponseBody, type TopicOf,
} from '../protocol/index.ts';
import { closeFetch, type FetchedPartition, type WantedPartition } from './fetch-session.ts';
import {
  advance, epochError, isLeader, isLocked, lastStableOffset, mapOrder, mayJoinIsr, nextHighWatermark, outOfSyncReplicas, updateFollower, type Partition,
} from './partition.ts';
import { rearm, takeDue, watchDeadline } from './purgatory.ts';
import { isHeldBack, recordSent } from './replication-quota.ts';
import { exceptionClass } from '../clients/exceptions.ts';
import { answer, finish } from './requests.ts';
import {
  fact, placeOf, say, setPartition, topicOption, type DelayedFetch, type DelayedProduce, type Draft, type ExpandingFetch, type OpenFetch,
  type ProduceStatus, type RequestContext,
} from './state.ts';
import { HIGH_WATERMARK_CHECKPOINT, writeOffsetCheckpoint, type CheckpointedOffset } from '../log/checkpoints.ts';
import { abortedTransactions, appendAsLeader, bytesAvailable, readLog, type LeaderAppend } from '../log/log.ts';
import { onHighWatermark } from '../log/transactions.ts';
import { startTask } from './zookeeper.ts';

const PARTITION = 'kafka.cluster.Partition';
/** How long ISR changes must have been quiet, and how long at most they are kept back, before others are told. */
const ISR_CHANGE_QUIET_MS = 5_000;
const ISR_CHANGE_MAX_DELAY_MS = 60_000;

// ------------------------------------------------------------------ high watermark

/** Raises a leader's HW as far as it may go; true if it moved. The caller lets the waiting requests know. */
export function advanceHighWatermark(b: Draft, env: Env, place: number): boolean {
  const partition = b.partitions[place]!;
  const highWatermark = nextHighWatermark(partition, env.wallClockMs, b.config.replicaLagTimeMaxMs);
  if (highWatermark === partition.highWatermark) return false;
  setPartition(b, place, { ...partition, highWatermark, log: onHighWatermark(partition.log, highWatermark) });
  fact(env, {
    type: 'highWatermarkAdvanced',
    topic: partition.topic,
    partition: partition.partition,
    broker: b.brokerId,
    highWatermark,
    from: partition.highWatermark,
    leader: true,
  });
  return true;
}

/** The HW of a leader moved, or leadership was lost: look at everyone who waits on the partition. */
export function completeDelayed(b: Draft, env: Env, place: number): void {
  completeFetches(b, env, place);
  completeProduces(b, env, place);
}

// ------------------------------------------------------------------ produce

function produceStatusNow(b: Draft, status: ProduceStatus): ErrorName | null {
  if (status.error !== null || status.at < 0) return status.error;
  const partition = b.partitions[status.at]!;
  if (partition.chart.value === 'offline') return 'KAFKA_STORAGE_ERROR';
  if (!isLeader(partition)) return 'NOT_LEADER_FOR_PARTITION';
  if (partition.highWatermark < status.required) return null;
  return partition.isr.length >= Number(topicOption(b, status.topic, 'min.insync.replicas')) ? 'NONE' : 'NOT_ENOUGH_REPLICAS_AFTER_APPEND';
}

/** Parks an acks=-1 append, unless it is over already. */
export function parkProduce(b: Draft, env: Env, operation: DelayedProduce): void {
  const partitions = operation.partitions.map((status) => ({ ...status, error: produceStatusNow(b, status) }));
  const parked = { ...operation, partitions };
  if (partitions.every((status) => status.error !== null)) return endProduce(b, env, parked);
  if (operation.deadline <= env.now) return endProduce(b, env, { ...parked, partitions: expired(partitions) });
  b.delayedProduces = [...b.delayedProduces, parked];
  watchDeadline(b, env, operation.deadline);
}

function endProduce(b: Draft, env: Env, { of, partitions }: DelayedProduce): void {
  if (of.type === 'client') return answer(b, env, 'Produce', of.context, produceResponse(b, env, -1, partitions));
  if (of.type === 'markers') {
    b.endedMarkers = [...b.endedMarkers, { context: of.context, marker: of.marker, partitions }];
    return;
  }
  const [status] = partitions;
  if (of.type === 'transaction') {
    b.transactionWrites = [...b.transactionWrites, { write: of.write, error: status?.error ?? 'UNKNOWN_SERVER_ERROR', tried: true }];
    return;
  }
  b.groupWrites = [...b.groupWrites, { write: of.write, error: status?.error ?? 'UNKNOWN_SERVER_ERROR', baseOffset: status?.baseOffset ?? -1 }];
}

/** Why this broker may not append to a replica; NONE: it may. */
export function appendRefusal(b: Draft, place: number, acks: number): ErrorName {
  const local = place < 0 ? undefined : b.partitions[place];
  if (local?.chart.value === 'offline') return 'KAFKA_STORAGE_ERROR';
  if (!local || !isLeader(local)) return 'NOT_LEADER_FOR_PARTITION';
  return acks === -1 && local.isr.length < Number(topicOption(b, local.topic, 'min.insync.replicas')) ? 'NOT_ENOUGH_REPLICAS' : 'NONE';
}

/** Failures of an append that a broker keeps to itself and its client (ReplicaManager.appendToLocalLog). */
const EXPECTED: readonly ErrorName[] = ['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE', 'CORRUPT_MESSAGE', 'KAFKA_STORAGE_ERROR', 'INVALID_TIMESTAMP'];

function sayAppendFailed(b: Draft, env: Env, name: string, error: ErrorName, message: string | null): void {
  const exception = message === null ? '' : `\n${exceptionClass(error)}: ${message}`;
  env.log({ level: 'ERROR', file: 'server', text: `[ReplicaManager broker=${b.brokerId}] Error processing append operation on partition ${name} (kafka.server.ReplicaManager)${exception}` });
}

/** An append that was refused before the log was asked; only too few in sync are worth a line. */
export function sayRefused(b: Draft, env: Env, place: number, refusal: ErrorName): void {
  const local = b.partitions[place];
  if (refusal !== 'NOT_ENOUGH_REPLICAS' || !local) return;
  const least = topicOption(b, local.topic, 'min.insync.replicas');
  sayAppendFailed(b, env, local.name, refusal, `The size of the current ISR Set(${local.isr.join(', ')}) is insufficient to satisfy the min.isr requirement of ${least} for partition ${local.name}`);
}

/** Appends as the leader and lets those know who wait for it (Partition.appendRecordsToLeader). */
export function appendToLeader(b: Draft, env: Env, place: number, batch: Uint8Array, origin: 'client' | 'coordinator'): LeaderAppend {
  const local = b.partitions[place]!;
  const appended = appendAsLeader(local.log, batch, local.leaderEpoch, env, origin);
  if (appended.error !== 'NONE') {
    if (!EXPECTED.includes(appended.error)) sayAppendFailed(b, env, local.name, appended.error, appended.message);
    return appended;
  }
  if (appended.duplicate) return appended;
  setPartition(b, place, { ...local, log: appended.log });
  const where = { topic: local.topic, partition: local.partition, broker: b.brokerId };
  if (appended.log.segments.length > local.log.segments.length) fact(env, { type: 'segmentRolled', ...where, baseOffset: appended.baseOffset });
  fact(env, { type: 'recordAppended', ...where, baseOffset: appended.baseOffset, lastOffset: appended.lastOffset, leaderEpoch: local.leaderEpoch, leader: true });
  // Followers' fetches complete with the records; where the HW moved at once, everybody who waits for it does too.
  if (advanceHighWatermark(b, env, place)) completeDelayed(b, env, place);
  else completeFetches(b, env, place);
  return appended;
}

const expired = (partitions: readonly ProduceStatus[]): readonly ProduceStatus[] =>
  partitions.map((status) => (status.error === null ? { ...status, error: 'REQUEST_TIMED_OUT' as const } : status));

function completeProduces(b: Draft, env: Env, place: number): void {
  if (b.delayedProduces.length === 0) return;
  const waiting: DelayedProduce[] = [];
  const done: DelayedProduce[] = [];
  let touched = false;
  for (const operation of b.delayedProduces) {
    if (!operation.partitions.some((status) => status.at === place && status.error === null)) {
      waiting.push(operation);
      continue;
    }
    const partitions = operation.partitions.map((status) => (status.at === place && status.error === null ? { ...status, error: produceStatusNow(b, status) } : status));
    const changed = { ...operation, partitions };
    touched = true;
    if (partitions.every((status) => status.error !== null)) done.push(changed);
    else waiting.push(changed);
  }
  if (!touched) return;
  b.delayedProduces = waiting;
  for (const operation of done) endProduce(b, env, operation);
}

/** Nested as the request was; the order of topics and partitions is kept. */
export function produceResponse(b: Draft, env: Env, acks: number, statuses: readonly ProduceStatus[]): ResponseBody<'Produce'> {
  const topics: { topic: string; partitions: ProducePartitionResponse[] }[] = [];
  for (const status of statuses) {
    let topic = topics[topics.length - 1];
    if (topic?.topic !== status.topic) topics.push((topic = { topic: status.topic, partitions: [] }));
    const error = status.error ?? 'UNKNOWN_SERVER_ERROR';
    topic.partitions.push({
      partition: status.partition,
      error,
      baseOffset: error === 'NONE' ? status.baseOffset : -1,
      logAppendTimeMs: error === 'NONE' ? status.logAppendTimeMs : -1,
      logStartOffset: status.logStartOffset,
    });
    fact(env, { type: 'produceAnswered', topic: status.topic, partition: status.partition, broker: b.brokerId, acks, error, baseOffset: status.baseOffset, lastOffset: status.required - 1 });
  }
  return { topics: topics satisfies ProduceResponse['topics'], throttleTimeMs: 0 };
}

// ------------------------------------------------------------------ fetch

export interface FetchResult {
  readonly fetched: readonly FetchedPartition[];
  readonly places: readonly number[];
  readonly bytes: number;
  readonly failed: boolean;
}

const failedFetch = (entry: WantedPartition, error: ErrorName): FetchedPartition => ({
  topic: entry.topic,
  partition: entry.partition,
  error,
  highWatermark: -1,
  lastStableOffset: -1,
  logStartOffset: -1,
  abortedTransactions: null,
  preferredReadReplica: -1,
  records: [],
});

/**
 * Reads what is wanted, up to the log's end for a follower, for a consumer up to the HW or, where it wants only what is decided, up
 * to the LSO (ReplicaManager.readFromLocalLog).
 */
export function readWanted(b: Draft, env: Env, request: FetchRequest, wanted: readonly WantedPartition[]): FetchResult {
  const fetched: FetchedPartition[] = [];
  const places: number[] = [];
  const isFollower = request.replicaId >= 0;
  let left = request.maxBytes;
  let bytes = 0;
  let failed = false;
  for (const entry of wanted) {
    const place = placeOf(b, entry.topic, entry.partition);
    places.push(place);
    const partition = place < 0 ? undefined : b.partitions[place];
    const error = readRefusal(b, entry.topic, entry, partition);
    if (error !== 'NONE' || !partition) {
      failed = true;
      fetched.push(failedFetch(entry, error));
      continue;
    }
    const { log, highWatermark } = partition;
    if (entry.fetchOffset < log.logStartOffset || entry.fetchOffset > log.logEndOffset) {
      failed = true;
      fetched.push({ ...failedFetch(entry, 'OFFSET_OUT_OF_RANGE') });
      continue;
    }
    const stable = lastStableOffset(partition);
    const isCommitted = !isFollower && request.isolationLevel === 1;
    const end = isFollower ? log.logEndOffset : Math.min(isCommitted ? stable : highWatermark, log.logEndOffset);
    const before = bytes;
    let records: FetchedPartition['records'] = [];
    if (entry.fetchOffset < end && (left > 0 || bytes === 0) && !isThrottledFollower(b, env, partition, request.replicaId)) {
      records = readLog(log, entry.fetchOffset, Math.min(entry.maxBytes, Math.max(left, 0)), end, bytes === 0).records;
      for (const batch of records) {
        bytes += batch.length;
        left -= batch.length;
      }
    }
    fetched.push({
      topic: entry.topic,
      partition: entry.partition,
      error: 'NONE',
      highWatermark,
      lastStableOffset: stable,
      logStartOffset: log.logStartOffset,
      abortedTransactions: isCommitted ? abortedTransactions(log, entry.fetchOffset, bytes - before).map(({ producerId, firstOffset }) => ({ producerId, firstOffset })) : null,
      preferredReadReplica: -1,
      records,
    });
  }
  return { fetched, places, bytes, failed };
}

/** To keep the ISR from going up and down only followers outside it are throttled (ReplicaManager.shouldLeaderThrottle). */
function isThrottledFollower(b: Draft, env: Env, { topic, partition, isr }: Partition, replicaId: number): boolean {
  return replicaId >= 0 && !isr.includes(replicaId) && isHeldBack(b, 'leader', topic, partition, env.wallClockMs);
}

type AskedPartition = Pick<WantedPartition, 'partition' | 'currentLeaderEpoch'>;

/** Why this broker may not answer for a partition as its leader; NONE: it may (ReplicaManager.getPartitionOrException, Partition.getLocalReplica). */
export function readRefusal(b: Draft, topic: string, { partition, currentLeaderEpoch }: AskedPartition, local: Partition | undefined): ErrorName {
  if (!local || local.chart.value === 'none') return partitionState(b.metadata, topic, partition) ? 'NOT_LEADER_FOR_PARTITION' : 'UNKNOWN_TOPIC_OR_PARTITION';
  if (local.chart.value === 'offline') return 'KAFKA_STORAGE_ERROR';
  const epoch = epochError(local, currentLeaderEpoch);
  if (epoch !== 'NONE') return epoch;
  return isLeader(local) ? 'NONE' : 'NOT_LEADER_FOR_PARTITION';
}

/**
 * A follower has fetched: remember how far it is, let it into the ISR or raise the HW. Answers what is to be sent (nothing for
 * a replica that is not assigned) and the places whose ISR write has to be waited for.
 */
export function recordFollowerFetch(b: Draft, env: Env, replicaId: number, wanted: readonly WantedPartition[], result: FetchResult): { readonly fetched: readonly FetchedPartition[]; readonly waitsFor: readonly number[] } {
  let fetched = result.fetched;
  const waitsFor: number[] = [];
  for (let i = 0; i < wanted.length; i++) {
    const place = result.places[i]!;
    if (place < 0 || result.fetched[i]!.error !== 'NONE') continue;
    const partition = b.partitions[place]!;
    const updated = updateFollower(partition, replicaId, wanted[i]!.fetchOffset, wanted[i]!.logStartOffset, partition.log.logEndOffset, env.wallClockMs);
    if (updated === partition) {
      say(env, 'WARN', `[ReplicaManager broker=${b.brokerId}] Leader ${b.brokerId} failed to record follower ${replicaId}'s position ${wanted[i]!.fetchOffset} since the replica is not recognized to be one of the assigned replicas ${partition.replicas.join(',')} for partition ${partition.name}. Empty records will be returned for this partition.`, 'kafka.server.ReplicaManager');
      fetched = fetched.with(i, { ...fetched[i]!, records: [] });
      continue;
    }
    setPartition(b, place, updated);
    if (mayJoinIsr(updated, replicaId)) {
      startIsrUpdate(b, env, place, [...updated.isr, replicaId], 'expand');
      waitsFor.push(place);
    } else if (advanceHighWatermark(b, env, place)) {
      completeDelayed(b, env, place);
    }
  }
  return { fetched, waitsFor };
}

/** What a finished fetch answers with; remembers in the session what it told. */
export function fetchResponse(b: Draft, env: Env, request: FetchRequest, fetch: OpenFetch, fetched: readonly FetchedPartition[]): ResponseBody<'Fetch'> {
  const closed = closeFetch(b.sessions, fetch.session, fetch.wanted, fetched, {
    slots: b.config.fetchSessionCacheSlots,
    privileged: request.replicaId >= 0,
    nowMs: env.wallClockMs,
    newId: () => env.randomInt(1, 2147483647),
  });
  b.sessions = closed.sessions;
  const topics: { topic: string; partitions: TopicOf<FetchResponse['topics'][number]['partitions'][number]>['partitions'][number][] }[] = [];
  for (const { topic, ...partition } of closed.partitions) {
    let nested = topics[topics.length - 1];
    if (nested?.topic !== topic) topics.push((nested = { topic, partitions: [] }));
    nested.partitions.push(partition);
  }
  if (request.replicaId >= 0) recordSent(b, topics, env.wallClockMs);
  return { throttleTimeMs: 0, error: closed.error, sessionId: closed.sessionId, topics };
}

/** Enough to answer, or an error to tell? Else the fetch waits. */
export function isSatisfied(request: FetchRequest, result: { readonly bytes: number; readonly failed: boolean }, wanted: readonly WantedPartition[]): boolean {
  return request.maxWaitMs <= 0 || wanted.length === 0 || result.bytes >= request.minBytes || result.failed;
}

export function parkFetch(b: Draft, env: Env, context: RequestContext, request: FetchRequest, fetch: OpenFetch, places: readonly number[]): void {
  const deadline = env.now + request.maxWaitMs * 1_000;
  b.delayedFetches = [...b.delayedFetches, { context, deadline, fetch, places, minBytes: request.minBytes }];
  watchDeadline(b, env, deadline);
}

/** DelayedFetch.tryComplete: enough bytes to read now, or something wrong with one of the partitions. */
function canComplete(b: Draft, env: Env, operation: DelayedFetch): boolean {
  const { fetch, places } = operation;
  const request = operation.context.request as FetchRequest;
  const isFollower = request.replicaId >= 0;
  let bytes = 0;
  for (let i = 0; i < places.length; i++) {
    const place = places[i]!;
    if (place < 0) return true;
    const partition = b.partitions[place]!;
    if (!isLeader(partition)) return true;
    if (isLocked(partition)) continue;
    const wanted = fetch.wanted[i]!;
    const end = isFollower ? partition.log.logEndOffset : request.isolationLevel === 1 ? lastStableOffset(partition) : partition.highWatermark;
    if (wanted.fetchOffset >= end || isThrottledFollower(b, env, partition, request.replicaId)) continue;
    if (operation.minBytes <= 1) return true;
    bytes += bytesAvailable(partition.log, wanted.fetchOffset, end, wanted.maxBytes);
    if (bytes >= operation.minBytes) return true;
  }
  return false;
}

/** New records, a new HW, or lost leadership at a place: look at the fetches that wait for it. */
export function completeFetches(b: Draft, env: Env, place: number): void {
  if (b.delayedFetches.length === 0) return;
  let done: DelayedFetch[] | null = null;
  for (const operation of b.delayedFetches) if (operation.places.includes(place) && canComplete(b, env, operation)) (done ??= []).push(operation);
  if (!done) return;
  const over = done;
  b.delayedFetches = b.delayedFetches.filter((operation) => !over.includes(operation));
  for (const operation of over) endFetch(b, env, operation);
}

function endFetch(b: Draft, env: Env, operation: DelayedFetch): void {
  const request = operation.context.request as FetchRequest;
  const { fetched } = readWanted(b, env, request, operation.fetch.wanted);
  answer(b, env, 'Fetch', operation.context, fetchResponse(b, env, request, operation.fetch, fetched));
}

/** The executor thread ends expired fetches one after the other and hangs where a partition is locked. */
export function runExpiredFetches(b: Draft, env: Env): void {
  while (b.expiredFetches.length > 0) {
    const [operation, ...rest] = b.expiredFetches;
    if (operation!.places.some((place) => place >= 0 && isLocked(b.partitions[place]!))) return;
    b.expiredFetches = rest;
    endFetch(b, env, operation!);
  }
}

/** The purgatory timer: ends what is due. Admin requests are ended by `expireAdmin`. */
export function expirePurgatory(b: Draft, env: Env, expireAdmin: (operation: Draft['delayedAdmins'][number]) => void): void {
  const fetches = takeDue(b.delayedFetches, env.now);
  b.delayedFetches = fetches.left;
  const produces = takeDue(b.delayedProduces, env.now);
  b.delayedProduces = produces.left;
  const admins = takeDue(b.delayedAdmins, env.now);
  b.delayedAdmins = admins.left;
  if (fetches.due.length > 0) {
    b.expiredFetches = [...b.expiredFetches, ...fetches.due];
    runExpiredFetches(b, env);
  }
  for (const operation of produces.due) endProduce(b, env, { ...operation, partitions: expired(operation.partitions) });
  for (const operation of admins.due) expireAdmin(operation);
  rearm(b, env);
}

// ------------------------------------------------------------------ ISR

/** Writes a new ISR to ZooKeeper; until the answer is there the partition's lock is taken. */
export function startIsrUpdate(b: Draft, env: Env, place: number, isr: readonly number[], kind: 'shrink' | 'expand'): void {
  const partition = b.partitions[place]!;
  if (kind === 'expand') {
    say(env, 'INFO', `[Partition ${partition.name} broker=${b.brokerId}] Expanding ISR from ${partition.isr.join(',')} to ${isr.join(',')}`, PARTITION);
  } else {
    const gone = partition.remotes.filter((remote) => partition.isr.includes(remote.brokerId) && !isr.includes(remote.brokerId));
    say(
      env,
      'INFO',
      `[Partition ${partition.name} broker=${b.brokerId}] Shrinking ISR from ${partition.isr.join(',')} to ${isr.join(',')}. Leader: (highWatermark: ${partition.highWatermark}, endOffset: ${partition.log.logEndOffset}). Out of sync replicas: ${gone.map((remote) => `(brokerId: ${remote.brokerId}, endOffset: ${remote.logEndOffset})`).join(' ')}.`,
      PARTITION,
    );
  }
  setPartition(b, place, { ...partition, chart: advance(partition, { type: 'updateIsr' }), isrUpdate: { isr, kind } });
  startTask(b, env, 'updateIsr', {
    place,
    topic: partition.topic,
    partition: partition.partition,
    state: { leader: b.brokerId, leaderEpoch: partition.leaderEpoch, isr, zkVersion: partition.zkVersion },
    controllerEpoch: partition.controllerEpoch,
  });
}

/** The ISR write came back: a new version, `stale`, or `failed` (the session is gone). The lock is free again. */
export function endIsrUpdate(b: Draft, env: Env, place: number, outcome: { readonly zkVersion: number } | 'stale' | 'failed'): void {
  const partition = b.partitions[place]!;
  const update = partition.isrUpdate;
  if (!update) return;
  const chart = advance(partition, { type: 'isrUpdated' });
  const where = { topic: partition.topic, partition: partition.partition, broker: b.brokerId };
  if (partition.chart.value === 'offline') {
    // Its directory has failed meanwhile: nobody leads here any more.
    setPartition(b, place, { ...partition, isrUpdate: null });
  } else if (typeof outcome === 'object') {
    setPartition(b, place, { ...partition, chart, isr: update.isr, zkVersion: outcome.zkVersion, isrUpdate: null });
    fact(env, { type: update.kind === 'shrink' ? 'isrShrank' : 'isrExpanded', ...where, from: partition.isr, to: update.isr, leaderEpoch: partition.leaderEpoch, zkVersion: outcome.zkVersion });
    if (!b.isrChanges.includes(place)) b.isrChanges = [...b.isrChanges, place];
    b.lastIsrChangeMs = env.wallClockMs;
  } else {
    setPartition(b, place, { ...partition, chart, isrUpdate: null });
    if (outcome === 'stale') {
      say(env, 'INFO', `[Partition ${partition.name} broker=${b.brokerId}] Cached zkVersion [${partition.zkVersion}] not equal to that in zookeeper, skip updating ISR`, PARTITION);
      fact(env, { type: 'staleZkVersion', ...where, zkVersion: partition.zkVersion, isr: partition.isr, attempted: update.isr });
    } else if (update.kind === 'shrink') {
      say(env, 'ERROR', "Uncaught exception in scheduled task 'isr-expiration'", 'kafka.utils.KafkaScheduler');
    }
  }
  if (isLeader(partition) && advanceHighWatermark(b, env, place)) completeDelayed(b, env, place);
  else completeFetches(b, env, place);
  unlock(b, env, place);
  if (update.kind === 'shrink' && outcome === 'failed') b.isrExpiration = null;
  else if (update.kind === 'shrink' || !b.partitions.some((other) => other.isrUpdate?.kind === 'shrink')) continueIsrExpiration(b, env);
}

/** Who has waited for the lock goes on: requests with their threads, fetches with their writes, the executor of expired fetches. */
function unlock(b: Draft, env: Env, place: number): void {
  const free = b.blocked.filter((entry) => entry.partition === place);
  if (free.length > 0) {
    b.blocked = b.blocked.filter((entry) => entry.partition !== place);
    b.resumable = [...b.resumable, ...free.map((entry) => entry.context)];
  }
  if (b.expanding.some((entry) => entry.waitsFor.includes(place))) {
    const left: ExpandingFetch[] = [];
    const over: ExpandingFetch[] = [];
    for (const entry of b.expanding) {
      const waitsFor = entry.waitsFor.filter((other) => other !== place);
      (waitsFor.length === 0 ? over : left).push({ ...entry, waitsFor });
    }
    b.expanding = left;
    for (const entry of over) endExpandingFetch(b, env, entry);
  }
  runExpiredFetches(b, env);
}

function endExpandingFetch(b: Draft, env: Env, entry: ExpandingFetch): void {
  const request = entry.context.request as FetchRequest;
  const bytes = entry.fetched.reduce((sum, { records }) => records.reduce((all, batch) => all + batch.length, sum), 0);
  const failed = entry.fetched.some(({ error }) => error !== 'NONE');
  if (isSatisfied(request, { bytes, failed }, entry.fetch.wanted)) {
    finish(b, env, 'Fetch', entry.context, fetchResponse(b, env, request, entry.fetch, entry.fetched));
    return;
  }
  b.handlersHeld -= 1;
  parkFetch(b, env, entry.context, request, entry.fetch, entry.fetch.wanted.map((wanted) => placeOf(b, wanted.topic, wanted.partition)));
  // Something may have been appended while the write was on its way.
  for (const wanted of entry.fetch.wanted) completeFetches(b, env, placeOf(b, wanted.topic, wanted.partition));
}

/** The isr-expiration task: one thread, partition after partition; it hangs where its ZooKeeper write hangs. */
export function startIsrExpiration(b: Draft, env: Env): void {
  if (b.isrExpiration !== null) return;
  b.isrExpiration = mapOrder(b.partitions);
  continueIsrExpiration(b, env);
}

function continueIsrExpiration(b: Draft, env: Env): void {
  while (b.isrExpiration !== null) {
    const [place, ...rest] = b.isrExpiration;
    if (place === undefined) {
      b.isrExpiration = null;
      return;
    }
    b.isrExpiration = rest;
    const partition = b.partitions[place]!;
    if (!isLeader(partition)) continue;
    if (isLocked(partition)) {
      // An expansion holds the lock: the thread waits for it, and looks at the same partition again.
      b.isrExpiration = [place, ...rest];
      return;
    }
    const late = outOfSyncReplicas(partition, env.wallClockMs, b.config.replicaLagTimeMaxMs);
    if (late.length === 0) continue;
    startIsrUpdate(b, env, place, partition.isr.filter((member) => !late.some((remote) => remote.brokerId === member)), 'shrink');
    return;
  }
}

/** The isr-change-propagation task: tells the controller when changes have been quiet, or kept back for long. */
export function propagateIsrChanges(b: Draft, env: Env): void {
  const now = env.wallClockMs;
  if (b.isrChanges.length === 0) return;
  if (b.lastIsrChangeMs + ISR_CHANGE_QUIET_MS >= now && b.lastIsrPropagationMs + ISR_CHANGE_MAX_DELAY_MS >= now) return;
  startTask(b, env, 'propagateIsrChanges', { partitions: b.isrChanges.map((place) => ({ topic: b.partitions[place]!.topic, partition: b.partitions[place]!.partition })) });
  b.isrChanges = [];
  b.lastIsrPropagationMs = now;
}

// ------------------------------------------------------------------ checkpoints

export function checkpointHighWatermarks(b: Draft, env: Env): void {
  for (const logDir of liveLogDirs(b)) {
    const offsets: CheckpointedOffset[] = [];
    for (const { chart, log, topic, partition, highWatermark } of b.partitions) {
      if (log.logDir === logDir && chart.value !== 'none' && chart.value !== 'offline') offsets.push({ topic, partition, offset: highWatermark });
    }
    // A replica that this process has not been told about keeps what the last one knew.
    for (const log of Object.values(b.logs)) {
      const offset = b.checkpointedHighWatermarks[log.name];
      if (log.logDir === logDir && offset !== undefined) offsets.push({ topic: log.topic, partition: log.partition, offset });
    }
    writeOffsetCheckpoint(env.disk, `${logDir}/${HIGH_WATERMARK_CHECKPOINT}`, offsets);
  }
}
