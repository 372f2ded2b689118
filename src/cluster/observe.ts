/**
 * The cluster as an omniscient onlooker sees it: what each process believes, what ZooKeeper holds, what the logs hold. Read from a
 * world, never stored in it. Reading costs nothing until something is asked for.
 */
import type { Process } from '../kernel/process.ts';
import type { World } from '../kernel/world.ts';
import type { Broker } from '../kafka/broker/state.ts';
import { roleOf, type Partition } from '../kafka/broker/partition.ts';
import { partitionState } from '../kafka/broker/metadata-cache.ts';
import { CONTROLLER, CONTROLLER_EPOCH, parseController, parsePartitionState, parseTopic, partitionStatePath, topicPath, TOPICS } from '../kafka/zookeeper/znodes.ts';
import type { ServerState } from '../zookeeper/server-state.ts';
import { nodeAt, type DataTree } from '../zookeeper/tree.ts';
import type { Zxid } from '../zookeeper/zxid.ts';

export type ServerWord = 'DOWN' | 'LOOKING' | 'FOLLOWING' | 'LEADING';

export interface ObservedServer {
  readonly name: string;
  readonly sid: number;
  readonly process: Process;
  readonly state: ServerWord;
  readonly isServing: boolean;
  readonly epoch: number;
  readonly zxid: Zxid;
  /** Undefined while the process is not running. */
  readonly server: ServerState | undefined;
}

export interface ObservedBroker {
  readonly name: string;
  readonly id: number;
  readonly port: number;
  readonly process: Process;
  readonly isUp: boolean;
  /** BrokerState's own word; `NotRunning` while there is no process. */
  readonly state: string;
  /** Undefined while the process is not running. */
  readonly broker: Broker | undefined;
  believedLeader(topic: string, partition: number): number | null | undefined;
}

export interface ObservedPartition {
  readonly topic: string;
  readonly partition: number;
  readonly name: string;
  readonly replicas: readonly number[];
  /** As ZooKeeper has it; null: none, undefined: no state znode. */
  readonly leader: number | null | undefined;
  readonly leaderEpoch: number;
  readonly isr: readonly number[];
  readonly zkVersion: number;
}

export interface ObservedReplica {
  readonly broker: number;
  readonly role: 'none' | 'leader' | 'follower' | 'offline';
  readonly logStart: number;
  readonly logEnd: number;
  readonly highWatermark: number;
  readonly leaderEpoch: number;
  readonly partition: Partition;
}

export interface LedgerCounts {
  readonly sent: number;
  readonly acked: number;
  readonly failed: number;
  readonly waiting: number;
  /** How long the producer that has waited longest has had no answer. */
  readonly waitedMs: number;
  readonly ackedLost: number;
}

/** `tree`: the newest tree that a serving server has shown, which stays known while nobody serves. */
export class ClusterFacts {
  private serversFound: readonly ObservedServer[] | undefined;
  private brokersFound: readonly ObservedBroker[] | undefined;
  private readonly partitionsFound = new Map<string, readonly ObservedPartition[]>();

  constructor(
    readonly world: World,
    readonly tree: DataTree | null,
    private readonly counts: () => LedgerCounts,
  ) {}

  get ledger(): LedgerCounts {
    return this.counts();
  }

  get servers(): readonly ObservedServer[] {
    const { processes, network } = this.world;
    // Of a container that was removed not even the host is left.
    return (this.serversFound ??= processes.filter(({ program, host }) => program === 'zookeeper-server' && network.hosts.some(({ name }) => name === host)).map(observeServer));
  }

  get brokers(): readonly ObservedBroker[] {
    return (this.brokersFound ??= this.world.processes.filter((process) => process.program === 'kafka-broker').map(observeBroker));
  }

  /** The established leader: with two at once (the older one has not noticed yet), that of the newer epoch. */
  get zookeeperLeader(): number | null {
    let best: ObservedServer | undefined;
    for (const server of this.servers) {
      if (server.state === 'LEADING' && server.isServing && (best === undefined || server.epoch > best.epoch)) best = server;
    }
    return best?.sid ?? null;
  }

  znodeExists(path: string): boolean {
    return this.tree !== null && nodeAt(this.tree, path) !== undefined;
  }

  znode(path: string): string | null | undefined {
    return this.tree === null ? undefined : nodeAt(this.tree, path)?.data;
  }

