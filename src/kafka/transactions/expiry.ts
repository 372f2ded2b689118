/**
 * What a coordinator does by itself (the tasks transaction-abort and transactionalId-expiration): it ends transactions that take too long,
 * and forgets ids that nobody uses. Both tasks run at multiples of their intervals since the coordinator was started; their timers are
 * set only while there is something they could find.
 */
import type { Env } from '../../kernel/program.ts';
import type { Draft } from '../broker/state.ts';
import { dropTransaction, findTransaction, partitionFor, prepare, sayManager, updateTransaction } from './coordinator.ts';
import { endTransaction } from './end-transaction.ts';
import { pendingText, stateOf, type EndedTransactionWrite, type TransactionMetadata, type TransactionWrite } from './state.ts';
import { appendTombstones } from './storage.ts';

export const TRANSACTION_ABORT_TIMER = 'transaction-abort';
export const TRANSACTION_EXPIRY_TIMER = 'transactionalId-expiration';

type Expiring = Extract<TransactionWrite, { readonly type: 'expire' }>;

function watch(b: Draft, env: Env, timer: string, intervalMs: number): void {
  const { startedAt } = b.transactions;
  if (startedAt === null || env.hasTimer(timer)) return;
  const interval = intervalMs * 1_000;
  env.setTimer(timer, interval - ((env.now - startedAt) % interval));
}

const all = (b: Draft): readonly TransactionMetadata[] => Object.values(b.transactions.transactions);

/** There may be a transaction that is open. */
export function watchTimeouts(b: Draft, env: Env): void {
  if (!env.hasTimer(TRANSACTION_ABORT_TIMER) && all(b).some((metadata) => stateOf(metadata) === 'Ongoing')) watch(b, env, TRANSACTION_ABORT_TIMER, b.config.transactionAbortIntervalMs);
}

/** There may be a transactional id. */
export function watchExpiry(b: Draft, env: Env): void {
  for (const _ in b.transactions.transactions) return watch(b, env, TRANSACTION_EXPIRY_TIMER, b.config.transactionExpiryIntervalMs);
}

/** The task transaction-abort: whoever is open for longer than its timeout is fenced and aborted. */
export function abortTimedOut(b: Draft, env: Env): void {
  const late = all(b).filter((metadata) => metadata.pendingState === null && stateOf(metadata) === 'Ongoing' && metadata.startMs + metadata.txnTimeoutMs < env.wallClockMs);
  for (const { transactionalId } of late) {
    const found = findTransaction(b, transactionalId);
    if (found.error !== 'NONE' || !found.metadata) continue;
    const { producerId, producerEpoch } = prepare(b, found.metadata, { type: 'fence' }, { producerEpoch: found.metadata.producerEpoch + 1 });
    endTransaction(b, env, { transactionalId, producerId, producerEpoch, committed: false }, { type: 'timeout' });
  }
  watchTimeouts(b, env);
}

/** The task transactionalId-expiration: what nobody has used for long is marked as deleted. */
export function expireTransactionalIds(b: Draft, env: Env): void {
  const before = env.wallClockMs - b.config.transactionalIdExpirationMs;
  const isIdle = (metadata: TransactionMetadata): boolean => ['Empty', 'CompleteCommit', 'CompleteAbort'].includes(stateOf(metadata)) && metadata.pendingState === null && metadata.lastUpdateMs <= before;
  const writes = new Map<number, Expiring>();
  for (const metadata of all(b).filter(isIdle)) {
    const { transactionalId, producerEpoch } = metadata;
    const partition = partitionFor(b, transactionalId);
    const coordinatorEpoch = b.transactions.owned[partition];
    if (coordinatorEpoch === undefined) continue;
    prepare(b, metadata, { type: 'expire' }, { partitions: [] });
    const expired = writes.get(partition)?.expired ?? [];
    writes.set(partition, { type: 'expire', partition, coordinatorEpoch, expired: [...expired, { transactionalId, producerEpoch }] });
  }
  for (const write of writes.values()) appendTombstones(b, env, write);
  watchExpiry(b, env);
}

/** The tombstones are with the in-sync replicas, or are not. */
export function tombstonesWritten(b: Draft, env: Env, { partition, coordinatorEpoch, expired }: Expiring, { error }: EndedTransactionWrite): void {
  const owned = b.transactions.owned[partition];
  if (owned === undefined) return;
  for (const { transactionalId, producerEpoch } of expired) {
    const metadata = b.transactions.transactions[transactionalId];
    if (!metadata) continue;
    if (owned === coordinatorEpoch && metadata.pendingState === 'Dead' && metadata.producerEpoch === producerEpoch && error === 'NONE') {
      dropTransaction(b, transactionalId);
      continue;
    }
    sayManager(b, env, `Failed to remove expired transactionalId: ${transactionalId} from cache. Tombstone append error code: ${error}, pendingState: ${pendingText(metadata.pendingState)}, producerEpoch: ${metadata.producerEpoch}, expected producerEpoch: ${producerEpoch}, coordinatorEpoch: ${owned}, expected coordinatorEpoch: ${coordinatorEpoch}`, 'WARN');
    updateTransaction(b, transactionalId, { pendingState: null });
  }
}
