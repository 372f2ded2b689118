import Decoder from 'kafkajs/src/protocol/decoder';
import RecordBatchDecoder from 'kafkajs/src/protocol/recordBatch/v0/decoder';
import { RecordBatch } from 'kafkajs/src/protocol/recordBatch/v0/index.js';
import KafkajsRecord from 'kafkajs/src/protocol/recordBatch/record/v0/index.js';
import { describe, expect, it } from 'vitest';
import { crc32c } from '../../../src/kafka/log/crc32c.ts';
import { addSequence, batchLayout, crc, decodeMarker, decodeRecords, encodeBatch, encodeMarker, fromUtf8, isValid, stamped, timestampType, utf8 } from '../../../src/kafka/log/record-batch.ts';
import { readVarint, sizeOfVarint, writeVarint } from '../../../src/kafka/log/varint.ts';
import { hex } from './volume.ts';

const worked = [
  { timestamp: 1560000000000, key: utf8('k1'), value: utf8('hello') },
  { timestamp: 1560000000005, key: null, value: utf8('world!'), headers: [{ key: 'h1', value: utf8('v1') }, { key: 'h2', value: null }] },
];
const workedHex =
  '0000000000000000000000560000000002' + '70b75bd2' + '0000' + '00000001' + '0000016b373ef000' + '0000016b373ef005' +
  'ffffffffffffffff' + 'ffff' + 'ffffffff' + '00000002' + '1a00000004' + '6b310a68656c6c6f00' + '2c000a02010c776f726c64210404683104763104683201';

describe('integers of the record format', () => {
  it.each([
    [0, '00'], [-1, '01'], [1, '02'], [-2, '03'], [63, '7e'], [64, '8001'], [-64, '7f'], [-65, '8101'], [300, 'd804'], [-300, 'd704'],
    [8192, '808001'], [2147483647, 'feffffff0f'], [-2147483648, 'ffffffff0f'],
  ])('%d is written as %s and read back', (value, text) => {
    const bytes = new Uint8Array(10);
    const end = writeVarint(bytes, 0, value);
    expect([hex(bytes.slice(0, end)), sizeOfVarint(value)]).toEqual([text, end]);
    expect(readVarint({ bytes, at: 0 })).toBe(value);
  });

  it('the checksum of 123456789 is e3069283', () => {
    expect(crc32c(utf8('123456789')).toString(16)).toBe('e3069283');
  });
});

describe('a record batch', () => {
  it('has the bytes of the real classes', () => {
    expect(hex(encodeBatch(worked, { partitionLeaderEpoch: 0 }))).toBe(workedHex);
  });

  it('has the recorded checksum with a transactional producer', () => {
    const batch = encodeBatch(worked, { partitionLeaderEpoch: 0, producerId: 7, producerEpoch: 3, baseSequence: 42, isTransactional: true });
    expect(crc(batch).toString(16)).toBe('73fc9186');
    expect(decodeRecords(batch).map((record) => record.sequence)).toEqual([42, 43]);
  });

  it('keeps its checksum when the leader stamps offset and epoch, and gets a new one with the append time', () => {
    const sent = encodeBatch(worked);
    const stored = stamped(sent, 40, 7);
    expect([crc(stored), isValid(stored), decodeRecords(stored).map((record) => record.offset)]).toEqual([crc(sent), true, [40, 41]]);
    expect(hex(sent.slice(0, 8))).toBe('0000000000000000');
    const timed = stamped(sent, 40, 7, 1600000000000);
    expect([isValid(timed), timestampType(timed), decodeRecords(timed).map((record) => record.timestamp)]).toEqual([true, 'LogAppendTime', [1600000000000, 1600000000000]]);
  });

  it('is refused with any bit changed after the checksum, or cut', () => {
    const batch = encodeBatch(worked);
    for (const at of [21, 40, 61, 97]) {
      const broken = new Uint8Array(batch);
      broken[at]! ^= 1;
      expect([at, isValid(broken)]).toEqual([at, false]);
    }
    expect(isValid(batch.slice(0, -1))).toBe(false);
    expect(isValid(new Uint8Array(25))).toBe(false);
  });

  it('is laid out field by field without gaps', () => {
    const batch = encodeBatch(worked);
    const fields = batchLayout(batch);
    expect(fields[0]!.from).toBe(0);
    for (const [i, field] of fields.entries()) expect(field.from).toBe(i === 0 ? 0 : fields[i - 1]!.to);
    expect(fields.at(-1)!.to).toBe(98);
    expect(fields.slice(0, 13).map((field) => field.from)).toEqual([0, 8, 12, 16, 17, 21, 23, 27, 35, 43, 51, 53, 57]);
    expect(fields.find((field) => field.name === 'value' && field.record === 1)).toMatchObject({ from: 0x51, to: 0x57, value: 'world!' });
  });

  it('that ends a transaction has the recorded bytes', () => {
    const marker = { type: 'COMMIT', timestamp: 1560000000000, producerId: 7, producerEpoch: 3, coordinatorEpoch: 5 } as const;
    const commit = stamped(encodeMarker(marker), 10, 0);
    expect(hex(commit)).toBe(
      '000000000000000a000000420000000002fc723c8f003000000000' + '0000016b373ef0000000016b373ef000' + '0000000000000007' + '0003' + 'ffffffff' + '00000001' + '2000000008000000010c00000000000500',
    );
    expect(crc(encodeMarker({ ...marker, type: 'ABORT' })).toString(16).padStart(8, '0')).toBe('084ceac7');
    expect(decodeMarker(commit)).toEqual(marker);
  });

  it('counts sequences on from zero after the largest int', () => {
    expect([addSequence(2147483647, 1), addSequence(2147483646, 3), addSequence(5, 2)]).toEqual([0, 1, 7]);
  });

  it('is read by kafkajs', async () => {
    const batch = await RecordBatchDecoder(new Decoder(Buffer.from(stamped(encodeBatch(worked), 12, 3))));
    expect([batch.firstOffset, batch.partitionLeaderEpoch, batch.maxTimestamp, batch.records.length]).toEqual(['12', 3, '1560000000005', 2]);
    expect(batch.records[0]).toMatchObject({ offset: '12', timestamp: '1560000000000', key: Buffer.from('k1'), value: Buffer.from('hello') });
    expect(batch.records[1]).toMatchObject({ offset: '13', key: null, value: Buffer.from('world!'), headers: { h1: Buffer.from('v1'), h2: null } });
  });

  it('made by kafkajs is read here', async () => {
    const encoder = await RecordBatch({
      firstTimestamp: 1000,
      maxTimestamp: 1007,
      lastOffsetDelta: 1,
      records: [
        KafkajsRecord({ offsetDelta: 0, timestampDelta: 0, key: 'schlüssel', value: 'eins' }),
        KafkajsRecord({ offsetDelta: 1, timestampDelta: 7, key: null, value: null, headers: { trace: 'x' } }),
      ],
    });
    const batch = new Uint8Array(encoder.buffer);
    expect(isValid(batch)).toBe(true);
    const [first, second] = decodeRecords(batch);
    expect([fromUtf8(first!.key!), fromUtf8(first!.value!), first!.timestamp]).toEqual(['schlüssel', 'eins', 1000]);
    expect(second).toMatchObject({ offset: 1, timestamp: 1007, key: null, value: null, headers: [{ key: 'trace', value: utf8('x') }] });
  });
});
