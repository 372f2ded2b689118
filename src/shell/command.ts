/** What a command of the shell is: a pure function of its arguments and of what it may look at. */
import type { Micros } from '../kernel/program.ts';
import type { KernelAction, World } from '../kernel/world.ts';
import type { ProcessDescription } from '../kernel/process.ts';
import type { FileTree } from './files/tree.ts';
import type { Job } from './bash/state.ts';
import type { Step } from './bash/syntax.ts';

/** A sentence in both languages; the one of `help` and of what is not modelled. */
export interface Text {
  readonly en: string;
  readonly 'zh-CN': string;
}

/** What a shell knows between two commands. */
export interface Session {
  readonly cwd: string;
  readonly variables: Readonly<Record<string, string>>;
  /** Oldest first. */
  readonly history: readonly string[];
  /** Exit status of the last command, `$?`. */
  readonly status: number;
  /** `$1` and so on. */
  readonly parameters: readonly string[];
  readonly functions: Readonly<Record<string, readonly Step[]>>;
  /** What `set` switched on: `e`, `x`, `pipefail`. */
  readonly options: readonly string[];
}

/** Of what a shell knows before anything was typed at it. */
export const NEW_SESSION: Pick<Session, 'history' | 'status' | 'parameters' | 'functions' | 'options'> = { history: [], status: 0, parameters: [], functions: {}, options: [] };

export interface Context {
  /** As this moment found it; what the command asks for comes after it. */
  readonly world: World;
  readonly now: Micros;
  readonly wallClockMs: number;
  /** The shell's process, which children name as their parent. */
  readonly shell: string;
  /** The host of the world on which it runs: a machine or a container. */
  readonly host: string;
  readonly files: FileTree;
  readonly session: Session;
  /** What a pipe or a redirection gives; null: the terminal. */
  readonly stdin: string | null;
  /** Whether what it prints is seen at once by somebody. */
  readonly isTerminal: boolean;
  readonly pid: number;
  /** The command's own name as it was typed, `$0`. */
  readonly invokedAs: string;
  find(name: string): Command | undefined;
  readonly commands: readonly Command[];
  readonly jobs: readonly Job[];
  /** Chance, from the world's one generator: [0, 1). */
  random(): number;
}

/** A program in the foreground: the shell waits for its end. */
export interface ChildResult {
  readonly type: 'child';
  readonly process: ProcessDescription;
  /** Done before it is started. */
  readonly actions?: readonly KernelAction[];
  /**
   * Lines that are typed go to it; `edited`: it shows them itself when it reads them (JLine); `terminal`: keys as well (a shell in a
   * container); `line`: the next one and no more. Left out: they wait for the shell.
   */
  readonly reads?: 'line' | 'lines' | 'edited' | 'terminal';
}

export interface DoneResult {
  readonly type: 'done';
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
  /** It says what is wrong before it prints anything (`ls`). */
  readonly errorsFirst?: boolean;
  readonly actions?: readonly KernelAction[];
  readonly session?: Partial<Pick<Session, 'cwd' | 'variables' | 'history' | 'functions'>>;
  /** A job of the background goes on. */
  readonly resumes?: { readonly job: number; readonly inForeground: boolean };
  /** The shell ends. */
  readonly exits?: boolean;
}

/** What a looking command gives back, or the child process to be waited for. */
export type Result = DoneResult | ChildResult;

/** A command that passes its input on, piece by piece, so that it works behind a program that goes on printing. State is plain data. */
export interface Filter<State = unknown> {
  /** A result at once (a file was named, an option is wrong), or the state to begin with. */
  begin(args: readonly string[], context: Context): Result | { readonly type: 'filter'; readonly state: State };
  /** `isDone`: it wants no more (`head`). */
  push(state: State, chunk: string): { readonly state: State; readonly stdout: string; readonly isDone?: boolean };
  end(state: State): { readonly stdout: string; readonly stderr: string; readonly exitCode: number; readonly actions?: readonly KernelAction[] };
}

export interface Command {
  readonly name: string;
  readonly summary: Text;
  run(args: readonly string[], context: Context): Result;
  /** The whole of it in one moment, where its input is all there and nothing has to be waited for (`$(…)`); undefined: it takes time. */
  atOnce?(args: readonly string[], context: Context): DoneResult | undefined;
  readonly filter?: Filter;
}

