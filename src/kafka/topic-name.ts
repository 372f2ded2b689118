/** Names of topics (`org.apache.kafka.common.internals.Topic` 2.3.0). */
export const INTERNAL_TOPICS: readonly string[] = ['__consumer_offsets', '__transaction_state'];

const MAX_LENGTH = 249;

/** What the InvalidTopicException says; null: a topic may have this name. */
export function topicNameProblem(name: string): string | null {
  if (name === '') return "Topic name is illegal, it can't be empty";
  if (name === '.' || name === '..') return 'Topic name cannot be "." or ".."';
  if (name.length > MAX_LENGTH) return `Topic name is illegal, it can't be longer than ${MAX_LENGTH} characters, topic name: ${name}`;
  if (!/^[a-zA-Z0-9._-]+$/.test(name)) return `Topic name "${name}" is illegal, it contains a character other than ASCII alphanumerics, '.', '_' and '-'`;
  return null;
}

/** Metric names cannot tell `.` from `_`. */
export const hasCollisionChars = (name: string): boolean => /[._]/.test(name);
export const hasCollision = (a: string, b: string): boolean => a.replaceAll('.', '_') === b.replaceAll('.', '_');
