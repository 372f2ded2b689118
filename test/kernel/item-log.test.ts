import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ItemLog } from '../../src/kernel/item-log.ts';
import { NotedFacts } from '../../src/kernel/noted-facts.ts';
import type { Fact } from '../../src/kernel/program.ts';
import type { ItemRecord } from '../../src/kernel/world.ts';

interface Noted {
  readonly at: number;
  readonly cause: number;
  readonly process: number;
}

/** A course of items: mostly small steps, now and then a leap that no narrow number holds. */
function course(first: number, count: number, seed: number, at = 0): Noted[] {
  let state = seed;
  const random = (limit: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state % limit;
  };
  const items: Noted[] = [];
  let now = at;
  for (let i = 0; i < count; i++) {
    now += random(50) === 0 ? random(20) * 1_000_000_000 : random(3_000);
    const id = first + i;
    items.push({ at: now, cause: random(5) === 0 || id === 0 ? -1 : Math.max(0, id - 1 - random(random(20) === 0 ? 100_000 : 30)), process: random(12) - 1 });
  }
  return items;
}

const record = (id: number, { at, cause, process }: Noted): ItemRecord => ({ id, at, cause, process, askedAt: at, kind: 'event', from: -1, event: null, sent: [], facts: [] });

const factOf = (id: number): Fact & { readonly id: number } => ({ type: id % 3 === 0 ? 'third' : 'other', id });

function check(log: ItemLog, facts: NotedFacts, first: number, model: readonly Noted[]): void {
  expect(log.head).toBe(first + model.length);
  for (const [index, one] of model.entries()) {
    const id = first + index;
    if (log.timeOf(id) !== one.at || log.causeOf(id) !== one.cause || log.processOf(id) !== one.process) {
      expect({ at: log.timeOf(id), cause: log.causeOf(id), process: log.processOf(id) }).toEqual(one);
    }
  }
  for (const at of [model[0]?.at ?? 0, (model[Math.floor(model.length / 2)]?.at ?? 0) - 1, (model.at(-1)?.at ?? 0) + 1]) {
    const found = model.findIndex((one) => one.at > at);
    expect(log.firstAfter(at)).toBe(first + (found < 0 ? model.length : found));
  }
  let count = 0;
  for (const [index, { at, process }] of model.entries()) {
    const item = first + index;
    if (item % 2 !== 0) continue;
    const known = facts.at(count);
    const fact = factOf(item);
    const isRight =
      known?.item === item && known.at === at && known.process === process && known.fact.type === fact.type && (known.fact as typeof fact).id === item &&
      facts.itemAt(count) === item && facts.typeAt(count) === fact.type && facts.countBefore(item) === count && facts.countBefore(item + 1) === count + 1;
    if (!isRight) expect.unreachable(`fact ${count} of item ${item} is ${JSON.stringify(known)}, ${facts.countBefore(item)} come before it`);
    count++;
  }
  expect(facts.length).toBe(count);
  expect(facts.at(count)).toBeUndefined();
}

describe('the log of items and the facts noted with them', () => {
  it('give back what was noted, in a branch and in the one it came from', () => {
    fc.assert(
      fc.property(fc.nat({ max: 9_000 }), fc.nat({ max: 9_000 }), fc.double({ min: 0, max: 1, noNaN: true }), fc.nat({ max: 6_000 }), fc.nat(), (first, count, share, more, seed) => {
        const log = new ItemLog(first);
        const facts = new NotedFacts(log);
        const note = (to: ItemLog, into: NotedFacts, one: Noted): void => {
          const id = to.head;
          to.note(record(id, one));
          if (id % 2 === 0) into.note(id, factOf(id));
        };
        const old = course(first, count, seed);
        for (const one of old) note(log, facts, one);
        const kept = Math.floor(share * count);
        const branch = log.before(first + kept);
        const branchFacts = facts.before(first + kept, branch);
        const fresh = course(first + kept, more, seed + 1, old[kept - 1]?.at ?? 0);
        const further = course(first + count, 100, seed + 2, old.at(-1)?.at ?? 0);
        // Both go on: neither may see what the other writes.
        for (const one of fresh) note(branch, branchFacts, one);
        for (const one of further) note(log, facts, one);
        check(log, facts, first, [...old, ...further]);
        check(branch, branchFacts, first, [...old.slice(0, kept), ...fresh]);
      }),
      { numRuns: 6 },
    );
  });
});
