/** Offsets of a group: committing, reading, forgetting (GroupCoordinator.doCommitOffsets; GroupMetadata). */
import type { Env } from '../../kernel/program.ts';
import { partitionState } from '../broker/metadata-cache.ts';
import { answer } from '../broker/requests.ts';
import { fact, type Draft, type RequestContext } from '../broker/state.ts';
import type { ErrorName, OffsetCommitRequest, OffsetFetchPartitionResponse, OffsetFetchRequest, ResponseBody, TxnOffsetCommitRequest } from '../protocol/index.ts';
import { isSamePartition, nameOf, topicPartition, type TopicPartition } from '../topic-partition.ts';
import { byTopic } from './consumer-protocol.ts';
import { dropGroup, findGroup, groupOf, groupStatus, newGroup, putGroup, sayCoordinator, sayManager, stateOf, transition, updateGroup, warnOfMixedCommits } from './coordinator.ts';
import { fencesStaticMember } from './fencing.ts';
import { expectHeartbeat } from './rebalance.ts';
import { memberOf, type EndedWrite, type Group, type GroupWrite, type OffsetAndMetadata, type PendingTxnOffsets } from './state.ts';
import { appendError, storeOffsets, storeTombstones } from './storage.ts';

type NamedOffset = TopicPartition & OffsetAndMetadata;

// ------------------------------------------------------------------ commit

export function commitOffsets(b: Draft, env: Env, request: OffsetCommitRequest, context: RequestContext): void {
  const { groupId, memberId, groupInstanceId, generationId } = request;
  const offsets = wanted(b, env, request);
  const refuse = (error: ErrorName): void => refuseCommit(b, env, context, error);
  if (offsets.length === 0) return refuse('UNKNOWN_TOPIC_OR_PARTITION');
  const status = groupStatus(b, groupId, 'OffsetCommit');
  if (status !== 'NONE') return refuse(status);
  if (!findGroup(b, groupId)) {
    // An older generation's commit, unless offsets are all that the group is used for.
    if (generationId >= 0) return refuse('ILLEGAL_GENERATION');
    putGroup(b, newGroup(groupId, env));
  }
  const group = groupOf(b, groupId);
  const state = stateOf(group);
  if (state === 'Dead') return refuse('COORDINATOR_NOT_AVAILABLE');
  if (fencesStaticMember(env, group, memberId, groupInstanceId)) return refuse('FENCED_INSTANCE_ID');
  if (!(generationId < 0 && state === 'Empty')) {
    if (state === 'CompletingRebalance') return refuse('REBALANCE_IN_PROGRESS');
    if (!memberOf(group, memberId)) return refuse('UNKNOWN_MEMBER_ID');
    if (generationId !== group.generationId) return refuse('ILLEGAL_GENERATION');
    expectHeartbeat(b, env, groupId, memberId);
  }
  warnOfMixedCommits(b, env, group);
  const small = offsets.filter((offset) => !isTooLarge(b, offset.metadata));
  if (small.length === 0) return refuse('OFFSET_METADATA_TOO_LARGE');
  const pendingOffsets = { ...groupOf(b, groupId).pendingOffsets };
  for (const offset of offsets) pendingOffsets[nameOf(offset)] = offset;
  updateGroup(b, groupId, { pendingOffsets, hasConsumerCommits: true });
  storeOffsets(b, env, { type: 'offsets', groupId, context, offsets: small });
}

export const isTooLarge = (b: Draft, metadata: string): boolean => metadata.length > b.config.offsetMetadataMaxBytes;

/** The offsets of partitions that this broker has heard of. */
export function wanted(b: Draft, env: Env, { topics }: OffsetCommitRequest | TxnOffsetCommitRequest): readonly NamedOffset[] {
  return topics.flatMap(({ topic, partitions }) =>
    partitions
      .filter(({ partition }) => partitionState(b.metadata, topic, partition) !== undefined)
      .map(({ partition, committedOffset, committedLeaderEpoch, committedMetadata }) => ({ topic, partition, offset: committedOffset, leaderEpoch: committedLeaderEpoch, metadata: committedMetadata, commitTimestampMs: env.wallClockMs })),
  );
}

