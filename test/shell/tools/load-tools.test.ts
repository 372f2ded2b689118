/** Verifiable clients and performance tests. Shapes and messages are those of the official 2.3.0 tools; numbers are the simulation's. */
import { beforeAll, describe, expect, it } from 'vitest';
import { doubleText } from '../../../src/shell/tools/java.ts';
import { toArray } from '../../../src/kernel/append-list.ts';
import type { Broker } from '../../../src/kafka/broker/state.ts';
import { codecName, decodeRecords } from '../../../src/kafka/log/record-batch.ts';
import { Machine, type Run } from './machine.ts';

const BROKERS = '--broker-list 127.0.0.1:9092';
const machine = new Machine();
const events = (text: string): Record<string, unknown>[] => text.trimEnd().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);
/** The message below the usage. */
const wrong = ({ stdout, stderr, exitCode }: Run): string => {
  expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 1 });
  return stderr.slice(stderr.search(/^[a-z-]+: error/m));
};

beforeAll(() => {
  machine.boot();
  for (const topic of ['test', 'perf']) expect(machine.run(`kafka-topics.sh --create --bootstrap-server 127.0.0.1:9092 --topic ${topic} --replica-assignment 1:2,2:3,3:1`).exitCode).toBe(0);
});

describe('kafka-verifiable-producer.sh', () => {
  const produce = (rest: string): Run => machine.run(`kafka-verifiable-producer.sh ${rest}`.trim());

  it('prints a line for each outcome and a summary', () => {
    const { stdout, stderr, exitCode } = produce(`${BROKERS} --topic test --max-messages 5`);
    expect([stderr, exitCode]).toEqual(['', 0]);
    const [startup, ...rest] = stdout.trimEnd().split('\n');
    expect(startup).toMatch(/^\{"timestamp":\d{13},"name":"startup_complete"\}$/);
    const data = rest.pop()!;
    expect(data).toMatch(/^\{"timestamp":\d{13},"name":"tool_data","sent":5,"acked":5,"target_throughput":-1,"avg_throughput":\d+\.\d+\}$/);
    expect(rest.pop()).toMatch(/^\{"timestamp":\d{13},"name":"shutdown_complete"\}$/);
    for (const line of rest) expect(line).toMatch(/^\{"timestamp":\d{13},"name":"producer_send_success","key":null,"value":"\d","offset":\d+,"topic":"test","partition":\d\}$/);
    expect(events(rest.join('\n')).map(({ value }) => value).sort()).toEqual(['0', '1', '2', '3', '4']);
  });

  it('with keys in turn, a prefix and a limit', () => {
    const { stdout } = produce(`${BROKERS} --topic test --max-messages 5 --value-prefix 7 --repeating-keys 2 --acks 1 --throughput 100`);
    const sent = events(stdout).filter(({ name }) => name === 'producer_send_success');
    expect(sent.map(({ key, value }) => `${String(key)}:${String(value)}`).sort()).toEqual(['0:7.0', '0:7.2', '0:7.4', '1:7.1', '1:7.3']);
    expect(stdout).toContain('"target_throughput":100,');
    expect(Number(sent.at(-1)!['timestamp']) - Number(sent[0]!['timestamp'])).toBeGreaterThan(20);
  });

  it('a signal closes it, with its summary', () => {
    const process = machine.start('kafka-verifiable-producer.sh', `${BROKERS} --topic test --throughput 10`.split(' ')) as string;
    machine.cluster.runFor(3_000);
    machine.perform({ type: 'kill', process, signal: 'SIGINT' });
    const { stdout, exitCode } = machine.finish(process);
    expect(exitCode).toBe(130);
    expect(events(stdout).slice(-2).map(({ name }) => name)).toEqual(['shutdown_complete', 'tool_data']);
    expect(events(stdout).at(-1)).toMatchObject({ sent: expect.closeTo(22, -1) as number, target_throughput: 10 });
  });

  it('tells what was not acknowledged', () => {
    const process = machine.start('kafka-verifiable-producer.sh', '--broker-list 127.0.0.1:9999 --topic test --max-messages 1'.split(' ')) as string;
    const { stdout } = machine.finish(process, 90_000);
    expect(events(stdout)[1]).toMatchObject({ name: 'producer_send_error', key: null, value: '0', topic: 'test', exception: 'class org.apache.kafka.common.errors.TimeoutException', message: 'Topic test not present in metadata after 60000 ms.' });
    expect(stdout).toMatch(/"sent":1,"acked":0,"target_throughput":-1,"avg_throughput":0\.0\}\n$/);
  });

  it('answers wrong arguments as argparse4j does', () => {
    const usage = `usage: verifiable-producer [-h] --topic TOPIC
                           --broker-list HOST1:PORT1[,HOST2:PORT2[...]]
                           [--max-messages MAX-MESSAGES]
                           [--throughput THROUGHPUT] [--acks ACKS]
                           [--producer.config CONFIG_FILE]
                           [--message-create-time CREATETIME]
                           [--value-prefix VALUE-PREFIX]
                           [--repeating-keys REPEATING-KEYS]
`;
    const none = produce('');
    expect(none).toMatchObject({ stderr: '', exitCode: 0 });
    expect(none.stdout.startsWith(`${usage}\n`)).toBe(true);
    expect(produce('--help')).toMatchObject({ stdout: none.stdout, exitCode: 1 });
    expect(produce(BROKERS).stderr).toBe(`${usage}verifiable-producer: error: argument --topic is required\n`);
    expect(wrong(produce(`${BROKERS} --topic test --max-messages x`))).toBe('verifiable-producer: error: argument --max-messages:  could not convert \'x\'\nto Integer (For input string: "x")\n');
    expect(wrong(produce(`${BROKERS} --topic test --acks 7`))).toBe("verifiable-producer: error: argument  --acks:  invalid  choice: '7' (choose\nfrom {0,1,-1})\n");
    expect(wrong(produce('--foo'))).toBe("verifiable-producer: error: unrecognized arguments: '--foo'\n");
    expect(produce('--broker-list 127.0.0.1 --topic test --max-messages 1').stderr).toBe(
      'Exception in thread "main" org.apache.kafka.common.KafkaException: Failed to construct kafka producer\nCaused by: org.apache.kafka.common.config.ConfigException: Invalid url in bootstrap.servers: 127.0.0.1\n',
    );
    expect(produce(`${BROKERS} --topic test --message-create-time 5`)).toEqual({ stdout: '', stderr: '--message-create-time is not modelled here\n', exitCode: 1 });
  });
});

