/** OffsetForLeaderEpoch: where an epoch ended in this leader's log. */
import { endOffsetFor } from '../../log/epochs.ts';
import type { OffsetForLeaderEpochPartitionResponse } from '../../protocol/index.ts';
import { partitionState } from '../metadata-cache.ts';
import { epochError, isLeader } from '../partition.ts';
import type { Handler } from '../requests.ts';
import { placeOf } from '../state.ts';

export const offsetForLeaderEpoch: Handler<'OffsetForLeaderEpoch'> = (b, request) => ({
  throttleTimeMs: 0,
  topics: request.topics.map(({ topic, partitions }) => ({
    topic,
    partitions: partitions.map((entry): OffsetForLeaderEpochPartitionResponse => {
      const failed = (error: OffsetForLeaderEpochPartitionResponse['error']): OffsetForLeaderEpochPartitionResponse => ({ error, partition: entry.partition, leaderEpoch: -1, endOffset: -1 });
      const local = b.partitions[placeOf(b, topic, entry.partition)];
      if (!local) return failed(partitionState(b.metadata, topic, entry.partition) ? 'NOT_LEADER_FOR_PARTITION' : 'UNKNOWN_TOPIC_OR_PARTITION');
      if (local.chart.value === 'offline') return failed('KAFKA_STORAGE_ERROR');
      const epoch = epochError(local, entry.currentLeaderEpoch);
      if (epoch !== 'NONE') return failed(epoch);
      if (!isLeader(local)) return failed('NOT_LEADER_FOR_PARTITION');
      return { error: 'NONE', partition: entry.partition, ...endOffsetFor(local.log.epochs, entry.leaderEpoch, local.log.logEndOffset) };
    }),
  })),
});
