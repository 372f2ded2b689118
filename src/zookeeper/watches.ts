/**
 * A server's watches (WatchManager): who, by connection, wants to hear of which path. In memory only; a watch fires once and
 * is gone, except the persistent ones.
 */
import type { ConnectionId } from '../kernel/program.ts';
import type { ErrorName } from './errors.ts';
import type { AddWatchMode, RemoveWatchesOp, ReadOp, SetWatchesOp, WatchEvent, WatchEventType } from './messages.ts';
import type { TreeChange } from './operations/shared.ts';
import { parentOf } from './paths.ts';
import { nodeAt, type DataTree } from './tree.ts';

/** Connections by path, in the order in which they were armed. */
type WatchersByPath = Readonly<Record<string, readonly ConnectionId[]>>;

export interface WatchTable {
  /** From getData and exists. */
  readonly data: WatchersByPath;
  /** From getChildren. */
  readonly child: WatchersByPath;
  readonly persistent: WatchersByPath;
  readonly recursive: WatchersByPath;
}

type TableName = keyof WatchTable;
const tables: readonly TableName[] = ['data', 'child', 'persistent', 'recursive'];

export interface Delivery {
  readonly connection: ConnectionId;
  readonly event: WatchEvent;
}

export interface Fired {
  readonly watches: WatchTable;
  /** In the order in which the notifications must be sent. */
  readonly deliveries: readonly Delivery[];
}

export const NO_WATCHES: WatchTable = { data: {}, child: {}, persistent: {}, recursive: {} };

/** What a read arms: getData and getChildren only if they succeeded, exists whether the node is there or not. */
export function armWatch(watches: WatchTable, connection: ConnectionId, op: ReadOp, err: ErrorName): WatchTable {
  if (!('watch' in op) || !op.path.startsWith('/')) return watches;
  switch (op.type) {
    case 'getData': return op.watch && err === 'OK' ? arm(watches, 'data', op.path, connection) : watches;
    case 'exists': return op.watch && (err === 'OK' || err === 'NONODE') ? arm(watches, 'data', op.path, connection) : watches;
    case 'getChildren': return op.watch && err === 'OK' ? arm(watches, 'child', op.path, connection) : watches;
  }
}

export function addWatch(watches: WatchTable, connection: ConnectionId, path: string, mode: AddWatchMode): WatchTable {
  return arm(watches, mode === 'PERSISTENT' ? 'persistent' : 'recursive', path, connection);
}

/** Of what an applied transaction did, each change fires its watches completely before the next (section 4.6). */
export function fireWatches(watches: WatchTable, changes: readonly TreeChange[]): Fired {
  let current = watches;
  const deliveries: Delivery[] = [];
  const fire = (table: 'data' | 'child', path: string, type: WatchEventType, already: readonly ConnectionId[]): readonly ConnectionId[] => {
    const told = watchersOf(current, table, path, type).filter((connection) => !already.includes(connection));
    current = without(current, table, path);
    for (const connection of told) deliveries.push({ connection, event: { type, state: 'SyncConnected', path } });
    return told;
  };
  for (const { type, path } of changes) {
    const told = fire('data', path, type, []);
    if (type === 'NodeDataChanged') continue;
    if (type === 'NodeDeleted') fire('child', path, type, told);
    fire('child', parentOf(path), 'NodeChildrenChanged', []);
  }
  return { watches: current, deliveries };
}

