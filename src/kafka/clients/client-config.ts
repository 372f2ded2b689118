/**
 * Settings of the Java clients 2.3.0 (`ProducerConfig`, `ConsumerConfig`, `AdminClientConfig`): key, type, default and rule.
 * A wrong setting is a value that names its key and the rule in the words of the real ConfigException.
 */
import { valueProblem, type ConfigKey } from '../config-def.ts';
import { codecNames, modelledCodecs, type ModelledCodec } from '../log/compression/codecs.ts';

interface Setting extends Omit<ConfigKey, 'key' | 'default'> {
  /** In the text form of a properties file; null: no value. */
  readonly value: string | null;
}

type Settings = { readonly [key: string]: Setting };

export interface ConfigError {
  readonly type: 'configError';
  readonly key: string;
  /** The whole message of the ConfigException. */
  readonly message: string;
  /** What the constructor of the client throws and wraps instead, once the settings themselves are read. */
  readonly thrown?: 'java.lang.IllegalArgumentException';
}

export interface BootstrapServer {
  readonly host: string;
  readonly port: number;
}

/** What every client has, in the units of the keys. */
export interface CommonConfig {
  readonly bootstrapServers: readonly BootstrapServer[];
  readonly clientId: string;
  readonly reconnectBackoffMs: number;
  readonly reconnectBackoffMaxMs: number;
  readonly retryBackoffMs: number;
  readonly requestTimeoutMs: number;
  readonly metadataMaxAgeMs: number;
  readonly connectionsMaxIdleMs: number;
}

export interface ProducerConfig extends CommonConfig {
  readonly acks: -1 | 0 | 1;
  readonly batchSize: number;
  readonly lingerMs: number;
  readonly bufferMemory: number;
  readonly compressionType: ModelledCodec;
  readonly maxBlockMs: number;
  readonly maxRequestSize: number;
  readonly retries: number;
  readonly deliveryTimeoutMs: number;
  readonly maxInFlight: number;
  readonly enableIdempotence: boolean;
  /** null: no transactions. */
  readonly transactionalId: string | null;
  readonly transactionTimeoutMs: number;
  /** True if the default delivery time-out was too small for linger and request time-out and was raised, which is logged. */
  readonly deliveryTimeoutRaised: boolean;
}

export type AssignorName = 'range' | 'roundrobin' | 'sticky';

export type OffsetReset = 'earliest' | 'latest' | 'none';

export interface ConsumerConfig extends CommonConfig {
  readonly groupId: string | null;
  readonly autoOffsetReset: OffsetReset;
  readonly maxPollRecords: number;
  readonly fetchMinBytes: number;
  readonly fetchMaxBytes: number;
  readonly fetchMaxWaitMs: number;
  readonly maxPartitionFetchBytes: number;
  readonly isolationLevel: 0 | 1;
  readonly allowAutoCreateTopics: boolean;
  readonly groupInstanceId: string | null;
  readonly sessionTimeoutMs: number;
  readonly heartbeatIntervalMs: number;
  readonly maxPollIntervalMs: number;
  readonly enableAutoCommit: boolean;
  readonly autoCommitIntervalMs: number;
  /** Names of the assignors, the preferred first. */
  readonly assignors: readonly AssignorName[];
}

export interface AdminConfig extends CommonConfig {
  readonly retries: number;
}

const INT_MAX = 2147483647;

const common: Settings = {
  'client.id': { type: 'string', value: '' },
  'connections.max.idle.ms': { type: 'long', value: '540000' },
  'metadata.max.age.ms': { type: 'long', value: '300000', min: 0 },
  'reconnect.backoff.ms': { type: 'long', value: '50', min: 0 },
  'reconnect.backoff.max.ms': { type: 'long', value: '1000', min: 0 },
  'retry.backoff.ms': { type: 'long', value: '100', min: 0 },
  'request.timeout.ms': { type: 'int', value: '30000', min: 0 },
  'send.buffer.bytes': { type: 'int', value: '131072', min: -1 },
  'receive.buffer.bytes': { type: 'int', value: '65536', min: -1 },
  'security.protocol': { type: 'string', value: 'PLAINTEXT', oneOf: ['PLAINTEXT'] },
};

