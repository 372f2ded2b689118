/**
 * Incremental fetch sessions of KIP-227, on the side of the leader (kafka.server.FetchSession). The cached partition has no
 * current leader epoch: that check is made only for full fetches.
 */
import {
  FULL_FETCH_EPOCH,
  NO_SESSION_EPOCH,
  NO_SESSION_ID,
  nextSessionEpoch,
  type ErrorName,
  type FetchPartitionResponse,
  type FetchRequest,
} from '../protocol/index.ts';

export interface CachedPartition {
  readonly topic: string;
  readonly partition: number;
  readonly maxBytes: number;
  readonly fetchOffset: number;
  readonly fetcherLogStartOffset: number;
  /** -1 until a response told them. */
  readonly highWatermark: number;
  readonly localLogStartOffset: number;
}

export interface FetchSession {
  readonly id: number;
  /** Of a follower: may push out the sessions of consumers. */
  readonly privileged: boolean;
  /** What the next incremental request must carry. */
  readonly epoch: number;
  readonly lastUsedMs: number;
  readonly createdMs: number;
  readonly partitions: readonly CachedPartition[];
}

export type FetchSessions = readonly FetchSession[];

/** One partition that a fetch asks for, from wherever it was taken. */
export interface WantedPartition {
  readonly topic: string;
  readonly partition: number;
  readonly currentLeaderEpoch: number;
  readonly fetchOffset: number;
  readonly logStartOffset: number;
  readonly maxBytes: number;
}

/** How a fetch relates to a session. */
export type FetchContext =
  | { readonly type: 'error'; readonly error: ErrorName }
  | { readonly type: 'sessionless' }
  | { readonly type: 'full' }
  | { readonly type: 'incremental'; readonly sessionId: number };

const EVICTION_MS = 120_000;

function fromRequest(request: FetchRequest): readonly WantedPartition[] {
  const wanted: WantedPartition[] = [];
  for (const { topic, partitions } of request.topics) {
    for (const entry of partitions) {
      wanted.push({
        topic,
        partition: entry.partition,
        currentLeaderEpoch: entry.currentLeaderEpoch,
        fetchOffset: entry.fetchOffset,
        logStartOffset: entry.logStartOffset,
        maxBytes: entry.partitionMaxBytes,
      });
    }
  }
  return wanted;
}

/** What a fetch is about (FetchManager.newContext). */
export function openFetch(
  sessions: FetchSessions,
  request: FetchRequest,
  nowMs: number,
): { readonly sessions: FetchSessions; readonly context: FetchContext; readonly wanted: readonly WantedPartition[] } {
  if (request.sessionEpoch === FULL_FETCH_EPOCH || request.sessionEpoch === NO_SESSION_EPOCH) {
    // A full fetch ends the session it names.
    const left = request.sessionId === NO_SESSION_ID ? sessions : sessions.filter((session) => session.id !== request.sessionId);
    return { sessions: left, context: { type: request.sessionEpoch === NO_SESSION_EPOCH ? 'sessionless' : 'full' }, wanted: fromRequest(request) };
  }
  const at = sessions.findIndex((session) => session.id === request.sessionId);
  const session = sessions[at];
  if (!session) return { sessions, context: { type: 'error', error: 'FETCH_SESSION_ID_NOT_FOUND' }, wanted: [] };
  if (session.epoch !== request.sessionEpoch) return { sessions, context: { type: 'error', error: 'INVALID_FETCH_SESSION_EPOCH' }, wanted: [] };
  let partitions = session.partitions;
  if (request.topics.length > 0 || request.forgottenTopicsData.length > 0) {
    const next = partitions.slice();
    for (const entry of fromRequest(request)) {
      const index = next.findIndex((cached) => cached.partition === entry.partition && cached.topic === entry.topic);
      const changed = { topic: entry.topic, partition: entry.partition, maxBytes: entry.maxBytes, fetchOffset: entry.fetchOffset, fetcherLogStartOffset: entry.logStartOffset };
      if (index < 0) next.push({ ...changed, highWatermark: -1, localLogStartOffset: -1 });
      else next[index] = { ...changed, highWatermark: next[index]!.highWatermark, localLogStartOffset: next[index]!.localLogStartOffset };
    }
    partitions = next;
    for (const { topic, partitions: forgotten } of request.forgottenTopicsData) {
      partitions = partitions.filter((cached) => cached.topic !== topic || !forgotten.includes(cached.partition));
    }
  }
  // Nothing left to ask for ends it.
  if (partitions.length === 0) return { sessions: sessions.toSpliced(at, 1), context: { type: 'sessionless' }, wanted: fromRequest(request) };
  const updated = sessions.slice();
  updated[at] = { ...session, partitions, epoch: nextSessionEpoch(session.epoch), lastUsedMs: nowMs };
  const wanted = partitions.map(
    (cached): WantedPartition => ({
      topic: cached.topic,
      partition: cached.partition,
      currentLeaderEpoch: -1,
      fetchOffset: cached.fetchOffset,
      logStartOffset: cached.fetcherLogStartOffset,
      maxBytes: cached.maxBytes,
    }),
  );
  return { sessions: updated, context: { type: 'incremental', sessionId: session.id }, wanted };
}

