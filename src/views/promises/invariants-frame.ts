/** What the list of invariants draws: each by its number and its name, and how it stands. */
import type { ExceptionName } from '../../cluster/exceptions.ts';
import type { ExcusedBy } from '../../kafka/invariants.ts';
import type { Micros } from '../../kernel/program.ts';

/** What was never promised; where and when it was first seen, if it was. */
export interface ExceptionRow {
  readonly exception: ExceptionName;
  /** A partition, or a group and a partition. */
  readonly where?: string;
  readonly at?: Micros;
}

export interface InvariantRow {
  /** Its number and its name: `7.12 answeredWritesAreCommitted`. */
  readonly check: string;
  readonly number: string;
  readonly state: 'kept' | 'broken' | 'neverMade' | 'unseen';
  readonly exception?: ExcusedBy;
  /** The step at which it broke, or seemed to. */
  readonly at?: Micros;
}

export interface InvariantsFrame {
  /** Judged up to here; undefined: up to the moment that is shown. */
  readonly until: Micros | undefined;
  readonly parts: readonly { readonly part: 'zookeeper' | 'kafka'; readonly rows: readonly InvariantRow[] }[];
  readonly exceptions: readonly ExceptionRow[];
}
