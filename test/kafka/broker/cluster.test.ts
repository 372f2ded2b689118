import { expect, test } from 'vitest';
import { brokerName, Cluster, zooName } from '../cluster.ts';
import { valuesOf } from '../records.ts';

const SECOND = 1_000_000;

/** One partition on all three, broker 1 leads and is controller unless said otherwise. */
function cluster(assignment: readonly (readonly number[])[] = [[1, 2, 3]], configs: Readonly<Record<string, string>> = {}, properties: Readonly<Record<string, string>> = {}): Cluster {
  return new Cluster({ properties }).boot().createTopic('t', assignment, configs).run(2);
}

function cut(world: Cluster, from: string, to: string): void {
  world.perform({ type: 'addRule', rule: { id: `${from}-${to}`, from, to, effect: { type: 'cut' } } });
  world.perform({ type: 'addRule', rule: { id: `${to}-${from}`, from: to, to: from, effect: { type: 'cut' } } });
}

const states = (world: Cluster, id: number): unknown[] => world.factsOf('brokerStateChanged', brokerName(id)).map(({ fact }) => fact['number']);

test('kafka-broker#1: the first broker of a fresh cluster becomes controller and passes the states 1, 2, 3', () => {
  const world = new Cluster({ brokers: 1 }).boot().run(1);
  expect(world.znode('/controller_epoch')).toEqual({ data: '1', version: 1 });
  expect(world.controllerId()).toBe(1);
  expect(states(world, 1)).toEqual([1, 2, 3]);
  expect(JSON.parse(world.znode('/cluster/id')!.data!)).toMatchObject({ version: '1', id: expect.stringMatching(/^[A-Za-z0-9_-]{22}$/) as string });
  expect(world.znode('/brokers/ids/1')!.version).toBe(1);
});

test('kafka-broker#2: after a clean stop nothing is recovered, and the next controller epoch is 2', () => {
  const world = new Cluster({ brokers: 1 }).boot().run(1);
  world.signal(brokerName(1), 'SIGTERM').until(() => !world.isUp(brokerName(1)), 'broker 1 has stopped');
  expect(world.znode('/brokers/ids/1')).toBeUndefined();
  expect(states(world, 1)).toEqual([1, 2, 3, 6, 7, 0]);
  world.startBroker(1).until(() => world.isRunning(1), 'broker 1 runs').run(1);
  expect(states(world, 1).slice(6)).toEqual([1, 3]);
  expect(world.znode('/controller_epoch')!.data).toBe('2');
});

test('kafka-broker#4: a broker that was away joins the ISR when it has caught up, and the leader stays', () => {
  const world = new Cluster().boot();
  world.kill(brokerName(3)).until(() => world.znode('/brokers/ids/3') === undefined, 'session of 3 expired');
  world.until(() => world.broker(1).metadata.brokers.length === 2, 'metadata without 3');
  world.createTopic('t', [[3, 1, 2]]).run(1);
  expect(world.state('t', 0)).toMatchObject({ leader: 1, isr: [1, 2], leaderEpoch: 0 });
  world.startBroker(3).until(() => world.state('t', 0)!.isr.length === 3, '3 in the ISR');
  expect(world.state('t', 0)).toMatchObject({ leader: 1, isr: [1, 2, 3], leaderEpoch: 0, version: 1 });
});

test('kafka-broker#8: kill -9 of a leader elects the next in sync after the session', () => {
  const world = cluster([[2, 3, 1]]);
  world.produce(2, 't', 0, 'before', -1);
  const killedAt = world.world.now;
  world.kill(brokerName(2)).until(() => world.state('t', 0)!.leader === 3, 'broker 3 leads', 12);
  const after = (world.world.now - killedAt) / SECOND;
  expect(after).toBeGreaterThan(4);
  expect(after).toBeLessThan(9.5);
  expect(world.state('t', 0)).toMatchObject({ leader: 3, isr: [3, 1], leaderEpoch: 1, controllerEpoch: 1 });
  world.run(3);
  expect(world.produce(3, 't', 0, 'after', -1)).toMatchObject({ error: 'NONE', baseOffset: 1 });
  world.run(1);
  expect(valuesOf(world.fetch(3, 't', 0, 0).records)).toEqual(['before', 'after']);
  expect(world.partition(1, 't-0').log.epochs).toEqual([{ epoch: 0, startOffset: 0 }, { epoch: 1, startOffset: 1 }]);
});

