/** Votes as the servers hold them, ZAB's phases as packets show them, and the race for Kafka's controller. */
import { findConnection } from '../../kernel/network.ts';
import type { ItemRecord } from '../../kernel/world.ts';
import { isActiveController } from '../../kafka/controller/controller.ts';
import { CONTROLLER_EPOCH } from '../../kafka/zookeeper/znodes.ts';
import type { KafkaMessage } from '../../kafka/protocol/index.ts';
import { describeTxn } from '../../zookeeper/describe.ts';
import type { Notification, QuorumPacket } from '../../zookeeper/packets.ts';
import type { ServerState } from '../../zookeeper/server-state.ts';
import { isQuorum, totalOrderPredicate } from '../../zookeeper/votes.ts';
import { formatZxid } from '../../zookeeper/zxid.ts';
import { nodeAt } from '../../zookeeper/tree.ts';
import type { ControllerFrame, ElectionServer, EnsembleFrame, LearnerLane, NotificationRow, Outcome, ProposalRow, Vote, ZabPhase } from '../../views/election/frame.ts';
import { matches } from '../../kernel/machine.ts';
import type { ClusterHistory } from '../open.ts';
import type { Seen } from './stage.ts';

/** Items looked back at for votes and packets. */
const LOOKED_BACK = 640;
const ROWS = 24;
const PROPOSALS = 8;

const voteOf = (one: { readonly leader: number; readonly zxid: number; readonly peerEpoch: number }): Vote => ({ leader: one.leader, zxid: formatZxid(one.zxid), peerEpoch: one.peerEpoch });

function phaseOf(server: ServerState): ZabPhase {
  for (const top of ['leading', 'following']) {
    for (const phase of ['discovery', 'synchronization', 'broadcast'] as const) if (matches(server.chart, `${top}.${phase}`)) return phase;
  }
  return matches(server.chart, 'standalone') ? 'broadcast' : 'election';
}

/** What a server made of a notification, judged by the rules from its state just before. */
function outcomeOf(before: ServerState | undefined, notification: Notification, participants: number): Outcome | undefined {
  if (!before) return undefined;
  const { election } = before;
  if (!matches(before.chart, 'looking')) return notification.state === 'LOOKING' ? { type: 'answers' } : undefined;
  if (notification.state !== 'LOOKING') return { type: 'joins', leader: notification.leader };
  if (notification.electionEpoch > election.electionEpoch) return { type: 'newRound' };
  if (notification.electionEpoch < election.electionEpoch) return { type: 'oldRound' };
  if (totalOrderPredicate(notification, election.proposal)) return { type: 'changes', to: notification.leader };
  if (notification.leader !== election.proposal.leader) return { type: 'keepsOwn' };
  const agree = new Set([...Object.entries(election.recvset).filter(([, vote]) => vote.leader === notification.leader).map(([sid]) => Number(sid)), before.settings.myid]).size;
  return isQuorum(agree, participants) ? { type: 'majority', agree } : { type: 'counts', agree };
}

let cachedRecords: { readonly history: ClusterHistory; readonly item: number; readonly records: readonly ItemRecord[] } | undefined;

/** What was handled lately, and while nobody serves also the last election, however long ago that was. */
function recent(history: ClusterHistory): readonly ItemRecord[] {
  if (cachedRecords?.history === history && cachedRecords.item === history.item) return cachedRecords.records;
  const decided = history.facts.findLast((noted) => noted.item < history.item && (noted.fact.type === 'electionDecided' || noted.fact.type === 'electionStarted'));
  const from = decided === undefined ? history.item - LOOKED_BACK : Math.min(history.item - LOOKED_BACK / 4, Math.max(history.beginItem, decided.item - LOOKED_BACK / 2));
  const records = history.records(from, Math.min(history.item, from + LOOKED_BACK));
  cachedRecords = { history, item: history.item, records };
  return records;
}

