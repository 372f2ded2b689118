/**
 * `kafka-configs.sh` (`kafka.admin.ConfigCommand` 2.3.0): topics in ZooKeeper, brokers by asking them, and what ZooKeeper holds of clients and
 * users. Not modelled: credentials, that anybody goes by a quota, and brokers' listeners and security while they run.
 */
import { topicNameProblem } from '../../kafka/topic-name.ts';
import { ask } from '../../kafka/zookeeper/procedures.ts';
import { exists } from '../../kafka/zookeeper/requests.ts';
import { changeConfig, entityConfig } from '../../kafka/zookeeper/topics.ts';
import { DEFAULT_ENTITY, topicPath } from '../../kafka/zookeeper/znodes.ts';
import { closeZooKeeper, onZooKeeper, openClient, openZooKeeper, printed } from './asking.ts';
import { alterBroker, alterStoredBroker, describeBroker } from './broker-configs.ts';
import { alterQuotas, changed, checkTopicOptions, describeEntities, sanitized, sayCompleted, type ConfigEntity } from './config-entities.ts';
import { apiException, illegalArgument, JavaException, stackTrace } from './java.ts';
import { checkInvalid, checkRequired, has, parseOptions, UsageError, valueOf, valuesOf, type Options, type OptionSpec } from './options.ts';
import { scripted, type Script } from './script.ts';
import { Answer, helpOrVersion, propertiesFile, type ReadFile, type Tool } from './tool.ts';

const options: readonly OptionSpec[] = [
  { name: 'zookeeper', description: 'REQUIRED: ZooKeeper, as host:port.', argument: { type: 'String', describedAs: 'urls' } },
  { name: 'bootstrap-server', description: 'A broker to ask; only for brokers.', argument: { type: 'String', describedAs: 'server to connect to' } },
  { name: 'command-config', description: 'Properties of the admin client. Only with --bootstrap-server.', argument: { type: 'String', describedAs: 'command config property file' } },
  { name: 'alter', description: 'Change the configuration.' },
  { name: 'describe', description: 'Show the configuration.' },
  { name: 'entity-type', description: 'topics, clients, users or brokers.', argument: { type: 'String' } },
  { name: 'entity-name', description: 'Name of the topic, client, user or broker.', argument: { type: 'String' } },
  { name: 'entity-default', description: 'The default of all.' },
  { name: 'add-config', description: "What to set, as 'k1=v1,k2=[v1,v2],k3=v3'.", argument: { type: 'String' } },
  { name: 'delete-config', description: "What to take away, as 'k1,k2'.", argument: { type: 'String' } },
  { name: 'force', description: 'Do not ask back.' },
];

const TYPES = ['topics', 'clients', 'users', 'brokers'];

interface Plan {
  readonly args: readonly string[];
  /** null: the brokers are asked. */
  readonly zookeeper: string | null;
  readonly bootstrapServers: string;
  readonly properties: { readonly [key: string]: string };
  readonly isAlter: boolean;
  readonly entity: ConfigEntity;
  readonly added: { readonly [option: string]: string };
  readonly removed: readonly string[];
}

/** Of these only the message is printed. */
const PLAIN = ['java.lang.IllegalArgumentException', 'java.lang.NumberFormatException', 'org.apache.kafka.common.errors.InvalidConfigurationException'];

function failureText(args: readonly string[], error: JavaException): string {
  if (PLAIN.includes(error.className) || error.className.startsWith('joptsimple.')) return `${error.message}\n`;
  return `Error while executing config command with args '${args.join(' ')}'\n${stackTrace(error)}`;
}

function plan(args: readonly string[], read: ReadFile): Plan {
  try {
    return planned(args, read);
  } catch (error) {
    throw error instanceof JavaException ? new Answer({ stderr: failureText(args, error), exitCode: 1 }) : error;
  }
}

function planned(args: readonly string[], read: ReadFile): Plan {
  const given = parseOptions(options, args, []);
  helpOrVersion(args, given, 'This tool helps to manipulate and describe entity config for a topic, client, user or broker');
  checkArguments(given);
  const zookeeper = valueOf(given, 'zookeeper') ?? null;
  const properties = propertiesFile(given, 'command-config', read);
  if (zookeeper === null && !has(given, 'entity-name') && !has(given, 'entity-default')) {
    throw illegalArgument('At least one of --entity-name or --entity-default must be specified with --bootstrap-server');
  }
  return {
    args,
    zookeeper,
    bootstrapServers: valueOf(given, 'bootstrap-server') ?? '',
    properties,
    isAlter: has(given, 'alter'),
    entity: entityOf(given, args),
    added: configsToAdd(given),
    removed: valuesOf(given, 'delete-config').flatMap((names) => names.split(',').map((name) => name.trim())),
  };
}

/** Names belong to the types in their order; a client of a user stands below the user. */
function entityOf(given: Options, args: readonly string[]): ConfigEntity {
  const types = valuesOf(given, 'entity-type');
  const [type] = types;
  if (type === 'topics') return { root: { type, name: valueOf(given, 'entity-name') ?? null }, child: null };
  if (type === 'brokers') return { root: { type, name: valueOf(given, 'entity-name') ?? (has(given, 'entity-default') ? DEFAULT_ENTITY : null) }, child: null };
  const values = [...valuesOf(given, 'entity-name')];
  const names = args.flatMap((arg) => (/^--entity-name(=|$)/.test(arg) ? [sanitized(values.shift() ?? '')] : arg === '--entity-default' ? [DEFAULT_ENTITY] : []));
  if (has(given, 'alter') && names.length !== types.length) throw illegalArgument('--entity-name or --entity-default must be specified with each --entity-type for --alter');
  const isReversed = types.length === 2 && type === 'clients';
  const inOrder = isReversed && names.length === 2 ? names.toReversed() : names;
  const [root, child] = (isReversed ? types.toReversed() : types).map((one, i) => ({ type: one, name: inOrder[i] ?? null }));
  return { root: root!, child: child ?? null };
}

