import { describe, expect, it } from 'vitest';
import type { ProducerFact } from '../../../src/kafka/clients/facts.ts';
import type { ProducerState } from '../../../src/kafka/clients/producer-state.ts';
import { baseSequence, isTransactional, producerId } from '../../../src/kafka/log/record-batch.ts';
import type { Message } from '../../../src/kernel/program.ts';
import { lab, type BrokerScript, type Lab, type ScriptedBroker } from './scripted-broker.ts';

const topics: BrokerScript['topics'] = { t: [{ leader: 1, epoch: 0 }, { leader: 1, epoch: 0 }] };
const client = (properties: Readonly<Record<string, string>> = {}): { name: string; program: string; config: unknown } => ({
  name: 'p1',
  program: 'producer',
  config: { bootstrapServers: '10.0.0.1:9092', properties: { 'transactional.id': 'tx', ...properties } },
});
const later = (one: Lab, ms: number): void => one.run(one.world().now / 1_000 + ms);
/** One call after the other, as a thread makes them: `send` returns when metadata is there. */
const send = (one: Lab, value: string, partition = 0): void => {
  one.command('p1', { type: 'produce', topic: 't', partition, value } as Message);
  later(one, 10);
};
const call = (one: Lab, ...methods: readonly string[]): void => {
  for (const type of methods) {
    one.command('p1', { type });
    later(one, 0);
  }
};
const state = (one: Lab): unknown => (one.state<ProducerState>('p1').chart.value as { readonly producerId: string }).producerId;
/** Methods that came back, and what they threw. */
const ended = (one: Lab): readonly string[] =>
  one.of('transactionalCallEnded').map((fact) => {
    const { method, failure } = fact as unknown as Extract<ProducerFact, { readonly type: 'transactionalCallEnded' }>;
    return failure === null ? method : `${method}: ${failure.className}`;
  });
const ready = (properties = {}, script: Partial<BrokerScript> = {}): Lab => {
  const one = lab([{ topics, ...script }], [client(properties)]);
  one.run(100);
  call(one, 'initTransactions');
  one.run(1_000);
  return one;
};
/** Requests to coordinator and leader, in order. */
const asked = (one: Lab): readonly string[] =>
  one.state<ScriptedBroker>('broker-1').seen.map(({ type }) => type.replace('Request', '')).filter((type) => !['ApiVersions', 'Metadata'].includes(type));

