/** getChildren: the names of a node's children, sorted, and the node's stat (getChildren2). */
import { PERM_READ, type Answer, type GetChildrenOp } from '../messages.ts';
import { nodeAt, statOf, type DataTree } from '../tree.ts';
import { allows } from './shared.ts';

export function getChildren(tree: DataTree, op: GetChildrenOp): Answer {
  const node = nodeAt(tree, op.path);
  if (!node) return { err: 'NONODE' };
  if (!allows(node.acl, PERM_READ)) return { err: 'NOAUTH' };
  return { err: 'OK', result: { type: 'getChildren', children: node.children, stat: statOf(node) } };
}
