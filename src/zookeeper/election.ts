/**
 * Leader election (FastLeaderElection) and the links it runs on (QuorumCnxManager): one connection a pair, opened by the
 * larger sid; one queued message a peer; the last message is repeated on every new link.
 */
import { matches } from '../kernel/machine.ts';
import type { ConnectionId, Env } from '../kernel/program.ts';
import { HELLO_PROTOCOL_VERSION, type ElectionMessage, type Notification, type PeerState } from './packets.ts';
import { hex, raise, note, post, say, serverOf, type ElectionLink, type ElectionState, type ServerState } from './server-state.ts';
import { counted } from './server-statistics.ts';
import { socketTextHere } from './socket-text.ts';
import { checkLeader, hasQuorum, totalOrderPredicate, type Vote } from './votes.ts';
import { formatZxid } from './zxid.ts';

export const ELECTION_TAG = 'election.';

export function peerStateOf(state: ServerState): PeerState {
  if (matches(state.chart, 'looking')) return 'LOOKING';
  return matches(state.chart, 'leading') ? 'LEADING' : 'FOLLOWING';
}

export function newElection(vote: Vote): ElectionState {
  return { electionEpoch: 0, proposal: vote, recvset: {}, outofelection: {}, links: [], unnamed: [], inbox: [], startedAt: 0 };
}

/** A participant begins by voting for itself. */
export function initialVote(state: ServerState): Vote {
  return {
    leader: state.settings.myid,
    zxid: state.log.lastLoggedZxid,
    electionEpoch: state.election.electionEpoch,
    peerEpoch: state.currentEpoch,
    state: 'LOOKING',
  };
}

function edit(state: ServerState, change: Partial<ElectionState>): ServerState {
  return { ...state, election: { ...state.election, ...change } };
}

// ------------------------------------------------------------------ algorithm

/** On entering LOOKING: a new round with the own vote, sent to everybody and to oneself. */
export function startElection(state: ServerState, env: Env): ServerState {
  let next = edit(state, {
    electionEpoch: state.election.electionEpoch + 1,
    recvset: {},
    outofelection: {},
    inbox: [],
    startedAt: env.now,
  });
  next = { ...next, statistics: counted(next.statistics, 'looking') };
  next = edit(next, { proposal: initialVote(next) });
  say(next, env, 'INFO', 'QuorumPeer@1430', 'LOOKING');
  say(next, env, 'INFO', 'FastLeaderElection@945', `New election. My id = ${state.settings.myid}, proposed zxid=${formatZxid(next.election.proposal.zxid)}`);
  note(env, { type: 'electionStarted', vote: next.election.proposal });
  return sendNotifications(next, env);
}

function sendNotifications(state: ServerState, env: Env): ServerState {
  let next = state;
  const { myid, servers } = state.settings;
  const notification = notificationOf(state, state.election.proposal, 'LOOKING');
  for (const { sid } of servers) {
    next = sid === myid ? receiveNotification(next, env, myid, notification) : sendTo(next, env, sid, notification);
  }
  return next;
}

function notificationOf(state: ServerState, vote: Vote, peerState: PeerState): Notification {
  return {
    type: 'Notification',
    state: peerState,
    leader: vote.leader,
    zxid: vote.zxid,
    electionEpoch: peerState === 'LOOKING' ? state.election.electionEpoch : vote.electionEpoch,
    peerEpoch: vote.peerEpoch,
    version: 2,
  };
}

/** Nothing came for the whole notification timeout. */
export function sendVotesAgain(state: ServerState, env: Env): ServerState {
  const next = state.election.links.some((link) => link.queued === null) ? sendNotifications(state, env) : connectAll(state, env);
  say(next, env, 'INFO', 'FastLeaderElection@980', `Notification time out: ${next.chart.context.notificationTimeoutMs}`);
  return next;
}

