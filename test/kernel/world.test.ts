import { describe, expect, it } from 'vitest';
import { toArray } from '../../src/kernel/append-list.ts';
import type { Env, Message, ProcessEvent, Program } from '../../src/kernel/program.ts';
import { createKernel, createWorld, findProcess, program, runUntil, type KernelAction, type World } from '../../src/kernel/world.ts';

interface Seen {
  readonly at: number;
  readonly what: string;
}

/** Listens, dials, writes down everything it is told, and does what it is commanded. */
interface Witness {
  readonly seen: readonly Seen[];
}

const describeEvent = (event: ProcessEvent): string => {
  switch (event.type) {
    case 'received':
      return `received ${event.message.type}`;
    case 'closed':
      return `closed ${event.reason}`;
    case 'connectFailed':
      return `connectFailed ${event.reason}`;
    case 'timer':
      return `timer ${event.name}`;
    case 'signal':
      return event.signal;
    default:
      return event.type;
  }
};

type Command = Message &
  Partial<{ port: number; host: string; connection: number; name: string; delay: number; text: string; path: string }>;

const witness: Program<Witness, { listen?: number } | null> = {
  start(config, env) {
    if (config?.listen !== undefined) env.listen(config.listen);
    return { seen: [{ at: env.now, what: 'start' }] };
  },
  handle(state, event, env) {
    if (event.type === 'command') obey(event.command as Command, env);
    if (event.type === 'signal') env.exit(143);
    return { seen: [...state.seen, { at: env.now, what: describeEvent(event) }] };
  },
};

function obey(command: Command, env: Env): void {
  switch (command.type) {
    case 'dial':
      env.connect({ host: command.host!, port: command.port! }, 'dialled');
      break;
    case 'say':
      env.send(command.connection!, { type: command.text! });
      break;
    case 'hang up':
      env.close(command.connection!);
      break;
    case 'wait':
      env.setTimer(command.name!, command.delay!);
      break;
    case 'write':
      env.disk.append(command.path!, command.text!, command.text!.length);
      break;
    case 'flush':
      env.disk.flush([command.path!], 'done');
      break;
  }
}

const kernel = createKernel({ witness: program(witness) });

const fresh = (seed = 1): World => {
  let world = createWorld({
    seed,
    wallClockBaseMs: 1_600_000_000_000,
    hosts: [
      { name: 'left', names: [], forwards: [{ port: 2182, toHost: 'right', toPort: 2181 }] },
      { name: 'right', names: ['172.19.0.2'], forwards: [] },
    ],
    processes: [
      { name: 'a', program: 'witness', host: 'left', config: null },
      { name: 'b', program: 'witness', host: 'right', config: { listen: 2181 } },
    ],
  });
  world = act(world, { type: 'start', process: 'a' }, { type: 'start', process: 'b' });
  return run(world, 10);
};

const act = (world: World, ...actions: KernelAction[]): World => actions.reduce((next, action) => kernel.perform(next, action).world, world);
const run = (world: World, ms: number): World => runUntil(kernel, world, world.now + ms * 1_000);
const command = (process: string, what: Command): KernelAction => ({ type: 'command', process, command: what });
const seenBy = (world: World, name: string): string[] => ((findProcess(world, name)!.state as Witness | null)?.seen ?? []).map((one) => one.what);
const dial = (world: World, port = 2181, host = 'right'): World => run(act(world, command('a', { type: 'dial', host, port })), 10);

