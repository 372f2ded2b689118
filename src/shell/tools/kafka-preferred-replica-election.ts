/** `kafka-preferred-replica-election.sh` (`kafka.admin.PreferredReplicaLeaderElectionCommand` 2.3.0). */
import { exceptionName } from '../../kafka/clients/exceptions.ts';
import { errorMessage } from '../../kafka/protocol/errors.ts';
import { isSamePartition, nameOf, parseTopicPartition, topicPartition, type TopicPartition } from '../../kafka/topic-partition.ts';
import { ask, children } from '../../kafka/zookeeper/procedures.ts';
import { create, dataOf, getData } from '../../kafka/zookeeper/requests.ts';
import { assignmentsOf } from '../../kafka/zookeeper/topics.ts';
import { encodePartitionList, parsePartitionList, PREFERRED_REPLICA_ELECTION, TOPICS } from '../../kafka/zookeeper/znodes.ts';
import { call, closeZooKeeper, onZooKeeper, openClient, openZooKeeper, out } from './asking.ts';
import { apiException, JavaException, throwableText } from './java.ts';
import { duplicates, field, integer, objects, parseObject, text } from './json.ts';
import { has, parseOptions, UsageError, valueOf, type OptionSpec } from './options.ts';
import { scripted, type Script } from './script.ts';
import { helpOrVersion, propertiesFile, readText, type ReadFile, type Tool } from './tool.ts';

const TIMEOUT_MS = 30_000;

const options: readonly OptionSpec[] = [
  {
    name: 'path-to-json-file',
    description: 'The partitions, as {"partitions": [{"topic": "foo", "partition": 1}]}; left out: all.',
    argument: { type: 'String', describedAs: 'list of partitions for which preferred replica leader election needs to be triggered' },
  },
  { name: 'zookeeper', description: 'DEPRECATED: ZooKeeper, as host:port.', argument: { type: 'String', describedAs: 'urls' } },
  { name: 'bootstrap-server', description: 'A broker to ask, as host:port.', argument: { type: 'String', describedAs: 'host:port' } },
  { name: 'admin.config', description: 'Properties of the admin client.', argument: { type: 'String', describedAs: 'config file' } },
];

const frame = (method: string, line: number): string => `kafka.admin.PreferredReplicaLeaderElectionCommand${method}(PreferredReplicaLeaderElectionCommand.scala:${line})`;
const MAIN = [frame('$.run', 78), frame('$.main', 42), 'kafka.admin.PreferredReplicaLeaderElectionCommand.main(PreferredReplicaLeaderElectionCommand.scala)'];

interface Plan {
  readonly zookeeper: string | null;
  readonly bootstrapServers: string;
  readonly adminProperties: { readonly [key: string]: string };
  /** null: all. */
  readonly partitions: readonly TopicPartition[] | null;
}

const commandFailed = (message: string, cause: JavaException | null = null, frames: readonly string[] = [], suppressed: readonly JavaException[] = []): JavaException =>
  new JavaException('kafka.common.AdminCommandFailedException', message, frames, cause, suppressed);
const operationFailed = (message: string): JavaException => new JavaException('kafka.admin.AdminOperationException', message);

function parsePartitions(json: string): readonly TopicPartition[] {
  const object = parseObject(json);
  if (!object || !Object.hasOwn(object, 'partitions')) throw operationFailed('Preferred replica election data is empty');
  const partitions = objects(object['partitions']).map((one) => ({ topic: text(field(one, 'topic')), partition: integer(field(one, 'partition')) }));
  const names = partitions.map(nameOf);
  const twice = duplicates(names);
  if (twice.length > 0) throw operationFailed(`Preferred replica election data contains duplicate partitions: ${twice.join(',')}`);
  return partitions;
}

function plan(args: readonly string[], read: ReadFile): Plan {
  const given = parseOptions(options, args, [frame('$PreferredReplicaLeaderElectionCommandOptions.<init>', 151), frame('$.run', 45), ...MAIN.slice(1)]);
  helpOrVersion(
    args,
    given,
    "This tool helps to causes leadership for each partition to be transferred back to the 'preferred replica', it can be used to balance leadership among the servers.",
  );
  if (has(given, 'zookeeper') === has(given, 'bootstrap-server')) {
    throw new UsageError("Exactly one of '[bootstrap-server]' or '[zookeeper]' must be provided");
  }
  const path = valueOf(given, 'path-to-json-file');
  return {
    zookeeper: valueOf(given, 'zookeeper') ?? null,
    bootstrapServers: valueOf(given, 'bootstrap-server') ?? '',
    adminProperties: propertiesFile(given, 'admin.config', read),
    partitions: path === undefined ? null : parsePartitions(readText(path, read)),
  };
}

