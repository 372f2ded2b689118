/**
 * A story's goals, judged over the attempt: the line of branches that leads here, from the first thing the learner did on it. What
 * was broken stays broken however far one looks back; only another attempt, from before, begins anew.
 */
import type { ItemId } from '../kernel/agenda.ts';
import type { BranchId, BranchView } from '../kernel/history.ts';
import type { Micros } from '../kernel/program.ts';
import type { ItemRecord } from '../kernel/world.ts';
import { holds, type Since } from '../cluster/conditions.ts';
import type { ClusterFacts } from '../cluster/observe.ts';
import { isNoted } from '../cluster/waiting.ts';
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

/** Conditions that no milestone announces are looked at this often. */
const LOOKS_EVERY: Micros = 500_000;

/** What one item noted. */
function at(record: Pick<ItemRecord, 'facts'>): Since {
  return {
    noted: (type, where) => isNoted(record.facts, type, where),
    logged: () => false,
    ended: () => undefined,
  };
}

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

interface Reached extends Judgement {
  readonly item?: ItemId;
}

export class GoalJudge {
  /** Looks at which something else held than at the one before, by branch. */
  private readonly looks = new Map<BranchId, Look[]>();
  private readonly seenUntil = new Map<BranchId, { readonly item: ItemId; readonly at: Micros }>();

  constructor(private readonly goals: readonly Goal[]) {}

  /** The cluster after an item, at every milestone and now and then; what was looked at before is not looked at again. */
  see(branch: BranchId, record: Pick<ItemRecord, 'id' | 'at' | 'facts'>, isMilestone: boolean, facts: () => ClusterFacts): void {
    const seen = this.seenUntil.get(branch);
    if (this.goals.length === 0 || (seen && record.id <= seen.item) || (seen && !isMilestone && record.at < seen.at + LOOKS_EVERY)) return;
    this.seenUntil.set(branch, { item: record.id, at: record.at });
    const known = facts();
    const since = at(record);
    const held = this.goals.map((goal) => holds(goal.condition, known, since));
    const looks = this.looks.get(branch) ?? [];
    const last = looks.at(-1);
    if (last && last.held.every((one, index) => one === held[index])) return;
    this.looks.set(branch, [...looks, { item: record.id, at: record.at, held }]);
  }

  /** `began`: the attempt's first act; undefined: nothing was done yet. */
  judge(line: readonly { readonly branch: BranchId; readonly end: ItemId }[], began: ItemId | undefined): readonly Judgement[] {
    const looks = [...line].reverse().flatMap(({ branch, end }) => (this.looks.get(branch) ?? []).filter((look) => look.item < end));
    const until = this.seenUntil.get(line[0]!.branch)?.at ?? 0;
    const before = looks.findLast((look) => began === undefined || look.item < began);
    const during = began === undefined ? [] : looks.filter((look) => look.item >= began);
    const judged: Reached[] = [];
    for (const [index, goal] of this.goals.entries()) {
      const holdsAt = (look: Look): boolean => look.held[index] === true;
      const first = goal.after === undefined ? undefined : judged[goal.after];
      if (goal.mode === 'always') {
        const broken = during.find((look) => !holdsAt(look));
        judged.push(broken ? { state: 'broken', at: broken.at } : { state: 'kept' });
      } else if (goal.forMs !== undefined) judged.push(heldFor(during, holdsAt, goal.forMs * 1_000, until));
      else if (goal.after === undefined) judged.push(cameAbout(during, holdsAt, before === undefined || !holdsAt(before)));
      else if (first?.item === undefined) judged.push({ state: 'owed' });
      else judged.push(cameAbout(during.filter(({ item }) => item >= first.item!), holdsAt, true));
    }
    return judged.map(({ state, at: when }) => (when === undefined ? { state } : { state, at: when }));
  }
}

/** Reached by coming about: what held from the beginning has to be given up first. */
function cameAbout(looks: readonly Look[], holdsAt: (look: Look) => boolean, isOpen: boolean): Reached {
  let open = isOpen;
  for (const look of looks) {
    if (!holdsAt(look)) open = true;
    else if (open) return { state: 'kept', at: look.at, item: look.item };
  }
  return { state: 'owed' };
}

/** Reached when it has held for so long without a break. */
function heldFor(looks: readonly Look[], holdsAt: (look: Look) => boolean, micros: Micros, until: Micros): Reached {
  let since: Look | undefined;
  for (const look of looks) {
    if (since && look.at >= since.at + micros) break;
    if (!holdsAt(look)) since = undefined;
    else since ??= look;
  }
  return since && until >= since.at + micros ? { state: 'kept', at: since.at + micros, item: since.item } : { state: 'owed' };
}
