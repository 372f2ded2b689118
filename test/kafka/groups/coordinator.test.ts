import { beforeEach, describe, expect, it } from 'vitest';
import { toArray } from '../../../src/kernel/append-list.ts';
import { decodeAssignment } from '../../../src/kafka/groups/consumer-protocol.ts';
import { OFFSETS_TOPIC, readGroupValue, readKey, readOffsetValue } from '../../../src/kafka/groups/offsets-topic.ts';
import { decodeRecords } from '../../../src/kafka/log/record-batch.ts';
import { abs32 } from '../../../src/kafka/topic-partition.ts';
import { javaStringHash } from '../../../src/zookeeper/java-hash-order.ts';
import { Bench } from '../broker/bench.ts';
import { Cluster, type ClusterOptions } from '../cluster.ts';
import { ScriptedGroup } from './scripted-members.ts';

const FEW = { 'offsets.topic.num.partitions': '4', 'offsets.topic.replication.factor': '1', 'group.initial.rebalance.delay.ms': '0' };

function booted(options: ClusterOptions = {}): Cluster {
  return new Cluster({ brokers: 1, ...options, properties: { ...FEW, ...options.properties } }).boot();
}

/** One broker, a topic t of two partitions, a group that is coordinated. */
function one(properties: Readonly<Record<string, string>> = {}, groupId = 'g'): ScriptedGroup {
  return new ScriptedGroup(booted({ properties }).createTopic('t', [[1], [1]]), groupId).find();
}

/** Every record of a group's partition of the offsets topic, read. */
function stored(group: ScriptedGroup): readonly { readonly type: string; readonly about: string; readonly value: unknown }[] {
  const { cluster, coordinator } = group;
  return cluster
    .broker(coordinator)
    .partitions.filter(({ topic }) => topic === OFFSETS_TOPIC)
    .flatMap(({ log }) => log.segments.flatMap(({ batches }) => toArray(batches)))
    .flatMap((batch) => decodeRecords(batch))
    .map(({ key, value }) => {
      const read = readKey(key!);
      const about = read.type === 'group' ? read.groupId : `${read.groupId} ${read.topic}-${read.partition}`;
      return { type: read.type, about, value: value === null ? null : read.type === 'group' ? readGroupValue(value) : readOffsetValue(value) };
    });
}