function* script(given: Plan): Script<number> {
  if (given.zookeeper === null) {
    yield* openClient({ bootstrapServers: given.bootstrapServers, properties: { ...given.adminProperties, 'request.timeout.ms': String(TIMEOUT_MS) } });
    yield* throughBroker(given.partitions);
    return 0;
  }
  yield* out('Warning: --zookeeper is deprecated and will be removed in a future version of Kafka.');
  yield* out('Use --bootstrap-server instead to specify a broker to connect to.');
  yield* openZooKeeper(given.zookeeper, [frame('$ZkCommand.<init>', 168), frame('$.run', 64), ...MAIN.slice(1)]);
  try {
    yield* throughZooKeeper(given.partitions);
  } finally {
    yield* closeZooKeeper();
  }
  return 0;
}

function* throughZooKeeper(wanted: readonly TopicPartition[] | null): Script<void> {
  const topics = wanted ? [...new Set(wanted.map(({ topic }) => topic))] : [...(yield* onZooKeeper(children(TOPICS)))].sort();
  const assignments = yield* onZooKeeper(assignmentsOf(topics));
  const known = topics.flatMap((topic, index) => (assignments[index] ?? []).map(({ partition }) => ({ topic, partition })));
  const isKnown = (one: TopicPartition): boolean => known.some((other) => isSamePartition(other, one));
  const valid = wanted ? wanted.filter(isKnown) : known;
  const names = valid.map(nameOf);
  const made = yield* onZooKeeper(ask(create(PREFERRED_REPLICA_ELECTION, encodePartitionList(valid))));
  if (made.err === 'NODEEXISTS') {
    const going = parsePartitionList(dataOf(yield* onZooKeeper(ask(getData(PREFERRED_REPLICA_ELECTION))))) ?? [];
    const list = going.map(nameOf).join(',');
    throw commandFailed('Admin command failed', operationFailed(`Preferred replica leader election currently in progress for ${list}. Aborting operation`));
  }
  if (made.err !== 'OK') throw commandFailed('Admin command failed', operationFailed(`org.apache.zookeeper.KeeperException: KeeperErrorCode = ${made.err}`));
  yield* out(`Created preferred replica election path with ${names.join(',')}`);
  yield* out(`Successfully started preferred replica election for partitions Set(${names.join(', ')})`);
  for (const { topic, partition } of wanted?.filter((one) => !isKnown(one)) ?? []) {
    yield* out(`Skipping preferred replica leader election for partition ${topicPartition(topic, partition)} since it doesn't exist.`);
  }
}

function* throughBroker(wanted: readonly TopicPartition[] | null): Script<void> {
  const results = yield* elect(wanted);
  const ok = results.filter(({ exception }) => exception === null);
  const failed = results.filter(({ exception }) => exception !== null);
  if (ok.length > 0) yield* out(`Successfully completed preferred replica election for partitions ${ok.map(({ name }) => name).join(', ')}`);
  for (const { name, exception } of failed) yield* out(`Error completing preferred replica election for partition ${name}: ${throwableText(exception!)}`);
  if (failed.length > 0) {
    throw commandFailed(
      `${failed.length} preferred replica(s) could not be elected`,
      null,
      [frame('$AdminClientCommand.electPreferredLeaders', 262), ...MAIN],
      failed.map(({ exception }) => exception!),
    );
  }
}

/** What became of each partition. A request that failed as a whole failed for each that was asked for. */
function* elect(wanted: readonly TopicPartition[] | null): Script<readonly { readonly name: string; readonly exception: JavaException | null }[]> {
  const topics = wanted && [...new Set(wanted.map(({ topic }) => topic))].map((topic) => ({ topic, partitions: wanted.filter((one) => one.topic === topic).map(({ partition }) => partition) }));
  try {
    const response = yield* call('ElectPreferredLeaders', { topics, timeoutMs: TIMEOUT_MS });
    return response.topics
      .flatMap(({ topic, partitions }) => partitions.map((one) => ({ topic, ...one })))
      .map(({ topic, partition, error, errorMessage: message }) => ({
        name: topicPartition(topic, partition),
        exception: error === 'NONE' ? null : apiException(exceptionName(error), message ?? errorMessage(error)),
      }))
      .sort((a, b) => (inOrder(a.name) < inOrder(b.name) ? -1 : 1));
  } catch (error) {
    if (!(error instanceof JavaException)) throw error;
    if (wanted) return wanted.map(({ topic, partition }) => ({ name: topicPartition(topic, partition), exception: error }));
    if (error.className.endsWith('.TimeoutException')) yield* out('Timeout waiting for election results');
    throw commandFailed('', error, [frame('$AdminClientCommand.electPreferredLeaders', 246), ...MAIN]);
  }
}

/** The real order is that of a hash table of objects without a lasting hash, so chance; here topics by name and partitions by number. */
function inOrder(name: string): string {
  const { topic, partition } = parseTopicPartition(name)!;
  return `${topic}\u0000${String(partition).padStart(10, '0')}`;
}

export const kafkaPreferredReplicaElection: Tool<Plan> = {
  name: 'kafka-preferred-replica-election.sh',
  mainClass: 'kafka.admin.PreferredReplicaLeaderElectionCommand',
  options,
  program: 'kafka-preferred-replica-election',
  body: scripted(script) as Tool<Plan>['body'],
  plan,
};
