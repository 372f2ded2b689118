/**
 * One turn: the draft of a world while one item is handled. The parts that change are copied once and then edited; what was
 * there before stays as it was, so that every earlier world remains whole. It is also what a program sees as its `Env`.
 */
import type { KernelAction } from './act.ts';
import { insert, remove, type DeliverItem, type Item, type ItemId } from './agenda.ts';
import { push } from './append-list.ts';
import { assert } from './assert.ts';
import { withLogLine, type LogFile } from './log-files.ts';
import * as files from './disk.ts';
import type { Volume } from './disk.ts';
import { byHostsFile, lookUp } from './hosts-file.ts';
import {
  DATA_RETRANSMISSION,
  extraDelay,
  filterVerdict,
  findConnection,
  isCut,
  isShut,
  isPublished,
  machineOf,
  nextRetransmission,
  NO_ROUTE_DELAY,
  bindAddress,
  hears,
  isLoopback,
  ownership,
  resolve,
  sourceAddress,
  SYN_RETRANSMISSION,
  SYN_RETRIES,
  withArrival,
  type Connection,
  type Host,
  type Listener,
  type LinkRule,
  type Network,
} from './network.ts';
import { mountOf, placeOnVolume, type Process, type Timer } from './process.ts';
import type {
  Address,
  ConnectionId,
  Disk,
  DiskError,
  DiskResult,
  Env,
  Fact,
  FileContent,
  LogLine,
  Message,
  Micros,
  OutputStream,
  ProcessEvent,
  System,
} from './program.ts';
import { Random } from './random.ts';
import type { World } from './world.ts';

/** A message that left during an item. */
export interface Sent {
  readonly connection: ConnectionId;
  readonly toServer: boolean;
  readonly from: number;
  readonly to: number;
  readonly message: Message;
  readonly dueAt: Micros;
  readonly sequence: number;
}

/** An item that nobody has seen yet. */
type FreshItem = Item & { sequence: number };

const NO_SENT: readonly Sent[] = [];
const NO_FACTS: readonly Fact[] = [];
const NO_ERRORS: readonly DiskError[] = [];
/** In place of a host, for a SYN to an address at which nobody is. */
const NOBODY = -1_000_000;

export class Turn implements Env, System {
  now: Micros = 0;
  /** As it was before this turn. */
  world!: World;
  private readonly chance = new Random([0, 0, 0, 1]);
  private sequence = 0;
  private agenda: Item[] = [];
  private item: ItemId = 0;

  private processes!: Process[];
  private ownsProcesses = false;
  private volumes!: Volume[];
  private ownsVolumes = false;
  private connections!: Connection[];
  private ownsConnections = false;
  private listeners!: readonly Listener[];
  private hosts!: readonly Host[];
  private rules!: readonly LinkRule[];
  private nextConnection = 0;
  private nextPid = 0;

  /** The process whose turn it is. */
  private process = 0;
  private timers: readonly Timer[] = [];
  private ownsTimers = false;
  private exitCodeAsked: number | null = null;
  private sentDraft: Sent[] | null = null;
  private factsDraft: Fact[] | null = null;
  private linesDraft: LogLine[] | null = null;
  private errorsDraft: DiskError[] | null = null;
  private outputDraft: { stream: OutputStream; text: string }[] | null = null;
  private wishes: KernelAction[] = [];
  isPrivileged = false;

