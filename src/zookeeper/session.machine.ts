/**
 * A session as the leader's tracker sees it (SessionTrackerImpl.SessionImpl): opening while its createSession is under way,
 * open while it is touched, closing from the moment its end is proposed, closed once that is committed.
 * A closing session takes no more requests. Simplified: no local sessions, so there is no upgrade.
 */
import { setup } from 'xstate';

export type SessionEvent =
  /** createSession was applied. */
  | { readonly type: 'createSessionCommitted' }
  /** Its bucket's deadline has come without a touch. */
  | { readonly type: 'deadlinePassed' }
  /** The client asked for its end. */
  | { readonly type: 'closeSession' }
  /** closeSession was applied. */
  | { readonly type: 'closeSessionCommitted' };

export const sessionMachine = setup({
  types: { events: {} as SessionEvent },
  actions: {
    /** Asks for a closeSession transaction in the session's name. */
    proposeCloseSession: () => undefined,
  },
}).createMachine({
  id: 'session',
  initial: 'opening',
  on: { closeSessionCommitted: '.closed' },
  states: {
    opening: {
      on: {
        createSessionCommitted: 'open',
        deadlinePassed: { target: 'closing', actions: 'proposeCloseSession' },
        closeSession: 'closing',
      },
    },
    open: {
      on: {
        deadlinePassed: { target: 'closing', actions: 'proposeCloseSession' },
        closeSession: 'closing',
      },
    },
    closing: {},
    closed: {},
  },
});
