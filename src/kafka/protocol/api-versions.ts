/** ApiVersions, api key 18, version 2: the first request on every new client connection. */
import type { ErrorName } from './errors.ts';
import type { Request, Response } from './shared.ts';

export type ApiVersionsRequest = Request<'ApiVersionsRequest'>;

export interface ApiVersionRange {
  readonly apiKey: number;
  readonly minVersion: number;
  readonly maxVersion: number;
}

export interface ApiVersionsResponse extends Response<'ApiVersionsResponse'> {
  readonly error: ErrorName;
  readonly apiKeys: readonly ApiVersionRange[];
  readonly throttleTimeMs: number;
}
