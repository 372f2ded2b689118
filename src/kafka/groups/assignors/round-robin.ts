/**
 * One after the other (RoundRobinAssignor): all partitions of all topics in order, dealt to the members in the order of their ids;
 * who does not want a topic is passed over, and the dealing goes on from there.
 */
import type { TopicPartition } from '../../topic-partition.ts';
import { compareText, partitionsOf, type Assignor } from './assignor.ts';

export const roundRobinAssignor: Assignor = {
  name: 'roundrobin',
  assign(partitionsPerTopic, subscriptions) {
    const assignment = new Map<string, TopicPartition[]>([...subscriptions.keys()].map((memberId) => [memberId, []]));
    const members = [...subscriptions.keys()].sort(compareText);
    const wanted = [...partitionsPerTopic].filter(([topic]) => members.some((memberId) => subscriptions.get(memberId)!.topics.includes(topic)));
    let next = 0;
    for (const [topic, count] of wanted.sort(([a], [b]) => compareText(a, b))) {
      for (const partition of partitionsOf(topic, count)) {
        while (!subscriptions.get(members[next]!)!.topics.includes(topic)) next = (next + 1) % members.length;
        assignment.get(members[next]!)!.push(partition);
        next = (next + 1) % members.length;
      }
    }
    return assignment;
  },
};
