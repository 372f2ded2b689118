/** Tools that ask brokers about themselves. What is expected was printed by the official 2.3.0 tools, hosts and sizes aside. */
import { beforeAll, describe, expect, it } from 'vitest';
import { javaHashOrder } from '../../../src/zookeeper/java-hash-order.ts';
import { hashOf } from '../../../src/kafka/topic-partition.ts';
import { Machine, type Run } from './machine.ts';

const BROKER = '--bootstrap-server 127.0.0.1:9092';
const firstLine = ({ stderr }: Run): string => stderr.split('\n')[0]!;

describe('kafka-log-dirs.sh', () => {
  const machine = new Machine();
  const dirs = (rest: string): Run => machine.run(`kafka-log-dirs.sh ${rest}`);
  beforeAll(() => {
    machine.boot();
    expect(machine.run(`kafka-topics.sh --create ${BROKER} --topic test --replica-assignment 1:2,1:3,2:1`).exitCode).toBe(0);
    const producer = machine.start('kafka-console-producer.sh', '--broker-list 127.0.0.1:9092 --topic test'.split(' ')) as string;
    machine.command(producer, { type: 'input', text: 'hello\n' } as never);
    machine.command(producer, { type: 'endOfInput' });
    machine.finish(producer);
    machine.cluster.runFor(2_000);
  });

  it('shows every replica of every broker', () => {
    const { stdout, stderr, exitCode } = dirs(`${BROKER} --describe`);
    const [querying, received, json, end] = stdout.split('\n');
    expect([querying, received, end, stderr, exitCode]).toEqual(['Querying brokers for log directories information', 'Received log directory information from brokers 1,2,3', '', '', 0]);
    const replica = (partition: string, size: number): object => ({ partition, size, offsetLag: 0, isFuture: false });
    const sizes = JSON.parse(json!) as { brokers: { logDirs: { partitions: { size: number }[] }[] }[] };
    const written = sizes.brokers[0]!.logDirs[0]!.partitions.map(({ size }) => size);
    expect([...written].sort((a, b) => a - b)).toEqual([0, 0, 73]);
    expect(JSON.parse(json!)).toEqual({
      version: 1,
      brokers: [
        { broker: 1, logDirs: [{ logDir: '/usr/local/kafka/logs', error: null, partitions: ['test-1', 'test-0', 'test-2'].map((name, i) => replica(name, written[i]!)) }] },
        { broker: 2, logDirs: [{ logDir: '/usr/local/kafka/logs-2', error: null, partitions: [replica('test-0', written[1]!), replica('test-2', written[2]!)] }] },
        { broker: 3, logDirs: [{ logDir: '/usr/local/kafka/logs-3', error: null, partitions: [replica('test-1', written[0]!)] }] },
      ],
    });
    expect(json!.startsWith('{"version":1,"brokers":[{"broker":1,"logDirs":[{"logDir":"/usr/local/kafka/logs","error":null,"partitions":[{"partition":"test-1","size":')).toBe(true);
  });

  it('shows the topics and brokers asked for, and a broker that is not there after two minutes', () => {
    expect(dirs(`${BROKER} --describe --topic-list nosuch --broker-list 2`).stdout).toBe(
      'Querying brokers for log directories information\nReceived log directory information from brokers 2\n{"version":1,"brokers":[{"broker":2,"logDirs":[{"logDir":"/usr/local/kafka/logs-2","error":null,"partitions":[]}]}]}\n',
    );
    const run = dirs(`${BROKER} --describe --broker-list 1,9`);
    expect(run).toMatchObject({ stdout: 'Querying brokers for log directories information\n', exitCode: 1 });
    expect(firstLine(run)).toBe('Exception in thread "main" java.util.concurrent.ExecutionException: org.apache.kafka.common.errors.TimeoutException: Timed out waiting for a node assignment.');
  });

  it('answers wrong arguments', () => {
    expect(firstLine(dirs(BROKER))).toBe('Missing required argument "[describe]"');
    expect(firstLine(dirs('--describe'))).toBe('Missing required argument "[bootstrap-server]"');
    expect(firstLine(dirs('--foo'))).toBe('Exception in thread "main" joptsimple.UnrecognizedOptionException: foo is not a recognized option');
    expect(firstLine(dirs(`${BROKER} --describe --broker-list x`))).toBe('Exception in thread "main" java.lang.NumberFormatException: For input string: "x"');
  });

  it('replicas stand in the order of a real broker\'s answer', () => {
    const real = '13 46 9 42 21 17 30 26 5 38 1 34 16 45 12 41 test-2 24 20 49 0 29 25 8 37 4 33 15 48 test-1 11 44 23 19 32 28 7 40 3 36 47 14 43 test-0 10 22 18 31 27 39 6 35 2'.split(' ');
    const partitions = real.map((name) => (name.startsWith('test-') ? { topic: 'test', partition: Number(name.slice(5)) } : { topic: '__consumer_offsets', partition: Number(name) }));
    // What shares a slot of the table stays as it was.
    expect(javaHashOrder(partitions, hashOf)).toEqual(partitions);
    expect(javaHashOrder(partitions.toReversed(), hashOf).slice(0, 16)).toEqual(partitions.slice(0, 16));
  });
});

