/** What was typed at a shell and what came of it, read off its screen. */
import { values, type AppendList } from '../../kernel/append-list.ts';
import type { ScreenText } from '../../shell/bash/state.ts';
import { hasGrown } from '../../shell/terminal.ts';

export interface Entry {
  /** Without its newline; of a command that went on over several lines, all of them. */
  readonly line: string;
  /** What stood on the screen up to the next prompt, with what was typed for a program to read. */
  readonly printed: string;
}

interface Read {
  readonly screen: AppendList<ScreenText>;
  readonly entries: readonly Entry[];
  /** A prompt stands there and nothing behind it yet. */
  readonly isAsked: boolean;
  /** The prompt is the one of a command that goes on. */
  readonly goesOn: boolean;
}

const CONTINUES = '> ';

function read(before: Pick<Read, 'entries' | 'isAsked' | 'goesOn'>, pieces: Iterable<ScreenText>): Omit<Read, 'screen'> {
  const entries = [...before.entries];
  let { isAsked, goesOn } = before;
  for (const { stream, text } of pieces) {
    if (stream === 'prompt') {
      isAsked = true;
      goesOn = text === CONTINUES && entries.length > 0;
    } else if (stream === 'typed' && isAsked) {
      const line = text.replace(/\n$/, '');
      const last = entries.at(-1);
      if (goesOn && last) entries[entries.length - 1] = { ...last, line: `${last.line}\n${line}` };
      else entries.push({ line, printed: '' });
      isAsked = false;
    } else {
      const last = entries.at(-1);
      if (last) entries[entries.length - 1] = { ...last, printed: last.printed + text };
    }
  }
  return { entries, isAsked, goesOn };
}

const NOTHING = { entries: [], isAsked: false, goesOn: false };
const known = new Map<string, Read>();

/** Read once: a screen that has grown is read on. */
export function transcriptOf(terminal: string, screen: AppendList<ScreenText>): readonly Entry[] {
  const before = known.get(terminal);
  if (before?.screen === screen) return before.entries;
  const next = { screen, ...(before && hasGrown(before.screen, screen) ? read(before, values(screen, before.screen.length)) : read(NOTHING, values(screen))) };
  known.set(terminal, next);
  return next.entries;
}
