/**
 * `xargs` (GNU findutils): items out of its input by its rules of quoting, commands out of items, and one shell after the other that runs
 * them. A command is begun as soon as it is full, while the input still comes.
 */
import type { Env, Program } from '../../kernel/program.ts';
import { findProcess } from '../../kernel/world.ts';
import { freeName } from '../command.ts';
import { quoted, shown } from '../bash/quote.ts';
import type { BashConfig, TerminalInput } from '../bash/state.ts';

export interface XargsConfig {
  readonly command: readonly string[];
  /** What separates items; null: blanks and newlines, with quotes and backslashes. */
  readonly delimiter: string | null;
  readonly most: { readonly items: number } | { readonly lines: number } | { readonly replace: string } | null;
  readonly runsEmpty: boolean;
  readonly isVerbose: boolean;
  readonly atOnce: number;
  /** The command has no file, or one that cannot be executed. */
  readonly problem: { readonly text: string; readonly exitCode: number } | null;
  /** Said before anything else. */
  readonly warnings: string;
  readonly cwd: string;
  readonly variables: Readonly<Record<string, string>>;
  /** As a shell's. */
  readonly depth?: number;
}

/** What was read and stands in no command yet. */
export interface Batching {
  readonly rest: string;
  readonly items: readonly string[];
  /** Lines that `items` came from; a line that ends in a blank goes on in the next one. */
  readonly lines: number;
  readonly begun: number;
}

export const nothingRead: Batching = { rest: '', items: [], lines: 0, begun: 0 };

export interface Batched {
  readonly state: Batching;
  /** Each the arguments of one command. */
  readonly commands: readonly (readonly string[])[];
  readonly problem?: string;
}

/** What one command may be long, with the blanks between its words. */
const LONGEST = 131_072;

/** One line as its items, up to what is wrong with it. */
function itemsOf(line: string, isWhole: boolean): { readonly items: readonly string[]; readonly problem?: string } {
  const items: string[] = [];
  let item: string | undefined;
  for (let at = 0; at < line.length; at++) {
    const char = line[at]!;
    if (char === "'" || char === '"') {
      const close = line.indexOf(char, at + 1);
      if (close < 0) return { items, problem: `unmatched ${char === '"' ? 'double' : 'single'} quote; by default quotes are special to xargs unless you use the -0 option` };
      item = (item ?? '') + line.slice(at + 1, close);
      at = close;
    } else if (char === '\\') item = (item ?? '') + (line[++at] ?? '');
    else if (/[ \t\r\v\f]/.test(char) && (!isWhole || item === undefined)) {
      if (item !== undefined) items.push(item);
      item = undefined;
    } else item = (item ?? '') + char;
  }
  if (item !== undefined) items.push(item);
  return { items };
}

const argumentsOf = ({ command, most }: XargsConfig, items: readonly string[]): readonly string[] =>
  most !== null && 'replace' in most ? [command[0]!, ...command.slice(1).map((word) => word.replaceAll(most.replace, items[0] ?? ''))] : [...command, ...items];

/** Reads on. */
export function batched(config: XargsConfig, before: Batching, chunk: string, isEnd: boolean): Batched {
  const { most, delimiter } = config;
  const commands: (readonly string[])[] = [];
  let { items, lines, begun } = before;
  const flush = (): void => {
    commands.push(argumentsOf(config, items));
    items = [];
    lines = 0;
    begun++;
  };
  const add = (item: string): void => {
    if (items.length > 0 && items.reduce((sum, one) => sum + one.length + 1, item.length) > LONGEST) flush();
    items = [...items, item];
    if (most !== null && ('replace' in most || ('items' in most && items.length >= most.items))) flush();
  };
  const pieces: string[] = [];
  const text = before.rest + chunk;
  const separator = delimiter ?? '\n';
  let from = 0;
  for (let end = text.indexOf(separator); end >= 0; end = text.indexOf(separator, end + 1)) {
    if (delimiter === null && /(?:^|[^\\])(?:\\\\)*\\$/.test(text.slice(from, end))) continue;
    pieces.push(text.slice(from, end));
    from = end + 1;
  }
  let rest = text.slice(from);
  if (isEnd && rest !== '') {
    pieces.push(rest);
    rest = '';
  }
  for (const piece of pieces) {
    const found = delimiter === null ? itemsOf(piece, most !== null && 'replace' in most) : { items: [piece] };
    for (const item of found.items) add(item);
    if ('problem' in found) {
      // What was complete before it is still run.
      if (items.length > 0) flush();
      return { state: { rest: '', items, lines, begun }, commands, problem: found.problem };
    }
    if (items.length > 0 && (delimiter !== null || !/[ \t]$/.test(piece))) lines++;
    if (most !== null && 'lines' in most && lines >= most.lines) flush();
  }
  if (isEnd && (items.length > 0 || (begun === 0 && config.runsEmpty && !(most !== null && 'replace' in most)))) flush();
  return { state: { rest, items, lines, begun }, commands };
}

