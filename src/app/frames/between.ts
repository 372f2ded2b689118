/** What is selected where it is no process: a link, a message, a replica, a znode; the first two with what can be done to them. */
import { isShut, machineOf, type LinkRule } from '../../kernel/network.ts';
import type { World } from '../../kernel/world.ts';
import { nodeAt } from '../../zookeeper/tree.ts';
import type { SelectionFrame, ThingId } from '../../views/frame.ts';
import { defineText } from '../../views/text/define.ts';
import type { ClusterHistory } from '../story.ts';
import { findMessage, isMessage } from './found-message.ts';
import { nameOf, type Seen } from './stage.ts';
import type { Rows } from './selection.ts';

const words = defineText({
  en: {
    message: { underWay: 'under way', held: 'held back by a cut', waiting: 'waits at a frozen process', arrived: 'arrived', gone: 'gone with its connection' },
    open: 'open',
    cut: 'cut both ways',
    cutOneWay: (from: string, to: string) => `nothing passes from ${from} to ${to}`,
    delay: (from: string, to: string, ms: number) => `${from} → ${to}: +${ms} ms`,
    loss: (from: string, to: string, percent: number) => `${from} → ${to}: ${percent} % lost`,
    shut: (name: string) => `a firewall lets nobody in to ${name}`,
    closed: 'no connection',
    dead: (name: string) => `${name} is dead`,
    role: { leader: 'leader', follower: 'follower', offline: 'offline', none: 'no replica' },
    replica: (role: string, end: number, hw: number) => `${role} · LEO ${end} · HW ${hw}`,
    ephemeral: 'ephemeral',
    persistent: 'persistent',
    gone: 'not there now',
  },
  'zh-CN': {
    message: { underWay: '正在路上', held: '被切断挡住', waiting: '在冻结的进程门口等着', arrived: '已到达', gone: '随连接消失了' },
    open: '通',
    cut: '双向切断',
    cutOneWay: (from, to) => `${from} 发往 ${to} 的一律不通`,
    delay: (from, to, ms) => `${from} → ${to}：+${ms} ms`,
    loss: (from, to, percent) => `${from} → ${to}：丢 ${percent} %`,
    shut: (name) => `防火墙不让任何连接到 ${name}`,
    closed: '没有连接',
    dead: (name) => `${name} 已死`,
    role: { leader: 'leader', follower: 'follower', offline: '离线', none: '没有副本' },
    replica: (role, end, hw) => `${role} · LEO ${end} · HW ${hw}`,
    ephemeral: '临时节点',
    persistent: '持久节点',
    gone: '现在不存在',
  },
});

const DELAY_MS = 500;
const LOSS = 0.3;

/** The two ends of `link:a:b`, `a` the one that connects. */
export function endsOf(id: ThingId): readonly [string, string] | undefined {
  const [kind, a, b] = id.split(':');
  return kind === 'link' && a !== undefined && b !== undefined ? [a, b] : undefined;
}

export interface ReplicaName {
  readonly id: ThingId;
  readonly broker: string;
  readonly brokerId: number;
  /** `orders-0`. */
  readonly name: string;
  readonly topic: string;
  readonly partition: number;
}

/** `replica:broker-1:orders-0`. */
export function replicaOf(id: ThingId): ReplicaName | undefined {
  const [kind, broker, name] = id.split(':');
  if (kind !== 'replica' || broker === undefined || name === undefined) return undefined;
  const dash = name.lastIndexOf('-');
  return { id, broker, brokerId: Number(broker.slice('broker-'.length)), name, topic: name.slice(0, dash), partition: Number(name.slice(dash + 1)) };
}

export const znodeOf = (id: ThingId): string | undefined => (id.startsWith('znode:') ? id.slice('znode:'.length) : undefined);

/** Rules that change what passes between two ends, in either direction. */
export function rulesBetween(world: World, a: string, b: string): readonly LinkRule[] {
  const joins = (rule: LinkRule, from: string, to: string): boolean => (rule.from === from || rule.from === '*') && (rule.to === to || rule.to === '*');
  return world.network.rules.filter((rule) => joins(rule, a, b) || joins(rule, b, a));
}

