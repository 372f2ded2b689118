/**
 * Carries out the script of a recording on a simulated cluster and keeps what the recordings keep. Consumers get their
 * partitions assigned: a group's offsets are no part of what these recordings are compared for.
 */
import type { AdminCommand } from '../../../src/cluster/actions.ts';
import { imageDefaults, serverProperties } from '../../../src/cluster/defaults.ts';
import { build, type KnownBroker } from '../../../src/cluster/description.ts';
import type { Condition } from '../../../src/cluster/conditions.ts';
import { programs } from '../../../src/cluster/programs.ts';
import { RunningCluster } from '../../../src/cluster/running.ts';
import { parseTopic } from '../../../src/kafka/zookeeper/znodes.ts';
import { toArray } from '../../../src/kernel/append-list.ts';
import { createKernel, findProcess, type ItemRecord } from '../../../src/kernel/world.ts';
import { prepareScript, toolPrograms } from '../../../src/shell/tools/index.ts';
import { fileNames, masked, recordedChanges, type Recording, type ZnodeChange } from './recording.ts';

export interface SessionClose {
  readonly at: number;
  readonly deleted: readonly string[];
}

export interface Line {
  readonly at: number;
  readonly process: string;
  readonly file: string;
  /** Level and text, the logger's package taken off as in the recordings. */
  readonly text: string;
}

interface Sent {
  readonly producer: string;
  readonly topic: string;
  readonly value: string;
  outcome: 'waiting' | 'acked' | 'failed';
  error: string | null;
}

export interface ReadTopic {
  readonly readable: number;
  readonly ackedButMissing: readonly string[];
  readonly failedButReadable: readonly string[];
  readonly duplicates: readonly string[];
}

const NOT_RUN = new Set(['warmgroup', 'track', 'manual', 'zdump', 'files', 'stopcons', 'desc', 'jstack', 'cli', 'topics', 'pref', 'zkleader']);

/** What a tool's virtual machine needed before it asked for anything: 0.6 to 1.1 s. */
const TOOL_STARTS_MS = 800;

const kernel = createKernel({ ...programs, ...toolPrograms });

export class Reenactment {
  readonly cluster: RunningCluster;
  private readonly brokers: readonly KnownBroker[];
  private readonly changesSeen: { readonly micros: number; readonly path: string; readonly what: string }[] = [];
  private readonly closesSeen: { readonly micros: number; readonly deleted: string[]; readonly zxid: number }[] = [];
  private readonly seen = new Set<string>();
  private readonly records = new Map<string, Sent>();
  private readonly acks = new Map<string, number[]>();
  private readonly receipts = new Map<string, number[]>();
  private readonly values = new Map<string, string[]>();
  private readonly exits: { readonly micros: number; readonly process: string; readonly code: number | null }[] = [];
  private readonly topics = new Map<string, number>();
  private readonly variables: Record<string, string> = {};
  private readonly produced = new Map<string, number>();
  private readonly workloads = new Set<string>();
  private linesRead: readonly Line[] | undefined;
  private zero = 0;
  private calls = 0;

  constructor(
    private readonly recording: Recording,
    seed = 1,
  ) {
    const changes: Record<string, string> = {};
    for (const line of recording.script) {
      const [verb, text = ''] = line.split(' ');
      if (verb === 'bprop') changes[text.slice(0, text.indexOf('='))] = text.slice(text.indexOf('=') + 1);
    }
    const brokers = [1, 2, 3].map((id) => ({ properties: serverProperties(id, 3, changes) }));
    this.brokers = brokers.map(({ properties }, index) => ({ id: index + 1, port: 9092 + index, properties }));
    const description = { seed, zookeeper: { servers: 3, ...imageDefaults }, brokers, clients: [] };
    this.cluster = new RunningCluster(build(description), undefined, (record) => this.see(record), kernel);
  }

