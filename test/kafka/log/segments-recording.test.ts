import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { toArray } from '../../../src/kernel/append-list.ts';
import { defaultLogConfig } from '../../../src/kafka/log/config.ts';
import { linesOf } from '../../../src/kafka/log/checkpoints.ts';
import { appendAsFollower, appendAsLeader, beginEpoch, openLog, readLog, type Log } from '../../../src/kafka/log/log.ts';
import { baseOffset, compression, crc, decodeRecords, encodeBatch, fromUtf8, isValid, lastOffset, lastSequence, maxTimestamp, partitionLeaderEpoch, producerEpoch, producerId, recordCount, utf8 } from '../../../src/kafka/log/record-batch.ts';
import { bytesOf, files, said, testEnv } from './volume.ts';

/** The recorded run of a real 2.3.0 broker: 60 records into segments of 1,024 bytes. */
const recording = readFileSync(new URL('../../captures/kafka/12-segments.txt', import.meta.url), 'utf8').split('\n');
const config = { ...defaultLogConfig, segmentBytes: 1024, indexIntervalBytes: 256, retentionMs: -1 };
const options = { topic: 'seg', partition: 0, logDir: '/logs', config, recoveryPoint: 0, logStartOffset: 0, cleanShutdown: true };

function record(n: number): Uint8Array {
  const key = utf8(`key-${String(n).padStart(2, '0')}`);
  return encodeBatch([{ timestamp: 1561000000000 + n * 1000, key, value: utf8(`value-${n}-${'x'.repeat((n % 7) * 3)}`) }]);
}

function sixty(env = testEnv()) {
  let log = beginEpoch(openLog(options, env), 0, env);
  for (let n = 0; n < 60; n++) {
    const appended = appendAsLeader(log, record(n), 0, env);
    expect(appended).toMatchObject({ error: 'NONE', baseOffset: n, lastOffset: n });
    log = appended.log;
  }
  return { log, env };
}

/** Lines below a heading of the recording that are indented like its content. */
function block(after: RegExp): string[] {
  const start = recording.findIndex((line) => after.test(line));
  const lines: string[] = [];
  for (const line of recording.slice(start + 1)) {
    if (!line.startsWith('             ')) break;
    lines.push(line.trim());
  }
  return lines;
}

function hexdump(file: string): Uint8Array {
  const bytes: number[] = [];
  for (const line of block(new RegExp(`\\[hex\\] \\$ hexdump -C ${file} `))) {
    const row = /^[0-9a-f]{8}((?: {1,2}[0-9a-f]{2}){1,16})/.exec(line);
    if (row) bytes.push(...row[1]!.trim().split(/ +/).map((byte) => parseInt(byte, 16)));
  }
  return Uint8Array.from(bytes);
}

function recordedFiles(): Record<string, number> {
  const found: Record<string, number> = {};
  const lines = block(/\[files\] <logdir1>/);
  for (const line of lines.slice(lines.indexOf('seg-0/') + 1)) {
    const entry = /^(\S+) {2}(\d+) bytes$/.exec(line);
    if (!entry) break;
    found[entry[1]!] = Number(entry[2]);
  }
  return found;
}

