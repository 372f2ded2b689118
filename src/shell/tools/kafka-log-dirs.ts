/** `kafka-log-dirs.sh` (`kafka.admin.LogDirsCommand` 2.3.0): what lies in the log directories of brokers, as one line of JSON. */
import { exceptionClass } from '../../kafka/clients/exceptions.ts';
import type { LogDirInfo } from '../../kafka/protocol/index.ts';
import { hashOf, topicPartition } from '../../kafka/topic-partition.ts';
import { javaHashOrder } from '../../zookeeper/java-hash-order.ts';
import { call, liveBrokers, openClient, out } from './asking.ts';
import { executionException, JavaException } from './java.ts';
import { checkRequired, parseOptions, valueOf, type OptionSpec } from './options.ts';
import { scripted, type Script } from './script.ts';
import { helpOrVersion, propertiesFile, type ReadFile, type Tool } from './tool.ts';

const options: readonly OptionSpec[] = [
  { name: 'bootstrap-server', description: 'REQUIRED: brokers to begin with.', argument: { type: 'String', describedAs: 'The server(s) to use for bootstrapping' } },
  { name: 'command-config', description: 'Properties of the admin client.', argument: { type: 'String', describedAs: 'Admin client property file' } },
  { name: 'describe', description: 'Show the log directories.' },
  { name: 'topic-list', description: 'Topics, as "topic1,topic2"; left out: all.', argument: { type: 'String', describedAs: 'Topic list', defaultsTo: '' } },
  { name: 'broker-list', description: 'Brokers, as "0,1,2"; left out: all.', argument: { type: 'String', describedAs: 'Broker list' } },
];

const frame = (method: string, line: number): string => `kafka.admin.LogDirsCommand${method}(LogDirsCommand.scala:${line})`;
const MAIN = [frame('$.main', 37), 'kafka.admin.LogDirsCommand.main(LogDirsCommand.scala)'];

interface Plan {
  readonly bootstrapServers: string;
  readonly properties: { readonly [key: string]: string };
  /** Empty: all. */
  readonly topics: readonly string[];
  /** As they were given; null: all. */
  readonly brokers: readonly string[] | null;
}

const listed = (text: string): readonly string[] => text.split(',').filter((one) => one !== '');

function plan(args: readonly string[], read: ReadFile): Plan {
  const given = parseOptions(options, args, [frame('$LogDirsCommandOptions.<init>', 117), frame('$.describe', 41), ...MAIN]);
  helpOrVersion(args, given, 'This tool helps to query log directory usage on the specified brokers.');
  checkRequired(given, 'bootstrap-server', 'describe');
  const brokers = valueOf(given, 'broker-list');
  return {
    bootstrapServers: valueOf(given, 'bootstrap-server')!,
    properties: { 'client.id': 'log-dirs-tool', ...propertiesFile(given, 'command-config', read) },
    topics: listed(valueOf(given, 'topic-list')!),
    brokers: brokers === undefined ? null : listed(brokers),
  };
}

function* script({ bootstrapServers, properties, topics, brokers }: Plan): Script<number> {
  yield* openClient({ bootstrapServers, properties });
  const ids = brokers === null ? yield* allBrokers() : brokers.map(brokerId);
  yield* out('Querying brokers for log directories information');
  const found: { readonly broker: number; readonly logDirs: readonly LogDirInfo[] }[] = [];
  for (const id of ids) {
    try {
      found.push({ broker: id, logDirs: (yield* call('DescribeLogDirs', { topics: null }, { node: id })).logDirs });
    } catch (error) {
      throw error instanceof JavaException ? executionException(error, [frame('$.describe', 51), ...MAIN]) : error;
    }
  }
  yield* out(`Received log directory information from brokers ${ids.join(',')}`);
  yield* out(JSON.stringify({ version: 1, brokers: found.map(({ broker, logDirs }) => ({ broker, logDirs: javaHashOrder(logDirs, ({ logDir }) => logDir).map((dir) => asJson(dir, topics)) })) }));
  return 0;
}

function* allBrokers(): Script<readonly number[]> {
  try {
    return (yield* liveBrokers()).map(({ nodeId }) => nodeId);
  } catch (error) {
    throw error instanceof JavaException ? executionException(error, [frame('$.describe', 46), ...MAIN]) : error;
  }
}

function brokerId(text: string): number {
  if (!/^[+-]?\d{1,10}$/.test(text)) throw new JavaException('java.lang.NumberFormatException', `For input string: "${text}"`, [frame('$.describe', 45), ...MAIN]);
  return Number(text);
}

function asJson({ logDir, error, topics: found }: LogDirInfo, topics: readonly string[]): object {
  const replicas = found.flatMap(({ topic, partitions }) => partitions.map((one) => ({ topic, ...one })));
  return {
    logDir,
    error: error === 'NONE' ? null : exceptionClass(error),
    partitions: javaHashOrder(replicas.filter(({ topic }) => topics.length === 0 || topics.includes(topic)), hashOf).map(({ topic, partition, size, offsetLag, isFuture }) => ({
      partition: topicPartition(topic, partition),
      size,
      offsetLag,
      isFuture,
    })),
  };
}

export const kafkaLogDirs: Tool<Plan> = { name: 'kafka-log-dirs.sh', mainClass: 'kafka.admin.LogDirsCommand', options, program: 'kafka-log-dirs', body: scripted(script) as Tool<Plan>['body'], plan };
