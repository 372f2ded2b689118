/** closeSession: the session and all its ephemerals go in one transaction, asked for by the client or by expiry. */
import type { CloseSessionTxn } from '../messages.ts';
import { parentOf } from '../paths.ts';
import { deleteNode, ephemeralsOf, forgetSession, insertSorted, nodeAt } from '../tree.ts';
import { changed, recordAt, type Apply, type Preparation, type Prepared, type TreeChange } from './shared.ts';

/** Ephemerals that are proposed but not applied belong to the list; those whose deletion is under way do not. */
export function prepareCloseSession(preparation: Preparation): Prepared {
  let paths = ephemeralsOf(preparation.tree, preparation.sessionId);
  for (const { path, node } of preparation.outstanding.changes) {
    if (node === null) paths = paths.filter((other) => other !== path);
    else if (node.ephemeralOwner === preparation.sessionId) paths = insertSorted(paths, path);
  }
  let after = preparation;
  for (const path of paths) {
    const parent = recordAt(after, parentOf(path));
    if (parent) after = changed(after, parentOf(path), { ...parent, childCount: parent.childCount - 1 });
    after = changed(after, path, null);
  }
  return { ok: true, outstanding: after.outstanding, txn: { type: 'closeSession', paths } };
}

/** Ephemerals of the session that are not in the list cannot exist; were there any, they would go too. */
export const applyCloseSession: Apply<CloseSessionTxn> = (tree, header, txn) => {
  const changes: TreeChange[] = [];
  let next = tree;
  for (const path of [...txn.paths, ...ephemeralsOf(tree, header.sessionId)]) {
    if (!nodeAt(next, path)) continue;
    next = deleteNode(next, path, header.zxid);
    changes.push({ type: 'NodeDeleted', path });
  }
  return { tree: forgetSession(next, header.sessionId), changes, answer: { err: 'OK' } };
};
