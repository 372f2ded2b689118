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
  | { readonly type: 'failed' }
  | { readonly type: 'deadlinePassed' };

export type AdminAction = 'reportSuccess' | 'reportFailure' | 'reportTimeout';

const command = (): void => undefined;

export const adminMachine = setup({
  types: { events: {} as AdminEvent },
  actions: { reportSuccess: command, reportFailure: command, reportTimeout: command },
}).createMachine({
  id: 'adminCall',
  initial: 'pending',
  states: {
    pending: { on: { nodeAssigned: 'toSend', deadlinePassed: { target: 'done', actions: 'reportTimeout' } } },
    toSend: {
      on: { sent: 'inFlight', attemptFailed: 'pending', deadlinePassed: { target: 'done', actions: 'reportTimeout' } },
    },
    inFlight: {
      on: {
        succeeded: { target: 'done', actions: 'reportSuccess' },
        attemptFailed: 'pending',
        failed: { target: 'done', actions: 'reportFailure' },
        deadlinePassed: { target: 'done', actions: 'reportTimeout' },
      },
    },
    done: { type: 'final' },
  },
});
