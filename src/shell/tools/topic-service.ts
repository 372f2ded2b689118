/** What the two services of `kafka-topics.sh` share: which topics are meant, what is printed of them, what arguments mean. */
import { hasCollisionChars, INTERNAL_TOPICS } from '../../kafka/topic-name.ts';
import { out, randomInt } from './asking.ts';
import { checkTopicOptions, checkTopicOptionName } from './config-entities.ts';
import { illegalArgument, JavaException } from './java.ts';
import { has, toInt, valueOf, valuesOf, type Options } from './options.ts';
import type { Script } from './script.ts';
import { mayTakeTooLong } from '../regular-expression.ts';
import { notModelled } from './tool.ts';

export interface TopicService {
  create(): Script<void>;
  alter(): Script<void>;
  list(): Script<void>;
  describe(): Script<void>;
  remove(): Script<void>;
}

const MAIN_LINES = { create: 60, alter: 62, list: 64, describe: 66, remove: 68 } as const;

/** The two frames of `main` below every other one. */
export function mainFrames(line: number | keyof typeof MAIN_LINES): readonly string[] {
  const at = typeof line === 'number' ? line : MAIN_LINES[line];
  return [`kafka.admin.TopicCommand$.main(TopicCommand.scala:${at})`, 'kafka.admin.TopicCommand.main(TopicCommand.scala)'];
}

/** Those of `all` that `--topic` and `--exclude-internal` leave, sorted. */
export function matchingTopics(asked: Options, all: readonly string[]): readonly string[] {
  const isAllowed = (topic: string): boolean => !(has(asked, 'exclude-internal') && INTERNAL_TOPICS.includes(topic));
  const sorted = [...all].sort();
  const wanted = valueOf(asked, 'topic');
  if (wanted === undefined) return sorted.filter(isAllowed);
  const expression = wanted.trim().replaceAll(',', '|').replaceAll(' ', '').replace(/^["']+/, '').replace(/["']+$/, '');
  if (mayTakeTooLong(expression)) throw notModelled('a repetition inside a repetition');
  let pattern: RegExp;
  try {
    pattern = new RegExp(`^(?:${expression})$`);
  } catch {
    throw new JavaException('java.lang.RuntimeException', `${expression} is an invalid regex.`);
  }
  return sorted.filter((topic) => pattern.test(topic) && isAllowed(topic));
}

/** `line` is where `ensureTopicExists` is called by the service's `method`. */
export function ensureTopicExists(topics: readonly string[], method: string, line: number, main: keyof typeof MAIN_LINES): void {
  if (topics.length > 0) return;
  throw illegalArgument('Topics in [] does not exist', [
    'kafka.admin.TopicCommand$.kafka$admin$TopicCommand$$ensureTopicExists(TopicCommand.scala:435)',
    `kafka.admin.TopicCommand$${method}(TopicCommand.scala:${line})`,
    ...mainFrames(main),
  ]);
}

const COLLISION_WARNING =
  "WARNING: Due to limitations in metric names, topics with a period ('.') or underscore ('_') could collide. To avoid issues it is best to use either, but not both.";

/** What both services print before they create such a topic. */
export function* warnOfCollision(topic: string): Script<void> {
  if (hasCollisionChars(topic)) yield* out(COLLISION_WARNING);
}

/** `--config`: every one checked as a broker would, by name first. */
export function configsToAdd(asked: Options): { readonly [option: string]: string } {
  const pairs = valuesOf(asked, 'config').map((config) => config.split(/\s*=\s*/));
  if (pairs.some((pair) => pair.length !== 2)) {
    throw illegalArgument('requirement failed: Invalid topic config: all configs to be added must be in the format "key=val".');
  }
  const configs = Object.fromEntries(pairs.map(([key, value]) => [key!.trim(), value!.trim()]));
  checkTopicOptions(configs);
  return configs;
}

export function configsToDelete(asked: Options): readonly string[] {
  const names = valuesOf(asked, 'delete-config').map((name) => name.trim());
  for (const name of names) checkTopicOptionName(name);
  return names;
}

/** Broker ids of every partition of `--replica-assignment`; undefined: it was not given. */
export function* replicaAssignment(asked: Options): Script<readonly (readonly number[])[] | undefined> {
  const given = valueOf(asked, 'replica-assignment');
  if (given === undefined || given === '') return undefined;
  const lists: number[][] = [];
  for (const [partition, list] of given.split(',').entries()) {
    const brokers = list.split(':').map((id) => toInt(id.trim()));
    const twice = [...new Set(brokers.filter((id, at) => brokers.indexOf(id) !== at))];
    if (twice.length > 0) {
      throw new JavaException('kafka.common.AdminCommandFailedException', `Partition replica lists may not contain duplicate entries: ${twice.join(',')}`);
    }
    lists.push(brokers);
    if (brokers.length !== lists[0]!.length) {
      // The real message ends in the array's name and identity hash.
      const identity = (yield* randomInt(0x0100_0000, 0x7fff_ffff)).toString(16);
      throw new JavaException('kafka.admin.AdminOperationException', `Partition ${partition} has different replication factor: [I@${identity}`);
    }
  }
  return lists;
}

export interface DescribedPartition {
  readonly topic: string;
  readonly partition: number;
  /** null: none; −1 where ZooKeeper says so. */
  readonly leader: number | null;
  readonly replicas: readonly number[];
  readonly isr: readonly number[];
}

/** False if one of the filters was given that show only partitions. */
export const describesTopics = (asked: Options): boolean =>
  !['under-replicated-partitions', 'unavailable-partitions', 'under-min-isr-partitions', 'at-min-isr-partitions'].some((filter) => has(asked, filter));

export const describesPartitions = (asked: Options): boolean => !has(asked, 'topics-with-overrides');

export function isShown(asked: Options, { isr, replicas, leader }: DescribedPartition, liveBrokers: readonly number[], minIsr: number): boolean {
  return (
    describesTopics(asked) ||
    (has(asked, 'under-replicated-partitions') && isr.length < replicas.length) ||
    (has(asked, 'unavailable-partitions') && (leader === null || !liveBrokers.includes(leader))) ||
    (has(asked, 'under-min-isr-partitions') && isr.length < minIsr) ||
    (has(asked, 'at-min-isr-partitions') && isr.length === minIsr)
  );
}

export function printTopic(topic: string, partitions: readonly DescribedPartition[], configs: readonly (readonly [string, string | null])[], mark = ''): Script<null> {
  const text = configs.map(([name, value]) => `${name}=${value}`).join(',');
  return out(`Topic:${topic}\tPartitionCount:${partitions.length}\tReplicationFactor:${partitions[0]!.replicas.length}\tConfigs:${text}${mark}`);
}

export function printPartition({ topic, partition, leader, replicas, isr }: DescribedPartition, mark = ''): Script<null> {
  return out(`\tTopic: ${topic}\tPartition: ${partition}\tLeader: ${leader ?? 'none'}\tReplicas: ${replicas.join(',')}\tIsr: ${isr.join(',')}${mark}`);
}
