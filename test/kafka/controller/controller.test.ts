import { describe, expect, it } from 'vitest';
import { Cluster } from './cluster.ts';

const state = (leader: number, isr: readonly number[], leaderEpoch: number, controllerEpoch = 1) => ({
  controller_epoch: controllerEpoch, leader, version: 1, leader_epoch: leaderEpoch, isr,
});
const three = (options = {}): Cluster => {
  const cluster = new Cluster(options);
  cluster.start(1, 2, 3);
  return cluster;
};

describe('conformance, controller', () => {
  it('the first broker becomes controller with epoch 1, the others follow it', () => {
    const cluster = three();
    expect(cluster.data('/controller_epoch')).toBe('1');
    expect(JSON.parse(cluster.data('/controller')!)).toMatchObject({ brokerid: 1 });
    expect([...cluster.nodes.values()].map(({ controller }) => controller.context.role.value)).toEqual(['Active', 'Follower', 'Follower']);
    expect(cluster.lines).toContain(
      '[b1 controller] INFO [Controller id=1] 1 successfully elected as the controller. Epoch incremented to 1 and epoch zk version is now 1 (kafka.controller.KafkaController)',
    );
  });

  it('kafka-broker#3: a new topic is led by the first of its assignment, with all of it in the ISR', () => {
    const cluster = three();
    cluster.createTopic('T', [1, 2, 3]);
    expect(cluster.state('T')).toEqual(state(1, [1, 2, 3], 0));
    expect(cluster.requests.filter(({ request }) => request.type === 'LeaderAndIsrRequest').map(({ to }) => to)).toEqual([1, 2, 3]);
  });

  it('kafka-broker#5: a topic whose replicas are all dead stays New until one of them starts', () => {
    const cluster = new Cluster();
    cluster.start(1, 2);
    cluster.createTopic('T', [3]);
    expect(cluster.state('T')).toBeNull();
    expect(cluster.nodes.get(1)!.controller.context.partitionStates['T-0']!.value).toBe('NewPartition');
    cluster.start(3);
    expect(cluster.state('T')).toEqual(state(3, [3], 0));
  });

  it('kafka-broker#8: a dead leader is followed by the next of the assignment, in one epoch', () => {
    const cluster = three();
    cluster.createTopic('T', [2, 3, 1]);
    cluster.kill(2);
    expect(cluster.state('T')).toEqual(state(3, [3, 1], 1));
    expect(cluster.data('/controller_epoch')).toBe('1');
  });

  it('kafka-broker#9: the controller takes a dead follower out of the ISR under a new epoch', () => {
    const cluster = three();
    cluster.createTopic('T', [1, 2, 3]);
    cluster.kill(3);
    expect(cluster.state('T')).toEqual(state(1, [1, 2], 1));
  });

  it('kafka-broker#10: when controller and leader die together the epoch rises twice', () => {
    const cluster = three();
    cluster.createTopic('T', [1, 2, 3]);
    cluster.kill(1);
    expect(cluster.data('/controller_epoch')).toBe('2');
    expect(cluster.writes.filter((write) => write.includes('/T/partitions/0/state v'))).toEqual([
      'set /brokers/topics/T/partitions/0/state v1 {"controller_epoch":2,"leader":-1,"version":1,"leader_epoch":1,"isr":[2,3]}',
      'set /brokers/topics/T/partitions/0/state v2 {"controller_epoch":2,"leader":2,"version":1,"leader_epoch":2,"isr":[2,3]}',
    ]);
  });

  it('kafka-broker#13: allowing unclean election for an offline topic elects at once', () => {
    const cluster = three();
    cluster.createTopic('T', [2, 3]);
    cluster.kill(3);
    cluster.kill(2);
    expect(cluster.state('T')).toEqual(state(-1, [2], 2));
    cluster.start(3);
    expect(cluster.state('T')).toEqual(state(-1, [2], 2));
    cluster.write({ type: 'setData', path: '/config/topics/T', data: '{"version":1,"config":{"unclean.leader.election.enable":"true"}}', version: -1 });
    cluster.give(1, { type: 'uncleanLeaderElectionEnable', topic: 'T' });
    expect(cluster.state('T')).toEqual(state(3, [3], 3));
  });

  it('kafka-broker#14: the rebalance task gives leadership back to the preferred replica', () => {
    const cluster = three();
    cluster.createTopic('T', [2, 3, 1]);
    cluster.kill(2);
    cluster.start(2);
    cluster.write({ type: 'setData', path: '/brokers/topics/T/partitions/0/state', data: JSON.stringify(state(3, [3, 1, 2], 1)), version: -1 });
    cluster.fire(1, 'ctl.auto-leader-rebalance');
    expect(cluster.state('T')).toEqual(state(2, [3, 1, 2], 2));
    expect(cluster.nodes.get(1)!.timers.has('ctl.auto-leader-rebalance')).toBe(true);
  });

  it('kafka-broker#15: a preferred replica outside the ISR is not elected', () => {
    const cluster = three();
    cluster.createTopic('T', [2, 3]);
    cluster.kill(2);
    cluster.start(2);
    cluster.give(1, { type: 'electPreferredLeaders', partitions: [{ topic: 'T', partition: 0 }], replyTo: 7 });
    expect(cluster.outputs.at(-1)!.output).toMatchObject({ type: 'electPreferredLeadersReply', replyTo: 7, results: [{ outcome: { error: 'PREFERRED_LEADER_NOT_AVAILABLE' } }] });
    expect(cluster.state('T')).toEqual(state(3, [3], 1));
  });

  it('a controlled shutdown moves leadership and takes the broker out of the ISR before it is gone', () => {
    const cluster = three();
    cluster.createTopic('T', [2, 3, 1]);
    cluster.createTopic('U', [3, 2, 1]);
    cluster.give(1, { type: 'controlledShutdown', brokerId: 2, brokerEpoch: cluster.epochOf(2), replyTo: 'here' });
    expect(cluster.outputs.at(-1)!.output).toEqual({ type: 'controlledShutdownReply', replyTo: 'here', error: 'NONE', remainingPartitions: [] });
    expect(cluster.state('T')).toEqual(state(3, [3, 1], 1));
    expect(cluster.state('U')).toEqual(state(3, [3, 1], 1));
  });

  it('a controlled shutdown asked of a broker that is not controller, or with an old broker epoch, is refused', () => {
    const cluster = three();
    cluster.give(2, { type: 'controlledShutdown', brokerId: 3, brokerEpoch: cluster.epochOf(3), replyTo: 0 });
    cluster.give(1, { type: 'controlledShutdown', brokerId: 3, brokerEpoch: cluster.epochOf(3) - 1, replyTo: 0 });
    const errors = cluster.outputs.flatMap(({ output }) => (output.type === 'controlledShutdownReply' ? [output.error] : []));
    expect(errors).toEqual(['STALE_CONTROLLER_EPOCH', 'STALE_BROKER_EPOCH']);
  });

  it('an ISR change notification makes every broker hear of the new ISR, and is deleted', () => {
    const cluster = three();
    cluster.createTopic('T', [1, 2, 3]);
    cluster.write({ type: 'setData', path: '/brokers/topics/T/partitions/0/state', data: JSON.stringify(state(1, [1, 2], 0)), version: -1 });
    const before = cluster.requests.length;
    cluster.write({ type: 'create', path: '/isr_change_notification/isr_change_', data: '{"version":1,"partitions":[{"topic":"T","partition":0}]}', mode: 'PERSISTENT_SEQUENTIAL' });
    const sent = cluster.requests.slice(before);
    expect(sent.map(({ to, request }) => [to, request.type])).toEqual([1, 2, 3].map((id) => [id, 'UpdateMetadataRequest']));
    expect(sent[0]!.request).toMatchObject({ topics: [{ topic: 'T', partitions: [{ isr: [1, 2], zkVersion: 1 }] }] });
    expect(cluster.data('/isr_change_notification/isr_change_0000000000')).toBeUndefined();
  });

  it('a controller whose epoch was taken is fenced at its next write and resigns', () => {
    const cluster = three();
    cluster.createTopic('T', [1, 2, 3]);
    cluster.write({ type: 'setData', path: '/controller_epoch', data: '2', version: -1 });
    cluster.write({ type: 'setData', path: '/controller', data: '{"version":1,"brokerid":2,"timestamp":"0"}', version: -1 });
    cluster.createTopic('U', [2, 3]);
    expect(cluster.nodes.get(1)!.controller.context.role.value).toBe('Follower');
    expect(cluster.state('U')).toBeNull();
  });

  it('kafka-broker#45: a reassignment adds the new replicas, and once they are in sync moves the leader and removes the old ones', () => {
    const cluster = three();
    cluster.start(4, 5, 6);
    cluster.createTopic('T', [1, 2, 3]);
    const assigned = () => (JSON.parse(cluster.data('/brokers/topics/T')!) as { partitions: { 0: number[] } }).partitions[0];
    cluster.write({ type: 'create', path: '/admin/reassign_partitions', data: '{"version":1,"partitions":[{"topic":"T","partition":0,"replicas":[4,5,6]}]}', mode: 'PERSISTENT' });
    expect([...assigned()].sort()).toEqual([1, 2, 3, 4, 5, 6]);
    expect(cluster.state('T')).toEqual(state(1, [1, 2, 3], 1));
    cluster.write({ type: 'setData', path: '/brokers/topics/T/partitions/0/state', data: JSON.stringify(state(1, [1, 2, 3, 4, 5, 6], 1)), version: -1 });
    expect(cluster.state('T')).toMatchObject({ leader: 4, isr: [4, 5, 6] });
    expect(cluster.writes.filter((write) => write.includes('"leader":4')).at(0)).toContain('"isr":[1,2,3,4,5,6]');
    expect(assigned()).toEqual([4, 5, 6]);
    expect(cluster.data('/admin/reassign_partitions')).toBeUndefined();
  });

  it('kafka-broker#46: deletion waits for a dead replica and is completed when its broker returns', () => {
    const cluster = three();
    cluster.createTopic('T', [1, 2, 3]);
    cluster.kill(3);
    cluster.write({ type: 'create', path: '/admin/delete_topics/T', data: null, mode: 'PERSISTENT' });
    expect(cluster.data('/admin/delete_topics/T')).toBeNull();
    const deletes = () => cluster.requests.filter(({ request }) => request.type === 'StopReplicaRequest' && request.deletePartitions).map(({ to }) => to);
    expect(deletes()).toEqual([1, 2]);
    cluster.start(3);
    expect(deletes()).toEqual([1, 2, 3]);
    for (const path of ['/admin/delete_topics/T', '/brokers/topics/T', '/config/topics/T']) expect(cluster.data(path)).toBeUndefined();
  });

  it('kafka-broker#70: a topic with one replica goes offline with it, under a new epoch', () => {
    const cluster = three();
    cluster.createTopic('T', [2]);
    cluster.kill(2);
    expect(cluster.state('T')).toEqual(state(-1, [2], 1));
  });

  it('kafka-broker#71: if both ISR members vanish at once exactly one of them stays in the ISR, and the epoch rises twice', () => {
    const cluster = three();
    cluster.createTopic('T', [2, 3]);
    cluster.kill(2, 3);
    expect(cluster.state('T')).toMatchObject({ leader: -1, leader_epoch: 2 });
    expect((cluster.state('T') as { isr: number[] }).isr).toHaveLength(1);
  });
});
