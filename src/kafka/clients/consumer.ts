/**
 * The consumer process `kafka-consumer`: an application that polls for ever and the Java client 2.3.0 under it (`KafkaConsumer`,
 * `Fetcher`, `SubscriptionState`), with partitions assigned by hand. Every event ends in one turn of the poll loop: positions are found or
 * checked, records handed over, the next fetches sent.
 */
import { begin, matches, step, type ChartState } from '../../kernel/machine.ts';
import type { Env, Micros, Program } from '../../kernel/program.ts';
import { baseOffset, decodeMarker, decodeRecords, fromUtf8, isControl, isTransactional, lastOffset, partitionLeaderEpoch, producerId } from '../log/record-batch.ts';
import type { FetchPartition, FetchPartitionResponse, FetchResponse } from '../protocol/fetch.ts';
import { EARLIEST_TIMESTAMP, LATEST_TIMESTAMP, type ListOffsetsPartition, type ListOffsetsResponse } from '../protocol/list-offsets.ts';
import { refreshesMetadata } from '../protocol/errors.ts';
import type { OffsetForLeaderEpochPartition, OffsetForLeaderEpochResponse } from '../protocol/offset-for-leader-epoch.ts';
import { CONSUMER_REPLICA_ID, type TopicOf } from '../protocol/shared.ts';
import { topicPartition, type TopicPartition } from '../topic-partition.ts';
import { consumerConfig, isConfigError, type ConsumerConfig } from './client-config.ts';
import { consumerMachine, type ConsumerAction, type ConsumerEvent } from './consumer.machine.ts';
import { note } from './facts.ts';
import { afterAnswer, afterDisconnect, NO_SESSION, planFetch, sessionText, type FetchSession } from './fetch-session.ts';
import { fetchStateMachine, type FetchStateEvent } from './fetch-state.machine.ts';
import { knownPartition, leaderOf, noteLeaderEpoch, requestUpdate } from './metadata.ts';
import {
  connectableAt,
  handleNetwork,
  isUnavailable,
  logLine,
  networkDeadline,
  pollNetwork,
  sendWhenReady,
  startNetwork,
  withMetadata,
  type NetworkClient,
  type NetworkOutput,
} from './network-client.ts';

const MS = 1_000;
const WAKE = 'poll';

export interface ConsumerProcessConfig {
  readonly bootstrapServers: string;
  readonly properties: { readonly [key: string]: string };
  readonly assignment: readonly TopicPartition[];
  /** `seekToBeginning` before the first poll. */
  readonly fromBeginning?: boolean;
  /** Time the application takes between two polls; left out: none. */
  readonly pollIntervalMs?: number;
}

export type ConsumerCommand =
  | { readonly type: 'assign'; readonly assignment: readonly TopicPartition[] }
  | { readonly type: 'seek'; readonly topic: string; readonly partition: number; readonly offset: number }
  | { readonly type: 'seekToBeginning' | 'seekToEnd' | 'pause' | 'resume'; readonly topic: string; readonly partition: number }
  | { readonly type: 'stop' };

interface ConsumedRecord {
  readonly offset: number;
  readonly value: string;
}

/** What a fetch brought and the application did not yet get. */
interface CompletedFetch {
  readonly records: readonly ConsumedRecord[];
  /** Position after the last of them, also over what is not handed out. */
  readonly nextOffset: number;
  readonly offsetEpoch: number;
}

export interface AssignedPartition {
  readonly topic: string;
  readonly partition: number;
  readonly chart: ChartState;
  /** Next offset to hand out; −1: none yet. */
  readonly position: number;
  /** Leader epoch of the record before it; −1: unknown. */
  readonly offsetEpoch: number;
  /** Leader and its epoch that the position was made for; −1: none. */
  readonly leader: number;
  readonly leaderEpoch: number;
  readonly isPaused: boolean;
  /** What the next reset goes to, and why it is wanted. */
  readonly resetTo: 'earliest' | 'latest';
  readonly resetReason: 'start' | 'outOfRange' | 'truncation' | 'seek';
  readonly highWatermark: number;
  readonly consumed: number;
  readonly buffered: CompletedFetch | null;
  /** A ListOffsets or OffsetForLeaderEpoch for it is under way, or its backoff runs until then. */
  readonly askedUntil: Micros;
}

