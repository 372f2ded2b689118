/**
 * The part that all clients share: connections to nodes, requests in flight, time-outs and the refresh of metadata
 * (`NetworkClient`, `ClusterConnectionStates`, `InFlightRequests` 2.3.0, and the unsent requests of `ConsumerNetworkClient`).
 * A component: the owning program hands it the events whose tag begins with `node:`, calls `pollNetwork` after each event, and
 * wakes it at `networkDeadline`. A request carries its owner's `purpose` (plain data), which comes back with what became of it.
 */
import type { StateValue } from 'xstate';
import { begin, step, type ChartState } from '../../kernel/machine.ts';
import type { ConnectionId, Env, LogLevel, Micros, ProcessEvent } from '../../kernel/program.ts';
import { request, type ApiName, type KafkaResponse, type RequestBody } from '../protocol/index.ts';
import type { MetadataResponse } from '../protocol/metadata.ts';
import { topicPartition } from '../topic-partition.ts';
import type { CommonConfig } from './client-config.ts';
import { connectionMachine, type ConnectionAction, type ConnectionEvent } from './connection.machine.ts';
import { note } from './facts.ts';
import {
  bootstrapMetadata,
  failRefresh,
  nextRefreshAt,
  nodeById,
  nodeText,
  requestUpdate,
  updateMetadata,
  type ClusterMetadata,
  type ClusterNode,
} from './metadata.ts';
import { notReached } from './not-connected.ts';

export interface InFlightRequest<Purpose> {
  readonly api: ApiName;
  readonly correlationId: number;
  readonly sentAt: Micros;
  readonly timeoutAt: Micros;
  /** null: this component's own request. */
  readonly purpose: Purpose | null;
}

export interface UnsentRequest<Purpose> {
  readonly api: ApiName;
  readonly body: object;
  readonly purpose: Purpose;
  readonly timeoutMs: number;
}

export interface NodeConnection<Purpose = unknown> {
  readonly node: number;
  readonly chart: ChartState;
  /** −1: none. */
  readonly socket: ConnectionId;
  readonly failures: number;
  /** No new attempt before this moment. */
  readonly retryAt: Micros;
  /** When its host was last asked for, and had no address. */
  readonly unresolvedAt?: Micros;
  readonly lastUsedAt: Micros;
  readonly inFlight: readonly InFlightRequest<Purpose>[];
  /** Wait for the connection. */
  readonly unsent: readonly UnsentRequest<Purpose>[];
}

export interface NetworkSettings extends Omit<CommonConfig, 'bootstrapServers'> {
  /** `[Producer clientId=p1] `: what the client's lines begin with. */
  readonly logPrefix: string;
  /** Requests a node may have unanswered. */
  readonly maxInFlight: number;
  readonly allowAutoTopicCreation: boolean;
}

export interface NetworkClient<Purpose = unknown> {
  readonly settings: NetworkSettings;
  readonly metadata: ClusterMetadata;
  /** The group coordinator: a connection of its own to a broker that metadata knows under another id. */
  readonly coordinator: ClusterNode | null;
  readonly isFetchingMetadata: boolean;
  readonly nextCorrelationId: number;
  readonly connections: { readonly [node: string]: NodeConnection<Purpose> };
}

export type NetworkOutput<Purpose> =
  /** `response` is null for a request that gets none (acks=0): it counts as done once it is sent. */
  | {
      readonly type: 'answered';
      readonly node: number;
      readonly correlationId: number;
      readonly purpose: Purpose;
      readonly response: KafkaResponse | null;
    }
  /** The connection broke before the answer, or could not be made for an unsent request (correlation id −1). */
  | { readonly type: 'disconnected'; readonly node: number; readonly correlationId: number; readonly purpose: Purpose }
  | { readonly type: 'ready'; readonly node: number }
  | { readonly type: 'metadataUpdated'; readonly response: MetadataResponse }
  | { readonly type: 'noBootstrapServer'; readonly message: string };

export interface NetworkStep<Purpose> {
  readonly client: NetworkClient<Purpose>;
  readonly outputs: readonly NetworkOutput<Purpose>[];
}

