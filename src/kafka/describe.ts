/**
 * Any Kafka message in one line, for traces, hover cards and the timeline. Only what tells two messages apart is said:
 * partitions by their name, offsets, epochs, errors unless NONE.
 */
import type { ErrorName } from './protocol/errors.ts';
import type { KafkaMessage, TopicOf } from './protocol/index.ts';
import { decodeAssignment } from './groups/consumer-protocol.ts';
import { GROUP_COORDINATOR, UP_TO_HIGH_WATERMARK } from './protocol/index.ts';
import { recordCount, baseOffset } from './log/record-batch.ts';

type Description = { readonly [Type in KafkaMessage['type']]: (message: Extract<KafkaMessage, { readonly type: Type }>) => string };

function list<T>(items: readonly T[], one: (item: T) => string): string {
  return items.map(one).join(', ');
}

function nested<E>(topics: readonly TopicOf<E>[], one: (name: string, entry: E) => string, partitionOf: (entry: E) => number): string {
  return topics.flatMap(({ topic, partitions }) => partitions.map((entry) => one(`${topic}-${partitionOf(entry)}`, entry))).join(', ');
}

function perPartition<E extends { readonly partition: number }>(topics: readonly TopicOf<E>[], one: (name: string, entry: E) => string): string {
  return nested(topics, one, (entry) => entry.partition);
}

function names(topics: readonly TopicOf<number>[]): string {
  return nested(topics, (name) => name, (partition) => partition);
}

function outcome(error: ErrorName, otherwise: string): string {
  return error === 'NONE' ? otherwise : error;
}

/** `LeaderAndIsr orders-0 …`; an empty list leaves nothing behind the name. */
function line(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join(' ');
}

function ids(brokers: readonly number[]): string {
  return `[${brokers.join(',')}]`;
}

function batches(records: readonly Uint8Array[]): string {
  let count = 0;
  let bytes = 0;
  for (const batch of records) {
    count += recordCount(batch);
    bytes += batch.length;
  }
  return `${count} ${count === 1 ? 'record' : 'records'}, ${bytes} B`;
}

function failed(entries: readonly { readonly topic: string; readonly partition: number; readonly error: ErrorName }[]): string {
  return list(
    entries.filter((entry) => entry.error !== 'NONE'),
    (entry) => `${entry.topic}-${entry.partition} ${entry.error}`,
  );
}

function from(replicaId: number): string {
  return replicaId < 0 ? '' : `replica ${replicaId}`;
}

function session(id: number, epoch: number): string {
  if (epoch < 0) return id === 0 ? '' : `closes session ${id}`;
  return epoch === 0 ? 'full' : `session ${id}/${epoch}`;
}

function member(memberId: string): string {
  return memberId === '' ? '' : `member ${memberId}`;
}

function instance(groupInstanceId: string | null): string {
  return groupInstanceId === null ? '' : `instance ${groupInstanceId}`;
}

function assigned(assignment: Uint8Array): string {
  return `[${decodeAssignment(assignment).map(({ topic, partition }) => `${topic}-${partition}`).join(', ')}]`;
}

