/** check: a multi's condition on a node's version; changes nothing. */
import { PERM_READ, type CheckOp } from '../messages.ts';
import { pathProblem } from '../paths.ts';
import { allows, recordAt, refused, versionFits, type Preparation, type Prepared } from './shared.ts';

export function prepareCheck(preparation: Preparation, op: CheckOp): Prepared {
  if (pathProblem(op.path) !== undefined) return refused('BADARGUMENTS');
  const node = recordAt(preparation, op.path);
  if (!node) return refused('NONODE');
  if (!allows(node.acl, PERM_READ)) return refused('NOAUTH');
  if (!versionFits(op.version, node.version)) return refused('BADVERSION');
  return { ok: true, outstanding: preparation.outstanding, txn: { type: 'check', path: op.path, version: node.version + 1 } };
}
