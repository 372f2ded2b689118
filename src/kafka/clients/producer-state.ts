/** The state of a producer process, and what its configuration and its commands look like. */
import type { ChartState } from '../../kernel/machine.ts';
import type { Message, Micros } from '../../kernel/program.ts';
import type { Accumulator, ProducerBatch, ProducerIdentity } from './accumulator.ts';
import type { ProducerConfig } from './client-config.ts';
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
  /** Closes the producer: what was sent is delivered or fails, then the process ends. */
  | { readonly type: 'stop' };

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

/** Records by what became of them; `queued` and `inFlight` are in the accumulator and in `inFlight`. */
export interface ProducerCounters {
  readonly sent: number;
  readonly acked: number;
  readonly failed: number;
  readonly retried: number;
  readonly batches: number;
}

export type ProducerPurpose = { readonly type: 'produce'; readonly batches: readonly number[] } | { readonly type: 'initProducerId' };

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
  /** When the pending wake-up comes; −1: none. */
  readonly wakeAt: Micros;
}
