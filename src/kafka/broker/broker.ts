/**
 * The broker process (kafka.Kafka, KafkaServer): routes every event to its part, and does what its life-cycle chart asks for.
 * Simplified: the time that the JVM and the start of the parts take is that of the recorded start-ups.
 */
import { begin, matches, step } from '../../kernel/machine.ts';
import type { Env, ProcessEvent, Program } from '../../kernel/program.ts';
import { handleClient, ownsEvent, startClient, type ClientOutput } from '../../zookeeper/client.ts';
import { createController, handleController, withUncleanElection, type ControllerConfig, type ControllerInput, type ControllerOutput } from '../controller/controller.ts';
import { flushed, withConfig, type LogFlushed } from '../log/log.ts';
import { apiOf, isRequest, request as message, type ApiName, type ControlledShutdownResponse, type KafkaMessage, type KafkaRequest } from '../protocol/index.ts';
import { endLoaderTask } from '../groups/loading.ts';
import { LOADER_TIMER } from '../groups/tasks.ts';
import { expireGroups } from '../groups/membership.ts';
import { expireOffsets } from '../groups/offsets.ts';
import { noGroups } from '../groups/state.ts';
import { groupWriteEnded } from '../groups/writes.ts';
import { sayCoordinator } from '../groups/coordinator.ts';
import { handleMarkerEvent, MARKER_PREFIX } from '../transactions/channels.ts';
import { abortTimedOut, expireTransactionalIds, TRANSACTION_ABORT_TIMER, TRANSACTION_EXPIRY_TIMER } from '../transactions/expiry.ts';
import { endTransactionTask, TRANSACTION_LOADER_TIMER } from '../transactions/loading.ts';
import { startTransactions } from '../transactions/lifecycle.ts';
import { noTransactions } from '../transactions/state.ts';
import { takeProducerId } from '../transactions/producer-ids.ts';
import { TRANSACTION_TOPIC } from '../transactions/transaction-topic.ts';
import { transactionWriteEnded } from '../transactions/writes.ts';
import { createPipeline } from '../zookeeper/pipeline.ts';
import { OwnedByAnother, ZkFailure, type Played } from '../zookeeper/procedures.ts';
import type { EntityConfig, Options } from '../zookeeper/topics.ts';
import { CONFIG_CHANGES, DEFAULT_ENTITY, type BrokerInfo } from '../zookeeper/znodes.ts';
import { HIGH_WATERMARK_TIMER } from './become.ts';
import { brokerMachine, brokerStateNumbers, type BrokerChartContext, type BrokerChartEvent } from './broker.machine.ts';
import { parseConfig, type BrokerConfig } from './config.ts';
import { noDynamicConfigs } from './dynamic-config.ts';
import { FETCHER_PREFIX, handleFetcherEvent } from './fetcher.ts';
import { handlers, type Handlers } from './handlers/index.ts';
import { answerAdmin, settleAdmin } from './handlers/shared.ts';
import { assignmentsRead, assignmentsWritten, configsRead, topicsCreated, topicsMarkedForDeletion } from './handlers/admin.ts';
import { coordinatorOf } from './handlers/find-coordinator.ts';
import { metadataResponse } from './handlers/metadata.ts';
import { markerEnded } from './handlers/write-txn-markers.ts';
import {
  checkpointRecoveryPoints, cleanupLogs, loadLogs, logConfigOf, removeDeletedSegments, storedBrokerId, wasCleanlyShutDown,
  writeMetaProperties,
} from './log-dirs.ts';
import { handleDiskErrors } from './log-dir-failure.ts';
import { OFFSETS_EXPIRY_TIMER, SHUTDOWN_TAG, exit, leaveControlledShutdown, serverOf, shutdownActions, startReplicaManager } from './shutdown.ts';
import { startupFailure, type FailedAt } from './startup-failure.ts';
import { THREAD_TIMER, endThread, startThreads } from './threads.ts';
import { emptyMetadata } from './metadata-cache.ts';
import type { TaskArgs, TaskName, TaskResult } from './procedures.ts';
import { PURGATORY_TIMER } from './purgatory.ts';
import { checkpointHighWatermarks, endIsrUpdate, expirePurgatory, propagateIsrChanges, startIsrExpiration } from './replica-manager.ts';
import { allowsUnclean, inForceOf, startWithDynamicConfigs, takeBrokerConfig } from './reconfiguration.ts';
import { noReplicationRates, noThrottledReplicas, takeThrottledReplicas } from './replication-quota.ts';
import {
  CLOSE, HELD, IDLE_TIMER, NO_RESPONSE, PARKED, READ_TIMER, accept, answer, closeConnection, closeIdleConnections, drop, endQuietly, finish, mute, read, receive, release, send,
  startProcessors, type Outcome,
} from './requests.ts';
import { draftOf, fact, placeOf, say, setPartition, type Broker, type Draft, type ElectionResult, type RequestContext } from './state.ts';
import { inbox, pipe, resumeTask, startTask, zkRequest, type InboxItem, type TaskToken } from './zookeeper.ts';

export interface BrokerProgramConfig {
  /** Text of the server.properties. */
  readonly properties: string;
  /** What its machine calls itself, for listeners without an address; left out: as its host is called. */
  readonly hostname?: string;
}

const SERVER = 'kafka.server.KafkaServer';
const BASE64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** Milliseconds that pass inside the process before these steps, as in the recorded start-ups. */
const STARTUP_MS = { jvm: 440, loadLogs: 130, recoveryPerLog: 20, bindListeners: 400, registerBroker: 90, startServices: 60 } as const;
const RETENTION_INITIAL_DELAY_MS = 30_000;
const ISR_PROPAGATION_MS = 2_500;
/** ClientCnxnSocketNIO.cleanup, before what lay with the client of an expired session fails. */
const CLEANUP_PAUSE_MS = 100;
const STOPPING: readonly string[] = ['BrokerShuttingDown', 'Stopped', 'Failed', 'Halted'];

