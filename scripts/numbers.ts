/** What the bench does with its numbers. */
export type Add = (what: string, measured: number, unit: string, goal?: { atLeast?: number; atMost?: number }, note?: string) => void;

const sorted = (numbers: readonly number[]): number[] => [...numbers].sort((a, b) => a - b);

/** NaN where there are none. */
export const quantile = (numbers: readonly number[], share: number): number => sorted(numbers)[Math.min(numbers.length - 1, Math.floor(numbers.length * share))] ?? Number.NaN;
export const median = (numbers: readonly number[]): number => quantile(numbers, 0.5);
export const total = (numbers: readonly number[]): number => numbers.reduce((sum, one) => sum + one, 0);