export type ConsumerPurpose =
  | { readonly type: 'fetch'; readonly partitions: { readonly [partition: string]: FetchPartition } }
  | { readonly type: 'listOffsets'; readonly partitions: readonly string[] }
  | { readonly type: 'validate'; readonly partitions: readonly string[] };

export interface ConsumerState {
  readonly config: ConsumerConfig;
  readonly pollIntervalMs: number;
  readonly chart: ChartState;
  readonly network: NetworkClient<ConsumerPurpose>;
  /** By `topic-partition`, in the order of the assignment. */
  readonly partitions: { readonly [partition: string]: AssignedPartition };
  readonly sessions: { readonly [node: string]: FetchSession };
  readonly nodesWithPendingFetch: readonly number[];
  readonly consumed: number;
  readonly nextPollAt: Micros;
  readonly metadataVersion: number;
  readonly wakeAt: Micros;
}

export const consumerProgram: Program<ConsumerState | null, ConsumerProcessConfig> = {
  start(given, env) {
    const config = consumerConfig(given, 'consumer-1');
    if (isConfigError(config)) {
      note(env, { type: 'clientNotStarted', client: env.self, key: config.key, message: config.message });
      logLine(env, '', 'ERROR', `org.apache.kafka.common.config.ConfigException: ${config.message}`, 'clients.consumer.KafkaConsumer');
      env.exit(1);
      return null;
    }
    const logPrefix = `[Consumer clientId=${config.clientId}, groupId=${config.groupId}] `;
    const state: ConsumerState = {
      config,
      pollIntervalMs: given.pollIntervalMs ?? 0,
      chart: begin(consumerMachine).chart,
      network: startNetwork(config, { logPrefix, maxInFlight: 100, allowAutoTopicCreation: config.allowAutoCreateTopics, wanted: {} }),
      partitions: {},
      sessions: {},
      nodesWithPendingFetch: [],
      consumed: 0,
      nextPollAt: 0,
      metadataVersion: 0,
      wakeAt: -1,
    };
    let next = assign(state, given.assignment, env);
    if (given.fromBeginning) for (const name in next.partitions) next = seekToEdge(next, name, 'earliest', env);
    return settle(next, env);
  },

  handle(state, event, env) {
    if (state === null) return state;
    switch (event.type) {
      case 'timer':
        return settle({ ...state, wakeAt: -1 }, env);
      case 'command':
        return settle(obey(state, event.command as ConsumerCommand, env), env);
      case 'signal':
        return move(state, { type: 'close' }, env);
      default: {
        const { client, outputs } = handleNetwork(state.network, event, env);
        return settle(hear(client === state.network ? state : { ...state, network: client }, outputs, env), env);
      }
    }
  },
};

function log(state: ConsumerState, env: Env, level: 'INFO' | 'WARN', text: string, logger: string): void {
  logLine(env, state.network.settings.logPrefix, level, text, logger);
}

function move(state: ConsumerState, event: ConsumerEvent, env: Env): ConsumerState {
  const done = step(consumerMachine, state.chart, event);
  for (const { type } of done.actions) actions[type as ConsumerAction](env);
  return done.chart === state.chart ? state : { ...state, chart: done.chart };
}

const actions: { readonly [action in ConsumerAction]: (env: Env) => void } = {
  leave: (env) => {
    note(env, { type: 'consumerClosed', consumer: env.self });
    env.exit(0);
  },
  abort: (env) => {
    env.exit(1);
  },
};

function put(state: ConsumerState, name: string, partition: AssignedPartition): ConsumerState {
  return { ...state, partitions: { ...state.partitions, [name]: partition } };
}

function movePartition(partition: AssignedPartition, event: FetchStateEvent): AssignedPartition {
  const { chart } = step(fetchStateMachine, partition.chart, event);
  return chart === partition.chart ? partition : { ...partition, chart, askedUntil: 0 };
}

// Commands of the application.

