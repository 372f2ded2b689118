/** Which broker coordinates the group, and what follows when that is no longer so (`AbstractCoordinator` 2.3.0). */
import { step } from '../../kernel/machine.ts';
import type { Env } from '../../kernel/program.ts';
import { GROUP_COORDINATOR, type FindCoordinatorResponse } from '../protocol/find-coordinator.ts';
import { errors, isRetriable, type ErrorName } from '../protocol/errors.ts';
import { fail, log, MS, type ConsumerPurpose, type ConsumerState } from './consumer-state.ts';
import { note } from './facts.ts';
import { membershipMachine, type MembershipEvent } from './membership.machine.ts';
import type { GroupMembership } from './membership-state.ts';
import { nodeText, requestUpdate } from './metadata.ts';
import { connect, disconnect, isUnavailable, leastLoadedNode, sendWhenReady, withMetadata, type NetworkOutput } from './network-client.ts';

const COORDINATOR = 'clients.consumer.internals.AbstractCoordinator';
/** A coordinator's connection is its own: it has the number that is left of the largest one. */
const LARGEST_INT = 2147483647;

export function sayMember(state: ConsumerState, env: Env, text: string, level: 'INFO' | 'WARN' | 'ERROR' = 'INFO'): void {
  log(state, env, level, text, COORDINATOR);
}

/** The same state if nothing is changed by it. */
export function withGroup(state: ConsumerState, changes: Partial<GroupMembership>): ConsumerState {
  const group = state.group!;
  const isNews = (Object.keys(changes) as (keyof GroupMembership)[]).some((key) => group[key] !== changes[key]);
  return isNews ? { ...state, group: { ...group, ...changes } } : state;
}

export function moveMember(state: ConsumerState, event: MembershipEvent): ConsumerState {
  return withGroup(state, { chart: step(membershipMachine, state.group!.chart, event).chart });
}

export const isStable = (group: GroupMembership): boolean => group.chart.value === 'STABLE';
/** Partitions come from the group, not from the application. */
export const isSubscribed = (group: GroupMembership): boolean => group.subscription.length > 0 || group.pattern !== null;

/** Asks for the coordinator unless that is under way or it is too early. */
export function lookUp(state: ConsumerState, env: Env): ConsumerState {
  const { coordinator, isLookingUp, lookupAfterVersion, lookupAt, groupId } = state.group!;
  if (coordinator || isLookingUp || env.now < lookupAt || state.network.metadata.version <= lookupAfterVersion) return state;
  const node = leastLoadedNode(state.network, env);
  if (node === undefined) return lookupFailed(state);
  const network = sendWhenReady(state.network, node, 'FindCoordinator', { key: groupId, keyType: GROUP_COORDINATOR }, { type: 'findCoordinator' }, env, []);
  return withGroup({ ...state, network }, { isLookingUp: true });
}

/** The next lookup waits for newer metadata. */
export function lookupFailed(state: ConsumerState): ConsumerState {
  const network = withMetadata(state.network, requestUpdate(state.network.metadata));
  return withGroup({ ...state, network }, { isLookingUp: false, lookupAfterVersion: network.metadata.version });
}

export function receiveCoordinator(state: ConsumerState, { error, nodeId, host, port }: FindCoordinatorResponse, env: Env): ConsumerState {
  if (error !== 'NONE') return isRetriable(error) ? lookupFailed(state) : fatal(state, error, env);
  const coordinator = { id: LARGEST_INT - nodeId, host, port, rack: null };
  sayMember(state, env, `Discovered group coordinator ${nodeText(coordinator)}`);
  note(env, { type: 'coordinatorDiscovered', consumer: env.self, group: state.group!.groupId, node: nodeId });
  const network = connect({ ...state.network, coordinator }, coordinator.id, env, []);
  return withGroup({ ...state, network }, { coordinator, isLookingUp: false, sessionEndsAt: env.now + state.config.sessionTimeoutMs * MS });
}

export function forgetCoordinator(state: ConsumerState, env: Env, isDisconnected: boolean): ConsumerState {
  const { coordinator, groupId } = state.group!;
  if (!coordinator) return state;
  sayMember(state, env, `Group coordinator ${nodeText(coordinator)} is unavailable or invalid, will attempt rediscovery`);
  note(env, { type: 'coordinatorLost', consumer: env.self, group: groupId, node: LARGEST_INT - coordinator.id });
  return withGroup(state, { coordinator: null, ...(isDisconnected ? {} : { disconnectFrom: coordinator.id }) });
}

/** A coordinator that cannot be reached is none; it is looked for again after a pause. */
export function checkCoordinator(state: ConsumerState, env: Env): ConsumerState {
  const { coordinator } = state.group!;
  if (!coordinator || !isUnavailable(state.network, coordinator.id, env.now)) return state;
  return withGroup(forgetCoordinator(state, env, true), { lookupAt: env.now + state.config.retryBackoffMs * MS });
}

/** Closes the connection to a coordinator that was given up. */
export function closeForgotten(state: ConsumerState, env: Env): { readonly state: ConsumerState; readonly outputs: readonly NetworkOutput<ConsumerPurpose>[] } {
  const node = state.group?.disconnectFrom ?? null;
  if (node === null) return { state, outputs: [] };
  const { client, outputs } = disconnect(state.network, node, env);
  return { state: withGroup({ ...state, network: client }, { disconnectFrom: null }), outputs };
}

/** The coordinator no longer knows this member: it begins again from nothing. */
export function resetGeneration(state: ConsumerState): ConsumerState {
  return moveMember(withGroup(state, { generationId: -1, memberId: '', protocol: '', rejoinNeeded: true }), { type: 'resetGeneration' });
}

const EXCEPTIONS: { readonly [error in ErrorName]?: string } = {
  FENCED_INSTANCE_ID: 'FencedInstanceIdException',
  INCONSISTENT_GROUP_PROTOCOL: 'InconsistentGroupProtocolException',
  INVALID_SESSION_TIMEOUT: 'InvalidSessionTimeoutException',
  INVALID_GROUP_ID: 'InvalidGroupIdException',
  GROUP_MAX_SIZE_REACHED: 'GroupMaxSizeReachedException',
  OFFSET_METADATA_TOO_LARGE: 'OffsetMetadataTooLarge',
};

/** An error that leaves `poll` as an exception. */
export function fatal(state: ConsumerState, error: ErrorName, env: Env): ConsumerState {
  return fail(state, EXCEPTIONS[error] ?? 'KafkaException', errors[error].message, env);
}
