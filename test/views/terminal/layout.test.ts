import { describe, expect, it } from 'vitest';
import type { TerminalFrame, TerminalPiece } from '../../../src/views/terminal/frame.ts';
import { columnAfter, drawLine, eraseLine, heard, listed, NOTHING_SENT, update } from '../../../src/views/terminal/layout.ts';
import { EMPTY_LINE } from '../../../src/views/terminal/line-editor.ts';

const frame = (pieces: readonly TerminalPiece[], before = 0, id = 'host'): TerminalFrame => ({ id, pieces, before, history: [] });
const prompt: TerminalPiece = { stream: 'prompt', text: '$ ' };
const line: TerminalPiece = { stream: 'typed', text: 'ls\n' };
const out: TerminalPiece = { stream: 'stdout', text: 'a b\n' };

describe('what a terminal is sent', () => {
  it('is everything at first, then only what is new', () => {
    const one = update(NOTHING_SENT, frame([prompt]), 80);
    expect(one.bytes).toBe('\u001bc\u001b[90m$ \u001b[0m');
    const two = update(one.sent, frame([prompt, line, out]), 80);
    expect(two.bytes).toBe('\u001b[1mls\n\u001b[0ma b\n');
    expect(update(two.sent, frame([prompt, line, out]), 80).bytes).toBe('');
  });

  it('is everything again after a step back, on another branch and for another terminal', () => {
    const { sent } = update(NOTHING_SENT, frame([prompt, line, out]), 80);
    expect(update(sent, frame([prompt]), 80).bytes).toBe('\u001bc\u001b[90m$ \u001b[0m');
    expect(update(sent, frame([prompt, line, { ...out, text: 'c\n' }]), 80).bytes).toContain('\u001bc');
    expect(update(sent, frame([prompt, line, out], 0, 'laptop'), 80).bytes).toContain('\u001bc');
  });

  it('goes on where old pieces are no longer told', () => {
    const { sent } = update(NOTHING_SENT, frame([prompt, line, out]), 80);
    expect(update(sent, frame([out, prompt], 2), 80).bytes).toBe('\u001b[90m$ \u001b[0m');
  });
});

describe('the column of the cursor', () => {
  it('knows tabs, colours, wide characters and the edge', () => {
    expect(columnAfter('ab\tc', 0, 80)).toBe(9);
    expect(columnAfter('\u001b[1mab\u001b[0m', 0, 80)).toBe(2);
    expect(columnAfter('主题', 0, 80)).toBe(4);
    expect(columnAfter('x'.repeat(83), 0, 80)).toBe(3);
    expect(columnAfter('abc\n', 5, 80)).toBe(0);
    expect(columnAfter('abc\nde', 5, 80)).toBe(2);
    expect(columnAfter('ab', 5, 80)).toBe(7);
  });

  it('is reached again by erasing what was drawn, also over several rows', () => {
    const long = { ...EMPTY_LINE, text: 'x'.repeat(100), cursor: 90 };
    expect(drawLine(long, 10, 40)).toContain('x\u001b[0m\u001b[21G');
    expect(eraseLine(long, 10, 40)).toBe('\u001b[2A\u001b[11G\u001b[J');
    expect(eraseLine({ ...long, cursor: 20 }, 10, 40)).toBe('\u001b[11G\u001b[J');
  });
});

it('choices stand in columns, read downwards', () => {
  expect(listed(['a', 'bb', 'c', 'd', 'e'], 8)).toBe('a   d\r\nbb  e\r\nc');
});

describe('what is heard of a terminal', () => {
  it('is the newest on the screen without its colours, each piece known by the same key from frame to frame', () => {
    const red: TerminalPiece = { stream: 'stdout', text: '\u001b[31mred\u001b[0m\n' };
    expect(heard(frame([prompt, line, red], 7))).toEqual([{ key: 7, text: '$ ' }, { key: 8, text: 'ls\n' }, { key: 9, text: 'red\n' }]);
    const many = Array.from({ length: 100 }, (): TerminalPiece => ({ ...out }));
    expect(heard(frame(many)).at(-1)!.key).toBe(99);
    expect(heard(frame(many)).length).toBeLessThan(50);
  });

  it('is the end of what is long', () => {
    const [piece] = heard(frame([{ stream: 'stdout', text: `${'x\n'.repeat(100_000)}end` }]));
    expect(piece!.text.endsWith('x\nend')).toBe(true);
    expect(piece!.text.length).toBeLessThan(5_000);
  });
});
