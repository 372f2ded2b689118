/**
 * Lines that a server prints at fixed points of its life: settings it starts with, objects it makes, threads it ends. Texts, threads,
 * classes and line numbers as recorded from 3.7.0. Left out: the lines of the AdminServer's Jetty, which the model does not have.
 */
import type { Env, LogLevel } from '../kernel/program.ts';
import { say, type ServerState, type Settings } from './server-state.ts';
import { logDirectory, snapshotDirectory } from './txn-log.ts';

type Line = readonly [where: string, text: string, level?: LogLevel];
type Speaker = { readonly settings: Settings };

function sayAll(state: Speaker, env: Env, lines: readonly Line[], thread?: string): void {
  for (const [where, text, level] of lines) say(state, env, level ?? 'INFO', where, text, thread);
}

/** Lines of a class's static part, printed when the process uses it for the first time. */
export function sayOnce(state: ServerState, env: Env, className: string, lines: readonly Line[], thread?: string): ServerState {
  if (state.loadedClasses.includes(className)) return state;
  sayAll(state, env, lines, thread);
  return { ...state, loadedClasses: [...state.loadedClasses, className] };
}

const MAIN = 'main';

const sessionTimeouts = ({ tickTimeMs }: Settings): readonly [number, number] => [2 * tickTimeMs, 20 * tickTimeMs];

export function sayConfiguration(state: Speaker, env: Env): void {
  sayAll(state, env, [
    ['QuorumPeerConfig@174', 'Reading configuration from: /conf/zoo.cfg'],
    ['QuorumPeerConfig@435', 'clientPort is not set'],
    ['QuorumPeerConfig@448', 'secureClientPort is not set'],
    ['QuorumPeerConfig@464', 'observerMasterPort is not set'],
    ['QuorumPeerConfig@481', 'metricsProvider.className is org.apache.zookeeper.metrics.impl.DefaultMetricsProvider'],
  ], MAIN);
}

export function sayHousekeeping(state: Speaker, env: Env): void {
  sayAll(state, env, [
    ['DatadirCleanupManager@78', 'autopurge.snapRetainCount set to 3'],
    ['DatadirCleanupManager@79', 'autopurge.purgeInterval set to 0'],
    ['DatadirCleanupManager@101', 'Purge task is not scheduled.'],
  ], MAIN);
}

export function sayStartingPeer(state: Speaker, env: Env): void {
  sayAll(state, env, [
    ['ManagedUtil@44', 'Log4j 1.2 jmx support found and enabled.'],
    ['QuorumPeerMain@152', `Starting quorum peer, myid=${state.settings.myid}`],
    ['ServerMetrics@62', 'ServerMetrics initialized with provider org.apache.zookeeper.metrics.impl.DefaultMetricsProvider@7cbd213e'],
    ['DigestAuthenticationProvider@47', 'ACL digest algorithm is: SHA1'],
    ['DigestAuthenticationProvider@61', 'zookeeper.DigestAuthenticationProvider.enabled = true'],
  ], MAIN);
}

export function sayBinding(state: Speaker, env: Env, port: number): void {
  sayAll(state, env, [
    ['ServerCnxnFactory@169', 'Using org.apache.zookeeper.server.NIOServerCnxnFactory as server connection factory'],
    ['ServerCnxnFactory@309', 'maxCnxns is not configured, using default value 0.', 'WARN'],
    [
      'NIOServerCnxnFactory@652',
      'Configuring NIO connection handler with 10s sessionless connection timeout, 1 selector thread(s), 4 worker threads, and 64 kB direct buffers.',
    ],
    ['NIOServerCnxnFactory@660', `binding to port /0.0.0.0:${port}`],
  ], MAIN);
}

const BANNER = [
  '',
  '  ______                  _                                          ',
  ' |___  /                 | |                                         ',
  '    / /    ___     ___   | | __   ___    ___   _ __     ___   _ __   ',
  '   / /    / _ \\   / _ \\  | |/ /  / _ \\  / _ \\ | \'_ \\   / _ \\ | \'__|',
  '  / /__  | (_) | | (_) | |   <  |  __/ |  __/ | |_) | |  __/ | |    ',
  ' /_____|  \\___/   \\___/  |_|\\_\\  \\___|  \\___| | .__/   \\___| |_|',
  '                                              | |                     ',
  '                                              |_|                     ',
  '',
] as const;