test('kafka-broker#9: kill -9 of a follower is taken out of the ISR by the controller, before the lag would do it', () => {
  const world = cluster();
  const killedAt = world.world.now;
  world.kill(brokerName(3)).until(() => world.state('t', 0)!.isr.length === 2, 'ISR without 3', 12);
  expect(world.state('t', 0)).toMatchObject({ leader: 1, isr: [1, 2], leaderEpoch: 1 });
  expect((world.world.now - killedAt) / SECOND).toBeLessThan(10);
  world.run(1);
  expect(world.partition(1, 't-0')).toMatchObject({ leaderEpoch: 1, isr: [1, 2] });
});

test('kafka-broker#10: kill -9 of the controller that leads costs two leader epochs', () => {
  const world = cluster();
  world.kill(brokerName(1)).until(() => world.state('t', 0)!.leader === 2, 'broker 2 leads', 15);
  expect(world.state('t', 0)).toMatchObject({ leader: 2, isr: [2, 3], leaderEpoch: 2, controllerEpoch: 2 });
  expect(world.znode('/controller_epoch')!.data).toBe('2');
  world.run(3);
  expect(world.produce(2, 't', 0, 'x', -1)).toMatchObject({ error: 'NONE' });
});

/** From SIGTERM until a broker's registration has gone, and from then until its process has ended; seconds. */
function stop(world: Cluster, id: number): { readonly registered: number; readonly running: number } {
  const { now } = world.world;
  world.signal(brokerName(id), 'SIGTERM').until(() => world.znode(`/brokers/ids/${id}`) === undefined, 'its session is closed', 40);
  const closed = world.world.now;
  world.until(() => !world.isUp(brokerName(id)), `broker ${id} has stopped`, 5);
  return { registered: (closed - now) / SECOND, running: (world.world.now - closed) / SECOND };
}

/** Before the session is closed seven threads end that poll every 200 ms, after it three that poll every second. */
const PURGATORIES_END_S = 7 * 0.2;
const QUOTAS_END_S = 3 * 1;
/** What else a shutdown has to do. */
const WORK_S = 0.3;

test('kafka-broker#16: SIGTERM moves the leaders first and the broker goes without waiting for a session', () => {
  const world = cluster([[2, 1, 3]]);
  world.produce(2, 't', 0, 'x', -1);
  const { registered, running } = stop(world, 2);
  expect(registered).toBeLessThan(PURGATORIES_END_S + WORK_S);
  expect(running).toBeLessThan(QUOTAS_END_S + WORK_S);
  expect(world.state('t', 0)).toMatchObject({ leader: 1, isr: [1, 3] });
  expect(world.world.processes.find(({ name }) => name === brokerName(2))!.exitCode).toBe(143);
  const moved = world.facts.findIndex(({ fact }) => fact.type === 'becameLeader' && fact['broker'] === 1 && fact['leaderEpoch'] === 1);
  const gone = world.facts.findIndex(({ fact, process }) => fact.type === 'brokerExited' && process === brokerName(2));
  expect(moved).toBeGreaterThan(-1);
  expect(moved).toBeLessThan(gone);
});

test('kafka-broker#17: with nobody else in sync the broker tries three times, five seconds apart, and goes all the same', () => {
  const world = cluster([[2, 3]]);
  world.kill(brokerName(3)).until(() => world.state('t', 0)!.isr.length === 1, 'ISR of one', 12).run(1);
  const { registered } = stop(world, 2);
  expect(registered).toBeGreaterThan(14.9);
  expect(registered).toBeLessThan(15 + PURGATORIES_END_S + WORK_S);
  world.until(() => world.state('t', 0)!.leader === -1, 'no leader', 10);
  expect(world.state('t', 0)).toMatchObject({ leader: -1, isr: [2] });
});

test('kafka-broker#18: a partition with one replica does not hold the shutdown up; it goes offline', () => {
  const world = cluster([[2]]);
  expect(stop(world, 2).registered).toBeLessThan(PURGATORIES_END_S + WORK_S);
  world.until(() => world.state('t', 0)!.leader === -1, 'no leader', 10);
  expect(world.state('t', 0)).toMatchObject({ leader: -1, isr: [2] });
});

