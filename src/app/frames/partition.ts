/** One partition as its brokers hold it, on one scale of offsets; a dead broker's copy is read from its disk. */
import { at, type AppendList } from '../../kernel/append-list.ts';
import { matches } from '../../kernel/machine.ts';
import { findConnection } from '../../kernel/network.ts';
import * as packed from '../../kernel/packed-list.ts';
import type { Message } from '../../kernel/program.ts';
import type { Broker } from '../../kafka/broker/state.ts';
import { lastStableOffset } from '../../kafka/broker/partition.ts';
import { baseOffset, decodeMarker, decodeRecords, fromUtf8, lastOffset } from '../../kafka/log/record-batch.ts';
import { endOffsetFor, epochAt, latestEpoch, truncationState, type EpochEntry } from '../../kafka/log/epochs.ts';
import type { OffsetForLeaderEpochRequest, OffsetForLeaderEpochResponse } from '../../kafka/protocol/index.ts';
import type { LostRecord } from '../../cluster/ledger.ts';
import type { ObservedReplica } from '../../cluster/observe.ts';
import type { Cut, EpochExchange, PartitionFrame, RecordNote, ReplicaRow, TwoRules } from '../../views/partition/frame.ts';
import type { ClusterHistory } from '../story.ts';
import { diskReplica } from './disk.ts';
import { newestNoted } from './noted.ts';
import type { Seen } from './stage.ts';
import { minInsync } from './topics.ts';

/** So many of the newest records are read for their values. */
const WINDOW = 48;

/** A record as a console consumer would print it, and what it is known by. */
interface Known {
  readonly note: RecordNote;
  readonly value: string;
}

const textOf = new WeakMap<Uint8Array, readonly Known[]>();

function notesOf(batch: Uint8Array): readonly Known[] {
  let notes = textOf.get(batch);
  if (!notes) {
    const base = baseOffset(batch);
    const marker = decodeMarker(batch);
    if (marker) {
      const text = `producerId ${marker.producerId}, producerEpoch ${marker.producerEpoch}, coordinatorEpoch ${marker.coordinatorEpoch}`;
      notes = [{ note: { offset: base, text, kind: marker.type === 'COMMIT' ? 'commit' : 'abort' }, value: '' }];
      textOf.set(batch, notes);
      return notes;
    }
    notes = decodeRecords(batch).map((record, index) => {
      const key = record.key === null ? '' : `${fromUtf8(record.key)} → `;
      const value = record.value === null ? 'null' : fromUtf8(record.value);
      const note = { offset: base + index, text: `${key}${value}` };
      return { note: record.key !== null && record.value === null ? { ...note, kind: 'tombstone' } : note, value };
    });
    textOf.set(batch, notes);
  }
  return notes;
}

/** The records from an offset on, read backwards from the end of segments or of their files: what is older is not touched. */
function windowOf(files: readonly { readonly batches: AppendList<Uint8Array> }[], from: number): Known[] {
  const notes: Known[] = [];
  for (let file = files.length - 1; file >= 0; file--) {
    const { batches } = files[file]!;
    for (let index = batches.length - 1; index >= 0; index--) {
      const bytes = at(batches, index)!;
      if (lastOffset(bytes) < from) return notes.reverse();
      const here = notesOf(bytes);
      for (let record = here.length - 1; record >= 0; record--) notes.push(here[record]!);
    }
  }
  return notes.reverse();
}

const epochEntries = (epochs: readonly EpochEntry[]): { epoch: number; start: number }[] => epochs.map(({ epoch, startOffset }) => ({ epoch, start: startOffset }));

/** The state of the replica's chart in its own words, innermost first. */
function innermost(value: unknown): string {
  if (typeof value === 'string') return value;
  const [inner] = Object.values(value as Record<string, unknown>);
  return innermost(inner);
}

/** How long after a truncation its ghost stays on the picture. */
const GHOST_MICROS = 8_000_000;
/** So many noted facts are looked through for a truncation. */
const FACTS_SEARCHED = 1_024;
/** Items looked back at for the question of a returning follower. */
const LOOKED_BACK = 256;

