/**
 * How a leader turns a request into a proposal (PrepRequestProcessor, ProposalRequestProcessor; section 2.5): it gets a zxid,
 * is validated against everything outstanding, goes to the learners and into the log.
 */
import { matches } from '../kernel/machine.ts';
import type { Env } from '../kernel/program.ts';
import type { SessionId } from './messages.ts';
import { prepare, type PreparedOp } from './operations/index.ts';
import { txnBytes, type LogEntry, type QuorumPacket } from './packets.ts';
import { withProposal } from './server-statistics.ts';
import { checkSession, markClosing, trackSession, type SessionOwner } from './sessions.ts';
import { raise, note, post, say, type Leading, type OutstandingProposal, type ServerState } from './server-state.ts';
import { logEntries } from './txn-log.ts';
import { counterOf, MAX_COUNTER } from './zxid.ts';

/** Owner of the sessions whose clients are connected to the leader itself. */
export const SELF_OWNER: SessionOwner = 'self';

/** Milliseconds of the monotonic clock that sessions live by. */
export function monotonicMs(env: Env): number {
  return Math.floor(env.now / 1_000);
}

export function editLeading(state: ServerState, change: Partial<Leading>): ServerState {
  return { ...state, leading: { ...state.leading!, ...change } };
}

/** To every learner that takes part in the broadcast. */
export function toForwarding(leading: Leading, env: Env, packet: QuorumPacket): void {
  for (const learner of leading.learners) if (isForwarding(learner.phase)) post(env, learner.connection, packet);
}

export function isForwarding(phase: Leading['learners'][number]['phase']): boolean {
  return phase === 'awaitingNewLeaderAck' || phase === 'awaitingStartup' || phase === 'active';
}

/** Leader or standalone: the request consumes a zxid, whether it will succeed or not. */
export function proposeRequest(
  state: ServerState,
  env: Env,
  request: { readonly sessionId: SessionId; readonly cxid: number; readonly op: PreparedOp },
  owner: SessionOwner,
): ServerState {
  const leading = state.leading!;
  if (counterOf(leading.lastProposed) === MAX_COUNTER) {
    say(state, env, 'INFO', 'Leader@795', 'Shutdown called. For the reason zxid lower 32 bits have rolled over, forcing re-election, and therefore new epoch start');
    return raise(state, { type: 'leadershipEnded' });
  }
  let { tracker } = leading;
  const nowMs = monotonicMs(env);
  const { op, sessionId } = request;
  let session: ReturnType<typeof checkSession>['err'] = 'OK';
  if (op.type === 'createSession') tracker = trackSession(tracker, sessionId, op.timeoutMs, owner, nowMs);
  else if (op.type === 'closeSession') tracker = markClosing(tracker, sessionId);
  else if (op.type !== 'deleteContainer') ({ tracker, err: session } = checkSession(tracker, sessionId, owner));
  const zxid = leading.lastProposed + 1;
  const prepared = prepare(state.tree, leading.changes, request, { zxid, time: env.wallClockMs, session });
  const entry: LogEntry = { header: prepared.header, txn: prepared.txn };
  toForwarding(leading, env, { type: 'PROPOSAL', zxid, entry });
  note(env, { type: 'proposalMade', zxid, sessionId, txn: prepared.txn.type });
  const proposal: OutstandingProposal = { entry, acks: [] };
  const isAlone = matches(state.chart, 'standalone');
  const next = editLeading(isAlone ? state : { ...state, statistics: withProposal(state.statistics, txnBytes(entry)) }, {
    tracker,
    changes: prepared.outstanding,
    lastProposed: zxid,
    outstanding: [...leading.outstanding, proposal],
    learners: leading.learners.map((learner) =>
      learner.phase === 'active' && learner.unackedZxid === 0 ? { ...learner, unackedZxid: zxid, unackedSince: env.now } : learner,
    ),
  });
  return logEntries(next, env, [entry]);
}
