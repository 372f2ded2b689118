/**
 * What a person can do to a running cluster, as data (it is what a share link holds), and what each action means to the kernel. An
 * action that can do nothing now says why. The real command that does the same: `real-command.ts`.
 */
import type { AdminCall } from '../kafka/clients/admin-client.ts';
import type { ReassignerConfig } from '../kafka/clients/reassigner.ts';
import type { PartitionTarget } from '../kafka/zookeeper/znodes.ts';
import { machineOf, type LinkRule } from '../kernel/network.ts';
import type { Process } from '../kernel/process.ts';
import { findProcess, type KernelAction, type World } from '../kernel/world.ts';
import { attached, isDockerDown, isNetworkRule, isOff } from './container-network.ts';
import type { ClientDescription, KnownBroker, Workload } from './description.ts';
import { brokerName, clientProcess, publishedZooKeeperPort } from './description.ts';
import { dataPlace, fillFile, fillsOf, isFull, FILL } from './filling.ts';

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
  | { readonly type: 'electPreferredLeaders'; readonly partitions: readonly { readonly topic: string; readonly partition: number }[] }
  | { readonly type: 'reassignPartitions'; readonly partitions: readonly PartitionTarget[] };

/** In iptables' words. */
export type PortVerdict = 'DROP' | 'REJECT' | 'ACCEPT';

export type ClusterAction =
  | { readonly type: 'signal'; readonly process: string; readonly signal: Signal }
  | { readonly type: 'start'; readonly process: string }
  | { readonly type: 'container'; readonly container: string; readonly verb: 'start' | 'stop' | 'kill' | 'pause' | 'unpause' | 'rm' }
  /** Docker's network, and with it the name by which the others know a container. */
  | { readonly type: 'network'; readonly container: string; readonly verb: 'connect' | 'disconnect' }
  | { readonly type: 'powerLoss'; readonly host: string }
  | { readonly type: 'powerOn'; readonly host: string }
  /** Nothing passes between the two sides; with `oneWay` nothing passes from `a` to `b`. */
  | { readonly type: 'cut'; readonly a: readonly string[]; readonly b: readonly string[]; readonly oneWay?: boolean; readonly port?: number }
  | { readonly type: 'slow'; readonly from: string; readonly to: string; readonly delayMs: number; readonly port?: number }
  | { readonly type: 'lose'; readonly from: string; readonly to: string; readonly share: number }
  /** The firewall of the machine on which something listens: nobody gets in at that port any more, wherever from; or everybody again. */
  | { readonly type: 'firewall'; readonly process: string; readonly port: number; readonly verdict: PortVerdict }
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
  /** `before`: what was done to the machine so far without a terminal, as its commands. */
  | { readonly type: 'open'; readonly host: string; readonly before?: readonly string[] }
  | { readonly type: 'type'; readonly text: string }
  | { readonly type: 'key'; readonly key: (typeof TERMINAL_KEYS)[number] }
  /** What an editor in front does with its file: the whole text it becomes, or null: it is left as it was. */
  | { readonly type: 'save'; readonly text: string | null };

export const TERMINAL_KEYS = ['C-c', 'C-d', 'C-l', 'C-z'] as const;

/** How the rule is named that one thing does to what passes from one process to another, whoever does it; `*`: to everybody. */
export function ruleId(kind: 'cut' | 'slow' | 'lose', from: string, to: string, port?: number): string {
  return `${kind}:${from}>${to}${port === undefined ? '' : `:${port}`}`;
}

/** `iptables -I INPUT -p tcp --dport PORT -j DROP|REJECT` on a machine. */
export function portRule(machine: string, port: number, verdict: Exclude<PortVerdict, 'ACCEPT'>): LinkRule {
  const effect = { type: 'filter', machine, verdict: verdict === 'DROP' ? 'drop' : 'refuse', sparesNobody: true } as const;
  return { id: `iptables:${machine}:${port}`, from: '*', to: '*', port, effect };
}

