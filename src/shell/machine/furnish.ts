/**
 * The machine on which a built deployment runs, as somebody finds it who opens a terminal there: the files that were unpacked and written,
 * Docker with its image, network and containers. Only what a shell looks at is added; the servers and brokers go on as they are.
 */
import { portRule } from '../../cluster/actions.ts';
import { DOCKER_DAEMON, isOff } from '../../cluster/container-network.ts';
import { propertiesFile, publishedZooKeeperPort, zookeeperAddress } from '../../cluster/description.ts';
import { parseConfig } from '../../kafka/broker/config.ts';
import { hash } from '../../kernel/codec.ts';
import { exists, type FileEdit } from '../../kernel/disk.ts';
import type { Process } from '../../kernel/process.ts';
import type { KernelAction, World } from '../../kernel/world.ts';
import type { ServerConfig } from '../../zookeeper/server-state.ts';
import { serviceProcess } from '../programs/service.ts';
import { knownImage } from '../docker/images.ts';
import { containerFiles } from '../docker/lifecycle.ts';
import { STATE_PATH, stateFile, type Container, type DockerState } from '../docker/state.ts';
import { COMMAND, IMAGE_ENV, variable, zooCfg } from '../docker/zookeeper-image.ts';
import { machineFiles, standardNetworks } from './empty-host.ts';
import { membersOf } from '../files/archive.ts';
import { PACKAGES } from '../commands/packages.ts';
import { contentOf, textFile } from '../files/text.ts';
import { PATH } from './path.ts';
import { brokerLogFiles, loggedSoFar } from './kafka-logs.ts';

/** The machine that runs the deployment. */
export const MACHINE = 'host';
const NETWORK = 'zookeeper-net';
const KAFKA = '/usr/local/kafka';
const HEX_ID_LENGTH = 64;

/** An id that is always the same for the same thing: nobody was there when it was given. */
function idOf(what: string): string {
  let id = '';
  for (let n = 0; id.length < HEX_ID_LENGTH; n++) id += hash(`${what} ${n}`);
  return id.slice(0, HEX_ID_LENGTH);
}

/** Whether the machine has its files; a world without it has nothing to furnish. */
export function isFurnished(world: World): boolean {
  const volume = world.volumes.find(({ name }) => name === MACHINE);
  return !world.network.hosts.some(({ name }) => name === MACHINE) || (volume !== undefined && exists(volume, STATE_PATH));
}

export function furnish(world: World): readonly KernelAction[] {
  const servers = world.processes.filter(({ program, host }) => program === 'zookeeper-server' && world.network.hosts.some(({ name }) => name === host));
  const brokers = world.processes.filter(({ program }) => program === 'kafka-broker');
  const containers = servers.map((server) => containerOf(world, server));
  const docker: DockerState = {
    images: [{ ...knownImage('zookeeper:3.7.0'), id: idOf('image zookeeper:3.7.0') }],
    networks: [...standardNetworks, { name: NETWORK, id: idOf(`network ${NETWORK}`), driver: 'bridge', subnet: '172.19.0.0/16', gateway: '172.19.0.1', createdMs: world.wallClockBaseMs }],
    containers,
    nextSubnet: 20,
    containerIds: [],
    networkIds: [],
  };
  return [
    machineFiles(MACHINE, '127.0.0.1\tlocalhost\n192.168.1.7\thost\n'),
    { type: 'files', volume: MACHINE, edits: [{ type: 'write', path: STATE_PATH, content: stateFile(docker) }, ...PACKAGES['java-1.8.0-openjdk-devel']!.map((path) => textFile(path, ''))] },
    { type: 'files', volume: MACHINE, edits: [textFile('/etc/environment', `PATH="${PATH}:${KAFKA}/bin"\n`)] },
    kafkaFiles(brokers),
    ...logs(world, brokers),
    { type: 'changeHost', host: MACHINE, names: ['192.168.1.7', '172.17.0.1'], forwards: containers.filter(({ attachments }) => attachments.length > 0).flatMap(({ process, ports }) => ports.map(({ hostPort, containerPort }) => ({ port: hostPort, toHost: process, toPort: containerPort }))) },
    ...containers.flatMap(filesAndPlace),
    ...brokers.map(({ host }): KernelAction => ({ type: 'changeHost', host, machine: MACHINE, forwards: [] })),
    ...firewallOf(world, brokers),
    { type: 'addProcess', process: { name: serviceProcess(DOCKER_DAEMON, MACHINE), program: DOCKER_DAEMON, host: MACHINE, config: null, commandLine: '/usr/bin/dockerd -H fd:// --containerd=/run/containerd/containerd.sock' } },
    { type: 'start', process: serviceProcess(DOCKER_DAEMON, MACHINE) },
  ];
}

