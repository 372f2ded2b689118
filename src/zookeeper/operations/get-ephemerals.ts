/** getEphemerals: the asking session's ephemeral nodes under a prefix. */
import type { Answer, GetEphemeralsOp, SessionId } from '../messages.ts';
import { ephemeralsOf, type DataTree } from '../tree.ts';

export function getEphemerals(tree: DataTree, op: GetEphemeralsOp, session: SessionId): Answer {
  const paths = ephemeralsOf(tree, session).filter((path) => path.startsWith(op.prefix));
  return { err: 'OK', result: { type: 'getEphemerals', paths } };
}
