/**
 * The whole state of a broker process, and the draft of it while one event is handled: a shallow copy whose fields may be
 * replaced, never the values in them.
 */
import type { ChartState } from '../../kernel/machine.ts';
import type { ConnectionId, Env, LogLevel, Micros } from '../../kernel/program.ts';
import type { ZooKeeperClient } from '../../zookeeper/client.ts';
import type { Controller } from '../controller/controller.ts';
import type { KafkaFact } from '../facts.ts';
import type { EndedWrite, GroupCoordinator, GroupWrite } from '../groups/state.ts';
import type { Log } from '../log/log.ts';
import type { ErrorName, KafkaRequest, TopicPartitionError } from '../protocol/index.ts';
import type { ZkResult } from '../zookeeper/requests.ts';
import type { Options } from '../zookeeper/topics.ts';
import type { EndedTransactionWrite, TransactionCoordinator, TransactionWrite } from '../transactions/state.ts';
import type { Pipeline } from '../zookeeper/pipeline.ts';
import type { BrokerChartContext } from './broker.machine.ts';
import type { BrokerConfig } from './config.ts';
import type { DynamicConfigs } from './dynamic-config.ts';
import type { FetchContext, FetchedPartition, FetchSessions, WantedPartition } from './fetch-session.ts';
import type { MetadataCache } from './metadata-cache.ts';
import type { Partition } from './partition.ts';
import type { ReplicationRates, ThrottledReplicas } from './replication-quota.ts';
import type { StartupFailure } from './startup-failure.ts';
import type { ThreadedPart } from './threads.ts';

export interface ClientConnection {
  readonly id: ConnectionId;
  readonly peer: string;
  /** On which of the broker's listeners it came in. */
  readonly listener: string;
  /** A request of it is being processed: the connection is muted. */
  readonly busy: boolean;
  readonly unread: readonly KafkaRequest[];
  /** Not read before: its last response is on its way through the processor. */
  readonly readableAt: Micros;
}

/** A request on its way through the broker. */
export interface RequestContext {
  readonly connection: ConnectionId;
  readonly request: KafkaRequest;
  /** A LeaderAndIsr that has already asked ZooKeeper for the configuration of what it makes. */
  readonly configsRead?: true;
}

/** Held up by a partition's lock, together with its handler thread. */
export interface BlockedRequest {
  readonly context: RequestContext;
  readonly partition: number;
}

/** A follower's fetch whose handler waits for the ISR writes it has caused. */
export interface ExpandingFetch {
  readonly context: RequestContext;
  readonly fetch: OpenFetch;
  readonly fetched: readonly FetchedPartition[];
  readonly waitsFor: readonly number[];
}

export interface OpenFetch {
  readonly session: FetchContext;
  readonly wanted: readonly WantedPartition[];
}

/** acks=-1: over when the HW has passed what was written. */
export interface DelayedProduce {
  /** Whose it is: a client's, which is answered, that of the coordinator of groups or of transactions, or one marker of those that a transaction coordinator has sent. */
  readonly of:
    | { readonly type: 'client'; readonly context: RequestContext }
    | { readonly type: 'group'; readonly write: GroupWrite }
    | { readonly type: 'transaction'; readonly write: TransactionWrite }
    | { readonly type: 'markers'; readonly context: RequestContext; readonly marker: number };
  readonly deadline: Micros;
  readonly partitions: readonly ProduceStatus[];
}

export interface ProduceStatus {
  /** Place in `partitions` of the broker; -1 if the partition failed at once. */
  readonly at: number;
  readonly topic: string;
  readonly partition: number;
  /** The HW to wait for. */
  readonly required: number;
  /** null while it waits. */
  readonly error: ErrorName | null;
  readonly baseOffset: number;
  readonly logAppendTimeMs: number;
  readonly logStartOffset: number;
}

/** A WriteTxnMarkers request of which some markers are not replicated yet. */
export interface OpenMarkers {
  readonly context: RequestContext;
  /** Markers still waited for. */
  readonly left: number;
  readonly results: readonly MarkerResult[];
}

export interface MarkerResult extends TopicPartitionError {
  readonly producerId: number;
}

/** The append of a marker, by its place in the request, is over. */
export interface EndedMarker {
  readonly context: RequestContext;
  readonly marker: number;
  readonly partitions: readonly ProduceStatus[];
}

export interface DelayedFetch {
  readonly context: RequestContext;
  readonly deadline: Micros;
  readonly fetch: OpenFetch;
  /** Places in `partitions`, parallel to what is wanted; -1 is not here. */
  readonly places: readonly number[];
  readonly minBytes: number;
}

