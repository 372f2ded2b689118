/** What administrators ask for: topics, partitions, elections, configurations. */
import type { Env } from '../../../kernel/program.ts';
import { assignReplicas, startIndexForAddedPartitions } from '../../controller/assignment.ts';
import { apiVersions as advertised, type ConfigEntry, type ConfigSynonym, type DescribeConfigsResult } from '../../protocol/index.ts';
import { DEFAULT_ENTITY, type PartitionReplicas } from '../../zookeeper/znodes.ts';
import { replicaLimitProblem } from '../../lab-limits.ts';
import { topicOptionProblem, topicOptionSynonyms } from '../../log/topic-options.ts';
import { valueText } from '../config.ts';
import { changeProblem, configSynonyms, isReadOnly, isSensitive } from '../dynamic-config.ts';
import { containsTopic, replicaCount } from '../metadata-cache.ts';
import type { Options, TopicPlan } from '../../zookeeper/topics.ts';
import { HELD, finish, release, type Handler } from '../requests.ts';
import { say, type AdminResult, type Draft, type RequestContext } from '../state.ts';
import { startTask } from '../zookeeper.ts';
import { brokersOf, isActiveController, planTopic, settleAdmin } from './shared.ts';

export const apiVersions: Handler<'ApiVersions'> = () => ({
  error: 'NONE',
  apiKeys: advertised.map(([, version], apiKey) => ({ apiKey, minVersion: 0, maxVersion: version })),
  throttleTimeMs: 0,
});

export const createTopics: Handler<'CreateTopics'> = (b, request, context, env) => {
  if (!isActiveController(b)) return { throttleTimeMs: 0, topics: request.topics.map(({ topic }) => ({ topic, error: 'NOT_CONTROLLER', errorMessage: null })) };
  const plans = request.topics.map((topic) => planTopic(b, env, topic));
  const good = plans.flatMap((plan) => ('error' in plan ? [] : [plan]));
  if (request.validateOnly || good.length === 0) {
    return {
      throttleTimeMs: 0,
      topics: plans.map((plan, index) => {
        const { topic } = request.topics[index]!;
        if ('error' in plan) return { topic, error: plan.error, errorMessage: plan.message };
        return containsTopic(b.metadata, topic) ? { topic, error: 'TOPIC_ALREADY_EXISTS' as const, errorMessage: `Topic '${topic}' already exists.` } : { topic, error: 'NONE' as const, errorMessage: null };
      }),
    };
  }
  startTask(b, env, 'createTopics', { plans: good, context, purpose: 'createTopics' });
  return HELD;
};

/** The znodes are written: wait until this broker's own metadata shows leaders. */
export function topicsCreated(b: Draft, env: Env, context: RequestContext, plans: readonly TopicPlan[], outcomes: readonly { readonly topic: string; readonly error: AdminResult['error']; readonly message: string | null }[]): void {
  const { request } = context;
  if (request.type !== 'CreateTopicsRequest') return;
  const results = request.topics.map((wanted): AdminResult => {
    const outcome = outcomes.find((candidate) => candidate.topic === wanted.topic);
    if (outcome) return { topic: wanted.topic, error: outcome.error, errorMessage: outcome.message, partitions: plans.find((plan) => plan.topic === wanted.topic)?.partitions.length ?? 0 };
    const plan = planTopic(b, env, wanted);
    return { topic: wanted.topic, error: 'error' in plan ? plan.error : 'UNKNOWN_SERVER_ERROR', errorMessage: 'error' in plan ? plan.message : null, partitions: 0 };
  });
  release(b);
  settleAdmin(b, env, { context, deadline: env.now + Math.max(0, request.timeoutMs) * 1_000, waits: { type: 'topics', results } });
}

export const deleteTopics: Handler<'DeleteTopics'> = (b, request, context, env) => {
  const all = (error: AdminResult['error']): { throttleTimeMs: number; responses: { topic: string; error: AdminResult['error'] }[] } => ({ throttleTimeMs: 0, responses: request.topicNames.map((topic) => ({ topic, error })) });
  if (!isActiveController(b)) return all('NOT_CONTROLLER');
  if (!b.config.deleteTopicEnable) return all(request.apiVersion < 3 ? 'INVALID_REQUEST' : 'TOPIC_DELETION_DISABLED');
  const known = request.topicNames.filter((topic) => containsTopic(b.metadata, topic));
  if (known.length === 0) return all('UNKNOWN_TOPIC_OR_PARTITION');
  startTask(b, env, 'deleteTopics', { topics: known, context });
  return HELD;
};

export function topicsMarkedForDeletion(b: Draft, env: Env, context: RequestContext, known: readonly string[]): void {
  const { request } = context;
  if (request.type !== 'DeleteTopicsRequest') return;
  const results = request.topicNames.map((topic): AdminResult => ({ topic, error: known.includes(topic) ? 'NONE' : 'UNKNOWN_TOPIC_OR_PARTITION', errorMessage: null, partitions: 0 }));
  release(b);
  settleAdmin(b, env, { context, deadline: env.now + Math.max(0, request.timeoutMs) * 1_000, waits: { type: 'deletions', results } });
}