let table: Handlers | null = null;
/** Made once: it needs the router below, and is no state. */
const handlerTable = (): Handlers => (table ??= handlers(toController));

// ------------------------------------------------------------------ life-cycle

function advance(b: Draft, env: Env, event: BrokerChartEvent): void {
  const done = step<BrokerChartContext>(brokerMachine, b.chart, event);
  b.chart = done.chart;
  for (const action of done.actions) {
    const act = Object.hasOwn(lifecycle, action.type) ? lifecycle[action.type] : undefined;
    act?.(b, env);
  }
}

function stateName(b: Broker): string {
  const { value } = b.chart;
  return typeof value === 'string' ? value : Object.keys(value)[0]!;
}

function isServing(b: Broker): boolean {
  const { value } = b.chart;
  return value === 'RunningAsBroker' || (typeof value === 'object' && 'PendingControlledShutdown' in value);
}

function failStartup(b: Draft, env: Env, exception: string, place: FailedAt | null = null): void {
  b.failure = startupFailure(b.chart, exception, place);
  advance(b, env, { type: 'startupFailed' });
}

const later = (b: Draft, env: Env, name: string, ms: number): void => {
  env.setTimer(`startup.${name}`, ms * 1_000);
};

/** What Linux says of an address at which nobody on a machine can listen. */
const BIND_PROBLEMS: { readonly [ownership in ReturnType<Env['ownership']>]?: string } = { notOwn: 'Cannot assign requested address', unknownHost: 'Unresolved address' };

const lifecycle: { readonly [action: string]: (b: Draft, env: Env) => void } = {
  reportState: (b, env) => {
    const state = stateName(b);
    fact(env, { type: 'brokerStateChanged', broker: b.brokerId, state: state === 'Stopped' || state === 'Failed' ? 'NotRunning' : state, number: brokerStateNumbers[state] ?? 0 });
  },
  connectToZooKeeper: (b, env) => {
    say(env, 'INFO', 'starting', SERVER);
    say(env, 'INFO', `Connecting to zookeeper on ${b.config.zookeeperConnect}`, SERVER);
    connect(b, env);
    say(env, 'INFO', '[ZooKeeperClient Kafka server] Waiting until connected.', 'kafka.zookeeper.ZooKeeperClient');
    env.setTimer('startup.zookeeperTimeout', b.config.zookeeperConnectionTimeoutMs * 1_000);
  },
  createTopLevelZnodes: (b, env) => {
    startTask(b, env, 'createTopLevelZnodes', null);
  },
  readClusterId: (b, env) => {
    let proposal = '';
    for (let i = 0; i < 22; i++) proposal += BASE64URL[env.randomInt(0, 63)]!;
    startTask(b, env, 'clusterId', { proposal });
  },
  resolveBrokerId: (b, env) => {
    say(env, 'INFO', `Cluster ID = ${b.clusterId}`, SERVER);
    const stored = storedBrokerId(b, env);
    const configured = b.config.brokerId;
    if (stored !== null && (stored === -1 || (configured >= 0 && configured !== stored))) {
      failStartup(b, env, `kafka.common.InconsistentBrokerIdException: Configured broker.id ${configured} doesn't match stored broker.id ${stored} in meta.properties. If you moved your data, make sure your configured broker.id matches. If you intend to create a new broker, you should remove all data in your data directories (log.dirs).`, 'brokerId');
    } else if (configured < 0 && stored === null) {
      startTask(b, env, 'generateBrokerId', { reserved: b.config.maxReservedBrokerId });
    } else {
      brokerIdKnown(b, env, stored ?? configured);
    }
  },
  startQuotaManagers: (b, env) => startThreads(b, env, 'quotaManagers'),
  loadLogs: (b, env) => {
    later(b, env, 'loadLogs', STARTUP_MS.loadLogs);
  },
  bindListeners: (b, env) => {
    later(b, env, 'bindListeners', STARTUP_MS.bindListeners);
  },
  startReplicaManager,
  registerBroker: (b, env) => {
    later(b, env, 'registerBroker', STARTUP_MS.registerBroker);
  },
  startController: (b, env) => {
    const { config } = b;
    const controllerConfig: ControllerConfig = {
      brokerId: b.brokerId,
      brokerInfo: brokerInfo(b),
      interBrokerListener: config.interBrokerListener,
      autoLeaderRebalanceEnable: config.autoLeaderRebalanceEnable,
      leaderImbalanceCheckIntervalSeconds: config.leaderImbalanceCheckIntervalSeconds,
      leaderImbalancePerBrokerPercentage: config.leaderImbalancePerBrokerPercentage,
      deleteTopicEnable: config.deleteTopicEnable,
      uncleanLeaderElectionEnable: allowsUnclean(config),
      controllerSocketTimeoutMs: config.controllerSocketTimeoutMs,
      requestTimeoutMs: config.requestTimeoutMs,
    };
    b.controller = createController(controllerConfig);
    toController(b, env, { type: 'startup', brokerEpoch: b.brokerEpoch });
  },
  startAdminManager: (b, env) => startThreads(b, env, 'adminManager'),
  startGroupCoordinator: (b, env) => {
    startThreads(b, env, 'groupCoordinator');
    startTask(b, env, 'offsetsTopicPartitions', null);
  },
  claimProducerIds: (b, env) => {
    startTask(b, env, 'claimProducerIds', { brokerId: b.brokerId, context: null });
  },
  applyConfigs: (b, env) => {
    say(env, 'INFO', '[/config/changes-event-process-thread]: Starting', 'kafka.common.ZkNodeChangeNotificationListener$ChangeEventProcessThread');
    processConfigChanges(b, env);
    startTask(b, env, 'entityConfigs', null);
  },
  startProcessors: (b, env) => {
    say(env, 'INFO', `[SocketServer brokerId=${b.brokerId}] Started data-plane processors for ${b.config.listeners.length} acceptors`, 'kafka.network.SocketServer');
    say(env, 'INFO', 'Kafka version: 2.3.0', 'org.apache.kafka.common.utils.AppInfoParser');
    say(env, 'INFO', 'Kafka commitId: fc1aaa116b661c8a', 'org.apache.kafka.common.utils.AppInfoParser');
    say(env, 'INFO', `Kafka startTimeMs: ${b.startedMs}`, 'org.apache.kafka.common.utils.AppInfoParser');
    say(env, 'INFO', `[KafkaServer id=${b.brokerId}] started`, SERVER);
    fact(env, { type: 'brokerStarted', broker: b.brokerId });
    startProcessors(b);
  },
  findController: (b, env) => {
    if (b.chart.context.remainingRetries === b.config.controlledShutdownMaxRetries - 1) say(env, 'INFO', `[KafkaServer id=${b.brokerId}] Starting controlled shutdown`, SERVER);
    startTask(b, env, 'findController', null);
  },
  requestControlledShutdown: (b, env) => {
    env.send(b.shutdownConnection!, message('ControlledShutdown', 1, String(b.brokerId), { brokerId: b.brokerId, brokerEpoch: b.brokerEpoch }));
    env.setTimer(`${SHUTDOWN_TAG}.timeout`, b.config.requestTimeoutMs * 1_000);
  },
  backOff: (b, env) => {
    leaveControlledShutdown(b, env);
    env.setTimer(`${SHUTDOWN_TAG}.backoff`, b.config.controlledShutdownRetryBackoffMs * 1_000);
    say(env, 'WARN', `[KafkaServer id=${b.brokerId}] Retrying controlled shutdown after the previous attempt failed...`, SERVER);
  },
  warnOfUncleanShutdown: (b, env) => {
    say(env, 'WARN', `[KafkaServer id=${b.brokerId}] Proceeding to do an unclean shutdown as all the controlled shutdown attempts failed`, SERVER);
  },
  ...shutdownActions({ advance, toController }),
};

