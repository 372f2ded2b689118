/** `kafka-verifiable-producer.sh` (`org.apache.kafka.tools.VerifiableProducer` 2.3.0). Not modelled: times of records set by hand. */
import type { Env, Program } from '../../kernel/program.ts';
import { argumentError, helpText, parseArguments, type ParserSpec } from './argparse.ts';
import { doubleText } from './java.ts';
import { sendLoop, type SendPlan } from './send-loop.ts';
import { Answer, propertiesOf, type ReadFile, type Tool } from './tool.ts';

const spec: ParserSpec = {
  program: 'verifiable-producer',
  description: 'Sends growing numbers to a topic and prints a line of JSON for every outcome, so that anybody sees what was acknowledged and what was not.',
  options: [
    { flag: '--topic', metavar: 'TOPIC', isRequired: true, help: 'The topic.' },
    { flag: '--broker-list', metavar: 'HOST1:PORT1[,HOST2:PORT2[...]]', isRequired: true, help: 'Brokers to begin with.' },
    { flag: '--max-messages', metavar: 'MAX-MESSAGES', type: 'Integer', defaultsTo: '-1', help: 'How many; -1 goes on until it is killed.' },
    { flag: '--throughput', metavar: 'THROUGHPUT', type: 'Integer', defaultsTo: '-1', help: 'No more than about so many a second; -1 sets no limit.' },
    { flag: '--acks', metavar: 'ACKS', type: 'Integer', defaultsTo: '-1', choices: ['0', '1', '-1'], help: 'Acknowledgements that are waited for.' },
    { flag: '--producer.config', metavar: 'CONFIG_FILE', help: 'Properties of the producer.' },
    { flag: '--message-create-time', metavar: 'CREATETIME', type: 'Long', defaultsTo: '-1', help: 'Time of the first record, in milliseconds since 1970.' },
    { flag: '--value-prefix', metavar: 'VALUE-PREFIX', type: 'Integer', help: 'What stands before every value, with a dot behind it.' },
    { flag: '--repeating-keys', metavar: 'REPEATING-KEYS', type: 'Integer', help: 'Keys from 0 on, so many of them in turn.' },
  ],
};

interface Plan extends SendPlan {
  readonly valuePrefix: string | null;
  readonly repeatingKeys: number | null;
}

function plan(args: readonly string[], read: ReadFile): Plan {
  if (args.length === 0) throw new Answer({ stdout: helpText(spec) });
  const given = parseArguments(spec, args);
  const one = (flag: string): string | undefined => given[flag]?.[0];
  if (one('--message-create-time') !== '-1') throw new Answer({ stderr: '--message-create-time is not modelled here\n', exitCode: 1 });
  const file = one('--producer.config');
  if (file !== undefined && read(file) === undefined) throw argumentError(spec, file);
  return {
    transactionDurationMs: null,
    producer: { bootstrapServers: one('--broker-list')!, properties: { acks: one('--acks')!, retries: '0', ...(file === undefined ? {} : propertiesOf(file, read)) } },
    topic: one('--topic')!,
    count: Number(one('--max-messages')),
    throughput: Number(one('--throughput')),
    valuePrefix: one('--value-prefix') ?? null,
    repeatingKeys: one('--repeating-keys') === undefined ? null : Number(one('--repeating-keys')),
  };
}

interface Own {
  readonly startedAtMs: number;
  readonly acked: number;
}

const tell = (env: Env, name: string, more: string = ''): void => env.print('stdout', `{"timestamp":${env.wallClockMs},"name":"${name}"${more}}\n`);
const fields = (entries: { readonly [name: string]: string | number | null }): string => Object.entries(entries).map(([name, value]) => `,${JSON.stringify(name)}:${JSON.stringify(value)}`).join('');

function recordOf({ valuePrefix, repeatingKeys }: Plan, index: number): { readonly key: string | null; readonly value: string } {
  return { key: repeatingKeys === null ? null : String(index % repeatingKeys), value: valuePrefix === null ? String(index) : `${Number(valuePrefix)}.${index}` };
}

const body = sendLoop<Plan, Own>({
  sendFrames: null,
  closesOnSignal: true,
  begin(_, env) {
    tell(env, 'startup_complete');
    return { startedAtMs: env.wallClockMs, acked: 0 };
  },
  record: recordOf,
  sent: (own) => own,
  settled(own, { n, topic, partition, offset, failure }, given, env) {
    const { key, value } = recordOf(given, n);
    if (failure === null) {
      tell(env, 'producer_send_success', fields({ key, value, offset, topic, partition }));
      return { ...own, acked: own.acked + 1 };
    }
    tell(env, 'producer_send_error', fields({ key, value, topic, exception: `class org.apache.kafka.common.errors.${failure.error}`, message: failure.message }));
    return own;
  },
  end({ startedAtMs, acked }, sent, { throughput }, env) {
    tell(env, 'shutdown_complete');
    const average = (1_000 * acked) / (env.wallClockMs - startedAtMs);
    tell(env, 'tool_data', `,"sent":${sent},"acked":${acked},"target_throughput":${throughput},"avg_throughput":${doubleText(average)}`);
  },
});

export const kafkaVerifiableProducer: Tool<Plan> = {
  name: 'kafka-verifiable-producer.sh',
  mainClass: 'org.apache.kafka.tools.VerifiableProducer',
  options: [],
  program: 'kafka-verifiable-producer',
  body: body as Program<unknown, Plan>,
  plan,
};
