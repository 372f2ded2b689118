/**
 * Ranges (RangeAssignor): topic by topic, the members that want it get stretches of neighbouring partitions in the order of their ids;
 * the first ones get one more where it does not come out even, topic after topic the same ones.
 */
import type { TopicPartition } from '../../topic-partition.ts';
import { compareText, partitionsOf, type Assignor } from './assignor.ts';

export const rangeAssignor: Assignor = {
  name: 'range',
  assign(partitionsPerTopic, subscriptions) {
    const assignment = new Map<string, TopicPartition[]>([...subscriptions.keys()].map((memberId) => [memberId, []]));
    for (const [topic, count] of partitionsPerTopic) {
      const members = [...subscriptions].filter(([, { topics }]) => topics.includes(topic)).map(([memberId]) => memberId).sort(compareText);
      const partitions = partitionsOf(topic, count);
      const each = Math.floor(count / members.length);
      const withOneMore = count % members.length;
      for (const [index, memberId] of members.entries()) {
        const start = each * index + Math.min(index, withOneMore);
        assignment.get(memberId)!.push(...partitions.slice(start, start + each + (index < withOneMore ? 1 : 0)));
      }
    }
    return assignment;
  },
};
