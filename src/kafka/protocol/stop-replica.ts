/** StopReplica, api key 5, version 1: stop fetching, and with `deletePartitions` drop the log too. */
import type { ErrorName } from './errors.ts';
import type { FromController, Request, Response, TopicOf, TopicPartitionError } from './shared.ts';

export interface StopReplicaRequest extends Request<'StopReplicaRequest'>, FromController {
  readonly deletePartitions: boolean;
  readonly topics: readonly TopicOf<number>[];
}

export interface StopReplicaResponse extends Response<'StopReplicaResponse'> {
  readonly error: ErrorName;
  readonly partitions: readonly TopicPartitionError[];
}
