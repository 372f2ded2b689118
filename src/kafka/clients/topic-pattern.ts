/** A subscription by pattern (`SubscriptionState`, `ConsumerCoordinator.updatePatternSubscription` 2.3.0): which topics it means. */
import { javaHashOrder, javaStringHash } from '../../zookeeper/java-hash-order.ts';
import { INTERNAL_TOPICS } from '../topic-name.ts';
import { wantTopics, type ConsumerState } from './consumer-state.ts';
import { withGroup } from './coordinator-lookup.ts';

/** Whether the whole name of a topic matches; internal ones never do (`exclude.internal.topics`). */
export const matchesPattern = (pattern: string, topic: string): boolean => !INTERNAL_TOPICS.includes(topic) && new RegExp(`^(?:${pattern})$`).test(topic);

/** Names as a `HashSet` goes over them. */
export const inSetOrder = (names: readonly string[]): readonly string[] => javaHashOrder(names, javaStringHash);

/** Compares the pattern with the topics of metadata that it was not compared with yet. */
export function matchTopics(state: ConsumerState): ConsumerState {
  const { group, network: { metadata } } = state;
  if (!group || group.pattern === null || group.matchedVersion === metadata.version) return state;
  const { pattern, subscription } = group;
  const topics = inSetOrder(Object.keys(metadata.topics).filter((topic) => matchesPattern(pattern, topic)));
  const isSame = topics.join() === subscription.join();
  return withGroup(isSame ? state : wantTopics(state, topics), { matchedVersion: metadata.version, ...(isSame ? {} : { subscription: topics }) });
}
