/**
 * `mntr`: what the model has of ServerMetrics, in the recorded order of keys. Left out: file descriptors, sizes of responses, and the
 * timings inside the request pipeline, which here takes no time of its own.
 */
import { matches } from '../kernel/machine.ts';
import type { Env } from '../kernel/program.ts';
import { peerStateText } from './peer-state-text.ts';
import { isForwarding } from './proposals.ts';
import { FULL_VERSION, averageText, modeOf, outstandingRequests } from './server-summary.ts';
import type { ServerState } from './server-state.ts';
import { nodeAt, nodeCount, walk, type DataTree } from './tree.ts';
import { watchCount } from './watches.ts';

type Entry = readonly [key: string, value: string | number];

export function monitoredValues(state: ServerState, env: Env): readonly Entry[] {
  const { tree, statistics, leading, watches } = state;
  const { latencies, counters, proposalSizes } = statistics;
  const isAlone = matches(state.chart, 'standalone');
  const asLeader = (...entries: Entry[]): readonly Entry[] => (leading && !isAlone ? entries : []);
  const inEnsemble = (...entries: Entry[]): readonly Entry[] => (isAlone ? [] : entries);
  const since = (micros: number): number => Math.floor((env.now - micros) / 1_000);
  return [
    ['version', FULL_VERSION],
    ['server_state', modeOf(state)],
    ...inEnsemble(['peer_state', peerStateText(state.chart)]),
    ['ephemerals_count', Object.values(tree.ephemerals).reduce((sum, paths) => sum + paths.length, 0)],
    ['num_alive_connections', Object.keys(state.clients).length],
    ['avg_latency', averageText(latencies)],
    ...asLeader(['min_proposal_size', proposalSizes.min]),
    ['outstanding_requests', outstandingRequests(state)],
    ['znode_count', nodeCount(tree)],
    ['global_sessions', Object.keys(tree.sessions).length],
    ['packets_sent', statistics.packetsSent],
    ['packets_received', statistics.packetsReceived],
    ...asLeader(
      ['max_proposal_size', proposalSizes.max],
      ['synced_followers', leading?.learners.filter(({ phase }) => isForwarding(phase)).length ?? 0],
    ),
    ['watch_count', watchCount(watches)],
    ...asLeader(['synced_non_voting_followers', 0], ['synced_observers', 0]),
    ['min_latency', latencies.minMs],
    ['approximate_data_size', approximateDataSize(tree)],
    ...asLeader(
      ['last_proposal_size', proposalSizes.last],
      ['pending_syncs', leading?.pendingSyncs.length ?? 0],
      ['leader_uptime', since(statistics.leaderSince)],
    ),
    ['local_sessions', 0],
    ['uptime', since(statistics.startedAt)],
    ['max_latency', latencies.maxMs],
    ...asLeader(['learners', leading?.learners.length ?? 0]),
    ...inEnsemble(['quorum_size', state.settings.servers.length]),
    ['proposal_count', counters.proposals],
    ['looking_count', counters.looking],
    ['diff_count', counters.diffs],
    ['snap_count', counters.snaps],
    ['commit_count', counters.commits],
    ['stale_sessions_expired', counters.staleSessionsExpired],
  ];
}

/** Lengths of all paths and all data (DataTree.approximateDataSize). */
function approximateDataSize(tree: DataTree): number {
  let size = 0;
  for (const path of walk(tree)) size += path.length + nodeAt(tree, path)!.dataLength;
  return size;
}
