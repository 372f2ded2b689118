/** CreatePartitions, api key 37, version 1: a topic gets more partitions, never fewer; only the controller accepts it. */
import type { ErrorName } from './errors.ts';
import type { Request, Response } from './shared.ts';

export interface CreatePartitionsTopic {
  readonly topic: string;
  /** The total that is wanted. */
  readonly count: number;
  /** Broker ids of each new partition; null: the controller assigns. */
  readonly assignments: readonly (readonly number[])[] | null;
}

export interface CreatePartitionsRequest extends Request<'CreatePartitionsRequest'> {
  readonly topics: readonly CreatePartitionsTopic[];
  readonly timeoutMs: number;
  readonly validateOnly: boolean;
}

export interface CreatePartitionsTopicResult {
  readonly topic: string;
  readonly error: ErrorName;
  readonly errorMessage: string | null;
}

export interface CreatePartitionsResponse extends Response<'CreatePartitionsResponse'> {
  readonly throttleTimeMs: number;
  readonly topics: readonly CreatePartitionsTopicResult[];
}
