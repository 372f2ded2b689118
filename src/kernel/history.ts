/**
 * All that a world has been through, and the place in it where somebody looks. Going back is loading a checkpoint and running
 * forward by the same code; acting in the past forks, and the old future stays as a branch. An observer (a pure fold over what
 * happened) is carried along and rewound with the world.
 */
import { NO_CAUSE, type ItemId } from './agenda.ts';
import { assert } from './assert.ts';
import { ItemLog } from './item-log.ts';
import { NotedFacts } from './noted-facts.ts';
import type { Fact, Micros } from './program.ts';
import { nextDue, type ItemRecord, type Kernel, type KernelAction, type Ticked, type World } from './world.ts';

/** Every so many items a world is kept: the newest ones … */
const FINE = 64;
const FINE_KEPT = 384;
/** … and, further apart, all the way back: twice as far apart each time there are too many (one costs about 80 KB under load). */
const COARSE = 1_024;
const COARSE_KEPT = 1_024;
const BLOCK = 64;
const BLOCKS_KEPT = 512;

export type BranchId = number;

/** Something done to the world from outside, with its place in the history. */
export interface Act<Action> {
  readonly at: Micros;
  /** Number of the item it became. */
  readonly item: ItemId;
  readonly action: Action;
}

export interface Observer<Observed> {
  readonly initial: Observed;
  /** Called after every item, in order; pure. */
  fold(observed: Observed, record: ItemRecord, world: World): Observed;
  /** Facts that are kept for good and shown as milestones; others only live in the window around the playhead. */
  keeps(fact: Fact): boolean;
}

export interface HistoryOptions<Action, Observed> {
  readonly kernel: Kernel;
  readonly world: World;
  readonly observer: Observer<Observed>;
  /** What one act means for the kernel; none: it does nothing and is not recorded. */
  expand(world: World, action: Action): readonly KernelAction[];
}

interface Checkpoint<Observed> {
  readonly world: World;
  readonly observed: Observed;
}

/**
 * A history as plain data, on its branch and at its playhead: as long as time does not move nobody needs its programs. Of its
 * records only the last ones are kept; the others happen again when they are asked for.
 */
export interface SavedHistory<Action, Observed> {
  /** At the beginning, before the newest item, and at the playhead. */
  readonly checkpoints: readonly Checkpoint<Observed>[];
  readonly looking: Micros;
  readonly acts: readonly Act<Action>[];
  readonly operations: readonly Operation[];
  /** Of each item, in order: how long after the one before it, how many items back its cause lies (0: there is none), whose it was. */
  readonly items: { readonly after: readonly Micros[]; readonly back: readonly number[]; readonly process: readonly number[] };
  readonly facts: readonly (readonly [ItemId, Fact])[];
  readonly records: readonly ItemRecord[];
}

interface Operation {
  readonly at: Micros;
  readonly item: ItemId;
  readonly action: KernelAction;
}

interface Branch<Action, Observed> {
  readonly id: BranchId;
  readonly parent: BranchId | null;
  readonly forkedAtItem: ItemId;
  readonly forkedAtMicros: Micros;
  acts: Act<Action>[];
  operations: Operation[];
  log: ItemLog;
  facts: NotedFacts;
  fine: Map<ItemId, Checkpoint<Observed>>;
  coarse: Checkpoint<Observed>[];
  coarseSpacing: number;
  blocks: Map<number, ItemRecord[]>;
  /** How far time was seen to run. */
  computedUntil: Micros;
}

export interface BranchView {
  readonly id: BranchId;
  readonly parent: BranchId | null;
  readonly forkedAtItem: ItemId;
  readonly forkedAtMicros: Micros;
  readonly computedUntil: Micros;
  readonly isCurrent: boolean;
}

export class History<Action, Observed> {
  private kernel: Kernel;
  private readonly observer: Observer<Observed>;
  private expand: HistoryOptions<Action, Observed>['expand'];
  private readonly branches: Branch<Action, Observed>[] = [];
  private branch: Branch<Action, Observed>;
  private current: Checkpoint<Observed>;
  private looking: Micros;
  private readonly firstItem: ItemId;

