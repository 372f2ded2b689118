/** A log as a real 2.3.0 broker was seen to fill it (captures/kafka/12-segments): the records, the log made of them here, the recording. */
import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { defaultLogConfig } from '../../../src/kafka/log/config.ts';
import { appendAsLeader, beginEpoch, openLog } from '../../../src/kafka/log/log.ts';
import { encodeBatch, utf8 } from '../../../src/kafka/log/record-batch.ts';
import { testEnv } from './volume.ts';

/** The recorded run of a real 2.3.0 broker: 60 records into segments of 1,024 bytes. */
export const recording = readFileSync(new URL('../../captures/kafka/12-segments.txt', import.meta.url), 'utf8').split('\n');
const config = { ...defaultLogConfig, segmentBytes: 1024, indexIntervalBytes: 256, retentionMs: -1 };
export const options = { topic: 'seg', partition: 0, logDir: '/logs', config, recoveryPoint: 0, logStartOffset: 0, cleanShutdown: true };

function record(n: number): Uint8Array {
  const key = utf8(`key-${String(n).padStart(2, '0')}`);
  return encodeBatch([{ timestamp: 1561000000000 + n * 1000, key, value: utf8(`value-${n}-${'x'.repeat((n % 7) * 3)}`) }]);
}

export function sixty(env = testEnv()) {
  let log = beginEpoch(openLog(options, env), 0, env);
  for (let n = 0; n < 60; n++) {
    const appended = appendAsLeader(log, record(n), 0, env);
    expect(appended).toMatchObject({ error: 'NONE', baseOffset: n, lastOffset: n });
    log = appended.log;
  }
  return { log, env };
}

/** Lines below a heading of the recording that are indented like its content. */
export function block(after: RegExp): string[] {
  const start = recording.findIndex((line) => after.test(line));
  const lines: string[] = [];
  for (const line of recording.slice(start + 1)) {
    if (!line.startsWith('             ')) break;
    lines.push(line.trim());
  }
  return lines;
}
