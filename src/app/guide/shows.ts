/** Whether the world at the playhead shows what a command of the tutorial is for: a function of the world, so that going back unticks. */
import { at } from '../../kernel/append-list.ts';
import type { World } from '../../kernel/world.ts';
import type { ClusterFacts } from '../../cluster/observe.ts';
import type { Machine, Shows } from '../../scenarios/tutorial/document.ts';
import { findContainer, findImage, findNetwork, isRunning, readState, statusOf, type DockerState } from '../../shell/docker/state.ts';
import { FileTree } from '../../shell/files/tree.ts';
import { mountsOf, rootVolumeOf } from '../../shell/machine/system.ts';
import { bashOf } from '../../shell/terminal.ts';
import { clientOf } from '../frames/clients.ts';
import { transcriptOf, type Entry } from './transcript.ts';

const HOST = 'host';
const CLEARED = '\u001b[H\u001b[2J';

/** A moment that is looked at: what several questions need is found once. */
export class Moment {
  private tree: FileTree | undefined;
  private daemon: DockerState | undefined;
  private readonly lines = new Map<Machine, readonly Entry[]>();

  constructor(
    readonly world: World,
    readonly facts: ClusterFacts,
  ) {}

  get files(): FileTree {
    const { world } = this;
    return (this.tree ??= FileTree.of(world, rootVolumeOf(world, HOST), mountsOf(world, HOST), world.now));
  }

  get docker(): DockerState {
    return (this.daemon ??= readState(this.files));
  }

  /** What was typed at all terminals of a machine. Of a screen that was cleared only the lines are known. */
  typed(machine: Machine): readonly Entry[] {
    const found = this.lines.get(machine);
    if (found) return found;
    const entries: Entry[] = [];
    for (const { name, host, program, parent } of this.world.processes) {
      const bash = program === 'bash' && parent === undefined && host === machine ? bashOf(this.world, name) : undefined;
      if (bash) entries.push(...transcriptOf(name, bash.screen));
    }
    this.lines.set(machine, entries);
    return entries;
  }

  /** Lines of the machine's shells whose output is no longer on the screen. */
  forgotten(machine: Machine): readonly string[] {
    return this.world.processes.flatMap(({ name, host, program, parent }) => {
      const bash = program === 'bash' && parent === undefined && host === machine ? bashOf(this.world, name) : undefined;
      return bash && at(bash.screen, 0)?.text.startsWith(CLEARED) === true ? bash.session.history : [];
    });
  }
}

const patterns = new Map<string, RegExp>();
function pattern(source: string): RegExp {
  const made = patterns.get(source) ?? new RegExp(source, 'm');
  patterns.set(source, made);
  return made;
}

export function isShown(shows: Shows, moment: Moment): boolean {
  const { world, facts } = moment;
  switch (shows.type) {
    case 'docker':
      return isRunning(world, HOST);
    case 'dockerNetwork':
      return findNetwork(moment.docker, shows.name) !== undefined;
    case 'image':
      return findImage(moment.docker, shows.reference) !== undefined;
    case 'container': {
      const container = findContainer(moment.docker, shows.name);
      return (container === undefined ? 'none' : statusOf(world, container)) === shows.status;
    }
    case 'ensemble':
      return facts.servers.filter(({ isServing }) => isServing).length >= shows.servers && facts.zookeeperLeader !== null;
    case 'file': {
      const text = moment.files.text(shows.path);
      return text !== undefined && (shows.matches === undefined || pattern(shows.matches).test(text));
    }
    case 'directory':
      return moment.files.isDirectory(shows.path);
    case 'broker':
      return facts.brokers.some(({ id, state }) => id === shows.id && state === shows.state);
    case 'topic': {
      const partitions = facts.partitions(shows.name);
      return (
        partitions.length > 0 &&
        (shows.partitions === undefined || partitions.length === shows.partitions) &&
        partitions.every(({ replicas, leader }) => typeof leader === 'number' && (shows.replicationFactor === undefined || replicas.length === shows.replicationFactor))
      );
    }
    case 'records': {
      const leader = facts.partition(shows.topic, shows.partition)?.leader;
      return typeof leader === 'number' && (facts.replica(leader, shows.topic, shows.partition)?.logEnd ?? 0) >= shows.atLeast;
    }
    case 'znode':
      return facts.znodeExists(shows.path) && (shows.data === undefined || facts.znode(shows.path) === shows.data);
    case 'ran': {
      const machine = shows.machine ?? HOST;
      const isIt = pattern(shows.line);
      const found = moment.typed(machine).filter(({ line, printed }) => isIt.test(line) && (shows.printed === undefined || pattern(shows.printed).test(printed)));
      return found.length >= (shows.times ?? 1) || moment.forgotten(machine).some((line) => isIt.test(line));
    }
    case 'reads':
      return world.processes.some((process) => {
        const client = process.status === 'running' ? clientOf(process) : undefined;
        if (client?.kind !== 'consumer' || process.commandLine?.includes(shows.without) !== false) return false;
        return Object.values(client.state?.partitions ?? {}).some(({ topic, position }) => topic === shows.topic && position >= 0);
      });
    case 'controller':
      return facts.controller !== null && facts.controller.brokerId !== shows.not;
    case 'all':
      return shows.of.every((one) => isShown(one, moment));
    case 'any':
      return shows.of.some((one) => isShown(one, moment));
  }
}
