/**
 * Joining a group (`AbstractCoordinator.joinGroupIfNeeded`, `ConsumerCoordinator` 2.3.0): giving up what one has, joining, assigning as
 * the leader, taking what one is given.
 */
import type { Env } from '../../kernel/program.ts';
import { sizedMapOrder } from '../../zookeeper/java-hash-order.ts';
import { decodeAssignment, decodeSubscription, encodeAssignment, encodeSubscription, NO_USER_DATA, PROTOCOL_TYPE, type Subscription } from '../groups/consumer-protocol.ts';
import type { Assignor } from '../groups/assignors/assignor.ts';
import { rangeAssignor } from '../groups/assignors/range.ts';
import { roundRobinAssignor } from '../groups/assignors/round-robin.ts';
import { encodeOwned, stickyAssignor } from '../groups/assignors/sticky.ts';
import { errors, type ErrorName } from '../protocol/errors.ts';
import type { JoinGroupResponse } from '../protocol/join-group.ts';
import type { SyncGroupAssignment, SyncGroupResponse } from '../protocol/sync-group.ts';
import { hashOf, nameOf, type TopicPartition } from '../topic-partition.ts';
import type { AssignorName } from './client-config.ts';
import { log, MS, newPartition, wantTopics, type AssignedPartition, type ConsumerState } from './consumer-state.ts';
import { fatal, forgetCoordinator, isStable, moveMember, resetGeneration, sayMember, withGroup } from './coordinator-lookup.ts';
import { note } from './facts.ts';
import type { GroupMembership } from './membership-state.ts';
import { sendWhenReady } from './network-client.ts';
import { inSetOrder, matchesPattern } from './topic-pattern.ts';

const CONSUMER = 'clients.consumer.internals.ConsumerCoordinator';
const assignors: { readonly [name in AssignorName]: Assignor } = { range: rangeAssignor, roundrobin: roundRobinAssignor, sticky: stickyAssignor };

/** JoinGroup may take as long as the slowest member, and a little more. */
const JOIN_EXTRA_MS = 5_000;

// ------------------------------------------------------------------ when

/** Partitions of the topics that matter to the group, as metadata has them; −1: unknown. */
function partitionCounts(state: ConsumerState, topics: readonly string[]): { readonly [topic: string]: number } {
  return Object.fromEntries(topics.map((topic) => [topic, state.network.metadata.topics[topic]?.partitions.length ?? -1]));
}

/** The member wants into the next generation, or is on its way. */
export function isRejoining(state: ConsumerState): boolean {
  const { rejoinNeeded, waitsFor, assignmentSnapshot, subscription, joinedSubscription } = state.group!;
  if (rejoinNeeded || waitsFor !== 'nothing') return true;
  if (joinedSubscription !== null && joinedSubscription.join() !== subscription.join()) return true;
  if (assignmentSnapshot === null) return false;
  // The leader watches over the topics of all.
  const counts = partitionCounts(state, Object.keys(assignmentSnapshot));
  return Object.keys(counts).some((topic) => counts[topic] !== assignmentSnapshot[topic]);
}

// ------------------------------------------------------------------ giving up, and asking

/** `onPartitionsRevoked`; what was read is committed by now. */
export function revoke(state: ConsumerState, env: Env): ConsumerState {
  const { groupId, generationId, memberId, subscription } = state.group!;
  const partitions = Object.keys(state.partitions);
  log(state, env, 'INFO', `Revoking previously assigned partitions [${partitions.join(', ')}]`, CONSUMER);
  note(env, { type: 'partitionsRevoked', consumer: env.self, group: groupId, member: memberId, generationId, partitions });
  return withGroup(wantTopics(state, subscription), { needsJoinPrepare: false });
}

export function join(state: ConsumerState, env: Env): ConsumerState {
  const { groupId, groupInstanceId, memberId, subscription, owned, coordinator } = state.group!;
  const { config } = state;
  sayMember(state, env, '(Re-)joining group');
  const userData = (name: AssignorName): Uint8Array => (name === 'sticky' && owned ? encodeOwned(owned) : NO_USER_DATA);
  const body = {
    groupId,
    sessionTimeoutMs: config.sessionTimeoutMs,
    rebalanceTimeoutMs: config.maxPollIntervalMs,
    memberId,
    groupInstanceId,
    protocolType: PROTOCOL_TYPE,
    protocols: config.assignors.map((name) => ({ name, metadata: encodeSubscription({ topics: subscription, userData: userData(name) }) })),
  };
  const network = sendWhenReady(state.network, coordinator!.id, 'JoinGroup', body, { type: 'joinGroup' }, env, [], config.maxPollIntervalMs + JOIN_EXTRA_MS);
  return moveMember(withGroup({ ...state, network }, { waitsFor: 'JoinGroup', joinedSubscription: subscription }), { type: 'JoinGroupRequest' });
}