  readonly disk: Disk = {
    read: <E>(path: string) =>
      this.isUnreadable(path) ? undefined : (files.read(this.volumeAt(path), this.inside(path)) as FileContent<E> | undefined),
    exists: (path) => !this.isUnreadable(path) && files.exists(this.volumeAt(path), this.inside(path)),
    list: (directory) => (this.isUnreadable(directory) ? [] : files.list(this.volumeAt(directory), this.inside(directory))),
    makeDirectory: (path) => this.onDisk(path, files.makeDirectory(this.volumeAt(path), this.inside(path), this.now)),
    append: (path, entry, bytes) => this.onDisk(path, files.append(this.volumeAt(path), this.inside(path), entry, bytes, this.now)),
    write: (path, content, options) =>
      this.onDisk(path, files.write(this.volumeAt(path), this.inside(path), content, options?.flush === true, this.now)),
    truncate: (path, entries, bytes) => this.onDisk(path, files.truncateFile(this.volumeAt(path), this.inside(path), entries, bytes, this.now)),
    remove: (path) => this.onDisk(path, files.removePath(this.volumeAt(path), this.inside(path))),
    rename: (from, to) => this.onDisk(from, files.renamePath(this.volumeAt(from), this.inside(from), this.inside(to))),
    lock: (path) => this.lock(path),
    flush: (paths, token) => {
      this.flush(paths, token);
    },
  };

  /** Begins a turn on a world; `agenda` is an array this turn may edit. */
  begin(world: World, now: Micros, agenda: Item[], item: ItemId): void {
    this.world = world;
    this.now = now;
    this.agenda = agenda;
    this.item = item;
    this.sequence = world.sequence;
    this.chance.reset(world.random);
    this.processes = world.processes as Process[];
    this.ownsProcesses = false;
    this.volumes = world.volumes as Volume[];
    this.ownsVolumes = false;
    this.connections = world.network.connections as Connection[];
    this.ownsConnections = false;
    this.listeners = world.network.listeners;
    this.hosts = world.network.hosts;
    this.rules = world.network.rules;
    this.nextConnection = world.network.nextConnection;
    this.nextPid = world.nextPid;
    this.process = -1;
    this.sentDraft = null;
    this.factsDraft = null;
    this.linesDraft = null;
    this.errorsDraft = null;
    this.isPrivileged = false;
    if (this.wishes.length > 0) this.wishes = [];
  }

  /** The world after the turn. */
  finish(): World {
    const { world } = this;
    const before = world.network;
    const network: Network =
      this.connections === before.connections &&
      this.listeners === before.listeners &&
      this.hosts === before.hosts &&
      this.rules === before.rules &&
      this.nextConnection === before.nextConnection
        ? before
        : {
            options: before.options,
            hosts: this.hosts,
            listeners: this.listeners,
            connections: this.connections,
            rules: this.rules,
            nextConnection: this.nextConnection,
          };
    return {
      seed: world.seed,
      now: this.now,
      items: this.item + 1,
      sequence: this.sequence,
      random: this.chance.state,
      wallClockBaseMs: world.wallClockBaseMs,
      options: world.options,
      agenda: this.agenda,
      processes: this.processes,
      volumes: this.volumes,
      network,
      nextPid: this.nextPid,
    };
  }

  get sent(): readonly Sent[] {
    return this.sentDraft ?? NO_SENT;
  }

  get facts(): readonly Fact[] {
    return this.factsDraft ?? NO_FACTS;
  }

  get diskErrors(): readonly DiskError[] {
    return this.errorsDraft ?? NO_ERRORS;
  }

  // ── what a program sees ────────────────────────────────────────────────────────────────────────────────────────────

  get wallClockMs(): number {
    return this.world.wallClockBaseMs + Math.floor(this.now / 1_000);
  }
  get self(): string {
    return this.processes[this.process]!.name;
  }
  get host(): string {
    return this.processes[this.process]!.host;
  }
  get pid(): number {
    return this.processes[this.process]!.pid;
  }
  random(): number {
    return this.chance.float();
  }
  randomInt(min: number, max: number): number {
    return this.chance.int(min, max);
  }

  setTimer(name: string, delay: Micros, data?: unknown): void {
    this.clearTimer(name);
    const at = this.now + Math.max(0, Math.round(delay));
    const sequence = this.sequence;
    this.hand(this.process, data === undefined ? { type: 'timer', name } : { type: 'timer', name, data }, at);
    if (!this.ownsTimers) {
      this.timers = this.timers.slice();
      this.ownsTimers = true;
    }
    (this.timers as Timer[]).push({ name, at, sequence });
  }

