/** The ensembles of a world as its invariants look at them: who belongs together, what each server holds and what lies on its disk. */
import type { AppendList } from '../kernel/append-list.ts';
import { findConnection } from '../kernel/network.ts';
import type { Process } from '../kernel/process.ts';
import type { World } from '../kernel/world.ts';
import { isConnected, type ZooKeeperClient } from '../zookeeper/client.ts';
import { viewOfDownServer, viewOfServer, type ClientView, type EnsembleMemory, type ServerView } from '../zookeeper/invariants.ts';
import type { LogEntry } from '../zookeeper/packets.ts';
import type { ServerConfig, ServerState } from '../zookeeper/server-state.ts';
import { imageDefaults } from './defaults.ts';

export interface Member {
  readonly sid: number;
  readonly index: number;
  readonly process: Process;
  readonly disk: Disk;
}

export interface Ensemble {
  readonly key: string;
  readonly members: readonly Member[];
  readonly participants: number;
  readonly tickTimeMs: number;
  readonly initLimit: number;
  readonly syncLimit: number;
  /** Which processes on which disks: others are another ensemble. */
  readonly identity: string;
}

type Disk = Pick<ServerView, 'acceptedEpoch' | 'currentEpoch' | 'durableLogs' | 'durableSnapshot'> & {
  /** Whether there is any log or snapshot, flushed or not. */
  readonly hasData: boolean;
};

/** A paused process has its state too. */
export function stateOf(process: Process | undefined): unknown {
  return process === undefined || process.status === 'dead' || process.status === 'notStarted' ? null : process.state;
}

/** By sids; one that stands alone by its name. Who has his sid twice (two containers of the same description) is in no ensemble that could be judged. */
export function ensemblesOf(world: World): readonly Ensemble[] {
  const found = new Map<string, Member[]>();
  for (const [index, process] of world.processes.entries()) {
    // Of a container that was removed not even the host is left.
    if (process.program !== 'zookeeper-server' || !world.network.hosts.some(({ name }) => name === process.host)) continue;
    const { servers, myid } = settingsOf(process);
    const key = servers.length < 2 ? process.name : servers.map(({ sid }) => sid).sort((one, other) => one - other).join();
    const members = found.get(key) ?? [];
    found.set(key, members);
    members.push({ sid: myid, index, process, disk: diskOf(world, process) });
  }
  return [...found].flatMap(([key, members]) => {
    if (new Set(members.map(({ sid }) => sid)).size < members.length) return [];
    const { servers, tickTimeMs = imageDefaults.tickTimeMs, initLimit = imageDefaults.initLimit, syncLimit = imageDefaults.syncLimit } = settingsOf(members[0]!.process);
    const identity = members.map(({ process }) => `${process.name} ${process.volume} ${(process.mounts ?? []).map(({ volume, path }) => `${volume} ${path}`).join()}`).join();
    return [{ key, members, participants: Math.max(1, servers.length), tickTimeMs, initLimit, syncLimit, identity }];
  });
}

function settingsOf(process: Process): Omit<ServerConfig, 'clientPort'> {
  const state = stateOf(process) as ServerState | null;
  return state?.settings ?? (process.config as ServerConfig);
}

export function viewOfMember({ sid, process, disk }: Member): ServerView {
  const { acceptedEpoch, currentEpoch, durableLogs, durableSnapshot } = disk;
  const state = stateOf(process) as ServerState | null;
  if (state === null) return viewOfDownServer(sid, { acceptedEpoch, currentEpoch, durableLogs, durableSnapshot });
  return viewOfServer(state, { incarnation: process.incarnation, isPaused: process.status === 'paused', durableLogs, durableSnapshot });
}

interface DataFile {
  readonly index: number;
  readonly path: string;
  readonly kind: 'acceptedEpoch' | 'currentEpoch' | 'log' | 'snapshot';
  readonly zxid: number;
}

/** Finding them among all files of a machine is dear; files change more often than their names do. */
const known = new WeakMap<readonly string[], readonly DataFile[]>();

function dataFiles(paths: readonly string[]): readonly DataFile[] {
  let files = known.get(paths);
  if (!files) {
    files = paths.flatMap((path, index) => {
      const match = /(?:^|\/)(?:(acceptedEpoch|currentEpoch)|(log|snapshot)\.([0-9a-f]+))$/.exec(path);
      return match ? [{ index, path, kind: (match[1] ?? match[2]) as DataFile['kind'], zxid: parseInt(match[3] ?? '0', 16) }] : [];
    });
    known.set(paths, files);
  }
  return files;
}

function diskOf(world: World, process: Process): Disk {
  const logs: { readonly zxid: number; readonly list: AppendList<LogEntry> }[] = [];
  let durableSnapshot = 0;
  let hasData = false;
  const epochs = { acceptedEpoch: 0, currentEpoch: 0 };
  for (const { volume, path: under } of [{ volume: process.volume, path: '' }, ...(process.mounts ?? [])]) {
    const { paths, files } = world.volumes[volume]!;
    for (const { index, path, kind, zxid } of dataFiles(paths)) {
      if (under !== '' && !path.startsWith(`${under}/`)) continue;
      if (kind === 'log' || kind === 'snapshot') hasData = true;
      const { durable } = files[index]!;
      if (!durable) continue;
      if (kind === 'log') logs.push({ zxid, list: durable.entries as AppendList<LogEntry> });
      else if (kind === 'snapshot') durableSnapshot = Math.max(durableSnapshot, zxid);
      else epochs[kind] = Number(durable.entries.tail[0]);
    }
  }
  logs.sort((one, other) => one.zxid - other.zxid);
  return { ...epochs, durableLogs: logs.map(({ list }) => list), durableSnapshot, hasData };
}

/** The one a process holds, whatever program it is. */
export function zooKeeperClientOf(process: Process): ZooKeeperClient | null {
  const state = stateOf(process) as { readonly zk?: unknown; readonly client?: unknown } | null;
  const held = state?.zk ?? state?.client;
  return typeof held === 'object' && held !== null && 'lastZxidSeen' in held ? (held as ZooKeeperClient) : null;
}

/** Index of the process at the other end; undefined: the connection is gone. */
export function serverAt(world: World, connection: number | null): number | undefined {
  const { connections } = world.network;
  return connection === null ? undefined : connections[findConnection(connections, connection)]?.server;
}

/** Those that have, or last had, their session with the ensemble. */
export function clientsOf(world: World, { members }: Ensemble, before: EnsembleMemory): readonly ClientView[] {
  return world.processes.flatMap((process) => {
    const client = zooKeeperClientOf(process);
    if (!client) return [];
    const server = serverAt(world, client.connection);
    const sid = members.find(({ index }) => index === server)?.sid;
    if (sid === undefined && !before.clients[process.name]) return [];
    return [{ name: process.name, sessionId: client.sessionId, lastZxidSeen: client.lastZxidSeen, connectedTo: isConnected(client) ? (sid ?? null) : null }];
  });
}
