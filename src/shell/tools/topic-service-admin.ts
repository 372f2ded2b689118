/** `kafka-topics.sh --bootstrap-server` (`AdminClientTopicService`): everything is asked of brokers. */
import { errorMessage, type ErrorName } from '../../kafka/protocol/errors.ts';
import type { ConfigEntry } from '../../kafka/protocol/describe-configs.ts';
import { exceptionName } from '../../kafka/clients/exceptions.ts';
import { call, metadataOf, out } from './asking.ts';
import { copiedMapOrder, javaHashOrder, javaStringHash, sizedMapOrder } from '../../zookeeper/java-hash-order.ts';
import { apiException, executionException, illegalArgument, JavaException } from './java.ts';
import { has, numberOf, valueOf, type Options } from './options.ts';
import type { Script } from './script.ts';
import {
  configsToAdd, describesPartitions, describesTopics, ensureTopicExists, isShown, mainFrames, matchingTopics, printPartition, printTopic, replicaAssignment,
  warnOfCollision, type DescribedPartition, type TopicService,
} from './topic-service.ts';

const at = (method: string, line: number): string => `kafka.admin.TopicCommand$AdminClientTopicService.${method}(TopicCommand.scala:${line})`;
const inCreate = (line: number): readonly string[] => [
  at('createTopic', line),
  'kafka.admin.TopicCommand$TopicService$class.createTopic(TopicCommand.scala:149)',
  at('createTopic', 172),
  ...mainFrames('create'),
];

/** `get` of a future, called at a place of the tool. */
function* get<Value>(question: Script<Value>, frames: readonly string[]): Script<Value> {
  try {
    return yield* question;
  } catch (error) {
    throw error instanceof JavaException && error.className.startsWith('org.apache.kafka.common.errors.') ? executionException(error, frames) : error;
  }
}

function* refuse(results: readonly { readonly error: ErrorName; readonly errorMessage?: string | null }[]): Script<void> {
  const failed = results.find(({ error }) => error !== 'NONE');
  if (failed) throw apiException(exceptionName(failed.error), failed.errorMessage ?? errorMessage(failed.error));
}

function* allTopics(withInternal: boolean): Script<readonly string[]> {
  const { topics } = yield* metadataOf(null, true);
  return topics.filter(({ isInternal }) => withInternal || !isInternal).map(({ topic }) => topic);
}

export function adminTopicService(asked: Options, properties: { readonly [key: string]: string }): TopicService {
  const timeoutMs = Number(properties['request.timeout.ms'] ?? 120_000);

  const getTopics = function* (caller: string, line: number, main: 'alter' | 'list' | 'describe' | 'remove'): Script<readonly string[]> {
    const all = yield* get(allTopics(!has(asked, 'exclude-internal')), [at('getTopics', 272), at(caller, line), ...mainFrames(main)]);
    return matchingTopics(asked, all);
  };

  return {
    *create() {
      const topic = valueOf(asked, 'topic')!;
      const numPartitions = numberOf(asked, 'partitions');
      const replicationFactor = numberOf(asked, 'replication-factor') ?? -1;
      const assignment = yield* replicaAssignment(asked);
      const configs = configsToAdd(asked);
      yield* warnOfCollision(topic);
      if (replicationFactor > 32767) {
        throw illegalArgument("The replication factor's maximum value must be smaller or equal to 32767", inCreate(176));
      }
      if ((yield* get(allTopics(false), inCreate(178))).includes(topic)) {
        throw illegalArgument(`Topic ${topic} already exists`, inCreate(192));
      }
      yield* get(
        (function* (): Script<void> {
          if (topic === '') throw apiException('InvalidTopicException', "The given topic name '' cannot be represented in a request.");
          const wanted = {
            topic,
            numPartitions: assignment ? -1 : numPartitions!,
            replicationFactor: assignment ? -1 : replicationFactor,
            assignments: (assignment ?? []).map((brokerIds, partition) => ({ partition, brokerIds })),
            configs: Object.entries(configs).map(([name, value]) => ({ name, value })),
          };
          yield* refuse((yield* call('CreateTopics', { topics: [wanted], timeoutMs, validateOnly: false })).topics);
        })(),
        inCreate(190),
      );
    },

    *list() {
      yield* out((yield* getTopics('listTopics', 197, 'list')).join('\n'));
    },

    *alter() {
      const count = numberOf(asked, 'partitions')!;
      const assignment = yield* replicaAssignment(asked);
      configsToAdd(asked);
      const topics = yield* getTopics('alterTopic', 202, 'alter');
      ensureTopicExists(topics, 'AdminClientTopicService.alterTopic', 203, 'alter');
      const known = assignment ? yield* partitionsOf(topics) : [];
      yield* get(
        (function* (): Script<void> {
          const wanted = topics.map((topic) => ({
            topic,
            count,
            assignments: assignment ? assignment.slice(known.filter((one) => one.topic === topic).length) : null,
          }));
          yield* refuse((yield* call('CreatePartitions', { topics: wanted, timeoutMs, validateOnly: false })).topics);
        })(),
        [at('alterTopic', 215), ...mainFrames('alter')],
      );
    },

    *describe() {
      const topics = yield* getTopics('describeTopic', 219, 'describe');
      const nodes = yield* get(
        metadataOf([], true),
        [at('describeTopic', 221), ...mainFrames('describe')],
      );
      const liveBrokers = nodes.brokers.map(({ nodeId }) => nodeId);
      const described = yield* get(partitionsOf(topics), [at('describeTopic', 222), ...mainFrames('describe')]);
      const configs = yield* get(configsOf(topics), inForeach);
      for (const topic of describedOrder(topics)) {
        const partitions = described.filter((partition) => partition.topic === topic);
        const entries = configs[topic]!;
        const own = entries.filter(({ source }) => source !== 'DEFAULT_CONFIG');
        if (describesTopics(asked) && (describesPartitions(asked) || own.length > 0)) {
          yield* printTopic(topic, partitions, own.map(({ name, value }) => [name, value] as const));
        }
        if (!describesPartitions(asked)) continue;
        const minIsr = Number(entries.find(({ name }) => name === 'min.insync.replicas')?.value ?? 0);
        for (const partition of partitions) if (isShown(asked, partition, liveBrokers, minIsr)) yield* printPartition(partition);
      }
    },

    *remove() {
      const topics = yield* getTopics('deleteTopic', 261, 'remove');
      ensureTopicExists(topics, 'AdminClientTopicService.deleteTopic', 262, 'remove');
      yield* get(
        (function* (): Script<void> {
          yield* refuse((yield* call('DeleteTopics', { topicNames: topics, timeoutMs })).responses);
        })(),
        [at('deleteTopic', 263), ...mainFrames('remove')],
      );
    },
  };
}