/** DumpLogSegments' lines, made from a log. */
function dump(log: Log): string[] {
  const lines: string[] = [];
  for (const segment of log.segments) {
    lines.push(`Dumping <logdir1>${segment.path.slice('/logs'.length)}.index`);
    for (const entry of toArray(segment.offsetIndex)) lines.push(`offset: ${entry.offset} position: ${entry.position}`);
    lines.push(`Dumping <logdir1>${segment.path.slice('/logs'.length)}.log`, `Starting offset: ${segment.baseOffset}`);
    let position = 0;
    for (const bytes of toArray(segment.batches)) {
      expect(compression(bytes)).toBe(0);
      lines.push(
        `baseOffset: ${baseOffset(bytes)} lastOffset: ${lastOffset(bytes)} count: ${recordCount(bytes)} baseSequence: -1 lastSequence: ${lastSequence(bytes)} producerId: ${producerId(bytes)} producerEpoch: ${producerEpoch(bytes)} partitionLeaderEpoch: ${partitionLeaderEpoch(bytes)} isTransactional: false isControl: false position: ${position} CreateTime: ${maxTimestamp(bytes)} size: ${bytes.length} magic: 2 compresscodec: NONE crc: ${crc(bytes)} isvalid: ${isValid(bytes)}`,
      );
      position += bytes.length;
      for (const r of decodeRecords(bytes)) {
        lines.push(
          `| offset: ${r.offset} CreateTime: ${r.timestamp} keysize: ${r.key!.length} valuesize: ${r.value!.length} sequence: ${r.sequence} headerKeys: [] key: ${fromUtf8(r.key!)} payload: ${fromUtf8(r.value!)}`,
        );
      }
    }
    // The recorded tool opens the active segment's time index as zeros; it is compared by size alone.
    if (segment === log.segments.at(-1)) continue;
    lines.push(`Dumping <logdir1>${segment.path.slice('/logs'.length)}.timeindex`);
    for (const entry of toArray(segment.timeIndex)) lines.push(`timestamp: ${entry.timestamp} offset: ${entry.offset}`);
  }
  return lines;
}

describe('sixty recorded records', () => {
  it('leave the files that a real broker left, by name and size', () => {
    const { env } = sixty();
    const recorded = recordedFiles();
    expect(Object.keys(recorded)).toHaveLength(24);
    expect(files(env, '/logs/seg-0')).toEqual(recorded);
    expect(linesOf(env.disk.read('/logs/seg-0/leader-epoch-checkpoint')!)).toEqual(['0', '1', '0 0']);
  });

  it('leave the bytes that a real broker left in the first segment and its indexes', () => {
    const { env } = sixty();
    for (const suffix of ['log', 'index', 'timeindex']) {
      const recorded = hexdump(`00000000000000000000.${suffix}`);
      expect(recorded.length).toBeGreaterThan(0);
      expect(bytesOf(env, `/logs/seg-0/00000000000000000000.${suffix}`)).toEqual(recorded);
    }
  });

  it('dump to what DumpLogSegments printed: every batch with position and CRC, every index entry', () => {
    const { log } = sixty();
    const recorded = block(/\[dump\] \$ kafka-run-class/).filter((line) => line !== '--stdout');
    const ours = dump(log);
    expect(ours.length).toBeGreaterThan(140);
    expect(recorded.slice(0, ours.length)).toEqual(ours);
  });

  it('roll with the lines that the real broker logged', () => {
    const { env } = sixty();
    const lines = said(env);
    for (const base of [11, 22, 33, 44, 55]) {
      const rolled = lines.indexOf(`[Log partition=seg-0, dir=/logs] Rolled new log segment at offset ${base} in 0 ms. (kafka.log.Log)`);
      expect(rolled).toBeGreaterThan(0);
      expect(lines[rolled - 1]).toBe(`[ProducerStateManager partition=seg-0] Writing producer snapshot at offset ${base} (kafka.log.ProducerStateManager)`);
      expect(recording.some((line) => line.includes(`[b1 server] INFO [Log partition=seg-0, dir=<logdir1>] Rolled new log segment at offset ${base} in`))).toBe(true);
    }
    expect(lines.filter((line) => line.includes('Rolled'))).toHaveLength(5);
  });

  it('give a follower the same files when it fetches them one by one', () => {
    const { log, env } = sixty();
    const followerEnv = testEnv();
    let follower = openLog(options, followerEnv);
    while (follower.logEndOffset < log.logEndOffset) {
      const read = readLog(log, follower.logEndOffset, 1, log.logEndOffset, true);
      expect(read.records).toHaveLength(1);
      follower = appendAsFollower(follower, read.records, followerEnv).log;
    }
    expect(files(followerEnv, '/logs/seg-0')).toEqual(files(env, '/logs/seg-0'));
    expect(follower.epochs).toEqual([{ epoch: 0, startOffset: 0 }]);
  });
});
