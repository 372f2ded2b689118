/**
 * Files of one volume. What a process wrote and what reached the platter are kept apart: kill -9 loses nothing written,
 * a power loss keeps what was flushed, by the process or by the operating system's own write-back (30 s old at least).
 */
import { emptyList, push, startsWith, truncate } from './append-list.ts';
import type { DiskResult, FileContent, Micros } from './program.ts';

/** Linux writes dirty pages back when they are 30 s old (vm.dirty_expire_centisecs = 3000). */
const WRITE_BACK_AGE: Micros = 30_000_000;

export interface File {
  readonly content: FileContent;
  /** What a power loss leaves; null: the file is not on the platter at all. */
  readonly durable: FileContent | null;
  /** What the operating system will have written back once it is old enough. */
  readonly dirty: { readonly content: FileContent; readonly since: Micros } | null;
  readonly modifiedAt: Micros;
  /** Permission bits, where somebody set them. */
  readonly mode?: number;
}

export interface Volume {
  readonly name: string;
  /** Aligned with `files`, sorted. A directory is a path that ends in `/`. */
  readonly paths: readonly string[];
  readonly files: readonly File[];
  readonly capacityBytes: number | null;
  readonly usedBytes: number;
  /** How many times slower than usual a flush is. */
  readonly slowness: number;
  /** Directories that answer with an I/O error. */
  readonly failed: readonly string[];
}

export function emptyVolume(name: string): Volume {
  return { name, paths: [], files: [], capacityBytes: null, usedBytes: 0, slowness: 1, failed: [] };
}

export const EMPTY_FILE: FileContent<never> = { entries: emptyList(), bytes: 0 };
const indexes = new WeakMap<readonly string[], Map<string, number>>();

function indexOf(volume: Volume, path: string): number {
  let index = indexes.get(volume.paths);
  if (!index) {
    index = new Map(volume.paths.map((known, i) => [known, i]));
    indexes.set(volume.paths, index);
  }
  return index.get(path) ?? -1;
}

export function read(volume: Volume, path: string): FileContent | undefined {
  const index = indexOf(volume, path);
  return index < 0 || path.endsWith('/') ? undefined : volume.files[index]!.content;
}

export function fileOf(volume: Volume, path: string): File | undefined {
  const index = indexOf(volume, path);
  return index < 0 ? undefined : volume.files[index];
}

export function exists(volume: Volume, path: string): boolean {
  if (indexOf(volume, path) >= 0) return true;
  const directory = path.endsWith('/') ? path : path + '/';
  return volume.paths.some((known) => known.startsWith(directory));
}

export function list(volume: Volume, directory: string): readonly string[] {
  const prefix = directory.endsWith('/') ? directory : directory + '/';
  const names = new Set<string>();
  for (const path of volume.paths) {
    if (!path.startsWith(prefix) || path.length === prefix.length) continue;
    const rest = path.slice(prefix.length);
    const slash = rest.indexOf('/');
    names.add(slash < 0 ? rest : rest.slice(0, slash));
  }
  return [...names].sort(byCodeUnit);
}

function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** True if a path is in a directory that answers with an I/O error. */
export function hasFailed(volume: Volume, path: string): boolean {
  return volume.failed.some((directory) => path === directory || path.startsWith(directory.endsWith('/') ? directory : directory + '/'));
}

function withFile(volume: Volume, path: string, file: File): Volume {
  const index = indexOf(volume, path);
  if (index >= 0) {
    const files = volume.files.slice();
    const grown = file.content.bytes - files[index]!.content.bytes;
    files[index] = file;
    return { ...volume, files, usedBytes: volume.usedBytes + grown };
  }
  let place = 0;
  while (place < volume.paths.length && volume.paths[place]! < path) place++;
  const paths = volume.paths.slice();
  const files = volume.files.slice();
  paths.splice(place, 0, path);
  files.splice(place, 0, file);
  return { ...volume, paths, files, usedBytes: volume.usedBytes + file.content.bytes };
}

