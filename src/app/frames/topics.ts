/** Topics and partitions as `kafka-topics.sh --describe` would list them, and how far the logs are. */
import { parseConfig, topicConfigPath } from '../../kafka/zookeeper/znodes.ts';
import { nodeAt } from '../../zookeeper/tree.ts';
import type { TopicsFrame } from '../../views/topics/frame.ts';
import type { Seen } from './stage.ts';

export function topicConfigs(seen: Seen, topic: string): Readonly<Record<string, string>> {
  const { tree } = seen.facts;
  return tree === null ? {} : parseConfig(nodeAt(tree, topicConfigPath(topic))?.data);
}

export function minInsync(seen: Seen, topic: string): number {
  return Number(topicConfigs(seen, topic)['min.insync.replicas'] ?? 1);
}

export function topicsFrame(seen: Seen): TopicsFrame {
  const { facts } = seen;
  return {
    topics: facts.topics.map((name) => {
      const partitions = facts.partitions(name);
      return {
        name,
        replicationFactor: partitions[0]?.replicas.length ?? 0,
        configs: Object.entries(topicConfigs(seen, name))
          .map(([key, value]) => `${key}=${value}`)
          .join(','),
        partitions: partitions.map((one) => {
          const replica = one.leader === null || one.leader === undefined ? undefined : facts.replica(one.leader, name, one.partition);
          return {
            partition: one.partition,
            leader: one.leader ?? undefined,
            leaderEpoch: one.leaderEpoch,
            replicas: one.replicas,
            isr: one.isr,
            highWatermark: replica?.highWatermark,
            logEnd: replica?.logEnd,
            minInsyncReplicas: minInsync(seen, name),
          };
        }),
      };
    }),
  };
}
