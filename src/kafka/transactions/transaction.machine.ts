/**
 * A transactional id on its coordinator (kafka.coordinator.transaction.TransactionMetadata, TransactionState): which states may follow
 * each other. A step is asked for first, is pending while its record is on its way to the in-sync replicas, and taken only then.
 */
import { setup } from 'xstate';

export type TransactionState = 'Empty' | 'Ongoing' | 'PrepareCommit' | 'PrepareAbort' | 'CompleteCommit' | 'CompleteAbort' | 'Dead' | 'PrepareEpochFence';

export type TransactionEvent =
  /** A producer begins anew. */
  | { readonly type: 'initProducerId' }
  /** Partitions, or the offsets of a group, come to the transaction. */
  | { readonly type: 'addPartitions' }
  | { readonly type: 'commit' }
  | { readonly type: 'abort' }
  /** Another producer, or its timeout, is about to end the transaction: the epoch goes up, in memory only. */
  | { readonly type: 'fence' }
  /** Every partition has its marker. */
  | { readonly type: 'complete' }
  /** Nobody has used it for transactional.id.expiration.ms. */
  | { readonly type: 'expire' };

const begins = { initProducerId: 'Empty', addPartitions: 'Ongoing', expire: 'Dead' } as const;

export const transactionMachine = setup({
  types: { events: {} as TransactionEvent },
}).createMachine({
  id: 'transaction',
  initial: 'Empty',
  states: {
    Empty: { on: begins },
    Ongoing: { on: { addPartitions: 'Ongoing', commit: 'PrepareCommit', abort: 'PrepareAbort', fence: 'PrepareEpochFence' } },
    PrepareEpochFence: { on: { abort: 'PrepareAbort' } },
    PrepareCommit: { on: { complete: 'CompleteCommit' } },
    PrepareAbort: { on: { complete: 'CompleteAbort' } },
    CompleteCommit: { on: begins },
    CompleteAbort: { on: begins },
    Dead: {},
  },
});
