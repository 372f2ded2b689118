/**
 * What a process is to the kernel: a pure program that is handed events and asks for effects.
 * A program's state is plain data (no class, Map, function, Date; Uint8Array and AppendList are plain) and is never
 * mutated once returned: `handle` gives the next state. It must not keep an `Env` or read it later.
 */
import type { KernelAction } from './act.ts';
import type { AppendList } from './append-list.ts';
import type { World } from './world.ts';

/** Simulated time since the world began; integer microseconds. */
export type Micros = number;
export const MILLISECOND: Micros = 1_000;
export const SECOND: Micros = 1_000_000;

/** Number of one TCP connection, unique in a world's history. Where a process is connected to itself the accepting end has the negative number. */
export type ConnectionId = number;

/** `host` is a name, a dotted address, or `localhost`; it is resolved by the network from the caller's host. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** What travels: plain data. `type` is the protocol's own name (`Notification`, `Fetch`, …). Never mutated after sending. */
export interface Message {
  readonly type: string;
}

/** Something that happened, typed and in the past tense (`leaderElected`); words are chosen by the views. */
export interface Fact {
  readonly type: string;
}

export type LogLevel = 'TRACE' | 'DEBUG' | 'INFO' | 'WARN' | 'ERROR' | 'FATAL';

/** One line as the real process prints it, without its time stamp, which the kernel adds. */
export interface LogLine {
  readonly level: LogLevel;
  /** Which log file of the process: `server`, `controller`, `state-change`, `zookeeper`, `client`. */
  readonly file: string;
  /** Everything after the level, as the real appender pattern prints it. */
  readonly text: string;
}

/**
 * `refused`: the machine answers that nobody listens. `timedOut`: nothing came back. `noRoute`: the network says that nobody has the
 * address, or a firewall says that it may not be reached (EHOSTUNREACH). `unknownHost`: the name has no address.
 */
export type ConnectFailure = 'refused' | 'timedOut' | 'noRoute' | 'unknownHost';

export type OutputStream = 'stdout' | 'stderr';

export type ProcessEvent<M extends Message = Message> =
  | { readonly type: 'timer'; readonly name: string; readonly data?: unknown }
  /** A peer connected to a port this process listens on. */
  | { readonly type: 'accepted'; readonly connection: ConnectionId; readonly port: number; readonly peer: string }
  | { readonly type: 'connected'; readonly connection: ConnectionId; readonly tag: string }
  | {
      readonly type: 'connectFailed';
      readonly connection: ConnectionId;
      readonly tag: string;
      readonly reason: ConnectFailure;
    }
  /** `tag` is the one given to `connect`; on the accepting side it is `port:<port>`. */
  | { readonly type: 'received'; readonly connection: ConnectionId; readonly tag: string; readonly message: M }
  /** The peer closed (`fin`), died (`reset`); the connection is gone on this side too. Never comes for a connection this process closed. */
  | { readonly type: 'closed'; readonly connection: ConnectionId; readonly tag: string; readonly reason: 'fin' | 'reset' }
  /** A `disk.flush` is done: what was written before it now survives a power loss. */
  | { readonly type: 'flushed'; readonly token: unknown }
  /** SIGTERM and its relatives; SIGKILL and SIGSTOP never reach a program. */
  | { readonly type: 'signal'; readonly signal: 'SIGTERM' | 'SIGINT' | 'SIGHUP' }
  /** A child printed; its text as it is, with its newlines. What it prints one after the other to one stream during one item comes as one. */
  | { readonly type: 'output'; readonly process: string; readonly stream: OutputStream; readonly text: string }
  /** A child ended, after all its output; `signal` is the one that ended it without asking it (`SIGKILL`). */
  | { readonly type: 'ended'; readonly process: string; readonly exitCode: number; readonly signal: string | null }
  /** What an operator or a scenario asks of this process (a client: produce this, read from there). */
  | { readonly type: 'command'; readonly command: Message };

export interface Program<State, Config = unknown> {
  /** It may see and change the world around it, as a shell does: see `privileged`. */
  readonly isPrivileged?: boolean;
  /** Called when the process starts; disk content from earlier runs is there. */
  start(config: Config, env: Env): State;
  handle(state: State, event: ProcessEvent, env: Env): State;
}

/** A file is a list of entries (record batches as bytes, lines as text, transactions as plain objects) and its size in bytes. */
export interface FileContent<E = unknown> {
  readonly entries: AppendList<E>;
  readonly bytes: number;
}

