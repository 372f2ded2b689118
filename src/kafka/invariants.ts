/**
 * What a Kafka cluster promises at every moment (section 8 of the broker specification), as named pure checks over a view of its
 * brokers and of ZooKeeper's tree, and a memory of what was seen before. What looks like a broken promise but was never made
 * (X1 and the others) is found too, and called by its name. Groups are judged in group-invariants.ts (I16),
 * transactions in transaction-invariants.ts (I14).
 */
import { at, emptyList, push, type AppendList } from '../kernel/append-list.ts';
import { epochAt, latestEpoch } from './log/epochs.ts';
import { readLog, type Log } from './log/log.ts';
import { isLeader, roleOf } from './broker/partition.ts';
import { topicOf } from './topic-partition.ts';
import type { Broker } from './broker/state.ts';

export interface ReplicaView {
  readonly topic: string;
  readonly partition: number;
  readonly name: string;
  readonly role: 'none' | 'leader' | 'follower' | 'offline';
  readonly leaderEpoch: number;
  readonly highWatermark: number;
  readonly isr: readonly number[];
  readonly zkVersion: number;
  /** Ends of the others as a leader has recorded them. */
  readonly remotes: readonly { readonly brokerId: number; readonly logEndOffset: number }[];
  readonly minInsyncReplicas: number;
  readonly log: Log;
}

export interface BrokerView {
  readonly id: number;
  /** Counts starts of the process. */
  readonly incarnation: number;
  readonly brokerEpoch: number;
  /** Highest controller epoch it has heard of. */
  readonly seenControllerEpoch: number;
  /** The epoch it was elected with, if it takes itself for the controller. */
  readonly activeSince: number | null;
  readonly replicas: readonly ReplicaView[];
}

/** A partition as ZooKeeper has it. */
export interface PartitionView {
  readonly name: string;
  readonly leader: number;
  readonly leaderEpoch: number;
  readonly isr: readonly number[];
  readonly controllerEpoch: number;
  readonly version: number;
  /** Assigned replicas, and where a reassignment is to lead. */
  readonly replicas: readonly number[];
  readonly target: readonly number[];
}

/** A produce answered with NONE: the epoch it was written in, and the leader that answered as it was then. */
export interface AckedView {
  readonly name: string;
  readonly broker: number;
  readonly acks: number;
  readonly lastOffset: number;
  readonly leaderEpoch: number;
  readonly isr: readonly number[];
  readonly highWatermark: number;
  readonly minInsyncReplicas: number;
}

/** A high watermark that a leader has raised, and what it knew of the others at that moment: a late fetch may take that back (I7). */
export interface RaisedView extends Pick<ReplicaView, 'name' | 'leaderEpoch' | 'highWatermark' | 'isr' | 'remotes'> {
  readonly broker: number;
}

/** What a consumer got: the last offset returned (-1: nothing) and where the serving leader's HW was. */
export interface ReadView {
  readonly name: string;
  readonly lastOffset: number;
  readonly highWatermark: number;
}

/** A control request that a broker has acted on. */
export interface ControlView {
  readonly broker: number;
  readonly incarnation: number;
  readonly brokerEpoch: number;
  readonly requestBrokerEpoch: number;
  readonly requestControllerEpoch: number;
}

/** What has happened since the view before. */
export interface ClusterNews {
  /** Who began to lead, and whom a controller has elected; who became controller. */
  readonly led: readonly { readonly name: string; readonly leaderEpoch: number; readonly broker: number }[];
  readonly elected: readonly { readonly name: string; readonly leaderEpoch: number }[];
  readonly controllers: readonly { readonly broker: number; readonly controllerEpoch: number }[];
  readonly acked: readonly AckedView[];
  readonly raised: readonly RaisedView[];
  readonly reads: readonly ReadView[];
  readonly applied: readonly ControlView[];
  /** Partitions whose leader was elected from outside the ISR, and brokers whose disk was lost or cut by a power failure. */
  readonly uncleanElections: readonly string[];
  /** Partitions of which a follower went on from a log that the fence of the leader epoch should have stopped. */
  readonly notFenced: readonly string[];
  readonly damagedDisks: readonly number[];
}