const producer: Settings = {
  ...common,
  acks: { type: 'string', value: '1', oneOf: ['all', '-1', '0', '1'] },
  'batch.size': { type: 'int', value: '16384', min: 0 },
  'buffer.memory': { type: 'long', value: '33554432', min: 0 },
  'compression.type': { type: 'string', value: 'none' },
  'delivery.timeout.ms': { type: 'int', value: '120000', min: 0 },
  'enable.idempotence': { type: 'boolean', value: 'false' },
  'key.serializer': { type: 'string', value: null },
  'linger.ms': { type: 'long', value: '0', min: 0 },
  'max.block.ms': { type: 'long', value: '60000', min: 0 },
  'max.in.flight.requests.per.connection': { type: 'int', value: '5', min: 1 },
  'max.request.size': { type: 'int', value: '1048576', min: 0 },
  'partitioner.class': { type: 'string', value: null },
  'receive.buffer.bytes': { type: 'int', value: '32768', min: -1 },
  retries: { type: 'int', value: '2147483647', min: 0, max: INT_MAX },
  'transaction.timeout.ms': { type: 'int', value: '60000' },
  'transactional.id': { type: 'string', value: null },
  'value.serializer': { type: 'string', value: null },
};

const consumer: Settings = {
  ...common,
  'allow.auto.create.topics': { type: 'boolean', value: 'true' },
  'auto.commit.interval.ms': { type: 'int', value: '5000', min: 0 },
  'auto.offset.reset': { type: 'string', value: 'latest', oneOf: ['latest', 'earliest', 'none'] },
  'check.crcs': { type: 'boolean', value: 'true' },
  'default.api.timeout.ms': { type: 'int', value: '60000', min: 0 },
  'enable.auto.commit': { type: 'boolean', value: 'true' },
  'exclude.internal.topics': { type: 'boolean', value: 'true' },
  'fetch.max.bytes': { type: 'int', value: '52428800', min: 0 },
  'fetch.max.wait.ms': { type: 'int', value: '500', min: 0 },
  'fetch.min.bytes': { type: 'int', value: '1', min: 0 },
  'group.id': { type: 'string', value: null },
  'group.instance.id': { type: 'string', value: null },
  'heartbeat.interval.ms': { type: 'int', value: '3000' },
  'isolation.level': { type: 'string', value: 'read_uncommitted', oneOf: ['read_committed', 'read_uncommitted'] },
  'key.deserializer': { type: 'string', value: null },
  'max.partition.fetch.bytes': { type: 'int', value: '1048576', min: 0 },
  'max.poll.interval.ms': { type: 'int', value: '300000', min: 1 },
  'max.poll.records': { type: 'int', value: '500', min: 1 },
  'partition.assignment.strategy': { type: 'list', value: 'org.apache.kafka.clients.consumer.RangeAssignor' },
  'session.timeout.ms': { type: 'int', value: '10000' },
  'value.deserializer': { type: 'string', value: null },
};

const admin: Settings = {
  ...common,
  'connections.max.idle.ms': { type: 'long', value: '300000' },
  'request.timeout.ms': { type: 'int', value: '120000', min: 0 },
  retries: { type: 'int', value: '5', min: 0 },
};

type Values = { readonly [key: string]: string | null };

function invalid(key: string, message: string): ConfigError {
  return { type: 'configError', key, message };
}

function check(key: string, setting: Setting, text: string | null): ConfigError | undefined {
  const problem = text === null ? null : valueProblem({ ...setting, key, default: null }, text);
  return problem === null ? undefined : invalid(key, problem);
}

