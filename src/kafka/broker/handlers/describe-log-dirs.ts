/** DescribeLogDirs (ReplicaManager.describeLogDirs). Moves between directories are not modelled, so no replica is a future one. */
import { logBytes, type Log } from '../../log/log.ts';
import type { LogDirInfo, ReplicaInfo } from '../../protocol/index.ts';
import { topicPartition } from '../../topic-partition.ts';
import { roleOf, type Partition } from '../partition.ts';
import type { Handler } from '../requests.ts';
import type { Draft } from '../state.ts';

export const describeLogDirs: Handler<'DescribeLogDirs'> = (b, { topics }) => {
  const wanted = topics === null ? null : new Set(topics.flatMap(({ topic, partitions }) => partitions.map((partition) => topicPartition(topic, partition))));
  const replicas = [
    ...b.partitions.filter(isOnline).map(({ log, highWatermark }) => infoOf(log, Math.max(highWatermark - log.logEndOffset, 0))),
    ...Object.values(b.logs).map((log) => infoOf(log, -1)),
  ].filter(({ log }) => wanted === null || wanted.has(log.name));
  return { throttleTimeMs: 0, logDirs: b.config.logDirs.map((dir) => dirInfo(b, dir, replicas.filter(({ log }) => log.logDir === dir))) };
};

const isOnline = (partition: Partition): boolean => !['none', 'offline'].includes(roleOf(partition));

interface Replica {
  readonly log: Log;
  readonly info: ReplicaInfo;
}

const infoOf = (log: Log, offsetLag: number): Replica => ({ log, info: { partition: log.partition, size: logBytes(log), offsetLag, isFuture: false } });

function dirInfo(b: Draft, logDir: string, replicas: readonly Replica[]): LogDirInfo {
  if (b.offlineLogDirs.includes(logDir)) return { error: 'KAFKA_STORAGE_ERROR', logDir, topics: [] };
  const topics = [...new Set(replicas.map(({ log }) => log.topic))];
  return { error: 'NONE', logDir, topics: topics.map((topic) => ({ topic, partitions: replicas.filter(({ log }) => log.topic === topic).map(({ info }) => info) })) };
}
