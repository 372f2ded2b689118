/** Transactions in a log: what is not decided yet, what was aborted, and the `.txnindex` files. */
import { describe, expect, it } from 'vitest';
import { toArray } from '../../../src/kernel/append-list.ts';
import { defaultLogConfig, type LogConfig } from '../../../src/kafka/log/config.ts';
import {
  abortedTransactions, appendAsFollower, appendAsLeader, closeLog, deleteOldSegments, incrementLogStartOffset, openLog, readLog,
  removeDeletedFiles, truncateFully, truncateTo, type Log,
} from '../../../src/kafka/log/log.ts';
import { firstUnstableOffset, onHighWatermark } from '../../../src/kafka/log/transactions.ts';
import { encodeBatch, encodeMarker, lastOffset, utf8, type ControlType } from '../../../src/kafka/log/record-batch.ts';
import { bytesOf, files, hex, said, testEnv, type TestEnv } from './volume.ts';

const NOW = 1_561_000_000_000;
const INDEX = '/d/t-0/00000000000000000000.txnindex';

function open(env: TestEnv, config: Partial<LogConfig> = {}, cleanShutdown = true, logStartOffset = 0): Log {
  return openLog({ topic: 't', partition: 0, logDir: '/d', config: { ...defaultLogConfig, ...config }, recoveryPoint: 0, logStartOffset, cleanShutdown }, env);
}

/** Records of a producer, or of none. */
const plain = (count = 1): Uint8Array => encodeBatch(Array.from({ length: count }, () => ({ timestamp: NOW, key: null, value: utf8('v') })));
const data = (producerId: number, baseSequence: number, count = 1, producerEpoch = 0): Uint8Array =>
  encodeBatch(Array.from({ length: count }, () => ({ timestamp: NOW, key: null, value: utf8('v') })), { producerId, producerEpoch, baseSequence, isTransactional: true });
const marker = (type: ControlType, producerId: number, producerEpoch = 0, coordinatorEpoch = 0): Uint8Array => encodeMarker({ type, timestamp: NOW, producerId, producerEpoch, coordinatorEpoch });

function append(log: Log, env: TestEnv, ...batches: Uint8Array[]): Log {
  for (const batch of batches) {
    const done = appendAsLeader(log, batch, 0, env, (batch[22]! & 32) !== 0 ? 'coordinator' : 'client');
    expect(done.error).toBe('NONE');
    log = done.log;
  }
  return log;
}

const indexed = (log: Log): (readonly number[])[] =>
  log.segments.flatMap((segment) => toArray(segment.transactionIndex).map(({ producerId, firstOffset, lastOffset: last, lastStableOffset }) => [producerId, firstOffset, last, lastStableOffset]));
const aborted = (log: Log, offset: number, bytes: number): (readonly number[])[] => abortedTransactions(log, offset, bytes).map(({ producerId, firstOffset }) => [producerId, firstOffset]);