function rewritten(file: File | undefined, content: FileContent, now: Micros): File {
  if (!file) return { content, durable: null, dirty: { content, since: now }, modifiedAt: now };
  const { dirty } = file;
  if (dirty === null) return { ...file, content, dirty: { content, since: now }, modifiedAt: now };
  if (now - dirty.since >= WRITE_BACK_AGE) return { ...file, content, durable: dirty.content, dirty: { content, since: now }, modifiedAt: now };
  return { ...file, content, modifiedAt: now };
}

export interface Outcome {
  readonly volume: Volume;
  readonly result: DiskResult;
}

export function append(volume: Volume, path: string, entry: unknown, bytes: number, now: Micros): Outcome {
  if (volume.failed.length > 0 && hasFailed(volume, path)) return { volume, result: 'failed' };
  if (volume.capacityBytes !== null && volume.usedBytes + bytes > volume.capacityBytes) return { volume, result: 'full' };
  const index = indexOf(volume, path);
  const file = index < 0 ? undefined : volume.files[index]!;
  const before = file?.content ?? EMPTY_FILE;
  const content: FileContent = { entries: push(before.entries, entry), bytes: before.bytes + bytes };
  return { volume: withFile(volume, path, rewritten(file, content, now)), result: 'ok' };
}

export function write(volume: Volume, path: string, content: FileContent, flush: boolean, now: Micros): Outcome {
  if (volume.failed.length > 0 && hasFailed(volume, path)) return { volume, result: 'failed' };
  const index = indexOf(volume, path);
  const file = index < 0 ? undefined : volume.files[index]!;
  if (volume.capacityBytes !== null && volume.usedBytes - (file?.content.bytes ?? 0) + content.bytes > volume.capacityBytes) {
    return { volume, result: 'full' };
  }
  const next: File = flush ? { ...file, content, durable: content, dirty: null, modifiedAt: now } : rewritten(file, content, now);
  return { volume: withFile(volume, path, next), result: 'ok' };
}

export function truncateFile(volume: Volume, path: string, entries: number, bytes: number, now: Micros): Outcome {
  if (volume.failed.length > 0 && hasFailed(volume, path)) return { volume, result: 'failed' };
  const index = indexOf(volume, path);
  if (index < 0) return { volume, result: 'ok' };
  const file = volume.files[index]!;
  const content: FileContent = { entries: truncate(file.content.entries, entries), bytes };
  // What is cut off cannot come back from the platter: file systems journal the new length.
  const cut = (known: FileContent): FileContent => (known.bytes > bytes ? content : known);
  const next = rewritten(file, content, now);
  return {
    volume: withFile(volume, path, {
      ...next,
      content,
      durable: next.durable === null ? null : cut(next.durable),
      dirty: next.dirty === null ? null : { content: cut(next.dirty.content), since: next.dirty.since },
    }),
    result: 'ok',
  };
}

export function makeDirectory(volume: Volume, path: string, now: Micros): Outcome {
  if (hasFailed(volume, path)) return { volume, result: 'failed' };
  const directory = path.endsWith('/') ? path : path + '/';
  if (indexOf(volume, directory) >= 0) return { volume, result: 'ok' };
  return { volume: withFile(volume, directory, { content: EMPTY_FILE, durable: EMPTY_FILE, dirty: null, modifiedAt: now }), result: 'ok' };
}

/** A file, or a directory with everything in it. */
export function removePath(volume: Volume, path: string): Outcome {
  if (hasFailed(volume, path)) return { volume, result: 'failed' };
  const directory = path.endsWith('/') ? path : path + '/';
  const kept = (known: string): boolean => known !== path && !known.startsWith(directory);
  const paths: string[] = [];
  const files: File[] = [];
  let usedBytes = 0;
  for (const [i, known] of volume.paths.entries()) {
    if (!kept(known)) continue;
    paths.push(known);
    files.push(volume.files[i]!);
    usedBytes += volume.files[i]!.content.bytes;
  }
  return { volume: { ...volume, paths, files, usedBytes }, result: 'ok' };
}

