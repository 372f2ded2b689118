/**
 * The observer's ledger (lessons.md 1.6): what was sent, what was acknowledged, what failed, and what of the acknowledged is in no
 * leader's log any more. `foldFact` keeps the running account from facts alone, in constant time for each; audit.ts counts
 * afresh from the records in the leaders' logs.
 */
import { emptyList, push, type AppendList } from '../kernel/append-list.ts';
import * as packed from '../kernel/packed-list.ts';
import type { PackedList } from '../kernel/packed-list.ts';
import type { Fact, Micros } from '../kernel/program.ts';

/** `at`: when the answer came. */
export interface AckedRecord {
  readonly id: string;
  readonly value: string;
  readonly offset: number;
  readonly at: Micros;
}

export interface LostRecord extends AckedRecord {
  readonly partition: string;
  /** The leader epoch that began without it. */
  readonly lostInEpoch: number;
}

export interface ProducerAccount {
  readonly sent: number;
  readonly acked: number;
  readonly failed: number;
  readonly lastAckAt: Micros;
  /** The last answer, or the first record sent after everything was answered: since then somebody waits, if anybody does. */
  readonly waitingSince: Micros;
}

export interface Ledger {
  readonly sent: number;
  readonly acked: number;
  readonly failed: number;
  readonly ackedLost: number;
  readonly producers: Readonly<Record<string, ProducerAccount>>;
  /** Values sent and not yet answered, in groups of neighbours, each at its place in its group: a record costs the copy of one group. */
  readonly open: Readonly<Record<string, readonly (string | null)[]>>;
  readonly failedRecords: AppendList<{ readonly id: string; readonly value: string }>;
  /** Acknowledged with an offset, by partition, in the order of the answers. */
  readonly ackedRecords: Readonly<Record<string, PackedList<AckedRecord>>>;
  readonly lost: readonly LostRecord[];
  /** The newest leader epoch of each partition: a zombie that begins an older one takes nothing away. */
  readonly leaderEpochs: Readonly<Record<string, number>>;
}

export const emptyLedger: Ledger = {
  sent: 0,
  acked: 0,
  failed: 0,
  ackedLost: 0,
  producers: {},
  open: {},
  failedRecords: emptyList(),
  ackedRecords: {},
  lost: [],
  leaderEpochs: {},
};

interface RecordFact {
  readonly producer: string;
  readonly id: string;
  readonly topic: string;
  readonly partition?: number;
  readonly value?: string;
  readonly offset?: number;
}

const NO_ACCOUNT: ProducerAccount = { sent: 0, acked: 0, failed: 0, lastAckAt: 0, waitingSince: 0 };

function withAccount(ledger: Ledger, producer: string, change: (account: ProducerAccount) => ProducerAccount): Ledger['producers'] {
  return { ...ledger.producers, [producer]: change(ledger.producers[producer] ?? NO_ACCOUNT) };
}

/** Records with neighbouring numbers share a group. */
const GROUP = 64;

/** `P1/130` is the third in `P1/2`. */
function placeOf(id: string): { readonly group: string; readonly place: number } {
  const slash = id.lastIndexOf('/');
  const number = Number(id.slice(slash + 1));
  return { group: `${id.slice(0, slash)}/${Math.floor(number / GROUP)}`, place: number % GROUP };
}

function valueOf(open: Ledger['open'], id: string): string {
  const { group, place } = placeOf(id);
  return open[group]?.[place] ?? '';
}

function withOpen(open: Ledger['open'], id: string, value: string): Ledger['open'] {
  const { group, place } = placeOf(id);
  const values = [...(open[group] ?? [])];
  while (values.length < place) values.push(null);
  values[place] = value;
  return { ...open, [group]: values };
}

function without(open: Ledger['open'], id: string): Ledger['open'] {
  const { group, place } = placeOf(id);
  const values = open[group];
  if (values === undefined) return open;
  const left = values.with(place, null);
  if (left.some((value) => value !== null)) return { ...open, [group]: left };
  const { [group]: _, ...others } = open;
  return others;
}

/** All records that were sent and not yet answered. */
export function openRecords(ledger: Ledger): readonly { readonly id: string; readonly value: string }[] {
  return Object.entries(ledger.open).flatMap(([group, values]) => {
    const slash = group.lastIndexOf('/');
    const first = Number(group.slice(slash + 1)) * GROUP;
    return values.flatMap((value, place) => (value === null ? [] : [{ id: `${group.slice(0, slash)}/${first + place}`, value }]));
  });
}

