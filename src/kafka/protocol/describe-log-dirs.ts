/** DescribeLogDirs, api key 35, version 1: what lies in a broker's log directories. */
import type { ErrorName } from './errors.ts';
import type { Request, Response, TopicOf } from './shared.ts';

export interface DescribeLogDirsRequest extends Request<'DescribeLogDirsRequest'> {
  /** null: all. */
  readonly topics: readonly TopicOf<number>[] | null;
}

export interface ReplicaInfo {
  readonly partition: number;
  /** Bytes of its segments. */
  readonly size: number;
  /** How far the log's end is behind the high watermark; -1: not known. */
  readonly offsetLag: number;
  /** Being moved here from another directory. */
  readonly isFuture: boolean;
}

export interface LogDirInfo {
  readonly error: ErrorName;
  readonly logDir: string;
  readonly topics: readonly TopicOf<ReplicaInfo>[];
}

export interface DescribeLogDirsResponse extends Response<'DescribeLogDirsResponse'> {
  readonly throttleTimeMs: number;
  readonly logDirs: readonly LogDirInfo[];
}