describe('kafka-broker-api-versions.sh', () => {
  const machine = new Machine();
  const versions = (rest: string): Run => machine.run(`kafka-broker-api-versions.sh ${rest}`);

  it('gives up on servers that do not answer', () => {
    const run = versions('--bootstrap-server 127.0.0.1:9999');
    expect(run).toMatchObject({ stdout: '', exitCode: 1 });
    const lines = run.stderr.split('\n');
    expect(lines[0]).toMatch(/^\[.*\] WARN \[LegacyAdminClient clientId=admin-1\] Connection to node -1 \(\/127\.0\.0\.1:9999\) could not be established\. Broker may not be available\. \(org\.apache\.kafka\.clients\.NetworkClient\)$/);
    expect(run.stderr).toContain('\nException in thread "main" java.lang.RuntimeException: Request METADATA failed on brokers List(127.0.0.1:9999 (id: -1 rack: null))\n\tat kafka.admin.AdminClient.sendAnyNode(AdminClient.scala:109)\n');
  });

  it('lists what every broker serves', () => {
    machine.boot();
    const { stdout, stderr, exitCode } = versions(BROKER);
    expect([stderr, exitCode]).toEqual(['', 0]);
    const blocks = stdout.split(/(?<=\n\)\n)/);
    expect(blocks.map((block) => block.split('\n')[0])).toEqual([1, 2, 3].map((id) => `127.0.0.1:${9091 + id} (id: ${id} rack: null) -> (`));
    expect(blocks[0]).toBe(`127.0.0.1:9092 (id: 1 rack: null) -> (
	Produce(0): 0 to 7 [usable: 7],
	Fetch(1): 0 to 11 [usable: 11],
	ListOffsets(2): 0 to 5 [usable: 5],
	Metadata(3): 0 to 8 [usable: 8],
	LeaderAndIsr(4): 0 to 2 [usable: 2],
	StopReplica(5): 0 to 1 [usable: 1],
	UpdateMetadata(6): 0 to 5 [usable: 5],
	ControlledShutdown(7): 0 to 2 [usable: 2],
	OffsetCommit(8): 0 to 7 [usable: 7],
	OffsetFetch(9): 0 to 5 [usable: 5],
	FindCoordinator(10): 0 to 2 [usable: 2],
	JoinGroup(11): 0 to 5 [usable: 5],
	Heartbeat(12): 0 to 3 [usable: 3],
	LeaveGroup(13): 0 to 2 [usable: 2],
	SyncGroup(14): 0 to 3 [usable: 3],
	DescribeGroups(15): 0 to 3 [usable: 3],
	ListGroups(16): 0 to 2 [usable: 2],
	SaslHandshake(17): 0 to 1 [usable: 1],
	ApiVersions(18): 0 to 2 [usable: 2],
	CreateTopics(19): 0 to 3 [usable: 3],
	DeleteTopics(20): 0 to 3 [usable: 3],
	DeleteRecords(21): 0 to 1 [usable: 1],
	InitProducerId(22): 0 to 1 [usable: 1],
	OffsetForLeaderEpoch(23): 0 to 3 [usable: 3],
	AddPartitionsToTxn(24): 0 to 1 [usable: 1],
	AddOffsetsToTxn(25): 0 to 1 [usable: 1],
	EndTxn(26): 0 to 1 [usable: 1],
	WriteTxnMarkers(27): 0 [usable: 0],
	TxnOffsetCommit(28): 0 to 2 [usable: 2],
	DescribeAcls(29): 0 to 1 [usable: 1],
	CreateAcls(30): 0 to 1 [usable: 1],
	DeleteAcls(31): 0 to 1 [usable: 1],
	DescribeConfigs(32): 0 to 2 [usable: 2],
	AlterConfigs(33): 0 to 1 [usable: 1],
	AlterReplicaLogDirs(34): 0 to 1 [usable: 1],
	DescribeLogDirs(35): 0 to 1 [usable: 1],
	SaslAuthenticate(36): 0 to 1 [usable: 1],
	CreatePartitions(37): 0 to 1 [usable: 1],
	CreateDelegationToken(38): 0 to 1 [usable: 1],
	RenewDelegationToken(39): 0 to 1 [usable: 1],
	ExpireDelegationToken(40): 0 to 1 [usable: 1],
	DescribeDelegationToken(41): 0 to 1 [usable: 1],
	DeleteGroups(42): 0 to 1 [usable: 1],
	ElectPreferredLeaders(43): 0 [usable: 0],
	IncrementalAlterConfigs(44): 0 [usable: 0]
)
`);
  });

  it('answers wrong arguments', () => {
    expect(firstLine(versions('--command-config x'))).toBe('Missing required argument "[bootstrap-server]"');
    expect(firstLine(versions('--help'))).toBe('This tool helps to retrieve broker version information.');
  });
});