export const createPartitions: Handler<'CreatePartitions'> = (b, request, context, env) => {
  if (!isActiveController(b)) return { throttleTimeMs: 0, topics: request.topics.map(({ topic }) => ({ topic, error: 'NOT_CONTROLLER', errorMessage: null })) };
  startTask(b, env, 'readAssignments', { topics: request.topics.map(({ topic }) => topic), context });
  return HELD;
};

export function assignmentsRead(b: Draft, env: Env, context: RequestContext, read: { readonly reassigning: boolean; readonly assignments: readonly (readonly PartitionReplicas[] | null)[] }): void {
  const { request } = context;
  if (request.type !== 'CreatePartitionsRequest') return;
  const plans: TopicPlan[] = [];
  let replicas = replicaCount(b.metadata);
  const results = request.topics.map((wanted, index): AdminResult => {
    const { topic, count } = wanted;
    const refuse = (error: AdminResult['error'], errorMessage: string): AdminResult => ({ topic, error, errorMessage, partitions: 0 });
    if (read.reassigning) return refuse('REASSIGNMENT_IN_PROGRESS', 'A partition reassignment is in progress.');
    const existing = read.assignments[index];
    if (!existing) return refuse('UNKNOWN_TOPIC_OR_PARTITION', `The topic '${topic}' does not exist.`);
    if (count < existing.length) return refuse('INVALID_PARTITIONS', `Topic currently has ${existing.length} partitions, which is higher than the requested ${count}.`);
    if (count === existing.length) return refuse('INVALID_PARTITIONS', `Topic already has ${count} partitions.`);
    let added: readonly PartitionReplicas[];
    if (wanted.assignments) {
      if (wanted.assignments.length !== count - existing.length) return refuse('INVALID_REPLICA_ASSIGNMENT', `Increasing the number of partitions by ${count - existing.length} but ${wanted.assignments.length} assignments provided.`);
      added = wanted.assignments.map((brokerIds, at) => ({ partition: existing.length + at, replicas: brokerIds }));
      const tooMany = replicaLimitProblem(replicas, wanted.assignments.flat().length);
      if (tooMany !== null) return refuse('POLICY_VIOLATION', tooMany);
    } else {
      const brokers = brokersOf(b);
      const startIndex = startIndexForAddedPartitions(brokers, existing[0]?.replicas[0] ?? 0);
      const assigned = assignReplicas(brokers, { partitionCount: count - existing.length, replicationFactor: existing[0]?.replicas.length ?? 1, startIndex, shift: startIndex, startPartition: existing.length, existingReplicas: replicas });
      if ('error' in assigned) return refuse(assigned.error, assigned.message);
      added = assigned.partitions;
    }
    replicas += added.flatMap((one) => one.replicas).length;
    plans.push({ topic, partitions: [...existing, ...added], configs: {} });
    return { topic, error: 'NONE', errorMessage: null, partitions: count };
  });
  if (plans.length === 0 || request.validateOnly) {
    finish(b, env, 'CreatePartitions', context, { throttleTimeMs: 0, topics: results.map(({ topic, error, errorMessage }) => ({ topic, error, errorMessage })) });
    return;
  }
  startTask(b, env, 'writeAssignments', { plans, context, results });
}

export function assignmentsWritten(b: Draft, env: Env, context: RequestContext, results: readonly AdminResult[]): void {
  const { request } = context;
  if (request.type !== 'CreatePartitionsRequest') return;
  release(b);
  settleAdmin(b, env, { context, deadline: env.now + Math.max(0, request.timeoutMs) * 1_000, waits: { type: 'partitions', results } });
}

/** A broker answers for itself, and for the default of all, whose name is empty. */
function brokerProblem(b: Draft, resourceName: string, expected: string): string | null {
  if (resourceName === '') return null;
  if (!/^[+-]?\d{1,10}$/.test(resourceName)) return `Broker id must be an integer, but it is: ${resourceName}`;
  return Number(resourceName) === b.brokerId ? null : `Unexpected broker id, expected ${expected}, but received ConfigResource(type=BROKER, name='${resourceName}').name`;
}

function changeBroker(b: Draft, env: Env, resourceName: string, options: Options): { readonly error: AdminResult['error']; readonly errorMessage: string | null } {
  const wrong = brokerProblem(b, resourceName, String(b.brokerId));
  if (wrong !== null) return { error: 'INVALID_REQUEST', errorMessage: wrong };
  const refused = changeProblem(options, resourceName !== '', b);
  if (refused === null) return { error: 'NONE', errorMessage: null };
  const manager = `[Admin Manager on Broker ${b.brokerId}]:`;
  const resource = `ConfigResource(type=BROKER, name='${resourceName}')`;
  if (refused.error !== 'INVALID_REQUEST') {
    say(env, 'ERROR', `${manager} Error processing alter configs request for resource ${resource}`, 'kafka.server.AdminManager');
    return { error: refused.error, errorMessage: refused.text };
  }
  const errorMessage = `Invalid config value for resource ${resource}: ${refused.text}`;
  say(env, 'INFO', `${manager} ${errorMessage}`, 'kafka.server.AdminManager');
  return { error: 'INVALID_REQUEST', errorMessage };
}

