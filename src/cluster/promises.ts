/**
 * What the cluster promises, as far as it takes a memory to judge it: a pure fold over items, carried along and rewound with the
 * world. An item without facts costs one comparison; those that say something of consequence are looked at more closely. What
 * was never promised (X1 to X4 of the broker specification, section 8; KAFKA-9338) is told apart from what was broken.
 */
import type { Fact, Micros } from '../kernel/program.ts';
import type { ItemRecord, World } from '../kernel/world.ts';
import { roleOf, type Partition } from '../kafka/broker/partition.ts';
import type { Broker } from '../kafka/broker/state.ts';
import type { KafkaFact } from '../kafka/facts.ts';
import { epochAt } from '../kafka/log/epochs.ts';
import { topicOf } from '../kafka/topic-partition.ts';
import type { ServerState } from '../zookeeper/server-state.ts';
import { digestOf, type DataTree } from '../zookeeper/tree.ts';
import { brokerName } from './description.ts';
import type { Ledger, LostRecord } from './ledger.ts';
import { ClusterFacts } from './observe.ts';

/** Promises that can be broken for good. */
export type PromiseName = 'acknowledgedStays' | 'highWatermarkIsReached' | 'readsStayBelow' | 'oneLeaderPerEpoch' | 'isrNeverEmpty' | 'oneControllerPerEpoch' | 'oneHistory';

/** The first time that a promise did not hold. */
export interface Breach {
  readonly at: Micros;
  readonly what: string;
}

/** Why a lost record was never promised: one copy only; a leader from outside the ISR; disks that failed; a fault of 2.3.0. */
export type Excuse = 'X1' | 'X2' | 'X3' | 'X4' | 'KAFKA-9338';

export interface ExcusedLoss {
  readonly record: LostRecord;
  readonly excuse: Excuse;
}

export interface PromiseMemory {
  readonly broken: { readonly [name in PromiseName]?: Breach };
  /** Partitions that have a live ISR member and no live leader, by name, and since when. */
  readonly leaderless: Readonly<Record<string, Micros>>;
  /** How long the longest of such waits took that are over, and where. */
  readonly longestWait: { readonly partition: string; readonly micros: Micros } | null;
  /** Who led, by partition: the newest epochs, oldest first. */
  readonly leaders: Readonly<Record<string, readonly { readonly epoch: number; readonly broker: number }[]>>;
  /** The newest controller epochs, oldest first. */
  readonly controllers: readonly { readonly epoch: number; readonly broker: number }[];
  /** The highest high watermark that a leader of a partition has had. */
  readonly highest: Readonly<Record<string, number>>;
  /** Partitions that have had a leader from outside the ISR. */
  readonly unclean: readonly string[];
  /** Partitions with a follower whose log the fence of the leader epoch should have stopped from going on as it does. */
  readonly notFenced: readonly string[];
  /** Processes whose disk was emptied or lost what was not flushed. */
  readonly damaged: readonly string[];
  readonly excused: readonly ExcusedLoss[];
}

export const initialPromises: PromiseMemory = {
  broken: {},
  leaderless: {},
  longestWait: null,
  leaders: {},
  controllers: [],
  highest: {},
  unclean: [],
  notFenced: [],
  damaged: [],
  excused: [],
};

/** So many epochs of a partition and of the controller are remembered. */
const EPOCHS_KEPT = 16;

/** Facts after which a partition may have lost or found its leader. */
const LEADERSHIP: ReadonlySet<string> = new Set([
  'becameLeader',
  'becameFollower',
  'brokerExited',
  'brokerStateChanged',
  'isrExpanded',
  'isrShrank',
  'leaderElected',
  'logDirFailed',
  'partitionWentOffline',
  'serverServing',
  'sessionClosed',
  'topicCreated',
  'topicDeletionCompleted',
]);

type Noted = Fact & Readonly<Record<string, unknown>>;

/** What the onlooker knew before and after the item: the newest tree, and the ledger. */
export interface Known {
  readonly tree: DataTree | null;
  readonly ledger: Ledger;
}

export function foldPromises(memory: PromiseMemory, record: ItemRecord, world: World, known: Known, lostBefore: readonly LostRecord[]): PromiseMemory {
  if (record.kind === 'operator') return withLeaders(operated(memory, record, world), record.at, world, known.tree);
  if (record.facts.length === 0) return memory;
  let next = memory;
  let concernsLeaders = false;
  for (const fact of record.facts) {
    next = noted(next, fact as Noted, record, world);
    concernsLeaders ||= LEADERSHIP.has(fact.type);
  }
  if (known.ledger.lost !== lostBefore) next = judgeLosses(next, known.ledger.lost.slice(lostBefore.length), record.at, world);
  return concernsLeaders ? withLeaders(next, record.at, world, known.tree) : next;
}

function breach(memory: PromiseMemory, name: PromiseName, at: Micros, what: string): PromiseMemory {
  return memory.broken[name] === undefined ? { ...memory, broken: { ...memory.broken, [name]: { at, what } } } : memory;
}

