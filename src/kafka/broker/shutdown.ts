/**
 * How a broker goes down, in order or because it could not start: KafkaServer.shutdown 2.3.0, which skips what was never started.
 * Its sockets are closed first, the session of ZooKeeper after its logs, and last it waits for the threads of its quotas.
 * Simplified: it does not wait for tasks and handler threads that hang on a ZooKeeper that does not answer.
 */
import type { Env } from '../../kernel/program.ts';
import { closeClient } from '../../zookeeper/client.ts';
import type { ControllerInput } from '../controller/controller.ts';
import { sayCoordinator } from '../groups/coordinator.ts';
import { LOADER_TIMER } from '../groups/tasks.ts';
import { sayTransactionsStopped, stopTransactions } from '../transactions/lifecycle.ts';
import { stackTrace } from '../stack-trace.ts';
import { HIGH_WATERMARK_TIMER } from './become.ts';
import type { BrokerChartEvent } from './broker.machine.ts';
import { shutdownFetcher } from './fetcher.ts';
import { closeLogs, writeCleanShutdownMarkers } from './log-dirs.ts';
import { PURGATORY_TIMER } from './purgatory.ts';
import { checkpointHighWatermarks } from './replica-manager.ts';
import { closeConnection } from './requests.ts';
import { isIdentified } from './startup-failure.ts';
import { fact, say, type Broker, type Draft } from './state.ts';
import { startThreads, stopThreads, type ThreadedPart } from './threads.ts';
import { inbox } from './zookeeper.ts';

const SERVER = 'kafka.server.KafkaServer';
const SOCKET_SERVER = 'kafka.network.SocketServer';
const ZOOKEEPER_CLIENT = 'kafka.zookeeper.ZooKeeperClient';
const CONFIG_THREAD = 'kafka.common.ZkNodeChangeNotificationListener$ChangeEventProcessThread';
const HANDLER_POOL = 'kafka.server.KafkaRequestHandlerPool';
const LOG_DIR_FAILURES = 'kafka.server.ReplicaManager$LogDirFailureHandler';

export const OFFSETS_EXPIRY_TIMER = 'delete-expired-group-metadata';
/** Tag of the connection of the controlled shutdown request, and prefix of its timers. */
export const SHUTDOWN_TAG = 'controlled-shutdown';
/** The session is given up without an answer of ZooKeeper. */
const SESSION_TIMEOUT_US = 5_000_000;
const FLUSH_LOGS_US = 20_000;
/** Until processors and handler threads have ended, of a broker that served and of one that did not come to it, as recorded. */
const STOP_PROCESSORS_US = { served: 80_000, started: 15_000 } as const;

/** What the rest of the broker does for it. */
interface Around {
  readonly advance: (b: Draft, env: Env, event: BrokerChartEvent) => void;
  readonly toController: (b: Draft, env: Env, input: ControllerInput) => void;
}

/** Before its id is known its lines do not name it. */
export const serverOf = (b: Broker): string => ((b.failure ? b.failure.isIdentified : isIdentified(b.chart)) ? `[KafkaServer id=${b.brokerId}] ` : '');

const hasStarted = (b: Broker, part: ThreadedPart): boolean => b.threadsSince[part] !== undefined;
const hasLogs = (b: Broker): boolean => b.failure === null || b.failure.hasLogs;
const hasSession = (b: Broker): boolean => b.failure === null || b.failure.hasSession;

export function startReplicaManager(b: Draft, env: Env): void {
  startThreads(b, env, 'replicaManager');
  say(env, 'INFO', '[LogDirFailureHandler]: Starting', LOG_DIR_FAILURES);
}

export function leaveControlledShutdown(b: Draft, env: Env): void {
  if (b.shutdownConnection !== null) env.close(b.shutdownConnection);
  b.shutdownConnection = null;
  env.clearTimer(`${SHUTDOWN_TAG}.timeout`);
}

