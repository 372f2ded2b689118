/** The APIs of the transaction coordinator; InitProducerId also for producers that are idempotent only, which any broker answers. */
import type { ErrorName, PartitionError, TopicOf } from '../../protocol/index.ts';
import { INTERNAL_TOPICS } from '../../topic-name.ts';
import { partitionFor } from '../../groups/coordinator.ts';
import { OFFSETS_TOPIC } from '../../groups/offsets-topic.ts';
import { addPartitions } from '../../transactions/add-partitions.ts';
import { endTransaction } from '../../transactions/end-transaction.ts';
import { initProducerId as init, initProducerIdRefusal, needsProducerId } from '../../transactions/init-producer-id.ts';
import { hasProducerId, takeProducerId } from '../../transactions/producer-ids.ts';
import { lockedPlace } from '../../transactions/storage.ts';
import { partitionState } from '../metadata-cache.ts';
import { HELD, PARKED, mute, waitForLock, type Handler } from '../requests.ts';
import type { Draft } from '../state.ts';
import { startTask } from '../zookeeper.ts';

export const initProducerId: Handler<'InitProducerId'> = (b, request, context, env) => {
  const { transactionalId } = request;
  if (transactionalId === null) {
    if (hasProducerId(b)) return { throttleTimeMs: 0, error: 'NONE', producerId: takeProducerId(b), producerEpoch: 0 };
    startTask(b, env, 'claimProducerIds', { brokerId: b.brokerId, context });
    return HELD;
  }
  const transactional = { ...request, transactionalId };
  const error = initProducerIdRefusal(b, transactional);
  if (error !== 'NONE') return { throttleTimeMs: 0, error, producerId: -1, producerEpoch: -1 };
  if (needsProducerId(b, transactionalId) && !hasProducerId(b)) {
    startTask(b, env, 'claimProducerIds', { brokerId: b.brokerId, context });
    return HELD;
  }
  const place = lockedPlace(b, transactionalId);
  if (place >= 0) return waitForLock(b, place, context);
  mute(b, context.connection);
  init(b, env, transactional, context);
  return PARKED;
};

/** Why a partition may not be part of a transaction; NONE: it may. */
function partitionError(b: Draft, topic: string, partition: number): ErrorName {
  if (INTERNAL_TOPICS.includes(topic)) return 'TOPIC_AUTHORIZATION_FAILED';
  return partitionState(b.metadata, topic, partition) ? 'NONE' : 'UNKNOWN_TOPIC_OR_PARTITION';
}

export const addPartitionsToTxn: Handler<'AddPartitionsToTxn'> = (b, request, context, env) => {
  const topics = request.topics.map(({ topic, partitions }): TopicOf<PartitionError> => ({ topic, partitions: partitions.map((partition) => ({ partition, error: partitionError(b, topic, partition) })) }));
  const notAttempted = (error: ErrorName): ErrorName => (error === 'NONE' ? 'OPERATION_NOT_ATTEMPTED' : error);
  if (topics.some(({ partitions }) => partitions.some(({ error }) => error !== 'NONE'))) {
    return { throttleTimeMs: 0, topics: topics.map(({ topic, partitions }) => ({ topic, partitions: partitions.map(({ partition, error }) => ({ partition, error: notAttempted(error) })) })) };
  }
  const place = lockedPlace(b, request.transactionalId);
  if (place >= 0) return waitForLock(b, place, context);
  mute(b, context.connection);
  const partitions = request.topics.flatMap(({ topic, partitions: numbers }) => numbers.map((partition) => ({ topic, partition })));
  addPartitions(b, env, { ...request, partitions }, context);
  return PARKED;
};

export const addOffsetsToTxn: Handler<'AddOffsetsToTxn'> = (b, request, context, env) => {
  const place = lockedPlace(b, request.transactionalId);
  if (place >= 0) return waitForLock(b, place, context);
  mute(b, context.connection);
  addPartitions(b, env, { ...request, partitions: [{ topic: OFFSETS_TOPIC, partition: partitionFor(b, request.groupId) }] }, context);
  return PARKED;
};

export const endTxn: Handler<'EndTxn'> = (b, request, context, env) => {
  const place = lockedPlace(b, request.transactionalId);
  if (place >= 0) return waitForLock(b, place, context);
  mute(b, context.connection);
  endTransaction(b, env, request, { type: 'client', context });
  return PARKED;
};
