/**
 * The ZooKeeper server process (QuorumPeerMain): starts from its disk, gives every event to the part it belongs to, and
 * lets the peer's chart decide what the server is.
 */
import { applyTimers, begin, matches, step, type Step } from '../kernel/machine.ts';
import type { Env, Message, ProcessEvent, Program } from '../kernel/program.ts';
import { clientAccepted, clientClosed, clientReceived, sessionlessTimedOut } from './client-connections.ts';
import {
  concludeElection, ELECTION_TAG, electionAccepted, electionClosed, electionConnected, electionConnectFailed, electionConnectTimedOut,
  electionHelloTimedOut, electionListens, electionReceived, newElection, sendVotesAgain, startElection, weighNotification,
} from './election.ts';
import {
  adoptEpoch,
  announceEpoch,
  expireSilentSessions,
  handlerTimedOut,
  learnerAccepted,
  learnerClosed,
  learnerPacket,
  noteTimeout,
  ownAcks,
  pingLearners,
  serveAsLeader,
  startLeading,
  startStandalone,
  stopLeading,
} from './leader.ts';
import { commitWhatCan } from './broadcast.ts';
import { checkContainers, CONTAINER_CHECK, CONTAINER_NEXT, deleteNextContainer } from './containers.ts';
import { configText } from './membership.ts';
import {
  acceptEpoch,
  ackNewLeader,
  connectToLeader,
  heldPacket,
  historyFlushed,
  leaderClosed,
  leaderConnected,
  leaderPacket,
  leaderRefused,
  LEARNER_TAG,
  persistHistory,
  readTimerRang,
  sendAcks,
  sendFollowerInfo,
  serveAsFollower,
  startFollowing,
  stopFollowing,
  type HistoryFlush,
} from './learner.ts';
import type { ClientMessage, PlainText } from './messages.ts';
import type { ElectionMessage, FollowerPacket, LeaderPacket } from './packets.ts';
import { peerMachine, type PeerContext } from './peer.machine.ts';
import { sayBinding, sayConfiguration, sayElectionSettings, sayHousekeeping, sayPeer, sayStartingPeer } from './server-log.ts';
import { newStatistics } from './server-statistics.ts';
import { firstSessionId } from './sessions.ts';
import { peerStateText } from './peer-state-text.ts';
import { ephemeralPort } from '../kernel/network.ts';
import { note, say, serverOf, type ServerConfig, type ServerState, type Settings } from './server-state.ts';
import { logFlushed, readEpoch, readNumber, recover, snapshotThreshold, sayLoaded, writeSnapshot, writeCurrentEpoch, writeAcceptedEpoch, writeNumber, type LogFlush, type Written } from './txn-log.ts';
import { NO_WATCHES } from './watches.ts';
import { epochOf } from './zxid.ts';

const CHART_TIMER = 'peer.';

type Action = (state: ServerState, env: Env, params: unknown) => ServerState;

/** What the chart's commands mean. */
const actions: Readonly<Record<string, Action>> = {
  startStandalone,
  startElection,
  sendVotesAgain,
  concludeElection,
  startFollowing,
  connectToLeader,
  sendFollowerInfo,
  acceptEpoch,
  announcePhase: (state, env) => {
    const text = peerStateText(state.chart);
    // A change of the SyncMode, also back to none, is another line than one of the ZabState.
    const isSyncMode = /diff|trunc|snap$/.test(text) || matches(state.chart, 'following.synchronization.awaitingUpToDate');
    say(state, env, 'INFO', isSyncMode ? 'QuorumPeer@920' : 'QuorumPeer@915', `Peer state changed: ${text}`);
    note(env, { type: 'peerStateChanged', state: text });
    return state;
  },
  persistHistory,
  ackNewLeader,
  serveAsFollower,
  stopFollowing,
  startLeading,
  announceEpoch,
  adoptEpoch,
  serveAsLeader: (state, env) => commitWhatCan(serveAsLeader(state, env), env),
  noteTimeout: (state, env, params) => noteTimeout(state, env, (params as { readonly waitedFor: string }).waitedFor),
  stopLeading,
};

