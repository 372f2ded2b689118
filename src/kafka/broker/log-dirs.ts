/** The log directories of a broker (kafka.log.LogManager): what is loaded at start, made later, checkpointed and closed. */
import type { Env } from '../../kernel/program.ts';
import { javaDate } from '../../kernel/calendar.ts';
import { EMPTY_FILE } from '../../kernel/disk.ts';
import {
  CLEAN_SHUTDOWN_MARKER, CLEANER_CHECKPOINT, HIGH_WATERMARK_CHECKPOINT, LOG_START_OFFSET_CHECKPOINT, META_PROPERTIES, RECOVERY_POINT_CHECKPOINT, linesOf,
  makeOffsetCheckpoint, metaPropertiesLines, parseMetaProperties, readOffsetCheckpoint, textFile, writeOffsetCheckpoint, type CheckpointedOffset,
} from '../log/checkpoints.ts';
import { logConfig, type LogConfig } from '../log/config.ts';
import { closeLog, deleteOldSegments, openLog, parseDirectoryName, removeDeletedFiles, withConfig, type Log } from '../log/log.ts';
import { nameOf, topicPartition } from '../topic-partition.ts';
import { say, setPartition, type Broker, type Draft } from './state.ts';

const MANAGER = 'kafka.log.LogManager';

/** A topic's log configuration: its own options over the broker's. */
export function logConfigOf(b: Broker, topic: string): LogConfig {
  const own = Object.hasOwn(b.topicConfigs, topic) ? b.topicConfigs[topic]! : {};
  return logConfig({ ...b.inForce.topicDefaults, ...own });
}

export function liveLogDirs(b: Broker): readonly string[] {
  return b.offlineLogDirs.length === 0 ? b.config.logDirs : b.config.logDirs.filter((dir) => !b.offlineLogDirs.includes(dir));
}

export function wasCleanlyShutDown(b: Broker, env: Env): boolean {
  return liveLogDirs(b).every((dir) => env.disk.exists(`${dir}/${CLEAN_SHUTDOWN_MARKER}`));
}

/** The id in meta.properties; null if there is none yet, -1 if the directories disagree. */
export function storedBrokerId(b: Broker, env: Env): number | null {
  const ids = new Set<number>();
  for (const dir of b.config.logDirs) {
    const content = env.disk.read(`${dir}/${META_PROPERTIES}`);
    const stored = content ? parseMetaProperties(linesOf(content)) : undefined;
    if (stored) ids.add(stored.brokerId);
    else say(env, 'WARN', `No meta.properties file under dir ${dir}/${META_PROPERTIES}`, 'kafka.server.BrokerMetadataCheckpoint');
  }
  const [first] = ids;
  return ids.size > 1 ? -1 : (first ?? null);
}

export function writeMetaProperties(b: Broker, env: Env): void {
  for (const dir of liveLogDirs(b)) {
    const path = `${dir}/${META_PROPERTIES}`;
    if (!env.disk.exists(path)) env.disk.write(path, textFile(metaPropertiesLines(b.brokerId, javaDate(env.wallClockMs))), { flush: true });
  }
}

/** Opens every log found. Answers what makes the broker refuse to start, or null. */
export function loadLogs(b: Draft, env: Env): string | null {
  const startedMs = env.wallClockMs;
  const logs: { [name: string]: Log } = {};
  const highWatermarks: { [name: string]: number } = {};
  for (const dir of liveLogDirs(b)) {
    const isNew = env.disk.list(dir).length === 0;
    const lock = `${dir}/.lock`;
    if (!env.disk.lock(lock)) {
      return `org.apache.kafka.common.KafkaException: Failed to acquire lock on file .lock in ${dir}. A Kafka instance in another process or thread is using this directory.`;
    }
    if (isNew) say(env, 'INFO', `Log directory ${dir} not found, creating it.`, MANAGER);
    env.disk.makeDirectory(dir);
    if (!env.disk.exists(lock)) env.disk.write(lock, EMPTY_FILE);
    // Of LogManager, LogCleaner and ReplicaManager. Nothing is compacted here, so that nothing is written to the cleaner's.
    const cleaner = b.config.values['log.cleaner.enable'] === true ? [CLEANER_CHECKPOINT] : [];
    for (const file of [RECOVERY_POINT_CHECKPOINT, LOG_START_OFFSET_CHECKPOINT, HIGH_WATERMARK_CHECKPOINT, ...cleaner]) makeOffsetCheckpoint(env.disk, `${dir}/${file}`);
  }
  say(env, 'INFO', 'Loading logs.', MANAGER);
  for (const dir of liveLogDirs(b)) {
    const marker = `${dir}/${CLEAN_SHUTDOWN_MARKER}`;
    const cleanShutdown = env.disk.exists(marker);
    const offsets = (file: string): { readonly [name: string]: number } => {
      const read = readOffsetCheckpoint(env.disk, `${dir}/${file}`);
      if ('error' in read) {
        say(env, 'WARN', `Error occurred while reading ${file} file of directory ${dir}`, MANAGER);
        return {};
      }
      return Object.fromEntries(read.entries.map((entry) => [nameOf(entry), entry.offset]));
    };
    const recoveryPoints = offsets(RECOVERY_POINT_CHECKPOINT);
    const starts = offsets(LOG_START_OFFSET_CHECKPOINT);
    Object.assign(highWatermarks, offsets(HIGH_WATERMARK_CHECKPOINT));
    for (const entry of env.disk.list(dir)) {
      const path = `${dir}/${entry}`;
      if (env.disk.read(path) !== undefined) continue;
      const id = parseDirectoryName(entry);
      if (id.type === 'foreign') {
        return `org.apache.kafka.common.KafkaException: Found directory ${path}, '${entry}' is not in the form of topic-partition or topic-partition.uniqueId-delete (if marked for deletion).\nKafka's log directories (and children) should only contain Kafka topic data.`;
      }
      if (id.type === 'delete') {
        env.setTimer(`delete-logs.${path}`, b.config.logDeleteDelayMs * 1_000);
        continue;
      }
      if (id.type === 'future') continue;
      const name = nameOf(id);
      logs[name] = openLog(
        { topic: id.topic, partition: id.partition, logDir: dir, config: logConfigOf(b, id.topic), recoveryPoint: recoveryPoints[name] ?? 0, logStartOffset: starts[name] ?? 0, cleanShutdown },
        env,
      );
    }
    if (cleanShutdown) env.disk.remove(marker);
  }
  b.logs = logs;
  b.checkpointedHighWatermarks = highWatermarks;
  say(env, 'INFO', `Logs loading complete in ${env.wallClockMs - startedMs} ms.`, MANAGER);
  return null;
}

