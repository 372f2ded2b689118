/** What the controller reads from and writes to partition znodes, many at a time (kafka.zk.KafkaZkClient). */
import { askAll, fenced, type Zk } from '../zookeeper/procedures.ts';
import { create, dataOf, setData, statOf, type ZkError } from '../zookeeper/requests.ts';
import {
  encodePartitionState, parsePartitionState, parseConfig, parseTopic, partitionPath, partitionStatePath, topicConfigPath, topicPartitionsPath, topicPath,
  type LeaderAndIsr,
} from '../zookeeper/znodes.ts';
import { partitionKey, partitionOf, topicOf, type PartitionKey, type PartitionLeadership } from './context.ts';
import { readData, type Run } from './run.ts';

const statePath = (key: PartitionKey): string => {
  const { topic, partition } = partitionOf(key);
  return partitionStatePath(topic, partition);
};

/** Stored leadership of each partition; partitions without a state znode are left out. */
export function* readPartitionStates(run: Run, keys: readonly PartitionKey[]): Zk<ReadonlyMap<PartitionKey, PartitionLeadership>> {
  const results = yield* askAll(keys.map((key) => readData(run, statePath(key))));
  const found = new Map<PartitionKey, PartitionLeadership>();
  keys.forEach((key, index) => {
    const stat = statOf(results[index]);
    const state = stat && parsePartitionState(dataOf(results[index]), stat.version);
    if (state) found.set(key, state);
  });
  return found;
}

/** Reads `/brokers/topics/T`, arming the watch of topics listened to. */
export function* readAssignments(run: Run, topics: readonly string[]): Zk<ReadonlyMap<PartitionKey, readonly number[]>> {
  const results = yield* askAll(topics.map((topic) => readData(run, topicPath(topic))));
  const found = new Map<PartitionKey, readonly number[]>();
  topics.forEach((topic, index) => {
    for (const { partition, replicas } of parseTopic(dataOf(results[index])) ?? []) found.set(partitionKey({ topic, partition }), replicas);
  });
  return found;
}

/** `…/partitions` of each topic, then each partition, then each state: three batches. Answers the errors of the last one. */
export function* createPartitionStates(run: Run, states: ReadonlyMap<PartitionKey, LeaderAndIsr>): Zk<ReadonlyMap<PartitionKey, ZkError>> {
  const { epoch, epochZkVersion } = run.context;
  const keys = [...states.keys()];
  const topics = [...new Set(keys.map(topicOf))];
  yield* fenced(topics.map((topic) => create(topicPartitionsPath(topic), null)), epochZkVersion);
  yield* fenced(keys.map((key) => create(partitionPath(topicOf(key), partitionOf(key).partition), null)), epochZkVersion);
  const results = yield* fenced(keys.map((key) => create(statePath(key), encodePartitionState(states.get(key)!, epoch))), epochZkVersion);
  return new Map(keys.map((key, index) => [key, results[index]!.err]));
}

export interface UpdatedStates {
  readonly updated: ReadonlyMap<PartitionKey, PartitionLeadership>;
  /** The state znode was changed meanwhile (by the leader's ISR write): read again and decide anew. */
  readonly retry: readonly PartitionKey[];
  readonly failed: ReadonlyMap<PartitionKey, ZkError>;
}

/** Writes on condition of each state's `zkVersion` and of the controller epoch; the leader epoch is the caller's. */
export function* updatePartitionStates(run: Run, states: ReadonlyMap<PartitionKey, LeaderAndIsr>): Zk<UpdatedStates> {
  const { epoch, epochZkVersion } = run.context;
  const keys = [...states.keys()];
  const results = yield* fenced(
    keys.map((key) => setData(statePath(key), encodePartitionState(states.get(key)!, epoch), states.get(key)!.zkVersion)),
    epochZkVersion,
  );
  const updated = new Map<PartitionKey, PartitionLeadership>();
  const retry: PartitionKey[] = [];
  const failed = new Map<PartitionKey, ZkError>();
  keys.forEach((key, index) => {
    const { err, version } = results[index]!;
    if (err === 'OK') updated.set(key, { ...states.get(key)!, zkVersion: version, controllerEpoch: epoch });
    else if (err === 'BADVERSION') retry.push(key);
    else failed.set(key, err);
  });
  return { updated, retry, failed };
}

/** Topics whose own or else the broker's unclean.leader.election.enable is true. */
export function* readUncleanTopics(run: Run, topics: readonly string[]): Zk<ReadonlySet<string>> {
  const results = yield* askAll(topics.map((topic) => readData(run, topicConfigPath(topic))));
  return new Set(
    topics.filter((_, index) => {
      const value = parseConfig(dataOf(results[index]))['unclean.leader.election.enable'];
      return value === undefined ? run.config.uncleanLeaderElectionEnable : value === 'true';
    }),
  );
}
