/** A list of znodes as the rows of a tree, filtered by path; parents of what matches stay in sight. Pure. */
import type { Znode, ZnodeTreeFrame } from './frame.ts';

export interface ZnodeRow {
  readonly path: string;
  readonly name: string;
  readonly depth: number;
  /** Undefined for one that the last transaction deleted, or a parent that is not in the frame. */
  readonly znode: Znode | undefined;
  readonly branch: boolean;
  readonly open: boolean;
  readonly deleted: boolean;
  readonly sequential: boolean;
}

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

export function layoutZnodes(frame: ZnodeTreeFrame, closed: ReadonlySet<string>, filter: string): readonly ZnodeRow[] {
  const byPath = new Map(frame.znodes.map((znode) => [znode.path, znode]));
  const children = new Map<string, string[]>();
  const wanted = filter.trim().toLowerCase();
  const visible = new Set<string>();
  const all = [...byPath.keys(), ...frame.deleted.filter((path) => !byPath.has(path))].filter((path) => path !== '/');
  for (const path of all) if (wanted === '' || path.toLowerCase().includes(wanted)) for (let at = path; at !== ''; at = at.slice(0, at.lastIndexOf('/'))) visible.add(at);
  for (const path of visible) {
    const parent = path.slice(0, path.lastIndexOf('/'));
    const list = children.get(parent);
    if (list) list.push(path);
    else children.set(parent, [path]);
  }
  const deleted = new Set(frame.deleted);
  const rows: ZnodeRow[] = [];
  const walk = (parent: string, depth: number): void => {
    for (const path of (children.get(parent) ?? []).sort(order)) {
      const name = path.slice(path.lastIndexOf('/') + 1);
      const branch = children.has(path);
      const open = branch && (wanted !== '' || !closed.has(path));
      rows.push({ path, name, depth, znode: byPath.get(path), branch, open, deleted: deleted.has(path) && !byPath.has(path), sequential: /\d{10}$/.test(name) });
      if (open) walk(path, depth + 1);
    }
  };
  walk('', 0);
  return rows;
}
