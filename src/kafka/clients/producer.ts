/**
 * The producer process `kafka-producer`: an application that calls `send` (a load or commands) and the Java client 2.3.0 under it
 * (`KafkaProducer`, `Sender`). Every event ends in one run of the sender, which sends what may be sent, and in one timer for
 * the next moment at which time alone gives it work.
 */
import { begin, matches, step } from '../../kernel/machine.ts';
import type { Env, Micros, ProcessEvent, Program } from '../../kernel/program.ts';
import { errorMessage, isRetriable, refreshesMetadata, type ErrorName } from '../protocol/errors.ts';
import type { KafkaResponse } from '../protocol/index.ts';
import type { ProducePartition, ProduceResponse, ProducePartitionResponse } from '../protocol/produce.ts';
import type { TopicOf } from '../protocol/shared.ts';
import type { InitProducerIdResponse } from '../protocol/init-producer-id.ts';
import { withCodec } from '../log/compressed-batch.ts';
import { addSequence, encodeBatch, utf8 } from '../log/record-batch.ts';
import { nameOf, topicPartition } from '../topic-partition.ts';
import {
  append,
  emptyAccumulator,
  estimatedBytes,
  NO_IDENTITY,
  noteCompression,
  reenqueue,
  sendableAt,
  sizeUpperBound,
  splitAndReenqueue,
  takeExpired,
  takeFirst,
  unmute,
  type ProducerBatch,
  type Urgency,
} from './accumulator.ts';
import { isConfigError, producerConfig } from './client-config.ts';
import { exceptionClass, exceptionName } from './exceptions.ts';
import { note } from './facts.ts';
import { leaderOf, requestUpdate } from './metadata.ts';
import {
  canSend,
  connect,
  connectableAt,
  handleNetwork,
  isReady,
  leastLoadedNode,
  logLine,
  networkDeadline,
  pollNetwork,
  send,
  startNetwork,
  withMetadata,
  type NetworkOutput,
} from './network-client.ts';
import {
  abortBeforeClose, callMethod, ended, expireCall, hasOngoingTransaction, isFlushing, isSendAllowed, noTransactions, noteFailedBatch, noteSend, receiveTransactional,
  runTransactions, sendProblem, shortName, transactionsDeadline, wakeSender,
} from './transaction-manager.ts';
import { nextCounter, partitionForKey, roundRobinPartition } from './partitioner.ts';
import { producerMachine, type ProducerAction, type ProducerEvent } from './producer.machine.ts';
import { failRecords, giveBack, log, succeed } from './producer-results.ts';
import type {
  ProducerCommand,
  ProducerProcessConfig,
  ProducerPurpose,
  ProducerState,
  SendCall,
  Workload,
} from './producer-state.ts';

const MS = 1_000;
/** How long a producer goes on asking about a topic after its last use. */
const TOPIC_EXPIRY_MICROS = 300_000 * MS;
const WAKE = 'sender';
const WORKLOAD = 'workload';

export const producerProgram: Program<ProducerState | null, ProducerProcessConfig> = {
  start(given, env) {
    const config = producerConfig(given, 'producer-1');
    if (isConfigError(config)) {
      note(env, { type: 'clientNotStarted', client: env.self, key: config.key, message: config.message });
      logLine(env, '', 'ERROR', `org.apache.kafka.common.config.ConfigException: ${config.message}`, 'clients.producer.KafkaProducer');
      env.exit(1);
      return null;
    }
    const { transactionalId } = config;
    const logPrefix = `[Producer clientId=${config.clientId}${transactionalId === null ? '' : `, transactionalId=${transactionalId}`}] `;
    if (config.deliveryTimeoutRaised) {
      const text = `delivery.timeout.ms should be equal to or larger than linger.ms + request.timeout.ms. Setting it to ${config.deliveryTimeoutMs}.`;
      logLine(env, logPrefix, 'WARN', text, 'clients.producer.KafkaProducer');
    }
    let state: ProducerState = {
      config,
      chart: begin(producerMachine).chart,
      network: startNetwork(config, { logPrefix, maxInFlight: config.maxInFlight, allowAutoTopicCreation: true, wanted: {} }),
      accumulator: emptyAccumulator(config),
      inFlight: [],
      counters: { sent: 0, acked: 0, failed: 0, retried: 0, batches: 0 },
      partitionCounters: {},
      blocked: null,
      calls: [],
      workload: null,
      workloadSent: 0,
      workloadNextAt: 0,
      idempotence: { identity: NO_IDENTITY, nextSequence: {}, lastAckedSequence: {}, unresolved: [], retryAt: 0 },
      transactions: transactionalId === null ? null : noTransactions(transactionalId),
      wakeAt: -1,
    };
    if (transactionalId !== null) log(state, env, 'INFO', 'Instantiated a transactional producer.', 'KafkaProducer');
    if (config.enableIdempotence) state = move(state, { type: 'idempotenceEnabled' }, env);
    if (given.workload) state = setWorkload(state, given.workload, env);
    return settle(state, env);
  },

  handle(state, event, env) {
    if (state === null) return state;
    switch (event.type) {
      case 'timer':
        if (event.name === WORKLOAD) return settle(tickWorkload(state, env), env);
        return settle({ ...state, wakeAt: -1 }, env);
      case 'command':
        return settle(obey(state, event.command as ProducerCommand, env), env);
      case 'signal':
        return settle(move(state, { type: 'close' }, env), env);
      default:
        return settle(listen(state, event, env), env);
    }
  },
};

