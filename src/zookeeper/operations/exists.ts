/** exists: a node's stat; asks for no permission. */
import type { Answer, ExistsOp } from '../messages.ts';
import { nodeAt, statOf, type DataTree } from '../tree.ts';

export function exists(tree: DataTree, op: ExistsOp): Answer {
  const node = nodeAt(tree, op.path);
  return node ? { err: 'OK', result: { type: 'exists', stat: statOf(node) } } : { err: 'NONODE' };
}
