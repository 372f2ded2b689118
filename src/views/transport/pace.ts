/** Paces offered, in cluster seconds a second; and how a pace is written. */
export const paces: readonly number[] = [0.000_02, 0.000_1, 0.000_5, 0.002, 0.02, 0.1, 0.25, 1, 3, 10];

/** `20 ms`, `0.25 s`, `20 µs`. */
export function paceWritten(pace: number): string {
  if (pace >= 0.1) return `${trim(pace)} s`;
  return pace >= 0.001 ? `${trim(pace * 1e3)} ms` : `${trim(pace * 1e6)} µs`;
}

const trim = (value: number): string => String(Math.round(value * 100) / 100);
