/** One partition as its brokers hold it, on one scale of offsets; a dead broker's copy is read from its disk. */
import { at } from '../../kernel/append-list.ts';
import { at as entryAt, type AppendList } from '../../kernel/append-list.ts';
import type { History } from '../../kernel/history.ts';
import { baseOffset, decodeRecords, fromUtf8, lastOffset } from '../../kafka/log/record-batch.ts';
import { epochAt, type EpochEntry } from '../../kafka/log/epochs.ts';
import type { StoredBatch } from '../../kafka/log/segment.ts';
import type { Cut, PartitionFrame, RecordNote, ReplicaRow } from '../../views/partition/frame.ts';
import type { ClusterAction } from '../../cluster/actions.ts';
import type { Observed } from '../../cluster/observer.ts';
import { diskReplica } from './disk.ts';
import type { Seen } from './stage.ts';
import { minInsync } from './topics.ts';

/** So many of the newest records are read for their values. */
const WINDOW = 48;

const textOf = new WeakMap<Uint8Array, readonly RecordNote[]>();

function notesOf(batch: Uint8Array): readonly RecordNote[] {
  let notes = textOf.get(batch);
  if (!notes) {
    const base = baseOffset(batch);
    notes = decodeRecords(batch).map((record, index) => {
      const key = record.key === null ? '' : `${fromUtf8(record.key)} → `;
      return { offset: base + index, text: `${key}${record.value === null ? 'null' : fromUtf8(record.value)}` };
    });
    textOf.set(batch, notes);
  }
  return notes;
}

function windowOf(batches: readonly AppendList<Uint8Array>[], from: number): RecordNote[] {
  const notes: RecordNote[] = [];
  for (let list = batches.length - 1; list >= 0; list--) {
    const one = batches[list]!;
    for (let index = one.length - 1; index >= 0; index--) {
      const batch = at(one, index)!;
      if (lastOffset(batch) < from) return notes.reverse();
      const here = notesOf(batch);
      for (let record = here.length - 1; record >= 0; record--) notes.push(here[record]!);
    }
  }
  return notes.reverse();
}