/** Processes whose disk an operator has emptied, or whose machine has lost its power and what was not flushed. */
export function hurtBy({ event }: ItemRecord, world: World): readonly string[] {
  if (event?.type !== 'operator') return [];
  const { action } = event;
  switch (action.type) {
    case 'powerOff':
      return world.processes.filter((process) => process.host === action.host).map((process) => process.name);
    case 'wipe':
      return world.processes.filter((process) => world.volumes[process.volume]?.name === action.volume).map((process) => process.name);
    default:
      return [];
  }
}

function operated(memory: PromiseMemory, record: ItemRecord, world: World): PromiseMemory {
  const added = hurtBy(record, world).filter((name) => !memory.damaged.includes(name));
  return added.length === 0 ? memory : { ...memory, damaged: [...memory.damaged, ...added] };
}

function noted(memory: PromiseMemory, fact: Noted, { at, process }: ItemRecord, world: World): PromiseMemory {
  switch (fact.type) {
    case 'highWatermarkAdvanced': {
      if (fact['leader'] !== true) return memory;
      const name = nameOf(fact);
      const offset = fact['highWatermark'] as number;
      const next = offset > (memory.highest[name] ?? 0) ? { ...memory, highest: { ...memory.highest, [name]: offset } } : memory;
      return reached(next, fact, at, world);
    }
    case 'isrExpanded':
    case 'isrShrank': {
      const members = fact['to'] as readonly number[];
      const next = members.length === 0 ? breach(memory, 'isrNeverEmpty', at, nameOf(fact)) : memory;
      return reached(next, fact, at, world);
    }
    case 'recordsConsumed': {
      const name = nameOf(fact);
      const offset = fact['toOffset'] as number;
      if (offset < (memory.highest[name] ?? 0) || offset < highestNow(world, name)) return memory;
      return breach(memory, 'readsStayBelow', at, `${String(fact['consumer'])}: ${name}@${offset}`);
    }
    case 'becameLeader': {
      const name = nameOf(fact);
      const epoch = fact['leaderEpoch'] as number;
      const broker = fact['broker'] as number;
      const before = memory.leaders[name] ?? [];
      const same = before.find((one) => one.epoch === epoch);
      if (same) return same.broker === broker ? memory : breach(memory, 'oneLeaderPerEpoch', at, `${name}: ${same.broker}, ${broker}`);
      return { ...memory, leaders: { ...memory.leaders, [name]: [...before, { epoch, broker }].slice(-EPOCHS_KEPT) } };
    }
    case 'leaderElected': {
      const name = nameOf(fact);
      const isr = fact['isr'] as readonly number[];
      const next = isr.length === 0 ? breach(memory, 'isrNeverEmpty', at, name) : memory;
      return fact['unclean'] === true && !next.unclean.includes(name) ? { ...next, unclean: [...next.unclean, name] } : next;
    }
    case 'followerNotFenced': {
      const name = nameOf(fact);
      return !memory.notFenced.includes(name) && hasParted(fact, world) ? { ...memory, notFenced: [...memory.notFenced, name] } : memory;
    }
    case 'controllerElected': {
      const epoch = fact['controllerEpoch'] as number;
      const broker = fact['brokerId'] as number;
      const same = memory.controllers.find((one) => one.epoch === epoch);
      if (same) return same.broker === broker ? memory : breach(memory, 'oneControllerPerEpoch', at, `epoch ${epoch}: ${same.broker}, ${broker}`);
      return { ...memory, controllers: [...memory.controllers, { epoch, broker }].slice(-EPOCHS_KEPT) };
    }
    case 'txnCommitted':
    case 'serverServing':
      return sameHistory(memory, process, at, world);
    case 'topicDeletionCompleted': {
      const isOther = (name: string): boolean => topicOf(name) !== fact['topic'];
      const rest = <T>(of: Readonly<Record<string, T>>): Readonly<Record<string, T>> =>
        Object.fromEntries(Object.entries(of).filter(([name]) => isOther(name)));
      // A topic of the same name begins again at epoch 0 and offset 0.
      return { ...memory, leaders: rest(memory.leaders), highest: rest(memory.highest), unclean: memory.unclean.filter(isOther), notFenced: memory.notFenced.filter(isOther) };
    }
    default:
      return memory;
  }
}

/** Of what partition a fact tells: `orders-0`. */
export const nameOf = (fact: Noted): string => `${String(fact['topic'])}-${String(fact['partition'])}`;

/** A replica as a broker that runs holds it. */
export function replicaOf(world: World, broker: string, name: string): Partition | undefined {
  const process = world.processes.find((one) => one.name === broker);
  if (process?.program !== 'kafka-broker' || process.state === null || process.status === 'dead') return undefined;
  const state = process.state as Broker;
  const place = state.places[name];
  return place === undefined ? undefined : state.partitions[place];
}

/** True if what the follower of a `followerNotFenced` held before is not what the leader holds there. */
export function hasParted(fact: Fact, world: World): boolean {
  const { broker, leader, offset } = fact as unknown as Extract<KafkaFact, { readonly type: 'followerNotFenced' }>;
  const name = nameOf(fact as Noted);
  const [follower, leading] = [broker, leader].map((id) => replicaOf(world, brokerName(id), name));
  return follower !== undefined && leading !== undefined && offset > leading.log.logStartOffset && epochAt(follower.log.epochs, offset - 1) !== epochAt(leading.log.epochs, offset - 1);
}

