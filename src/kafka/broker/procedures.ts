/** What a broker itself does with ZooKeeper in several steps; played by zookeeper.ts, their ends are in broker.ts. */
import {
  BROKER_IDS, BROKER_SEQUENCE_ID, CLUSTER_ID, CONFIG_CHANGES, DEFAULT_ENTITY, ISR_CHANGE_PREFIX, LOG_DIR_EVENT_PREFIX, PRODUCER_ID_BLOCK,
  REASSIGN_PARTITIONS, brokerIdPath, configPath, deleteTopicPath, encodeClusterId, encodeLogDirEvent, encodePartitionList, encodePartitionState,
  encodeTopic, parseBroker, parseClusterId, parseConfigChange, parsePartitionState, partitionStatePath,
  TOPICS, sequenceOf, topicPath, type BrokerInfo, type LeaderAndIsr, type PartitionReplicas,
} from '../zookeeper/znodes.ts';
import { dataOf, create, exists, getChildren, getData, childrenOf, setData, statOf, remove, ANY } from '../zookeeper/requests.ts';
import {
  ask, children, createSequential, ensurePath, ensurePersistentPaths, readBrokers, readController, registerBroker, watchExistence,
  ZkFailure, type Zk,
} from '../zookeeper/procedures.ts';
import { assignmentsOf, changeConfig, createTopic, entityConfig, topicConfigs, type EntityConfig, type Options, type TopicOutcome, type TopicPlan } from '../zookeeper/topics.ts';
import { OFFSETS_TOPIC } from '../groups/offsets-topic.ts';
import type { TopicPartition } from '../topic-partition.ts';
import type { RequestContext } from './state.ts';

/** A new block of 1000 ids; another broker may be faster, then again (ProducerIdManager.getNewProducerIdBlock). */
function* claimProducerIds(brokerId: number): Zk<{ readonly start: number; readonly end: number; readonly version: number }> {
  for (;;) {
    const read = yield* ask(getData(PRODUCER_ID_BLOCK));
    const stat = statOf(read);
    if (!stat) throw new ZkFailure(read.err, PRODUCER_ID_BLOCK);
    const text = dataOf(read);
    const last = text ? Number((JSON.parse(text) as { readonly block_end: string }).block_end) : -1;
    const block = { start: last + 1, end: last + 1000 };
    const data = JSON.stringify({ version: 1, broker: brokerId, block_start: String(block.start), block_end: String(block.end) });
    const written = yield* ask(setData(PRODUCER_ID_BLOCK, data, stat.version));
    if (written.err === 'OK') return { ...block, version: statOf(written)?.version ?? stat.version + 1 };
    if (written.err !== 'BADVERSION') throw new ZkFailure(written.err, PRODUCER_ID_BLOCK);
  }
}

