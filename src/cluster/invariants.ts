/**
 * Every invariant of the ensemble, of Kafka and of its groups, judged as a world runs: a pure fold. `judgeItem` is told of every item
 * and judges what can be judged at that moment only; `judgeMoment` looks at everything, which is dear: now and then.
 */
import { values } from '../kernel/append-list.ts';
import type { Fact, Message } from '../kernel/program.ts';
import { findProcess, type ItemRecord, type World } from '../kernel/world.ts';
import { isLeader, type Partition } from '../kafka/broker/partition.ts';
import { topicOption, type Broker } from '../kafka/broker/state.ts';
import type { ConsumerState } from '../kafka/clients/consumer-state.ts';
import type { ClientFact } from '../kafka/clients/facts.ts';
import type { KafkaFact } from '../kafka/facts.ts';
import { NO_GROUPS_SEEN, watchGroups, type GroupFinding, type GroupMemory } from '../kafka/group-invariants.ts';
import type { Group } from '../kafka/groups/state.ts';
import * as kafka from '../kafka/invariants.ts';
import { epochAt } from '../kafka/log/epochs.ts';
import type { KafkaMessage } from '../kafka/protocol/index.ts';
import { CONTROLLER_EPOCH, parsePartitionState, partitionStatePath } from '../kafka/zookeeper/znodes.ts';
import { parseTopicPartition, topicOf } from '../kafka/topic-partition.ts';
import { NO_TRANSACTIONS_SEEN, watchTransactions, type TransactionFinding, type TransactionMemory } from '../kafka/transaction-invariants.ts';
import * as zookeeper from '../zookeeper/invariants.ts';
import type { ServerMessage } from '../zookeeper/messages.ts';
import type { LogEntry } from '../zookeeper/packets.ts';
import type { ServerState } from '../zookeeper/server-state.ts';
import { nodeAt, type DataTree } from '../zookeeper/tree.ts';
import { brokerName } from './description.ts';
import { clientsOf, ensemblesOf, serverAt, stateOf, viewOfMember, zooKeeperClientOf, type Ensemble } from './ensembles.ts';
import { noticeException, NO_EXCEPTIONS_SEEN, type ExceptionMemory, type ExceptionSeen } from './exceptions.ts';
import { ClusterFacts } from './observe.ts';
import { hasParted, highestNow, hurtBy, nameOf, noCounts, replicaOf } from './promises.ts';

interface EnsembleSeen {
  readonly identity: string;
  /** Servers that had logs or snapshots. */
  readonly filled: readonly number[];
  readonly memory: zookeeper.EnsembleMemory;
}

/** Plain data; starts as `NOTHING_JUDGED`. */
export interface InvariantMemory {
  readonly ensembles: { readonly [key: string]: EnsembleSeen };
  /** The newest that anybody served. */
  readonly tree: DataTree | null;
  readonly kafka: kafka.ClusterMemory;
  readonly groups: GroupMemory;
  readonly transactions: TransactionMemory;
  /** By partition: the highest high watermark that a leader of it has had. */
  readonly highest: { readonly [name: string]: number };
  /** By connection: a controller's request that is not answered yet. */
  readonly asked: { readonly [connection: number]: Control };
  readonly exceptions: ExceptionMemory;
}

export const NOTHING_JUDGED: InvariantMemory = { ensembles: {}, tree: null, kafka: kafka.NOTHING_SEEN, groups: NO_GROUPS_SEEN, transactions: NO_TRANSACTIONS_SEEN, highest: {}, asked: {}, exceptions: NO_EXCEPTIONS_SEEN };

/** `exception`: it was never promised, and by this name everybody knows why. */
export interface JudgedFinding {
  readonly check: string;
  readonly name: string;
  readonly exception?: kafka.ExcusedBy;
  readonly what: string;
}

export interface Judged {
  readonly memory: InvariantMemory;
  readonly findings: readonly JudgedFinding[];
  /** What was never promised, and has happened: what excuses a finding, and what breaks nothing. */
  readonly exceptions: readonly ExceptionSeen[];
}

export interface Check {
  readonly part: 'zookeeper' | 'kafka';
  /** Tells it apart from all others. */
  readonly check: string;
  /** In the specification of its part. */
  readonly number: string;
}

/** Names in one part are unique, numbers are not: I16 is five promises, I14 three. */
const checkOf = (number: string, name: string): string => `${number} ${name}`;

