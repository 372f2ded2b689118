/**
 * What looks like a fault of Kafka and was never promised, by its number in the broker specification, section 8, as it happens: a pure
 * fold over facts. X1 to X5 and KAFKA-9338 excuse what invariants find and are called by their names there (kafka/invariants.ts),
 * X11 and KAFKA-5202 are noticed where transactions are judged (kafka/transaction-invariants.ts); these break nothing.
 */
import { isLeader } from '../kafka/broker/partition.ts';
import type { ClientFact } from '../kafka/clients/facts.ts';
import type { KafkaFact } from '../kafka/facts.ts';
import type { ExcusedBy } from '../kafka/invariants.ts';
import { nameOf, topicOf, topicPartition } from '../kafka/topic-partition.ts';
import type { World } from '../kernel/world.ts';
import { brokerName } from './description.ts';
import { replicaOf } from './promises.ts';

export type ExceptionName = ExcusedBy | 'X6' | 'X7' | 'X8' | 'X9' | 'X10' | 'X11' | 'X12' | 'KAFKA-5202' | 'KAFKA-9749' | 'KAFKA-9839';

/** In the specification's order; behind them those that are 2.3.0's own faults. */
export const EXCEPTIONS: readonly ExceptionName[] = ['X1', 'X2', 'X3', 'X4', 'X5', 'X6', 'X7', 'X8', 'X9', 'X10', 'X11', 'X12', 'KAFKA-5202', 'KAFKA-9338', 'KAFKA-9749', 'KAFKA-9839'];

/** `where`: a partition, a group and a partition, or a broker. */
export interface ExceptionSeen {
  readonly exception: ExceptionName;
  readonly where: string;
}

/** Plain data; starts as `NO_EXCEPTIONS_SEEN`. */
export interface ExceptionMemory {
  /** By partition: who was elected last. */
  readonly elected: { readonly [name: string]: { readonly leader: number; readonly leaderEpoch: number } };
  /** By consumer: its group. */
  readonly groups: { readonly [consumer: string]: string };
  /** By group and partition: what its members have read up to, and what was committed last. */
  readonly read: { readonly [key: string]: number };
  readonly committed: { readonly [key: string]: number };
}

export const NO_EXCEPTIONS_SEEN: ExceptionMemory = { elected: {}, groups: {}, read: {}, committed: {} };

/** What was known before the fact. */
export interface KnownOfPartitions {
  /** The highest high watermark that a leader has had. */
  readonly highest: (name: string) => number;
  /** The ISR in ZooKeeper's tree. */
  readonly isr: (topic: string, partition: number) => readonly number[];
}

interface Noticed {
  readonly memory: ExceptionMemory;
  readonly seen: ExceptionSeen | null;
}

/** After which the producer does not know whether the record was written: errors of an attempt, and what the callback gets when there is none left. */
const UNCERTAIN: ReadonlySet<string> = new Set([
  'REQUEST_TIMED_OUT',
  'NOT_ENOUGH_REPLICAS_AFTER_APPEND',
  'NETWORK_EXCEPTION',
  'TimeoutException',
  'NotEnoughReplicasAfterAppendException',
  'NetworkException',
]);

const keyOf = (group: string, name: string): string => `${group} · ${name}`;
const without = (of: Readonly<Record<string, number>>, key: string): Readonly<Record<string, number>> => {
  const { [key]: _, ...rest } = of;
  return rest;
};

