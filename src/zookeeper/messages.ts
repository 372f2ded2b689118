/**
 * What a client and a server say to each other on the client port, and the transactions that writes become.
 * Node data is text: everything that lives in a Kafka deployment's tree is UTF-8 text; lengths are counted in bytes.
 */
import type { ErrorName } from './errors.ts';
import type { Zxid } from './zxid.ts';

/** 64 bits as lower-case hex the way ZooKeeper prints it, e.g. `0x100000d7f3a0002`. */
export type SessionId = string;
export const NO_SESSION: SessionId = '0x0';
/** What a container node shows as its ephemeralOwner (EphemeralType.CONTAINER). */
export const CONTAINER_OWNER: SessionId = '0x8000000000000000';

export type CreateMode =
  | 'PERSISTENT'
  | 'EPHEMERAL'
  | 'PERSISTENT_SEQUENTIAL'
  | 'EPHEMERAL_SEQUENTIAL'
  | 'CONTAINER'
  | 'PERSISTENT_WITH_TTL'
  | 'PERSISTENT_SEQUENTIAL_WITH_TTL';

/** Permission bits granted to `world:anyone`, the only scheme modelled. */
export type Acl = number;
export const PERM_READ = 1;
export const PERM_WRITE = 2;
export const PERM_CREATE = 4;
export const PERM_DELETE = 8;
export const PERM_ADMIN = 16;
export const PERM_ALL: Acl = 31;

/** The visible stat (section 4.2): `cversion` is the visible value. Times are milliseconds since 1970. */
export interface Stat {
  readonly czxid: Zxid;
  readonly mzxid: Zxid;
  readonly pzxid: Zxid;
  readonly ctime: number;
  readonly mtime: number;
  readonly version: number;
  readonly cversion: number;
  readonly aversion: number;
  readonly ephemeralOwner: SessionId;
  readonly dataLength: number;
  readonly numChildren: number;
}

// ---------------------------------------------------------------- operations

export interface CreateOp {
  readonly type: 'create';
  readonly path: string;
  readonly data: string | null;
  readonly mode: CreateMode;
  /** Left out: everything is allowed. */
  readonly acl?: Acl;
}
/** `version` −1 matches any version, here and below. */
export interface DeleteOp { readonly type: 'delete'; readonly path: string; readonly version: number }
export interface SetDataOp { readonly type: 'setData'; readonly path: string; readonly data: string | null; readonly version: number }
export interface SetAclOp { readonly type: 'setAcl'; readonly path: string; readonly acl: Acl; readonly version: number }
export interface CheckOp { readonly type: 'check'; readonly path: string; readonly version: number }
export type MultiPart = CreateOp | DeleteOp | SetDataOp | CheckOp;
export interface MultiOp { readonly type: 'multi'; readonly ops: readonly MultiPart[] }

export interface GetDataOp { readonly type: 'getData'; readonly path: string; readonly watch: boolean }
export interface ExistsOp { readonly type: 'exists'; readonly path: string; readonly watch: boolean }
export interface GetChildrenOp { readonly type: 'getChildren'; readonly path: string; readonly watch: boolean }
export interface GetAclOp { readonly type: 'getAcl'; readonly path: string }
export interface GetAllChildrenNumberOp { readonly type: 'getAllChildrenNumber'; readonly path: string }
/** The ephemerals of the asking session that begin with `prefix`. */
export interface GetEphemeralsOp { readonly type: 'getEphemerals'; readonly prefix: string }

/** Who the server takes the asking connection for. */
export interface WhoAmIOp { readonly type: 'whoAmI' }
/** Another membership; a server refuses it unless `reconfigEnabled` says otherwise, which this one never does. */
export interface ReconfigOp { readonly type: 'reconfig' }

