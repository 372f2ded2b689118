/**
 * One replica's log (`kafka.log.Log`): segments in a directory of their own, appended to as leader or as follower, read,
 * rolled, truncated, shortened by retention, and found again after a restart. A `Log` is plain data; every function that
 * changes it writes the same change to the disk and gives the next value. Appends and reads are the hot path.
 */
import { assert } from '../../kernel/assert.ts';
import { at, emptyList, last, listOf, toArray, truncate, values } from '../../kernel/append-list.ts';
import { EMPTY_FILE } from '../../kernel/disk.ts';
import type { DiskResult, Env, LogLevel } from '../../kernel/program.ts';
import type { ErrorName } from '../protocol/errors.ts';
import { topicPartition, parseTopicPartition, type TopicPartition } from '../topic-partition.ts';
import { epochCheckpointLines, LEADER_EPOCH_CHECKPOINT, linesOf, parseEpochCheckpoint, textFile } from './checkpoints.ts';
import type { ModelledCodec } from './compression/codecs.ts';
import { withCodec } from './compressed-batch.ts';
import { LONG_MAX, type LogConfig } from './config.ts';
import { assignEpoch, latestEpoch, truncateFromEnd, truncateFromStart, type Epochs } from './epochs.ts';
import { decodeOffsetIndexEntry, lookupOffset, offsetBehind } from './offset-index.ts';
import { checkMarker, checkSequence, decodeSnapshot, encodeSnapshot, noProducers, noteBatch, retainProducers, type Producers } from './producer-state.ts';
import {
  baseOffset,
  baseSequence,
  decodeRecords,
  isControl,
  isTransactional,
  isValid,
  lastOffset,
  lastOffsetDelta,
  maxTimestamp,
  partitionLeaderEpoch,
  producerId,
  recordCount,
  stamped,
  timestampType,
} from './record-batch.ts';
import {
  appendAborted,
  appendBatches,
  batchAt,
  becomeInactive,
  bytesBetween,
  createFiles,
  DELETED_SUFFIX,
  emptySegment,
  INDEX_SUFFIX,
  largestTimestamp,
  LOG_SUFFIX,
  nextOffset,
  offsetName,
  rebuiltIndexes,
  restoredSegment,
  shouldRoll,
  SNAPSHOT_SUFFIX,
  TIME_INDEX_SUFFIX,
  TRANSACTION_INDEX_SUFFIX,
  truncateSegment,
  withTransactionIndex,
  writeIndexes,
  type Segment,
} from './segment.ts';
import { decodeTimeIndexEntry, lookupTimestamp } from './time-index.ts';
import { collectAborted, decodeTransactionIndex, type AbortedTransaction } from './transaction-index.ts';
import {
  abortedEntry, begin, changeBy, end as endTransaction, follow, noTransactions, ofProducers, openTransactions, replicatedBelow,
  type TransactionChange, type Transactions,
} from './transactions.ts';

export interface Log extends TopicPartition {
  /** `orders-0`. */
  readonly name: string;
  /** The entry of `log.dirs`. */
  readonly logDir: string;
  /** Where the segments are: `<logDir>/<name>`. */
  readonly directory: string;
  readonly config: LogConfig;
  /** Ascending, never empty; the last is the active one. */
  readonly segments: readonly Segment[];
  readonly logStartOffset: number;
  /** The offset that the next record gets. */
  readonly logEndOffset: number;
  /** First offset that is not known to be flushed. */
  readonly recoveryPoint: number;
  readonly epochs: Epochs;
  readonly producers: Producers;
  readonly transactions: Transactions;
  /** Offset of the newest producer snapshot; 0 if there is none. */
  readonly snapshotOffset: number;
}

/** What a log needs of the process that owns it. */
export type LogEnv = Pick<Env, 'disk' | 'wallClockMs' | 'log' | 'random' | 'randomInt'>;

/** Comes back in `flushed` once the data below `offset` survives a power loss; give it to `flushed`. */
export interface LogFlushed {
  readonly type: 'logFlushed';
  readonly topicPartition: string;
  readonly offset: number;
}

// ---- names -------------------------------------------------------------------------------------------------------------

const MAX_NAME = 255;

/** 32 hexadecimal digits from the world's chance, as a UUID without hyphens. */
function hexId(env: LogEnv): string {
  let digits = '';
  for (let i = 0; i < 32; i++) digits += Math.floor(env.random() * 16).toString(16);
  return digits;
}

/** `<topic>-<partition>.<32 hex>-delete`; the topic's part is cut where the whole would be too long. */
export function deleteDirectoryName(name: string, id: string): string {
  const suffix = `-${name.slice(name.lastIndexOf('-') + 1)}.${id}-delete`;
  return name.slice(0, Math.min(name.lastIndexOf('-'), MAX_NAME - suffix.length)) + suffix;
}

export type DirectoryName =
  | (TopicPartition & { readonly type: 'log' | 'delete' | 'future' })
  | { readonly type: 'foreign' };

/** What a directory under a log dir is. `foreign` makes a broker refuse to start. */
export function parseDirectoryName(name: string): DirectoryName {
  const marked = /^(.+-\d+)\.[0-9a-f]{32}-(delete|future)$/.exec(name);
  const id = parseTopicPartition(marked ? marked[1]! : name);
  if (!id) return { type: 'foreign' };
  return { ...id, type: marked ? (marked[2] as 'delete' | 'future') : 'log' };
}

