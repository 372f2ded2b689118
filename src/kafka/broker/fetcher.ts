/**
 * Replication on the follower's side (AbstractFetcherManager, ReplicaFetcherThread): which fetcher a partition belongs to, and
 * what each fetcher does next. A fetcher is a loop: end delays, truncate, fetch; its chart says what it waits for.
 */
import { begin, step } from '../../kernel/machine.ts';
import type { Env, ProcessEvent } from '../../kernel/program.ts';
import type { ClusterNode } from '../clients/metadata.ts';
import { connectionFailedText, disconnectedText, notReached } from '../clients/not-connected.ts';
import { latestEpoch, truncationState } from '../log/epochs.ts';
import { appendAsFollower, incrementLogStartOffset, truncateFully, truncateTo, type Log } from '../log/log.ts';
import { onHighWatermark } from '../log/transactions.ts';
import {
  EARLIEST_TIMESTAMP, FULL_FETCH_EPOCH, LATEST_TIMESTAMP, NO_SESSION_ID, nextSessionEpoch, request,
  type FetchPartition, type FetchPartitionResponse, type FetchResponse, type KafkaResponse, type ListOffsetsResponse,
  type OffsetForLeaderEpochResponse, type TopicOf,
} from '../protocol/index.ts';
import { javaStringHash } from '../../zookeeper/java-hash-order.ts';
import { abs32 } from '../topic-partition.ts';
import { fetcherMachine, type FetcherChartEvent } from './fetcher.machine.ts';
import { endPointOf } from './metadata-cache.ts';
import { advance, followerState, type FetchPosition, type Partition } from './partition.ts';
import { isHeldBack, recordReceived } from './replication-quota.ts';
import { fact, placeOf, say, setPartition, type Draft, type Fetcher } from './state.ts';
import type { ReplicaChartEvent } from './replica.machine.ts';

const THREAD = 'kafka.server.ReplicaFetcherThread';
const MANAGER = 'kafka.server.ReplicaFetcherManager';

export const FETCHER_PREFIX = 'fetcher.';

const nameOf = (b: Draft, fetcher: Fetcher): string => `[ReplicaFetcher replicaId=${b.brokerId}, leaderId=${fetcher.leaderId}, fetcherId=${fetcher.fetcherId}]`;

const leaderOf = ({ leaderId, host, port }: Fetcher): ClusterNode => ({ id: leaderId, host, port, rack: null });

function findFetcher(b: Draft, key: string): number {
  for (let i = 0; i < b.fetchers.length; i++) if (b.fetchers[i]!.key === key) return i;
  return -1;
}

function setFetcher(b: Draft, at: number, fetcher: Fetcher): void {
  const fetchers = b.fetchers.slice();
  fetchers[at] = fetcher;
  b.fetchers = fetchers;
}

function moved(fetcher: Fetcher, type: FetcherChartEvent['type'], target: string): Fetcher['chart'] {
  return fetcher.chart.value === target ? fetcher.chart : step(fetcherMachine, fetcher.chart, { type }).chart;
}

function setReplica(b: Draft, place: number, event: ReplicaChartEvent, fetch: FetchPosition | null, log?: Log): void {
  const partition = b.partitions[place]!;
  setPartition(b, place, { ...partition, chart: advance(partition, event), fetch, log: log ?? partition.log });
}

// ------------------------------------------------------------------ membership

