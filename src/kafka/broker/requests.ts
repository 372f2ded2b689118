/**
 * The socket server and the request queue (SocketServer, RequestChannel, KafkaRequestHandlerPool): a connection has one
 * request in processing and is muted until its response has left; what finds no free handler thread waits in the queue.
 */
import type { ConnectionId, Env } from '../../kernel/program.ts';
import { response, type ApiName, type KafkaRequest, type ResponseBody } from '../protocol/index.ts';
import { say, type ClientConnection, type Draft, type RequestContext } from './state.ts';

export const IDLE_TIMER = 'processor.idle';
/** Prefix of the timers after which a connection is read again. */
export const READ_TIMER = 'processor.read.';
/**
 * From a request to the next one of the same connection: the way through queue, handler and response queue back to the
 * processor. What was pipelined is answered 1 ms apart in the recorded runs of a resumed leader.
 */
const TURNAROUND_US = 1_000;


/** What a handler answers with when it does not answer at once. */
export const PARKED = { type: 'parked' } as const;
/** The handler thread stays taken; `finish` or the freed lock ends it. */
export const HELD = { type: 'held' } as const;
/** acks=0: nothing is sent. */
export const NO_RESPONSE = { type: 'noResponse' } as const;
/** An error of a request that has no response to carry it. */
export const CLOSE = { type: 'close' } as const;

export type Outcome<Api extends ApiName> = ResponseBody<Api> | typeof PARKED | typeof HELD | typeof NO_RESPONSE | typeof CLOSE;

/** State in; the draft changed, and what becomes of the request. */
export type Handler<Api extends ApiName> = (b: Draft, request: KafkaRequest & { readonly type: `${Api}Request` }, context: RequestContext, env: Env) => Outcome<Api>;

function findConnection(b: Draft, id: ConnectionId): number {
  const { connections } = b;
  for (let i = 0; i < connections.length; i++) if (connections[i]!.id === id) return i;
  return -1;
}

/** On which listener a request came in: its answers name addresses of that one. */
export function listenerOf(b: Draft, { connection }: RequestContext): string {
  return b.connections[findConnection(b, connection)]?.listener ?? b.config.interBrokerListener;
}

export function accept(b: Draft, env: Env, id: ConnectionId, peer: string, port: number): void {
  const listener = b.config.listeners.find((one) => one.port === port)?.name ?? b.config.interBrokerListener;
  b.connections = [...b.connections, { id, peer, listener, busy: false, unread: [], readableAt: env.now }];
  const { connectionsMaxIdleMs } = b.config;
  if (connectionsMaxIdleMs >= 0 && !env.hasTimer(IDLE_TIMER)) env.setTimer(IDLE_TIMER, connectionsMaxIdleMs * 1_000);
}

/** Closes what has not been used for connections.max.idle.ms (Selector.IdleExpiryManager), and looks again when the next may be due. */
export function closeIdleConnections(b: Draft, env: Env): void {
  const idle = b.config.connectionsMaxIdleMs * 1_000;
  for (const { id, busy, readableAt } of b.connections) if (!busy && readableAt + idle <= env.now) closeConnection(b, env, id);
  if (b.connections.length === 0) return;
  const next = Math.min(...b.connections.map(({ busy, readableAt }) => (busy ? env.now : readableAt) + idle));
  env.setTimer(IDLE_TIMER, Math.max(next - env.now, 1_000));
}

export function drop(b: Draft, id: ConnectionId): void {
  b.connections = b.connections.filter((connection) => connection.id !== id);
}

function edit(b: Draft, at: number, changes: Partial<ClientConnection>): void {
  const connections = b.connections.slice();
  connections[at] = { ...connections[at]!, ...changes };
  b.connections = connections;
}

/** A request was read, or lies unread because the processors have not started or its connection is muted. */
export function receive(b: Draft, env: Env, id: ConnectionId, request: KafkaRequest, serving: boolean): RequestContext | null {
  const at = findConnection(b, id);
  const connection = b.connections[at];
  if (!connection) return null;
  const { busy, unread, readableAt } = connection;
  if (serving && !busy && env.now >= readableAt) return { connection: id, request };
  if (serving && !busy) env.setTimer(READ_TIMER + String(id), readableAt - env.now);
  edit(b, at, { busy: busy || serving, unread: [...unread, request] });
  return null;
}

/** Mutes a connection: its request goes on later. */
export function mute(b: Draft, id: ConnectionId): void {
  const at = findConnection(b, id);
  if (at >= 0 && !b.connections[at]!.busy) edit(b, at, { busy: true });
}

/** The response is on its way out; soon the connection is read again. */
function unmute(b: Draft, env: Env, id: ConnectionId): void {
  const at = findConnection(b, id);
  if (at < 0) return;
  const waits = b.connections[at]!.unread.length > 0;
  if (waits) env.setTimer(READ_TIMER + String(id), TURNAROUND_US);
  edit(b, at, { busy: waits, readableAt: env.now + TURNAROUND_US });
}

/** Reads what lies unread: the first request of it. */
export function read(b: Draft, id: ConnectionId): void {
  const at = findConnection(b, id);
  const [next, ...rest] = b.connections[at]?.unread ?? [];
  if (next === undefined) return;
  edit(b, at, { busy: true, unread: rest });
  b.queue = [...b.queue, { connection: id, request: next }];
}

/** The processors start: everything that has waited in the sockets is read. */
export function startProcessors(b: Draft): void {
  for (const connection of b.connections) if (!connection.busy) read(b, connection.id);
}

export function send<Api extends ApiName>(b: Draft, env: Env, api: Api, context: RequestContext, body: ResponseBody<Api>): void {
  if (findConnection(b, context.connection) < 0) {
    say(env, 'WARN', `Attempting to send response via channel for which there is no open connection, connection id ${context.connection}`, 'kafka.network.Processor');
    return;
  }
  env.send(context.connection, response(api, context.request.correlationId, body));
}

/** Answers a request that was parked: its connection is read again. */
export function answer<Api extends ApiName>(b: Draft, env: Env, api: Api, context: RequestContext, body: ResponseBody<Api>): void {
  send(b, env, api, context, body);
  unmute(b, env, context.connection);
}

/** The same without an answer to send. */
export function endQuietly(b: Draft, env: Env, context: RequestContext): void {
  unmute(b, env, context.connection);
}

/** Answers a request whose handler thread was held. */
export function finish<Api extends ApiName>(b: Draft, env: Env, api: Api, context: RequestContext, body: ResponseBody<Api>): void {
  release(b);
  answer(b, env, api, context, body);
}

/** A handler thread is free again. */
export function release(b: Draft): void {
  b.handlersHeld -= 1;
}

export function closeConnection(b: Draft, env: Env, id: ConnectionId): void {
  env.close(id);
  drop(b, id);
}

/** Holds the handler thread until the partition's lock is free; then the request runs again. */
export function waitForLock(b: Draft, place: number, context: RequestContext): typeof HELD {
  b.blocked = [...b.blocked, { context, partition: place }];
  return HELD;
}
