/** ElectPreferredLeaders, api key 43, version 0 (KIP-183). */
import type { ErrorName } from './errors.ts';
import type { Request, Response, TopicOf } from './shared.ts';

export interface ElectPreferredLeadersRequest extends Request<'ElectPreferredLeadersRequest'> {
  /** null: every partition of the cluster. */
  readonly topics: readonly TopicOf<number>[] | null;
  readonly timeoutMs: number;
}

export interface ElectPreferredLeadersPartitionResult {
  readonly partition: number;
  readonly error: ErrorName;
  readonly errorMessage: string | null;
}

export interface ElectPreferredLeadersResponse extends Response<'ElectPreferredLeadersResponse'> {
  readonly throttleTimeMs: number;
  readonly topics: readonly TopicOf<ElectPreferredLeadersPartitionResult>[];
}
