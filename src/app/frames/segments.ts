/** A partition's directory on a broker, at byte scale, and the bytes of one batch. */
import { at, toArray } from '../../kernel/append-list.ts';
import { read } from '../../kernel/disk.ts';
import { batchLayout, isControl, lastOffset, partitionLeaderEpoch, baseOffset } from '../../kafka/log/record-batch.ts';
import type { Segment } from '../../kafka/log/segment.ts';
import type { BatchBytes, BatchField, SegmentFile, SegmentsFrame } from '../../views/segments/frame.ts';
import type { Seen } from './stage.ts';

/** Batches and index entries shown of one segment: the newest. */
const SHOWN = 400;

export interface ChosenBatch {
  /** Base offset of the segment. */
  readonly segment: number;
  readonly position: number;
}

const files = new WeakMap<Segment, SegmentFile>();

/** The active segment's indexes are preallocated: `indexBytes` each. */
function segmentFile(segment: Segment, isActive: boolean, flushedBytes: number, indexBytes: number): SegmentFile {
  const known = files.get(segment);
  if (known && known.active === isActive && known.flushedBytes === flushedBytes) return known;
  const batches: SegmentFile['batches'][number][] = [];
  // From the end, so that a long segment costs what is shown of it.
  let end = segment.bytes;
  for (let index = segment.batches.length - 1; index >= Math.max(0, segment.batches.length - SHOWN); index--) {
    const bytes = at(segment.batches, index)!;
    end -= bytes.length;
    batches.push({ position: end, bytes: bytes.length, baseOffset: baseOffset(bytes), lastOffset: lastOffset(bytes), epoch: partitionLeaderEpoch(bytes), control: isControl(bytes) });
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
      bytes: isActive ? indexBytes : segment.offsetIndex.length * 8,
      entries: offsetEntries.map((entry) => ({ relativeOffset: entry.offset - segment.baseOffset, position: entry.position })),
    },
    timeIndex: {
      bytes: isActive ? indexBytes : segment.timeIndex.length * 12,
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
    fields.push({ at: from, length: layout[last]!.to - from, name: `record ${record}`, value: key === undefined ? content : `${key} → ${content}`, kind: 'record' });
    index = last;
  }
  return fields;
}

export function segmentsFrame(seen: Seen, broker: number, name: string, chosen: ChosenBatch | undefined): SegmentsFrame | undefined {
  const observed = seen.facts.brokers.find((one) => one.id === broker);
  const held = observed?.broker?.partitions.find((one) => one.name === name);
  const process = observed?.process;
  if (!held || !process) return undefined;
  const { log } = held;
  const volume = seen.world.volumes[process.volume]!;
  const segments = log.segments.map((segment, index) => {
    const place = volume.paths.indexOf(segment.logFile);
    return segmentFile(segment, index === log.segments.length - 1, place < 0 ? 0 : Math.min(segment.bytes, volume.files[place]!.durable?.bytes ?? 0), log.config.segmentIndexBytes);
  });
  const wanted = log.segments.find((segment) => segment.baseOffset === chosen?.segment) ?? log.segments[log.segments.length - 1]!;
  const others = volume.paths
    .filter((path) => path.startsWith(`${log.directory}/`) && !/\.(log|index|timeindex)$/.test(path) && !path.endsWith('/'))
    .map((path) => ({
      name: path.slice(log.directory.length + 1),
      content: toArray(read(volume, path)!.entries)
        .filter((entry): entry is string => typeof entry === 'string')
        .join(' '),
    }));
  return {
    broker,
    partition: name,
    directory: log.directory,
    config: [
      { key: 'segment.bytes', value: String(log.config.segmentBytes) },
      { key: 'index.interval.bytes', value: String(log.config.indexIntervalBytes) },
    ],
    segmentBytes: log.config.segmentBytes,
    logStart: log.logStartOffset,
    logEnd: log.logEndOffset,
    recoveryPoint: log.recoveryPoint,
    segments,
    others,
    batch: batchBytes(wanted, chosen),
  };
}
