/**
 * A broker's configuration that changes while it runs (`DynamicBrokerConfig` 2.3.0): which keys may, for one broker or for all, in what words
 * the others are refused, and what stands over what: the broker's own, the default of all brokers, server.properties, Kafka's defaults.
 */
import type { Options } from '../zookeeper/topics.ts';
import { topicOptionSynonyms } from '../log/topic-options.ts';
import { keyProblem, readConfig, valueText, type BrokerConfig, type ConfigResult } from './config.ts';

/** As they are stored in ZooKeeper: /config/brokers/<id> and /config/brokers/<default>. */
export interface DynamicConfigs {
  readonly own: Options;
  readonly all: Options;
}

export const noDynamicConfigs: DynamicConfigs = { own: {}, all: {} };

const RATE_MAX = 'replica.alter.log.dirs.io.max.bytes.per.second';
/** Only ever dynamic: no keys of server.properties, so that nothing knows their type when they are described. */
export const throttledRates = { leader: 'leader.replication.throttled.rate', follower: 'follower.replication.throttled.rate' } as const;
export const replicationRates: readonly string[] = [throttledRates.leader, throttledRates.follower, RATE_MAX];
/** The options of a topic that say which of its replicas the first two are about. */
export const throttledReplicas = { leader: 'leader.replication.throttled.replicas', follower: 'follower.replication.throttled.replicas' } as const;

const passwords = ['ssl.keystore.password', 'ssl.key.password', 'ssl.truststore.password'];
const stores = [...passwords, 'ssl.keystore.type', 'ssl.keystore.location', 'ssl.truststore.type', 'ssl.truststore.location'];
const ssl = ['protocol', 'provider', 'cipher.suites', 'enabled.protocols', 'keymanager.algorithm', 'trustmanager.algorithm', 'endpoint.identification.algorithm', 'secure.random.implementation', 'client.auth'].map((name) => `ssl.${name}`);
const kerberos = ['service.name', 'kinit.cmd', 'ticket.renew.window.factor', 'ticket.renew.jitter', 'min.time.before.relogin', 'principal.to.local.rules'].map((name) => `sasl.kerberos.${name}`);
const logins = ['window.factor', 'window.jitter', 'min.period.seconds', 'buffer.seconds'].map((name) => `sasl.login.refresh.${name}`);
const sasl = ['sasl.mechanism.inter.broker.protocol', 'sasl.jaas.config', 'sasl.enabled.mechanisms', ...kerberos, ...logins];
const perBroker = ['advertised.listeners', 'listeners', 'listener.security.protocol.map', 'principal.builder.class', ...stores, ...ssl, ...sasl];

const cleaner = ['threads', 'dedupe.buffer.size', 'io.buffer.load.factor', 'io.buffer.size', 'io.max.bytes.per.second', 'backoff.ms'].map((name) => `log.cleaner.${name}`);
const threads = ['num.io.threads', 'num.network.threads', 'num.replica.fetchers', 'num.recovery.threads.per.data.dir', 'background.threads'];
const connections = ['max.connections', 'max.connections.per.ip', 'max.connections.per.ip.overrides'];
const logs = Object.values(topicOptionSynonyms).filter((key) => key !== 'log.message.format.version');

const dynamic: ReadonlySet<string> = new Set([...perBroker, ...cleaner, ...threads, ...connections, ...logs, 'message.max.bytes', 'metric.reporters', ...replicationRates]);

/** Keys of a 2.3.0 broker that this lab's broker does not read at all. */
const unread = [
  ...['alter.config.policy.class.name', 'alter.log.dirs.replication.quota.window.num', 'alter.log.dirs.replication.quota.window.size.seconds', 'client.quota.callback.class', 'connection.failed.authentication.delay.ms'],
  ...['connections.max.reauth.ms', 'create.topic.policy.class.name', 'kafka.metrics.polling.interval.secs', 'kafka.metrics.reporters', 'metrics.recording.level', 'num.replica.alter.log.dirs.threads'],
  ...['expiry.check.interval.ms', 'expiry.time.ms', 'master.key', 'max.lifetime.ms'].map((name) => `delegation.token.${name}`),
  ...['cipher.algorithm', 'iterations', 'key.length', 'keyfactory.algorithm', 'old.secret', 'secret'].map((name) => `password.encoder.${name}`),
  'ssl.principal.mapping.rules',
  ...['client.callback.handler.class', 'login.callback.handler.class', 'login.class', 'server.callback.handler.class'].map((name) => `sasl.${name}`),
];

const isStatic = (key: string, config: BrokerConfig): boolean => !dynamic.has(key) && (Object.hasOwn(config.values, key) || unread.includes(key));
const isPassword = (key: string): boolean => [...passwords, 'sasl.jaas.config'].some((name) => key.endsWith(name));
/** The key below `listener.name.<name>.`; null for another key. */
const ofListener = (key: string): string | null => /^listener\.name\.[^.]*\.(.*)$/.exec(key)?.[1] ?? null;
const isPerBroker = (key: string): boolean => perBroker.includes(key) || !['max.connections', null].includes(ofListener(key));