export const NO_NEWS: ClusterNews = { led: [], elected: [], controllers: [], acked: [], raised: [], reads: [], applied: [], uncleanElections: [], notFenced: [], damagedDisks: [] };

/** Looked at, or only told the news of: then it has no brokers and no partitions. */
export interface ClusterView extends ClusterNews {
  /** Processes that run. */
  readonly brokers: readonly BrokerView[];
  /** /controller_epoch; 0 before there is one. */
  readonly controllerEpoch: number;
  readonly partitions: readonly PartitionView[];
  readonly before: ClusterMemory;
}

/** What has happened, seen before anybody looks again. */
export const viewOfNews = (before: ClusterMemory, news: Partial<ClusterNews>): ClusterView => ({
  ...NO_NEWS,
  ...news,
  brokers: [],
  controllerEpoch: before.controllerEpoch,
  partitions: [],
  before,
});

interface SeenReplica {
  readonly broker: number;
  readonly incarnation: number;
  readonly role: ReplicaView['role'];
  readonly leaderEpoch: number;
  readonly highWatermark: number;
  readonly logEndOffset: number;
}

/** What the checks must remember. Plain data; starts as `NOTHING_SEEN`. */
export interface ClusterMemory {
  /** By `name@epoch`: who led. */
  readonly leaders: { readonly [partitionAtEpoch: string]: number };
  /** By `name/broker`. */
  readonly replicas: { readonly [replica: string]: SeenReplica };
  readonly partitions: { readonly [name: string]: PartitionView };
  /** By name: the newest epoch for which a leader was elected. */
  readonly elected: { readonly [name: string]: number };
  readonly controllerEpoch: number;
  /** By epoch: who was elected with it. */
  readonly controllers: { readonly [epoch: number]: number };
  readonly seenControllerEpochs: { readonly [broker: number]: { readonly incarnation: number; readonly epoch: number } };
  readonly acked: { readonly [name: string]: AppendList<AckedView> };
  readonly unclean: readonly string[];
  readonly notFenced: readonly string[];
  readonly damaged: readonly number[];
}

export const NOTHING_SEEN: ClusterMemory = { leaders: {}, replicas: {}, partitions: {}, elected: {}, controllerEpoch: 0, controllers: {}, seenControllerEpochs: {}, acked: {}, unclean: [], notFenced: [], damaged: [] };

/** `neverPromised` names the known exception that allows it. */
export type ExcusedBy = 'X1' | 'X2' | 'X3' | 'X4' | 'X5' | 'KAFKA-9338';

export type Finding =
  | { readonly verdict: 'broken'; readonly what: string }
  | { readonly verdict: 'neverPromised'; readonly exception: ExcusedBy; readonly partition: string; readonly what: string };

export interface Invariant {
  /** Views choose its sentence in either language by this. */
  readonly name: string;
  /** Its number in the specification. */
  readonly number: string;
  /** Empty: it holds. */
  check(view: ClusterView): readonly Finding[];
}

/** A running broker's part of a view. */
export function viewOfBroker(state: Broker, incarnation: number, minInsyncReplicas: (topic: string) => number): BrokerView {
  const context = state.controller?.context;
  return {
    id: state.brokerId,
    incarnation,
    brokerEpoch: state.brokerEpoch,
    seenControllerEpoch: state.controllerEpoch,
    activeSince: context && context.activeControllerId === state.brokerId ? context.epoch : null,
    replicas: state.partitions
      .filter((partition) => partition.chart.value !== 'none')
      .map((partition) => ({
        topic: partition.topic,
        partition: partition.partition,
        name: partition.name,
        role: roleOf(partition),
        leaderEpoch: partition.leaderEpoch,
        highWatermark: partition.highWatermark,
        isr: isLeader(partition) ? partition.isr : [],
        zkVersion: partition.zkVersion,
        remotes: partition.remotes,
        minInsyncReplicas: minInsyncReplicas(partition.topic),
        log: partition.log,
      })),
  };
}