function taken(state: ServerState, env: Env, done: Step<PeerContext>): ServerState {
  applyTimers(done, CHART_TIMER, env);
  let next: ServerState = { ...state, chart: done.chart };
  for (const { type, params } of done.actions) {
    const action = actions[type];
    if (action) next = action(next, env, params);
  }
  return next;
}

/** Goes on until nothing is left that this moment decides. */
function settleDown(state: ServerState, env: Env): ServerState {
  let next = state;
  for (;;) {
    const [event, ...raised] = next.raised;
    if (event) next = taken({ ...next, raised }, env, step<PeerContext>(peerMachine, next.chart, event));
    else if (next.election.inbox.length > 0 && matches(next.chart, 'looking')) next = weighNotification(next, env);
    else if (next.following && next.following.held.length > 0 && !matches(next.chart, 'following.synchronization.persisting')) next = heldPacket(next, env);
    else return next;
  }
}

function settingsOf(config: ServerConfig, myid: number): Settings {
  const own = config.servers.find((server) => server.sid === myid);
  return {
    myid,
    servers: config.servers,
    tickTimeMs: config.tickTimeMs ?? 2_000,
    initLimit: config.initLimit ?? 5,
    syncLimit: config.syncLimit ?? 2,
    clientPort: config.clientPort ?? own?.clientPort ?? null,
    maxClientCnxns: config.maxClientCnxns ?? 60,
    dataDir: config.dataDir ?? '/data',
    dataLogDir: config.dataLogDir ?? '/datalog',
    snapCount: config.snapCount ?? 100_000,
    fourLetterWords: config.fourLetterWords ?? '',
  };
}

function start(config: ServerConfig, env: Env): ServerState {
  const dataDir = config.dataDir ?? '/data';
  // The entry point writes myid only where there is none; the server then believes the file.
  let myid = readNumber(env, `${dataDir}/myid`);
  if (myid === undefined) {
    myid = config.myid;
    writeNumber(env, `${dataDir}/myid`, myid);
  }
  const settings = settingsOf(config, myid);
  const tell = { settings };
  sayConfiguration(tell, env);
  const isAlone = config.servers.length === 1;
  const self = serverOf(settings, myid);
  if (isAlone) {
    say(tell, env, 'ERROR', 'QuorumPeerConfig@706', 'Invalid configuration, only one server specified (ignoring)', 'main');
    sayHousekeeping(tell, env);
    say(tell, env, 'WARN', 'QuorumPeerMain@139', 'Either no config or no quorum defined in config, running in standalone mode', 'main');
  } else {
    if (config.servers.length === 2) say(tell, env, 'WARN', 'QuorumPeerConfig@710', 'No server failure will be tolerated. You need at least 3 servers.', 'main');
    else if (config.servers.length % 2 === 0) say(tell, env, 'WARN', 'QuorumPeerConfig@713', 'Non-optimial configuration, consider an odd number of servers.', 'main');
    sayHousekeeping(tell, env);
    sayStartingPeer(tell, env);
  }
  if (settings.clientPort !== null) {
    sayBinding(tell, env, settings.clientPort);
    env.listen(settings.clientPort);
  }
  if (!isAlone) sayPeer(tell, env);
  const found = recover(env, settings, { text: configText(tell), time: env.wallClockMs });
  const lastEpoch = epochOf(found.lastLoggedZxid);
  const vote = { leader: myid, zxid: found.lastLoggedZxid, electionEpoch: 0, peerEpoch: 0, state: 'LOOKING' } as const;
  const { chart: _unstarted, ...began } = begin<PeerContext>(peerMachine, { myid, isAlone, initTimeoutMs: settings.initLimit * settings.tickTimeMs });
  let state: ServerState = {
    settings,
    chart: _unstarted,
    raised: [],
    acceptedEpoch: 0,
    currentEpoch: 0,
    tree: found.tree,
    committedLog: found.committedLog,
    log: {
      path: null,
      lastLoggedZxid: found.lastLoggedZxid,
      waiting: [],
      flushing: [],
      flushStartedAt: 0,
      generation: 0,
      isBroken: false,
      loggedSinceSnapshot: 0,
      snapshotAfter: snapshotThreshold(env, settings),
    },
    election: newElection(vote),
    currentVote: vote,
    following: null,
    leading: null,
    isServing: false,
    clients: {},
    connectionOfSession: {},
    watches: NO_WATCHES,
    nextSessionId: firstSessionId(myid, env.wallClockMs),
    statistics: newStatistics(env.now),
    connectionBuckets: [],
    loadedClasses: [],
  };
  if (!isAlone && !self) {
    say(state, env, 'ERROR', 'QuorumPeerMain@114', `Unexpected exception, exiting abnormally\njava.lang.RuntimeException: My id ${myid} not in the peer list`, 'main');
    say(state, env, 'ERROR', 'ServiceUtils@42', 'Exiting JVM with code 1', 'main');
    env.exit(1);
    return state;
  }
  if (!isAlone) say(state, env, 'INFO', 'SnapStream@61', 'zookeeper.snapshot.compression.method = CHECKED', 'main');
  if (found.snapshotPath === null) {
    const written = writeSnapshot(state, env, 'main');
    if ('failed' in written) return cannotStart(state, env, written.failed);
    state = written.state;
  }
  sayLoaded(state, env, found, 'main');
  if (!isAlone) {
    const recovered = recoverEpochs(state, env, lastEpoch);
    if ('failed' in recovered) return cannotStart(state, env, recovered.failed);
    state = recovered.state;
    sayElectionSettings(state, env);
    electionListens(state, env);
  }
  return settleDown(taken(state, env, { chart: _unstarted, ...began }), env);
}

