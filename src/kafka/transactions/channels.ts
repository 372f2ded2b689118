/**
 * How markers get to the leaders of partitions (TransactionMarkerChannelManager as an InterBrokerSendThread): one connection a broker, to
 * oneself too, one request in flight on it, all that waits for a broker in one request. Connections are tagged and timers named
 * `txn-marker.<broker id>`.
 * Simplified: what a leader refuses is sent again after 50 ms, as after a lost connection; the real thread tries again without a pause.
 */
import type { Env, ProcessEvent } from '../../kernel/program.ts';
import { notReached } from '../clients/not-connected.ts';
import type { Draft } from '../broker/state.ts';
import { byTopic } from '../groups/consumer-protocol.ts';
import { request, type KafkaResponse, type WriteTxnMarkersResponse } from '../protocol/index.ts';
import { isSamePartition } from '../topic-partition.ts';
import { appendCompletion, enqueue, markerAnswered, reenqueue } from './markers.ts';
import type { MarkerChannel, MarkerRequest, PendingMarker } from './state.ts';

export const MARKER_PREFIX = 'txn-marker.';
const POLL_TIMER = `${MARKER_PREFIX}poll`;
const REFUSED_TIMER = `${MARKER_PREFIX}refused`;
/** reconnect.backoff.ms and its maximum, as this client is given them. */
const BACKOFF_MS = 50;

const tagOf = (brokerId: number): string => `${MARKER_PREFIX}${brokerId}`;

const channelOf = (b: Draft, brokerId: number): MarkerChannel => b.transactions.channels.find((one) => one.brokerId === brokerId)!;

function setChannel(b: Draft, brokerId: number, changes: Partial<MarkerChannel>): void {
  b.transactions = { ...b.transactions, channels: b.transactions.channels.map((one) => (one.brokerId === brokerId ? { ...one, ...changes } : one)) };
}

// ------------------------------------------------------------------ a round of the thread

/** Everything that waits is looked at, and every broker gets what is for it, if it can be sent (doWork, drainQueuedTransactionMarkers). */
export function wakeSender(b: Draft, env: Env): void {
  const { retries, unplaced } = b.transactions;
  b.transactions = { ...b.transactions, polledAt: env.now, retries: [], unplaced: [] };
  for (const retried of retries) appendCompletion(b, env, retried);
  for (const marker of unplaced) enqueue(b, env, marker);
  for (const { brokerId, queue } of b.transactions.channels) {
    if (queue.length > 0) setChannel(b, brokerId, { queue: [], unsent: [...channelOf(b, brokerId).unsent, { markers: queue, createdAt: env.now }] });
    sendNext(b, env, brokerId);
  }
}

/** A record that the log has not taken is tried again when the thread's poll ends, which takes no longer than a request may. */
export function expectPoll(b: Draft, env: Env): void {
  if (b.transactions.retries.length === 0 || env.hasTimer(POLL_TIMER)) return;
  const period = b.config.requestTimeoutMs * 1_000;
  env.setTimer(POLL_TIMER, period - ((env.now - b.transactions.polledAt) % period));
}

function sendNext(b: Draft, env: Env, brokerId: number): void {
  const channel = channelOf(b, brokerId);
  const [next, ...unsent] = channel.unsent;
  if (!next || channel.inFlight) return;
  watchTimeout(b, env, channel, channel.connected ? env.now : next.createdAt);
  if (channel.connected) {
    const correlationId = channel.correlationId + 1;
    env.send(channel.connection!, messageOf(b, correlationId, next));
    return setChannel(b, brokerId, { unsent, inFlight: next, correlationId, sentAt: env.now });
  }
  if (channel.connection !== null) return;
  if (env.now >= channel.backoffUntil) setChannel(b, brokerId, { connection: env.connect({ host: channel.host, port: channel.port }, tagOf(brokerId)) });
  else env.setTimer(`${tagOf(brokerId)}.backoff`, channel.backoffUntil - env.now);
}

function messageOf(b: Draft, correlationId: number, { markers }: MarkerRequest): Parameters<Env['send']>[1] {
  return request('WriteTxnMarkers', correlationId, `broker-${b.brokerId}-txn-marker-sender`, {
    markers: markers.map(({ producerId, producerEpoch, coordinatorEpoch, committed, partitions }) => ({ producerId, producerEpoch, coordinatorEpoch, committed, topics: byTopic(partitions) })),
  });
}

/** This broker knows more of the cluster: who waits for a leader, or for a broker that was not reached, may have another one now. */
export function leadersChanged(b: Draft, env: Env): void {
  if (b.transactions.unplaced.length === 0 && !b.transactions.channels.some(isBackingOff)) return;
  for (const channel of b.transactions.channels.filter(isBackingOff)) askAgain(b, env, channel.brokerId);
  wakeSender(b, env);
}

const isBackingOff = ({ connection, unsent }: MarkerChannel): boolean => connection === null && unsent.length > 0;

/** What was not sent goes to whoever leads now. */
function askAgain(b: Draft, env: Env, brokerId: number): void {
  const { unsent } = channelOf(b, brokerId);
  setChannel(b, brokerId, { unsent: [] });
  for (const marker of unsent.flatMap(({ markers }) => markers)) reenqueue(b, env, brokerId, marker);
}

