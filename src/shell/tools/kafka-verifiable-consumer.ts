/** `kafka-verifiable-consumer.sh` (`org.apache.kafka.tools.VerifiableConsumer` 2.3.0). Its commits are sent at once and not waited for. */
import type { Env, Program } from '../../kernel/program.ts';
import { consumerConfig, isConfigError } from '../../kafka/clients/client-config.ts';
import type { ConsumerState } from '../../kafka/clients/consumer-state.ts';
import { hashOf, parseTopicPartition, type TopicPartition } from '../../kafka/topic-partition.ts';
import { javaHashOrder } from '../../zookeeper/java-hash-order.ts';
import { argumentError, helpText, parseArguments, type ParserSpec } from './argparse.ts';
import { configException, JavaException, JVM_START, uncaught } from './java.ts';
import { commandConsumer, tellConsumer, type ConsumedBatch, type ConsumerTurn, type GroupFact } from './own-consumer.ts';
import { Answer, propertiesOf, type ReadFile, type Tool } from './tool.ts';

const RANGE = 'org.apache.kafka.clients.consumer.RangeAssignor';

const spec: ParserSpec = {
  program: 'verifiable-consumer',
  description: 'Reads a topic as a member of a group and prints a line of JSON for everything that happens: rebalances, records, commits.',
  options: [
    { flag: '--broker-list', metavar: 'HOST1:PORT1[,HOST2:PORT2[...]]', isRequired: true, help: 'Brokers to begin with.' },
    { flag: '--topic', metavar: 'TOPIC', isRequired: true, help: 'The topic.' },
    { flag: '--group-id', metavar: 'GROUP_ID', isRequired: true, help: 'The consumer group.' },
    { flag: '--group-instance-id', metavar: 'GROUP_INSTANCE_ID', isRequired: true, help: 'Name of this member that outlives it.' },
    { flag: '--max-messages', metavar: 'MAX-MESSAGES', type: 'Integer', defaultsTo: '-1', help: 'How many; -1 goes on until it is killed.' },
    { flag: '--session-timeout', metavar: 'TIMEOUT_MS', type: 'Integer', defaultsTo: '30000', help: 'Session timeout of the member.' },
    { flag: '--verbose', help: 'A line for every record.' },
    { flag: '--enable-autocommit', help: 'Let the consumer commit by itself.' },
    { flag: '--reset-policy', metavar: 'RESETPOLICY', defaultsTo: 'earliest', help: 'Where to begin without a committed offset: earliest, latest or none.' },
    { flag: '--assignment-strategy', metavar: 'ASSIGNMENTSTRATEGY', defaultsTo: RANGE, help: 'Class of the assignor.' },
    { flag: '--consumer.config', metavar: 'CONFIG_FILE', help: 'File with properties of the consumer; what is said here comes first.' },
  ],
};

interface Plan {
  readonly bootstrapServers: string;
  readonly topic: string;
  readonly properties: { readonly [key: string]: string };
  /** −1: without an end. */
  readonly maxMessages: number;
  readonly isVerbose: boolean;
  readonly commits: boolean;
}

function plan(args: readonly string[], read: ReadFile): Plan {
  if (args.length === 0) throw new Answer({ stdout: helpText(spec) });
  const given = parseArguments(spec, args);
  const one = (flag: string): string | undefined => given[flag]?.[0];
  const file = one('--consumer.config');
  if (file !== undefined && read(file) === undefined) throw argumentError(spec, file);
  const isAuto = one('--enable-autocommit') !== undefined;
  return {
    bootstrapServers: one('--broker-list')!,
    topic: one('--topic')!,
    properties: {
      ...(file === undefined ? {} : propertiesOf(file, read)),
      'group.id': one('--group-id')!,
      'group.instance.id': one('--group-instance-id')!,
      'enable.auto.commit': String(isAuto),
      'auto.offset.reset': one('--reset-policy')!,
      'session.timeout.ms': one('--session-timeout')!,
      'partition.assignment.strategy': one('--assignment-strategy')!,
    },
    maxMessages: Number(one('--max-messages')),
    isVerbose: one('--verbose') !== undefined,
    commits: !isAuto,
  };
}

interface State {
  readonly plan: Plan;
  /** null before `main`. */
  readonly consumer: ConsumerState | null;
  readonly consumed: number;
  readonly isClosing: boolean;
  readonly exitCode: number;
}

const tell = (env: Env, name: string, more: object = {}): void => env.print('stdout', `${JSON.stringify({ timestamp: env.wallClockMs, name, ...more })}\n`);

