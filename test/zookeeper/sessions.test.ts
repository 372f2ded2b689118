import { describe, expect, it } from 'vitest';
import { matches } from '../../src/kernel/machine.ts';
import {
  applyTouches, checkSession, expireSessions, firstSessionId, markClosing, negotiateTimeout, nextExpiryCheck, nextSessionId,
  NO_TOUCHES, passwordOf, removeSession, revalidateSession, sessionCommitted, startTracker, touchLocally, touchSession, trackSession,
} from '../../src/zookeeper/sessions.ts';
import { deadlineOf } from '../../src/zookeeper/expiry-buckets.ts';

const TICK = 2_000;
const ID = '0x100000000010000';

describe('conformance, sessions', () => {
  it('zookeeper#34: the time-out a client wishes is brought between 2 and 20 ticks', () => {
    expect([1_000, 60_000, 12_345].map((wish) => negotiateTimeout(wish, TICK))).toEqual([4_000, 40_000, 12_345]);
  });

  it('a session id begins with the number of the server that opened it', () => {
    expect(firstSessionId(2, 1_234)).toMatch(/^0x2/);
  });
});

describe('a session id', () => {
  it('carries the server, 40 bits of its clock and a count', () => {
    expect(firstSessionId(1, 0xd7f3a)).toBe('0x100000d7f3a0000');
    expect(nextSessionId(nextSessionId(firstSessionId(1, 0xd7f3a)))).toBe('0x100000d7f3a0002');
    expect(nextSessionId('0x100000d7f3affff')).toBe('0x100000d7f3b0000');
    expect(firstSessionId(255, 2 ** 40 + 1)).toBe('0xff00000000010000');
  });

  it('has one password of 16 bytes', () => {
    expect(passwordOf(ID)).toMatch(/^[0-9a-f]{32}$/);
    expect(passwordOf(ID)).toBe(passwordOf(ID));
    expect(passwordOf(ID)).not.toBe(passwordOf(nextSessionId(ID)));
  });
});

describe('the tracker of the leader', () => {
  it('rounds a deadline up to the next tick after the time-out', () => {
    expect(deadlineOf(0, 4_000, TICK)).toBe(6_000);
    expect(deadlineOf(1_999, 4_000, TICK)).toBe(6_000);
    expect(deadlineOf(2_000, 4_000, TICK)).toBe(8_000);
    expect(nextExpiryCheck(2_000, TICK)).toBe(4_000);
  });

  it('expires a session at its deadline, once, and never before its time-out', () => {
    let tracker = sessionCommitted(trackSession(startTracker({}, TICK, 0), ID, 4_000, 'leader', 0), ID, 4_000, 0);
    tracker = touchSession(tracker, ID, 3_000).tracker;
    expect(expireSessions(tracker, 6_000).expired).toEqual([]);
    const done = expireSessions(tracker, 8_000);
    expect(done.expired).toEqual([{ id: ID, timeoutMs: 4_000 }]);
    expect(expireSessions(done.tracker, 10_000).expired).toEqual([]);
    expect(matches(done.tracker.sessions[ID]!.chart, 'closing')).toBe(true);
  });

  it('takes neither touch nor request from a session that is closing', () => {
    const tracker = markClosing(startTracker({ [ID]: 4_000 }, TICK, 0), ID);
    expect(touchSession(tracker, ID, 1).known).toBe(false);
    expect(checkSession(tracker, ID, 'leader').err).toBe('SESSIONEXPIRED');
    expect(revalidateSession(tracker, ID, 'leader', 1).valid).toBe(false);
    expect(removeSession(tracker, ID).sessions).toEqual({});
  });

  it('does not bring a deadline back', () => {
    const tracker = startTracker({ [ID]: 40_000 }, TICK, 10_000);
    expect(touchSession(tracker, ID, 5_000).tracker.sessions[ID]!.deadlineMs).toBe(52_000);
  });

  it('gives every known session a fresh time-out when a new leader starts', () => {
    const tracker = startTracker({ [ID]: 6_000 }, TICK, 100_000);
    expect(tracker.sessions[ID]).toMatchObject({ deadlineMs: 108_000, owner: null });
    expect(matches(tracker.sessions[ID]!.chart, 'open')).toBe(true);
  });

  it('makes the first way a request comes its owner, and refuses another until the session is moved', () => {
    const first = checkSession(startTracker({ [ID]: 6_000 }, TICK, 0), ID, 'learner 1');
    expect(first.err).toBe('OK');
    expect(checkSession(first.tracker, ID, 'learner 2').err).toBe('SESSIONMOVED');
    const moved = revalidateSession(first.tracker, ID, 'learner 2', 1);
    expect(moved.valid).toBe(true);
    expect(checkSession(moved.tracker, ID, 'learner 2').err).toBe('OK');
    expect(checkSession(moved.tracker, ID, 'learner 1').err).toBe('SESSIONMOVED');
  });

  it('does not know a session nobody opened', () => {
    const tracker = startTracker({}, TICK, 0);
    expect(checkSession(tracker, ID, 'leader').err).toBe('SESSIONEXPIRED');
    expect(touchSession(tracker, ID, 0).known).toBe(false);
  });

  it('learns what followers saw from their touches', () => {
    const touches = touchLocally(NO_TOUCHES, ID, 4_000);
    expect(touchLocally(touches, ID, 4_000)).toBe(touches);
    const tracker = applyTouches(startTracker({ [ID]: 4_000, '0x2': 4_000 }, TICK, 0), touches, 5_000);
    expect(expireSessions(tracker, 6_000).expired.map((one) => one.id)).toEqual(['0x2']);
  });
});
