import { describe, expect, it } from 'vitest';
import { at, emptyList, listOf, push, toArray, truncate, type AppendList } from '../../src/kernel/append-list.ts';

const upTo = (length: number): AppendList<number> => listOf(Array.from({ length }, (_, i) => i));
const numbers = (length: number): number[] => Array.from({ length }, (_, i) => i);

describe('a list that grows at its end', () => {
  it('gives every entry back at every length around the borders of its chunks', () => {
    for (const length of [0, 1, 31, 32, 33, 1_023, 1_024, 1_025, 1_056, 2_047, 2_048, 2_100]) {
      const list = upTo(length);
      expect(toArray(list)).toEqual(numbers(length));
      expect(at(list, length)).toBeUndefined();
      expect(at(list, -1)).toBeUndefined();
    }
  });

  it('leaves earlier versions as they were', () => {
    const versions: AppendList<number>[] = [];
    let list = emptyList<number>();
    for (let i = 0; i < 1_100; i++) {
      versions.push(list);
      list = push(list, i);
    }
    for (const [length, version] of versions.entries()) {
      expect(version.length).toBe(length);
      expect(at(version, length - 1)).toBe(length === 0 ? undefined : length - 1);
      expect(at(version, length)).toBeUndefined();
    }
  });

  it('has one shape for one content, however it came about', () => {
    const long = upTo(3_500);
    for (const length of [0, 1, 32, 40, 1_000, 1_023, 1_024, 1_025, 1_088, 2_048, 2_500, 3_071, 3_072, 3_499, 3_500]) {
      expect(truncate(long, length)).toEqual(upTo(length));
    }
    let again = truncate(long, 1_500);
    for (let i = 1_500; i < 2_200; i++) again = push(again, i);
    expect(again).toEqual(upTo(2_200));
  });

  it('keeps its table of chunks short', () => {
    expect(upTo(10_239).full.length).toBeLessThanOrEqual(9 + 31);
    expect(upTo(10_240).full.length).toBe(10);
  });
});
