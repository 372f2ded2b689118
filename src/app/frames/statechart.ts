/** The charts that run inside what is selected, each with the state it is in now. */
import type { AnyStateMachine } from 'xstate';
import { roleOf } from '../../kafka/broker/partition.ts';
import { brokerMachine } from '../../kafka/broker/broker.machine.ts';
import { fetcherMachine } from '../../kafka/broker/fetcher.machine.ts';
import { replicaMachine } from '../../kafka/broker/replica.machine.ts';
import { consumerMachine } from '../../kafka/clients/consumer.machine.ts';
import { groupMachine } from '../../kafka/groups/group.machine.ts';
import { membershipMachine } from '../../kafka/clients/membership.machine.ts';
import { producerMachine } from '../../kafka/clients/producer.machine.ts';
import { controllerMachine } from '../../kafka/controller/controller.machine.ts';
import { partitionMachine } from '../../kafka/controller/partition.machine.ts';
import { replicaMachine as controllerReplicaMachine } from '../../kafka/controller/replica.machine.ts';
import { isActiveController } from '../../kafka/controller/controller.ts';
import { clientMachine } from '../../zookeeper/client.machine.ts';
import { peerMachine } from '../../zookeeper/peer.machine.ts';
import { sessionMachine } from '../../zookeeper/session.machine.ts';
import { activePaths, graphOf, labelText, type ChartGraph } from '../../views/statechart/graph.ts';
import type { LastTransition, StatechartFrame } from '../../views/statechart/frame.ts';
import { factsOf } from '../../cluster/observer.ts';
import type { ItemId } from '../../kernel/agenda.ts';
import type { ItemRecord } from '../../kernel/world.ts';
import type { ClusterHistory } from '../story.ts';
import { clientOf } from './clients.ts';
import { replicaOf } from './between.ts';
import type { Seen } from './stage.ts';

export interface NamedChart {
  readonly key: string;
  /** The thing and the real class it stands for. */
  readonly name: string;
  /** All but where its parts stand: those are fetched for the one chart that is drawn. */
  readonly frame: Omit<StatechartFrame, 'positions'>;
}

const graphs = new Map<AnyStateMachine, ChartGraph>();

function chart(key: string, name: string, machine: AnyStateMachine, value: unknown): NamedChart {
  let graph = graphs.get(machine);
  if (!graph) {
    graph = graphOf(machine);
    graphs.set(machine, graph);
  }
  return { key, name, frame: { graph, value } };
}

interface Remembered {
  /** The facts of the branch: another branch is another past. */
  readonly branch: object;
  readonly item: ItemId;
  readonly charts: readonly NamedChart[];
}

/** What was shown last, by what it belongs to: a transition stays lit until the next one. */
const shown = new Map<string, Remembered>();
const SHOWN = 64;

/** The charts with the transition that each has taken last, as far as it was watched. */
export function chartsWithTransitions(id: string, seen: Seen, history: ClusterHistory): readonly NamedChart[] {
  const known = shown.get(id);
  const charts = chartsOf(id, seen);
  const isNear = known !== undefined && known.branch === history.facts && known.item <= history.item && history.item - known.item <= NEAR;
  if (isNear && known.item === history.item) return keepSame(id, known, { branch: history.facts, item: history.item, charts });
  let before = isNear ? known.charts : undefined;
  if (before === undefined && history.item > history.beginItem) {
    const world = history.worldAt(history.item - 1);
    before = chartsOf(id, { ...seen, world, facts: factsOf(world, seen.observed) });
  }
  const hints = hintsOf(history.item > history.beginItem ? history.record(history.item - 1) : undefined);
  const next = charts.map((one) => {
    const earlier = before?.find((other) => other.key === one.key)?.frame;
    if (earlier === undefined) return one;
    const changed = transitionBetween(one.frame.graph, earlier.value, one.frame.value, hints);
    const lastTransition = changed === 'none' ? earlier.lastTransition : changed;
    return lastTransition === undefined ? one : { ...one, frame: { ...one.frame, lastTransition } };
  });
  shown.delete(id);
  shown.set(id, { branch: history.facts, item: history.item, charts: next });
  if (shown.size > SHOWN) shown.delete(shown.keys().next().value!);
  return next;
}

/** Further apart than this, what is shown is what the last item did, not what happened since the last picture. */
const NEAR = 2_000;

