/** What somebody outside, or a privileged program, may do to a world. */
import { assert } from './assert.ts';
import * as files from './disk.ts';
import type { FileEdit } from './disk.ts';
import type { LogFile } from './log-files.ts';
import type { Host, LinkRule } from './network.ts';
import { newProcess, type ProcessDescription } from './process.ts';
import type { Message, ProcessEvent } from './program.ts';
import type { Turn } from './turn.ts';

export type KernelAction =
  | { readonly type: 'start'; readonly process: string; readonly config?: unknown }
  | {
      readonly type: 'kill';
      readonly process: string;
      readonly signal: 'SIGKILL' | 'SIGTERM' | 'SIGINT' | 'SIGHUP' | 'SIGSTOP' | 'SIGCONT';
    }
  /** With everything that is on it: the hosts of its machine and its containers. */
  | { readonly type: 'powerOff'; readonly host: string }
  | { readonly type: 'powerOn'; readonly host: string }
  | { readonly type: 'addRule'; readonly rule: LinkRule }
  /** Removes one rule, or all. */
  | { readonly type: 'removeRule'; readonly id?: string }
  | {
      readonly type: 'disk';
      readonly volume: string;
      readonly slowness?: number;
      readonly capacityBytes?: number | null;
      readonly failed?: readonly string[];
    }
  /** Empties a volume, or removes what lies under one path of it. */
  | { readonly type: 'wipe'; readonly volume: string; readonly path?: string }
  /** What somebody does to the files of a volume by hand; a volume of that name is made if there is none. What a full or failed disk refuses does not happen. */
  | { readonly type: 'files'; readonly volume: string; readonly edits: readonly FileEdit[] }
  | { readonly type: 'addHost'; readonly host: Omit<Host, 'isUp' | 'boot'> }
  /** The processes on it end, unheard. */
  | { readonly type: 'removeHost'; readonly host: string }
  | {
      readonly type: 'changeHost';
      readonly host: string;
      readonly names?: Host['names'];
      readonly forwards?: Host['forwards'];
      readonly networks?: NonNullable<Host['networks']>;
      readonly machine?: string;
      readonly bridgedBy?: string;
    }
  /** Of what a machine hands on, these ports lead to a host, and no others; whoever had one of them loses it. */
  | { readonly type: 'publish'; readonly host: string; readonly toHost: string; readonly ports: readonly { readonly port: number; readonly toPort: number }[] }
  /** One of the same name that does not live makes way for it. */
  | { readonly type: 'addProcess'; readonly process: ProcessDescription }
  | { readonly type: 'configure'; readonly process: string; readonly config: unknown }
  /** From now on its log lines are written to these files as well; `mounts` come to those it has. */
  | { readonly type: 'logTo'; readonly process: string; readonly logFiles: readonly LogFile[]; readonly mounts?: NonNullable<ProcessDescription['mounts']> }
  | { readonly type: 'command'; readonly process: string; readonly command: Message };

