/**
 * The client port of a serving server (NIOServerCnxn, ZooKeeperServer.processConnectRequest, CommitProcessor): opening,
 * coming back, requests in their order, and the end of a connection. A session's request waits behind its earlier write;
 * other sessions pass.
 */
import type { ConnectionId, Env } from '../kernel/program.ts';
import { deadlineOf, withDeadline } from './expiry-buckets.ts';
import { answerFourLetterWord } from './four-letter-words.ts';
import type {
  Answer,
  ClientMessage,
  ConnectRequest,
  ConnectResponse,
  PlainText,
  Request,
  ServerMessage,
  SessionId,
} from './messages.ts';
import { NO_SESSION } from './messages.ts';
import { readOp, type PreparedOp } from './operations/index.ts';
import type { LogEntry } from './packets.ts';
import { monotonicMs, editLeading, proposeRequest, SELF_OWNER } from './proposals.ts';
import { newConnectionStatistics, withLatency, type ConnectionStatistics } from './server-statistics.ts';
import {
  checkSession,
  negotiateTimeout,
  nextSessionId,
  NO_PASSWORD,
  passwordOf,
  revalidateSession,
  touchLocally,
  touchSession,
} from './sessions.ts';
import { note, post, say, type ClientConnection, type QueuedRequest, type ServerOp, type ServerState } from './server-state.ts';
import { addWatch, armWatch, dropConnection, removeWatches, setWatches } from './watches.ts';
import { formatZxid, type Zxid } from './zxid.ts';

/** A TCP connection that opens no session is closed after this. */
const SESSIONLESS_LIMIT_MICROS = 10_000_000;

/** Also the interval of the connections' expiry queue. */
const SESSIONLESS_LIMIT_MS = SESSIONLESS_LIMIT_MICROS / 1_000;

const WORKER = 'NIOWorkerThread-1';

/** What `cons` calls a request. */
const opNames = {
  createSession: 'SESS', closeSession: 'CLOS', ping: 'PING', create: 'CREA', delete: 'DELE', setData: 'SETD', setAcl: 'SETA', multi: 'MULT',
  sync: 'SYNC', exists: 'EXIS', getData: 'GETD', getChildren: 'GETC', getAcl: 'GETA', getAllChildrenNumber: 'GETACN', getEphemerals: 'GETE',
  setWatches: 'SETW', addWatch: 'ADDW', removeWatches: 'REMW', whoAmI: 'HOMI', reconfig: 'RECO',
} as const satisfies Record<ServerOp['type'], string>;

function withClient(state: ServerState, client: ClientConnection): ServerState {
  return { ...state, clients: { ...state.clients, [client.id]: client } };
}

/** `post` to a client, counted. */
export function sendToClient(state: ServerState, env: Env, id: ConnectionId, message: ServerMessage | PlainText): ServerState {
  post(env, id, message);
  const client = state.clients[id];
  const next: ServerState = { ...state, statistics: { ...state.statistics, packetsSent: state.statistics.packetsSent + 1 } };
  if (!client) return next;
  return withStatistics(next, client, { packetsSent: client.statistics.packetsSent + 1 });
}

function withStatistics(state: ServerState, client: ClientConnection, change: Partial<ConnectionStatistics>): ServerState {
  return withClient(state, { ...client, statistics: { ...client.statistics, ...change } });
}

/** The connection showed life. */
function touchConnection(state: ServerState, env: Env, client: ClientConnection, change: Partial<ConnectionStatistics> = {}): ServerState {
  const nowMs = monotonicMs(env);
  const deadlineMs = deadlineOf(nowMs, client.timeoutMs || SESSIONLESS_LIMIT_MS, SESSIONLESS_LIMIT_MS);
  const connectionBuckets = withDeadline(state.connectionBuckets, deadlineMs, nowMs);
  return withStatistics({ ...state, connectionBuckets }, client, { ...change, deadlineMs });
}

