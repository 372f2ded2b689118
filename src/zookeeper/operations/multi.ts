/** multi: all or nothing, under one zxid; later parts see what earlier ones change. */
import type { ErrorName } from '../errors.ts';
import type {
  CheckTxn, CreateTxn, DeleteTxn, ErrorTxn, MultiOp, MultiPart, MultiResult, MultiTxn, SetDataTxn, TxnHeader,
} from '../messages.ts';
import type { DataTree } from '../tree.ts';
import type { Applied, Preparation, Prepared, TreeChange } from './shared.ts';

type Part = CreateTxn | DeleteTxn | SetDataTxn | CheckTxn;

/** A multi with a failing part is still proposed: its parts tell each client which one failed, and nothing is left outstanding. */
export function prepareMulti(
  preparation: Preparation,
  op: MultiOp,
  preparePart: (preparation: Preparation, part: MultiPart) => Prepared,
): { readonly txn: MultiTxn; readonly outstanding: Preparation['outstanding'] } {
  const parts: (Part | ErrorTxn)[] = [];
  let current = preparation;
  let failed = false;
  for (const part of op.ops) {
    if (failed) {
      parts.push({ type: 'error', err: 'RUNTIMEINCONSISTENCY' });
      continue;
    }
    const prepared = preparePart(current, part);
    if (prepared.ok) {
      parts.push(prepared.txn as Part);
      current = { ...current, outstanding: prepared.outstanding };
    } else {
      parts.push({ type: 'error', err: prepared.err });
      failed = true;
    }
  }
  return { txn: { type: 'multi', parts }, outstanding: failed ? preparation.outstanding : current.outstanding };
}

/** The header of the answer says OK even for a failed multi; the error is in the parts, where clients look for it. */
export function applyMulti(
  tree: DataTree,
  header: TxnHeader,
  txn: MultiTxn,
  applyPart: (tree: DataTree, header: TxnHeader, part: Part) => Applied,
): Applied {
  const firstError = txn.parts.findIndex((part) => part.type === 'error');
  if (firstError >= 0) {
    const results = txn.parts.map((part, index) => {
      const err: ErrorName = index < firstError ? 'OK' : part.type === 'error' ? part.err : 'RUNTIMEINCONSISTENCY';
      return { type: 'error', err } as const;
    });
    return { tree, changes: [], answer: { err: 'OK', result: { type: 'multi', results } } };
  }
  const changes: TreeChange[] = [];
  const results: MultiResult['results'][number][] = [];
  let current = tree;
  for (const part of txn.parts) {
    if (part.type === 'error') continue;
    const applied = applyPart(current, header, part);
    current = applied.tree;
    changes.push(...applied.changes);
    const { err, result } = applied.answer;
    if (err !== 'OK') results.push({ type: 'error', err });
    else if (result) results.push(result as MultiResult['results'][number]);
    else results.push({ type: 'check' });
  }
  return { tree: current, changes, answer: { err: 'OK', result: { type: 'multi', results } } };
}
