/**
 * A partition as the controller sees it (kafka.controller.PartitionStateMachine): new, online, offline or gone.
 * Events named like a state ask for it; where the answer takes a write to ZooKeeper, the state changes only with
 * `initialized` or `elected`. A move that the chart has no arrow for is refused, as in the real one.
 */
import { setup } from 'xstate';

export type PartitionEvent =
  | { readonly type: 'NewPartition' }
  | { readonly type: 'OnlinePartition' }
  | { readonly type: 'OfflinePartition' }
  | { readonly type: 'NonExistentPartition' }
  /** The state znode was created. */
  | { readonly type: 'initialized' }
  /** The state znode has its new leader. */
  | { readonly type: 'elected' }
  /** At a failover: what the stored leadership says. */
  | { readonly type: 'loaded'; readonly hasState: boolean; readonly leaderOnline: boolean };

export const partitionMachine = setup({
  types: { events: {} as PartitionEvent },
  guards: {
    hasNoState: ({ event }) => event.type === 'loaded' && !event.hasState,
    hasLiveLeader: ({ event }) => event.type === 'loaded' && event.leaderOnline,
  },
  actions: {
    rememberAssignment: () => undefined,
    createStateZnode: () => undefined,
    electLeader: () => undefined,
    markOffline: () => undefined,
    forget: () => undefined,
  },
}).createMachine({
  id: 'partition',
  initial: 'NonExistentPartition',
  states: {
    NonExistentPartition: {
      on: {
        NewPartition: { target: 'NewPartition', actions: 'rememberAssignment' },
        loaded: [
          { guard: 'hasNoState', target: 'NewPartition' },
          { guard: 'hasLiveLeader', target: 'OnlinePartition' },
          { target: 'OfflinePartition' },
        ],
      },
    },
    NewPartition: {
      on: {
        OnlinePartition: { actions: 'createStateZnode' },
        initialized: 'OnlinePartition',
        OfflinePartition: { target: 'OfflinePartition', actions: 'markOffline' },
      },
    },
    OnlinePartition: {
      on: {
        OnlinePartition: { actions: 'electLeader' },
        elected: 'OnlinePartition',
        OfflinePartition: { target: 'OfflinePartition', actions: 'markOffline' },
      },
    },
    OfflinePartition: {
      on: {
        OnlinePartition: { actions: 'electLeader' },
        elected: 'OnlinePartition',
        OfflinePartition: { actions: 'markOffline' },
        NonExistentPartition: { target: 'NonExistentPartition', actions: 'forget' },
      },
    },
  },
});
