/** A subscription by pattern (`SubscriptionState`, `ConsumerCoordinator.updatePatternSubscription` 2.3.0): which topics it means. */
import { INTERNAL_TOPICS } from '../topic-name.ts';
import { hashSlot, javaHash } from '../topic-partition.ts';
import { wantTopics, type ConsumerState } from './consumer-state.ts';
import { withGroup } from './coordinator-lookup.ts';

/** Whether the whole name of a topic matches; internal ones never do (`exclude.internal.topics`). */
export const matchesPattern = (pattern: string, topic: string): boolean => !INTERNAL_TOPICS.includes(topic) && new RegExp(`^(?:${pattern})$`).test(topic);

/** The order in which Java goes over a `HashSet` of names, as long as none share a slot. */
export function inSetOrder(names: readonly string[]): readonly string[] {
  let size = 16;
  while (names.length > size * 0.75) size *= 2;
  return [...names].sort((a, b) => hashSlot(javaHash(a), size) - hashSlot(javaHash(b), size));
}

/** Compares the pattern with the topics of metadata that it was not compared with yet. */
export function matchTopics(state: ConsumerState): ConsumerState {
  const { group, network: { metadata } } = state;
  if (!group || group.pattern === null || group.matchedVersion === metadata.version) return state;
  const { pattern, subscription } = group;
  const topics = inSetOrder(Object.keys(metadata.topics).filter((topic) => matchesPattern(pattern, topic)));
  const isSame = topics.join() === subscription.join();
  return withGroup(isSame ? state : wantTopics(state, topics), { matchedVersion: metadata.version, ...(isSame ? {} : { subscription: topics }) });
}
