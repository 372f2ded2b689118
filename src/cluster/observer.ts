/**
 * What an onlooker keeps while a cluster runs: the newest tree anybody served, the ledger, who has talked to whom, how processes
 * ended, which promises hold. A pure fold over items, carried along and rewound with the world.
 */
import { isLeader } from '../kafka/broker/partition.ts';
import type { Process } from '../kernel/process.ts';
import type { Fact, Micros } from '../kernel/program.ts';
import type { ItemRecord, World } from '../kernel/world.ts';
import type { ServerState } from '../zookeeper/server-state.ts';
import type { DataTree } from '../zookeeper/tree.ts';
import { brokerName } from './description.ts';
import { emptyLedger, foldFact, loseLast, loseReplaced, type Ledger } from './ledger.ts';
import { ClusterFacts, type LedgerCounts } from './observe.ts';
import { foldPromises, initialPromises, replicaOf, type PromiseMemory } from './promises.ts';
import { storedRecords, type StoredRecord } from './stored.ts';

export type LinkKind = 'ensemble' | 'replication' | 'control' | 'session' | 'client';

/** Somebody who once reached somebody; the line stays on the picture when the connection is gone. */
export interface Pair {
  readonly from: string;
  readonly to: string;
  readonly kind: LinkKind;
}

export interface Ending {
  readonly how: 'SIGKILL' | 'SIGTERM' | 'powerLoss' | 'exit';
  readonly exitCode: number | null;
  readonly at: Micros;
}

export interface Observed {
  readonly tree: DataTree | null;
  readonly ledger: Ledger;
  readonly pairs: readonly Pair[];
  /** The server with which a process last had its ZooKeeper session. */
  readonly sessionServer: Readonly<Record<string, string>>;
  readonly endings: Readonly<Record<string, Ending>>;
  readonly promises: PromiseMemory;
}

export const initialObserved: Observed = { tree: null, ledger: emptyLedger, pairs: [], sessionServer: {}, endings: {}, promises: initialPromises };

function kindOf(tag: string, from: Process, to: Process): LinkKind {
  if (from.program === 'zookeeper-server' && to.program === 'zookeeper-server') return 'ensemble';
  if (tag.startsWith('zk.')) return 'session';
  if (tag.startsWith('ctl.')) return 'control';
  if (tag.startsWith('fetcher.')) return 'replication';
  return 'client';
}

function reached(observed: Observed, record: ItemRecord, world: World): Observed {
  const { event } = record;
  if (event?.type !== 'connected') return observed;
  const connection = world.network.connections.find((one) => one.id === event.connection);
  if (!connection || connection.server < 0) return observed;
  const from = world.processes[record.process]!;
  const to = world.processes[connection.server]!;
  const kind = kindOf(event.tag, from, to);
  let next = observed;
  if (kind === 'session' && observed.sessionServer[from.name] !== to.name) {
    next = { ...next, sessionServer: { ...next.sessionServer, [from.name]: to.name } };
  }
  if (!observed.pairs.some((pair) => pair.from === from.name && pair.to === to.name && pair.kind === kind)) {
    next = { ...next, pairs: [...next.pairs, { from: from.name, to: to.name, kind }] };
  }
  return next;
}

function withEnding(observed: Observed, name: string, ending: Ending): Observed {
  return { ...observed, endings: { ...observed.endings, [name]: ending } };
}

function ended(observed: Observed, record: ItemRecord, world: World): Observed {
  const { event } = record;
  if (event?.type === 'operator') {
    const { action } = event;
    if (action.type === 'kill' && action.signal === 'SIGKILL') return withEnding(observed, action.process, { how: 'SIGKILL', exitCode: 137, at: record.at });
    if (action.type === 'kill' && action.signal === 'SIGTERM') return withEnding(observed, action.process, { how: 'SIGTERM', exitCode: null, at: record.at });
    if (action.type === 'powerOff') {
      const endings = { ...observed.endings };
      for (const process of world.processes) {
        if (process.host === action.host && process.status === 'dead') endings[process.name] = { how: 'powerLoss', exitCode: null, at: record.at };
      }
      return { ...observed, endings };
    }
    if (action.type === 'start' && observed.endings[action.process]) {
      const endings = { ...observed.endings };
      delete endings[action.process];
      return { ...observed, endings };
    }
    return observed;
  }
  const process = world.processes[record.process];
  if (process?.status === 'dead' && process.endedAt === record.at && process.exitCode !== 137) {
    const asked = observed.endings[process.name];
    return withEnding(observed, process.name, { how: asked?.how ?? 'exit', exitCode: process.exitCode, at: record.at });
  }
  return observed;
}

