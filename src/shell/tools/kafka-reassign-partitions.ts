/**
 * `kafka-reassign-partitions.sh` (`kafka.admin.ReassignPartitionsCommand` 2.3.0): a plan is proposed, written where the controller sees
 * it, limited in how fast it goes, or compared with what has become of it. Not modelled: moves between log directories and their throttle.
 */
import { assignReplicas } from '../../kafka/controller/assignment.ts';
import { exceptionName } from '../../kafka/clients/exceptions.ts';
import { hashOf, nameOf } from '../../kafka/topic-partition.ts';
import { ask, readBrokers } from '../../kafka/zookeeper/procedures.ts';
import { create, dataOf, exists, getData } from '../../kafka/zookeeper/requests.ts';
import { immutableMapOrder, mutableMapOrder } from '../../kafka/zookeeper/scala-map-order.ts';
import { encodeReassignment, parseReassignment, REASSIGN_PARTITIONS, type PartitionTarget } from '../../kafka/zookeeper/znodes.ts';
import { currentAssignment, limitBrokers, removeThrottle, throttleMoves } from './reassignment-throttle.ts';
import { closeZooKeeper, onZooKeeper, openZooKeeper, out, randomInt } from './asking.ts';
import { apiException, JavaException, stackTrace } from './java.ts';
import { duplicates, field, integer, integers, objects, parseObject, text, texts, type JsonObject } from './json.ts';
import { checkInvalid, checkRequired, has, parseOptions, UsageError, valueOf, type OptionSpec } from './options.ts';
import { scripted, type Script } from './script.ts';
import { Answer, helpOrVersion, type ReadFile, type Tool } from './tool.ts';

const LOG_DIRS_THROTTLE = 'replica-alter-log-dirs-throttle';

const options: readonly OptionSpec[] = [
  { name: 'bootstrap-server', description: 'Brokers to ask; only for moves between log directories.', argument: { type: 'String', describedAs: 'Server(s) to use for bootstrapping' } },
  { name: 'command-config', description: 'Properties of the admin client.', argument: { type: 'String', describedAs: 'Admin client property file' } },
  { name: 'zookeeper', description: 'REQUIRED: ZooKeeper, as host:port.', argument: { type: 'String', describedAs: 'urls' } },
  { name: 'generate', description: 'Propose a plan; nothing is moved.' },
  { name: 'execute', description: 'Start the plan of --reassignment-json-file.' },
  { name: 'verify', description: 'Tell how far the plan of --reassignment-json-file has got.' },
  {
    name: 'reassignment-json-file',
    description: 'The plan, as {"version": 1, "partitions": [{"topic": "foo", "partition": 1, "replicas": [1, 2, 3]}]}.',
    argument: { type: 'String', describedAs: 'manual assignment json file path' },
  },
  { name: 'topics-to-move-json-file', description: 'The topics, as {"version": 1, "topics": [{"topic": "foo"}]}.', argument: { type: 'String', describedAs: 'topics to reassign json file path' } },
  { name: 'broker-list', description: 'The brokers to move to, as "0,1,2".', argument: { type: 'String', describedAs: 'brokerlist' } },
  { name: 'disable-rack-aware', description: 'Do not spread the replicas over racks.' },
  { name: 'throttle', description: 'Limit of the copying, in bytes a second.', argument: { type: 'Long', describedAs: 'throttle', defaultsTo: '-1' } },
  { name: LOG_DIRS_THROTTLE, description: 'Limit between log directories.', argument: { type: 'Long', describedAs: 'replicaAlterLogDirsThrottle', defaultsTo: '-1' } },
  { name: 'timeout', description: 'How long the start may take.', argument: { type: 'Long', describedAs: 'timeout', defaultsTo: '10000' } },
];

const frame = (method: string, line: number): string => `kafka.admin.ReassignPartitionsCommand${method}(ReassignPartitionsCommand.scala:${line})`;
const main = (line: number): readonly string[] => [frame('$.main', line), 'kafka.admin.ReassignPartitionsCommand.main(ReassignPartitionsCommand.scala)'];

