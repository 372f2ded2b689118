import { describe, expect, it } from 'vitest';
import { assignReplicas, rackAlternated, startIndexForAddedPartitions, type BrokerMetadata } from '../../../src/kafka/controller/assignment.ts';

const plain = (...ids: number[]): BrokerMetadata[] => ids.map((id) => ({ id, rack: null }));
const racked: BrokerMetadata[] = ['r1', 'r3', 'r3', 'r2', 'r2', 'r1'].map((rack, id) => ({ id, rack }));

function replicas(...args: Parameters<typeof assignReplicas>): (readonly number[])[] {
  const assignment = assignReplicas(...args);
  if ('error' in assignment) throw new Error(assignment.error);
  return assignment.partitions.map((entry) => entry.replicas);
}

describe('replica assignment', () => {
  it('kafka-broker#6: six partitions of three replicas on three brokers, from the first, without shift', () => {
    expect(replicas(plain(0, 1, 2), { partitionCount: 6, replicationFactor: 3, startIndex: 0, shift: 0 })).toEqual([
      [0, 1, 2],
      [1, 2, 0],
      [2, 0, 1],
      [0, 2, 1],
      [1, 0, 2],
      [2, 1, 0],
    ]);
  });

  it('kafka-broker#7: seven partitions of three replicas over three racks of two brokers', () => {
    expect(rackAlternated(racked).map((broker) => broker.id)).toEqual([0, 3, 1, 5, 4, 2]);
    expect(replicas(racked, { partitionCount: 7, replicationFactor: 3, startIndex: 0, shift: 0 })).toEqual([
      [0, 3, 1],
      [3, 1, 5],
      [1, 5, 4],
      [5, 4, 2],
      [4, 2, 0],
      [2, 0, 3],
      [0, 4, 2],
    ]);
  });

  it('uses every broker of a rack once before it uses one twice, when there are more replicas than racks', () => {
    for (const [partition, brokers] of replicas(racked, { partitionCount: 12, replicationFactor: 5, startIndex: 2, shift: 3 }).entries()) {
      expect([partition, new Set(brokers).size]).toEqual([partition, 5]);
      expect(new Set(brokers.slice(0, 3).map((id) => racked[id]!.rack)).size).toBe(3);
    }
  });

  it('goes on where the topic is when partitions are added', () => {
    const start = startIndexForAddedPartitions(plain(1, 2, 3), 2);
    expect(start).toBe(1);
    const added = assignReplicas(plain(3, 2, 1), { partitionCount: 2, replicationFactor: 2, startIndex: start, shift: start, startPartition: 3 });
    // start 1, partition 3 of three brokers: the shift has grown to 2 once.
    expect(added).toEqual({ partitions: [{ partition: 3, replicas: [2, 3] }, { partition: 4, replicas: [3, 1] }] });
    expect(startIndexForAddedPartitions(plain(1, 2, 3), 9)).toBe(0);
  });

  it('works on a single broker', () => {
    expect(replicas(plain(7), { partitionCount: 2, replicationFactor: 1, startIndex: 0, shift: 0 })).toEqual([[7], [7]]);
  });

  it('refuses what cannot be with the official errors and texts', () => {
    const ask = (partitionCount: number, replicationFactor: number, brokers = plain(1, 2, 3)) =>
      assignReplicas(brokers, { partitionCount, replicationFactor, startIndex: 0, shift: 0 });
    expect(ask(0, 1)).toEqual({ error: 'INVALID_PARTITIONS', message: 'Number of partitions must be larger than 0.' });
    expect(ask(1, 0)).toEqual({ error: 'INVALID_REPLICATION_FACTOR', message: 'Replication factor must be larger than 0.' });
    expect(ask(1, 5)).toEqual({ error: 'INVALID_REPLICATION_FACTOR', message: 'Replication factor: 5 larger than available brokers: 3.' });
    expect(ask(1, 1, [{ id: 1, rack: 'a' }, { id: 2, rack: null }])).toMatchObject({ error: 'UNKNOWN_SERVER_ERROR' });
  });
});