/** An answered request, as the server and the connection count it; `op` is NA where a transaction failed. */
function countAnswer(state: ServerState, env: Env, id: ConnectionId, op: string, cxid: number, receivedAt: number): ServerState {
  const client = state.clients[id];
  if (!client) return state;
  const nowMs = monotonicMs(env);
  const latencyMs = nowMs - Math.floor(receivedAt / 1_000);
  const { statistics } = state;
  const next: ServerState = { ...state, statistics: { ...statistics, latencies: withLatency(statistics.latencies, latencyMs) } };
  return withStatistics(next, client, {
    lastOp: op,
    ...(cxid >= 0 ? { lastCxid: cxid } : {}),
    lastZxid: state.tree.lastProcessedZxid,
    lastResponseMs: nowMs,
    lastLatencyMs: latencyMs,
    latencies: withLatency(client.statistics.latencies, latencyMs),
  });
}

/** Forgets a connection; the session lives on. */
function forget(state: ServerState, env: Env, id: ConnectionId): ServerState {
  const { [id]: gone, ...clients } = state.clients;
  if (!gone) return state;
  if (gone.sessionId === NO_SESSION) env.clearTimer(`client.sessionless.${id}`);
  let { connectionOfSession } = state;
  if (connectionOfSession[gone.sessionId] === id) {
    const { [gone.sessionId]: _dropped, ...others } = connectionOfSession;
    connectionOfSession = others;
  }
  return { ...state, clients, connectionOfSession, watches: dropConnection(state.watches, id) };
}

function hangUp(state: ServerState, env: Env, id: ConnectionId): ServerState {
  if (!state.clients[id]) return state;
  env.close(id);
  return forget(state, env, id);
}

/** All of them, as when a server stops serving. */
export function closeAllClients(state: ServerState, env: Env): ServerState {
  let next = state;
  for (const id of Object.keys(state.clients)) next = hangUp(next, env, Number(id));
  return next;
}

export function clientAccepted(state: ServerState, env: Env, id: ConnectionId, peer: string): ServerState {
  let already = 0;
  const [from] = peer.split(':');
  for (const known of Object.values(state.clients)) if (known.peer.split(':')[0] === from) already++;
  const { maxClientCnxns } = state.settings;
  if (maxClientCnxns > 0 && already >= maxClientCnxns) {
    say(state, env, 'WARN', 'NIOServerCnxnFactory@288', `Too many connections from /${from} - max is ${maxClientCnxns}`, 'NIOServerCxnFactory.AcceptThread:0.0.0.0/0.0.0.0:' + state.settings.clientPort);
    env.close(id);
    return state;
  }
  env.setTimer(`client.sessionless.${id}`, SESSIONLESS_LIMIT_MICROS);
  const statistics = newConnectionStatistics(env.wallClockMs, 0);
  return touchConnection(state, env, { id, peer, phase: 'connected', sessionId: NO_SESSION, timeoutMs: 0, queue: [], statistics });
}

export function sessionlessTimedOut(state: ServerState, env: Env, id: ConnectionId): ServerState {
  return state.clients[id]?.phase === 'connected' ? hangUp(state, env, id) : state;
}

export function clientClosed(state: ServerState, env: Env, id: ConnectionId): ServerState {
  const client = state.clients[id];
  if (!client) return state;
  say(
    state, env, 'WARN', 'NIOServerCnxn@371',
    `Unexpected exception\nEndOfStreamException: Unable to read additional data from client, it probably closed the socket: address = /${client.peer}, session = ${client.sessionId}`,
    WORKER,
  );
  return forget(state, env, id);
}

export function clientReceived(state: ServerState, env: Env, id: ConnectionId, message: ClientMessage | PlainText): ServerState {
  const known = state.clients[id];
  if (!known) return state;
  const { statistics } = state;
  const next = touchConnection(
    { ...state, statistics: { ...statistics, packetsReceived: statistics.packetsReceived + 1 } }, env, known,
    { packetsReceived: known.statistics.packetsReceived + 1 },
  );
  const client = next.clients[id]!;
  if (message.type === 'Text') return message.text.length < 4 ? next : fourLetterWord(next, env, client, message.text.slice(0, 4));
  if (message.type === 'ConnectRequest') return connectRequest(next, env, client, message);
  return client.phase === 'open' ? request(next, env, client, message) : hangUp(next, env, id);
}

