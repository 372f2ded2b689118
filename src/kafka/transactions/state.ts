/**
 * What a coordinator knows of its transactions, as plain data (TransactionMetadata, TxnTransitMetadata, TransactionStateManager), and
 * how it writes that down in its log. Times that are written to the topic are milliseconds of the wall clock.
 */
import type { ChartState } from '../../kernel/machine.ts';
import type { ConnectionId, Micros } from '../../kernel/program.ts';
import type { RequestContext } from '../broker/state.ts';
import type { ErrorName } from '../protocol/index.ts';
import { hashOf, nameOf, type TopicPartition } from '../topic-partition.ts';
import { immutableMapOrder, mutableSetOrder } from '../zookeeper/scala-map-order.ts';
import type { TransactionState } from './transaction.machine.ts';

export interface TransactionMetadata {
  readonly transactionalId: string;
  readonly producerId: number;
  /** -1 before the first InitProducerId is written. */
  readonly producerEpoch: number;
  readonly txnTimeoutMs: number;
  readonly chart: ChartState;
  /** The state whose record is on its way; null: none. */
  readonly pendingState: TransactionState | null;
  readonly partitions: readonly TopicPartition[];
  /** -1: no transaction has begun. */
  readonly startMs: number;
  readonly lastUpdateMs: number;
}

/** What it is to become (TxnTransitMetadata). */
export interface Transition {
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly txnTimeoutMs: number;
  readonly state: TransactionState;
  readonly partitions: readonly TopicPartition[];
  readonly startMs: number;
  readonly lastUpdateMs: number;
}

/** Who wants a transaction to end: its producer; one that begins anew; its timeout. */
export type Ender = { readonly type: 'client'; readonly context: RequestContext } | { readonly type: 'successor'; readonly context: RequestContext } | { readonly type: 'timeout' };

interface OneWrite {
  readonly transactionalId: string;
  /** Of the coordinator when it wrote. */
  readonly coordinatorEpoch: number;
  readonly transition: Transition;
}

/** An append to the topic, and who waits for it. */
export type TransactionWrite =
  | (OneWrite & { readonly type: 'initProducerId'; readonly context: RequestContext })
  | (OneWrite & { readonly type: 'addPartitions'; readonly context: RequestContext })
  | (OneWrite & { readonly type: 'end'; /** As the request has it. */ readonly producerEpoch: number; readonly committed: boolean; readonly ender: Ender })
  | (OneWrite & { readonly type: 'complete' })
  | { readonly type: 'expire'; readonly partition: number; readonly coordinatorEpoch: number; readonly expired: readonly { readonly transactionalId: string; readonly producerEpoch: number }[] };

export interface EndedTransactionWrite {
  readonly write: TransactionWrite;
  /** As the log says it; of one that was not tried, as the coordinator does. */
  readonly error: ErrorName;
  /** False: this broker was not its coordinator any more. */
  readonly tried: boolean;
}

export interface PartitionAndEpoch {
  readonly partition: number;
  readonly coordinatorEpoch: number;
}

/** The one thread transaction-log-manager takes them one after the other. */
export type TransactionTask = PartitionAndEpoch & { readonly type: 'load' | 'unload' };

/** The end of a transaction in some of its partitions, on its way to their leaders (TxnIdAndMarkerEntry). */
export interface PendingMarker {
  readonly transactionalId: string;
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly coordinatorEpoch: number;
  readonly committed: boolean;
  readonly partitions: readonly TopicPartition[];
}

export interface MarkerRequest {
  readonly markers: readonly PendingMarker[];
  readonly createdAt: Micros;
}

/** From this broker to one that leads partitions: one request in flight. */
export interface MarkerChannel {
  readonly brokerId: number;
  readonly host: string;
  readonly port: number;
  readonly connection: ConnectionId | null;
  readonly connected: boolean;
  readonly correlationId: number;
  /** Not in a request yet. */
  readonly queue: readonly PendingMarker[];
  readonly unsent: readonly MarkerRequest[];
  readonly inFlight: MarkerRequest | null;
  readonly sentAt: Micros;
  /** Not connected again before. */
  readonly backoffUntil: Micros;
  /** When its host was last asked for, and had no address. */
  readonly unresolvedAt?: Micros;
}

/** A transition to Complete… that the topic has not taken. */
export interface RetriedWrite {
  readonly transactionalId: string;
  readonly coordinatorEpoch: number;
  readonly transition: Transition;
}

