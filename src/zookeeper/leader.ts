/**
 * The leader's side of discovery, synchronization and heartbeats (Leader, LearnerHandler; sections 2.2, 2.3, 2.6).
 * Each learner's handler goes from FOLLOWERINFO to active in the order of `LearnerPhase`.
 */
import { matches } from '../kernel/machine.ts';
import type { ConnectionId, Env } from '../kernel/program.ts';
import { countAck, leaderSync } from './broadcast.ts';
import { editLeading, monotonicMs, proposeRequest } from './proposals.ts';
import { closeAllClients } from './client-connections.ts';
import { startContainerSweep, stopContainerSweep } from './containers.ts';
import { electionTookMs } from './election.ts';
import { committedRange, planSync } from './learner-handler.ts';
import { configText, memberText } from './membership.ts';
import { NOTHING_OUTSTANDING } from './operations/index.ts';
import { NO_TOUCHES_IN_PING, type FollowerPacket, type QuorumPacket } from './packets.ts';
import { sayConfigNotStored, sayFirstLeading, sayFirstLearnerAccepted, sayLeaderPipeline, sayServerCreated } from './server-log.ts';
import { counted, newStatistics } from './server-statistics.ts';
import { applyTouches, expireSessions, firstSessionId, nextExpiryCheck, revalidateSession, startTracker } from './sessions.ts';
import { raise, note, post, say, serverOf, type Leading, type LearnerHandler, type ServerState } from './server-state.ts';
import { socketTextHere } from './socket-text.ts';
import { fastForward, restartLog, takeSnapshot, writeAcceptedEpoch, writeCurrentEpoch } from './txn-log.ts';
import { withLastProcessed } from './tree.ts';
import { isQuorum } from './votes.ts';
import { counterOf, epochOf, formatZxid, makeZxid, NO_ZXID } from './zxid.ts';

function ownerName(connection: ConnectionId): string {
  return `learner-${connection}`;
}

function handlerThread(learner: LearnerHandler): string {
  return `LearnerHandler-/${learner.peer}`;
}

function withoutLeader(state: ServerState): Leading {
  const zxid = state.tree.lastProcessedZxid;
  return {
    epoch: 0,
    connectingFollowers: [],
    electingFollowers: [],
    newLeaderAcks: [],
    currentEpochBefore: state.currentEpoch,
    lastZxidBefore: zxid,
    learners: [],
    lastProposed: zxid,
    lastCommitted: zxid,
    outstanding: [],
    changes: NOTHING_OUTSTANDING,
    tracker: startTracker({}, state.settings.tickTimeMs, 0),
    pendingSyncs: [],
    tick: 0,
    tickSkip: true,
  };
}

// ------------------------------------------------------------- chart actions

/** One server alone: no election, the same pipeline. */
export function startStandalone(state: ServerState, env: Env): ServerState {
  const next = takeSnapshot({ ...state, leading: withoutLeader(state), statistics: newStatistics(env.now, state.statistics.counters) }, env, 'main');
  return startServing(next, env);
}

export function startLeading(state: ServerState, env: Env): ServerState {
  const { settings } = state;
  say(state, env, 'INFO', 'QuorumPeer@1524', 'LEADING');
  let next = sayServerCreated(sayFirstLeading(state, env), env);
  say(state, env, 'INFO', 'Leader@584', `LEADING - LEADER ELECTION TOOK - ${electionTookMs(state, env)} MS`);
  say(state, env, 'INFO', 'QuorumPeer@915', 'Peer state changed: leading - discovery');
  note(env, { type: 'peerStateChanged', state: 'leading - discovery' });
  next = takeSnapshot(restartLog(next), env);
  if (next.log.isBroken) return { ...next, leading: withoutLeader(next) };
  env.listen(serverOf(settings, settings.myid)!.quorumPort);
  next = { ...next, leading: withoutLeader(next), statistics: newStatistics(env.now, next.statistics.counters) };
  return proposeEpoch(next, settings.myid, next.acceptedEpoch);
}

/** An exception leaves Leader.lead(). */
function failLeading(state: ServerState, env: Env, why: string): ServerState {
  say(state, env, 'WARN', 'QuorumPeer@1530', `Unexpected exception\n${why}`);
  return shutDown(state, env, 'Forcing shutdown');
}

