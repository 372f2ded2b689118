/** Committed offsets, from the consumer's side (`ConsumerCoordinator` 2.3.0): keeping them up to date, and beginning where they say. */
import type { Env } from '../../kernel/program.ts';
import { byTopic } from '../groups/consumer-protocol.ts';
import { errors, isRetriable, type ErrorName } from '../protocol/errors.ts';
import type { OffsetCommitResponse } from '../protocol/offset-commit.ts';
import type { OffsetFetchResponse } from '../protocol/offset-fetch.ts';
import { topicPartition } from '../topic-partition.ts';
import { fail, log, movePartition, MS, put, requestReset, type ConsumerState } from './consumer-state.ts';
import { fatal, forgetCoordinator, isStable, isSubscribed, lookUp, resetGeneration, withGroup } from './coordinator-lookup.ts';
import { note } from './facts.ts';
import { offsetsText, type OffsetToCommit, type SyncCommit } from './membership-state.ts';
import { knownPartition, nodeById, nodeText, noteLeaderEpoch } from './metadata.ts';
import { sendWhenReady, withMetadata } from './network-client.ts';

const CONSUMER = 'clients.consumer.internals.ConsumerCoordinator';
const COMMIT_FAILED =
  'Commit cannot be completed since the group has already rebalanced and assigned the partitions to another member. This means that the time between subsequent calls to poll() was longer than the configured max.poll.interval.ms, which typically implies that the poll loop is spending too much time message processing. You can address this either by increasing max.poll.interval.ms or by reducing the maximum size of batches returned in poll() with max.poll.records.';

const say = (state: ConsumerState, env: Env, level: 'INFO' | 'WARN' | 'ERROR', text: string): void => log(state, env, level, text, CONSUMER);

// ------------------------------------------------------------------ commit

/** Positions of everything that is read: what was handed over, worked off or not. */
function consumedOffsets({ partitions }: ConsumerState): readonly OffsetToCommit[] {
  return Object.values(partitions)
    .filter(({ chart }) => chart.value === 'FETCHING')
    .map(({ topic, partition, position, offsetEpoch }) => ({ topic, partition, offset: position, leaderEpoch: offsetEpoch }));
}

/** Null: the member is in no generation, so that nothing may be sent. */
function sendCommit(state: ConsumerState, offsets: readonly OffsetToCommit[], sync: boolean, env: Env): ConsumerState | null {
  const group = state.group!;
  if (isSubscribed(group) && !isStable(group)) {
    say(state, env, 'INFO', 'Failing OffsetCommit request since the consumer is not part of an active group');
    return null;
  }
  const { groupId, generationId, memberId, groupInstanceId, coordinator } = group;
  const topics = byTopic(offsets).map(({ topic, partitions }) => ({
    topic,
    partitions: partitions.map((partition) => {
      const one = offsets.find((offset) => offset.topic === topic && offset.partition === partition)!;
      return { partition, committedOffset: one.offset, committedLeaderEpoch: one.leaderEpoch, committedMetadata: '' };
    }),
  }));
  const body = { groupId, generationId, memberId, groupInstanceId, topics };
  return { ...state, network: sendWhenReady(state.network, coordinator!.id, 'OffsetCommit', body, { type: 'offsetCommit', offsets, sync }, env, []) };
}

/** `enable.auto.commit`: from within `poll`, when the interval is over. */
export function autoCommit(state: ConsumerState, env: Env): ConsumerState {
  const { config, group } = state;
  if (!config.enableAutoCommit || env.now < group!.autoCommitAt) return state;
  const offsets = consumedOffsets(state);
  if (offsets.length > 0 && !group!.coordinator) return lookUp(state, env);
  const next = withGroup(state, { autoCommitAt: env.now + config.autoCommitIntervalMs * MS });
  if (offsets.length === 0) return next;
  return sendCommit(next, offsets, false, env) ?? asyncCommitFailed(next, offsets, COMMIT_FAILED, env);
}

/** The application asks for it; without a coordinator it fails. */
export function commitNow(state: ConsumerState, env: Env): ConsumerState {
  const offsets = consumedOffsets(state);
  if (offsets.length === 0) return state;
  const sent = state.group?.coordinator ? sendCommit(state, offsets, false, env) : null;
  if (sent) return sent;
  note(env, { type: 'commitFailed', consumer: env.self, group: state.group?.groupId ?? '', error: 'REBALANCE_IN_PROGRESS' });
  return state;
}

