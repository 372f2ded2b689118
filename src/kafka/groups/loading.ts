/**
 * A partition of the offsets topic comes to this broker or goes (GroupMetadataManager.loadGroupsAndOffsets,
 * removeGroupsForPartition): one thread reads or drops one partition after the other. What was in flight is lost with the old
 * coordinator; who finds the new one within its session goes on as if nothing had happened.
 */
import { values } from '../../kernel/append-list.ts';
import { begin, step } from '../../kernel/machine.ts';
import type { Env } from '../../kernel/program.ts';
import { isLeader } from '../broker/partition.ts';
import { fact, placeOf, type Draft } from '../broker/state.ts';
import { baseOffset, decodeMarker, decodeRecords, isControl, isTransactional, producerId } from '../log/record-batch.ts';
import { topicPartition } from '../topic-partition.ts';
import { dropGroup, findGroup, newGroup, partitionFor, putGroup, sayCoordinator, sayManager, stateOf, transition } from './coordinator.ts';
import { groupMachine } from './group.machine.ts';
import { OFFSETS_TOPIC, readGroupValue, readKey, readOffsetValue, type StoredGroup } from './offsets-topic.ts';
import { answerJoin, answerSync, expectHeartbeat, joinError, prepareRebalance } from './rebalance.ts';
import { memberOf, type CommittedOffset, type Group } from './state.ts';
import { scheduleTask, takeUp } from './tasks.ts';
import { transactionCompleted } from './txn-offsets.ts';

const nameOf = (partition: number): string => topicPartition(OFFSETS_TOPIC, partition);

/** Leads it now. */
export function immigrate(b: Draft, env: Env, partition: number): void {
  if (b.groups.loading.includes(partition)) return sayManager(b, env, `Already loading offsets and group metadata from ${nameOf(partition)}`);
  b.groups = { ...b.groups, loading: [...b.groups.loading, partition] };
  sayManager(b, env, `Scheduling loading of offsets and group metadata from ${nameOf(partition)}`);
  scheduleTask(b, env, { type: 'load', partition });
}

/** Leads it no longer. */
export function emigrate(b: Draft, env: Env, partition: number): void {
  sayManager(b, env, `Scheduling unloading of offsets and group metadata from ${nameOf(partition)}`);
  scheduleTask(b, env, { type: 'unload', partition });
}

/** The thread is done with the first of its tasks. */
export function endLoaderTask(b: Draft, env: Env): void {
  const [task, ...tasks] = b.groups.tasks;
  if (!task) return;
  if (task.type === 'completeTransaction') transactionCompleted(b, env, task);
  else if (task.type === 'load') load(b, env, task.partition);
  else unload(b, env, task.partition);
  b.groups = { ...b.groups, tasks };
  if (tasks.length > 0) takeUp(b, env);
}

// ------------------------------------------------------------------ loading

type Offsets = Map<string, CommittedOffset>;

interface Read {
  readonly groups: Map<string, StoredGroup>;
  /** By group and `topic-partition`. */
  readonly offsets: Map<string, Offsets>;
  /** Of transactions whose end is not in the log yet, by producer id, group and `topic-partition`. */
  readonly pending: Map<number, Map<string, Offsets>>;
}

function entry<Key, Value>(map: Map<Key, Map<string, Value>>, key: Key): Map<string, Value> {
  const known = map.get(key) ?? new Map<string, Value>();
  map.set(key, known);
  return known;
}

/** The last record of a key counts; one without a value deletes. */
function readPartition(b: Draft, partition: number): Read {
  const read: Read = { groups: new Map(), offsets: new Map(), pending: new Map() };
  const local = b.partitions[placeOf(b, OFFSETS_TOPIC, partition)];
  if (!local || !isLeader(local)) return read;
  for (const segment of local.log.segments) {
    for (const batch of values(segment.batches)) {
      if (isControl(batch)) endTransaction(read, batch);
      else readBatch(read, batch);
    }
  }
  return read;
}

function readBatch(read: Read, batch: Uint8Array): void {
  for (const { key, value } of decodeRecords(batch)) {
    const about = readKey(key!);
    if (about.type === 'group') {
      if (value === null) read.groups.delete(about.groupId);
      else read.groups.set(about.groupId, readGroupValue(value));
      continue;
    }
    const name = topicPartition(about.topic, about.partition);
    const offsets = entry(isTransactional(batch) ? entry(read.pending, producerId(batch)) : read.offsets, about.groupId);
    if (value === null) offsets.delete(name);
    else offsets.set(name, { topic: about.topic, partition: about.partition, ...readOffsetValue(value), appendedAt: baseOffset(batch) });
  }
}

/** What a producer has pending counts from its marker on, unless something newer is there, or is forgotten. */
function endTransaction({ offsets, pending }: Read, marker: Uint8Array): void {
  const ended = pending.get(producerId(marker)) ?? [];
  pending.delete(producerId(marker));
  if (decodeMarker(marker)?.type !== 'COMMIT') return;
  for (const [groupId, committed] of ended) {
    const known = entry(offsets, groupId);
    for (const [name, offset] of committed) if ((known.get(name)?.appendedAt ?? -1) < offset.appendedAt) known.set(name, offset);
  }
}