/** `describeTopics(...).all()`: a table made for their number, filled from a copy of another such table. */
function describedOrder(topics: readonly string[]): readonly string[] {
  const inTable = (names: readonly string[]): readonly string[] => sizedMapOrder(names, javaStringHash);
  return inTable(copiedMapOrder(inTable(topics), javaStringHash));
}

/** Where the tool waits for the configurations: inside its loop over the topics. */
const inForeach = [
  'kafka.admin.TopicCommand$AdminClientTopicService$$anonfun$describeTopic$1.apply(TopicCommand.scala:228)',
  'kafka.admin.TopicCommand$AdminClientTopicService$$anonfun$describeTopic$1.apply(TopicCommand.scala:225)',
  'scala.collection.Iterator$class.foreach(Iterator.scala:891)',
  'scala.collection.AbstractIterator.foreach(Iterator.scala:1334)',
  'scala.collection.IterableLike$class.foreach(IterableLike.scala:72)',
  'scala.collection.AbstractIterable.foreach(Iterable.scala:54)',
  at('describeTopic', 225),
  ...mainFrames('describe'),
];

/** `describeTopics`: partitions of these topics, ascending, as the controller knows them. */
function* partitionsOf(topics: readonly string[]): Script<readonly DescribedPartition[]> {
  if (topics.length === 0) return [];
  const response = yield* metadataOf(topics, false, { node: 'controller' });
  yield* refuse(response.topics);
  return response.topics.flatMap(({ topic, partitions }) =>
    [...partitions]
      .sort((a, b) => a.partition - b.partition)
      .map(({ partition, leaderId, replicaNodes, isrNodes }) => ({ topic, partition, leader: leaderId < 0 ? null : leaderId, replicas: replicaNodes, isr: isrNodes })),
  );
}

/** `describeConfigs`, each topic's in the order of the client's table. */
function* configsOf(topics: readonly string[]): Script<{ readonly [topic: string]: readonly ConfigEntry[] }> {
  if (topics.length === 0) return {};
  const resources = topics.map((resourceName) => ({ resourceType: 'TOPIC' as const, resourceName, configNames: null }));
  const { results } = yield* call('DescribeConfigs', { resources, includeSynonyms: false });
  yield* refuse(results);
  return Object.fromEntries(results.map(({ resourceName, configs }) => [resourceName, javaHashOrder(configs, ({ name }) => name)]));
}
