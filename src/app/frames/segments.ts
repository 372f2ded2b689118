/** A partition's directory on a broker, at byte scale, and the bytes of one batch. */
import { at, toArray } from '../../kernel/append-list.ts';
import { read } from '../../kernel/disk.ts';
import { batchLayout, isControl, lastOffset, partitionLeaderEpoch, baseOffset } from '../../kafka/log/record-batch.ts';
import type { Segment } from '../../kafka/log/segment.ts';
import type { BatchBytes, SegmentFile, SegmentsFrame } from '../../views/segments/frame.ts';
import type { Seen } from './stage.ts';

/** Batches and index entries shown of one segment: the newest. */
const SHOWN = 400;
const ACTIVE_INDEX_BYTES = 10_485_760;

export interface ChosenBatch {
  /** Base offset of the segment. */
  readonly segment: number;
  readonly position: number;
}

const files = new WeakMap<Segment, SegmentFile>();

function segmentFile(segment: Segment, isActive: boolean, flushedBytes: number): SegmentFile {
  const known = files.get(segment);
  if (known && known.active === isActive && known.flushedBytes === flushedBytes) return known;
  const batches: SegmentFile['batches'][number][] = [];
  let position = 0;
  for (let index = 0; index < segment.batches.length; index++) {
    const { bytes } = at(segment.batches, index)!;
    if (index >= segment.batches.length - SHOWN) {
      batches.push({ position, bytes: bytes.length, baseOffset: baseOffset(bytes), lastOffset: lastOffset(bytes), epoch: partitionLeaderEpoch(bytes), control: isControl(bytes) });
    }
    position += bytes.length;
  }
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
      bytes: isActive ? ACTIVE_INDEX_BYTES : segment.offsetIndex.length * 8,
      entries: offsetEntries.map((entry) => ({ relativeOffset: entry.offset - segment.baseOffset, position: entry.position })),
    },
    timeIndex: {
      bytes: isActive ? ACTIVE_INDEX_BYTES : segment.timeIndex.length * 12,
      entries: timeEntries.map((entry) => ({ timestamp: entry.timestamp, relativeOffset: entry.offset - segment.baseOffset })),
    },
  };
  files.set(segment, file);
  return file;
}

function batchBytes(segment: Segment, chosen: ChosenBatch | undefined): BatchBytes | undefined {
  let position = 0;
  let found: { bytes: Uint8Array; position: number } | undefined;
  for (let index = 0; index < segment.batches.length; index++) {
    const { bytes } = at(segment.batches, index)!;
    found = { bytes, position };
    if (chosen !== undefined && chosen.segment === segment.baseOffset && chosen.position === position) break;
    position += bytes.length;
  }
  if (!found) return undefined;
  return {
    segment: segment.baseOffset,
    position: found.position,
    bytes: [...found.bytes],
    fields: batchLayout(found.bytes).map((field) => ({
      at: field.from,
      length: field.to - field.from,
      name: field.name,
      value: String(field.value),
      kind: field.name.startsWith('record') ? 'record' : 'header',
    })),
  };
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
    return segmentFile(segment, index === log.segments.length - 1, place < 0 ? 0 : Math.min(segment.bytes, volume.files[place]!.durable?.bytes ?? 0));
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
