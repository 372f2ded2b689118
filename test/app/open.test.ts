import { afterEach, describe, expect, it, vi } from 'vitest';
import { openScenario } from '../../src/app/open.ts';
import { kernel } from '../../src/cluster/programs.ts';
import { hash } from '../../src/kernel/codec.ts';
import { scenarios } from '../../src/scenarios/index.ts';

const pullThePlug = scenarios.find(({ id }) => id === 'pull-the-plug')!;
const theControllerDies = scenarios.find(({ id }) => id === 'the-controller-dies')!;
const SEED = 77;

/** Items handled while something is done. */
function handled(work: () => void): number {
  const tick = vi.spyOn(kernel, 'tick');
  work();
  return tick.mock.calls.length;
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe('a good boot is kept', () => {
  it('boots a story once for each seed, and a story with the same cluster and boot not at all', () => {
    expect(handled(() => openScenario(pullThePlug, SEED))).toBeGreaterThan(1_000);
    vi.restoreAllMocks();
    expect(handled(() => openScenario(pullThePlug, SEED))).toBe(0);
    expect(handled(() => openScenario(theControllerDies, SEED))).toBe(0);
    expect(handled(() => openScenario(pullThePlug, SEED + 1))).toBeGreaterThan(1_000);
  }, 30_000);

  it('gives the boot whole: it is rewound to its first item and runs to the same world', () => {
    const history = openScenario(pullThePlug, SEED);
    const { now, item } = history;
    const opening = hash(history.world);
    expect(history.records(item - 100, item)).toHaveLength(100);
    history.seekItem(history.beginItem);
    expect(history.item).toBe(history.beginItem);
    history.seek(now);
    expect(history.item).toBe(item);
    expect(hash(history.world)).toBe(opening);
  }, 30_000);

  it('is not touched by what is done in a story that began with it', () => {
    const first = openScenario(pullThePlug, SEED);
    const before = { acts: first.acts.length, facts: first.facts.length, head: first.head, until: first.computedUntil };
    first.act({ type: 'signal', process: 'broker-1', signal: 'SIGKILL' });
    first.runTo(first.now + 10_000_000);
    first.seek(first.now - 12_000_000);
    first.act({ type: 'signal', process: 'broker-2', signal: 'SIGKILL' });
    first.runTo(first.now + 1_000_000);

    const second = openScenario(pullThePlug, SEED);
    expect(second.allBranches).toHaveLength(1);
    expect({ acts: second.acts.length, facts: second.facts.length, head: second.head, until: second.computedUntil }).toEqual(before);
    second.act({ type: 'signal', process: 'broker-1', signal: 'SIGKILL' });
    expect(second.allBranches).toHaveLength(1);
    second.runTo(second.now + 10_000_000);
    first.switchTo(0);
    first.seek(second.now);
    expect(hash(second.world)).toBe(hash(first.world));
  }, 30_000);
});
