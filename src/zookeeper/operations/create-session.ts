/** createSession: from here on every server knows the session and its time-out. */
import type { CreateSessionTxn } from '../messages.ts';
import { openSession } from '../tree.ts';
import { unchanged, type Apply, type Preparation, type Prepared } from './shared.ts';

/** Asked for by a server on behalf of a client that connects; the session's id is the one of the request. */
export interface CreateSessionOp {
  readonly type: 'createSession';
  readonly timeoutMs: number;
}

export function prepareCreateSession(preparation: Preparation, op: CreateSessionOp): Prepared {
  return { ok: true, outstanding: preparation.outstanding, txn: { type: 'createSession', timeoutMs: op.timeoutMs } };
}

export const applyCreateSession: Apply<CreateSessionTxn> = (tree, header, txn) =>
  unchanged(openSession(tree, header.sessionId, txn.timeoutMs), { err: 'OK' });
