/** What happens in a Kafka cluster, typed and in the past tense; the views choose the words. */
interface Partition {
  readonly topic: string;
  readonly partition: number;
}

/** Facts of the controller. `brokerId` is the broker that says so. */
export type ControllerFact =
  | { readonly type: 'controllerElected'; readonly brokerId: number; readonly controllerEpoch: number }
  | { readonly type: 'controllerElectionLost'; readonly brokerId: number; readonly controllerId: number }
  | { readonly type: 'controllerResigned'; readonly brokerId: number; readonly controllerEpoch: number }
  | { readonly type: 'controllerFailoverCompleted'; readonly brokerId: number; readonly controllerEpoch: number }
  | { readonly type: 'controllerFenced'; readonly brokerId: number; readonly controllerEpoch: number }
  | { readonly type: 'controllerEventStarted'; readonly brokerId: number; readonly event: string; readonly state: number }
  | {
      readonly type: 'brokerChangeProcessed';
      readonly brokerId: number;
      readonly new: readonly number[];
      readonly dead: readonly number[];
      readonly bounced: readonly number[];
      readonly live: readonly number[];
    }
  | (Partition & {
      readonly type: 'leaderElected';
      readonly brokerId: number;
      readonly leader: number;
      readonly leaderEpoch: number;
      readonly isr: readonly number[];
      readonly strategy: 'initial' | 'offline' | 'reassign' | 'preferredReplica' | 'controlledShutdown';
      /** True if the leader was chosen from outside the ISR. */
      readonly unclean: boolean;
    })
  | (Partition & { readonly type: 'leaderElectionFailed'; readonly brokerId: number; readonly strategy: string; readonly reason: string })
  | (Partition & { readonly type: 'partitionStateChanged'; readonly brokerId: number; readonly from: string; readonly to: string })
  | (Partition & { readonly type: 'replicaStateChanged'; readonly brokerId: number; readonly replica: number; readonly from: string; readonly to: string })
  | (Partition & {
      readonly type: 'replicaRemovedFromIsr';
      readonly brokerId: number;
      readonly replica: number;
      readonly leader: number;
      readonly leaderEpoch: number;
      readonly isr: readonly number[];
    })
  | (Partition & { readonly type: 'partitionWentOffline'; readonly brokerId: number })
  | { readonly type: 'topicCreated'; readonly brokerId: number; readonly topic: string; readonly partitions: number }
  | { readonly type: 'topicDeletionStarted'; readonly brokerId: number; readonly topic: string }
  | { readonly type: 'topicDeletionCompleted'; readonly brokerId: number; readonly topic: string }
  | (Partition & { readonly type: 'reassignmentStarted'; readonly brokerId: number; readonly from: readonly number[]; readonly to: readonly number[] })
  | (Partition & { readonly type: 'reassignmentCompleted'; readonly brokerId: number; readonly replicas: readonly number[] })
  | { readonly type: 'controlledShutdownProcessed'; readonly brokerId: number; readonly shuttingDown: number; readonly remaining: number }
  | { readonly type: 'brokerReRegistered'; readonly brokerId: number; readonly brokerEpoch: number }
  | { readonly type: 'controllerChannelConnected'; readonly brokerId: number; readonly to: number };

