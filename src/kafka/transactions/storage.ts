/**
 * Writing to `__transaction_state` (TransactionStateManager.appendTransactionToLog): one record, appended as the leader, which all in-sync
 * replicas must have; what became of it is told to `writes.ts`.
 * Simplified: what no request waits for (markers done, timeouts, tombstones) does not wait for a partition whose lock is taken.
 */
import type { Env } from '../../kernel/program.ts';
import { isLocked } from '../broker/partition.ts';
import { appendRefusal, appendToLeader, parkProduce, sayRefused } from '../broker/replica-manager.ts';
import { placeOf, type Draft } from '../broker/state.ts';
import { encodeBatch, type RecordFields } from '../log/record-batch.ts';
import type { ErrorName } from '../protocol/index.ts';
import { findTransaction, partitionFor, sayManager, takeStep, updateTransaction } from './coordinator.ts';
import { pendingText, transitionText, type EndedTransactionWrite, type TransactionWrite } from './state.ts';
import { transactionKey, transactionValue, TRANSACTION_TOPIC } from './transaction-topic.ts';

type OneWrite = Exclude<TransactionWrite, { readonly type: 'expire' }>;

/** Place of the id's partition if its lock is taken, so that a request which writes has to wait; else -1. */
export function lockedPlace(b: Draft, transactionalId: string): number {
  const place = placeOf(b, TRANSACTION_TOPIC, partitionFor(b, transactionalId));
  return place >= 0 && isLocked(b.partitions[place]!) ? place : -1;
}

function ended(b: Draft, write: TransactionWrite, error: ErrorName, tried: boolean): void {
  b.transactionWrites = [...b.transactionWrites, { write, error, tried }];
}

function append(b: Draft, env: Env, write: TransactionWrite, partition: number, records: readonly Pick<RecordFields, 'key' | 'value'>[], timeoutMs: number): void {
  const place = placeOf(b, TRANSACTION_TOPIC, partition);
  const refusal = appendRefusal(b, place, -1);
  const local = b.partitions[place];
  if (refusal !== 'NONE' || !local) {
    sayRefused(b, env, place, refusal);
    return ended(b, write, refusal, true);
  }
  const batch = encodeBatch(records.map((record) => ({ timestamp: env.wallClockMs, ...record })));
  const appended = appendToLeader(b, env, place, batch, 'coordinator');
  if (appended.error !== 'NONE') return ended(b, write, appended.error, true);
  const status = { at: place, topic: TRANSACTION_TOPIC, partition, required: appended.lastOffset + 1, error: null, baseOffset: appended.baseOffset, logAppendTimeMs: -1, logStartOffset: local.log.logStartOffset };
  parkProduce(b, env, { of: { type: 'transaction', write }, deadline: env.now + timeoutMs * 1_000, partitions: [status] });
}

export function appendTransaction(b: Draft, env: Env, write: OneWrite): void {
  const { transactionalId, coordinatorEpoch, transition } = write;
  const found = findTransaction(b, transactionalId);
  if (found.error !== 'NONE') return ended(b, write, found.error, false);
  if (!found.metadata || found.coordinatorEpoch !== coordinatorEpoch) return ended(b, write, 'NOT_COORDINATOR', false);
  append(b, env, write, partitionFor(b, transactionalId), [{ key: transactionKey(transactionalId), value: transactionValue(transition) }], transition.txnTimeoutMs);
}

export function appendTombstones(b: Draft, env: Env, write: TransactionWrite & { readonly type: 'expire' }): void {
  append(b, env, write, write.partition, write.expired.map(({ transactionalId }) => ({ key: transactionKey(transactionalId), value: null })), b.config.requestTimeoutMs);
}

/** What a producer is told of an append that failed. */
function appendError(error: ErrorName): ErrorName {
  switch (error) {
    case 'UNKNOWN_TOPIC_OR_PARTITION':
    case 'NOT_ENOUGH_REPLICAS':
    case 'NOT_ENOUGH_REPLICAS_AFTER_APPEND':
    case 'REQUEST_TIMED_OUT':
      return 'COORDINATOR_NOT_AVAILABLE';
    case 'NOT_LEADER_FOR_PARTITION':
    case 'KAFKA_STORAGE_ERROR':
      return 'NOT_COORDINATOR';
    case 'MESSAGE_TOO_LARGE':
    case 'RECORD_LIST_TOO_LARGE':
      return 'UNKNOWN_SERVER_ERROR';
    default:
      return error;
  }
}

/** The record is with the in-sync replicas, or is not: the step is taken or given up. Answers what is told of it (updateCacheCallback). */
export function transactionWritten(b: Draft, env: Env, write: OneWrite, { error, tried }: EndedTransactionWrite): ErrorName {
  if (!tried) return error;
  return error === 'NONE' ? written(b, env, write) : notWritten(b, env, write, appendError(error));
}

function written(b: Draft, env: Env, { transactionalId, coordinatorEpoch, transition }: OneWrite): ErrorName {
  const found = findTransaction(b, transactionalId);
  const rest = `(txn topic partition ${partitionFor(b, transactionalId)}) while it was ${coordinatorEpoch} before appending; aborting transition to the new metadata and returning NOT_COORDINATOR in the callback`;
  if (found.error !== 'NONE') {
    sayManager(b, env, `Accessing the cached transaction metadata for ${transactionalId} returns ${found.error} error; aborting transition to the new metadata and setting the error in the callback`);
    return found.error;
  }
  const appended = `after appended its new metadata ${transitionText(transition)} to the transaction log`;
  if (!found.metadata) {
    sayManager(b, env, `The cached coordinator metadata does not exist in the cache anymore for ${transactionalId} ${appended} ${rest}`);
    return 'NOT_COORDINATOR';
  }
  if (found.coordinatorEpoch !== coordinatorEpoch) {
    sayManager(b, env, `The cached coordinator epoch for ${transactionalId} has changed to ${found.coordinatorEpoch} ${appended} ${rest}`);
    return 'NOT_COORDINATOR';
  }
  takeStep(b, env, found.metadata, transition);
  return 'NONE';
}

function notWritten(b: Draft, env: Env, { type, transactionalId, coordinatorEpoch, transition }: OneWrite, error: ErrorName): ErrorName {
  const found = findTransaction(b, transactionalId);
  const failed = `TransactionalId ${transactionalId} append transaction log for ${transitionText(transition)} transition failed due to ${error}, `;
  if (found.error !== 'NONE') {
    sayManager(b, env, `${failed}aborting state transition and returning the error in the callback since retrieving metadata returned ${found.error}`);
  } else if (!found.metadata) {
    sayManager(b, env, `${failed}aborting state transition and returning the error in the callback since metadata is not available in the cache anymore`);
  } else if (found.coordinatorEpoch !== coordinatorEpoch) {
    sayManager(b, env, `${failed}aborting state transition and returning the error in the callback since the coordinator epoch has changed from ${found.coordinatorEpoch} to ${coordinatorEpoch}`);
  } else if (type === 'complete' && error === 'COORDINATOR_NOT_AVAILABLE') {
    sayManager(b, env, `${failed}not resetting pending state ${pendingText(found.metadata.pendingState)} but just returning the error in the callback to let the caller retry`);
  } else {
    sayManager(b, env, `${failed}resetting pending state from ${pendingText(found.metadata.pendingState)}, aborting state transition and returning ${error} in the callback`);
    updateTransaction(b, transactionalId, { pendingState: null });
  }
  return error;
}