test('kafka-broker#19: a restart before the old session has expired fails with NodeExists and exit status 1', () => {
  const world = cluster();
  world.kill(brokerName(3)).run(0.2).startBroker(3).until(() => !world.isUp(brokerName(3)), 'the restart has failed', 10);
  expect(world.world.processes.find(({ name }) => name === brokerName(3))!.exitCode).toBe(1);
  expect(world.log(brokerName(3)).some((line) => line.includes('KeeperErrorCode = NodeExists'))).toBe(true);
  world.until(() => world.znode('/brokers/ids/3') === undefined, 'session expired', 12).startBroker(3).until(() => world.isRunning(3), 'broker 3 runs').until(() => world.state('t', 0)!.isr.length === 3, 'back in the ISR');
});

test('kafka-broker#20: a broker whose session expired registers anew with a larger epoch and goes on', () => {
  const world = cluster([[2, 3, 1]]);
  const before = world.broker(3).brokerEpoch;
  world.signal(brokerName(3), 'SIGSTOP').until(() => world.znode('/brokers/ids/3') === undefined, 'session of 3 expired', 12).run(1);
  world.signal(brokerName(3), 'SIGCONT').until(() => world.znode('/brokers/ids/3') !== undefined, 'registered again', 20).run(3).until(() => world.state('t', 0)!.isr.length === 3, 'back in the ISR', 20);
  expect(world.broker(3).brokerEpoch).toBeGreaterThan(before);
  expect(world.broker(3).chart.value).toBe('RunningAsBroker');
});

test('kafka-broker#24: acks=all is answered when both followers have fetched beyond the record', () => {
  const world = cluster();
  const fetchesBefore = (): number[] => world.partition(1, 't-0').remotes.map(({ logEndOffset }) => logEndOffset);
  const id = world.sendProduce(1, 't', 0, 'x', -1);
  world.until(() => world.partition(1, 't-0').log.logEndOffset === 1, 'appended');
  expect(world.response('Produce', id)).toBeUndefined();
  world.until(() => world.response('Produce', id) !== undefined, 'answered', 2);
  expect(fetchesBefore()).toEqual([1, 1]);
  expect(world.partition(1, 't-0').highWatermark).toBe(1);
});

test('kafka-broker#25: a follower learns the HW with its next fetch response, within 500 ms when idle', () => {
  const world = cluster();
  world.produce(1, 't', 0, 'x', -1);
  expect(world.partition(2, 't-0').highWatermark).toBe(0);
  const at = world.world.now;
  world.until(() => [2, 3].every((id) => world.partition(id, 't-0').highWatermark === 1), 'followers know', 2);
  expect((world.world.now - at) / 1000).toBeGreaterThan(300);
  expect((world.world.now - at) / 1000).toBeLessThan(520);
});

test('kafka-broker#33: a follower that cannot fetch leaves the ISR 10 to 15 s after it was last caught up, at the same epoch', () => {
  const world = cluster();
  world.produce(1, 't', 0, 'x', -1);
  const at = world.world.now;
  cut(world, brokerName(1), brokerName(3));
  for (let i = 0; i < 60 && world.state('t', 0)!.isr.length === 3; i++) {
    world.sendProduce(1, 't', 0, `v${i}`, 1);
    world.run(0.25);
  }
  const took = (world.world.now - at) / SECOND;
  expect(took).toBeGreaterThan(10);
  expect(took).toBeLessThan(15.5);
  expect(world.state('t', 0)).toMatchObject({ leader: 1, isr: [1, 2], leaderEpoch: 0, version: 1 });
  world.until(() => world.factsOf('isrShrank').length === 1, 'shrunk').run(8);
  expect(world.messages.some(({ message }) => JSON.stringify(message).includes('/isr_change_notification/isr_change_'))).toBe(true);
  expect(world.broker(2).metadata.topics['t']![0]!.isr).toEqual([1, 2]);
});

test('kafka-broker#34: without new records a silent follower stays in the ISR', () => {
  const world = cluster();
  cut(world, brokerName(1), brokerName(3));
  world.run(60);
  expect(world.state('t', 0)).toMatchObject({ isr: [1, 2, 3], leaderEpoch: 0, version: 0 });
});