  /** Brings the cluster up as the recordings did, then goes through the script. */
  run(): this {
    for (const sid of [1, 2, 3]) {
      this.cluster.act({ type: 'start', process: `zookeeper${sid}` });
      this.cluster.runFor(200);
    }
    this.await({ type: 'ensembleServes', servers: 3 }, 20_000);
    if (!this.recording.script.includes('manual')) {
      for (const id of [1, 2, 3]) {
        this.cluster.act({ type: 'start', process: `broker-${id}` });
        this.await({ type: 'brokerState', broker: id, state: 'RunningAsBroker' }, 30_000);
      }
      this.cluster.runFor(1_000);
    }
    this.changesSeen.length = 0;
    this.closesSeen.length = 0;
    this.zero = this.cluster.now;
    const steps = this.recording.timeline.filter(({ source }) => source === 'STEP');
    for (const [index, line] of this.recording.script.entries()) {
      const began = this.cluster.now;
      const step = steps[index];
      this.step(line.split(' '));
      // A tool of the recording took the time its virtual machine needs; here it takes the time that was recorded.
      const next = steps[index + 1];
      if (NOT_RUN.has(line.split(' ')[0]!) && step !== undefined && next !== undefined && steps.length === this.recording.script.length) {
        this.runTo(began + (next.at - step.at) * 1_000);
      }
    }
    this.cluster.runFor(500);
    for (const [topic, partitions] of this.topics) {
      this.consumer(`reader-${topic}`, topic, partitions);
      this.cluster.runFor(2_500);
    }
    return this;
  }

  // What was seen, in the form of the recordings.

  get changes(): readonly ZnodeChange[] {
    return this.changesSeen.map(({ micros, path, what }) => ({ at: this.ms(micros), path, what }));
  }

  get closes(): readonly SessionClose[] {
    return this.closesSeen.map(({ micros, deleted }) => ({ at: this.ms(micros), deleted }));
  }

  /** Ask only after `run`. */
  get lines(): readonly Line[] {
    return (this.linesRead ??= this.readLines());
  }

  /** The files in the brokers' log directories, as `recordedFiles` has them. */
  get files(): Readonly<Record<string, readonly string[]>> {
    const { world } = this.cluster;
    return Object.fromEntries(
      world.processes.filter(({ program }) => program === 'kafka-broker').map(({ name, volume, config }) => {
        const prefix = `${/^log\.dirs=(.*)$/m.exec((config as { readonly properties: string }).properties)![1]!}/`;
        const paths = world.volumes[volume]!.paths.filter((path) => path.startsWith(prefix) && !path.endsWith('/'));
        return [name, fileNames(paths.map((path) => path.slice(prefix.length)))];
      }),
    );
  }

  private readLines(): readonly Line[] {
    return this.cluster.world.processes
      .filter(({ program }) => program === 'kafka-broker')
      .flatMap((process) =>
        toArray(process.lines).map(({ at, file, level, text }) => ({
          at: this.ms(at),
          process: process.name,
          file,
          text: `${level} ${text.replace(/dir=[^\s\]]+/, `dir=<logdir${process.name.slice('broker-'.length)}>`).replace(/\((?:[a-z0-9]+\.)+([A-Za-z$.]+)\)(?=$|\n\S+Exception)/, '($1)')}`,
        })),
      )
      .sort((a, b) => a.at - b.at);
  }

  totals(producer: string): { readonly sent: number; readonly acked: number; readonly failed: number; readonly firstError: string | null } {
    const mine = [...this.records.values()].filter((one) => one.producer === producer);
    return {
      sent: mine.length,
      acked: mine.filter(({ outcome }) => outcome === 'acked').length,
      failed: mine.filter(({ outcome }) => outcome === 'failed').length,
      firstError: mine.find(({ error }) => error !== null)?.error ?? null,
    };
  }

  read(topic: string): ReadTopic {
    const read = this.values.get(`reader-${topic}`) ?? [];
    const counts = new Map<string, number>();
    for (const value of read) counts.set(value, (counts.get(value) ?? 0) + 1);
    const sent = [...this.records.values()].filter((one) => one.topic === topic);
    return {
      readable: read.length,
      ackedButMissing: sent.filter(({ outcome, value }) => outcome === 'acked' && !counts.has(value)).map(({ value }) => value),
      failedButReadable: sent.filter(({ outcome, value }) => outcome === 'failed' && counts.has(value)).map(({ value }) => value),
      duplicates: [...counts].filter(([, count]) => count > 1).map(([value]) => value),
    };
  }

