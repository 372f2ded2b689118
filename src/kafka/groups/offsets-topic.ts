/**
 * Keys and values of the records in `__consumer_offsets` (object GroupMetadataManager): int16 version, then the fields. Written and
 * read are the versions of 2.3: offset key 1 and value 3, group key 2 and value 3; offset value 1 needs a retention time, which
 * OffsetCommit 7 cannot carry.
 */
import { assert } from '../../kernel/assert.ts';
import { StructReader, StructWriter } from '../protocol/struct.ts';
import type { TopicPartition } from '../topic-partition.ts';
import { metadataFor, type Group, type OffsetAndMetadata } from './state.ts';

export const OFFSETS_TOPIC = '__consumer_offsets';

const OFFSET_KEY_VERSION = 1;
const GROUP_KEY_VERSION = 2;
const VALUE_VERSION = 3;

export type OffsetsTopicKey = { readonly type: 'offset'; readonly groupId: string; readonly topic: string; readonly partition: number } | { readonly type: 'group'; readonly groupId: string };

export function offsetKey(groupId: string, { topic, partition }: TopicPartition): Uint8Array {
  return new StructWriter().int16(OFFSET_KEY_VERSION).string(groupId).string(topic).int32(partition).end();
}

export function groupKey(groupId: string): Uint8Array {
  return new StructWriter().int16(GROUP_KEY_VERSION).string(groupId).end();
}

export function readKey(key: Uint8Array): OffsetsTopicKey {
  const reader = new StructReader(key);
  const version = reader.int16();
  assert(version >= 0 && version <= GROUP_KEY_VERSION, `unknown version ${version} of a key in ${OFFSETS_TOPIC}`);
  const groupId = reader.string();
  return version === GROUP_KEY_VERSION ? { type: 'group', groupId } : { type: 'offset', groupId, topic: reader.string(), partition: reader.int32() };
}

export function offsetValue({ offset, leaderEpoch, metadata, commitTimestampMs }: OffsetAndMetadata): Uint8Array {
  return new StructWriter().int16(VALUE_VERSION).int64(offset).int32(leaderEpoch).string(metadata).int64(commitTimestampMs).end();
}

export function readOffsetValue(value: Uint8Array): OffsetAndMetadata {
  const reader = versioned(value);
  return { offset: reader.int64(), leaderEpoch: reader.int32(), metadata: reader.string(), commitTimestampMs: reader.int64() };
}

/** A group as it is stored. */
export interface StoredGroup {
  readonly protocolType: string;
  readonly generationId: number;
  readonly protocol: string | null;
  readonly leader: string | null;
  readonly currentStateTimestampMs: number;
  readonly members: readonly StoredMember[];
}

export interface StoredMember {
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly clientId: string;
  readonly clientHost: string;
  readonly rebalanceTimeoutMs: number;
  readonly sessionTimeoutMs: number;
  readonly subscription: Uint8Array;
  readonly assignment: Uint8Array;
}

export function groupValue(group: Group, assignment: { readonly [memberId: string]: Uint8Array }): Uint8Array {
  const writer = new StructWriter();
  return writer
    .int16(VALUE_VERSION)
    .string(group.protocolType ?? '')
    .int32(group.generationId)
    .string(group.protocol)
    .string(group.leaderId)
    .int64(group.currentStateTimestampMs ?? -1)
    .array(group.members, (member) =>
      writer
        .string(member.memberId)
        .string(member.groupInstanceId)
        .string(member.clientId)
        .string(member.clientHost)
        .int32(member.rebalanceTimeoutMs)
        .int32(member.sessionTimeoutMs)
        .bytes(metadataFor(member, group.protocol!))
        .bytes(assignment[member.memberId]!),
    )
    .end();
}

export function readGroupValue(value: Uint8Array): StoredGroup {
  const reader = versioned(value);
  return {
    protocolType: reader.string(),
    generationId: reader.int32(),
    protocol: reader.nullableString(),
    leader: reader.nullableString(),
    currentStateTimestampMs: reader.int64(),
    members: reader.array(() => ({
      memberId: reader.string(),
      groupInstanceId: reader.nullableString(),
      clientId: reader.string(),
      clientHost: reader.string(),
      rebalanceTimeoutMs: reader.int32(),
      sessionTimeoutMs: reader.int32(),
      subscription: reader.bytes(),
      assignment: reader.bytes(),
    })),
  };
}

function versioned(value: Uint8Array): StructReader {
  const reader = new StructReader(value);
  const version = reader.int16();
  assert(version === VALUE_VERSION, `unknown version ${version} of a value in ${OFFSETS_TOPIC}`);
  return reader;
}
