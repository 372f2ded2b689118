import { beforeAll, describe, expect, it } from 'vitest';
import { threeBrokers } from '../../../src/scenarios/fixtures.ts';
import { Machine } from './machine.ts';
import { comparable, recordedRuns } from './recorded.ts';

const ZK = '--zookeeper 127.0.0.1:2182';
const BROKER = '--bootstrap-server 127.0.0.1:9092';
const topics = (rest: string): string => `kafka-topics.sh ${rest}`;

describe('runs as recorded', () => {
  // The seed is one with which the controller places the tutorial's topic where the recorded one stood.
  const machine = new Machine({ seed: 4 });
  beforeAll(() => {
    machine.boot();
  });

  const check = (capture: string, wanted: (command: string) => boolean): void => {
    for (const [index, recorded] of recordedRuns(capture).entries()) {
      if (!recorded.command.startsWith('kafka-topics.sh') || !wanted(recorded.command)) continue;
      it(`${capture} ${index}: ${recorded.command}`, () => {
        const run = machine.run(recorded.command);
        machine.cluster.runFor(2_000);
        expect({ ...run, stderr: comparable(run.stderr) }).toEqual({ ...recorded, command: undefined, stderr: comparable(recorded.stderr) });
      });
    }
  };

  check('13-tutorial', () => true);
  // The topic test stands on 2 and 3 there; what is asked about `orders` alone does not depend on it.
  check('02-create-topics', (command) => command.includes('orders') || command.includes('--list'));
});

describe('partitions without a leader, as recorded (09-unclean)', () => {
  const machine = new Machine();
  beforeAll(() => {
    machine.boot();
    machine.run(topics(`--create ${BROKER} --topic test --replica-assignment 2:3`));
    machine.cluster.runFor(1_000);
    machine.perform({ type: 'kill', process: 'broker-3', signal: 'SIGKILL' });
    machine.cluster.runFor(10_000);
    machine.perform({ type: 'kill', process: 'broker-2', signal: 'SIGKILL' });
    machine.cluster.runFor(10_000);
  });

  const recorded = recordedRuns('09-unclean').slice(0, 3);
  it.each(recorded)('kafka-cli#6 $command', ({ command, stdout, stderr, exitCode }) => {
    expect(recorded).toHaveLength(3);
    const run = machine.run(command);
    expect({ ...run, stderr: comparable(run.stderr) }).toEqual({ stdout, stderr: comparable(stderr), exitCode });
  });

  it('kafka-cli#6 the leaderless partition is under-replicated for the brokers as well', () => {
    expect(machine.run(topics(`--describe ${BROKER} --under-replicated-partitions`)).stdout).toBe('\tTopic: test\tPartition: 0\tLeader: none\tReplicas: 2,3\tIsr: \n');
  });
});

