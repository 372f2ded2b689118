/** What a broker does with a LeaderAndIsr or StopReplica request (ReplicaManager.becomeLeaderOrFollower, stopReplicas). */
import type { Env } from '../../kernel/program.ts';
import { beginEpoch, renameForDeletion } from '../log/log.ts';
import { describeLeaderAndIsrState } from '../controller/wording.ts';
import type { ErrorName, LeaderAndIsrPartitionState, LeaderAndIsrRequest, StopReplicaRequest, TopicPartitionError, UpdateMetadataRequest } from '../protocol/index.ts';
import { topicPartition } from '../topic-partition.ts';
import { addToFetchers, removeFromFetchers, shutdownIdleFetchers } from './fetcher.ts';
import { getOrCreateLog } from './log-dirs.ts';
import { aliveBroker } from './metadata-cache.ts';
import { advance, createPartition, isLeader, makeFollower, makeLeader, type Partition } from './partition.ts';
import { advanceHighWatermark, completeDelayed } from './replica-manager.ts';
import { fact, placeOf, say, setPartition, stateChange, type Draft } from './state.ts';

const PARTITION = 'kafka.cluster.Partition';
export const HIGH_WATERMARK_TIMER = 'highwatermark-checkpoint';

type ControlRequest = LeaderAndIsrRequest | StopReplicaRequest | UpdateMetadataRequest;

const IN_WORDS = { LeaderAndIsrRequest: 'LeaderAndIsr', StopReplicaRequest: 'stop replica', UpdateMetadataRequest: 'update metadata' } as const;

/** What a controller's request must pass before it is looked at; remembers the controller's epoch. */
export function controllerError(b: Draft, env: Env, request: ControlRequest): ErrorName {
  if (request.brokerEpoch < b.brokerEpoch) {
    const text = `[KafkaApi-${b.brokerId}] Received ${IN_WORDS[request.type]} request with broker epoch ${request.brokerEpoch} smaller than the current broker epoch ${b.brokerEpoch}`;
    say(env, 'INFO', text, 'kafka.server.KafkaApis');
    return 'STALE_BROKER_EPOCH';
  }
  if (request.brokerEpoch > b.brokerEpoch) {
    fact(env, { type: 'newerBrokerEpochRefused', broker: b.brokerId, request: request.type, requestBrokerEpoch: request.brokerEpoch, brokerEpoch: b.brokerEpoch });
    return 'UNKNOWN_SERVER_ERROR';
  }
  if (request.controllerEpoch < b.controllerEpoch) {
    if (request.type === 'LeaderAndIsrRequest') logReceived(b, env, request);
    stateChange(env, 'WARN', `[Broker id=${b.brokerId}] ${fromThePast(request)}. Latest known controller epoch is ${b.controllerEpoch}`);
    return 'STALE_CONTROLLER_EPOCH';
  }
  b.controllerEpoch = request.controllerEpoch;
  return 'NONE';
}

function fromThePast(request: ControlRequest): string {
  const { controllerId, controllerEpoch, correlationId } = request;
  switch (request.type) {
    case 'LeaderAndIsrRequest':
      return `Ignoring LeaderAndIsr request from controller ${controllerId} with correlation id ${correlationId} since its controller epoch ${controllerEpoch} is old`;
    case 'StopReplicaRequest':
      return `Received stop replica request from an old controller epoch ${controllerEpoch}`;
    case 'UpdateMetadataRequest':
      return `Received update metadata request with correlation id ${correlationId} from an old controller ${controllerId} with epoch ${controllerEpoch}`;
  }
}

function logReceived(b: Draft, env: Env, { controllerId, controllerEpoch, correlationId, topics }: LeaderAndIsrRequest): void {
  for (const { topic, partitions } of topics) {
    for (const state of partitions) {
      stateChange(env, 'TRACE', `[Broker id=${b.brokerId}] Received LeaderAndIsr request ${describeLeaderAndIsrState(state)} correlation id ${correlationId} from controller ${controllerId} epoch ${controllerEpoch} for partition ${topicPartition(topic, state.partition)}`);
    }
  }
}

