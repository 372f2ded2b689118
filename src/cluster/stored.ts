/** Records as they lie in a log, read once a batch. */
import { batchesFrom } from '../kafka/log/batches.ts';
import type { Log } from '../kafka/log/log.ts';
import { baseOffset, decodeRecords, fromUtf8, isControl } from '../kafka/log/record-batch.ts';

export interface StoredRecord {
  readonly offset: number;
  /** Empty for a tombstone. */
  readonly value: string;
}

const read = new WeakMap<Uint8Array, readonly StoredRecord[]>();

function recordsOf(batch: Uint8Array): readonly StoredRecord[] {
  let records = read.get(batch);
  if (!records) {
    const base = baseOffset(batch);
    records = decodeRecords(batch).map(({ value }, index) => ({ offset: base + index, value: value === null ? '' : fromUtf8(value) }));
    read.set(batch, records);
  }
  return records;
}

/** What a consumer could be given of a log, from an offset on; markers of transactions are passed over. */
export function* storedRecords(log: Log, from = log.logStartOffset): Generator<StoredRecord> {
  const start = Math.max(from, log.logStartOffset);
  for (const batch of batchesFrom(log, start)) {
    if (isControl(batch)) continue;
    for (const record of recordsOf(batch)) if (record.offset >= start) yield record;
  }
}
