/** `kafka-configs.sh` for brokers, which are asked themselves: what was changed while they ran. */
import { exceptionName } from '../../kafka/clients/exceptions.ts';
import { errorMessage, type ErrorName } from '../../kafka/protocol/errors.ts';
import type { ConfigEntry } from '../../kafka/protocol/index.ts';
import { call, out } from './asking.ts';
import { apiException, executionException, JavaException } from './java.ts';
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
  if (!/^[+-]?\d{1,10}$/.test(broker)) throw new JavaException('java.lang.NumberFormatException', `For input string: "${broker}"`);
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
  return configs.filter(({ source }) => source === (broker === '' ? 'DYNAMIC_DEFAULT_BROKER_CONFIG' : 'DYNAMIC_BROKER_CONFIG'));
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
  const missing = removed.filter((name) => !old.some((entry) => entry.name === name));
  if (missing.length > 0) throw apiException('InvalidConfigurationException', `Invalid config(s): ${missing.join(',')}`);
  const wanted = Object.entries({ ...Object.fromEntries(old.map(({ name, value }) => [name, value])), ...added }).filter(([name]) => !removed.includes(name));
  const configs = wanted.map(([name, value]) => ({ name, value }));
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
}
