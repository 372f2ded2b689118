/**
 * A consumer group on its coordinator (kafka.coordinator.group.GroupMetadata, GroupState): who may join, whose assignment counts.
 * What each request means in each state is in the files beside it; the chart says which steps there are at all.
 * A group read from the log begins as Empty and is Stable at once if it has members.
 */
import { setup } from 'xstate';

export type GroupEvent =
  /** Read from the offsets topic. */
  | { readonly type: 'load'; readonly hasMembers: boolean }
  /** Somebody new, gone, or changed: everybody has to join again. */
  | { readonly type: 'prepareRebalance' }
  /** Everybody has joined, or the time for it is over. */
  | { readonly type: 'completeJoin'; readonly hasMembers: boolean }
  /** The leader's assignment is in the offsets topic. */
  | { readonly type: 'assignmentStored' }
  /** Deleted, expired, or its coordinator is another broker now. */
  | { readonly type: 'remove' };

export const groupMachine = setup({
  types: { events: {} as GroupEvent },
  guards: {
    hasMembers: ({ event }) => (event.type === 'load' || event.type === 'completeJoin') && event.hasMembers,
  },
}).createMachine({
  id: 'group',
  initial: 'Empty',
  on: { remove: '.Dead' },
  states: {
    Empty: { on: { load: { guard: 'hasMembers', target: 'Stable' }, prepareRebalance: 'PreparingRebalance' } },
    PreparingRebalance: { on: { completeJoin: [{ guard: 'hasMembers', target: 'CompletingRebalance' }, { target: 'Empty' }] } },
    CompletingRebalance: { on: { assignmentStored: 'Stable', prepareRebalance: 'PreparingRebalance' } },
    Stable: { on: { prepareRebalance: 'PreparingRebalance' } },
    Dead: {},
  },
});
