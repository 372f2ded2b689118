/** setAcl: what `world:anyone` may do with a node. Fires no watch. */
import { PERM_ADMIN, type SetAclOp, type SetAclTxn } from '../messages.ts';
import { pathProblem } from '../paths.ts';
import { nodeAt, setNodeAcl, statOf } from '../tree.ts';
import { allows, changed, recordAt, refused, unchanged, versionFits, type Apply, type Preparation, type Prepared } from './shared.ts';

export function prepareSetAcl(preparation: Preparation, op: SetAclOp): Prepared {
  if (pathProblem(op.path) !== undefined) return refused('BADARGUMENTS');
  const node = recordAt(preparation, op.path);
  if (!node) return refused('NONODE');
  if (!allows(node.acl, PERM_ADMIN)) return refused('NOAUTH');
  if (!versionFits(op.version, node.aversion)) return refused('BADVERSION');
  const version = node.aversion + 1;
  const { outstanding } = changed(preparation, op.path, { ...node, acl: op.acl, aversion: version });
  return { ok: true, outstanding, txn: { type: 'setAcl', path: op.path, acl: op.acl, version } };
}

export const applySetAcl: Apply<SetAclTxn> = (tree, _header, txn) => {
  if (!nodeAt(tree, txn.path)) return unchanged(tree, { err: 'NONODE' });
  const next = setNodeAcl(tree, txn.path, txn.acl, txn.version);
  return unchanged(next, { err: 'OK', result: { type: 'setAcl', stat: statOf(nodeAt(next, txn.path)!) } });
};
