/**
 * A topic that is to be deleted (kafka.controller.TopicDeletionManager): queued, started once its brokers were told, done when
 * every replica is gone. It is ineligible while a replica is on a dead broker or a partition is being reassigned.
 */
import { setup } from 'xstate';

export type TopicDeletionEvent =
  | { readonly type: 'halt' }
  | { readonly type: 'resume' }
  | { readonly type: 'start' }
  | { readonly type: 'complete' };

export const topicDeletionMachine = setup({
  types: { events: {} as TopicDeletionEvent },
}).createMachine({
  id: 'topicDeletion',
  initial: 'Queued',
  on: { complete: '.Done' },
  states: {
    Queued: {
      initial: 'Eligible',
      states: {
        Eligible: { on: { halt: 'Ineligible', start: '#topicDeletion.Started' } },
        Ineligible: { on: { resume: 'Eligible' } },
      },
    },
    Started: {
      initial: 'Eligible',
      states: {
        Eligible: { on: { halt: 'Ineligible' } },
        Ineligible: { on: { resume: 'Eligible' } },
      },
    },
    Done: { type: 'final' },
  },
});
