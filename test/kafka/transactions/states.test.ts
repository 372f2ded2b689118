import { describe, expect, it } from 'vitest';
import { begin, step } from '../../../src/kernel/machine.ts';
import { setPartition, type Draft } from '../../../src/kafka/broker/state.ts';
import { updateTransaction } from '../../../src/kafka/transactions/coordinator.ts';
import { endTransactionTask } from '../../../src/kafka/transactions/loading.ts';
import { transactionMachine, type TransactionEvent } from '../../../src/kafka/transactions/transaction.machine.ts';
import { chartIn, readTransactionKey, readTransactionValue, transactionKey, transactionValue, TRANSACTION_TOPIC } from '../../../src/kafka/transactions/transaction-topic.ts';
import { transactionWriteEnded } from '../../../src/kafka/transactions/writes.ts';
import { Bench } from '../broker/bench.ts';
import { inT } from './scripted-transaction.ts';

const STATES = ['Empty', 'Ongoing', 'PrepareCommit', 'PrepareAbort', 'CompleteCommit', 'CompleteAbort', 'Dead', 'PrepareEpochFence'] as const;
const EVENTS: readonly TransactionEvent['type'][] = ['initProducerId', 'addPartitions', 'commit', 'abort', 'fence', 'complete', 'expire'];

describe('the chart of a transaction', () => {
  it('has the steps of TransactionMetadata.validPreviousStates and no others', () => {
    const previous = Object.fromEntries(STATES.map((to) => [to, STATES.filter((from) => EVENTS.some((type) => {
      const { chart } = step(transactionMachine, chartIn(from), { type });
      return chart.value === to && (from !== to || (type === 'initProducerId' && to === 'Empty') || (type === 'addPartitions' && to === 'Ongoing'));
    })).sort()]));
    expect(begin(transactionMachine).chart.value).toBe('Empty');
    expect(previous).toEqual({
      Empty: ['CompleteAbort', 'CompleteCommit', 'Empty'],
      Ongoing: ['CompleteAbort', 'CompleteCommit', 'Empty', 'Ongoing'],
      PrepareCommit: ['Ongoing'],
      PrepareAbort: ['Ongoing', 'PrepareEpochFence'],
      CompleteCommit: ['PrepareCommit'],
      CompleteAbort: ['PrepareAbort'],
      Dead: ['CompleteAbort', 'CompleteCommit', 'Empty'],
      PrepareEpochFence: ['Ongoing'],
    });
  });
});

describe('a record of the topic of transactions', () => {
  const hex = (bytes: Uint8Array): string => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');

  it('has the fields of version 0, and no list of partitions while there is no transaction', () => {
    const transition = { producerId: 258, producerEpoch: 3, txnTimeoutMs: 60_000, startMs: -1, lastUpdateMs: 1_000 };
    expect(hex(transactionKey('tx'))).toBe('000000027478');
    expect(hex(transactionValue({ ...transition, state: 'Empty', partitions: [] }))).toBe(`0000${'0000000000000102'}${'0003'}${'0000ea60'}${'00'}${'ffffffff'}${'00000000000003e8'}${'ffffffffffffffff'}`);
    const value = transactionValue({ ...transition, state: 'PrepareAbort', partitions: inT(0, 1), startMs: 5 });
    expect(hex(value)).toBe(`0000${'0000000000000102'}${'0003'}${'0000ea60'}${'03'}${'00000001'}${'000174'}${'00000002'}${'00000000'}${'00000001'}${'00000000000003e8'}${'0000000000000005'}`);
    expect(readTransactionKey(transactionKey('tx'))).toBe('tx');
    expect(readTransactionValue('tx', value)).toEqual({ transactionalId: 'tx', chart: chartIn('PrepareAbort'), pendingState: null, partitions: inT(0, 1), ...transition, startMs: 5 });
  });
});

/** A broker alone that leads, or does not lead, the one partition of the topic. */
class Coordinator extends Bench {
  constructor() {
    super(1, { 'transaction.state.log.num.partitions': '1' });
    this.b.producerIds = { next: 0, end: 999 };
  }

  leaders(leader: number, leaderEpoch: number): this {
    const state = { partition: 0, controllerEpoch: 1, leader, leaderEpoch, isr: [leader], zkVersion: leaderEpoch, replicas: [1, 2], isNew: false };
    this.ask('LeaderAndIsr', { controllerId: 9, controllerEpoch: 1, brokerEpoch: 100, topics: [{ topic: TRANSACTION_TOPIC, partitions: [state] }], liveLeaders: [] });
    return this;
  }

  /** The thread of the transactions does all it has to. */
  work(): this {
    while (this.b.transactions.tasks.length > 0) endTransactionTask(this.b, this.env);
    return this;
  }

  init(): { readonly error: string; readonly producerId: number; readonly producerEpoch: number } {
    this.answers();
    const outcome = this.run('InitProducerId', { transactionalId: 'tx', transactionTimeoutMs: 60_000 });
    this.settle();
    return 'error' in outcome ? outcome : (this.answers()[0] as unknown as { error: string; producerId: number; producerEpoch: number });
  }

