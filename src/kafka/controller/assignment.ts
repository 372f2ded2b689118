/**
 * Where the replicas of new partitions go (`AdminUtils.assignReplicasToBrokers`): leaders in turn from a start, followers
 * shifted against them so that the load of a broker that fails spreads; with racks, over as many racks as there are.
 */
import { replicaLimitProblem } from '../lab-limits.ts';
import type { ErrorName } from '../protocol/errors.ts';

export interface BrokerMetadata {
  readonly id: number;
  readonly rack: string | null;
}

/** Broker ids a partition, the preferred leader first, with the partition's number. */
export interface AssignedPartition {
  readonly partition: number;
  readonly replicas: readonly number[];
}

export type Assignment = { readonly partitions: readonly AssignedPartition[] } | { readonly error: ErrorName; readonly message: string };

export interface AssignmentOptions {
  readonly partitionCount: number;
  readonly replicationFactor: number;
  /** Index of the broker of the first leader: drawn from [0, number of brokers) for a new topic. */
  readonly startIndex: number;
  /** Shift of the followers: a second draw from the same range; when partitions are added, the same as `startIndex`. */
  readonly shift: number;
  /** How many partitions the topic has already. */
  readonly startPartition?: number;
  /** Replicas of the whole cluster as it is, for the lab's own limit. */
  readonly existingReplicas?: number;
}

function byId(a: BrokerMetadata, b: BrokerMetadata): number {
  return a.id - b.id;
}

/** Racks by name, one broker of each in turn, lowest ids first; racks that have no more are passed over. */
export function rackAlternated(brokers: readonly BrokerMetadata[]): readonly BrokerMetadata[] {
  const racks = [...new Set(brokers.map((broker) => broker.rack))].sort((a, b) => ((a ?? '') < (b ?? '') ? -1 : 1));
  const queues = racks.map((rack) => brokers.filter((broker) => broker.rack === rack).sort(byId));
  const result: BrokerMetadata[] = [];
  for (let round = 0; result.length < brokers.length; round++) {
    for (const queue of queues) {
      const broker = queue[round];
      if (broker) result.push(broker);
    }
  }
  return result;
}

/** `start` and `shift` when partitions are added to a topic whose partition 0 has this first replica. */
export function startIndexForAddedPartitions(brokers: readonly BrokerMetadata[], firstReplica: number): number {
  const index = [...brokers].sort(byId).findIndex((broker) => broker.id >= firstReplica);
  return Math.max(0, index);
}

export function assignReplicas(brokers: readonly BrokerMetadata[], options: AssignmentOptions): Assignment {
  const { partitionCount, replicationFactor, existingReplicas = 0 } = options;
  if (partitionCount <= 0) return { error: 'INVALID_PARTITIONS', message: 'Number of partitions must be larger than 0.' };
  if (replicationFactor <= 0) return { error: 'INVALID_REPLICATION_FACTOR', message: 'Replication factor must be larger than 0.' };
  if (replicationFactor > brokers.length) {
    return {
      error: 'INVALID_REPLICATION_FACTOR',
      message: `Replication factor: ${replicationFactor} larger than available brokers: ${brokers.length}.`,
    };
  }
  const tooMany = replicaLimitProblem(existingReplicas, partitionCount * replicationFactor);
  if (tooMany !== null) return { error: 'POLICY_VIOLATION', message: tooMany };
  const racked = brokers.filter((broker) => broker.rack !== null).length;
  if (racked === 0) return { partitions: assign([...brokers].sort(byId), 1, options, () => true) };
  if (racked < brokers.length) {
    return { error: 'UNKNOWN_SERVER_ERROR', message: 'Not all brokers have rack information for replica rack aware assignment.' };
  }
  const rackCount = new Set(brokers.map((broker) => broker.rack)).size;
  return {
    partitions: assign(rackAlternated(brokers), rackCount, options, (candidate, taken) => {
      const racks = new Set(taken.map((broker) => broker.rack));
      return !racks.has(candidate.rack) || racks.size === rackCount;
    }),
  };
}

/** `stride` is how far a shift moves the followers: the number of racks, 1 without any. */
function assign(
  ring: readonly BrokerMetadata[],
  stride: number,
  { partitionCount, replicationFactor, startIndex, shift: firstShift, startPartition = 0 }: AssignmentOptions,
  fits: (candidate: BrokerMetadata, taken: readonly BrokerMetadata[]) => boolean,
): AssignedPartition[] {
  const n = ring.length;
  let shift = firstShift;
  const partitions: AssignedPartition[] = [];
  for (let i = 0; i < partitionCount; i++) {
    const partition = startPartition + i;
    if (partition > 0 && partition % n === 0) shift++;
    const first = (partition + startIndex) % n;
    const taken: BrokerMetadata[] = [ring[first]!];
    for (let k = 0; taken.length < replicationFactor; k++) {
      const candidate = ring[(first + 1 + ((shift * stride + k) % (n - 1))) % n]!;
      if (!taken.includes(candidate) && fits(candidate, taken)) taken.push(candidate);
    }
    partitions.push({ partition, replicas: taken.map((broker) => broker.id) });
  }
  return partitions;
}
