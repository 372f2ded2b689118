/**
 * The transactions of one broker (kafka.coordinator.transaction.TransactionCoordinator, TransactionStateManager): which are its own, and
 * how one of them is read and goes from state to state. What producers ask for is in the files beside it; all of them change the
 * draft of the broker.
 */
import { assert } from '../../kernel/assert.ts';
import { step } from '../../kernel/machine.ts';
import type { Env, LogLevel } from '../../kernel/program.ts';
import { javaStringHash } from '../../zookeeper/java-hash-order.ts';
import { partitionsOf } from '../broker/metadata-cache.ts';
import { fact, say, type Draft } from '../broker/state.ts';
import { abs32, isSamePartition, nameOf, type TopicPartition } from '../topic-partition.ts';
import { stateOf, type TransactionMetadata, type Transition } from './state.ts';
import { transactionMachine, type TransactionEvent, type TransactionState } from './transaction.machine.ts';
import { TRANSACTION_TOPIC } from './transaction-topic.ts';

const PACKAGE = 'kafka.coordinator.transaction';

/** A line of the coordinator, of what keeps its transactions, and of what sends their markers. */
export function sayCoordinator(b: Draft, env: Env, text: string, level: LogLevel = 'INFO'): void {
  say(env, level, `[TransactionCoordinator id=${b.brokerId}] ${text}`, `${PACKAGE}.TransactionCoordinator`);
}

export function sayManager(b: Draft, env: Env, text: string, level: LogLevel = 'INFO'): void {
  say(env, level, `[Transaction State Manager ${b.brokerId}]: ${text}`, `${PACKAGE}.TransactionStateManager`);
}

export function sayMarkers(b: Draft, env: Env, text: string, level: LogLevel = 'INFO'): void {
  say(env, level, `[Transaction Marker Channel Manager ${b.brokerId}]: ${text}`, `${PACKAGE}.TransactionMarkerChannelManager`);
}

/**
 * Partition of the topic that a transactional id is kept in; more partitions later move none.
 * Simplified: the real coordinator asks ZooKeeper for their number when it starts, this one looks at its metadata when it is first asked.
 */
export function partitionFor(b: Draft, transactionalId: string): number {
  let count = b.transactions.partitionCount;
  if (count === null) {
    count = partitionsOf(b.metadata, TRANSACTION_TOPIC).length || b.config.transactionTopicPartitions;
    b.transactions = { ...b.transactions, partitionCount: count };
  }
  return abs32(javaStringHash(transactionalId)) % count;
}

type Found =
  | { readonly error: 'COORDINATOR_LOAD_IN_PROGRESS' }
  | { readonly error: 'NOT_COORDINATOR' }
  | { readonly error: 'NONE'; readonly coordinatorEpoch: number; readonly metadata: TransactionMetadata | undefined };

/** What this broker knows of a transactional id, if it may say so (getTransactionState). */
export function findTransaction(b: Draft, transactionalId: string): Found {
  const partition = partitionFor(b, transactionalId);
  const { loading, leaving, owned, transactions } = b.transactions;
  if (loading.some((one) => one.partition === partition)) return { error: 'COORDINATOR_LOAD_IN_PROGRESS' };
  const coordinatorEpoch = owned[partition];
  if (coordinatorEpoch === undefined || leaving.some((one) => one.partition === partition)) return { error: 'NOT_COORDINATOR' };
  return { error: 'NONE', coordinatorEpoch, metadata: Object.hasOwn(transactions, transactionalId) ? transactions[transactionalId] : undefined };
}

export function putTransaction(b: Draft, metadata: TransactionMetadata): void {
  b.transactions = { ...b.transactions, transactions: { ...b.transactions.transactions, [metadata.transactionalId]: metadata } };
}

export function dropTransaction(b: Draft, transactionalId: string): void {
  const { [transactionalId]: _, ...transactions } = b.transactions.transactions;
  b.transactions = { ...b.transactions, transactions };
}

export function updateTransaction(b: Draft, transactionalId: string, changes: Partial<TransactionMetadata>): void {
  putTransaction(b, { ...b.transactions.transactions[transactionalId]!, ...changes });
}

/** Its marker is written there. */
export function removePartitions(b: Draft, metadata: TransactionMetadata, removed: readonly TopicPartition[]): void {
  const state = stateOf(metadata);
  assert(state === 'PrepareCommit' || state === 'PrepareAbort', `partitions leave the transaction of ${metadata.transactionalId} in state ${state}`);
  const partitions = metadata.partitions.filter((known) => !removed.some((one) => isSamePartition(known, one)));
  updateTransaction(b, metadata.transactionalId, { partitions });
}

const EVENTS = {
  Empty: 'initProducerId',
  Ongoing: 'addPartitions',
  PrepareCommit: 'commit',
  PrepareAbort: 'abort',
  CompleteCommit: 'complete',
  CompleteAbort: 'complete',
  PrepareEpochFence: 'fence',
  Dead: 'expire',
} as const satisfies { readonly [State in TransactionState]: TransactionEvent['type'] };

/** Asks for a step: it is pending from now on, and nothing else may be asked for (prepareTransitionTo). */
export function prepare(b: Draft, metadata: TransactionMetadata, event: TransactionEvent, changes: Partial<Omit<Transition, 'state'>>): Transition {
  assert(metadata.pendingState === null, `${metadata.transactionalId} has a pending step already`);
  const { chart } = step(transactionMachine, metadata.chart, event);
  const state = chart.value as TransactionState;
  const repeats = state === 'Empty' || state === 'Ongoing';
  assert(EVENTS[state] === event.type && (repeats || state !== stateOf(metadata)), `${metadata.transactionalId} cannot ${event.type} in state ${stateOf(metadata)}`);
  const { producerId, producerEpoch, txnTimeoutMs, partitions, startMs, lastUpdateMs } = metadata;
  updateTransaction(b, metadata.transactionalId, { pendingState: state });
  return { producerId, producerEpoch, txnTimeoutMs, partitions, startMs, lastUpdateMs, ...changes, state };
}

/** Its record is with all in-sync replicas: the step is taken (completeTransitionTo). */
export function takeStep(b: Draft, env: Env, metadata: TransactionMetadata, { state, ...changes }: Transition): void {
  assert(metadata.pendingState === state, `${metadata.transactionalId} waits for ${metadata.pendingState ?? 'no step'}, not for ${state}`);
  const { chart } = step(transactionMachine, metadata.chart, { type: EVENTS[state] });
  assert(chart.value === state, `${metadata.transactionalId} cannot become ${state}`);
  putTransaction(b, { ...metadata, ...changes, chart, pendingState: null });
  const { producerId, producerEpoch, partitions } = changes;
  fact(env, { type: 'transactionChanged', broker: b.brokerId, transactionalId: metadata.transactionalId, producerId, producerEpoch, from: stateOf(metadata), to: state, partitions: partitions.map(nameOf) });
}
