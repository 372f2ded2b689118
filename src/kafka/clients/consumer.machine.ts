/**
 * A consumer of the Java client 2.3.0 (`KafkaConsumer`, `SubscriptionState.SubscriptionType`): where its partitions come from and
 * whether it lives. Simplified: who has subscribed to a pattern keeps to it.
 */
import { setup } from 'xstate';

export type ConsumerEvent =
  | { readonly type: 'assign' }
  | { readonly type: 'subscribe' }
  | { readonly type: 'subscribePattern' }
  | { readonly type: 'unsubscribe' }
  | { readonly type: 'close'; readonly hasGroup: boolean }
  /** What is read is committed, the group knows that the member is gone. */
  | { readonly type: 'coordinatorClosed' }
  /** An exception left `poll`, and the application did not catch it. */
  | { readonly type: 'pollFailed' };

export type ConsumerAction = 'leave' | 'abort';

const command = (): void => undefined;
const close = [{ guard: 'hasGroup', target: 'closing' }, { target: 'closed' }] as const;

export const consumerMachine = setup({
  types: { events: {} as ConsumerEvent },
  guards: { hasGroup: ({ event }) => event.type === 'close' && event.hasGroup },
  actions: { leave: command, abort: command },
}).createMachine({
  id: 'consumer',
  initial: 'unassigned',
  states: {
    unassigned: { on: { assign: 'userAssigned', subscribe: 'autoTopics', subscribePattern: 'autoPattern', close: 'closed' } },
    userAssigned: { on: { assign: 'userAssigned', unsubscribe: 'unassigned', close, pollFailed: 'failed' } },
    autoTopics: { on: { subscribe: 'autoTopics', unsubscribe: 'unassigned', close, pollFailed: 'failed' } },
    autoPattern: { on: { unsubscribe: 'unassigned', close, pollFailed: 'failed' } },
    closing: { on: { coordinatorClosed: 'closed', pollFailed: 'failed' } },
    closed: { entry: 'leave', type: 'final' },
    failed: { entry: 'abort', type: 'final' },
  },
});
