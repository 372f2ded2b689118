/** getAcl: needs the permission to read or to administer. */
import { PERM_ADMIN, PERM_READ, type Answer, type GetAclOp } from '../messages.ts';
import { nodeAt, statOf, type DataTree } from '../tree.ts';
import { allows } from './shared.ts';

export function getAcl(tree: DataTree, op: GetAclOp): Answer {
  const node = nodeAt(tree, op.path);
  if (!node) return { err: 'NONODE' };
  if (!allows(node.acl, PERM_READ | PERM_ADMIN)) return { err: 'NOAUTH' };
  return { err: 'OK', result: { type: 'getAcl', acl: node.acl, stat: statOf(node) } };
}
