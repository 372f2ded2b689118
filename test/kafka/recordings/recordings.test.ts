import { describe, expect, it } from 'vitest';
import { recordedLeaderAndIsr, simulatedLeaderAndIsr, timeDivergences } from './compare.ts';
import { histories, readRecording, recordedChanges } from './recording.ts';
import { Reenactment } from './reenactment.ts';

/** Znodes whose whole history from t=0 on is compared, data and versions. */
const HISTORIES = /^\/(brokers\/(ids|topics)\/|controller|config\/|admin\/)/;

/** What is not compared although the recording has it. */
interface LeftOut {
  /** Rows of the table. */
  readonly rows?: readonly RegExp[];
  /** Paths. */
  readonly paths?: RegExp;
  /** `<partition> to broker <id>` of LeaderAndIsr. */
  readonly leaderAndIsr?: RegExp;
  readonly because: string;
}

/**
 * In all recordings:
 * - `/isr_change_notification` has no fixed history: whether and how changes are joined depends on when the brokers' tasks run;
 *   the rows of the table compare content and time where all runs agree;
 * - `/latest_producer_id_block` and `__consumer_offsets`: no group and no transaction is part of the re-enactment, consumers have
 *   their partitions assigned;
 * - the order of the partitions inside one announced ISR change: that of a hash set;
 * - how many records a producer sent: it depends on how long the recording's start-ups and tools took.
 */
const LEFT_OUT: Readonly<Record<string, LeftOut>> = {
  '04': { paths: /^\/controller$/, because: 'brokers 2 and 3 race for /controller; the recorded runs differ too' },
  '08': { rows: [/process ends/], because: 'the threads of a broker that failed to start take seconds to end, which is not simulated' },
  '02': {
    rows: [/topics\/test/, /test-0/, /create \/brokers\/topics\/orders /],
    paths: /^\/brokers\/topics\/(test($|\/)|orders$)/,
    leaderAndIsr: /^test-0/,
    because: 'where the replicas of test go is drawn by lot; the order of keys in the data of orders is that of a Scala map, its content is compared in the test',
  },
  '16': { rows: [/topics\/t2/, /t2-0/], paths: /topics\/t2/, leaderAndIsr: /^t2-0/, because: 'where the replicas of t2 go is drawn by lot; the recorded runs differ too' },
  '05': {
    rows: [/admin\/preferred_replica_election/, /Resigned/, /broker 2\) closed/, /process ends/, /longest gap/],
    paths: /^\/admin\/preferred_replica_election$/,
    because:
      'the tool of the recording asks by a znode, the re-enactment by ElectPreferredLeaders, which leads to the same election; ' +
      'the threads of a broker take 1 s to 3 s to end, which is machine time that is not simulated, so the longest gap is another in each run',
  },
};

function compare(number: string, seed = 1): { readonly recording: ReturnType<typeof readRecording>; readonly again: Reenactment } {
  const recording = readRecording(number);
  const again = new Reenactment(recording, seed).run();
  const out = LEFT_OUT[number];
  const drop = (found: Readonly<Record<string, readonly string[]>>): unknown => Object.fromEntries(Object.entries(found).filter(([path]) => out?.paths?.test(path) !== true));
  expect(drop(histories(again.changes, HISTORIES))).toEqual(drop(histories(recordedChanges(recording), HISTORIES)));
  const told = (found: Readonly<Record<string, readonly string[]>>): unknown => Object.fromEntries(Object.entries(found).filter(([to]) => out?.leaderAndIsr?.test(to) !== true));
  expect(told(simulatedLeaderAndIsr(again))).toEqual(told(recordedLeaderAndIsr(recording)));
  expect(timeDivergences(recording, again, out?.rows)).toEqual([]);
  for (const producer of new Set(recording.totals.map((one) => one.producer))) {
    const runs = recording.totals.filter((one) => one.producer === producer);
    const mine = again.totals(producer);
    expect(mine.sent).toBe(mine.acked + mine.failed);
    expect({ producer, fails: mine.failed > 0 }).toEqual({ producer, fails: runs[0]!.failed > 0 });
    const error = (text: string | null): string | null => text?.replace(/\d+ ms/, 'N ms') ?? null;
    expect(runs.map(({ firstError }) => error(firstError))).toContain(error(mine.firstError));
  }
  for (const topic of new Set(recording.readBacks.map((one) => one.topic))) {
    const runs = recording.readBacks.filter((one) => one.topic === topic);
    const mine = again.read(topic);
    const missing = runs.map((one) => one.missing);
    // How many are lost depends on what the threads of a broker do first, within the range of the runs.
    expect(mine.ackedButMissing.length, topic).toBeGreaterThanOrEqual(Math.min(...missing));
    expect(mine.ackedButMissing.length, topic).toBeLessThanOrEqual(Math.max(...missing));
    // A retry may double a record in one run and not in another; what no run doubles is not doubled here.
    if (runs.every(({ duplicates }) => !duplicates)) expect(mine.duplicates).toEqual([]);
    if (runs.every(({ failedButReadable }) => !failedButReadable)) expect(mine.failedButReadable).toEqual([]);
  }
  return { recording, again };
}