/** Facts of a broker and its replicas; `broker` is the broker that says so. */
export type BrokerFact =
  | { readonly type: 'brokerStateChanged'; readonly broker: number; readonly state: string; readonly number: number }
  | { readonly type: 'brokerRegistered'; readonly broker: number; readonly brokerEpoch: number }
  | { readonly type: 'brokerStarted'; readonly broker: number }
  | { readonly type: 'brokerExited'; readonly broker: number; readonly code: number; readonly reason: string | null }
  /** Offline until the process is started again. */
  | { readonly type: 'logDirFailed'; readonly broker: number; readonly dir: string; readonly partitions: readonly string[] }
  | (Partition & { readonly type: 'becameLeader'; readonly broker: number; readonly leaderEpoch: number; readonly epochStartOffset: number; readonly isr: readonly number[] })
  | (Partition & { readonly type: 'becameFollower'; readonly broker: number; readonly leaderEpoch: number; readonly leader: number })
  | (Partition & {
      readonly type: 'recordAppended';
      readonly broker: number;
      readonly baseOffset: number;
      readonly lastOffset: number;
      readonly leaderEpoch: number;
      /** False on a follower. */
      readonly leader: boolean;
    })
  | (Partition & { readonly type: 'highWatermarkAdvanced'; readonly broker: number; readonly highWatermark: number; readonly from: number; readonly leader: boolean })
  | (Partition & {
      readonly type: 'isrShrank' | 'isrExpanded';
      readonly broker: number;
      readonly from: readonly number[];
      readonly to: readonly number[];
      readonly leaderEpoch: number;
      readonly zkVersion: number;
    })
  | (Partition & { readonly type: 'staleZkVersion'; readonly broker: number; readonly zkVersion: number; readonly isr: readonly number[]; readonly attempted: readonly number[] })
  | (Partition & { readonly type: 'logTruncated'; readonly broker: number; readonly from: number; readonly to: number })
  /** A controller knows of a registration that the broker itself has not heard of yet, and its request is refused for ever (KAFKA-9839). */
  | { readonly type: 'newerBrokerEpochRefused'; readonly broker: number; readonly request: string; readonly requestBrokerEpoch: number; readonly brokerEpoch: number }
  /** A follower has appended what was written in an epoch later than its own: the session in which it fetched has no epoch to refuse (KAFKA-9338). */
  | (Partition & { readonly type: 'followerNotFenced'; readonly broker: number; readonly leader: number; readonly offset: number; readonly leaderEpoch: number; readonly appendedEpoch: number })
  | (Partition & { readonly type: 'segmentRolled'; readonly broker: number; readonly baseOffset: number })
  | (Partition & { readonly type: 'produceAnswered'; readonly broker: number; readonly acks: number; readonly error: string; readonly baseOffset: number; readonly lastOffset: number })
  | { readonly type: 'fetcherError'; readonly broker: number; readonly leader: number; readonly reason: string };

/** Facts of a broker that coordinates groups. */
export type GroupFact = { readonly broker: number; readonly group: string } & (
  | { readonly type: 'groupRebalanceStarted'; readonly from: string; /** The one that ends. */ readonly generationId: number; readonly reason: string }
  /** Everybody has joined; the leader is to assign. */
  | { readonly type: 'groupGenerationStarted'; readonly generationId: number; readonly leader: string; readonly protocol: string; readonly members: readonly string[] }
  /** The assignment is stored and handed out. */
  | { readonly type: 'groupStabilized'; readonly generationId: number; readonly assignments: readonly { readonly member: string; readonly partitions: readonly string[] }[] }
  | { readonly type: 'groupEmptied'; readonly generationId: number }
  | { readonly type: 'groupMemberRemoved'; readonly member: string; readonly reason: 'left' | 'sessionExpired' | 'didNotRejoin' | 'groupTooLarge' }
  | { readonly type: 'groupMemberReplaced'; readonly instance: string; readonly from: string; readonly to: string }
  | { readonly type: 'groupLoaded'; readonly generationId: number; readonly members: number; readonly offsets: number }
  | { readonly type: 'groupUnloaded'; readonly generationId: number }
  | { readonly type: 'groupRemoved' }
  /** `appendedAt`: where in the offsets topic. */
  | { readonly type: 'offsetsCommitted'; readonly appendedAt: number; readonly offsets: readonly (Partition & { readonly offset: number })[] }
  | { readonly type: 'offsetsExpired'; readonly offsets: readonly string[] }
);

/** Facts of a broker that coordinates transactions, and of the leaders that write their ends. */
export type TransactionFact = { readonly broker: number } & (
  /** States as `TransactionState` names them; `partitions` are those of the transaction then. */
  | {
      readonly type: 'transactionChanged';
      readonly transactionalId: string;
      readonly producerId: number;
      readonly producerEpoch: number;
      readonly from: string;
      readonly to: string;
      readonly partitions: readonly string[];
    }
  | (Partition & { readonly type: 'txnMarkerWritten'; readonly producerId: number; readonly producerEpoch: number; readonly committed: boolean; readonly offset: number })
  /** The coordinator does not expect this answer to its markers: the transaction is not completed before it moves, or is started again (KAFKA-9749). */
  | { readonly type: 'txnMarkersLost'; readonly transactionalId: string; readonly error: string }
  /** Partitions that the coordinator knows no leader of count as deleted: they get no marker (KAFKA-5202). */
  | { readonly type: 'txnMarkersSkipped'; readonly transactionalId: string; readonly producerId: number; readonly partitions: readonly string[] }
  /** `partition`: of the topic of transactions. */
  | { readonly type: 'transactionsLoaded'; readonly partition: number; readonly coordinatorEpoch: number; readonly transactionalIds: readonly string[] }
  | { readonly type: 'transactionsUnloaded'; readonly partition: number; readonly transactionalIds: readonly string[] }
);

export type KafkaFact = ControllerFact | BrokerFact | GroupFact | TransactionFact;