const optionsOf = (configs: readonly { readonly name: string; readonly value: string | null }[]): Options => Object.fromEntries(configs.map(({ name, value }) => [name, value ?? '']));

export const alterConfigs: Handler<'AlterConfigs'> = (b, request, context, env) => {
  const results = request.resources.map(({ resourceType, resourceName, configs }) => {
    if (resourceType === 'BROKER') return { ...changeBroker(b, env, resourceName, optionsOf(configs)), resourceType, resourceName };
    if (!containsTopic(b.metadata, resourceName)) return { error: 'UNKNOWN_TOPIC_OR_PARTITION' as const, errorMessage: `The topic '${resourceName}' does not exist.`, resourceType, resourceName };
    const problem = configs.map(({ name, value }) => topicOptionProblem(name, value)).find((text) => text !== null);
    return problem === undefined ? { error: 'NONE' as const, errorMessage: null, resourceType, resourceName } : { error: 'INVALID_REQUEST' as const, errorMessage: problem, resourceType, resourceName };
  });
  const changes = request.resources.flatMap(({ resourceType, resourceName, configs }, index) => {
    if (results[index]!.error !== 'NONE') return [];
    const entity = resourceType === 'BROKER' ? `brokers/${resourceName === '' ? DEFAULT_ENTITY : Number(resourceName)}` : `topics/${resourceName}`;
    return [{ entity, configs: optionsOf(configs) }];
  });
  if (request.validateOnly || changes.length === 0) return { throttleTimeMs: 0, responses: results };
  startTask(b, env, 'alterConfigs', { changes, context, results });
  return HELD;
};

/** A topic's configuration comes from ZooKeeper, so that asking for it waits while ZooKeeper is away. */
export const describeConfigs: Handler<'DescribeConfigs'> = (b, request, context, env) => {
  startTask(b, env, 'describeConfigs', { topics: request.resources.filter(({ resourceType }) => resourceType === 'TOPIC').map(({ resourceName }) => resourceName), context });
  return HELD;
};

export function configsRead(b: Draft, env: Env, context: RequestContext, topics: { readonly [topic: string]: { readonly [option: string]: string } }): void {
  const { request } = context;
  if (request.type !== 'DescribeConfigsRequest') return;
  const results = request.resources.map(({ resourceType, resourceName, configNames }): DescribeConfigsResult => {
    const wanted = (name: string): boolean => configNames === null || configNames.includes(name);
    if (resourceType === 'TOPIC') {
      if (!containsTopic(b.metadata, resourceName)) return { error: 'UNKNOWN_TOPIC_OR_PARTITION', errorMessage: null, resourceType, resourceName, configs: [] };
      const own = topics[resourceName] ?? {};
      const configs = Object.entries(b.config.topicDefaults).filter(([name]) => wanted(name)).map(([name, value]): ConfigEntry => {
        const key = topicOptionSynonyms[name];
        const ofBroker: readonly ConfigSynonym[] = key === undefined ? [] : configSynonyms(key, false, b.started, b.dynamic);
        const synonyms = Object.hasOwn(own, name) ? [{ name, value: own[name]!, source: 'TOPIC_CONFIG' as const }, ...ofBroker] : ofBroker;
        return { name, value: own[name] ?? value, readOnly: false, source: synonyms[0]?.source ?? 'DEFAULT_CONFIG', isSensitive: false, synonyms: request.includeSynonyms ? synonyms : [] };
      });
      return { error: 'NONE', errorMessage: null, resourceType, resourceName, configs };
    }
    const problem = brokerProblem(b, resourceName, `${b.brokerId} or empty string`);
    if (problem !== null) return { error: 'INVALID_REQUEST', errorMessage: problem, resourceType, resourceName, configs: [] };
    const isForOne = resourceName !== '';
    const values = isForOne ? { ...b.config.given, ...b.config.values } : b.dynamic.all;
    const configs = Object.entries(values).filter(([name]) => wanted(name)).map(([name, value]): ConfigEntry => {
      const hidden = isSensitive(name, b.config);
      const synonyms = configSynonyms(name, hidden, b.started, b.dynamic).filter(({ source }) => isForOne || source === 'DYNAMIC_DEFAULT_BROKER_CONFIG');
      return { name, value: hidden ? null : valueText(name, value), readOnly: isReadOnly(name), source: synonyms[0]?.source ?? 'DEFAULT_CONFIG', isSensitive: hidden, synonyms: request.includeSynonyms ? synonyms : [] };
    });
    return { error: 'NONE', errorMessage: null, resourceType, resourceName, configs };
  });
  finish(b, env, 'DescribeConfigs', context, { throttleTimeMs: 0, results });
}