/** The answer, if there is one, and then the connection is closed. */
function fourLetterWord(state: ServerState, env: Env, client: ClientConnection, word: string): ServerState {
  const answered = answerFourLetterWord(state, env, client, word);
  const next = answered.text === '' ? answered.state : sendToClient(answered.state, env, client.id, { type: 'Text', text: answered.text });
  return hangUp(next, env, client.id);
}

// ------------------------------------------------------------------- sessions

function connectRequest(state: ServerState, env: Env, client: ClientConnection, asked: ConnectRequest): ServerState {
  env.clearTimer(`client.sessionless.${client.id}`);
  if (!state.isServing) {
    say(state, env, 'WARN', 'NIOServerCnxn@380', 'Close of session 0x0\njava.io.IOException: ZooKeeperServer not running', WORKER);
    return hangUp(state, env, client.id);
  }
  const { lastProcessedZxid } = state.tree;
  if (asked.lastZxidSeen > lastProcessedZxid) {
    say(
      state, env, 'INFO', 'ZooKeeperServer@1221',
      `Refusing session request for client /${client.peer} as it has seen zxid ${formatZxid(asked.lastZxidSeen)} our last zxid is ` +
        `${formatZxid(lastProcessedZxid)} client must try another server`,
      WORKER,
    );
    return hangUp(state, env, client.id);
  }
  const timeoutMs = negotiateTimeout(asked.timeoutMs, state.settings.tickTimeMs);
  if (asked.sessionId === NO_SESSION) {
    const sessionId = state.nextSessionId;
    const opening: ClientConnection = { ...client, phase: 'opening', sessionId, timeoutMs };
    const next = bind({ ...state, nextSessionId: nextSessionId(sessionId) }, env, opening);
    return submit(next, env, next.clients[client.id]!, { cxid: 0, op: { type: 'createSession', timeoutMs }, mustBeCommitted: true, receivedAt: env.now });
  }
  const returning: ClientConnection = { ...client, phase: 'revalidating', sessionId: asked.sessionId, timeoutMs };
  let next = state;
  const older = state.connectionOfSession[asked.sessionId];
  if (older !== undefined) next = hangUp(next, env, older);
  next = bind(next, env, returning);
  if (asked.passwd !== passwordOf(asked.sessionId)) return finishSession(next, env, client.id, false);
  if (next.leading) {
    const { tracker, valid } = revalidateSession(next.leading.tracker, asked.sessionId, SELF_OWNER, monotonicMs(env));
    return finishSession(editLeading(next, { tracker }), env, client.id, valid);
  }
  const following = next.following!;
  say(next, env, 'INFO', 'Learner@158', `Revalidating client: ${asked.sessionId}`, WORKER);
  post(env, following.connection!, { type: 'REVALIDATE', zxid: -1, sessionId: asked.sessionId, timeoutMs });
  return {
    ...next,
    following: { ...following, pendingRevalidations: [...following.pendingRevalidations, { sessionId: asked.sessionId, connection: client.id }] },
  };
}

function bind(state: ServerState, env: Env, client: ClientConnection): ServerState {
  return touchConnection({ ...state, connectionOfSession: { ...state.connectionOfSession, [client.sessionId]: client.id } }, env, client);
}

/** The answer to a ConnectRequest. An invalid session is told so and gets its connection closed. */
export function finishSession(state: ServerState, env: Env, id: ConnectionId, valid: boolean): ServerState {
  const client = state.clients[id];
  if (!client) return state;
  const answer: ConnectResponse = valid
    ? { type: 'ConnectResponse', protocolVersion: 0, timeoutMs: client.timeoutMs, sessionId: client.sessionId, passwd: passwordOf(client.sessionId), readOnly: false }
    : { type: 'ConnectResponse', protocolVersion: 0, timeoutMs: 0, sessionId: NO_SESSION, passwd: NO_PASSWORD, readOnly: false };
  const next = sendToClient(state, env, id, answer);
  if (valid) return withClient(next, { ...next.clients[id]!, phase: 'open' });
  say(next, env, 'INFO', 'ZooKeeperServer@897', `Invalid session ${client.sessionId} for client /${client.peer}, probably expired`, WORKER);
  return hangUp(next, env, id);
}