describe('kafka-delete-records.sh', () => {
  const machine = new Machine();
  const remove = (offsets: object): Run => {
    machine.files['offsets.json'] = JSON.stringify(offsets);
    return machine.run(`kafka-delete-records.sh ${BROKER} --offset-json-file offsets.json`);
  };
  const earliest = (): string => machine.run('kafka-run-class.sh kafka.tools.GetOffsetShell --broker-list 127.0.0.1:9092 --topic test --time -2').stdout;
  beforeAll(() => {
    machine.boot();
    machine.run(`kafka-topics.sh --create ${BROKER} --topic test --replica-assignment 1:2,2:1`);
    machine.run(`kafka-topics.sh --create ${BROKER} --topic compacted --replica-assignment 1 --config cleanup.policy=compact`);
    const producer = machine.start('kafka-console-producer.sh', '--broker-list 127.0.0.1:9092 --topic test'.split(' ')) as string;
    machine.command(producer, { type: 'input', text: 'a\nb\nc\nd\ne\nf\n' } as never);
    machine.command(producer, { type: 'endOfInput' });
    machine.finish(producer);
    machine.cluster.runFor(2_000);
  });

  it('moves the log start of all replicas', () => {
    expect(remove({ partitions: [{ topic: 'test', partition: 0, offset: 2 }], version: 1 })).toEqual({
      stdout: 'Executing records delete operation\nRecords delete operation completed:\npartition: test-0\tlow_watermark: 2\n',
      stderr: '',
      exitCode: 0,
    });
    expect(earliest()).toBe('test:0:2\ntest:1:0\n');
    expect(machine.run(`kafka-console-consumer.sh ${BROKER} --topic test --partition 0 --from-beginning --timeout-ms 3000`).stderr).toContain('Processed a total of 1 messages');
  });

  it('waits for a replica that does not fetch, as long as it counts as alive', () => {
    // The tool may ask any broker where the leader is, so that broker 2 must go on answering.
    for (const to of ['broker-1', 'zookeeper1', 'zookeeper2', 'zookeeper3']) machine.perform({ type: 'addRule', rule: { id: to, from: 'broker-2', to, effect: { type: 'cut' } } });
    const at = machine.cluster.now;
    const run = remove({ partitions: [{ topic: 'test', partition: 0, offset: 3 }] });
    expect(run.stdout).toContain('partition: test-0\tlow_watermark: 3\n');
    // Until the session of the broker has expired and the leader has heard of it.
    expect(machine.cluster.now - at).toBeGreaterThan(4_000_000);
    machine.perform({ type: 'removeRule' });
    machine.cluster.runFor(15_000);
  });

  it('says of each partition what was wrong', () => {
    const partitions = [
      { topic: 'test', partition: 0, offset: 100 },
      { topic: 'test', partition: 1, offset: -1 },
      { topic: 'nosuch', partition: 0, offset: 1 },
      { topic: 'test', partition: 9, offset: 1 },
    ];
    expect(remove({ partitions }).stdout).toBe(`Executing records delete operation
Records delete operation completed:
partition: test-1\tlow_watermark: 3
partition: test-9\terror: org.apache.kafka.common.errors.LeaderNotAvailableException: There is no leader for this topic-partition as we are in the middle of a leadership election.
partition: test-0\terror: org.apache.kafka.common.errors.OffsetOutOfRangeException: The requested offset is not within the range of offsets maintained by the server.
partition: nosuch-0\terror: org.apache.kafka.common.errors.UnknownTopicOrPartitionException: This server does not host this topic-partition.
`);
    expect(remove({ partitions: [{ topic: 'compacted', partition: 0, offset: 0 }] }).stdout).toContain(
      'partition: compacted-0\terror: org.apache.kafka.common.errors.PolicyViolationException: Request parameters do not satisfy the configured policy.\n',
    );
  });

  it('answers files that say something else', () => {
    const refused = (offsets: object): string => {
      const run = remove(offsets);
      expect(run).toMatchObject({ stdout: '', exitCode: 1 });
      return firstLine(run);
    };
    const one = { topic: 'test', partition: 0, offset: 1 };
    expect(refused({ partitions: [one, { ...one, offset: 2 }] })).toBe('Exception in thread "main" kafka.common.AdminCommandFailedException: Offset json file contains duplicate topic partitions: test-0');
    expect(refused({ partitions: [], version: 2 })).toBe('Exception in thread "main" kafka.admin.AdminOperationException: Not supported version field value 2');
    expect(refused({ version: 1 })).toBe('Exception in thread "main" kafka.admin.AdminOperationException: Missing partitions field');
    expect(refused({ partitions: [{ topic: 'test', partition: 0 }] })).toBe('Exception in thread "main" com.fasterxml.jackson.databind.JsonMappingException: No such field exists: `offset`');
    machine.files['offsets.json'] = 'xx';
    const wrong = (rest: string): string => firstLine(machine.run(`kafka-delete-records.sh ${rest}`));
    expect(wrong(`${BROKER} --offset-json-file offsets.json`)).toBe('Exception in thread "main" kafka.admin.AdminOperationException: The input string is not a valid JSON');
    expect(wrong(`${BROKER} --offset-json-file nosuch.json`)).toBe('Exception in thread "main" java.nio.file.NoSuchFileException: nosuch.json');
    expect(wrong(BROKER)).toBe('Missing required argument "[offset-json-file]"');
  });
});