describe('kafka-topics.sh', () => {
  const machine = new Machine();
  beforeAll(() => {
    machine.boot();
  });

  it('kafka-cli#1 KL-1 creating a topic says so with ZooKeeper and nothing with a broker', () => {
    expect(machine.run(topics(`--create ${ZK} --topic t --partitions 3 --replication-factor 2`))).toEqual({ stdout: 'Created topic t.\n', stderr: '', exitCode: 0 });
    expect(machine.run(topics(`--create ${BROKER} --topic u --partitions 4 --replication-factor 2`))).toEqual({ stdout: '', stderr: '', exitCode: 0 });
  });

  it('kafka-cli#2 KL-2 more replicas than brokers', () => {
    const run = machine.run(topics(`--create ${ZK} --topic big --partitions 1 --replication-factor 5`));
    const message = 'Replication factor: 5 larger than available brokers: 3.';
    expect({ ...run, stderr: comparable(run.stderr) }).toEqual({
      stdout: `Error while executing topic command : ${message}\n`,
      stderr: `[<date>] ERROR org.apache.kafka.common.errors.InvalidReplicationFactorException: ${message}\n (kafka.admin.TopicCommand$)\n`,
      exitCode: 1,
    });
  });

  it('kafka-cli#3 KL-3 a topic that exists', () => {
    expect(machine.run(topics(`--create ${BROKER} --topic t --partitions 1 --replication-factor 1`))).toMatchObject({
      stdout: 'Error while executing topic command : Topic t already exists\n',
      exitCode: 1,
    });
    expect(machine.run(topics(`--create ${ZK} --topic t --partitions 1 --replication-factor 1 --if-not-exists`))).toEqual({ stdout: '', stderr: '', exitCode: 0 });
  });

  it('kafka-cli#4 KL-4 neither or both of broker and ZooKeeper', () => {
    for (const given of ['', ` ${ZK} ${BROKER}`]) {
      expect(machine.run(topics(`--list${given}`))).toEqual({
        stdout: '',
        stderr: `Exception in thread "main" java.lang.IllegalArgumentException: Only one of --bootstrap-server or --zookeeper must be specified
	at kafka.admin.TopicCommand$TopicCommandOptions.checkArgs(TopicCommand.scala:628)
	at kafka.admin.TopicCommand$.main(TopicCommand.scala:50)
	at kafka.admin.TopicCommand.main(TopicCommand.scala)
`,
        exitCode: 1,
      });
    }
  });

  it('kafka-cli#5 KL-5 what server.properties sets is shown by brokers and not by ZooKeeper', () => {
    // The deployment's own message.max.bytes is shown as well, as in every capture.
    expect(machine.run(topics(`--describe ${ZK} --topic t`)).stdout.split('\n')[0]).toBe('Topic:t\tPartitionCount:3\tReplicationFactor:2\tConfigs:');
    expect(machine.run(topics(`--describe ${BROKER} --topic t`)).stdout.split('\n')[0]).toBe(
      'Topic:t\tPartitionCount:3\tReplicationFactor:2\tConfigs:segment.bytes=1073741824,max.message.bytes=5242880',
    );
    expect(machine.run(topics(`--create ${BROKER} --topic short --partitions 1 --replication-factor 1 --config retention.ms=1000`)).exitCode).toBe(0);
    expect(machine.run(topics(`--describe ${BROKER} --topic short`)).stdout).toContain('Configs:segment.bytes=1073741824,retention.ms=1000,max.message.bytes=5242880');
    expect(machine.run(topics(`--describe ${ZK} --topics-with-overrides`)).stdout).toBe('Topic:short\tPartitionCount:1\tReplicationFactor:1\tConfigs:retention.ms=1000\n');
  });

  it('kafka-cli#7 KL-7 describing an unknown topic', () => {
    expect(machine.run(topics(`--describe ${BROKER} --topic nosuch`))).toEqual({ stdout: '', stderr: '', exitCode: 0 });
    expect(machine.run(topics(`--describe ${ZK} --topic nosuch`))).toMatchObject({ stdout: 'Error while executing topic command : Topics in [] does not exist\n', exitCode: 1 });
  });

  it('kafka-cli#8 KL-8 fewer partitions', () => {
    expect(machine.run(topics(`--alter ${ZK} --topic u --partitions 3`))).toMatchObject({
      stdout: `WARNING: If partitions are increased for a topic that has a key, the partition logic or ordering of the messages will be affected
Error while executing topic command : The number of partitions for a topic can only be increased. Topic u currently has 4 partitions, 3 would not be an increase.
`,
      exitCode: 1,
    });
    expect(machine.run(topics(`--alter ${BROKER} --topic u --partitions 2`)).stdout).toBe(
      'Error while executing topic command : org.apache.kafka.common.errors.InvalidPartitionsException: Topic currently has 4 partitions, which is higher than the requested 2.\n',
    );
  });

  it('adds partitions through ZooKeeper and through a broker', () => {
    expect(machine.run(topics(`--alter ${ZK} --topic u --partitions 5`)).stdout).toMatch(/^WARNING: .*\nAdding partitions succeeded!\n$/);
    machine.cluster.runFor(1_000);
    expect(machine.run(topics(`--alter ${BROKER} --topic u --partitions 6`))).toEqual({ stdout: '', stderr: '', exitCode: 0 });
    const rows = machine.run(topics(`--describe ${BROKER} --topic u`)).stdout.split('\n');
    expect(rows[0]).toMatch(/^Topic:u\tPartitionCount:6\tReplicationFactor:2\t/);
    expect(rows.slice(1, 7).map((row) => /Partition: (\d)/.exec(row)?.[1])).toEqual(['0', '1', '2', '3', '4', '5']);
  });

  it('changes and removes a configuration through ZooKeeper', () => {
    const deprecated =
      'WARNING: Altering topic configuration from this script has been deprecated and may be removed in future releases.\n         Going forward, please use kafka-configs.sh for this functionality\n';
    expect(machine.run(topics(`--alter ${ZK} --topic t --config retention.ms=5000 --config min.insync.replicas=2`)).stdout).toBe(`${deprecated}Updated config for topic t.\n`);
    machine.cluster.runFor(500);
    expect(machine.run(topics(`--describe ${ZK} --topic t`)).stdout).toMatch(/Configs:(retention\.ms=5000,min\.insync\.replicas=2|min\.insync\.replicas=2,retention\.ms=5000)\n/);
    expect(machine.run(topics(`--describe ${BROKER} --at-min-isr-partitions`)).stdout.match(/Topic: t/g)).toHaveLength(3);
    expect(machine.run(topics(`--alter ${ZK} --topic t --delete-config retention.ms`)).stdout).toBe(`${deprecated}Updated config for topic t.\n`);
    expect(machine.run(topics(`--describe ${ZK} --topic t`)).stdout).toContain('Configs:min.insync.replicas=2\n');
  });

  it('refuses wrong names, values and numbers in the words of section 1.4', () => {
    const said = (rest: string): string => machine.run(topics(rest)).stdout.replace('Error while executing topic command : ', '');
    const [start, api] = ['--create --topic x', 'org.apache.kafka.common.errors.'];
    expect(said(`${start} ${ZK} --partitions 1 --replication-factor 0`)).toBe('Replication factor must be larger than 0.\n');
    expect(said(`${start} ${BROKER} --partitions 1 --replication-factor 0`)).toBe(`${api}InvalidReplicationFactorException: Replication factor must be larger than 0.\n`);
    expect(said(`${start} ${ZK} --partitions 0 --replication-factor 1`)).toBe('Number of partitions must be larger than 0.\n');
    expect(said(`${start} ${BROKER} --partitions 0 --replication-factor 1`)).toBe(`${api}InvalidPartitionsException: Number of partitions must be larger than 0.\n`);
    const illegal = `Topic name "bad!topic" is illegal, it contains a character other than ASCII alphanumerics, '.', '_' and '-'\n`;
    expect(said(`--create --topic bad!topic ${ZK} --partitions 1 --replication-factor 1`)).toBe(illegal);
    expect(said(`--create --topic bad!topic ${BROKER} --partitions 1 --replication-factor 1`)).toBe(`${api}InvalidTopicException: ${illegal}`);
    for (const where of [ZK, BROKER]) {
      expect(said(`${start} ${where} --partitions 1 --replication-factor 1 --config nosuch.key=1`)).toBe('Unknown topic config name: nosuch.key\n');
      expect(said(`${start} ${where} --partitions 1 --replication-factor 1 --config retention.ms=abc`)).toBe('Invalid value abc for configuration retention.ms: Not a number of type LONG\n');
      expect(said(`--delete ${where} --topic nosuch`)).toBe('Topics in [] does not exist\n');
      expect(said(`${start} ${where} --replica-assignment 1:2,3`)).toMatch(/^Partition 1 has different replication factor: \[I@[0-9a-f]+\n$/);
    }
  });

  it('warns of names that could collide, and refuses those that do', () => {
    const warning =
      "WARNING: Due to limitations in metric names, topics with a period ('.') or underscore ('_') could collide. To avoid issues it is best to use either, but not both.\n";
    expect(machine.run(topics(`--create ${ZK} --topic a.b --partitions 1 --replication-factor 1`)).stdout).toBe(`${warning}Created topic a.b.\n`);
    expect(machine.run(topics(`--create ${ZK} --topic a_b --partitions 1 --replication-factor 1`)).stdout).toBe(
      `${warning}Error while executing topic command : Topic 'a_b' collides with existing topics: a.b\n`,
    );
    machine.cluster.runFor(500);
    expect(machine.run(topics(`--create ${BROKER} --topic a_b --partitions 1 --replication-factor 1`)).stdout).toBe(
      `${warning}Error while executing topic command : org.apache.kafka.common.errors.InvalidTopicException: Topic 'a_b' collides with existing topics: a.b\n`,
    );
  });

  it('deletes through ZooKeeper in words, through a broker without', () => {
    expect(machine.run(topics(`--delete ${ZK} --topic a.b`)).stdout).toBe(
      'Topic a.b is marked for deletion.\nNote: This will have no impact if delete.topic.enable is not set to true.\n',
    );
    expect(machine.run(topics(`--delete ${BROKER} --topic short`))).toEqual({ stdout: '', stderr: '', exitCode: 0 });
    machine.cluster.runFor(2_000);
    expect(machine.run(topics(`--list ${ZK}`)).stdout).toBe('t\nu\n');
  });

  it('lists topics whose deletion waits for a broker as marked', () => {
    machine.perform({ type: 'kill', process: 'broker-1', signal: 'SIGKILL' });
    machine.cluster.runFor(8_000);
    machine.run(topics(`--delete ${ZK} --topic u`));
    expect(machine.run(topics(`--list ${ZK}`)).stdout).toBe('t\nu - marked for deletion\n');
    expect(machine.run(topics(`--delete ${ZK} --topic u`)).stdout).toBe('Topic u is already marked for deletion.\n');
    expect(machine.run(topics(`--describe ${ZK} --topic u`)).stdout.split('\n')[0]).toBe('Topic:u\tPartitionCount:6\tReplicationFactor:2\tConfigs:\tMarkedForDeletion:true');
  });

  it('kafka-cli#30 KL-30 the version', () => {
    expect(machine.run(topics('--version'))).toEqual({ stdout: '2.3.0 (Commit:fc1aaa116b661c8a)\n', stderr: '', exitCode: 0 });
  });

  it('answers wrong arguments with a message and its options', () => {
    const said = (rest: string): string => {
      const { stdout, stderr, exitCode } = machine.run(topics(rest));
      expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 1 });
      expect(stderr).toMatch(/\nOption +Description +\n------ +----------- +\n--alter /);
      return stderr.split('\n')[0]!;
    };
    expect(said('--list --create')).toBe('Command must include exactly one action: --list, --describe, --create, --alter or --delete');
    expect(said(`--create ${ZK}`)).toBe('Missing required argument "[topic]"');
    expect(said(`--create ${ZK} --topic x --partitions=1`)).toBe('Missing required argument "[replication-factor]"');
    expect(said(`--alter ${BROKER} --topic x`)).toBe('Missing required argument "[partitions]"');
    expect(said(`--alter ${BROKER} --topic x --partitions 2 --config a=b`)).toBe('Option combination "[bootstrap-server],[config]" can\'t be used with option "[alter]"');
    expect(said(`--describe ${ZK} --under-min-isr-partitions`)).toBe('Option "[under-min-isr-partitions]" can\'t be used with option "[zookeeper]"');
    expect(said(`--create ${BROKER} --topic x --if-not-exists --partitions 1 --replication-factor 1`)).toBe('Option "[if-not-exists]" can\'t be used with option "[bootstrap-server]"');
    expect(machine.run(topics('--foo')).stderr.split('\n')[0]).toBe('Exception in thread "main" joptsimple.UnrecognizedOptionException: foo is not a recognized option');
  });
});