// ------------------------------------------------------------------ questions

const broken = (what: string): Finding => ({ verdict: 'broken', what });
const replicaKey = (name: string, broker: number): string => `${name}/${broker}`;

function* replicas(view: ClusterView): Generator<{ readonly broker: BrokerView; readonly replica: ReplicaView; readonly seen: SeenReplica | undefined }> {
  for (const broker of view.brokers) {
    for (const replica of broker.replicas) {
      const seen = view.before.replicas[replicaKey(replica.name, broker.id)];
      yield { broker, replica, seen: seen?.incarnation === broker.incarnation ? seen : undefined };
    }
  }
}

/** Everyone who has led since the view before. */
function* leading(view: ClusterView): Generator<ClusterNews['led'][number]> {
  yield* view.led;
  for (const { broker, replica } of replicas(view)) if (replica.role === 'leader') yield { name: replica.name, leaderEpoch: replica.leaderEpoch, broker: broker.id };
}

/** One finding a replica, from a question that answers what is wrong or null. */
function perReplica(question: (replica: ReplicaView, broker: BrokerView, seen: SeenReplica | undefined, view: ClusterView) => string | null) {
  return (view: ClusterView): readonly Finding[] => {
    const findings: Finding[] = [];
    for (const { broker, replica, seen } of replicas(view)) {
      const what = question(replica, broker, seen, view);
      if (what !== null) findings.push(broken(`${replica.name} on ${broker.id}: ${what}`));
    }
    return findings;
  };
}

function perPartition(question: (partition: PartitionView, before: PartitionView | undefined, view: ClusterView) => string | null) {
  return (view: ClusterView): readonly Finding[] =>
    view.partitions.flatMap((partition) => {
      const what = question(partition, view.before.partitions[partition.name], view);
      return what === null ? [] : [broken(`${partition.name}: ${what}`)];
    });
}

const isUnclean = (view: ClusterView, name: string): boolean => view.uncleanElections.includes(name) || view.before.unclean.includes(name);
const isDamaged = (view: ClusterView, broker: number): boolean => view.damagedDisks.includes(broker) || view.before.damaged.includes(broker);

/** The batch that holds an offset. */
const batchAt = (log: Log, offset: number): Uint8Array | undefined => readLog(log, offset, 1, log.logEndOffset, true).records[0];

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** Where two logs differ although they agree on offset and epoch; null if nowhere looked at. The newest common batch stands for all before it. */
function difference(a: Log, b: Log): string | null {
  const start = Math.max(a.logStartOffset, b.logStartOffset);
  for (let offset = Math.min(a.logEndOffset, b.logEndOffset) - 1; offset >= start; offset--) {
    const epoch = epochAt(a.epochs, offset);
    if (epoch < 0 || epoch !== epochAt(b.epochs, offset)) {
      // Not common history: go on below where the younger of the two epochs begins.
      const begins = Math.max(...[a, b].map((log) => log.epochs.findLast((entry) => entry.startOffset <= offset)?.startOffset ?? start));
      offset = Math.min(offset, begins);
      continue;
    }
    const mine = batchAt(a, offset);
    const theirs = batchAt(b, offset);
    return mine && theirs && !sameBytes(mine, theirs) ? `offset ${offset} of epoch ${epoch}` : null;
  }
  return null;
}

/** Whom of its ISR a high watermark has left behind, by what the leader knows of them. */
function ahead({ highWatermark, isr, remotes }: Pick<RaisedView, 'highWatermark' | 'isr' | 'remotes'>, leader: number): string | null {
  const behind = isr.find((member) => member !== leader && !remotes.some((remote) => remote.brokerId === member && remote.logEndOffset >= highWatermark));
  return behind === undefined ? null : `HW rose to ${highWatermark}, which ${behind} has not fetched`;
}

