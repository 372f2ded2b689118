/**
 * The transactions of a producer (`TransactionManager` 2.3.0, `Sender.maybeSendTransactionalRequest`): requests to the transaction
 * coordinator, one at a time and the more urgent first; while one is out, or the sender sleeps before a retry, no records are
 * sent. Offsets of groups are not sent to transactions: no tool here does.
 */
import { matches, step } from '../../kernel/machine.ts';
import type { Env, Micros } from '../../kernel/program.ts';
import { byTopic } from '../groups/consumer-protocol.ts';
import { errorMessage, type ErrorName } from '../protocol/errors.ts';
import { TRANSACTION_COORDINATOR } from '../protocol/find-coordinator.ts';
import type { KafkaResponse, RequestBody } from '../protocol/index.ts';
import { isSamePartition, type TopicPartition } from '../topic-partition.ts';
import type { ProducerBatch } from './accumulator.ts';
import { exceptionClass } from './exceptions.ts';
import { note } from './facts.ts';
import { requestUpdate } from './metadata.ts';
import { canSend, connect, isUnavailable, leastLoadedNode, send, withMetadata } from './network-client.ts';
import { failRecords, giveBack, log } from './producer-results.ts';
import { producerMachine, type ProducerEvent } from './producer.machine.ts';
import type { ProducerState, Thrown, TransactionalMethod, TransactionalRequest, Transactions } from './producer-state.ts';

const MS = 1_000;
/** Pause before the first partitions of a transaction are offered again while the one before is still being completed. */
const ADD_PARTITIONS_RETRY_BACKOFF_MS = 20;
const PRIORITY = { findCoordinator: 0, initProducerId: 1, addPartitions: 2, endTxn: 3 } as const;
/** In place of a node: the sender waits for anything. */
const NOBODY = -1;
const KAFKA_EXCEPTION = 'org.apache.kafka.common.KafkaException';

export function noTransactions(transactionalId: string): Transactions {
  return {
    transactionalId,
    coordinator: -1,
    pending: [],
    inFlight: null,
    sleepsUntil: 0,
    awaitsNode: null,
    newPartitions: [],
    pendingPartitions: [],
    partitions: [],
    isStarted: false,
    lastError: null,
    call: null,
  };
}

const kafkaException = (message: string, cause: Thrown | null = null): Thrown => ({ className: KAFKA_EXCEPTION, message, cause });
const illegalState = (message: string): Thrown => ({ className: 'java.lang.IllegalStateException', message, cause: null });

function apiException(error: ErrorName): Thrown {
  return { className: exceptionClass(error), message: errorMessage(error), cause: null };
}

/** As an exception is named where only its class and message are shown. */
export const shortName = ({ className }: Thrown): string => className.slice(className.lastIndexOf('.') + 1);

const isFenced = (thrown: Thrown | null): boolean => thrown !== null && shortName(thrown) === 'ProducerFencedException';

function change(state: ProducerState, changes: Partial<Transactions>): ProducerState {
  return { ...state, transactions: { ...state.transactions!, ...changes } };
}

function move(state: ProducerState, event: ProducerEvent): ProducerState {
  return { ...state, chart: step(producerMachine, state.chart, event).chart };
}

type ManagerState = 'UNINITIALIZED' | 'INITIALIZING' | 'READY' | 'IN_TRANSACTION' | 'COMMITTING_TRANSACTION' | 'ABORTING_TRANSACTION' | 'ABORTABLE_ERROR' | 'FATAL_ERROR';

const isIn = (state: ProducerState, ...names: readonly ManagerState[]): boolean => names.some((name) => matches(state.chart, `producerId.${name}`));

function stateName(state: ProducerState): string {
  return (state.chart.value as { readonly producerId: string }).producerId;
}

const isCompleting = (state: ProducerState): boolean => isIn(state, 'COMMITTING_TRANSACTION', 'ABORTING_TRANSACTION');
const hasIncomplete = (state: ProducerState): boolean => state.inFlight.length > 0 || state.accumulator.queuedRecords > 0;

/** From `beginTransaction` until it is completed or beyond repair. */
export function hasOngoingTransaction(state: ProducerState): boolean {
  return state.transactions !== null && (isCompleting(state) || isIn(state, 'IN_TRANSACTION', 'ABORTABLE_ERROR'));
}

