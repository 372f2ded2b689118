/**
 * A deployment as it stands, as files for real machines: the ensemble as a compose file, each broker's `server.properties`, and the commands
 * that bring it up, followed by those that were typed here.
 */
import { stringify } from 'yaml';
import { propertiesFile } from '../../cluster/description.ts';
import { parseConfig } from '../../kafka/broker/config.ts';
import type { Process } from '../../kernel/process.ts';
import type { World } from '../../kernel/world.ts';
import { nodeAt } from '../../zookeeper/tree.ts';
import { parseConfig as parseTopicConfig, parseTopic, topicConfigPath, topicPath, TOPICS } from '../../kafka/zookeeper/znodes.ts';
import { readState, type Bind, type Container, type DockerState } from '../docker/state.ts';
import { IMAGE_ENV, runsServer, variablesOf } from '../docker/zookeeper-image.ts';
import { FileTree } from '../files/tree.ts';
import { furnish, isFurnished } from './furnish.ts';
import { shellKernel } from '../kernel.ts';
import { quoted } from '../bash/quote.ts';
import { newestTree } from './system.ts';
import { bashOf } from '../terminal.ts';

export interface TakenFile {
  readonly name: string;
  readonly text: string;
}

const MACHINE = 'host';

/** What every image sets by itself need not be said. */
function environmentOf(container: Container): Record<string, string> {
  return variablesOf(container.env.filter((one) => !(IMAGE_ENV as readonly string[]).includes(one)));
}

/** A volume nobody named: Docker makes another one elsewhere. */
const isAnonymous = ({ source, isNamed }: Bind): boolean => isNamed && /^[0-9a-f]{64}$/.test(source);

function serviceOf(container: Container): object {
  const volumes = container.binds.filter((bind) => !isAnonymous(bind)).map(({ source, destination }) => `${source}:${destination}`);
  const places = container.attachments.filter(({ network }) => network !== 'bridge');
  const networks = places.map(({ network }) => network);
  const isFixed = places.some(({ wanted }) => wanted !== undefined);
  return {
    image: container.image,
    container_name: container.name,
    hostname: container.hostname,
    restart: container.restart,
    ...(container.memoryBytes > 0 ? { mem_limit: `${container.memoryBytes}b` } : {}),
    ...(container.ports.length === 0 ? {} : { ports: container.ports.map(({ hostPort, containerPort }) => `${hostPort}:${containerPort}`) }),
    environment: environmentOf(container),
    ...(volumes.length === 0 ? {} : { volumes }),
    ...(networks.length === 0 ? { network_mode: 'bridge' } : { networks: isFixed ? Object.fromEntries(places.map(({ network, wanted }) => [network, wanted === undefined ? {} : { ipv4_address: wanted }])) : networks }),
  };
}

/** The compose file of all containers that are servers; undefined: there are none. */
function composeOf({ containers: all, networks }: DockerState): string | undefined {
  const containers = all.filter(runsServer);
  if (containers.length === 0) return undefined;
  const used = networks.filter(({ name }) => name !== 'bridge' && containers.some(({ attachments }) => attachments.some(({ network }) => network === name)));
  const named = [...new Set(containers.flatMap(({ binds }) => binds.filter((bind) => bind.isNamed && !isAnonymous(bind)).map(({ source }) => source)))];
  // What an older YAML takes for a truth value or a number is quoted.
  return stringify({
    services: Object.fromEntries(containers.map((container) => [container.name, serviceOf(container)])),
    ...(used.length === 0 ? {} : { networks: Object.fromEntries(used.map(({ name, subnet, gateway, isChosen }) => [name, { name, driver: 'bridge', ...(isChosen === true ? { ipam: { config: [{ subnet, gateway }] } } : {}) }])) }),
    ...(named.length === 0 ? {} : { volumes: Object.fromEntries(named.map((name) => [name, { name }])) }),
  }, { version: '1.1', lineWidth: 0 });
}

