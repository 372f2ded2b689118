import { describe, expect, it } from 'vitest';
import { GoalJudge, lineOf } from '../../src/app/goals.ts';
import type { ClusterFacts } from '../../src/cluster/observe.ts';
import type { BranchView } from '../../src/kernel/history.ts';
import type { Fact } from '../../src/kernel/program.ts';
import type { ItemRecord } from '../../src/kernel/world.ts';
import type { Goal } from '../../src/scenarios/scenario.ts';

const text = { en: '', 'zh-CN': '' };
const nothingLost: Goal = { text, condition: { type: 'ledger', count: 'ackedLost', atMost: 0 }, mode: 'always' };
const fiveAcked: Goal = { text, condition: { type: 'ledger', count: 'acked', atLeast: 5 }, mode: 'once' };
const facts = (ackedLost: number, acked = 0) => (): ClusterFacts => ({ ledger: { sent: acked, acked, failed: 0, waiting: 0, waitedMs: 0, ackedLost } }) as ClusterFacts;

const record = (id: number, at: number, facts: readonly Fact[] = []): Pick<ItemRecord, 'id' | 'at' | 'facts'> => ({ id, at, facts });

const main: BranchView = { id: 0, parent: null, forkedAtItem: 0, forkedAtMicros: 0, computedUntil: 1, isCurrent: false };
const fork: BranchView = { id: 1, parent: 0, forkedAtItem: 10, forkedAtMicros: 0, computedUntil: 1, isCurrent: true };

describe('a goal that must hold always', () => {
  it('is broken by the first moment at which it does not hold, and stays so when all is well again', () => {
    const judge = new GoalJudge([nothingLost]);
    judge.see(0, record(10, 10), true, facts(0));
    judge.see(0, record(20, 20), true, facts(1));
    judge.see(0, record(30, 30), true, facts(0));
    expect(judge.judge(lineOf([main], 0), 5)).toEqual([{ state: 'broken', at: 20 }]);
  });
  it('does not count what was before the attempt', () => {
    const judge = new GoalJudge([nothingLost]);
    judge.see(0, record(10, 10), true, facts(1));
    judge.see(0, record(20, 20), true, facts(0));
    expect(judge.judge(lineOf([main], 0), undefined)).toEqual([{ state: 'kept' }]);
    expect(judge.judge(lineOf([main], 0), 20)).toEqual([{ state: 'kept' }]);
  });
  it('begins anew on a branch that parts before it was broken, and not on one that parts after', () => {
    const judge = new GoalJudge([nothingLost]);
    judge.see(0, record(8, 8), true, facts(0));
    judge.see(0, record(20, 20), true, facts(1));
    judge.see(1, record(12, 12), true, facts(0));
    expect(judge.judge(lineOf([main, fork], 1), 5)).toEqual([{ state: 'kept' }]);
    expect(judge.judge(lineOf([main, { ...fork, forkedAtItem: 25 }], 1), 5)).toEqual([{ state: 'broken', at: 20 }]);
    expect(judge.judge(lineOf([main, fork], 0), 5)).toEqual([{ state: 'broken', at: 20 }]);
  });
});

describe('a goal that must hold once', () => {
  it('is owed until it comes about, and is kept from then on', () => {
    const judge = new GoalJudge([fiveAcked]);
    judge.see(0, record(10, 10), true, facts(0, 2));
    expect(judge.judge(lineOf([main], 0), 5)).toEqual([{ state: 'owed' }]);
    judge.see(0, record(20, 20), true, facts(0, 7));
    judge.see(0, record(30, 30), true, facts(0, 1));
    expect(judge.judge(lineOf([main], 0), 5)).toEqual([{ state: 'kept', at: 20 }]);
  });
  it('is not reached by what held before the learner did anything', () => {
    const judge = new GoalJudge([fiveAcked]);
    judge.see(0, record(1, 1), true, facts(0, 7));
    judge.see(0, record(10, 10), true, facts(0, 7));
    expect(judge.judge(lineOf([main], 0), 5)).toEqual([{ state: 'owed' }]);
    judge.see(0, record(20, 20), true, facts(0, 0));
    judge.see(0, record(30, 30), true, facts(0, 7));
    expect(judge.judge(lineOf([main], 0), 5)).toEqual([{ state: 'kept', at: 30 }]);
  });
});

