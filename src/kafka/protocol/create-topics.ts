/** CreateTopics, api key 19, version 3; only the controller accepts it. */
import type { ErrorName } from './errors.ts';
import type { Request, Response } from './shared.ts';

export interface ReplicaAssignment {
  readonly partition: number;
  readonly brokerIds: readonly number[];
}

export interface TopicConfigEntry {
  readonly name: string;
  readonly value: string | null;
}

export interface CreatableTopic {
  readonly topic: string;
  /** -1 with manual assignments. */
  readonly numPartitions: number;
  readonly replicationFactor: number;
  readonly assignments: readonly ReplicaAssignment[];
  readonly configs: readonly TopicConfigEntry[];
}

export interface CreateTopicsRequest extends Request<'CreateTopicsRequest'> {
  readonly topics: readonly CreatableTopic[];
  readonly timeoutMs: number;
  readonly validateOnly: boolean;
}

export interface CreatableTopicResult {
  readonly topic: string;
  readonly error: ErrorName;
  /** null: the error's default text. */
  readonly errorMessage: string | null;
}

export interface CreateTopicsResponse extends Response<'CreateTopicsResponse'> {
  readonly throttleTimeMs: number;
  readonly topics: readonly CreatableTopicResult[];
}
