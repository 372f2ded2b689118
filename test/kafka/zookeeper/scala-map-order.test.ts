import { describe, expect, it } from 'vitest';
import { mutableMapOrder, mutableSetOrder, immutableMapOrder } from '../../../src/kafka/zookeeper/scala-map-order.ts';
import { readRecording } from '../recordings/recording.ts';

const upTo = (count: number): readonly number[] => Array.from({ length: count }, (_, n) => n);

/** Partition numbers in the order of a topic's znode in the final state of a recording. */
function recordedOrder(number: string, topic: string): readonly string[] {
  const data = new RegExp(`^/brokers/topics/${topic}  '(.*?)'`, 'm').exec(readRecording(number).end)![1]!;
  return [...data.matchAll(/"(\d+)":\[/g)].map(([, partition]) => partition!);
}

describe('the order of Scala maps', () => {
  it('an immutable map of more than four entries is in the order of its hash trie, as recorded (14-group)', () => {
    expect(immutableMapOrder(upTo(50).map(String), (key) => key)).toEqual(recordedOrder('14', '__consumer_offsets'));
  });

  it('an immutable map of up to four entries keeps the order in which they were added', () => {
    expect(immutableMapOrder(['3', '1', '2', '0'], (key) => key)).toEqual(['3', '1', '2', '0']);
  });

  it('a mutable hash map goes from its last bucket to its first, as recorded (14-group)', () => {
    expect(mutableMapOrder(upTo(3), (key) => key).map(String)).toEqual(recordedOrder('14', 'test'));
  });

  it('a mutable hash set goes from its first place to its last, as a Scala 2.12 shell prints it', () => {
    expect(mutableSetOrder(['a', 'b', 'c'], (key) => key)).toEqual(['c', 'a', 'b']);
    expect([...mutableSetOrder(upTo(40), (key) => key)].sort((a, b) => a - b)).toEqual(upTo(40));
  });

  it('a table that grows keeps every entry, and an order that does not depend on how it was filled where no bucket is shared', () => {
    const order = mutableMapOrder(upTo(40), (key) => key);
    expect([...order].sort((a, b) => a - b)).toEqual(upTo(40));
    expect(mutableMapOrder([2, 0, 1], (key) => key)).toEqual(mutableMapOrder([0, 1, 2], (key) => key));
  });
});
