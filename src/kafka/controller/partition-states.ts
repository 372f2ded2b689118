/** The controller's partition state machine at work (kafka.controller.PartitionStateMachine): the chart says what to do. */
import { begin, step } from '../../kernel/machine.ts';
import { ControllerMoved, ZkFailure, type Zk } from '../zookeeper/procedures.ts';
import type { LeaderAndIsr } from '../zookeeper/znodes.ts';
import {
  isQueuedForDeletion, isReplicaOnline, liveIds, partitionOf, stateOf, topicOf, type PartitionKey, type PartitionLeadership,
} from './context.ts';
import { elect, strategyNames, type Elected, type ElectionStrategy } from './election.ts';
import { partitionMachine, type PartitionEvent } from './partition.machine.ts';
import { addLeaderAndIsr, newBatch, sendBatch, type RequestBatch } from './request-batch.ts';
import { logAs, logStateChange, note, type Run } from './run.ts';
import { describeLeaderAndIsr, map, set } from './wording.ts';
import { createPartitionStates, readPartitionStates, readUncleanTopics, updatePartitionStates } from './zk-state.ts';

type Target = 'NewPartition' | 'OnlinePartition' | 'OfflinePartition' | 'NonExistentPartition';

const validPrevious: { readonly [target in Target]: readonly Target[] } = {
  NewPartition: ['NonExistentPartition'],
  OnlinePartition: ['NewPartition', 'OnlinePartition', 'OfflinePartition'],
  OfflinePartition: ['NewPartition', 'OnlinePartition', 'OfflinePartition'],
  NonExistentPartition: ['OfflinePartition'],
};

const ident = (run: Run): string => `PartitionStateMachine controllerId=${run.config.brokerId}`;
const stateIn = (run: Run, key: PartitionKey): string => stateOf(run.context.partitionStates[key], 'NonExistentPartition');
const chartOf = (run: Run, key: PartitionKey) => run.context.partitionStates[key] ?? begin(partitionMachine).chart;

/** Steps the chart; facts of a changed state are noted. Answers the action asked for, null if the chart has no such arrow. */
function move(run: Run, key: PartitionKey, event: PartitionEvent): string | null {
  const before = stateIn(run, key);
  const done = step(partitionMachine, chartOf(run, key), event);
  run.context.partitionStates[key] = done.chart;
  const after = stateIn(run, key);
  if (before !== after) {
    note(run, { type: 'partitionStateChanged', brokerId: run.config.brokerId, ...partitionOf(key), from: before, to: after });
    if (after === 'OfflinePartition') note(run, { type: 'partitionWentOffline', brokerId: run.config.brokerId, ...partitionOf(key) });
    if (after === 'NonExistentPartition') delete run.context.partitionStates[key];
  }
  return done.actions[0]?.type ?? null;
}

function logFailed(run: Run, key: PartitionKey, target: Target, reason: string): void {
  const { brokerId } = run.config;
  logStateChange(
    run,
    'ERROR',
    `Controller ${brokerId} epoch ${run.context.epoch} failed to change state for partition ${key} from ${stateIn(run, key)} to ${target}`,
  );
  note(run, { type: 'leaderElectionFailed', brokerId, ...partitionOf(key), strategy: target, reason });
}

/** Why a partition could not be moved; those that could are not in it. */
export type Failures = ReadonlyMap<PartitionKey, string>;

/** Initial states at a failover, then elections for what has no leader. */
export function* startPartitionStates(run: Run): Zk<void> {
  const { context } = run;
  logAs(run, 'INFO', ident(run), 'Initializing partition state', 'ZkPartitionStateMachine');
  for (const key of Object.keys(context.assignments)) {
    const leadership = context.leadership[key];
    const leaderOnline = leadership !== undefined && isReplicaOnline(context, leadership.leader, key);
    move(run, key, { type: 'loaded', hasState: leadership !== undefined, leaderOnline });
  }
  logAs(run, 'INFO', ident(run), 'Triggering online partition state changes', 'ZkPartitionStateMachine');
  yield* triggerOnlinePartitions(run);
  const states = Object.keys(context.partitionStates).map((key) => [key, stateIn(run, key)] as const);
  logAs(run, 'DEBUG', ident(run), `Started partition state machine with initial state -> ${map(states)}`, 'ZkPartitionStateMachine');
}

