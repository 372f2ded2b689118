/**
 * The connection of a client to the ensemble (ClientCnxn.SendThread) with the states of ZooKeeper.States. CONNECTING is cut into
 * the steps that the real thread takes one after the other; CONNECTED into serving and the time a close waits for its answer.
 * Simplified: no read-only servers and no authentication, so CONNECTEDREADONLY and AUTH_FAILED do not occur.
 */
import { assign, setup } from 'xstate';

export interface ClientContext {
  readonly reconnectPauseMs: number;
  /** For one attempt: the session time-out divided by the number of servers. */
  readonly connectTimeoutMs: number;
}

export type ClientChartEvent =
  | { readonly type: 'start' }
  /** The next server of the list; how long to pause first, how long to try. */
  | { readonly type: 'serverChosen'; readonly reconnectPauseMs: number; readonly connectTimeoutMs: number }
  | { readonly type: 'connected' }
  | { readonly type: 'connectFailed' }
  | { readonly type: 'ConnectResponse'; readonly sessionIsValid: boolean }
  | { readonly type: 'connectionLost' }
  /** Nothing was heard for two thirds of the session time-out. */
  | { readonly type: 'readTimeoutPassed' }
  | { readonly type: 'close' }
  | { readonly type: 'closeSessionReplied' };

const command = (): void => undefined;

export const clientMachine = setup({
  types: { context: {} as ClientContext, events: {} as ClientChartEvent },
  delays: {
    /** Of ClientCnxnSocketNIO when it lets go of a connection. */
    cleanupPauseMs: 100,
    reconnectPauseMs: ({ context }) => context.reconnectPauseMs,
    connectTimeoutMs: ({ context }) => context.connectTimeoutMs,
  },
  guards: {
    sessionIsValid: ({ event }) => event.type === 'ConnectResponse' && event.sessionIsValid,
  },
  actions: {
    rememberChoice: assign(({ event, context }) =>
      event.type === 'serverChosen'
        ? { reconnectPauseMs: event.reconnectPauseMs, connectTimeoutMs: event.connectTimeoutMs }
        : context,
    ),
    chooseServer: command,
    openSocket: command,
    closeSocket: command,
    sendConnectRequest: command,
    establishSession: command,
    reportTimeout: command,
    reportLoss: command,
    failRequests: command,
    notifyDisconnected: command,
    notifyExpired: command,
    notifyClosed: command,
    sendCloseSession: command,
  },
}).createMachine({
  id: 'client',
  context: { reconnectPauseMs: 0, connectTimeoutMs: 0 },
  initial: 'NOT_CONNECTED',
  states: {
    NOT_CONNECTED: { on: { start: 'CONNECTING' } },
    CONNECTING: {
      initial: 'choosingServer',
      on: { close: { target: 'CLOSED', actions: ['closeSocket', 'failRequests', 'notifyClosed'] } },
      states: {
        choosingServer: {
          entry: 'chooseServer',
          on: { serverChosen: { target: 'pausing', actions: 'rememberChoice' } },
        },
        pausing: { after: { reconnectPauseMs: 'openingSocket' } },
        openingSocket: {
          entry: 'openSocket',
          on: {
            connected: 'openingSession',
            connectFailed: { target: 'cleaningUp', actions: 'reportLoss' },
          },
          after: { connectTimeoutMs: { target: 'cleaningUp', actions: ['closeSocket', 'reportTimeout'] } },
        },
        openingSession: {
          entry: 'sendConnectRequest',
          on: {
            ConnectResponse: [
              { guard: 'sessionIsValid', target: '#client.CONNECTED' },
              { target: '#client.CLOSED', actions: ['notifyExpired', 'closeSocket', 'failRequests'] },
            ],
            connectionLost: { target: 'cleaningUp', actions: 'reportLoss' },
          },
          after: { connectTimeoutMs: { target: 'cleaningUp', actions: ['closeSocket', 'reportTimeout'] } },
        },
        cleaningUp: {
          after: { cleanupPauseMs: { target: 'choosingServer', actions: ['failRequests', 'notifyDisconnected'] } },
        },
      },
    },
    CONNECTED: {
      initial: 'serving',
      entry: 'establishSession',
      states: {
        serving: {
          on: {
            connectionLost: { target: '#client.CONNECTING.cleaningUp', actions: 'reportLoss' },
            readTimeoutPassed: { target: '#client.CONNECTING.cleaningUp', actions: ['closeSocket', 'reportTimeout'] },
            close: 'closing',
          },
        },
        closing: {
          entry: 'sendCloseSession',
          on: {
            closeSessionReplied: { target: '#client.CLOSED', actions: ['closeSocket', 'failRequests', 'notifyClosed'] },
            connectionLost: { target: '#client.CLOSED', actions: ['failRequests', 'notifyClosed'] },
            readTimeoutPassed: { target: '#client.CLOSED', actions: ['closeSocket', 'failRequests', 'notifyClosed'] },
          },
        },
      },
    },
    CLOSED: {},
  },
});
