/**
 * A consumer of the Java client 2.3.0 (`KafkaConsumer`, `SubscriptionState.SubscriptionType`): what it reads and whether it lives.
 * Simplified: partitions are assigned by hand; a subscription, which joins a group, has its place beside `userAssigned`.
 */
import { setup } from 'xstate';

export type ConsumerEvent =
  | { readonly type: 'assign' }
  | { readonly type: 'unsubscribe' }
  | { readonly type: 'close' }
  /** An exception left `poll`, and the application did not catch it. */
  | { readonly type: 'pollFailed' };

export type ConsumerAction = 'leave' | 'abort';

const command = (): void => undefined;

export const consumerMachine = setup({
  types: { events: {} as ConsumerEvent },
  actions: { leave: command, abort: command },
}).createMachine({
  id: 'consumer',
  initial: 'unassigned',
  states: {
    unassigned: { on: { assign: 'userAssigned', close: 'closed' } },
    userAssigned: { on: { assign: 'userAssigned', unsubscribe: 'unassigned', close: 'closed', pollFailed: 'failed' } },
    closed: { entry: 'leave', type: 'final' },
    failed: { entry: 'abort', type: 'final' },
  },
});
