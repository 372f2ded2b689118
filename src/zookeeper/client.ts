/**
 * The ZooKeeper client (ClientCnxn) as a component: whoever holds one routes to it every event that `ownsEvent` claims.
 * It owns the timers and connection tags that begin with `zk.`.
 */
import { applyTimers, begin, matches, step, type ChartState } from '../kernel/machine.ts';
import { ephemeralPort } from '../kernel/network.ts';
import { MILLISECOND, type Address, type ConnectionId, type Env, type LogLevel, type Micros, type ProcessEvent } from '../kernel/program.ts';
import { clientMachine, type ClientChartEvent, type ClientContext } from './client.machine.ts';
import type { ErrorName } from './errors.ts';
import {
  NO_SESSION, XID_PING, XID_SET_WATCHES,
  type ClientMessage, type ClientOp, type MultiPart, type Op, type OpResult, type Reply, type ServerMessage, type SessionId, type WatchEvent,
} from './messages.ts';
import { parentOf } from './paths.ts';
import { NO_PASSWORD } from './sessions.ts';
import { NO_ZXID, type Zxid } from './zxid.ts';

export interface ClientConfig {
  readonly servers: readonly Address[];
  readonly sessionTimeoutMs: number;
  /** Prefixed to every path asked for and stripped from every path answered, e.g. `/kafka`. */
  readonly chroot?: string;
  /** Which log the client writes to and in whose appender's pattern; a broker's has the class at the end. Left out: zkCli's console. */
  readonly log?: { readonly file: string; readonly pattern: 'kafka' | 'zookeeper' };
}

/** What a program may ask for; `watch: true` inside a read arms a watch. */
export type ClientRequest = ClientOp;

export type ClientState = 'SyncConnected' | 'Disconnected' | 'Expired' | 'Closed';

export type ClientOutput =
  | {
      readonly type: 'reply';
      /** The one given to `submit`. */
      readonly token: unknown;
      readonly request: ClientRequest;
      /** A failed multi has the error of the part that failed. */
      readonly err: ErrorName;
      readonly result?: OpResult;
      /** From the reply header; 0 where no server answered. */
      readonly zxid: Zxid;
    }
  | { readonly type: 'watch'; readonly event: WatchEvent }
  | {
      readonly type: 'state';
      readonly state: ClientState;
      readonly sessionId: SessionId;
      readonly negotiatedTimeoutMs: number;
    };

interface Submitted {
  readonly request: ClientRequest;
  readonly token: unknown;
}

/** `xid` of what was sent; the closeSession at a session's end is nobody's request. */
interface Pending {
  readonly xid: number;
  readonly submitted: Submitted | null;
}

type Armed = Readonly<Record<string, true>>;

/** The client's own list, by the paths its program uses; it outlives connections and is sent again on each new one. */
interface ArmedWatches {
  readonly data: Armed;
  readonly exist: Armed;
  readonly child: Armed;
  readonly persistent: Armed;
  readonly recursive: Armed;
}

export interface ZooKeeperClient {
  readonly chart: ChartState<ClientContext>;
  readonly config: ClientConfig;
  /** Shuffled once. */
  readonly servers: readonly Address[];
  /** Index of the server in use or tried; −1 before the first. */
  readonly current: number;
  /** Where the round began; coming back to it costs an extra second (StaticHostProvider). */
  readonly roundStart: number;
  readonly hasTried: boolean;
  readonly connection: ConnectionId | null;
  readonly sessionId: SessionId;
  readonly passwd: string;
  /** 0 before the first connection. */
  readonly negotiatedTimeoutMs: number;
  readonly lastZxidSeen: Zxid;
  readonly nextXid: number;
  /** Asked for while there was no connection. */
  readonly queued: readonly Submitted[];
  /** Sent, in order; answers come in the same order. */
  readonly pending: readonly Pending[];
  readonly watches: ArmedWatches;
  readonly lastHeardAt: Micros;
  readonly lastSentAt: Micros;
  /** The state its program was told last. */
  readonly announced: ClientState;
}