function obey(state: ProducerState, command: ProducerCommand, env: Env): ProducerState {
  switch (command.type) {
    case 'produce': {
      const { topic, partition, key, value, headers } = command;
      return callSend(state, { topic, partition: partition ?? null, key: key ?? null, value, headers: headers ?? [] }, env);
    }
    case 'initTransactions':
    case 'beginTransaction':
    case 'commitTransaction':
    case 'abortTransaction':
      return matches(state.chart, 'sender.running') ? callMethod(state, command.type, env) : state;
    case 'setWorkload':
      return setWorkload(state, command.workload, env);
    case 'stop':
      return move(setWorkload(state, null, env), { type: 'close' }, env);
  }
}

function move(state: ProducerState, event: ProducerEvent, env: Env): ProducerState {
  const done = step(producerMachine, state.chart, event);
  let next = done.chart === state.chart ? state : { ...state, chart: done.chart };
  for (const { type } of done.actions) next = actions[type as ProducerAction](next, env);
  return next;
}

const actions: { readonly [action in ProducerAction]: (state: ProducerState, env: Env) => ProducerState } = {
  logClosing: (state, env) => {
    log(state, env, 'INFO', 'Closing the Kafka producer with timeoutMillis = 9223372036854775807 ms.', 'KafkaProducer');
    return state;
  },
  exit: (state, env) => {
    const { sent, acked, failed } = state.counters;
    note(env, { type: 'producerClosed', producer: env.self, sent, acked, failed });
    env.exit(0);
    return state;
  },
  // The answer's handler puts the id in before it steps the chart: here it is only made known.
  keepProducerId: (state, env) => {
    note(env, { type: 'producerIdObtained', producer: env.self, ...state.idempotence.identity });
    return state;
  },
  forgetProducerId: (state) => ({
    ...state,
    idempotence: { identity: NO_IDENTITY, nextSequence: {}, lastAckedSequence: {}, unresolved: [], retryAt: 0 },
  }),
  failAll: (state, env) => {
    let next = state;
    for (const name in state.accumulator.queues) {
      for (const batch of state.accumulator.queues[name]!.batches) {
        next = failRecords(next, batch, 'KafkaException', 'Cannot execute transactional method because we are in an error state', env);
      }
    }
    const queues = Object.fromEntries(Object.entries(next.accumulator.queues).map(([name, queue]) => [name, { ...queue, batches: [] }]));
    return { ...next, accumulator: { ...next.accumulator, queues, queuedRecords: 0 } };
  },
};

// The application.

function setWorkload(state: ProducerState, workload: Workload | null, env: Env): ProducerState {
  if (!workload || !(workload.ratePerSecond > 0)) {
    env.clearTimer(WORKLOAD);
    return { ...state, workload: null };
  }
  const delay = (workload.startAfterMs ?? 0) * MS;
  env.setTimer(WORKLOAD, delay);
  return { ...state, workload, workloadSent: 0, workloadNextAt: env.now + delay };
}

/** A thread that is blocked in `send` misses its moments and does not make up for them. */
function tickWorkload(state: ProducerState, env: Env): ProducerState {
  const { workload } = state;
  if (!workload || matches(state.chart, 'sender.closed')) return state;
  let next = stepTransactions(state, workload, env);
  if (next.workload === null) return next;
  const n = state.workloadSent;
  if (!isOver(workload, n) && next.blocked === null && (next.transactions === null || matches(next.chart, 'producerId.IN_TRANSACTION'))) {
    let value = `${workload.valuePrefix}${n}`;
    if (workload.valueBytes !== undefined) value = value.padEnd(workload.valueBytes, '.');
    const key = workload.keys === undefined ? null : `k${n % workload.keys}`;
    next = callSend({ ...next, workloadSent: n + 1 }, { topic: workload.topic, partition: workload.partition ?? null, key, value, headers: [] }, env);
  }
  if (isOver(workload, next.workloadSent) && !hasOngoingTransaction(next)) return { ...next, workload: null };
  const period = Math.max(1, Math.round(1_000_000 / workload.ratePerSecond));
  const at = Math.max(env.now, state.workloadNextAt + period);
  env.setTimer(WORKLOAD, at - env.now);
  return { ...next, workloadNextAt: at };
}

