/**
 * Which markers are on their way (TransactionMarkerChannelManager, TransactionMarkerRequestCompletionHandler): a transaction is complete
 * when every partition of it has its marker; then that is written down. How they are sent is in channels.ts.
 */
import type { Env } from '../../kernel/program.ts';
import { endPointOf, partitionState } from '../broker/metadata-cache.ts';
import { fact, say, type Draft } from '../broker/state.ts';
import { exceptionClass } from '../clients/exceptions.ts';
import type { ErrorName } from '../protocol/index.ts';
import { stackTrace } from '../stack-trace.ts';
import { nameOf, type TopicPartition } from '../topic-partition.ts';
import { findTransaction, partitionFor, removePartitions, sayMarkers } from './coordinator.ts';
import { markerText, metadataText, setText, transitionText, type EndedTransactionWrite, type MarkerChannel, type PendingMarker, type RetriedWrite, type TransactionMetadata, type TransactionWrite } from './state.ts';
import { appendTransaction, transactionWritten } from './storage.ts';

type Completion = RetriedWrite;

/** The decision is written: every partition is to get its marker (addTxnMarkersToSend). */
export function sendMarkers(b: Draft, env: Env, completion: Completion, { producerId, producerEpoch, partitions }: TransactionMetadata, committed: boolean): void {
  const { transactionalId, coordinatorEpoch } = completion;
  b.transactions = { ...b.transactions, completions: { ...b.transactions.completions, [transactionalId]: completion } };
  completeIfDone(b, env, transactionalId);
  enqueue(b, env, { transactionalId, producerId, producerEpoch, coordinatorEpoch, committed, partitions });
}

function cancel(b: Draft, transactionalId: string): void {
  const { [transactionalId]: _, ...completions } = b.transactions.completions;
  b.transactions = { ...b.transactions, completions };
}

function completeIfDone(b: Draft, env: Env, transactionalId: string): void {
  const { completions, transactions } = b.transactions;
  const completion = Object.hasOwn(completions, transactionalId) ? completions[transactionalId] : undefined;
  if (!completion || transactions[transactionalId]!.partitions.length > 0) return;
  cancel(b, transactionalId);
  markersWritten(b, env, completion);
}

// ------------------------------------------------------------------ where to

/** Puts a marker into the queues of the brokers that lead its partitions now (addTxnMarkersToBrokerQueue). */
export function enqueue(b: Draft, env: Env, marker: PendingMarker): void {
  const gone: TopicPartition[] = [];
  const unplaced: TopicPartition[] = [];
  const byLeader = new Map<number, TopicPartition[]>();
  for (const one of marker.partitions) {
    const state = partitionState(b.metadata, one.topic, one.partition);
    if (!state) {
      gone.push(one);
    } else if (!endPointOf(b.metadata, state.leader, b.config.interBrokerListener)) {
      unplaced.push(one);
    } else {
      const known = byLeader.get(state.leader);
      if (known) known.push(one);
      else byLeader.set(state.leader, [one]);
    }
  }
  for (const [leader, partitions] of byLeader) enqueueFor(b, leader, { ...marker, partitions });
  if (unplaced.length > 0) b.transactions = { ...b.transactions, unplaced: [...b.transactions.unplaced, { ...marker, partitions: unplaced }] };
  if (gone.length > 0) skip(b, env, marker, gone);
}

function enqueueFor(b: Draft, brokerId: number, marker: PendingMarker): void {
  const address = endPointOf(b.metadata, brokerId, b.config.interBrokerListener)!;
  const fresh: MarkerChannel = { brokerId, host: address.host, port: address.port, connection: null, connected: false, correlationId: 0, queue: [], unsent: [], inFlight: null, sentAt: 0, backoffUntil: 0 };
  const { channels } = b.transactions;
  const channel = channels.find((one) => one.brokerId === brokerId) ?? fresh;
  const added = { ...channel, host: address.host, port: address.port, queue: [...channel.queue, marker] };
  b.transactions = { ...b.transactions, channels: channel === fresh ? [...channels, added] : channels.map((one) => (one === channel ? added : one)) };
}

