/** What a consumer process holds, and the small steps that its parts share. */
import { begin, step, type ChartState } from '../../kernel/machine.ts';
import type { Env, Micros } from '../../kernel/program.ts';
import type { FetchPartition } from '../protocol/fetch.ts';
import type { TopicPartition } from '../topic-partition.ts';
import type { ConsumerConfig } from './client-config.ts';
import { consumerMachine, type ConsumerAction, type ConsumerEvent } from './consumer.machine.ts';
import { note } from './facts.ts';
import type { FetchSession } from './fetch-session.ts';
import { fetchStateMachine, type FetchStateEvent } from './fetch-state.machine.ts';
import type { GroupMembership, OffsetToCommit } from './membership-state.ts';
import { requestUpdate } from './metadata.ts';
import { logLine, withMetadata, type NetworkClient } from './network-client.ts';

export const MS = 1_000;

export interface ConsumedRecord {
  readonly offset: number;
  readonly timestampMs: number;
  readonly timestampType: 'CreateTime' | 'LogAppendTime';
  readonly key: string | null;
  readonly value: string | null;
}

/** What a fetch brought and the application did not yet get. */
interface CompletedFetch {
  readonly records: readonly ConsumedRecord[];
  /** Position after the last of them, also over what is not handed out. */
  readonly nextOffset: number;
  readonly offsetEpoch: number;
}

export interface AssignedPartition {
  readonly topic: string;
  readonly partition: number;
  readonly chart: ChartState;
  /** Next offset to hand out; −1: none yet. */
  readonly position: number;
  /** Leader epoch of the record before it; −1: unknown. */
  readonly offsetEpoch: number;
  /** Leader and its epoch that the position was made for; −1: none. */
  readonly leader: number;
  readonly leaderEpoch: number;
  readonly isPaused: boolean;
  /** What the next reset goes to, and why it is wanted. */
  readonly resetTo: 'earliest' | 'latest';
  readonly resetReason: 'start' | 'outOfRange' | 'truncation' | 'seek';
  readonly highWatermark: number;
  readonly consumed: number;
  readonly buffered: CompletedFetch | null;
  /** An OffsetFetch, ListOffsets or OffsetForLeaderEpoch for it is under way, or its backoff runs until then. */
  readonly askedUntil: Micros;
}

export type ConsumerPurpose =
  | { readonly type: 'fetch'; readonly partitions: { readonly [partition: string]: FetchPartition } }
  | { readonly type: 'listOffsets'; readonly partitions: readonly string[] }
  | { readonly type: 'validate'; readonly partitions: readonly string[] }
  | { readonly type: 'findCoordinator' | 'joinGroup' | 'syncGroup' | 'heartbeat' | 'leaveGroup' }
  /** `sync`: the application waits for it. */
  | { readonly type: 'offsetCommit'; readonly offsets: readonly OffsetToCommit[]; readonly sync: boolean }
  | { readonly type: 'offsetFetch'; readonly partitions: readonly string[]; readonly generationId: number };

export interface ConsumerState {
  readonly config: ConsumerConfig;
  /** The application wants the records themselves, not only to have them counted. */
  readonly tellsRecords?: true;
  readonly pollIntervalMs: number;
  readonly chart: ChartState;
  readonly network: NetworkClient<ConsumerPurpose>;
  /** null without a `group.id`. */
  readonly group: GroupMembership | null;
  /** By `topic-partition`, in the order of the assignment. */
  readonly partitions: { readonly [partition: string]: AssignedPartition };
  readonly sessions: { readonly [node: string]: FetchSession };
  readonly nodesWithPendingFetch: readonly number[];
  readonly consumed: number;
  readonly nextPollAt: Micros;
  readonly metadataVersion: number;
  readonly wakeAt: Micros;
}

export function log(state: ConsumerState, env: Env, level: 'INFO' | 'WARN' | 'ERROR', text: string, logger: string): void {
  logLine(env, state.network.settings.logPrefix, level, text, logger);
}

export function move(state: ConsumerState, event: ConsumerEvent, env: Env): ConsumerState {
  const done = step(consumerMachine, state.chart, event);
  for (const { type } of done.actions) actions[type as ConsumerAction](env);
  return done.chart === state.chart ? state : { ...state, chart: done.chart };
}

const actions: { readonly [action in ConsumerAction]: (env: Env) => void } = {
  leave: (env) => {
    note(env, { type: 'consumerClosed', consumer: env.self });
    env.exit(0);
  },
  abort: (env) => {
    env.exit(1);
  },
};

export function put(state: ConsumerState, name: string, partition: AssignedPartition): ConsumerState {
  return { ...state, partitions: { ...state.partitions, [name]: partition } };
}

export function movePartition(partition: AssignedPartition, event: FetchStateEvent): AssignedPartition {
  const { chart } = step(fetchStateMachine, partition.chart, event);
  return chart === partition.chart ? partition : { ...partition, chart, askedUntil: 0 };
}

/** A partition that was just assigned: nothing is known of it. */
export function newPartition({ topic, partition }: TopicPartition): AssignedPartition {
  return {
    topic,
    partition,
    chart: begin(fetchStateMachine).chart,
    position: -1,
    offsetEpoch: -1,
    leader: -1,
    leaderEpoch: -1,
    isPaused: false,
    resetTo: 'latest',
    resetReason: 'start',
    highWatermark: -1,
    consumed: 0,
    buffered: null,
    askedUntil: 0,
  };
}

/** Which topics metadata is asked for. */
export function wantTopics(state: ConsumerState, topics: readonly string[]): ConsumerState {
  const { metadata } = state.network;
  // Who has subscribed to a pattern asks for all there are.
  if (metadata.wanted === null) return topics.every((topic) => topic in metadata.topics) ? state : { ...state, network: withMetadata(state.network, requestUpdate(metadata)) };
  const wanted = Object.fromEntries(topics.map((topic) => [topic, -1]));
  const hasNew = topics.some((topic) => !(topic in (metadata.wanted ?? {})));
  const next = { ...metadata, wanted };
  return { ...state, network: withMetadata(state.network, hasNew ? requestUpdate(next) : next) };
}

export function requestReset(state: ConsumerState, name: string, resetTo: 'earliest' | 'latest', resetReason: AssignedPartition['resetReason']): ConsumerState {
  const partition = state.partitions[name]!;
  return put(state, name, movePartition({ ...partition, resetTo, resetReason, buffered: null }, { type: 'requestOffsetReset' }));
}

/** After a failed question about positions: again when the backoff is over, with fresh metadata. */
export function backOff(state: ConsumerState, names: readonly string[], env: Env): ConsumerState {
  let next: ConsumerState = { ...state, network: withMetadata(state.network, requestUpdate(state.network.metadata)) };
  const askedUntil = env.now + state.config.retryBackoffMs * MS;
  for (const name of names) {
    const partition = next.partitions[name];
    if (partition) next = put(next, name, { ...partition, askedUntil });
  }
  return next;
}

export function fail(state: ConsumerState, error: string, message: string, env: Env): ConsumerState {
  note(env, { type: 'consumerFailed', consumer: env.self, error, message });
  return move(state, { type: 'pollFailed' }, env);
}
