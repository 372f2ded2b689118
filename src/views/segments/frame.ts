/** What the segments view draws: one log directory of a broker at byte scale, and the bytes of one batch. */
export interface SegmentsFrame {
  readonly broker: number;
  /** `test-0`. */
  readonly partition: string;
  readonly directory: string;
  /** As it lies on the disk of a broker that does not run. */
  readonly isStored: boolean;
  /** The topic's settings that shape the files, as key=value. */
  readonly config: readonly { readonly key: string; readonly value: string }[];
  readonly segmentBytes: number;
  readonly logStart: number;
  readonly logEnd: number;
  /** Everything below is on the disk for good (`recovery-point-offset-checkpoint`). */
  readonly recoveryPoint: number;
  readonly segments: readonly SegmentFile[];
  /** The small files beside them, with their content in a few words. */
  readonly others: readonly { readonly name: string; readonly content: string }[];
  readonly batch: BatchBytes | undefined;
}

export interface SegmentFile {
  readonly baseOffset: number;
  readonly active: boolean;
  /** Renamed to `.deleted`, waiting for its removal. */
  readonly deleted: boolean;
  readonly bytes: number;
  /** Of these, written and flushed. */
  readonly flushedBytes: number;
  readonly batches: readonly { readonly position: number; readonly bytes: number; readonly baseOffset: number; readonly lastOffset: number; readonly epoch: number; readonly marker: 'COMMIT' | 'ABORT' | null }[];
  readonly index: IndexFile<{ readonly relativeOffset: number; readonly position: number }>;
  readonly timeIndex: IndexFile<{ readonly timestamp: number; readonly relativeOffset: number }>;
}

export interface IndexFile<Entry> {
  /** On disk: preallocated in the active segment, trimmed when it rolls. */
  readonly bytes: number;
  readonly entries: readonly Entry[];
}

export interface BatchBytes {
  /** Of the segment it is in. */
  readonly segment: number;
  readonly position: number;
  readonly bytes: readonly number[];
  /** In the order of the bytes, without gaps. */
  readonly fields: readonly BatchField[];
}

export interface BatchField {
  readonly at: number;
  readonly length: number;
  /** The official name, or `record 0`. */
  readonly name: string;
  readonly value: string;
  readonly kind: 'header' | 'record';
  /** A word on it, in the reader's language; see text.ts for those of the header. */
  readonly note?: string;
}
