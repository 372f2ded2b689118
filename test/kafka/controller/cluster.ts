/**
 * Controllers of several brokers on one real data tree. Time passes only in timers that a test fires. Brokers are there only
 * as far as they answer the controller's requests: with NONE, except that a leader epoch they already have gets
 * STALE_CONTROLLER_EPOCH, as a broker answers.
 */
import type { Env, Fact, LogLine, Message, ProcessEvent } from '../../../src/kernel/program.ts';
import { createController, handleController, type ControllerConfig, type ControllerInput, type ControllerOutput, type ControllerState } from '../../../src/kafka/controller/controller.ts';
import type { KafkaRequest } from '../../../src/kafka/protocol/index.ts';
import { createPipeline, handlePipeline, type Pipeline, type PipelineOutput } from '../../../src/kafka/zookeeper/pipeline.ts';
import { ensurePersistentPaths, registerBroker, type Zk } from '../../../src/kafka/zookeeper/procedures.ts';
import { encodeTopic, partitionStatePath, topicConfigPath, encodeConfig, topicPath, type BrokerInfo } from '../../../src/kafka/zookeeper/znodes.ts';
import { multiError, type ZkRequest, type ZkResult } from '../../../src/kafka/zookeeper/requests.ts';
import { nodeAt } from '../../../src/zookeeper/tree.ts';
import { OneServer } from '../../zookeeper/one-server.ts';

interface Node {
  readonly id: number;
  session: string;
  controller: ControllerState;
  pipeline: Pipeline;
  readonly timers: Map<string, unknown>;
  readonly epochs: Map<string, number>;
  alive: boolean;
}

export class Cluster {
  readonly server = new OneServer();
  readonly nodes = new Map<number, Node>();
  readonly lines: string[] = [];
  readonly facts: (Fact & { readonly [key: string]: unknown })[] = [];
  readonly outputs: { readonly broker: number; readonly output: ControllerOutput }[] = [];
  /** `LeaderAndIsr -> 2 …` for each control request as it is sent. */
  readonly requests: { readonly from: number; readonly to: number; readonly request: KafkaRequest }[] = [];
  /** Every write of every client, as the recordings print them. */
  readonly writes: string[] = [];
  #connections = 0;
  #sessions = 0;
  #todo: (() => void)[] = [];
  #heard = 0;

  constructor(readonly options: Partial<ControllerConfig> = {}) {
    this.server.open('0x1', 6_000);
    this.#direct(ensurePersistentPaths(), '0x1', 0);
  }

  #direct<T>(procedure: Zk<T>, session: string, connection: number): T {
    let turn = procedure.next();
    while (!turn.done) turn = procedure.next(turn.value.map((request) => this.#ask(request, connection, session)));
    return turn.value;
  }

  #ask(request: ZkRequest, connection: number, session: string): ZkResult {
    const answer = this.server.ask(request, connection, session);
    if (multiError(answer) === 'OK') {
      const ops = request.type === 'multi' ? request.ops : [request];
      for (const op of ops) {
        if (op.type === 'create') this.writes.push(`create ${op.path} ${op.data}`);
        if (op.type === 'setData') this.writes.push(`set ${op.path} v${this.server.stat(op.path)!.version} ${op.data}`);
        if (op.type === 'delete') this.writes.push(`delete ${op.path}`);
      }
    }
    this.#watches();
    return answer;
  }

  #watches(): void {
    for (const { connection, event } of this.server.told.slice(this.#heard)) {
      const node = this.nodes.get(connection);
      if (node?.alive) this.#todo.push(() => this.#give(node, { type: 'zkWatch', event }));
    }
    this.#heard = this.server.told.length;
  }

  #env(node: Node): Env {
    return {
      now: this.server.time * 1000,
      wallClockMs: 1_795_337_866_000 + this.server.time,
      self: `broker-${node.id}`,
      host: `broker-${node.id}`,
      pid: 1,
      setTimer: (name: string, _delay: number, data?: unknown) => void node.timers.set(name, data),
      clearTimer: (name: string) => void node.timers.delete(name),
      hasTimer: (name: string) => node.timers.has(name),
      connect: ({ port }: { port: number }, tag: string) => {
        const connection = ++this.#connections;
        const to = this.nodes.get(port - 9091);
        const event: ProcessEvent = to?.alive ? { type: 'connected', connection, tag } : { type: 'connectFailed', connection, tag, reason: 'refused' };
        this.#todo.push(() => this.#give(node, { type: 'network', event }));
        return connection;
      },
      send: (connection: number, message: Message) => {
        const request = message as KafkaRequest;
        const channel = Object.values(node.controller.channels).find((one) => one.connection === connection);
        const to = channel?.info.id ?? Number(this.#sentTo(node));
        this.requests.push({ from: node.id, to, request });
        const target = this.nodes.get(to);
        if (!target?.alive) return;
        this.#todo.push(() => this.#give(node, { type: 'network', event: { type: 'received', connection, tag: `ctl.${to}`, message: answer(target, request) } }));
      },
      close: () => undefined,
      fact: (fact: Fact) => void this.facts.push(fact as never),
      log: ({ level, file, text }: LogLine) => void this.lines.push(`[b${node.id} ${file}] ${level} ${text}`),
    } as unknown as Env;
  }

