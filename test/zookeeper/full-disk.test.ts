/**
 * A ZooKeeper server whose disk is full. Neither a specification nor a recording has it: it is what the 3.7.0 sources do
 * (SyncRequestProcessor, ZooKeeperServerListenerImpl, Leader.lead, Follower.followLeader, ZooKeeperServer.takeSnapshot).
 */
import { describe, expect, it } from 'vitest';
import { build } from '../../src/cluster/description.ts';
import { RunningCluster } from '../../src/cluster/running.ts';
import { toArray } from '../../src/kernel/append-list.ts';
import { findProcess } from '../../src/kernel/world.ts';
import { brokersBoot, ensembleBoot, knownBrokers, threeBrokers, threeServers } from '../../src/scenarios/fixtures.ts';

function booted(): RunningCluster {
  const cluster = new RunningCluster(build({ seed: 1, zookeeper: threeServers, brokers: threeBrokers, clients: [] }));
  for (const step of [...ensembleBoot, ...brokersBoot]) cluster.perform(step);
  cluster.runFor(1_000);
  return cluster;
}

const linesOf = (cluster: RunningCluster, process: string): string => toArray(findProcess(cluster.world, process)!.lines).map(({ text }) => text).join('\n');
const server = (cluster: RunningCluster, sid: number) => cluster.facts().servers.find((one) => one.sid === sid)!;
/** Something to log: a topic is some znodes. */
const write = (cluster: RunningCluster, topic: string): void => cluster.act({ type: 'admin', name: `admin-${topic}`, brokers: knownBrokers, command: { type: 'createTopic', topic, replicaAssignment: [[1, 2, 3]] } });

describe('a full disk', () => {
  it('takes a follower out of the ensemble at the next write, without ending it, and lets it back when there is room', { timeout: 60_000 }, () => {
    const cluster = booted();
    cluster.act({ type: 'disk', process: 'zookeeper1', full: true });
    cluster.runFor(3_000);
    expect(server(cluster, 1)).toMatchObject({ state: 'FOLLOWING', isServing: true });
    write(cluster, 'one');
    cluster.runFor(10_000);
    expect(linesOf(cluster, 'zookeeper1')).toMatch(/Severe unrecoverable error, from thread : SyncThread:1\njava\.io\.IOException: No space left on device[^]*Thread SyncThread:1 exits, error code 1[^]*PeerState set to LOOKING/);
    expect(server(cluster, 1).process.status).toBe('running');
    expect(server(cluster, 1).isServing).toBe(false);
    expect(cluster.facts().zookeeperLeader).toBe(2);
    expect(cluster.facts().partition('one', 0)?.leader).toBe(1);
    cluster.act({ type: 'disk', process: 'zookeeper1', full: false });
    cluster.runFor(30_000);
    expect(server(cluster, 1)).toMatchObject({ state: 'FOLLOWING', isServing: true, zxid: server(cluster, 2).zxid });
  });

  it('takes the leader out: it shuts its leadership down, and another one leads', { timeout: 60_000 }, () => {
    const cluster = booted();
    cluster.act({ type: 'disk', process: 'zookeeper2', full: true });
    write(cluster, 'two');
    cluster.runFor(15_000);
    expect(linesOf(cluster, 'zookeeper2')).toContain('Shutdown called. For the reason Unexpected internal error');
    expect([1, 3]).toContain(cluster.facts().zookeeperLeader);
    expect(cluster.facts().controller).not.toBeNull();
    cluster.runFor(20_000);
    expect(cluster.facts().partition('two', 0)?.leader).toBe(1);
  });

  it('ends a server that is elected: a new leader writes a snapshot first', { timeout: 60_000 }, () => {
    const cluster = booted();
    cluster.act({ type: 'disk', process: 'zookeeper3', full: true });
    cluster.act({ type: 'signal', process: 'zookeeper2', signal: 'SIGKILL' });
    cluster.runFor(10_000);
    expect(linesOf(cluster, 'zookeeper3')).toMatch(/Severe unrecoverable error, exiting\njava\.io\.IOException: No space left on device[^]*Exiting JVM with code 10/);
    expect(server(cluster, 3).process).toMatchObject({ status: 'dead', exitCode: 10 });
  });
});
