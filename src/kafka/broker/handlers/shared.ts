/** What several admin handlers share: names, plans for topics, and waiting for the metadata cache. */
import type { Env } from '../../../kernel/program.ts';
import { assignReplicas } from '../../controller/assignment.ts';
import { INVALID_LOW_WATERMARK, type CreatableTopic, type DeletedRecords, type ErrorName, type ResponseBody } from '../../protocol/index.ts';
import { replicaLimitProblem } from '../../lab-limits.ts';
import { topicNameProblem } from '../../topic-name.ts';
import { containsTopic, partitionsOf, partitionState, replicaCount } from '../metadata-cache.ts';
import { isLeader, lowWatermarkOf } from '../partition.ts';
import { watchDeadline } from '../purgatory.ts';
import { inHashMap, type TopicPlan } from '../../zookeeper/topics.ts';
import { answer } from '../requests.ts';
import { OFFSETS_TOPIC } from '../../groups/offsets-topic.ts';
import { TRANSACTION_TOPIC } from '../../transactions/transaction-topic.ts';
import { topicOptionProblem } from '../../log/topic-options.ts';
import type { BrokerConfig } from '../config.ts';
import { placeOf, say, type AdminResult, type DelayedAdmin, type DeletionResult, type Draft } from '../state.ts';

export interface Refusal {
  readonly error: ErrorName;
  readonly message: string;
}

export const brokersOf = (b: Draft): readonly { readonly id: number; readonly rack: string | null }[] => b.metadata.brokers.map(({ id, rack }) => ({ id, rack }));

/** Checks a wanted topic and gives it its assignment. */
export function planTopic(b: Draft, env: Env, wanted: CreatableTopic): TopicPlan | Refusal {
  const { topic } = wanted;
  const nameProblem = topicNameProblem(topic);
  if (nameProblem !== null) return { error: 'INVALID_TOPIC_EXCEPTION', message: nameProblem };
  for (const { name, value } of wanted.configs) {
    const problem = topicOptionProblem(name, value);
    if (problem !== null) return { error: 'INVALID_CONFIG', message: problem };
  }
  const configs = Object.fromEntries(wanted.configs.map(({ name, value }) => [name, value ?? '']));
  if (wanted.assignments.length > 0) {
    if (wanted.numPartitions !== -1 || wanted.replicationFactor !== -1) {
      return { error: 'INVALID_REQUEST', message: 'Both numPartitions or replicationFactor and replicasAssignments were set. Both cannot be used at the same time.' };
    }
    const partitions = wanted.assignments.map(({ partition, brokerIds }) => ({ partition, replicas: brokerIds })).sort((x, y) => x.partition - y.partition);
    const size = partitions[0]!.replicas.length;
    const bad = partitions.some(({ partition, replicas }, index) => partition !== index || replicas.length === 0 || replicas.length !== size || new Set(replicas).size !== replicas.length);
    if (bad) return { error: 'INVALID_REPLICA_ASSIGNMENT', message: 'Replica assignment is invalid.' };
    const tooMany = replicaLimitProblem(replicaCount(b.metadata), partitions.length * size);
    return tooMany === null ? { topic, partitions: inHashMap(partitions), configs } : { error: 'POLICY_VIOLATION', message: tooMany };
  }
  const brokers = brokersOf(b);
  const draw = (): number => (brokers.length === 0 ? 0 : env.randomInt(0, brokers.length - 1));
  const startIndex = draw();
  const assignment = assignReplicas(brokers, { partitionCount: wanted.numPartitions, replicationFactor: wanted.replicationFactor, startIndex, shift: draw(), existingReplicas: replicaCount(b.metadata) });
  return 'error' in assignment ? { error: assignment.error, message: assignment.message } : { topic, partitions: inHashMap(assignment.partitions), configs };
}

