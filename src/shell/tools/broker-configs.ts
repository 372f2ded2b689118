/** `kafka-configs.sh` for brokers: asked themselves, or, while they do not run, through what ZooKeeper holds of them. */
import { parseConfig } from '../../kafka/broker/config.ts';
import { hasNoEffectHere, keysProblem, passwordsOf, replicationRates } from '../../kafka/broker/dynamic-config.ts';
import { exceptionName } from '../../kafka/clients/exceptions.ts';
import { errorMessage, type ErrorName } from '../../kafka/protocol/errors.ts';
import type { ConfigEntry } from '../../kafka/protocol/index.ts';
import { readBrokers } from '../../kafka/zookeeper/procedures.ts';
import { immutableMapOrder } from '../../kafka/zookeeper/scala-map-order.ts';
import { changeConfig, entityConfig, type Options } from '../../kafka/zookeeper/topics.ts';
import { DEFAULT_ENTITY } from '../../kafka/zookeeper/znodes.ts';
import { javaHashOrder } from '../../zookeeper/java-hash-order.ts';
import { call, onZooKeeper, out } from './asking.ts';
import { changed, noteWithoutEffect, sayCompleted } from './config-entities.ts';
import { apiException, configException, executionException, illegalArgument, JavaException } from './java.ts';
import type { Script } from './script.ts';

export interface BrokerConfigPlan {
  /** Empty: the default of all brokers. */
  readonly broker: string;
  readonly added: { readonly [option: string]: string };
  readonly removed: readonly string[];
}

const DESCRIBE_TIMEOUT_MS = 30_000;
const ALTER_TIMEOUT_MS = 30_000;

const frame = (method: string, line: number): string => `kafka.admin.ConfigCommand${method}(ConfigCommand.scala:${line})`;
const MAIN = [frame('$.main', 82), 'kafka.admin.ConfigCommand.main(ConfigCommand.scala)'];
const FUTURE_GIVES_UP = ['org.apache.kafka.common.internals.KafkaFutureImpl$SingleWaiter.await(KafkaFutureImpl.java:108)', 'org.apache.kafka.common.internals.KafkaFutureImpl.get(KafkaFutureImpl.java:272)'];

/** A broker is asked itself, the default of all any of them. */
function nodeOf(broker: string): { readonly node?: number } {
  if (broker === '') return {};
  if (!isBrokerId(broker)) throw new JavaException('java.lang.NumberFormatException', `For input string: "${broker}"`);
  return { node: Number(broker) };
}

function failed(error: ErrorName, message: string | null, frames: readonly string[]): JavaException {
  return executionException(apiException(exceptionName(error), message ?? errorMessage(error)), frames, true);
}

function* dynamicConfigs(broker: string, includeSynonyms: boolean, callers: readonly string[]): Script<readonly ConfigEntry[]> {
  const frames = [frame('$.brokerConfig', 346), ...callers];
  const node = nodeOf(broker);
  let answer;
  try {
    answer = yield* call('DescribeConfigs', { resources: [{ resourceType: 'BROKER', resourceName: broker, configNames: null }], includeSynonyms }, { ...node, timeoutMs: DESCRIBE_TIMEOUT_MS });
  } catch (error) {
    if (!(error instanceof JavaException)) throw error;
    throw error.className.endsWith('.TimeoutException') ? new JavaException('java.util.concurrent.TimeoutException', '', [...FUTURE_GIVES_UP, ...frames]) : executionException(error, frames, true);
  }
  const { error, errorMessage: message, configs } = answer.results[0]!;
  if (error !== 'NONE') throw failed(error, message, frames);
  return javaHashOrder(configs, ({ name }) => name).filter(({ source }) => source === (broker === '' ? 'DYNAMIC_DEFAULT_BROKER_CONFIG' : 'DYNAMIC_BROKER_CONFIG'));
}

export function* describeBroker({ broker }: BrokerConfigPlan): Script<void> {
  const configs = yield* dynamicConfigs(broker, true, [frame('$.describeBrokerConfig', 328), frame('$.processBrokerConfig', 292), ...MAIN]);
  yield* out(broker === '' ? 'Default config for brokers in the cluster are:' : `Configs for broker ${broker} are:`);
  for (const { name, value, isSensitive, synonyms } of configs) {
    const list = synonyms.map((synonym) => `${synonym.source}:${synonym.name}=${synonym.value}`).join(', ');
    yield* out(`  ${name}=${value} sensitive=${isSensitive} synonyms={${list}}`);
  }
}

