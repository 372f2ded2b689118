/**
 * The transactions of a log that its readers have to wait for (`ProducerStateManager.ongoingTxns`, `unreplicatedTxns`): those
 * that are not decided, and those that are but whose marker the high watermark has not passed yet.
 */
import type { Log } from './log.ts';
import type { AbortedTransaction } from './transaction-index.ts';
import { baseOffset, decodeMarker, isControl, producerId } from './record-batch.ts';
import type { Producers } from './producer-state.ts';

export interface Transaction {
  readonly producerId: number;
  readonly firstOffset: number;
}

/** Ended by a marker at `lastOffset`. */
export interface EndedTransaction extends Transaction {
  readonly lastOffset: number;
  readonly isAborted: boolean;
}

export interface Transactions {
  /** By first offset. */
  readonly ongoing: readonly Transaction[];
  /** By first offset. */
  readonly unreplicated: readonly EndedTransaction[];
}

export const noTransactions: Transactions = { ongoing: [], unreplicated: [] };

export interface TransactionChange {
  readonly began: Transaction | null;
  readonly ended: EndedTransaction | null;
}

/**
 * What a transactional batch is to its producer's transaction, by the state before it. A marker without an open transaction
 * begins one as well as ending it: it is as unstable as any until it is replicated.
 */
export function changeBy(producers: Producers, batch: Uint8Array): TransactionChange | null {
  const id = producerId(batch);
  const offset = baseOffset(batch);
  const open = producers[id]?.currentTxnFirstOffset ?? -1;
  const began = open < 0 ? { producerId: id, firstOffset: offset } : null;
  if (!isControl(batch)) return began && { began, ended: null };
  const marker = decodeMarker(batch);
  return marker ? { began, ended: { producerId: id, firstOffset: open < 0 ? offset : open, lastOffset: offset, isAborted: marker.type === 'ABORT' } } : null;
}

function inserted<Entry extends Transaction>(list: readonly Entry[], entry: Entry): readonly Entry[] {
  const place = list.findIndex(({ firstOffset }) => firstOffset >= entry.firstOffset);
  if (place < 0) return [...list, entry];
  return list.toSpliced(place, list[place]!.firstOffset === entry.firstOffset ? 1 : 0, entry);
}

export function begin(transactions: Transactions, transaction: Transaction): Transactions {
  return { ongoing: inserted(transactions.ongoing, transaction), unreplicated: transactions.unreplicated };
}

/** It waits for the high watermark now. */
export function end(transactions: Transactions, ended: EndedTransaction): Transactions {
  return {
    ongoing: transactions.ongoing.filter(({ firstOffset }) => firstOffset !== ended.firstOffset),
    unreplicated: inserted(transactions.unreplicated, ended),
  };
}

/** The entry of an aborted transaction that is about to end: stable is what lies before the next one of another producer. */
export function abortedEntry({ ongoing }: Transactions, { producerId: id, firstOffset, lastOffset }: EndedTransaction): AbortedTransaction {
  const next = ongoing.find((other) => other.producerId !== id);
  return { producerId: id, firstOffset, lastOffset, lastStableOffset: next?.firstOffset ?? lastOffset + 1 };
}

/** One batch after the other: begins and ends what it says, and tells `aborted` of every entry for the index. */
export function follow(transactions: Transactions, change: TransactionChange, aborted?: (entry: AbortedTransaction) => void): Transactions {
  const begun = change.began ? begin(transactions, change.began) : transactions;
  if (!change.ended) return begun;
  if (change.ended.isAborted) aborted?.(abortedEntry(begun, change.ended));
  return end(begun, change.ended);
}

/** Those that a producer's state says are open, for instance one read from a snapshot. */
export function openTransactions(producers: Producers): Transactions {
  let transactions = noTransactions;
  for (const { producerId: id, currentTxnFirstOffset } of Object.values(producers)) {
    if (currentTxnFirstOffset >= 0) transactions = begin(transactions, { producerId: id, firstOffset: currentTxnFirstOffset });
  }
  return transactions;
}

/** What has been replicated once everything below `offset` is; the very same value if that is nothing. */
export function replicatedBelow(transactions: Transactions, offset: number): Transactions {
  const { ongoing, unreplicated } = transactions;
  if (!unreplicated.some(({ lastOffset }) => lastOffset < offset)) return transactions;
  return { ongoing, unreplicated: unreplicated.filter(({ lastOffset }) => lastOffset >= offset) };
}

/** Without those of producers that are forgotten. */
export function ofProducers(transactions: Transactions, producers: Producers): Transactions {
  const { ongoing, unreplicated } = transactions;
  const left = ongoing.filter(({ producerId: id }) => producers[id] !== undefined);
  return left.length === ongoing.length ? transactions : { ongoing: left, unreplicated };
}

/** The first offset that is not decided for every reader; -1: there is none. */
function firstUnstable({ ongoing, unreplicated }: Transactions): number {
  if (ongoing.length === 0) return unreplicated.length === 0 ? -1 : unreplicated[0]!.firstOffset;
  const first = ongoing[0]!.firstOffset;
  return unreplicated.length > 0 && unreplicated[0]!.firstOffset < first ? unreplicated[0]!.firstOffset : first;
}

/** The first offset that a reader of decided records has to wait for; -1: none (Log.firstUnstableOffset). What was deleted is decided. */
export function firstUnstableOffset({ transactions, logStartOffset }: Log): number {
  const first = firstUnstable(transactions);
  return first < 0 ? first : Math.max(first, logStartOffset);
}

/** The replica's high watermark is set: transactions whose markers lie below it are over for every reader (Log.onHighWatermarkIncremented). */
export function onHighWatermark(log: Log, highWatermark: number): Log {
  if (log.transactions.unreplicated.length === 0) return log;
  const transactions = replicatedBelow(log.transactions, highWatermark);
  return transactions === log.transactions ? log : { ...log, transactions };
}
