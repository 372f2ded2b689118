/** DescribeConfigs, api key 32, version 2. */
import type { ErrorName } from './errors.ts';
import type { Request, Response } from './shared.ts';

export type ConfigResourceType = 'TOPIC' | 'BROKER';

/** On the wire: TOPIC_CONFIG 1, DYNAMIC_BROKER_CONFIG 2, DYNAMIC_DEFAULT_BROKER_CONFIG 3, STATIC_BROKER_CONFIG 4, DEFAULT_CONFIG 5. */
export type ConfigSource =
  | 'TOPIC_CONFIG'
  | 'DYNAMIC_BROKER_CONFIG'
  | 'DYNAMIC_DEFAULT_BROKER_CONFIG'
  | 'STATIC_BROKER_CONFIG'
  | 'DEFAULT_CONFIG';

export interface DescribeConfigsResource {
  readonly resourceType: ConfigResourceType;
  /** Topic name, or broker id in digits. */
  readonly resourceName: string;
  /** null: all. */
  readonly configNames: readonly string[] | null;
}

export interface DescribeConfigsRequest extends Request<'DescribeConfigsRequest'> {
  readonly resources: readonly DescribeConfigsResource[];
  readonly includeSynonyms: boolean;
}

export interface ConfigSynonym {
  readonly name: string;
  readonly value: string | null;
  readonly source: ConfigSource;
}

export interface ConfigEntry {
  readonly name: string;
  readonly value: string | null;
  readonly readOnly: boolean;
  readonly source: ConfigSource;
  readonly isSensitive: boolean;
  readonly synonyms: readonly ConfigSynonym[];
}

export interface DescribeConfigsResult {
  readonly error: ErrorName;
  readonly errorMessage: string | null;
  readonly resourceType: ConfigResourceType;
  readonly resourceName: string;
  readonly configs: readonly ConfigEntry[];
}

export interface DescribeConfigsResponse extends Response<'DescribeConfigsResponse'> {
  readonly throttleTimeMs: number;
  readonly results: readonly DescribeConfigsResult[];
}