describe('a goal that waits for a fact', () => {
  it('is reached by the item that notes it, and stays reached', () => {
    const judge = new GoalJudge([{ text, condition: { type: 'fact', fact: 'logTruncated', where: { partition: 0 } }, mode: 'once' }]);
    const truncated = (partition: number): Fact => ({ type: 'logTruncated', partition }) as Fact;
    judge.see(0, record(10, 10, [truncated(1)]), true, facts(0));
    expect(judge.judge(lineOf([main], 0), 5)).toEqual([{ state: 'owed' }]);
    judge.see(0, record(20, 20, [truncated(0)]), true, facts(0));
    judge.see(0, record(30, 30), true, facts(0));
    expect(judge.judge(lineOf([main], 0), 5)).toEqual([{ state: 'kept', at: 20 }]);
  });
});

describe('a goal that must hold for a time', () => {
  const quiet: Goal = { text, condition: { type: 'ledger', count: 'acked', atMost: 4 }, mode: 'once', forMs: 1_000 };
  const look = (judge: GoalJudge, id: number, acked: number): void => judge.see(0, record(id, id * 1_000), true, facts(0, acked));

  it('is reached when it has held so long, not before', () => {
    const judge = new GoalJudge([quiet]);
    look(judge, 10, 0);
    look(judge, 900, 0);
    expect(judge.judge(lineOf([main], 0), 5)).toEqual([{ state: 'owed' }]);
    look(judge, 1_020, 0);
    expect(judge.judge(lineOf([main], 0), 5)).toEqual([{ state: 'kept', at: 1_010_000 }]);
    look(judge, 1_030, 9);
    expect(judge.judge(lineOf([main], 0), 5)).toEqual([{ state: 'kept', at: 1_010_000 }]);
  });
  it('begins anew after a break', () => {
    const judge = new GoalJudge([quiet]);
    look(judge, 10, 0);
    look(judge, 800, 9);
    look(judge, 810, 0);
    look(judge, 1_500, 0);
    expect(judge.judge(lineOf([main], 0), 5)).toEqual([{ state: 'owed' }]);
    look(judge, 1_811, 0);
    expect(judge.judge(lineOf([main], 0), 5)).toEqual([{ state: 'kept', at: 1_810_000 }]);
  });
  it('is looked at between milestones too, but not at every item', () => {
    const judge = new GoalJudge([quiet]);
    let looks = 0;
    for (let id = 0; id < 3_000; id++) {
      judge.see(0, record(id, id * 1_000), false, () => {
        looks++;
        return facts(0, 0)();
      });
    }
    expect(looks).toBe(6);
    expect(judge.judge(lineOf([main], 0), 0)).toEqual([{ state: 'kept', at: 1_000_000 }]);
  });
});

describe('a goal after another', () => {
  it('counts only from when the other was reached', () => {
    const judge = new GoalJudge([fiveAcked, { ...nothingLost, mode: 'once', after: 0 }]);
    judge.see(0, record(10, 10), true, facts(0, 0));
    expect(judge.judge(lineOf([main], 0), 5)).toEqual([{ state: 'owed' }, { state: 'owed' }]);
    judge.see(0, record(20, 20), true, facts(1, 5));
    expect(judge.judge(lineOf([main], 0), 5)).toEqual([{ state: 'kept', at: 20 }, { state: 'owed' }]);
    judge.see(0, record(30, 30), true, facts(0, 6));
    expect(judge.judge(lineOf([main], 0), 5)).toEqual([{ state: 'kept', at: 20 }, { state: 'kept', at: 30 }]);
  });
});
