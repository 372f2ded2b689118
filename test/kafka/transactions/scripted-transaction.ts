/** A transactional producer that is played by a test: every request is the test's own. */
import { values } from '../../../src/kernel/append-list.ts';
import { decodeMarker, decodeRecords, isControl } from '../../../src/kafka/log/record-batch.ts';
import type { ErrorName, ResponseOf } from '../../../src/kafka/protocol/index.ts';
import type { TopicPartition } from '../../../src/kafka/topic-partition.ts';
import { readTransactionKey, readTransactionValue, TRANSACTION_TOPIC } from '../../../src/kafka/transactions/transaction-topic.ts';
import { stateOf, type TransactionMetadata } from '../../../src/kafka/transactions/state.ts';
import { Cluster, type ClusterOptions } from '../cluster.ts';

/** One partition keeps all transactions, so that a test knows which broker coordinates them. */
const SMALL = {
  'offsets.topic.num.partitions': '1', 'offsets.topic.replication.factor': '3', 'group.initial.rebalance.delay.ms': '0',
  'transaction.state.log.num.partitions': '1', 'transaction.state.log.replication.factor': '3',
};

export function booted(options: ClusterOptions = {}): Cluster {
  return new Cluster({ ...options, properties: { ...SMALL, ...options.properties } }).boot();
}

export class ScriptedTransaction {
  coordinator = -1;
  producerId = -1;
  epoch = -1;

  constructor(
    readonly cluster: Cluster,
    readonly transactionalId = 'tx',
  ) {}

  /** Asks a broker until somebody coordinates the id and has read what there is of it. */
  find(asked = 1): this {
    for (let attempt = 0; attempt < 100; attempt++) {
      const { error, nodeId } = this.cluster.ask(asked, 'FindCoordinator', { key: this.transactionalId, keyType: 1 });
      this.coordinator = nodeId;
      if (error === 'NONE' && this.cluster.isRunning(nodeId) && Object.keys(this.cluster.broker(nodeId).transactions.owned).length > 0) return this;
      this.cluster.run(0.2);
    }
    throw new Error(`nobody coordinates ${this.transactionalId}`);
  }

  get metadata(): TransactionMetadata | undefined {
    return this.cluster.broker(this.coordinator).transactions.transactions[this.transactionalId];
  }

  get state(): string | undefined {
    return this.metadata && stateOf(this.metadata);
  }

  reaches(state: string, seconds = 40): this {
    this.cluster.until(() => this.state === state, `${this.transactionalId} is ${state}`, seconds);
    return this;
  }

  tryInit(timeoutMs = 60_000): ResponseOf<'InitProducerId'> {
    return this.cluster.ask(this.coordinator, 'InitProducerId', { transactionalId: this.transactionalId, transactionTimeoutMs: timeoutMs }, { seconds: 90 });
  }

  init(timeoutMs = 60_000): this {
    for (let attempt = 0; attempt < 50; attempt++) {
      const { error, producerId, producerEpoch } = this.tryInit(timeoutMs);
      if (error === 'NONE') {
        this.producerId = producerId;
        this.epoch = producerEpoch;
        return this;
      }
      this.cluster.run(0.1);
    }
    throw new Error(`${this.transactionalId} gets no producer id`);
  }

  get who(): { readonly transactionalId: string; readonly producerId: number; readonly producerEpoch: number } {
    return { transactionalId: this.transactionalId, producerId: this.producerId, producerEpoch: this.epoch };
  }

  sendAdd(...partitions: readonly number[]): number {
    return this.cluster.send(this.coordinator, 'AddPartitionsToTxn', { ...this.who, topics: [{ topic: 't', partitions }] });
  }

  add(...partitions: readonly number[]): ErrorName {
    return this.errorOfAdd(this.sendAdd(...partitions));
  }

  errorOfAdd(correlationId: number): ErrorName {
    this.cluster.until(() => this.cluster.response('AddPartitionsToTxn', correlationId) !== undefined, 'AddPartitionsToTxn is answered', 90);
    return this.cluster.response('AddPartitionsToTxn', correlationId)!.topics[0]!.partitions[0]!.error;
  }

  addOffsets(groupId: string): ErrorName {
    return this.cluster.ask(this.coordinator, 'AddOffsetsToTxn', { ...this.who, groupId }).error;
  }

  end(committed: boolean, changes: { readonly producerId?: number; readonly producerEpoch?: number; readonly transactionalId?: string } = {}): ErrorName {
    return this.cluster.ask(this.coordinator, 'EndTxn', { ...this.who, committed, ...changes }, { seconds: 90 }).error;
  }

  commitOffset(coordinator: number, groupId: string, offset: number, partition = 0): ErrorName {
    const topics = [{ topic: 't', partitions: [{ partition, committedOffset: offset, committedLeaderEpoch: -1, committedMetadata: '' }] }];
    return this.cluster.ask(coordinator, 'TxnOffsetCommit', { ...this.who, groupId, topics }).topics[0]!.partitions[0]!.error;
  }
}

/** Ends of transactions in a partition, as a broker's log has them. */
export function markersIn(cluster: Cluster, broker: number, name: string): readonly string[] {
  const batches = cluster.partition(broker, name).log.segments.flatMap((segment) => [...values(segment.batches)]);
  return batches.filter(isControl).map((batch) => {
    const marker = decodeMarker(batch)!;
    return `${marker.type} ${marker.producerId}/${marker.producerEpoch}`;
  });
}

/** Everything that stands in the one partition of the topic, in order. */
export function storedIn(cluster: Cluster, broker: number): readonly (TransactionMetadata | string)[] {
  const batches = cluster.partition(broker, `${TRANSACTION_TOPIC}-0`).log.segments.flatMap((segment) => [...values(segment.batches)]);
  return batches.flatMap((batch) => decodeRecords(batch)).map(({ key, value }) => (value === null ? `${readTransactionKey(key!)} deleted` : readTransactionValue(readTransactionKey(key!), value)));
}

export const inT = (...partitions: readonly number[]): readonly TopicPartition[] => partitions.map((partition) => ({ topic: 't', partition }));

/** What a group has committed for t-0; -1: nothing. */
export function offsetOf(cluster: Cluster, coordinator: number, groupId: string): number {
  return cluster.ask(coordinator, 'OffsetFetch', { groupId, topics: [{ topic: 't', partitions: [0] }] }).topics[0]?.partitions[0]?.committedOffset ?? -1;
}