export interface Result {
  readonly client: ZooKeeperClient;
  /** In the order in which the real event thread would deliver them. */
  readonly outputs: readonly ClientOutput[];
}

const PREFIX = 'zk.';
const TAG = 'zk.server';
const ALIVE_TIMER = 'zk.alive';
const MAX_PING_INTERVAL_MS = 10_000;
const MAX_RECONNECT_PAUSE_MS = 999;
const WRAPPED_LIST_PAUSE_MS = 1_000;
const LOOPBACK = '127.0.0.1';
const NOTHING_ARMED: ArmedWatches = { data: {}, exist: {}, child: {}, persistent: {}, recursive: {} };

export function startClient(config: ClientConfig, env: Env): Result {
  const client: ZooKeeperClient = {
    chart: begin<ClientContext>(clientMachine).chart,
    config,
    servers: shuffled(config.servers, env),
    current: -1,
    roundStart: -1,
    hasTried: false,
    connection: null,
    sessionId: NO_SESSION,
    passwd: NO_PASSWORD,
    negotiatedTimeoutMs: 0,
    lastZxidSeen: NO_ZXID,
    nextXid: 1,
    queued: [],
    pending: [],
    watches: NOTHING_ARMED,
    lastHeardAt: env.now,
    lastSentAt: env.now,
    announced: 'Disconnected',
  };
  return advance({ client, outputs: [] }, { type: 'start' }, env);
}

/** True for timers and connections of the client; everything else of its process is not its business. */
export function ownsEvent(event: ProcessEvent): boolean {
  switch (event.type) {
    case 'timer': return event.name.startsWith(PREFIX);
    case 'connected':
    case 'connectFailed':
    case 'received':
    case 'closed': return event.tag.startsWith(PREFIX);
    default: return false;
  }
}

export function isConnected(client: ZooKeeperClient): boolean {
  return matches(client.chart, 'CONNECTED');
}

export function isClosed(client: ZooKeeperClient): boolean {
  return matches(client.chart, 'CLOSED');
}

/** As the prompt of zkCli shows it. */
export function clientStateName(client: ZooKeeperClient): 'NOT_CONNECTED' | 'CONNECTING' | 'CONNECTED' | 'CLOSED' {
  const { value } = client.chart;
  return (typeof value === 'string' ? value : Object.keys(value)[0]) as 'NOT_CONNECTED' | 'CONNECTING' | 'CONNECTED' | 'CLOSED';
}

export function handleClient(client: ZooKeeperClient, event: ProcessEvent, env: Env): Result {
  const unchanged: Result = { client, outputs: [] };
  switch (event.type) {
    case 'timer':
      if (event.name === ALIVE_TIMER) return checkLiveness(client, env);
      return advance(unchanged, event.data as ClientChartEvent, env);
    case 'connected':
      if (event.connection !== client.connection) return unchanged;
      return advance(unchanged, { type: 'connected' }, env);
    case 'connectFailed':
      if (event.connection !== client.connection) return unchanged;
      return advance({ client: { ...client, connection: null }, outputs: [] }, { type: 'connectFailed' }, env);
    case 'closed':
      if (event.connection !== client.connection) return unchanged;
      return advance({ client: { ...client, connection: null }, outputs: [] }, { type: 'connectionLost' }, env);
    case 'received':
      if (event.connection !== client.connection) return unchanged;
      return receive({ ...client, lastHeardAt: env.now }, event.message as ServerMessage, env);
    default:
      return unchanged;
  }
}

/** Sent at once while CONNECTED, kept while CONNECTING, failed at once when CLOSED (SESSIONEXPIRED). */
export function submit(client: ZooKeeperClient, request: ClientRequest, token: unknown, env: Env): Result {
  const submitted: Submitted = { request, token };
  if (matches(client.chart, 'CONNECTED.serving')) return { client: sendRequest(client, submitted, env), outputs: [] };
  if (isClosed(client)) return { client, outputs: [failure(submitted, 'SESSIONEXPIRED')] };
  if (matches(client.chart, 'CONNECTED.closing')) return { client, outputs: [failure(submitted, 'CONNECTIONLOSS')] };
  return { client: { ...client, queued: [...client.queued, submitted] }, outputs: [] };
}

