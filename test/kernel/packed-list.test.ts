import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hash, load, save } from '../../src/kernel/codec.ts';
import { at, emptyPackedList, push, truncate, values, type PackedList } from '../../src/kernel/packed-list.ts';

interface Entry {
  readonly n: number;
  readonly text: string;
}

const entry = (n: number): Entry => ({ n, text: `t${n % 7}` });

type Operation = { readonly type: 'push'; readonly count: number } | { readonly type: 'truncate'; readonly share: number } | { readonly type: 'back'; readonly share: number };

const operation: fc.Arbitrary<Operation> = fc.oneof(
  fc.record({ type: fc.constant('push'), count: fc.integer({ min: 1, max: 200 }) }),
  fc.record({ type: fc.constant('truncate'), share: fc.double({ min: 0, max: 1, noNaN: true }) }),
  fc.record({ type: fc.constant('back'), share: fc.double({ min: 0, max: 0.999, noNaN: true }) }),
);

describe('a packed list', () => {
  it('holds what a plain array would, and every earlier version what it held', () => {
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 12 }), (operations) => {
        const versions: { list: PackedList<Entry>; model: readonly Entry[] }[] = [{ list: emptyPackedList(), model: [] }];
        let n = 0;
        for (const one of operations) {
          let { list, model } = versions[one.type === 'back' ? Math.floor(one.share * versions.length) : versions.length - 1]!;
          if (one.type === 'push') {
            const grown = [...model];
            for (let i = 0; i < one.count; i++) {
              const added = entry(n++);
              list = push(list, added);
              grown.push(added);
            }
            model = grown;
          } else if (one.type === 'truncate') {
            const length = Math.floor(one.share * (model.length + 2));
            list = truncate(list, length);
            model = model.slice(0, length);
          }
          versions.push({ list, model });
        }
        for (const { list, model } of versions) {
          expect(list.length).toBe(model.length);
          expect([...values(list)]).toEqual(model);
          expect(at(list, -1)).toBeUndefined();
          expect(at(list, model.length)).toBeUndefined();
        }
      }),
      { numRuns: 30 },
    );
  });

  it('has one shape for one content, however it came about, and survives a save', () => {
    const upTo = (length: number): PackedList<Entry> => {
      let list = emptyPackedList<Entry>();
      for (let n = 0; n < length; n++) list = push(list, entry(n));
      return list;
    };
    const long = upTo(2_500);
    for (const length of [0, 1, 63, 64, 65, 1_100, 2_047, 2_048, 2_049, 2_499]) expect(hash(truncate(long, length))).toBe(hash(upTo(length)));
    let again = load(save(truncate(long, 1_100))) as PackedList<Entry>;
    for (let n = 1_100; n < 2_500; n++) again = push(again, entry(n));
    expect(hash(again)).toBe(hash(long));
  });
});
