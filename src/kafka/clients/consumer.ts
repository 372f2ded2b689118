/**
 * The consumer process `kafka-consumer`: an application that polls for ever and the Java client 2.3.0 under it (`KafkaConsumer`),
 * with partitions assigned by hand or, with a subscription, by its group. Every event ends in one turn of the poll loop: the group is seen
 * to, positions are found or checked, records handed over, the next fetches sent.
 */
import { begin } from '../../kernel/machine.ts';
import type { Env, Program } from '../../kernel/program.ts';
import type { FetchResponse } from '../protocol/fetch.ts';
import type { ListOffsetsResponse } from '../protocol/list-offsets.ts';
import type { OffsetForLeaderEpochResponse } from '../protocol/offset-for-leader-epoch.ts';
import { nameOf, type TopicPartition } from '../topic-partition.ts';
import { consumerConfig, isConfigError } from './client-config.ts';
import { askCommitted, commitNow } from './committing.ts';
import { consumerMachine } from './consumer.machine.ts';
import { beginClose, coordinatorDeadline, coordinatorDisconnected, isBusy, mayRead, pollCoordinator, receiveFromCoordinator } from './consumer-coordinator.ts';
import { backOff, fail, log, move, movePartition, newPartition, put, requestReset, wantTopics, type AssignedPartition, type ConsumerPurpose, type ConsumerState } from './consumer-state.ts';
import { closeForgotten, isSubscribed, withGroup } from './coordinator-lookup.ts';
import { note } from './facts.ts';
import { findPositions, followLeaders, handOver, receiveEpochEnds, receiveFetch, receiveOffsets, sendFetches } from './fetcher.ts';
import { afterDisconnect, NO_SESSION, sessionText } from './fetch-session.ts';
import { startMembership } from './membership-state.ts';
import { leaderOf, requestUpdate } from './metadata.ts';
import { connectableAt, handleNetwork, logLine, networkDeadline, pollNetwork, startNetwork, withMetadata, type NetworkOutput } from './network-client.ts';

const WAKE = 'poll';

interface CommonProcessConfig {
  readonly bootstrapServers: string;
  readonly properties: { readonly [key: string]: string };
  /** Time the application takes between two polls; left out: none. */
  readonly pollIntervalMs?: number;
  /** Puts the records into the fact `recordsConsumed`. */
  readonly tellsRecords?: true;
}

export type ConsumerProcessConfig = CommonProcessConfig &
  (
    | {
        readonly assignment: readonly TopicPartition[];
        /** `seekToBeginning` before the first poll. */
        readonly fromBeginning?: boolean;
      }
    /** Topics; needs a `group.id`. */
    | { readonly subscription: readonly string[] }
    /** A regular expression for whole names of topics; needs a `group.id`. */
    | { readonly pattern: string }
  );

export type ConsumerCommand =
  | { readonly type: 'assign'; readonly assignment: readonly TopicPartition[] }
  | { readonly type: 'subscribe'; readonly topics: readonly string[] }
  | { readonly type: 'seek'; readonly topic: string; readonly partition: number; readonly offset: number }
  | { readonly type: 'seekToBeginning' | 'seekToEnd' | 'pause' | 'resume'; readonly topic: string; readonly partition: number }
  /** `commitAsync` of what was read. */
  | { readonly type: 'commit' }
  | { readonly type: 'stop' };

const NO_GROUP_ID = 'To use the group management or offset commit APIs, you must provide a valid group.id in the consumer configuration.';

