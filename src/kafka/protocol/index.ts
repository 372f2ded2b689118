/**
 * The table of APIs: a line here gives a request and its response their place in the unions, their key and their version.
 * Key and highest version of every API that a 2.3.0 broker advertises are in `apiVersions`, served or not.
 */
import type { ProduceRequest, ProduceResponse } from './produce.ts';
import type { FetchRequest, FetchResponse } from './fetch.ts';
import type { ListOffsetsRequest, ListOffsetsResponse } from './list-offsets.ts';
import type { MetadataRequest, MetadataResponse } from './metadata.ts';
import type { LeaderAndIsrRequest, LeaderAndIsrResponse } from './leader-and-isr.ts';
import type { StopReplicaRequest, StopReplicaResponse } from './stop-replica.ts';
import type { UpdateMetadataRequest, UpdateMetadataResponse } from './update-metadata.ts';
import type { ControlledShutdownRequest, ControlledShutdownResponse } from './controlled-shutdown.ts';
import type { ApiVersionsRequest, ApiVersionsResponse } from './api-versions.ts';
import type { CreateTopicsRequest, CreateTopicsResponse } from './create-topics.ts';
import type { DeleteTopicsRequest, DeleteTopicsResponse } from './delete-topics.ts';
import type { DeleteRecordsRequest, DeleteRecordsResponse } from './delete-records.ts';
import type { InitProducerIdRequest, InitProducerIdResponse } from './init-producer-id.ts';
import type { OffsetForLeaderEpochRequest, OffsetForLeaderEpochResponse } from './offset-for-leader-epoch.ts';
import type { DescribeConfigsRequest, DescribeConfigsResponse } from './describe-configs.ts';
import type { AlterConfigsRequest, AlterConfigsResponse } from './alter-configs.ts';
import type { DescribeLogDirsRequest, DescribeLogDirsResponse } from './describe-log-dirs.ts';
import type { CreatePartitionsRequest, CreatePartitionsResponse } from './create-partitions.ts';
import type { ElectPreferredLeadersRequest, ElectPreferredLeadersResponse } from './elect-preferred-leaders.ts';
import type { OffsetCommitRequest, OffsetCommitResponse } from './offset-commit.ts';
import type { OffsetFetchRequest, OffsetFetchResponse } from './offset-fetch.ts';
import type { FindCoordinatorRequest, FindCoordinatorResponse } from './find-coordinator.ts';
import type { JoinGroupRequest, JoinGroupResponse } from './join-group.ts';
import type { HeartbeatRequest, HeartbeatResponse } from './heartbeat.ts';
import type { LeaveGroupRequest, LeaveGroupResponse } from './leave-group.ts';
import type { SyncGroupRequest, SyncGroupResponse } from './sync-group.ts';
import type { DescribeGroupsRequest, DescribeGroupsResponse } from './describe-groups.ts';
import type { ListGroupsRequest, ListGroupsResponse } from './list-groups.ts';
import type { DeleteGroupsRequest, DeleteGroupsResponse } from './delete-groups.ts';
import type { AddPartitionsToTxnRequest, AddPartitionsToTxnResponse } from './add-partitions-to-txn.ts';
import type { AddOffsetsToTxnRequest, AddOffsetsToTxnResponse } from './add-offsets-to-txn.ts';
import type { EndTxnRequest, EndTxnResponse } from './end-txn.ts';
import type { WriteTxnMarkersRequest, WriteTxnMarkersResponse } from './write-txn-markers.ts';
import type { TxnOffsetCommitRequest, TxnOffsetCommitResponse } from './txn-offset-commit.ts';

