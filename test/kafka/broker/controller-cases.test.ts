/** Conformance cases of the controller (section 3) on a whole cluster. Broker 1 is controller, as it starts first. */
import { expect, test } from 'vitest';
import { remove, setData } from '../../../src/kafka/zookeeper/requests.ts';
import { brokerName, Cluster } from '../cluster.ts';
import { valuesOf } from '../records.ts';

const METADATA = { allowAutoTopicCreation: false, includeClusterAuthorizedOperations: false, includeTopicAuthorizedOperations: false };

/** t-0 on brokers 2 and 3; broker 2 leads and is alone in the ISR while broker 3 is alive, and `lost` is only on broker 2. */
function aloneInIsr(configs: Readonly<Record<string, string>> = {}): Cluster {
  const world = new Cluster().boot().createTopic('t', [[2, 3]], configs).run(1);
  world.produce(2, 't', 0, 'kept', -1);
  world.run(1).cut(brokerName(2), brokerName(3));
  world.produce(2, 't', 0, 'lost', 1);
  return world.until(() => world.state('t', 0)!.isr.length === 1, 'broker 2 is alone in the ISR', 20).run(8);
}

/** The history of a partition's state, from the facts of one ZooKeeper server. */
function history(world: Cluster, path: string): readonly { readonly leader: number; readonly leader_epoch: number; readonly isr: readonly number[] }[] {
  const seen = new Map<number, string>();
  for (const type of ['znodeCreated', 'znodeDataChanged']) {
    for (const { fact } of world.factsOf(type)) if (fact['path'] === path && fact['data'] !== null) seen.set(fact['zxid'] as number, fact['data'] as string);
  }
  return [...seen].sort(([a], [b]) => a - b).map(([, data]) => JSON.parse(data) as never);
}

test('kafka-broker#3: a new topic is led by the first of its assignment with all of it in the ISR, and every broker says so', () => {
  const world = new Cluster().boot().createTopic('t', [[3, 1, 2]]).run(1);
  expect(world.state('t', 0)).toMatchObject({ leader: 3, isr: [3, 1, 2], leaderEpoch: 0, version: 0 });
  for (const id of [1, 2, 3]) {
    expect(world.ask(id, 'Metadata', { topics: ['t'], ...METADATA }).topics[0]).toMatchObject({ error: 'NONE', partitions: [{ leaderId: 3, leaderEpoch: 0, isrNodes: [3, 1, 2], replicaNodes: [3, 1, 2] }] });
  }
});

test('kafka-broker#5: a topic whose replicas are all dead stays New until one of them starts', () => {
  const world = new Cluster().boot();
  world.kill(brokerName(3)).until(() => world.znode('/brokers/ids/3') === undefined, 'session of 3 expired', 12).run(0.5);
  world.send(1, 'CreateTopics', { topics: [{ topic: 't', numPartitions: -1, replicationFactor: -1, assignments: [{ partition: 0, brokerIds: [3] }], configs: [] }], timeoutMs: 1_000, validateOnly: false });
  world.run(3);
  expect(world.znode('/brokers/topics/t')).toBeDefined();
  expect(world.state('t', 0)).toBeUndefined();
  expect(world.broker(1).controller!.context!.partitionStates['t-0']!.value).toBe('NewPartition');
  world.startBroker(3).until(() => world.state('t', 0) !== undefined, 'it has a leader', 10);
  expect(world.state('t', 0)).toMatchObject({ leader: 3, isr: [3], leaderEpoch: 0 });
});

