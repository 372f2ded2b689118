/**
 * Where a consumer stands with one assigned partition (`SubscriptionState.FetchStates` 2.3.0).
 * Without a position it asks for one; a position that came from an older leader is checked before it is used (KIP-320).
 */
import { setup } from 'xstate';

export type FetchStateEvent =
  /** There is no position, or it may not be used: the reset policy decides. */
  | { readonly type: 'requestOffsetReset' }
  | { readonly type: 'seek' }
  /** The partition has another leader or leader epoch than the position was made for. */
  | { readonly type: 'leaderChanged'; readonly hasOffsetEpoch: boolean }
  | { readonly type: 'ListOffsetsResponse' }
  | { readonly type: 'OffsetForLeaderEpochResponse' };

export const fetchStateMachine = setup({
  types: { events: {} as FetchStateEvent },
  guards: {
    hasOffsetEpoch: ({ event }) => event.type === 'leaderChanged' && event.hasOffsetEpoch,
  },
}).createMachine({
  id: 'fetchState',
  initial: 'INITIALIZING',
  states: {
    INITIALIZING: { on: { requestOffsetReset: 'AWAIT_RESET', seek: 'FETCHING' } },
    AWAIT_RESET: { on: { ListOffsetsResponse: 'FETCHING', seek: 'FETCHING' } },
    FETCHING: { on: { requestOffsetReset: 'AWAIT_RESET', leaderChanged: { guard: 'hasOffsetEpoch', target: 'AWAIT_VALIDATION' } } },
    AWAIT_VALIDATION: { on: { OffsetForLeaderEpochResponse: 'FETCHING', requestOffsetReset: 'AWAIT_RESET', seek: 'FETCHING' } },
  },
});