/** What this deployment speaks. */
export interface Apis {
  readonly Produce: { readonly request: ProduceRequest; readonly response: ProduceResponse };
  readonly Fetch: { readonly request: FetchRequest; readonly response: FetchResponse };
  readonly ListOffsets: { readonly request: ListOffsetsRequest; readonly response: ListOffsetsResponse };
  readonly Metadata: { readonly request: MetadataRequest; readonly response: MetadataResponse };
  readonly LeaderAndIsr: { readonly request: LeaderAndIsrRequest; readonly response: LeaderAndIsrResponse };
  readonly StopReplica: { readonly request: StopReplicaRequest; readonly response: StopReplicaResponse };
  readonly UpdateMetadata: { readonly request: UpdateMetadataRequest; readonly response: UpdateMetadataResponse };
  readonly ControlledShutdown: { readonly request: ControlledShutdownRequest; readonly response: ControlledShutdownResponse };
  readonly ApiVersions: { readonly request: ApiVersionsRequest; readonly response: ApiVersionsResponse };
  readonly CreateTopics: { readonly request: CreateTopicsRequest; readonly response: CreateTopicsResponse };
  readonly DeleteTopics: { readonly request: DeleteTopicsRequest; readonly response: DeleteTopicsResponse };
  readonly DeleteRecords: { readonly request: DeleteRecordsRequest; readonly response: DeleteRecordsResponse };
  readonly InitProducerId: { readonly request: InitProducerIdRequest; readonly response: InitProducerIdResponse };
  readonly OffsetForLeaderEpoch: { readonly request: OffsetForLeaderEpochRequest; readonly response: OffsetForLeaderEpochResponse };
  readonly DescribeConfigs: { readonly request: DescribeConfigsRequest; readonly response: DescribeConfigsResponse };
  readonly AlterConfigs: { readonly request: AlterConfigsRequest; readonly response: AlterConfigsResponse };
  readonly DescribeLogDirs: { readonly request: DescribeLogDirsRequest; readonly response: DescribeLogDirsResponse };
  readonly CreatePartitions: { readonly request: CreatePartitionsRequest; readonly response: CreatePartitionsResponse };
  readonly ElectPreferredLeaders: { readonly request: ElectPreferredLeadersRequest; readonly response: ElectPreferredLeadersResponse };
  readonly OffsetCommit: { readonly request: OffsetCommitRequest; readonly response: OffsetCommitResponse };
  readonly OffsetFetch: { readonly request: OffsetFetchRequest; readonly response: OffsetFetchResponse };
  readonly FindCoordinator: { readonly request: FindCoordinatorRequest; readonly response: FindCoordinatorResponse };
  readonly JoinGroup: { readonly request: JoinGroupRequest; readonly response: JoinGroupResponse };
  readonly Heartbeat: { readonly request: HeartbeatRequest; readonly response: HeartbeatResponse };
  readonly LeaveGroup: { readonly request: LeaveGroupRequest; readonly response: LeaveGroupResponse };
  readonly SyncGroup: { readonly request: SyncGroupRequest; readonly response: SyncGroupResponse };
  readonly DescribeGroups: { readonly request: DescribeGroupsRequest; readonly response: DescribeGroupsResponse };
  readonly ListGroups: { readonly request: ListGroupsRequest; readonly response: ListGroupsResponse };
  readonly DeleteGroups: { readonly request: DeleteGroupsRequest; readonly response: DeleteGroupsResponse };
  readonly AddPartitionsToTxn: { readonly request: AddPartitionsToTxnRequest; readonly response: AddPartitionsToTxnResponse };
  readonly AddOffsetsToTxn: { readonly request: AddOffsetsToTxnRequest; readonly response: AddOffsetsToTxnResponse };
  readonly EndTxn: { readonly request: EndTxnRequest; readonly response: EndTxnResponse };
  readonly WriteTxnMarkers: { readonly request: WriteTxnMarkersRequest; readonly response: WriteTxnMarkersResponse };
  readonly TxnOffsetCommit: { readonly request: TxnOffsetCommitRequest; readonly response: TxnOffsetCommitResponse };
}

export type ApiName = keyof Apis;
export type RequestOf<Api extends ApiName> = Apis[Api]['request'];
export type ResponseOf<Api extends ApiName> = Apis[Api]['response'];
export type KafkaRequest = Apis[ApiName]['request'];
export type KafkaResponse = Apis[ApiName]['response'];
export type KafkaMessage = KafkaRequest | KafkaResponse;

/** What a message is apart from its envelope: `send` adds type, correlation id, client id and version. */
export type RequestBody<Api extends ApiName> = Omit<RequestOf<Api>, 'type' | 'correlationId' | 'clientId' | 'apiVersion'>;
export type ResponseBody<Api extends ApiName> = Omit<ResponseOf<Api>, 'type' | 'correlationId'>;