interface Plan {
  readonly zookeeper: string;
  readonly action: 'generate' | 'execute' | 'verify';
  readonly path: string;
  readonly hasBootstrapServer: boolean;
  /** null: there is no such file, which is found out when the tool reads it. */
  readonly json: string | null;
  readonly brokerList: string;
  readonly ignoresRacks: boolean;
  /** What was given for --throttle; read when it is needed. */
  readonly throttle: readonly string[];
}

function plan(args: readonly string[], read: ReadFile): Plan {
  const given = parseOptions(options, args, []);
  helpOrVersion(args, given, 'This tool helps to moves topic partitions between replicas.');
  const actions = (['generate', 'execute', 'verify'] as const).filter((action) => has(given, action));
  const [action] = actions;
  if (action === undefined || actions.length > 1) throw new UsageError('Command must include exactly one action: --generate, --execute or --verify');
  checkRequired(given, 'zookeeper');
  const throttles = ['throttle', LOG_DIRS_THROTTLE];
  switch (action) {
    case 'verify':
      if (!has(given, 'reassignment-json-file')) {
        throw new UsageError('If --verify option is used, command must include --reassignment-json-file that was used during the --execute option');
      }
      checkInvalid(given, 'verify', [...throttles, 'topics-to-move-json-file', 'disable-rack-aware', 'broker-list']);
      break;
    case 'generate':
      if (!has(given, 'topics-to-move-json-file') || !has(given, 'broker-list')) {
        throw new UsageError('If --generate option is used, command must include both --topics-to-move-json-file and --broker-list options');
      }
      checkInvalid(given, 'generate', [...throttles, 'reassignment-json-file']);
      break;
    case 'execute':
      if (!has(given, 'reassignment-json-file')) {
        throw new UsageError('If --execute option is used, command must include --reassignment-json-file that was output during the --generate option');
      }
      checkInvalid(given, 'execute', ['topics-to-move-json-file', 'disable-rack-aware', 'broker-list']);
  }
  if (has(given, LOG_DIRS_THROTTLE)) throw new Answer({ stderr: `--${LOG_DIRS_THROTTLE} is not modelled here\n`, exitCode: 1 });
  const path = valueOf(given, action === 'generate' ? 'topics-to-move-json-file' : 'reassignment-json-file')!;
  return {
    zookeeper: valueOf(given, 'zookeeper')!,
    action,
    path,
    json: read(path) ?? null,
    hasBootstrapServer: has(given, 'bootstrap-server'),
    brokerList: valueOf(given, 'broker-list') ?? '',
    ignoresRacks: has(given, 'disable-rack-aware'),
    throttle: given.given['throttle'] ?? [],
  };
}

function* script(given: Plan): Script<number> {
  yield* openZooKeeper(given.zookeeper, main(55));
  try {
    if (given.json === null) throw new JavaException('java.nio.file.NoSuchFileException', given.path);
    if (given.action === 'generate') yield* generate(given, given.json);
    else if (given.action === 'execute') yield* execute(given, given.json, limitOf(given));
    else yield* verify(given, given.json);
  } catch (error) {
    if (!(error instanceof JavaException)) throw error;
    yield* out(`Partitions reassignment failed due to ${error.message}`);
    yield* out(stackTrace(error));
  }
  yield* closeZooKeeper();
  return 0;
}

/** Bytes a second; null: no limit. */
function limitOf({ throttle }: Plan): string | null {
  const asked = BigInt(valueOf({ specs: options, given: throttle.length === 0 ? {} : { throttle }, rest: [] }, 'throttle')!.replace(/^\+/, ''));
  return asked < 0n ? null : String(asked);
}

function document(json: string): JsonObject {
  const object = parseObject(json);
  if (!object) throw new JavaException('kafka.admin.AdminOperationException', 'The input string is not a valid JSON');
  const version = Object.hasOwn(object, 'version') ? integer(object['version']) : 1;
  if (version !== 1) throw new JavaException('kafka.admin.AdminOperationException', `Not supported version field value ${version}`);
  return object;
}