function assign(state: ConsumerState, assignment: readonly TopicPartition[], env: Env): ConsumerState {
  const names = assignment.map(({ topic, partition }) => topicPartition(topic, partition));
  log(state, env, 'INFO', `Subscribed to partition(s): ${names.join(', ')}`, 'clients.consumer.KafkaConsumer');
  const partitions: { [partition: string]: AssignedPartition } = {};
  const wanted: { [topic: string]: number } = {};
  for (const { topic, partition } of assignment) {
    const name = topicPartition(topic, partition);
    wanted[topic] = -1;
    partitions[name] = state.partitions[name] ?? {
      topic,
      partition,
      chart: begin(fetchStateMachine).chart,
      position: -1,
      offsetEpoch: -1,
      leader: -1,
      leaderEpoch: -1,
      isPaused: false,
      resetTo: 'latest',
      resetReason: 'start',
      highWatermark: -1,
      consumed: 0,
      buffered: null,
      askedUntil: 0,
    };
  }
  const metadata = requestUpdate({ ...state.network.metadata, wanted });
  return move({ ...state, partitions, network: withMetadata(state.network, metadata) }, { type: 'assign' }, env);
}

function seekToEdge(state: ConsumerState, name: string, edge: 'earliest' | 'latest', env: Env): ConsumerState {
  log(state, env, 'INFO', `Seeking to ${edge.toUpperCase()} offset of partition ${name}`, 'clients.consumer.internals.SubscriptionState');
  return requestReset(state, name, edge, 'seek');
}

function requestReset(state: ConsumerState, name: string, resetTo: 'earliest' | 'latest', resetReason: AssignedPartition['resetReason']): ConsumerState {
  const partition = state.partitions[name]!;
  return put(state, name, movePartition({ ...partition, resetTo, resetReason, buffered: null }, { type: 'requestOffsetReset' }));
}

function obey(state: ConsumerState, command: ConsumerCommand, env: Env): ConsumerState {
  if (command.type === 'stop') return move(state, { type: 'close' }, env);
  if (command.type === 'assign') return assign(state, command.assignment, env);
  const name = topicPartition(command.topic, command.partition);
  const partition = state.partitions[name];
  if (!partition) return state;
  switch (command.type) {
    case 'seek': {
      log(state, env, 'INFO', `Seeking to offset ${command.offset} for partition ${name}`, 'clients.consumer.KafkaConsumer');
      note(env, { type: 'positionReset', consumer: env.self, topic: command.topic, partition: command.partition, offset: command.offset, reason: 'seek' });
      return put(state, name, { ...movePartition(partition, { type: 'seek' }), position: command.offset, offsetEpoch: -1, buffered: null });
    }
    case 'seekToBeginning':
      return seekToEdge(state, name, 'earliest', env);
    case 'seekToEnd':
      return seekToEdge(state, name, 'latest', env);
    case 'pause':
    case 'resume':
      return put(state, name, { ...partition, isPaused: command.type === 'pause' });
  }
}

// Answers.

function hear(state: ConsumerState, outputs: readonly NetworkOutput<ConsumerPurpose>[], env: Env): ConsumerState {
  let next = state;
  for (const output of outputs) {
    switch (output.type) {
      case 'answered':
        switch (output.purpose.type) {
          case 'fetch':
            next = receiveFetch(next, output.node, output.purpose.partitions, output.response as FetchResponse, env);
            break;
          case 'listOffsets':
            next = receiveOffsets(next, output.response as ListOffsetsResponse, env);
            break;
          case 'validate':
            next = receiveEpochEnds(next, output.response as OffsetForLeaderEpochResponse, env);
        }
        break;
      case 'disconnected':
        if (output.purpose.type === 'fetch') {
          const session = next.sessions[output.node] ?? NO_SESSION;
          const text = `Error sending fetch request ${sessionText(session)} to node ${output.node}: org.apache.kafka.common.errors.DisconnectException.`;
          log(next, env, 'INFO', text, 'clients.FetchSessionHandler');
          next = {
            ...next,
            sessions: { ...next.sessions, [output.node]: afterDisconnect(session) },
            nodesWithPendingFetch: next.nodesWithPendingFetch.filter((node) => node !== output.node),
          };
        } else next = backOff(next, output.purpose.partitions, env);
        break;
      case 'noBootstrapServer':
        next = fail(next, 'KafkaException', output.message, env);
        break;
      case 'metadataUpdated':
      case 'ready':
        break;
    }
  }
  return next;
}

