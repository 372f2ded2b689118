/** Terminals of a world: how one is opened, what is done at it, and what stands on its screen. */
import { at, values, type AppendList } from '../kernel/append-list.ts';
import type { Process } from '../kernel/process.ts';
import { findProcess, type KernelAction, type World } from '../kernel/world.ts';
import { expand } from '../cluster/actions.ts';
import type { EditorConfig } from './programs/editor.ts';
import { FileTree } from './files/tree.ts';
import { mountsOf, rootVolumeOf } from './machine/system.ts';
import type { BashState, ScreenText, TerminalInput } from './bash/state.ts';

/** A shell at a terminal of a machine; nothing if one of that name is open. */
export function openTerminal(world: World, terminal: string, host: string): readonly KernelAction[] {
  return expand(world, { type: 'terminal', terminal, deed: { type: 'open', host } });
}

export function atTerminal(name: string, command: TerminalInput): KernelAction {
  return { type: 'command', process: name, command };
}

export function bashOf(world: World, name: string): BashState | undefined {
  const process = findProcess(world, name);
  return process?.program === 'bash' ? ((process.state ?? undefined) as BashState | undefined) : undefined;
}

/** The shell that reads what is typed: one inside another (`docker exec -it … bash`) before the one around it. Undefined: some other program reads it. */
export function innermost(world: World, name: string): { readonly process: Process; readonly state: BashState } | undefined {
  const process = findProcess(world, name);
  const state = bashOf(world, name);
  if (!process || !state) return undefined;
  if (state.foreground === null) return { process, state };
  const [first] = state.foreground.stages;
  return first?.type === 'child' && first.reads === 'terminal' ? innermost(world, first.process) : undefined;
}

/** The program in front of a terminal that is no shell; undefined: there is none. */
export function front(world: World, name: string): Process | undefined {
  const [first] = bashOf(world, name)?.foreground?.stages ?? [];
  const process = first?.type === 'child' ? findProcess(world, first.process) : undefined;
  return process?.program === 'bash' ? front(world, process.name) : process;
}

/** The editor in front of a terminal, and the file it holds; undefined: there is none. */
export function editorOf(world: World, name: string): (EditorConfig & { readonly process: string; readonly text: string }) | undefined {
  const process = front(world, name);
  if (process?.program !== 'editor') return undefined;
  const config = process.config as EditorConfig;
  const files = FileTree.of(world, rootVolumeOf(world, process.host), mountsOf(world, process.host), world.now);
  return { ...config, process: process.name, text: config.path === null ? '' : (files.text(config.path) ?? '') };
}

export function screenOf(world: World, name: string): readonly ScreenText[] {
  const state = bashOf(world, name);
  return state === undefined ? [] : [...values(state.screen)];
}

/** Whether a screen is an earlier one with more behind it: what was read of that need not be read again. Told by its ends: a piece that stays is the same object. */
export function hasGrown(before: AppendList<ScreenText>, screen: AppendList<ScreenText>): boolean {
  const { length } = before;
  return length > 0 && screen.length >= length && at(screen, 0) === at(before, 0) && at(screen, length - 1) === at(before, length - 1);
}

/** Whether the shell waits for a line: nothing runs in front, nothing is left to run. */
export function isIdle(world: World, name: string): boolean {
  const state = bashOf(world, name);
  return state !== undefined && state.hasPrompt && state.foreground === null && state.todo.length === 0 && !state.typed.includes('\n');
}

/** What programs printed from one place of the screen on, and where it ends now. */
export function printed(world: World, name: string, from: number): { readonly text: string; readonly end: number } {
  const screen = screenOf(world, name);
  const shown = screen.slice(from).filter(({ stream }) => stream === 'stdout' || stream === 'stderr');
  return { text: shown.map(({ text }) => text).join(''), end: screen.length };
}
