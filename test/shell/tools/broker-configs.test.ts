/**
 * `kafka-configs.sh` for brokers. Answers, synonyms and their order, refusals and what a broker logs are those that the official 2.3.0 tool and
 * brokers printed, with other ids, ports and secrets left out; what has no effect here is said in a line of the lab's own on stderr.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { values } from '../../../src/kernel/append-list.ts';
import { findProcess } from '../../../src/kernel/world.ts';
import type { Broker } from '../../../src/kafka/broker/state.ts';
import type { Log } from '../../../src/kafka/log/log.ts';
import type { ServerState } from '../../../src/zookeeper/server-state.ts';
import { nodeAt } from '../../../src/zookeeper/tree.ts';
import { Machine } from './machine.ts';

const ASK = '--bootstrap-server 127.0.0.1:9092 --entity-type brokers';
const STORED = '--zookeeper 127.0.0.1:2182 --entity-type brokers';
const RETENTION_HOURS = 'STATIC_BROKER_CONFIG:log.retention.hours=168, DEFAULT_CONFIG:log.retention.hours=168';

class Lab extends Machine {
  configs(rest: string): ReturnType<Machine['run']> {
    return this.run(`kafka-configs.sh ${rest}`);
  }

  /** What it prints; it must have gone well. */
  says(rest: string): string {
    const { stdout, stderr, exitCode } = this.configs(rest);
    expect({ stderr, exitCode }, rest).toEqual({ stderr: '', exitCode: 0 });
    this.cluster.runFor(500);
    return stdout;
  }

  add(option: string, whose = '--entity-name 1'): string {
    return this.says(`${ASK} ${whose} --alter --add-config ${option}`);
  }

  /** What the cause of a refusal says. */
  refusal(option: string, whose = '--entity-name 1'): string {
    const args = `${ASK} ${whose} --alter --add-config ${option}`;
    const { stdout, stderr, exitCode } = this.configs(args);
    expect({ stdout, exitCode }, option).toEqual({ stdout: '', exitCode: 1 });
    const [first, second] = stderr.split('\n');
    expect(first).toBe(`Error while executing config command with args '${args}'`);
    const name = whose === '--entity-default' ? '' : '1';
    return second!.replace(/^java.util.concurrent.ExecutionException: org.apache.kafka.common.errors./, '').replace(`InvalidRequestException: Invalid config value for resource ConfigResource(type=BROKER, name='${name}'): `, '');
  }

  znode(path: string): string | null | undefined {
    return nodeAt((findProcess(this.cluster.world, 'zookeeper1')!.state as ServerState).tree, path)?.data;
  }

  logOf(broker: number, part: RegExp): readonly string[] {
    return [...values(findProcess(this.cluster.world, `broker-${broker}`)!.lines)].map(({ level, text }) => `${level} ${text}`).filter((line) => part.test(line));
  }
}

