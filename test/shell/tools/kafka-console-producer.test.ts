import { beforeAll, describe, expect, it } from 'vitest';
import { last } from '../../../src/kernel/append-list.ts';
import type { Broker } from '../../../src/kafka/broker/state.ts';
import { codecName } from '../../../src/kafka/log/record-batch.ts';
import { valuesOf } from '../../kafka/records.ts';
import { Machine } from './machine.ts';
import { comparable, recordedRuns } from './recorded.ts';

const name = 'kafka-console-producer.sh';
const BROKER = '--broker-list 127.0.0.1:9092';

/** Runs it with a text on its standard input, given after it has started, and its end. */
function piped(machine: Machine, args: string, text: string): ReturnType<Machine['run']> {
  const process = machine.start(name, args.split(' '));
  if (typeof process !== 'string') return process;
  machine.command(process, { type: 'input', text } as never);
  machine.command(process, { type: 'endOfInput' });
  return machine.finish(process);
}

describe('kafka-console-producer.sh', () => {
  const machine = new Machine();
  beforeAll(() => {
    machine.boot();
    machine.run('kafka-topics.sh --create --bootstrap-server 127.0.0.1:9092 --topic test --replica-assignment 1:2');
  });
  const endOffset = (): number => (machine.cluster.world.processes.find((one) => one.name === 'broker-1')!.state as { partitions: { topic: string; log: { logEndOffset: number } }[] }).partitions.find((one) => one.topic === 'test')!.log.logEndOffset;

  it('sends the tutorial’s three lines as recorded (13-tutorial)', () => {
    const recorded = recordedRuns('13-tutorial').find(({ command }) => command.startsWith(name))!;
    const run = piped(machine, recorded.command.slice(name.length + 1), 'first\nsecond\nthird\n');
    // The recording marks that the output does not end a line.
    expect(run).toEqual({ stdout: recorded.stdout.replace('<no newline>\n', ''), stderr: recorded.stderr, exitCode: recorded.exitCode });
  });

  it('kafka-cli#9 KL-9 prompts before each line, and at the end of input', () => {
    expect(piped(machine, `${BROKER} --topic test`, 'a\nb\n')).toEqual({ stdout: '>>>', stderr: '', exitCode: 0 });
    expect(piped(machine, `${BROKER} --topic test`, 'a\nb')).toEqual({ stdout: '>>>', stderr: '', exitCode: 0 });
  });

  it('prompts, and takes lines as they are typed, until Ctrl-C', () => {
    const process = machine.start(name, `${BROKER} --topic test`.split(' ')) as string;
    machine.cluster.runFor(2_000);
    expect(machine.runOf(process)).toEqual({ stdout: '>', stderr: '', exitCode: undefined });
    machine.command(process, { type: 'input', text: 'hel' } as never);
    machine.cluster.runFor(100);
    expect(machine.runOf(process).stdout).toBe('>');
    machine.command(process, { type: 'input', text: 'lo\n' } as never);
    machine.cluster.runFor(100);
    expect(machine.runOf(process).stdout).toBe('>>');
    machine.perform({ type: 'kill', process, signal: 'SIGINT' });
    machine.cluster.runFor(3_000);
    expect(machine.runOf(process)).toEqual({ stdout: '>>', stderr: '', exitCode: 130 });
  });

  it('compresses with the codec it is given, with gzip if none is named, and not at all without the option', () => {
    const lastBatch = (): Uint8Array => {
      const { partitions } = machine.cluster.world.processes.find((one) => one.name === 'broker-1')!.state as Broker;
      return last(partitions.find(({ topic }) => topic === 'test')!.log.segments.at(-1)!.batches)!;
    };
    const codecAfter = (option: string): string => {
      expect(piped(machine, `${BROKER} --topic test${option}`, 'some text\n')).toEqual({ stdout: '>>', stderr: '', exitCode: 0 });
      return codecName(lastBatch());
    };
    expect(['', ' --compression-codec', ' --compression-codec gzip', ' --compression-codec snappy', ' --compression-codec=lz4', ' --compression-codec none'].map(codecAfter)).toEqual(['none', 'gzip', 'gzip', 'snappy', 'lz4', 'none']);
    expect(valuesOf([lastBatch()])).toEqual(['some text']);
    const zstd = machine.start(name, `${BROKER} --topic test --compression-codec zstd`.split(' '));
    expect(zstd).toEqual({ stdout: '', stderr: 'compression with zstd is not modelled here\n', exitCode: 1 });
  });

  it('kafka-cli#10 KL-10 a line without its key ends it; what came before is sent', () => {
    const before = endOffset();
    const run = piped(machine, `${BROKER} --topic test --property parse.key=true --property key.separator=:`, 'k1:v1\nnosep\nk2:v2\n');
    expect(run).toEqual({
      stdout: '>>',
      stderr: `org.apache.kafka.common.KafkaException: No key found on line 2: nosep
	at kafka.tools.ConsoleProducer$LineMessageReader.readMessage(ConsoleProducer.scala:275)
	at kafka.tools.ConsoleProducer$.main(ConsoleProducer.scala:55)
	at kafka.tools.ConsoleProducer.main(ConsoleProducer.scala)
`,
      exitCode: 1,
    });
    expect(endOffset()).toBe(before + 1);
    expect(piped(machine, `${BROKER} --topic test --property parse.key=true --property ignore.error=true`, 'nosep\nk2\tv2\n').exitCode).toBe(0);
    expect(endOffset()).toBe(before + 3);
  });

  it('says which record failed and why, and ends well all the same', () => {
    const run = piped(new Machine(), '--broker-list localhost:9999 --topic test --max-block-ms 3000', 'ab\n');
    expect(run.exitCode).toBe(0);
    const lines = comparable(run.stderr).split('\n');
    expect(lines.at(-3)).toBe('[<date>] ERROR Error when sending message to topic test with key: null, value: 2 bytes with error: (org.apache.kafka.clients.producer.internals.ErrorLoggingCallback)');
    expect(lines.at(-2)).toBe('org.apache.kafka.common.errors.TimeoutException: Topic test not present in metadata after 3000 ms.');
    expect(lines[0]).toBe('[<date>] WARN [Producer clientId=console-producer] Connection to node -1 (localhost/127.0.0.1:9999) could not be established. Broker may not be available. (org.apache.kafka.clients.NetworkClient)');
  });

  it('waits for each record with --sync: about one a second, since they linger', () => {
    const begun = machine.cluster.now;
    expect(piped(machine, `${BROKER} --topic test --sync`, 'a\nb\nc\n').exitCode).toBe(0);
    expect((machine.cluster.now - begun) / 1_000_000).toBeGreaterThan(3.7);
  });

  it('has no broker to ask where the name has no address', () => {
    expect(comparable(piped(machine, '--broker-list nohost:9092 --topic test', 'a\n').stderr)).toBe(
      `[<date>] WARN Couldn't resolve server nohost:9092 from bootstrap.servers as DNS resolution failed for nohost (org.apache.kafka.clients.ClientUtils)
org.apache.kafka.common.KafkaException: Failed to construct kafka producer
Caused by: org.apache.kafka.common.config.ConfigException: No resolvable bootstrap urls given in bootstrap.servers
`,
    );
  });

  it('answers wrong arguments', () => {
    const said = (args: string): string => machine.run(`${name} ${args}`).stderr;
    expect(said('--topic test')).toMatch(/^Missing required argument "\[broker-list\]"\nOption +Description +\n/);
    expect(said('--broker-list localhost --topic test')).toMatch(/^Please provide valid host:port like host1:9091,host2:9092\n \nOption /);
    expect(said('--bootstrap-server localhost:9092 --topic test')).toMatch(/^bootstrap-server is not a recognized option\nOption /);
    expect(piped(machine, `${BROKER} --topic test --request-required-acks 7`, '')).toEqual({
      stdout: '',
      stderr: 'org.apache.kafka.common.config.ConfigException: Invalid value 7 for configuration acks: String must be one of: all, -1, 0, 1\n',
      exitCode: 1,
    });
  });
});
