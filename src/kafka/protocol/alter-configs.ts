/** AlterConfigs, api key 33, version 1: replaces the whole set of a resource's overrides. */
import type { ErrorName } from './errors.ts';
import type { Request, Response } from './shared.ts';

export interface AlterConfigsResource {
  readonly resourceType: 'TOPIC' | 'BROKER';
  readonly resourceName: string;
  readonly configs: readonly { readonly name: string; readonly value: string | null }[];
}

export interface AlterConfigsRequest extends Request<'AlterConfigsRequest'> {
  readonly resources: readonly AlterConfigsResource[];
  readonly validateOnly: boolean;
}

export interface AlterConfigsResult {
  readonly error: ErrorName;
  readonly errorMessage: string | null;
  readonly resourceType: 'TOPIC' | 'BROKER';
  readonly resourceName: string;
}

export interface AlterConfigsResponse extends Response<'AlterConfigsResponse'> {
  readonly throttleTimeMs: number;
  readonly responses: readonly AlterConfigsResult[];
}
