import { expect, it } from 'vitest';
import { layoutTopics } from '../../../src/views/topics/layout.ts';
import { topics } from '../gallery/samples/panels.ts';

it('each partition says what an operator would look for', () => {
  expect(layoutTopics(topics).map((line) => [line.topic, line.partition, line.trouble])).toEqual([
    ['orders', 0, ['underReplicated', 'notPreferred']],
    ['orders', 1, []],
    ['test', 0, ['offline', 'underMinIsr', 'underReplicated']],
  ]);
});

it('a topic is named once', () => {
  expect(layoutTopics(topics).map((line) => line.first)).toEqual([true, false, true]);
});