  /** The values of a topic in the order in which they are read. */
  valuesOf(topic: string): readonly string[] {
    return this.values.get(`reader-${topic}`) ?? [];
  }

  /** The longest time between two acknowledgements of a producer or two deliveries to a consumer. */
  longestGap(client: string): { readonly from: number; readonly to: number } {
    const times = this.acks.get(client) ?? this.receipts.get(client) ?? [];
    let best = { from: 0, to: 0 };
    for (let index = 1; index < times.length; index++) {
      const [from, to] = [times[index - 1]!, times[index]!];
      if (to - from > best.to - best.from) best = { from, to };
    }
    return { from: this.ms(best.from), to: this.ms(best.to) };
  }

  /** Ends that the process itself chose. */
  get ends(): readonly { readonly at: number; readonly process: string; readonly code: number | null }[] {
    return this.exits.map(({ micros, process, code }) => ({ at: this.ms(micros), process, code }));
  }

  private ms(micros: number): number {
    return (micros - this.zero) / 1_000;
  }

  // The script.

  private step(words: readonly string[]): void {
    const resolved = words.map((word) => this.variables[word] ?? word);
    const [verb, a = '', b = '', c = ''] = resolved;
    const { cluster } = this;
    const signal = (what: 'SIGKILL' | 'SIGTERM' | 'SIGSTOP' | 'SIGCONT', process: string): void => cluster.act({ type: 'signal', process, signal: what });
    const rest = (from: number): Record<string, string> =>
      Object.fromEntries(resolved.slice(from).filter((one) => one.includes('=')).map((one) => [one.slice(0, one.indexOf('=')), one.slice(one.indexOf('=') + 1)]));
    switch (verb) {
      case 'create': {
        const replicaAssignment = b.split(',').map((replicas) => replicas.split(':').map(Number));
        this.topics.set(a, replicaAssignment.length);
        this.admin({ type: 'createTopic', topic: a, replicaAssignment, configs: rest(3) });
        this.await({ type: 'topicReady', topic: a, partitions: replicaAssignment.length }, 20_000);
        return;
      }
      case 'prod': {
        const [topic = '', partition] = b.split('/');
        const { prefix = 'v', ...properties } = rest(5);
        this.workloads.add(a);
        cluster.act({
          type: 'addClient',
          brokers: this.brokers,
          client: {
            kind: 'producer',
            name: a,
            properties: { acks: c, ...properties },
            workload: { topic, ratePerSecond: Number(resolved[4]), valuePrefix: prefix, ...(partition === undefined ? {} : { partition: Number(partition) }) },
          },
        });
        return;
      }
      case 'produce': {
        const { prefix = 'v', ...properties } = rest(5);
        const first = this.produced.get(a) ?? 0;
        if (first === 0) cluster.act({ type: 'addClient', brokers: this.brokers, client: { kind: 'producer', name: a, properties: { acks: resolved[4]!, ...properties } } });
        const count = Number(c);
        this.produced.set(a, first + count);
        for (let n = first; n < first + count; n++) {
          const value = `${prefix}${n}`;
          cluster.act({ type: 'produce', producer: a, records: [{ topic: b, value }] });
          this.until(() => {
            const { acked, failed } = this.totals(a);
            return acked + failed > n;
          }, 130_000, `${a} ${value}`);
        }
        return;
      }
      case 'cons':
        return this.consumer(a, b, this.topics.get(b)!);
      case 't0':
        this.zero = cluster.now;
        return;
      case 'sleep':
        return cluster.runFor(Number(a));
      case 'until':
        return this.runTo(this.zero + Number(a) * 1_000);
      case 'kill':
        return signal('SIGKILL', `broker-${a}`);
      case 'term':
        return signal('SIGTERM', `broker-${a}`);
      case 'stop':
        return signal('SIGSTOP', `broker-${a}`);
      case 'cont':
        return signal('SIGCONT', `broker-${a}`);
      case 'start':
        return cluster.act({ type: 'start', process: `broker-${a}` });
      case 'zkkill':
        return signal('SIGKILL', `zookeeper${a}`);
      case 'zkstart':
        return cluster.act({ type: 'start', process: `zookeeper${a}` });
      case 'zkleader': {
        const leader = cluster.facts().zookeeperLeader!;
        this.variables['$ZL'] = String(leader);
        this.variables['$ZF'] = String([1, 2, 3].find((sid) => sid !== leader));
        return;
      }
      case 'waitstate': {
        const [key, wanted = ''] = c.split('=');
        return this.until(() => {
          const partition = cluster.facts().partition(a, Number(b));
          if (partition === undefined) return false;
          return key === 'leader' ? String(partition.leader ?? -1) === wanted : [...partition.isr].sort((x, y) => x - y).join(',') === wanted;
        }, 60_000, resolved.join(' '));
      }
      case 'waitids': {
        const ids = a.split(',');
        return this.until(() => [1, 2, 3].every((id) => cluster.facts().znodeExists(`/brokers/ids/${id}`) === ids.includes(String(id))), 60_000, resolved.join(' '));
      }
      case 'waitctl':
        // Right after a kill the dead controller's znode is still there: anybody who is alive is meant.
        return this.until(() => {
          const id = cluster.facts().controller?.brokerId;
          return id !== undefined && (a === 'any' ? cluster.facts().brokers.some((broker) => broker.id === id && broker.isUp) : id === Number(a));
        }, 30_000, resolved.join(' '));
      case 'waitexit':
        return this.until(() => findProcess(cluster.world, `broker-${a}`)!.status === 'dead', 60_000, resolved.join(' '));
      case 'cfg':
        return this.admin({ type: 'alterTopicConfig', topic: a, configs: rest(2) });
      case 'pref': {
        const [topic = '', partition = ''] = a.split('/');
        const election = JSON.stringify({ partitions: [{ topic, partition: Number(partition) }] });
        return this.tool('kafka-preferred-replica-election.sh', ['--zookeeper', '127.0.0.1:2182', '--path-to-json-file', 'election.json'], { 'election.json': election });
      }
      case 'topics': {
        if (a !== '--create') return;
        cluster.runFor(TOOL_STARTS_MS);
        const option = (name: string): string | undefined => (resolved.includes(name) ? resolved[resolved.indexOf(name) + 1] : undefined);
        const topic = option('--topic')!;
        const manual = option('--replica-assignment');
        this.topics.set(topic, manual === undefined ? Number(option('--partitions')) : manual.split(',').length);
        this.admin({
          type: 'createTopic',
          topic,
          replicaAssignment: manual === undefined ? this.drawn(topic) : manual.split(',').map((replicas) => replicas.split(':').map(Number)),
        });
        return;
      }
      case 'stopprod':
        cluster.act({ type: 'workload', producer: a, workload: null });
        return this.until(() => {
          const { sent, acked, failed } = this.totals(a);
          return sent === acked + failed;
        }, 130_000, resolved.join(' '));
      case 'bprop':
        return;
      default:
        if (!NOT_RUN.has(verb!)) throw new Error(`unknown step ${words.join(' ')}`);
    }
  }

