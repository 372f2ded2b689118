/**
 * What a whole cluster promises whatever breaks, looked at from outside while it runs: the ensemble's invariants, and of Kafka one
 * leader an epoch, one controller an epoch, a high watermark that the ISR has reached, logs that agree where offset and epoch
 * agree, committed records that never change; and what groups promise.
 */
import { values, type AppendList } from '../kernel/append-list.ts';
import type { Fact } from '../kernel/program.ts';
import { findProcess, type ItemRecord, type World } from '../kernel/world.ts';
import type { Broker } from '../kafka/broker/state.ts';
import type { ClientFact } from '../kafka/clients/facts.ts';
import type { KafkaFact } from '../kafka/facts.ts';
import { NO_GROUPS_SEEN, watchGroups, type GroupMemory } from '../kafka/group-invariants.ts';
import type { Group } from '../kafka/groups/state.ts';
import { baseOffset, lastOffset, partitionLeaderEpoch } from '../kafka/log/record-batch.ts';
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

/** Watches one run. `keepsAcked`: the configuration promises that what was acknowledged stays. */
export class Watchman {
  readonly found: Violation[] = [];
  private memory: EnsembleMemory = NOTHING_SEEN;
  private groups: GroupMemory = NO_GROUPS_SEEN;
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
      const { memory, findings } = watchGroups(this.groups, fact as KafkaFact | ClientFact, (broker, group) => groupAt(world, broker, group));
      this.groups = memory;
      this.found.push(...findings);
    }
    if (facts.length > 0 && world.processes[process]?.program === 'zookeeper-server') this.ensemble(world, facts as readonly Noted[], process);
  }

  /** Looks at every log, and at what the ledger calls lost; to be asked now and then. */
  look(facts: ClusterFacts, lost: readonly LostRecord[]): void {
    this.ensemble(facts.world, [], -1);
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
