/**
 * What a whole cluster promises whatever breaks, looked at from outside while it runs: the invariants of the ensemble, of Kafka and of
 * its groups; and, across processes, a high watermark that the ISR has really reached, batches that are the same to the byte wherever
 * offset and epoch are, committed records that never change.
 */
import { values, type AppendList } from '../kernel/append-list.ts';
import type { Process } from '../kernel/process.ts';
import type { Fact } from '../kernel/program.ts';
import { findProcess, type ItemRecord, type World } from '../kernel/world.ts';
import { isLeader, type Partition } from '../kafka/broker/partition.ts';
import { topicOption, type Broker } from '../kafka/broker/state.ts';
import type { ClientFact } from '../kafka/clients/facts.ts';
import type { KafkaFact } from '../kafka/facts.ts';
import { NO_GROUPS_SEEN, watchGroups, type GroupMemory } from '../kafka/group-invariants.ts';
import type { Group } from '../kafka/groups/state.ts';
import * as kafka from '../kafka/invariants.ts';
import { baseOffset, lastOffset, partitionLeaderEpoch } from '../kafka/log/record-batch.ts';
import { CONTROLLER_EPOCH, parsePartitionState, partitionStatePath } from '../kafka/zookeeper/znodes.ts';
import { nodeAt } from '../zookeeper/tree.ts';
import { NOTHING_SEEN, remember, viewOfDownServer, viewOfServer, violations, type EnsembleMemory, type ServerView } from '../zookeeper/invariants.ts';
import type { LogEntry } from '../zookeeper/packets.ts';
import { brokerName, zookeeperName, type ClusterDescription } from './description.ts';
import type { LostRecord } from './ledger.ts';
import type { ClusterFacts, ObservedReplica } from './observe.ts';
import { hasParted } from './promises.ts';

export interface Violation {
  readonly name: string;
  readonly violation: string;
}

function onDisk(world: World, sid: number): Pick<ServerView, 'acceptedEpoch' | 'currentEpoch' | 'durableLogs' | 'durableSnapshot'> {
  const { paths, files } = world.volumes[findProcess(world, zookeeperName(sid))!.volume]!;
  const logs: { readonly zxid: number; readonly list: AppendList<LogEntry> }[] = [];
  let durableSnapshot = 0;
  const epochs = { acceptedEpoch: 0, currentEpoch: 0 };
  for (const [index, path] of paths.entries()) {
    const durable = files[index]!.durable;
    const [kind, hex] = path.slice(path.lastIndexOf('/') + 1).split('.');
    if (!durable) continue;
    if (kind === 'acceptedEpoch' || kind === 'currentEpoch') epochs[kind] = Number(durable.entries.tail[0]);
    if (hex === undefined) continue;
    if (kind === 'log') logs.push({ zxid: parseInt(hex, 16), list: durable.entries as AppendList<LogEntry> });
    if (kind === 'snapshot') durableSnapshot = Math.max(durableSnapshot, parseInt(hex, 16));
  }
  logs.sort((one, other) => one.zxid - other.zxid);
  return { ...epochs, durableLogs: logs.map(({ list }) => list), durableSnapshot };
}

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean => a === b || (a.length === b.length && a.every((byte, index) => byte === b[index]));

type Noted = Fact & Readonly<Record<string, unknown>>;

function groupAt(world: World, broker: number, group: string): Group | undefined {
  return (findProcess(world, brokerName(broker))?.state as Broker | null)?.groups.groups[group];
}

function partitionOn(process: Process | undefined, name: string): Partition | undefined {
  const state = process?.state as Broker | null | undefined;
  return state?.partitions[state.places[name] ?? -1];
}

/** Of everyone who takes itself for the leader. */
function highWatermarksNow(world: World, name: string): readonly number[] {
  return world.processes.flatMap((process) => {
    const partition = process.program === 'kafka-broker' ? partitionOn(process, name) : undefined;
    return partition && isLeader(partition) ? [partition.highWatermark] : [];
  });
}

/** Watches one run. `keepsAcked`: the configuration promises that what was acknowledged stays. */
export class Watchman {
  readonly found: Violation[] = [];
  private memory: EnsembleMemory = NOTHING_SEEN;
  private groups: GroupMemory = NO_GROUPS_SEEN;
  private kafkaMemory: kafka.ClusterMemory = kafka.NOTHING_SEEN;
  /** Since the last look. */
  private readonly acked: kafka.AckedView[] = [];
  private readonly reads: kafka.ReadView[] = [];
  private readonly unclean: string[] = [];
  /** By partition: the highest high watermark that a leader of it has had. */
  private readonly highest = new Map<string, number>();
  private readonly leaders = new Map<string, number>();
  private readonly electedEpoch = new Map<string, number>();
  private readonly controllers = new Map<number, number>();
  /** Partitions whose committed records a fault of 2.3.0 may have changed. */
  private readonly notFenced = new Set<string>();
  private readonly committed = new Map<string, Map<number, Uint8Array>>();