function connect(b: Draft, env: Env): void {
  const { config } = b;
  say(env, 'INFO', `[ZooKeeperClient Kafka server] Initializing a new session to ${config.zookeeperConnect}.`, 'kafka.zookeeper.ZooKeeperClient');
  const result = startClient(
    {
      servers: config.zookeeperServers,
      sessionTimeoutMs: config.zookeeperSessionTimeoutMs,
      ...(config.zookeeperChroot === '' ? {} : { chroot: config.zookeeperChroot }),
      log: { file: 'server', pattern: 'kafka' },
    },
    env,
  );
  b.zk = result.client;
  inbox.push(...result.outputs);
}

function brokerInfo(b: Broker): BrokerInfo {
  const endpoints = b.config.advertisedListeners.map(({ name, securityProtocol, host, port }) => ({ listener: name, securityProtocol, host, port }));
  return b.config.rack === null ? { id: b.brokerId, endpoints } : { id: b.brokerId, endpoints, rack: b.config.rack };
}

function brokerIdKnown(b: Draft, env: Env, id: number): void {
  b.brokerId = id;
  startTask(b, env, 'storedConfigs', { brokerId: id });
}

// ------------------------------------------------------------------ steps of start-up that take time

function handleTimer(b: Draft, env: Env, name: string): void {
  switch (name) {
    case 'startup.jvm':
      advance(b, env, { type: 'start' });
      return;
    case 'startup.zookeeperTimeout':
      if (matches(b.chart, 'Starting.connecting')) failStartup(b, env, 'kafka.zookeeper.ZooKeeperClientTimeoutException: Timed out waiting for connection while in state: CONNECTING', 'zookeeperConnection');
      return;
    case 'startup.loadLogs': {
      const refused = loadLogs(b, env);
      if (refused !== null) {
        failStartup(b, env, refused, refused.includes(' lock on file ') ? 'lock' : null);
        return;
      }
      const unclean = matches(b.chart, 'RecoveringFromUncleanShutdown.loadingLogs');
      later(b, env, 'logsLoaded', unclean ? Object.keys(b.logs).length * STARTUP_MS.recoveryPerLog : 0);
      return;
    }
    case 'startup.logsLoaded': {
      say(env, 'INFO', `Starting log cleanup with a period of ${b.config.retentionCheckIntervalMs} ms.`, 'kafka.log.LogManager');
      say(env, 'INFO', 'Starting log flusher with a default period of 9223372036854775807 ms.', 'kafka.log.LogManager');
      env.setTimer('log-retention', RETENTION_INITIAL_DELAY_MS * 1_000);
      env.setTimer('recovery-point-checkpoint', RETENTION_INITIAL_DELAY_MS * 1_000);
      advance(b, env, { type: 'logsLoaded' });
      return;
    }
    case 'startup.bindListeners': {
      for (const { host, port, name: listener, securityProtocol } of b.config.listeners) {
        const problem = BIND_PROBLEMS[env.ownership(host)] ?? (env.listen(port, host) ? undefined : 'Address already in use');
        if (problem !== undefined) {
          failStartup(b, env, `org.apache.kafka.common.KafkaException: Socket server failed to bind to ${host || '0.0.0.0'}:${port}: ${problem}.`, 'bind');
          return;
        }
        say(env, 'INFO', `Awaiting socket connections on ${host || '0.0.0.0'}:${port}.`, 'kafka.network.Acceptor');
        say(env, 'INFO', `[SocketServer brokerId=${b.brokerId}] Created data-plane acceptor and processors for endpoint : EndPoint(${host || null},${port},ListenerName(${listener}),${securityProtocol})`, 'kafka.network.SocketServer');
      }
      say(env, 'INFO', `[SocketServer brokerId=${b.brokerId}] Started ${b.config.listeners.length} acceptor threads for data-plane`, 'kafka.network.SocketServer');
      env.setTimer('isr-expiration', 0);
      env.setTimer('isr-change-propagation', 0);
      advance(b, env, { type: 'bound' });
      return;
    }
    case 'startup.registerBroker':
      say(env, 'INFO', `Creating /brokers/ids/${b.brokerId} (is it secure? false)`, 'kafka.zk.KafkaZkClient');
      startTask(b, env, 'register', { broker: brokerInfo(b), timestampMs: env.wallClockMs, sessions: { current: b.sessionId, previous: b.previousSessionId } });
      return;
    case PURGATORY_TIMER:
      expireGroups(b, env);
      expirePurgatory(b, env, (operation) => answerAdmin(b, env, operation, true));
      return;
    case 'isr-expiration':
      env.setTimer(name, b.config.replicaLagTimeMaxMs * 500);
      startIsrExpiration(b, env);
      return;
    case 'isr-change-propagation':
      env.setTimer(name, ISR_PROPAGATION_MS * 1_000);
      propagateIsrChanges(b, env);
      return;
    case HIGH_WATERMARK_TIMER:
      env.setTimer(name, b.config.highWatermarkCheckpointIntervalMs * 1_000);
      checkpointHighWatermarks(b, env);
      return;
    case 'log-retention':
      env.setTimer(name, b.config.retentionCheckIntervalMs * 1_000);
      cleanupLogs(b, env);
      return;
    case 'recovery-point-checkpoint':
      env.setTimer(name, b.config.recoveryPointCheckpointIntervalMs * 1_000);
      checkpointRecoveryPoints(b, env);
      return;
    case LOADER_TIMER:
      endLoaderTask(b, env);
      return;
    case TRANSACTION_LOADER_TIMER:
      endTransactionTask(b, env);
      return;
    case TRANSACTION_ABORT_TIMER:
      abortTimedOut(b, env);
      return;
    case TRANSACTION_EXPIRY_TIMER:
      expireTransactionalIds(b, env);
      return;
    case OFFSETS_EXPIRY_TIMER:
      env.setTimer(name, b.config.offsetsRetentionCheckIntervalMs * 1_000);
      expireOffsets(b, env);
      return;
    case IDLE_TIMER:
      closeIdleConnections(b, env);
      return;
    case 'zookeeper.cleanedUp':
      pipe(b, env, { type: 'cleanedUp' });
      return;
    case `${SHUTDOWN_TAG}.timeout`:
      attemptFailed(b, env);
      return;
    case `${SHUTDOWN_TAG}.backoff`:
      advance(b, env, { type: 'backoffOver' });
      return;
    case 'shutdown.processors':
      advance(b, env, { type: 'processorsStopped' });
      return;
    case 'shutdown.logs':
      advance(b, env, { type: 'logsFlushed' });
      return;
    case 'shutdown.session':
      if (matches(b.chart, 'BrokerShuttingDown.closingSession')) advance(b, env, { type: 'sessionClosed' });
      return;
    default:
      if (name.startsWith(THREAD_TIMER)) {
        if (!endThread(b, env, name)) advance(b, env, { type: 'threadsEnded' });
      } else if (name.startsWith(READ_TIMER)) {
        if (isServing(b)) read(b, Number(name.slice(READ_TIMER.length)));
      } else if (name.startsWith('delete-logs.')) {
        env.disk.remove(name.slice('delete-logs.'.length));
      } else if (name.startsWith('deleted-segments.')) {
        removeDeletedSegments(b, env, name.slice('deleted-segments.'.length));
      }
  }
}

