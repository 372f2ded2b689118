import { describe, expect, it } from 'vitest';
import { findProcess } from '../../../src/kernel/world.ts';
import { stateOf } from '../../../src/kafka/transactions/state.ts';
import { TRANSACTION_TOPIC } from '../../../src/kafka/transactions/transaction-topic.ts';
import type { Cluster, ClusterOptions } from '../cluster.ts';
import { booted, inT, markersIn, ScriptedTransaction, storedIn } from './scripted-transaction.ts';

/** Three brokers and a topic t whose four partitions are led by all of them. */
function three(options: ClusterOptions = {}): Cluster {
  return booted(options).createTopic('t', [[1, 2], [2, 3], [3, 1], [1, 3]]);
}

const begun = (options: ClusterOptions = {}): ScriptedTransaction => new ScriptedTransaction(three(options)).find().init();

describe('the topic of transactions', () => {
  it('is made when a coordinator is first looked for, with settings that nothing may be lost with', () => {
    const cluster = booted({ properties: { 'transaction.state.log.num.partitions': '3' } });
    expect(cluster.ask(1, 'FindCoordinator', { key: 'tx', keyType: 1 })).toMatchObject({ error: 'COORDINATOR_NOT_AVAILABLE', nodeId: -1 });
    cluster.until(() => cluster.broker(2).metadata.topics[TRANSACTION_TOPIC]?.length === 3, 'the topic is known');
    expect(cluster.znode(`/config/topics/${TRANSACTION_TOPIC}`)?.data).toBe(
      '{"version":1,"config":{"compression.type":"uncompressed","cleanup.policy":"compact","min.insync.replicas":"2","segment.bytes":"104857600","unclean.leader.election.enable":"false"}}',
    );
    // javaHash("tx") is 3716.
    const { leader } = cluster.state(TRANSACTION_TOPIC, 3716 % 3)!;
    expect(cluster.ask(2, 'FindCoordinator', { key: 'tx', keyType: 1 })).toMatchObject({ error: 'NONE', nodeId: leader, port: 9091 + leader });
    expect(cluster.ask(2, 'FindCoordinator', { key: 'tx', keyType: 2 }).error).toBe('INVALID_REQUEST');
  });

  it('is not made with fewer brokers than replicas', () => {
    const cluster = booted({ brokers: 1 });
    expect(cluster.ask(1, 'FindCoordinator', { key: 'tx', keyType: 1 }).error).toBe('COORDINATOR_NOT_AVAILABLE');
    cluster.run(3);
    expect(cluster.znode(`/brokers/topics/${TRANSACTION_TOPIC}`)).toBeUndefined();
    expect(cluster.log('broker-1').join('\n')).toContain("Number of alive brokers '1' does not meet the required replication factor '3' for the transactions state topic (configured via 'transaction.state.log.replication.factor')");
  });
});