/** Ends the session: at a server if there is one, otherwise only here, and the session's nodes stay until it expires. */
export function closeClient(client: ZooKeeperClient, env: Env): Result {
  return advance({ client, outputs: [] }, { type: 'close' }, env);
}

// ------------------------------------------------------------ chart actions

/** Steps the chart and does what it asks; an action may answer with the event that follows from it. */
function advance(from: Result, event: ClientChartEvent, env: Env): Result {
  let result = from;
  let next: ClientChartEvent | undefined = event;
  while (next) {
    const done = step(clientMachine, result.client.chart, next);
    applyTimers(done, PREFIX, env);
    result = { ...result, client: { ...result.client, chart: done.chart } };
    next = undefined;
    for (const { type } of done.actions) {
      const action = actions[type as keyof typeof actions] as ((client: ZooKeeperClient, env: Env) => Did) | undefined;
      // `rememberChoice` is the chart's own.
      if (!action) continue;
      const did = action(result.client, env);
      result = { client: did.client, outputs: did.outputs ? [...result.outputs, ...did.outputs] : result.outputs };
      next = did.then ?? next;
    }
  }
  return result;
}

interface Did {
  readonly client: ZooKeeperClient;
  readonly outputs?: readonly ClientOutput[];
  readonly then?: ClientChartEvent;
}

