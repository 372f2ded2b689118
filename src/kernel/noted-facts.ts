/**
 * The facts of a branch that are kept for good. There are hundreds of thousands of them in an hour, and few are ever looked at:
 * the facts themselves are packed, and whoever searches does so by type and item first.
 */
import type { ItemId } from './agenda.ts';
import { assert } from './assert.ts';
import type { ItemLog } from './item-log.ts';
import { at, emptyPackedList, push, truncate } from './packed-list.ts';
import type { Fact, Micros } from './program.ts';

export interface NotedFact {
  readonly item: ItemId;
  readonly at: Micros;
  readonly process: number;
  readonly fact: Fact;
}

const CHUNK = 4_096;

/** Items and numbers of types, side by side. */
interface Columns {
  readonly item: Uint32Array;
  readonly type: Uint16Array;
}

function copyOf({ item, type }: Columns): Columns {
  return { item: item.slice(), type: type.slice() };
}

export class NotedFacts {
  private facts = emptyPackedList<Fact>();
  private columns: Columns[] = [];
  private readonly types: string[] = [];

  /** `log` tells when an item happened and to whom. */
  constructor(private readonly log: Pick<ItemLog, 'timeOf' | 'processOf'>) {}

  get length(): number {
    return this.facts.length;
  }

  /** Facts come in the order of their items. */
  note(item: ItemId, fact: Fact): void {
    const index = this.facts.length;
    if (index % CHUNK === 0) this.columns.push({ item: new Uint32Array(CHUNK), type: new Uint16Array(CHUNK) });
    const column = this.columns[this.columns.length - 1]!;
    column.item[index % CHUNK] = item;
    column.type[index % CHUNK] = this.numberOf(fact.type);
    this.facts = push(this.facts, fact);
  }

  at(index: number): NotedFact | undefined {
    const fact = at(this.facts, index);
    if (fact === undefined) return undefined;
    const item = this.itemAt(index);
    return { item, at: this.log.timeOf(item), process: this.log.processOf(item), fact };
  }

  itemAt(index: number): ItemId {
    return this.columnOf(index).item[index % CHUNK]!;
  }

  typeAt(index: number): string {
    return this.types[this.columnOf(index).type[index % CHUNK]!]!;
  }

  /** How many come before an item. */
  countBefore(item: ItemId): number {
    let low = 0;
    let high = this.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.itemAt(middle) < item) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Facts of their own with what comes before an item, over the log of another branch. */
  before(item: ItemId, log: Pick<ItemLog, 'timeOf' | 'processOf'>): NotedFacts {
    const kept = new NotedFacts(log);
    const count = this.countBefore(item);
    kept.facts = truncate(this.facts, count);
    kept.types.push(...this.types);
    kept.columns = this.columns.slice(0, Math.ceil(count / CHUNK));
    // Both branches go on writing here.
    if (count % CHUNK > 0) kept.columns.push(copyOf(kept.columns.pop()!));
    return kept;
  }

  private columnOf(index: number): Columns {
    assert(index >= 0 && index < this.length, `there is no fact ${index}`);
    return this.columns[Math.floor(index / CHUNK)]!;
  }

  private numberOf(type: string): number {
    const known = this.types.indexOf(type);
    return known >= 0 ? known : this.types.push(type) - 1;
  }
}