/** Where logs may have parted, the end of the new leader's log does not tell what is lost. */
function withReplaced(ledger: Ledger, fact: Fact, promises: PromiseMemory, world: World): Ledger {
  const { topic, partition, broker, leaderEpoch } = fact as Fact & { readonly topic: string; readonly partition: number; readonly broker: number; readonly leaderEpoch: number };
  const name = `${topic}-${partition}`;
  if (ledger.leaderEpochs[name] !== leaderEpoch || !(promises.unclean.includes(name) || promises.notFenced.includes(name))) return ledger;
  const replica = replicaOf(world, brokerName(broker), name);
  return replica === undefined ? ledger : loseReplaced(ledger, name, leaderEpoch, storedRecords(replica.log));
}

/** Whoever answers may lead no more, and what it answered for is in its own log only. */
function withStray(ledger: Ledger, fact: Fact, record: ItemRecord, world: World): Ledger {
  const { topic, partition, offset } = fact as Fact & { readonly topic: string; readonly partition: number; readonly offset: number };
  const name = `${topic}-${partition}`;
  const newest = ledger.leaderEpochs[name];
  const isLeading = (broker: string): boolean => {
    const replica = replicaOf(world, broker, name);
    return replica !== undefined && isLeader(replica) && replica.leaderEpoch === newest;
  };
  const from = world.processes[record.from];
  if (offset < 0 || newest === undefined || (from && isLeading(from.name))) return ledger;
  // If nobody leads yet, the end of the next leader's log tells.
  const leader = world.processes.find((process) => process.program === 'kafka-broker' && isLeading(process.name));
  const replica = leader && replicaOf(world, leader.name, name);
  if (!replica) return ledger;
  const { value: stored } = storedRecords(replica.log, offset).next() as { readonly value: StoredRecord | undefined };
  return loseLast(ledger, name, stored?.offset === offset ? stored.value : undefined);
}

/** What one more item means; pure. */
export function fold(observed: Observed, record: ItemRecord, world: World): Observed {
  let next = observed;
  if (record.process >= 0 || record.kind === 'operator') {
    next = reached(next, record, world);
    next = ended(next, record, world);
  }
  if (record.facts.length > 0) {
    let { ledger } = next;
    for (const fact of record.facts) {
      ledger = foldFact(ledger, fact, record.at);
      if (fact.type === 'becameLeader') ledger = withReplaced(ledger, fact, next.promises, world);
      if (fact.type === 'recordAcked') ledger = withStray(ledger, fact, record, world);
    }
    if (ledger !== next.ledger) next = { ...next, ledger };
  }
  const process = record.process < 0 ? undefined : world.processes[record.process];
  if (process?.program === 'zookeeper-server' && process.state !== null) {
    const server = process.state as ServerState;
    if (server.isServing && (next.tree === null || server.tree.lastProcessedZxid > next.tree.lastProcessedZxid)) next = { ...next, tree: server.tree };
  }
  if (record.facts.length === 0 && record.kind !== 'operator') return next;
  const promises = foldPromises(next.promises, record, world, next, observed.ledger.lost);
  return promises === next.promises ? next : { ...next, promises };
}

const CHATTER: ReadonlySet<string> = new Set([
  'recordAppended',
  'highWatermarkAdvanced',
  'batchSent',
  'recordSent',
  'metadataUpdated',
  'proposalMade',
  'proposalCommitted',
  'txnCommitted',
  'voteSent',
  'notificationReceived',
  'controllerEventStarted',
  'produceAnswered',
  'zkClientReplied',
  'zkClientNotified',
  'offsetsCommitted',
  'commitSucceeded',
]);

/** Facts that are kept for good; others live in the window around the playhead. */
export function keeps(fact: Fact): boolean {
  return !CHATTER.has(fact.type);
}

export function countsOf({ ledger }: Observed, world: World): LedgerCounts {
  const { sent, acked, failed, ackedLost, producers } = ledger;
  const waits = Object.values(producers).map((one) => (one.sent > one.acked + one.failed ? (world.now - one.waitingSince) / 1_000 : 0));
  return { sent, acked, failed, ackedLost, waiting: sent - acked - failed, waitedMs: Math.max(0, ...waits) };
}

export function factsOf(world: World, observed: Observed): ClusterFacts {
  return new ClusterFacts(world, observed.tree, () => countsOf(observed, world));
}