  constructor(
    private readonly description: ClusterDescription,
    private readonly keepsAcked: boolean,
  ) {}

  /** To be asked after every item; the costly questions are for `look`. */
  see({ facts, process }: ItemRecord, world: World): void {
    for (const fact of facts) {
      this.judge(fact as Noted, world);
      this.note(fact as Noted, world);
      const { memory, findings } = watchGroups(this.groups, fact as KafkaFact | ClientFact, (broker, group) => groupAt(world, broker, group));
      this.groups = memory;
      this.found.push(...findings);
    }
    if (facts.length > 0 && world.processes[process]?.program === 'zookeeper-server') this.ensemble(world, facts as readonly Noted[], process);
  }

  /** Looks at every log, and at what the ledger calls lost; to be asked now and then. */
  look(facts: ClusterFacts, lost: readonly LostRecord[]): void {
    this.ensemble(facts.world, [], -1);
    this.brokers(facts);
    for (const topic of facts.topics) {
      for (const { name, partition, leader, leaderEpoch, replicas } of facts.partitions(topic)) {
        const held = replicas.flatMap((id) => facts.replica(id, topic, partition) ?? []);
        const leading = held.find((one) => one.broker === leader && one.role === 'leader' && one.leaderEpoch === leaderEpoch);
        if (leading) this.highWatermark(name, leading, held);
        this.matching(name, held);
        if (this.keepsAcked && !this.notFenced.has(name)) this.stay(name, held);
      }
    }
    const broken = lost.filter(({ partition }) => !this.notFenced.has(partition));
    if (this.keepsAcked && broken.length > 0) this.report('ackedIsKept', `${broken.length} acknowledged records are lost`);
  }

  private report(name: string, violation: string): void {
    this.found.push({ name, violation });
  }

  private judge(fact: Noted, world: World): void {
    const name = `${String(fact['topic'])}-${String(fact['partition'])}`;
    switch (fact.type) {
      case 'becameLeader': {
        const key = `${name}@${String(fact['leaderEpoch'])}`;
        const broker = fact['broker'] as number;
        const known = this.leaders.get(key) ?? broker;
        this.leaders.set(key, known);
        if (known !== broker) this.report('oneLeaderPerLeaderEpoch', `${key} is led by ${known} and ${broker}`);
        return;
      }
      case 'leaderElected': {
        const epoch = fact['leaderEpoch'] as number;
        const before = this.electedEpoch.get(name) ?? -1;
        if (epoch <= before) this.report('leaderEpochsGrow', `${name} went from ${before} to ${epoch}`);
        this.electedEpoch.set(name, epoch);
        return;
      }
      case 'followerNotFenced': {
        if (hasParted(fact, world)) this.notFenced.add(name);
        return;
      }
      case 'controllerElected': {
        const epoch = fact['controllerEpoch'] as number;
        const broker = fact['brokerId'] as number;
        const known = this.controllers.get(epoch);
        if (known !== undefined) this.report('oneControllerPerEpoch', `epoch ${epoch} belongs to ${known} and ${broker}`);
        this.controllers.set(epoch, broker);
        return;
      }
    }
  }

  /** Keeps what the next look has to be told of; what is true only at this moment is asked for now. */
  private note(fact: Noted, world: World): void {
    const name = `${String(fact['topic'])}-${String(fact['partition'])}`;
    switch (fact.type) {
      case 'leaderElected':
        if (fact['unclean'] === true) this.unclean.push(name);
        return;
      case 'produceAnswered': {
        const broker = fact['broker'] as number;
        const partition = partitionOn(findProcess(world, brokerName(broker)), name);
        if (fact['error'] !== 'NONE' || !partition) return;
        this.acked.push({ name, broker, acks: this.keepsAcked ? -1 : 1, lastOffset: fact['lastOffset'] as number, leaderEpoch: partition.leaderEpoch, isr: partition.isr });
        return;
      }
      case 'highWatermarkAdvanced':
        if (fact['leader'] === true) this.highest.set(name, Math.max(this.highest.get(name) ?? 0, fact['highWatermark'] as number));
        return;
      case 'recordsConsumed':
        this.reads.push({ name, lastOffset: fact['toOffset'] as number, highWatermark: Math.max(this.highest.get(name) ?? 0, ...highWatermarksNow(world, name)) });
        return;
      case 'logTruncated': {
        // What is cut off may leave the high watermark above the end until the next fetch (I8): it is looked at anew.
        const { [`${name}/${String(fact['broker'])}`]: _, ...replicas } = this.kafkaMemory.replicas;
        this.kafkaMemory = { ...this.kafkaMemory, replicas };
      }
    }
  }

