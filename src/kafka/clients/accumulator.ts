/**
 * Records that wait to be sent: one queue of batches a partition, and the memory they share (`RecordAccumulator`,
 * `BufferPool`, `ProducerBatch` 2.3.0). Sizes are bytes, times microseconds. Pure functions over plain data. How small
 * the records of a compressed batch become is estimated by what the topic's batches before it were (`CompressionRatioEstimator`).
 */
import type { Micros } from '../../kernel/program.ts';
import { compressionRatio } from '../log/compressed-batch.ts';
import { BATCH_OVERHEAD, sizeOfRecord, type RecordFields } from '../log/record-batch.ts';
import { sizeOfVarint } from '../log/varint.ts';
import { nameOf, topicPartition } from '../topic-partition.ts';
import type { ProducerConfig } from './client-config.ts';

/** A record between `send` and its callback. */
export interface PendingRecord extends RecordFields {
  /** Running number of the producer. */
  readonly n: number;
}

export interface ProducerBatch {
  /** Unique in its producer. */
  readonly number: number;
  readonly topic: string;
  readonly partition: number;
  readonly createdAt: Micros;
  readonly records: readonly PendingRecord[];
  /** Uncompressed. */
  readonly bytes: number;
  /** What is expected of the records' compression; null: there is none. */
  readonly estimatedRatio: number | null;
  /** Known once it has been built to be sent; null before, and without compression. */
  readonly compressedBytes: number | null;
  /** Size of its buffer: what it may grow to, and what it holds of the memory. */
  readonly capacity: number;
  /** Nothing is added to a closed batch: it was full, or it was sent once. */
  readonly isClosed: boolean;
  /** Failed attempts so far. */
  readonly attempts: number;
  readonly lastAttemptAt: Micros;
  /** −1: none assigned; the producer id is the one it was numbered under. */
  readonly baseSequence: number;
  readonly producerId: number;
  readonly producerEpoch: number;
}

export interface ProducerIdentity {
  readonly producerId: number;
  readonly producerEpoch: number;
}

/** `ProducerIdAndEpoch.NONE`. */
export const NO_IDENTITY: ProducerIdentity = { producerId: -1, producerEpoch: -1 };

export interface PartitionQueue {
  readonly topic: string;
  readonly partition: number;
  readonly batches: readonly ProducerBatch[];
  /** With one request in flight at most, a partition whose batch is in flight gives no other. */
  readonly isMuted: boolean;
}

export interface Accumulator {
  readonly queues: { readonly [partition: string]: PartitionQueue };
  readonly freeBytes: number;
  /** What is expected of compression by now; 1 for other topics. */
  readonly ratios: { readonly [topic: string]: number };
  readonly nextBatch: number;
  /** Records in queues, for views. */
  readonly queuedRecords: number;
  /** Where the last drain of a node stopped. */
  readonly drainIndex: { readonly [node: string]: number };
}

export function emptyAccumulator(config: ProducerConfig): Accumulator {
  return { queues: {}, freeBytes: config.bufferMemory, ratios: {}, nextBatch: 0, queuedRecords: 0, drainIndex: {} };
}

/** By how much a ratio falls when a batch turns out smaller than expected, and rises at least when it turns out larger. */
const IMPROVING_STEP = Math.fround(0.005);
const DETERIORATING_STEP = Math.fround(0.05);
/** Estimates are on the safe side (`MemoryRecordsBuilder.COMPRESSION_RATE_ESTIMATION_FACTOR`). */
const ESTIMATION_FACTOR = Math.fround(1.05);

/** `MemoryRecordsBuilder.estimatedSizeInBytes`: exact without compression, and once it is built. */
export function estimatedBytes({ bytes, estimatedRatio, compressedBytes }: ProducerBatch): number {
  if (estimatedRatio === null) return bytes;
  return compressedBytes ?? BATCH_OVERHEAD + Math.trunc(Math.fround(Math.fround((bytes - BATCH_OVERHEAD) * estimatedRatio) * ESTIMATION_FACTOR));
}

const ratioOf = ({ ratios }: Accumulator, topic: string): number => (Object.hasOwn(ratios, topic) ? ratios[topic]! : 1);

/** A batch has been compressed: what is expected of the next ones of its topic comes nearer to it. */
export function noteCompression(accumulator: Accumulator, { topic, bytes }: ProducerBatch, compressed: Uint8Array): Accumulator {
  const before = ratioOf(accumulator, topic);
  const ratio = compressionRatio(compressed.length, bytes);
  if (ratio === before) return accumulator;
  const next = ratio > before ? Math.max(Math.fround(before + DETERIORATING_STEP), ratio) : Math.fround(before - IMPROVING_STEP);
  return { ...accumulator, ratios: { ...accumulator.ratios, [topic]: next } };
}

