import { describe, expect, it } from 'vitest';
import { assignEpoch, endOffsetFor, latestEpoch, truncateFromEnd, truncateFromStart, truncationState, type Epochs } from '../../../src/kafka/log/epochs.ts';

const of = (...entries: [number, number][]): Epochs => entries.map(([epoch, startOffset]) => ({ epoch, startOffset }));

/** Rounds of asking and truncating until the follower fetches. */
function becomeFollower(follower: Epochs, followerEnd: number, highWatermark: number, leader: Epochs, leaderEnd: number) {
  const rounds: { asked: number; answer: [number, number]; offset: number }[] = [];
  let epochs = follower;
  let end = followerEnd;
  for (;;) {
    const asked = latestEpoch(epochs);
    const answer = endOffsetFor(leader, asked, leaderEnd);
    const { offset, completed } = truncationState(epochs, answer, highWatermark, end);
    rounds.push({ asked, answer: [answer.leaderEpoch, answer.endOffset], offset });
    epochs = truncateFromEnd(epochs, offset);
    end = offset;
    if (completed) return { rounds, fetchFrom: end };
  }
}

describe('truncation by leader epoch', () => {
  it('kafka-broker#37: cuts an epoch that the leader never had', () => {
    const { rounds, fetchFrom } = becomeFollower(of([0, 0], [1, 10]), 15, 0, of([0, 0], [2, 12]), 20);
    expect(rounds).toEqual([{ asked: 1, answer: [0, 12], offset: 10 }]);
    expect(fetchFrom).toBe(10);
  });

  it('kafka-broker#38: cuts where the last common epoch ended on the leader', () => {
    const { rounds, fetchFrom } = becomeFollower(of([0, 0], [1, 10], [2, 15]), 18, 0, of([0, 0], [1, 10], [3, 14]), 20);
    expect(rounds).toEqual([{ asked: 2, answer: [1, 14], offset: 14 }]);
    expect(fetchFrom).toBe(14);
  });

  it('kafka-broker#67: needs two rounds where the leader answers with an epoch the follower lacks', () => {
    const { rounds, fetchFrom } = becomeFollower(of([0, 0], [2, 10]), 15, 0, of([0, 0], [1, 8], [3, 12]), 20);
    expect(rounds).toEqual([
      { asked: 2, answer: [1, 12], offset: 10 },
      { asked: 0, answer: [0, 8], offset: 8 },
    ]);
    expect(fetchFrom).toBe(8);
  });

  it('falls back to the high watermark where the leader does not know the epoch', () => {
    expect(truncationState(of([5, 3]), { leaderEpoch: -1, endOffset: -1 }, 4, 9)).toEqual({ offset: 4, completed: true });
  });

  it('answers with the next epoch\'s start, the log end for the latest, the first start below all, nothing above', () => {
    const epochs = of([1, 5], [3, 9]);
    expect([0, 1, 2, 3, 4].map((epoch) => endOffsetFor(epochs, epoch, 12))).toEqual([
      { leaderEpoch: 0, endOffset: 5 },
      { leaderEpoch: 1, endOffset: 9 },
      { leaderEpoch: 1, endOffset: 9 },
      { leaderEpoch: 3, endOffset: 12 },
      { leaderEpoch: -1, endOffset: -1 },
    ]);
  });
});

describe('the epoch cache', () => {
  it('stays the same value when nothing new is said', () => {
    const epochs = of([0, 0], [1, 5]);
    expect(assignEpoch(epochs, 1, 9)).toBe(epochs);
    expect(truncateFromEnd(epochs, 6)).toBe(epochs);
    expect(truncateFromStart(epochs, 0)).toBe(epochs);
  });

  it('drops what a new entry contradicts', () => {
    expect(assignEpoch(of([0, 0], [1, 5], [2, 8]), 3, 5)).toEqual(of([0, 0], [3, 5]));
    expect(assignEpoch(of([0, 0], [3, 5]), 2, 9)).toEqual(of([0, 0], [2, 9]));
  });

  it('is cut at the end from the offset on, and at the start down to the current epoch', () => {
    expect(truncateFromEnd(of([0, 0], [1, 5], [2, 8]), 5)).toEqual(of([0, 0]));
    expect(truncateFromStart(of([0, 0], [1, 5], [2, 8]), 6)).toEqual(of([1, 6], [2, 8]));
    expect(truncateFromStart(of([0, 0]), 60)).toEqual(of([0, 60]));
  });
});
