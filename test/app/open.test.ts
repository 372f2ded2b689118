import { afterEach, describe, expect, it, vi } from 'vitest';
import { parse } from 'devalue';
import { detailsOf } from '../../src/app/frames/details.ts';
import { messageDetails } from '../../src/app/frames/message-details.ts';
import { messageFrames } from '../../src/app/frames/stage.ts';
import { openScenario, programs } from '../../src/app/open.ts';
import { savedOpening } from '../../src/app/save-opening.ts';
import { restored, type ClusterHistory, type SavedOpening } from '../../src/app/story.ts';
import { factsOf } from '../../src/cluster/observer.ts';
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

describe('the opening that is built with the page', () => {
  const { seed } = pullThePlug.cluster;
  const built = (): ClusterHistory => restored(parse(savedOpening()) as SavedOpening);

  it('is the one that is booted: the same world, facts and acts, with all its past', () => {
    const booted = openScenario(pullThePlug, seed);
    const again = built();
    expect({ item: again.item, now: again.now, acts: again.acts, facts: again.facts.length }).toEqual({ item: booted.item, now: booted.now, acts: booted.acts, facts: booted.facts.length });
    expect(hash(again.world)).toBe(hash(booted.world));
    expect(hash(again.observed)).toBe(hash(booted.observed));
    again.extend(programs);
    for (const history of [booted, again]) {
      history.act({ type: 'signal', process: 'broker-1', signal: 'SIGKILL' });
      history.runTo(history.now + 12_000_000);
    }
    expect(hash(again.world)).toBe(hash(booted.world));
    for (const history of [booted, again]) history.seek(3_000_000);
    expect(hash(again.world)).toBe(hash(booted.world));
  }, 30_000);

  it('shows stage, timeline and inspector without the programs', () => {
    const again = built();
    const seen = { world: again.world, observed: again.observed, facts: factsOf(again.world, again.observed), now: again.now };
    for (const id of ['broker-1', 'zookeeper2', 'P1', 'C1', 'partition:orders-0', 'session:broker-1']) expect(detailsOf(id, seen, again, false).length, id).toBeGreaterThan(0);
    expect(messageFrames(again.world).every(({ id }) => messageDetails(id, seen, again).length > 0)).toBe(true);
  });
});
