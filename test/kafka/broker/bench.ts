/** A broker without a world: a draft, the handlers of its APIs, and an environment that writes everything down. */
import type { Env, Fact, Message } from '../../../src/kernel/program.ts';
import { newBroker } from '../../../src/kafka/broker/broker.ts';
import { parseConfig, type BrokerConfig } from '../../../src/kafka/broker/config.ts';
import { handlers } from '../../../src/kafka/broker/handlers/index.ts';
import type { Partition } from '../../../src/kafka/broker/partition.ts';
import { accept, type Outcome } from '../../../src/kafka/broker/requests.ts';
import { inbox } from '../../../src/kafka/broker/zookeeper.ts';
import { setPartition, type Draft, type RequestContext } from '../../../src/kafka/broker/state.ts';
import { appendAsLeader, beginEpoch } from '../../../src/kafka/log/log.ts';
import { request, type ApiName, type KafkaRequest, type LeaderAndIsrPartitionState, type RequestBody, type ResponseBody } from '../../../src/kafka/protocol/index.ts';
import { batchOf } from '../records.ts';
import { testEnv } from '../log/volume.ts';

export interface Note extends Fact {
  readonly [field: string]: unknown;
}

export class Bench {
  readonly b: Draft;
  readonly facts: Note[] = [];
  readonly sent: { readonly connection: number; readonly message: Message & Record<string, unknown> }[] = [];
  readonly timers = new Map<string, number>();
  readonly toController: unknown[] = [];
  readonly env: Env;
  private readonly table = handlers((_b, _env, input) => void this.toController.push(input));
  private readonly logEnv = testEnv();
  private correlationId = 0;
  now = 0;

  constructor(id = 1, properties: Readonly<Record<string, string>> = {}) {
    const text = Object.entries({ 'broker.id': String(id), 'zookeeper.connect': 'zoo1:2181', 'log.dirs': '/logs', listeners: `PLAINTEXT://h${id}:9092`, ...properties })
      .map(([key, value]) => `${key}=${value}\n`)
      .join('');
    const parsed = parseConfig(text, 'host');
    if (!parsed.ok) throw new Error(parsed.problems[0]!.text);
    const { logEnv, facts, sent, timers } = this;
    let connection = 100;
    const clock = (): number => this.now;
    this.env = {
      get now() {
        return clock();
      },
      get wallClockMs() {
        return logEnv.wallClockMs + Math.floor(clock() / 1000);
      },
      self: `broker-${id}`,
      host: 'host',
      pid: 1,
      random: () => logEnv.random(),
      randomInt: (min, max) => logEnv.randomInt(min, max),
      setTimer: (name, delay) => void timers.set(name, clock() + delay),
      clearTimer: (name) => void timers.delete(name),
      hasTimer: (name) => timers.has(name),
      listen: () => true,
      unlisten: () => undefined,
      ownership: () => 'own',
      connect: () => ++connection,
      send: (to, message) => void sent.push({ connection: to, message: message as Message & Record<string, unknown> }),
      close: () => undefined,
      lookUp: (name) => ({ address: name }),
      peerAddress: () => undefined,
      disk: logEnv.disk,
      diskErrors: [],
      fact: (fact) => void facts.push(fact as Note),
      log: (line) => logEnv.log(line),
      print: () => undefined,
      get system(): never {
        throw new Error('a broker is not privileged');
      },
      exit: () => undefined,
    };
    this.b = { ...newBroker(parsed.config satisfies BrokerConfig, this.env), brokerEpoch: 100 };
    accept(this.b, this.env, 1, 'client', 9092);
    this.ask('UpdateMetadata', { controllerId: 9, controllerEpoch: 1, brokerEpoch: 100, topics: [], liveBrokers: [1, 2, 3].map((broker) => ({ id: broker, rack: null, endPoints: [{ host: `h${broker}`, port: 9092, listener: 'PLAINTEXT', securityProtocol: 'PLAINTEXT' as const }] })) });
  }