const commandFailed = (message: string, frames: readonly string[] = []): JavaException => new JavaException('kafka.common.AdminCommandFailedException', message, frames);

interface Target extends PartitionTarget {
  /** Each replica's directory; `any`: the broker chooses. */
  readonly logDirs: readonly string[];
}

/** Moves between directories are asked of brokers, for which the tool needs to know one. */
function checkLogDirs(targets: readonly Target[], { hasBootstrapServer }: Plan): void {
  if (targets.every(({ logDirs }) => logDirs.every((directory) => directory === 'any'))) return;
  throw commandFailed(hasBootstrapServer ? 'moves between log directories are not modelled here' : 'bootstrap-server needs to be provided in order to reassign replica to the specified log directory');
}

function parseTargets(json: string): readonly Target[] {
  const object = document(json);
  return (Object.hasOwn(object, 'partitions') ? objects(object['partitions']) : []).map((one) => {
    const target = { topic: text(field(one, 'topic')), partition: integer(field(one, 'partition')), replicas: integers(field(one, 'replicas')) };
    const logDirs = Object.hasOwn(one, 'log_dirs') ? texts(one['log_dirs']) : target.replicas.map(() => 'any');
    if (logDirs.length !== target.replicas.length) {
      throw commandFailed(`Size of replicas list Vector(${target.replicas.join(', ')}) is different from size of log dirs list Vector(${logDirs.join(', ')}) for partition ${nameOf(target)}`);
    }
    return { ...target, logDirs };
  });
}

function formatted(targets: readonly PartitionTarget[]): string {
  const partitions = targets.map(({ topic, partition, replicas }) => ({ topic, partition, replicas, log_dirs: replicas.map(() => 'any') }));
  return JSON.stringify({ version: 1, partitions });
}

function* generate({ brokerList, ignoresRacks }: Plan, json: string): Script<void> {
  const wanted = brokerList.split(',').map((id) => {
    if (!/^[+-]?\d{1,10}$/.test(id)) throw new JavaException('java.lang.NumberFormatException', `For input string: "${id}"`);
    return Number(id);
  });
  const twice = duplicates(wanted);
  if (twice.length > 0) throw commandFailed(`Broker list contains duplicate entries: ${twice.join(',')}`);
  const object = document(json);
  const topics = (Object.hasOwn(object, 'topics') ? objects(object['topics']) : []).map((one) => text(field(one, 'topic')));
  const twiceTopics = duplicates(topics);
  if (twiceTopics.length > 0) throw commandFailed(`List of topics to reassign contains duplicate entries: ${twiceTopics.join(',')}`);
  const current = yield* currentAssignment(topics);
  const brokers = (yield* onZooKeeper(readBrokers()))
    .filter(({ info }) => wanted.includes(info.id))
    .map(({ info }) => ({ id: info.id, rack: ignoresRacks ? null : (info.rack ?? null) }));
  const proposed: PartitionTarget[] = [];
  for (const topic of [...new Set(current.map((one) => one.topic))]) {
    const partitions = current.filter((one) => one.topic === topic);
    const last = Math.max(0, brokers.length - 1);
    const assigned = assignReplicas(brokers, {
      partitionCount: partitions.length,
      replicationFactor: partitions[0]!.replicas.length,
      startIndex: yield* randomInt(0, last),
      shift: yield* randomInt(0, last),
    });
    if ('error' in assigned) throw apiException(exceptionName(assigned.error), assigned.message);
    proposed.push(...assigned.partitions.map(({ partition, replicas }) => ({ topic, partition, replicas })));
  }
  yield* out(`Current partition replica assignment\n${formatted(current)}\n`);
  yield* out(`Proposed partition reassignment configuration\n${formatted(proposed)}`);
}

const inExecute = (line: number): readonly string[] => [frame('$.parseAndValidate', line), frame('$.executeAssignment', 209), frame('$.executeAssignment', 205), ...main(65)];

