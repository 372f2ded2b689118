/**
 * The text of a server.properties, read as KafkaConfig 2.3.0 reads it: every documented key with its type, default and rule.
 * Nothing throws: what is wrong comes back as a list of problems that name key, value and rule, with the exception's own text.
 */
import { parseConnectString } from '../../zookeeper/connect-string.ts';
import {
  CONFIG_EXCEPTION, flag, int, isProblem, list, long, NEVER, parseValue, short, text, valueProblem, type ConfigKey, type ConfigProblem, type ConfigValue,
} from '../config-def.ts';
import { NO_ZSTD } from '../lab-limits.ts';
import { brokerCodecs, cleanupPolicies } from '../log/topic-options.ts';
import { parseProperties, type Property } from '../properties.ts';
import type { SampleWindow } from './sampled-rate.ts';

/** A required key has no default: see `REQUIRED`. */
export const configKeys: readonly ConfigKey[] = [
  text('zookeeper.connect', null),
  int('zookeeper.session.timeout.ms', 6000),
  int('zookeeper.connection.timeout.ms', null),
  int('zookeeper.sync.time.ms', 2000),
  int('zookeeper.max.in.flight.requests', 10, 1),
  flag('zookeeper.set.acl', false),
  int('broker.id', -1),
  flag('broker.id.generation.enable', true),
  int('reserved.broker.max.id', 1000, 0),
  text('broker.rack', null),
  int('port', 9092),
  text('host.name', ''),
  text('listeners', null),
  text('advertised.listeners', null),
  text('advertised.host.name', null),
  int('advertised.port', null),
  text('listener.security.protocol.map', 'PLAINTEXT:PLAINTEXT,SSL:SSL,SASL_PLAINTEXT:SASL_PLAINTEXT,SASL_SSL:SASL_SSL'),
  text('inter.broker.listener.name', null),
  text('control.plane.listener.name', null),
  text('security.inter.broker.protocol', 'PLAINTEXT'),
  int('num.network.threads', 3, 1),
  int('num.io.threads', 8, 1),
  int('background.threads', 10, 1),
  int('queued.max.requests', 500, 1),
  long('queued.max.request.bytes', -1),
  int('socket.send.buffer.bytes', 102400),
  int('socket.receive.buffer.bytes', 102400),
  int('socket.request.max.bytes', 104857600, 1),
  int('max.connections', 2147483647, 0),
  int('max.connections.per.ip', 2147483647, 0),
  text('max.connections.per.ip.overrides', ''),
  long('connections.max.idle.ms', 600000),
  int('request.timeout.ms', 30000),
  text('log.dir', '/tmp/kafka-logs'),
  text('log.dirs', null),
  int('num.partitions', 1, 1),
  int('default.replication.factor', 1),
  flag('auto.create.topics.enable', true),
  flag('delete.topic.enable', true),
  text('compression.type', 'producer'),
  int('message.max.bytes', 1000012, 0),
  int('min.insync.replicas', 1, 1),
  flag('unclean.leader.election.enable', false),
  int('log.segment.bytes', 1073741824, 14),
  long('log.roll.ms', null),
  int('log.roll.hours', 168, 1),
  long('log.roll.jitter.ms', null),
  int('log.roll.jitter.hours', 0, 0),
  long('log.retention.ms', null),
  int('log.retention.minutes', null),
  int('log.retention.hours', 168),
  long('log.retention.bytes', -1),
  long('log.retention.check.interval.ms', 300000, 1),
  long('log.segment.delete.delay.ms', 60000, 0),
  list('log.cleanup.policy', 'delete', cleanupPolicies),
  flag('log.cleaner.enable', true),
  int('log.cleaner.threads', 1, 0),
  { key: 'log.cleaner.min.cleanable.ratio', type: 'double', default: 0.5, min: 0 },
  { key: 'log.cleaner.io.max.bytes.per.second', type: 'double', default: 1.7976931348623157e308 },
  { key: 'log.cleaner.io.buffer.load.factor', type: 'double', default: 0.9 },
  int('log.cleaner.io.buffer.size', 524288, 0),
  long('log.cleaner.dedupe.buffer.size', 134217728),
  long('log.cleaner.backoff.ms', 15000, 0),
  long('log.cleaner.delete.retention.ms', 86400000),
  long('log.cleaner.min.compaction.lag.ms', 0),
  long('log.cleaner.max.compaction.lag.ms', NEVER),
  int('log.index.interval.bytes', 4096, 0),
  int('log.index.size.max.bytes', 10485760, 4),
  long('log.flush.interval.messages', NEVER, 1),
  long('log.flush.interval.ms', null),
  long('log.flush.scheduler.interval.ms', NEVER),
  int('log.flush.offset.checkpoint.interval.ms', 60000, 0),
  int('log.flush.start.offset.checkpoint.interval.ms', 60000, 0),
  flag('log.preallocate', false),
  text('log.message.format.version', '2.3-IV1'),
  text('log.message.timestamp.type', 'CreateTime', ['CreateTime', 'LogAppendTime']),
  long('log.message.timestamp.difference.max.ms', NEVER),
  flag('log.message.downconversion.enable', true),
  int('num.recovery.threads.per.data.dir', 1, 1),
  text('inter.broker.protocol.version', '2.3-IV1'),
  int('num.replica.fetchers', 1),
  int('replica.fetch.max.bytes', 1048576, 0),
  int('replica.fetch.wait.max.ms', 500),
  int('replica.fetch.min.bytes', 1),
  int('replica.fetch.response.max.bytes', 10485760, 0),
  int('replica.fetch.backoff.ms', 1000, 0),
  int('replication.quota.window.num', 11, 1),
  int('replication.quota.window.size.seconds', 1, 1),
  long('replica.lag.time.max.ms', 10000),
  int('replica.socket.timeout.ms', 30000),
  int('replica.socket.receive.buffer.bytes', 65536),
  long('replica.high.watermark.checkpoint.interval.ms', 5000),
  int('controller.socket.timeout.ms', 30000),
  flag('auto.leader.rebalance.enable', true),
  long('leader.imbalance.check.interval.seconds', 300),
  int('leader.imbalance.per.broker.percentage', 10),
  flag('controlled.shutdown.enable', true),
  int('controlled.shutdown.max.retries', 3),
  long('controlled.shutdown.retry.backoff.ms', 5000),
  int('fetch.purgatory.purge.interval.requests', 1000),
  int('producer.purgatory.purge.interval.requests', 1000),
  int('delete.records.purgatory.purge.interval.requests', 1),
  int('max.incremental.fetch.session.cache.slots', 1000, 0),
  int('offset.metadata.max.bytes', 4096),
  int('offsets.load.buffer.size', 5242880, 1),
  short('offsets.topic.replication.factor', 3, 1),
  int('offsets.topic.num.partitions', 50, 1),
  int('offsets.topic.segment.bytes', 104857600, 1),
  int('offsets.topic.compression.codec', 0),
  int('offsets.retention.minutes', 10080, 1),
  long('offsets.retention.check.interval.ms', 600000, 1),
  int('offsets.commit.timeout.ms', 5000, 1),
  { key: 'offsets.commit.required.acks', type: 'short', default: -1 },
  int('group.min.session.timeout.ms', 6000),
  int('group.max.session.timeout.ms', 1800000),
  int('group.initial.rebalance.delay.ms', 3000),
  int('group.max.size', 2147483647, 1),
  int('transactional.id.expiration.ms', 604800000, 1),
  int('transaction.max.timeout.ms', 900000, 1),
  int('transaction.state.log.num.partitions', 50, 1),
  short('transaction.state.log.replication.factor', 3, 1),
  int('transaction.state.log.min.isr', 2, 1),
  int('transaction.state.log.segment.bytes', 104857600, 1),
  int('transaction.state.log.load.buffer.size', 5242880, 1),
  int('transaction.abort.timed.out.transaction.cleanup.interval.ms', 60000, 1),
  int('transaction.remove.expired.transaction.cleanup.interval.ms', 3600000, 1),
  list('metric.reporters', ''),
  int('metrics.num.samples', 2, 1),
  long('metrics.sample.window.ms', 30000, 1),
  text('authorizer.class.name', ''),
  long('quota.producer.default', NEVER, 1),
  long('quota.consumer.default', NEVER, 1),
  int('quota.window.num', 11, 1),
  int('quota.window.size.seconds', 1, 1),
];

