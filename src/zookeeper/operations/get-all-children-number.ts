/** getAllChildrenNumber: how many nodes there are below a node, at any depth. */
import { PERM_READ, type Answer, type GetAllChildrenNumberOp } from '../messages.ts';
import { descendantCount, nodeAt, type DataTree } from '../tree.ts';
import { allows } from './shared.ts';

export function getAllChildrenNumber(tree: DataTree, op: GetAllChildrenNumberOp): Answer {
  const node = nodeAt(tree, op.path);
  if (!node) return { err: 'NONODE' };
  if (!allows(node.acl, PERM_READ)) return { err: 'NOAUTH' };
  return { err: 'OK', result: { type: 'getAllChildrenNumber', count: descendantCount(tree, op.path) } };
}