const RECORDS_A_TRANSACTION = 10;

const isOver = ({ count }: Workload, sent: number): boolean => count !== undefined && sent >= count;

/** What an application does with its transactions: it begins and ends them, aborts what failed, and gives up when it is fenced. */
function stepTransactions(state: ProducerState, workload: Workload, env: Env): ProducerState {
  const { transactionRecords = RECORDS_A_TRANSACTION, abortEvery } = workload;
  const { transactions, workloadSent: n } = state;
  if (!transactions || transactions.call || state.blocked !== null) return state;
  if (matches(state.chart, 'producerId.UNINITIALIZED')) return callMethod(state, 'initTransactions', env);
  if (matches(state.chart, 'producerId.ABORTABLE_ERROR')) return callMethod(state, 'abortTransaction', env);
  if (matches(state.chart, 'producerId.FATAL_ERROR')) return setWorkload(state, null, env);
  if (matches(state.chart, 'producerId.READY')) return isOver(workload, n) ? state : callMethod(state, 'beginTransaction', env);
  const { partitions, newPartitions, pendingPartitions } = transactions;
  const hasRecords = partitions.length + newPartitions.length + pendingPartitions.length > 0;
  const isFull = matches(state.chart, 'producerId.IN_TRANSACTION') && (isOver(workload, n) || (n > 0 && n % transactionRecords === 0 && hasRecords));
  if (!isFull) return state;
  return callMethod(state, abortEvery !== undefined && Math.ceil(n / transactionRecords) % abortEvery === 0 ? 'abortTransaction' : 'commitTransaction', env);
}

function callSend(state: ProducerState, call: SendCall, env: Env): ProducerState {
  if (!matches(state.chart, 'sender.running')) return state;
  if (state.blocked !== null) return { ...state, calls: [...state.calls, call] };
  const n = state.counters.sent;
  const begun = callsInTurn(state, call, env);
  const partition = choosePartition(begun, call);
  note(env, {
    type: 'recordSent',
    producer: env.self,
    id: `${env.self}/${n}`,
    topic: call.topic,
    ...(partition === undefined ? {} : { partition }),
    key: call.key,
    value: call.value,
  });
  const counted = { ...begun, counters: { ...begun.counters, sent: n + 1 } };
  return continueSend(counted, n, call, partition, env.now, env);
}

/** The turn of a topic's partitions begins at a random one. */
function callsInTurn(state: ProducerState, call: SendCall, env: Env): ProducerState {
  if (call.key !== null || call.partition !== null || state.partitionCounters[call.topic] !== undefined) return state;
  return { ...state, partitionCounters: { ...state.partitionCounters, [call.topic]: env.randomInt(0, 2147483646) } };
}

/** undefined: metadata does not know the topic, or not so many partitions. */
function choosePartition(state: ProducerState, call: SendCall): number | undefined {
  const known = state.network.metadata.topics[call.topic];
  if (!known || known.partitions.length === 0) return undefined;
  if (call.partition !== null) return call.partition < known.partitions.length ? call.partition : undefined;
  if (call.key !== null) return partitionForKey(utf8(call.key), known.partitions.length);
  return roundRobinPartition(state.partitionCounters[call.topic] ?? 0, known.available, known.partitions.length);
}

function continueSend(state: ProducerState, n: number, call: SendCall, partition: number | undefined, since: Micros, env: Env): ProducerState {
  const { config } = state;
  let next = wantTopic(state, call.topic, env.now);
  if (partition === undefined) {
    next = { ...next, network: withMetadata(next.network, requestUpdate(next.network.metadata)) };
    return block(next, { type: 'metadataMissing' }, n, call, since, env);
  }
  const key = call.key === null ? null : utf8(call.key);
  const value = utf8(call.value);
  const headers = call.headers.map((header) => ({ key: header.key, value: utf8(header.value) }));
  const size = sizeUpperBound(key, value, headers);
  const limit =
    size > config.maxRequestSize
      ? 'the maximum request size you have configured with the max.request.size configuration.'
      : size > config.bufferMemory
        ? 'the total memory buffer you have configured with the buffer.memory configuration.'
        : undefined;
  if (limit !== undefined) {
    const message = `The message is ${size} bytes when serialized which is larger than ${limit}`;
    return failCall(next, n, call, partition, 'RecordTooLargeException', message, env);
  }
  const problem = sendProblem(next);
  if (problem) return ended(failCall(next, n, call, partition, shortName(problem), problem.message, env), 'send', problem, env);
  next = noteSend(next, { topic: call.topic, partition });
  const record = { n, timestamp: env.wallClockMs, key, value, headers };
  const appended = append(next.accumulator, config, call.topic, partition, record, env.now);
  if (appended.type === 'noMemory') return block(next, { type: 'memoryExhausted' }, n, call, since, env);
  if (call.key === null && call.partition === null) {
    const counter = nextCounter(next.partitionCounters[call.topic] ?? 0);
    next = { ...next, partitionCounters: { ...next.partitionCounters, [call.topic]: counter } };
  }
  return unblock({ ...next, accumulator: appended.accumulator }, env);
}

