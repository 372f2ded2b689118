/**
 * One connection of a client to one broker (`ClusterConnectionStates`, `NetworkClient` 2.3.0).
 * A new connection first asks for the API versions; only then may requests be sent. A lost one waits for its backoff before
 * the next attempt. Simplified: no authentication, so there is no AUTHENTICATION_FAILED.
 */
import { setup } from 'xstate';

export type ConnectionEvent =
  | { readonly type: 'connect'; readonly isBackoffOver: boolean }
  | { readonly type: 'connected' }
  | { readonly type: 'connectFailed' }
  | { readonly type: 'ApiVersionsResponse'; readonly hasError: boolean }
  | { readonly type: 'closed' }
  | { readonly type: 'requestTimedOut' }
  | { readonly type: 'idled' }
  /** Its owner wants no answer any more. */
  | { readonly type: 'disconnect' };

export type ConnectionAction =
  | 'openSocket'
  | 'sendApiVersions'
  | 'resetBackoff'
  | 'growBackoff'
  | 'closeSocket'
  | 'warnNotEstablished'
  | 'failInFlightRequests'
  | 'requestMetadataUpdate';

const command = (): void => undefined;

const disconnect = { target: 'DISCONNECTED', actions: ['closeSocket', 'growBackoff', 'failInFlightRequests'] } as const;

export const connectionMachine = setup({
  types: { events: {} as ConnectionEvent },
  guards: {
    isBackoffOver: ({ event }) => event.type === 'connect' && event.isBackoffOver,
    isVersionAnswerUsable: ({ event }) => event.type === 'ApiVersionsResponse' && !event.hasError,
  },
  actions: {
    openSocket: command,
    sendApiVersions: command,
    resetBackoff: command,
    growBackoff: command,
    closeSocket: command,
    warnNotEstablished: command,
    failInFlightRequests: command,
    requestMetadataUpdate: command,
  },
}).createMachine({
  id: 'connection',
  initial: 'DISCONNECTED',
  states: {
    DISCONNECTED: {
      on: { connect: { guard: 'isBackoffOver', target: 'CONNECTING' } },
    },
    CONNECTING: {
      entry: 'openSocket',
      on: {
        connected: 'CHECKING_API_VERSIONS',
        connectFailed: {
          target: 'DISCONNECTED',
          actions: ['growBackoff', 'warnNotEstablished', 'failInFlightRequests', 'requestMetadataUpdate'],
        },
        disconnect,
      },
    },
    CHECKING_API_VERSIONS: {
      entry: 'sendApiVersions',
      on: {
        ApiVersionsResponse: [
          { guard: 'isVersionAnswerUsable', target: 'READY' },
          {
            target: 'DISCONNECTED',
            actions: ['closeSocket', 'growBackoff', 'failInFlightRequests', 'requestMetadataUpdate'],
          },
        ],
        closed: { target: 'DISCONNECTED', actions: ['growBackoff', 'failInFlightRequests', 'requestMetadataUpdate'] },
        requestTimedOut: {
          target: 'DISCONNECTED',
          actions: ['closeSocket', 'growBackoff', 'failInFlightRequests', 'requestMetadataUpdate'],
        },
        disconnect,
      },
    },
    READY: {
      entry: 'resetBackoff',
      on: {
        closed: { target: 'DISCONNECTED', actions: ['growBackoff', 'failInFlightRequests', 'requestMetadataUpdate'] },
        requestTimedOut: {
          target: 'DISCONNECTED',
          actions: ['closeSocket', 'growBackoff', 'failInFlightRequests', 'requestMetadataUpdate'],
        },
        idled: {
          target: 'DISCONNECTED',
          actions: ['closeSocket', 'growBackoff', 'failInFlightRequests', 'requestMetadataUpdate'],
        },
        disconnect,
      },
    },
  },
});
