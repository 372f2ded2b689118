import { describe, expect, it } from 'vitest';
import { toArray } from '../../src/kernel/append-list.ts';
import { exists, list, read } from '../../src/kernel/disk.ts';
import type { Message, Program } from '../../src/kernel/program.ts';
import { createKernel, createWorld, findProcess, program, runUntil, type KernelAction, type World } from '../../src/kernel/world.ts';

/** Writes and flushes what it is told, and tries to lock the file it is told. */
interface Clerk {
  readonly answers: readonly string[];
}

type Order = Message & { readonly path: string };

const clerk: Program<Clerk> = {
  start: () => ({ answers: [] }),
  handle(state, event, env) {
    if (event.type !== 'command') return { answers: [...state.answers, event.type] };
    const { type, path } = event.command as Order;
    switch (type) {
      case 'write':
        return { answers: [...state.answers, env.disk.append(path, env.self, env.self.length)] };
      case 'flush':
        env.disk.flush([path], path);
        return state;
      case 'lock':
        return { answers: [...state.answers, env.disk.lock(path) ? 'locked' : 'held by another'] };
      case 'list':
        return { answers: [...state.answers, env.disk.list(path).join(' ')] };
      default:
        env.disk.rename(path, `${path}.old`);
        return state;
    }
  },
};

const kernel = createKernel({ clerk: program(clerk) });
const mounts = [{ at: '/data', volume: 'machine', path: '/usr/local/one/data' }];
const fresh = (): World =>
  act(
    createWorld({
      seed: 1,
      wallClockBaseMs: 0,
      hosts: [{ name: 'machine', names: [], forwards: [] }, { name: 'container', names: [], forwards: [] }],
      processes: [
        { name: 'inside', program: 'clerk', host: 'container', config: null, mounts },
        { name: 'outside', program: 'clerk', host: 'machine', volume: 'machine', config: null },
      ],
    }),
    { type: 'start', process: 'inside' },
    { type: 'start', process: 'outside' },
  );

const act = (world: World, ...actions: KernelAction[]): World => actions.reduce((next, action) => kernel.perform(next, action).world, world);
const run = (world: World, ms: number): World => runUntil(kernel, world, world.now + ms * 1_000);
const tell = (world: World, process: string, type: string, path: string): World =>
  run(act(world, { type: 'command', process, command: { type, path } as Order }), 10);
const answers = (world: World, name: string): readonly string[] => (findProcess(world, name)!.state as Clerk).answers;
const volume = (world: World, name: string) => world.volumes.find((one) => one.name === name)!;

describe('a mounted directory', () => {
  it('lies on the other volume, and everything else on its own', () => {
    const world = tell(tell(tell(fresh(), 'inside', 'write', '/data/myid'), 'inside', 'write', '/conf/zoo.cfg'), 'inside', 'write', '/database');
    expect(volume(world, 'machine').paths).toEqual(['/usr/local/one/data/myid']);
    expect(volume(world, 'inside').paths).toEqual(['/conf/zoo.cfg', '/database']);
    expect(answers(tell(world, 'inside', 'list', '/data'), 'inside').at(-1)).toBe('myid');
    expect(volume(tell(world, 'inside', 'rename', '/data/myid'), 'machine').paths).toEqual(['/usr/local/one/data/myid.old']);
  });

  it('keeps through a power loss what was flushed', () => {
    const written = tell(tell(tell(fresh(), 'inside', 'write', '/data/kept'), 'inside', 'flush', '/data/kept'), 'inside', 'write', '/data/lost');
    expect(answers(written, 'inside')).toContain('flushed');
    const after = volume(act(written, { type: 'powerOff', host: 'machine' }), 'machine');
    expect([exists(after, '/usr/local/one/data/kept'), exists(after, '/usr/local/one/data/lost')]).toEqual([true, false]);
  });
});

describe('a locked file', () => {
  it('is held by one living process at a time, by whatever path it is reached', () => {
    const held = tell(tell(fresh(), 'inside', 'lock', '/data/.lock'), 'outside', 'lock', '/usr/local/one/data/.lock');
    expect([answers(held, 'inside'), answers(held, 'outside')]).toEqual([['locked'], ['held by another']]);
    expect(answers(tell(held, 'outside', 'lock', '/usr/local/two/data/.lock'), 'outside').at(-1)).toBe('locked');
    const paused = act(held, { type: 'kill', process: 'inside', signal: 'SIGSTOP' });
    expect(answers(tell(paused, 'outside', 'lock', '/usr/local/one/data/.lock'), 'outside').at(-1)).toBe('held by another');
    const free = act(held, { type: 'kill', process: 'inside', signal: 'SIGKILL' });
    const taken = tell(free, 'outside', 'lock', '/usr/local/one/data/.lock');
    expect(answers(taken, 'outside').at(-1)).toBe('locked');
    expect(answers(tell(run(act(taken, { type: 'start', process: 'inside' }), 1), 'inside', 'lock', '/data/.lock'), 'inside')).toEqual(['held by another']);
  });
});

describe('a file', () => {
  it('knows when it was last changed, and the mode it was given', () => {
    let world = tell(run(fresh(), 1_000), 'outside', 'write', '/a');
    world = act(world, { type: 'files', volume: 'machine', edits: [{ type: 'attributes', path: '/a', mode: 0o755 }] });
    world = tell(run(world, 1_000), 'outside', 'write', '/a');
    const [file] = volume(world, 'machine').files;
    expect([Math.floor(file!.modifiedAt / 1_000_000), file!.mode]).toEqual([2, 0o755]);
    expect(toArray(read(volume(world, 'machine'), '/a')!.entries)).toEqual(['outside', 'outside']);
  });
});

describe('a process of the same name', () => {
  it('takes the place of one that does not live, with nothing of its life but its number', () => {
    const again: KernelAction = { type: 'addProcess', process: { name: 'inside', program: 'clerk', host: 'machine', config: 2, volume: 'other' } };
    const world = tell(fresh(), 'inside', 'write', '/mine');
    expect(() => act(world, again)).toThrow('inside lives');
    const replaced = run(act(world, { type: 'kill', process: 'inside', signal: 'SIGKILL' }, again, { type: 'start', process: 'inside' }), 1);
    const process = findProcess(replaced, 'inside')!;
    expect([process.host, process.config, process.incarnation, replaced.processes.indexOf(process)]).toEqual(['machine', 2, 2, 0]);
    expect(answers(replaced, 'inside')).toEqual([]);
    expect(list(volume(replaced, 'other'), '/')).toEqual([]);
    expect(volume(replaced, 'inside').paths).toEqual(['/mine']);
  });
});
