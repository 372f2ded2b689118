/** Becoming controller and ceasing to be (kafka.controller.KafkaController: elect, onControllerFailover, onControllerResignation). */
import { ControllerMoved, ZkFailure, ask, askAll, fenced, readBrokers, readController, registerController, type Zk } from '../zookeeper/procedures.ts';
import { childrenOf, dataOf, remove } from '../zookeeper/requests.ts';
import {
  BROKER_IDS, CONTROLLER, DELETE_TOPICS, ISR_CHANGE_NOTIFICATION, LOG_DIR_EVENT_NOTIFICATION, PREFERRED_REPLICA_ELECTION, REASSIGN_PARTITIONS, TOPICS,
  brokerIdPath, parsePartitionList, topicPath,
} from '../zookeeper/znodes.ts';
import { addBroker, removeBroker } from './channels.ts';
import {
  emptyContext, isQueuedForDeletion, isReplicaOnline, liveIds, liveOrShuttingDownIds, partitionKey, replicaOf, replicasOf, topicOf, partitionsOfTopic,
} from './context.ts';
import { electPreferredLeaders } from './preferred-election.ts';
import { startPartitionStates } from './partition-states.ts';
import { loadReassignments, startReassignments } from './reassignment.ts';
import { startReplicaStates } from './replica-states.ts';
import { sendUpdateMetadata } from './request-batch.ts';
import {
  effect, isActive, log, logAs, logZk, moveRole, note, readChildren, readData, readExists, setActiveController, watchChildren, watchNode, type Run,
} from './run.ts';
import { resumeDeletions, startDeletions } from './topic-deletion.ts';
import { map, set } from './wording.ts';
import { readAssignments, readPartitionStates } from './zk-state.ts';

const CHILDREN_LISTENED_TO = [BROKER_IDS, TOPICS, DELETE_TOPICS, LOG_DIR_EVENT_NOTIFICATION, ISR_CHANGE_NOTIFICATION];
const NODES_LISTENED_TO = [PREFERRED_REPLICA_ELECTION, REASSIGN_PARTITIONS];

/** Runs for /controller unless somebody holds it. */
export function* electController(run: Run): Zk<void> {
  const { context, config } = run;
  const id = config.brokerId;
  const present = yield* readController(true);
  setActiveController(run, present);
  if (present !== -1) {
    log(run, 'DEBUG', `Broker ${present} has been elected as the controller, so stopping the election process.`);
    return;
  }
  moveRole(run, { type: 'elect' });
  try {
    const won = yield* registerController(id, run.outside.env.wallClockMs, () => logZk(run, 'INFO', 'Successfully created /controller_epoch with initial epoch 0'));
    context.epoch = won.epoch;
    context.epochZkVersion = won.zkVersion;
    moveRole(run, { type: 'won' });
    setActiveController(run, id);
    log(run, 'INFO', `${id} successfully elected as the controller. Epoch incremented to ${won.epoch} and epoch zk version is now ${won.zkVersion}`);
    note(run, { type: 'controllerElected', brokerId: id, controllerEpoch: won.epoch });
    yield* failOver(run);
    moveRole(run, { type: 'failedOver' });
  } catch (error) {
    if (error instanceof ControllerMoved) {
      moveRole(run, { type: 'lost' });
      yield* maybeResign(run);
      const other = context.activeControllerId;
      if (other !== -1) {
        log(run, 'DEBUG', `Broker ${other} was elected as controller instead of broker ${id}`);
        note(run, { type: 'controllerElectionLost', brokerId: id, controllerId: other });
      } else {
        log(run, 'WARN', 'A controller has been elected but just resigned, this will result in another round of election');
      }
      return;
    }
    if (!(error instanceof ZkFailure)) throw error;
    log(run, 'ERROR', `Error while electing or becoming controller on broker ${id}. Trigger controller movement immediately`);
    moveRole(run, { type: 'lost' });
    yield* triggerControllerMove(run);
  }
}