describe('kafka-verifiable-consumer.sh', () => {
  const consume = (rest: string): Run => machine.run(`kafka-verifiable-consumer.sh ${rest}`);
  const member = (group: string): string => `${BROKERS} --topic test --group-id ${group} --group-instance-id i1`;

  it('tells assignment, records and commits', () => {
    const { stdout, stderr, exitCode } = consume(`${member('vg')} --max-messages 4 --verbose`);
    expect([stderr, exitCode]).toEqual(['', 0]);
    const names = events(stdout).map(({ name }) => name);
    expect(names[0]).toBe('startup_complete');
    expect(names.at(-1)).toBe('shutdown_complete');
    expect(stdout).toMatch(/\{"timestamp":\d+,"name":"partitions_revoked","partitions":\[\]\}\n\{"timestamp":\d+,"name":"partitions_assigned","partitions":\[(\{"topic":"test","partition":\d\},?){3}\]\}\n/);
    expect(names.filter((name) => name === 'record_data')).toHaveLength(4);
    expect(stdout).toMatch(/\{"timestamp":\d+,"name":"record_data","key":null,"value":"\d","topic":"test","partition":\d,"offset":\d\}\n/);
    const counted = events(stdout).filter(({ name }) => name === 'records_consumed');
    expect(counted.flatMap(({ partitions }) => (partitions as { count: number }[]).map(({ count }) => count)).reduce((a, b) => a + b)).toBe(4);
    const committed = events(stdout).filter(({ name }) => name === 'offsets_committed');
    expect(committed.length).toBeGreaterThan(0);
    expect(stdout).toMatch(/"name":"offsets_committed","offsets":\[(\{"topic":"test","partition":\d,"offset":\d+\},?)+\],"success":true\}\n/);
    machine.cluster.runFor(1_000);
    const described = machine.run('kafka-consumer-groups.sh --bootstrap-server 127.0.0.1:9092 --describe --group vg').stdout;
    const offsets = [...described.matchAll(/^vg +test +\d +(\d+) /gm)].map(([, offset]) => Number(offset));
    expect(offsets.reduce((a, b) => a + b, 0)).toBe(4);
  });

  it('goes on until it is interrupted', () => {
    const process = machine.start('kafka-verifiable-consumer.sh', `${member('vg2')} --enable-autocommit`.split(' ')) as string;
    machine.cluster.runFor(8_000);
    machine.perform({ type: 'kill', process, signal: 'SIGTERM' });
    const { stdout, exitCode } = machine.finish(process);
    expect(exitCode).toBe(143);
    expect(events(stdout).map(({ name }) => name)).not.toContain('offsets_committed');
    expect(events(stdout).at(-1)).toMatchObject({ name: 'shutdown_complete' });
  });

  it('answers wrong arguments', () => {
    expect(wrong(consume(`${BROKERS} --topic test --group-id vg`))).toBe('verifiable-consumer: error: argument --group-instance-id is required\n');
    expect(consume(`${member('vg')} --reset-policy x`).stderr.split('\n')[0]).toMatch(/^Exception in thread "main" org\.apache\.kafka\.common\.config\.ConfigException: Invalid value x for configuration auto\.offset\.reset/);
  });
});

