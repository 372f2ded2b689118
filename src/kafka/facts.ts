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

export type KafkaFact = ControllerFact;