/** True if a log still holds what was acknowledged. */
const holds = (log: Log, acked: AckedView): boolean => acked.lastOffset < log.logStartOffset || (acked.lastOffset < log.logEndOffset && epochAt(log.epochs, acked.lastOffset) === acked.leaderEpoch);

function durability(view: ClusterView): readonly Finding[] {
  const findings: Finding[] = [];
  for (const { broker, replica, seen } of replicas(view)) {
    if (replica.role !== 'leader' || (seen?.role === 'leader' && seen.leaderEpoch === replica.leaderEpoch)) continue;
    const acked = view.before.acked[replica.name];
    // A zombie's epoch is older than ZooKeeper's: nobody has elected it.
    const elected = view.partitions.find((partition) => partition.name === replica.name);
    if (!acked || (elected && elected.leaderEpoch > replica.leaderEpoch)) continue;
    // From the newest backwards: logs match below the first one that is there.
    for (let index = acked.length - 1; index >= 0; index--) {
      const record = at(acked, index)!;
      if (holds(replica.log, record)) {
        if (record.acks === -1) break;
        continue;
      }
      const what = `${replica.name}: offset ${record.lastOffset} of epoch ${record.leaderEpoch}, acknowledged by ${record.broker} with acks=${record.acks}, is not in the log of leader ${broker.id} at epoch ${replica.leaderEpoch}`;
      if (record.acks !== -1) findings.push({ verdict: 'neverPromised', exception: 'X1', partition: replica.name, what });
      else if (isUnclean(view, replica.name)) findings.push({ verdict: 'neverPromised', exception: 'X3', partition: replica.name, what });
      else if (view.notFenced.includes(replica.name) || view.before.notFenced.includes(replica.name)) findings.push({ verdict: 'neverPromised', exception: 'KAFKA-9338', partition: replica.name, what });
      else if (record.isr.every((member) => isDamaged(view, member))) findings.push({ verdict: 'neverPromised', exception: record.isr.length === 1 ? 'X2' : 'X4', partition: replica.name, what });
      else findings.push(broken(what));
    }
  }
  return findings;
}

// ------------------------------------------------------------------ the promises

