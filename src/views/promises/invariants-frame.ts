/** What the list of invariants draws: each by its number and its name, and how it stands. */
import type { Micros } from '../../kernel/program.ts';

export type Exception = 'X1' | 'X2' | 'X3' | 'X4' | 'X5' | 'KAFKA-9338';

/** What was never promised; where and when it was first seen, if it was. */
export interface ExceptionRow {
  readonly exception: Exception | 'X6' | 'X7' | 'X8' | 'X9' | 'X10' | 'X12';
  /** A partition, or a group and a partition. */
  readonly where?: string;
  readonly at?: Micros;
}

export interface InvariantRow {
  /** Its number and its name: `7.12 answeredWritesAreCommitted`. */
  readonly check: string;
  readonly number: string;
  readonly state: 'kept' | 'broken' | 'neverMade' | 'unseen';
  readonly exception?: Exception;
  /** The step at which it broke, or seemed to. */
  readonly at?: Micros;
}

export interface InvariantsFrame {
  /** Judged up to here; undefined: up to the moment that is shown. */
  readonly until: Micros | undefined;
  readonly parts: readonly { readonly part: 'zookeeper' | 'kafka'; readonly rows: readonly InvariantRow[] }[];
  readonly exceptions: readonly ExceptionRow[];
}