function closeSockets(b: Draft, env: Env): void {
  say(env, 'INFO', `[SocketServer brokerId=${b.brokerId}] Stopping socket server request processors`, SOCKET_SERVER);
  for (const { port } of b.config.listeners) env.unlisten(port);
  for (const { id } of b.connections) closeConnection(b, env, id);
  b.queue = [];
  b.blocked = [];
  b.resumable = [];
  b.expanding = [];
  b.delayedProduces = [];
  b.delayedFetches = [];
  b.delayedAdmins = [];
  b.expiredFetches = [];
  b.groupWrites = [];
  b.openMarkers = [];
  b.endedMarkers = [];
  b.transactionWrites = [];
}

export const shutdownActions = ({ advance, toController }: Around): { readonly [action: string]: (b: Draft, env: Env) => void } => {
  const stop = (b: Draft, env: Env, part: ThreadedPart): void => {
    if (!stopThreads(b, env, part)) advance(b, env, { type: 'threadsEnded' });
  };
  return {
    reportFailure: (b, env) => {
      const { trace, hasSession: connected } = b.failure!;
      if (!connected && b.zk) {
        say(env, 'INFO', '[ZooKeeperClient Kafka server] Closing.', ZOOKEEPER_CLIENT);
        b.zk = closeClient(b.zk, env).client;
        say(env, 'INFO', '[ZooKeeperClient Kafka server] Closed.', ZOOKEEPER_CLIENT);
      }
      env.log({ level: 'ERROR', file: 'server', text: `${serverOf(b)}Fatal error during KafkaServer startup. Prepare to shutdown (${SERVER})\n${trace}` });
      say(env, 'INFO', `${serverOf(b)}shutting down`, SERVER);
    },
    stopServing: (b, env) => {
      leaveControlledShutdown(b, env);
      if (b.failure === null) for (const text of ['Shutting down', 'Stopped', 'Shutdown completed']) say(env, 'INFO', `[/config/changes-event-process-thread]: ${text}`, CONFIG_THREAD);
      if (hasLogs(b)) closeSockets(b, env);
      stopTransactions(b, env);
      for (const name of [PURGATORY_TIMER, LOADER_TIMER, OFFSETS_EXPIRY_TIMER, 'isr-expiration', 'isr-change-propagation', HIGH_WATERMARK_TIMER, 'log-retention', 'recovery-point-checkpoint']) env.clearTimer(name);
      if (hasLogs(b)) env.setTimer('shutdown.processors', b.failure === null ? STOP_PROCESSORS_US.served : STOP_PROCESSORS_US.started);
      else advance(b, env, { type: 'processorsStopped' });
    },
    leaveRequests: (b, env) => {
      if (hasLogs(b)) say(env, 'INFO', `[SocketServer brokerId=${b.brokerId}] Stopped socket server request processors`, SOCKET_SERVER);
      if (b.failure !== null) return;
      for (const text of ['shutting down', 'shut down completely']) say(env, 'INFO', `[data-plane Kafka Request Handler on Broker ${b.brokerId}], ${text}`, HANDLER_POOL);
      say(env, 'INFO', `[KafkaApi-${b.brokerId}] Shutdown complete.`, 'kafka.server.KafkaApis');
    },
    stopAdminManager: (b, env) => stop(b, env, 'adminManager'),
    stopGroupCoordinator: (b, env) => {
      sayTransactionsStopped(b, env);
      if (hasStarted(b, 'groupCoordinator')) sayCoordinator(b, env, 'Shutting down.');
      stop(b, env, 'groupCoordinator');
    },
    leaveGroups: (b, env) => {
      if (hasStarted(b, 'groupCoordinator')) sayCoordinator(b, env, 'Shutdown complete.');
    },
    stopReplicaManager: (b, env) => {
      if (hasStarted(b, 'replicaManager')) {
        say(env, 'INFO', `[ReplicaManager broker=${b.brokerId}] Shutting down`, 'kafka.server.ReplicaManager');
        for (const text of ['Shutting down', 'Stopped', 'Shutdown completed']) say(env, 'INFO', `[LogDirFailureHandler]: ${text}`, LOG_DIR_FAILURES);
        say(env, 'INFO', `[ReplicaFetcherManager on broker ${b.brokerId}] shutting down`, 'kafka.server.ReplicaFetcherManager');
        for (const fetcher of b.fetchers) shutdownFetcher(b, env, fetcher);
        say(env, 'INFO', `[ReplicaFetcherManager on broker ${b.brokerId}] shutdown completed`, 'kafka.server.ReplicaFetcherManager');
        for (const text of ['shutting down', 'shutdown completed']) say(env, 'INFO', `[ReplicaAlterLogDirsManager on broker ${b.brokerId}] ${text}`, 'kafka.server.ReplicaAlterLogDirsManager');
      }
      stop(b, env, 'replicaManager');
    },
    leaveReplicas: (b, env) => {
      if (!hasStarted(b, 'replicaManager')) return;
      if (b.partitions.length > 0) checkpointHighWatermarks(b, env);
      say(env, 'INFO', `[ReplicaManager broker=${b.brokerId}] Shut down completely`, 'kafka.server.ReplicaManager');
    },
    closeLogs: (b, env) => {
      if (!hasLogs(b)) return advance(b, env, { type: 'logsFlushed' });
      say(env, 'INFO', 'Shutting down.', 'kafka.log.LogManager');
      closeLogs(b, env);
      env.setTimer('shutdown.logs', FLUSH_LOGS_US);
    },
    markCleanShutdown: (b, env) => {
      if (!hasLogs(b)) return;
      writeCleanShutdownMarkers(b, env);
      say(env, 'INFO', 'Shutdown complete.', 'kafka.log.LogManager');
    },
    closeSession: (b, env) => {
      if (b.controller) toController(b, env, { type: 'shutdown' });
      if (!hasSession(b) || !b.zk) return advance(b, env, { type: 'sessionClosed' });
      say(env, 'INFO', '[ZooKeeperClient Kafka server] Closing.', ZOOKEEPER_CLIENT);
      env.setTimer('shutdown.session', SESSION_TIMEOUT_US);
      const result = closeClient(b.zk, env);
      b.zk = result.client;
      inbox.push(...result.outputs);
    },
    leaveZooKeeper: (b, env) => {
      if (hasSession(b)) say(env, 'INFO', '[ZooKeeperClient Kafka server] Closed.', ZOOKEEPER_CLIENT);
    },
    stopQuotaManagers: (b, env) => stop(b, env, 'quotaManagers'),
    reportShutdown: (b, env) => {
      if (hasLogs(b)) for (const text of ['Shutting down socket server', 'Shutdown completed']) say(env, 'INFO', `[SocketServer brokerId=${b.brokerId}] ${text}`, SOCKET_SERVER);
      say(env, 'INFO', `${serverOf(b)}shut down completed`, SERVER);
    },
    exitAfterShutdown: (b, env) => exit(b, env, 143, null),
    exitWithFailure: (b, env) => {
      say(env, 'ERROR', 'Exiting Kafka.', 'kafka.server.KafkaServerStartable');
      say(env, 'INFO', `${serverOf(b)}shutting down`, SERVER);
      exit(b, env, 1, b.failure!.exception);
    },
    /** A broker that still starts cannot be shut down: its process ends at once and leaves its session to expire. */
    halt: (b, env) => {
      const exception = 'java.lang.IllegalStateException: Kafka server is still starting up, cannot shut down!';
      const frames = ['kafka.server.KafkaServer.shutdown(KafkaServer.scala:584)', 'kafka.server.KafkaServerStartable.shutdown(KafkaServerStartable.scala:48)', 'kafka.Kafka$$anon$1.run(Kafka.scala:81)'];
      env.log({ level: 'ERROR', file: 'server', text: `${serverOf(b)}Fatal error during KafkaServer shutdown. (${SERVER})\n${stackTrace(exception, frames)}` });
      say(env, 'ERROR', 'Halting Kafka.', 'kafka.server.KafkaServerStartable');
      exit(b, env, 1, exception);
    },
  };
};

export function exit(b: Broker, env: Env, code: number, reason: string | null): void {
  fact(env, { type: 'brokerExited', broker: b.brokerId, code, reason });
  env.exit(code);
}