export function ensembleFrame(seen: Seen, history: ClusterHistory, watchedName: string | undefined): EnsembleFrame | undefined {
  const { facts, world } = seen;
  if (facts.servers.length === 0) return undefined;
  const sidOf = (process: number): number | undefined => facts.servers.find((server) => server.name === world.processes[process]?.name)?.sid;
  const participants = facts.servers.length;
  const servers: ElectionServer[] = facts.servers.map((one) => {
    const { server, process } = one;
    const timer = process.timers.find((pending) => pending.name.includes('finalizeWaitMs') || pending.name.includes('notificationTimeoutMs'));
    const finalizing = timer?.name.includes('finalizeWaitMs') ?? false;
    const looking = server !== undefined && matches(server.chart, 'looking');
    return {
      sid: one.sid,
      name: one.name,
      condition:
        process.status === 'dead' ? 'dead'
        : process.status === 'notStarted' || server === undefined ? 'notStarted'
        : process.status === 'paused' ? 'paused'
        : one.state === 'LEADING' ? 'leading'
        : one.state === 'FOLLOWING' ? 'following'
        : 'looking',
      state: server === undefined ? '' : one.state,
      phase: server === undefined ? undefined : phaseOf(server),
      round: server?.election.electionEpoch ?? 0,
      proposal: server === undefined ? undefined : voteOf(looking ? server.election.proposal : server.currentVote),
      counted: server === undefined ? [] : Object.entries(server.election.recvset).map(([from, vote]) => ({ from: Number(from), leader: vote.leader })),
      ...(timer === undefined || !looking
        ? {}
        : {
            timer: {
              kind: finalizing ? ('finalizeWait' as const) : ('backOff' as const),
              left: Math.max(0, timer.at - seen.now),
              of: (finalizing ? 200 : server.chart.context.notificationTimeoutMs) * 1_000,
            },
          }),
    };
  });

  const notifications: NotificationRow[] = [];
  const done = new Map<number, string[]>();
  const modes = new Map<number, LearnerLane['sync']>();
  const proposals = new Map<number, { what: string; at: Map<number, ProposalRow['at'][number]['state']> }>();
  for (const record of recent(history)) {
    const { event } = record;
    if (event?.type !== 'received') continue;
    const to = sidOf(record.process);
    const from = sidOf(record.from);
    if (to === undefined || from === undefined) continue;
    if (event.message.type === 'Notification') {
      const notification = event.message as Notification;
      notifications.push({
        key: String(record.id),
        at: record.at,
        from,
        to,
        vote: voteOf(notification),
        round: notification.electionEpoch,
        state: notification.state,
        outcome: undefined,
        now: record.id === history.item - 1,
      });
      continue;
    }
    const packet = event.message as QuorumPacket;
    const learner = ['FOLLOWERINFO', 'ACKEPOCH', 'ACK'].includes(packet.type) ? from : to;
    if (packet.type === 'FOLLOWERINFO') done.set(learner, []);
    const list = done.get(learner);
    switch (packet.type) {
      case 'FOLLOWERINFO':
      case 'LEADERINFO':
      case 'ACKEPOCH':
      case 'NEWLEADER':
      case 'UPTODATE':
        list?.push(packet.type);
        break;
      case 'DIFF':
      case 'TRUNC':
      case 'SNAP':
        list?.push(packet.type);
        modes.set(learner, { mode: packet.type, from: '', to: formatZxid(packet.zxid) });
        break;
      case 'PROPOSAL': {
        const known = proposals.get(packet.zxid) ?? { what: describeTxn(packet.entry.header, packet.entry.txn), at: new Map() };
        known.at.set(to, 'proposed');
        known.at.set(from, 'logged');
        proposals.set(packet.zxid, known);
        break;
      }
      case 'ACK': {
        const known = proposals.get(packet.zxid);
        if (known) known.at.set(from, 'acked');
        else if (list && !list.includes('ACK')) list.push('ACK');
        break;
      }
      case 'COMMIT':
        proposals.get(packet.zxid)?.at.set(to, 'committed');
        proposals.get(packet.zxid)?.at.set(from, 'committed');
        break;
      default:
        break;
    }
  }
  let compared: EnsembleFrame['comparison'];
  const shown = notifications.slice(-ROWS).map((row) => {
    const record = history.record(Number(row.key));
    if (record?.event?.type !== 'received') return row;
    const judged = outcomes.get(record) ?? judge(record, history, participants);
    outcomes.set(record, judged);
    // The comparison worth showing is the last one of two different votes.
    if (judged.own !== undefined && judged.own.leader !== row.vote.leader) compared = { own: judged.own, other: row.vote };
    return { ...row, outcome: judged.outcome };
  });

  const leader = facts.servers.find((one) => one.state === 'LEADING');
  const watched = facts.servers.find((one) => one.name === watchedName && one.server !== undefined) ?? leader ?? facts.servers.find((one) => one.server !== undefined);
  const travelling = world.agenda.flatMap((item) => {
    if (item.kind !== 'deliver' || item.event.type !== 'received' || item.event.message.type !== 'Notification') return [];
    const connection = world.network.connections[findConnection(world.network.connections, item.connection)];
    const from = connection && sidOf(item.toServer ? connection.client : connection.server);
    const to = connection && sidOf(item.toServer ? connection.server : connection.client);
    if (from === undefined || to === undefined) return [];
    return [{ key: String(item.sequence), from, to, progress: Math.min(1, Math.max(0, (seen.now - item.askedAt) / Math.max(1, item.at - item.askedAt))) }];
  });
  const running = facts.servers.filter((one) => one.server !== undefined);
  const phases = running.map((one) => phaseOf(one.server!));
  const phase: ZabPhase = phases.length === 0 || phases.includes('election') && leader === undefined ? 'election' : leader?.server ? phaseOf(leader.server) : 'election';
  return {
    servers,
    quorum: Math.floor(participants / 2) + 1,
    phase,
    epoch: Math.max(0, ...running.map((one) => one.epoch)),
    watched: watched?.sid ?? facts.servers[0]!.sid,
    comparison: compared,
    travelling,
    notifications: shown,
    lanes: leader === undefined ? [] : lanes(seen, leader.sid, done, modes),
    proposals: [...proposals].slice(-PROPOSALS).map(([zxid, known]) => ({
      zxid: formatZxid(zxid),
      what: known.what,
      at: facts.servers.map((one) => ({ sid: one.sid, state: known.at.get(one.sid) ?? 'none' })),
    })),
  };
}

