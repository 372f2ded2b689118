/**
 * WriteTxnMarkers (KafkaApis.handleWriteTxnMarkersRequest): the end of transactions in the logs of partitions that this broker
 * leads. Each marker is an append of its own with acks=-1; the request is answered when the last of them is over.
 */
import type { Env } from '../../../kernel/program.ts';
import { OFFSETS_TOPIC } from '../../groups/offsets-topic.ts';
import { completeTransaction } from '../../groups/txn-offsets.ts';
import { encodeMarker } from '../../log/record-batch.ts';
import type { PartitionError, ResponseBody, TxnMarker, WriteTxnMarkersRequest } from '../../protocol/index.ts';
import { isLocked } from '../partition.ts';
import { appendRefusal, appendToLeader, parkProduce, sayRefused } from '../replica-manager.ts';
import { answer, mute, PARKED, waitForLock, type Handler } from '../requests.ts';
import { fact, placeOf, type Draft, type EndedMarker, type MarkerResult, type ProduceStatus } from '../state.ts';

export const writeTxnMarkers: Handler<'WriteTxnMarkers'> = (b, { markers }, context, env) => {
  for (const { topics } of markers) {
    for (const { topic, partitions } of topics) {
      for (const partition of partitions) {
        const place = placeOf(b, topic, partition);
        if (place >= 0 && isLocked(b.partitions[place]!)) return waitForLock(b, place, context);
      }
    }
  }
  const appends: { readonly marker: number; readonly partitions: readonly ProduceStatus[] }[] = [];
  const results: MarkerResult[] = [];
  for (const [marker, sent] of markers.entries()) {
    const partitions: ProduceStatus[] = [];
    for (const { topic, partitions: wanted } of sent.topics) {
      for (const partition of wanted) {
        const place = placeOf(b, topic, partition);
        if (place < 0 || b.partitions[place]!.chart.value === 'offline') results.push({ producerId: sent.producerId, topic, partition, error: 'UNKNOWN_TOPIC_OR_PARTITION' });
        else partitions.push(append(b, env, sent, place));
      }
    }
    if (partitions.length > 0) appends.push({ marker, partitions });
  }
  if (appends.length === 0) return response(results);
  mute(b, context.connection);
  b.openMarkers = [...b.openMarkers, { context, left: appends.length, results }];
  const deadline = env.now + b.config.requestTimeoutMs * 1_000;
  for (const { marker, partitions } of appends) parkProduce(b, env, { of: { type: 'markers', context, marker }, deadline, partitions });
  return PARKED;
};

function append(b: Draft, env: Env, { producerId, producerEpoch, committed, coordinatorEpoch }: TxnMarker, place: number): ProduceStatus {
  const { topic, partition, log } = b.partitions[place]!;
  const status = { at: place, topic, partition, required: 0, baseOffset: -1, logAppendTimeMs: -1, logStartOffset: log.logStartOffset };
  const refused = appendRefusal(b, place, -1);
  if (refused !== 'NONE') {
    sayRefused(b, env, place, refused);
    return { ...status, error: refused };
  }
  const marker = encodeMarker({ type: committed ? 'COMMIT' : 'ABORT', timestamp: env.wallClockMs, producerId, producerEpoch, coordinatorEpoch });
  const appended = appendToLeader(b, env, place, marker, 'coordinator');
  if (appended.error !== 'NONE') return { ...status, error: appended.error };
  fact(env, { type: 'txnMarkerWritten', topic, partition, broker: b.brokerId, producerId, producerEpoch, committed, offset: appended.baseOffset });
  return { ...status, required: appended.lastOffset + 1, error: null, baseOffset: appended.baseOffset };
}

/** One marker is in every partition that it was for, or could not be: offsets that were committed with it count now. */
export function markerEnded(b: Draft, env: Env, { context, marker, partitions }: EndedMarker): void {
  const { producerId, committed } = (context.request as WriteTxnMarkersRequest).markers[marker]!;
  const offsets = partitions.filter(({ topic, error }) => topic === OFFSETS_TOPIC && error === 'NONE').map(({ partition }) => partition);
  if (offsets.length > 0) completeTransaction(b, env, producerId, offsets, committed);
  // A connection has one request in processing.
  const open = b.openMarkers.find((one) => one.context.connection === context.connection);
  if (!open) return;
  const results = [...open.results, ...partitions.map(({ topic, partition, error }): MarkerResult => ({ producerId, topic, partition, error: error ?? 'UNKNOWN_SERVER_ERROR' }))];
  if (open.left > 1) {
    b.openMarkers = b.openMarkers.map((one) => (one === open ? { context, left: open.left - 1, results } : one));
    return;
  }
  b.openMarkers = b.openMarkers.filter((one) => one !== open);
  answer(b, env, 'WriteTxnMarkers', context, response(results));
}

/** By producer, whose markers come together. */
function response(results: readonly MarkerResult[]): ResponseBody<'WriteTxnMarkers'> {
  const markers: { producerId: number; topics: { topic: string; partitions: PartitionError[] }[] }[] = [];
  for (const { producerId, topic, partition, error } of results) {
    let marker = markers.find((one) => one.producerId === producerId);
    if (!marker) markers.push((marker = { producerId, topics: [] }));
    let nested = marker.topics.find((one) => one.topic === topic);
    if (!nested) marker.topics.push((nested = { topic, partitions: [] }));
    nested.partitions.push({ partition, error });
  }
  return { markers };
}
