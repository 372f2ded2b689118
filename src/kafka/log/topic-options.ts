/** The options a topic may have of its own (`LogConfig` 2.3.0): their rules, and the broker's keys that stand behind them. */
import { flag, int, list, long, NEVER, replicas, text, valueProblem, type ConfigKey } from '../config-def.ts';
import { NO_ZSTD } from '../lab-limits.ts';

export const cleanupPolicies = ['compact', 'delete'];
/** `BrokerCompressionCodec`: what batches are written in, or that the producer decides. */
export const brokerCodecs = ['uncompressed', 'zstd', 'lz4', 'snappy', 'gzip', 'producer'];

/** The broker's key that a topic's option takes its value from; the other spellings of a time do not count (LogConfig.TopicConfigSynonyms). */
export const topicOptionSynonyms: { readonly [option: string]: string } = {
  'segment.bytes': 'log.segment.bytes',
  'segment.ms': 'log.roll.ms',
  'segment.jitter.ms': 'log.roll.jitter.ms',
  'segment.index.bytes': 'log.index.size.max.bytes',
  'flush.messages': 'log.flush.interval.messages',
  'flush.ms': 'log.flush.interval.ms',
  'retention.bytes': 'log.retention.bytes',
  'retention.ms': 'log.retention.ms',
  'max.message.bytes': 'message.max.bytes',
  'index.interval.bytes': 'log.index.interval.bytes',
  'delete.retention.ms': 'log.cleaner.delete.retention.ms',
  'min.compaction.lag.ms': 'log.cleaner.min.compaction.lag.ms',
  'max.compaction.lag.ms': 'log.cleaner.max.compaction.lag.ms',
  'file.delete.delay.ms': 'log.segment.delete.delay.ms',
  'min.cleanable.dirty.ratio': 'log.cleaner.min.cleanable.ratio',
  'cleanup.policy': 'log.cleanup.policy',
  'min.insync.replicas': 'min.insync.replicas',
  'compression.type': 'compression.type',
  'unclean.leader.election.enable': 'unclean.leader.election.enable',
  preallocate: 'log.preallocate',
  'message.format.version': 'log.message.format.version',
  'message.timestamp.type': 'log.message.timestamp.type',
  'message.timestamp.difference.max.ms': 'log.message.timestamp.difference.max.ms',
  'message.downconversion.enable': 'log.message.downconversion.enable',
};

/** The 26 topic options with their rules (LogConfig). */
const topicOptions: { readonly [option: string]: ConfigKey } = Object.fromEntries(
  [
    list('cleanup.policy', 'delete', cleanupPolicies),
    text('compression.type', 'producer', brokerCodecs),
    long('delete.retention.ms', 86400000, 0),
    long('file.delete.delay.ms', 60000, 0),
    long('flush.messages', NEVER, 0),
    long('flush.ms', NEVER, 0),
    replicas('follower.replication.throttled.replicas'),
    int('index.interval.bytes', 4096, 0),
    replicas('leader.replication.throttled.replicas'),
    long('max.compaction.lag.ms', NEVER, 1),
    int('max.message.bytes', 1000012, 0),
    flag('message.downconversion.enable', true),
    text('message.format.version', '2.3-IV1'),
    long('message.timestamp.difference.max.ms', NEVER, 0),
    text('message.timestamp.type', 'CreateTime', ['CreateTime', 'LogAppendTime']),
    { key: 'min.cleanable.dirty.ratio', type: 'double', default: 0.5, min: 0 } as ConfigKey,
    long('min.compaction.lag.ms', 0, 0),
    int('min.insync.replicas', 1, 1),
    flag('preallocate', false),
    long('retention.bytes', -1),
    long('retention.ms', 604800000, -1),
    int('segment.bytes', 1073741824, 14),
    int('segment.index.bytes', 10485760, 0),
    long('segment.jitter.ms', 0, 0),
    long('segment.ms', 604800000, 1),
    flag('unclean.leader.election.enable', false),
  ].map((entry) => [entry.key, entry]),
);

/** null if topics have such an option, else what the broker answers. */
export function topicOptionNameProblem(option: string): string | null {
  return Object.hasOwn(topicOptions, option) ? null : `Unknown topic config name: ${option}`;
}

/** null if a topic may have this option with this value, else what the broker answers. */
export function topicOptionProblem(option: string, value: string | null): string | null {
  const nameProblem = topicOptionNameProblem(option);
  if (nameProblem !== null) return nameProblem;
  if (value === null) return `Null value not supported for topic configs : ${option}`;
  if (option === 'compression.type' && value.trim() === 'zstd') return NO_ZSTD;
  return valueProblem(topicOptions[option]!, value);
}
