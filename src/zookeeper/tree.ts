/**
 * The data tree (DataTree) with the sessions and their ephemerals, as an immutable value. Nodes are kept by path in a fixed
 * number of small records, so that one write copies one record and a read is one look-up.
 */
import { CONTAINER_OWNER, NO_SESSION, PERM_ALL, PERM_READ, type Acl, type SessionId, type Stat } from './messages.ts';
import { childPath, nameOf, parentOf } from './paths.ts';
import { NO_ZXID, type Zxid } from './zxid.ts';

const BUCKETS = 64;

export interface Znode {
  readonly data: string | null;
  /** UTF-8 bytes of `data`. */
  readonly dataLength: number;
  readonly acl: Acl;
  readonly czxid: Zxid;
  readonly mzxid: Zxid;
  readonly pzxid: Zxid;
  readonly ctime: number;
  readonly mtime: number;
  readonly version: number;
  readonly aversion: number;
  /** Children ever created here; the stored cversion, from which the visible one and sequence suffixes follow (4.2, 4.3). */
  readonly creations: number;
  /** A session, `0x0`, or `CONTAINER_OWNER`. */
  readonly ephemeralOwner: SessionId;
  /** Names, sorted. */
  readonly children: readonly string[];
}

export interface DataTree {
  readonly buckets: readonly Readonly<Record<string, Znode>>[];
  /** Nodes without the root's second entry; see `nodeCount`. */
  readonly size: number;
  /** Negotiated time-out of every session that is not closed, milliseconds. */
  readonly sessions: Readonly<Record<SessionId, number>>;
  /** Paths of each session's ephemerals, sorted; sessions without any are absent. */
  readonly ephemerals: Readonly<Record<SessionId, readonly string[]>>;
  readonly lastProcessedZxid: Zxid;
  /** Two 32-bit sums over all nodes and sessions, independent of the order of changes. */
  readonly digest: readonly [number, number];
}

/** The text of `/zookeeper/config` and the wall clock at which this server wrote it into its tree. */
export interface ConfigNode {
  readonly text: string;
  readonly time: number;
}

const CONFIG = '/zookeeper/config';

/** The four fixed nodes. Their stored creation counts are 0 although they have children, as the real constructor leaves them. */
export function freshTree(config: ConfigNode = { text: '', time: 0 }): DataTree {
  const born: Znode = {
    data: null,
    dataLength: 0,
    acl: PERM_ALL,
    czxid: NO_ZXID,
    mzxid: NO_ZXID,
    pzxid: NO_ZXID,
    ctime: 0,
    mtime: 0,
    version: 0,
    aversion: 0,
    creations: 0,
    ephemeralOwner: NO_SESSION,
    children: [],
  };
  const empty: DataTree = {
    buckets: Array.from({ length: BUCKETS }, () => ({})),
    size: 0,
    sessions: {},
    ephemerals: {},
    lastProcessedZxid: NO_ZXID,
    digest: [0, 0],
  };
  let tree = putNode(empty, '/', { ...born, children: ['zookeeper'] });
  tree = putNode(tree, '/zookeeper', { ...born, children: ['config', 'quota'] });
  tree = putNode(tree, '/zookeeper/quota', born);
  const { text, time } = config;
  return putNode(tree, CONFIG, {
    ...born, data: text, dataLength: utf8Length(text), acl: PERM_READ, mtime: time, version: -1, aversion: -1,
  });
}

/** A server that loads a tree from its disk or its leader writes its own membership text and start time into it. */
export function withConfig(tree: DataTree, config: ConfigNode): DataTree {
  const node = nodeAt(tree, CONFIG)!;
  return putNode(tree, CONFIG, { ...node, data: config.text, dataLength: utf8Length(config.text), mtime: config.time });
}

// ------------------------------------------------------------------- reading

export function nodeAt(tree: DataTree, path: string): Znode | undefined {
  // Only a path can name a node; anything else might name what every record inherits.
  return path.startsWith('/') ? tree.buckets[bucketOf(path)]![path] : undefined;
}

/** Stored and visible counts differ: visible cversion = 2 · creations − children. */
export function statOf(node: Znode): Stat {
  return {
    czxid: node.czxid,
    mzxid: node.mzxid,
    pzxid: node.pzxid,
    ctime: node.ctime,
    mtime: node.mtime,
    version: node.version,
    cversion: 2 * node.creations - node.children.length,
    aversion: node.aversion,
    ephemeralOwner: node.ephemeralOwner,
    dataLength: node.dataLength,
    numChildren: node.children.length,
  };
}