/** The join came to nothing: again at once, or after a pause. */
export function joinFailed(state: ConsumerState, env: Env, pause: boolean): ConsumerState {
  const rejoinAt = pause ? env.now + state.config.retryBackoffMs * MS : 0;
  return moveMember(withGroup(state, { waitsFor: 'nothing', rejoinNeeded: true, rejoinAt, members: [] }), { type: 'joinFailed' });
}

export function receiveJoin(state: ConsumerState, response: JoinGroupResponse, env: Env): ConsumerState {
  const { error, memberId, generationId } = response;
  switch (error) {
    case 'NONE':
      // Whoever left meanwhile has no use for it.
      if (state.group!.chart.value !== 'REBALANCING') return joinFailed(state, env, true);
      return joined(withGroup(state, { memberId, generationId, protocol: response.protocolName ?? '' }), response, env);
    case 'MEMBER_ID_REQUIRED':
      return joinFailed(withGroup(state, { memberId, generationId: -1 }), env, false);
    case 'COORDINATOR_LOAD_IN_PROGRESS':
      return joinFailed(state, env, true);
    case 'INCONSISTENT_GROUP_PROTOCOL':
    case 'INVALID_SESSION_TIMEOUT':
    case 'INVALID_GROUP_ID':
    case 'GROUP_MAX_SIZE_REACHED':
      sayMember(state, env, `Attempt to join group failed due to fatal error: ${errors[error].message}`, 'ERROR');
      return fatal(state, error, env);
    default: {
      const known = refusedByCoordinator(state, error, env);
      if (known) return known;
      sayMember(state, env, `Attempt to join group failed due to unexpected error: ${errors[error].message}`, 'ERROR');
      return fatal(state, error, env);
    }
  }
}

/** What joining and syncing answer alike; undefined: another error. */
function refusedByCoordinator(state: ConsumerState, error: ErrorName, env: Env): ConsumerState | undefined {
  switch (error) {
    case 'UNKNOWN_MEMBER_ID':
      return joinFailed(resetGeneration(state), env, false);
    case 'COORDINATOR_NOT_AVAILABLE':
    case 'NOT_COORDINATOR':
      return joinFailed(forgetCoordinator(state, env, false), env, true);
    case 'FENCED_INSTANCE_ID':
      sayMember(state, env, 'Received fatal exception: group.instance.id gets fenced', 'ERROR');
      return fatal(state, error, env);
    default:
      return undefined;
  }
}

function joined(state: ConsumerState, { leader, memberId, members }: JoinGroupResponse, env: Env): ConsumerState {
  if (leader !== memberId) return sync(withGroup(state, { assignmentSnapshot: null }), [], env);
  const topics = [...new Set(members.flatMap(({ metadata }) => decodeSubscription(metadata).topics))];
  const next = wantTopics(state, topics);
  const { metadata, isFetchingMetadata } = next.network;
  // A refresh that is due is waited for, once: a topic that nobody has made yet is not.
  const isFresh = !metadata.isUpdateWanted && !isFetchingMetadata;
  return assignWhenKnown(withGroup(next, { waitsFor: 'metadata', assignAfterVersion: isFresh ? metadata.version - 1 : metadata.version, members }), env);
}

function sync(state: ConsumerState, assignments: readonly SyncGroupAssignment[], env: Env): ConsumerState {
  const { groupId, generationId, memberId, groupInstanceId, coordinator } = state.group!;
  if (!coordinator) return joinFailed(state, env, true);
  const body = { groupId, generationId, memberId, groupInstanceId, assignments };
  const network = sendWhenReady(state.network, coordinator.id, 'SyncGroup', body, { type: 'syncGroup' }, env, []);
  return withGroup({ ...state, network }, { waitsFor: 'SyncGroup' });
}

// ------------------------------------------------------------------ assigning, and taking

