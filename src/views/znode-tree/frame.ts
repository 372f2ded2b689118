/** What the ZooKeeper tree view draws: the data tree of one server, and what its last transaction changed. */
export interface Znode {
  readonly path: string;
  /** As text, if it is text; empty data is an empty string. */
  readonly data: string;
  readonly version: number;
  readonly cversion: number;
  readonly czxid: string;
  readonly mzxid: string;
  readonly pzxid: string;
  readonly dataLength: number;
  readonly children: number;
  /** `0x0` for a persistent node. */
  readonly ephemeralOwner: string;
  /** Who owns it in words, `broker 1`, if that is known. */
  readonly owner: string;
  /** Its session is expiring or closing. */
  readonly fading: boolean;
  /** Who watches it: names of clients. */
  readonly watchers: readonly string[];
  readonly change: 'none' | 'created' | 'set' | 'childrenChanged';
}

export interface ZnodeTreeFrame {
  readonly server: string;
  readonly lastZxid: string;
  /** Any order; the root is implied. */
  readonly znodes: readonly Znode[];
  /** Paths that the last transaction deleted. */
  readonly deleted: readonly string[];
}