describe('the recordings of a real cluster happen again', () => {
  it('03: a leader that is not controller is killed and comes back', () => {
    compare('03');
  });

  it('04: the controller, also a leader, is killed and comes back', () => {
    const { again } = compare('04');
    const elected = histories(again.changes, /^\/controller$/)['/controller'];
    expect(elected).toHaveLength(2);
    expect(elected![1]).toMatch(/^create \{"version":1,"brokerid":[23],"timestamp":"\.\."\}$/);
  });

  it('05: a leader is stopped in order, comes back and is made leader again', () => {
    const { recording, again } = compare('05');
    expect(again.ends.filter(({ process }) => process === 'broker-2').map(({ code }) => code)).toEqual(recording.exitCodes.slice(0, 1));
  });

  it('06: a leader is stopped for 20 s while two producers write', { timeout: 20_000 }, () => {
    const { again } = compare('06');
    const cut = again.lines.filter(({ process, text, at }) => at > 0 && process === 'broker-2' && text.includes('Truncating to offset'));
    const led = again.lines.filter(({ process, text }) => process === 'broker-3' && text.includes('test-0 starts at Leader Epoch 1 from offset'));
    const offset = (text: string | undefined): string | undefined => /(?:to|from) offset (\d+)/.exec(text ?? '')?.[1];
    // Exactly what the new leader never had is cut off.
    expect(cut.map(({ text }) => offset(text))).toEqual([offset(led[0]?.text)]);
  });

  it('09: the last replica in sync is lost and an unclean election gives its records up', { timeout: 20_000 }, () => {
    const { again } = compare('09');
    expect(again.read('test').ackedButMissing).toEqual(Array.from({ length: 10 }, (_, n) => `v${10 + n}`));
    expect(again.lines.filter(({ process, text }) => process === 'broker-2' && text.includes('Truncating to offset')).map(({ text }) => text)).toEqual([
      'INFO [Log partition=test-0, dir=<logdir2>] Truncating to offset 10 (Log)',
    ]);
  });

  it('10: too few replicas are in sync for acks=all', { timeout: 20_000 }, () => {
    compare('10');
  });

  it('15b: ZooKeeper is away and a lost follower blocks the one partition', { timeout: 20_000 }, () => {
    compare('15b');
  });

  it('15: ZooKeeper is away and a lost follower blocks one partition of several', { timeout: 20_000 }, () => {
    compare('15');
  });

  it('16: ZooKeeper is away and nothing else happens', { timeout: 20_000 }, () => {
    compare('16');
  });

  it('01: three brokers start on an empty ZooKeeper', { timeout: 20_000 }, () => {
    compare('01');
  });

  it('02: topics are created', { timeout: 20_000 }, () => {
    const { recording, again } = compare('02');
    const assigned = (changes: ReturnType<typeof recordedChanges>): unknown =>
      JSON.parse(histories(changes, /^\/brokers\/topics\/orders$/)['/brokers/topics/orders']![0]!.slice('create '.length));
    expect(assigned(again.changes)).toEqual(assigned(recordedChanges(recording)));
  });

  it('08: a broker is started again before its old session ends', { timeout: 20_000 }, () => {
    compare('08');
  });

  it('07: a follower is stopped', { timeout: 20_000 }, () => {
    compare('07');
  });

  it('07b: a follower is stopped and the leader itself shrinks the ISR', { timeout: 20_000 }, () => {
    compare('07b');
  });

  it('11: ZooKeeper loses its leader, later its quorum', { timeout: 20_000 }, () => {
    compare('11');
  });
});