/** Gives followers to the fetchers of their leaders; each begins by truncating, at its own HW, or where it was fetching. */
export function addToFetchers(b: Draft, env: Env, places: readonly number[], listener: string, offsetOf: (place: number) => number = (place) => b.partitions[place]!.highWatermark): void {
  const woken: string[] = [];
  for (const place of places) {
    const partition = b.partitions[place]!;
    const address = endPointOf(b.metadata, partition.leader, listener);
    if (!address) continue;
    const fetcherId = abs32((Math.imul(31, javaStringHash(partition.topic)) + partition.partition) | 0) % b.inForce.numReplicaFetchers;
    const key = `${FETCHER_PREFIX}${partition.leader}.${fetcherId}`;
    let at = findFetcher(b, key);
    if (at < 0) {
      const fetcher: Fetcher = {
        key,
        leaderId: partition.leader,
        fetcherId,
        host: address.host,
        port: address.port,
        chart: begin(fetcherMachine).chart,
        connection: null,
        connected: false,
        correlationId: 0,
        session: { id: NO_SESSION_ID, epoch: FULL_FETCH_EPOCH },
        members: [],
        told: [],
        asked: [],
        sentAt: 0,
      };
      at = b.fetchers.length;
      b.fetchers = [...b.fetchers, fetcher];
      say(env, 'INFO', `${nameOf(b, fetcher)} Starting`, THREAD);
    }
    const fetcher = b.fetchers[at]!;
    setFetcher(b, at, { ...fetcher, members: [...fetcher.members, place] });
    setReplica(b, place, { type: 'becomeFollower', fetches: true }, { fetcher: key, offset: offsetOf(place), leaderEpoch: partition.leaderEpoch, delayedUntil: 0, told: null, lag: null });
    say(env, 'INFO', `[ReplicaFetcherManager on broker ${b.brokerId}] Added fetcher to broker BrokerEndPoint(id=${fetcher.leaderId}, host=${fetcher.host}:${fetcher.port}) for partitions Map(${partition.name} -> (offset=${offsetOf(place)}, leaderEpoch=${partition.leaderEpoch}))`, MANAGER);
    if (!woken.includes(key)) woken.push(key);
  }
  for (const key of woken) {
    const fetcher = b.fetchers[findFetcher(b, key)];
    // A thread that waits is woken by a new partition; one in the middle of a request sees it in its next round.
    if (fetcher?.chart.value === 'waiting') work(b, env, key);
    else if (fetcher?.chart.value === 'backingOff') endBackOff(b, env, key);
  }
}

/** Takes partitions away from their fetchers; what is in flight for them will be ignored. */
export function removeFromFetchers(b: Draft, env: Env, places: readonly number[]): void {
  if (places.length === 0) return;
  b.fetchers = b.fetchers.map((fetcher) =>
    fetcher.members.some((place) => places.includes(place))
      ? // What is answered to an earlier leader epoch counts no more, not even that it was fenced (truncateToEpochEndOffsets).
        { ...fetcher, members: fetcher.members.filter((place) => !places.includes(place)), asked: fetcher.asked.filter((place) => !places.includes(place)) }
      : fetcher,
  );
  for (const place of places) if (b.partitions[place]!.fetch) setReplica(b, place, { type: 'stopFetching' }, null);
  say(env, 'INFO', `[ReplicaFetcherManager on broker ${b.brokerId}] Removed fetcher for partitions Set(${places.map((place) => b.partitions[place]!.name).join(', ')})`, MANAGER);
}

/** num.replica.fetchers has changed: all partitions are spread anew (AbstractFetcherManager.resizeThreadPool). */
export function resizeFetchers(b: Draft, env: Env, listener: string, before: number): void {
  const { numReplicaFetchers } = b.inForce;
  say(env, 'INFO', `[ReplicaFetcherManager on broker ${b.brokerId}] Resizing fetcher thread pool size from ${before} to ${numReplicaFetchers}`, MANAGER);
  for (const { key, fetcherId, members } of b.fetchers) {
    const offsets = new Map(members.flatMap((place) => (b.partitions[place]!.fetch ? [[place, b.partitions[place]!.fetch.offset]] : [])));
    const places = [...offsets.keys()];
    removeFromFetchers(b, env, places);
    if (fetcherId >= numReplicaFetchers) shutdownFetcher(b, env, b.fetchers[findFetcher(b, key)]!);
    addToFetchers(b, env, places, listener, (place) => offsets.get(place)!);
  }
  shutdownIdleFetchers(b, env);
}

export function shutdownIdleFetchers(b: Draft, env: Env): void {
  for (const fetcher of b.fetchers) if (fetcher.members.length === 0) shutdownFetcher(b, env, fetcher);
}

