/**
 * `kafka-console-consumer.sh` (`kafka.tools.ConsoleConsumer` 2.3.0): prints what a consumer reads until it has had enough, is told to
 * stop, or waits too long. Not modelled: formatters of internal topics, deserializers of other things than text.
 */
import { logText } from '../../kernel/log-files.ts';
import type { Env, ProcessEvent, Program } from '../../kernel/program.ts';
import { consumerConfig, isConfigError } from '../../kafka/clients/client-config.ts';
import type { ConsumerCommand, ConsumerProcessConfig } from '../../kafka/clients/consumer.ts';
import type { ConsumedRecord, ConsumerState } from '../../kafka/clients/consumer-state.ts';
import { apiException, configException, illegalArgument, JavaException, JVM_START, stackTrace } from './java.ts';
import { notModelledIn, patternProblem } from './java-pattern.ts';
import { checkRequired, has, keyValues, numberOf, parseOptions, UsageError, valueOf, valuesOf, type OptionArgument, type Options, type OptionSpec } from './options.ts';
import { tellConsumer, type ConsumerTurn } from './own-consumer.ts';
import { Answer, helpOrVersion, notModelled, propertiesFile, type ReadFile, type Tool } from './tool.ts';

const DEFAULT_FORMATTER = 'kafka.tools.DefaultMessageFormatter';
/** What each writes of a record: as the default one does (and logs it below what is shown), nothing, or a sum that this tool leaves 0. */
const FORMATTERS: { readonly [className: string]: Writes } = {
  [DEFAULT_FORMATTER]: 'record',
  'kafka.tools.LoggingMessageFormatter': 'record',
  'kafka.tools.NoOpMessageFormatter': 'nothing',
  'kafka.tools.ChecksumMessageFormatter': 'checksum',
};
const OTHER_FORMATTERS = ['group.GroupMetadataManager$OffsetsMessageFormatter', 'group.GroupMetadataManager$GroupMetadataMessageFormatter', 'transaction.TransactionLog$TransactionLogMessageFormatter'].map((name) => `kafka.coordinator.${name}`);
const SERIALIZATION = 'org.apache.kafka.common.serialization.';
const STRING_DESERIALIZER = `${SERIALIZATION}StringDeserializer`;
const OTHER_DESERIALIZERS = ['ByteArray', 'ByteBuffer', 'Bytes', 'Double', 'Float', 'Integer', 'Long', 'Short', 'UUID'].map((type) => `${SERIALIZATION}${type}Deserializer`);
const LOGGER = 'kafka.tools.ConsoleConsumer$';

const text = (describedAs: string): OptionArgument => ({ type: 'String', describedAs });
const integer = (describedAs: string): OptionArgument => ({ type: 'Integer', describedAs });

const options: readonly OptionSpec[] = [
  { name: 'topic', description: 'The topic to read.', argument: text('topic') },
  { name: 'whitelist', description: 'Regular expression of topics to read.', argument: text('whitelist') },
  { name: 'partition', description: 'The partition to read, from its end unless --offset is given.', argument: integer('partition') },
  { name: 'offset', description: "Where to begin: a number, 'earliest' or 'latest'.", argument: { ...text('consume offset'), defaultsTo: 'latest' } },
  { name: 'consumer-property', description: 'Setting of the consumer.', argument: text('consumer_prop') },
  { name: 'consumer.config', description: 'File with settings of the consumer.', argument: text('config file') },
  { name: 'formatter', description: 'Class that prints the records.', argument: { ...text('class'), defaultsTo: DEFAULT_FORMATTER } },
  {
    name: 'property',
    description: 'Setting of the formatter: print.timestamp, print.key, print.value, key.separator, line.separator, key.deserializer, value.deserializer.',
    argument: text('prop'),
  },
  { name: 'from-beginning', description: 'Begin at the earliest record where nothing was committed.' },
  { name: 'max-messages', description: 'How many records to read; without it, without end.', argument: integer('num_messages') },
  { name: 'timeout-ms', description: 'End if nothing comes for so long.', argument: integer('timeout_ms') },
  { name: 'skip-message-on-error', description: 'Go on after a record that cannot be printed.' },
  { name: 'bootstrap-server', description: 'REQUIRED: brokers to begin with.', argument: text('server to connect to') },
  { name: 'key-deserializer', argument: text('deserializer for key') },
  { name: 'value-deserializer', argument: text('deserializer for values') },
  { name: 'enable-systest-events', description: 'Tell of the end on standard output.' },
  { name: 'isolation-level', description: 'read_committed leaves out what was not committed.', argument: { type: 'String', defaultsTo: 'read_uncommitted' } },
  { name: 'group', description: 'The consumer group.', argument: text('consumer group id') },
];