function shutDown(state: ServerState, env: Env, why: string): ServerState {
  say(state, env, 'INFO', 'Leader@795', `Shutdown called. For the reason ${why}`);
  return raise(state, { type: 'leadershipEnded' });
}

/** A server's acceptedEpoch is known: the new epoch is larger than all of a quorum's. */
function proposeEpoch(state: ServerState, sid: number, acceptedEpoch: number): ServerState {
  const leading = state.leading!;
  const connectingFollowers = leading.connectingFollowers.includes(sid) ? leading.connectingFollowers : [...leading.connectingFollowers, sid];
  const next = editLeading(state, { connectingFollowers, epoch: Math.max(leading.epoch, acceptedEpoch + 1) });
  return isQuorum(connectingFollowers.length, state.settings.servers.length) ? raise(next, { type: 'followerInfoQuorumReached' }) : next;
}

export function announceEpoch(state: ServerState, env: Env): ServerState {
  const { epoch, learners } = state.leading!;
  const written = writeAcceptedEpoch(state, env, epoch);
  if ('failed' in written) return failLeading(state, env, written.failed);
  note(env, { type: 'epochProposed', epoch });
  let next = editLeading(written.state, { lastProposed: makeZxid(epoch, 0), electingFollowers: [state.settings.myid] });
  for (const learner of learners) if (learner.phase === 'awaitingEpoch') next = sendLeaderInfo(next, env, learner);
  return next;
}

function sendLeaderInfo(state: ServerState, env: Env, learner: LearnerHandler): ServerState {
  post(env, learner.connection, { type: 'LEADERINFO', zxid: makeZxid(state.leading!.epoch, 0), protocolVersion: 0x10000 });
  return withLearner(state, { ...learner, phase: 'awaitingAckEpoch' });
}

export function adoptEpoch(state: ServerState, env: Env): ServerState {
  const { epoch } = state.leading!;
  const written = writeCurrentEpoch(state, env, epoch);
  if ('failed' in written) return failLeading(state, env, written.failed);
  sayConfigNotStored(written.state, env);
  let next = editLeading(written.state, { newLeaderAcks: [state.settings.myid] });
  for (const learner of next.leading!.learners) if (learner.phase === 'awaitingEpochQuorum') next = synchronize(next, env, learner);
  return next;
}

export function serveAsLeader(state: ServerState, env: Env): ServerState {
  const { epoch, newLeaderAcks, learners } = state.leading!;
  const zxid = makeZxid(epoch, 0);
  const sids = [...newLeaderAcks].sort((a, b) => a - b);
  say(
    state, env, 'INFO', 'Leader@1495',
    `Have quorum of supporters, sids: [[${sids.join(', ')}]]; starting up and setting last processed zxid: ${formatZxid(zxid)}`,
  );
  let next: ServerState = {
    ...state,
    tree: withLastProcessed(state.tree, zxid),
    currentVote: { ...state.currentVote, peerEpoch: epoch },
    statistics: { ...state.statistics, leaderSince: env.now },
  };
  next = editLeading(next, { lastCommitted: zxid, lastProposed: zxid });
  next = startServing(sayLeaderPipeline(next, env), env);
  note(env, { type: 'leaderEstablished', epoch, supporters: sids });
  env.setTimer('leader.ping', pingPeriodMicros(next));
  for (const learner of learners) if (learner.phase === 'awaitingStartup') next = activate(next, env, learner);
  return next;
}

function startServing(state: ServerState, env: Env): ServerState {
  const nowMs = monotonicMs(env);
  const { tickTimeMs, myid } = state.settings;
  const tracker = startTracker(state.tree.sessions, tickTimeMs, nowMs);
  env.setTimer('leader.expiry', (nextExpiryCheck(nowMs, tickTimeMs) - nowMs) * 1_000);
  startContainerSweep(env);
  note(env, { type: 'serverServing', zxid: state.tree.lastProcessedZxid });
  return { ...editLeading(state, { tracker }), isServing: true, nextSessionId: firstSessionId(myid, env.wallClockMs) };
}

export function stopLeading(state: ServerState, env: Env): ServerState {
  const { settings, leading } = state;
  env.clearTimer('leader.ping');
  env.clearTimer('leader.expiry');
  stopContainerSweep(env);
  for (const { connection } of leading!.learners) {
    env.clearTimer(`leader.handler.${connection}`);
    env.close(connection);
  }
  env.unlisten(serverOf(settings, settings.myid)!.quorumPort);
  if (state.isServing) note(env, { type: 'serverNotServing' });
  return backToLooking({ ...closeAllClients(state, env), isServing: false, leading: null }, env);
}

