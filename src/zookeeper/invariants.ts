/**
 * What an ensemble promises at every moment (section 7 of the specification), as named pure checks over a view of its servers
 * and a memory of what was seen before. Whoever runs a world makes a view after each moment of interest, asks every check,
 * and keeps `remember(view)` for the next one.
 */
import { at, emptyList, last, push, type AppendList } from '../kernel/append-list.ts';
import { matches } from '../kernel/machine.ts';
import type { SessionId, Txn } from './messages.ts';
import type { LogEntry } from './packets.ts';
import type { ServerState } from './server-state.ts';
import { digestOf, nodeAt, type DataTree } from './tree.ts';
import { childPath } from './paths.ts';
import type { WatchTable } from './watches.ts';
import { epochOf, formatZxid, NO_ZXID, type Zxid } from './zxid.ts';

export interface ServerView {
  readonly sid: number;
  /** Counts starts; null: the process is not there. */
  readonly incarnation: number | null;
  readonly isPaused: boolean;
  readonly role: 'looking' | 'following' | 'leading' | 'standalone' | 'down';
  /** In broadcast, or standalone: what is in its tree is committed. */
  readonly isServing: boolean;
  /** Its log is being cut back by order of its leader. */
  readonly isTruncating: boolean;
  readonly acceptedEpoch: number;
  readonly currentEpoch: number;
  readonly lastLoggedZxid: Zxid;
  /** What a power loss leaves, oldest file first. */
  readonly durableLogs: readonly AppendList<LogEntry>[];
  /** Zxid of the newest snapshot that a power loss leaves. */
  readonly durableSnapshot: Zxid;
  readonly tree: DataTree | null;
  /** The newest committed transactions, oldest first. */
  readonly committedLog: readonly LogEntry[];
  readonly watches: WatchTable | null;
  readonly leading: {
    readonly epoch: number;
    readonly lastCommitted: Zxid;
    readonly outstanding: readonly Zxid[];
    /** Learners that are synced or being synced. */
    readonly learners: number;
    readonly sessions: Readonly<Record<SessionId, { readonly timeoutMs: number; readonly touchedAtMs: number }>>;
  } | null;
}

export interface ClientView {
  readonly name: string;
  readonly sessionId: SessionId;
  readonly lastZxidSeen: Zxid;
  /** The server it has its session with at the moment. */
  readonly connectedTo: number | null;
}

/** An answer that a client has received to one of its requests. */
export interface ReplyView {
  readonly client: string;
  readonly sessionId: SessionId;
  readonly xid: number;
  /** Up to where the answering server had applied; of a write its own. */
  readonly zxid: Zxid;
}

/** Looked at, or only told what has happened: then without servers and clients. */
export interface EnsembleView {
  readonly nowMs: number;
  readonly participants: number;
  /** Longest times a leader may go on without a quorum: while it is being established, and afterwards. */
  readonly initLimitMs: number;
  readonly syncLimitMs: number;
  readonly tickMs: number;
  readonly servers: readonly ServerView[];
  /** What a server committed in the moment in which it ended: it can be looked at no more. */
  readonly lastCommits?: readonly LogEntry[];
  readonly clients: readonly ClientView[];
  /** Since the view before: zxids of writes that were answered OK, and sessions that a leader found silent for too long. */
  readonly answeredWrites: readonly Zxid[];
  readonly replies: readonly ReplyView[];
  readonly expired: readonly { readonly sessionId: SessionId; readonly leader: number }[];
  readonly before: EnsembleMemory;
}

interface SeenServer {
  readonly incarnation: number | null;
  readonly isServing: boolean;
  readonly acceptedEpoch: number;
  readonly currentEpoch: number;
  readonly lastLoggedZxid: Zxid;
  readonly tree: DataTree | null;
  /** Since when a leader has had no quorum with it; null: it has one, or does not lead. */
  readonly withoutQuorumSinceMs: number | null;
}

