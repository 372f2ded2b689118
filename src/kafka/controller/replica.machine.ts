/**
 * One replica as the controller sees it (kafka.controller.ReplicaStateMachine).
 * Events named like a state ask for it and carry what is known of the partition's leadership; going offline takes a write to
 * ZooKeeper, so the state changes only with `removedFromIsr`. A move that the chart has no arrow for is refused.
 */
import { setup } from 'xstate';

/** `leader`: the replica leads; `follower`: another one does or nobody; `unknown`: no leadership was decided yet. */
export type Leadership = 'leader' | 'follower' | 'unknown';

export type ReplicaTarget =
  | 'NewReplica'
  | 'OnlineReplica'
  | 'OfflineReplica'
  | 'ReplicaDeletionStarted'
  | 'ReplicaDeletionSuccessful'
  | 'ReplicaDeletionIneligible'
  | 'NonExistentReplica';

export type ReplicaEvent =
  | { readonly type: ReplicaTarget; readonly leadership: Leadership }
  | { readonly type: 'removedFromIsr' }
  /** At a failover. */
  | { readonly type: 'loaded'; readonly online: boolean };

const goOffline = [
  { guard: 'hasLeadership' as const, actions: ['sendStopReplica' as const, 'removeFromIsr' as const] },
  { target: 'OfflineReplica', actions: ['sendStopReplica' as const, 'sendUpdateMetadata' as const] },
];
const comeOnline = [
  { guard: 'hasLeadership' as const, target: 'OnlineReplica', actions: 'sendLeaderAndIsr' as const },
  { target: 'OnlineReplica', actions: 'markOnline' as const },
];

export const replicaMachine = setup({
  types: { events: {} as ReplicaEvent },
  guards: {
    isLeader: ({ event }) => 'leadership' in event && event.leadership === 'leader',
    hasLeadership: ({ event }) => 'leadership' in event && event.leadership !== 'unknown',
    isOnline: ({ event }) => event.type === 'loaded' && event.online,
  },
  actions: {
    refuseToBecomeLeader: () => undefined,
    sendLeaderAndIsrAsNew: () => undefined,
    markNew: () => undefined,
    completeAssignment: () => undefined,
    sendLeaderAndIsr: () => undefined,
    markOnline: () => undefined,
    sendStopReplica: () => undefined,
    removeFromIsr: () => undefined,
    sendUpdateMetadata: () => undefined,
    sendStopReplicaWithDelete: () => undefined,
    markDeleted: () => undefined,
    haltDeletion: () => undefined,
    forget: () => undefined,
  },
}).createMachine({
  id: 'replica',
  initial: 'NonExistentReplica',
  states: {
    NonExistentReplica: {
      on: {
        NewReplica: [
          { guard: 'isLeader', actions: 'refuseToBecomeLeader' },
          { guard: 'hasLeadership', target: 'NewReplica', actions: 'sendLeaderAndIsrAsNew' },
          { target: 'NewReplica', actions: 'markNew' },
        ],
        loaded: [{ guard: 'isOnline', target: 'OnlineReplica' }, { target: 'ReplicaDeletionIneligible' }],
      },
    },
    NewReplica: {
      on: {
        OnlineReplica: { target: 'OnlineReplica', actions: 'completeAssignment' },
        OfflineReplica: goOffline,
        removedFromIsr: 'OfflineReplica',
      },
    },
    OnlineReplica: {
      on: { OnlineReplica: comeOnline, OfflineReplica: goOffline, removedFromIsr: 'OfflineReplica' },
    },
    OfflineReplica: {
      on: {
        OnlineReplica: comeOnline,
        OfflineReplica: goOffline,
        removedFromIsr: 'OfflineReplica',
        ReplicaDeletionStarted: { target: 'ReplicaDeletionStarted', actions: 'sendStopReplicaWithDelete' },
        ReplicaDeletionIneligible: { target: 'ReplicaDeletionIneligible', actions: 'haltDeletion' },
      },
    },
    ReplicaDeletionStarted: {
      on: {
        ReplicaDeletionSuccessful: { target: 'ReplicaDeletionSuccessful', actions: 'markDeleted' },
        ReplicaDeletionIneligible: { target: 'ReplicaDeletionIneligible', actions: 'haltDeletion' },
      },
    },
    ReplicaDeletionSuccessful: {
      on: { NonExistentReplica: { target: 'NonExistentReplica', actions: 'forget' } },
    },
    ReplicaDeletionIneligible: {
      on: { OnlineReplica: comeOnline, OfflineReplica: goOffline, removedFromIsr: 'OfflineReplica' },
    },
  },
});
