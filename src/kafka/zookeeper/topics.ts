/** What brokers and tools alike do with topics in ZooKeeper (`kafka.zk.AdminZkClient`). */
import { hasCollision } from '../topic-name.ts';
import { mutableMapOrder } from './scala-map-order.ts';
import { ask, askAll, children, createSequential, ensurePath, ZkFailure, type Zk } from './procedures.ts';
import { ANY, create, dataOf, getData, setData } from './requests.ts';
import {
  CONFIG_CHANGE_PREFIX, TOPICS, configPath, encodeConfig, encodeConfigChange, encodeTopic, parseConfig, parseTopic, topicConfigPath, topicPath, type PartitionReplicas,
} from './znodes.ts';

export type Options = { readonly [option: string]: string };

export interface TopicPlan {
  readonly topic: string;
  readonly partitions: readonly PartitionReplicas[];
  readonly configs: Options;
}

/** An assignment that was drawn, or asked of a broker, is kept in a mutable hash map until it is written. */
export const inHashMap = (partitions: readonly PartitionReplicas[]): readonly PartitionReplicas[] => mutableMapOrder(partitions, ({ partition }) => partition);

export interface TopicOutcome {
  readonly topic: string;
  readonly error: 'NONE' | 'TOPIC_ALREADY_EXISTS' | 'INVALID_TOPIC_EXCEPTION' | 'UNKNOWN_SERVER_ERROR';
  readonly message: string | null;
}

export interface EntityConfig {
  readonly entity: string;
  readonly configs: Options;
}

/** None if the znode is not there (KafkaZkClient.getEntityConfigs). */
export function* entityConfig(entity: string): Zk<Options> {
  return parseConfig(dataOf(yield* ask(getData(configPath(entity)))));
}

export function* topicConfigs(topics: readonly string[]): Zk<{ readonly [topic: string]: Options }> {
  const results = yield* askAll(topics.map((topic) => getData(topicConfigPath(topic))));
  return Object.fromEntries(topics.map((topic, index) => [topic, parseConfig(dataOf(results[index]))]));
}

/** Which replicas the partitions of these topics have; null: there is no such topic. */
export function* assignmentsOf(topics: readonly string[]): Zk<readonly (readonly PartitionReplicas[] | null)[]> {
  const results = yield* askAll(topics.map((topic) => getData(topicPath(topic))));
  return results.map((result) => parseTopic(dataOf(result)));
}

function* setOrCreateConfig(path: string, configs: Options): Zk<void> {
  const data = encodeConfig(configs);
  const set = yield* ask(setData(path, data, ANY));
  if (set.err === 'NONODE') yield* ensurePath(path, data);
  else if (set.err !== 'OK') throw new ZkFailure(set.err, path);
}

/** Config first, then the assignment, which is what the controller watches (createTopicWithAssignment). */
export function* createTopic({ topic, partitions, configs }: TopicPlan): Zk<TopicOutcome> {
  const there = yield* children(TOPICS);
  const exists: TopicOutcome = { topic, error: 'TOPIC_ALREADY_EXISTS', message: `Topic '${topic}' already exists.` };
  if (there.includes(topic)) return exists;
  const alike = there.filter((name) => hasCollision(name, topic));
  if (alike.length > 0) return { topic, error: 'INVALID_TOPIC_EXCEPTION', message: `Topic '${topic}' collides with existing topics: ${alike.join(', ')}` };
  yield* setOrCreateConfig(topicConfigPath(topic), configs);
  const made = yield* ask(create(topicPath(topic), encodeTopic(partitions)));
  if (made.err === 'OK') return { topic, error: 'NONE', message: null };
  return made.err === 'NODEEXISTS' ? exists : { topic, error: 'UNKNOWN_SERVER_ERROR', message: null };
}

/** Brokers are told by a sequential znode (changeEntityConfig). */
export function* changeConfig(entity: string, configs: Options): Zk<void> {
  yield* setOrCreateConfig(configPath(entity), configs);
  yield* createSequential(CONFIG_CHANGE_PREFIX, encodeConfigChange(entity));
}