/** Partitions that nobody knows are taken for deleted. */
function skip(b: Draft, env: Env, { transactionalId, coordinatorEpoch }: PendingMarker, partitions: readonly TopicPartition[]): void {
  const found = findTransaction(b, transactionalId);
  if (found.error !== 'NONE') {
    sayMarkers(b, env, `Encountered ${found.error} trying to fetch transaction metadata for ${transactionalId} with coordinator epoch ${coordinatorEpoch}; cancel sending markers to its partition leaders`);
    return cancel(b, transactionalId);
  }
  if (!found.metadata) return;
  if (found.coordinatorEpoch !== coordinatorEpoch) {
    sayMarkers(b, env, `The cached metadata has changed to CoordinatorEpochAndTxnMetadata(${found.coordinatorEpoch},${metadataText(found.metadata)}) (old coordinator epoch is ${coordinatorEpoch}) since preparing to send markers; cancel sending markers to its partition leaders`);
    return cancel(b, transactionalId);
  }
  sayMarkers(b, env, `Couldn't find leader endpoint for partitions ${setText(partitions)} while trying to send transaction markers for ${transactionalId}, these partitions are likely deleted already and hence can be skipped`);
  fact(env, { type: 'txnMarkersSkipped', broker: b.brokerId, transactionalId, producerId: found.metadata.producerId, partitions: partitions.map(nameOf) });
  removePartitions(b, found.metadata, partitions);
  completeIfDone(b, env, transactionalId);
}

/** This broker does not lead the partition of the topic any more: what is not in a request yet is forgotten. */
export function removeMarkers(b: Draft, partition: number): void {
  const isOfOthers = (marker: PendingMarker): boolean => {
    if (partitionFor(b, marker.transactionalId) !== partition) return true;
    cancel(b, marker.transactionalId);
    return false;
  };
  const unplaced = b.transactions.unplaced.filter(isOfOthers);
  const channels = b.transactions.channels.map((channel) => (channel.queue.length === 0 ? channel : { ...channel, queue: channel.queue.filter(isOfOthers) }));
  b.transactions = { ...b.transactions, unplaced, channels };
}

// ------------------------------------------------------------------ what became of them

function sayHandler(env: Env, brokerId: number, text: string): void {
  say(env, 'INFO', `[Transaction Marker Request Completion Handler ${brokerId}]: ${text}`, 'kafka.coordinator.transaction.TransactionMarkerRequestCompletionHandler');
}

/** Its transaction, if it still is of the same coordinator; else it is cancelled. */
function stillMine(b: Draft, env: Env, brokerId: number, marker: PendingMarker): TransactionMetadata | undefined {
  const { transactionalId, coordinatorEpoch } = marker;
  const found = findTransaction(b, transactionalId);
  const cancelled = `cancel sending transaction markers ${markerText(marker)} to the brokers`;
  if (found.error === 'NONE' && found.coordinatorEpoch === coordinatorEpoch) return found.metadata;
  if (found.error === 'NOT_COORDINATOR') {
    sayHandler(env, brokerId, `I am no longer the coordinator for ${transactionalId}; ${cancelled}`);
  } else if (found.error === 'COORDINATOR_LOAD_IN_PROGRESS') {
    sayHandler(env, brokerId, `I am loading the transaction partition that contains ${transactionalId} which means the current markers have to be obsoleted; ${cancelled}`);
  } else {
    sayHandler(env, brokerId, `Transaction coordinator epoch for ${transactionalId} has changed from ${coordinatorEpoch} to ${found.coordinatorEpoch}; ${cancelled}`);
  }
  cancel(b, transactionalId);
  return undefined;
}

/** It was not answered, or refused: it goes to whoever leads its partitions now. */
export function reenqueue(b: Draft, env: Env, brokerId: number, marker: PendingMarker): void {
  if (stillMine(b, env, brokerId, marker)) enqueue(b, env, marker);
}

const RETRIABLE: readonly ErrorName[] = ['UNKNOWN_TOPIC_OR_PARTITION', 'NOT_LEADER_FOR_PARTITION', 'NOT_ENOUGH_REPLICAS', 'NOT_ENOUGH_REPLICAS_AFTER_APPEND', 'REQUEST_TIMED_OUT'];
const FENCED: readonly ErrorName[] = ['INVALID_PRODUCER_EPOCH', 'TRANSACTION_COORDINATOR_FENCED'];

/**
 * What the leader of some partitions made of a marker; gives what is to be sent again. 2.3.0 does not expect every error that there is
 * (KAFKA_STORAGE_ERROR): then the rest of the response is lost, and its transactions are not completed before the coordinator moves.
 */
