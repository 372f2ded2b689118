/**
 * One machine's files over the volumes of the world, as paths of that machine: a mount table says which volume a path lies on. It is a value:
 * `with` gives the tree after some edits, so that what one command writes the next step of the same moment reads.
 */
import * as disk from '../../kernel/disk.ts';
import type { File, Volume } from '../../kernel/disk.ts';
import { mountOf, placeOnVolume, type Mount } from '../../kernel/process.ts';
import type { FileContent, Micros } from '../../kernel/program.ts';
import type { KernelAction, World } from '../../kernel/world.ts';
import { contentOf, textOf } from './text.ts';

export type FileEdits = Extract<KernelAction, { readonly type: 'files' }>;
type Edit = FileEdits['edits'][number];

export interface Stat {
  readonly path: string;
  readonly isDirectory: boolean;
  readonly bytes: number;
  readonly mode: number;
  readonly modifiedAt: Micros;
}

const DIRECTORY_MODE = 0o755;
const FILE_MODE = 0o644;
/** What an empty directory of ext4 takes. */
export const DIRECTORY_BYTES = 4_096;

/** `a/./b/../c` from a directory as an absolute path without dots. */
export function resolvePath(from: string, path: string): string {
  const parts: string[] = [];
  for (const part of (path.startsWith('/') ? path : `${from}/${path}`).split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}

export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

export function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/';
}

export class FileTree {
  private constructor(
    private readonly volumes: readonly Volume[],
    private readonly root: number,
    private readonly mounts: readonly Mount[],
    private readonly now: Micros,
  ) {}

  /** `root`: the name of the volume at `/`; one that the world does not have is empty. */
  static of(world: World, root: string, mounts: readonly Mount[], now: Micros): FileTree {
    const place = world.volumes.findIndex((volume) => volume.name === root);
    return place >= 0
      ? new FileTree(world.volumes, place, mounts, now)
      : new FileTree([...world.volumes, disk.emptyVolume(root)], world.volumes.length, mounts, now);
  }

  private place(path: string): { readonly volume: Volume; readonly inside: string } {
    const mount = mountOf(this.mounts, path);
    return { volume: this.volumes[mount?.volume ?? this.root]!, inside: placeOnVolume(mount, path) };
  }

  /** The volume a path lies on, for `df`. */
  volumeOf(path: string): Volume {
    return this.place(path).volume;
  }

  get mountTable(): readonly { readonly at: string; readonly volume: Volume }[] {
    return [{ at: '/', volume: this.volumes[this.root]! }, ...this.mounts.map(({ at, volume }) => ({ at, volume: this.volumes[volume]! }))];
  }

  private file(path: string): File | undefined {
    const { volume, inside } = this.place(path);
    return disk.fileOf(volume, inside);
  }

  stat(path: string): Stat | undefined {
    const content = this.content(path);
    if (content !== undefined) {
      const file = this.file(path)!;
      return { path, isDirectory: false, bytes: content.bytes, mode: file.mode ?? FILE_MODE, modifiedAt: file.modifiedAt };
    }
    if (!this.isDirectory(path)) return undefined;
    const marker = this.file(path === '/' ? '/' : `${path}/`);
    return { path, isDirectory: true, bytes: DIRECTORY_BYTES, mode: marker?.mode ?? DIRECTORY_MODE, modifiedAt: marker?.modifiedAt ?? 0 };
  }

  isDirectory(path: string): boolean {
    if (path === '/' || this.mounts.some(({ at }) => at === path || at.startsWith(`${path}/`))) return true;
    const { volume, inside } = this.place(path);
    return disk.exists(volume, inside) && disk.read(volume, inside) === undefined;
  }

  exists(path: string): boolean {
    return this.content(path) !== undefined || this.isDirectory(path);
  }

  /** Names inside a directory, sorted by their characters' numbers. */
  list(directory: string): readonly string[] {
    const { volume, inside } = this.place(directory);
    const names = new Set(disk.list(volume, inside));
    const prefix = directory === '/' ? '/' : `${directory}/`;
    for (const { at } of this.mounts) if (at.startsWith(prefix)) names.add(at.slice(prefix.length).split('/')[0]!);
    return [...names].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  }