/**
 * A replica's log: the loaded one, or a new one in the directory with the fewest. null: it may be in a directory that is
 * offline, since it is not new.
 */
export function getOrCreateLog(b: Draft, env: Env, topic: string, partition: number, isNew: boolean): Log | null {
  const name = topicPartition(topic, partition);
  const loaded = b.logs[name];
  if (loaded) {
    const { [name]: _, ...rest } = b.logs;
    b.logs = rest;
    return withConfig(loaded, logConfigOf(b, topic));
  }
  if (!isNew && b.offlineLogDirs.length > 0) return null;
  const logDirs = liveLogDirs(b);
  const counts = logDirs.map((dir) => Object.values(b.places).filter((place) => b.partitions[place]!.log.logDir === dir).length + Object.values(b.logs).filter((log) => log.logDir === dir).length);
  const logDir = logDirs[counts.indexOf(Math.min(...counts))]!;
  const log = openLog({ topic, partition, logDir, config: logConfigOf(b, topic), recoveryPoint: 0, logStartOffset: 0, cleanShutdown: true }, env);
  say(env, 'INFO', `Created log for partition ${name} in ${logDir}/${name} with properties {${Object.entries({ ...b.inForce.topicDefaults, ...(b.topicConfigs[topic] ?? {}) }).map(([key, value]) => `${key} -> ${key === 'cleanup.policy' ? `[${value}]` : value}`).join(', ')}}.`, MANAGER);
  return log;
}

export function allLogs(b: Broker): readonly Log[] {
  return [...Object.values(b.logs), ...b.partitions.filter((partition) => partition.chart.value !== 'none').map((partition) => partition.log)];
}

/** recovery-point and log-start-offset files of every directory. */
export function checkpointRecoveryPoints(b: Broker, env: Env, offsetOf: (log: Log) => number = (log) => log.recoveryPoint): void {
  const logs = allLogs(b);
  for (const dir of liveLogDirs(b)) {
    const here = logs.filter((log) => log.logDir === dir);
    const entry = (log: Log, offset: number): CheckpointedOffset => ({ topic: log.topic, partition: log.partition, offset });
    writeOffsetCheckpoint(env.disk, `${dir}/${RECOVERY_POINT_CHECKPOINT}`, here.map((log) => entry(log, offsetOf(log))));
    writeOffsetCheckpoint(
      env.disk,
      `${dir}/${LOG_START_OFFSET_CHECKPOINT}`,
      here.filter((log) => log.logStartOffset > log.segments[0]!.baseOffset).map((log) => entry(log, log.logStartOffset)),
    );
  }
}

/** Retention over all partitions whose HW is known; files marked as deleted go after a minute. */
export function cleanupLogs(b: Draft, env: Env): void {
  for (const [place, partition] of b.partitions.entries()) {
    if (partition.chart.value === 'none' || partition.chart.value === 'offline') continue;
    const log = deleteOldSegments(partition.log, partition.highWatermark, env);
    if (log === partition.log) continue;
    setPartition(b, place, { ...partition, log });
    env.setTimer(`deleted-segments.${partition.name}`, log.config.fileDeleteDelayMs * 1_000);
  }
}

export function removeDeletedSegments(b: Broker, env: Env, name: string): void {
  const log = allLogs(b).find((candidate) => candidate.name === name);
  if (log) removeDeletedFiles(log, env);
}

/** Everything flushed and closed; the marker says that nothing has to be recovered. */
export function closeLogs(b: Draft, env: Env): void {
  for (const [place, partition] of b.partitions.entries()) {
    if (partition.chart.value !== 'none' && partition.chart.value !== 'offline') setPartition(b, place, { ...partition, log: closeLog(partition.log, env) });
  }
  for (const [name, log] of Object.entries(b.logs)) b.logs = { ...b.logs, [name]: closeLog(log, env) };
  checkpointRecoveryPoints(b, env, (log) => log.logEndOffset);
}

export function writeCleanShutdownMarkers(b: Broker, env: Env): void {
  for (const dir of liveLogDirs(b)) env.disk.write(`${dir}/${CLEAN_SHUTDOWN_MARKER}`, EMPTY_FILE, { flush: true });
}