export interface FetchedPartition extends FetchPartitionResponse {
  readonly topic: string;
}

export interface ClosedFetch {
  readonly sessions: FetchSessions;
  readonly sessionId: number;
  readonly error: ErrorName;
  /** What the response carries. */
  readonly partitions: readonly FetchedPartition[];
}

/** Turns what was read into what is answered; a full fetch gets a session if there is a slot (`newId` gives its number). */
export function closeFetch(
  sessions: FetchSessions,
  context: FetchContext,
  wanted: readonly WantedPartition[],
  fetched: readonly FetchedPartition[],
  options: { readonly slots: number; readonly privileged: boolean; readonly nowMs: number; readonly newId: () => number },
): ClosedFetch {
  switch (context.type) {
    case 'error':
      return { sessions, sessionId: NO_SESSION_ID, error: context.error, partitions: [] };
    case 'sessionless':
      return { sessions, sessionId: NO_SESSION_ID, error: 'NONE', partitions: fetched };
    case 'full': {
      const room = makeRoom(sessions, wanted.length, options);
      if (!room) return { sessions, sessionId: NO_SESSION_ID, error: 'NONE', partitions: fetched };
      let id = options.newId();
      while (room.some((session) => session.id === id)) id = options.newId();
      const session: FetchSession = {
        id,
        privileged: options.privileged,
        epoch: nextSessionEpoch(FULL_FETCH_EPOCH),
        lastUsedMs: options.nowMs,
        createdMs: options.nowMs,
        partitions: wanted.map((entry, index) => cacheOf(entry, fetched[index])),
      };
      return { sessions: [...room, session], sessionId: id, error: 'NONE', partitions: fetched };
    }
    case 'incremental': {
      const at = sessions.findIndex((session) => session.id === context.sessionId);
      const session = sessions[at];
      // Evicted while this fetch was parked.
      if (!session) return { sessions, sessionId: NO_SESSION_ID, error: 'FETCH_SESSION_ID_NOT_FOUND', partitions: [] };
      let cached: CachedPartition[] | null = null;
      const told: FetchedPartition[] = [];
      for (const entry of fetched) {
        const index = session.partitions.findIndex((candidate) => candidate.partition === entry.partition && candidate.topic === entry.topic);
        const known = session.partitions[index];
        const changed = known?.highWatermark !== entry.highWatermark || known.localLogStartOffset !== entry.logStartOffset;
        if (entry.records.length > 0 || entry.error !== 'NONE' || changed) told.push(entry);
        if (!known || !changed) {
          // An error is told again until the follower does something about it.
          if (known && entry.error !== 'NONE') (cached ??= session.partitions.slice())[index] = { ...known, highWatermark: -1 };
          continue;
        }
        (cached ??= session.partitions.slice())[index] = {
          ...known,
          highWatermark: entry.error === 'NONE' ? entry.highWatermark : -1,
          localLogStartOffset: entry.logStartOffset,
        };
      }
      if (!cached) return { sessions, sessionId: session.id, error: 'NONE', partitions: told };
      const updated = sessions.slice();
      updated[at] = { ...session, partitions: cached };
      return { sessions: updated, sessionId: session.id, error: 'NONE', partitions: told };
    }
  }
}

function cacheOf(entry: WantedPartition, fetched: FetchedPartition | undefined): CachedPartition {
  const fine = fetched?.error === 'NONE';
  return {
    topic: entry.topic,
    partition: entry.partition,
    maxBytes: entry.maxBytes,
    fetchOffset: entry.fetchOffset,
    fetcherLogStartOffset: entry.logStartOffset,
    highWatermark: fine ? fetched.highWatermark : -1,
    localLogStartOffset: fine ? fetched.logStartOffset : -1,
  };
}

/** The sessions with a free slot, or null: an idle one goes, or for a follower the least important of a consumer. */
function makeRoom(sessions: FetchSessions, size: number, options: { readonly slots: number; readonly privileged: boolean; readonly nowMs: number }): FetchSessions | null {
  if (size === 0) return null;
  if (sessions.length < options.slots) return sessions;
  let oldest: FetchSession | undefined;
  for (const session of sessions) if (!oldest || session.lastUsedMs < oldest.lastUsedMs) oldest = session;
  if (oldest && options.nowMs - oldest.lastUsedMs > EVICTION_MS) return sessions.filter((session) => session !== oldest);
  let victim: FetchSession | undefined;
  for (const session of sessions) {
    if (session.privileged || (!options.privileged && session.partitions.length >= size)) continue;
    if (!victim || session.partitions.length < victim.partitions.length) victim = session;
  }
  return victim ? sessions.filter((session) => session !== victim) : null;
}
