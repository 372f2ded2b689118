import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hash } from '../../src/kernel/codec.ts';
import { pack, unpack } from '../../src/kernel/packed.ts';

const plain = fc.anything({
  values: [fc.boolean(), fc.integer(), fc.maxSafeInteger(), fc.double(), fc.string(), fc.string({ unit: 'binary' }), fc.constant(null), fc.constant(undefined), fc.uint8Array()],
  maxDepth: 3,
});

describe('packed data', () => {
  it('comes back equal, whatever it is', () => {
    fc.assert(
      fc.property(plain, (value) => {
        expect(unpack(pack(value))).toStrictEqual(value);
      }),
      { numRuns: 500 },
    );
  });

  it('tells numbers apart that look alike', () => {
    for (const value of [0, -0, 239, 240, 255, 256, -1, 2 ** 31, 2 ** 53 - 1, -(2 ** 53 - 1), 2 ** 53, 0.1, Infinity, Number.NaN]) expect(unpack(pack(value))).toBe(value);
  });

  it('tells objects apart whose keys only look alike when they are joined', () => {
    const values = [{ a: 1, 'b\u0000c': 2 }, { 'a\u0000b': 1, c: 2 }, { 'a,b': 1 }, { a: 1, b: 2 }, { b: 1, a: 2 }];
    expect(hash(unpack(pack(values)))).toBe(hash(values));
  });

  it('writes what repeats once', () => {
    const fact = (n: number): object => ({ type: 'recordAcked', producer: 'P1', id: `P1/${n}`, topic: 'orders', partition: n % 3, offset: n });
    const bytes = pack(Array.from({ length: 1_000 }, (_, n) => fact(n)));
    expect(bytes.length / 1_000).toBeLessThan(30);
  });
});