// ------------------------------------------------------------------ what comes back

/** Events whose tag or timer begins with `txn-marker.`. */
export function handleMarkerEvent(b: Draft, env: Env, event: ProcessEvent): void {
  if (event.type === 'timer') {
    handleTimer(b, env, event.name);
  } else if (event.type === 'connected' || event.type === 'connectFailed' || event.type === 'closed' || event.type === 'received') {
    const channel = b.transactions.channels.find(({ connection }) => connection === event.connection);
    if (!channel) return;
    const { brokerId } = channel;
    if (event.type === 'connected') setChannel(b, brokerId, { connected: true });
    else if (event.type === 'received') answered(b, env, channel, event.message as KafkaResponse);
    else {
      if (event.type === 'connectFailed') sayNotReached(b, env, channel);
      disconnected(b, env, brokerId);
    }
  }
  wakeSender(b, env);
}

function handleTimer(b: Draft, env: Env, timer: string): void {
  if (timer === POLL_TIMER) return;
  if (timer === REFUSED_TIMER) {
    const { refused } = b.transactions;
    b.transactions = { ...b.transactions, refused: [] };
    for (const { brokerId, marker } of refused) reenqueue(b, env, brokerId, marker);
    return;
  }
  const [id = '', what] = timer.slice(MARKER_PREFIX.length).split('.');
  const channel = channelOf(b, Number(id));
  if (what === 'timeout') return checkTimeout(b, env, channel);
  if (isBackingOff(channel)) askAgain(b, env, channel.brokerId);
}

function sayNotReached(b: Draft, env: Env, { brokerId, host, port, unresolvedAt }: MarkerChannel): void {
  const { text, noted } = notReached(`[TransactionCoordinator id=${b.brokerId}] `, { id: brokerId, host, port, rack: null }, env.lookUp(host)?.address, env.now, unresolvedAt);
  env.log({ level: 'WARN', file: 'server', text });
  setChannel(b, brokerId, noted);
}

/** Whatever was for this broker is sent again, to whoever leads by then. */
function disconnected(b: Draft, env: Env, brokerId: number): void {
  const { inFlight } = channelOf(b, brokerId);
  setChannel(b, brokerId, { connection: null, connected: false, inFlight: null, backoffUntil: env.now + BACKOFF_MS * 1_000 });
  for (const marker of inFlight?.markers ?? []) reenqueue(b, env, brokerId, marker);
  askAgain(b, env, brokerId);
}

function answered(b: Draft, env: Env, { brokerId, inFlight, correlationId }: MarkerChannel, response: KafkaResponse): void {
  if (response.type !== 'WriteTxnMarkersResponse' || response.correlationId !== correlationId || !inFlight) return;
  setChannel(b, brokerId, { inFlight: null });
  for (const marker of inFlight.markers) {
    const again = markerAnswered(b, env, brokerId, marker, resultsOf(response, marker));
    if (again === 'thrown') break;
    if (again) b.transactions = { ...b.transactions, refused: [...b.transactions.refused, { brokerId, marker: again }] };
  }
  if (b.transactions.refused.length > 0 && !env.hasTimer(REFUSED_TIMER)) env.setTimer(REFUSED_TIMER, BACKOFF_MS * 1_000);
}

/** A request may have two markers of one producer: its partitions may have been tried at different times. */
function resultsOf({ markers }: WriteTxnMarkersResponse, { producerId, partitions: sent }: PendingMarker): Parameters<typeof markerAnswered>[4] {
  const ofProducer = markers.filter((marker) => marker.producerId === producerId).flatMap(({ topics }) => topics);
  const results = ofProducer.flatMap(({ topic, partitions }) => partitions.map(({ partition, error }) => ({ topic, partition, error })));
  return results.filter((result) => sent.some((one) => isSamePartition(one, result)));
}

/** One timer outlives many requests: when it fires it looks how old the oldest one is. */
function watchTimeout(b: Draft, env: Env, { brokerId }: MarkerChannel, since: number): void {
  const timer = `${tagOf(brokerId)}.timeout`;
  if (!env.hasTimer(timer)) env.setTimer(timer, Math.max(0, since + b.config.requestTimeoutMs * 1_000 - env.now));
}

function checkTimeout(b: Draft, env: Env, channel: MarkerChannel): void {
  const { brokerId, inFlight, unsent, sentAt, connection } = channel;
  const since = inFlight ? sentAt : unsent[0]?.createdAt;
  if (since === undefined) return;
  if (env.now - since < b.config.requestTimeoutMs * 1_000) return watchTimeout(b, env, channel, since);
  if (!inFlight) return askAgain(b, env, brokerId);
  env.close(connection!);
  disconnected(b, env, brokerId);
}

export function stopSender(b: Draft, env: Env): void {
  for (const { brokerId, connection } of b.transactions.channels) {
    if (connection !== null) env.close(connection);
    for (const what of ['backoff', 'timeout']) env.clearTimer(`${tagOf(brokerId)}.${what}`);
  }
  for (const timer of [POLL_TIMER, REFUSED_TIMER]) env.clearTimer(timer);
  b.transactions = { ...b.transactions, channels: [], unplaced: [], refused: [], retries: [], completions: {} };
}
