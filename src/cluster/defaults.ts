/** The tutorial's deployment, corrected so that three brokers fit one host (lessons.md 1.4). */
import type { BrokerDescription, ZooKeeperDescription } from './description.ts';

/** 2026-11-22 07:29:00 UTC; any fixed moment does. */
const WALL_CLOCK_BASE_MS = 1_795_332_540_000;

export const createWorldDefaults = {
  wallClockBaseMs: WALL_CLOCK_BASE_MS,
  /** One machine: a hop costs half a millisecond or so, an fsync one to three. */
  network: { latencyMinMicros: 300, latencyMaxMicros: 900 },
  disk: { flushMinMicros: 1_000, flushMaxMicros: 3_000 },
} as const;

/** The image's defaults (zookeeper.md 6). */
export const imageDefaults: Omit<ZooKeeperDescription, 'servers'> = { tickTimeMs: 2_000, initLimit: 5, syncLimit: 2 };

/** `server.properties` as shipped with 2.3.0 plus the tutorial's keys; `changes` replace or add keys. */
export function serverProperties(id: number, zookeeperServers = 3, changes: Readonly<Record<string, string>> = {}): string {
  const suffix = id === 1 ? '' : `-${id}`;
  const keys: Record<string, string> = {
    'broker.id': String(id),
    listeners: `PLAINTEXT://127.0.0.1:${9091 + id}`,
    'num.network.threads': '3',
    'num.io.threads': '8',
    'socket.send.buffer.bytes': '102400',
    'socket.receive.buffer.bytes': '102400',
    'socket.request.max.bytes': '104857600',
    'log.dirs': `/usr/local/kafka/logs${suffix}`,
    'num.partitions': '1',
    'num.recovery.threads.per.data.dir': '1',
    'offsets.topic.replication.factor': '1',
    'transaction.state.log.replication.factor': '1',
    'transaction.state.log.min.isr': '1',
    'log.retention.hours': '168',
    'message.max.bytes': '5242880',
    'default.replication.factor': '2',
    'replica.fetch.max.bytes': '5242880',
    'log.segment.bytes': '1073741824',
    'log.retention.check.interval.ms': '300000',
    'zookeeper.connect': Array.from({ length: zookeeperServers }, (_, index) => `127.0.0.1:${2182 + index}`).join(','),
    'zookeeper.connection.timeout.ms': '6000',
    'group.initial.rebalance.delay.ms': '0',
    ...changes,
  };
  return Object.entries(keys)
    .map(([key, value]) => `${key}=${value}\n`)
    .join('');
}

export function defaultBrokers(count = 3, zookeeperServers = 3): readonly BrokerDescription[] {
  return Array.from({ length: count }, (_, index) => ({ properties: serverProperties(index + 1, zookeeperServers) }));
}
