/** The commands of a trace. Every one is a person's deed, a wait, or a look; the lines it returns are its output. */
import { toArray, values } from '../kernel/append-list.ts';
import type { Fact, Message } from '../kernel/program.ts';
import { factLine, seconds } from '../kernel/trace.ts';
import { findProcess, type ItemRecord, type Kernel, type World } from '../kernel/world.ts';
import { describe } from '../kafka/describe.ts';
import { decodeMarker, decodeRecords, fromUtf8, partitionLeaderEpoch } from '../kafka/log/record-batch.ts';
import type { KafkaMessage } from '../kafka/protocol/index.ts';
import { describeZookeeper, type ZookeeperMessage } from '../zookeeper/describe.ts';
import { nodeAt } from '../zookeeper/tree.ts';
import { formatZxid } from '../zookeeper/zxid.ts';
import { refusal, type AdminCommand, type ClusterAction, type Signal } from './actions.ts';
import type { Condition } from './conditions.ts';
import { imageDefaults, serverProperties } from './defaults.ts';
import { audit, logsThatCount } from './audit.ts';
import { build, type ClientDescription, type KnownBroker } from './description.ts';
import { RunningCluster } from './running.ts';
import { parseCondition, parsePartition } from './trace-conditions.ts';

/** What tells the story; the rest is chatter until somebody asks to watch it. */
const STORY: readonly string[] = [
  'electionStarted', 'electionDecided', 'epochProposed', 'leaderEstablished', 'leaderLost', 'quorumLost', 'learnerSynchronizing',
  'learnerSynchronized', 'learnerLost', 'logTruncated', 'serverServing', 'serverNotServing', 'sessionExpired', 'sessionClosed', 'zkClientExpired',
  'controllerElected', 'controllerResigned', 'controllerFenced', 'controllerFailoverCompleted', 'brokerChangeProcessed',
  'brokerRegistered', 'brokerStateChanged', 'brokerExited', 'logDirFailed', 'leaderElected', 'leaderElectionFailed', 'replicaRemovedFromIsr', 'partitionWentOffline',
  'controlledShutdownProcessed', 'becameLeader', 'becameFollower', 'isrShrank', 'isrExpanded', 'followerNotFenced', 'staleZkVersion', 'recordFailed',
  'offsetOutOfRange', 'positionReset', 'consumerFailed', 'adminFailed',
  'groupRebalanceStarted', 'groupGenerationStarted', 'groupStabilized', 'groupEmptied', 'groupMemberRemoved', 'groupMemberReplaced',
  'groupLoaded', 'groupUnloaded', 'groupRemoved', 'offsetsExpired', 'coordinatorLost', 'partitionsRevoked', 'partitionsAssigned', 'consumerLeftGroup',
  'commitFailed', 'transactionChanged', 'txnMarkerWritten', 'txnMarkersLost', 'txnMarkersSkipped', 'transactionsLoaded', 'transactionsUnloaded',
];

/** Each server notes these when it applies the transaction; once is enough to tell it. */
const OF_A_TRANSACTION: ReadonlySet<string> = new Set(['sessionOpened', 'sessionClosed', 'znodeCreated', 'znodeDeleted', 'znodeDataChanged', 'writeRefused']);

const ZXID_KEYS: ReadonlySet<string> = new Set(['zxid', 'zxids', 'lastLoggedZxid', 'missing']);

/** Transaction numbers as ZooKeeper prints them. */
function withZxids(value: unknown, key: string): unknown {
  if (Array.isArray(value)) return value.map((one) => withZxids(one, key));
  if (typeof value === 'number') return ZXID_KEYS.has(key) ? formatZxid(value) : value;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, withZxids(one, name)]));
}

const fail = (reason: string): never => {
  throw new Error(reason);
};

/** Words; a part in double quotes is one word. */
function words(line: string): string[] {
  return [...line.matchAll(/"([^"]*)"|(\S+)/g)].map((match) => match[1] ?? match[2]!);
}

function settings(args: readonly string[]): Record<string, string> {
  const found: Record<string, string> = {};
  for (const arg of args) {
    const equals = arg.indexOf('=');
    if (equals <= 0) fail(`expected key=value, found ${arg}`);
    found[arg.slice(0, equals)] = arg.slice(equals + 1);
  }
  return found;
}