function* failOver(run: Run): Zk<void> {
  const { context, config } = run;
  log(run, 'INFO', 'Registering handlers');
  for (const path of CHILDREN_LISTENED_TO) watchChildren(run, path);
  for (const path of NODES_LISTENED_TO) {
    watchNode(run, path);
    yield* ask(readExists(run, path));
  }
  log(run, 'INFO', 'Deleting log dir event notifications');
  yield* deleteChildren(run, LOG_DIR_EVENT_NOTIFICATION);
  log(run, 'INFO', 'Deleting isr change notifications');
  yield* deleteChildren(run, ISR_CHANGE_NOTIFICATION);
  log(run, 'INFO', 'Initializing controller context');
  yield* initializeContext(run);
  log(run, 'INFO', 'Fetching topic deletions in progress');
  const deletions = childrenOf(yield* ask(readChildren(run, DELETE_TOPICS)));
  const reassigned = new Set(Object.keys(context.reassignments).map(topicOf));
  const ineligible = context.topics.filter(
    (topic) =>
      reassigned.has(topic) ||
      replicasOf(context, partitionsOfTopic(context, topic)).some((key) => {
        const { partition, replica } = replicaOf(key);
        return !isReplicaOnline(context, replica, partition);
      }),
  );
  log(run, 'INFO', `List of topics to be deleted: ${deletions.join(',')}`);
  log(run, 'INFO', `List of topics ineligible for deletion: ${ineligible.join(',')}`);
  log(run, 'INFO', 'Initializing topic deletion manager');
  yield* startDeletions(run, deletions, ineligible);
  log(run, 'INFO', 'Sending update metadata request');
  // Brokers must know who is alive before they are told whom to follow.
  sendUpdateMetadata(run, liveOrShuttingDownIds(context), []);
  yield* startReplicaStates(run);
  yield* startPartitionStates(run);
  log(run, 'INFO', `Ready to serve as the new controller with epoch ${context.epoch}`);
  note(run, { type: 'controllerFailoverCompleted', brokerId: config.brokerId, controllerEpoch: context.epoch });
  yield* startReassignments(run, Object.keys(context.reassignments));
  yield* resumeDeletions(run);
  yield* electPreferredLeaders(run, yield* pendingPreferredElections(run), 'zookeeper');
  log(run, 'INFO', 'Starting the controller scheduler');
  if (config.autoLeaderRebalanceEnable) scheduleRebalance(run, 5);
}

/** Name of the timer of the auto-leader-rebalance task. */
export const REBALANCE_TIMER = 'ctl.auto-leader-rebalance';

/** An interval of 0 or less makes the real thread begin again at once: a round takes a while here, so that time goes on. */
const SHORTEST_ROUND = 100_000;

export function scheduleRebalance(run: Run, delaySeconds: number): void {
  effect(run, ({ env }) => env.setTimer(REBALANCE_TIMER, Math.max(SHORTEST_ROUND, delaySeconds * 1_000_000)));
}

function* deleteChildren(run: Run, path: string): Zk<void> {
  const names = childrenOf(yield* ask(readChildren(run, path)));
  yield* fenced(names.map((name) => remove(`${path}/${name}`)), run.context.epochZkVersion);
}

function* initializeContext(run: Run): Zk<void> {
  const { context, config } = run;
  const brokers = yield* readBrokers(true);
  for (const { info, czxid } of brokers) context.liveBrokers[info.id] = { info, epoch: czxid };
  log(run, 'INFO', `Initialized broker epochs cache: ${describeEpochs(run)}`);
  context.topics = childrenOf(yield* ask(readChildren(run, TOPICS)));
  for (const topic of context.topics) watchNode(run, topicPath(topic));
  for (const [key, replicas] of yield* readAssignments(run, context.topics)) context.assignments[key] = replicas;
  context.leadership = {};
  context.shuttingDown = [];
  yield* watchBrokers(run, liveOrShuttingDownIds(context), set);
  for (const [key, state] of yield* readPartitionStates(run, Object.keys(context.assignments))) context.leadership[key] = state;
  for (const { info } of brokers) {
    effect(run, (outside) => {
      outside.channels = addBroker(outside.channels, info, config, outside.env);
    });
  }
  yield* loadReassignments(run);
  const targets = Object.entries(context.reassignments).map(([key, { replicas }]) => [key, `ReassignedPartitionsContext(${replicas.join(', ')})`] as const);
  log(run, 'INFO', `Partitions being reassigned: ${map(targets)}`);
  log(run, 'INFO', `Currently active brokers in the cluster: ${set(liveIds(context))}`);
  log(run, 'INFO', `Currently shutting brokers in the cluster: ${set(context.shuttingDown)}`);
  log(run, 'INFO', `Current list of topics in the cluster: ${set(context.topics)}`);
}

export function describeEpochs(run: Run): string {
  return map(Object.values(run.context.liveBrokers).map(({ info, epoch }) => [info.id, epoch] as const));
}