export function partitionFrame(seen: Seen, history: ClusterHistory, topic: string, partition: number): PartitionFrame | undefined {
  const { facts, observed, world } = seen;
  const zk = facts.partition(topic, partition);
  if (!zk) return undefined;
  const { name } = zk;
  const losses = new Losses(seen, name);
  const acked = observed.ledger.ackedRecords[name];
  // An offset can be given to one record after the other: only both together say which one was acknowledged.
  const acknowledged = new Set<string>();
  if (acked) {
    for (let index = Math.max(0, acked.length - 4 * WINDOW); index < acked.length; index++) {
      const one = packed.at(acked, index)!;
      acknowledged.add(`${one.offset} ${one.value}`);
    }
  }
  const mark = (known: readonly Known[]): readonly RecordNote[] =>
    known.map(({ note, value }) => (acknowledged.has(`${note.offset} ${value}`) ? { ...note, acknowledged: true } : note));
  const leading = zk.leader === null || zk.leader === undefined ? undefined : facts.replica(zk.leader, topic, partition);

  const rows: ReplicaRow[] = zk.replicas.map((broker) => {
    const process = `broker-${broker}`;
    const replica = facts.replica(broker, topic, partition);
    if (!replica || replica.role === 'none') {
      const disk = diskReplica(world, process, name);
      const logEnd = disk?.logEnd ?? 0;
      return {
        broker,
        // On paper a dead leader leads until the controller writes otherwise.
        role: zk.leader === broker ? 'leader' : 'follower',
        standing: 'offline',
        state: facts.brokers.find((one) => one.id === broker)?.state ?? '',
        logStart: disk?.logStart ?? 0,
        highWatermark: disk?.highWatermark ?? 0,
        lastStableOffset: disk?.highWatermark ?? 0,
        logEnd,
        checkpoint: epochEntries(disk?.epochs ?? []),
        records: disk === undefined ? [] : mark(windowOf(disk.files, logEnd - WINDOW)),
      };
    }
    const { log, chart } = replica.partition;
    // A leader follows nobody: what it cut as a follower is history.
    const cut = replica.role === 'leader' ? undefined : cutToCome(replica, leading, losses) ?? recentCut(seen, history, broker, topic, partition, losses);
    return {
      broker,
      role: zk.leader === broker || replica.role === 'leader' ? 'leader' : 'follower',
      standing: replica.role === 'offline' ? 'offline' : zk.isr.includes(broker) ? 'inSync' : 'outOfSync',
      state: innermost(chart.value),
      logStart: replica.logStart,
      highWatermark: Math.min(replica.highWatermark, replica.logEnd),
      lastStableOffset: Math.min(lastStableOffset(replica.partition), replica.logEnd),
      logEnd: replica.logEnd,
      checkpoint: epochEntries(log.epochs),
      records: mark(windowOf(log.segments, replica.logEnd - WINDOW)),
      ...(cut === undefined ? {} : { cut }),
    };
  });

  const epochs = (leading?.partition.log.epochs ?? rows[0]?.checkpoint.map(({ epoch, start }) => ({ epoch, startOffset: start })) ?? []).map(({ epoch, startOffset }) => ({
    epoch,
    start: startOffset,
    leader: leaderOfEpoch(history, topic, partition, epoch),
  }));
  const rules = zk.isr.map((broker) => rulesOf(facts.replica(broker, topic, partition), leading)).find((one) => one !== undefined);
  const isAsking = rules !== undefined || rows.some((row) => row.standing === 'outOfSync' || row.cut !== undefined);
  const exchange = isAsking ? exchangeOf(seen, history, topic, partition) : undefined;
  const rejoin = leading === undefined ? undefined : rejoinOf(rows, leading);
  return {
    name,
    leader: zk.leader ?? undefined,
    leaderEpoch: zk.leaderEpoch,
    isr: zk.isr,
    replicas: zk.replicas,
    minInsyncReplicas: minInsync(seen, topic),
    epochs,
    rows,
    ...(exchange === undefined ? {} : { exchange }),
    ...(rules === undefined ? {} : { rules }),
    ...(rejoin === undefined ? {} : { rejoin }),
  };
}

interface Noted {
  readonly type: string;
  readonly topic?: string;
  readonly partition?: number;
  readonly broker?: number;
  readonly leaderEpoch?: number;
  readonly from?: number;
  readonly to?: number;
}

/** By the facts of a branch: who led which epoch, once that was found. */
const epochLeaders = new WeakMap<object, Map<string, number>>();

/** Who led an epoch, from the facts up to the playhead. */
function leaderOfEpoch(history: ClusterHistory, topic: string, partition: number, epoch: number): number | undefined {
  let known = epochLeaders.get(history.facts);
  if (!known) {
    known = new Map();
    epochLeaders.set(history.facts, known);
  }
  const key = `${topic}-${partition}@${epoch}`;
  let leader = known.get(key);
  if (leader === undefined) {
    const noted = newestNoted(history, ['becameLeader'], ({ fact }) => {
      const one = fact as Noted;
      return one.topic === topic && one.partition === partition && one.leaderEpoch !== undefined && one.leaderEpoch <= epoch;
    });
    leader = (noted?.fact as Noted | undefined)?.broker;
    if (leader !== undefined) known.set(key, leader);
  }
  return leader;
}

