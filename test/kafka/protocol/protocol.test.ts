import { describe, expect, it } from 'vitest';
import { describe as line } from '../../../src/kafka/describe.ts';
import { encodeBatch, utf8 } from '../../../src/kafka/log/record-batch.ts';
import { apiKey, apiOf, apiVersions, errorCode, errorName, errors, isRetriable, request, response } from '../../../src/kafka/protocol/index.ts';

describe('the protocol', () => {
  it('has the 84 errors of 2.3.0, code by code', () => {
    expect(Object.values(errors).map((error) => error.code)).toEqual(Array.from({ length: 84 }, (_, i) => i - 1));
    expect([errorCode('FENCED_LEADER_EPOCH'), errorName(6), errorName(99), isRetriable('MESSAGE_TOO_LARGE')]).toEqual([74, 'NOT_LEADER_FOR_PARTITION', 'UNKNOWN_SERVER_ERROR', false]);
  });

  it('advertises 45 APIs under their keys', () => {
    expect(apiVersions).toHaveLength(45);
    expect([apiKey('Produce'), apiKey('OffsetForLeaderEpoch'), apiKey('ElectPreferredLeaders'), apiVersions[10][0]]).toEqual([0, 23, 43, 'FindCoordinator']);
  });

  it('says a message in one line', () => {
    const batch = encodeBatch([{ timestamp: 1, key: null, value: utf8('v') }], { baseOffset: 4 });
    const produce = request('Produce', 3, 'p', { transactionalId: null, acks: -1, timeoutMs: 30000, topics: [{ topic: 'orders', partitions: [{ partition: 0, records: [batch] }] }] });
    expect([produce.apiVersion, apiOf(produce), line(produce)]).toEqual([7, 'Produce', 'Produce acks=-1 orders-0 1 record, 69 B']);
    const partition = { partition: 0, error: 'NONE', highWatermark: 4, lastStableOffset: 4, logStartOffset: 0, abortedTransactions: null, preferredReadReplica: -1, records: [batch] } as const;
    const fetched = response('Fetch', 9, { throttleTimeMs: 0, error: 'NONE', sessionId: 0, topics: [{ topic: 'orders', partitions: [partition] }] });
    expect([apiOf(fetched), line(fetched)]).toEqual(['Fetch', 'Fetch response orders-0 1 record, 69 B from 4, HW 4']);
    const held = { ...partition, highWatermark: 9, lastStableOffset: 5, abortedTransactions: [{ producerId: 7, firstOffset: 2 }] };
    const committed = response('Fetch', 9, { throttleTimeMs: 0, error: 'NONE', sessionId: 0, topics: [{ topic: 'orders', partitions: [held] }] });
    expect(line(committed)).toBe('Fetch response orders-0 1 record, 69 B from 4, HW 9, LSO 5, aborted producer 7 from 2');
  });
});
