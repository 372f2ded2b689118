import { expect, it } from 'vitest';
import { listOf } from '../../../src/kernel/append-list.ts';
import { inLine, layoutData } from '../../../src/views/data/layout.ts';
import { data } from '../gallery/samples/panels.ts';

const row = (path: string, open: readonly string[] = []) => layoutData(data, new Set(open)).find((one) => one.path === path);

it('what the last event changed is marked at the value, and on the way to it', () => {
  expect(row('state')?.change).toBe('none');
  expect(row('round')).toMatchObject({ change: 'changed', value: '2', was: '1' });
  expect(row('proposal')?.change).toBe('inside');
  expect(row('proposal/leader', ['proposal'])).toMatchObject({ change: 'changed', was: '1' });
  expect(row('proposal/zxid', ['proposal'])?.change).toBe('none');
  expect(row('votes')?.change).toBe('added');
});

it('nothing is marked where there is no state before', () => {
  expect(layoutData({ name: 'x', value: { a: 1 } }, new Set()).map((one) => one.change)).toEqual(['none']);
});

it('only open branches are walked', () => {
  expect(row('votes/0')).toBeUndefined();
  expect(row('votes/0', ['votes'])?.value).toBe('{from, leader}');
});

it('bytes and short lists stand in one line', () => {
  expect(inLine(new Uint8Array([1, 255]))).toBe('2 bytes 01 ff');
  expect(inLine([1, 'a', null])).toBe('[1, "a", null]');
});

it('a list that only grows is shown as a list, its newest entries first to be seen', () => {
  const list = listOf(Array.from({ length: 100 }, (_, n) => n));
  const rows = layoutData({ name: 'x', value: { list } }, new Set(['list']));
  expect(rows[0]).toMatchObject({ name: 'list', branch: true });
  expect(rows.at(-2)).toMatchObject({ name: '99', value: '99' });
  expect(rows.at(-1)?.name).toBe('…');
});
