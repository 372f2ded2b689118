/** Deletion of topics (kafka.controller.TopicDeletionManager, section 3.14). */
import { begin, matches, step } from '../../kernel/machine.ts';
import { askAll, fenced, type Zk } from '../zookeeper/procedures.ts';
import { getChildren, remove, childrenOf } from '../zookeeper/requests.ts';
import { deleteTopicPath, topicConfigPath, topicPath } from '../zookeeper/znodes.ts';
import {
  deletionKey, isQueuedForDeletion, isReplicaOnline, liveOrShuttingDownIds, partitionsOfTopic, replicaOf, replicasInState, replicasOf, stateOf, topicOf,
  type ReplicaKey,
} from './context.ts';
import { changePartitions } from './partition-states.ts';
import { changeReplicas } from './replica-states.ts';
import { sendUpdateMetadata } from './request-batch.ts';
import { logAs, note, unwatch, type Run } from './run.ts';
import { topicDeletionMachine, type TopicDeletionEvent } from './topic-deletion.machine.ts';
import { set } from './wording.ts';

function logDeletion(run: Run, level: 'INFO' | 'DEBUG', text: string): void {
  logAs(run, level, `Topic Deletion Manager ${run.config.brokerId}`, text, 'TopicDeletionManager');
}

export function queuedTopics(run: Run): string[] {
  return Object.keys(run.context.deletions).map((key) => key.slice(1));
}

function move(run: Run, topic: string, event: TopicDeletionEvent): void {
  const key = deletionKey(topic);
  const chart = run.context.deletions[key];
  if (chart) run.context.deletions[key] = step(topicDeletionMachine, chart, event).chart;
}

function isIneligible(run: Run, topic: string): boolean {
  const chart = run.context.deletions[deletionKey(topic)];
  return chart !== undefined && (matches(chart, 'Queued.Ineligible') || matches(chart, 'Started.Ineligible'));
}

function queue(run: Run, topics: readonly string[]): void {
  for (const topic of topics) run.context.deletions[deletionKey(topic)] ??= begin(topicDeletionMachine).chart;
}

/** Forgets deletions that Kafka does not know the topic of. */
export function* removeDeletions(run: Run, topics: readonly string[]): Zk<void> {
  yield* fenced(topics.map((topic) => remove(deleteTopicPath(topic))), run.context.epochZkVersion);
}

/** At a failover: what was queued before. */
export function* startDeletions(run: Run, topics: readonly string[], ineligible: readonly string[]): Zk<void> {
  logDeletion(run, 'INFO', `Initializing manager with initial deletions: ${set(topics)}, initial ineligible deletions: ${set(ineligible)}`);
  if (run.config.deleteTopicEnable) {
    queue(run, topics);
    for (const topic of ineligible) move(run, topic, { type: 'halt' });
  } else {
    logDeletion(run, 'INFO', `Removing ${set(topics)} since delete topic is disabled`);
    yield* removeDeletions(run, topics);
  }
}

export function* enqueueDeletions(run: Run, topics: readonly string[]): Zk<void> {
  queue(run, topics);
  yield* resumeDeletions(run);
}

export function haltDeletion(run: Run, topics: readonly string[], reason: string): void {
  const halted = topics.filter((topic) => isQueuedForDeletion(run.context, topic));
  for (const topic of halted) move(run, topic, { type: 'halt' });
  if (halted.length > 0) logDeletion(run, 'INFO', `Halted deletion of topics ${halted.join(',')} due to ${reason}`);
}

/** What stood in the way of these topics may be gone. */
export function* resumeDeletionOf(run: Run, topics: readonly string[]): Zk<void> {
  const resumed = topics.filter((topic) => isQueuedForDeletion(run.context, topic));
  if (resumed.length === 0) return;
  for (const topic of resumed) move(run, topic, { type: 'resume' });
  yield* resumeDeletions(run);
}

const topicsOf = (replicas: readonly ReplicaKey[]): string[] => [...new Set(replicas.map((key) => topicOf(replicaOf(key).partition)))];

export function* failReplicaDeletion(run: Run, replicas: readonly ReplicaKey[]): Zk<void> {
  const failed = replicas.filter((key) => isQueuedForDeletion(run.context, topicOf(replicaOf(key).partition)));
  if (failed.length === 0) return;
  const topics = topicsOf(failed);
  logDeletion(run, 'DEBUG', `Deletion failed for replicas ${failed.map(describe).join(',')}. Halting deletion for topics ${set(topics)}`);
  yield* changeReplicas(run, failed, 'ReplicaDeletionIneligible');
  haltDeletion(run, topics, 'replica deletion failure');
  yield* resumeDeletions(run);
}

export function* completeReplicaDeletion(run: Run, replicas: readonly ReplicaKey[]): Zk<void> {
  const deleted = replicas.filter((key) => isQueuedForDeletion(run.context, topicOf(replicaOf(key).partition)));
  logDeletion(run, 'DEBUG', `Deletion successfully completed for replicas ${deleted.map(describe).join(',')}`);
  yield* changeReplicas(run, deleted, 'ReplicaDeletionSuccessful');
  yield* resumeDeletions(run);
}

function describe(key: ReplicaKey): string {
  const { partition, replica } = replicaOf(key);
  const topic = topicOf(partition);
  return `[Topic=${topic},Partition=${partition.slice(topic.length + 1)},Replica=${replica}]`;
}

