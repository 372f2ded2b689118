/** The controller's own requests: LeaderAndIsr, UpdateMetadata, StopReplica. They run one at a time, under one lock. */
import type { KafkaRequest, LeaderAndIsrRequest, TopicOf } from '../../protocol/index.ts';
import type { TopicPartition } from '../../topic-partition.ts';
import { becomeLeaderOrFollower, controllerError, stopReplicas } from '../become.ts';
import { updateMetadata as update } from '../metadata-cache.ts';
import { emigrate, immigrate } from '../../groups/loading.ts';
import { partitionsDeleted } from '../../groups/offsets.ts';
import { OFFSETS_TOPIC } from '../../groups/offsets-topic.ts';
import { leadersChanged } from '../../transactions/channels.ts';
import { emigrateTransactions, immigrateTransactions } from '../../transactions/loading.ts';
import { TRANSACTION_TOPIC } from '../../transactions/transaction-topic.ts';
import { isLocked } from '../partition.ts';
import { HELD, waitForLock, type Handler } from '../requests.ts';
import { placeOf, stateChange, type Draft } from '../state.ts';
import { startTask } from '../zookeeper.ts';
import { completeAdmins } from './shared.ts';

const keepsGroups = ({ topic }: { readonly topic: string }): boolean => topic === OFFSETS_TOPIC;

const keepsTransactions = ({ topic }: { readonly topic: string }): boolean => topic === TRANSACTION_TOPIC;

const CONTROL: readonly KafkaRequest['type'][] = ['LeaderAndIsrRequest', 'UpdateMetadataRequest', 'StopReplicaRequest'];

/** The partition whose lock holds this request up: its own, or that of the control request which came before it; -1 is none. */
function heldUpBy(b: Draft, topics: readonly TopicOf<number | { readonly partition: number }>[]): number {
  const before = b.blocked.find((entry) => CONTROL.includes(entry.context.request.type));
  if (before) return before.partition;
  for (const { topic, partitions } of topics) {
    for (const entry of partitions) {
      const place = placeOf(b, topic, typeof entry === 'number' ? entry : entry.partition);
      if (place >= 0 && isLocked(b.partitions[place]!)) return place;
    }
  }
  return -1;
}

/** Which this broker gets by the request and has not yet: those it leads come first. */
function newReplicas(b: Draft, { topics }: LeaderAndIsrRequest): readonly TopicPartition[] {
  const states = topics.flatMap(({ topic, partitions }) => partitions.map((state) => ({ ...state, topic })));
  const made = states.filter(({ topic, partition, replicas }) => placeOf(b, topic, partition) < 0 && replicas.includes(b.brokerId));
  const inOrder = [...made.filter(({ leader }) => leader === b.brokerId), ...made.filter(({ leader }) => leader !== b.brokerId)];
  return inOrder.map(({ topic, partition }) => ({ topic, partition }));
}

export const leaderAndIsr: Handler<'LeaderAndIsr'> = (b, request, context, env) => {
  const held = heldUpBy(b, request.topics);
  if (held >= 0) return waitForLock(b, held, context);
  const error = controllerError(b, env, request);
  if (error !== 'NONE') return { error, partitions: [] };
  const replicas = context.configsRead ? [] : newReplicas(b, request);
  if (replicas.length > 0) {
    startTask(b, env, 'replicaConfigs', { replicas, context });
    return HELD;
  }
  const partitions = becomeLeaderOrFollower(b, env, request, b.config.interBrokerListener, (leading, following) => {
    for (const { partition } of leading.filter(keepsGroups)) immigrate(b, env, partition);
    for (const { partition } of following.filter(keepsGroups)) emigrate(b, env, partition);
    for (const { partition, leaderEpoch } of leading.filter(keepsTransactions)) immigrateTransactions(b, env, { partition, coordinatorEpoch: leaderEpoch });
    for (const { partition, leaderEpoch } of following.filter(keepsTransactions)) emigrateTransactions(b, env, { partition, coordinatorEpoch: leaderEpoch });
  });
  return { error: 'NONE', partitions };
};

export const updateMetadata: Handler<'UpdateMetadata'> = (b, request, context, env) => {
  const held = heldUpBy(b, []);
  if (held >= 0) return waitForLock(b, held, context);
  const error = controllerError(b, env, request);
  if (error !== 'NONE') return { error };
  const { cache, deleted } = update(b.metadata, request);
  b.metadata = cache;
  for (const { topic, partitions } of request.topics) {
    for (const state of partitions) {
      stateChange(
        env,
        'TRACE',
        state.leader === -2
          ? `[Broker id=${b.brokerId}] Deleted partition ${topic}-${state.partition} from metadata cache in response to UpdateMetadata request sent by controller ${request.controllerId} epoch ${request.controllerEpoch} with correlation id ${request.correlationId}`
          : `[Broker id=${b.brokerId}] Cached leader info PartitionState(controllerEpoch=${state.controllerEpoch}, leader=${state.leader}, leaderEpoch=${state.leaderEpoch}, isr=[${state.isr.join(', ')}], zkVersion=${state.zkVersion}, replicas=[${state.replicas.join(', ')}], offlineReplicas=[${state.offlineReplicas.join(', ')}]) for partition ${topic}-${state.partition} in response to UpdateMetadata request sent by controller ${request.controllerId} epoch ${request.controllerEpoch} with correlation id ${request.correlationId}`,
      );
    }
  }
  if (deleted.length > 0) partitionsDeleted(b, env, deleted);
  completeAdmins(b, env);
  leadersChanged(b, env);
  return { error: 'NONE' };
};

export const stopReplica: Handler<'StopReplica'> = (b, request, context, env) => {
  const held = heldUpBy(b, request.topics);
  if (held >= 0) return waitForLock(b, held, context);
  const error = controllerError(b, env, request);
  if (error !== 'NONE') return { error, partitions: [] };
  const partitions = stopReplicas(b, env, request);
  if (request.deletePartitions) for (const { partition } of partitions.filter(keepsGroups)) emigrate(b, env, partition);
  return { error: 'NONE', partitions };
};
