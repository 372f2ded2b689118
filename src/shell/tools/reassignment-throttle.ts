/**
 * The throttle of a reassignment (`kafka.admin.ReassignPartitionsCommand` 2.3.0): which replicas it is about stands with their topics, how many bytes
 * a second a broker may send and receive of them with the broker. Nobody but `--verify` takes it away again.
 */
import { replicationRates, throttledRates, throttledReplicas } from '../../kafka/broker/dynamic-config.ts';
import { hashOf, nameOf } from '../../kafka/topic-partition.ts';
import { readBrokers } from '../../kafka/zookeeper/procedures.ts';
import { immutableMapOrder } from '../../kafka/zookeeper/scala-map-order.ts';
import { assignmentsOf, changeConfig, entityConfig, type Options } from '../../kafka/zookeeper/topics.ts';
import type { PartitionTarget } from '../../kafka/zookeeper/znodes.ts';
import { onZooKeeper, out } from './asking.ts';
import { javaStringHash } from '../../zookeeper/java-hash-order.ts';
import type { Script } from './script.ts';

/** In the order of the real tool's maps, whose partitions of one topic are sorted here before. */
export function* currentAssignment(topics: readonly string[]): Script<readonly PartitionTarget[]> {
  const names = immutableMapOrder([...new Set(topics)], javaStringHash);
  const known = yield* onZooKeeper(assignmentsOf(names));
  const assignment = names.flatMap((topic, index) => (known[index] ?? []).map(({ partition, replicas }) => ({ topic, partition, replicas })));
  return immutableMapOrder(assignment, hashOf);
}

const topicsOf = (targets: readonly PartitionTarget[]): readonly string[] => [...new Set(targets.map(({ topic }) => topic))];
const listed = (replicas: readonly PartitionTarget[]): string => replicas.flatMap(({ partition, replicas: brokers }) => brokers.map((broker) => `${partition}:${broker}`)).join(',');

function* withAdded(entity: string, options: Options): Script<void> {
  const stored = yield* onZooKeeper(entityConfig(entity));
  yield* onZooKeeper(changeConfig(entity, { ...stored, ...options }));
}

/** Gives true if any of the options was there. */
function* without(entity: string, options: readonly string[]): Script<boolean> {
  const stored = yield* onZooKeeper(entityConfig(entity));
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
    yield* withAdded(`topics/${topic}`, { [throttledReplicas.leader]: listed(moving.filter(ofTopic)), [throttledReplicas.follower]: listed(coming.filter(ofTopic)) });
  }
}

/** All brokers that have a replica of these topics or are to get one. */
export function* limitBrokers(targets: readonly PartitionTarget[], rate: string): Script<void> {
  const current = yield* currentAssignment(topicsOf(targets));
  for (const broker of new Set([...current, ...targets].flatMap(({ replicas }) => replicas))) {
    yield* withAdded(`brokers/${broker}`, { [throttledRates.leader]: rate, [throttledRates.follower]: rate });
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