function resolve(settings: Settings, given: { readonly [key: string]: string }): Values | ConfigError {
  const values: { [key: string]: string | null } = Object.create(null) as { [key: string]: string | null };
  for (const key of Object.keys(settings)) {
    const setting = settings[key]!;
    const text = Object.hasOwn(given, key) ? given[key]!.trim() : setting.value;
    const error = check(key, setting, text);
    if (error) return error;
    values[key] = text;
  }
  return values;
}

/** `host:port` pairs separated by commas, as `ClientUtils.parseAndValidateAddresses` reads them. */
export function parseBootstrapServers(text: string): readonly BootstrapServer[] | ConfigError {
  const key = 'bootstrap.servers';
  const servers: BootstrapServer[] = [];
  for (const part of text.split(',')) {
    const address = part.trim();
    if (address === '') continue;
    const match = /^(?:[A-Za-z][A-Za-z0-9+.-]*:\/\/)?\[?([0-9A-Za-z\-%._:]*?)\]?:(\d{1,5})$/.exec(address);
    if (!match || match[1] === '') return invalid(key, `Invalid url in ${key}: ${address}`);
    const port = Number(match[2]);
    if (port > 65535) return invalid(key, `Invalid port in ${key}: ${address}`);
    servers.push({ host: match[1]!, port });
  }
  return servers.length === 0 ? invalid(key, `No resolvable bootstrap urls given in ${key}`) : servers;
}

function commonOf(values: Values, bootstrapServers: readonly BootstrapServer[], clientId: string): CommonConfig {
  return {
    bootstrapServers,
    clientId: values['client.id'] === '' ? clientId : values['client.id']!,
    reconnectBackoffMs: Number(values['reconnect.backoff.ms']),
    reconnectBackoffMaxMs: Number(values['reconnect.backoff.max.ms']),
    retryBackoffMs: Number(values['retry.backoff.ms']),
    requestTimeoutMs: Number(values['request.timeout.ms']),
    metadataMaxAgeMs: Number(values['metadata.max.age.ms']),
    connectionsMaxIdleMs: Number(values['connections.max.idle.ms']),
  };
}

export interface ClientProperties {
  readonly bootstrapServers: string;
  readonly properties: { readonly [key: string]: string };
}

export function isConfigError(value: object): value is ConfigError {
  return 'type' in value && value.type === 'configError';
}

