/** A broker that answers clients as a test tells it to: its script says who leads what and which answers to give. */
import type { Env, Message, Program } from '../../../src/kernel/program.ts';
import {
  createKernel,
  createWorld,
  program,
  runUntil,
  type ItemRecord,
  type KernelAction,
  type World,
} from '../../../src/kernel/world.ts';
import type { Fact } from '../../../src/kernel/program.ts';
import { toArray } from '../../../src/kernel/append-list.ts';
import { decodeRecords, fromUtf8, recordCount, stamped, baseOffset } from '../../../src/kafka/log/record-batch.ts';
import { response, type ErrorName, type KafkaRequest } from '../../../src/kafka/protocol/index.ts';
import { consumerProgram } from '../../../src/kafka/clients/consumer.ts';
import { producerProgram } from '../../../src/kafka/clients/producer.ts';
import { adminProgram } from '../../../src/kafka/clients/admin.ts';

export interface BrokerScript {
  readonly id: number;
  readonly brokers: readonly number[];
  readonly controller: number;
  /** Leader and leader epoch of each partition; a topic that is not here is unknown. */
  readonly topics: { readonly [topic: string]: readonly { readonly leader: number; readonly epoch: number }[] };
  /** Errors of the next Produce answers, one each; then NONE. */
  readonly produceErrors: readonly ErrorName[];
  /** Answers nothing to Produce while true; when it turns false what is held is answered. */
  readonly holdsProduce: boolean;
  readonly logStart: number;
  /** What its partitions hold at the beginning. */
  readonly stored: { readonly [partition: string]: readonly Uint8Array[] };
  readonly abortedTransactions: readonly { readonly producerId: number; readonly firstOffset: number }[];
  readonly fetchErrors: readonly ErrorName[];
  /** End offset and epoch this broker gives for any epoch asked for. */
  readonly epochEnd: { readonly leaderEpoch: number; readonly endOffset: number } | null;
  /** Answers only this many topics lists with LEADER_NOT_AVAILABLE first. */
  readonly leaderNotAvailable: number;
  readonly adminErrors: readonly ErrorName[];
  /** Errors of the next answers of the transaction coordinator, one each; then NONE. */
  readonly transactionErrors: readonly ErrorName[];
  /** Who coordinates transactions, for the next questions, one each; then itself. */
  readonly coordinators: readonly number[];
}

export interface ScriptedBroker {
  readonly script: BrokerScript;
  readonly batches: { readonly [partition: string]: readonly Uint8Array[] };
  readonly seen: readonly (KafkaRequest & { readonly at: number })[];
  readonly held: readonly { readonly connection: number; readonly request: KafkaRequest }[];
  readonly waiting: readonly { readonly connection: number; readonly request: KafkaRequest }[];
  /** A broker takes the next request of a connection when the one before is answered. */
  readonly backlog: readonly { readonly connection: number; readonly request: KafkaRequest }[];
}

const FIRST_PORT = 9091;

function end(batches: readonly Uint8Array[] | undefined, logStart: number): number {
  const last = batches?.[batches.length - 1];
  return last ? baseOffset(last) + recordCount(last) : logStart;
}

