/** From a world to the stage: servers, brokers with their strips, clients, links, sessions, and what is on its way. */
import type { Item } from '../../kernel/agenda.ts';
import { findConnection, type Connection } from '../../kernel/network.ts';
import type { Message, Micros } from '../../kernel/program.ts';
import type { World } from '../../kernel/world.ts';
import { isShutAt } from '../../cluster/actions.ts';
import type { ClusterFacts, ObservedBroker, ObservedServer } from '../../cluster/observe.ts';
import type { Observed } from '../../cluster/observer.ts';
import type { ConsumerState } from '../../kafka/clients/consumer-state.ts';
import type { KafkaMessage } from '../../kafka/protocol/index.ts';
import { matches } from '../../kernel/machine.ts';
import type { ClientMessage, ServerMessage } from '../../zookeeper/messages.ts';
import type { QuorumPacket } from '../../zookeeper/packets.ts';
import { nodeAt } from '../../zookeeper/tree.ts';
import { formatZxid } from '../../zookeeper/zxid.ts';
import type {
  BrokerFrame,
  ClientFrame,
  LinkFrame,
  MessageFrame,
  ProcessCondition,
  ReplicaFrame,
  ServerFrame,
  SessionFrame,
  StageFrame,
  ThingId,
} from '../../views/frame.ts';
import type { MessageFamily } from '../../views/marks/message-shapes.ts';
import { clientOf, shownName } from './clients.ts';
import { dockerNetwork } from './docker.ts';
import { messageId } from './found-message.ts';
import { endingWord } from './words.ts';

export interface Seen {
  readonly world: World;
  readonly observed: Observed;
  readonly facts: ClusterFacts;
  readonly now: Micros;
}

export function conditionOf(status: 'notStarted' | 'running' | 'paused' | 'dead'): ProcessCondition {
  return status === 'running' ? 'up' : status;
}

function serverFrame(server: ObservedServer, observed: Observed): ServerFrame {
  const { process } = server;
  const ending = observed.endings[server.name];
  const timer = server.state !== 'LOOKING' ? undefined : process.timers.find((one) => one.name.includes('finalizeWaitMs') || one.name.includes('notificationTimeoutMs'));
  const finalizing = timer?.name.includes('finalizeWaitMs') ?? false;
  const lengthMs = finalizing ? 200 : (server.server?.chart.context.notificationTimeoutMs ?? 200);
  return {
    id: server.name,
    sid: server.sid,
    name: server.name,
    process: conditionOf(process.status),
    state: server.state === 'DOWN' ? 'LOOKING' : server.state,
    lastZxid: formatZxid(server.zxid),
    waiting: timer === undefined ? undefined : { startedAt: timer.at - lengthMs * 1_000, endsAt: timer.at },
    ending: ending === undefined || process.status !== 'dead' ? undefined : { how: endingWord(ending, server.name), at: ending.at },
  };
}

interface Row {
  readonly name: string;
  readonly topic: string;
  readonly partition: number;
}

/** The last that was seen of a broker's replicas stays on its picture when it is dead: its disk still has them. */
export type LastReplicas = Map<string, readonly ReplicaFrame[]>;

