/** getEphemerals: the asking session's ephemeral nodes under a prefix, in the order of a copy of the server's hash set, whose table is small. */
import { javaHashOrder, javaStringHash } from '../java-hash-order.ts';
import type { Answer, GetEphemeralsOp, SessionId } from '../messages.ts';
import { ephemeralsOf, type DataTree } from '../tree.ts';

/** `HashMap.clone`: the power of two from a third more than its entries, and one, on. */
function tableOfCopy(entries: number): number {
  let size = 1;
  while (size < entries / 0.75 + 1) size *= 2;
  return size;
}

export function getEphemerals(tree: DataTree, op: GetEphemeralsOp, session: SessionId): Answer {
  const held = javaHashOrder(ephemeralsOf(tree, session), javaStringHash);
  const paths = javaHashOrder(held, javaStringHash, tableOfCopy(held.length)).filter((path) => path.startsWith(op.prefix));
  return { err: 'OK', result: { type: 'getEphemerals', paths } };
}
