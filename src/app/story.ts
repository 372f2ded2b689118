/**
 * A story on the page, and the history it is told on. Nothing here runs a world: what does is fetched behind the first picture.
 */
import type { ClusterAction } from '../cluster/actions.ts';
import type { ClusterFacts } from '../cluster/observe.ts';
import { factsOf, fold, initialObserved, keeps, type Observed } from '../cluster/observer.ts';
import type { Drive } from '../cluster/steps.ts';
import { History, type SavedHistory } from '../kernel/history.ts';
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

const observer = { initial: initialObserved, fold, keeps };

export function newHistory(world: World, programs: Programs): ClusterHistory {
  return new History<ClusterAction, Observed>({ ...programs, world, observer });
}

export type SavedOpening = SavedHistory<ClusterAction, Observed>;

/** A history that was saved; it can be looked at, and moves as soon as it has its programs. */
export function restored(saved: SavedOpening): ClusterHistory {
  return History.restore<ClusterAction, Observed>(saved, observer);
}

/** What brings worlds up and runs them. */
export interface Simulation {
  readonly programs: Programs;
  openScenario(scenario: Story, seed: number): ClusterHistory;
}
