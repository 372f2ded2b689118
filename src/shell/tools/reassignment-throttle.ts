/**
 * The throttle of a reassignment (`kafka.admin.ReassignPartitionsCommand` 2.3.0): which replicas it is about stands with their topics, how many bytes
 * a second a broker may send and receive of them with the broker. Nobody but `--verify` takes it away again.
 */
import { replicationRates, throttledRates, throttledReplicas } from '../../kafka/broker/dynamic-config.ts';
import { topicPartition, topicPartitionHash } from '../../kafka/topic-partition.ts';
import { ask, askAll, readBrokers } from '../../kafka/zookeeper/procedures.ts';
import { dataOf, getData } from '../../kafka/zookeeper/requests.ts';
import { changeConfig, type Options } from '../../kafka/zookeeper/topics.ts';
import { parseConfig, parseTopic, topicPath, type PartitionTarget } from '../../kafka/zookeeper/znodes.ts';
import { onZooKeeper, out } from './asking.ts';
import { javaStringHash } from '../../zookeeper/java-hash-order.ts';
import { scalaMapOrder } from './scala.ts';
import type { Script } from './script.ts';

export const nameOf = ({ topic, partition }: PartitionTarget): string => topicPartition(topic, partition);

export const hashOf = ({ topic, partition }: PartitionTarget): number => topicPartitionHash(topic, partition);

/** In the order of the real tool's maps, whose partitions of one topic are sorted here before. */
export function* currentAssignment(topics: readonly string[]): Script<readonly PartitionTarget[]> {
  const names = scalaMapOrder([...new Set(topics)], javaStringHash);
  const znodes = yield* onZooKeeper(askAll(names.map((topic) => getData(topicPath(topic)))));
  const assignment = names.flatMap((topic, index) => (parseTopic(dataOf(znodes[index])) ?? []).map(({ partition, replicas }) => ({ topic, partition, replicas })));
  return scalaMapOrder(assignment, hashOf);
}

const topicsOf = (targets: readonly PartitionTarget[]): readonly string[] => [...new Set(targets.map(({ topic }) => topic))];
const listed = (replicas: readonly PartitionTarget[]): string => replicas.flatMap(({ partition, replicas: brokers }) => brokers.map((broker) => `${partition}:${broker}`)).join(',');

function* storedConfig(entity: string): Script<Options> {
  return parseConfig(dataOf(yield* onZooKeeper(ask(getData(`/config/${entity}`)))));
}

/** Gives true if any of the options was there. */
function* without(entity: string, options: readonly string[]): Script<boolean> {
  const stored = yield* storedConfig(entity);
  const kept = Object.fromEntries(Object.entries(stored).filter(([option]) => !options.includes(option)));
  if (Object.keys(kept).length === Object.keys(stored).length) return false;
  yield* onZooKeeper(changeConfig(entity, kept));
  return true;
}

/** As leaders all that have the partition now are limited, as followers those that are to get it. */
function* throttleReplicas(current: readonly PartitionTarget[], targets: readonly PartitionTarget[]): Script<void> {
  const had = (target: PartitionTarget): readonly number[] => current.find((one) => nameOf(one) === nameOf(target))?.replicas ?? [];
  const coming = targets.map((target) => ({ ...target, replicas: target.replicas.filter((broker) => !had(target).includes(broker)) }));
  const moving = current.filter((one) => coming.some((target) => nameOf(target) === nameOf(one) && target.replicas.length > 0));
  for (const topic of topicsOf(targets)) {
    const ofTopic = (one: PartitionTarget): boolean => one.topic === topic;
    const stored = yield* storedConfig(`topics/${topic}`);
    yield* onZooKeeper(changeConfig(`topics/${topic}`, { ...stored, [throttledReplicas.leader]: listed(moving.filter(ofTopic)), [throttledReplicas.follower]: listed(coming.filter(ofTopic)) }));
  }
}

/** All brokers that have a replica of these topics or are to get one. */
export function* limitBrokers(targets: readonly PartitionTarget[], rate: string): Script<void> {
  const current = yield* currentAssignment(topicsOf(targets));
  for (const broker of new Set([...current, ...targets].flatMap(({ replicas }) => replicas))) {
    const stored = yield* storedConfig(`brokers/${broker}`);
    yield* onZooKeeper(changeConfig(`brokers/${broker}`, { ...stored, [throttledRates.leader]: rate, [throttledRates.follower]: rate }));
  }
}

export function* throttleMoves(current: readonly PartitionTarget[], targets: readonly PartitionTarget[], rate: string): Script<void> {
  yield* out('Warning: You must run Verify periodically, until the reassignment completes, to ensure the throttle is removed. You can also alter the throttle by rerunning the Execute command passing a new value.');
  yield* throttleReplicas(current, targets);
  yield* limitBrokers(targets, rate);
  yield* out(`The inter-broker throttle limit was set to ${rate} B/s`);
}

/** From all brokers that live and from the topics of the plan; gives true if there was any. */
export function* removeThrottle(targets: readonly PartitionTarget[]): Script<boolean> {
  let isRemoved = false;
  for (const { info } of yield* onZooKeeper(readBrokers())) isRemoved = (yield* without(`brokers/${info.id}`, replicationRates)) || isRemoved;
  for (const topic of topicsOf(targets)) isRemoved = (yield* without(`topics/${topic}`, Object.values(throttledReplicas))) || isRemoved;
  return isRemoved;
}