export const invariants: readonly Invariant[] = [
  {
    number: 'I1',
    name: 'oneLeaderPerEpoch',
    check: (view) => {
      const leaders = new Map<string, number>();
      const findings: Finding[] = [];
      for (const { name, leaderEpoch, broker } of leading(view)) {
        const key = `${name}@${leaderEpoch}`;
        const other = leaders.get(key) ?? view.before.leaders[key];
        if (other !== undefined && other !== broker) findings.push(broken(`${name}: both ${other} and ${broker} led at epoch ${leaderEpoch}`));
        leaders.set(key, broker);
      }
      return findings;
    },
  },
  {
    number: 'I2',
    name: 'isrWithinAssignment',
    check: perPartition(({ leader, isr, replicas: assigned, target }) => {
      const allowed = [...assigned, ...target];
      if (isr.length === 0) return 'the ISR is empty';
      const stranger = isr.find((member) => !allowed.includes(member));
      if (stranger !== undefined) return `${stranger} is in the ISR and not assigned`;
      if (leader !== -1 && !isr.includes(leader)) return `leader ${leader} is not in the ISR`;
      return null;
    }),
  },
  {
    number: 'I3',
    name: 'leaderEpochsOnlyGrow',
    check: (view) => [
      ...perPartition((partition, before) => {
        if (!before || before.version > partition.version) return null;
        if (partition.leaderEpoch < before.leaderEpoch) return `leader epoch fell from ${before.leaderEpoch} to ${partition.leaderEpoch}`;
        const writes = partition.version - before.version;
        return partition.leaderEpoch - before.leaderEpoch > writes ? `leader epoch rose by more than one a write` : null;
      })(view),
      ...view.elected.flatMap(({ name, leaderEpoch }) => {
        const before = view.before.elected[name];
        return before !== undefined && leaderEpoch <= before ? [broken(`${name}: a leader was elected for epoch ${leaderEpoch} after ${before}`)] : [];
      }),
      ...perReplica((replica, _, seen) => (seen && seen.role !== 'none' && replica.leaderEpoch < seen.leaderEpoch ? `leader epoch fell from ${seen.leaderEpoch} to ${replica.leaderEpoch}` : null))(view),
    ],
  },
  {
    number: 'I4',
    name: 'controllerEpochsOnlyGrow',
    check: (view) => {
      const findings: Finding[] = [];
      if (view.controllerEpoch < view.before.controllerEpoch) findings.push(broken(`/controller_epoch fell from ${view.before.controllerEpoch} to ${view.controllerEpoch}`));
      for (const { broker, controllerEpoch } of view.controllers) {
        const other = view.before.controllers[controllerEpoch];
        if (other !== undefined) findings.push(broken(`controller epoch ${controllerEpoch} belongs to ${other} and ${broker}`));
      }
      for (const partition of view.partitions) {
        if (partition.controllerEpoch > view.controllerEpoch) findings.push(broken(`${partition.name} was written by controller epoch ${partition.controllerEpoch}, which nobody was elected with`));
      }
      for (const broker of view.brokers) {
        const seen = view.before.seenControllerEpochs[broker.id];
        if (seen?.incarnation === broker.incarnation && broker.seenControllerEpoch < seen.epoch) findings.push(broken(`${broker.id} forgot controller epoch ${seen.epoch}`));
      }
      for (const control of view.applied) {
        const seen = view.before.seenControllerEpochs[control.broker];
        if (seen?.incarnation === control.incarnation && control.requestControllerEpoch < seen.epoch) findings.push(broken(`${control.broker} obeyed controller epoch ${control.requestControllerEpoch} after ${seen.epoch}`));
      }
      return findings;
    },
  },
  {
    number: 'I5',
    name: 'noRequestForAnEarlierRegistration',
    check: (view) =>
      view.applied.filter((control) => control.requestBrokerEpoch < control.brokerEpoch).map((control) => broken(`${control.broker} obeyed a request for broker epoch ${control.requestBrokerEpoch}, it has ${control.brokerEpoch}`)),
  },
  {
    number: 'I6',
    name: 'logsMatch',
    check: (view) => {
      const findings: Finding[] = [];
      const first = new Map<string, readonly { readonly broker: BrokerView; readonly replica: ReplicaView }[]>();
      for (const entry of replicas(view)) {
        const others = first.get(entry.replica.name) ?? [];
        for (const other of others) {
          const where = difference(other.replica.log, entry.replica.log);
          if (where === null) continue;
          const what = `${entry.replica.name}: ${other.broker.id} and ${entry.broker.id} differ at ${where}`;
          findings.push(isUnclean(view, entry.replica.name) ? { verdict: 'neverPromised', exception: 'X5', partition: entry.replica.name, what } : broken(what));
        }
        first.set(entry.replica.name, [...others, entry]);
      }
      return findings;
    },
  },
  {
    number: 'I7',
    name: 'highWatermarkBelowTheIsr',
    check: (view) => [
      ...view.raised.flatMap(({ name, broker, ...raised }) => {
        const what = ahead(raised, broker);
        return what === null ? [] : [broken(`${name} on ${broker}: ${what}`)];
      }),
      ...perReplica((replica, broker, seen) => {
        if (replica.role !== 'leader') return null;
        if (replica.highWatermark > replica.log.logEndOffset) return `HW ${replica.highWatermark} is beyond the end ${replica.log.logEndOffset}`;
        if (seen?.role !== 'leader' || seen.leaderEpoch !== replica.leaderEpoch) return null;
        if (replica.highWatermark < seen.highWatermark) return `HW fell from ${seen.highWatermark} to ${replica.highWatermark}`;
        // What was seen follows what is said of it: this one rose without a word.
        return replica.highWatermark === seen.highWatermark ? null : ahead(replica, broker.id);
      })(view),
    ],
  },
  {
    number: 'I8',
    name: 'followersHighWatermarkWithinItsLog',
    check: perReplica((replica, _, seen) =>
      replica.role === 'follower' && seen?.role === 'follower' && replica.highWatermark !== seen.highWatermark && replica.highWatermark > replica.log.logEndOffset
        ? `HW became ${replica.highWatermark}, the log ends at ${replica.log.logEndOffset}`
        : null,
    ),
  },
  {
    number: 'I9',
    name: 'epochCacheInOrder',
    check: perReplica(({ log, leaderEpoch, role }) => {
      for (let i = 1; i < log.epochs.length; i++) {
        const [before, entry] = [log.epochs[i - 1]!, log.epochs[i]!];
        if (entry.epoch <= before.epoch || entry.startOffset <= before.startOffset) return `epoch ${entry.epoch}@${entry.startOffset} after ${before.epoch}@${before.startOffset}`;
      }
      return role === 'leader' && latestEpoch(log.epochs) > leaderEpoch ? `the cache has epoch ${latestEpoch(log.epochs)}, the leader ${leaderEpoch}` : null;
    }),
  },
  {
    number: 'I10',
    name: 'acksAllIsCommitted',
    check: (view) =>
      view.acked.flatMap((acked) => {
        if (acked.acks !== -1) return [];
        if (acked.highWatermark <= acked.lastOffset) return [broken(`${acked.name}: offset ${acked.lastOffset} was acknowledged at HW ${acked.highWatermark}`)];
        return acked.isr.length < acked.minInsyncReplicas ? [broken(`${acked.name}: acknowledged with ${acked.isr.length} in sync, ${acked.minInsyncReplicas} are asked for`)] : [];
      }),
  },
  { number: 'I11', name: 'acknowledgedSurvives', check: durability },
  {
    number: 'I12',
    name: 'readsBelowTheHighWatermark',
    check: (view) => view.reads.filter((read) => read.lastOffset >= read.highWatermark).map((read) => broken(`${read.name}: offset ${read.lastOffset} was read at HW ${read.highWatermark}`)),
  },
  {
    number: 'I13',
    name: 'sequencesHaveNoGaps',
    check: perReplica(({ log }) => {
      for (const entry of Object.values(log.producers)) {
        for (let i = 1; i < entry.batches.length; i++) {
          const [before, batch] = [entry.batches[i - 1]!, entry.batches[i]!];
          const first = (batch.lastSequence - batch.offsetDelta + 2147483648) % 2147483648;
          const expected = before.lastSequence === 2147483647 ? 0 : before.lastSequence + 1;
          if (first !== expected || batch.lastOffset <= before.lastOffset) return `producer ${entry.producerId}: sequence ${first} follows ${before.lastSequence}`;
        }
      }
      return null;
    }),
  },
  {
    number: 'I15',
    name: 'logStartWithinTheLog',
    check: perReplica(({ log, role, highWatermark }) => {
      if (log.logStartOffset > log.logEndOffset) return `the log begins at ${log.logStartOffset} and ends at ${log.logEndOffset}`;
      return role === 'leader' && log.logStartOffset > highWatermark ? `the log begins at ${log.logStartOffset}, the HW is ${highWatermark}` : null;
    }),
  },
  {
    number: 'I17',
    name: 'leaderKnowsItsIsr',
    check: perReplica((replica, _, __, view) => {
      if (replica.role !== 'leader') return null;
      const stored = view.partitions.find((partition) => partition.name === replica.name);
      if (!stored || stored.version !== replica.zkVersion || stored.leaderEpoch !== replica.leaderEpoch) return null;
      return stored.isr.join() === replica.isr.join() ? null : `ISR ${replica.isr.join()}, in ZooKeeper ${stored.isr.join()} at the same version`;
    }),
  },
  {
    number: 'I18',
    name: 'oneControllerPerEpoch',
    check: (view) => {
      const active = view.brokers.filter((broker) => broker.activeSince !== null);
      return active.flatMap((broker, index) => active.slice(index + 1).filter((other) => other.activeSince === broker.activeSince).map((other) => broken(`${broker.id} and ${other.id} are both controller at epoch ${broker.activeSince ?? ''}`)));
    },
  },
];

