/** Sentences for the facts of transactions at their coordinator. Rich text. */
import type { Fact } from '../../kernel/program.ts';
import type { TransactionFact } from '../../kafka/facts.ts';
import { topicPartition } from '../../kafka/topic-partition.ts';
import { defineText } from '../../views/text/define.ts';

const words = defineText({
  en: {
    transactionInitialized: (id: string, producer: string) => `transactional id ${id}: producer ${producer} begins`,
    transactionOngoing: (id: string, partitions: string) => `transaction of ${id} is open with ${partitions}`,
    transactionPrepareCommit: (id: string) => `transaction of ${id} is decided: commit; its partitions are to get their markers`,
    transactionPrepareAbort: (id: string) => `transaction of ${id} is decided: abort; its partitions are to get their markers`,
    transactionCompleteCommit: (id: string) => `transaction of ${id} is committed everywhere`,
    transactionCompleteAbort: (id: string) => `transaction of ${id} is aborted everywhere`,
    txnMarkerWritten: (producer: string, result: string, partition: string, offset: string) => `\`${result}\` marker of producer ${producer} is in ${partition} at offset ${offset}`,
    txnMarkersLost: (id: string, error: string) => `markers of ${id} are lost after ${error}: its transaction is not completed before the coordinator moves`,
    txnMarkersSkipped: (id: string, partitions: string) => `transaction of ${id} gets no marker in ${partitions}: its coordinator knows no leader there, and takes them for deleted`,
    transactionsLoaded: (broker: string, ids: string) => `broker ${broker} has read the transactions of ${ids}`,
    transactionsUnloaded: (broker: string, ids: string) => `broker ${broker} lets the transactions of ${ids} go`,
  },
  'zh-CN': {
    transactionInitialized: (id: string, producer: string) => `事务 id ${id}：生产者 ${producer} 开始`,
    transactionOngoing: (id: string, partitions: string) => `${id} 的事务进行中，包含 ${partitions}`,
    transactionPrepareCommit: (id: string) => `${id} 的事务已决定提交，将向各分区写入标记`,
    transactionPrepareAbort: (id: string) => `${id} 的事务已决定中止，将向各分区写入标记`,
    transactionCompleteCommit: (id: string) => `${id} 的事务已在所有分区提交`,
    transactionCompleteAbort: (id: string) => `${id} 的事务已在所有分区中止`,
    txnMarkerWritten: (producer: string, result: string, partition: string, offset: string) => `生产者 ${producer} 的 \`${result}\` 标记已写入 ${partition}，offset ${offset}`,
    txnMarkersLost: (id: string, error: string) => `收到 ${error} 后，${id} 的标记丢了：协调者不换，它的事务就完成不了`,
    txnMarkersSkipped: (id: string, partitions: string) => `${id} 的事务在 ${partitions} 没有标记：协调者不知道那里的 leader，以为分区已被删除`,
    transactionsLoaded: (broker: string, ids: string) => `broker ${broker} 读入了 ${ids} 的事务`,
    transactionsUnloaded: (broker: string, ids: string) => `broker ${broker} 交出 ${ids} 的事务`,
  },
});

/** Undefined: it is no fact of a transaction. */
export function transactionFactSentence(noted: Fact): string | undefined {
  const fact = noted as TransactionFact;
  switch (fact.type) {
    case 'transactionChanged':
      return changed(fact);
    case 'txnMarkerWritten':
      return words.txnMarkerWritten(String(fact.producerId), fact.committed ? 'COMMIT' : 'ABORT', topicPartition(fact.topic, fact.partition), String(fact.offset));
    case 'txnMarkersLost':
      return words.txnMarkersLost(fact.transactionalId, fact.error);
    case 'txnMarkersSkipped':
      return words.txnMarkersSkipped(fact.transactionalId, fact.partitions.join(', '));
    case 'transactionsLoaded':
      return words.transactionsLoaded(String(fact.broker), fact.transactionalIds.join(', '));
    case 'transactionsUnloaded':
      return words.transactionsUnloaded(String(fact.broker), fact.transactionalIds.join(', '));
    default:
      return undefined;
  }
}

function changed({ transactionalId, producerId, producerEpoch, to, partitions }: TransactionFact & { readonly type: 'transactionChanged' }): string | undefined {
  switch (to) {
    case 'Empty':
      return words.transactionInitialized(transactionalId, `${producerId}/${producerEpoch}`);
    case 'Ongoing':
      return words.transactionOngoing(transactionalId, partitions.join(', '));
    case 'PrepareCommit':
      return words.transactionPrepareCommit(transactionalId);
    case 'PrepareAbort':
      return words.transactionPrepareAbort(transactionalId);
    case 'CompleteCommit':
      return words.transactionCompleteCommit(transactionalId);
    case 'CompleteAbort':
      return words.transactionCompleteAbort(transactionalId);
    default:
      return undefined;
  }
}