const GROUP_CHECKS: readonly GroupFinding['name'][] = ['oneAssignmentPerGeneration', 'oneOwnerPerPartition', 'membersHaveWhatTheyWereGiven', 'generationsGrow', 'committedOffsetsStay'];
const GROUPS = 'I16';
const TRANSACTION_CHECKS: readonly TransactionFinding['name'][] = ['markersFollowTheDecision', 'everyPartitionIsMarked', 'committedReadsAreAllOrNothing'];
const TRANSACTIONS = 'I14';

export const checks: readonly Check[] = [
  ...zookeeper.invariants.map(({ number, name }): Check => ({ part: 'zookeeper', number, check: checkOf(number, name) })),
  ...[...kafka.invariants, ...GROUP_CHECKS.map((name) => ({ number: GROUPS, name })), ...TRANSACTION_CHECKS.map((name) => ({ number: TRANSACTIONS, name }))]
    .map(({ number, name }): Check => ({ part: 'kafka', number, check: checkOf(number, name) }))
    .sort((one, other) => Number(one.number.slice(1)) - Number(other.number.slice(1))),
];

type Noted = Fact & Readonly<Record<string, unknown>>;

/** The fold's draft for one item or moment. */
interface Draft {
  memory: InvariantMemory;
  readonly findings: JudgedFinding[];
  readonly exceptions: ExceptionSeen[];
}

/** To be told of every item, in order, with the world after it. */
export function judgeItem(memory: InvariantMemory, record: ItemRecord, world: World): Judged {
  const draft: Draft = { memory, findings: [], exceptions: [] };
  if (record.kind === 'operator') {
    const damagedDisks = hurtBy(record, world).flatMap((name) => brokerIdOf(name) ?? []);
    if (damagedDisks.length > 0) tell(draft, { damagedDisks });
  }
  judgeControl(draft, record, world);
  const reply = replyIn(record);
  if (reply) judgeReply(draft, record, reply, world);
  if (record.facts.length > 0) {
    for (const fact of record.facts) {
      tell(draft, newsOf(draft.memory, fact as Noted, record, world));
      notice(draft, fact as KafkaFact | ClientFact, world);
      forget(draft, fact as Noted);
      const watched = watchGroups(draft.memory.groups, fact as KafkaFact | ClientFact, (broker, group) => groupAt(world, broker, group));
      if (watched.memory !== draft.memory.groups) draft.memory = { ...draft.memory, groups: watched.memory };
      for (const { name, violation } of watched.findings) draft.findings.push({ check: checkOf(GROUPS, name), name, what: violation });
      judgeTransactions(draft, fact as KafkaFact | ClientFact, world);
    }
    if (world.processes[record.process]?.program === 'zookeeper-server') {
      for (const ensemble of ensemblesOf(world)) if (ensemble.members.some(({ index }) => index === record.process)) judgeEnsemble(draft, ensemble, record, world);
    }
  }
  return draft;
}

/** Looks at every server, broker and log. */
export function judgeMoment(memory: InvariantMemory, world: World): Judged {
  const draft: Draft = { memory, findings: [], exceptions: [] };
  for (const ensemble of ensemblesOf(world)) judgeEnsemble(draft, ensemble, null, world);
  judgeBrokers(draft, world);
  return draft;
}

// ------------------------------------------------------------------ ZooKeeper

type Reply = Extract<ServerMessage, { readonly type: 'Reply' }>;

/** To a request that a program has made; pings and the like have numbers below zero. */
function replyIn({ event }: ItemRecord): { readonly reply: Reply; readonly connection: number } | undefined {
  if (event?.type !== 'received' || !event.tag.startsWith('zk.')) return undefined;
  const reply = event.message as ServerMessage;
  return reply.type === 'Reply' && reply.xid > 0 ? { reply, connection: event.connection } : undefined;
}

const WRITES: ReadonlySet<string> = new Set(['create', 'delete', 'setData', 'setAcl', 'multi']);

function judgeReply(draft: Draft, record: ItemRecord, { reply, connection }: { readonly reply: Reply; readonly connection: number }, world: World): void {
  const process = world.processes[record.process];
  const client = process && zooKeeperClientOf(process);
  const server = serverAt(world, connection);
  const ensemble = ensemblesOf(world).find(({ members }) => members.some(({ index }) => index === server));
  if (!client || !ensemble) return;
  const { xid, zxid, err, result } = reply;
  const replies = [{ client: process.name, sessionId: client.sessionId, xid, zxid }];
  const answeredWrites = err === 'OK' && result !== undefined && WRITES.has(result.type) ? [zxid] : [];
  // A write is looked for on the servers; anything else says something about its client only.
  judgeEnsemble(draft, ensemble, null, world, { replies, answeredWrites, isGlance: answeredWrites.length === 0 });
}

