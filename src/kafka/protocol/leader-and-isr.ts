/** LeaderAndIsr, api key 4, version 2: the controller tells a broker which replicas it leads and follows. */
import type { ErrorName } from './errors.ts';
import type { FromController, Request, Response, TopicOf, TopicPartitionError } from './shared.ts';

export interface LeaderAndIsrPartitionState {
  readonly partition: number;
  /** Epoch of the controller that decided this state, as in the partition's znode. */
  readonly controllerEpoch: number;
  /** -1: no leader. */
  readonly leader: number;
  readonly leaderEpoch: number;
  readonly isr: readonly number[];
  readonly zkVersion: number;
  readonly replicas: readonly number[];
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
