/**
 * What a person can do to a running cluster, as data (it is what a share link holds), what each action means to the kernel, and
 * the real command that does the same to a real cluster. An action that can do nothing now says why.
 */
import type { AdminCall } from '../kafka/clients/admin-client.ts';
import type { LinkRule } from '../kernel/network.ts';
import type { Process } from '../kernel/process.ts';
import { findProcess, type KernelAction, type World } from '../kernel/world.ts';
import type { ClientDescription, KnownBroker, Workload } from './description.ts';
import { clientProcess, propertiesFile } from './description.ts';

export type Signal = 'SIGKILL' | 'SIGTERM' | 'SIGSTOP' | 'SIGCONT';

/** A record somebody asks a producer to send. */
export interface ProduceWish {
  readonly topic: string;
  readonly partition?: number;
  readonly key?: string;
  readonly value: string;
}

/** What `kafka-topics.sh` and its sisters ask of the cluster. */
export type AdminCommand =
  | {
      readonly type: 'createTopic';
      readonly topic: string;
      readonly partitions?: number;
      readonly replicationFactor?: number;
      /** Replica lists by partition, as in `--replica-assignment 1:2:3,2:3:1`. */
      readonly replicaAssignment?: readonly (readonly number[])[];
      readonly configs?: Readonly<Record<string, string>>;
    }
  | { readonly type: 'deleteTopic'; readonly topic: string }
  | { readonly type: 'alterTopicConfig'; readonly topic: string; readonly configs: Readonly<Record<string, string>> }
  | { readonly type: 'electPreferredLeaders'; readonly partitions: readonly { readonly topic: string; readonly partition: number }[] };

export type ClusterAction =
  | { readonly type: 'signal'; readonly process: string; readonly signal: Signal }
  | { readonly type: 'start'; readonly process: string }
  | { readonly type: 'container'; readonly container: string; readonly verb: 'start' | 'stop' | 'kill' | 'pause' | 'unpause' }
  | { readonly type: 'powerLoss'; readonly host: string }
  | { readonly type: 'powerOn'; readonly host: string }
  /** Nothing passes between the two sides; with `oneWay` nothing passes from `a` to `b`. */
  | { readonly type: 'cut'; readonly a: readonly string[]; readonly b: readonly string[]; readonly oneWay?: boolean; readonly port?: number }
  | { readonly type: 'slow'; readonly from: string; readonly to: string; readonly delayMs: number; readonly port?: number }
  | { readonly type: 'lose'; readonly from: string; readonly to: string; readonly share: number }
  /** Takes away cuts, delays and losses: between two nodes, or all. */
  | { readonly type: 'heal'; readonly a?: string; readonly b?: string }
  | { readonly type: 'disk'; readonly process: string; readonly slowness?: number; readonly full?: boolean; readonly failed?: readonly string[] }
  | { readonly type: 'wipe'; readonly process: string }
  | { readonly type: 'configure'; readonly broker: string; readonly properties: string }
  | { readonly type: 'addClient'; readonly client: ClientDescription; readonly brokers: readonly KnownBroker[] }
  | { readonly type: 'produce'; readonly producer: string; readonly records: readonly ProduceWish[] }
  | { readonly type: 'workload'; readonly producer: string; readonly workload: Workload | null }
  | { readonly type: 'admin'; readonly name: string; readonly brokers: readonly KnownBroker[]; readonly command: AdminCommand }
  | { readonly type: 'terminal'; readonly terminal: string; readonly deed: TerminalDeed };

/** What is done at a terminal. `text` may hold many lines; a key is named as terminals name it. */
export type TerminalDeed =
  | { readonly type: 'open'; readonly host: string }
  | { readonly type: 'type'; readonly text: string }
  | { readonly type: 'key'; readonly key: (typeof TERMINAL_KEYS)[number] }
  /** What an editor in front does with its file: the whole text it becomes, or null: it is left as it was. */
  | { readonly type: 'save'; readonly text: string | null };

export const TERMINAL_KEYS = ['C-c', 'C-d', 'C-l', 'C-z'] as const;

function ruleId(kind: string, from: string, to: string, port?: number): string {
  return `${kind}:${from}>${to}${port === undefined ? '' : `:${port}`}`;
}