describe('a transaction', () => {
  it('goes through its states, each of them in the log before it counts', () => {
    const tx = begun();
    const { cluster } = tx;
    expect([tx.epoch, tx.state]).toEqual([0, 'Empty']);
    expect(tx.add(0, 1)).toBe('NONE');
    expect(tx.add(1, 2)).toBe('NONE');
    expect(tx.metadata?.partitions).toEqual(inT(0, 1, 2));
    expect(tx.end(true)).toBe('NONE');
    tx.reaches('CompleteCommit');
    const stored = storedIn(cluster, tx.coordinator).map((one) => (typeof one === 'string' ? one : `${stateOf(one)} ${one.partitions.map(({ partition }) => partition).join()}`));
    expect(stored).toEqual(['Empty ', 'Ongoing 0,1', 'Ongoing 0,1,2', 'PrepareCommit 0,1,2', 'CompleteCommit ']);
    expect(cluster.factsOf('transactionChanged').map(({ fact }) => (fact as unknown as { to: string }).to)).toEqual(['Empty', 'Ongoing', 'Ongoing', 'PrepareCommit', 'CompleteCommit']);
    for (const [leader, name] of [[1, 't-0'], [2, 't-1'], [3, 't-2']] as const) expect(markersIn(cluster, leader, name)).toEqual([`COMMIT ${tx.producerId}/0`]);
    expect(markersIn(cluster, 1, 't-3')).toEqual([]);
  });

  it('asks each leader once for all the partitions it leads', () => {
    const tx = begun();
    tx.add(0, 1, 2, 3);
    const before = tx.cluster.factsOf('txnMarkerWritten').length;
    tx.end(false);
    tx.reaches('CompleteAbort');
    expect(tx.cluster.factsOf('txnMarkerWritten').length - before).toBe(4);
    const { channels } = tx.cluster.broker(tx.coordinator).transactions;
    expect(channels.map(({ brokerId, correlationId }) => [brokerId, correlationId]).sort()).toEqual([[1, 1], [2, 1], [3, 1]]);
    expect(markersIn(tx.cluster, 1, 't-3')).toEqual([`ABORT ${tx.producerId}/0`]);
  });

  it('kafka-broker#62: what comes right after EndTxn is told to wait until the markers are written', () => {
    const tx = begun();
    tx.add(0);
    expect(tx.end(true)).toBe('NONE');
    expect(tx.state).toBe('PrepareCommit');
    expect(tx.add(1)).toBe('CONCURRENT_TRANSACTIONS');
    tx.reaches('CompleteCommit');
    expect(tx.add(1)).toBe('NONE');
    expect(tx.metadata?.partitions).toEqual(inT(1));
  });

  it('kafka-broker#60: a new instance has the open transaction aborted, and the old one is fenced', () => {
    const tx = begun();
    tx.init().init().init();
    expect(tx.epoch).toBe(3);
    tx.add(0);
    const old = new ScriptedTransaction(tx.cluster);
    Object.assign(old, { coordinator: tx.coordinator, producerId: tx.producerId, epoch: 3 });
    expect(tx.tryInit()).toMatchObject({ error: 'CONCURRENT_TRANSACTIONS', producerId: -1 });
    tx.reaches('CompleteAbort').init();
    expect(tx.epoch).toBe(5);
    expect(tx.producerId).toBe(old.producerId);
    expect(markersIn(tx.cluster, 1, 't-0')).toEqual([`ABORT ${tx.producerId}/4`]);
    expect(old.add(1)).toBe('INVALID_PRODUCER_EPOCH');
    expect(old.end(true)).toBe('INVALID_PRODUCER_EPOCH');
  });

  it('kafka-broker#63: a transaction that takes too long is aborted at the next look, once a minute', () => {
    const tx = new ScriptedTransaction(three()).find().init(1_000);
    const { cluster } = tx;
    tx.add(0);
    const startedAt = cluster.broker(tx.coordinator).transactions.startedAt!;
    const begunAt = cluster.world.now;
    tx.reaches('CompleteAbort', 70);
    const aborted = cluster.factsOf('transactionChanged').find(({ fact }) => (fact as unknown as { to: string }).to === 'PrepareAbort')!;
    const sinceStart = (aborted.at - startedAt) / 1_000_000;
    expect(sinceStart % 60).toBeLessThan(1);
    expect(aborted.at - begunAt).toBeLessThanOrEqual(61_000_000);
    expect(tx.end(true)).toBe('INVALID_PRODUCER_EPOCH');
    expect(markersIn(cluster, 1, 't-0')).toEqual([`ABORT ${tx.producerId}/1`]);
    expect(cluster.log(`broker-${tx.coordinator}`).join('\n')).toContain('Completed rollback ongoing transaction of transactionalId: tx due to timeout (kafka.coordinator.transaction.TransactionCoordinator)');
  });

  it('is looked after only where there is one', () => {
    const tx = begun();
    const { cluster } = tx;
    cluster.run(1);
    const timers = (): readonly string[] => [1, 2, 3].flatMap((id) => findProcess(cluster.world, `broker-${id}`)!.timers.map(({ name }) => name));
    expect(timers()).not.toContain('transaction-abort');
    tx.add(0);
    expect(timers()).toContain('transaction-abort');
  });
});

