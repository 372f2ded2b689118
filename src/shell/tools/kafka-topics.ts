/** `kafka-topics.sh` (`kafka.admin.TopicCommand` 2.3.0): its arguments, and which of its two services does the work. */
import { ClientNotMade, closeZooKeeper, logTrace, openClient, openZooKeeper, out } from './asking.ts';
import { illegalArgument, JavaException } from './java.ts';
import { checkInvalid, checkInvalidSet, checkRequired, has, parseOptions, UsageError, valueOf, type OptionArgument, type Options, type OptionSpec } from './options.ts';
import { scripted, type Script } from './script.ts';
import { helpOrVersion, propertiesFile, type ReadFile, type Tool } from './tool.ts';
import { adminTopicService } from './topic-service-admin.ts';
import { mainFrames, type TopicService } from './topic-service.ts';
import { zookeeperTopicService } from './topic-service-zookeeper.ts';

const text = (describedAs: string): OptionArgument => ({ type: 'String', describedAs });

const options: readonly OptionSpec[] = [
  { name: 'bootstrap-server', description: 'REQUIRED: a broker to ask. With it ZooKeeper is not asked.', argument: text('server to connect to') },
  { name: 'command-config', description: 'Properties of the admin client. Only with --bootstrap-server.', argument: text('command config property file') },
  { name: 'zookeeper', description: 'DEPRECATED: ZooKeeper, as host:port; several are separated by commas.', argument: text('hosts') },
  { name: 'list', description: 'List the topics.' },
  { name: 'create', description: 'Create a topic.' },
  { name: 'delete', description: 'Delete a topic.' },
  { name: 'alter', description: 'Change the partitions or the configuration of a topic.' },
  { name: 'describe', description: 'Show partitions, leaders and replicas.' },
  { name: 'topic', description: 'The topic. A regular expression, except with --create.', argument: text('topic') },
  { name: 'config', description: 'A configuration of the topic, over the default of the broker.', argument: text('name=value') },
  { name: 'delete-config', description: 'A configuration to take away again. Only with --zookeeper.', argument: text('name') },
  { name: 'partitions', description: 'How many partitions. More partitions change which one a key goes to.', argument: { type: 'Integer', describedAs: '# of partitions' } },
  { name: 'replication-factor', description: 'How many replicas each partition has.', argument: { type: 'Integer', describedAs: 'replication factor' } },
  {
    name: 'replica-assignment',
    description: 'The brokers of each partition, instead of chosen ones.',
    argument: text('broker_id_for_part1_replica1 : broker_id_for_part1_replica2 , broker_id_for_part2_replica1 : broker_id_for_part2_replica2 , ...'),
  },
  { name: 'under-replicated-partitions', description: 'Describe only partitions with replicas out of the ISR.' },
  { name: 'unavailable-partitions', description: 'Describe only partitions without an available leader.' },
  { name: 'under-min-isr-partitions', description: 'Describe only partitions with fewer replicas in the ISR than the minimum. Not with --zookeeper.' },
  { name: 'at-min-isr-partitions', description: 'Describe only partitions with the minimum in the ISR. Not with --zookeeper.' },
  { name: 'topics-with-overrides', description: 'Describe only topics with a configuration of their own.' },
  { name: 'if-exists', description: 'Do nothing if there is no such topic. Only with --zookeeper.' },
  { name: 'if-not-exists', description: 'Do nothing if there is such a topic. Only with --zookeeper.' },
  { name: 'disable-rack-aware', description: 'Do not spread the replicas over racks.' },
  { name: 'force', description: 'Do not ask back.' },
  { name: 'exclude-internal', description: 'Leave the internal topics out of --list and --describe.' },
];

const actions = ['alter', 'create', 'describe', 'list', 'delete'] as const;
const reports = ['under-replicated-partitions', 'under-min-isr-partitions', 'at-min-isr-partitions', 'unavailable-partitions'];
const allBut = (...kept: readonly string[]): readonly string[] => actions.filter((action) => !kept.includes(action));

interface Plan {
  readonly given: Options['given'];
  readonly adminProperties: { readonly [key: string]: string };
}

