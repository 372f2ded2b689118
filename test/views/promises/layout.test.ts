import { expect, it } from 'vitest';
import { layoutPromises } from '../../../src/views/promises/layout.ts';
import { promises } from '../gallery/samples/panels.ts';

it('what is broken stands first, then what is owed, then the kept, and last those never made', () => {
  const { columns, counts } = layoutPromises(promises, 1440);
  expect(columns.flat().map((row) => row.state)).toEqual(['broken', 'owed', 'kept', 'kept', 'kept', 'neverMade']);
  expect(counts.reduce((sum, entry) => sum + entry.count, 0)).toBe(promises.rows.length);
});

it('promises stand in as many columns as the width has room for', () => {
  expect([390, 800, 1440].map((width) => layoutPromises(promises, width).columns.map((column) => column.length))).toEqual([[6], [3, 3], [2, 2, 2]]);
});
