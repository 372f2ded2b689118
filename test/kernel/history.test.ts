import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hash, load, save } from '../../src/kernel/codec.ts';
import { History, type Observer } from '../../src/kernel/history.ts';
import type { Message, Program } from '../../src/kernel/program.ts';
import { createKernel, createWorld, program, type KernelAction, type World } from '../../src/kernel/world.ts';

/** Two processes that keep throwing a ball at each other, dropping it by chance. */
interface Player {
  readonly caught: number;
  readonly connection: number | null;
  readonly bytes: Uint8Array;
}

const player: Program<Player, { dials: boolean }> = {
  start(config, env) {
    if (config.dials) env.connect({ host: 'here', port: 1 }, 'ball');
    else env.listen(1);
    return { caught: 0, connection: null, bytes: new Uint8Array(0) };
  },
  handle(state, event, env) {
    switch (event.type) {
      case 'connected':
        env.send(event.connection, { type: 'Ball' });
        return { ...state, connection: event.connection };
      case 'received': {
        if (env.random() < 0.1) env.setTimer('pick up', 10_000, { ball: event.connection });
        else env.send(event.connection, { type: 'Ball' });
        env.fact({ type: state.caught % 10 === 9 ? 'tenCaught' : 'caught' });
        return { ...state, caught: state.caught + 1, bytes: Uint8Array.of(state.caught & 255, 7) };
      }
      case 'timer':
        env.send((event.data as { ball: number }).ball, { type: 'Ball' });
        return state;
      case 'command':
        return { ...state, caught: state.caught + 1_000 };
      default:
        return state;
    }
  },
};

const kernel = createKernel({ player: program(player) });
const begin = (): World =>
  ['b', 'a'].reduce(
    (world, process) => kernel.perform(world, { type: 'start', process }).world,
    createWorld({
      seed: 3,
      wallClockBaseMs: 0,
      hosts: [{ name: 'here', names: [], forwards: [] }],
      processes: [
        { name: 'a', program: 'player', host: 'here', config: { dials: true } },
        { name: 'b', program: 'player', host: 'here', config: { dials: false } },
      ],
    }),
  );

const observer: Observer<number> = {
  initial: 0,
  fold: (observed, record) => observed + record.facts.length,
  keeps: (fact) => fact.type === 'tenCaught',
};

const newHistory = (world = begin()): History<KernelAction, number> =>
  new History<KernelAction, number>({
    kernel,
    world,
    observer,
    expand: (_world, action) => [action],
  });

const bonus: KernelAction = { type: 'command', process: 'a', command: { type: 'bonus' } as Message };

