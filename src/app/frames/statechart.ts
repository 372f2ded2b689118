/** The charts that run inside what is selected, each with the state it is in now. */
import type { AnyStateMachine } from 'xstate';
import { roleOf } from '../../kafka/broker/partition.ts';
import { brokerMachine } from '../../kafka/broker/broker.machine.ts';
import { fetcherMachine } from '../../kafka/broker/fetcher.machine.ts';
import { replicaMachine } from '../../kafka/broker/replica.machine.ts';
import { consumerMachine } from '../../kafka/clients/consumer.machine.ts';
import { producerMachine } from '../../kafka/clients/producer.machine.ts';
import type { ConsumerState } from '../../kafka/clients/consumer.ts';
import type { ProducerState } from '../../kafka/clients/producer-state.ts';
import { controllerMachine } from '../../kafka/controller/controller.machine.ts';
import { partitionMachine } from '../../kafka/controller/partition.machine.ts';
import { replicaMachine as controllerReplicaMachine } from '../../kafka/controller/replica.machine.ts';
import { isActiveController } from '../../kafka/controller/controller.ts';
import { clientMachine } from '../../zookeeper/client.machine.ts';
import { peerMachine } from '../../zookeeper/peer.machine.ts';
import { sessionMachine } from '../../zookeeper/session.machine.ts';
import { graphOf, type ChartGraph } from '../../views/statechart/graph.ts';
import { positionsOf } from '../../views/statechart/shipped.ts';
import type { StatechartFrame } from '../../views/statechart/frame.ts';
import type { Seen } from './stage.ts';

export interface NamedChart {
  readonly key: string;
  /** The thing and the real class it stands for. */
  readonly name: string;
  readonly frame: StatechartFrame;
}

const graphs = new Map<AnyStateMachine, ChartGraph>();

function chart(key: string, name: string, machine: AnyStateMachine, value: unknown): NamedChart {
  let graph = graphs.get(machine);
  if (!graph) {
    graph = graphOf(machine);
    graphs.set(machine, graph);
  }
  return { key, name, frame: { graph, positions: positionsOf(graph), value } };
}

export function chartsOf(id: string, seen: Seen): readonly NamedChart[] {
  const { facts, world } = seen;
  const server = facts.servers.find((one) => one.name === id);
  if (server) return server.server === undefined ? [] : [chart('peer', 'QuorumPeer', peerMachine, server.server.chart.value)];

  const observed = facts.brokers.find((one) => one.name === id);
  if (observed) {
    const { broker } = observed;
    if (broker === undefined) return [];
    const charts = [chart('broker', 'BrokerState', brokerMachine, broker.chart.value)];
    if (broker.controller) charts.push(chart('controller', 'KafkaController', controllerMachine, broker.controller.context.role.value));
    if (broker.zk) charts.push(chart('zk', 'ZooKeeper client', clientMachine, broker.zk.chart.value));
    for (const partition of broker.partitions) {
      if (roleOf(partition) !== 'none') charts.push(chart(`replica:${partition.name}`, `Replica ${partition.name}`, replicaMachine, partition.chart.value));
    }
    for (const fetcher of broker.fetchers) charts.push(chart(fetcher.key, `ReplicaFetcherThread ${fetcher.fetcherId} ← ${fetcher.leaderId}`, fetcherMachine, fetcher.chart.value));
    return charts;
  }

  if (id.startsWith('session:')) {
    const owner = id.slice('session:'.length);
    const sessionId = facts.tree === null ? undefined : Object.keys(facts.tree.ephemerals).find((one) => facts.tree!.ephemerals[one]!.includes(`/brokers/ids/${owner.slice('broker-'.length)}`));
    const leader = facts.servers.find((one) => one.sid === facts.zookeeperLeader)?.server;
    const tracked = sessionId === undefined ? undefined : leader?.leading?.tracker.sessions[sessionId];
    const client = facts.brokers.find((one) => one.name === owner)?.broker?.zk;
    return [
      ...(tracked ? [chart('session', 'SessionTracker', sessionMachine, tracked.chart.value)] : []),
      ...(client ? [chart('zk', 'ZooKeeper client', clientMachine, client.chart.value)] : []),
    ];
  }

  if (id.startsWith('partition:')) {
    const name = id.slice('partition:'.length);
    const charts: NamedChart[] = [];
    const active = facts.brokers.find((one) => one.broker?.controller && isActiveController(one.broker.controller))?.broker?.controller;
    const state = active?.context.partitionStates[name];
    if (state) charts.push(chart('partition', 'PartitionStateMachine', partitionMachine, state.value));
    for (const one of facts.brokers) {
      const held = one.broker?.partitions.find((partition) => partition.name === name);
      if (held && roleOf(held) !== 'none') charts.push(chart(`replica:${one.id}`, `Replica on broker ${one.id}`, replicaMachine, held.chart.value));
      const controlled = active?.context.replicaStates[`${name}/${one.id}`];
      if (controlled) charts.push(chart(`controlled:${one.id}`, `ReplicaStateMachine ${one.id}`, controllerReplicaMachine, controlled.value));
    }
    return charts;
  }

  const process = world.processes.find((one) => one.name === id);
  if (process?.program === 'kafka-producer' && process.state !== null) return [chart('producer', 'KafkaProducer', producerMachine, (process.state as ProducerState).chart.value)];
  if (process?.program === 'kafka-consumer' && process.state !== null) return [chart('consumer', 'KafkaConsumer', consumerMachine, (process.state as ConsumerState).chart.value)];
  return [];
}