describe('the network', () => {
  it('lets both ends know of a connection and carries messages in order', () => {
    let world = dial(fresh());
    for (const text of ['one', 'two', 'three']) world = act(world, command('a', { type: 'say', connection: 1, text }));
    world = run(world, 10);
    expect(seenBy(world, 'b')).toEqual(['start', 'accepted', 'received one', 'received two', 'received three']);
  });

  it('keeps the two ends apart where a process is connected to itself', () => {
    let world = run(act(fresh(), command('b', { type: 'dial', host: 'localhost', port: 2181 })), 10);
    world = run(act(world, command('b', { type: 'say', connection: 1, text: 'question' })), 10);
    world = run(act(world, command('b', { type: 'say', connection: -1, text: 'answer' })), 10);
    expect(seenBy(world, 'b').filter((one) => one.startsWith('received'))).toEqual(['received question', 'received answer']);
    world = run(act(world, command('b', { type: 'hang up', connection: -1 })), 10);
    expect(seenBy(world, 'b').slice(-1)).toEqual(['closed fin']);
    expect(world.network.connections).toEqual([]);
  });

  it('goes through a published port, by name and by address', () => {
    expect(seenBy(dial(fresh(), 2182, '127.0.0.1'), 'a')).toContain('connected');
    expect(seenBy(dial(fresh(), 2181, '172.19.0.2'), 'a')).toContain('connected');
  });

  it('tells refused, unknown and timed out apart', () => {
    expect(seenBy(dial(fresh(), 99), 'a')).toContain('connectFailed refused');
    expect(seenBy(dial(fresh(), 2181, 'nowhere'), 'a')).toContain('connectFailed unknownHost');
    const cut = act(fresh(), { type: 'addRule', rule: { id: 'cut', from: 'a', to: 'b', effect: { type: 'cut' } } });
    expect(seenBy(run(dial(cut), 120_000), 'a')).not.toContain('connectFailed timedOut');
    expect(seenBy(run(dial(cut), 130_000), 'a')).toContain('connectFailed timedOut');
  });

  it('resets the connections of a killed process at once, and those of a lost host only when it answers again', () => {
    const killed = run(act(dial(fresh()), { type: 'kill', process: 'b', signal: 'SIGKILL' }), 10);
    expect(seenBy(killed, 'a')).toContain('closed reset');
    let dark = run(act(dial(fresh()), { type: 'powerOff', host: 'right' }), 60_000);
    expect(seenBy(dark, 'a')).not.toContain('closed reset');
    dark = act(dark, { type: 'powerOn', host: 'right' }, command('a', { type: 'say', connection: 1, text: 'hello?' }));
    expect(seenBy(run(dark, 10), 'a')).toContain('closed reset');
  });

  it('holds what is sent into a one-way cut and delivers it in order after the heal', () => {
    let world = act(dial(fresh()), { type: 'addRule', rule: { id: 'x', from: 'a', to: 'b', effect: { type: 'cut' } } });
    world = run(act(world, command('a', { type: 'say', connection: 1, text: 'one' })), 50);
    world = run(act(world, command('b', { type: 'say', connection: 1, text: 'back' })), 50);
    expect(seenBy(world, 'a')).toContain('received back');
    expect(seenBy(world, 'b')).not.toContain('received one');
    world = act(world, { type: 'removeRule', id: 'x' }, command('a', { type: 'say', connection: 1, text: 'two' }));
    world = run(world, 1_000);
    expect(seenBy(world, 'b').slice(-2)).toEqual(['received one', 'received two']);
  });

  it('holds what wants in at a port that a firewall shuts, though the connection stands, and lets answers out', () => {
    const wall = { id: 'x', from: '*', to: '*', port: 2181, effect: { type: 'filter', machine: 'right', verdict: 'refuse', sparesNobody: true } } as const;
    let world = act(dial(fresh()), { type: 'addRule', rule: wall });
    world = act(world, command('a', { type: 'say', connection: 1, text: 'one' }), command('b', { type: 'say', connection: 1, text: 'back' }));
    world = run(world, 50);
    expect(seenBy(world, 'a')).toContain('received back');
    expect(seenBy(world, 'b')).not.toContain('received one');
    world = run(act(world, { type: 'removeRule', id: 'x' }, command('a', { type: 'say', connection: 1, text: 'two' })), 1_000);
    expect(seenBy(world, 'b').slice(-2)).toEqual(['received one', 'received two']);
  });

  it('delivers what was sent before a close and says fin to the peer only', () => {
    let world = act(dial(fresh()), command('a', { type: 'say', connection: 1, text: 'bye' }), command('a', { type: 'hang up', connection: 1 }));
    world = run(world, 10);
    expect(seenBy(world, 'b').slice(-2)).toEqual(['received bye', 'closed fin']);
    expect(seenBy(world, 'a').join()).not.toContain('closed');
    expect(world.network.connections).toEqual([]);
  });
});