/** Taken by the real broker at once, which here it does not do. */
const isNotModelled = (key: string): boolean => perBroker.includes(key) || ofListener(key) !== null || key === 'metric.reporters';

const idle: ReadonlySet<string> = new Set([
  ...cleaner, ...connections, RATE_MAX, 'num.network.threads', 'num.recovery.threads.per.data.dir', 'background.threads', 'log.preallocate', 'log.flush.interval.ms',
  ...['delete.retention.ms', 'min.compaction.lag.ms', 'max.compaction.lag.ms', 'min.cleanable.ratio'].map((name) => `log.cleaner.${name}`), 'log.message.downconversion.enable',
]);

/** A key that may be changed and is stored, but that nothing here behaves by: threads, compaction, limits of connections. */
export const hasNoEffectHere = (key: string): boolean => idle.has(key);
export const passwordsOf = (keys: readonly string[]): readonly string[] => keys.filter(isPassword);

const setOf = (keys: readonly string[]): string => `Set(${keys.join(', ')})`;

/** What the types and kinds of the keys alone say against them; null: nothing. */
export function keysProblem(options: Options, isForOne: boolean, config: BrokerConfig): string | null {
  const keys = Object.keys(options);
  const fixed = keys.filter((key) => isStatic(key, config));
  if (fixed.length > 0) return `Cannot update these configs dynamically: ${setOf(fixed)}`;
  const bare = stores.filter((key) => Object.hasOwn(options, key));
  if (bare.length > 0) return `These security configs can be dynamically updated only per-listener using the listener prefix: ${setOf(bare)}`;
  for (const key of keys) {
    const problem = typeProblem(ofListener(key) ?? key, options[key]!);
    if (problem !== null) return problem;
  }
  const own = isForOne ? [] : keys.filter(isPerBroker);
  return own.length > 0 ? `Cannot update these configs at default cluster level, broker id must be specified: ${setOf(own)}` : null;
}

function typeProblem(key: string, value: string): string | null {
  if (!replicationRates.includes(key)) return keyProblem(key, value);
  if (!/^[+-]?\d+$/.test(value.trim())) return `Invalid value ${value} for configuration ${key}: Not a number of type LONG`;
  return Number(value) < 0 ? `Invalid value ${value} for configuration ${key}: Value must be at least 0` : null;
}

/** What of a stored configuration is taken, and why the rest is not, as the broker's log says it (fromPersistentProps). */
export function takenConfigs(stored: Options, isForOne: boolean, config: BrokerConfig): { readonly options: Options; readonly complaints: readonly string[] } {
  const complaints: string[] = [];
  let options = stored;
  const leaveOut = (isWrong: (key: string) => boolean, why: (keys: readonly string[]) => string): void => {
    const wrong = Object.keys(options).filter(isWrong);
    if (wrong.length === 0) return;
    complaints.push(why(wrong));
    options = Object.fromEntries(Object.entries(options).filter(([key]) => !wrong.includes(key)));
  };
  leaveOut(
    (key) => typeProblem(ofListener(key) ?? key, options[key]!) !== null,
    (keys) => `Dynamic ${isForOne ? 'broker' : 'default cluster'} config contains invalid values: Map(${keys.map((key) => `${key} -> ${stored[key]!}`).join(', ')}), these configs will be ignored`,
  );
  leaveOut((key) => isStatic(key, config), (keys) => `Non-dynamic configs configured in ZooKeeper will be ignored: ${setOf(keys)}`);
  leaveOut((key) => stores.includes(key), (keys) => `Security configs can be dynamically updated only using listener prefix, base configs will be ignored: ${setOf(keys)}`);
  if (!isForOne) leaveOut(isPerBroker, (keys) => `Per-broker configs defined at default cluster level will be ignored: ${setOf(keys)}`);
  return { options, complaints };
}

const groups = [['log.roll.ms', 'log.roll.hours'], ['log.roll.jitter.ms', 'log.roll.jitter.hours'], ['log.retention.ms', 'log.retention.minutes', 'log.retention.hours']];

/** All keys that say the same, the one that counts most first. */
function synonymsOf(key: string): readonly string[] {
  if (key === 'log.flush.interval.ms') return [key, 'log.flush.scheduler.interval.ms'];
  return groups.find((group) => group.includes(key)) ?? [key];
}

/** The configuration that a broker started with, under what has been changed since. */
export function configWith(started: BrokerConfig, { own, all }: DynamicConfigs): ConfigResult {
  const given: { [key: string]: string } = { ...started.given };
  for (const [key, value] of [...Object.entries(all), ...Object.entries(own)]) {
    for (const synonym of synonymsOf(key)) delete given[synonym];
    given[key] = value;
  }
  return readConfig(Object.entries(given).map(([key, value]) => ({ key, value, line: 0 })), started.hostname);
}

/** What a configuration gives otherwise than the current one. A key that is only taken away is not noticed (updatedConfigs). */
export function updatedKeys(current: BrokerConfig, next: BrokerConfig): readonly string[] {
  return Object.keys(next.given).filter((key) => next.given[key] !== current.given[key]);
}