/** `clientId` stands where `client.id` is not set. */
export function producerConfig(given: ClientProperties, clientId: string): ProducerConfig | ConfigError {
  const servers = parseBootstrapServers(given.bootstrapServers);
  if ('type' in servers) return servers;
  const values = resolve(producer, given.properties);
  if (isConfigError(values)) return values as ConfigError;
  const codec = values['compression.type']!;
  // The setting has no rule: the producer looks for the codec of that name.
  if (!codecNames.some((name) => name === codec)) {
    return { ...invalid('compression.type', `Unknown compression name: ${codec}`), thrown: 'java.lang.IllegalArgumentException' };
  }
  const notModelled = check('compression.type', { type: 'string', value: null, oneOf: modelledCodecs }, codec);
  if (notModelled) return notModelled;
  const isSet = (key: string): boolean => Object.hasOwn(given.properties, key);
  const base = commonOf(values, servers, clientId);
  const lingerMs = Number(values['linger.ms']);
  let deliveryTimeoutMs = Number(values['delivery.timeout.ms']);
  let deliveryTimeoutRaised = false;
  const least = Math.min(lingerMs + base.requestTimeoutMs, INT_MAX);
  if (deliveryTimeoutMs < INT_MAX && deliveryTimeoutMs < least) {
    if (isSet('delivery.timeout.ms')) {
      return invalid('delivery.timeout.ms', 'delivery.timeout.ms should be equal to or larger than linger.ms + request.timeout.ms');
    }
    deliveryTimeoutMs = least;
    deliveryTimeoutRaised = true;
  }
  const transactionalId = values['transactional.id'] ?? null;
  // `ConfigDef.NonEmptyString`
  if (transactionalId === '') return invalid('transactional.id', 'Invalid value  for configuration transactional.id: String must be non-empty');
  const isIdempotent = values['enable.idempotence']!.toLowerCase() === 'true';
  if (transactionalId !== null && !isIdempotent && isSet('enable.idempotence')) {
    return invalid('transactional.id', 'Cannot set a transactional.id without also enabling idempotence.');
  }
  const enableIdempotence = isIdempotent || transactionalId !== null;
  const retries = Number(values['retries']);
  const maxInFlight = Number(values['max.in.flight.requests.per.connection']);
  const acksText = values['acks']!;
  let acks: -1 | 0 | 1 = acksText === 'all' || acksText === '-1' ? -1 : acksText === '0' ? 0 : 1;
  if (enableIdempotence) {
    if (retries === 0) return invalid('retries', 'Must set retries to non-zero when using the idempotent producer.');
    if (maxInFlight > 5) {
      return invalid(
        'max.in.flight.requests.per.connection',
        'Must set max.in.flight.requests.per.connection to at most 5 to use the idempotent producer.',
      );
    }
    if (isSet('acks') && acks !== -1) {
      return invalid(
        'acks',
        'Must set acks to all in order to use the idempotent producer. Otherwise we cannot guarantee idempotence.',
      );
    }
    acks = -1;
  }
  return {
    ...base,
    acks,
    batchSize: Number(values['batch.size']),
    lingerMs,
    bufferMemory: Number(values['buffer.memory']),
    compressionType: values['compression.type'] as ModelledCodec,
    maxBlockMs: Number(values['max.block.ms']),
    maxRequestSize: Number(values['max.request.size']),
    retries,
    deliveryTimeoutMs,
    maxInFlight,
    enableIdempotence,
    transactionalId,
    transactionTimeoutMs: Number(values['transaction.timeout.ms']),
    deliveryTimeoutRaised,
  };
}

/** `clientId` stands where `client.id` is not set. */
export function consumerConfig(given: ClientProperties, clientId: string): ConsumerConfig | ConfigError {
  const servers = parseBootstrapServers(given.bootstrapServers);
  if ('type' in servers) return servers;
  const values = resolve(consumer, given.properties);
  if (isConfigError(values)) return values as ConfigError;
  const sessionTimeoutMs = Number(values['session.timeout.ms']);
  const heartbeatIntervalMs = Number(values['heartbeat.interval.ms']);
  if (heartbeatIntervalMs >= sessionTimeoutMs) {
    return invalid('heartbeat.interval.ms', 'Heartbeat must be set lower than the session timeout');
  }
  const assignors = assignorsOf(values['partition.assignment.strategy']!);
  if ('type' in assignors) return assignors;
  const enableAutoCommit = autoCommit(given, values);
  if (typeof enableAutoCommit !== 'boolean') return enableAutoCommit;
  return {
    ...commonOf(values, servers, clientId),
    groupId: values['group.id'] ?? null,
    groupInstanceId: values['group.instance.id'] ?? null,
    autoOffsetReset: values['auto.offset.reset'] as OffsetReset,
    maxPollRecords: Number(values['max.poll.records']),
    fetchMinBytes: Number(values['fetch.min.bytes']),
    fetchMaxBytes: Number(values['fetch.max.bytes']),
    fetchMaxWaitMs: Number(values['fetch.max.wait.ms']),
    maxPartitionFetchBytes: Number(values['max.partition.fetch.bytes']),
    isolationLevel: values['isolation.level'] === 'read_committed' ? 1 : 0,
    allowAutoCreateTopics: values['allow.auto.create.topics']!.toLowerCase() === 'true',
    sessionTimeoutMs,
    heartbeatIntervalMs,
    maxPollIntervalMs: Number(values['max.poll.interval.ms']),
    enableAutoCommit,
    autoCommitIntervalMs: Number(values['auto.commit.interval.ms']),
    assignors,
  };
}

