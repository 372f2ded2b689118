import type { PartitionFrame } from '../../../../src/views/partition/frame.ts';

/** The old leader comes home (L4.8): broker 1 must cut what it wrote alone. */
export const homecoming: PartitionFrame = {
  name: 'test-0',
  leader: 2,
  leaderEpoch: 1,
  isr: [2, 3],
  replicas: [1, 2, 3],
  minInsyncReplicas: 1,
  epochs: [{ epoch: 0, start: 0, leader: 1 }, { epoch: 1, start: 8, leader: 2 }],
  rows: [
    { broker: 2, role: 'leader', standing: 'inSync', state: 'RunningAsBroker', logStart: 0, highWatermark: 11, lastStableOffset: 11, logEnd: 11, checkpoint: [{ epoch: 0, start: 0 }, { epoch: 1, start: 8 }], records: [{ offset: 8, text: 'pay-43', acknowledged: true }] },
    { broker: 3, role: 'follower', standing: 'inSync', state: 'Fetching', logStart: 0, highWatermark: 11, lastStableOffset: 11, logEnd: 11, checkpoint: [{ epoch: 0, start: 0 }, { epoch: 1, start: 8 }], records: [] },
    {
      broker: 1, role: 'follower', standing: 'outOfSync', state: 'Truncating', logStart: 0, highWatermark: 8, lastStableOffset: 8, logEnd: 10, checkpoint: [{ epoch: 0, start: 0 }], records: [],
      cut: { to: 8, from: 10, done: false, cause: 'truncation', acks: 'acks=1', records: [{ offset: 8, epoch: 0, text: 'pay-42', lost: true }, { offset: 9, epoch: 0, text: 'pay-43', lost: false }] },
    },
  ],
  exchange: { follower: 1, leader: 2, askedEpoch: 0, answer: { epoch: 0, endOffset: 8 } },
  rejoin: { broker: 1, step: 'cut' },
};

/** Thousands of records, five epochs, a control batch, a duplicate, one replica offline. */
export const longLog: PartitionFrame = {
  name: 'orders-0',
  leader: 3,
  leaderEpoch: 4,
  isr: [3, 2],
  replicas: [1, 2, 3],
  minInsyncReplicas: 2,
  epochs: [{ epoch: 0, start: 0, leader: 1 }, { epoch: 2, start: 1800, leader: 2 }, { epoch: 3, start: 4970, leader: 1 }, { epoch: 4, start: 4982, leader: 3 }],
  rows: [
    { broker: 3, role: 'leader', standing: 'inSync', state: 'RunningAsBroker', logStart: 1200, highWatermark: 4996, lastStableOffset: 4991, logEnd: 5000, checkpoint: [{ epoch: 0, start: 1200 }, { epoch: 2, start: 1800 }, { epoch: 3, start: 4970 }, { epoch: 4, start: 4982 }], records: [{ offset: 4986, kind: 'commit' }, { offset: 4988, kind: 'tombstone', text: 'k7: null' }, { offset: 4992, copies: 2, text: 'k1: hello' }] },
    { broker: 2, role: 'follower', standing: 'inSync', state: 'Fetching', logStart: 1200, highWatermark: 4995, lastStableOffset: 4991, logEnd: 4998, checkpoint: [{ epoch: 0, start: 1200 }, { epoch: 2, start: 1800 }, { epoch: 3, start: 4970 }, { epoch: 4, start: 4982 }], records: [] },
    { broker: 1, role: 'follower', standing: 'offline', state: '', logStart: 1200, highWatermark: 4980, lastStableOffset: 4980, logEnd: 4982, checkpoint: [{ epoch: 0, start: 1200 }, { epoch: 2, start: 1800 }, { epoch: 3, start: 4970 }], records: [] },
  ],
};
