/** How the transaction coordinator starts after the group coordinator, and stops before it (TransactionCoordinator.startup, shutdown). */
import type { Env } from '../../kernel/program.ts';
import { say, type Draft } from '../broker/state.ts';
import { stopSender } from './channels.ts';
import { sayCoordinator, sayManager, sayMarkers } from './coordinator.ts';
import { TRANSACTION_ABORT_TIMER, TRANSACTION_EXPIRY_TIMER } from './expiry.ts';
import { TRANSACTION_LOADER_TIMER } from './loading.ts';

export function startTransactions(b: Draft, env: Env): void {
  sayCoordinator(b, env, 'Starting up.');
  sayCoordinator(b, env, 'Startup complete.');
  sayMarkers(b, env, 'Starting');
  b.transactions = { ...b.transactions, startedAt: env.now, polledAt: env.now };
}

export function stopTransactions(b: Draft, env: Env): void {
  stopSender(b, env);
  for (const timer of [TRANSACTION_LOADER_TIMER, TRANSACTION_ABORT_TIMER, TRANSACTION_EXPIRY_TIMER]) env.clearTimer(timer);
  b.transactions = { ...b.transactions, tasks: [] };
}

export function sayTransactionsStopped(b: Draft, env: Env): void {
  if (b.transactions.startedAt === null) return;
  sayCoordinator(b, env, 'Shutting down.');
  say(env, 'INFO', `[ProducerId Manager ${b.brokerId}]: Shutdown complete: last producerId assigned ${b.producerIds.next}`, 'kafka.coordinator.transaction.ProducerIdManager');
  sayManager(b, env, 'Shutdown complete');
  for (const text of ['Shutting down', 'Stopped', 'Shutdown completed']) sayMarkers(b, env, text);
  sayCoordinator(b, env, 'Shutdown complete.');
}
