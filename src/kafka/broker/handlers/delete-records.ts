/** DeleteRecords (ReplicaManager.deleteRecords): the leader moves its log start offset and waits until the others have moved theirs. */
import type { Env } from '../../../kernel/program.ts';
import { incrementLogStartOffset } from '../../log/log.ts';
import { INVALID_LOW_WATERMARK, UP_TO_HIGH_WATERMARK, type ErrorName } from '../../protocol/index.ts';
import { OFFSETS_TOPIC } from '../../groups/offsets-topic.ts';
import { partitionState } from '../metadata-cache.ts';
import { isLeader } from '../partition.ts';
import { mute, PARKED, type Handler } from '../requests.ts';
import { placeOf, setPartition, topicOption, type DeletionResult, type Draft } from '../state.ts';
import { settleAdmin } from './shared.ts';

export const deleteRecords: Handler<'DeleteRecords'> = (b, request, context, env) => {
  const results = request.topics.flatMap(({ topic, partitions }) =>
    partitions.map(({ partition, offset }): DeletionResult => {
      if (!partitionState(b.metadata, topic, partition)) return { topic, partition, error: 'UNKNOWN_TOPIC_OR_PARTITION', required: INVALID_LOW_WATERMARK };
      const moved = moveLogStart(b, env, topic, partition, offset);
      return typeof moved === 'number' ? { topic, partition, error: 'NONE', required: moved } : { topic, partition, error: moved, required: INVALID_LOW_WATERMARK };
    }),
  );
  mute(b, context.connection);
  settleAdmin(b, env, { context, deadline: env.now + Math.max(0, request.timeoutMs) * 1_000, waits: { type: 'logStarts', results } });
  return PARKED;
};

/** The offset up to which is deleted, or why nothing is (Partition.deleteRecordsOnLeader). */
function moveLogStart(b: Draft, env: Env, topic: string, partition: number, wanted: number): number | ErrorName {
  if (topic === OFFSETS_TOPIC) return 'INVALID_TOPIC_EXCEPTION';
  const place = placeOf(b, topic, partition);
  const local = b.partitions[place];
  if (local?.chart.value === 'offline') return 'KAFKA_STORAGE_ERROR';
  if (!local || !isLeader(local)) return 'NOT_LEADER_FOR_PARTITION';
  if (!topicOption(b, topic, 'cleanup.policy').split(',').map((policy) => policy.trim()).includes('delete')) return 'POLICY_VIOLATION';
  const offset = wanted === UP_TO_HIGH_WATERMARK ? local.highWatermark : wanted;
  if (offset < 0 || offset > local.highWatermark) return 'OFFSET_OUT_OF_RANGE';
  setPartition(b, place, { ...local, log: incrementLogStartOffset(local.log, offset, env) });
  return offset;
}