// ---- small parts -------------------------------------------------------------------------------------------------------

function say(log: Pick<Log, 'name' | 'logDir'>, env: LogEnv, text: string, level: LogLevel = 'INFO'): void {
  env.log({ level, file: 'server', text: `[Log partition=${log.name}, dir=${log.logDir}] ${text} (kafka.log.Log)` });
}

function sayProducers(log: Pick<Log, 'name'>, env: LogEnv, text: string): void {
  env.log({ level: 'INFO', file: 'server', text: `[ProducerStateManager partition=${log.name}] ${text} (kafka.log.ProducerStateManager)` });
}

export function activeSegment(log: Log): Segment {
  return log.segments[log.segments.length - 1]!;
}

/** Bytes of all segments. */
export function logBytes(log: Log): number {
  return log.segments.reduce((sum, segment) => sum + segment.bytes, 0);
}

/** Index of the segment with the greatest base offset not above `offset`; -1: none. */
function floorSegment(segments: readonly Segment[], offset: number): number {
  let index = segments.length - 1;
  while (index >= 0 && segments[index]!.baseOffset > offset) index--;
  return index;
}

function newSegment(log: Pick<Log, 'directory' | 'config'>, base: number, env: LogEnv): Segment {
  const { segmentJitterMs, segmentMs } = log.config;
  const jitter = Math.min(segmentJitterMs, segmentMs);
  const rollJitterMs = jitter <= 0 ? 0 : env.randomInt(0, jitter - 1);
  return emptySegment(log.directory, base, { nowMs: env.wallClockMs, rollJitterMs });
}

function withEpochs(log: Log, epochs: Epochs, env: LogEnv): Log {
  if (epochs === log.epochs) return log;
  env.disk.write(`${log.directory}/${LEADER_EPOCH_CHECKPOINT}`, textFile(epochCheckpointLines(epochs)), { flush: true });
  return { ...log, epochs };
}

/** Notes that an epoch begins at the end of the log: what a replica does that becomes leader. */
export function beginEpoch(log: Log, epoch: number, env: LogEnv): Log {
  return withEpochs(log, assignEpoch(log.epochs, epoch, log.logEndOffset), env);
}

function snapshotFile(log: Pick<Log, 'directory'>, offset: number): string {
  return `${log.directory}/${offsetName(offset)}${SNAPSHOT_SUFFIX}`;
}

function takeSnapshot(log: Log, offset: number, env: LogEnv): Log {
  if (offset <= log.snapshotOffset) return log;
  sayProducers(log, env, `Writing producer snapshot at offset ${offset}`);
  const bytes = encodeSnapshot(log.producers);
  env.disk.write(snapshotFile(log, offset), { entries: listOf([bytes]), bytes: bytes.length });
  return { ...log, snapshotOffset: offset };
}

/** Offsets of the producer snapshots in the directory, ascending. */
export function snapshotOffsets(directory: string, env: Pick<LogEnv, 'disk'>): readonly number[] {
  return env.disk
    .list(directory)
    .filter((name) => name.endsWith(SNAPSHOT_SUFFIX))
    .map((name) => Number(name.slice(0, -SNAPSHOT_SUFFIX.length)));
}

/** Producer state from the newest snapshot not above `end` and the batches after it; snapshots out of range go. */
function reloadProducers(log: Log, end: number, env: LogEnv): Log {
  for (const offset of snapshotOffsets(log.directory, env)) {
    if (offset > end || offset <= log.logStartOffset) env.disk.remove(snapshotFile(log, offset));
  }
  return { ...log, ...producersAt(log, end, env) };
}

type ProducerState = Pick<Log, 'producers' | 'transactions' | 'snapshotOffset'>;

function producersAt(log: Log, end: number, env: LogEnv): ProducerState {
  let producers: Producers = noProducers;
  let transactions = noTransactions;
  let from = 0;
  let snapshotOffset = 0;
  const offsets = snapshotOffsets(log.directory, env);
  for (const offset of offsets.filter((candidate) => candidate <= end && candidate > log.logStartOffset).reverse()) {
    const file = snapshotFile(log, offset);
    const bytes = env.disk.read<Uint8Array>(file)?.entries;
    const loaded = bytes && last(bytes) ? decodeSnapshot(last(bytes)!) : undefined;
    if (loaded) {
      sayProducers(log, env, `Loading producer state from snapshot file '${file}'`);
      producers = retainProducers(loaded, log.logStartOffset);
      transactions = openTransactions(producers);
      from = offset;
      snapshotOffset = offset;
      break;
    }
    env.disk.remove(file);
  }
  for (const segment of log.segments) {
    for (let i = batchAt(segment, Math.max(from, log.logStartOffset)); i < segment.batches.length; i++) {
      const batch = at(segment.batches, i)!;
      if (baseOffset(batch) >= end) break;
      if (producerId(batch) < 0) continue;
      const change = isTransactional(batch) ? changeBy(producers, batch) : null;
      if (change) transactions = follow(transactions, change);
      producers = noteBatch(producers, batch);
    }
  }
  return { producers, transactions, snapshotOffset };
}

function loadProducerState(log: Log, end: number, env: LogEnv): Log {
  say(log, env, `Loading producer state till offset ${end} with message format version 2`);
  return takeSnapshot(reloadProducers(log, end, env), end, env);
}

// ---- opening -----------------------------------------------------------------------------------------------------------

