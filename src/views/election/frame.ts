/** What the election views draw: the ensemble's votes and ZAB phases, and Kafka's race for the controller. */
import type { Micros } from '../../kernel/program.ts';

export interface Vote {
  readonly leader: number;
  /** As printed: `0x100000004`. */
  readonly zxid: string;
  readonly peerEpoch: number;
}

export type ZabPhase = 'election' | 'discovery' | 'synchronization' | 'broadcast';

export interface ElectionServer {
  readonly sid: number;
  readonly name: string;
  readonly condition: 'looking' | 'following' | 'leading' | 'paused' | 'dead' | 'notStarted';
  /** LOOKING, FOLLOWING, LEADING; empty for a server that does not run. */
  readonly state: string;
  readonly phase: ZabPhase | undefined;
  readonly round: number;
  /** What it proposes now; undefined for a server without a ballot. */
  readonly proposal: Vote | undefined;
  /** The leader it proposed before, and until when. */
  readonly before?: { readonly leader: number; readonly until: Micros };
  /** The latest vote it counts of each server, its own included. */
  readonly counted: readonly { readonly from: number; readonly leader: number }[];
  readonly timer?: { readonly kind: 'finalizeWait' | 'backOff'; readonly left: Micros; readonly of: Micros };
}

export type Outcome =
  | { readonly type: 'keepsOwn' }
  | { readonly type: 'changes'; readonly to: number }
  | { readonly type: 'counts'; readonly agree: number }
  | { readonly type: 'majority'; readonly agree: number }
  | { readonly type: 'newRound' }
  | { readonly type: 'oldRound' }
  /** The receiver has a leader already and answers with it. */
  | { readonly type: 'answers' }
  /** The sender has a leader already; the receiver joins it. */
  | { readonly type: 'joins'; readonly leader: number };

export interface NotificationRow {
  readonly key: string;
  readonly at: Micros;
  readonly from: number;
  readonly to: number;
  readonly vote: Vote;
  readonly round: number;
  readonly state: string;
  readonly outcome: Outcome | undefined;
  /** The one the playhead stands on. */
  readonly now: boolean;
}

export interface LearnerLane {
  readonly sid: number;
  readonly role: 'leader' | 'learner' | 'absent';
  /** Messages of discovery and synchronization that it has sent or got, in order, by their names. */
  readonly done: readonly string[];
  readonly sync: { readonly mode: 'DIFF' | 'TRUNC' | 'SNAP'; readonly from: string; readonly to: string } | undefined;
  readonly lastZxid: string;
}

export interface ProposalRow {
  readonly zxid: string;
  /** `create /brokers/ids/1`. */
  readonly what: string;
  /** How far it is on each server. */
  readonly at: readonly { readonly sid: number; readonly state: 'none' | 'proposed' | 'logged' | 'acked' | 'committed' }[];
}

export interface EnsembleFrame {
  readonly servers: readonly ElectionServer[];
  readonly quorum: number;
  readonly phase: ZabPhase;
  readonly epoch: number;
  /** The server whose counted votes and last comparison are shown. */
  readonly watched: number;
  /** The last that happened: a server found a leader with a majority, and compared nothing. */
  readonly joined?: { readonly server: number; readonly leader: number };
  readonly comparison: { readonly own: Vote; readonly other: Vote } | undefined;
  readonly travelling: readonly { readonly key: string; readonly from: number; readonly to: number; readonly progress: number }[];
  readonly notifications: readonly NotificationRow[];
  readonly lanes: readonly LearnerLane[];
  readonly proposals: readonly ProposalRow[];
}

export interface ControllerFrame {
  readonly controller: number | undefined;
  readonly epoch: number;
  /** Version of `/controller_epoch`, which every write of the controller names. */
  readonly epochVersion: number;
  readonly race: readonly {
    readonly broker: number;
    readonly at: Micros;
    readonly result: 'created' | 'nodeExists' | 'waiting' | 'resigned' | 'fenced';
    readonly epoch: number | undefined;
  }[];
  readonly brokers: readonly number[];
  readonly partitions: readonly {
    readonly name: string;
    /** NewPartition, OnlinePartition, OfflinePartition, NonExistentPartition. */
    readonly state: string;
    readonly leader: number | undefined;
    readonly leaderEpoch: number;
    readonly isr: readonly number[];
    readonly replicas: readonly { readonly broker: number; readonly state: string }[];
    readonly changed: boolean;
  }[];
  readonly requests: readonly {
    readonly key: string;
    readonly at: Micros;
    readonly api: 'LeaderAndIsr' | 'UpdateMetadata' | 'StopReplica';
    readonly to: number;
    readonly controllerEpoch: number;
    readonly partitions: string;
    readonly answer: 'waiting' | 'ok' | string;
  }[];
  /** What waits in the controller's event queue, in order. */
  readonly queue: readonly string[];
}