/** Does it to the draft of a turn: what an earlier action of the same turn added is there. */
export function act(turn: Turn, action: KernelAction): void {
  const indexOf = (name: string): number => {
    const index = turn.allProcesses.findIndex((process) => process.name === name);
    assert(index >= 0, `no process ${name}`);
    return index;
  };
  const volumeOf = (name: string): number => {
    const index = turn.allVolumes.findIndex((volume) => volume.name === name);
    return index >= 0 ? index : turn.addVolume(files.emptyVolume(name));
  };
  const knownVolume = (name: string): number => {
    assert(
      turn.allVolumes.some((volume) => volume.name === name),
      `no volume ${name}`,
    );
    return volumeOf(name);
  };
  const endAllOn = (host: string): void => {
    for (const [index, process] of turn.allProcesses.entries()) {
      if (process.host === host && (process.status === 'running' || process.status === 'paused')) turn.end(index, 137, 'silent', 'SIGKILL');
    }
  };
  const wake = (index: number, event: ProcessEvent | { readonly type: 'start' }): void => {
    turn.hand(index, event, turn.now);
  };
  switch (action.type) {
    case 'start': {
      const index = indexOf(action.process);
      const process = turn.getProcess(index);
      const host = turn.allHosts.find((one) => one.name === process.host);
      if (process.status === 'running' || process.status === 'paused' || host?.isUp !== true) return;
      turn.editProcess(index, {
        status: 'running',
        state: null,
        pid: turn.newPid(),
        incarnation: process.incarnation + 1,
        timers: [],
        held: [],
        exitCode: null,
        startedAt: turn.now,
        ...(process.locks === undefined ? {} : { locks: [] }),
        endedAt: null,
        config: action.config === undefined ? process.config : action.config,
      });
      wake(index, { type: 'start' });
      return;
    }
    case 'kill': {
      const index = indexOf(action.process);
      const process = turn.getProcess(index);
      if (process.status === 'dead' || process.status === 'notStarted') return;
      switch (action.signal) {
        case 'SIGKILL':
          turn.end(index, 137, 'reset', 'SIGKILL');
          return;
        case 'SIGSTOP':
          turn.editProcess(index, { status: 'paused' });
          return;
        case 'SIGCONT': {
          if (process.status !== 'paused') return;
          turn.editProcess(index, { status: 'running', held: [] });
          for (const item of process.held) {
            const sequence = turn.schedule({ ...item, at: turn.now });
            // A timer that came due in the meantime keeps its name.
            const timers = turn.getProcess(index).timers.map((timer) =>
              timer.sequence === item.sequence && item.kind === 'event' && item.event.type === 'timer'
                ? { ...timer, at: turn.now, sequence }
                : timer,
            );
            turn.editProcess(index, { timers });
          }
          return;
        }
        default:
          wake(index, { type: 'signal', signal: action.signal });
          return;
      }
    }
    case 'powerOff': {
      const touched = new Set<number>();
      for (const host of turn.allHosts) {
        if (host.name !== action.host && host.machine !== action.host && host.bridgedBy !== action.host) continue;
        endAllOn(host.name);
        for (const process of turn.allProcesses) if (process.host === host.name) touched.add(process.volume);
        turn.setHosts(turn.allHosts.map((one) => (one.name === host.name ? { ...one, isUp: false } : one)));
      }
      for (const index of touched) turn.setVolume(index, files.afterPowerLoss(turn.getVolume(index), turn.now));
      return;
    }
    case 'powerOn':
      turn.setHosts(
        turn.allHosts.map((host) => (host.name === action.host && !host.isUp ? { ...host, isUp: true, boot: host.boot + 1 } : host)),
      );
      return;
    case 'addRule':
      turn.setRules([...turn.allRules.filter((rule) => rule.id !== action.rule.id), action.rule]);
      return;
    case 'removeRule':
      turn.setRules(action.id === undefined ? [] : turn.allRules.filter((rule) => rule.id !== action.id));
      return;
    case 'disk': {
      const index = knownVolume(action.volume);
      const volume = turn.getVolume(index);
      turn.setVolume(index, {
        ...volume,
        slowness: action.slowness ?? volume.slowness,
        capacityBytes: action.capacityBytes === undefined ? volume.capacityBytes : action.capacityBytes,
        failed: action.failed ?? volume.failed,
      });
      return;
    }
    case 'wipe': {
      const index = knownVolume(action.volume);
      const volume = turn.getVolume(index);
      if (action.path === undefined) {
        turn.setVolume(index, { ...files.emptyVolume(volume.name), capacityBytes: volume.capacityBytes, slowness: volume.slowness });
      } else {
        const under = action.path.endsWith('/') ? action.path : action.path + '/';
        const kept = volume.paths.map((path, i) => [path, i] as const).filter(([path]) => path !== action.path && !path.startsWith(under));
        const files = kept.map(([, i]) => volume.files[i]!);
        turn.setVolume(index, {
          ...volume,
          paths: kept.map(([path]) => path),
          files,
          usedBytes: files.reduce((sum, file) => sum + file.content.bytes, 0),
        });
      }
      return;
    }
    case 'files': {
      const index = volumeOf(action.volume);
      for (const edit of action.edits) turn.setVolume(index, files.edited(turn.getVolume(index), edit, turn.now));
      return;
    }
    case 'addHost':
      turn.setHosts([...turn.allHosts.filter((host) => host.name !== action.host.name), { ...action.host, isUp: true, boot: 1 }]);
      return;
    case 'removeHost':
      endAllOn(action.host);
      turn.setHosts(turn.allHosts.filter((host) => host.name !== action.host));
      return;
    case 'changeHost':
      turn.setHosts(
        turn.allHosts.map((host) =>
          host.name === action.host
            ? {
                ...host,
                names: action.names ?? host.names,
                forwards: action.forwards ?? host.forwards,
                ...(action.networks === undefined ? {} : { networks: action.networks }),
                ...(action.machine === undefined ? {} : { machine: action.machine }),
                ...(action.bridgedBy === undefined ? {} : { bridgedBy: action.bridgedBy }),
              }
            : host,
        ),
      );
      return;
    case 'publish': {
      const { toHost, ports } = action;
      const stays = (known: Host['forwards'][number]): boolean => known.toHost !== toHost && !ports.some(({ port }) => port === known.port);
      turn.setHosts(turn.allHosts.map((host) => (host.name === action.host ? { ...host, forwards: [...host.forwards.filter(stays), ...ports.map((one) => ({ ...one, toHost }))] } : host)));
      return;
    }
    case 'addProcess':
      turn.addProcess(newProcess(action.process, volumeOf));
      return;
    case 'configure':
      turn.editProcess(indexOf(action.process), { config: action.config });
      return;
    case 'logTo': {
      const index = indexOf(action.process);
      const mounts = [...(turn.allProcesses[index]!.mounts ?? []), ...(action.mounts ?? []).map(({ at, volume, path }) => ({ at, volume: volumeOf(volume), path }))];
      turn.editProcess(index, { logFiles: action.logFiles, ...(mounts.length === 0 ? {} : { mounts }) });
      return;
    }
    case 'command': {
      const index = indexOf(action.process);
      wake(index, { type: 'command', command: action.command });
      return;
    }
  }
}
