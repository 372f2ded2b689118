/**
 * What a whole cluster promises whatever breaks, looked at from outside while it runs: every invariant (invariants.ts); and what is
 * too dear for the page: a high watermark that the ISR has really reached, batches that are the same to the byte wherever offset and
 * epoch are, committed records that never change.
 */
import { values } from '../kernel/append-list.ts';
import type { ItemRecord, World } from '../kernel/world.ts';
import { baseOffset, lastOffset, partitionLeaderEpoch } from '../kafka/log/record-batch.ts';
import { judgeItem, judgeMoment, NOTHING_JUDGED, type Judged } from './invariants.ts';
import type { LostRecord } from './ledger.ts';
import type { ClusterFacts, ObservedReplica } from './observe.ts';

export interface Violation {
  readonly name: string;
  readonly violation: string;
}

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean => a === b || (a.length === b.length && a.every((byte, index) => byte === b[index]));

/** Watches one run. `keepsAcked`: the configuration promises that what was acknowledged stays. */
export class Watchman {
  readonly found: Violation[] = [];
  /** Partitions in which a transaction hangs. */
  readonly hanging = new Set<string>();
  private memory = NOTHING_JUDGED;
  private readonly committed = new Map<string, Map<number, Uint8Array>>();

  constructor(private readonly keepsAcked: boolean) {}

  /** To be asked after every item; the costly questions are for `look`. */
  see(record: ItemRecord, world: World): void {
    this.take(judgeItem(this.memory, record, world));
  }

  /** Looks at every log, and at what the ledger calls lost; to be asked now and then. */
  look(facts: ClusterFacts, lost: readonly LostRecord[]): void {
    this.take(judgeMoment(this.memory, facts.world));
    // A fault of 2.3.0 may have changed committed records.
    const { notFenced } = this.memory.kafka;
    for (const topic of facts.topics) {
      for (const { name, partition, leader, leaderEpoch, replicas } of facts.partitions(topic)) {
        const held = replicas.flatMap((id) => facts.replica(id, topic, partition) ?? []);
        const leading = held.find((one) => one.broker === leader && one.role === 'leader' && one.leaderEpoch === leaderEpoch);
        if (leading) this.highWatermark(name, leading, held);
        this.matching(name, held);
        if (this.keepsAcked && !notFenced.includes(name)) this.stay(name, held);
      }
    }
    const broken = lost.filter(({ partition }) => !notFenced.includes(partition));
    if (this.keepsAcked && broken.length > 0) this.report('ackedIsKept', `${broken.length} acknowledged records are lost`);
  }

  private take({ memory, findings, exceptions }: Judged): void {
    this.memory = memory;
    for (const { exception, where } of exceptions) if (exception === 'X11' || exception === 'KAFKA-5202') this.hanging.add(where);
    for (const { name, exception, what } of findings) if (exception === undefined) this.report(name, what);
  }

  private report(name: string, violation: string): void {
    this.found.push({ name, violation });
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
