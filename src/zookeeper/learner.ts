/**
 * A follower's side of discovery, synchronization and broadcast (Learner, Follower; sections 2.2, 2.4, 2.5).
 * Order at NEWLEADER as in the repaired 3.9 source: history to disk, applied, then currentEpoch, then the acknowledgement.
 */
import { matches } from '../kernel/machine.ts';
import type { ConnectionId, Env } from '../kernel/program.ts';
import { applyCommitted } from './broadcast.ts';
import { answerRevalidation, answerSync, closeAllClients } from './client-connections.ts';
import { electionTookMs } from './election.ts';
import { backToLooking } from './leader.ts';
import { configText } from './membership.ts';
import type { LeaderPacket, LogEntry, QuorumPacket } from './packets.ts';
import { CONNECT_TRIES } from './peer.machine.ts';
import { sayConfigNotStored, sayFirstFollowing, sayFollowerPipeline, sayFollowerShutdown, sayServerCreated } from './server-log.ts';
import { newStatistics } from './server-statistics.ts';
import { firstSessionId, NO_TOUCHES } from './sessions.ts';
import { raise, note, post, say, serverOf, type Following, type ServerState } from './server-state.ts';
import { socketTextHere } from './socket-text.ts';
import { append, flushHistory, logEntries, restartLog, takeSnapshot, truncateLog, writeAcceptedEpoch, writeCurrentEpoch } from './txn-log.ts';
import { withConfig, withLastProcessed } from './tree.ts';
import { epochOf, formatZxid, makeZxid, type Zxid } from './zxid.ts';

export const LEARNER_TAG = 'learner';

/** Token of the flush that makes the history durable before NEWLEADER is acknowledged. */
export interface HistoryFlush {
  readonly type: 'history';
  readonly generation: number;
}

function edit(state: ServerState, change: Partial<Following>): ServerState {
  return { ...state, following: { ...state.following!, ...change } };
}

function send(state: ServerState, env: Env, packet: QuorumPacket): void {
  const { connection } = state.following!;
  if (connection !== null) post(env, connection, packet);
}

function leaderAddress(state: ServerState, env: Env): string {
  const server = serverOf(state.settings, state.following!.leader)!;
  return socketTextHere(env, server.host, server.quorumPort);
}

function initLimitMicros(state: ServerState): number {
  return state.settings.initLimit * state.settings.tickTimeMs * 1_000;
}

function readTimeoutMicros(state: ServerState): number {
  const isSynced = matches(state.chart, 'following.broadcast') || matches(state.chart, 'following.synchronization.awaitingUpToDate');
  return isSynced ? state.settings.syncLimit * state.settings.tickTimeMs * 1_000 : initLimitMicros(state);
}

// ------------------------------------------------------------- chart actions

export function startFollowing(state: ServerState, env: Env): ServerState {
  say(state, env, 'INFO', 'QuorumPeer@1512', 'FOLLOWING');
  const next = sayServerCreated(sayFirstFollowing(state, env), env);
  say(next, env, 'INFO', 'Follower@77', `FOLLOWING - LEADER ELECTION TOOK - ${electionTookMs(state, env)} MS`);
  return {
    ...restartLog(next),
    statistics: newStatistics(env.now, state.statistics.counters),
    following: {
      leader: state.currentVote.leader,
      connection: null,
      connectStartedAt: env.now,
      connectedAt: 0,
      heardAt: env.now,
      newEpoch: 0,
      mode: null,
      proposals: [],
      commits: [],
      held: [],
      pendingTxns: [],
      lastQueued: 0,
      touches: NO_TOUCHES,
      pendingRevalidations: [],
      pendingSyncs: [],
    },
  };
}

export function connectToLeader(state: ServerState, env: Env): ServerState {
  const { host, quorumPort } = serverOf(state.settings, state.following!.leader)!;
  const left = state.following!.connectStartedAt + initLimitMicros(state) - env.now;
  env.setTimer('learner.read', left);
  return edit(state, { connection: env.connect({ host, port: quorumPort }, LEARNER_TAG) });
}

export function leaderConnected(state: ServerState, env: Env, connection: ConnectionId): ServerState {
  if (state.following?.connection !== connection) return state;
  say(state, env, 'INFO', 'Learner$LeaderConnector@381', `Successfully connected to leader, using address: ${leaderAddress(state, env)}`, `LeaderConnector-${leaderAddress(state, env)}`);
  return raise(edit(state, { connectedAt: env.now, heardAt: env.now }), { type: 'leaderConnected' });
}