function cutRules(from: readonly string[], to: readonly string[], port: number | undefined): LinkRule[] {
  return from.flatMap((a) =>
    to.map((b) => ({ id: ruleId('cut', a, b, port), from: a, to: b, effect: { type: 'cut' as const }, ...(port === undefined ? {} : { port }) })),
  );
}

/** A shell is a process of the world; the kernel that runs it has the program `bash`. */
function atTerminal(terminal: string, deed: TerminalDeed): readonly KernelAction[] {
  if (deed.type !== 'open') return [{ type: 'command', process: terminal, command: deed }];
  return [
    { type: 'addProcess', process: { name: terminal, program: 'bash', host: deed.host, volume: deed.host, config: {}, commandLine: '-bash' } },
    { type: 'start', process: terminal },
  ];
}

/** What an action means to the kernel in this world; empty: nothing. */
export function expand(world: World, action: ClusterAction): readonly KernelAction[] {
  if (refusal(world, action) !== undefined) return [];
  switch (action.type) {
    case 'signal':
      return [{ type: 'kill', process: action.process, signal: action.signal }];
    case 'start': {
      const process = findProcess(world, action.process)!;
      const host = world.network.hosts.find((one) => one.name === process.host);
      return host?.isUp === false
        ? [{ type: 'powerOn', host: process.host }, { type: 'start', process: action.process }]
        : [{ type: 'start', process: action.process }];
    }
    case 'container':
      switch (action.verb) {
        case 'start':
          return expand(world, { type: 'start', process: action.container });
        case 'kill':
          return [{ type: 'kill', process: action.container, signal: 'SIGKILL' }];
        // PID 1 of the image is the JVM, which ends at once on SIGTERM: the ten seconds of grace are never needed.
        case 'stop':
          return [{ type: 'kill', process: action.container, signal: 'SIGTERM' }];
        case 'pause':
          return [{ type: 'kill', process: action.container, signal: 'SIGSTOP' }];
        case 'unpause':
          return [{ type: 'kill', process: action.container, signal: 'SIGCONT' }];
      }
      break;
    case 'powerLoss':
      return [{ type: 'powerOff', host: action.host }];
    case 'powerOn':
      return [{ type: 'powerOn', host: action.host }];
    case 'cut': {
      const rules = [...cutRules(action.a, action.b, action.port), ...(action.oneWay === true ? [] : cutRules(action.b, action.a, action.port))];
      return rules.map((rule) => ({ type: 'addRule', rule }));
    }
    case 'slow':
      return [
        {
          type: 'addRule',
          rule: {
            id: ruleId('slow', action.from, action.to, action.port),
            from: action.from,
            to: action.to,
            effect: { type: 'delay', micros: action.delayMs * 1_000 },
            ...(action.port === undefined ? {} : { port: action.port }),
          },
        },
      ];
    case 'lose':
      return [
        {
          type: 'addRule',
          rule: { id: ruleId('lose', action.from, action.to), from: action.from, to: action.to, effect: { type: 'loss', share: action.share } },
        },
      ];
    case 'heal':
      return world.network.rules
        .filter((rule) => action.a === undefined || involves(rule, action.a, action.b))
        .map((rule) => ({ type: 'removeRule', id: rule.id }));
    case 'disk': {
      const process = findProcess(world, action.process)!;
      const volume = world.volumes[process.volume]!;
      return [
        {
          type: 'disk',
          volume: volume.name,
          ...(action.slowness === undefined ? {} : { slowness: action.slowness }),
          ...(action.full === undefined ? {} : { capacityBytes: action.full ? volume.usedBytes : null }),
          ...(action.failed === undefined ? {} : { failed: action.failed }),
        },
      ];
    }
    case 'wipe':
      return [{ type: 'wipe', volume: world.volumes[findProcess(world, action.process)!.volume]!.name }];
    case 'configure':
      return [{ type: 'configure', process: action.broker, config: { ...(findProcess(world, action.broker)?.config as object | undefined), properties: action.properties } }];
    case 'addClient':
      return [
        { type: 'addProcess', process: clientProcess(action.client, action.brokers) },
        { type: 'start', process: action.client.name },
      ];
    case 'produce':
      return action.records.map((record) => ({ type: 'command', process: action.producer, command: { ...record, type: 'produce' } }));
    case 'workload':
      return [{ type: 'command', process: action.producer, command: workloadCommand(action.workload) }];
    case 'admin':
      return [
        {
          type: 'addProcess',
          process: {
            name: action.name,
            program: 'kafka-admin',
            host: 'host',
            config: { bootstrapServers: action.brokers.map(({ port }) => `127.0.0.1:${port}`).join(','), properties: {}, call: adminCall(action.command) },
          },
        },
        { type: 'start', process: action.name },
      ];
    case 'terminal':
      return atTerminal(action.terminal, action.deed);
  }
}

