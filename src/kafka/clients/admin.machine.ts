/**
 * One call of an admin client (`KafkaAdminClient`, `Call` 2.3.0): it needs a node, is sent there and answered, and goes back for
 * another node when the one it asked is not the controller or was lost, until its deadline.
 */
import { setup } from 'xstate';

export type AdminEvent =
  | { readonly type: 'nodeAssigned' }
  | { readonly type: 'sent' }
  | { readonly type: 'succeeded' }
  /** The wrong node, a retriable error or a lost connection. */
  | { readonly type: 'attemptFailed' }
  /** Out of attempts, or an answer that does not fit the call. */
  | { readonly type: 'failed' }
  | { readonly type: 'deadlinePassed' };

const command = (): void => undefined;

export const adminMachine = setup({
  types: { events: {} as AdminEvent },
  // Gives the call's outcome to whoever made it.
  actions: { report: command },
}).createMachine({
  id: 'adminCall',
  initial: 'pending',
  states: {
    pending: { on: { nodeAssigned: 'toSend', deadlinePassed: { target: 'done', actions: 'report' } } },
    toSend: {
      on: {
        sent: 'inFlight',
        attemptFailed: 'pending',
        failed: { target: 'done', actions: 'report' },
        deadlinePassed: { target: 'done', actions: 'report' },
      },
    },
    inFlight: {
      on: {
        succeeded: { target: 'done', actions: 'report' },
        attemptFailed: 'pending',
        failed: { target: 'done', actions: 'report' },
        deadlinePassed: { target: 'done', actions: 'report' },
      },
    },
    done: { type: 'final' },
  },
});
