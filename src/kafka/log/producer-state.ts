/**
 * What a partition remembers of idempotent producers (`ProducerStateManager`): sequence checks, duplicates, open
 * transactions, and the `.snapshot` files. Producers are kept by their id; snapshots hold only the last batch of each.
 */
import type { ErrorName } from '../protocol/errors.ts';
import { crc32c } from './crc32c.ts';
import {
  addSequence,
  baseOffset,
  baseSequence,
  decodeMarker,
  isControl,
  isTransactional,
  lastOffset,
  lastSequence,
  maxTimestamp,
  producerEpoch,
  producerId,
} from './record-batch.ts';
import { readInt16, readInt32, readInt64, readUint32, writeInt16, writeInt32, writeInt64 } from './varint.ts';

/** How many batches back a duplicate is recognized. */
const BATCHES_TO_RETAIN = 5;

export interface ProducerBatch {
  readonly lastSequence: number;
  readonly lastOffset: number;
  readonly offsetDelta: number;
  readonly timestamp: number;
}

export interface ProducerEntry {
  readonly producerId: number;
  readonly producerEpoch: number;
  /** The last five at most, oldest first. */
  readonly batches: readonly ProducerBatch[];
  readonly coordinatorEpoch: number;
  /** -1: no open transaction. */
  readonly currentTxnFirstOffset: number;
}

/** By producer id. */
export type Producers = { readonly [producerId: number]: ProducerEntry };

export const noProducers: Producers = {};

export type SequenceCheck =
  | { readonly type: 'append' }
  /** Nothing is written: the original offsets are the answer. */
  | { readonly type: 'duplicate'; readonly baseOffset: number; readonly lastOffset: number; readonly timestamp: number }
  | { readonly type: 'refused'; readonly error: ErrorName; /** What the exception says of it. */ readonly message: string };

function firstOfBatch(batch: ProducerBatch): number {
  const first = batch.lastSequence - batch.offsetDelta;
  return first < 0 ? first + 2147483648 : first;
}

function staleEpoch(batch: Uint8Array, current: number, partition: string): string {
  return `Producer's epoch at offset ${baseOffset(batch)} is no longer valid in partition ${partition}: ${producerEpoch(batch)} (request epoch), ${current} (current epoch)`;
}

/** What the leader does with a client's batch that has a producer id and the offset it would get, in the order of the real checks. */
export function checkSequence(producers: Producers, batch: Uint8Array, partition: string): SequenceCheck {
  const entry = producers[producerId(batch)];
  const epoch = producerEpoch(batch);
  const first = baseSequence(batch);
  const last = lastSequence(batch);
  if (entry !== undefined && entry.producerEpoch === epoch) {
    const same = entry.batches.find((known) => firstOfBatch(known) === first && known.lastSequence === last);
    if (same) return { type: 'duplicate', baseOffset: same.lastOffset - same.offsetDelta, lastOffset: same.lastOffset, timestamp: same.timestamp };
  }
  const where = (): string => `at offset ${baseOffset(batch)}`;
  const refuse = (error: ErrorName, message: string): SequenceCheck => ({ type: 'refused', error, message });
  if (entry !== undefined && epoch < entry.producerEpoch) return refuse('INVALID_PRODUCER_EPOCH', staleEpoch(batch, entry.producerEpoch, partition));
  if (entry === undefined || epoch !== entry.producerEpoch) {
    if (first !== 0 && entry === undefined) {
      return refuse('UNKNOWN_PRODUCER_ID', `Found no record of producerId=${producerId(batch)} on the broker ${where()}in partition ${partition}. It is possible that the last message with the producerId=${producerId(batch)} has been removed due to hitting the retention limit.`);
    }
    if (first !== 0) return refuse('OUT_OF_ORDER_SEQUENCE_NUMBER', `Invalid sequence number for new epoch ${where()} in partition ${partition}: ${epoch} (request epoch), ${first} (seq. number)`);
  } else {
    const before = entry.batches[entry.batches.length - 1];
    if (before === undefined) {
      if (first !== 0) return refuse('UNKNOWN_PRODUCER_ID', `Local producer state matches expected epoch ${epoch} for producerId=${producerId(batch)} ${where()} in partition ${partition}, but the next expected sequence number is not known.`);
    } else if (first !== addSequence(before.lastSequence, 1)) {
      return refuse('OUT_OF_ORDER_SEQUENCE_NUMBER', `Out of order sequence number for producerId ${producerId(batch)} ${where()} in partition ${partition}: ${first} (incoming seq. number), ${before.lastSequence} (current end sequence number)`);
    }
  }
  if (entry !== undefined && entry.currentTxnFirstOffset >= 0 && !isTransactional(batch)) return refuse('INVALID_TXN_STATE', `Expected transactional write from producer ${producerId(batch)} ${where()} in partition ${partition}`);
  return { type: 'append' };
}