export interface TransactionCoordinator {
  /** Its tasks run at multiples of their intervals after that; null: it does not run. */
  readonly startedAt: Micros | null;
  /** Of the topic; null: nobody has asked yet. */
  readonly partitionCount: number | null;
  /** Coordinator epoch of every partition that is loaded. */
  readonly owned: { readonly [partition: number]: number };
  readonly loading: readonly PartitionAndEpoch[];
  readonly leaving: readonly PartitionAndEpoch[];
  readonly tasks: readonly TransactionTask[];
  /** When the thread took the first of them, in ms of the wall clock. */
  readonly taskStartedMs: number;
  readonly transactions: { readonly [transactionalId: string]: TransactionMetadata };
  /** What is to be written when all markers of an id are (DelayedTxnMarker). */
  readonly completions: { readonly [transactionalId: string]: RetriedWrite };
  readonly channels: readonly MarkerChannel[];
  /** The leader is known, its broker is not there. */
  readonly unplaced: readonly PendingMarker[];
  /** Refused by a leader, to be tried again. */
  readonly refused: readonly { readonly brokerId: number; readonly marker: PendingMarker }[];
  readonly retries: readonly RetriedWrite[];
  /** When the thread of the markers last woke up. */
  readonly polledAt: Micros;
}

export const noTransactions: TransactionCoordinator = {
  startedAt: null,
  partitionCount: null,
  owned: {},
  loading: [],
  leaving: [],
  tasks: [],
  taskStartedMs: 0,
  transactions: {},
  completions: {},
  channels: [],
  unplaced: [],
  refused: [],
  retries: [],
  polledAt: 0,
};

export const stateOf = ({ chart }: TransactionMetadata): TransactionState => chart.value as TransactionState;

/** A step is under way, or decided and not complete: nobody may ask for another. */
export function isInTheMiddle(metadata: TransactionMetadata): boolean {
  const state = stateOf(metadata);
  return metadata.pendingState !== null || state === 'PrepareCommit' || state === 'PrepareAbort';
}

/** Epochs of a producer id end before the largest int16, so that its last producer can still be fenced. */
export const isEpochExhausted = ({ producerEpoch }: TransactionMetadata): boolean => producerEpoch >= 32_766;

// ------------------------------------------------------------------ as the log prints it

/** A metadata's partitions lie in a mutable set; what is made of it is an immutable one. */
const inMetadata = (partitions: readonly TopicPartition[]): readonly TopicPartition[] => mutableSetOrder(partitions, hashOf);

const listed = (partitions: readonly TopicPartition[]): string => `Set(${partitions.map(nameOf).join(', ')})`;

export const partitionsText = (partitions: readonly TopicPartition[]): string => listed(inMetadata(partitions));

export const setText = (partitions: readonly TopicPartition[]): string => listed(immutableMapOrder(inMetadata(partitions), hashOf));

export function transitionText({ producerId, producerEpoch, txnTimeoutMs, state, partitions, startMs, lastUpdateMs }: Transition): string {
  return `TxnTransitMetadata(producerId=${producerId}, producerEpoch=${producerEpoch}, txnTimeoutMs=${txnTimeoutMs}, txnState=${state}, topicPartitions=${setText(partitions)}, txnStartTimestamp=${startMs}, txnLastUpdateTimestamp=${lastUpdateMs})`;
}

export const pendingText = (state: TransactionState | null): string => (state === null ? 'None' : `Some(${state})`);

export function metadataText(metadata: TransactionMetadata): string {
  const { transactionalId, producerId, producerEpoch, txnTimeoutMs, pendingState, partitions, startMs, lastUpdateMs } = metadata;
  return `TransactionMetadata(transactionalId=${transactionalId}, producerId=${producerId}, producerEpoch=${producerEpoch}, txnTimeoutMs=${txnTimeoutMs}, state=${stateOf(metadata)}, pendingState=${pendingText(pendingState)}, topicPartitions=${partitionsText(partitions)}, txnStartTimestamp=${startMs}, txnLastUpdateTimestamp=${lastUpdateMs})`;
}

export function markerText({ producerId, producerEpoch, coordinatorEpoch, committed, partitions }: PendingMarker): string {
  return `TxnMarkerEntry{producerId=${producerId}, producerEpoch=${producerEpoch}, coordinatorEpoch=${coordinatorEpoch}, result=${resultText(committed)}, partitions=[${immutableMapOrder(inMetadata(partitions), hashOf).map(nameOf).join(', ')}]}`;
}

export const resultText = (committed: boolean): string => (committed ? 'COMMIT' : 'ABORT');
