import type { ControllerFrame, EnsembleFrame } from '../../../../src/views/election/frame.ts';

const none = { leader: 2, zxid: '0x0', peerEpoch: 0 };

/** The first election (L2.3): two of three run and agree on server 2. */
export const firstElection: EnsembleFrame = {
  servers: [
    { sid: 1, name: 'zookeeper1', condition: 'looking', state: 'LOOKING', phase: 'election', round: 1, proposal: none, before: { leader: 1, until: 10_613_000 }, counted: [{ from: 1, leader: 2 }, { from: 2, leader: 2 }] },
    { sid: 2, name: 'zookeeper2', condition: 'looking', state: 'LOOKING', phase: 'election', round: 1, proposal: none, counted: [{ from: 1, leader: 2 }, { from: 2, leader: 2 }], timer: { kind: 'finalizeWait', left: 108_000, of: 200_000 } },
    { sid: 3, name: 'zookeeper3', condition: 'notStarted', state: '', phase: undefined, round: 0, proposal: undefined, counted: [] },
  ],
  quorum: 2,
  phase: 'election',
  epoch: 1,
  watched: 2,
  comparison: { own: { ...none, leader: 1 }, other: none },
  travelling: [{ key: 'n1', from: 1, to: 2, progress: 0.5 }],
  notifications: [
    { key: '1', at: 10_612_000, from: 1, to: 2, vote: { ...none, leader: 1 }, round: 1, state: 'LOOKING', outcome: { type: 'keepsOwn' }, now: false },
    { key: '2', at: 10_613_000, from: 2, to: 1, vote: none, round: 1, state: 'LOOKING', outcome: { type: 'changes', to: 2 }, now: false },
    { key: '3', at: 10_614_000, from: 1, to: 2, vote: none, round: 1, state: 'LOOKING', outcome: { type: 'majority', agree: 2 }, now: true },
    { key: '4', at: 10_614_000, from: 1, to: 1, vote: none, round: 1, state: 'LOOKING', outcome: { type: 'majority', agree: 2 }, now: false },
  ],
  lanes: [],
  proposals: [],
};

/** Broadcast with a learner that still gets a DIFF. */
export const broadcasting: EnsembleFrame = {
  ...firstElection,
  servers: [
    { sid: 1, name: 'zookeeper1', condition: 'following', state: 'FOLLOWING', phase: 'broadcast', round: 2, proposal: { leader: 2, zxid: '0x100000003', peerEpoch: 1 }, counted: [] },
    { sid: 2, name: 'zookeeper2', condition: 'leading', state: 'LEADING', phase: 'broadcast', round: 2, proposal: { leader: 2, zxid: '0x100000003', peerEpoch: 1 }, counted: [{ from: 1, leader: 2 }, { from: 2, leader: 2 }] },
    { sid: 3, name: 'zookeeper3', condition: 'looking', state: 'LOOKING', phase: 'synchronization', round: 1, proposal: { leader: 3, zxid: '0x100000001', peerEpoch: 1 }, counted: [], timer: { kind: 'backOff', left: 320_000, of: 400_000 } },
  ],
  phase: 'synchronization',
  travelling: [{ key: 't', from: 3, to: 1, progress: 0.4 }],
  notifications: [],
  lanes: [
    { sid: 2, role: 'leader', done: [], sync: undefined, lastZxid: '0x100000004' },
    { sid: 1, role: 'learner', done: ['FOLLOWERINFO', 'LEADERINFO', 'ACKEPOCH', 'DIFF', 'NEWLEADER', 'ACK', 'UPTODATE'], sync: { mode: 'DIFF', from: '0x100000003', to: '0x100000003' }, lastZxid: '0x100000003' },
    { sid: 3, role: 'learner', done: ['FOLLOWERINFO', 'LEADERINFO', 'ACKEPOCH', 'TRUNC'], sync: { mode: 'TRUNC', from: '0x100000009', to: '0x100000003' }, lastZxid: '0x100000009' },
  ],
  proposals: [
    { zxid: '0x200000001', what: 'create /brokers/ids/1', at: [{ sid: 1, state: 'committed' }, { sid: 2, state: 'committed' }, { sid: 3, state: 'none' }] },
    { zxid: '0x200000002', what: 'create /controller', at: [{ sid: 1, state: 'proposed' }, { sid: 2, state: 'acked' }, { sid: 3, state: 'none' }] },
    { zxid: '0x200000003', what: 'setData /controller_epoch', at: [{ sid: 1, state: 'none' }, { sid: 2, state: 'logged' }, { sid: 3, state: 'none' }] },
  ],
};

export const controllerRace: ControllerFrame = {
  controller: 2,
  epoch: 2,
  epochVersion: 2,
  race: [
    { broker: 3, at: 6_120_000, result: 'created', epoch: 1 },
    { broker: 2, at: 16_004_000, result: 'created', epoch: 2 },
    { broker: 1, at: 16_006_000, result: 'nodeExists', epoch: undefined },
    { broker: 3, at: 18_200_000, result: 'fenced', epoch: 1 },
  ],
  brokers: [1, 2, 3],
  partitions: [
    { name: 'orders-0', state: 'OnlinePartition', leader: 1, leaderEpoch: 0, isr: [1, 2, 3], replicas: [{ broker: 1, state: 'OnlineReplica' }, { broker: 2, state: 'OnlineReplica' }, { broker: 3, state: 'OfflineReplica' }], changed: false },
    { name: 'orders-1', state: 'OnlinePartition', leader: 2, leaderEpoch: 0, isr: [2, 1], replicas: [{ broker: 1, state: 'OnlineReplica' }, { broker: 2, state: 'OnlineReplica' }, { broker: 3, state: 'OfflineReplica' }], changed: false },
    { name: 'orders-2', state: 'OnlinePartition', leader: 1, leaderEpoch: 1, isr: [1, 2], replicas: [{ broker: 1, state: 'OnlineReplica' }, { broker: 2, state: 'OnlineReplica' }, { broker: 3, state: 'OfflineReplica' }], changed: true },
    { name: 'test-0', state: 'OfflinePartition', leader: undefined, leaderEpoch: 4, isr: [3], replicas: [{ broker: 3, state: 'OfflineReplica' }], changed: true },
  ],
  requests: [
    { key: 'a', at: 16_020_000, api: 'LeaderAndIsr', to: 1, controllerEpoch: 2, partitions: 'orders-2: leader 1, epoch 1, ISR [1,2]', answer: 'ok' },
    { key: 'b', at: 16_020_000, api: 'UpdateMetadata', to: 2, controllerEpoch: 2, partitions: '4', answer: 'waiting' },
    { key: 'c', at: 18_201_000, api: 'LeaderAndIsr', to: 2, controllerEpoch: 1, partitions: 'orders-2', answer: 'STALE_CONTROLLER_EPOCH' },
  ],
  queue: ['BrokerChange', 'IsrChangeNotification'],
};
