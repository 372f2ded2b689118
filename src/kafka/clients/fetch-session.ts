/**
 * The client's side of an incremental fetch session with one node (KIP-227, `FetchSessionHandler` 2.3.0): a full fetch names all
 * partitions, the ones after it only what changed. Epoch −1 closes, 0 asks for a new session.
 */
import { nextSessionEpoch, FULL_FETCH_EPOCH, NO_SESSION_EPOCH, NO_SESSION_ID, type FetchPartition } from '../protocol/fetch.ts';
import type { ErrorName } from '../protocol/errors.ts';
import type { TopicOf } from '../protocol/shared.ts';
import { parseTopicPartition } from '../topic-partition.ts';

export interface FetchSession {
  readonly sessionId: number;
  readonly epoch: number;
  /** What the broker knows of the session's partitions, by `topic-partition`. */
  readonly partitions: { readonly [partition: string]: FetchPartition };
}

export const NO_SESSION: FetchSession = { sessionId: NO_SESSION_ID, epoch: FULL_FETCH_EPOCH, partitions: {} };

export interface FetchPlan {
  readonly session: FetchSession;
  readonly topics: readonly TopicOf<FetchPartition>[];
  readonly forgotten: readonly TopicOf<number>[];
}

function group<E>(entries: readonly { readonly name: string; readonly entry: E }[]): TopicOf<E>[] {
  const topics = new Map<string, E[]>();
  for (const { name, entry } of entries) {
    const { topic } = parseTopicPartition(name)!;
    const known = topics.get(topic);
    if (known) known.push(entry);
    else topics.set(topic, [entry]);
  }
  return [...topics].map(([topic, partitions]) => ({ topic, partitions }));
}

export function planFetch(session: FetchSession, wanted: FetchSession['partitions']): FetchPlan {
  const full = session.epoch === FULL_FETCH_EPOCH;
  const changed = Object.keys(wanted).filter((name) => {
    const known = session.partitions[name];
    const next = wanted[name]!;
    return (
      full ||
      !known ||
      known.fetchOffset !== next.fetchOffset ||
      known.currentLeaderEpoch !== next.currentLeaderEpoch ||
      known.partitionMaxBytes !== next.partitionMaxBytes
    );
  });
  const gone = full ? [] : Object.keys(session.partitions).filter((name) => !wanted[name]);
  return {
    session: { ...session, partitions: wanted },
    topics: group(changed.map((name) => ({ name, entry: wanted[name]! }))),
    forgotten: group(gone.map((name) => ({ name, entry: parseTopicPartition(name)!.partition }))),
  };
}

/** The session after an answer. */
export function afterAnswer(session: FetchSession, error: ErrorName, sessionId: number): FetchSession {
  if (error === 'FETCH_SESSION_ID_NOT_FOUND') return { ...NO_SESSION, partitions: session.partitions };
  if (error !== 'NONE') return { ...session, epoch: FULL_FETCH_EPOCH };
  if (sessionId === NO_SESSION_ID) return { ...NO_SESSION, partitions: session.partitions };
  return { ...session, sessionId, epoch: nextSessionEpoch(sessionId === session.sessionId ? session.epoch : FULL_FETCH_EPOCH) };
}

/** The session after its request got lost: the next fetch closes it and asks for another. */
export function afterDisconnect(session: FetchSession): FetchSession {
  return { ...session, epoch: FULL_FETCH_EPOCH };
}

/** `(sessionId=1, epoch=INITIAL)` as log lines have it. */
export function sessionText({ sessionId, epoch }: FetchSession): string {
  const name = epoch === FULL_FETCH_EPOCH ? 'INITIAL' : epoch === NO_SESSION_EPOCH ? 'FINAL' : String(epoch);
  return `(sessionId=${sessionId === NO_SESSION_ID ? 'INVALID' : sessionId}, epoch=${name})`;
}