const assignorClasses: { readonly [className: string]: AssignorName } = {
  'org.apache.kafka.clients.consumer.RangeAssignor': 'range',
  'org.apache.kafka.clients.consumer.RoundRobinAssignor': 'roundrobin',
  'org.apache.kafka.clients.consumer.StickyAssignor': 'sticky',
};

function assignorsOf(text: string): readonly AssignorName[] | ConfigError {
  const names: AssignorName[] = [];
  for (const className of text.split(',').map((one) => one.trim()).filter((one) => one !== '')) {
    if (!Object.hasOwn(assignorClasses, className)) return invalid('partition.assignment.strategy', `${className} ClassNotFoundException exception occurred`);
    names.push(assignorClasses[className]!);
  }
  return names;
}

/** Without a group nothing is committed, unless somebody insists. */
function autoCommit(given: ClientProperties, values: Values): boolean | ConfigError {
  const enabled = values['enable.auto.commit']!.toLowerCase() === 'true';
  if (values['group.id'] !== null || !enabled) return enabled;
  if (!Object.hasOwn(given.properties, 'enable.auto.commit')) return false;
  return invalid('enable.auto.commit', 'enable.auto.commit cannot be set to true when default group id (null) is used.');
}

/** `clientId` stands where `client.id` is not set. */
export function adminConfig(given: ClientProperties, clientId: string): AdminConfig | ConfigError {
  const servers = parseBootstrapServers(given.bootstrapServers);
  if ('type' in servers) return servers;
  const values = resolve(admin, given.properties);
  if (isConfigError(values)) return values as ConfigError;
  return { ...commonOf(values, servers, clientId), retries: Number(values['retries']) };
}

/** Keys of the 2.3.0 clients that nothing here reads. */
const alsoKnown = {
  common: [
    'bootstrap.servers', 'client.dns.lookup', 'metric.reporters', 'metrics.num.samples', 'metrics.recording.level', 'metrics.sample.window.ms',
    'sasl.client.callback.handler.class', 'sasl.jaas.config', 'sasl.kerberos.kinit.cmd', 'sasl.kerberos.min.time.before.relogin',
    'sasl.kerberos.service.name', 'sasl.kerberos.ticket.renew.jitter', 'sasl.kerberos.ticket.renew.window.factor',
    'sasl.login.callback.handler.class', 'sasl.login.class', 'sasl.login.refresh.buffer.seconds', 'sasl.login.refresh.min.period.seconds',
    'sasl.login.refresh.window.factor', 'sasl.login.refresh.window.jitter', 'sasl.mechanism', 'ssl.cipher.suites', 'ssl.enabled.protocols',
    'ssl.endpoint.identification.algorithm', 'ssl.key.password', 'ssl.keymanager.algorithm', 'ssl.keystore.location', 'ssl.keystore.password',
    'ssl.keystore.type', 'ssl.protocol', 'ssl.provider', 'ssl.secure.random.implementation', 'ssl.trustmanager.algorithm',
    'ssl.truststore.location', 'ssl.truststore.password', 'ssl.truststore.type',
  ],
  producer: ['interceptor.classes', 'transactional.id'],
  consumer: ['client.rack', 'interceptor.classes', 'internal.leave.group.on.close'],
  admin: [],
} as const;
const settingsOf = { producer, consumer, admin };

/** What a client of this kind warns of once it is made: keys that it has no use for. */
export function unknownKeys(kind: 'producer' | 'consumer' | 'admin', properties: { readonly [key: string]: string }): readonly string[] {
  const known: readonly string[] = [...Object.keys(settingsOf[kind]), ...alsoKnown.common, ...alsoKnown[kind]];
  return Object.keys(properties).filter((key) => !known.includes(key));
}
