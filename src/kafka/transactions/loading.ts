/**
 * A partition of `__transaction_state` comes to this broker or goes (TransactionStateManager.loadTransactionsForTxnTopicPartition,
 * removeTransactionsForTxnTopicPartition): one thread reads or drops one partition after the other. What was decided before and is not
 * complete goes on from here: its markers are sent once more.
 */
import { values } from '../../kernel/append-list.ts';
import type { Env } from '../../kernel/program.ts';
import { isLeader } from '../broker/partition.ts';
import { fact, placeOf, say, type Draft } from '../broker/state.ts';
import { decodeRecords } from '../log/record-batch.ts';
import { topicPartition } from '../topic-partition.ts';
import { wakeSender } from './channels.ts';
import { dropTransaction, partitionFor, prepare, putTransaction, sayManager } from './coordinator.ts';
import { watchExpiry, watchTimeouts } from './expiry.ts';
import { removeMarkers, sendMarkers } from './markers.ts';
import { stateOf, type PartitionAndEpoch, type TransactionMetadata, type TransactionTask } from './state.ts';
import { readTransactionKey, readTransactionValue, TRANSACTION_TOPIC } from './transaction-topic.ts';

export const TRANSACTION_LOADER_TIMER = 'transaction-log-manager';
/** What one small partition takes, as with groups. */
const TASK_MICROS = 1_000;

const nameOf = (partition: number): string => topicPartition(TRANSACTION_TOPIC, partition);
const isSame = (a: PartitionAndEpoch, b: PartitionAndEpoch): boolean => a.partition === b.partition && a.coordinatorEpoch === b.coordinatorEpoch;
const without = (list: readonly PartitionAndEpoch[], one: PartitionAndEpoch): readonly PartitionAndEpoch[] => list.filter((other) => !isSame(other, one));
const including = (list: readonly PartitionAndEpoch[], { partition, coordinatorEpoch }: PartitionAndEpoch): readonly PartitionAndEpoch[] => [...without(list, { partition, coordinatorEpoch }), { partition, coordinatorEpoch }];

/** Leads it now. */
export function immigrateTransactions(b: Draft, env: Env, one: PartitionAndEpoch): void {
  b.transactions = { ...b.transactions, leaving: without(b.transactions.leaving, one), loading: including(b.transactions.loading, one) };
  schedule(b, env, { type: 'load', ...one });
}

/** Leads it no longer; the epoch is that of its new leader. */
export function emigrateTransactions(b: Draft, env: Env, one: PartitionAndEpoch): void {
  b.transactions = { ...b.transactions, loading: without(b.transactions.loading, one), leaving: including(b.transactions.leaving, one) };
  schedule(b, env, { type: 'unload', ...one });
  removeMarkers(b, one.partition);
}

function schedule(b: Draft, env: Env, task: TransactionTask): void {
  if (b.transactions.tasks.length === 0) takeUp(b, env);
  b.transactions = { ...b.transactions, tasks: [...b.transactions.tasks, task] };
}

function takeUp(b: Draft, env: Env): void {
  b.transactions = { ...b.transactions, taskStartedMs: env.wallClockMs };
  env.setTimer(TRANSACTION_LOADER_TIMER, TASK_MICROS);
}

/** The thread is done with the first of its tasks. */
export function endTransactionTask(b: Draft, env: Env): void {
  const [task, ...tasks] = b.transactions.tasks;
  if (!task) return;
  b.transactions = { ...b.transactions, tasks };
  if (task.type === 'load') load(b, env, task);
  else unload(b, env, task);
  if (tasks.length > 0) takeUp(b, env);
  wakeSender(b, env);
}