test('kafka-broker#64: without ZooKeeper acks=all stalls with the follower, acks=1 goes on until the ISR has to be written, then nothing answers', () => {
  const world = cluster([[2, 3]]);
  world.produce(2, 't', 0, 'a', -1);
  world.kill(...[1, 2, 3].map(zooName)).run(5);
  expect(world.produce(2, 't', 0, 'b', -1)).toMatchObject({ error: 'NONE' });
  const killedAt = world.world.now;
  world.kill(brokerName(3)).run(0.1);
  const all = world.sendProduce(2, 't', 0, 'c', -1);
  expect(world.produce(2, 't', 0, 'd', 1)).toMatchObject({ error: 'NONE' });
  let last = world.world.now;
  for (let i = 0; i < 80; i++) {
    const id = world.sendProduce(2, 't', 0, `e${i}`, 1);
    world.run(0.25);
    if (world.response('Produce', id)) last = world.world.now;
  }
  const hung = (last - killedAt) / SECOND;
  expect(hung).toBeGreaterThan(9.5);
  expect(hung).toBeLessThan(15.5);
  expect(world.response('Produce', all)).toBeUndefined();
  const fetch = world.sendFetch(2, 't', 0, 0);
  world.run(2);
  expect(world.response('Fetch', fetch)).toBeUndefined();
  world.run(10);
  expect(world.response('Produce', all)!.topics[0]!.partitions[0]).toMatchObject({ error: 'REQUEST_TIMED_OUT' });
  expect(world.broker(2).metadata.topics['t']![0]).toMatchObject({ leader: 2, isr: [2, 3] });
  expect(world.broker(2).handlersHeld).toBe(8);
});

test('kafka-broker#64a: of two written partitions only the first in the map hangs, and the other goes on with acks=1', () => {
  const world = new Cluster().boot().createTopic('t', [[2, 3]]).createTopic('u', [[2, 3]]).run(2);
  for (const topic of ['t', 'u']) world.produce(2, topic, 0, 'a', -1);
  world.kill(...[1, 2, 3].map(zooName)).run(1).kill(brokerName(3));
  for (let i = 0; i < 10; i++) {
    for (const topic of ['t', 'u']) world.sendProduce(2, topic, 0, `b${i}`, 1);
    world.run(0.2);
  }
  world.run(16);
  const answered = ['t', 'u'].map((topic) => {
    const id = world.sendProduce(2, topic, 0, 'c', 1);
    world.run(1);
    return world.response('Produce', id) !== undefined;
  });
  expect(answered.filter(Boolean)).toHaveLength(1);
  const free = ['t', 'u'][answered.indexOf(true)]!;
  expect(world.partition(2, `${free}-0`).highWatermark).toBe(1);
  expect(world.partition(2, `${free}-0`).isrUpdate).toBeNull();
});

test('kafka-broker#64b: when ZooKeeper is back the write succeeds at once, everything waiting is answered, and sessions live on', () => {
  const world = cluster([[2, 3]]);
  world.produce(2, 't', 0, 'a', -1);
  const epochs = [1, 2].map((id) => world.broker(id).brokerEpoch);
  world.kill(...[1, 2, 3].map(zooName)).run(1).kill(brokerName(3)).run(0.1);
  const waiting = [world.sendProduce(2, 't', 0, 'b', 1, 120_000), world.sendProduce(2, 't', 0, 'c', -1, 120_000)];
  world.run(16);
  const hanging = world.sendProduce(2, 't', 0, 'd', 1);
  world.run(5);
  expect(world.response('Produce', hanging)).toBeUndefined();
  const at = world.world.now;
  world.startZooKeeper().until(() => [...waiting, hanging].every((id) => world.response('Produce', id) !== undefined), 'all answered', 20);
  expect((world.world.now - at) / SECOND).toBeLessThan(6);
  expect(waiting.map((id) => world.response('Produce', id)!.topics[0]!.partitions[0]!.error)).toEqual(['NONE', 'NONE']);
  world.until(() => world.state('t', 0)?.isr.length === 1, 'shrunk', 5);
  expect(world.state('t', 0)).toMatchObject({ leader: 2, leaderEpoch: 0, isr: [2], version: 1 });
  world.run(12);
  expect([1, 2].map((id) => world.broker(id).brokerEpoch)).toEqual(epochs);
  expect(world.znode('/brokers/ids/3')).toBeUndefined();
  expect(world.znode('/controller_epoch')!.data).toBe('1');
});

