/**
 * The controller's channel to one broker (kafka.controller.RequestSendThread): a queue of requests, one in flight, each tried
 * again until it is answered. A connection is made when a request needs one and is kept afterwards.
 * Simplified: the socket's idle time-out is left out.
 */
import { setup } from 'xstate';

export interface ChannelContext {
  readonly socketTimeoutMs: number;
  readonly requestTimeoutMs: number;
}

export type ChannelEvent =
  /** A request stands at the head of the queue. */
  | { readonly type: 'enqueue'; readonly connected: boolean }
  | { readonly type: 'ready' }
  | { readonly type: 'response'; readonly queued: boolean }
  /** Refused, reset, closed. */
  | { readonly type: 'failure' }
  | { readonly type: 'brokerRemoved' };

export const channelMachine = setup({
  types: { context: {} as ChannelContext, events: {} as ChannelEvent, input: {} as ChannelContext },
  delays: {
    backoffMs: 100,
    socketTimeoutMs: ({ context }) => context.socketTimeoutMs,
    requestTimeoutMs: ({ context }) => context.requestTimeoutMs,
  },
  guards: {
    isConnected: ({ event }) => event.type === 'enqueue' && event.connected,
    isQueued: ({ event }) => event.type === 'response' && event.queued,
  },
  actions: {
    connect: () => undefined,
    closeConnection: () => undefined,
    sendRequest: () => undefined,
    noteConnected: () => undefined,
    warnUnsuccessful: () => undefined,
    warnFailedRequest: () => undefined,
    dropQueue: () => undefined,
  },
}).createMachine({
  id: 'channel',
  context: ({ input }) => input,
  initial: 'Idle',
  on: { brokerRemoved: { target: '.Closed', actions: ['closeConnection', 'dropQueue'] } },
  states: {
    Idle: {
      on: {
        enqueue: [{ guard: 'isConnected', target: 'InFlight' }, { target: 'Connecting' }],
        failure: { actions: 'closeConnection' },
      },
    },
    Connecting: {
      entry: 'connect',
      on: {
        ready: { target: 'InFlight', actions: 'noteConnected' },
        failure: { target: 'Backoff', actions: ['warnUnsuccessful', 'closeConnection'] },
      },
      after: { socketTimeoutMs: { target: 'Backoff', actions: ['warnUnsuccessful', 'closeConnection'] } },
    },
    InFlight: {
      entry: 'sendRequest',
      on: {
        response: [{ guard: 'isQueued', target: 'InFlight', reenter: true }, { target: 'Idle' }],
        failure: { target: 'Backoff', actions: ['warnFailedRequest', 'closeConnection'] },
      },
      after: { requestTimeoutMs: { target: 'Backoff', actions: ['warnFailedRequest', 'closeConnection'] } },
    },
    Backoff: {
      after: { backoffMs: 'Connecting' },
    },
    Closed: { type: 'final' },
  },
});
