/** The few facts about what is selected that one asks for first, under its chart and in the card at the pointer. */
import { matches } from '../../kernel/machine.ts';
import { nodeAt, statOf } from '../../zookeeper/tree.ts';
import { formatZxid } from '../../zookeeper/zxid.ts';
import { factsOf } from '../../cluster/observer.ts';
import type { ThingId } from '../../views/frame.ts';
import type { Detail } from '../../views/details/frame.ts';
import { defineText } from '../../views/text/define.ts';
import { seconds } from '../../views/text/units.ts';
import type { ClusterHistory } from '../story.ts';
import { clientOf } from './clients.ts';
import { endsOf, linkLine, replicaOf, znodeOf } from './between.ts';
import type { Seen } from './stage.ts';

const words = defineText({
  en: {
    state: 'state', epoch: 'epoch', lastZxid: 'last zxid', clients: 'connections of clients',
    port: 'port', session: 'ZooKeeper session', leads: 'leads', follows: 'follows', controller: 'controller', yes: (epoch: number) => `yes, epoch ${epoch}`, no: 'no', none: 'none',
    timeout: 'timeout', agreed: (ms: number) => `${ms} ms (agreed)`, touched: 'last touch counted', deadline: 'deadline', connection: 'connection', noneSince: 'none', to: (server: string) => `to ${server}`, ephemerals: 'ephemeral nodes', closing: 'closing',
    leader: 'leader', isr: 'ISR', replicas: 'assignment', zkVersion: 'zkVersion', highWatermark: 'high watermark', logStart: 'log start', logEnd: 'log end (LEO)', role: 'role', leaderEpoch: 'leader epoch',
    acks: 'acks', sent: 'sent', acked: 'acknowledged', failed: 'given up', waiting: 'waiting', position: (name: string) => `position in ${name}`,
    ways: 'link', latency: 'latency', ms: (from: number, to: number) => `${from}–${to} ms`, connections: 'connections', underWay: 'under way', heldBack: 'held back',
    at: (s: string) => `${s} s`,
  },
  'zh-CN': {
    state: '状态', epoch: 'epoch', lastZxid: '最新 zxid', clients: '客户端连接',
    port: '端口', session: 'ZooKeeper 会话', leads: '领导', follows: '跟随', controller: '控制器', yes: (epoch) => `是，epoch ${epoch}`, no: '否', none: '无',
    timeout: '超时', agreed: (ms) => `${ms} ms（协商值）`, touched: '最后计入的触碰', deadline: '截止时刻', connection: '连接', noneSince: '无', to: (server) => `连着 ${server}`, ephemerals: '临时节点', closing: '正在关闭',
    leader: 'leader', isr: 'ISR', replicas: '分配', zkVersion: 'zkVersion', highWatermark: '高水位', logStart: '日志起点', logEnd: '日志末端（LEO）', role: '角色', leaderEpoch: 'leader epoch',
    acks: 'acks', sent: '已发送', acked: '已确认', failed: '已放弃', waiting: '等待中', position: (name) => `${name} 的位置`,
    ways: '链路', latency: '延迟', ms: (from, to) => `${from}–${to} ms`, connections: '连接', underWay: '在途', heldBack: '被挡住',
    at: (s) => `${s} s`,
  },
});

const ids = (all: readonly number[]): string => (all.length === 0 ? words.none : `[${all.join(',')}]`);

function linkRows([a, b]: readonly [string, string], seen: Seen): Detail[] {
  const { network, processes, agenda } = seen.world;
  const at = (name: string): number => processes.findIndex((one) => one.name === name);
  const [ai, bi] = [at(a), at(b)];
  const open = network.connections.filter((one) => one.server >= 0 && ((one.client === ai && one.server === bi) || (one.client === bi && one.server === ai)));
  const rows: Detail[] = [
    { name: words.ways, value: linkLine(seen.world, a, b) },
    { name: words.latency, value: words.ms(network.options.latencyMinMicros / 1_000, network.options.latencyMaxMicros / 1_000) },
    { name: words.connections, value: open.length === 0 ? words.none : open.map((one) => `${one.tag} → ${processes[one.server]!.name}:${one.port}`).join('\n') },
  ];
  const ways = [[ai, bi], [bi, ai]] as const;
  const isFrom = (connection: (typeof open)[number], toServer: boolean, from: number): boolean => (toServer ? connection.client : connection.server) === from;
  const flying = (from: number): number =>
    agenda.filter((item) => {
      if (item.kind !== 'deliver' || item.event.type !== 'received') return false;
      const connection = open.find((one) => one.id === item.connection);
      return connection !== undefined && isFrom(connection, item.toServer, from);
    }).length;
  const held = (from: number): number => open.reduce((sum, one) => sum + (isFrom(one, true, from) ? one.heldToServer.length : 0) + (isFrom(one, false, from) ? one.heldToClient.length : 0), 0);
  const told = (count: (from: number) => number): string => ways.map(([from, to]) => `${processes[from]?.name ?? ''} → ${processes[to]?.name ?? ''}: ${count(from)}`).join('\n');
  rows.push({ name: words.underWay, value: told(flying) });
  if (held(ai) + held(bi) > 0) rows.push({ name: words.heldBack, value: told(held) });
  return rows;
}