/** `500ms`, `2s` or `1m` in milliseconds. */
export function duration(text: string | undefined): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m)$/.exec(text ?? '');
  if (!match) return fail(`expected a time such as 500ms or 5s, found ${text ?? 'nothing'}`);
  return Number(match[1]) * { ms: 1, s: 1_000, m: 60_000 }[match[2] as 'ms' | 's' | 'm'];
}

const SIGNALS: Readonly<Record<string, Signal>> = { '-9': 'SIGKILL', '-KILL': 'SIGKILL', '-15': 'SIGTERM', '-STOP': 'SIGSTOP', '-CONT': 'SIGCONT' };
const ADMIN_WITHIN_MS = 30_000;

/** What a trace needs to type at terminals: it lies in a layer above. */
export interface TraceTerminals {
  readonly kernel: Kernel;
  /** The machine before the tutorial's first command. */
  emptyHost(seed: number): World;
  /** Whether the shell at a terminal waits for a line. */
  isIdle(world: World, terminal: string): boolean;
  printed(world: World, terminal: string, from: number): { readonly text: string; readonly end: number };
}

const TYPED = /^(?:([a-z][\w-]*)\$|\$) (.*)$/;
/** A line for the program in front, or only a look at what it printed. */
const SPOKEN = /^([a-z][\w-]*)?>(?: (.*))?$/;
/** Simulated time that it is given to answer. */
const ANSWERED_AFTER_MS = 2_000;
const TYPED_WITHIN_MS = 180_000;

export class TraceRun {
  constructor(private readonly terminals?: TraceTerminals) {}

  private running: RunningCluster | undefined;
  private brokers: readonly KnownBroker[] = [];
  private readonly watched = new Set(STORY);
  private readonly messages = new Set<string>();
  private readonly told = new Set<string>();
  private admins = 0;
  private output: string[] = [];

  /** How far the screen of each terminal was shown. */
  private readonly shown = new Map<string, number>();

  /** Lines of a command at a terminal that goes on (`\` at its end). */
  private typing: { readonly host: string; readonly text: string } | undefined;

  command(line: string): readonly string[] {
    this.output = [];
    const typed = this.typing === undefined ? TYPED.exec(line) : null;
    if (this.typing !== undefined || typed !== null) {
      const host = this.typing?.host ?? typed![1] ?? 'host';
      const text = this.typing === undefined ? typed![2]! : `${this.typing.text}\n${line}`;
      this.typing = text.endsWith('\\') ? { host, text } : undefined;
      if (this.typing === undefined) this.atTerminal(host, text);
      return this.output;
    }
    const spoken = SPOKEN.exec(line);
    if (spoken !== null) {
      this.toProgram(spoken[1] ?? 'host', spoken[2]);
      return this.output;
    }
    const [verb = '', ...args] = words(line);
    const known = Object.hasOwn(this.verbs, verb) ? this.verbs[verb] : undefined;
    if (!known) fail(`unknown command ${verb}`);
    else known(args);
    return this.output;
  }

  private get cluster(): RunningCluster {
    return this.running ?? fail('there is no cluster yet: begin with `cluster zookeeper=3 brokers=3 seed=1`');
  }

  /** The one terminal of a machine, opened if it is not. */
  private terminalOf(host: string, { printed }: TraceTerminals): string {
    const terminal = `terminal-${host}`;
    if (findProcess(this.cluster.world, terminal)?.status !== 'running') this.act({ type: 'terminal', terminal, deed: { type: 'open', host } });
    this.cluster.runFor(10);
    if (!this.shown.has(terminal)) this.shown.set(terminal, printed(this.cluster.world, terminal, 0).end);
    return terminal;
  }

  /** What was printed since it was last shown; an empty line as `·`. */
  private show(terminal: string, terminals: TraceTerminals): void {
    const { text, end } = terminals.printed(this.cluster.world, terminal, this.shown.get(terminal) ?? 0);
    this.shown.set(terminal, end);
    if (text !== '') this.output.push(...text.replace(/\n$/, '').split('\n').map((line) => (line.trim() === '' ? '·' : line.trimEnd())));
  }

