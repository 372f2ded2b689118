/**
 * Balanced, and as much as possible as before (StickyAssignor): members say in their subscription what they had and of which
 * generation; first everybody keeps that, then the rest is dealt out, then partitions are moved as long as it balances better.
 * Where the real one follows the order of a hash map, the order here is that of insertion; and a partition does not go back to an
 * owner that no longer wants it, which makes the real one fail or assign in vain.
 */
import { topicPartition, type TopicPartition } from '../../topic-partition.ts';
import { StructReader, StructWriter } from '../../protocol/struct.ts';
import { readTopicPartitions, writeTopicPartitions } from '../consumer-protocol.ts';
import { compareText, partitionsOf, type Assignor, type Subscriptions } from './assignor.ts';
import { PartitionMovements } from './movements.ts';

/** What a member had. */
export interface Owned {
  readonly partitions: readonly TopicPartition[];
  /** -1: unknown, as an older client says it. */
  readonly generationId: number;
}

/** User data, version 1. */
export function encodeOwned({ partitions, generationId }: Owned): Uint8Array {
  return writeTopicPartitions(new StructWriter(), partitions).int32(generationId).end();
}

/** Version 0 has no generation. */
export function decodeOwned(userData: Uint8Array): Owned {
  const reader = new StructReader(userData);
  const partitions = readTopicPartitions(reader);
  return { partitions, generationId: reader.hasMore ? reader.int32() : -1 };
}

/** Partitions by name, as everything below knows them. */
type Lists = Map<string, string[]>;

/** One assignment on its way. */
interface Sharing {
  readonly partitions: ReadonlyMap<string, TopicPartition>;
  /** What each member has at the moment. */
  readonly current: Lists;
  readonly ownerOf: Map<string, string>;
  /** The owner before the last one. */
  readonly previousOwner: ReadonlyMap<string, string>;
  /** Who could have a partition, what a member could have. */
  readonly candidates: ReadonlyMap<string, readonly string[]>;
  readonly possible: ReadonlyMap<string, ReadonlySet<string>>;
  /** Members that may still gain or give. */
  readonly inPlay: Set<string>;
  readonly movements: PartitionMovements;
}

export const stickyAssignor: Assignor = {
  name: 'sticky',
  assign(partitionsPerTopic, subscriptions) {
    const { current, previousOwner } = lastOwners(subscriptions);
    const isFresh = current.size === 0;
    const partitions = new Map([...partitionsPerTopic].flatMap(([topic, count]) => partitionsOf(topic, count).map((one) => [topicPartition(topic, one.partition), one] as const)));
    const possible = new Map([...subscriptions].map(([member, { topics }]) => [member, new Set(topics.flatMap((topic) => partitionsOf(topic, partitionsPerTopic.get(topic) ?? 0).map((one) => topicPartition(topic, one.partition))))] as const));
    const candidates = new Map([...partitions.keys()].map((name) => [name, [...possible].filter(([, names]) => names.has(name)).map(([member]) => member)] as const));
    for (const member of subscriptions.keys()) if (!current.has(member)) current.set(member, []);
    const ownerOf = new Map([...current].flatMap(([member, names]) => names.map((name) => [name, member] as const)));
    const sharing: Sharing = { partitions, current, ownerOf, previousOwner, candidates, possible, inPlay: new Set(current.keys()), movements: new PartitionMovements() };
    const sorted = sortPartitions(sharing, isFresh);
    const unassigned = dropInvalid(sharing, sorted);
    balance(sharing, sorted, unassigned);
    return new Map([...current].map(([member, names]) => [member, names.map((name) => partitions.get(name)!)]));
  },
};

/** Who says to have had what: the highest generation counts, the one below it is remembered; of two of one generation the first. */
function lastOwners(subscriptions: Subscriptions): { readonly current: Lists; readonly previousOwner: Map<string, string> } {
  const claims = new Map<string, Map<number, string>>();
  for (const [member, { userData }] of subscriptions) {
    if (userData.length === 0) continue;
    const { partitions, generationId } = decodeOwned(userData);
    for (const { topic, partition } of partitions) {
      const name = topicPartition(topic, partition);
      const known = claims.get(name) ?? new Map<number, string>();
      if (!known.has(generationId)) known.set(generationId, member);
      claims.set(name, known);
    }
  }
  const current: Lists = new Map();
  const previousOwner = new Map<string, string>();
  for (const [name, claimants] of claims) {
    const [last, before] = [...claimants].sort(([a], [b]) => b - a).map(([, member]) => member);
    current.set(last!, [...(current.get(last!) ?? []), name]);
    if (before !== undefined) previousOwner.set(name, before);
  }
  return { current, previousOwner };
}

/** Members by how much they have, then by id. */
function byLoad(members: Iterable<string>, lists: ReadonlyMap<string, readonly string[]>): string[] {
  return [...members].sort((a, b) => lists.get(a)!.length - lists.get(b)!.length || compareText(a, b));
}

const sameMembers = (lists: readonly Iterable<string>[]): boolean => {
  const sets = lists.map((list) => new Set(list));
  return sets.every((set) => set.size === sets[0]!.size && [...set].every((one) => sets[0]!.has(one)));
};