function brokerFrame(broker: ObservedBroker, rows: readonly Row[], seen: Seen, last: LastReplicas): BrokerFrame {
  const { facts, observed } = seen;
  const ending = observed.endings[broker.name];
  const controller = facts.controller;
  let replicas: ReplicaFrame[] = [];
  if (broker.broker === undefined) {
    replicas = (last.get(broker.name) ?? []).map((replica) => ({ ...replica, led: replica.led ?? replica.role === 'leader', role: 'offline' }));
  } else {
    for (const row of rows) {
      const zk = facts.partition(row.topic, row.partition);
      const replica = facts.replica(broker.id, row.topic, row.partition);
      if (!replica || replica.role === 'none') continue;
      const { partition } = replica;
      replicas.push({
        partition: row.name,
        role: replica.role === 'offline' ? 'offline' : replica.role === 'leader' ? 'leader' : zk === undefined || zk.isr.includes(broker.id) ? 'follower' : 'outOfSync',
        logStart: replica.logStart,
        highWatermark: Math.min(replica.highWatermark, replica.logEnd),
        logEnd: replica.logEnd,
        epochs: partition.log.epochs.map(({ epoch, startOffset }) => ({ epoch, start: startOffset })),
      });
    }
    if (replicas.length > 0 || broker.state === 'RunningAsBroker') last.set(broker.name, replicas);
    else replicas = (last.get(broker.name) ?? []).map((replica) => ({ ...replica, role: 'offline' }));
  }
  return {
    id: broker.name,
    brokerId: broker.id,
    port: broker.port,
    ...(isShutAt(seen.world, broker.process, broker.port) ? { isShut: true } : {}),
    process: conditionOf(broker.process.status),
    state: broker.state,
    controller: controller?.brokerId === broker.id ? { epoch: controller.epoch } : undefined,
    ending: ending === undefined || broker.process.status !== 'dead' ? undefined : { how: endingWord(ending, broker.name), at: ending.at },
    replicas,
  };
}

export function clientFrames(seen: Seen): ClientFrame[] {
  const { world, facts } = seen;
  const clients: ClientFrame[] = [];
  for (const process of world.processes) {
    const common = { id: process.name, name: shownName(process.name), process: conditionOf(process.status) };
    const client = clientOf(process);
    // A tool that has ended is a line on its terminal's screen, no more.
    if (client === undefined || (client.isTool && process.status === 'dead')) continue;
    if (client.kind === 'producer') {
      const { state, acks } = client;
      const counters = state?.counters ?? { sent: 0, acked: 0, failed: 0 };
      clients.push({
        ...common,
        kind: 'producer',
        acks: acks === '-1' || acks === 'all' ? 'all' : acks === '0' ? '0' : '1',
        sent: counters.sent,
        acknowledged: counters.acked,
        waiting: counters.sent - counters.acked - counters.failed,
      });
    } else {
      const { state } = client;
      const positions = consumerPositions(state);
      let lag = 0;
      for (const { partition, offset } of positions) {
        const dash = partition.lastIndexOf('-');
        const zk = facts.partition(partition.slice(0, dash), Number(partition.slice(dash + 1)));
        const leader = zk?.leader === undefined || zk.leader === null ? undefined : facts.replica(zk.leader, zk.topic, zk.partition);
        if (leader) lag += Math.max(0, leader.highWatermark - offset);
      }
      clients.push({ ...common, kind: 'consumer', lag, positions });
    }
  }
  return clients;
}

function consumerPositions(state: ConsumerState | null): { readonly partition: string; readonly offset: number }[] {
  if (state === null) return [];
  return Object.values(state.partitions).map((one) => ({ partition: `${one.topic}-${one.partition}`, offset: Math.max(0, one.position) }));
}

export function sessionFrames(seen: Seen): SessionFrame[] {
  const { facts, world, observed, now } = seen;
  const { tree } = facts;
  if (tree === null) return [];
  const leader = facts.servers.find((server) => server.sid === facts.zookeeperLeader)?.server;
  const sessions: SessionFrame[] = [];
  for (const broker of facts.brokers) {
    const registered = nodeAt(tree, `/brokers/ids/${broker.id}`);
    const sessionId = registered?.ephemeralOwner;
    if (sessionId === undefined || sessionId === '0x0') continue;
    const tracked = leader?.leading?.tracker.sessions[sessionId];
    const index = world.processes.findIndex((process) => process.name === broker.name);
    const isConnected =
      broker.process.status === 'running' &&
      world.network.connections.some((one) => one.client === index && one.clientOpen && one.serverOpen && one.tag.startsWith('zk.'));
    const server = observed.sessionServer[broker.name] ?? 'zookeeper1';
    sessions.push({
      id: `session:${broker.name}`,
      sessionId,
      owner: broker.name,
      server,
      state: tracked !== undefined && matches(tracked.chart, 'closing') ? 'closing' : isConnected ? 'open' : 'silent',
      touchedAt: tracked === undefined ? now : tracked.touchedAtMs * 1_000,
      deadline: tracked === undefined ? now : tracked.deadlineMs * 1_000,
      ...(leader === undefined ? { uncounted: true } : {}),
      ephemerals: tree.ephemerals[sessionId] ?? [],
    });
  }
  return sessions;
}