export function shutdownFetcher(b: Draft, env: Env, fetcher: Fetcher): void {
  const name = nameOf(b, fetcher);
  say(env, 'INFO', `${name} Shutting down`, THREAD);
  if (fetcher.connection !== null) {
    if (fetcher.chart.value === 'fetching') {
      say(env, 'INFO', `${name} Error sending fetch request (sessionId=${fetcher.session.id}, epoch=${epochText(fetcher)}) to node ${fetcher.leaderId}: java.io.IOException: Client was shutdown before response was read.`, 'org.apache.kafka.clients.FetchSessionHandler');
    }
    env.close(fetcher.connection);
  }
  env.clearTimer(`${fetcher.key}.wait`);
  env.clearTimer(`${fetcher.key}.timeout`);
  say(env, 'INFO', `${name} Stopped`, THREAD);
  say(env, 'INFO', `${name} Shutdown completed`, THREAD);
  b.fetchers = b.fetchers.filter((other) => other.key !== fetcher.key);
}

const epochText = (fetcher: Fetcher): string => (fetcher.session.epoch === FULL_FETCH_EPOCH ? 'INITIAL' : String(fetcher.session.epoch));

// ------------------------------------------------------------------ the loop

/** One round: everything that needs no answer is done, then one request is sent, or the thread waits. */
function work(b: Draft, env: Env, key: string): void {
  const at = findFetcher(b, key);
  if (at < 0) return;
  const fetcher = b.fetchers[at]!;
  const truncating: number[] = [];
  const ready: number[] = [];
  for (const place of fetcher.members) {
    let state = followerState(b.partitions[place]!);
    if (state === 'delayed' && b.partitions[place]!.fetch!.delayedUntil <= env.now) {
      setReplica(b, place, { type: 'delayOver' }, b.partitions[place]!.fetch);
      state = followerState(b.partitions[place]!);
    }
    if (state === 'truncating') {
      if (latestEpoch(b.partitions[place]!.log.epochs) >= 0) {
        truncating.push(place);
        continue;
      }
      const { name, fetch } = b.partitions[place]!;
      say(env, 'INFO', `${nameOf(b, fetcher)} Truncating partition ${name} to local high watermark ${fetch!.offset}`, THREAD);
      truncateReplica(b, env, fetcher, place, fetch!.offset, true);
      state = followerState(b.partitions[place]!);
    }
    if (state === 'fetching' && !isThrottledHere(b, env, place)) ready.push(place);
  }
  // The leader's session is told of those that are not fetched now, even where there is nothing else to ask for.
  const hasToForget = fetcher.session.epoch !== FULL_FETCH_EPOCH && fetcher.told.length > 0;
  if (truncating.length === 0 && ready.length === 0 && !hasToForget) {
    setFetcher(b, at, { ...fetcher, chart: moved(fetcher, 'wait', 'waiting') });
    env.setTimer(`${key}.wait`, b.config.replicaFetchBackoffMs * 1_000);
    return;
  }
  if (!fetcher.connected) {
    const connection = fetcher.connection ?? env.connect({ host: fetcher.host, port: fetcher.port }, key);
    setFetcher(b, at, { ...fetcher, chart: moved(fetcher, 'connect', 'connecting'), connection });
    return;
  }
  if (truncating.length > 0) {
    sendRequest(b, env, at, 'askEpochs', 'askingEpochs', truncating, (id) =>
      request('OffsetForLeaderEpoch', id, clientId(b, fetcher), {
        replicaId: b.brokerId,
        topics: byTopic(b, truncating, (partition) => ({ partition: partition.partition, currentLeaderEpoch: partition.leaderEpoch, leaderEpoch: latestEpoch(partition.log.epochs) })),
      }),
    );
    return;
  }
  sendFetch(b, env, at, ready);
}

/** ReplicaFetcherThread.shouldFollowerThrottle; the follower itself knows of being in sync only that it lags behind nothing. */
function isThrottledHere(b: Draft, env: Env, place: number): boolean {
  const { topic, partition, fetch } = b.partitions[place]!;
  return fetch!.lag !== 0 && isHeldBack(b, 'follower', topic, partition, env.wallClockMs);
}

const clientId = (b: Draft, fetcher: Fetcher): string => `broker-${b.brokerId}-fetcher-${fetcher.fetcherId}`;

function byTopic<Entry>(b: Draft, places: readonly number[], entry: (partition: Partition) => Entry): readonly TopicOf<Entry>[] {
  const topics: { topic: string; partitions: Entry[] }[] = [];
  for (const place of places) {
    const partition = b.partitions[place]!;
    let nested = topics[topics.length - 1];
    if (nested?.topic !== partition.topic) nested = topics.find((candidate) => candidate.topic === partition.topic);
    if (!nested) topics.push((nested = { topic: partition.topic, partitions: [] }));
    nested.partitions.push(entry(partition));
  }
  return topics;
}