export interface SyncOp { readonly type: 'sync'; readonly path: string }
export type AddWatchMode = 'PERSISTENT' | 'PERSISTENT_RECURSIVE';
export interface AddWatchOp { readonly type: 'addWatch'; readonly path: string; readonly mode: AddWatchMode }
export type WatcherType = 'Children' | 'Data' | 'Any';
export interface RemoveWatchesOp { readonly type: 'removeWatches'; readonly path: string; readonly watcherType: WatcherType }
export interface SetWatchesOp {
  readonly type: 'setWatches';
  /** The client's lastZxidSeen when it lost its connection. */
  readonly relativeZxid: Zxid;
  readonly dataWatches: readonly string[];
  readonly existWatches: readonly string[];
  readonly childWatches: readonly string[];
  readonly persistentWatches: readonly string[];
  readonly persistentRecursiveWatches: readonly string[];
}
export interface PingOp { readonly type: 'ping' }
export interface CloseSessionOp { readonly type: 'closeSession' }

export type ReadOp = GetDataOp | ExistsOp | GetChildrenOp | GetAclOp | GetAllChildrenNumberOp | GetEphemeralsOp;
export type WriteOp = CreateOp | DeleteOp | SetDataOp | SetAclOp | MultiOp | ReconfigOp;
/** What a program asks its client for. `check` stands only inside a `multi`. */
export type ClientOp = ReadOp | WriteOp | SyncOp | AddWatchOp | RemoveWatchesOp | WhoAmIOp;
/** Everything that travels in a `Request`. */
export type Op = ClientOp | SetWatchesOp | PingOp | CloseSessionOp;

// ------------------------------------------------------------------- results

export interface CreateResult { readonly type: 'create'; readonly path: string; readonly stat: Stat }
export interface DeleteResult { readonly type: 'delete' }
export interface SetDataResult { readonly type: 'setData'; readonly stat: Stat }
export interface SetAclResult { readonly type: 'setAcl'; readonly stat: Stat }
export interface CheckResult { readonly type: 'check' }
/** An operation of a multi that did not happen: the failing one has its error, those before it OK, those after it RUNTIMEINCONSISTENCY. */
export interface ErrorResult { readonly type: 'error'; readonly err: ErrorName }
export interface MultiResult {
  readonly type: 'multi';
  readonly results: readonly (CreateResult | DeleteResult | SetDataResult | CheckResult | ErrorResult)[];
}
export interface GetDataResult { readonly type: 'getData'; readonly data: string | null; readonly stat: Stat }
export interface ExistsResult { readonly type: 'exists'; readonly stat: Stat }
/** Names (not paths), sorted. */
export interface GetChildrenResult { readonly type: 'getChildren'; readonly children: readonly string[]; readonly stat: Stat }
export interface GetAclResult { readonly type: 'getAcl'; readonly acl: Acl; readonly stat: Stat }
export interface GetAllChildrenNumberResult { readonly type: 'getAllChildrenNumber'; readonly count: number }
export interface GetEphemeralsResult { readonly type: 'getEphemerals'; readonly paths: readonly string[] }
export interface WhoAmIResult { readonly type: 'whoAmI'; readonly clients: readonly { readonly scheme: string; readonly user: string }[] }
export interface SyncResult { readonly type: 'sync'; readonly path: string }

export type OpResult =
  | CreateResult
  | DeleteResult
  | SetDataResult
  | SetAclResult
  | MultiResult
  | GetDataResult
  | ExistsResult
  | GetChildrenResult
  | GetAclResult
  | GetAllChildrenNumberResult
  | GetEphemeralsResult
  | WhoAmIResult
  | SyncResult;

/** An answer before it is put into a reply. A failed multi carries both its error and the results of its parts. */
export interface Answer {
  readonly err: ErrorName;
  readonly result?: OpResult;
}

// ------------------------------------------------------------------ messages

export interface ConnectRequest {
  readonly type: 'ConnectRequest';
  readonly protocolVersion: 0;
  readonly lastZxidSeen: Zxid;
  /** The client's wish. */
  readonly timeoutMs: number;
  /** `NO_SESSION` asks for a new one. */
  readonly sessionId: SessionId;
  readonly passwd: string;
  readonly readOnly: boolean;
}