/** The receiver thread: answers at once where an answer is due, queues what the election must weigh. */
function receiveNotification(state: ServerState, env: Env, sid: number, n: Notification): ServerState {
  const mine = peerStateOf(state);
  say(
    state, env, 'INFO', 'FastLeaderElection$Messenger$WorkerReceiver@390',
    `Notification: my state:${mine}; n.sid:${sid}, n.state:${n.state}, n.leader:${n.leader}, n.round:${hex(n.electionEpoch)}, ` +
      `n.peerEpoch:${hex(n.peerEpoch)}, n.zxid:${formatZxid(n.zxid)}, message format version:0x2, n.config version:0x0`,
    `WorkerReceiver[myid=${state.settings.myid}]`,
  );
  note(env, { type: 'notificationReceived', from: sid, vote: voteOf(n) });
  if (mine !== 'LOOKING') {
    if (n.state !== 'LOOKING') return state;
    return sendTo(state, env, sid, notificationOf(state, state.currentVote, mine));
  }
  const next = edit(state, { inbox: [...state.election.inbox, { sid, notification: n }] });
  if (n.state === 'LOOKING' && n.electionEpoch < next.election.electionEpoch) {
    return sendTo(next, env, sid, notificationOf(next, next.election.proposal, 'LOOKING'));
  }
  return next;
}

function voteOf(n: Notification): Vote {
  return { leader: n.leader, zxid: n.zxid, electionEpoch: n.electionEpoch, peerEpoch: n.peerEpoch, state: n.state };
}

/** Weighs the oldest waiting notification; only while LOOKING. */
export function weighNotification(state: ServerState, env: Env): ServerState {
  const [first, ...rest] = state.election.inbox;
  if (!first) return state;
  const next = edit(state, { inbox: rest });
  const { sid, notification: n } = first;
  if (matches(state.chart, 'looking.finalizing')) {
    if (!totalOrderPredicate(n, next.election.proposal)) return raise(next, { type: 'notificationWeighed' });
    return raise(edit(next, { inbox: [...rest, first] }), { type: 'betterVoteCame' });
  }
  const { settings } = next;
  if (!serverOf(settings, sid) || !serverOf(settings, n.leader)) return raise(next, { type: 'notificationWeighed' });
  return n.state === 'LOOKING' ? weighLooking(next, env, sid, n) : weighSettled(next, sid, n);
}

function weighLooking(state: ServerState, env: Env, sid: number, n: Notification): ServerState {
  const mine = state.election.electionEpoch;
  let next = state;
  if (n.electionEpoch > mine) {
    next = edit(state, { electionEpoch: n.electionEpoch, recvset: {} });
    const own = initialVote(next);
    next = propose(next, env, totalOrderPredicate(n, own) ? voteOf(n) : own);
  } else if (n.electionEpoch < mine) {
    return raise(state, { type: 'notificationWeighed' });
  } else if (totalOrderPredicate(n, state.election.proposal)) {
    next = propose(state, env, voteOf(n));
  }
  next = edit(next, { recvset: { ...next.election.recvset, [sid]: voteOf(n) } });
  const { proposal, recvset } = next.election;
  if (!hasQuorum(recvset, proposal, next.settings.servers.length)) return raise(next, { type: 'notificationWeighed' });
  return raise(next, { type: 'votesReachedQuorum', leader: proposal.leader });
}

function propose(state: ServerState, env: Env, vote: Vote): ServerState {
  const { election } = state;
  const proposal: Vote = { ...vote, electionEpoch: election.electionEpoch, state: 'LOOKING' };
  if (proposal.leader !== election.proposal.leader) note(env, { type: 'voteChanged', from: election.proposal, to: proposal });
  return sendNotifications(edit(state, { proposal }), env);
}

function weighSettled(state: ServerState, sid: number, n: Notification): ServerState {
  const vote = voteOf(n);
  const { myid, servers } = state.settings;
  const { electionEpoch } = state.election;
  let next = state;
  const agreed = (votes: ElectionState['recvset']): boolean =>
    hasQuorum(votes, vote, servers.length) && checkLeader(votes, n.leader, n.electionEpoch, myid, electionEpoch);
  if (n.electionEpoch === electionEpoch) {
    next = edit(next, { recvset: { ...next.election.recvset, [sid]: vote } });
    if (agreed(next.election.recvset)) return joined(next, vote);
  }
  next = edit(next, { outofelection: { ...next.election.outofelection, [sid]: vote } });
  if (agreed(next.election.outofelection)) return joined(edit(next, { electionEpoch: n.electionEpoch }), vote);
  return raise(next, { type: 'notificationWeighed' });
}

function joined(state: ServerState, vote: Vote): ServerState {
  return raise(edit(state, { proposal: vote }), { type: 'settledLeaderFound', leader: vote.leader });
}

/** The round is over; the vote is kept for those who ask later. */
export function concludeElection(state: ServerState, env: Env): ServerState {
  const { proposal } = state.election;
  const leads = proposal.leader === state.settings.myid;
  say(state, env, 'INFO', 'QuorumPeer@901', `Peer state changed: ${leads ? 'leading' : 'following'}`);
  note(env, { type: 'electionDecided', vote: proposal });
  return edit({ ...state, currentVote: { ...proposal, state: leads ? 'LEADING' : 'FOLLOWING' } }, { inbox: [] });
}

