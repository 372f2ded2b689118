import { beforeAll, describe, expect, it } from 'vitest';
import { build } from '../../src/cluster/description.ts';
import { emptyLedger, foldFact, type Ledger } from '../../src/cluster/ledger.ts';
import { foldPromises, initialPromises, type Known, type PromiseMemory } from '../../src/cluster/promises.ts';
import { RunningCluster } from '../../src/cluster/running.ts';
import type { Broker } from '../../src/kafka/broker/state.ts';
import type { Fact } from '../../src/kernel/program.ts';
import type { ItemRecord, KernelAction, World } from '../../src/kernel/world.ts';
import { loseAnAcknowledgedRecord } from '../../src/scenarios/lose-an-acknowledged-record.ts';
import { pullThePlug } from '../../src/scenarios/pull-the-plug.ts';
import type { ServerState } from '../../src/zookeeper/server-state.ts';

/** FX-T with six records on all three brokers; broker 1 leads `test-0`. P1 has acks=1, P2 acks=all. */
let world: World;
let known: Known;

beforeAll(() => {
  const cluster = new RunningCluster(build(loseAnAcknowledgedRecord.cluster));
  for (const step of loseAnAcknowledgedRecord.boot) cluster.perform(step);
  cluster.runFor(1_000);
  world = cluster.world;
  known = cluster.observed;
});

const indexOf = (name: string): number => world.processes.findIndex((process) => process.name === name);

function item(process: string, ...facts: object[]): ItemRecord {
  return { id: world.items, at: world.now, cause: -1, askedAt: world.now, kind: 'event', process: indexOf(process), from: -1, event: null, sent: [], facts: facts as Fact[] };
}

const act = (action: KernelAction): ItemRecord => ({ ...item(''), kind: 'operator', event: { type: 'operator', action } });

const see = (memory: PromiseMemory, record: ItemRecord, where: World = world, what: Known = known): PromiseMemory => foldPromises(memory, record, where, what, known.ledger.lost);

function withState<State>(name: string, change: (state: State) => State): World {
  const index = indexOf(name);
  return { ...world, processes: world.processes.map((process, at) => (at === index ? { ...process, state: change(process.state as State) } : process)) };
}

const on = (topic: string, partition: number): object => ({ topic, partition });
const brokenOf = (memory: PromiseMemory): string[] => Object.keys(memory.broken);