/** What such a rule of a port says there now; undefined: there is none. */
export function portVerdict(world: World, machine: string, port: number): Exclude<PortVerdict, 'ACCEPT'> | undefined {
  const { id } = portRule(machine, port, 'DROP');
  const effect = world.network.rules.find((rule) => rule.id === id)?.effect;
  return effect?.type !== 'filter' ? undefined : effect.verdict === 'drop' ? 'DROP' : 'REJECT';
}

export function machineAt(world: World, process: Process): string {
  return machineOf(world.network.hosts, process.host);
}

/** Whether the firewall of its machine lets nobody in at a port of a process. */
export function isShutAt(world: World, process: Process, port: number): boolean {
  return portVerdict(world, machineAt(world, process), port) !== undefined;
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
        // By force: it need not have ended. Its files go with it.
        case 'rm': {
          const process = findProcess(world, action.container)!;
          return [
            { type: 'kill', process: action.container, signal: 'SIGKILL' },
            { type: 'wipe', volume: world.volumes[process.volume]!.name },
            { type: 'removeHost', host: process.host },
          ];
        }
      }
      break;
    case 'network':
      return attached(world, action.container, action.verb === 'connect');
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
    case 'firewall': {
      const machine = machineAt(world, findProcess(world, action.process)!);
      const { port, verdict } = action;
      return [verdict === 'ACCEPT' ? { type: 'removeRule', id: portRule(machine, port, 'DROP').id } : { type: 'addRule', rule: portRule(machine, port, verdict) }];
    }
    case 'heal':
      return healedRules(world, action).map(({ id }) => ({ type: 'removeRule', id }));
    case 'disk': {
      const { volume, directory } = dataPlace(world, findProcess(world, action.process)!);
      return [
        ...(action.full === true ? fillFile(volume, `${directory}/${FILL}`) : []),
        ...(action.full === false ? fillsOf(volume).map((path) => ({ type: 'wipe' as const, volume: volume.name, path })) : []),
        {
          type: 'disk',
          volume: volume.name,
          ...(action.slowness === undefined ? {} : { slowness: action.slowness }),
          ...(action.full === false ? { capacityBytes: null } : {}),
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
        { type: 'addProcess', process: { name: action.name, host: 'host', ...adminTool(world, action.command, action.brokers) } },
        { type: 'start', process: action.name },
      ];
    case 'terminal':
      return atTerminal(action.terminal, action.deed);
  }
}

/** The tools' default: 120 s for the client, 30 s for the broker. */
const ADMIN_TIMEOUT_MS = 30_000;

function adminTool(world: World, command: AdminCommand, brokers: readonly KnownBroker[]): { readonly program: string; readonly config: object } {
  if (command.type === 'reassignPartitions') {
    const config: ReassignerConfig = { servers: [{ host: '127.0.0.1', port: publishedEnsemblePort(world) }], plan: command.partitions };
    return { program: 'kafka-reassigner', config };
  }
  const bootstrapServers = brokers.map(({ port }) => `127.0.0.1:${port}`).join(',');
  return { program: 'kafka-admin', config: { bootstrapServers, properties: {}, call: adminCall(command) } };
}

/** A port of the machine at which a ZooKeeper server that runs is reached. */
export function publishedEnsemblePort({ processes, network }: World): number {
  const running = processes.filter(({ program, status }) => program === 'zookeeper-server' && status === 'running');
  const forwards = network.hosts.flatMap((host) => host.forwards);
  const [first] = running.flatMap(({ host }) => forwards.find(({ toHost }) => toHost === host)?.port ?? []);
  return first ?? publishedZooKeeperPort(1);
}

