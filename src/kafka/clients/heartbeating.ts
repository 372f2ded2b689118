/** Staying in a group (`AbstractCoordinator.HeartbeatThread`, `Heartbeat` 2.3.0), and leaving it. */
import type { Env } from '../../kernel/program.ts';
import { errors } from '../protocol/errors.ts';
import type { HeartbeatResponse } from '../protocol/heartbeat.ts';
import { fail, MS, type ConsumerState } from './consumer-state.ts';
import { fatal, forgetCoordinator, isStable, lookUp, resetGeneration, sayMember, withGroup } from './coordinator-lookup.ts';
import { note } from './facts.ts';
import { nodeText } from './metadata.ts';
import { sendWhenReady } from './network-client.ts';

const POLL_TIMED_OUT =
  'This member will leave the group because consumer poll timeout has expired. This means the time between subsequent calls to poll() was longer than the configured max.poll.interval.ms, which typically implies that the poll loop is spending too much time processing messages. You can address this either by increasing max.poll.interval.ms or by reducing the maximum size of batches returned in poll() with max.poll.records.';

/** What the thread does now; only a member that is inside has one that runs. */
export function beat(state: ConsumerState, env: Env): ConsumerState {
  const group = state.group!;
  if (!isStable(group)) return state;
  if (!group.coordinator) return lookUp(state, env);
  if (env.now >= group.sessionEndsAt) return forgetCoordinator(state, env, false);
  if (env.now >= group.pollEndsAt) {
    sayMember(state, env, POLL_TIMED_OUT, 'WARN');
    return leave(state, env);
  }
  if (env.now < group.heartbeatAt) return state;
  const { groupId, generationId, memberId, groupInstanceId } = group;
  const network = sendWhenReady(state.network, group.coordinator.id, 'Heartbeat', { groupId, generationId, memberId, groupInstanceId }, { type: 'heartbeat' }, env, []);
  return withGroup({ ...state, network }, { heartbeatAt: env.now + state.config.heartbeatIntervalMs * MS });
}

/** Only dynamic members say that they go; for the others the session timeout decides. */
export function leave(state: ConsumerState, env: Env): ConsumerState {
  const { coordinator, memberId, groupId, groupInstanceId, chart } = state.group!;
  if (groupInstanceId !== null || !coordinator || chart.value === 'UNJOINED' || memberId === '') return resetGeneration(state);
  sayMember(state, env, `Member ${memberId} sending LeaveGroup request to coordinator ${nodeText(coordinator)}`);
  note(env, { type: 'consumerLeftGroup', consumer: env.self, group: groupId, member: memberId });
  const network = sendWhenReady(state.network, coordinator.id, 'LeaveGroup', { groupId, memberId }, { type: 'leaveGroup' }, env, []);
  return resetGeneration({ ...state, network });
}

export function receiveHeartbeat(state: ConsumerState, { error }: HeartbeatResponse, env: Env): ConsumerState {
  const group = state.group!;
  const alive = { sessionEndsAt: env.now + state.config.sessionTimeoutMs * MS };
  switch (error) {
    case 'NONE':
      return withGroup(state, alive);
    case 'REBALANCE_IN_PROGRESS':
      sayMember(state, env, 'Attempt to heartbeat failed since group is rebalancing');
      // Until it joins again it goes on with heartbeats: it stays a member that long.
      return withGroup(state, { ...alive, rejoinNeeded: true });
    case 'COORDINATOR_NOT_AVAILABLE':
    case 'NOT_COORDINATOR':
      sayMember(state, env, `Attempt to heartbeat failed since coordinator ${group.coordinator ? nodeText(group.coordinator) : 'null'} is either not started or not valid.`);
      return heartbeatFailed(forgetCoordinator(state, env, false), env);
    case 'ILLEGAL_GENERATION':
      sayMember(state, env, `Attempt to heartbeat failed since generation ${group.generationId} is not current`);
      return heartbeatFailed(resetGeneration(state), env);
    case 'UNKNOWN_MEMBER_ID':
      sayMember(state, env, `Attempt to heartbeat failed for since member id ${group.memberId} is not valid.`);
      return heartbeatFailed(resetGeneration(state), env);
    case 'FENCED_INSTANCE_ID':
      sayMember(state, env, 'Received fatal exception: group.instance.id gets fenced', 'ERROR');
      sayMember(state, env, `Caught fenced group.instance.id Optional[${group.groupInstanceId}] error in heartbeat thread`, 'ERROR');
      return fatal(state, error, env);
    default:
      return fail(state, 'KafkaException', `Unexpected error in heartbeat response: ${errors[error].message}`, env);
  }
}

/** The next one comes after the backoff. */
export function heartbeatFailed(state: ConsumerState, env: Env): ConsumerState {
  return withGroup(state, { heartbeatAt: env.now + state.config.retryBackoffMs * MS });
}