function linkFrames(seen: Seen): LinkFrame[] {
  const { world, observed, facts } = seen;
  const byName = new Map(world.processes.map((process, index) => [process.name, index] as const));
  const links: LinkFrame[] = [];
  const shut = new Set(facts.brokers.filter(({ process, port }) => isShutAt(world, process, port)).map(({ name }) => name));
  const seenPairs = new Set<string>();
  for (const pair of observed.pairs) {
    if (pair.kind === 'session' || pair.kind === 'control') continue;
    const from = byName.get(pair.from);
    const to = byName.get(pair.to);
    if (from === undefined || to === undefined) continue;
    const key = pair.kind === 'ensemble' ? [pair.from, pair.to].sort().join(' ') : `${pair.from} ${pair.to} ${pair.kind}`;
    if (seenPairs.has(key)) continue;
    seenPairs.add(key);
    const isOpen = world.network.connections.some(
      (one) => one.clientOpen && one.serverOpen && ((one.client === from && one.server === to) || (pair.kind === 'ensemble' && one.client === to && one.server === from)),
    );
    const target = world.processes[to]!;
    const source = world.processes[from]!;
    const rules = world.network.rules;
    const cutThere = shut.has(pair.to) || rules.some((rule) => rule.effect.type === 'cut' && rule.from === pair.from && rule.to === pair.to);
    const cutBack = rules.some((rule) => rule.effect.type === 'cut' && rule.from === pair.to && rule.to === pair.from);
    const between = rules.filter((rule) => [rule.from, rule.to].includes(pair.from) && [rule.from, rule.to].includes(pair.to));
    const slow = between.find((rule) => rule.effect.type === 'delay');
    const lossy = between.find((rule) => rule.effect.type === 'loss');
    const isDead = target.status === 'dead' || source.status === 'dead';
    if (!isOpen && !isDead && !cutThere && !cutBack && between.length === 0) continue;
    if (source.status !== 'running' && source.status !== 'paused' && pair.kind === 'client') continue;
    links.push({
      id: `link:${pair.from}:${pair.to}`,
      // What is cut one way is drawn from the end whose words do not arrive.
      from: cutBack && !cutThere ? pair.to : pair.from,
      to: cutBack && !cutThere ? pair.from : pair.to,
      kind: pair.kind,
      state: cutThere && cutBack ? 'cut' : cutThere || cutBack ? 'oneWay' : isDead ? (pair.kind === 'client' ? 'refused' : 'reset') : between.length > 0 ? 'slow' : 'open',
      ...(slow?.effect.type === 'delay' ? { delayMillis: slow.effect.micros / 1_000 } : {}),
      ...(lossy?.effect.type === 'loss' ? { lossShare: lossy.effect.share } : {}),
    });
  }
  return dedupe(links);
}

function dedupe(links: readonly LinkFrame[]): LinkFrame[] {
  const byId = new Map<string, LinkFrame>();
  for (const link of links) if (!byId.has(link.id)) byId.set(link.id, link);
  return [...byId.values()];
}

export function familyOf(connection: Connection, message: Message, world: World): MessageFamily {
  const client = world.processes[connection.client]!;
  if (client.program === 'zookeeper-server') return connection.port === 3888 ? 'election' : 'zab';
  const { tag } = connection;
  if (tag.startsWith('zk.')) return 'zookeeper';
  if (tag.startsWith('fetcher.')) return 'fetch';
  const { kind } = clientOf(client) ?? {};
  return kind === 'consumer' ? 'consume' : kind === 'producer' ? 'produce' : 'control';
}

