/** What is done for each event of the controller's queue, one procedure an event (kafka.controller.KafkaController). */
import { ControllerMoved, ZkFailure, ask, fenced, readBrokers, registerBroker, watchExistence, type Zk } from '../zookeeper/procedures.ts';
import { childrenOf, dataOf, remove, setData } from '../zookeeper/requests.ts';
import {
  CONTROLLER, DELETE_TOPICS, ISR_CHANGE_NOTIFICATION, LOG_DIR_EVENT_NOTIFICATION, PREFERRED_REPLICA_ELECTION, REASSIGN_PARTITIONS, TOPICS,
  brokerIdPath, encodeTopic, parseBroker, parseLogDirEvent, parsePartitionList, topicPartitionsPath, topicPath, type BrokerInfo,
} from '../zookeeper/znodes.ts';
import { addBroker, removeBroker } from './channels.ts';
import {
  isQueuedForDeletion, isReplicaOnline, liveIds, liveOrShuttingDownIds, partitionKey, partitionOf, replicaKey, replicaOf, replicasOf, replicasOnBrokers, topicOf,
  type PartitionKey, type ReplicaKey,
} from './context.ts';
import type { ControllerEvent } from './event-queue.ts';
import type { ControllerOutput, ElectionOutcome } from './events.ts';
import { describeEpochs, electController, maybeResign, readNotifications, resign, scheduleRebalance, watchBrokers } from './failover.ts';
import { changePartitions, triggerOnlinePartitions } from './partition-states.ts';
import { electPreferredLeaders, rebalanceLeaders } from './preferred-election.ts';
import { continueReassignment, loadReassignments, resumeReassignments, startReassignments } from './reassignment.ts';
import { changeReplicas } from './replica-states.ts';
import { addStopReplica, newBatch, sendBatch, sendUpdateMetadata } from './request-batch.ts';
import { effect, isActive, log, logStateChange, moveRole, note, output, readChildren, readData, readExists, setActiveController, unwatch, watchNode, type Run } from './run.ts';
import {
  completeReplicaDeletion, enqueueDeletions, failReplicaDeletion, forgetTopic, queuedTopics, removeDeletions, resumeDeletionOf,
} from './topic-deletion.ts';
import { buffer, map, set, vector } from './wording.ts';
import { readAssignments, readPartitionStates } from './zk-state.ts';

type EventOf<Type extends ControllerEvent['type']> = Extract<ControllerEvent, { readonly type: Type }>;

/** These do something on every broker; the others only on the active controller. */
const anyBroker: { readonly [Type in 'Startup' | 'ControllerChange' | 'Reelect' | 'RegisterBrokerAndReelect' | 'Expire' | 'ShutdownEventThread']: (run: Run, event: EventOf<Type>) => Zk<void> } = {
  *Startup(run) {
    watchNode(run, CONTROLLER);
    yield* ask(readExists(run, CONTROLLER));
    yield* electController(run);
  },
  *ControllerChange(run) {
    yield* maybeResign(run);
  },
  *Reelect(run) {
    yield* maybeResign(run);
    yield* electController(run);
  },
  *RegisterBrokerAndReelect(run, { sessionId, previousSessionId }) {
    const { config, outside } = run;
    const brokerEpoch = yield* registerBroker(config.brokerInfo, outside.env.wallClockMs, { current: sessionId, previous: previousSessionId });
    output(run, { type: 'brokerRegistered', brokerEpoch });
    note(run, { type: 'brokerReRegistered', brokerId: config.brokerId, brokerEpoch });
    yield* maybeResign(run);
    yield* electController(run);
  },
  *Expire(run) {
    output(run, { type: 'expireStarted' });
    setActiveController(run, -1);
    resign(run);
  },
  *ShutdownEventThread(run) {
    resign(run);
    moveRole(run, { type: 'shutdown' });
    output(run, { type: 'stopped' });
  },
};

type ActiveEvent = Exclude<ControllerEvent['type'], keyof typeof anyBroker>;

