/** What has to be sent to a terminal emulator so that it shows a frame and the line that is being typed. */
import type { TerminalFrame, TerminalPiece } from './frame.ts';
import type { Line } from './line-editor.ts';

/** What was sent before. */
export interface Sent {
  readonly id: string;
  /** Pieces sent since the screen was new. */
  readonly count: number;
  readonly first: TerminalPiece | undefined;
  readonly last: TerminalPiece | undefined;
  /** Column at which the output ended, from 0. */
  readonly column: number;
}

export const NOTHING_SENT: Sent = { id: '', count: 0, first: undefined, last: undefined, column: 0 };

export const RESET = '\u001bc';
 
const SEQUENCE = /\u001b(?:\[[0-9;?]*[A-Za-z]|[()][A-Z0-9]|[A-Za-z0-9])/g;

/** Columns a character takes: East Asian wide ones two. */
function widthOf(code: number): number {
  const isWide =
    (code >= 0x1100 && code <= 0x115f) || (code >= 0x2e80 && code <= 0xa4cf) || (code >= 0xac00 && code <= 0xd7a3) || (code >= 0xf900 && code <= 0xfaff)
    || (code >= 0xfe30 && code <= 0xfe6f) || (code >= 0xff00 && code <= 0xff60) || (code >= 0xffe0 && code <= 0xffe6) || (code >= 0x1f300 && code <= 0x1faff) || (code >= 0x20000 && code <= 0x3fffd);
  return isWide ? 2 : 1;
}

/** Column after a text that began at one, in a terminal of so many columns; tabs stop at every eighth. */
export function columnAfter(text: string, from: number, columns: number): number {
  const line = text.lastIndexOf('\n') + 1;
  let column = line > 0 ? 0 : from;
  for (const character of text.slice(line).replace(SEQUENCE, '')) {
    if (character === '\r') column = 0;
    else if (character === '\t') column = Math.min(columns - 1, (Math.floor(column / 8) + 1) * 8);
    else if (character === '\b') column = Math.max(0, column - 1);
    else {
      const width = widthOf(character.codePointAt(0)!);
      column = column + width > columns ? width : column + width;
    }
  }
  return column;
}

function coloured({ stream, text }: TerminalPiece): string {
  if (stream === 'prompt') return `\u001b[90m${text}\u001b[0m`;
  return stream === 'typed' ? `\u001b[1m${text}\u001b[0m` : text;
}

/** The bytes that bring the screen of an emulator that begins a line at each newline from what was sent to a frame. A screen that went on is added to; another past begins anew. */
export function update(sent: Sent, frame: TerminalFrame, columns: number): { readonly bytes: string; readonly sent: Sent } {
  const { pieces, before } = frame;
  const [first] = pieces;
  const known = sent.count - before;
  const goesOn = sent.id === frame.id && sent.count > 0 && known > 0 && known <= pieces.length && pieces[known - 1] === sent.last && (before > 0 || first === sent.first);
  const fresh = goesOn ? pieces.slice(known) : pieces;
  if (goesOn && fresh.length === 0) return { bytes: '', sent };
  let column = goesOn ? sent.column : 0;
  for (const { text } of fresh) column = columnAfter(text, column, columns);
  const bytes = (goesOn ? '' : RESET) + fresh.map(coloured).join('');
  return { bytes, sent: { id: frame.id, count: before + pieces.length, first: goesOn ? sent.first : first, last: pieces.at(-1), column } };
}

/** Rows and column that a text of these columns covers if it begins at one. */
function place(cells: number, from: number, columns: number): { readonly row: number; readonly column: number } {
  const end = from + cells;
  return { row: Math.floor(end / columns), column: end % columns };
}

const cellsOf = (text: string): number => [...text].reduce((sum, character) => sum + widthOf(character.codePointAt(0)!), 0);

/** Draws the line that is being typed after the output, with the cursor in it; from there `eraseLine` takes it away again. */
export function drawLine(line: Line, from: number, columns: number): string {
  const end = place(cellsOf(line.text), from, columns);
  const cursor = place(cellsOf(line.text.slice(0, line.cursor)), from, columns);
  // A line that ends exactly at the edge leaves the cursor waiting there: one blank makes the next row.
  const fill = end.column === 0 && end.row > 0 ? ' \b' : '';
  const up = end.row - cursor.row;
  return `\u001b[1m${line.text}\u001b[0m${fill}${up > 0 ? `\u001b[${up}A` : ''}\u001b[${cursor.column + 1}G`;
}

export function eraseLine(line: Line, from: number, columns: number): string {
  const cursor = place(cellsOf(line.text.slice(0, line.cursor)), from, columns);
  return `${cursor.row > 0 ? `\u001b[${cursor.row}A` : ''}\u001b[${from + 1}G\u001b[J`;
}

/** Choices of a completion in columns, as readline lists them. */
export function listed(choices: readonly string[], columns: number): string {
  const width = Math.max(...choices.map((one) => cellsOf(one))) + 2;
  const perRow = Math.max(1, Math.floor(columns / width));
  const rows = Math.ceil(choices.length / perRow);
  const lines: string[] = [];
  for (let row = 0; row < rows; row++) {
    const cells = Array.from({ length: perRow }, (_, column) => choices[column * rows + row]).filter((one) => one !== undefined);
    lines.push(cells.map((one, index) => (index === cells.length - 1 ? one : one + ' '.repeat(width - cellsOf(one)))).join(''));
  }
  return lines.join('\r\n');
}

const HEARD_PIECES = 24;
const HEARD_CHARACTERS = 2_000;

/** The newest of what stands on the screen, as somebody hears it; the key of a piece stays the same from frame to frame. */
export function heard({ pieces, before }: TerminalFrame): readonly { readonly key: number; readonly text: string }[] {
  const from = Math.max(0, pieces.length - HEARD_PIECES);
  return pieces.slice(from).map(({ text }, index) => ({ key: before + from + index, text: text.slice(-HEARD_CHARACTERS).replace(SEQUENCE, '') }));
}
