/**
 * The socket server and the request queue (SocketServer, RequestChannel, KafkaRequestHandlerPool): a connection has one
 * request in processing and is muted meanwhile; what finds no free handler thread waits in the queue.
 */
import type { ConnectionId, Env } from '../../kernel/program.ts';
import { response, type ApiName, type KafkaRequest, type ResponseBody } from '../protocol/index.ts';
import { say, type Draft, type RequestContext } from './state.ts';

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

export function accept(b: Draft, id: ConnectionId, peer: string): void {
  b.connections = [...b.connections, { id, peer, busy: false, unread: [] }];
}

export function drop(b: Draft, id: ConnectionId): void {
  b.connections = b.connections.filter((connection) => connection.id !== id);
}

/** A request was read, or lies unread because the processors have not started or its connection is muted. */
export function receive(b: Draft, id: ConnectionId, request: KafkaRequest, serving: boolean): RequestContext | null {
  const at = findConnection(b, id);
  const connection = b.connections[at];
  if (!connection) return null;
  if (serving && !connection.busy && connection.unread.length === 0) return { connection: id, request };
  const connections = b.connections.slice();
  connections[at] = { ...connection, unread: [...connection.unread, request] };
  b.connections = connections;
  return null;
}

/** Mutes a connection: its request goes on later. */
export function mute(b: Draft, id: ConnectionId): void {
  const at = findConnection(b, id);
  if (at < 0 || b.connections[at]!.busy) return;
  const connections = b.connections.slice();
  connections[at] = { ...connections[at]!, busy: true };
  b.connections = connections;
}

function unmute(b: Draft, id: ConnectionId): void {
  const at = findConnection(b, id);
  const connection = b.connections[at];
  if (!connection || (!connection.busy && connection.unread.length === 0)) return;
  const connections = b.connections.slice();
  const [next, ...rest] = connection.unread;
  if (next === undefined) {
    connections[at] = { ...connection, busy: false };
  } else {
    connections[at] = { ...connection, busy: true, unread: rest };
    b.queue = [...b.queue, { connection: id, request: next }];
  }
  b.connections = connections;
}

/** The processors start: everything that has waited in the sockets is read. */
export function startProcessors(b: Draft): void {
  for (const connection of b.connections) if (!connection.busy) unmute(b, connection.id);
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
  unmute(b, context.connection);
}

/** The same without an answer to send. */
export function endQuietly(b: Draft, context: RequestContext): void {
  unmute(b, context.connection);
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
