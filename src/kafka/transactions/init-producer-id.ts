/** InitProducerId on the coordinator (TransactionCoordinator.handleInitProducerId): a producer begins, and whoever had its id before is fenced off. */
import type { Env } from '../../kernel/program.ts';
import { answer } from '../broker/requests.ts';
import type { Draft, RequestContext } from '../broker/state.ts';
import type { ErrorName, InitProducerIdRequest } from '../protocol/index.ts';
import { topicPartition } from '../topic-partition.ts';
import { answerInit } from './answers.ts';
import { findTransaction, partitionFor, prepare, putTransaction, sayCoordinator } from './coordinator.ts';
import { endTransaction } from './end-transaction.ts';
import { takeProducerId } from './producer-ids.ts';
import { isEpochExhausted, isInTheMiddle, stateOf, type EndedTransactionWrite, type TransactionMetadata, type TransactionWrite, type Transition } from './state.ts';
import { appendTransaction, transactionWritten } from './storage.ts';
import { chartIn, TRANSACTION_TOPIC } from './transaction-topic.ts';

type TransactionalRequest = InitProducerIdRequest & { readonly transactionalId: string };

const NO_EPOCH = -1;

/** Why nothing comes of the request whatever its id is; NONE: go on. */
export function initProducerIdRefusal(b: Draft, { transactionalId, transactionTimeoutMs }: TransactionalRequest): ErrorName {
  if (transactionalId === '') return 'INVALID_REQUEST';
  if (transactionTimeoutMs <= 0 || transactionTimeoutMs > b.config.transactionMaxTimeoutMs) return 'INVALID_TRANSACTION_TIMEOUT';
  const found = findTransaction(b, transactionalId);
  if (found.error !== 'NONE') return found.error;
  return found.metadata && isInTheMiddle(found.metadata) ? 'CONCURRENT_TRANSACTIONS' : 'NONE';
}

/** A new transactional id, and one whose epochs are used up. */
export function needsProducerId(b: Draft, transactionalId: string): boolean {
  const found = findTransaction(b, transactionalId);
  if (found.error !== 'NONE') return false;
  return !found.metadata || (stateOf(found.metadata) !== 'Ongoing' && isEpochExhausted(found.metadata));
}

/** The request was refused by nothing, and a producer id is there if it needs one. */
export function initProducerId(b: Draft, env: Env, { transactionalId, transactionTimeoutMs }: TransactionalRequest, context: RequestContext): void {
  const found = findTransaction(b, transactionalId);
  if (found.error !== 'NONE') return answerInit(b, env, context, found.error);
  const metadata = found.metadata ?? created(b, env, transactionalId, transactionTimeoutMs);
  const { coordinatorEpoch } = found;
  if (stateOf(metadata) === 'Ongoing') {
    // This epoch is told to nobody: the producer comes again and gets the next one.
    const fencing = prepare(b, metadata, { type: 'fence' }, { producerEpoch: metadata.producerEpoch + 1 });
    return endTransaction(b, env, { transactionalId, producerId: fencing.producerId, producerEpoch: fencing.producerEpoch, committed: false }, { type: 'successor', context });
  }
  const fresh = { txnTimeoutMs: transactionTimeoutMs, partitions: [], startMs: -1, lastUpdateMs: env.wallClockMs };
  const next = isEpochExhausted(metadata) ? { producerId: takeProducerId(b), producerEpoch: 0 } : { producerEpoch: metadata.producerEpoch + 1 };
  const transition: Transition = prepare(b, metadata, { type: 'initProducerId' }, { ...fresh, ...next });
  appendTransaction(b, env, { type: 'initProducerId', transactionalId, coordinatorEpoch, transition, context });
}

function created(b: Draft, env: Env, transactionalId: string, txnTimeoutMs: number): TransactionMetadata {
  const metadata: TransactionMetadata = { transactionalId, producerId: takeProducerId(b), producerEpoch: NO_EPOCH, txnTimeoutMs, chart: chartIn('Empty'), pendingState: null, partitions: [], startMs: -1, lastUpdateMs: env.wallClockMs };
  putTransaction(b, metadata);
  return metadata;
}

export function initProducerIdWritten(b: Draft, env: Env, write: TransactionWrite & { readonly type: 'initProducerId' }, ended: EndedTransactionWrite): void {
  const { transactionalId, transition, context } = write;
  const error = transactionWritten(b, env, write, ended);
  if (error !== 'NONE') {
    sayCoordinator(b, env, `Returning ${error} error code to client for ${transactionalId}'s InitProducerId request`);
    return answerInit(b, env, context, error);
  }
  const { producerId, producerEpoch } = transition;
  sayCoordinator(b, env, `Initialized transactionalId ${transactionalId} with producerId ${producerId} and producer epoch ${producerEpoch} on partition ${topicPartition(TRANSACTION_TOPIC, partitionFor(b, transactionalId))}`);
  answer(b, env, 'InitProducerId', context, { throttleTimeMs: 0, error: 'NONE', producerId, producerEpoch });
}