describe('a transactional producer', () => {
  it('finds its coordinator, takes its id, names partitions before it writes to them, and ends when all is written', () => {
    const one = ready();
    expect(asked(one)).toEqual(['FindCoordinator', 'InitProducerId']);
    expect(state(one)).toBe('READY');
    call(one, 'beginTransaction');
    expect(state(one)).toBe('IN_TRANSACTION');
    send(one, 'a');
    one.run(1_200);
    send(one, 'b');
    send(one, 'c', 1);
    call(one, 'commitTransaction');
    expect(state(one)).toBe('COMMITTING_TRANSACTION');
    one.run(2_000);
    expect(asked(one)).toEqual(['FindCoordinator', 'InitProducerId', 'AddPartitionsToTxn', 'Produce', 'Produce', 'AddPartitionsToTxn', 'Produce', 'EndTxn']);
    expect(state(one)).toBe('READY');
    expect(ended(one)).toEqual(['initTransactions', 'beginTransaction', 'commitTransaction']);
    expect(one.stored(1, 't-0')).toEqual(['a', 'b']);
    const [first, second] = one.state<ScriptedBroker>('broker-1').batches['t-0']!;
    expect([first, second].map((batch) => [isTransactional(batch!), producerId(batch!), baseSequence(batch!)])).toEqual([[true, 7, 0], [true, 7, 1]]);
    expect(one.seen(1, 'ProduceRequest').every(({ transactionalId }) => transactionalId === 'tx')).toBe(true);
    expect(one.seen(1, 'EndTxnRequest')[0]).toMatchObject({ producerId: 7, producerEpoch: 0, committed: true });
  });

  it('keeps its sequences from transaction to transaction, and tells nobody of one in which it wrote nothing', () => {
    const one = ready();
    for (const value of ['a', 'b']) {
      call(one, 'beginTransaction');
      send(one, value);
      call(one, 'commitTransaction');
      later(one, 500);
    }
    call(one, 'beginTransaction', 'commitTransaction');
    later(one, 500);
    expect(one.state<ScriptedBroker>('broker-1').batches['t-0']!.map((batch) => baseSequence(batch))).toEqual([0, 1]);
    expect(one.seen(1, 'EndTxnRequest')).toHaveLength(2);
    expect(state(one)).toBe('READY');
  });

  it('throws away what it has not sent when it aborts', () => {
    const one = ready({ 'linger.ms': '5000' });
    call(one, 'beginTransaction');
    send(one, 'a');
    one.run(1_500);
    call(one, 'abortTransaction');
    one.run(3_000);
    expect(one.stored(1, 't-0')).toEqual([]);
    expect(one.of('recordFailed')).toMatchObject([{ error: 'KafkaException', message: 'Failing batch since transaction was aborted' }]);
    expect(one.seen(1, 'EndTxnRequest')[0]).toMatchObject({ committed: false });
    expect(ended(one).at(-1)).toBe('abortTransaction');
  });

  it('asks again while the transaction before is being completed, sooner for the first partitions than for anything else', () => {
    const one = ready();
    call(one, 'beginTransaction');
    one.script(1, { transactionErrors: ['CONCURRENT_TRANSACTIONS', 'CONCURRENT_TRANSACTIONS', 'NONE', 'CONCURRENT_TRANSACTIONS'] });
    send(one, 'a');
    call(one, 'commitTransaction');
    one.run(2_000);
    const between = (type: 'AddPartitionsToTxnRequest' | 'EndTxnRequest'): readonly number[] => one.seen(1, type).map(({ at }, index, all) => (at - (all[index - 1]?.at ?? at)) / 1_000).slice(1);
    expect(between('AddPartitionsToTxnRequest')).toEqual([22, 22]);
    expect(between('EndTxnRequest')).toEqual([102]);
    expect(ended(one).at(-1)).toBe('commitTransaction');
  });

  it('looks for another coordinator where this one is none any more', () => {
    const one = lab([{ topics, coordinators: [1, 2] }, { topics }], [client()]);
    one.run(100);
    call(one, 'initTransactions');
    one.run(1_000);
    call(one, 'beginTransaction');
    one.script(1, { transactionErrors: ['NOT_COORDINATOR'], coordinators: [2] });
    one.script(2, { coordinators: [2] });
    send(one, 'a');
    call(one, 'commitTransaction');
    one.run(3_000);
    expect(one.seen(1, 'AddPartitionsToTxnRequest')).toHaveLength(1);
    expect(one.seen(2, 'AddPartitionsToTxnRequest')).toHaveLength(1);
    expect(one.seen(2, 'EndTxnRequest')).toHaveLength(1);
    expect(ended(one).at(-1)).toBe('commitTransaction');
  });

  it('is fenced by a newer one: every method throws, and what was queued fails', () => {
    const one = ready();
    call(one, 'beginTransaction');
    one.script(1, { transactionErrors: ['INVALID_PRODUCER_EPOCH'] });
    send(one, 'a');
    call(one, 'commitTransaction');
    one.run(2_000);
    expect(state(one)).toBe('FATAL_ERROR');
    expect(ended(one).at(-1)).toBe('commitTransaction: org.apache.kafka.common.errors.ProducerFencedException');
    expect(one.of('recordFailed')).toMatchObject([{ error: 'ProducerFencedException' }]);
    call(one, 'beginTransaction');
    expect(ended(one).at(-1)).toBe('beginTransaction: org.apache.kafka.common.errors.ProducerFencedException');
    send(one, 'b');
    expect(ended(one).at(-1)).toBe('send: org.apache.kafka.common.KafkaException');
  });

  it('can only abort once a record has failed for good, and goes on after that', () => {
    const one = ready({ retries: '1' });
    call(one, 'beginTransaction');
    one.script(1, { produceErrors: ['RECORD_LIST_TOO_LARGE'] });
    send(one, 'a');
    one.run(1_500);
    expect(state(one)).toBe('ABORTABLE_ERROR');
    call(one, 'commitTransaction');
    expect(ended(one).at(-1)).toBe('commitTransaction: org.apache.kafka.common.KafkaException');
    call(one, 'abortTransaction');
    one.run(2_500);
    expect(state(one)).toBe('READY');
    call(one, 'beginTransaction');
    send(one, 'b');
    call(one, 'commitTransaction');
    one.run(4_000);
    expect(one.stored(1, 't-0')).toEqual(['b']);
    expect(ended(one).at(-1)).toBe('commitTransaction');
  });

  it('does not send before it is initialized, nor outside a transaction', () => {
    const one = lab([{ topics }], [client()]);
    send(one, 'a');
    one.run(1_000);
    expect(one.of('transactionalCallEnded')[0]).toMatchObject({ method: 'send', failure: { className: 'java.lang.IllegalStateException', message: "Cannot perform a 'send' before completing a call to initTransactions when transactions are enabled." } });
    call(one, 'initTransactions');
    one.run(2_000);
    send(one, 'b');
    expect(one.of('transactionalCallEnded').at(-1)).toMatchObject({ failure: { message: 'Cannot call send in state READY' } });
  });

  it('waits for its coordinator no longer than max.block.ms', () => {
    const one = lab([{ topics, coordinators: Array.from({ length: 1_000 }, () => -1) }], [client({ 'max.block.ms': '3000' })]);
    one.run(1_000);
    call(one, 'initTransactions');
    one.run(3_900);
    expect(ended(one)).toEqual([]);
    one.run(4_100);
    expect(one.of('transactionalCallEnded')[0]).toMatchObject({ at: 4_000_000, failure: { message: 'Timeout expired after 3000milliseconds while awaiting InitProducerId' } });
  });

  it('aborts what is open when it is closed', () => {
    const one = ready();
    call(one, 'beginTransaction');
    send(one, 'a');
    one.run(1_200);
    call(one, 'stop');
    one.run(3_000);
    expect(one.seen(1, 'EndTxnRequest')[0]).toMatchObject({ committed: false });
    expect(one.of('producerClosed')).toHaveLength(1);
    expect(one.lines('p1').some(({ text }) => text.startsWith('[Producer clientId=producer-1, transactionalId=tx] Aborting incomplete transaction due to shutdown'))).toBe(true);
  });

  it('goes on after its connection broke', () => {
    const one = ready();
    call(one, 'beginTransaction');
    send(one, 'a');
    one.run(1_100);
    one.act({ type: 'kill', process: 'broker-1', signal: 'SIGKILL' } as never);
    one.run(1_200);
    one.act({ type: 'start', process: 'broker-1' });
    call(one, 'commitTransaction');
    one.run(8_000);
    expect(ended(one).at(-1)).toBe('commitTransaction');
    expect(one.seen(1, 'EndTxnRequest')[0]).toMatchObject({ committed: true });
  });
});