describe('kafka-producer-perf-test.sh', () => {
  const test = (rest: string): Run => machine.run(`kafka-producer-perf-test.sh ${rest}`);

  it('sends compressed what it is told to compress', () => {
    expect(machine.run('kafka-topics.sh --create --bootstrap-server 127.0.0.1:9092 --topic packed --replica-assignment 1').exitCode).toBe(0);
    expect(test('--topic packed --num-records 200 --record-size 100 --throughput -1 --producer-props bootstrap.servers=127.0.0.1:9092 compression.type=lz4').exitCode).toBe(0);
    const { partitions } = machine.cluster.world.processes.find((one) => one.name === 'broker-1')!.state as Broker;
    const batches = partitions.find(({ topic }) => topic === 'packed')!.log.segments.flatMap((segment) => toArray(segment.batches));
    expect(batches.map(codecName)).toEqual(batches.map(() => 'lz4'));
    expect(batches.flatMap(decodeRecords)).toHaveLength(200);
  });
  const props = '--producer-props bootstrap.servers=127.0.0.1:9092';

  it('prints a window every five seconds and the total', () => {
    const { stdout, stderr, exitCode } = test(`--topic perf --num-records 700 --record-size 100 --throughput 100 ${props} acks=all`);
    expect([stderr, exitCode]).toEqual(['', 0]);
    const [window, total, end] = stdout.split('\n');
    expect(window).toMatch(/^\d+ records sent, \d+\.\d records\/sec \(0\.01 MB\/sec\), \d+\.\d ms avg latency, \d+\.\d ms max latency\.$/);
    expect(total).toMatch(/^700 records sent, \d+\.\d{6} records\/sec \(0\.01 MB\/sec\), \d+\.\d\d ms avg latency, \d+\.\d\d ms max latency, \d+ ms 50th, \d+ ms 95th, \d+ ms 99th, \d+ ms 99\.9th\.$/);
    expect(Number(/, ([\d.]+) records/.exec(total!)![1])).toBeCloseTo(100, -1);
    expect(end).toBe('');
  });

  it('without a limit is faster', () => {
    const { stdout } = test(`--topic perf --num-records 2000 --record-size 100 --throughput -1 ${props}`);
    expect(stdout.split('\n')).toHaveLength(2);
    expect(Number(/, ([\d.]+) records/.exec(stdout)![1])).toBeGreaterThan(1_000);
  });

  it('answers wrong arguments', () => {
    expect(wrong(test('--topic perf --num-records 10 --record-size 100 --throughput -1'))).toBe('producer-performance: error: Either  --producer-props  or --producer.config\nmust be specified.\n');
    expect(wrong(test(`--topic perf --num-records 10 --throughput -1 ${props}`))).toBe('producer-performance: error: one of  the arguments --record-size --payload-\nfile is required\n');
    expect(wrong(test(`--topic perf --num-records x --record-size 100 --throughput -1 ${props}`))).toBe('producer-performance: error: argument --num-records:  could not convert \'x\'\nto Long (For input string: "x")\n');
    expect(test(`--topic perf --num-records 10 --record-size 100 --throughput -1 ${props} --print-metrics`).stderr).toBe('--print-metrics is not modelled here\n');
    expect(test(`--topic perf --num-records 10000000 --record-size 100 --throughput -1 ${props}`).stderr).toBe('a test of more than 100000 records or 67108864 bytes is not modelled here\n');
  });
});

