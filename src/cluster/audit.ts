/**
 * The ledger counted afresh from the leaders' logs (lessons.md 1.6): what is stored, what was stored more than once, what was given
 * up and stored all the same, what changed its order. Values tell records apart; one that was sent twice may be stored twice.
 */
import * as packed from '../kernel/packed-list.ts';
import { values } from '../kernel/append-list.ts';
import type { Micros } from '../kernel/program.ts';
import type { Log } from '../kafka/log/log.ts';
import { parseTopicPartition } from '../kafka/topic-partition.ts';
import { openRecords, type Ledger } from './ledger.ts';
import type { ClusterFacts } from './observe.ts';
import { storedRecords, type StoredRecord } from './stored.ts';

export interface Tally {
  readonly acked: number;
  /** In the leader's log; null: no log of the partition can be read. */
  readonly stored: number | null;
  /** Acknowledged, and gone with a change of the leader. */
  readonly lost: number;
  /** Copies beyond as many as were sent. */
  readonly duplicates: number;
  /** Given up by the producer and stored all the same. */
  readonly phantoms: number;
  /** Stored after one that the same producer sent later. */
  readonly reordered: number;
}

export interface PartitionTally extends Tally {
  readonly partition: string;
}

export interface ProducerTally extends Tally {
  readonly producer: string;
  readonly sent: number;
  readonly failed: number;
  readonly waiting: number;
  readonly partitions: readonly PartitionTally[];
}

export type Oddity = 'lost' | 'duplicate' | 'phantom' | 'reordered';

export interface OddRecord {
  readonly kind: Oddity;
  readonly producer: string;
  readonly partition: string;
  readonly offset: number;
  readonly value: string;
  /** When its answer came; of a lost record only. */
  readonly at?: Micros;
}

export interface Audit {
  readonly producers: readonly ProducerTally[];
  /** The newest of each kind, lost ones first. */
  readonly odd: readonly OddRecord[];
}

/** By partition the log that counts: the leader's; of a partition without one the longest that a running broker has. */
export function logsThatCount(facts: ClusterFacts): ReadonlyMap<string, Log> {
  const logs = new Map<string, Log>();
  for (const topic of facts.topics.filter((one) => !one.startsWith('__'))) {
    for (const { name, partition, leader, replicas } of facts.partitions(topic)) {
      const leading = leader === null || leader === undefined ? undefined : facts.replica(leader, topic, partition);
      const others = replicas.flatMap((id) => facts.replica(id, topic, partition) ?? []).sort((one, other) => other.logEnd - one.logEnd);
      const counts = leading ?? others[0];
      if (counts) logs.set(name, counts.partition.log);
    }
  }
  return logs;
}

interface Sent {
  readonly producer: string;
  readonly number: number;
}

/** Everything that was sent with one value. */
interface OfValue {
  readonly first: Sent;
  readonly oneProducer: boolean;
  readonly sent: number;
  readonly failed: number;
}

type Counts = { -readonly [key in keyof Tally]: Tally[key] };

const noCounts = (stored: number | null): Counts => ({ acked: 0, stored, lost: 0, duplicates: 0, phantoms: 0, reordered: 0 });

/** So many of each kind are listed. */
const LISTED = 100;
/** So many records are looked at between two looks of the caller. */
const SLICE = 500;

/** `P1/130`. */
function sentAs(id: string): Sent {
  const slash = id.lastIndexOf('/');
  return { producer: id.slice(0, slash), number: Number(id.slice(slash + 1)) };
}

class Auditor {
  private readonly byValue = new Map<string, OfValue>();
  private readonly ackedAt = new Map<string, Map<string, Sent>>();
  private readonly copies = new Map<string, number>();
  /** By producer and partition. */
  private readonly counts = new Map<string, Map<string, Counts>>();
  private readonly odd: Record<Oddity, OddRecord[]> = { lost: [], duplicate: [], phantom: [], reordered: [] };
  private readonly total: number;
  private done = 0;

  constructor(
    private readonly ledger: Ledger,
    private readonly logs: ReadonlyMap<string, Log>,
  ) {
    let total = 0;
    for (const list of Object.values(ledger.ackedRecords)) total += list.length;
    for (const log of logs.values()) total += log.logEndOffset - log.logStartOffset;
    this.total = Math.max(1, total);
  }

  *count(): Generator<number, Audit> {
    yield* this.whatWasSent();
    for (const [partition, log] of this.logs) yield* this.whatIsStored(partition, log);
    for (const { id, partition, offset, value, at } of this.ledger.lost) {
      const { producer } = sentAs(id);
      this.of(producer, partition).lost++;
      this.note({ kind: 'lost', producer, partition, offset, value, at });
    }
    return this.result();
  }

  /** True when it is time to let somebody else go on. */
  private step(): boolean {
    return ++this.done % SLICE === 0;
  }

  private get share(): number {
    return Math.min(1, this.done / this.total);
  }

