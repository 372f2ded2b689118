/**
 * A cluster, its load and what breaks, drawn from a seed. Safety: anything may break, nothing promised may be wrong. Liveness: all
 * is healed and started, and within bounded simulated time it must serve again.
 */
import { Random, seedRandom } from '../kernel/random.ts';
import type { Kernel } from '../kernel/world.ts';
import { refusal, type ClusterAction } from './actions.ts';
import { Watchman, type Violation } from './checks.ts';
import { imageDefaults, serverProperties } from './defaults.ts';
import { lastStableOffset } from '../kafka/broker/partition.ts';
import type { Broker } from '../kafka/broker/state.ts';
import type { ConsumerState } from '../kafka/clients/consumer-state.ts';
import { brokerName, build, zookeeperName, type ClientDescription, type ClusterDescription, type KnownBroker } from './description.ts';
import { kernel } from './programs.ts';
import { replicaOf } from './promises.ts';
import { RunningCluster } from './running.ts';

export interface FuzzOutcome {
  readonly seed: number;
  /** Simulated milliseconds at the end or at the violation. */
  readonly atMs: number;
  readonly phase: 'boot' | 'safety' | 'liveness' | 'done';
  readonly violation: Violation | null;
  readonly items: number;
  readonly acked: number;
  /** What was done, with simulated milliseconds. */
  readonly deeds: readonly string[];
}

const SAFETY_MS = 40_000;
const LIVENESS_MS = 240_000;
/**
 * A leader whose metadata had an error that is not retried (a broker that knows no topics yet tries to make this one, and there are too
 * few brokers: InvalidReplicationFactorException) assigns nothing, and looks again when the metadata is too old (clients.Metadata.timeToNextUpdate).
 */
const METADATA_MAX_AGE_MS = 300_000;
/** Seeds below it tell the stories that they have always told. */
const FIRST_WITH_TRANSACTIONS = 100_000;
const LOOK_EVERY_MS = 250;
const DIRECTORIES = ['/usr/local/kafka/logs', '/usr/local/kafka/more-logs'] as const;

class Found extends Error {
  constructor(readonly violation: Violation) {
    super(violation.violation);
  }
}

export function fuzz(seed: number, by: Kernel = kernel): FuzzOutcome {
  return new Run(seed, by).go();
}

class Run {
  private readonly random: Random;
  /** What is drawn of disks leaves the rest of a seed's story as it is. */
  private readonly diskChance: Random;
  private readonly groupChance: Random;
  private readonly transactionChance: Random;
  private readonly description: ClusterDescription;
  private readonly brokers: readonly KnownBroker[];
  private readonly cluster: RunningCluster;
  private readonly watchman: Watchman;
  private readonly partitions: number;
  private readonly replicas: number;
  /** Consumers of the group `g`. */
  private readonly members: readonly string[];
  /** A transactional producer and a reader of what it has committed, or nobody. */
  private readonly transacting: readonly string[];
  private readonly deeds: string[] = [];
  /** Brokers that refused what a controller told them, which tells it once (KAFKA-9839), or forgot markers (KAFKA-9749): only to be started again helps them. */
  private readonly unreachable = new Set<string>();
  private phase: FuzzOutcome['phase'] = 'boot';