  /** Types a line at the terminal of a machine, or Ctrl-C, and shows what is printed until the shell waits again. */
  private atTerminal(host: string, text: string): void {
    const { terminals, cluster } = this;
    if (terminals === undefined) return void fail('no terminals here');
    const terminal = this.terminalOf(host, terminals);
    this.shown.set(terminal, terminals.printed(cluster.world, terminal, 0).end);
    this.act({ type: 'terminal', terminal, deed: text === '^C' ? { type: 'key', key: 'C-c' } : { type: 'type', text: `${text}\n` } });
    cluster.runTo(cluster.now + TYPED_WITHIN_MS * 1_000, Infinity, () => terminals.isIdle(cluster.world, terminal));
    if (!terminals.isIdle(cluster.world, terminal)) fail(`it still runs after ${TYPED_WITHIN_MS / 1_000} s: ${text}`);
    this.show(terminal, terminals);
  }

  /** Types a line to a program that goes on, and shows what was printed since the last look. */
  private toProgram(host: string, text: string | undefined): void {
    const { terminals, cluster } = this;
    if (terminals === undefined) return void fail('no terminals here');
    const terminal = this.terminalOf(host, terminals);
    if (text !== undefined) {
      this.act({ type: 'terminal', terminal, deed: { type: 'type', text: `${text}\n` } });
      cluster.runFor(ANSWERED_AFTER_MS);
    }
    this.show(terminal, terminals);
  }

