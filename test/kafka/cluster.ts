/** A world with an ensemble, brokers and a bare client that sends whatever request a test wants, for tests. */
import { values } from '../../src/kernel/append-list.ts';
import { createKernel, createWorld, findProcess, program } from '../../src/kernel/world.ts';
import type { Message, Program } from '../../src/kernel/program.ts';
import { brokerProgram } from '../../src/kafka/broker/broker.ts';
import type { Broker } from '../../src/kafka/broker/state.ts';
import type { Partition } from '../../src/kafka/broker/partition.ts';
import { batchOf } from './records.ts';
import { apiVersion, request, type ApiName, type KafkaResponse, type RequestBody, type ResponseOf } from '../../src/kafka/protocol/index.ts';
import { create } from '../../src/kafka/zookeeper/requests.ts';
import { serverProgram } from '../../src/zookeeper/server.ts';
import { zkClientProgram, type SubmitCommand } from '../../src/zookeeper/client-program.ts';
import type { ClientOp } from '../../src/zookeeper/messages.ts';
import type { ServerConfig, ServerState } from '../../src/zookeeper/server-state.ts';
import { nodeAt } from '../../src/zookeeper/tree.ts';
import { KeptWorld, type NotedFact } from '../kernel/kept-world.ts';

interface ProbeState {
  readonly connections: { readonly [address: string]: number };
  readonly open: readonly number[];
  readonly waiting: readonly { readonly connection: number; readonly message: Message }[];
  readonly responses: readonly KafkaResponse[];
  readonly closed: readonly string[];
}

interface ProbeCommand extends Message {
  readonly type: 'ask';
  readonly port: number;
  readonly lane: string;
  readonly message: Message;
}

/** Sends requests on one connection a (port, lane) and keeps every response. */
const probeProgram: Program<ProbeState, null> = {
  start: () => ({ connections: {}, open: [], waiting: [], responses: [], closed: [] }),
  handle(state, event, env) {
    switch (event.type) {
      case 'command': {
        const { port, lane, message } = event.command as ProbeCommand;
        const tag = `${port}/${lane}`;
        const known = state.connections[tag];
        if (known !== undefined && state.open.includes(known)) {
          env.send(known, message);
          return state;
        }
        const connection = known ?? env.connect({ host: '127.0.0.1', port }, tag);
        return { ...state, connections: { ...state.connections, [tag]: connection }, waiting: [...state.waiting, { connection, message }] };
      }
      case 'connected':
        for (const { connection, message } of state.waiting) if (connection === event.connection) env.send(connection, message);
        return { ...state, open: [...state.open, event.connection], waiting: state.waiting.filter(({ connection }) => connection !== event.connection) };
      case 'connectFailed':
      case 'closed': {
        const { [event.tag]: _, ...connections } = state.connections;
        return { ...state, connections, closed: [...state.closed, event.tag], waiting: state.waiting.filter(({ connection }) => connection !== event.connection) };
      }
      case 'received':
        return { ...state, responses: [...state.responses, event.message as KafkaResponse] };
      default:
        return state;
    }
  },
};

export interface ClusterOptions {
  readonly brokers?: number;
  readonly seed?: number;
  /** Keys that every server.properties gets on top. */
  readonly properties?: Readonly<Record<string, string>>;
  /** `log.dirs` of a broker; one directory of its own if left out. */
  readonly logDirs?: (id: number) => readonly string[];
}

export interface FetchOptions {
  readonly epoch?: number;
  readonly maxWaitMs?: number;
  readonly isolationLevel?: 0 | 1;
}

const programs = { 'zookeeper-server': program(serverProgram), 'kafka-broker': program(brokerProgram), 'zk-client': program(zkClientProgram), probe: program(probeProgram) };
const ZOOKEEPERS = [1, 2, 3] as const;
export const portOf = (id: number): number => 9091 + id;
export const zooName = (sid: number): string => `zookeeper${sid}`;
export const brokerName = (id: number): string => `broker-${id}`;

export interface PartitionStateZnode {
  readonly leader: number;
  readonly leaderEpoch: number;
  readonly isr: readonly number[];
  readonly controllerEpoch: number;
  readonly version: number;
}

export class Cluster extends KeptWorld {
  private correlationId = 0;

