/**
 * The disk of a server (FileTxnSnapLog, SyncRequestProcessor): epochs, snapshots, transaction logs, recovery and TRUNC.
 * Every log file is named by its first zxid; recovery replays all that is newer than the newest snapshot, committed or not.
 */
import { at, listOf, values } from '../kernel/append-list.ts';
import type { DiskResult, Env, FileContent } from '../kernel/program.ts';
import { applyTxn } from './operations/index.ts';
import { txnBytes, type LogEntry } from './packets.ts';
import { COMMITTED_LOG_LIMIT, say, type ServerState, type Settings } from './server-state.ts';
import { digestNumber, freshTree, type ConfigNode, type DataTree } from './tree.ts';
import { counterOf, formatZxid, NO_ZXID, type Zxid } from './zxid.ts';

/** Checksum, length and end mark around each record. */
const RECORD_FRAME_BYTES = 13;
const SNAPSHOT_BYTES_A_NODE = 100;
/** ExitCode.TXNLOG_ERROR_TAKING_SNAPSHOT. */
const TXNLOG_ERROR_TAKING_SNAPSHOT = 10;

export function snapshotDirectory(settings: Settings): string {
  return `${settings.dataDir}/version-2`;
}

export function logDirectory(settings: Settings): string {
  return `${settings.dataLogDir}/version-2`;
}

function numbered(env: Env, directory: string, prefix: string): readonly { readonly path: string; readonly zxid: Zxid }[] {
  const found = env.disk
    .list(directory)
    .filter((name) => name.startsWith(prefix))
    .map((name) => ({ path: `${directory}/${name}`, zxid: parseInt(name.slice(prefix.length), 16) }));
  return found.sort((a, b) => a.zxid - b.zxid);
}

// -------------------------------------------------------------------- epochs

export function readNumber(env: Env, path: string): number | undefined {
  const text = at(env.disk.read<string>(path)?.entries ?? listOf<string>([]), 0);
  return text === undefined ? undefined : Number(text);
}

/** What the system says of a write that failed, as Java words it. */
export function ioException(result: Exclude<DiskResult, 'ok'>): string {
  return `java.io.IOException: ${result === 'full' ? 'No space left on device' : 'Input/output error'}`;
}

/** Undefined: it is written, durably; else why not. */
export function writeNumber(env: Env, path: string, value: number): string | undefined {
  const text = String(value);
  const result = env.disk.write(path, { entries: listOf([text]), bytes: text.length }, { flush: true });
  return result === 'ok' ? undefined : ioException(result);
}

export type Written = { readonly state: ServerState } | { readonly failed: string };

/** Durable when it returns: the packet that follows depends on it. */
export function writeAcceptedEpoch(state: ServerState, env: Env, epoch: number): Written {
  const failed = writeNumber(env, `${snapshotDirectory(state.settings)}/acceptedEpoch`, epoch);
  return failed === undefined ? { state: { ...state, acceptedEpoch: epoch } } : { failed };
}

export function writeCurrentEpoch(state: ServerState, env: Env, epoch: number): Written {
  const failed = writeNumber(env, `${snapshotDirectory(state.settings)}/currentEpoch`, epoch);
  return failed === undefined ? { state: { ...state, currentEpoch: epoch } } : { failed };
}

export function readEpoch(env: Env, settings: Settings, name: 'acceptedEpoch' | 'currentEpoch'): number | undefined {
  return readNumber(env, `${snapshotDirectory(settings)}/${name}`);
}

// ----------------------------------------------------------------- snapshots

/** Writes the tree, durably; a server that cannot ends at once, its log broken. */
export function takeSnapshot(state: ServerState, env: Env, thread?: string): ServerState {
  const written = writeSnapshot(state, env, thread);
  if ('failed' in written) {
    say(state, env, 'ERROR', 'ZooKeeperServer@537', `Severe unrecoverable error, exiting\n${written.failed}`, thread);
    say(state, env, 'ERROR', 'ServiceUtils@42', `Exiting JVM with code ${TXNLOG_ERROR_TAKING_SNAPSHOT}`, thread);
    env.exit(TXNLOG_ERROR_TAKING_SNAPSHOT);
    return { ...state, log: { ...state.log, isBroken: true } };
  }
  say(written.state, env, 'INFO', 'ZooKeeperServer@543', 'Snapshot taken in 0 ms', thread);
  return written.state;
}

