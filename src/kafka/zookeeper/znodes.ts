/**
 * Paths of Kafka's znodes and the text in them, one pair of functions a znode (kafka.zk.ZkData). `parse…` answers null for
 * text that Kafka could not have written.
 */
import { immutableMapOrder } from './scala-map-order.ts';

export const CONTROLLER = '/controller';
export const CONTROLLER_EPOCH = '/controller_epoch';
export const CLUSTER_ID = '/cluster/id';
export const BROKER_IDS = '/brokers/ids';
export const BROKER_SEQUENCE_ID = '/brokers/seqid';
export const TOPICS = '/brokers/topics';
export const DELETE_TOPICS = '/admin/delete_topics';
export const REASSIGN_PARTITIONS = '/admin/reassign_partitions';
export const PREFERRED_REPLICA_ELECTION = '/admin/preferred_replica_election';
export const ISR_CHANGE_NOTIFICATION = '/isr_change_notification';
export const LOG_DIR_EVENT_NOTIFICATION = '/log_dir_event_notification';
export const PRODUCER_ID_BLOCK = '/latest_producer_id_block';
export const CONFIG_CHANGES = '/config/changes';

/** Made at every broker start if missing, in this order (ZkData.PersistentZkPaths; parents come first). */
export const PERSISTENT_PATHS: readonly string[] = [
  '/consumers',
  BROKER_IDS,
  TOPICS,
  CONFIG_CHANGES,
  DELETE_TOPICS,
  BROKER_SEQUENCE_ID,
  ISR_CHANGE_NOTIFICATION,
  PRODUCER_ID_BLOCK,
  LOG_DIR_EVENT_NOTIFICATION,
  '/config/topics',
  '/config/clients',
  '/config/users',
  '/config/brokers',
];

export const brokerIdPath = (id: number): string => `${BROKER_IDS}/${id}`;
export const topicPath = (topic: string): string => `${TOPICS}/${topic}`;
export const topicPartitionsPath = (topic: string): string => `${TOPICS}/${topic}/partitions`;
export const partitionPath = (topic: string, partition: number): string => `${TOPICS}/${topic}/partitions/${partition}`;
export const partitionStatePath = (topic: string, partition: number): string => `${partitionPath(topic, partition)}/state`;
export const deleteTopicPath = (topic: string): string => `${DELETE_TOPICS}/${topic}`;
/** An entity is what stands below /config, e.g. `topics/orders`. */
export const configPath = (entity: string): string => `/config/${entity}`;
export const topicConfigPath = (topic: string): string => configPath(`topics/${topic}`);
/** The name under which stands what is in force for all of a type, e.g. `brokers/<default>` (`ConfigEntityName.Default`). */
export const DEFAULT_ENTITY = '<default>';
/** Path to give to a sequential create. */
export const LOG_DIR_EVENT_PREFIX = `${LOG_DIR_EVENT_NOTIFICATION}/log_dir_event_`;
export const ISR_CHANGE_PREFIX = `${ISR_CHANGE_NOTIFICATION}/isr_change_`;
export const CONFIG_CHANGE_PREFIX = `${CONFIG_CHANGES}/config_change_`;

function parse(text: string | null | undefined): { readonly [key: string]: unknown } | null {
  if (!text) return null;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as { readonly [key: string]: unknown }) : null;
  } catch {
    return null;
  }
}

function numbers(value: unknown): readonly number[] | null {
  return Array.isArray(value) && value.every((entry) => Number.isInteger(entry)) ? (value as number[]) : null;
}

/** One listener a broker advertises. */
export interface Endpoint {
  readonly listener: string;
  readonly securityProtocol: string;
  readonly host: string;
  readonly port: number;
}

export interface BrokerInfo {
  readonly id: number;
  readonly endpoints: readonly Endpoint[];
  readonly rack?: string;
}

export function encodeBroker(broker: BrokerInfo, timestampMs: number): string {
  const plaintext = broker.endpoints.find((endpoint) => endpoint.securityProtocol === 'PLAINTEXT');
  return JSON.stringify({
    listener_security_protocol_map: Object.fromEntries(broker.endpoints.map((endpoint) => [endpoint.listener, endpoint.securityProtocol])),
    endpoints: broker.endpoints.map((endpoint) => `${endpoint.listener}://${endpoint.host}:${endpoint.port}`),
    ...(broker.rack === undefined ? {} : { rack: broker.rack }),
    jmx_port: -1,
    host: plaintext ? plaintext.host : null,
    timestamp: String(timestampMs),
    port: plaintext ? plaintext.port : -1,
    version: 4,
  });
}

export function parseBroker(id: number, text: string | null | undefined): BrokerInfo | null {
  const json = parse(text);
  if (!json || !Array.isArray(json['endpoints'])) return null;
  const protocols = (json['listener_security_protocol_map'] ?? {}) as { readonly [listener: string]: string };
  const endpoints: Endpoint[] = [];
  for (const entry of json['endpoints'] as readonly unknown[]) {
    const match = /^(.+?):\/\/\[?(.*?)\]?:(-?\d+)$/.exec(String(entry));
    if (!match) return null;
    const [, listener = '', host = '', port = ''] = match;
    endpoints.push({ listener, securityProtocol: protocols[listener] ?? listener, host, port: Number(port) });
  }
  return typeof json['rack'] === 'string' ? { id, endpoints, rack: json['rack'] } : { id, endpoints };
}

export function encodeController(brokerId: number, timestampMs: number): string {
  return JSON.stringify({ version: 1, brokerid: brokerId, timestamp: String(timestampMs) });
}

