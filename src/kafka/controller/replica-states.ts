/** The controller's replica state machine at work (kafka.controller.ReplicaStateMachine): the chart says what to do. */
import { begin, step } from '../../kernel/machine.ts';
import { ControllerMoved, ZkFailure, type Zk } from '../zookeeper/procedures.ts';
import type { LeaderAndIsr } from '../zookeeper/znodes.ts';
import {
  isQueuedForDeletion, isReplicaOnline, liveOrShuttingDownIds, partitionOf, replicaKey, replicaOf, replicasOf, stateOf, topicOf,
  type PartitionKey, type PartitionLeadership, type ReplicaKey,
} from './context.ts';
import { replicaMachine, type Leadership, type ReplicaEvent, type ReplicaTarget } from './replica.machine.ts';
import { addLeaderAndIsr, addStopReplica, addUpdateMetadata, newBatch, sendBatch, type RequestBatch } from './request-batch.ts';
import { logAs, logStateChange, note, type Run } from './run.ts';
import { map } from './wording.ts';
import { readPartitionStates, updatePartitionStates } from './zk-state.ts';

const ident = (run: Run): string => `ReplicaStateMachine controllerId=${run.config.brokerId}`;
const stateIn = (run: Run, key: ReplicaKey): string => stateOf(run.context.replicaStates[key], 'NonExistentReplica');

function move(run: Run, key: ReplicaKey, event: ReplicaEvent): readonly string[] {
  const before = stateIn(run, key);
  const done = step(replicaMachine, run.context.replicaStates[key] ?? begin(replicaMachine).chart, event);
  run.context.replicaStates[key] = done.chart;
  const after = stateIn(run, key);
  if (before !== after) {
    const { partition, replica } = replicaOf(key);
    note(run, { type: 'replicaStateChanged', brokerId: run.config.brokerId, ...partitionOf(partition), replica, from: before, to: after });
    if (after === 'NonExistentReplica') delete run.context.replicaStates[key];
  }
  return done.actions.map(({ type }) => type);
}

function logFailed(run: Run, key: ReplicaKey, target: ReplicaTarget): void {
  const { partition, replica } = replicaOf(key);
  logStateChange(
    run,
    'ERROR',
    `Controller ${run.config.brokerId} epoch ${run.context.epoch} initiated state change of replica ${replica} for partition ${partition} from ${stateIn(run, key)} to ${target} failed`,
  );
}

function logChanged(run: Run, key: ReplicaKey, before: string, target: ReplicaTarget): void {
  const { partition, replica } = replicaOf(key);
  logStateChange(run, 'TRACE', `Changed state of replica ${replica} for partition ${partition} from ${before} to ${target}`);
}

/** Initial states at a failover; live replicas are told what is stored, dead ones leave the ISR. */
export function* startReplicaStates(run: Run): Zk<void> {
  const { context } = run;
  logAs(run, 'INFO', ident(run), 'Initializing replica state', 'ZkReplicaStateMachine');
  const replicas = replicasOf(context, Object.keys(context.assignments));
  const onlineOnes: ReplicaKey[] = [];
  const offlineOnes: ReplicaKey[] = [];
  for (const key of replicas) {
    const { partition, replica } = replicaOf(key);
    const online = isReplicaOnline(context, replica, partition);
    move(run, key, { type: 'loaded', online });
    (online ? onlineOnes : offlineOnes).push(key);
  }
  logAs(run, 'INFO', ident(run), 'Triggering online replica state changes', 'ZkReplicaStateMachine');
  yield* changeReplicas(run, onlineOnes, 'OnlineReplica');
  logAs(run, 'INFO', ident(run), 'Triggering offline replica state changes', 'ZkReplicaStateMachine');
  yield* changeReplicas(run, offlineOnes, 'OfflineReplica');
  const states = Object.keys(context.replicaStates).map((key) => {
    const { partition, replica } = replicaOf(key);
    const { topic, partition: number } = partitionOf(partition);
    return [`[Topic=${topic},Partition=${number},Replica=${replica}]`, stateIn(run, key)] as const;
  });
  logAs(run, 'DEBUG', ident(run), `Started replica state machine with initial state -> ${map(states)}`, 'ZkReplicaStateMachine');
}

/** Moves replicas, broker by broker, and sends what follows from it in one batch. Only a fenced controller throws. */
export function* changeReplicas(run: Run, replicas: readonly ReplicaKey[], target: ReplicaTarget): Zk<void> {
  if (replicas.length === 0) return;
  const batch = newBatch();
  try {
    const byBroker = new Map<number, ReplicaKey[]>();
    for (const key of replicas) {
      const { replica } = replicaOf(key);
      const list = byBroker.get(replica);
      if (list) list.push(key);
      else byBroker.set(replica, [key]);
    }
    for (const [broker, keys] of byBroker) yield* changeOnBroker(run, batch, broker, keys, target);
    sendBatch(run, batch);
  } catch (error) {
    if (error instanceof ControllerMoved) {
      logAs(run, 'ERROR', ident(run), `Controller moved to another broker when moving some replicas to ${target} state`, 'ZkReplicaStateMachine');
      throw error;
    }
    if (!(error instanceof ZkFailure)) throw error;
    logAs(run, 'ERROR', ident(run), `Error while moving some replicas to ${target} state`, 'ZkReplicaStateMachine');
  }
}

