/** Small charts with every kind of state, for the tests and the gallery. */
import { setup } from 'xstate';

export const sessionMachine = setup({
  types: { events: {} as { type: 'touch' | 'tick' | 'close' | 'closeSession' } },
  guards: { deadlinePassed: () => true },
  actions: { moveDeadline: () => undefined },
}).createMachine({
  id: 'sampleSession',
  initial: 'open',
  states: {
    open: { on: { touch: { actions: 'moveDeadline' }, tick: { guard: 'deadlinePassed', target: 'closing' }, close: 'closing' } },
    closing: { on: { closeSession: 'closed' } },
    closed: { type: 'final' },
  },
});

export const peerMachine = setup({
  types: { events: {} as { type: 'Notification' | 'connected' | 'LEADERINFO' | 'NEWLEADER' | 'UPTODATE' | 'lostQuorum' | 'ACKEPOCH' | 'ACK' | 'SIGTERM' } },
  guards: { hasQuorum: () => true, isLeader: () => true, isFollower: () => true, roundIsNewer: () => true },
  actions: { recordVote: () => undefined, broadcastVote: () => undefined, clearVotes: () => undefined },
  delays: { finalizeWaitMs: 200, notificationTimeoutMs: 200, initLimitMs: 10_000 },
}).createMachine({
  id: 'samplePeer',
  initial: 'LOOKING',
  on: { SIGTERM: { target: '.stopped' } },
  states: {
    LOOKING: {
      initial: 'voting',
      states: {
        voting: {
          on: {
            Notification: [
              { guard: 'roundIsNewer', actions: ['clearVotes', 'broadcastVote'] },
              { guard: 'hasQuorum', target: 'finalizing' },
              { actions: 'recordVote' },
            ],
          },
          after: { notificationTimeoutMs: { target: 'voting', actions: 'broadcastVote', reenter: true } },
        },
        finalizing: { on: { Notification: { target: 'voting', guard: 'roundIsNewer' } }, after: { finalizeWaitMs: 'decided' } },
        decided: { type: 'final' },
      },
      onDone: [{ guard: 'isLeader', target: 'LEADING' }, { target: 'FOLLOWING' }],
    },
    LEADING: {
      initial: 'discovery',
      on: { lostQuorum: 'LOOKING' },
      states: {
        discovery: { on: { ACKEPOCH: { guard: 'hasQuorum', target: 'synchronization' } } },
        synchronization: { on: { ACK: { guard: 'hasQuorum', target: 'broadcast' } } },
        broadcast: {},
      },
      after: { initLimitMs: 'LOOKING' },
    },
    FOLLOWING: {
      initial: 'discovery',
      on: { lostQuorum: 'LOOKING' },
      states: {
        discovery: { on: { LEADERINFO: 'synchronization' } },
        synchronization: { on: { UPTODATE: 'broadcast' } },
        broadcast: {},
      },
    },
    stopped: { type: 'final' },
  },
});

export const brokerMachine = setup({
  types: { events: {} as { type: 'elected' | 'resigned' | 'SyncConnected' | 'Disconnected' | 'Expired' } },
}).createMachine({
  id: 'sampleRegions',
  type: 'parallel',
  states: {
    controller: { initial: 'standby', states: { standby: { on: { elected: 'active' } }, active: { on: { resigned: 'standby' } } } },
    session: {
      initial: 'connecting',
      states: { connecting: { on: { SyncConnected: 'connected' } }, connected: { on: { Disconnected: 'connecting' } }, expired: {} },
      on: { Expired: '.expired' },
    },
  },
});