/** Tries to bring New and Offline partitions online, all or one topic's, but for topics being deleted. */
export function* triggerOnlinePartitions(run: Run, topic?: string): Zk<void> {
  const { context } = run;
  const keys = Object.keys(context.partitionStates).filter((key) => {
    const state = stateIn(run, key);
    return (state === 'OfflinePartition' || state === 'NewPartition') && (topic === undefined || topicOf(key) === topic) && !isQueuedForDeletion(context, topicOf(key));
  });
  yield* changePartitions(run, keys, 'OnlinePartition', 'offline');
}

/** Moves partitions and sends what follows from it. Only a fenced controller throws. */
export function* changePartitions(run: Run, keys: readonly PartitionKey[], target: Target, strategy: ElectionStrategy = 'offline'): Zk<Failures> {
  if (keys.length === 0) return new Map();
  const batch = newBatch();
  try {
    const failures = yield* change(run, batch, keys, target, strategy);
    sendBatch(run, batch);
    return failures;
  } catch (error) {
    if (error instanceof ControllerMoved) {
      logAs(run, 'ERROR', ident(run), `Controller moved to another broker when moving some partitions to ${target} state`, 'ZkPartitionStateMachine');
      throw error;
    }
    if (!(error instanceof ZkFailure)) throw error;
    logAs(run, 'ERROR', ident(run), `Error while moving some partitions to ${target} state`, 'ZkPartitionStateMachine');
    return new Map(keys.map((key) => [key, error.message]));
  }
}

function* change(run: Run, batch: RequestBatch, keys: readonly PartitionKey[], target: Target, strategy: ElectionStrategy): Zk<Failures> {
  const uninitialized: PartitionKey[] = [];
  const toElect: PartitionKey[] = [];
  for (const key of keys) {
    const before = stateIn(run, key);
    const action = move(run, key, { type: target });
    switch (action) {
      case null: {
        const reason = `Partition ${key} should be in one of ${validPrevious[target].join(',')} states before moving to ${target} state. Instead it is in ${before} state`;
        logFailed(run, key, target, reason);
        break;
      }
      case 'rememberAssignment':
        logStateChange(run, 'TRACE', `Changed partition ${key} state from ${before} to ${target} with assigned replicas ${(run.context.assignments[key] ?? []).join(',')}`);
        break;
      case 'createStateZnode':
        uninitialized.push(key);
        break;
      case 'electLeader':
        toElect.push(key);
        break;
      default:
        logStateChange(run, 'TRACE', `Changed partition ${key} state from ${before} to ${target}`);
    }
  }
  if (uninitialized.length > 0) yield* initialize(run, batch, uninitialized);
  return toElect.length > 0 ? yield* electLeaders(run, batch, toElect, strategy) : new Map();
}

function online(run: Run, key: PartitionKey, event: 'initialized' | 'elected'): void {
  const before = stateIn(run, key);
  move(run, key, { type: event });
  logStateChange(run, 'TRACE', `Changed partition ${key} from ${before} to OnlinePartition with state ${describeLeaderAndIsr(run.context.leadership[key]!)}`);
}

function* initialize(run: Run, batch: RequestBatch, keys: readonly PartitionKey[]): Zk<void> {
  const { context, config } = run;
  const states = new Map<PartitionKey, LeaderAndIsr>();
  for (const key of keys) {
    const replicas = context.assignments[key] ?? [];
    const live = replicas.filter((replica) => isReplicaOnline(context, replica, key));
    const [leader] = live;
    if (leader !== undefined) {
      states.set(key, { leader, leaderEpoch: 0, isr: live, zkVersion: 0 });
    } else {
      const reason =
        `Controller ${config.brokerId} epoch ${context.epoch} encountered error during state change of partition ${key} from New to Online, ` +
        `assigned replicas are [${replicas.join(',')}], live brokers are [${set(liveIds(context))}]. No assigned replica is alive.`;
      logFailed(run, key, 'OnlinePartition', reason);
    }
  }
  if (states.size === 0) return;
  const results = yield* createPartitionStates(run, states);
  for (const [key, state] of states) {
    const err = results.get(key);
    if (err !== 'OK') {
      logFailed(run, key, 'OnlinePartition', `KeeperErrorCode = ${err}`);
      continue;
    }
    const leadership: PartitionLeadership = { ...state, controllerEpoch: context.epoch };
    context.leadership[key] = leadership;
    addLeaderAndIsr(run, batch, state.isr, key, leadership, context.assignments[key] ?? [], true);
    note(run, {
      type: 'leaderElected', brokerId: config.brokerId, ...partitionOf(key), leader: state.leader, leaderEpoch: 0, isr: state.isr, strategy: 'initial', unclean: false,
    });
    online(run, key, 'initialized');
  }
}