function sessionRows(owner: string, { facts, world, observed }: Seen): Detail[] {
  const path = `/brokers/ids/${owner.slice('broker-'.length)}`;
  const node = facts.tree === null ? undefined : nodeAt(facts.tree, path);
  const tracked = node === undefined ? undefined : facts.servers.find((one) => one.sid === facts.zookeeperLeader)?.server?.leading?.tracker.sessions[node.ephemeralOwner];
  const index = world.processes.findIndex((one) => one.name === owner);
  const isConnected = world.network.connections.some((one) => one.client === index && one.clientOpen && one.serverOpen && one.tag.startsWith('zk.'));
  const server = observed.sessionServer[owner];
  return [
    ...(tracked === undefined
      ? []
      : [
          { name: words.timeout, value: words.agreed(tracked.timeoutMs) },
          { name: words.touched, value: words.at(seconds(tracked.touchedAtMs * 1_000)) },
          { name: words.deadline, value: words.at(seconds(tracked.deadlineMs * 1_000)) },
          ...(matches(tracked.chart, 'closing') ? [{ name: words.state, value: words.closing }] : []),
        ]),
    { name: words.connection, value: isConnected && server !== undefined ? words.to(server) : words.noneSince },
    { name: words.ephemerals, value: (node === undefined || facts.tree === null ? [] : (facts.tree.ephemerals[node.ephemeralOwner] ?? [])).join(' ') || words.none },
  ];
}

function replicaRows(brokerId: number, topic: string, partition: number, { facts }: Seen): Detail[] {
  const held = facts.replica(brokerId, topic, partition);
  if (!held) return [{ name: words.role, value: words.none }];
  return [
    { name: words.role, value: held.role },
    { name: words.leaderEpoch, value: String(held.leaderEpoch) },
    { name: words.logStart, value: String(held.logStart) },
    { name: words.highWatermark, value: String(held.highWatermark) },
    { name: words.logEnd, value: String(held.logEnd) },
  ];
}

function znodeRows(path: string, { facts }: Seen): Detail[] {
  const node = facts.tree === null ? undefined : nodeAt(facts.tree, path);
  if (!node) return [];
  const stat = statOf(node);
  return [
    { name: 'data', value: node.data ?? '' },
    { name: 'cZxid', value: formatZxid(stat.czxid) },
    { name: 'mZxid', value: formatZxid(stat.mzxid) },
    { name: 'pZxid', value: formatZxid(stat.pzxid) },
    { name: 'dataVersion', value: String(stat.version) },
    { name: 'cversion', value: String(stat.cversion) },
    { name: 'ephemeralOwner', value: stat.ephemeralOwner },
    { name: 'numChildren', value: String(stat.numChildren) },
  ];
}