type Writes = 'record' | 'nothing' | 'checksum';

interface Format {
  readonly writes: Writes;
  /** What a sum begins with. */
  readonly topicPrefix: string;
  readonly timestamp: boolean;
  readonly key: boolean;
  readonly value: boolean;
  readonly keySeparator: string;
  readonly lineSeparator: string;
}

interface Plan {
  /** Empty where there is a whitelist. */
  readonly topic: string;
  readonly whitelist: string | null;
  readonly partition: number | null;
  readonly offset: 'earliest' | 'latest' | number;
  /** −1: all. */
  readonly maxMessages: number;
  /** −1: no end. */
  readonly timeoutMs: number;
  readonly tellsShutdown: boolean;
  readonly format: Format;
  readonly bootstrapServers: string;
  /** Without `group.id` one is made up. */
  readonly properties: { readonly [key: string]: string };
}

function parse(args: readonly string[]): Options {
  try {
    return parseOptions(options, args, []);
  } catch (error) {
    throw error instanceof JavaException ? new UsageError(error.message) : error;
  }
}

function writesOf(className: string): Writes {
  if (Object.hasOwn(FORMATTERS, className)) return FORMATTERS[className]!;
  throw OTHER_FORMATTERS.includes(className) ? notModelled(className) : classNotFound(className);
}

const classNotFound = (className: string): JavaException => new JavaException('java.lang.ClassNotFoundException', className);

function formatOf(given: Options): Format {
  const writes = writesOf(valueOf(given, 'formatter')!);
  const properties = keyValues(valuesOf(given, 'property'));
  const isTrue = (key: string, otherwise: boolean): boolean => (Object.hasOwn(properties, key) ? properties[key]!.trim().toLowerCase() === 'true' : otherwise);
  for (const deserializer of [valueOf(given, 'key-deserializer') || properties['key.deserializer'], valueOf(given, 'value-deserializer') || properties['value.deserializer']]) {
    if (writes !== 'record' || deserializer === undefined || deserializer === STRING_DESERIALIZER) continue;
    throw OTHER_DESERIALIZERS.includes(deserializer) ? notModelled(deserializer) : classNotFound(deserializer);
  }
  return {
    writes,
    topicPrefix: properties['topic'] === undefined ? '' : `${properties['topic']}:`,
    timestamp: isTrue('print.timestamp', false),
    key: isTrue('print.key', false),
    value: isTrue('print.value', true),
    keySeparator: properties['key.separator'] ?? '\t',
    lineSeparator: properties['line.separator'] ?? '\n',
  };
}

function offsetOf(given: Options): Plan['offset'] {
  if (!has(given, 'offset')) return has(given, 'from-beginning') ? 'earliest' : 'latest';
  const offset = valueOf(given, 'offset')!.toLowerCase();
  if (offset === 'earliest' || offset === 'latest') return offset;
  if (!/^\+?\d{1,18}$/.test(offset)) {
    throw new UsageError(`The provided offset value '${offset}' is incorrect. Valid values are 'earliest', 'latest', or a non-negative long.`);
  }
  return Number(offset);
}

