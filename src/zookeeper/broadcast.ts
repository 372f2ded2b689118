/**
 * Atomic broadcast (section 2.5) from the proposal on (proposals.ts): a leader counts acknowledgements and commits in zxid order (Leader.processAck, tryToCommit); every server applies what is
 * committed (FinalRequestProcessor). A standalone server is a leader that needs nobody's acknowledgement but its own.
 */
import type { ConnectionId, Env } from '../kernel/program.ts';
import { answerCommitted, sendToClient } from './client-connections.ts';
import { factsOfTxn } from './facts.ts';
import { applyTxn, settle } from './operations/index.ts';
import type { LogEntry } from './packets.ts';
import { editLeading, monotonicMs, toForwarding } from './proposals.ts';
import { matches } from '../kernel/machine.ts';
import { counted } from './server-statistics.ts';
import { removeSession, sessionCommitted, touchLocally } from './sessions.ts';
import { COMMITTED_LOG_LIMIT, note, post, say, type ServerState } from './server-state.ts';
import { isQuorum } from './votes.ts';
import { fireWatches } from './watches.ts';
import { counterOf, type Zxid } from './zxid.ts';

/** An acknowledgement of `zxid` by `sid`. What is old, unknown or not a transaction counts for nothing. */
export function countAck(state: ServerState, env: Env, sid: number, zxid: Zxid): ServerState {
  const leading = state.leading!;
  const first = leading.outstanding[0];
  if (!first || zxid < first.entry.header.zxid || counterOf(zxid) === 0) return state;
  const index = zxid - first.entry.header.zxid;
  const proposal = leading.outstanding[index];
  if (!proposal || proposal.acks.includes(sid)) return state;
  const outstanding = leading.outstanding.slice();
  outstanding[index] = { ...proposal, acks: [...proposal.acks, sid] };
  return commitWhatCan(editLeading(state, { outstanding }), env);
}

/** Commits leave in zxid order, and only of an established leader. */
export function commitWhatCan(state: ServerState, env: Env): ServerState {
  let next = state;
  const participants = state.settings.servers.length;
  const isAlone = matches(state.chart, 'standalone');
  if (!matches(state.chart, 'leading.broadcast') && !isAlone) return state;
  for (;;) {
    const leading = next.leading;
    const first = leading?.outstanding[0];
    if (!leading || !first || !isQuorum(first.acks.length, participants)) return next;
    const { zxid } = first.entry.header;
    toForwarding(leading, env, { type: 'COMMIT', zxid });
    note(env, { type: 'proposalCommitted', zxid, acks: first.acks });
    const due = leading.pendingSyncs.filter((sync) => sync.after === zxid);
    next = editLeading(isAlone ? next : { ...next, statistics: counted(next.statistics, 'commits') }, {
      outstanding: leading.outstanding.slice(1),
      lastCommitted: zxid,
      ...(due.length > 0 ? { pendingSyncs: leading.pendingSyncs.filter((sync) => sync.after !== zxid) } : {}),
    });
    next = applyCommitted(next, env, first.entry);
    for (const { connection } of due) post(env, connection, { type: 'SYNC', zxid: 0 });
  }
}

/** A learner's sync: answered when everything proposed so far is committed. */
export function leaderSync(state: ServerState, env: Env, connection: ConnectionId): ServerState {
  const { outstanding, pendingSyncs, lastProposed } = state.leading!;
  if (outstanding.length > 0) return editLeading(state, { pendingSyncs: [...pendingSyncs, { after: lastProposed, connection }] });
  post(env, connection, { type: 'SYNC', zxid: 0 });
  return state;
}

/** The tree, then the watches, then the reply. */
export function applyCommitted(state: ServerState, env: Env, entry: LogEntry): ServerState {
  const { header, txn } = entry;
  const applied = applyTxn(state.tree, header, txn);
  const committedLog = state.committedLog.slice(state.committedLog.length > COMMITTED_LOG_LIMIT ? 1 : 0);
  committedLog.push(entry);
  let next: ServerState = { ...state, tree: applied.tree, committedLog };
  note(env, { type: 'txnCommitted', zxid: header.zxid, txn: txn.type });
  for (const fact of factsOfTxn(header, txn, applied)) note(env, fact);
  if (next.leading) next = editLeading(next, { changes: settle(next.leading.changes, header.zxid) });
  if (applied.changes.length > 0) {
    const fired = fireWatches(next.watches, applied.changes);
    next = { ...next, watches: fired.watches };
    for (const { connection, event } of fired.deliveries) {
      next = sendToClient(next, env, connection, { type: 'WatcherEvent', event });
      note(env, { type: 'watchFired', sessionId: next.clients[connection]?.sessionId ?? '0x0', event });
    }
  }
  if (txn.type === 'createSession') {
    const where = next.leading && !matches(next.chart, 'standalone') ? 'LeaderSessionTracker@104' : 'LearnerSessionTracker@116';
    if (!matches(next.chart, 'standalone')) {
      say(next, env, 'INFO', where, `Committing global session ${header.sessionId}`, `CommitProcessor:${next.settings.myid}`);
    }
    // A follower reports a new session as alive with its next answer to a PING.
    if (next.following) {
      next = { ...next, following: { ...next.following, touches: touchLocally(next.following.touches, header.sessionId, txn.timeoutMs) } };
    }
    if (next.leading) {
      next = editLeading(next, { tracker: sessionCommitted(next.leading.tracker, header.sessionId, txn.timeoutMs, monotonicMs(env)) });
    }
  } else if (txn.type === 'closeSession' && next.leading) {
    next = editLeading(next, { tracker: removeSession(next.leading.tracker, header.sessionId) });
  }
  return answerCommitted(next, env, entry, applied.answer);
}
