/**
 * What transactions promise (I14 of the broker specification, section 8), judged fact by fact: once a transaction is decided all its
 * partitions are marked with that result and no other, and who reads committed records only is given all of a transaction or nothing.
 * A transaction that hangs because its producer wrote once more after the end is no broken promise: 2.3 never made one (X11). Nor is
 * one that hangs where a coordinator, which had just begun and knew no partitions yet, took its partitions for deleted (KAFKA-5202).
 */
import type { ClientFact } from './clients/facts.ts';
import type { KafkaFact } from './facts.ts';
import { batchesFrom } from './log/batches.ts';
import type { Log } from './log/log.ts';
import { baseOffset, decodeMarker, isControl, isTransactional, lastOffset, producerEpoch, producerId, recordCount } from './log/record-batch.ts';
import { nameOf } from './topic-partition.ts';

type Result = 'COMMIT' | 'ABORT';

interface SeenTransaction {
  readonly transactionalId: string;
  readonly state: string;
  /** null: still open. */
  readonly decided: Result | null;
  readonly partitions: readonly string[];
  /** Partitions whose leaders have written its end. */
  readonly marked: readonly string[];
}

/** By producer id. Plain data; starts as `NO_TRANSACTIONS_SEEN`. */
export interface TransactionMemory {
  readonly producers: { readonly [producerId: number]: SeenTransaction };
}

export const NO_TRANSACTIONS_SEEN: TransactionMemory = { producers: {} };

export interface TransactionFinding {
  readonly name: 'markersFollowTheDecision' | 'everyPartitionIsMarked' | 'committedReadsAreAllOrNothing';
  readonly violation: string;
}

export interface TransactionsWatched {
  readonly memory: TransactionMemory;
  readonly findings: readonly TransactionFinding[];
  /** Partitions in which a transaction hangs, and why. */
  readonly hanging: readonly { readonly exception: 'X11' | 'KAFKA-5202'; readonly where: string }[];
}

export interface KnownOfLogs {
  /** Of the newest leader; undefined: nobody leads, or there is no such partition. */
  readonly leaderLog: (name: string) => Log | undefined;
  readonly readsCommitted: (consumer: string) => boolean;
  /** In ZooKeeper's tree. */
  readonly exists: (name: string) => boolean;
}

/** To be told of every fact, in order, with the logs after its item. */
export function watchTransactions(memory: TransactionMemory, fact: KafkaFact | ClientFact, known: KnownOfLogs): TransactionsWatched {
  switch (fact.type) {
    case 'transactionChanged':
      return changed(memory, fact, known);
    case 'txnMarkerWritten':
      return marked(memory, fact);
    case 'recordAppended': {
      const isNews = fact.leader && Object.keys(memory.producers).length > 0;
      const hangs = isNews && opensUnasked(memory, nameOf(fact), fact.baseOffset, known.leaderLog(nameOf(fact)));
      return { memory, findings: [], hanging: hangs ? [{ exception: 'X11', where: nameOf(fact) }] : NOWHERE };
    }
    case 'txnMarkersSkipped':
      return skipped(memory, fact, known);
    case 'recordsConsumed':
      return { memory, findings: known.readsCommitted(fact.consumer) ? misread(fact, known.leaderLog(nameOf(fact))) : [], hanging: NOWHERE };
    default:
      return kept(memory);
  }
}

const NOWHERE: TransactionsWatched['hanging'] = [];
const kept = (memory: TransactionMemory, findings: readonly TransactionFinding[] = []): TransactionsWatched => ({ memory, findings, hanging: NOWHERE });

const put = (memory: TransactionMemory, id: number, seen: SeenTransaction): TransactionMemory => ({ producers: { ...memory.producers, [id]: seen } });

function resultOf(state: string): Result | null {
  if (state === 'PrepareCommit' || state === 'CompleteCommit') return 'COMMIT';
  return state === 'PrepareAbort' || state === 'CompleteAbort' ? 'ABORT' : null;
}