function* changeOnBroker(run: Run, batch: RequestBatch, broker: number, keys: readonly ReplicaKey[], target: ReplicaTarget): Zk<void> {
  const { context } = run;
  const leaving: PartitionKey[] = [];
  for (const key of keys) {
    const { partition } = replicaOf(key);
    const stored = context.leadership[partition];
    const leadership: Leadership = stored === undefined ? 'unknown' : stored.leader === broker ? 'leader' : 'follower';
    const before = stateIn(run, key);
    const asked = move(run, key, { type: target, leadership });
    if (asked.length === 0 || asked.includes('refuseToBecomeLeader')) logFailed(run, key, target);
    else if (!asked.includes('removeFromIsr')) logChanged(run, key, before, target);
    for (const action of asked) {
      switch (action) {
        case 'sendLeaderAndIsrAsNew':
        case 'sendLeaderAndIsr':
          addLeaderAndIsr(run, batch, [broker], partition, stored!, context.assignments[partition] ?? [], action === 'sendLeaderAndIsrAsNew');
          break;
        case 'completeAssignment': {
          const assigned = context.assignments[partition] ?? [];
          if (!assigned.includes(broker)) context.assignments[partition] = [...assigned, broker];
          break;
        }
        case 'sendStopReplica':
          addStopReplica(batch, broker, partition, false);
          break;
        case 'sendStopReplicaWithDelete':
          addStopReplica(batch, broker, partition, true);
          break;
        case 'sendUpdateMetadata':
          addUpdateMetadata(run, batch, liveOrShuttingDownIds(context), [partition]);
          break;
        case 'removeFromIsr':
          leaving.push(partition);
          break;
        case 'forget':
          context.assignments[partition] = (context.assignments[partition] ?? []).filter((replica) => replica !== broker);
          break;
      }
    }
  }
  if (leaving.length === 0) return;
  const removed = yield* removeFromIsr(run, broker, leaving);
  for (const [partition, leadership] of removed) {
    const replicas = context.assignments[partition] ?? [];
    if (!isQueuedForDeletion(context, topicOf(partition))) {
      addLeaderAndIsr(run, batch, replicas.filter((replica) => replica !== broker), partition, leadership, replicas, false);
    }
    const key = replicaKey(partition, broker);
    const before = stateIn(run, key);
    move(run, key, { type: 'removedFromIsr' });
    logChanged(run, key, before, 'OfflineReplica');
  }
}

/**
 * Takes a replica out of the stored ISR of partitions: a leader that leaves makes the leader -1, the last member stays.
 * Partitions whose ISR has it not are not written but answered too. Those that failed are missing.
 */
function* removeFromIsr(run: Run, broker: number, partitions: readonly PartitionKey[]): Zk<ReadonlyMap<PartitionKey, PartitionLeadership>> {
  const { context, config } = run;
  const answered = new Map<PartitionKey, PartitionLeadership>();
  for (let remaining = partitions; remaining.length > 0; ) {
    const stored = yield* readPartitionStates(run, remaining);
    const changes = new Map<PartitionKey, LeaderAndIsr>();
    for (const key of remaining) {
      const state = stored.get(key);
      if (!state || state.controllerEpoch > context.epoch) {
        if (state || !isQueuedForDeletion(context, topicOf(key))) logFailed(run, replicaKey(key, broker), 'OfflineReplica');
      } else if (state.isr.includes(broker)) {
        changes.set(key, {
          leader: state.leader === broker ? -1 : state.leader,
          isr: state.isr.length === 1 ? state.isr : state.isr.filter((replica) => replica !== broker),
          leaderEpoch: state.leaderEpoch + 1,
          zkVersion: state.zkVersion,
        });
      } else {
        const { leader, leaderEpoch, isr, zkVersion } = state;
        answered.set(key, { leader, leaderEpoch, isr, zkVersion, controllerEpoch: context.epoch });
      }
    }
    const { updated, retry, failed } = yield* updatePartitionStates(run, changes);
    for (const [key, leadership] of updated) {
      answered.set(key, leadership);
      const { leader, leaderEpoch, isr } = leadership;
      note(run, { type: 'replicaRemovedFromIsr', brokerId: config.brokerId, ...partitionOf(key), replica: broker, leader, leaderEpoch, isr });
    }
    for (const key of failed.keys()) logFailed(run, replicaKey(key, broker), 'OfflineReplica');
    remaining = retry;
  }
  for (const [key, leadership] of answered) context.leadership[key] = leadership;
  return answered;
}