  clearTimer(name: string): void {
    const index = this.timers.findIndex((timer) => timer.name === name);
    if (index < 0) return;
    const timer = this.timers[index]!;
    if (!this.ownsTimers) {
      this.timers = this.timers.slice();
      this.ownsTimers = true;
    }
    (this.timers as Timer[]).splice(index, 1);
    if (remove(this.agenda, timer.at, timer.sequence)) return;
    // It came due while the process was paused and waits among what was held.
    const self = this.processes[this.process]!;
    if (self.held.length > 0) {
      this.editProcess(this.process, { held: self.held.filter((item) => item.sequence !== timer.sequence) });
    }
  }

  hasTimer(name: string): boolean {
    return this.timers.some((timer) => timer.name === name);
  }

  listen(port: number, at = ''): boolean {
    const { host } = this;
    const machine = machineOf(this.hosts, host);
    const address = bindAddress(this.hosts, host, byHostsFile(this.hosts, this.volumes, host, at));
    const isSame = (other: string | undefined): boolean => address === undefined || other === undefined || address === other;
    if (this.listeners.some((known) => known.port === port && isSame(known.address) && machineOf(this.hosts, known.host) === machine)) return false;
    if (machine !== host && isPublished(this.hosts, machine, port)) return false;
    this.listeners = [...this.listeners, { host, port, ...(address === undefined ? {} : { address }), process: this.process }];
    return true;
  }

  unlisten(port: number): void {
    this.listeners = this.listeners.filter((known) => !(known.process === this.process && known.port === port));
  }

  ownership(name: string): 'own' | 'notOwn' | 'unknownHost' {
    return ownership(this.hosts, this.host, byHostsFile(this.hosts, this.volumes, this.host, name));
  }

  connect(to: Address, tag: string): ConnectionId {
    const id = this.nextConnection++;
    const host = byHostsFile(this.hosts, this.volumes, this.host, to.host);
    const target = resolve(this.hosts, this.host, { ...to, host });
    const self = this.processes[this.process]!;
    if (target === 'unknownHost' || target === 'noRoute') {
      const at = this.now + (target === 'noRoute' ? NO_ROUTE_DELAY : this.latency());
      this.hand(this.process, { type: 'connectFailed', connection: id, tag, reason: target }, at);
      return id;
    }
    this.ownConnections().push({
      id,
      tag,
      port: target === 'nobody' ? to.port : target.port,
      client: this.process,
      clientIncarnation: self.incarnation,
      // Until the SYN is answered this is the host that will answer it.
      server: target === 'nobody' ? NOBODY : -1 - this.hosts.indexOf(target.host),
      serverIncarnation: 0,
      clientOpen: true,
      serverOpen: false,
      lastToServer: 0,
      lastToClient: 0,
      heldToServer: [],
      heldToClient: [],
    });
    this.schedule({
      kind: 'open',
      at: this.now + this.latency(),
      sequence: 0,
      cause: this.item,
      askedAt: this.now,
      connection: id,
      isLoopback: isLoopback(host),
      attempt: 0,
    });
    return id;
  }

  send(connection: ConnectionId, message: Message): void {
    const index = findConnection(this.connections, Math.abs(connection));
    if (index < 0) return;
    const known = this.connections[index]!;
    const toServer = this.isClientEnd(known, connection);
    if (toServer ? !known.clientOpen : !known.serverOpen) return;
    const sequence = this.sequence;
    const dueAt = this.travel(index, toServer, {
      type: 'received',
      connection: endOf(known, toServer),
      tag: toServer ? portTag(known.port) : known.tag,
      message,
    });
    (this.sentDraft ??= []).push({
      connection: known.id,
      toServer,
      from: this.process,
      to: toServer ? known.server : known.client,
      message,
      dueAt,
      sequence,
    });
  }

  close(connection: ConnectionId): void {
    const index = findConnection(this.connections, Math.abs(connection));
    if (index < 0) return;
    this.shut(index, this.isClientEnd(this.connections[index]!, connection), 'fin');
  }