function asyncCommitFailed(state: ConsumerState, offsets: readonly OffsetToCommit[], message: string, env: Env): ConsumerState {
  say(state, env, 'WARN', `Asynchronous auto-commit of offsets ${offsetsText(offsets)} failed: ${message}`);
  return state;
}

/** Commits what was read before something else is done; the application waits, no longer than this. */
export function beginSyncCommit(state: ConsumerState, withinMs: number, env: Env): ConsumerState {
  const offsets = state.config.enableAutoCommit ? consumedOffsets(state) : [];
  const phase = offsets.length > 0 ? 'toSend' : 'over';
  return continueSyncCommit(withGroup(state, { syncCommit: { offsets, phase, retryAt: 0, until: env.now + withinMs * MS } }), env);
}

/** One step of it. */
export function continueSyncCommit(state: ConsumerState, env: Env): ConsumerState {
  const { syncCommit, coordinator } = state.group!;
  if (syncCommit?.phase !== 'toSend') return state;
  if (env.now >= syncCommit.until) return withPhase(state, 'over');
  if (!coordinator) return lookUp(state, env);
  if (env.now < syncCommit.retryAt) return state;
  const sent = sendCommit(state, syncCommit.offsets, true, env);
  return sent ? withPhase(sent, 'inFlight') : syncCommitFailed(state, COMMIT_FAILED, env);
}

function withPhase(state: ConsumerState, phase: SyncCommit['phase']): ConsumerState {
  const { syncCommit } = state.group!;
  return syncCommit ? withGroup(state, { syncCommit: { ...syncCommit, phase } }) : state;
}

function syncCommitFailed(state: ConsumerState, message: string, env: Env): ConsumerState {
  const { syncCommit } = state.group!;
  if (syncCommit) say(state, env, 'WARN', `Synchronous auto-commit of offsets ${offsetsText(syncCommit.offsets)} failed: ${message}`);
  return withPhase(state, 'over');
}

export function receiveCommit(state: ConsumerState, offsets: readonly OffsetToCommit[], sync: boolean, { topics }: OffsetCommitResponse, env: Env): ConsumerState {
  for (const { topic, partitions } of topics) {
    for (const { partition, error } of partitions) {
      if (error === 'NONE') continue;
      const offset = offsets.find((one) => one.topic === topic && one.partition === partition)?.offset ?? -1;
      say(state, env, isRetriable(error) ? 'WARN' : 'ERROR', `Offset commit failed on partition ${topicPartition(topic, partition)} at offset ${offset}: ${errors[error].message}`);
      return commitRefused(state, offsets, sync, error, env);
    }
  }
  note(env, { type: 'commitSucceeded', consumer: env.self, group: state.group!.groupId, offsets });
  return sync ? withPhase(state, 'over') : state;
}

function commitRefused(state: ConsumerState, offsets: readonly OffsetToCommit[], sync: boolean, error: ErrorName, env: Env): ConsumerState {
  note(env, { type: 'commitFailed', consumer: env.self, group: state.group!.groupId, error });
  const over = (next: ConsumerState, message: string): ConsumerState => (sync ? syncCommitFailed(next, message, env) : asyncCommitFailed(next, offsets, message, env));
  switch (error) {
    case 'COORDINATOR_LOAD_IN_PROGRESS':
    case 'UNKNOWN_TOPIC_OR_PARTITION':
      return commitRetried(state, sync, env);
    case 'COORDINATOR_NOT_AVAILABLE':
    case 'NOT_COORDINATOR':
    case 'REQUEST_TIMED_OUT':
      return commitRetried(forgetCoordinator(state, env, false), sync, env);
    case 'UNKNOWN_MEMBER_ID':
    case 'ILLEGAL_GENERATION':
    case 'REBALANCE_IN_PROGRESS':
      return over(resetGeneration(state), COMMIT_FAILED);
    case 'FENCED_INSTANCE_ID':
      log(state, env, 'ERROR', 'Received fatal exception: group.instance.id gets fenced', CONSUMER);
      return sync ? over(state, errors[error].message) : fatal(state, error, env);
    default:
      return over(state, errors[error].message);
  }
}

/** After the backoff the sync commit is sent again; instead of an async one the next is tried early. */
export function commitRetried(state: ConsumerState, sync: boolean, env: Env): ConsumerState {
  const at = env.now + state.config.retryBackoffMs * MS;
  const { syncCommit } = state.group!;
  if (!sync) return withGroup(state, { autoCommitAt: at });
  return syncCommit ? withGroup(state, { syncCommit: { ...syncCommit, phase: 'toSend', retryAt: at } }) : state;
}

// ------------------------------------------------------------------ fetch