describe('InitProducerId', () => {
  it('refuses before it looks at the id, then says where it is and what it waits for', () => {
    const tx = begun();
    const { cluster, coordinator } = tx;
    const ask = (broker: number, transactionalId: string, transactionTimeoutMs = 60_000): string => cluster.ask(broker, 'InitProducerId', { transactionalId, transactionTimeoutMs }).error;
    const other = coordinator === 1 ? 2 : 1;
    expect(ask(other, '', 0)).toBe('INVALID_REQUEST');
    expect(ask(other, 'tx', 0)).toBe('INVALID_TRANSACTION_TIMEOUT');
    expect(ask(other, 'tx', 900_001)).toBe('INVALID_TRANSACTION_TIMEOUT');
    expect(ask(other, 'tx', 900_000)).toBe('NOT_COORDINATOR');
    tx.add(0);
    tx.end(true);
    expect(ask(coordinator, 'tx')).toBe('CONCURRENT_TRANSACTIONS');
  });

  it('goes on from the epoch that was, and from a new producer id where epochs are used up', () => {
    const tx = begun();
    const { producerId } = tx;
    tx.init();
    expect([tx.producerId, tx.epoch]).toEqual([producerId, 1]);
    const another = new ScriptedTransaction(tx.cluster, 'other');
    another.coordinator = tx.coordinator;
    another.init();
    expect(another.producerId).toBe(producerId + 1);
  });

  it('gives a producer without a transactional id one that nobody else gets', () => {
    const tx = begun();
    const id = (): number => tx.cluster.ask(tx.coordinator, 'InitProducerId', { transactionalId: null, transactionTimeoutMs: 0 }).producerId;
    expect([id(), id()]).toEqual([tx.producerId + 1, tx.producerId + 2]);
  });

  it('claims another block for a new transactional id when the ids of the broker are used up', () => {
    const tx = begun();
    const { cluster, coordinator } = tx;
    for (let left = cluster.broker(coordinator).producerIds.end - cluster.broker(coordinator).producerIds.next; left >= 0; left--) {
      cluster.send(coordinator, 'InitProducerId', { transactionalId: null, transactionTimeoutMs: 0 }, { lane: 'many' });
    }
    cluster.until(() => cluster.broker(coordinator).producerIds.next > cluster.broker(coordinator).producerIds.end, 'all ids are given', 60);
    const later = new ScriptedTransaction(cluster, 'later');
    later.coordinator = coordinator;
    later.init();
    expect(later.epoch).toBe(0);
    expect(later.producerId % 1_000).toBe(0);
    expect(later.producerId).toBeGreaterThan(tx.producerId);
  });
});