/** Listens to changes of brokers' registrations. `collection` is how the real one happens to print the list. */
export function* watchBrokers(run: Run, brokers: readonly number[], collection: (ids: readonly number[]) => string): Zk<void> {
  log(run, 'DEBUG', `Register BrokerModifications handler for ${collection(brokers)}`);
  for (const broker of brokers) {
    watchNode(run, brokerIdPath(broker));
    yield* ask(readExists(run, brokerIdPath(broker)));
  }
}

function* pendingPreferredElections(run: Run): Zk<readonly string[]> {
  const { context } = run;
  const asked = (parsePartitionList(dataOf(yield* ask(readData(run, PREFERRED_REPLICA_ELECTION)))) ?? []).map(partitionKey);
  const completed = asked.filter((key) => {
    const replicas = context.assignments[key];
    return replicas === undefined || replicas.length === 0 || context.leadership[key]?.leader === replicas[0];
  });
  const pending = asked.filter((key) => !completed.includes(key));
  const deleted = pending.filter((key) => isQueuedForDeletion(context, topicOf(key)));
  const left = pending.filter((key) => !deleted.includes(key));
  log(run, 'INFO', `Partitions undergoing preferred replica election: ${asked.join(',')}`);
  log(run, 'INFO', `Partitions that completed preferred replica election: ${completed.join(',')}`);
  log(run, 'INFO', `Skipping preferred replica election for partitions due to topic deletion: ${deleted.join(',')}`);
  log(run, 'INFO', `Resuming preferred replica election for partitions: ${left.join(',')}`);
  return left;
}

/** Looks who is controller now, and resigns if it was this broker and is no more. */
export function* maybeResign(run: Run): Zk<void> {
  const wasActive = isActive(run);
  watchNode(run, CONTROLLER);
  yield* ask(readExists(run, CONTROLLER));
  setActiveController(run, yield* readController(true));
  if (wasActive && !isActive(run)) resign(run);
}

/** Gives up the office: nothing of what was known is kept. */
export function resign(run: Run): void {
  const { context, config } = run;
  const epoch = context.epoch;
  const wasElected = Object.keys(context.liveBrokers).length > 0;
  moveRole(run, { type: 'resign' });
  log(run, 'DEBUG', 'Resigning');
  const brokers = Object.keys(context.liveBrokers).filter((id) => context.watchedNodes[brokerIdPath(Number(id))]);
  log(run, 'DEBUG', `Unregister BrokerModifications handler for ${set(brokers)}`);
  logAs(run, 'INFO', `PartitionStateMachine controllerId=${config.brokerId}`, 'Stopped partition state machine', 'ZkPartitionStateMachine');
  logAs(run, 'INFO', `ReplicaStateMachine controllerId=${config.brokerId}`, 'Stopped replica state machine', 'ZkReplicaStateMachine');
  effect(run, (outside) => {
    outside.env.clearTimer(REBALANCE_TIMER);
    for (const id of Object.keys(outside.channels)) outside.channels = removeBroker(outside.channels, Number(id), config.brokerId, outside.env);
  });
  const { role, activeControllerId, watchedNodes } = context;
  Object.assign(context, emptyContext(role), { activeControllerId, watchedNodes: watchedNodes[CONTROLLER] ? { [CONTROLLER]: true } : {} });
  moveRole(run, { type: 'resigned' });
  log(run, 'INFO', 'Resigned');
  if (wasElected) note(run, { type: 'controllerResigned', brokerId: config.brokerId, controllerEpoch: epoch });
}

/** Something went wrong while taking over: let somebody else try. */
export function* triggerControllerMove(run: Run): Zk<void> {
  const { context } = run;
  const moved = 'Controller has already moved when trying to trigger controller movement';
  try {
    setActiveController(run, yield* readController(true));
    if (!isActive(run)) {
      log(run, 'WARN', moved);
      return;
    }
    const { epochZkVersion } = context;
    setActiveController(run, -1);
    resign(run);
    yield* fenced([remove(CONTROLLER)], epochZkVersion);
  } catch (error) {
    if (!(error instanceof ControllerMoved)) throw error;
    log(run, 'WARN', moved);
  }
}

/** Lists what is under a path and reads it, arming the children watch. */
export function* readNotifications(run: Run, path: string): Zk<{ readonly names: readonly string[]; readonly texts: readonly (string | null)[] }> {
  const names = childrenOf(yield* ask(readChildren(run, path)));
  const results = yield* askAll(names.map((name) => readData(run, `${path}/${name}`)));
  return { names, texts: results.map(dataOf) };
}