/** What the checks must remember. Plain data; starts as `NOTHING_SEEN`. */
export interface EnsembleMemory {
  readonly servers: Readonly<Record<number, SeenServer>>;
  readonly leaders: Readonly<Record<number, number>>;
  readonly lastEpoch: number;
  /** Everything that ever was committed, in order. */
  readonly committed: AppendList<LogEntry>;
  readonly sessions: Readonly<Record<SessionId, Zxid>>;
  /** Digests of the trees at the latest zxids. */
  readonly digests: readonly { readonly zxid: Zxid; readonly digest: string }[];
  readonly clients: Readonly<Record<string, ClientView>>;
  /** The last answer of each client. */
  readonly replied: Readonly<Record<string, ReplyView>>;
}

export const NOTHING_SEEN: EnsembleMemory = {
  servers: {}, leaders: {}, lastEpoch: 0, committed: emptyList(), sessions: {}, digests: [], clients: {}, replied: {},
};

const DIGESTS_KEPT = 64;

export interface Invariant {
  /** Views choose its sentence in either language by this. */
  readonly name: string;
  /** Its number in the specification. */
  readonly number: string;
  /** Null: it holds. Otherwise what is wrong, for whoever looks for the fault. */
  check(view: EnsembleView): string | null;
}

/** A server's part of a view, from its state; what only the disk or the kernel knows comes with it. */
export function viewOfServer(
  state: ServerState,
  outside: Pick<ServerView, 'incarnation' | 'isPaused' | 'durableLogs' | 'durableSnapshot'>,
): ServerView {
  const { chart, leading } = state;
  const role = matches(chart, 'standalone') ? 'standalone' : isIn(chart, 'leading') ? 'leading' : isIn(chart, 'following') ? 'following' : 'looking';
  return {
    ...outside,
    sid: state.settings.myid,
    role,
    isServing: role === 'standalone' || matches(chart, 'leading.broadcast') || matches(chart, 'following.broadcast'),
    isTruncating: matches(chart, 'following.synchronization.trunc'),
    acceptedEpoch: state.acceptedEpoch,
    currentEpoch: state.currentEpoch,
    lastLoggedZxid: state.log.lastLoggedZxid,
    tree: state.tree,
    committedLog: state.committedLog,
    watches: state.watches,
    leading: leading && {
      epoch: leading.epoch,
      lastCommitted: leading.lastCommitted,
      outstanding: leading.outstanding.map(({ entry }) => entry.header.zxid),
      learners: leading.learners.length,
      sessions: leading.tracker.sessions,
    },
  };
}

function isIn(chart: ServerState['chart'], top: string): boolean {
  return typeof chart.value === 'string' ? chart.value === top : top in chart.value;
}

/** A server that is not running: its epochs and its log are on the disk. */
export function viewOfDownServer(sid: number, disk: Pick<ServerView, 'acceptedEpoch' | 'currentEpoch' | 'durableLogs' | 'durableSnapshot'>): ServerView {
  return {
    ...disk, sid, incarnation: null, isPaused: false, role: 'down', isServing: false, isTruncating: false,
    lastLoggedZxid: NO_ZXID, tree: null, committedLog: [], watches: null, leading: null,
  };
}

// ------------------------------------------------------------------ questions

const isQuorum = (count: number, participants: number): boolean => count > Math.floor(participants / 2);

const established = (view: EnsembleView): readonly ServerView[] =>
  view.servers.filter((server) => server.role === 'leading' && server.isServing);

const newlyEstablished = (view: EnsembleView): readonly ServerView[] =>
  established(view).filter((server) => view.before.leaders[server.leading!.epoch] !== server.sid);

/** Entries of a server that is serving beyond everything known as committed, oldest first. */
function fresh(server: ServerView, committed: AppendList<LogEntry>): readonly LogEntry[] {
  const known = last(committed)?.header.zxid ?? NO_ZXID;
  let from = server.committedLog.length;
  while (from > 0 && server.committedLog[from - 1]!.header.zxid > known) from--;
  return server.committedLog.slice(from);
}