/** To be told of every fact, in order, with the world after its item. */
export function noticeException(memory: ExceptionMemory, fact: KafkaFact | ClientFact, world: World, known: KnownOfPartitions): Noticed {
  const nothing: Noticed = { memory, seen: null };
  switch (fact.type) {
    case 'leaderElected':
      return { memory: { ...memory, elected: { ...memory.elected, [nameOf(fact)]: { leader: fact.leader, leaderEpoch: fact.leaderEpoch } } }, seen: null };
    case 'produceAnswered': {
      const name = nameOf(fact);
      const elected = memory.elected[name];
      const partition = replicaOf(world, brokerName(fact.broker), name);
      const isZombie = elected !== undefined && elected.leader !== fact.broker && partition !== undefined && isLeader(partition) && partition.leaderEpoch < elected.leaderEpoch;
      return isZombie && fact.error === 'NONE' && fact.acks !== -1 ? { memory, seen: { exception: 'X6', where: name } } : nothing;
    }
    case 'recordsRetried':
      return UNCERTAIN.has(fact.error) ? { memory, seen: { exception: 'X7', where: nameOf(fact) } } : nothing;
    case 'recordFailed': {
      const { topic, partition, error, message } = fact;
      const exception = error === 'TimeoutException' && message.startsWith('Expiring ') ? 'X12' : UNCERTAIN.has(error) ? 'X7' : null;
      return partition === undefined || exception === null ? nothing : { memory, seen: { exception, where: topicPartition(topic, partition) } };
    }
    case 'partitionsAssigned':
      return { memory: { ...memory, groups: { ...memory.groups, [fact.consumer]: fact.group } }, seen: null };
    case 'positionReset': {
      const group = memory.groups[fact.consumer];
      // Who goes to another place on purpose, or has to, does not read anything again by accident.
      return group === undefined || fact.reason === 'committed' ? nothing : { memory: { ...memory, read: without(memory.read, keyOf(group, nameOf(fact))) }, seen: null };
    }
    case 'offsetsCommitted': {
      let { read, committed } = memory;
      for (const { topic, partition, offset } of fact.offsets) {
        const key = keyOf(fact.group, nameOf({ topic, partition }));
        // Somebody has reset the group.
        if (offset < (committed[key] ?? 0)) read = without(read, key);
        committed = { ...committed, [key]: offset };
      }
      return { memory: { ...memory, read, committed }, seen: null };
    }
    case 'recordsConsumed': {
      const group = memory.groups[fact.consumer];
      if (group === undefined) return nothing;
      const key = keyOf(group, nameOf(fact));
      const isAgain = fact.fromOffset < (memory.read[key] ?? 0);
      return { memory: { ...memory, read: { ...memory.read, [key]: fact.toOffset + 1 } }, seen: isAgain ? { exception: 'X8', where: key } : null };
    }
    case 'becameLeader': {
      const name = nameOf(fact);
      const partition = replicaOf(world, brokerName(fact.broker), name);
      return partition && isLeader(partition) && partition.highWatermark < known.highest(name) ? { memory, seen: { exception: 'X9', where: name } } : nothing;
    }
    case 'partitionWentOffline': {
      const name = nameOf(fact);
      const isr = known.isr(fact.topic, fact.partition);
      const hasAll = world.processes.some(({ program, status, name: broker }) => {
        if (program !== 'kafka-broker' || status !== 'running' || isr.some((member) => brokerName(member) === broker)) return false;
        const replica = replicaOf(world, broker, name);
        return replica !== undefined && replica.log.logEndOffset >= known.highest(name);
      });
      return isr.length > 0 && hasAll ? { memory, seen: { exception: 'X10', where: name } } : nothing;
    }
    // What the controller asked for is not asked again: the broker goes on with what it was, until it is started again.
    case 'newerBrokerEpochRefused':
      return fact.request === 'LeaderAndIsrRequest' ? { memory, seen: { exception: 'KAFKA-9839', where: brokerName(fact.broker) } } : nothing;
    case 'txnMarkersLost':
      return { memory, seen: { exception: 'KAFKA-9749', where: brokerName(fact.broker) } };
    case 'topicDeletionCompleted': {
      const others = <T>(of: Readonly<Record<string, T>>): Readonly<Record<string, T>> =>
        Object.fromEntries(Object.entries(of).filter(([key]) => topicOf(key.slice(key.lastIndexOf(' ') + 1)) !== fact.topic));
      return { memory: { ...memory, elected: others(memory.elected), read: others(memory.read), committed: others(memory.committed) }, seen: null };
    }
    case 'groupRemoved': {
      const isOther = ([key]: readonly [string, unknown]): boolean => !key.startsWith(keyOf(fact.group, ''));
      return { memory: { ...memory, read: Object.fromEntries(Object.entries(memory.read).filter(isOther)), committed: Object.fromEntries(Object.entries(memory.committed).filter(isOther)) }, seen: null };
    }
    default:
      return nothing;
  }
}