function sendRequest(b: Draft, env: Env, at: number, event: FetcherChartEvent['type'], state: string, asked: readonly number[], message: (correlationId: number) => Parameters<Env['send']>[1]): void {
  const fetcher = b.fetchers[at]!;
  const correlationId = fetcher.correlationId + 1;
  env.send(fetcher.connection!, message(correlationId));
  // One timer outlives many requests: when it fires it looks how old the request in flight is.
  const timeout = `${fetcher.key}.timeout`;
  if (!env.hasTimer(timeout)) env.setTimer(timeout, b.config.replicaSocketTimeoutMs * 1_000);
  setFetcher(b, at, { ...fetcher, chart: moved(fetcher, event, state), correlationId, asked, sentAt: env.now });
}

/** An incremental fetch carries only what the leader's session does not know yet. */
function sendFetch(b: Draft, env: Env, at: number, ready: readonly number[]): void {
  const fetcher = b.fetchers[at]!;
  const full = fetcher.session.epoch === FULL_FETCH_EPOCH;
  const changed: number[] = [];
  for (const place of ready) {
    const partition = b.partitions[place]!;
    const fetch = partition.fetch!;
    const { logStartOffset } = partition.log;
    const known = !full && fetch.told !== null && fetch.told.offset === fetch.offset && fetch.told.logStartOffset === logStartOffset && fetcher.told.includes(place);
    if (known) continue;
    changed.push(place);
    setPartition(b, place, { ...partition, fetch: { ...fetch, told: { offset: fetch.offset, logStartOffset } } });
  }
  const forgotten = full ? [] : fetcher.told.filter((place) => !ready.includes(place));
  const { brokerId, config } = b;
  const maxBytes = config.replicaFetchMaxBytes;
  sendRequest(b, env, at, 'fetch', 'fetching', NOTHING_ASKED, (id) =>
    request('Fetch', id, clientId(b, fetcher), {
      replicaId: brokerId,
      maxWaitMs: config.replicaFetchWaitMaxMs,
      minBytes: config.replicaFetchMinBytes,
      maxBytes: config.replicaFetchResponseMaxBytes,
      isolationLevel: 0,
      sessionId: fetcher.session.id,
      sessionEpoch: fetcher.session.epoch,
      topics: byTopic(b, changed, (partition): FetchPartition => ({
        partition: partition.partition,
        currentLeaderEpoch: partition.fetch!.leaderEpoch,
        fetchOffset: partition.fetch!.offset,
        logStartOffset: partition.log.logStartOffset,
        partitionMaxBytes: maxBytes,
      })),
      forgottenTopicsData: byTopic(b, forgotten, (partition) => partition.partition),
      rackId: '',
    }),
  );
  const same = fetcher.told.length === ready.length && forgotten.length === 0;
  if (!same) setFetcher(b, at, { ...b.fetchers[at]!, told: ready });
}

const NOTHING_ASKED: readonly number[] = [];

// ------------------------------------------------------------------ what comes back

/** Events whose tag or timer begins with `fetcher.`. */
export function handleFetcherEvent(b: Draft, env: Env, event: ProcessEvent): void {
  if (event.type === 'timer') {
    const cut = event.name.lastIndexOf('.');
    const key = event.name.slice(0, cut);
    const fetcher = b.fetchers[findFetcher(b, key)];
    if (!fetcher) return;
    if (event.name.endsWith('.timeout')) checkTimeout(b, env, fetcher);
    else if (fetcher.chart.value === 'backingOff') endBackOff(b, env, key);
    else if (fetcher.chart.value === 'waiting') work(b, env, key);
    return;
  }
  if (event.type !== 'connected' && event.type !== 'connectFailed' && event.type !== 'received' && event.type !== 'closed') return;
  const at = findFetcher(b, event.tag);
  const fetcher = b.fetchers[at];
  if (!fetcher || fetcher.connection !== event.connection) return;
  switch (event.type) {
    case 'connected':
      setFetcher(b, at, { ...fetcher, connected: true });
      work(b, env, fetcher.key);
      return;
    case 'connectFailed':
      sayNotConnected(b, env, at);
      fail(b, env, at, connectionFailedText(leaderOf(fetcher)));
      return;
    case 'closed':
      fail(b, env, at, disconnectedText(fetcher.leaderId));
      return;
    case 'received': {
      const message = event.message as KafkaResponse;
      if (message.correlationId !== fetcher.correlationId) return;
      if (message.type === 'FetchResponse') handleFetch(b, env, at, message);
      else if (message.type === 'OffsetForLeaderEpochResponse') handleEpochs(b, env, at, message);
      else if (message.type === 'ListOffsetsResponse') handleOffsets(b, env, at, message);
    }
  }
}