/** As `srvr` prints it: the root counts twice, so a fresh server says 5. */
export function nodeCount(tree: DataTree): number {
  return tree.size + 1;
}

/** All descendants of an existing node. */
export function descendantCount(tree: DataTree, path: string): number {
  if (path === '/') return tree.size - 1;
  let count = 0;
  for (const name of nodeAt(tree, path)?.children ?? []) count += 1 + descendantCount(tree, childPath(path, name));
  return count;
}

/** Every path from here down, a node before its children, children in name order. */
export function* walk(tree: DataTree, path = '/'): Generator<string> {
  const node = nodeAt(tree, path);
  if (!node) return;
  yield path;
  for (const name of node.children) yield* walk(tree, childPath(path, name));
}

export function ephemeralsOf(tree: DataTree, session: SessionId): readonly string[] {
  return tree.ephemerals[session] ?? [];
}

/** Equal trees have equal digests, in whatever order they came to be. `/zookeeper/config` is left out: each server writes its own. */
export function digestOf(tree: DataTree): string {
  return tree.digest.map((sum) => sum.toString(16).padStart(8, '0')).join('');
}

/** The digest as one number in decimal, as log lines give it. */
export function digestNumber(tree: DataTree): string {
  return String((BigInt(tree.digest[0] >>> 0) << 32n) | BigInt(tree.digest[1] >>> 0));
}

// ------------------------------------------------------------------- writing

export interface NewNode {
  readonly data: string | null;
  readonly acl: Acl;
  readonly owner: SessionId;
  readonly zxid: Zxid;
  readonly time: number;
  /** The parent's stored creation count afterwards. */
  readonly parentCreations: number;
}

/** The parent exists and the node does not. A replayed create does not take the parent's counters back. */
export function createNode(tree: DataTree, path: string, made: NewNode): DataTree {
  const parentPath = parentOf(path);
  const parent = nodeAt(tree, parentPath);
  if (!parent) throw new Error(`no parent for ${path}`);
  const newer = made.parentCreations > parent.creations;
  let next = putNode(tree, parentPath, {
    ...parent,
    children: insertSorted(parent.children, nameOf(path)),
    creations: newer ? made.parentCreations : parent.creations,
    pzxid: newer ? made.zxid : parent.pzxid,
  });
  next = putNode(next, path, {
    data: made.data,
    dataLength: made.data === null ? 0 : utf8Length(made.data),
    acl: made.acl,
    czxid: made.zxid,
    mzxid: made.zxid,
    pzxid: made.zxid,
    ctime: made.time,
    mtime: made.time,
    version: 0,
    aversion: 0,
    creations: 0,
    ephemeralOwner: made.owner,
    children: [],
  });
  return isSession(made.owner) ? withEphemerals(next, made.owner, insertSorted(ephemeralsOf(next, made.owner), path)) : next;
}

/** The node exists and has no children. */
export function deleteNode(tree: DataTree, path: string, zxid: Zxid): DataTree {
  const node = nodeAt(tree, path);
  if (!node) throw new Error(`no node ${path}`);
  const parentPath = parentOf(path);
  const parent = nodeAt(tree, parentPath)!;
  const name = nameOf(path);
  let next = removeNode(tree, path);
  next = putNode(next, parentPath, {
    ...parent,
    children: parent.children.filter((child) => child !== name),
    pzxid: Math.max(zxid, parent.pzxid),
  });
  const owner = node.ephemeralOwner;
  return isSession(owner) ? withEphemerals(next, owner, ephemeralsOf(next, owner).filter((other) => other !== path)) : next;
}

export function setNodeData(tree: DataTree, path: string, data: string | null, version: number, zxid: Zxid, time: number): DataTree {
  const node = nodeAt(tree, path)!;
  const dataLength = data === null ? 0 : utf8Length(data);
  return putNode(tree, path, { ...node, data, dataLength, version, mzxid: zxid, mtime: time });
}

export function setNodeAcl(tree: DataTree, path: string, acl: Acl, version: number): DataTree {
  return putNode(tree, path, { ...nodeAt(tree, path)!, acl, aversion: version });
}