function checkArguments(given: Options): void {
  if (has(given, 'alter') === has(given, 'describe')) throw new UsageError('Command must include exactly one action: --describe, --alter');
  checkInvalid(given, 'describe', ['add-config', 'delete-config']);
  const types = valuesOf(given, 'entity-type');
  if (has(given, 'bootstrap-server') === has(given, 'zookeeper')) throw illegalArgument('Only one of --bootstrap-server or --zookeeper must be specified');
  if (types.some((type) => ['clients', 'topics', 'users'].includes(type))) checkRequired(given, 'zookeeper', 'entity-type');
  if (has(given, 'alter')) {
    if (types.some((type) => ['users', 'clients', 'brokers'].includes(type))) {
      if (!has(given, 'entity-name') && !has(given, 'entity-default')) throw illegalArgument('--entity-name or --entity-default must be specified with --alter of users, clients or brokers');
    } else if (!has(given, 'entity-name')) throw illegalArgument(`--entity-name must be specified with --alter of Buffer(${types.join(', ')})`);
    if (!has(given, 'add-config') && !has(given, 'delete-config')) throw illegalArgument('At least one of --add-config or --delete-config must be specified with --alter');
  }
  const unknown = types.find((type) => !TYPES.includes(type));
  if (unknown !== undefined) throw illegalArgument(`Invalid entity-type ${unknown}, --entity-type must be one of List(${TYPES.join(', ')})`);
  if (types.length === 0) throw illegalArgument('At least one --entity-type must be specified');
  if (types.length > 1 && !(types.includes('users') && types.includes('clients'))) throw illegalArgument("Only 'users' and 'clients' entity types may be specified together");
}

/** Brackets protect the commas and equals signs between them, and are taken away. */
function configsToAdd(given: Options): { readonly [option: string]: string } {
  const list = valueOf(given, 'add-config');
  if (list === undefined) return {};
  const entries = list.split(/,(?=[^\]]*(?:\[|$))/);
  const pairs = entries.slice(0, entries.findLastIndex((entry) => entry !== '') + 1).map((pair) => pair.split(/\s*=\s*(?=[^\]]*(?:\[|$))/));
  if (pairs.some((pair) => pair.length !== 2)) throw illegalArgument('requirement failed: Invalid entity config: all configs to be added must be in the format "key=val".');
  return Object.fromEntries(pairs.map(([key, value]) => [key!.trim(), value!.replace(/\[?\]?/g, '').trim()]));
}

function* script(given: Plan): Script<number> {
  let isOpen = false;
  let exitCode = 0;
  try {
    if (given.zookeeper === null) yield* throughBrokers(given);
    else {
      yield* openZooKeeper(given.zookeeper, []);
      isOpen = true;
      yield* throughZooKeeper(given);
    }
  } catch (error) {
    if (!(error instanceof JavaException)) throw error;
    exitCode = 1;
    yield* printed('stderr', failureText(given.args, error));
  }
  if (isOpen) yield* closeZooKeeper();
  return exitCode;
}

function* throughBrokers({ bootstrapServers, properties, isAlter, entity, added, removed }: Plan): Script<void> {
  yield* openClient({ bootstrapServers, properties });
  const name = entity.root.name!;
  const asked = { broker: name === DEFAULT_ENTITY ? '' : name, added, removed };
  if (isAlter) yield* alterBroker(asked);
  else yield* describeBroker(asked);
}

function* throughZooKeeper(given: Plan): Script<void> {
  const { entity, isAlter, added } = given;
  if (!isAlter) yield* describeEntities(entity);
  else if (entity.root.type === 'topics') yield* alterTopic(given);
  else if (entity.root.type === 'brokers') yield* alterStoredBroker(entity.root.name!, added, given.removed);
  else yield* alterQuotas(entity, added, given.removed);
}

function* alterTopic({ entity, added, removed }: Plan): Script<void> {
  const topic = entity.root.name!;
  const configs = changed(yield* onZooKeeper(entityConfig(`topics/${topic}`)), added, removed);
  const nameProblem = topicNameProblem(topic);
  if (nameProblem !== null) throw apiException('InvalidTopicException', nameProblem);
  if ((yield* onZooKeeper(ask(exists(topicPath(topic))))).err !== 'OK') {
    throw new JavaException('kafka.admin.AdminOperationException', `Topic "${topic}" does not exist.`, [
      'kafka.zk.AdminZkClient.validateTopicConfig(AdminZkClient.scala:323)',
      'kafka.zk.AdminZkClient.changeTopicConfig(AdminZkClient.scala:337)',
      'kafka.zk.AdminZkClient.changeConfigs(AdminZkClient.scala:274)',
      'kafka.admin.ConfigCommand$.alterConfig(ConfigCommand.scala:153)',
      'kafka.admin.ConfigCommand$.processCommandWithZk(ConfigCommand.scala:104)',
      'kafka.admin.ConfigCommand$.main(ConfigCommand.scala:80)',
      'kafka.admin.ConfigCommand.main(ConfigCommand.scala)',
    ]);
  }
  checkTopicOptions(configs);
  yield* onZooKeeper(changeConfig(`topics/${topic}`, configs));
  yield* sayCompleted(entity);
}

export const kafkaConfigs: Tool<Plan> = { name: 'kafka-configs.sh', mainClass: 'kafka.admin.ConfigCommand', options, program: 'kafka-configs', body: scripted(script) as Tool<Plan>['body'], plan };
