import { beforeAll, describe, expect, it } from 'vitest';
import { logFrame } from '../../../src/app/frames/log.ts';
import { promisesFrame } from '../../../src/app/frames/promises.ts';
import { segmentsFrame } from '../../../src/app/frames/segments.ts';
import { topicsFrame } from '../../../src/app/frames/topics.ts';
import { znodeTreeFrame } from '../../../src/app/frames/znode-tree.ts';
import { loseAnAcknowledgedRecord } from '../../../src/scenarios/lose-an-acknowledged-record.ts';
import { language } from '../../../src/views/text/language.svelte.ts';
import { Told } from './told.ts';

/** L4.3, carried through to the election without `pay-42`. */
let told: Told;

beforeAll(() => {
  told = new Told(loseAnAcknowledgedRecord);
  told.step(0);
  told.step(1);
});

describe('segments', () => {
  it('show a log file batch by batch, and the newest batch byte by byte without gaps', () => {
    const frame = segmentsFrame(told.seen, 2, 'test-0', undefined)!;
    expect(frame).toMatchObject({ broker: 2, partition: 'test-0', logStart: 0, logEnd: 6 });
    const [segment] = frame.segments;
    expect(segment).toMatchObject({ baseOffset: 0, active: true, deleted: false });
    expect(segment!.batches.reduce((sum, batch) => sum + batch.bytes, 0)).toBe(segment!.bytes);
    expect(segment!.batches.at(-1)).toMatchObject({ lastOffset: 5, epoch: 0 });
    expect(frame.others.find((file) => file.name === 'leader-epoch-checkpoint')?.content).toBe('0 2 0 0 1 6');
    const { bytes, fields } = frame.batch!;
    let end = 0;
    for (const field of fields) {
      expect(field.at).toBe(end);
      end += field.length;
    }
    expect(end).toBe(bytes.length);
    expect(fields.filter((field) => field.kind === 'record').map((field) => `${field.name} ${field.value}`)).toEqual([31, 32, 33, 34, 35, 36].map((n, at) => `record ${at} pay-${n}`));
    expect(fields.find((field) => field.name === 'recordCount')).toMatchObject({ value: '6', kind: 'header' });
  });

  it('find the batch that was chosen', () => {
    told.toAfter('recordAcked', { producer: 'P1' });
    const frame = segmentsFrame(told.seen, 1, 'test-0', undefined)!;
    const [first, second] = frame.segments[0]!.batches;
    expect(second).toMatchObject({ position: first!.bytes, baseOffset: 6 });
    expect(frame.batch!.position).toBe(second!.position);
    expect(segmentsFrame(told.seen, 1, 'test-0', { segment: 0, position: 0 })!.batch).toMatchObject({ position: 0, bytes: { length: first!.bytes } });
    told.history.seek(told.history.computedUntil);
    expect(segmentsFrame(told.seen, 1, 'test-0', undefined)).toMatchObject({ isStored: true });
  });
});

describe("ZooKeeper's tree", () => {
  const znode = (path: string): ReturnType<typeof find> => find(path);
  const find = (path: string) => znodeTreeFrame(told.seen, told.history)!.znodes.find((one) => one.path === path);

  it('says who owns what, who watches it, and what has just changed', () => {
    told.toAfter('leaderElected', { topic: 'test', leader: 2 });
    expect(znode('/brokers/ids/2')).toMatchObject({ owner: 'broker 2', fading: false });
    expect(znode('/controller')!.watchers).toEqual(['broker-2', 'broker-3']);
    expect(znode('/brokers/ids')!.watchers).toEqual(['broker-3']);
    expect(znode('/brokers/topics/test/partitions/0/state')!.change).toBe('set');
    expect(znodeTreeFrame(told.seen, told.history)).toBe(znodeTreeFrame(told.seen, told.history));
  });

  it("lets a dead broker's znode fade from the expiry of its session until its end is committed", () => {
    told.toAfter('sessionExpired');
    expect(znode('/brokers/ids/1')!.fading).toBe(true);
    expect(znodeTreeFrame(told.seen, told.history)!.deleted).toEqual([]);
    told.history.seek(told.history.computedUntil);
    told.toAfter('znodeDeleted', { path: '/brokers/ids/1' });
    while (znode('/brokers/ids/1') !== undefined) told.history.stepBack();
    told.history.step();
    expect(znodeTreeFrame(told.seen, told.history)!.deleted).toEqual(['/brokers/ids/1']);
  });
});

describe('topics', () => {
  it('are listed as their znodes say, with how far the leader is', () => {
    told.history.seek(told.history.computedUntil);
    expect(topicsFrame(told.seen).topics).toEqual([
      {
        name: 'test',
        replicationFactor: 3,
        configs: '',
        partitions: [{ partition: 0, leader: 2, leaderEpoch: 1, replicas: [1, 2, 3], isr: [2, 3], highWatermark: 6, logEnd: 6, minInsyncReplicas: 1 }],
      },
    ]);
  });
});