/** The peer object with what it was configured to. */
export function sayPeer(state: Speaker, env: Env): void {
  const { settings } = state;
  const [shortest, longest] = sessionTimeouts(settings);
  sayAll(state, env, [
    ['QuorumPeer@796', 'zookeeper.quorumCnxnTimeoutMs=-1'],
    ['X509Util@77', 'Setting -D jdk.tls.rejectClientInitiatedRenegotiation=true to disable client-initiated TLS renegotiation'],
    ['FileTxnSnapLog@124', 'zookeeper.snapshot.trust.empty : false'],
    ['QuorumPeer@1739', 'Local sessions disabled'],
    ['QuorumPeer@1750', 'Local session upgrading disabled'],
    ['QuorumPeer@1717', `tickTime set to ${settings.tickTimeMs}`],
    ['QuorumPeer@1761', `minSessionTimeout set to ${shortest}`],
    ['QuorumPeer@1772', `maxSessionTimeout set to ${longest}`],
    ['QuorumPeer@1797', `initLimit set to ${settings.initLimit}`],
    ['QuorumPeer@1984', `syncLimit set to ${settings.syncLimit}`],
    ['QuorumPeer@1999', 'connectToLearnerMasterLimit set to 0'],
    ...BANNER.map((text): Line => ['ZookeeperBanner@42', text]),
    ['ZooKeeperServer@138', 'zookeeper.enableEagerACLCheck = false'],
    ['ZooKeeperServer@151', 'zookeeper.digest.enabled = true'],
    ['ZooKeeperServer@155', 'zookeeper.closeSessionTxn.enabled = true'],
    ['ZooKeeperServer@1499', 'zookeeper.flushDelay=0'],
    ['ZooKeeperServer@1508', 'zookeeper.maxWriteQueuePollTime=0'],
    ['ZooKeeperServer@1517', 'zookeeper.maxBatchSize=1000'],
    ['ZooKeeperServer@260', 'zookeeper.intBufferStartingSizeBytes = 1024'],
    ['WatchManagerFactory@42', 'Using org.apache.zookeeper.server.watch.WatchManager as watch manager'],
    ['WatchManagerFactory@42', 'Using org.apache.zookeeper.server.watch.WatchManager as watch manager'],
    ['ZKDatabase@133', 'zookeeper.snapshotSizeFactor = 0.33'],
    ['ZKDatabase@153', 'zookeeper.commitLogCount=500'],
    ['QuorumPeer@2063', 'Using insecure (non-TLS) quorum communication'],
    ['QuorumPeer@2069', 'Port unification disabled'],
    ['QuorumPeer@179', 'multiAddress.enabled set to false'],
    ['QuorumPeer@204', 'multiAddress.reachabilityCheckEnabled set to true'],
    ['QuorumPeer@191', 'multiAddress.reachabilityCheckTimeoutMs set to 1000'],
    ['QuorumPeer@2524', 'QuorumPeer communication is not secured! (SASL auth disabled)'],
    ['QuorumPeer@2549', 'quorum.cnxn.threads.size set to 20'],
  ], MAIN);
}

export function sayElectionSettings(state: Speaker, env: Env): void {
  const { tickTimeMs, syncLimit } = state.settings;
  sayAll(state, env, [
    ['QuorumPeer@2566', `Using ${tickTimeMs * syncLimit}ms as the quorum cnxn socket timeout`],
    ['QuorumCnxManager$Listener@924', 'Election port bind maximum retries is 3'],
    ['FastLeaderElection@89', 'zookeeper.fastleader.minNotificationInterval=200'],
    ['FastLeaderElection@91', 'zookeeper.fastleader.maxNotificationInterval=60000'],
    ['ZKAuditProvider@42', 'ZooKeeper audit is disabled.'],
  ], MAIN);
}

/** A new server object for the role that begins. */
export function sayServerCreated(state: ServerState, env: Env): ServerState {
  const { settings } = state;
  const [shortest, longest] = sessionTimeouts(settings);
  const next = sayOnce(state, env, 'BlueThrottle', [['BlueThrottle@141', 'Weighed connection throttling is disabled']]);
  sayAll(next, env, [
    ['ZooKeeperServer@1300', `minSessionTimeout set to ${shortest}`],
    ['ZooKeeperServer@1309', `maxSessionTimeout set to ${longest}`],
    ['ResponseCache@45', 'getData response cache size is initialized with value 400.'],
    ['ResponseCache@45', 'getChildren response cache size is initialized with value 400.'],
    ['RequestPathMetricsCollector@109', 'zookeeper.pathStats.slotCapacity = 60'],
    ['RequestPathMetricsCollector@110', 'zookeeper.pathStats.slotDuration = 15'],
    ['RequestPathMetricsCollector@111', 'zookeeper.pathStats.maxDepth = 6'],
    ['RequestPathMetricsCollector@112', 'zookeeper.pathStats.initialDelay = 5'],
    ['RequestPathMetricsCollector@113', 'zookeeper.pathStats.delay = 5'],
    ['RequestPathMetricsCollector@114', 'zookeeper.pathStats.enabled = false'],
    ['ZooKeeperServer@1536', 'The max bytes for all large requests are set to 104857600'],
    ['ZooKeeperServer@1550', 'The large request threshold is set to -1'],
    ['AuthenticationHelper@66', 'zookeeper.enforce.auth.enabled = false'],
    ['AuthenticationHelper@67', 'zookeeper.enforce.auth.schemes = []'],
    [
      'ZooKeeperServer@361',
      `Created server with tickTime ${settings.tickTimeMs} minSessionTimeout ${shortest} maxSessionTimeout ${longest} clientPortListenBacklog -1 ` +
        `datadir ${logDirectory(settings)} snapdir ${snapshotDirectory(settings)}`,
    ],
  ]);
  return next;
}

