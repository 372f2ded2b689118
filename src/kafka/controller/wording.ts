/** How the real process writes its values into log lines (toString of Scala collections and of Kafka's request classes). */
import type { LeaderAndIsrPartitionState } from '../protocol/leader-and-isr.ts';
import type { UpdateMetadataPartitionState } from '../protocol/update-metadata.ts';
import type { LeaderAndIsr } from '../zookeeper/znodes.ts';

export const set = (entries: readonly (string | number)[]): string => `Set(${entries.join(', ')})`;
export const buffer = (entries: readonly (string | number)[]): string => `ArrayBuffer(${entries.join(', ')})`;
export const vector = (entries: readonly (string | number)[]): string => `Vector(${entries.join(', ')})`;
export const map = (entries: readonly (readonly [string | number, string | number])[]): string =>
  `Map(${entries.map(([key, value]) => `${key} -> ${value}`).join(', ')})`;

export function describeLeaderAndIsr({ leader, leaderEpoch, isr, zkVersion }: LeaderAndIsr): string {
  return `LeaderAndIsr(leader=${leader}, leaderEpoch=${leaderEpoch}, isr=List(${isr.join(', ')}), zkVersion=${zkVersion})`;
}

export function describeLeaderAndIsrState(state: LeaderAndIsrPartitionState): string {
  const { controllerEpoch, leader, leaderEpoch, isr, zkVersion, replicas, isNew } = state;
  return `PartitionState(controllerEpoch=${controllerEpoch}, leader=${leader}, leaderEpoch=${leaderEpoch}, isr=${isr.join(',')}, zkVersion=${zkVersion}, replicas=${replicas.join(',')}, isNew=${isNew})`;
}

export function describeUpdateMetadataState(state: UpdateMetadataPartitionState): string {
  const { controllerEpoch, leader, leaderEpoch, isr, zkVersion, replicas, offlineReplicas } = state;
  return `PartitionState(controllerEpoch=${controllerEpoch}, leader=${leader}, leaderEpoch=${leaderEpoch}, isr=[${isr.join(', ')}], zkVersion=${zkVersion}, replicas=[${replicas.join(', ')}], offlineReplicas=[${offlineReplicas.join(', ')}])`;
}