/** One pass over all queued topics: complete, retry or start what can be. */
export function* resumeDeletions(run: Run): Zk<void> {
  const { context } = run;
  const topics = queuedTopics(run);
  if (topics.length > 0) logDeletion(run, 'INFO', `Handling deletion for topics ${topics.join(',')}`);
  for (const topic of topics) {
    const replicas = replicasOf(context, partitionsOfTopic(context, topic));
    const started = replicasInState(context, topic, 'ReplicaDeletionStarted');
    if (replicas.every((key) => stateOf(context.replicaStates[key], '') === 'ReplicaDeletionSuccessful')) {
      yield* completeDeletion(run, topic);
      logDeletion(run, 'INFO', `Deletion of topic ${topic} successfully completed`);
      continue;
    }
    if (started.length > 0) {
      const brokers = [...new Set(started.map((key) => replicaOf(key).replica))];
      const partitions = [...new Set(started.map((key) => replicaOf(key).partition))];
      logDeletion(run, 'INFO', `Deletion for replicas ${brokers.join(',')} for partition ${partitions.join(',')} of topic ${topic} in progress`);
    } else {
      const failed = replicasInState(context, topic, 'ReplicaDeletionIneligible');
      if (failed.length > 0) {
        logDeletion(run, 'INFO', `Retrying delete topic for topic ${topic} since replicas ${failed.map(describe).join(',')} were not successfully deleted`);
        yield* changeReplicas(run, failed, 'OfflineReplica');
      }
    }
    if (isIneligible(run, topic)) {
      logDeletion(run, 'INFO', `Not retrying deletion of topic ${topic} at this time since it is marked ineligible for deletion`);
    } else if (started.length === 0) {
      logDeletion(run, 'INFO', `Deletion of topic ${topic} (re)started`);
      yield* startDeletion(run, topic);
    }
  }
}

function* startDeletion(run: Run, topic: string): Zk<void> {
  const { context } = run;
  const partitions = partitionsOfTopic(context, topic);
  const chart = context.deletions[deletionKey(topic)];
  if (chart && matches(chart, 'Queued')) {
    yield* changePartitions(run, partitions, 'OfflinePartition');
    yield* changePartitions(run, partitions, 'NonExistentPartition');
    move(run, topic, { type: 'start' });
    note(run, { type: 'topicDeletionStarted', brokerId: run.config.brokerId, topic });
  }
  sendUpdateMetadata(run, liveOrShuttingDownIds(context), partitions);
  const replicas = replicasOf(context, partitions);
  const isAlive = (key: ReplicaKey): boolean => {
    const { partition, replica } = replicaOf(key);
    return isReplicaOnline(context, replica, partition);
  };
  const dead = replicas.filter((key) => !isAlive(key));
  const toDelete = replicas.filter((key) => isAlive(key) && stateOf(context.replicaStates[key], '') !== 'ReplicaDeletionSuccessful');
  yield* changeReplicas(run, dead, 'ReplicaDeletionIneligible');
  yield* changeReplicas(run, toDelete, 'OfflineReplica');
  logDeletion(run, 'DEBUG', `Deletion started for replicas ${toDelete.map(describe).join(',')}`);
  yield* changeReplicas(run, toDelete, 'ReplicaDeletionStarted');
  if (dead.length > 0) {
    logDeletion(run, 'DEBUG', `Dead Replicas (${dead.map(describe).join(',')}) found for topic ${topic}`);
    haltDeletion(run, [topic], 'offline replicas');
  }
}

function* completeDeletion(run: Run, topic: string): Zk<void> {
  const { context } = run;
  // The topic may be created again at once: its old watch must not speak for the new one.
  unwatch(run, topicPath(topic));
  yield* changeReplicas(run, replicasInState(context, topic, 'ReplicaDeletionSuccessful'), 'NonExistentReplica');
  move(run, topic, { type: 'complete' });
  delete context.deletions[deletionKey(topic)];
  yield* deleteRecursive(run, topicPath(topic));
  yield* deleteRecursive(run, topicConfigPath(topic));
  yield* removeDeletions(run, [topic]);
  forgetTopic(run, topic);
  note(run, { type: 'topicDeletionCompleted', brokerId: run.config.brokerId, topic });
}

/** Takes a topic out of the cache. */
export function forgetTopic(run: Run, topic: string): void {
  const { context } = run;
  context.topics = context.topics.filter((known) => known !== topic);
  for (const key of partitionsOfTopic(context, topic)) {
    delete context.assignments[key];
    delete context.leadership[key];
  }
  for (const key of Object.keys(context.leadership)) if (topicOf(key) === topic) delete context.leadership[key];
}

/** Children first, each level in one batch; what is already gone does not matter. */
function* deleteRecursive(run: Run, path: string): Zk<void> {
  const levels: string[][] = [[path]];
  for (let level = levels[0]!; level.length > 0; level = levels.at(-1)!) {
    const results = yield* askAll(level.map((parent) => getChildren(parent, false)));
    levels.push(level.flatMap((parent, index) => childrenOf(results[index]).map((child) => `${parent}/${child}`)));
  }
  for (const level of levels.reverse()) yield* fenced(level.map((entry) => remove(entry)), run.context.epochZkVersion);
}