/** Its place; -1 if its log may be in a failed directory. */
function ensurePartition(b: Draft, env: Env, topic: string, partition: number, isNew: boolean): number {
  const there = placeOf(b, topic, partition);
  if (there >= 0) return there;
  const name = topicPartition(topic, partition);
  const log = getOrCreateLog(b, env, topic, partition, isNew);
  if (log === null) return -1;
  const checkpointed = b.checkpointedHighWatermarks[name];
  if (checkpointed === undefined) say(env, 'INFO', `[Partition ${name} broker=${b.brokerId}] No checkpointed highwatermark is found for partition ${name}`, PARTITION);
  const highWatermark = Math.min(checkpointed ?? 0, log.logEndOffset);
  say(env, 'INFO', `Replica loaded for partition ${name} with initial high watermark ${highWatermark}`, 'kafka.cluster.Replica');
  const place = b.partitions.length;
  b.partitions = [...b.partitions, createPartition(topic, partition, log, highWatermark)];
  b.places = { ...b.places, [name]: place };
  return place;
}

interface Change {
  readonly place: number;
  readonly state: LeaderAndIsrPartitionState;
}

/** Told of the partitions that this broker leads now and did not before, and of those that it follows somebody in. */
export type OnLeadershipChange = (leading: readonly Partition[], following: readonly Partition[]) => void;

export function becomeLeaderOrFollower(b: Draft, env: Env, request: LeaderAndIsrRequest, listener: string, onLeadershipChange: OnLeadershipChange): readonly TopicPartitionError[] {
  const answers: TopicPartitionError[] = [];
  const leaders: Change[] = [];
  const followers: Change[] = [];
  const { controllerId, controllerEpoch, correlationId } = request;
  const from = `from controller ${controllerId} epoch ${controllerEpoch}`;
  logReceived(b, env, request);
  for (const { topic, partitions } of request.topics) {
    for (const state of partitions) {
      const known = placeOf(b, topic, state.partition);
      const local = known < 0 ? -1 : b.partitions[known]!.leaderEpoch;
      const name = topicPartition(topic, state.partition);
      const ignoring = `[Broker id=${b.brokerId}] Ignoring LeaderAndIsr request from controller ${controllerId} with correlation id ${correlationId} epoch ${controllerEpoch} for partition ${name} since`;
      let error: ErrorName = 'NONE';
      if (known >= 0 && b.partitions[known]!.chart.value === 'offline') {
        stateChange(env, 'WARN', `${ignoring} the local replica for the partition is in an offline log directory`);
        error = 'KAFKA_STORAGE_ERROR';
      } else if (state.leaderEpoch > local) {
        if (state.replicas.includes(b.brokerId)) {
          const place = ensurePartition(b, env, topic, state.partition, state.isNew);
          const leads = state.leader === b.brokerId;
          if (place >= 0) {
            (leads ? leaders : followers).push({ place, state });
          } else {
            const cause = `Can not create log for ${name} because log directories ${b.offlineLogDirs.join(',')} are offline`;
            stateChange(env, 'ERROR', `[Broker id=${b.brokerId}] Skipped the become-${leads ? 'leader' : 'follower'} state change with correlation id ${correlationId} ${from} for partition ${name} (last update controller epoch ${state.controllerEpoch}) since the replica for the partition is offline due to disk error org.apache.kafka.common.errors.KafkaStorageException: ${cause}`);
            error = 'KAFKA_STORAGE_ERROR';
          }
        } else {
          stateChange(env, 'WARN', `${ignoring} itself is not in assigned replica list ${state.replicas.join(',')}`);
          error = 'UNKNOWN_TOPIC_OR_PARTITION';
        }
      } else {
        if (state.leaderEpoch < local) stateChange(env, 'WARN', `${ignoring} its associated leader epoch ${state.leaderEpoch} is smaller than the current leader epoch ${local}`);
        else stateChange(env, 'DEBUG', `${ignoring} its associated leader epoch ${state.leaderEpoch} matches the current leader epoch`);
        error = 'STALE_CONTROLLER_EPOCH';
      }
      answers.push({ topic, partition: state.partition, error });
    }
  }
  const transition = (verb: string, change: Change, kind: string, rest = ''): void => {
    stateChange(env, 'TRACE', `[Broker id=${b.brokerId}] ${verb} LeaderAndIsr request correlationId ${correlationId} ${from} ${verb === 'Handling' ? 'starting' : 'for'} the ${kind} transition for partition ${b.partitions[change.place]!.name}${rest}`);
  };
  const leading = leaders.length > 0 ? makeLeaders(b, env, leaders, correlationId, from, transition) : [];
  const following = followers.length > 0 ? makeFollowers(b, env, followers, correlationId, from, listener, transition) : [];
  if (!env.hasTimer(HIGH_WATERMARK_TIMER)) env.setTimer(HIGH_WATERMARK_TIMER, 0);
  onLeadershipChange(leading.map((place) => b.partitions[place]!), following.map((place) => b.partitions[place]!));
  shutdownIdleFetchers(b, env);
  return answers;
}

