/** The tools of `bin/` of the Kafka 2.3.0 distribution that this deployment has. */
import type { Programs } from '../../kernel/world.ts';
import { getOffsetShell } from './get-offset-shell.ts';
import { kafkaBrokerApiVersions } from './kafka-broker-api-versions.ts';
import { kafkaConfigs } from './kafka-configs.ts';
import { kafkaConsoleConsumer } from './kafka-console-consumer.ts';
import { kafkaConsoleProducer } from './kafka-console-producer.ts';
import { kafkaConsumerGroups } from './kafka-consumer-groups.ts';
import { kafkaConsumerPerfTest } from './kafka-consumer-perf-test.ts';
import { kafkaDeleteRecords } from './kafka-delete-records.ts';
import { kafkaDumpLog } from './kafka-dump-log.ts';
import { kafkaLogDirs } from './kafka-log-dirs.ts';
import { kafkaPreferredReplicaElection } from './kafka-preferred-replica-election.ts';
import { kafkaProducerPerfTest } from './kafka-producer-perf-test.ts';
import { kafkaReassignPartitions } from './kafka-reassign-partitions.ts';
import { kafkaTopics } from './kafka-topics.ts';
import { kafkaVerifiableConsumer } from './kafka-verifiable-consumer.ts';
import { kafkaVerifiableProducer } from './kafka-verifiable-producer.ts';
import { prepare, type Prepared, type ReadFile, type Tool } from './tool.ts';
import { zooKeeperMainTool } from './zookeeper/zookeeper-main.ts';

export const tools = [
  kafkaTopics,
  kafkaConsoleProducer,
  kafkaConsoleConsumer,
  kafkaConsumerGroups,
  kafkaConfigs,
  kafkaBrokerApiVersions,
  kafkaDeleteRecords,
  kafkaDumpLog,
  kafkaLogDirs,
  kafkaVerifiableProducer,
  kafkaVerifiableConsumer,
  kafkaProducerPerfTest,
  kafkaConsumerPerfTest,
  kafkaPreferredReplicaElection,
  kafkaReassignPartitions,
  getOffsetShell,
  zooKeeperMainTool,
] as readonly Tool<unknown>[];

/** For the table of programs of a kernel in which tools are to run. */
export const toolPrograms: Programs = Object.fromEntries(tools.map((tool) => [tool.program, tool.body]));

/** Names of the scripts that `run` knows. */
export const scriptNames: readonly string[] = [...tools.flatMap(({ name }) => (name === null ? [] : [name])), 'kafka-run-class.sh'];

/** What a script does with its arguments: it has said all, or a program is to be started. */
export function prepareScript(script: string, args: readonly string[], read: ReadFile, cwd: string): Prepared {
  if (script !== 'kafka-run-class.sh') return prepare(tools.find(({ name }) => name === script)!, args, read, cwd);
  const [mainClass, ...rest] = args;
  if (mainClass === undefined) return { type: 'done', stdout: 'USAGE: bin/kafka-run-class.sh [-daemon] [-name servicename] [-loggc] classname [opts]\n', stderr: '', exitCode: 1 };
  const tool = tools.find((one) => one.mainClass === mainClass);
  if (tool) return prepare(tool, rest, read, cwd);
  const stderr = `Error: Could not find or load main class ${mainClass}\nCaused by: java.lang.ClassNotFoundException: ${mainClass}\n`;
  return { type: 'done', stdout: '', stderr, exitCode: 1 };
}