  constructor(options: ClusterOptions = {}) {
    const servers: ServerConfig['servers'] = ZOOKEEPERS.map((sid) => ({ sid, host: `zoo${sid}`, quorumPort: 2888, electionPort: 3888, clientPort: 2181 }));
    const properties = (id: number): string =>
      Object.entries({
        'broker.id': String(id),
        listeners: `PLAINTEXT://127.0.0.1:${portOf(id)}`,
        'log.dirs': (options.logDirs?.(id) ?? [`/kafka-logs-${id}`]).join(','),
        'zookeeper.connect': ZOOKEEPERS.map((sid) => `zoo${sid}:2181`).join(','),
        'default.replication.factor': '2',
        ...options.properties,
      })
        .map(([key, value]) => `${key}=${value}\n`)
        .join('');
    const brokers = Array.from({ length: options.brokers ?? 3 }, (_, index) => index + 1);
    super(createKernel(programs), createWorld({
      seed: options.seed ?? 1,
      wallClockBaseMs: Date.UTC(2026, 10, 22, 7, 29, 0),
      hosts: [...servers.map(({ host }) => ({ name: host, names: [], forwards: [] })), { name: 'machine', names: [], forwards: [] }],
      processes: [
        ...servers.map(({ sid, host }) => ({ name: zooName(sid), program: 'zookeeper-server', host, config: { myid: sid, servers } satisfies ServerConfig })),
        ...brokers.map((id) => ({ name: brokerName(id), program: 'kafka-broker', host: 'machine', config: { properties: properties(id) } })),
        { name: 'probe', program: 'probe', host: 'machine', config: null },
      ],
    }));
    this.perform({ type: 'start', process: 'probe' });
  }

  startZooKeeper(...sids: number[]): this {
    for (const sid of sids.length > 0 ? sids : ZOOKEEPERS) this.perform({ type: 'start', process: zooName(sid) });
    return this;
  }

  startBroker(...ids: number[]): this {
    for (const id of ids) this.perform({ type: 'start', process: brokerName(id) });
    return this;
  }

  kill(...names: string[]): this {
    for (const process of names) this.perform({ type: 'kill', process, signal: 'SIGKILL' });
    return this;
  }

  signal(process: string, signal: 'SIGTERM' | 'SIGSTOP' | 'SIGCONT'): this {
    return this.perform({ type: 'kill', process, signal });
  }

  /** Asks ZooKeeper for something as zkCli or a tool does; its session begins with the first question. */
  submit(op: ClientOp): this {
    if (!findProcess(this.world, 'tool')) {
      const servers = ZOOKEEPERS.map((sid) => ({ host: `zoo${sid}`, port: 2181 }));
      this.perform({ type: 'addProcess', process: { name: 'tool', program: 'zk-client', host: 'machine', config: { servers, sessionTimeoutMs: 30_000 } } });
      this.perform({ type: 'start', process: 'tool' });
    }
    return this.perform({ type: 'command', process: 'tool', command: { type: 'submit', op, token: null } as SubmitCommand });
  }

  createZnode(path: string, data: string): this {
    return this.submit(create(path, data));
  }

  /** The ensemble, then the brokers one after the other; broker 1 becomes controller. Every broker knows every other. */
  boot(): this {
    this.startZooKeeper().run(3);
    const ids = this.world.processes.filter(({ name }) => name.startsWith('broker-')).map(({ name }) => Number(name.slice(7)));
    for (const id of ids) this.startBroker(id).until(() => this.isRunning(id), `broker ${id} runs`);
    return this.until(() => ids.every((id) => this.broker(id).metadata.brokers.length === ids.length), 'all brokers know each other');
  }

  isUp(name: string): boolean {
    return findProcess(this.world, name)?.status === 'running';
  }

  broker(id: number): Broker {
    return findProcess(this.world, brokerName(id))!.state as Broker;
  }

  isRunning(id: number): boolean {
    return this.isUp(brokerName(id)) && (this.broker(id) as Broker | null)?.chart.value === 'RunningAsBroker';
  }

  partition(id: number, name: string): Partition {
    const broker = this.broker(id);
    const place = broker.places[name];
    if (place === undefined) throw new Error(`broker ${id} has no ${name}`);
    return broker.partitions[place]!;
  }

  /** Text of a znode as a living server with a leader has it; undefined if there is none. */
  znode(path: string): { readonly data: string | null; readonly version: number } | undefined {
    for (const sid of ZOOKEEPERS) {
      if (!this.isUp(zooName(sid))) continue;
      const node = nodeAt((findProcess(this.world, zooName(sid))!.state as ServerState).tree, path);
      if (node) return { data: node.data, version: node.version };
    }
    return undefined;
  }

  state(topic: string, partition: number): PartitionStateZnode | undefined {
    const znode = this.znode(`/brokers/topics/${topic}/partitions/${partition}/state`);
    if (!znode?.data) return undefined;
    const json = JSON.parse(znode.data) as { leader: number; leader_epoch: number; isr: number[]; controller_epoch: number };
    return { leader: json.leader, leaderEpoch: json.leader_epoch, isr: json.isr, controllerEpoch: json.controller_epoch, version: znode.version };
  }

