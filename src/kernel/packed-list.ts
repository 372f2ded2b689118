/**
 * A persistent list that only grows at its end, like `AppendList`, for entries that are many and seldom read: full chunks are
 * packed into bytes. An entry that is read from one is equal to what was pushed, not the same object. A version that is kept
 * keeps its newest entries unpacked, so chunks are short.
 */
import * as plain from './append-list.ts';
import type { AppendList } from './append-list.ts';
import { pack, unpack } from './packed.ts';

const CHUNK = 64;

export interface PackedList<T> {
  /** Packed chunks of 64 entries. */
  readonly chunks: AppendList<Uint8Array>;
  readonly recent: AppendList<T>;
  readonly length: number;
}

const EMPTY: PackedList<never> = { chunks: plain.emptyList(), recent: plain.emptyList(), length: 0 };

export function emptyPackedList<T>(): PackedList<T> {
  return EMPTY;
}

export function push<T>(list: PackedList<T>, value: T): PackedList<T> {
  const recent = plain.push(list.recent, value);
  const length = list.length + 1;
  if (recent.length < CHUNK) return { chunks: list.chunks, recent, length };
  return { chunks: plain.push(list.chunks, pack(plain.toArray(recent))), recent: plain.emptyList(), length };
}

/** The chunks that were read last: neighbours are mostly read one after the other. */
const opened = new Map<Uint8Array, readonly unknown[]>();
const OPENED_KEPT = 64;

function open(chunk: Uint8Array): readonly unknown[] {
  let entries = opened.get(chunk);
  if (entries) opened.delete(chunk);
  else entries = unpack(chunk) as readonly unknown[];
  opened.set(chunk, entries);
  if (opened.size > OPENED_KEPT) opened.delete(opened.keys().next().value!);
  return entries;
}

export function at<T>(list: PackedList<T>, index: number): T | undefined {
  if (index < 0 || index >= list.length) return undefined;
  const chunk = plain.at(list.chunks, Math.floor(index / CHUNK));
  return chunk === undefined ? plain.at(list.recent, index % CHUNK) : (open(chunk)[index % CHUNK] as T);
}

/** The first `length` entries; everything after them is dropped. */
export function truncate<T>(list: PackedList<T>, length: number): PackedList<T> {
  if (length >= list.length) return list;
  const whole = Math.floor(Math.max(0, length) / CHUNK);
  const cut = plain.at(list.chunks, whole);
  const source = cut === undefined ? list.recent : plain.listOf(open(cut) as readonly T[]);
  return { chunks: plain.truncate(list.chunks, whole), recent: plain.truncate(source, Math.max(0, length) % CHUNK), length: Math.max(0, length) };
}

export function* values<T>(list: PackedList<T>, from = 0, to = list.length): Generator<T> {
  for (let i = Math.max(0, from); i < Math.min(to, list.length); i++) yield at(list, i) as T;
}
