/** A consumer's dealings with its group put together (`ConsumerCoordinator.poll`, `close` 2.3.0): what its two threads do now. */
import type { Env, Micros } from '../../kernel/program.ts';
import type { FindCoordinatorResponse } from '../protocol/find-coordinator.ts';
import type { HeartbeatResponse } from '../protocol/heartbeat.ts';
import type { KafkaResponse } from '../protocol/index.ts';
import type { JoinGroupResponse } from '../protocol/join-group.ts';
import type { OffsetCommitResponse } from '../protocol/offset-commit.ts';
import type { OffsetFetchResponse } from '../protocol/offset-fetch.ts';
import type { SyncGroupResponse } from '../protocol/sync-group.ts';
import { autoCommit, beginSyncCommit, commitRetried, committedUnknown, continueSyncCommit, receiveCommit, receiveCommitted } from './committing.ts';
import { move, MS, type ConsumerPurpose, type ConsumerState } from './consumer-state.ts';
import { checkCoordinator, forgetCoordinator, isStable, isSubscribed, lookupFailed, lookUp, receiveCoordinator, withGroup } from './coordinator-lookup.ts';
import { beat, heartbeatFailed, leave, receiveHeartbeat } from './heartbeating.ts';
import { assignWhenKnown, isRejoining, join, joinDisconnected, receiveJoin, receiveSync, revoke } from './joining.ts';
import { requestUpdate } from './metadata.ts';
import { connectableAt, withMetadata } from './network-client.ts';
import { matchTopics } from './topic-pattern.ts';

/** `KafkaConsumer.close()` waits that long for its coordinator. */
const CLOSE_TIMEOUT_MS = 30_000;

/** The application works on what it was given and does not poll. */
export const isBusy = (state: ConsumerState, now: Micros): boolean => now < state.nextPollAt;

/** True if the group lets the consumer read. */
export function mayRead(state: ConsumerState): boolean {
  const { group } = state;
  return !group || !isSubscribed(group) || (group.coordinator !== null && group.syncCommit === null && !isRejoining(state));
}

/** Everything that can be done now. */
export function pollCoordinator(state: ConsumerState, env: Env): ConsumerState {
  if (!state.group) return state;
  const checked = checkCoordinator(state, env);
  if (state.chart.value === 'closing') return close(checked, env);
  if (!isSubscribed(checked.group!)) return autoCommit(checked, env);
  const alive = beat(checked, env);
  if (isBusy(alive, env.now)) return alive;
  const polled = withGroup(matchTopics(alive), { pollEndsAt: env.now + state.config.maxPollIntervalMs * MS });
  if (polled.group!.syncCommit) return prepared(continueSyncCommit(polled, env), env);
  if (!polled.group!.coordinator) return lookUp(polled, env);
  return isRejoining(polled) ? rejoin(polled, env) : autoCommit(polled, env);
}

function rejoin(state: ConsumerState, env: Env): ConsumerState {
  const { waitsFor, rejoinAt, needsJoinPrepare } = state.group!;
  if (waitsFor !== 'nothing') return assignWhenKnown(state, env);
  if (env.now < rejoinAt) return state;
  const asked = state.group!.pattern === null ? state : askForTopics(state, env.now);
  const { joinAfterVersion } = asked.group!;
  if (joinAfterVersion !== null && asked.network.metadata.version <= joinAfterVersion) return asked;
  if (!needsJoinPrepare) return join(asked, env);
  return prepared(beginSyncCommit(asked, state.config.maxPollIntervalMs, env), env);
}

/** Before it joins, who has subscribed to a pattern wants to know every topic there is, unless it asked just now. */
function askForTopics(state: ConsumerState, now: Micros): ConsumerState {
  const { network, config } = state;
  if (state.group!.joinAfterVersion !== null) return state;
  const isAllowed = network.metadata.lastRefreshAt + config.retryBackoffMs * MS <= now;
  const metadata = isAllowed ? requestUpdate(network.metadata) : network.metadata;
  const waits = metadata.isUpdateWanted || network.isFetchingMetadata;
  return withGroup({ ...state, network: withMetadata(network, metadata) }, { joinAfterVersion: waits ? metadata.version : metadata.version - 1 });
}