/** After a failed question about positions: again when the backoff is over, with fresh metadata. */
function backOff(state: ConsumerState, names: readonly string[], env: Env): ConsumerState {
  let next: ConsumerState = { ...state, network: withMetadata(state.network, requestUpdate(state.network.metadata)) };
  const askedUntil = env.now + state.config.retryBackoffMs * MS;
  for (const name of names) {
    const partition = next.partitions[name];
    if (partition) next = put(next, name, { ...partition, askedUntil });
  }
  return next;
}

function fail(state: ConsumerState, error: string, message: string, env: Env): ConsumerState {
  note(env, { type: 'consumerFailed', consumer: env.self, error, message });
  return move(state, { type: 'pollFailed' }, env);
}

function receiveOffsets(state: ConsumerState, response: ListOffsetsResponse, env: Env): ConsumerState {
  let next = state;
  const failed: string[] = [];
  for (const { topic, partitions } of response.topics) {
    for (const { partition, error, offset, leaderEpoch } of partitions) {
      const name = topicPartition(topic, partition);
      const assigned = next.partitions[name];
      if (!assigned || assigned.chart.value !== 'AWAIT_RESET') continue;
      if (error !== 'NONE') {
        failed.push(name);
        continue;
      }
      log(next, env, 'INFO', `Resetting offset for partition ${name} to offset ${offset}.`, 'clients.consumer.internals.SubscriptionState');
      note(env, { type: 'positionReset', consumer: env.self, topic, partition, offset, reason: assigned.resetReason });
      const reset = movePartition(assigned, { type: 'ListOffsetsResponse' });
      const { metadata } = next.network;
      const known = knownPartition(metadata, topic, partition);
      next = put(next, name, { ...reset, position: offset, offsetEpoch: leaderEpoch, leader: known?.leaderId ?? -1, leaderEpoch: known?.leaderEpoch ?? -1, buffered: null });
      next = { ...next, network: withMetadata(next.network, noteLeaderEpoch(metadata, topic, partition, leaderEpoch)) };
    }
  }
  return failed.length > 0 ? backOff(next, failed, env) : next;
}

/** A position beyond the end of its epoch on the new leader was truncated away (KIP-320). */
function receiveEpochEnds(state: ConsumerState, response: OffsetForLeaderEpochResponse, env: Env): ConsumerState {
  let next = state;
  const failed: string[] = [];
  for (const { topic, partitions } of response.topics) {
    for (const { partition, error, leaderEpoch, endOffset } of partitions) {
      const name = topicPartition(topic, partition);
      const assigned = next.partitions[name];
      if (!assigned || assigned.chart.value !== 'AWAIT_VALIDATION') continue;
      if (error !== 'NONE') {
        failed.push(name);
        continue;
      }
      const valid = movePartition(assigned, { type: 'OffsetForLeaderEpochResponse' });
      if (endOffset >= assigned.position) next = put(next, name, valid);
      else if (next.config.autoOffsetReset !== 'none') {
        note(env, { type: 'positionReset', consumer: env.self, topic, partition, offset: endOffset, reason: 'truncation' });
        next = put(next, name, { ...valid, position: endOffset, offsetEpoch: leaderEpoch, buffered: null });
      } else {
        const message = `Detected log truncation with diverging offsets {${name}=OffsetAndMetadata{offset=${endOffset}, leaderEpoch=${leaderEpoch}, metadata=''}}`;
        return fail(put(next, name, valid), 'LogTruncationException', message, env);
      }
    }
  }
  return failed.length > 0 ? backOff(next, failed, env) : next;
}

function receiveFetch(state: ConsumerState, node: number, asked: FetchSession['partitions'], response: FetchResponse, env: Env): ConsumerState {
  const session = state.sessions[node] ?? NO_SESSION;
  let next: ConsumerState = {
    ...state,
    sessions: { ...state.sessions, [node]: afterAnswer(session, response.error, response.sessionId) },
    nodesWithPendingFetch: state.nodesWithPendingFetch.filter((one) => one !== node),
  };
  if (response.error !== 'NONE') {
    log(next, env, 'INFO', `Node ${node} was unable to process the fetch request with ${sessionText(session)}: ${response.error}.`, 'clients.FetchSessionHandler');
    return next;
  }
  for (const { topic, partitions } of response.topics) {
    for (const answer of partitions) {
      const name = topicPartition(topic, answer.partition);
      const assigned = next.partitions[name];
      const fetchOffset = asked[name]?.fetchOffset;
      // The position moved while the fetch was under way: its answer is of no use.
      if (!assigned || assigned.chart.value !== 'FETCHING' || fetchOffset !== assigned.position) continue;
      next = answer.error === 'NONE' ? keepRecords(next, name, assigned, answer) : refuse(next, name, assigned, answer, env);
    }
  }
  return next;
}