/** What leaving FOLLOWING and LEADING have in common at their end. */
export function backToLooking(state: ServerState, env: Env): ServerState {
  say(state, env, 'INFO', 'QuorumPeer@915', 'Peer state changed: looking');
  say(state, env, 'WARN', 'QuorumPeer@1560', 'PeerState set to LOOKING');
  note(env, { type: 'peerStateChanged', state: 'looking' });
  return fastForward(state, env);
}

/** A wait of discovery or synchronization took longer than initLimit. */
export function noteTimeout(state: ServerState, env: Env, waitedFor: string): ServerState {
  say(state, env, 'WARN', 'QuorumPeer@1535', `Unexpected exception\nInterruptedException: Timeout while waiting for ${waitedFor}`);
  say(state, env, 'INFO', 'Leader@795', 'Shutdown called. For the reason Forcing shutdown');
  note(env, { type: 'quorumLost', waitedFor });
  return state;
}

// ----------------------------------------------------------------- learners

function withLearner(state: ServerState, learner: LearnerHandler): ServerState {
  return editLeading(state, {
    learners: state.leading!.learners.map((known) => (known.connection === learner.connection ? learner : known)),
  });
}

function learnerOf(state: ServerState, connection: ConnectionId): LearnerHandler | undefined {
  return state.leading?.learners.find((learner) => learner.connection === connection);
}

function initLimitMicros(state: ServerState): number {
  return state.settings.initLimit * state.settings.tickTimeMs * 1_000;
}

function syncLimitMicros(state: ServerState): number {
  return state.settings.syncLimit * state.settings.tickTimeMs * 1_000;
}

function pingPeriodMicros(state: ServerState): number {
  return (state.settings.tickTimeMs / 2) * 1_000;
}

export function learnerAccepted(state: ServerState, env: Env, connection: ConnectionId, peer: string): ServerState {
  if (!state.leading) {
    env.close(connection);
    return state;
  }
  const { settings, leading } = state;
  const self = serverOf(settings, settings.myid)!;
  const next = sayFirstLearnerAccepted(state, env, socketTextHere(env, self.host, self.quorumPort));
  env.setTimer(`leader.handler.${connection}`, initLimitMicros(state));
  const learner: LearnerHandler = {
    connection,
    peer,
    sid: 0,
    phase: 'awaitingFollowerInfo',
    lastLoggedZxid: 0,
    tickOfNextAckDeadline: leading.tick + settings.initLimit + settings.syncLimit,
    heardAt: env.now,
    unackedZxid: 0,
    unackedSince: 0,
  };
  return editLeading(next, { learners: [...leading.learners, learner] });
}

/** The handler ends; the learner must come anew. */
function dropLearner(state: ServerState, env: Env, learner: LearnerHandler, why: string): ServerState {
  say(state, env, 'ERROR', 'LearnerHandler@715', `Unexpected exception in LearnerHandler: \n${why}`, handlerThread(learner));
  say(state, env, 'WARN', 'LearnerHandler@731', `******* GOODBYE /${learner.peer} ********`, handlerThread(learner));
  env.clearTimer(`leader.handler.${learner.connection}`);
  env.close(learner.connection);
  note(env, { type: 'learnerLost', sid: learner.sid });
  const leading = state.leading!;
  return editLeading(state, {
    learners: leading.learners.filter((known) => known.connection !== learner.connection),
    pendingSyncs: leading.pendingSyncs.filter((sync) => sync.connection !== learner.connection),
  });
}

export function learnerClosed(state: ServerState, env: Env, connection: ConnectionId): ServerState {
  const learner = learnerOf(state, connection);
  return learner ? dropLearner(state, env, learner, 'java.io.EOFException') : state;
}

export function handlerTimedOut(state: ServerState, env: Env, connection: ConnectionId): ServerState {
  const learner = learnerOf(state, connection);
  if (!learner) return state;
  const limit = learner.phase === 'active' || learner.phase === 'awaitingStartup' ? syncLimitMicros(state) : initLimitMicros(state);
  const left = learner.heardAt + limit - env.now;
  // A handler that waits for others is not reading.
  const reads = learner.phase === 'active' || learner.phase === 'awaitingFollowerInfo' || learner.phase === 'awaitingAckEpoch' || learner.phase === 'awaitingNewLeaderAck';
  if (left <= 0 && reads) return dropLearner(state, env, learner, 'java.net.SocketTimeoutException: Read timed out');
  env.setTimer(`leader.handler.${connection}`, left > 0 ? left : limit);
  return state;
}