describe('a process', () => {
  it('hears nothing while it is paused and everything, in order, when it goes on', () => {
    let world = act(dial(fresh()), command('b', { type: 'wait', name: 'soon', delay: 5_000 }));
    world = act(run(world, 1), { type: 'kill', process: 'b', signal: 'SIGSTOP' }, command('a', { type: 'say', connection: 1, text: 'x' }));
    world = run(world, 100);
    expect(seenBy(world, 'b').slice(-2)).toEqual(['accepted', 'command']);
    world = run(act(world, { type: 'kill', process: 'b', signal: 'SIGCONT' }), 1);
    expect(seenBy(world, 'b').slice(-2)).toEqual(['received x', 'timer soon']);
  });

  it('hears, when it goes on, of what was said and of the end of a connection while it was paused', () => {
    let world = run(act(dial(fresh()), { type: 'kill', process: 'b', signal: 'SIGSTOP' }), 1);
    world = run(act(world, command('a', { type: 'say', connection: 1, text: 'last words' })), 10);
    world = run(act(world, { type: 'kill', process: 'a', signal: 'SIGKILL' }), 100);
    world = run(act(world, { type: 'kill', process: 'b', signal: 'SIGCONT' }), 1);
    expect(seenBy(world, 'b').slice(-2)).toEqual(['received last words', 'closed reset']);
  });

  it('sets one timer a name: setting it again replaces it', () => {
    let world = act(fresh(), command('a', { type: 'wait', name: 't', delay: 1_000 }), command('a', { type: 'wait', name: 't', delay: 9_000 }));
    world = run(world, 5);
    expect(seenBy(world, 'a')).not.toContain('timer t');
    world = run(world, 20);
    expect(seenBy(world, 'a').filter((one) => one === 'timer t')).toHaveLength(1);
  });

  it('loses its state and keeps its disk when it is killed, and no event of the old life reaches the new one', () => {
    let world = act(fresh(), command('b', { type: 'write', path: '/f', text: 'kept' }), command('b', { type: 'wait', name: 'old', delay: 50_000 }));
    world = run(world, 1);
    world = act(world, { type: 'kill', process: 'b', signal: 'SIGKILL' }, { type: 'start', process: 'b' });
    world = run(world, 100);
    expect(seenBy(world, 'b')).toEqual(['start']);
    expect(toArray(world.volumes[1]!.files[0]!.content.entries)).toEqual(['kept']);
  });
});

describe('a power loss', () => {
  const written = (): World => {
    let world = act(fresh(), command('b', { type: 'write', path: '/f', text: 'flushed' }), command('b', { type: 'flush', path: '/f' }));
    world = run(world, 10);
    return run(act(world, command('b', { type: 'write', path: '/f', text: 'only written' })), 1);
  };
  const left = (world: World): unknown[] => toArray(world.volumes[1]!.files[0]!.content.entries);

  it('takes what was written and not flushed; kill -9 does not', () => {
    expect(left(act(written(), { type: 'kill', process: 'b', signal: 'SIGKILL' }))).toEqual(['flushed', 'only written']);
    expect(left(act(written(), { type: 'powerOff', host: 'right' }))).toEqual(['flushed']);
  });

  it('leaves what the operating system had written back by itself after 30 seconds', () => {
    expect(left(act(run(written(), 31_000), { type: 'powerOff', host: 'right' }))).toEqual(['flushed', 'only written']);
  });
});

describe('determinism', () => {
  it('gives the same history for the same seed and another one for another seed', () => {
    const story = (seed: number): unknown => {
      let world = dial(fresh(seed));
      for (let i = 0; i < 20; i++) world = run(act(world, command('a', { type: 'say', connection: 1, text: `m${i}` })), 3);
      return (findProcess(world, 'b')!.state as Witness).seen;
    };
    expect(story(7)).toEqual(story(7));
    expect(story(7)).not.toEqual(story(8));
  });

  it('leaves every earlier world as it was', () => {
    const before = dial(fresh());
    const copy = structuredClone(before);
    run(act(before, command('a', { type: 'say', connection: 1, text: 'later' })), 100);
    expect(before).toEqual(copy);
  });
});