const actions = {
  chooseServer(client: ZooKeeperClient, env: Env): Did {
    const current = (client.current + 1) % client.servers.length;
    const hasWrapped = current === client.roundStart;
    const roundStart = client.roundStart === -1 ? 0 : client.roundStart;
    const pauseMs = client.hasTried ? env.randomInt(0, MAX_RECONNECT_PAUSE_MS) : 0;
    return {
      client: { ...client, current, roundStart, hasTried: true },
      then: {
        type: 'serverChosen',
        reconnectPauseMs: pauseMs + (hasWrapped ? WRAPPED_LIST_PAUSE_MS : 0),
        connectTimeoutMs: Math.floor(timeoutMs(client) / client.servers.length),
      },
    };
  },

  openSocket(client: ZooKeeperClient, env: Env): Did {
    log(client, env, 'INFO', 1171, `Opening socket connection to server ${serverName(client, env)}.`);
    log(client, env, 'INFO', 1173, 'SASL config status: Will not attempt to authenticate using SASL (unknown error)');
    const connection = env.connect(client.servers[client.current]!, TAG);
    return { client: { ...client, connection, lastHeardAt: env.now, lastSentAt: env.now } };
  },

  closeSocket(client: ZooKeeperClient, env: Env): Did {
    if (client.connection === null) return { client };
    env.close(client.connection);
    return { client: { ...client, connection: null } };
  },

  sendConnectRequest(client: ZooKeeperClient, env: Env): Did {
    log(client, env, 'INFO', 1005,
      `Socket connection established, initiating session, client: /${localAddress(client, env)}, server: ${serverName(client, env)}`);
    tell(client, {
      type: 'ConnectRequest',
      protocolVersion: 0,
      lastZxidSeen: client.lastZxidSeen,
      timeoutMs: client.config.sessionTimeoutMs,
      sessionId: client.sessionId,
      passwd: client.passwd,
      readOnly: false,
    }, env);
    return { client: { ...client, lastHeardAt: env.now, lastSentAt: env.now } };
  },

  /** The event comes first, then the watches go out again, then what has waited. */
  establishSession(client: ZooKeeperClient, env: Env): Did {
    log(client, env, 'INFO', 1438,
      `Session establishment complete on server ${serverName(client, env)}, session id = ${client.sessionId}, negotiated timeout = ${client.negotiatedTimeoutMs}`);
    const waiting = client.queued;
    let current: ZooKeeperClient = { ...client, roundStart: client.current, queued: [], announced: 'SyncConnected' };
    current = resendWatches(current, env);
    for (const submitted of waiting) current = sendRequest(current, submitted, env);
    armLiveness(current, env);
    return { client: current, outputs: [stateOutput(current, 'SyncConnected')] };
  },

  reportTimeout(client: ZooKeeperClient, env: Env): Did {
    const silenceMs = Math.floor((env.now - client.lastHeardAt) / MILLISECOND);
    log(client, env, 'WARN', 1247, `Client session timed out, have not heard from server in ${silenceMs}ms for session id ${client.sessionId}`);
    return actions.reportLoss(client, env);
  },

  reportLoss(client: ZooKeeperClient, env: Env): Did {
    logLoss(client, env);
    env.clearTimer(ALIVE_TIMER);
    return { client };
  },

  /** What was sent first, then what was still to be sent. */
  failRequests(client: ZooKeeperClient): Did {
    const err: ErrorName = isClosed(client) ? 'SESSIONEXPIRED' : 'CONNECTIONLOSS';
    const outputs: ClientOutput[] = [];
    for (const { submitted } of client.pending) if (submitted) outputs.push(failure(submitted, err));
    for (const submitted of client.queued) outputs.push(failure(submitted, err));
    return { client: { ...client, pending: [], queued: [] }, outputs };
  },

  /** Told once, and not to a client that never was connected. */
  notifyDisconnected(client: ZooKeeperClient): Did {
    if (client.announced === 'Disconnected') return { client };
    return { client: { ...client, announced: 'Disconnected' }, outputs: [stateOutput(client, 'Disconnected')] };
  },

  notifyExpired(client: ZooKeeperClient, env: Env): Did {
    log(client, env, 'WARN', 1423, `Unable to reconnect to ZooKeeper service, session ${client.sessionId} has expired`);
    endEvents(client, env);
    if (!isKafkas(client)) logLoss(client, env);
    return { client: { ...client, announced: 'Expired' }, outputs: [stateOutput(client, 'Expired')] };
  },

  notifyClosed(client: ZooKeeperClient, env: Env): Did {
    env.clearTimer(ALIVE_TIMER);
    log(client, env, 'INFO', 1232, `Session: ${client.sessionId} closed`);
    endEvents(client, env);
    return { client: { ...client, announced: 'Closed' }, outputs: [stateOutput(client, 'Closed')] };
  },

  sendCloseSession(client: ZooKeeperClient, env: Env): Did {
    return { client: sendOp(client, { type: 'closeSession' }, null, env) };
  },
};

// ------------------------------------------------------------------ receiving

function receive(client: ZooKeeperClient, message: ServerMessage, env: Env): Result {
  switch (message.type) {
    case 'Reply':
      return message.xid === XID_PING || message.xid === XID_SET_WATCHES ? { client, outputs: [] } : takeReply(client, message, env);
    case 'WatcherEvent':
      return takeNotification(client, message.event);
    case 'ConnectResponse': {
      const sessionIsValid = message.timeoutMs > 0;
      const opened = sessionIsValid
        ? { ...client, sessionId: message.sessionId, passwd: message.passwd, negotiatedTimeoutMs: message.timeoutMs }
        : client;
      return advance({ client: opened, outputs: [] }, { type: 'ConnectResponse', sessionIsValid }, env);
    }
  }
}

function takeReply(client: ZooKeeperClient, reply: Reply, env: Env): Result {
  const first = client.pending[0];
  if (!first || first.xid !== reply.xid) return { client, outputs: [] };
  const lastZxidSeen = reply.zxid > 0 ? reply.zxid : client.lastZxidSeen;
  const answered: ZooKeeperClient = { ...client, pending: client.pending.slice(1), lastZxidSeen };
  if (!first.submitted) return advance({ client: answered, outputs: [] }, { type: 'closeSessionReplied' }, env);
  const { request, token } = first.submitted;
  const err = outcome(reply);
  const { watches, events } = registered(answered.watches, request, reply.err);
  const output: ClientOutput = {
    type: 'reply', token, request, err, zxid: reply.zxid, ...(reply.result ? { result: strip(client, reply.result) } : {}),
  };
  return { client: { ...answered, watches }, outputs: [...events, output] };
}

