/** delete of one node without children. */
import { PERM_DELETE, type DeleteContainerTxn, type DeleteOp, type DeleteTxn } from '../messages.ts';
import { isFixedNode, parentOf } from '../paths.ts';
import { deleteNode, nodeAt } from '../tree.ts';
import { allows, changed, recordAt, refused, unchanged, versionFits, type Apply, type Preparation, type Prepared } from './shared.ts';

export function prepareDelete(preparation: Preparation, op: DeleteOp): Prepared {
  if (!op.path.includes('/') || op.path.includes('\u0000') || isFixedNode(op.path)) return refused('BADARGUMENTS');
  const parentPath = parentOf(op.path);
  const parent = recordAt(preparation, parentPath);
  if (!parent) return refused('NONODE');
  if (!allows(parent.acl, PERM_DELETE)) return refused('NOAUTH');
  const node = recordAt(preparation, op.path);
  if (!node) return refused('NONODE');
  if (!versionFits(op.version, node.version)) return refused('BADVERSION');
  if (node.childCount > 0) return refused('NOTEMPTY');
  const withParent = changed(preparation, parentPath, { ...parent, childCount: parent.childCount - 1 });
  const { outstanding } = changed(withParent, op.path, null);
  return { ok: true, outstanding, txn: { type: 'delete', path: op.path } };
}

export const applyDelete: Apply<DeleteTxn | DeleteContainerTxn> = (tree, header, txn) => {
  if (!nodeAt(tree, txn.path)) return unchanged(tree, { err: 'NONODE' });
  return {
    tree: deleteNode(tree, txn.path, header.zxid),
    changes: [{ type: 'NodeDeleted', path: txn.path }],
    answer: { err: 'OK', result: { type: 'delete' } },
  };
};