/** An admin request that waits for this broker's metadata cache, or for what followers tell. */
export interface DelayedAdmin {
  readonly context: RequestContext;
  readonly deadline: Micros;
  readonly waits:
    | { readonly type: 'topics'; readonly results: readonly AdminResult[] }
    | { readonly type: 'deletions'; readonly results: readonly AdminResult[] }
    | { readonly type: 'partitions'; readonly results: readonly AdminResult[] }
    | { readonly type: 'elections'; readonly results: readonly ElectionResult[] }
    /** For the log start offsets of the living replicas. */
    | { readonly type: 'logStarts'; readonly results: readonly DeletionResult[] };
}

export interface AdminResult {
  readonly topic: string;
  readonly error: ErrorName;
  readonly errorMessage: string | null;
  /** Partitions that must have a leader. */
  readonly partitions: number;
}

export interface ElectionResult {
  readonly topic: string;
  readonly partition: number;
  readonly error: ErrorName;
  readonly errorMessage: string | null;
  /** The leader to wait for; null if there is nothing to wait for. */
  readonly leader: number | null;
}

export interface DeletionResult {
  readonly topic: string;
  readonly partition: number;
  readonly error: ErrorName;
  /** The low watermark to wait for. */
  readonly required: number;
}

/** A procedure with ZooKeeper in the middle of its steps; see procedures.ts. */
export interface ZkTask {
  readonly name: string;
  readonly args: unknown;
  readonly answers: readonly (readonly ZkResult[])[];
}

export interface FetcherSession {
  readonly id: number;
  readonly epoch: number;
}

/** One ReplicaFetcherThread. */
export interface Fetcher {
  /** `fetcher.<leader>.<id>`: prefix of its timers and tag of its connection. */
  readonly key: string;
  readonly leaderId: number;
  readonly fetcherId: number;
  readonly host: string;
  readonly port: number;
  readonly chart: ChartState;
  readonly connection: ConnectionId | null;
  readonly connected: boolean;
  readonly correlationId: number;
  readonly session: FetcherSession;
  /** Places of its partitions. */
  readonly members: readonly number[];
  /** Places the leader's session knows. */
  readonly told: readonly number[];
  /** Places the request in flight is about, for an epoch or an offset request. */
  readonly asked: readonly number[];
  /** When the request in flight was sent, in microseconds. */
  readonly sentAt: Micros;
  /** When its leader's host was last asked for, and had no address. */
  readonly unresolvedAt?: Micros;
}

/** What threads and logs go by. They follow the configuration when they are told so, which is not always (DynamicBrokerConfig). */
export interface InForce {
  readonly numIoThreads: number;
  readonly numReplicaFetchers: number;
  /** Of the logs, by topic option (LogManager.currentDefaultConfig). */
  readonly topicDefaults: Options;
}

export interface Broker {
  /** As it is now. */
  readonly config: BrokerConfig;
  /** Of server.properties. */
  readonly started: BrokerConfig;
  readonly dynamic: DynamicConfigs;
  readonly inForce: InForce;
  /** Log directories that have failed since the process was started. */
  readonly offlineLogDirs: readonly string[];
  readonly chart: ChartState<BrokerChartContext>;
  readonly brokerId: number;
  readonly clusterId: string | null;
  /** czxid of the registration; -1 before. */
  readonly brokerEpoch: number;
  readonly startedMs: number;

  readonly zk: ZooKeeperClient | null;
  readonly sessionId: string;
  readonly previousSessionId: string | null;
  readonly pipeline: Pipeline;
  readonly tasks: { readonly [id: string]: ZkTask };
  readonly nextTask: number;

  readonly controller: Controller | null;
  /** Who this broker thinks is controller; -1 nobody. */
  readonly controllerId: number;
  /** Highest controller epoch seen in a request. */
  readonly controllerEpoch: number;
  readonly metadata: MetadataCache;

  /** Places stay; a removed replica leaves its own behind in state `none`. */
  readonly partitions: readonly Partition[];
  readonly places: { readonly [name: string]: number };
  /** Loaded from disk, no partition yet. */
  readonly logs: { readonly [name: string]: Log };
  readonly checkpointedHighWatermarks: { readonly [name: string]: number };
  readonly fetchers: readonly Fetcher[];
  readonly replicationRates: ReplicationRates;
  readonly throttledReplicas: ThrottledReplicas;
  readonly sessions: FetchSessions;
  readonly topicConfigs: { readonly [topic: string]: { readonly [option: string]: string } };
  readonly lastConfigChange: number;
  /** There is more to look at than what is being read. */
  readonly configChangesQueued: boolean;
  readonly producerIds: { readonly next: number; readonly end: number };

  readonly connections: readonly ClientConnection[];
  readonly queue: readonly RequestContext[];
  /** Handler threads taken by requests that wait for ZooKeeper or for a lock. */
  readonly handlersHeld: number;
  readonly blocked: readonly BlockedRequest[];
  /** Their lock is free; they still have their thread. */
  readonly resumable: readonly RequestContext[];
  readonly expanding: readonly ExpandingFetch[];

