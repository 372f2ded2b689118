/**
 * The controller of a broker as a component (kafka.controller.KafkaController and ControllerEventManager): one queue of events,
 * processed one at a time to completion while ZooKeeper is waited for, and channels to the brokers beside it.
 */
import { begin } from '../../kernel/machine.ts';
import type { Env } from '../../kernel/program.ts';
import { play } from '../zookeeper/procedures.ts';
import type { ZkResult, ZkWatchEvent } from '../zookeeper/requests.ts';
import {
  BROKER_IDS, CONTROLLER, DELETE_TOPICS, ISR_CHANGE_NOTIFICATION, LOG_DIR_EVENT_NOTIFICATION, PREFERRED_REPLICA_ELECTION, REASSIGN_PARTITIONS, TOPICS,
} from '../zookeeper/znodes.ts';
import { handleChannelEvent, wakeChannels, type Answered, type Channels } from './channels.ts';
import { emptyContext, isQueuedForDeletion, thaw, type ControllerContext } from './context.ts';
import { controllerMachine } from './controller.machine.ts';
import { controllerStateGauge, type ControllerEvent } from './event-queue.ts';
import type { ControllerFact } from '../facts.ts';
import type { ControllerConfig, ControllerInput, ControllerOutput } from './events.ts';
import { REBALANCE_TIMER } from './failover.ts';
import { processEvent, refusal } from './processors.ts';
import type { Outside, Run } from './run.ts';

export type * from './events.ts';

/** The event in progress: where it began and what ZooKeeper has answered it so far. */
interface Processing {
  readonly event: ControllerEvent;
  readonly began: Readonly<ControllerContext>;
  /** As it was when the event began: what follows from ZooKeeper's answers must not change on the way. */
  readonly config: ControllerConfig;
  readonly answers: readonly (readonly ZkResult[])[];
}

export interface ControllerState {
  readonly config: ControllerConfig;
  /** As the event in progress has left it so far. */
  readonly context: Readonly<ControllerContext>;
  readonly queue: readonly ControllerEvent[];
  readonly processing: Processing | null;
  readonly channels: Channels;
  /** Batches asked of ZooKeeper; the number of the last one is the token that is waited for. */
  readonly batches: number;
}

/** The name the owning broker knows it by. */
export type Controller = ControllerState;

export interface ControllerStep {
  readonly controller: ControllerState;
  readonly outputs: readonly ControllerOutput[];
}

export function createController(config: ControllerConfig): ControllerState {
  return { config, context: emptyContext(begin(controllerMachine).chart), queue: [], processing: null, channels: {}, batches: 0 };
}

/** The broker's default of unclean.leader.election.enable has changed. */
export function withUncleanElection(controller: ControllerState, uncleanLeaderElectionEnable: boolean): ControllerState {
  return { ...controller, config: { ...controller.config, uncleanLeaderElectionEnable } };
}

/** True from the election on until this broker resigns. */
export function isActiveController(controller: ControllerState): boolean {
  return controller.context.activeControllerId === controller.config.brokerId;
}

const tokenOf = (batches: number): string => `ctl.${batches}`;

/** Plays the event in progress as far as ZooKeeper's answers go; then the next ones, until one waits or the queue is empty. */
function advance(controller: ControllerState, outside: Outside): ControllerState {
  let next = controller;
  for (;;) {
    if (!next.processing) {
      const [event, ...queue] = outside.queue;
      if (!event) return next;
      outside.queue = queue;
      outside.env.fact({ type: 'controllerEventStarted', brokerId: next.config.brokerId, event: event.type, state: controllerStateGauge[event.type] } as ControllerFact);
      next = { ...next, processing: { event, began: next.context, config: next.config, answers: [] } };
    }
    const { event, began, config, answers } = next.processing!;
    const run: Run = { config, context: thaw(began), outside, isNew: false };
    const played = play(processEvent(run, event), answers, () => {
      run.isNew = true;
    });
    if (played.type === 'threw') throw played.error;
    if (played.type === 'waiting') {
      const batches = next.batches + 1;
      outside.outputs.push({ type: 'zk', token: tokenOf(batches), requests: played.requests });
      return { ...next, context: run.context, batches };
    }
    next = { ...next, context: run.context, processing: null };
  }
}

/** The event a watch means to this controller; null if it does not listen to that path. */
function eventOfWatch({ context }: ControllerState, { type, path }: ZkWatchEvent): ControllerEvent | null {
  if (type === 'NodeChildrenChanged') {
    if (!context.watchedChildren[path]) return null;
    switch (path) {
      case BROKER_IDS: return { type: 'BrokerChange' };
      case TOPICS: return { type: 'TopicChange' };
      case DELETE_TOPICS: return { type: 'TopicDeletion' };
      case ISR_CHANGE_NOTIFICATION: return { type: 'IsrChangeNotification' };
      case LOG_DIR_EVENT_NOTIFICATION: return { type: 'LogDirEventNotification' };
      default: return null;
    }
  }
  if (!context.watchedNodes[path]) return null;
  if (path === CONTROLLER) return type === 'NodeDeleted' ? { type: 'Reelect' } : { type: 'ControllerChange' };
  if (type === 'NodeCreated') {
    if (path === REASSIGN_PARTITIONS) return { type: 'PartitionReassignment' };
    if (path === PREFERRED_REPLICA_ELECTION) return { type: 'PreferredReplicaLeaderElection' };
    return null;
  }
  if (type !== 'NodeDataChanged') return null;
  const parts = path.split('/');
  if (parts[2] === 'ids') return { type: 'BrokerModifications', brokerId: Number(parts[3]) };
  if (parts[2] !== 'topics') return null;
  const topic = parts[3] ?? '';
  return parts.length === 4
    ? { type: 'PartitionModifications', topic }
    : { type: 'PartitionReassignmentIsrChange', topic, partition: Number(parts[5]) };
}

