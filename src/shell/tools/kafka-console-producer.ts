/**
 * `kafka-console-producer.sh` (`kafka.tools.ConsoleProducer` 2.3.0): reads lines and gives each to the producer. Its main thread
 * waits for a line, for a call of `send` that blocks and, with `--sync`, for the record's acknowledgement.
 */
import { logText } from '../../kernel/log-files.ts';
import type { Env, ProcessEvent, Program } from '../../kernel/program.ts';
import { utf8 } from '../../kafka/log/record-batch.ts';
import type { ProducerProcessConfig, ProducerState } from '../../kafka/clients/producer-state.ts';
import { feed, NO_INPUT, readLine, type Input, type InputCommand } from './input.ts';
import { apiException, executionException, JavaException, JVM_START, stackTrace } from './java.ts';
import { checkPorts, checkRequired, has, keyValues, parseOptions, UsageError, valueOf, valuesOf, type OptionArgument, type Options, type OptionSpec } from './options.ts';
import { noBootstrapServer, producerProblem, tellProducer, type SendOutcome } from './own-producer.ts';
import { Answer, helpOrVersion, propertiesFile, type ReadFile, type Tool } from './tool.ts';

const LINE_READER = 'kafka.tools.ConsoleProducer$LineMessageReader';

const number = (type: 'Integer' | 'Long', defaultsTo: number, describedAs?: string): OptionArgument => ({
  type,
  defaultsTo: String(defaultsTo),
  ...(describedAs === undefined ? {} : { describedAs }),
});
const text = (describedAs: string): OptionArgument => ({ type: 'String', describedAs });

const options: readonly OptionSpec[] = [
  { name: 'topic', description: 'REQUIRED: the topic to write to.', argument: text('topic') },
  { name: 'broker-list', description: 'REQUIRED: brokers to begin with, as HOST1:PORT1,HOST2:PORT2.', argument: text('broker-list') },
  { name: 'sync', description: 'Wait for each record to be acknowledged before the next line is read.' },
  { name: 'compression-codec', description: "'none', 'gzip', 'snappy', 'lz4' or 'zstd'; 'gzip' without a value.", argument: { ...text('compression-codec'), isOptional: true } },
  { name: 'batch-size', description: 'Has no effect.', argument: number('Integer', 200, 'size') },
  { name: 'message-send-max-retries', description: 'How often a failed send is repeated.', argument: number('Integer', 3) },
  { name: 'retry-backoff-ms', description: 'Pause before a repetition.', argument: number('Integer', 100) },
  { name: 'timeout', description: 'How long a record waits for others to be sent with it.', argument: number('Integer', 1000, 'timeout_ms') },
  { name: 'request-required-acks', description: 'Acknowledgements that the leader waits for.', argument: { ...text('request required acks'), defaultsTo: '1' } },
  { name: 'request-timeout-ms', description: 'How long an answer is waited for.', argument: number('Integer', 1500, 'request timeout ms') },
  { name: 'metadata-expiry-ms', description: 'After which time metadata is asked for anew.', argument: number('Long', 300_000, 'metadata expiration interval') },
  { name: 'max-block-ms', description: 'How long a send may block.', argument: number('Long', 60_000, 'max block on send') },
  { name: 'max-memory-bytes', description: 'Memory for records that wait.', argument: number('Long', 33_554_432, 'total memory in bytes') },
  { name: 'max-partition-memory-bytes', description: 'Size of a batch.', argument: number('Long', 16_384, 'memory in bytes per partition') },
  { name: 'line-reader', description: 'Class that reads the lines.', argument: { ...text('reader_class'), defaultsTo: LINE_READER } },
  { name: 'socket-buffer-size', description: 'Size of the send buffer.', argument: number('Integer', 102_400, 'size') },
  { name: 'property', description: 'Setting of the reader: parse.key, key.separator, ignore.error.', argument: text('prop') },
  { name: 'producer-property', description: 'Setting of the producer.', argument: text('producer_prop') },
  { name: 'producer.config', description: 'File with settings of the producer.', argument: text('config file') },
];

/** Settings that have an option: the option counts if it was given or if nothing else sets the key. */
const merged: readonly (readonly [key: string, option: string])[] = [
  ['linger.ms', 'timeout'],
  ['acks', 'request-required-acks'],
  ['request.timeout.ms', 'request-timeout-ms'],
  ['retries', 'message-send-max-retries'],
  ['retry.backoff.ms', 'retry-backoff-ms'],
  ['send.buffer.bytes', 'socket-buffer-size'],
  ['buffer.memory', 'max-memory-bytes'],
  ['batch.size', 'max-partition-memory-bytes'],
  ['metadata.max.age.ms', 'metadata-expiry-ms'],
  ['max.block.ms', 'max-block-ms'],
];