describe('finding the coordinator', () => {
  it('kafka-broker#47: the group picks a partition of the offsets topic by its hash', () => {
    const cluster = new Cluster({ brokers: 3, properties: { 'offsets.topic.replication.factor': '1' } }).boot();
    const first = cluster.ask(1, 'FindCoordinator', { key: 'my-group', keyType: 0 });
    expect(first).toMatchObject({ error: 'COORDINATOR_NOT_AVAILABLE', nodeId: -1 });
    cluster.until(() => Object.keys(cluster.broker(2).metadata.topics[OFFSETS_TOPIC] ?? {}).length === 50, 'the offsets topic is known');
    for (const [key, partition] of [['my-group', 12], ['g1', 42], ['orders', 31], ['payments', 13], ['console-consumer-1', 24]] as const) {
      const leader = cluster.state(OFFSETS_TOPIC, partition)!.leader;
      expect(cluster.ask(2, 'FindCoordinator', { key, keyType: 0 })).toMatchObject({ error: 'NONE', nodeId: leader, host: '127.0.0.1', port: 9091 + leader });
    }
    expect(cluster.znode(`/config/topics/${OFFSETS_TOPIC}`)?.data).toBe('{"version":1,"config":{"cleanup.policy":"compact","segment.bytes":"104857600","compression.type":"producer"}}');
    expect(cluster.broker(1).metadata.topics['__transaction_state']).toBeUndefined();
    expect(cluster.ask(1, 'FindCoordinator', { key: 'tx', keyType: 1 }).error).toBe('COORDINATOR_NOT_AVAILABLE');
  });

  it('kafka-broker#78: with fewer brokers than replicas the offsets topic is not made', () => {
    const cluster = new Cluster({ brokers: 1, properties: { 'offsets.topic.replication.factor': '3' } }).boot();
    expect(cluster.ask(1, 'FindCoordinator', { key: 'g', keyType: 0 }).error).toBe('COORDINATOR_NOT_AVAILABLE');
    expect(cluster.ask(1, 'Metadata', { topics: [OFFSETS_TOPIC], allowAutoTopicCreation: false, includeClusterAuthorizedOperations: false, includeTopicAuthorizedOperations: false }).topics[0]!.error).toBe('INVALID_REPLICATION_FACTOR');
    cluster.run(5);
    expect(cluster.znode(`/brokers/topics/${OFFSETS_TOPIC}`)).toBeUndefined();
    expect(cluster.log('broker-1').filter((line) => line.includes("Number of alive brokers '1' does not meet the required replication factor '3'"))).toHaveLength(2);
  });

  it('the offsets topic is counted in ZooKeeper when a broker starts, not in what it has been told of so far', () => {
    const bench = new Bench(1, { 'offsets.topic.num.partitions': '4' });
    const state = { partition: 3, controllerEpoch: 1, leader: 2, leaderEpoch: 0, isr: [2], zkVersion: 0, replicas: [2], offlineReplicas: [] };
    bench.ask('UpdateMetadata', { controllerId: 9, controllerEpoch: 1, brokerEpoch: 100, topics: [{ topic: OFFSETS_TOPIC, partitions: [state] }], liveBrokers: bench.b.metadata.brokers });
    expect(bench.ask('FindCoordinator', { key: 'g', keyType: 0 })).toMatchObject({ error: 'NONE', nodeId: 2 });
    const cluster = booted();
    cluster.createTopic(OFFSETS_TOPIC, [[1], [1]]);
    expect(cluster.broker(1).groups.partitionCount).toBe(4);
    cluster.signal('broker-1', 'SIGTERM').run(10).startBroker(1).run(10);
    expect(cluster.broker(1).groups.partitionCount).toBe(2);
  });

  it('a broker that does not lead the partition of a group says so, an empty name is none', () => {
    const cluster = new Cluster({ brokers: 2, properties: FEW }).boot().createTopic('t', [[1]]);
    const group = new ScriptedGroup(cluster, 'g').find();
    group.coordinator = 3 - group.coordinator;
    expect(group.heartbeat(1, 'm')).toBe('NOT_COORDINATOR');
    expect(group.join().error).toBe('NOT_COORDINATOR');
    expect(new ScriptedGroup(cluster, '').find().join().error).toBe('INVALID_GROUP_ID');
  });
});

