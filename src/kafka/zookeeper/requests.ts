/**
 * What Kafka asks of ZooKeeper and what it gets back, one type each for kafka.zookeeper's AsyncRequest and AsyncResponse.
 * Data is text: every znode Kafka writes is JSON or a decimal number (KafkaZkClient, ZkData).
 */
export interface ZkStat {
  readonly czxid: number;
  readonly mzxid: number;
  readonly ctime: number;
  readonly mtime: number;
  /** Data version, the expected version of conditional writes. */
  readonly version: number;
  readonly cversion: number;
  /** Session that owns an ephemeral znode, as the client knows its own id; null if persistent. */
  readonly ephemeralOwner: string | null;
  readonly numChildren: number;
}

export type CreateMode = 'persistent' | 'ephemeral' | 'persistentSequential';

/** A version of -1 means any. */
export type ZkOp =
  | { readonly type: 'create'; readonly path: string; readonly data: string | null; readonly mode: CreateMode }
  | { readonly type: 'setData'; readonly path: string; readonly data: string | null; readonly version: number }
  | { readonly type: 'delete'; readonly path: string; readonly version: number }
  | { readonly type: 'check'; readonly path: string; readonly version: number };

export type ZkRequest =
  | ZkOp
  | { readonly type: 'exists'; readonly path: string; readonly watch: boolean }
  | { readonly type: 'getData'; readonly path: string; readonly watch: boolean }
  | { readonly type: 'getChildren'; readonly path: string; readonly watch: boolean }
  | { readonly type: 'multi'; readonly ops: readonly ZkOp[] };

export type ZkError =
  | 'OK'
  | 'NONODE'
  | 'NODEEXISTS'
  | 'BADVERSION'
  | 'NOTEMPTY'
  | 'NOCHILDRENFOREPHEMERALS'
  | 'CONNECTIONLOSS'
  | 'SESSIONEXPIRED'
  | 'RUNTIMEINCONSISTENCY'
  | 'SYSTEMERROR';

/** Only the fields of the request's kind are there. */
export interface ZkResult {
  readonly err: ZkError;
  readonly data?: string | null;
  readonly stat?: ZkStat;
  readonly children?: readonly string[];
  /** Path of a created znode, with its sequence number. */
  readonly path?: string;
  /** One result per operation of a multi. If one failed, the others say so too and nothing was done. */
  readonly results?: readonly ZkResult[];
}

/** A watch that fired. */
export interface ZkWatchEvent {
  readonly type: 'NodeCreated' | 'NodeDeleted' | 'NodeDataChanged' | 'NodeChildrenChanged';
  readonly path: string;
}