  private readonly verbs: Readonly<Record<string, (args: readonly string[]) => void>> = {
    cluster: (args) => this.build(settings(args)),
    host: (args) => {
      const { terminals } = this;
      if (terminals === undefined) return void fail('no terminals here');
      this.running = new RunningCluster(terminals.emptyHost(Number(settings(args).seed ?? '1')), undefined, (record) => this.tell(record), terminals.kernel);
    },
    boot: (args) => this.boot(args),
    docker: ([verb, container = '']) => {
      if (verb !== 'start' && verb !== 'stop' && verb !== 'kill' && verb !== 'pause' && verb !== 'unpause') fail(`unknown docker command ${verb}`);
      else this.act({ type: 'container', container, verb });
    },
    kill: (args) => {
      const [first = '', second] = args;
      const signal = second === undefined ? 'SIGTERM' : (SIGNALS[first] ?? fail(`unknown signal ${first}`));
      this.act({ type: 'signal', process: second ?? first, signal });
    },
    start: (names) => names.forEach((process) => this.act({ type: 'start', process })),
    producer: ([name = '', ...keys]) => this.client({ kind: 'producer', name, properties: settings(keys) }),
    consumer: ([name = '', partition, ...keys]) =>
      this.client({ kind: 'consumer', name, properties: settings(keys), assignment: (partition ?? '').split(',').map(parsePartition) }),
    member: ([name = '', group = '', topics = '', ...keys]) =>
      this.client({ kind: 'consumer', name, properties: { 'group.id': group, 'client.id': name, ...settings(keys) }, subscription: topics.split(',') }),
    topic: ([topic = '', layout = '', ...keys]) => {
      if (!/^\d+(:\d+)*(,\d+(:\d+)*)*$/.test(layout)) fail(`expected replicas such as 1:2:3,2:3:1, found ${layout}`);
      const replicaAssignment = layout.split(',').map((replicas) => replicas.split(':').map(Number));
      this.admin({ type: 'createTopic', topic, replicaAssignment, configs: settings(keys) });
      this.wait({ type: 'topicReady', topic, partitions: replicaAssignment.length }, ADMIN_WITHIN_MS);
    },
    config: ([topic = '', ...keys]) => this.admin({ type: 'alterTopicConfig', topic, configs: settings(keys) }),
    'elect-preferred': (partitions) => this.admin({ type: 'electPreferredLeaders', partitions: partitions.map(parsePartition) }),
    produce: ([producer = '', where = '', ...texts]) => {
      const partition = /-\d+$/.test(where) ? parsePartition(where) : { topic: where };
      this.act({ type: 'produce', producer, records: texts.map((value) => ({ ...partition, value })) });
    },
    load: ([producer = '', topic = '', ...keys]) => {
      if (topic === 'off') return this.act({ type: 'workload', producer, workload: null });
      const { rate = '10', prefix = `${producer}-`, count, transaction, abort } = settings(keys);
      const workload = {
        topic,
        ratePerSecond: Number(rate),
        valuePrefix: prefix,
        ...(count === undefined ? {} : { count: Number(count) }),
        ...(transaction === undefined ? {} : { transactionRecords: Number(transaction) }),
        ...(abort === undefined ? {} : { abortEvery: Number(abort) }),
      };
      return this.act({ type: 'workload', producer, workload });
    },
    cut: ([a = '', b = '', ...rest]) => {
      const port = rest.find((one) => one.startsWith('port='));
      this.act({
        type: 'cut',
        a: a.split(','),
        b: b.split(','),
        oneWay: rest.includes('oneway'),
        ...(port === undefined ? {} : { port: Number(port.slice(5)) }),
      });
    },
    slow: ([from = '', to = '', delay]) => this.act({ type: 'slow', from, to, delayMs: duration(delay) }),
    lose: ([from = '', to = '', share = '']) => {
      if (!/^\d+%$/.test(share)) fail(`expected a share such as 30%, found ${share}`);
      this.act({ type: 'lose', from, to, share: Number(share.slice(0, -1)) / 100 });
    },
    heal: ([a, b]) => this.act({ type: 'heal', ...(a === undefined ? {} : { a }), ...(b === undefined ? {} : { b }) }),
    'power-loss': ([host = '']) => this.act({ type: 'powerLoss', host }),
    'power-on': ([host = '']) => this.act({ type: 'powerOn', host }),
    wipe: ([process = '']) => this.act({ type: 'wipe', process }),
    disk: ([process = '', ...keys]) => {
      const { slowness, full, failed } = settings(keys);
      if (slowness === undefined && full === undefined && failed === undefined) fail('expected slowness=20, full=yes or failed=/a,/b');
      this.act({
        type: 'disk',
        process,
        ...(slowness === undefined ? {} : { slowness: Number(slowness) }),
        ...(full === undefined ? {} : { full: full === 'yes' }),
        ...(failed === undefined ? {} : { failed: failed === 'none' ? [] : failed.split(',') }),
      });
    },
    run: ([time]) => {
      this.cluster.runFor(duration(time));
    },
    until: (args) => {
      const at = args.lastIndexOf('within');
      const condition = at < 0 ? args : args.slice(0, at);
      this.wait(parseCondition(condition), at < 0 ? 20_000 : duration(args[at + 1]));
    },
    watch: (types) => types.forEach((type) => this.watched.add(type)),
    unwatch: (types) => (types[0] === 'all' ? this.watched.clear() : types.forEach((type) => this.watched.delete(type))),
    messages: (types) => {
      if (types[0] === 'off') this.messages.clear();
      else types.forEach((type) => this.messages.add(type));
    },
    show: ([what = '', ...args]) => {
      const look = Object.hasOwn(this.looks, what) ? this.looks[what] : undefined;
      if (!look) fail(`unknown thing to show: ${what}`);
      else this.output.push(...look(args));
    },
  };