function load(b: Draft, env: Env, partition: number): void {
  const { groups, offsets, pending } = readPartition(b, partition);
  const pendingOf = (groupId: string): Group['pendingTxnOffsets'] =>
    Object.fromEntries([...pending].flatMap(([id, ofGroups]) => (ofGroups.get(groupId)?.size ? [[id, Object.fromEntries(ofGroups.get(groupId)!)]] : [])));
  for (const [groupId, stored] of groups) addLoaded(b, env, { ...restored(groupId, stored, env), pendingTxnOffsets: pendingOf(groupId) }, offsets.get(groupId));
  const withOffsets = [...offsets].flatMap(([groupId, committed]) => (committed.size > 0 ? [groupId] : []));
  const withPending = [...pending.values()].flatMap((ofGroups) => [...ofGroups].flatMap(([groupId, offered]) => (offered.size > 0 ? [groupId] : [])));
  for (const groupId of new Set([...withOffsets, ...withPending])) if (!groups.has(groupId)) addLoaded(b, env, { ...newGroup(groupId, env), pendingTxnOffsets: pendingOf(groupId) }, offsets.get(groupId));
  sayManager(b, env, `Finished loading offsets and group metadata from ${nameOf(partition)} in ${env.wallClockMs - b.groups.taskStartedMs} milliseconds.`);
  const { owned, loading } = b.groups;
  b.groups = { ...b.groups, owned: owned.includes(partition) ? owned : [...owned, partition], loading: loading.filter((one) => one !== partition) };
}

/**
 * Two faults of 2.3.0 with version 3 of the value are kept: the time of the last change is forgotten, and every member counts as
 * static, so that one that does not rejoin stays until its session ends.
 */
function restored(groupId: string, stored: StoredGroup, env: Env): Group {
  const hasMembers = stored.members.length > 0;
  const empty = newGroup(groupId, env);
  return {
    ...empty,
    chart: step(groupMachine, begin(groupMachine).chart, { type: 'load', hasMembers }).chart,
    protocolType: stored.protocolType === '' ? null : stored.protocolType,
    generationId: stored.generationId,
    leaderId: stored.leader,
    protocol: stored.protocol,
    currentStateTimestampMs: null,
    staticMembers: Object.fromEntries(stored.members.flatMap(({ memberId, groupInstanceId }) => (groupInstanceId === null ? [] : [[groupInstanceId, memberId]]))),
    members: stored.members.map(({ subscription, ...member }) => ({
      ...member,
      isStatic: true,
      protocols: [{ name: stored.protocol ?? '', metadata: subscription }],
      awaitingJoin: null,
      awaitingSync: null,
      latestHeartbeatAt: env.now,
      expiresAt: null,
      isNew: false,
    })),
  };
}

function addLoaded(b: Draft, env: Env, group: Group, offsets: ReadonlyMap<string, CommittedOffset> | undefined): void {
  const { groupId, generationId, members } = group;
  // Somebody may have been here before: what is in memory stays.
  if (!findGroup(b, groupId)) putGroup(b, { ...group, offsets: Object.fromEntries(offsets ?? []) });
  sayCoordinator(b, env, `Loading group metadata for ${groupId} with generation ${generationId}`);
  fact(env, { type: 'groupLoaded', broker: b.brokerId, group: groupId, generationId, members: members.length, offsets: offsets?.size ?? 0 });
  if (members.length > b.config.groupMaxSize) {
    prepareRebalance(b, env, groupId, `Freshly-loaded group is over capacity (GroupConfig(${b.config.groupMinSessionTimeoutMs},${b.config.groupMaxSessionTimeoutMs},${b.config.groupMaxSize},${b.config.groupInitialRebalanceDelayMs}).groupMaxSize). Rebalacing in order to give a chance for consumers to commit offsets`);
  }
  for (const { memberId } of members) if (memberOf(findGroup(b, groupId)!, memberId)) expectHeartbeat(b, env, groupId, memberId);
}

// ------------------------------------------------------------------ unloading

function unload(b: Draft, env: Env, partition: number): void {
  b.groups = { ...b.groups, owned: b.groups.owned.filter((one) => one !== partition) };
  let groups = 0;
  let offsets = 0;
  for (const groupId of Object.keys(b.groups.groups)) {
    if (partitionFor(b, groupId) !== partition) continue;
    const group = findGroup(b, groupId)!;
    sayCoordinator(b, env, `Unloading group metadata for ${groupId} with generation ${group.generationId}`);
    const state = stateOf(group);
    transition(b, env, groupId, { type: 'remove' });
    for (const member of group.members) {
      if (state === 'PreparingRebalance') answerJoin(b, env, groupId, member, joinError(member.memberId, 'NOT_COORDINATOR'));
      else answerSync(b, env, groupId, member, 'NOT_COORDINATOR', new Uint8Array(0));
    }
    dropGroup(b, groupId);
    fact(env, { type: 'groupUnloaded', broker: b.brokerId, group: groupId, generationId: group.generationId });
    groups += 1;
    offsets += Object.keys(group.offsets).length;
  }
  sayManager(b, env, `Finished unloading ${nameOf(partition)}. Removed ${offsets} cached offsets and ${groups} cached groups.`);
}
