/**
 * Offsets that are part of a transaction (GroupCoordinator.handleTxnCommitOffsets; GroupMetadata.pendingTransactionalOffsetCommits): they
 * are in the log at once, and readable when the marker that commits them is. Nobody asks whether their producer is a member of the group,
 * and in 2.3.0 nobody whether its epoch is the latest.
 */
import type { Env } from '../../kernel/program.ts';
import { fact, type Draft, type RequestContext } from '../broker/state.ts';
import type { ErrorName, TxnOffsetCommitRequest } from '../protocol/index.ts';
import { stackTrace } from '../stack-trace.ts';
import { nameOf, type TopicPartition } from '../topic-partition.ts';
import { findGroup, groupStatus, groupOf, newGroup, partitionFor, putGroup, stateOf, updateGroup, warnOfMixedCommits } from './coordinator.ts';
import { answerWritten, isSame, isTooLarge, refuseCommit, wanted } from './offsets.ts';
import type { EndedWrite, Group, GroupWrite, LoaderTask, PendingTxnOffsets } from './state.ts';
import { storeTxnOffsets } from './storage.ts';
import { scheduleTask } from './tasks.ts';

type Write = GroupWrite & { readonly type: 'txnOffsets' };

export function commitTxnOffsets(b: Draft, env: Env, request: TxnOffsetCommitRequest, context: RequestContext): void {
  const { groupId, producerId, producerEpoch } = request;
  const offsets = wanted(b, env, request);
  const refuse = (error: ErrorName): void => refuseCommit(b, env, context, error);
  if (offsets.length === 0) return refuse('UNKNOWN_TOPIC_OR_PARTITION');
  const status = groupStatus(b, groupId, 'TxnOffsetCommit');
  if (status !== 'NONE') return refuse(status);
  if (!findGroup(b, groupId)) putGroup(b, newGroup(groupId, env));
  const group = groupOf(b, groupId);
  if (stateOf(group) === 'Dead') return refuse('COORDINATOR_NOT_AVAILABLE');
  warnOfMixedCommits(b, env, group);
  const small = offsets.filter((offset) => !isTooLarge(b, offset.metadata));
  if (small.length === 0) return refuse('OFFSET_METADATA_TOO_LARGE');
  const pending: PendingTxnOffsets = Object.fromEntries(offsets.map((offset) => [nameOf(offset), { ...offset, appendedAt: null }]));
  setPending(b, groupId, producerId, { ...group.pendingTxnOffsets[producerId], ...pending });
  updateGroup(b, groupId, { hasTxnCommits: true });
  storeTxnOffsets(b, env, { type: 'txnOffsets', groupId, producerId, context, offsets: small }, producerEpoch);
}

/** undefined: this producer has nothing pending any more. */
function setPending(b: Draft, groupId: string, producerId: number, pending: PendingTxnOffsets | undefined): void {
  const { [producerId]: _, ...others } = groupOf(b, groupId).pendingTxnOffsets;
  updateGroup(b, groupId, { pendingTxnOffsets: pending === undefined ? others : { ...others, [producerId]: pending } });
}

/** The offsets are in the topic, or are not; readable they are in no case. */
export function txnOffsetsWritten(b: Draft, env: Env, write: Write, { error, baseOffset }: EndedWrite): void {
  const { groupId, producerId, offsets, context } = write;
  const group = findGroup(b, groupId);
  const known = group?.pendingTxnOffsets[producerId];
  if (group && known && stateOf(group) !== 'Dead') {
    const pending = { ...known };
    for (const offset of offsets) {
      const name = nameOf(offset);
      const before = pending[name];
      if (error !== 'NONE') delete pending[name];
      else if (before && isSame(before, offset)) pending[name] = { ...offset, appendedAt: baseOffset };
    }
    setPending(b, groupId, producerId, Object.keys(pending).length === 0 ? undefined : pending);
  }
  answerWritten(b, env, context, offsets, error);
}

/**
 * A marker of the producer is written in these partitions of the offsets topic: what it has pending in their groups becomes readable, or is
 * forgotten, when the thread comes to it (GroupMetadataManager.scheduleHandleTxnCompletion).
 */
export function completeTransaction(b: Draft, env: Env, producerId: number, partitions: readonly number[], committed: boolean): void {
  scheduleTask(b, env, { type: 'completeTransaction', producerId, partitions, committed });
}

/** GroupMetadataManager.handleTxnCompletion. */
export function transactionCompleted(b: Draft, env: Env, { producerId, partitions, committed }: LoaderTask & { readonly type: 'completeTransaction' }): void {
  for (const group of Object.values(b.groups.groups)) {
    const pending = group.pendingTxnOffsets[producerId];
    if (!pending || stateOf(group) === 'Dead' || !partitions.includes(partitionFor(b, group.groupId))) continue;
    setPending(b, group.groupId, producerId, undefined);
    if (committed) publish(b, env, group, producerId, pending);
  }
}

function publish(b: Draft, env: Env, { groupId, offsets }: Group, producerId: number, pending: PendingTxnOffsets): void {
  const committed = { ...offsets };
  const news: { [appendedAt: number]: (TopicPartition & { readonly offset: number })[] } = {};
  for (const [name, { appendedAt, ...offset }] of Object.entries(pending)) {
    if (appendedAt === null) {
      const exception = `java.lang.IllegalStateException: Trying to complete a transactional offset commit for producerId ${producerId} and groupId ${groupId} even though the offset commit record itself hasn't been appended to the log.`;
      env.log({ level: 'ERROR', file: 'server', text: `Uncaught exception in scheduled task 'handleTxnCompletion-${producerId}' (kafka.utils.KafkaScheduler)\n${stackTrace(exception, [])}` });
      break;
    }
    if ((committed[name]?.appendedAt ?? -1) >= appendedAt) continue;
    committed[name] = { ...offset, appendedAt };
    (news[appendedAt] ??= []).push({ topic: offset.topic, partition: offset.partition, offset: offset.offset });
  }
  updateGroup(b, groupId, { offsets: committed });
  for (const [appendedAt, published] of Object.entries(news)) fact(env, { type: 'offsetsCommitted', broker: b.brokerId, group: groupId, appendedAt: Number(appendedAt), offsets: published });
}