/** The header of a failed multi says OK; its first failed part tells. */
function outcome(reply: Reply): ErrorName {
  if (reply.err === 'OK' && reply.result?.type === 'multi') {
    for (const part of reply.result.results) if (part.type === 'error' && part.err !== 'OK') return part.err;
  }
  return reply.err;
}

function takeNotification(client: ZooKeeperClient, event: WatchEvent): Result {
  const path = stripPath(client, event.path);
  const { watches, isWatched } = fired(client.watches, event.type, path);
  if (!isWatched) return { client, outputs: [] };
  return { client: { ...client, watches }, outputs: [{ type: 'watch', event: { ...event, path } }] };
}

// -------------------------------------------------------------------- sending

function tell(client: ZooKeeperClient, message: ClientMessage, env: Env): void {
  if (client.connection !== null) env.send(client.connection, message);
}

function sendRequest(client: ZooKeeperClient, submitted: Submitted, env: Env): ZooKeeperClient {
  return sendOp(client, prefixed(client, submitted.request), submitted, env);
}

function sendOp(client: ZooKeeperClient, op: Op, submitted: Submitted | null, env: Env): ZooKeeperClient {
  const xid = client.nextXid;
  tell(client, { type: 'Request', xid, op }, env);
  return { ...client, nextXid: xid + 1, pending: [...client.pending, { xid, submitted }], lastSentAt: env.now };
}

/** Nothing heard for 2T/3: the server is lost. Nothing said for T/3 (at most 10 s): say something. */
function checkLiveness(client: ZooKeeperClient, env: Env): Result {
  if (!isConnected(client)) return { client, outputs: [] };
  if (env.now - client.lastHeardAt >= readTimeout(client)) {
    return advance({ client, outputs: [] }, { type: 'readTimeoutPassed' }, env);
  }
  let current = client;
  if (env.now - client.lastSentAt >= pingInterval(client)) {
    tell(client, { type: 'Request', xid: XID_PING, op: { type: 'ping' } }, env);
    current = { ...client, lastSentAt: env.now };
  }
  armLiveness(current, env);
  return { client: current, outputs: [] };
}

/** One timer for both limits; it looks again when the nearer one may have come, instead of moving with every message. */
function armLiveness(client: ZooKeeperClient, env: Env): void {
  const dueAt = Math.min(client.lastHeardAt + readTimeout(client), client.lastSentAt + pingInterval(client));
  env.setTimer(ALIVE_TIMER, Math.max(dueAt - env.now, 0));
}

function timeoutMs(client: ZooKeeperClient): number {
  return client.negotiatedTimeoutMs || client.config.sessionTimeoutMs;
}

function readTimeout(client: ZooKeeperClient): Micros {
  return Math.floor((timeoutMs(client) * 2) / 3) * MILLISECOND;
}

function pingInterval(client: ZooKeeperClient): Micros {
  return Math.min(Math.floor(timeoutMs(client) / 3), MAX_PING_INTERVAL_MS) * MILLISECOND;
}

function failure({ request, token }: Submitted, err: ErrorName): ClientOutput {
  return { type: 'reply', token, request, err, zxid: NO_ZXID };
}

function stateOutput(client: ZooKeeperClient, state: ClientState): ClientOutput {
  return { type: 'state', state, sessionId: client.sessionId, negotiatedTimeoutMs: client.negotiatedTimeoutMs };
}

