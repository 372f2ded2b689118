/** `kafka-topics.sh --zookeeper` (`ZookeeperTopicService`): everything is read from ZooKeeper and written to it. */
import { assignReplicas, startIndexForAddedPartitions } from '../../kafka/controller/assignment.ts';
import { exceptionName } from '../../kafka/clients/exceptions.ts';
import { replicaLimitProblem } from '../../kafka/lab-limits.ts';
import { INTERNAL_TOPICS, topicNameProblem } from '../../kafka/topic-name.ts';
import { ask, askAll, children, readBrokers } from '../../kafka/zookeeper/procedures.ts';
import { ANY, create, dataOf, exists, getData, setData, statOf } from '../../kafka/zookeeper/requests.ts';
import { assignmentsOf, changeConfig, createTopic, entityConfig, inHashMap } from '../../kafka/zookeeper/topics.ts';
import { deleteTopicPath, encodeTopic, parsePartitionState, partitionStatePath, TOPICS, topicPath, type PartitionReplicas } from '../../kafka/zookeeper/znodes.ts';
import { concurrentMapOrder } from '../../zookeeper/java-hash-order.ts';
import { onZooKeeper, out, randomInt } from './asking.ts';
import { apiException, illegalArgument, JavaException } from './java.ts';
import { has, numberOf, valueOf, type Options } from './options.ts';
import type { Script } from './script.ts';
import {
  configsToAdd, configsToDelete, describesPartitions, describesTopics, ensureTopicExists, isShown, matchingTopics, printPartition, printTopic,
  replicaAssignment, warnOfCollision, type DescribedPartition, type TopicService,
} from './topic-service.ts';

const operationFailed = (message: string): JavaException => new JavaException('kafka.admin.AdminOperationException', message);

/** Live brokers by id, with their racks unless they are not to count. */
function* brokerMetadatas(ignoresRacks: boolean): Script<readonly { readonly id: number; readonly rack: string | null }[]> {
  const brokers = (yield* onZooKeeper(readBrokers())).map(({ info }) => ({ id: info.id, rack: ignoresRacks ? null : (info.rack ?? null) }));
  const racked = brokers.filter(({ rack }) => rack !== null).length;
  if (racked > 0 && racked < brokers.length) {
    throw operationFailed('Not all brokers have rack information. Add --disable-rack-aware in command line to make replica assignment without rack information.');
  }
  return brokers;
}

function* isMarkedForDeletion(topic: string): Script<boolean> {
  return (yield* onZooKeeper(ask(exists(deleteTopicPath(topic))))).err === 'OK';
}

function* assignmentOf(topic: string): Script<readonly PartitionReplicas[] | null> {
  return (yield* onZooKeeper(assignmentsOf([topic])))[0] ?? null;
}

/** So few are not worth counting what the cluster has, topic by topic. */
const FEW_REPLICAS = 100;

/** Replicas of all topics, where many more are wanted. */
function* existingReplicas(added: number): Script<number> {
  if (!(added > FEW_REPLICAS)) return 0;
  const topics = yield* onZooKeeper(children(TOPICS));
  const assignments = yield* onZooKeeper(assignmentsOf(topics));
  return assignments.flatMap((assignment) => assignment ?? []).reduce((sum, { replicas }) => sum + replicas.length, 0);
}

function* checkBearable(added: readonly (readonly number[])[]): Script<void> {
  const count = added.flat().length;
  const tooMany = replicaLimitProblem(yield* existingReplicas(count), count);
  if (tooMany !== null) throw apiException(exceptionName('POLICY_VIOLATION'), tooMany);
}

