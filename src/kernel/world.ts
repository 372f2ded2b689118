/**
 * A world is a value; `tick` is the only function that moves it through time and `perform` the only one through which
 * somebody outside touches it. Both give a new world and a record of what happened and what caused it.
 */
import { act, type KernelAction } from './act.ts';
import { NO_CAUSE, type Agenda, type Item, type ItemId } from './agenda.ts';
import { assert, SimulationStopped } from './assert.ts';
import { emptyVolume, markDurable, type Volume } from './disk.ts';
import { findConnection, type Host, type Network, type NetworkOptions } from './network.ts';
import { newProcess, type Process, type ProcessDescription } from './process.ts';
import type { Env, Fact, Micros, ProcessEvent, Program } from './program.ts';
import { seedRandom, type RandomState } from './random.ts';
import { Turn, type Sent } from './turn.ts';

export type { KernelAction } from './act.ts';

export interface WorldOptions {
  /** Time of one fsync on an undisturbed disk. */
  readonly flushMinMicros: Micros;
  readonly flushMaxMicros: Micros;
}

export interface World {
  readonly seed: number;
  readonly now: Micros;
  /** How many items were handled: the number of the next one. */
  readonly items: ItemId;
  readonly sequence: number;
  readonly random: RandomState;
  readonly wallClockBaseMs: number;
  readonly options: WorldOptions;
  readonly agenda: Agenda;
  readonly processes: readonly Process[];
  readonly volumes: readonly Volume[];
  readonly network: Network;
  readonly nextPid: number;
}

export interface WorldDescription {
  readonly seed: number;
  /** Milliseconds since 1970 when the world begins. */
  readonly wallClockBaseMs: number;
  readonly network?: Partial<NetworkOptions>;
  readonly disk?: Partial<WorldOptions>;
  readonly hosts: readonly Omit<Host, 'isUp' | 'boot'>[];
  readonly processes: readonly ProcessDescription[];
}

/** One handled item. */
export interface ItemRecord {
  readonly id: ItemId;
  readonly at: Micros;
  /** The item that asked for this one; −1: nobody inside (an operator, the beginning). */
  readonly cause: ItemId;
  readonly askedAt: Micros;
  readonly kind: Item['kind'] | 'operator';
  /** Index of the process that handled it; −1: the kernel itself. */
  readonly process: number;
  /** For a delivered message: who sent it. */
  readonly from: number;
  readonly event: ProcessEvent | { readonly type: 'start' } | { readonly type: 'operator'; readonly action: KernelAction } | null;
  readonly sent: readonly Sent[];
  readonly facts: readonly Fact[];
}

export interface Ticked {
  readonly world: World;
  readonly record: ItemRecord;
}

/** The programs by their key; a world's processes name theirs. */
export type Programs = Readonly<Record<string, Program<unknown>>>;

/** Registers a program in the table: states and configurations are its own business. */
export function program<State, Config>(one: Program<State, Config>): Program<unknown> {
  return one as Program<unknown>;
}

/** Registers a program that may see and change the world as an operator does. */
export function privileged<State, Config>(one: Program<State, Config>): Program<unknown> {
  return { ...program(one), isPrivileged: true };
}

export function createWorld(description: WorldDescription): World {
  const volumes: Volume[] = [];
  const processes: Process[] = [];
  for (const one of description.processes) {
    processes.push(newProcess(one, (name) => volumeIndex(volumes, name)));
  }
  return {
    seed: description.seed,
    now: 0,
    items: 0,
    sequence: 0,
    random: seedRandom(description.seed),
    wallClockBaseMs: description.wallClockBaseMs,
    options: { flushMinMicros: 1_000, flushMaxMicros: 3_000, ...description.disk },
    agenda: [],
    processes,
    volumes,
    network: {
      options: { latencyMinMicros: 300, latencyMaxMicros: 900, ...description.network },
      hosts: description.hosts.map((host) => ({ ...host, isUp: true, boot: 1 })),
      listeners: [],
      connections: [],
      rules: [],
      nextConnection: 1,
    },
    nextPid: 4_203,
  };
}

function volumeIndex(volumes: Volume[], name: string): number {
  const known = volumes.findIndex((volume) => volume.name === name);
  return known >= 0 ? known : volumes.push(emptyVolume(name)) - 1;
}

/** When the next item is due; undefined: nothing ever happens again. */
export function nextDue(world: World): Micros | undefined {
  return world.agenda[world.agenda.length - 1]?.at;
}

export function processIndex(world: World, name: string): number {
  return world.processes.findIndex((process) => process.name === name);
}

export function findProcess(world: World, name: string): Process | undefined {
  return world.processes.find((process) => process.name === name);
}

