/**
 * Requests to brokers, gathered while states change and then sent together (kafka.controller.ControllerBrokerRequestBatch):
 * LeaderAndIsr first, then UpdateMetadata, then StopReplica, one of each kind a broker.
 */
import type { LeaderAndIsrPartitionState } from '../protocol/leader-and-isr.ts';
import { LEADER_DURING_DELETE, type UpdateMetadataPartitionState } from '../protocol/update-metadata.ts';
import type { TopicOf } from '../protocol/shared.ts';
import type { BrokerInfo } from '../zookeeper/znodes.ts';
import { enqueue, type ControlRequest } from './channels.ts';
import {
  isQueuedForDeletion, isReplicaOnline, liveOrShuttingDownIds, partitionOf, topicOf, type PartitionKey, type PartitionLeadership,
} from './context.ts';
import { effect, log, logStateChange, type Run } from './run.ts';
import { describeLeaderAndIsrState, describeUpdateMetadataState, set } from './wording.ts';

/** Lives within one turn only. */
export interface RequestBatch {
  readonly leaderAndIsr: Map<number, Map<PartitionKey, LeaderAndIsrPartitionState>>;
  readonly updateMetadataBrokers: Set<number>;
  readonly updateMetadata: Map<PartitionKey, UpdateMetadataPartitionState>;
  readonly stopReplica: Map<number, { readonly partition: PartitionKey; readonly deletePartition: boolean }[]>;
}

export function newBatch(): RequestBatch {
  return { leaderAndIsr: new Map(), updateMetadataBrokers: new Set(), updateMetadata: new Map(), stopReplica: new Map() };
}

/** Also tells every live broker by UpdateMetadata. */
export function addLeaderAndIsr(
  run: Run,
  batch: RequestBatch,
  brokers: readonly number[],
  key: PartitionKey,
  leadership: PartitionLeadership,
  replicas: readonly number[],
  isNew: boolean,
): void {
  for (const broker of brokers) {
    if (broker < 0) continue;
    let states = batch.leaderAndIsr.get(broker);
    if (!states) batch.leaderAndIsr.set(broker, (states = new Map()));
    const alreadyNew = states.get(key)?.isNew === true;
    const { leader, leaderEpoch, isr, zkVersion, controllerEpoch } = leadership;
    states.set(key, { partition: partitionOf(key).partition, controllerEpoch, leader, leaderEpoch, isr, zkVersion, replicas, isNew: isNew || alreadyNew });
  }
  addUpdateMetadata(run, batch, liveOrShuttingDownIds(run.context), [key]);
}

/** Without partitions the brokers only learn who is alive. */
export function addUpdateMetadata(run: Run, batch: RequestBatch, brokers: readonly number[], partitions: readonly PartitionKey[]): void {
  const { context } = run;
  for (const broker of brokers) if (broker >= 0) batch.updateMetadataBrokers.add(broker);
  for (const key of partitions) {
    const leadership = context.leadership[key];
    if (!leadership) {
      log(run, 'INFO', `Leader not yet assigned for partition ${key}. Skip sending UpdateMetadataRequest.`);
      continue;
    }
    const replicas = context.assignments[key] ?? [];
    const deleted = isQueuedForDeletion(context, topicOf(key));
    batch.updateMetadata.set(key, {
      partition: partitionOf(key).partition,
      controllerEpoch: leadership.controllerEpoch,
      leader: deleted ? LEADER_DURING_DELETE : leadership.leader,
      leaderEpoch: deleted ? 0 : leadership.leaderEpoch,
      isr: leadership.isr,
      zkVersion: deleted ? 0 : leadership.zkVersion,
      replicas,
      offlineReplicas: replicas.filter((replica) => !isReplicaOnline(context, replica, key)),
    });
  }
}

export function addStopReplica(batch: RequestBatch, broker: number, partition: PartitionKey, deletePartition: boolean): void {
  const list = batch.stopReplica.get(broker);
  if (list) list.push({ partition, deletePartition });
  else batch.stopReplica.set(broker, [{ partition, deletePartition }]);
}