  controllerId(): number {
    const data = this.znode('/controller')?.data;
    return data ? (JSON.parse(data) as { brokerid: number }).brokerid : -1;
  }

  log(process: string): readonly string[] {
    return [...values(findProcess(this.world, process)!.lines)].map(({ level, text }) => `${level} ${text}`);
  }

  factsOf(type: string, process?: string): readonly NotedFact[] {
    return this.facts.filter((noted) => noted.fact.type === type && (process === undefined || noted.process === process));
  }

  /** Sends and does not wait; gives the correlation id. */
  send<Api extends ApiName>(id: number, api: Api, body: RequestBody<Api>, options: { readonly lane?: string; readonly version?: number } = {}): number {
    const correlationId = ++this.correlationId;
    const message = { ...request(api, correlationId, 'probe', body), apiVersion: options.version ?? apiVersion(api) };
    this.perform({ type: 'command', process: 'probe', command: { type: 'ask', port: portOf(id), lane: options.lane ?? String(correlationId), message } as ProbeCommand });
    return correlationId;
  }

  response<Api extends ApiName>(_api: Api, correlationId: number): ResponseOf<Api> | undefined {
    const { responses } = findProcess(this.world, 'probe')!.state as ProbeState;
    return responses.find((response) => response.correlationId === correlationId) as ResponseOf<Api> | undefined;
  }

  closed(): readonly string[] {
    return (findProcess(this.world, 'probe')!.state as ProbeState).closed;
  }

  /** Sends, and runs until the answer is there. */
  ask<Api extends ApiName>(id: number, api: Api, body: RequestBody<Api>, options: { readonly lane?: string; readonly version?: number; readonly seconds?: number } = {}): ResponseOf<Api> {
    const correlationId = this.send(id, api, body, options);
    this.until(() => this.response(api, correlationId) !== undefined, `${api} is answered`, options.seconds ?? 40);
    return this.response(api, correlationId)!;
  }

  /** By the controller, with these replicas a partition; waits for leaders. */
  createTopic(topic: string, assignment: readonly (readonly number[])[], configs: Readonly<Record<string, string>> = {}): this {
    const response = this.ask(this.controllerId(), 'CreateTopics', {
      topics: [{
        topic,
        numPartitions: -1,
        replicationFactor: -1,
        assignments: assignment.map((brokerIds, partition) => ({ partition, brokerIds })),
        configs: Object.entries(configs).map(([name, value]) => ({ name, value })),
      }],
      timeoutMs: 10_000,
      validateOnly: false,
    });
    if (response.topics[0]?.error !== 'NONE') throw new Error(`CreateTopics: ${response.topics[0]?.error}`);
    return this.until(
      () => assignment.every((replicas, partition) => replicas.every((id) => !this.isRunning(id) || this.broker(id).places[`${topic}-${partition}`] !== undefined)),
      'every replica has its log',
    );
  }

  sendProduce(id: number, topic: string, partition: number, value: string, acks: number, timeoutMs = 30_000): number {
    return this.send(id, 'Produce', {
      transactionalId: null,
      acks,
      timeoutMs,
      topics: [{ topic, partitions: [{ partition, records: [batchOf(value, 1_795_332_540_000)] }] }],
    });
  }

  produce(id: number, topic: string, partition: number, value: string, acks: number, timeoutMs = 30_000): ResponseOf<'Produce'>['topics'][number]['partitions'][number] {
    const correlationId = this.sendProduce(id, topic, partition, value, acks, timeoutMs);
    this.until(() => this.response('Produce', correlationId) !== undefined, 'Produce is answered', 60);
    return this.response('Produce', correlationId)!.topics[0]!.partitions[0]!;
  }

  sendFetch(id: number, topic: string, partition: number, offset: number, options: FetchOptions = {}): number {
    return this.send(id, 'Fetch', {
      replicaId: -1,
      maxWaitMs: options.maxWaitMs ?? 0,
      minBytes: 1,
      maxBytes: 52_428_800,
      isolationLevel: options.isolationLevel ?? 0,
      sessionId: 0,
      sessionEpoch: -1,
      topics: [{ topic, partitions: [{ partition, currentLeaderEpoch: options.epoch ?? -1, fetchOffset: offset, logStartOffset: -1, partitionMaxBytes: 1_048_576 }] }],
      forgottenTopicsData: [],
      rackId: '',
    });
  }

  fetch(id: number, topic: string, partition: number, offset: number, options: FetchOptions = {}): ResponseOf<'Fetch'>['topics'][number]['partitions'][number] {
    const correlationId = this.sendFetch(id, topic, partition, offset, options);
    this.until(() => this.response('Fetch', correlationId) !== undefined, 'Fetch is answered', 60);
    return this.response('Fetch', correlationId)!.topics[0]!.partitions[0]!;
  }
}
