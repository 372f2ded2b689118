/** Groups under random kills: every partition has one owner a generation, no committed offset is lost, and all come together again. */
import { expect, it } from 'vitest';
import { fuzz } from '../../src/cluster/fuzz.ts';

it.each([7, 9])('seed %d breaks no promise', { timeout: 240_000 }, (seed) => {
  expect(fuzz(seed)).toMatchObject({ phase: 'done', violation: null });
});
