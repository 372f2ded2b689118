import { describe, expect, it } from 'vitest';
import { hash } from '../../src/kernel/codec.ts';
import { History } from '../../src/kernel/history.ts';
import type { Env, Message, ProcessEvent, Program } from '../../src/kernel/program.ts';
import { createKernel, createWorld, findProcess, privileged, program, runUntil, type KernelAction, type World } from '../../src/kernel/world.ts';

/** Starts what it is told to start and writes down what its children say. */
interface Watching {
  readonly heard: readonly string[];
}

type Order = Message & { readonly actions: readonly KernelAction[] };

const hear = (event: ProcessEvent): string => {
  switch (event.type) {
    case 'output':
      return `${event.process} ${event.stream} ${event.text}`;
    case 'ended':
      return `${event.process} ended ${event.exitCode} ${event.signal ?? '-'}`;
    default:
      return event.type;
  }
};

const watcher: Program<Watching> = {
  start: () => ({ heard: [] }),
  handle(state, event, env) {
    if (event.type !== 'command') return { heard: [...state.heard, hear(event)] };
    for (const action of (event.command as Order).actions) env.system.perform(action);
    return { heard: [...state.heard, `${env.system.world.processes.length} processes`] };
  },
};

/** Prints a number on both streams every 10 ms, and repeats what it is given. */
const talker: Program<{ readonly count: number }, { readonly until: number }> = {
  start(_config, env) {
    env.print('stdout', 'first ');
    env.print('stdout', 'line\n');
    env.print('stderr', 'warning\n');
    env.print('stdout', 'second line\n');
    env.setTimer('tick', 10_000);
    return { count: 0 };
  },
  handle(state, event, env) {
    if (event.type === 'signal') env.exit(143);
    if (event.type === 'command') say(event.command, env);
    if (event.type !== 'timer') return state;
    env.print('stdout', `${state.count}\n`);
    if (state.count === 2) env.exit(3);
    else env.setTimer('tick', 10_000);
    return { count: state.count + 1 };
  },
};

function say(command: Message, env: Env): void {
  if (command.type === 'input') env.print('stdout', (command as Message & { text: string }).text);
  if (command.type === 'endOfInput') env.exit(0);
}

/** Asks for what it may not have. */
const presumptuous: Program<null> = {
  start(_config, env) {
    env.system.perform({ type: 'powerOff', host: 'here' });
    return null;
  },
  handle: (state) => state,
};

const kernel = createKernel({ watcher: privileged(watcher), talker: program(talker), presumptuous: program(presumptuous) });

const fresh = (): World => {
  const world = createWorld({
    seed: 1,
    wallClockBaseMs: 0,
    hosts: [{ name: 'here', names: [], forwards: [] }],
    processes: [
      { name: 'watcher', program: 'watcher', host: 'here', config: null },
      { name: 'orphan', program: 'talker', host: 'here', config: null },
      { name: 'presumptuous', program: 'presumptuous', host: 'here', config: null },
    ],
  });
  return act(world, { type: 'start', process: 'watcher' });
};

const act = (world: World, ...actions: KernelAction[]): World => actions.reduce((next, action) => kernel.perform(next, action).world, world);
const run = (world: World, ms: number): World => runUntil(kernel, world, world.now + ms * 1_000);
const order = (...actions: KernelAction[]): KernelAction => ({ type: 'command', process: 'watcher', command: { type: 'do', actions } as Order });
const child: readonly KernelAction[] = [
  { type: 'addProcess', process: { name: 'talker', program: 'talker', host: 'here', config: null, parent: 'watcher', commandLine: 'talker --loud' } },
  { type: 'start', process: 'talker' },
];
const withChild = (): World => act(fresh(), order(...child));
const heard = (world: World): readonly string[] => (findProcess(world, 'watcher')!.state as Watching).heard;
const GREETING = ['talker stdout first line\n', 'talker stderr warning\n', 'talker stdout second line\n'];