const describers: Description = {
  ProduceRequest: (m) =>
    line('Produce', `acks=${m.acks}`, perPartition(m.topics, (name, p) => `${name} ${batches(p.records)}`)),
  ProduceResponse: (m) => line('Produce response', perPartition(m.topics, (name, p) => `${name} ${outcome(p.error, `at ${p.baseOffset}`)}`)),
  FetchRequest: (m) =>
    line(
      'Fetch',
      from(m.replicaId),
      session(m.sessionId, m.sessionEpoch),
      perPartition(m.topics, (name, p) => `${name} from ${p.fetchOffset}${p.currentLeaderEpoch < 0 ? '' : ` epoch ${p.currentLeaderEpoch}`}`),
      m.forgottenTopicsData.length === 0 ? '' : `forgets ${names(m.forgottenTopicsData)}`,
    ),
  FetchResponse: (m) => {
    if (m.error !== 'NONE') return `Fetch response ${m.error}`;
    return line(
      'Fetch response',
      perPartition(m.topics, (name, p) => {
        if (p.error !== 'NONE') return `${name} ${p.error}`;
        const first = p.records[0];
        const stable = p.lastStableOffset === p.highWatermark ? '' : `, LSO ${p.lastStableOffset}`;
        const aborted = p.abortedTransactions?.length ? `, aborted ${list(p.abortedTransactions, ({ producerId, firstOffset }) => `producer ${producerId} from ${firstOffset}`)}` : '';
        return `${name} ${first ? `${batches(p.records)} from ${baseOffset(first)}` : 'nothing new'}, HW ${p.highWatermark}${stable}${aborted}`;
      }),
    );
  },
  ListOffsetsRequest: (m) =>
    line(
      'ListOffsets',
      from(m.replicaId),
      perPartition(m.topics, (name, p) => `${name} ${p.timestamp === -1 ? 'latest' : p.timestamp === -2 ? 'earliest' : `at ${p.timestamp}`}`),
    ),
  ListOffsetsResponse: (m) => line('ListOffsets response', perPartition(m.topics, (name, p) => `${name} ${outcome(p.error, String(p.offset))}`)),
  MetadataRequest: (m) => line('Metadata', m.topics === null ? 'all topics' : m.topics.length === 0 ? 'brokers' : m.topics.join(', ')),
  MetadataResponse: (m) =>
    line(
      'Metadata response',
      `brokers ${ids(m.brokers.map((broker) => broker.nodeId))}`,
      `controller ${m.controllerId}`,
      list(m.topics, (t) => (t.error === 'NONE' ? `${t.topic} leaders ${ids(t.partitions.map((p) => p.leaderId))}` : `${t.topic} ${t.error}`)),
    ),
  LeaderAndIsrRequest: (m) =>
    line(
      'LeaderAndIsr',
      `controller ${m.controllerId} epoch ${m.controllerEpoch}:`,
      perPartition(m.topics, (name, p) => `${name} leader ${p.leader} epoch ${p.leaderEpoch} ISR ${ids(p.isr)}${p.isNew ? ' new' : ''}`),
    ),
  LeaderAndIsrResponse: (m) => line('LeaderAndIsr response', outcome(m.error, failed(m.partitions) || 'done')),
  StopReplicaRequest: (m) =>
    line(
      'StopReplica',
      `controller ${m.controllerId} epoch ${m.controllerEpoch}:`,
      m.deletePartitions ? 'and delete' : '',
      names(m.topics),
    ),
  StopReplicaResponse: (m) => line('StopReplica response', outcome(m.error, failed(m.partitions) || 'done')),
  UpdateMetadataRequest: (m) =>
    line(
      'UpdateMetadata',
      `controller ${m.controllerId} epoch ${m.controllerEpoch}:`,
      `live ${ids(m.liveBrokers.map((broker) => broker.id))}`,
      perPartition(m.topics, (name, p) => `${name} leader ${p.leader} epoch ${p.leaderEpoch} ISR ${ids(p.isr)}`),
    ),
  UpdateMetadataResponse: (m) => line('UpdateMetadata response', outcome(m.error, 'done')),
  ControlledShutdownRequest: (m) => `ControlledShutdown broker ${m.brokerId}`,
  ControlledShutdownResponse: (m) =>
    line('ControlledShutdown response', outcome(m.error, `${m.remainingPartitions.length} remaining`)),
  OffsetForLeaderEpochRequest: (m) =>
    line('OffsetForLeaderEpoch', from(m.replicaId), perPartition(m.topics, (name, p) => `${name} epoch ${p.leaderEpoch}`)),
  OffsetForLeaderEpochResponse: (m) =>
    line('OffsetForLeaderEpoch response', perPartition(m.topics, (name, p) => `${name} ${outcome(p.error, `epoch ${p.leaderEpoch} ends at ${p.endOffset}`)}`)),
  CreateTopicsRequest: (m) =>
    line(
      'CreateTopics',
      list(m.topics, (t) =>
        t.assignments.length > 0 ? `${t.topic} assigned` : `${t.topic} ${t.numPartitions} partitions × ${t.replicationFactor}`,
      ),
    ),
  CreateTopicsResponse: (m) => line('CreateTopics response', list(m.topics, (t) => `${t.topic} ${outcome(t.error, 'created')}`)),
  DeleteTopicsRequest: (m) => line('DeleteTopics', m.topicNames.join(', ')),
  DeleteTopicsResponse: (m) => line('DeleteTopics response', list(m.responses, (t) => `${t.topic} ${outcome(t.error, 'deleted')}`)),
  DeleteRecordsRequest: (m) => line('DeleteRecords', perPartition(m.topics, (name, p) => `${name} before ${p.offset === UP_TO_HIGH_WATERMARK ? 'the HW' : p.offset}`)),
  DeleteRecordsResponse: (m) => line('DeleteRecords response', perPartition(m.topics, (name, p) => `${name} ${outcome(p.error, `low watermark ${p.lowWatermark}`)}`)),
  DescribeLogDirsRequest: (m) => line('DescribeLogDirs', m.topics === null ? 'all partitions' : names(m.topics)),
  DescribeLogDirsResponse: (m) =>
    line('DescribeLogDirs response', list(m.logDirs, (d) => `${d.logDir} ${outcome(d.error, `${d.topics.reduce((sum, { partitions }) => sum + partitions.length, 0)} replicas`)}`)),
  CreatePartitionsRequest: (m) => line('CreatePartitions', list(m.topics, (t) => `${t.topic} to ${t.count}`)),
  CreatePartitionsResponse: (m) => line('CreatePartitions response', list(m.topics, (t) => `${t.topic} ${outcome(t.error, 'done')}`)),
  ElectPreferredLeadersRequest: (m) => line('ElectPreferredLeaders', m.topics === null ? 'all partitions' : names(m.topics)),
  ElectPreferredLeadersResponse: (m) => line('ElectPreferredLeaders response', perPartition(m.topics, (name, p) => `${name} ${outcome(p.error, 'done')}`)),
  DescribeConfigsRequest: (m) => line('DescribeConfigs', list(m.resources, (r) => `${r.resourceType.toLowerCase()} ${r.resourceName}`)),
  DescribeConfigsResponse: (m) =>
    line('DescribeConfigs response', list(m.results, (r) => `${r.resourceName} ${outcome(r.error, `${r.configs.length} configs`)}`)),
  AlterConfigsRequest: (m) =>
    line(
      'AlterConfigs',
      list(m.resources, (r) => `${r.resourceType.toLowerCase()} ${r.resourceName} ${r.configs.map((c) => `${c.name}=${c.value ?? ''}`).join(' ')}`),
    ),
  AlterConfigsResponse: (m) => line('AlterConfigs response', list(m.responses, (r) => `${r.resourceName} ${outcome(r.error, 'done')}`)),
  ApiVersionsRequest: () => 'ApiVersions',
  ApiVersionsResponse: (m) => line('ApiVersions response', outcome(m.error, `${m.apiKeys.length} APIs`)),
  FindCoordinatorRequest: (m) => line('FindCoordinator', m.keyType === GROUP_COORDINATOR ? `group ${m.key}` : `transaction ${m.key}`),
  FindCoordinatorResponse: (m) => line('FindCoordinator response', outcome(m.error, `broker ${m.nodeId}`)),
  JoinGroupRequest: (m) => line('JoinGroup', m.groupId, member(m.memberId), instance(m.groupInstanceId), list(m.protocols, ({ name }) => name)),
  JoinGroupResponse: (m) =>
    line('JoinGroup response', m.error === 'NONE' ? `generation ${m.generationId} leader ${m.leader} ${m.protocolName}` : `${m.error}`, member(m.memberId), m.members.length === 0 ? '' : `of ${m.members.length}`),
  SyncGroupRequest: (m) => line('SyncGroup', m.groupId, `generation ${m.generationId}`, member(m.memberId), list(m.assignments, ({ memberId, assignment }) => `${memberId} ${assigned(assignment)}`)),
  SyncGroupResponse: (m) => line('SyncGroup response', outcome(m.error, assigned(m.assignment))),
  HeartbeatRequest: (m) => line('Heartbeat', m.groupId, `generation ${m.generationId}`, member(m.memberId)),
  HeartbeatResponse: (m) => line('Heartbeat response', outcome(m.error, 'alive')),
  LeaveGroupRequest: (m) => line('LeaveGroup', m.groupId, member(m.memberId)),
  LeaveGroupResponse: (m) => line('LeaveGroup response', outcome(m.error, 'done')),
  OffsetCommitRequest: (m) => line('OffsetCommit', m.groupId, `generation ${m.generationId}`, perPartition(m.topics, (name, p) => `${name} ${p.committedOffset}`)),
  OffsetCommitResponse: (m) => line('OffsetCommit response', perPartition(m.topics, (name, p) => `${name} ${outcome(p.error, 'done')}`)),
  OffsetFetchRequest: (m) => line('OffsetFetch', m.groupId, m.topics === null ? 'all partitions' : names(m.topics)),
  OffsetFetchResponse: (m) => line('OffsetFetch response', outcome(m.error, perPartition(m.topics, (name, p) => `${name} ${outcome(p.error, String(p.committedOffset))}`))),
  DescribeGroupsRequest: (m) => line('DescribeGroups', m.groups.join(', ')),
  DescribeGroupsResponse: (m) => line('DescribeGroups response', list(m.groups, (g) => `${g.groupId} ${outcome(g.error, `${g.groupState} of ${g.members.length}`)}`)),
  ListGroupsRequest: () => 'ListGroups',
  ListGroupsResponse: (m) => line('ListGroups response', outcome(m.error, list(m.groups, (g) => g.groupId))),
  DeleteGroupsRequest: (m) => line('DeleteGroups', m.groupsNames.join(', ')),
  DeleteGroupsResponse: (m) => line('DeleteGroups response', list(m.results, (g) => `${g.groupId} ${outcome(g.error, 'deleted')}`)),
  InitProducerIdRequest: (m) => line('InitProducerId', m.transactionalId ?? ''),
  InitProducerIdResponse: (m) => line('InitProducerId response', outcome(m.error, `producer ${m.producerId} epoch ${m.producerEpoch}`)),
  AddPartitionsToTxnRequest: (m) => line('AddPartitionsToTxn', m.transactionalId, names(m.topics)),
  AddPartitionsToTxnResponse: (m) => line('AddPartitionsToTxn response', perPartition(m.topics, (name, p) => `${name} ${outcome(p.error, 'added')}`)),
  AddOffsetsToTxnRequest: (m) => line('AddOffsetsToTxn', m.transactionalId, `group ${m.groupId}`),
  AddOffsetsToTxnResponse: (m) => line('AddOffsetsToTxn response', outcome(m.error, 'added')),
  EndTxnRequest: (m) => line('EndTxn', m.transactionalId, m.committed ? 'commit' : 'abort'),
  EndTxnResponse: (m) => line('EndTxn response', outcome(m.error, 'decided')),
  WriteTxnMarkersRequest: (m) =>
    line('WriteTxnMarkers', list(m.markers, (marker) => `producer ${marker.producerId} epoch ${marker.producerEpoch} ${marker.committed ? 'COMMIT' : 'ABORT'} ${names(marker.topics)}`)),
  WriteTxnMarkersResponse: (m) => line('WriteTxnMarkers response', list(m.markers, (marker) => `producer ${marker.producerId} ${perPartition(marker.topics, (name, p) => `${name} ${outcome(p.error, 'written')}`)}`)),
  TxnOffsetCommitRequest: (m) => line('TxnOffsetCommit', m.transactionalId, m.groupId, perPartition(m.topics, (name, p) => `${name} ${p.committedOffset}`)),
  TxnOffsetCommitResponse: (m) => line('TxnOffsetCommit response', perPartition(m.topics, (name, p) => `${name} ${outcome(p.error, 'done')}`)),
};

/** The one-line form of a message. */
export function describe(message: KafkaMessage): string {
  return (describers[message.type] as (message: KafkaMessage) => string)(message);
}
