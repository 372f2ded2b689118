/** Votes as the servers hold them, ZAB's phases as packets show them, and the race for Kafka's controller. */
import { findConnection } from '../../kernel/network.ts';
import type { Message } from '../../kernel/program.ts';
import type { ItemRecord } from '../../kernel/world.ts';
import { isActiveController } from '../../kafka/controller/controller.ts';
import { CONTROLLER_EPOCH } from '../../kafka/zookeeper/znodes.ts';
import type { KafkaMessage } from '../../kafka/protocol/index.ts';
import { describeTxn } from '../../zookeeper/describe.ts';
import type { Notification, QuorumPacket } from '../../zookeeper/packets.ts';
import type { ServerState } from '../../zookeeper/server-state.ts';
import { isQuorum, supporters, totalOrderPredicate } from '../../zookeeper/votes.ts';
import { formatZxid } from '../../zookeeper/zxid.ts';
import { nodeAt } from '../../zookeeper/tree.ts';
import type { ControllerFrame, ElectionServer, EnsembleFrame, LearnerLane, NotificationRow, Outcome, ProposalRow, Vote, ZabPhase } from '../../views/election/frame.ts';
import { matches } from '../../kernel/machine.ts';
import type { ClusterHistory } from '../story.ts';
import { newestNoted, notedBy } from './noted.ts';
import type { Seen } from './stage.ts';

/** Items looked back at for votes and packets. */
const LOOKED_BACK = 640;
const ROWS = 24;
const PROPOSALS = 8;
/** Noted facts looked through for the controller's race. */
const FACTS_SEARCHED = 16_384;

const voteOf = (one: { readonly leader: number; readonly zxid: number; readonly peerEpoch: number }): Vote => ({ leader: one.leader, zxid: formatZxid(one.zxid), peerEpoch: one.peerEpoch });

function phaseOf(server: ServerState): ZabPhase {
  for (const top of ['leading', 'following']) {
    for (const phase of ['discovery', 'synchronization', 'broadcast'] as const) if (matches(server.chart, `${top}.${phase}`)) return phase;
  }
  return matches(server.chart, 'standalone') ? 'broadcast' : 'election';
}

/** What a server made of a notification. */
interface Judged {
  readonly outcome: Outcome | undefined;
  /** What the receiver proposed when the vote came; undefined: it was not looking. */
  readonly own: Vote | undefined;
}

/** By the server's state just before and just after. */
function judgedBy(before: ServerState | undefined, after: ServerState | undefined, notification: Notification): Judged {
  if (!before || !after) return { outcome: undefined, own: undefined };
  const { election } = before;
  if (!matches(before.chart, 'looking')) return { outcome: notification.state === 'LOOKING' ? { type: 'answers' } : undefined, own: undefined };
  const own = voteOf(election.proposal);
  if (notification.state !== 'LOOKING') return { outcome: matches(after.chart, 'looking') ? undefined : { type: 'joins', leader: notification.leader }, own };
  if (notification.electionEpoch > election.electionEpoch) return { outcome: { type: 'newRound' }, own };
  if (notification.electionEpoch < election.electionEpoch) return { outcome: { type: 'oldRound' }, own };
  if (totalOrderPredicate(notification, election.proposal)) return { outcome: { type: 'changes', to: notification.leader }, own };
  if (notification.leader !== election.proposal.leader) return { outcome: { type: 'keepsOwn' }, own };
  const agree = supporters(after.election.recvset, after.election.proposal).length;
  return { outcome: { type: isQuorum(agree, after.settings.servers.length) ? 'majority' : 'counts', agree }, own };
}

let cachedRecords: { readonly facts: object; readonly item: number; readonly election: readonly ItemRecord[]; readonly lately: readonly ItemRecord[] } | undefined;

