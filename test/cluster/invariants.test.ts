import { describe, expect, it } from 'vitest';
import { defaultBrokers, imageDefaults } from '../../src/cluster/defaults.ts';
import { build, check } from '../../src/cluster/description.ts';
import { judgeItem, judgeMoment, NOTHING_JUDGED, type Judged, type JudgedFinding } from '../../src/cluster/invariants.ts';
import { RunningCluster } from '../../src/cluster/running.ts';
import type { ItemRecord, World } from '../../src/kernel/world.ts';
import type { Fact } from '../../src/kernel/program.ts';
import type { Broker } from '../../src/kafka/broker/state.ts';

const producer = { kind: 'producer', name: 'P1', properties: { acks: 'all' }, workload: { topic: 't', ratePerSecond: 20, valuePrefix: 'v' } } as const;
const description = { seed: 2, zookeeper: { servers: 3, ...imageDefaults }, brokers: defaultBrokers(3), clients: [producer] };
const { brokers } = check(description);
const servers = [1, 2, 3].map((sid) => `zookeeper${sid}`);

/** A cluster that is judged while it runs, and looked at every 250 ms. */
class JudgedCluster {
  judged: Judged = { memory: NOTHING_JUDGED, findings: [], exceptions: [] };
  readonly found: JudgedFinding[] = [];
  readonly cluster: RunningCluster = new RunningCluster(build(description), undefined, (record) => this.take(judgeItem(this.judged.memory, record, this.cluster.world)));

  private take(judged: Judged): void {
    this.judged = judged;
    this.found.push(...judged.findings);
  }

  run(ms: number): this {
    for (let at = 0; at < ms; at += 250) {
      this.cluster.runFor(250);
      this.take(judgeMoment(this.judged.memory, this.cluster.world));
    }
    return this;
  }

  boot(): this {
    for (const process of servers) this.cluster.act({ type: 'start', process });
    this.run(5_000);
    for (const { id } of brokers) this.cluster.act({ type: 'start', process: `broker-${id}` });
    return this.run(8_000).topic();
  }

  topic(): this {
    this.cluster.act({ type: 'admin', name: 'admin', brokers, command: { type: 'createTopic', topic: 't', replicaAssignment: [[1, 2, 3]] } });
    this.run(2_000).cluster.act({ type: 'start', process: 'P1' });
    return this.run(2_000);
  }
}

describe('promises that begin anew', () => {
  it('of a topic that was deleted and made again', () => {
    const on = new JudgedCluster().boot();
    on.cluster.act({ type: 'signal', process: 'broker-1', signal: 'SIGKILL' });
    on.run(8_000).cluster.act({ type: 'start', process: 'broker-1' });
    on.run(8_000).cluster.act({ type: 'signal', process: 'P1', signal: 'SIGKILL' });
    expect(on.judged.memory.kafka.leaders['t-0@0']).toBe(1);
    on.cluster.act({ type: 'admin', name: 'admin-2', brokers, command: { type: 'deleteTopic', topic: 't' } });
    on.run(5_000);
    expect(on.cluster.facts().topics).not.toContain('t');
    expect(Object.keys(on.judged.memory.kafka.acked)).toEqual([]);
    on.cluster.act({ type: 'admin', name: 'admin-3', brokers, command: { type: 'createTopic', topic: 't', replicaAssignment: [[2, 3, 1]] } });
    on.run(3_000);
    expect(on.judged.memory.kafka.leaders['t-0@0']).toBe(2);
    expect(on.found).toEqual([]);
  });

  it('of an ensemble whose disks were emptied, and of what was kept in it', () => {
    const on = new JudgedCluster().boot();
    const committed = on.judged.memory.ensembles['1,2,3']!.memory.committed.length;
    expect(committed).toBeGreaterThan(50);
    for (const process of ['P1', ...brokers.map(({ id }) => `broker-${id}`), ...servers]) on.cluster.act({ type: 'signal', process, signal: 'SIGKILL' });
    for (const process of servers) on.cluster.act({ type: 'wipe', process });
    on.run(500);
    for (const process of servers) on.cluster.act({ type: 'start', process });
    on.run(5_000);
    expect(on.cluster.facts().servers.every(({ isServing }) => isServing)).toBe(true);
    expect(on.judged.memory.ensembles['1,2,3']!.memory.committed.length).toBeLessThan(5);
    expect(on.found).toEqual([]);
  });
});