export interface ChangeRefused {
  readonly error: 'INVALID_REQUEST' | 'UNKNOWN_SERVER_ERROR';
  /** What the exception says. */
  readonly text: string;
}

/** What a broker answers to a change of its own configuration, or of that of all brokers; null: it is taken. */
export function changeProblem(options: Options, isForOne: boolean, { started, config, dynamic: before }: { readonly started: BrokerConfig; readonly config: BrokerConfig; readonly dynamic: DynamicConfigs }): ChangeRefused | null {
  const invalid = (text: string): ChangeRefused => ({ error: 'INVALID_REQUEST', text });
  const problem = keysProblem(options, isForOne, started);
  if (problem !== null) return invalid(problem);
  const read = configWith(started, isForOne ? { own: options, all: before.all } : { own: before.own, all: options });
  if (!read.ok) {
    const [, exception, text] = /^([\w.]+): (.*)$/.exec(read.problems[0]!.text)!;
    return exception === 'java.lang.ArithmeticException' ? { error: 'UNKNOWN_SERVER_ERROR', text: text! } : invalid(text!);
  }
  const wrong = threadsProblem(config, read.config);
  if (wrong !== null) return invalid(`Invalid value org.apache.kafka.common.config.ConfigException: ${wrong} for configuration Invalid dynamic configuration`);
  if (Object.keys(options).some(isPassword) && read.config.given['password.encoder.secret'] === undefined) return invalid('Password encoder secret not configured');
  const known = isForOne ? before.own : before.all;
  const missing = [...new Set([...Object.keys(known), ...Object.keys(options)])].filter((key) => isNotModelled(key) && known[key] !== options[key]);
  return missing.length === 0 ? null : invalid(`changing ${missing.join(', ')} while a broker runs is not modelled in this lab · 本实验室未模拟在 broker 运行时更改 ${missing.join('、')}`);
}

export const isThreadCount = (key: string): boolean => threads.includes(key);
export const isOfLogs = (key: string): boolean => logs.includes(key);

/** At most twice as many threads at once, at least half as many. */
export function threadsProblem(current: BrokerConfig, next: BrokerConfig): string | null {
  const updated = updatedKeys(current, next);
  for (const key of updated.some(isThreadCount) ? threads : []) {
    const [before, after] = [current.values[key] as number, next.values[key] as number];
    const failed = `Dynamic thread count update validation failed for ${key}=${after}`;
    if (after < Math.trunc(before / 2)) return `${failed}, value should be at least half the current value ${before}`;
    if (after > before * 2) return `${failed}, value should not be greater than double the current value ${before}`;
  }
  if (next.values['log.cleaner.enable'] !== true || !updated.some((key) => cleaner.includes(key) || key === 'message.max.bytes')) return null;
  const [before, after] = [current.values['log.cleaner.threads'] as number, next.values['log.cleaner.threads'] as number];
  if (after < Math.trunc(before / 2)) return `Log cleaner threads cannot be reduced to less than half the current value ${before}`;
  return after > before * 2 ? `Log cleaner threads cannot be increased to more than double the current value ${before}` : null;
}

export interface Synonym {
  readonly name: string;
  readonly value: string | null;
  readonly source: 'DYNAMIC_BROKER_CONFIG' | 'DYNAMIC_DEFAULT_BROKER_CONFIG' | 'STATIC_BROKER_CONFIG' | 'DEFAULT_CONFIG';
}

/** Where a broker's key has values, what counts most first; those before the key itself are none of its own (AdminManager.configSynonyms). */
export function configSynonyms(key: string, isSensitive: boolean, started: BrokerConfig, { own, all }: DynamicConfigs): readonly Synonym[] {
  const names = synonymsOf(key);
  const from = (values: { readonly [key: string]: string | null }, source: Synonym['source']): readonly Synonym[] =>
    names.flatMap((name) => (Object.hasOwn(values, name) && values[name] !== null ? [{ name, value: isSensitive ? null : values[name]!, source }] : []));
  const defaults = Object.fromEntries(names.map((name) => [name, valueText(name)]));
  const found = [...from(own, 'DYNAMIC_BROKER_CONFIG'), ...from(all, 'DYNAMIC_DEFAULT_BROKER_CONFIG'), ...from(started.given, 'STATIC_BROKER_CONFIG'), ...from(defaults, 'DEFAULT_CONFIG')];
  const first = found.findIndex(({ name }) => name === key);
  return first < 0 ? [] : found.slice(first);
}

/** Nothing of a key that nobody knows is shown: it might be a password. */
export function isSensitive(key: string, config: BrokerConfig): boolean {
  const name = ofListener(key) ?? key;
  return isPassword(name) || /secret$|master\.key$/.test(name) || !(Object.hasOwn(config.values, name) || perBroker.includes(name) || unread.includes(name));
}

export const isReadOnly = (key: string): boolean => !synonymsOf(key).some((name) => dynamic.has(name) && !replicationRates.includes(name));