  lookUp(name: string): { readonly address: string; readonly name?: string } | undefined {
    return lookUp(this.hosts, this.volumes, this.host, name);
  }

  peerAddress(connection: ConnectionId): string | undefined {
    const index = findConnection(this.connections, Math.abs(connection));
    const known = this.connections[index];
    if (known === undefined || known.server < 0) return undefined;
    const peer = this.processes[this.isClientEnd(known, connection) ? known.server : known.client]!;
    return sourceAddress(this.hosts, peer.host, this.host);
  }

  fact(fact: Fact): void {
    (this.factsDraft ??= []).push(fact);
  }

  log(line: LogLine): void {
    (this.linesDraft ??= []).push(line);
  }

  print(stream: OutputStream, text: string): void {
    if (text === '' || this.processes[this.process]!.parent === undefined) return;
    const output = (this.outputDraft ??= []);
    const last = output[output.length - 1];
    if (last?.stream === stream) last.text += text;
    else output.push({ stream, text });
  }

  get system(): System {
    assert(this.isPrivileged, `${this.self} is not privileged`);
    return this;
  }

  perform(action: KernelAction): void {
    this.wishes.push(action);
  }

  exit(code: number): void {
    this.exitCodeAsked = code;
  }

  // ── what the world does ────────────────────────────────────────────────────────────────────────────────────────────

  /** Lets a process handle one event. */
  run(index: number, handle: (state: unknown, env: Env) => unknown): void {
    const process = this.processes[index]!;
    this.process = index;
    this.timers = process.timers;
    this.ownsTimers = false;
    this.exitCodeAsked = null;
    this.linesDraft = null;
    this.outputDraft = null;
    const state = handle(process.state, this);
    let after = this.processes[index]!;
    let { lines } = after;
    if (this.linesDraft !== null) {
      for (const line of this.linesDraft as LogLine[]) {
        lines = push(lines, { ...line, at: this.now, item: this.item, pid: after.pid });
        if (after.logFiles !== undefined) this.writeLogFiles(after.logFiles, line);
      }
    }
    if (state !== after.state || this.timers !== after.timers || lines !== after.lines) {
      after = { ...after, state, timers: this.timers, lines };
      this.ownProcesses()[index] = after;
    }
    if (this.outputDraft !== null) {
      for (const { stream, text } of this.outputDraft as { stream: OutputStream; text: string }[]) {
        this.tell(after.parent, { type: 'output', process: after.name, stream, text });
      }
    }
    if (this.exitCodeAsked !== null) this.end(index, this.exitCodeAsked, 'fin', null);
  }

  /** What the program asked of the world, in order; handed out once. */
  takeWishes(): readonly KernelAction[] {
    const { wishes } = this;
    if (wishes.length > 0) this.wishes = [];
    return wishes;
  }

  /** A timer that is about to be handed over is no longer pending. */
  takeTimer(index: number, sequence: number): void {
    const process = this.processes[index]!;
    this.editProcess(index, { timers: process.timers.filter((timer) => timer.sequence !== sequence) });
  }

  getProcess(index: number): Process {
    return this.processes[index]!;
  }

  editProcess(index: number, change: Partial<Process>): void {
    const edited = this.ownProcesses();
    edited[index] = { ...edited[index]!, ...change };
  }

  get allProcesses(): readonly Process[] {
    return this.processes;
  }

  get allVolumes(): readonly Volume[] {
    return this.volumes;
  }

  addProcess(process: Process): void {
    const place = this.processes.findIndex(({ name }) => name === process.name);
    if (place < 0) {
      this.ownProcesses().push(process);
      return;
    }
    const { status, incarnation } = this.processes[place]!;
    assert(status === 'dead' || status === 'notStarted', `a process ${process.name} lives`);
    this.ownProcesses()[place] = { ...process, incarnation };
  }

  addVolume(volume: Volume): number {
    return this.ownVolumes().push(volume) - 1;
  }

  getVolume(index: number): Volume {
    return this.volumes[index]!;
  }

  setVolume(index: number, volume: Volume): void {
    this.ownVolumes()[index] = volume;
  }