describe('a promise is broken', () => {
  it('when two brokers lead a partition in the same leader epoch, and not when one of them does so twice', () => {
    const led = (broker: number, leaderEpoch: number): object => ({ type: 'becameLeader', ...on('test', 0), broker, leaderEpoch, epochStartOffset: 0, isr: [broker] });
    const once = see(see(initialPromises, item('broker-1', led(1, 7))), item('broker-1', led(1, 7)));
    expect(brokenOf(once)).toEqual([]);
    expect(brokenOf(see(once, item('broker-2', led(2, 8))))).toEqual([]);
    expect(see(once, item('broker-2', led(2, 7))).broken.oneLeaderPerEpoch).toEqual({ at: world.now, what: 'test-0: 1, 2' });
  });

  it('when two brokers are elected controller with the same epoch', () => {
    const elected = (brokerId: number, controllerEpoch: number): object => ({ type: 'controllerElected', brokerId, controllerEpoch });
    const once = see(initialPromises, item('broker-3', elected(3, 5)));
    expect(brokenOf(see(once, item('broker-1', elected(1, 6))))).toEqual([]);
    expect(brokenOf(see(once, item('broker-1', elected(1, 5))))).toEqual(['oneControllerPerEpoch']);
  });

  it('when an ISR becomes empty', () => {
    const shrank = (to: number[]): object => ({ type: 'isrShrank', ...on('test', 0), broker: 1, from: [1, 2], to, leaderEpoch: 0, zkVersion: 1 });
    expect(brokenOf(see(initialPromises, item('broker-1', shrank([1]))))).toEqual([]);
    expect(brokenOf(see(initialPromises, item('broker-1', shrank([]))))).toEqual(['isrNeverEmpty']);
  });

  it('when the high watermark is above the log of somebody in the ISR', () => {
    const advanced = { type: 'highWatermarkAdvanced', ...on('test', 0), broker: 1, highWatermark: 6, from: 5, leader: true };
    expect(brokenOf(see(initialPromises, item('broker-1', advanced)))).toEqual([]);
    const short = withState<Broker>('broker-2', (broker) => ({
      ...broker,
      partitions: broker.partitions.map((partition) => (partition.name === 'test-0' ? { ...partition, log: { ...partition.log, logEndOffset: 5 } } : partition)),
    }));
    expect(see(initialPromises, item('broker-1', advanced), short).broken.highWatermarkIsReached?.what).toBe('test-0: broker-2 5 < 6');
    // A disk that lost what was not flushed never promised that.
    const hurt = see(initialPromises, act({ type: 'powerOff', host: 'broker-2' }));
    expect(brokenOf(see(hurt, item('broker-1', advanced), short))).toEqual([]);
  });

  it('when a consumer reads what is not below any high watermark', () => {
    const consumed = (toOffset: number): object => ({ type: 'recordsConsumed', consumer: 'C1', ...on('test', 0), fromOffset: 0, toOffset, values: [] });
    expect(brokenOf(see(initialPromises, item('C1', consumed(5))))).toEqual([]);
    expect(brokenOf(see(initialPromises, item('C1', consumed(6))))).toEqual(['readsStayBelow']);
    // A leader that is gone by now may have had it.
    const before = see(initialPromises, item('broker-1', { type: 'highWatermarkAdvanced', ...on('test', 0), broker: 1, highWatermark: 7, from: 6, leader: true }));
    expect(brokenOf(see(before, item('C1', consumed(6))))).toEqual([]);
  });

  it('when two servers differ after the same last transaction', () => {
    const committed = { type: 'txnCommitted', zxid: 1, txn: 'create' };
    expect(brokenOf(see(initialPromises, item('zookeeper1', committed)))).toEqual([]);
    const other = withState<ServerState>('zookeeper3', (server) => ({ ...server, tree: { ...server.tree, digest: [1, 2] } }));
    expect(brokenOf(see(initialPromises, item('zookeeper1', committed), other))).toEqual(['oneHistory']);
    const older = withState<ServerState>('zookeeper3', (server) => ({ ...server, tree: { ...server.tree, digest: [1, 2], lastProcessedZxid: 1 } }));
    expect(brokenOf(see(initialPromises, item('zookeeper1', committed), older))).toEqual([]);
  });
});

