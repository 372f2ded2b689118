/** Terminals of the world at the playhead: which there are, what stands on their screens. Fetched when the first is opened. */
import type { ClusterAction } from '../cluster/actions.ts';
import { realCommand } from '../cluster/real-command.ts';
import { toArray, type AppendList } from '../kernel/append-list.ts';
import type { World } from '../kernel/world.ts';
import { expandAtMachine } from '../shell/machine/at-machine.ts';
import { shellKernel } from '../shell/kernel.ts';
import type { ScreenText } from '../shell/bash/state.ts';
import { bashOf, editorOf, hasGrown, innermost, isIdle } from '../shell/terminal.ts';
import type { TerminalFrame, TerminalPiece, TerminalWish } from '../views/terminal/frame.ts';
import type { ClusterHistory, Programs } from './story.ts';

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

interface Pictured {
  readonly screen: AppendList<ScreenText>;
  readonly pieces: readonly TerminalPiece[];
}

const pictured = new Map<string, Pictured>();

function piecesOf(terminal: string, screen: AppendList<ScreenText>): readonly TerminalPiece[] {
  const before = pictured.get(terminal);
  if (before?.screen === screen) return before.pieces;
  const grew = before !== undefined && screen.length <= SHOWN && hasGrown(before.screen, screen);
  const pieces = grew ? [...before.pieces, ...toArray(screen, before.screen.length)] : toArray(screen, screen.length - SHOWN);
  pictured.set(terminal, { screen, pieces });
  return pieces;
}

export function terminalFrame(world: World, name: string): TerminalFrame | undefined {
  const bash = bashOf(world, name);
  if (!bash) return undefined;
  const { screen } = bash;
  return { id: name, pieces: piecesOf(name, screen), before: Math.max(0, screen.length - SHOWN), history: innermost(world, name)?.state.session.history ?? [] };
}

/** What somebody did at a terminal as acts on the world. */
export function actsOf(terminal: string, wishes: readonly TerminalWish[]): readonly ClusterAction[] {
  return wishes.map((deed) => ({ type: 'terminal', terminal, deed }));
}

/** Whether there is nothing to wait for: the shell asks for a line, or an editor for a decision. */
export function isSettled(world: World, terminal: string): boolean {
  const shell = innermost(world, terminal);
  return shell ? isIdle(world, shell.process.name) : editorOf(world, terminal) !== undefined;
}

/** The newest lines that a terminal which opens late still shows. */
const SHOWN_LATE = 20;

/** What was done up to the playhead from the stage, as the commands that do it. */
export function commandsSoFar(history: ClusterHistory, acts: ClusterHistory['acts']): readonly string[] {
  return acts
    .filter(({ item, action }) => item < history.item && action.type !== 'terminal')
    .flatMap(({ item, action }) => realCommand(history.worldAt(item), action) ?? [])
    .slice(-SHOWN_LATE);
}
