/** Who reads what is typed at a terminal, and what has to be typed first so that the right one does. */
import type { ClusterAction } from '../../cluster/actions.ts';
import { findProcess, type World } from '../../kernel/world.ts';
import type { Command } from '../../scenarios/tutorial/document.ts';
import { bashOf, isIdle } from '../../shell/terminal.ts';

export const terminalOf = (command: Command): string => command.terminal ?? 'host';

interface Reader {
  /** Lines of the programs that run one inside the other, outermost first. */
  readonly programs: readonly string[];
  /** Where the innermost shell stands; undefined: a program reads. */
  readonly directory: string | undefined;
  /** A shell waits for a line. */
  readonly isReady: boolean;
}

/** Undefined: there is no such terminal. */
function readerOf(world: World, terminal: string): Reader | undefined {
  if (findProcess(world, terminal)?.status !== 'running') return undefined;
  const programs: string[] = [];
  for (let name = terminal; ; ) {
    const bash = bashOf(world, name);
    if (!bash) return { programs, directory: undefined, isReady: false };
    const { foreground, session } = bash;
    if (foreground === null) return { programs, directory: session.cwd, isReady: isIdle(world, name) };
    programs.push(foreground.text);
    const [first] = foreground.stages;
    if (first?.type !== 'child' || first.reads !== 'terminal') return { programs, directory: undefined, isReady: first?.type === 'child' && first.reads !== null };
    name = first.process;
  }
}

/** A deed that has to come first, and when it is done; undefined: the command can be typed. */
export interface Preparation {
  readonly action?: ClusterAction;
  isOver(world: World): boolean;
  readonly withinMs: number;
}

/** What ends by itself soon is waited for; what goes on is interrupted. */
export const PATIENCE_MS = 1_500;
const INTERRUPTED_WITHIN_MS = 5_000;
const STARTED_WITHIN_MS = 10_000;

/** Whether whoever reads at a terminal has read all of it. */
export const isReady = (terminal: string) => (world: World): boolean => readerOf(world, terminal)?.isReady === true;

export function preparationFor(world: World, command: Command, waited: boolean): Preparation | undefined {
  const terminal = terminalOf(command);
  const act = (deed: Extract<ClusterAction, { type: 'terminal' }>['deed']): ClusterAction => ({ type: 'terminal', terminal, deed });
  const reader = readerOf(world, terminal);
  if (!reader) return { action: act({ type: 'open', host: terminal === 'host-2' ? 'host' : terminal }), isOver: isReady(terminal), withinMs: INTERRUPTED_WITHIN_MS };
  const { programs } = reader;
  const { inside = [], directory } = command;
  const isOnTheWay = programs.length <= inside.length && programs.every((line, index) => line === inside[index]);
  if (!isOnTheWay) {
    const isFewer = (next: World): boolean => (readerOf(next, terminal)?.programs.length ?? 0) < programs.length;
    if (reader.directory === undefined && !waited) return { isOver: isFewer, withinMs: PATIENCE_MS };
    const leave = reader.directory === undefined ? ({ type: 'key', key: 'C-c' } as const) : ({ type: 'type', text: 'exit\n' } as const);
    return { action: act(leave), isOver: (next) => isFewer(next) && isReady(terminal)(next), withinMs: INTERRUPTED_WITHIN_MS };
  }
  if (reader.directory !== undefined && !reader.isReady && !waited) return { isOver: isReady(terminal), withinMs: PATIENCE_MS };
  const opener = inside[programs.length];
  if (opener !== undefined) {
    return { action: act({ type: 'type', text: `${opener}\n` }), isOver: (next) => (readerOf(next, terminal)?.programs.length ?? 0) > programs.length, withinMs: STARTED_WITHIN_MS };
  }
  if (directory !== undefined && reader.directory !== undefined && reader.directory !== directory) {
    return { action: act({ type: 'type', text: `cd ${directory}\n` }), isOver: (next) => readerOf(next, terminal)?.directory === directory && isReady(terminal)(next), withinMs: INTERRUPTED_WITHIN_MS };
  }
  return undefined;
}
