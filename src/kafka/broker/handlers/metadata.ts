/** Metadata: the cache, and topics that are made because somebody asked for them. */
import { AUTHORIZED_OPERATIONS_OMITTED, type ErrorName, type MetadataTopic } from '../../protocol/index.ts';
import { INTERNAL_TOPICS, topicNameProblem } from '../../topic-name.ts';
import { containsTopic, metadataBrokers, metadataTopic } from '../metadata-cache.ts';
import { HELD, listenerOf, type Handler } from '../requests.ts';
import type { Draft, RequestContext } from '../state.ts';
import { startTask } from '../zookeeper.ts';
import { planOfInternal, planUnasked } from './shared.ts';
import type { ResponseBody } from '../../protocol/index.ts';

const without = (topic: string, error: ErrorName): MetadataTopic => ({ error, topic, isInternal: INTERNAL_TOPICS.includes(topic), partitions: [], topicAuthorizedOperations: AUTHORIZED_OPERATIONS_OMITTED });

export const metadata: Handler<'Metadata'> = (b, request, context, env) => {
  const missing = (request.topics ?? []).filter((topic) => !containsTopic(b.metadata, topic));
  const mayCreate = request.allowAutoTopicCreation && b.config.autoCreateTopicsEnable;
  // The topics of groups and transactions are made whenever somebody looks for them.
  const wanted = missing.filter((topic) => planOfInternal(topic) !== undefined || (mayCreate && topicNameProblem(topic) === null && !INTERNAL_TOPICS.includes(topic)));
  if (wanted.length > 0) {
    const plans = wanted.map((topic) =>
      planOfInternal(topic)?.(b, env) ?? planUnasked(b, env, { topic, numPartitions: b.config.numPartitions, replicationFactor: b.config.defaultReplicationFactor }),
    );
    const good = plans.flatMap((plan) => ('error' in plan ? [] : [plan]));
    if (good.length > 0) {
      startTask(b, env, 'createTopics', { plans: good, context, purpose: 'autoCreate' });
      return HELD;
    }
    return metadataResponse(b, context, new Map(plans.flatMap((plan, index) => ('error' in plan ? [[wanted[index]!, plan.error] as const] : []))));
  }
  return metadataResponse(b, context, new Map());
};

/** `errors` has what became of topics that were asked for and are not in the cache. */
export function metadataResponse(b: Draft, context: RequestContext, errors: ReadonlyMap<string, ErrorName>): ResponseBody<'Metadata'> {
  const request = context.request;
  const topics = request.type === 'MetadataRequest' ? request.topics : null;
  const names = topics ?? Object.keys(b.metadata.topics);
  return {
    throttleTimeMs: 0,
    brokers: metadataBrokers(b.metadata, listenerOf(b, context)),
    clusterId: b.clusterId,
    controllerId: b.metadata.controllerId,
    topics: names.map((name) => metadataTopic(b.metadata, name, request.apiVersion) ?? without(name, errors.get(name) ?? (topicNameProblem(name) === null ? 'UNKNOWN_TOPIC_OR_PARTITION' : 'INVALID_TOPIC_EXCEPTION'))),
    clusterAuthorizedOperations: AUTHORIZED_OPERATIONS_OMITTED,
  };
}