const whileActive: { readonly [Type in ActiveEvent]: (run: Run, event: EventOf<Type>) => Zk<void> } = {
  *BrokerChange(run) {
    const { context } = run;
    const current = yield* readBrokers(true);
    const known = liveOrShuttingDownIds(context);
    const added = current.filter(({ info }) => !known.includes(info.id));
    const bounced = current.filter(({ info, czxid }) => known.includes(info.id) && czxid > context.liveBrokers[info.id]!.epoch);
    const dead = known.filter((id) => !current.some(({ info }) => info.id === id));
    const idsOf = (brokers: typeof current): number[] => brokers.map(({ info }) => info.id);
    log(
      run,
      'INFO',
      `Newly added brokers: ${idsOf(added).join(',')}, deleted brokers: ${dead.join(',')}, bounced brokers: ${idsOf(bounced).join(',')}, all live brokers: ${idsOf(current).join(',')}`,
    );
    note(run, { type: 'brokerChangeProcessed', brokerId: run.config.brokerId, new: idsOf(added), dead, bounced: idsOf(bounced), live: idsOf(current) });
    for (const { info } of added) openChannel(run, info);
    for (const { info } of bounced) closeChannel(run, info.id);
    for (const { info } of bounced) openChannel(run, info);
    for (const id of dead) closeChannel(run, id);
    const arrive = function* (brokers: typeof current): Zk<void> {
      for (const { info, czxid } of brokers) context.liveBrokers[info.id] = { info, epoch: czxid };
      yield* brokersStarted(run, idsOf(brokers));
    };
    const leave = function* (brokers: readonly number[]): Zk<void> {
      for (const id of brokers) delete context.liveBrokers[id];
      yield* brokersFailed(run, brokers);
    };
    if (added.length > 0) yield* arrive(added);
    if (bounced.length > 0) {
      yield* leave(idsOf(bounced));
      yield* arrive(bounced);
    }
    if (dead.length > 0) yield* leave(dead);
    if (added.length + bounced.length + dead.length > 0) log(run, 'INFO', `Updated broker epochs cache: ${describeEpochs(run)}`);
  },

  *BrokerModifications(run, { brokerId }) {
    const { context } = run;
    const info = parseBroker(brokerId, dataOf(yield* ask(readData(run, brokerIdPath(brokerId)))));
    const known = context.liveBrokers[brokerId];
    if (!info || !known || JSON.stringify(info.endpoints) === JSON.stringify(known.info.endpoints)) return;
    const describe = ({ endpoints }: BrokerInfo): string => endpoints.map(({ listener, host, port }) => `${listener}://${host}:${port}`).join(',');
    log(run, 'INFO', `Updated broker metadata: ${describe(known.info)} -> ${describe(info)}`);
    context.liveBrokers[brokerId] = { ...known, info };
    log(run, 'INFO', `Broker info update callback for ${brokerId}`);
    sendUpdateMetadata(run, liveOrShuttingDownIds(context), []);
  },

  *TopicChange(run) {
    const { context } = run;
    const topics = childrenOf(yield* ask(readChildren(run, TOPICS)));
    const added = topics.filter((topic) => !context.topics.includes(topic));
    const deleted = context.topics.filter((topic) => !topics.includes(topic));
    context.topics = topics;
    for (const topic of added) watchNode(run, topicPath(topic));
    const assignments = yield* readAssignments(run, added);
    for (const topic of deleted) forgetTopic(run, topic);
    for (const [key, replicas] of assignments) context.assignments[key] = replicas;
    const described = map([...assignments].map(([key, replicas]) => [key, vector(replicas)] as const));
    log(run, 'INFO', `New topics: [${set(added)}], deleted topics: [${set(deleted)}], new partition replica assignment [${described}]`);
    if (assignments.size > 0) yield* createPartitions(run, [...assignments.keys()]);
    for (const topic of added) {
      const partitions = [...assignments.keys()].filter((key) => topicOf(key) === topic).length;
      note(run, { type: 'topicCreated', brokerId: run.config.brokerId, topic, partitions });
    }
  },

  *PartitionModifications(run, { topic }) {
    const { context } = run;
    const assignments = yield* readAssignments(run, [topic]);
    const added = [...assignments].filter(([key]) => (context.assignments[key] ?? []).length === 0);
    if (isQueuedForDeletion(context, topic)) {
      if (added.length === 0) {
        log(run, 'INFO', 'Ignoring partition change during topic deletion as no new partitions are added');
        return;
      }
      const names = added.map(([key, replicas]) => [key, vector(replicas)] as const);
      log(run, 'WARN', `Skipping adding partitions ${map(names)} for topic ${topic} since it is currently being deleted`);
      log(run, 'INFO', `Restoring the partition replica assignment for topic ${topic}`);
      const existing = childrenOf(yield* ask(readChildren(run, topicPartitionsPath(topic))));
      const kept = [...assignments].map(([key, replicas]) => ({ partition: partitionOf(key).partition, replicas })).filter(({ partition }) => existing.includes(String(partition)));
      yield* fenced([setData(topicPath(topic), encodeTopic(kept), -1)], context.epochZkVersion);
      return;
    }
    if (added.length === 0) return;
    log(run, 'INFO', `New partitions to be added ${map(added.map(([key, replicas]) => [key, vector(replicas)] as const))}`);
    for (const [key, replicas] of added) context.assignments[key] = replicas;
    yield* createPartitions(run, added.map(([key]) => key));
  },

  *TopicDeletion(run) {
    const { context, config } = run;
    const asked = childrenOf(yield* ask(readChildren(run, DELETE_TOPICS)));
    log(run, 'DEBUG', `Delete topics listener fired for topics ${asked.join(',')} to be deleted`);
    const unknown = asked.filter((topic) => !context.topics.includes(topic));
    if (unknown.length > 0) {
      log(run, 'WARN', `Ignoring request to delete non-existing topics ${unknown.join(',')}`);
      yield* removeDeletions(run, unknown);
    }
    const topics = asked.filter((topic) => !unknown.includes(topic));
    if (!config.deleteTopicEnable) {
      log(run, 'INFO', `Removing ${set(topics)} since delete topic is disabled`);
      yield* removeDeletions(run, topics);
      return;
    }
    if (topics.length === 0) return;
    log(run, 'INFO', `Starting topic deletion for topics ${topics.join(',')}`);
    yield* enqueueDeletions(run, topics);
  },

  *TopicDeletionStopReplicaResponseReceived(run, { replicaId, error, partitions }) {
    const failed = partitions.filter((entry) => error !== 'NONE' || entry.error !== 'NONE');
    const replicas = (entries: typeof partitions): ReplicaKey[] => entries.map((entry) => replicaKey(partitionKey(entry), replicaId));
    yield* failReplicaDeletion(run, replicas(failed));
    if (failed.length < partitions.length) yield* completeReplicaDeletion(run, replicas(partitions.filter((entry) => !failed.includes(entry))));
  },

  *PartitionReassignment(run) {
    if (!(yield* watchExistence(REASSIGN_PARTITIONS))) return;
    yield* startReassignments(run, yield* loadReassignments(run));
  },

  *PartitionReassignmentIsrChange(run, event) {
    yield* continueReassignment(run, partitionKey(event));
  },

  *AutoPreferredReplicaLeaderElection(run) {
    try {
      log(run, 'INFO', 'Processing automatic preferred replica leader election');
      yield* rebalanceLeaders(run);
    } finally {
      scheduleRebalance(run, run.config.leaderImbalanceCheckIntervalSeconds);
    }
  },

  *PreferredReplicaLeaderElection(run) {
    if (!(yield* watchExistence(PREFERRED_REPLICA_ELECTION))) return;
    const asked = parsePartitionList(dataOf(yield* ask(readData(run, PREFERRED_REPLICA_ELECTION)))) ?? [];
    const { electable } = sortPreferred(run, asked.map(partitionKey));
    yield* electPreferredLeaders(run, electable, 'zookeeper');
  },

  *AdminClientPreferredReplicaLeaderElection(run, { partitions, replyTo }) {
    const { context } = run;
    const asked = partitions === null ? Object.keys(context.assignments) : partitions.map(partitionKey);
    const { electable, outcomes } = sortPreferred(run, asked);
    const failures = yield* electPreferredLeaders(run, electable, 'adminClient');
    for (const key of electable) {
      const message = failures.get(key);
      outcomes.set(
        key,
        message === undefined
          ? { type: 'elected', leader: context.assignments[key]![0]! }
          : { type: 'failed', error: 'PREFERRED_LEADER_NOT_AVAILABLE', message },
      );
    }
    output(run, {
      type: 'electPreferredLeadersReply',
      replyTo,
      error: 'NONE',
      results: asked.map((key) => ({ ...partitionOf(key), outcome: outcomes.get(key)! })),
    });
  },

  *ControlledShutdown(run, { brokerId, brokerEpoch, replyTo }) {
    const { context } = run;
    const answer = (error: (ControllerOutput & { type: 'controlledShutdownReply' })['error'], remaining: readonly PartitionKey[]): void =>
      output(run, { type: 'controlledShutdownReply', replyTo, error, remainingPartitions: remaining.map(partitionOf) });
    const known = context.liveBrokers[brokerId];
    // In 2.3.0 the look-up of the epoch fails before anybody asks whether the broker is known.
    if (!known) return answer('UNKNOWN_SERVER_ERROR', []);
    if (brokerEpoch < known.epoch) {
      log(run, 'INFO', `Received controlled shutdown request from an old broker epoch ${brokerEpoch} for broker ${brokerId}. Current broker epoch is ${known.epoch}.`);
      return answer('STALE_BROKER_EPOCH', []);
    }
    log(run, 'INFO', `Shutting down broker ${brokerId}`);
    if (!context.shuttingDown.includes(brokerId)) context.shuttingDown = [...context.shuttingDown, brokerId];
    log(run, 'DEBUG', `All shutting down brokers: ${context.shuttingDown.join(',')}`);
    log(run, 'DEBUG', `Live brokers: ${liveIds(context).join(',')}`);
    const affected = Object.keys(context.assignments).filter((key) => {
      const replicas = context.assignments[key]!;
      return replicas.includes(brokerId) && replicas.length > 1 && context.leadership[key] !== undefined && !isQueuedForDeletion(context, topicOf(key));
    });
    const led = affected.filter((key) => context.leadership[key]!.leader === brokerId);
    const followed = affected.filter((key) => !led.includes(key));
    yield* changePartitions(run, led, 'OnlinePartition', 'controlledShutdown');
    const batch = newBatch();
    for (const key of followed) addStopReplica(batch, brokerId, key, false);
    sendBatch(run, batch);
    yield* changeReplicas(run, followed.map((key) => replicaKey(key, brokerId)), 'OfflineReplica');
    const leaders = Object.entries(context.leadership).map(
      ([key, { leader, isr, leaderEpoch, controllerEpoch }]) => `${key} -> (Leader:${leader},ISR:${isr.join(',')},LeaderEpoch:${leaderEpoch},ControllerEpoch:${controllerEpoch})`,
    );
    log(run, 'TRACE', `All leaders = ${leaders.join(',')}`);
    const remaining = Object.keys(context.leadership).filter((key) => context.leadership[key]!.leader === brokerId && (context.assignments[key] ?? []).length > 1);
    note(run, { type: 'controlledShutdownProcessed', brokerId: run.config.brokerId, shuttingDown: brokerId, remaining: remaining.length });
    answer('NONE', remaining);
  },

  *IsrChangeNotification(run) {
    const { context } = run;
    const { names, texts } = yield* readNotifications(run, ISR_CHANGE_NOTIFICATION);
    const keys = [...new Set(texts.flatMap((text) => (parsePartitionList(text) ?? []).map(partitionKey)))];
    if (keys.length > 0) {
      for (const [key, state] of yield* readPartitionStates(run, keys)) context.leadership[key] = state;
      log(run, 'DEBUG', `Sending MetadataRequest to Brokers: ${buffer(liveOrShuttingDownIds(context))} for TopicPartitions: ${buffer(keys)}`);
      sendUpdateMetadata(run, liveOrShuttingDownIds(context), keys);
    }
    yield* fenced(names.map((name) => remove(`${ISR_CHANGE_NOTIFICATION}/${name}`)), context.epochZkVersion);
  },

  *LeaderAndIsrResponseReceived(run, { brokerId, response }) {
    const { context } = run;
    if (response.error !== 'NONE') {
      logStateChange(run, 'ERROR', `Received error in LeaderAndIsr response ${response.error} from broker ${brokerId}`);
      return;
    }
    const before = context.offlineDirectories[brokerId] ?? [];
    const online = response.partitions.filter(({ error }) => error === 'NONE').map(partitionKey);
    const offline = response.partitions.filter(({ error }) => error === 'KAFKA_STORAGE_ERROR').map(partitionKey);
    const now = [...new Set([...before.filter((key) => !online.includes(key)), ...offline])];
    if (now.length > 0) context.offlineDirectories[brokerId] = now;
    else delete context.offlineDirectories[brokerId];
    const newlyOffline = now.filter((key) => !before.includes(key));
    if (newlyOffline.length === 0) return;
    logStateChange(run, 'INFO', `Mark replicas ${newlyOffline.join(',')} on broker ${brokerId} as offline`);
    yield* replicasBecameOffline(run, newlyOffline.map((key) => replicaKey(key, brokerId)));
  },

  *LogDirEventNotification(run) {
    const { context } = run;
    const { names, texts } = yield* readNotifications(run, LOG_DIR_EVENT_NOTIFICATION);
    const brokers = [...new Set(texts.flatMap((text) => parseLogDirEvent(text) ?? []))];
    if (brokers.length > 0) {
      log(run, 'INFO', `Handling log directory failure for brokers ${brokers.join(',')}`);
      // Each broker's answer to LeaderAndIsr tells which of its replicas are in the failed directory.
      yield* changeReplicas(run, replicasOnBrokers(context, brokers), 'OnlineReplica');
    }
    yield* fenced(names.map((name) => remove(`${LOG_DIR_EVENT_NOTIFICATION}/${name}`)), context.epochZkVersion);
  },

  *UncleanLeaderElectionEnable(run) {
    log(run, 'INFO', 'Unclean leader election has been enabled by default');
    yield* triggerOnlinePartitions(run);
  },

  *TopicUncleanLeaderElectionEnable(run, { topic }) {
    log(run, 'INFO', `Unclean leader election has been enabled for topic ${topic}`);
    yield* triggerOnlinePartitions(run, topic);
  },
};