export function sayFirstFollowing(state: ServerState, env: Env): ServerState {
  return sayOnce(state, env, 'Learner', [
    ['Learner@127', 'leaderConnectDelayDuringRetryMs: 100'],
    ['Learner@128', 'TCP NoDelay set to: true'],
    ['Learner@129', 'learner.asyncSending = false'],
    ['Learner@130', 'learner.closeSocketAsync = false'],
  ]);
}

export function sayFirstLeading(state: ServerState, env: Env): ServerState {
  return sayOnce(state, env, 'Leader', [
    ['LearnerMaster@47', 'zookeeper.leader.maxConcurrentSnapSyncs = 10'],
    ['LearnerMaster@50', 'zookeeper.leader.maxConcurrentDiffSyncs = 100'],
    ['Leader@87', 'TCP NoDelay set to: true'],
    ['Leader@108', 'zookeeper.leader.ackLoggingFrequency = 1000'],
    ['Leader@1345', 'zookeeper.leader.maxTimeToWaitForEpoch = -1ms'],
  ]);
}

export function sayFirstLearnerAccepted(state: ServerState, env: Env, syncAddress: string): ServerState {
  return sayOnce(state, env, 'LearnerHandler', [['LearnerHandler@72', 'leader.closeSocketAsync = false']], `LearnerCnxAcceptorHandler-${syncAddress}`);
}

export function sayConfigNotStored(state: ServerState, env: Env): void {
  sayAll(state, env, [['QuorumPeer@1867', "Dynamic reconfig is disabled, we don't store the last seen config."]]);
}

const commitProcessor: readonly Line[] = [
  ['CommitProcessor@491', 'Configuring CommitProcessor with readBatchSize -1 commitBatchSize 1'],
  ['CommitProcessor@452', 'Configuring CommitProcessor with 2 worker threads.'],
];

const throttler: readonly Line[] = [['RequestThrottler@75', 'zookeeper.request_throttler.shutdownTimeout = 10000']];

/** The pipeline of a leader, from its last processor to the one that takes requests. */
export function sayLeaderPipeline(state: ServerState, env: Env): ServerState {
  const { myid } = state.settings;
  sayAll(state, env, [
    ['Leader@1517', 'Dynamic reconfig feature is disabled, skip designatedLeader calculation and reconfig processing.'],
    ...commitProcessor,
    ['ProposalRequestProcessor@57', 'zookeeper.forward_learner_requests_to_commit_processor_disabled = false'],
  ]);
  sayAll(state, env, [['PrepRequestProcessor@137', `PrepRequestProcessor (sid:${myid}) started, reconfigEnabled=false`]], `ProcessThread(sid:${myid} cport:-1):`);
  sayAll(state, env, [['ContainerManager@84', 'Using checkIntervalMs=60000 maxPerMinute=10000 maxNeverUsedIntervalMs=0']]);
  return sayOnce(state, env, 'RequestThrottler', throttler);
}

export function sayFollowerPipeline(state: ServerState, env: Env): ServerState {
  sayAll(state, env, [
    ...commitProcessor,
    ['FollowerRequestProcessor@59', 'Initialized FollowerRequestProcessor with zookeeper.follower.skipLearnerRequestToNextProcessor as false'],
  ]);
  return sayOnce(state, env, 'RequestThrottler', throttler);
}

/** A follower that served ends its pipeline. */
export function sayFollowerShutdown(state: ServerState, env: Env): void {
  const { myid } = state.settings;
  sayAll(state, env, [['ZooKeeperServer@829', 'shutting down'], ['RequestThrottler@258', 'Shutting down']]);
  sayAll(state, env, [
    ['RequestThrottler@219', 'Draining request throttler queue'],
    ['RequestThrottler@195', 'RequestThrottler shutdown. Dropped 0 requests'],
  ], 'RequestThrottler');
  sayAll(state, env, [
    ['FollowerRequestProcessor@172', 'Shutting down'],
    ['CommitProcessor@632', 'Shutting down'],
    ['FinalRequestProcessor@684', 'shutdown of request processor complete'],
  ]);
  sayAll(state, env, [['FollowerRequestProcessor@128', 'FollowerRequestProcessor exited loop!']], `FollowerRequestProcessor:${myid}`);
  sayAll(state, env, [['CommitProcessor@420', 'CommitProcessor exited loop!']], `CommitProcessor:${myid}`);
}