function keepRecords(state: ConsumerState, name: string, assigned: AssignedPartition, answer: FetchPartitionResponse): ConsumerState {
  const { highWatermark } = answer;
  if (answer.records.length === 0) return assigned.highWatermark === highWatermark ? state : put(state, name, { ...assigned, highWatermark });
  const records: ConsumedRecord[] = [];
  const aborted = [...(answer.abortedTransactions ?? [])].sort((a, b) => a.firstOffset - b.firstOffset);
  const abortedProducers: number[] = [];
  let nextOffset = assigned.position;
  let offsetEpoch = assigned.offsetEpoch;
  for (const batch of answer.records) {
    const last = lastOffset(batch);
    if (last < nextOffset) continue;
    const id = producerId(batch);
    while (aborted[0] && aborted[0].firstOffset <= last) abortedProducers.push(aborted.shift()!.producerId);
    if (isControl(batch)) {
      if (decodeMarker(batch)?.type === 'ABORT' && abortedProducers.includes(id)) abortedProducers.splice(abortedProducers.indexOf(id), 1);
    } else if (!(state.config.isolationLevel === 1 && isTransactional(batch) && abortedProducers.includes(id))) {
      for (const { offset, value } of decodeRecords(batch)) {
        if (offset >= nextOffset) records.push({ offset, value: value === null ? '' : fromUtf8(value) });
      }
    }
    nextOffset = Math.max(last + 1, baseOffset(batch) + 1);
    offsetEpoch = partitionLeaderEpoch(batch);
  }
  return put(state, name, { ...assigned, highWatermark, buffered: { records, nextOffset, offsetEpoch } });
}

function refuse(state: ConsumerState, name: string, assigned: AssignedPartition, answer: FetchPartitionResponse, env: Env): ConsumerState {
  const { topic, partition, position } = assigned;
  switch (answer.error) {
    case 'OFFSET_OUT_OF_RANGE': {
      note(env, { type: 'offsetOutOfRange', consumer: env.self, topic, partition, offset: position });
      const policy = state.config.autoOffsetReset;
      if (policy === 'none') {
        return fail(state, 'OffsetOutOfRangeException', `Offsets out of range with no configured reset policy for partitions: {${name}=${position}}`, env);
      }
      log(state, env, 'INFO', `Fetch offset ${position} is out of range for partition ${name}, resetting offset`, 'clients.consumer.internals.Fetcher');
      return requestReset(state, name, policy, 'outOfRange');
    }
    case 'UNKNOWN_TOPIC_OR_PARTITION':
      log(state, env, 'WARN', `Received unknown topic or partition error in fetch for partition ${name}`, 'clients.consumer.internals.Fetcher');
      break;
    default:
  }
  if (!refreshesMetadata(answer.error) && answer.error !== 'OFFSET_NOT_AVAILABLE' && answer.error !== 'REPLICA_NOT_AVAILABLE') return state;
  return { ...state, network: withMetadata(state.network, requestUpdate(state.network.metadata)) };
}

// The poll loop.

function settle(state: ConsumerState, env: Env): ConsumerState {
  if (!matches(state.chart, 'userAssigned')) return state;
  let next = state;
  for (;;) {
    next = followLeaders(next);
    next = findPositions(next, env);
    next = handOver(next, env);
    next = sendFetches(next, env);
    const { client, outputs } = pollNetwork(next.network, env);
    if (client !== next.network) next = { ...next, network: client };
    if (!matches(next.chart, 'userAssigned')) return next;
    if (outputs.length === 0) return schedule(next, env);
    next = hear(next, outputs, env);
  }
}