/** What shut a broker's port there is a rule of the machine. */
function firewallOf(world: World, brokers: readonly Process[]): readonly KernelAction[] {
  return world.network.rules.flatMap(({ id, port, effect }): readonly KernelAction[] => {
    if (effect.type !== 'filter' || port === undefined || !brokers.some(({ host }) => host === effect.machine)) return [];
    return [{ type: 'removeRule', id }, { type: 'addRule', rule: portRule(MACHINE, port, effect.verdict === 'drop' ? 'DROP' : 'REJECT') }];
  });
}

/** All brokers log to the same files, which lie in the directory where the first one has its data. */
function logs(world: World, brokers: readonly Process[]): readonly KernelAction[] {
  const directory = `${KAFKA}/logs`;
  const owner = brokers.find(({ config }) => {
    const parsed = parseConfig((config as { readonly properties: string }).properties, MACHINE);
    return parsed.ok && parsed.config.logDirs.includes(directory);
  });
  const volume = owner === undefined ? MACHINE : world.volumes[owner.volume]!.name;
  return [
    { type: 'files', volume, edits: loggedSoFar(world, brokers, directory) },
    ...brokers.map((broker): KernelAction => ({
      type: 'logTo',
      process: broker.name,
      logFiles: brokerLogFiles(directory),
      ...(world.volumes[broker.volume]!.name === volume ? {} : { mounts: [{ at: directory, volume, path: directory }] }),
    })),
  ];
}

function containerOf(world: World, server: Process): Container {
  const { myid, servers, tickTimeMs, initLimit, syncLimit } = server.config as ServerConfig;
  const { name } = server;
  const id = idOf(`container ${name}`);
  const list = servers.map(({ sid, host, quorumPort, electionPort }) => `server.${sid}=${host}:${quorumPort}:${electionPort};2181`).join(' ');
  return {
    id,
    name,
    image: 'zookeeper:3.7.0',
    hostname: name,
    command: COMMAND,
    env: [
      ...IMAGE_ENV.filter((one) => !/^ZOO_(TICK_TIME|INIT_LIMIT|SYNC_LIMIT)=/.test(one)),
      `ZOO_TICK_TIME=${tickTimeMs ?? 3_000}`,
      `ZOO_INIT_LIMIT=${initLimit ?? 5}`,
      `ZOO_SYNC_LIMIT=${syncLimit ?? 2}`,
      `ZOO_MY_ID=${myid}`,
      `ZOO_SERVERS=${list}`,
    ],
    createdMs: world.wallClockBaseMs,
    attachments: isOff(world, server) ? [] : [{ network: NETWORK, address: zookeeperAddress(myid), aliases: [name, id.slice(0, 12)], endpoint: idOf(`endpoint ${name}`) }],
    ports: [{ hostPort: publishedZooKeeperPort(myid), containerPort: 2181 }],
    binds: [],
    memoryBytes: 1_073_741_824,
    restart: 'no',
    isRemovedAtEnd: false,
    process: name,
    startedAt: server.startedAt,
  };
}

function filesAndPlace(container: Container): readonly KernelAction[] {
  const { process, attachments, env } = container;
  return [
    containerFiles(container, [textFile('/conf/zoo.cfg', zooCfg(env)), textFile('/data/myid', `${variable(env, 'ZOO_MY_ID')}\n`)]),
    { type: 'changeHost', host: process, bridgedBy: MACHINE, networks: attachments.map(({ network, address, aliases }) => ({ network, address, aliases })) },
  ];
}

/** As the tutorial leaves it: unpacked to /usr/local/kafka, a `server.properties` for the first broker, `server-N.properties` for the others. */
function kafkaFiles(brokers: readonly Process[]): KernelAction {
  const configs = brokers.map(({ config }) => (config as { readonly properties: string }).properties);
  const nameOf = (properties: string): string => {
    const parsed = parseConfig(properties, MACHINE);
    return propertiesFile(parsed.ok ? parsed.config.brokerId : 1);
  };
  const members = membersOf({ type: 'distribution', name: 'kafka_2.12-2.3.0' });
  return {
    type: 'files',
    volume: MACHINE,
    edits: [
      ...members.flatMap(({ path, text: content, bytes, mode }): readonly FileEdit[] => {
        const place = `${KAFKA}${path.slice(path.indexOf('/')).replace(/\/$/, '')}`;
        if (content === null) return [{ type: 'makeDirectory', path: place }];
        const { entries, bytes: own } = contentOf(content);
        return [{ type: 'write', path: place, content: { entries, bytes: bytes ?? own } }, { type: 'attributes', path: place, mode }];
      }),
      ...configs.map((properties) => textFile(`${KAFKA}/config/${nameOf(properties)}`, properties)),
    ],
  };
}
