/** Brings a scenario's cluster up, with everything that happened on the way in its history. */
import type { ClusterAction } from '../cluster/actions.ts';
import { expand } from '../cluster/actions.ts';
import { build } from '../cluster/description.ts';
import type { ClusterFacts } from '../cluster/observe.ts';
import { fold, initialObserved, keeps, type Observed } from '../cluster/observer.ts';
import { kernel } from '../cluster/programs.ts';
import { factsOf } from '../cluster/running.ts';
import { StepRun, type Drive } from '../cluster/steps.ts';
import { History } from '../kernel/history.ts';
import type { ItemRecord, World } from '../kernel/world.ts';
import type { Scenario } from '../scenarios/scenario.ts';
import type { DocumentFrame } from '../views/guide/document-frame.ts';
import type { Lab } from './lab.svelte.ts';

export type ClusterHistory = History<ClusterAction, Observed>;

/** Programs that can run in a history, and what acts mean to them. */
export type Programs = Parameters<ClusterHistory['extend']>[0];

/** A document in place of a story's steps. */
export interface StoryGuide {
  frame(): DocumentFrame;
  caption(): { readonly headline: string; readonly subline: string };
  /** Runs the command that comes next, or one. */
  next(): void;
  run(command: string): void;
  open(chapter: string, isOpen: boolean): void;
  /** Runs what comes before a chapter. */
  jump(chapter: string): void;
  point(things: readonly string[]): void;
}

/** A scenario, what it begins with instead of a world built of its cluster, and what tells it instead of steps. */
export interface Story extends Scenario {
  /** What its steps type at terminals needs. */
  readonly programs?: Programs;
  readonly beginning?: { readonly programs: Programs; world(seed: number): World };
  readonly guide?: (lab: Lab) => StoryGuide;
}

/** A history as something that steps can drive. */
export class HistoryDrive implements Drive {
  constructor(
    readonly history: ClusterHistory,
    private readonly each: (record: ItemRecord) => void = () => undefined,
  ) {}

  get now(): number {
    return this.history.now;
  }

  get world(): World {
    return this.history.world;
  }

  facts(): ClusterFacts {
    return factsOf(this.history.world, this.history.observed);
  }

  act(action: ClusterAction): void {
    this.history.act(action);
  }

  runTo(at: number, maxItems: number, each: (record: ItemRecord) => boolean): boolean {
    return this.history.runTo(at, maxItems, (record) => {
      this.each(record);
      return each(record);
    });
  }
}

export function newHistory(world: World, programs: Programs = { kernel, expand }): ClusterHistory {
  return new History<ClusterAction, Observed>({ ...programs, world, observer: { initial: initialObserved, fold, keeps } });
}

/** Stories open at a round moment: where the scenario says, or later if its boot took longer. */
const ROUND = 5_000_000;

/** Opening frames by what they came out of. A history is a value: stories with the same cluster, seed and boot begin with the same one. */
const opened = new Map<string, ClusterHistory>();
const KEPT = 8;

/** The opening frame with all that led to it, booted once. Throws if the cluster did not come up as the scenario expects. */
export function openScenario(scenario: Story, seed: number): ClusterHistory {
  const { id, beginning, cluster, boot, openAtMs, leadInMs } = scenario;
  const key = JSON.stringify([beginning ? id : null, { ...cluster, seed }, boot, openAtMs, leadInMs]);
  const checkpoint = opened.get(key) ?? bootScenario(scenario, seed);
  opened.delete(key);
  opened.set(key, checkpoint);
  if (opened.size > KEPT) opened.delete(opened.keys().next().value!);
  return checkpoint.copy();
}

function bootScenario(scenario: Story, seed: number): ClusterHistory {
  const { beginning, cluster } = scenario;
  const history = beginning ? newHistory(beginning.world(seed), beginning.programs) : newHistory(build({ ...cluster, seed }));
  const drive = new HistoryDrive(history);
  for (const step of scenario.boot) {
    const outcome = new StepRun(step, drive).advance(Infinity);
    if (outcome !== 'reached') throw new Error(`${scenario.id}: it never came about: ${JSON.stringify(step.until)}`);
  }
  const earliest = history.now + scenario.leadInMs * 1_000;
  const planned = scenario.openAtMs * 1_000;
  history.runTo(planned >= earliest ? planned : Math.ceil(earliest / ROUND) * ROUND);
  return history;
}