function newlyCommitted(view: EnsembleView): readonly LogEntry[] {
  const known = last(view.before.committed)?.header.zxid ?? NO_ZXID;
  let longest: readonly LogEntry[] = (view.lastCommits ?? []).filter(({ header }) => header.zxid > known);
  for (const server of view.servers) {
    if (!server.isServing) continue;
    const entries = fresh(server, view.before.committed);
    if (entries.length > longest.length) longest = entries;
  }
  return longest;
}

/** Index of a zxid in a list that increases, or −1. */
function indexOf(list: AppendList<LogEntry>, zxid: Zxid): number {
  let low = 0;
  let high = list.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const found = at(list, middle)!.header.zxid;
    if (found === zxid) return middle;
    if (found < zxid) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}

function isOnDisk(server: ServerView, entry: LogEntry): boolean {
  const { zxid } = entry.header;
  if (server.durableSnapshot >= zxid) return true;
  return server.durableLogs.some((log) => {
    const index = indexOf(log, zxid);
    return index >= 0 && sameEntry(at(log, index)!, entry);
  });
}

/** Entries are handed on, not copied, so the answer is nearly always found without looking inside. */
function sameEntry(one: LogEntry, other: LogEntry): boolean {
  return one === other || JSON.stringify(one) === JSON.stringify(other);
}

/** The first violation found among the servers. */
function eachServer(view: EnsembleView, judge: (server: ServerView, seen: SeenServer | undefined) => string | null): string | null {
  for (const server of view.servers) {
    const wrong = judge(server, view.before.servers[server.sid]);
    if (wrong !== null) return `server ${server.sid}: ${wrong}`;
  }
  return null;
}

/** Same process, still running. */
const goesOn = (server: ServerView, seen: SeenServer | undefined): seen is SeenServer =>
  seen !== undefined && server.incarnation !== null && seen.incarnation === server.incarnation;

const isRefused = (txn: Txn): boolean => txn.type === 'error' || (txn.type === 'multi' && txn.parts.some((part) => part.type === 'error'));

// --------------------------------------------------------------------- checks

