/** Records as they lie in a log, read once a batch. */
import { values } from '../kernel/append-list.ts';
import type { Log } from '../kafka/log/log.ts';
import { baseOffset, decodeRecords, fromUtf8, isControl, lastOffset } from '../kafka/log/record-batch.ts';

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
  for (let index = 0; index < log.segments.length; index++) {
    const next = log.segments[index + 1];
    if (next !== undefined && next.baseOffset <= start) continue;
    for (const batch of values(log.segments[index]!.batches)) {
      if (lastOffset(batch) < start || isControl(batch)) continue;
      for (const record of recordsOf(batch)) if (record.offset >= start) yield record;
    }
  }
}