interface Plan {
  readonly topic: string;
  readonly isSync: boolean;
  readonly parseKey: boolean;
  readonly keySeparator: string;
  readonly ignoreError: boolean;
  readonly producer: ProducerProcessConfig;
}

function parse(args: readonly string[]): Options {
  try {
    return parseOptions(options, args, []);
  } catch (error) {
    throw error instanceof JavaException ? new UsageError(error.message) : error;
  }
}

/** `main` itself says what the parser of options found wrong later, and prints every other exception with its trace. */
function plan(args: readonly string[], read: ReadFile): Plan {
  try {
    return planOf(args, read);
  } catch (error) {
    if (!(error instanceof JavaException)) throw error;
    throw new Answer({ stderr: error.className.startsWith('joptsimple.') ? `${error.message}\n` : stackTrace(error), exitCode: 1 });
  }
}

function planOf(args: readonly string[], read: ReadFile): Plan {
  const given = parse(args);
  helpOrVersion(args, given, 'This tool helps to read data from standard input and publish it to Kafka.');
  checkRequired(given, 'topic', 'broker-list');
  const bootstrapServers = valueOf(given, 'broker-list')!;
  checkPorts(bootstrapServers);
  const codec = has(given, 'compression-codec') ? valueOf(given, 'compression-codec') || 'gzip' : 'none';
  if (codec === 'zstd') throw new Answer({ stderr: `compression with ${codec} is not modelled here\n`, exitCode: 1 });
  valueOf(given, 'batch-size');
  const reader = keyValues(valuesOf(given, 'property'));
  const readerClass = valueOf(given, 'line-reader')!;
  if (readerClass !== LINE_READER) throw new JavaException('java.lang.ClassNotFoundException', readerClass);
  const isTrue = (value: string | undefined): boolean => value?.trim().toLowerCase() === 'true';
  const properties: { [key: string]: string } = {
    ...propertiesFile(given, 'producer.config', read),
    ...keyValues(valuesOf(given, 'producer-property')),
    'client.id': 'console-producer',
    'compression.type': codec,
  };
  for (const [key, option] of merged) if (has(given, option) || !Object.hasOwn(properties, key)) properties[key] = valueOf(given, option)!;
  return {
    topic: valueOf(given, 'topic')!,
    isSync: has(given, 'sync'),
    parseKey: isTrue(reader['parse.key']),
    keySeparator: reader['key.separator'] ?? '\t',
    ignoreError: isTrue(reader['ignore.error']),
    producer: { bootstrapServers, properties },
  };
}

interface Sizes {
  readonly key: number;
  readonly value: number;
}

interface State {
  readonly plan: Plan;
  /** null before `main`. */
  readonly producer: ProducerState | null;
  readonly input: Input;
  readonly lines: number;
  /** A `>` stands for the line that is waited for. */
  readonly isPrompted: boolean;
  /** Bytes of the key (−1: none) and the value of records without an outcome, by the number of their `send`. */
  readonly unsettled: { readonly [n: string]: Sizes };
  /** Once it is not null the producer is closing, and the process ends with it. */
  readonly exitCode: number | null;
}

/** After the producer was made, in which the names of brokers are looked up. */
const FIRST_PROMPT = 1_000;

const program: Program<State, Plan> = {
  start(given, env) {
    env.setTimer('main', JVM_START);
    return { plan: given, producer: null, input: NO_INPUT, lines: 0, isPrompted: false, unsettled: {}, exitCode: null };
  },

  handle(state, event, env) {
    if (event.type === 'command') {
      const next = { ...state, input: feed(state.input, event.command as InputCommand) };
      return next.isPrompted ? goOn(next, event, env) : next;
    }
    if (event.type === 'signal') {
      const exitCode = event.signal === 'SIGINT' ? 130 : 143;
      if (state.producer === null) env.exit(exitCode);
      return close({ ...state, exitCode }, env);
    }
    if (event.type === 'timer' && event.name === 'main') return begin(state, env);
    if (event.type === 'timer' && event.name === 'prompt') return goOn(state, event, env);
    return state.producer === null ? state : goOn(tell(state, event, env), event, env);
  },
};

const SEND_FRAMES = ['kafka.tools.ConsoleProducer$.send(ConsoleProducer.scala:75)', 'kafka.tools.ConsoleProducer$.main(ConsoleProducer.scala:57)', 'kafka.tools.ConsoleProducer.main(ConsoleProducer.scala)'];

