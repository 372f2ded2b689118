/** A shell as plain data: its session, what it has yet to run, its jobs and what stands on its screen. */
import type { AppendList } from '../../kernel/append-list.ts';
import type { OutputStream } from '../../kernel/program.ts';
import type { TerminalDeed } from '../../cluster/actions.ts';
import type { Session } from '../command.ts';
import type { Todo } from './control.ts';

/** What a piece of the screen is: what a program printed, the prompt, or what was typed. */
export interface ScreenText {
  readonly stream: OutputStream | 'prompt' | 'typed';
  readonly text: string;
}

export type Sink =
  | { readonly type: 'terminal' }
  /** The next command of the pipeline. */
  | { readonly type: 'next' }
  | { readonly type: 'file'; readonly path: string }
  | { readonly type: 'nothing' };

/** One command of a pipeline that runs. */
export type Stage = { readonly stdout: Sink; readonly stderr: Sink } & (
  | { readonly type: 'filter'; readonly command: string; readonly state: unknown; readonly readsTerminal: boolean }
  | { readonly type: 'child'; readonly process: string; readonly reads: 'line' | 'lines' | 'edited' | 'terminal' | null }
  /** The shell's own `read`, which waits for a line. */
  | { readonly type: 'read'; readonly names: readonly string[]; readonly isRaw: boolean; readonly isSilent: boolean; readonly ifs: string }
  | { readonly type: 'ended'; readonly exitCode: number; readonly signal: string | null }
);

export interface Job {
  readonly id: number;
  readonly text: string;
  readonly stages: readonly Stage[];
  readonly isStopped: boolean;
  /** Its number and process id were not told yet. */
  readonly isNew: boolean;
  /** Its success is a failure, its failure a success. */
  readonly isNegated?: boolean;
}

export interface BashState {
  readonly session: Session;
  readonly screen: AppendList<ScreenText>;
  /** Typed and not read by anybody yet. */
  readonly typed: string;
  /** The lines so far of a command that is not finished. */
  readonly unfinished: string | null;
  /** What is left to run of the last line. */
  readonly todo: readonly Todo[];
  readonly foreground: Job | null;
  readonly background: readonly Job[];
  readonly hasPrompt: boolean;
  /** Done elsewhere, and not seen here yet: between two commands. */
  readonly shown: readonly string[];
  readonly lastBackgroundPid: number | null;
  /** Ctrl-D was typed and waits for what was typed before it. */
  readonly inputEnded: boolean;
}

export interface BashConfig {
  /** Prints to its parent instead of a screen of its own: a shell in a container, or one that runs a command there. */
  readonly isInner?: boolean;
  /** One line to run, without a prompt; the shell ends with its exit status. */
  readonly line?: string;
  /** Runs the line again and again, on a cleared screen, as `watch` does. */
  readonly everyMs?: number;
  readonly cwd?: string;
  readonly variables?: Readonly<Record<string, string>>;
  /** What it starts finds the end of its input at once. */
  readonly hasNoInput?: boolean;
  /** What it does not read of its input is the terminal's again. */
  readonly isAtTerminal?: boolean;
  /** It reads its lines from a pipe or a file, and shows neither them nor a prompt. */
  readonly isPiped?: boolean;
  /** `$0`. */
  readonly name?: string;
  readonly parameters?: readonly string[];
  readonly functions?: Session['functions'];
  readonly options?: readonly string[];
  /** How many shells have begun one another above it. */
  readonly depth?: number;
}

/** What is done at a terminal: `text` may hold many lines; keys as the terminal names them. */
export type TerminalInput =
  | Exclude<TerminalDeed, { readonly type: 'open' }>
  /** Something was done that this line does: it is seen as if it had been typed, and not run again. */
  | { readonly type: 'show'; readonly line: string }
  /** From the shell around an inner one. */
  | { readonly type: 'input'; readonly text: string }
  | { readonly type: 'endOfInput' };
