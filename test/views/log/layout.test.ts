import { expect, it } from 'vitest';
import { layoutLog } from '../../../src/views/log/layout.ts';
import { log } from '../gallery/samples/panels.ts';

const keys = (filter: Partial<Parameters<typeof layoutLog>[1]>, limit = 100) => layoutLog(log, { file: '', level: 'TRACE', text: '', ...filter }, limit).lines.map((line) => line.key);

it('a log is filtered by file, by lowest level and by text in any case', () => {
  expect(keys({})).toEqual(['1', '2', '3', '4']);
  expect(keys({ file: 'server' })).toEqual(['1', '2']);
  expect(keys({ level: 'WARN' })).toEqual(['2', '4']);
  expect(keys({ text: 'ELECTED as' })).toEqual(['3']);
});

it('of a long log the newest lines are shown and the older ones counted', () => {
  const layout = layoutLog(log, { file: '', level: 'TRACE', text: '' }, 3);
  expect(layout.lines.map((line) => line.key)).toEqual(['2', '3', '4']);
  expect(layout.older).toBe(1);
});

it('the files of a log are offered in the order in which they appear', () => {
  expect(layoutLog(log, { file: '', level: 'FATAL', text: '' }, 3).files).toEqual(['server', 'controller', 'state-change']);
});