/** Everything queued goes out at once, so that the transaction can end (`beginFlush`). */
export function isFlushing(state: ProducerState): boolean {
  return state.transactions !== null && isCompleting(state);
}

export function isSendAllowed(transactions: Transactions, partition: TopicPartition): boolean {
  return transactions.partitions.some((known) => isSamePartition(known, partition));
}

// ------------------------------------------------------------------ the application's methods

/** Calls a method; one that waits for the coordinator ends later. */
export function callMethod(state: ProducerState, method: TransactionalMethod, env: Env): ProducerState {
  if (!state.transactions) {
    return ended(state, method, illegalState('Cannot use transactional methods without enabling transactions by setting the transactional.id configuration property'), env);
  }
  switch (method) {
    case 'initTransactions':
      if (!isIn(state, 'UNINITIALIZED')) return ended(state, method, invalidTransition(state, 'INITIALIZING'), env);
      log(state, env, 'INFO', 'ProducerId set to -1 with epoch -1', 'internals.TransactionManager');
      return block(enqueue(move(state, { type: 'InitProducerIdRequest' }), request('initProducerId', state)), method, env);
    case 'beginTransaction': {
      const problem = inError(state) ?? (isIn(state, 'READY') ? null : invalidTransition(state, 'IN_TRANSACTION'));
      return ended(problem ? state : move(state, { type: 'beginTransaction' }), method, problem, env);
    }
    case 'commitTransaction': {
      const problem = inError(state) ?? (isIn(state, 'IN_TRANSACTION') ? null : invalidTransition(state, 'COMMITTING_TRANSACTION'));
      if (problem) return ended(state, method, problem, env);
      return block(beginCompleting(move(state, { type: 'beginCommit' }), true), method, env);
    }
    case 'abortTransaction': {
      const problem = isIn(state, 'IN_TRANSACTION', 'ABORTABLE_ERROR') ? null : (inError(state) ?? invalidTransition(state, 'ABORTING_TRANSACTION'));
      return problem ? ended(state, method, problem, env) : block(beginAbort(state), method, env);
    }
  }
}

/** What closing a producer does with a transaction that is open (`Sender.run`). */
export function abortBeforeClose(state: ProducerState, env: Env): ProducerState {
  if (isCompleting(state)) return state;
  log(state, env, 'INFO', 'Aborting incomplete transaction due to shutdown', 'internals.Sender');
  return beginAbort(state);
}

function beginAbort(state: ProducerState): ProducerState {
  return beginCompleting(change(move(state, { type: 'beginAbort' }), { newPartitions: [], lastError: null }), false);
}

function beginCompleting(state: ProducerState, committed: boolean): ProducerState {
  return enqueue(addNewPartitions(state), { ...request('endTxn', state), committed });
}

function invalidTransition(state: ProducerState, target: ManagerState): Thrown {
  return kafkaException(`TransactionalId ${state.transactions!.transactionalId}: Invalid transition attempted from state ${stateName(state)} to state ${target}`);
}

/** What every method throws once something has failed (`maybeFailWithError`). */
function inError(state: ProducerState): Thrown | null {
  if (!isIn(state, 'ABORTABLE_ERROR', 'FATAL_ERROR')) return null;
  const { lastError } = state.transactions!;
  return isFenced(lastError)
    ? { ...lastError!, message: 'The producer has been rejected from the broker because it tried to use an old epoch with the transactionalId' }
    : kafkaException('Cannot execute transactional method because we are in an error state', lastError);
}

/** Why `send` throws now; null: it does not (`failIfNotReadyForSend`). */
export function sendProblem(state: ProducerState): Thrown | null {
  const { transactions } = state;
  if (!transactions) return null;
  if (isIn(state, 'ABORTABLE_ERROR', 'FATAL_ERROR')) {
    return kafkaException('Cannot perform send because at least one previous transactional or idempotent request has failed with errors.', transactions.lastError);
  }
  if (state.idempotence.identity.producerId < 0) return illegalState("Cannot perform a 'send' before completing a call to initTransactions when transactions are enabled.");
  return isIn(state, 'IN_TRANSACTION') ? null : illegalState(`Cannot call send in state ${stateName(state)}`);
}

