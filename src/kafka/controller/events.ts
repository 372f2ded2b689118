/**
 * What goes into the controller component of a broker and what comes out of it; the owning broker program routes both.
 * Timers, connections and ZooKeeper tokens of the component begin with `ctl.`.
 */
import type { ProcessEvent } from '../../kernel/program.ts';
import type { ZkRequest, ZkResult, ZkWatchEvent } from '../zookeeper/requests.ts';
import type { BrokerInfo } from '../zookeeper/znodes.ts';
import type { ErrorName } from '../protocol/errors.ts';
import type { TopicPartition } from '../topic-partition.ts';

export type { TopicPartition };

export interface ControllerConfig {
  readonly brokerId: number;
  /** What this broker writes under /brokers/ids, here for re-registration after a session expiry. */
  readonly brokerInfo: BrokerInfo;
  /** On which of their listeners brokers speak among themselves. */
  readonly interBrokerListener: string;
  readonly autoLeaderRebalanceEnable: boolean;
  readonly leaderImbalanceCheckIntervalSeconds: number;
  readonly leaderImbalancePerBrokerPercentage: number;
  readonly deleteTopicEnable: boolean;
  /** Broker default of unclean.leader.election.enable; a topic's own setting overrides it. */
  readonly uncleanLeaderElectionEnable: boolean;
  /** controller.socket.timeout.ms and request.timeout.ms: limits of connecting to a broker and of waiting for its answer. */
  readonly controllerSocketTimeoutMs: number;
  readonly requestTimeoutMs: number;
}

/** Whatever the broker needs to find the waiting request again; comes back untouched. Plain data. */
export type ReplyTo = unknown;

export type ControllerInput =
  /** The broker has registered itself (KafkaController.startup). */
  | { readonly type: 'startup'; readonly brokerEpoch: number }
  | { readonly type: 'zkDone'; readonly token: string; readonly results: readonly ZkResult[] }
  | { readonly type: 'zkWatch'; readonly event: ZkWatchEvent }
  /** Before-hook of a session re-initialisation; `expireStarted` says when the new session may be made. */
  | { readonly type: 'sessionExpiring' }
  /** After-hook: there is a new session. The controller re-registers the broker (RegisterBrokerAndReelect) and answers `brokerRegistered`. */
  | { readonly type: 'sessionRecreated'; readonly sessionId: string; readonly previousSessionId: string | null }
  | { readonly type: 'controlledShutdown'; readonly brokerId: number; readonly brokerEpoch: number; readonly replyTo: ReplyTo }
  /** Partitions to elect the preferred leader of; null means all. */
  | { readonly type: 'electPreferredLeaders'; readonly partitions: readonly TopicPartition[] | null; readonly replyTo: ReplyTo }
  /** Events of connections and timers whose tag or name begins with `ctl.`. */
  | { readonly type: 'network'; readonly event: ProcessEvent }
  /** unclean.leader.election.enable became true: for one topic (its config changed) or as the broker's default. */
  | { readonly type: 'uncleanLeaderElectionEnable'; readonly topic?: string }
  /** KafkaController.shutdown: stops the event thread and resigns. */
  | { readonly type: 'shutdown' };

export type ElectionOutcome =
  | { readonly type: 'alreadyPreferred' }
  /** The election was won; the request waits until the metadata cache shows this leader. */
  | { readonly type: 'elected'; readonly leader: number }
  | { readonly type: 'failed'; readonly error: ErrorName; readonly message: string };

export type ControllerOutput =
  /** To be run through the retry-until-connected pipeline; its answer comes back as `zkDone` with the same token. */
  | { readonly type: 'zk'; readonly token: string; readonly requests: readonly ZkRequest[] }
  | {
      readonly type: 'controlledShutdownReply';
      readonly replyTo: ReplyTo;
      readonly error: ErrorName;
      readonly remainingPartitions: readonly TopicPartition[];
    }
  | {
      readonly type: 'electPreferredLeadersReply';
      readonly replyTo: ReplyTo;
      /** Not NONE: the whole request failed (NOT_CONTROLLER). */
      readonly error: ErrorName;
      readonly results: readonly (TopicPartition & { readonly outcome: ElectionOutcome })[];
    }
  /** This broker's view of who the controller is; -1 is nobody. `active` is true if it is this broker. */
  | { readonly type: 'activeControllerChanged'; readonly controllerId: number; readonly active: boolean; readonly controllerEpoch: number }
  /** The Expire event has begun: the old session's work is over. */
  | { readonly type: 'expireStarted' }
  /** The broker registered itself again; its epoch is the new czxid. */
  | { readonly type: 'brokerRegistered'; readonly brokerEpoch: number }
  | { readonly type: 'stopped' };
