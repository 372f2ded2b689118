import { describe, expect, it } from 'vitest';
import { listOf } from '../../src/kernel/append-list.ts';
import { invariants, NOTHING_SEEN, remember, violations, type EnsembleView, type ServerView } from '../../src/zookeeper/invariants.ts';
import type { LogEntry } from '../../src/zookeeper/packets.ts';
import { applyTxn, NOTHING_OUTSTANDING, prepare, settle, type PreparedOp } from '../../src/zookeeper/operations/index.ts';
import { freshTree, type DataTree, type Znode } from '../../src/zookeeper/tree.ts';
import { NO_WATCHES } from '../../src/zookeeper/watches.ts';
import { makeZxid } from '../../src/zookeeper/zxid.ts';

const SESSION = '0x100000000010000';
const story: readonly PreparedOp[] = [
  { type: 'createSession', timeoutMs: 4_000 },
  { type: 'create', path: '/a', data: 'x', mode: 'PERSISTENT' },
  { type: 'create', path: '/a/n', data: null, mode: 'EPHEMERAL_SEQUENTIAL' },
  { type: 'create', path: '/a', data: 'x', mode: 'PERSISTENT' },
  { type: 'setData', path: '/a', data: 'y', version: 0 },
];

/** The first `count` transactions of the story, and the tree after them. */
function history(count: number): { readonly entries: readonly LogEntry[]; readonly tree: DataTree } {
  const entries: LogEntry[] = [];
  let tree = freshTree();
  let outstanding = NOTHING_OUTSTANDING;
  for (const [index, op] of story.slice(0, count).entries()) {
    const { header, txn, outstanding: after } = prepare(
      tree, outstanding, { sessionId: SESSION, cxid: index, op }, { zxid: makeZxid(1, index + 1), time: index, session: 'OK' },
    );
    entries.push({ header, txn });
    tree = applyTxn(tree, header, txn).tree;
    outstanding = settle(after, header.zxid);
  }
  return { entries, tree };
}

function server(sid: number, count: number, change: Partial<ServerView> = {}): ServerView {
  const { entries, tree } = history(count);
  return {
    sid, incarnation: 1, isPaused: false, role: 'following', isServing: true, isTruncating: false, acceptedEpoch: 1, currentEpoch: 1,
    lastLoggedZxid: makeZxid(1, count), durableLogs: [listOf(entries)], durableSnapshot: 0, tree, committedLog: entries, watches: NO_WATCHES,
    leading: null, ...change,
  };
}

const leading = (count: number, change: Partial<NonNullable<ServerView['leading']>> = {}): Partial<ServerView> => ({
  role: 'leading',
  leading: { epoch: 1, lastCommitted: makeZxid(1, count), outstanding: [], learners: 2, sessions: { [SESSION]: { timeoutMs: 4_000, touchedAtMs: 1_000 } }, ...change },
});

const view = (servers: readonly ServerView[], change: Partial<EnsembleView> = {}): EnsembleView => ({
  nowMs: 10_000, participants: 3, initLimitMs: 10_000, syncLimitMs: 4_000, tickMs: 2_000, servers, clients: [], answeredWrites: [], replies: [], expired: [],
  before: NOTHING_SEEN, ...change,
});

const answer = (xid: number, count: number): EnsembleView['replies'][number] => ({ client: 'c', sessionId: SESSION, xid, zxid: makeZxid(1, count) });
const healthy = (count: number): readonly ServerView[] => [server(1, count), server(2, count), server(3, count, leading(count))];
const namesOf = (one: EnsembleView): readonly string[] => violations(one).map(({ name }) => name);
/** What was seen when all three were at `count`. */
const after = (count: number) => remember(view(healthy(count)));

function damaged(tree: DataTree, path: string, change: Partial<Znode>): DataTree {
  return { ...tree, buckets: tree.buckets.map((bucket) => (bucket[path] ? { ...bucket, [path]: { ...bucket[path], ...change } } : bucket)) };
}

