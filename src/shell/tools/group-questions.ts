/** What `kafka-consumer-groups.sh` asks of brokers, of coordinators and of partition leaders. */
import { exceptionName } from '../../kafka/clients/exceptions.ts';
import { decodeAssignment } from '../../kafka/groups/consumer-protocol.ts';
import { errorMessage, isRetriable, type ErrorName } from '../../kafka/protocol/errors.ts';
import { GROUP_COORDINATOR } from '../../kafka/protocol/find-coordinator.ts';
import { hashOf, type TopicPartition } from '../../kafka/topic-partition.ts';
import { immutableMapOrder, longMapOrder } from '../../kafka/zookeeper/scala-map-order.ts';
import { copiedMapOrder, javaHashOrder, javaStringHash, sizedMapOrder } from '../../zookeeper/java-hash-order.ts';
import { call, ClientNotMade, liveBrokers, metadataOf, sleep } from './asking.ts';
import { apiException, executionException, JavaException } from './java.ts';
import type { Script } from './script.ts';

/** `retries` and `retry.backoff.ms` of an admin client. */
const RETRIES = 5;
const RETRY_BACKOFF_MS = 100;
/** How long a consumer looks for offsets (`default.api.timeout.ms`), and how often. */
const API_TIMEOUT_MS = 60_000;

export interface Coordinator {
  readonly nodeId: number;
  readonly host: string;
  readonly port: number;
}

export interface GroupMember {
  readonly memberId: string;
  readonly host: string;
  readonly clientId: string;
  readonly partitions: readonly TopicPartition[];
}

export interface DescribedGroup {
  readonly coordinator: Coordinator;
  readonly state: string;
  readonly assignor: string;
  readonly members: readonly GroupMember[];
}

export interface PartitionOffset extends TopicPartition {
  readonly offset: number;
}

/** Groups in the order in which an admin client's answers to all of them are gone through. */
export function answeredOrder(groups: readonly string[]): readonly string[] {
  return immutableMapOrder(copiedMapOrder(sizedMapOrder(groups, javaStringHash), javaStringHash), javaStringHash);
}

const exceptionOf = (error: ErrorName): JavaException => apiException(exceptionName(error), errorMessage(error));

/** `get` of a future: what the request failed with is wrapped. */
function* get<Value>(question: Script<Value>): Script<Value> {
  try {
    return yield* question;
  } catch (error) {
    throw error instanceof JavaException && !(error instanceof ClientNotMade) && error.className.startsWith('org.apache.kafka.common.') && !error.className.endsWith('.ExecutionException') ? executionException(error, []) : error;
  }
}

/** Asks until there is another answer than an error that passes. */
function* repeated<Answer extends { readonly error: ErrorName }>(question: () => Script<Answer>): Script<Answer> {
  for (let attempt = 0; ; attempt++) {
    const answer = yield* question();
    if (answer.error === 'NONE') return answer;
    if (!isRetriable(answer.error) || attempt === RETRIES) throw exceptionOf(answer.error);
    yield* sleep(RETRY_BACKOFF_MS);
  }
}

export function* findCoordinator(group: string, timeoutMs: number): Script<Coordinator> {
  return yield* repeated(() => call('FindCoordinator', { key: group, keyType: GROUP_COORDINATOR }, { timeoutMs }));
}

export const listGroups = (timeoutMs: number): Script<readonly string[]> => get(askListGroups(timeoutMs));

function* askListGroups(timeoutMs: number): Script<readonly string[]> {
  let brokers: readonly { readonly nodeId: number }[];
  try {
    brokers = yield* liveBrokers({ timeoutMs });
  } catch (error) {
    throw error instanceof JavaException && !(error instanceof ClientNotMade) ? new JavaException('org.apache.kafka.common.KafkaException', 'Failed to find brokers to send ListGroups', [], error) : error;
  }
  const groups: string[] = [];
  for (const { nodeId } of brokers) {
    const listed = yield* repeated(() => call('ListGroups', {}, { node: nodeId, timeoutMs }));
    groups.push(...listed.groups.filter(({ protocolType }) => protocolType === 'consumer' || protocolType === '').map(({ groupId }) => groupId));
  }
  return javaHashOrder([...new Set(groups)], javaStringHash);
}

export const describeGroup = (group: string, timeoutMs: number): Script<DescribedGroup> => get(askDescribeGroup(group, timeoutMs));

function* askDescribeGroup(group: string, timeoutMs: number): Script<DescribedGroup> {
  const coordinator = yield* findCoordinator(group, timeoutMs);
  const { groups } = yield* call('DescribeGroups', { groups: [group], includeAuthorizedOperations: false }, { node: coordinator.nodeId, timeoutMs });
  const { error, groupState, protocolData, members } = groups[0]!;
  if (error !== 'NONE') throw exceptionOf(error);
  return {
    coordinator,
    state: groupState,
    assignor: protocolData,
    members: members.map(({ memberId, clientHost, clientId, memberAssignment }) => ({
      memberId,
      host: clientHost,
      clientId,
      partitions: memberAssignment.length === 0 ? [] : decodeAssignment(memberAssignment),
    })),
  };
}