const PREFIX = 'node:';
const NOTHING: readonly never[] = [];

export function startNetwork<Purpose>(
  config: CommonConfig,
  options: {
    readonly logPrefix: string;
    readonly maxInFlight: number;
    readonly allowAutoTopicCreation: boolean;
    readonly wanted: ClusterMetadata['wanted'];
  },
): NetworkClient<Purpose> {
  return {
    settings: {
      clientId: config.clientId,
      logPrefix: options.logPrefix,
      reconnectBackoffMs: config.reconnectBackoffMs,
      reconnectBackoffMaxMs: config.reconnectBackoffMaxMs,
      retryBackoffMs: config.retryBackoffMs,
      requestTimeoutMs: config.requestTimeoutMs,
      metadataMaxAgeMs: config.metadataMaxAgeMs,
      connectionsMaxIdleMs: config.connectionsMaxIdleMs,
      maxInFlight: options.maxInFlight,
      allowAutoTopicCreation: options.allowAutoTopicCreation,
    },
    metadata: bootstrapMetadata(config.bootstrapServers, options.wanted),
    coordinator: null,
    isFetchingMetadata: false,
    nextCorrelationId: 0,
    connections: {},
  };
}

/** A line of the client's log; `logger` is the class. */
export function logLine(env: Env, prefix: string, level: LogLevel, text: string, logger: string): void {
  env.log({ level, file: 'client', text: `${prefix}${text} (org.apache.kafka.${logger})` });
}

function stateOf(connection: NodeConnection | undefined): StateValue {
  return connection ? connection.chart.value : 'DISCONNECTED';
}

/** True if a request to this node would be sent at once (`NetworkClient.isReady` and a free slot). */
export function canSend(client: NetworkClient, node: number): boolean {
  const connection = client.connections[node];
  return connection?.chart.value === 'READY' && connection.inFlight.length < client.settings.maxInFlight;
}

export function isReady(client: NetworkClient, node: number): boolean {
  return client.connections[node]?.chart.value === 'READY';
}

/** True while the last attempt's backoff runs: nothing may be sent there yet. */
export function isUnavailable(client: NetworkClient, node: number, now: Micros): boolean {
  const connection = client.connections[node];
  return connection !== undefined && connection.chart.value === 'DISCONNECTED' && now < connection.retryAt;
}

/** When a connection to this node may be tried; 0: at once, or it is connected already. */
export function connectableAt(client: NetworkClient, node: number): Micros {
  const connection = client.connections[node];
  return connection?.chart.value === 'DISCONNECTED' ? connection.retryAt : 0;
}

export function withMetadata<P>(client: NetworkClient<P>, metadata: ClusterMetadata): NetworkClient<P> {
  return metadata === client.metadata ? client : { ...client, metadata };
}

function addressOf({ metadata, coordinator }: NetworkClient, node: number): ClusterNode | undefined {
  return coordinator?.id === node ? coordinator : nodeById(metadata, node);
}

function put<P>(client: NetworkClient<P>, connection: NodeConnection<P>): NetworkClient<P> {
  return { ...client, connections: { ...client.connections, [connection.node]: connection } };
}

/** Sends on a connection that can take it (`canSend`). `expectsResponse` false: the request is done with this call. */
export function send<P, Api extends ApiName>(
  client: NetworkClient<P>,
  node: number,
  api: Api,
  body: RequestBody<Api>,
  purpose: P | null,
  env: Env,
  expectsResponse = true,
  timeoutMs = client.settings.requestTimeoutMs,
): NetworkClient<P> {
  const connection = client.connections[node]!;
  const correlationId = client.nextCorrelationId;
  env.send(connection.socket, request(api, correlationId, client.settings.clientId, body));
  const inFlight = expectsResponse
    ? [
        ...connection.inFlight,
        { api, correlationId, sentAt: env.now, timeoutAt: env.now + timeoutMs * 1_000, purpose },
      ]
    : connection.inFlight;
  return {
    ...client,
    nextCorrelationId: correlationId + 1,
    connections: { ...client.connections, [node]: { ...connection, inFlight, lastUsedAt: env.now } },
  };
}