describe('when nobody answers', () => {
  it('kafka-cli#27 KL-27 the admin client warns with its back-off and gives up after two minutes', () => {
    const machine = new Machine();
    const process = machine.start('kafka-topics.sh', ['--list', '--bootstrap-server', 'localhost:9999']) as string;
    const begun = machine.cluster.now;
    const run = machine.finish(process);
    expect(run.exitCode).toBe(1);
    expect(run.stdout).toBe('Error while executing topic command : org.apache.kafka.common.errors.TimeoutException: Timed out waiting for a node assignment.\n');
    const printed = machine.printedBy(process).filter(({ stream, text }) => stream === 'stderr' && text.includes('WARN'));
    for (const { text } of printed) {
      expect(comparable(text)).toBe(
        '[<date>] WARN [AdminClient clientId=adminclient-1] Connection to node -1 (localhost/127.0.0.1:9999) could not be established. Broker may not be available. (org.apache.kafka.clients.NetworkClient)\n',
      );
    }
    const seconds = printed.map(({ at }) => (at - printed[0]!.at) / 1_000_000);
    for (const [index, expected] of [0, 0.1, 0.2, 0.4, 0.8, 1.5].entries()) expect(Math.abs(seconds[index]! - expected)).toBeLessThan(0.25);
    const pauses = seconds.slice(6).map((at, index) => at - seconds[index + 5]!);
    expect(Math.min(...pauses)).toBeGreaterThan(0.75);
    expect(Math.max(...pauses)).toBeLessThan(1.3);
    expect((machine.cluster.now - begun) / 1_000_000).toBeCloseTo(120.8, 0);
  });

  it('gives up ZooKeeper after 30 seconds, as recorded (16-zk-down-nothing-else)', () => {
    const machine = new Machine();
    const recorded = recordedRuns('16-zk-down-nothing-else').find(({ command, exitCode }) => command.includes('--zookeeper') && exitCode === 1)!;
    const begun = machine.cluster.now;
    const run = machine.run(recorded.command);
    expect((machine.cluster.now - begun) / 1_000_000).toBeCloseTo(30.8, 0);
    expect(run).toMatchObject({ stdout: '', exitCode: 1 });
    // The recording is folded where the same warning comes again; the last one is the 3.8 client's.
    const [warning = '', ...rest] = comparable(recorded.stderr).split('(... the same warning again about every 1.1 s)\n');
    const said = comparable(run.stderr);
    expect(said.startsWith(warning + warning)).toBe(true);
    expect(said.endsWith(rest.join(''))).toBe(true);
    expect(said.split(warning).join('')).toBe(rest.join(''));
  });

  it('takes an address of ZooKeeper without a name for its own machine, and says what is wrong with another one', () => {
    const machine = new Machine();
    expect(machine.run(topics('--list --zookeeper /chroot'))).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('ZooKeeperClientTimeoutException') as string });
    expect(machine.run(topics('--list --zookeeper ,'))).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('java.lang.IllegalArgumentException: A HostProvider may not be empty!\n\tat org.apache.zookeeper.ZooKeeper.<init>') as string });
    expect(machine.run(topics('--list --zookeeper localhost:abc'))).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('java.lang.NumberFormatException: For input string: "abc"\n') as string });
  });
});

