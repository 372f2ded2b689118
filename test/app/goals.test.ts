import { describe, expect, it } from 'vitest';
import { GoalJudge, lineOf } from '../../src/app/goals.ts';
import type { ClusterFacts } from '../../src/cluster/observe.ts';
import type { BranchView } from '../../src/kernel/history.ts';
import type { Goal } from '../../src/scenarios/scenario.ts';

const text = { en: '', 'zh-CN': '' };
const nothingLost: Goal = { text, condition: { type: 'ledger', count: 'ackedLost', atMost: 0 }, mode: 'always' };
const fiveAcked: Goal = { text, condition: { type: 'ledger', count: 'acked', atLeast: 5 }, mode: 'once' };
const facts = (ackedLost: number, acked = 0) => (): ClusterFacts => ({ ledger: { sent: acked, acked, failed: 0, waiting: 0, ackedLost } }) as ClusterFacts;

const main: BranchView = { id: 0, parent: null, forkedAtItem: 0, forkedAtMicros: 0, computedUntil: 1, isCurrent: false };
const fork: BranchView = { id: 1, parent: 0, forkedAtItem: 10, forkedAtMicros: 0, computedUntil: 1, isCurrent: true };

describe('a goal that must hold always', () => {
  it('is broken by the first moment at which it does not hold, and stays so when all is well again', () => {
    const judge = new GoalJudge([nothingLost]);
    judge.see(0, 10, 10, facts(0));
    judge.see(0, 20, 20, facts(1));
    judge.see(0, 30, 30, facts(0));
    expect(judge.judge(lineOf([main], 0), 5)).toEqual([{ state: 'broken', at: 20 }]);
  });
  it('does not count what was before the attempt', () => {
    const judge = new GoalJudge([nothingLost]);
    judge.see(0, 10, 10, facts(1));
    judge.see(0, 20, 20, facts(0));
    expect(judge.judge(lineOf([main], 0), undefined)).toEqual([{ state: 'kept' }]);
    expect(judge.judge(lineOf([main], 0), 20)).toEqual([{ state: 'kept' }]);
  });
  it('begins anew on a branch that parts before it was broken, and not on one that parts after', () => {
    const judge = new GoalJudge([nothingLost]);
    judge.see(0, 8, 8, facts(0));
    judge.see(0, 20, 20, facts(1));
    judge.see(1, 12, 12, facts(0));
    expect(judge.judge(lineOf([main, fork], 1), 5)).toEqual([{ state: 'kept' }]);
    expect(judge.judge(lineOf([main, { ...fork, forkedAtItem: 25 }], 1), 5)).toEqual([{ state: 'broken', at: 20 }]);
    expect(judge.judge(lineOf([main, fork], 0), 5)).toEqual([{ state: 'broken', at: 20 }]);
  });
});

describe('a goal that must hold once', () => {
  it('is owed until it comes about, and is kept from then on', () => {
    const judge = new GoalJudge([fiveAcked]);
    judge.see(0, 10, 10, facts(0, 2));
    expect(judge.judge(lineOf([main], 0), 5)).toEqual([{ state: 'owed' }]);
    judge.see(0, 20, 20, facts(0, 7));
    judge.see(0, 30, 30, facts(0, 1));
    expect(judge.judge(lineOf([main], 0), 5)).toEqual([{ state: 'kept', at: 20 }]);
  });
  it('is not reached by what held before the learner did anything', () => {
    const judge = new GoalJudge([fiveAcked]);
    judge.see(0, 1, 1, facts(0, 7));
    judge.see(0, 10, 10, facts(0, 7));
    expect(judge.judge(lineOf([main], 0), 5)).toEqual([{ state: 'owed' }]);
    judge.see(0, 20, 20, facts(0, 0));
    judge.see(0, 30, 30, facts(0, 7));
    expect(judge.judge(lineOf([main], 0), 5)).toEqual([{ state: 'kept', at: 30 }]);
  });
});
