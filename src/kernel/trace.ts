/** A fact as a line of a trace: its type, then its attributes in the order in which they were written down. */
import type { Fact, Micros } from './program.ts';

function word(value: unknown): string {
  if (value === null) return 'none';
  if (Array.isArray(value)) return value.length === 0 ? '-' : value.map(word).join(',');
  if (typeof value === 'object') {
    return `{${Object.entries(value as Record<string, unknown>)
      .filter(([, one]) => one !== undefined)
      .map(([key, one]) => `${key}=${word(one)}`)
      .join(' ')}}`;
  }
  const text = String(value);
  return /^[^\s=,{}"]+$/.test(text) ? text : JSON.stringify(text);
}

export function factLine(fact: Fact): string {
  const parts: string[] = [fact.type];
  for (const [key, value] of Object.entries(fact)) {
    if (key !== 'type' && value !== undefined) parts.push(`${key}=${word(value)}`);
  }
  return parts.join(' ');
}

/** Seconds with three decimals, as every clock of the project shows it. */
export function seconds(at: Micros): string {
  const ms = Math.floor(at / 1_000);
  return `${Math.floor(ms / 1_000)}.${String(ms % 1_000).padStart(3, '0')}`;
}