/** How a link is, in a few words. */
export function linkLine(world: World, a: string, b: string): string {
  const rules = rulesBetween(world, a, b);
  const isCut = (from: string): boolean => rules.some((rule) => rule.effect.type === 'cut' && (rule.from === from || rule.from === '*'));
  const parts: string[] = [];
  if (isCut(a) && isCut(b)) parts.push(words.cut);
  else if (isCut(a)) parts.push(words.cutOneWay(a, b));
  else if (isCut(b)) parts.push(words.cutOneWay(b, a));
  for (const { from, to, effect } of rules) {
    if (effect.type === 'delay') parts.push(words.delay(from, to, effect.micros / 1_000));
    if (effect.type === 'loss') parts.push(words.loss(from, to, Math.round(effect.share * 100)));
  }
  const index = (name: string): number => world.processes.findIndex((one) => one.name === name);
  const isShutAt = (name: string): boolean =>
    world.network.listeners.some(({ process, host, port }) => process === index(name) && isShut(world.network.rules, machineOf(world.network.hosts, host), port));
  parts.push(...[a, b].filter(isShutAt).map((name) => words.shut(name)));
  const dead = [a, b].find((name) => world.processes.find((one) => one.name === name)?.status === 'dead');
  if (dead !== undefined) parts.push(words.dead(dead));
  if (parts.length > 0) return parts.join(' · ');
  const [at, bt] = [index(a), index(b)];
  const isOpen = world.network.connections.some((one) => one.clientOpen && one.serverOpen && ((one.client === at && one.server === bt) || (one.client === bt && one.server === at)));
  return isOpen ? words.open : words.closed;
}

export const messageStateWord = (state: 'underWay' | 'held' | 'waiting' | 'arrived' | 'gone'): string => words.message[state];

function addLinkRows(rows: Rows, a: string, b: string): void {
  rows
    .add('cut', { type: 'cut', a: [a], b: [b] }, { group: true })
    .add('cutOneWay', { type: 'cut', a: [a], b: [b], oneWay: true }, { object: b })
    .add('cutOneWay', { type: 'cut', a: [b], b: [a], oneWay: true }, { object: a })
    .add('delay', [{ type: 'slow', from: a, to: b, delayMs: DELAY_MS }, { type: 'slow', from: b, to: a, delayMs: DELAY_MS }], { object: `${DELAY_MS} ms`, group: true })
    .add('lose', [{ type: 'lose', from: a, to: b, share: LOSS }, { type: 'lose', from: b, to: a, share: LOSS }], { object: `${LOSS * 100} %` })
    .add('heal', { type: 'heal', a, b }, { group: true });
}

export function replicaHead({ id, broker, brokerId, name, topic, partition }: ReplicaName, { facts }: Seen): Pick<SelectionFrame, 'id' | 'kind' | 'name' | 'line'> {
  const held = facts.replica(brokerId, topic, partition);
  return { id, kind: 'replica', name: `${name} @ ${broker}`, line: held ? words.replica(words.role[held.role], held.logEnd, held.highWatermark) : words.role.offline };
}

/** Undefined: it is none of these, or it is not there. */
export function selectionBetween(id: ThingId, seen: Seen, history: ClusterHistory, rows: Rows): Omit<SelectionFrame, 'actions'> | undefined {
  const { world, facts } = seen;
  const ends = endsOf(id);
  if (ends) {
    const [a, b] = ends;
    addLinkRows(rows, a, b);
    return { id, kind: 'link', name: `${a} – ${b}`, line: linkLine(world, a, b) };
  }
  if (isMessage(id)) {
    const found = findMessage(id, world, history);
    if (!found) return undefined;
    addLinkRows(rows, found.from, found.to);
    return { id, kind: 'message', name: nameOf(found.message).name, line: `${found.from} → ${found.to} · ${words.message[found.state]}` };
  }
  const path = znodeOf(id);
  if (path !== undefined) {
    const node = facts.tree === null ? undefined : nodeAt(facts.tree, path);
    return { id, kind: 'znode', name: path, line: node === undefined ? words.gone : node.ephemeralOwner === '0x0' ? words.persistent : `${words.ephemeral} · ${node.ephemeralOwner}` };
  }
  return undefined;
}
