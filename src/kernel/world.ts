/**
 * A world is a value; `tick` is the only function that moves it through time and `perform` the only one through which
 * somebody outside touches it. Both give a new world and a record of what happened and what caused it.
 */
import { NO_CAUSE, type Agenda, type Item, type ItemId } from './agenda.ts';
import { assert, SimulationStopped } from './assert.ts';
import { afterPowerLoss, emptyVolume, markDurable, type Volume } from './disk.ts';
import { findConnection, type Host, type LinkRule, type Network, type NetworkOptions } from './network.ts';
import { newProcess, type Process, type ProcessDescription } from './process.ts';
import type { Env, Fact, Message, Micros, ProcessEvent, Program } from './program.ts';
import { seedRandom, type RandomState } from './random.ts';
import { Turn, type Sent } from './turn.ts';

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

/** What somebody outside may do to a world. */
export type KernelAction =
  | { readonly type: 'start'; readonly process: string; readonly config?: unknown }
  | {
      readonly type: 'kill';
      readonly process: string;
      readonly signal: 'SIGKILL' | 'SIGTERM' | 'SIGINT' | 'SIGHUP' | 'SIGSTOP' | 'SIGCONT';
    }
  | { readonly type: 'powerOff'; readonly host: string }
  | { readonly type: 'powerOn'; readonly host: string }
  | { readonly type: 'addRule'; readonly rule: LinkRule }
  /** Removes one rule, or all. */
  | { readonly type: 'removeRule'; readonly id?: string }
  | {
      readonly type: 'disk';
      readonly volume: string;
      readonly slowness?: number;
      readonly capacityBytes?: number | null;
      readonly failed?: readonly string[];
    }
  /** Empties a volume, or removes what lies under one path of it. */
  | { readonly type: 'wipe'; readonly volume: string; readonly path?: string }
  | { readonly type: 'addHost'; readonly host: Omit<Host, 'isUp' | 'boot'> }
  | { readonly type: 'changeHost'; readonly host: string; readonly names?: Host['names']; readonly forwards?: Host['forwards'] }
  | { readonly type: 'addProcess'; readonly process: ProcessDescription }
  | { readonly type: 'configure'; readonly process: string; readonly config: unknown }
  | { readonly type: 'command'; readonly process: string; readonly command: Message };

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