/** A record goes to this partition: the coordinator has to know it before the partition's leader does. */
export function noteSend(state: ProducerState, partition: TopicPartition): ProducerState {
  const { transactions } = state;
  if (!transactions) return state;
  const { partitions, newPartitions, pendingPartitions } = transactions;
  if ([...partitions, ...newPartitions, ...pendingPartitions].some((known) => isSamePartition(known, partition))) return state;
  return change(state, { newPartitions: [...newPartitions, partition] });
}

export function ended(state: ProducerState, method: TransactionalMethod | 'send', failure: Thrown | null, env: Env): ProducerState {
  note(env, { type: 'transactionalCallEnded', producer: env.self, method, failure });
  return state;
}

function block(state: ProducerState, method: TransactionalMethod, env: Env): ProducerState {
  return change(move(wakeSender(state), { type: 'transactionalCall' }), { call: { method, until: env.now + state.config.maxBlockMs * MS } });
}

/** The method that waits returns, or throws. */
function endCall(state: ProducerState, failure: Thrown | null, env: Env): ProducerState {
  const call = state.transactions!.call;
  return call ? ended(change(move(state, { type: 'unblocked' }), { call: null }), call.method, failure, env) : state;
}

/** `max.block.ms` may have passed for the method that waits. */
export function expireCall(state: ProducerState, env: Env): ProducerState {
  const call = state.transactions?.call ?? null;
  if (!call || env.now < call.until) return state;
  const operation = call.method === 'initTransactions' ? 'InitProducerId' : `EndTxn(${call.method === 'commitTransaction' ? 'COMMIT' : 'ABORT'})`;
  const message = `Timeout expired after ${state.config.maxBlockMs}milliseconds while awaiting ${operation}`;
  return endCall(state, { className: 'org.apache.kafka.common.errors.TimeoutException', message, cause: null }, env);
}

// ------------------------------------------------------------------ the queue

function request(type: TransactionalRequest['type'], { config }: ProducerState): TransactionalRequest {
  return { type, isRetry: false, backoffMs: config.retryBackoffMs, partitions: [], committed: false };
}

function enqueue(state: ProducerState, added: TransactionalRequest): ProducerState {
  const { pending } = state.transactions!;
  const place = pending.findIndex(({ type }) => PRIORITY[type] > PRIORITY[added.type]);
  return change(state, { pending: place < 0 ? [...pending, added] : [...pending.slice(0, place), added, ...pending.slice(place)] });
}

function retry(state: ProducerState, again: TransactionalRequest, backoffMs = state.config.retryBackoffMs): ProducerState {
  return enqueue(state, { ...again, isRetry: true, backoffMs: Math.min(backoffMs, state.config.retryBackoffMs) });
}

function lookUpCoordinator(state: ProducerState): ProducerState {
  return enqueue(change(state, { coordinator: -1 }), request('findCoordinator', state));
}

function addNewPartitions(state: ProducerState): ProducerState {
  const { newPartitions, pendingPartitions } = state.transactions!;
  if (newPartitions.length === 0) return state;
  const next = change(state, { newPartitions: [], pendingPartitions: [...pendingPartitions, ...newPartitions] });
  return enqueue(next, { ...request('addPartitions', state), partitions: newPartitions });
}

function completeTransaction(state: ProducerState): ProducerState {
  return change(move(state, { type: 'transactionCompleted' }), { lastError: null, isStarted: false, newPartitions: [], pendingPartitions: [], partitions: [] });
}

// ------------------------------------------------------------------ errors

function fatalError(state: ProducerState, thrown: Thrown, env: Env): ProducerState {
  return endCall(change(move(state, { type: 'fatalError' }), { lastError: thrown }), thrown, env);
}

function abortableError(state: ProducerState, thrown: Thrown, env: Env): ProducerState {
  if (isIn(state, 'ABORTING_TRANSACTION')) return state;
  return isIn(state, 'IN_TRANSACTION', 'COMMITTING_TRANSACTION', 'ABORTABLE_ERROR')
    ? change(move(state, { type: 'abortableError' }), { lastError: thrown })
    : fatalError(state, thrown, env);
}

/** A batch of the transaction has failed for good (`handleFailedBatch`): the transaction cannot be committed any more. */
export function noteFailedBatch(state: ProducerState, error: string, message: string, env: Env): ProducerState {
  if (!state.transactions) return state;
  const thrown = { className: `org.apache.kafka.common.errors.${error}`, message, cause: null };
  return isFenced(thrown) ? fatalError(state, thrown, env) : abortableError(state, thrown, env);
}