  private consumer(name: string, topic: string, partitions: number): void {
    this.cluster.act({
      type: 'addClient',
      brokers: this.brokers,
      client: {
        kind: 'consumer',
        name,
        properties: { 'auto.offset.reset': 'earliest' },
        assignment: Array.from({ length: partitions }, (_, partition) => ({ topic, partition })),
      },
    });
  }

  /** Where the replicas go was drawn by lot: what was drawn in the recording belongs to what is carried out again. */
  private drawn(topic: string): readonly (readonly number[])[] {
    const made = recordedChanges(this.recording).find(({ path }) => path === `/brokers/topics/${topic}`);
    return parseTopic(made!.what.slice('create '.length))!.map(({ replicas }) => replicas);
  }

  /** Starts the tool itself; what it prints is compared elsewhere. */
  private tool(name: string, args: readonly string[], files: Readonly<Record<string, string>>): void {
    const prepared = prepareScript(name, args, (path) => files[path], '/');
    if (prepared.type === 'done') throw new Error(`${name} would not start: ${prepared.stderr}`);
    const { cluster } = this;
    const process = { name: `tool-${this.calls++}`, program: prepared.program, host: 'host', config: prepared.plan };
    for (const action of [{ type: 'addProcess', process }, { type: 'start', process: process.name }] as const) {
      cluster.world = kernel.perform({ ...cluster.world, now: cluster.now }, action).world;
    }
  }