function attemptFailed(b: Draft, env: Env): void {
  const { value } = b.chart;
  if (typeof value === 'object' && 'PendingControlledShutdown' in value && value['PendingControlledShutdown'] !== 'backingOff') advance(b, env, { type: 'attemptFailed' });
}

// ------------------------------------------------------------------ controller

function toController(b: Draft, env: Env, input: ControllerInput): void {
  if (!b.controller) return;
  const { controller, outputs } = handleController(b.controller, input, env);
  b.controller = controller;
  for (const output of outputs) fromController(b, env, output);
}

function fromController(b: Draft, env: Env, output: ControllerOutput): void {
  switch (output.type) {
    case 'zk':
      zkRequest(b, env, output.token, output.requests);
      return;
    case 'controlledShutdownReply':
      answer(b, env, 'ControlledShutdown', output.replyTo as RequestContext, { error: output.error, remainingPartitions: output.remainingPartitions });
      return;
    case 'electPreferredLeadersReply': {
      const context = output.replyTo as RequestContext;
      const { request } = context;
      if (request.type !== 'ElectPreferredLeadersRequest') return;
      const results = output.results.map(({ topic, partition, outcome }): ElectionResult => ({
        topic,
        partition,
        error: outcome.type === 'failed' ? outcome.error : 'NONE',
        errorMessage: outcome.type === 'failed' ? outcome.message : null,
        leader: outcome.type === 'elected' ? outcome.leader : null,
      }));
      const refused = output.error === 'NONE' ? results : (request.topics ?? []).flatMap(({ topic, partitions }) => partitions.map((partition): ElectionResult => ({ topic, partition, error: output.error, errorMessage: null, leader: null })));
      settleAdmin(b, env, { context, deadline: env.now + request.timeoutMs * 1_000, waits: { type: 'elections', results: refused } });
      return;
    }
    case 'activeControllerChanged':
      b.controllerId = output.controllerId;
      return;
    case 'expireStarted':
      connect(b, env);
      return;
    case 'brokerRegistered':
      b.brokerEpoch = output.brokerEpoch;
      return;
    case 'stopped':
      return;
  }
}

// ------------------------------------------------------------------ ZooKeeper

function fromZooKeeper(b: Draft, env: Env, item: InboxItem): void {
  switch (item.type) {
    case 'reply':
      // A session that is being closed loses every request at once: to repeat them would never end.
      if (matches(b.chart, 'BrokerShuttingDown.closingSession')) return;
      pipe(b, env, { type: 'reply', token: item.token as never, answer: item.result ? { err: item.err, result: item.result } : { err: item.err } });
      return;
    case 'watch':
      if (item.event.path === CONFIG_CHANGES) {
        if (STOPPING.includes(stateName(b))) return;
        processConfigChanges(b, env);
      } else {
        toController(b, env, { type: 'zkWatch', event: item.event });
      }
      return;
    case 'state':
      sessionChanged(b, env, item);
      return;
    case 'zkDone':
      if (typeof item.token === 'object' && item.token !== null && 'task' in item.token) {
        const over = resumeTask(b, env, item.token as TaskToken, item.results);
        if (over) endTask(b, env, over.task.name as TaskName, over.task.args, over.played);
      } else {
        toController(b, env, { type: 'zkDone', token: item.token as string, results: item.results });
      }
  }
}