// ------------------------------------------------------------------- requests

type Prepared = Extract<QueuedRequest['op'], PreparedOp>;
const PREPARED: ReadonlySet<string> = new Set<Prepared['type']>(['create', 'delete', 'setData', 'setAcl', 'multi', 'reconfig', 'createSession', 'closeSession']);
/** What becomes a transaction (`PrepRequestProcessor`). */
const isPrepared = (op: QueuedRequest['op']): op is Prepared => PREPARED.has(op.type);

function request(state: ServerState, env: Env, client: ClientConnection, { xid, op }: Request): ServerState {
  const { sessionId } = client;
  let next = state;
  if (next.leading) {
    const { tracker, known } = touchSession(next.leading.tracker, sessionId, monotonicMs(env));
    if (!known && op.type !== 'closeSession') return state;
    next = editLeading(next, { tracker });
  } else {
    const following = next.following!;
    const touches = touchLocally(following.touches, sessionId, client.timeoutMs);
    if (touches !== following.touches) next = { ...next, following: { ...following, touches } };
  }
  const mustBeCommitted = op.type === 'sync' ? next.following !== null : isPrepared(op);
  return submit(next, env, client, { cxid: xid, op, receivedAt: env.now, mustBeCommitted });
}

/** Goes on its way to the leader at once, and waits here behind what the session asked before. */
function submit(state: ServerState, env: Env, client: ClientConnection, queued: QueuedRequest): ServerState {
  const { op, cxid } = queued;
  if (!queued.mustBeCommitted && client.queue.length === 0) return perform(state, env, client, queued);
  let next = withClient(state, { ...client, queue: [...client.queue, queued] });
  if (!queued.mustBeCommitted) return next;
  if (op.type === 'closeSession') {
    say(next, env, 'INFO', 'QuorumZooKeeperServer@163', `Submitting global closeSession request for session ${client.sessionId}`, 'RequestThrottler');
  }
  if (op.type === 'sync') {
    const following = next.following!;
    next = { ...next, following: { ...following, pendingSyncs: [...following.pendingSyncs, client.id] } };
  } else if (!isPrepared(op)) return next;
  else if (next.leading) return proposeRequest(next, env, { sessionId: client.sessionId, cxid, op }, SELF_OWNER);
  post(env, next.following!.connection!, { type: 'REQUEST', zxid: -1, sessionId: client.sessionId, cxid, op });
  return next;
}

/** Answers what needs no commit, from the local tree. */
function perform(state: ServerState, env: Env, client: ClientConnection, queued: QueuedRequest): ServerState {
  const { id, sessionId } = client;
  const { op } = queued;
  let next = state;
  const reply = (answer: Answer): ServerState => replyTo(next, env, id, queued, next.tree.lastProcessedZxid, answer);
  if (next.leading && op.type !== 'ping') {
    const { tracker, err } = checkSession(next.leading.tracker, sessionId, SELF_OWNER);
    next = editLeading(next, { tracker });
    if (err === 'SESSIONMOVED') return hangUp(next, env, id);
    if (err !== 'OK') return reply({ err });
  }
  switch (op.type) {
    case 'ping':
      return reply({ err: 'OK' });
    case 'whoAmI':
      return reply({ err: 'OK', result: { type: 'whoAmI', clients: [{ scheme: 'ip', user: env.peerAddress(id) ?? '' }] } });
    case 'sync':
      return reply({ err: 'OK', result: { type: 'sync', path: op.path } });
    case 'setWatches': {
      const { watches, deliveries } = setWatches(next.watches, next.tree, id, op);
      next = { ...next, watches };
      for (const { event } of deliveries) {
        next = sendToClient(next, env, id, { type: 'WatcherEvent', event });
        note(env, { type: 'watchFired', sessionId, event });
      }
      return reply({ err: 'OK' });
    }
    case 'addWatch':
      next = { ...next, watches: addWatch(next.watches, id, op.path, op.mode) };
      return reply({ err: 'OK' });
    case 'removeWatches': {
      const { watches, err } = removeWatches(next.watches, id, op);
      next = { ...next, watches };
      return reply({ err });
    }
    case 'getData':
    case 'exists':
    case 'getChildren':
    case 'getAcl':
    case 'getAllChildrenNumber':
    case 'getEphemerals': {
      const answer = readOp(next.tree, op, sessionId);
      const watches = armWatch(next.watches, id, op, answer.err);
      if (watches !== next.watches) next = { ...next, watches };
      return reply(answer);
    }
    default:
      return next;
  }
}

