import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Assignment, Assignor } from '../../../src/kafka/groups/assignors/assignor.ts';
import { rangeAssignor } from '../../../src/kafka/groups/assignors/range.ts';
import { roundRobinAssignor } from '../../../src/kafka/groups/assignors/round-robin.ts';
import { decodeOwned, encodeOwned, stickyAssignor } from '../../../src/kafka/groups/assignors/sticky.ts';
import { NO_USER_DATA, type Subscription } from '../../../src/kafka/groups/consumer-protocol.ts';
import { topicPartition } from '../../../src/kafka/topic-partition.ts';

type Wishes = Readonly<Record<string, readonly string[]>>;

const subscriptionsOf = (wishes: Wishes): Map<string, Subscription> => new Map(Object.entries(wishes).map(([member, topics]) => [member, { topics, userData: NO_USER_DATA }]));

const named = (assignment: Assignment): Record<string, string[]> =>
  Object.fromEntries([...assignment].map(([member, partitions]) => [member, partitions.map(({ topic, partition }) => topicPartition(topic, partition)).sort()]));

function assign(assignor: Assignor, counts: Readonly<Record<string, number>>, wishes: Wishes): Record<string, string[]> {
  return named(assignor.assign(new Map(Object.entries(counts)), subscriptionsOf(wishes)));
}

/** The sticky assignor again, after it has given `before`; every member says what it had. */
function reassign(counts: Readonly<Record<string, number>>, wishes: Wishes, before: Assignment, generationId = 1): Assignment {
  const subscriptions = new Map(
    Object.entries(wishes).map(([member, topics]): [string, Subscription] => {
      const partitions = before.get(member);
      return [member, { topics, userData: partitions ? encodeOwned({ partitions, generationId }) : NO_USER_DATA }];
    }),
  );
  return stickyAssignor.assign(new Map(Object.entries(counts)), subscriptions);
}

describe('range', () => {
  it('kafka-clients#16: seven partitions for three are three, two and two', () => {
    expect(assign(rangeAssignor, { t: 7 }, { B: ['t'], C: ['t'], A: ['t'] })).toEqual({ A: ['t-0', 't-1', 't-2'], B: ['t-3', 't-4'], C: ['t-5', 't-6'] });
  });

  it('gives the extra one of every topic to the same members', () => {
    expect(assign(rangeAssignor, { t0: 3, t1: 3 }, { C0: ['t0', 't1'], C1: ['t0', 't1'] })).toEqual({ C0: ['t0-0', 't0-1', 't1-0', 't1-1'], C1: ['t0-2', 't1-2'] });
  });

  it('gives nothing to who comes too late in the alphabet, or wants what is not there', () => {
    expect(assign(rangeAssignor, { t: 1 }, { A: ['t'], B: ['t', 'nowhere'] })).toEqual({ A: ['t-0'], B: [] });
  });
});

describe('round robin', () => {
  it('kafka-clients#16: deals two topics of two out to two', () => {
    expect(assign(roundRobinAssignor, { a: 2, b: 2 }, { Y: ['a', 'b'], X: ['a', 'b'] })).toEqual({ X: ['a-0', 'b-0'], Y: ['a-1', 'b-1'] });
  });

  it('goes on across topics where it stopped', () => {
    expect(assign(roundRobinAssignor, { t1: 3, t0: 3 }, { C0: ['t0', 't1'], C1: ['t0', 't1'] })).toEqual({ C0: ['t0-0', 't0-2', 't1-1'], C1: ['t0-1', 't1-0', 't1-2'] });
  });

  it('passes over who does not want a topic', () => {
    expect(assign(roundRobinAssignor, { t0: 1, t1: 2, t2: 3 }, { C0: ['t0'], C1: ['t0', 't1'], C2: ['t0', 't1', 't2'] })).toEqual({ C0: ['t0-0'], C1: ['t1-0'], C2: ['t1-1', 't2-0', 't2-1', 't2-2'] });
  });
});

