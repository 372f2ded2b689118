/**
 * The election port against a recording: hellos and notifications with all their fields, in their order on each directed pair. Left
 * out: times, connections that were refused, opened or closed, the address in a hello, how often the same notification is said again
 * (resends and answers to resends), and what another message overtook: each peer has a queue of one message, and where two follow each
 * other within `OVERTAKEN_MICROS` the recording may have the later one alone.
 */
import { expect } from 'vitest';
import { describeZookeeper } from '../../src/zookeeper/describe.ts';
import type { SentMessage } from '../kernel/kept-world.ts';
import { byPair, recordedRows, type Sequences } from './recordings.ts';

const OVERTAKEN_MICROS = 2_000;

const plain = (text: string): string => text.replace(/ addr=[^}]*/, '');
const onceEach = (texts: readonly string[]): string[] => texts.filter((text, index) => text !== texts[index - 1]);

export function recordedElection(file: string, from: string, to?: string): Sequences {
  const rows = recordedRows(file, 'E', from, to).filter(({ text }) => !/^(TCP|connection)/.test(text));
  const sequences = byPair(rows.map((row) => ({ ...row, text: plain(row.text) })));
  return Object.fromEntries(Object.entries(sequences).map(([pair, texts]) => [pair, onceEach(texts)]));
}

/** The enacted sequences, without what was overtaken and is not in the recording. */
export function enactedElection(messages: readonly SentMessage[], recorded: Sequences): Sequences {
  const pairs: Record<string, { at: number; text: string }[]> = {};
  for (const { at, from, to, port, message } of messages) {
    if (port !== 3888) continue;
    (pairs[`${from.at(-1)}->${to.at(-1)}`] ??= []).push({ at, text: plain(describeZookeeper(message as never)) });
  }
  const sequences: Sequences = {};
  for (const [pair, all] of Object.entries(pairs)) {
    const expected = recorded[pair] ?? [];
    const kept: string[] = [];
    for (const [index, { at, text }] of all.entries()) {
      if (text === kept.at(-1)) continue;
      const next = all[index + 1];
      const isOvertaken = next !== undefined && next.at - at <= OVERTAKEN_MICROS;
      if (isOvertaken && text !== expected[kept.length]) continue;
      kept.push(text);
    }
    sequences[pair] = kept;
  }
  return sequences;
}

export function expectElection(messages: readonly SentMessage[], file: string, from: string, to?: string): void {
  const recorded = recordedElection(file, from, to);
  expect(enactedElection(messages, recorded)).toEqual(recorded);
}