export const consumerProgram: Program<ConsumerState | null, ConsumerProcessConfig> = {
  start(given, env) {
    const config = consumerConfig(given, 'consumer-1');
    const refuse = (key: string, exception: string, message: string): null => {
      note(env, { type: 'clientNotStarted', client: env.self, key, message });
      logLine(env, '', 'ERROR', `org.apache.kafka.common.${exception}: ${message}`, 'clients.consumer.KafkaConsumer');
      env.exit(1);
      return null;
    };
    if (isConfigError(config)) return refuse(config.key, 'config.ConfigException', config.message);
    if (!('assignment' in given) && config.groupId === null) return refuse('group.id', 'errors.InvalidGroupIdException', NO_GROUP_ID);
    const instance = config.groupInstanceId === null ? '' : `instanceId=${config.groupInstanceId}, `;
    const logPrefix = `[Consumer ${instance}clientId=${config.clientId}, groupId=${config.groupId}] `;
    const state: ConsumerState = {
      config,
      ...(given.tellsRecords ? { tellsRecords: true } : {}),
      pollIntervalMs: given.pollIntervalMs ?? 0,
      chart: begin(consumerMachine).chart,
      network: startNetwork(config, { logPrefix, maxInFlight: 100, allowAutoTopicCreation: config.allowAutoCreateTopics, wanted: {} }),
      group: config.groupId === null ? null : startMembership(config, config.groupId, env.now),
      partitions: {},
      sessions: {},
      nodesWithPendingFetch: [],
      consumed: 0,
      nextPollAt: 0,
      metadataVersion: 0,
      wakeAt: -1,
    };
    if ('subscription' in given) return settle(subscribe(state, given.subscription, env), env);
    if ('pattern' in given) return settle(subscribePattern(state, given.pattern, env), env);
    let next = assign(state, given.assignment, env);
    if (given.fromBeginning) for (const name in next.partitions) next = seekToEdge(next, name, 'earliest', env);
    return settle(next, env);
  },

  handle(state, event, env) {
    if (state === null) return state;
    switch (event.type) {
      case 'timer':
        return settle({ ...state, wakeAt: -1 }, env);
      case 'command':
        return settle(obey(state, event.command as ConsumerCommand, env), env);
      case 'signal':
        return settle(stop(state, env), env);
      default: {
        const { client, outputs } = handleNetwork(state.network, event, env);
        return settle(hear(client === state.network ? state : { ...state, network: client }, outputs, env), env);
      }
    }
  },
};

// Commands of the application.

function assign(state: ConsumerState, assignment: readonly TopicPartition[], env: Env): ConsumerState {
  const names = assignment.map(nameOf);
  log(state, env, 'INFO', `Subscribed to partition(s): ${names.join(', ')}`, 'clients.consumer.KafkaConsumer');
  const partitions: { [partition: string]: AssignedPartition } = {};
  for (const one of assignment) {
    const name = nameOf(one);
    partitions[name] = state.partitions[name] ?? newPartition(one);
  }
  const wanting = wantTopics(state, assignment.map(({ topic }) => topic));
  return move({ ...wanting, partitions, network: withMetadata(wanting.network, requestUpdate(wanting.network.metadata)) }, { type: 'assign' }, env);
}

/** The group takes notice at the next poll. */
function subscribe(state: ConsumerState, topics: readonly string[], env: Env): ConsumerState {
  log(state, env, 'INFO', `Subscribed to topic(s): ${topics.join(', ')}`, 'clients.consumer.KafkaConsumer');
  return move(withGroup(wantTopics(state, topics), { subscription: topics }), { type: 'subscribe' }, env);
}

function subscribePattern(state: ConsumerState, pattern: string, env: Env): ConsumerState {
  log(state, env, 'INFO', `Subscribed to pattern: '${pattern}'`, 'clients.consumer.KafkaConsumer');
  const network = withMetadata(state.network, requestUpdate({ ...state.network.metadata, wanted: null }));
  return move(withGroup({ ...state, network }, { pattern }), { type: 'subscribePattern' }, env);
}

function stop(state: ConsumerState, env: Env): ConsumerState {
  if (state.chart.value === 'closing') return state;
  const closing = move(state, { type: 'close', hasGroup: state.group !== null }, env);
  return closing.chart.value === 'closing' ? beginClose(closing, env) : closing;
}

function seekToEdge(state: ConsumerState, name: string, edge: 'earliest' | 'latest', env: Env): ConsumerState {
  log(state, env, 'INFO', `Seeking to ${edge.toUpperCase()} offset of partition ${name}`, 'clients.consumer.internals.SubscriptionState');
  return requestReset(state, name, edge, 'seek');
}

function obey(state: ConsumerState, command: ConsumerCommand, env: Env): ConsumerState {
  if (command.type === 'stop') return stop(state, env);
  if (command.type === 'commit') return commitNow(state, env);
  if (command.type === 'assign') return assign(state, command.assignment, env);
  if (command.type === 'subscribe') return state.group ? subscribe(state, command.topics, env) : state;
  const name = nameOf(command);
  const partition = state.partitions[name];
  if (!partition) return state;
  switch (command.type) {
    case 'seek': {
      log(state, env, 'INFO', `Seeking to offset ${command.offset} for partition ${name}`, 'clients.consumer.KafkaConsumer');
      note(env, { type: 'positionReset', consumer: env.self, topic: command.topic, partition: command.partition, offset: command.offset, reason: 'seek' });
      return put(state, name, { ...movePartition(partition, { type: 'seek' }), position: command.offset, offsetEpoch: -1, buffered: null });
    }
    case 'seekToBeginning':
      return seekToEdge(state, name, 'earliest', env);
    case 'seekToEnd':
      return seekToEdge(state, name, 'latest', env);
    case 'pause':
    case 'resume':
      return put(state, name, { ...partition, isPaused: command.type === 'pause' });
  }
}

