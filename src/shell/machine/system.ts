/** What a machine's kernel knows: whose files lie where, and which processes run, as `ps` and `ls` show them. */
import { machineOf } from '../../kernel/network.ts';
import type { Mount, Process, ProcessDescription } from '../../kernel/process.ts';
import type { World } from '../../kernel/world.ts';
import type { ServerState } from '../../zookeeper/server-state.ts';
import type { DataTree } from '../../zookeeper/tree.ts';
import { entryPoint } from './java.ts';

/** The volume at `/`: a machine's has its name, a container's that of the container. */
export function rootVolumeOf(world: World, host: string): string {
  return machineOf(world.network.hosts, host);
}

/** A container's volumes; on a machine the log directories of brokers that keep theirs apart. */
export function mountsOf(world: World, host: string): readonly Mount[] {
  const machine = machineOf(world.network.hosts, host);
  const mounts: Mount[] = [];
  for (const process of world.processes) {
    if (process.host === host && process.mounts) mounts.push(...process.mounts.filter(({ at }) => !mounts.some((known) => known.at === at)));
    if (process.program !== 'kafka-broker' || machineOf(world.network.hosts, process.host) !== machine) continue;
    if (world.volumes[process.volume]!.name === machine) continue;
    const directories = /^log\.dirs?=(.*)$/m.exec((process.config as { readonly properties: string }).properties)?.[1] ?? '';
    for (const directory of directories.split(',').map((one) => one.trim()).filter((one) => one.startsWith('/'))) {
      if (!mounts.some(({ at }) => at === directory)) mounts.push({ at: directory, volume: process.volume, path: directory });
    }
  }
  return mounts;
}

/** For the description of a process that is to see the files of its host. */
export function ownFiles(world: World, host: string): Required<Pick<ProcessDescription, 'volume' | 'mounts'>> {
  return { volume: rootVolumeOf(world, host), mounts: mountsOf(world, host).map((mount) => ({ ...mount, volume: world.volumes[mount.volume]!.name })) };
}

/** The newest tree that a running server has, whether it serves or not. */
export function newestTree(world: World): DataTree | undefined {
  const trees = world.processes.flatMap(({ program, state }) => (program === 'zookeeper-server' && state !== null ? [(state as ServerState).tree] : []));
  return trees.sort((a, b) => b.lastProcessedZxid - a.lastProcessedZxid)[0];
}

export interface SystemProcess {
  readonly pid: number;
  readonly ppid: number;
  readonly user: string;
  readonly commandLine: string;
  /** As `ps` writes it: `S` asleep, `T` stopped, with `s` for a session's leader, `l` for threads. */
  readonly stat: string;
  readonly tty: string;
  /** Kilobytes. */
  readonly virtualKb: number;
  readonly residentKb: number;
  readonly startedAt: number;
  /** Undefined: one of the system's own. */
  readonly process?: Process;
  /** The main class, of a Java program. */
  readonly javaClass?: string;
}

const SYSTEM: readonly Pick<SystemProcess, 'pid' | 'ppid' | 'commandLine' | 'virtualKb' | 'residentKb'>[] = [
  { pid: 1, ppid: 0, commandLine: '/usr/lib/systemd/systemd --switched-root --system --deserialize 22', virtualKb: 128_160, residentKb: 6_804 },
  { pid: 2, ppid: 0, commandLine: '[kthreadd]', virtualKb: 0, residentKb: 0 },
  { pid: 512, ppid: 1, commandLine: '/usr/lib/systemd/systemd-journald', virtualKb: 39_072, residentKb: 3_204 },
  { pid: 1_021, ppid: 1, commandLine: '/usr/libexec/gnome-terminal-server', virtualKb: 612_924, residentKb: 24_356 },
];
/** Whose children the shells are. */
const TERMINAL_SERVER = 1_021;

/** Whether a process runs on a machine, its containers included, or inside a container. */
function belongsTo(world: World, process: Process, host: string): boolean {
  const own = world.network.hosts.find(({ name }) => name === process.host);
  return process.host === host || own?.machine === host || own?.bridgedBy === host;
}

/** A shell that was given one command puts that in its own place. */
function isReplaced(world: World, { name, program, commandLine }: Process): boolean {
  return program === 'bash' && commandLine !== undefined && world.processes.some((one) => one.parent === name && one.commandLine === commandLine && (one.status === 'running' || one.status === 'paused'));
}

/** By process id. Inside a container the numbers are the machine's: a namespace of their own is not modelled, but the first is 1. */
export function processesOf(world: World, host: string): readonly SystemProcess[] {
  const isContainer = world.network.hosts.find(({ name }) => name === host)?.bridgedBy !== undefined;
  const found: SystemProcess[] = isContainer ? [] : SYSTEM.map((one) => ({ ...one, user: 'root', stat: 'Ss', tty: '?', startedAt: 0 }));
  for (const process of world.processes) {
    if ((process.status !== 'running' && process.status !== 'paused') || !belongsTo(world, process, host) || isReplaced(world, process)) continue;
    const parent = process.parent === undefined ? undefined : world.processes.find(({ name }) => name === process.parent);
    const java = entryPoint(process);
    const isShell = process.program === 'bash';
    found.push({
      pid: isContainer && process.name === host ? 1 : process.pid,
      ppid: parent?.pid ?? (isShell ? TERMINAL_SERVER : 1),
      user: isContainer || process.program !== 'zookeeper-server' ? 'root' : '1000',
      commandLine: process.commandLine ?? java?.commandLine ?? process.program,
      stat: `${process.status === 'paused' ? 'T' : 'S'}${java ? 'l' : isShell ? 's' : ''}`,
      tty: isShell || parent?.program === 'bash' ? 'pts/0' : '?',
      virtualKb: java ? 4_812_544 : 115_548,
      residentKb: java?.residentKb ?? 2_108,
      startedAt: process.startedAt ?? 0,
      process,
      ...(java === undefined ? {} : { javaClass: java.className }),
    });
  }
  return found.sort((a, b) => a.pid - b.pid);
}