test('kafka-broker#11: without unclean election the death of the only member of the ISR leaves no leader until it is back', () => {
  const world = aloneInIsr();
  expect(world.state('t', 0)).toMatchObject({ leader: 2, isr: [2], leaderEpoch: 0 });
  world.kill(brokerName(2)).until(() => world.state('t', 0)!.leader === -1, 'no leader', 12).run(1);
  expect(world.state('t', 0)).toMatchObject({ leader: -1, isr: [2], leaderEpoch: 1 });
  expect(world.produce(3, 't', 0, 'x', 1)).toMatchObject({ error: 'NOT_LEADER_FOR_PARTITION' });
  expect(world.ask(1, 'Metadata', { topics: ['t'], ...METADATA }).topics[0]!.partitions[0]).toMatchObject({ error: 'LISTENER_NOT_FOUND', leaderId: -1 });
  world.heal().startBroker(2).until(() => world.state('t', 0)!.leader === 2, 'broker 2 leads again', 10);
  expect(world.state('t', 0)).toMatchObject({ leader: 2, leaderEpoch: 2 });
  world.run(3);
  expect(valuesOf(world.fetch(2, 't', 0, 0).records)).toEqual(['kept', 'lost']);
});

test('kafka-broker#12: with unclean election the first that is alive leads without what it lacks', () => {
  const world = aloneInIsr({ 'unclean.leader.election.enable': 'true' });
  world.kill(brokerName(2)).until(() => world.state('t', 0)!.leader === 3, 'broker 3 leads', 12);
  expect(world.state('t', 0)).toMatchObject({ leader: 3, isr: [3], leaderEpoch: 1 });
  world.run(1);
  expect(world.factsOf('leaderElected').at(-1)!.fact).toMatchObject({ unclean: true, leader: 3 });
  world.produce(3, 't', 0, 'new', 1);
  world.heal().startBroker(2).until(() => world.state('t', 0)!.isr.length === 2, 'broker 2 is back', 20).run(1);
  expect(valuesOf(world.fetch(3, 't', 0, 0).records)).toEqual(['kept', 'new']);
  expect(world.factsOf('logTruncated', brokerName(2)).at(-1)!.fact).toMatchObject({ from: 2, to: 1 });
});

test('kafka-broker#13: allowing unclean election for an offline topic elects at once, without any broker coming or going', () => {
  const world = aloneInIsr();
  world.kill(brokerName(2)).until(() => world.state('t', 0)!.leader === -1, 'no leader', 12).run(1);
  const changes = world.factsOf('brokerChangeProcessed').length;
  world.ask(1, 'AlterConfigs', { resources: [{ resourceType: 'TOPIC', resourceName: 't', configs: [{ name: 'unclean.leader.election.enable', value: 'true' }] }], validateOnly: false });
  world.until(() => world.state('t', 0)!.leader === 3, 'broker 3 leads', 2);
  expect(world.state('t', 0)).toMatchObject({ leader: 3, isr: [3], leaderEpoch: 2 });
  expect(world.factsOf('brokerChangeProcessed')).toHaveLength(changes);
});

test('kafka-broker#14: the rebalance task gives leadership back to the preferred replica, 300 s at the latest', () => {
  const world = new Cluster().boot().createTopic('t', [[2, 3, 1]]).run(1);
  world.kill(brokerName(2)).until(() => world.state('t', 0)!.leader === 3, 'broker 3 leads', 12).run(1);
  world.startBroker(2).until(() => world.state('t', 0)!.isr.length === 3, 'broker 2 is in sync', 20);
  const { leaderEpoch } = world.state('t', 0)!;
  world.until(() => world.state('t', 0)!.leader === 2, 'broker 2 leads', 301);
  expect(world.state('t', 0)).toMatchObject({ leader: 2, leaderEpoch: leaderEpoch + 1 });
});

test('kafka-broker#15: a preferred replica outside the ISR is not elected', () => {
  const world = new Cluster().boot().createTopic('t', [[2, 3, 1]]).run(1);
  world.kill(brokerName(2)).until(() => world.state('t', 0)!.leader === 3, 'broker 3 leads', 12).run(1);
  const before = world.state('t', 0);
  const answer = world.ask(1, 'ElectPreferredLeaders', { topics: [{ topic: 't', partitions: [0] }], timeoutMs: 5_000 });
  expect(answer.topics).toMatchObject([{ topic: 't', partitions: [{ partition: 0, error: 'PREFERRED_LEADER_NOT_AVAILABLE' }] }]);
  expect(world.state('t', 0)).toEqual(before);
});