function wantTopic(state: ProducerState, topic: string, now: Micros): ProducerState {
  const { metadata } = state.network;
  const wanted = metadata.wanted ?? {};
  const until = wanted[topic] ?? 0;
  // Renewing it for every record would cost more than the record.
  if (until - now > TOPIC_EXPIRY_MICROS * 0.9) return state;
  const next = { ...metadata, wanted: { ...wanted, [topic]: now + TOPIC_EXPIRY_MICROS } };
  return { ...state, network: withMetadata(state.network, until === 0 ? requestUpdate(next) : next) };
}

function block(
  state: ProducerState,
  why: { readonly type: 'metadataMissing' } | { readonly type: 'memoryExhausted' },
  n: number,
  call: SendCall,
  since: Micros,
  env: Env,
): ProducerState {
  const until = since + state.config.maxBlockMs * MS;
  // A call that had waited for metadata may have to wait again, for memory.
  const next = state.blocked === null ? state : move(state, { type: 'unblocked' }, env);
  return move({ ...next, blocked: { n, call, since, until } }, why, env);
}

function unblock(state: ProducerState, env: Env): ProducerState {
  return state.blocked === null ? state : move({ ...state, blocked: null }, { type: 'unblocked' }, env);
}

function failCall(state: ProducerState, n: number, call: SendCall, partition: number | undefined, error: string, message: string, env: Env): ProducerState {
  note(env, {
    type: 'recordFailed',
    producer: env.self,
    id: `${env.self}/${n}`,
    topic: call.topic,
    ...(partition === undefined ? {} : { partition }),
    error,
    message,
  });
  return unblock({ ...state, counters: { ...state.counters, failed: state.counters.failed + 1 } }, env);
}

/** Goes on with the blocked call and with those behind it, as far as they get. */
function resumeApplication(state: ProducerState, env: Env): ProducerState {
  let next = state;
  while (next.blocked !== null) {
    const { n, call, since, until } = next.blocked;
    const waitsForMemory = matches(next.chart, 'application.waitingForMemory');
    const partition = choosePartition(next, call);
    if (env.now >= until) {
      const { maxBlockMs } = next.config;
      const count = next.network.metadata.topics[call.topic]?.partitions.length;
      const message = waitsForMemory
        ? `Failed to allocate memory within the configured max blocking time ${maxBlockMs} ms.`
        : count !== undefined && call.partition !== null
          ? `Partition ${call.partition} of topic ${call.topic} with partition count ${count} is not present in metadata after ${maxBlockMs} ms.`
          : `Topic ${call.topic} not present in metadata after ${maxBlockMs} ms.`;
      next = failCall(next, n, call, partition, 'TimeoutException', message, env);
    } else if (partition === undefined) return next;
    else {
      next = continueSend(next, n, call, partition, since, env);
      if (next.blocked !== null) return next;
    }
    while (next.blocked === null && next.calls.length > 0) {
      const [first, ...rest] = next.calls;
      next = callSend({ ...next, calls: rest }, first!, env);
    }
  }
  return next;
}

// Events of the network.

function listen(state: ProducerState, event: ProcessEvent, env: Env): ProducerState {
  const { client, outputs } = handleNetwork(state.network, event, env);
  return hear(client === state.network ? state : wakeSender({ ...state, network: client }), outputs, env);
}

function hear(state: ProducerState, outputs: readonly NetworkOutput<ProducerPurpose>[], env: Env): ProducerState {
  let next = state;
  for (const output of outputs) {
    switch (output.type) {
      case 'answered':
        next = answered(next, output.purpose, output.correlationId, output.response ?? undefined, env);
        break;
      case 'disconnected':
        next = answered(next, output.purpose, output.correlationId, undefined, env);
        break;
      case 'metadataUpdated': {
        const call = next.blocked?.call;
        const answer = call && output.response.topics.find(({ topic }) => topic === call.topic);
        if (call && answer?.error === 'INVALID_TOPIC_EXCEPTION') {
          next = failCall(next, next.blocked!.n, call, undefined, 'InvalidTopicException', `Invalid topics: [${call.topic}]`, env);
        } else if (call && choosePartition(next, call) === undefined) {
          next = { ...next, network: withMetadata(next.network, requestUpdate(next.network.metadata)) };
        }
        break;
      }
      case 'noBootstrapServer':
        note(env, { type: 'clientNotStarted', client: env.self, key: 'bootstrap.servers', message: output.message });
        logLine(env, '', 'ERROR', `org.apache.kafka.common.config.ConfigException: ${output.message}`, 'clients.producer.KafkaProducer');
        env.exit(1);
        break;
      case 'ready':
        break;
    }
  }
  return next;
}

