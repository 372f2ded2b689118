import { expect, it } from 'vitest';
import { layoutZnodes } from '../../../src/views/znode-tree/layout.ts';
import { znodes } from '../gallery/samples/panels.ts';

const none = new Set<string>();

it('znodes stand under their parents, in the order of their names', () => {
  const rows = layoutZnodes(znodes, none, '');
  expect(rows.slice(0, 5).map((row) => [row.path, row.depth])).toEqual([['/brokers', 0], ['/brokers/ids', 1], ['/brokers/ids/1', 2], ['/brokers/ids/2', 2], ['/brokers/ids/3', 2]]);
});

it('what the last transaction deleted stays in sight, marked', () => {
  const gone = layoutZnodes(znodes, none, '').filter((row) => row.deleted);
  expect(gone.map((row) => row.path)).toEqual(['/brokers/ids/1']);
});

it('a filter keeps the parents of what matches, even where they were closed', () => {
  expect(layoutZnodes(znodes, new Set(['/brokers']), 'ids/2').map((row) => row.path)).toEqual(['/brokers', '/brokers/ids', '/brokers/ids/2']);
});

it('a closed znode hides its children', () => {
  expect(layoutZnodes(znodes, new Set(['/brokers']), '').some((row) => row.path.startsWith('/brokers/'))).toBe(false);
});

it('a sequential znode is known by its ten digits', () => {
  expect(layoutZnodes(znodes, none, '').filter((row) => row.sequential).map((row) => row.name)).toEqual(['isr_change_0000000003']);
});
