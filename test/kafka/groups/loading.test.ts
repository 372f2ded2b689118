import { expect, test } from 'vitest';
import { OFFSETS_TOPIC } from '../../../src/kafka/groups/offsets-topic.ts';
import type { LoaderTask } from '../../../src/kafka/groups/state.ts';
import { Bench } from '../broker/bench.ts';

/** What LeaderAndIsr of the offsets topic's partition 0, one a leader epoch, gives the thread group-metadata-manager to do. */
function tasks(...leaders: readonly number[]): readonly LoaderTask[] {
  const bench = new Bench(1);
  for (const [leaderEpoch, leader] of leaders.entries()) {
    const state = { partition: 0, controllerEpoch: 1, leader, leaderEpoch, isr: [1, 2], zkVersion: leaderEpoch, replicas: [1, 2], isNew: false };
    bench.ask('LeaderAndIsr', { controllerId: 9, controllerEpoch: 1, brokerEpoch: 100, topics: [{ topic: OFFSETS_TOPIC, partitions: [state] }], liveLeaders: [] });
  }
  return bench.b.groups.tasks;
}

const load: LoaderTask = { type: 'load', partition: 0 };
const unload: LoaderTask = { type: 'unload', partition: 0 };

test('whoever leads the partition loads it once, and unloads it when somebody else leads', () => {
  expect(tasks(1)).toEqual([load]);
  expect(tasks(1, 1)).toEqual([load]);
  expect(tasks(1, 2)).toEqual([load, unload]);
  expect(tasks(2, 1)).toEqual([unload, load]);
});

// Its session ended and began again while nobody else could lead: it never stopped to lead, so that nothing would be loaded again.
test('a leader that hears of no leader, or of one that is not alive, keeps what it has loaded', () => {
  expect(tasks(1, -1, 1)).toEqual([load]);
  expect(tasks(1, 7, 1)).toEqual([load]);
});

test('a follower unloads with every new epoch', () => {
  expect(tasks(2, 2)).toEqual([unload, unload]);
});
