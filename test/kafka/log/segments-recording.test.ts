import { describe, expect, it } from 'vitest';
import { linesOf } from '../../../src/kafka/log/checkpoints.ts';
import { appendAsFollower, openLog, readLog } from '../../../src/kafka/log/log.ts';
import { block, options, recording, sixty } from './recorded-segments.ts';
import { bytesOf, files, said, testEnv } from './volume.ts';

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
