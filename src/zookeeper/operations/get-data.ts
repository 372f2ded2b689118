/** getData: a node's data and stat from the tree of the connected server. */
import { PERM_READ, type Answer, type GetDataOp } from '../messages.ts';
import { nodeAt, statOf, type DataTree } from '../tree.ts';
import { allows } from './shared.ts';

export function getData(tree: DataTree, op: GetDataOp): Answer {
  const node = nodeAt(tree, op.path);
  if (!node) return { err: 'NONODE' };
  if (!allows(node.acl, PERM_READ)) return { err: 'NOAUTH' };
  return { err: 'OK', result: { type: 'getData', data: node.data, stat: statOf(node) } };
}
