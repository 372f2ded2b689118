import type { SegmentFile, SegmentsFrame } from '../../../../src/views/segments/frame.ts';

const closed = (baseOffset: number, from: number): SegmentFile => ({
  baseOffset, active: false, deleted: false, bytes: 1963, flushedBytes: 1963,
  batches: Array.from({ length: 13 }, (_, at) => ({ position: at * 151, bytes: 151, baseOffset: from + at, lastOffset: from + at, epoch: from === 0 ? 0 : at < 6 ? 0 : 1, marker: from !== 0 && at === 9 ? 'COMMIT' as const : null })),
  index: { bytes: 48, entries: [2, 4, 6, 8, 10, 12].map((n) => ({ relativeOffset: n, position: n * 151 })) },
  timeIndex: { bytes: 72, entries: [2, 4, 6, 8, 10, 12].map((n) => ({ timestamp: 1_560_000_000_000 + n, relativeOffset: n })) },
});

const bytes = '000000000000001a00000056000000000270b75bd20000000000010000016b373ef0000000016b373ef005ffffffffffffffffffffffffffff000000021a000000046b310a68656c6c6f002c000a02010c776f726c64210404683104763104683201'.match(/../g)?.map((pair) => parseInt(pair, 16)) ?? [];

/** Two closed segments, one that still grows; the last batch chosen. */
export const directory: SegmentsFrame = {
  broker: 1,
  partition: 'test-0',
  directory: '/tmp/kafka-logs-1/test-0',
  isStored: false,
  config: [{ key: 'segment.bytes', value: '2000' }, { key: 'index.interval.bytes', value: '300' }],
  segmentBytes: 2000,
  logStart: 0,
  logEnd: 28,
  recoveryPoint: 26,
  segments: [
    closed(0, 0),
    closed(13, 13),
    { baseOffset: 26, active: true, deleted: false, bytes: 98, flushedBytes: 0, batches: [{ position: 0, bytes: 98, baseOffset: 26, lastOffset: 27, epoch: 1, marker: null }], index: { bytes: 10_485_760, entries: [] }, timeIndex: { bytes: 10_485_756, entries: [] } },
  ],
  others: [
    { name: 'leader-epoch-checkpoint', content: '0 0 · 1 19' },
    { name: '00000000000000000013.snapshot', content: 'producers: none' },
    { name: '00000000000000000026.snapshot', content: 'producers: none' },
  ],
  batch: {
    segment: 26,
    position: 0,
    bytes,
    fields: [
      { at: 0, length: 8, name: 'baseOffset', value: '26', kind: 'header' },
      { at: 8, length: 4, name: 'batchLength', value: '86', kind: 'header' },
      { at: 12, length: 4, name: 'partitionLeaderEpoch', value: '0', kind: 'header' },
      { at: 16, length: 1, name: 'magic', value: '2', kind: 'header' },
      { at: 17, length: 4, name: 'crc', value: '0x70b75bd2', kind: 'header' },
      { at: 21, length: 2, name: 'attributes', value: '0', kind: 'header' },
      { at: 23, length: 4, name: 'lastOffsetDelta', value: '1', kind: 'header' },
      { at: 27, length: 8, name: 'firstTimestamp', value: '1560000000000', kind: 'header' },
      { at: 35, length: 8, name: 'maxTimestamp', value: '1560000000005', kind: 'header' },
      { at: 43, length: 8, name: 'producerId', value: '-1', kind: 'header' },
      { at: 51, length: 2, name: 'producerEpoch', value: '-1', kind: 'header' },
      { at: 53, length: 4, name: 'baseSequence', value: '-1', kind: 'header' },
      { at: 57, length: 4, name: 'recordCount', value: '2', kind: 'header' },
      { at: 61, length: 14, name: 'record 0', value: 'k1: hello', kind: 'record', note: 'offset 26' },
      { at: 75, length: 23, name: 'record 1', value: 'null: world!', kind: 'record', note: 'offset 27, headers h1=v1, h2=null' },
    ],
  },
};