describe('the first unstable offset', () => {
  it('is that of the oldest open transaction, and after its marker still, until the high watermark has passed the marker', () => {
    const env = testEnv();
    let log = append(open(env), env, plain(3), data(1, 0), data(2, 0), plain());
    expect(firstUnstableOffset(log)).toBe(3);
    log = append(log, env, marker('COMMIT', 1));
    expect(firstUnstableOffset(onHighWatermark(log, 6))).toBe(3);
    log = onHighWatermark(log, 7);
    expect(firstUnstableOffset(log)).toBe(4);
    log = onHighWatermark(append(log, env, marker('ABORT', 2)), 8);
    expect(firstUnstableOffset(log)).toBe(-1);
    expect(onHighWatermark(log, 9)).toBe(log);
  });

  it('is the marker itself where a transaction has written nothing', () => {
    const env = testEnv();
    const log = append(open(env), env, plain(2), marker('COMMIT', 7));
    expect(firstUnstableOffset(log)).toBe(2);
    expect(firstUnstableOffset(onHighWatermark(log, 3))).toBe(-1);
  });

  it('moves with the log start offset, and a producer of which no record is left has no open transaction', () => {
    const env = testEnv();
    let log = append(open(env), env, data(1, 0, 3), plain(), data(2, 0), data(1, 3));
    log = incrementLogStartOffset(log, 2, env);
    expect(firstUnstableOffset(log)).toBe(2);
    log = incrementLogStartOffset(append(log, env, plain(2)), 5, env);
    expect([firstUnstableOffset(log), log.transactions.ongoing.map(({ producerId }) => producerId)]).toEqual([5, [1]]);
    log = incrementLogStartOffset(log, 6, env);
    expect([firstUnstableOffset(log), log.producers]).toEqual([-1, {}]);
  });

  it('is found again after a restart, from the snapshot and from the batches behind it', () => {
    const env = testEnv();
    const log = append(open(env), env, plain(2), data(1, 0), marker('COMMIT', 1), data(2, 0), plain());
    closeLog(onHighWatermark(log, 6), env);
    said(env);
    expect(firstUnstableOffset(open(env))).toBe(4);
    expect(said(env)).toContain("[ProducerStateManager partition=t-0] Loading producer state from snapshot file '/d/t-0/00000000000000000006.snapshot' (kafka.log.ProducerStateManager)");
    env.disk.remove('/d/t-0/00000000000000000006.snapshot');
    expect(firstUnstableOffset(open(env, {}, false))).toBe(4);
  });

  it('goes back with a truncation: an end that was cut off is open again, a beginning that was is not', () => {
    const env = testEnv();
    const log = onHighWatermark(append(open(env), env, plain(2), data(1, 0), data(2, 0), marker('ABORT', 1), marker('COMMIT', 2)), 6);
    expect(firstUnstableOffset(log)).toBe(-1);
    const shorter = onHighWatermark(truncateTo(log, 5, env), 5);
    expect([firstUnstableOffset(shorter), shorter.transactions.ongoing]).toEqual([3, [{ producerId: 2, firstOffset: 3 }]]);
    expect(indexed(shorter)).toEqual([[1, 2, 4, 3]]);
    const shortest = truncateTo(shorter, 3, env);
    expect([firstUnstableOffset(shortest), indexed(shortest), files(env, '/d/t-0')['00000000000000000000.txnindex']]).toEqual([2, [], 0]);
    expect(firstUnstableOffset(truncateFully(shortest, 10, env))).toBe(-1);
  });

  it('waits for a high watermark again where a truncation has read the batches anew', () => {
    const env = testEnv();
    const log = truncateTo(onHighWatermark(append(open(env), env, plain(2), data(1, 0), marker('COMMIT', 1), plain(), plain()), 6), 5, env);
    expect([firstUnstableOffset(log), firstUnstableOffset(onHighWatermark(log, 5))]).toEqual([2, -1]);
  });
});

describe('a marker', () => {
  it('of an older producer epoch is refused with 47, of an older coordinator epoch with 52', () => {
    const env = testEnv();
    const log = append(open(env), env, data(1, 0, 1, 3), marker('COMMIT', 1, 3, 5));
    const error = (batch: Uint8Array): string => appendAsLeader(log, batch, 0, env, 'coordinator').error;
    expect(error(marker('ABORT', 1, 2, 9))).toBe('INVALID_PRODUCER_EPOCH');
    expect(error(marker('ABORT', 1, 3, 4))).toBe('TRANSACTION_COORDINATOR_FENCED');
    expect(error(marker('ABORT', 1, 3, 5))).toBe('NONE');
    expect(error(marker('ABORT', 8, 0, 0))).toBe('NONE');
    expect(appendAsLeader(log, marker('COMMIT', 1, 3, 5), 0, env).error).toBe('CORRUPT_MESSAGE');
  });

  it('leaves the sequence as it was; one of a newer epoch begins it anew and fences the older', () => {
    const env = testEnv();
    let log = append(open(env), env, data(1, 0, 2), marker('COMMIT', 1), data(1, 2), marker('ABORT', 1, 1));
    const error = (batch: Uint8Array): string => appendAsLeader(log, batch, 0, env).error;
    expect(error(data(1, 3))).toBe('INVALID_PRODUCER_EPOCH');
    expect(error(data(1, 3, 1, 1))).toBe('UNKNOWN_PRODUCER_ID');
    log = append(log, env, data(1, 0, 1, 1));
    expect(error(plainOf(1, 1))).toBe('INVALID_TXN_STATE');
  });
});