export interface OpenOptions extends TopicPartition {
  readonly logDir: string;
  readonly config: LogConfig;
  /** From the checkpoint files; 0 without an entry. */
  readonly recoveryPoint: number;
  readonly logStartOffset: number;
  /** True if the marker of a clean shutdown was there: nothing is scanned then. */
  readonly cleanShutdown: boolean;
}

/**
 * Finds a log on the disk, or makes a new one. Without a clean shutdown the segments from the recovery point on are
 * scanned: the first batch that is not whole ends the log.
 */
export function openLog(options: OpenOptions, env: LogEnv): Log {
  const { topic, partition, logDir, config } = options;
  const name = topicPartition(topic, partition);
  const directory = `${logDir}/${name}`;
  const { disk } = env;
  disk.makeDirectory(directory);
  let log: Log = {
    topic,
    partition,
    name,
    logDir,
    directory,
    config,
    segments: [],
    logStartOffset: options.logStartOffset,
    logEndOffset: options.logStartOffset,
    recoveryPoint: options.recoveryPoint,
    epochs: readEpochs(directory, env),
    producers: noProducers,
    transactions: noTransactions,
    snapshotOffset: 0,
  };
  const files = removeLeftovers(directory, disk.list(directory), env);
  for (const file of files) {
    const base = Number(file.split('.')[0]);
    if (file.endsWith(LOG_SUFFIX)) {
      const { segment, recovered } = loadSegment(log, base, env);
      log = { ...log, segments: [...log.segments, segment] };
      if (recovered) {
        say(log, env, `Could not find offset index file corresponding to log file ${segment.logFile}, recovering segment and rebuilding index files...`, 'ERROR');
        log = recover(log, log.segments.length - 1, env).log;
      }
    } else if ((file.endsWith(INDEX_SUFFIX) || file.endsWith(TIME_INDEX_SUFFIX) || file.endsWith(TRANSACTION_INDEX_SUFFIX)) && !files.includes(offsetName(base) + LOG_SUFFIX)) {
      say(log, env, `Found an orphaned index file ${directory}/${file}, with no corresponding log file.`, 'WARN');
      disk.remove(`${directory}/${file}`);
    }
  }
  if (log.segments.length > 0 && !options.cleanShutdown) log = recoverUnflushed(log, env);
  if (log.segments.length > 0 && nextOffset(activeSegment(log)) < log.logStartOffset) {
    const end = nextOffset(activeSegment(log));
    say(log, env, `Deleting all segments because logEndOffset (${end}) has become smaller than logStartOffset (${log.logStartOffset})`, 'WARN');
    for (const segment of log.segments) deleteSegmentFiles(log, segment, env);
    log = { ...log, segments: [] };
  }
  if (log.segments.length === 0) {
    const segment = newSegment(log, log.logStartOffset, env);
    createFiles(segment, config.segmentIndexBytes, disk);
    log = { ...log, segments: [segment] };
  } else {
    writeIndexes(activeSegment(log), config.segmentIndexBytes, disk);
  }
  const end = nextOffset(activeSegment(log));
  const start = Math.max(log.logStartOffset, log.segments[0]!.baseOffset);
  log = { ...log, logEndOffset: end, recoveryPoint: end, logStartOffset: start };
  const epochs = truncateFromStart(truncateFromEnd(log.epochs, end), start);
  log = withEpochs(log, epochs, env);
  if (disk.read(`${directory}/${LEADER_EPOCH_CHECKPOINT}`) === undefined) disk.write(`${directory}/${LEADER_EPOCH_CHECKPOINT}`, EMPTY_FILE);
  log = loadProducerState(log, end, env);
  say(log, env, `Completed load of log with ${log.segments.length} segments, log start offset ${start} and log end offset ${end} in 0 ms`);
  return log;
}

function readEpochs(directory: string, env: LogEnv): Epochs {
  const path = `${directory}/${LEADER_EPOCH_CHECKPOINT}`;
  const content = env.disk.read(path);
  if (!content) return [];
  const read = parseEpochCheckpoint(linesOf(content), path);
  return 'entries' in read ? read.entries : [];
}

function removeLeftovers(directory: string, files: readonly string[], env: LogEnv): readonly string[] {
  return files.filter((file) => {
    const leftover = file.endsWith(DELETED_SUFFIX) || file.endsWith('.cleaned');
    if (leftover) env.disk.remove(`${directory}/${file}`);
    return !leftover;
  });
}

/** A segment as its files say; without its indexes it has to be recovered. */
function loadSegment(log: Log, base: number, env: LogEnv): { readonly segment: Segment; readonly recovered: boolean } {
  const empty = newSegment(log, base, env);
  const { disk } = env;
  const entries = disk.read<Uint8Array>(empty.logFile)?.entries ?? emptyList<Uint8Array>();
  // A torn or foreign tail is left in the file for recovery to cut off.
  let whole = 0;
  for (const entry of values<unknown>(entries)) {
    if (!(entry instanceof Uint8Array) || !isValid(entry)) break;
    whole++;
  }
  const offsets = disk.read<Uint8Array>(empty.path + INDEX_SUFFIX);
  const times = disk.read<Uint8Array>(empty.path + TIME_INDEX_SUFFIX);
  const segment = restoredSegment(
    empty,
    truncate(entries, whole),
    offsets ? listOf(toArray(offsets.entries).map((entry) => decodeOffsetIndexEntry(entry, base))) : emptyList(),
    times ? listOf(toArray(times.entries).map((entry) => decodeTimeIndexEntry(entry, base))) : emptyList(),
    decodeTransactionIndex(disk.read<Uint8Array>(empty.path + TRANSACTION_INDEX_SUFFIX)?.entries ?? emptyList()),
  );
  return { segment, recovered: offsets === undefined };
}

