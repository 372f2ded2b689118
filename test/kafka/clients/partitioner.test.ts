import kafkajsMurmur2 from 'kafkajs/src/producer/partitioners/default/murmur2.js';
import { describe, expect, it } from 'vitest';
import { murmur2, nextCounter, partitionForKey, roundRobinPartition } from '../../../src/kafka/clients/partitioner.ts';
import { abs32, parseTopicPartition, topicPartition } from '../../../src/kafka/topic-partition.ts';
import { javaStringHash } from '../../../src/zookeeper/java-hash-order.ts';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('the default partitioner', () => {
  it.each([
    ['', 275646681],
    ['a', -1563381124],
    ['k1', 1684045097],
    ['k2', 380483553],
    ['21', -973932308],
    ['abc', 479470107],
    ['hello', 2132663229],
    ['foobar', -790332482],
    ['user-42', 1459644460],
    ['The quick brown fox', -340512587],
    ['ключ', 2122343024],
  ])('hashes %j as the real class does', (key, hash) => {
    expect(murmur2(utf8(key))).toBe(hash);
  });

  it('agrees with kafkajs on keys of every length', () => {
    for (let length = 0; length < 40; length++) {
      const key = Uint8Array.from({ length }, (_, i) => (i * 37 + length * 11) & 255);
      expect(murmur2(key)).toBe(kafkajsMurmur2(Buffer.from(key)) | 0);
    }
  });

  it('puts the known keys of three partitions where they belong', () => {
    const expected: Record<number, string[]> = {
      0: ['alice', 'bob', 'vip', 'order-2', 'order-3', 'user-8', 'user-12'],
      1: ['dave', 'frank', 'order-1', 'order-7', 'user-4', 'user-5', 'us', 'uk'],
      2: ['carol', 'erin', 'order-4', 'order-5', 'user-1', 'user-2'],
    };
    for (const [partition, keys] of Object.entries(expected)) {
      for (const key of keys) expect([key, partitionForKey(utf8(key), 3)]).toEqual([key, Number(partition)]);
    }
  });

  it('puts the known keys of six partitions where they belong', () => {
    const expected = { alice: 3, dave: 4, bob: 0, carol: 2, erin: 2, frank: 1, vip: 0 };
    for (const [key, partition] of Object.entries(expected)) expect([key, partitionForKey(utf8(key), 6)]).toEqual([key, partition]);
  });

  it('kafka-clients#3: goes round the partitions that have a leader without a key, and over all if none has', () => {
    expect([7, 8, 9, 10].map((counter) => roundRobinPartition(counter, [0, 1, 2], 3))).toEqual([1, 2, 0, 1]);
    expect([7, 8, 9, 10].map((counter) => roundRobinPartition(counter, [0, 2], 3))).toEqual([2, 0, 2, 0]);
    expect([4, 5, 6].map((counter) => roundRobinPartition(counter, [], 3))).toEqual([1, 2, 0]);
    expect(roundRobinPartition(-1, [0, 1, 2], 3)).toBe(2147483647 % 3);
    expect(nextCounter(2147483647)).toBe(-2147483648);
  });
});

describe('names and hashes', () => {
  it('places known groups on the partitions of __consumer_offsets that the real cluster uses', () => {
    const groups = { demo: 1, audit: 5, billing: 9, shop: 12, 'test-group': 12, etl: 15, 'orders-svc': 26, g1: 42, g2: 43, g3: 44, 'group-a': 47, mail: 49, 'my-group': 12, group1: 40 };
    for (const [group, partition] of Object.entries(groups)) expect([group, abs32(javaStringHash(group)) % 50]).toEqual([group, partition]);
    expect(abs32(-2147483648)).toBe(0);
  });

  it('takes what follows the last hyphen as the partition', () => {
    expect(topicPartition('orders', 0)).toBe('orders-0');
    expect(parseTopicPartition('my-topic-12')).toEqual({ topic: 'my-topic', partition: 12 });
    expect(['orders', '-1', 'orders-', 'orders-x', 'orders-99999999999'].map(parseTopicPartition)).toEqual(Array(5).fill(undefined));
  });
});