/** What a fact means to the account; facts about other things leave it as it is. */
export function foldFact(ledger: Ledger, fact: Fact, at: Micros): Ledger {
  switch (fact.type) {
    case 'recordSent': {
      const { producer, id, value } = fact as Fact & RecordFact;
      return {
        ...ledger,
        sent: ledger.sent + 1,
        producers: withAccount(ledger, producer, (account) => ({
          ...account,
          sent: account.sent + 1,
          waitingSince: account.sent === account.acked + account.failed ? at : account.waitingSince,
        })),
        open: withOpen(ledger.open, id, value ?? ''),
      };
    }
    case 'recordAcked': {
      const { producer, id, topic, partition, offset } = fact as Fact & RecordFact;
      const name = `${topic}-${partition}`;
      const value = valueOf(ledger.open, id);
      const known = ledger.ackedRecords[name] ?? packed.emptyPackedList<AckedRecord>();
      return {
        ...ledger,
        acked: ledger.acked + 1,
        producers: withAccount(ledger, producer, (account) => ({ ...account, acked: account.acked + 1, lastAckAt: at, waitingSince: at })),
        open: without(ledger.open, id),
        // With acks=0 nobody says where a record went.
        ackedRecords: offset === undefined || offset < 0 ? ledger.ackedRecords : { ...ledger.ackedRecords, [name]: packed.push(known, { id, value, offset, at }) },
      };
    }
    case 'recordFailed': {
      const { producer, id } = fact as Fact & RecordFact;
      return {
        ...ledger,
        failed: ledger.failed + 1,
        producers: withAccount(ledger, producer, (account) => ({ ...account, failed: account.failed + 1, waitingSince: at })),
        open: without(ledger.open, id),
        failedRecords: push(ledger.failedRecords, { id, value: valueOf(ledger.open, id) }),
      };
    }
    case 'becameLeader': {
      const { topic, partition, leaderEpoch, epochStartOffset } = fact as Fact & {
        topic: string;
        partition: number;
        leaderEpoch: number;
        epochStartOffset: number;
      };
      const name = `${topic}-${partition}`;
      return leaderEpoch < (ledger.leaderEpochs[name] ?? 0) ? ledger : loseFrom(withEpoch(ledger, name, leaderEpoch), name, epochStartOffset, leaderEpoch);
    }
    case 'leaderElected': {
      const { topic, partition, leaderEpoch, strategy } = fact as Fact & { topic: string; partition: number; leaderEpoch: number; strategy: string };
      const name = `${topic}-${partition}`;
      // A topic made again begins with epoch 0 again.
      return strategy === 'initial' || leaderEpoch >= (ledger.leaderEpochs[name] ?? 0) ? withEpoch(ledger, name, leaderEpoch) : ledger;
    }
    default:
      return ledger;
  }
}

function withEpoch(ledger: Ledger, partition: string, epoch: number): Ledger {
  return ledger.leaderEpochs[partition] === epoch ? ledger : { ...ledger, leaderEpochs: { ...ledger.leaderEpochs, [partition]: epoch } };
}

/** How far back answers may have come out of the order of their offsets. */
const DISORDER = 1_000;

/** A leader begins its epoch with a log that ends here: what was acknowledged at or above is lost. */
function loseFrom(ledger: Ledger, partition: string, endOffset: number, epoch: number): Ledger {
  const acked = ledger.ackedRecords[partition];
  if (!acked || acked.length === 0) return ledger;
  const lostIds = new Set(ledger.lost.map((record) => record.id));
  return withLost(ledger, [...packed.values(acked, acked.length - DISORDER)].filter(({ id, offset }) => offset >= endOffset && !lostIds.has(id)), partition, epoch);
}

/** The leader of an epoch has another record where an acknowledged one was: a log that went its own way before it was elected. */
export function loseReplaced(ledger: Ledger, partition: string, epoch: number, stored: Iterable<{ readonly offset: number; readonly value: string }>): Ledger {
  const acked = ledger.ackedRecords[partition];
  if (!acked || acked.length === 0) return ledger;
  const at = new Map<number, string>();
  for (const { offset, value } of stored) at.set(offset, value);
  const lostIds = new Set(ledger.lost.map((record) => record.id));
  return withLost(ledger, [...packed.values(acked)].filter(({ id, offset, value }) => at.has(offset) && at.get(offset) !== value && !lostIds.has(id)), partition, epoch);
}

/** A leader that nobody follows any more has answered: what was acknowledged last is lost, unless the leader of the newest epoch has it at that offset. */
export function loseLast(ledger: Ledger, partition: string, stored: string | undefined): Ledger {
  const acked = ledger.ackedRecords[partition];
  const last = acked && packed.at(acked, acked.length - 1);
  if (!last || last.value === stored || ledger.lost.some(({ id }) => id === last.id)) return ledger;
  return withLost(ledger, [last], partition, ledger.leaderEpochs[partition] ?? 0);
}

function withLost(ledger: Ledger, records: readonly AckedRecord[], partition: string, lostInEpoch: number): Ledger {
  if (records.length === 0) return ledger;
  return { ...ledger, ackedLost: ledger.ackedLost + records.length, lost: [...ledger.lost, ...records.map((record) => ({ ...record, partition, lostInEpoch }))] };
}