/** Scans a segment: its first invalid batch and what follows is cut off, indexes, epochs and producer state are rebuilt. */
function recover(log: Log, index: number, env: LogEnv): { readonly log: Log; readonly truncatedBytes: number } {
  const { disk } = env;
  const loaded = log.segments[index]!;
  const content = disk.read(loaded.logFile);
  const truncatedBytes = (content?.bytes ?? 0) - loaded.bytes;
  if (truncatedBytes > 0) disk.truncate(loaded.logFile, loaded.batches.length, loaded.bytes);
  const segment = withRebuiltTransactions(log, rebuiltIndexes(loaded, log.config.indexIntervalBytes), env);
  writeIndexes(segment, undefined, disk);
  const segments = log.segments.slice();
  segments[index] = segment;
  let epochs = log.epochs;
  for (const batch of values(segment.batches)) {
    const epoch = partitionLeaderEpoch(batch);
    if (epoch > 0 && epoch > latestEpoch(epochs)) epochs = assignEpoch(epochs, epoch, baseOffset(batch));
  }
  let next = withEpochs({ ...log, segments }, epochs, env);
  say(next, env, `Loading producer state till offset ${segment.baseOffset} with message format version 2`);
  const end = nextOffset(segment);
  const upTo: Log = { ...next, segments: segments.slice(0, index + 1) };
  const reloaded = takeSnapshot(reloadProducers(upTo, end, quiet(env)), end, env);
  next = { ...next, producers: reloaded.producers, transactions: reloaded.transactions, snapshotOffset: reloaded.snapshotOffset };
  return { log: next, truncatedBytes };
}

/** The transaction index from the segment's markers and what its producers had open before it. */
function withRebuiltTransactions(log: Log, segment: Segment, env: LogEnv): Segment {
  let hasMarker = false;
  for (const batch of values(segment.batches)) hasMarker ||= isControl(batch);
  if (!hasMarker && segment.transactionIndex.length === 0) return segment;
  const aborted: AbortedTransaction[] = [];
  let { producers, transactions } = producersAt(log, segment.baseOffset, quiet(env));
  for (const batch of values(segment.batches)) {
    if (producerId(batch) < 0) continue;
    const change = isTransactional(batch) ? changeBy(producers, batch) : null;
    if (change) transactions = follow(transactions, change, (entry) => aborted.push(entry));
    producers = noteBatch(producers, batch);
  }
  return withTransactionIndex(segment, aborted, env.disk);
}

/** The same environment without log lines, for steps the real process does silently. */
function quiet(env: LogEnv): LogEnv {
  return {
    disk: env.disk,
    wallClockMs: env.wallClockMs,
    log: () => undefined,
    random: () => env.random(),
    randomInt: (min, max) => env.randomInt(min, max),
  };
}

function recoverUnflushed(log: Log, env: LogEnv): Log {
  let next = log;
  const from = Math.max(0, floorSegment(log.segments, log.recoveryPoint));
  for (let index = from; index < next.segments.length; index++) {
    const base = next.segments[index]!.baseOffset;
    say(next, env, `Recovering unflushed segment ${base}`);
    const recovered = recover(next, index, env);
    next = recovered.log;
    if (recovered.truncatedBytes > 0) {
      say(next, env, `Corruption found in segment ${base}, truncating to offset ${nextOffset(next.segments[index]!)}`, 'WARN');
      for (const later of next.segments.slice(index + 1)) deleteSegmentFiles(next, later, env);
      next = { ...next, segments: next.segments.slice(0, index + 1) };
    }
  }
  return next;
}

// ---- appending ---------------------------------------------------------------------------------------------------------

export interface LeaderAppend {
  readonly log: Log;
  readonly error: ErrorName;
  /** What the exception says; null: its name says all, or there is none. */
  readonly message: string | null;
  /** -1 on error. */
  readonly baseOffset: number;
  readonly lastOffset: number;
  /** -1 unless the topic stamps LogAppendTime. */
  readonly logAppendTimeMs: number;
  /** The batch was there already: nothing was written, the offsets are the first writing's. */
  readonly duplicate: boolean;
}

function refused(log: Log, error: ErrorName, message: string | null = null): LeaderAppend {
  return { log, error, message, baseOffset: -1, lastOffset: -1, logAppendTimeMs: -1, duplicate: false };
}

/** What is wrong with a batch before it has an offset; `coordinator` appends are trusted further than a client's. */
function fault(config: LogConfig, batch: Uint8Array, fromClient: boolean, nowMs: number): ErrorName {
  if (batch.length > config.maxMessageBytes) return 'MESSAGE_TOO_LARGE';
  if (!isValid(batch)) return 'CORRUPT_MESSAGE';
  if (fromClient) {
    if (baseOffset(batch) !== 0) return 'CORRUPT_MESSAGE';
    const count = recordCount(batch);
    if (count <= 0 || lastOffsetDelta(batch) + 1 !== count) return 'CORRUPT_MESSAGE';
    if (isControl(batch) || (producerId(batch) >= 0 && baseSequence(batch) < 0)) return 'CORRUPT_MESSAGE';
  }
  const compacted = config.cleanupPolicy.includes('compact') && !isControl(batch);
  const limitsTime = config.messageTimestampType === 'CreateTime' && config.messageTimestampDifferenceMaxMs !== LONG_MAX;
  if (compacted || limitsTime) {
    for (const record of decodeRecords(batch)) {
      if (compacted && record.key === null) return 'CORRUPT_MESSAGE';
      if (limitsTime && Math.abs(record.timestamp - nowMs) > config.messageTimestampDifferenceMaxMs) return 'INVALID_TIMESTAMP';
    }
  }
  if (config.messageTimestampType === 'CreateTime' && timestampType(batch) === 'LogAppendTime') return 'INVALID_TIMESTAMP';
  return 'NONE';
}