/** Gives up batches: all of them, or those that have not been numbered yet, of which the broker cannot have heard. */
function abortBatches(state: ProducerState, thrown: Thrown, onlyUndrained: boolean, env: Env): ProducerState {
  let next = state;
  const given = (batch: ProducerBatch): boolean => !onlyUndrained || batch.baseSequence < 0;
  for (const batch of onlyUndrained ? [] : state.inFlight) next = giveBack(failRecords(next, batch, shortName(thrown), thrown.message, env), batch);
  if (!onlyUndrained) next = { ...next, inFlight: [] };
  for (const name in state.accumulator.queues) {
    const queue = next.accumulator.queues[name]!;
    const over = queue.batches.filter(given);
    if (over.length === 0) continue;
    for (const batch of over) next = giveBack(failRecords(next, batch, shortName(thrown), thrown.message, env), batch);
    const queuedRecords = next.accumulator.queuedRecords - over.reduce((sum, { records }) => sum + records.length, 0);
    next = { ...next, accumulator: { ...next.accumulator, queuedRecords, queues: { ...next.accumulator.queues, [name]: { ...queue, batches: queue.batches.filter((batch) => !given(batch)) } } } };
  }
  return next;
}

// ------------------------------------------------------------------ the sender's part

export interface ManagerRun {
  readonly state: ProducerState;
  /** The sender has no time for records now. */
  readonly isHeld: boolean;
}

/** One round of the sender before it looks at records (`Sender.runOnce`). */
export function runTransactions(given: ProducerState, env: Env): ManagerRun {
  let state = given;
  if (state.idempotence.unresolved.length > 0 && !isIn(state, 'FATAL_ERROR')) {
    const message = "The client hasn't received acknowledgment for some previously sent messages and can no longer retry them. It isn't safe to continue.";
    state = fatalError(state, kafkaException(message), env);
  } else {
    const { inFlight, sleepsUntil, awaitsNode } = state.transactions!;
    if (inFlight || env.now < sleepsUntil || (awaitsNode?.node === NOBODY && env.now < awaitsNode.until)) return { state, isHeld: true };
    const sent = sendNext(state, env);
    if (sent.isHeld) return sent;
    ({ state } = sent);
  }
  const { lastError } = state.transactions!;
  if (isIn(state, 'FATAL_ERROR') || state.idempotence.identity.producerId < 0) {
    if (lastError && hasIncomplete(state)) {
      log(state, env, 'ERROR', 'Aborting producer batches due to fatal error', 'internals.Sender');
      state = abortBatches(state, lastError, false, env);
    }
    return { state, isHeld: true };
  }
  return { state: isIn(state, 'ABORTABLE_ERROR') ? abortBatches(state, lastError!, true, env) : state, isHeld: false };
}

/** The next moment at which time alone gives the sender work; what is due waits for an answer. */
export function transactionsDeadline({ call, sleepsUntil, awaitsNode }: Transactions, now: Micros): Micros {
  const later = (at: Micros | undefined): Micros => (at !== undefined && at > now ? at : Infinity);
  return Math.min(later(call?.until), later(sleepsUntil), later(awaitsNode?.until));
}

function sendNext(given: ProducerState, env: Env): ManagerRun {
  let state = given;
  if (isIn(state, 'ABORTING_TRANSACTION') && hasIncomplete(state)) state = abortBatches(state, kafkaException('Failing batch since transaction was aborted'), true, env);
  state = addNewPartitions(state);
  let next = state.transactions!.pending[0];
  // The end waits for all that was sent.
  if (!next || (next.type === 'endTxn' && hasIncomplete(state))) return { state, isHeld: false };
  state = change(state, { pending: state.transactions!.pending.slice(1) });
  if (isIn(state, 'FATAL_ERROR') || (isIn(state, 'ABORTABLE_ERROR') && next.type !== 'findCoordinator')) {
    return { state: next.type === 'endTxn' ? endCall(state, state.transactions!.lastError, env) : state, isHeld: false };
  }
  if (next.type === 'endTxn' && !state.transactions!.isStarted) {
    // The coordinator knows nothing of it.
    state = endCall(completeTransaction(state), null, env);
    next = state.transactions!.pending[0];
    if (!next) return { state, isHeld: false };
    state = change(state, { pending: state.transactions!.pending.slice(1) });
  }
  return { state: sendOrWait(state, next, env), isHeld: true };
}