describe('a lost acknowledged record', () => {
  const led = { type: 'becameLeader', ...on('test', 0), broker: 2, leaderEpoch: 9, epochStartOffset: 6, isr: [2] } as unknown as Fact;
  function losing(producer: string, memory: PromiseMemory): PromiseMemory {
    const facts = [
      { type: 'recordSent', producer, id: `${producer}/100`, topic: 'test', key: null, value: 'pay-42' },
      { type: 'recordAcked', producer, id: `${producer}/100`, ...on('test', 0), offset: 6 },
      led,
    ] as unknown as Fact[];
    const ledger = facts.reduce((sum: Ledger, fact) => foldFact(sum, fact, world.now), { ...emptyLedger, lost: known.ledger.lost });
    expect(ledger.lost).toHaveLength(1);
    return see(memory, item('broker-2', led), world, { ...known, ledger });
  }

  it('breaks the promise if every member of the ISR had it', () => {
    expect(losing('P2', initialPromises).broken.acknowledgedStays?.what).toBe('pay-42');
  });

  it('was never promised with acks=1 (X1)', () => {
    const after = losing('P1', initialPromises);
    expect(brokenOf(after)).toEqual([]);
    expect(after.excused).toMatchObject([{ excuse: 'X1', record: { value: 'pay-42' } }]);
  });

  it('was never promised after an election from outside the ISR (X3)', () => {
    const unclean = { type: 'leaderElected', brokerId: 3, ...on('test', 0), leader: 2, leaderEpoch: 9, isr: [2], strategy: 'offline', unclean: true };
    const other = { ...unclean, partition: 1 };
    expect(losing('P2', see(initialPromises, item('broker-3', unclean))).excused[0]?.excuse).toBe('X3');
    expect(brokenOf(losing('P2', see(initialPromises, item('broker-3', other))))).toEqual(['acknowledgedStays']);
  });

  it('was never promised once a follower that should have been fenced went on from another log (KAFKA-9338)', () => {
    const served = { type: 'followerNotFenced', ...on('test', 0), broker: 2, leader: 1, offset: 6, leaderEpoch: 0, appendedEpoch: 8 };
    const parted = withState<Broker>('broker-2', (state) => ({
      ...state,
      partitions: state.partitions.map((one) => (one.name === 'test-0' ? { ...one, log: { ...one.log, epochs: [...one.log.epochs, { epoch: 7, startOffset: 5 }] } } : one)),
    }));
    const memory = see(initialPromises, item('broker-2', served), parted);
    expect(memory.notFenced).toEqual(['test-0']);
    expect(losing('P2', memory).excused[0]?.excuse).toBe('KAFKA-9338');
    // Served in the wrong epoch, but from a log that agrees with its own: what is lost then was promised.
    expect(brokenOf(losing('P2', see(initialPromises, item('broker-2', served))))).toEqual(['acknowledgedStays']);
  });

  it('was never promised when disks were lost (X2, X4)', () => {
    const one = see(initialPromises, act({ type: 'wipe', volume: world.volumes[world.processes[indexOf('broker-1')]!.volume]!.name }));
    expect(losing('P2', one).excused[0]?.excuse).toBe('X2');
    expect(losing('P2', see(one, act({ type: 'powerOff', host: 'broker-2' }))).excused[0]?.excuse).toBe('X4');
    expect(brokenOf(losing('P2', see(initialPromises, act({ type: 'powerOff', host: 'zookeeper1' }))))).toEqual(['acknowledgedStays']);
  });
});

describe('an item that notes nothing', () => {
  it('leaves the memory as it is, and so does a fact of no consequence', () => {
    const memory = see(initialPromises, item('broker-1', { type: 'recordAppended', ...on('test', 0), broker: 1, baseOffset: 6, lastOffset: 6, leaderEpoch: 0, leader: true }));
    expect(memory).toBe(initialPromises);
    expect(see(initialPromises, item('broker-1'))).toBe(initialPromises);
  });
});

describe('a cluster that loses a leader', () => {
  it('owes the partition a leader from the kill to the election, and breaks nothing', () => {
    const cluster = new RunningCluster(build(pullThePlug.cluster));
    for (const step of pullThePlug.boot) cluster.perform(step);
    cluster.runFor(2_000);
    expect(cluster.observed.promises.leaderless).toEqual({});
    const killedAt = cluster.now;
    const leads = cluster.facts().topics.flatMap((topic) => cluster.facts().partitions(topic)).filter((one) => one.leader === 1).map((one) => one.name);
    cluster.act({ type: 'signal', process: 'broker-1', signal: 'SIGKILL' });
    expect(leads.length).toBeGreaterThan(0);
    expect(cluster.observed.promises.leaderless).toEqual(Object.fromEntries(leads.map((name) => [name, killedAt])));
    cluster.runFor(20_000);
    expect(cluster.observed.promises.leaderless).toEqual({});
    expect(cluster.observed.promises.longestWait!.micros).toBeGreaterThan(4_000_000);
    expect(leads).toContain(cluster.observed.promises.longestWait!.partition);
    expect(cluster.observed.promises.broken).toEqual({});
  });
});
