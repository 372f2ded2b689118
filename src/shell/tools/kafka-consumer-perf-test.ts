/** `kafka-consumer-perf-test.sh` (`kafka.tools.ConsumerPerformance` 2.3.0). Not modelled: metrics, other formats of dates. */
import { dateOf, momentOf, three, timeOfDay } from '../../kernel/calendar.ts';
import type { Env, ProcessEvent, Program } from '../../kernel/program.ts';
import { utf8 } from '../../kafka/log/record-batch.ts';
import { consumerConfig, isConfigError } from '../../kafka/clients/client-config.ts';
import type { ConsumerState } from '../../kafka/clients/consumer-state.ts';
import type { ConsumerProcessConfig } from '../../kafka/clients/consumer.ts';
import { configException, illegalArgument, JavaException, JVM_START, uncaught } from './java.ts';
import { checkRequired, has, numberOf, parseOptions, valueOf, type OptionSpec } from './options.ts';
import { commandConsumer, tellConsumer, type ConsumerTurn } from './own-consumer.ts';
import { helpOrVersion, notModelled, propertiesFile, type ReadFile, type Tool } from './tool.ts';

const DATE_FORMAT = 'yyyy-MM-dd HH:mm:ss:SSS';

const options: readonly OptionSpec[] = [
  { name: 'messages', description: 'REQUIRED: how many records to read.', argument: { type: 'Long', describedAs: 'count' } },
  { name: 'reporting-interval', description: 'Milliseconds between two reports.', argument: { type: 'Integer', describedAs: 'interval_ms', defaultsTo: '5000' } },
  { name: 'date-format', description: 'How times are printed.', argument: { type: 'String', describedAs: 'date format', defaultsTo: DATE_FORMAT } },
  { name: 'hide-header', description: 'Without the names of the columns.' },
  { name: 'broker-list', description: 'REQUIRED: brokers to begin with.', argument: { type: 'String', describedAs: 'host' } },
  { name: 'topic', description: 'REQUIRED: the topic.', argument: { type: 'String', describedAs: 'topic' } },
  { name: 'group', description: 'The consumer group; one of its own if left out.', argument: { type: 'String', describedAs: 'gid' } },
  { name: 'fetch-size', description: 'Bytes of a partition in one fetch.', argument: { type: 'Integer', describedAs: 'size', defaultsTo: '1048576' } },
  { name: 'from-latest', description: 'Begin at the end where nothing is committed.' },
  { name: 'socket-buffer-size', description: 'Has no effect here.', argument: { type: 'Integer', describedAs: 'size', defaultsTo: '2097152' } },
  { name: 'threads', description: 'Has no effect.', argument: { type: 'Integer', describedAs: 'count', defaultsTo: '10' } },
  { name: 'num-fetch-threads', description: 'Has no effect.', argument: { type: 'Integer', describedAs: 'count', defaultsTo: '1' } },
  { name: 'consumer.config', description: 'Properties of the consumer.', argument: { type: 'String', describedAs: 'config file' } },
  { name: 'print-metrics', description: 'Print the metrics at the end.' },
  { name: 'show-detailed-stats', description: 'A line for every interval instead of one at the end.' },
  { name: 'timeout', description: 'Milliseconds to wait for the next records.', argument: { type: 'Long', describedAs: 'milliseconds', isOptional: true, defaultsTo: '10000' } },
];

interface Plan {
  readonly bootstrapServers: string;
  readonly topic: string;
  /** null: one is made up. */
  readonly group: string | null;
  readonly properties: { readonly [key: string]: string };
  readonly messages: number;
  readonly timeoutMs: number;
  readonly reportingIntervalMs: number;
  readonly hidesHeader: boolean;
  readonly isDetailed: boolean;
}

const frame = (method: string, line: number): string => `kafka.tools.ConsumerPerformance${method}(ConsumerPerformance.scala:${line})`;
const MAIN = [frame('$.main', 43), 'kafka.tools.ConsumerPerformance.main(ConsumerPerformance.scala)'];