/** A topic that nobody asked for by name of its own cannot be told of the lab's limit in an answer: the broker's log says it. */
export function planUnasked(b: Draft, env: Env, wanted: Pick<CreatableTopic, 'topic' | 'numPartitions' | 'replicationFactor'> & Partial<Pick<CreatableTopic, 'configs'>>): TopicPlan | Refusal {
  const plan = planTopic(b, env, { assignments: [], configs: [], ...wanted });
  if ('error' in plan && plan.error === 'POLICY_VIOLATION') say(env, 'ERROR', `[KafkaApi-${b.brokerId}] Topic ${wanted.topic} is not created. ${plan.message}`, 'kafka.server.KafkaApis');
  return plan;
}

interface InternalTopic {
  readonly topic: string;
  /** What it is called where it cannot be made, and the setting that says how many replicas it has. */
  readonly words: string;
  readonly setting: string;
  readonly numPartitions: number;
  readonly replicationFactor: number;
  readonly configs: { readonly [option: string]: string | number };
}

/** As the settings want it; refused while there are fewer brokers than replicas (KafkaApis.createInternalTopic). */
function planInternal(b: Draft, env: Env, { topic, words, setting, numPartitions, replicationFactor, configs }: InternalTopic): TopicPlan | Refusal {
  const alive = b.metadata.brokers.length;
  if (alive < replicationFactor) {
    const text = `Number of alive brokers '${alive}' does not meet the required replication factor '${replicationFactor}' for the ${words} topic (configured via '${setting}'). This error can be ignored if the cluster is starting up and not all brokers are up yet.`;
    say(env, 'ERROR', `[KafkaApi-${b.brokerId}] ${text}`, 'kafka.server.KafkaApis');
    return { error: 'INVALID_REPLICATION_FACTOR', message: text };
  }
  return planUnasked(b, env, { topic, numPartitions, replicationFactor, configs: Object.entries(configs).map(([name, value]) => ({ name, value: String(value) })) });
}

const INTERNAL: { readonly [topic: string]: (config: BrokerConfig) => InternalTopic } = {
  [OFFSETS_TOPIC]: (config) => ({
    topic: OFFSETS_TOPIC,
    words: 'offsets',
    setting: 'offsets.topic.replication.factor',
    numPartitions: config.offsetsTopicPartitions,
    replicationFactor: config.offsetsTopicReplicationFactor,
    configs: { 'cleanup.policy': 'compact', 'segment.bytes': config.offsetsTopicSegmentBytes, 'compression.type': 'producer' },
  }),
  [TRANSACTION_TOPIC]: (config) => ({
    topic: TRANSACTION_TOPIC,
    words: 'transactions state',
    setting: 'transaction.state.log.replication.factor',
    numPartitions: config.transactionTopicPartitions,
    replicationFactor: config.transactionTopicReplicationFactor,
    configs: {
      'compression.type': 'uncompressed',
      'cleanup.policy': 'compact',
      'min.insync.replicas': config.transactionTopicMinIsr,
      'segment.bytes': config.transactionTopicSegmentBytes,
      'unclean.leader.election.enable': 'false',
    },
  }),
};

/** How a topic is made that the cluster itself needs; undefined: it is none of those. */
export function planOfInternal(topic: string): ((b: Draft, env: Env) => TopicPlan | Refusal) | undefined {
  const wanted = Object.hasOwn(INTERNAL, topic) ? INTERNAL[topic] : undefined;
  return wanted && ((b, env) => planInternal(b, env, wanted(b.config)));
}

function isDone(b: Draft, operation: DelayedAdmin): boolean {
  const { waits } = operation;
  switch (waits.type) {
    case 'topics':
    case 'partitions':
      return waits.results.every((result) => {
        if (result.error !== 'NONE') return true;
        const states = partitionsOf(b.metadata, result.topic);
        return states.length >= result.partitions && states.every((state) => state.leader >= 0);
      });
    case 'deletions':
      return waits.results.every((result) => result.error !== 'NONE' || !containsTopic(b.metadata, result.topic));
    case 'elections':
      return waits.results.every((result) => result.leader === null || partitionState(b.metadata, result.topic, result.partition)?.leader === result.leader);
    case 'logStarts':
      return waits.results.every((result) => deletionNow(b, result).error !== 'REQUEST_TIMED_OUT');
  }
}

