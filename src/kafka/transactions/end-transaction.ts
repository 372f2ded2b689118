/**
 * The end of a transaction (TransactionCoordinator.handleEndTransaction): the decision is written, then told, and only then do the
 * partitions get their markers.
 */
import type { Env } from '../../kernel/program.ts';
import { answer } from '../broker/requests.ts';
import type { Draft } from '../broker/state.ts';
import type { EndTxnRequest, ErrorName } from '../protocol/index.ts';
import { exceptionClass } from '../clients/exceptions.ts';
import { answerInit } from './answers.ts';
import { findTransaction, prepare, sayCoordinator, updateTransaction } from './coordinator.ts';
import { sendMarkers } from './markers.ts';
import { resultText, stateOf, transitionText, type Ender, type EndedTransactionWrite, type TransactionMetadata, type TransactionWrite } from './state.ts';
import { appendTransaction, transactionWritten } from './storage.ts';

type Wanted = Pick<EndTxnRequest, 'transactionalId' | 'producerId' | 'producerEpoch' | 'committed'>;

export function endTransaction(b: Draft, env: Env, wanted: Wanted, ender: Ender): void {
  const { transactionalId, producerEpoch, committed } = wanted;
  const reply = (error: ErrorName): void => tell(b, env, transactionalId, ender, error);
  if (transactionalId === '') return reply('INVALID_REQUEST');
  const found = findTransaction(b, transactionalId);
  if (found.error !== 'NONE') return reply(found.error);
  const { metadata, coordinatorEpoch } = found;
  if (!metadata) return reply('INVALID_PRODUCER_ID_MAPPING');
  const refusal = whyNot(metadata, wanted);
  if (refusal !== null) return reply(refusal);
  // Who fences has only asked to: now the epoch counts.
  const fenced = !committed && metadata.pendingState === 'PrepareEpochFence' ? { ...metadata, pendingState: null, producerEpoch } : metadata;
  updateTransaction(b, transactionalId, fenced);
  const transition = prepare(b, fenced, { type: committed ? 'commit' : 'abort' }, { lastUpdateMs: env.wallClockMs });
  appendTransaction(b, env, { type: 'end', transactionalId, coordinatorEpoch, transition, producerEpoch, committed, ender });
}

/** null: it is to be ended; NONE: it has been. */
function whyNot(metadata: TransactionMetadata, { producerId, producerEpoch, committed }: Wanted): ErrorName | null {
  if (metadata.producerId !== producerId) return 'INVALID_PRODUCER_ID_MAPPING';
  if (producerEpoch < metadata.producerEpoch) return 'INVALID_PRODUCER_EPOCH';
  if (metadata.pendingState !== null && metadata.pendingState !== 'PrepareEpochFence') return 'CONCURRENT_TRANSACTIONS';
  switch (stateOf(metadata)) {
    case 'Ongoing':
      return null;
    case 'CompleteCommit':
      return committed ? 'NONE' : 'INVALID_TXN_STATE';
    case 'CompleteAbort':
      return committed ? 'INVALID_TXN_STATE' : 'NONE';
    case 'PrepareCommit':
      return committed ? 'CONCURRENT_TRANSACTIONS' : 'INVALID_TXN_STATE';
    case 'PrepareAbort':
      return committed ? 'INVALID_TXN_STATE' : 'CONCURRENT_TRANSACTIONS';
    default:
      return 'INVALID_TXN_STATE';
  }
}

/** The decision is in the log, or is not. */
export function endWritten(b: Draft, env: Env, write: TransactionWrite & { readonly type: 'end' }, ended: EndedTransactionWrite): void {
  const { transactionalId, coordinatorEpoch, producerEpoch, committed, ender, transition } = write;
  const error = transactionWritten(b, env, write, ended);
  const result = resultText(committed);
  if (error !== 'NONE') {
    sayCoordinator(b, env, `Aborting sending of transaction markers and returning ${error} error to client for ${transactionalId}'s EndTransaction request of ${result}, since appending ${transitionText(transition)} to transaction log with coordinator epoch ${coordinatorEpoch} failed`);
    return tell(b, env, transactionalId, ender, error);
  }
  const found = findTransaction(b, transactionalId);
  if (found.error !== 'NONE' || !found.metadata || found.coordinatorEpoch !== coordinatorEpoch) return;
  if (producerEpoch !== found.metadata.producerEpoch) {
    // An epoch that was never given: nothing will end this transaction any more, as in 2.3.0.
    sayCoordinator(b, env, `Aborting sending of transaction markers after appended ${result} to transaction log and returning INVALID_PRODUCER_EPOCH error to client for ${transactionalId}'s EndTransaction request`);
    return tell(b, env, transactionalId, ender, 'INVALID_PRODUCER_EPOCH');
  }
  const completion = prepare(b, found.metadata, { type: 'complete' }, { partitions: [], lastUpdateMs: env.wallClockMs });
  tell(b, env, transactionalId, ender, 'NONE');
  sendMarkers(b, env, { transactionalId, coordinatorEpoch, transition: completion }, found.metadata, committed);
}

function tell(b: Draft, env: Env, transactionalId: string, ender: Ender, error: ErrorName): void {
  switch (ender.type) {
    case 'client':
      return answer(b, env, 'EndTxn', ender.context, { throttleTimeMs: 0, error });
    case 'successor':
      return answerInit(b, env, ender.context, error === 'NONE' ? 'CONCURRENT_TRANSACTIONS' : error);
    case 'timeout':
      if (error === 'NONE') sayCoordinator(b, env, `Completed rollback ongoing transaction of transactionalId: ${transactionalId} due to timeout`);
      else if (error !== 'INVALID_PRODUCER_ID_MAPPING' && error !== 'INVALID_PRODUCER_EPOCH' && error !== 'CONCURRENT_TRANSACTIONS') {
        sayCoordinator(b, env, `Rolling back ongoing transaction of transactionalId: ${transactionalId} failed due to ${exceptionClass(error)}`, 'WARN');
      }
  }
}