/** The tools' default: 120 s for the client, 30 s for the broker. */
const ADMIN_TIMEOUT_MS = 30_000;

/** The one request that a command-line tool comes down to. */
function adminCall(command: AdminCommand): AdminCall {
  switch (command.type) {
    case 'createTopic': {
      const manual = command.replicaAssignment;
      return {
        api: 'CreateTopics',
        body: {
          topics: [
            {
              topic: command.topic,
              numPartitions: manual === undefined ? (command.partitions ?? 1) : -1,
              replicationFactor: manual === undefined ? (command.replicationFactor ?? 1) : -1,
              assignments: (manual ?? []).map((brokerIds, partition) => ({ partition, brokerIds })),
              configs: Object.entries(command.configs ?? {}).map(([name, value]) => ({ name, value })),
            },
          ],
          timeoutMs: ADMIN_TIMEOUT_MS,
          validateOnly: false,
        },
      };
    }
    case 'deleteTopic':
      return { api: 'DeleteTopics', body: { topicNames: [command.topic], timeoutMs: ADMIN_TIMEOUT_MS } };
    case 'alterTopicConfig':
      return {
        api: 'AlterConfigs',
        body: {
          resources: [
            { resourceType: 'TOPIC', resourceName: command.topic, configs: Object.entries(command.configs).map(([name, value]) => ({ name, value })) },
          ],
          validateOnly: false,
        },
      };
    case 'electPreferredLeaders': {
      const topics = [...new Set(command.partitions.map(({ topic }) => topic))];
      return {
        api: 'ElectPreferredLeaders',
        body: {
          topics: topics.map((topic) => ({ topic, partitions: command.partitions.filter((one) => one.topic === topic).map(({ partition }) => partition) })),
          timeoutMs: ADMIN_TIMEOUT_MS,
        },
      };
    }
  }
}

function workloadCommand(workload: Workload | null): { readonly type: string } {
  const command = { type: 'setWorkload', workload };
  return command;
}

function involves(rule: LinkRule, a: string, b: string | undefined): boolean {
  const ends = [rule.from, rule.to];
  return ends.includes(a) && (b === undefined || ends.includes(b));
}

export type Refusal =
  | { readonly type: 'unknown'; readonly name: string }
  | { readonly type: 'alreadyRunning' }
  | { readonly type: 'notRunning' }
  | { readonly type: 'alreadyPaused' }
  | { readonly type: 'notPaused' }
  | { readonly type: 'hostIsDown' }
  | { readonly type: 'hostIsUp' }
  | { readonly type: 'nothingToHeal' }
  | { readonly type: 'diskIsWell' }
  | { readonly type: 'isSoAlready' }
  /** What becomes of a ZooKeeper server that cannot read its own log any more is not simulated. */
  | { readonly type: 'notFailing' }
  | { readonly type: 'nameTaken' };

const isAlive = (process: Process): boolean => process.status === 'running' || process.status === 'paused';