/** What of one partition was acknowledged and lost. */
class Losses {
  private readonly records: ReadonlyMap<string, LostRecord>;

  constructor(
    private readonly seen: Seen,
    partition: string,
  ) {
    this.records = new Map(seen.observed.ledger.lost.filter((record) => record.partition === partition).map((record) => [`${record.offset} ${record.value}`, record]));
  }

  has({ note, value }: Known): boolean {
    return this.records.has(`${note.offset} ${value}`);
  }

  /** What the producer of the first lost one of these was told with. */
  acks(records: readonly Known[]): { readonly acks?: string } {
    const lost = records.map(({ note, value }) => this.records.get(`${note.offset} ${value}`)).find((one) => one !== undefined);
    if (!lost) return {};
    const producer = this.seen.world.processes.find((process) => process.name === lost.id.slice(0, lost.id.lastIndexOf('/')));
    const { properties } = (producer?.config ?? {}) as { readonly properties?: Readonly<Record<string, string>> };
    return { acks: `acks=${properties?.['acks'] ?? '1'}` };
  }
}

function cutOf(records: readonly Known[], to: number, from: number, epochs: readonly EpochEntry[], done: boolean, losses: Losses): Cut {
  const gone = records.filter(({ note }) => note.offset >= to && note.offset < from);
  return {
    to,
    from,
    done,
    cause: 'truncation',
    records: gone.map((known) => ({
      offset: known.note.offset,
      epoch: Math.max(0, epochAt(epochs, known.note.offset)),
      ...(known.note.text === undefined ? {} : { text: known.note.text }),
      lost: losses.has(known),
    })),
    ...losses.acks(gone),
  };
}

/** Log end of a follower that has not asked yet, or waits for the answer, after the cut to come: by its own epochs and the leader's. */
function endToCome(replica: ObservedReplica, leading: ObservedReplica | undefined): number | undefined {
  const { chart, log, fetch } = replica.partition;
  const isTruncating = matches(chart, 'follower.truncating') || (matches(chart, 'follower.delayed') && chart.context.resume === 'truncating');
  if (!isTruncating || leading === undefined || leading.role !== 'leader') return undefined;
  const answer = endOffsetFor(leading.partition.log.epochs, latestEpoch(log.epochs), leading.logEnd);
  return truncationState(log.epochs, answer, fetch?.offset ?? replica.highWatermark, replica.logEnd).offset;
}

/**
 * Before Kafka 0.11 a follower cut back to its own high watermark whenever it got a leader, and asked nobody. It mattered in the ISR:
 * whoever is outside copies everything again before it can lead.
 */
function rulesOf(replica: ObservedReplica | undefined, leading: ObservedReplica | undefined): TwoRules | undefined {
  const end = replica && endToCome(replica, leading);
  if (replica === undefined || end === undefined) return undefined;
  const byEpoch = Math.min(end, replica.logEnd);
  return replica.highWatermark < byEpoch ? { broker: replica.broker, byEpoch, byHighWatermark: replica.highWatermark } : undefined;
}

function cutToCome(replica: ObservedReplica, leading: ObservedReplica | undefined, losses: Losses): Cut | undefined {
  const { log } = replica.partition;
  const offset = endToCome(replica, leading);
  if (offset === undefined) return undefined;
  return offset >= replica.logEnd ? undefined : cutOf(windowOf(log.segments, Math.max(offset, replica.logEnd - WINDOW)), offset, replica.logEnd, log.epochs, false, losses);
}

interface CutRecords {
  readonly records: readonly Known[];
  readonly epochs: readonly EpochEntry[];
}

/** What truncations have cut away, read once from the world just before each. */
const gone = new WeakMap<object, CutRecords>();

