import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Writer } from '../../../src/views/terminal/writer.ts';

const RESET = '\u001bc';

/** A writer, what it gave before each picture, and the next picture. */
function paced(): { readonly writer: Writer; readonly given: string[]; readonly picture: () => boolean } {
  const given: string[] = [];
  let next: (() => void) | undefined;
  const writer = new Writer(
    (bytes) => given.push(bytes),
    (work) => (next = work),
  );
  const picture = (): boolean => {
    const work = next;
    next = undefined;
    work?.();
    return work !== undefined;
  };
  return { writer, given, picture };
}

describe('what an emulator is given', () => {
  it('is at once what is short, without another picture', () => {
    const { writer, given, picture } = paced();
    writer.write('one\n');
    writer.write('two\n');
    expect(given).toEqual(['one\n', 'two\n']);
    expect(picture()).toBe(false);
  });

  it('is 64 lines before each picture of ten thousand, in their order, and nothing twice', () => {
    const { writer, given, picture } = paced();
    const all = Array.from({ length: 10_000 }, (_, i) => `line ${i}\n`).join('');
    writer.write(all);
    writer.write('$ ');
    while (picture());
    expect(given.join('')).toBe(`${all}$ `);
    expect(given.length).toBe(Math.ceil(10_000 / 64));
    expect(Math.max(...given.map((piece) => piece.split('\n').length - 1))).toBe(64);
  });

  it('is cut also where no line ends', () => {
    const { writer, given, picture } = paced();
    writer.write('x'.repeat(1_000_000));
    while (picture());
    expect(given.join('')).toHaveLength(1_000_000);
    expect(Math.max(...given.map(({ length }) => length))).toBeLessThan(10_000);
  });

  it('begins anew with a new screen: what waited is not shown any more', () => {
    const { writer, given, picture } = paced();
    writer.write('old\n'.repeat(1_000));
    writer.write(`${RESET}new\n`);
    while (picture());
    expect(given).toEqual(['old\n'.repeat(64), `${RESET}new\n`]);
  });

  it('is all that was written, whatever it was and whenever pictures came', () => {
    const text = fc.string({ unit: fc.constantFrom('a', '\n', '主', '\u001b[1m'), maxLength: 400 }).map((one) => one.repeat(40));
    fc.assert(
      fc.property(fc.array(fc.tuple(text, fc.nat(3))), (all) => {
        const { writer, given, picture } = paced();
        for (const [bytes, pictures] of all) {
          writer.write(bytes);
          for (let i = 0; i < pictures; i++) picture();
        }
        while (picture());
        expect(given.join('')).toBe(all.map(([bytes]) => bytes).join(''));
      }),
    );
  });
});