/** As a server does that has found nothing on its disk. */
export function writeSnapshot(state: ServerState, env: Env, thread?: string): Written {
  const zxid = state.tree.lastProcessedZxid;
  const path = `${snapshotDirectory(state.settings)}/snapshot.${zxid.toString(16)}`;
  say(state, env, 'INFO', 'FileTxnSnapLog@479', `Snapshotting: 0x${zxid.toString(16)} to ${path}`, thread);
  const bytes = SNAPSHOT_BYTES_A_NODE * state.tree.size;
  const result = env.disk.write(path, { entries: listOf([state.tree]), bytes }, { flush: true });
  if (result !== 'ok') return { failed: ioException(result) };
  return { state: { ...state, log: { ...state.log, loggedSinceSnapshot: 0 } } };
}

export interface Recovered {
  readonly tree: DataTree;
  readonly committedLog: readonly LogEntry[];
  readonly lastLoggedZxid: Zxid;
  /** Null: the directory was empty. */
  readonly snapshotPath: string | null;
  readonly snapshotZxid: Zxid;
  readonly snapshotDigest: string;
  readonly txnsLoaded: number;
}

/** What is printed of a recovery, which takes no time here. */
export function sayLoaded(state: { readonly settings: Settings }, env: Env, found: Recovered, thread?: string): void {
  const { tree, snapshotPath, snapshotZxid, txnsLoaded } = found;
  const digest = digestNumber(tree);
  if (snapshotPath !== null) {
    say(state, env, 'INFO', 'FileSnap@85', `Reading snapshot ${snapshotPath}`, thread);
    // That of an epoch's beginning belongs to the transaction before, which the file's name does not tell.
    if (snapshotZxid === NO_ZXID) say(state, env, 'INFO', 'DataTree@1716', 'The digest value is empty in snapshot', thread);
    else if (counterOf(snapshotZxid) > 0) {
      const text = `The digest in the snapshot has digest version of 2, , with zxid as ${formatZxid(snapshotZxid)}, and digest value as ${found.snapshotDigest}`;
      say(state, env, 'INFO', 'DataTree@1709', text, thread);
    }
    sayTxnsLoaded(state, env, txnsLoaded, thread);
  }
  say(state, env, 'INFO', 'ZKDatabase@290', `Snapshot loaded in 0 ms, highest zxid is ${formatZxid(tree.lastProcessedZxid)}, digest is ${digest}`, thread);
}

function sayTxnsLoaded(state: { readonly settings: Settings }, env: Env, count: number, thread?: string): void {
  if (count > 0) say(state, env, 'INFO', 'FileTxnSnapLog@372', `${count} txns loaded in 0 ms`, thread);
}

/** Newest snapshot plus every newer log record. */
export function recover(env: Env, settings: Settings, config: ConfigNode): Recovered {
  const snapshots = numbered(env, snapshotDirectory(settings), 'snapshot.');
  const newest = snapshots[snapshots.length - 1];
  const stored = newest && at(env.disk.read<DataTree>(newest.path)!.entries, 0);
  let tree = stored ?? freshTree(config);
  const committedLog: LogEntry[] = [];
  for (const { path } of numbered(env, logDirectory(settings), 'log.')) {
    for (const entry of values(env.disk.read<LogEntry>(path)!.entries)) {
      if (entry.header.zxid <= tree.lastProcessedZxid) continue;
      tree = applyTxn(tree, entry.header, entry.txn).tree;
      committedLog.push(entry);
    }
  }
  return {
    tree,
    committedLog: committedLog.slice(-COMMITTED_LOG_LIMIT - 1),
    lastLoggedZxid: tree.lastProcessedZxid,
    snapshotPath: stored === undefined ? null : newest!.path,
    snapshotZxid: newest?.zxid ?? NO_ZXID,
    snapshotDigest: stored === undefined ? '0' : digestNumber(stored),
    txnsLoaded: committedLog.length,
  };
}

// ----------------------------------------------------------------------- log

/** Token of a flush of the log device. */
export interface LogFlush {
  readonly type: 'log';
  readonly generation: number;
}

/** Another role begins: nothing is on its way to the log any more. The file stays open; the next epoch goes on in it. */
export function restartLog(state: ServerState): ServerState {
  const { log } = state;
  return { ...state, log: { ...log, waiting: [], flushing: [], isBroken: false, generation: log.generation + 1 } };
}

