/** UpdateMetadata, api key 6, version 5: the controller's picture of the cluster, for every broker's metadata cache. */
import type { ErrorName } from './errors.ts';
import type { ControlledPartition, FromController, Request, Response, TopicOf } from './shared.ts';

export const LEADER_DURING_DELETE = -2;

export interface UpdateMetadataPartitionState extends ControlledPartition {
  readonly offlineReplicas: readonly number[];
}

export interface EndPoint {
  readonly port: number;
  readonly host: string;
  /** Name of the listener, e.g. `PLAINTEXT`. */
  readonly listener: string;
  readonly securityProtocol: 'PLAINTEXT' | 'SSL' | 'SASL_PLAINTEXT' | 'SASL_SSL';
}

export interface LiveBroker {
  readonly id: number;
  readonly endPoints: readonly EndPoint[];
  readonly rack: string | null;
}

export interface UpdateMetadataRequest extends Request<'UpdateMetadataRequest'>, FromController {
  readonly topics: readonly TopicOf<UpdateMetadataPartitionState>[];
  readonly liveBrokers: readonly LiveBroker[];
}

export interface UpdateMetadataResponse extends Response<'UpdateMetadataResponse'> {
  readonly error: ErrorName;
}
