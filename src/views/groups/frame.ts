/** What the groups view draws: consumer groups as their coordinator has them, and how far each partition was read. */
export interface GroupsFrame {
  readonly groups: readonly GroupFrame[];
}

export interface GroupFrame {
  readonly id: string;
  /** The broker that coordinates it. */
  readonly coordinator: number;
  /** `Stable`, as GroupState has it. */
  readonly state: string;
  readonly generation: number;
  /** The assignor all members support; empty: none was chosen. */
  readonly protocol: string;
  /** When a rebalance ends for those who are there; undefined: none waits. */
  readonly rebalanceEndsAt: number | undefined;
  readonly members: readonly GroupMember[];
  /** Partitions that were ever committed or are owned, by name. */
  readonly partitions: readonly GroupPartition[];
}

export interface GroupMember {
  readonly id: string;
  /** Its process on the stage; undefined: none that is known. */
  readonly process: string | undefined;
  /** `group.instance.id`; empty: a dynamic member. */
  readonly instance: string;
  readonly isLeader: boolean;
  readonly heartbeatAt: number;
  /** When its silence ends its membership; undefined: nobody looks at the moment. */
  readonly expiresAt: number | undefined;
  /** What the coordinator has not answered yet. */
  readonly waitsFor: 'JoinGroup' | 'SyncGroup' | undefined;
  /** When the application has to poll again, in the client's own view; undefined: unknown. */
  readonly pollEndsAt: number | undefined;
}

export interface GroupPartition {
  readonly name: string;
  /** Member id; undefined: nobody owns it. */
  readonly owner: string | undefined;
  /** undefined: nothing was committed. */
  readonly committed: number | undefined;
  /** Next offset the owner reads; undefined: it does not know yet. */
  readonly position: number | undefined;
  /** Start of the log and high watermark at the leader; undefined: it has none that runs. */
  readonly logStart: number | undefined;
  readonly highWatermark: number | undefined;
  /** High watermark less the committed offset, as kafka-consumer-groups.sh counts it. */
  readonly lag: number | undefined;
}