/** Another leader or epoch in new metadata: positions with a known epoch are checked before they are used again. */
function followLeaders(state: ConsumerState): ConsumerState {
  const { metadata } = state.network;
  if (metadata.version === state.metadataVersion) return state;
  let next: ConsumerState = { ...state, metadataVersion: metadata.version };
  for (const name in state.partitions) {
    const assigned = state.partitions[name]!;
    const known = knownPartition(metadata, assigned.topic, assigned.partition);
    if (!known || known.leaderId < 0 || assigned.position < 0 || assigned.chart.value === 'AWAIT_RESET') continue;
    if (known.leaderId === assigned.leader && known.leaderEpoch === assigned.leaderEpoch) continue;
    const moved = movePartition(assigned, { type: 'leaderChanged', hasOffsetEpoch: assigned.offsetEpoch >= 0 && known.leaderEpoch >= 0 });
    next = put(next, name, { ...moved, leader: known.leaderId, leaderEpoch: known.leaderEpoch, askedUntil: 0 });
  }
  return next;
}

function findPositions(state: ConsumerState, env: Env): ConsumerState {
  let next = state;
  const resets: { [leader: string]: string[] } = {};
  const checks: { [leader: string]: string[] } = {};
  for (const name in next.partitions) {
    let assigned = next.partitions[name]!;
    if (assigned.chart.value === 'INITIALIZING') {
      // Without a group there is no committed offset.
      const policy = next.config.autoOffsetReset;
      if (policy === 'none') return fail(next, 'NoOffsetForPartitionException', `Undefined offset with no reset policy for partitions: [${name}]`, env);
      next = requestReset(next, name, policy, 'start');
      assigned = next.partitions[name]!;
    }
    const { value } = assigned.chart;
    if (value === 'FETCHING' || env.now < assigned.askedUntil) continue;
    const leader = leaderOf(next.network.metadata, assigned.topic, assigned.partition);
    if (leader < 0) {
      if (next.network.metadata.version > 0) next = backOff(next, [name], env);
      continue;
    }
    if (isUnavailable(next.network, leader, env.now)) continue;
    const table = value === 'AWAIT_RESET' ? resets : checks;
    (table[leader] ??= []).push(name);
  }
  for (const leader in resets) {
    const names = resets[leader]!;
    const topics = byTopic(next, names, ({ partition, resetTo, topic }): ListOffsetsPartition => ({
      partition,
      currentLeaderEpoch: knownPartition(next.network.metadata, topic, partition)?.leaderEpoch ?? -1,
      timestamp: resetTo === 'earliest' ? EARLIEST_TIMESTAMP : LATEST_TIMESTAMP,
    }));
    next = ask(next, names);
    const body = { replicaId: CONSUMER_REPLICA_ID, isolationLevel: next.config.isolationLevel, topics };
    next = { ...next, network: sendWhenReady(next.network, Number(leader), 'ListOffsets', body, { type: 'listOffsets', partitions: names }, env, []) };
  }
  for (const leader in checks) {
    const names = checks[leader]!;
    const topics = byTopic(next, names, ({ partition, leaderEpoch, offsetEpoch }): OffsetForLeaderEpochPartition => ({
      partition,
      currentLeaderEpoch: leaderEpoch,
      leaderEpoch: offsetEpoch,
    }));
    next = ask(next, names);
    const body = { replicaId: CONSUMER_REPLICA_ID, topics };
    next = { ...next, network: sendWhenReady(next.network, Number(leader), 'OffsetForLeaderEpoch', body, { type: 'validate', partitions: names }, env, []) };
  }
  return next;
}

/** Asked, and not again before the answer: an answer or a disconnection always comes. */
function ask(state: ConsumerState, names: readonly string[]): ConsumerState {
  let next = state;
  for (const name of names) next = put(next, name, { ...next.partitions[name]!, askedUntil: Number.MAX_SAFE_INTEGER });
  return next;
}

function byTopic<E>(state: ConsumerState, names: readonly string[], entry: (partition: AssignedPartition) => E): TopicOf<E>[] {
  const topics = new Map<string, E[]>();
  for (const name of names) {
    const partition = state.partitions[name]!;
    const known = topics.get(partition.topic);
    if (known) known.push(entry(partition));
    else topics.set(partition.topic, [entry(partition)]);
  }
  return [...topics].map(([topic, partitions]) => ({ topic, partitions }));
}