  constructor(options: HistoryOptions<Action, Observed>) {
    this.kernel = options.kernel;
    this.observer = options.observer;
    this.expand = (world, action) => options.expand(world, action);
    this.current = { world: options.world, observed: options.observer.initial };
    this.firstItem = options.world.items;
    this.looking = options.world.now;
    const log = new ItemLog(this.firstItem);
    this.branch = {
      id: 0,
      parent: null,
      forkedAtItem: this.firstItem,
      forkedAtMicros: options.world.now,
      acts: [],
      operations: [],
      log,
      facts: new NotedFacts(log),
      fine: new Map(),
      coarse: [this.current],
      coarseSpacing: COARSE,
      blocks: new Map(),
      computedUntil: options.world.now,
    };
    this.branches.push(this.branch);
  }

  /** What was saved, without programs until it is extended. Same data, same history. */
  static restore<Action, Observed>(saved: SavedHistory<Action, Observed>, observer: Observer<Observed>): History<Action, Observed> {
    const { checkpoints, looking, acts, operations, items, facts, records } = saved;
    const missing = (): never => {
      throw new Error('time cannot move before the programs are there');
    };
    const history = new History<Action, Observed>({ kernel: { tick: missing, perform: missing }, expand: missing, observer, world: checkpoints[0]!.world });
    const { branch, firstItem } = history;
    let at = history.beginMicros;
    for (const [index, after] of items.after.entries()) {
      const id = firstItem + index;
      const back = items.back[index]!;
      at += after;
      branch.log.note({ id, at, cause: back === 0 ? NO_CAUSE : id - back, process: items.process[index]! });
    }
    for (const [item, fact] of facts) branch.facts.note(item, fact);
    for (const record of records) {
      const number = Math.floor(record.id / BLOCK);
      const block = branch.blocks.get(number);
      if (block) block.push(record);
      else branch.blocks.set(number, [record]);
    }
    branch.acts.push(...acts);
    branch.operations.push(...operations);
    branch.coarse = [...checkpoints];
    branch.computedUntil = looking;
    history.current = checkpoints[checkpoints.length - 1]!;
    history.looking = looking;
    return history;
  }

  /** The past of the playhead, with at least so many records. */
  save(records: number): SavedHistory<Action, Observed> {
    const { item, firstItem, branch } = this;
    const { acts, operations, facts } = this.past();
    const numbers = Array.from({ length: item - firstItem }, (_, index) => firstItem + index);
    const before = this.checkpointAt(Math.max(firstItem, item - 1));
    return {
      checkpoints: [branch.coarse[0]!, ...(before.world.items > firstItem ? [before] : []), ...(item > firstItem ? [this.current] : [])],
      looking: this.looking,
      acts,
      operations,
      items: {
        after: numbers.map((one) => this.timeOf(one) - (one === firstItem ? this.beginMicros : this.timeOf(one - 1))),
        back: numbers.map((one) => (this.causeOf(one) === NO_CAUSE ? 0 : one - this.causeOf(one))),
        process: numbers.map((one) => this.processOf(one)),
      },
      facts: Array.from({ length: facts.length }, (_, index) => facts.at(index)!).map((one) => [one.item, one.fact] as const),
      records: this.records(Math.floor(Math.max(firstItem, item - records) / BLOCK) * BLOCK, item),
    };
  }

  /** The world at the playhead: every item due up to `now` has been handled. */
  get world(): World {
    return this.current.world;
  }

  get observed(): Observed {
    return this.current.observed;
  }

  /** Where the playhead stands; between two items it can be later than the world's own clock. */
  get now(): Micros {
    return this.looking;
  }

  /** Number of the next item at the playhead. */
  get item(): ItemId {
    return this.current.world.items;
  }

  get beginItem(): ItemId {
    return this.firstItem;
  }

  get beginMicros(): Micros {
    return this.branches[0]!.forkedAtMicros;
  }

  /** The first item that was not computed yet. */
  get head(): ItemId {
    return this.branch.log.head;
  }

  get computedUntil(): Micros {
    return this.branch.computedUntil;
  }

  get acts(): readonly Act<Action>[] {
    return this.branch.acts;
  }