interface Judged {
  readonly outcome: Outcome | undefined;
  /** What the receiver proposed when the vote came; undefined: it was not looking. */
  readonly own: Vote | undefined;
}

const outcomes = new WeakMap<ItemRecord, Judged>();

function judge(record: ItemRecord, history: ClusterHistory, participants: number): Judged {
  const before = history.worldAt(record.id).processes[record.process]?.state as ServerState | null | undefined;
  if (!before || record.event?.type !== 'received') return { outcome: undefined, own: undefined };
  return {
    outcome: outcomeOf(before, record.event.message as Notification, participants),
    own: matches(before.chart, 'looking') ? voteOf(before.election.proposal) : undefined,
  };
}

function lanes(seen: Seen, leader: number, done: ReadonlyMap<number, readonly string[]>, modes: ReadonlyMap<number, LearnerLane['sync']>): LearnerLane[] {
  const order = [...seen.facts.servers].sort((a, b) => (a.sid === leader ? -1 : b.sid === leader ? 1 : a.sid - b.sid));
  return order.map((one) => {
    const following = one.server?.following;
    const isSynced = one.server !== undefined && matches(one.server.chart, 'following.broadcast');
    const known = done.get(one.sid) ?? [];
    return {
      sid: one.sid,
      role: one.sid === leader ? 'leader' : following ? 'learner' : 'absent',
      done: known.length > 0 || !isSynced ? known : ['FOLLOWERINFO', 'LEADERINFO', 'ACKEPOCH', 'NEWLEADER', 'ACK', 'UPTODATE'],
      sync: modes.get(one.sid),
      lastZxid: formatZxid(one.zxid),
    };
  });
}

interface LooseFact {
  readonly type: string;
  readonly brokerId?: number;
  readonly controllerEpoch?: number;
}

export function controllerFrame(seen: Seen, history: ClusterHistory): ControllerFrame | undefined {
  const { facts, world } = seen;
  if (facts.brokers.length === 0) return undefined;
  const race: ControllerFrame['race'][number][] = [];
  for (let index = history.facts.length - 1; index >= 0 && race.length < 8; index--) {
    const { item, at, fact } = history.facts[index]!;
    if (item >= history.item) continue;
    const known = fact as LooseFact;
    const result = ({ controllerElected: 'created', controllerElectionLost: 'nodeExists', controllerResigned: 'resigned', controllerFenced: 'fenced' } as const)[
      fact.type as 'controllerElected' | 'controllerElectionLost' | 'controllerResigned' | 'controllerFenced'
    ];
    if (result !== undefined) race.unshift({ broker: known.brokerId ?? 0, at, result, epoch: known.controllerEpoch });
  }
  const active = facts.brokers.find((one) => one.broker?.controller && isActiveController(one.broker.controller))?.broker?.controller;
  const context = active?.context;
  const partitions = Object.entries(context?.partitionStates ?? {}).map(([name, chart]) => {
    const leadership = context?.leadership[name];
    return {
      name,
      state: String(chart.value),
      leader: leadership === undefined || leadership.leader < 0 ? undefined : leadership.leader,
      leaderEpoch: leadership?.leaderEpoch ?? 0,
      isr: leadership?.isr ?? [],
      replicas: (context?.assignments[name] ?? []).map((broker) => ({ broker, state: String(context?.replicaStates[`${name}/${broker}`]?.value ?? '') })),
      changed: false,
    };
  });
  const requests: ControllerFrame['requests'][number][] = [];
  for (const item of world.agenda) {
    if (item.kind !== 'deliver' || item.event.type !== 'received' || !item.toServer) continue;
    const message = item.event.message as KafkaMessage;
    if (message.type !== 'LeaderAndIsrRequest' && message.type !== 'UpdateMetadataRequest' && message.type !== 'StopReplicaRequest') continue;
    const connection = world.network.connections[findConnection(world.network.connections, item.connection)];
    const to = facts.brokers.find((one) => one.name === world.processes[connection?.server ?? -1]?.name)?.id;
    if (to === undefined) continue;
    requests.push({
      key: String(item.sequence),
      at: item.askedAt,
      api: message.type.slice(0, -'Request'.length) as 'LeaderAndIsr' | 'UpdateMetadata' | 'StopReplica',
      to,
      controllerEpoch: message.controllerEpoch,
      partitions: String(message.type === 'StopReplicaRequest' ? message.topics.length : message.topics.reduce((sum, topic) => sum + topic.partitions.length, 0)),
      answer: 'waiting',
    });
  }
  const tree = facts.tree;
  return {
    controller: facts.controller?.brokerId,
    epoch: facts.controller?.epoch ?? 0,
    epochVersion: tree === null ? 0 : (nodeAt(tree, CONTROLLER_EPOCH)?.version ?? 0),
    race,
    brokers: facts.brokers.map((one) => one.id),
    partitions,
    requests,
    queue: (active?.queue ?? []).map((event) => event.type),
  };
}
