import { describe, expect, it } from 'vitest';
import { expand, type ClusterAction } from '../../src/cluster/actions.ts';
import { build } from '../../src/cluster/description.ts';
import { noticeException, NO_EXCEPTIONS_SEEN, type ExceptionMemory, type ExceptionSeen } from '../../src/cluster/exceptions.ts';
import { Judging, type Standings } from '../../src/cluster/judging.ts';
import { fold, initialObserved, keeps } from '../../src/cluster/observer.ts';
import { programs } from '../../src/cluster/programs.ts';
import { replicaOf } from '../../src/cluster/promises.ts';
import { StepRun } from '../../src/cluster/steps.ts';
import { HistoryDrive, type ClusterHistory } from '../../src/app/story.ts';
import { History } from '../../src/kernel/history.ts';
import { createKernel } from '../../src/kernel/world.ts';
import { isLeader } from '../../src/kafka/broker/partition.ts';
import { knownBrokers } from '../../src/scenarios/fixtures.ts';
import { loseAnAcknowledgedRecord } from '../../src/scenarios/lose-an-acknowledged-record.ts';

const { cluster, boot } = loseAnAcknowledgedRecord;
const SECOND = 1_000_000;
const others = ['zookeeper1', 'zookeeper2', 'zookeeper3', 'broker-2', 'broker-3'];

/** FX-T with six records on all three brokers, before anything is cut; broker 1 leads. P1 has acks=1, P2 acks=all. */
class Scene {
  readonly history: ClusterHistory = new History({ kernel: createKernel(programs), world: build(cluster), observer: { initial: initialObserved, fold, keeps }, expand });
  private readonly judging = new Judging(this.history);

  constructor() {
    for (const step of boot.slice(0, -1)) expect(new StepRun(step, new HistoryDrive(this.history)).advance(Infinity)).toBe('reached');
  }

  act(...actions: readonly ClusterAction[]): this {
    for (const action of actions) this.history.act(action);
    return this;
  }

  run(seconds: number): this {
    this.history.runTo(this.history.now + seconds * SECOND);
    return this;
  }

  seen(): Standings['exceptions'] {
    while (this.judging.step());
    return this.judging.standings(this.history.now).exceptions;
  }

  /** When something was first said. */
  said(type: string, where: object): number {
    const { facts } = this.history;
    for (let index = 0; index < facts.length; index++) {
      const { fact, at } = facts.at(index)!;
      if (fact.type === type && Object.entries(where).every(([key, value]) => (fact as unknown as Record<string, unknown>)[key] === value)) return at;
    }
    throw new Error(`nobody said ${type}`);
  }
}

const kill = (process: string): ClusterAction => ({ type: 'signal', process, signal: 'SIGKILL' });
const send = (producer: string, value: string): ClusterAction => ({ type: 'produce', producer, records: [{ topic: 'test', value }] });