  constructor(
    private readonly seed: number,
    by: Kernel,
  ) {
    const random = new Random(seedRandom(seed));
    this.random = random;
    this.diskChance = new Random(seedRandom((seed ^ 0x5d15c) >>> 0));
    this.groupChance = new Random(seedRandom((seed ^ 0x960a9) >>> 0));
    this.transactionChance = new Random(seedRandom((seed ^ 0x7a3b5) >>> 0));
    const servers = random.int(1, 5);
    const count = random.int(1, 5);
    this.replicas = random.int(1, Math.min(3, count));
    this.partitions = random.int(1, 3);
    const acks = this.chance(0.75) ? 'all' : '1';
    const minIsr = random.int(1, this.replicas);
    const texts = Array.from({ length: count }, (_, index) => serverProperties(index + 1, servers, {
      'min.insync.replicas': String(minIsr),
      'log.dirs': this.diskChance.float() < 0.5 ? DIRECTORIES.join(',') : DIRECTORIES[0],
      'offsets.topic.replication.factor': String(this.replicas),
      'offsets.topic.num.partitions': '4',
      'transaction.state.log.replication.factor': String(this.replicas),
      'transaction.state.log.min.isr': String(Math.min(2, this.replicas)),
      'transaction.state.log.num.partitions': '2',
    }));
    this.brokers = texts.map((properties, index) => ({ id: index + 1, port: 9_092 + index, properties }));
    const producer: ClientDescription = {
      kind: 'producer',
      name: 'P1',
      properties: { acks },
      workload: { topic: 't', ratePerSecond: random.int(2, 20), valuePrefix: 'v' },
    };
    const consumer: ClientDescription = {
      kind: 'consumer',
      name: 'C1',
      properties: { 'auto.offset.reset': 'earliest' },
      assignment: Array.from({ length: this.partitions }, (_, partition) => ({ topic: 't', partition })),
    };
    this.members = Array.from({ length: this.groupChance.int(1, 3) }, (_, index) => `G${index + 1}`);
    const assignor = ['RangeAssignor', 'RoundRobinAssignor', 'StickyAssignor'][this.groupChance.int(0, 2)]!;
    const members = this.members.map((name): ClientDescription => ({
      kind: 'consumer',
      name,
      properties: { 'group.id': 'g', 'auto.offset.reset': 'earliest', 'partition.assignment.strategy': `org.apache.kafka.clients.consumer.${assignor}` },
      subscription: ['t'],
    }));
    this.transacting = seed >= FIRST_WITH_TRANSACTIONS && this.transactionChance.float() < 0.5 ? ['T1', 'R1'] : [];
    const transacting: readonly ClientDescription[] = [
      {
        kind: 'producer',
        name: 'T1',
        properties: { 'transactional.id': 'tx', 'transaction.timeout.ms': '15000' },
        workload: { topic: 't', ratePerSecond: this.transactionChance.int(2, 20), valuePrefix: 'x', transactionRecords: this.transactionChance.int(1, 8), abortEvery: this.transactionChance.int(2, 4) },
      },
      { ...consumer, name: 'R1', properties: { ...consumer.properties, 'isolation.level': 'read_committed' } },
    ];
    this.description = { seed, zookeeper: { servers, ...imageDefaults }, brokers: texts.map((properties) => ({ properties })), clients: [producer, consumer, ...members, ...(this.transacting.length > 0 ? transacting : [])] };
    this.deeds.push(`zookeeper=${servers} brokers=${count} partitions=${this.partitions} replicas=${this.replicas} min.insync.replicas=${minIsr} acks=${acks} members=${members.length} ${assignor} transactions=${this.transacting.length > 0}`);
    // Without fsync a power loss may take what was acknowledged, so only the ensemble, which flushes, is exposed to one.
    this.watchman = new Watchman(acks === 'all');
    this.cluster = new RunningCluster(build(this.description), undefined, (record) => {
      this.watchman.see(record, this.cluster.world);
      for (const { type } of record.facts) if (type === 'newerBrokerEpochRefused' || type === 'txnMarkersLost') this.unreachable.add(this.cluster.world.processes[record.process]!.name);
      this.stopIfWrong();
    }, by);
  }

  go(): FuzzOutcome {
    let violation: Violation | null = null;
    try {
      this.boot();
      this.phase = 'safety';
      this.breakThings();
      this.phase = 'liveness';
      this.recover();
      this.phase = 'done';
    } catch (error) {
      violation = error instanceof Found ? error.violation : { name: 'crash', violation: describeError(error) };
    }
    const { cluster, seed, phase, deeds } = this;
    return { seed, atMs: Math.floor(cluster.now / 1_000), phase, violation, items: cluster.world.items, acked: cluster.observed.ledger.acked, deeds };
  }

  private chance(share: number): boolean {
    return this.random.float() < share;
  }

  private pick<T>(from: readonly T[]): T {
    return from[this.random.int(0, from.length - 1)]!;
  }

  private stopIfWrong(): void {
    const [first] = this.watchman.found;
    if (first) throw new Found(first);
  }

  private run(ms: number): void {
    const end = this.cluster.now + ms * 1_000;
    while (this.cluster.now < end) {
      this.cluster.runTo(Math.min(end, this.cluster.now + LOOK_EVERY_MS * 1_000));
      this.watchman.look(this.cluster.facts(), this.cluster.observed.ledger.lost);
      this.stopIfWrong();
    }
  }

  private act(action: ClusterAction): void {
    if (refusal(this.cluster.world, action)) return;
    this.deeds.push(`${Math.floor(this.cluster.now / 1_000)} ${JSON.stringify(action)}`);
    this.cluster.act(action);
  }

  private get servers(): readonly string[] {
    return Array.from({ length: this.description.zookeeper.servers }, (_, index) => zookeeperName(index + 1));
  }