describe('kafka-configs.sh --entity-type brokers, asked of brokers', () => {
  const lab = new Lab();
  beforeAll(() => {
    lab.boot();
  });

  it('shows own, default, static and Kafka’s values of a key, what counts most first', () => {
    expect(lab.configs(`${ASK} --entity-name 1 --alter --add-config log.cleaner.threads=2`)).toEqual({
      stdout: 'Completed updating config for broker: 1.\n',
      stderr: 'kafka-configs.sh: stored, but nothing in this lab goes by log.cleaner.threads · 已保存，但本实验室不据此运行：log.cleaner.threads\n',
      exitCode: 0,
    });
    expect(lab.add('log.retention.ms=3600000,log.segment.bytes=20000')).toBe('Completed updating config for broker: 1.\n');
    expect(lab.add('log.retention.ms=7200000,min.insync.replicas=2', '--entity-default')).toBe('Completed updating default config for brokers in the cluster,\n');
    expect(lab.says(`${ASK} --entity-name 1 --describe`).split('\n')).toEqual([
      'Configs for broker 1 are:',
      `  log.retention.ms=3600000 sensitive=false synonyms={DYNAMIC_BROKER_CONFIG:log.retention.ms=3600000, DYNAMIC_DEFAULT_BROKER_CONFIG:log.retention.ms=7200000, ${RETENTION_HOURS}}`,
      '  log.cleaner.threads=2 sensitive=false synonyms={DYNAMIC_BROKER_CONFIG:log.cleaner.threads=2, DEFAULT_CONFIG:log.cleaner.threads=1}',
      '  log.segment.bytes=20000 sensitive=false synonyms={DYNAMIC_BROKER_CONFIG:log.segment.bytes=20000, STATIC_BROKER_CONFIG:log.segment.bytes=1073741824, DEFAULT_CONFIG:log.segment.bytes=1073741824}',
      '',
    ]);
    expect(lab.says(`${ASK} --entity-default --describe`).split('\n')).toEqual([
      'Default config for brokers in the cluster are:',
      '  log.retention.ms=7200000 sensitive=false synonyms={DYNAMIC_DEFAULT_BROKER_CONFIG:log.retention.ms=7200000}',
      '  min.insync.replicas=2 sensitive=false synonyms={DYNAMIC_DEFAULT_BROKER_CONFIG:min.insync.replicas=2}',
      '',
    ]);
    expect(lab.says(`${ASK} --entity-name 2 --describe`)).toBe('Configs for broker 2 are:\n');
  });

  it('stores them in ZooKeeper and tells all brokers by a notification', () => {
    expect(lab.says(`${STORED} --entity-name 1 --describe`)).toBe("Configs for brokers '1' are log.segment.bytes=20000,log.retention.ms=3600000,log.cleaner.threads=2\n");
    expect(lab.znode('/config/brokers/<default>')).toBe('{"version":1,"config":{"log.retention.ms":"7200000","min.insync.replicas":"2"}}');
    expect(lab.znode('/config/changes/config_change_0000000002')).toBe('{"version":2,"entity_path":"brokers/<default>"}');
    for (const broker of [1, 2, 3]) {
      expect(lab.logOf(broker, /Processing override for entityPath: brokers\/<default>/)).toEqual(['INFO Processing override for entityPath: brokers/<default> with config: Map(log.retention.ms -> 7200000, min.insync.replicas -> 2) (kafka.server.DynamicConfigManager)']);
    }
  });

  it('topics show the defaults of the broker that is asked', () => {
    expect(lab.run('kafka-topics.sh --create --zookeeper 127.0.0.1:2182 --topic t --replica-assignment 1:2:3').exitCode).toBe(0);
    const line = lab.run('kafka-topics.sh --describe --bootstrap-server 127.0.0.1:9092 --topic t').stdout.split('\n')[0]!;
    expect(line).toContain('min.insync.replicas=2');
    expect(line).toMatch(/segment\.bytes=(20000|1073741824)/);
  });

  it.each([
    ['num.partitions=3', 'Cannot update these configs dynamically: Set(num.partitions)'],
    ['log.retention.hours=5', 'Cannot update these configs dynamically: Set(log.retention.hours)'],
    ['num.io.threads=100', 'Invalid value org.apache.kafka.common.config.ConfigException: Dynamic thread count update validation failed for num.io.threads=100, value should not be greater than double the current value 8 for configuration Invalid dynamic configuration'],
    ['num.io.threads=3', 'Invalid value org.apache.kafka.common.config.ConfigException: Dynamic thread count update validation failed for num.io.threads=3, value should be at least half the current value 8 for configuration Invalid dynamic configuration'],
    ['num.io.threads=0', 'Invalid value 0 for configuration num.io.threads: Value must be at least 1'],
    ['num.io.threads=abc', 'Invalid value abc for configuration num.io.threads: Not a number of type INT'],
    ['ssl.keystore.location=/x', 'These security configs can be dynamically updated only per-listener using the listener prefix: Set(ssl.keystore.location)'],
    ['listener.name.plaintext.ssl.keystore.password=abc', 'Password encoder secret not configured'],
    ['log.retention.ms=0', 'requirement failed: log.retention.ms must be unlimited (-1) or, equal or greater than 1'],
    ['min.insync.replicas=0', 'Invalid value 0 for configuration min.insync.replicas: Value must be at least 1'],
    ['unclean.leader.election.enable=maybe', 'Invalid value maybe for configuration unclean.leader.election.enable: Expected value to be either true or false'],
    ['log.cleanup.policy=[delete,nonsense]', 'Invalid value nonsense for configuration log.cleanup.policy: String must be one of: compact, delete'],
    ['compression.type=nonsense', 'requirement failed: compression.type : nonsense is not valid. Valid options are uncompressed,zstd,lz4,snappy,gzip,producer'],
    ['log.cleaner.dedupe.buffer.size=100', 'requirement failed: log.cleaner.dedupe.buffer.size must be at least 1MB per cleaner thread.'],
    ['max.connections.per.ip=0', 'requirement failed: max.connections.per.ip can be set to zero only if max.connections.per.ip.overrides property is set.'],
    ['leader.replication.throttled.rate=-1', 'Invalid value -1 for configuration leader.replication.throttled.rate: Value must be at least 0'],
    ['log.cleaner.threads=0', 'UnknownServerException: / by zero'],
  ])('refuses %s', (option, text) => {
    expect(lab.refusal(option)).toBe(text);
  });

  it('has keys that only one broker may have', () => {
    expect(lab.refusal('listeners=PLAINTEXT://127.0.0.1:9095', '--entity-default')).toBe('Cannot update these configs at default cluster level, broker id must be specified: Set(listeners)');
  });

  it('says so where the real broker would take up a change and it does not', () => {
    expect(lab.refusal('advertised.listeners=PLAINTEXT://localhost:9092')).toBe('changing advertised.listeners while a broker runs is not modelled in this lab · 本实验室未模拟在 broker 运行时更改 advertised.listeners');
  });

  it('hides the values of keys it does not know, and wants them again with every change', () => {
    lab.add('nosuch.key=5');
    expect(lab.says(`${ASK} --entity-name 1 --describe`)).toContain('  nosuch.key=null sensitive=true synonyms={DYNAMIC_BROKER_CONFIG:nosuch.key=null}\n');
    expect(lab.configs(`${ASK} --entity-name 1 --alter --add-config log.segment.bytes=30000`)).toEqual({ stdout: '', stderr: 'All sensitive broker config entries must be specified for --alter, missing entries: Set(nosuch.key)\n', exitCode: 1 });
    expect(lab.says(`${STORED} --entity-name 1 --describe`)).toContain('nosuch.key=5');
    expect(lab.says(`${ASK} --entity-name 1 --alter --delete-config nosuch.key`)).toBe('Completed updating config for broker: 1.\n');
    expect(lab.configs(`${ASK} --entity-name 1 --alter --delete-config nosuch.key`)).toEqual({ stdout: '', stderr: 'Invalid config(s): nosuch.key\n', exitCode: 1 });
  });

  it('kafka-cli#26 KL-26 through ZooKeeper only the limits of replication, while a broker runs', () => {
    const stored = (whose: string, key: string): ReturnType<Machine['run']> => {
      const run = lab.configs(`${STORED} ${whose} --alter --add-config ${key}=5`);
      lab.cluster.runFor(500);
      return run;
    };
    const rate = 'leader.replication.throttled.rate';
    const ofDirectories = 'replica.alter.log.dirs.io.max.bytes.per.second';
    expect(stored('--entity-name 1', rate)).toEqual({ stdout: "Completed Updating config for entity: brokers '1'.\n", stderr: '', exitCode: 0 });
    expect(stored('--entity-default', rate)).toEqual({ stdout: 'Completed Updating config for entity: default brokers.\n', stderr: '', exitCode: 0 });
    expect(stored('--entity-name 1', ofDirectories).stderr).toBe(`kafka-configs.sh: stored, but nothing in this lab goes by ${ofDirectories} · 已保存，但本实验室不据此运行：${ofDirectories}\n`);
    expect(lab.says(`${ASK} --entity-name 1 --describe`)).toContain('  leader.replication.throttled.rate=null sensitive=true synonyms={DYNAMIC_BROKER_CONFIG:leader.replication.throttled.rate=null, DYNAMIC_DEFAULT_BROKER_CONFIG:leader.replication.throttled.rate=null}\n');
    const refused = (rest: string): string => {
      const { stdout, stderr, exitCode } = lab.configs(rest);
      expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 1 });
      return stderr;
    };
    const info = 'Broker configuraton updates using ZooKeeper are supported for bootstrapping before brokers are started to enable encrypted password configs to be stored in ZooKeeper.';
    expect(refused(`${STORED} --entity-default --alter --add-config log.cleaner.threads=2`)).toBe(`requirement failed: --bootstrap-server option must be specified to update broker configs Set(log.cleaner.threads). for default cluster if any broker is running. ${info}\n`);
    expect(refused(`${STORED} --entity-name x --alter --add-config leader.replication.throttled.rate=5`)).toBe("Error parsing broker x. The broker's Entity Name must be a single integer value\n");
    expect(refused(`${STORED} --entity-name 9 --alter --add-config log.cleaner.threads=x`).split('\n')[1]).toBe('org.apache.kafka.common.config.ConfigException: Invalid value x for configuration log.cleaner.threads: Not a number of type INT');
    expect(refused(`${STORED} --entity-name 9 --alter --add-config num.partitions=2`).split('\n')[1]).toBe('org.apache.kafka.common.config.ConfigException: Cannot update these configs dynamically: Set(num.partitions)');
    expect(refused(`${STORED} --entity-name 9 --alter --add-config listener.name.a.ssl.keystore.password=x`)).toMatch(/^requirement failed: password\.encoder\.secret must be specified to update Set\(listener\.name\.a\.ssl\.keystore\.password\)\./);
    expect(lab.says(`${STORED} --entity-name 9 --alter --add-config log.segment.bytes=5000`)).toBe("Completed Updating config for entity: brokers '9'.\n");
    expect(lab.says(`${STORED} --entity-name 9 --alter --delete-config log.segment.bytes`)).toBe("Completed Updating config for entity: brokers '9'.\n");
    expect(lab.says(`${STORED} --entity-name 9 --describe`)).toBe("Configs for brokers '9' are \n");
  });
});

