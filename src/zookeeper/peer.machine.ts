/**
 * One server of an ensemble (QuorumPeer with FastLeaderElection, Leader, Follower, Learner): its ServerState, inside it the
 * ZabState and for a follower the SyncMode, with the time-outs of section 0. Votes are counted and packets are judged in
 * election.ts, learner.ts and leader.ts, which raise the events here.
 * Simplified: no observers, no read-only mode. A server configured alone is `standalone`.
 */
import { assign, setup } from 'xstate';

export interface PeerContext {
  readonly myid: number;
  readonly isAlone: boolean;
  readonly leader: number;
  readonly notificationTimeoutMs: number;
  readonly initTimeoutMs: number;
  /** Failed tries to connect to the leader. */
  readonly tries: number;
}

export type PeerInput = Pick<PeerContext, 'myid' | 'isAlone' | 'initTimeoutMs'>;

export type PeerEvent =
  /** A notification was weighed and changed nothing of the outcome: wait anew. */
  | { readonly type: 'notificationWeighed' }
  /** The votes equal to the own proposal are a quorum. */
  | { readonly type: 'votesReachedQuorum'; readonly leader: number }
  /** While the result was being waited out, something better than the own proposal came. */
  | { readonly type: 'betterVoteCame' }
  /** Settled servers, a quorum, agree on a leader. */
  | { readonly type: 'settledLeaderFound'; readonly leader: number }
  | { readonly type: 'leaderConnected' }
  | { readonly type: 'leaderRefusedConnection' }
  | { readonly type: 'LEADERINFO'; readonly epoch: number; readonly acceptedEpoch: number }
  | { readonly type: 'DIFF' }
  | { readonly type: 'TRUNC' }
  | { readonly type: 'SNAP' }
  | { readonly type: 'NEWLEADER' }
  | { readonly type: 'historyPersisted' }
  | { readonly type: 'UPTODATE' }
  /** The connection to the leader ended, was silent for too long, or said something impossible. */
  | { readonly type: 'leaderLost' }
  | { readonly type: 'followerInfoQuorumReached' }
  | { readonly type: 'ackEpochQuorumReached' }
  | { readonly type: 'newLeaderAckQuorumReached' }
  /** Not enough synced learners at a check, a history newer than the own one, or no zxid left in the epoch. */
  | { readonly type: 'leadershipEnded' };

const MIN_NOTIFICATION_INTERVAL_MS = 200;
const MAX_NOTIFICATION_INTERVAL_MS = 60_000;
export const CONNECT_TRIES = 5;