  get allHosts(): readonly Host[] {
    return this.hosts;
  }

  setHosts(hosts: readonly Host[]): void {
    const before = this.hosts;
    this.hosts = hosts;
    for (const [index, connection] of this.connections.entries()) {
      if (connection.server >= 0 || connection.server === NOBODY) continue;
      // A SYN on its way looks for the host it was sent to, if that is still there.
      const name = before[-1 - connection.server]!.name;
      const place = hosts.findIndex((host) => host.name === name);
      this.setConnection(index, { ...connection, server: place < 0 ? NOBODY : -1 - place });
    }
  }

  get allRules(): readonly LinkRule[] {
    return this.rules;
  }

  /** New rules; what a healed link held goes on with TCP's next retransmission. */
  setRules(rules: readonly LinkRule[]): void {
    this.rules = rules;
    for (const connection of this.connections.slice()) {
      if (connection.heldToServer.length > 0) this.release(connection.id, true);
      if (connection.heldToClient.length > 0) this.release(connection.id, false);
    }
  }

  /** Takes a fresh item, which is the agenda's from now on, and gives it its sequence number. */
  schedule(item: FreshItem): number {
    item.sequence = this.sequence++;
    insert(this.agenda, item);
    return item.sequence;
  }

  newPid(): number {
    // Other things on the machine start processes too.
    const pid = this.nextPid;
    this.nextPid += this.chance.int(7, 61);
    return pid;
  }

  /** The end of a process: its state is gone, its sockets close, its disk stays. `silent`: nobody is told (power loss). */
  end(index: number, exitCode: number, how: 'fin' | 'reset' | 'silent', signal: string | null): void {
    const process = this.processes[index]!;
    for (const timer of process.timers) remove(this.agenda, timer.at, timer.sequence);
    this.editProcess(index, { status: 'dead', state: null, timers: [], held: [], exitCode, endedAt: this.now });
    this.listeners = this.listeners.filter((known) => known.process !== index);
    for (const connection of this.connections.slice()) {
      const isClient = connection.client === index && connection.clientIncarnation === process.incarnation;
      const isServer = connection.server === index && connection.serverIncarnation === process.incarnation;
      if (!isClient && !isServer) continue;
      const at = findConnection(this.connections, connection.id);
      if (at < 0) continue;
      if (isClient && isServer) {
        this.setConnection(at, { ...connection, clientOpen: false, serverOpen: false });
        continue;
      }
      if (isClient ? !connection.clientOpen : !connection.serverOpen) continue;
      if (how === 'silent') this.setConnection(at, isClient ? { ...connection, clientOpen: false } : { ...connection, serverOpen: false });
      else this.shut(at, isClient, how);
    }
    this.dropDeadConnections();
    const ended: ProcessEvent = { type: 'ended', process: process.name, exitCode, signal };
    this.tell(process.parent, ended);
    this.tell(process.overseer, ended);
  }

  /** Puts an event into a process's hands at a moment. */
  hand(process: number, event: ProcessEvent | { readonly type: 'start' }, at: Micros): void {
    this.schedule({
      kind: 'event',
      at,
      sequence: 0,
      cause: this.item,
      askedAt: this.now,
      process,
      incarnation: this.processes[process]!.incarnation,
      event,
    });
  }

  private tell(name: string | undefined, event: ProcessEvent): void {
    if (name === undefined) return;
    const index = this.processes.findIndex((process) => process.name === name);
    if (index >= 0) this.hand(index, event, this.now);
  }