/** Why an action would do nothing now; undefined: it can be done. */
export function refusal(world: World, action: ClusterAction): Refusal | undefined {
  const named = (name: string): Process | undefined => findProcess(world, name);
  const signal = (name: string, what: Signal): Refusal | undefined => {
    const process = named(name);
    if (!process) return { type: 'unknown', name };
    if (!isAlive(process)) return { type: 'notRunning' };
    if (what === 'SIGSTOP' && process.status === 'paused') return { type: 'alreadyPaused' };
    if (what === 'SIGCONT' && process.status !== 'paused') return { type: 'notPaused' };
    return undefined;
  };
  const started = (name: string): Refusal | undefined => {
    const process = named(name);
    if (!process) return { type: 'unknown', name };
    return isAlive(process) ? { type: 'alreadyRunning' } : undefined;
  };
  const isKnown = (name: string): Refusal | undefined => (named(name) ? undefined : { type: 'unknown', name });
  switch (action.type) {
    case 'signal':
      return signal(action.process, action.signal);
    case 'start':
      return started(action.process);
    case 'container':
      switch (action.verb) {
        case 'start':
          return started(action.container);
        case 'kill':
          return signal(action.container, 'SIGKILL');
        case 'stop':
          return signal(action.container, 'SIGTERM');
        case 'pause':
          return signal(action.container, 'SIGSTOP');
        case 'unpause':
          return signal(action.container, 'SIGCONT');
      }
      break;
    case 'powerLoss':
    case 'powerOn': {
      const host = world.network.hosts.find((one) => one.name === action.host);
      if (!host) return { type: 'unknown', name: action.host };
      if (action.type === 'powerLoss') return host.isUp ? undefined : { type: 'hostIsDown' };
      return host.isUp ? { type: 'hostIsUp' } : undefined;
    }
    case 'cut':
      return [...action.a, ...action.b].map(isKnown).find((one) => one !== undefined);
    case 'slow':
    case 'lose':
      return isKnown(action.from) ?? isKnown(action.to);
    case 'heal':
      return world.network.rules.some((rule) => action.a === undefined || involves(rule, action.a, action.b)) ? undefined : { type: 'nothingToHeal' };
    case 'disk': {
      const process = named(action.process);
      return process === undefined ? { type: 'unknown', name: action.process } : diskRefusal(world, process, action);
    }
    case 'wipe': {
      const process = named(action.process);
      if (!process) return { type: 'unknown', name: action.process };
      return isAlive(process) ? { type: 'alreadyRunning' } : undefined;
    }
    case 'configure':
      return isKnown(action.broker);
    case 'addClient':
      return named(action.client.name) ? { type: 'nameTaken' } : undefined;
    case 'produce':
    case 'workload':
      return signal(action.producer, 'SIGTERM');
    case 'admin':
      return named(action.name) ? { type: 'nameTaken' } : undefined;
    case 'terminal': {
      const { terminal, deed } = action;
      if (deed.type !== 'open') return signal(terminal, 'SIGTERM');
      if (!world.network.hosts.some(({ name }) => name === deed.host)) return { type: 'unknown', name: deed.host };
      const process = named(terminal);
      return process && isAlive(process) ? { type: 'nameTaken' } : undefined;
    }
  }
}

function diskRefusal(world: World, process: Process, { slowness, full, failed }: Extract<ClusterAction, { type: 'disk' }>): Refusal | undefined {
  const volume = world.volumes[process.volume]!;
  const breaks = (slowness ?? 1) > 1 || full === true || (failed ?? []).length > 0;
  if (process.program !== 'kafka-broker' && (failed ?? []).length > 0) return { type: 'notFailing' };
  const changes =
    (slowness !== undefined && slowness !== volume.slowness) ||
    (full !== undefined && full !== (volume.capacityBytes !== null)) ||
    (failed !== undefined && [...failed].sort().join() !== [...volume.failed].sort().join());
  return changes ? undefined : { type: breaks ? 'isSoAlready' : 'diskIsWell' };
}

const isContainer = (name: string): boolean => name.startsWith('zookeeper');

/** The line that does the same on the tutorial's machine; undefined: only the lab can do it. */
export function realCommand(world: World, action: ClusterAction): string | undefined {
  const pid = (name: string): string => String(findProcess(world, name)?.pid ?? '<pid>');
  switch (action.type) {
    case 'signal':
      if (isContainer(action.process)) {
        const verbs = { SIGKILL: 'kill', SIGTERM: 'stop', SIGSTOP: 'pause', SIGCONT: 'unpause' } as const;
        return `docker ${verbs[action.signal]} ${action.process}`;
      }
      switch (action.signal) {
        case 'SIGKILL':
          return `kill -9 ${pid(action.process)}`;
        case 'SIGTERM':
          return `kill ${pid(action.process)}`;
        case 'SIGSTOP':
          return `kill -STOP ${pid(action.process)}`;
        case 'SIGCONT':
          return `kill -CONT ${pid(action.process)}`;
      }
      break;
    case 'start':
      if (isContainer(action.process)) return `docker start ${action.process}`;
      if (action.process.startsWith('broker-')) {
        return `./kafka-server-start.sh -daemon ../config/${propertiesFile(Number(action.process.slice('broker-'.length)))}`;
      }
      return undefined;
    case 'container':
      return `docker ${action.verb} ${action.container}`;
    case 'cut':
      return cutCommand(world, action);
    case 'slow':
      return netemCommand(action.from, `delay ${action.delayMs}ms`);
    case 'lose':
      return netemCommand(action.from, `loss ${Math.round(action.share * 100)}%`);
    case 'disk':
      return fillCommand(world, action);
    case 'admin':
      return adminCommand(action.command, action.brokers[0]?.port ?? 9092);
    case 'terminal':
      return action.deed.type === 'type' ? action.deed.text.trimEnd() : undefined;
    default:
      return undefined;
  }
}

