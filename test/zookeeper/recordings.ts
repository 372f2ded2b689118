/** Decoded wire traces of real servers as sequences of packets on each directed pair of servers. */
import { readFileSync } from 'node:fs';

export type Sequences = Record<string, string[]>;

export interface Row {
  /** Milliseconds since the recording began. */
  readonly at: number;
  readonly pair: string;
  readonly text: string;
}

export function recordedFile(file: string): readonly string[] {
  return readFileSync(new URL(`../captures/zookeeper/${file}`, import.meta.url), 'utf8').split('\n');
}

/** Rows of one channel (Q: sync port, E: election port) from the first `####` row that contains `from` up to the one that contains `to`. */
export function recordedRows(file: string, channel: 'Q' | 'E', from: string, to = '\u0000'): readonly Row[] {
  const rows: Row[] = [];
  let isInside = false;
  for (const line of recordedFile(file)) {
    if (line.includes('####')) {
      if (isInside && line.includes(to)) break;
      if (line.includes(from)) isInside = true;
      continue;
    }
    const row = /^\s*(\d+) ([QE]) (\d->\d) (.*)$/.exec(line);
    if (isInside && row && row[2] === channel) rows.push({ at: Number(row[1]), pair: row[3]!, text: row[4]! });
  }
  return rows;
}

export function byPair(rows: readonly Row[]): Sequences {
  const sequences: Sequences = {};
  for (const { pair, text } of rows) (sequences[pair] ??= []).push(text);
  return sequences;
}
