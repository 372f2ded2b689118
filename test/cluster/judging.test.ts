import { describe, expect, it } from 'vitest';
import { expand } from '../../src/cluster/actions.ts';
import { build, type ClusterDescription } from '../../src/cluster/description.ts';
import { checks } from '../../src/cluster/invariants.ts';
import { Judging, type Standings } from '../../src/cluster/judging.ts';
import { fold, initialObserved, keeps } from '../../src/cluster/observer.ts';
import { programs } from '../../src/cluster/programs.ts';
import { HistoryDrive, type ClusterHistory } from '../../src/app/story.ts';
import { StepRun, type Step } from '../../src/cluster/steps.ts';
import { brokerProgram } from '../../src/kafka/broker/broker.ts';
import { isLeader, type Partition } from '../../src/kafka/broker/partition.ts';
import { setPartition, type Broker, type Draft } from '../../src/kafka/broker/state.ts';
import { History } from '../../src/kernel/history.ts';
import { createKernel, program } from '../../src/kernel/world.ts';
import { words } from '../../src/views/promises/invariants-text.ts';
import { loseAnAcknowledgedRecord } from '../../src/scenarios/lose-an-acknowledged-record.ts';
import { pullThePlug } from '../../src/scenarios/pull-the-plug.ts';

function historyOf(cluster: ClusterDescription, boot: readonly Step[], table: typeof programs = programs): ClusterHistory {
  const history: ClusterHistory = new History({ kernel: createKernel(table), world: build(cluster), observer: { initial: initialObserved, fold, keeps }, expand });
  for (const step of boot) perform(history, step);
  return history;
}

function perform(history: ClusterHistory, step: Step): void {
  expect(new StepRun(step, new HistoryDrive(history)).advance(Infinity)).toBe('reached');
}

function judged(judging: Judging, history: ClusterHistory): Standings {
  while (judging.step());
  return judging.standings(history.now);
}

const found = ({ of }: Standings): Standings['of'] => Object.fromEntries(Object.entries(of).filter(([, standing]) => Object.keys(standing).length > 0));
const kill = (process: string) => ({ type: 'signal', process, signal: 'SIGKILL' }) as const;

it('every invariant has a sentence, and every sentence its invariant', () => {
  expect(checks.map(({ check }) => check).sort()).toEqual(Object.keys(words.sentences).sort());
  expect(checks.filter(({ part }) => part === 'zookeeper')).toHaveLength(22);
});

describe('a history in which nothing was wrong', () => {
  const history = historyOf(pullThePlug.cluster, pullThePlug.boot);
  const booted = history.now;
  history.act(kill('broker-1'));
  history.runTo(booted + 10_000_000);
  const judging = new Judging(history);

  it('is judged step by step, and only as far as it was', () => {
    expect(judging.standings(history.now)).toMatchObject({ began: {}, of: {} });
    for (let steps = 0; steps < 2_000; steps++) expect(judging.step()).toBe(true);
    const { until, began } = judging.standings(history.now);
    expect(until).toBeGreaterThan(history.beginMicros);
    expect(until).toBeLessThan(history.now);
    expect(began.zookeeper).toBeLessThanOrEqual(until);
  });

  it('has kept everything, through the death of a broker', () => {
    const standings = judged(judging, history);
    expect(found(standings)).toEqual({});
    expect(standings.until).toBe(history.now);
    expect(standings.began.zookeeper!).toBeLessThan(standings.began.kafka!);
  });

  it('shows at an earlier moment what was there to be seen', () => {
    expect(judging.standings(history.beginMicros).began).not.toHaveProperty('kafka');
    history.seek(booted);
    expect(judged(judging, history)).toMatchObject({ until: history.now, began: { zookeeper: expect.any(Number) as number, kafka: expect.any(Number) as number } });
  });

  it('is not judged twice where another branch shares it', () => {
    const { item } = history;
    history.act(kill('broker-2'));
    let steps = 0;
    while (judging.step()) steps++;
    expect(history.item).toBeGreaterThan(item);
    expect(steps).toBeLessThan(2_000);
    history.runTo(booted + 8_000_000);
    expect(found(judged(judging, history))).toEqual({});
    history.switchTo(0);
    expect(judging.step()).toBe(false);
  });
});

it('a lost record that acks=1 did not promise is called X1, at the step at which its new leader took office', () => {
  const { cluster, boot, steps } = loseAnAcknowledgedRecord;
  const history = historyOf(cluster, [...boot, ...steps]);
  const judging = new Judging(history);
  const standings = judged(judging, history);
  expect(found(standings)).toEqual({ 'I11 acknowledgedSurvives': { excused: { exception: 'X1', at: expect.any(Number) as number } } });
  const { at } = standings.of['I11 acknowledgedSurvives']!.excused!;
  const records = history.records(history.firstItemAfter(at - 1), history.firstItemAfter(at));
  expect(records.flatMap(({ facts }) => facts)).toContainEqual(expect.objectContaining({ type: 'becameLeader', topic: 'test', leaderEpoch: 1 }));
  expect(found(judging.standings(at - 1))).toEqual({});
});

it('what a look finds is named at the very step at which it broke', () => {
  const brokenFrom = 15_000_000;
  /** From some moment on it takes a high watermark that nobody has reached. */
  const ahead = (state: Broker): Broker => {
    const draft: Draft = { ...state };
    for (const [place, partition] of state.partitions.entries()) if (isLeader(partition)) setPartition(draft, place, { ...partition, highWatermark: partition.log.logEndOffset + 1 } satisfies Partition);
    return draft;
  };
  const wrong = { ...programs, 'kafka-broker': program({ ...brokerProgram, handle: (state: Broker, event, env) => (env.now < brokenFrom || state.brokerId !== 1 ? brokerProgram.handle(state, event, env) : ahead(brokerProgram.handle(state, event, env))) } satisfies typeof brokerProgram) };
  const history = historyOf(pullThePlug.cluster, pullThePlug.boot, wrong);
  expect(history.now).toBeLessThan(brokenFrom);
  history.runTo(brokenFrom + 1_000_000);
  const broker = history.world.processes.findIndex(({ name }) => name === 'broker-1');
  const first = history.records(history.firstItemAfter(brokenFrom - 1), history.item).find(({ process }) => process === broker)!;
  const judging = new Judging(history);
  expect(judged(judging, history).of['I7 highWatermarkBelowTheIsr']).toEqual({ brokenAt: first.at });
  history.seek(first.at - 1);
  expect(judging.standings(history.now).of['I7 highWatermarkBelowTheIsr']).toEqual({});
});
