/**
 * A step: something is done, then the cluster runs until a condition holds. Steps bring clusters up and tell stories; they can
 * only do what a person can do.
 */
import type { Micros } from '../kernel/program.ts';
import type { ItemRecord, World } from '../kernel/world.ts';
import type { ClusterAction } from './actions.ts';
import { holds, type Condition } from './conditions.ts';
import type { ClusterFacts } from './observe.ts';
import { Waiting } from './waiting.ts';

/** Something that is done, after a pause of simulated time if it has one. */
export interface Deed {
  readonly action: ClusterAction;
  readonly afterMs?: number;
}

export interface Step {
  readonly do: readonly Deed[];
  readonly until: Condition;
  /** Simulated time within which it must come about. */
  readonly withinMs: number;
  /** Runs on for so long after the condition came true, to show what follows. */
  readonly thenMs?: number;
}

/** What carries a step out: a world that can be acted on and run. */
export interface Drive {
  readonly now: Micros;
  readonly world: World;
  facts(): ClusterFacts;
  act(action: ClusterAction): void;
  /** Runs to a moment, at most so many items; `each` may stop it right after an item. True: it got there or was stopped. */
  runTo(at: Micros, maxItems: number, each: (record: ItemRecord) => boolean): boolean;
}

export type StepOutcome = 'running' | 'reached' | 'late';

/** How often a condition is looked at while items note nothing. */
const QUIET_ITEMS = 32;

/** One step being carried out. */
export class StepRun {
  private readonly waiting: Waiting;
  private readonly startedAt: Micros;
  private nextDeed = 0;
  private nextDeedAt: Micros;
  private waitingSince: Micros;
  private reachedAt: Micros | null = null;

  constructor(
    private readonly step: Step,
    private readonly drive: Drive,
  ) {
    this.waiting = new Waiting(drive.world.items, () => drive.world);
    this.startedAt = drive.now;
    this.waitingSince = drive.now;
    this.nextDeedAt = drive.now + (step.do[0]?.afterMs ?? 0) * 1_000;
  }

  /** The time at which the step began. */
  get began(): Micros {
    return this.startedAt;
  }

  /** Runs at most to a moment and at most so many items. */
  advance(until: Micros, maxItems = Infinity): StepOutcome {
    const { drive, step } = this;
    let left = maxItems;
    for (;;) {
      while (this.nextDeed < step.do.length && this.nextDeedAt <= drive.now) {
        drive.act(step.do[this.nextDeed]!.action);
        this.nextDeed++;
        this.nextDeedAt = drive.now + (step.do[this.nextDeed]?.afterMs ?? 0) * 1_000;
        this.waitingSince = drive.now;
      }
      const isWaiting = this.nextDeed >= step.do.length;
      if (isWaiting && this.reachedAt === null) {
        if (this.isMet()) this.reachedAt = drive.now;
        else if (drive.now >= this.waitingSince + step.withinMs * 1_000) return 'late';
      }
      const end = this.reachedAt === null ? null : this.reachedAt + (step.thenMs ?? 0) * 1_000;
      if (end !== null && drive.now >= end) return 'reached';
      const target = !isWaiting ? this.nextDeedAt : (end ?? this.waitingSince + step.withinMs * 1_000);
      if (drive.now >= until || left <= 0) return 'running';
      let quiet = 0;
      const arrived = drive.runTo(Math.min(target, until), left, (record) => {
        left--;
        this.waiting.see(record.facts);
        if (!isWaiting || this.reachedAt !== null) return false;
        if (record.facts.length === 0 && ++quiet % QUIET_ITEMS !== 0) return false;
        return this.isMet();
      });
      if (!arrived) return 'running';
    }
  }

  private isMet(): boolean {
    return holds(this.step.until, this.drive.facts(), this.waiting);
  }
}