function* validated(json: string): Script<readonly Target[]> {
  const targets = parseTargets(json);
  if (targets.length === 0) throw commandFailed('Partition reassignment data file is empty', inExecute(320));
  if (targets.some(({ replicas }) => replicas.length === 0)) throw commandFailed('Partition replica list cannot be empty', inExecute(322));
  const twice = duplicates(targets.map(nameOf));
  if (twice.length > 0) throw commandFailed(`Partition reassignment contains duplicate topic partitions: ${twice.join(',')}`, inExecute(326));
  const doubled = targets.filter(({ replicas }) => duplicates(replicas).length > 0);
  if (doubled.length > 0) {
    const list = doubled.map((one) => `${nameOf(one)} contains multiple entries for ${duplicates(one.replicas).join(',')}`).join('. ');
    throw commandFailed(`Partition replica lists may not contain duplicate entries: ${list}`, inExecute(334));
  }
  const existing = (yield* currentAssignment(targets.map(({ topic }) => topic))).map(nameOf);
  const missing = targets.map(nameOf).filter((name) => !existing.includes(name));
  if (missing.length > 0) throw commandFailed(`The proposed assignment contains non-existent partitions: ListBuffer(${missing.join(', ')})`, inExecute(341));
  const brokers = (yield* onZooKeeper(readBrokers())).map(({ info }) => info.id);
  const strangers = [...new Set(targets.flatMap(({ replicas }) => replicas))].filter((id) => !brokers.includes(id));
  if (strangers.length > 0) throw commandFailed(`The proposed assignment contains non-existent brokerIDs: ${strangers.join(',')}`, inExecute(348));
  return targets;
}

function* execute(given: Plan, json: string, limit: string | null): Script<void> {
  const targets = yield* validated(json);
  if ((yield* onZooKeeper(ask(exists(REASSIGN_PARTITIONS)))).err === 'OK') {
    yield* out('There is an existing assignment running.');
    if (limit !== null) yield* limitBrokers(targets, limit);
    return;
  }
  const current = yield* currentAssignment(targets.map(({ topic }) => topic));
  yield* out(`Current partition replica assignment\n\n${formatted(current)}\n\nSave this to use as the --reassignment-json-file option during rollback`);
  if (limit !== null) yield* throttleMoves(current, targets, limit);
  checkLogDirs(targets, given);
  const made = yield* onZooKeeper(ask(create(REASSIGN_PARTITIONS, encodeReassignment(targets))));
  if (made.err !== 'OK') throw commandFailed('Partition reassignment currently in progress. Aborting operation', main(65));
  yield* out('Successfully started reassignment of partitions.');
}

function* verify(given: Plan, json: string): Script<void> {
  yield* out('Status of partition reassignment: ');
  const targets = parseTargets(json);
  checkLogDirs(targets, given);
  const going = (parseReassignment(dataOf(yield* onZooKeeper(ask(getData(REASSIGN_PARTITIONS))))) ?? []).map(nameOf);
  const current = yield* currentAssignment(targets.map(({ topic }) => topic));
  const isDone = (target: PartitionTarget): boolean => current.some((one) => nameOf(one) === nameOf(target) && one.replicas.join() === target.replicas.join());
  const [moving, others] = [targets.filter((target) => going.includes(nameOf(target))), targets.filter((target) => !going.includes(nameOf(target)))];
  const topics = mutableMapOrder([...new Set(others.map(({ topic }) => topic))], (topic) => topic);
  const byTopic = topics.flatMap((topic) => others.filter((one) => one.topic === topic));
  for (const target of immutableMapOrder([...byTopic, ...moving], hashOf)) {
    const outcome = going.includes(nameOf(target)) ? 'is still in progress' : isDone(target) ? 'completed successfully' : 'failed';
    yield* out(`Reassignment of partition ${nameOf(target)} ${outcome}`);
  }
  if (targets.every((target) => !going.includes(nameOf(target)) && isDone(target)) && (yield* removeThrottle(targets))) yield* out('Throttle was removed.');
}

export const kafkaReassignPartitions: Tool<Plan> = {
  name: 'kafka-reassign-partitions.sh',
  mainClass: 'kafka.admin.ReassignPartitionsCommand',
  options,
  program: 'kafka-reassign-partitions',
  body: scripted(script) as Tool<Plan>['body'],
  plan,
};