/** The whole of one event; what goes wrong in it ends it and nothing else, but a fenced controller resigns. */
export function* processEvent(run: Run, event: ControllerEvent): Zk<void> {
  try {
    if (event.type in anyBroker) {
      yield* (anyBroker[event.type as keyof typeof anyBroker] as (run: Run, event: ControllerEvent) => Zk<void>)(run, event);
    } else if (isActive(run)) {
      yield* (whileActive[event.type as ActiveEvent] as (run: Run, event: ControllerEvent) => Zk<void>)(run, event);
    } else {
      refuse(run, event);
    }
  } catch (error) {
    if (error instanceof ControllerMoved) {
      log(run, 'INFO', `Controller moved to another broker when processing ${event.type}.`);
      note(run, { type: 'controllerFenced', brokerId: run.config.brokerId, controllerEpoch: run.context.epoch });
      refuse(run, event);
      yield* maybeResign(run);
    } else if (error instanceof ZkFailure) {
      log(run, 'ERROR', `Error processing event ${event.type}`);
      if (event.type === 'ControlledShutdown') {
        output(run, { type: 'controlledShutdownReply', replyTo: event.replyTo, error: 'UNKNOWN_SERVER_ERROR', remainingPartitions: [] });
      }
    } else {
      throw error;
    }
  }
}

