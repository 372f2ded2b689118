/**
 * Sessions as the servers keep them: the leader's tracker with its expiry buckets (SessionTrackerImpl, ExpiryQueue,
 * LeaderSessionTracker), a follower's table of touches (LearnerSessionTracker), ids and passwords.
 * Times here are milliseconds of the leader's monotonic clock.
 */
import { begin, matches, step, type ChartState } from '../kernel/machine.ts';
import type { ErrorName } from './errors.ts';
import { deadlineOf, withDeadline } from './expiry-buckets.ts';
import type { SessionId } from './messages.ts';
import { sessionMachine } from './session.machine.ts';

/** Where a session's requests come from: the leader itself or the name of one learner's connection. */
export type SessionOwner = string;

export interface TrackedSession {
  readonly chart: ChartState;
  readonly timeoutMs: number;
  /** A multiple of the tick. */
  readonly deadlineMs: number;
  readonly owner: SessionOwner | null;
  /** Of the last touch this leader knows of. */
  readonly touchedAtMs: number;
}

export interface SessionTracker {
  readonly tickMs: number;
  readonly sessions: Readonly<Record<SessionId, TrackedSession>>;
  /** Deadlines some session had or has, the passed ones gone in time. */
  readonly buckets: readonly number[];
}

/** minSessionTimeout and maxSessionTimeout are 2 and 20 ticks. */
export function negotiateTimeout(wishMs: number, tickMs: number): number {
  return Math.min(Math.max(wishMs, 2 * tickMs), 20 * tickMs);
}

/** When the expirer wakes next: at multiples of the tick. */
export function nextExpiryCheck(nowMs: number, tickMs: number): number {
  return (Math.floor(nowMs / tickMs) + 1) * tickMs;
}

/** A new leader gives every session it knows a full fresh time-out, whatever happened before. */
export function startTracker(known: Readonly<Record<SessionId, number>>, tickMs: number, nowMs: number): SessionTracker {
  const sessions: Record<SessionId, TrackedSession> = {};
  let buckets: readonly number[] = [];
  for (const id of Object.keys(known)) {
    const deadlineMs = deadlineOf(nowMs, known[id]!, tickMs);
    buckets = withDeadline(buckets, deadlineMs, nowMs);
    sessions[id] = {
      chart: step(sessionMachine, begin(sessionMachine).chart, { type: 'createSessionCommitted' }).chart,
      timeoutMs: known[id]!,
      deadlineMs,
      owner: null,
      touchedAtMs: nowMs,
    };
  }
  return { tickMs, sessions, buckets };
}

/** A createSession has reached the leader. */
export function trackSession(tracker: SessionTracker, id: SessionId, timeoutMs: number, owner: SessionOwner, nowMs: number): SessionTracker {
  const known = tracker.sessions[id];
  if (known) return touchSession(tracker, id, nowMs).tracker;
  return beginTracking(tracker, id, timeoutMs, owner, nowMs);
}

function beginTracking(tracker: SessionTracker, id: SessionId, timeoutMs: number, owner: SessionOwner | null, nowMs: number): SessionTracker {
  const deadlineMs = deadlineOf(nowMs, timeoutMs, tracker.tickMs);
  const buckets = withDeadline(tracker.buckets, deadlineMs, nowMs);
  return withSession({ ...tracker, buckets }, id, { chart: begin(sessionMachine).chart, timeoutMs, deadlineMs, owner, touchedAtMs: nowMs });
}

/** `known` is false for a session that is unknown or closing: it cannot be revived. */
export function touchSession(
  tracker: SessionTracker,
  id: SessionId,
  nowMs: number,
): { readonly tracker: SessionTracker; readonly known: boolean } {
  const session = tracker.sessions[id];
  if (!session || matches(session.chart, 'closing')) return { tracker, known: false };
  const deadlineMs = Math.max(session.deadlineMs, deadlineOf(nowMs, session.timeoutMs, tracker.tickMs));
  if (nowMs === session.touchedAtMs) return { tracker, known: true };
  const buckets = withDeadline(tracker.buckets, deadlineMs, nowMs);
  return { tracker: withSession({ ...tracker, buckets }, id, { ...session, deadlineMs, touchedAtMs: nowMs }), known: true };
}

/** May this session's request, which came by way of `owner`, be turned into a transaction? The first one to ask becomes the owner. */
export function checkSession(
  tracker: SessionTracker,
  id: SessionId,
  owner: SessionOwner,
): { readonly tracker: SessionTracker; readonly err: ErrorName } {
  const session = tracker.sessions[id];
  if (!session || matches(session.chart, 'closing')) return { tracker, err: 'SESSIONEXPIRED' };
  if (session.owner === null) return { tracker: withSession(tracker, id, { ...session, owner }), err: 'OK' };
  return { tracker, err: session.owner === owner ? 'OK' : 'SESSIONMOVED' };
}