  /** All kept facts of this branch, also those later than the playhead. */
  get facts(): NotedFacts {
    return this.branch.facts;
  }

  get allBranches(): readonly BranchView[] {
    return this.branches.map((branch) => ({
      id: branch.id,
      parent: branch.parent,
      forkedAtItem: branch.forkedAtItem,
      forkedAtMicros: branch.forkedAtMicros,
      computedUntil: branch.computedUntil,
      isCurrent: branch === this.branch,
    }));
  }

  /** Handles the next item; undefined if nothing is due any more. */
  step(): ItemRecord | undefined {
    const record = this.advance();
    if (record) this.look(Math.max(this.looking, record.at));
    return record;
  }

  /** Time of the next item or recorded act; undefined: never. */
  nextAt(): Micros | undefined {
    const operation = this.operationAt(this.item);
    return operation ? operation.at : nextDue(this.current.world);
  }

  /**
   * Moves the playhead forward to a moment, handling at most `maxItems` items. False: it stopped short, call again.
   * `each` may say true to stop right after an item (a milestone).
   */
  runTo(at: Micros, maxItems = Infinity, each?: (record: ItemRecord) => boolean): boolean {
    for (let handled = 0; ; handled++) {
      const next = this.nextAt();
      if (next === undefined || next > at) break;
      if (handled >= maxItems) return false;
      const record = this.advance()!;
      this.looking = Math.max(this.looking, record.at);
      if (each?.(record) === true) {
        this.look(this.looking);
        return true;
      }
    }
    this.look(Math.max(this.looking, at));
    return true;
  }

  /** One item back; false at the beginning. */
  stepBack(): boolean {
    if (this.item <= this.firstItem) return false;
    this.seekItem(this.item - 1);
    return true;
  }

  /**
   * To the moment just before item `item` was handled (so that it is the next one), anywhere in what was computed; the clock shows
   * `at`, as far as that lies after the item before.
   */
  seekItem(item: ItemId, at = 0): void {
    const target = Math.min(Math.max(item, this.firstItem), this.head);
    if (target < this.current.world.items || target - this.current.world.items > FINE) {
      const from = this.nearest(target);
      if (target < this.current.world.items || from.world.items > this.current.world.items) this.current = from;
    }
    while (this.current.world.items < target) this.advance();
    const after = target > this.firstItem ? this.timeOf(target - 1) : this.beginMicros;
    this.looking = Math.max(after, target < this.head ? Math.min(at, this.timeOf(target)) : at);
  }

  /** To a moment in either direction; later than what was computed means running there. */
  seek(at: Micros): void {
    const target = Math.max(at, this.beginMicros);
    if (target < this.branch.computedUntil) {
      this.seekItem(this.firstItemAfter(target));
      this.looking = target;
    } else {
      this.seekItem(this.head);
      this.runTo(target);
    }
  }

  /** Does something at the playhead. Where a future was already computed this begins a new branch. Gives the act's item, or undefined if it meant nothing. */
  act(action: Action): ItemId | undefined {
    const before = this.current.world;
    const operations = this.expand({ ...before, now: this.looking }, action);
    if (operations.length === 0) return undefined;
    if (before.items < this.head || this.looking < this.branch.computedUntil) this.fork();
    const item = before.items;
    this.branch.acts.push({ at: this.looking, item, action });
    for (const [index, operation] of operations.entries()) {
      this.branch.operations.push({ at: this.looking, item: item + index, action: operation });
    }
    for (let i = 0; i < operations.length; i++) this.advance();
    return item;
  }

  /** From now on more programs can run, and acts can mean more. What ran so far has to run the same: it may be run again. */
  extend({ kernel, expand }: Pick<HistoryOptions<Action, Observed>, 'kernel' | 'expand'>): void {
    this.kernel = kernel;
    this.expand = expand;
  }

  /** A history of its own with the past of this one, up to the playhead; nothing is computed anew. Other branches stay behind. */
  copy(): History<Action, Observed> {
    const { kernel, observer, expand } = this;
    const twin = new History<Action, Observed>({ kernel, observer, expand, world: this.branch.coarse[0]!.world });
    Object.assign(twin.branch, this.past());
    twin.current = this.current;
    twin.looking = this.looking;
    return twin;
  }