export function filterCommand<State>(name: string, summary: Text, filter: Filter<State>): Command {
  return {
    name,
    summary,
    filter: filter as Filter,
    run(args, context) {
      const begun = filter.begin(args, context);
      if (begun.type !== 'filter') return begun;
      const pushed = filter.push(begun.state, context.stdin ?? '');
      const ended = filter.end(pushed.state);
      return { type: 'done', ...ended, stdout: pushed.stdout + ended.stdout };
    },
  };
}

export function done(stdout: string, more: Partial<Omit<DoneResult, 'type' | 'stdout'>> = {}): DoneResult {
  return { type: 'done', stdout, stderr: '', exitCode: 0, ...more };
}

export function failed(stderr: string, exitCode = 1): DoneResult {
  return { type: 'done', stdout: '', stderr: stderr.endsWith('\n') || stderr === '' ? stderr : `${stderr}\n`, exitCode };
}

/** Lines, each with its newline. */
export function lines(texts: readonly string[]): string {
  return texts.map((text) => `${text}\n`).join('');
}

/** What every real machine has and this lab has not: it says so, instead of pretending that there is no such thing. */
export function notModelledHere(name: string): DoneResult {
  return failed(`${name}: a real host has it, but it is not modelled in this lab\n${name}：真实主机上有这个命令，但本实验室没有模拟它`, 127);
}

/**
 * Columns as wide as their widest cell and as `least` says, `gap` blanks apart; numbers to the right where `right` says so. The last
 * column is not padded.
 */
export function table(rows: readonly (readonly string[])[], right: readonly boolean[] = [], gap = 1, least: readonly number[] = []): string {
  const widths = [...least];
  for (const row of rows) for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, cell.length);
  return lines(
    rows.map((row) =>
      row
        .map((cell, i) => (right[i] === true ? cell.padStart(widths[i]!) : i === row.length - 1 ? cell : cell.padEnd(widths[i]!)))
        .join(' '.repeat(gap)),
    ),
  );
}

export interface Flags {
  readonly given: ReadonlySet<string>;
  /** Values of options that take one, in their order. */
  readonly values: Readonly<Record<string, readonly string[]>>;
  readonly rest: readonly string[];
}

/**
 * Short options that may stand together (`-la`), long ones (`--all`, `--tail=5`); `valued` names those that take a value.
 * An unknown one is given back as `unknown`. `--` ends them.
 */
export function flags(
  args: readonly string[],
  known: readonly string[],
  valued: readonly string[] = [],
  stopsAtFirst = false,
): Flags | { readonly unknown: string } {
  const given = new Set<string>();
  const values: Record<string, string[]> = {};
  const rest: string[] = [];
  const take = (name: string, value: string): void => void (values[name] ??= []).push(value);
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]!;
    if (arg === '--') {
      rest.push(...args.slice(i + 1));
      break;
    }
    if (arg.startsWith('--') && arg.length > 2) {
      const equals = arg.indexOf('=');
      const name = equals < 0 ? arg : arg.slice(0, equals);
      if (valued.includes(name)) {
        if (equals < 0 && i + 1 >= args.length) return { unknown: name };
        take(name, equals < 0 ? args[++i]! : arg.slice(equals + 1));
      } else if (known.includes(name) && equals < 0) given.add(name);
      else return { unknown: arg };
    } else if (arg.startsWith('-') && arg.length > 1) {
      for (let at = 1; at < arg.length; at++) {
        const name = `-${arg[at]!}`;
        if (valued.includes(name)) {
          const glued = arg.slice(at + 1);
          if (glued === '' && i + 1 >= args.length) return { unknown: name };
          take(name, glued === '' ? args[++i]! : glued);
          break;
        }
        if (!known.includes(name)) return { unknown: name };
        given.add(name);
      }
    } else {
      rest.push(arg);
      if (stopsAtFirst) {
        rest.push(...args.slice(i + 1));
        break;
      }
    }
  }
  return { given, values, rest };
}

/** What coreutils say to an option they do not have. */
export function invalidOption(command: string, option: string): DoneResult {
  const what = option.startsWith('--') ? `unrecognized option '${option}'` : `invalid option -- '${option.slice(1)}'`;
  return failed(lines([`${command}: ${what}`, `Try '${command} --help' for more information.`]));
}

/** A name that no living process has. */
export function freeName(world: World, base: string): string {
  const isFree = (name: string): boolean => {
    const process = world.processes.find((one) => one.name === name);
    return process === undefined || process.status === 'dead';
  };
  if (isFree(base)) return base;
  for (let n = 2; ; n++) if (isFree(`${base}-${n}`)) return `${base}-${n}`;
}