/** What `poll` returns: at most `max.poll.records`, then the application works until its next poll. */
function handOver(state: ConsumerState, env: Env): ConsumerState {
  let next = state;
  while (env.now >= next.nextPollAt) {
    let left = next.config.maxPollRecords;
    for (const name in next.partitions) {
      const assigned = next.partitions[name]!;
      const { buffered } = assigned;
      if (buffered === null || assigned.isPaused || left === 0) continue;
      const records = buffered.records.slice(0, left);
      const rest = buffered.records.slice(records.length);
      left -= records.length;
      const last = records[records.length - 1];
      if (last) {
        const { topic, partition } = assigned;
        const values = records.map(({ value }) => value);
        note(env, { type: 'recordsConsumed', consumer: env.self, topic, partition, fromOffset: records[0]!.offset, toOffset: last.offset, values });
      }
      next = put(next, name, {
        ...assigned,
        position: rest.length > 0 ? last!.offset + 1 : buffered.nextOffset,
        offsetEpoch: buffered.offsetEpoch,
        consumed: assigned.consumed + records.length,
        buffered: rest.length > 0 ? { ...buffered, records: rest } : null,
      });
    }
    const count = next.config.maxPollRecords - left;
    if (count === 0) return next;
    next = { ...next, consumed: next.consumed + count, nextPollAt: env.now + next.pollIntervalMs * MS };
  }
  return next;
}

function sendFetches(state: ConsumerState, env: Env): ConsumerState {
  let next = state;
  const wanted: { [node: string]: { [partition: string]: FetchPartition } } = {};
  for (const name in state.partitions) {
    const { chart, isPaused, buffered, topic, partition, position, leaderEpoch } = state.partitions[name]!;
    if (chart.value !== 'FETCHING' || isPaused || buffered !== null) continue;
    const leader = leaderOf(state.network.metadata, topic, partition);
    if (leader < 0) {
      next = { ...next, network: withMetadata(next.network, requestUpdate(next.network.metadata)) };
      continue;
    }
    if (state.nodesWithPendingFetch.includes(leader) || isUnavailable(state.network, leader, env.now)) continue;
    (wanted[leader] ??= {})[name] = {
      partition,
      currentLeaderEpoch: leaderEpoch,
      fetchOffset: position,
      logStartOffset: -1,
      partitionMaxBytes: state.config.maxPartitionFetchBytes,
    };
  }
  for (const key in wanted) {
    const node = Number(key);
    const partitions = wanted[key]!;
    const { session, topics, forgotten } = planFetch(next.sessions[node] ?? NO_SESSION, partitions);
    const { config } = next;
    const body = {
      replicaId: CONSUMER_REPLICA_ID,
      maxWaitMs: config.fetchMaxWaitMs,
      minBytes: config.fetchMinBytes,
      maxBytes: config.fetchMaxBytes,
      isolationLevel: config.isolationLevel,
      sessionId: session.sessionId,
      sessionEpoch: session.epoch,
      topics,
      forgottenTopicsData: forgotten,
      rackId: '',
    };
    next = {
      ...next,
      sessions: { ...next.sessions, [node]: session },
      nodesWithPendingFetch: [...next.nodesWithPendingFetch, node],
      network: sendWhenReady(next.network, node, 'Fetch', body, { type: 'fetch', partitions }, env, []),
    };
  }
  return next;
}

function schedule(state: ConsumerState, env: Env): ConsumerState {
  const { now } = env;
  const { network } = state;
  let deadline = networkDeadline(network);
  for (const name in state.partitions) {
    const { chart, buffered, askedUntil, topic, partition } = state.partitions[name]!;
    if (buffered !== null && state.nextPollAt > now) deadline = Math.min(deadline, state.nextPollAt);
    const leader = leaderOf(network.metadata, topic, partition);
    const at = Math.max(chart.value === 'FETCHING' ? 0 : askedUntil, leader < 0 ? 0 : connectableAt(network, leader));
    if (at > now && at < Number.MAX_SAFE_INTEGER) deadline = Math.min(deadline, at);
  }
  if (deadline === Infinity) return state;
  deadline = Math.max(deadline, now + 1);
  if (state.wakeAt >= 0 && state.wakeAt <= deadline) return state;
  env.setTimer(WAKE, deadline - now);
  return { ...state, wakeAt: deadline };
}