function sessionChanged(b: Draft, env: Env, { state, sessionId }: Extract<ClientOutput, { readonly type: 'state' }>): void {
  pipe(b, env, { type: 'state', state });
  if (state === 'SyncConnected') {
    const isNew = b.sessionId !== sessionId;
    const recreated = isNew && b.sessionId !== '';
    if (isNew) {
      b.previousSessionId = b.sessionId === '' ? null : b.sessionId;
      b.sessionId = sessionId;
    }
    if (matches(b.chart, 'Starting.connecting')) {
      say(env, 'INFO', '[ZooKeeperClient Kafka server] Connected.', 'kafka.zookeeper.ZooKeeperClient');
      env.clearTimer('startup.zookeeperTimeout');
      advance(b, env, { type: 'connected' });
    } else if (recreated) {
      toController(b, env, { type: 'sessionRecreated', sessionId: b.sessionId, previousSessionId: b.previousSessionId });
      if (!STOPPING.includes(stateName(b))) processConfigChanges(b, env);
    }
  } else if (state === 'Expired') {
    say(env, 'INFO', '[ZooKeeperClient Kafka server] Session expired.', 'kafka.zookeeper.ZooKeeperClient');
    env.setTimer('zookeeper.cleanedUp', CLEANUP_PAUSE_MS * 1_000);
    if (b.controller) toController(b, env, { type: 'sessionExpiring' });
    else connect(b, env);
  } else if (state === 'Closed') {
    if (matches(b.chart, 'BrokerShuttingDown.closingSession')) advance(b, env, { type: 'sessionClosed' });
  }
}

