/** One ZooKeeper server, real brokers, a topic, and clients of it; what they note is kept. */
import { toArray } from '../../../src/kernel/append-list.ts';
import { findProcess, type ItemRecord } from '../../../src/kernel/world.ts';
import { imageDefaults, serverProperties } from '../../../src/cluster/defaults.ts';
import { build, type KnownBroker } from '../../../src/cluster/description.ts';
import { kernel } from '../../../src/cluster/programs.ts';
import { RunningCluster } from '../../../src/cluster/running.ts';
import type { Broker } from '../../../src/kafka/broker/state.ts';
import type { AdminCall } from '../../../src/kafka/clients/admin-client.ts';
import type { ConsumerCommand } from '../../../src/kafka/clients/consumer.ts';
import { decodeRecords, fromUtf8 } from '../../../src/kafka/log/record-batch.ts';
import type { ConsumerState } from '../../../src/kafka/clients/consumer-state.ts';

type Noted = { readonly type: string; readonly [key: string]: unknown };

export class Lab {
  readonly facts: { readonly at: number; readonly process: string; readonly fact: Noted }[] = [];
  readonly cluster: RunningCluster;
  private readonly brokers: readonly KnownBroker[];

  constructor(options: { readonly brokers?: number; readonly partitions?: number; readonly properties?: Readonly<Record<string, string>> } = {}) {
    const { brokers = 1, partitions = 3 } = options;
    const texts = Array.from({ length: brokers }, (_, index) => serverProperties(index + 1, 1, { 'offsets.topic.num.partitions': '4', 'offsets.topic.replication.factor': String(brokers), ...options.properties }));
    this.brokers = texts.map((properties, index) => ({ id: index + 1, port: 9_092 + index, properties }));
    const description = { seed: 7, zookeeper: { servers: 1, ...imageDefaults }, brokers: texts.map((properties) => ({ properties })), clients: [] };
    this.cluster = new RunningCluster(build(description), undefined, (record) => this.keep(record));
    this.cluster.act({ type: 'start', process: 'zookeeper1' });
    this.cluster.runFor(1_000);
    for (const { id } of this.brokers) this.cluster.act({ type: 'start', process: `broker-${id}` });
    this.until(() => this.cluster.facts().brokers.every(({ state }) => state === 'RunningAsBroker'), 'brokers run');
    this.cluster.runFor(1_000);
    this.topic('t', partitions);
  }

  topic(topic: string, partitions: number): void {
    const ids = this.brokers.map(({ id }) => id);
    const replicaAssignment = Array.from({ length: partitions }, (_, partition) => ids.map((_, r) => ids[(partition + r) % ids.length]!));
    this.cluster.act({ type: 'admin', name: `admin-${topic}`, brokers: this.brokers, command: { type: 'createTopic', topic, replicaAssignment } });
    this.cluster.runFor(1_500);
  }

  private keep(record: ItemRecord): void {
    const process = record.process < 0 ? '' : (this.cluster.world.processes[record.process]?.name ?? '');
    for (const fact of record.facts) this.facts.push({ at: record.at, process, fact: fact as Noted });
  }

  member(name: string, properties: Readonly<Record<string, string>> = {}, subscription: readonly string[] = ['t'], pollIntervalMs?: number): void {
    const all = { 'group.id': 'g', 'client.id': name, 'auto.offset.reset': 'earliest', ...properties };
    this.cluster.act({ type: 'addClient', brokers: this.brokers, client: { kind: 'consumer', name, properties: all, subscription, ...(pollIntervalMs === undefined ? {} : { pollIntervalMs }) } });
  }

  memberWithoutGroup(name: string): void {
    this.cluster.act({ type: 'addClient', brokers: this.brokers, client: { kind: 'consumer', name, properties: {}, subscription: ['t'] } });
  }

  producer(properties: Readonly<Record<string, string>>): void {
    this.cluster.act({ type: 'addClient', brokers: this.brokers, client: { kind: 'producer', name: 'P', properties } });
  }

  produce(values: readonly string[], partition?: number): void {
    if (!findProcess(this.cluster.world, 'P')) this.producer({});
    this.cluster.act({ type: 'produce', producer: 'P', records: values.map((value) => ({ topic: 't', value, ...(partition === undefined ? {} : { partition }) })) });
  }

  command(name: string, command: ConsumerCommand): void {
    this.cluster.world = kernel.perform({ ...this.cluster.world, now: this.cluster.now }, { type: 'command', process: name, command }).world;
  }

  /** Sends a request that no client here would send to a broker, and gives the answer. */
  ask(call: AdminCall): Noted {
    const name = `raw-${this.facts.length}`;
    const config = { bootstrapServers: this.brokers.map(({ port }) => `localhost:${port}`).join(','), properties: {}, call };
    for (const input of [{ type: 'addProcess' as const, process: { name, program: 'kafka-admin', host: 'host', config } }, { type: 'start' as const, process: name }]) {
      this.cluster.world = kernel.perform({ ...this.cluster.world, now: this.cluster.now }, input).world;
    }
    this.until(() => this.told('adminSucceeded', name).length > 0, `${call.api} is answered`);
    return this.told('adminSucceeded', name)[0]!['response'] as Noted;
  }

  until(holds: () => boolean, what: string, withinMs = 30_000): void {
    const end = this.cluster.now + withinMs * 1_000;
    while (!holds()) {
      if (this.cluster.now >= end) throw new Error(`did not come about: ${what}`);
      this.cluster.runFor(10);
    }
  }

  consumer(name: string): ConsumerState {
    return findProcess(this.cluster.world, name)!.state as ConsumerState;
  }

  owns(name: string): readonly string[] {
    return Object.keys(this.consumer(name).partitions).sort();
  }

  isStable(...names: readonly string[]): boolean {
    const groups = names.map((name) => (this.consumer(name) as ConsumerState | null)?.group);
    return groups.every((group) => group?.chart.value === 'STABLE' && !group.rejoinNeeded) && new Set(groups.map((group) => group?.generationId)).size === 1;
  }

  settled(...names: readonly string[]): void {
    this.until(() => this.isStable(...names), `${names.join(' and ')} are in one generation`);
  }

  lines(name: string): readonly string[] {
    return toArray(findProcess(this.cluster.world, name)!.lines).map(({ level, text }) => `${level} ${text}`);
  }

  told(type: string, process?: string): readonly Noted[] {
    return this.facts.filter((one) => one.fact.type === type && (process === undefined || one.process === process)).map(({ fact }) => fact);
  }

  values(name: string): readonly string[] {
    return this.told('recordsConsumed', name).flatMap((fact) => fact['values'] as readonly string[]);
  }

  /** What a broker's log of a partition has. */
  stored(partition: string, broker = 1): readonly string[] {
    const { partitions, places } = findProcess(this.cluster.world, `broker-${broker}`)!.state as Broker;
    const batches = partitions[places[partition]!]!.log.segments.flatMap((segment) => toArray(segment.batches));
    return batches.flatMap((batch) => decodeRecords(batch)).map(({ value }) => fromUtf8(value!));
  }

  group(broker = 1): Broker['groups']['groups'][string] | undefined {
    return (findProcess(this.cluster.world, `broker-${broker}`)!.state as Broker).groups.groups['g'];
  }
}