export function learnerPacket(state: ServerState, env: Env, connection: ConnectionId, packet: FollowerPacket): ServerState {
  const known = learnerOf(state, connection);
  if (!known) return state;
  const { leading, settings } = state;
  const learner: LearnerHandler = {
    ...known,
    heardAt: env.now,
    tickOfNextAckDeadline: known.phase === 'active' ? leading!.tick + settings.syncLimit : known.tickOfNextAckDeadline,
  };
  switch (packet.type) {
    case 'FOLLOWERINFO': {
      const next = withLearner(state, { ...learner, sid: packet.sid, phase: 'awaitingEpoch' });
      const server = serverOf(settings, packet.sid);
      say(next, env, 'INFO', 'LearnerHandler@506', `Follower sid: ${packet.sid} : info : ${server ? memberText(server) : 'unknown'}`, handlerThread(learner));
      if (matches(state.chart, 'leading.discovery.awaitingFollowerInfo')) return proposeEpoch(next, packet.sid, epochOf(packet.zxid));
      return sendLeaderInfo(next, env, learnerOf(next, connection)!);
    }
    case 'ACKEPOCH': return ackEpoch(state, env, { ...learner, lastLoggedZxid: packet.zxid }, packet.currentEpoch);
    case 'ACK': return acknowledged(state, env, learner, packet.zxid);
    case 'PING': {
      const tracker = applyTouches(leading!.tracker, packet.touches, monotonicMs(env));
      const next = withLearner(state, learner);
      return tracker === leading!.tracker ? next : editLeading(next, { tracker });
    }
    case 'REVALIDATE': {
      const owner = ownerName(connection);
      const { tracker, valid } = revalidateSession(leading!.tracker, packet.sessionId, owner, monotonicMs(env));
      if (valid) note(env, { type: 'sessionMoved', sessionId: packet.sessionId, owner });
      post(env, connection, { type: 'REVALIDATE', zxid: -1, sessionId: packet.sessionId, valid });
      return editLeading(withLearner(state, learner), { tracker });
    }
    case 'REQUEST': {
      const next = withLearner(state, learner);
      if (!matches(state.chart, 'leading.broadcast')) return next;
      const { sessionId, cxid, op } = packet;
      return op.type === 'sync' ? leaderSync(next, env, connection) : proposeRequest(next, env, { sessionId, cxid, op }, ownerName(connection));
    }
  }
}

function ackEpoch(state: ServerState, env: Env, learner: LearnerHandler, currentEpoch: number): ServerState {
  const leading = state.leading!;
  if (!matches(state.chart, 'leading.discovery')) return synchronize(state, env, learner);
  const next = withLearner(state, { ...learner, phase: 'awaitingEpochQuorum' });
  if (currentEpoch === -1) return next;
  const isAhead =
    currentEpoch > leading.currentEpochBefore ||
    (currentEpoch === leading.currentEpochBefore && learner.lastLoggedZxid > leading.lastZxidBefore);
  if (isAhead) {
    return dropLearner(
      next, env, learner,
      `java.io.IOException: Follower is ahead of the leader, leader summary: ${leading.currentEpochBefore} (current epoch), ${leading.lastZxidBefore} (last zxid)`,
    );
  }
  const electingFollowers = [...leading.electingFollowers.filter((sid) => sid !== learner.sid), learner.sid];
  const counted = editLeading(next, { electingFollowers });
  return isQuorum(electingFollowers.length, state.settings.servers.length) ? raise(counted, { type: 'ackEpochQuorumReached' }) : counted;
}

