/** getEphemerals: the asking session's ephemeral nodes under a prefix, in the order of a copy of the server's hash set, whose table is small. */
import { copiedMapOrder, javaHashOrder, javaStringHash } from '../java-hash-order.ts';
import type { Answer, GetEphemeralsOp, SessionId } from '../messages.ts';
import { ephemeralsOf, type DataTree } from '../tree.ts';

export function getEphemerals(tree: DataTree, op: GetEphemeralsOp, session: SessionId): Answer {
  const held = javaHashOrder(ephemeralsOf(tree, session), javaStringHash);
  const paths = copiedMapOrder(held, javaStringHash).filter((path) => path.startsWith(op.prefix));
  return { err: 'OK', result: { type: 'getEphemerals', paths } };
}