/** What the leader does with a transaction's end, in the order of the real checks (ProducerAppendInfo.appendEndTxnMarker). */
export function checkMarker(producers: Producers, batch: Uint8Array, partition: string): Exclude<SequenceCheck, { readonly type: 'duplicate' }> {
  const entry = producers[producerId(batch)];
  if (entry === undefined) return { type: 'append' };
  if (producerEpoch(batch) < entry.producerEpoch) return { type: 'refused', error: 'INVALID_PRODUCER_EPOCH', message: staleEpoch(batch, entry.producerEpoch, partition) };
  const epoch = decodeMarker(batch)?.coordinatorEpoch ?? -1;
  if (epoch >= entry.coordinatorEpoch) return { type: 'append' };
  const message = `Invalid coordinator epoch for producerId ${producerId(batch)} at offset ${baseOffset(batch)} in partition ${partition}: ${epoch} (zombie), ${entry.coordinatorEpoch} (current)`;
  return { type: 'refused', error: 'TRANSACTION_COORDINATOR_FENCED', message };
}

/** The state after a stored batch with a producer id; followers and recovery run the same. */
export function noteBatch(producers: Producers, batch: Uint8Array): Producers {
  const id = producerId(batch);
  const epoch = producerEpoch(batch);
  const known = producers[id];
  const sameEpoch = known !== undefined && known.producerEpoch === epoch;
  if (isControl(batch)) {
    const coordinatorEpoch = decodeMarker(batch)?.coordinatorEpoch ?? -1;
    const entry: ProducerEntry = { producerId: id, producerEpoch: epoch, batches: sameEpoch ? known.batches : [], coordinatorEpoch, currentTxnFirstOffset: -1 };
    return { ...producers, [id]: entry };
  }
  const added: ProducerBatch = {
    lastSequence: lastSequence(batch),
    lastOffset: lastOffset(batch),
    offsetDelta: lastOffset(batch) - baseOffset(batch),
    timestamp: maxTimestamp(batch),
  };
  const batches = sameEpoch ? [...known.batches.slice(-(BATCHES_TO_RETAIN - 1)), added] : [added];
  const open = known?.currentTxnFirstOffset ?? -1;
  const currentTxnFirstOffset = open >= 0 ? open : isTransactional(batch) ? baseOffset(batch) : -1;
  return {
    ...producers,
    [id]: { producerId: id, producerEpoch: epoch, batches, coordinatorEpoch: known?.coordinatorEpoch ?? -1, currentTxnFirstOffset },
  };
}

/** Forgets producers without a batch at or above the log start offset, open transactions or not: also those of which only a marker is known. */
export function retainProducers(producers: Producers, logStartOffset: number): Producers {
  const kept = Object.values(producers).filter(({ batches }) => (batches[batches.length - 1]?.lastOffset ?? -1) >= logStartOffset);
  if (kept.length === Object.keys(producers).length) return producers;
  return Object.fromEntries(kept.map((entry) => [entry.producerId, entry]));
}

const SNAPSHOT_HEADER = 10;
const SNAPSHOT_ENTRY = 46;

/** The bytes of a `.snapshot` file, version 1. */
export function encodeSnapshot(producers: Producers): Uint8Array {
  const entries = Object.values(producers);
  const bytes = new Uint8Array(SNAPSHOT_HEADER + entries.length * SNAPSHOT_ENTRY);
  writeInt16(bytes, 0, 1);
  writeInt32(bytes, 6, entries.length);
  let at = SNAPSHOT_HEADER;
  for (const entry of entries) {
    const last = entry.batches[entry.batches.length - 1];
    writeInt64(bytes, at, entry.producerId);
    writeInt16(bytes, at + 8, entry.producerEpoch);
    writeInt32(bytes, at + 10, last?.lastSequence ?? -1);
    writeInt64(bytes, at + 14, last?.lastOffset ?? -1);
    writeInt32(bytes, at + 22, last?.offsetDelta ?? 0);
    writeInt64(bytes, at + 26, last?.timestamp ?? -1);
    writeInt32(bytes, at + 34, entry.coordinatorEpoch);
    writeInt64(bytes, at + 38, entry.currentTxnFirstOffset);
    at += SNAPSHOT_ENTRY;
  }
  writeInt32(bytes, 2, crc32c(bytes, 6));
  return bytes;
}

/** undefined: corrupt. */
export function decodeSnapshot(bytes: Uint8Array): Producers | undefined {
  if (bytes.length < SNAPSHOT_HEADER || readInt16(bytes, 0) !== 1 || readUint32(bytes, 2) !== crc32c(bytes, 6)) return undefined;
  const count = readInt32(bytes, 6);
  if (bytes.length !== SNAPSHOT_HEADER + count * SNAPSHOT_ENTRY) return undefined;
  const producers: Record<number, ProducerEntry> = {};
  for (let i = 0, at = SNAPSHOT_HEADER; i < count; i++, at += SNAPSHOT_ENTRY) {
    const id = readInt64(bytes, at);
    const sequence = readInt32(bytes, at + 10);
    const batch: ProducerBatch = {
      lastSequence: sequence,
      lastOffset: readInt64(bytes, at + 14),
      offsetDelta: readInt32(bytes, at + 22),
      timestamp: readInt64(bytes, at + 26),
    };
    producers[id] = {
      producerId: id,
      producerEpoch: readInt16(bytes, at + 8),
      batches: sequence < 0 ? [] : [batch],
      coordinatorEpoch: readInt32(bytes, at + 34),
      currentTxnFirstOffset: readInt64(bytes, at + 38),
    };
  }
  return producers;
}
