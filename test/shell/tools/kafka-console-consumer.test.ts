import { beforeAll, describe, expect, it } from 'vitest';
import { Machine } from './machine.ts';
import { comparable, recordedRuns } from './recorded.ts';

const name = 'kafka-console-consumer.sh';
const BROKER = '--bootstrap-server 127.0.0.1:9092';

describe('kafka-console-consumer.sh', () => {
  const machine = new Machine();
  const produce = (args: string, text: string): void => {
    const process = machine.start('kafka-console-producer.sh', `--broker-list 127.0.0.1:9092 ${args}`.split(' ')) as string;
    machine.command(process, { type: 'input', text } as never);
    machine.command(process, { type: 'endOfInput' });
    expect(machine.finish(process).exitCode).toBe(0);
  };
  const consume = (args: string): ReturnType<Machine['run']> => machine.run(`${name} ${BROKER} ${args}`);

  beforeAll(() => {
    machine.boot();
    machine.run('kafka-topics.sh --create --bootstrap-server 127.0.0.1:9092 --topic test --replica-assignment 1:2');
    produce('--topic test', 'first\nsecond\nthird\n');
  });

  for (const recorded of recordedRuns('13-tutorial').filter(({ command }) => command.startsWith(name))) {
    it(`reads as recorded (13-tutorial): ${recorded.command}`, () => {
      expect(machine.run(recorded.command)).toEqual({ ...recorded, command: undefined });
    });
  }

  it('a group goes on where it stopped', () => {
    expect(consume('--topic test --group tut --timeout-ms 3000').stdout).toBe('');
    produce('--topic test', 'fourth\nfifth\n');
    expect(consume('--topic test --group tut --max-messages 1')).toEqual({ stdout: 'fourth\n', stderr: 'Processed a total of 1 messages\n', exitCode: 0 });
    expect(consume('--topic test --group tut --timeout-ms 3000').stdout).toBe('fifth\n');
  });

  it('kafka-cli#11 KL-11 as many as are wanted, always in the plural', () => {
    expect(consume('--topic test --from-beginning --max-messages 5')).toEqual({
      stdout: 'first\nsecond\nthird\nfourth\nfifth\n',
      stderr: 'Processed a total of 5 messages\n',
      exitCode: 0,
    });
    expect(consume('--topic test --from-beginning --max-messages 1').stderr).toBe('Processed a total of 1 messages\n');
  });

  it('kafka-cli#12 KL-12 times, keys, and null where there is no key', () => {
    const [line] = consume('--topic test --from-beginning --max-messages 1 --property print.timestamp=true --property print.key=true').stdout.split('\n');
    expect(line).toMatch(/^CreateTime:1795332\d{6}\tnull\tfirst$/);
    produce('--topic test --property parse.key=true --property key.separator=:', 'k2:v2\n');
    const run = consume('--topic test --partition 0 --offset 5 --max-messages 1 --property print.key=true --property key.separator=->');
    expect(run.stdout).toBe('k2->v2\n');
  });

  it('kafka-cli#13 KL-13 an offset needs a partition, and other wrong arguments', () => {
    const said = (args: string): string => {
      const { stdout, stderr, exitCode } = consume(args);
      expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 1 });
      expect(stderr).toMatch(/\nOption +Description +\n/);
      return stderr.split('\n')[0]!;
    };
    expect(said('--topic test --offset 3')).toBe('The partition is required when offset is specified.');
    expect(said('--topic test --partition 0 --offset -3')).toBe("The provided offset value '-3' is incorrect. Valid values are 'earliest', 'latest', or a non-negative long.");
    expect(said('--topic test --partition 0 --offset 3 --from-beginning')).toBe('Options from-beginning and offset cannot be specified together.');
    expect(said('--topic test --partition 0 --group g')).toBe('Options group and partition cannot be specified together.');
    expect(said('--from-beginning')).toBe('Exactly one of whitelist/topic is required.');
    expect(machine.run(`${name} --topic test`).stderr).toMatch(/^Missing required argument "\[bootstrap-server\]"\n/);
  });

  it('kafka-cli#14 KL-14 gives up after a time without records', () => {
    const begun = machine.cluster.now;
    const run = consume('--topic test --timeout-ms 2000');
    expect({ ...run, stderr: comparable(run.stderr) }).toEqual({
      stdout: '',
      stderr: `[<date>] ERROR Error processing message, terminating consumer process:  (kafka.tools.ConsoleConsumer$)
org.apache.kafka.common.errors.TimeoutException
Processed a total of 0 messages
`,
      exitCode: 0,
    });
    expect((machine.cluster.now - begun) / 1_000_000).toBeCloseTo(2.8, 0);
  });

  it('waits for records until Ctrl-C', () => {
    const process = machine.start(name, `${BROKER} --topic test`.split(' ')) as string;
    machine.cluster.runFor(8_000);
    expect(machine.runOf(process)).toEqual({ stdout: '', stderr: '', exitCode: undefined });
    produce('--topic test', 'sixth\n');
    machine.cluster.runFor(1_000);
    expect(machine.runOf(process).stdout).toBe('sixth\n');
    machine.perform({ type: 'kill', process, signal: 'SIGINT' });
    expect(machine.finish(process, 2_000)).toEqual({ stdout: 'sixth\n', stderr: 'Processed a total of 1 messages\n', exitCode: 130 });
  });

  it('an unknown topic is made and waited for', () => {
    const run = consume('--topic newauto --timeout-ms 4000');
    expect(comparable(run.stderr).split('\n')[0]).toMatch(
      /^\[<date>\] WARN \[Consumer clientId=consumer-1, groupId=console-consumer-\d+\] Error while fetching metadata with correlation id \d+ : \{newauto=LEADER_NOT_AVAILABLE\} \(org\.apache\.kafka\.clients\.NetworkClient\)$/,
    );
    expect(machine.run('kafka-topics.sh --list --bootstrap-server 127.0.0.1:9092').stdout).toContain('newauto\n');
  });

  describe('--whitelist', () => {
    const lines = (args: string): string[] => consume(args).stdout.split('\n').filter((line) => line !== '').sort();
    const create = (topic: string, replicas = '1'): unknown => machine.run(`kafka-topics.sh --create --bootstrap-server 127.0.0.1:9092 --topic ${topic} --replica-assignment ${replicas}`);

    beforeAll(() => {
      for (const [topic, text] of [['wine', 'red\n'], ['wine.white', 'dry\n'], ['beer', 'pale\n']] as const) {
        create(topic);
        produce(`--topic ${topic}`, text);
      }
    });

    it('reads every topic whose whole name matches', () => {
      expect(lines('--whitelist wine|beer --from-beginning --timeout-ms 3000')).toEqual(['pale', 'red']);
      expect(lines('--whitelist wine.* --from-beginning --timeout-ms 3000')).toEqual(['dry', 'red']);
      expect(lines('--whitelist win --from-beginning --timeout-ms 3000')).toEqual([]);
    });

    it('leaves internal topics out', () => {
      expect(machine.run('kafka-topics.sh --list --bootstrap-server 127.0.0.1:9092').stdout).toContain('__consumer_offsets');
      const all = lines('--whitelist .* --from-beginning --timeout-ms 3000');
      expect(all).toEqual(expect.arrayContaining(['dry', 'first', 'pale', 'red']));
      expect(all).toHaveLength(10);
    });

    it('takes in a topic that is made later, at the next refresh of its metadata', () => {
      const process = machine.start(name, `${BROKER} --whitelist cider.* --from-beginning --consumer-property metadata.max.age.ms=5000`.split(' ')) as string;
      machine.cluster.runFor(6_000);
      create('cider.sweet');
      produce('--topic cider.sweet', 'apple\n');
      machine.cluster.runFor(12_000);
      expect(machine.runOf(process).stdout).toBe('apple\n');
      machine.perform({ type: 'kill', process, signal: 'SIGINT' });
      expect(machine.finish(process, 2_000)).toMatchObject({ stdout: 'apple\n', exitCode: 130 });
    });

    it('two members of a group share what matches', () => {
      create('tea.black', '1,2');
      const members = [1, 2].map(() => machine.start(name, `${BROKER} --whitelist tea.* --group pot`.split(' ')) as string);
      machine.cluster.runFor(8_000);
      produce('--topic tea.black --sync', Array.from({ length: 10 }, (_, n) => `cup ${n}\n`).join(''));
      machine.cluster.runFor(2_000);
      const cups = members.map((process) => machine.runOf(process).stdout.split('\n').filter((line) => line !== ''));
      expect(cups.flat().sort()).toEqual(Array.from({ length: 10 }, (_, n) => `cup ${n}`));
      expect(cups.every((own) => own.length > 0)).toBe(true);
      for (const process of members) {
        machine.perform({ type: 'kill', process, signal: 'SIGINT' });
        machine.finish(process, 5_000);
      }
    });

    it.each([
      ['*', "Dangling meta character '*' near index 0\n*\n^"],
      ['a|*', "Dangling meta character '*' near index 2\na|*\n  ^"],
      ['a**', "Dangling meta character '*' near index 2\na**\n  ^"],
      ['(a', 'Unclosed group near index 2\n(a\n  ^'],
      ['a)', "Unmatched closing ')' near index 0\na)\n^"],
      ['[a', 'Unclosed character class near index 1\n[a\n ^'],
      ['a{', 'Illegal repetition near index 2\na{\n  ^'],
      ['t{2', 'Unclosed counted closure near index 3\nt{2\n   ^'],
    ])('says what is wrong with %s as Java does', (expression, message) => {
      const { stdout, stderr, exitCode } = consume(`--whitelist ${expression}`);
      expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 1 });
      expect(comparable(stderr)).toBe(`[<date>] ERROR Unknown error when running consumer:  (kafka.tools.ConsoleConsumer$)\njava.util.regex.PatternSyntaxException: ${message}\n`);
    });

    it.each(['(a+)+b', 'a*+', 'a'.repeat(1_001)])('says that %s is not modelled', (expression) => {
      const { stderr, exitCode } = consume(`--whitelist ${expression}`);
      expect(exitCode).toBe(1);
      expect(stderr).toContain('not modelled here');
    });
  });
});
