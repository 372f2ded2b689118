import { expect, test } from 'vitest';
import { findProcess } from '../../src/kernel/world.ts';
import { findings, NO_NEWS, NOTHING_SEEN, remember, viewOfBroker, type AckedView, type ClusterMemory, type ClusterView, type Finding, type PartitionView } from '../../src/kafka/invariants.ts';
import { topicOption } from '../../src/kafka/broker/state.ts';
import { Bench } from './broker/bench.ts';
import { brokerName, Cluster, zooName } from './cluster.ts';

/** Watches a cluster: a view after every item that leaves a fact behind. */
class Watch {
  memory: ClusterMemory = NOTHING_SEEN;
  readonly found: (Finding & { readonly name: string })[] = [];
  private facts = 0;
  private readonly world: Cluster;
  private readonly acks: number;

  constructor(world: Cluster, acks: number) {
    this.world = world;
    this.acks = acks;
  }

  view(): ClusterView {
    const { world } = this;
    const fresh = world.facts.slice(this.facts);
    this.facts = world.facts.length;
    const brokers = [1, 2, 3].filter((id) => world.isUp(brokerName(id))).map((id) => {
      const state = world.broker(id);
      return viewOfBroker(state, findProcess(world.world, brokerName(id))!.incarnation, (topic) => Number(topicOption(state, topic, 'min.insync.replicas')));
    });
    const acked = fresh.filter(({ fact }) => fact.type === 'produceAnswered' && fact['error'] === 'NONE').map(({ fact }): AckedView => {
      const broker = fact['broker'] as number;
      const name = `${String(fact['topic'])}-${String(fact['partition'])}`;
      const replica = world.partition(broker, name);
      return { name, broker, acks: this.acks, lastOffset: fact['lastOffset'] as number, leaderEpoch: replica.leaderEpoch, isr: replica.isr, highWatermark: replica.highWatermark, minInsyncReplicas: 1 };
    });
    const state = world.state('t', 0);
    const partitions: PartitionView[] = state ? [{ name: 't-0', ...state, replicas: [2, 3, 1], target: [] }] : [];
    const controllerEpoch = Number(world.znode('/controller_epoch')?.data ?? this.memory.controllerEpoch);
    const uncleanElections = fresh.filter(({ fact }) => fact.type === 'leaderElected' && fact['unclean'] === true).map(({ fact }) => `${String(fact['topic'])}-${String(fact['partition'])}`);
    return { ...NO_NEWS, brokers, controllerEpoch, partitions, acked, uncleanElections, before: this.memory };
  }

  look(): void {
    const view = this.view();
    this.found.push(...findings(view));
    this.memory = remember(view);
  }

  run(seconds: number): this {
    const until = this.world.world.now + seconds * 1_000_000;
    while (this.world.world.now < until) {
      this.world.run(0.01);
      this.look();
    }
    return this;
  }
}

function scene(acks: number): { readonly world: Cluster; readonly watch: Watch } {
  const world = new Cluster().boot().createTopic('t', [[2, 3, 1]]).run(2);
  return { world, watch: new Watch(world, acks).run(0.1) };
}

test('nothing is broken while the leader of acks=all writes is killed, replaced and comes back', () => {
  const { world, watch } = scene(-1);
  for (let i = 0; i < 5; i++) {
    world.sendProduce(2, 't', 0, `a${i}`, -1);
    watch.run(0.1);
  }
  world.kill(brokerName(2));
  watch.run(10);
  for (let i = 0; i < 5; i++) {
    world.sendProduce(3, 't', 0, `b${i}`, -1);
    watch.run(0.1);
  }
  world.startBroker(2);
  watch.run(6);
  expect(world.state('t', 0)!.isr).toHaveLength(3);
  expect(world.partition(2, 't-0').log.logEndOffset).toBe(10);
  expect(watch.found).toEqual([]);
  expect(watch.memory.acked['t-0']!.length).toBe(10);
});