/** Answers who waits for an event that this broker, not being the controller, does not process. */
export function refusal(event: ControllerEvent): ControllerOutput | null {
  switch (event.type) {
    case 'ControlledShutdown':
      return { type: 'controlledShutdownReply', replyTo: event.replyTo, error: 'STALE_CONTROLLER_EPOCH', remainingPartitions: [] };
    case 'AdminClientPreferredReplicaLeaderElection':
      return { type: 'electPreferredLeadersReply', replyTo: event.replyTo, error: 'NOT_CONTROLLER', results: [] };
    default:
      return null;
  }
}

function refuse(run: Run, event: ControllerEvent): void {
  const answer = refusal(event);
  if (answer) output(run, answer);
}

function openChannel(run: Run, info: BrokerInfo): void {
  effect(run, (outside) => {
    outside.channels = addBroker(outside.channels, info, run.config, outside.env);
  });
}

function closeChannel(run: Run, broker: number): void {
  effect(run, (outside) => {
    outside.channels = removeBroker(outside.channels, broker, run.config.brokerId, outside.env);
  });
}

function* createPartitions(run: Run, keys: readonly PartitionKey[]): Zk<void> {
  const replicas = replicasOf(run.context, keys);
  log(run, 'INFO', `New partition creation callback for ${keys.join(',')}`);
  yield* changePartitions(run, keys, 'NewPartition');
  yield* changeReplicas(run, replicas, 'NewReplica');
  yield* changePartitions(run, keys, 'OnlinePartition');
  yield* changeReplicas(run, replicas, 'OnlineReplica');
}