describe("a process's log", () => {
  it('has the stamps that log4j prints: Kafka in brackets, ZooKeeper with its id', () => {
    const broker = logFrame(told.seen, 'broker-2')!;
    expect(broker.lines.every((line) => /^\[2026-11-22 07:29:\d\d,\d{3}\] (INFO|WARN|ERROR|TRACE|DEBUG|FATAL) /.test(line.text))).toBe(true);
    const server = logFrame(told.seen, 'zookeeper3')!;
    expect(server.lines[0]!.text).toMatch(/^2026-11-22 07:29:\d\d,\d{3} \[myid:3\] - INFO {2}\[/);
    expect(broker.lines.length).toBeLessThanOrEqual(400);
    expect(broker.lines.every((line, at) => at === 0 || line.at >= broker.lines[at - 1]!.at)).toBe(true);
    expect(logFrame(told.seen, 'nobody')).toBeUndefined();
  });
});

describe('promises', () => {
  const state = (key: string): string | undefined => promisesFrame(told.seen).rows.find((row) => row.key === key)?.state;
  const detail = (key: string): string | undefined => promisesFrame(told.seen).rows.find((row) => row.key === key)?.detail;

  it('call the loss of what acks=1 acknowledged a promise never made, and jump to the record', () => {
    told.history.seek(told.history.computedUntil);
    const lost = promisesFrame(told.seen).rows.find((row) => row.key === 'lost')!;
    expect(lost).toMatchObject({ state: 'neverMade', detail: 'pay-42: acks=1 promised one copy', step: { what: 'pay-42' } });
    told.history.seek(lost.step!.at);
    expect(state('lost')).toBe('kept');
    expect(detail('lost')).toBe('7 of 7');
  });

  it('owe the partition a leader while the session of the dead one runs on', () => {
    const killed = told.history.acts.find(({ action }) => action.type === 'signal' && action.signal === 'SIGKILL' && action.process === 'broker-1')!.at;
    told.history.seek(killed + 2_000_000);
    expect(state('leader')).toBe('owed');
    expect(detail('leader')).toBe('test-0: 2.000 s');
    expect(detail('kill')).toBe('broker-1: open 2.000 s after');
    told.history.seek(told.history.computedUntil);
    expect(state('leader')).toBe('kept');
    // The session of 6 s runs from the last ping, up to 2 s before the kill, and ends with one of the ensemble's ticks of 2 s.
    const seconds = Number(/^longest: test-0, (\d\.\d{3}) s$/.exec(detail('leader') ?? '')?.[1]);
    expect(seconds).toBeGreaterThan(4);
    expect(seconds).toBeLessThan(8.2);
    expect(detail('kill')).toBe('close() does');
  });

  it('owe an answer only to those who have waited noticeably', () => {
    const other = new Told(loseAnAcknowledgedRecord);
    const answer = (): { state?: string; detail?: string } => promisesFrame(other.seen).rows.find((row) => row.key === 'answer') ?? {};
    expect(answer()).toMatchObject({ state: 'kept', detail: '0 waiting' });
    other.history.act({ type: 'signal', process: 'broker-1', signal: 'SIGSTOP' });
    other.history.act({ type: 'produce', producer: 'P2', records: [{ topic: 'test', value: 'a' }, { topic: 'test', value: 'b' }] });
    other.history.runTo(other.history.now + 200_000);
    expect(answer()).toMatchObject({ state: 'kept', detail: '2 waiting' });
    other.history.runTo(other.history.now + 1_300_000);
    expect(answer()).toMatchObject({ state: 'owed', detail: '2 waiting, 1.500 s' });
    other.history.act({ type: 'signal', process: 'P2', signal: 'SIGKILL' });
    expect(answer()).toMatchObject({ state: 'kept', detail: '0 waiting' });
  });

  it('are said in both languages, the same ones', () => {
    const en = promisesFrame(told.seen).rows;
    language.current = 'zh-CN';
    try {
      const zh = promisesFrame(told.seen).rows;
      expect(zh.map((row) => [row.key, row.state])).toEqual(en.map((row) => [row.key, row.state]));
      expect(zh.every((row) => /\p{Script=Han}/u.test(row.sentence))).toBe(true);
    } finally {
      language.current = 'en';
    }
    expect(en.map((row) => row.key)).toEqual(['leader', 'answer', 'lost', 'hw', 'reads', 'epoch', 'isr', 'controller', 'zxid', 'pause', 'unacked', 'kill']);
  });
});
