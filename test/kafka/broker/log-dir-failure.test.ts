/** Section 3.16 on a whole cluster: a log directory fails, what its broker does, and what the controller makes of it. */
import { describe, expect, test } from 'vitest';
import { findProcess } from '../../../src/kernel/world.ts';
import { brokerName, Cluster } from '../cluster.ts';

const dirs = (id: number): readonly string[] => [`/data/a-${id}`, `/data/b-${id}`];

/** Two partitions of three replicas, one in each of the two directories of every broker; broker 1 leads both. */
function twoDirectories(): Cluster {
  const cluster = new Cluster({ logDirs: dirs }).boot();
  return cluster.createTopic('t', [[1, 2, 3], [1, 3, 2]]).run(1);
}

const fail = (cluster: Cluster, id: number, ...failed: readonly string[]): Cluster => cluster.perform({ type: 'disk', volume: brokerName(id), failed });

describe('a log directory that fails', () => {
  test('is found by the write that fails: the leader answers 56, and another takes over the partition, with its broker alive', () => {
    const cluster = twoDirectories();
    const dir = cluster.partition(1, 't-0').log.logDir;
    expect(cluster.partition(1, 't-1').log.logDir).not.toBe(dir);
    cluster.produce(1, 't', 0, 'a', -1);
    fail(cluster, 1, dir);
    expect(cluster.produce(1, 't', 0, 'b', 1)).toMatchObject({ error: 'KAFKA_STORAGE_ERROR', baseOffset: -1 });
    expect(cluster.partition(1, 't-0').chart.value).toBe('offline');
    cluster.until(() => cluster.state('t', 0)!.leader !== 1, 'the controller moves the leader', 5);
    // Elected once, and the failed replica taken out of the ISR with it.
    expect(cluster.state('t', 0)).toMatchObject({ leader: 2, isr: [2, 3], leaderEpoch: 1 });
    expect(cluster.state('t', 1)).toMatchObject({ leader: 1, isr: [1, 3, 2], leaderEpoch: 0 });
    cluster.run(1);
    expect(cluster.produce(2, 't', 0, 'c', -1)).toMatchObject({ error: 'NONE', baseOffset: 1 });
    expect(cluster.produce(1, 't', 1, 'd', -1)).toMatchObject({ error: 'NONE', baseOffset: 0 });
    expect(cluster.fetch(1, 't', 0, 0)).toMatchObject({ error: 'KAFKA_STORAGE_ERROR' });
    const told = cluster.ask(3, 'Metadata', { topics: ['t'], allowAutoTopicCreation: false, includeClusterAuthorizedOperations: false, includeTopicAuthorizedOperations: false });
    expect(told.topics[0]!.partitions.find(({ partition }) => partition === 0)).toMatchObject({ leaderId: 2, isrNodes: [2, 3], offlineReplicas: [1] });
  });

  test('is announced in ZooKeeper once, and the controller takes the announcement away', () => {
    const cluster = twoDirectories();
    fail(cluster, 1, cluster.partition(1, 't-0').log.logDir).produce(1, 't', 0, 'a', 1);
    cluster.until(() => cluster.factsOf('znodeCreated').some(({ fact }) => String(fact['path']).startsWith('/log_dir_event_notification/')), 'it is announced', 5);
    const made = cluster.factsOf('znodeCreated').filter(({ fact }) => String(fact['path']).startsWith('/log_dir_event_notification/'));
    expect(new Set(made.map(({ fact }) => fact['path']))).toEqual(new Set(['/log_dir_event_notification/log_dir_event_0000000000']));
    expect(made[0]!.fact['data']).toBe('{"version":1,"broker":1,"event":1}');
    cluster.until(() => cluster.znode('/log_dir_event_notification/log_dir_event_0000000000') === undefined, 'it is taken away', 5);
    // Answered with 56 by the broker, as the controller asks it about all its replicas.
    expect(cluster.messages.some(({ from, message }) => from === 'broker-1' && message.type === 'LeaderAndIsrResponse' && JSON.stringify(message['partitions']).includes('KAFKA_STORAGE_ERROR'))).toBe(true);
    expect(cluster.log('broker-1').some((line) => line.includes('Stopping serving replicas in dir'))).toBe(true);
  });

  test('is found without any record by the high watermark checkpoint within five seconds, on a follower as well', () => {
    const cluster = twoDirectories();
    fail(cluster, 2, cluster.partition(2, 't-0').log.logDir);
    cluster.until(() => !cluster.state('t', 0)!.isr.includes(2), 'the replica leaves the ISR', 6);
    expect(cluster.state('t', 0)).toMatchObject({ leader: 1, isr: [1, 3], leaderEpoch: 1 });
    expect(cluster.factsOf('logDirFailed')).toHaveLength(1);
    expect(cluster.isRunning(2)).toBe(true);
  });

  test('stays offline when the disk is well again, until the broker is started anew, catches up and is in sync again', () => {
    const cluster = twoDirectories();
    cluster.produce(1, 't', 0, 'a', -1);
    fail(cluster, 1, cluster.partition(1, 't-0').log.logDir).produce(1, 't', 0, 'b', 1);
    cluster.until(() => cluster.state('t', 0)!.leader === 2, 'another leads', 5).run(1);
    cluster.produce(2, 't', 0, 'c', -1);
    fail(cluster, 1).run(12);
    expect(cluster.partition(1, 't-0').chart.value).toBe('offline');
    expect(cluster.state('t', 0)!.isr).not.toContain(1);
    cluster.signal('broker-1', 'SIGTERM').until(() => !cluster.isUp('broker-1'), 'it stops', 30);
    cluster.startBroker(1).until(() => cluster.state('t', 0)!.isr.includes(1), 'it is back in the ISR', 30);
    expect(cluster.partition(1, 't-0').log.logEndOffset).toBe(2);
  });

  test('of a broker that starts with it: the broker runs with what is left, and the replica stays offline', () => {
    const cluster = twoDirectories();
    const { logDir } = cluster.partition(1, 't-0').log;
    cluster.signal('broker-1', 'SIGTERM').until(() => !cluster.isUp('broker-1'), 'it stops', 30);
    fail(cluster, 1, logDir).startBroker(1).until(() => cluster.state('t', 1)!.isr.includes(1), 'the other partition is in sync again', 30);
    cluster.run(2);
    expect(cluster.state('t', 0)!.isr).not.toContain(1);
    expect(cluster.broker(1).offlineLogDirs).toEqual([logDir]);
    // A new partition goes to the directory that is left.
    cluster.createTopic('new', [[1]]).run(1);
    expect(dirs(1)).toContain(cluster.partition(1, 'new-0').log.logDir);
    expect(cluster.partition(1, 'new-0').log.logDir).not.toBe(logDir);
  });

  test('that is the last one halts the broker with exit status 1, and its session is left to expire', () => {
    const cluster = twoDirectories();
    fail(cluster, 1, ...dirs(1));
    const began = cluster.world.now;
    cluster.until(() => !cluster.isUp('broker-1'), 'it halts', 6);
    expect(findProcess(cluster.world, 'broker-1')!.exitCode).toBe(1);
    expect(cluster.log('broker-1').at(-1)).toBe('FATAL Shutdown broker because all log dirs in /data/a-1, /data/b-1 have failed (kafka.log.LogManager)');
    expect(cluster.znode('/brokers/ids/1')).toBeDefined();
    cluster.until(() => cluster.state('t', 0)!.leader === 2, 'the session ends', 15);
    expect((cluster.world.now - began) / 1e6).toBeGreaterThan(4);
    // Nothing to start with either.
    cluster.startBroker(1).until(() => !cluster.isUp('broker-1'), 'it halts again', 10);
    expect(cluster.log('broker-1').at(-1)).toContain('FATAL Shutdown broker because none of the specified log dirs from /data/a-1, /data/b-1 can be created or validated');
  });

  test('because the disk is full halts a broker that has no other directory', () => {
    const cluster = new Cluster().boot().createTopic('t', [[1, 2]]).run(1);
    const volume = cluster.world.volumes.find(({ name }) => name === 'broker-1')!;
    cluster.perform({ type: 'disk', volume: 'broker-1', capacityBytes: volume.usedBytes });
    expect(cluster.produce(1, 't', 0, 'a', 1)).toMatchObject({ error: 'KAFKA_STORAGE_ERROR' });
    expect(findProcess(cluster.world, 'broker-1')).toMatchObject({ status: 'dead', exitCode: 1 });
    expect(cluster.log('broker-1').some((line) => /^ERROR .* \(kafka\.server\.LogDirFailureChannel\)\njava\.io\.IOException: No space left on device$/.test(line))).toBe(true);
  });

  test('lets a topic be deleted only when the replica can be reached again', () => {
    const cluster = twoDirectories();
    fail(cluster, 1, cluster.partition(1, 't-0').log.logDir).produce(1, 't', 0, 'a', 1);
    cluster.until(() => cluster.state('t', 0)!.leader === 2, 'another leads', 5).run(1);
    cluster.send(cluster.controllerId(), 'DeleteTopics', { topicNames: ['t'], timeoutMs: 1_000 });
    cluster.run(5);
    expect(cluster.znode('/admin/delete_topics/t')).toBeDefined();
    fail(cluster, 1).kill('broker-1').run(10);
    cluster.startBroker(1).until(() => cluster.znode('/admin/delete_topics/t') === undefined, 'the topic is gone', 30);
    expect(cluster.znode('/brokers/topics/t')).toBeUndefined();
  });
});