export function leaderRefused(state: ServerState, env: Env, connection: ConnectionId): ServerState {
  if (state.following?.connection !== connection) return state;
  noteConnectFailure(state, env);
  return raise(edit(state, { connection: null }), { type: 'leaderRefusedConnection' });
}

/** Said while it still follows: once the chart has left that state nobody knows any more whom it tried to reach. */
function noteConnectFailure(state: ServerState, env: Env): void {
  const { tries } = state.chart.context;
  const isLast = tries >= CONNECT_TRIES - 1;
  const leftMs = Math.round((state.following!.connectStartedAt + initLimitMicros(state) - env.now) / 1_000);
  say(
    state, env, isLast ? 'ERROR' : 'WARN', isLast ? 'Learner$LeaderConnector@440' : 'Learner$LeaderConnector@445',
    `Unexpected exception, ${isLast ? 'retries exceeded. ' : ''}tries=${tries}, remaining init limit=${leftMs}, connecting to ${leaderAddress(state, env)}\n` +
      'java.net.ConnectException: Connection refused',
    `LeaderConnector-${leaderAddress(state, env)}`,
  );
}

export function sendFollowerInfo(state: ServerState, env: Env): ServerState {
  env.setTimer('learner.read', initLimitMicros(state));
  send(state, env, { type: 'FOLLOWERINFO', zxid: makeZxid(state.acceptedEpoch, 0), sid: state.settings.myid, protocolVersion: 0x10000, configVersion: 0 });
  return state;
}

/** acceptedEpoch is on disk before the answer leaves; one accepted before is answered with −1. */
export function acceptEpoch(state: ServerState, env: Env): ServerState {
  const { newEpoch } = state.following!;
  const isNew = newEpoch > state.acceptedEpoch;
  const written = isNew ? writeAcceptedEpoch(state, env, newEpoch) : { state };
  if ('failed' in written) return giveUp(state, env, written.failed);
  const next = written.state;
  if (isNew) note(env, { type: 'epochAccepted', epoch: newEpoch });
  send(next, env, { type: 'ACKEPOCH', zxid: next.log.lastLoggedZxid, currentEpoch: isNew ? next.currentEpoch : -1 });
  return next;
}

export function persistHistory(state: ServerState, env: Env): ServerState {
  const { mode, proposals, commits } = state.following!;
  if (mode !== 'DIFF') {
    const saved = takeSnapshot(state, env);
    return saved.log.isBroken ? saved : raise(saved, { type: 'historyPersisted' });
  }
  const committed = proposals.filter((entry) => commits.includes(entry.header.zxid));
  const next = append(state, env, committed);
  // The thread that logs is only started when the server serves: here it is the main thread that fails.
  if (next.log.isBroken) return raise(next, { type: 'leaderLost' });
  const token: HistoryFlush = { type: 'history', generation: next.log.generation };
  return flushHistory(next, env, token) ? next : raise(next, { type: 'historyPersisted' });
}

export function historyFlushed(state: ServerState, env: Env, token: HistoryFlush): ServerState {
  if (token.generation !== state.log.generation || !matches(state.chart, 'following.synchronization.persisting')) return state;
  let next = state;
  const { proposals, commits } = state.following!;
  for (const entry of proposals) if (commits.includes(entry.header.zxid)) next = applyCommitted(next, env, entry);
  return raise(next, { type: 'historyPersisted' });
}

export function ackNewLeader(state: ServerState, env: Env): ServerState {
  const { newEpoch, proposals, commits, mode } = state.following!;
  const written = writeCurrentEpoch(state, env, newEpoch);
  if ('failed' in written) return giveUp(state, env, written.failed);
  let next = sayFollowerPipeline(written.state, env);
  note(env, { type: 'learnerSynchronized', mode: mode!, epoch: newEpoch, lastLoggedZxid: next.log.lastLoggedZxid });
  send(next, env, { type: 'ACK', zxid: makeZxid(newEpoch, 0) });
  const waiting: LogEntry[] = [];
  for (const entry of proposals) {
    if (commits.includes(entry.header.zxid)) send(next, env, { type: 'ACK', zxid: entry.header.zxid });
    else waiting.push(entry);
  }
  env.setTimer('learner.read', readTimeoutMicros(next));
  next = edit(next, { proposals: [], commits: [], pendingTxns: waiting, lastQueued: 0 });
  return waiting.length > 0 ? logEntries(next, env, waiting) : next;
}