function checkTimeout(b: Draft, env: Env, fetcher: Fetcher): void {
  const inFlight = ['askingEpochs', 'askingLatestOffset', 'askingEarliestOffset', 'fetching'].includes(fetcher.chart.value as string);
  if (!inFlight) return;
  const age = env.now - fetcher.sentAt;
  const limit = b.config.replicaSocketTimeoutMs * 1_000;
  if (age < limit) {
    env.setTimer(`${fetcher.key}.timeout`, limit - age);
    return;
  }
  env.close(fetcher.connection!);
  fail(b, env, findFetcher(b, fetcher.key), disconnectedText(fetcher.leaderId));
}

/** As NetworkClient says it. */
function sayNotConnected(b: Draft, env: Env, at: number): void {
  const fetcher = b.fetchers[at]!;
  const { text, noted } = notReached(`${nameOf(b, fetcher)} `, leaderOf(fetcher), env.lookUp(fetcher.host)?.address, env.now, fetcher.unresolvedAt);
  env.log({ level: 'WARN', file: 'server', text });
  setFetcher(b, at, { ...fetcher, ...noted });
}

/** The connection is gone. What was being fetched is delayed after the thread has slept; what was asked for, at once. */
function fail(b: Draft, env: Env, at: number, cause: string): void {
  const fetcher = b.fetchers[at]!;
  const state = fetcher.chart.value;
  const name = nameOf(b, fetcher);
  const lost: Fetcher = { ...fetcher, connection: null, connected: false };
  setFetcher(b, at, lost);
  fact(env, { type: 'fetcherError', broker: b.brokerId, leader: fetcher.leaderId, reason: cause });
  const truncating = fetcher.members.filter((place) => followerState(b.partitions[place]!) === 'truncating');
  if (state === 'askingEpochs' || state === 'askingLatestOffset' || state === 'askingEarliestOffset' || (state === 'connecting' && truncating.length > 0)) {
    say(env, 'WARN', `${name} Error when sending leader epoch request for Map(${truncating.map((place) => b.partitions[place]!.name).join(', ')})`, THREAD);
    delay(b, env, state === 'connecting' || state === 'askingEpochs' ? truncating : fetcher.asked);
    work(b, env, fetcher.key);
    return;
  }
  if (state === 'fetching' || state === 'connecting') {
    say(env, 'INFO', `${name} Error sending fetch request (sessionId=${fetcher.session.id}, epoch=${epochText(fetcher)}) to node ${fetcher.leaderId}: java.io.IOException: ${cause}.`, 'org.apache.kafka.clients.FetchSessionHandler');
    const data = fetcher.members
      .map((place) => b.partitions[place]!)
      .filter((partition) => followerState(partition) === 'fetching')
      .map((partition) => `${partition.name}=(fetchOffset=${partition.fetch!.offset}, logStartOffset=${partition.log.logStartOffset}, maxBytes=${b.config.replicaFetchMaxBytes}, currentLeaderEpoch=Optional[${partition.fetch!.leaderEpoch}])`);
    say(env, 'WARN', `${name} Error in response for fetch request (type=FetchRequest, replicaId=${b.brokerId}, maxWait=${b.config.replicaFetchWaitMaxMs}, minBytes=${b.config.replicaFetchMinBytes}, maxBytes=${b.config.replicaFetchResponseMaxBytes}, fetchData={${data.join(', ')}}, isolationLevel=READ_UNCOMMITTED, toForget=, metadata=(sessionId=${fetcher.session.id}, epoch=${epochText(fetcher)}), rackId=)`, THREAD);
    setFetcher(b, at, { ...lost, chart: moved(lost, 'backOff', 'backingOff'), session: { id: fetcher.session.id, epoch: FULL_FETCH_EPOCH }, told: [] });
    env.setTimer(`${fetcher.key}.wait`, b.config.replicaFetchBackoffMs * 1_000);
  }
}