/** Key (the position) and highest version of every API a 2.3.0 broker advertises; the lowest is 0 for all. */
export const apiVersions = [
  ['Produce', 7],
  ['Fetch', 11],
  ['ListOffsets', 5],
  ['Metadata', 8],
  ['LeaderAndIsr', 2],
  ['StopReplica', 1],
  ['UpdateMetadata', 5],
  ['ControlledShutdown', 2],
  ['OffsetCommit', 7],
  ['OffsetFetch', 5],
  ['FindCoordinator', 2],
  ['JoinGroup', 5],
  ['Heartbeat', 3],
  ['LeaveGroup', 2],
  ['SyncGroup', 3],
  ['DescribeGroups', 3],
  ['ListGroups', 2],
  ['SaslHandshake', 1],
  ['ApiVersions', 2],
  ['CreateTopics', 3],
  ['DeleteTopics', 3],
  ['DeleteRecords', 1],
  ['InitProducerId', 1],
  ['OffsetForLeaderEpoch', 3],
  ['AddPartitionsToTxn', 1],
  ['AddOffsetsToTxn', 1],
  ['EndTxn', 1],
  ['WriteTxnMarkers', 0],
  ['TxnOffsetCommit', 2],
  ['DescribeAcls', 1],
  ['CreateAcls', 1],
  ['DeleteAcls', 1],
  ['DescribeConfigs', 2],
  ['AlterConfigs', 1],
  ['AlterReplicaLogDirs', 1],
  ['DescribeLogDirs', 1],
  ['SaslAuthenticate', 1],
  ['CreatePartitions', 1],
  ['CreateDelegationToken', 1],
  ['RenewDelegationToken', 1],
  ['ExpireDelegationToken', 1],
  ['DescribeDelegationToken', 1],
  ['DeleteGroups', 1],
  ['ElectPreferredLeaders', 0],
  ['IncrementalAlterConfigs', 0],
] as const;

type AdvertisedApi = (typeof apiVersions)[number][0];

const byName = Object.fromEntries(apiVersions.map(([name, version], key) => [name, { key, version }])) as {
  readonly [name in AdvertisedApi]: { readonly key: number; readonly version: number };
};

/** `org.apache.kafka.common.protocol.ApiKeys`. */
export function apiKey(api: ApiName): number {
  return byName[api].key;
}

/** The highest version, which brokers and the Java tools of the same release use among themselves. */
export function apiVersion(api: ApiName): number {
  return byName[api].version;
}

/** The API of a message by its type: `FetchRequest` and `FetchResponse` are `Fetch`. */
export function apiOf(message: KafkaMessage): ApiName {
  return message.type.slice(0, message.type.length - (isRequest(message) ? 7 : 8)) as ApiName;
}

export function isRequest(message: KafkaMessage): message is KafkaRequest {
  return message.type.endsWith('Request');
}

/** A request in its envelope, at the highest version. */
export function request<Api extends ApiName>(api: Api, correlationId: number, clientId: string, body: RequestBody<Api>): RequestOf<Api> {
  return { type: `${api}Request`, correlationId, clientId, apiVersion: byName[api as AdvertisedApi].version, ...body } as unknown as RequestOf<Api>;
}

/** The response to a request: carries its correlation id. */
export function response<Api extends ApiName>(api: Api, correlationId: number, body: ResponseBody<Api>): ResponseOf<Api> {
  return { type: `${api}Response`, correlationId, ...body } as unknown as ResponseOf<Api>;
}

export { errors, errorCode, errorName, isRetriable, type ErrorName } from './errors.ts';
export * from './shared.ts';
export * from './produce.ts';
export * from './fetch.ts';
export * from './list-offsets.ts';
export * from './metadata.ts';
export * from './leader-and-isr.ts';
export * from './stop-replica.ts';
export * from './update-metadata.ts';
export * from './controlled-shutdown.ts';
export * from './api-versions.ts';
export * from './create-topics.ts';
export * from './delete-topics.ts';
export * from './delete-records.ts';
export * from './init-producer-id.ts';
export * from './offset-for-leader-epoch.ts';
export * from './describe-configs.ts';
export * from './alter-configs.ts';
export * from './describe-log-dirs.ts';
export * from './create-partitions.ts';
export * from './elect-preferred-leaders.ts';
export * from './offset-commit.ts';
export * from './offset-fetch.ts';
export * from './find-coordinator.ts';
export * from './join-group.ts';
export * from './heartbeat.ts';
export * from './leave-group.ts';
export * from './sync-group.ts';
export * from './describe-groups.ts';
export * from './list-groups.ts';
export * from './delete-groups.ts';
export * from './add-partitions-to-txn.ts';
export * from './add-offsets-to-txn.ts';
export * from './end-txn.ts';
export * from './write-txn-markers.ts';
export * from './txn-offset-commit.ts';
