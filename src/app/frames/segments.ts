/** A partition's directory on a broker, at byte scale, and the bytes of one batch. */
import { at, toArray, type AppendList } from '../../kernel/append-list.ts';
import { read } from '../../kernel/disk.ts';
import { batchLayout, decodeMarker, lastOffset, partitionLeaderEpoch, baseOffset } from '../../kafka/log/record-batch.ts';
import { defaultLogConfig } from '../../kafka/log/config.ts';
import type { Log } from '../../kafka/log/log.ts';
import { INDEX_SUFFIX, TIME_INDEX_SUFFIX, TRANSACTION_INDEX_SUFFIX, type Segment } from '../../kafka/log/segment.ts';
import { decodeTransactionIndex } from '../../kafka/log/transaction-index.ts';
import type { BatchBytes, BatchField, SegmentFile, SegmentsFrame } from '../../views/segments/frame.ts';
import { storedLog, type StoredLog } from './disk.ts';
import type { Seen } from './stage.ts';

/** Batches and index entries shown of one segment: the newest. */
const SHOWN = 400;

export interface ChosenBatch {
  /** Base offset of the segment. */
  readonly segment: number;
  readonly position: number;
}

const files = new WeakMap<Segment, SegmentFile>();

/** Sizes of the two index files: those of the active segment are made at their full size. */
interface IndexBytes {
  readonly offsets: number;
  readonly times: number;
}

function segmentFile(segment: Segment, isActive: boolean, flushedBytes: number, indexBytes: IndexBytes): SegmentFile {
  const known = files.get(segment);
  if (known && known.active === isActive && known.flushedBytes === flushedBytes && known.index.bytes === indexBytes.offsets) return known;
  const batches: SegmentFile['batches'][number][] = [];
  // From the end, so that a long segment costs what is shown of it.
  let end = segment.bytes;
  for (let index = segment.batches.length - 1; index >= Math.max(0, segment.batches.length - SHOWN); index--) {
    const bytes = at(segment.batches, index)!;
    end -= bytes.length;
    batches.push({ position: end, bytes: bytes.length, baseOffset: baseOffset(bytes), lastOffset: lastOffset(bytes), epoch: partitionLeaderEpoch(bytes), marker: decodeMarker(bytes)?.type ?? null });
  }
  batches.reverse();
  const offsetEntries = toArray(segment.offsetIndex, segment.offsetIndex.length - SHOWN);
  const timeEntries = toArray(segment.timeIndex, segment.timeIndex.length - SHOWN);
  const file: SegmentFile = {
    baseOffset: segment.baseOffset,
    active: isActive,
    deleted: false,
    bytes: segment.bytes,
    flushedBytes,
    batches,
    index: {
      bytes: indexBytes.offsets,
      entries: offsetEntries.map((entry) => ({ relativeOffset: entry.offset - segment.baseOffset, position: entry.position })),
    },
    timeIndex: {
      bytes: indexBytes.times,
      entries: timeEntries.map((entry) => ({ timestamp: entry.timestamp, relativeOffset: entry.offset - segment.baseOffset })),
    },
  };
  files.set(segment, file);
  return file;
}

/** The chosen batch of a segment, or its newest. */
function batchBytes(segment: Segment, chosen: ChosenBatch | undefined): BatchBytes | undefined {
  const newest = segment.batches.length - 1;
  const last = at(segment.batches, newest);
  let found = last && { bytes: last, position: segment.bytes - last.length };
  let end = segment.bytes;
  for (let index = newest; chosen?.segment === segment.baseOffset && index >= 0 && end > chosen.position; index--) {
    const bytes = at(segment.batches, index)!;
    end -= bytes.length;
    if (end === chosen.position) found = { bytes, position: end };
  }
  if (!found) return undefined;
  return { segment: segment.baseOffset, position: found.position, bytes: [...found.bytes], fields: fieldsOf(found.bytes) };
}