interface Answered {
  readonly replies: readonly zookeeper.ReplyView[];
  readonly answeredWrites: readonly number[];
  readonly isGlance: boolean;
}

function judgeEnsemble(draft: Draft, ensemble: Ensemble, record: ItemRecord | null, world: World, answered: Answered = { replies: [], answeredWrites: [], isGlance: false }): void {
  const { key, members, participants, tickTimeMs, initLimit, syncLimit, identity } = ensemble;
  const known = draft.memory.ensembles[key];
  const filled = members.filter(({ disk }) => disk.hasData).map(({ sid }) => sid);
  // Whose disks somebody has emptied or exchanged promises nothing about what was on them: it begins anew, and all that is kept in it.
  const isAnother = known !== undefined && (known.identity !== identity || known.filled.some((sid) => !filled.includes(sid)));
  if (isAnother) draft.memory = { ...draft.memory, tree: null, kafka: kafka.NOTHING_SEEN, groups: NO_GROUPS_SEEN, transactions: NO_TRANSACTIONS_SEEN, highest: {}, exceptions: NO_EXCEPTIONS_SEEN };
  const before = known === undefined || isAnother ? zookeeper.NOTHING_SEEN : known.memory;
  const view: zookeeper.EnsembleView = {
    nowMs: Math.floor(world.now / 1_000),
    participants,
    initLimitMs: initLimit * tickTimeMs,
    syncLimitMs: syncLimit * tickTimeMs,
    tickMs: tickTimeMs,
    servers: answered.isGlance ? [] : members.map(viewOfMember),
    lastCommits: lastCommitsOf(ensemble, record),
    clients: answered.isGlance ? [] : clientsOf(world, ensemble, before),
    answeredWrites: answered.answeredWrites,
    replies: answered.replies,
    expired: (record?.facts as readonly Noted[] | undefined ?? []).flatMap((fact) =>
      fact.type === 'sessionExpired' ? [{ sessionId: fact['sessionId'] as string, leader: members.find(({ index }) => index === record!.process)!.sid }] : []),
    before,
  };
  for (const { number, name, violation } of zookeeper.violations(view)) draft.findings.push({ check: checkOf(number, name), name, what: violation });
  draft.memory = { ...draft.memory, ensembles: { ...draft.memory.ensembles, [key]: { identity, filled, memory: zookeeper.remember(view) } } };
}

/** Of a server whose disk fails right behind a flush: those that waited for it are answered, and it ends. */
function lastCommitsOf({ members }: Ensemble, record: ItemRecord | null): readonly LogEntry[] {
  const server = members.find(({ index }) => index === record?.process);
  if (!record || server === undefined || server.process.state !== null) return [];
  const zxids = new Set((record.facts as readonly Noted[]).flatMap((fact) => (fact.type === 'txnCommitted' ? [fact['zxid'] as number] : [])));
  return zxids.size === 0 ? [] : server.disk.durableLogs.flatMap((log) => [...values(log)].filter(({ header }) => zxids.has(header.zxid)));
}

// ---------------------------------------------------------------------- Kafka

function tell(draft: Draft, news: Partial<kafka.ClusterNews> | undefined): void {
  if (news) judgeKafka(draft, kafka.viewOfNews(draft.memory.kafka, news));
}

function judgeKafka(draft: Draft, view: kafka.ClusterView): void {
  for (const finding of kafka.findings(view)) {
    const { number, name, what } = finding;
    draft.findings.push({ check: checkOf(number, name), name, what, ...(finding.verdict === 'neverPromised' ? { exception: finding.exception } : {}) });
    if (finding.verdict === 'neverPromised') draft.exceptions.push({ exception: finding.exception, where: finding.partition });
  }
  draft.memory = { ...draft.memory, kafka: kafka.remember(view) };
}

type Control = Extract<KafkaMessage, { readonly type: 'LeaderAndIsrRequest' | 'UpdateMetadataRequest' | 'StopReplicaRequest' }>;
type ControlAnswer = Extract<KafkaMessage, { readonly type: 'LeaderAndIsrResponse' | 'UpdateMetadataResponse' | 'StopReplicaResponse' }>;

const isControl = (message: Message): message is Control => message.type === 'LeaderAndIsrRequest' || message.type === 'UpdateMetadataRequest' || message.type === 'StopReplicaRequest';
const isControlAnswer = (message: Message): message is ControlAnswer => message.type === 'LeaderAndIsrResponse' || message.type === 'UpdateMetadataResponse' || message.type === 'StopReplicaResponse';