/** The last record of an id counts; one without a value deletes. null: there is nothing to read, or not by this broker. */
function readPartition(b: Draft, partition: number): ReadonlyMap<string, TransactionMetadata> | null {
  const local = b.partitions[placeOf(b, TRANSACTION_TOPIC, partition)];
  if (!local || !isLeader(local) || local.log.logEndOffset === local.log.logStartOffset) return null;
  const read = new Map<string, TransactionMetadata>();
  for (const segment of local.log.segments) {
    for (const batch of values(segment.batches)) {
      for (const { key, value } of decodeRecords(batch)) {
        const transactionalId = readTransactionKey(key!);
        if (value === null) read.delete(transactionalId);
        else read.set(transactionalId, readTransactionValue(transactionalId, value));
      }
    }
  }
  return read;
}

function load(b: Draft, env: Env, { partition, coordinatorEpoch }: TransactionTask): void {
  sayManager(b, env, `Loading transaction metadata from ${nameOf(partition)}`);
  const read = readPartition(b, partition);
  if (read) sayManager(b, env, `Finished loading ${read.size} transaction metadata from ${nameOf(partition)} in ${env.wallClockMs - b.transactions.taskStartedMs} milliseconds`);
  if (!b.transactions.loading.some((one) => isSame(one, { partition, coordinatorEpoch }))) return;
  const before = b.transactions.owned[partition];
  if (before !== undefined) return sayOwnedAlready(b, env, partition, before);
  b.transactions = { ...b.transactions, owned: { ...b.transactions.owned, [partition]: coordinatorEpoch }, loading: without(b.transactions.loading, { partition, coordinatorEpoch }) };
  for (const metadata of read?.values() ?? []) putTransaction(b, metadata);
  if (read && read.size > 0) fact(env, { type: 'transactionsLoaded', broker: b.brokerId, partition, coordinatorEpoch, transactionalIds: [...read.keys()] });
  for (const metadata of read?.values() ?? []) {
    const state = stateOf(metadata);
    if (state !== 'PrepareCommit' && state !== 'PrepareAbort') continue;
    const transition = prepare(b, metadata, { type: 'complete' }, { partitions: [], lastUpdateMs: env.wallClockMs });
    sendMarkers(b, env, { transactionalId: metadata.transactionalId, coordinatorEpoch, transition }, metadata, state === 'PrepareCommit');
  }
  watchTimeouts(b, env);
  watchExpiry(b, env);
}

/** 2.3.0 keeps what it knew of a partition whose replica was taken away from it, and cannot load it again: it stays loading for ever. */
function sayOwnedAlready(b: Draft, env: Env, partition: number, coordinatorEpoch: number): void {
  const entries = Object.keys(b.transactions.transactions).filter((transactionalId) => partitionFor(b, transactionalId) === partition).length;
  const text = `The metadata cache for txn partition ${partition} has already exist with epoch ${coordinatorEpoch} and ${entries} entries while trying to add to it; this should not happen`;
  sayManager(b, env, text, 'FATAL');
  say(env, 'ERROR', `Uncaught exception in scheduled task 'load-txns-for-partition-${nameOf(partition)}'`, 'kafka.utils.KafkaScheduler');
}

function unload(b: Draft, env: Env, { partition, coordinatorEpoch }: TransactionTask): void {
  const { leaving, owned } = b.transactions;
  if (!leaving.some((one) => isSame(one, { partition, coordinatorEpoch }))) return;
  const { [partition]: epoch, ...left } = owned;
  if (epoch === undefined) {
    sayManager(b, env, `Trying to remove cached transaction metadata for ${nameOf(partition)} on follower transition but there is no entries remaining; it is likely that another process for removing the cached entries has just executed earlier before`);
  } else {
    const gone = Object.keys(b.transactions.transactions).filter((transactionalId) => partitionFor(b, transactionalId) === partition);
    for (const transactionalId of gone) dropTransaction(b, transactionalId);
    sayManager(b, env, `Removed ${gone.length} cached transaction metadata for ${nameOf(partition)} on follower transition`);
    if (gone.length > 0) fact(env, { type: 'transactionsUnloaded', broker: b.brokerId, partition, transactionalIds: gone });
  }
  b.transactions = { ...b.transactions, owned: left, leaving: without(b.transactions.leaving, { partition, coordinatorEpoch }) };
}
