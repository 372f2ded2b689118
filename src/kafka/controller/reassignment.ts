/** Moving partitions to other brokers (kafka.controller.KafkaController.onPartitionReassignment, section 3.12). */
import { begin, step } from '../../kernel/machine.ts';
import { ControllerMoved, ZkFailure, ask, fenced, type Zk } from '../zookeeper/procedures.ts';
import { create, dataOf, remove, setData } from '../zookeeper/requests.ts';
import {
  REASSIGN_PARTITIONS, encodeReassignment, encodeTopic, parseReassignment, partitionStatePath, topicPath, type PartitionTarget,
} from '../zookeeper/znodes.ts';
import {
  isQueuedForDeletion, isReplicaOnline, liveOrShuttingDownIds, partitionKey, partitionOf, partitionsOfTopic, replicaKey, topicOf,
  type PartitionKey, type PartitionLeadership,
} from './context.ts';
import { changePartitions } from './partition-states.ts';
import { reassignmentMachine, type ReassignmentEvent } from './reassignment.machine.ts';
import { changeReplicas } from './replica-states.ts';
import { addLeaderAndIsr, newBatch, sendBatch, sendUpdateMetadata } from './request-batch.ts';
import { log, logStateChange, note, put, readData, unwatch, watchNode, type Run } from './run.ts';
import { haltDeletion, resumeDeletionOf } from './topic-deletion.ts';
import { describeLeaderAndIsr, set } from './wording.ts';
import { readPartitionStates, updatePartitionStates } from './zk-state.ts';

const statePath = (key: PartitionKey): string => {
  const { topic, partition } = partitionOf(key);
  return partitionStatePath(topic, partition);
};

/** Reads the admin znode and remembers every target in it. */
export function* loadReassignments(run: Run): Zk<readonly PartitionKey[]> {
  const targets = parseReassignment(dataOf(yield* ask(readData(run, REASSIGN_PARTITIONS)))) ?? [];
  for (const { topic, partition, replicas } of targets) {
    run.context.reassignments[partitionKey({ topic, partition })] = { replicas, chart: begin(reassignmentMachine).chart };
  }
  return targets.map(partitionKey);
}

function move(run: Run, key: PartitionKey, event: ReassignmentEvent): string | null {
  const known = run.context.reassignments[key];
  if (!known) return null;
  const done = step(reassignmentMachine, known.chart, event);
  run.context.reassignments[key] = { ...known, chart: done.chart };
  return done.actions[0]?.type ?? null;
}

/** Starts what can be started; what cannot is struck off the admin znode. */
export function* startReassignments(run: Run, keys: readonly PartitionKey[]): Zk<void> {
  const { context, config } = run;
  const struck: PartitionKey[] = [];
  for (const key of keys) {
    const target = context.reassignments[key];
    const assigned = context.assignments[key] ?? [];
    if (!target) continue;
    if (isQueuedForDeletion(context, topicOf(key))) {
      log(run, 'INFO', `Skipping reassignment of ${key} since the topic is currently being deleted`);
      struck.push(key);
    } else if (assigned.length === 0) {
      log(run, 'ERROR', `Ignoring request to reassign partition ${key} that doesn't exist.`);
      struck.push(key);
    } else if (assigned.join() === target.replicas.join()) {
      log(run, 'INFO', `Partition ${key} to be reassigned is already assigned to replicas ${target.replicas.join(',')}. Ignoring request for partition reassignment.`);
      struck.push(key);
    } else {
      log(run, 'INFO', `Handling reassignment of partition ${key} from current replicas ${assigned.join(',')} to new replicas ${target.replicas.join(',')}`);
      note(run, { type: 'reassignmentStarted', brokerId: config.brokerId, ...partitionOf(key), from: assigned, to: target.replicas });
      watchNode(run, statePath(key));
      haltDeletion(run, [topicOf(key)], 'topic reassignment in progress');
      try {
        yield* proceed(run, key);
      } catch (error) {
        if (error instanceof ControllerMoved || !(error instanceof ZkFailure)) throw error;
        log(run, 'ERROR', `Error completing reassignment of partition ${key}`);
        struck.push(key);
      }
    }
  }
  yield* strike(run, struck);
}