/** Upper bound of a record's size as the only one of its batch (`AbstractRecords.estimateSizeInBytesUpperBound`): what `max.request.size` limits. */
export function sizeUpperBound(key: Uint8Array | null, value: Uint8Array | null, headers: RecordFields['headers'] = []): number {
  const nullable = (bytes: Uint8Array | null): number => (bytes === null ? 1 : sizeOfVarint(bytes.length) + bytes.length);
  let size = BATCH_OVERHEAD + 21 + nullable(key) + nullable(value) + sizeOfVarint(headers.length);
  for (const header of headers) {
    const name = new TextEncoder().encode(header.key).length;
    size += sizeOfVarint(name) + name + nullable(header.value);
  }
  return size;
}

const isFull = (batch: ProducerBatch): boolean => estimatedBytes(batch) >= batch.capacity;

export type Appended =
  | { readonly type: 'appended'; readonly accumulator: Accumulator; /** A batch became full or a new one began: the sender has work. */ readonly wakesSender: boolean }
  | { readonly type: 'noMemory' };

export function append(
  accumulator: Accumulator,
  config: ProducerConfig,
  topic: string,
  partition: number,
  record: PendingRecord,
  now: Micros,
): Appended {
  const name = topicPartition(topic, partition);
  const queue = accumulator.queues[name] ?? { topic, partition, batches: [], isMuted: false };
  const last = queue.batches[queue.batches.length - 1];
  if (last && !last.isClosed) {
    const size = sizeOfRecord(record, last.records[0]!.timestamp, last.records.length);
    if (!isFull(last) && estimatedBytes(last) + size <= last.capacity) {
      const grown = { ...last, records: [...last.records, record], bytes: last.bytes + size };
      const batches = [...queue.batches.slice(0, -1), grown];
      return {
        type: 'appended',
        wakesSender: batches.length > 1 || isFull(grown),
        accumulator: {
          ...accumulator,
          queues: { ...accumulator.queues, [name]: { ...queue, batches } },
          queuedRecords: accumulator.queuedRecords + 1,
        },
      };
    }
  }
  const capacity = Math.max(config.batchSize, sizeUpperBound(record.key, record.value, record.headers));
  if (capacity > accumulator.freeBytes) return { type: 'noMemory' };
  const begun: ProducerBatch = {
    number: accumulator.nextBatch,
    topic,
    partition,
    createdAt: now,
    records: [record],
    bytes: BATCH_OVERHEAD + sizeOfRecord(record, record.timestamp, 0),
    estimatedRatio: config.compressionType === 'none' ? null : ratioOf(accumulator, topic),
    compressedBytes: null,
    capacity,
    isClosed: false,
    attempts: 0,
    lastAttemptAt: now,
    baseSequence: -1,
    ...NO_IDENTITY,
  };
  const before = last && !last.isClosed ? [...queue.batches.slice(0, -1), { ...last, isClosed: true }] : queue.batches;
  return {
    type: 'appended',
    wakesSender: true,
    accumulator: {
      ...accumulator,
      queues: { ...accumulator.queues, [name]: { ...queue, batches: [...before, begun] } },
      freeBytes: accumulator.freeBytes - capacity,
      nextBatch: accumulator.nextBatch + 1,
      queuedRecords: accumulator.queuedRecords + 1,
    },
  };
}

export interface Urgency {
  /** Memory is exhausted with callers waiting, or the producer is closing: nothing lingers. */
  readonly sendsAtOnce: boolean;
}

/** When a queue's first batch may be sent: `now` or earlier means now. Infinity for an empty or muted queue. */
export function sendableAt(queue: PartitionQueue, config: ProducerConfig, urgency: Urgency): Micros {
  const first = queue.batches[0];
  if (!first || queue.isMuted) return Infinity;
  const retryAt = first.lastAttemptAt + config.retryBackoffMs * 1_000;
  if (first.attempts > 0) return retryAt;
  const isReady = queue.batches.length > 1 || first.isClosed || isFull(first);
  return isReady || urgency.sendsAtOnce ? first.createdAt : first.lastAttemptAt + config.lingerMs * 1_000;
}

/** Takes the first batch of a queue for sending; it is closed and has its place in the sequence from now on. */
export function takeFirst(
  accumulator: Accumulator,
  name: string,
  baseSequence: number,
  identity: ProducerIdentity,
  mutes: boolean,
): { readonly accumulator: Accumulator; readonly batch: ProducerBatch } {
  const queue = accumulator.queues[name]!;
  const first = queue.batches[0]!;
  const batch = first.baseSequence >= 0 ? first : { ...first, isClosed: true, baseSequence, ...identity };
  return {
    batch,
    accumulator: {
      ...accumulator,
      queues: { ...accumulator.queues, [name]: { ...queue, batches: queue.batches.slice(1), isMuted: mutes || queue.isMuted } },
      queuedRecords: accumulator.queuedRecords - batch.records.length,
    },
  };
}