describe('sticky', () => {
  const counts = { t0: 2, t1: 2, t2: 2, t3: 2 };
  const all = Object.keys(counts);

  it('deals out like round robin at first, and leaves what there was where it is when somebody goes', () => {
    const first = stickyAssignor.assign(new Map(Object.entries(counts)), subscriptionsOf({ C0: all, C1: all, C2: all }));
    expect(named(first)).toEqual({ C0: ['t0-0', 't1-1', 't3-0'], C1: ['t0-1', 't2-0', 't3-1'], C2: ['t1-0', 't2-1'] });
    expect(named(reassign(counts, { C0: all, C2: all }, first))).toEqual({ C0: ['t0-0', 't1-1', 't2-0', 't3-0'], C2: ['t0-1', 't1-0', 't2-1', 't3-1'] });
  });

  it('balances where subscriptions differ', () => {
    const wishes = { C0: ['t0'], C1: ['t0', 't1'], C2: ['t0', 't1', 't2'] };
    expect(assign(stickyAssignor, { t0: 1, t1: 2, t2: 3 }, wishes)).toEqual({ C0: ['t0-0'], C1: ['t1-0', 't1-1'], C2: ['t2-0', 't2-1', 't2-2'] });
  });

  it('believes the higher generation where two claim the same, and the first of one generation', () => {
    const claim = (partition: number, generationId: number): Subscription => ({ topics: ['t'], userData: encodeOwned({ partitions: [{ topic: 't', partition }], generationId }) });
    expect(named(stickyAssignor.assign(new Map([['t', 2]]), new Map([['A', claim(0, 1)], ['B', claim(0, 2)]])))).toEqual({ A: ['t-1'], B: ['t-0'] });
    expect(named(stickyAssignor.assign(new Map([['t', 2]]), new Map([['A', claim(0, 2)], ['B', claim(0, 2)]])))).toEqual({ A: ['t-0'], B: ['t-1'] });
  });

  it('says what it had in bytes that are read back, also those of an older client', () => {
    const owned = { partitions: [{ topic: 'a', partition: 1 }, { topic: 'b', partition: 0 }], generationId: 4 };
    expect(decodeOwned(encodeOwned(owned))).toEqual(owned);
    expect(decodeOwned(encodeOwned(owned).slice(0, -4))).toEqual({ ...owned, generationId: -1 });
  });
});

describe('every assignor', () => {
  const topics = ['t0', 't1', 't2', 't3'];
  const cases = fc.record({
    counts: fc.dictionary(fc.constantFrom(...topics), fc.integer({ min: 1, max: 6 })),
    wishes: fc.dictionary(fc.constantFrom('A', 'B', 'C', 'D', 'E'), fc.uniqueArray(fc.constantFrom(...topics), { minLength: 1 }), { minKeys: 1 }),
  });
  const assignors: readonly Assignor[] = [rangeAssignor, roundRobinAssignor, stickyAssignor];

  /** Every partition that somebody wants has exactly one owner, who wants it; every member is told. */
  function expectSound(counts: Readonly<Record<string, number>>, wishes: Wishes, assignment: Assignment): void {
    const owners = new Map<string, string>();
    for (const [member, partitions] of assignment) {
      for (const { topic, partition } of partitions) {
        expect(wishes[member]).toContain(topic);
        expect(owners.has(topicPartition(topic, partition))).toBe(false);
        owners.set(topicPartition(topic, partition), member);
      }
    }
    expect([...assignment.keys()].sort()).toEqual(Object.keys(wishes).sort());
    const wanted = Object.entries(counts).filter(([topic]) => Object.values(wishes).some((all) => all.includes(topic)));
    expect(owners.size).toBe(wanted.reduce((sum, [, count]) => sum + count, 0));
  }

  it.each(assignors.map((assignor) => [assignor.name, assignor] as const))('%s gives every wanted partition to exactly one who wants it', (_, assignor) => {
    fc.assert(fc.property(cases, ({ counts, wishes }) => expectSound(counts, wishes, assignor.assign(new Map(Object.entries(counts)), subscriptionsOf(wishes)))));
  });

  it('sticky stays sound and, where all want the same, balanced; nothing moves without need', () => {
    const same = fc.record({ counts: cases.map(({ counts }) => counts), members: fc.uniqueArray(fc.constantFrom('A', 'B', 'C', 'D', 'E'), { minLength: 1 }), next: fc.uniqueArray(fc.constantFrom('A', 'B', 'C', 'D', 'E'), { minLength: 1 }) });
    fc.assert(
      fc.property(same, ({ counts, members, next }) => {
        const wishesOf = (names: readonly string[]): Wishes => Object.fromEntries(names.map((name) => [name, topics]));
        const first = stickyAssignor.assign(new Map(Object.entries(counts)), subscriptionsOf(wishesOf(members)));
        const again = reassign(counts, wishesOf(next), first);
        expectSound(counts, wishesOf(next), again);
        const sizes = [...again.values()].map((partitions) => partitions.length);
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
        expect(named(reassign(counts, wishesOf(next), again, 2))).toEqual(named(again));
        // Whoever stays keeps what they had, up to their fair share.
        const share = Math.floor(sizes.reduce((sum, size) => sum + size, 0) / next.length);
        for (const member of next.filter((name) => members.includes(name))) {
          const had = named(first)[member]!;
          expect(named(again)[member]!.filter((name) => had.includes(name)).length).toBeGreaterThanOrEqual(Math.min(had.length, share));
        }
      }),
    );
  });

  it('sticky stays sound whatever changes: members, wishes, partitions', () => {
    fc.assert(
      fc.property(cases, cases, cases, (one, two, three) => {
        const first = stickyAssignor.assign(new Map(Object.entries(one.counts)), subscriptionsOf(one.wishes));
        const second = reassign(two.counts, two.wishes, first);
        expectSound(two.counts, two.wishes, second);
        expectSound(three.counts, three.wishes, reassign(three.counts, three.wishes, second, 2));
      }),
    );
  });
});
