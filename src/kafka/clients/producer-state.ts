/** The state of a producer process, and what its configuration and its commands look like. */
import type { ChartState } from '../../kernel/machine.ts';
import type { Message, Micros } from '../../kernel/program.ts';
import type { Accumulator, ProducerBatch, ProducerIdentity } from './accumulator.ts';
import type { ProducerConfig } from './client-config.ts';
import type { TopicPartition } from '../topic-partition.ts';
import type { NetworkClient } from './network-client.ts';

/** A load: so many records a second with values `<prefix><n>`, n counting from 0. */
export interface Workload {
  readonly topic: string;
  /** Left out: the partitioner chooses. */
  readonly partition?: number;
  readonly ratePerSecond: number;
  /** Ends after so many records. */
  readonly count?: number;
  /** Keys `k0`, `k1`, … in turn, so many of them; left out: no key. */
  readonly keys?: number;
  readonly valuePrefix: string;
  /** Shorter values are filled up with dots. */
  readonly valueBytes?: number;
  readonly startAfterMs?: number;
  /** How many records a transaction has (with a `transactional.id`; left out: 10), and which in turn is aborted (left out: none). */
  readonly transactionRecords?: number;
  readonly abortEvery?: number;
}

export interface ProducerProcessConfig {
  readonly bootstrapServers: string;
  readonly properties: { readonly [key: string]: string };
  readonly workload?: Workload;
}

export interface ProduceCommand extends Message {
  readonly type: 'produce';
  readonly topic: string;
  readonly partition?: number;
  readonly key?: string | null;
  readonly value: string;
  readonly headers?: readonly { readonly key: string; readonly value: string }[];
}

export type ProducerCommand =
  | ProduceCommand
  /** null ends the load; the producer stays. */
  | { readonly type: 'setWorkload'; readonly workload: Workload | null }
  /** The methods of a transactional producer; how they return is a fact (`transactionalCallEnded`). */
  | { readonly type: TransactionalMethod }
  /** Closes the producer: what was sent is delivered or fails, then the process ends. */
  | { readonly type: 'stop' };

export type TransactionalMethod = 'initTransactions' | 'beginTransaction' | 'commitTransaction' | 'abortTransaction';

/** One call of `send` by the application. */
export interface SendCall {
  readonly topic: string;
  readonly partition: number | null;
  readonly key: string | null;
  readonly value: string;
  readonly headers: readonly { readonly key: string; readonly value: string }[];
}

/** The call that holds the application's thread. */
export interface BlockedCall {
  readonly n: number;
  readonly call: SendCall;
  readonly since: Micros;
  readonly until: Micros;
}

export interface Idempotence {
  readonly identity: ProducerIdentity;
  /** By `topic-partition`. */
  readonly nextSequence: { readonly [partition: string]: number };
  readonly lastAckedSequence: { readonly [partition: string]: number };
  /** Partitions with a batch that expired after an attempt: nobody knows whether the broker has it. */
  readonly unresolved: readonly string[];
  readonly retryAt: Micros;
}

/** An exception of Java with what caused it. */
export interface Thrown {
  readonly className: string;
  readonly message: string;
  readonly cause: Thrown | null;
}

/** What waits to be sent to a coordinator (`TransactionManager.TxnRequestHandler`). */
export interface TransactionalRequest {
  readonly type: 'findCoordinator' | 'initProducerId' | 'addPartitions' | 'endTxn';
  /** It was sent before: the sender sleeps first. */
  readonly isRetry: boolean;
  readonly backoffMs: number;
  /** Of `addPartitions`. */
  readonly partitions: readonly TopicPartition[];
  /** Of `endTxn`; false: abort. */
  readonly committed: boolean;
}

export interface Transactions {
  readonly transactionalId: string;
  /** Node id of the transaction coordinator; −1: unknown. */
  readonly coordinator: number;
  /** By priority: the coordinator first, the end of a transaction last. */
  readonly pending: readonly TransactionalRequest[];
  /** One at most: while it is out nothing else is sent. */
  readonly inFlight: TransactionalRequest | null;
  /** The sender sleeps, or waits for anything to happen, until then. */
  readonly sleepsUntil: Micros;
  /** The node whose connection the sender waits for, and until when. */
  readonly awaitsNode: { readonly node: number; readonly until: Micros } | null;
  readonly newPartitions: readonly TopicPartition[];
  readonly pendingPartitions: readonly TopicPartition[];
  readonly partitions: readonly TopicPartition[];
  /** The coordinator has heard of it. */
  readonly isStarted: boolean;
  readonly lastError: Thrown | null;
  /** The method that holds the application's thread. */
  readonly call: { readonly method: TransactionalMethod; readonly until: Micros } | null;
}

/** Records by what became of them; `queued` and `inFlight` are in the accumulator and in `inFlight`. */
export interface ProducerCounters {
  readonly sent: number;
  readonly acked: number;
  readonly failed: number;
  readonly retried: number;
  readonly batches: number;
}

export type ProducerPurpose = { readonly type: 'produce'; readonly batches: readonly number[] } | { readonly type: 'initProducerId' } | { readonly type: 'transaction' };

export interface ProducerState {
  readonly config: ProducerConfig;
  readonly chart: ChartState;
  readonly network: NetworkClient<ProducerPurpose>;
  readonly accumulator: Accumulator;
  readonly inFlight: readonly ProducerBatch[];
  readonly counters: ProducerCounters;
  /** Round robin's counter, by topic. */
  readonly partitionCounters: { readonly [topic: string]: number };
  readonly blocked: BlockedCall | null;
  /** Calls behind the blocked one. */
  readonly calls: readonly SendCall[];
  readonly workload: Workload | null;
  readonly workloadSent: number;
  readonly workloadNextAt: Micros;
  readonly idempotence: Idempotence;
  /** null without a `transactional.id`. */
  readonly transactions: Transactions | null;
  /** When the pending wake-up comes; −1: none. */
  readonly wakeAt: Micros;
}
