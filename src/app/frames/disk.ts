/** What a broker's disk holds, read without its process: the logs of a dead broker are still there. */
import { at, emptyList, last, listOf, toArray, type AppendList } from '../../kernel/append-list.ts';
import { list, read, type Volume } from '../../kernel/disk.ts';
import type { World } from '../../kernel/world.ts';
import { baseOffset, lastOffset, partitionLeaderEpoch } from '../../kafka/log/record-batch.ts';
import { HIGH_WATERMARK_CHECKPOINT, linesOf, LOG_START_OFFSET_CHECKPOINT, parseOffsetCheckpoint, RECOVERY_POINT_CHECKPOINT } from '../../kafka/log/checkpoints.ts';
import type { EpochEntry } from '../../kafka/log/epochs.ts';
import type { Log } from '../../kafka/log/log.ts';
import { decodeOffsetIndexEntry } from '../../kafka/log/offset-index.ts';
import { emptySegment, INDEX_SUFFIX, restoredSegment, TIME_INDEX_SUFFIX, TRANSACTION_INDEX_SUFFIX } from '../../kafka/log/segment.ts';
import { decodeTransactionIndex } from '../../kafka/log/transaction-index.ts';
import { decodeTimeIndexEntry } from '../../kafka/log/time-index.ts';
import { nameOf } from '../../kafka/topic-partition.ts';

export interface DiskReplica {
  readonly logDir: string;
  readonly logStart: number;
  readonly logEnd: number;
  /** As it was written down last, every five seconds or when the broker stopped; 0: never. */
  readonly highWatermark: number;
  readonly epochs: readonly EpochEntry[];
  /** Base offset of each segment file with its batches, ascending. */
  readonly files: readonly { readonly base: number; readonly batches: AppendList<Uint8Array> }[];
}

const cache = new WeakMap<object, Map<string, DiskReplica | undefined>>();

/** The directories of a broker's `log.dirs`. */
export function logDirsOf(config: unknown): readonly string[] {
  const { properties } = config as { readonly properties: string };
  return (/^log\.dirs=(.*)$/m.exec(properties)?.[1] ?? '/tmp/kafka-logs').split(',').map((dir) => dir.trim());
}

/** A partition's log as its files hold it; undefined: no such directory. */
export function diskReplica(world: World, broker: string, name: string): DiskReplica | undefined {
  const process = world.processes.find((one) => one.name === broker);
  const volume = process === undefined ? undefined : world.volumes[process.volume];
  if (!process || !volume) return undefined;
  let known = cache.get(volume.files);
  if (!known) {
    known = new Map();
    cache.set(volume.files, known);
  }
  if (known.has(name)) return known.get(name);
  const dirs = logDirsOf(process.config);
  const logDir = dirs.find((dir) => list(volume, `${dir}/${name}`).length > 0) ?? dirs[0]!;
  const directory = `${logDir}/${name}`;
  const logs = list(volume, directory).filter((file) => file.endsWith('.log'));
  let found: DiskReplica | undefined;
  if (logs.length > 0) {
    const files = logs.map((file) => ({
      base: Number(file.slice(0, -4)),
      batches: (read(volume, `${directory}/${file}`)?.entries ?? { full: [], tail: [], length: 0 }) as AppendList<Uint8Array>,
    }));
    let logEnd = files[files.length - 1]!.base;
    for (const { batches } of files) {
      const newest = last(batches);
      if (newest) logEnd = Math.max(logEnd, lastOffset(newest) + 1);
    }
    found = { logDir, logStart: files[0]!.base, logEnd, highWatermark: Math.min(logEnd, checkpointed(volume, logDir, HIGH_WATERMARK_CHECKPOINT, name) ?? 0), epochs: epochsOf(files.map((file) => file.batches)), files };
  }
  known.set(name, found);
  return found;
}

function checkpointed(volume: Volume, logDir: string, file: string, name: string): number | undefined {
  const path = `${logDir}/${file}`;
  const content = read(volume, path);
  const parsed = content === undefined ? undefined : parseOffsetCheckpoint(linesOf(content), path);
  return parsed === undefined || 'error' in parsed ? undefined : parsed.entries.find((entry) => nameOf(entry) === name)?.offset;
}

export type StoredLog = Pick<Log, 'directory' | 'segments' | 'logStartOffset' | 'logEndOffset' | 'recoveryPoint'>;

const stored = new WeakMap<DiskReplica, StoredLog>();

/** The same with its indexes, as a broker would find it that starts. */
export function storedLog(world: World, broker: string, name: string): StoredLog | undefined {
  const replica = diskReplica(world, broker, name);
  const known = replica && stored.get(replica);
  if (replica === undefined || known !== undefined) return known;
  const volume = world.volumes[world.processes.find((one) => one.name === broker)!.volume]!;
  const directory = `${replica.logDir}/${name}`;
  const entries = (path: string): readonly Uint8Array[] => toArray(read(volume, path)?.entries ?? emptyList()).filter((entry) => entry instanceof Uint8Array);
  const segments = replica.files.map(({ base, batches }) => {
    const empty = emptySegment(directory, base, { nowMs: 0, rollJitterMs: 0 });
    const offsets = entries(empty.path + INDEX_SUFFIX).map((entry) => decodeOffsetIndexEntry(entry, base));
    const times = entries(empty.path + TIME_INDEX_SUFFIX).map((entry) => decodeTimeIndexEntry(entry, base));
    const aborted = decodeTransactionIndex(read(volume, empty.path + TRANSACTION_INDEX_SUFFIX)?.entries as AppendList<Uint8Array> ?? emptyList());
    return restoredSegment(empty, batches, listOf(offsets), listOf(times), aborted);
  });
  const found: StoredLog = {
    directory,
    segments,
    logStartOffset: Math.max(replica.logStart, checkpointed(volume, replica.logDir, LOG_START_OFFSET_CHECKPOINT, name) ?? 0),
    logEndOffset: replica.logEnd,
    recoveryPoint: checkpointed(volume, replica.logDir, RECOVERY_POINT_CHECKPOINT, name) ?? 0,
  };
  stored.set(replica, found);
  return found;
}

/** Where each epoch begins, from the batches themselves: binary steps over the epochs, since they only grow. */
function epochsOf(lists: readonly AppendList<Uint8Array>[]): readonly EpochEntry[] {
  const epochs: EpochEntry[] = [];
  for (const batches of lists) {
    let index = 0;
    while (index < batches.length) {
      const batch = at(batches, index)!;
      const epoch = partitionLeaderEpoch(batch);
      if (epochs[epochs.length - 1]?.epoch !== epoch) epochs.push({ epoch, startOffset: baseOffset(batch) });
      let low = index + 1;
      let high = batches.length;
      while (low < high) {
        const middle = (low + high) >>> 1;
        if (partitionLeaderEpoch(at(batches, middle)!) > epoch) high = middle;
        else low = middle + 1;
      }
      index = low;
    }
  }
  return epochs;
}