/** Sends what the learner lacks, then NEWLEADER; from here on it takes part in the broadcast. */
function synchronize(state: ServerState, env: Env, learner: LearnerHandler): ServerState {
  const { sid, connection, lastLoggedZxid } = learner;
  const { tree, committedLog } = state;
  const leading = state.leading!;
  const thread = handlerThread(learner);
  const plan = planSync(lastLoggedZxid, tree.lastProcessedZxid, committedLog);
  // Printed as the database counts it, before an empty log is taken to lie at the last transaction.
  const range = committedRange(committedLog, NO_ZXID);
  say(state, env, 'INFO', 'ZKDatabase@346', 'On disk txn sync enabled with snapshotSizeFactor 0.33', thread);
  say(
    state, env, 'INFO', 'LearnerHandler@801',
    `Synchronizing with Learner sid: ${sid} maxCommittedLog=${formatZxid(range.max)} minCommittedLog=${formatZxid(range.min)} ` +
      `lastProcessedZxid=${formatZxid(tree.lastProcessedZxid)} peerLastZxid=${formatZxid(lastLoggedZxid)}`,
    thread,
  );
  switch (plan.reason) {
    case 'equal':
      say(state, env, 'INFO', 'LearnerHandler@846', `Sending DIFF zxid=${formatZxid(plan.zxid)} for peer sid: ${sid}`, thread);
      break;
    case 'ahead':
      say(state, env, 'DEBUG', 'LearnerHandler@857', `Sending TRUNC to follower zxidToSend=${formatZxid(plan.zxid)} for peer sid:${sid}`, thread);
      break;
    case 'committedLog':
      say(state, env, 'INFO', 'LearnerHandler@865', `Using committedLog for peer sid: ${sid}`, thread);
      say(
        state, env, 'INFO', plan.mode === 'TRUNC' ? 'LearnerHandler@1001' : counterOf(lastLoggedZxid) === 0 ? 'LearnerHandler@984' : 'LearnerHandler@973',
        `Sending ${plan.mode} zxid=${formatZxid(plan.zxid)}  for peer sid: ${sid}`, thread,
      );
      break;
    case 'differentEpoch':
      say(state, env, 'INFO', 'LearnerHandler@865', `Using committedLog for peer sid: ${sid}`, thread);
      say(state, env, 'WARN', 'LearnerHandler@997', `Cannot send TRUNC to peer sid: ${sid} peer zxid is from different epoch`, thread);
      break;
    case 'tooFarBehind':
      break;
  }
  const send = (packet: QuorumPacket): void => {
    post(env, connection, packet);
  };
  send({ type: plan.mode, zxid: plan.zxid });
  if (plan.mode === 'SNAP') {
    say(
      state, env, 'INFO', 'LearnerHandler@568',
      `Sending snapshot last zxid of peer is ${formatZxid(lastLoggedZxid)}, zxid of leader is ${formatZxid(leading.lastProposed)}, ` +
        `send zxid of db as ${formatZxid(plan.zxid)}, 1 concurrent snapshot sync, snapshot sync was exempt from throttle`,
      thread,
    );
    send({ type: 'SnapshotStream', tree, signature: 'BenWasHere' });
  }
  for (const entry of plan.entries) {
    send({ type: 'PROPOSAL', zxid: entry.header.zxid, entry });
    send({ type: 'COMMIT', zxid: entry.header.zxid });
  }
  for (const { entry } of leading.outstanding) {
    if (entry.header.zxid > plan.lastQueued) send({ type: 'PROPOSAL', zxid: entry.header.zxid, entry });
  }
  send({ type: 'NEWLEADER', zxid: makeZxid(leading.epoch, 0), configText: configText(state) });
  note(env, { type: 'learnerSynchronizing', sid, mode: plan.mode, zxid: plan.zxid, missing: plan.entries.map((entry) => entry.header.zxid) });
  const statistics = counted(state.statistics, plan.mode === 'SNAP' ? 'snaps' : 'diffs');
  return withLearner({ ...state, statistics }, { ...learner, phase: 'awaitingNewLeaderAck' });
}

function acknowledged(state: ServerState, env: Env, learner: LearnerHandler, zxid: number): ServerState {
  const leading = state.leading!;
  if (learner.phase === 'awaitingNewLeaderAck') {
    if (zxid !== makeZxid(leading.epoch, 0)) return dropLearner(state, env, learner, 'java.io.IOException: Next packet was supposed to be an ACK');
    env.setTimer(`leader.handler.${learner.connection}`, syncLimitMicros(state));
    if (matches(state.chart, 'leading.broadcast')) return activate(state, env, learner);
    const newLeaderAcks = leading.newLeaderAcks.includes(learner.sid) ? leading.newLeaderAcks : [...leading.newLeaderAcks, learner.sid];
    const next = editLeading(withLearner(state, { ...learner, phase: 'awaitingStartup' }), { newLeaderAcks });
    return isQuorum(newLeaderAcks.length, state.settings.servers.length) ? raise(next, { type: 'newLeaderAckQuorumReached' }) : next;
  }
  const caughtUp = learner.unackedZxid !== 0 && zxid >= learner.unackedZxid;
  const next = withLearner(
    state,
    caughtUp
      ? { ...learner, unackedZxid: leading.lastProposed > zxid ? leading.lastProposed : 0, unackedSince: env.now }
      : learner,
  );
  return countAck(next, env, learner.sid, zxid);
}