/** What follows when a procedure has ended; the results are those its name promises. */
function endTask(b: Draft, env: Env, name: TaskName, args: unknown, played: Played<unknown>): void {
  const argsOf = <Name extends TaskName>(_: Name): TaskArgs<Name> => args as TaskArgs<Name>;
  const resultOf = <Name extends TaskName>(_: Name): TaskResult<Name> | null => (played.type === 'returned' ? (played.value as TaskResult<Name>) : null);
  const failed = played.type === 'threw' ? played.error : null;
  if (failed !== null && !(failed instanceof ZkFailure)) throw failed;
  switch (name) {
    case 'createTopLevelZnodes':
      if (failed) return failStartup(b, env, `org.apache.zookeeper.KeeperException: ${failed.message}`);
      return advance(b, env, { type: 'znodesCreated' });
    case 'clusterId':
      if (failed) return failStartup(b, env, `org.apache.zookeeper.KeeperException: ${failed.message}`);
      b.clusterId = resultOf('clusterId');
      return advance(b, env, { type: 'clusterIdKnown' });
    case 'generateBrokerId':
      if (failed) return failStartup(b, env, `kafka.common.GenerateBrokerIdException: Failed to generate broker.id due to ${failed.message}`);
      return brokerIdKnown(b, env, resultOf('generateBrokerId')!);
    case 'storedConfigs': {
      if (failed) return failStartup(b, env, `org.apache.zookeeper.KeeperException: ${failed.message}`);
      const { own, all, topics } = resultOf('storedConfigs')!;
      b.topicConfigs = topics;
      startWithDynamicConfigs(b, env, { own, all });
      return advance(b, env, { type: 'brokerIdKnown', clean: wasCleanlyShutDown(b, env) });
    }
    case 'register': {
      const result = resultOf('register');
      if (!result) {
        const isOwned = failed instanceof OwnedByAnother;
        const text = isOwned ? 'org.apache.zookeeper.KeeperException$NodeExistsException: KeeperErrorCode = NodeExists' : `org.apache.zookeeper.KeeperException: ${failed?.message ?? ''}`;
        if (isOwned) say(env, 'ERROR', `Error while creating ephemeral at /brokers/ids/${b.brokerId}, node already exists and owner '${BigInt(failed.owner)}' does not match current session '${BigInt(b.sessionId)}'`, 'kafka.zk.KafkaZkClient$CheckedEphemeral');
        return failStartup(b, env, text, isOwned ? 'registration' : null);
      }
      if (result.conflict !== null) return failStartup(b, env, `java.lang.IllegalArgumentException: requirement failed: ${result.conflict}`);
      b.brokerEpoch = result.epoch;
      say(env, 'INFO', `Stat of the created znode at /brokers/ids/${b.brokerId} is: ${result.stat}\n`, 'kafka.zk.KafkaZkClient');
      const endpoints = b.config.advertisedListeners.map(({ host, port, name: listener, securityProtocol }) => `EndPoint(${host},${port},ListenerName(${listener}),${securityProtocol})`);
      say(env, 'INFO', `Registered broker ${b.brokerId} at path /brokers/ids/${b.brokerId} with addresses: ArrayBuffer(${endpoints.join(', ')}), czxid (broker epoch): ${result.epoch}`, 'kafka.zk.KafkaZkClient');
      fact(env, { type: 'brokerRegistered', broker: b.brokerId, brokerEpoch: result.epoch });
      writeMetaProperties(b, env);
      return advance(b, env, { type: 'registered' });
    }
    case 'offsetsTopicPartitions':
      if (failed) return failStartup(b, env, `org.apache.zookeeper.KeeperException: ${failed.message}`);
      b.groups = { ...b.groups, partitionCount: resultOf('offsetsTopicPartitions') ?? b.config.offsetsTopicPartitions };
      sayCoordinator(b, env, 'Starting up.');
      sayCoordinator(b, env, 'Startup complete.');
      env.setTimer(OFFSETS_EXPIRY_TIMER, 0);
      return advance(b, env, { type: 'groupCoordinatorStarted' });
    case 'claimProducerIds': {
      const { context } = argsOf('claimProducerIds');
      const block = resultOf('claimProducerIds');
      if (block) {
        b.producerIds = { next: block.start, end: block.end };
        say(env, 'INFO', `[ProducerId Manager ${b.brokerId}]: Acquired new producerId block (brokerId:${b.brokerId},blockStartProducerId:${block.start},blockEndProducerId:${block.end}) by writing to Zk with path version ${block.version}`, 'kafka.coordinator.transaction.ProducerIdManager');
      }
      if (!context) {
        if (!block) return failStartup(b, env, `org.apache.kafka.common.KafkaException: ${failed?.message ?? ''}`);
        startTransactions(b, env);
        return advance(b, env, { type: 'producerIdsClaimed' });
      }
      if (!block) return finish(b, env, 'InitProducerId', context, { throttleTimeMs: 0, error: 'UNKNOWN_SERVER_ERROR', producerId: -1, producerEpoch: -1 });
      if (context.request.type === 'InitProducerIdRequest' && context.request.transactionalId === null) return finish(b, env, 'InitProducerId', context, { throttleTimeMs: 0, error: 'NONE', producerId: takeProducerId(b), producerEpoch: 0 });
      b.resumable = [...b.resumable, context];
      return;
    }
    case 'configChanges': {
      const result = resultOf('configChanges');
      if (result) b.lastConfigChange = result.last;
      if (result?.any) say(env, 'INFO', `Processing notification(s) to ${CONFIG_CHANGES}`, 'kafka.common.ZkNodeChangeNotificationListener');
      for (const change of result?.changed ?? []) {
        say(env, 'INFO', `Processing override for entityPath: ${change.entity} with config: Map(${Object.entries(change.configs).map(([key, value]) => `${key} -> ${value}`).join(', ')})`, 'kafka.server.DynamicConfigManager');
        applyConfig(b, env, change);
      }
      const again = b.configChangesQueued;
      b.configChangesQueued = false;
      if (again) processConfigChanges(b, env);
      return;
    }
    case 'entityConfigs': {
      const found = resultOf('entityConfigs');
      if (!found) return failStartup(b, env, `org.apache.zookeeper.KeeperException: ${failed?.message ?? ''}`);
      for (const config of found) applyConfig(b, env, config);
      return advance(b, env, { type: 'configsApplied' });
    }
    case 'replicaConfigs': {
      const { context } = argsOf('replicaConfigs');
      const configs = resultOf('replicaConfigs');
      if (configs) b.topicConfigs = { ...b.topicConfigs, ...configs };
      // With an expired session the request fails in the real broker as well; running it again asks the new session.
      b.resumable = [...b.resumable, configs ? { ...context, configsRead: true } : context];
      return;
    }
    case 'updateIsr': {
      const { place } = argsOf('updateIsr');
      if (failed) return endIsrUpdate(b, env, place, 'failed');
      const zkVersion = resultOf('updateIsr');
      return endIsrUpdate(b, env, place, zkVersion === null ? 'stale' : { zkVersion });
    }
    case 'propagateIsrChanges':
    case 'propagateLogDirEvent':
    case 'watchController':
      return;
    case 'findController': {
      const controller = resultOf('findController');
      const endpoint = controller?.endpoints[0];
      if (!matches(b.chart, 'PendingControlledShutdown.findingController')) return;
      if (!endpoint) return advance(b, env, { type: 'controllerMissing' });
      b.shutdownConnection = env.connect({ host: endpoint.host, port: endpoint.port }, SHUTDOWN_TAG);
      return advance(b, env, { type: 'controllerFound' });
    }
    case 'createTopics': {
      const { context, plans, purpose } = argsOf('createTopics');
      const outcomes = resultOf('createTopics') ?? plans.map(({ topic }) => ({ topic, error: 'UNKNOWN_SERVER_ERROR' as const, message: null }));
      if (purpose === 'createTopics') return topicsCreated(b, env, context, plans, outcomes);
      if (purpose === 'findCoordinator') {
        for (const [index, { topic, error }] of outcomes.entries()) {
          if (topic !== TRANSACTION_TOPIC || error !== 'NONE') continue;
          const { partitions } = plans[index]!;
          say(env, 'INFO', `[KafkaApi-${b.brokerId}] Auto creation of topic ${topic} with ${partitions.length} partitions and replication factor ${partitions[0]!.replicas.length} is successful`, 'kafka.server.KafkaApis');
        }
        return finish(b, env, 'FindCoordinator', context, coordinatorOf(b, context));
      }
      const errors = new Map(outcomes.map(({ topic, error }) => [topic, error === 'NONE' || error === 'TOPIC_ALREADY_EXISTS' ? ('LEADER_NOT_AVAILABLE' as const) : error] as const));
      return finish(b, env, 'Metadata', context, metadataResponse(b, context, errors));
    }
    case 'deleteTopics':
      return topicsMarkedForDeletion(b, env, argsOf('deleteTopics').context, argsOf('deleteTopics').topics);
    case 'readAssignments': {
      const { context, topics } = argsOf('readAssignments');
      return assignmentsRead(b, env, context, resultOf('readAssignments') ?? { reassigning: false, assignments: topics.map(() => null) });
    }
    case 'writeAssignments':
      return assignmentsWritten(b, env, argsOf('writeAssignments').context, argsOf('writeAssignments').results as never);
    case 'alterConfigs':
      return finish(b, env, 'AlterConfigs', argsOf('alterConfigs').context, { throttleTimeMs: 0, responses: argsOf('alterConfigs').results as never });
    case 'describeConfigs':
      return configsRead(b, env, argsOf('describeConfigs').context, resultOf('describeConfigs') ?? {});
  }
}