/** The state znode of a partition being moved has changed: perhaps its new replicas are in the ISR now. */
export function* continueReassignment(run: Run, key: PartitionKey): Zk<void> {
  const target = run.context.reassignments[key];
  if (!target) return;
  const stored = (yield* readPartitionStates(run, [key])).get(key);
  if (!stored) {
    log(run, 'ERROR', `Error handling reassignment of partition ${key} to replicas ${target.replicas.join(',')} as it was never created`);
    return;
  }
  const missing = target.replicas.filter((replica) => !stored.isr.includes(replica));
  const count = `${target.replicas.length - missing.length}/${target.replicas.length}`;
  if (missing.length > 0) {
    log(run, 'INFO', `${count} replicas have caught up with the leader for partition ${key} being reassigned. Replica(s) ${missing.join(',')} still need to catch up`);
    return;
  }
  log(run, 'INFO', `${count} replicas have caught up with the leader for partition ${key} being reassigned. Resuming partition reassignment`);
  yield* proceed(run, key);
}

/** Brokers came back: try again what waits for one of them. */
export function* resumeReassignments(run: Run, brokers: readonly number[]): Zk<void> {
  for (const [key, { replicas }] of Object.entries(run.context.reassignments)) {
    if (replicas.some((replica) => brokers.includes(replica))) yield* proceed(run, key);
  }
}

function* proceed(run: Run, key: PartitionKey): Zk<void> {
  const target = run.context.reassignments[key]!;
  const stored = (yield* readPartitionStates(run, [key])).get(key);
  const caughtUp = stored !== undefined && target.replicas.every((replica) => stored.isr.includes(replica));
  const action = move(run, key, { type: 'proceed', caughtUp });
  if (action === 'addNewReplicas') yield* addNewReplicas(run, key, target.replicas);
  else if (action === 'removeOldReplicas') yield* removeOldReplicas(run, key, target.replicas);
}

function* addNewReplicas(run: Run, key: PartitionKey, target: readonly number[]): Zk<void> {
  const { context } = run;
  log(run, 'INFO', `New replicas ${target.join(',')} for partition ${key} being reassigned not yet caught up with the leader`);
  const original = context.assignments[key]!;
  const added = target.filter((replica) => !original.includes(replica));
  const union = [...target, ...original.filter((replica) => !target.includes(replica))];
  yield* writeAssignment(run, key, union);
  yield* bumpLeaderEpoch(run, key, union, union);
  for (const replica of added) yield* changeReplicas(run, [replicaKey(key, replica)], 'NewReplica');
  log(run, 'INFO', `Waiting for new replicas ${target.join(',')} for partition ${key} being reassigned to catch up with the leader`);
}

function* removeOldReplicas(run: Run, key: PartitionKey, target: readonly number[]): Zk<void> {
  const { context, config } = run;
  const assigned = context.assignments[key]!;
  const old = assigned.filter((replica) => !target.includes(replica));
  for (const replica of target) yield* changeReplicas(run, [replicaKey(key, replica)], 'OnlineReplica');
  yield* moveLeader(run, key, assigned, target);
  const leaving = old.map((replica) => replicaKey(key, replica));
  for (const state of ['OfflineReplica', 'ReplicaDeletionStarted', 'ReplicaDeletionSuccessful', 'NonExistentReplica'] as const) {
    yield* changeReplicas(run, leaving, state);
  }
  yield* writeAssignment(run, key, target);
  move(run, key, { type: 'complete' });
  yield* strike(run, [key]);
  note(run, { type: 'reassignmentCompleted', brokerId: config.brokerId, ...partitionOf(key), replicas: target });
  sendUpdateMetadata(run, liveOrShuttingDownIds(context), [key]);
  yield* resumeDeletionOf(run, [topicOf(key)]);
}