/** Renaming is journalled: it survives a power loss, with whatever content was flushed. */
export function renamePath(volume: Volume, from: string, to: string): Outcome {
  if (hasFailed(volume, from) || hasFailed(volume, to)) return { volume, result: 'failed' };
  const fromDirectory = from.endsWith('/') ? from : from + '/';
  const toDirectory = to.endsWith('/') ? to : to + '/';
  const moved: { path: string; file: File }[] = [];
  for (const [i, path] of volume.paths.entries()) {
    const file = volume.files[i]!;
    if (path === from) moved.push({ path: to, file });
    else if (path.startsWith(fromDirectory)) moved.push({ path: toDirectory + path.slice(fromDirectory.length), file });
    else if (path !== to) moved.push({ path, file });
  }
  moved.sort((a, b) => byCodeUnit(a.path, b.path));
  return {
    volume: {
      ...volume,
      paths: moved.map((entry) => entry.path),
      files: moved.map((entry) => entry.file),
      usedBytes: moved.reduce((sum, entry) => sum + entry.file.content.bytes, 0),
    },
    result: 'ok',
  };
}

export function markDurable(volume: Volume, path: string, content: FileContent): Volume {
  const index = indexOf(volume, path);
  if (index < 0) return volume;
  const file = volume.files[index]!;
  // A truncation after the flush was asked for has already cut the platter's copy.
  const asked = content.bytes <= file.content.bytes ? content : file.content;
  // A flush that was asked for later may have ended earlier.
  const durable = file.durable !== null && startsWith(file.durable.entries, asked.entries) ? file.durable : asked;
  return withFile(volume, path, { ...file, durable, dirty: durable.bytes === file.content.bytes ? null : file.dirty });
}

/** What is left of a volume when its host loses power. */
export function afterPowerLoss(volume: Volume, now: Micros): Volume {
  const paths: string[] = [];
  const files: File[] = [];
  let usedBytes = 0;
  for (const [i, path] of volume.paths.entries()) {
    const file = volume.files[i]!;
    const writtenBack = file.dirty !== null && now - file.dirty.since >= WRITE_BACK_AGE;
    const left = writtenBack ? file.dirty!.content : file.durable;
    if (left === null) continue;
    paths.push(path);
    files.push({ ...file, content: left, durable: left, dirty: null });
    usedBytes += left.bytes;
  }
  return { ...volume, paths, files, usedBytes };
}

export function setAttributes(volume: Volume, path: string, change: Partial<Pick<File, 'mode' | 'modifiedAt'>>): Volume {
  const index = indexOf(volume, path);
  if (index < 0) return volume;
  const file = volume.files[index]!;
  const mode = change.mode ?? file.mode;
  return withFile(volume, path, { ...file, modifiedAt: change.modifiedAt ?? file.modifiedAt, ...(mode === undefined ? {} : { mode }) });
}

/** What somebody does to a file by hand. */
export type FileEdit =
  | { readonly type: 'write'; readonly path: string; readonly content: FileContent }
  | { readonly type: 'append'; readonly path: string; readonly entry: unknown; readonly bytes: number }
  | { readonly type: 'makeDirectory'; readonly path: string }
  | { readonly type: 'remove'; readonly path: string }
  | { readonly type: 'rename'; readonly from: string; readonly to: string }
  /** Permission bits, as chmod sets them, and the time of the last change, as touch does. */
  | { readonly type: 'attributes'; readonly path: string; readonly mode?: number; readonly modifiedAt?: Micros };

export function edited(volume: Volume, edit: FileEdit, now: Micros): Volume {
  switch (edit.type) {
    case 'write':
      return write(volume, edit.path, edit.content, false, now).volume;
    case 'append':
      return append(volume, edit.path, edit.entry, edit.bytes, now).volume;
    case 'makeDirectory':
      return makeDirectory(volume, edit.path, now).volume;
    case 'remove':
      return removePath(volume, edit.path).volume;
    case 'rename':
      return renamePath(volume, edit.from, edit.to).volume;
    case 'attributes':
      return setAttributes(volume, edit.path, edit);
  }
}