function byTopic<Entry>(entries: Iterable<readonly [PartitionKey, Entry]>): TopicOf<Entry>[] {
  const topics = new Map<string, Entry[]>();
  for (const [key, entry] of entries) {
    const topic = topicOf(key);
    const list = topics.get(topic);
    if (list) list.push(entry);
    else topics.set(topic, [entry]);
  }
  return [...topics].map(([topic, partitions]) => ({ topic, partitions }));
}

/** host and port of the listener on which brokers speak among themselves. */
function nodeOf(info: BrokerInfo, listener: string): { readonly id: number; readonly host: string; readonly port: number } {
  const endpoint = info.endpoints.find((one) => one.listener === listener);
  return { id: info.id, host: endpoint?.host ?? '', port: endpoint?.port ?? -1 };
}

/** Only brokers that are live or shutting down get anything. */
export function sendBatch(run: Run, batch: RequestBatch): void {
  const { context, config } = run;
  const send = (broker: number, request: ControlRequest): void =>
    effect(run, (outside) => {
      outside.channels = enqueue(outside.channels, broker, request);
    });
  const from = (broker: number) => ({
    controllerId: config.brokerId,
    controllerEpoch: context.epoch,
    brokerEpoch: context.liveBrokers[broker]!.epoch,
  });
  for (const [broker, states] of batch.leaderAndIsr) {
    if (!context.liveBrokers[broker]) continue;
    const leaders = new Set<number>();
    for (const [key, state] of states) {
      leaders.add(state.leader);
      const kind = state.leader === broker ? 'become-leader' : 'become-follower';
      logStateChange(run, 'TRACE', `Sending ${kind} LeaderAndIsr request ${describeLeaderAndIsrState(state)} to broker ${broker} for partition ${key}`);
    }
    const liveLeaders = Object.values(context.liveBrokers).filter(({ info }) => leaders.has(info.id)).map(({ info }) => nodeOf(info, config.interBrokerListener));
    send(broker, { api: 'LeaderAndIsr', body: { ...from(broker), topics: byTopic(states), liveLeaders } });
  }
  for (const [key, state] of batch.updateMetadata) {
    const brokers = [...batch.updateMetadataBrokers].sort((a, b) => a - b);
    logStateChange(run, 'TRACE', `Sending UpdateMetadata request ${describeUpdateMetadataState(state)} to brokers ${set(brokers)} for partition ${key}`);
  }
  const liveBrokers = Object.values(context.liveBrokers).map(({ info }) => ({
    id: info.id,
    endPoints: info.endpoints.map(({ host, port, listener, securityProtocol }) => ({
      port,
      host,
      listener,
      securityProtocol: securityProtocol as 'PLAINTEXT',
    })),
    rack: info.rack ?? null,
  }));
  const topics = byTopic(batch.updateMetadata);
  for (const broker of batch.updateMetadataBrokers) {
    if (context.liveBrokers[broker]) send(broker, { api: 'UpdateMetadata', body: { ...from(broker), topics, liveBrokers } });
  }
  for (const [broker, replicas] of batch.stopReplica) {
    if (!context.liveBrokers[broker]) continue;
    for (const deletePartitions of [true, false]) {
      const chosen = replicas.filter(({ deletePartition }) => deletePartition === deletePartitions);
      if (chosen.length === 0) continue;
      const names = chosen.map(({ partition }) => `[Topic=${topicOf(partition)},Partition=${partitionOf(partition).partition},Replica=${broker}]`);
      log(run, 'DEBUG', `The stop replica request (delete = ${deletePartitions}) sent to broker ${broker} is ${names.join(',')}`);
      send(broker, {
        api: 'StopReplica',
        body: { ...from(broker), deletePartitions, topics: byTopic(chosen.map(({ partition }) => [partition, partitionOf(partition).partition] as const)) },
      });
    }
  }
}

export function sendUpdateMetadata(run: Run, brokers: readonly number[], partitions: readonly PartitionKey[]): void {
  const batch = newBatch();
  addUpdateMetadata(run, batch, brokers, partitions);
  sendBatch(run, batch);
}