describe('what can only be judged at its moment', () => {
  const on = new JudgedCluster().boot();
  const { memory } = on.judged;
  const { world } = on.cluster;
  const indexOf = (name: string): number => world.processes.findIndex((process) => process.name === name);
  const item = (process: string, change: Partial<ItemRecord>): ItemRecord => ({ id: world.items, at: world.now, cause: -1, askedAt: world.now, kind: 'deliver', process: indexOf(process), from: -1, event: null, sent: [], facts: [], ...change });
  const named = (record: ItemRecord, where: World = world): string[] => judgeItem(memory, record, where).findings.map(({ check: one }) => one);
  const broker = world.processes[indexOf('broker-1')]!.state as Broker;
  const reply = (xid: number, zxid: number, result?: object): ItemRecord =>
    item('broker-1', { event: { type: 'received', connection: broker.zk!.connection!, tag: 'zk.server', message: { type: 'Reply', xid, zxid, err: 'OK', ...(result ? { result } : {}) } } as unknown as ItemRecord['event'] });
  const last = Object.values(memory.ensembles)[0]!.memory.replied['broker-1']!;
  const produced = (acks: number, lastOffset: number): ItemRecord => item('broker-1', { facts: [{ type: 'produceAnswered', topic: 't', partition: 0, broker: 1, acks, error: 'NONE', baseOffset: lastOffset, lastOffset } as Fact] });

  it('an acks=all answer, by the high watermark at that step (I10)', () => {
    expect(named(produced(-1, 3))).toEqual([]);
    expect(named(produced(-1, 9_999))).toEqual(['I10 acksAllIsCommitted']);
    expect(named(produced(1, 9_999))).toEqual([]);
  });

  it('a control request for an earlier life of the broker (I5), or of an earlier controller (I4)', () => {
    const { brokerEpoch, controllerEpoch } = broker;
    const obeyed = (change: { readonly brokerEpoch?: number; readonly controllerEpoch?: number }, error = 'NONE'): ItemRecord => {
      const request = { type: 'UpdateMetadataRequest', correlationId: 9, brokerEpoch, controllerEpoch, ...change };
      return item('broker-1', {
        event: { type: 'received', connection: 77, tag: '', message: request } as unknown as ItemRecord['event'],
        sent: [{ connection: 77, toServer: false, from: 0, to: 0, message: { type: 'UpdateMetadataResponse', correlationId: 9, error }, dueAt: 0, sequence: 0 } as ItemRecord['sent'][number]],
      });
    };
    expect(memory.kafka.seenControllerEpochs[1]!.epoch).toBe(controllerEpoch);
    expect(named(obeyed({}))).toEqual([]);
    expect(named(obeyed({ brokerEpoch: brokerEpoch - 1 }))).toEqual(['I5 noRequestForAnEarlierRegistration']);
    expect(named(obeyed({ brokerEpoch: brokerEpoch - 1 }, 'STALE_BROKER_EPOCH'))).toEqual([]);
    expect(named(obeyed({ controllerEpoch: controllerEpoch - 1 }))).toEqual(['I4 controllerEpochsOnlyGrow']);
  });

  it('an answered write, by what is committed at that step (7.12)', () => {
    expect(named(reply(last.xid + 1, last.zxid, { type: 'setData' }))).toEqual([]);
    expect(named(reply(last.xid + 1, last.zxid + 1_000, { type: 'setData' }))).toEqual(['7.12 answeredWritesAreCommitted']);
    expect(named(reply(last.xid + 1, last.zxid + 1_000))).toEqual([]);
  });

  it('answers out of order, and one that does not show the own writes (7.13)', () => {
    expect(named(reply(last.xid, last.zxid))).toEqual(['7.13 repliesFollowRequests']);
    expect(named(reply(last.xid + 1, last.zxid - 1))).toEqual(['7.13 repliesFollowRequests']);
  });

  it('a client that is served by a server behind it (7.11)', () => {
    const behind = { ...broker, zk: { ...broker.zk!, lastZxidSeen: last.zxid + 1_000 } };
    const where = { ...world, processes: world.processes.map((process) => (process.name === 'broker-1' ? { ...process, state: behind } : process)) };
    expect(judgeMoment(memory, where).findings.map(({ check: one }) => one)).toEqual(['7.11 nobodyGoesBackInTime']);
  });
});