/** The leader assigns as soon as it knows the topics of all. */
export function assignWhenKnown(state: ConsumerState, env: Env): ConsumerState {
  const { network, group } = state;
  if (group!.waitsFor !== 'metadata' || network.metadata.version <= group!.assignAfterVersion) return state;
  const subscriptions = new Map(group!.members.map(({ memberId, metadata }): [string, Subscription] => [memberId, decodeSubscription(metadata)]));
  const topics = [...new Set([...subscriptions.values()].flatMap((subscription) => subscription.topics))];
  const counts = partitionCounts(state, topics);
  const known = new Map(topics.flatMap((topic): [string, number][] => (counts[topic]! > 0 ? [[topic, counts[topic]!]] : [])));
  const assignment = assignors[group!.protocol as AssignorName].assign(known, subscriptions);
  const missing = topics.filter((topic) => ![...assignment.values()].some((partitions) => partitions.some((one) => one.topic === topic)));
  if (missing.length > 0) log(state, env, 'WARN', `The following subscribed topics are not assigned to any members: [${missing.join(', ')}] `, CONSUMER);
  const assignments = [...assignment].map(([memberId, partitions]) => ({ memberId, assignment: encodeAssignment(partitions) }));
  return sync(withGroup(state, { assignmentSnapshot: counts, members: [] }), assignments, env);
}

export function receiveSync(state: ConsumerState, { error, assignment }: SyncGroupResponse, env: Env): ConsumerState {
  switch (error) {
    case 'NONE':
      return state.group!.chart.value === 'REBALANCING' ? take(state, decodeAssignment(assignment), env) : joinFailed(state, env, true);
    case 'REBALANCE_IN_PROGRESS':
      return joinFailed(state, env, false);
    case 'ILLEGAL_GENERATION':
      return joinFailed(resetGeneration(state), env, false);
    default:
      return refusedByCoordinator(state, error, env) ?? fatal(state, error, env);
  }
}

/** Inside: heartbeats begin, and every partition is a new one, also those that this member had before. */
function take(state: ConsumerState, given: readonly TopicPartition[], env: Env): ConsumerState {
  const { config, group } = state;
  const { groupId, generationId, memberId, protocol, subscription, pattern } = group!;
  sayMember(state, env, `Successfully joined group with generation ${generationId}`);
  const inside: Partial<GroupMembership> = {
    waitsFor: 'nothing',
    rejoinNeeded: false,
    needsJoinPrepare: true,
    joinAfterVersion: null,
    heartbeatAt: env.now + config.heartbeatIntervalMs * MS,
    sessionEndsAt: env.now + config.sessionTimeoutMs * MS,
    pollEndsAt: env.now + config.maxPollIntervalMs * MS,
  };
  const inGroup = moveMember(withGroup(state, inside), { type: 'SyncGroupResponse' });
  // The application has subscribed to something else meanwhile.
  if (given.some(({ topic }) => (pattern === null ? !subscription.includes(topic) : !matchesPattern(pattern, topic)))) return withGroup(inGroup, { rejoinNeeded: true });
  const stable = withLeadersTopics(inGroup, given);
  const partitions: { [partition: string]: AssignedPartition } = {};
  for (const one of sizedMapOrder(given, hashOf)) partitions[nameOf(one)] = newPartition(one);
  const names = Object.keys(partitions);
  log(stable, env, 'INFO', `Setting newly assigned partitions: ${names.join(', ')}`, CONSUMER);
  note(env, { type: 'partitionsAssigned', consumer: env.self, group: groupId, member: memberId, generationId, partitions: names });
  const owned = protocol === 'sticky' ? { partitions: given, generationId } : group!.owned;
  return withGroup({ ...stable, partitions }, { owned, autoCommitAt: env.now + config.autoCommitIntervalMs * MS });
}

/** The leader may know of more topics that match (`maybeUpdateJoinedSubscription`). */
function withLeadersTopics(state: ConsumerState, given: readonly TopicPartition[]): ConsumerState {
  const { subscription, joinedSubscription } = state.group!;
  const added = [...new Set(given.map(({ topic }) => topic))].filter((topic) => !joinedSubscription!.includes(topic));
  if (added.length === 0) return state;
  const joined = inSetOrder([...joinedSubscription!, ...added]);
  return wantTopics(withGroup(state, { subscription: inSetOrder([...new Set([...subscription, ...added])]), joinedSubscription: joined }), added);
}

/** What becomes of the group's own requests whose connection broke. */
export function joinDisconnected(state: ConsumerState, env: Env): ConsumerState {
  return state.group!.waitsFor === 'nothing' || isStable(state.group!) ? state : joinFailed(state, env, true);
}