function rowsOf(id: ThingId, seen: Seen): Detail[] {
  const { facts, world } = seen;
  const ends = endsOf(id);
  if (ends) return linkRows(ends, seen);
  const replica = replicaOf(id);
  if (replica) return replicaRows(replica.brokerId, replica.topic, replica.partition, seen);
  const path = znodeOf(id);
  if (path !== undefined) return znodeRows(path, seen);
  if (id.startsWith('session:')) return sessionRows(id.slice('session:'.length), seen);
  if (id.startsWith('partition:')) {
    const name = id.slice('partition:'.length);
    const dash = name.lastIndexOf('-');
    const found = facts.partition(name.slice(0, dash), Number(name.slice(dash + 1)));
    if (!found) return [];
    const leader = found.leader === null || found.leader === undefined ? undefined : facts.replica(found.leader, found.topic, found.partition);
    return [
      { name: words.leader, value: found.leader === null || found.leader === undefined ? words.none : String(found.leader) },
      { name: words.leaderEpoch, value: String(found.leaderEpoch) },
      { name: words.isr, value: ids(found.isr) },
      { name: words.replicas, value: ids(found.replicas) },
      { name: words.zkVersion, value: String(found.zkVersion) },
      ...(leader ? [{ name: words.highWatermark, value: String(leader.highWatermark) }, { name: words.logEnd, value: String(leader.logEnd) }] : []),
    ];
  }
  const server = facts.servers.find((one) => one.name === id);
  if (server) {
    const index = world.processes.findIndex((one) => one.name === id);
    return [
      { name: words.state, value: server.state },
      { name: words.epoch, value: String(server.epoch) },
      { name: words.lastZxid, value: formatZxid(server.zxid) },
      { name: words.clients, value: String(world.network.connections.filter((one) => one.server === index && one.serverOpen && one.tag.startsWith('zk.')).length) },
    ];
  }
  const broker = facts.brokers.find((one) => one.name === id);
  if (broker) {
    const partitions = facts.topics.flatMap((topic) => facts.partitions(topic));
    const named = (all: typeof partitions): string => all.map((one) => one.name).join(' ') || words.none;
    return [
      { name: words.state, value: broker.state },
      { name: words.port, value: String(broker.port) },
      { name: words.session, value: (facts.tree === null ? undefined : nodeAt(facts.tree, `/brokers/ids/${broker.id}`)?.ephemeralOwner) ?? words.none },
      { name: words.leads, value: named(partitions.filter((one) => one.leader === broker.id)) },
      { name: words.follows, value: named(partitions.filter((one) => one.leader !== broker.id && one.replicas.includes(broker.id))) },
      { name: words.controller, value: facts.controller?.brokerId === broker.id ? words.yes(facts.controller.epoch) : words.no },
    ];
  }
  const process = world.processes.find((one) => one.name === id);
  const client = process && clientOf(process);
  if (client?.kind === 'producer' && client.state !== null) {
    const { acks, state: { counters } } = client;
    return [
      { name: words.acks, value: acks },
      { name: words.sent, value: String(counters.sent) },
      { name: words.acked, value: String(counters.acked) },
      { name: words.failed, value: String(counters.failed) },
      { name: words.waiting, value: String(counters.sent - counters.acked - counters.failed) },
    ];
  }
  if (client?.kind === 'consumer' && client.state !== null) {
    return Object.values(client.state.partitions).map((one) => ({ name: words.position(`${one.topic}-${one.partition}`), value: String(Math.max(0, one.position)) }));
  }
  return [];
}

/** Rows with what the last item changed marked; `isMoving`: nobody can read that now. */
export function detailsOf(id: ThingId, seen: Seen, history: ClusterHistory, isMoving = false): readonly Detail[] {
  const rows = rowsOf(id, seen);
  const before = rowsBefore(id, history, rows);
  if (before !== undefined || isMoving || history.item === history.beginItem) return marked(rows, before);
  const world = history.worldAt(history.item - 1);
  return marked(rows, rowsOf(id, { ...seen, world, facts: factsOf(world, seen.observed) }));
}

let shown: { readonly history: ClusterHistory; readonly branch: object; readonly item: number; readonly id: ThingId; readonly rows: readonly Detail[] } | undefined;

/** What was shown of this thing an item ago, if it was; and these are the rows that are shown now. */
export function rowsBefore(id: ThingId, history: ClusterHistory, rows: readonly Detail[]): readonly Detail[] | undefined {
  const isSame = shown?.history === history && shown.branch === history.facts && shown.id === id;
  const before = isSame && shown!.item === history.item - 1 ? shown!.rows : undefined;
  if (!isSame || shown!.item !== history.item) shown = { history, branch: history.facts, item: history.item, id, rows };
  return before;
}

export const marked = (rows: readonly Detail[], before: readonly Detail[] | undefined): readonly Detail[] =>
  before === undefined ? rows : rows.map((row) => ({ ...row, isChanged: before.some((one) => one.name === row.name && one.value !== row.value) }));
