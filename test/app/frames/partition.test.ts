import { beforeAll, describe, expect, it } from 'vitest';
import { partitionFrame } from '../../../src/app/frames/partition.ts';
import { programs } from '../../../src/app/terminals.ts';
import { screenOf } from '../../../src/shell/terminal.ts';
import { loseAnAcknowledgedRecord } from '../../../src/scenarios/lose-an-acknowledged-record.ts';
import { theOldLeaderComesHome } from '../../../src/scenarios/the-old-leader-comes-home.ts';
import type { PartitionFrame } from '../../../src/views/partition/frame.ts';
import { Told } from './told.ts';

/** L4.3: broker 1 alone has the acknowledged `pay-42`, dies, and comes back to cut it away. */
let told: Told;
let end: number;

const frame = (): PartitionFrame => partitionFrame(told.seen, told.history, 'test', 0)!;
const row = (broker: number): PartitionFrame['rows'][number] => frame().rows.find((one) => one.broker === broker)!;
const textsOf = (broker: number): (string | undefined)[] => row(broker).records.map((record) => record.text);

beforeAll(() => {
  told = new Told(loseAnAcknowledgedRecord);
});

describe('a partition whose leader alone has a record', () => {
  it('shows each copy as its broker holds it, with what was acknowledged and what is committed', () => {
    told.step(0);
    expect(frame()).toMatchObject({ name: 'test-0', leader: 1, leaderEpoch: 0, isr: [1, 2, 3], replicas: [1, 2, 3], minInsyncReplicas: 1 });
    expect(frame().epochs).toEqual([{ epoch: 0, start: 0, leader: 1 }]);
    expect(textsOf(1)).toEqual(['pay-31', 'pay-32', 'pay-33', 'pay-34', 'pay-35', 'pay-36', 'pay-42']);
    expect(textsOf(2)).toEqual(textsOf(1).slice(0, 6));
    expect(row(1)).toMatchObject({ role: 'leader', standing: 'inSync', highWatermark: 6, logEnd: 7 });
    expect(row(1).records[6]).toEqual({ offset: 6, text: 'pay-42', acknowledged: true });
    expect(frame().rejoin).toBeUndefined();
    expect(frame().exchange).toBeUndefined();
  });
});

describe('a dead broker', () => {
  it('is shown with what its disk holds: the record, its only epoch, the high watermark it wrote down', () => {
    told.step(1);
    expect(row(1)).toMatchObject({ standing: 'offline', state: 'NotRunning', logEnd: 7, checkpoint: [{ epoch: 0, start: 0 }] });
    expect(textsOf(1)[6]).toBe('pay-42');
    expect(row(1).highWatermark).toBeLessThanOrEqual(6);
    expect(row(1).cut).toBeUndefined();
    expect(frame()).toMatchObject({ leader: 2, leaderEpoch: 1, isr: [2, 3] });
    expect(frame().epochs).toEqual([
      { epoch: 0, start: 0, leader: 1 },
      { epoch: 1, start: 6, leader: 2 },
    ]);
  });
});

describe('a returning follower', () => {
  const lost = [{ offset: 6, epoch: 0, text: 'pay-42', lost: true }];

  it('asks where its epoch ended, and shows what it will have to cut before it knows', () => {
    told.step(2);
    end = told.history.item;
    told.toAfter('logTruncated', { broker: 1, topic: 'test' });
    const truncated = told.history.item - 1;
    told.history.seekItem(truncated);
    expect(row(1).cut).toEqual({ to: 6, from: 7, done: false, cause: 'truncation', records: lost, acks: 'acks=1' });
    expect(frame().rejoin).toEqual({ broker: 1, step: 'ask' });
    expect(frame().exchange).toEqual({ follower: 1, leader: 2, askedEpoch: 0, answer: { epoch: 0, endOffset: 6 } });
    while (frame().exchange?.answer !== undefined) told.history.stepBack();
    expect(frame().exchange).toEqual({ follower: 1, leader: 2, askedEpoch: 0 });
  });

  it('has cut it when the answer is there, and keeps the ghost for a while', () => {
    told.history.seekItem(end);
    told.toAfter('logTruncated', { broker: 1, topic: 'test' });
    expect(row(1).cut).toEqual({ to: 6, from: 7, done: true, cause: 'truncation', records: lost, acks: 'acks=1' });
    expect(textsOf(1)).toEqual(['pay-31', 'pay-32', 'pay-33', 'pay-34', 'pay-35', 'pay-36']);
    expect(row(1).standing).toBe('outOfSync');
    expect(frame().rejoin).toEqual({ broker: 1, step: 'rejoin' });
    told.history.seek(told.history.now + 7_900_000);
    expect(row(1).cut).toBeDefined();
    told.history.seek(told.history.now + 200_000);
    expect(row(1).cut).toBeUndefined();
    expect(row(1).standing).toBe('inSync');
    expect(frame().rejoin).toBeUndefined();
    expect(frame().exchange).toBeUndefined();
  });
});

