/**
 * What a leader sends to bring one learner up to its own history (LearnerHandler.syncFollower, section 2.3): a pure
 * decision over zxids and the committed log. Catching up from log files on disk is left out: such a learner gets a SNAP.
 */
import type { LogEntry } from './packets.ts';
import { counterOf, epochOf, type Zxid } from './zxid.ts';

export type SyncMode = 'DIFF' | 'TRUNC' | 'SNAP';

export interface SyncPlan {
  readonly mode: SyncMode;
  /** In the packet's zxid field. */
  readonly zxid: Zxid;
  /** Committed transactions to send as PROPOSAL and COMMIT. */
  readonly entries: readonly LogEntry[];
  /** From here on outstanding proposals are added. */
  readonly lastQueued: Zxid;
  /** Which branch decided, for the log lines. */
  readonly reason: 'equal' | 'ahead' | 'committedLog' | 'differentEpoch' | 'tooFarBehind';
}

/** Range of the committed log as the handler prints and compares it. */
export function committedRange(committedLog: readonly LogEntry[], lastProcessedZxid: Zxid): { readonly min: Zxid; readonly max: Zxid } {
  const first = committedLog[0];
  if (!first) return { min: lastProcessedZxid, max: lastProcessedZxid };
  return { min: first.header.zxid, max: committedLog[committedLog.length - 1]!.header.zxid };
}

export function planSync(peerLastZxid: Zxid, lastProcessedZxid: Zxid, committedLog: readonly LogEntry[]): SyncPlan {
  const { min, max } = committedRange(committedLog, lastProcessedZxid);
  const startsEpoch = counterOf(peerLastZxid) === 0;
  if (peerLastZxid === lastProcessedZxid) return { mode: 'DIFF', zxid: peerLastZxid, entries: [], lastQueued: peerLastZxid, reason: 'equal' };
  if (peerLastZxid > max && !startsEpoch) return { mode: 'TRUNC', zxid: max, entries: [], lastQueued: max, reason: 'ahead' };
  const snap = (reason: SyncPlan['reason']): SyncPlan => ({ mode: 'SNAP', zxid: lastProcessedZxid, entries: [], lastQueued: lastProcessedZxid, reason });
  if (peerLastZxid < min || peerLastZxid > max) return snap('tooFarBehind');
  const next = committedLog.findIndex((entry) => entry.header.zxid >= peerLastZxid);
  const entry = committedLog[next]!;
  if (entry.header.zxid === peerLastZxid) {
    return { mode: 'DIFF', zxid: max, entries: committedLog.slice(next + 1), lastQueued: max, reason: 'committedLog' };
  }
  const entries = committedLog.slice(next);
  if (startsEpoch) return { mode: 'DIFF', zxid: max, entries, lastQueued: max, reason: 'committedLog' };
  if (epochOf(entry.header.zxid) !== epochOf(peerLastZxid)) return snap('differentEpoch');
  return { mode: 'TRUNC', zxid: committedLog[next - 1]!.header.zxid, entries, lastQueued: max, reason: 'committedLog' };
}