function* brokersStarted(run: Run, brokers: readonly number[]): Zk<void> {
  const { context } = run;
  log(run, 'INFO', `New broker startup callback for ${brokers.join(',')}`);
  for (const broker of brokers) delete context.offlineDirectories[broker];
  sendUpdateMetadata(run, liveOrShuttingDownIds(context).filter((id) => !brokers.includes(id)), []);
  sendUpdateMetadata(run, brokers, Object.keys(context.leadership));
  const replicas = replicasOnBrokers(context, brokers);
  yield* changeReplicas(run, replicas, 'OnlineReplica');
  yield* triggerOnlinePartitions(run);
  yield* resumeReassignments(run, brokers);
  const deleted = replicas.map((key) => topicOf(replicaOf(key).partition)).filter((topic) => isQueuedForDeletion(context, topic));
  if (deleted.length > 0) {
    log(
      run,
      'INFO',
      `Some replicas for topics scheduled for deletion ${queuedTopics(run).join(',')} are on the newly restarted brokers ${brokers.join(',')}. Signaling restart of topic deletion for these topics`,
    );
    yield* resumeDeletionOf(run, [...new Set(deleted)]);
  }
  yield* watchBrokers(run, brokers, buffer);
}

function* brokersFailed(run: Run, brokers: readonly number[]): Zk<void> {
  const { context } = run;
  log(run, 'INFO', `Broker failure callback for ${brokers.join(',')}`);
  for (const broker of brokers) delete context.offlineDirectories[broker];
  const wereShuttingDown = brokers.filter((broker) => context.shuttingDown.includes(broker));
  context.shuttingDown = context.shuttingDown.filter((id) => !brokers.includes(id));
  if (wereShuttingDown.length > 0) log(run, 'INFO', `Removed ${wereShuttingDown.join(',')} from list of shutting down brokers.`);
  yield* replicasBecameOffline(run, replicasOnBrokers(context, brokers));
  for (const broker of brokers) unwatch(run, brokerIdPath(broker));
  log(run, 'DEBUG', `Unregister BrokerModifications handler for ${buffer(brokers)}`);
}