/** By a thread of its own, which looks again where something has changed meanwhile (ZkNodeChangeNotificationListener). */
function processConfigChanges(b: Draft, env: Env): void {
  if (Object.values(b.tasks).some(({ name }) => name === 'configChanges')) b.configChangesQueued = true;
  else startTask(b, env, 'configChanges', { last: b.lastConfigChange, nowMs: env.wallClockMs });
}

/** What a handler of its type makes of an entity's configuration; users and clients have none that would matter here. */
function applyConfig(b: Draft, env: Env, { entity, configs }: EntityConfig): void {
  const [type, name] = entity.split('/');
  if (type === 'topics') applyTopicConfig(b, env, name!, configs);
  else if (type === 'brokers') applyBrokerConfig(b, env, name!, configs);
}

/** BrokerConfigHandler: a broker takes what is its own or of all; its controller elects by it from now on. */
function applyBrokerConfig(b: Draft, env: Env, entity: string, configs: Options): void {
  if (entity !== DEFAULT_ENTITY && entity !== String(b.brokerId)) return;
  const enabled = takeBrokerConfig(b, env, entity, configs);
  if (!b.controller) return;
  b.controller = withUncleanElection(b.controller, allowsUnclean(b.config));
  if (enabled) toController(b, env, { type: 'uncleanLeaderElectionEnable' });
}

/** TopicConfigHandler: the logs of the topic take the new values, its list of throttled replicas counts, and an active controller may elect again. */
function applyTopicConfig(b: Draft, env: Env, topic: string, configs: Options): void {
  b.topicConfigs = { ...b.topicConfigs, [topic]: configs };
  takeThrottledReplicas(b, topic, configs);
  const config = logConfigOf(b, topic);
  for (const [place, partition] of b.partitions.entries()) if (partition.topic === topic) setPartition(b, place, { ...partition, log: withConfig(partition.log, config) });
  if (configs['unclean.leader.election.enable'] === 'true') toController(b, env, { type: 'uncleanLeaderElectionEnable', topic });
}

// ------------------------------------------------------------------ requests

function run(b: Draft, env: Env, context: RequestContext): void {
  const api = apiOf(context.request);
  const handler = handlerTable()[api] as (b: Draft, request: KafkaRequest, context: RequestContext, env: Env) => Outcome<ApiName>;
  const outcome = handler(b, context.request, context, env);
  if (outcome === PARKED) return;
  if (outcome === HELD) {
    b.handlersHeld += 1;
    mute(b, context.connection);
  } else if (outcome === CLOSE) {
    closeConnection(b, env, context.connection);
  } else if (outcome === NO_RESPONSE) {
    endQuietly(b, env, context);
  } else {
    send(b, env, api, context, outcome as never);
    endQuietly(b, env, context);
  }
}

/** Whatever has come free during this event: threads, connections, answers of ZooKeeper. */
function settle(b: Draft, env: Env): void {
  for (;;) {
    const item = inbox.shift();
    if (item) {
      fromZooKeeper(b, env, item);
      continue;
    }
    const resumed = b.resumable[0];
    if (resumed) {
      b.resumable = b.resumable.slice(1);
      release(b);
      run(b, env, resumed);
      continue;
    }
    const written = b.groupWrites[0];
    if (written) {
      b.groupWrites = b.groupWrites.slice(1);
      groupWriteEnded(b, env, written);
      continue;
    }
    const ended = b.endedMarkers[0];
    if (ended) {
      b.endedMarkers = b.endedMarkers.slice(1);
      markerEnded(b, env, ended);
      continue;
    }
    const transactionWrite = b.transactionWrites[0];
    if (transactionWrite) {
      b.transactionWrites = b.transactionWrites.slice(1);
      transactionWriteEnded(b, env, transactionWrite);
      continue;
    }
    const queued = b.queue[0];
    if (queued && b.handlersHeld < b.inForce.numIoThreads) {
      b.queue = b.queue.slice(1);
      run(b, env, queued);
      continue;
    }
    // A broker that is stopping has no thread any more that looks after failed directories.
    if (env.diskErrors.length > 0 && !STOPPING.includes(stateName(b)) && handleDiskErrors(b, env, isServing(b))) continue;
    return;
  }
}

function handleShutdownConnection(b: Draft, env: Env, event: ProcessEvent): void {
  if (event.type === 'connected') {
    if (matches(b.chart, 'PendingControlledShutdown.connecting')) advance(b, env, { type: 'controllerConnected' });
  } else if (event.type === 'received') {
    const response = event.message as ControlledShutdownResponse;
    if (response.error === 'NONE' && response.remainingPartitions.length === 0) {
      say(env, 'INFO', `[KafkaServer id=${b.brokerId}] Controlled shutdown succeeded`, SERVER);
      advance(b, env, { type: 'handedOver' });
    } else {
      say(env, 'INFO', `[KafkaServer id=${b.brokerId}] Remaining partitions to move: ${response.remainingPartitions.map(({ topic, partition }) => `${topic}-${partition}`).join(',')}`, SERVER);
      say(env, 'INFO', `[KafkaServer id=${b.brokerId}] Error code from controller: ${response.error}`, SERVER);
      attemptFailed(b, env);
    }
  } else {
    b.shutdownConnection = null;
    attemptFailed(b, env);
  }
}

