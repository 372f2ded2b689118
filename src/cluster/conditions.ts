/**
 * What a step waits for, as data. A step never waits for a number of milliseconds where it can wait for a fact; `within` of the
 * step is how long the cluster may take before the story says that it went another way.
 */
import { toArray } from '../kernel/append-list.ts';
import { isLocked } from '../kafka/broker/partition.ts';
import type { ClusterFacts, ObservedReplica } from './observe.ts';

export type Condition =
  /** All of the ensemble's named number of servers serve clients, one of them leading. */
  | { readonly type: 'ensembleServes'; readonly servers: number }
  | { readonly type: 'zookeeperLeads'; readonly sid: number }
  | { readonly type: 'zookeeperState'; readonly sid: number; readonly state: string }
  | { readonly type: 'brokerState'; readonly broker: number; readonly state: string }
  | { readonly type: 'controller'; readonly is?: number; readonly not?: number; readonly epochAtLeast?: number }
  | { readonly type: 'znode'; readonly path: string; readonly exists: boolean }
  /** As ZooKeeper has it; null: none. */
  | { readonly type: 'leader'; readonly topic: string; readonly partition: number; readonly is?: number | null; readonly not?: number | null }
  | { readonly type: 'isrSize'; readonly topic: string; readonly partition: number; readonly atLeast?: number; readonly atMost?: number }
  /** Every partition of the topic is led, its ISR complete, and every running broker knows it. */
  | { readonly type: 'topicReady'; readonly topic: string; readonly partitions: number }
  | { readonly type: 'logEnd'; readonly topic: string; readonly partition: number; readonly broker: number; readonly atLeast?: number; readonly atMost?: number }
  | { readonly type: 'ledger'; readonly count: 'sent' | 'acked' | 'waiting' | 'ackedLost' | 'failed'; readonly atLeast?: number; readonly atMost?: number }
  /** All replicas of the partition run, and their logs hold the same batches, byte for byte. */
  | { readonly type: 'replicasIdentical'; readonly topic: string; readonly partition: number }
  /** The partition's leader runs and writes its ISR to ZooKeeper, holding the partition's lock until that is done. */
  | { readonly type: 'partitionLocked'; readonly topic: string; readonly partition: number }
  /** How long some producer has had no answer although it waits for one. */
  | { readonly type: 'writeGap'; readonly atMostMs: number }
  /** No link is cut, slowed or lossy. */
  | { readonly type: 'linksWhole' }
  /** Such a fact was noted since the step began; every given attribute equals. */
  | { readonly type: 'fact'; readonly fact: string; readonly where?: Readonly<Record<string, string | number | boolean | null>> }
  /** The process printed a line that contains this text since the step began. */
  | { readonly type: 'logged'; readonly process: string; readonly text: string }
  /** The process ended by itself since the step began: a tool has done its work. */
  | { readonly type: 'ended'; readonly process: string; readonly exitCode: number }
  | { readonly type: 'all'; readonly of: readonly Condition[] }
  | { readonly type: 'any'; readonly of: readonly Condition[] };

const within = (value: number, limits: { readonly atLeast?: number; readonly atMost?: number }): boolean =>
  (limits.atLeast === undefined || value >= limits.atLeast) && (limits.atMost === undefined || value <= limits.atMost);

/** What happened since the waiting began. */
export interface Since {
  noted(fact: string, where: Readonly<Record<string, unknown>>): boolean;
  logged(process: string, text: string): boolean;
  /** Its exit code; undefined: it did not end. */
  ended(process: string): number | undefined;
}

export function holds(condition: Condition, cluster: ClusterFacts, since: Since): boolean {
  switch (condition.type) {
    case 'ensembleServes':
      return cluster.servers.filter((server) => server.isServing).length >= condition.servers && cluster.zookeeperLeader !== null;
    case 'zookeeperLeads':
      return cluster.zookeeperLeader === condition.sid;
    case 'zookeeperState':
      return cluster.servers.some((server) => server.sid === condition.sid && server.state === condition.state);
    case 'brokerState':
      return cluster.brokers.some((broker) => broker.id === condition.broker && broker.state === condition.state);
    case 'controller':
      return (
        (condition.is === undefined || cluster.controller?.brokerId === condition.is) &&
        (condition.epochAtLeast === undefined || (cluster.controller?.epoch ?? 0) >= condition.epochAtLeast) &&
        (condition.not === undefined || (cluster.controller !== null && cluster.controller.brokerId !== condition.not))
      );
    case 'znode':
      return cluster.znodeExists(condition.path) === condition.exists;
    case 'leader': {
      const leader = cluster.partition(condition.topic, condition.partition)?.leader;
      if (leader === undefined) return false;
      return (condition.is === undefined || leader === condition.is) && (condition.not === undefined || (leader !== condition.not && leader !== null));
    }
    case 'isrSize': {
      const partition = cluster.partition(condition.topic, condition.partition);
      return partition !== undefined && within(partition.isr.length, condition);
    }
    case 'topicReady':
      for (let p = 0; p < condition.partitions; p++) {
        const partition = cluster.partition(condition.topic, p);
        if (!partition || partition.leader === null || partition.isr.length < partition.replicas.length) return false;
        const { leader } = partition;
        if (!cluster.brokers.every((broker) => !broker.isUp || broker.believedLeader(condition.topic, p) === leader)) return false;
      }
      return true;
    case 'logEnd': {
      const replica = cluster.replica(condition.broker, condition.topic, condition.partition);
      return replica !== undefined && within(replica.logEnd, condition);
    }
    case 'ledger':
      return within(cluster.ledger[condition.count], condition);
    case 'replicasIdentical':
      return replicasIdentical(cluster, condition.topic, condition.partition);
    case 'partitionLocked': {
      const leader = cluster.partition(condition.topic, condition.partition)?.leader;
      const replica = leader === null || leader === undefined ? undefined : cluster.replica(leader, condition.topic, condition.partition);
      return replica !== undefined && isLocked(replica.partition);
    }
    case 'writeGap':
      return cluster.ledger.waitedMs <= condition.atMostMs;
    case 'linksWhole':
      return cluster.world.network.rules.length === 0;
    case 'fact':
      return since.noted(condition.fact, condition.where ?? {});
    case 'logged':
      return since.logged(condition.process, condition.text);
    case 'ended':
      return since.ended(condition.process) === condition.exitCode;
    case 'all':
      return condition.of.every((one) => holds(one, cluster, since));
    case 'any':
      return condition.of.some((one) => holds(one, cluster, since));
  }
}

function replicasIdentical(cluster: ClusterFacts, topic: string, partition: number): boolean {
  const replicas = cluster.partition(topic, partition)?.replicas.map((broker) => cluster.replica(broker, topic, partition));
  const [first, ...others] = replicas ?? [];
  if (first === undefined || others.some((one) => one?.logEnd !== first.logEnd || one.logStart !== first.logStart)) return false;
  const bytes = batchesOf(first);
  return others.every((one) => {
    const batches = batchesOf(one!);
    return batches.length === bytes.length && batches.every((batch, index) => isEqual(batch, bytes[index]!));
  });
}

const batchesOf = ({ partition }: ObservedReplica): readonly Uint8Array[] => partition.log.segments.flatMap(({ batches }) => toArray(batches));
const isEqual = (a: Uint8Array, b: Uint8Array): boolean => a === b || (a.length === b.length && a.every((byte, index) => byte === b[index]));
