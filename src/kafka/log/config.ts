/**
 * A topic's configuration as its log sees it (`kafka.log.LogConfig`): the official names, their defaults in 2.3.0 and
 * their values as numbers.
 */

/** Stands for the largest Java long, which is not a safe integer; it means "never". */
export const LONG_MAX = Number.MAX_SAFE_INTEGER;

export interface LogConfig {
  readonly cleanupPolicy: readonly ('delete' | 'compact')[];
  readonly compressionType: string;
  readonly deleteRetentionMs: number;
  readonly fileDeleteDelayMs: number;
  readonly flushMessages: number;
  readonly flushMs: number;
  readonly indexIntervalBytes: number;
  readonly maxCompactionLagMs: number;
  readonly maxMessageBytes: number;
  readonly messageDownconversionEnable: boolean;
  readonly messageFormatVersion: string;
  readonly messageTimestampDifferenceMaxMs: number;
  readonly messageTimestampType: 'CreateTime' | 'LogAppendTime';
  readonly minCleanableDirtyRatio: number;
  readonly minCompactionLagMs: number;
  readonly minInsyncReplicas: number;
  readonly preallocate: boolean;
  readonly retentionBytes: number;
  readonly retentionMs: number;
  readonly segmentBytes: number;
  readonly segmentIndexBytes: number;
  readonly segmentJitterMs: number;
  readonly segmentMs: number;
  readonly uncleanLeaderElectionEnable: boolean;
}

export const defaultLogConfig: LogConfig = {
  cleanupPolicy: ['delete'],
  compressionType: 'producer',
  deleteRetentionMs: 86_400_000,
  fileDeleteDelayMs: 60_000,
  flushMessages: LONG_MAX,
  flushMs: LONG_MAX,
  indexIntervalBytes: 4_096,
  maxCompactionLagMs: LONG_MAX,
  maxMessageBytes: 1_000_012,
  messageDownconversionEnable: true,
  messageFormatVersion: '2.3-IV1',
  messageTimestampDifferenceMaxMs: LONG_MAX,
  messageTimestampType: 'CreateTime',
  minCleanableDirtyRatio: 0.5,
  minCompactionLagMs: 0,
  minInsyncReplicas: 1,
  preallocate: false,
  retentionBytes: -1,
  retentionMs: 604_800_000,
  segmentBytes: 1_073_741_824,
  segmentIndexBytes: 10_485_760,
  segmentJitterMs: 0,
  segmentMs: 604_800_000,
  uncleanLeaderElectionEnable: false,
};

/** Field by official name. */
export const logConfigFields = {
  'cleanup.policy': 'cleanupPolicy',
  'compression.type': 'compressionType',
  'delete.retention.ms': 'deleteRetentionMs',
  'file.delete.delay.ms': 'fileDeleteDelayMs',
  'flush.messages': 'flushMessages',
  'flush.ms': 'flushMs',
  'index.interval.bytes': 'indexIntervalBytes',
  'max.compaction.lag.ms': 'maxCompactionLagMs',
  'max.message.bytes': 'maxMessageBytes',
  'message.downconversion.enable': 'messageDownconversionEnable',
  'message.format.version': 'messageFormatVersion',
  'message.timestamp.difference.max.ms': 'messageTimestampDifferenceMaxMs',
  'message.timestamp.type': 'messageTimestampType',
  'min.cleanable.dirty.ratio': 'minCleanableDirtyRatio',
  'min.compaction.lag.ms': 'minCompactionLagMs',
  'min.insync.replicas': 'minInsyncReplicas',
  preallocate: 'preallocate',
  'retention.bytes': 'retentionBytes',
  'retention.ms': 'retentionMs',
  'segment.bytes': 'segmentBytes',
  'segment.index.bytes': 'segmentIndexBytes',
  'segment.jitter.ms': 'segmentJitterMs',
  'segment.ms': 'segmentMs',
  'unclean.leader.election.enable': 'uncleanLeaderElectionEnable',
} as const satisfies { readonly [name: string]: keyof LogConfig };

export type LogConfigName = keyof typeof logConfigFields;

function valueOf(text: string, like: LogConfig[keyof LogConfig]): unknown {
  if (typeof like === 'number') return Math.min(Number(text), LONG_MAX);
  if (typeof like === 'boolean') return text === 'true';
  if (typeof like === 'string') return text;
  return text.split(',').map((word) => word.trim());
}

/** A topic's overrides (official names, values as text, already validated) on top of the broker's defaults; other names are ignored. */
export function logConfig(overrides: { readonly [name: string]: string }, defaults: LogConfig = defaultLogConfig): LogConfig {
  const changed: Record<string, unknown> = {};
  for (const [name, text] of Object.entries(overrides)) {
    const field = (logConfigFields as { readonly [name: string]: keyof LogConfig })[name];
    if (field !== undefined) changed[field] = valueOf(text, defaults[field]);
  }
  return { ...defaults, ...(changed as Partial<LogConfig>) };
}

/** A value as the tools print it. */
export function logConfigText(config: LogConfig, name: LogConfigName): string {
  const value = config[logConfigFields[name]];
  if (value === LONG_MAX) return '9223372036854775807';
  return Array.isArray(value) ? value.join(',') : String(value);
}