/** Hands entries to the log; `flushed` with a `LogFlush` follows. What comes while a flush is under way shares the next one. */
export function logEntries(state: ServerState, env: Env, entries: readonly LogEntry[]): ServerState {
  if (state.log.isBroken) return state;
  const log = { ...state.log, waiting: [...state.log.waiting, ...entries] };
  return log.flushing.length > 0 ? { ...state, log } : appendWaiting({ ...state, log }, env);
}

function appendWaiting(state: ServerState, env: Env): ServerState {
  const { waiting, generation } = state.log;
  if (waiting.length === 0) return state;
  const next = append(state, env, waiting);
  if (next.log.isBroken) return next;
  env.disk.flush([next.log.path!], { type: 'log', generation } satisfies LogFlush);
  return { ...next, log: { ...next.log, waiting: [], flushing: waiting, flushStartedAt: env.now } };
}

/** Writes without asking for a flush. */
export function append(state: ServerState, env: Env, entries: readonly LogEntry[]): ServerState {
  let { path, lastLoggedZxid } = state.log;
  for (const entry of entries) {
    const { zxid } = entry.header;
    if (path === null) {
      const name = `log.${zxid.toString(16)}`;
      path = `${logDirectory(state.settings)}/${name}`;
      say(state, env, 'INFO', 'FileTxnLog@284', `Creating new log file: ${name}`, `SyncThread:${state.settings.myid}`);
    }
    const done = env.disk.append(path, entry, txnBytes(entry) + RECORD_FRAME_BYTES);
    if (done !== 'ok') return breakLog({ ...state, log: { ...state.log, path, lastLoggedZxid } }, env, done);
    lastLoggedZxid = zxid;
  }
  const { log } = state;
  return { ...state, log: { ...log, path, lastLoggedZxid, loggedSinceSnapshot: log.loggedSinceSnapshot + entries.length } };
}

/**
 * SyncRequestProcessor's thread dies of what it cannot write: the server's state is ERROR, nothing is logged nor acknowledged any more, and
 * its main thread leaves FOLLOWING or LEADING when it looks next. Such a server does not exit, unless it is alone.
 */
export function breakLog(state: ServerState, env: Env, result: Exclude<DiskResult, 'ok'>): ServerState {
  if (state.log.isBroken) return state;
  const thread = `SyncThread:${state.settings.myid}`;
  say(state, env, 'ERROR', 'ZooKeeperCriticalThread@49', `Severe unrecoverable error, from thread : ${thread}\n${ioException(result)}`, thread);
  say(state, env, 'INFO', 'ZooKeeperServerListenerImpl@42', `Thread ${thread} exits, error code 1`, thread);
  say(state, env, 'INFO', 'SyncRequestProcessor@224', 'SyncRequestProcessor exited!', thread);
  if (state.settings.servers.length === 1) {
    say(state, env, 'INFO', 'ZooKeeperServerMain@95', 'Exiting normally', 'main');
    env.exit(0);
  }
  return { ...state, log: { ...state.log, isBroken: true } };
}

/** A flush of the log device is done; gives what is now durable and starts the next flush. */
export function logFlushed(
  state: ServerState,
  env: Env,
  token: LogFlush,
): { readonly state: ServerState; readonly durable: readonly LogEntry[] } {
  if (token.generation !== state.log.generation) return { state, durable: [] };
  const durable = state.log.flushing;
  const tookMs = Math.round((env.now - state.log.flushStartedAt) / 1_000);
  if (tookMs > 1_000 && state.log.path !== null) {
    const bytes = env.disk.read(state.log.path)?.bytes ?? 0;
    say(
      state, env, 'WARN', 'FileTxnLog@397',
      `fsync-ing the write ahead log in SyncThread:${state.settings.myid} took ${tookMs}ms which will adversely effect operation latency.` +
        `File size is ${bytes} bytes. See the ZooKeeper troubleshooting guide`,
      `SyncThread:${state.settings.myid}`,
    );
  }
  let next: ServerState = { ...state, log: { ...state.log, flushing: [] } };
  if (next.log.loggedSinceSnapshot > next.log.snapshotAfter) {
    next = takeSnapshot({ ...next, log: { ...next.log, path: null, snapshotAfter: snapshotThreshold(env, state.settings) } }, env, 'Snapshot Thread');
  }
  return { state: appendWaiting(next, env), durable };
}

/** Servers take their snapshots at different times: after half of snapCount and a random part of the other half. */
export function snapshotThreshold(env: Env, settings: Settings): number {
  const half = Math.floor(settings.snapCount / 2);
  return half + env.randomInt(0, Math.max(0, half - 1));
}

