/** The start states of lessons.md 1.4, reached by starting things and waiting, never planted. */
import type { AdminCommand } from '../cluster/actions.ts';
import { defaultBrokers, imageDefaults } from '../cluster/defaults.ts';
import type { ClientDescription, KnownBroker } from '../cluster/description.ts';
import type { Step } from '../cluster/steps.ts';
import type { Goal } from './scenario.ts';

export const threeServers = { servers: 3, ...imageDefaults };
export const threeBrokers = defaultBrokers(3, 3);
export const knownBrokers: readonly KnownBroker[] = threeBrokers.map(({ properties }, index) => ({ id: index + 1, port: 9092 + index, properties }));

const start = (process: string): Step['do'] => [{ action: { type: 'start', process } }];

/** FX-ZK: containers started 1, 2, 3; zookeeper2 leads since it made the first majority. */
export const ensembleBoot: readonly Step[] = [
  { do: start('zookeeper1'), until: { type: 'zookeeperState', sid: 1, state: 'LOOKING' }, withinMs: 1_000 },
  { do: start('zookeeper2'), until: { type: 'ensembleServes', servers: 2 }, withinMs: 10_000 },
  {
    do: start('zookeeper3'),
    until: { type: 'all', of: [{ type: 'ensembleServes', servers: 3 }, { type: 'zookeeperLeads', sid: 2 }] },
    withinMs: 10_000,
  },
];

const brokerBoot = (id: number): Step => ({
  do: start(`broker-${id}`),
  until: { type: 'brokerState', broker: id, state: 'RunningAsBroker' },
  withinMs: 30_000,
});

/** Brokers started 3, 1, 2: broker 3 is controller. */
export const brokersBoot: readonly Step[] = [
  brokerBoot(3),
  { do: [], until: { type: 'controller', is: 3 }, withinMs: 10_000 },
  brokerBoot(1),
  brokerBoot(2),
];

const create = (command: Extract<AdminCommand, { type: 'createTopic' }>, partitions: number): Step => ({
  do: [{ action: { type: 'admin', name: `admin-create-${command.topic}`, brokers: knownBrokers, command } }],
  until: { type: 'topicReady', topic: command.topic, partitions },
  withinMs: 20_000,
});

/** FX-ORD: topic `orders`, assignments 1:2:3, 2:3:1, 3:1:2. */
export const ordersTopic: Step = create(
  {
    type: 'createTopic',
    topic: 'orders',
    replicaAssignment: [
      [1, 2, 3],
      [2, 3, 1],
      [3, 1, 2],
    ],
  },
  3,
);

/** FX-T: topic `test`, one partition on 1:2:3. */
export const testTopic: Step = create({ type: 'createTopic', topic: 'test', replicaAssignment: [[1, 2, 3]] }, 1);

export const startClients = (...names: readonly string[]): Step => ({
  do: names.map((process) => ({ action: { type: 'start', process } as const })),
  until: { type: 'all', of: [] },
  withinMs: 1_000,
});

/** P1 writes `orders` at six records a second, round robin over its partitions, acks=all. */
export const ordersProducer: ClientDescription = {
  kind: 'producer',
  name: 'P1',
  properties: { acks: 'all' },
  workload: { topic: 'orders', ratePerSecond: 6, valuePrefix: 'order-' },
};

export const ordersConsumer: ClientDescription = {
  kind: 'consumer',
  name: 'C1',
  properties: { 'auto.offset.reset': 'earliest' },
  assignment: [0, 1, 2].map((partition) => ({ topic: 'orders', partition })),
};

export const testConsumer: ClientDescription = {
  kind: 'consumer',
  name: 'C1',
  properties: { 'auto.offset.reset': 'earliest' },
  assignment: [{ topic: 'test', partition: 0 }],
};

/** Of a story's steps and of its challenge alike. */
export const nothingLost: Goal = { text: { en: 'No acknowledged record lost', 'zh-CN': '已确认的记录一条不丢' }, condition: { type: 'ledger', count: 'ackedLost', atMost: 0 }, mode: 'always' };