  /** Looks at another branch, at its fork or at the same moment where both are the same. */
  switchTo(id: BranchId): void {
    const branch = this.branches[id];
    assert(branch, `no branch ${id}`);
    if (branch === this.branch) return;
    const at = this.looking;
    this.branch = branch;
    this.current = branch.coarse[0]!;
    this.looking = this.beginMicros;
    this.seek(Math.min(at, branch.computedUntil));
  }

  timeOf(item: ItemId): Micros {
    return this.branch.log.timeOf(item);
  }

  /** The item that asked for this one; −1: nobody inside. */
  causeOf(item: ItemId): ItemId {
    return this.branch.log.causeOf(item);
  }

  processOf(item: ItemId): number {
    return this.branch.log.processOf(item);
  }

  /** The chain of causes, newest first, at most `length` long. */
  causes(item: ItemId, length = 64): readonly ItemId[] {
    const chain: ItemId[] = [];
    for (let next = item; next >= this.firstItem && next < this.head && chain.length < length; next = this.causeOf(next)) chain.push(next);
    return chain;
  }

  /** The first computed item later than a moment. */
  firstItemAfter(at: Micros): ItemId {
    return this.branch.log.firstAfter(at);
  }

  /** What happened in items `from` to before `to` (both within what was computed); runs again what is no longer in memory. The playhead stays. */
  records(from: ItemId, to: ItemId): readonly ItemRecord[] {
    const first = Math.max(from, this.firstItem);
    const end = Math.min(to, this.head);
    const result: ItemRecord[] = [];
    const place = this.current;
    for (let item = first; item < end; ) {
      const number = Math.floor(item / BLOCK);
      let block = this.branch.blocks.get(number);
      const needed = Math.min(end, (number + 1) * BLOCK);
      if (!block || (block[block.length - 1]?.id ?? -1) < needed - 1 || block[0]!.id > item) {
        const start = Math.max(number * BLOCK, this.firstItem);
        this.current = this.nearest(start);
        while (this.current.world.items < needed) this.advance();
        block = this.branch.blocks.get(number);
      }
      assert(block, 'a block that was just computed');
      for (const record of block) if (record.id >= item && record.id < needed) result.push(record);
      item = needed;
    }
    this.current = place;
    return result;
  }

  record(item: ItemId): ItemRecord | undefined {
    return this.records(item, item + 1)[0];
  }

  /** What another branch came to at a moment, or at its end if that came sooner; the playhead stays where it is. */
  glance(id: BranchId, at: Micros): { readonly world: World; readonly observed: Observed; readonly now: Micros; readonly acts: readonly Act<Action>[] } {
    const { branch, current, looking } = this;
    this.switchTo(id);
    this.seek(Math.min(at, this.branch.computedUntil));
    const { world, observed } = this.current;
    const { looking: now, acts } = this;
    Object.assign(this, { branch, current, looking });
    return { world, observed, now, acts };
  }

  /** A world as it was just before an item, without moving the playhead. */
  worldAt(item: ItemId): World {
    return this.checkpointAt(item).world;
  }

  /** What happened next to a world of this branch, once more; undefined: nothing is known yet. Playhead and checkpoints stay. */
  again(world: World): Ticked | undefined {
    return world.items < this.head ? this.next(world) : undefined;
  }

  // ── inside ─────────────────────────────────────────────────────────────────────────────────────────────────────────

  private checkpointAt(item: ItemId): Checkpoint<Observed> {
    const place = this.current;
    const target = Math.min(Math.max(item, this.firstItem), this.head);
    this.current = this.nearest(target);
    while (this.current.world.items < target) this.advance();
    const found = this.current;
    this.current = place;
    return found;
  }

  private look(at: Micros): void {
    this.looking = at;
    if (at > this.branch.computedUntil) this.branch.computedUntil = at;
  }