/**
 * Elects until every write is through. As in 2.3.0 a write that lost against the leader's own ISR change makes the *whole*
 * list be elected again, which costs the others one more epoch.
 */
function* electLeaders(run: Run, batch: RequestBatch, keys: readonly PartitionKey[], strategy: ElectionStrategy): Zk<Failures> {
  const failures = new Map<PartitionKey, string>();
  const elected = new Set<PartitionKey>();
  for (let remaining = keys; remaining.length > 0; ) {
    const round = yield* electOnce(run, batch, keys, strategy);
    for (const key of round.elected) {
      failures.delete(key);
      elected.add(key);
    }
    for (const [key, reason] of round.failed) {
      elected.delete(key);
      failures.set(key, reason);
      logFailed(run, key, 'OnlinePartition', reason);
    }
    remaining = round.retry;
  }
  for (const key of keys) if (elected.has(key)) online(run, key, 'elected');
  return failures;
}

interface Round {
  readonly elected: readonly PartitionKey[];
  readonly retry: readonly PartitionKey[];
  readonly failed: Failures;
}

function* electOnce(run: Run, batch: RequestBatch, keys: readonly PartitionKey[], strategy: ElectionStrategy): Zk<Round> {
  const { context, config } = run;
  const failed = new Map<PartitionKey, string>();
  const stored = yield* readPartitionStates(run, keys);
  const valid: PartitionKey[] = [];
  for (const key of keys) {
    const state = stored.get(key);
    if (!state) {
      failed.set(key, `LeaderAndIsr information doesn't exist for partition ${key} in ${stateIn(run, key)} state`);
    } else if (state.controllerEpoch > context.epoch) {
      failed.set(
        key,
        `aborted leader election for partition ${key} since the LeaderAndIsr path was already written by another controller. This probably means that the ` +
          `current controller ${config.brokerId} went through a soft failure and another controller was elected with epoch ${state.controllerEpoch}.`,
      );
    } else {
      valid.push(key);
    }
  }
  const withoutIsr = strategy === 'offline' ? valid.filter((key) => !stored.get(key)!.isr.some((replica) => isReplicaOnline(context, replica, key))) : [];
  const uncleanTopics = yield* readUncleanTopics(run, [...new Set(withoutIsr.map(topicOf))]);
  const choices = new Map<PartitionKey, Elected>();
  const states = new Map<PartitionKey, LeaderAndIsr>();
  for (const key of valid) {
    const state = stored.get(key)!;
    const chosen = elect(strategy, {
      replicas: strategy === 'reassign' ? (context.reassignments[key]?.replicas ?? []) : (context.assignments[key] ?? []),
      isr: state.isr,
      isOnline: (replica) => isReplicaOnline(context, replica, key, strategy === 'controlledShutdown'),
      shuttingDown: context.shuttingDown,
      uncleanAllowed: uncleanTopics.has(topicOf(key)),
    });
    if (!chosen) {
      failed.set(key, `Failed to elect leader for partition ${key} under strategy ${strategyNames[strategy]}`);
      continue;
    }
    choices.set(key, chosen);
    states.set(key, { leader: chosen.leader, isr: chosen.isr, leaderEpoch: state.leaderEpoch + 1, zkVersion: state.zkVersion });
  }
  const { updated, retry, failed: unwritten } = yield* updatePartitionStates(run, states);
  for (const [key, err] of unwritten) failed.set(key, `KeeperErrorCode = ${err}`);
  for (const [key, leadership] of updated) {
    context.leadership[key] = leadership;
    const { recipients, unclean } = choices.get(key)!;
    addLeaderAndIsr(run, batch, recipients, key, leadership, context.assignments[key] ?? [], false);
    const { leader, leaderEpoch, isr } = leadership;
    note(run, { type: 'leaderElected', brokerId: config.brokerId, ...partitionOf(key), leader, leaderEpoch, isr, strategy, unclean });
  }
  return { elected: [...updated.keys()], retry, failed };
}
