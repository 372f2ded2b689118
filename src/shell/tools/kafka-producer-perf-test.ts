/**
 * `kafka-producer-perf-test.sh` (`org.apache.kafka.tools.ProducerPerformance` 2.3.0). Not modelled: metrics, payloads from a file,
 * and loads larger than this machine's memory.
 */
import { emptyList, push, toArray, at, type AppendList } from '../../kernel/append-list.ts';
import type { Env, Program } from '../../kernel/program.ts';
import { argumentError, helpText, parseArguments, type ParserSpec } from './argparse.ts';
import { apiException, illegalArgument, JavaException, stackTrace } from './java.ts';
import { sendLoop, type SendPlan } from './send-loop.ts';
import { Answer, notModelled, propertiesOf, type ReadFile, type Tool } from './tool.ts';

const spec: ParserSpec = {
  program: 'producer-performance',
  description: 'Measures a producer.',
  options: [
    { flag: '--topic', metavar: 'TOPIC', isRequired: true, help: 'The topic.' },
    { flag: '--num-records', metavar: 'NUM-RECORDS', type: 'Long', isRequired: true, help: 'How many records.' },
    { flag: '--payload-delimiter', metavar: 'PAYLOAD-DELIMITER', defaultsTo: '\\n', help: 'What stands between the payloads of --payload-file.' },
    { flag: '--throughput', metavar: 'THROUGHPUT', type: 'Integer', isRequired: true, help: 'No more than about so many a second; -1 sets no limit.' },
    { flag: '--producer-props', metavar: 'PROP-NAME=PROP-VALUE', takesMany: true, help: 'Properties of the producer; they come before those of the file.' },
    { flag: '--producer.config', metavar: 'CONFIG-FILE', help: 'File with properties of the producer.' },
    { flag: '--print-metrics', help: 'Print the metrics at the end.' },
    { flag: '--transactional-id', metavar: 'TRANSACTIONAL-ID', defaultsTo: 'performance-producer-default-transactional-id', help: 'Only with --transaction-duration-ms.' },
    { flag: '--transaction-duration-ms', metavar: 'TRANSACTION-DURATION', type: 'Long', defaultsTo: '0', help: 'How long a transaction may take; 0: none.' },
  ],
  oneOf: [
    { flag: '--record-size', metavar: 'RECORD-SIZE', type: 'Integer', help: 'Bytes of a record.' },
    { flag: '--payload-file', metavar: 'PAYLOAD-FILE', help: 'File with payloads.' },
  ],
};

/** The test keeps every record in the memory of a browser's tab. */
const MOST_RECORDS = 100_000;
const MOST_BYTES = 67_108_864;
const REPORT_MS = 5_000;
const MEGABYTE = 1_048_576;

interface Plan extends SendPlan {
  readonly recordSize: number;
  readonly payload: string;
}

function plan(args: readonly string[], read: ReadFile): Plan {
  if (args.length === 0) throw new Answer({ stdout: helpText(spec) });
  const given = parseArguments(spec, args);
  const one = (flag: string): string | undefined => given[flag]?.[0];
  const pairs = given['--producer-props'];
  const file = one('--producer.config');
  if (pairs === undefined && file === undefined) throw argumentError(spec, 'Either --producer-props or --producer.config must be specified.');
  for (const flag of ['--print-metrics', '--payload-file']) if (one(flag) !== undefined) throw notModelled(flag);
  const wrong = pairs?.find((pair) => pair.split('=').length !== 2);
  if (wrong !== undefined) throw illegalArgument(`Invalid property: ${wrong}`);
  const properties: { [key: string]: string } = { ...(file === undefined ? {} : propertiesOf(file, read)), ...Object.fromEntries((pairs ?? []).map((pair) => pair.split('=') as [string, string])) };
  const { 'bootstrap.servers': bootstrapServers = '', ...rest } = properties;
  const transactionDurationMs = Number(one('--transaction-duration-ms'));
  const isTransactional = transactionDurationMs > 0;
  if (isTransactional) rest['transactional.id'] = one('--transactional-id')!;
  const count = Number(one('--num-records'));
  const recordSize = Number(one('--record-size'));
  // The real one divides by it, to see how many latencies it keeps.
  if (count === 0) throw new JavaException('java.lang.ArithmeticException', '/ by zero');
  if (count > MOST_RECORDS || count * recordSize > MOST_BYTES) throw notModelled(`a test of more than ${MOST_RECORDS} records or ${MOST_BYTES} bytes`);
  // The real payload is random letters; what a record holds is not looked at.
  return { producer: { bootstrapServers, properties: rest }, topic: one('--topic')!, count, throughput: Number(one('--throughput')), transactionDurationMs: isTransactional ? transactionDurationMs : null, recordSize, payload: 'S'.repeat(Math.max(0, recordSize)) };
}

