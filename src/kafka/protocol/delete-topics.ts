/** DeleteTopics, api key 20, version 3; only the controller accepts it. */
import type { ErrorName } from './errors.ts';
import type { Request, Response } from './shared.ts';

export interface DeleteTopicsRequest extends Request<'DeleteTopicsRequest'> {
  readonly topicNames: readonly string[];
  readonly timeoutMs: number;
}

export interface DeletableTopicResult {
  readonly topic: string;
  readonly error: ErrorName;
}

export interface DeleteTopicsResponse extends Response<'DeleteTopicsResponse'> {
  readonly throttleTimeMs: number;
  readonly responses: readonly DeletableTopicResult[];
}
