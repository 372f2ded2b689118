/**
 * What kafka_2.12-2.3.0.tgz unpacks to: the official names, and the configuration files with the official keys and values. Comments
 * are this project's; programs and libraries are there by name and size only.
 */
import type { Member } from '../files/archive.ts';

const ROOT = 'kafka_2.12-2.3.0';
/** The day of the release, 2019-06-19 20:44 UTC. */
const RELEASED_MS = 1_560_977_040_000;

const SCRIPTS = [
  'connect-distributed.sh', 'connect-standalone.sh', 'kafka-acls.sh', 'kafka-broker-api-versions.sh', 'kafka-configs.sh', 'kafka-console-consumer.sh', 'kafka-console-producer.sh', 'kafka-consumer-groups.sh', 'kafka-consumer-perf-test.sh', 'kafka-delegation-tokens.sh', 'kafka-delete-records.sh', 'kafka-dump-log.sh', 'kafka-log-dirs.sh', 'kafka-mirror-maker.sh', 'kafka-preferred-replica-election.sh', 'kafka-producer-perf-test.sh', 'kafka-reassign-partitions.sh', 'kafka-replica-verification.sh', 'kafka-run-class.sh', 'kafka-server-start.sh', 'kafka-server-stop.sh', 'kafka-streams-application-reset.sh', 'kafka-topics.sh', 'kafka-verifiable-consumer.sh', 'kafka-verifiable-producer.sh', 'trogdor.sh', 'zookeeper-security-migration.sh', 'zookeeper-server-start.sh', 'zookeeper-server-stop.sh', 'zookeeper-shell.sh',
];

const SERVER = `# A broker's configuration. Lines that begin with # are comments: the broker does not read them.

# ---- the broker itself
# Its number: another one for every broker of a cluster.
broker.id=0

# ---- network
# Where the broker listens, as protocol://address:port. Without it: the machine's own name, port 9092.
#listeners=PLAINTEXT://:9092

# The address that clients and other brokers are told to use; without it, that of the listeners.
#advertised.listeners=PLAINTEXT://your.host.name:9092

# Which security protocol belongs to which listener name.
#listener.security.protocol.map=PLAINTEXT:PLAINTEXT,SSL:SSL,SASL_PLAINTEXT:SASL_PLAINTEXT,SASL_SSL:SASL_SSL

# Threads that read requests and write answers.
num.network.threads=3

# Threads that carry requests out, disk included.
num.io.threads=8

# TCP buffers of a connection (SO_SNDBUF, SO_RCVBUF), and the largest request.
socket.send.buffer.bytes=102400
socket.receive.buffer.bytes=102400
socket.request.max.bytes=104857600

# ---- logs
# Directories for the partitions, separated by commas.
log.dirs=/tmp/kafka-logs

# Partitions of a topic that is created by itself.
num.partitions=1

# Threads a directory for loading at start and flushing at the end.
num.recovery.threads.per.data.dir=1

# ---- internal topics
# Copies of the group and transaction logs: 1 is for trying out, 3 keeps them available.
offsets.topic.replication.factor=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1

# ---- flushing
# By default it is left to the operating system; replication is what protects.
#log.flush.interval.messages=10000
#log.flush.interval.ms=1000

# ---- retention: a segment goes when either is exceeded
log.retention.hours=168
#log.retention.bytes=1073741824

# The size at which a new segment begins.
log.segment.bytes=1073741824

# How often it is looked which segments may go.
log.retention.check.interval.ms=300000

# ---- ZooKeeper
# host:port pairs, separated by commas; a path behind the last one is a chroot.
zookeeper.connect=localhost:2181
zookeeper.connection.timeout.ms=6000

# ---- groups
# How long the first rebalance of a new group waits for more members: 0 for trying out, 3 s by default.
group.initial.rebalance.delay.ms=0
`;

const keys = (text: string): string => `# ${text}\n`;