function plan(args: readonly string[], read: ReadFile): Plan {
  const given = parse(args);
  helpOrVersion(args, given, 'This tool helps to read data from Kafka topics and outputs it to standard output.');
  const file = propertiesFile(given, 'consumer.config', read);
  const extra = keyValues(valuesOf(given, 'consumer-property'));
  const partition = numberOf(given, 'partition') ?? null;
  const format = formatOf(given);
  if (['topic', 'whitelist'].filter((name) => has(given, name)).length !== 1) throw new UsageError('Exactly one of whitelist/topic is required.');
  if (partition !== null) {
    if (!has(given, 'topic')) throw new UsageError('The topic is required when partition is specified.');
    if (has(given, 'from-beginning') && has(given, 'offset')) throw new UsageError('Options from-beginning and offset cannot be specified together.');
  } else if (has(given, 'offset')) throw new UsageError('The partition is required when offset is specified.');
  const offset = offsetOf(given);
  checkRequired(given, 'bootstrap-server');
  const groups = [...new Set([valueOf(given, 'group'), file['group.id'], extra['group.id']].filter((group) => group !== undefined))];
  if (groups.length > 1) {
    const detected = groups.map((group) => `'${group}'`).join(', ');
    throw new UsageError(
      `The group ids provided in different places (directly using '--group', via '--consumer-property', or via '--consumer.config') do not match. Detected group ids: ${detected}`,
    );
  }
  if (groups.length > 0 && partition !== null) throw new UsageError('Options group and partition cannot be specified together.');
  const whitelist = valueOf(given, 'whitelist') ?? null;
  const missing = whitelist === null ? null : notModelledIn(whitelist);
  if (missing !== null) throw notModelled(missing);
  const reset = has(given, 'from-beginning') ? 'earliest' : 'latest';
  const properties: { [key: string]: string } = { ...file, ...(groups.length > 0 ? { 'group.id': groups[0]! } : { 'enable.auto.commit': file['enable.auto.commit'] ?? 'false' }), ...extra };
  const chosen = properties['auto.offset.reset'];
  if (chosen !== undefined && chosen !== 'earliest' && reset === 'earliest') {
    throw new Answer({ stderr: `Can't simultaneously specify --from-beginning and 'auto.offset.reset=${chosen}', please remove one option\n`, exitCode: 1 });
  }
  properties['auto.offset.reset'] ??= reset;
  if (has(given, 'isolation-level') || properties['isolation.level'] === undefined) properties['isolation.level'] = valueOf(given, 'isolation-level')!;
  return {
    topic: valueOf(given, 'topic') ?? '',
    whitelist,
    partition,
    offset,
    maxMessages: numberOf(given, 'max-messages') ?? -1,
    timeoutMs: numberOf(given, 'timeout-ms') ?? -1,
    tellsShutdown: has(given, 'enable-systest-events'),
    format,
    bootstrapServers: valueOf(given, 'bootstrap-server')!,
    properties,
  };
}

interface State {
  readonly plan: Plan;
  /** null before `main`. */
  readonly consumer: ConsumerState | null;
  readonly messages: number;
  readonly isClosing: boolean;
  readonly exitCode: number;
}

const program: Program<State, Plan> = {
  start(given, env) {
    env.setTimer('main', JVM_START);
    return { plan: given, consumer: null, messages: 0, isClosing: false, exitCode: 0 };
  },

  handle(state, event, env) {
    if (event.type === 'timer' && event.name === 'main') return begin(state, env);
    if (state.consumer === null) {
      if (event.type === 'signal') env.exit(event.signal === 'SIGINT' ? 130 : 143);
      return state;
    }
    if (event.type === 'signal') return close({ ...state, exitCode: event.signal === 'SIGINT' ? 130 : 143 }, env);
    if (event.type === 'timer' && event.name === 'timeout') return timeOut(state, env);
    // Nobody reads standard input.
    return event.type === 'command' ? state : turn(state, event, env);
  },
};

function begin(state: State, env: Env): State {
  const { topic, whitelist, partition, offset, timeoutMs, bootstrapServers, properties: given } = state.plan;
  const properties = { 'group.id': `console-consumer-${env.randomInt(0, 99_999)}`, ...given };
  const config = consumerConfig({ bootstrapServers, properties }, 'consumer-1');
  if (isConfigError(config)) return refuse(state, configException(config.message), config.key === 'bootstrap.servers', env);
  if (whitelist === null && topic.trim() === '') {
    const asked = partition === null ? 'Topic collection to subscribe to cannot contain null or empty topic' : 'Topic partitions to assign to cannot have null or empty topic';
    return refuse(state, illegalArgument(asked), false, env);
  }
  if (timeoutMs >= 0) env.setTimer('timeout', timeoutMs * 1_000);
  const common = { bootstrapServers, properties, tellsRecords: true } as const;
  if (whitelist !== null) {
    const wrong = patternProblem(whitelist);
    return wrong === null ? turn(state, { ...common, pattern: whitelist }, env) : refuse(state, new JavaException('java.util.regex.PatternSyntaxException', wrong), false, env);
  }
  if (partition === null) return turn(state, { ...common, subscription: [topic] }, env);
  const assigned = turn(state, { ...common, assignment: [{ topic, partition }], fromBeginning: offset === 'earliest' }, env);
  if (offset === 'earliest') return assigned;
  return obey(assigned, offset === 'latest' ? { type: 'seekToEnd', topic, partition } : { type: 'seek', topic, partition, offset }, env);
}

/** The consumer could not be made. */
function refuse(state: State, cause: JavaException, isWrapped: boolean, env: Env): State {
  const exception = isWrapped ? new JavaException('org.apache.kafka.common.KafkaException', 'Failed to construct kafka consumer', [], cause) : cause;
  env.print('stderr', logText(env.wallClockMs, 'ERROR', `Unknown error when running consumer:  (${LOGGER})`) + stackTrace(exception));
  env.exit(1);
  return { ...state, isClosing: true };
}

