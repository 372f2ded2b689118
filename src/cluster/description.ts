/**
 * A deployment as data: ZooKeeper containers, brokers by the text of their `server.properties`, clients. What cannot stand
 * together is refused here, by a problem that names the part, the field and the rule; what a real process finds out only when it
 * starts (a port in use, a wrong type) is found by that process.
 */
import type { Host } from '../kernel/network.ts';
import type { ProcessDescription } from '../kernel/process.ts';
import { createWorld, type World } from '../kernel/world.ts';
import { parseConfig } from '../kafka/broker/config.ts';
import type { Workload as ProducerWorkload } from '../kafka/clients/producer-state.ts';
import { createWorldDefaults } from './defaults.ts';

export interface ZooKeeperDescription {
  /** 1 to 7 servers, sids 1 … n, containers `zookeeper1` … on the network `zookeeper-net`. */
  readonly servers: number;
  readonly tickTimeMs: number;
  readonly initLimit: number;
  readonly syncLimit: number;
  /** `4lw.commands.whitelist`: words between commas, `*` for all; left out: `srvr` alone. */
  readonly fourLetterWords?: string;
}

export interface BrokerDescription {
  /** Text of its `server.properties`. */
  readonly properties: string;
}

/** A load that a producer keeps up by itself; how long its values are follows from them. */
export type Workload = Omit<ProducerWorkload, 'valueBytes'>;

export type ClientDescription =
  | {
      readonly kind: 'producer';
      readonly name: string;
      readonly properties: Readonly<Record<string, string>>;
      readonly workload?: Workload;
    }
  | {
      readonly kind: 'consumer';
      readonly name: string;
      readonly properties: Readonly<Record<string, string>>;
      readonly assignment: readonly { readonly topic: string; readonly partition: number }[];
    }
  | {
      readonly kind: 'consumer';
      readonly name: string;
      /** With a `group.id`. */
      readonly properties: Readonly<Record<string, string>>;
      /** Topics; the group shares their partitions out. */
      readonly subscription: readonly string[];
      /** How long the application works on what a poll brought; left out: not at all. */
      readonly pollIntervalMs?: number;
    };

export interface ClusterDescription {
  readonly seed: number;
  readonly zookeeper: ZooKeeperDescription;
  readonly brokers: readonly BrokerDescription[];
  readonly clients: readonly ClientDescription[];
}

export const LIMITS = { zookeeperServers: { min: 1, max: 7 }, brokers: { min: 0, max: 12 }, clients: { min: 0, max: 12 } } as const;

/** Why a deployment cannot be. `part` is the thing (`broker 2`, `zookeeper`), `field` the key, `rule` what it must be. */
export interface Problem {
  readonly part: string;
  readonly field: string;
  readonly rule:
    | { readonly type: 'count'; readonly min: number; readonly max: number }
    | { readonly type: 'duplicate'; readonly other: string }
    | { readonly type: 'config'; readonly message: string }
    | { readonly type: 'name' }
    /** It belongs to the node: its name and its published port are made of it. */
    | { readonly type: 'fixed'; readonly was: string };
  readonly value: string;
}

export const zookeeperName = (sid: number): string => `zookeeper${sid}`;
export const brokerName = (id: number): string => `broker-${id}`;
/** What the tutorial calls a broker's file. */
export const propertiesFile = (id: number): string => (id === 1 ? 'server.properties' : `server-${id}.properties`);
/** The port of the Docker host under which a ZooKeeper container's 2181 is published. */
export const publishedZooKeeperPort = (sid: number): number => 2181 + sid;
export const zookeeperAddress = (sid: number): string => `172.19.0.${sid + 1}`;

/** What is known of a broker from its text. */
export interface KnownBroker {
  readonly id: number;
  readonly port: number;
  readonly properties: string;
}

export interface Checked {
  readonly brokers: readonly KnownBroker[];
  readonly problems: readonly Problem[];
}

export function check(description: ClusterDescription): Checked {
  const problems: Problem[] = [];
  const counted = (part: string, field: string, value: number, limits: { min: number; max: number }): void => {
    if (!Number.isInteger(value) || value < limits.min || value > limits.max) {
      problems.push({ part, field, rule: { type: 'count', ...limits }, value: String(value) });
    }
  };
  counted('zookeeper', 'servers', description.zookeeper.servers, LIMITS.zookeeperServers);
  counted('zookeeper', 'tickTime', description.zookeeper.tickTimeMs, { min: 1, max: 60_000 });
  counted('zookeeper', 'initLimit', description.zookeeper.initLimit, { min: 1, max: 1_000 });
  counted('zookeeper', 'syncLimit', description.zookeeper.syncLimit, { min: 1, max: 1_000 });
  counted('cluster', 'brokers', description.brokers.length, LIMITS.brokers);
  counted('cluster', 'clients', description.clients.length, LIMITS.clients);
  counted('cluster', 'seed', description.seed, { min: 0, max: 0xffffffff });

  const brokers: KnownBroker[] = [];
  const parts: string[] = [];
  for (const [index, broker] of description.brokers.entries()) {
    const part = `broker ${index + 1}`;
    const parsed = parseConfig(broker.properties, 'host');
    if (!parsed.ok) {
      for (const { key, text, value } of parsed.problems) problems.push({ part, field: key, rule: { type: 'config', message: text }, value: value ?? '' });
      continue;
    }
    const id = parsed.config.brokerId;
    const port = parsed.config.listeners[0]?.port ?? 9092;
    const sameId = brokers.findIndex((known) => known.id === id);
    if (sameId >= 0) problems.push({ part, field: 'broker.id', rule: { type: 'duplicate', other: parts[sameId]! }, value: String(id) });
    const samePort = brokers.findIndex((known) => known.port === port);
    if (samePort >= 0) problems.push({ part, field: 'listeners', rule: { type: 'duplicate', other: parts[samePort]! }, value: String(port) });
    for (let sid = 1; sid <= description.zookeeper.servers; sid++) {
      if (publishedZooKeeperPort(sid) === port) {
        problems.push({ part, field: 'listeners', rule: { type: 'duplicate', other: zookeeperName(sid) }, value: String(port) });
      }
    }
    brokers.push({ id, port, properties: broker.properties });
    parts.push(part);
  }

  const names = new Set<string>();
  for (const client of description.clients) {
    if (!/^[A-Za-z0-9._-]{1,64}$/.test(client.name)) problems.push({ part: client.name.slice(0, 64), field: 'name', rule: { type: 'name' }, value: client.name.slice(0, 64) });
    if (names.has(client.name)) problems.push({ part: client.name, field: 'name', rule: { type: 'duplicate', other: client.name }, value: client.name });
    names.add(client.name);
  }
  return { brokers, problems };
}