describe('what was never promised is called by its name when it happens', () => {
  it('nothing, while nothing is wrong', () => {
    expect(new Scene().act(send('P1', 'a'), send('P2', 'b')).run(5).seen()).toEqual({});
  });

  it('X6: a broker that has lost its office goes on answering acks=1, and what it wrote is cut away', () => {
    const scene = new Scene().act(send('P1', 'kept')).run(1).act({ type: 'cut', a: ['broker-1'], b: others }).run(12);
    expect(scene.seen().X6).toBeUndefined();
    scene.act(send('P1', 'lost')).run(1);
    expect(scene.seen()).toMatchObject({ X6: { where: 'test-0' } });
    expect(scene.seen().X6!.at).toBeGreaterThan(scene.said('leaderElected', { topic: 'test', partition: 0, leaderEpoch: 1 }));
    scene.act({ type: 'heal' }).run(10);
    expect(scene.history.observed.ledger.lost).toMatchObject([{ value: 'lost' }]);
    scene.history.seek(scene.seen().X6!.at - 1);
    expect(scene.seen()).not.toHaveProperty('X6');
  });

  it('X7: a connection is lost before the answer, and nobody knows whether the record was written', () => {
    const paused = ['broker-2', 'broker-3'].map((process): ClusterAction => ({ type: 'signal', process, signal: 'SIGSTOP' }));
    const scene = new Scene().act(...paused, send('P2', 'perhaps')).run(1);
    expect(scene.seen()).toEqual({});
    expect(scene.act(kill('broker-1')).run(1).seen()).toMatchObject({ X7: { where: 'test-0' } });
  });

  it('X8: who takes over reads again what was read after the last commit', () => {
    const member = (name: string): ClusterAction => ({ type: 'addClient', client: { kind: 'consumer', name, properties: { 'group.id': 'g', 'auto.offset.reset': 'earliest' }, subscription: ['test'] }, brokers: knownBrokers });
    const scene = new Scene().act(member('G1')).run(12).act(send('P2', 'again')).run(1);
    expect(scene.seen()).toEqual({});
    scene.act(kill('G1'), member('G2')).run(20);
    expect(scene.seen()).toMatchObject({ X8: { where: 'g · test-0' } });
  });

  it('X9: a new leader does not know yet how much is committed', () => {
    const scene = new Scene().act(send('P2', 'committed')).run(0.05).act(kill('broker-1')).run(12);
    expect(scene.seen()).toEqual({ X9: { where: 'test-0', at: scene.said('becameLeader', { topic: 'test', partition: 0, leaderEpoch: 1 }) } });
  });

  it('X10: a replica that has everything may not lead, for it left the ISR', () => {
    const scene = new Scene().act(kill('broker-2')).run(12).act(kill('broker-3')).run(12);
    scene.act({ type: 'cut', a: ['broker-1'], b: ['broker-2'], oneWay: true, port: 9092 }, { type: 'start', process: 'broker-2' }).run(8);
    expect(scene.seen()).not.toHaveProperty('X10');
    expect(scene.act(kill('broker-1')).run(12).seen()).toMatchObject({ X10: { where: 'test-0' } });
  });

  it('KAFKA-9839: a broker refuses what its controller says before ZooKeeper has answered, and leads on until it is started again', () => {
    const servers = ['zookeeper1', 'zookeeper2', 'zookeeper3'];
    const scene = new Scene().act({ type: 'signal', process: 'broker-1', signal: 'SIGSTOP' }).run(8);
    for (const from of servers) scene.act({ type: 'slow', from, to: 'broker-1', delayMs: 1_000 });
    scene.act({ type: 'signal', process: 'broker-1', signal: 'SIGCONT' }).run(10);
    expect(scene.seen()).toMatchObject({ 'KAFKA-9839': { where: 'broker-1' } });
    const leads = (): boolean => isLeader(replicaOf(scene.history.world, 'broker-1', 'test-0')!);
    scene.act({ type: 'heal' }).run(60);
    expect(leads()).toBe(true);
    scene.act(kill('broker-1')).run(10).act({ type: 'start', process: 'broker-1' }).run(20);
    expect(leads()).toBe(false);
  });

  it('X12: a producer gives up after delivery.timeout.ms', () => {
    const scene = new Scene().act(...[1, 2, 3].map((id) => kill(`broker-${id}`))).run(1).act(send('P2', 'given up')).run(119);
    expect(scene.seen()).toEqual({});
    expect(scene.run(5).seen()).toMatchObject({ X12: { where: 'test-0' } });
  });
});

describe('a group reads nothing twice by accident', () => {
  const { world } = new Scene().history;
  const known = { highest: () => 0, isr: () => [] };
  const on = { topic: 'test', partition: 0 };
  const consumed = (consumer: string, fromOffset: number, toOffset: number) => ({ type: 'recordsConsumed', consumer, ...on, fromOffset, toOffset, values: [] }) as const;
  const joined = (consumer: string) => ({ type: 'partitionsAssigned', consumer, group: 'g', member: consumer, generationId: 1, partitions: ['test-0'] }) as const;
  const committed = (offset: number) => ({ type: 'offsetsCommitted', broker: 1, group: 'g', appendedAt: 0, offsets: [{ ...on, offset }] }) as const;
  const told = (...facts: readonly Parameters<typeof noticeException>[1][]): readonly ExceptionSeen[] => {
    let memory: ExceptionMemory = NO_EXCEPTIONS_SEEN;
    return facts.flatMap((fact) => {
      const next = noticeException(memory, fact, world, known);
      memory = next.memory;
      return next.seen ?? [];
    });
  };
  const before = [joined('G1'), consumed('G1', 0, 9), committed(5)];

  it.each([
    ['when another goes on where it was committed', [...before, joined('G2'), consumed('G2', 5, 9)], 1],
    ['not when it goes on where the other was', [...before, joined('G2'), consumed('G2', 10, 12)], 0],
    ['not after the group was reset', [...before, committed(2), joined('G2'), consumed('G2', 2, 9)], 0],
    ['not when it seeks', [...before, { type: 'positionReset', consumer: 'G1', ...on, offset: 0, reason: 'seek' } as const, consumed('G1', 0, 9)], 0],
    ['not by a consumer that is in no group', [...before, consumed('C1', 0, 9)], 0],
    ['not in a topic that was deleted and made again', [...before, { type: 'topicDeletionCompleted', brokerId: 1, topic: 'test' } as const, consumed('G1', 0, 3)], 0],
    ['not in a group that was removed', [...before, { type: 'groupRemoved', broker: 1, group: 'g' } as const, consumed('G1', 0, 3)], 0],
  ])('%s', (_, facts, times) => {
    expect(told(...facts)).toEqual(Array.from({ length: times }, () => ({ exception: 'X8', where: 'g · test-0' })));
  });
});