function endBackOff(b: Draft, env: Env, key: string): void {
  const fetcher = b.fetchers[findFetcher(b, key)]!;
  delay(b, env, fetcher.members.filter((place) => followerState(b.partitions[place]!) === 'fetching'));
  work(b, env, key);
}

function delay(b: Draft, env: Env, places: readonly number[]): void {
  for (const place of places) {
    const { fetch } = b.partitions[place]!;
    if (fetch) setReplica(b, place, { type: 'delay' }, { ...fetch, delayedUntil: env.now + b.config.replicaFetchBackoffMs * 1_000 });
  }
}

/** Out of the fetcher until the next LeaderAndIsr. */
function markFailed(b: Draft, env: Env, fetcher: Fetcher, place: number): void {
  const at = findFetcher(b, fetcher.key);
  const current = b.fetchers[at]!;
  setFetcher(b, at, { ...current, members: current.members.filter((member) => member !== place) });
  setReplica(b, place, { type: 'fail' }, null);
  say(env, 'WARN', `${nameOf(b, fetcher)} Partition ${b.partitions[place]!.name} marked as failed`, THREAD);
}

function handleFetch(b: Draft, env: Env, at: number, response: FetchResponse): void {
  const fetcher = b.fetchers[at]!;
  if (response.error !== 'NONE') {
    say(env, 'INFO', `${nameOf(b, fetcher)} Node ${fetcher.leaderId} was unable to process the fetch request with (sessionId=${fetcher.session.id}, epoch=${epochText(fetcher)}): ${response.error}.`, 'org.apache.kafka.clients.FetchSessionHandler');
    const id = response.error === 'FETCH_SESSION_ID_NOT_FOUND' ? NO_SESSION_ID : fetcher.session.id;
    setFetcher(b, at, { ...fetcher, session: { id, epoch: FULL_FETCH_EPOCH }, told: [] });
    work(b, env, fetcher.key);
    return;
  }
  const session = response.sessionId === NO_SESSION_ID ? { id: NO_SESSION_ID, epoch: FULL_FETCH_EPOCH } : { id: response.sessionId, epoch: nextSessionEpoch(fetcher.session.epoch) };
  setFetcher(b, at, { ...fetcher, session });
  const failed: number[] = [];
  const outOfRange: number[] = [];
  for (const { topic, partitions } of response.topics) {
    for (const answered of partitions) {
      const place = placeOf(b, topic, answered.partition);
      const partition = b.partitions[place];
      if (!partition || partition.fetch?.fetcher !== fetcher.key || followerState(partition) !== 'fetching') continue;
      // What was asked before the fetcher was told otherwise is not what it waits for.
      if (partition.fetch.told?.offset !== partition.fetch.offset) continue;
      switch (answered.error) {
        case 'NONE':
          if (!processData(b, env, fetcher, place, partition, partition.fetch, answered)) failed.push(place);
          break;
        case 'OFFSET_OUT_OF_RANGE':
          outOfRange.push(place);
          break;
        case 'FENCED_LEADER_EPOCH':
          fact(env, { type: 'fetcherError', broker: b.brokerId, leader: fetcher.leaderId, reason: 'FENCED_LEADER_EPOCH' });
          markFailed(b, env, fetcher, place);
          break;
        case 'UNKNOWN_LEADER_EPOCH':
        case 'NOT_LEADER_FOR_PARTITION':
          failed.push(place);
          break;
        default:
          say(env, 'ERROR', `${nameOf(b, fetcher)} Error for partition ${partition.name} at offset ${partition.fetch.offset}`, THREAD);
          failed.push(place);
      }
    }
  }
  delay(b, env, failed);
  if (outOfRange.length > 0) askOffsets(b, env, findFetcher(b, fetcher.key), 'askLatestOffset', outOfRange);
  else work(b, env, fetcher.key);
}

