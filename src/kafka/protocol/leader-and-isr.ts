/** LeaderAndIsr, api key 4, version 2: the controller tells a broker which replicas it leads and follows. */
import type { ErrorName } from './errors.ts';
import type { ControlledPartition, FromController, Request, Response, TopicOf, TopicPartitionError } from './shared.ts';

export interface LeaderAndIsrPartitionState extends ControlledPartition {
  readonly isNew: boolean;
}

/** Address of a broker that leads one of the partitions. */
export interface LiveLeader {
  readonly id: number;
  readonly host: string;
  readonly port: number;
}

export interface LeaderAndIsrRequest extends Request<'LeaderAndIsrRequest'>, FromController {
  readonly topics: readonly TopicOf<LeaderAndIsrPartitionState>[];
  readonly liveLeaders: readonly LiveLeader[];
}

export interface LeaderAndIsrResponse extends Response<'LeaderAndIsrResponse'> {
  readonly error: ErrorName;
  readonly partitions: readonly TopicPartitionError[];
}