test('kafka-broker#21: a controller that was frozen in the middle of its work is fenced by the epoch of its successor, and resigns', () => {
  const world = new Cluster().boot().submit({ type: 'exists', path: '/controller', watch: false }).run(1);
  const begun = (): boolean => world.factsOf('controllerEventStarted', brokerName(1)).at(-1)!.fact['event'] === 'TopicChange';
  world.send(1, 'CreateTopics', { topics: [{ topic: 't', numPartitions: -1, replicationFactor: -1, assignments: [{ partition: 0, brokerIds: [2, 3] }], configs: [] }], timeoutMs: 5_000, validateOnly: false });
  world.until(begun, 'the controller begins with the new topic', 5);
  world.signal(brokerName(1), 'SIGSTOP').submit(remove('/controller')).until(() => [2, 3].includes(world.controllerId()), 'another is controller', 3).run(1);
  expect(world.znode('/controller_epoch')).toMatchObject({ data: '2' });
  const written = world.state('t', 0);
  expect(written).toMatchObject({ leader: 2, isr: [2, 3], leaderEpoch: 0, controllerEpoch: 2 });
  world.signal(brokerName(1), 'SIGCONT').until(() => world.factsOf('controllerResigned', brokerName(1)).length > 0, 'the old one resigns', 3);
  expect(world.factsOf('controllerFenced', brokerName(1))).toHaveLength(1);
  world.run(2);
  expect(world.state('t', 0)).toEqual(written);
});

test('kafka-broker#21: what a controller of the past still sends is answered with 11', () => {
  const world = new Cluster().boot().createTopic('t', [[3, 2]]).run(1);
  world.cut(brokerName(1), brokerName(3));
  // What it wants to tell broker 3 lies on the way.
  world.createTopic('late', [[2]]).run(0.5);
  for (const sid of [1, 2, 3]) world.cut(brokerName(1), `zookeeper${sid}`);
  world.until(() => [2, 3].includes(world.controllerId()), 'another is controller', 12).run(1);
  expect(world.broker(3).controllerEpoch).toBe(2);
  world.perform({ type: 'removeRule', id: `${brokerName(1)}-${brokerName(3)}` }).perform({ type: 'removeRule', id: `${brokerName(3)}-${brokerName(1)}` });
  const refused = (): boolean => world.messages.some(({ from, message }) => from === brokerName(3) && message['error'] === 'STALE_CONTROLLER_EPOCH');
  world.until(refused, 'broker 3 refuses', 40);
  expect(world.broker(3).controllerEpoch).toBe(2);
});

test('kafka-broker#45: a reassignment goes over the union of both replica sets and ends with the new one alone', () => {
  const world = new Cluster({ brokers: 6 }).boot().createTopic('t', [[1, 2, 3]]).run(1);
  world.produce(1, 't', 0, 'a', -1);
  world.createZnode('/admin/reassign_partitions', '{"version":1,"partitions":[{"topic":"t","partition":0,"replicas":[4,5,6]}]}');
  world.until(() => world.znode('/admin/reassign_partitions') === undefined && world.state('t', 0)!.leader === 4 && world.state('t', 0)!.isr.length === 3, 'it is done', 60).run(2);
  expect(JSON.parse(world.znode('/brokers/topics/t')!.data!)).toEqual({ version: 1, partitions: { 0: [4, 5, 6] } });
  const steps = history(world, '/brokers/topics/t/partitions/0/state').map(({ leader, isr }) => `${leader}/${[...isr].sort().join('')}`);
  for (const step of ['1/123', '1/123456', '4/123456', '4/456']) expect(steps).toContain(step);
  expect(steps.indexOf('1/123456')).toBeLessThan(steps.indexOf('4/123456'));
  expect(steps.at(-1)).toBe('4/456');
  world.run(62);
  expect(valuesOf(world.fetch(4, 't', 0, 0).records)).toEqual(['a']);
  expect(world.world.volumes.find(({ name }) => name === brokerName(1))!.paths.some((path) => path.includes('t-0'))).toBe(false);
});

