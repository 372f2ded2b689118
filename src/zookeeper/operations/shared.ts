/**
 * What the operations share: the leader's view of the tree with all changes that are proposed but not yet applied
 * (PrepRequestProcessor's outstandingChanges), and the shape of one operation.
 */
import type { ErrorName } from '../errors.ts';
import { CONTAINER_OWNER, NO_SESSION, type Acl, type Answer, type SessionId, type Txn, type TxnHeader } from '../messages.ts';
import { nodeAt, type DataTree } from '../tree.ts';
import type { Zxid } from '../zxid.ts';

/** What the leader must know of a node to judge the next request. */
export interface NodeRecord {
  readonly acl: Acl;
  readonly version: number;
  readonly aversion: number;
  /** Children ever created. */
  readonly creations: number;
  readonly childCount: number;
  readonly ephemeralOwner: SessionId;
}

/** `node` null: the node is being deleted. */
export interface Change {
  readonly zxid: Zxid;
  readonly path: string;
  readonly node: NodeRecord | null;
}

/** Changes in the order of their zxids, and the latest one of each path. */
export interface Outstanding {
  readonly changes: readonly Change[];
  readonly byPath: Readonly<Record<string, Change>>;
}

export const NOTHING_OUTSTANDING: Outstanding = { changes: [], byPath: {} };

export function withChange(outstanding: Outstanding, change: Change): Outstanding {
  return {
    changes: [...outstanding.changes, change],
    byPath: { ...outstanding.byPath, [change.path]: change },
  };
}

/** After the transaction `zxid` was applied: what it and earlier ones changed is in the tree now. */
export function settle(outstanding: Outstanding, zxid: Zxid): Outstanding {
  let settled = 0;
  while (settled < outstanding.changes.length && outstanding.changes[settled]!.zxid <= zxid) settled++;
  if (settled === 0) return outstanding;
  const changes = outstanding.changes.slice(settled);
  if (changes.length === 0) return NOTHING_OUTSTANDING;
  const byPath: Record<string, Change> = {};
  for (const change of changes) byPath[change.path] = change;
  return { changes, byPath };
}

/** One request on its way to become a transaction. */
export interface Preparation {
  readonly tree: DataTree;
  readonly outstanding: Outstanding;
  readonly zxid: Zxid;
  readonly sessionId: SessionId;
}

/** Either the transaction and what it will change, or why not. */
export type Prepared =
  | { readonly ok: true; readonly txn: Txn; readonly outstanding: Outstanding }
  | { readonly ok: false; readonly err: ErrorName };

export function refused(err: ErrorName): Prepared {
  return { ok: false, err };
}

export function recordAt(preparation: Preparation, path: string): NodeRecord | undefined {
  const change = preparation.outstanding.byPath[path];
  if (change) return change.node ?? undefined;
  const node = nodeAt(preparation.tree, path);
  return (
    node && {
      acl: node.acl,
      version: node.version,
      aversion: node.aversion,
      creations: node.creations,
      childCount: node.children.length,
      ephemeralOwner: node.ephemeralOwner,
    }
  );
}

export function changed(preparation: Preparation, path: string, node: NodeRecord | null): Preparation {
  const change = { zxid: preparation.zxid, path, node };
  return { ...preparation, outstanding: withChange(preparation.outstanding, change) };
}

export function allows(acl: Acl, permission: number): boolean {
  return (acl & permission) !== 0;
}

/** −1 asks for no particular version. */
export function versionFits(asked: number, actual: number): boolean {
  return asked === -1 || asked === actual;
}

export function isEphemeral(owner: SessionId): boolean {
  return owner !== NO_SESSION && owner !== CONTAINER_OWNER;
}

/** What an applied transaction did to a node, for the watches. */
export interface TreeChange {
  readonly type: 'NodeCreated' | 'NodeDeleted' | 'NodeDataChanged';
  readonly path: string;
}

export interface Applied {
  readonly tree: DataTree;
  /** In the order in which watches must fire. */
  readonly changes: readonly TreeChange[];
  readonly answer: Answer;
}

/** Applying is a plain function of the tree, the header and the transaction; the leader has settled every question before. */
export type Apply<T extends Txn> = (tree: DataTree, header: TxnHeader, txn: T) => Applied;

export function unchanged(tree: DataTree, answer: Answer): Applied {
  return { tree, changes: [], answer };
}