/** What was read is committed, or could not be. */
function prepared(state: ConsumerState, env: Env): ConsumerState {
  if (state.group!.syncCommit?.phase !== 'over') return state;
  const revoked = revoke(withGroup(state, { syncCommit: null }), env);
  return revoked.group!.coordinator ? join(revoked, env) : revoked;
}

// ------------------------------------------------------------------ closing

export function beginClose(state: ConsumerState, env: Env): ConsumerState {
  return state.group ? beginSyncCommit(state, CLOSE_TIMEOUT_MS, env) : state;
}

function close(state: ConsumerState, env: Env): ConsumerState {
  const { leavingUntil, syncCommit } = state.group!;
  if (syncCommit) {
    const next = continueSyncCommit(state, env);
    return next.group!.syncCommit?.phase === 'over' ? close(withGroup(next, { syncCommit: null }), env) : next;
  }
  if (leavingUntil === null) {
    const coordinator = state.group!.coordinator;
    const left = withGroup(leave(state, env), { leavingUntil: env.now + CLOSE_TIMEOUT_MS * MS });
    return coordinator ? close(left, env) : move(left, { type: 'coordinatorClosed' }, env);
  }
  const { coordinator } = state.group!;
  const connection = coordinator ? state.network.connections[coordinator.id] : undefined;
  const isPending = connection !== undefined && connection.inFlight.length + connection.unsent.length > 0;
  return isPending && env.now < leavingUntil ? state : move(state, { type: 'coordinatorClosed' }, env);
}

// ------------------------------------------------------------------ answers

export function receiveFromCoordinator(state: ConsumerState, purpose: ConsumerPurpose, response: KafkaResponse, env: Env): ConsumerState {
  switch (purpose.type) {
    case 'findCoordinator':
      return receiveCoordinator(state, response as FindCoordinatorResponse, env);
    case 'joinGroup':
      return receiveJoin(state, response as JoinGroupResponse, env);
    case 'syncGroup':
      return receiveSync(state, response as SyncGroupResponse, env);
    case 'heartbeat':
      return receiveHeartbeat(state, response as HeartbeatResponse, env);
    case 'offsetCommit':
      return receiveCommit(state, purpose.offsets, purpose.sync, response as OffsetCommitResponse, env);
    case 'offsetFetch':
      return receiveCommitted(state, purpose.partitions, purpose.generationId, response as OffsetFetchResponse, env);
    default:
      return state;
  }
}

/** The connection broke before the answer: the coordinator is to be looked for again. */
export function coordinatorDisconnected(state: ConsumerState, purpose: ConsumerPurpose, env: Env): ConsumerState {
  if (purpose.type === 'findCoordinator') return lookupFailed(state);
  const next = forgetCoordinator(state, env, true);
  switch (purpose.type) {
    case 'joinGroup':
    case 'syncGroup':
      return joinDisconnected(next, env);
    case 'heartbeat':
      return heartbeatFailed(next, env);
    case 'offsetCommit':
      return commitRetried(next, purpose.sync, env);
    case 'offsetFetch':
      return committedUnknown(next, purpose.partitions, env);
    default:
      return next;
  }
}

// ------------------------------------------------------------------ time

/** When there is something to do though nothing arrives; Infinity: never. */
export function coordinatorDeadline(state: ConsumerState, now: Micros): Micros {
  const { group, config } = state;
  if (!group) return Infinity;
  const later = (...times: readonly Micros[]): Micros => Math.min(...times.filter((at) => at > now), Infinity);
  const retries = later(group.lookupAt, group.rejoinAt, group.syncCommit?.retryAt ?? 0, group.syncCommit?.until ?? 0, group.leavingUntil ?? 0, group.coordinator ? connectableAt(state.network, group.coordinator.id) : 0);
  const commits = config.enableAutoCommit ? group.autoCommitAt : 0;
  const busyUntil = later(state.nextPollAt);
  // A poll that goes on keeps its own deadline away.
  const alive = isStable(group) && isSubscribed(group) ? later(group.heartbeatAt, group.sessionEndsAt, ...(isBusy(state, now) ? [group.pollEndsAt] : [])) : Infinity;
  return Math.min(retries, busyUntil, alive, isBusy(state, now) ? Infinity : later(commits));
}