/** Appends what was fetched; the HW follows the leader's, also down. False: the partition is to be delayed. */
function processData(b: Draft, env: Env, fetcher: Fetcher, place: number, partition: Partition, fetch: FetchPosition, answered: FetchPartitionResponse): boolean {
  let { log } = partition;
  const before = log.logEndOffset;
  if (answered.records.length > 0) {
    if (fetch.offset !== before) {
      say(env, 'ERROR', `${nameOf(b, fetcher)} Unexpected error occurred while processing data for partition ${partition.name} at offset ${fetch.offset}`, THREAD);
      markFailed(b, env, fetcher, place);
      return true;
    }
    const appended = appendAsFollower(log, answered.records, env);
    if (appended.error === 'CORRUPT_MESSAGE') {
      say(env, 'ERROR', `${nameOf(b, fetcher)} Found invalid messages during fetch for partition ${partition.name} offset ${fetch.offset}`, THREAD);
      return false;
    }
    if (appended.error !== 'NONE') {
      say(env, 'ERROR', `${nameOf(b, fetcher)} Unexpected error occurred while processing data for partition ${partition.name} at offset ${fetch.offset}`, THREAD);
      markFailed(b, env, fetcher, place);
      return true;
    }
    if (appended.log.segments.length > log.segments.length) fact(env, { type: 'segmentRolled', topic: partition.topic, partition: partition.partition, broker: b.brokerId, baseOffset: before });
    const epochBefore = latestEpoch(log.epochs);
    log = appended.log;
    const appendedEpoch = latestEpoch(log.epochs);
    if (appendedEpoch > partition.leaderEpoch && appendedEpoch > epochBefore) {
      fact(env, { type: 'followerNotFenced', topic: partition.topic, partition: partition.partition, broker: b.brokerId, leader: fetcher.leaderId, offset: before, leaderEpoch: partition.leaderEpoch, appendedEpoch });
    }
    fact(env, { type: 'recordAppended', topic: partition.topic, partition: partition.partition, broker: b.brokerId, baseOffset: before, lastOffset: log.logEndOffset - 1, leaderEpoch: appendedEpoch, leader: false });
  }
  const highWatermark = Math.min(log.logEndOffset, answered.highWatermark);
  // Told also where it is what it was: after a truncation the log knows of ended transactions again.
  log = onHighWatermark(log, highWatermark);
  if (answered.logStartOffset > log.logStartOffset) log = incrementLogStartOffset(log, answered.logStartOffset, env);
  if (highWatermark !== partition.highWatermark) {
    fact(env, { type: 'highWatermarkAdvanced', topic: partition.topic, partition: partition.partition, broker: b.brokerId, highWatermark, from: partition.highWatermark, leader: false });
  }
  const offset = answered.records.length > 0 ? log.logEndOffset : fetch.offset;
  const lag = Math.max(0, answered.highWatermark - offset);
  setPartition(b, place, { ...partition, log, highWatermark, fetch: offset === fetch.offset && lag === fetch.lag ? fetch : { ...fetch, offset, lag } });
  recordReceived(b, partition.topic, partition.partition, answered.records, env.wallClockMs);
  return true;
}

function truncateReplica(b: Draft, env: Env, fetcher: Fetcher, place: number, offset: number, completed: boolean): void {
  const partition = b.partitions[place]!;
  const from = partition.log.logEndOffset;
  if (offset < partition.highWatermark) say(env, 'WARN', `${nameOf(b, fetcher)} Truncating ${partition.name} to offset ${offset} below high watermark ${partition.highWatermark}`, THREAD);
  const log = truncateTo(partition.log, offset, env);
  if (log.logEndOffset < from) fact(env, { type: 'logTruncated', topic: partition.topic, partition: partition.partition, broker: b.brokerId, from, to: log.logEndOffset });
  const fetch: FetchPosition = { ...partition.fetch!, offset, told: null };
  if (completed) setReplica(b, place, { type: 'truncated' }, fetch, log);
  else setPartition(b, place, { ...partition, log, fetch });
}