test('kafka-broker#65: ISR changes in a burst are told once, 5 to 7.5 s after the last', () => {
  const world = cluster([[1, 2, 3]]);
  world.run(61);
  const notifications = (): number[] => world.messages.filter(({ message }) => message.type === 'Request' && JSON.stringify(message['op'] ?? null).includes('"path":"/isr_change_notification/isr_change_"')).map(({ at }) => at);
  const shrink = (id: number): void => {
    cut(world, brokerName(1), brokerName(id));
    world.sendProduce(1, 't', 0, 'x', 1);
    const before = world.factsOf('isrShrank').length;
    world.until(() => world.factsOf('isrShrank').length > before, `${id} out`, 20);
  };
  shrink(3);
  world.run(3);
  expect(notifications()).toHaveLength(1);
  expect(notifications()[0]! - world.factsOf('isrShrank')[0]!.at).toBeLessThan(2.6 * SECOND);
  world.perform({ type: 'removeRule' }).until(() => world.factsOf('isrExpanded').length === 1, '3 back', 20);
  shrink(2);
  const last = world.factsOf('isrShrank').at(-1)!.at;
  world.run(10);
  const after = notifications().filter((at) => at > last);
  expect(after).toHaveLength(1);
  expect((after[0]! - last) / SECOND).toBeGreaterThanOrEqual(5);
  expect((after[0]! - last) / SECOND).toBeLessThan(7.6);
});

test('kafka-broker#66: producer ids come from the block of the broker', () => {
  const world = new Cluster({ brokers: 2 }).boot();
  const ask = (id: number): number => world.ask(id, 'InitProducerId', { transactionalId: null, transactionTimeoutMs: 60_000 }).producerId;
  expect([ask(1), ask(1), ask(2)]).toEqual([0, 1, 1000]);
});

test('kafka-broker#69: a topic that exists, asked for with too many replicas, is refused for the replicas', () => {
  const world = cluster();
  const answer = world.ask(1, 'CreateTopics', { topics: [{ topic: 't', numPartitions: 1, replicationFactor: 4, assignments: [], configs: [] }], timeoutMs: 5_000, validateOnly: false });
  expect(answer.topics[0]).toMatchObject({ error: 'INVALID_REPLICATION_FACTOR' });
});

/** Broker 1 leads t-0 and is cut off from ZooKeeper and its fellows; clients still reach it. Broker 2 leads at the next epoch. */
function zombie(): Cluster {
  const world = new Cluster().boot();
  world.createTopic('t', [[2, 3, 1]]).run(2);
  world.produce(2, 't', 0, 'common', -1);
  world.run(1);
  for (const other of [...[1, 2, 3].map(zooName), brokerName(1), brokerName(3)]) cut(world, brokerName(2), other);
  return world.until(() => world.state('t', 0)!.leader === 3, 'broker 3 leads', 15).run(3);
}

test('kafka-broker#73: what a zombie leader took with acks=1 is cut off when it comes back, and nobody else has ever seen it', () => {
  const world = zombie();
  expect(world.produce(2, 't', 0, 'zombie', 1)).toMatchObject({ error: 'NONE', baseOffset: 1 });
  expect(world.produce(3, 't', 0, 'new', -1)).toMatchObject({ error: 'NONE', baseOffset: 1 });
  world.run(1);
  expect(valuesOf(world.fetch(3, 't', 0, 0).records)).toEqual(['common', 'new']);
  world.perform({ type: 'removeRule' }).until(() => world.state('t', 0)!.isr.length === 3, 'broker 2 is back', 60).run(1);
  expect(world.factsOf('logTruncated', brokerName(2)).at(-1)!.fact).toMatchObject({ from: 2, to: 1 });
  expect(valuesOf(world.partition(2, 't-0').log.segments.flatMap(({ batches }) => [...batches.full.flat(), ...batches.tail]))).toEqual(['common', 'new']);
});

test('kafka-broker#74: a zombie leader never acknowledges acks=all', () => {
  const world = zombie();
  expect(world.partition(2, 't-0').isr).toEqual([2, 3, 1]);
  const id = world.sendProduce(2, 't', 0, 'zombie', -1, 5_000);
  world.run(6);
  expect(world.response('Produce', id)!.topics[0]!.partitions[0]).toMatchObject({ error: 'REQUEST_TIMED_OUT' });
  const second = world.sendProduce(2, 't', 0, 'again', -1, 60_000);
  world.run(0.5).perform({ type: 'removeRule' });
  world.until(() => world.response('Produce', second) !== undefined, 'answered', 60);
  expect(world.response('Produce', second)!.topics[0]!.partitions[0]).toMatchObject({ error: 'NOT_LEADER_FOR_PARTITION' });
});

