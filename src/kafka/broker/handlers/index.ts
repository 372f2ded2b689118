/** The table of APIs a broker serves: a missing one does not compile. */
import type { Apis } from '../../protocol/index.ts';
import type { Handler } from '../requests.ts';
import { alterConfigs, apiVersions, createPartitions, createTopics, deleteTopics, describeConfigs } from './admin.ts';
import { leaderAndIsr, stopReplica, updateMetadata } from './control.ts';
import { controlledShutdown, electPreferredLeaders, type ToController } from './controlled-shutdown.ts';
import { deleteRecords } from './delete-records.ts';
import { describeLogDirs } from './describe-log-dirs.ts';
import { fetch } from './fetch.ts';
import { findCoordinator } from './find-coordinator.ts';
import { deleteGroups, describeGroups, heartbeat, joinGroup, leaveGroup, listGroups, offsetCommit, offsetFetch, syncGroup, txnOffsetCommit } from './groups.ts';
import { listOffsets } from './list-offsets.ts';
import { metadata } from './metadata.ts';
import { offsetForLeaderEpoch } from './offset-for-leader-epoch.ts';
import { produce } from './produce.ts';
import { addOffsetsToTxn, addPartitionsToTxn, endTxn, initProducerId } from './transactions.ts';
import { writeTxnMarkers } from './write-txn-markers.ts';

export type Handlers = { readonly [Api in keyof Apis]: Handler<Api> };

export const handlers = (toController: ToController): Handlers => ({
  Produce: produce,
  Fetch: fetch,
  ListOffsets: listOffsets,
  Metadata: metadata,
  LeaderAndIsr: leaderAndIsr,
  StopReplica: stopReplica,
  UpdateMetadata: updateMetadata,
  ControlledShutdown: controlledShutdown(toController),
  ApiVersions: apiVersions,
  CreateTopics: createTopics,
  DeleteTopics: deleteTopics,
  DeleteRecords: deleteRecords,
  InitProducerId: initProducerId,
  OffsetForLeaderEpoch: offsetForLeaderEpoch,
  DescribeConfigs: describeConfigs,
  AlterConfigs: alterConfigs,
  DescribeLogDirs: describeLogDirs,
  CreatePartitions: createPartitions,
  ElectPreferredLeaders: electPreferredLeaders(toController),
  FindCoordinator: findCoordinator,
  JoinGroup: joinGroup,
  SyncGroup: syncGroup,
  Heartbeat: heartbeat,
  LeaveGroup: leaveGroup,
  OffsetCommit: offsetCommit,
  OffsetFetch: offsetFetch,
  DescribeGroups: describeGroups,
  ListGroups: listGroups,
  DeleteGroups: deleteGroups,
  AddPartitionsToTxn: addPartitionsToTxn,
  AddOffsetsToTxn: addOffsetsToTxn,
  EndTxn: endTxn,
  WriteTxnMarkers: writeTxnMarkers,
  TxnOffsetCommit: txnOffsetCommit,
});