/** As the topic wants it: with its producer's codec, or recompressed. Markers of transactions are never compressed. */
function inTargetCodec({ compressionType }: LogConfig, batch: Uint8Array): Uint8Array {
  if (compressionType === 'producer' || isControl(batch)) return batch;
  return withCodec(batch, compressionType === 'uncompressed' ? 'none' : (compressionType as ModelledCodec));
}

/**
 * Appends one batch as the leader: checks it, gives it its offsets and the leader epoch, writes it. `origin` is
 * `coordinator` for what the broker itself writes (group offsets, transaction markers), which skips the client checks.
 */
export function appendAsLeader(log: Log, given: Uint8Array, leaderEpoch: number, env: LogEnv, origin: 'client' | 'coordinator' = 'client'): LeaderAppend {
  const { config } = log;
  const nowMs = env.wallClockMs;
  const error = fault(config, given, origin === 'client', nowMs);
  if (error !== 'NONE') return refused(log, error);
  const batch = inTargetCodec(config, given);
  if (batch.length > config.maxMessageBytes) return refused(log, 'MESSAGE_TOO_LARGE');
  const logAppendTimeMs = config.messageTimestampType === 'LogAppendTime' ? nowMs : -1;
  const base = log.logEndOffset;
  const stored = stamped(batch, base, leaderEpoch, logAppendTimeMs < 0 ? undefined : logAppendTimeMs);
  if (stored.length > config.segmentBytes) return refused(log, 'RECORD_LIST_TOO_LARGE');
  if (origin === 'client' && producerId(stored) >= 0) {
    const check = checkSequence(log.producers, stored, log.name);
    if (check.type === 'refused') return refused(log, check.error, check.message);
    if (check.type === 'duplicate') {
      return {
        log,
        error: 'NONE',
        message: null,
        baseOffset: check.baseOffset,
        lastOffset: check.lastOffset,
        logAppendTimeMs: logAppendTimeMs < 0 ? -1 : check.timestamp,
        duplicate: true,
      };
    }
  }
  if (isControl(stored)) {
    const check = checkMarker(log.producers, stored, log.name);
    if (check.type === 'refused') return refused(log, check.error, check.message);
  }
  const written = write(log, [stored], stored.length, maxTimestamp(stored), env);
  if (written.result !== 'ok') return refused(log, 'KAFKA_STORAGE_ERROR');
  return { log: written.log, error: 'NONE', message: null, baseOffset: base, lastOffset: written.log.logEndOffset - 1, logAppendTimeMs, duplicate: false };
}

export interface FollowerAppend {
  readonly log: Log;
  readonly error: ErrorName;
}

/** Appends one fetch response's batches as they are: offsets, epochs and timestamps are the leader's. */
export function appendAsFollower(log: Log, batches: readonly Uint8Array[], env: LogEnv): FollowerAppend {
  if (batches.length === 0) return { log, error: 'NONE' };
  let expected = log.logEndOffset;
  let bytes = 0;
  let largest = -1;
  for (const batch of batches) {
    if (!isValid(batch)) return { log, error: 'CORRUPT_MESSAGE' };
    assert(baseOffset(batch) >= expected, `a follower's append goes on where ${log.name} ends`);
    expected = lastOffset(batch) + 1;
    bytes += batch.length;
    const timestamp = maxTimestamp(batch);
    if (timestamp > largest) largest = timestamp;
  }
  if (bytes > log.config.segmentBytes) return { log, error: 'RECORD_LIST_TOO_LARGE' };
  const written = write(log, batches, bytes, largest, env);
  return { log: written.log, error: written.result === 'ok' ? 'NONE' : 'KAFKA_STORAGE_ERROR' };
}

function write(log: Log, batches: readonly Uint8Array[], bytes: number, timestamp: number, env: LogEnv): { readonly log: Log; readonly result: DiskResult } {
  const end = lastOffset(batches[batches.length - 1]!);
  let base = log;
  if (shouldRoll(activeSegment(log), log.config, bytes, timestamp, end, env.wallClockMs)) {
    const rolled = roll(log, baseOffset(batches[0]!), env);
    if (rolled.result !== 'ok') return { log, result: rolled.result };
    base = rolled.log;
  }
  const done = appendBatches(activeSegment(base), batches, base.config.indexIntervalBytes, env.wallClockMs, env.disk);
  if (done.result !== 'ok') return { log: base, result: done.result };
  const segments = base.segments.slice();
  segments[segments.length - 1] = done.segment;
  let { epochs, producers, transactions } = base;
  let changes: TransactionChange[] | null = null;
  for (const batch of batches) {
    epochs = assignEpoch(epochs, partitionLeaderEpoch(batch), baseOffset(batch));
    if (producerId(batch) < 0) continue;
    const change = isTransactional(batch) ? changeBy(producers, batch) : null;
    if (change) (changes ??= []).push(change);
    producers = noteBatch(producers, batch);
  }
  if (changes) {
    const ended = endTransactions(transactions, changes);
    if (ended.aborted.length > 0) {
      const indexed = appendAborted(done.segment, ended.aborted, env.disk);
      if (indexed.result !== 'ok') return { log: base, result: indexed.result };
      segments[segments.length - 1] = indexed.segment;
    }
    transactions = ended.transactions;
  }
  const next: Log = {
    topic: base.topic,
    partition: base.partition,
    name: base.name,
    logDir: base.logDir,
    directory: base.directory,
    config: base.config,
    segments,
    logStartOffset: base.logStartOffset,
    logEndOffset: end + 1,
    recoveryPoint: base.recoveryPoint,
    epochs: base.epochs,
    producers,
    transactions,
    snapshotOffset: base.snapshotOffset,
  };
  if (next.logEndOffset - next.recoveryPoint >= next.config.flushMessages) flush(next, next.logEndOffset, env);
  return { log: withEpochs(next, epochs, env), result: 'ok' };
}

