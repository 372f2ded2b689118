/** Terminals of the world at the playhead: which there are, what stands on their screens, what fits a line that is being typed. Fetched when the first is opened. */
import { expand, type ClusterAction } from '../cluster/actions.ts';
import { at, toArray, type AppendList } from '../kernel/append-list.ts';
import type { KernelAction, World } from '../kernel/world.ts';
import { complete } from '../shell/complete.ts';
import { furnish, isFurnished } from '../shell/furnish.ts';
import { shellKernel } from '../shell/kernel.ts';
import type { ScreenText } from '../shell/state.ts';
import { bashOf, editorOf, innermost, isIdle } from '../shell/terminal.ts';
import type { Completion, TerminalFrame, TerminalPiece, TerminalWish } from '../views/terminal/frame.ts';
import type { Programs } from './open.ts';

/** In a deployment that was built, the first terminal finds the machine as if everything there had been typed. */
function expandAtMachine(world: World, action: ClusterAction): readonly KernelAction[] {
  const isFirst = action.type === 'terminal' && action.deed.type === 'open' && !isFurnished(world);
  const actions = expand(world, action);
  return isFirst && actions.length > 0 ? [...furnish(world), ...actions] : actions;
}

export const programs: Programs = { kernel: shellKernel, expand: expandAtMachine };

/** Pieces of a screen that are shown at most: the emulator's own scrollback is no longer. */
const SHOWN = 10_000;

export interface OpenTerminal {
  /** Of its process. */
  readonly name: string;
  readonly host: string;
  readonly isIdle: boolean;
}

/** Shells that live, in the order in which they were opened; those inside others are theirs. */
export function terminalsOf(world: World): readonly OpenTerminal[] {
  return world.processes
    .filter(({ program, parent, status }) => program === 'bash' && parent === undefined && status === 'running')
    .map(({ name, host }) => ({ name, host, isIdle: isSettled(world, name) }));
}

const MACHINES: readonly string[] = ['host', 'laptop'];

/** Machines on which one can be opened. */
export function machinesOf(world: World): readonly string[] {
  return world.network.hosts.filter(({ name, isUp }) => MACHINES.includes(name) && isUp).map(({ name }) => name);
}

/** A name for one more terminal of a machine: the machine's own first. */
export function nameFor(world: World, host: string): string {
  const isFree = (name: string): boolean => !world.processes.some((one) => one.name === name && one.status !== 'dead');
  for (let n = 1; ; n++) {
    const name = n === 1 ? host : `${host}-${n}`;
    if (isFree(name)) return name;
  }
}

let pictured: { readonly screen: AppendList<ScreenText>; readonly pieces: readonly TerminalPiece[] } | undefined;

/** Screens only grow, mostly: what was shown before need not be read again. */
function piecesOf(screen: AppendList<ScreenText>): readonly TerminalPiece[] {
  if (pictured?.screen === screen) return pictured.pieces;
  const from = Math.max(0, screen.length - SHOWN);
  const before = pictured;
  const grew = before !== undefined && from === 0 && screen.length >= before.screen.length && before.screen.length > 0 && at(screen, before.screen.length - 1) === at(before.screen, before.screen.length - 1) && at(screen, 0) === at(before.screen, 0);
  const pieces = grew ? [...before.pieces, ...toArray(screen, before.screen.length)] : toArray(screen, from);
  pictured = { screen, pieces };
  return pieces;
}

export function terminalFrame(world: World, name: string): TerminalFrame | undefined {
  const bash = bashOf(world, name);
  if (!bash) return undefined;
  const { screen } = bash;
  return { id: name, pieces: piecesOf(screen), before: Math.max(0, screen.length - SHOWN), history: innermost(world, name)?.state.session.history ?? [] };
}

/** What somebody did at a terminal as acts on the world. */
export function actsOf(terminal: string, wishes: readonly TerminalWish[]): readonly ClusterAction[] {
  return wishes.map((deed) => ({ type: 'terminal', terminal, deed }));
}

/** What fits the line up to the cursor at the shell that reads it; undefined: no shell reads. */
export function completionFor(world: World, terminal: string, line: string, word: string): Completion | undefined {
  return complete(world, terminal, line, word);
}

/** Whether there is nothing to wait for: the shell asks for a line, or an editor for a decision. */
export function isSettled(world: World, terminal: string): boolean {
  const shell = innermost(world, terminal);
  return shell ? isIdle(world, shell.process.name) : editorOf(world, terminal) !== undefined;
}

export { editorOf };
