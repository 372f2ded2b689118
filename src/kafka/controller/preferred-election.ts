/** Giving leadership back to the first replica of the assignment (section 3.13). */
import { fenced, type Zk } from '../zookeeper/procedures.ts';
import { remove } from '../zookeeper/requests.ts';
import { PREFERRED_REPLICA_ELECTION } from '../zookeeper/znodes.ts';
import { isQueuedForDeletion, isReplicaOnline, topicOf, type PartitionKey } from './context.ts';
import { changePartitions, type Failures } from './partition-states.ts';
import { log, put, type Run } from './run.ts';
import { map, vector } from './wording.ts';

/** Who asked: the admin znode, which is deleted afterwards; the rebalance task; or the API. */
export type ElectionSource = 'zookeeper' | 'rebalance' | 'adminClient';

export function* electPreferredLeaders(run: Run, keys: readonly PartitionKey[], source: ElectionSource): Zk<Failures> {
  const { context } = run;
  log(run, 'INFO', `Starting preferred replica leader election for partitions ${keys.join(',')}`);
  const failures = yield* changePartitions(run, keys, 'OnlinePartition', 'preferredReplica');
  if (source === 'adminClient') return failures;
  for (const key of failures.keys()) log(run, 'ERROR', `Error completing preferred replica leader election for partition ${key}`);
  for (const key of keys) {
    const leader = context.leadership[key]?.leader ?? -1;
    const preferred = context.assignments[key]?.[0] ?? -1;
    if (leader === preferred) log(run, 'INFO', `Partition ${key} completed preferred replica leader election. New leader is ${preferred}`);
    else log(run, 'WARN', `Partition ${key} failed to complete preferred replica leader election. Leader is ${leader}`);
  }
  if (source === 'zookeeper') {
    yield* fenced([remove(PREFERRED_REPLICA_ELECTION)], context.epochZkVersion);
    put(run, { type: 'PreferredReplicaLeaderElection' });
  }
  return failures;
}

/** Broker by broker: if too many of the partitions that prefer it are led by others, it gets them back. */
export function* rebalanceLeaders(run: Run): Zk<void> {
  const { context, config } = run;
  log(run, 'TRACE', 'Checking need to trigger auto leader balancing');
  const byPreferred = new Map<number, PartitionKey[]>();
  for (const [key, replicas] of Object.entries(context.assignments)) {
    const [preferred] = replicas;
    if (preferred === undefined || isQueuedForDeletion(context, topicOf(key))) continue;
    const list = byPreferred.get(preferred);
    if (list) list.push(key);
    else byPreferred.set(preferred, [key]);
  }
  const describe = (keys: readonly PartitionKey[]): string => map(keys.map((key) => [key, vector(context.assignments[key]!)] as const));
  log(run, 'DEBUG', `Preferred replicas by broker ${map([...byPreferred].map(([broker, keys]) => [broker, describe(keys)] as const))}`);
  for (const [broker, keys] of byPreferred) {
    const elsewhere = keys.filter((key) => context.leadership[key] !== undefined && context.leadership[key].leader !== broker);
    log(run, 'DEBUG', `Topics not in preferred replica for broker ${broker} ${describe(elsewhere)}`);
    const ratio = elsewhere.length / keys.length;
    log(run, 'TRACE', `Leader imbalance ratio for broker ${broker} is ${Number.isInteger(ratio) ? ratio.toFixed(1) : ratio}`);
    if (ratio <= config.leaderImbalancePerBrokerPercentage / 100) continue;
    const candidates = elsewhere.filter(
      (key) => isReplicaOnline(context, broker, key) && Object.keys(context.reassignments).length === 0 && context.topics.includes(topicOf(key)),
    );
    yield* electPreferredLeaders(run, candidates, 'rebalance');
  }
}