/** What one append does to the transactions: everything that begins in it has begun before the first of them ends. */
function endTransactions(before: Transactions, changes: readonly TransactionChange[]): { readonly transactions: Transactions; readonly aborted: readonly AbortedTransaction[] } {
  const aborted: AbortedTransaction[] = [];
  let transactions = before;
  for (const { began } of changes) if (began) transactions = begin(transactions, began);
  for (const { ended } of changes) {
    if (!ended) continue;
    if (ended.isAborted) aborted.push(abortedEntry(transactions, ended));
    transactions = endTransaction(transactions, ended);
  }
  return { transactions, aborted };
}

/** Starts a new active segment at `base`, or at the end of the log if that is later. */
export function roll(log: Log, base: number, env: LogEnv): { readonly log: Log; readonly result: DiskResult } {
  const offset = Math.max(base, log.logEndOffset);
  const active = activeSegment(log);
  const segment = newSegment(log, offset, env);
  const created = createFiles(segment, log.config.segmentIndexBytes, env.disk);
  if (created !== 'ok') return { log, result: created };
  const emptyAtSameOffset = active.baseOffset === offset;
  const before = emptyAtSameOffset ? log.segments.slice(0, -1) : [...log.segments.slice(0, -1), becomeInactive(active, env.disk)];
  const rolled = takeSnapshot({ ...log, segments: [...before, segment] }, offset, env);
  flush(rolled, offset, env);
  say(log, env, `Rolled new log segment at offset ${offset} in 0 ms.`);
  return { log: rolled, result: 'ok' };
}

/** Asks for an fsync of everything below `offset`; `flushed` with a `LogFlushed` follows. */
export function flush(log: Log, offset: number, env: Pick<LogEnv, 'disk'>): void {
  if (offset <= log.recoveryPoint) return;
  const from = Math.max(0, floorSegment(log.segments, log.recoveryPoint));
  const paths = log.segments
    .slice(from)
    .filter((segment) => segment.baseOffset < offset)
    .flatMap((segment) => [
      segment.logFile,
      segment.path + INDEX_SUFFIX,
      segment.path + TIME_INDEX_SUFFIX,
      ...(segment.transactionIndex.length > 0 ? [segment.path + TRANSACTION_INDEX_SUFFIX] : []),
    ]);
  const token: LogFlushed = { type: 'logFlushed', topicPartition: log.name, offset };
  env.disk.flush(paths, token);
}

/** The flush is done: the recovery point moves on, unless the log has been cut since. */
export function flushed(log: Log, offset: number): Log {
  const recoveryPoint = Math.max(log.recoveryPoint, Math.min(offset, log.logEndOffset));
  return recoveryPoint === log.recoveryPoint ? log : { ...log, recoveryPoint };
}

// ---- reading -----------------------------------------------------------------------------------------------------------

export interface LogRead {
  readonly error: 'NONE' | 'OFFSET_OUT_OF_RANGE';
  /** Whole batches of one segment; the first may begin below the offset asked for. */
  readonly records: readonly Uint8Array[];
  readonly bytes: number;
}

const NOTHING: LogRead = { error: 'NONE', records: [], bytes: 0 };
const OUT_OF_RANGE: LogRead = { error: 'OFFSET_OUT_OF_RANGE', records: [], bytes: 0 };

/**
 * Batches from `offset` on, below `upperBound` (high watermark, last stable offset, or log end), at most `maxBytes`. With
 * `minOneBatch` the first batch comes whole even if it is larger. The tail that the real broker cuts in the middle of a
 * batch, which clients drop, is left out.
 */
export function readLog(log: Log, offset: number, maxBytes: number, upperBound: number, minOneBatch: boolean): LogRead {
  if (offset === log.logEndOffset) return NOTHING;
  if (offset > log.logEndOffset || offset < log.logStartOffset) return OUT_OF_RANGE;
  const { segments } = log;
  let index = floorSegment(segments, offset);
  if (index < 0) return OUT_OF_RANGE;
  if (offset >= upperBound) return NOTHING;
  for (; index < segments.length; index++) {
    const segment = segments[index]!;
    const { batches } = segment;
    let i = batchAt(segment, offset);
    if (i === batches.length) continue;
    const records: Uint8Array[] = [];
    let bytes = 0;
    for (; i < batches.length; i++) {
      const batch = at(batches, i)!;
      if (lastOffset(batch) >= upperBound) break;
      const size = batch.length;
      if (bytes + size > maxBytes && !(minOneBatch && records.length === 0)) break;
      records.push(batch);
      bytes += size;
      if (bytes >= maxBytes) break;
    }
    return { error: 'NONE', records, bytes };
  }
  return NOTHING;
}