function answer(state: ScriptedBroker, connection: number, request: KafkaRequest, env: Env): ScriptedBroker {
  const { script } = state;
  const reply = (message: Message): void => env.send(connection, message);
  switch (request.type) {
    case 'ApiVersionsRequest':
      reply(response('ApiVersions', request.correlationId, { error: 'NONE', apiKeys: [], throttleTimeMs: 0 }));
      return state;
    case 'MetadataRequest': {
      const names = request.topics ?? Object.keys(script.topics);
      const late = script.leaderNotAvailable > 0;
      reply(
        response('Metadata', request.correlationId, {
          throttleTimeMs: 0,
          brokers: script.brokers.map((id) => ({ nodeId: id, host: '10.0.0.1', port: FIRST_PORT + id, rack: null })),
          clusterId: 'cluster',
          controllerId: script.controller,
          clusterAuthorizedOperations: -2147483648,
          topics: names.map((topic) => ({
            topic,
            error: !script.topics[topic] ? 'UNKNOWN_TOPIC_OR_PARTITION' : late ? 'LEADER_NOT_AVAILABLE' : 'NONE',
            isInternal: false,
            topicAuthorizedOperations: -2147483648,
            partitions: late
              ? []
              : (script.topics[topic] ?? []).map(({ leader, epoch }, partition) => ({
                  error: leader < 0 ? ('LISTENER_NOT_FOUND' as const) : ('NONE' as const),
                  partition,
                  leaderId: leader,
                  leaderEpoch: leader < 0 ? -1 : epoch,
                  replicaNodes: [leader],
                  isrNodes: [leader],
                  offlineReplicas: [],
                })),
          })),
        }),
      );
      return late && names.length > 0 ? { ...state, script: { ...script, leaderNotAvailable: script.leaderNotAvailable - 1 } } : state;
    }
    case 'ProduceRequest': {
      if (script.holdsProduce) return { ...state, held: [...state.held, { connection, request }] };
      const [scripted, ...produceErrors] = script.produceErrors;
      const error = scripted ?? 'NONE';
      let batches = state.batches;
      const topics = request.topics.map(({ topic, partitions }) => ({
        topic,
        partitions: partitions.map(({ partition, records }) => {
          const name = `${topic}-${partition}`;
          const base = end(batches[name], script.logStart);
          if (error === 'NONE') batches = { ...batches, [name]: [...(batches[name] ?? []), stamped(records[0]!, base, script.topics[topic]?.[partition]?.epoch ?? 0)] };
          return { partition, error, baseOffset: error === 'NONE' ? base : -1, logAppendTimeMs: -1, logStartOffset: script.logStart };
        }),
      }));
      if (request.acks !== 0) reply(response('Produce', request.correlationId, { topics, throttleTimeMs: 0 }));
      else if (error !== 'NONE') env.close(connection);
      const next = { ...state, batches, script: { ...script, produceErrors } };
      return error === 'NONE' ? wakeFetches(next, env) : next;
    }
    case 'FindCoordinatorRequest': {
      const [nodeId = script.id, ...coordinators] = script.coordinators;
      const error = nodeId < 0 ? 'COORDINATOR_NOT_AVAILABLE' : 'NONE';
      reply(response('FindCoordinator', request.correlationId, { throttleTimeMs: 0, error, errorMessage: null, nodeId, host: nodeId < 0 ? '' : '10.0.0.1', port: nodeId < 0 ? -1 : FIRST_PORT + nodeId }));
      return { ...state, script: { ...script, coordinators } };
    }
    case 'InitProducerIdRequest':
    case 'AddPartitionsToTxnRequest':
    case 'EndTxnRequest': {
      const [error = 'NONE', ...transactionErrors] = script.transactionErrors;
      if (request.type === 'InitProducerIdRequest') reply(response('InitProducerId', request.correlationId, { throttleTimeMs: 0, error, producerId: error === 'NONE' ? 7 : -1, producerEpoch: error === 'NONE' ? 0 : -1 }));
      else if (request.type === 'EndTxnRequest') reply(response('EndTxn', request.correlationId, { throttleTimeMs: 0, error }));
      else reply(response('AddPartitionsToTxn', request.correlationId, { throttleTimeMs: 0, topics: request.topics.map(({ topic, partitions }) => ({ topic, partitions: partitions.map((partition) => ({ partition, error })) })) }));
      return { ...state, script: { ...script, transactionErrors } };
    }
    case 'FetchRequest':
      return answerFetch(state, connection, request, env, true);
    case 'ListOffsetsRequest':
      reply(
        response('ListOffsets', request.correlationId, {
          throttleTimeMs: 0,
          topics: request.topics.map(({ topic, partitions }) => ({
            topic,
            partitions: partitions.map(({ partition, timestamp }) => ({
              partition,
              error: 'NONE' as const,
              timestamp: -1,
              offset: timestamp === -2 ? script.logStart : end(state.batches[`${topic}-${partition}`], script.logStart),
              leaderEpoch: script.topics[topic]?.[partition]?.epoch ?? 0,
            })),
          })),
        }),
      );
      return state;
    case 'OffsetForLeaderEpochRequest':
      reply(
        response('OffsetForLeaderEpoch', request.correlationId, {
          throttleTimeMs: 0,
          topics: request.topics.map(({ topic, partitions }) => ({
            topic,
            partitions: partitions.map(({ partition, leaderEpoch }) => ({
              partition,
              error: 'NONE' as const,
              leaderEpoch: script.epochEnd?.leaderEpoch ?? leaderEpoch,
              endOffset: script.epochEnd?.endOffset ?? end(state.batches[`${topic}-${partition}`], script.logStart),
            })),
          })),
        }),
      );
      return state;
    case 'CreateTopicsRequest': {
      const [error, ...adminErrors] = script.adminErrors;
      reply(
        response('CreateTopics', request.correlationId, {
          throttleTimeMs: 0,
          topics: request.topics.map(({ topic }) => ({ topic, error: error ?? 'NONE', errorMessage: null })),
        }),
      );
      return { ...state, script: { ...script, adminErrors } };
    }
    default:
      return state;
  }
}

