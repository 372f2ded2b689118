/** What is selected, and what can be done to it: each row in words, with the real command, or the reason why not now. */
import { refusal, type ClusterAction } from '../../cluster/actions.ts';
import { commandOf } from '../../cluster/real-command.ts';
import { isOff } from '../../cluster/container-network.ts';
import { brokerName } from '../../cluster/description.ts';
import type { KnownBroker } from '../../cluster/description.ts';
import type { ActionFrame, SelectionFrame, ThingId, Verb } from '../../views/frame.ts';
import type { ClusterHistory } from '../story.ts';
import { replicaHead, replicaOf, selectionBetween } from './between.ts';
import { clientOf } from './clients.ts';
import { logDirsOf } from './disk.ts';
import type { Seen } from './stage.ts';
import { topicConfigs } from './topics.ts';
import { refusalWord, text } from './words.ts';

export interface Selection {
  readonly frame: SelectionFrame;
  readonly actions: Readonly<Record<string, readonly ClusterAction[]>>;
}

export class Rows {
  readonly frames: ActionFrame[] = [];
  readonly actions: Record<string, readonly ClusterAction[]> = {};

  constructor(private readonly seen: Seen) {}

  add(verb: Verb, actions: ClusterAction | readonly ClusterAction[], more: { object?: string; group?: boolean; command?: string } = {}): this {
    const all: readonly ClusterAction[] = Array.isArray(actions) ? (actions as readonly ClusterAction[]) : [actions as ClusterAction];
    const id = `${verb}:${this.frames.length}`;
    const no = all.map((one) => refusal(this.seen.world, one)).find((one) => one !== undefined);
    const command = more.command ?? commandOf(this.seen.world, all);
    this.frames.push({
      id,
      verb,
      ...(more.object === undefined ? {} : { object: more.object }),
      ...(command === undefined ? {} : { command }),
      ...(no === undefined ? {} : { refused: refusalWord(no) }),
      ...(more.group === true ? { group: true } : {}),
    });
    this.actions[id] = all;
    return this;
  }
}

const DELAY_MS = 500;
const LOSS = 0.3;

