/** Times and numbers as the page writes them; the same in both languages. */
import type { Micros } from '../../kernel/program.ts';

/** Cluster time with three decimals, without its unit: `12.314`. */
export function seconds(at: Micros): string {
  const millis = Math.floor(at / 1000);
  const rest = millis % 1000;
  return `${(millis - rest) / 1000}.${rest < 10 ? '00' : rest < 100 ? '0' : ''}${rest}`;
}

/** What is left, one decimal, never negative: `3.7`. From ten seconds on without the decimal. */
export function secondsLeft(left: Micros): string {
  const tenths = Math.max(0, Math.round(left / 100_000));
  return tenths >= 100 ? `${Math.round(tenths / 10)}` : `${Math.floor(tenths / 10)}.${tenths % 10}`;
}

/** About how wide words are in the sans at `size` px: Han characters are square, Latin ones a little over half. For grounds and gaps only. */
export function textWidth(words: string, size = 11): number {
  let width = 0;
  for (const letter of words) width += letter > '\u2e7f' ? size : size * 0.53;
  return width;
}
