/**
 * The line that is being typed, as readline edits it by default (Emacs keys). It is nobody's business but the picture's until Enter:
 * only whole lines and the four keys of a terminal's driver reach the simulated shell.
 */
import type { TerminalWish } from './frame.ts';

export interface Line {
  readonly text: string;
  /** Between characters; 0 is before the first. */
  readonly cursor: number;
  /** Which entry of the history is shown; null: the line itself. */
  readonly entry: number | null;
  /** What was typed before somebody looked into the history. */
  readonly draft: string;
  /** Cut off last, for Ctrl-Y. */
  readonly killed: string;
}

export const EMPTY_LINE: Line = { text: '', cursor: 0, entry: null, draft: '', killed: '' };

export interface Edited {
  readonly line: Line;
  readonly wishes: readonly TerminalWish[];
  /** Tab was pressed. */
  readonly completes?: boolean;
}

/** Longer lines than this are refused by the terminal's driver of Linux (4,096); a paste of more is typed on, cut there. */
export const LONGEST_LINE = 4_096;

const START = ['\u001b[H', '\u001bOH', '\u001b[1~', '\u0001'];
const END = ['\u001b[F', '\u001bOF', '\u001b[4~', '\u0005'];

const at = (line: Line, cursor: number): Line => ({ ...line, cursor: Math.max(0, Math.min(cursor, line.text.length)) });
const replaced = (line: Line, text: string, cursor: number): Line => at({ ...line, text }, cursor);

/** Where the word before the cursor begins. */
function wordStart({ text, cursor }: Line): number {
  let place = cursor;
  while (place > 0 && text[place - 1] === ' ') place--;
  while (place > 0 && text[place - 1] !== ' ') place--;
  return place;
}

function wordEnd({ text, cursor }: Line): number {
  let place = cursor;
  while (place < text.length && text[place] === ' ') place++;
  while (place < text.length && text[place] !== ' ') place++;
  return place;
}

function cut(line: Line, from: number, to: number): Line {
  return replaced({ ...line, killed: line.text.slice(from, to) }, line.text.slice(0, from) + line.text.slice(to), from);
}

function shown(line: Line, entry: number | null, history: readonly string[]): Line {
  const draft = line.entry === null ? line.text : line.draft;
  const text = entry === null ? draft : history[entry]!;
  return { ...line, entry, draft, text, cursor: text.length };
}

/** One key, as a terminal sends it; undefined: it is text. */
function pressed(line: Line, data: string, history: readonly string[]): Edited | undefined {
  const only = (next: Line): Edited => ({ line: next, wishes: [] });
  if (START.includes(data)) return only(at(line, 0));
  if (END.includes(data)) return only(at(line, line.text.length));
  switch (data) {
    case '\u0003':
      return { line: { ...EMPTY_LINE, killed: line.killed }, wishes: [{ type: 'key', key: 'C-c' }] };
    case '\u0004':
      return line.text === '' ? { line, wishes: [{ type: 'key', key: 'C-d' }] } : only(replaced(line, line.text.slice(0, line.cursor) + line.text.slice(line.cursor + 1), line.cursor));
    case '\u000c':
      return { line, wishes: [{ type: 'key', key: 'C-l' }] };
    case '\u001a':
      return { line: { ...EMPTY_LINE, killed: line.killed }, wishes: [{ type: 'key', key: 'C-z' }] };
    case '\t':
      return { line, wishes: [], completes: true };
    case '\u007f':
    case '\b':
      return only(line.cursor === 0 ? line : replaced(line, line.text.slice(0, line.cursor - 1) + line.text.slice(line.cursor), line.cursor - 1));
    case '\u001b[3~':
      return only(replaced(line, line.text.slice(0, line.cursor) + line.text.slice(line.cursor + 1), line.cursor));
    case '\u001b[D':
    case '\u0002':
      return only(at(line, line.cursor - 1));
    case '\u001b[C':
    case '\u0006':
      return only(at(line, line.cursor + 1));
    case '\u001b[1;5D':
    case '\u001bb':
      return only(at(line, wordStart(line)));
    case '\u001b[1;5C':
    case '\u001bf':
      return only(at(line, wordEnd(line)));
    case '\u000b':
      return only(cut(line, line.cursor, line.text.length));
    case '\u0015':
      return only(cut(line, 0, line.cursor));
    case '\u0017':
      return only(cut(line, wordStart(line), line.cursor));
    case '\u0019':
      return only(replaced(line, line.text.slice(0, line.cursor) + line.killed + line.text.slice(line.cursor), line.cursor + line.killed.length));
    case '\u001b[A':
    case '\u0010': {
      const entry = (line.entry ?? history.length) - 1;
      return only(entry < 0 ? line : shown(line, entry, history));
    }
    case '\u001b[B':
    case '\u000e': {
      if (line.entry === null) return only(line);
      return only(shown(line, line.entry + 1 < history.length ? line.entry + 1 : null, history));
    }
    default:
      return data.startsWith('\u001b') ? only(line) : undefined;
  }
}

 
const CONTROL = /[\u0000-\u0009\u000b-\u001f\u007f]/g;

function inserted(line: Line, text: string): Line {
  const room = Math.max(0, LONGEST_LINE - line.text.length);
  const more = text.slice(0, room);
  return { ...line, entry: null, text: line.text.slice(0, line.cursor) + more + line.text.slice(line.cursor), cursor: line.cursor + more.length };
}

/** Around what is pasted, if the terminal was asked to mark it. */
const PASTE_BEGINS = '\u001b[200~';
const PASTE_ENDS = '\u001b[201~';

/** What a key or a paste does. All whole lines of a paste are typed at once, its rest stays to be edited. */
export function edit(line: Line, data: string, history: readonly string[]): Edited {
  const isPaste = data.startsWith(PASTE_BEGINS);
  const key = isPaste ? undefined : pressed(line, data, history);
  if (key) return key;
  const rows = data.replaceAll(PASTE_BEGINS, '').replaceAll(PASTE_ENDS, '').replace(/\r\n?/g, '\n').split('\n').map((row) => row.replace(CONTROL, ''));
  let current = line;
  let typed = '';
  for (const [index, row] of rows.entries()) {
    current = inserted(current, row);
    if (index === rows.length - 1) break;
    typed += `${current.text}\n`;
    current = { ...EMPTY_LINE, killed: current.killed };
  }
  return { line: current, wishes: typed === '' ? [] : [{ type: 'type', text: typed }] };
}

/** The word before the cursor, which `Tab` completes. */
export function wordBefore(line: Line): string {
  return line.text.slice(0, line.cursor).split(/[\s|&;<>]/).at(-1) ?? '';
}

export function completed(line: Line, word: string): Line {
  const start = line.cursor - wordBefore(line).length;
  return replaced(line, line.text.slice(0, start) + word + line.text.slice(line.cursor), start + word.length);
}