  /** Owner of `/controller` and the epoch it stands for. */
  get controller(): { readonly brokerId: number; readonly epoch: number } | null {
    const brokerId = parseController(this.znode(CONTROLLER));
    return brokerId === null ? null : { brokerId, epoch: Number(this.znode(CONTROLLER_EPOCH) ?? 0) };
  }

  get topics(): readonly string[] {
    return this.tree === null ? [] : (nodeAt(this.tree, TOPICS)?.children ?? []);
  }

  partitions(topic: string): readonly ObservedPartition[] {
    const known = this.partitionsFound.get(topic);
    if (known) return known;
    const found = this.readPartitions(topic);
    this.partitionsFound.set(topic, found);
    return found;
  }

  private readPartitions(topic: string): readonly ObservedPartition[] {
    const { tree } = this;
    const assignment = tree === null ? null : parseTopic(nodeAt(tree, topicPath(topic))?.data);
    if (tree === null || assignment === null) return [];
    return assignment.map(({ partition, replicas }) => {
      const node = nodeAt(tree, partitionStatePath(topic, partition));
      const state = node === undefined ? null : parsePartitionState(node.data, node.version);
      return {
        topic,
        partition,
        name: `${topic}-${partition}`,
        replicas,
        leader: state === null ? undefined : state.leader < 0 ? null : state.leader,
        leaderEpoch: state?.leaderEpoch ?? -1,
        isr: state?.isr ?? [],
        zkVersion: state?.zkVersion ?? -1,
      };
    });
  }

  partition(topic: string, partition: number): ObservedPartition | undefined {
    return this.partitions(topic).find((one) => one.partition === partition);
  }

  /** A replica as the broker that holds it sees it; undefined: it is not running or holds none. */
  replica(brokerId: number, topic: string, partition: number): ObservedReplica | undefined {
    const broker = this.brokers.find((one) => one.id === brokerId)?.broker;
    const place = broker?.places[`${topic}-${partition}`];
    const held = broker === undefined || place === undefined ? undefined : broker.partitions[place];
    return held === undefined ? undefined : observeReplica(brokerId, held);
  }
}

export function observeReplica(broker: number, partition: Partition): ObservedReplica {
  return {
    broker,
    role: roleOf(partition),
    logStart: partition.log.logStartOffset,
    logEnd: partition.log.logEndOffset,
    highWatermark: partition.highWatermark,
    leaderEpoch: partition.leaderEpoch,
    partition,
  };
}

const isAlive = (process: Process): boolean => process.status === 'running' || process.status === 'paused';

function observeServer(process: Process): ObservedServer {
  const server = isAlive(process) && process.state !== null ? (process.state as ServerState) : undefined;
  // What it is configured with counts only where its data has no myid yet.
  const sid = server?.settings.myid ?? (process.config as { readonly myid: number }).myid;
  return {
    name: process.name,
    sid,
    process,
    state: server === undefined ? 'DOWN' : stateWord(server),
    isServing: server?.isServing ?? false,
    epoch: server?.currentEpoch ?? 0,
    zxid: server?.tree.lastProcessedZxid ?? 0,
    server,
  };
}

function stateWord(server: ServerState): ServerWord {
  const { value } = server.chart;
  const top = typeof value === 'string' ? value : Object.keys(value)[0]!;
  switch (top) {
    case 'following':
      return 'FOLLOWING';
    case 'leading':
    case 'standalone':
      return 'LEADING';
    default:
      return 'LOOKING';
  }
}

/** The outermost state of a chart, e.g. `Starting`. */
function topState(value: Broker['chart']['value']): string {
  return typeof value === 'string' ? value : Object.keys(value)[0]!;
}

function observeBroker(process: Process): ObservedBroker {
  const id = Number(process.name.slice('broker-'.length));
  const broker = isAlive(process) && process.state !== null ? (process.state as Broker) : undefined;
  const port = /^listeners=.*:(\d+)/m.exec((process.config as { readonly properties: string }).properties)?.[1];
  return {
    name: process.name,
    id,
    port: broker?.config.listeners[0]?.port ?? (port === undefined ? 9092 : Number(port)),
    process,
    isUp: isAlive(process),
    state: broker === undefined ? 'NotRunning' : topState(broker.chart.value),
    broker,
    believedLeader(topic, partition) {
      const known = broker === undefined ? undefined : partitionState(broker.metadata, topic, partition);
      return known === undefined ? undefined : known.leader < 0 ? null : known.leader;
    },
  };
}