/** Sends now, or as soon as the connection stands and a refresh of metadata that is due has gone first; a connection that cannot be made fails the request. */
export function sendWhenReady<P, Api extends ApiName>(
  client: NetworkClient<P>,
  node: number,
  api: Api,
  body: RequestBody<Api>,
  purpose: P,
  env: Env,
  outputs: NetworkOutput<P>[],
  timeoutMs = client.settings.requestTimeoutMs,
): NetworkClient<P> {
  if (canSend(client, node) && !isRefreshDue(client, env.now)) return send(client, node, api, body, purpose, env, true, timeoutMs);
  const next = connect(client, node, env, outputs);
  const connection = next.connections[node]!;
  return put(next, { ...connection, unsent: [...connection.unsent, { api, body, purpose, timeoutMs }] });
}

function stepConnection<P>(
  client: NetworkClient<P>,
  node: number,
  event: ConnectionEvent,
  env: Env,
  outputs: NetworkOutput<P>[],
  reason = '',
): NetworkClient<P> {
  const connection = client.connections[node]!;
  const done = step(connectionMachine, connection.chart, event);
  if (done.chart === connection.chart && done.actions.length === 0) return client;
  let next = put(client, { ...connection, chart: done.chart });
  for (const { type } of done.actions) next = connectionActions[type as ConnectionAction](next, node, env, outputs, reason);
  if (done.chart.value === 'READY' && stateOf(connection) !== 'READY') {
    note(env, { type: 'clientConnected', client: env.self, node });
    outputs.push({ type: 'ready', node });
    next = sendUnsent(next, node, env);
  }
  return next;
}

function sendUnsent<P>(client: NetworkClient<P>, node: number, env: Env): NetworkClient<P> {
  let next = client;
  for (;;) {
    const connection = next.connections[node]!;
    const first = connection.unsent[0];
    if (!first || !canSend(next, node) || isRefreshDue(next, env.now)) return next;
    next = put(next, { ...connection, unsent: connection.unsent.slice(1) });
    next = send(next, node, first.api, first.body as RequestBody<ApiName>, first.purpose, env, true, first.timeoutMs);
  }
}

type Act = <P>(client: NetworkClient<P>, node: number, env: Env, outputs: NetworkOutput<P>[], reason: string) => NetworkClient<P>;

