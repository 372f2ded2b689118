/** What happens in an ensemble and at its clients, typed and in the past tense. Words are chosen by the views. */
import type { ErrorName } from './errors.ts';
import type { ClientOp, OpResult, SessionId, Txn, TxnHeader, WatchEvent } from './messages.ts';
import type { Applied } from './operations/shared.ts';
import { nodeAt } from './tree.ts';
import type { Zxid } from './zxid.ts';

/** Sessions as the leader decides about them. */
export interface SessionExpired { readonly type: 'sessionExpired'; readonly sessionId: SessionId; readonly timeoutMs: number }
/** A client came back with its session by way of another server; `owner` as the leader names it. */
export interface SessionMoved { readonly type: 'sessionMoved'; readonly sessionId: SessionId; readonly owner: string }

/** Noted by every server when it applies the transaction `zxid`. */
export interface SessionOpened { readonly type: 'sessionOpened'; readonly sessionId: SessionId; readonly timeoutMs: number; readonly zxid: Zxid }
export interface SessionClosed { readonly type: 'sessionClosed'; readonly sessionId: SessionId; readonly zxid: Zxid }
export interface ZnodeCreated {
  readonly type: 'znodeCreated';
  readonly path: string;
  readonly data: string | null;
  readonly ephemeralOwner: SessionId;
  readonly zxid: Zxid;
}
export interface ZnodeDeleted { readonly type: 'znodeDeleted'; readonly path: string; readonly zxid: Zxid }
export interface ZnodeDataChanged {
  readonly type: 'znodeDataChanged';
  readonly path: string;
  readonly data: string | null;
  readonly version: number;
  readonly zxid: Zxid;
}
/** A write was refused; it consumed its zxid all the same. */
export interface WriteRefused { readonly type: 'writeRefused'; readonly sessionId: SessionId; readonly err: ErrorName; readonly zxid: Zxid }

/** A server sent a watch's notification. */
export interface WatchFired { readonly type: 'watchFired'; readonly sessionId: SessionId; readonly event: WatchEvent }

/** At a client. */
export interface ClientConnected { readonly type: 'zkClientConnected'; readonly sessionId: SessionId; readonly negotiatedTimeoutMs: number; readonly server: string }
export interface ClientDisconnected { readonly type: 'zkClientDisconnected'; readonly sessionId: SessionId }
export interface ClientExpired { readonly type: 'zkClientExpired'; readonly sessionId: SessionId }
export interface ClientClosed { readonly type: 'zkClientClosed'; readonly sessionId: SessionId }
export interface ClientReplied {
  readonly type: 'zkClientReplied';
  readonly token: unknown;
  readonly request: ClientOp;
  readonly err: ErrorName;
  readonly result: OpResult | null;
  readonly zxid: Zxid;
}
export interface ClientNotified { readonly type: 'zkClientNotified'; readonly event: WatchEvent }

export type DataFact =
  | SessionExpired
  | SessionMoved
  | SessionOpened
  | SessionClosed
  | ZnodeCreated
  | ZnodeDeleted
  | ZnodeDataChanged
  | WriteRefused
  | WatchFired;

export type ClientFact = ClientConnected | ClientDisconnected | ClientExpired | ClientClosed | ClientReplied | ClientNotified;

/** What applying one transaction means to those who watch the tree grow. */
export function factsOfTxn(header: TxnHeader, txn: Txn, applied: Applied): readonly DataFact[] {
  const { zxid, sessionId } = header;
  const facts: DataFact[] = [];
  if (txn.type === 'createSession') facts.push({ type: 'sessionOpened', sessionId, timeoutMs: txn.timeoutMs, zxid });
  const failed = txn.type === 'error' ? txn : txn.type === 'multi' ? txn.parts.find((part) => part.type === 'error') : undefined;
  if (failed?.type === 'error') facts.push({ type: 'writeRefused', sessionId, err: failed.err, zxid });
  for (const { type, path } of applied.changes) {
    // Within one multi a node may be gone again; what it was in between is nobody's business then.
    const node = nodeAt(applied.tree, path);
    if (type === 'NodeDeleted') facts.push({ type: 'znodeDeleted', path, zxid });
    else if (!node) continue;
    else if (type === 'NodeCreated') facts.push({ type: 'znodeCreated', path, data: node.data, ephemeralOwner: node.ephemeralOwner, zxid });
    else facts.push({ type: 'znodeDataChanged', path, data: node.data, version: node.version, zxid });
  }
  if (txn.type === 'closeSession') facts.push({ type: 'sessionClosed', sessionId, zxid });
  return facts;
}