export const committedOffsets = (group: string, timeoutMs: number): Script<readonly PartitionOffset[]> => get(askCommittedOffsets(group, timeoutMs));

function* askCommittedOffsets(group: string, timeoutMs: number): Script<readonly PartitionOffset[]> {
  const { nodeId } = yield* findCoordinator(group, timeoutMs);
  const { error, topics } = yield* call('OffsetFetch', { groupId: group, topics: null }, { node: nodeId, timeoutMs });
  if (error !== 'NONE') throw exceptionOf(error);
  const offsets = topics.flatMap(({ topic, partitions }) => partitions.map(({ partition, committedOffset }) => ({ topic, partition, offset: committedOffset })));
  return javaHashOrder(offsets.filter(({ offset }) => offset >= 0), hashOf);
}

export const deleteGroup = (group: string, timeoutMs: number): Script<void> => get(askDeleteGroup(group, timeoutMs));

function* askDeleteGroup(group: string, timeoutMs: number): Script<void> {
  const { nodeId } = yield* findCoordinator(group, timeoutMs);
  const { results } = yield* call('DeleteGroups', { groupsNames: [group] }, { node: nodeId, timeoutMs });
  const { error } = results[0]!;
  if (error !== 'NONE') throw exceptionOf(error);
}

export function* commitOffsets(group: string, offsets: readonly PartitionOffset[], timeoutMs: number): Script<void> {
  const { nodeId } = yield* findCoordinator(group, timeoutMs);
  const topics = [...new Set(offsets.map(({ topic }) => topic))].map((topic) => ({
    topic,
    partitions: offsets
      .filter((one) => one.topic === topic)
      .map(({ partition, offset }) => ({ partition, committedOffset: offset, committedLeaderEpoch: -1, committedMetadata: '' })),
  }));
  const body = { groupId: group, generationId: -1, memberId: '', groupInstanceId: null, topics };
  const response = yield* call('OffsetCommit', body, { node: nodeId });
  const failed = response.topics.flatMap(({ partitions }) => partitions).find(({ error }) => error !== 'NONE');
  if (failed) throw exceptionOf(failed.error);
}

/** As the broker's metadata gives them, which a consumer leaves as they are. A topic that is just being made is waited for. */
export function* partitionsFor(topic: string): Script<readonly TopicPartition[]> {
  for (let waited = 0; ; waited += RETRY_BACKOFF_MS) {
    const known = (yield* metadataOf([topic], true, { timeoutMs: API_TIMEOUT_MS })).topics[0];
    if (known?.error === 'INVALID_TOPIC_EXCEPTION') throw apiException('InvalidTopicException', `Topic '${topic}' is invalid`);
    if (known === undefined || known.error === 'UNKNOWN_TOPIC_OR_PARTITION') throw new JavaException('java.lang.NullPointerException', '');
    if (known.error === 'NONE' && known.partitions.length > 0) {
      const partitions = known.partitions.map(({ partition }) => partition).sort((one, other) => one - other);
      return longMapOrder(partitions).map((partition) => ({ topic, partition }));
    }
    if (waited >= API_TIMEOUT_MS) throw apiException('TimeoutException', 'Timeout expired while fetching topic metadata');
    yield* sleep(RETRY_BACKOFF_MS);
  }
}

/** Offsets at a time (−1 the end, −2 the start), in the order asked for; without a leader it is waited for. −1: none at that time. */
export function* offsetsAt(partitions: readonly TopicPartition[], timestamp: number): Script<readonly PartitionOffset[]> {
  const found: PartitionOffset[] = [];
  for (const one of partitions) {
    for (let waited = 0; ; waited += RETRY_BACKOFF_MS) {
      const offset = yield* offsetAt(one, timestamp);
      if (offset !== null) {
        found.push({ ...one, offset });
        break;
      }
      if (waited >= API_TIMEOUT_MS) throw apiException('TimeoutException', `Failed to get offsets by times in ${API_TIMEOUT_MS + 1}ms`);
      yield* sleep(RETRY_BACKOFF_MS);
    }
  }
  return found;
}

/** null: there is no leader to tell. */
function* offsetAt({ topic, partition }: TopicPartition, timestamp: number): Script<number | null> {
  const { topics } = yield* metadataOf([topic], true, { timeoutMs: API_TIMEOUT_MS });
  if (topics[0]?.error === 'INVALID_TOPIC_EXCEPTION') throw apiException('InvalidTopicException', `Invalid topics: [${topic}]`);
  const known = topics[0]?.partitions.find((one) => one.partition === partition);
  if (!known || known.leaderId < 0) return null;
  const asked = { replicaId: -1, isolationLevel: 0 as const, topics: [{ topic, partitions: [{ partition, currentLeaderEpoch: -1, timestamp }] }] };
  const response = yield* call('ListOffsets', asked, { node: known.leaderId, timeoutMs: API_TIMEOUT_MS });
  const { error, offset } = response.topics[0]!.partitions[0]!;
  return error === 'NONE' ? offset : null;
}
