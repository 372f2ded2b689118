/** What becomes of a producer's batches in the end (`ProducerBatch.done`, `Sender.failBatch`), and its lines in the log. */
import type { Env } from '../../kernel/program.ts';
import { addSequence } from '../log/record-batch.ts';
import { topicPartition } from '../topic-partition.ts';
import { release, type ProducerBatch } from './accumulator.ts';
import { note } from './facts.ts';
import { logLine } from './network-client.ts';
import type { ProducerState } from './producer-state.ts';

export function log(state: ProducerState, env: Env, level: 'INFO' | 'WARN' | 'ERROR', text: string, logger: 'KafkaProducer' | 'internals.Sender' | 'internals.TransactionManager'): void {
  logLine(env, state.network.settings.logPrefix, level, text, `clients.producer.${logger}`);
}

export function succeed(state: ProducerState, batch: ProducerBatch, baseOffset: number, env: Env): ProducerState {
  const { topic, partition, records } = batch;
  for (let i = 0; i < records.length; i++) {
    const offset = baseOffset < 0 ? -1 : baseOffset + i;
    note(env, { type: 'recordAcked', producer: env.self, id: `${env.self}/${records[i]!.n}`, topic, partition, offset });
  }
  const next: ProducerState = {
    ...state,
    accumulator: release(state.accumulator, batch),
    counters: { ...state.counters, acked: state.counters.acked + records.length },
  };
  if (batch.baseSequence < 0) return next;
  const name = topicPartition(topic, partition);
  const lastAckedSequence = { ...next.idempotence.lastAckedSequence, [name]: addSequence(batch.baseSequence, records.length - 1) };
  return { ...next, idempotence: { ...next.idempotence, lastAckedSequence } };
}

export function failRecords(state: ProducerState, batch: ProducerBatch, error: string, message: string, env: Env): ProducerState {
  const { topic, partition, records } = batch;
  for (const { n } of records) note(env, { type: 'recordFailed', producer: env.self, id: `${env.self}/${n}`, topic, partition, error, message });
  return { ...state, counters: { ...state.counters, failed: state.counters.failed + records.length } };
}

export function giveBack(state: ProducerState, batch: ProducerBatch): ProducerState {
  return { ...state, accumulator: release(state.accumulator, batch) };
}