const keys: { readonly [key: string]: ConfigKey } = Object.assign(Object.create(null) as object, Object.fromEntries(configKeys.map((entry) => [entry.key, entry])));

export interface Listener {
  readonly name: string;
  readonly securityProtocol: string;
  readonly host: string;
  readonly port: number;
}

/** What a broker runs by. Times are milliseconds, sizes bytes. */
export interface BrokerConfig {
  /** -1: to be generated. */
  readonly brokerId: number;
  readonly brokerIdGenerationEnable: boolean;
  readonly maxReservedBrokerId: number;
  readonly rack: string | null;
  readonly zookeeperConnect: string;
  readonly zookeeperServers: readonly { readonly host: string; readonly port: number }[];
  readonly zookeeperChroot: string;
  readonly zookeeperSessionTimeoutMs: number;
  readonly zookeeperConnectionTimeoutMs: number;
  readonly zookeeperMaxInFlightRequests: number;
  readonly listeners: readonly Listener[];
  readonly advertisedListeners: readonly Listener[];
  readonly logDirs: readonly string[];
  readonly numIoThreads: number;
  readonly queuedMaxRequests: number;
  readonly socketRequestMaxBytes: number;
  readonly connectionsMaxIdleMs: number;
  readonly requestTimeoutMs: number;
  readonly controllerSocketTimeoutMs: number;
  readonly numPartitions: number;
  readonly defaultReplicationFactor: number;
  readonly autoCreateTopicsEnable: boolean;
  readonly deleteTopicEnable: boolean;
  readonly autoLeaderRebalanceEnable: boolean;
  readonly interBrokerListener: string;
  readonly leaderImbalanceCheckIntervalSeconds: number;
  readonly leaderImbalancePerBrokerPercentage: number;
  readonly controlledShutdownEnable: boolean;
  readonly controlledShutdownMaxRetries: number;
  readonly controlledShutdownRetryBackoffMs: number;
  readonly numReplicaFetchers: number;
  readonly replicaFetchMaxBytes: number;
  readonly replicaFetchWaitMaxMs: number;
  readonly replicaFetchMinBytes: number;
  readonly replicaFetchResponseMaxBytes: number;
  readonly replicaFetchBackoffMs: number;
  readonly replicationQuotaWindow: SampleWindow;
  readonly replicaSocketTimeoutMs: number;
  readonly replicaLagTimeMaxMs: number;
  readonly highWatermarkCheckpointIntervalMs: number;
  readonly retentionCheckIntervalMs: number;
  readonly recoveryPointCheckpointIntervalMs: number;
  readonly logDeleteDelayMs: number;
  readonly fetchSessionCacheSlots: number;
  readonly offsetsTopicReplicationFactor: number;
  readonly offsetsTopicPartitions: number;
  readonly offsetsTopicSegmentBytes: number;
  readonly offsetsRetentionMinutes: number;
  readonly offsetsRetentionCheckIntervalMs: number;
  readonly offsetsCommitTimeoutMs: number;
  readonly offsetsCommitRequiredAcks: number;
  readonly offsetMetadataMaxBytes: number;
  readonly groupMinSessionTimeoutMs: number;
  readonly groupMaxSessionTimeoutMs: number;
  readonly groupInitialRebalanceDelayMs: number;
  readonly groupMaxSize: number;
  readonly transactionalIdExpirationMs: number;
  readonly transactionMaxTimeoutMs: number;
  readonly transactionTopicPartitions: number;
  readonly transactionTopicReplicationFactor: number;
  readonly transactionTopicSegmentBytes: number;
  readonly transactionTopicMinIsr: number;
  readonly transactionAbortIntervalMs: number;
  readonly transactionExpiryIntervalMs: number;
  /** Broker defaults of the 26 topic options, by topic option name, as DescribeConfigs prints them. */
  readonly topicDefaults: { readonly [option: string]: string };
  /** Every documented key with its parsed value, for the start-up dump and for DescribeConfigs. */
  readonly values: { readonly [key: string]: ConfigValue };
  /** What was given, by key, as written: the file, and what was changed while the broker ran. */
  readonly given: { readonly [key: string]: string };
  /** What an empty host in a listener stands for. */
  readonly hostname: string;
  /** Set, but no key of a 2.3.0 broker: ignored without a word, as the real one does. */
  readonly unknown: readonly Property[];
}