/** A record of a producer that is not in a transaction. */
const plainOf = (baseSequence: number, producerEpoch: number): Uint8Array =>
  encodeBatch([{ timestamp: NOW, key: null, value: utf8('v') }], { producerId: 1, producerEpoch, baseSequence });

describe('the transaction index', () => {
  it('has the observed entry: producer 3000, data from 3, marker at 4, stable up to 5', () => {
    const env = testEnv();
    const log = append(open(env), env, plain(3), data(3000, 0), marker('ABORT', 3000));
    expect(hex(bytesOf(env, INDEX))).toBe('00000000000000000bb8000000000000000300000000000000040000000000000005');
    expect(indexed(log)).toEqual([[3000, 3, 4, 5]]);
  });

  it('is a file only where a transaction was aborted', () => {
    const env = testEnv();
    append(open(env), env, data(1, 0), marker('COMMIT', 1));
    expect(env.disk.exists(INDEX)).toBe(false);
  });

  it('says of the last stable offset where the next open transaction of another producer begins', () => {
    const env = testEnv();
    const log = append(open(env), env, data(1, 0), data(2, 0), marker('ABORT', 2), marker('ABORT', 1), marker('ABORT', 3));
    expect(indexed(log)).toEqual([[2, 1, 2, 0], [1, 0, 3, 4], [3, 4, 4, 5]]);
  });

  it('of a follower is that of its leader; what begins in the same fetch has begun before anything ends', () => {
    const [env, other] = [testEnv(), testEnv()];
    const leader = append(open(env), env, data(1, 0), plain(), marker('ABORT', 1), plain(4), data(2, 0), marker('COMMIT', 2));
    const { records } = readLog(leader, 0, 1_000_000, leader.logEndOffset, true);
    expect(indexed(leader)).toEqual([[1, 0, 2, 3]]);
    const one = records.reduce((log, batch) => appendAsFollower(log, [batch], other).log, open(other));
    expect([indexed(one), one.transactions]).toEqual([indexed(leader), leader.transactions]);
    const third = testEnv();
    const all = appendAsFollower(open(third), records, third).log;
    expect([indexed(all), all.transactions]).toEqual([[[1, 0, 2, 7]], leader.transactions]);
  });

  it('is read again by a broker that was stopped, and made anew by one that was not', () => {
    const env = testEnv();
    const config = { segmentBytes: 400 };
    const log = append(open(env, config), env, data(1, 0, 3), data(2, 0), plain(20), marker('ABORT', 2), marker('ABORT', 1), plain(40), data(2, 1), marker('ABORT', 2));
    const expected = [[2, 3, 24, 0], [1, 0, 25, 26], [2, 66, 67, 68]];
    expect([indexed(log), log.segments.map(({ baseOffset }) => baseOffset)]).toEqual([expected, [0, 24, 26, 66]]);
    const names = Object.entries(files(env, '/d/t-0')).filter(([name]) => name.endsWith('.txnindex'));
    expect(names).toEqual([['00000000000000000024.txnindex', 68], ['00000000000000000066.txnindex', 34]]);
    closeLog(log, env);
    expect(indexed(open(env, config))).toEqual(expected);
    const written = bytesOf(env, '/d/t-0/00000000000000000024.txnindex');
    env.disk.remove('/d/t-0/00000000000000000066.txnindex');
    env.disk.append('/d/t-0/00000000000000000024.txnindex', new Uint8Array(34), 34);
    const recovered = open(env, config, false);
    expect(indexed(recovered)).toEqual(expected);
    expect(bytesOf(env, '/d/t-0/00000000000000000024.txnindex')).toEqual(written);
    expect(files(env, '/d/t-0')).toMatchObject({ '00000000000000000066.txnindex': 34 });
  });

  it('goes with its segment, and one without a segment is an orphan', () => {
    const env = testEnv();
    const config = { segmentBytes: 400, retentionBytes: 0, retentionMs: -1 };
    let log = append(open(env, config), env, data(1, 0), marker('ABORT', 1), plain(36), plain());
    log = deleteOldSegments(onHighWatermark(log, 39), 38, env);
    expect(log.segments.map(({ baseOffset }) => baseOffset)).toEqual([38]);
    expect(Object.keys(files(env, '/d/t-0'))).toContain('00000000000000000000.txnindex.deleted');
    said(env);
    removeDeletedFiles(log, env);
    expect(said(env)).toContain(`Deleted transaction index ${INDEX}.deleted. (kafka.log.LogSegment)`);
    env.disk.append(INDEX, new Uint8Array(34), 34);
    open(env, config);
    expect(said(env)).toContain(`[Log partition=t-0, dir=/d] Found an orphaned index file ${INDEX}, with no corresponding log file. (kafka.log.Log)`);
    expect(env.disk.exists(INDEX)).toBe(false);
  });

  it('is flushed with its segment', () => {
    const env = testEnv();
    append(open(env, { segmentBytes: 400 }), env, data(1, 0), marker('ABORT', 1), plain(40));
    expect(env.flushes.at(-1)!.paths).toContain(INDEX);
  });
});