export function zookeeperTopicService(asked: Options): TopicService {
  const getTopics = function* (): Script<readonly string[]> {
    return matchingTopics(asked, yield* onZooKeeper(children(TOPICS)));
  };

  return {
    *create() {
      const topic = valueOf(asked, 'topic')!;
      const count = numberOf(asked, 'partitions');
      const replicationFactor = numberOf(asked, 'replication-factor') ?? -1;
      const given = yield* replicaAssignment(asked);
      const configs = configsToAdd(asked);
      yield* warnOfCollision(topic);
      if (given) yield* checkBearable(given);
      const partitions = given ? given.map((replicas, partition) => ({ partition, replicas })) : yield* assign(count!, replicationFactor, has(asked, 'disable-rack-aware'));
      const nameProblem = topicNameProblem(topic);
      if (nameProblem !== null) throw apiException('InvalidTopicException', nameProblem);
      const { error, message } = yield* onZooKeeper(createTopic({ topic, partitions, configs }));
      if (error === 'NONE') yield* out(`Created topic ${topic}.`);
      else if (error !== 'TOPIC_ALREADY_EXISTS' || !has(asked, 'if-not-exists')) throw apiException(exceptionName(error), message ?? '');
    },

    *list() {
      for (const topic of yield* getTopics()) {
        yield* out((yield* isMarkedForDeletion(topic)) ? `${topic} - marked for deletion` : topic);
      }
    },

    *alter() {
      const topics = yield* getTopics();
      const count = numberOf(asked, 'partitions');
      const given = yield* replicaAssignment(asked);
      const added = configsToAdd(asked);
      const removed = configsToDelete(asked);
      if (!has(asked, 'if-exists')) ensureTopicExists(topics, 'ZookeeperTopicService.alterTopic', 312, 'alter');
      for (const topic of topics) {
        if (has(asked, 'config') || has(asked, 'delete-config')) {
          yield* out('WARNING: Altering topic configuration from this script has been deprecated and may be removed in future releases.');
          yield* out('         Going forward, please use kafka-configs.sh for this functionality');
          const configs = { ...(yield* onZooKeeper(entityConfig(`topics/${topic}`))), ...added };
          for (const name of removed) delete configs[name];
          yield* onZooKeeper(changeConfig(`topics/${topic}`, configs));
          yield* out(`Updated config for topic ${topic}.`);
        }
        if (count !== undefined) yield* addPartitions(topic, count, given);
      }
    },

    *describe() {
      const topics = yield* getTopics();
      if (!(has(asked, 'topic') && has(asked, 'if-exists'))) ensureTopicExists(topics, 'ZookeeperTopicService.describeTopic', 350, 'describe');
      const liveBrokers = (yield* onZooKeeper(readBrokers())).map(({ info }) => info.id);
      for (const topic of topics) {
        const assignment = yield* assignmentOf(topic);
        if (!assignment) {
          yield* out(`Topic ${topic} doesn't exist!`);
          continue;
        }
        const isMarked = yield* isMarkedForDeletion(topic);
        const partitions = yield* partitionsOf(topic, assignment);
        if (describesTopics(asked)) {
          const own = concurrentMapOrder(Object.entries(yield* onZooKeeper(entityConfig(`topics/${topic}`))), ([name]) => name);
          if (describesPartitions(asked) || own.length > 0) yield* printTopic(topic, partitions, own, isMarked ? '\tMarkedForDeletion:true' : '');
        }
        if (!describesPartitions(asked)) continue;
        const mark = isMarked && !describesTopics(asked) ? '\tMarkedForDeletion: true' : '';
        for (const partition of partitions) if (isShown(asked, partition, liveBrokers, 0)) yield* printPartition(partition, mark);
      }
    },

    *remove() {
      const topics = yield* getTopics();
      if (!has(asked, 'if-exists')) ensureTopicExists(topics, 'ZookeeperTopicService.deleteTopic', 396, 'remove');
      for (const topic of topics) {
        if (INTERNAL_TOPICS.includes(topic)) throw operationFailed(`Topic ${topic} is a kafka internal topic and is not allowed to be marked for deletion.`);
        const made = yield* onZooKeeper(ask(create(deleteTopicPath(topic), null)));
        if (made.err === 'NODEEXISTS') yield* out(`Topic ${topic} is already marked for deletion.`);
        else if (made.err !== 'OK') throw operationFailed(`Error while deleting topic ${topic}`);
        else {
          yield* out(`Topic ${topic} is marked for deletion.`);
          yield* out('Note: This will have no impact if delete.topic.enable is not set to true.');
        }
      }
    },
  };
}

