import { expect, it } from 'vitest';
import { layoutPromises } from '../../../src/views/promises/layout.ts';
import { promises } from '../gallery/samples/panels.ts';

it('what is broken stands first, then what is owed, then the kept, and last those never made', () => {
  const { rows, counts } = layoutPromises(promises, 1440);
  expect(rows.map((row) => row.state)).toEqual(['broken', 'owed', 'kept', 'kept', 'kept', 'neverMade']);
  expect(counts.reduce((sum, entry) => sum + entry.count, 0)).toBe(promises.rows.length);
});

it('promises stand in as many columns as the width has room for', () => {
  expect([390, 800, 1440].map((width) => layoutPromises(promises, width).columns)).toEqual([1, 2, 3]);
});