describe('an ensemble in which all is well', () => {
  it('violates nothing while it goes through a story, entry by entry, with a follower that lags', () => {
    let before = NOTHING_SEEN;
    for (let count = 0; count <= story.length; count++) {
      const servers = [server(1, Math.max(count - 1, 0), { durableLogs: server(1, count).durableLogs }), server(2, count), server(3, count, leading(count))];
      const now = view(servers, { before, clients: [{ name: 'c', sessionId: SESSION, lastZxidSeen: count === 0 ? 0 : makeZxid(1, count), connectedTo: 2 }] });
      expect(violations(now)).toEqual([]);
      before = remember(now);
    }
    expect(before.committed.length).toBe(story.length);
    expect(before.sessions).toEqual({ [SESSION]: makeZxid(1, 1) });
  });

  it('may have an old leader beside the new one, in another epoch', () => {
    const old = server(3, 5, leading(5));
    const next = { ...server(2, 5, leading(5, { epoch: 2 })), acceptedEpoch: 2, currentEpoch: 2 };
    const follower = { ...server(1, 5), acceptedEpoch: 2, currentEpoch: 2 };
    expect(namesOf(view([old, next, follower], { before: after(5) }))).toEqual([]);
  });
});

describe('what must never be is found', () => {
  const other: LogEntry = { header: { sessionId: SESSION, cxid: 9, zxid: makeZxid(1, 6), time: 9, type: 'delete' }, txn: { type: 'delete', path: '/a' } };
  const sixth: LogEntry = { ...other, txn: { type: 'error', err: 'NONODE' }, header: { ...other.header, type: 'error' } };
  const withSixth = (sid: number, entry: LogEntry, change: Partial<ServerView> = {}): ServerView => {
    const base = server(sid, 5);
    const entries = [...base.committedLog, entry];
    return { ...base, committedLog: entries, durableLogs: [listOf(entries)], tree: { ...base.tree!, lastProcessedZxid: makeZxid(1, 6) }, lastLoggedZxid: makeZxid(1, 6), ...change };
  };
  const [one, two, three] = healthy(5) as [ServerView, ServerView, ServerView];
  const tree = one.tree!;

  const cases: readonly (readonly [string, EnsembleView])[] = [
    ['oneLeaderPerEpoch', view([one, server(2, 5, leading(5)), three])],
    ['leaderHasQuorum', view([{ ...one, currentEpoch: 0 }, { ...two, currentEpoch: 0 }, three])],
    ['epochsNeverDecrease', view([{ ...one, acceptedEpoch: 2, currentEpoch: 3 }, two, three], { before: after(5) })],
    ['epochsNeverDecrease', view([one, two, three], { before: remember(view([{ ...one, acceptedEpoch: 2 }, two, three])) })],
    ['epochsOfLeadersIncrease', view([one, two, three], { before: { ...after(5), leaders: {}, lastEpoch: 2 } })],
    ['proposalsAreConsecutive', view([one, two, server(3, 5, leading(5, { outstanding: [makeZxid(1, 6), makeZxid(1, 8)] }))], { before: after(5) })],
    ['proposalsAreConsecutive', view([{ ...one, durableLogs: [listOf([sixth, other])] }, two, three], { before: after(5) })],
    ['sameTxnAtSameZxid', view([withSixth(1, other), withSixth(2, sixth), withSixth(3, sixth, leading(6))], { before: after(5) })],
    ['sameTxnAtSameZxid', view([withSixth(1, other), two, three], { before: remember(view([one, withSixth(2, sixth), withSixth(3, sixth, leading(6))], { before: after(5) })) })],
    ['committedIsOnQuorum', view([one, two, withSixth(3, sixth, leading(6))], { before: after(5) })],
    ['leaderHasEverythingCommitted', view([one, server(2, 3, leading(3, { epoch: 2 })), three], { before: after(5) })],
    ['truncationKeepsCommitted', view([{ ...one, isServing: false, isTruncating: true, lastLoggedZxid: makeZxid(1, 3) }, two, three], { before: after(5) })],
    ['commitsFollowZxidOrder', view([one, two, server(3, 5, leading(5, { outstanding: [makeZxid(1, 5)] }))], { before: after(5) })],
    ['nobodyGoesBackInTime', view([server(1, 4), two, three], { before: after(5) })],
    ['nobodyGoesBackInTime', view([server(1, 4), two, three], { clients: [{ name: 'c', sessionId: SESSION, lastZxidSeen: makeZxid(1, 5), connectedTo: 1 }] })],
    ['answeredWritesAreCommitted', view([one, two, three], { before: after(5), answeredWrites: [makeZxid(1, 6)] })],
    ['repliesFollowRequests', view([one, two, three], { replies: [answer(4, 5), answer(3, 5)] })],
    ['repliesFollowRequests', view([one, two, three], { replies: [answer(4, 4)], before: remember(view([], { replies: [answer(3, 5)] })) })],
    ['watchesAreArmedOnce', view([{ ...one, watches: { ...NO_WATCHES, data: { '/a': [4, 4] } } }, two, three])],
    ['nodesAreConsistent', view([{ ...one, tree: damaged(tree, '/a', { children: ['b'] }) }, two, three])],
    ['countersOnlyGrow', view([{ ...one, tree: damaged(tree, '/a', { creations: 0 }) }, two, three], { before: after(5) })],
    ['ephemeralsHaveALivingOwner', view([{ ...one, tree: { ...tree, sessions: {} } }, two, three])],
    ['sessionsExpireNotTooEarly', view([one, two, three], { nowMs: 4_999, expired: [{ sessionId: SESSION, leader: 3 }] })],
    ['sessionsExpireNotTooEarly', view([one, two, three], { expired: [{ sessionId: SESSION, leader: 1 }] })],
    ['sessionIdsAreUnique', view(
      [1, 2, 3].map((sid) => withSixth(sid, { header: { ...other.header, type: 'createSession' }, txn: { type: 'createSession', timeoutMs: 4_000 } }, sid === 3 ? leading(6) : {})),
      { before: after(5) },
    )],
    ['sameTreeAtSameZxid', view([one, two, { ...three, tree: { ...tree, digest: [1, 2] } }])],
    ['refusedWritesChangeNothing', view([1, 2, 3].map((sid) => withSixth(sid, sixth, { ...(sid === 3 ? leading(6) : {}), tree: { ...tree, lastProcessedZxid: makeZxid(1, 6), digest: [1, 2] } })), { before: after(5) })],
  ];

  for (const [index, [name, bad]] of cases.entries()) {
    it(`${name} (${index + 1})`, () => {
      expect(namesOf(bad)).toContain(name);
    });
  }

  it('what a server committed and answered before it ended counts as committed, now and later', () => {
    const down = { ...withSixth(3, sixth), isServing: false, role: 'down' as const, tree: null, committedLog: [] };
    const gone = view([withSixth(1, sixth, { isServing: false }), two, down], { before: after(5), lastCommits: [sixth] });
    const answered = { answeredWrites: [makeZxid(1, 6)] };
    expect(namesOf({ ...gone, ...answered })).toEqual([]);
    expect(namesOf({ ...gone, before: remember(gone), lastCommits: [], ...answered })).toEqual([]);
    expect(namesOf({ ...gone, lastCommits: [], ...answered })).toEqual(['answeredWritesAreCommitted']);
  });

  it('leadersNeedAQuorum', () => {
    const alone = (nowMs: number, before = after(5)) => view([{ ...one, isServing: false, role: 'looking' }, { ...two, isServing: false, role: 'looking' }, server(3, 5, leading(5, { learners: 0 }))], { nowMs, before });
    const first = alone(20_000);
    expect(namesOf(first)).toEqual([]);
    expect(namesOf(alone(25_999, remember(first)))).toEqual([]);
    expect(namesOf(alone(28_001, remember(first)))).toEqual(['leadersNeedAQuorum']);
  });

  it('by every check there is', () => {
    const shown = new Set([...cases.map(([name]) => name), 'leadersNeedAQuorum']);
    expect(invariants.map(({ name }) => name).filter((name) => !shown.has(name))).toEqual([]);
  });
});