/** Sends it, or sees to a connection, to the coordinator's address, or to the pause that comes first. */
function sendOrWait(given: ProducerState, next: TransactionalRequest, env: Env): ProducerState {
  const transactions = given.transactions!;
  const { config, idempotence } = given;
  const needsCoordinator = next.type !== 'findCoordinator';
  const node = needsCoordinator ? transactions.coordinator : leastLoadedNode(given.network, env);
  const pause = (state: ProducerState): ProducerState => change(state, { awaitsNode: null, sleepsUntil: env.now + config.retryBackoffMs * MS });
  if (node === undefined) {
    // Nobody can be asked at this moment.
    return pause(enqueue({ ...given, network: withMetadata(given.network, requestUpdate(given.network.metadata)) }, next));
  }
  if (node < 0 && needsCoordinator) return pauseForLookup(retry(lookUpCoordinator(given), next), env);
  if (!canSend(given.network, node)) {
    const waited = transactions.awaitsNode?.node === node ? transactions.awaitsNode : { node, until: env.now + config.requestTimeoutMs * MS };
    if (needsCoordinator && (isUnavailable(given.network, node, env.now) || env.now >= waited.until)) return pauseForLookup(retry(lookUpCoordinator(given), next), env);
    const network = connect(given.network, node, env, []);
    return change(enqueue({ ...given, network }, next), { awaitsNode: waited });
  }
  if (next.isRetry) {
    return change(enqueue(given, { ...next, isRetry: false }), { awaitsNode: null, sleepsUntil: env.now + next.backoffMs * MS });
  }
  const { producerId, producerEpoch } = idempotence.identity;
  const of = { transactionalId: transactions.transactionalId, producerId, producerEpoch };
  const go = <Api extends 'FindCoordinator' | 'InitProducerId' | 'AddPartitionsToTxn' | 'EndTxn'>(api: Api, body: RequestBody<Api>): ProducerState =>
    change({ ...given, network: send(given.network, node, api, body, { type: 'transaction' }, env) }, { inFlight: next, awaitsNode: null });
  switch (next.type) {
    case 'findCoordinator':
      return go('FindCoordinator', { key: of.transactionalId, keyType: TRANSACTION_COORDINATOR });
    case 'initProducerId':
      return go('InitProducerId', { transactionalId: of.transactionalId, transactionTimeoutMs: config.transactionTimeoutMs });
    case 'addPartitions':
      return go('AddPartitionsToTxn', { ...of, topics: byTopic(next.partitions) });
    case 'endTxn':
      return go('EndTxn', { ...of, committed: next.committed });
  }
}

/** The round is over, and the next begins with whatever comes from the network, at the latest after the backoff. */
function pauseForLookup(state: ProducerState, env: Env): ProducerState {
  return change(state, { awaitsNode: { node: NOBODY, until: env.now + state.config.retryBackoffMs * MS } });
}

/** Something came, or the application woke the sender. */
export function wakeSender(state: ProducerState): ProducerState {
  return state.transactions?.awaitsNode?.node === NOBODY ? change(state, { awaitsNode: null }) : state;
}

// ------------------------------------------------------------------ answers

