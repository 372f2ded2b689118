/**
 * A story's goals, judged over the attempt: the line of branches that leads here, from the first thing the learner did on it. What
 * was broken stays broken however far one looks back; only another attempt, from before, begins anew.
 */
import type { ItemId } from '../kernel/agenda.ts';
import type { BranchId, BranchView } from '../kernel/history.ts';
import type { Micros } from '../kernel/program.ts';
import { holds } from '../cluster/conditions.ts';
import type { ClusterFacts } from '../cluster/observe.ts';
import type { Goal } from '../scenarios/scenario.ts';

interface Look {
  readonly item: ItemId;
  readonly at: Micros;
  /** Which goals' conditions held. */
  readonly held: readonly boolean[];
}

export interface Judgement {
  readonly state: 'kept' | 'owed' | 'broken';
  /** When it was reached or broken. */
  readonly at?: Micros;
}

const NOTHING_NOTED = { noted: () => false, logged: () => false, ended: () => undefined };

/** From a branch to its oldest ancestor: each with the first item that is no longer its. */
export function lineOf(branches: readonly BranchView[], from: BranchId): readonly { readonly branch: BranchId; readonly end: ItemId }[] {
  const line: { branch: BranchId; end: ItemId }[] = [];
  let end = Infinity;
  for (let at: BranchId | null = from; at !== null; ) {
    const view: BranchView = branches[at]!;
    line.push({ branch: at, end });
    end = Math.min(end, view.forkedAtItem + 1);
    at = view.parent;
  }
  return line;
}

export class GoalJudge {
  /** Looks at which something else held than at the one before, by branch. */
  private readonly looks = new Map<BranchId, Look[]>();
  private readonly seenUntil = new Map<BranchId, ItemId>();

  constructor(private readonly goals: readonly Goal[]) {}

  /** The cluster after an item; what was looked at before is not looked at again. */
  see(branch: BranchId, item: ItemId, at: Micros, facts: () => ClusterFacts): void {
    if (this.goals.length === 0 || item <= (this.seenUntil.get(branch) ?? -1)) return;
    this.seenUntil.set(branch, item);
    const known = facts();
    const held = this.goals.map((goal) => holds(goal.condition, known, NOTHING_NOTED));
    const looks = this.looks.get(branch) ?? [];
    const last = looks.at(-1);
    if (last && last.held.every((one, index) => one === held[index])) return;
    this.looks.set(branch, [...looks, { item, at, held }]);
  }

  /** `began`: the attempt's first act; undefined: nothing was done yet. */
  judge(line: readonly { readonly branch: BranchId; readonly end: ItemId }[], began: ItemId | undefined): readonly Judgement[] {
    const looks = [...line].reverse().flatMap(({ branch, end }) => (this.looks.get(branch) ?? []).filter((look) => look.item < end));
    const before = looks.findLast((look) => began === undefined || look.item < began);
    const during = began === undefined ? [] : looks.filter((look) => look.item >= began);
    return this.goals.map(({ mode }, index): Judgement => {
      if (mode === 'always') {
        const broken = during.find((look) => look.held[index] === false);
        return broken ? { state: 'broken', at: broken.at } : { state: 'kept' };
      }
      // Reached by coming about: what held from the beginning has to be given up first.
      let isOpen = before?.held[index] !== true;
      for (const look of during) {
        if (look.held[index] !== true) isOpen = true;
        else if (isOpen) return { state: 'kept', at: look.at };
      }
      return { state: 'owed' };
    });
  }
}