export function* alterBroker({ broker, added, removed }: BrokerConfigPlan): Script<void> {
  const old = yield* dynamicConfigs(broker, false, [frame('$.alterBrokerConfig', 304), frame('$.processBrokerConfig', 290), ...MAIN]);
  const before = Object.fromEntries(old.map(({ name, value }) => [name, value]));
  const configs = Object.entries(changed(before, added, removed)).map(([name, value]) => ({ name, value }));
  const hidden = immutableMapOrder(configs, ({ name }) => name).filter(({ value }) => value === null);
  if (hidden.length > 0) throw apiException('InvalidConfigurationException', `All sensitive broker config entries must be specified for --alter, missing entries: Set(${hidden.map(({ name }) => name).join(', ')})`);
  const frames = [frame('$.alterBrokerConfig', 319), frame('$.processBrokerConfig', 290), ...MAIN];
  let answer;
  try {
    answer = yield* call('AlterConfigs', { resources: [{ resourceType: 'BROKER', resourceName: broker, configs }], validateOnly: false }, { ...nodeOf(broker), timeoutMs: ALTER_TIMEOUT_MS });
  } catch (error) {
    throw error instanceof JavaException ? executionException(error, frames, true) : error;
  }
  const { error, errorMessage: message } = answer.responses[0]!;
  if (error !== 'NONE') throw failed(error, message, frames);
  yield* out(broker === '' ? 'Completed updating default config for brokers in the cluster,' : `Completed updating config for broker: ${broker}.`);
  yield* noteWithoutEffect(Object.keys(added).filter(hasNoEffectHere));
}

const isBrokerId = (name: string): boolean => /^[+-]?\d{1,10}$/.test(name);
const badId = (name: string): JavaException => illegalArgument(`Error parsing broker ${name}. The broker's Entity Name must be a single integer value`);

/** Brokers that run are to be asked themselves, but for the limits of replication. */
function* checkNotRunning(entity: string, keys: readonly string[]): Script<void> {
  if (entity !== DEFAULT_ENTITY && !isBrokerId(entity)) throw badId(entity);
  const living = (yield* onZooKeeper(readBrokers())).map(({ info }) => info.id);
  if (entity === DEFAULT_ENTITY ? living.length === 0 : !living.includes(Number(entity))) return;
  const where = entity === DEFAULT_ENTITY ? 'for default cluster if any broker is running' : `when broker ${entity} is running`;
  const info = 'Broker configuraton updates using ZooKeeper are supported for bootstrapping before brokers are started to enable encrypted password configs to be stored in ZooKeeper.';
  throw illegalArgument(`requirement failed: --bootstrap-server option must be specified to update broker configs Set(${keys.join(', ')}). ${where}. ${info}`);
}

/** What a broker without any settings of its own would say of the keys. */
function checkKeys(options: Options, isForOne: boolean): void {
  const read = parseConfig('zookeeper.connect=localhost', 'localhost');
  const problem = read.ok ? keysProblem(options, isForOne, read.config) : null;
  if (problem !== null) throw configException(problem);
}

/** `ConfigCommand.alterConfig` of brokers. */
export function* alterStoredBroker(entity: string, added: Options, removed: readonly string[]): Script<void> {
  const asked = Object.keys(added).filter((key) => !replicationRates.includes(key));
  const isForOne = entity !== DEFAULT_ENTITY;
  if (asked.length > 0) {
    yield* checkNotRunning(entity, asked);
    checkKeys(added, isForOne);
    const secret = passwordsOf(asked);
    if (secret.length > 0) throw illegalArgument(`requirement failed: password.encoder.secret must be specified to update Set(${secret.join(', ')}). Other password encoder configs like cipher algorithm and iterations may also be specified to override the default encoding parameters. Password encoder configs will not be persisted in ZooKeeper.`);
  }
  const configs = changed(yield* onZooKeeper(entityConfig(`brokers/${entity}`)), added, removed);
  if (isForOne && !isBrokerId(entity)) throw badId(entity);
  checkKeys(configs, true);
  yield* onZooKeeper(changeConfig(`brokers/${isForOne ? Number(entity) : entity}`, configs));
  yield* sayCompleted({ root: { type: 'brokers', name: entity }, child: null });
  yield* noteWithoutEffect(Object.keys(added).filter(hasNoEffectHere));
}