function cannotStart(state: ServerState, env: Env, why: string): ServerState {
  if (state.settings.servers.length > 1) say(state, env, 'ERROR', 'QuorumPeer@1191', `Unable to load database on disk\n${why}`, 'main');
  const main = state.settings.servers.length > 1 ? 'QuorumPeerMain@114' : 'ZooKeeperServerMain@91';
  say(state, env, 'ERROR', main, `Unexpected exception, exiting abnormally\n${why}`, 'main');
  say(state, env, 'ERROR', 'ServiceUtils@42', 'Exiting JVM with code 1', 'main');
  env.exit(1);
  return state;
}

function recoverEpochs(state: ServerState, env: Env, lastEpoch: number): Written {
  const currentEpoch = readEpoch(env, state.settings, 'currentEpoch');
  const acceptedEpoch = readEpoch(env, state.settings, 'acceptedEpoch');
  const missing = (name: string): string =>
    `${name} not found! Creating with a reasonable default of ${lastEpoch}. This should only happen when you are upgrading your installation`;
  let next: ServerState = { ...state, currentEpoch: currentEpoch ?? 0, acceptedEpoch: acceptedEpoch ?? 0 };
  if (currentEpoch === undefined) say(state, env, 'INFO', 'QuorumPeer@1157', missing('currentEpoch'), 'main');
  // A crash between the history's fsync and the epoch's: the epoch was accepted, so it may be current.
  if (currentEpoch === undefined || lastEpoch > currentEpoch) {
    const written = writeCurrentEpoch(next, env, lastEpoch);
    if ('failed' in written) return written;
    next = written.state;
  }
  if (acceptedEpoch === undefined) {
    say(state, env, 'INFO', 'QuorumPeer@1177', missing('acceptedEpoch'), 'main');
    const written = writeAcceptedEpoch(next, env, lastEpoch);
    if ('failed' in written) return written;
    next = written.state;
  }
  return { state: { ...next, currentVote: { ...next.currentVote, peerEpoch: next.currentEpoch } } };
}

function handle(state: ServerState, event: ProcessEvent, env: Env): ServerState {
  const next = dispatch(state, event, env);
  return next.raised.length > 0 || next.election.inbox.length > 0 || next.following !== null ? settleDown(next, env) : next;
}