/** How long the election took, for the line that says so. */
export function electionTookMs(state: ServerState, env: Env): number {
  return Math.round((env.now - state.election.startedAt) / 1_000);
}

// ---------------------------------------------------------------------- links

function linkTo(state: ServerState, sid: number): ElectionLink {
  return state.election.links.find((link) => link.sid === sid) ?? { sid, connection: null, connecting: null, queued: null, last: null };
}

function withLink(state: ServerState, link: ElectionLink): ServerState {
  const { links } = state.election;
  const others = links.filter((known) => known.sid !== link.sid);
  return edit(state, { links: [...others, link].sort((a, b) => a.sid - b.sid) });
}

function sendTo(state: ServerState, env: Env, sid: number, notification: Notification): ServerState {
  const link = linkTo(state, sid);
  note(env, { type: 'voteSent', to: sid, vote: voteOf(notification) });
  if (link.connection !== null) {
    post(env, link.connection, notification);
    return withLink(state, { ...link, queued: null, last: notification });
  }
  return connectTo(withLink(state, { ...link, queued: notification }), env, sid);
}

function connectAll(state: ServerState, env: Env): ServerState {
  let next = state;
  for (const link of state.election.links) next = connectTo(next, env, link.sid);
  return next;
}

function connectTo(state: ServerState, env: Env, sid: number): ServerState {
  const link = linkTo(state, sid);
  const server = serverOf(state.settings, sid);
  if (link.connection !== null || link.connecting !== null || !server) return state;
  const connecting = env.connect({ host: server.host, port: server.electionPort }, ELECTION_TAG + sid);
  // The connect timeout of QuorumCnxManager; a refusal comes at once.
  env.setTimer(`election.connect.${sid}`, 5_000_000);
  return withLink(state, { ...link, connecting });
}

export function electionConnectTimedOut(state: ServerState, env: Env, sid: number): ServerState {
  const link = linkTo(state, sid);
  if (link.connecting === null) return state;
  env.close(link.connecting);
  return connectionFailed(state, env, sid, 'java.net.SocketTimeoutException: connect timed out');
}

function connectionFailed(state: ServerState, env: Env, sid: number, why: string): ServerState {
  const server = serverOf(state.settings, sid)!;
  env.clearTimer(`election.connect.${sid}`);
  say(
    state, env, 'WARN', 'QuorumCnxManager@401',
    `Cannot open channel to ${sid} at election address ${socketTextHere(env, server.host, server.electionPort)}\n${why}`,
    `QuorumConnectionThread-[myid=${state.settings.myid}]`,
  );
  return withLink(state, { ...linkTo(state, sid), connecting: null });
}

const connectExceptions = {
  refused: 'java.net.ConnectException: Connection refused',
  timedOut: 'java.net.ConnectException: Connection timed out',
  noRoute: 'java.net.NoRouteToHostException: No route to host (Host unreachable)',
  unknownHost: 'java.net.UnknownHostException',
} as const;

export function electionConnectFailed(state: ServerState, env: Env, connection: ConnectionId, tag: string, reason: keyof typeof connectExceptions): ServerState {
  const sid = Number(tag.slice(ELECTION_TAG.length));
  return linkTo(state, sid).connecting === connection ? connectionFailed(state, env, sid, connectExceptions[reason]) : state;
}

/** Our own connection is up: say who we are; only the larger sid may keep it. */
export function electionConnected(state: ServerState, env: Env, connection: ConnectionId, tag: string): ServerState {
  const sid = Number(tag.slice(ELECTION_TAG.length));
  const link = linkTo(state, sid);
  const { myid } = state.settings;
  if (link.connecting !== connection) {
    env.close(connection);
    return state;
  }
  env.clearTimer(`election.connect.${sid}`);
  const self = serverOf(state.settings, myid)!;
  post(env, connection, {
    type: 'Hello', protocolVersion: HELLO_PROTOCOL_VERSION, sid: myid, electionAddress: `${self.host}:${self.electionPort}`,
  });
  const next = withLink(state, { ...link, connecting: null });
  if (sid < myid) return linkUp(next, env, sid, connection);
  say(
    next, env, 'INFO', 'QuorumCnxManager@514', `Have smaller server identifier, so dropping the connection: (myId:${myid} --> sid:${sid})`,
    `QuorumConnectionThread-[myid=${myid}]`,
  );
  env.close(connection);
  return next;
}