/** `response` undefined: the connection broke before it came. */
function answered(state: ProducerState, purpose: ProducerPurpose, correlationId: number, response: KafkaResponse | undefined, env: Env): ProducerState {
  switch (purpose.type) {
    case 'produce':
      return complete(state, purpose.batches, correlationId, response as ProduceResponse | undefined, env);
    case 'initProducerId':
      return receiveProducerId(state, response as InitProducerIdResponse | undefined, env);
    case 'transaction':
      return receiveTransactional(state, response, env);
  }
}

function complete(
  state: ProducerState,
  numbers: readonly number[],
  correlationId: number,
  response: ProduceResponse | undefined,
  env: Env,
): ProducerState {
  let next = state;
  for (const number of numbers) {
    const batch = next.inFlight.find((one) => one.number === number);
    // It expired while it was in flight.
    if (!batch) continue;
    next = { ...next, inFlight: next.inFlight.filter((one) => one !== batch) };
    const answer = response?.topics.find(({ topic }) => topic === batch.topic)?.partitions.find(({ partition }) => partition === batch.partition);
    next = completeBatch(next, batch, correlationId, response === undefined ? 'NETWORK_EXCEPTION' : (answer?.error ?? 'UNKNOWN_SERVER_ERROR'), answer, env);
    next = resolveSequences(next, batch, env);
  }
  return next;
}

function completeBatch(
  state: ProducerState,
  batch: ProducerBatch,
  correlationId: number,
  error: ErrorName,
  answer: ProducePartitionResponse | undefined,
  env: Env,
): ProducerState {
  const { config } = state;
  let next: ProducerState = { ...state, accumulator: unmute(state.accumulator, batch.topic, batch.partition) };
  if (error === 'NONE') return succeed(next, batch, answer!.baseOffset, env);
  if (error === 'DUPLICATE_SEQUENCE_NUMBER') return succeed(next, batch, -1, env);
  const partition = nameOf(batch);
  const attemptsLeft = config.retries - batch.attempts - 1;
  const hasTime = env.now < batch.createdAt + config.deliveryTimeoutMs * MS;
  if (error === 'MESSAGE_TOO_LARGE' && batch.records.length > 1) {
    const text = `Got error produce response in correlation id ${correlationId} on topic-partition ${partition}, splitting and retrying (${attemptsLeft + 1} attempts left). Error: ${error}`;
    log(next, env, 'WARN', text, 'internals.Sender');
    return { ...next, accumulator: splitAndReenqueue(next.accumulator, config, batch, env.now) };
  }
  const verdict = judge(next, batch, error, answer);
  if (verdict !== 'fail' && hasTime && batch.attempts < config.retries) {
    const text = `Got error produce response with correlation id ${correlationId} on topic-partition ${partition}, retrying (${attemptsLeft} attempts left). Error: ${error}`;
    log(next, env, 'WARN', text, 'internals.Sender');
    if (batch.producerId !== next.idempotence.identity.producerId) {
      const message = `Attempted to retry sending a batch but the producer id changed from ${batch.producerId} to ${next.idempotence.identity.producerId} in the mean time. This batch will be dropped.`;
      next = giveBack(failRecords(next, batch, 'OutOfOrderSequenceException', message, env), batch);
    } else {
      note(env, {
        type: 'recordsRetried',
        producer: env.self,
        topic: batch.topic,
        partition: batch.partition,
        records: batch.records.length,
        error,
        attemptsLeft,
      });
      const counters = { ...next.counters, retried: next.counters.retried + batch.records.length };
      next = { ...next, counters, accumulator: reenqueue(next.accumulator, batch, env.now) };
    }
  } else {
    next = giveBack(failRecords(next, batch, exceptionName(error), errorMessage(error), env), batch);
    next = noteFailedBatch(next, exceptionName(error), errorMessage(error), env);
    if (batch.baseSequence >= 0) next = afterFailureWithSequence(next, batch, error, env);
  }
  if (refreshesMetadata(error)) {
    const text =
      error === 'UNKNOWN_TOPIC_OR_PARTITION'
        ? `Received unknown topic or partition error in produce request on partition ${partition}. The topic-partition may not exist or the user may not have Describe access to it`
        : `Received invalid metadata error in produce request on partition ${partition} due to ${exceptionClass(error)}: ${errorMessage(error)}. Going to request metadata update now`;
    log(next, env, 'WARN', text, 'internals.Sender');
    next = { ...next, network: withMetadata(next.network, requestUpdate(next.network.metadata)) };
  }
  return next;
}