  private operationAt(items: ItemId): Operation | undefined {
    const { operations } = this.branch;
    if (operations.length === 0 || operations[operations.length - 1]!.item < items) return undefined;
    let low = 0;
    let high = operations.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (operations[middle]!.item < items) low = middle + 1;
      else high = middle;
    }
    const found = operations[low];
    return found?.item === items ? found : undefined;
  }

  private next(world: World): Ticked | undefined {
    const operation = this.operationAt(world.items);
    return operation ? this.kernel.perform({ ...world, now: operation.at }, operation.action) : this.kernel.tick(world);
  }

  private advance(): ItemRecord | undefined {
    const { world, observed } = this.current;
    const ticked = this.next(world);
    if (!ticked) return undefined;
    const { record } = ticked;
    this.current = { world: ticked.world, observed: this.observer.fold(observed, record, ticked.world) };
    const { branch } = this;
    if (record.id >= branch.log.head) this.note(record);
    const block = branch.blocks.get(Math.floor(record.id / BLOCK));
    if (block === undefined) {
      if (record.id % BLOCK === 0 || record.id === this.firstItem) this.keepBlock(Math.floor(record.id / BLOCK), [record]);
    } else if (block[block.length - 1]!.id === record.id - 1) block.push(record);
    const { items } = ticked.world;
    if (items % FINE === 0) this.keepCheckpoint(items);
    return record;
  }

  private note(record: ItemRecord): void {
    const { branch } = this;
    branch.log.note(record);
    for (const fact of record.facts) if (this.observer.keeps(fact)) branch.facts.note(record.id, fact);
    if (record.at > branch.computedUntil) branch.computedUntil = record.at;
  }

  private keepBlock(number: number, block: ItemRecord[]): void {
    const { blocks } = this.branch;
    blocks.set(number, block);
    if (blocks.size > BLOCKS_KEPT) blocks.delete(blocks.keys().next().value!);
  }

  private keepCheckpoint(items: ItemId): void {
    const { branch } = this;
    if (!branch.fine.has(items)) {
      branch.fine.set(items, this.current);
      if (branch.fine.size > FINE_KEPT) branch.fine.delete(branch.fine.keys().next().value!);
    }
    const lastCoarse = branch.coarse[branch.coarse.length - 1]!;
    if (items % branch.coarseSpacing === 0 && items > lastCoarse.world.items) {
      branch.coarse.push(this.current);
      if (branch.coarse.length > COARSE_KEPT) {
        branch.coarseSpacing *= 2;
        branch.coarse = branch.coarse.filter((kept, index) => index === 0 || kept.world.items % branch.coarseSpacing === 0);
      }
    }
  }

  /** The latest kept checkpoint at or before an item; the playhead itself counts. */
  private nearest(item: ItemId): Checkpoint<Observed> {
    const { coarse, fine } = this.branch;
    let low = 0;
    let high = coarse.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if (coarse[middle]!.world.items <= item) low = middle;
      else high = middle - 1;
    }
    let best = coarse[low]!;
    for (let at = Math.floor(item / FINE) * FINE; at > best.world.items; at -= FINE) {
      const found = fine.get(at);
      if (found) {
        best = found;
        break;
      }
    }
    const { items } = this.current.world;
    return items <= item && items > best.world.items ? this.current : best;
  }

  private fork(): void {
    const id = this.branches.length;
    this.branch = { ...this.past(), id, parent: this.branch.id, forkedAtItem: this.item, forkedAtMicros: this.looking };
    this.branches.push(this.branch);
  }

  /** All of this branch before the playhead; what still grows is copied. */
  private past(): Omit<Branch<Action, Observed>, 'id' | 'parent' | 'forkedAtItem' | 'forkedAtMicros'> {
    const from = this.branch;
    const { items } = this.current.world;
    const log = from.log.before(items);
    return {
      acts: from.acts.filter((act) => act.item < items),
      operations: from.operations.filter((operation) => operation.item < items),
      log,
      facts: from.facts.before(items, log),
      fine: new Map([...from.fine].filter(([at]) => at <= items)),
      coarse: from.coarse.filter((kept) => kept.world.items <= items),
      coarseSpacing: from.coarseSpacing,
      blocks: new Map([...from.blocks].filter(([number]) => (number + 1) * BLOCK <= items)),
      computedUntil: this.looking,
    };
  }
}