describe('a partition nobody knows', () => {
  it('has no frame', () => {
    expect(partitionFrame(told.seen, told.history, 'test', 1)).toBeUndefined();
    expect(partitionFrame(told.seen, told.history, 'nothing', 0)).toBeUndefined();
  });
});

describe('an offset that was given out twice', () => {
  it('is acknowledged only where the record is that was acknowledged', () => {
    const again = new Told(loseAnAcknowledgedRecord);
    again.step(0);
    again.step(1);
    again.history.act({ type: 'produce', producer: 'P2', records: [{ topic: 'test', value: 'pay-43' }] });
    const before = partitionFrame(again.seen, again.history, 'test', 0)!;
    expect(before.rows[1]!.records).toHaveLength(6);
    const inTime = again.history.now + 10_000_000;
    const stored = (): PartitionFrame['rows'][number]['records'][number] | undefined => partitionFrame(again.seen, again.history, 'test', 0)!.rows[1]!.records[6];
    while (stored() === undefined && again.history.now < inTime) again.history.step();
    // Written by the new leader, its answer still to come.
    expect(stored()).toEqual({ offset: 6, text: 'pay-43' });
    again.history.seek(inTime);
    expect(stored()).toEqual({ offset: 6, text: 'pay-43', acknowledged: true });
    expect(partitionFrame(again.seen, again.history, 'test', 0)!.rows[0]!.records[6]).toEqual({ offset: 6, text: 'pay-42', acknowledged: true });
  });
});

describe('the old leader at home (L4.8)', () => {
  beforeAll(() => {
    told = new Told(theOldLeaderComesHome);
    told.history.extend(programs);
    for (const index of [0, 1, 2]) told.step(index);
  }, 30_000);

  it('a follower outside the ISR cuts what the leader never had; two rules are not set side by side', () => {
    const here = told.history.item;
    told.toAfter('becameFollower', { broker: 1, topic: 'test' });
    expect(row(1).cut).toMatchObject({ to: 8, from: 10, done: false });
    expect(frame().rules).toBeUndefined();
    told.history.seekItem(here);
  });

  it('the files of two brokers are dumped, and are the same line by line', () => {
    told.step(3);
    const screen = screenOf(told.history.world, 'host').map(({ text }) => text).join('');
    const [, first, second] = screen.split(/^Dumping .*$/m);
    expect(first!.trim().split('\n')).toHaveLength(19);
    expect(second!.trim().split('\n').slice(0, 19)).toEqual(first!.trim().split('\n'));
    expect(screen).toMatch(/^identical$/m);
    expect(first).toMatch(/baseOffset: 8 .* partitionLeaderEpoch: 1 /);
  });

  it('a follower that lags behind what is committed would cut an acknowledged record by the old rule', () => {
    told.step(4);
    expect(frame().rules).toEqual({ broker: 3, byEpoch: 12, byHighWatermark: 11 });
    expect(row(3)).toMatchObject({ standing: 'inSync', highWatermark: 11, logEnd: 12 });
    expect(row(3).records.find(({ offset }) => offset === 11)).toEqual({ offset: 11, text: 'v11', acknowledged: true });
    expect(told.seen.facts.ledger.ackedLost).toBe(2);
  });

  it('by the epochs it cuts nothing and leads with the record', () => {
    told.step(5);
    expect(frame()).toMatchObject({ leader: 3, leaderEpoch: 3, isr: [3] });
    expect(textsOf(3).at(-1)).toBe('v11');
    expect(told.seen.facts.ledger.ackedLost).toBe(2);
    expect(frame().rules).toBeUndefined();
  });
});
