import { describe, expect, it } from 'vitest';
import type { ClientFact } from '../../src/kafka/clients/facts.ts';
import type { KafkaFact } from '../../src/kafka/facts.ts';
import { NO_GROUPS_SEEN, watchGroups, type GroupFinding } from '../../src/kafka/group-invariants.ts';
import { encodeAssignment } from '../../src/kafka/groups/consumer-protocol.ts';
import type { Group } from '../../src/kafka/groups/state.ts';
import type { TopicPartition } from '../../src/kafka/topic-partition.ts';

const at = { broker: 1, group: 'g' } as const;
const stabilized = (generationId: number, given: Readonly<Record<string, readonly string[]>>): KafkaFact => ({ ...at, type: 'groupStabilized', generationId, assignments: Object.entries(given).map(([member, partitions]) => ({ member, partitions })) });
const started = (generationId: number, broker = 1): KafkaFact => ({ ...at, broker, type: 'groupGenerationStarted', generationId, leader: 'm1', protocol: 'range', members: ['m1'] });
const has = (member: string, generationId: number, ...partitions: readonly string[]): ClientFact => ({ type: 'partitionsAssigned', consumer: 'A', group: 'g', member, generationId, partitions });
const committed = (appendedAt: number): KafkaFact => ({ ...at, type: 'offsetsCommitted', appendedAt, offsets: [{ topic: 't', partition: 0, offset: 5 }] });
const loaded: KafkaFact = { ...at, broker: 2, type: 'groupLoaded', generationId: 1, members: 1, offsets: 1 };
const withOffset = (appendedAt: number): Group => ({ members: [], offsets: { 't-0': { topic: 't', partition: 0, offset: 5, leaderEpoch: 0, metadata: '', commitTimestampMs: 0, appendedAt } } }) as unknown as Group;
const withMembers = (given: Readonly<Record<string, readonly TopicPartition[]>>): Group => ({ protocolType: 'consumer', members: Object.entries(given).map(([memberId, partitions]) => ({ memberId, assignment: encodeAssignment(partitions) })), offsets: {} }) as unknown as Group;
const t = (partition: number): TopicPartition => ({ topic: 't', partition });

function found(facts: readonly (KafkaFact | ClientFact)[], group?: Group): readonly GroupFinding['name'][] {
  let memory = NO_GROUPS_SEEN;
  return facts.flatMap((fact) => {
    const step = watchGroups(memory, fact, () => group);
    memory = step.memory;
    return step.findings.map(({ name }) => name);
  });
}

describe('what groups promise', () => {
  it('holds where everything is in order', () => {
    expect(found([started(1), stabilized(1, { m1: ['t-0'], m2: ['t-1'] }), has('m1', 1, 't-0'), started(2), stabilized(2, { m1: ['t-1', 't-0'] }), has('m1', 2, 't-0', 't-1'), committed(7), loaded], withOffset(7))).toEqual([]);
    expect(found([committed(7), loaded], withOffset(9))).toEqual([]);
  });

  it('is broken by a partition with two owners, and by a generation that is assigned twice', () => {
    expect(found([stabilized(1, { m1: ['t-0'], m2: ['t-0'] })])).toEqual(['oneOwnerPerPartition']);
    expect(found([stabilized(1, { m1: ['t-0'] }), stabilized(1, { m2: ['t-0'] })])).toEqual(['oneAssignmentPerGeneration']);
  });

  it('is broken by a member that has what it was not given; a static one goes on under another id', () => {
    expect(found([stabilized(1, { m1: ['t-0'] }), has('m1', 1, 't-0', 't-1')])).toEqual(['membersHaveWhatTheyWereGiven']);
    expect(found([stabilized(1, { m1: ['t-0'] }), has('m2', 1, 't-0')])).toEqual(['membersHaveWhatTheyWereGiven']);
    expect(found([stabilized(1, { m1: ['t-0'] }), { ...at, type: 'groupMemberReplaced', instance: 'i', from: 'm1', to: 'm2' }, has('m2', 1, 't-0')])).toEqual([]);
  });

  // The old coordinator died before the ISR had the record; its successor reads to the end of the log and is Stable at once.
  it('holds for an assignment that nobody had acknowledged and the next coordinator has read', () => {
    expect(found([loaded, has('m1', 1, 't-0'), has('m2', 1)], withMembers({ m1: [t(0)], m2: [] }))).toEqual([]);
    expect(found([loaded, stabilized(1, { m3: ['t-0'] }), has('m1', 1, 't-0'), has('m3', 1, 't-0')], withMembers({ m1: [t(0)] }))).toEqual([]);
    expect(found([loaded, has('m1', 1, 't-0', 't-1')], withMembers({ m1: [t(0)] }))).toEqual(['membersHaveWhatTheyWereGiven']);
    expect(found([loaded], withMembers({ m1: [t(0)], m2: [t(0)] }))).toEqual(['oneOwnerPerPartition']);
    expect(found([stabilized(1, { m1: ['t-0'] }), loaded, stabilized(1, { m1: ['t-0'] })], withMembers({ m1: [t(0)] }))).toEqual(['oneAssignmentPerGeneration']);
  });

  it('is broken by a generation that comes again under one coordinator; another may have lost the last one', () => {
    expect(found([started(2), started(2)])).toEqual(['generationsGrow']);
    expect(found([started(2), started(2, 2)])).toEqual([]);
    expect(found([started(2), { type: 'brokerStarted', broker: 1 }, started(2)])).toEqual([]);
  });

  it('is broken by a commit that the next coordinator does not find, unless it had expired', () => {
    expect(found([committed(7), loaded], withOffset(6))).toEqual(['committedOffsetsStay']);
    expect(found([committed(7), loaded])).toEqual(['committedOffsetsStay']);
    expect(found([committed(7), { ...at, type: 'offsetsExpired', offsets: ['t-0'] }, loaded])).toEqual([]);
    expect(found([committed(7), { ...at, type: 'groupRemoved' }, loaded])).toEqual([]);
  });
});