/** Who answers a controller without an error has obeyed it; a request may have waited since it came. */
function judgeControl(draft: Draft, { event, process, sent }: ItemRecord, world: World): void {
  if (event?.type === 'received' && isControl(event.message)) draft.memory = { ...draft.memory, asked: { ...draft.memory.asked, [event.connection]: event.message } };
  for (const { connection, message } of sent) {
    if (!isControlAnswer(message)) continue;
    const { [connection]: request, ...asked } = draft.memory.asked;
    draft.memory = { ...draft.memory, asked };
    const { state, incarnation } = world.processes[process]!;
    if (message.error !== 'NONE' || request?.correlationId !== message.correlationId || state === null) continue;
    const { brokerId, brokerEpoch } = state as Broker;
    tell(draft, { applied: [{ broker: brokerId, incarnation, brokerEpoch, requestBrokerEpoch: request.brokerEpoch, requestControllerEpoch: request.controllerEpoch }] });
  }
}

const brokerIdOf = (name: string): number | undefined => (/^broker-\d+$/.test(name) ? Number(name.slice('broker-'.length)) : undefined);

function brokerAt(world: World, id: number): Broker | null {
  return stateOf(findProcess(world, brokerName(id))) as Broker | null;
}

function groupAt(world: World, broker: number, group: string): Group | undefined {
  return brokerAt(world, broker)?.groups.groups[group];
}

/** What the checks have to be told of an item; what is true only at this moment is asked for now. */
function newsOf(memory: InvariantMemory, fact: Noted, record: ItemRecord, world: World): Partial<kafka.ClusterNews> | undefined {
  const name = nameOf(fact);
  switch (fact.type) {
    case 'becameLeader':
      return { led: [{ name, leaderEpoch: fact['leaderEpoch'] as number, broker: fact['broker'] as number }] };
    case 'leaderElected':
      return { elected: [{ name, leaderEpoch: fact['leaderEpoch'] as number }], uncleanElections: fact['unclean'] === true ? [name] : [] };
    case 'controllerElected':
      return { controllers: [{ broker: fact['brokerId'] as number, controllerEpoch: fact['controllerEpoch'] as number }] };
    case 'followerNotFenced':
      return !memory.kafka.notFenced.includes(name) && hasParted(fact, world) ? { notFenced: [name] } : undefined;
    case 'produceAnswered': {
      const id = fact['broker'] as number;
      const broker = brokerAt(world, id);
      const partition = replicaOf(world, brokerName(id), name);
      if (fact['error'] !== 'NONE' || !broker || !partition || !isLeader(partition)) return undefined;
      // What was asked for counts, not what the leader made of it.
      const request = record.event?.type === 'received' ? (record.event.message as KafkaMessage) : undefined;
      const acks = request?.type === 'ProduceRequest' && request.acks === -1 ? -1 : (fact['acks'] as number);
      if (acks === 0) return undefined;
      const { log, isr, highWatermark } = partition;
      const lastOffset = fact['lastOffset'] as number;
      // Its leader may have been elected once more while it was waited for.
      const leaderEpoch = epochAt(log.epochs, lastOffset);
      const minInsyncReplicas = Number(topicOption(broker, partition.topic, 'min.insync.replicas'));
      return { acked: [{ name, broker: id, acks, lastOffset, leaderEpoch, isr, highWatermark, minInsyncReplicas }] };
    }
    case 'highWatermarkAdvanced': {
      const broker = fact['broker'] as number;
      const partition = replicaOf(world, brokerName(broker), name);
      if (fact['leader'] !== true || !partition || !isLeader(partition)) return undefined;
      const { leaderEpoch, isr, remotes } = partition;
      return { raised: [{ name, broker, leaderEpoch, highWatermark: fact['highWatermark'] as number, isr, remotes }] };
    }
    case 'recordsConsumed':
      return { reads: [{ name, lastOffset: fact['toOffset'] as number, highWatermark: Math.max(memory.highest[name] ?? 0, highestNow(world, name)) }] };
    default:
      return undefined;
  }
}

