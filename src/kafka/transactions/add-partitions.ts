/** AddPartitionsToTxn and AddOffsetsToTxn on the coordinator (TransactionCoordinator.handleAddPartitionsToTransaction): a transaction begins or grows. */
import type { Env } from '../../kernel/program.ts';
import { answer } from '../broker/requests.ts';
import type { Draft, RequestContext } from '../broker/state.ts';
import type { AddPartitionsToTxnRequest, ErrorName } from '../protocol/index.ts';
import { isSamePartition, type TopicPartition } from '../topic-partition.ts';
import { findTransaction, prepare } from './coordinator.ts';
import { isInTheMiddle, stateOf, type EndedTransactionWrite, type TransactionWrite } from './state.ts';
import { appendTransaction, transactionWritten } from './storage.ts';

type Wanted = Pick<AddPartitionsToTxnRequest, 'transactionalId' | 'producerId' | 'producerEpoch'> & { readonly partitions: readonly TopicPartition[] };

export function addPartitions(b: Draft, env: Env, wanted: Wanted, context: RequestContext): void {
  const { transactionalId, producerId, producerEpoch, partitions } = wanted;
  const reply = (error: ErrorName): void => answerAdded(b, env, context, error);
  if (transactionalId === '') return reply('INVALID_REQUEST');
  const found = findTransaction(b, transactionalId);
  if (found.error !== 'NONE') return reply(found.error);
  const { metadata, coordinatorEpoch } = found;
  if (!metadata || metadata.producerId !== producerId) return reply('INVALID_PRODUCER_ID_MAPPING');
  if (metadata.producerEpoch !== producerEpoch) return reply('INVALID_PRODUCER_EPOCH');
  if (isInTheMiddle(metadata)) return reply('CONCURRENT_TRANSACTIONS');
  const state = stateOf(metadata);
  const added = partitions.filter((one) => !metadata.partitions.some((known) => isSamePartition(known, one)));
  if (state === 'Ongoing' && added.length === 0) return reply('NONE');
  const transition = prepare(b, metadata, { type: 'addPartitions' }, {
    partitions: [...metadata.partitions, ...added],
    startMs: state === 'Ongoing' ? metadata.startMs : env.wallClockMs,
    lastUpdateMs: env.wallClockMs,
  });
  appendTransaction(b, env, { type: 'addPartitions', transactionalId, coordinatorEpoch, transition, context });
}

export function partitionsWritten(b: Draft, env: Env, write: TransactionWrite & { readonly type: 'addPartitions' }, ended: EndedTransactionWrite): void {
  answerAdded(b, env, write.context, transactionWritten(b, env, write, ended));
}

/** All of them have one error. */
function answerAdded(b: Draft, env: Env, context: RequestContext, error: ErrorName): void {
  const { request } = context;
  if (request.type === 'AddOffsetsToTxnRequest') return answer(b, env, 'AddOffsetsToTxn', context, { throttleTimeMs: 0, error });
  if (request.type !== 'AddPartitionsToTxnRequest') return;
  const topics = request.topics.map(({ topic, partitions }) => ({ topic, partitions: partitions.map((partition) => ({ partition, error })) }));
  answer(b, env, 'AddPartitionsToTxn', context, { throttleTimeMs: 0, topics });
}