/** What was handled lately, and around the last election, however long ago that was. */
function recent(history: ClusterHistory): { readonly election: readonly ItemRecord[]; readonly lately: readonly ItemRecord[] } {
  if (cachedRecords?.facts === history.facts && cachedRecords.item === history.item) return cachedRecords;
  const decided = newestNoted(history, ['electionDecided', 'electionStarted']);
  const lately = history.records(history.item - LOOKED_BACK, history.item);
  const from = decided === undefined ? history.item : Math.max(history.beginItem, decided.item - LOOKED_BACK / 2);
  const election = from >= history.item - LOOKED_BACK ? lately : history.records(from, Math.min(history.item, from + LOOKED_BACK));
  cachedRecords = { facts: history.facts, item: history.item, election, lately };
  return cachedRecords;
}

export function ensembleFrame(seen: Seen, history: ClusterHistory, watchedName: string | undefined): EnsembleFrame | undefined {
  const { facts, world } = seen;
  if (facts.servers.length === 0) return undefined;
  const sidOf = (process: number): number | undefined => facts.servers.find((server) => server.name === world.processes[process]?.name)?.sid;
  const participants = facts.servers.length;
  const voters = facts.servers.map((one): ElectionServer => {
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
  const received: ItemRecord[] = [];
  const done = new Map<number, string[]>();
  const modes = new Map<number, LearnerLane['sync']>();
  const proposals = new Map<number, { what: string; at: Map<number, ProposalRow['at'][number]['state']> }>();
  const { election, lately } = recent(history);
  const lastZxids = new Map<number, number>();
  for (const record of election) {
    const { event } = record;
    if (event?.type !== 'received') continue;
    const to = sidOf(record.process);
    const from = sidOf(record.from);
    if (to === undefined || from === undefined) continue;
    if (event.message.type === 'Notification') {
      const notification = event.message as Notification;
      received.push(record);
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
      case 'ACKEPOCH':
        lastZxids.set(learner, packet.zxid);
        list?.push(packet.type);
        break;
      case 'FOLLOWERINFO':
      case 'LEADERINFO':
      case 'NEWLEADER':
      case 'UPTODATE':
        list?.push(packet.type);
        break;
      case 'DIFF':
      case 'TRUNC':
      case 'SNAP':
        list?.push(packet.type);
        modes.set(learner, { mode: packet.type, from: formatZxid(lastZxids.get(learner) ?? 0), to: formatZxid(packet.zxid) });
        break;
      case 'ACK':
        // The first one answers NEWLEADER; those after it are about proposals.
        if (list && !list.includes('ACK')) list.push('ACK');
        break;
      default:
        break;
    }
  }
  for (const record of lately) {
    const { event } = record;
    if (event?.type !== 'received') continue;
    const to = sidOf(record.process);
    const from = sidOf(record.from);
    if (to === undefined || from === undefined) continue;
    const packet = event.message as QuorumPacket;
    if (packet.type === 'PROPOSAL') {
      const known = proposals.get(packet.zxid) ?? { what: describeTxn(packet.entry.header, packet.entry.txn), at: new Map() };
      known.at.set(to, 'proposed');
      if (known.at.get(from) === undefined) known.at.set(from, 'logged');
      proposals.set(packet.zxid, known);
    } else if (packet.type === 'ACK') {
      const known = proposals.get(packet.zxid);
      // A quorum needs no answer of the slowest: it may come after the commit.
      if (known && known.at.get(from) !== 'committed') known.at.set(from, 'acked');
    } else if (packet.type === 'COMMIT') {
      proposals.get(packet.zxid)?.at.set(to, 'committed');
      proposals.get(packet.zxid)?.at.set(from, 'committed');
    }
  }
  let compared: EnsembleFrame['comparison'];
  let joined: EnsembleFrame['joined'];
  /** What each server proposed before the last vote that made it change its mind. */
  const minds = new Map<number, NonNullable<ElectionServer['before']>>();
  const first = Math.max(0, notifications.length - ROWS);
  const shown = notifications.slice(first).map((row, index) => {
    const record = received[first + index]!;
    const judged = outcomes.get(record) ?? judge(record, history);
    outcomes.set(record, judged);
    const { own, outcome } = judged;
    // The comparison worth showing is the last one of two different votes.
    if (own !== undefined && (outcome?.type === 'changes' || outcome?.type === 'keepsOwn')) [compared, joined] = [{ own, other: row.vote }, undefined];
    if (outcome?.type === 'joins') joined = { server: row.to, leader: outcome.leader };
    if (own !== undefined && (outcome?.type === 'changes' || outcome?.type === 'newRound')) minds.set(row.to, { leader: own.leader, until: row.at });
    return { ...row, outcome };
  });
  const servers = voters.map((server): ElectionServer => {
    const before = minds.get(server.sid);
    return before === undefined || server.proposal === undefined || before.leader === server.proposal.leader ? server : { ...server, before };
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
    comparison: joined ? undefined : compared,
    ...(joined ? { joined } : {}),
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

const outcomes = new WeakMap<ItemRecord, Judged>();

function judge(record: ItemRecord, history: ClusterHistory): Judged {
  if (record.event?.type !== 'received') return { outcome: undefined, own: undefined };
  const stateAt = (item: number): ServerState | undefined => (history.worldAt(item).processes[record.process]?.state as ServerState | null | undefined) ?? undefined;
  return judgedBy(stateAt(record.id), stateAt(record.id + 1), record.event.message as Notification);
}

function lanes(seen: Seen, leader: number, done: ReadonlyMap<number, readonly string[]>, modes: ReadonlyMap<number, LearnerLane['sync']>): LearnerLane[] {
  const order = [...seen.facts.servers].sort((a, b) => (a.sid === leader ? -1 : b.sid === leader ? 1 : a.sid - b.sid));
  return order.map((one) => {
    const following = one.server?.following;
    const isSynced = one.server !== undefined && matches(one.server.chart, 'following.broadcast');
    const known = one.sid === leader ? [] : (done.get(one.sid) ?? []);
    return {
      sid: one.sid,
      role: one.sid === leader ? 'leader' : following ? 'learner' : 'absent',
      done: known.length > 0 || !isSynced ? known : ['FOLLOWERINFO', 'LEADERINFO', 'ACKEPOCH', 'NEWLEADER', 'ACK', 'UPTODATE'],
      sync: one.sid === leader ? undefined : modes.get(one.sid),
      lastZxid: formatZxid(one.zxid),
    };
  });
}

interface LooseFact {
  readonly type: string;
  readonly brokerId?: number;
  readonly controllerEpoch?: number;
  readonly topic?: string;
  readonly partition?: number;
}

/** Facts by which a row of the controller's table has just changed. */
const CHANGES: ReadonlySet<string> = new Set(['leaderElected', 'partitionStateChanged', 'replicaStateChanged', 'replicaRemovedFromIsr']);

type ControlRequest = Extract<KafkaMessage, { readonly type: 'LeaderAndIsrRequest' | 'UpdateMetadataRequest' | 'StopReplicaRequest' }>;
type ControlResponse = Extract<KafkaMessage, { readonly type: 'LeaderAndIsrResponse' | 'UpdateMetadataResponse' | 'StopReplicaResponse' }>;
const API = /^(LeaderAndIsr|UpdateMetadata|StopReplica)(Request|Response)$/;

let cachedRequests: { readonly facts: object; readonly item: number; readonly requests: ControllerFrame['requests'] } | undefined;

/** Decisions of the controller, each with requests to brokers right behind it. */
const DECISIONS = ['leaderElected', 'replicaRemovedFromIsr', 'brokerChangeProcessed', 'controllerFailoverCompleted', 'topicDeletionStarted', 'reassignmentCompleted'] as const;

/** The controller's requests of late, those of its last decision however long ago that was, and those under way, oldest first, each with its answer. */
function controlRequests(seen: Seen, history: ClusterHistory): ControllerFrame['requests'] {
  if (cachedRequests?.facts === history.facts && cachedRequests.item === history.item) return cachedRequests.requests;
  const { world } = seen;
  const found = new Map<string, ControllerFrame['requests'][number]>();
  const see = (message: Message, from: number, to: number, sentAt: number): void => {
    const [, api, side] = API.exec(message.type) ?? [];
    if (api === undefined) return;
    if (side === 'Response') {
      const response = message as unknown as ControlResponse;
      const key = `${to} ${from} ${response.correlationId} ${api}`;
      const known = found.get(key);
      if (known) found.set(key, { ...known, answer: response.error === 'NONE' ? 'ok' : response.error });
      return;
    }
    const request = message as unknown as ControlRequest;
    const broker = seen.facts.brokers.find((one) => one.name === world.processes[to]?.name)?.id;
    if (broker === undefined) return;
    const partitions = request.topics.flatMap(({ topic, partitions: nested }) => nested.map((one) => `${topic}-${typeof one === 'number' ? one : one.partition}`));
    const key = `${from} ${to} ${request.correlationId} ${api}`;
    found.set(key, {
      key,
      at: sentAt,
      api: api as 'LeaderAndIsr' | 'UpdateMetadata' | 'StopReplica',
      to: broker,
      controllerEpoch: request.controllerEpoch,
      partitions: partitions.length > NAMED ? `${partitions.slice(0, NAMED).join(', ')}, … (${partitions.length})` : partitions.join(', '),
      answer: 'waiting',
    });
  };
  const lately = history.item - LOOKED_BACK;
  const decided = newestNoted(history, DECISIONS, undefined, FACTS_SEARCHED);
  const earlier = decided !== undefined && decided.item < lately ? history.records(decided.item, Math.min(lately, decided.item + LOOKED_BACK / 2)) : [];
  for (const record of [...earlier, ...history.records(lately, history.item)]) {
    if (record.event?.type === 'received') see(record.event.message, record.from, record.process, record.askedAt);
  }
  for (const item of world.agenda) {
    if (item.kind !== 'deliver' || item.event.type !== 'received' || !item.toServer) continue;
    const connection = world.network.connections[findConnection(world.network.connections, item.connection)];
    if (connection) see(item.event.message, connection.client, connection.server, item.askedAt);
  }
  const requests = [...found.values()].sort((a, b) => a.at - b.at).slice(-ROWS);
  cachedRequests = { facts: history.facts, item: history.item, requests };
  return requests;
}

/** So many partitions of a request are named. */
const NAMED = 4;

export function controllerFrame(seen: Seen, history: ClusterHistory): ControllerFrame | undefined {
  const { facts } = seen;
  if (facts.brokers.length === 0) return undefined;
  const race: ControllerFrame['race'][number][] = [];
  const end = history.facts.countBefore(history.item);
  for (let index = end - 1; index >= 0 && end - index <= FACTS_SEARCHED && race.length < 8; index--) {
    const result = ({ controllerElected: 'created', controllerElectionLost: 'nodeExists', controllerResigned: 'resigned', controllerFenced: 'fenced' } as const)[
      history.facts.typeAt(index) as 'controllerElected' | 'controllerElectionLost' | 'controllerResigned' | 'controllerFenced'
    ];
    if (result === undefined) continue;
    const { at, fact } = history.facts.at(index)!;
    const known = fact as LooseFact;
    race.unshift({ broker: known.brokerId ?? 0, at, result, epoch: known.controllerEpoch });
  }
  const changed = new Set(
    notedBy(history, history.item - 1)
      .filter(({ fact }) => CHANGES.has(fact.type))
      .map(({ fact }) => `${String((fact as LooseFact).topic)}-${String((fact as LooseFact).partition)}`),
  );
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
      changed: changed.has(name),
    };
  });
  const { tree } = facts;
  return {
    controller: facts.controller?.brokerId,
    epoch: facts.controller?.epoch ?? 0,
    epochVersion: tree === null ? 0 : (nodeAt(tree, CONTROLLER_EPOCH)?.version ?? 0),
    race,
    brokers: facts.brokers.map((one) => one.id),
    partitions,
    requests: controlRequests(seen, history),
    queue: (active?.queue ?? []).map((event) => event.type),
  };
}
