/** The newest tree that anybody served, with owners and watchers, and what its last transaction changed. */
import { matches } from '../../kernel/machine.ts';
import { findConnection } from '../../kernel/network.ts';
import { nodeAt, statOf, walk, type DataTree } from '../../zookeeper/tree.ts';
import type { WatchTable } from '../../zookeeper/watches.ts';
import { formatZxid } from '../../zookeeper/zxid.ts';
import type { Znode, ZnodeTreeFrame } from '../../views/znode-tree/frame.ts';
import type { ClusterHistory } from '../story.ts';
import type { Seen } from './stage.ts';

/** Noted facts looked through for what the last transaction deleted. */
const FACTS_SEARCHED = 128;

let cached: { readonly tree: DataTree; readonly watches: readonly WatchTable[]; readonly closing: string; readonly frame: ZnodeTreeFrame } | undefined;

export function znodeTreeFrame(seen: Seen, history: ClusterHistory): ZnodeTreeFrame | undefined {
  const { tree } = seen.facts;
  if (tree === null) return undefined;
  const watches = seen.facts.servers.flatMap((one) => (one.server === undefined ? [] : [one.server.watches]));
  const closing = closingSessions(seen);
  const isSame = cached?.tree === tree && cached.closing === closing.join(' ') && cached.watches.length === watches.length && cached.watches.every((one, at) => one === watches[at]);
  if (isSame) return cached!.frame;
  const frame = makeFrame(seen, history, tree, closing);
  cached = { tree, watches, closing: closing.join(' '), frame };
  return frame;
}

/** Sessions that the leader has begun to end. */
function closingSessions({ facts }: Seen): readonly string[] {
  const sessions = facts.servers.find((one) => one.sid === facts.zookeeperLeader)?.server?.leading?.tracker.sessions ?? {};
  return Object.keys(sessions).filter((id) => matches(sessions[id]!.chart, 'closing'));
}

/** Names of those who wait for news of a path, on whatever server. */
function watchersOf({ facts, world }: Seen): ReadonlyMap<string, readonly string[]> {
  const byPath = new Map<string, string[]>();
  for (const { server } of facts.servers) {
    if (!server) continue;
    for (const table of [server.watches.data, server.watches.child, server.watches.persistent, server.watches.recursive]) {
      for (const [path, connections] of Object.entries(table)) {
        const names = byPath.get(path) ?? [];
        byPath.set(path, names);
        for (const id of connections) {
          const connection = world.network.connections[findConnection(world.network.connections, id)];
          const name = connection === undefined ? undefined : world.processes[connection.client]?.name;
          if (name !== undefined && !names.includes(name)) names.push(name);
        }
      }
    }
  }
  for (const names of byPath.values()) names.sort();
  return byPath;
}

function deletedBy(zxid: number, history: ClusterHistory): readonly string[] {
  const paths = new Set<string>();
  const end = history.facts.countBefore(history.item);
  for (let index = end - 1; index >= 0 && end - index <= FACTS_SEARCHED; index--) {
    if (history.facts.typeAt(index) !== 'znodeDeleted') continue;
    const fact = history.facts.at(index)!.fact as { readonly type: string; readonly zxid?: number; readonly path?: string };
    if (fact.zxid === zxid && fact.path !== undefined) paths.add(fact.path);
  }
  return [...paths].sort();
}

function makeFrame(seen: Seen, history: ClusterHistory, tree: DataTree, closing: readonly string[]): ZnodeTreeFrame {
  const watchers = watchersOf(seen);
  const owners = new Map<string, string>();
  for (const [session, paths] of Object.entries(tree.ephemerals)) {
    const broker = paths.map((path) => /^\/brokers\/ids\/(\d+)$/.exec(path)?.[1]).find((one) => one !== undefined);
    if (broker !== undefined) owners.set(session, `broker ${broker}`);
  }
  const server = seen.facts.servers.find((one) => one.isServing && one.server?.tree === tree) ?? seen.facts.servers.find((one) => one.isServing);
  const znodes: Znode[] = [];
  for (const path of walk(tree)) {
    const node = nodeAt(tree, path)!;
    const stat = statOf(node);
    znodes.push({
      path,
      data: node.data ?? '',
      version: stat.version,
      cversion: stat.cversion,
      czxid: formatZxid(node.czxid),
      mzxid: formatZxid(node.mzxid),
      pzxid: formatZxid(node.pzxid),
      dataLength: node.dataLength,
      children: node.children.length,
      ephemeralOwner: node.ephemeralOwner,
      owner: owners.get(node.ephemeralOwner) ?? '',
      fading: closing.includes(node.ephemeralOwner),
      watchers: watchers.get(path) ?? NOBODY,
      change:
        tree.lastProcessedZxid === 0 ? 'none'
        : node.czxid === tree.lastProcessedZxid ? 'created'
        : node.mzxid === tree.lastProcessedZxid ? 'set'
        : node.pzxid === tree.lastProcessedZxid ? 'childrenChanged'
        : 'none',
    });
  }
  return { server: server?.name ?? '', lastZxid: formatZxid(tree.lastProcessedZxid), znodes, deleted: deletedBy(tree.lastProcessedZxid, history) };
}

const NOBODY: readonly string[] = [];
