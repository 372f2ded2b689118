/**
 * How much of throttled replication a broker lets out as a leader and takes in as a follower (`kafka.server.ReplicationQuotaManager` 2.3.0). The
 * limits are its own dynamic configuration, looked up when they are asked for; the replicas are a list of each topic, which counts from the start of
 * the broker or from a change of the topic's configuration on and outlives the topic (TopicConfigHandler).
 */
import type { FetchPartitionResponse, TopicOf } from '../protocol/index.ts';
import type { Options } from '../zookeeper/topics.ts';
import { utf8 } from '../log/record-batch.ts';
import { throttledRates, throttledReplicas } from './dynamic-config.ts';
import { emptyRate, measured, recorded, type SampledRate } from './sampled-rate.ts';
import type { Broker, Draft } from './state.ts';

type Side = 'leader' | 'follower';

/** The list of each topic that has one. */
export type ThrottledReplicas = { readonly [side in Side]: { readonly [topic: string]: string } };

export const noThrottledReplicas: ThrottledReplicas = { leader: {}, follower: {} };

/** What has passed of throttled partitions, in bytes. */
export type ReplicationRates = { readonly [side in Side]: SampledRate };

export const noReplicationRates: ReplicationRates = { leader: emptyRate, follower: emptyRate };

/** Throttle time, error, session and the number of topics, and the length in front of all that (`FetchResponse.sizeOf`, version 11). */
const RESPONSE_BYTES = 18;
const TOPIC_BYTES = 6;
const PARTITION_BYTES = 42;

export function takeThrottledReplicas(b: Draft, topic: string, configs: Options): void {
  for (const side of ['leader', 'follower'] as const) {
    const { [topic]: before, ...others } = b.throttledReplicas[side];
    const list = configs[throttledReplicas[side]] ?? '';
    if (list !== (before ?? '')) b.throttledReplicas = { ...b.throttledReplicas, [side]: list === '' ? others : { ...others, [topic]: list } };
  }
}

export function isThrottled(b: Broker, side: Side, topic: string, partition: number): boolean {
  const lists = b.throttledReplicas[side];
  if (!Object.hasOwn(lists, topic)) return false;
  const replicas = lists[topic]!;
  return replicas.trim() === '*' || replicas.split(',').some((replica) => replica.trim() !== '' && replica.split(':').map(Number).join(':') === `${partition}:${b.brokerId}`);
}

/** Asking purges old samples, where there is a limit. */
function isQuotaExceeded(b: Draft, side: Side, nowMs: number): boolean {
  const limit = b.dynamic.own[throttledRates[side]];
  if (limit === undefined) return false;
  const { rate, perSecond } = measured(b.replicationRates[side], nowMs, b.config.replicationQuotaWindow);
  if (rate !== b.replicationRates[side]) b.replicationRates = { ...b.replicationRates, [side]: rate };
  return perSecond > Number(limit);
}

/** Of a replica that is not in sync: is it to be left out now? */
export function isHeldBack(b: Draft, side: Side, topic: string, partition: number, nowMs: number): boolean {
  return isThrottled(b, side, topic, partition) && isQuotaExceeded(b, side, nowMs);
}

function record(b: Draft, side: Side, bytes: number, nowMs: number): void {
  b.replicationRates = { ...b.replicationRates, [side]: recorded(b.replicationRates[side], bytes, nowMs, b.config.replicationQuotaWindow) };
  isQuotaExceeded(b, side, nowMs);
}

const bytesIn = (batches: readonly Uint8Array[]): number => batches.reduce((sum, { length }) => sum + length, 0);

/** A response to a follower: its throttled partitions count, in sync or not, and a few bytes where there are none. */
export function recordSent(b: Draft, topics: readonly TopicOf<FetchPartitionResponse>[], nowMs: number): void {
  let bytes = RESPONSE_BYTES;
  for (const { topic, partitions } of topics) {
    const throttled = partitions.filter(({ partition }) => isThrottled(b, 'leader', topic, partition));
    if (throttled.length > 0) bytes += throttled.reduce((sum, { records }) => sum + PARTITION_BYTES + bytesIn(records), TOPIC_BYTES + utf8(topic).length);
  }
  record(b, 'leader', bytes, nowMs);
}

/** What a follower has appended. */
export function recordReceived(b: Draft, topic: string, partition: number, batches: readonly Uint8Array[], nowMs: number): void {
  if (isThrottled(b, 'follower', topic, partition)) record(b, 'follower', bytesIn(batches), nowMs);
}