const connectionActions: { readonly [action in ConnectionAction]: Act } = {
  openSocket: (client, node, env) => {
    const { host, port } = addressOf(client, node)!;
    return put(client, { ...client.connections[node]!, socket: env.connect({ host, port }, `${PREFIX}${node}`), retryAt: env.now });
  },
  sendApiVersions: (client, node, env) => send(client, node, 'ApiVersions', {}, null, env),
  resetBackoff: (client, node, env) => put(client, { ...client.connections[node]!, failures: 0, lastUsedAt: env.now }),
  growBackoff: (client, node, env) => {
    const connection = client.connections[node]!;
    const { reconnectBackoffMs, reconnectBackoffMaxMs } = client.settings;
    const plain = Math.min(reconnectBackoffMs * 2 ** Math.min(connection.failures, 30), Math.max(reconnectBackoffMs, reconnectBackoffMaxMs));
    const delayMs = reconnectBackoffMaxMs > reconnectBackoffMs ? Math.floor(plain * (0.8 + 0.4 * env.random())) : plain;
    return put(client, { ...connection, socket: -1, failures: connection.failures + 1, retryAt: env.now + delayMs * 1_000 });
  },
  closeSocket: (client, node, env) => {
    env.close(client.connections[node]!.socket);
    return client;
  },
  warnNotEstablished: (client, node, env, outputs, reason) => {
    const { metadata, settings } = client;
    const known = addressOf(client, node);
    if (!known) return client;
    const isUnknown = reason === 'unknownHost';
    if (!isUnknown || !metadata.isBootstrap) {
      const last = Object.values(client.connections).flatMap((one) => (one.unresolvedAt !== undefined && addressOf(client, one.node)?.host === known.host ? [one.unresolvedAt] : []));
      const failedAt = last.length === 0 ? undefined : Math.max(...last);
      const address = isUnknown ? undefined : (env.lookUp(known.host)?.address ?? known.host);
      const { text, noted } = notReached(settings.logPrefix, known, address, env.now, failedAt);
      env.log({ level: 'WARN', file: 'client', text });
      return put(client, { ...client.connections[node]!, ...noted });
    }
    // The real client resolves the list before it connects, and leaves out what has no address.
    const server = `${known.host}:${known.port}`;
    logLine(
      env,
      '',
      'WARN',
      `Couldn't resolve server ${server} from bootstrap.servers as DNS resolution failed for ${known.host}`,
      'clients.ClientUtils',
    );
    const nodes = metadata.nodes.filter(({ id }) => id !== node);
    if (nodes.length === 0) {
      outputs.push({ type: 'noBootstrapServer', message: 'No resolvable bootstrap urls given in bootstrap.servers' });
    }
    return { ...client, metadata: { ...metadata, nodes } };
  },
  failInFlightRequests: (client, node, env, outputs, reason) => {
    const connection = client.connections[node]!;
    note(env, { type: 'clientDisconnected', client: env.self, node, reason });
    let next = put<never>(client as NetworkClient<never>, { ...connection, inFlight: NOTHING, unsent: NOTHING } as NodeConnection<never>);
    for (const { api, correlationId, purpose } of connection.inFlight) {
      if (purpose !== null) outputs.push({ type: 'disconnected', node, correlationId, purpose });
      else if (api === 'Metadata') {
        const known = nodeById(client.metadata, node);
        if (client.metadata.isBootstrap && known) {
          const text = `Bootstrap broker ${nodeText(known)} disconnected`;
          logLine(env, client.settings.logPrefix, 'WARN', text, 'clients.NetworkClient');
        }
        next = { ...next, isFetchingMetadata: false, metadata: requestUpdate(next.metadata) };
      }
    }
    for (const { purpose } of connection.unsent) outputs.push({ type: 'disconnected', node, correlationId: -1, purpose });
    return next as unknown as typeof client;
  },
  requestMetadataUpdate: (client) => withMetadata(client, requestUpdate(client.metadata)),
};

/** Begins a connection unless there is one or its backoff still runs. */
export function connect<P>(client: NetworkClient<P>, node: number, env: Env, outputs: NetworkOutput<P>[]): NetworkClient<P> {
  let next = client;
  if (!next.connections[node]) {
    if (!addressOf(client, node)) return client;
    next = put(next, {
      node,
      chart: begin(connectionMachine).chart,
      socket: -1,
      failures: 0,
      retryAt: 0,
      lastUsedAt: env.now,
      inFlight: NOTHING,
      unsent: NOTHING,
    });
  }
  const connection = next.connections[node]!;
  if (stateOf(connection) !== 'DISCONNECTED') return client;
  // A node that left the cluster has no address any more.
  if (!addressOf(client, node)) return client;
  return stepConnection(next, node, { type: 'connect', isBackoffOver: env.now >= connection.retryAt }, env, outputs);
}

/** Closes a connection: what is under way on it fails (`ConsumerNetworkClient.disconnectAsync`). */
export function disconnect<P>(client: NetworkClient<P>, node: number, env: Env): NetworkStep<P> {
  const outputs: NetworkOutput<P>[] = [];
  if (!client.connections[node]) return { client, outputs };
  return { client: stepConnection(client, node, { type: 'disconnect' }, env, outputs, 'disconnect'), outputs };
}

/** Takes one event of the process; events of others' tags leave it as it is. */
export function handleNetwork<P>(client: NetworkClient<P>, event: ProcessEvent, env: Env): NetworkStep<P> {
  if (event.type === 'timer' || !('tag' in event) || !event.tag.startsWith(PREFIX)) return { client, outputs: NOTHING };
  const node = Number(event.tag.slice(PREFIX.length));
  const connection = client.connections[node];
  if (!connection || connection.socket !== event.connection) return { client, outputs: NOTHING };
  const outputs: NetworkOutput<P>[] = [];
  switch (event.type) {
    case 'connected':
      return { client: stepConnection(client, node, { type: 'connected' }, env, outputs), outputs };
    case 'connectFailed':
      return { client: stepConnection(client, node, { type: 'connectFailed' }, env, outputs, event.reason), outputs };
    case 'closed':
      return { client: stepConnection(client, node, { type: 'closed' }, env, outputs, event.reason), outputs };
    case 'received':
      return { client: receive(client, connection, event.message as KafkaResponse, env, outputs), outputs };
    default:
      return { client, outputs };
  }
}

