/** A story told on a real cluster, step by step, with what the page sees at the playhead. */
import { openScenario } from '../../../src/app/open.ts';
import { HistoryDrive, type ClusterHistory } from '../../../src/app/story.ts';
import { newestNoted } from '../../../src/app/frames/noted.ts';
import type { Seen } from '../../../src/app/frames/stage.ts';
import { factsOf } from '../../../src/cluster/observer.ts';
import { StepRun } from '../../../src/cluster/steps.ts';
import type { Scenario } from '../../../src/scenarios/scenario.ts';

export function seenAt(history: ClusterHistory): Seen {
  return { world: history.world, observed: history.observed, facts: factsOf(history.world, history.observed), now: history.now };
}

export class Told {
  readonly history: ClusterHistory;

  constructor(readonly scenario: Scenario) {
    this.history = openScenario(scenario, scenario.cluster.seed);
  }

  get seen(): Seen {
    return seenAt(this.history);
  }

  /** Carries a step of the story out, whole. Throws if it does not come about. */
  step(index: number): void {
    const step = this.scenario.steps[index]!;
    const outcome = new StepRun(step, new HistoryDrive(this.history)).advance(Infinity);
    if (outcome !== 'reached') throw new Error(`${this.scenario.id}: step ${index} never came about`);
  }

  /** To right after the newest noted fact of a type up to the playhead; undefined: there is none. */
  toAfter(type: string, where: Readonly<Record<string, unknown>> = {}): void {
    const noted = newestNoted(this.history, [type], ({ fact }) => Object.entries(where).every(([key, value]) => (fact as unknown as Record<string, unknown>)[key] === value));
    if (!noted) throw new Error(`nobody noted ${type}`);
    this.history.seekItem(noted.item + 1);
  }
}
