/** FindCoordinator: the leader of the partition that keeps the group or the transaction; their topics are made when they are first asked for. */
import { partitionFor } from '../../groups/coordinator.ts';
import { OFFSETS_TOPIC } from '../../groups/offsets-topic.ts';
import { partitionFor as transactionPartitionFor } from '../../transactions/coordinator.ts';
import { TRANSACTION_TOPIC } from '../../transactions/transaction-topic.ts';
import { errors, GROUP_COORDINATOR, TRANSACTION_COORDINATOR, type ErrorName, type ResponseBody } from '../../protocol/index.ts';
import { containsTopic, endPointOf, partitionState } from '../metadata-cache.ts';
import { HELD, listenerOf, type Handler } from '../requests.ts';
import type { Draft, RequestContext } from '../state.ts';
import { startTask } from '../zookeeper.ts';
import { planOfInternal } from './shared.ts';

const nobody = (error: ErrorName): ResponseBody<'FindCoordinator'> => ({ throttleTimeMs: 0, error, errorMessage: errors[error].message, nodeId: -1, host: '', port: -1 });
const NOBODY = nobody('COORDINATOR_NOT_AVAILABLE');

export const findCoordinator: Handler<'FindCoordinator'> = (b, request, context, env) => {
  const { keyType } = request;
  if (keyType !== GROUP_COORDINATOR && keyType !== TRANSACTION_COORDINATOR) return nobody('INVALID_REQUEST');
  const topic = keyType === GROUP_COORDINATOR ? OFFSETS_TOPIC : TRANSACTION_TOPIC;
  if (containsTopic(b.metadata, topic)) return coordinatorOf(b, context);
  const plan = planOfInternal(topic)!(b, env);
  if ('error' in plan) return NOBODY;
  startTask(b, env, 'createTopics', { plans: [plan], context, purpose: 'findCoordinator' });
  return HELD;
};

export function coordinatorOf(b: Draft, context: RequestContext): ResponseBody<'FindCoordinator'> {
  const { request } = context;
  if (request.type !== 'FindCoordinatorRequest') return NOBODY;
  const { key, keyType } = request;
  const state = keyType === GROUP_COORDINATOR ? partitionState(b.metadata, OFFSETS_TOPIC, partitionFor(b, key)) : partitionState(b.metadata, TRANSACTION_TOPIC, transactionPartitionFor(b, key));
  const leader = state?.leader ?? -1;
  const endPoint = endPointOf(b.metadata, leader, listenerOf(b, context));
  return endPoint ? { throttleTimeMs: 0, error: 'NONE', errorMessage: null, nodeId: leader, host: endPoint.host, port: endPoint.port } : NOBODY;
}
