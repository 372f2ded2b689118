/**
 * How a broker takes up what its configuration has become (`DynamicBrokerConfig.updateCurrentConfig` 2.3.0 and its reconfigurables): the pools of
 * threads and the defaults of the logs. Keys that are only taken away are not noticed before another one changes, as in the real one.
 */
import type { Env } from '../../kernel/program.ts';
import { withConfig } from '../log/log.ts';
import { topicOptionSynonyms } from '../log/topic-options.ts';
import type { Options } from '../zookeeper/topics.ts';
import { DEFAULT_ENTITY } from '../zookeeper/znodes.ts';
import type { BrokerConfig } from './config.ts';
import { configWith, isOfLogs, isThreadCount, takenConfigs, threadsProblem, updatedKeys, type DynamicConfigs } from './dynamic-config.ts';
import { resizeFetchers } from './fetcher.ts';
import { logConfigOf } from './log-dirs.ts';
import { say, setPartition, type Draft, type InForce } from './state.ts';

const LOGGER = 'kafka.server.DynamicBrokerConfig';

export const allowsUnclean = (config: BrokerConfig): boolean => config.topicDefaults['unclean.leader.election.enable'] === 'true';

export function inForceOf({ numIoThreads, numReplicaFetchers, topicDefaults }: BrokerConfig): InForce {
  return { numIoThreads, numReplicaFetchers, topicDefaults };
}

/** The stored options of this broker or of all of them; their configuration, or null if it cannot be. */
function adopt(b: Draft, env: Env, entity: string, stored: Options, problemOf: (next: BrokerConfig) => string | null = () => null): BrokerConfig | null {
  const isOwn = entity !== DEFAULT_ENTITY;
  const { options, complaints } = takenConfigs(stored, isOwn, b.started);
  for (const complaint of complaints) say(env, 'ERROR', complaint, LOGGER);
  b.dynamic = isOwn ? { ...b.dynamic, own: options } : { ...b.dynamic, all: options };
  const read = configWith(b.started, b.dynamic);
  const problem = read.ok ? problemOf(read.config) : read.problems[0]!.text;
  if (read.ok && problem === null) return read.config;
  const list = Object.entries(stored).map(([key, value]) => `${key}=${value}`).join(', ');
  const trace = read.ok ? `org.apache.kafka.common.config.ConfigException: Invalid value org.apache.kafka.common.config.ConfigException: ${problem} for configuration Invalid dynamic configuration` : problem;
  env.log({ level: 'ERROR', file: 'server', text: `${isOwn ? `Per-broker configs of ${b.brokerId}` : 'Cluster default configs'} could not be applied: {${list}} (${LOGGER})\n${trace}` });
  return null;
}

/** Before anything runs by the configuration. */
export function startWithDynamicConfigs(b: Draft, env: Env, { own, all }: DynamicConfigs): void {
  for (const [entity, stored] of [[DEFAULT_ENTITY, all], [String(b.brokerId), own]] as const) {
    if (Object.keys(stored).length > 0) b.config = adopt(b, env, entity, stored) ?? b.config;
  }
  b.inForce = inForceOf(b.config);
}

/** Answers whether unclean leader election has been switched on by it. */
export function takeBrokerConfig(b: Draft, env: Env, entity: string, stored: Options): boolean {
  const before = b.config;
  const next = adopt(b, env, entity, stored, (changed) => threadsProblem(before, changed));
  if (next === null) return false;
  const updated = updatedKeys(before, next);
  if (updated.length === 0) return false;
  b.config = next;
  if (updated.some(isThreadCount)) resizePools(b, env, before);
  return updated.some(isOfLogs) && reconfigureLogs(b);
}

function resizePools(b: Draft, env: Env, before: BrokerConfig): void {
  const { numIoThreads, numReplicaFetchers, interBrokerListener } = b.config;
  const had = b.inForce;
  if (numIoThreads !== before.numIoThreads) {
    say(env, 'INFO', `[data-plane Kafka Request Handler on Broker ${b.brokerId}], Resizing request handler thread pool size from ${had.numIoThreads} to ${numIoThreads}`, 'kafka.server.KafkaRequestHandlerPool');
    b.inForce = { ...b.inForce, numIoThreads };
  }
  if (numReplicaFetchers !== before.numReplicaFetchers) {
    b.inForce = { ...b.inForce, numReplicaFetchers };
    resizeFetchers(b, env, interBrokerListener, had.numReplicaFetchers);
  }
}

/** What a broker has no value for by that very key stays as it was: log.retention.ms taken away leaves its last value to the logs. */
function reconfigureLogs(b: Draft): boolean {
  const had = b.inForce.topicDefaults['unclean.leader.election.enable'];
  const given = Object.entries(topicOptionSynonyms).filter(([, key]) => isOfLogs(key) && b.config.values[key] !== null);
  b.inForce = { ...b.inForce, topicDefaults: { ...b.inForce.topicDefaults, ...Object.fromEntries(given.map(([option]) => [option, b.config.topicDefaults[option]!])) } };
  for (const [place, partition] of b.partitions.entries()) setPartition(b, place, { ...partition, log: withConfig(partition.log, logConfigOf(b, partition.topic)) });
  return had !== 'true' && b.inForce.topicDefaults['unclean.leader.election.enable'] === 'true';
}