export function createWorld(description: WorldDescription): World {
  const volumes: Volume[] = [];
  const processes: Process[] = [];
  for (const one of description.processes) {
    processes.push(newProcess(one, volumeIndex(volumes, one.volume ?? one.name)));
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
    if (event.type === 'start') turn.run(index, (_state, env: Env) => body.start(process.config, env));
    else turn.run(index, (state, env) => body.handle(state, event, env));
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
            let volume = turn.getVolume(owner.volume);
            for (const { path, content } of item.files) volume = markDurable(volume, path, content);
            turn.setVolume(owner.volume, volume);
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
    act(turn, world, action);
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

function act(turn: Turn, world: World, action: KernelAction): void {
  const indexOf = (name: string): number => {
    const index = processIndex(world, name);
    assert(index >= 0, `no process ${name}`);
    return index;
  };
  const wake = (index: number, event: ProcessEvent | { readonly type: 'start' }): void => {
    turn.schedule({
      kind: 'event',
      at: world.now,
      sequence: 0,
      cause: world.items,
      askedAt: world.now,
      process: index,
      incarnation: turn.getProcess(index).incarnation,
      event,
    });
  };
  switch (action.type) {
    case 'start': {
      const index = indexOf(action.process);
      const process = turn.getProcess(index);
      const host = turn.allHosts.find((one) => one.name === process.host);
      if (process.status === 'running' || process.status === 'paused' || host?.isUp !== true) return;
      turn.editProcess(index, {
        status: 'running',
        state: null,
        pid: turn.newPid(),
        incarnation: process.incarnation + 1,
        timers: [],
        held: [],
        exitCode: null,
        startedAt: world.now,
        endedAt: null,
        config: action.config === undefined ? process.config : action.config,
      });
      wake(index, { type: 'start' });
      return;
    }
    case 'kill': {
      const index = indexOf(action.process);
      const process = turn.getProcess(index);
      if (process.status === 'dead' || process.status === 'notStarted') return;
      switch (action.signal) {
        case 'SIGKILL':
          turn.end(index, 137, 'reset');
          return;
        case 'SIGSTOP':
          turn.editProcess(index, { status: 'paused' });
          return;
        case 'SIGCONT': {
          if (process.status !== 'paused') return;
          turn.editProcess(index, { status: 'running', held: [] });
          for (const item of process.held) {
            const sequence = turn.schedule({ ...item, at: world.now });
            // A timer that came due in the meantime keeps its name.
            const timers = turn.getProcess(index).timers.map((timer) =>
              timer.sequence === item.sequence && item.kind === 'event' && item.event.type === 'timer'
                ? { ...timer, at: world.now, sequence }
                : timer,
            );
            turn.editProcess(index, { timers });
          }
          return;
        }
        default:
          wake(index, { type: 'signal', signal: action.signal });
          return;
      }
    }
    case 'powerOff': {
      const hosts = turn.allHosts.map((host) => (host.name === action.host ? { ...host, isUp: false } : host));
      const touched = new Set<number>();
      for (const [index, process] of world.processes.entries()) {
        if (process.host !== action.host) continue;
        if (process.status === 'running' || process.status === 'paused') turn.end(index, 137, 'silent');
        touched.add(process.volume);
      }
      for (const index of touched) turn.setVolume(index, afterPowerLoss(turn.getVolume(index), world.now));
      turn.setHosts(hosts);
      return;
    }
    case 'powerOn':
      turn.setHosts(
        turn.allHosts.map((host) => (host.name === action.host && !host.isUp ? { ...host, isUp: true, boot: host.boot + 1 } : host)),
      );
      return;
    case 'addRule':
      turn.setRules([...turn.allRules.filter((rule) => rule.id !== action.rule.id), action.rule]);
      return;
    case 'removeRule':
      turn.setRules(action.id === undefined ? [] : turn.allRules.filter((rule) => rule.id !== action.id));
      return;
    case 'disk': {
      const index = world.volumes.findIndex((volume) => volume.name === action.volume);
      assert(index >= 0, `no volume ${action.volume}`);
      const volume = turn.getVolume(index);
      turn.setVolume(index, {
        ...volume,
        slowness: action.slowness ?? volume.slowness,
        capacityBytes: action.capacityBytes === undefined ? volume.capacityBytes : action.capacityBytes,
        failed: action.failed ?? volume.failed,
      });
      return;
    }
    case 'wipe': {
      const index = world.volumes.findIndex((volume) => volume.name === action.volume);
      assert(index >= 0, `no volume ${action.volume}`);
      const volume = turn.getVolume(index);
      if (action.path === undefined) {
        turn.setVolume(index, { ...emptyVolume(volume.name), capacityBytes: volume.capacityBytes, slowness: volume.slowness });
      } else {
        const under = action.path.endsWith('/') ? action.path : action.path + '/';
        const kept = volume.paths.map((path, i) => [path, i] as const).filter(([path]) => path !== action.path && !path.startsWith(under));
        const files = kept.map(([, i]) => volume.files[i]!);
        turn.setVolume(index, {
          ...volume,
          paths: kept.map(([path]) => path),
          files,
          usedBytes: files.reduce((sum, file) => sum + file.content.bytes, 0),
        });
      }
      return;
    }
    case 'addHost':
      turn.setHosts([...turn.allHosts.filter((host) => host.name !== action.host.name), { ...action.host, isUp: true, boot: 1 }]);
      return;
    case 'changeHost':
      turn.setHosts(
        turn.allHosts.map((host) =>
          host.name === action.host
            ? { ...host, names: action.names ?? host.names, forwards: action.forwards ?? host.forwards }
            : host,
        ),
      );
      return;
    case 'addProcess': {
      assert(processIndex(world, action.process.name) < 0, `a process ${action.process.name} exists`);
      const name = action.process.volume ?? action.process.name;
      const known = world.volumes.findIndex((volume) => volume.name === name);
      turn.addProcess(newProcess(action.process, known >= 0 ? known : turn.addVolume(emptyVolume(name))));
      return;
    }
    case 'configure':
      turn.editProcess(indexOf(action.process), { config: action.config });
      return;
    case 'command': {
      const index = indexOf(action.process);
      wake(index, { type: 'command', command: action.command });
      return;
    }
  }
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