/** A client came back with its session (REVALIDATE): if it is valid, it is touched and belongs to that server's connection from now on. */
export function revalidateSession(
  tracker: SessionTracker,
  id: SessionId,
  owner: SessionOwner,
  nowMs: number,
): { readonly tracker: SessionTracker; readonly valid: boolean } {
  const touched = touchSession(tracker, id, nowMs);
  if (!touched.known) return { tracker, valid: false };
  return { tracker: withSession(touched.tracker, id, { ...touched.tracker.sessions[id]!, owner }), valid: true };
}

/** A closeSession has reached the leader. */
export function markClosing(tracker: SessionTracker, id: SessionId): SessionTracker {
  return stepped(tracker, id, 'closeSession');
}

/** createSession was applied at the leader; it may be one that an earlier leader proposed. */
export function sessionCommitted(tracker: SessionTracker, id: SessionId, timeoutMs: number, nowMs: number): SessionTracker {
  const known = tracker.sessions[id] ? tracker : beginTracking(tracker, id, timeoutMs, null, nowMs);
  return stepped(known, id, 'createSessionCommitted');
}

/** closeSession was applied at the leader: the session is closed and forgotten. */
export function removeSession(tracker: SessionTracker, id: SessionId): SessionTracker {
  if (!tracker.sessions[id]) return tracker;
  const { [id]: _closed, ...sessions } = tracker.sessions;
  return { ...tracker, sessions };
}

export interface Expired {
  readonly id: SessionId;
  readonly timeoutMs: number;
}

/** Sessions whose deadline has come are closing now; the leader must propose a closeSession for each, in this order. */
export function expireSessions(tracker: SessionTracker, nowMs: number): { readonly tracker: SessionTracker; readonly expired: readonly Expired[] } {
  let current = tracker;
  const expired: Expired[] = [];
  for (const id of Object.keys(tracker.sessions)) {
    const session = tracker.sessions[id]!;
    if (session.deadlineMs > nowMs) continue;
    const { chart, actions } = step(sessionMachine, session.chart, { type: 'deadlinePassed' });
    current = withSession(current, id, { ...session, chart });
    if (actions.some((action) => action.type === 'proposeCloseSession')) expired.push({ id, timeoutMs: session.timeoutMs });
  }
  return { tracker: current, expired };
}

function stepped(tracker: SessionTracker, id: SessionId, type: string): SessionTracker {
  const session = tracker.sessions[id];
  if (!session) return tracker;
  const { chart } = step(sessionMachine, session.chart, { type });
  return chart === session.chart ? tracker : withSession(tracker, id, { ...session, chart });
}

function withSession(tracker: SessionTracker, id: SessionId, session: TrackedSession): SessionTracker {
  return { ...tracker, sessions: { ...tracker.sessions, [id]: session } };
}

// ----------------------------------------------------------- on a follower

/** Sessions that showed life on this follower since its last answer to the leader's PING, with their time-outs. */
export type TouchTable = Readonly<Record<SessionId, number>>;

export const NO_TOUCHES: TouchTable = {};

export function touchLocally(table: TouchTable, id: SessionId, timeoutMs: number): TouchTable {
  return table[id] === timeoutMs ? table : { ...table, [id]: timeoutMs };
}

/** As the leader takes a PING answer: each session in it was alive until now. */
export function applyTouches(tracker: SessionTracker, table: TouchTable, nowMs: number): SessionTracker {
  let current = tracker;
  for (const id of Object.keys(table)) current = touchSession(current, id, nowMs).tracker;
  return current;
}

// -------------------------------------------------------- ids and passwords

/** The id of the first session a server opens after it began to serve: its sid, 40 bits of its clock, 16 bits that count. */
export function firstSessionId(sid: number, monotonicMs: number): SessionId {
  const clock = BigInt(Math.floor(monotonicMs)) & 0xff_ffff_ffffn;
  return '0x' + ((BigInt(sid) << 56n) | (clock << 16n)).toString(16);
}

export function nextSessionId(id: SessionId): SessionId {
  return '0x' + (BigInt(id) + 1n).toString(16);
}

export const NO_PASSWORD = '00000000000000000000000000000000';

/** A fixed function of the id, as 16 bytes in hex; every server can check it. Not a secret here. */
export function passwordOf(id: SessionId): string {
  let text = '';
  let state = 0xb3415c00 | 0;
  for (let i = 0; i < id.length; i++) state = Math.imul(state ^ id.charCodeAt(i), 0x01000193);
  for (let word = 0; word < 4; word++) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    text += (state >>> 0).toString(16).padStart(8, '0');
  }
  return text;
}