export type ConfigResult =
  | { readonly ok: true; readonly config: BrokerConfig }
  | { readonly ok: false; readonly problems: readonly ConfigProblem[]; readonly unknown: readonly Property[] };

const ILLEGAL_ARGUMENT = 'java.lang.IllegalArgumentException: ';
function parseListeners(key: string, raw: string, protocols: { readonly [name: string]: string }): readonly Listener[] | ConfigProblem {
  const listeners: Listener[] = [];
  const wrong = (why: string): ConfigProblem => ({ key, value: raw, rule: 'requirement', text: `${ILLEGAL_ARGUMENT}${why}` });
  for (const entry of raw.split(',').map((part) => part.trim()).filter((part) => part !== '')) {
    const match = /^(.*):\/\/\[?([0-9a-zA-Z\-%._:]*)\]?:(-?[0-9]+)$/.exec(entry);
    if (!match) return wrong(`Error creating broker listeners from '${raw}': Unable to parse ${entry} to a broker endpoint`);
    const name = match[1]!.toUpperCase();
    const securityProtocol = protocols[name];
    if (securityProtocol === undefined) return wrong(`Error creating broker listeners from '${raw}': No security protocol defined for listener ${name}`);
    const port = Number(match[3]);
    if (port > 65535) return wrong(`Error creating broker listeners from '${raw}': Unable to parse ${entry} to a broker endpoint`);
    listeners.push({ name, securityProtocol, host: match[2]!, port });
  }
  const distinct = (values: readonly unknown[]): boolean => new Set(values).size === values.length;
  if (!distinct(listeners.map((listener) => listener.name))) return wrong(`requirement failed: Each listener must have a different name, listeners: ${raw}`);
  if (key === 'listeners' && !distinct(listeners.map((listener) => listener.port))) return wrong(`requirement failed: Each listener must have a different port, listeners: ${raw}`);
  return listeners;
}