function handleEpochs(b: Draft, env: Env, at: number, response: OffsetForLeaderEpochResponse): void {
  const fetcher = b.fetchers[at]!;
  const failed: number[] = [];
  for (const { topic, partitions } of response.topics) {
    for (const answered of partitions) {
      const place = placeOf(b, topic, answered.partition);
      const partition = b.partitions[place];
      if (!partition || partition.fetch?.fetcher !== fetcher.key || followerState(partition) !== 'truncating' || !fetcher.asked.includes(place)) continue;
      if (answered.error === 'NONE') {
        const end = { leaderEpoch: answered.leaderEpoch, endOffset: answered.endOffset };
        const state = truncationState(partition.log.epochs, end, partition.fetch.offset, partition.log.logEndOffset);
        truncateReplica(b, env, fetcher, place, state.offset, state.completed);
      } else if (answered.error === 'FENCED_LEADER_EPOCH') {
        fact(env, { type: 'fetcherError', broker: b.brokerId, leader: fetcher.leaderId, reason: answered.error });
        markFailed(b, env, fetcher, place);
      } else {
        say(env, 'INFO', `${nameOf(b, fetcher)} Retrying leaderEpoch request for partition ${partition.name} as the leader reported an error: ${answered.error}`, THREAD);
        failed.push(place);
      }
    }
  }
  delay(b, env, failed);
  work(b, env, fetcher.key);
}

function askOffsets(b: Draft, env: Env, at: number, event: 'askLatestOffset' | 'askEarliestOffset', places: readonly number[]): void {
  const fetcher = b.fetchers[at]!;
  const timestamp = event === 'askLatestOffset' ? LATEST_TIMESTAMP : EARLIEST_TIMESTAMP;
  sendRequest(b, env, at, event, event === 'askLatestOffset' ? 'askingLatestOffset' : 'askingEarliestOffset', places, (id) =>
    request('ListOffsets', id, clientId(b, fetcher), {
      replicaId: b.brokerId,
      isolationLevel: 0,
      topics: byTopic(b, places, (partition) => ({ partition: partition.partition, currentLeaderEpoch: partition.leaderEpoch, timestamp })),
    }),
  );
}

/** fetchOffsetAndTruncate: a leader that ends earlier cuts this log by offset alone; one that begins later replaces it. */
function handleOffsets(b: Draft, env: Env, at: number, response: ListOffsetsResponse): void {
  const fetcher = b.fetchers[at]!;
  const latest = fetcher.chart.value === 'askingLatestOffset';
  const failed: number[] = [];
  const askStart: number[] = [];
  for (const { topic, partitions } of response.topics) {
    for (const answered of partitions) {
      const place = placeOf(b, topic, answered.partition);
      const partition = b.partitions[place];
      if (!partition || partition.fetch?.fetcher !== fetcher.key || followerState(partition) !== 'fetching' || !fetcher.asked.includes(place)) continue;
      const end = partition.log.logEndOffset;
      if (answered.error !== 'NONE') {
        failed.push(place);
      } else if (latest) {
        if (answered.offset >= end) {
          askStart.push(place);
          continue;
        }
        say(env, 'WARN', `${nameOf(b, fetcher)} Reset fetch offset for partition ${partition.name} from ${end} to current leader's latest offset ${answered.offset}`, THREAD);
        const log = truncateTo(partition.log, answered.offset, env);
        fact(env, { type: 'logTruncated', topic, partition: partition.partition, broker: b.brokerId, from: end, to: log.logEndOffset });
        setPartition(b, place, { ...partition, log, fetch: { ...partition.fetch, offset: answered.offset, told: null } });
      } else {
        say(env, 'WARN', `${nameOf(b, fetcher)} Reset fetch offset for partition ${partition.name} from ${end} to current leader's start offset ${answered.offset}`, THREAD);
        const log = answered.offset > end ? truncateFully(partition.log, answered.offset, env) : partition.log;
        if (log !== partition.log) fact(env, { type: 'logTruncated', topic, partition: partition.partition, broker: b.brokerId, from: end, to: answered.offset });
        setPartition(b, place, { ...partition, log, fetch: { ...partition.fetch, offset: Math.max(answered.offset, end), told: null } });
      }
    }
  }
  delay(b, env, failed);
  if (askStart.length > 0) askOffsets(b, env, findFetcher(b, fetcher.key), 'askEarliestOffset', askStart);
  else work(b, env, fetcher.key);
}