/** `response` undefined: the connection broke before it came. */
export function receiveTransactional(given: ProducerState, response: KafkaResponse | undefined, env: Env): ProducerState {
  const sent = given.transactions!.inFlight;
  if (!sent) return given;
  const state = change(given, { inFlight: null });
  switch (response?.type) {
    case undefined:
      return retry(sent.type === 'findCoordinator' ? state : lookUpCoordinator(state), sent);
    case 'FindCoordinatorResponse': {
      if (response.error === 'COORDINATOR_NOT_AVAILABLE') return retry(state, sent);
      if (response.error !== 'NONE') {
        const message = `Could not find a coordinator with type TRANSACTION with key ${state.transactions!.transactionalId} due tounexpected error: ${response.errorMessage ?? ''}`;
        return fatalError(state, kafkaException(message), env);
      }
      const coordinator = { id: response.nodeId, host: response.host, port: response.port, rack: null };
      return change({ ...state, network: { ...state.network, coordinator } }, { coordinator: response.nodeId });
    }
    case 'InitProducerIdResponse': {
      const { error, producerId, producerEpoch } = response;
      if (error !== 'NONE') return judge(state, sent, error, () => kafkaException(`Unexpected error in InitProducerIdResponse; ${errorMessage(error)}`), env);
      log(state, env, 'INFO', `ProducerId set to ${producerId} with epoch ${producerEpoch}`, 'internals.TransactionManager');
      note(env, { type: 'producerIdObtained', producer: env.self, producerId, producerEpoch });
      const ready = move(state, { type: 'InitProducerIdResponse', hasError: false, isRetriable: false });
      return endCall({ ...ready, idempotence: { ...ready.idempotence, identity: { producerId, producerEpoch } } }, null, env);
    }
    case 'AddPartitionsToTxnResponse':
      return receiveAddPartitions(state, sent, response.topics.flatMap(({ topic, partitions }) => partitions.map(({ partition, error }) => ({ topic, partition, error }))), env);
    case 'EndTxnResponse': {
      const { error } = response;
      if (error === 'NONE') return endCall(completeTransaction(state), null, env);
      const isKnown = error === 'INVALID_PRODUCER_EPOCH' || error === 'INVALID_TXN_STATE';
      return judge(state, sent, error, () => (isKnown ? apiException(error) : kafkaException(`Unhandled error in EndTxnResponse: ${errorMessage(error)}`)), env);
    }
    default:
      return state;
  }
}

/** What all requests to the coordinator do with an error: look for the coordinator, ask again, or give up. */
function judge(state: ProducerState, sent: TransactionalRequest, error: ErrorName, otherwise: () => Thrown, env: Env): ProducerState {
  switch (error) {
    case 'NOT_COORDINATOR':
    case 'COORDINATOR_NOT_AVAILABLE':
      return retry(lookUpCoordinator(state), sent);
    case 'COORDINATOR_LOAD_IN_PROGRESS':
    case 'CONCURRENT_TRANSACTIONS':
      return retry(state, sent);
    default:
      return fatalError(state, otherwise(), env);
  }
}

function receiveAddPartitions(state: ProducerState, sent: TransactionalRequest, results: readonly (TopicPartition & { readonly error: ErrorName })[], env: Env): ProducerState {
  const { partitions, pendingPartitions } = state.transactions!;
  let hasPartitionErrors = false;
  for (const { topic, partition, error } of results) {
    switch (error) {
      case 'NONE':
        break;
      case 'CONCURRENT_TRANSACTIONS':
        return retry(state, sent, partitions.length === 0 ? ADD_PARTITIONS_RETRY_BACKOFF_MS : sent.backoffMs);
      case 'UNKNOWN_TOPIC_OR_PARTITION':
        return retry(state, sent);
      case 'NOT_COORDINATOR':
      case 'COORDINATOR_NOT_AVAILABLE':
      case 'COORDINATOR_LOAD_IN_PROGRESS':
      case 'INVALID_PRODUCER_EPOCH':
      case 'INVALID_PRODUCER_ID_MAPPING':
      case 'INVALID_TXN_STATE': {
        const thrown = apiException(error);
        return judge(state, sent, error, () => (isFenced(thrown) ? thrown : kafkaException(`${thrown.className}: ${thrown.message}`, thrown)), env);
      }
      case 'OPERATION_NOT_ATTEMPTED':
        hasPartitionErrors = true;
        break;
      default:
        log(state, env, 'ERROR', `Could not add partition ${topic}-${partition} due to unexpected error ${error}`, 'internals.TransactionManager');
        hasPartitionErrors = true;
    }
  }
  const next = change(state, { pendingPartitions: pendingPartitions.filter((one) => !results.some((result) => isSamePartition(result, one))) });
  if (hasPartitionErrors) {
    const errors = `{${results.map(({ topic, partition, error }) => `${topic}-${partition}=${error}`).join(', ')}}`;
    return abortableError(next, kafkaException(`Could not add partitions to transaction due to errors: ${errors}`), env);
  }
  return change(next, { isStarted: true, partitions: [...partitions, ...results.map(({ topic, partition }) => ({ topic, partition }))] });
}