const program: Program<State, Plan> = {
  start(given, env) {
    env.setTimer('main', JVM_START);
    return { plan: given, consumer: null, consumed: 0, isClosing: false, exitCode: 0 };
  },
  handle(state, event, env) {
    if (event.type === 'timer' && event.name === 'main') return begin(state, env);
    if (state.consumer === null) {
      if (event.type === 'signal') env.exit(event.signal === 'SIGINT' ? 130 : 143);
      return state;
    }
    if (event.type === 'signal') return close({ ...state, exitCode: event.signal === 'SIGINT' ? 130 : 143 }, env);
    // Nobody reads standard input.
    return event.type === 'command' ? state : take(state, tellConsumer(state.consumer, event, env), env);
  },
};

function begin(state: State, env: Env): State {
  const { bootstrapServers, topic, properties } = state.plan;
  const config = consumerConfig({ bootstrapServers, properties }, 'consumer-1');
  if (isConfigError(config)) {
    const cause = configException(config.message);
    env.print('stderr', uncaught(config.key === 'bootstrap.servers' ? new JavaException('org.apache.kafka.common.KafkaException', 'Failed to construct kafka consumer', [], cause) : cause));
    env.exit(1);
    return state;
  }
  tell(env, 'startup_complete');
  return take(state, tellConsumer(null, { bootstrapServers, properties, tellsRecords: true, subscription: [topic] }, env), env);
}

function take(state: State, { consumer, batches, failure, groupFacts, hasEnded }: ConsumerTurn, env: Env): State {
  let next: State = { ...state, consumer };
  for (const fact of groupFacts) tellGroup(fact, state.plan, env);
  if (batches.length > 0 && !next.isClosing) next = read(next, batches, env);
  if (failure !== null) next = { ...next, isClosing: true };
  if (!hasEnded) return next;
  tell(env, 'shutdown_complete');
  env.exit(next.exitCode);
  return next;
}

function tellGroup(fact: GroupFact, { commits }: Plan, env: Env): void {
  switch (fact.type) {
    case 'partitionsRevoked':
    case 'partitionsAssigned':
      tell(env, fact.type === 'partitionsRevoked' ? 'partitions_revoked' : 'partitions_assigned', { partitions: fact.partitions.map((name): TopicPartition => parseTopicPartition(name)!) });
      return;
    case 'commitSucceeded':
      if (commits) tell(env, 'offsets_committed', { offsets: fact.offsets.map(({ topic, partition, offset }) => ({ topic, partition, offset })), success: true });
      return;
    case 'commitFailed':
      if (commits) tell(env, 'offsets_committed', { offsets: [], error: fact.error, success: false });
  }
}

/** No more than is wanted is counted; the rest is given back, so that it is not committed. */
function read(state: State, batches: readonly ConsumedBatch[], env: Env): State {
  const { maxMessages, isVerbose, commits } = state.plan;
  let { consumed } = state;
  const summaries: object[] = [];
  const kept = javaHashOrder(batches, hashOf).map((batch) => {
    const left = maxMessages < 0 ? batch.records.length : Math.min(batch.records.length, maxMessages - consumed);
    consumed += left;
    return { ...batch, records: batch.records.slice(0, left), unread: batch.records[left] };
  });
  for (const { topic, partition, records } of kept) {
    if (records.length === 0) continue;
    if (isVerbose) for (const { key, value, offset } of records) tell(env, 'record_data', { key, value, topic, partition, offset });
    summaries.push({ topic, partition, count: records.length, minOffset: records[0]!.offset, maxOffset: records.at(-1)!.offset });
  }
  tell(env, 'records_consumed', { count: batches.reduce((sum, { records }) => sum + records.length, 0), partitions: summaries });
  let next: State = { ...state, consumed };
  const obey = (command: Parameters<typeof commandConsumer>[1]): void => {
    next = take(next, commandConsumer(next.consumer, command, env), env);
  };
  for (const { topic, partition, unread } of kept) if (unread !== undefined) obey({ type: 'seek', topic, partition, offset: unread.offset });
  if (commits) obey({ type: 'commit' });
  return maxMessages >= 0 && consumed >= maxMessages ? close(next, env) : next;
}

function close(state: State, env: Env): State {
  return state.isClosing ? state : take({ ...state, isClosing: true }, commandConsumer(state.consumer, { type: 'stop' }, env), env);
}

export const kafkaVerifiableConsumer: Tool<Plan> = {
  name: 'kafka-verifiable-consumer.sh',
  mainClass: 'org.apache.kafka.tools.VerifiableConsumer',
  options: [],
  program: 'kafka-verifiable-consumer',
  body: program as Program<unknown, Plan>,
  plan,
};