function* moveLeader(run: Run, key: PartitionKey, assigned: readonly number[], target: readonly number[]): Zk<void> {
  const { context } = run;
  const leader = context.leadership[key]?.leader ?? -1;
  // The new leader must not take the leaving replicas back into the ISR.
  context.assignments[key] = target;
  if (!target.includes(leader)) {
    log(run, 'INFO', `Leader ${leader} for partition ${key} being reassigned, is not in the new list of replicas ${target.join(',')}. Re-electing leader`);
    yield* changePartitions(run, [key], 'OnlinePartition', 'reassign');
  } else if (isReplicaOnline(context, leader, key)) {
    log(run, 'INFO', `Leader ${leader} for partition ${key} being reassigned, is already in the new list of replicas ${target.join(',')} and is alive`);
    yield* bumpLeaderEpoch(run, key, assigned, target);
  } else {
    log(run, 'INFO', `Leader ${leader} for partition ${key} being reassigned, is already in the new list of replicas ${target.join(',')} but is dead`);
    yield* changePartitions(run, [key], 'OnlinePartition', 'reassign');
  }
}

function* writeAssignment(run: Run, key: PartitionKey, replicas: readonly number[]): Zk<void> {
  const { context } = run;
  context.assignments[key] = replicas;
  const topic = topicOf(key);
  const partitions = partitionsOfTopic(context, topic).map((other) => ({ partition: partitionOf(other).partition, replicas: context.assignments[other]! }));
  const [done] = yield* fenced([setData(topicPath(topic), encodeTopic(partitions), -1)], context.epochZkVersion);
  if (done!.err !== 'OK') throw new ZkFailure(done!.err, topicPath(topic));
  log(run, 'INFO', `Updated assigned replicas for partition ${key} being reassigned to ${replicas.join(',')}`);
}

/** Same leader and ISR under the next epoch, so that brokers take the changed assignment. */
function* bumpLeaderEpoch(run: Run, key: PartitionKey, recipients: readonly number[], replicas: readonly number[]): Zk<void> {
  const { context } = run;
  log(run, 'DEBUG', `Updating leader epoch for partition ${key}`);
  let written: PartitionLeadership | undefined;
  for (let tryAgain = true; tryAgain; ) {
    const stored = (yield* readPartitionStates(run, [key])).get(key);
    if (!stored || stored.controllerEpoch > context.epoch) break;
    const { updated, retry, failed } = yield* updatePartitionStates(run, new Map([[key, { ...stored, leaderEpoch: stored.leaderEpoch + 1 }]]));
    for (const err of failed.values()) throw new ZkFailure(err, statePath(key));
    written = updated.get(key);
    tryAgain = retry.length > 0;
  }
  if (!written) {
    logStateChange(run, 'ERROR', `Failed to send LeaderAndIsr request with new assigned replica list ${replicas.join(',')} to leader for partition being reassigned ${key}`);
    return;
  }
  context.leadership[key] = written;
  log(run, 'INFO', `Updated leader epoch for partition ${key} to ${written.leaderEpoch}`);
  const batch = newBatch();
  addLeaderAndIsr(run, batch, recipients, key, written, replicas, false);
  sendBatch(run, batch);
  logStateChange(
    run,
    'TRACE',
    `Sent LeaderAndIsr request ${describeLeaderAndIsr(written)} with new assigned replica list ${replicas.join(',')} to leader ${written.leader} for partition being reassigned ${key}`,
  );
}

/** Takes partitions off the admin znode, which is deleted with its last one. As in 2.3.0 it is written even if nothing is struck. */
export function* strike(run: Run, keys: readonly PartitionKey[]): Zk<void> {
  const { context } = run;
  for (const key of keys) unwatch(run, statePath(key));
  log(run, 'INFO', `Removing partitions ${set(keys)} from the list of reassigned partitions in zookeeper`);
  const left: PartitionTarget[] = Object.entries(context.reassignments)
    .filter(([key]) => !keys.includes(key))
    .map(([key, { replicas }]) => ({ ...partitionOf(key), replicas }));
  if (left.length === 0) {
    log(run, 'INFO', `No more partitions need to be reassigned. Deleting zk path ${REASSIGN_PARTITIONS}`);
    yield* fenced([remove(REASSIGN_PARTITIONS)], context.epochZkVersion);
    put(run, { type: 'PartitionReassignment' });
  } else {
    const text = encodeReassignment(left);
    const [written] = yield* fenced([setData(REASSIGN_PARTITIONS, text, -1)], context.epochZkVersion);
    if (written!.err === 'NONODE') yield* fenced([create(REASSIGN_PARTITIONS, text)], context.epochZkVersion);
  }
  for (const key of keys) delete context.reassignments[key];
}