// Answers.

function hear(state: ConsumerState, outputs: readonly NetworkOutput<ConsumerPurpose>[], env: Env): ConsumerState {
  let next = state;
  for (const output of outputs) {
    switch (output.type) {
      case 'answered':
        switch (output.purpose.type) {
          case 'fetch':
            next = receiveFetch(next, output.node, output.purpose.partitions, output.response as FetchResponse, env);
            break;
          case 'listOffsets':
            next = receiveOffsets(next, output.response as ListOffsetsResponse, env);
            break;
          case 'validate':
            next = receiveEpochEnds(next, output.response as OffsetForLeaderEpochResponse, env);
            break;
          default:
            next = receiveFromCoordinator(next, output.purpose, output.response!, env);
        }
        break;
      case 'disconnected':
        if (output.purpose.type === 'fetch') {
          const session = next.sessions[output.node] ?? NO_SESSION;
          const text = `Error sending fetch request ${sessionText(session)} to node ${output.node}: org.apache.kafka.common.errors.DisconnectException.`;
          log(next, env, 'INFO', text, 'clients.FetchSessionHandler');
          next = {
            ...next,
            sessions: { ...next.sessions, [output.node]: afterDisconnect(session) },
            nodesWithPendingFetch: next.nodesWithPendingFetch.filter((node) => node !== output.node),
          };
        } else if (output.purpose.type === 'listOffsets' || output.purpose.type === 'validate') next = backOff(next, output.purpose.partitions, env);
        else next = coordinatorDisconnected(next, output.purpose, env);
        break;
      case 'noBootstrapServer':
        next = fail(next, 'KafkaException', output.message, env);
        break;
      case 'metadataUpdated': {
        const invalid = output.response.topics.filter(({ error }) => error === 'INVALID_TOPIC_EXCEPTION').map(({ topic }) => topic);
        if (invalid.length > 0) next = fail(next, 'InvalidTopicException', `Invalid topics: [${invalid.join(', ')}]`, env);
        break;
      }
      case 'ready':
        break;
    }
  }
  return next;
}

// The poll loop.

const ALIVE: readonly unknown[] = ['userAssigned', 'autoTopics', 'autoPattern', 'closing'];

function settle(state: ConsumerState, env: Env): ConsumerState {
  let next = state;
  while (ALIVE.includes(next.chart.value)) {
    const before = next.group;
    next = pollCoordinator(next, env);
    if (reads(next, env)) next = sendFetches(handOver(findPositions(next.group ? askCommitted(followLeaders(next), env) : followLeaders(next), env), env), env);
    if (!ALIVE.includes(next.chart.value)) return next;
    const closed = closeForgotten(next, env);
    const { client, outputs } = pollNetwork(closed.state.network, env);
    next = client === closed.state.network ? closed.state : { ...closed.state, network: client };
    if (outputs.length + closed.outputs.length === 0 && next.group === before) return schedule(next, env);
    next = hear(hear(next, closed.outputs, env), outputs, env);
  }
  return next;
}

/** An application that works on records does not poll; without a group that makes no difference to what is sent. */
function reads(state: ConsumerState, env: Env): boolean {
  if (state.chart.value === 'closing' || !mayRead(state)) return false;
  return !state.group || !isSubscribed(state.group) || !isBusy(state, env.now);
}

function schedule(state: ConsumerState, env: Env): ConsumerState {
  const { now } = env;
  const { network } = state;
  let deadline = Math.min(networkDeadline(network), coordinatorDeadline(state, now));
  for (const name in state.partitions) {
    const { chart, buffered, askedUntil, topic, partition } = state.partitions[name]!;
    if (buffered !== null && state.nextPollAt > now) deadline = Math.min(deadline, state.nextPollAt);
    const leader = leaderOf(network.metadata, topic, partition);
    const at = Math.max(chart.value === 'FETCHING' ? 0 : askedUntil, leader < 0 ? 0 : connectableAt(network, leader));
    if (at > now && at < Number.MAX_SAFE_INTEGER) deadline = Math.min(deadline, at);
  }
  if (deadline === Infinity) return state;
  deadline = Math.max(deadline, now + 1);
  if (state.wakeAt >= 0 && state.wakeAt <= deadline) return state;
  env.setTimer(WAKE, deadline - now);
  return { ...state, wakeAt: deadline };
}

