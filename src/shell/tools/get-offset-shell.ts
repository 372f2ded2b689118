/** `kafka-run-class.sh kafka.tools.GetOffsetShell` 2.3.0: offsets of a topic's partitions at a time, at their start, at their end. */
import { LATEST_TIMESTAMP } from '../../kafka/protocol/list-offsets.ts';
import { topicPartition } from '../../kafka/topic-partition.ts';
import { call, err, metadataOf, openClient, out } from './asking.ts';
import { apiException, illegalArgument, JavaException } from './java.ts';
import { checkPorts, checkRequired, numberOf, parseOptions, UsageError, valueOf, type OptionSpec } from './options.ts';
import { scripted, type Script } from './script.ts';
import { Answer, type Tool } from './tool.ts';

const options: readonly OptionSpec[] = [
  { name: 'broker-list', description: 'REQUIRED: brokers to begin with.', argument: { type: 'String', describedAs: 'hostname:port,...,hostname:port' } },
  { name: 'topic', description: 'REQUIRED: the topic.', argument: { type: 'String', describedAs: 'topic' } },
  { name: 'partitions', description: 'Numbers of partitions, separated by commas; left out: all.', argument: { type: 'String', describedAs: 'partition ids', defaultsTo: '' } },
  { name: 'time', description: 'Offset of the first record from that time on.', argument: { type: 'Long', describedAs: 'timestamp/-1(latest)/-2(earliest)', defaultsTo: '-1' } },
  { name: 'offsets', description: 'DEPRECATED AND IGNORED.', argument: { type: 'Integer', describedAs: 'count', defaultsTo: '1' } },
  { name: 'max-wait-ms', description: 'DEPRECATED AND IGNORED.', argument: { type: 'Integer', describedAs: 'ms', defaultsTo: '1000' } },
];

/** `default.api.timeout.ms` of a consumer. */
const API_TIMEOUT_MS = 60_000;

interface Plan {
  readonly bootstrapServers: string;
  readonly topic: string;
  /** Empty: all. */
  readonly partitions: readonly number[];
  readonly timestamp: number;
}

function plan(args: readonly string[]): Plan {
  if (args.length === 0) throw new UsageError('An interactive shell for getting topic offsets.');
  const given = parseOptions(options, args, []);
  checkRequired(given, 'broker-list', 'topic');
  const bootstrapServers = valueOf(given, 'broker-list')!;
  checkPorts(bootstrapServers);
  const list = valueOf(given, 'partitions')!;
  const numbers = list === '' ? [] : list.split(',');
  if (numbers.some((number) => !/^[+-]?\d{1,10}$/.test(number))) {
    throw new Answer({ stderr: `--partitions expects a comma separated list of numeric partition ids, but received: ${list}\n`, exitCode: 1 });
  }
  return { bootstrapServers, topic: valueOf(given, 'topic')!, partitions: [...new Set(numbers.map(Number))], timestamp: numberOf(given, 'time') ?? LATEST_TIMESTAMP };
}

function* script({ bootstrapServers, topic, partitions: wanted, timestamp }: Plan): Script<number> {
  yield* openClient({ bootstrapServers, properties: { 'client.id': 'GetOffsetShell' } }, '[Consumer clientId=GetOffsetShell, groupId=null] ');
  const all = yield* partitionsOf(topic);
  if (all === undefined || all.length === 0) {
    yield* err(`Topic ${topic} does not exist`);
    return 1;
  }
  const chosen = all.filter(({ partition }) => wanted.length === 0 || wanted.includes(partition));
  if (chosen.length === 0) {
    yield* err(`Topic ${topic} does not have any of the requested partitions ${wanted.join(',')}`);
    return 1;
  }
  for (const number of wanted) if (!chosen.some(({ partition }) => partition === number)) yield* err(`Error: partition ${number} does not exist`);
  const offsets: (readonly [partition: number, offset: number])[] = [];
  for (const { partition, leaderId } of chosen) {
    if (leaderId < 0) {
      yield* err(`Error: partition ${partition} does not have a leader. Skip getting offsets`);
      continue;
    }
    // -1 and -2 stand for the end and the start.
    if (timestamp < -2) {
      throw illegalArgument(`The target time for partition ${topicPartition(topic, partition)} is ${timestamp}. The target time cannot be negative.`);
    }
    const asked = { topic, partitions: [{ partition, currentLeaderEpoch: -1, timestamp }] };
    const response = yield* call('ListOffsets', { replicaId: -1, isolationLevel: 0, topics: [asked] }, { node: leaderId, timeoutMs: API_TIMEOUT_MS });
    offsets.push([partition, response.topics[0]!.partitions[0]!.offset]);
  }
  for (const [partition, offset] of offsets) yield* out(`${topic}:${partition}:${offset < 0 ? '' : offset}`);
  return 0;
}

function* partitionsOf(topic: string): Script<readonly { readonly partition: number; readonly leaderId: number }[] | undefined> {
  try {
    const { topics } = yield* metadataOf(null, true, { timeoutMs: API_TIMEOUT_MS });
    return topics.find((one) => one.topic === topic)?.partitions.toSorted((a, b) => a.partition - b.partition);
  } catch (error) {
    throw error instanceof JavaException && error.className.endsWith('.TimeoutException') ? apiException('TimeoutException', 'Timeout expired while fetching topic metadata') : error;
  }
}

export const getOffsetShell: Tool<Plan> = {
  name: null,
  mainClass: 'kafka.tools.GetOffsetShell',
  options,
  program: 'kafka.tools.GetOffsetShell',
  body: scripted(script) as Tool<Plan>['body'],
  plan,
};