interface Xargs {
  readonly config: XargsConfig;
  readonly batching: Batching;
  readonly waiting: readonly (readonly string[])[];
  /** Names of the shells that run. */
  readonly running: readonly string[];
  readonly isEnded: boolean;
  readonly exitCode: number;
}

function say(env: Env, text: string): void {
  env.print('stderr', `xargs: ${text}\n`);
}

/** Begins what may be begun, and ends when there is nothing more to come. */
function goOn(state: Xargs, env: Env): Xargs {
  const { config } = state;
  const running = [...state.running];
  const waiting = [...state.waiting];
  while (waiting.length > 0 && running.length < config.atOnce) {
    const command = waiting.shift()!;
    if (config.isVerbose) env.print('stderr', `${command.map(shown).join(' ')}\n`);
    if (config.problem !== null) {
      say(env, config.problem.text);
      env.exit(config.problem.exitCode);
      return state;
    }
    const base = freeName(env.system.world, `${env.self}-${command[0]!}`);
    let name = base;
    for (let n = 2; running.includes(name); n++) name = `${base}-${n}`;
    const shell: BashConfig = { line: command.map(quoted).join(' '), cwd: config.cwd, variables: config.variables, hasNoInput: true, depth: (config.depth ?? 0) + 1 };
    env.system.perform({ type: 'addProcess', process: { name, program: 'bash', host: env.host, parent: env.self, commandLine: command.join(' '), config: shell } });
    env.system.perform({ type: 'start', process: name });
    running.push(name);
  }
  if (state.isEnded && waiting.length === 0 && running.length === 0) env.exit(state.exitCode);
  return { ...state, running, waiting };
}

function read(state: Xargs, chunk: string, isEnd: boolean, env: Env): Xargs {
  if (state.isEnded) return state;
  const { state: batching, commands, problem } = batched(state.config, state.batching, chunk, isEnd);
  if (problem !== undefined) say(env, problem);
  return goOn({ ...state, batching, waiting: [...state.waiting, ...commands], isEnded: isEnd || problem !== undefined, exitCode: problem === undefined ? state.exitCode : 1 }, env);
}

function ended(state: Xargs, process: string, exitCode: number, signal: string | null, env: Env): Xargs {
  const next: Xargs = { ...state, running: state.running.filter((name) => name !== process) };
  const name = state.config.command[0]!;
  if (signal !== null || exitCode === 255) {
    say(env, signal === null ? `${name}: exited with status 255; aborting` : `${name}: terminated by signal 9`);
    return goOn({ ...next, waiting: [], isEnded: true, exitCode: signal === null ? 124 : 125 }, env);
  }
  return goOn({ ...next, exitCode: exitCode === 0 || next.exitCode !== 0 ? next.exitCode : 123 }, env);
}

export const xargsProgram: Program<Xargs, XargsConfig> = {
  start(config, env) {
    env.print('stderr', config.warnings);
    return { config, batching: nothingRead, waiting: [], running: [], isEnded: false, exitCode: 0 };
  },
  handle(state, event, env) {
    switch (event.type) {
      case 'command': {
        const command = event.command as TerminalInput;
        if (command.type === 'input' || command.type === 'type') return read(state, command.text, false, env);
        return command.type === 'endOfInput' ? read(state, '', true, env) : state;
      }
      case 'output':
        env.print(event.stream, event.text);
        return state;
      case 'ended':
        return ended(state, event.process, event.exitCode, event.signal, env);
      case 'signal':
        for (const name of state.running) if (findProcess(env.system.world, name)?.status === 'running') env.system.perform({ type: 'kill', process: name, signal: event.signal });
        env.exit(event.signal === 'SIGINT' ? 130 : event.signal === 'SIGHUP' ? 129 : 143);
        return state;
      default:
        return state;
    }
  },
};