/** A new link replaces an old one; with nothing queued, the last message is said again. */
function linkUp(state: ServerState, env: Env, sid: number, connection: ConnectionId): ServerState {
  const link = linkTo(state, sid);
  if (link.connection !== null && link.connection !== connection) env.close(link.connection);
  const message = link.queued ?? link.last;
  if (message) post(env, connection, message);
  return withLink(state, { ...link, connection, queued: null, last: message });
}

/** The thread that accepts connections for elections. */
function listenerThread({ settings }: ServerState, env: Env): string {
  const { host, electionPort } = serverOf(settings, settings.myid)!;
  return `ListenerHandler-${socketTextHere(env, host, electionPort)}`;
}

/** The election port is opened, and everybody may come. */
export function electionListens(state: ServerState, env: Env): void {
  const { host, electionPort, sid } = serverOf(state.settings, state.settings.myid)!;
  env.listen(electionPort);
  const where = socketTextHere(env, host, electionPort);
  say(state, env, 'INFO', 'QuorumCnxManager$Listener$ListenerHandler@1066', `${sid} is accepting connections now, my election bind port: ${where}`, listenerThread(state, env));
}

export function electionAccepted(state: ServerState, env: Env, connection: ConnectionId, peer: string): ServerState {
  say(
    state, env, 'INFO', 'QuorumCnxManager$Listener$ListenerHandler@1071', `Received connection request from /${peer}`,
    listenerThread(state, env),
  );
  // The handshake must be over within tick * syncLimit.
  env.setTimer(`election.hello.${connection}`, state.settings.tickTimeMs * state.settings.syncLimit * 1_000);
  return edit(state, { unnamed: [...state.election.unnamed, connection] });
}

export function electionHelloTimedOut(state: ServerState, env: Env, connection: ConnectionId): ServerState {
  env.close(connection);
  return edit(state, { unnamed: state.election.unnamed.filter((known) => known !== connection) });
}

export function electionReceived(state: ServerState, env: Env, connection: ConnectionId, message: ElectionMessage): ServerState {
  if (message.type === 'Hello') return electionHello(state, env, connection, message.sid);
  const link = state.election.links.find((known) => known.connection === connection);
  return link ? receiveNotification(state, env, link.sid, message) : state;
}

function electionHello(state: ServerState, env: Env, connection: ConnectionId, sid: number): ServerState {
  const { myid } = state.settings;
  env.clearTimer(`election.hello.${connection}`);
  let next = edit(state, { unnamed: state.election.unnamed.filter((known) => known !== connection) });
  if (sid > myid) return linkUp(next, env, sid, connection);
  env.close(connection);
  if (sid === myid) {
    say(
      next, env, 'WARN', 'QuorumCnxManager@652',
      'We got a connection request from a server with our own ID. This should be either a configuration error, or a bug.',
      listenerThread(state, env),
    );
    return next;
  }
  const link = linkTo(next, sid);
  if (link.connection !== null) {
    env.close(link.connection);
    next = withLink(next, { ...link, connection: null });
  }
  return connectTo(next, env, sid);
}

export function electionClosed(state: ServerState, env: Env, connection: ConnectionId): ServerState {
  const link = state.election.links.find((known) => known.connection === connection);
  if (!link) {
    env.clearTimer(`election.hello.${connection}`);
    return edit(state, { unnamed: state.election.unnamed.filter((known) => known !== connection) });
  }
  const { myid } = state.settings;
  const { sid } = link;
  say(state, env, 'WARN', 'QuorumCnxManager$RecvWorker@1397', `Connection broken for id ${sid}, my id = ${myid}`, `RecvWorker:${sid}`);
  say(state, env, 'WARN', 'QuorumCnxManager$RecvWorker@1403', `Interrupting SendWorker thread from RecvWorker. sid: ${sid}. myId: ${myid}`, `RecvWorker:${sid}`);
  say(state, env, 'WARN', 'QuorumCnxManager$SendWorker@1283', 'Interrupted while waiting for message on queue', `SendWorker:${sid}`);
  say(state, env, 'WARN', 'QuorumCnxManager$SendWorker@1295', `Send worker leaving thread id ${sid} my id = ${myid}`, `SendWorker:${sid}`);
  return withLink(state, { ...link, connection: null });
}
