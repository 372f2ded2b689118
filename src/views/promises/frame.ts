/** What the promises view draws: each invariant by name, as sentences the page has chosen in the reader's language. */
import type { Micros } from '../../kernel/program.ts';

export type PromiseState = 'kept' | 'owed' | 'broken' | 'neverMade';

export interface PromiseRow {
  readonly key: string;
  readonly state: PromiseState;
  readonly sentence: string;
  /** `60 of 60`, `2.314 s`, `broker 3`. */
  readonly detail: string;
  /** Where it broke or became owed: the page can jump there. */
  readonly step?: { readonly at: Micros; readonly what: string };
}

export interface PromisesFrame {
  readonly rows: readonly PromiseRow[];
}