function replyTo(state: ServerState, env: Env, id: ConnectionId, queued: QueuedRequest, zxid: Zxid, answer: Answer): ServerState {
  const { cxid, op, receivedAt } = queued;
  // An error transaction is thrown before its kind is looked at.
  const name = answer.err !== 'OK' && queued.mustBeCommitted ? 'NA' : opNames[op.type];
  const next = countAnswer(state, env, id, name, cxid, receivedAt);
  return sendToClient(next, env, id, { type: 'Reply', xid: cxid, zxid, err: answer.err, ...(answer.result ? { result: answer.result } : {}) });
}

/** Everything at the head that waits for nothing. */
function drain(state: ServerState, env: Env, id: ConnectionId): ServerState {
  let next = state;
  for (;;) {
    const client = next.clients[id];
    const head = client?.queue[0];
    if (!client || !head || head.mustBeCommitted) return next;
    const popped: ClientConnection = { ...client, queue: client.queue.slice(1) };
    next = perform(withClient(next, popped), env, popped, head);
  }
}

/** A transaction was applied: if its client is connected here and waits for it, answer. */
export function answerCommitted(state: ServerState, env: Env, { header, txn }: LogEntry, answer: Answer): ServerState {
  const id = state.connectionOfSession[header.sessionId];
  if (id === undefined) return state;
  const client = state.clients[id]!;
  const head = client.queue[0];
  if (!head || !head.mustBeCommitted || head.op.type === 'sync' || head.cxid !== header.cxid) {
    return txn.type === 'closeSession' ? hangUp(state, env, id) : state;
  }
  let next = withClient(state, { ...client, queue: client.queue.slice(1) });
  if (head.op.type === 'createSession') {
    next = finishSession(countAnswer(next, env, id, opNames.createSession, head.cxid, head.receivedAt), env, id, true);
  } else if (answer.err === 'SESSIONMOVED') {
    return hangUp(next, env, id);
  } else {
    next = replyTo(next, env, id, head, header.zxid, answer);
  }
  return txn.type === 'closeSession' ? hangUp(next, env, id) : drain(next, env, id);
}

/** The leader's SYNC: the oldest sync of this follower's clients is through. */
export function answerSync(state: ServerState, env: Env): ServerState {
  const following = state.following!;
  const [id, ...pendingSyncs] = following.pendingSyncs;
  if (id === undefined) return state;
  const next: ServerState = { ...state, following: { ...following, pendingSyncs } };
  const client = next.clients[id];
  const index = client?.queue.findIndex((queued) => queued.op.type === 'sync' && queued.mustBeCommitted) ?? -1;
  if (!client || index < 0) return next;
  const queue = client.queue.slice();
  queue[index] = { ...queue[index]!, mustBeCommitted: false };
  return drain(withClient(next, { ...client, queue }), env, id);
}

/** REVALIDATE came back from the leader. */
export function answerRevalidation(state: ServerState, env: Env, sessionId: SessionId, valid: boolean): ServerState {
  const following = state.following!;
  const pending = following.pendingRevalidations.find((one) => one.sessionId === sessionId);
  if (!pending) return state;
  const next: ServerState = {
    ...state,
    following: { ...following, pendingRevalidations: following.pendingRevalidations.filter((one) => one !== pending) },
  };
  return finishSession(next, env, pending.connection, valid);
}