const CONFIG: Readonly<Record<string, string>> = {
  'connect-console-sink.properties': 'name=local-console-sink\nconnector.class=org.apache.kafka.connect.file.FileStreamSinkConnector\ntasks.max=1\ntopics=connect-test\n',
  'connect-console-source.properties': 'name=local-console-source\nconnector.class=org.apache.kafka.connect.file.FileStreamSourceConnector\ntasks.max=1\ntopic=connect-test\n',
  'connect-distributed.properties': `${keys('Connect workers that form a cluster.')}bootstrap.servers=localhost:9092\ngroup.id=connect-cluster\nkey.converter=org.apache.kafka.connect.json.JsonConverter\nvalue.converter=org.apache.kafka.connect.json.JsonConverter\nkey.converter.schemas.enable=true\nvalue.converter.schemas.enable=true\noffset.storage.topic=connect-offsets\noffset.storage.replication.factor=1\nconfig.storage.topic=connect-configs\nconfig.storage.replication.factor=1\nstatus.storage.topic=connect-status\nstatus.storage.replication.factor=1\noffset.flush.interval.ms=10000\n`,
  'connect-file-sink.properties': 'name=local-file-sink\nconnector.class=FileStreamSink\ntasks.max=1\nfile=test.sink.txt\ntopics=connect-test\n',
  'connect-file-source.properties': 'name=local-file-source\nconnector.class=FileStreamSource\ntasks.max=1\nfile=test.txt\ntopic=connect-test\n',
  'connect-log4j.properties': 'log4j.rootLogger=INFO, stdout\nlog4j.appender.stdout=org.apache.log4j.ConsoleAppender\n',
  'connect-standalone.properties': `${keys('One Connect worker by itself.')}bootstrap.servers=localhost:9092\nkey.converter=org.apache.kafka.connect.json.JsonConverter\nvalue.converter=org.apache.kafka.connect.json.JsonConverter\nkey.converter.schemas.enable=true\nvalue.converter.schemas.enable=true\noffset.storage.file.filename=/tmp/connect.offsets\noffset.flush.interval.ms=10000\n`,
  'consumer.properties': `${keys('For the console consumer: --consumer.config.')}bootstrap.servers=localhost:9092\ngroup.id=test-consumer-group\n#auto.offset.reset=\n`,
  'log4j.properties': 'log4j.rootLogger=INFO, stdout, kafkaAppender\nlog4j.appender.stdout=org.apache.log4j.ConsoleAppender\nlog4j.appender.stdout.layout=org.apache.log4j.PatternLayout\nlog4j.appender.stdout.layout.ConversionPattern=[%d] %p %m (%c)%n\nlog4j.appender.kafkaAppender=org.apache.log4j.DailyRollingFileAppender\nlog4j.appender.kafkaAppender.File=${kafka.logs.dir}/server.log\n',
  'producer.properties': `${keys('For the console producer: --producer.config.')}bootstrap.servers=localhost:9092\ncompression.type=none\n#partitioner.class=\n#request.timeout.ms=\n#max.block.ms=\n#linger.ms=\n#max.request.size=\n#batch.size=\n#buffer.memory=\n`,
  'server.properties': SERVER,
  'tools-log4j.properties': 'log4j.rootLogger=WARN, stderr\nlog4j.appender.stderr=org.apache.log4j.ConsoleAppender\nlog4j.appender.stderr.Target=System.err\n',
  'trogdor.conf': '{\n    "platform": "org.apache.kafka.trogdor.basic.BasicPlatform", "nodes": {\n        "node0": {\n            "hostname": "localhost",\n            "trogdor.agent.port": 8888,\n            "trogdor.coordinator.port": 8889\n        }\n    }\n}\n',
  'zookeeper.properties': `${keys('One ZooKeeper for trying out.')}dataDir=/tmp/zookeeper\nclientPort=2181\nmaxClientCnxns=0\n`,
};

/** Libraries with their size in KB, where it is worth telling apart. */
const LIBRARIES: readonly (readonly [name: string, kilobytes: number])[] = [
  ['connect-api-2.3.0', 85], ['connect-basic-auth-extension-2.3.0', 18], ['connect-file-2.3.0', 18], ['connect-json-2.3.0', 30], ['connect-runtime-2.3.0', 560], ['connect-transforms-2.3.0', 87], ['jackson-annotations-2.9.9', 65], ['jackson-core-2.9.9', 318], ['jackson-databind-2.9.9', 1_317], ['jopt-simple-5.0.4', 76], ['kafka-clients-2.3.0', 2_580], ['kafka-log4j-appender-2.3.0', 12], ['kafka-streams-2.3.0', 1_160], ['kafka-streams-examples-2.3.0', 39], ['kafka-streams-scala_2.12-2.3.0', 122], ['kafka-streams-test-utils-2.3.0', 30], ['kafka-tools-2.3.0', 690], ['kafka_2.12-2.3.0', 5_600], ['log4j-1.2.17', 478], ['lz4-java-1.6.0', 509], ['metrics-core-2.2.0', 80], ['rocksdbjni-5.18.3', 14_300], ['scala-library-2.12.8', 5_150], ['slf4j-api-1.7.26', 40], ['slf4j-log4j12-1.7.26', 12], ['snappy-java-1.1.7.3', 1_900], ['zkclient-0.11', 74], ['zookeeper-3.4.14', 862], ['zstd-jni-1.4.0-1', 3_800],
];

export function kafkaMembers(): readonly Member[] {
  const directory = (path: string): Member => ({ path: `${ROOT}/${path}`, text: null, mode: 0o755, modifiedMs: RELEASED_MS });
  const file = (path: string, text: string, mode: number, bytes?: number): Member => ({ path: `${ROOT}/${path}`, text, mode, modifiedMs: RELEASED_MS, ...(bytes === undefined ? {} : { bytes }) });
  return [
    directory(''),
    file('LICENSE', 'Apache License, Version 2.0: https://www.apache.org/licenses/LICENSE-2.0\n', 0o644),
    file('NOTICE', 'Apache Kafka, a product of The Apache Software Foundation\n', 0o644),
    directory('bin/'),
    ...SCRIPTS.map((name) => file(`bin/${name}`, `#!/bin/bash\n# ${name} of Kafka 2.3.0; here the lab answers in its place\n`, 0o755)),
    directory('config/'),
    ...Object.entries(CONFIG).map(([name, text]) => file(`config/${name}`, text, 0o644)),
    directory('libs/'),
    ...LIBRARIES.map(([name, kilobytes]) => file(`libs/${name}.jar`, '', 0o644, kilobytes * 1_024)),
    directory('site-docs/'),
    file('site-docs/kafka_2.12-2.3.0-site-docs.tgz', '', 0o644, 3_200_000),
  ];
}