function answerFetch(state: ScriptedBroker, connection: number, request: KafkaRequest, env: Env, mayWait: boolean): ScriptedBroker {
  if (request.type !== 'FetchRequest') return state;
  const { script } = state;
  const [scripted, ...fetchErrors] = script.fetchErrors;
  let has = scripted !== undefined;
  const topics = request.topics.map(({ topic, partitions }) => ({
    topic,
    partitions: partitions.map(({ partition, fetchOffset }) => {
      const batches = state.batches[`${topic}-${partition}`] ?? [];
      const leo = end(batches, script.logStart);
      const error: ErrorName = scripted ?? (fetchOffset < script.logStart || fetchOffset > leo ? 'OFFSET_OUT_OF_RANGE' : 'NONE');
      const records = error === 'NONE' ? batches.filter((batch) => baseOffset(batch) + recordCount(batch) > fetchOffset) : [];
      if (records.length > 0 || error !== 'NONE') has = true;
      return {
        partition,
        error,
        highWatermark: leo,
        lastStableOffset: leo,
        logStartOffset: script.logStart,
        abortedTransactions: request.isolationLevel === 1 ? script.abortedTransactions : null,
        preferredReadReplica: -1,
        records,
      };
    }),
  }));
  if (!has && mayWait) {
    env.setTimer(`fetch ${connection}`, request.maxWaitMs * 1_000, request);
    return { ...state, waiting: [...state.waiting, { connection, request }] };
  }
  // No session is granted: every fetch is a full one.
  env.send(connection, response('Fetch', request.correlationId, { throttleTimeMs: 0, error: 'NONE', sessionId: 0, topics }));
  const mine = state.backlog.filter((one) => one.connection === connection);
  let next: ScriptedBroker = { ...state, backlog: state.backlog.filter((one) => one.connection !== connection), script: { ...script, fetchErrors } };
  for (const one of mine) next = answer(next, connection, one.request, env);
  return next;
}

function wakeFetches(state: ScriptedBroker, env: Env): ScriptedBroker {
  let next: ScriptedBroker = { ...state, waiting: [] };
  for (const { connection, request } of state.waiting) {
    env.clearTimer(`fetch ${connection}`);
    next = answerFetch(next, connection, request, env, true);
  }
  return next;
}

export const scriptedBroker: Program<ScriptedBroker, BrokerScript> = {
  start(script, env) {
    env.listen(FIRST_PORT + script.id);
    return { script, batches: script.stored, seen: [], held: [], waiting: [], backlog: [] };
  },
  handle(state, event, env) {
    if (event.type === 'received') {
      const request = event.message as KafkaRequest;
      const { connection } = event;
      const next = { ...state, seen: [...state.seen, { ...request, at: env.now }] };
      const isBusy = state.waiting.some((one) => one.connection === connection);
      return isBusy ? { ...next, backlog: [...next.backlog, { connection, request }] } : answer(next, connection, request, env);
    }
    if (event.type === 'timer') {
      const connection = Number(event.name.slice(6));
      const waiting = state.waiting.find((one) => one.connection === connection);
      if (!waiting) return state;
      return answerFetch({ ...state, waiting: state.waiting.filter((one) => one !== waiting) }, connection, waiting.request, env, false);
    }
    if (event.type === 'command') {
      const { patch } = event.command as Message & { patch: Partial<BrokerScript> };
      let next: ScriptedBroker = { ...state, script: { ...state.script, ...patch } };
      if (!next.script.holdsProduce) {
        const { held } = next;
        next = { ...next, held: [] };
        for (const { connection, request } of held) next = answer(next, connection, request, env);
      }
      return next;
    }
    return state;
  },
};

