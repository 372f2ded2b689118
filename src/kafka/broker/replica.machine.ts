/**
 * One replica on its broker (kafka.cluster.Partition with the fetch state of AbstractFetcherThread): leader, follower, neither.
 * A leader that waits for its ISR write holds the partition's lock: nothing is appended or read meanwhile.
 * A follower that is delayed goes back to where it was; one that failed waits for the next LeaderAndIsr.
 */
import { setup, assign } from 'xstate';

export interface ReplicaChartContext {
  /** Where a delayed follower goes on. */
  readonly resume: 'truncating' | 'fetching';
}

export type ReplicaChartEvent =
  | { readonly type: 'becomeLeader' }
  | { readonly type: 'becomeFollower'; readonly fetches: boolean }
  | { readonly type: 'updateIsr' }
  | { readonly type: 'isrUpdated' }
  | { readonly type: 'truncated' }
  | { readonly type: 'delay' }
  | { readonly type: 'delayOver' }
  | { readonly type: 'fail' }
  | { readonly type: 'stopFetching' }
  | { readonly type: 'logDirFailed' }
  | { readonly type: 'remove' };

export const replicaMachine = setup({
  types: { context: {} as ReplicaChartContext, events: {} as ReplicaChartEvent },
  guards: {
    fetches: ({ event }) => event.type === 'becomeFollower' && event.fetches,
    wasTruncating: ({ context }) => context.resume === 'truncating',
  },
}).createMachine({
  id: 'replica',
  context: { resume: 'truncating' },
  initial: 'none',
  on: {
    becomeLeader: '.leader',
    becomeFollower: [{ guard: 'fetches', target: '.follower.truncating' }, { target: '.follower.stopped' }],
    logDirFailed: '.offline',
    remove: '.none',
  },
  states: {
    none: {},
    leader: {
      initial: 'serving',
      states: {
        serving: { on: { updateIsr: 'updatingIsr' } },
        updatingIsr: { on: { isrUpdated: 'serving' } },
      },
    },
    follower: {
      initial: 'stopped',
      states: {
        truncating: { on: { truncated: 'fetching', delay: { target: 'delayed', actions: assign({ resume: 'truncating' }) } } },
        fetching: { on: { delay: { target: 'delayed', actions: assign({ resume: 'fetching' }) } } },
        delayed: { on: { delayOver: [{ guard: 'wasTruncating', target: 'truncating' }, { target: 'fetching' }] } },
        failed: {},
        stopped: {},
      },
      on: { fail: '.failed', stopFetching: '.stopped' },
    },
    offline: {},
  },
});