function changed(memory: TransactionMemory, { transactionalId, producerId: id, to, partitions }: Extract<KafkaFact, { readonly type: 'transactionChanged' }>, { exists }: KnownOfLogs): TransactionsWatched {
  const before = memory.producers[id];
  if (to === 'Dead') {
    const { [id]: _, ...producers } = memory.producers;
    return kept({ producers });
  }
  const decided = resultOf(to);
  if (to === 'CompleteCommit' || to === 'CompleteAbort') {
    // Of a topic that was deleted there is nobody left to mark it.
    const missing = before?.partitions.filter((name) => !before.marked.includes(name) && exists(name)) ?? [];
    const findings = missing.map((name): TransactionFinding => ({ name: 'everyPartitionIsMarked', violation: `${transactionalId} is completed, and ${name} has no marker of it` }));
    return kept(put(memory, id, { transactionalId, state: to, decided, partitions: [], marked: [] }), findings);
  }
  const goesOn = before !== undefined && (decided !== null || before.state === to);
  return kept(put(memory, id, { transactionalId, state: to, decided, partitions, marked: goesOn ? before.marked : [] }));
}

/** Those that are there will not be marked by this end of the transaction, if at all. */
function skipped(memory: TransactionMemory, { producerId: id, partitions }: Extract<KafkaFact, { readonly type: 'txnMarkersSkipped' }>, { exists }: KnownOfLogs): TransactionsWatched {
  const before = memory.producers[id];
  const there = partitions.filter((name) => exists(name) && before?.marked.includes(name) !== true);
  const hanging = there.map((where) => ({ exception: 'KAFKA-5202' as const, where }));
  if (!before) return { memory, findings: [], hanging };
  return { memory: put(memory, id, { ...before, partitions: before.partitions.filter((name) => !partitions.includes(name)) }), findings: [], hanging };
}

function marked(memory: TransactionMemory, fact: Extract<KafkaFact, { readonly type: 'txnMarkerWritten' }>): TransactionsWatched {
  const before = memory.producers[fact.producerId];
  if (!before) return kept(memory);
  const name = nameOf(fact);
  const result: Result = fact.committed ? 'COMMIT' : 'ABORT';
  // A coordinator that has loaded a decision sends its markers without a word: the first of them tells what it is.
  const wrong = before.decided !== null && before.decided !== result;
  const findings: TransactionFinding[] = wrong ? [{ name: 'markersFollowTheDecision', violation: `${before.transactionalId}: ${result} in ${name}, decided was ${before.decided}` }] : [];
  return kept(put(memory, fact.producerId, { ...before, decided: before.decided ?? result, marked: before.marked.includes(name) ? before.marked : [...before.marked, name] }), findings);
}

/** A record of a producer whose transaction does not have the partition: nothing will ever end what it begins. */
function opensUnasked(memory: TransactionMemory, name: string, offset: number, log: Log | undefined): boolean {
  const batch = log && batchesFrom(log, offset).next().value;
  if (!batch || baseOffset(batch) !== offset || isControl(batch) || !isTransactional(batch)) return false;
  const seen = memory.producers[producerId(batch)];
  return seen !== undefined && !(seen.partitions.includes(name) && !seen.marked.includes(name));
}

/** How the transaction of a batch ended, by the next marker of its producer in the log. */
function outcomeOf(batch: Uint8Array, log: Log): Result | null {
  for (const later of batchesFrom(log, lastOffset(batch) + 1)) {
    if (isControl(later) && producerId(later) === producerId(batch) && producerEpoch(later) >= producerEpoch(batch)) return decodeMarker(later)?.type ?? null;
  }
  return null;
}

function misread({ consumer, fromOffset, toOffset, values: given, ...where }: Extract<ClientFact, { readonly type: 'recordsConsumed' }>, log: Log | undefined): readonly TransactionFinding[] {
  if (!log || fromOffset < log.logStartOffset || toOffset >= log.logEndOffset) return [];
  let committed = 0;
  for (const batch of batchesFrom(log, fromOffset)) {
    if (baseOffset(batch) > toOffset) break;
    if (isControl(batch) || (isTransactional(batch) && outcomeOf(batch, log) !== 'COMMIT')) continue;
    committed += recordCount(batch) - Math.max(0, fromOffset - baseOffset(batch)) - Math.max(0, lastOffset(batch) - toOffset);
  }
  if (committed === given.length) return [];
  return [{ name: 'committedReadsAreAllOrNothing', violation: `${consumer} was given ${given.length} records of ${nameOf(where)} from ${fromOffset} to ${toOffset}, committed are ${committed}` }];
}