  /** The broker whose channel is connecting in this very step. */
  #sentTo(node: Node): string {
    return Object.keys(node.controller.channels)[0] ?? '';
  }

  #give(node: Node, input: ControllerInput): void {
    if (!node.alive) return;
    const { controller, outputs } = handleController(node.controller, input, this.#env(node));
    // What is kept between two inputs must survive being saved.
    node.controller = JSON.parse(JSON.stringify(controller)) as ControllerState;
    for (const output of outputs) {
      if (output.type === 'zk') this.#todo.push(() => this.#pipe(node, handlePipeline(node.pipeline, { type: 'request', token: output.token, requests: output.requests })));
      else this.outputs.push({ broker: node.id, output });
    }
  }

  #pipe(node: Node, { state, outputs }: { state: Pipeline; outputs: readonly PipelineOutput[] }): void {
    node.pipeline = state;
    for (const output of outputs) {
      if (output.type === 'zkDone') this.#todo.push(() => this.#give(node, { type: 'zkDone', token: output.token as string, results: output.results }));
      else if (output.type === 'submit') this.#todo.push(() => node.alive && this.#pipe(node, handlePipeline(node.pipeline, { type: 'reply', token: output.token, answer: this.#ask(output.request, node.id, node.session) })));
    }
  }

  /** Until nothing is left to do. */
  settle(): void {
    for (let steps = 0; this.#todo.length > 0; steps++) {
      if (steps > 100_000) throw new Error('the cluster does not settle');
      this.#todo.shift()!();
    }
  }

  info(id: number): BrokerInfo {
    return { id, endpoints: [{ listener: 'PLAINTEXT', securityProtocol: 'PLAINTEXT', host: '127.0.0.1', port: 9091 + id }] };
  }

  start(...ids: readonly number[]): void {
    for (const id of ids) {
      const session = `0x${(0x1000 + ++this.#sessions).toString(16)}`;
      this.server.open(session, 6_000);
      const brokerEpoch = this.#direct(registerBroker(this.info(id), 1_795_337_866_000, { current: session, previous: null }), session, id);
      const config: ControllerConfig = {
        brokerId: id, brokerInfo: this.info(id), interBrokerListener: 'PLAINTEXT', autoLeaderRebalanceEnable: true, leaderImbalanceCheckIntervalSeconds: 300, leaderImbalancePerBrokerPercentage: 10,
        deleteTopicEnable: true, uncleanLeaderElectionEnable: false, controllerSocketTimeoutMs: 30_000, requestTimeoutMs: 30_000, ...this.options,
      };
      const connected = handlePipeline(createPipeline(), { type: 'state', state: 'SyncConnected' }).state;
      const node: Node = { id, session, controller: createController(config), pipeline: connected, timers: new Map(), epochs: new Map(), alive: true };
      this.nodes.set(id, node);
      this.#todo.push(() => this.#give(node, { type: 'startup', brokerEpoch }));
      this.settle();
    }
  }

  /** kill -9 and then the end of its session. */
  kill(...ids: readonly number[]): void {
    for (const id of ids) this.nodes.get(id)!.alive = false;
    for (const id of ids) this.server.write({ type: 'closeSession' }, this.nodes.get(id)!.session);
    this.#watches();
    this.settle();
  }

  /** Without letting anybody act on it yet. */
  expire(id: number): void {
    this.server.write({ type: 'closeSession' }, this.nodes.get(id)!.session);
    this.#watches();
  }

  give(id: number, input: ControllerInput): void {
    const node = this.nodes.get(id)!;
    this.#todo.push(() => this.#give(node, input));
    this.settle();
  }

  fire(id: number, name: string): void {
    const node = this.nodes.get(id)!;
    const data = node.timers.get(name);
    node.timers.delete(name);
    this.give(id, { type: 'network', event: { type: 'timer', name, data } });
  }

  createTopic(topic: string, ...assignment: readonly (readonly number[])[]): void {
    this.write({ type: 'create', path: topicConfigPath(topic), data: encodeConfig({}), mode: 'PERSISTENT' });
    this.write({ type: 'create', path: topicPath(topic), data: encodeTopic(assignment.map((replicas, partition) => ({ partition, replicas }))), mode: 'PERSISTENT' });
  }

  write(request: ZkRequest): void {
    const answer = this.#ask(request, 0, '0x1');
    if (answer.err !== 'OK') throw new Error(`${request.type}: ${answer.err}`);
    this.settle();
  }

  data(path: string): string | null | undefined {
    return nodeAt(this.server.tree, path)?.data;
  }

  state(topic: string, partition = 0): unknown {
    const text = this.data(partitionStatePath(topic, partition));
    return text === undefined || text === null ? null : JSON.parse(text);
  }

  epochOf(id: number): number {
    return this.server.stat(`/brokers/ids/${id}`)!.czxid;
  }

  factsOf(type: string): readonly (Fact & { readonly [key: string]: unknown })[] {
    return this.facts.filter((fact) => fact.type === type);
  }
}

function answer(node: Node, request: KafkaRequest): Message {
  const base = { correlationId: request.correlationId, error: 'NONE' };
  if (request.type === 'LeaderAndIsrRequest') {
    const partitions = request.topics.flatMap(({ topic, partitions }) =>
      partitions.map(({ partition, leaderEpoch }) => {
        const key = `${topic}-${partition}`;
        const stale = leaderEpoch <= (node.epochs.get(key) ?? -1);
        if (!stale) node.epochs.set(key, leaderEpoch);
        return { topic, partition, error: stale ? 'STALE_CONTROLLER_EPOCH' : 'NONE' };
      }),
    );
    return { type: 'LeaderAndIsrResponse', ...base, partitions } as Message;
  }
  if (request.type === 'StopReplicaRequest') {
    const partitions = request.topics.flatMap(({ topic, partitions }) => partitions.map((partition) => ({ topic, partition, error: 'NONE' })));
    return { type: 'StopReplicaResponse', ...base, partitions } as Message;
  }
  return { type: 'UpdateMetadataResponse', ...base } as Message;
}
