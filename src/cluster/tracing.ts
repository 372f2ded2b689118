/**
 * Traces: a script of commands and what came of them, in one text. Blocks of command lines, a line of four dashes, output, an
 * empty line; `#` prose between them. A trace opens with prose that says why it exists. Pure: text in, text out.
 */
import { TraceRun, type TraceTerminals } from './trace-commands.ts';

/** What cannot be run, with the place where it stands. */
export class TraceError extends Error {
  constructor(
    readonly file: string,
    /** From 1. */
    readonly line: number,
    readonly reason: string,
  ) {
    super(`${file}:${line}: ${reason}`);
  }
}

export interface Difference {
  /** Of the first command of the block, from 1. */
  readonly line: number;
  readonly commands: readonly string[];
  readonly expected: readonly string[];
  readonly actual: readonly string[];
}

export interface Rendered {
  /** The whole file with the output of this run. */
  readonly text: string;
  readonly differences: readonly Difference[];
}

interface Numbered {
  readonly line: number;
  readonly text: string;
}

type Part =
  | { readonly type: 'prose'; readonly lines: readonly string[] }
  | { readonly type: 'block'; readonly commands: readonly Numbered[]; readonly expected: readonly string[] };

const DASHES = '----';

function parse(text: string, file: string): readonly Part[] {
  const parts: Part[] = [];
  const lines = text.split('\n').map((line) => line.trimEnd());
  let at = 0;
  const isProse = (line: string): boolean => line === '' || line.startsWith('#');
  while (at < lines.length) {
    const prose: string[] = [];
    while (at < lines.length && isProse(lines[at]!)) prose.push(lines[at++]!);
    if (prose.length > 0) parts.push({ type: 'prose', lines: prose });
    if (at >= lines.length) break;
    if (parts.length === 0) throw new TraceError(file, 1, 'a trace opens with prose: why it exists');
    const commands: Numbered[] = [];
    while (at < lines.length && lines[at] !== DASHES && lines[at] !== '') commands.push({ line: at + 1, text: lines[at++]! });
    if (lines[at] !== DASHES) throw new TraceError(file, commands[0]!.line, `a block of commands ends with ${DASHES}`);
    at++;
    const expected: string[] = [];
    while (at < lines.length && lines[at] !== '') expected.push(lines[at++]!);
    parts.push({ type: 'block', commands, expected });
  }
  return parts;
}

/** Runs a trace. Throws a `TraceError` where a command is none, names nothing that exists, or waits in vain. */
export function renderTrace(text: string, file: string, terminals?: TraceTerminals): Rendered {
  const run = new TraceRun(terminals);
  const differences: Difference[] = [];
  const out: string[] = [];
  for (const part of parse(text, file)) {
    if (part.type === 'prose') {
      out.push(...part.lines);
      continue;
    }
    const actual: string[] = [];
    for (const { line, text: command } of part.commands) {
      out.push(command);
      try {
        actual.push(...run.command(command));
      } catch (error) {
        throw new TraceError(file, line, error instanceof Error ? error.message : String(error));
      }
    }
    out.push(DASHES, ...actual);
    if (actual.length !== part.expected.length || actual.some((line, index) => line !== part.expected[index])) {
      differences.push({ line: part.commands[0]!.line, commands: part.commands.map((one) => one.text), expected: part.expected, actual });
    }
  }
  return { text: out.join('\n').trimEnd() + '\n', differences };
}

/** `-` what the file says, `+` what came; lines that agree are shown around them. */
export function showDifference({ line, commands, expected, actual }: Difference, file: string): string {
  let start = 0;
  while (start < expected.length && start < actual.length && expected[start] === actual[start]) start++;
  let end = 0;
  while (end < expected.length - start && end < actual.length - start && expected.at(-1 - end) === actual.at(-1 - end)) end++;
  const around = 3;
  return [
    `${file}:${line}: ${commands.join('; ')}`,
    ...actual.slice(Math.max(0, start - around), start).map((text) => `    ${text}`),
    ...expected.slice(start, expected.length - end).map((text) => `  - ${text}`),
    ...actual.slice(start, actual.length - end).map((text) => `  + ${text}`),
    ...actual.slice(actual.length - end, actual.length - end + around).map((text) => `    ${text}`),
  ].join('\n');
}