  settle(): void {
    const { b } = this;
    for (let write = b.transactionWrites[0]; write; write = b.transactionWrites[0]) {
      b.transactionWrites = b.transactionWrites.slice(1);
      transactionWriteEnded(b, this.env, write);
    }
  }
}

const withEpoch = (b: Draft, producerEpoch: number): void => updateTransaction(b, 'tx', { producerEpoch });

describe('a coordinator', () => {
  it('answers for a partition when it has read it, and as long as it leads it', () => {
    const one = new Coordinator();
    expect(one.init().error).toBe('NOT_COORDINATOR');
    one.leaders(1, 0);
    expect(one.init().error).toBe('COORDINATOR_LOAD_IN_PROGRESS');
    expect(one.work().init()).toMatchObject({ error: 'NONE', producerId: 0, producerEpoch: 0 });
    expect(one.b.transactions.owned).toEqual({ 0: 0 });
    one.leaders(2, 1);
    expect(one.init().error).toBe('NOT_COORDINATOR');
    one.work();
    expect(one.b.transactions).toMatchObject({ owned: {}, transactions: {}, loading: [], leaving: [] });
    one.leaders(1, 2).work();
    expect(one.b.transactions.owned).toEqual({ 0: 2 });
    expect(one.init()).toMatchObject({ error: 'NONE', producerId: 0, producerEpoch: 1 });
  });

  it('does the work of an earlier epoch in vain when it was overtaken', () => {
    const one = new Coordinator().leaders(1, 0).leaders(2, 1).leaders(1, 2);
    expect(one.b.transactions.tasks.map(({ type, coordinatorEpoch }) => `${type} ${coordinatorEpoch}`)).toEqual(['load 0', 'unload 1', 'load 2']);
    one.work();
    expect(one.b.transactions).toMatchObject({ owned: { 0: 2 }, loading: [], leaving: [] });
  });

  it('gives a new producer id when the epochs of one are used up, also after it was fenced', () => {
    const one = new Coordinator().leaders(1, 0).work();
    one.init();
    withEpoch(one.b, 32_765);
    expect(one.init()).toMatchObject({ error: 'NONE', producerId: 0, producerEpoch: 32_766 });
    expect(one.init()).toMatchObject({ error: 'NONE', producerId: 1, producerEpoch: 0 });
    withEpoch(one.b, 32_766);
    updateTransaction(one.b, 'tx', { chart: chartIn('Ongoing'), startMs: 0 });
    expect(one.init()).toMatchObject({ error: 'CONCURRENT_TRANSACTIONS' });
    expect(one.b.transactions.transactions['tx']).toMatchObject({ producerEpoch: 32_767 });
    one.settle();
    expect(one.b.transactions.transactions['tx']?.chart.value).toBe('CompleteAbort');
    expect(one.init()).toMatchObject({ error: 'NONE', producerId: 2, producerEpoch: 0 });
  });

  it('leaves a transaction hanging whose producer ends it with an epoch that nobody gave it, as 2.3.0 does', () => {
    const one = new Coordinator().leaders(1, 0).work();
    one.init();
    updateTransaction(one.b, 'tx', { chart: chartIn('Ongoing'), startMs: 0 });
    one.run('EndTxn', { transactionalId: 'tx', producerId: 0, producerEpoch: 1, committed: true });
    one.settle();
    expect(one.answers()).toMatchObject([{ error: 'INVALID_PRODUCER_EPOCH' }]);
    expect(one.said().join('\n')).toContain("Aborting sending of transaction markers after appended COMMIT to transaction log and returning INVALID_PRODUCER_EPOCH error to client for tx's EndTransaction request");
    expect(one.b.transactions.transactions['tx']?.chart.value).toBe('PrepareCommit');
  });

  it('lets a request wait that writes while the lock of the partition is taken', () => {
    const one = new Coordinator().leaders(1, 0).work();
    one.init();
    const place = one.b.places[`${TRANSACTION_TOPIC}-0`]!;
    setPartition(one.b, place, { ...one.b.partitions[place]!, isrUpdate: { isr: [1], kind: 'shrink' } });
    for (const outcome of [
      one.run('InitProducerId', { transactionalId: 'tx', transactionTimeoutMs: 60_000 }),
      one.run('AddPartitionsToTxn', { transactionalId: 'tx', producerId: 0, producerEpoch: 0, topics: [] }),
      one.run('AddOffsetsToTxn', { transactionalId: 'tx', producerId: 0, producerEpoch: 0, groupId: 'g' }),
      one.run('EndTxn', { transactionalId: 'tx', producerId: 0, producerEpoch: 0, committed: true }),
    ]) expect(outcome).toEqual({ type: 'held' });
    expect(one.b.blocked.map(({ partition }) => partition)).toEqual([place, place, place, place]);
  });
});