/** Name, direction and whether it is background talk. */
export function nameOf(message: Message): { readonly name: string; readonly response: boolean; readonly chatter: boolean } {
  const { type } = message;
  if (type.endsWith('Request') && type.length > 7) {
    const name = type.slice(0, -7);
    return { name, response: false, chatter: name === 'Fetch' };
  }
  if (type.endsWith('Response') && type.length > 8) {
    const name = type.slice(0, -8);
    if (name !== 'Fetch') return { name, response: true, chatter: false };
    const { topics } = message as Extract<KafkaMessage, { type: 'FetchResponse' }>;
    const isEmpty = topics.every((topic) => topic.partitions.every((one) => one.records.length === 0));
    return { name, response: true, chatter: isEmpty };
  }
  if (type === 'PING') return { name: 'PING', response: false, chatter: true };
  const zk = message as ClientMessage | ServerMessage | QuorumPacket;
  if (zk.type === 'Request') return zk.op.type === 'ping' ? { name: 'ping', response: false, chatter: true } : { name: zk.op.type, response: false, chatter: false };
  if (zk.type === 'Reply') return { name: 'reply', response: true, chatter: zk.xid === -2 };
  return { name: type, response: false, chatter: false };
}

/** By what is due: as long as it is on its way, what is said of a message stays the same. */
const described = new WeakMap<Item, MessageFrame>();

/** What is on its way, in the order in which it was sent. */
export function messageFrames(world: World): readonly MessageFrame[] {
  const messages: { readonly frame: MessageFrame; readonly sequence: number }[] = [];
  for (const item of world.agenda) {
    if (item.kind !== 'deliver' || item.event.type !== 'received') continue;
    const connection = world.network.connections[findConnection(world.network.connections, item.connection)];
    if (!connection || connection.server < 0) continue;
    let frame = described.get(item);
    if (!frame) {
      const { message } = item.event;
      const client = world.processes[connection.client]!.name;
      const server = world.processes[connection.server]!.name;
      frame = {
        id: messageId(item.cause, item.sequence),
        from: item.toServer ? client : server,
        to: item.toServer ? server : client,
        family: familyOf(connection, message, world),
        ...nameOf(message),
        sentAt: item.askedAt,
        dueAt: item.at,
        cause: String(item.cause),
      };
      described.set(item, frame);
    }
    messages.push({ frame, sequence: item.sequence });
  }
  return messages.sort((a, b) => a.frame.sentAt - b.frame.sentAt || a.sequence - b.sequence).map(({ frame }) => frame);
}

export interface Caption {
  readonly headline: string;
  readonly subline?: string;
}

export function brokerFrames(seen: Seen, last: LastReplicas): readonly BrokerFrame[] {
  const { facts } = seen;
  const rows: Row[] = facts.topics.flatMap((topic) =>
    topic.startsWith('__') ? [] : facts.partitions(topic).map(({ name, partition }) => ({ name, topic, partition })),
  );
  return facts.brokers.map((broker) => brokerFrame(broker, rows, seen, last));
}

/** All that stands around brokers and clients. */
export function surroundings(seen: Seen, caption: Caption, lit: readonly ThingId[]): Omit<StageFrame, 'brokers' | 'clients'> {
  return {
    ...caption,
    network: dockerNetwork(seen.world),
    servers: seen.facts.servers.map((server) => serverFrame(server, seen.observed)),
    sessions: sessionFrames(seen),
    links: linkFrames(seen),
    lit,
  };
}

export function stageFrame(seen: Seen, caption: Caption, lit: readonly ThingId[], last: LastReplicas): StageFrame {
  return { ...surroundings(seen, caption, lit), brokers: brokerFrames(seen, last), clients: clientFrames(seen) };
}