  /** What the handler makes of a request: its answer, or that it waits. */
  run<Api extends ApiName>(api: Api, body: RequestBody<Api>, options: { readonly version?: number; readonly connection?: number } = {}): Outcome<Api> {
    const made = request(api, ++this.correlationId, 'test', body);
    const message = (options.version === undefined ? made : { ...made, apiVersion: options.version }) as KafkaRequest;
    const handler = this.table[api] as (b: Draft, request: KafkaRequest, context: RequestContext, env: Env) => Outcome<Api>;
    // There is no ZooKeeper that could be asked for configurations.
    const outcome = handler(this.b, message, { connection: options.connection ?? 1, request: message, configsRead: true }, this.env);
    inbox.length = 0;
    return outcome;
  }

  ask<Api extends ApiName>(api: Api, body: RequestBody<Api>, options: { readonly version?: number } = {}): ResponseBody<Api> {
    const outcome = this.run(api, body, options);
    if ('type' in outcome && typeof outcome.type === 'string') throw new Error(`${api}: ${outcome.type}`);
    return outcome as ResponseBody<Api>;
  }

  /** What the broker has answered to waiting requests since the last call. */
  answers(): readonly (Message & Record<string, unknown>)[] {
    return this.sent.splice(0).map(({ message }) => message);
  }

  said(): string[] {
    return this.logEnv.lines.splice(0).map((line) => line.text);
  }

  lead(state: Partial<LeaderAndIsrPartitionState>): ResponseBody<'LeaderAndIsr'> {
    const replicas = state.replicas ?? [1, 2, 3];
    const full: LeaderAndIsrPartitionState = { partition: 0, controllerEpoch: 1, leader: this.b.brokerId, leaderEpoch: 0, isr: replicas, zkVersion: 0, replicas, isNew: false, ...state };
    this.know(full);
    return this.ask('LeaderAndIsr', { controllerId: 9, controllerEpoch: this.b.controllerEpoch, brokerEpoch: 100, topics: [{ topic: 't', partitions: [full] }], liveLeaders: [] });
  }

  /** The metadata cache hears of the partition. */
  know(state: Pick<LeaderAndIsrPartitionState, 'leader' | 'leaderEpoch' | 'isr' | 'replicas'>): void {
    this.ask('UpdateMetadata', {
      controllerId: 9, controllerEpoch: this.b.controllerEpoch, brokerEpoch: 100, liveBrokers: this.b.metadata.brokers,
      topics: [{ topic: 't', partitions: [{ partition: 0, controllerEpoch: 1, leader: state.leader, leaderEpoch: state.leaderEpoch, isr: state.isr, zkVersion: 0, replicas: state.replicas, offlineReplicas: [] }] }],
    });
  }

  get replica(): Partition {
    return this.b.partitions[this.b.places['t-0']!]!;
  }

  /** A log with these epochs (epoch, first offset), one record an offset, up to `end`; as if it had been there. */
  fill(epochs: readonly (readonly [number, number])[], end: number, highWatermark = 0): void {
    let { log } = this.replica;
    for (const [index, [epoch, start]] of epochs.entries()) {
      log = beginEpoch({ ...log }, epoch, this.env);
      const stop = epochs[index + 1]?.[1] ?? end;
      for (let offset = start; offset < stop; offset++) log = appendAsLeader(log, batchOf(`e${epoch}-${offset}`, this.env.wallClockMs), epoch, this.env).log;
    }
    setPartition(this.b, this.b.places['t-0']!, { ...this.replica, log, highWatermark });
  }

  produce(value: string, acks: number, timeoutMs = 30_000): Outcome<'Produce'> {
    return this.run('Produce', { transactionalId: null, acks, timeoutMs, topics: [{ topic: 't', partitions: [{ partition: 0, records: [batchOf(value, this.env.wallClockMs)] }] }] });
  }

  /** A full fetch without a session. */
  fetch(offset: number, options: { readonly replicaId?: number; readonly epoch?: number; readonly maxWaitMs?: number; readonly connection?: number } = {}): Outcome<'Fetch'> {
    return this.run('Fetch', {
      replicaId: options.replicaId ?? -1, maxWaitMs: options.maxWaitMs ?? 0, minBytes: 1, maxBytes: 1_000_000, isolationLevel: 0, sessionId: 0, sessionEpoch: -1,
      topics: [{ topic: 't', partitions: [{ partition: 0, currentLeaderEpoch: options.epoch ?? -1, fetchOffset: offset, logStartOffset: 0, partitionMaxBytes: 1_000_000 }] }],
      forgottenTopicsData: [], rackId: '',
    });
  }
}