/** Nested as the request was. */
function answerCommit(b: Draft, env: Env, context: RequestContext, errorOf: (offset: TopicPartition & { readonly committedMetadata: string }) => ErrorName): void {
  const { request } = context;
  if (request.type !== 'OffsetCommitRequest' && request.type !== 'TxnOffsetCommitRequest') return;
  const topics = request.topics.map(({ topic, partitions }) => ({
    topic,
    partitions: partitions.map(({ partition, committedMetadata }) => ({ partition, error: errorOf({ topic, partition, committedMetadata }) })),
  }));
  answer(b, env, request.type === 'OffsetCommitRequest' ? 'OffsetCommit' : 'TxnOffsetCommit', context, { throttleTimeMs: 0, topics });
}

/** Nothing of it is written. */
export function refuseCommit(b: Draft, env: Env, context: RequestContext, error: ErrorName): void {
  answerCommit(b, env, context, ({ topic, partition }) => (partitionState(b.metadata, topic, partition) ? error : 'UNKNOWN_TOPIC_OR_PARTITION'));
}

/** The append is over, with this error or none. */
export function answerWritten(b: Draft, env: Env, context: RequestContext, offsets: readonly TopicPartition[], error: ErrorName): void {
  answerCommit(b, env, context, ({ topic, partition, committedMetadata }) => {
    if (offsets.some((offset) => isSamePartition(offset, { topic, partition }))) return appendError(error, 'INVALID_COMMIT_OFFSET_SIZE');
    return isTooLarge(b, committedMetadata) ? 'OFFSET_METADATA_TOO_LARGE' : 'UNKNOWN_TOPIC_OR_PARTITION';
  });
}

/** The offsets are in the topic, or are not: what is readable changes only now. */
export function offsetsWritten(b: Draft, env: Env, write: GroupWrite & { readonly type: 'offsets' }, { error, baseOffset }: EndedWrite): void {
  const { groupId, offsets, context } = write;
  const group = findGroup(b, groupId);
  if (group && stateOf(group) !== 'Dead') {
    const committed = { ...group.offsets };
    const pendingOffsets = { ...group.pendingOffsets };
    for (const offset of offsets) {
      const name = nameOf(offset);
      const pending = pendingOffsets[name];
      // The topic may have been deleted meanwhile.
      if (error === 'NONE' && pending && (committed[name]?.appendedAt ?? -1) < baseOffset) committed[name] = { ...offset, appendedAt: baseOffset };
      if (pending && isSame(pending, offset)) delete pendingOffsets[name];
    }
    updateGroup(b, groupId, { offsets: committed, pendingOffsets });
    if (error === 'NONE') fact(env, { type: 'offsetsCommitted', broker: b.brokerId, group: groupId, appendedAt: baseOffset, offsets: offsets.map(({ topic, partition, offset }) => ({ topic, partition, offset })) });
  }
  answerWritten(b, env, context, offsets, error);
}

export const isSame = (a: OffsetAndMetadata, b: OffsetAndMetadata): boolean => a.offset === b.offset && a.leaderEpoch === b.leaderEpoch && a.metadata === b.metadata && a.commitTimestampMs === b.commitTimestampMs;

// ------------------------------------------------------------------ fetch

export function fetchOffsets(b: Draft, { groupId, topics }: OffsetFetchRequest): ResponseBody<'OffsetFetch'> {
  const status = groupStatus(b, groupId, 'OffsetFetch');
  if (status !== 'NONE') return { throttleTimeMs: 0, topics: [], error: status };
  const found = findGroup(b, groupId);
  const offsets = found && stateOf(found) !== 'Dead' ? found.offsets : {};
  const answerFor = (topic: string, partition: number): OffsetFetchPartitionResponse => {
    const committed = offsets[topicPartition(topic, partition)];
    return { partition, committedOffset: committed?.offset ?? -1, committedLeaderEpoch: committed?.leaderEpoch ?? -1, metadata: committed?.metadata ?? '', error: 'NONE' };
  };
  const asked = topics ?? byTopic(Object.values(offsets));
  return { throttleTimeMs: 0, topics: asked.map(({ topic, partitions }) => ({ topic, partitions: partitions.map((partition) => answerFor(topic, partition)) })), error: 'NONE' };
}