describe('more partitions than the lab can bear', () => {
  const LIMIT = /This is a limit of the lab, not of Kafka: at most 1000 replicas[^\n]* 这是本实验室的限制/;
  const machine = new Machine({ brokers: threeBrokers.map(({ properties }) => ({ properties: `${properties}\nnum.partitions=100000\noffsets.topic.num.partitions=100000\n` })) });
  beforeAll(() => {
    machine.boot();
    machine.run(topics(`--create ${BROKER} --topic small --partitions 2 --replication-factor 2`));
  });

  for (const where of [ZK, BROKER]) {
    it(`are refused at once, ${where}`, () => {
      for (const wanted of ['--create --topic huge --partitions 100000 --replication-factor 3', '--create --topic huge --partitions 2147483647 --replication-factor 1', '--alter --topic small --partitions 100000', `--create --topic huge --replica-assignment ${Array(600).fill('1:2').join(',')}`, `--alter --topic small --partitions 600 --replica-assignment ${Array(600).fill('1:2').join(',')}`]) {
        const run = machine.run(topics(`${wanted} ${where}`));
        expect([wanted.slice(0, 80), run.exitCode, run.stdout]).toEqual([wanted.slice(0, 80), 1, expect.stringMatching(LIMIT)]);
      }
      expect(machine.run(topics(`--list ${where}`)).stdout).toBe('small\n');
    });
  }

  it('count with those that are there', () => {
    expect(machine.run(topics(`--create ${ZK} --topic rest --partitions 499 --replication-factor 2`)).stdout).toContain('there are 4 and 998 would be added');
  });

  it('do not come into being by themselves: the broker says why', () => {
    machine.start('kafka-console-consumer.sh', ['--bootstrap-server', '127.0.0.1:9092', '--topic', 'unheard-of']);
    machine.cluster.runFor(3_000);
    const said = machine.cluster.world.processes.filter(({ program }) => program === 'kafka-broker').flatMap(({ lines }) => [...lines.full.flat(), ...lines.tail]).filter(({ level }) => level === 'ERROR').map(({ text }) => text);
    for (const topic of ['unheard-of', '__consumer_offsets']) expect(said).toContainEqual(expect.stringMatching(new RegExp(`Topic ${topic} is not created\\. ${LIMIT.source}`)));
    expect(machine.run(topics(`--list ${ZK}`)).stdout).toBe('small\n');
  });
});