  readonly delayedProduces: readonly DelayedProduce[];
  readonly openMarkers: readonly OpenMarkers[];
  /** Appends of markers that are over and not handled yet; empty between events. */
  readonly endedMarkers: readonly EndedMarker[];
  readonly delayedFetches: readonly DelayedFetch[];
  readonly delayedAdmins: readonly DelayedAdmin[];
  readonly groups: GroupCoordinator;
  /** Appends of the group coordinator that are over and not handled yet; empty between events. */
  readonly groupWrites: readonly EndedWrite[];
  readonly transactions: TransactionCoordinator;
  /** The same of the transaction coordinator. */
  readonly transactionWrites: readonly EndedTransactionWrite[];
  /** Timed out, but the one executor thread hangs on a partition's lock. */
  readonly expiredFetches: readonly DelayedFetch[];
  /** When the purgatory timer fires; null if it is not set. */
  readonly purgatoryDueAt: Micros | null;

  /** The pass of the isr-expiration task that waits for its ISR write: places still to look at. */
  readonly isrExpiration: readonly number[] | null;
  readonly isrChanges: readonly number[];
  readonly lastIsrChangeMs: number;
  readonly lastIsrPropagationMs: number;

  /** The connection of the controlled shutdown request. */
  readonly shutdownConnection: ConnectionId | null;
  /** When the polling threads of each part were started. */
  readonly threadsSince: { readonly [Part in ThreadedPart]?: Micros };
  /** Why start-up failed, for the last lines of the log. */
  readonly failure: StartupFailure | null;
}

export type Draft = { -readonly [Field in keyof Broker]: Broker[Field] };

/** A copy to edit. Field by field: made with every event, and spreading so many fields grows the copy again and again. */
export function draftOf(state: Broker): Required<Draft> {
  return {
    config: state.config,
    started: state.started,
    dynamic: state.dynamic,
    inForce: state.inForce,
    offlineLogDirs: state.offlineLogDirs,
    chart: state.chart,
    brokerId: state.brokerId,
    clusterId: state.clusterId,
    brokerEpoch: state.brokerEpoch,
    startedMs: state.startedMs,
    zk: state.zk,
    sessionId: state.sessionId,
    previousSessionId: state.previousSessionId,
    pipeline: state.pipeline,
    tasks: state.tasks,
    nextTask: state.nextTask,
    controller: state.controller,
    controllerId: state.controllerId,
    controllerEpoch: state.controllerEpoch,
    metadata: state.metadata,
    partitions: state.partitions,
    places: state.places,
    logs: state.logs,
    checkpointedHighWatermarks: state.checkpointedHighWatermarks,
    fetchers: state.fetchers,
    replicationRates: state.replicationRates,
    throttledReplicas: state.throttledReplicas,
    sessions: state.sessions,
    topicConfigs: state.topicConfigs,
    lastConfigChange: state.lastConfigChange,
    configChangesQueued: state.configChangesQueued,
    producerIds: state.producerIds,
    connections: state.connections,
    queue: state.queue,
    handlersHeld: state.handlersHeld,
    blocked: state.blocked,
    resumable: state.resumable,
    expanding: state.expanding,
    delayedProduces: state.delayedProduces,
    openMarkers: state.openMarkers,
    endedMarkers: state.endedMarkers,
    delayedFetches: state.delayedFetches,
    delayedAdmins: state.delayedAdmins,
    groups: state.groups,
    groupWrites: state.groupWrites,
    transactions: state.transactions,
    transactionWrites: state.transactionWrites,
    expiredFetches: state.expiredFetches,
    purgatoryDueAt: state.purgatoryDueAt,
    isrExpiration: state.isrExpiration,
    isrChanges: state.isrChanges,
    lastIsrChangeMs: state.lastIsrChangeMs,
    lastIsrPropagationMs: state.lastIsrPropagationMs,
    shutdownConnection: state.shutdownConnection,
    threadsSince: state.threadsSince,
    failure: state.failure,
  };
}

/** One line of server.log. */
export function say(env: Env, level: LogLevel, text: string, logger: string): void {
  env.log({ level, file: 'server', text: `${text} (${logger})` });
}

/** One line of state-change.log. */
export function stateChange(env: Env, level: LogLevel, text: string): void {
  env.log({ level, file: 'state-change', text: `${text} (state.change.logger)` });
}

export function fact(env: Env, happened: KafkaFact): void {
  env.fact(happened);
}

export function placeOf(b: Broker, topic: string, partition: number): number {
  const place = b.places[`${topic}-${partition}`];
  return place === undefined ? -1 : place;
}

export function setPartition(b: Draft, place: number, partition: Partition): void {
  const partitions = b.partitions.slice();
  partitions[place] = partition;
  b.partitions = partitions;
}

/** A topic's option: its own value, else the broker's default. */
export function topicOption(b: Broker, topic: string, option: string): string {
  const own = Object.hasOwn(b.topicConfigs, topic) ? b.topicConfigs[topic]! : undefined;
  return own && Object.hasOwn(own, option) ? own[option]! : (b.inForce.topicDefaults[option] ?? '');
}