describe('a child process', () => {
  it('is heard by its parent at once and in order, and its end comes after all it said', () => {
    const at = run(withChild(), 0);
    expect(heard(at)).toEqual(['3 processes', ...GREETING]);
    expect(heard(run(at, 100))).toEqual(['3 processes', ...GREETING, 'talker stdout 0\n', 'talker stdout 1\n', 'talker stdout 2\n', 'talker ended 3 -']);
  });

  it('takes input and its end', () => {
    const world = run(act(run(withChild(), 1), { type: 'command', process: 'talker', command: { type: 'input', text: 'hello\n' } as Message }), 0);
    expect(heard(world).at(-1)).toBe('talker stdout hello\n');
    expect(heard(run(act(world, { type: 'command', process: 'talker', command: { type: 'endOfInput' } }), 0)).at(-1)).toBe('talker ended 0 -');
  });

  it('is known by its signal when it was killed, and by its exit code when it was asked to go', () => {
    expect(heard(run(act(run(withChild(), 1), { type: 'kill', process: 'talker', signal: 'SIGKILL' }), 0)).at(-1)).toBe('talker ended 137 SIGKILL');
    expect(heard(run(act(run(withChild(), 1), { type: 'kill', process: 'talker', signal: 'SIGTERM' }), 0)).at(-1)).toBe('talker ended 143 -');
  });

  it('is silent while it is paused; a paused parent hears it later', () => {
    const paused = run(act(run(withChild(), 1), { type: 'kill', process: 'talker', signal: 'SIGSTOP' }), 100);
    expect(heard(paused)).toHaveLength(4);
    expect(heard(run(act(paused, { type: 'kill', process: 'talker', signal: 'SIGCONT' }), 100)).at(-1)).toBe('talker ended 3 -');

    const deaf = run(act(run(withChild(), 1), { type: 'kill', process: 'watcher', signal: 'SIGSTOP' }), 100);
    expect(heard(deaf)).toHaveLength(4);
    expect(heard(run(act(deaf, { type: 'kill', process: 'watcher', signal: 'SIGCONT' }), 0)).slice(-2)).toEqual(['talker stdout 2\n', 'talker ended 3 -']);
  });

  it('without a parent, or with one that is gone, talks to nobody and lives on', () => {
    expect(heard(run(act(fresh(), { type: 'start', process: 'orphan' }), 100))).toEqual([]);
    const left = run(act(run(withChild(), 1), { type: 'kill', process: 'watcher', signal: 'SIGKILL' }), 100);
    expect(findProcess(left, 'talker')!.exitCode).toBe(3);
  });

  it('has the command line it was given', () => {
    expect(findProcess(run(withChild(), 1), 'talker')!.commandLine).toBe('talker --loud');
  });
});

describe('a privileged program', () => {
  it('changes the world within its own item: what follows has that item as its cause', () => {
    let world = act(fresh(), order(...child));
    const records = [];
    for (let ticked = kernel.tick(world); ticked !== undefined && world.now === 0; ticked = kernel.tick(world)) {
      records.push(ticked.record);
      ({ world } = ticked);
    }
    const ordered = records.find((record) => record.event?.type === 'command')!;
    const started = records.find((record) => record.process === 3 && record.event?.type === 'start')!;
    expect(started.cause).toBe(ordered.id);
    expect(records.filter((record) => record.event?.type === 'output').every((record) => record.cause === started.id)).toBe(true);
  });

  it('edits files, of a volume that its edit makes', () => {
    const line = { entries: { full: [], tail: ['one'], length: 1 }, bytes: 4 };
    const world = run(
      act(
        fresh(),
        order({
          type: 'files',
          volume: 'shelf',
          edits: [
            { type: 'makeDirectory', path: '/etc' },
            { type: 'write', path: '/a', content: line },
            { type: 'append', path: '/a', entry: 'two', bytes: 4 },
            { type: 'rename', from: '/a', to: '/b' },
            { type: 'write', path: '/gone', content: line },
            { type: 'remove', path: '/gone' },
          ],
        }),
      ),
      1,
    );
    const shelf = world.volumes.find((volume) => volume.name === 'shelf')!;
    expect(shelf.paths).toEqual(['/b', '/etc/']);
    expect(shelf.usedBytes).toBe(8);
    expect(shelf.files[0]!.content.entries.tail).toEqual(['one', 'two']);
  });

  it('is what other programs are not', () => {
    expect(() => run(act(fresh(), { type: 'start', process: 'presumptuous' }), 1)).toThrow('presumptuous is not privileged');
  });
});

describe('rewinding', () => {
  it('over children, their output and their end is identity', () => {
    const history = new History<KernelAction, number>({
      kernel,
      world: fresh(),
      observer: { initial: 0, fold: (observed) => observed + 1, keeps: () => false },
      expand: (_world, action) => [action],
    });
    history.runTo(1_000);
    history.act(order(...child));
    history.runTo(15_000);
    history.act({ type: 'kill', process: 'talker', signal: 'SIGSTOP' });
    history.runTo(40_000);
    history.act({ type: 'kill', process: 'talker', signal: 'SIGCONT' });
    history.runTo(200_000);
    const hashes = [hash(history.world)];
    while (history.stepBack()) hashes.push(hash(history.world));
    expect(hashes.length).toBeGreaterThan(12);
    for (const expected of hashes.reverse().slice(1)) {
      history.step();
      expect(hash(history.world)).toBe(expected);
    }
  });
});
