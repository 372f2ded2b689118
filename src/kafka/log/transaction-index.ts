/**
 * `.txnindex`: the aborted transactions whose markers lie in a segment (`kafka.log.TransactionIndex`). 34-byte entries, in the
 * order of the markers; a segment without one has no such file.
 */
import { at, emptyList, push, values, type AppendList } from '../../kernel/append-list.ts';
import { readInt16, readInt64, writeInt16, writeInt64 } from './varint.ts';

export const TRANSACTION_INDEX_ENTRY_BYTES = 34;

export interface AbortedTransaction {
  readonly producerId: number;
  readonly firstOffset: number;
  /** That of the ABORT marker. */
  readonly lastOffset: number;
  /** Up to which everything was decided once this transaction was. */
  readonly lastStableOffset: number;
}

export type TransactionIndex = AppendList<AbortedTransaction>;

export function encodeAbortedTransaction(entry: AbortedTransaction): Uint8Array {
  const bytes = new Uint8Array(TRANSACTION_INDEX_ENTRY_BYTES);
  writeInt16(bytes, 0, 0);
  writeInt64(bytes, 2, entry.producerId);
  writeInt64(bytes, 10, entry.firstOffset);
  writeInt64(bytes, 18, entry.lastOffset);
  writeInt64(bytes, 26, entry.lastStableOffset);
  return bytes;
}

/** The whole entries of a file, with their version; what follows the last one is no entry. */
export function* transactionIndexEntries(bytes: Uint8Array): Generator<AbortedTransaction & { readonly version: number }> {
  for (let start = 0; start + TRANSACTION_INDEX_ENTRY_BYTES <= bytes.length; start += TRANSACTION_INDEX_ENTRY_BYTES) {
    yield {
      version: readInt16(bytes, start),
      producerId: readInt64(bytes, start + 2),
      firstOffset: readInt64(bytes, start + 10),
      lastOffset: readInt64(bytes, start + 18),
      lastStableOffset: readInt64(bytes, start + 26),
    };
  }
}

/** What lies in a file, entry by entry as it was appended. */
export function decodeTransactionIndex(stored: AppendList<Uint8Array>): TransactionIndex {
  let index = emptyList<AbortedTransaction>();
  for (const bytes of values<unknown>(stored)) {
    if (!(bytes instanceof Uint8Array)) break;
    for (const { producerId, firstOffset, lastOffset, lastStableOffset } of transactionIndexEntries(bytes)) index = push(index, { producerId, firstOffset, lastOffset, lastStableOffset });
  }
  return index;
}

/** How many entries a truncation to `offset` keeps: those before the first whose marker goes. */
export function transactionsEndedBelow(index: TransactionIndex, offset: number): number {
  let count = 0;
  while (count < index.length && at(index, count)!.lastOffset < offset) count++;
  return count;
}

/**
 * Adds to `found` what a reader of the offsets from `from` to before `upperBound` has to know of. True: later segments have
 * nothing more to add, for here is an entry behind which all of the range was decided.
 */
export function collectAborted(index: TransactionIndex, from: number, upperBound: number, found: AbortedTransaction[]): boolean {
  for (const entry of values(index)) {
    if (entry.lastOffset >= from && entry.firstOffset < upperBound) found.push(entry);
    if (entry.lastStableOffset >= upperBound) return true;
  }
  return false;
}
