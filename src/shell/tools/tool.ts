/** What every tool of Kafka's is: arguments that are read before it connects to anything, and a program that does the rest. */
import type { Program } from '../../kernel/program.ts';
import { parseProperties } from '../../kafka/properties.ts';
import { has, UsageError, valueOf, type Options, type OptionSpec } from './options.ts';
import { JavaException, uncaught } from './java.ts';
import { usageTable } from './usage.ts';

export const VERSION = '2.3.0 (Commit:fc1aaa116b661c8a)';

/** Text of a file of the machine the tool runs on; undefined: there is none. */
export type ReadFile = (path: string) => string | undefined;

export interface Tool<Plan> {
  /** As it is typed, e.g. `kafka-topics.sh`; null: it has no script of its own (`kafka-run-class.sh`). */
  readonly name: string | null;
  readonly mainClass: string;
  readonly options: readonly OptionSpec[];
  /** Key of the program in the table of programs. */
  readonly program: string;
  readonly body: Program<unknown, Plan>;
  /** What is typed while it runs is for it; else the shell reads it afterwards. */
  readonly readsInput?: boolean;
  /**
   * What the program is started with; `cwd` is where relative paths begin. Throws a `UsageError`, a `JavaException` that leaves `main`, or
   * an `Answer`.
   */
  plan(args: readonly string[], read: ReadFile, cwd: string): Plan;
}

/** The tool has said all it has to say. */
export class Answer extends Error {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;

  constructor({ stdout = '', stderr = '', exitCode = 0 }: { readonly stdout?: string; readonly stderr?: string; readonly exitCode?: number }) {
    super();
    this.stdout = stdout;
    this.stderr = stderr;
    this.exitCode = exitCode;
  }
}

export const notModelled = (what: string): Answer => new Answer({ stderr: `${what} is not modelled here\n`, exitCode: 1 });

export type Prepared =
  | { readonly type: 'done'; readonly stdout: string; readonly stderr: string; readonly exitCode: number }
  /** A process is to be started with the program of this key and this configuration. */
  | { readonly type: 'run'; readonly program: string; readonly plan: unknown };

/** Reads the arguments: either all is said by that, or there is a plan to start the program with. */
export function prepare<Plan>(tool: Tool<Plan>, args: readonly string[], read: ReadFile, cwd: string): Prepared {
  try {
    return { type: 'run', program: tool.program, plan: tool.plan(args, read, cwd) };
  } catch (error) {
    if (error instanceof Answer) return { type: 'done', stdout: error.stdout, stderr: error.stderr, exitCode: error.exitCode };
    if (error instanceof UsageError) return { type: 'done', stdout: '', stderr: `${error.message}\n${usageTable(tool.options)}`, exitCode: 1 };
    if (error instanceof JavaException) return { type: 'done', stdout: '', stderr: uncaught(error), exitCode: 1 };
    throw error;
  }
}

/** Text of a file (`Utils.readFileAsString`). */
export function readText(path: string, read: ReadFile): string {
  const text = read(path);
  if (text === undefined) throw new JavaException('java.nio.file.NoSuchFileException', path);
  return text;
}

/** `printHelpAndExitIfNeeded`: `purpose` is what the tool says of itself above its options. */
export function helpOrVersion(args: readonly string[], options: Options, purpose: string): void {
  if (args.length === 0 || has(options, 'help')) throw new UsageError(purpose);
  if (has(options, 'version')) throw new Answer({ stdout: `${VERSION}\n` });
}

/** Properties of the file that an option names (`Utils.loadProps`); none if the option was not given. */
export function propertiesFile(options: Options, option: string, read: ReadFile): { readonly [key: string]: string } {
  const path = valueOf(options, option);
  return path === undefined ? {} : propertiesOf(path, read);
}

export function propertiesOf(path: string, read: ReadFile): { readonly [key: string]: string } {
  return Object.fromEntries(parseProperties(readText(path, read)).map(({ key, value }) => [key, value]));
}
