/**
 * A log directory that cannot be used any more (LogDirFailureChannel, ReplicaManager.handleLogDirFailure, LogManager.handleLogDirFailure).
 * What a process could not write or read puts the whole directory offline until the process is started again; without
 * any directory left it halts. A full disk is an I/O error like any other.
 */
import type { DiskError, Env } from '../../kernel/program.ts';
import { CLEAN_SHUTDOWN_MARKER, LOG_START_OFFSET_CHECKPOINT, META_PROPERTIES, RECOVERY_POINT_CHECKPOINT } from '../log/checkpoints.ts';
import { removeFromFetchers } from './fetcher.ts';
import { liveLogDirs } from './log-dirs.ts';
import { advance } from './partition.ts';
import { fact, say, setPartition, type Draft } from './state.ts';
import { startTask } from './zookeeper.ts';

const LOG_MANAGER = 'kafka.log.LogManager';
const REPLICA_MANAGER = 'kafka.server.ReplicaManager';

/** Takes the directories offline in which something has failed during this event; true if there was one. */
export function handleDiskErrors(b: Draft, env: Env, isRunning: boolean): boolean {
  let found = false;
  for (const error of env.diskErrors) {
    const dir = liveLogDirs(b).find((one) => error.path === one || error.path.startsWith(`${one}/`));
    if (dir === undefined) continue;
    found = true;
    const exception = error.result === 'full' ? 'java.io.IOException: No space left on device' : 'java.io.IOException: Input/output error';
    env.log({ level: 'ERROR', file: 'server', text: `${doing(dir, error)} (kafka.server.LogDirFailureChannel)\n${exception}` });
    takeOffline(b, env, dir, isRunning);
  }
  return found;
}

/** What the real broker says it was doing with this file. */
function doing(dir: string, { path }: DiskError): string {
  const [file = '', inside] = path.slice(dir.length + 1).split('/');
  if (inside === undefined) {
    switch (file) {
      case META_PROPERTIES:
        return `Fail to read ${META_PROPERTIES} under log directory ${dir}`;
      case CLEAN_SHUTDOWN_MARKER:
        return `Error while deleting the clean shutdown file in dir ${dir}`;
      case RECOVERY_POINT_CHECKPOINT:
        return `Disk error while writing to recovery point file in directory ${dir}`;
      case LOG_START_OFFSET_CHECKPOINT:
        return `Disk error while writing to logStartOffset file in directory ${dir}`;
      case '':
        return `Failed to create or validate data directory ${dir}`;
    }
  }
  if (path.endsWith('-checkpoint')) return `Error while writing to checkpoint file ${path}`;
  if (inside === undefined) return `Error while creating log for ${file} in dir ${dir}`;
  return `Error while appending records to ${file} in dir ${dir}`;
}

function takeOffline(b: Draft, env: Env, dir: string, isRunning: boolean): void {
  const name = `[ReplicaManager broker=${b.brokerId}]`;
  const places = b.partitions.flatMap(({ chart, log }, place) => (log.logDir === dir && chart.value !== 'none' && chart.value !== 'offline' ? [place] : []));
  const names = places.map((place) => b.partitions[place]!.name);
  if (isRunning) say(env, 'INFO', `${name} Stopping serving replicas in dir ${dir}`, REPLICA_MANAGER);
  removeFromFetchers(b, env, places);
  for (const place of places) {
    const partition = b.partitions[place]!;
    // A write of its ISR that is under way keeps its lock: who waits for it hears of the failure afterwards.
    setPartition(b, place, { ...partition, chart: advance(partition, { type: 'logDirFailed' }), isr: [], remotes: [], fetch: null });
  }
  if (isRunning) say(env, 'INFO', `${name} Broker ${b.brokerId} stopped fetcher for partitions ${names.join(',')} and stopped moving logs for partitions  because they are in the failed log directory ${dir}.`, REPLICA_MANAGER);
  say(env, 'INFO', `Stopping serving logs in dir ${dir}`, LOG_MANAGER);
  b.offlineLogDirs = [...b.offlineLogDirs, dir];
  fact(env, { type: 'logDirFailed', broker: b.brokerId, dir, partitions: names });
  if (liveLogDirs(b).length === 0) {
    const dirs = b.config.logDirs.join(', ');
    const last = isRunning ? `Shutdown broker because all log dirs in ${dirs} have failed` : `Shutdown broker because none of the specified log dirs from ${dirs} can be created or validated`;
    say(env, 'FATAL', last, LOG_MANAGER);
    fact(env, { type: 'brokerExited', broker: b.brokerId, code: 1, reason: last });
    // Runtime.halt: no shutdown, the session is left to expire.
    env.exit(1);
    return;
  }
  b.logs = Object.fromEntries(Object.entries(b.logs).filter(([, log]) => log.logDir !== dir));
  say(env, 'INFO', `Logs for partitions ${names.join(',')} are offline and logs for future partitions  are offline due to failure on log directory ${dir}`, LOG_MANAGER);
  if (!isRunning) return;
  startTask(b, env, 'propagateLogDirEvent', { brokerId: b.brokerId });
  say(env, 'INFO', `${name} Stopped serving replicas in dir ${dir}`, REPLICA_MANAGER);
}
