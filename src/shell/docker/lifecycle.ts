/** A container begins and ends: its host on Docker's networks, its published ports, its process. */
import { DOCKER_DAEMON, unsevered } from '../../cluster/container-network.ts';
import type { FileEdit } from '../../kernel/disk.ts';
import type { KernelAction, World } from '../../kernel/world.ts';
import type { Host } from '../../kernel/network.ts';
import type { ProcessDescription } from '../../kernel/process.ts';
import type { PlaybackConfig } from '../programs/playback.ts';
import { serviceProcess } from '../programs/service.ts';
import type { FileEdits, FileTree } from '../files/tree.ts';
import { textFile } from '../files/text.ts';
import { inside } from './inside.ts';
import { addressOn } from './pools.ts';
import { processOf, type Attachment, type Bind, type Container, type DockerState } from './state.ts';
import { HOME, isServerId, notAServerId, runsServer, serverConfig, variable, zooCfg } from './zookeeper-image.ts';

/** Where Docker keeps its volumes. */
export const VOLUMES_PATH = '/var/lib/docker/volumes';

/** The volume of a machine's own files has its name; a named volume of Docker has the directory of its data. */
export function sourceOf(bind: Bind): string {
  return bind.isNamed ? `${VOLUMES_PATH}/${bind.source}/_data` : bind.source;
}

/** Where a container is reached; what has no address (`none`) is no place. */
export function hostNetworks(state: DockerState, attachments: readonly Attachment[]): NonNullable<Host['networks']> {
  return attachments.flatMap(({ network, address, aliases }) => {
    const known = state.networks.find(({ name }) => name === network);
    return address === '' || typeof known?.subnet !== 'string' ? [] : [{ network, address, aliases, ...(known.isChosen ? { subnet: known.subnet, gateway: known.gateway } : {}) }];
  });
}

/** What stands in a container's /etc/hosts: its own name on each of its networks. */
export function hostsFile({ hostname, attachments }: Pick<Container, 'hostname' | 'attachments'>): FileEdit {
  return textFile('/etc/hosts', `127.0.0.1\tlocalhost\n${attachments.filter(({ address }) => address !== '').map(({ address }) => `${address}\t${hostname}\n`).join('')}`);
}

/** What the machine hands on to a container from now on: all its published ports, or nothing. */
export function withPorts(machine: string, container: Container, isPublishing: boolean): KernelAction {
  return { type: 'publish', host: machine, toHost: container.process, ports: isPublishing ? container.ports.map(({ hostPort, containerPort }) => ({ port: hostPort, toPort: containerPort })) : [] };
}

/** What of the image's files a shell looks at, and what Docker writes into a container. */
export function containerFiles(container: Container, more: readonly FileEdit[]): FileEdits {
  return {
    type: 'files',
    volume: container.process,
    edits: [
      ...['/bin', '/conf', '/data', '/datalog', '/logs', '/etc', '/root', '/tmp', '/usr/bin', `${HOME}/conf`].map((path) => ({ type: 'makeDirectory' as const, path })),
      ...['zkCli.sh', 'zkServer.sh', 'zkEnv.sh', 'zkCleanup.sh'].map((name) => textFile(`${HOME}/bin/${name}`, `# ${name} of ZooKeeper 3.7.0\n`)),
      textFile('/etc/hostname', `${container.hostname}\n`),
      hostsFile(container),
      ...more,
    ],
  };
}

const addressText = (found: ReturnType<typeof addressOn>): string => (typeof found === 'string' ? found : '');

export interface Start {
  readonly container: Container;
  readonly actions: readonly KernelAction[];
  readonly process: ProcessDescription;
}

/** What a server's JVM has in use soon after it has started, in bytes. */
export const SERVER_MEMORY_BYTES = 98_891_203;

/** Whether a server has no room: the limit, and as much swap again, as Docker gives it. The kernel kills it then. */
export const isTooSmall = (container: Container): boolean => runsServer(container) && container.memoryBytes > 0 && container.memoryBytes * 2 < SERVER_MEMORY_BYTES;

const OUT_OF_MEMORY: PlaybackConfig = { steps: [{ afterMs: 600 }], exitCode: 137 };