/** At the same item only what is selected can differ: the transitions are those already found. */
function keepSame(id: string, known: Remembered, next: Remembered): readonly NamedChart[] {
  const same = known.charts.length === next.charts.length && known.charts.every((one, at) => one.key === next.charts[at]!.key && one.frame.value === next.charts[at]!.frame.value);
  if (!same) shown.set(id, next);
  return same ? known.charts : next.charts;
}

/** The one transition that leads from a value to another; undefined: several could have, or several were taken. Hints are events known to have come. */
export function transitionBetween(graph: ChartGraph, before: unknown, after: unknown, hints: ReadonlySet<string> = NO_HINTS): LastTransition | 'none' | undefined {
  if (before === after) return 'none';
  const left = new Set(activePaths(before));
  const now = activePaths(after);
  const entered = new Set(now.filter((path) => !left.has(path)));
  if (entered.size === 0 && left.size === now.length) return 'none';
  const ways = graph.edges.filter((edge) => (edge.from === '' || left.has(edge.from)) && entered.has(edge.to) && leadsTo(graph, edge.to, now));
  if (ways.length === 0) return undefined;
  const depth = (path: string): number => (path === '' ? 0 : path.split('.').length);
  // The innermost state that knows a way takes it.
  const innermost = Math.max(...ways.map((way) => depth(way.from)));
  const candidates = ways.filter((way) => depth(way.from) === innermost);
  const [only] = candidates;
  const hinted = only!.transitions.filter((one) => hints.has(one.event) || hints.has(one.delay));
  const [transition] = only!.transitions.length > 1 ? hinted : only!.transitions;
  if (candidates.length > 1 || (only!.transitions.length > 1 && hinted.length !== 1) || transition === undefined) return undefined;
  return { from: only!.from, to: only!.to, event: transition.event === '' ? transition.delay : transition.event, label: labelText(transition) };
}

const NO_HINTS: ReadonlySet<string> = new Set();

/** What the last item brought, by the names that charts have for it. */
function hintsOf(record: ItemRecord | undefined): ReadonlySet<string> {
  const hints = new Set<string>();
  if (record?.event?.type === 'received') hints.add(record.event.message.type);
  if (record?.event?.type === 'timer') hints.add(/xstate\.after\.([^.]+)/.exec(record.event.name)?.[1] ?? record.event.name);
  if (record?.facts.some((fact) => fact.type === 'sessionExpired')) hints.add('deadlinePassed');
  hints.delete('');
  return hints;
}

/** Whether entering this state gives just these active ones: a state entered by name enters its first child. */
function leadsTo(graph: ChartGraph, entered: string, now: readonly string[]): boolean {
  let path = entered;
  for (;;) {
    const node = graph.nodes.find((one) => one.path === path);
    if (node === undefined || node.kind !== 'compound') break;
    path = node.initial;
  }
  return now.includes(path);
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
    for (const group of Object.values(broker.groups.groups)) charts.push(chart(`group:${group.groupId}`, `Group ${group.groupId}`, groupMachine, group.chart.value));
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

  const replica = replicaOf(id);
  if (replica) {
    const broker = facts.brokers.find((one) => one.name === replica.broker)?.broker;
    const held = broker?.partitions.find((one) => one.name === replica.name);
    if (!broker || !held) return [];
    const fetcher = broker.fetchers.find((one) => one.leaderId === facts.partition(replica.topic, replica.partition)?.leader);
    return [
      chart('replica', 'Replica', replicaMachine, held.chart.value),
      ...(fetcher && roleOf(held) === 'follower' ? [chart(fetcher.key, `ReplicaFetcherThread ${fetcher.fetcherId} ← ${fetcher.leaderId}`, fetcherMachine, fetcher.chart.value)] : []),
    ];
  }

  const process = world.processes.find((one) => one.name === id);
  const client = process && clientOf(process);
  if (client?.kind === 'producer' && client.state !== null) return [chart('producer', 'KafkaProducer', producerMachine, client.state.chart.value)];
  if (client?.kind === 'consumer' && client.state !== null) {
    const { chart: consumer, group } = client.state;
    return [chart('consumer', 'KafkaConsumer', consumerMachine, consumer.value), ...(group ? [chart('membership', 'AbstractCoordinator', membershipMachine, group.chart.value)] : [])];
  }
  return [];
}
