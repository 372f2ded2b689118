/** Consumer groups as their coordinators have them, with what the members' own clients know. */
import type { ConsumerState } from '../../kafka/clients/consumer-state.ts';
import type { Broker } from '../../kafka/broker/state.ts';
import type { Group, Member } from '../../kafka/groups/state.ts';
import { groupMachine } from '../../kafka/groups/group.machine.ts';
import { assignmentsOf } from '../../kafka/groups/sync.ts';
import type { Process } from '../../kernel/process.ts';
import { graphOf, type ChartGraph } from '../../views/statechart/graph.ts';
import type { GroupFrame, GroupMember, GroupPartition, GroupsFrame } from '../../views/groups/frame.ts';
import { clientOf } from './clients.ts';
import type { Seen } from './stage.ts';

let graph: ChartGraph | undefined;

/** The chart of every group. */
export function groupChart(): ChartGraph {
  return (graph ??= graphOf(groupMachine));
}

export function groupsFrame(seen: Seen): GroupsFrame {
  // While a coordinator moves two brokers can have a group: the later generation is the newer knowledge.
  const best = new Map<string, { readonly broker: Broker; readonly group: Group }>();
  for (const { broker } of seen.facts.brokers) {
    if (broker === undefined) continue;
    for (const group of Object.values(broker.groups.groups)) {
      const other = best.get(group.groupId);
      if (other === undefined || other.group.generationId < group.generationId) best.set(group.groupId, { broker, group });
    }
  }
  return { groups: [...best.values()].map(({ broker, group }) => groupFrame(broker.brokerId, group, seen)).sort((a, b) => (a.id < b.id ? -1 : 1)) };
}

function processOf(member: Member, world: Seen['world']): Process | undefined {
  return world.processes.find((process) => {
    const client = clientOf(process);
    return client?.kind === 'consumer' && client.state?.group?.memberId === member.memberId;
  });
}

/** Its consumer's own state, while it has one. */
function consumerOf(process: Process | undefined): ConsumerState | undefined {
  const client = process && clientOf(process);
  return client?.kind === 'consumer' ? (client.state ?? undefined) : undefined;
}

function memberFrame(member: Member, group: Group, world: Seen['world']): GroupMember {
  const process = processOf(member, world);
  const polls = consumerOf(process)?.group?.pollEndsAt;
  return {
    id: member.memberId,
    process: process?.name,
    instance: member.groupInstanceId ?? '',
    isLeader: member.memberId === group.leaderId,
    heartbeatAt: member.latestHeartbeatAt,
    expiresAt: member.expiresAt ?? undefined,
    waitsFor: member.awaitingJoin ? 'JoinGroup' : member.awaitingSync ? 'SyncGroup' : undefined,
    pollEndsAt: polls !== undefined && Number.isFinite(polls) ? polls : undefined,
  };
}

function groupFrame(coordinator: number, group: Group, seen: Seen): GroupFrame {
  const { world } = seen;
  const owners = new Map(assignmentsOf(group).flatMap(({ member, partitions }) => partitions.map((name) => [name, member] as const)));
  const names = [...new Set([...owners.keys(), ...Object.keys(group.offsets)])].sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  return {
    id: group.groupId,
    coordinator,
    state: String(group.chart.value),
    generation: group.generationId,
    protocol: group.protocol ?? '',
    rebalanceEndsAt: group.rebalance?.dueAt,
    members: group.members.map((member) => memberFrame(member, group, world)),
    partitions: names.map((name) => partitionFrame(name, owners.get(name), group, seen)),
  };
}

function partitionFrame(name: string, owner: string | undefined, group: Group, { facts, world }: Seen): GroupPartition {
  const dash = name.lastIndexOf('-');
  const zk = facts.partition(name.slice(0, dash), Number(name.slice(dash + 1)));
  const leading = zk?.leader === null || zk?.leader === undefined ? undefined : facts.replica(zk.leader, zk.topic, zk.partition);
  const member = owner === undefined ? undefined : group.members.find(({ memberId }) => memberId === owner);
  const position = member && consumerOf(processOf(member, world))?.partitions[name]?.position;
  const committed = group.offsets[name]?.offset;
  const highWatermark = leading?.highWatermark;
  return {
    name,
    owner,
    committed,
    position: position === undefined || position < 0 ? undefined : position,
    logStart: leading?.logStart,
    highWatermark,
    lag: committed === undefined || highWatermark === undefined ? undefined : Math.max(0, highWatermark - committed),
  };
}