function route(b: Draft, event: ProcessEvent, env: Env): void {
  if (ownsEvent(event)) {
    if (!b.zk) return;
    const result = handleClient(b.zk, event, env);
    b.zk = result.client;
    inbox.push(...result.outputs);
    return;
  }
  switch (event.type) {
    case 'timer':
      if (event.name.startsWith('ctl.')) toController(b, env, { type: 'network', event });
      else if (event.name.startsWith(FETCHER_PREFIX)) handleFetcherEvent(b, env, event);
      else if (event.name.startsWith(MARKER_PREFIX)) handleMarkerEvent(b, env, event);
      else handleTimer(b, env, event.name);
      return;
    case 'accepted':
      accept(b, env, event.connection, event.peer, event.port);
      return;
    case 'received':
      if (event.tag.startsWith('port:')) {
        const received = event.message as KafkaMessage;
        if (!isRequest(received)) return;
        const context = receive(b, env, event.connection, received, isServing(b));
        if (!context) return;
        if (b.queue.length === 0 && b.handlersHeld < b.inForce.numIoThreads) {
          run(b, env, context);
        } else {
          mute(b, context.connection);
          b.queue = [...b.queue, context];
        }
        return;
      }
      routeByTag(b, event, event.tag, env);
      return;
    case 'connected':
    case 'connectFailed':
    case 'closed':
      if (event.tag.startsWith('port:')) drop(b, event.connection);
      else routeByTag(b, event, event.tag, env);
      return;
    case 'flushed': {
      const token = event.token as LogFlushed;
      if (token.type !== 'logFlushed') return;
      const cut = token.topicPartition.lastIndexOf('-');
      const place = placeOf(b, token.topicPartition.slice(0, cut), Number(token.topicPartition.slice(cut + 1)));
      const partition = b.partitions[place];
      if (partition) setPartition(b, place, { ...partition, log: flushed(partition.log, token.offset) });
      return;
    }
    case 'signal':
      if (event.signal !== 'SIGHUP') terminate(b, env, event.signal);
      return;
    case 'command':
      return;
  }
}

function routeByTag(b: Draft, event: ProcessEvent, tag: string, env: Env): void {
  if (tag.startsWith('ctl.')) toController(b, env, { type: 'network', event });
  else if (tag.startsWith(FETCHER_PREFIX)) handleFetcherEvent(b, env, event);
  else if (tag.startsWith(MARKER_PREFIX)) handleMarkerEvent(b, env, event);
  else if (tag === SHUTDOWN_TAG && 'connection' in event && event.connection === b.shutdownConnection) handleShutdownConnection(b, env, event);
}

function terminate(b: Draft, env: Env, signal: string): void {
  if (b.chart.value === 'NotRunning') {
    env.exit(143);
    return;
  }
  say(env, 'INFO', `Terminating process due to signal ${signal}`, 'org.apache.kafka.common.utils.LoggingSignalHandler');
  if (b.failure === null && STOPPING.includes(stateName(b))) return;
  say(env, 'INFO', `${serverOf(b)}shutting down`, SERVER);
  // The shutdown that a failed start began is no hook of the virtual machine: it is not waited for.
  if (b.failure !== null) exit(b, env, 143, null);
  else advance(b, env, { type: 'SIGTERM' });
}

// ------------------------------------------------------------------ the program

/** A broker that has not begun to start. */
export function newBroker(config: BrokerConfig, env: Pick<Env, 'wallClockMs'>): Broker {
  return {
    config,
    started: config,
    dynamic: noDynamicConfigs,
    inForce: inForceOf(config),
    offlineLogDirs: [],
    chart: begin<BrokerChartContext>(brokerMachine, { controlledShutdownEnable: config.controlledShutdownEnable, remainingRetries: config.controlledShutdownMaxRetries, failedToStart: false }).chart,
    brokerId: config.brokerId,
    clusterId: null,
    brokerEpoch: -1,
    startedMs: env.wallClockMs,
    zk: null,
    sessionId: '',
    previousSessionId: null,
    pipeline: createPipeline(config.zookeeperMaxInFlightRequests),
    tasks: {},
    nextTask: 0,
    controller: null,
    controllerId: -1,
    controllerEpoch: 0,
    metadata: emptyMetadata,
    partitions: [],
    places: {},
    logs: {},
    checkpointedHighWatermarks: {},
    fetchers: [],
    sessions: [],
    topicConfigs: {},
    lastConfigChange: -1,
    configChangesQueued: false,
    replicationRates: noReplicationRates,
    throttledReplicas: noThrottledReplicas,
    producerIds: { next: 0, end: -1 },
    connections: [],
    queue: [],
    handlersHeld: 0,
    blocked: [],
    resumable: [],
    expanding: [],
    delayedProduces: [],
    openMarkers: [],
    endedMarkers: [],
    delayedFetches: [],
    delayedAdmins: [],
    groups: noGroups(config.offsetsTopicPartitions),
    groupWrites: [],
    transactions: noTransactions,
    transactionWrites: [],
    expiredFetches: [],
    purgatoryDueAt: null,
    isrExpiration: null,
    isrChanges: [],
    lastIsrChangeMs: env.wallClockMs,
    lastIsrPropagationMs: env.wallClockMs,
    shutdownConnection: null,
    threadsSince: {},
    failure: null,
  };
}

/** A configuration that cannot be read ends the process as the real one does: one exception, exit status 1. */
function refuse(env: Env, text: string): void {
  env.log({ level: 'ERROR', file: 'server', text: `Exiting Kafka due to fatal exception (kafka.Kafka$)\n${text}` });
  fact(env, { type: 'brokerExited', broker: -1, code: 1, reason: text });
  env.exit(1);
}

const harmless = parseConfig('zookeeper.connect=localhost:2181', 'localhost');

export const brokerProgram: Program<Broker, BrokerProgramConfig> = {
  start({ properties, hostname }, env) {
    say(env, 'INFO', 'Registered kafka:type=kafka.Log4jController MBean', 'kafka.utils.Log4jControllerRegistration$');
    const parsed = parseConfig(properties, hostname ?? env.host);
    if (!parsed.ok) {
      refuse(env, parsed.problems[0]?.text ?? '');
      return newBroker((harmless as Extract<typeof harmless, { readonly ok: true }>).config, env);
    }
    say(env, 'INFO', 'Registered signal handlers for TERM, INT, HUP', 'org.apache.kafka.common.utils.LoggingSignalHandler');
    env.setTimer('startup.jvm', STARTUP_MS.jvm * 1_000);
    return newBroker(parsed.config, env);
  },
  handle(state, event, env) {
    const b = draftOf(state);
    inbox.length = 0;
    route(b, event, env);
    settle(b, env);
    return b;
  },
};


