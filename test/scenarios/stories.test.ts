import { describe, expect, it } from 'vitest';
import { openScenario } from '../../src/app/open.ts';
import { HistoryDrive } from '../../src/app/story.ts';
import { programs } from '../../src/app/terminals.ts';
import { factsOf } from '../../src/cluster/observer.ts';
import { StepRun } from '../../src/cluster/steps.ts';
import { scenarios } from '../../src/scenarios/index.ts';

describe.each(scenarios.map((scenario) => [scenario.code, scenario] as const))('%s', (_, scenario) => {
  it('comes about step by step, and is decided by the step that says so', { timeout: 60_000 }, () => {
    const history = openScenario(scenario, scenario.cluster.seed);
    history.extend(programs);
    const began: { readonly item: number; readonly at: number }[] = [];
    for (const step of scenario.steps) {
      const before = step.rewindTo === undefined ? undefined : began[step.rewindTo]!;
      if (before) history.seekItem(before.item, before.at);
      began.push({ item: history.item, at: history.now });
      expect(new StepRun(step, new HistoryDrive(history)).advance(Infinity), step.button.en).toBe('reached');
    }
    // What a story goes back to undo is undone.
    if (scenario.steps.some(({ rewindTo }) => rewindTo !== undefined)) expect(factsOf(history.world, history.observed).ledger.ackedLost).toBe(0);
    expect(scenario.decidedAfter).toBeLessThanOrEqual(scenario.steps.length);
    expect(scenario.options.filter(({ isRight }) => isRight)).toHaveLength(1);
  });
});
