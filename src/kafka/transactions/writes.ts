/** What became of an append to `__transaction_state` (the callbacks of TransactionStateManager). */
import type { Env } from '../../kernel/program.ts';
import type { Draft } from '../broker/state.ts';
import { partitionsWritten } from './add-partitions.ts';
import { expectPoll, wakeSender } from './channels.ts';
import { endWritten } from './end-transaction.ts';
import { tombstonesWritten, watchExpiry, watchTimeouts } from './expiry.ts';
import { initProducerIdWritten } from './init-producer-id.ts';
import { completionWritten } from './markers.ts';
import type { EndedTransactionWrite } from './state.ts';

export function transactionWriteEnded(b: Draft, env: Env, ended: EndedTransactionWrite): void {
  const { write } = ended;
  switch (write.type) {
    case 'initProducerId':
      initProducerIdWritten(b, env, write, ended);
      return watchExpiry(b, env);
    case 'addPartitions':
      partitionsWritten(b, env, write, ended);
      return watchTimeouts(b, env);
    case 'end':
      endWritten(b, env, write, ended);
      return wakeSender(b, env);
    case 'complete':
      completionWritten(b, env, write, ended);
      return expectPoll(b, env);
    case 'expire':
      tombstonesWritten(b, env, write, ended);
  }
}