/** `host:port[,host:port…][/chroot]`, as the client reads it that 2.3.0 comes with. */
function parseConnect(raw: string): { readonly servers: BrokerConfig['zookeeperServers']; readonly chroot: string } {
  const slash = raw.indexOf('/');
  const chroot = slash < 0 ? '' : raw.slice(slash).replace(/\/+$/, '');
  return { servers: parseConnectString(slash < 0 ? raw : raw.slice(0, slash), '3.4').servers, chroot };
}

/** `host` is what an empty host in a listener stands for. Problems come in the order in which a real start meets them. */
export function parseConfig(source: string, host: string): ConfigResult {
  return readConfig(parseProperties(source), host);
}

export function readConfig(properties: readonly Property[], host: string): ConfigResult {
  const unknown = properties.filter((property) => keys[property.key] === undefined);
  const problems: ConfigProblem[] = [];
  const raw: { [key: string]: string } = Object.create(null) as { [key: string]: string };
  for (const property of properties) raw[property.key] = property.value;
  const values: { [key: string]: ConfigValue } = {};
  for (const entry of configKeys) {
    const given = raw[entry.key];
    if (given === undefined) {
      values[entry.key] = entry.default;
      if (entry.key === 'zookeeper.connect') {
        problems.push({ key: entry.key, value: null, rule: 'required', text: `${CONFIG_EXCEPTION}Missing required configuration "${entry.key}" which has no default value.` });
      }
      continue;
    }
    const value = parseValue(entry, given);
    if (isProblem(value)) problems.push(value);
    else values[entry.key] = value;
  }
  if (problems.length > 0) return { ok: false, problems, unknown };

  const number = (key: string): number => values[key] as number;
  const optional = (key: string): number | null => values[key] as number | null;
  const string = (key: string): string => (values[key] ?? '') as string;
  const boolean = (key: string): boolean => values[key] as boolean;
  const require = (holds: boolean, key: string, why: string): void => {
    if (!holds) problems.push({ key, value: raw[key] ?? null, rule: 'requirement', text: `${ILLEGAL_ARGUMENT}${why === '' ? '' : `requirement failed: ${why}`}` });
  };

  const zookeeper = parseConnect(string('zookeeper.connect'));
  if (zookeeper.servers.length === 0) problems.push({ key: 'zookeeper.connect', value: raw['zookeeper.connect'] ?? null, rule: 'requirement', text: `${ILLEGAL_ARGUMENT}A HostProvider may not be empty!` });
  const badServer = zookeeper.servers.find((server) => !Number.isInteger(server.port) || server.port < 0 || server.port > 65535);
  if (badServer) problems.push({ key: 'zookeeper.connect', value: raw['zookeeper.connect'] ?? null, rule: 'requirement', text: `${ILLEGAL_ARGUMENT}port out of range:${badServer.port}` });

  const protocols: { [name: string]: string } = Object.create(null) as { [name: string]: string };
  for (const pair of string('listener.security.protocol.map').split(',')) {
    const [name, protocol] = pair.split(':');
    if (name && protocol) protocols[name.trim().toUpperCase()] = protocol.trim();
  }
  const read = (key: string, value: string): readonly Listener[] => {
    const parsed = parseListeners(key, value, protocols);
    if (!('rule' in parsed)) return parsed;
    problems.push(parsed);
    return [];
  };
  const listeners = values['listeners'] ? read('listeners', string('listeners')) : [{ name: 'PLAINTEXT', securityProtocol: 'PLAINTEXT', host: string('host.name'), port: number('port') }];
  const advertisedPort = optional('advertised.port');
  const advertised = values['advertised.listeners']
    ? read('advertised.listeners', string('advertised.listeners'))
    : values['advertised.host.name'] || advertisedPort !== null
      ? [{ name: 'PLAINTEXT', securityProtocol: 'PLAINTEXT', host: string('advertised.host.name') || string('host.name'), port: advertisedPort ?? number('port') }]
      : listeners;
  const names = new Set(listeners.map((listener) => listener.name));
  const advertisedNames = [...new Set(advertised.map((listener) => listener.name))];
  const namedBetween = values['inter.broker.listener.name'] as string | null;
  const interBrokerListener = namedBetween?.toUpperCase() ?? string('security.inter.broker.protocol');
  if (namedBetween !== null && raw['security.inter.broker.protocol'] !== undefined) problems.push({ key: 'inter.broker.listener.name', value: namedBetween, rule: 'requirement', text: `${CONFIG_EXCEPTION}Only one of inter.broker.listener.name and security.inter.broker.protocol should be set.` });
  else if (namedBetween !== null && protocols[interBrokerListener] === undefined) problems.push({ key: 'inter.broker.listener.name', value: namedBetween, rule: 'requirement', text: `${CONFIG_EXCEPTION}Listener with name ${interBrokerListener} defined in inter.broker.listener.name not found in listener.security.protocol.map.` });
  require(advertisedNames.includes(interBrokerListener), 'inter.broker.listener.name', `inter.broker.listener.name must be a listener name defined in advertised.listeners. The valid options based on currently configured listeners are ${advertisedNames.join(',')}`);
  require(advertised.every((listener) => names.has(listener.name)), 'advertised.listeners', `advertised.listeners listener names must be equal to or a subset of the ones defined in listeners. Found ${advertised.map((entry) => entry.name).join(',')}. The valid options based on the current configuration are ${listeners.map((entry) => entry.name).join(',')}`);
  require(!advertised.some((listener) => listener.host === '0.0.0.0'), 'advertised.listeners', 'advertised.listeners cannot use the nonroutable meta-address 0.0.0.0. Use a routable IP address.');

  const generation = boolean('broker.id.generation.enable');
  if (generation) require(number('broker.id') >= -1 && number('broker.id') <= number('reserved.broker.max.id'), 'broker.id', 'broker.id must be equal or greater than -1 and not greater than reserved.broker.max.id');
  else require(number('broker.id') >= 0, 'broker.id', 'broker.id must be equal or greater than 0');
  const rollMs = optional('log.roll.ms') ?? number('log.roll.hours') * 3600000;
  require(rollMs >= 1, 'log.roll.ms', 'log.roll.ms must be equal or greater than 1');
  const minutes = optional('log.retention.minutes');
  const retention = optional('log.retention.ms') ?? (minutes === null ? number('log.retention.hours') * 3600000 : minutes * 60000);
  const retentionKey = raw['log.retention.ms'] !== undefined ? 'log.retention.ms' : minutes === null ? 'log.retention.hours' : 'log.retention.minutes';
  const jitterMs = optional('log.roll.jitter.ms') ?? number('log.roll.jitter.hours') * 3600000;
  require(jitterMs >= 0, 'log.roll.jitter.ms', 'log.roll.jitter.ms must be equal or greater than 0');
  require(retention !== 0, retentionKey, 'log.retention.ms must be unlimited (-1) or, equal or greater than 1');
  const logDirs = (values['log.dirs'] === null ? string('log.dir') : string('log.dirs')).split(',').map((dir) => dir.trim()).filter((dir) => dir !== '');
  require(logDirs.length > 0, 'log.dirs', 'At least one log directory must be defined via log.dirs or log.dir.');
  const twice = logDirs.find((dir, index) => logDirs.indexOf(dir) !== index);
  if (twice !== undefined) problems.push({ key: 'log.dirs', value: raw['log.dirs'] ?? null, rule: 'requirement', text: `org.apache.kafka.common.KafkaException: Duplicate log directory found: ${twice}, ${twice}` });
  if (number('log.cleaner.threads') === 0) problems.push({ key: 'log.cleaner.threads', value: raw['log.cleaner.threads'] ?? null, rule: 'requirement', text: 'java.lang.ArithmeticException: / by zero' });
  require(number('log.cleaner.dedupe.buffer.size') / Math.max(1, number('log.cleaner.threads')) > 1048576, 'log.cleaner.dedupe.buffer.size', 'log.cleaner.dedupe.buffer.size must be at least 1MB per cleaner thread.');
  require(number('replica.fetch.wait.max.ms') <= number('replica.socket.timeout.ms'), 'replica.fetch.wait.max.ms', 'replica.socket.timeout.ms should always be at least replica.fetch.wait.max.ms to prevent unnecessary socket timeouts');
  require(number('replica.fetch.wait.max.ms') <= number('replica.lag.time.max.ms'), 'replica.fetch.wait.max.ms', 'replica.fetch.wait.max.ms should always be at least replica.lag.time.max.ms to prevent frequent changes in ISR');
  require(brokerCodecs.includes(string('compression.type')), 'compression.type', `compression.type : ${string('compression.type')} is not valid. Valid options are ${brokerCodecs.join(',')}`);
  require(string('compression.type') !== 'zstd', 'compression.type', NO_ZSTD);
  const acks = number('offsets.commit.required.acks');
  require(acks >= -1 && acks <= number('offsets.topic.replication.factor'), 'offsets.commit.required.acks', 'offsets.commit.required.acks must be greater or equal -1 and less or equal to offsets.topic.replication.factor');
  require(number('max.connections.per.ip') > 0 || string('max.connections.per.ip.overrides') !== '', 'max.connections.per.ip', 'max.connections.per.ip can be set to zero only if max.connections.per.ip.overrides property is set.');
  if (problems.length > 0) return { ok: false, problems, unknown };

  const withHost = (entries: readonly Listener[]): readonly Listener[] => entries.map((listener) => (listener.host === '' ? { ...listener, host } : listener));
  const sessionTimeoutMs = number('zookeeper.session.timeout.ms');
  const config: BrokerConfig = {
    brokerId: number('broker.id'),
    brokerIdGenerationEnable: generation,
    maxReservedBrokerId: number('reserved.broker.max.id'),
    rack: values['broker.rack'] === null ? null : string('broker.rack'),
    zookeeperConnect: string('zookeeper.connect'),
    zookeeperServers: zookeeper.servers,
    zookeeperChroot: zookeeper.chroot,
    zookeeperSessionTimeoutMs: sessionTimeoutMs,
    zookeeperConnectionTimeoutMs: optional('zookeeper.connection.timeout.ms') ?? sessionTimeoutMs,
    zookeeperMaxInFlightRequests: number('zookeeper.max.in.flight.requests'),
    listeners,
    advertisedListeners: withHost(advertised),
    interBrokerListener,
    logDirs,
    numIoThreads: number('num.io.threads'),
    queuedMaxRequests: number('queued.max.requests'),
    socketRequestMaxBytes: number('socket.request.max.bytes'),
    connectionsMaxIdleMs: number('connections.max.idle.ms'),
    requestTimeoutMs: number('request.timeout.ms'),
    controllerSocketTimeoutMs: number('controller.socket.timeout.ms'),
    numPartitions: number('num.partitions'),
    defaultReplicationFactor: number('default.replication.factor'),
    autoCreateTopicsEnable: boolean('auto.create.topics.enable'),
    deleteTopicEnable: boolean('delete.topic.enable'),
    autoLeaderRebalanceEnable: boolean('auto.leader.rebalance.enable'),
    leaderImbalanceCheckIntervalSeconds: number('leader.imbalance.check.interval.seconds'),
    leaderImbalancePerBrokerPercentage: number('leader.imbalance.per.broker.percentage'),
    controlledShutdownEnable: boolean('controlled.shutdown.enable'),
    controlledShutdownMaxRetries: number('controlled.shutdown.max.retries'),
    controlledShutdownRetryBackoffMs: number('controlled.shutdown.retry.backoff.ms'),
    numReplicaFetchers: number('num.replica.fetchers'),
    replicaFetchMaxBytes: number('replica.fetch.max.bytes'),
    replicaFetchWaitMaxMs: number('replica.fetch.wait.max.ms'),
    replicaFetchMinBytes: number('replica.fetch.min.bytes'),
    replicaFetchResponseMaxBytes: number('replica.fetch.response.max.bytes'),
    replicaFetchBackoffMs: number('replica.fetch.backoff.ms'),
    replicationQuotaWindow: { sampleMs: number('replication.quota.window.size.seconds') * 1_000, samples: number('replication.quota.window.num') },
    replicaSocketTimeoutMs: number('replica.socket.timeout.ms'),
    replicaLagTimeMaxMs: number('replica.lag.time.max.ms'),
    highWatermarkCheckpointIntervalMs: number('replica.high.watermark.checkpoint.interval.ms'),
    retentionCheckIntervalMs: number('log.retention.check.interval.ms'),
    recoveryPointCheckpointIntervalMs: number('log.flush.offset.checkpoint.interval.ms'),
    logDeleteDelayMs: number('log.segment.delete.delay.ms'),
    fetchSessionCacheSlots: number('max.incremental.fetch.session.cache.slots'),
    transactionalIdExpirationMs: number('transactional.id.expiration.ms'),
    transactionMaxTimeoutMs: number('transaction.max.timeout.ms'),
    transactionTopicPartitions: number('transaction.state.log.num.partitions'),
    transactionTopicReplicationFactor: number('transaction.state.log.replication.factor'),
    transactionTopicSegmentBytes: number('transaction.state.log.segment.bytes'),
    transactionTopicMinIsr: number('transaction.state.log.min.isr'),
    transactionAbortIntervalMs: number('transaction.abort.timed.out.transaction.cleanup.interval.ms'),
    transactionExpiryIntervalMs: number('transaction.remove.expired.transaction.cleanup.interval.ms'),
    offsetsTopicReplicationFactor: number('offsets.topic.replication.factor'),
    offsetsTopicPartitions: number('offsets.topic.num.partitions'),
    offsetsTopicSegmentBytes: number('offsets.topic.segment.bytes'),
    offsetsRetentionMinutes: number('offsets.retention.minutes'),
    offsetsRetentionCheckIntervalMs: number('offsets.retention.check.interval.ms'),
    offsetsCommitTimeoutMs: number('offsets.commit.timeout.ms'),
    offsetsCommitRequiredAcks: acks,
    offsetMetadataMaxBytes: number('offset.metadata.max.bytes'),
    groupMinSessionTimeoutMs: number('group.min.session.timeout.ms'),
    groupMaxSessionTimeoutMs: number('group.max.session.timeout.ms'),
    groupInitialRebalanceDelayMs: number('group.initial.rebalance.delay.ms'),
    groupMaxSize: number('group.max.size'),
    // In the order of KafkaServer.copyKafkaConfigToLog.
    topicDefaults: {
      'segment.bytes': long64(values['log.segment.bytes']),
      'segment.ms': long64(rollMs),
      'segment.jitter.ms': long64(jitterMs),
      'segment.index.bytes': long64(values['log.index.size.max.bytes']),
      'flush.messages': long64(values['log.flush.interval.messages']),
      'flush.ms': long64(values['log.flush.interval.ms'] ?? values['log.flush.scheduler.interval.ms']),
      'retention.bytes': long64(values['log.retention.bytes']),
      'retention.ms': long64(retention < 0 ? -1 : retention),
      'max.message.bytes': long64(values['message.max.bytes']),
      'index.interval.bytes': long64(values['log.index.interval.bytes']),
      'delete.retention.ms': long64(values['log.cleaner.delete.retention.ms']),
      'min.compaction.lag.ms': long64(values['log.cleaner.min.compaction.lag.ms']),
      'max.compaction.lag.ms': long64(values['log.cleaner.max.compaction.lag.ms']),
      'file.delete.delay.ms': long64(values['log.segment.delete.delay.ms']),
      'min.cleanable.dirty.ratio': String(values['log.cleaner.min.cleanable.ratio']),
      'cleanup.policy': string('log.cleanup.policy'),
      'min.insync.replicas': long64(values['min.insync.replicas']),
      'compression.type': string('compression.type'),
      'unclean.leader.election.enable': String(values['unclean.leader.election.enable']),
      preallocate: String(values['log.preallocate']),
      'message.format.version': string('log.message.format.version'),
      'message.timestamp.type': string('log.message.timestamp.type'),
      'message.timestamp.difference.max.ms': long64(values['log.message.timestamp.difference.max.ms']),
      'message.downconversion.enable': String(values['log.message.downconversion.enable']),
      'follower.replication.throttled.replicas': '',
      'leader.replication.throttled.replicas': '',
    },
    values,
    given: { ...raw },
    hostname: host,
    unknown,
  };
  return { ok: true, config };
}

/** What is wrong with a value of this key alone, without the exception's class; null: nothing, or no such key. */
export function keyProblem(key: string, value: string): string | null {
  const entry = keys[key];
  return entry ? valueProblem(entry, value) : null;
}

/** The value of a key, or else its default, as Java prints one of its type; null: it has none. */
export function valueText(key: string, value: ConfigValue | undefined = keys[key]?.default): string | null {
  if (value === undefined || value === null) return null;
  switch (keys[key]?.type) {
    case 'double':
      return Number.isInteger(value) && (value as number) < 1e7 ? (value as number).toFixed(1) : String(value).replace(/e\+?/, 'E');
    case 'list':
      return String(value).split(',').map((part) => part.trim()).join(',');
    default:
      return long64(value);
  }
}

/** A long as Java prints it: the largest one is no exact double. */
function long64(value: ConfigValue | undefined): string {
  return typeof value === 'number' && value >= NEVER ? '9223372036854775807' : String(value);
}
