/**
 * What groups promise (I16 of the broker specification, section 8), judged fact by fact: one assignment a generation and one owner a
 * partition in it, members have what they were given, generations only grow under one coordinator, what was committed is still there
 * after the coordinator has moved.
 */
import type { ClientFact } from './clients/facts.ts';
import type { KafkaFact } from './facts.ts';
import type { Group } from './groups/state.ts';
import { assignmentsOf } from './groups/sync.ts';
import { topicPartition } from './topic-partition.ts';

type Given = readonly { readonly member: string; readonly partitions: readonly string[] }[];

interface Assignment {
  /** Acknowledged by the offsets topic; else read from it by the next coordinator (GroupMetadataManager.doLoadGroupsAndOffsets). */
  readonly isStored: boolean;
  readonly members: { readonly [member: string]: readonly string[] };
}

export interface GroupMemory {
  /**
   * By `group@generation`. Whoever loads reads to the end of its log, not to the high watermark, so that an assignment nobody has
   * acknowledged may come into force, and after another change of the leader be gone again: then a generation has more than one.
   */
  readonly assignments: { readonly [generation: string]: readonly Assignment[] };
  /** By `group/broker`: the newest generation under this coordinator. */
  readonly generations: { readonly [coordinator: string]: number };
  /** By group and partition: where the record of the newest acknowledged commit lies in the offsets topic. */
  readonly committed: { readonly [group: string]: { readonly [partition: string]: number } };
}

export const NO_GROUPS_SEEN: GroupMemory = { assignments: {}, generations: {}, committed: {} };

export interface GroupFinding {
  readonly name: 'oneOwnerPerPartition' | 'oneAssignmentPerGeneration' | 'membersHaveWhatTheyWereGiven' | 'generationsGrow' | 'committedOffsetsStay';
  readonly violation: string;
}

export interface GroupsWatched {
  readonly memory: GroupMemory;
  readonly findings: readonly GroupFinding[];
}

/** `loaded` gives a group as a broker has it right after the fact. */
export function watchGroups(memory: GroupMemory, fact: KafkaFact | ClientFact, loaded: (broker: number, group: string) => Group | undefined): GroupsWatched {
  switch (fact.type) {
    case 'groupStabilized':
      return given(memory, fact.group, fact.generationId, fact.assignments, true);
    case 'partitionsAssigned':
      return assigned(memory, fact);
    case 'groupMemberReplaced':
      return kept(replaced(memory, fact.group, fact.from, fact.to));
    case 'groupGenerationStarted':
    case 'groupEmptied': {
      const key = `${fact.group}/${fact.broker}`;
      const before = memory.generations[key] ?? -1;
      const findings: GroupFinding[] = fact.generationId > before ? [] : [{ name: 'generationsGrow', violation: `${key} went from generation ${before} to ${fact.generationId}` }];
      return { memory: { ...memory, generations: { ...memory.generations, [key]: fact.generationId } }, findings };
    }
    case 'offsetsCommitted': {
      const partitions = { ...memory.committed[fact.group] };
      for (const { topic, partition } of fact.offsets) partitions[topicPartition(topic, partition)] = fact.appendedAt;
      return kept({ ...memory, committed: { ...memory.committed, [fact.group]: partitions } });
    }
    case 'groupLoaded': {
      const { [`${fact.group}/${fact.broker}`]: _, ...generations } = memory.generations;
      const found = loaded(fact.broker, fact.group);
      const { memory: next, findings } = given({ ...memory, generations }, fact.group, fact.generationId, found ? assignmentsOf(found) : [], false);
      return { memory: next, findings: [...lost(memory, fact.broker, fact.group, found), ...findings] };
    }
    case 'brokerStarted':
      return kept({ ...memory, generations: Object.fromEntries(Object.entries(memory.generations).filter(([key]) => !key.endsWith(`/${fact.broker}`))) });
    case 'offsetsExpired': {
      const partitions = Object.fromEntries(Object.entries(memory.committed[fact.group] ?? {}).filter(([name]) => !fact.offsets.includes(name)));
      return kept({ ...memory, committed: { ...memory.committed, [fact.group]: partitions } });
    }
    case 'groupRemoved':
      return kept(forgotten(memory, fact.group));
    default:
      return kept(memory);
  }
}

const kept = (memory: GroupMemory): GroupsWatched => ({ memory, findings: [] });

function given(memory: GroupMemory, group: string, generationId: number, members: Given, isStored: boolean): GroupsWatched {
  const findings: GroupFinding[] = [];
  const key = `${group}@${generationId}`;
  const before = memory.assignments[key] ?? [];
  if (isStored && before.some((one) => one.isStored)) findings.push({ name: 'oneAssignmentPerGeneration', violation: `${key} was assigned twice` });
  const owners = new Map<string, string>();
  for (const { member, partitions } of members) {
    for (const partition of partitions) {
      const other = owners.get(partition);
      if (other !== undefined) findings.push({ name: 'oneOwnerPerPartition', violation: `${partition} belongs to ${other} and ${member} in ${key}` });
      owners.set(partition, member);
    }
  }
  const assignment = { isStored, members: Object.fromEntries(members.map(({ member, partitions }) => [member, partitions])) };
  return { memory: { ...memory, assignments: { ...memory.assignments, [key]: [...before, assignment] } }, findings };
}

function assigned(memory: GroupMemory, { consumer, group, generationId, member, partitions }: Extract<ClientFact, { readonly type: 'partitionsAssigned' | 'partitionsRevoked' }>): GroupsWatched {
  const listed = (names: readonly string[]): string => [...names].sort().join(', ');
  const options = (memory.assignments[`${group}@${generationId}`] ?? []).flatMap(({ members }) => (members[member] === undefined ? [] : [listed(members[member])]));
  if (options.includes(listed(partitions))) return kept(memory);
  return { memory, findings: [{ name: 'membersHaveWhatTheyWereGiven', violation: `${consumer} has ${listed(partitions)} in generation ${generationId} of ${group}, given was ${options.length > 0 ? options.join(' or ') : 'nothing'}` }] };
}

/** A static member goes on under a new id with what it had. */
function replaced(memory: GroupMemory, group: string, from: string, to: string): GroupMemory {
  const goesOn = (one: Assignment): Assignment => (one.members[from] === undefined ? one : { ...one, members: { ...one.members, [to]: one.members[from] } });
  const assignments = Object.entries(memory.assignments).map(([key, all]) => [key, key.startsWith(`${group}@`) ? all.map(goesOn) : all] as const);
  return { ...memory, assignments: Object.fromEntries(assignments) };
}

function lost(memory: GroupMemory, broker: number, group: string, found: Group | undefined): readonly GroupFinding[] {
  return Object.entries(memory.committed[group] ?? {}).flatMap(([partition, appendedAt]): GroupFinding[] => {
    const there = found?.offsets[partition]?.appendedAt ?? -1;
    return there >= appendedAt ? [] : [{ name: 'committedOffsetsStay', violation: `${group} had committed ${partition} at ${appendedAt} of the offsets topic, broker ${broker} has read ${there}` }];
  });
}

function forgotten(memory: GroupMemory, group: string): GroupMemory {
  const others = <Value>(of: { readonly [key: string]: Value }): { readonly [key: string]: Value } => Object.fromEntries(Object.entries(of).filter(([key]) => !key.startsWith(`${group}@`) && !key.startsWith(`${group}/`) && key !== group));
  return { assignments: others(memory.assignments), generations: others(memory.generations), committed: others(memory.committed) };
}