  /** A SYN arrives. */
  handleOpen(item: Extract<Item, { kind: 'open' }>): void {
    const index = findConnection(this.connections, item.connection);
    if (index < 0) return;
    const known = this.connections[index]!;
    const client = this.processes[known.client]!;
    if (!known.clientOpen || client.incarnation !== known.clientIncarnation) {
      this.dropConnection(index);
      return;
    }
    const host = this.hosts[-1 - known.server];
    const machine = host?.machine ?? host?.name;
    const listener = this.listeners.find((one) => one.port === known.port && hears(one, item.isLoopback) && (one.host === host?.name || machineOf(this.hosts, one.host) === machine));
    const peer = listener === undefined ? (host?.name ?? '') : this.processes[listener.process]!.name;
    const verdict = this.rules.length > 0 && host !== undefined ? filterVerdict(this.rules, machineOf(this.hosts, client.host), machine!, known.port) : undefined;
    const blocked =
      host?.isUp !== true ||
      verdict === 'drop' ||
      (this.rules.length > 0 && (isCut(this.rules, client.name, peer, known.port) || isCut(this.rules, peer, client.name, known.port)));
    if (blocked) {
      if (item.attempt > SYN_RETRIES) {
        this.dropConnection(index);
        this.hand(known.client, { type: 'connectFailed', connection: known.id, tag: known.tag, reason: 'timedOut' }, this.now);
        return;
      }
      this.schedule({ ...item, at: this.now + SYN_RETRANSMISSION * 2 ** item.attempt, cause: this.item, attempt: item.attempt + 1 });
      return;
    }
    const answerAt = this.now + this.latency();
    if (!listener || verdict !== undefined) {
      this.dropConnection(index);
      this.hand(
        known.client,
        { type: 'connectFailed', connection: known.id, tag: known.tag, reason: verdict === 'prohibit' ? 'noRoute' : 'refused' },
        answerAt,
      );
      return;
    }
    const server = this.processes[listener.process]!;
    this.setConnection(index, {
      ...known,
      server: listener.process,
      serverIncarnation: server.incarnation,
      serverOpen: true,
      lastToServer: this.now,
      lastToClient: answerAt,
    });
    this.hand(listener.process, { type: 'accepted', connection: endOf(this.connections[index]!, true), port: known.port, peer: client.name }, this.now);
    this.hand(known.client, { type: 'connected', connection: known.id, tag: known.tag }, answerAt);
  }

  /** Who gets a message that is due, if anybody: a cut holds it, a dead end answers with a reset. */
  arrive(item: DeliverItem): number {
    const index = findConnection(this.connections, item.connection);
    if (index < 0) return -1;
    const known = this.connections[index]!;
    const to = item.toServer ? known.server : known.client;
    if (this.rules.length > 0 && this.isHeldBack(known, item.toServer)) {
      this.setConnection(
        index,
        item.toServer
          ? { ...known, heldToServer: [...known.heldToServer, item] }
          : { ...known, heldToClient: [...known.heldToClient, item] },
      );
      return -1;
    }
    if (item.toServer ? known.serverOpen : known.clientOpen) {
      if (item.event.type === 'closed') {
        this.setConnection(index, { ...known, clientOpen: false, serverOpen: false });
        this.dropDeadConnections();
      }
      return to;
    }
    // Nobody holds that end any more.
    const receiver = this.processes[to]!;
    const host = this.hosts.find((one) => one.name === receiver.host);
    if (item.event.type === 'closed') this.dropConnection(index);
    else if (host?.isUp === true) this.reset(index, !item.toServer);
    return -1;
  }

  private isClientEnd(known: Connection, id: ConnectionId): boolean {
    return id > 0 && known.client === this.process && known.clientIncarnation === this.processes[this.process]!.incarnation;
  }

  // ── inside ─────────────────────────────────────────────────────────────────────────────────────────────────────────

  private ownProcesses(): Process[] {
    if (!this.ownsProcesses) {
      this.processes = this.processes.slice();
      this.ownsProcesses = true;
    }
    return this.processes;
  }

  private ownVolumes(): Volume[] {
    if (!this.ownsVolumes) {
      this.volumes = this.volumes.slice();
      this.ownsVolumes = true;
    }
    return this.volumes;
  }

  private ownConnections(): Connection[] {
    if (!this.ownsConnections) {
      this.connections = this.connections.slice();
      this.ownsConnections = true;
    }
    return this.connections;
  }

  private setConnection(index: number, connection: Connection): void {
    this.ownConnections()[index] = connection;
  }