export const invariants: readonly Invariant[] = [
  {
    number: '7.1',
    name: 'oneLeaderPerEpoch',
    check(view) {
      for (const one of established(view)) {
        const { epoch } = one.leading!;
        const earlier = view.before.leaders[epoch];
        const other = established(view).find((server) => server.sid !== one.sid && server.leading!.epoch === epoch)?.sid ?? earlier;
        if (other !== undefined && other !== one.sid) return `epoch ${epoch} is led by ${one.sid} and by ${other}`;
      }
      return null;
    },
  },
  {
    number: '7.2',
    name: 'leaderHasQuorum',
    check(view) {
      for (const { sid, leading } of newlyEstablished(view)) {
        const { epoch } = leading!;
        const promised = view.servers.filter((server) => server.acceptedEpoch >= epoch).length;
        const joined = view.servers.filter((server) => server.currentEpoch >= epoch).length;
        if (!isQuorum(promised, view.participants)) return `${sid} leads epoch ${epoch}, which only ${promised} servers have accepted`;
        if (!isQuorum(joined, view.participants)) return `${sid} leads epoch ${epoch}, which only ${joined} servers have made their own`;
      }
      return null;
    },
  },
  {
    number: '7.3',
    name: 'epochsNeverDecrease',
    check: (view) =>
      eachServer(view, (server, seen) => {
        if (server.role === 'down') return null;
        const { acceptedEpoch, currentEpoch, lastLoggedZxid } = server;
        if (currentEpoch > acceptedEpoch) return `currentEpoch ${currentEpoch} is above acceptedEpoch ${acceptedEpoch}`;
        if (epochOf(lastLoggedZxid) > acceptedEpoch) return `has logged ${formatZxid(lastLoggedZxid)} but accepted only epoch ${acceptedEpoch}`;
        if (!goesOn(server, seen)) return null;
        if (acceptedEpoch < seen.acceptedEpoch) return `acceptedEpoch went from ${seen.acceptedEpoch} to ${acceptedEpoch}`;
        return currentEpoch < seen.currentEpoch ? `currentEpoch went from ${seen.currentEpoch} to ${currentEpoch}` : null;
      }),
  },
  {
    number: '7.4',
    name: 'epochsOfLeadersIncrease',
    check(view) {
      for (const { sid, leading } of newlyEstablished(view)) {
        if (leading!.epoch <= view.before.lastEpoch) return `${sid} begins to lead epoch ${leading!.epoch} after epoch ${view.before.lastEpoch}`;
      }
      return null;
    },
  },
  {
    number: '7.5',
    name: 'proposalsAreConsecutive',
    check: (view) =>
      eachServer(view, ({ leading, durableLogs, role }) => {
        let previous = leading?.lastCommitted ?? NO_ZXID;
        for (const zxid of leading?.outstanding ?? []) {
          const follows = previous === NO_ZXID || zxid === previous + 1 || epochOf(zxid) > epochOf(previous);
          if (role !== 'down' && !follows) return `proposed ${formatZxid(zxid)} after ${formatZxid(previous)}`;
          previous = zxid;
        }
        const tail = durableLogs[durableLogs.length - 1];
        if (!tail || tail.length < 2) return null;
        const newest = at(tail, tail.length - 1)!.header.zxid;
        const older = at(tail, tail.length - 2)!.header.zxid;
        return newest <= older ? `logged ${formatZxid(newest)} after ${formatZxid(older)}` : null;
      }),
  },
  {
    number: '7.6',
    name: 'sameTxnAtSameZxid',
    check(view) {
      const committed = newlyCommitted(view);
      return eachServer(view, (server) => {
        if (!server.isServing) return null;
        const known = view.before.committed;
        const oldest = at(known, 0)?.header.zxid ?? NO_ZXID;
        const newest = last(known)?.header.zxid ?? NO_ZXID;
        // Only what this server has applied since the last look can be new about it.
        const seenUpTo = view.before.servers[server.sid]?.isServing ? (view.before.servers[server.sid]?.tree?.lastProcessedZxid ?? NO_ZXID) : NO_ZXID;
        for (let i = server.committedLog.length - 1; i >= 0; i--) {
          const entry = server.committedLog[i]!;
          const { zxid } = entry.header;
          // Before the first view of all, nobody was looking.
          if (zxid <= seenUpTo || zxid < oldest) break;
          let other: LogEntry | undefined;
          if (zxid > newest) {
            other = committed.find((one) => one.header.zxid === zxid);
          } else {
            const index = indexOf(known, zxid);
            other = index < 0 ? undefined : at(known, index);
          }
          if (!other) return `applied ${formatZxid(zxid)}, which nobody else has committed there`;
          if (!sameEntry(other, entry)) return `applied another transaction as ${formatZxid(zxid)}`;
        }
        return null;
      });
    },
  },
  {
    number: '7.7',
    name: 'committedIsOnQuorum',
    check(view) {
      for (const entry of newlyCommitted(view)) {
        const holders = view.servers.filter((server) => isOnDisk(server, entry)).length;
        if (!isQuorum(holders, view.participants)) return `${formatZxid(entry.header.zxid)} is committed, but on the disk of ${holders} only`;
      }
      return null;
    },
  },
  {
    number: '7.8',
    name: 'leaderHasEverythingCommitted',
    check(view) {
      const newest = last(view.before.committed)?.header.zxid ?? NO_ZXID;
      for (const { sid, tree, leading } of newlyEstablished(view)) {
        if (tree!.lastProcessedZxid < newest) {
          return `${sid} leads epoch ${leading!.epoch} without ${formatZxid(newest)}, which was committed`;
        }
      }
      return null;
    },
  },
  {
    number: '7.9',
    name: 'truncationKeepsCommitted',
    check: (view) =>
      eachServer(view, (server, seen) => {
        if (!server.isTruncating || !goesOn(server, seen)) return null;
        const { committed } = view.before;
        for (let index = committed.length - 1; index >= 0; index--) {
          const { zxid } = at(committed, index)!.header;
          if (zxid <= server.lastLoggedZxid) return null;
          if (zxid <= seen.lastLoggedZxid) return `cut ${formatZxid(zxid)} away, which was committed`;
        }
        return null;
      }),
  },
  {
    number: '7.10',
    name: 'commitsFollowZxidOrder',
    check: (view) =>
      eachServer(view, ({ leading }) => {
        const first = leading?.outstanding[0];
        return first !== undefined && leading!.lastCommitted >= first
          ? `committed ${formatZxid(leading!.lastCommitted)} while ${formatZxid(first)} is outstanding`
          : null;
      }),
  },
  {
    number: '7.11',
    name: 'nobodyGoesBackInTime',
    check(view) {
      const back = eachServer(view, (server, seen) => {
        if (!goesOn(server, seen) || !server.isServing || !seen.isServing || !seen.tree) return null;
        return server.tree!.lastProcessedZxid < seen.tree.lastProcessedZxid
          ? `went back from ${formatZxid(seen.tree.lastProcessedZxid)} to ${formatZxid(server.tree!.lastProcessedZxid)}`
          : null;
      });
      if (back !== null) return back;
      for (const client of view.clients) {
        const seen = view.before.clients[client.name];
        if (seen && seen.sessionId === client.sessionId && client.lastZxidSeen < seen.lastZxidSeen) {
          return `${client.name} has seen ${formatZxid(seen.lastZxidSeen)} and then ${formatZxid(client.lastZxidSeen)}`;
        }
        const server = view.servers.find((one) => one.sid === client.connectedTo);
        if (server?.isServing && server.tree!.lastProcessedZxid < client.lastZxidSeen) {
          return `${client.name} has seen ${formatZxid(client.lastZxidSeen)} and is served by ${server.sid}, which is at ${formatZxid(server.tree!.lastProcessedZxid)}`;
        }
      }
      return null;
    },
  },
  {
    number: '7.12',
    name: 'answeredWritesAreCommitted',
    check(view) {
      if (view.answeredWrites.length === 0) return null;
      const committed = newlyCommitted(view);
      for (const zxid of view.answeredWrites) {
        if (indexOf(view.before.committed, zxid) < 0 && !committed.some((entry) => entry.header.zxid === zxid)) {
          return `a write was answered with ${formatZxid(zxid)}, which is not committed`;
        }
      }
      return null;
    },
  },
  {
    // Whoever answers at the zxid of the session's last write, or beyond it, shows that write.
    number: '7.13',
    name: 'repliesFollowRequests',
    check(view) {
      const last = new Map<string, ReplyView>();
      for (const reply of view.replies) {
        const { client, sessionId, xid, zxid } = reply;
        const before = last.get(client) ?? view.before.replied[client];
        last.set(client, reply);
        if (before?.sessionId !== sessionId) continue;
        if (xid <= before.xid) return `${client} got the answer to request ${xid} after that to ${before.xid}`;
        if (zxid < before.zxid) return `${client} got ${formatZxid(before.zxid)} and then an answer from ${formatZxid(zxid)}`;
      }
      return null;
    },
  },
  {
    number: '7.14',
    name: 'watchesAreArmedOnce',
    check: (view) =>
      eachServer(view, ({ watches }) => {
        for (const [table, paths] of Object.entries(watches ?? {})) {
          for (const [path, connections] of Object.entries(paths as WatchTable['data'])) {
            if (connections.length === 0) return `keeps an empty ${table} watch of ${path}`;
            if (new Set(connections).size !== connections.length) return `has one connection twice in its ${table} watches of ${path}`;
          }
        }
        return null;
      }),
  },
  {
    number: '7.15',
    name: 'nodesAreConsistent',
    check: (view) =>
      eachServer(view, ({ tree, isServing }, seen) => {
        if (!tree || !isServing || tree === seen?.tree) return null;
        for (const [index, bucket] of tree.buckets.entries()) {
          if (bucket === seen?.tree?.buckets[index]) continue;
          for (const path of Object.keys(bucket)) {
            const node = bucket[path]!;
            if (node.pzxid < node.czxid) return `${path} has a pzxid before its czxid`;
            if (node.mzxid < node.czxid) return `${path} has a mzxid before its czxid`;
            for (const name of node.children) {
              if (!nodeAt(tree, childPath(path, name))) return `${path} counts ${name} among its children, which is not there`;
            }
          }
        }
        return null;
      }),
  },
  {
    number: '7.16',
    name: 'countersOnlyGrow',
    check: (view) =>
      eachServer(view, (server, seen) => {
        const { tree, isServing } = server;
        if (!tree || !isServing || !goesOn(server, seen) || !seen.isServing || !seen.tree || tree === seen.tree) return null;
        for (const [index, bucket] of tree.buckets.entries()) {
          const before = seen.tree.buckets[index]!;
          if (bucket === before) continue;
          for (const path of Object.keys(bucket)) {
            const node = bucket[path]!;
            const earlier = before[path];
            if (!earlier || earlier.czxid !== node.czxid) continue;
            if (node.creations < earlier.creations) return `${path} counts ${node.creations} creations after ${earlier.creations}`;
            if (node.version < earlier.version) return `${path} has version ${node.version} after ${earlier.version}`;
          }
        }
        return null;
      }),
  },
  {
    number: '7.17',
    name: 'ephemeralsHaveALivingOwner',
    check: (view) =>
      eachServer(view, ({ tree, isServing }, seen) => {
        if (!tree || !isServing || tree === seen?.tree) return null;
        for (const session of Object.keys(tree.ephemerals)) {
          if (tree.sessions[session] === undefined) return `has ephemerals of ${session}, which is closed`;
          for (const path of tree.ephemerals[session]!) {
            const node = nodeAt(tree, path);
            if (node?.ephemeralOwner !== session) return `${path} does not belong to ${session}`;
            if (node.children.length > 0) return `the ephemeral ${path} has children`;
          }
        }
        return null;
      }),
  },
  {
    number: '7.18',
    name: 'sessionsExpireNotTooEarly',
    check(view) {
      for (const { sessionId, leader } of view.expired) {
        const server = view.servers.find((one) => one.sid === leader);
        // It could not log the end of the session (its disk is full) and ended with that: there is nobody left to ask.
        if (server?.role === 'down') continue;
        const session = server?.leading?.sessions[sessionId];
        if (server?.role !== 'leading' && server?.role !== 'standalone') return `${leader} let ${sessionId} expire without leading`;
        if (session && view.nowMs < session.touchedAtMs + session.timeoutMs) {
          return `${sessionId} expired ${view.nowMs - session.touchedAtMs} ms after its last touch, its time-out is ${session.timeoutMs} ms`;
        }
      }
      return null;
    },
  },
  {
    number: '7.19',
    name: 'sessionIdsAreUnique',
    check(view) {
      for (const { header, txn } of newlyCommitted(view)) {
        const opened = view.before.sessions[header.sessionId];
        if (txn.type === 'createSession' && opened !== undefined && opened !== header.zxid) return `${header.sessionId} was opened twice`;
      }
      return null;
    },
  },
  {
    number: '7.20',
    name: 'sameTreeAtSameZxid',
    check(view) {
      const digests = new Map(view.before.digests.map(({ zxid, digest }) => [zxid, digest]));
      return eachServer(view, ({ tree, isServing }) => {
        if (!tree || !isServing) return null;
        const digest = digestOf(tree);
        const known = digests.get(tree.lastProcessedZxid) ?? digest;
        digests.set(tree.lastProcessedZxid, digest);
        return known === digest ? null : `has another tree at ${formatZxid(tree.lastProcessedZxid)} than was seen before`;
      });
    },
  },
  {
    number: '7.21',
    name: 'refusedWritesChangeNothing',
    check(view) {
      const newest = newlyCommitted(view).at(-1);
      if (!newest || !isRefused(newest.txn)) return null;
      const { zxid } = newest.header;
      const before = view.before.digests.find((one) => one.zxid === zxid - 1);
      const server = view.servers.find(({ tree, isServing }) => isServing && tree?.lastProcessedZxid === zxid);
      if (!before || !server) return null;
      return digestOf(server.tree!) === before.digest ? null : `${formatZxid(zxid)} was refused and changed the tree`;
    },
  },
  {
    number: '7.22',
    name: 'leadersNeedAQuorum',
    check: (view) =>
      eachServer(view, (server, seen) => {
        const since = withoutQuorumSince(view, server, seen);
        if (since === null) return null;
        const limitMs = server.isServing ? view.syncLimitMs + view.tickMs : view.initLimitMs;
        // A round more: the leader looks only once a tick, and discovery and synchronization each have their own limit.
        const allowedMs = server.isServing ? limitMs + view.tickMs : 2 * limitMs + view.tickMs;
        return view.nowMs - since > allowedMs ? `has led without a quorum for ${view.nowMs - since} ms` : null;
      }),
  },
];