  private admin(command: AdminCommand): void {
    this.cluster.act({ type: 'admin', name: `admin-${this.calls++}`, brokers: this.brokers, command });
  }

  private await(until: Condition, withinMs: number): void {
    this.cluster.perform({ do: [], until, withinMs });
  }

  private runTo(at: number): void {
    if (at > this.cluster.now) this.cluster.runTo(at);
  }

  private until(isTrue: () => boolean, withinMs: number, what: string): void {
    const end = this.cluster.now + withinMs * 1_000;
    if (isTrue()) return;
    let held = false;
    this.cluster.runTo(end, Infinity, (record) => (record.facts.length > 0 || record.kind === 'operator' ? (held = isTrue()) : false));
    if (!held && !isTrue()) throw new Error(`it never came about: ${what}`);
  }

  // Watching.

  private see(record: ItemRecord): void {
    const micros = record.at;
    for (const fact of record.facts as readonly { readonly type: string; readonly [key: string]: unknown }[]) {
      switch (fact.type) {
        case 'znodeCreated':
        case 'znodeDataChanged':
        case 'znodeDeleted': {
          const { path, zxid } = fact as unknown as { path: string; zxid: number };
          const key = `${zxid} ${path} ${fact.type}`;
          if (this.seen.has(key)) break;
          this.seen.add(key);
          const data = fact['data'] === null || fact['data'] === undefined ? 'null' : masked(fact['data'] as string);
          const version = fact['version'] as number | undefined;
          const what = fact.type === 'znodeDeleted' ? 'delete' : fact.type === 'znodeCreated' ? `create ${data}` : `set v${version!} ${data}`;
          // Filled in the transaction that created it: one change.
          if (!(fact.type === 'znodeDataChanged' && this.seen.has(`${zxid} ${path} znodeCreated`))) this.changesSeen.push({ micros, path, what });
          break;
        }
        case 'sessionClosed': {
          const zxid = fact['zxid'] as number;
          const key = `${zxid} closed`;
          if (this.seen.has(key)) break;
          this.seen.add(key);
          const prefix = `${zxid} `;
          const deleted = [...this.seen].filter((one) => one.startsWith(prefix) && one.endsWith(' znodeDeleted')).map((one) => one.split(' ')[1]!);
          this.closesSeen.push({ micros, deleted, zxid });
          break;
        }
        case 'recordSent':
          this.records.set(fact['id'] as string, { producer: fact['producer'] as string, topic: fact['topic'] as string, value: fact['value'] as string, outcome: 'waiting', error: null });
          break;
        case 'recordAcked': {
          this.records.get(fact['id'] as string)!.outcome = 'acked';
          const producer = fact['producer'] as string;
          this.acks.set(producer, this.acks.get(producer) ?? []);
          this.acks.get(producer)!.push(micros);
          break;
        }
        case 'recordFailed': {
          const sent = this.records.get(fact['id'] as string)!;
          sent.outcome = 'failed';
          sent.error = `${fact['error'] as string}: ${fact['message'] as string}`;
          break;
        }
        case 'recordsConsumed': {
          const consumer = fact['consumer'] as string;
          this.receipts.set(consumer, this.receipts.get(consumer) ?? []);
          this.receipts.get(consumer)!.push(micros);
          this.values.set(consumer, this.values.get(consumer) ?? []);
          this.values.get(consumer)!.push(...(fact['values'] as readonly string[]));
          break;
        }
      }
    }
    const process = record.process < 0 ? undefined : this.cluster.world.processes[record.process];
    if (process?.status === 'dead' && process.endedAt === record.at && record.kind !== 'operator') {
      this.exits.push({ micros, process: process.name, code: process.exitCode });
    }
  }
}