const NOTHING_ABORTED: readonly AbortedTransaction[] = [];

/**
 * The aborted transactions that a reader of `bytes` from `offset` on has to know of (Log.addAbortedTransactions). Its range is
 * taken to end at the next entry of the offset index, else with the segment: some may lie behind what was read.
 */
export function abortedTransactions(log: Log, offset: number, bytes: number): readonly AbortedTransaction[] {
  const { segments } = log;
  if (offset >= log.logEndOffset) return NOTHING_ABORTED;
  let index = Math.max(0, floorSegment(segments, offset));
  while (index < segments.length - 1 && batchAt(segments[index]!, offset) === segments[index]!.batches.length) index++;
  let count = 0;
  for (let later = index; later < segments.length; later++) count += segments[later]!.transactionIndex.length;
  if (count === 0) return NOTHING_ABORTED;
  const segment = segments[index]!;
  const position = segment.bytes - bytesBetween(segment, batchAt(segment, offset), segment.batches.length, Infinity);
  const upperBound = offsetBehind(segment.offsetIndex, position + bytes) ?? segments[index + 1]?.baseOffset ?? log.logEndOffset;
  const found: AbortedTransaction[] = [];
  for (; index < segments.length; index++) if (collectAborted(segments[index]!.transactionIndex, offset, upperBound, found)) break;
  return found;
}

/** How many bytes lie from `offset` to `end`, counted no further than `limit` asks: what a parked fetch waits for. */
export function bytesAvailable(log: Log, offset: number, end: number, limit: number): number {
  let bytes = 0;
  for (let index = Math.max(0, floorSegment(log.segments, offset)); index < log.segments.length && bytes < limit; index++) {
    const segment = log.segments[index]!;
    if (segment.baseOffset >= end) break;
    bytes += bytesBetween(segment, batchAt(segment, offset), batchAt(segment, end), limit - bytes);
  }
  return bytes;
}

export interface TimestampAndOffset {
  readonly timestamp: number;
  readonly offset: number;
  readonly leaderEpoch: number;
}

/** The first record at or after this time; undefined: there is none. */
export function offsetForTimestamp(log: Log, timestamp: number): TimestampAndOffset | undefined {
  const segment = log.segments.find((candidate) => candidate.maxTimestampSoFar >= timestamp);
  if (!segment) return undefined;
  const floor = lookupTimestamp(segment.timeIndex, timestamp);
  const start = lookupOffset(segment.offsetIndex, Math.max(floor?.offset ?? segment.baseOffset, log.logStartOffset));
  for (let i = batchAt(segment, start?.offset ?? segment.baseOffset); i < segment.batches.length; i++) {
    const batch = at(segment.batches, i)!;
    if (maxTimestamp(batch) < timestamp) continue;
    for (const record of decodeRecords(batch)) {
      if (record.timestamp >= timestamp && record.offset >= log.logStartOffset) {
        return { timestamp: record.timestamp, offset: record.offset, leaderEpoch: partitionLeaderEpoch(batch) };
      }
    }
  }
  return undefined;
}

// ---- truncating and deleting -------------------------------------------------------------------------------------------

/** Cuts everything from `offset` on. The files of whole segments that go keep lying there as `.deleted` for a while. */
export function truncateTo(log: Log, offset: number, env: LogEnv): Log {
  if (offset >= log.logEndOffset) {
    say(log, env, `Truncating to ${offset} has no effect as the largest offset in the log is ${log.logEndOffset - 1}`);
    return log;
  }
  say(log, env, `Truncating to offset ${offset}`);
  if (log.segments[0]!.baseOffset > offset) return truncateFully(log, offset, env);
  for (const segment of log.segments) if (segment.baseOffset > offset) deleteSegmentFiles(log, segment, env);
  const kept = log.segments.filter((segment) => segment.baseOffset <= offset);
  const active = truncateSegment(kept[kept.length - 1]!, offset, log.config.segmentIndexBytes, env.wallClockMs, env.disk);
  const cut: Log = {
    ...log,
    segments: [...kept.slice(0, -1), active],
    logEndOffset: offset,
    recoveryPoint: Math.min(offset, log.recoveryPoint),
    logStartOffset: Math.min(offset, log.logStartOffset),
  };
  return loadProducerState(withEpochs(cut, truncateFromEnd(log.epochs, offset), env), offset, env);
}

/** Drops everything; the next record is expected at `offset`. */
export function truncateFully(log: Log, offset: number, env: LogEnv): Log {
  say(log, env, `Truncate and start at offset ${offset}`);
  for (const segment of log.segments) deleteSegmentFiles(log, segment, env);
  for (const snapshot of snapshotOffsets(log.directory, env)) env.disk.remove(snapshotFile(log, snapshot));
  const segment = newSegment(log, offset, env);
  createFiles(segment, log.config.segmentIndexBytes, env.disk);
  const empty: Log = {
    ...log,
    segments: [segment],
    logEndOffset: offset,
    logStartOffset: offset,
    recoveryPoint: Math.min(offset, log.recoveryPoint),
    producers: noProducers,
    transactions: noTransactions,
    snapshotOffset: 0,
  };
  return log.epochs.length === 0 ? empty : withEpochs(empty, [], env);
}