interface Window {
  readonly count: number;
  readonly latency: number;
  readonly maxLatency: number;
  readonly startedAtMs: number;
}

interface Own {
  readonly startedAtMs: number;
  /** Wall clock of every call of `send`. */
  readonly sentAtMs: AppendList<number>;
  readonly latencies: AppendList<number>;
  readonly total: number;
  readonly stretch: Window;
}

const newWindow = (startedAtMs: number): Window => ({ count: 0, latency: 0, maxLatency: 0, startedAtMs });

/** `digits` behind the points of rate and latency, as the two reports of the tool have them. */
function report(count: number, bytes: number, elapsedMs: number, latency: number, maxLatency: number, digits: { readonly rate: number; readonly latency: number }): string {
  const perSecond = (amount: number): number => (1_000 * amount) / elapsedMs;
  return `${count} records sent, ${perSecond(count).toFixed(digits.rate)} records/sec (${(perSecond(bytes) / MEGABYTE).toFixed(2)} MB/sec), ${(latency / count).toFixed(digits.latency)} ms avg latency, ${maxLatency.toFixed(digits.latency)} ms max latency`;
}

const body = sendLoop<Plan, Own>({
  sendFrames: ['org.apache.kafka.tools.ProducerPerformance.main(ProducerPerformance.java:143)'],
  closesOnSignal: false,
  begin: (_, env) => ({ startedAtMs: env.wallClockMs, sentAtMs: emptyList(), latencies: emptyList(), total: 0, stretch: newWindow(env.wallClockMs) }),
  record: ({ payload }) => ({ key: null, value: payload }),
  sent: (own, _, env) => ({ ...own, sentAtMs: push(own.sentAtMs, env.wallClockMs) }),
  settled(own, { n, failure }, { recordSize }, env) {
    const latency = env.wallClockMs - at(own.sentAtMs, n)!;
    if (failure !== null) env.print('stderr', stackTrace(apiException(failure.error, failure.message)));
    const { count, startedAtMs } = own.stretch;
    const stretch: Window = { count: count + 1, latency: own.stretch.latency + latency, maxLatency: Math.max(own.stretch.maxLatency, latency), startedAtMs };
    const next = { ...own, latencies: push(own.latencies, latency), total: own.total + latency, stretch };
    const elapsed = env.wallClockMs - startedAtMs;
    if (elapsed < REPORT_MS) return next;
    env.print('stdout', `${report(stretch.count, stretch.count * recordSize, elapsed, stretch.latency, stretch.maxLatency, { rate: 1, latency: 1 })}.\n`);
    return { ...next, stretch: newWindow(env.wallClockMs) };
  },
  end: printTotal,
});

function printTotal({ startedAtMs, latencies, total }: Own, sent: number, { count, recordSize }: Plan, env: Env): void {
  // A test that is interrupted prints nothing.
  if (sent < count) return;
  const sorted = toArray(latencies).sort((a, b) => a - b);
  const percentile = (part: number): number => sorted[Math.floor(part * sorted.length)] ?? 0;
  const text = report(sorted.length, sorted.length * recordSize, env.wallClockMs - startedAtMs, total, sorted.at(-1) ?? 0, { rate: 6, latency: 2 });
  env.print('stdout', `${text}, ${percentile(0.5)} ms 50th, ${percentile(0.95)} ms 95th, ${percentile(0.99)} ms 99th, ${percentile(0.999)} ms 99.9th.\n`);
}

export const kafkaProducerPerfTest: Tool<Plan> = {
  name: 'kafka-producer-perf-test.sh',
  mainClass: 'org.apache.kafka.tools.ProducerPerformance',
  options: [],
  program: 'kafka-producer-perf-test',
  body: body as Program<unknown, Plan>,
  plan,
};
