/**
 * A producer of the Java client 2.3.0 (`KafkaProducer`, `Sender`, `TransactionManager`): the application's thread inside `send`, the
 * sender's life and, with idempotence, the state of the producer id and of the transaction (`TransactionManager.State`). What is
 * the same in every state (batching, sending, retrying) are plain functions beside it.
 */
import { setup } from 'xstate';

export type ProducerEvent =
  /** `send` found no metadata, or no free memory. */
  | { readonly type: 'metadataMissing' }
  | { readonly type: 'memoryExhausted' }
  /** A method of transactions was called and waits for the coordinator. */
  | { readonly type: 'transactionalCall' }
  /** What a call waited for came, or `max.block.ms` passed. */
  | { readonly type: 'unblocked' }
  | { readonly type: 'close' }
  /** Nothing is queued or in flight any more. */
  | { readonly type: 'drained' }
  | { readonly type: 'idempotenceEnabled' }
  | { readonly type: 'InitProducerIdRequest' }
  | { readonly type: 'InitProducerIdResponse'; readonly hasError: boolean; readonly isRetriable: boolean }
  /** The sequence of a partition is beyond repair: a new id is needed. */
  | { readonly type: 'resetProducerId' }
  | { readonly type: 'beginTransaction' }
  | { readonly type: 'beginCommit' }
  | { readonly type: 'beginAbort' }
  /** The coordinator has decided as it was told. */
  | { readonly type: 'transactionCompleted' }
  /** The transaction can only be aborted. */
  | { readonly type: 'abortableError' }
  /** The producer can only be closed. */
  | { readonly type: 'fatalError' };

export type ProducerAction = 'logClosing' | 'exit' | 'keepProducerId' | 'forgetProducerId' | 'failAll';

const command = (): void => undefined;

export const producerMachine = setup({
  types: { events: {} as ProducerEvent },
  guards: {
    isIdGranted: ({ event }) => event.type === 'InitProducerIdResponse' && !event.hasError,
    isErrorRetriable: ({ event }) => event.type === 'InitProducerIdResponse' && event.isRetriable,
  },
  actions: { logClosing: command, exit: command, keepProducerId: command, forgetProducerId: command, failAll: command },
}).createMachine({
  id: 'producer',
  type: 'parallel',
  states: {
    application: {
      initial: 'running',
      states: {
        running: { on: { metadataMissing: 'waitingForMetadata', memoryExhausted: 'waitingForMemory', transactionalCall: 'waitingForCoordinator' } },
        waitingForMetadata: { on: { unblocked: 'running' } },
        waitingForMemory: { on: { unblocked: 'running' } },
        waitingForCoordinator: { on: { unblocked: 'running' } },
      },
    },
    sender: {
      initial: 'running',
      states: {
        running: { on: { close: { target: 'closing', actions: 'logClosing' } } },
        closing: { on: { drained: 'closed' } },
        closed: { entry: 'exit', type: 'final' },
      },
    },
    producerId: {
      initial: 'none',
      on: { fatalError: '.FATAL_ERROR' },
      states: {
        none: { on: { idempotenceEnabled: 'UNINITIALIZED' } },
        UNINITIALIZED: { on: { InitProducerIdRequest: 'INITIALIZING' } },
        INITIALIZING: {
          on: {
            InitProducerIdResponse: [
              { guard: 'isIdGranted', target: 'READY', actions: 'keepProducerId' },
              { guard: 'isErrorRetriable', target: 'UNINITIALIZED' },
              { target: 'FATAL_ERROR', actions: 'failAll' },
            ],
          },
        },
        READY: { on: { resetProducerId: { target: 'UNINITIALIZED', actions: 'forgetProducerId' }, beginTransaction: 'IN_TRANSACTION' } },
        IN_TRANSACTION: { on: { beginCommit: 'COMMITTING_TRANSACTION', beginAbort: 'ABORTING_TRANSACTION', abortableError: 'ABORTABLE_ERROR' } },
        COMMITTING_TRANSACTION: { on: { transactionCompleted: 'READY', abortableError: 'ABORTABLE_ERROR' } },
        ABORTING_TRANSACTION: { on: { transactionCompleted: 'READY' } },
        ABORTABLE_ERROR: { on: { beginAbort: 'ABORTING_TRANSACTION' } },
        FATAL_ERROR: {},
      },
    },
  },
});
