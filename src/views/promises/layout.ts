/** Promises in reading order: what is broken, then what is owed, then the kept and those never made; and how many of each. Pure. */
import type { PromiseRow, PromisesFrame, PromiseState } from './frame.ts';

const ORDER: readonly PromiseState[] = ['broken', 'owed', 'kept', 'neverMade'];

export interface PromisesLayout {
  readonly rows: readonly PromiseRow[];
  readonly counts: readonly { readonly state: PromiseState; readonly count: number }[];
  readonly columns: number;
}

export function layoutPromises(frame: PromisesFrame, width: number): PromisesLayout {
  const rows = ORDER.flatMap((state) => frame.rows.filter((row) => row.state === state));
  return { rows, counts: ORDER.map((state) => ({ state, count: frame.rows.filter((row) => row.state === state).length })), columns: width >= 1050 ? 3 : width >= 640 ? 2 : 1 };
}