/** Whether a failed attempt may be repeated (`Sender.canRetry`, `TransactionManager.canRetry`). */
function judge(state: ProducerState, batch: ProducerBatch, error: ErrorName, answer: ProducePartitionResponse | undefined): 'retry' | 'fail' {
  if (batch.baseSequence < 0) return isRetriable(error) ? 'retry' : 'fail';
  const name = nameOf(batch);
  const { lastAckedSequence, unresolved } = state.idempotence;
  const isNext = batch.baseSequence === (lastAckedSequence[name] ?? -1) + 1;
  if (error === 'OUT_OF_ORDER_SEQUENCE_NUMBER') return !isNext && !unresolved.includes(name) ? 'retry' : 'fail';
  if (error === 'UNKNOWN_PRODUCER_ID') return answer?.logStartOffset === -1 ? 'retry' : 'fail';
  return isRetriable(error) ? 'retry' : 'fail';
}

// Idempotence.

/** A batch that failed for good leaves a hole: the sequences behind it close up, or, where the broker is at odds, a new id is taken. */
function afterFailureWithSequence(state: ProducerState, batch: ProducerBatch, error: ErrorName, env: Env): ProducerState {
  if (!state.transactions && (error === 'OUT_OF_ORDER_SEQUENCE_NUMBER' || error === 'UNKNOWN_PRODUCER_ID')) {
    const text = `The broker returned ${exceptionClass(error)}: ${errorMessage(error)} for topic-partition ${nameOf(batch)} with producerId: ${batch.producerId}, epoch: ${batch.producerEpoch}, sequence: ${batch.baseSequence}`;
    log(state, env, 'ERROR', text, 'internals.TransactionManager');
    return move(state, { type: 'resetProducerId' }, env);
  }
  const name = nameOf(batch);
  const queue = state.accumulator.queues[name]!;
  const by = batch.records.length;
  const closeUp = (one: ProducerBatch): ProducerBatch =>
    one.topic === batch.topic && one.partition === batch.partition && one.baseSequence > batch.baseSequence
      ? { ...one, baseSequence: one.baseSequence - by }
      : one;
  return {
    ...state,
    inFlight: state.inFlight.map(closeUp),
    accumulator: { ...state.accumulator, queues: { ...state.accumulator.queues, [name]: { ...queue, batches: queue.batches.map(closeUp) } } },
    idempotence: {
      ...state.idempotence,
      nextSequence: { ...state.idempotence.nextSequence, [name]: (state.idempotence.nextSequence[name] ?? by) - by },
    },
  };
}

/** Once nothing is in flight to a partition with an unresolved sequence, what was acknowledged tells whether the id may be kept. */
function resolveSequences(state: ProducerState, batch: ProducerBatch, env: Env): ProducerState {
  const name = nameOf(batch);
  const { unresolved, lastAckedSequence, nextSequence } = state.idempotence;
  // A transactional producer gives up instead.
  if (state.transactions || unresolved.length === 0 || !unresolved.includes(name)) return state;
  if (firstSequence(state, batch.topic, batch.partition) >= 0) return state;
  if ((lastAckedSequence[name] ?? -1) + 1 !== (nextSequence[name] ?? 0)) return move(state, { type: 'resetProducerId' }, env);
  return { ...state, idempotence: { ...state.idempotence, unresolved: unresolved.filter((one) => one !== name) } };
}

/** The lowest sequence of a partition that is undecided; −1: none. */
function firstSequence(state: ProducerState, topic: string, partition: number): number {
  let first = -1;
  const look = (batch: ProducerBatch): void => {
    if (batch.baseSequence >= 0 && (first < 0 || batch.baseSequence < first)) first = batch.baseSequence;
  };
  for (const batch of state.inFlight) if (batch.topic === topic && batch.partition === partition) look(batch);
  for (const batch of state.accumulator.queues[topicPartition(topic, partition)]?.batches ?? []) {
    if (batch.baseSequence < 0) break;
    look(batch);
  }
  return first;
}

function receiveProducerId(state: ProducerState, response: InitProducerIdResponse | undefined, env: Env): ProducerState {
  const error = response?.error ?? 'NETWORK_EXCEPTION';
  const identity = response && error === 'NONE' ? { producerId: response.producerId, producerEpoch: response.producerEpoch } : NO_IDENTITY;
  const kept = { ...state, idempotence: { ...state.idempotence, identity, retryAt: env.now + state.config.retryBackoffMs * MS } };
  return move(kept, { type: 'InitProducerIdResponse', hasError: error !== 'NONE', isRetriable: isRetriable(error) }, env);
}

function askForProducerId(state: ProducerState, env: Env): ProducerState {
  if (!matches(state.chart, 'producerId.UNINITIALIZED') || env.now < state.idempotence.retryAt) return state;
  const node = leastLoadedNode(state.network, env);
  if (node === undefined) return state;
  if (!canSend(state.network, node)) return { ...state, network: connect(state.network, node, env, []) };
  const body = { transactionalId: null, transactionTimeoutMs: 60_000 };
  const network = send(state.network, node, 'InitProducerId', body, { type: 'initProducerId' }, env);
  return move({ ...state, network }, { type: 'InitProducerIdRequest' }, env);
}

