/** `kafka-delete-records.sh` (`kafka.admin.DeleteRecordsCommand` 2.3.0). */
import { exceptionName } from '../../kafka/clients/exceptions.ts';
import { errorMessage, type ErrorName } from '../../kafka/protocol/errors.ts';
import { hashOf, isSamePartition, nameOf, topicPartition, type TopicPartition } from '../../kafka/topic-partition.ts';
import { copiedMapOrder } from '../../zookeeper/java-hash-order.ts';
import { call, metadataOf, openClient, out } from './asking.ts';
import { apiException, JavaException, throwableText } from './java.ts';
import { duplicates, field, integer, objects, parseObject, text } from './json.ts';
import { checkRequired, parseOptions, valueOf, type OptionSpec } from './options.ts';
import { scripted, type Script } from './script.ts';
import { helpOrVersion, propertiesFile, readText, type ReadFile, type Tool } from './tool.ts';

/** `request.timeout.ms` of an admin client, which the request carries on to the leader. */
const TIMEOUT_MS = 120_000;

const options: readonly OptionSpec[] = [
  { name: 'bootstrap-server', description: 'REQUIRED: brokers to begin with.', argument: { type: 'String', describedAs: 'server(s) to use for bootstrapping' } },
  {
    name: 'offset-json-file',
    description: 'REQUIRED: offsets of partitions, as\n{"partitions":\n  [{"topic": "foo", "partition": 1, "offset": 1}],\n "version":1\n}',
    argument: { type: 'String', describedAs: 'Offset json file path' },
  },
  { name: 'command-config', description: 'Properties of the admin client.', argument: { type: 'String', describedAs: 'command config property file path' } },
];

const frame = (method: string, line: number): string => `kafka.admin.DeleteRecordsCommand${method}(DeleteRecordsCommand.scala:${line})`;
const MAIN = [frame('$.main', 41), 'kafka.admin.DeleteRecordsCommand.main(DeleteRecordsCommand.scala)'];

interface WantedOffset extends TopicPartition {
  readonly offset: number;
}

interface Plan {
  readonly bootstrapServers: string;
  readonly properties: { readonly [key: string]: string };
  readonly offsets: readonly WantedOffset[];
}

function plan(args: readonly string[], read: ReadFile): Plan {
  const given = parseOptions(options, args, [frame('$DeleteRecordsCommandOptions.<init>', 130), frame('$.execute', 74), ...MAIN]);
  helpOrVersion(args, given, 'This tool helps to delete records of the given partitions down to the specified offset.');
  checkRequired(given, 'bootstrap-server', 'offset-json-file');
  const offsets = parseOffsets(readText(valueOf(given, 'offset-json-file')!, read));
  const twice = duplicates(offsets.map(nameOf));
  if (twice.length > 0) {
    throw new JavaException('kafka.common.AdminCommandFailedException', `Offset json file contains duplicate topic partitions: ${twice.join(',')}`, [frame('$.execute', 82), ...MAIN]);
  }
  return { bootstrapServers: valueOf(given, 'bootstrap-server')!, properties: propertiesFile(given, 'command-config', read), offsets };
}

function parseOffsets(json: string): readonly WantedOffset[] {
  const refused = (message: string, ...frames: readonly string[]): JavaException => new JavaException('kafka.admin.AdminOperationException', message, [...frames, frame('$.execute', 78), ...MAIN]);
  const object = parseObject(json);
  if (!object) throw refused('The input string is not a valid JSON', frame('$.parseOffsetJsonStringWithoutDedup', 52));
  const version = Object.hasOwn(object, 'version') ? integer(object['version']) : 1;
  if (version !== 1) throw refused(`Not supported version field value ${version}`, frame('$.parseJsonData', 69), frame('$.parseOffsetJsonStringWithoutDedup', 51));
  if (!Object.hasOwn(object, 'partitions')) throw refused('Missing partitions field', frame('$.parseJsonData', 67), frame('$.parseOffsetJsonStringWithoutDedup', 51));
  return objects(object['partitions']).map((one) => ({ topic: text(field(one, 'topic')), partition: integer(field(one, 'partition')), offset: integer(field(one, 'offset')) }));
}

function* script({ bootstrapServers, properties, offsets }: Plan): Script<number> {
  yield* openClient({ bootstrapServers, properties });
  yield* out('Executing records delete operation');
  const results = yield* deleteRecords(offsets);
  yield* out('Records delete operation completed:');
  for (const { topic, partition, outcome } of copiedMapOrder(results, hashOf)) {
    yield* out(`partition: ${topicPartition(topic, partition)}\t${typeof outcome === 'number' ? `low_watermark: ${outcome}` : `error: ${throwableText(outcome)}`}`);
  }
  return 0;
}

interface Result extends TopicPartition {
  readonly outcome: number | JavaException;
}

const exceptionOf = (error: ErrorName): JavaException => apiException(exceptionName(error), errorMessage(error));

/** Leaders are looked up once; a request that fails as a whole fails for every partition that has no answer yet (`KafkaAdminClient.deleteRecords`). */
function* deleteRecords(offsets: readonly WantedOffset[]): Script<readonly Result[]> {
  const results: Result[] = [];
  const settle = (outcome: Result['outcome'], which: readonly TopicPartition[]): void => {
    for (const { topic, partition } of which) if (!results.some((known) => isSamePartition(known, { topic, partition }))) results.push({ topic, partition, outcome });
  };
  try {
    const { topics } = yield* metadataOf([...new Set(offsets.map(({ topic }) => topic))], false, { timeoutMs: TIMEOUT_MS });
    for (const { topic, error } of topics) if (error !== 'NONE') settle(exceptionOf(error), offsets.filter((one) => one.topic === topic));
    const leaderOf = ({ topic, partition }: TopicPartition): number => topics.find((one) => one.topic === topic)?.partitions.find((one) => one.partition === partition)?.leaderId ?? -1;
    settle(exceptionOf('LEADER_NOT_AVAILABLE'), offsets.filter((one) => leaderOf(one) < 0));
    const open = offsets.filter((one) => !results.some((known) => isSamePartition(known, one)));
    for (const leader of new Set(open.map(leaderOf))) {
      const wanted = open.filter((one) => leaderOf(one) === leader);
      const asked = [...new Set(wanted.map(({ topic }) => topic))].map((topic) => ({ topic, partitions: wanted.filter((one) => one.topic === topic).map(({ partition, offset }) => ({ partition, offset })) }));
      const response = yield* call('DeleteRecords', { topics: asked, timeoutMs: TIMEOUT_MS }, { node: leader, timeoutMs: TIMEOUT_MS });
      for (const { topic, partitions } of response.topics) {
        for (const { partition, lowWatermark, error } of partitions) settle(error === 'NONE' ? lowWatermark : exceptionOf(error), [{ topic, partition }]);
      }
    }
  } catch (error) {
    if (!(error instanceof JavaException)) throw error;
    settle(error, offsets);
  }
  return offsets.map((one) => results.find((known) => isSamePartition(known, one))!);
}

export const kafkaDeleteRecords: Tool<Plan> = {
  name: 'kafka-delete-records.sh',
  mainClass: 'kafka.admin.DeleteRecordsCommand',
  options,
  program: 'kafka-delete-records',
  body: scripted(script) as Tool<Plan>['body'],
  plan,
};