export function parseController(text: string | null | undefined): number | null {
  const id = parse(text)?.['brokerid'];
  return typeof id === 'number' ? id : null;
}

export function encodeClusterId(id: string): string {
  return JSON.stringify({ version: '1', id });
}

export function parseClusterId(text: string | null | undefined): string | null {
  const id = parse(text)?.['id'];
  return typeof id === 'string' ? id : null;
}

/** Replicas by partition number, dense from 0 as far as Kafka itself writes it. */
export interface PartitionReplicas {
  readonly partition: number;
  readonly replicas: readonly number[];
}

/** In the order of the immutable map that Kafka writes (TopicZNode.encode): as given, or from five partitions on by their hash. */
export function encodeTopic(partitions: readonly PartitionReplicas[]): string {
  const entries = immutableMapOrder(partitions, ({ partition }) => String(partition)).map(({ partition, replicas }) => `"${partition}":${JSON.stringify(replicas)}`);
  return `{"version":1,"partitions":{${entries.join(',')}}}`;
}

/** Sorted by partition. */
export function parseTopic(text: string | null | undefined): readonly PartitionReplicas[] | null {
  const partitions = parse(text)?.['partitions'];
  if (typeof partitions !== 'object' || partitions === null) return null;
  const result: PartitionReplicas[] = [];
  for (const [key, value] of Object.entries(partitions)) {
    const replicas = numbers(value);
    if (!replicas || !/^\d+$/.test(key)) return null;
    result.push({ partition: Number(key), replicas });
  }
  return result.sort((a, b) => a.partition - b.partition);
}

/** A partition's leadership as the state znode holds it; `zkVersion` is the znode's data version. `leader` -1 is none. */
export interface LeaderAndIsr {
  readonly leader: number;
  readonly leaderEpoch: number;
  readonly isr: readonly number[];
  readonly zkVersion: number;
}

export function encodePartitionState(state: LeaderAndIsr, controllerEpoch: number): string {
  return JSON.stringify({ controller_epoch: controllerEpoch, leader: state.leader, version: 1, leader_epoch: state.leaderEpoch, isr: state.isr });
}

export function parsePartitionState(
  text: string | null | undefined,
  zkVersion: number,
): (LeaderAndIsr & { readonly controllerEpoch: number }) | null {
  const json = parse(text);
  const isr = numbers(json?.['isr']);
  if (!json || !isr) return null;
  const { leader, leader_epoch: leaderEpoch, controller_epoch: controllerEpoch } = json;
  if (typeof leader !== 'number' || typeof leaderEpoch !== 'number' || typeof controllerEpoch !== 'number') return null;
  return { leader, leaderEpoch, isr, zkVersion, controllerEpoch };
}

interface TopicAndPartition {
  readonly topic: string;
  readonly partition: number;
}

/** The list form shared by isr_change_notification and preferred_replica_election. */
export function encodePartitionList(partitions: readonly TopicAndPartition[]): string {
  return JSON.stringify({ version: 1, partitions: partitions.map(({ topic, partition }) => ({ topic, partition })) });
}

/** Entries that are not partitions are left out; null if there is no list. */
export function parsePartitionList(text: string | null | undefined): readonly TopicAndPartition[] | null {
  const list = parse(text)?.['partitions'];
  if (!Array.isArray(list)) return null;
  return (list as readonly Partial<TopicAndPartition>[])
    .filter((entry): entry is TopicAndPartition => typeof entry.topic === 'string' && Number.isInteger(entry.partition))
    .map(({ topic, partition }) => ({ topic, partition }));
}

export interface PartitionTarget extends TopicAndPartition {
  readonly replicas: readonly number[];
}

export function encodeReassignment(targets: readonly PartitionTarget[]): string {
  return JSON.stringify({ version: 1, partitions: targets.map(({ topic, partition, replicas }) => ({ topic, partition, replicas })) });
}

export function parseReassignment(text: string | null | undefined): readonly PartitionTarget[] | null {
  const list = parse(text)?.['partitions'];
  if (!Array.isArray(list)) return null;
  return (list as readonly Partial<PartitionTarget>[])
    .filter((entry): entry is PartitionTarget => typeof entry.topic === 'string' && Number.isInteger(entry.partition) && numbers(entry.replicas) !== null)
    .map(({ topic, partition, replicas }) => ({ topic, partition, replicas }));
}

/** 1: a log directory has failed. */
export function encodeLogDirEvent(broker: number): string {
  return JSON.stringify({ version: 1, broker, event: 1 });
}

export function parseLogDirEvent(text: string | null | undefined): number | null {
  const broker = parse(text)?.['broker'];
  return typeof broker === 'number' ? broker : null;
}

export function encodeConfig(config: { readonly [key: string]: string }): string {
  return JSON.stringify({ version: 1, config });
}

/** Empty if there is no znode or nothing in it. */
export function parseConfig(text: string | null | undefined): { readonly [key: string]: string } {
  const config = parse(text)?.['config'];
  return typeof config === 'object' && config !== null ? (config as { readonly [key: string]: string }) : {};
}

export function encodeConfigChange(entityPath: string): string {
  return JSON.stringify({ version: 2, entity_path: entityPath });
}

export function parseConfigChange(text: string | null | undefined): string | null {
  const path = parse(text)?.['entity_path'];
  return typeof path === 'string' ? path : null;
}

/** Number at the end of a sequential child, e.g. 7 of `isr_change_0000000007`. */
export function sequenceOf(child: string): number {
  return Number(child.slice(-10));
}