/** A leader whose high watermark is above the end of somebody's log in its own ISR. */
function reached(memory: PromiseMemory, fact: Noted, at: Micros, world: World): PromiseMemory {
  const name = nameOf(fact);
  const self = fact['broker'] as number;
  const leading = replicaOf(world, brokerName(self), name);
  if (!leading || roleOf(leading) !== 'leader') return memory;
  for (const member of leading.isr) {
    if (member === self || memory.damaged.includes(brokerName(member))) continue;
    const other = replicaOf(world, brokerName(member), name);
    if (other && other.leaderEpoch === leading.leaderEpoch && roleOf(other) === 'follower' && other.log.logEndOffset < leading.highWatermark) {
      return breach(memory, 'highWatermarkIsReached', at, `${name}: ${brokerName(member)} ${other.log.logEndOffset} < ${leading.highWatermark}`);
    }
  }
  return memory;
}

/** The highest high watermark of anybody who takes itself for the leader. */
export function highestNow(world: World, name: string): number {
  let highest = 0;
  for (const process of world.processes) {
    if (process.program !== 'kafka-broker') continue;
    const replica = replicaOf(world, process.name, name);
    if (replica && roleOf(replica) === 'leader') highest = Math.max(highest, replica.highWatermark);
  }
  return highest;
}

/** Two servers that serve and have applied the same last transaction have the same tree. */
function sameHistory(memory: PromiseMemory, index: number, at: Micros, world: World): PromiseMemory {
  const self = servingTree(world, index);
  if (!self) return memory;
  for (let other = 0; other < world.processes.length; other++) {
    if (other === index) continue;
    const tree = servingTree(world, other);
    if (tree && tree.lastProcessedZxid === self.lastProcessedZxid && (tree.digest[0] !== self.digest[0] || tree.digest[1] !== self.digest[1])) {
      return breach(memory, 'oneHistory', at, `${world.processes[index]!.name} ${digestOf(self)}, ${world.processes[other]!.name} ${digestOf(tree)}`);
    }
  }
  return memory;
}

function servingTree(world: World, index: number): DataTree | undefined {
  const process = world.processes[index];
  if (process?.program !== 'zookeeper-server' || process.state === null || process.status === 'dead') return undefined;
  const server = process.state as ServerState;
  return server.isServing ? server.tree : undefined;
}

function judgeLosses(memory: PromiseMemory, lost: readonly LostRecord[], at: Micros, world: World): PromiseMemory {
  let next = memory;
  for (const record of lost) {
    const excuse = excuseOf(next, record, world);
    if (excuse === null) next = breach(next, 'acknowledgedStays', at, record.value);
    else next = { ...next, excused: [...next.excused, { record, excuse }] };
  }
  return next;
}

function excuseOf(memory: PromiseMemory, record: LostRecord, world: World): Excuse | null {
  const producer = world.processes.find((process) => process.name === record.id.slice(0, record.id.lastIndexOf('/')));
  const acks = (producer?.config as { readonly properties?: Readonly<Record<string, string>> } | undefined)?.properties?.['acks'] ?? '1';
  if (acks !== 'all' && acks !== '-1') return 'X1';
  if (memory.unclean.includes(record.partition)) return 'X3';
  if (memory.notFenced.includes(record.partition)) return 'KAFKA-9338';
  const brokers = memory.damaged.filter((name) => world.processes.find((process) => process.name === name)?.program === 'kafka-broker');
  return brokers.length === 0 ? null : brokers.length === 1 ? 'X2' : 'X4';
}

/** Which partitions are owed a leader now, each since it was first seen without one. */
function withLeaders(memory: PromiseMemory, at: Micros, world: World, tree: DataTree | null): PromiseMemory {
  if (tree === null) return memory;
  const facts = new ClusterFacts(world, tree, noCounts);
  const lives = (id: number): boolean => facts.brokers.some((broker) => broker.id === id && broker.state === 'RunningAsBroker' && broker.process.status === 'running');
  const leaderless: Record<string, Micros> = {};
  let { longestWait } = memory;
  for (const topic of facts.topics) {
    for (const { name, leader, isr } of facts.partitions(topic)) {
      if (leader === undefined) continue;
      if ((leader === null || !lives(leader)) && isr.some(lives)) leaderless[name] = memory.leaderless[name] ?? at;
      else {
        const since = memory.leaderless[name];
        if (since !== undefined && leader !== null && lives(leader) && at - since > (longestWait?.micros ?? 0)) longestWait = { partition: name, micros: at - since };
      }
    }
  }
  const same = Object.keys(leaderless).length === Object.keys(memory.leaderless).length && Object.keys(leaderless).every((name) => name in memory.leaderless);
  return same && longestWait === memory.longestWait ? memory : { ...memory, leaderless: same ? memory.leaderless : leaderless, longestWait };
}

/** For facts of which nobody asks the ledger. */
export const noCounts = (): never => {
  throw new Error('nobody counts here');
};