// The sender.

function urgency(state: ProducerState): Urgency {
  return { sendsAtOnce: !matches(state.chart, 'sender.running') || matches(state.chart, 'application.waitingForMemory') || isFlushing(state) };
}

/** What every event ends with. */
function settle(state: ProducerState, env: Env): ProducerState {
  let next = runSender(resumeApplication(expireCall(state, env), env), env);
  const { client, outputs } = pollNetwork(next.network, env);
  if (client !== next.network) next = { ...next, network: client };
  if (outputs.length > 0) next = runSender(hear(next, outputs, env), env);
  if (matches(next.chart, 'sender.closing') && next.inFlight.length === 0 && next.blocked === null && next.accumulator.queuedRecords === 0) {
    if (!hasOngoingTransaction(next)) return move(next, { type: 'drained' }, env);
    next = runSender(abortBeforeClose(next, env), env);
    if (!hasOngoingTransaction(next)) return move(next, { type: 'drained' }, env);
  }
  return schedule(next, env);
}

function runSender(state: ProducerState, env: Env): ProducerState {
  let next = expire(state, env);
  if (next.transactions) {
    const run = runTransactions(next, env);
    next = run.state;
    if (run.isHeld) return next;
  } else if (next.config.enableIdempotence) {
    next = askForProducerId(next, env);
    if (!matches(next.chart, 'producerId.READY')) return next;
  }
  const now = env.now;
  const pressing = urgency(next);
  const nodes: number[] = [];
  for (const name in next.accumulator.queues) {
    const queue = next.accumulator.queues[name]!;
    if (queue.batches.length === 0) continue;
    const leader = leaderOf(next.network.metadata, queue.topic, queue.partition);
    if (leader < 0) {
      next = wantTopic(next, queue.topic, now);
      next = { ...next, network: withMetadata(next.network, requestUpdate(next.network.metadata)) };
    } else if (sendableAt(queue, next.config, pressing) <= now && !nodes.includes(leader)) nodes.push(leader);
  }
  for (const node of nodes) {
    if (canSend(next.network, node)) next = drain(next, node, env);
    else if (!isReady(next.network, node)) next = { ...next, network: connect(next.network, node, env, []) };
  }
  // Memory that an answer or an expiry gave back may let the application go on.
  return next.blocked !== null && matches(next.chart, 'application.waitingForMemory') && next.accumulator.freeBytes !== state.accumulator.freeBytes
    ? resumeApplication(next, env)
    : next;
}

function expire(state: ProducerState, env: Env): ProducerState {
  const { config } = state;
  const limit = env.now - config.deliveryTimeoutMs * MS;
  const taken = takeExpired(state.accumulator, config, env.now);
  const late = state.inFlight.filter((batch) => batch.createdAt <= limit);
  if (taken.expired.length === 0 && late.length === 0) return state;
  let next: ProducerState = {
    ...state,
    accumulator: taken.accumulator,
    inFlight: late.length === 0 ? state.inFlight : state.inFlight.filter((batch) => batch.createdAt > limit),
  };
  for (const batch of [...late, ...taken.expired]) {
    const name = nameOf(batch);
    const ageMs = Math.floor((env.now - batch.createdAt) / MS);
    const message = `Expiring ${batch.records.length} record(s) for ${name}:${ageMs} ms has passed since batch creation`;
    next = giveBack(failRecords(next, batch, 'TimeoutException', message, env), batch);
    next = noteFailedBatch(next, 'TimeoutException', message, env);
    next = { ...next, accumulator: unmute(next.accumulator, batch.topic, batch.partition) };
    if (batch.baseSequence >= 0) {
      const { unresolved } = next.idempotence;
      if (!unresolved.includes(name)) next = { ...next, idempotence: { ...next.idempotence, unresolved: [...unresolved, name] } };
      next = resolveSequences(next, batch, env);
    }
  }
  return next;
}