test('kafka-broker#46: deletion takes the topic from the metadata at once, and waits with the rest for a dead replica', () => {
  const world = new Cluster().boot().createTopic('t', [[1, 2, 3]]).run(1);
  world.kill(brokerName(3)).until(() => world.znode('/brokers/ids/3') === undefined, 'session of 3 expired', 12).run(1);
  world.send(1, 'DeleteTopics', { topicNames: ['t'], timeoutMs: 1_000 });
  world.run(2);
  expect(world.messages.some(({ from, message }) => from === brokerName(1) && message.type === 'UpdateMetadataRequest' && JSON.stringify(message['topics']).includes('"leader":-2'))).toBe(true);
  expect(world.ask(2, 'Metadata', { topics: ['t'], ...METADATA }).topics[0]).toMatchObject({ error: 'UNKNOWN_TOPIC_OR_PARTITION' });
  for (const id of [1, 2]) expect(world.broker(id).places['t-0']).toBeUndefined();
  world.run(10);
  expect(world.znode('/admin/delete_topics/t')).toBeDefined();
  world.startBroker(3).until(() => world.znode('/admin/delete_topics/t') === undefined, 'it is gone', 20);
  expect(world.znode('/brokers/topics/t')).toBeUndefined();
});

test('kafka-broker#70: a topic with one replica goes offline with it under a new epoch, and others are not concerned', () => {
  const world = new Cluster().boot().createTopic('t', [[2]]).createTopic('other', [[3, 1]]).run(1);
  world.kill(brokerName(2));
  expect(world.produce(3, 'other', 0, 'a', -1)).toMatchObject({ error: 'NONE' });
  world.until(() => world.state('t', 0)!.leader === -1, 'no leader', 12).run(1);
  expect(world.state('t', 0)).toMatchObject({ leader: -1, isr: [2], leaderEpoch: 1 });
  expect(world.state('other', 0)).toMatchObject({ leader: 3, leaderEpoch: 0 });
});

test('kafka-broker#44: without its leader a partition is answered with 72, and with 5 to old clients', () => {
  const world = new Cluster().boot().createTopic('t', [[2]]).run(1);
  world.kill(brokerName(2)).until(() => world.state('t', 0)!.leader === -1, 'no leader', 12).run(1);
  const ask = (version: number) => world.ask(3, 'Metadata', { topics: ['t'], ...METADATA }, { version }).topics[0]!.partitions[0];
  expect(ask(8)).toMatchObject({ error: 'LISTENER_NOT_FOUND', leaderId: -1 });
  expect(ask(5)).toMatchObject({ error: 'LEADER_NOT_AVAILABLE', leaderId: -1 });
});

test('kafka-broker#35: a leader whose zkVersion is behind skips the change, says so, and keeps its ISR', () => {
  const world = new Cluster().boot().createTopic('t', [[2, 3]]).run(1);
  const znode = world.znode('/brokers/topics/t/partitions/0/state')!;
  world.submit(setData('/brokers/topics/t/partitions/0/state', znode.data, 0)).until(() => world.state('t', 0)!.version === 1, 'written', 3);
  world.cut(brokerName(2), brokerName(3));
  world.produce(2, 't', 0, 'a', 1);
  world.until(() => world.factsOf('staleZkVersion').length > 0, 'the leader notices', 16);
  expect(world.partition(2, 't-0')).toMatchObject({ isr: [2, 3], zkVersion: 0 });
  expect(world.log(brokerName(2)).some((line) => line.includes('Cached zkVersion [0] not equal to that in zookeeper, skip updating ISR'))).toBe(true);
  expect(world.state('t', 0)).toMatchObject({ isr: [2, 3], version: 1 });
});