type Transition = (verb: string, change: Change, kind: string, rest?: string) => void;

/** Gives the places of those that it did not lead before. */
function makeLeaders(b: Draft, env: Env, changes: readonly Change[], correlationId: number, from: string, transition: Transition): readonly number[] {
  const news: number[] = [];
  for (const change of changes) transition('Handling', change, 'become-leader');
  removeFromFetchers(b, env, changes.map((change) => change.place));
  for (const { place, state } of changes) {
    const before = b.partitions[place]!;
    const wasLeader = isLeader(before);
    if (!wasLeader) news.push(place);
    const log = beginEpoch(before.log, state.leaderEpoch, env);
    say(env, 'INFO', `[Partition ${before.name} broker=${b.brokerId}] ${before.name} starts at Leader Epoch ${state.leaderEpoch} from offset ${log.logEndOffset}. Previous Leader Epoch was: ${before.leaderEpoch}`, PARTITION);
    setPartition(b, place, makeLeader(before, b.brokerId, state, log, env.wallClockMs));
    fact(env, { type: 'becameLeader', topic: before.topic, partition: before.partition, broker: b.brokerId, leaderEpoch: state.leaderEpoch, epochStartOffset: log.logEndOffset, isr: state.isr });
    if (advanceHighWatermark(b, env, place)) completeDelayed(b, env, place);
    const about = `for partition ${before.name} (last update controller epoch ${state.controllerEpoch})`;
    if (wasLeader) stateChange(env, 'INFO', `[Broker id=${b.brokerId}] Skipped the become-leader state change after marking its partition as leader with correlation id ${correlationId} ${from} ${about} since it is already the leader for the partition.`);
    else stateChange(env, 'TRACE', `[Broker id=${b.brokerId}] Stopped fetchers as part of become-leader request ${from} with correlation id ${correlationId} ${about}`);
  }
  for (const change of changes) transition('Completed', change, 'become-leader');
  return news;
}