/** The kernel for one table of programs. It keeps nothing between calls: everything is in the world. */
export interface Kernel {
  /** Handles the next due item; undefined if there is none. */
  tick(world: World): Ticked | undefined;
  /** Does something to a world at its present moment. */
  perform(world: World, action: KernelAction): Ticked;
}

const NO_SENT: readonly Sent[] = [];
const NO_FACTS: readonly Fact[] = [];

export function createKernel(programs: Programs): Kernel {
  const turn = new Turn();

  const programOf = (process: Process): Program<unknown> => {
    const found = programs[process.program];
    assert(found, `no program ${process.program}`);
    return found;
  };

  const handle = (index: number, event: ProcessEvent | { readonly type: 'start' }): void => {
    const process = turn.getProcess(index);
    const body = programOf(process);
    turn.isPrivileged = body.isPrivileged === true;
    if (event.type === 'start') turn.run(index, (_state, env: Env) => body.start(process.config, env));
    else turn.run(index, (state, env) => body.handle(state, event, env));
    if (turn.isPrivileged) for (const action of turn.takeWishes()) act(turn, action);
  };

  const tick = (world: World): Ticked | undefined => {
    const item = world.agenda[world.agenda.length - 1];
    if (!item) return undefined;
    const agenda = world.agenda.slice(0, -1);
    turn.begin(world, item.at, agenda, world.items);
    let process = -1;
    let from = -1;
    let event: ProcessEvent | { readonly type: 'start' } | null = null;
    try {
      switch (item.kind) {
        case 'open':
          turn.handleOpen(item);
          break;
        case 'flush': {
          const owner = turn.getProcess(item.process);
          const host = turn.allHosts.find((one) => one.name === owner.host);
          if (host?.boot === item.boot && host.isUp) {
            for (const { path, content, volume = owner.volume } of item.files) {
              turn.setVolume(volume, markDurable(turn.getVolume(volume), path, content));
            }
            event = { type: 'flushed', token: item.token };
            process = item.process;
          }
          break;
        }
        case 'deliver': {
          process = turn.arrive(item);
          event = item.event;
          const known = world.network.connections[findConnection(world.network.connections, item.connection)];
          if (known) from = item.toServer ? known.client : known.server;
          break;
        }
        case 'event':
          process = item.process;
          event = item.event;
          from = item.from ?? -1;
      }
      if (process >= 0 && event !== null) {
        const target = turn.getProcess(process);
        const isMeant = item.kind === 'deliver' || item.kind === 'open' || target.incarnation === item.incarnation;
        if (!isMeant || target.status === 'dead' || target.status === 'notStarted') process = -1;
        else if (target.status === 'paused') {
          // It has arrived: what became of the connection or the disk since is no longer its business.
          const waiting: Item =
            item.kind === 'event'
              ? item
              : {
                  kind: 'event',
                  at: item.at,
                  sequence: item.sequence,
                  cause: item.cause,
                  askedAt: item.askedAt,
                  process,
                  incarnation: target.incarnation,
                  event,
                  from,
                };
          turn.editProcess(process, { held: [...target.held, waiting] });
          process = -1;
        } else {
          if (event.type === 'timer') turn.takeTimer(process, item.sequence);
          handle(process, event);
        }
      }
    } catch (error) {
      throw stopped(error, world.seed, item.at);
    }
    const record: ItemRecord = {
      id: world.items,
      at: item.at,
      cause: item.cause,
      askedAt: item.askedAt,
      kind: item.kind,
      process,
      from,
      event,
      sent: turn.sent,
      facts: turn.facts,
    };
    return { world: turn.finish(), record };
  };

  const perform = (world: World, action: KernelAction): Ticked => {
    turn.begin(world, world.now, world.agenda.slice(), world.items);
    act(turn, action);
    const record: ItemRecord = {
      id: world.items,
      at: world.now,
      cause: NO_CAUSE,
      askedAt: world.now,
      kind: 'operator',
      process: 'process' in action && typeof action.process === 'string' ? processIndex(world, action.process) : -1,
      from: -1,
      event: { type: 'operator', action },
      sent: NO_SENT,
      facts: NO_FACTS,
    };
    return { world: turn.finish(), record };
  };

  return { tick, perform };
}

function stopped(error: unknown, seed: number, at: Micros): SimulationStopped {
  const message = error instanceof Error ? error.message : String(error);
  return new SimulationStopped(message, seed, at, { cause: error });
}

/** Runs until a moment (items due at it included); the world's clock then stands there. */
export function runUntil(kernel: Kernel, world: World, at: Micros, each?: (record: ItemRecord, world: World) => void): World {
  let current = world;
  for (;;) {
    const due = nextDue(current);
    if (due === undefined || due > at) break;
    const ticked = kernel.tick(current)!;
    current = ticked.world;
    each?.(ticked.record, current);
  }
  return current.now < at ? { ...current, now: at } : current;
}