export function serveAsFollower(state: ServerState, env: Env): ServerState {
  const { newEpoch, commits } = state.following!;
  send(state, env, { type: 'ACK', zxid: makeZxid(newEpoch, 0) });
  let next: ServerState = {
    ...edit(state, { commits: [] }),
    isServing: true,
    currentVote: { ...state.currentVote, peerEpoch: newEpoch },
    nextSessionId: firstSessionId(state.settings.myid, env.wallClockMs),
  };
  note(env, { type: 'serverServing', zxid: next.tree.lastProcessedZxid });
  for (const zxid of commits) next = commit(next, env, zxid);
  return next;
}

export function stopFollowing(state: ServerState, env: Env): ServerState {
  const following = state.following!;
  env.clearTimer('learner.read');
  if (following.connection !== null) env.close(following.connection);
  const { isServing } = state;
  const forMs = following.connectedAt === 0 ? 0 : Math.round((env.now - following.connectedAt) / 1_000);
  if (following.connectedAt !== 0) {
    say(state, env, 'INFO', 'Follower@145', `Disconnected from leader (with address: ${leaderAddress(state, env)}). Was connected for ${forMs}ms. Sync state: ${isServing}`);
  }
  say(state, env, 'INFO', 'Follower@289', 'shutdown Follower');
  if (isServing) {
    sayFollowerShutdown(state, env);
    note(env, { type: 'serverNotServing' });
  }
  note(env, { type: 'leaderLost', leader: following.leader });
  return backToLooking({ ...closeAllClients(state, env), isServing: false, following: null }, env);
}

// ------------------------------------------------------------------- events

function giveUp(state: ServerState, env: Env, why: string): ServerState {
  say(state, env, 'WARN', 'Follower@131', `Exception when following the leader\n${why}`);
  return raise(state, { type: 'leaderLost' });
}

export function leaderClosed(state: ServerState, env: Env, connection: ConnectionId): ServerState {
  if (state.following?.connection !== connection) return state;
  return giveUp(edit(state, { connection: null }), env, 'java.io.EOFException');
}

/** The timer runs on its own; it is only looked at when it rings whether something was heard since. */
export function readTimerRang(state: ServerState, env: Env): ServerState {
  const { following } = state;
  if (!following) return state;
  const left = following.heardAt + readTimeoutMicros(state) - env.now;
  if (left > 0 && following.connectedAt !== 0) {
    env.setTimer('learner.read', left);
    return state;
  }
  return giveUp(state, env, 'java.net.SocketTimeoutException: Read timed out');
}

export function leaderPacket(state: ServerState, env: Env, connection: ConnectionId, packet: LeaderPacket): ServerState {
  if (state.following?.connection !== connection) return state;
  if (state.log.isBroken) return raise(state, { type: 'leaderLost' });
  const next = edit(state, { heardAt: env.now });
  if (matches(state.chart, 'following.broadcast')) return broadcastPacket(next, env, packet);
  if (matches(state.chart, 'following.synchronization.persisting')) return edit(next, { held: [...next.following!.held, packet] });
  return synchronizationPacket(next, env, packet);
}

/** One of the packets that came while the disk was busy; only outside `persisting`. */
export function heldPacket(state: ServerState, env: Env): ServerState {
  const [packet, ...held] = state.following!.held;
  const next = edit(state, { held });
  if (!packet) return next;
  return matches(state.chart, 'following.broadcast')
    ? broadcastPacket(next, env, packet as LeaderPacket)
    : synchronizationPacket(next, env, packet as LeaderPacket);
}