// ------------------------------------------------------------------ forgetting

/** A producer that has nothing left pending stays until its marker comes. */
function withoutPending(pending: Group['pendingTxnOffsets'], removed: readonly TopicPartition[]): Group['pendingTxnOffsets'] {
  const names = removed.map(nameOf);
  const producers = Object.entries(pending);
  if (producers.length === 0 || names.length === 0) return pending;
  return Object.fromEntries(producers.map(([producerId, offsets]) => [producerId, Object.fromEntries(Object.entries(offsets as PendingTxnOffsets).filter(([name]) => !names.includes(name)))]));
}

/** Takes offsets out of a group, and the group with the last of them if nobody is in it; both are marked as deleted. */
export function removeOffsets(b: Draft, env: Env, groupId: string, removed: readonly TopicPartition[]): void {
  const group = groupOf(b, groupId);
  const offsets = { ...group.offsets };
  const pendingOffsets = { ...group.pendingOffsets };
  for (const one of removed) {
    delete offsets[nameOf(one)];
    delete pendingOffsets[nameOf(one)];
  }
  const pendingTxnOffsets = withoutPending(group.pendingTxnOffsets, removed);
  updateGroup(b, groupId, { offsets, pendingOffsets, pendingTxnOffsets });
  if (stateOf(group) === 'Empty' && [offsets, pendingOffsets, pendingTxnOffsets].every((all) => Object.keys(all).length === 0)) {
    sayManager(b, env, `Group ${groupId} transitioned to Dead in generation ${group.generationId}`);
    transition(b, env, groupId, { type: 'remove' });
  }
  const isDead = stateOf(groupOf(b, groupId)) === 'Dead';
  // A group of generation 0 was never stored.
  storeTombstones(b, env, group, removed, isDead && group.generationId > 0);
  if (!isDead) return;
  dropGroup(b, groupId);
  fact(env, { type: 'groupRemoved', broker: b.brokerId, group: groupId });
}

/** Offsets that nobody has used for the retention time: since the group is empty, or since the commit if it never had members. */
function expiredOffsets(b: Draft, env: Env, group: Group): readonly TopicPartition[] {
  const retentionMs = b.config.offsetsRetentionMinutes * 60_000;
  if (group.protocolType !== null && stateOf(group) !== 'Empty') return [];
  const since = (commitTimestampMs: number): number => (group.protocolType === null ? commitTimestampMs : (group.currentStateTimestampMs ?? commitTimestampMs));
  return Object.values(group.offsets).filter((offset) => group.pendingOffsets[nameOf(offset)] === undefined && env.wallClockMs - since(offset.commitTimestampMs) >= retentionMs);
}

/** The task delete-expired-group-metadata. */
export function expireOffsets(b: Draft, env: Env): void {
  let count = 0;
  for (const [groupId, group] of Object.entries(b.groups.groups)) {
    const expired = expiredOffsets(b, env, group);
    count += expired.length;
    removeOffsets(b, env, groupId, expired);
    if (expired.length > 0) fact(env, { type: 'offsetsExpired', broker: b.brokerId, group: groupId, offsets: expired.map(nameOf) });
  }
  sayManager(b, env, `Removed ${count} expired offsets in 0 milliseconds.`);
}

/** Partitions of deleted topics take their offsets along. */
export function partitionsDeleted(b: Draft, env: Env, deleted: readonly TopicPartition[]): void {
  let count = 0;
  for (const [groupId, group] of Object.entries(b.groups.groups)) {
    const gone = deleted.filter((one) => group.offsets[nameOf(one)] !== undefined);
    count += gone.length;
    removeOffsets(b, env, groupId, gone);
  }
  sayCoordinator(b, env, `Removed ${count} offsets associated with deleted partitions: ${deleted.map(nameOf).join(', ')}.`);
}