function receive<P>(
  client: NetworkClient<P>,
  connection: NodeConnection<P>,
  response: KafkaResponse,
  env: Env,
  outputs: NetworkOutput<P>[],
): NetworkClient<P> {
  const { node } = connection;
  const first = connection.inFlight[0];
  // A broker answers in the order of the requests; anything else is nobody's answer.
  if (!first || first.correlationId !== response.correlationId) return client;
  let next = put(client, { ...connection, inFlight: connection.inFlight.slice(1), lastUsedAt: env.now });
  if (first.purpose !== null) {
    outputs.push({ type: 'answered', node, correlationId: first.correlationId, purpose: first.purpose, response });
  } else if (response.type === 'ApiVersionsResponse') {
    next = stepConnection(next, node, { type: 'ApiVersionsResponse', hasError: response.error !== 'NONE' }, env, outputs, 'versions');
  } else if (response.type === 'MetadataResponse') {
    next = receiveMetadata({ ...next, isFetchingMetadata: false }, node, response, env, outputs);
  }
  return connection.unsent.length > 0 ? sendUnsent(next, node, env) : next;
}

function receiveMetadata<P>(
  client: NetworkClient<P>,
  node: number,
  response: MetadataResponse,
  env: Env,
  outputs: NetworkOutput<P>[],
): NetworkClient<P> {
  const { logPrefix } = client.settings;
  const missing: string[] = [];
  const failed: string[] = [];
  const invalid: string[] = [];
  for (const { topic, error, partitions } of response.topics) {
    if (error !== 'NONE') failed.push(`${topic}=${error}`);
    if (error === 'INVALID_TOPIC_EXCEPTION') invalid.push(topic);
    for (const one of partitions) if (one.error === 'LISTENER_NOT_FOUND') missing.push(topicPartition(topic, one.partition));
  }
  if (missing.length > 0) {
    const text = `${missing.length} partitions have leader brokers without a matching listener, including [${missing.slice(0, 10).join(', ')}]`;
    logLine(env, logPrefix, 'WARN', text, 'clients.NetworkClient');
  }
  if (failed.length > 0) {
    const text = `Error while fetching metadata with correlation id ${response.correlationId} : {${failed.join(', ')}}`;
    logLine(env, logPrefix, 'WARN', text, 'clients.NetworkClient');
  }
  // A broker that has not heard from the controller yet knows of nobody.
  if (response.brokers.length === 0) return withMetadata(client, failRefresh(client.metadata, env.now));
  if (invalid.length > 0) {
    logLine(env, logPrefix, 'ERROR', `Metadata response reported invalid topics [${invalid.join(', ')}]`, 'clients.Metadata');
  }
  if (response.clusterId !== client.metadata.clusterId) {
    logLine(env, logPrefix, 'INFO', `Cluster ID: ${response.clusterId}`, 'clients.Metadata');
  }
  outputs.push({ type: 'metadataUpdated', response });
  note(env, {
    type: 'metadataUpdated',
    client: env.self,
    node,
    controllerId: response.controllerId,
    brokers: response.brokers.map((broker) => broker.nodeId),
  });
  return withMetadata(client, updateMetadata(client.metadata, response, env.now));
}

/**
 * The node to ask: one that is ready and has least in flight, else one being connected, else one that may be connected; the
 * search begins at a random node, so that equals share the load.
 */