describe('a history', () => {
  it('steps back exactly, and forward again to the same worlds', () => {
    const history = newHistory();
    const hashes = [hash(history.world)];
    for (let i = 0; i < 300; i++) {
      history.step();
      hashes.push(hash(history.world));
    }
    for (let i = 299; i >= 0; i--) {
      expect(history.stepBack()).toBe(true);
      expect(hash(history.world)).toBe(hashes[i]);
    }
    expect(history.stepBack()).toBe(false);
    for (let i = 1; i <= 300; i++) {
      history.step();
      expect(hash(history.world)).toBe(hashes[i]);
    }
  });

  it('rewinds the observer with the world', () => {
    const history = newHistory();
    history.runTo(200_000);
    const { observed, item } = history;
    history.seek(50_000);
    expect(history.observed).toBeLessThan(observed);
    history.seekItem(item);
    expect(history.observed).toBe(observed);
  });

  it('shows once more how a world went on, acts and all, and the playhead stays', () => {
    const history = newHistory();
    const beginning = history.world;
    history.runTo(50_000);
    history.act(bonus);
    history.runTo(100_000);
    const [end, item, now] = [hash(history.world), history.item, history.now];
    history.seek(20_000);
    history.act(bonus);
    history.runTo(60_000);
    const other = hash(history.world);
    const walked = (): string => {
      let world = beginning;
      for (let ticked = history.again(world); ticked; ticked = history.again(world)) {
        expect(ticked.record).toEqual(history.record(world.items));
        world = ticked.world;
      }
      return hash(world);
    };
    expect(walked()).toBe(other);
    history.switchTo(0);
    history.seek(10_000);
    expect(walked()).toBe(end);
    expect([history.item, history.now]).toEqual([history.firstItemAfter(10_000), 10_000]);
    history.seekItem(item, now);
    expect(hash(history.world)).toBe(end);
  });

  it('keeps time between two items, and stands there after a seek', () => {
    const history = newHistory();
    history.runTo(100_000);
    history.seek(33_333);
    expect(history.now).toBe(33_333);
    expect(history.world.now).toBeLessThanOrEqual(33_333);
    expect(history.nextAt()).toBeGreaterThan(33_333);
  });

  it('stands before an act that was done between two items, at the moment at which it was done', () => {
    const history = newHistory();
    history.runTo(33_333);
    const { item, now } = history;
    const before = hash(history.world);
    history.act(bonus);
    history.runTo(100_000);
    history.seekItem(item, now);
    expect(history.item).toBe(item);
    expect(history.now).toBe(33_333);
    expect(hash(history.world)).toBe(before);
    history.seekItem(item, 1);
    expect(history.now).toBe(history.timeOf(item - 1));
    history.seekItem(item, 90_000);
    expect(history.now).toBe(history.timeOf(item));
  });

  it('is saved and restored whole: it goes on, rewinds and forks as the one it was saved from', () => {
    const history = newHistory();
    history.runTo(50_000);
    history.act(bonus);
    history.runTo(100_123);
    history.seek(90_000);
    const saved = load(save(history.save(10))) as ReturnType<typeof history.save>;
    const again = History.restore<KernelAction, number>(saved, observer);
    expect({ item: again.item, now: again.now, head: again.head, until: again.computedUntil, observed: again.observed }).toEqual({ item: history.item, now: 90_000, head: history.item, until: 90_000, observed: history.observed });
    expect(hash(again.world)).toBe(hash(history.world));
    // What lies just behind it needs no programs, what lies further behind does.
    expect(again.records(again.item - 10, again.item)).toEqual(history.records(history.item - 10, history.item));
    expect(hash(again.worldAt(again.item - 1))).toBe(hash(history.worldAt(history.item - 1)));
    expect(again.causes(again.item - 1)).toEqual(history.causes(history.item - 1));
    expect(() => again.step()).toThrow('before the programs are there');
    again.extend({ kernel, expand: (_world, action) => [action] });
    for (const moment of [100_123, 60_000, 49_999, 0, 150_000]) {
      history.seek(moment);
      again.seek(moment);
      expect(hash(again.world), String(moment)).toBe(hash(history.world));
      expect(again.observed).toBe(history.observed);
    }
    expect(Array.from({ length: again.facts.length }, (_, index) => again.facts.at(index))).toEqual(Array.from({ length: history.facts.length }, (_, index) => history.facts.at(index)));
    again.seek(70_000);
    again.act(bonus);
    expect(again.allBranches).toHaveLength(2);
  });

  it('is saved at its beginning too', () => {
    const again = History.restore<KernelAction, number>(newHistory().save(10), observer);
    expect({ item: again.item, now: again.now }).toEqual({ item: again.beginItem, now: again.beginMicros });
    expect(hash(again.world)).toBe(hash(begin()));
  });

  it('replays recorded acts at their place', () => {
    const history = newHistory();
    history.runTo(50_000);
    history.act(bonus);
    history.runTo(100_000);
    const end = hash(history.world);
    history.seek(10_000);
    history.seek(100_000);
    expect(hash(history.world)).toBe(end);
    expect(history.allBranches).toHaveLength(1);
  });

  it('forks where somebody acts in the past and keeps the old future', () => {
    const history = newHistory();
    history.runTo(100_000);
    const old = hash(history.world);
    history.seek(50_000);
    history.act(bonus);
    history.runTo(100_000);
    expect(hash(history.world)).not.toBe(old);
    expect(history.allBranches.map((branch) => branch.isCurrent)).toEqual([false, true]);
    history.switchTo(0);
    expect(hash(history.world)).toBe(old);
    history.switchTo(1);
    expect(history.acts.map((act) => act.at)).toEqual([50_000]);
  });

  it('glances at another branch without leaving its place', () => {
    const history = newHistory();
    history.runTo(100_000);
    const old = hash(history.world);
    history.seek(50_000);
    history.act(bonus);
    history.runTo(80_000);
    const here = hash(history.world);
    const { item } = history;
    history.runTo(120_000);
    expect(history.glance(0, history.now)).toMatchObject({ now: 100_000, acts: [] });
    expect(hash(history.glance(0, 100_000).world)).toBe(old);
    expect(hash(history.glance(1, 80_000).world)).toBe(here);
    expect([history.now, history.allBranches.findIndex(({ isCurrent }) => isCurrent)]).toEqual([120_000, 1]);
    history.seekItem(item);
    expect(hash(history.world)).toBe(here);
  });

  it('tells of any earlier stretch what happened, also when it is long out of memory', () => {
    const history = newHistory();
    const seen: string[] = [];
    for (let i = 0; i < 60_000; i++) {
      const record = history.step()!;
      if (i < 500) seen.push(`${record.id} ${record.at} ${record.cause} ${record.kind}`);
    }
    const item = history.item;
    expect(history.records(history.beginItem, history.beginItem + 500).map((r) => `${r.id} ${r.at} ${r.cause} ${r.kind}`)).toEqual(seen);
    expect(history.item).toBe(item);
  });

  it('leads from any item along its causes back to an act', () => {
    const history = newHistory();
    history.runTo(20_000);
    const chain = history.causes(history.head - 1, 10_000);
    expect(chain.length).toBeGreaterThan(10);
    for (let i = 1; i < chain.length; i++) expect(history.timeOf(chain[i]!)).toBeLessThanOrEqual(history.timeOf(chain[i - 1]!));
    expect(chain[chain.length - 1]!).toBeLessThan(history.beginItem + 5);
  });

  it('keeps the facts that matter for good', () => {
    const history = newHistory();
    history.runTo(300_000);
    expect(history.facts.length).toBeGreaterThan(5);
    expect(new Set(Array.from({ length: history.facts.length }, (_, index) => history.facts.typeAt(index)))).toEqual(new Set(['tenCaught']));
  });
});

describe('a saved world', () => {
  it('goes on exactly as the one it was saved from, whichever item it was saved at', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 400 }), (items) => {
        const history = newHistory();
        for (let i = 0; i < items; i++) history.step();
        const loaded = newHistory(load(save(history.world)) as World);
        expect(hash(loaded.world)).toBe(hash(history.world));
        for (let i = 0; i < 100; i++) {
          history.step();
          loaded.step();
        }
        expect(hash(loaded.world)).toBe(hash(history.world));
      }),
      { numRuns: 25 },
    );
  });
});

describe('any sequence of seeks', () => {
  it('shows at each place the world that running there from the beginning gives', () => {
    const straight = newHistory();
    const hashes: string[] = [hash(straight.world)];
    for (let i = 0; i < 700; i++) {
      straight.step();
      hashes.push(hash(straight.world));
    }
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 700 }), { minLength: 1, maxLength: 12 }), (places) => {
        const history = newHistory();
        for (let i = 0; i < 700; i++) history.step();
        for (const place of places) {
          history.seekItem(history.beginItem + place);
          expect(hash(history.world)).toBe(hashes[place]);
        }
      }),
      { numRuns: 30 },
    );
  });
});