function deleteSegmentFiles(log: Log, segment: Segment, env: LogEnv): void {
  say(log, env, `Scheduling log segment [baseOffset ${segment.baseOffset}, size ${segment.bytes}] for deletion.`);
  for (const suffix of [LOG_SUFFIX, INDEX_SUFFIX, TIME_INDEX_SUFFIX, TRANSACTION_INDEX_SUFFIX]) {
    const path = segment.path + suffix;
    if (env.disk.exists(path)) env.disk.rename(path, path + DELETED_SUFFIX);
  }
}

/** Removes what lies in a log's directory as `.deleted`; due `file.delete.delay.ms` after it was scheduled. */
export function removeDeletedFiles(log: Log, env: Pick<LogEnv, 'disk' | 'log'>): void {
  for (const name of env.disk.list(log.directory)) {
    if (!name.endsWith(DELETED_SUFFIX)) continue;
    const path = `${log.directory}/${name}`;
    const original = path.slice(0, -DELETED_SUFFIX.length);
    if (original.endsWith(LOG_SUFFIX)) {
      env.log({ level: 'INFO', file: 'server', text: `[Log partition=${log.name}, dir=${log.logDir}] Deleting segment ${Number(name.split('.')[0])} (kafka.log.Log)` });
    }
    env.disk.remove(path);
    env.log({ level: 'INFO', file: 'server', text: `Deleted ${kindOf(original)} ${path}. (kafka.log.LogSegment)` });
  }
}

function kindOf(file: string): string {
  if (file.endsWith(LOG_SUFFIX)) return 'log';
  if (file.endsWith(TRANSACTION_INDEX_SUFFIX)) return 'transaction index';
  return file.endsWith(TIME_INDEX_SUFFIX) ? 'time index' : 'offset index';
}

/** Moves the log start offset forward, never back; older epochs are forgotten. */
export function incrementLogStartOffset(log: Log, offset: number, env: LogEnv): Log {
  if (offset <= log.logStartOffset) return log;
  say(log, env, `Incrementing log start offset to ${offset}`);
  const producers = retainProducers(log.producers, offset);
  const transactions = replicatedBelow(ofProducers(log.transactions, producers), offset);
  return withEpochs({ ...log, logStartOffset: offset, producers, transactions }, truncateFromStart(log.epochs, offset), env);
}

/** One round of the retention task: by time, then by size, then what lies below the log start offset. */
export function deleteOldSegments(log: Log, highWatermark: number, env: LogEnv): Log {
  const { retentionMs, retentionBytes, cleanupPolicy } = log.config;
  let next = log;
  if (cleanupPolicy.includes('delete')) {
    if (retentionMs >= 0) {
      next = deleteWhere(next, highWatermark, `retention time ${retentionMs}ms breach`, env, (segment) => env.wallClockMs - largestTimestamp(segment) > retentionMs);
    }
    let excess = logBytes(next) - retentionBytes;
    if (retentionBytes >= 0 && excess >= 0) {
      next = deleteWhere(next, highWatermark, `retention size in bytes ${retentionBytes} breach`, env, (segment) => {
        if (excess < segment.bytes) return false;
        excess -= segment.bytes;
        return true;
      });
    }
  }
  const start = next.logStartOffset;
  return deleteWhere(next, highWatermark, `log start offset ${start} breach`, env, (_, following) => following !== undefined && following.baseOffset <= start);
}

function deleteWhere(log: Log, highWatermark: number, reason: string, env: LogEnv, due: (segment: Segment, following: Segment | undefined) => boolean): Log {
  let count = 0;
  for (; count < log.segments.length; count++) {
    const segment = log.segments[count]!;
    const following = log.segments[count + 1];
    const upperBound = following?.baseOffset ?? log.logEndOffset;
    const isLastAndEmpty = following === undefined && segment.bytes === 0;
    if (highWatermark < upperBound || isLastAndEmpty || !due(segment, following)) break;
  }
  if (count === 0) return log;
  const deletable = log.segments.slice(0, count);
  say(log, env, `Found deletable segments with base offsets [${deletable.map((segment) => segment.baseOffset).join(',')}] due to ${reason}`);
  // Something has to take the next record: a new segment is begun before the last one goes.
  const base = count === log.segments.length ? roll(log, log.logEndOffset, env).log : log;
  for (const segment of deletable) deleteSegmentFiles(base, segment, env);
  const kept = base.segments.slice(count);
  return incrementLogStartOffset({ ...base, segments: kept }, kept[0]!.baseOffset, env);
}

/** Clean shutdown: the active segment's last time index entry, trimmed indexes, a producer snapshot, and a flush of all. */
export function closeLog(log: Log, env: LogEnv): Log {
  const segments = [...log.segments.slice(0, -1), becomeInactive(activeSegment(log), env.disk)];
  const closed = takeSnapshot({ ...log, segments }, log.logEndOffset, env);
  flush(closed, closed.logEndOffset, env);
  return closed;
}

/** The directory gets its `-delete` name at once; gives the path to remove `file.delete.delay.ms` later. */
export function renameForDeletion(log: Log, env: LogEnv): string {
  const path = `${log.logDir}/${deleteDirectoryName(log.name, hexId(env))}`;
  env.disk.rename(log.directory, path);
  return path;
}

/** Another configuration, from the next append on. */
export function withConfig(log: Log, config: LogConfig): Log {
  return { ...log, config };
}