describe('a broker that is told of a change', () => {
  const lab = new Lab();
  const produce = (topic: string, count: number, more = ''): ReturnType<Machine['run']> => {
    const name = lab.start('kafka-console-producer.sh', `--broker-list 127.0.0.1:9092 --topic ${topic}${more}`.split(' ')) as string;
    lab.command(name, { type: 'input', text: `${'x'.repeat(100)}\n`.repeat(count) } as never);
    lab.command(name, { type: 'endOfInput' });
    return lab.finish(name);
  };
  const state = (broker: number): Broker => findProcess(lab.cluster.world, `broker-${broker}`)!.state as Broker;
  const log = (broker: number, name: string): Log => state(broker).partitions.find((one) => one.name === name)!.log;
  beforeAll(() => {
    lab.boot();
    expect(lab.run('kafka-topics.sh --create --zookeeper 127.0.0.1:2182 --topic a --replica-assignment 1:2,2:1').exitCode).toBe(0);
    expect(lab.run('kafka-topics.sh --create --zookeeper 127.0.0.1:2182 --topic own --replica-assignment 1 --config segment.bytes=5000').exitCode).toBe(0);
  });

  it('gives its logs the new defaults, but topics keep what is their own', () => {
    lab.add('log.segment.bytes=20000');
    expect([log(1, 'a-0').config.segmentBytes, log(1, 'own-0').config.segmentBytes, log(2, 'a-0').config.segmentBytes]).toEqual([20_000, 5_000, 1_073_741_824]);
  });

  it('asks for as many replicas in sync as all brokers are told', () => {
    lab.add('min.insync.replicas=3', '--entity-default');
    expect(produce('a', 1, ' --request-required-acks -1 --message-send-max-retries 0').stderr).toContain('NotEnoughReplicas');
    lab.says(`${ASK} --entity-default --alter --delete-config min.insync.replicas`);
  });

  it('does not notice a key that is only taken away before another one of the kind changes', () => {
    const wanted = (): readonly number[] => [1, 2].map((broker) => log(broker, 'a-0').config.minInsyncReplicas);
    expect(wanted()).toEqual([3, 3]);
    // Broker 1 has a segment.bytes of its own, so that nothing changes for it.
    lab.add('log.segment.bytes=20001', '--entity-default');
    expect(wanted()).toEqual([3, 1]);
    lab.add('num.replica.fetchers=2');
    lab.says(`${ASK} --entity-name 1 --alter --delete-config num.replica.fetchers`);
    lab.add('num.replica.fetchers=4');
    expect(lab.logOf(1, /Resizing fetcher/)).toEqual([1, 2].map((before) => `INFO [ReplicaFetcherManager on broker 1] Resizing fetcher thread pool size from ${before} to ${2 * before} (kafka.server.ReplicaFetcherManager)`));
  });

  it('goes back to what server.properties says of a key that is taken away', () => {
    lab.add('num.io.threads=12');
    lab.says(`${ASK} --entity-name 1 --alter --delete-config num.io.threads`);
    expect(lab.logOf(1, /Resizing request handler/)).toEqual([[8, 12], [12, 8]].map(([before, after]) => `INFO [data-plane Kafka Request Handler on Broker 1], Resizing request handler thread pool size from ${before} to ${after} (kafka.server.KafkaRequestHandlerPool)`));
    expect(state(1).inForce.numIoThreads).toBe(8);
  });

  it('keeps its logs at a time of retention that is taken away where server.properties names it by hours', () => {
    lab.add('log.retention.ms=3600000');
    lab.says(`${ASK} --entity-name 1 --alter --delete-config log.retention.ms`);
    lab.add('log.segment.bytes=20002');
    expect(log(1, 'a-0').config.retentionMs).toBe(3_600_000);
    expect(state(1).config.topicDefaults['retention.ms']).toBe('604800000');
  });

  it('spreads its followers over as many fetchers as it is told', () => {
    produce('a', 30);
    lab.add('num.replica.fetchers=2', '--entity-name 2');
    produce('a', 30);
    lab.cluster.runFor(2_000);
    const ends = (broker: number): readonly unknown[] => ['a-0', 'a-1'].map((name) => log(broker, name).logEndOffset);
    expect(ends(1)).toEqual(ends(2));
    // abs(31 * hash(topic) + partition) % num.replica.fetchers: 3008 % 4 and 3007 % 2.
    const spread = (broker: number): readonly unknown[] => state(broker).fetchers.flatMap(({ leaderId, fetcherId, members }) => members.map((place) => [leaderId, fetcherId, state(broker).partitions[place]!.name]));
    expect([spread(1), spread(2)]).toEqual([[[2, 0, 'a-1']], [[1, 1, 'a-0']]]);
  });

  it('keeps it all over a restart', () => {
    lab.perform({ type: 'kill', process: 'broker-1', signal: 'SIGKILL' });
    lab.cluster.runFor(9_000);
    lab.perform({ type: 'start', process: 'broker-1' });
    lab.cluster.runFor(9_000);
    expect(state(1).inForce).toMatchObject({ numIoThreads: 8, numReplicaFetchers: 4, topicDefaults: { 'segment.bytes': '20002', 'retention.ms': '604800000' } });
    expect(log(1, 'a-0').config.segmentBytes).toBe(20_002);
  });

  it('as controller elects unclean leaders as soon as all brokers may have them', () => {
    expect(lab.run('kafka-topics.sh --create --zookeeper 127.0.0.1:2182 --topic u --replica-assignment 2:3').exitCode).toBe(0);
    lab.perform({ type: 'kill', process: 'broker-3', signal: 'SIGKILL' });
    lab.cluster.runFor(9_000);
    produce('u', 3);
    lab.perform({ type: 'kill', process: 'broker-2', signal: 'SIGKILL' });
    lab.cluster.runFor(9_000);
    lab.perform({ type: 'start', process: 'broker-3' });
    lab.cluster.runFor(9_000);
    const leader = (): string | undefined => /Leader: (\S+)/.exec(lab.run('kafka-topics.sh --describe --zookeeper 127.0.0.1:2182 --topic u').stdout)?.[1];
    expect(leader()).toBe('-1');
    lab.add('unclean.leader.election.enable=true', '--entity-default');
    lab.cluster.runFor(1_000);
    expect(leader()).toBe('3');
  });
});