function windowOfLog(segments: readonly { readonly batches: AppendList<StoredBatch> }[], from: number): RecordNote[] {
  const notes: RecordNote[] = [];
  for (let list = segments.length - 1; list >= 0; list--) {
    const { batches } = segments[list]!;
    for (let index = batches.length - 1; index >= 0; index--) {
      const { bytes } = entryAt(batches, index)!;
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

export function partitionFrame(seen: Seen, history: History<ClusterAction, Observed>, topic: string, partition: number): PartitionFrame | undefined {
  const { facts, observed, world } = seen;
  const zk = facts.partition(topic, partition);
  if (!zk) return undefined;
  const { name } = zk;
  const lost = observed.ledger.lost.filter((record) => record.partition === name);
  const lostOffsets = new Map(lost.map((record) => [record.offset, record] as const));
  const acked = observed.ledger.ackedRecords[name];
  const ackedOffsets = new Set<number>();
  if (acked) for (let index = Math.max(0, acked.length - 4 * WINDOW); index < acked.length; index++) ackedOffsets.add(at(acked, index)!.offset);

  const rows: ReplicaRow[] = zk.replicas.map((broker) => {
    const process = `broker-${broker}`;
    const replica = facts.replica(broker, topic, partition);
    const isLeader = zk.leader === broker;
    if (!replica || replica.role === 'none') {
      const disk = diskReplica(world, process, name);
      const logEnd = disk?.logEnd ?? 0;
      return {
        broker,
        role: 'follower',
        standing: 'offline',
        state: facts.brokers.find((one) => one.id === broker)?.state ?? '',
        logStart: disk?.logStart ?? 0,
        highWatermark: 0,
        lastStableOffset: 0,
        logEnd,
        checkpoint: epochEntries(disk?.epochs ?? []),
        records: disk === undefined ? [] : mark(windowOf(disk.files.map((file) => file.batches), logEnd - WINDOW)),
      };
    }
    const { log, chart } = replica.partition;
    const cut = recentCut(seen, history, broker, topic, partition, lostOffsets);
    return {
      broker,
      role: isLeader || replica.role === 'leader' ? 'leader' : 'follower',
      standing: replica.role === 'offline' ? 'offline' : zk.isr.includes(broker) ? 'inSync' : 'outOfSync',
      state: innermost(chart.value),
      logStart: replica.logStart,
      highWatermark: Math.min(replica.highWatermark, replica.logEnd),
      lastStableOffset: Math.min(replica.highWatermark, replica.logEnd),
      logEnd: replica.logEnd,
      checkpoint: epochEntries(log.epochs),
      records: mark(windowOfLog(log.segments, replica.logEnd - WINDOW)),
      ...(cut === undefined ? {} : { cut }),
    };
  });

  function mark(notes: readonly RecordNote[]): readonly RecordNote[] {
    return notes.map((note) => (ackedOffsets.has(note.offset) ? { ...note, acknowledged: true } : note));
  }

  const leading = zk.leader === null || zk.leader === undefined ? undefined : facts.replica(zk.leader, topic, partition);
  const epochs = (leading?.partition.log.epochs ?? rows[0]?.checkpoint.map(({ epoch, start }) => ({ epoch, startOffset: start })) ?? []).map(({ epoch, startOffset }) => ({
    epoch,
    start: startOffset,
    leader: leaderOfEpoch(history, seen, topic, partition, epoch),
  }));
  return {
    name,
    leader: zk.leader ?? undefined,
    leaderEpoch: zk.leaderEpoch,
    isr: zk.isr,
    replicas: zk.replicas,
    minInsyncReplicas: minInsync(seen, topic),
    epochs,
    rows,
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

/** Who led an epoch, from the facts up to the playhead. */
function leaderOfEpoch(history: History<ClusterAction, Observed>, seen: Seen, topic: string, partition: number, epoch: number): number | undefined {
  const { facts } = history;
  for (let index = facts.length - 1; index >= 0; index--) {
    const { item, fact } = facts[index]!;
    if (fact.type !== 'becameLeader' || item >= history.item) continue;
    const known = fact as Noted;
    if (known.topic === topic && known.partition === partition && known.leaderEpoch !== undefined && known.leaderEpoch <= epoch) return known.broker;
  }
  return undefined;
}

const cuts = new WeakMap<object, Cut>();

function recentCut(
  seen: Seen,
  history: History<ClusterAction, Observed>,
  broker: number,
  topic: string,
  partition: number,
  lost: ReadonlyMap<number, { readonly value: string }>,
): Cut | undefined {
  const { facts } = history;
  for (let index = facts.length - 1; index >= 0; index--) {
    const { item, at: when, fact } = facts[index]!;
    if (item >= history.item) continue;
    if (when < seen.now - GHOST_MICROS) return undefined;
    const known = fact as Noted;
    if (fact.type !== 'logTruncated' || known.broker !== broker || known.topic !== topic || known.partition !== partition) continue;
    const { from = 0, to = 0 } = known;
    if (from <= to) continue;
    const remembered = cuts.get(fact);
    if (remembered) return remembered;
    // What was cut is no longer in the log: its epochs and values are those of the world just before.
    const before = history.worldAt(item).processes.find((process) => process.name === `broker-${broker}`)?.state as
      | { readonly partitions?: readonly { readonly topic: string; readonly partition: number; readonly log: { readonly epochs: readonly EpochEntry[]; readonly segments: readonly { readonly batches: AppendList<StoredBatch> }[] } }[] }
      | null
      | undefined;
    const log = before?.partitions?.find((one) => one.topic === topic && one.partition === partition)?.log;
    const notes = log === undefined ? [] : windowOfLog(log.segments, to);
    const cut: Cut = {
      to,
      from,
      done: true,
      cause: 'truncation',
      records: Array.from({ length: from - to }, (_, offset) => {
        const note = notes.find((one) => one.offset === to + offset);
        return {
          offset: to + offset,
          epoch: log === undefined ? 0 : Math.max(0, epochAt(log.epochs, to + offset)),
          ...(note?.text === undefined ? {} : { text: note.text }),
          lost: lost.has(to + offset),
        };
      }),
    };
    cuts.set(fact, cut);
    return cut;
  }
  return undefined;
}