function withoutQuorumSince(view: EnsembleView, server: ServerView, seen: SeenServer | undefined): number | null {
  if (server.role !== 'leading' || server.isPaused || isQuorum(server.leading!.learners + 1, view.participants)) return null;
  return (goesOn(server, seen) ? seen.withoutQuorumSinceMs : null) ?? view.nowMs;
}

/** What the next view needs to know of this one. */
export function remember(view: EnsembleView): EnsembleMemory {
  const { before } = view;
  const servers: Record<number, SeenServer> = { ...before.servers };
  for (const server of view.servers) {
    servers[server.sid] = {
      incarnation: server.incarnation,
      isServing: server.isServing,
      acceptedEpoch: server.acceptedEpoch,
      currentEpoch: server.currentEpoch,
      lastLoggedZxid: server.lastLoggedZxid,
      tree: server.tree,
      withoutQuorumSinceMs: withoutQuorumSince(view, server, before.servers[server.sid]),
    };
  }
  let { leaders, lastEpoch, committed, sessions, digests } = before;
  for (const { sid, leading } of newlyEstablished(view)) {
    leaders = { ...leaders, [leading!.epoch]: sid };
    lastEpoch = Math.max(lastEpoch, leading!.epoch);
  }
  for (const entry of newlyCommitted(view)) {
    committed = push(committed, entry);
    if (entry.txn.type === 'createSession') sessions = { ...sessions, [entry.header.sessionId]: entry.header.zxid };
  }
  for (const { tree, isServing } of view.servers) {
    if (!tree || !isServing || digests.some((one) => one.zxid === tree.lastProcessedZxid)) continue;
    digests = [...digests.slice(digests.length >= DIGESTS_KEPT ? 1 : 0), { zxid: tree.lastProcessedZxid, digest: digestOf(tree) }];
  }
  const clients: Record<string, ClientView> = { ...before.clients };
  for (const client of view.clients) clients[client.name] = client;
  const replied: Record<string, ReplyView> = { ...before.replied };
  for (const reply of view.replies) replied[reply.client] = reply;
  return { servers, leaders, lastEpoch, committed, sessions, digests, clients, replied };
}

/** Names and violations, in the order of the list; empty: all is well. */
export function violations(view: EnsembleView): readonly { readonly name: string; readonly number: string; readonly violation: string }[] {
  const found: { readonly name: string; readonly number: string; readonly violation: string }[] = [];
  for (const { name, number, check } of invariants) {
    const violation = check(view);
    if (violation !== null) found.push({ name, number, violation });
  }
  return found;
}