describe('AddPartitionsToTxn', () => {
  it('tells of every partition that is not there, and does not attempt the others', () => {
    const tx = begun();
    const { topics } = tx.cluster.ask(tx.coordinator, 'AddPartitionsToTxn', { ...tx.who, producerId: 77, topics: [{ topic: 't', partitions: [0, 9] }, { topic: '__consumer_offsets', partitions: [0] }] });
    expect(topics).toEqual([
      { topic: 't', partitions: [{ partition: 0, error: 'OPERATION_NOT_ATTEMPTED' }, { partition: 9, error: 'UNKNOWN_TOPIC_OR_PARTITION' }] },
      { topic: '__consumer_offsets', partitions: [{ partition: 0, error: 'TOPIC_AUTHORIZATION_FAILED' }] },
    ]);
    expect(tx.state).toBe('Empty');
  });

  it('looks at the id, the producer, its epoch and what is pending, in this order', () => {
    const tx = begun();
    const { cluster, coordinator } = tx;
    const ask = (changes: object): string => cluster.ask(coordinator, 'AddPartitionsToTxn', { ...tx.who, topics: [{ topic: 't', partitions: [0] }], ...changes }).topics[0]!.partitions[0]!.error;
    expect(ask({ transactionalId: '' })).toBe('INVALID_REQUEST');
    expect(ask({ transactionalId: 'nobody' })).toBe('INVALID_PRODUCER_ID_MAPPING');
    expect(ask({ producerId: 77, producerEpoch: 9 })).toBe('INVALID_PRODUCER_ID_MAPPING');
    expect(ask({ producerEpoch: 1 })).toBe('INVALID_PRODUCER_EPOCH');
    const first = tx.sendAdd(0);
    const second = tx.sendAdd(1);
    expect([tx.errorOfAdd(first), tx.errorOfAdd(second)].sort()).toEqual(['CONCURRENT_TRANSACTIONS', 'NONE']);
  });

  it('does not write what it knows already', () => {
    const tx = begun();
    tx.add(0, 1);
    const before = storedIn(tx.cluster, tx.coordinator).length;
    expect(tx.add(1)).toBe('NONE');
    expect(storedIn(tx.cluster, tx.coordinator)).toHaveLength(before);
  });

  it('is told where the coordinator is not, and why it cannot write', () => {
    const tx = begun();
    const { cluster, coordinator } = tx;
    const others = [1, 2, 3].filter((id) => id !== coordinator);
    const ask = (broker: number): string => cluster.ask(broker, 'AddPartitionsToTxn', { ...tx.who, topics: [{ topic: 't', partitions: [0] }] }, { seconds: 90 }).topics[0]!.partitions[0]!.error;
    expect(ask(others[0]!)).toBe('NOT_COORDINATOR');
    cluster.kill(...others.map((id) => `broker-${id}`));
    cluster.until(() => cluster.partition(coordinator, `${TRANSACTION_TOPIC}-0`).isr.length === 1, 'it is alone', 60);
    expect(ask(coordinator)).toBe('COORDINATOR_NOT_AVAILABLE');
    expect(tx.metadata?.pendingState).toBeNull();
    expect(tx.state).toBe('Empty');
  });
});

describe('EndTxn', () => {
  it('looks at the producer, its epoch, what is pending and the state, in this order', () => {
    const tx = begun();
    expect(tx.end(true, { transactionalId: '' })).toBe('INVALID_REQUEST');
    expect(tx.end(true, { transactionalId: 'nobody' })).toBe('INVALID_PRODUCER_ID_MAPPING');
    expect(tx.end(true, { producerId: 77, producerEpoch: -1 })).toBe('INVALID_PRODUCER_ID_MAPPING');
    expect(tx.end(true, { producerEpoch: -1 })).toBe('INVALID_PRODUCER_EPOCH');
    expect(tx.end(true)).toBe('INVALID_TXN_STATE');
    tx.add(0);
    const pending = tx.sendAdd(1);
    expect(tx.end(true)).toBe('CONCURRENT_TRANSACTIONS');
    expect(tx.errorOfAdd(pending)).toBe('NONE');
    expect(tx.end(true)).toBe('NONE');
    expect(tx.end(false)).toBe('CONCURRENT_TRANSACTIONS');
    tx.reaches('CompleteCommit');
    expect([tx.end(true), tx.end(false)]).toEqual(['NONE', 'INVALID_TXN_STATE']);
    tx.add(2);
    tx.end(false);
    tx.reaches('CompleteAbort');
    expect([tx.end(true), tx.end(false)]).toEqual(['INVALID_TXN_STATE', 'NONE']);
  });
});

describe('a transactional id', () => {
  it('that nobody uses for long is marked as deleted', () => {
    const tx = begun({ properties: { 'transactional.id.expiration.ms': '90000', 'transaction.remove.expired.transaction.cleanup.interval.ms': '60000' } });
    tx.add(0);
    tx.end(true);
    tx.reaches('CompleteCommit');
    const other = new ScriptedTransaction(tx.cluster, 'other');
    other.coordinator = tx.coordinator;
    other.init();
    other.add(0);
    tx.cluster.run(80);
    expect(tx.state).toBe('CompleteCommit');
    tx.cluster.run(80);
    expect(other.state).toBe('CompleteAbort');
    expect(tx.metadata).toBeUndefined();
    expect(storedIn(tx.cluster, tx.coordinator)).toContain('tx deleted');
    expect(tx.add(0)).toBe('INVALID_PRODUCER_ID_MAPPING');
  });
});