/** What the client missed is told at once, the rest is armed; per path, first data, then exist, then child watches (section 4.7). */
export function setWatches(watches: WatchTable, tree: DataTree, connection: ConnectionId, op: SetWatchesOp): Fired {
  let current = watches;
  const deliveries: Delivery[] = [];
  const tell = (type: WatchEventType, path: string): void => {
    deliveries.push({ connection, event: { type, state: 'SyncConnected', path } });
  };
  for (const path of op.dataWatches) {
    const node = nodeAt(tree, path);
    if (!node) tell('NodeDeleted', path);
    else if (node.mzxid > op.relativeZxid) tell('NodeDataChanged', path);
    else current = arm(current, 'data', path, connection);
  }
  for (const path of op.existWatches) {
    if (nodeAt(tree, path)) tell('NodeCreated', path);
    else current = arm(current, 'data', path, connection);
  }
  for (const path of op.childWatches) {
    const node = nodeAt(tree, path);
    if (!node) tell('NodeDeleted', path);
    else if (node.pzxid > op.relativeZxid) tell('NodeChildrenChanged', path);
    else current = arm(current, 'child', path, connection);
  }
  for (const path of op.persistentWatches) current = arm(current, 'persistent', path, connection);
  for (const path of op.persistentRecursiveWatches) current = arm(current, 'recursive', path, connection);
  return { watches: current, deliveries };
}

/** NOWATCHER if this connection has no such watch on the path. The client itself makes the `…WatchRemoved` events. */
export function removeWatches(
  watches: WatchTable,
  connection: ConnectionId,
  op: RemoveWatchesOp,
): { readonly watches: WatchTable; readonly err: ErrorName } {
  const asked: readonly TableName[] =
    op.watcherType === 'Any' ? tables : op.watcherType === 'Data' ? ['data'] : ['child'];
  let current = watches;
  for (const table of asked) current = disarm(current, table, op.path, connection);
  return { watches: current, err: current === watches ? 'NOWATCHER' : 'OK' };
}

/** A closed connection takes its watches with it. */
export function dropConnection(watches: WatchTable, connection: ConnectionId): WatchTable {
  let current = watches;
  for (const table of tables) {
    for (const path of Object.keys(current[table])) current = disarm(current, table, path, connection);
  }
  return current;
}

/** What one of the two watch managers holds: its one-shot watches and, in both, the persistent ones. */
export function watchersByPath(watches: WatchTable, table: 'data' | 'child'): WatchersByPath {
  const held: Record<string, readonly ConnectionId[]> = {};
  for (const one of [watches[table], watches.persistent, watches.recursive]) {
    for (const path of Object.keys(one)) held[path] = [...new Set([...(held[path] ?? []), ...one[path]!])];
  }
  return held;
}

/** One for each pair of path and connection in a manager, both managers together (`zk_watch_count`). */
export function watchCount(watches: WatchTable): number {
  let count = 0;
  for (const table of ['data', 'child'] as const) {
    const held = watchersByPath(watches, table);
    for (const path of Object.keys(held)) count += held[path]!.length;
  }
  return count;
}

/** One-shot watchers of this table first, then persistent ones; recursive ones hear of the whole subtree, but not of "children changed". */
function watchersOf(watches: WatchTable, table: 'data' | 'child', path: string, type: WatchEventType): readonly ConnectionId[] {
  const found: ConnectionId[] = [];
  const add = (connections: readonly ConnectionId[] | undefined): void => {
    for (const connection of connections ?? []) if (!found.includes(connection)) found.push(connection);
  };
  add(watches[table][path]);
  add(watches.persistent[path]);
  if (type !== 'NodeChildrenChanged' && watches.recursive !== NO_WATCHES.recursive) {
    for (let above = path; ; above = parentOf(above)) {
      add(watches.recursive[above]);
      if (above === '/') break;
    }
  }
  return found;
}

function arm(watches: WatchTable, table: TableName, path: string, connection: ConnectionId): WatchTable {
  const armed = watches[table][path] ?? [];
  if (armed.includes(connection)) return watches;
  return { ...watches, [table]: { ...watches[table], [path]: [...armed, connection] } };
}

function disarm(watches: WatchTable, table: TableName, path: string, connection: ConnectionId): WatchTable {
  const armed = watches[table][path];
  if (!armed?.includes(connection)) return watches;
  if (armed.length === 1) return without(watches, table, path);
  return { ...watches, [table]: { ...watches[table], [path]: armed.filter((other) => other !== connection) } };
}

function without(watches: WatchTable, table: TableName, path: string): WatchTable {
  if (!watches[table][path]) return watches;
  const { [path]: _fired, ...rest } = watches[table];
  return { ...watches, [table]: rest };
}
