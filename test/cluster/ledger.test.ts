import { describe, expect, it } from 'vitest';
import type { Fact } from '../../src/kernel/program.ts';
import { emptyLedger, foldFact, openRecords, type Ledger } from '../../src/cluster/ledger.ts';

const sent = (n: number): Fact => ({ type: 'recordSent', producer: 'P1', id: `P1/${n}`, topic: 't', key: null, value: `v${n}` }) as Fact;
const acked = (n: number, offset: number): Fact => ({ type: 'recordAcked', producer: 'P1', id: `P1/${n}`, topic: 't', partition: 0, offset }) as Fact;
const failed = (n: number): Fact => ({ type: 'recordFailed', producer: 'P1', id: `P1/${n}`, topic: 't', error: 'TimeoutException', message: '' }) as Fact;
const leader = (epochStartOffset: number, leaderEpoch = 1): Fact =>
  ({ type: 'becameLeader', topic: 't', partition: 0, broker: 2, leaderEpoch, epochStartOffset, isr: [2] }) as Fact;
const after = (...facts: Fact[]): Ledger => facts.reduce((ledger, fact, at) => foldFact(ledger, fact, at), emptyLedger);
const openIds = (ledger: Ledger): string[] => openRecords(ledger).map(({ id }) => id);

describe('the ledger', () => {
  it('counts what was sent, answered and given up', () => {
    const ledger = after(sent(0), sent(1), sent(2), acked(0, 0), failed(1));
    expect(ledger).toMatchObject({ sent: 3, acked: 1, failed: 1, ackedLost: 0 });
    expect(openIds(ledger)).toEqual(['P1/2']);
  });

  it('knows what was not answered yet, whatever its number and in whatever order answers come', () => {
    const all = [0, 1, 62, 63, 64, 65, 127, 128, 1_000];
    const answered = [63, 128, 0, 64];
    const ledger = after(...all.map(sent), ...answered.map((n) => acked(n, n)));
    expect(openIds(ledger)).toEqual(all.filter((n) => !answered.includes(n)).map((n) => `P1/${n}`));
    expect(after(...all.map(sent), ...all.map((n) => acked(n, n))).open).toEqual({});
  });

  it('takes nothing away for a zombie that wakes up and begins an epoch which has a successor', () => {
    const zombie = after(sent(0), acked(0, 0), leader(1, 6), sent(1), acked(1, 1), leader(1, 4));
    expect(zombie).toMatchObject({ acked: 2, ackedLost: 0 });
    // A topic made again begins with epoch 0 again, and its leaders count.
    const elected = { type: 'leaderElected', topic: 't', partition: 0, brokerId: 1, leader: 2, leaderEpoch: 0, isr: [2], strategy: 'initial', unclean: false } as Fact;
    expect(foldFact(foldFact(zombie, elected, 9), leader(1, 0), 9)).toMatchObject({ ackedLost: 1 });
  });

  it('counts an acknowledged record as lost when a leader begins below it, once', () => {
    const ledger = after(sent(0), acked(0, 0), sent(1), acked(1, 1), leader(1), leader(1, 2));
    expect(ledger.ackedLost).toBe(1);
    expect(ledger.lost).toMatchObject([{ value: 'v1', offset: 1, lostInEpoch: 1 }]);
  });

  it('loses nothing when the new leader has everything', () => {
    expect(after(sent(0), acked(0, 0), leader(1)).ackedLost).toBe(0);
  });
});