/** As it is answered now; one that is not done yet has timed out. */
function deletionNow(b: Draft, { topic, partition, error, required }: DeletionResult): DeletedRecords {
  const failed = (reason: ErrorName): DeletedRecords => ({ partition, lowWatermark: INVALID_LOW_WATERMARK, error: reason });
  if (error !== 'NONE') return failed(error);
  const local = b.partitions[placeOf(b, topic, partition)];
  if (!local) return failed('UNKNOWN_TOPIC_OR_PARTITION');
  if (local.chart.value === 'offline') return failed('KAFKA_STORAGE_ERROR');
  if (!isLeader(local)) return failed('NOT_LEADER_FOR_PARTITION');
  const lowWatermark = lowWatermarkOf(local, (id) => b.metadata.brokers.some((broker) => broker.id === id));
  return { partition, lowWatermark, error: lowWatermark >= required ? 'NONE' : 'REQUEST_TIMED_OUT' };
}

/** Answers now if it is done, or at once if the request does not want to wait; else parks. The handler thread is free after it. */
export function settleAdmin(b: Draft, env: Env, operation: DelayedAdmin): void {
  if (isDone(b, operation)) return answerAdmin(b, env, operation, false);
  if (operation.deadline <= env.now) return answerAdmin(b, env, operation, true);
  b.delayedAdmins = [...b.delayedAdmins, operation];
  watchDeadline(b, env, operation.deadline);
}

/** After an UpdateMetadata, or when a follower has told where its log starts. */
export function completeAdmins(b: Draft, env: Env): void {
  const done = b.delayedAdmins.filter((operation) => isDone(b, operation));
  if (done.length === 0) return;
  b.delayedAdmins = b.delayedAdmins.filter((operation) => !done.includes(operation));
  for (const operation of done) answerAdmin(b, env, operation, false);
}

/** A timed-out one says so for what is not there yet; it is done all the same. */
export function answerAdmin(b: Draft, env: Env, { context, waits }: DelayedAdmin, timedOut: boolean): void {
  const late = (result: AdminResult): AdminResult => (timedOut && result.error === 'NONE' ? { ...result, error: 'REQUEST_TIMED_OUT' } : result);
  switch (waits.type) {
    case 'topics':
      answer(b, env, 'CreateTopics', context, { throttleTimeMs: 0, topics: waits.results.map(late).map(({ topic, error, errorMessage }) => ({ topic, error, errorMessage })) });
      return;
    case 'partitions':
      answer(b, env, 'CreatePartitions', context, { throttleTimeMs: 0, topics: waits.results.map(late).map(({ topic, error, errorMessage }) => ({ topic, error, errorMessage })) });
      return;
    case 'deletions':
      answer(b, env, 'DeleteTopics', context, { throttleTimeMs: 0, responses: waits.results.map(late).map(({ topic, error }) => ({ topic, error })) });
      return;
    case 'elections': {
      const topics: { topic: string; partitions: ResponseBody<'ElectPreferredLeaders'>['topics'][number]['partitions'][number][] }[] = [];
      for (const result of waits.results) {
        let nested = topics.find((candidate) => candidate.topic === result.topic);
        if (!nested) topics.push((nested = { topic: result.topic, partitions: [] }));
        const waiting = timedOut && result.leader !== null && partitionState(b.metadata, result.topic, result.partition)?.leader !== result.leader;
        nested.partitions.push({ partition: result.partition, error: waiting ? 'REQUEST_TIMED_OUT' : result.error, errorMessage: result.errorMessage });
      }
      answer(b, env, 'ElectPreferredLeaders', context, { throttleTimeMs: 0, topics });
      return;
    }
    case 'logStarts': {
      const topics = [...new Set(waits.results.map(({ topic }) => topic))];
      const partitionsOfTopic = (topic: string): DeletedRecords[] => waits.results.filter((result) => result.topic === topic).map((result) => deletionNow(b, result));
      answer(b, env, 'DeleteRecords', context, { throttleTimeMs: 0, topics: topics.map((topic) => ({ topic, partitions: partitionsOfTopic(topic) })) });
    }
  }
}

export const isActiveController = (b: Draft): boolean => b.controllerId === b.brokerId;
