/**
 * Positions and records (`Fetcher`, `SubscriptionState` 2.3.0): where to read, asking for it, handing it over.
 */
import type { Env } from '../../kernel/program.ts';
import { baseOffset, decodeMarker, decodeRecords, fromUtf8, isControl, isTransactional, lastOffset, partitionLeaderEpoch, producerId, timestampType } from '../log/record-batch.ts';
import { refreshesMetadata } from '../protocol/errors.ts';
import type { FetchPartition, FetchPartitionResponse, FetchResponse } from '../protocol/fetch.ts';
import { EARLIEST_TIMESTAMP, LATEST_TIMESTAMP, type ListOffsetsPartition, type ListOffsetsResponse } from '../protocol/list-offsets.ts';
import type { OffsetForLeaderEpochPartition, OffsetForLeaderEpochResponse } from '../protocol/offset-for-leader-epoch.ts';
import { CONSUMER_REPLICA_ID, type TopicOf } from '../protocol/shared.ts';
import { topicPartition } from '../topic-partition.ts';
import { backOff, fail, log, movePartition, MS, put, requestReset, type AssignedPartition, type ConsumedRecord, type ConsumerState } from './consumer-state.ts';
import { note } from './facts.ts';
import { afterAnswer, NO_SESSION, planFetch, sessionText, type FetchSession } from './fetch-session.ts';
import { knownPartition, leaderOf, noteLeaderEpoch, requestUpdate } from './metadata.ts';
import { isUnavailable, sendWhenReady, withMetadata } from './network-client.ts';

// Answers.

export function receiveOffsets(state: ConsumerState, response: ListOffsetsResponse, env: Env): ConsumerState {
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
      next = put(next, name, { ...reset, position: offset, offsetEpoch: -1, leader: known?.leaderId ?? -1, leaderEpoch: known?.leaderEpoch ?? -1, buffered: null });
      next = { ...next, network: withMetadata(next.network, noteLeaderEpoch(metadata, topic, partition, leaderEpoch)) };
    }
  }
  return failed.length > 0 ? backOff(next, failed, env) : next;
}

/** A position beyond the end of its epoch on the new leader was truncated away (KIP-320). */
export function receiveEpochEnds(state: ConsumerState, response: OffsetForLeaderEpochResponse, env: Env): ConsumerState {
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

export function receiveFetch(state: ConsumerState, node: number, asked: FetchSession['partitions'], response: FetchResponse, env: Env): ConsumerState {
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
      for (const { offset, timestamp, key, value } of decodeRecords(batch)) {
        if (offset < nextOffset) continue;
        const [keyText, valueText] = [key, value].map((bytes) => (bytes === null ? null : fromUtf8(bytes)));
        records.push({ offset, timestampMs: timestamp, timestampType: timestampType(batch), key: keyText!, value: valueText! });
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

// What `poll` does.

/** Another leader or epoch in new metadata: positions with a known epoch are checked before they are used again. */
export function followLeaders(state: ConsumerState): ConsumerState {
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

export function findPositions(state: ConsumerState, env: Env): ConsumerState {
  let next = state;
  const resets: { [leader: string]: string[] } = {};
  const checks: { [leader: string]: string[] } = {};
  for (const name in next.partitions) {
    let assigned = next.partitions[name]!;
    if (assigned.chart.value === 'INITIALIZING') {
      // With a group the committed offset is asked for first.
      if (next.group) continue;
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
export function handOver(state: ConsumerState, env: Env): ConsumerState {
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
        const values = records.map(({ value }) => value ?? '');
        const told = next.tellsRecords ? { records } : {};
        note(env, { type: 'recordsConsumed', consumer: env.self, topic, partition, fromOffset: records[0]!.offset, toOffset: last.offset, values, ...told });
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

export function sendFetches(state: ConsumerState, env: Env): ConsumerState {
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