test('an acks=1 record that its leader took with it was never promised (X1)', () => {
  const { world, watch } = scene(1);
  world.sendProduce(2, 't', 0, 'kept', 1);
  watch.run(1);
  for (const other of [...[1, 2, 3].map(zooName), brokerName(1), brokerName(3)]) {
    for (const [from, to] of [[brokerName(2), other], [other, brokerName(2)]] as const) world.perform({ type: 'addRule', rule: { id: `${from}-${to}`, from, to, effect: { type: 'cut' } } });
  }
  watch.run(1);
  world.sendProduce(2, 't', 0, 'lost', 1);
  watch.run(14);
  expect(world.state('t', 0)!.leader).toBe(3);
  expect(watch.found.filter(({ verdict }) => verdict === 'broken')).toEqual([]);
  expect(watch.found).toMatchObject([{ name: 'acknowledgedSurvives', verdict: 'neverPromised', exception: 'X1' }]);
});

/** A settled view with two acknowledged records, for breaking it on purpose. */
function settled(): ClusterView {
  const { world, watch } = scene(-1);
  world.sendProduce(2, 't', 0, 'a', -1);
  watch.run(1);
  world.sendProduce(2, 't', 0, 'b', -1);
  watch.run(1);
  const view = watch.view();
  expect(findings(view)).toEqual([]);
  return view;
}

const view = settled();
const broker = (id: number): ClusterView['brokers'][number] => view.brokers.find((candidate) => candidate.id === id)!;
const leader = broker(2).replicas[0]!;
const znode = view.partitions[0]!;
const withReplica = (id: number, change: object, from: ClusterView = view): ClusterView => ({
  ...from,
  brokers: from.brokers.map((candidate) => (candidate.id === id ? { ...candidate, replicas: [{ ...candidate.replicas[0]!, ...change }] } : candidate)),
});
const withZnode = (change: object): ClusterView => ({ ...view, partitions: [{ ...znode, ...change }] });
const namesOf = (changed: ClusterView): readonly string[] => [...new Set(findings(changed).filter(({ verdict }) => verdict === 'broken').map(({ number }) => number))];

function otherHistory(): ClusterView['brokers'][number]['replicas'][number]['log'] {
  const bench = new Bench(3);
  bench.lead({ leader: 3 });
  bench.fill([[0, 0]], 2);
  return bench.replica.log;
}

const ACKED: AckedView = { name: 't-0', broker: 2, acks: -1, lastOffset: 1, leaderEpoch: 0, isr: [2, 3, 1], highWatermark: 2, minInsyncReplicas: 1 };

test.each([
  ['I6', 'two logs that differ at one offset of one epoch', withReplica(3, { log: otherHistory() })],
  ['I1', 'two leaders at one epoch', withReplica(3, { role: 'leader' })],
  ['I2', 'an empty ISR', withZnode({ isr: [] })],
  ['I2', 'a leader outside the ISR', withZnode({ isr: [3, 1] })],
  ['I3', 'a leader epoch that falls', withZnode({ leaderEpoch: -1, version: znode.version + 1 })],
  ['I4', 'a controller epoch that falls', { ...view, controllerEpoch: 0, partitions: [] }],
  ['I5', 'a request for an earlier registration', { ...view, applied: [{ broker: 1, incarnation: 1, brokerEpoch: 7, requestBrokerEpoch: 6, requestControllerEpoch: 1 }] }],
  ['I4', 'a request of a controller that has been replaced', { ...view, applied: [{ broker: 1, incarnation: 1, brokerEpoch: 7, requestBrokerEpoch: 7, requestControllerEpoch: 1 }], before: { ...view.before, seenControllerEpochs: { 1: { incarnation: 1, epoch: 2 } } } }],
  ['I7', 'an HW beyond what the ISR has', withReplica(2, { highWatermark: leader.log.logEndOffset + 1 })],
  ['I7', 'an HW that rises before its followers', withReplica(2, { highWatermark: 2, remotes: leader.remotes.map((remote) => ({ ...remote, logEndOffset: 1 })) }, { ...view, before: { ...view.before, replicas: { ...view.before.replicas, 't-0/2': { ...view.before.replicas['t-0/2']!, highWatermark: 1 } } } })],
  ['I7', 'an HW that is raised before a follower has fetched', { ...view, raised: [{ ...leader, broker: 2, highWatermark: 3 }] }],
  ['I7', 'an HW that falls below where it was raised to', { ...view, before: remember({ ...view, brokers: [], partitions: [], raised: [{ ...leader, broker: 2, highWatermark: 3, remotes: leader.remotes.map((remote) => ({ ...remote, logEndOffset: 3 })) }] }) }],
  ['I8', 'a follower whose HW jumps out of its log', withReplica(3, { highWatermark: 9 })],
  ['I9', 'an epoch cache out of order', withReplica(3, { log: { ...leader.log, epochs: [{ epoch: 0, startOffset: 0 }, { epoch: 0, startOffset: 1 }] } })],
  ['I1', 'a leader that began and ended between two looks', { ...view, led: [{ name: 't-0', leaderEpoch: 0, broker: 1 }] }],
  ['I3', 'a leader that is elected for an old epoch', { ...view, elected: [{ name: 't-0', leaderEpoch: 1 }], before: { ...view.before, elected: { 't-0': 1 } } }],
  ['I4', 'two elections with one controller epoch', { ...view, controllers: [{ broker: 2, controllerEpoch: 1 }], before: { ...view.before, controllers: { 1: 1 } } }],
  ['I10', 'an acknowledgement above the HW', { ...view, acked: [{ ...ACKED, lastOffset: 5 }] }],
  ['I10', 'an acknowledgement by too small an ISR', { ...view, acked: [{ ...ACKED, isr: [2], minInsyncReplicas: 2 }] }],
  ['I12', 'a read above the HW', { ...view, reads: [{ name: 't-0', lastOffset: 2, highWatermark: 2 }] }],
  ['I15', 'a log that begins after its end', withReplica(3, { log: { ...leader.log, logStartOffset: 9 } })],
  ['I17', 'a leader with another ISR at the same version', withReplica(2, { isr: [2] })],
  ['I18', 'two controllers at one epoch', { ...view, brokers: view.brokers.map((candidate) => ({ ...candidate, activeSince: 1 })) }],
] as const)('%s catches %s', (number, _, changed) => {
  expect(namesOf(changed as ClusterView)).toContain(number);
});