/** The one request that a command-line tool comes down to. */
function adminCall(command: Exclude<AdminCommand, { type: 'reassignPartitions' }>): AdminCall {
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

/** What a heal takes away. */
export function healedRules(world: World, { a, b }: Extract<ClusterAction, { type: 'heal' }>): readonly LinkRule[] {
  return world.network.rules.filter((rule) => !isNetworkRule(rule) && (a === undefined || involves(rule, a, b)));
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
  | { readonly type: 'portIsOpen' }
  | { readonly type: 'brokerIsDown' }
  | { readonly type: 'diskIsWell' }
  | { readonly type: 'isSoAlready' }
  /** What becomes of a ZooKeeper server that cannot read its own log any more is not simulated. */
  | { readonly type: 'notFailing' }
  /** Nobody is there who would do it: Docker's daemon was stopped. */
  | { readonly type: 'dockerIsDown' }
  | { readonly type: 'nameTaken' };

const isAlive = (process: Process): boolean => process.status === 'running' || process.status === 'paused';

/** What is asked of Docker, and of which container. */
function askedOfDocker(world: World, action: ClusterAction): string | undefined {
  if (action.type === 'container' || action.type === 'network') return action.container;
  if (action.type !== 'start' && action.type !== 'signal') return undefined;
  return findProcess(world, action.process)?.program === 'zookeeper-server' ? action.process : undefined;
}

/** Why an action would do nothing now; undefined: it can be done. */
export function refusal(world: World, action: ClusterAction): Refusal | undefined {
  const named = (name: string): Process | undefined => {
    const process = findProcess(world, name);
    // Of a container that was removed not even the host is left.
    return process && world.network.hosts.some((host) => host.name === process.host) ? process : undefined;
  };
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
  const container = askedOfDocker(world, action);
  if (container !== undefined && isDockerDown(world, container)) return { type: 'dockerIsDown' };
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
        case 'rm':
          return isKnown(action.container);
      }
      break;
    case 'network': {
      const process = named(action.container);
      if (process?.program !== 'zookeeper-server') return { type: 'unknown', name: action.container };
      if (!isAlive(process)) return { type: 'notRunning' };
      return isOff(world, process) === (action.verb === 'disconnect') ? { type: 'isSoAlready' } : undefined;
    }
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
      return isKnown(action.from) ?? (action.to === '*' ? undefined : isKnown(action.to));
    case 'firewall': {
      const process = named(action.process);
      if (!process) return { type: 'unknown', name: action.process };
      const isShut = isShutAt(world, process, action.port);
      if (action.verdict === 'ACCEPT') return isShut ? undefined : { type: 'portIsOpen' };
      return isShut ? { type: 'isSoAlready' } : undefined;
    }
    case 'heal':
      return healedRules(world, action).length > 0 ? undefined : { type: 'nothingToHeal' };
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
      if (named(action.name)) return { type: 'nameTaken' };
      return action.command.type === 'reassignPartitions' ? reassignRefusal(world, action.command.partitions) : undefined;
    case 'terminal': {
      const { terminal, deed } = action;
      if (deed.type !== 'open') return signal(terminal, 'SIGTERM');
      if (!world.network.hosts.some(({ name }) => name === deed.host)) return { type: 'unknown', name: deed.host };
      const process = named(terminal);
      return process && isAlive(process) ? { type: 'nameTaken' } : undefined;
    }
  }
}

/** The tool asks who is registered. */
function reassignRefusal(world: World, plan: readonly PartitionTarget[]): Refusal | undefined {
  const isUp = (id: number): boolean => {
    const process = findProcess(world, brokerName(id));
    return process !== undefined && isAlive(process);
  };
  return plan.every(({ replicas }) => replicas.every(isUp)) ? undefined : { type: 'brokerIsDown' };
}

function diskRefusal(world: World, process: Process, { slowness, full, failed }: Extract<ClusterAction, { type: 'disk' }>): Refusal | undefined {
  const { volume } = dataPlace(world, process);
  const breaks = (slowness ?? 1) > 1 || full === true || (failed ?? []).length > 0;
  if (process.program !== 'kafka-broker' && (failed ?? []).length > 0) return { type: 'notFailing' };
  const changes =
    (slowness !== undefined && slowness !== volume.slowness) ||
    // What a process frees meanwhile is no cure: the file that fills the disk takes nothing back, but is there.
    (full === true && !isFull(volume)) ||
    (full === false && (isFull(volume) || fillsOf(volume).length > 0)) ||
    (failed !== undefined && [...failed].sort().join() !== [...volume.failed].sort().join());
  return changes ? undefined : { type: breaks ? 'isSoAlready' : 'diskIsWell' };
}