function* replicasBecameOffline(run: Run, replicas: readonly ReplicaKey[]): Zk<void> {
  const { context } = run;
  const isDeleted = (key: ReplicaKey): boolean => isQueuedForDeletion(context, topicOf(replicaOf(key).partition));
  const leaderless = Object.keys(context.leadership).filter(
    (key) => !isReplicaOnline(context, context.leadership[key]!.leader, key) && !isQueuedForDeletion(context, topicOf(key)),
  );
  yield* changePartitions(run, leaderless, 'OfflinePartition');
  yield* triggerOnlinePartitions(run);
  yield* changeReplicas(run, replicas.filter((key) => !isDeleted(key)), 'OfflineReplica');
  const deleted = replicas.filter(isDeleted);
  if (deleted.length > 0) yield* failReplicaDeletion(run, deleted);
  if (leaderless.length === 0) sendUpdateMetadata(run, liveOrShuttingDownIds(context), []);
}

/** Which of the asked partitions are to be elected, and the outcome of the others. */
function sortPreferred(run: Run, keys: readonly PartitionKey[]): { readonly electable: readonly PartitionKey[]; readonly outcomes: Map<PartitionKey, ElectionOutcome> } {
  const { context } = run;
  const outcomes = new Map<PartitionKey, ElectionOutcome>();
  const electable = keys.filter((key) => {
    const replicas = context.assignments[key];
    if (!replicas) {
      log(run, 'INFO', `Skipping preferred replica leader election for partition ${key} since it doesn't exist.`);
      outcomes.set(key, { type: 'failed', error: 'UNKNOWN_TOPIC_OR_PARTITION', message: 'The partition does not exist.' });
    } else if (isQueuedForDeletion(context, topicOf(key))) {
      log(run, 'WARN', `Skipping preferred replica election for partitions ${set([key])} since the respective topics are being deleted`);
      outcomes.set(key, { type: 'failed', error: 'INVALID_TOPIC_EXCEPTION', message: 'The topic is being deleted' });
    } else if (context.leadership[key]?.leader === replicas[0]) {
      outcomes.set(key, { type: 'alreadyPreferred' });
    } else {
      return true;
    }
    return false;
  });
  return { electable, outcomes };
}