  private dropConnection(index: number): void {
    this.ownConnections().splice(index, 1);
  }

  private dropDeadConnections(): void {
    if (this.connections.some((known) => !known.clientOpen && !known.serverOpen)) {
      this.connections = this.connections.filter((known) => known.clientOpen || known.serverOpen);
      this.ownsConnections = true;
    }
  }

  /** The volume a path of the process lies on, by its place. */
  private volumeIndexAt(path: string): number {
    const process = this.processes[this.process]!;
    return mountOf(process.mounts, path)?.volume ?? process.volume;
  }

  private volumeAt(path: string): Volume {
    return this.volumes[this.volumeIndexAt(path)]!;
  }

  private inside(path: string): string {
    return placeOnVolume(mountOf(this.processes[this.process]!.mounts, path), path);
  }

  private isUnreadable(path: string): boolean {
    const volume = this.volumeAt(path);
    if (volume.failed.length === 0 || !files.hasFailed(volume, this.inside(path))) return false;
    (this.errorsDraft ??= []).push({ path, result: 'failed' });
    return true;
  }

  private onDisk(path: string, outcome: { readonly volume: Volume; readonly result: DiskResult }): DiskResult {
    const index = this.volumeIndexAt(path);
    if (outcome.volume !== this.volumes[index]) this.ownVolumes()[index] = outcome.volume;
    if (outcome.result !== 'ok') (this.errorsDraft ??= []).push({ path, result: outcome.result });
    return outcome.result;
  }

  private writeLogFiles(logFiles: readonly LogFile[], line: LogLine): void {
    const clock = { now: this.now, wallClockMs: (at: Micros) => this.world.wallClockBaseMs + Math.floor(at / 1_000) };
    for (const logFile of logFiles) {
      if (logFile.file !== line.file) continue;
      const index = this.volumeIndexAt(logFile.path);
      this.ownVolumes()[index] = withLogLine(this.volumes[index]!, this.inside(logFile.path), logFile, line, clock);
    }
  }

  private lock(path: string): boolean {
    const key = `${this.volumeIndexAt(path)}:${this.inside(path)}`;
    const isHeld = this.processes.some(({ status, locks }) => (status === 'running' || status === 'paused') && locks?.includes(key) === true);
    if (!isHeld) this.editProcess(this.process, { locks: [...(this.processes[this.process]!.locks ?? []), key] });
    return !isHeld;
  }

  private flush(paths: readonly string[], token: unknown): void {
    const process = this.processes[this.process]!;
    const failed = paths.find((path) => {
      const volume = this.volumeAt(path);
      return volume.failed.length > 0 && files.hasFailed(volume, this.inside(path));
    });
    if (failed !== undefined) {
      (this.errorsDraft ??= []).push({ path: failed, result: 'failed' });
      return;
    }
    const { flushMinMicros, flushMaxMicros } = this.world.options;
    const host = this.hosts.find((one) => one.name === process.host);
    const contents: { path: string; content: FileContent; volume?: number }[] = [];
    let { slowness } = this.volumes[process.volume]!;
    for (const path of paths) {
      const mount = mountOf(process.mounts, path);
      const inside = placeOnVolume(mount, path);
      const volume = this.volumes[mount?.volume ?? process.volume]!;
      const content = files.read(volume, inside);
      slowness = Math.max(slowness, volume.slowness);
      if (content !== undefined) contents.push({ path: inside, content, ...(mount === undefined ? {} : { volume: mount.volume }) });
    }
    this.schedule({
      kind: 'flush',
      at: this.now + Math.round(this.chance.int(flushMinMicros, flushMaxMicros) * slowness),
      sequence: 0,
      cause: this.item,
      askedAt: this.now,
      process: this.process,
      incarnation: process.incarnation,
      boot: host?.boot ?? 0,
      files: contents,
      token,
    });
  }

  private latency(): Micros {
    const { latencyMinMicros, latencyMaxMicros } = this.world.network.options;
    return this.chance.int(latencyMinMicros, latencyMaxMicros);
  }

