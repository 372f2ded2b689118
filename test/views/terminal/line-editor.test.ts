import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { completed, edit, EMPTY_LINE, LONGEST_LINE, wordBefore, type Line } from '../../../src/views/terminal/line-editor.ts';

const typed = (...keys: readonly string[]): Line => keys.reduce((line, key) => edit(line, key, ['docker ps', 'jps']).line, EMPTY_LINE);

describe('the line that is being typed', () => {
  it('takes text where the cursor stands', () => {
    expect(typed('ls', '\u001b[D', 'x')).toMatchObject({ text: 'lxs', cursor: 2 });
    expect(typed('ls', '\u0001', '\u007f', 'a')).toMatchObject({ text: 'als', cursor: 1 });
  });

  it('cuts with Ctrl-W, Ctrl-U and Ctrl-K, and gives back with Ctrl-Y', () => {
    expect(typed('docker ps -a', '\u0017')).toMatchObject({ text: 'docker ps ', killed: '-a' });
    expect(typed('docker ps', '\u0015')).toMatchObject({ text: '', killed: 'docker ps' });
    expect(typed('docker ps', '\u001b[1;5D', '\u000b', '\u0001', '\u0019').text).toBe('psdocker ');
  });

  it('walks through the history and comes back to what was typed', () => {
    expect(typed('ca', '\u001b[A').text).toBe('jps');
    expect(typed('ca', '\u001b[A', '\u001b[A', '\u001b[A').text).toBe('docker ps');
    expect(typed('ca', '\u001b[A', '\u001b[B').text).toBe('ca');
  });

  it('gives whole lines to the shell, those of a paste at once', () => {
    expect(edit(typed('ls'), '\r', []).wishes).toEqual([{ type: 'type', text: 'ls\n' }]);
    const pasted = edit(typed('e'), '\u001b[200~cho a\r\necho b\rec\u001b[201~', []);
    expect(pasted.wishes).toEqual([{ type: 'type', text: 'echo a\necho b\n' }]);
    expect(pasted.line).toMatchObject({ text: 'ec', cursor: 2 });
  });

  it('Ctrl-C drops the line, Ctrl-D ends the input only where nothing was typed', () => {
    expect(edit(typed('ls'), '\u0003', [])).toMatchObject({ line: { text: '' }, wishes: [{ type: 'key', key: 'C-c' }] });
    expect(edit(EMPTY_LINE, '\u0004', []).wishes).toEqual([{ type: 'key', key: 'C-d' }]);
    expect(edit(typed('ls', '\u0001'), '\u0004', [])).toMatchObject({ line: { text: 's' }, wishes: [] });
  });

  it('completes the word before the cursor', () => {
    const line = typed('cat co');
    expect(wordBefore(line)).toBe('co');
    expect(completed(line, 'config/')).toMatchObject({ text: 'cat config/', cursor: 11 });
  });

  it('stays a line whatever comes', () => {
    const keys = fc.array(fc.oneof(fc.string(), fc.constantFrom('\u001b[A', '\u001b[B', '\u001b[D', '\u0017', '\u0019', '\u007f', '\r', '\u0000', '\u001b[99~')));
    fc.assert(
      fc.property(keys, (all) => {
        const line = typed(...all);
        expect(line.cursor).toBeGreaterThanOrEqual(0);
        expect(line.cursor).toBeLessThanOrEqual(line.text.length);
        expect(line.text).not.toMatch(/[\n\r\u001b]/);
      }),
    );
  });

  it('is cut where the terminal of Linux cuts it', () => {
    expect(typed('x'.repeat(1_000_000)).text).toHaveLength(LONGEST_LINE);
  });
});