/** The order in which partitions are dealt out and moved. */
function sortPartitions(sharing: Sharing, isFresh: boolean): string[] {
  const { partitions, current, previousOwner, candidates, possible } = sharing;
  if (isFresh || !sameMembers([...candidates.values()]) || !sameMembers([...possible.values()])) {
    return [...partitions.keys()].sort((a, b) => {
      const [one, other] = [partitions.get(a)!, partitions.get(b)!];
      return candidates.get(a)!.length - candidates.get(b)!.length || compareText(one.topic, other.topic) || one.partition - other.partition;
    });
  }
  // All want the same: from whoever has most, one at a time, first those that somebody else had before.
  const left: Lists = new Map([...current].map(([member, names]) => [member, names.filter((name) => partitions.has(name))]));
  const sorted: string[] = [];
  const members = new Set(left.keys());
  while (members.size > 0) {
    const richest = byLoad(members, left).at(-1)!;
    const names = left.get(richest)!;
    const next = [...previousOwner.keys()].find((name) => names.includes(name)) ?? names[0];
    if (next === undefined) {
      members.delete(richest);
      continue;
    }
    names.splice(names.indexOf(next), 1);
    sorted.push(next);
  }
  return [...sorted, ...[...partitions.keys()].filter((name) => !sorted.includes(name))];
}

/** Takes away what is no more or no longer wanted by its owner; gives what nobody has. */
function dropInvalid({ partitions, current, ownerOf, possible }: Sharing, sorted: readonly string[]): string[] {
  const kept = new Set<string>();
  for (const [member, names] of current) {
    const valid = names.filter((name) => possible.get(member)!.has(name));
    for (const name of names) if (!partitions.has(name)) ownerOf.delete(name);
    for (const name of valid) kept.add(name);
    current.set(member, valid);
  }
  return sorted.filter((name) => !kept.has(name));
}

function balance(sharing: Sharing, sorted: readonly string[], unassigned: readonly string[]): void {
  const { current, ownerOf, candidates, possible, inPlay } = sharing;
  const isInitial = [...current.values()].every((names) => names.length === 0);
  for (const name of unassigned) {
    const member = byLoad(inPlay, current).find((one) => possible.get(one)!.has(name));
    if (member === undefined) continue;
    current.get(member)!.push(name);
    ownerOf.set(name, member);
  }
  const movable = sorted.filter((name) => candidates.get(name)!.length >= 2);
  for (const [member, names] of current) {
    const isFixed = names.length >= possible.get(member)!.size && !names.some((name) => candidates.get(name)!.length >= 2);
    if (isFixed) inPlay.delete(member);
  }
  const before = new Map([...inPlay].map((member) => [member, [...current.get(member)!]]));
  const moved = moveUntilBalanced(sharing, movable);
  const after = [...inPlay].map((member) => current.get(member)!);
  // What was before is only given up for something that is better.
  if (!isInitial && moved && score(after) >= score([...before.values()])) for (const [member, names] of before) current.set(member, names);
}

/** Sum of the differences between any two. */
function score(lists: readonly (readonly string[])[]): number {
  return lists.reduce((sum, list, index) => lists.slice(index + 1).reduce((all, other) => all + Math.abs(list.length - other.length), sum), 0);
}

function isBalanced({ current, ownerOf, possible, inPlay }: Sharing): boolean {
  const sorted = byLoad(inPlay, current);
  const [poorest, richest] = [sorted[0], sorted.at(-1)];
  if (poorest === undefined || richest === undefined || current.get(poorest)!.length >= current.get(richest)!.length - 1) return true;
  return sorted.every((member) => {
    const names = current.get(member)!;
    if (names.length === possible.get(member)!.size) return true;
    return [...possible.get(member)!].every((name) => names.includes(name) || names.length >= current.get(ownerOf.get(name)!)!.length);
  });
}

/** Goes over the partitions until a whole pass has moved none. */
function moveUntilBalanced(sharing: Sharing, movable: readonly string[]): boolean {
  const { current, ownerOf, previousOwner, candidates } = sharing;
  const load = (member: string): number => current.get(member)!.length;
  let hasMoved = false;
  for (let isModified = true; isModified; ) {
    isModified = false;
    for (const name of movable) {
      if (isBalanced(sharing)) break;
      const owner = ownerOf.get(name)!;
      const before = previousOwner.get(name);
      if (before !== undefined && sharing.possible.get(before)!.has(name) && load(owner) > load(before) + 1) {
        move(sharing, name, before);
      } else if (candidates.get(name)!.some((other) => load(owner) > load(other) + 1)) {
        const poorest = byLoad(sharing.inPlay, current).find((member) => sharing.possible.get(member)!.has(name))!;
        move(sharing, name, poorest);
      } else continue;
      isModified = true;
      hasMoved = true;
    }
  }
  return hasMoved;
}

/** Moves this partition, or one of its topic that went the other way before. */
function move({ partitions, current, ownerOf, movements }: Sharing, wanted: string, to: string): void {
  const { topic } = partitions.get(wanted)!;
  const name = movements.actual(topic, wanted, ownerOf.get(wanted)!, to);
  const from = ownerOf.get(name)!;
  movements.note(topic, name, from, to);
  const names = current.get(from)!;
  names.splice(names.indexOf(name), 1);
  current.get(to)!.push(name);
  ownerOf.set(name, to);
}