/** Asks where the group is with the partitions that have no position yet. */
export function askCommitted(state: ConsumerState, env: Env): ConsumerState {
  const names = Object.keys(state.partitions).filter((name) => state.partitions[name]!.chart.value === 'INITIALIZING' && env.now >= state.partitions[name]!.askedUntil);
  if (names.length === 0) return state;
  const { coordinator, groupId, generationId } = state.group!;
  if (!coordinator) return lookUp(state, env);
  let next = state;
  for (const name of names) next = put(next, name, { ...next.partitions[name]!, askedUntil: Number.MAX_SAFE_INTEGER });
  const body = { groupId, topics: byTopic(names.map((name) => state.partitions[name]!)) };
  return { ...next, network: sendWhenReady(next.network, coordinator.id, 'OffsetFetch', body, { type: 'offsetFetch', partitions: names, generationId }, env, []) };
}

/** Not answered: asked again after the backoff. */
export function committedUnknown(state: ConsumerState, names: readonly string[], env: Env): ConsumerState {
  let next = state;
  for (const name of names) {
    const assigned = next.partitions[name];
    if (assigned?.chart.value === 'INITIALIZING') next = put(next, name, { ...assigned, askedUntil: env.now + next.config.retryBackoffMs * MS });
  }
  return next;
}

export function receiveCommitted(state: ConsumerState, names: readonly string[], generationId: number, response: OffsetFetchResponse, env: Env): ConsumerState {
  // Asked for another assignment.
  if (generationId !== state.group!.generationId) return state;
  switch (response.error) {
    case 'NONE':
      break;
    case 'COORDINATOR_LOAD_IN_PROGRESS':
      return committedUnknown(state, names, env);
    case 'NOT_COORDINATOR':
      return committedUnknown(forgetCoordinator(state, env, false), names, env);
    default:
      return fail(state, 'KafkaException', `Unexpected error in fetch offset response: ${errors[response.error].message}`, env);
  }
  const answers = new Map(response.topics.flatMap(({ topic, partitions }) => partitions.map((one) => [topicPartition(topic, one.partition), one] as const)));
  for (const name of names) if ((answers.get(name)?.committedOffset ?? -1) < 0) say(state, env, 'INFO', `Found no committed offset for partition ${name}`);
  let next = state;
  for (const name of names) {
    const assigned = next.partitions[name];
    if (assigned?.chart.value !== 'INITIALIZING') continue;
    const { committedOffset = -1, committedLeaderEpoch = -1 } = answers.get(name) ?? {};
    if (committedOffset >= 0) next = beginAt(next, name, committedOffset, committedLeaderEpoch, env);
    else if (next.config.autoOffsetReset === 'none') return fail(next, 'NoOffsetForPartitionException', `Undefined offset with no reset policy for partitions: [${name}]`, env);
    else next = requestReset(next, name, next.config.autoOffsetReset, 'start');
  }
  return next;
}

/** The committed offset is the position; with an epoch it is checked against the leader's before it is used (KIP-320). */
function beginAt(state: ConsumerState, name: string, position: number, offsetEpoch: number, env: Env): ConsumerState {
  const assigned = state.partitions[name]!;
  const { topic, partition } = assigned;
  const { metadata } = state.network;
  const known = knownPartition(metadata, topic, partition);
  const leader = known ? nodeById(metadata, known.leaderId) : undefined;
  const leaderEpoch = known?.leaderEpoch ?? -1;
  const optional = (epoch: number): string => (epoch < 0 ? 'Optional.empty' : `Optional[${epoch}]`);
  const current = `LeaderAndEpoch{leader=${leader ? nodeText(leader) : 'null'}, epoch=${leaderEpoch < 0 ? 'absent' : leaderEpoch}}`;
  say(state, env, 'INFO', `Setting offset for partition ${name} to the committed offset FetchPosition{offset=${position}, offsetEpoch=${optional(offsetEpoch)}, currentLeader=${current}}`);
  note(env, { type: 'positionReset', consumer: env.self, topic, partition, offset: position, reason: 'committed' });
  const sought = movePartition(movePartition(assigned, { type: 'seek' }), { type: 'leaderChanged', hasOffsetEpoch: offsetEpoch >= 0 && leaderEpoch >= 0 });
  const next = put(state, name, { ...sought, position, offsetEpoch, leader: known?.leaderId ?? -1, leaderEpoch, askedUntil: 0 });
  return { ...next, network: withMetadata(next.network, noteLeaderEpoch(metadata, topic, partition, offsetEpoch)) };
}