function obey(state: State, command: ConsumerCommand, env: Env): State {
  return turn(state, { type: 'command', command }, env);
}

/** One event of the consumer, or its start, and what the tool makes of it. */
function turn(state: State, event: ProcessEvent | ConsumerProcessConfig, env: Env): State {
  const told = tellConsumer(state.consumer, event, env);
  return judge({ ...state, consumer: told.consumer }, told, env);
}

function judge(state: State, { batches, failure, hasEnded }: ConsumerTurn, env: Env): State {
  let next = state.isClosing ? state : print(state, batches, env);
  if (failure !== null) {
    if (failure.message.startsWith('No resolvable bootstrap urls')) {
      return refuse(next, configException(failure.message), true, env);
    }
    next = terminate(next, exceptionOf(failure), env);
  }
  if (hasEnded) {
    env.print('stderr', `Processed a total of ${next.messages} messages\n`);
    if (next.plan.tellsShutdown) env.print('stdout', 'shutdown_complete\n');
    env.exit(next.exitCode);
  }
  return next;
}

/** Exceptions of the consumer itself have their own package. */
function exceptionOf({ error, message }: { readonly error: string; readonly message: string }): JavaException {
  const ofConsumer = ['NoOffsetForPartitionException', 'OffsetOutOfRangeException', 'LogTruncationException', 'CommitFailedException'];
  if (ofConsumer.includes(error)) return new JavaException(`org.apache.kafka.clients.consumer.${error}`, message);
  return error === 'KafkaException' ? new JavaException('org.apache.kafka.common.KafkaException', message) : apiException(error, message);
}

function terminate(state: State, exception: JavaException, env: Env): State {
  const line = `Error processing message, terminating consumer process:  (${LOGGER})`;
  env.print('stderr', logText(env.wallClockMs, 'ERROR', line) + stackTrace(exception));
  return { ...state, isClosing: true };
}

function line(record: ConsumedRecord, format: Format): string {
  if (format.writes !== 'record') return format.writes === 'nothing' ? '' : `${format.topicPrefix}checksum:0\n`;
  const { timestampType, timestampMs, key, value } = record;
  const columns = [
    ...(format.timestamp ? [timestampMs < 0 ? 'NO_TIMESTAMP' : `${timestampType}:${timestampMs}`] : []),
    ...(format.key ? [key ?? 'null'] : []),
    ...(format.value ? [value ?? 'null'] : []),
  ];
  return columns.length === 0 ? '' : `${columns.join(format.keySeparator)}${format.lineSeparator}`;
}

/** Prints as many records as are wanted; the rest is given back, so that it is not committed. */
function print(state: State, batches: ConsumerTurn['batches'], env: Env): State {
  const { maxMessages, timeoutMs, format } = state.plan;
  const left = maxMessages < 0 ? Infinity : maxMessages - state.messages;
  const all = batches.flatMap(({ topic, partition, records }) => records.map((record) => ({ topic, partition, record })));
  if (all.length === 0) return state;
  const wanted = all.slice(0, left);
  if (wanted.length > 0) env.print('stdout', wanted.map(({ record }) => line(record, format)).join(''));
  if (timeoutMs >= 0) env.setTimer('timeout', timeoutMs * 1_000);
  const next = { ...state, messages: state.messages + wanted.length };
  if (wanted.length < left) return next;
  const rest = all.slice(wanted.length);
  const unread = rest.filter((one, index) => rest.findIndex(({ topic, partition }) => topic === one.topic && partition === one.partition) === index);
  let closing: State = { ...next, isClosing: true };
  for (const { topic, partition, record } of unread) closing = obey(closing, { type: 'seek', topic, partition, offset: record.offset }, env);
  return obey(closing, { type: 'stop' }, env);
}

function close(state: State, env: Env): State {
  return state.isClosing ? state : obey({ ...state, isClosing: true }, { type: 'stop' }, env);
}

function timeOut(state: State, env: Env): State {
  if (state.isClosing) return state;
  return obey(terminate(state, apiException('TimeoutException', ''), env), { type: 'stop' }, env);
}

export const kafkaConsoleConsumer: Tool<Plan> = {
  name: 'kafka-console-consumer.sh',
  mainClass: 'kafka.tools.ConsoleConsumer',
  options,
  program: 'kafka-console-consumer',
  body: program as Program<unknown, Plan>,
  plan,
};