export interface Lab {
  readonly facts: readonly (Fact & { readonly at: number })[];
  readonly lines: (process: string) => readonly { readonly at: number; readonly level: string; readonly text: string }[];
  run(untilMs: number): void;
  act(action: KernelAction): void;
  script(broker: number, patch: Partial<BrokerScript>): void;
  command(process: string, command: Message): void;
  /** Values in a broker's log of a partition, in offset order. */
  stored(broker: number, partition: string): readonly string[];
  seen<T extends KafkaRequest['type']>(broker: number, type: T): readonly (Extract<KafkaRequest, { type: T }> & { readonly at: number })[];
  of<T extends string>(type: T): readonly (Fact & { readonly at: number; readonly type: T } & { readonly [key: string]: never })[];
  state<T>(process: string): T;
  world(): World;
}

/** Brokers on one host at 10.0.0.1:9092, …, and clients that know the first. Latency is always 1 ms. */
export function lab(
  brokers: readonly Partial<BrokerScript>[],
  clients: readonly { readonly name: string; readonly program: string; readonly config: unknown }[],
  seed = 1,
): Lab {
  const kernel = createKernel({
    broker: program(scriptedBroker),
    producer: program(producerProgram),
    consumer: program(consumerProgram),
    admin: program(adminProgram),
  });
  const ids = brokers.map((_, index) => index + 1);
  let world = createWorld({
    seed,
    wallClockBaseMs: 1_700_000_000_000,
    network: { latencyMinMicros: 1_000, latencyMaxMicros: 1_000 },
    hosts: [
      { name: 'server', names: ['server', '10.0.0.1'], forwards: [] },
      { name: 'laptop', names: ['laptop'], forwards: [] },
    ],
    processes: [
      ...brokers.map((script, index) => ({
        name: `broker-${index + 1}`,
        program: 'broker',
        host: 'server',
        config: {
          id: index + 1,
          brokers: ids,
          controller: 1,
          topics: {},
          produceErrors: [],
          holdsProduce: false,
          logStart: 0,
          stored: {},
          abortedTransactions: [],
          fetchErrors: [],
          epochEnd: null,
          leaderNotAvailable: 0,
          adminErrors: [],
          transactionErrors: [],
          coordinators: [],
          ...script,
        } satisfies BrokerScript,
      })),
      ...clients.map((client) => ({ ...client, host: 'laptop' })),
    ],
  });
  const facts: (Fact & { at: number })[] = [];
  const note = (record: ItemRecord): void => {
    for (const fact of record.facts) facts.push({ ...fact, at: record.at });
  };
  const act = (action: KernelAction): void => {
    const done = kernel.perform(world, action);
    world = done.world;
    note(done.record);
  };
  for (const { name } of world.processes) act({ type: 'start', process: name });
  const stateOf = <T>(name: string): T => world.processes.find((process) => process.name === name)!.state as T;
  return {
    facts,
    lines: (name) => toArray(world.processes.find((process) => process.name === name)!.lines),
    run: (untilMs) => {
      world = runUntil(kernel, world, untilMs * 1_000, note);
    },
    act,
    script: (broker, patch) => act({ type: 'command', process: `broker-${broker}`, command: { type: 'script', patch } as Message }),
    command: (process, command) => act({ type: 'command', process, command }),
    stored: (broker, partition) =>
      (stateOf<ScriptedBroker>(`broker-${broker}`).batches[partition] ?? []).flatMap((batch) =>
        decodeRecords(batch).map((record) => fromUtf8(record.value!)),
      ),
    seen: (broker, type) => stateOf<ScriptedBroker>(`broker-${broker}`).seen.filter((one) => one.type === type) as never,
    of: (type) => facts.filter((fact) => fact.type === type) as never,
    state: stateOf,
    world: () => world,
  };
}