function synchronizationPacket(state: ServerState, env: Env, packet: LeaderPacket): ServerState {
  const following = state.following!;
  const isAcked = matches(state.chart, 'following.synchronization.awaitingUpToDate');
  switch (packet.type) {
    case 'LEADERINFO': {
      const epoch = epochOf(packet.zxid);
      if (epoch < state.acceptedEpoch) {
        return giveUp(state, env, `java.io.IOException: Leaders epoch, ${epoch} is less than accepted epoch, ${state.acceptedEpoch}`);
      }
      return raise(edit(state, { newEpoch: epoch }), { type: 'LEADERINFO', epoch, acceptedEpoch: state.acceptedEpoch });
    }
    case 'DIFF':
      say(state, env, 'INFO', 'Learner@562', `Getting a diff from the leader ${formatZxid(packet.zxid)}`);
      return raise(edit(state, { mode: 'DIFF' }), { type: 'DIFF' });
    case 'TRUNC': {
      say(state, env, 'WARN', 'Learner@596', `Truncating log to get in sync with the leader ${formatZxid(packet.zxid)}`);
      const cut = truncateLog(state, env, packet.zxid, { text: configText(state), time: env.wallClockMs });
      note(env, { type: 'logTruncated', to: packet.zxid, zxids: cut.removed });
      // The database counts as processed up to the point of truncation, whatever the last log record is.
      return raise(edit({ ...cut.state, tree: withLastProcessed(cut.state.tree, packet.zxid) }, { mode: 'TRUNC' }), { type: 'TRUNC' });
    }
    case 'SNAP':
      say(state, env, 'INFO', 'Learner@573', `Getting a snapshot from leader ${formatZxid(packet.zxid)}`);
      return raise(edit(state, { mode: 'SNAP' }), { type: 'SNAP' });
    case 'SnapshotStream': {
      const tree = withConfig(packet.tree, { text: configText(state), time: env.wallClockMs });
      const next = restartLog({ ...state, tree, committedLog: [] });
      return { ...next, log: { ...next.log, lastLoggedZxid: tree.lastProcessedZxid } };
    }
    case 'NEWLEADER':
      say(state, env, 'INFO', 'Learner@734', 'Learner received NEWLEADER message');
      sayConfigNotStored(state, env);
      return raise(state, { type: 'NEWLEADER' });
    case 'PROPOSAL': {
      if (packet.zxid !== following.lastQueued + 1) {
        say(state, env, 'WARN', 'Learner@634', `Got zxid ${formatZxid(packet.zxid)} expected ${formatZxid(following.lastQueued + 1)}`);
      }
      const next = edit(state, { lastQueued: packet.zxid });
      if (!isAcked) return edit(next, { proposals: [...following.proposals, packet.entry] });
      return logEntries(edit(next, { pendingTxns: [...following.pendingTxns, packet.entry] }), env, [packet.entry]);
    }
    case 'COMMIT': {
      if (isAcked || following.mode === 'DIFF') return edit(state, { commits: [...following.commits, packet.zxid] });
      // The snapshot that NEWLEADER will bring about covers it.
      const [entry, ...proposals] = following.proposals;
      if (!entry || entry.header.zxid !== packet.zxid) return giveUp(state, env, 'java.io.IOException: Committing an unknown proposal');
      const next = applyCommitted(edit(state, { proposals }), env, entry);
      return { ...next, log: { ...next.log, lastLoggedZxid: packet.zxid } };
    }
    case 'UPTODATE':
      say(state, env, 'INFO', 'Learner@718', 'Learner received UPTODATE message');
      return raise(edit(state, { lastQueued: 0 }), { type: 'UPTODATE' });
    case 'PING':
    case 'REVALIDATE':
    case 'SYNC':
      return broadcastPacket(state, env, packet);
  }
}

function broadcastPacket(state: ServerState, env: Env, packet: LeaderPacket): ServerState {
  const following = state.following!;
  switch (packet.type) {
    case 'PING':
      send(state, env, { type: 'PING', zxid: packet.zxid, touches: following.touches });
      return following.touches === NO_TOUCHES ? state : edit(state, { touches: NO_TOUCHES });
    case 'PROPOSAL': {
      if (packet.zxid !== following.lastQueued + 1) {
        say(state, env, 'WARN', 'Follower@172', `Got zxid ${formatZxid(packet.zxid)} expected ${formatZxid(following.lastQueued + 1)}`);
      }
      return logEntries(edit(state, { lastQueued: packet.zxid, pendingTxns: [...following.pendingTxns, packet.entry] }), env, [packet.entry]);
    }
    case 'COMMIT': return commit(state, env, packet.zxid);
    case 'REVALIDATE': return answerRevalidation(state, env, packet.sessionId, packet.valid === true);
    case 'SYNC': return answerSync(state, env);
    case 'UPTODATE':
      say(state, env, 'ERROR', 'Follower@216', 'Received an UPTODATE message after Follower started');
      return state;
    default:
      return state;
  }
}

/** Only the oldest logged, uncommitted transaction may be committed; anything else ends the process. */
function commit(state: ServerState, env: Env, zxid: Zxid): ServerState {
  const [entry, ...pendingTxns] = state.following!.pendingTxns;
  if (!entry) {
    say(state, env, 'WARN', 'FollowerZooKeeperServer@109', `Committing ${formatZxid(zxid)} without seeing txn`);
    return state;
  }
  if (entry.header.zxid !== zxid) {
    say(state, env, 'ERROR', 'FollowerZooKeeperServer@114', `Committing zxid ${formatZxid(zxid)} but next pending txn ${formatZxid(entry.header.zxid)}`);
    env.exit(12);
    return state;
  }
  return applyCommitted(edit(state, { pendingTxns }), env, entry);
}

/** The log device made these durable: tell the leader. */
export function sendAcks(state: ServerState, env: Env, zxids: readonly Zxid[]): ServerState {
  for (const zxid of zxids) send(state, env, { type: 'ACK', zxid });
  return state;
}
