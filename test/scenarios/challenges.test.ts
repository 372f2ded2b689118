import { describe, expect, it } from 'vitest';
import { GoalJudge, lineOf } from '../../src/app/goals.ts';
import { openScenario } from '../../src/app/open.ts';
import { HistoryDrive } from '../../src/app/story.ts';
import { programs } from '../../src/app/terminals.ts';
import type { ClusterAction } from '../../src/cluster/actions.ts';
import type { Condition } from '../../src/cluster/conditions.ts';
import { StepRun, type Step } from '../../src/cluster/steps.ts';
import type { ItemRecord } from '../../src/kernel/world.ts';
import { scenarios } from '../../src/scenarios/index.ts';

const kill = (process: string): ClusterAction => ({ type: 'signal', process, signal: 'SIGKILL' });
const start = (process: string): ClusterAction => ({ type: 'start', process });
const produce = (producer: string, value: string): ClusterAction => ({ type: 'produce', producer, records: [{ topic: 'test', value }] });
const step = (actions: readonly ClusterAction[], until: Condition, thenMs = 0): Step => ({ do: actions.map((action) => ({ action })), until, withinMs: 120_000, thenMs });
const isr = (topic: string, atLeast: number): Condition => ({ type: 'isrSize', topic, partition: 0, atLeast });
const nothing: Condition = { type: 'all', of: [] };

/** One way to meet each challenge, with what anybody can do in free play. */
const SOLUTIONS: Readonly<Record<string, readonly Step[]>> = {
  'L0.1': [step([kill('broker-2')], { type: 'leader', topic: 'orders', partition: 0, not: 2 }, 1_000)],
  'L2.3': [step([{ type: 'container', container: 'zookeeper2', verb: 'start' }], { type: 'ensembleServes', servers: 3 }, 1_000)],
  'L4.3': [
    step([{ type: 'heal' }, produce('P1', 'a')], { type: 'fact', fact: 'recordAcked' }, 3_000),
    // The followers get the second record at once, for they wait for it; the third is answered before they have asked again.
    step([produce('P1', 'b'), produce('P1', 'c')], { type: 'fact', fact: 'produceAnswered', where: { broker: 2, baseOffset: 9 } }),
    { do: [{ action: kill('broker-2') }], until: { type: 'leader', topic: 'test', partition: 0, is: 3 }, withinMs: 20_000, thenMs: 1_000 },
  ],
  'L4.8': [
    step([start('broker-1'), start('broker-2')], isr('test', 3)),
    step([{ type: 'cut', a: ['broker-3'], b: ['broker-1', 'broker-2'], oneWay: true, port: 9094 }], nothing, 800),
    step([produce('P1', 'v12')], { type: 'logEnd', topic: 'test', partition: 0, broker: 3, atLeast: 13 }, 50),
    step([kill('broker-3')], { type: 'leader', topic: 'test', partition: 0, not: 3 }),
    step([{ type: 'heal' }, produce('P2', 'v12′')], { type: 'logEnd', topic: 'test', partition: 0, broker: 1, atLeast: 13 }),
    step([start('broker-3')], isr('test', 3), 1_000),
  ],
  'L5.3': [
    step([{ type: 'heal' }], isr('orders', 3), 2_000),
    step([kill('broker-1')], { type: 'controller', not: 1, epochAtLeast: 3 }),
    step([start('broker-1')], { type: 'brokerState', broker: 1, state: 'RunningAsBroker' }, 1_000),
    step([kill('broker-2'), kill('broker-3')], { type: 'controller', epochAtLeast: 4 }),
    step([start('broker-2'), start('broker-3')], { type: 'all', of: [2, 3].map((broker) => ({ type: 'brokerState', broker, state: 'RunningAsBroker' })) }, 1_000),
  ],
  'L5.6': [
    step([start('broker-2')], { type: 'topicReady', topic: 'orders', partitions: 3 }, 1_000),
    step(['zookeeper1', 'zookeeper2'].map((container) => ({ type: 'container', container, verb: 'kill' })), nothing, 62_000),
    step([kill('broker-2')], { type: 'partitionLocked', topic: 'orders', partition: 0 }, 1_000),
    step([...['zookeeper1', 'zookeeper2'].map((container): ClusterAction => ({ type: 'container', container, verb: 'start' }))], { type: 'ensembleServes', servers: 2 }, 10_000),
    step([start('broker-2')], { type: 'topicReady', topic: 'orders', partitions: 3 }, 1_000),
  ],
};

describe.each(scenarios.map((scenario) => [scenario.code, scenario] as const))('the challenge of %s', (code, scenario) => {
  it('is owed when free play begins, and can be met', { timeout: 60_000 }, () => {
    const history = openScenario(scenario, scenario.cluster.seed);
    history.extend(programs);
    const branch = (): number => history.allBranches.findIndex(({ isCurrent }) => isCurrent);
    const judge = new GoalJudge(scenario.challenge);
    const drive: HistoryDrive = new HistoryDrive(history, (record: ItemRecord) => judge.see(branch(), record, record.facts.length > 0, () => drive.facts()));
    const carryOut = (one: Step): void => expect(new StepRun(one, drive).advance(Infinity), JSON.stringify(one.until)).toBe('reached');
    const began: { readonly item: number; readonly at: number }[] = [];
    for (const one of scenario.steps) {
      const before = one.rewindTo === undefined ? undefined : began[one.rewindTo]!;
      if (before) history.seekItem(before.item, before.at);
      began.push({ item: history.item, at: history.now });
      carryOut(one);
    }
    const end = history.item;
    const states = (): readonly string[] => judge.judge(lineOf(history.allBranches, branch()), history.item === end ? undefined : end).map(({ state }) => state);
    expect(states()).toEqual(scenario.challenge.map(({ mode }) => (mode === 'always' ? 'kept' : 'owed')));
    for (const one of SOLUTIONS[code]!) carryOut(one);
    expect(states()).toEqual(scenario.challenge.map(() => 'kept'));
  });
});