function recentCut(seen: Seen, history: ClusterHistory, broker: number, topic: string, partition: number, losses: Losses): Cut | undefined {
  const noted = newestNoted(
    history,
    ['logTruncated'],
    ({ at: when, fact }) => {
      const one = fact as Noted;
      return one.broker === broker && one.topic === topic && one.partition === partition && when >= seen.now - GHOST_MICROS && (one.from ?? 0) > (one.to ?? 0);
    },
    FACTS_SEARCHED,
  );
  if (!noted) return undefined;
  const { from = 0, to = 0 } = noted.fact as Noted;
  let before = gone.get(noted.fact);
  if (!before) {
    // What was cut is no longer in the log: its epochs and values are those of the world just before.
    const state = history.worldAt(noted.item).processes.find((process) => process.name === `broker-${broker}`)?.state as Broker | null | undefined;
    const log = state?.partitions.find((one) => one.topic === topic && one.partition === partition)?.log;
    before = log === undefined ? { records: [], epochs: [] } : { records: windowOf(log.segments, Math.max(to, from - WINDOW)), epochs: log.epochs };
    gone.set(noted.fact, before);
  }
  return cutOf(before.records, to, from, before.epochs, true, losses);
}

/** A returning follower's step: it asks, it cuts, it copies, and the leader takes it back. */
function rejoinOf(rows: readonly ReplicaRow[], leading: ObservedReplica): PartitionFrame['rejoin'] {
  const row = rows.find((one) => one.standing === 'outOfSync' && one.role === 'follower' && ['truncating', 'delayed', 'fetching'].includes(one.state));
  if (!row) return undefined;
  const step =
    row.cut !== undefined && !row.cut.done ? 'ask'
    : row.state === 'truncating' ? 'ask'
    : row.cut !== undefined && row.logEnd === row.cut.to && row.logEnd < leading.highWatermark ? 'cut'
    : row.logEnd < leading.highWatermark ? 'copy'
    : 'rejoin';
  return { broker: row.broker, step };
}

let cachedExchange: { readonly facts: object; readonly item: number; readonly name: string; readonly exchange: EpochExchange | undefined } | undefined;

/** The newest question about an epoch's end, under way or handled lately, and its answer. */
function exchangeOf(seen: Seen, history: ClusterHistory, topic: string, partition: number): EpochExchange | undefined {
  const name = `${topic}-${partition}`;
  if (cachedExchange?.facts === history.facts && cachedExchange.item === history.item && cachedExchange.name === name) return cachedExchange.exchange;
  const exchange = findExchange(seen, history, topic, partition);
  cachedExchange = { facts: history.facts, item: history.item, name, exchange };
  return exchange;
}

interface Hop {
  readonly message: Message;
  readonly from: string;
  readonly to: string;
}

function findExchange({ world }: Seen, history: ClusterHistory, topic: string, partition: number): EpochExchange | undefined {
  const hops: Hop[] = [];
  for (const record of history.records(history.item - LOOKED_BACK, history.item)) {
    if (record.event?.type !== 'received') continue;
    const { message } = record.event;
    if (message.type === 'OffsetForLeaderEpochRequest' || message.type === 'OffsetForLeaderEpochResponse') {
      hops.push({ message, from: world.processes[record.from]?.name ?? '', to: world.processes[record.process]?.name ?? '' });
    }
  }
  for (const item of world.agenda) {
    if (item.kind !== 'deliver' || item.event.type !== 'received') continue;
    const { message } = item.event;
    if (message.type !== 'OffsetForLeaderEpochRequest' && message.type !== 'OffsetForLeaderEpochResponse') continue;
    const connection = world.network.connections[findConnection(world.network.connections, item.connection)];
    if (!connection) continue;
    const client = world.processes[connection.client]?.name ?? '';
    const server = world.processes[connection.server]?.name ?? '';
    hops.push(item.toServer ? { message, from: client, to: server } : { message, from: server, to: client });
  }
  let exchange: EpochExchange | undefined;
  for (const { message, from, to } of hops) {
    if (message.type === 'OffsetForLeaderEpochRequest') {
      const { replicaId, topics } = message as OffsetForLeaderEpochRequest;
      const asked = topics.find((one) => one.topic === topic)?.partitions.find((one) => one.partition === partition);
      if (asked && replicaId >= 0) exchange = { follower: replicaId, leader: brokerOf(to), askedEpoch: asked.leaderEpoch };
      continue;
    }
    const answer = (message as OffsetForLeaderEpochResponse).topics.find((one) => one.topic === topic)?.partitions.find((one) => one.partition === partition);
    if (answer && exchange && brokerOf(to) === exchange.follower && brokerOf(from) === exchange.leader && answer.error === 'NONE') {
      exchange = { ...exchange, answer: { epoch: answer.leaderEpoch, endOffset: answer.endOffset } };
    }
  }
  return exchange;
}

const brokerOf = (process: string): number => Number(process.slice('broker-'.length));
