import { expect, it } from 'vitest';
import { layoutWhy } from '../../../src/views/why/layout.ts';
import { why } from '../gallery/samples/panels.ts';

it('the newest cause is marked, the root ends the line, and each knows how long after its cause it came', () => {
  const rows = layoutWhy(why);
  expect(rows.filter((row) => row.newest).map((row) => row.key)).toEqual(['5']);
  expect(rows.filter((row) => row.last).map((row) => row.key)).toEqual(['2']);
  expect(rows.map((row) => row.since)).toEqual([2_314_000, 0, 998_000, undefined]);
});