function activate(state: ServerState, env: Env, learner: LearnerHandler): ServerState {
  post(env, learner.connection, { type: 'UPTODATE', zxid: -1 });
  return withLearner(state, {
    ...learner,
    phase: 'active',
    heardAt: env.now,
    tickOfNextAckDeadline: state.leading!.tick + state.settings.syncLimit,
  });
}

// ---------------------------------------------------------------- heartbeats

/** Every half tick a PING to each learner; every whole tick the question whether a quorum is still with us. */
export function pingLearners(state: ServerState, env: Env): ServerState {
  if (!matches(state.chart, 'leading.broadcast')) return state;
  const leading = state.leading!;
  const { settings } = state;
  const tick = leading.tickSkip ? leading.tick : leading.tick + 1;
  let next = editLeading(state, { tick, tickSkip: !leading.tickSkip });
  if (state.log.isBroken) return shutDown(next, env, 'Unexpected internal error');
  if (!leading.tickSkip) {
    const synced = [settings.myid];
    for (const learner of leading.learners) {
      if (learner.phase !== 'awaitingFollowerInfo' && tick <= learner.tickOfNextAckDeadline && !synced.includes(learner.sid)) synced.push(learner.sid);
    }
    if (!isQuorum(synced.length, settings.servers.length)) {
      synced.sort((a, b) => a - b);
      note(env, { type: 'quorumLost', synced });
      return shutDown(next, env, `Not sufficient followers synced, only synced with sids: [ [${synced.join(', ')}] ]`);
    }
  }
  env.setTimer('leader.ping', pingPeriodMicros(state));
  for (const learner of leading.learners) {
    if (learner.unackedZxid !== 0 && env.now - learner.unackedSince > syncLimitMicros(state)) {
      say(next, env, 'WARN', 'LearnerHandler@1125', 'Closing connection to peer due to transaction timeout.', handlerThread(learner));
      next = dropLearner(next, env, learner, 'java.net.SocketException: Socket closed');
    } else if (learner.phase === 'active' || learner.phase === 'awaitingNewLeaderAck' || learner.phase === 'awaitingStartup') {
      post(env, learner.connection, { type: 'PING', zxid: leading.lastProposed, touches: NO_TOUCHES_IN_PING });
    }
  }
  return next;
}

/** The expirer wakes at each multiple of the tick. */
export function expireSilentSessions(state: ServerState, env: Env): ServerState {
  if (!state.leading || !state.isServing) return state;
  const nowMs = monotonicMs(env);
  const { tracker, expired } = expireSessions(state.leading.tracker, nowMs);
  let next = tracker === state.leading.tracker ? state : editLeading(state, { tracker });
  env.setTimer('leader.expiry', (nextExpiryCheck(nowMs, state.settings.tickTimeMs) - nowMs) * 1_000);
  for (const { id, timeoutMs } of expired) {
    say(next, env, 'INFO', 'ZooKeeperServer@628', `Expiring session ${id}, timeout of ${timeoutMs}ms exceeded`, 'SessionTracker');
    if (!matches(state.chart, 'standalone')) {
      say(next, env, 'INFO', 'QuorumZooKeeperServer@163', `Submitting global closeSession request for session ${id}`, 'RequestThrottler');
    }
    note(env, { type: 'sessionExpired', sessionId: id, timeoutMs });
    next = { ...next, statistics: counted(next.statistics, 'staleSessionsExpired') };
    next = proposeRequest(next, env, { sessionId: id, cxid: 0, op: { type: 'closeSession' } }, 'self');
  }
  return next;
}

/** The own log device made these transactions durable. */
export function ownAcks(state: ServerState, env: Env, zxids: readonly number[]): ServerState {
  let next = state;
  for (const zxid of zxids) if (next.leading) next = countAck(next, env, next.settings.myid, zxid);
  return next;
}
