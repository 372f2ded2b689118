/** A cluster that runs without a history: for bringing one up, for traces, for fuzzing, for tests. */
import { nextDue, type ItemRecord, type Kernel, type World } from '../kernel/world.ts';
import type { Micros } from '../kernel/program.ts';
import { expand, type ClusterAction } from './actions.ts';
import type { ClusterFacts } from './observe.ts';
import { factsOf, fold, initialObserved, type Observed } from './observer.ts';
import { kernel } from './programs.ts';
import { StepRun, type Drive, type Step } from './steps.ts';

export class RunningCluster implements Drive {
  private looking: Micros;

  constructor(
    public world: World,
    public observed: Observed = initialObserved,
    /** Told of every item. */
    private readonly each: (record: ItemRecord) => void = () => undefined,
    /** Another table of programs: machines that are wrong on purpose. */
    private readonly by: Kernel = kernel,
  ) {
    this.looking = world.now;
  }

  get now(): Micros {
    return this.looking;
  }

  facts(): ClusterFacts {
    return factsOf(this.world, this.observed);
  }

  act(action: ClusterAction): void {
    for (const operation of expand({ ...this.world, now: this.looking }, action)) {
      this.see(this.by.perform({ ...this.world, now: this.looking }, operation));
    }
  }

  runTo(at: Micros, maxItems = Infinity, each?: (record: ItemRecord) => boolean): boolean {
    for (let handled = 0; ; handled++) {
      const due = nextDue(this.world);
      if (due === undefined || due > at) break;
      if (handled >= maxItems) return false;
      const ticked = this.by.tick(this.world)!;
      this.looking = Math.max(this.looking, ticked.world.now);
      this.see(ticked);
      if (each?.(ticked.record) === true) return true;
    }
    this.looking = Math.max(this.looking, at);
    return true;
  }

  runFor(ms: number): void {
    this.runTo(this.looking + ms * 1_000);
  }

  /** Carries a step out; throws if its condition does not come about in time. */
  perform(step: Step): void {
    const outcome = new StepRun(step, this).advance(Infinity);
    if (outcome !== 'reached') throw new Error(`it never came about: ${JSON.stringify(step.until)}`);
  }

  private see(ticked: { readonly world: World; readonly record: ItemRecord }): void {
    this.world = ticked.world;
    this.observed = fold(this.observed, ticked.record, ticked.world);
    this.each(ticked.record);
  }
}
