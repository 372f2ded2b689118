import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { recordings } from '../../src/app/recordings.ts';

const files = ['kafka', 'zookeeper'].flatMap((folder) =>
  readdirSync(new URL(`../captures/${folder}`, import.meta.url)).filter((file) => file !== 'README.md').map((file) => `${folder}/${file.replace(/\.txt$/, '')}`),
);
const source = (file: string): string => readFileSync(new URL(`../${file}`, import.meta.url), 'utf8');

test('every recording that tests hold against the simulation is listed once, and nothing else is', () => {
  for (const file of files) expect(recordings.filter(({ id }) => file === id || file.startsWith(`${id}-`)).map(({ id }) => id), file).toHaveLength(1);
  for (const { id } of recordings) expect(files.some((file) => file === id || file.startsWith(`${id}-`)), id).toBe(true);
});

test('what a re-enactment leaves out is said', () => {
  const table = /const LEFT_OUT[^{]*\{([\s\S]*?)\n\};/.exec(source('kafka/recordings/recordings.test.ts'))![1]!;
  const leftOut = [...table.matchAll(/^ {2}'(\w+)':/gm)].map((match) => `kafka/${match[1]}`);
  expect(leftOut.length).toBeGreaterThan(0);
  for (const id of leftOut) expect(recordings.find((one) => one.id === id)?.apart, id).toBeDefined();
  // And the other way round: what is said to be left out of a failover is left out there.
  const apart = recordings.filter(({ id, apart: one }) => one !== undefined && /^kafka\/(0\d|1[016]|15)/.test(id)).map(({ id }) => id);
  expect(apart).toEqual(leftOut);
});
