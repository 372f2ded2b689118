/** FindCoordinator: the leader of the partition that keeps the group; the offsets topic is made when it is first asked for. */
import { partitionFor } from '../../groups/coordinator.ts';
import { OFFSETS_TOPIC } from '../../groups/offsets-topic.ts';
import { errors, GROUP_COORDINATOR, type ResponseBody } from '../../protocol/index.ts';
import { containsTopic, endPointOf, partitionState } from '../metadata-cache.ts';
import { HELD, listenerOf, type Handler } from '../requests.ts';
import type { Draft, RequestContext } from '../state.ts';
import { startTask } from '../zookeeper.ts';
import { planOffsetsTopic } from './shared.ts';

const NOBODY: ResponseBody<'FindCoordinator'> = { throttleTimeMs: 0, error: 'COORDINATOR_NOT_AVAILABLE', errorMessage: errors.COORDINATOR_NOT_AVAILABLE.message, nodeId: -1, host: '', port: -1 };

export const findCoordinator: Handler<'FindCoordinator'> = (b, request, context, env) => {
  // There is no transaction coordinator here.
  if (request.keyType !== GROUP_COORDINATOR) return NOBODY;
  if (containsTopic(b.metadata, OFFSETS_TOPIC)) return coordinatorOf(b, context);
  const plan = planOffsetsTopic(b, env);
  if ('error' in plan) return NOBODY;
  startTask(b, env, 'createTopics', { plans: [plan], context, purpose: 'findCoordinator' });
  return HELD;
};

export function coordinatorOf(b: Draft, context: RequestContext): ResponseBody<'FindCoordinator'> {
  const { request } = context;
  if (request.type !== 'FindCoordinatorRequest') return NOBODY;
  const leader = partitionState(b.metadata, OFFSETS_TOPIC, partitionFor(b, request.key))?.leader ?? -1;
  const endPoint = endPointOf(b.metadata, leader, listenerOf(b, context));
  return endPoint ? { throttleTimeMs: 0, error: 'NONE', errorMessage: null, nodeId: leader, host: endPoint.host, port: endPoint.port } : NOBODY;
}