/** Gives the places of those whose leader is alive; the others stay what they were. */
function makeFollowers(b: Draft, env: Env, changes: readonly Change[], correlationId: number, from: string, listener: string, transition: Transition): readonly number[] {
  for (const change of changes) transition('Handling', change, 'become-follower', ` with leader ${change.state.leader}`);
  const changed: Change[] = [];
  for (const change of changes) {
    const { place, state } = change;
    const before = b.partitions[place]!;
    if (!aliveBroker(b.metadata, state.leader)) {
      stateChange(env, 'ERROR', `[Broker id=${b.brokerId}] Received LeaderAndIsrRequest with correlation id ${correlationId} ${from} for partition ${before.name} (last update controller epoch ${state.controllerEpoch}) but cannot become follower since the new leader ${state.leader} is unavailable.`);
      continue;
    }
    changed.push(change);
  }
  const places = changed.map((change) => change.place);
  removeFromFetchers(b, env, places);
  for (const { place, state } of changed) {
    const before = b.partitions[place]!;
    setPartition(b, place, makeFollower(before, state));
    fact(env, { type: 'becameFollower', topic: before.topic, partition: before.partition, broker: b.brokerId, leaderEpoch: state.leaderEpoch, leader: state.leader });
    stateChange(env, 'TRACE', `[Broker id=${b.brokerId}] Stopped fetchers as part of become-follower request ${from} with correlation id ${correlationId} for partition ${before.name} with leader ${state.leader}`);
  }
  for (const { place, state } of changed) {
    completeDelayed(b, env, place);
    stateChange(env, 'TRACE', `[Broker id=${b.brokerId}] Truncated logs and checkpointed recovery boundaries for partition ${b.partitions[place]!.name} as part of become-follower request with correlation id ${correlationId} ${from} with leader ${state.leader}`);
  }
  const shuttingDown = isShuttingDown(b);
  if (!shuttingDown) addToFetchers(b, env, places, listener);
  for (const { place, state } of changed) {
    const { name } = b.partitions[place]!;
    if (shuttingDown) stateChange(env, 'TRACE', `[Broker id=${b.brokerId}] Skipped the adding-fetcher step of the become-follower state change with correlation id ${correlationId} ${from} for partition ${name} with leader ${state.leader} since it is shutting down`);
    else stateChange(env, 'TRACE', `[Broker id=${b.brokerId}] Started fetcher to new leader as part of become-follower request ${from} with correlation id ${correlationId} for partition ${name} with leader ${state.leader}`);
  }
  for (const change of changes) transition('Completed', change, 'become-follower', ` with leader ${change.state.leader}`);
  return places;
}

export function isShuttingDown(b: Draft): boolean {
  const { value } = b.chart;
  return typeof value === 'object' && ('PendingControlledShutdown' in value || 'BrokerShuttingDown' in value);
}

export function stopReplicas(b: Draft, env: Env, request: StopReplicaRequest): readonly TopicPartitionError[] {
  const all = request.topics.flatMap(({ topic, partitions }) => partitions.map((partition) => ({ topic, partition })));
  const offline = new Set<number>();
  const places = all.map(({ topic, partition }) => placeOf(b, topic, partition));
  removeFromFetchers(b, env, places.filter((place) => place >= 0));
  for (const place of places) {
    if (place < 0 || !request.deletePartitions) continue;
    const partition = b.partitions[place]!;
    if (partition.chart.value === 'offline') {
      stateChange(env, 'ERROR', `[Broker id=${b.brokerId}] Ignoring stop replica (delete=true) for partition ${partition.name} due to storage exception org.apache.kafka.common.errors.KafkaStorageException: Partition ${partition.name} is on an offline disk`);
      offline.add(place);
      continue;
    }
    setPartition(b, place, { ...partition, chart: advance(partition, { type: 'remove' }), isr: [], remotes: [], fetch: null });
    completeDelayed(b, env, place);
    const { [partition.name]: _, ...left } = b.places;
    b.places = left;
    const { [partition.name]: __, ...watermarks } = b.checkpointedHighWatermarks;
    b.checkpointedHighWatermarks = watermarks;
    const path = renameForDeletion(partition.log, env);
    say(env, 'INFO', `Log for partition ${partition.name} is renamed to ${path} and is scheduled for deletion`, 'kafka.log.LogManager');
    env.setTimer(`delete-logs.${path}`, b.config.logDeleteDelayMs * 1_000);
    if (!b.partitions.some((other) => other.topic === partition.topic && other.chart.value !== 'none')) {
      const { [partition.topic]: ___, ...configs } = b.topicConfigs;
      b.topicConfigs = configs;
    }
  }
  return all.map(({ topic, partition }, index) => ({ topic, partition, error: offline.has(places[index]!) ? 'KAFKA_STORAGE_ERROR' : 'NONE' }));
}