function plan(args: readonly string[], read: ReadFile): Plan {
  const given = parseOptions(options, args, [
    'kafka.admin.TopicCommand$TopicCommandOptions.<init>(TopicCommand.scala:576)',
    'kafka.admin.TopicCommand$.main(TopicCommand.scala:49)',
    'kafka.admin.TopicCommand.main(TopicCommand.scala)',
  ]);
  if (args.length === 0) throw new UsageError('Create, delete, describe, or change a topic.');
  helpOrVersion(args, given, 'This tool helps to create, delete, describe, or change a topic.');
  checkArguments(given);
  return { given: given.given, adminProperties: has(given, 'bootstrap-server') ? propertiesFile(given, 'command-config', read) : {} };
}

function checkArguments(given: Options): void {
  if (actions.filter((action) => has(given, action)).length !== 1) {
    throw new UsageError('Command must include exactly one action: --list, --describe, --create, --alter or --delete');
  }
  if (has(given, 'bootstrap-server') === has(given, 'zookeeper')) {
    throw illegalArgument('Only one of --bootstrap-server or --zookeeper must be specified', [
      'kafka.admin.TopicCommand$TopicCommandOptions.checkArgs(TopicCommand.scala:628)',
      'kafka.admin.TopicCommand$.main(TopicCommand.scala:50)',
      'kafka.admin.TopicCommand.main(TopicCommand.scala)',
    ]);
  }
  if (has(given, 'describe') && has(given, 'if-exists')) checkRequired(given, 'topic');
  if (!has(given, 'list') && !has(given, 'describe')) checkRequired(given, 'topic');
  if (has(given, 'create') && !has(given, 'replica-assignment')) checkRequired(given, 'partitions', 'replication-factor');
  if (has(given, 'bootstrap-server') && has(given, 'alter')) checkRequired(given, 'partitions');

  checkInvalid(given, 'config', allBut('alter', 'create'));
  checkInvalidSet(given, ['bootstrap-server', 'config'], ['alter']);
  checkInvalid(given, 'delete-config', [...allBut('alter'), 'bootstrap-server']);
  checkInvalid(given, 'partitions', allBut('alter', 'create'));
  checkInvalid(given, 'replication-factor', allBut('create'));
  checkInvalid(given, 'replica-assignment', allBut('create', 'alter'));
  if (has(given, 'create')) checkInvalid(given, 'replica-assignment', ['partitions', 'replication-factor']);
  for (const report of reports) {
    const others = reports.filter((other) => other !== report);
    const onlyAdmin = report.endsWith('-isr-partitions') ? ['zookeeper'] : [];
    checkInvalid(given, report, [...allBut('describe'), ...others, 'topics-with-overrides', ...onlyAdmin]);
  }
  checkInvalid(given, 'topics-with-overrides', [...allBut('describe'), ...reports]);
  checkInvalid(given, 'if-exists', [...allBut('alter', 'delete', 'describe'), 'bootstrap-server']);
  checkInvalid(given, 'if-not-exists', [...allBut('create'), 'bootstrap-server']);
  checkInvalid(given, 'exclude-internal', allBut('list', 'describe'));
}

function* script({ given, adminProperties }: Plan): Script<number> {
  const asked: Options = { specs: options, given, rest: [] };
  const zookeeper = valueOf(asked, 'zookeeper');
  if (zookeeper !== undefined) {
    yield* openZooKeeper(zookeeper, ['kafka.admin.TopicCommand$ZookeeperTopicService$.apply(TopicCommand.scala:280)', ...mainFrames(53)]);
  } else yield* openClient({ bootstrapServers: valueOf(asked, 'bootstrap-server')!, properties: adminProperties });
  let exitCode = 0;
  try {
    yield* act(zookeeper === undefined ? adminTopicService(asked, adminProperties) : zookeeperTopicService(asked), asked);
  } catch (error) {
    if (!(error instanceof JavaException) || error instanceof ClientNotMade) throw error;
    yield* out(`Error while executing topic command : ${error.message === '' ? 'null' : error.message}`);
    yield* logTrace(error, 'kafka.admin.TopicCommand$');
    exitCode = 1;
  }
  if (zookeeper !== undefined) yield* closeZooKeeper();
  return exitCode;
}

function act(service: TopicService, asked: Options): Script<void> {
  if (has(asked, 'create')) return service.create();
  if (has(asked, 'alter')) return service.alter();
  if (has(asked, 'list')) return service.list();
  return has(asked, 'describe') ? service.describe() : service.remove();
}

export const kafkaTopics: Tool<Plan> = { name: 'kafka-topics.sh', mainClass: 'kafka.admin.TopicCommand', options, program: 'kafka-topics', body: scripted(script) as Tool<Plan>['body'], plan };
