/**
 * The events of the controller's single queue, each a plain description of work (kafka.controller.ControllerEvent), and the
 * value of the ControllerState gauge while one is processed (section 3.3).
 */
import type { LeaderAndIsrResponse } from '../protocol/leader-and-isr.ts';
import type { ErrorName } from '../protocol/errors.ts';
import type { TopicPartition } from '../topic-partition.ts';
import type { ReplyTo } from './events.ts';

export type ControllerEvent =
  | { readonly type: 'Startup' }
  | { readonly type: 'ControllerChange' }
  | { readonly type: 'Reelect' }
  | { readonly type: 'RegisterBrokerAndReelect'; readonly sessionId: string; readonly previousSessionId: string | null }
  | { readonly type: 'Expire' }
  | { readonly type: 'BrokerChange' }
  | { readonly type: 'BrokerModifications'; readonly brokerId: number }
  | { readonly type: 'TopicChange' }
  | { readonly type: 'PartitionModifications'; readonly topic: string }
  | { readonly type: 'TopicDeletion' }
  | {
      readonly type: 'TopicDeletionStopReplicaResponseReceived';
      readonly replicaId: number;
      readonly error: ErrorName;
      readonly partitions: readonly (TopicPartition & { readonly error: ErrorName })[];
    }
  | { readonly type: 'PartitionReassignment' }
  | { readonly type: 'PartitionReassignmentIsrChange'; readonly topic: string; readonly partition: number }
  | { readonly type: 'AutoPreferredReplicaLeaderElection' }
  /** From the admin znode. */
  | { readonly type: 'PreferredReplicaLeaderElection' }
  /** From the ElectPreferredLeaders API. */
  | {
      readonly type: 'AdminClientPreferredReplicaLeaderElection';
      readonly partitions: readonly TopicPartition[] | null;
      readonly replyTo: ReplyTo;
    }
  | { readonly type: 'ControlledShutdown'; readonly brokerId: number; readonly brokerEpoch: number; readonly replyTo: ReplyTo }
  | { readonly type: 'IsrChangeNotification' }
  | { readonly type: 'LeaderAndIsrResponseReceived'; readonly brokerId: number; readonly response: LeaderAndIsrResponse }
  | { readonly type: 'LogDirEventNotification' }
  | { readonly type: 'ShutdownEventThread' }
  | { readonly type: 'UncleanLeaderElectionEnable' }
  | { readonly type: 'TopicUncleanLeaderElectionEnable'; readonly topic: string };

export const controllerStateGauge: { readonly [type in ControllerEvent['type']]: number } = {
  Startup: 1,
  ControllerChange: 1,
  Reelect: 1,
  RegisterBrokerAndReelect: 1,
  Expire: 1,
  BrokerChange: 2,
  BrokerModifications: 2,
  TopicChange: 3,
  PartitionModifications: 3,
  TopicDeletion: 4,
  TopicDeletionStopReplicaResponseReceived: 4,
  PartitionReassignment: 5,
  PartitionReassignmentIsrChange: 5,
  AutoPreferredReplicaLeaderElection: 6,
  PreferredReplicaLeaderElection: 7,
  AdminClientPreferredReplicaLeaderElection: 7,
  ControlledShutdown: 8,
  IsrChangeNotification: 9,
  LeaderAndIsrResponseReceived: 10,
  LogDirEventNotification: 11,
  ShutdownEventThread: 12,
  UncleanLeaderElectionEnable: 13,
  TopicUncleanLeaderElectionEnable: 14,
};