  /** Puts something on its way along a connection, behind what is already there. Gives its time of arrival. */
  private travel(index: number, toServer: boolean, event: ProcessEvent): Micros {
    const known = this.connections[index]!;
    let at = this.now + this.latency();
    if (this.rules.length > 0 && known.server >= 0) {
      const client = this.processes[known.client]!.name;
      const server = this.processes[known.server]!.name;
      at += extraDelay(this.rules, toServer ? client : server, toServer ? server : client, known.port, () => this.chance.float());
    }
    const previous = toServer ? known.lastToServer : known.lastToClient;
    if (at < previous) at = previous;
    this.setConnection(index, withArrival(known, toServer, at));
    this.schedule({
      kind: 'deliver',
      at,
      sequence: 0,
      cause: this.item,
      askedAt: this.now,
      connection: known.id,
      toServer,
      event,
    });
    return at;
  }

  /** One end closes; the other hears of it behind the data. */
  private shut(index: number, isClient: boolean, reason: 'fin' | 'reset'): void {
    const known = this.connections[index]!;
    if (isClient ? !known.clientOpen : !known.serverOpen) return;
    if (known.server < 0) {
      // The SYN was not answered yet.
      this.dropConnection(index);
      return;
    }
    const peerIsThere = isClient ? known.serverOpen : known.clientOpen;
    this.setConnection(index, isClient ? { ...known, clientOpen: false } : { ...known, serverOpen: false });
    if (!peerIsThere) {
      this.dropDeadConnections();
      return;
    }
    this.travel(index, isClient, {
      type: 'closed',
      connection: endOf(known, isClient),
      tag: isClient ? portTag(known.port) : known.tag,
      reason,
    });
  }

  /** A reset on its way back to an end whose peer is gone. */
  private reset(index: number, toServer: boolean): void {
    const known = this.connections[index]!;
    this.travel(index, toServer, {
      type: 'closed',
      connection: endOf(known, toServer),
      tag: toServer ? portTag(known.port) : known.tag,
      reason: 'reset',
    });
  }

  private isHeldBack({ client, server, port }: Connection, toServer: boolean): boolean {
    const [from, to] = toServer ? [client, server] : [server, client];
    if (isCut(this.rules, this.processes[from]!.name, this.processes[to]!.name, port)) return true;
    return toServer && isShut(this.rules, machineOf(this.hosts, this.processes[server]!.host), port);
  }

  private release(id: ConnectionId, toServer: boolean): void {
    const index = findConnection(this.connections, id);
    const known = this.connections[index]!;
    const held = toServer ? known.heldToServer : known.heldToClient;
    if (this.isHeldBack(known, toServer)) return;
    const first = held[0]!;
    const at = Math.max(nextRetransmission(first.askedAt + DATA_RETRANSMISSION, this.now), this.now) + this.latency();
    const last = Math.max(at, toServer ? known.lastToServer : known.lastToClient);
    this.setConnection(
      index,
      toServer ? { ...known, heldToServer: [], lastToServer: last } : { ...known, heldToClient: [], lastToClient: last },
    );
    for (const item of held) this.schedule({ ...item, at });
    // What was sent later and is still on its way must not overtake what was held.
    const later = this.agenda.filter(
      (item): item is DeliverItem =>
        item.kind === 'deliver' && item.connection === id && item.toServer === toServer && item.at < at && !held.includes(item),
    );
    for (const item of later.reverse()) {
      remove(this.agenda, item.at, item.sequence);
      this.schedule({ ...item, at });
    }
  }
}

/** A process that is connected to itself has two ends under one number: the accepting one is the negative. */
function endOf(known: Connection, isServerEnd: boolean): ConnectionId {
  return isServerEnd && known.client === known.server ? -known.id : known.id;
}

const portTags = new Map<number, string>();

/** The tag under which the accepting side sees a connection. */
export function portTag(port: number): string {
  let tag = portTags.get(port);
  if (tag === undefined) {
    tag = `port:${port}`;
    portTags.set(port, tag);
  }
  return tag;
}

