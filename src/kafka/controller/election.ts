/**
 * Who becomes leader: the strategies of kafka.controller.Election as pure functions over a partition's replicas (section 3.8).
 * The order of the assignment decides, never the length of a log.
 */
export type ElectionStrategy = 'offline' | 'reassign' | 'preferredReplica' | 'controlledShutdown';

/** As the real log lines name them. */
export const strategyNames: { readonly [strategy in ElectionStrategy]: string } = {
  offline: 'OfflinePartitionLeaderElectionStrategy',
  reassign: 'ReassignPartitionLeaderElectionStrategy',
  preferredReplica: 'PreferredReplicaPartitionLeaderElectionStrategy',
  controlledShutdown: 'ControlledShutdownPartitionLeaderElectionStrategy',
};

export interface Candidates {
  /** AR in its order; for `reassign` the target replicas. */
  readonly replicas: readonly number[];
  readonly isr: readonly number[];
  /** Live and neither shutting down nor with a failed directory for this partition; for `controlledShutdown` shutting down ones count as online. */
  isOnline(replica: number): boolean;
  readonly shuttingDown: readonly number[];
  /** unclean.leader.election.enable of the topic. */
  readonly uncleanAllowed: boolean;
}

export interface Elected {
  readonly leader: number;
  readonly isr: readonly number[];
  /** Who is told by LeaderAndIsr. */
  readonly recipients: readonly number[];
  readonly unclean: boolean;
}

/** null: nobody can lead under this strategy. */
export function elect(strategy: ElectionStrategy, candidates: Candidates): Elected | null {
  const { replicas, isr, shuttingDown } = candidates;
  const online = replicas.filter((replica) => candidates.isOnline(replica));
  const inSync = online.filter((replica) => isr.includes(replica));
  switch (strategy) {
    case 'offline': {
      const [clean] = inSync;
      if (clean !== undefined) return { leader: clean, isr: isr.filter((replica) => candidates.isOnline(replica)), recipients: online, unclean: false };
      const [any] = online;
      if (any === undefined || !candidates.uncleanAllowed) return null;
      return { leader: any, isr: [any], recipients: online, unclean: true };
    }
    case 'reassign': {
      const [leader] = inSync;
      return leader === undefined ? null : { leader, isr, recipients: replicas, unclean: false };
    }
    case 'preferredReplica': {
      const [preferred] = replicas;
      return preferred !== undefined && inSync.includes(preferred) ? { leader: preferred, isr, recipients: replicas, unclean: false } : null;
    }
    case 'controlledShutdown': {
      const leader = inSync.find((replica) => !shuttingDown.includes(replica));
      if (leader === undefined) return null;
      return { leader, isr: isr.filter((replica) => !shuttingDown.includes(replica)), recipients: online, unclean: false };
    }
  }
}
