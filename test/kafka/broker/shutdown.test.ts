import { toArray } from '../../../src/kernel/append-list.ts';
import { findProcess } from '../../../src/kernel/world.ts';
import { describe, expect, it } from 'vitest';
import type { Broker } from '../../../src/kafka/broker/state.ts';
import { brokerName, Cluster } from '../cluster.ts';

const MILLISECOND = 1_000;
const running = (): Cluster => new Cluster({ brokers: 3, seed: 1 }).boot();
const isShuttingDown = (cluster: Cluster, id: number): boolean => cluster.isUp(brokerName(id)) && JSON.stringify((cluster.broker(id) as Broker | null)?.chart ?? null).includes('{"BrokerShuttingDown":');
/** When a line of a process was written, in microseconds. */
const at = (cluster: Cluster, id: number, text: string): number => toArray(findProcess(cluster.world, brokerName(id))!.lines).findLast((line) => line.text.includes(text))!.at;

describe('a broker that shuts down', () => {
  it('has closed its sockets while it waits for its purgatories, and keeps its session until they have ended', () => {
    const cluster = running();
    expect(cluster.world.network.listeners.some(({ port }) => port === 9093)).toBe(true);
    cluster.signal(brokerName(2), 'SIGTERM').until(() => isShuttingDown(cluster, 2), 'it hands over');
    expect(cluster.world.network.listeners.some(({ port }) => port === 9093)).toBe(false);
    cluster.run(0.1);
    expect(cluster.broker(2).connections).toEqual([]);
    for (let waited = 0; cluster.znode('/brokers/ids/2') !== undefined; waited++) {
      expect(waited).toBeLessThan(200);
      expect(cluster.isUp(brokerName(2))).toBe(true);
      cluster.run(0.01);
    }
    expect(cluster.log(brokerName(2)).some((line) => line.includes('[ExpirationReaper-2-ElectPreferredLeader]: Shutdown completed'))).toBe(true);
    // The threads of its quotas are waited for without a session.
    expect(cluster.isUp(brokerName(2))).toBe(true);
    cluster.until(() => !cluster.isUp(brokerName(2)), 'its process ends', 4);
    expect(cluster.log(brokerName(2)).some((line) => line.includes('[ThrottledChannelReaper-Request]: Shutdown completed'))).toBe(true);
  });

  it('waits for each thread until its poll is over', () => {
    for (const seed of [1, 2, 3, 4]) {
      const cluster = new Cluster({ brokers: 1, seed }).boot();
      cluster.signal(brokerName(1), 'SIGTERM').until(() => !cluster.isUp(brokerName(1)), 'its process ends', 10);
      const reaper = (name: string): [string, number] => [`ExpirationReaper-1-${name}`, 200];
      for (const [thread, pollMs] of [...['topic', 'Heartbeat', 'Rebalance', 'Fetch', 'Produce', 'DeleteRecords', 'ElectPreferredLeader'].map(reaper), ...['Fetch', 'Produce', 'Request'].map((name): [string, number] => [`ThrottledChannelReaper-${name}`, 1_000])]) {
        const [started, asked, ended] = ['Starting', 'Shutting down', 'Stopped'].map((text) => at(cluster, 1, `[${thread}]: ${text}`) / MILLISECOND) as [number, number, number];
        expect(ended - asked, thread).toBeGreaterThan(0);
        expect(ended - asked, thread).toBeLessThanOrEqual(pollMs + 1);
        // Late by the way it began and by what each of its polls woke up too late.
        const polls = (ended - started) / pollMs;
        expect((ended - started) % pollMs, thread).toBeLessThanOrEqual(3 + 0.5 * polls + 0.001);
      }
    }
  });

  it('is not stopped any sooner by a second signal', () => {
    const cluster = running();
    cluster.signal(brokerName(2), 'SIGTERM').until(() => isShuttingDown(cluster, 2), 'it hands over').signal(brokerName(2), 'SIGTERM').run(0.01);
    expect(cluster.isUp(brokerName(2))).toBe(true);
    cluster.until(() => !cluster.isUp(brokerName(2)), 'its process ends', 6);
    expect(cluster.log(brokerName(2)).filter((line) => line.includes('[KafkaServer id=2] shutting down'))).toHaveLength(1);
    expect(findProcess(cluster.world, brokerName(2))!.exitCode).toBe(143);
  });
});

describe('a broker that still starts', () => {
  it('cannot be shut down: it halts with exit status 1 and leaves its session to expire', () => {
    const cluster = running();
    cluster.kill(brokerName(3)).until(() => cluster.znode('/brokers/ids/3') === undefined, 'its session has expired', 12);
    cluster.startBroker(3).until(() => cluster.znode('/brokers/ids/3') !== undefined, 'it has registered', 5);
    expect(cluster.isRunning(3)).toBe(false);
    cluster.signal(brokerName(3), 'SIGTERM').run(0.05);
    expect(findProcess(cluster.world, brokerName(3))).toMatchObject({ status: 'dead', exitCode: 1 });
    expect(cluster.log(brokerName(3)).some((line) => line.includes('java.lang.IllegalStateException: Kafka server is still starting up, cannot shut down!'))).toBe(true);
    expect(cluster.log(brokerName(3)).at(-1)).toContain('Halting Kafka. (kafka.server.KafkaServerStartable)');
    cluster.run(3);
    expect(cluster.znode('/brokers/ids/3')).toBeDefined();
    cluster.until(() => cluster.znode('/brokers/ids/3') === undefined, 'its session has expired', 12);
  });

  it('and failed ends at once by a signal while it waits for its threads', () => {
    const cluster = running();
    cluster.kill(brokerName(3)).run(0.2).startBroker(3).until(() => isShuttingDown(cluster, 3), 'the restart has failed', 10).run(0.2);
    expect(cluster.isUp(brokerName(3))).toBe(true);
    cluster.signal(brokerName(3), 'SIGTERM').run(0.01);
    expect(findProcess(cluster.world, brokerName(3))).toMatchObject({ status: 'dead', exitCode: 143 });
  });
});