test('a fetch of a process that is gone, come late, takes back what the leader knew of the follower and not its HW', () => {
  const { world, watch } = scene(-1);
  world.sendProduce(2, 't', 0, 'a', -1);
  watch.run(1);
  const before = watch.memory;
  const replica = watch.view().brokers.find(({ id }) => id === 2)!.replicas[0]!;
  const raised = { ...replica, broker: 2, highWatermark: 2, remotes: replica.remotes.map((remote) => ({ ...remote, logEndOffset: 2 })) };
  const atThatMoment = { ...NO_NEWS, brokers: [], partitions: [], controllerEpoch: before.controllerEpoch, raised: [raised], before };
  expect(findings(atThatMoment)).toEqual([]);
  const later = withReplica(2, { highWatermark: 2, log: { ...replica.log, logEndOffset: 2 }, remotes: replica.remotes.map((remote) => ({ ...remote, logEndOffset: 0 })) }, { ...watch.view(), before: remember(atThatMoment) });
  expect(findings(later).filter(({ number }) => number === 'I7')).toEqual([]);
  // The same without a word of it is a violation.
  expect(findings({ ...later, before }).filter(({ number }) => number === 'I7')).toHaveLength(1);
});

test('I11 catches an acks=all record that a new leader does not have, unless the election was unclean, a follower was not fenced (KAFKA-9338) or every disk was lost', () => {
  const empty = { ...leader.log, segments: broker(3).replicas[0]!.log.segments, logEndOffset: 0, epochs: [] };
  const lost = withReplica(3, { role: 'leader', leaderEpoch: 1, log: empty, highWatermark: 0, isr: [3] }, { ...view, partitions: [{ ...znode, leader: 3, leaderEpoch: 1, version: znode.version + 1 }] });
  const verdicts = (changed: ClusterView): unknown[] => findings(changed).filter(({ number }) => number === 'I11').map((finding) => (finding.verdict === 'broken' ? 'broken' : finding.exception));
  expect(verdicts(lost)).toEqual(['broken', 'broken']);
  expect(verdicts({ ...lost, uncleanElections: ['t-0'] })).toEqual(['X3', 'X3']);
  expect(verdicts({ ...lost, notFenced: ['t-0'] })).toEqual(['KAFKA-9338', 'KAFKA-9338']);
  expect(verdicts({ ...lost, damagedDisks: [1, 2, 3] })).toEqual(['X4', 'X4']);
});