function shuffled(servers: readonly Address[], env: Env): readonly Address[] {
  const order = servers.slice();
  for (let i = order.length - 1; i > 0; i--) {
    const j = env.randomInt(0, i);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}

// -------------------------------------------------------------------- watches

/** What a successful read arms on the client's side; an exists of a missing node waits for its creation. */
function registered(
  watches: ArmedWatches,
  request: ClientRequest,
  err: ErrorName,
): { readonly watches: ArmedWatches; readonly events: readonly ClientOutput[] } {
  const armed = (table: keyof ArmedWatches, path: string) => ({ watches: withPath(watches, table, path), events: [] });
  switch (request.type) {
    case 'getData':
      if (request.watch && err === 'OK') return armed('data', request.path);
      break;
    case 'getChildren':
      if (request.watch && err === 'OK') return armed('child', request.path);
      break;
    case 'exists':
      if (request.watch && err === 'OK') return armed('data', request.path);
      if (request.watch && err === 'NONODE') return armed('exist', request.path);
      break;
    case 'addWatch':
      if (err === 'OK') return armed(request.mode === 'PERSISTENT' ? 'persistent' : 'recursive', request.path);
      break;
    case 'removeWatches':
      if (err === 'OK') return unregistered(watches, request.path, request.watcherType);
      break;
  }
  return { watches, events: [] };
}

function unregistered(
  watches: ArmedWatches,
  path: string,
  kind: 'Children' | 'Data' | 'Any',
): { readonly watches: ArmedWatches; readonly events: readonly ClientOutput[] } {
  const events: ClientOutput[] = [];
  let current = watches;
  const remove = (tables: readonly (keyof ArmedWatches)[], type: WatchEvent['type']): void => {
    const before = current;
    for (const table of tables) current = withoutPath(current, table, path);
    if (current !== before) events.push({ type: 'watch', event: { type, state: 'SyncConnected', path } });
  };
  if (kind !== 'Data') remove(['child'], 'ChildWatchRemoved');
  if (kind !== 'Children') remove(['data', 'exist'], 'DataWatchRemoved');
  if (kind === 'Any') remove(['persistent', 'recursive'], 'PersistentWatchRemoved');
  return { watches: current, events };
}

/** Which of the client's watches an event is for, and which of them it uses up (ZKWatchManager.materialize). */
function fired(watches: ArmedWatches, type: WatchEvent['type'], path: string): { readonly watches: ArmedWatches; readonly isWatched: boolean } {
  let left = watches;
  const use = (table: keyof ArmedWatches): void => {
    left = withoutPath(left, table, path);
  };
  if (type !== 'NodeChildrenChanged') {
    use('data');
    use('exist');
  }
  if (type === 'NodeChildrenChanged' || type === 'NodeDeleted') use('child');
  let isWatched = left !== watches || path in watches.persistent;
  for (let above = path; !isWatched; above = parentOf(above)) {
    isWatched = above in watches.recursive;
    if (above === '/') break;
  }
  return { watches: left, isWatched };
}

function resendWatches(client: ZooKeeperClient, env: Env): ZooKeeperClient {
  const { data, exist, child, persistent, recursive } = client.watches;
  const paths = (armed: Armed): readonly string[] => Object.keys(armed).map((path) => prefix(client, path));
  const op = {
    type: 'setWatches',
    relativeZxid: client.lastZxidSeen,
    dataWatches: paths(data),
    existWatches: paths(exist),
    childWatches: paths(child),
    persistentWatches: paths(persistent),
    persistentRecursiveWatches: paths(recursive),
  } as const;
  const count = op.dataWatches.length + op.existWatches.length + op.childWatches.length +
    op.persistentWatches.length + op.persistentRecursiveWatches.length;
  if (count === 0) return client;
  tell(client, { type: 'Request', xid: XID_SET_WATCHES, op }, env);
  return { ...client, lastSentAt: env.now };
}

function withPath(watches: ArmedWatches, table: keyof ArmedWatches, path: string): ArmedWatches {
  return path in watches[table] ? watches : { ...watches, [table]: { ...watches[table], [path]: true } };
}

function withoutPath(watches: ArmedWatches, table: keyof ArmedWatches, path: string): ArmedWatches {
  if (!(path in watches[table])) return watches;
  const { [path]: _gone, ...rest } = watches[table];
  return { ...watches, [table]: rest };
}

// --------------------------------------------------------------------- chroot

function prefix(client: ZooKeeperClient, path: string): string {
  const { chroot } = client.config;
  if (!chroot || chroot === '/') return path;
  return path === '/' ? chroot : chroot + path;
}

function stripPath(client: ZooKeeperClient, path: string): string {
  const { chroot } = client.config;
  if (!chroot || chroot === '/' || !path.startsWith(chroot)) return path;
  return path.length === chroot.length ? '/' : path.slice(chroot.length);
}

function prefixed(client: ZooKeeperClient, request: ClientRequest): ClientRequest {
  const { chroot } = client.config;
  if (!chroot || chroot === '/') return request;
  switch (request.type) {
    case 'multi': return { ...request, ops: request.ops.map((part): MultiPart => ({ ...part, path: prefix(client, part.path) })) };
    case 'getEphemerals': return { ...request, prefix: prefix(client, request.prefix) };
    case 'whoAmI':
    case 'reconfig': return request;
    default: return { ...request, path: prefix(client, request.path) };
  }
}

function strip(client: ZooKeeperClient, result: OpResult): OpResult {
  const { chroot } = client.config;
  if (!chroot || chroot === '/') return result;
  switch (result.type) {
    case 'create':
    case 'sync': return { ...result, path: stripPath(client, result.path) };
    case 'getEphemerals': return { ...result, paths: result.paths.map((path) => stripPath(client, path)) };
    case 'multi':
      return {
        ...result,
        results: result.results.map((part) => (part.type === 'create' ? { ...part, path: stripPath(client, part.path) } : part)),
      };
    default: return result;
  }
}

// ------------------------------------------------------------------ log lines

function isKafkas(client: ZooKeeperClient): boolean {
  return client.config.log?.pattern === 'kafka';
}

function log(client: ZooKeeperClient, env: Env, level: LogLevel, line: number, text: string): void {
  const file = client.config.log?.file ?? 'client';
  if (isKafkas(client)) {
    env.log({ level, file, text: `${text} (org.apache.zookeeper.${line === 1232 ? 'ZooKeeper' : 'ClientCnxn'})` });
    return;
  }
  const { host, port } = serverOf(client);
  const place = line === 1232 ? 'main:ZooKeeper' : line === 570 ? 'main-EventThread:ClientCnxn$EventThread' : `main-SendThread(${host}:${port}):ClientCnxn$SendThread`;
  env.log({ level, file, text: `[${place}@${line}] - ${text}` });
}

function logLoss(client: ZooKeeperClient, env: Env): void {
  // The console client of 3.7.0 prints "sever"; what a broker prints was corrected.
  const word = isKafkas(client) ? 'server' : 'sever';
  log(client, env, 'WARN', 1290,
    `Session ${client.sessionId} for ${word} ${serverName(client, env)}, Closing socket connection. Attempting reconnect except it is a SessionExpiredException.`);
}

/** The thread that delivers events ends with the session. */
function endEvents(client: ZooKeeperClient, env: Env): void {
  if (!isKafkas(client)) log(client, env, 'INFO', 570, `EventThread shut down for session: ${client.sessionId}`);
}

function serverOf(client: ZooKeeperClient): Address {
  return client.servers[Math.max(client.current, 0)]!;
}

/**
 * `zookeeper1/172.19.0.2:2181`: name, and what it resolves to; of a dotted address the name under which it is known. A broker's client
 * prints what it was given.
 */
function serverName(client: ZooKeeperClient, env: Env): string {
  const { host, port } = serverOf(client);
  const found = isKafkas(client) ? undefined : env.lookUp(host);
  if (found === undefined) return `${host}:${port}`;
  const name = found.address === host ? (found.name ?? found.address) : host;
  return `${name}/${found.address}:${port}`;
}

function localAddress(client: ZooKeeperClient, env: Env): string {
  const { address = LOOPBACK } = env.lookUp(serverOf(client).host) ?? {};
  const own = address === LOOPBACK ? LOOPBACK : (env.lookUp(env.host)?.address ?? LOOPBACK);
  return `${own}:${ephemeralPort(client.connection ?? 0)}`;
}
