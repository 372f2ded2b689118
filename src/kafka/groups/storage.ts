/**
 * Writing to the offsets topic (GroupMetadataManager.storeGroup, storeOffsets, cleanupGroupMetadata): one batch, appended as the
 * leader with the acks of `offsets.commit.required.acks`; what became of it is told to `writes.ts`. Simplified: what nobody waits
 * for (an empty group, tombstones) does not wait for a partition whose lock is taken.
 */
import type { Env } from '../../kernel/program.ts';
import { isLeader, isLocked } from '../broker/partition.ts';
import { appendRefusal, appendToLeader, parkProduce, sayRefused } from '../broker/replica-manager.ts';
import { placeOf, type Draft } from '../broker/state.ts';
import { encodeBatch, type BatchFields, type RecordFields } from '../log/record-batch.ts';
import { type ErrorName } from '../protocol/index.ts';
import type { TopicPartition } from '../topic-partition.ts';
import { groupOf, partitionFor } from './coordinator.ts';
import { groupKey, groupValue, offsetKey, offsetValue, OFFSETS_TOPIC } from './offsets-topic.ts';
import type { Group, GroupWrite } from './state.ts';

const placeFor = (b: Draft, groupId: string): number => placeOf(b, OFFSETS_TOPIC, partitionFor(b, groupId));

/** Place of the group's partition if its lock is taken, so that a request which writes has to wait; else -1. */
export function lockedPlace(b: Draft, groupId: string): number {
  const place = placeFor(b, groupId);
  return place >= 0 && isLocked(b.partitions[place]!) ? place : -1;
}

type Entry = Pick<RecordFields, 'key' | 'value'>;

const batchOf = (env: Env, entries: readonly Entry[], fields?: BatchFields): Uint8Array =>
  encodeBatch(
    entries.map((entry) => ({ timestamp: env.wallClockMs, ...entry })),
    fields,
  );
/** The batch of a commit is built as that of a producer would be: its sequence begins at 0, though no producer has an id. */
const COMMIT: BatchFields = { baseSequence: 0 };

function append(b: Draft, env: Env, write: GroupWrite, entries: readonly Entry[], fields?: BatchFields): void {
  const place = placeFor(b, write.groupId);
  const acks = b.config.offsetsCommitRequiredAcks;
  const refusal = place < 0 ? 'NOT_LEADER_FOR_PARTITION' : appendRefusal(b, place, acks);
  const local = b.partitions[place];
  if (refusal !== 'NONE' || !local) {
    sayRefused(b, env, place, refusal);
    b.groupWrites = [...b.groupWrites, { write, error: refusal, baseOffset: -1 }];
    return;
  }
  const appended = appendToLeader(b, env, place, batchOf(env, entries, fields), 'coordinator');
  if (appended.error !== 'NONE' || acks !== -1) {
    b.groupWrites = [...b.groupWrites, { write, error: appended.error, baseOffset: appended.baseOffset }];
    return;
  }
  const status = { at: place, topic: OFFSETS_TOPIC, partition: local.partition, required: appended.lastOffset + 1, error: null, baseOffset: appended.baseOffset, logAppendTimeMs: -1, logStartOffset: local.log.logStartOffset };
  parkProduce(b, env, { of: { type: 'group', write }, deadline: env.now + b.config.offsetsCommitTimeoutMs * 1_000, partitions: [status] });
}

/** What a member is told of an append that failed; `tooLarge`: of one that does not fit into a batch. */
export function appendError(error: ErrorName, tooLarge: ErrorName): ErrorName {
  switch (error) {
    case 'UNKNOWN_TOPIC_OR_PARTITION':
    case 'NOT_ENOUGH_REPLICAS':
    case 'NOT_ENOUGH_REPLICAS_AFTER_APPEND':
      return 'COORDINATOR_NOT_AVAILABLE';
    case 'NOT_LEADER_FOR_PARTITION':
    case 'KAFKA_STORAGE_ERROR':
      return 'NOT_COORDINATOR';
    case 'MESSAGE_TOO_LARGE':
    case 'RECORD_LIST_TOO_LARGE':
      return tooLarge;
    default:
      return error;
  }
}

export function storeAssignment(b: Draft, env: Env, write: GroupWrite & { readonly type: 'assignment' }): void {
  const group = groupOf(b, write.groupId);
  append(b, env, write, [{ key: groupKey(group.groupId), value: groupValue(group, write.assignment) }]);
}

export function storeEmptyGroup(b: Draft, env: Env, groupId: string): void {
  append(b, env, { type: 'emptyGroup', groupId }, [{ key: groupKey(groupId), value: groupValue(groupOf(b, groupId), {}) }]);
}

const entriesOf = ({ groupId, offsets }: GroupWrite & { readonly type: 'offsets' | 'txnOffsets' }): readonly Entry[] => offsets.map((offset) => ({ key: offsetKey(groupId, offset), value: offsetValue(offset) }));

export function storeOffsets(b: Draft, env: Env, write: GroupWrite & { readonly type: 'offsets' }): void {
  append(b, env, write, entriesOf(write), COMMIT);
}

/** The batch is one of the transaction; a fenced producer's is appended all the same. */
export function storeTxnOffsets(b: Draft, env: Env, write: GroupWrite & { readonly type: 'txnOffsets' }, producerEpoch: number): void {
  append(b, env, write, entriesOf(write), { ...COMMIT, producerId: write.producerId, producerEpoch, isTransactional: true });
}

/** Marks offsets, and the group itself, as deleted; nobody waits for it, and a lost tombstone is written again at the next expiry. */
export function storeTombstones(b: Draft, env: Env, group: Group, offsets: readonly TopicPartition[], withGroup: boolean): void {
  const place = placeFor(b, group.groupId);
  const local = b.partitions[place];
  if (!local || !isLeader(local)) return;
  const entries = [...offsets.map((offset) => ({ key: offsetKey(group.groupId, offset), value: null })), ...(withGroup ? [{ key: groupKey(group.groupId), value: null }] : [])];
  if (entries.length > 0) appendToLeader(b, env, place, batchOf(env, entries), 'coordinator');
}