/** `full` is ENOSPC, `failed` an I/O error (the directory is gone bad). */
export type DiskResult = 'ok' | 'full' | 'failed';

/** An operation on a path that did not succeed. */
export interface DiskError {
  readonly path: string;
  readonly result: Exclude<DiskResult, 'ok'>;
}

/** The disk of the host a process runs on. Paths are absolute; directories exist by having files or by `makeDirectory`. */
export interface Disk {
  /** undefined also where the directory has failed. */
  read<E = unknown>(path: string): FileContent<E> | undefined;
  exists(path: string): boolean;
  /** Names (not paths) directly inside a directory, sorted. */
  list(directory: string): readonly string[];
  makeDirectory(path: string): DiskResult;
  /** Adds one entry of `bytes` bytes at the end; creates the file. Written, not flushed. */
  append(path: string, entry: unknown, bytes: number): DiskResult;
  /** Replaces the whole content (write to a temporary file and rename). Written, not flushed, unless `flush` is true, which is durable at once. */
  write(path: string, content: FileContent, options?: { readonly flush?: boolean }): DiskResult;
  /** Keeps the first `entries` entries, which together have `bytes` bytes. */
  truncate(path: string, entries: number, bytes: number): DiskResult;
  remove(path: string): DiskResult;
  /** Files and whole directories. */
  rename(from: string, to: string): DiskResult;
  /** An exclusive lock on a file (flock), held until the process ends; false if another living process has it. */
  lock(path: string): boolean;
  /** fsync of these files; `flushed` with the token comes after the disk's latency, but not if one of them is in a failed directory. */
  flush(paths: readonly string[], token: unknown): void;
}

/** The world as a program sees it that may do what an operator does. */
export interface System {
  /** As this item found it; its clock still stands at the item before, so the time is `Env.now`. Read only. */
  readonly world: World;
  /** Done in order after this event was handled, within the same item: what follows has this item as its cause. */
  perform(action: KernelAction): void;
}

/** What a program may ask for while it handles one event. Valid only during that call. */
export interface Env {
  readonly now: Micros;
  /** Milliseconds since 1970 on the simulated wall clock (integer). */
  readonly wallClockMs: number;
  /** Name of this process, e.g. `broker-1`; and of its host. */
  readonly self: string;
  readonly host: string;
  readonly pid: number;
  /** Chance, from the world's one generator: [0, 1). */
  random(): number;
  /** Integer, both ends included. */
  randomInt(min: number, max: number): number;
  /** One pending timer a name: setting it again replaces it. */
  setTimer(name: string, delay: Micros, data?: unknown): void;
  clearTimer(name: string): void;
  hasTimer(name: string): boolean;
  /** False if the port is taken on this host. `at`: the one name or address of its machine at which it listens; left out or empty: all. */
  listen(port: number, at?: string): boolean;
  unlisten(port: number): void;
  /** Whether a name or an address is one of this host's machine, at which alone one can listen. */
  ownership(name: string): 'own' | 'notOwn' | 'unknownHost';
  /** Gives the connection's number at once; `connected` or `connectFailed` follows. `tag` comes back with every event of it. */
  connect(to: Address, tag: string): ConnectionId;
  /** Ordered and reliable while the connection lives. On a dead connection: nothing happens (a `closed` is on its way or was delivered). */
  send(connection: ConnectionId, message: Message): void;
  /** FIN to the peer after what was sent. No event comes back. */
  close(connection: ConnectionId): void;
  /** Dotted address of a name as this host knows it (getaddrinfo), and the name under which that address is known; undefined: the name has none. */
  lookUp(name: string): { readonly address: string; readonly name?: string } | undefined;
  /** Dotted address of the other end (getpeername); undefined: the connection is gone. */
  peerAddress(connection: ConnectionId): string | undefined;
  readonly disk: Disk;
  /** What has not succeeded during this event, in order: for who looks after a directory as a whole. */
  readonly diskErrors: readonly DiskError[];
  fact(fact: Fact): void;
  log(line: LogLine): void;
  /** Standard output and standard error: goes to the parent at once, in order; without one it is dropped. */
  print(stream: OutputStream, text: string): void;
  /** Only for privileged programs; another one that asks stops the world. */
  readonly system: System;
  /** The process ends after this event; its sockets close. */
  exit(code: number): void;
}
