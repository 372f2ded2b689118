/** What the topics view draws: the topics and partitions as `kafka-topics.sh --describe` would, and how far the logs are. */
export interface TopicsFrame {
  readonly topics: readonly {
    readonly name: string;
    readonly replicationFactor: number;
    /** `cleanup.policy=compact`, as describe prints them. */
    readonly configs: string;
    readonly partitions: readonly PartitionLine[];
  }[];
}

export interface PartitionLine {
  readonly partition: number;
  readonly leader: number | undefined;
  readonly leaderEpoch: number;
  readonly replicas: readonly number[];
  readonly isr: readonly number[];
  /** As the leader knows them; undefined without a leader that runs. */
  readonly highWatermark: number | undefined;
  readonly logEnd: number | undefined;
  readonly minInsyncReplicas: number;
}