describe('joining', () => {
  it('kafka-broker#48: a new member is given its id, then waits 3 s for others and leads generation 1', () => {
    const group = one({ 'group.initial.rebalance.delay.ms': '3000' });
    const first = group.join();
    expect(first).toMatchObject({ error: 'MEMBER_ID_REQUIRED', generationId: -1, members: [] });
    expect(first.memberId).toMatch(/^probe-[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(group.stateName).toBe('Empty');
    const join = group.sendJoin({ memberId: first.memberId });
    group.cluster.run(2.9);
    expect(group.stateName).toBe('PreparingRebalance');
    expect(group.isAnswered(join)).toBe(false);
    group.cluster.run(0.2);
    expect(group.joined(join)).toMatchObject({ error: 'NONE', generationId: 1, leader: first.memberId, memberId: first.memberId, protocolName: 'range' });
    expect(group.joined(join).members.map(({ memberId }) => memberId)).toEqual([first.memberId]);
    expect(group.stateName).toBe('CompletingRebalance');
  });

  it('a group of generation 0 waits once more for each newcomer, in all no longer than the rebalance timeout', () => {
    const group = one({ 'group.initial.rebalance.delay.ms': '3000' });
    const options = { rebalanceTimeoutMs: 7_000 };
    const first = group.sendJoinWithId(options);
    group.cluster.run(2);
    const second = group.sendJoinWithId(options);
    group.cluster.run(2);
    expect(group.isAnswered(first.join)).toBe(false);
    const third = group.sendJoinWithId(options);
    // 3 s, 3 s more, and the one second that remains of seven.
    group.cluster.run(2.9);
    expect(group.isAnswered(first.join)).toBe(false);
    group.cluster.run(0.2);
    expect([first, second, third].map(({ join }) => group.joined(join).generationId)).toEqual([1, 1, 1]);
  });

  it('an id that was given and not used again is forgotten, and until then the others wait for it', () => {
    const group = one();
    const leader = group.stableWithOne();
    group.join({ sessionTimeoutMs: 6_000 });
    const again = group.sendJoin({ memberId: leader });
    group.cluster.run(5);
    expect(group.isAnswered(again)).toBe(false);
    group.cluster.run(1.5);
    expect(group.joined(again).generationId).toBe(2);
  });

  it('refuses what cannot be: session timeouts out of range, strange protocols, unknown members', () => {
    const group = one();
    expect(group.join({ sessionTimeoutMs: 5_999 }).error).toBe('INVALID_SESSION_TIMEOUT');
    expect(group.join({ sessionTimeoutMs: 1_800_001 }).error).toBe('INVALID_SESSION_TIMEOUT');
    expect(group.join({ memberId: 'nobody' }).error).toBe('UNKNOWN_MEMBER_ID');
    expect(group.join({ protocols: [] }).error).toBe('INCONSISTENT_GROUP_PROTOCOL');
    const leader = group.stableWithOne();
    expect(group.join({ protocols: ['sticky'] }).error).toBe('INCONSISTENT_GROUP_PROTOCOL');
    expect(group.join({ protocolType: 'connect' }).error).toBe('INCONSISTENT_GROUP_PROTOCOL');
    expect(group.join({ memberId: `${leader}x` }).error).toBe('UNKNOWN_MEMBER_ID');
  });

  it('an older client is taken in without being given an id first', () => {
    const group = one();
    const { error, generationId, memberId, leader } = group.join({ version: 3 });
    expect({ error, generationId, isLeader: memberId === leader }).toEqual({ error: 'NONE', generationId: 1, isLeader: true });
  });

  it('members vote for the first of their protocols that everybody has', () => {
    const group = one({ 'group.initial.rebalance.delay.ms': '3000' });
    const joins = [['sticky', 'range'], ['roundrobin', 'sticky'], ['roundrobin', 'sticky', 'range']].map((protocols) => group.sendJoinWithId({ protocols }));
    expect(joins.map(({ join }) => group.joined(join).protocolName)).toEqual(['sticky', 'sticky', 'sticky']);
  });

  it('a full group takes nobody more', () => {
    const group = one({ 'group.max.size': '1' });
    const leader = group.stableWithOne();
    expect(group.join().error).toBe('GROUP_MAX_SIZE_REACHED');
    expect(group.heartbeat(1, leader)).toBe('NONE');
  });
});

describe('a rebalance', () => {
  it('kafka-broker#49: a second member makes the first join again; both are of generation 2', () => {
    const group = one();
    const leader = group.stableWithOne();
    expect(group.heartbeat(1, leader)).toBe('NONE');
    const second = group.sendJoinWithId();
    group.cluster.run(0.1);
    expect(group.heartbeat(1, leader)).toBe('REBALANCE_IN_PROGRESS');
    expect(group.isAnswered(second.join)).toBe(false);
    const again = group.join({ memberId: leader });
    expect(again).toMatchObject({ error: 'NONE', generationId: 2, leader });
    expect(again.members.map(({ memberId }) => memberId)).toEqual([leader, second.memberId]);
    expect(group.joined(second.join)).toMatchObject({ generationId: 2, leader, memberId: second.memberId, members: [] });
    const waiting = group.sendSync(2, second.memberId);
    group.cluster.run(1);
    expect(group.cluster.response('SyncGroup', waiting)).toBeUndefined();
    expect(decodeAssignment(group.sync(2, leader, { [leader]: [0], [second.memberId]: [1] }).assignment)).toEqual([{ topic: 't', partition: 0 }]);
    expect(decodeAssignment(group.synced(waiting).assignment)).toEqual([{ topic: 't', partition: 1 }]);
    expect(group.stateName).toBe('Stable');
  });

  it('kafka-broker#50: a heartbeat of an older generation, and one of a stranger', () => {
    const group = one();
    const leader = group.stableWithOne();
    expect(group.heartbeat(0, leader)).toBe('ILLEGAL_GENERATION');
    expect(group.heartbeat(1, 'stranger')).toBe('UNKNOWN_MEMBER_ID');
    expect(group.sync(0, leader).error).toBe('ILLEGAL_GENERATION');
    expect(group.sync(1, 'stranger').error).toBe('UNKNOWN_MEMBER_ID');
  });

  it('kafka-broker#51: offsets are taken while members join, not while the leader assigns', () => {
    const group = one();
    const leader = group.stableWithOne();
    const { join } = group.sendJoinWithId();
    group.cluster.run(0.1);
    expect(group.stateName).toBe('PreparingRebalance');
    expect(group.commit(1, leader, 5)).toBe('NONE');
    expect(group.commit(0, leader, 4)).toBe('ILLEGAL_GENERATION');
    group.join({ memberId: leader });
    group.joined(join);
    expect(group.stateName).toBe('CompletingRebalance');
    expect(group.commit(2, leader, 6)).toBe('REBALANCE_IN_PROGRESS');
    expect(group.fetchOffset()).toBe(5);
  });

  it('kafka-broker#52: a member that is silent for its session timeout is removed', () => {
    const group = one();
    const { leader, follower } = group.stableWithTwo();
    for (let second = 0; second < 9; second++) {
      group.cluster.run(1);
      expect(group.heartbeat(2, leader)).toBe('NONE');
    }
    expect(group.state!.members).toHaveLength(2);
    group.cluster.run(1.2);
    expect(group.stateName).toBe('PreparingRebalance');
    expect(group.state!.members.map(({ memberId }) => memberId)).toEqual([leader]);
    expect(group.cluster.log('broker-1')).toContain(`INFO [GroupCoordinator 1]: Member ${follower} in group g has failed, removing it from the group (kafka.coordinator.group.GroupCoordinator)`);
    expect(group.join({ memberId: leader })).toMatchObject({ generationId: 3 });
  });

  it('kafka-broker#79: the leader that joins again unchanged makes a rebalance, a follower that does so none', () => {
    const group = one();
    const { leader, follower } = group.stableWithTwo();
    expect(group.join({ memberId: follower })).toMatchObject({ error: 'NONE', generationId: 2, leader, members: [] });
    expect(group.stateName).toBe('Stable');
    const join = group.sendJoin({ memberId: leader });
    group.cluster.run(0.1);
    expect(group.stateName).toBe('PreparingRebalance');
    expect(group.join({ memberId: follower }).generationId).toBe(3);
    expect(group.joined(join).generationId).toBe(3);
  });

  it('a follower that joins with another subscription makes a rebalance', () => {
    const group = one();
    const { follower } = group.stableWithTwo();
    group.sendJoin({ memberId: follower, topics: ['t', 'u'] });
    group.cluster.run(0.1);
    expect(group.stateName).toBe('PreparingRebalance');
  });

  it('whoever waits for the assignment is sent to join again when somebody new comes', () => {
    const group = one();
    const leader = group.stableWithOne();
    const second = group.sendJoinWithId();
    group.join({ memberId: leader });
    group.joined(second.join);
    const waiting = group.sendSync(2, second.memberId);
    group.cluster.run(0.1);
    group.sendJoinWithId();
    expect(group.synced(waiting).error).toBe('REBALANCE_IN_PROGRESS');
  });

  it('who does not join again within the rebalance timeout is left behind, the leader too', () => {
    const group = one();
    const first = group.sendJoinWithId({ rebalanceTimeoutMs: 4_000, sessionTimeoutMs: 20_000 });
    group.sync(group.joined(first.join).generationId, first.memberId, { [first.memberId]: [0, 1] });
    const second = group.sendJoinWithId({ rebalanceTimeoutMs: 4_000 });
    group.cluster.run(3.8);
    expect(group.isAnswered(second.join)).toBe(false);
    group.cluster.run(0.4);
    expect(group.joined(second.join)).toMatchObject({ generationId: 2, leader: second.memberId });
    expect(group.heartbeat(1, first.memberId)).toBe('UNKNOWN_MEMBER_ID');
  });

  it('leaving makes a rebalance at once; the last one leaves an empty group of the next generation', () => {
    const group = one();
    const { leader, follower } = group.stableWithTwo();
    expect(group.leave(follower)).toBe('NONE');
    expect(group.stateName).toBe('PreparingRebalance');
    expect(group.leave('stranger')).toBe('UNKNOWN_MEMBER_ID');
    expect(group.leave(leader)).toBe('NONE');
    group.cluster.run(0.1);
    expect(group.state).toMatchObject({ generationId: 3, protocol: null, leaderId: null });
    expect(group.stateName).toBe('Empty');
    expect(group.cluster.log('broker-1')).toContain(`INFO [GroupCoordinator 1]: Group g with generation 3 is now empty (${OFFSETS_TOPIC}-${103 % 4}) (kafka.coordinator.group.GroupCoordinator)`);
  });
});

describe('static members', () => {
  it('kafka-broker#53: one that comes back within its session has its assignment again, and the old id is fenced', () => {
    const group = one();
    const first = group.join({ instance: 'i1' });
    expect(first).toMatchObject({ error: 'NONE', generationId: 1 });
    expect(first.memberId).toMatch(/^i1-\d{13}$/);
    group.sync(1, first.memberId, { [first.memberId]: [0, 1] }, 'i1');
    group.cluster.run(5);
    const again = group.join({ instance: 'i1' });
    expect(again).toMatchObject({ error: 'NONE', generationId: 1, leader: first.memberId, members: [] });
    expect(again.memberId).not.toBe(first.memberId);
    expect(decodeAssignment(group.sync(1, again.memberId, {}, 'i1').assignment)).toHaveLength(2);
    expect(group.heartbeat(1, first.memberId, 'i1')).toBe('FENCED_INSTANCE_ID');
    expect(group.heartbeat(1, again.memberId, 'i1')).toBe('NONE');
    expect(group.stateName).toBe('Stable');
  });

  it('2.3.0 gives the same id twice while the group does not change, so that nobody is fenced (KAFKA-8715)', () => {
    const group = one();
    const first = group.join({ instance: 'i1' });
    group.sync(1, first.memberId, { [first.memberId]: [0] }, 'i1');
    const second = group.join({ instance: 'i1' });
    expect(group.join({ instance: 'i1' }).memberId).toBe(second.memberId);
  });

  it('kafka-broker#80: three that all stop are removed one after the other, and the group is empty', () => {
    const group = one({ 'group.initial.rebalance.delay.ms': '1000' });
    const joins = ['a', 'b', 'c'].map((instance) => group.sendJoin({ instance }));
    const members = joins.map((join) => group.joined(join));
    const leader = members.find(({ memberId, leader: id }) => memberId === id)!;
    const followers = members.filter((member) => member !== leader).map(({ memberId }) => group.sendSync(1, memberId, {}, memberId[0]!));
    group.sync(1, leader.memberId, { [leader.memberId]: [0, 1] }, leader.memberId[0]!);
    for (const sync of followers) group.synced(sync);
    group.cluster.run(9.8);
    expect(group.state!.members).toHaveLength(3);
    group.cluster.run(0.5);
    expect(group.state).toMatchObject({ generationId: 2, members: [] });
    expect(group.stateName).toBe('Empty');
  });
});

describe('offsets', () => {
  let group: ScriptedGroup;
  beforeEach(() => {
    group = one();
  });

  it('kafka-broker#55: metadata of more than 4096 bytes is too much', () => {
    const leader = group.stableWithOne();
    expect(group.commit(1, leader, 1, { metadata: 'x'.repeat(5_000) })).toBe('OFFSET_METADATA_TOO_LARGE');
    expect(group.commit(1, leader, 1, { metadata: 'x'.repeat(4_096) })).toBe('NONE');
  });

  it('kafka-broker#56: who has no group may keep offsets in one', () => {
    expect(group.commit(3, 'm', 7)).toBe('ILLEGAL_GENERATION');
    expect(group.state).toBeUndefined();
    expect(group.commit(-1, '', 7)).toBe('NONE');
    expect(group.stateName).toBe('Empty');
    expect(group.fetchOffset()).toBe(7);
    expect(group.fetchOffset(1)).toBe(-1);
    group.stableWithOne();
    expect(group.commit(-1, '', 8)).toBe('UNKNOWN_MEMBER_ID');
  });

  it('a partition that nobody knows is refused by itself', () => {
    expect(group.commit(-1, '', 7, { topic: 'nowhere' })).toBe('UNKNOWN_TOPIC_OR_PARTITION');
  });

  it('everything is a record of the offsets topic: commits, generations, the empty group, and null for what is deleted', () => {
    const leader = group.stableWithOne();
    group.commit(1, leader, 7, { metadata: 'm' });
    group.leave(leader);
    group.cluster.run(0.1);
    const { results } = group.cluster.ask(1, 'DeleteGroups', { groupsNames: ['g', 'nobody'] });
    expect(results.map(({ error }) => error)).toEqual(['NONE', 'GROUP_ID_NOT_FOUND']);
    expect(stored(group).map(({ type, about }) => `${type} ${about}`)).toEqual(['group g', 'offset g t-0', 'group g', 'offset g t-0', 'group g']);
    const [generation, offset, empty, ...gone] = stored(group).map(({ value }) => value);
    expect(generation).toMatchObject({ protocolType: 'consumer', generationId: 1, protocol: 'range', leader, members: [{ memberId: leader, groupInstanceId: null, clientId: 'probe', clientHost: '/127.0.0.1', rebalanceTimeoutMs: 300_000, sessionTimeoutMs: 10_000 }] });
    expect(offset).toMatchObject({ offset: 7, leaderEpoch: 0, metadata: 'm' });
    expect(empty).toMatchObject({ protocolType: 'consumer', generationId: 2, protocol: null, leader: null, members: [] });
    expect(gone).toEqual([null, null]);
    expect(group.state).toBeUndefined();
  });

  it('a group with members is not deleted', () => {
    group.stableWithOne();
    expect(group.cluster.ask(1, 'DeleteGroups', { groupsNames: ['g'] }).results[0]!.error).toBe('NON_EMPTY_GROUP');
  });

  it('groups are listed and described; 2.3.0 shows the assignment twice', () => {
    const leader = group.stableWithOne();
    expect(group.cluster.ask(1, 'ListGroups', {})).toMatchObject({ error: 'NONE', groups: [{ groupId: 'g', protocolType: 'consumer' }] });
    const [described, nobody] = group.cluster.ask(1, 'DescribeGroups', { groups: ['g', 'nobody'], includeAuthorizedOperations: false }).groups;
    expect(described).toMatchObject({ error: 'NONE', groupState: 'Stable', protocolType: 'consumer', protocolData: 'range', members: [{ memberId: leader, clientId: 'probe', clientHost: '/127.0.0.1' }] });
    expect(described!.members[0]!.memberMetadata).toEqual(described!.members[0]!.memberAssignment);
    expect(nobody).toMatchObject({ error: 'NONE', groupState: 'Dead', members: [] });
  });

  it('a deleted topic takes its offsets along', () => {
    group.commit(-1, '', 7);
    group.cluster.ask(1, 'DeleteTopics', { topicNames: ['t'], timeoutMs: 10_000 });
    group.cluster.run(1);
    expect(group.state).toBeUndefined();
    expect(stored(group).map(({ value }) => value === null)).toEqual([false, true]);
  });
});

describe('offsets that nobody uses', () => {
  const RETENTION = { 'offsets.retention.minutes': '2', 'offsets.retention.check.interval.ms': '30000' };

  it('expire when the group has been empty for the retention time, not before, and never while it has members', () => {
    const group = one(RETENTION);
    const leader = group.stableWithOne();
    group.commit(1, leader, 7);
    for (let minute = 0; minute < 18; minute++) {
      group.cluster.run(9);
      group.heartbeat(1, leader);
    }
    expect(group.fetchOffset()).toBe(7);
    group.leave(leader);
    group.cluster.run(115);
    expect(group.fetchOffset()).toBe(7);
    group.cluster.run(40);
    expect(group.fetchOffset()).toBe(-1);
    expect(group.state).toBeUndefined();
    expect(stored(group).slice(-2).map(({ value }) => value)).toEqual([null, null]);
    expect(group.cluster.log('broker-1')).toContain('INFO [GroupMetadataManager brokerId=1] Removed 1 expired offsets in 0 milliseconds. (kafka.coordinator.group.GroupMetadataManager)');
  });

  it('expire after the commit where there never was a member', () => {
    const group = one(RETENTION);
    group.commit(-1, '', 7);
    group.cluster.run(100);
    expect(group.fetchOffset()).toBe(7);
    group.cluster.run(55);
    expect(group.fetchOffset()).toBe(-1);
    // A group of generation 0 was never stored: no tombstone for it.
    expect(stored(group).map(({ type }) => type)).toEqual(['offset', 'offset']);
  });
});

describe('three brokers', () => {
  const REPLICATED = { 'offsets.topic.replication.factor': '3' };

  function three(): ScriptedGroup {
    return new ScriptedGroup(booted({ brokers: 3, properties: REPLICATED }).createTopic('t', [[1, 2, 3], [2, 3, 1]]), 'g').find();
  }

  it('an answer waits until the in-sync replicas have what it says', () => {
    const group = three();
    const leader = group.stableWithOne();
    const others = [1, 2, 3].filter((id) => id !== group.coordinator);
    for (const id of others) group.cluster.signal(`broker-${id}`, 'SIGSTOP');
    const commit = group.sendCommit(1, leader, 9);
    group.cluster.run(3);
    expect(group.cluster.response('OffsetCommit', commit)).toBeUndefined();
    expect(group.fetchOffset()).toBe(-1);
    for (const id of others) group.cluster.signal(`broker-${id}`, 'SIGCONT');
    expect(group.committed(commit)).toBe('NONE');
    expect(group.fetchOffset()).toBe(9);
  });

  it('an answer that does not come in five seconds is REQUEST_TIMED_OUT, and what was read before stays', () => {
    const group = three();
    const leader = group.stableWithOne();
    for (const id of [1, 2, 3]) if (id !== group.coordinator) group.cluster.signal(`broker-${id}`, 'SIGSTOP');
    const before = group.cluster.world.now;
    const commit = group.sendCommit(1, leader, 9);
    expect(group.committed(commit)).toBe('REQUEST_TIMED_OUT');
    expect((group.cluster.world.now - before) / 1_000_000).toBeCloseTo(5, 1);
    expect(group.fetchOffset()).toBe(-1);
  });

  it('kafka-broker#54: a dead coordinator is followed by another, which has read the group', () => {
    const group = three();
    const { leader, follower, generationId } = group.stableWithTwo();
    expect(group.commit(generationId, leader, 11)).toBe('NONE');
    const dead = group.coordinator;
    const alive = [1, 2, 3].find((id) => id !== dead)!;
    const asked = (): string => group.cluster.ask(alive, 'FindCoordinator', { key: 'g', keyType: 0 }).error;
    group.cluster.kill(`broker-${dead}`);
    group.coordinator = alive;
    expect(group.heartbeat(generationId, leader)).toBe('NOT_COORDINATOR');
    group.cluster.until(() => !group.cluster.broker(alive).metadata.brokers.some(({ id }) => id === dead), 'the controller has noticed');
    expect(['COORDINATOR_NOT_AVAILABLE', 'NONE']).toContain(asked());
    group.find(alive);
    expect(group.coordinator).not.toBe(dead);
    expect(group.stateName).toBe('Stable');
    expect(group.state!.generationId).toBe(generationId);
    expect([leader, follower].map((memberId) => group.heartbeat(generationId, memberId))).toEqual(['NONE', 'NONE']);
    expect(decodeAssignment(group.sync(generationId, follower).assignment)).toEqual([{ topic: 't', partition: 1 }]);
    expect(group.fetchOffset()).toBe(11);
    const lines = group.cluster.log(`broker-${group.coordinator}`);
    expect(lines).toContain(`INFO [GroupCoordinator ${group.coordinator}]: Loading group metadata for g with generation 2 (kafka.coordinator.group.GroupCoordinator)`);
    expect(lines.some((line) => line.startsWith(`INFO [GroupMetadataManager brokerId=${group.coordinator}] Finished loading offsets and group metadata from ${OFFSETS_TOPIC}-3 in 1 milliseconds.`))).toBe(true);
    // 2.3.0 takes them all for static: who does not join again stays until its session ends, and the time of the change is forgotten.
    expect(group.state!.members.every(({ isStatic }) => isStatic)).toBe(true);
    expect(group.join({ instance: 'i' }).error).toBe('UNKNOWN_SERVER_ERROR');
  });

  it('while a partition is read nothing is known of its groups', () => {
    const cluster = booted({ brokers: 3, properties: { ...REPLICATED, 'offsets.topic.num.partitions': '40' } }).createTopic('t', [[1, 2, 3]]);
    const dead = new ScriptedGroup(cluster, 'g').find().coordinator;
    cluster.until(() => [1, 2, 3].every((id) => cluster.broker(id).groups.tasks.length === 0), 'everything is read');
    cluster.kill(`broker-${dead}`);
    const alive = [1, 2, 3].filter((id) => id !== dead);
    const toRead = (id: number): readonly number[] => cluster.broker(id).groups.loading;
    const reader = (): number => alive.find((id) => toRead(id).length >= 5) ?? -1;
    cluster.until(() => reader() > 0, 'a broker has to read several partitions');
    // One after the other, a millisecond each: the last of them is not read for a while.
    const partition = toRead(reader()).at(-1)!;
    const groupId = Array.from({ length: 1_000 }, (_, n) => `g${n}`).find((id) => abs32(javaStringHash(id)) % 40 === partition)!;
    const group = new ScriptedGroup(cluster, groupId);
    group.coordinator = reader();
    const heartbeat = cluster.send(group.coordinator, 'Heartbeat', { groupId, generationId: 1, memberId: 'm', groupInstanceId: null });
    const join = group.sendJoin();
    const sync = group.sendSync(1, 'm');
    const commit = group.sendCommit(-1, '', 1);
    const offsets = cluster.send(group.coordinator, 'OffsetFetch', { groupId, topics: null });
    const list = cluster.send(group.coordinator, 'ListGroups', {});
    cluster.until(() => cluster.response('ListGroups', list) !== undefined, 'all are answered').run(0.002);
    expect(cluster.response('ListGroups', list)!.error).toBe('COORDINATOR_LOAD_IN_PROGRESS');
    expect(cluster.response('Heartbeat', heartbeat)!.error).toBe('NONE');
    expect(cluster.response('JoinGroup', join)!.error).toBe('COORDINATOR_LOAD_IN_PROGRESS');
    expect(cluster.response('SyncGroup', sync)!.error).toBe('REBALANCE_IN_PROGRESS');
    expect(group.committed(commit)).toBe('COORDINATOR_LOAD_IN_PROGRESS');
    expect(cluster.response('OffsetFetch', offsets)!.error).toBe('COORDINATOR_LOAD_IN_PROGRESS');
  });

  it('who waits at a coordinator that is one no longer is sent away', () => {
    const group = three();
    const leader = group.stableWithOne();
    const { cluster } = group;
    const old = group.coordinator;
    const { join } = group.sendJoinWithId();
    cluster.signal(`broker-${old}`, 'SIGSTOP').run(8);
    cluster.signal(`broker-${old}`, 'SIGCONT').run(3);
    expect(group.joined(join).error).toBe('NOT_COORDINATOR');
    expect(group.heartbeat(1, leader)).toBe('NOT_COORDINATOR');
    expect(cluster.broker(old).groups.groups['g']).toBeUndefined();
    expect(cluster.log(`broker-${old}`).some((line) => line.includes(`Finished unloading ${OFFSETS_TOPIC}-3. Removed 0 cached offsets and 1 cached groups.`))).toBe(true);
  });
});