function plan(args: readonly string[], read: ReadFile): Plan {
  const given = parseOptions(options, args, [frame('$ConsumerPerfConfig.<init>', 253), ...MAIN]);
  helpOrVersion(args, given, 'This tool helps in performance test for the full zookeeper consumer');
  checkRequired(given, 'topic', 'messages', 'broker-list');
  if (has(given, 'print-metrics')) throw notModelled('--print-metrics');
  if (valueOf(given, 'date-format') !== DATE_FORMAT) throw notModelled('another --date-format');
  const properties = {
    ...propertiesFile(given, 'consumer.config', read),
    'max.partition.fetch.bytes': valueOf(given, 'fetch-size')!,
    'auto.offset.reset': has(given, 'from-latest') ? 'latest' : 'earliest',
  };
  if (numberOf(given, 'reporting-interval')! <= 0) throw illegalArgument('Reporting interval must be greater than 0.', [frame('$ConsumerPerfConfig.<init>', 281), ...MAIN]);
  return {
    bootstrapServers: valueOf(given, 'broker-list')!,
    topic: valueOf(given, 'topic')!,
    group: valueOf(given, 'group') ?? null,
    properties,
    messages: numberOf(given, 'messages')!,
    timeoutMs: numberOf(given, 'timeout')!,
    reportingIntervalMs: numberOf(given, 'reporting-interval')!,
    hidesHeader: has(given, 'hide-header'),
    isDetailed: has(given, 'show-detailed-stats'),
  };
}

interface Reading {
  readonly messages: number;
  readonly bytes: number;
}

interface State extends Reading {
  readonly plan: Plan;
  /** null before `main`. */
  readonly consumer: ConsumerState | null;
  readonly startedAtMs: number;
  /** When it had enough, or gave up; null: it reads on. */
  readonly endedAtMs: number | null;
  readonly joinStartedAtMs: number;
  readonly joinMs: number;
  /** Joining since the last report. */
  readonly joinMsOfInterval: number;
  readonly reported: Reading & { readonly atMs: number };
  readonly exitCode: number;
}

/** How long the tool's `poll` waits. */
const POLL_MS = 100;
const MEGABYTE = 1_048_576;
const HEADER = 'data.consumed.in.MB, MB.sec, data.consumed.in.nMsg, nMsg.sec, rebalance.time.ms, fetch.time.ms, fetch.MB.sec, fetch.nMsg.sec';

const time = (ms: number): string => `${dateOf(momentOf(ms))} ${timeOfDay(momentOf(ms))}:${three(momentOf(ms).millisecond)}`;

/** As Java's `%.4f` prints a quotient. */
function decimals(value: number): string {
  return Number.isNaN(value) ? 'NaN' : value === Infinity ? 'Infinity' : value.toFixed(4);
}

const program: Program<State, Plan> = {
  start(given, env) {
    env.setTimer('main', JVM_START);
    return { plan: given, consumer: null, startedAtMs: 0, endedAtMs: null, joinStartedAtMs: 0, joinMs: 0, joinMsOfInterval: 0, reported: { messages: 0, bytes: 0, atMs: 0 }, messages: 0, bytes: 0, exitCode: 0 };
  },
  handle(state, event, env) {
    if (event.type === 'timer' && event.name === 'main') return begin(state, env);
    if (state.consumer === null) {
      if (event.type === 'signal') env.exit(event.signal === 'SIGINT' ? 130 : 143);
      return state;
    }
    if (event.type === 'signal') {
      env.exit(event.signal === 'SIGINT' ? 130 : 143);
      return state;
    }
    if (event.type === 'timer' && event.name === 'perf.timeout') return giveUp(state, env);
    // Nobody reads standard input.
    return event.type === 'command' ? state : take(state, tellConsumer(state.consumer, event as ProcessEvent, env), env);
  },
};

function begin(state: State, env: Env): State {
  const { bootstrapServers, topic, group, properties: given, hidesHeader, isDetailed, timeoutMs } = state.plan;
  if (!hidesHeader) env.print('stdout', `${isDetailed ? 'time, threadId, ' : 'start.time, end.time, '}${HEADER}\n`);
  const properties = { 'group.id': group ?? `perf-consumer-${env.randomInt(0, 99_999)}`, ...given };
  const config = consumerConfig({ bootstrapServers, properties }, 'consumer-1');
  if (isConfigError(config)) return refuse(state, config.message, env);
  env.setTimer('perf.timeout', (timeoutMs + POLL_MS) * 1_000);
  const process: ConsumerProcessConfig = { bootstrapServers, properties, tellsRecords: true, subscription: [topic] };
  const now = env.wallClockMs;
  return take({ ...state, startedAtMs: now, joinStartedAtMs: now, reported: { ...state.reported, atMs: now } }, tellConsumer(null, process, env), env);
}