/** `timeoutMs` 0 and `sessionId` `0x0`: the session is not (or no longer) valid. */
export interface ConnectResponse {
  readonly type: 'ConnectResponse';
  readonly protocolVersion: 0;
  readonly timeoutMs: number;
  readonly sessionId: SessionId;
  readonly passwd: string;
  readonly readOnly: boolean;
}

export interface Request {
  readonly type: 'Request';
  /** 1, 2, 3 … of this connection's client; fixed for pings and setWatches. */
  readonly xid: number;
  readonly op: Op;
}

export interface Reply {
  readonly type: 'Reply';
  readonly xid: number;
  /** The answering server's last processed zxid; for a write its own zxid. */
  readonly zxid: Zxid;
  readonly err: ErrorName;
  readonly result?: OpResult;
}

export const XID_PING = -2;
export const XID_SET_WATCHES = -8;

export type WatchEventType =
  | 'NodeCreated'
  | 'NodeDeleted'
  | 'NodeDataChanged'
  | 'NodeChildrenChanged'
  | 'DataWatchRemoved'
  | 'ChildWatchRemoved'
  | 'PersistentWatchRemoved';

/** What happened to a node somebody watches; carries no data and no version. */
export interface WatchEvent {
  readonly type: WatchEventType;
  readonly state: 'SyncConnected';
  readonly path: string;
}

export interface WatcherEvent {
  readonly type: 'WatcherEvent';
  readonly event: WatchEvent;
}

/**
 * What goes over a plain TCP connection, as `nc` has it: a four-letter word (what follows the four letters is not read) and its answer,
 * after which the server closes the connection.
 */
export interface PlainText {
  readonly type: 'Text';
  readonly text: string;
}

export type ClientMessage = ConnectRequest | Request;
export type ServerMessage = ConnectResponse | Reply | WatcherEvent;

// -------------------------------------------------------------- transactions

/** Ephemeral nodes belong to the header's session. `parentCversion` is the parent's stored creation count after this create. */
export interface CreateTxn {
  readonly type: 'create';
  readonly path: string;
  readonly data: string | null;
  readonly acl: Acl;
  readonly ephemeral: boolean;
  readonly container: boolean;
  readonly parentCversion: number;
}
export interface DeleteTxn { readonly type: 'delete'; readonly path: string }
/** The leader's own, of an emptied container. */
export interface DeleteContainerTxn { readonly type: 'deleteContainer'; readonly path: string }
/** `version` is the version the node has afterwards. */
export interface SetDataTxn { readonly type: 'setData'; readonly path: string; readonly data: string | null; readonly version: number }
export interface SetAclTxn { readonly type: 'setAcl'; readonly path: string; readonly acl: Acl; readonly version: number }
export interface CheckTxn { readonly type: 'check'; readonly path: string; readonly version: number }
/** Changes nothing, but is logged, acknowledged and committed like any other. */
export interface ErrorTxn { readonly type: 'error'; readonly err: ErrorName }
/** All parts under one zxid. If any part is an error, none is applied: those before it count as OK, those after it are RUNTIMEINCONSISTENCY. */
export interface MultiTxn {
  readonly type: 'multi';
  readonly parts: readonly (CreateTxn | DeleteTxn | SetDataTxn | CheckTxn | ErrorTxn)[];
}
export interface CreateSessionTxn { readonly type: 'createSession'; readonly timeoutMs: number }
/** `paths`: the session's ephemerals at the moment of the proposal, those still in flight included. */
export interface CloseSessionTxn { readonly type: 'closeSession'; readonly paths: readonly string[] }

export type Txn =
  | CreateTxn
  | DeleteTxn
  | DeleteContainerTxn
  | SetDataTxn
  | SetAclTxn
  | CheckTxn
  | ErrorTxn
  | MultiTxn
  | CreateSessionTxn
  | CloseSessionTxn;

export interface TxnHeader {
  /** The session that asked. */
  readonly sessionId: SessionId;
  /** The asking client's xid. */
  readonly cxid: number;
  readonly zxid: Zxid;
  /** Leader's wall clock when it prepared the transaction, milliseconds since 1970. */
  readonly time: number;
  readonly type: Txn['type'];
}