function dispatch(state: ServerState, event: ProcessEvent, env: Env): ServerState {
  switch (event.type) {
    case 'received': return received(state, env, event.connection, event.tag, event.message);
    case 'timer': return timer(state, env, event.name, event.data);
    case 'flushed': return flushed(state, env, event.token as LogFlush | HistoryFlush);
    case 'accepted': {
      const port = portOf(state, event.port);
      const peer = `${env.peerAddress(event.connection) ?? event.peer}:${ephemeralPort(event.connection)}`;
      if (port === 'client') return clientAccepted(state, env, event.connection, peer);
      if (port === 'quorum') return learnerAccepted(state, env, event.connection, peer);
      return electionAccepted(state, env, event.connection, peer);
    }
    case 'connected':
      return event.tag === LEARNER_TAG ? leaderConnected(state, env, event.connection) : electionConnected(state, env, event.connection, event.tag);
    case 'connectFailed':
      return event.tag === LEARNER_TAG ? leaderRefused(state, env, event.connection) : electionConnectFailed(state, env, event.connection, event.tag, event.reason);
    case 'closed':
      if (event.tag === LEARNER_TAG) return leaderClosed(state, env, event.connection);
      if (event.tag.startsWith(ELECTION_TAG)) return electionClosed(state, env, event.connection);
      switch (portOf(state, Number(event.tag.slice('port:'.length)))) {
        case 'client': return clientClosed(state, env, event.connection);
        case 'quorum': return learnerClosed(state, env, event.connection);
        case 'election': return electionClosed(state, env, event.connection);
      }
      break;
    case 'signal':
      // What the JVM's exit code says of a SIGTERM, SIGINT or SIGHUP.
      env.exit(event.signal === 'SIGTERM' ? 143 : event.signal === 'SIGINT' ? 130 : 129);
      return state;
    case 'command':
      return state;
  }
  return state;
}

function portOf(state: ServerState, port: number): 'client' | 'quorum' | 'election' {
  if (port === state.settings.clientPort) return 'client';
  return serverOf(state.settings, state.settings.myid)?.quorumPort === port ? 'quorum' : 'election';
}

function received(state: ServerState, env: Env, connection: number, tag: string, message: Message): ServerState {
  if (tag === LEARNER_TAG) return leaderPacket(state, env, connection, message as LeaderPacket);
  if (tag.startsWith(ELECTION_TAG)) return electionReceived(state, env, connection, message as ElectionMessage);
  switch (portOf(state, Number(tag.slice('port:'.length)))) {
    case 'client': return clientReceived(state, env, connection, message as ClientMessage | PlainText);
    case 'quorum': return learnerPacket(state, env, connection, message as FollowerPacket);
    case 'election': return electionReceived(state, env, connection, message as ElectionMessage);
  }
}

function timer(state: ServerState, env: Env, name: string, data: unknown): ServerState {
  if (name.startsWith(CHART_TIMER)) {
    return taken(state, env, step<PeerContext>(peerMachine, state.chart, data as { readonly type: string }));
  }
  switch (name) {
    case 'leader.ping': return pingLearners(state, env);
    case 'leader.expiry': return expireSilentSessions(state, env);
    case CONTAINER_CHECK: return checkContainers(state, env);
    case CONTAINER_NEXT: return deleteNextContainer(state, env, data as readonly string[]);
    case 'learner.read': return readTimerRang(state, env);
  }
  const which = Number(name.slice(name.lastIndexOf('.') + 1));
  if (name.startsWith('leader.handler.')) return handlerTimedOut(state, env, which);
  if (name.startsWith('client.sessionless.')) return sessionlessTimedOut(state, env, which);
  if (name.startsWith('election.connect.')) return electionConnectTimedOut(state, env, which);
  return electionHelloTimedOut(state, env, which);
}

function flushed(state: ServerState, env: Env, token: LogFlush | HistoryFlush): ServerState {
  if (token.type === 'history') return historyFlushed(state, env, token);
  const done = logFlushed(state, env, token);
  if (done.durable.length === 0) return done.state;
  const zxids = done.durable.map((entry) => entry.header.zxid);
  return done.state.leading ? ownAcks(done.state, env, zxids) : done.state.following ? sendAcks(done.state, env, zxids) : done.state;
}

/** Program `zookeeper-server`. */
export const serverProgram: Program<ServerState, ServerConfig> = { start, handle };