  private get nodes(): readonly string[] {
    return [...this.servers, ...this.brokers.map(({ id }) => brokerName(id))];
  }

  private runUntil(name: string, withinMs: number, isSo: () => boolean, meanwhile: () => void = () => undefined): void {
    const end = this.cluster.now + withinMs * 1_000;
    while (!isSo()) {
      if (this.cluster.now >= end) throw new Found({ name, violation: `not within ${withinMs} ms` });
      meanwhile();
      this.run(1_000);
    }
  }

  private boot(): void {
    for (const process of this.servers) this.act({ type: 'start', process });
    this.runUntil('ensembleComesUp', 60_000, () => this.cluster.facts().servers.every((server) => server.isServing));
    for (const { id } of this.brokers) this.act({ type: 'start', process: brokerName(id) });
    this.runUntil('brokersComeUp', 60_000, () => this.cluster.facts().brokers.every((broker) => broker.state === 'RunningAsBroker'));
    const ids = this.brokers.map(({ id }) => id);
    const replicaAssignment = Array.from({ length: this.partitions }, (_, p) => Array.from({ length: this.replicas }, (_, r) => ids[(p + r) % ids.length]!));
    this.act({ type: 'admin', name: 'admin', brokers: this.brokers, command: { type: 'createTopic', topic: 't', replicaAssignment } });
    this.runUntil('topicComesUp', 60_000, () => this.isWhole());
    for (const process of ['P1', 'C1', ...this.members, ...this.transacting]) this.act({ type: 'start', process });
    this.run(1_000);
  }

  private breakThings(): void {
    const end = this.cluster.now + SAFETY_MS * 1_000;
    while (this.cluster.now < end) {
      this.breakOne();
      if (this.groupChance.float() < 0.25) this.trouble(this.members[this.groupChance.int(0, this.members.length - 1)]!, this.groupChance);
      if (this.transacting.length > 0 && this.transactionChance.float() < 0.2) this.trouble('T1', this.transactionChance);
      this.run(this.random.int(50, 4_000));
    }
  }

  private breakOne(): void {
    const node = this.pick(this.nodes);
    const other = this.pick(this.nodes.filter((one) => one !== node).concat('host'));
    const down = this.cluster.world.processes.filter((process) => this.nodes.includes(process.name) && process.status === 'dead');
    const paused = this.cluster.world.processes.filter((process) => process.status === 'paused');
    if (down.length > 0 && this.chance(0.4)) return this.act({ type: 'start', process: this.pick(down).name });
    if (paused.length > 0 && this.chance(0.4)) return this.act({ type: 'signal', process: this.pick(paused).name, signal: 'SIGCONT' });
    switch (this.random.int(0, 9)) {
      case 0:
      case 1:
        return this.act({ type: 'signal', process: node, signal: 'SIGKILL' });
      case 2:
        return this.act({ type: 'signal', process: node, signal: 'SIGTERM' });
      case 3:
        return this.act({ type: 'signal', process: node, signal: 'SIGSTOP' });
      case 4:
        return this.act({ type: 'cut', a: [node], b: [other], oneWay: this.chance(0.4) });
      case 5:
        return this.act({ type: 'slow', from: node, to: other, delayMs: this.random.int(5, 3_000) });
      case 6:
        return this.act({ type: 'lose', from: node, to: other, share: this.random.int(5, 40) / 100 });
      case 7:
        return this.breakDisk(node, this.random.int(1, 300));
      case 8:
        return this.act({ type: 'powerLoss', host: this.pick(this.servers) });
      default:
        return this.act({ type: 'heal' });
    }
  }

  private breakDisk(process: string, slowness: number): void {
    const share = this.diskChance.float();
    const isServer = this.servers.includes(process);
    if (share < 0.4 || (isServer && share >= 0.7)) return this.act({ type: 'disk', process, slowness });
    if (share < 0.5) return this.act({ type: 'disk', process, full: true });
    if (share < 0.7) return this.act({ type: 'disk', process, full: false, failed: [] });
    return this.act({ type: 'disk', process, failed: [DIRECTORIES[this.diskChance.int(0, DIRECTORIES.length - 1)]!] });
  }

  /** Kills, stops or freezes a client, or brings it back. */
  private trouble(process: string, chance: Random): void {
    const { status } = this.cluster.world.processes.find(({ name }) => name === process)!;
    if (status === 'dead') return this.act({ type: 'start', process });
    const signal = status === 'paused' ? 'SIGCONT' : (['SIGKILL', 'SIGTERM', 'SIGSTOP'] as const)[chance.int(0, 2)]!;
    return this.act({ type: 'signal', process, signal });
  }