function* assign(partitionCount: number, replicationFactor: number, ignoresRacks: boolean): Script<readonly PartitionReplicas[]> {
  const brokers = yield* brokerMetadatas(ignoresRacks);
  const draw = (): Script<number> => randomInt(0, Math.max(0, brokers.length - 1));
  const assigned = assignReplicas(brokers, { partitionCount, replicationFactor, startIndex: yield* draw(), shift: yield* draw(), existingReplicas: yield* existingReplicas(partitionCount * replicationFactor) });
  if ('error' in assigned) throw apiException(exceptionName(assigned.error), assigned.message);
  return inHashMap(assigned.partitions);
}

/** Without a state znode there is no leader yet. */
function* partitionsOf(topic: string, assignment: readonly PartitionReplicas[]): Script<readonly DescribedPartition[]> {
  const states = yield* onZooKeeper(askAll(assignment.map(({ partition }) => getData(partitionStatePath(topic, partition)))));
  return assignment.map(({ partition, replicas }, index): DescribedPartition => {
    const state = parsePartitionState(dataOf(states[index]), statOf(states[index])?.version ?? 0);
    return { topic, partition, replicas, leader: state?.leader ?? null, isr: state?.isr ?? [] };
  });
}

function* addPartitions(topic: string, count: number, given: readonly (readonly number[])[] | undefined): Script<void> {
  if (INTERNAL_TOPICS.includes(topic)) {
    const names = `[${INTERNAL_TOPICS.join(', ')}]`;
    throw illegalArgument(`The number of partitions for the internal topics${names} cannot be changed.`);
  }
  yield* out('WARNING: If partitions are increased for a topic that has a key, the partition logic or ordering of the messages will be affected');
  const existing = (yield* assignmentOf(topic)) ?? [];
  if (existing.length === 0) throw apiException('InvalidTopicException', `The topic ${topic} does not exist`);
  const brokers = yield* brokerMetadatas(false);
  const first = existing[0]!.replicas;
  const more = count - existing.length;
  if (more <= 0) {
    throw apiException(
      'InvalidPartitionsException',
      `The number of partitions for a topic can only be increased. Topic ${topic} currently has ${existing.length} partitions, ${count} would not be an increase.`,
    );
  }
  const proposed = given?.slice(existing.length).map((replicas, index) => ({ partition: existing.length + index, replicas })) ?? [];
  let added: readonly PartitionReplicas[] = proposed;
  if (proposed.length > 0) {
    checkProposed(proposed, first.length, brokers.map(({ id }) => id));
    yield* checkBearable(proposed.map(({ replicas }) => replicas));
  } else {
    const startIndex = startIndexForAddedPartitions(brokers, first[0]!);
    const assigned = assignReplicas(brokers, { partitionCount: more, replicationFactor: first.length, startIndex, shift: startIndex, startPartition: existing.length, existingReplicas: yield* existingReplicas(more * first.length) });
    if ('error' in assigned) throw apiException(exceptionName(assigned.error), assigned.message);
    added = assigned.partitions;
  }
  const written = yield* onZooKeeper(ask(setData(topicPath(topic), encodeTopic([...existing, ...added]), ANY)));
  if (written.err !== 'OK') throw operationFailed(`org.apache.zookeeper.KeeperException: KeeperErrorCode = ${written.err}`);
  yield* out('Adding partitions succeeded!');
}

function checkProposed(proposed: readonly PartitionReplicas[], replicationFactor: number, available: readonly number[]): void {
  for (const { partition, replicas } of proposed) {
    if (replicas.some((id) => !available.includes(id))) {
      throw apiException(
        'BrokerNotAvailableException',
        `Some brokers specified for partition id ${partition} are not available. Specified brokers: ${replicas.join(', ')}, available brokers: ${available.join(', ')}.`,
      );
    }
  }
  const odd = proposed.filter(({ replicas }) => replicas.length !== replicationFactor);
  if (odd.length === 0) return;
  const partitions = odd.map(({ partition }) => partition).join(', ');
  const factors = odd.map(({ replicas }) => replicas.length).join(', ');
  throw apiException(
    'InvalidReplicaAssignmentException',
    `Inconsistent replication factor between partitions, partition 0 has ${replicationFactor} while partitions [${partitions}] have replication factors [${factors}], respectively.`,
  );
}