export function markerAnswered(b: Draft, env: Env, brokerId: number, marker: PendingMarker, results: readonly (TopicPartition & { readonly error: ErrorName })[]): PendingMarker | null | 'thrown' {
  const metadata = stillMine(b, env, brokerId, marker);
  if (!metadata) return null;
  const { transactionalId, coordinatorEpoch } = marker;
  const done: TopicPartition[] = [];
  const again: TopicPartition[] = [];
  let isGivenUp = false;
  for (const { error, ...one } of results) {
    const name = nameOf(one);
    if (error === 'NONE') {
      done.push(one);
    } else if (RETRIABLE.includes(error)) {
      sayHandler(env, brokerId, `Sending ${transactionalId}'s transaction marker for partition ${name} has failed with error ${exceptionClass(error)}, retrying with current coordinator epoch ${coordinatorEpoch}`);
      again.push(one);
    } else if (FENCED.includes(error)) {
      sayHandler(env, brokerId, `Sending ${transactionalId}'s transaction marker for partition ${name} has permanently failed with error ${exceptionClass(error)} with the current coordinator epoch ${coordinatorEpoch}; cancel sending any more transaction markers ${markerText(marker)} to the brokers`);
      isGivenUp = true;
    } else {
      if (done.length > 0) removePartitions(b, metadata, done);
      const exception = `java.lang.IllegalStateException: Unexpected error ${exceptionClass(error)} while sending txn marker for ${transactionalId}`;
      env.log({ level: 'ERROR', file: 'server', text: `[TransactionCoordinator id=${b.brokerId}] Uncaught error in request completion: (org.apache.kafka.clients.NetworkClient)\n${stackTrace(exception, [])}` });
      fact(env, { type: 'txnMarkersLost', broker: b.brokerId, transactionalId, error });
      return 'thrown';
    }
  }
  if (done.length > 0) removePartitions(b, metadata, done);
  if (isGivenUp) {
    cancel(b, transactionalId);
    return null;
  }
  if (again.length > 0) return { ...marker, partitions: again };
  completeIfDone(b, env, transactionalId);
  return null;
}

/** Every partition has it: write that down (appendToLogCallback). */
function markersWritten(b: Draft, env: Env, completion: Completion): void {
  const { transactionalId, coordinatorEpoch, transition } = completion;
  const found = findTransaction(b, transactionalId);
  const next = transitionText(transition);
  if (found.error === 'NOT_COORDINATOR') {
    sayMarkers(b, env, `No longer the coordinator for ${transactionalId} with coordinator epoch ${coordinatorEpoch}; cancel appending ${next} to transaction log`);
  } else if (found.error === 'COORDINATOR_LOAD_IN_PROGRESS') {
    sayMarkers(b, env, `Loading the transaction partition that contains ${transactionalId} while my current coordinator epoch is ${coordinatorEpoch}; so cancel appending ${next} to transaction log since the loading process will continue the remaining work`);
  } else if (found.coordinatorEpoch === coordinatorEpoch) {
    appendCompletion(b, env, completion);
  }
}

export function appendCompletion(b: Draft, env: Env, completion: Completion): void {
  appendTransaction(b, env, { type: 'complete', ...completion });
}

/** The end is written down, or is to be tried again (tryAppendToLog). */
export function completionWritten(b: Draft, env: Env, write: TransactionWrite & { readonly type: 'complete' }, ended: EndedTransactionWrite): void {
  const { transactionalId, coordinatorEpoch, transition } = write;
  const before = findTransaction(b, transactionalId);
  const metadata = before.error === 'NONE' && before.metadata ? metadataText(before.metadata) : 'null';
  const described = `TxnLogAppend(transactionalId=${transactionalId}, coordinatorEpoch=${coordinatorEpoch}, txnMetadata=${metadata}, newMetadata=${transitionText(transition)})`;
  const error = transactionWritten(b, env, write, ended);
  switch (error) {
    case 'NONE':
      return;
    case 'NOT_COORDINATOR':
      return sayMarkers(b, env, `No longer the coordinator for transactionalId: ${transactionalId} while trying to append to transaction log, skip writing to transaction log`);
    case 'COORDINATOR_NOT_AVAILABLE':
      sayMarkers(b, env, `Not available to append ${described}: possible causes include UNKNOWN_TOPIC_OR_PARTITION, NOT_ENOUGH_REPLICAS, NOT_ENOUGH_REPLICAS_AFTER_APPEND and REQUEST_TIMED_OUT; retry appending`);
      b.transactions = { ...b.transactions, retries: [...b.transactions.retries, { transactionalId, coordinatorEpoch, transition }] };
      return;
    case 'COORDINATOR_LOAD_IN_PROGRESS':
      return sayMarkers(b, env, `Coordinator is loading the partition ${partitionFor(b, transactionalId)} and hence cannot complete append of ${described}; skip writing to transaction log as the loading process should complete it`);
    default:
      return sayMarkers(b, env, `Unexpected error ${exceptionClass(error)} while appending to transaction log for ${transactionalId}`, 'FATAL');
  }
}
