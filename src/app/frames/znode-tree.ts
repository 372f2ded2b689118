/** The newest tree that anybody served, with owners, and what its last transaction changed. */
import { nodeAt, statOf, walk, type DataTree } from '../../zookeeper/tree.ts';
import { formatZxid } from '../../zookeeper/zxid.ts';
import type { Znode, ZnodeTreeFrame } from '../../views/znode-tree/frame.ts';
import type { Seen } from './stage.ts';

let cached: { readonly tree: DataTree; readonly frame: ZnodeTreeFrame } | undefined;

export function znodeTreeFrame(seen: Seen): ZnodeTreeFrame | undefined {
  const { tree } = seen.facts;
  if (tree === null) return undefined;
  if (cached?.tree === tree) return cached.frame;
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
      fading: false,
      watchers: [],
      change:
        tree.lastProcessedZxid === 0 ? 'none'
        : node.czxid === tree.lastProcessedZxid ? 'created'
        : node.mzxid === tree.lastProcessedZxid ? 'set'
        : node.pzxid === tree.lastProcessedZxid ? 'childrenChanged'
        : 'none',
    });
  }
  const frame = { server: server?.name ?? '', lastZxid: formatZxid(tree.lastProcessedZxid), znodes, deleted: [] };
  cached = { tree, frame };
  return frame;
}
