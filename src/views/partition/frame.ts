/** What the partition view draws: one partition, its replicas as their brokers hold them, and what is being cut. */
export interface PartitionFrame {
  /** `test-0`. */
  readonly name: string;
  /** As ZooKeeper says; undefined while there is none. */
  readonly leader: number | undefined;
  readonly leaderEpoch: number;
  /** In the order of the znode. */
  readonly isr: readonly number[];
  readonly replicas: readonly number[];
  readonly minInsyncReplicas: number;
  /** Leader epochs in which records were written, by their first offset; ends where the next begins. */
  readonly epochs: readonly { readonly epoch: number; readonly start: number; readonly leader: number | undefined }[];
  readonly rows: readonly ReplicaRow[];
  readonly exchange?: EpochExchange;
  /** What a follower in the ISR that is about to ask would keep by either rule; absent where both say the same. */
  readonly rules?: TwoRules;
  /** How far a returning replica is. */
  readonly rejoin?: { readonly broker: number; readonly step: RejoinStep };
}

export type RejoinStep = 'ask' | 'cut' | 'copy' | 'rejoin';

export interface ReplicaRow {
  readonly broker: number;
  readonly role: 'leader' | 'follower';
  readonly standing: 'inSync' | 'outOfSync' | 'offline';
  /** The real word: `RunningAsBroker`, `Fetching`, `Truncating`; empty if there is none. */
  readonly state: string;
  readonly logStart: number;
  readonly highWatermark: number;
  readonly lastStableOffset: number;
  readonly logEnd: number;
  /** Its own leader-epoch-checkpoint. */
  readonly checkpoint: readonly EpochEntry[];
  /** What is known of single records; an offset without an entry is a plain record. */
  readonly records: readonly RecordNote[];
  readonly cut?: Cut;
}

export interface EpochEntry {
  readonly epoch: number;
  readonly start: number;
}

export interface RecordNote {
  readonly offset: number;
  /** Shown on hover and focus: key and value as a console consumer would print them. */
  readonly text?: string;
  readonly kind?: 'commit' | 'abort' | 'tombstone';
  /** How often the same record was stored; absent is once. */
  readonly copies?: number;
  readonly acknowledged?: boolean;
}

/** Records beyond `to` are about to go, or have just gone, from this replica. */
export interface Cut {
  readonly to: number;
  /** Log end before the cut. */
  readonly from: number;
  readonly done: boolean;
  readonly cause: 'truncation' | 'powerLoss';
  readonly records: readonly { readonly offset: number; readonly epoch: number; readonly text?: string; readonly lost: boolean }[];
  /** What the producer was told with, e.g. `acks=1`; shown at a lost record. */
  readonly acks?: string;
}

/** Log ends of a follower after the cut: by the leader's answer, and by its own high watermark as before Kafka 0.11. */
export interface TwoRules {
  readonly broker: number;
  readonly byEpoch: number;
  readonly byHighWatermark: number;
}

/** The question a returning follower asks its leader, and the answer. */
export interface EpochExchange {
  readonly follower: number;
  readonly leader: number;
  readonly askedEpoch: number;
  readonly answer?: { readonly epoch: number; readonly endOffset: number };
}