test('topics made because somebody asked for them have a leader at the second look', () => {
  const world = new Cluster().boot();
  const ask = (): unknown => world.ask(2, 'Metadata', { topics: ['auto'], allowAutoTopicCreation: true, includeClusterAuthorizedOperations: false, includeTopicAuthorizedOperations: false }).topics[0];
  expect(ask()).toMatchObject({ error: 'LEADER_NOT_AVAILABLE', partitions: [] });
  world.run(1);
  expect(ask()).toMatchObject({ error: 'NONE', topic: 'auto', partitions: [{ error: 'NONE' }] });
});

test('a topic option changed while the brokers run reaches their logs', () => {
  const world = cluster();
  world.ask(1, 'AlterConfigs', { resources: [{ resourceType: 'TOPIC', resourceName: 't', configs: [{ name: 'min.insync.replicas', value: '2' }, { name: 'segment.bytes', value: '1000' }] }], validateOnly: false });
  world.run(1);
  expect([1, 2, 3].map((id) => world.partition(id, 't-0').log.config.segmentBytes)).toEqual([1000, 1000, 1000]);
  const described = world.ask(2, 'DescribeConfigs', { resources: [{ resourceType: 'TOPIC', resourceName: 't', configNames: ['min.insync.replicas'] }], includeSynonyms: false });
  expect(described.results[0]!.configs).toMatchObject([{ name: 'min.insync.replicas', value: '2', source: 'TOPIC_CONFIG' }]);
});

test('changes of configurations in quick succession are each taken once', () => {
  const world = cluster();
  const alter = (value: string): number => world.send(1, 'AlterConfigs', { resources: [{ resourceType: 'TOPIC', resourceName: 't', configs: [{ name: 'segment.bytes', value }] }], validateOnly: false });
  for (const value of ['1000', '2000', '3000', '4000']) alter(value);
  world.run(2);
  for (const id of [1, 2, 3]) expect(world.log(brokerName(id)).filter((line) => line.includes('Processing override for entityPath: topics/t'))).toHaveLength(4);
});

test('a deleted topic leaves metadata, logs and ZooKeeper', () => {
  const world = cluster();
  expect(world.ask(1, 'DeleteTopics', { topicNames: ['t'], timeoutMs: 10_000 }).responses).toEqual([{ topic: 't', error: 'NONE' }]);
  world.until(() => world.znode('/brokers/topics/t') === undefined, 'znode gone', 10);
  expect([1, 2, 3].map((id) => world.broker(id).places['t-0'])).toEqual([undefined, undefined, undefined]);
  world.createTopic('t', [[1, 2]]).run(1);
  expect(world.produce(1, 't', 0, 'again', -1)).toMatchObject({ error: 'NONE', baseOffset: 0 });
});

test('more partitions are added to a topic', () => {
  const world = cluster();
  expect(world.ask(1, 'CreatePartitions', { topics: [{ topic: 't', count: 3, assignments: null }], timeoutMs: 10_000, validateOnly: false }).topics[0]).toMatchObject({ error: 'NONE' });
  expect(world.broker(1).metadata.topics['t']!.map(({ leader }) => leader >= 0)).toEqual([true, true, true]);
});

test('what was appended before a kill -9 is there after the restart, and the HW is what was checkpointed', () => {
  const world = cluster([[2, 3, 1]]);
  for (let i = 0; i < 5; i++) world.produce(2, 't', 0, `v${i}`, -1);
  world.kill(brokerName(3)).until(() => world.znode('/brokers/ids/3') === undefined, 'session expired', 12).startBroker(3).until(() => world.isRunning(3), 'broker 3 runs');
  expect(states(world, 3).slice(-3)).toEqual([1, 2, 3]);
  world.until(() => world.state('t', 0)!.isr.length === 3, 'back in the ISR', 20);
  expect(world.partition(3, 't-0').log.logEndOffset).toBe(5);
  expect(world.factsOf('logTruncated', brokerName(3))).toEqual([]);
});

test('the state of a running cluster survives being written as text', () => {
  const world = cluster();
  world.produce(1, 't', 0, 'x', -1);
  const state = world.broker(1);
  const seen = new Set<unknown>();
  const plain = (value: unknown): boolean => {
    if (value === null || ['string', 'number', 'boolean'].includes(typeof value) || value instanceof Uint8Array) return true;
    if (typeof value !== 'object' || seen.has(value)) return typeof value === 'object';
    seen.add(value);
    const prototype = Object.getPrototypeOf(value) as unknown;
    return (prototype === Object.prototype || prototype === Array.prototype || prototype === null) && Object.values(value).every((part) => part === undefined || plain(part));
  };
  expect(plain(state)).toBe(true);
});
