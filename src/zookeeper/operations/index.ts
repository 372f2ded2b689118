/**
 * The table of operations. A server calls three functions: `prepare` on the leader (PrepRequestProcessor), `applyTxn` on
 * every server when a transaction is committed (DataTree.processTxn), `readOp` for what is answered from the local tree.
 */
import type { ErrorName } from '../errors.ts';
import type { Answer, CloseSessionOp, CheckOp, ReadOp, SessionId, Txn, TxnHeader, WriteOp } from '../messages.ts';
import { withLastProcessed, type DataTree } from '../tree.ts';
import type { Zxid } from '../zxid.ts';
import { prepareCheck } from './check.ts';
import { applyCloseSession, prepareCloseSession } from './close-session.ts';
import { applyCreate, prepareCreate } from './create.ts';
import { applyCreateSession, prepareCreateSession, type CreateSessionOp } from './create-session.ts';
import { applyDelete, prepareDelete } from './delete.ts';
import { prepareDeleteContainer, type DeleteContainerOp } from './delete-container.ts';
import { exists } from './exists.ts';
import { getAcl } from './get-acl.ts';
import { getAllChildrenNumber } from './get-all-children-number.ts';
import { getChildren } from './get-children.ts';
import { getData } from './get-data.ts';
import { getEphemerals } from './get-ephemerals.ts';
import { applyMulti, prepareMulti } from './multi.ts';
import { applySetAcl, prepareSetAcl } from './set-acl.ts';
import { applySetData, prepareSetData } from './set-data.ts';
import { refused, unchanged, type Applied, type Outstanding, type Preparation, type Prepared } from './shared.ts';

export { NOTHING_OUTSTANDING, settle, type Applied, type Outstanding } from './shared.ts';
export type { CreateSessionOp } from './create-session.ts';

/** What the leader turns into a transaction: a write, the opening or closing of a session, or the removal of a container. */
export type PreparedOp = WriteOp | CreateSessionOp | CloseSessionOp | DeleteContainerOp;

export interface WriteRequest {
  readonly sessionId: SessionId;
  /** The client's xid; 0 for what the leader itself asks for. */
  readonly cxid: number;
  readonly op: PreparedOp;
}

export interface PrepareContext {
  /** The one this request consumes, whether it succeeds or not. */
  readonly zxid: Zxid;
  /** The leader's wall clock, milliseconds since 1970. */
  readonly time: number;
  /** What the session tracker says of the session and the way the request came (`checkSession`). */
  readonly session: ErrorName;
}

export interface PreparedRequest {
  readonly header: TxnHeader;
  readonly txn: Txn;
  readonly outstanding: Outstanding;
}

/** Always gives a transaction: a request that must fail becomes an error transaction. */
export function prepare(tree: DataTree, outstanding: Outstanding, request: WriteRequest, context: PrepareContext): PreparedRequest {
  const preparation: Preparation = { tree, outstanding, zxid: context.zxid, sessionId: request.sessionId };
  const prepared: Prepared =
    // Opening creates the session it would have to belong to; an expiry closes one that the tracker already refuses; a sweep has none.
    request.op.type === 'createSession' || request.op.type === 'closeSession' || request.op.type === 'deleteContainer' || context.session === 'OK'
      ? prepareOne(preparation, request.op)
      : { ok: false, err: context.session };
  const txn: Txn = prepared.ok ? prepared.txn : { type: 'error', err: prepared.err };
  const header: TxnHeader = {
    sessionId: request.sessionId,
    cxid: request.cxid,
    zxid: context.zxid,
    time: context.time,
    type: txn.type,
  };
  return { header, txn, outstanding: prepared.ok ? prepared.outstanding : outstanding };
}

function prepareOne(preparation: Preparation, op: PreparedOp | CheckOp): Prepared {
  switch (op.type) {
    case 'create': return prepareCreate(preparation, op);
    case 'delete': return prepareDelete(preparation, op);
    case 'deleteContainer': return prepareDeleteContainer(preparation, op);
    case 'setData': return prepareSetData(preparation, op);
    case 'setAcl': return prepareSetAcl(preparation, op);
    case 'check': return prepareCheck(preparation, op);
    case 'multi': return { ok: true, ...prepareMulti(preparation, op, prepareOne) };
    case 'reconfig': return refused('RECONFIGDISABLED');
    case 'createSession': return prepareCreateSession(preparation, op);
    case 'closeSession': return prepareCloseSession(preparation);
  }
}

/** The tree afterwards (with `lastProcessedZxid`), the changes that watches hear of, and the answer if the client is connected here. */
export function applyTxn(tree: DataTree, header: TxnHeader, txn: Txn): Applied {
  const applied = applyOne(tree, header, txn);
  return { ...applied, tree: withLastProcessed(applied.tree, Math.max(tree.lastProcessedZxid, header.zxid)) };
}

function applyOne(tree: DataTree, header: TxnHeader, txn: Txn): Applied {
  switch (txn.type) {
    case 'create': return applyCreate(tree, header, txn);
    case 'delete':
    case 'deleteContainer': return applyDelete(tree, header, txn);
    case 'setData': return applySetData(tree, header, txn);
    case 'setAcl': return applySetAcl(tree, header, txn);
    case 'check': return unchanged(tree, { err: 'OK' });
    case 'multi': return applyMulti(tree, header, txn, applyOne);
    case 'createSession': return applyCreateSession(tree, header, txn);
    case 'closeSession': return applyCloseSession(tree, header, txn);
    case 'error': return unchanged(tree, { err: txn.err });
  }
}

/** Answered at once, without a zxid. Arming the watch is the server's next step (`armWatch`). */
export function readOp(tree: DataTree, op: ReadOp, session: SessionId): Answer {
  switch (op.type) {
    case 'getData': return getData(tree, op);
    case 'exists': return exists(tree, op);
    case 'getChildren': return getChildren(tree, op);
    case 'getAcl': return getAcl(tree, op);
    case 'getAllChildrenNumber': return getAllChildrenNumber(tree, op);
    case 'getEphemerals': return getEphemerals(tree, op, session);
  }
}
