/** A process: a program, its state while it lives, and what stays when it dies (its volume, its log lines). */
import { emptyList, type AppendList } from './append-list.ts';
import type { Item, ItemId } from './agenda.ts';
import type { LogFile } from './log-files.ts';
import type { LogLine, Micros } from './program.ts';

export interface StampedLine extends LogLine {
  readonly at: Micros;
  /** The item during which it was printed. */
  readonly item: ItemId;
  readonly pid: number;
}

export interface Timer {
  readonly name: string;
  readonly at: Micros;
  readonly sequence: number;
}

export type ProcessStatus = 'notStarted' | 'running' | 'paused' | 'dead';

export interface ProcessDescription {
  readonly name: string;
  /** Key of the table of programs. */
  readonly program: string;
  readonly host: string;
  /** Its files; the process's own name if left out. */
  readonly volume?: string;
  readonly config: unknown;
  /** Who is told what it prints and that it ended: the terminal it was started at. Without one, what it prints is lost. */
  readonly parent?: string;
  /** Who is told of its end besides. */
  readonly overseer?: string;
  /** Directories that lie elsewhere: a container's volumes. */
  readonly mounts?: readonly { readonly at: string; readonly volume: string; readonly path: string }[];
  /** What `ps` shows; the program's name if left out. */
  readonly commandLine?: string;
  /** Files of its host to which its log lines are written as well. */
  readonly logFiles?: readonly LogFile[];
}

/** What a process sees at and below `at` is what the volume holds at and below `path`. */
export interface Mount {
  readonly at: string;
  readonly volume: number;
  readonly path: string;
}

export interface Process {
  readonly name: string;
  readonly program: string;
  readonly host: string;
  readonly parent?: string;
  readonly overseer?: string;
  readonly commandLine?: string;
  readonly logFiles?: readonly LogFile[];
  readonly volume: number;
  readonly mounts?: readonly Mount[];
  /** Files it holds locked while it lives, by volume and path. */
  readonly locks?: readonly string[];
  readonly config: unknown;
  readonly status: ProcessStatus;
  readonly pid: number;
  /** Counts starts: what was meant for an earlier life does not reach a later one. */
  readonly incarnation: number;
  readonly state: unknown;
  readonly timers: readonly Timer[];
  readonly lines: AppendList<StampedLine>;
  /** What arrived while it was paused, in order. */
  readonly held: readonly Item[];
  readonly exitCode: number | null;
  readonly startedAt: Micros | null;
  readonly endedAt: Micros | null;
}

/** The mount a path lies under, the innermost first; undefined: it lies on the process's own volume. */
export function mountOf(mounts: readonly Mount[] | undefined, path: string): Mount | undefined {
  if (mounts === undefined) return undefined;
  let found: Mount | undefined;
  for (const mount of mounts) {
    if (mount.at.length > (found?.at.length ?? -1) && (path === mount.at || path.startsWith(`${mount.at}/`))) found = mount;
  }
  return found;
}

/** Where a path of the process stands on the volume it lies on. */
export function placeOnVolume(mount: Mount | undefined, path: string): string {
  return mount === undefined ? path : mount.path + path.slice(mount.at.length);
}

/** `volumeOf` gives a volume's place by its name. */
export function newProcess(description: ProcessDescription, volumeOf: (name: string) => number): Process {
  return {
    name: description.name,
    program: description.program,
    host: description.host,
    ...(description.parent === undefined ? {} : { parent: description.parent }),
    ...(description.overseer === undefined ? {} : { overseer: description.overseer }),
    ...(description.commandLine === undefined ? {} : { commandLine: description.commandLine }),
    ...(description.logFiles === undefined ? {} : { logFiles: description.logFiles }),
    volume: volumeOf(description.volume ?? description.name),
    ...(description.mounts === undefined ? {} : { mounts: description.mounts.map(({ at, volume, path }) => ({ at, volume: volumeOf(volume), path })) }),
    config: description.config,
    status: 'notStarted',
    pid: 0,
    incarnation: 0,
    state: null,
    timers: [],
    lines: emptyList(),
    held: [],
    exitCode: null,
    startedAt: null,
    endedAt: null,
  };
}
