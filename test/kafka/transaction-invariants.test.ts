import { describe, expect, it } from 'vitest';
import type { ClientFact } from '../../src/kafka/clients/facts.ts';
import type { KafkaFact } from '../../src/kafka/facts.ts';
import { defaultLogConfig } from '../../src/kafka/log/config.ts';
import { appendAsFollower, openLog, type Log } from '../../src/kafka/log/log.ts';
import { encodeMarker, stamped } from '../../src/kafka/log/record-batch.ts';
import { NO_TRANSACTIONS_SEEN, watchTransactions, type TransactionFinding } from '../../src/kafka/transaction-invariants.ts';
import { batchOf } from './records.ts';
import { testEnv } from './log/volume.ts';

const of = { broker: 1, transactionalId: 'tx', producerId: 7, producerEpoch: 0 } as const;
const to = (state: string, ...partitions: readonly string[]): KafkaFact => ({ ...of, type: 'transactionChanged', from: '', to: state, partitions });
const mark = (partition: number, committed: boolean): KafkaFact => ({ type: 'txnMarkerWritten', topic: 't', partition, broker: 1, producerId: 7, producerEpoch: 0, committed, offset: 0 });
const appended = (baseOffset: number): KafkaFact => ({ type: 'recordAppended', topic: 't', partition: 0, broker: 1, baseOffset, lastOffset: baseOffset, leaderEpoch: 0, leader: true });
const read = (fromOffset: number, toOffset: number, count: number, consumer = 'C'): ClientFact => ({ type: 'recordsConsumed', consumer, topic: 't', partition: 0, fromOffset, toOffset, values: Array.from({ length: count }, () => 'v') });

const data = (values: string | readonly string[], baseSequence: number, id = 7): Uint8Array => batchOf(values, 1, { producerId: id, producerEpoch: 0, baseSequence, isTransactional: true });
const end = (type: 'COMMIT' | 'ABORT', id = 7): Uint8Array => encodeMarker({ type, timestamp: 1, producerId: id, producerEpoch: 0, coordinatorEpoch: 0 });

function logOf(...batches: readonly Uint8Array[]): Log {
  const env = testEnv();
  let log = openLog({ topic: 't', partition: 0, logDir: '/d', config: defaultLogConfig, recoveryPoint: 0, logStartOffset: 0, cleanShutdown: true }, env);
  for (const batch of batches) log = appendAsFollower(log, [stamped(batch, log.logEndOffset, 0)], env).log;
  return log;
}

function watch(facts: readonly (KafkaFact | ClientFact)[], log?: Log): { readonly found: readonly TransactionFinding['name'][]; readonly hanging: readonly string[] } {
  let memory = NO_TRANSACTIONS_SEEN;
  const found: TransactionFinding['name'][] = [];
  const hanging: string[] = [];
  for (const fact of facts) {
    const step = watchTransactions(memory, fact, { leaderLog: () => log, readsCommitted: (consumer) => consumer === 'C', exists: () => log !== undefined });
    memory = step.memory;
    found.push(...step.findings.map(({ name }) => name));
    hanging.push(...step.hanging.map(({ exception, where }) => `${exception} ${where}`));
  }
  return { found, hanging };
}

const log = logOf(data(['a', 'b'], 0), end('COMMIT'), batchOf('n', 1), data('c', 2), end('ABORT'), data('d', 3), end('COMMIT'), data('e', 4));

describe('what transactions promise', () => {
  it('holds where all partitions are marked as it was decided, one transaction after the other', () => {
    const one = [to('Ongoing', 't-0'), to('Ongoing', 't-0', 't-1'), to('PrepareCommit', 't-0', 't-1'), mark(0, true), mark(1, true), to('CompleteCommit')];
    const other = [to('Ongoing', 't-0'), to('PrepareAbort', 't-0'), mark(0, false), mark(0, false), to('CompleteAbort')];
    expect(watch([...one, ...other], log).found).toEqual([]);
  });

  it('is broken by a marker of the other kind, also where only the first marker told what was decided', () => {
    expect(watch([to('Ongoing', 't-0'), to('PrepareCommit', 't-0'), mark(0, false)], log).found).toEqual(['markersFollowTheDecision']);
    expect(watch([to('Ongoing', 't-0', 't-1'), mark(0, true), mark(1, false)], log).found).toEqual(['markersFollowTheDecision']);
  });

  it('is broken by an end without a marker in one of its partitions, unless the partition is gone', () => {
    const facts = [to('Ongoing', 't-0', 't-1'), to('PrepareCommit', 't-0', 't-1'), mark(0, true), to('CompleteCommit')];
    expect(watch(facts, log).found).toEqual(['everyPartitionIsMarked']);
    expect(watch(facts).found).toEqual([]);
    // Those of the transaction before do not count.
    expect(watch([to('Ongoing', 't-0'), to('PrepareCommit', 't-0'), mark(0, true), to('CompleteCommit'), to('Ongoing', 't-0'), to('PrepareCommit', 't-0'), to('CompleteCommit')], log).found).toEqual(['everyPartitionIsMarked']);
  });

  it('is broken by a reader of committed records that is given too much or too little', () => {
    // a b | n | (c) | d: five offsets are no committed records.
    expect(watch([read(0, 6, 4), read(0, 3, 3), read(1, 3, 2), read(3, 6, 2)], log).found).toEqual([]);
    expect(watch([read(0, 6, 5)], log).found).toEqual(['committedReadsAreAllOrNothing']);
    expect(watch([read(0, 6, 3)], log).found).toEqual(['committedReadsAreAllOrNothing']);
    // Still open.
    expect(watch([read(8, 8, 1)], log).found).toEqual(['committedReadsAreAllOrNothing']);
    expect(watch([read(0, 8, 6, 'reader of all')], log).found).toEqual([]);
  });

  it('calls a record after the end of its transaction what it is: X11', () => {
    const late = logOf(data('a', 0), end('ABORT'), data('z', 1));
    expect(watch([to('Ongoing', 't-0'), appended(0), to('PrepareAbort', 't-0'), mark(0, false), to('CompleteAbort'), appended(2)], late).hanging).toEqual(['X11 t-0']);
    expect(watch([to('Ongoing', 't-0'), appended(0), to('PrepareAbort', 't-0'), appended(0)], late).hanging).toEqual([]);
    expect(watch([appended(2)], late).hanging).toEqual([]);
  });

  it('knows a coordinator that took partitions for deleted, by its name', () => {
    const skips: KafkaFact = { broker: 1, type: 'txnMarkersSkipped', transactionalId: 'tx', producerId: 7, partitions: ['t-0'] };
    const facts = [to('Ongoing', 't-0', 't-1'), to('PrepareCommit', 't-0', 't-1'), skips, mark(1, true), to('CompleteCommit')];
    expect(watch(facts, log)).toEqual({ found: [], hanging: ['KAFKA-5202 t-0'] });
    expect(watch(facts)).toEqual({ found: [], hanging: [] });
  });
});
