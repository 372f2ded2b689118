import { expect, test } from 'vitest';
import type { Broker } from '../../../src/kafka/broker/state.ts';
import type { Log } from '../../../src/kafka/log/log.ts';
import { ANY, remove, setData } from '../../../src/kafka/zookeeper/requests.ts';
import type { Op } from '../../../src/zookeeper/messages.ts';
import { Cluster, brokerName } from '../cluster.ts';
import { valuesOf } from '../records.ts';

interface Asked {
  readonly at: number;
  readonly text: string;
}

/** What a broker asks of ZooKeeper about configurations and of which topics there are, from an instant on. */
function askedForConfigs(cluster: Cluster, id: number, from: number): readonly Asked[] {
  return cluster.messages.flatMap(({ at, from: sender, message }) => {
    if (sender !== brokerName(id) || message.type !== 'Request' || at < from) return [];
    const op = message['op'] as Op;
    return (op.type === 'getData' || op.type === 'getChildren') && /^\/(config|brokers\/topics$)/.test(op.path) ? [{ at, text: `${op.type} ${op.path}` }] : [];
  });
}

function restart(cluster: Cluster, id: number): number {
  cluster.until(() => !cluster.isUp(brokerName(id)), 'it is down');
  const from = cluster.world.now;
  cluster.startBroker(id).until(() => cluster.isRunning(id), 'it runs');
  return from;
}

/** Before any controller has said a word about it. */
function loadedLog(cluster: Cluster, id: number, name: string): Log {
  const log = (): Log | undefined => (cluster.broker(id) as Broker | null)?.logs[name];
  cluster.startBroker(id).until(() => log() !== undefined, 'it is loaded');
  return log()!;
}

const DEFAULT_SEGMENT_BYTES = 1_073_741_824;

test('three brokers boot on an ensemble of three and replicate a record', () => {
  const cluster = new Cluster().boot();
  expect(cluster.controllerId()).toBe(1);
  cluster.createTopic('orders', [[1, 2, 3], [2, 3, 1], [3, 1, 2]]);
  cluster.run(3);
  expect(cluster.state('orders', 0)).toEqual({ leader: 1, leaderEpoch: 0, isr: [1, 2, 3], controllerEpoch: 1, version: 0 });
  expect(cluster.produce(1, 'orders', 0, 'a', -1)).toMatchObject({ error: 'NONE', baseOffset: 0 });
  cluster.run(1);
  expect([1, 2, 3].map((id) => cluster.partition(id, 'orders-0').highWatermark)).toEqual([1, 1, 1]);
  expect(valuesOf(cluster.fetch(1, 'orders', 0, 0).records)).toEqual(['a']);
});

test('a start reads the brokers’ configurations one by one, all topics’ at once, and every stored one again before it serves', () => {
  const cluster = new Cluster().boot().createTopic('a', [[1]]).createTopic('b', [[3]]).createTopic('c', [[2, 1]]);
  cluster.signal(brokerName(3), 'SIGTERM');
  const asked = askedForConfigs(cluster, 3, restart(cluster, 3));
  const topics = ['getData /config/topics/a', 'getData /config/topics/b', 'getData /config/topics/c'];
  expect(asked.map(({ text }) => text)).toEqual([
    'getData /config/brokers/<default>', 'getData /config/brokers/3', 'getChildren /brokers/topics', ...topics,
    // The thread that listens to notifications, and the one that starts the broker.
    'getChildren /config/changes', 'getChildren /config/topics', ...topics, 'getChildren /config/clients', 'getChildren /config/users', 'getChildren /config/users', 'getChildren /config/brokers',
  ]);
  const times = asked.map(({ at }) => at);
  expect(new Set(times.slice(3, 6)).size).toBe(1);
  expect(new Set(times.slice(7)).size).toBe(times.length - 7);
});

test('a log is loaded with its topic’s own configuration, whoever has told of it', () => {
  const cluster = new Cluster().boot().createTopic('t', [[3]], { 'segment.bytes': '2000' });
  cluster.signal(brokerName(3), 'SIGTERM').run(5);
  cluster.submit(setData('/config/topics/t', '{"version":1,"config":{"segment.bytes":"3000"}}', ANY)).run(1);
  expect(loadedLog(cluster, 3, 't-0').config.segmentBytes).toBe(3000);
});

test('the configuration of a topic that is gone says nothing to its log', () => {
  const cluster = new Cluster().boot().createTopic('t', [[3]], { 'segment.bytes': '2000' });
  cluster.signal(brokerName(3), 'SIGTERM').run(5);
  for (const path of ['/partitions/0/state', '/partitions/0', '/partitions', '']) cluster.submit(remove(`/brokers/topics/t${path}`));
  cluster.run(1);
  expect(cluster.znode('/config/topics/t')?.data).toContain('2000');
  expect(loadedLog(cluster, 3, 't-0').config.segmentBytes).toBe(DEFAULT_SEGMENT_BYTES);
});

test('a replica that is made asks for its topic’s configuration, one after the other', () => {
  const cluster = new Cluster().boot();
  const from = cluster.world.now;
  cluster.createTopic('t', [[2, 1], [2, 1], [1, 2]]);
  const asked = askedForConfigs(cluster, 2, from);
  expect(asked.map(({ text }) => text)).toEqual(Array(3).fill('getData /config/topics/t'));
  expect(new Set(asked.map(({ at }) => at)).size).toBe(3);
});

test('a change that a broker without a log has heard of does not outlive the topic', () => {
  const cluster = new Cluster().boot().createTopic('t', [[1]]);
  const alter = cluster.ask(1, 'AlterConfigs', { resources: [{ resourceType: 'TOPIC', resourceName: 't', configs: [{ name: 'segment.bytes', value: '2000' }] }], validateOnly: false });
  expect(alter.responses[0]!.error).toBe('NONE');
  cluster.until(() => cluster.partition(1, 't-0').log.config.segmentBytes === 2000, 'the leader has heard of it').run(1);
  cluster.ask(1, 'DeleteTopics', { topicNames: ['t'], timeoutMs: 10_000 });
  cluster.until(() => cluster.znode('/config/topics/t') === undefined, 'it is gone').createTopic('t', [[2]]);
  expect(cluster.partition(2, 't-0').log.config.segmentBytes).toBe(DEFAULT_SEGMENT_BYTES);
});