  private brokers(facts: ClusterFacts): void {
    const { tree } = facts;
    const view: kafka.ClusterView = {
      brokers: facts.brokers.flatMap(({ broker, process }) => (broker ? [kafka.viewOfBroker(broker, process.incarnation, (topic) => Number(topicOption(broker, topic, 'min.insync.replicas')))] : [])),
      controllerEpoch: Number((tree && nodeAt(tree, CONTROLLER_EPOCH)?.data) ?? this.kafkaMemory.controllerEpoch),
      partitions: facts.topics.flatMap((topic) =>
        facts.partitions(topic).flatMap(({ name, partition, replicas }): readonly kafka.PartitionView[] => {
          const node = nodeAt(tree!, partitionStatePath(topic, partition));
          const state = node && parsePartitionState(node.data, node.version);
          return state ? [{ ...state, name, version: state.zkVersion, replicas, target: [] }] : [];
        }),
      ),
      acked: this.acked.splice(0),
      reads: this.reads.splice(0),
      applied: [],
      uncleanElections: this.unclean.splice(0),
      notFenced: [...this.notFenced].filter((name) => !this.kafkaMemory.notFenced.includes(name)),
      damagedDisks: [],
      before: this.kafkaMemory,
    };
    for (const { name, verdict, what } of kafka.findings(view)) if (verdict === 'broken') this.report(name, what);
    this.kafkaMemory = kafka.remember(view);
  }

  private ensemble(world: World, facts: readonly Noted[], process: number): void {
    const { zookeeper } = this.description;
    const servers = Array.from({ length: zookeeper.servers }, (_, index): ServerView => {
      const sid = index + 1;
      const known = findProcess(world, zookeeperName(sid))!;
      const disk = onDisk(world, sid);
      if (known.status === 'dead' || known.status === 'notStarted' || known.state === null) return viewOfDownServer(sid, disk);
      const { durableLogs, durableSnapshot } = disk;
      return viewOfServer(known.state as Parameters<typeof viewOfServer>[0], { incarnation: known.incarnation, isPaused: known.status === 'paused', durableLogs, durableSnapshot });
    });
    const { tickTimeMs, initLimit, syncLimit } = zookeeper;
    const view = {
      nowMs: Math.floor(world.now / 1_000),
      participants: zookeeper.servers,
      initLimitMs: initLimit * tickTimeMs,
      syncLimitMs: syncLimit * tickTimeMs,
      tickMs: tickTimeMs,
      servers,
      clients: [],
      answeredWrites: [],
      expired: facts.flatMap((fact) => (fact.type === 'sessionExpired' ? [{ sessionId: fact['sessionId'] as string, leader: process + 1 }] : [])),
      before: this.memory,
    };
    this.found.push(...violations(view));
    this.memory = remember(view);
  }

  private highWatermark(name: string, leading: ObservedReplica, held: readonly ObservedReplica[]): void {
    for (const { broker, logEnd } of held) {
      if (leading.partition.isr.includes(broker) && logEnd < leading.highWatermark) {
        this.report('highWatermarkIsReached', `${name} has its high watermark at ${leading.highWatermark}, and ${broker}, in the ISR, ends at ${logEnd}`);
      }
    }
  }

  private matching(name: string, held: readonly ObservedReplica[]): void {
    const known = new Map<string, Uint8Array>();
    for (const { broker, partition } of held) {
      for (const segment of partition.log.segments) {
        for (const batch of values(segment.batches)) {
          const key = `${baseOffset(batch)}@${partitionLeaderEpoch(batch)}`;
          const other = known.get(key) ?? batch;
          known.set(key, other);
          if (!sameBytes(other, batch)) this.report('logsMatch', `${name} on ${broker} has another batch at ${key}`);
        }
      }
    }
  }

  private stay(name: string, held: readonly ObservedReplica[]): void {
    const committed = this.committed.get(name) ?? new Map<number, Uint8Array>();
    this.committed.set(name, committed);
    for (const { broker, partition, highWatermark } of held) {
      for (const segment of partition.log.segments) {
        for (const batch of values(segment.batches)) {
          if (lastOffset(batch) >= highWatermark) break;
          const base = baseOffset(batch);
          const before = committed.get(base);
          if (!before) committed.set(base, batch);
          else if (!sameBytes(before, batch)) this.report('committedStays', `${name} on ${broker} has another committed batch at ${base}`);
        }
      }
    }
  }
}
