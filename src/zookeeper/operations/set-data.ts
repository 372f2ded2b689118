/** setData: replaces a node's data and counts its version up. */
import { PERM_WRITE, type SetDataOp, type SetDataTxn } from '../messages.ts';
import { pathProblem } from '../paths.ts';
import { nodeAt, setNodeData, statOf } from '../tree.ts';
import { allows, changed, recordAt, refused, unchanged, versionFits, type Apply, type Preparation, type Prepared } from './shared.ts';

export function prepareSetData(preparation: Preparation, op: SetDataOp): Prepared {
  if (pathProblem(op.path) !== undefined) return refused('BADARGUMENTS');
  const node = recordAt(preparation, op.path);
  if (!node) return refused('NONODE');
  if (!allows(node.acl, PERM_WRITE)) return refused('NOAUTH');
  if (!versionFits(op.version, node.version)) return refused('BADVERSION');
  const version = node.version + 1;
  const { outstanding } = changed(preparation, op.path, { ...node, version });
  return { ok: true, outstanding, txn: { type: 'setData', path: op.path, data: op.data, version } };
}

export const applySetData: Apply<SetDataTxn> = (tree, header, txn) => {
  if (!nodeAt(tree, txn.path)) return unchanged(tree, { err: 'NONODE' });
  const next = setNodeData(tree, txn.path, txn.data, txn.version, header.zxid, header.time);
  return {
    tree: next,
    changes: [{ type: 'NodeDataChanged', path: txn.path }],
    answer: { err: 'OK', result: { type: 'setData', stat: statOf(nodeAt(next, txn.path)!) } },
  };
};