  /** Every member is in one generation, and every partition is somebody's. */
  private groupIsWhole(): boolean {
    const { processes } = this.cluster.world;
    const states = this.members.map((member) => processes.find(({ name }) => name === member)!.state as ConsumerState | null);
    const generation = states[0]?.group?.generationId ?? -1;
    if (!states.every((state) => state?.group?.chart.value === 'STABLE' && !state.group.rejoinNeeded && state.group.generationId === generation)) return false;
    const coordinated = processes.some(({ program, state }) => {
      const group = program === 'kafka-broker' ? (state as Broker | null)?.groups.groups['g'] : undefined;
      return group?.chart.value === 'Stable' && group.generationId === generation && group.members.length === this.members.length;
    });
    return coordinated && new Set(states.flatMap((state) => Object.keys(state!.partitions))).size === this.partitions;
  }

  /** Of a producer that nobody has killed. */
  private hasEveryAnswer(producer: string): boolean {
    const account = this.cluster.observed.ledger.producers[producer];
    return account === undefined || account.sent === account.acked + account.failed;
  }

  /** Readers of committed records wait for nothing, but where a transaction hangs, which was never promised not to happen (X11). */
  private hasEveryTransactionEnded(): boolean {
    return this.cluster.facts().partitions('t').every(({ name, leader }) => {
      const replica = leader === null || leader === undefined ? undefined : replicaOf(this.cluster.world, brokerName(leader), name);
      return replica !== undefined && (lastStableOffset(replica) === replica.highWatermark || this.watchman.hanging.has(name));
    });
  }

  private isWhole(): boolean {
    const facts = this.cluster.facts();
    const partitions = facts.partitions('t');
    return (
      facts.servers.every((server) => server.isServing) &&
      facts.zookeeperLeader !== null &&
      facts.brokers.every((broker) => broker.state === 'RunningAsBroker') &&
      partitions.length === this.partitions &&
      partitions.every(({ leader, isr, replicas }) => leader !== null && leader !== undefined && isr.length === replicas.length)
    );
  }

  /** Whoever ends because it found its predecessor's znode is started again, as by an operator, and who goes on with what it was. */
  private startAll(): void {
    for (const process of this.unreachable) this.act({ type: 'signal', process, signal: 'SIGKILL' });
    this.unreachable.clear();
    for (const name of [...this.nodes, ...this.members]) {
      this.act({ type: 'signal', process: name, signal: 'SIGCONT' });
      this.act({ type: 'start', process: name });
    }
  }

  private recover(): void {
    this.act({ type: 'heal' });
    // A frozen process that nobody has missed yet would count as alive.
    for (const process of [...this.nodes, ...this.members, ...this.transacting]) this.act({ type: 'signal', process, signal: 'SIGCONT' });
    for (const process of this.nodes) this.act({ type: 'disk', process, slowness: 1, full: false, failed: [] });
    // A directory that was offline comes back with the process only.
    for (const { name, broker } of this.cluster.facts().brokers) if ((broker?.offlineLogDirs ?? []).length > 0) this.act({ type: 'signal', process: name, signal: 'SIGKILL' });
    this.act({ type: 'workload', producer: 'P1', workload: null });
    if (this.transacting.length > 0) this.act({ type: 'workload', producer: 'T1', workload: null });
    this.runUntil('clusterRecovers', LIVENESS_MS, () => this.isWhole(), () => this.startAll());
    // A leader tells its log of ended transactions when its high watermark moves, and not when it becomes leader.
    this.act({ type: 'produce', producer: 'P1', records: Array.from({ length: this.partitions }, (_, partition) => ({ topic: 't', partition, value: 'end' })) });
    this.runUntil('sendsAreAnswered', LIVENESS_MS, () => this.hasEveryAnswer('P1'));
    // Somebody may still have been shutting down as he was told before.
    this.runUntil('clusterStaysWhole', LIVENESS_MS, () => this.isWhole(), () => this.startAll());
    this.runUntil('transactionsEnd', LIVENESS_MS, () => this.hasEveryTransactionEnded(), () => this.startAll());
    this.runUntil('groupRecovers', METADATA_MAX_AGE_MS + LIVENESS_MS, () => this.groupIsWhole(), () => this.startAll());
  }
}

function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  return `${error.message}\n${(cause instanceof Error ? cause : error).stack ?? ''}`;
}