export const peerMachine = setup({
  types: { context: {} as PeerContext, events: {} as PeerEvent, input: {} as PeerInput },
  delays: {
    notificationTimeoutMs: ({ context }) => context.notificationTimeoutMs,
    finalizeWaitMs: 200,
    connectRetryMs: 100,
    initTimeoutMs: ({ context }) => context.initTimeoutMs,
  },
  guards: {
    isAlone: ({ context }) => context.isAlone,
    electedMyself: ({ context }) => context.leader === context.myid,
    foundMyself: ({ context, event }) => event.type === 'settledLeaderFound' && event.leader === context.myid,
    hasTriesLeft: ({ context }) => context.tries < CONNECT_TRIES - 1,
    epochIsNotOlder: ({ event }) => event.type === 'LEADERINFO' && event.epoch >= event.acceptedEpoch,
  },
  actions: {
    rememberLeader: assign({
      leader: ({ context, event }) =>
        event.type === 'votesReachedQuorum' || event.type === 'settledLeaderFound' ? event.leader : context.leader,
    }),
    resetNotificationTimeout: assign({ notificationTimeoutMs: MIN_NOTIFICATION_INTERVAL_MS }),
    doubleNotificationTimeout: assign({
      notificationTimeoutMs: ({ context }) => Math.min(context.notificationTimeoutMs * 2, MAX_NOTIFICATION_INTERVAL_MS),
    }),
    resetTries: assign({ tries: 0 }),
    countTry: assign({ tries: ({ context }) => context.tries + 1 }),
    startStandalone: () => undefined,
    startElection: () => undefined,
    sendVotesAgain: () => undefined,
    concludeElection: () => undefined,
    startFollowing: () => undefined,
    connectToLeader: () => undefined,
    sendFollowerInfo: () => undefined,
    acceptEpoch: () => undefined,
    announcePhase: (_, _params: { readonly phase: string }) => undefined,
    persistHistory: () => undefined,
    ackNewLeader: () => undefined,
    serveAsFollower: () => undefined,
    stopFollowing: () => undefined,
    startLeading: () => undefined,
    announceEpoch: () => undefined,
    adoptEpoch: () => undefined,
    serveAsLeader: () => undefined,
    noteTimeout: (_, _params: { readonly waitedFor: string }) => undefined,
    stopLeading: () => undefined,
  },
}).createMachine({
  id: 'peer',
  context: ({ input }) => ({
    ...input,
    leader: 0,
    notificationTimeoutMs: MIN_NOTIFICATION_INTERVAL_MS,
    tries: 0,
  }),
  initial: 'starting',
  states: {
    starting: { always: [{ guard: 'isAlone', target: 'standalone' }, { target: 'looking' }] },
    standalone: { entry: 'startStandalone' },

    looking: {
      entry: ['resetNotificationTimeout', 'startElection'],
      initial: 'gathering',
      on: {
        settledLeaderFound: [
          { guard: 'foundMyself', target: 'leading', actions: ['rememberLeader', 'concludeElection'] },
          { target: 'following', actions: ['rememberLeader', 'concludeElection'] },
        ],
      },
      states: {
        gathering: {
          on: {
            notificationWeighed: { target: 'gathering', reenter: true },
            votesReachedQuorum: { target: 'finalizing', actions: 'rememberLeader' },
          },
          after: {
            notificationTimeoutMs: { target: 'gathering', reenter: true, actions: ['doubleNotificationTimeout', 'sendVotesAgain'] },
          },
        },
        finalizing: {
          on: {
            notificationWeighed: { target: 'finalizing', reenter: true },
            betterVoteCame: 'gathering',
          },
          after: {
            finalizeWaitMs: [
              { guard: 'electedMyself', target: '#peer.leading', actions: 'concludeElection' },
              { target: '#peer.following', actions: 'concludeElection' },
            ],
          },
        },
      },
    },

    following: {
      entry: ['resetTries', 'startFollowing'],
      exit: 'stopFollowing',
      initial: 'discovery',
      on: { leaderLost: 'looking' },
      states: {
        discovery: {
          entry: { type: 'announcePhase', params: { phase: 'discovery' } },
          initial: 'connecting',
          states: {
            connecting: {
              entry: 'connectToLeader',
              on: {
                leaderConnected: 'registering',
                leaderRefusedConnection: [
                  { guard: 'hasTriesLeft', target: 'pausing', actions: 'countTry' },
                  { target: '#peer.looking' },
                ],
              },
            },
            pausing: { after: { connectRetryMs: 'connecting' } },
            registering: {
              entry: 'sendFollowerInfo',
              on: {
                LEADERINFO: [
                  { guard: 'epochIsNotOlder', target: '#peer.following.synchronization', actions: 'acceptEpoch' },
                  { target: '#peer.looking' },
                ],
              },
            },
          },
        },
        synchronization: {
          entry: { type: 'announcePhase', params: { phase: 'synchronization' } },
          initial: 'awaitingPlan',
          states: {
            awaitingPlan: { on: { DIFF: 'diff', TRUNC: 'trunc', SNAP: 'snap' } },
            diff: { entry: { type: 'announcePhase', params: { phase: 'synchronization - diff' } }, on: { NEWLEADER: 'persisting' } },
            trunc: { entry: { type: 'announcePhase', params: { phase: 'synchronization - trunc' } }, on: { NEWLEADER: 'persisting' } },
            snap: { entry: { type: 'announcePhase', params: { phase: 'synchronization - snap' } }, on: { NEWLEADER: 'persisting' } },
            persisting: { entry: 'persistHistory', on: { historyPersisted: 'awaitingUpToDate' } },
            awaitingUpToDate: {
              entry: [{ type: 'announcePhase', params: { phase: 'synchronization' } }, 'ackNewLeader'],
              on: { UPTODATE: '#peer.following.broadcast' },
            },
          },
        },
        broadcast: { entry: ['serveAsFollower', { type: 'announcePhase', params: { phase: 'broadcast' } }] },
      },
    },

    leading: {
      entry: 'startLeading',
      exit: 'stopLeading',
      initial: 'discovery',
      on: { leadershipEnded: 'looking' },
      states: {
        discovery: {
          initial: 'awaitingFollowerInfo',
          states: {
            awaitingFollowerInfo: {
              on: { followerInfoQuorumReached: 'awaitingAckEpoch' },
              after: {
                initTimeoutMs: { target: '#peer.looking', actions: { type: 'noteTimeout', params: { waitedFor: 'epoch from quorum' } } },
              },
            },
            awaitingAckEpoch: {
              entry: 'announceEpoch',
              on: { ackEpochQuorumReached: '#peer.leading.synchronization' },
              after: {
                initTimeoutMs: { target: '#peer.looking', actions: { type: 'noteTimeout', params: { waitedFor: 'epoch to be acked by quorum' } } },
              },
            },
          },
        },
        synchronization: {
          entry: ['adoptEpoch', { type: 'announcePhase', params: { phase: 'synchronization' } }],
          on: { newLeaderAckQuorumReached: 'broadcast' },
          after: {
            initTimeoutMs: { target: '#peer.looking', actions: { type: 'noteTimeout', params: { waitedFor: 'NEWLEADER to be acked by quorum' } } },
          },
        },
        broadcast: { entry: ['serveAsLeader', { type: 'announcePhase', params: { phase: 'broadcast' } }] },
      },
    },
  },
});