/** A batch whose attempt failed goes back: to the front, or, with sequences, to its place among those that have one. */
export function reenqueue(accumulator: Accumulator, batch: ProducerBatch, now: Micros): Accumulator {
  const name = nameOf(batch);
  const queue = accumulator.queues[name]!;
  const again = { ...batch, attempts: batch.attempts + 1, lastAttemptAt: now };
  let place = 0;
  if (batch.baseSequence >= 0) {
    while (place < queue.batches.length) {
      const other = queue.batches[place]!;
      if (other.baseSequence < 0 || other.baseSequence > batch.baseSequence) break;
      place++;
    }
  }
  const batches = [...queue.batches.slice(0, place), again, ...queue.batches.slice(place)];
  return {
    ...accumulator,
    queues: { ...accumulator.queues, [name]: { ...queue, batches } },
    queuedRecords: accumulator.queuedRecords + batch.records.length,
  };
}

/** A batch that was too large for the broker goes back as several of `batch.size`; no attempt is charged. */
export function splitAndReenqueue(accumulator: Accumulator, config: ProducerConfig, batch: ProducerBatch, now: Micros): Accumulator {
  const name = nameOf(batch);
  const queue = accumulator.queues[name]!;
  const pieces: ProducerBatch[] = [];
  const estimatedRatio = batch.compressedBytes === null ? batch.estimatedRatio : Math.max(1, compressionRatio(batch.compressedBytes, batch.bytes));
  let nextBatch = accumulator.nextBatch;
  let sequence = batch.baseSequence;
  for (const record of batch.records) {
    const last = pieces[pieces.length - 1];
    const size = last ? sizeOfRecord(record, last.records[0]!.timestamp, last.records.length) : Infinity;
    if (last && estimatedBytes(last) + size <= last.capacity) pieces[pieces.length - 1] = { ...last, records: [...last.records, record], bytes: last.bytes + size };
    else {
      pieces.push({
        ...batch,
        number: nextBatch++,
        records: [record],
        bytes: BATCH_OVERHEAD + sizeOfRecord(record, record.timestamp, 0),
        estimatedRatio,
        compressedBytes: null,
        capacity: Math.max(config.batchSize, sizeUpperBound(record.key, record.value, record.headers)),
        isClosed: true,
        lastAttemptAt: now,
        baseSequence: sequence,
      });
    }
    if (sequence >= 0) sequence++;
  }
  const capacity = pieces.reduce((sum, piece) => sum + piece.capacity, 0);
  return {
    ...accumulator,
    queues: { ...accumulator.queues, [name]: { ...queue, batches: [...pieces, ...queue.batches] } },
    ratios: estimatedRatio === null ? accumulator.ratios : { ...accumulator.ratios, [batch.topic]: estimatedRatio },
    freeBytes: accumulator.freeBytes + batch.capacity - capacity,
    nextBatch,
    queuedRecords: accumulator.queuedRecords + batch.records.length,
  };
}

/** Gives back the memory of a batch that is decided. */
export function release(accumulator: Accumulator, batch: ProducerBatch): Accumulator {
  return { ...accumulator, freeBytes: accumulator.freeBytes + batch.capacity };
}

export function unmute(accumulator: Accumulator, topic: string, partition: number): Accumulator {
  const name = topicPartition(topic, partition);
  const queue = accumulator.queues[name];
  return queue?.isMuted ? { ...accumulator, queues: { ...accumulator.queues, [name]: { ...queue, isMuted: false } } } : accumulator;
}

/** Takes out the queued batches that reached the delivery time-out, oldest first a queue. */
export function takeExpired(
  accumulator: Accumulator,
  config: ProducerConfig,
  now: Micros,
): { readonly accumulator: Accumulator; readonly expired: readonly ProducerBatch[] } {
  const limit = now - config.deliveryTimeoutMs * 1_000;
  let next = accumulator;
  const expired: ProducerBatch[] = [];
  for (const name in accumulator.queues) {
    const queue = accumulator.queues[name]!;
    let count = 0;
    while (count < queue.batches.length && queue.batches[count]!.createdAt <= limit) count++;
    if (count === 0) continue;
    const taken = queue.batches.slice(0, count);
    expired.push(...taken);
    next = {
      ...next,
      queues: { ...next.queues, [name]: { ...queue, batches: queue.batches.slice(count) } },
      queuedRecords: next.queuedRecords - taken.reduce((sum, batch) => sum + batch.records.length, 0),
    };
  }
  return { accumulator: next, expired };
}
