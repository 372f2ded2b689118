import { table } from '../command.ts';

/** A cell is ten wide with the three blanks behind it, at least. */
const LEAST = 7;

/** A table of Docker's client (its tabwriter: 10, 1, 3). */
export function columns(rows: readonly (readonly string[])[]): string {
  return table(rows, [], 3, rows[0]!.map(() => LEAST));
}
