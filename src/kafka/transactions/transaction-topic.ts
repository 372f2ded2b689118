/** Keys and values of the records in `__transaction_state` (TransactionLog): int16 version 0, then the fields. */
import { assert } from '../../kernel/assert.ts';
import { begin, type ChartState } from '../../kernel/machine.ts';
import { byTopic, readTopicPartitions } from '../groups/consumer-protocol.ts';
import { StructReader, StructWriter } from '../protocol/struct.ts';
import type { TransactionMetadata, Transition } from './state.ts';
import { transactionMachine, type TransactionState } from './transaction.machine.ts';

export const TRANSACTION_TOPIC = '__transaction_state';

const VERSION = 0;
/** A state's number in the log is its place. */
const STATES: readonly TransactionState[] = ['Empty', 'Ongoing', 'PrepareCommit', 'PrepareAbort', 'CompleteCommit', 'CompleteAbort', 'Dead', 'PrepareEpochFence'];

export function transactionKey(transactionalId: string): Uint8Array {
  return new StructWriter().int16(VERSION).string(transactionalId).end();
}

export function readTransactionKey(key: Uint8Array): string {
  return versioned(key, 'key').string();
}

export function transactionValue({ producerId, producerEpoch, txnTimeoutMs, state, partitions, lastUpdateMs, startMs }: Transition): Uint8Array {
  const writer = new StructWriter();
  return writer
    .int16(VERSION)
    .int64(producerId)
    .int16(producerEpoch)
    .int32(txnTimeoutMs)
    .int8(STATES.indexOf(state))
    .array(state === 'Empty' ? null : byTopic(partitions), ({ topic, partitions: numbers }) => writer.string(topic).array(numbers, (partition) => writer.int32(partition)))
    .int64(lastUpdateMs)
    .int64(startMs)
    .end();
}

export function readTransactionValue(transactionalId: string, value: Uint8Array): TransactionMetadata {
  const reader = versioned(value, 'value');
  const producerId = reader.int64();
  const producerEpoch = reader.int16();
  const txnTimeoutMs = reader.int32();
  const state = STATES[reader.int8()];
  assert(state, `an unknown state in ${TRANSACTION_TOPIC}`);
  const partitions = readTopicPartitions(reader);
  const lastUpdateMs = reader.int64();
  return { transactionalId, producerId, producerEpoch, txnTimeoutMs, chart: chartIn(state), pendingState: null, partitions, startMs: reader.int64(), lastUpdateMs };
}

export const chartIn = (state: TransactionState): ChartState => ({ ...begin(transactionMachine).chart, value: state });

function versioned(bytes: Uint8Array, what: string): StructReader {
  const reader = new StructReader(bytes);
  const version = reader.int16();
  assert(version === VERSION, `unknown version ${version} of a ${what} in ${TRANSACTION_TOPIC}`);
  return reader;
}