export function openSession(tree: DataTree, session: SessionId, timeoutMs: number): DataTree {
  if (tree.sessions[session] === timeoutMs) return tree;
  const known = session in tree.sessions ? forgetSession(tree, session) : tree;
  return {
    ...known,
    sessions: { ...known.sessions, [session]: timeoutMs },
    digest: shifted(known.digest, hashText(`${session} ${timeoutMs}`), 1),
  };
}

export function forgetSession(tree: DataTree, session: SessionId): DataTree {
  const timeoutMs = tree.sessions[session];
  if (timeoutMs === undefined) return tree;
  const { [session]: _gone, ...sessions } = tree.sessions;
  return { ...tree, sessions, digest: shifted(tree.digest, hashText(`${session} ${timeoutMs}`), -1) };
}

export function withLastProcessed(tree: DataTree, zxid: Zxid): DataTree {
  return tree.lastProcessedZxid === zxid ? tree : { ...tree, lastProcessedZxid: zxid };
}

function isSession(owner: SessionId): boolean {
  return owner !== NO_SESSION && owner !== CONTAINER_OWNER;
}

function withEphemerals(tree: DataTree, session: SessionId, paths: readonly string[]): DataTree {
  if (paths.length > 0) return { ...tree, ephemerals: { ...tree.ephemerals, [session]: paths } };
  const { [session]: _none, ...ephemerals } = tree.ephemerals;
  return { ...tree, ephemerals };
}

function putNode(tree: DataTree, path: string, node: Znode): DataTree {
  const index = bucketOf(path);
  const bucket = tree.buckets[index]!;
  const before = bucket[path];
  const buckets = tree.buckets.slice();
  buckets[index] = { ...bucket, [path]: node };
  let digest = tree.digest;
  if (before) digest = shifted(digest, hashNode(path, before), -1);
  digest = shifted(digest, hashNode(path, node), 1);
  return { ...tree, buckets, size: before ? tree.size : tree.size + 1, digest };
}

function removeNode(tree: DataTree, path: string): DataTree {
  const index = bucketOf(path);
  const { [path]: before, ...rest } = tree.buckets[index]!;
  if (!before) return tree;
  const buckets = tree.buckets.slice();
  buckets[index] = rest;
  return { ...tree, buckets, size: tree.size - 1, digest: shifted(tree.digest, hashNode(path, before), -1) };
}

export function insertSorted(names: readonly string[], name: string): readonly string[] {
  let low = 0;
  let high = names.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (names[middle]! < name) low = middle + 1;
    else high = middle;
  }
  return names[low] === name ? names : [...names.slice(0, low), name, ...names.slice(low)];
}

// ------------------------------------------------------------------- hashing

type Sums = readonly [number, number];

function bucketOf(path: string): number {
  let hash = 0;
  for (let i = 0; i < path.length; i++) hash = (Math.imul(hash, 31) + path.charCodeAt(i)) | 0;
  return (hash ^ (hash >>> 15)) & (BUCKETS - 1);
}

function shifted(sums: Sums, by: Sums, sign: 1 | -1): Sums {
  return [(sums[0] + sign * by[0]) >>> 0, (sums[1] + sign * by[1]) >>> 0];
}

/** Children are not hashed: each is a node of its own and counts in `creations` and `pzxid`. */
function hashNode(path: string, node: Znode): Sums {
  if (path === CONFIG) return [0, 0];
  return hashText(
    `${path}\u0000${node.data ?? '\u0001'}\u0000${node.acl},${node.czxid},${node.mzxid},${node.pzxid},${node.ctime},${node.mtime},` +
      `${node.version},${node.aversion},${node.creations},${node.ephemeralOwner}`,
  );
}

/** FNV-1a twice, with different starts. */
function hashText(text: string): Sums {
  let first = 0x811c9dc5;
  let second = 0x1234567;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    first = Math.imul(first ^ code, 0x01000193);
    second = Math.imul(second ^ code, 0x01000193) ^ (second >>> 13);
  }
  return [first >>> 0, second >>> 0];
}

export function utf8Length(text: string): number {
  let bytes = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x80) bytes += 1;
    else if (code < 0x800) bytes += 2;
    else if (code >= 0xd800 && code <= 0xdbff && i + 1 < text.length) {
      bytes += 4;
      i++;
    } else bytes += 3;
  }
  return bytes;
}