/** The header field by field, then each record whole: what it holds says more than its eight little fields. */
function fieldsOf(batch: Uint8Array): readonly BatchField[] {
  const fields: BatchField[] = [];
  const layout = batchLayout(batch);
  const marker = decodeMarker(batch);
  for (let index = 0; index < layout.length; index++) {
    const { from, to, name, value, record } = layout[index]!;
    if (record === undefined) {
      fields.push({ at: from, length: to - from, name, value, kind: name === 'records' ? 'record' : 'header' });
      continue;
    }
    let last = index;
    while (layout[last + 1]?.record === record) last++;
    const parts = layout.slice(index, last + 1);
    const key = parts.find((one) => one.name === 'key')?.value;
    const content = parts.find((one) => one.name === 'value')?.value ?? 'null';
    const text = marker ? `${marker.type}, coordinatorEpoch ${marker.coordinatorEpoch}` : key === undefined ? content : `${key} → ${content}`;
    fields.push({ at: from, length: layout[last]!.to - from, name: `record ${record}`, value: text, kind: 'record' });
    index = last;
  }
  return fields;
}

/** Lines of text as they are, an index of aborted transactions by their producers and offsets. */
function inWords(path: string, entries: AppendList<unknown>): string {
  if (path.endsWith(TRANSACTION_INDEX_SUFFIX)) {
    const aborted = toArray(decodeTransactionIndex(entries as AppendList<Uint8Array>));
    return aborted.map(({ producerId, firstOffset, lastOffset: last, lastStableOffset }) => `producerId ${producerId}: ${firstOffset}–${last}, lastStableOffset ${lastStableOffset}`).join(' · ');
  }
  return toArray(entries)
    .filter((entry): entry is string => typeof entry === 'string')
    .join(' ');
}

export function segmentsFrame(seen: Seen, broker: number, name: string, chosen: ChosenBatch | undefined): SegmentsFrame | undefined {
  const observed = seen.facts.brokers.find((one) => one.id === broker);
  const process = observed?.process;
  if (!process) return undefined;
  const held = observed.broker?.partitions.find((one) => one.name === name)?.log;
  const log: Log | StoredLog | undefined = held ?? storedLog(seen.world, process.name, name);
  if (!log) return undefined;
  const volume = seen.world.volumes[process.volume]!;
  const sizeOf = (path: string): number => read(volume, path)?.bytes ?? 0;
  const segments = log.segments.map((segment, index) => {
    const place = volume.paths.indexOf(segment.logFile);
    const isActive = index === log.segments.length - 1;
    const indexBytes: IndexBytes = { offsets: sizeOf(segment.path + INDEX_SUFFIX), times: sizeOf(segment.path + TIME_INDEX_SUFFIX) };
    return segmentFile(segment, isActive, place < 0 ? 0 : Math.min(segment.bytes, volume.files[place]!.durable?.bytes ?? 0), indexBytes);
  });
  const wanted = log.segments.find((segment) => segment.baseOffset === chosen?.segment) ?? log.segments[log.segments.length - 1]!;
  const others = volume.paths
    .filter((path) => path.startsWith(`${log.directory}/`) && !/\.(log|index|timeindex)$/.test(path) && !path.endsWith('/'))
    .map((path) => ({ name: path.slice(log.directory.length + 1), content: inWords(path, read(volume, path)!.entries) }));
  return {
    broker,
    partition: name,
    directory: log.directory,
    isStored: !held,
    // What a topic is set to stands in ZooKeeper, not on the disk.
    config: held ? [{ key: 'segment.bytes', value: String(held.config.segmentBytes) }, { key: 'index.interval.bytes', value: String(held.config.indexIntervalBytes) }] : [],
    segmentBytes: held?.config.segmentBytes ?? defaultLogConfig.segmentBytes,
    logStart: log.logStartOffset,
    logEnd: log.logEndOffset,
    recoveryPoint: log.recoveryPoint,
    segments,
    others,
    batch: batchBytes(wanted, chosen),
  };
}