/** The event a broker's answer gives rise to. */
function eventOfAnswer({ context }: ControllerState, { brokerId, request, response }: Answered): ControllerEvent | null {
  if (response.type === 'LeaderAndIsrResponse') return { type: 'LeaderAndIsrResponseReceived', brokerId, response };
  if (response.type !== 'StopReplicaResponse' || request.api !== 'StopReplica' || !request.body.deletePartitions) return null;
  const partitions = response.partitions.filter(({ topic }) => isQueuedForDeletion(context, topic));
  return partitions.length === 0 ? null : { type: 'TopicDeletionStopReplicaResponseReceived', replicaId: brokerId, error: response.error, partitions };
}

export function handleController(controller: ControllerState, input: ControllerInput, env: Env): ControllerStep {
  const outside: Outside = { env, channels: controller.channels, queue: controller.queue, outputs: [] };
  const enqueue = (event: ControllerEvent | null): void => {
    if (event) outside.queue = [...outside.queue, event];
  };
  /** Nothing queued will be processed: whoever waits for it is told so. */
  const clearQueue = (): void => {
    for (const event of outside.queue) {
      const answer = refusal(event);
      if (answer) outside.outputs.push(answer);
    }
    outside.queue = [];
  };
  let next = controller;
  const stopped = controller.context.role.value === 'Stopped';
  switch (input.type) {
    case 'startup':
      env.log({ level: 'INFO', file: 'controller', text: `[ControllerEventThread controllerId=${controller.config.brokerId}] Starting (kafka.controller.ControllerEventManager$ControllerEventThread)` });
      enqueue({ type: 'Startup' });
      break;
    case 'zkDone': {
      if (!controller.processing || input.token !== tokenOf(controller.batches)) return { controller, outputs: [] };
      const { processing } = controller;
      next = { ...controller, processing: { ...processing, answers: [...processing.answers, input.results] } };
      break;
    }
    case 'zkWatch':
      enqueue(eventOfWatch(controller, input.event));
      break;
    case 'sessionExpiring':
      clearQueue();
      enqueue({ type: 'Expire' });
      break;
    case 'sessionRecreated':
      enqueue({ type: 'RegisterBrokerAndReelect', sessionId: input.sessionId, previousSessionId: input.previousSessionId });
      break;
    case 'controlledShutdown':
      enqueue({ type: 'ControlledShutdown', brokerId: input.brokerId, brokerEpoch: input.brokerEpoch, replyTo: input.replyTo });
      break;
    case 'electPreferredLeaders':
      enqueue({ type: 'AdminClientPreferredReplicaLeaderElection', partitions: input.partitions, replyTo: input.replyTo });
      break;
    case 'uncleanLeaderElectionEnable':
      enqueue(input.topic === undefined ? { type: 'UncleanLeaderElectionEnable' } : { type: 'TopicUncleanLeaderElectionEnable', topic: input.topic });
      break;
    case 'shutdown': {
      clearQueue();
      for (const text of ['Shutting down', 'Stopped', 'Shutdown completed']) {
        env.log({ level: 'INFO', file: 'controller', text: `[ControllerEventThread controllerId=${controller.config.brokerId}] ${text} (kafka.controller.ControllerEventManager$ControllerEventThread)` });
      }
      // The thread ends in whatever it was waiting for.
      next = { ...controller, processing: null };
      enqueue({ type: 'ShutdownEventThread' });
      break;
    }
    case 'network': {
      if (input.event.type === 'timer' && input.event.name === REBALANCE_TIMER) {
        enqueue({ type: 'AutoPreferredReplicaLeaderElection' });
        break;
      }
      const done = handleChannelEvent(outside.channels, input.event, { env, controllerId: controller.config.brokerId, epoch: controller.context.epoch });
      outside.channels = done.channels;
      if (done.answered) enqueue(eventOfAnswer(controller, done.answered));
      break;
    }
  }
  if (stopped) return { controller, outputs: [] };
  // A waiting event goes on only with its answer; everything else must not disturb it.
  if (!next.processing || input.type === 'zkDone') next = advance(next, outside);
  const channels = wakeChannels(outside.channels, { env, controllerId: next.config.brokerId, epoch: next.context.epoch });
  return { controller: { ...next, channels, queue: outside.queue }, outputs: outside.outputs };
}
