/** OffsetForLeaderEpoch: where an epoch ended in this leader's log. */
import { endOffsetFor } from '../../log/epochs.ts';
import type { OffsetForLeaderEpochPartitionResponse } from '../../protocol/index.ts';
import { readRefusal } from '../replica-manager.ts';
import type { Handler } from '../requests.ts';
import { placeOf } from '../state.ts';

export const offsetForLeaderEpoch: Handler<'OffsetForLeaderEpoch'> = (b, request) => ({
  throttleTimeMs: 0,
  topics: request.topics.map(({ topic, partitions }) => ({
    topic,
    partitions: partitions.map((entry): OffsetForLeaderEpochPartitionResponse => {
      const local = b.partitions[placeOf(b, topic, entry.partition)];
      const error = readRefusal(b, topic, entry, local);
      if (error !== 'NONE' || !local) return { error, partition: entry.partition, leaderEpoch: -1, endOffset: -1 };
      return { error, partition: entry.partition, ...endOffsetFor(local.log.epochs, entry.leaderEpoch, local.log.logEndOffset) };
    }),
  })),
});
