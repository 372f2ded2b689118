/**
 * One partition that moves to other brokers (kafka.controller.KafkaController.onPartitionReassignment): the new replicas are
 * added and caught up with, then they take over and the old ones are removed.
 */
import { setup } from 'xstate';

export type ReassignmentEvent =
  /** `caughtUp`: all target replicas are in the ISR. */
  | { readonly type: 'proceed'; readonly caughtUp: boolean }
  | { readonly type: 'complete' }
  | { readonly type: 'cancel' };

export const reassignmentMachine = setup({
  types: { events: {} as ReassignmentEvent },
  guards: { areInIsr: ({ event }) => event.type === 'proceed' && event.caughtUp },
  actions: { addNewReplicas: () => undefined, removeOldReplicas: () => undefined },
}).createMachine({
  id: 'reassignment',
  initial: 'Requested',
  on: { cancel: '.Done' },
  states: {
    Requested: {
      on: {
        proceed: [
          { guard: 'areInIsr', target: 'Completing', actions: 'removeOldReplicas' },
          { target: 'WaitingIsr', actions: 'addNewReplicas' },
        ],
      },
    },
    WaitingIsr: {
      on: {
        proceed: [
          { guard: 'areInIsr', target: 'Completing', actions: 'removeOldReplicas' },
          { actions: 'addNewReplicas' },
        ],
      },
    },
    Completing: { on: { complete: 'Done' } },
    Done: { type: 'final' },
  },
});