/** One Produce request to a node: at most the first batch of each of its partitions, in turn from where the last one stopped. */
function drain(state: ProducerState, node: number, env: Env): ProducerState {
  const { config } = state;
  const names: string[] = [];
  for (const name in state.accumulator.queues) {
    const { topic, partition } = state.accumulator.queues[name]!;
    if (leaderOf(state.network.metadata, topic, partition) === node) names.push(name);
  }
  let accumulator = state.accumulator;
  let idempotence = state.idempotence;
  let size = 0;
  const batches: ProducerBatch[] = [];
  const encoded: Uint8Array[] = [];
  const start = (accumulator.drainIndex[node] ?? 0) % names.length;
  let index = start;
  do {
    const name = names[index]!;
    const queue = accumulator.queues[name]!;
    const first = queue.batches[0];
    if (first && !queue.isMuted && (first.attempts === 0 || first.lastAttemptAt + config.retryBackoffMs * MS <= env.now)) {
      if (size + estimatedBytes(first) > config.maxRequestSize && batches.length > 0) break;
      if (!config.enableIdempotence || mayDrain(state, first, name)) {
        const sequence = config.enableIdempotence ? (idempotence.nextSequence[name] ?? 0) : -1;
        const taken = takeFirst(accumulator, name, sequence, idempotence.identity, config.maxInFlight === 1);
        accumulator = taken.accumulator;
        if (config.enableIdempotence && first.baseSequence < 0) {
          idempotence = { ...idempotence, nextSequence: { ...idempotence.nextSequence, [name]: addSequence(sequence, first.records.length) } };
        }
        const { producerId, producerEpoch, baseSequence } = taken.batch;
        const isTransactional = state.transactions !== null;
        const plain = encodeBatch(taken.batch.records, baseSequence < 0 ? {} : { producerId, producerEpoch, baseSequence, isTransactional });
        const built = withCodec(plain, config.compressionType);
        encoded.push(built);
        batches.push(built === plain ? taken.batch : { ...taken.batch, compressedBytes: built.length });
        if (built !== plain) accumulator = noteCompression(accumulator, taken.batch, built);
        size += built.length;
      }
    }
    index = (index + 1) % names.length;
  } while (index !== start);
  if (batches.length === 0) return state;
  accumulator = { ...accumulator, drainIndex: { ...accumulator.drainIndex, [node]: index } };
  const topics = new Map<string, ProducePartition[]>();
  for (const [place, { topic, partition, records, attempts, baseSequence }] of batches.entries()) {
    const bytes = encoded[place]!;
    const entry = { partition, records: [bytes] };
    const entries = topics.get(topic);
    if (entries) entries.push(entry);
    else topics.set(topic, [entry]);
    note(env, { type: 'batchSent', producer: env.self, topic, partition, node, records: records.length, bytes: bytes.length, attempt: attempts, baseSequence });
  }
  const body = {
    transactionalId: config.transactionalId,
    acks: config.acks,
    timeoutMs: config.requestTimeoutMs,
    topics: [...topics].map(([topic, partitions]): TopicOf<ProducePartition> => ({ topic, partitions })),
  };
  const purpose: ProducerPurpose = { type: 'produce', batches: batches.map(({ number }) => number) };
  const network = send(state.network, node, 'Produce', body, purpose, env, config.acks !== 0);
  let next: ProducerState = {
    ...state,
    accumulator,
    idempotence,
    network,
    inFlight: config.acks === 0 ? state.inFlight : [...state.inFlight, ...batches],
    counters: { ...state.counters, batches: state.counters.batches + batches.length },
  };
  if (config.acks === 0) {
    for (const batch of batches) {
      next = { ...next, accumulator: unmute(next.accumulator, batch.topic, batch.partition) };
      next = succeed(next, batch, -1, env);
    }
  }
  return next;
}

/** While a batch of a partition is being repeated, only the one that is next in the sequence goes out. */
function mayDrain(state: ProducerState, first: ProducerBatch, name: string): boolean {
  if (state.transactions && !isSendAllowed(state.transactions, first)) return false;
  if (first.baseSequence < 0) return !state.idempotence.unresolved.includes(name);
  return firstSequence(state, first.topic, first.partition) === first.baseSequence;
}

/** Keeps one timer for the next moment at which something is due; one that comes too early only costs an event. */
function schedule(state: ProducerState, env: Env): ProducerState {
  const { config, network } = state;
  const now = env.now;
  const pressing = urgency(state);
  const delivery = config.deliveryTimeoutMs * MS;
  let deadline = networkDeadline(network);
  if (state.blocked !== null) deadline = Math.min(deadline, state.blocked.until);
  if (state.transactions) deadline = Math.min(deadline, transactionsDeadline(state.transactions, now));
  for (const batch of state.inFlight) deadline = Math.min(deadline, batch.createdAt + delivery);
  for (const name in state.accumulator.queues) {
    const queue = state.accumulator.queues[name]!;
    const first = queue.batches[0];
    if (!first) continue;
    deadline = Math.min(deadline, first.createdAt + delivery);
    const leader = leaderOf(network.metadata, queue.topic, queue.partition);
    const at = Math.max(sendableAt(queue, config, pressing), leader < 0 ? Infinity : connectableAt(network, leader));
    // What is due already waits for an answer or for a connection, not for time.
    if (at > now) deadline = Math.min(deadline, at);
  }
  if (state.transactions === null && matches(state.chart, 'producerId.UNINITIALIZED') && state.idempotence.retryAt > now) deadline = Math.min(deadline, state.idempotence.retryAt);
  if (deadline === Infinity) return state;
  deadline = Math.max(deadline, now + 1);
  if (state.wakeAt >= 0 && state.wakeAt <= deadline) return state;
  env.setTimer(WAKE, deadline - now);
  return { ...state, wakeAt: deadline };
}
