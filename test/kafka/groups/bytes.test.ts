import { MemberAssignment, MemberMetadata } from 'kafkajs/src/consumer/assignerProtocol.js';
import { describe, expect, it } from 'vitest';
import { decodeAssignment, decodeSubscription, encodeAssignment, encodeSubscription } from '../../../src/kafka/groups/consumer-protocol.ts';
import { groupKey, groupValue, offsetKey, offsetValue, readGroupValue, readKey, readOffsetValue } from '../../../src/kafka/groups/offsets-topic.ts';
import type { Group, Member } from '../../../src/kafka/groups/state.ts';
import { utf8 } from '../../../src/kafka/log/record-batch.ts';
import { hex } from '../log/volume.ts';

describe('what consumers tell each other', () => {
  const partitions = [{ topic: 'orders', partition: 0 }, { topic: 'orders', partition: 2 }, { topic: 'été', partition: 1 }];

  it('has the bytes that a real client writes', () => {
    const subscription = { topics: ['orders', 'été'], userData: utf8('u') };
    const theirs = (MemberMetadata as { encode(from: object): Uint8Array }).encode({ version: 0, ...subscription, userData: Buffer.from('u') });
    expect(hex(encodeSubscription(subscription))).toBe(Buffer.from(theirs).toString('hex'));
    const assignment = (MemberAssignment as { encode(from: object): Uint8Array }).encode({ version: 0, assignment: { orders: [0, 2], été: [1] } });
    expect(hex(encodeAssignment(partitions))).toBe(Buffer.from(assignment).toString('hex'));
  });

  it('is read back', () => {
    const subscription = { topics: ['a', 'b'], userData: utf8('u') };
    expect(decodeSubscription(encodeSubscription(subscription))).toEqual(subscription);
    expect(decodeAssignment(encodeAssignment(partitions))).toEqual(partitions);
    expect(decodeAssignment(new Uint8Array(0))).toEqual([]);
  });
});

describe('the records of the offsets topic', () => {
  it('are those of the schemas: offset key 1 and value 3, group key 2 and value 3', () => {
    expect(hex(offsetKey('g', { topic: 't', partition: 5 }))).toBe('0001' + '000167' + '000174' + '00000005');
    expect(hex(groupKey('g'))).toBe('0002' + '000167');
    expect(hex(offsetValue({ offset: 258, leaderEpoch: -1, metadata: 'm', commitTimestampMs: 1_560_000_000_000 }))).toBe('0003' + '0000000000000102' + 'ffffffff' + '00016d' + '0000016b373ef000');
    const member = { memberId: 'm1', groupInstanceId: null, clientId: 'c', clientHost: '/h', rebalanceTimeoutMs: 300_000, sessionTimeoutMs: 10_000, protocols: [{ name: 'range', metadata: utf8('s') }] } as unknown as Member;
    const group = { protocolType: 'consumer', generationId: 2, protocol: 'range', leaderId: 'm1', currentStateTimestampMs: -1, members: [member] } as unknown as Group;
    expect(hex(groupValue(group, { m1: utf8('as') }))).toBe(
      '0003' + '0008636f6e73756d6572' + '00000002' + '000572616e6765' + '00026d31' + 'ffffffffffffffff' + '00000001' +
      '00026d31' + 'ffff' + '000163' + '00022f68' + '000493e0' + '00002710' + '0000000173' + '000000026173',
    );
  });

  it('are read back', () => {
    expect(readKey(offsetKey('g', { topic: 't', partition: 5 }))).toEqual({ type: 'offset', groupId: 'g', topic: 't', partition: 5 });
    expect(readKey(groupKey('grüppe'))).toEqual({ type: 'group', groupId: 'grüppe' });
    const offset = { offset: 2 ** 40, leaderEpoch: 3, metadata: 'ü', commitTimestampMs: 1 };
    expect(readOffsetValue(offsetValue(offset))).toEqual(offset);
    const empty = { protocolType: 'consumer', generationId: 9, protocol: null, leaderId: null, currentStateTimestampMs: 5, members: [] } as unknown as Group;
    expect(readGroupValue(groupValue(empty, {}))).toEqual({ protocolType: 'consumer', generationId: 9, protocol: null, leader: null, currentStateTimestampMs: 5, members: [] });
  });
});