function refuse(state: State, message: string, env: Env): State {
  const cause = configException(message);
  env.print('stderr', uncaught(new JavaException('org.apache.kafka.common.KafkaException', 'Failed to construct kafka consumer', [], cause)));
  env.exit(1);
  return state;
}

function take(state: State, { consumer, batches, failure, groupFacts, hasEnded }: ConsumerTurn, env: Env): State {
  const now = env.wallClockMs;
  if (failure !== null) return refuse(state, failure.message, env);
  let next: State = { ...state, consumer };
  for (const { type } of groupFacts) {
    if (type === 'partitionsRevoked') next = { ...next, joinStartedAtMs: now };
    if (type === 'partitionsAssigned') next = { ...next, joinMs: next.joinMs + now - next.joinStartedAtMs, joinMsOfInterval: next.joinMsOfInterval + now - next.joinStartedAtMs };
  }
  if (next.endedAtMs === null) next = read(next, batches, env);
  if (!hasEnded) return next;
  if (!next.plan.isDetailed) env.print('stdout', total(next));
  env.exit(next.exitCode);
  return next;
}

function read(state: State, batches: ConsumerTurn['batches'], env: Env): State {
  const { plan, reported } = state;
  const records = batches.flatMap((batch) => batch.records);
  if (records.length === 0) return state;
  const now = env.wallClockMs;
  env.setTimer('perf.timeout', (plan.timeoutMs + POLL_MS) * 1_000);
  const sizeOf = (text: string | null): number => (text === null ? 0 : utf8(text).length);
  let next = state;
  for (const { key, value } of records) {
    next = { ...next, messages: next.messages + 1, bytes: next.bytes + sizeOf(key) + sizeOf(value) };
    if (now - next.reported.atMs < plan.reportingIntervalMs) continue;
    if (plan.isDetailed) env.print('stdout', progress(next, reported, now));
    next = { ...next, joinMsOfInterval: 0, reported: { messages: next.messages, bytes: next.bytes, atMs: now } };
  }
  return next.messages >= plan.messages ? close(next, env) : next;
}

function close(state: State, env: Env): State {
  env.clearTimer('perf.timeout');
  return take({ ...state, endedAtMs: env.wallClockMs }, commandConsumer(state.consumer, { type: 'stop' }, env), env);
}

function giveUp(state: State, env: Env): State {
  if (state.endedAtMs !== null) return state;
  const { timeoutMs } = state.plan;
  env.print('stdout', `WARNING: Exiting before consuming the expected number of messages: timeout (${timeoutMs} ms) exceeded. You can use the --timeout option to increase the timeout.\n`);
  return close(state, env);
}

function progress({ messages, bytes, joinMsOfInterval }: State, before: State['reported'], now: number): string {
  const elapsed = now - before.atMs;
  const fetching = elapsed - joinMsOfInterval;
  const megabytes = (bytes - before.bytes) / MEGABYTE;
  const rate = (amount: number, ms: number): string => decimals((1_000 * amount) / ms);
  const fetched = fetching <= 0 ? ['0.0000', '0.0000'] : [rate(megabytes, fetching), rate(messages - before.messages, fetching)];
  return `${[time(now), 0, decimals(bytes / MEGABYTE), rate(megabytes, elapsed), messages, rate(messages - before.messages, elapsed), joinMsOfInterval, fetching, ...fetched].join(', ')}\n`;
}

function total({ startedAtMs, endedAtMs, messages, bytes, joinMs }: State): string {
  const elapsed = endedAtMs! - startedAtMs;
  const fetching = elapsed - joinMs;
  const megabytes = bytes / MEGABYTE;
  const rate = (amount: number, ms: number): string => decimals(amount / (ms / 1_000));
  return `${[time(startedAtMs), time(endedAtMs!), decimals(megabytes), rate(megabytes, elapsed), messages, rate(messages, elapsed), joinMs, fetching, rate(megabytes, fetching), rate(messages, fetching)].join(', ')}\n`;
}

export const kafkaConsumerPerfTest: Tool<Plan> = {
  name: 'kafka-consumer-perf-test.sh',
  mainClass: 'kafka.tools.ConsumerPerformance',
  options,
  program: 'kafka-consumer-perf-test',
  body: program as Program<unknown, Plan>,
  plan,
};
