/**
 * Whatever is typed at a terminal: no crash, no hang, a prompt in the end, and a world that is plain data and comes out the same when the
 * same is done again. SHELL_FUZZ_RUNS and SHELL_FUZZ_SEED in the environment ask for more, or for others.
 */
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { hash, load, save } from '../../../src/kernel/codec.ts';
import type { World } from '../../../src/kernel/world.ts';
import { Typist } from '../typist.ts';
import { Fuzzed, prepared, type Deed } from './host.ts';
import { atPrompt, insidePrograms } from './lines.ts';

const numRuns = Number(process.env['SHELL_FUZZ_RUNS'] ?? 60);
const seed = Number(process.env['SHELL_FUZZ_SEED'] ?? 20_261_126);

let world: World;
let saved: string;
beforeAll(() => {
  world = prepared();
  saved = save(world);
});

/** Does all of it and leaves. */
function after(from: World, deeds: readonly Deed[]): Fuzzed {
  const fuzzed = new Fuzzed(from);
  fuzzed.act({ line: 'cd /usr/local/kafka/bin' });
  for (const deed of deeds) fuzzed.act(deed);
  return fuzzed;
}

function survives(deeds: readonly Deed[]): void {
  const fuzzed = after(world, deeds);
  const reached = hash(fuzzed.world);
  expect(hash(load(save(fuzzed.world)))).toBe(reached);
  expect(hash(after(load(saved) as World, deeds).world)).toBe(reached);
  expect(fuzzed.leave()).toBe(true);
  expect(fuzzed.watchman.found).toEqual([]);
  expect(new Typist(fuzzed.world, 'fuzz-2').type('echo alive', 5)).toBe('alive\n');
}

describe('whatever is typed', () => {
  it('at the prompt neither stops the world nor corrupts it, and the prompt comes back', () => {
    fc.assert(fc.property(atPrompt, survives), { numRuns, seed });
  });

  it('into a program in front neither stops the world nor corrupts it, and the prompt comes back', () => {
    fc.assert(fc.property(insidePrograms, survives), { numRuns, seed });
  });

  it('of a megabyte is answered', () => {
    const typist = new Typist(world, 'fuzz');
    expect(typist.type(`echo ${'x'.repeat(1_000_000)} | wc -c`)).toBe('1000001\n');
    expect(typist.type('y'.repeat(1_000_000)).length).toBeLessThan(300);
  });
});