export function leastLoadedNode(client: NetworkClient, env: Env): number | undefined {
  const { nodes } = client.metadata;
  if (nodes.length === 0) return undefined;
  const offset = nodes.length === 1 ? 0 : env.randomInt(0, nodes.length - 1);
  let ready: number | undefined;
  let readyLoad = Infinity;
  let connecting: number | undefined;
  let connectable: number | undefined;
  for (let i = 0; i < nodes.length; i++) {
    const { id } = nodes[(offset + i) % nodes.length]!;
    const connection = client.connections[id];
    const state = stateOf(connection);
    if (state === 'READY') {
      const load = connection!.inFlight.length;
      if (load === 0) return id;
      if (load < readyLoad && load < client.settings.maxInFlight) {
        ready = id;
        readyLoad = load;
      }
    } else if (state !== 'DISCONNECTED') connecting = id;
    else if (!connection || env.now >= connection.retryAt) connectable = id;
  }
  return ready ?? connecting ?? connectable;
}

function refreshAt(client: NetworkClient): Micros {
  const { metadataMaxAgeMs, retryBackoffMs } = client.settings;
  return nextRefreshAt(client.metadata, metadataMaxAgeMs * 1_000, retryBackoffMs * 1_000);
}

/** `MetadataUpdater.isUpdateDue` */
function isRefreshDue(client: NetworkClient, now: Micros): boolean {
  return !client.isFetchingMetadata && refreshAt(client) <= now;
}

/** What time brings: requests and connections that are too old, and the refresh of metadata. */
export function pollNetwork<P>(client: NetworkClient<P>, env: Env): NetworkStep<P> {
  const outputs: NetworkOutput<P>[] = [];
  let next = client;
  const idleMicros = client.settings.connectionsMaxIdleMs * 1_000;
  for (const key in client.connections) {
    const { node, inFlight, lastUsedAt, chart } = client.connections[key]!;
    if (inFlight.some(({ timeoutAt }) => timeoutAt <= env.now)) {
      next = stepConnection(next, node, { type: 'requestTimedOut' }, env, outputs, 'requestTimedOut');
    } else if (idleMicros >= 0 && chart.value === 'READY' && lastUsedAt + idleMicros <= env.now) {
      next = stepConnection(next, node, { type: 'idled' }, env, outputs, 'idle');
    }
  }
  if (!next.isFetchingMetadata && refreshAt(next) <= env.now) {
    const node = leastLoadedNode(next, env);
    if (node !== undefined) {
      if (canSend(next, node)) {
        const { wanted } = next.metadata;
        const body: RequestBody<'Metadata'> = {
          topics: wanted === null ? null : Object.keys(wanted),
          allowAutoTopicCreation: next.settings.allowAutoTopicCreation,
          includeClusterAuthorizedOperations: false,
          includeTopicAuthorizedOperations: false,
        };
        next = { ...send(next, node, 'Metadata', body, null, env), isFetchingMetadata: true };
        // What had to let it go first.
        for (const key in next.connections) if (next.connections[key]!.unsent.length > 0) next = sendUnsent(next, next.connections[key]!.node, env);
      } else next = connect(next, node, env, outputs);
    }
  }
  return { client: next, outputs };
}

/** When `pollNetwork` has something to do though nothing arrives; Infinity: never. */
export function networkDeadline(client: NetworkClient): Micros {
  let deadline = Infinity;
  const idleMicros = client.settings.connectionsMaxIdleMs * 1_000;
  for (const key in client.connections) {
    const { inFlight, lastUsedAt, chart } = client.connections[key]!;
    for (const { timeoutAt } of inFlight) deadline = Math.min(deadline, timeoutAt);
    if (idleMicros >= 0 && chart.value === 'READY') deadline = Math.min(deadline, lastUsedAt + idleMicros);
  }
  return client.isFetchingMetadata ? deadline : Math.min(deadline, Math.max(refreshAt(client), askableAt(client)));
}

/** When there is a node to ask for metadata; Infinity: only an answer or the end of a connection attempt can bring one. */
function askableAt(client: NetworkClient): Micros {
  let askable = Infinity;
  let isConnecting = false;
  for (const { id } of client.metadata.nodes) {
    const connection = client.connections[id];
    const state = stateOf(connection);
    if (state === 'READY') {
      if (connection!.inFlight.length < client.settings.maxInFlight) return 0;
    } else if (state === 'DISCONNECTED') askable = Math.min(askable, connectableAt(client, id));
    else isConnecting = true;
  }
  return isConnecting ? Infinity : askable;
}