function begin(state: State, env: Env): State {
  const problem = producerProblem(state.plan.producer, 'console-producer');
  if (problem) return refuse(state, problem, env);
  env.setTimer('prompt', FIRST_PROMPT);
  return { ...state, producer: tellProducer(null, state.plan.producer, env).producer };
}

function refuse(state: State, exception: JavaException, env: Env): State {
  env.print('stderr', stackTrace(exception));
  env.exit(1);
  return state;
}

/** Hands an event to the producer and prints what became of records. */
function tell(state: State, event: ProcessEvent, env: Env): State {
  const { producer, outcomes, call, ended } = tellProducer(state.producer, event, env, SEND_FRAMES);
  if (call?.thrown && state.exitCode === null) {
    env.print('stderr', stackTrace(call.thrown));
    return close({ ...state, producer, exitCode: 1 }, env);
  }
  const next = settleOutcomes({ ...state, producer }, outcomes, env);
  if (ended === null) return next;
  if (ended !== 0 && next.exitCode === null) return refuse(next, noBootstrapServer(), env);
  env.exit(next.exitCode ?? ended);
  return next;
}

function settleOutcomes(state: State, outcomes: readonly SendOutcome[], env: Env): State {
  let next = state;
  for (const { n, topic, failure } of outcomes) {
    const { [n]: sizes, ...unsettled } = next.unsettled;
    next = { ...next, unsettled };
    if (failure === null || !sizes) continue;
    const exception = apiException(failure.error, failure.message);
    if (state.plan.isSync) {
      env.print('stderr', stackTrace(executionException(exception, [])));
      return close({ ...next, exitCode: 1 }, env);
    }
    const key = sizes.key < 0 ? 'null' : `${sizes.key} bytes`;
    const line = `Error when sending message to topic ${topic} with key: ${key}, value: ${sizes.value} bytes with error: (org.apache.kafka.clients.producer.internals.ErrorLoggingCallback)`;
    env.print('stderr', logText(env.wallClockMs, 'ERROR', line) + stackTrace(exception));
  }
  return next;
}

function close(state: State, env: Env): State {
  if (state.producer === null) return state;
  return tell(state, { type: 'command', command: { type: 'stop' } as never }, env);
}

const isBlocked = ({ producer, plan: { isSync }, unsettled }: State): boolean => producer?.blocked !== null || (isSync && Object.keys(unsettled).length > 0);

/** The loop of the main thread, as far as it gets. */
function goOn(state: State, event: ProcessEvent, env: Env): State {
  let next = state;
  const mayRead = state.lines > 0 || state.isPrompted || (event.type === 'timer' && event.name === 'prompt');
  while (mayRead && next.exitCode === null && next.producer !== null && !isBlocked(next)) {
    if (!next.isPrompted) {
      env.print('stdout', '>');
      next = { ...next, isPrompted: true };
    }
    const read = readLine(next.input);
    if (!read) return next;
    next = { ...next, input: read.input, lines: next.lines + 1, isPrompted: false };
    next = read.line === null ? close({ ...next, exitCode: 0 }, env) : send(next, read.line, env);
  }
  return next;
}

function send(state: State, line: string, env: Env): State {
  const { plan: { topic, parseKey, keySeparator, ignoreError } } = state;
  const at = parseKey ? line.indexOf(keySeparator) : -1;
  if (parseKey && at < 0 && !ignoreError) {
    const exception = new JavaException('org.apache.kafka.common.KafkaException', `No key found on line ${state.lines}: ${line}`, [
      'kafka.tools.ConsoleProducer$LineMessageReader.readMessage(ConsoleProducer.scala:275)',
      'kafka.tools.ConsoleProducer$.main(ConsoleProducer.scala:55)',
      'kafka.tools.ConsoleProducer.main(ConsoleProducer.scala)',
    ]);
    env.print('stderr', stackTrace(exception));
    return close({ ...state, exitCode: 1 }, env);
  }
  const key = at < 0 ? null : line.slice(0, at);
  const value = at < 0 ? line : line.slice(at + keySeparator.length);
  const n = state.producer!.counters.sent;
  const sizes: Sizes = { key: key === null ? -1 : utf8(key).length, value: utf8(value).length };
  const noted = { ...state, unsettled: { ...state.unsettled, [n]: sizes } };
  return tell(noted, { type: 'command', command: { type: 'produce', topic, key, value } as never }, env);
}

export const kafkaConsoleProducer: Tool<Plan> = {
  name: 'kafka-console-producer.sh',
  mainClass: 'kafka.tools.ConsoleProducer',
  options,
  program: 'kafka-console-producer',
  body: program as Program<unknown, Plan>,
  readsInput: true,
  plan,
};