const extended = <T>(list: readonly T[], by: readonly T[]): readonly T[] => (by.length === 0 ? list : [...list, ...by]);

/** What the next view has to be compared with. */
export function remember(view: ClusterView): ClusterMemory {
  const { before } = view;
  let { leaders, replicas: seen, partitions, acked, elected, controllers, seenControllerEpochs } = before;
  for (const { name, leaderEpoch, broker } of leading(view)) {
    const key = `${name}@${leaderEpoch}`;
    if (leaders[key] !== broker) leaders = { ...leaders, [key]: broker };
  }
  if (view.brokers.length > 0) {
    const now = { ...seen };
    for (const { broker, replica } of replicas(view)) {
      now[replicaKey(replica.name, broker.id)] = {
        broker: broker.id,
        incarnation: broker.incarnation,
        role: replica.role,
        leaderEpoch: replica.leaderEpoch,
        highWatermark: replica.highWatermark,
        logEndOffset: replica.log.logEndOffset,
      };
    }
    seen = now;
    seenControllerEpochs = { ...seenControllerEpochs, ...Object.fromEntries(view.brokers.map((broker) => [broker.id, { incarnation: broker.incarnation, epoch: broker.seenControllerEpoch }])) };
  }
  for (const { name, broker, leaderEpoch, highWatermark } of view.raised) {
    const key = replicaKey(name, broker);
    const known = seen[key];
    if (known?.role === 'leader' && known.leaderEpoch === leaderEpoch) seen = { ...seen, [key]: { ...known, highWatermark } };
  }
  for (const { broker, incarnation, requestControllerEpoch } of view.applied) seenControllerEpochs = { ...seenControllerEpochs, [broker]: { incarnation, epoch: requestControllerEpoch } };
  if (view.partitions.length > 0) partitions = Object.fromEntries(view.partitions.map((partition) => [partition.name, partition]));
  for (const record of view.acked) acked = { ...acked, [record.name]: push(acked[record.name] ?? emptyList<AckedView>(), record) };
  for (const { name, leaderEpoch } of view.elected) elected = { ...elected, [name]: leaderEpoch };
  for (const { broker, controllerEpoch } of view.controllers) controllers = { ...controllers, [controllerEpoch]: broker };
  return {
    leaders,
    replicas: seen,
    partitions,
    elected,
    controllerEpoch: Math.max(before.controllerEpoch, view.controllerEpoch),
    controllers,
    seenControllerEpochs,
    acked,
    unclean: extended(before.unclean, view.uncleanElections),
    notFenced: extended(before.notFenced, view.notFenced),
    damaged: extended(before.damaged, view.damagedDisks),
  };
}

/** Without a topic that was deleted: one of the same name begins anew. */
export function forgetTopic(memory: ClusterMemory, topic: string): ClusterMemory {
  const isOthers = (key: string): boolean => topicOf(key) !== topic;
  const others = <T>(of: Readonly<Record<string, T>>): Readonly<Record<string, T>> => Object.fromEntries(Object.entries(of).filter(([key]) => isOthers(key)));
  return {
    ...memory,
    leaders: others(memory.leaders),
    replicas: others(memory.replicas),
    partitions: others(memory.partitions),
    elected: others(memory.elected),
    acked: others(memory.acked),
    unclean: memory.unclean.filter(isOthers),
    notFenced: memory.notFenced.filter(isOthers),
  };
}

export function findings(view: ClusterView): readonly (Finding & { readonly name: string; readonly number: string })[] {
  return invariants.flatMap(({ name, number, check }) => check(view).map((finding) => ({ ...finding, name, number })));
}