describe('what a reader is told of aborted transactions', () => {
  it('is what overlaps the offsets it reads', () => {
    const env = testEnv();
    const log = append(open(env, { indexIntervalBytes: 0 }), env, plain(), data(1, 0), data(2, 0), marker('ABORT', 1), plain(), data(1, 1), marker('ABORT', 2), marker('ABORT', 1));
    const size = (from: number, upTo: number): number => readLog(log, from, 1_000_000, upTo, true).bytes;
    expect(indexed(log)).toEqual([[1, 1, 3, 2], [2, 2, 6, 5], [1, 5, 7, 8]]);
    expect(aborted(log, 0, size(0, 8))).toEqual([[1, 1], [2, 2], [1, 5]]);
    // The offset index says that the range ends before 1, before 3, or before the third transaction.
    expect(aborted(log, 0, size(0, 1))).toEqual([]);
    expect(aborted(log, 0, size(0, 2))).toEqual([[1, 1]]);
    expect(aborted(log, 0, size(0, 5))).toEqual([[1, 1], [2, 2]]);
    expect(aborted(log, 4, size(4, 8))).toEqual([[2, 2], [1, 5]]);
    expect(aborted(log, 7, size(7, 8))).toEqual([[1, 5]]);
    expect(aborted(log, 8, 0)).toEqual([]);
  });

  it('is looked for in later segments as long as something in the range was not decided', () => {
    const env = testEnv();
    const log = append(open(env, { segmentBytes: 400 }), env, data(1, 0), data(2, 0), marker('ABORT', 2), plain(20), plain(40), marker('ABORT', 1), data(2, 1), marker('ABORT', 2));
    expect(log.segments.map(({ baseOffset, transactionIndex }) => [baseOffset, transactionIndex.length])).toEqual([[0, 1], [3, 0], [23, 0], [63, 2]]);
    const { records, bytes } = readLog(log, 0, 1_000_000, log.logEndOffset, true);
    expect(lastOffset(records.at(-1)!)).toBe(2);
    expect(aborted(log, 0, bytes)).toEqual([[2, 1], [1, 0]]);
    expect(aborted(log, 23, readLog(log, 23, 1_000_000, log.logEndOffset, true).bytes)).toEqual([[1, 0]]);
    expect(aborted(log, 64, 10)).toEqual([[2, 64]]);
  });
});