  private readonly looks: Readonly<Record<string, (args: readonly string[]) => readonly string[]>> = {
    partitions: (topics) => {
      const facts = this.cluster.facts();
      return (topics.length > 0 ? topics : facts.topics).flatMap((topic) =>
        facts.partitions(topic).map(
          ({ name, leader, leaderEpoch, isr, replicas }) => `${name} leader ${leader ?? 'none'} epoch ${leaderEpoch} ISR ${isr.join(',')} of ${replicas.join(',')}`,
        ),
      );
    },
    replicas: ([name]) => {
      const facts = this.cluster.facts();
      const { topic, partition } = parsePartition(name);
      return (facts.partition(topic, partition) ?? fail(`no partition ${name}`)).replicas.map((id) => {
        const replica = facts.replica(id, topic, partition);
        if (!replica) return `broker-${id} is down`;
        return `broker-${id} ${replica.role} epoch ${replica.leaderEpoch} LEO ${replica.logEnd} HW ${replica.highWatermark}`;
      });
    },
    znode: ([path = '/']) => {
      const { tree } = this.cluster.facts();
      const node = tree === null ? undefined : nodeAt(tree, path);
      if (!node) return [`${path} does not exist`];
      const owner = node.ephemeralOwner === '0x0' ? '' : ` ephemeral of ${node.ephemeralOwner}`;
      return [`${path} version ${node.version}${owner} ${node.data ?? ''}`.trimEnd(), ...node.children.map((name) => `  ${name}`)];
    },
    servers: () =>
      this.cluster.facts().servers.map(({ name, state, server, process }) => {
        if (!server) return `${name} is down`;
        const paused = process.status === 'paused' ? ' (paused)' : '';
        return `${name} ${state}${paused} accepted ${server.acceptedEpoch} current ${server.currentEpoch} logged ${formatZxid(server.log.lastLoggedZxid)} applied ${formatZxid(server.tree.lastProcessedZxid)}`;
      }),
    brokers: () => {
      const facts = this.cluster.facts();
      return facts.brokers.map(({ name, state, id }) => `${name} ${state}${facts.controller?.brokerId === id ? `, controller of epoch ${facts.controller.epoch}` : ''}`);
    },
    epochs: ([broker = '', name]) => this.log(broker, name).epochs.map(({ epoch, startOffset }) => `epoch ${epoch} from ${startOffset}`),
    log: ([broker = '', name]) =>
      this.log(broker, name).segments.flatMap((segment) =>
        [...values(segment.batches)].flatMap((bytes) =>
          decodeRecords(bytes).map(({ offset, value }) => `${offset} epoch ${partitionLeaderEpoch(bytes)} ${decodeMarker(bytes)?.type ?? (value === null ? 'null' : fromUtf8(value))}`),
        ),
      ),
    ledger: () => {
      const { sent, acked, waiting, failed, ackedLost } = this.cluster.facts().ledger;
      const lost = this.cluster.observed.ledger.lost.map(({ value, partition, offset, lostInEpoch }) => `lost ${value} acknowledged at ${partition} ${offset}, gone in epoch ${lostInEpoch}`);
      return [`sent ${sent} acked ${acked} waiting ${waiting} failed ${failed} acked and lost ${ackedLost}`, ...lost];
    },
    audit: () => {
      const { producers, odd } = audit(this.cluster.observed.ledger, logsThatCount(this.cluster.facts()));
      return [
        ...producers.map(({ producer, sent, acked, failed, waiting, stored, lost, duplicates, phantoms, reordered }) =>
          `${producer} sent ${sent} acked ${acked} failed ${failed} waiting ${waiting} stored ${stored ?? '-'} lost ${lost} duplicates ${duplicates} phantoms ${phantoms} reordered ${reordered}`),
        ...odd.map(({ kind, producer, partition, offset, value }) => `${kind} ${value} of ${producer} at ${partition} ${offset}`),
      ];
    },
    sessions: () => {
      const { tree } = this.cluster.facts();
      return Object.entries(tree?.sessions ?? {}).map(([session, timeout]) => `${session} timeout ${timeout} ms ${(tree?.ephemerals[session] ?? []).join(' ')}`.trimEnd());
    },
    lines: ([name = '', count = '10', text = '']) => {
      const process = findProcess(this.cluster.world, name) ?? fail(`unknown process ${name}`);
      return toArray(process.lines)
        .filter((line) => line.text.includes(text))
        .slice(-Number(count))
        .map((line) => `${seconds(line.at)} ${line.level} ${line.text}`);
    },
  };

  private log(broker: string, name: string | undefined) {
    const { topic, partition } = parsePartition(name);
    const replica = this.cluster.facts().replica(Number(broker.replace('broker-', '')), topic, partition);
    return (replica ?? fail(`${broker} does not run or holds no ${name}`)).partition.log;
  }

