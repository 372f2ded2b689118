/**
 * Which leader epoch began at which offset (`LeaderEpochFileCache`; KIP-101, KIP-279), and where a follower cuts its log
 * after it has asked the leader. Entries ascend in both numbers. The file is `leader-epoch-checkpoint`.
 */
import { UNDEFINED_EPOCH, UNDEFINED_EPOCH_OFFSET } from '../protocol/offset-for-leader-epoch.ts';

export interface EpochEntry {
  readonly epoch: number;
  readonly startOffset: number;
}

export type Epochs = readonly EpochEntry[];

/** The answer to "where did this epoch end?". */
export interface EpochEnd {
  readonly leaderEpoch: number;
  readonly endOffset: number;
}

/** -1: no entry yet. */
export function latestEpoch(epochs: Epochs): number {
  const last = epochs[epochs.length - 1];
  return last === undefined ? UNDEFINED_EPOCH : last.epoch;
}

/** The epoch of the record at this offset; -1 unknown. */
export function epochAt(epochs: Epochs, offset: number): number {
  for (let i = epochs.length - 1; i >= 0; i--) {
    if (epochs[i]!.startOffset <= offset) return epochs[i]!.epoch;
  }
  return UNDEFINED_EPOCH;
}

/** Notes that an epoch begins here; entries it contradicts are dropped. The same list if it says nothing new. */
export function assignEpoch(epochs: Epochs, epoch: number, startOffset: number): Epochs {
  const last = epochs[epochs.length - 1];
  if (last !== undefined && last.epoch === epoch && last.startOffset <= startOffset) return epochs;
  return [...epochs.filter((entry) => entry.epoch < epoch && entry.startOffset < startOffset), { epoch, startOffset }];
}

/** Drops what begins at or after the offset. */
export function truncateFromEnd(epochs: Epochs, endOffset: number): Epochs {
  if ((epochs[epochs.length - 1]?.startOffset ?? -1) < endOffset) return epochs;
  return epochs.filter((entry) => entry.startOffset < endOffset);
}

/** Drops what ended before the offset; the epoch that is current there now begins there. */
export function truncateFromStart(epochs: Epochs, startOffset: number): Epochs {
  const kept = epochs.filter((entry) => entry.startOffset > startOffset);
  const current = epochs[epochs.length - kept.length - 1];
  if (current === undefined || (kept.length === epochs.length - 1 && current.startOffset === startOffset)) return epochs;
  return [{ epoch: current.epoch, startOffset }, ...kept];
}

/** The greatest known epoch that is not above the one asked for, and where it ended; -1 and -1 where that is unknown. */
export function endOffsetFor(epochs: Epochs, epoch: number, logEndOffset: number): EpochEnd {
  const first = epochs[0];
  const latest = latestEpoch(epochs);
  if (epoch === UNDEFINED_EPOCH || first === undefined || epoch > latest) {
    return { leaderEpoch: UNDEFINED_EPOCH, endOffset: UNDEFINED_EPOCH_OFFSET };
  }
  if (epoch === latest) return { leaderEpoch: epoch, endOffset: logEndOffset };
  const next = epochs.findIndex((entry) => entry.epoch > epoch);
  if (next === 0) return { leaderEpoch: epoch, endOffset: first.startOffset };
  return { leaderEpoch: epochs[next - 1]!.epoch, endOffset: epochs[next]!.startOffset };
}

export interface TruncationState {
  readonly offset: number;
  /** False: the follower truncates and then asks again with its new latest epoch. */
  readonly completed: boolean;
}

/**
 * Where a follower truncates after the leader's answer (`AbstractFetcherThread.getOffsetTruncationState`).
 * `highWatermark` is the offset the fetcher was started with, the follower's own high watermark.
 */
export function truncationState(epochs: Epochs, answer: EpochEnd, highWatermark: number, logEndOffset: number): TruncationState {
  if (answer.endOffset === UNDEFINED_EPOCH_OFFSET) return { offset: Math.min(highWatermark, logEndOffset), completed: true };
  if (answer.leaderEpoch === UNDEFINED_EPOCH) return { offset: Math.min(answer.endOffset, logEndOffset), completed: true };
  const own = endOffsetFor(epochs, answer.leaderEpoch, logEndOffset);
  if (own.endOffset === UNDEFINED_EPOCH_OFFSET) return { offset: Math.min(answer.endOffset, logEndOffset), completed: true };
  if (own.leaderEpoch !== answer.leaderEpoch) return { offset: Math.min(own.endOffset, logEndOffset), completed: false };
  return { offset: Math.min(own.endOffset, answer.endOffset, logEndOffset), completed: true };
}