/** The file a broker was started with, by the last word of its command line; else as the tutorial would call it. */
function propertiesName(broker: Process, id: number): string {
  const file = /([^/ ]+\.properties)$/.exec(broker.commandLine ?? '')?.[1];
  return file ?? propertiesFile(id);
}

interface TakenBroker {
  readonly id: number;
  readonly port: number;
  readonly file: TakenFile;
}

function brokersOf(world: World): readonly TakenBroker[] {
  return world.processes
    .filter(({ program }) => program === 'kafka-broker')
    .flatMap((process) => {
      const { properties } = process.config as { readonly properties: string };
      const parsed = parseConfig(properties, MACHINE);
      // What no broker could start with stays here.
      if (!parsed.ok) return [];
      const { brokerId: id, listeners } = parsed.config;
      return [{ id, port: listeners[0]?.port ?? 9092, file: { name: propertiesName(process, id), text: properties } }];
    })
    .sort((a, b) => a.id - b.id);
}

/** A word as bash takes it. */
const asWord = (text: string): string => (/^[\w.,:=/+-]+$/.test(text) ? text : quoted(text));

function topicCommands(world: World, port: number): readonly string[] {
  const tree = newestTree(world);
  const names = (tree && nodeAt(tree, TOPICS)?.children) ?? [];
  return [...names].sort().flatMap((topic) => {
    const assignment = topic.startsWith('__') ? null : parseTopic(nodeAt(tree!, topicPath(topic))?.data);
    if (!assignment) return [];
    const replicas = [...assignment].sort((a, b) => a.partition - b.partition).map((one) => one.replicas.join(':'));
    const configs = Object.entries(parseTopicConfig(nodeAt(tree!, topicConfigPath(topic))?.data)).map(([key, value]) => ` --config ${asWord(`${key}=${value}`)}`);
    return [`./kafka-topics.sh --create --bootstrap-server 127.0.0.1:${port} --replica-assignment ${replicas.join(',')} --topic ${topic}${configs.join('')}`];
  });
}

function typedLines(world: World): readonly string[] {
  return world.processes
    .filter(({ program, parent }) => program === 'bash' && parent === undefined)
    .flatMap(({ name, host }) => {
      const history = bashOf(world, name)?.session.history ?? [];
      return history.length === 0 ? [] : [`# at ${name} (${host}):`, ...history];
    });
}

/** Words before the commands, in the reader's language. */
export interface TakenWords {
  readonly bringUp: string;
  readonly kafka: string;
  readonly topics: string;
  readonly typed: string;
}

export function takeHome(at: World, words: TakenWords): readonly TakenFile[] {
  let world = at;
  if (!isFurnished(world)) for (const action of furnish(world)) world = shellKernel.perform(world, action).world;
  const compose = composeOf(readState(FileTree.of(world, MACHINE, [], world.now)));
  const brokers = brokersOf(world);
  const topics = brokers[0] === undefined ? [] : topicCommands(world, brokers[0].port);
  const commands = [
    ...(compose === undefined ? [] : [`# ${words.bringUp}`, 'docker compose up -d', '']),
    ...(brokers.length === 0 ? [] : [`# ${words.kafka}`, ...brokers.map(({ file }) => `cp ${file.name} /usr/local/kafka/config/`), 'cd /usr/local/kafka/bin', ...brokers.map(({ file }) => `./kafka-server-start.sh -daemon ../config/${file.name}`), '']),
    ...(topics.length === 0 ? [] : [`# ${words.topics}`, ...topics, '']),
  ];
  const typed = typedLines(at);
  return [
    ...(compose === undefined ? [] : [{ name: 'docker-compose.yml', text: compose }]),
    ...brokers.map(({ file }) => file),
    ...(commands.length === 0 ? [] : [{ name: 'commands.sh', text: `${commands.join('\n').trimEnd()}\n` }]),
    ...(typed.length === 0 ? [] : [{ name: 'typed.txt', text: `# ${words.typed}\n${typed.join('\n')}\n` }]),
  ];
}