/** `config`: a server's, or why it has none. */
function firstProcess(container: Container, config: ReturnType<typeof serverConfig> | string): Pick<ProcessDescription, 'program' | 'config' | 'commandLine'> {
  if (!runsServer(container)) return inside(container, container.command.slice(1), container.isInteractive === true);
  if (isTooSmall(container)) return { program: 'playback', config: OUT_OF_MEMORY };
  return typeof config === 'string'
    ? { program: 'playback', config: { steps: [{ afterMs: 400, log: `Invalid config, exiting abnormally\n${config}` }], exitCode: 2 } }
    : { program: 'zookeeper-server', config };
}

/**
 * Starts a container that is not running, with fresh addresses, of which `startProblem` knows whether there are any. `files` are the machine's.
 * `attachedTo`: the shell at whose terminal its first process runs, which starts that itself.
 */
export function start(world: World, machine: string, files: FileTree, state: DockerState, container: Container, attachedTo?: string): Start {
  const attachments = container.attachments.map((one) => ({ ...one, address: addressText(addressOn(world, state, container, one)) }));
  const own = world.volumes.find(({ name }) => name === container.process);
  const ownText = own?.files[own.paths.indexOf('/conf/zoo.cfg')]?.content.entries.tail;
  const cfg = ownText === undefined ? zooCfg(container.env) : `${ownText.map(String).join('\n')}\n`;
  // A story's container was made without volumes: its server has the number that it was given.
  const data = container.binds.find(({ destination }) => destination === '/data');
  const idFile = data && `${sourceOf(data)}/myid`;
  const id = ((idFile && files.text(idFile)) ?? (variable(container.env, 'ZOO_MY_ID') || '1')).split('\n')[0]!;
  const config = isServerId(id) ? serverConfig(cfg, Number(id)) : notAServerId(id);
  const mounts = container.binds.map((bind) => ({ at: bind.destination, volume: machine, path: sourceOf(bind) }));
  const actions: KernelAction[] = [
    ...container.binds.filter((bind) => !files.exists(sourceOf(bind))).map((bind) => files.makeDirectory(sourceOf(bind))),
    // The entry point keeps the number before anything reads it.
    ...(idFile === undefined || files.exists(idFile) ? [] : [files.write(idFile, `${id}\n`)]),
    containerFiles({ ...container, attachments }, ownText === undefined ? [textFile('/conf/zoo.cfg', cfg)] : []),
    { type: 'addHost', host: { name: container.process, names: [container.hostname], bridgedBy: machine, forwards: [], networks: hostNetworks(state, attachments) } },
    withPorts(machine, container, attachments.length > 0),
    ...unsevered(world, container.process),
  ];
  const known = processOf(world, container);
  const isSame = known !== undefined && known.volume >= 0 && world.volumes[known.volume]!.name === container.process && container.startedAt !== null;
  const description = firstProcess(container, config);
  const daemon = serviceProcess(DOCKER_DAEMON, machine);
  const process: ProcessDescription = { name: container.process, host: container.process, mounts, ...(attachedTo === undefined ? { parent: daemon } : { parent: attachedTo, overseer: daemon }), ...description };
  if (attachedTo === undefined) {
    if (isSame && known.program === description.program && runsServer(container)) actions.push({ type: 'configure', process: container.process, config: description.config });
    else actions.push({ type: 'addProcess', process });
    actions.push({ type: 'start', process: container.process });
  }
  return { container: { ...container, attachments, startedAt: world.now }, actions, process };
}

/** Sends the signal and takes the container off its networks; `SIGTERM` ends the image's server at once. */
export function stop(world: World, machine: string, container: Container, signal: 'SIGTERM' | 'SIGKILL'): readonly KernelAction[] {
  const process = processOf(world, container);
  return [
    ...(process?.status === 'paused' ? [{ type: 'kill' as const, process: container.process, signal: 'SIGCONT' as const }] : []),
    { type: 'kill', process: container.process, signal },
    ...world.processes.filter(({ host, name, status }) => host === container.process && name !== container.process && (status === 'running' || status === 'paused')).map(({ name }) => ({ type: 'kill' as const, process: name, signal: 'SIGKILL' as const })),
    withPorts(machine, container, false),
    { type: 'changeHost', host: container.process, networks: [] },
  ];
}

/** What `docker rm` leaves of it: nothing but its volumes. */
export function remove(container: Container): readonly KernelAction[] {
  return [
    { type: 'files', volume: container.process, edits: [] },
    { type: 'wipe', volume: container.process },
    { type: 'removeHost', host: container.process },
  ];
}