describe('kafka-consumer-perf-test.sh', () => {
  const test = (rest: string): Run => machine.run(`kafka-consumer-perf-test.sh ${rest}`);
  const HEADER = 'start.time, end.time, data.consumed.in.MB, MB.sec, data.consumed.in.nMsg, nMsg.sec, rebalance.time.ms, fetch.time.ms, fetch.MB.sec, fetch.nMsg.sec\n';
  const TIME = '\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d:\\d{3}';
  const LINE = `${TIME}, ${TIME}, \\d+\\.\\d{4}, \\d+\\.\\d{4}, (\\d+), \\d+\\.\\d{4}, \\d+, \\d+, \\d+\\.\\d{4}, \\d+\\.\\d{4}\n`;

  it('counts whole polls until it has enough', () => {
    const { stdout, stderr, exitCode } = test(`${BROKERS} --topic perf --messages 2000`);
    expect([stderr, exitCode]).toEqual(['', 0]);
    expect(stdout.startsWith(HEADER)).toBe(true);
    const [, messages] = new RegExp(`^${LINE}$`).exec(stdout.slice(HEADER.length))!;
    expect(Number(messages)).toBeGreaterThanOrEqual(2_000);
    expect(test(`${BROKERS} --topic perf --messages 10 --hide-header`).stdout).toMatch(new RegExp(`^${LINE}$`));
  });

  it('gives up when nothing more comes', () => {
    const { stdout, exitCode } = test(`${BROKERS} --topic perf --messages 100000 --timeout 2000`);
    expect(exitCode).toBe(0);
    const warning = 'WARNING: Exiting before consuming the expected number of messages: timeout (2000 ms) exceeded. You can use the --timeout option to increase the timeout.\n';
    expect(stdout).toMatch(new RegExp(`^${HEADER}${warning.replace(/[().]/g, '\\$&')}${LINE}$`));
    expect(new RegExp(LINE).exec(stdout)![1]).toBe('2700');
  });

  it('in detail prints every interval instead', () => {
    const { stdout } = test(`${BROKERS} --topic perf --messages 300 --show-detailed-stats --reporting-interval 1`);
    expect(stdout).toMatch(new RegExp(`^time, threadId, ${HEADER.slice(HEADER.indexOf('data.'))}(${TIME}, 0, \\d+\\.\\d{4}, \\d+\\.\\d{4}, \\d+, \\d+\\.\\d{4}, \\d+, \\d+, \\d+\\.\\d{4}, \\d+\\.\\d{4}\n)+$`));
  });

  it('answers wrong arguments', () => {
    expect(test(`${BROKERS} --topic perf`).stderr.split('\n')[0]).toBe('Missing required argument "[messages]"');
    expect(test('--foo').stderr.split('\n')[0]).toBe('Exception in thread "main" joptsimple.UnrecognizedOptionException: foo is not a recognized option');
    expect(test(`${BROKERS} --topic perf --messages 1 --print-metrics`).stderr).toBe('--print-metrics is not modelled here\n');
  });
});

it('a double is printed as Java prints it', () => {
  expect([0, 5, 4.173622704507513, 1e7, 12_345_678.9, 5e-4, NaN, Infinity].map(doubleText)).toEqual(['0.0', '5.0', '4.173622704507513', '1.0E7', '1.23456789E7', '5.0E-4', 'NaN', 'Infinity']);
});