/** A disk is filled by a file that grows until nothing is left, and emptied by removing it. */
function fillCommand(world: World, { process: name, full, slowness, failed }: Extract<ClusterAction, { type: 'disk' }>): string | undefined {
  const process = findProcess(world, name);
  if (full === undefined || !process || (slowness ?? 1) > 1 || (failed ?? []).length > 0) return undefined;
  if (!full && world.volumes[process.volume]!.capacityBytes === null) return undefined;
  const isServer = process.program === 'zookeeper-server';
  const [dir] = isServer ? ['/datalog'] : (/^log\.dirs=(.*)$/m.exec((process.config as { readonly properties: string }).properties)?.[1] ?? '/tmp/kafka-logs').split(',');
  const file = `${dir!.trim()}/fill`;
  return `${isServer ? `docker exec ${name} ` : ''}${full ? `dd if=/dev/zero of=${file} bs=1M` : `rm ${file}`}`;
}

/**
 * Containers have addresses of their own, so the host can drop what passes between them. What runs on the host has the address of the
 * host: no rule tells one broker or client from another, and a rule for loopback would hit all of them.
 */
function cutCommand(world: World, { a, b, oneWay, port }: Extract<ClusterAction, { type: 'cut' }>): string | undefined {
  const address = (name: string): string | undefined => world.network.hosts.find((host) => host.name === name)?.names[0];
  const [from, to] = [a.map(address), b.map(address)];
  if (from.length === 0 || to.length === 0 || [...from, ...to].includes(undefined)) return undefined;
  const drop = (some: readonly unknown[], others: readonly unknown[]): string => `iptables -I FORWARD -s ${some.join()} -d ${others.join()}${port === undefined ? '' : ` -p tcp --dport ${port}`} -j DROP`;
  return oneWay === true ? drop(from, to) : `${drop(from, to)}; ${drop(to, from)}`;
}

/** In the network of a container, which has no `tc` of its own; on the host it would slow down everybody there. */
function netemCommand(from: string, netem: string): string | undefined {
  return isContainer(from) ? `nsenter -n -t $(docker inspect -f '{{.State.Pid}}' ${from}) tc qdisc add dev eth0 root netem ${netem}` : undefined;
}

function adminCommand(command: AdminCommand, port: number): string {
  const server = `--bootstrap-server 127.0.0.1:${port}`;
  switch (command.type) {
    case 'createTopic': {
      const layout =
        command.replicaAssignment === undefined
          ? `--replication-factor ${command.replicationFactor ?? 1} --partitions ${command.partitions ?? 1}`
          : `--replica-assignment ${command.replicaAssignment.map((replicas) => replicas.join(':')).join(',')}`;
      const configs = Object.entries(command.configs ?? {}).map(([key, value]) => ` --config ${key}=${value}`);
      return `./kafka-topics.sh --create ${server} ${layout} --topic ${command.topic}${configs.join('')}`;
    }
    case 'deleteTopic':
      return `./kafka-topics.sh --delete ${server} --topic ${command.topic}`;
    case 'alterTopicConfig': {
      const configs = Object.entries(command.configs).map(([key, value]) => `${key}=${value}`);
      return `./kafka-configs.sh --zookeeper 127.0.0.1:2182 --alter --entity-type topics --entity-name ${command.topic} --add-config ${configs.join(',')}`;
    }
    case 'electPreferredLeaders':
      return `./kafka-preferred-replica-election.sh ${server}`;
  }
}
