/** Promises in reading order: what is broken, then what is owed, then the kept and those never made; and how many of each. Pure. */
import type { PromiseRow, PromisesFrame, PromiseState } from './frame.ts';

const ORDER: readonly PromiseState[] = ['broken', 'owed', 'kept', 'neverMade'];

export interface PromisesLayout {
  /** Read down, then on to the right. Each is laid out alone: details change many times a second. */
  readonly columns: readonly (readonly PromiseRow[])[];
  readonly counts: readonly { readonly state: PromiseState; readonly count: number }[];
}

export function layoutPromises(frame: PromisesFrame, width: number): PromisesLayout {
  const rows = ORDER.flatMap((state) => frame.rows.filter((row) => row.state === state));
  const count = width >= 1050 ? 3 : width >= 640 ? 2 : 1;
  const length = Math.ceil(rows.length / count);
  return {
    columns: Array.from({ length: count }, (_, at) => rows.slice(at * length, (at + 1) * length)),
    counts: ORDER.map((state) => ({ state, count: frame.rows.filter((row) => row.state === state).length })),
  };
}