function judgeTransactions(draft: Draft, fact: KafkaFact | ClientFact, world: World): void {
  const { memory } = draft;
  const { memory: transactions, findings: found, hanging } = watchTransactions(memory.transactions, fact, {
    leaderLog: (name) => leaderOf(world, name)?.log,
    exists: (name) => {
      const tree = newestTree(world, memory.tree);
      const found = parseTopicPartition(name);
      return tree !== null && found !== undefined && nodeAt(tree, partitionStatePath(found.topic, found.partition)) !== undefined;
    },
    readsCommitted: (consumer) => (stateOf(findProcess(world, consumer)) as ConsumerState | null)?.config.isolationLevel === 1,
  });
  if (transactions !== memory.transactions) draft.memory = { ...memory, transactions };
  // A leader elected from outside the ISR may have lost what was read.
  for (const { name, violation } of found) if (memory.kafka.unclean.length === 0) draft.findings.push({ check: checkOf(TRANSACTIONS, name), name, what: violation });
  draft.exceptions.push(...hanging);
}

/** The replica that leads in the newest epoch. */
function leaderOf(world: World, name: string): Partition | undefined {
  let newest: Partition | undefined;
  for (const { program, name: broker } of world.processes) {
    const replica = program === 'kafka-broker' ? replicaOf(world, broker, name) : undefined;
    if (replica && isLeader(replica) && replica.leaderEpoch > (newest?.leaderEpoch ?? -1)) newest = replica;
  }
  return newest;
}

function notice(draft: Draft, fact: KafkaFact | ClientFact, world: World): void {
  const { memory } = draft;
  const { memory: exceptions, seen } = noticeException(memory.exceptions, fact, world, {
    highest: (name) => memory.highest[name] ?? 0,
    isr: (topic, partition) => {
      const tree = newestTree(world, memory.tree);
      const node = tree && nodeAt(tree, partitionStatePath(topic, partition));
      return (node && parsePartitionState(node.data, node.version)?.isr) ?? [];
    },
  });
  if (exceptions !== memory.exceptions) draft.memory = { ...memory, exceptions };
  if (seen) draft.exceptions.push(seen);
}

function forget(draft: Draft, fact: Noted): void {
  const { memory } = draft;
  const name = nameOf(fact);
  switch (fact.type) {
    case 'highWatermarkAdvanced': {
      const highWatermark = fact['highWatermark'] as number;
      if (fact['leader'] === true && highWatermark > (memory.highest[name] ?? 0)) draft.memory = { ...memory, highest: { ...memory.highest, [name]: highWatermark } };
      return;
    }
    case 'logTruncated': {
      // What is cut off may leave the high watermark above the end until the next fetch (I8): it is looked at anew.
      const { [`${name}/${String(fact['broker'])}`]: _, ...replicas } = memory.kafka.replicas;
      draft.memory = { ...memory, kafka: { ...memory.kafka, replicas } };
      return;
    }
    case 'topicDeletionCompleted': {
      const topic = fact['topic'] as string;
      const highest = Object.fromEntries(Object.entries(memory.highest).filter(([key]) => topicOf(key) !== topic));
      draft.memory = { ...memory, highest, kafka: kafka.forgetTopic(memory.kafka, topic) };
    }
  }
}

function judgeBrokers(draft: Draft, world: World): void {
  const tree = newestTree(world, draft.memory.tree);
  if (tree !== draft.memory.tree) draft.memory = { ...draft.memory, tree };
  const facts = new ClusterFacts(world, tree, noCounts);
  const before = draft.memory.kafka;
  const partitions = facts.topics.flatMap((topic) =>
    facts.partitions(topic).flatMap(({ name, partition, replicas }): readonly kafka.PartitionView[] => {
      const node = nodeAt(tree!, partitionStatePath(topic, partition));
      const state = node && parsePartitionState(node.data, node.version);
      return state ? [{ ...state, name, version: state.zkVersion, replicas, target: [] }] : [];
    }),
  );
  judgeKafka(draft, {
    ...kafka.NO_NEWS,
    brokers: facts.brokers.flatMap(({ broker, process }) => (broker ? [kafka.viewOfBroker(broker, process.incarnation, (topic) => Number(topicOption(broker, topic, 'min.insync.replicas')))] : [])),
    controllerEpoch: Number((tree && nodeAt(tree, CONTROLLER_EPOCH)?.data) ?? before.controllerEpoch),
    partitions,
    before,
  });
}

function newestTree(world: World, known: DataTree | null): DataTree | null {
  let newest = known;
  for (const process of world.processes) {
    const server = process.program === 'zookeeper-server' ? (stateOf(process) as ServerState | null) : null;
    if (server?.isServing === true && (newest === null || server.tree.lastProcessedZxid > newest.lastProcessedZxid)) newest = server.tree;
  }
  return newest;
}
