/**
 * The small text files of a log directory: offset checkpoints (`CheckpointFile`), `leader-epoch-checkpoint`,
 * `meta.properties` and the marker of a clean shutdown. A text file's entries are its lines.
 */
import { listOf, values } from '../../kernel/append-list.ts';
import { EMPTY_FILE } from '../../kernel/disk.ts';
import type { Disk, DiskResult, FileContent } from '../../kernel/program.ts';
import type { TopicPartition } from '../topic-partition.ts';
import type { EpochEntry, Epochs } from './epochs.ts';

export const RECOVERY_POINT_CHECKPOINT = 'recovery-point-offset-checkpoint';
export const LOG_START_OFFSET_CHECKPOINT = 'log-start-offset-checkpoint';
export const HIGH_WATERMARK_CHECKPOINT = 'replication-offset-checkpoint';
export const CLEANER_CHECKPOINT = 'cleaner-offset-checkpoint';
export const LEADER_EPOCH_CHECKPOINT = 'leader-epoch-checkpoint';
export const META_PROPERTIES = 'meta.properties';
/** Written at the very end of a clean shutdown, removed once the logs are loaded. */
export const CLEAN_SHUTDOWN_MARKER = '.kafka_cleanshutdown';

/** Lines of ASCII text, each ended by a newline. */
export function textFile(lines: readonly string[]): FileContent<string> {
  return { entries: listOf(lines), bytes: lines.reduce((sum, line) => sum + line.length + 1, 0) };
}

export function linesOf(content: FileContent): readonly string[] {
  return [...values(content.entries)].map(String);
}

export interface CheckpointedOffset extends TopicPartition {
  readonly offset: number;
}

/** What cannot be read has the real exception's message. */
export type Read<T> = { readonly entries: readonly T[] } | { readonly error: string };

function checkpointLines(lines: readonly string[]): readonly string[] {
  return ['0', String(lines.length), ...lines];
}

function parseCheckpoint<T>(lines: readonly string[], path: string, parse: (words: readonly string[]) => T | undefined): Read<T> {
  const version = lines[0];
  // A file of length zero is a checkpoint nobody has written yet.
  if (version === undefined) return { entries: [] };
  if (!isWhole(version)) return { error: `Malformed line in checkpoint file (${path}): ${version}'` };
  if (version !== '0') return { error: `Unrecognized version of the checkpoint file (${path}): ${version}` };
  const expected = lines[1] ?? '';
  if (!isWhole(expected)) return { error: `Malformed line in checkpoint file (${path}): ${expected}'` };
  const entries: T[] = [];
  for (const line of lines.slice(2)) {
    const entry = parse(line.split(' '));
    if (entry === undefined) return { error: `Malformed line in checkpoint file (${path}): ${line}'` };
    entries.push(entry);
  }
  if (entries.length !== Number(expected)) {
    return { error: `Expected ${expected} entries in checkpoint file (${path}), but found only ${entries.length}` };
  }
  return { entries };
}

function isWhole(word: string | undefined): word is string {
  return word !== undefined && word !== '' && [...word].every((digit) => digit >= '0' && digit <= '9');
}

export function offsetCheckpointLines(offsets: readonly CheckpointedOffset[]): readonly string[] {
  return checkpointLines(offsets.map((entry) => `${entry.topic} ${entry.partition} ${entry.offset}`));
}

export function parseOffsetCheckpoint(lines: readonly string[], path: string): Read<CheckpointedOffset> {
  return parseCheckpoint(lines, path, ([topic, partition, offset, more]) =>
    topic !== undefined && isWhole(partition) && isWhole(offset) && more === undefined
      ? { topic, partition: Number(partition), offset: Number(offset) }
      : undefined,
  );
}

export function epochCheckpointLines(epochs: Epochs): readonly string[] {
  return checkpointLines(epochs.map((entry) => `${entry.epoch} ${entry.startOffset}`));
}

export function parseEpochCheckpoint(lines: readonly string[], path: string): Read<EpochEntry> {
  return parseCheckpoint(lines, path, ([epoch, startOffset, more]) =>
    isWhole(epoch) && isWhole(startOffset) && more === undefined ? { epoch: Number(epoch), startOffset: Number(startOffset) } : undefined,
  );
}

/** A file that is not there reads as one without entries. */
export function readOffsetCheckpoint(disk: Disk, path: string): Read<CheckpointedOffset> {
  const content = disk.read(path);
  return content ? parseOffsetCheckpoint(linesOf(content), path) : { entries: [] };
}

/** The real one makes its file as soon as there is somebody who will write it. */
export function makeOffsetCheckpoint(disk: Disk, path: string): void {
  if (!disk.exists(path)) disk.write(path, EMPTY_FILE);
}

/** Durable at once: the real file is written aside, fsynced and renamed. */
export function writeOffsetCheckpoint(disk: Disk, path: string, offsets: readonly CheckpointedOffset[]): DiskResult {
  return disk.write(path, textFile(offsetCheckpointLines(offsets)), { flush: true });
}

/** `date` is the text of the comment's second line, as Java's `Properties.store` prints it. */
export function metaPropertiesLines(brokerId: number, date: string): readonly string[] {
  return ['#', `#${date}`, `broker.id=${brokerId}`, 'version=0'];
}

export function parseMetaProperties(lines: readonly string[]): { readonly brokerId: number } | undefined {
  const line = lines.find((candidate) => candidate.startsWith('broker.id='));
  const id = line?.slice('broker.id='.length);
  return isWhole(id) ? { brokerId: Number(id) } : undefined;
}