export function selectionOf(id: ThingId, seen: Seen, history: ClusterHistory, brokers: readonly KnownBroker[], newName: (prefix: string) => string): Selection | undefined {
  const { facts, world } = seen;
  const replica = replicaOf(id);
  if (replica) {
    // Copies lie on a broker, and what can be done to them is done to it.
    const holder = selectionOf(replica.broker, seen, history, brokers, newName);
    return holder && { ...holder, frame: { ...holder.frame, ...replicaHead(replica, seen) } };
  }
  const rows = new Rows(seen);
  const inspect = (): void => {
    rows.frames.push({ id: 'inspect', verb: 'inspect' });
  };
  const process = world.processes.find((one) => one.name === id);

  const server = facts.servers.find((one) => one.name === id);
  if (server) {
    const others = facts.servers.filter((one) => one.name !== id);
    inspect();
    rows
      .add('containerKill', { type: 'container', container: id, verb: 'kill' }, { group: true })
      .add('containerStop', { type: 'container', container: id, verb: 'stop' })
      .add('containerPause', { type: 'container', container: id, verb: 'pause' })
      .add('containerResume', { type: 'container', container: id, verb: 'unpause' })
      .add('containerStart', { type: 'container', container: id, verb: 'start' });
    if (others.length > 0) {
      rows.add('cut', { type: 'cut', a: [id], b: others.map((one) => one.name) }, { object: others.map((one) => one.name).join(', '), group: true });
      for (const other of others) rows.add('cutOneWay', { type: 'cut', a: [id], b: [other.name], oneWay: true }, { object: other.name });
      rows
        .add('delay', { type: 'slow', from: id, to: '*', delayMs: DELAY_MS }, { object: `${DELAY_MS} ms` })
        .add('lose', { type: 'lose', from: id, to: '*', share: LOSS }, { object: `${LOSS * 100} %` });
    }
    const isOut = process !== undefined && isOff(world, process);
    rows
      .add('heal', { type: 'heal', a: id })
      .add(isOut ? 'onNetwork' : 'offNetwork', { type: 'network', container: id, verb: isOut ? 'connect' : 'disconnect' })
      .add('diskSlow', { type: 'disk', process: id, slowness: 100 }, { group: true })
      .add('diskFull', { type: 'disk', process: id, full: true })
      .add('diskHeal', { type: 'disk', process: id, slowness: 1, full: false })
      .add('powerLoss', { type: 'powerLoss', host: id }, { group: true })
      .add('containerRemove', { type: 'container', container: id, verb: 'rm' });
    return done({ id, kind: 'server', name: server.name, line: isOut && server.process.status !== 'dead' ? `${server.state} · ${text.network.disconnect}` : server.state, ...pidOf(process) }, rows);
  }

  const broker = facts.brokers.find((one) => one.name === id);
  if (broker) {
    const others = facts.brokers.filter((one) => one.name !== id).map((one) => one.name);
    const ensemble = facts.servers.map((one) => one.name);
    const { controller } = facts;
    const led = facts.topics.flatMap((topic) => facts.partitions(topic)).filter((one) => one.leader === broker.id).length;
    const line = [broker.state, ...(led > 0 ? [text.leaderOf(led)] : []), ...(controller?.brokerId === broker.id ? [text.isController(controller.epoch)] : [])].join(' · ');
    inspect();
    rows
      .add('kill', { type: 'signal', process: id, signal: 'SIGKILL' }, { group: true })
      .add('terminate', { type: 'signal', process: id, signal: 'SIGTERM' })
      .add('pause', { type: 'signal', process: id, signal: 'SIGSTOP' })
      .add('resume', { type: 'signal', process: id, signal: 'SIGCONT' })
      .add('start', { type: 'start', process: id });
    if (ensemble.length > 0) rows.add('cut', { type: 'cut', a: [id], b: ensemble }, { object: 'ZooKeeper', group: true });
    if (others.length > 0) {
      rows
        .add('cut', { type: 'cut', a: [id], b: others }, { object: others.join(', ') })
        .add('cutOneWay', { type: 'cut', a: [id], b: others, oneWay: true }, { object: others.join(', ') })
        .add('delay', others.map((to) => ({ type: 'slow', from: id, to, delayMs: DELAY_MS }) as const), { object: `${DELAY_MS} ms` })
        .add('lose', others.map((to) => ({ type: 'lose', from: id, to, share: LOSS }) as const), { object: `${LOSS * 100} %` });
    }
    rows
      .add('heal', { type: 'heal', a: id })
      .add('portDrop', { type: 'firewall', process: id, port: broker.port, verdict: 'DROP' }, { object: String(broker.port), group: true })
      .add('portReject', { type: 'firewall', process: id, port: broker.port, verdict: 'REJECT' }, { object: String(broker.port) })
      .add('portOpen', { type: 'firewall', process: id, port: broker.port, verdict: 'ACCEPT' }, { object: String(broker.port) })
      .add('diskSlow', { type: 'disk', process: id, slowness: 100 }, { group: true })
      .add('diskFull', { type: 'disk', process: id, full: true });
    const failed = (process === undefined ? undefined : world.volumes[process.volume]?.failed) ?? [];
    for (const dir of process === undefined ? [] : logDirsOf(process.config)) {
      rows.add('diskFail', { type: 'disk', process: id, failed: failed.includes(dir) ? failed : [...failed, dir] }, { object: dir });
    }
    rows
      .add('diskHeal', { type: 'disk', process: id, slowness: 1, full: false, failed: [] })
      .add('powerLoss', { type: 'powerLoss', host: id }, { group: true })
      .add('reboot', { type: 'powerOn', host: id });
    return done({ id, kind: 'broker', name: `broker ${broker.id}`, line, ...pidOf(process) }, rows);
  }

  const client = process && clientOf(process);
  if (client) {
    const isProducer = client.kind === 'producer';
    const names = facts.brokers.map((one) => one.name);
    inspect();
    if (isProducer && !client.isTool) {
      const topic = facts.topics.find((one) => !one.startsWith('__'));
      if (topic !== undefined) {
        const value = newName(`${id}-value-`);
        rows.add('produce', { type: 'produce', producer: id, records: [{ topic, value }] }, { object: `${topic}: ${value}`, group: true });
      }
      rows.add('stopClient', { type: 'workload', producer: id, workload: null });
    }
    rows
      .add('kill', { type: 'signal', process: id, signal: 'SIGKILL' }, { group: true })
      .add('pause', { type: 'signal', process: id, signal: 'SIGSTOP' })
      .add('resume', { type: 'signal', process: id, signal: 'SIGCONT' });
    // A tool that ended is started at its terminal.
    if (!client.isTool) rows.add('start', { type: 'start', process: id });
    if (names.length > 0) rows.add('cut', { type: 'cut', a: [id], b: names }, { object: names.join(', '), group: true });
    rows.add('heal', { type: 'heal', a: id });
    return done({ id, kind: isProducer ? 'producer' : 'consumer', name: process.name, ...pidOf(process) }, rows);
  }

  if (id.startsWith('session:')) {
    const owner = id.slice('session:'.length);
    const holder = world.processes.find((one) => one.name === owner);
    const tree = facts.tree;
    const sessionId = tree === null ? undefined : Object.keys(tree.ephemerals).find((one) => tree.ephemerals[one]!.includes(`/brokers/ids/${owner.slice('broker-'.length)}`));
    const at = seen.observed.sessionServer[owner];
    inspect();
    if (at !== undefined) {
      rows
        .add('cut', { type: 'cut', a: [owner], b: facts.servers.map((one) => one.name) }, { object: 'ZooKeeper', group: true })
        .add('heal', { type: 'heal', a: owner })
        .add('containerKill', { type: 'container', container: at, verb: 'kill' }, { object: at });
    }
    return done({ id, kind: 'session', name: sessionId ?? owner, line: text.of(owner, holder?.status === 'dead') }, rows);
  }

  if (id.startsWith('partition:')) {
    const name = id.slice('partition:'.length);
    const dash = name.lastIndexOf('-');
    const partition = facts.partition(name.slice(0, dash), Number(name.slice(dash + 1)));
    if (!partition) return undefined;
    const leader = partition.leader ?? undefined;
    inspect();
    if (leader !== undefined) rows.add('kill', { type: 'signal', process: brokerName(leader), signal: 'SIGKILL' }, { object: `broker ${leader}`, group: true });
    if (brokers.length > 0) {
      rows
        .add(
          'electPreferred',
          { type: 'admin', name: newName('admin-elect-'), brokers, command: { type: 'electPreferredLeaders', partitions: [{ topic: partition.topic, partition: partition.partition }] } },
          { group: true },
        );
      const replicas = reassigned(partition.replicas, facts.brokers.filter(({ isUp }) => isUp).map((one) => one.id));
      if (replicas !== undefined) {
        const { topic, partition: index } = partition;
        rows.add('reassign', { type: 'admin', name: newName('admin-reassign-'), brokers, command: { type: 'reassignPartitions', partitions: [{ topic, partition: index, replicas }] } }, { object: replicas.join(', ') });
      }
      rows
        .add('electUnclean', {
          type: 'admin',
          name: newName('admin-config-'),
          brokers,
          // AlterConfigs replaces all that a topic has of its own.
          command: { type: 'alterTopicConfig', topic: partition.topic, configs: { ...topicConfigs(seen, partition.topic), 'unclean.leader.election.enable': 'true' } },
        })
        .add('deleteTopic', { type: 'admin', name: newName('admin-delete-'), brokers, command: { type: 'deleteTopic', topic: partition.topic } });
    }
    const line = text.partitionLine(leader === undefined ? text.none : String(leader), partition.leaderEpoch, partition.isr.join(', '));
    return done({ id, kind: 'partition', name, line }, rows);
  }

  inspect();
  const between = selectionBetween(id, seen, history, rows);
  return between && done(between, rows);
}

/**
 * Where the copies of a partition could be instead: on a broker that has none, for the first that is down, or else for the preferred
 * leader; where all have one, in another order. Undefined: nowhere.
 */
function reassigned(replicas: readonly number[], up: readonly number[]): readonly number[] | undefined {
  const spare = up.find((id) => !replicas.includes(id));
  if (spare === undefined) return replicas.length > 1 ? [...replicas.slice(1), replicas[0]!] : undefined;
  const leaving = replicas.find((id) => !up.includes(id)) ?? replicas[0];
  return replicas.map((id) => (id === leaving ? spare : id));
}

function pidOf(process: { readonly pid: number; readonly status: string } | undefined): { readonly pid?: number } {
  return process === undefined || process.pid === 0 || process.status === 'dead' ? {} : { pid: process.pid };
}

function done(head: Omit<SelectionFrame, 'actions'>, rows: Rows): Selection {
  return { frame: { ...head, actions: rows.frames }, actions: rows.actions };
}