  private build(all: Record<string, string>): void {
    if (this.running) fail('there is a cluster already');
    const { zookeeper = '3', brokers = '3', seed = '1', ...changes } = all;
    const servers = Number(zookeeper);
    const keys = (id: number): Record<string, string> => {
      const found: Record<string, string> = {};
      for (const [name, value] of Object.entries(changes)) {
        const match = /^broker\.(?:(\d+)\.)?(.+)$/.exec(name);
        if (!match) fail(`unknown part of a cluster: ${name}`);
        else if (match[1] === undefined || Number(match[1]) === id) found[match[2]!] = value;
      }
      return found;
    };
    const texts = Array.from({ length: Number(brokers) }, (_, index) => serverProperties(index + 1, servers, keys(index + 1)));
    this.brokers = texts.map((properties, index) => ({ id: index + 1, port: 9_092 + index, properties }));
    const description = { seed: Number(seed), zookeeper: { servers, ...imageDefaults }, brokers: texts.map((properties) => ({ properties })), clients: [] };
    this.running = new RunningCluster(build(description), undefined, (record) => this.tell(record));
  }

  /** Starts everything, one after the other, and says nothing but how it came out: `boot`, or `boot brokers=3,1,2`. */
  private boot(args: readonly string[]): void {
    const { brokers = this.brokers.map(({ id }) => id).join(',') } = settings(args);
    const { servers } = this.cluster.facts();
    for (const [index, { name, sid }] of servers.entries()) {
      this.act({ type: 'start', process: name });
      // A lone first server has nobody to agree with.
      this.wait(
        index === 0 && servers.length > 1 ? { type: 'zookeeperState', sid, state: 'LOOKING' } : { type: 'ensembleServes', servers: index + 1 },
        20_000,
      );
    }
    for (const id of brokers.split(',').filter((one) => one !== '').map(Number)) {
      this.act({ type: 'start', process: `broker-${id}` });
      this.wait({ type: 'all', of: [{ type: 'brokerState', broker: id, state: 'RunningAsBroker' }, { type: 'controller', not: -1 }] }, 30_000);
    }
    this.cluster.runFor(1_000);
    this.output = [];
    const facts = this.cluster.facts();
    const controller = facts.controller === null ? '' : `, broker-${facts.controller.brokerId} is controller`;
    this.output.push(`${seconds(this.cluster.now)} zookeeper${facts.zookeeperLeader} leads${controller}`);
  }

  private client(client: ClientDescription): void {
    this.act({ type: 'addClient', client, brokers: this.brokers });
  }

  private admin(command: AdminCommand): void {
    const name = `admin-${++this.admins}`;
    this.act({ type: 'admin', name, brokers: this.brokers, command });
    this.wait({ type: 'any', of: [{ type: 'fact', fact: 'adminSucceeded', where: { client: name } }, { type: 'fact', fact: 'adminFailed', where: { client: name } }] }, ADMIN_WITHIN_MS);
  }

  private act(action: ClusterAction): void {
    const refused = refusal(this.cluster.world, action);
    if (refused) fail(refused.type === 'unknown' ? `unknown process ${refused.name}` : `cannot be done now: ${refused.type}`);
    this.cluster.act(action);
  }

  private wait(until: Condition, withinMs: number): void {
    this.cluster.perform({ do: [], until, withinMs });
  }

  private tell({ at, process, facts, sent }: ItemRecord): void {
    const { processes } = this.cluster.world;
    for (const fact of facts) if (this.watched.has(fact.type)) this.tellFact(seconds(at), processes[process]?.name ?? '', fact);
    if (this.messages.size === 0) return;
    for (const { from, to, message } of sent) {
      if (!this.messages.has(message.type) && !this.messages.has(message.type.replace(/(Request|Response)$/, ''))) continue;
      const ends = [processes[from], processes[to]];
      const isZooKeepers = ends.some((one) => one?.program === 'zookeeper-server');
      this.output.push(`${seconds(at)} ${ends[0]?.name} → ${ends[1]?.name} ${describeAny(message, isZooKeepers)}`);
    }
  }

  private tellFact(at: string, who: string, fact: Fact): void {
    const shown = withZxids('zxids' in fact && 'to' in fact ? { ...fact, to: formatZxid(fact.to as number) } : fact, '') as Fact;
    const line = factLine(shown);
    if (OF_A_TRANSACTION.has(fact.type)) {
      if (this.told.has(line)) return;
      this.told.add(line);
    }
    this.output.push(`${at} ${who} ${line}`);
  }
}

function describeAny(message: Message, isZooKeepers: boolean): string {
  return isZooKeepers ? describeZookeeper(message as ZookeeperMessage) : describe(message as KafkaMessage);
}
