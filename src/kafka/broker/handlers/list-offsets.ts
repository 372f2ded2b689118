/** ListOffsets: where a partition begins, ends, or was at a time. */
import { offsetForTimestamp } from '../../log/log.ts';
import { EARLIEST_TIMESTAMP, LATEST_TIMESTAMP, type ListOffsetsPartition, type ListOffsetsPartitionResponse, type ListOffsetsRequest } from '../../protocol/index.ts';
import { lastStableOffset } from '../partition.ts';
import { readRefusal } from '../replica-manager.ts';
import type { Handler } from '../requests.ts';
import { placeOf, type Draft } from '../state.ts';

export const listOffsets: Handler<'ListOffsets'> = (b, request) => ({
  throttleTimeMs: 0,
  topics: request.topics.map(({ topic, partitions }) => ({ topic, partitions: partitions.map((entry) => offsetOf(b, request, topic, entry)) })),
});

function offsetOf(b: Draft, request: ListOffsetsRequest, topic: string, entry: ListOffsetsPartition): ListOffsetsPartitionResponse {
  const failed = (error: ListOffsetsPartitionResponse['error']): ListOffsetsPartitionResponse => ({ partition: entry.partition, error, timestamp: -1, offset: -1, leaderEpoch: -1 });
  const local = b.partitions[placeOf(b, topic, entry.partition)];
  const refusal = readRefusal(b, topic, entry, local);
  if (refusal !== 'NONE' || !local) return failed(refusal);
  const isConsumer = request.replicaId < 0;
  const end = !isConsumer ? local.log.logEndOffset : request.isolationLevel === 1 ? lastStableOffset(local) : local.highWatermark;
  const answer = (offset: number, timestamp = -1, leaderEpoch = local.leaderEpoch): ListOffsetsPartitionResponse => ({ partition: entry.partition, error: 'NONE', timestamp, offset, leaderEpoch });
  // A new leader whose HW has not reached the start of its epoch does not know yet what is committed.
  const uncertain = isConsumer && local.leaderEpochStartOffset > local.highWatermark;
  const unavailable = request.apiVersion >= 5 ? 'OFFSET_NOT_AVAILABLE' : 'LEADER_NOT_AVAILABLE';
  if (entry.timestamp === LATEST_TIMESTAMP) return uncertain ? failed(unavailable) : answer(end);
  if (entry.timestamp === EARLIEST_TIMESTAMP) return answer(local.log.logStartOffset);
  const found = offsetForTimestamp(local.log, entry.timestamp);
  if (found && found.offset < end) return answer(found.offset, found.timestamp, found.leaderEpoch);
  return uncertain ? failed(unavailable) : answer(-1, -1, -1);
}