/** Why one broker of a deployment that stands cannot be run with another text; empty: it can. `index` counts from 0. */
export function checkChange(description: ClusterDescription, index: number, properties: string): readonly Problem[] {
  const was = check(description).brokers[index];
  const brokers = description.brokers.map((broker, at) => (at === index ? { properties } : broker));
  const { brokers: after, problems } = check({ ...description, brokers });
  const is = after[index];
  if (problems.length > 0 || was === undefined || is === undefined) return problems;
  const part = `broker ${index + 1}`;
  const fixed = (field: string, before: number, now: number): readonly Problem[] =>
    before === now ? [] : [{ part, field, rule: { type: 'fixed', was: String(before) }, value: String(now) }];
  return [...fixed('broker.id', was.id, is.id), ...fixed('listeners', was.port, is.port)];
}

/** The world of a deployment in which nothing was started yet. Throws if `check` finds a problem. */
export function build(description: ClusterDescription): World {
  const { brokers, problems } = check(description);
  if (problems.length > 0) throw new Error(`impossible deployment: ${problems.map((one) => `${one.part} ${one.field}`).join(', ')}`);
  const sids = Array.from({ length: description.zookeeper.servers }, (_, index) => index + 1);
  // Every node is an end of its own, so that links can be cut one by one; on each of them 127.0.0.1 leads to the published ports.
  const forwards: Host['forwards'] = [
    ...sids.map((sid) => ({ port: publishedZooKeeperPort(sid), toHost: zookeeperName(sid), toPort: 2181 })),
    ...brokers.map(({ id, port }) => ({ port, toHost: brokerName(id), toPort: port })),
  ];
  const hosts = [
    ...sids.map((sid) => ({ name: zookeeperName(sid), names: [zookeeperAddress(sid)], forwards: [] })),
    ...brokers.map(({ id }) => ({ name: brokerName(id), names: [], forwards })),
    { name: 'host', names: [], forwards },
  ];
  const processes: ProcessDescription[] = [
    ...sids.map((sid) => zookeeperProcess(description.zookeeper, sid)),
    ...brokers.map((broker) => brokerProcess(broker)),
    ...description.clients.map((client) => clientProcess(client, brokers)),
  ];
  return createWorld({ ...createWorldDefaults, seed: description.seed, hosts, processes });
}

function zookeeperProcess(zookeeper: ZooKeeperDescription, sid: number): ProcessDescription {
  return {
    name: zookeeperName(sid),
    program: 'zookeeper-server',
    host: zookeeperName(sid),
    config: {
      myid: sid,
      servers: Array.from({ length: zookeeper.servers }, (_, index) => ({
        sid: index + 1,
        host: zookeeperName(index + 1),
        quorumPort: 2888,
        electionPort: 3888,
        clientPort: 2181,
      })),
      tickTimeMs: zookeeper.tickTimeMs,
      initLimit: zookeeper.initLimit,
      syncLimit: zookeeper.syncLimit,
      ...(zookeeper.fourLetterWords === undefined ? {} : { fourLetterWords: zookeeper.fourLetterWords }),
      clientPort: 2181,
    },
  };
}

export function brokerProcess(broker: KnownBroker): ProcessDescription {
  return { name: brokerName(broker.id), program: 'kafka-broker', host: brokerName(broker.id), config: { properties: broker.properties } };
}

export function clientProcess(client: ClientDescription, brokers: readonly KnownBroker[]): ProcessDescription {
  const bootstrapServers = brokers.map(({ port }) => `127.0.0.1:${port}`).join(',');
  if (client.kind === 'producer') {
    return {
      name: client.name,
      program: 'kafka-producer',
      host: 'host',
      config: {
        bootstrapServers,
        properties: client.properties,
        ...(client.workload === undefined ? {} : { workload: client.workload }),
      },
    };
  }
  const { kind: _, name, ...reading } = client;
  return { name, program: 'kafka-consumer', host: 'host', config: { bootstrapServers, ...reading } };
}