  private of(producer: string, partition: string): Counts {
    let partitions = this.counts.get(producer);
    if (!partitions) this.counts.set(producer, (partitions = new Map()));
    let counts = partitions.get(partition);
    if (!counts) partitions.set(partition, (counts = noCounts(this.logs.has(partition) ? 0 : null)));
    return counts;
  }

  private note(record: OddRecord): void {
    const list = this.odd[record.kind];
    list.push(record);
    if (list.length > LISTED) list.shift();
  }

  private send(value: string, sent: Sent, failed: boolean): void {
    const known = this.byValue.get(value);
    this.byValue.set(value, {
      first: known?.first ?? sent,
      oneProducer: known === undefined || (known.oneProducer && known.first.producer === sent.producer),
      sent: (known?.sent ?? 0) + 1,
      failed: (known?.failed ?? 0) + (failed ? 1 : 0),
    });
  }

  private *whatWasSent(): Generator<number> {
    for (const [partition, list] of Object.entries(this.ledger.ackedRecords)) {
      const here = new Map<string, Sent>();
      this.ackedAt.set(partition, here);
      for (const { id, value, offset } of packed.values(list)) {
        const sent = sentAs(id);
        here.set(`${offset} ${value}`, sent);
        this.send(value, sent, false);
        this.of(sent.producer, partition).acked++;
        if (this.step()) yield this.share;
      }
    }
    for (const { id, value } of values(this.ledger.failedRecords)) this.send(value, sentAs(id), true);
    for (const { id, value } of openRecords(this.ledger)) this.send(value, sentAs(id), false);
  }

  private *whatIsStored(partition: string, log: Log): Generator<number> {
    const newest = new Map<string, number>();
    for (const record of storedRecords(log)) {
      this.store(partition, record, newest);
      if (this.step()) yield this.share;
    }
  }

  private store(partition: string, { offset, value }: StoredRecord, newest: Map<string, number>): void {
    const known = this.byValue.get(value);
    // Whoever sent it notes nothing.
    if (!known) return;
    const sent = this.ackedAt.get(partition)?.get(`${offset} ${value}`) ?? known.first;
    const { producer } = sent;
    const counts = this.of(producer, partition);
    counts.stored = (counts.stored ?? 0) + 1;
    const copy = (this.copies.get(value) ?? 0) + 1;
    this.copies.set(value, copy);
    if (copy > known.sent) {
      counts.duplicates++;
      this.note({ kind: 'duplicate', producer, partition, offset, value });
      return;
    }
    if (copy > known.sent - known.failed) {
      counts.phantoms++;
      this.note({ kind: 'phantom', producer, partition, offset, value });
    }
    // Which of several with one value this is cannot be told.
    if (known.sent > 1 && !this.ackedAt.get(partition)?.has(`${offset} ${value}`)) return;
    const before = newest.get(producer) ?? -1;
    if (sent.number < before) {
      counts.reordered++;
      this.note({ kind: 'reordered', producer, partition, offset, value });
    }
    newest.set(producer, Math.max(before, sent.number));
  }

  private result(): Audit {
    const producers = Object.entries(this.ledger.producers).map(([producer, account]): ProducerTally => {
      const partitions = [...(this.counts.get(producer) ?? [])]
        .map(([partition, counts]): PartitionTally => ({ partition, ...counts }))
        .sort((one, other) => inOrder(one.partition, other.partition));
      const sum = partitions.reduce((all, one) => add(all, one), noCounts(partitions.length === 0 ? 0 : null));
      const { sent, acked, failed } = account;
      return { producer, ...sum, sent, acked, failed, waiting: sent - acked - failed, partitions };
    });
    const { lost, duplicate, phantom, reordered } = this.odd;
    return { producers, odd: [lost, duplicate, phantom, reordered].flatMap((list) => list.reverse()) };
  }
}

/** `orders-2` before `orders-10`. */
function inOrder(one: string, other: string): number {
  const a = parseTopicPartition(one)!;
  const b = parseTopicPartition(other)!;
  return a.topic === b.topic ? a.partition - b.partition : a.topic < b.topic ? -1 : 1;
}

function add(one: Tally, other: Tally): Counts {
  return {
    acked: one.acked + other.acked,
    stored: one.stored === null || other.stored === null ? (one.stored ?? other.stored) : one.stored + other.stored,
    lost: one.lost + other.lost,
    duplicates: one.duplicates + other.duplicates,
    phantoms: one.phantoms + other.phantoms,
    reordered: one.reordered + other.reordered,
  };
}

/** Counts in slices: yields how much of the work is done, 0 to 1, and returns what was found. */
export function auditing(ledger: Ledger, logs: ReadonlyMap<string, Log>): Generator<number, Audit> {
  return new Auditor(ledger, logs).count();
}

export function audit(ledger: Ledger, logs: ReadonlyMap<string, Log>): Audit {
  const work = auditing(ledger, logs);
  for (;;) {
    const { done, value } = work.next();
    if (done === true) return value;
  }
}