  content(path: string): FileContent | undefined {
    const { volume, inside } = this.place(path);
    return disk.read(volume, inside);
  }

  text(path: string): string | undefined {
    const content = this.content(path);
    return content === undefined ? undefined : textOf(content);
  }

  /** Every path at and below one, itself first, parents before their children. */
  walk(path: string): readonly Stat[] {
    const stat = this.stat(path);
    if (stat === undefined) return [];
    if (!stat.isDirectory) return [stat];
    return [stat, ...this.list(path).flatMap((name) => this.walk(path === '/' ? `/${name}` : `${path}/${name}`))];
  }

  /** Of all files at and below a path. */
  bytesBelow(path: string): number {
    return this.walk(path).reduce((sum, { bytes, isDirectory }) => sum + (isDirectory ? 0 : bytes), 0);
  }

  /** The same volumes as another host sees them: its own one at `/`, and some directories of this host's own. */
  seenFrom(root: string, binds: readonly { readonly at: string; readonly path: string }[]): FileTree {
    const mounts = binds.map(({ at, path }) => ({ at, path, volume: this.root }));
    const place = this.volumes.findIndex(({ name }) => name === root);
    return place >= 0 ? new FileTree(this.volumes, place, mounts, this.now) : new FileTree([...this.volumes, disk.emptyVolume(root)], this.volumes.length, mounts, this.now);
  }

  edit(path: string, edit: (inside: string) => Edit): FileEdits {
    const { volume, inside } = this.place(path);
    return { type: 'files', volume: volume.name, edits: [edit(inside)] };
  }

  write(path: string, text: string): FileEdits {
    return this.edit(path, (inside) => ({ type: 'write', path: inside, content: contentOf(text) }));
  }

  append(path: string, text: string): FileEdits {
    return this.write(path, (this.text(path) ?? '') + text);
  }

  makeDirectory(path: string): FileEdits {
    return this.edit(path, (inside) => ({ type: 'makeDirectory', path: inside }));
  }

  remove(path: string): FileEdits {
    return this.edit(path, (inside) => ({ type: 'remove', path: inside }));
  }

  /** Within one volume at once; from one to another by copying. */
  move(from: string, to: string): readonly FileEdits[] {
    const source = this.place(from);
    const target = this.place(to);
    if (source.volume !== target.volume) return [...this.copy(from, to), this.remove(from)];
    return [{ type: 'files', volume: source.volume.name, edits: [{ type: 'rename', from: source.inside, to: target.inside }] }];
  }

  copy(from: string, to: string): readonly FileEdits[] {
    return this.walk(from).flatMap(({ path, isDirectory, mode }) => {
      const target = to + path.slice(from.length);
      if (isDirectory) return [this.makeDirectory(target)];
      const written = this.edit(target, (inside) => ({ type: 'write', path: inside, content: this.content(path)! }));
      return mode === FILE_MODE ? [written] : [written, this.edit(target, (inside) => ({ type: 'attributes', path: inside, mode }))];
    });
  }

  /** Why something cannot be written there: no space, or the directory is bad. */
  refusal(path: string, bytes: number): 'full' | 'failed' | undefined {
    const { volume, inside } = this.place(path);
    const { result } = disk.write(volume, inside, { entries: contentOf('').entries, bytes }, false, this.now);
    return result === 'ok' ? undefined : result;
  }

  /** The tree after these edits; what is no edit of files is passed over. */
  with(actions: readonly KernelAction[]): FileTree {
    let volumes: Volume[] | undefined;
    for (const action of actions) {
      if (action.type !== 'files') continue;
      volumes ??= this.volumes.slice();
      const place = volumes.findIndex(({ name }) => name === action.volume);
      if (place < 0) continue;
      for (const edit of action.edits) volumes[place] = disk.edited(volumes[place]!, edit, this.now);
    }
    return volumes === undefined ? this : new FileTree(volumes, this.root, this.mounts, this.now);
  }
}