/** Leaving FOLLOWING or LEADING: what waits is written, and everything logged is applied, committed or not. */
export function fastForward(state: ServerState, env: Env): ServerState {
  let next = state.log.isBroken ? state : append(state, env, state.log.waiting);
  if (!next.log.isBroken && next.log.path !== null) env.disk.flush([next.log.path], { type: 'log', generation: -1 } satisfies LogFlush);
  const tail: LogEntry[] = [];
  let { tree } = next;
  for (const { path } of [...numbered(env, logDirectory(next.settings), 'log.')].reverse()) {
    const entries = env.disk.read<LogEntry>(path)!.entries;
    let index = entries.length - 1;
    while (index >= 0 && at(entries, index)!.header.zxid > tree.lastProcessedZxid) tail.push(at(entries, index--)!);
    if (index >= 0) break;
  }
  tail.reverse();
  sayTxnsLoaded(next, env, tail.length);
  for (const entry of tail) tree = applyTxn(tree, entry.header, entry.txn).tree;
  next = restartLog({ ...next, tree, committedLog: [...next.committedLog, ...tail].slice(-COMMITTED_LOG_LIMIT - 1) });
  const lastLoggedZxid = Math.max(next.log.lastLoggedZxid, tree.lastProcessedZxid);
  return { ...next, log: { ...next.log, lastLoggedZxid } };
}

/** FileHeader at the beginning of every log file. */
const LOG_HEADER_BYTES = 16;
/** Log files grow by blocks of 64 MiB, the next one when less than 4 KiB of the last are left (FilePadding). */
const PREALLOCATION_BYTES = 64 * 1024 * 1024;
const PREALLOCATION_MARGIN_BYTES = 4_096;

/** Sizes of the two directories as files on the disk. */
export function directorySizes(env: Env, settings: Settings): { readonly snapshots: number; readonly logs: number } {
  const sizes = (directory: string): readonly { readonly isLog: boolean; readonly bytes: number }[] =>
    env.disk.list(directory).map((name) => ({ isLog: name.startsWith('log.'), bytes: env.disk.read(`${directory}/${name}`)?.bytes ?? 0 }));
  const total = (directory: string): number =>
    sizes(directory).reduce((sum, { isLog, bytes }) => sum + (isLog ? preallocated(bytes) : bytes), 0);
  return { snapshots: total(snapshotDirectory(settings)), logs: total(logDirectory(settings)) };
}

function preallocated(bytes: number): number {
  return LOG_HEADER_BYTES + PREALLOCATION_BYTES * (1 + Math.floor((bytes + PREALLOCATION_MARGIN_BYTES) / PREALLOCATION_BYTES));
}

/** Asks for a flush of the newest log file, so that everything logged in earlier lives is durable; false: there is none. */
export function flushHistory(state: ServerState, env: Env, token: unknown): boolean {
  const files = numbered(env, logDirectory(state.settings), 'log.');
  const newest = files[files.length - 1];
  if (!newest) return false;
  env.disk.flush([newest.path], token);
  return true;
}

/** Cuts every log after `zxid`, forgets newer snapshots, and loads what is left. Gives the zxids that are gone. */
export function truncateLog(
  state: ServerState,
  env: Env,
  zxid: Zxid,
  config: ConfigNode,
): { readonly state: ServerState; readonly removed: readonly Zxid[] } {
  const removed: Zxid[] = [];
  for (const { path } of numbered(env, logDirectory(state.settings), 'log.')) {
    const content: FileContent<LogEntry> = env.disk.read<LogEntry>(path)!;
    let keep = 0;
    let bytes = 0;
    for (const entry of values(content.entries)) {
      if (entry.header.zxid > zxid) removed.push(entry.header.zxid);
      else {
        keep++;
        bytes += txnBytes(entry) + RECORD_FRAME_BYTES;
      }
    }
    if (keep === 0) env.disk.remove(path);
    else if (keep < content.entries.length) env.disk.truncate(path, keep, bytes);
  }
  for (const snapshot of numbered(env, snapshotDirectory(state.settings), 'snapshot.')) {
    if (snapshot.zxid > zxid) env.disk.remove(snapshot.path);
  }
  const loaded = recover(env, state.settings, config);
  sayLoaded(state, env, loaded);
  const next = restartLog({ ...state, tree: loaded.tree, committedLog: loaded.committedLog });
  return { state: { ...next, log: { ...next.log, path: null, lastLoggedZxid: loaded.lastLoggedZxid } }, removed };
}