export const procedures = {
  *createTopLevelZnodes(_: null): Zk<null> {
    yield* ensurePersistentPaths();
    return null;
  },

  /** The stored one wins over the proposal. */
  *clusterId({ proposal }: { readonly proposal: string }): Zk<string> {
    const stored = parseClusterId(dataOf(yield* ask(getData(CLUSTER_ID))));
    if (stored !== null) return stored;
    if (yield* ensurePath(CLUSTER_ID, encodeClusterId(proposal))) return proposal;
    return parseClusterId(dataOf(yield* ask(getData(CLUSTER_ID)))) ?? proposal;
  },

  /** The sequence number is the data version of an otherwise unused znode. */
  *generateBrokerId({ reserved }: { readonly reserved: number }): Zk<number> {
    const set = yield* ask(setData(BROKER_SEQUENCE_ID, '', ANY));
    const stat = statOf(set);
    if (!stat) throw new ZkFailure(set.err, BROKER_SEQUENCE_ID);
    return stat.version + reserved;
  },

  /** Of all brokers and of the broker itself (DynamicBrokerConfig.initialize), then of every topic there is (LogManager.apply). */
  *storedConfigs({ brokerId }: { readonly brokerId: number }): Zk<{ readonly own: Options; readonly all: Options; readonly topics: { readonly [topic: string]: Options } }> {
    const all = yield* entityConfig(`brokers/${DEFAULT_ENTITY}`);
    const own = yield* entityConfig(`brokers/${brokerId}`);
    return { own, all, topics: yield* topicConfigs(yield* children(TOPICS)) };
  },

  *register({ broker, timestampMs, sessions }: { readonly broker: BrokerInfo; readonly timestampMs: number; readonly sessions: { readonly current: string; readonly previous: string | null } }): Zk<{ readonly epoch: number; readonly stat: string; readonly conflict: string | null }> {
    for (const other of yield* readBrokers()) {
      if (other.info.id === broker.id) continue;
      const same = other.info.endpoints.find((theirs) => broker.endpoints.some((ours) => ours.host === theirs.host && ours.port === theirs.port));
      if (same) return { epoch: -1, stat: '', conflict: `Configured end points ${same.host}:${same.port} in advertised listeners are already registered by broker ${other.info.id}` };
    }
    const epoch = yield* registerBroker(broker, timestampMs, sessions);
    const stat = statOf(yield* ask(getData(brokerIdPath(broker.id))));
    const fields = stat ? [stat.czxid, stat.mzxid, stat.ctime, stat.mtime, stat.version, stat.cversion, stat.aversion, BigInt(stat.ephemeralOwner), stat.dataLength, stat.numChildren, stat.pzxid] : [];
    return { epoch, stat: fields.join(','), conflict: null };
  },

  /** null: nobody has made it yet (KafkaZkClient.getTopicPartitionCount). */
  *offsetsTopicPartitions(_: null): Zk<number | null> {
    return (yield* assignmentsOf([OFFSETS_TOPIC]))[0]?.length ?? null;
  },

  *claimProducerIds({ brokerId }: { readonly brokerId: number; readonly context: RequestContext | null }): Zk<{ readonly start: number; readonly end: number; readonly version: number }> {
    return yield* claimProducerIds(brokerId);
  },

  /** All that stands in /config, read once more before the broker serves (DynamicConfigManager.startup). */
  *entityConfigs(_: null): Zk<readonly EntityConfig[]> {
    const found: EntityConfig[] = [];
    const read = function* (type: string): Zk<void> {
      for (const name of yield* children(configPath(type))) found.push({ entity: `${type}/${name}`, configs: yield* entityConfig(`${type}/${name}`) });
    };
    for (const type of ['topics', 'clients', 'users']) yield* read(type);
    for (const user of yield* children(configPath('users'))) yield* read(`users/${user}/clients`);
    yield* read('brokers');
    return found;
  },

  /** Children of /config/changes after `last`, with what they are about as it is now; arms the watch. */
  *configChanges({ last, nowMs }: { readonly last: number; readonly nowMs: number }): Zk<{ readonly last: number; readonly any: boolean; readonly changed: readonly EntityConfig[] }> {
    const names = childrenOf(yield* ask(getChildren(CONFIG_CHANGES, true))).toSorted((a, b) => sequenceOf(a) - sequenceOf(b));
    const fresh = names.filter((name) => sequenceOf(name) > last);
    const changed: EntityConfig[] = [];
    for (const name of fresh) {
      const entity = parseConfigChange(dataOf(yield* ask(getData(`${CONFIG_CHANGES}/${name}`))));
      if (entity !== null) changed.push({ entity, configs: yield* entityConfig(entity) });
    }
    for (const name of names) {
      const stat = statOf(yield* ask(getData(`${CONFIG_CHANGES}/${name}`)));
      if (stat && nowMs - stat.ctime > 15 * 60_000) yield* ask(remove(`${CONFIG_CHANGES}/${name}`));
    }
    return { last: fresh.length > 0 ? sequenceOf(fresh[fresh.length - 1]!) : last, any: names.length > 0, changed };
  },

  /** One after the other, as replicas are made, also where several are of one topic (Partition.getOrCreateReplica). */
  *replicaConfigs({ replicas }: { readonly replicas: readonly TopicPartition[]; readonly context: RequestContext }): Zk<{ readonly [topic: string]: Options }> {
    const configs: { [topic: string]: Options } = {};
    for (const { topic } of replicas) configs[topic] = yield* entityConfig(`topics/${topic}`);
    return configs;
  },

  /** Conditional on the version the leader knows; a write that is already there word for word counts (ReplicationUtils). */
  *updateIsr({ topic, partition, state, controllerEpoch }: { readonly place: number; readonly topic: string; readonly partition: number; readonly state: LeaderAndIsr; readonly controllerEpoch: number }): Zk<number | null> {
    const path = partitionStatePath(topic, partition);
    const written = yield* ask(setData(path, encodePartitionState(state, controllerEpoch), state.zkVersion));
    if (written.err === 'OK') return statOf(written)?.version ?? null;
    if (written.err !== 'BADVERSION') return null;
    const read = yield* ask(getData(path));
    const stat = statOf(read);
    const there = stat ? parsePartitionState(dataOf(read), stat.version) : null;
    const same = there && there.leader === state.leader && there.leaderEpoch === state.leaderEpoch && there.controllerEpoch === controllerEpoch && there.isr.join() === state.isr.join();
    return same ? there.zkVersion : null;
  },

  *propagateIsrChanges({ partitions }: { readonly partitions: readonly TopicPartition[] }): Zk<string> {
    return yield* createSequential(ISR_CHANGE_PREFIX, encodePartitionList(partitions));
  },

  *propagateLogDirEvent({ brokerId }: { readonly brokerId: number }): Zk<string> {
    return yield* createSequential(LOG_DIR_EVENT_PREFIX, encodeLogDirEvent(brokerId));
  },

  *findController(_: null): Zk<BrokerInfo | null> {
    const id = yield* readController();
    return id < 0 ? null : parseBroker(id, dataOf(yield* ask(getData(brokerIdPath(id)))));
  },

  *watchController(_: null): Zk<boolean> {
    return yield* watchExistence('/controller');
  },

  *createTopics({ plans }: { readonly plans: readonly TopicPlan[]; readonly context: RequestContext; readonly purpose: 'createTopics' | 'autoCreate' | 'findCoordinator' }): Zk<readonly TopicOutcome[]> {
    const results: TopicOutcome[] = [];
    for (const plan of plans) results.push(yield* createTopic(plan));
    return results;
  },

  *deleteTopics({ topics }: { readonly topics: readonly string[]; readonly context: RequestContext }): Zk<null> {
    for (const topic of topics) yield* ask(create(deleteTopicPath(topic), null));
    return null;
  },

  /** Current assignments, and whether a reassignment is going on. */
  *readAssignments({ topics }: { readonly topics: readonly string[]; readonly context: RequestContext }): Zk<{ readonly reassigning: boolean; readonly assignments: readonly (readonly PartitionReplicas[] | null)[] }> {
    const reassigning = (yield* ask(exists(REASSIGN_PARTITIONS))).err === 'OK';
    return { reassigning, assignments: yield* assignmentsOf(topics) };
  },

  *writeAssignments({ plans }: { readonly plans: readonly TopicPlan[]; readonly context: RequestContext; readonly results: unknown }): Zk<null> {
    for (const { topic, partitions } of plans) yield* ask(setData(topicPath(topic), encodeTopic(partitions), ANY));
    return null;
  },

  /** An `entity` is what stands below /config. */
  *alterConfigs({ changes }: { readonly changes: readonly { readonly entity: string; readonly configs: Options }[]; readonly context: RequestContext; readonly results: unknown }): Zk<null> {
    for (const { entity, configs } of changes) yield* changeConfig(entity, configs);
    return null;
  },

  *describeConfigs({ topics }: { readonly topics: readonly string[]; readonly context: RequestContext }): Zk<{ readonly [topic: string]: Options }> {
    return topics.length > 0 ? yield* topicConfigs(topics) : (yield* children(BROKER_IDS), {});
  },
} as const;

export type TaskName = keyof typeof procedures;
export type TaskArgs<Name extends TaskName> = Parameters<(typeof procedures)[Name]>[0];
export type TaskResult<Name extends TaskName> = (typeof procedures)[Name] extends (args: never) => Zk<infer Result> ? Result : never;
