/** What this lab can bear and Kafka has no word for: a number mistyped must not stop the page. */

/** Replicas (partitions × replication factor) in one cluster. A thousand take some seconds to come up, and time grows with their square. */
const MOST_REPLICAS = 1_000;

/** What is said of so many more; null: the lab bears them. */
export function replicaLimitProblem(existing: number, added: number): string | null {
  if (existing + added <= MOST_REPLICAS) return null;
  return (
    `This is a limit of the lab, not of Kafka: at most ${MOST_REPLICAS} replicas (partitions × replication factor) in one cluster; there are ${existing} and ${added} would be added. ` +
    `这是本实验室的限制，不是 Kafka 的：一个集群最多 ${MOST_REPLICAS} 个副本（分区数 × 副本因子）；已有 ${existing} 个，还要增加 ${added} 个。`
  );
}

/** The lab's own words: the real broker has this codec too. */
export const NO_ZSTD = 'compression with zstd is not modelled in this lab · 本实验室未模拟 zstd 压缩';
