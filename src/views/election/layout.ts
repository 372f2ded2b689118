/** Numbers of the election picture: servers on a line, notifications between them, arcs of waits; and how two votes compare. Pure. */
import { scalePoint } from 'd3';
import type { ElectionServer, EnsembleFrame, Vote } from './frame.ts';

export interface ServerPlace {
  readonly server: ElectionServer;
  readonly x: number;
  readonly ballot: { readonly x: number; readonly width: number };
  /** What is left of its wait, 0 … 1. */
  readonly waiting: number | undefined;
  readonly inMajority: boolean;
}

export interface EnsembleLayout {
  readonly width: number;
  readonly height: number;
  readonly radius: number;
  readonly y: number;
  readonly ballotY: number;
  readonly servers: readonly ServerPlace[];
  readonly links: readonly { readonly key: string; readonly d: string; readonly open: boolean }[];
  readonly travelling: readonly { readonly key: string; readonly x: number; readonly y: number }[];
}

const RUNS = new Set(['looking', 'following', 'leading', 'paused']);

/** How high above the line of servers a link between them passes: neighbours are joined straight. */
const rise = (steps: number): number => (steps <= 1 ? 0 : 40 + (steps - 2) * 16);

export function layoutEnsemble(frame: EnsembleFrame, width: number): EnsembleLayout {
  const { servers } = frame;
  const narrow = width < 520;
  const radius = narrow ? 20 : 26;
  const ballotWidth = Math.min(124, Math.max(70, width / servers.length - 12));
  const place = scalePoint<number>()
    .domain(servers.map((server) => server.sid))
    .range([ballotWidth / 2 + 2, width - ballotWidth / 2 - 2]);
  const x = (sid: number): number => (servers.length === 1 ? width / 2 : (place(sid) ?? 0));
  const most = servers.length > 2 ? rise(servers.length - 1) : 0;
  const y = radius + 14 + 26 + most;
  const leaders = new Map<number, number>();
  const watched = servers.find((server) => server.sid === frame.watched);
  for (const { leader } of watched?.counted ?? []) leaders.set(leader, (leaders.get(leader) ?? 0) + 1);

  const at = (sid: number): number => servers.findIndex((server) => server.sid === sid);
  const links = servers.flatMap((a, i) =>
    servers.slice(i + 1).map((b, step) => {
      const up = rise(step + 1);
      const open = RUNS.has(a.condition) && RUNS.has(b.condition);
      const d = up === 0 ? `M${x(a.sid) + radius} ${y}H${x(b.sid) - radius}` : `M${x(a.sid)} ${y - radius}Q${(x(a.sid) + x(b.sid)) / 2} ${y - radius - up * 2} ${x(b.sid)} ${y - radius}`;
      return { key: `${a.sid}-${b.sid}`, d, open };
    }),
  );
  const travelling = frame.travelling.map(({ key, from, to, progress }) => {
    const t = Math.min(1, Math.max(0, progress));
    const steps = Math.abs(at(from) - at(to));
    const up = rise(steps);
    const sign = x(from) < x(to) ? 1 : -1;
    if (up === 0) {
      const start = x(from) + sign * radius;
      return { key, x: start + (x(to) - sign * radius - start) * t, y };
    }
    const top = y - radius - up * 2;
    const mid = (x(from) + x(to)) / 2;
    return { key, x: (1 - t) ** 2 * x(from) + 2 * (1 - t) * t * mid + t ** 2 * x(to), y: (1 - t) ** 2 * (y - radius) + 2 * (1 - t) * t * top + t ** 2 * (y - radius) };
  });
  return {
    width,
    height: y + radius + 24 + 40 + 88 + 24,
    radius,
    y,
    ballotY: y + radius + 62,
    servers: servers.map((server) => ({
      server,
      x: x(server.sid),
      ballot: { x: x(server.sid) - ballotWidth / 2, width: ballotWidth },
      waiting: server.timer ? Math.min(1, Math.max(0, server.timer.left / server.timer.of)) : undefined,
      inMajority: server.proposal !== undefined && (leaders.get(server.proposal.leader) ?? 0) >= frame.quorum,
    })),
    links,
    travelling,
  };
}

export interface ComparisonRow {
  readonly field: 'peerEpoch' | 'zxid' | 'leader';
  readonly own: string;
  readonly other: string;
  readonly sign: '<' | '=' | '>';
  readonly verdict: 'equal' | 'decides' | 'notReached';
}

const zxidOrder = (a: string, b: string): number => {
  const x = BigInt(a);
  const y = BigInt(b);
  return x < y ? -1 : x > y ? 1 : 0;
};

/** Field by field in the order of FastLeaderElection's total order; the first difference decides. */
export function compareVotes(own: Vote, other: Vote): readonly ComparisonRow[] {
  const rows = [
    { field: 'peerEpoch' as const, own: `${own.peerEpoch}`, other: `${other.peerEpoch}`, order: own.peerEpoch - other.peerEpoch },
    { field: 'zxid' as const, own: own.zxid, other: other.zxid, order: zxidOrder(own.zxid, other.zxid) },
    { field: 'leader' as const, own: `${own.leader}`, other: `${other.leader}`, order: own.leader - other.leader },
  ];
  const decided = rows.findIndex((row) => row.order !== 0);
  return rows.map(({ field, own: a, other: b, order }, at) => ({
    field,
    own: a,
    other: b,
    sign: order < 0 ? '<' : order > 0 ? '>' : '=',
    verdict: decided !== -1 && at > decided ? 'notReached' : order === 0 ? 'equal' : 'decides',
  }));
}

/** The votes a server counts, those for the most wanted leader first, and where the majority lies. */
export function tally(frame: EnsembleFrame, sid: number): { readonly bars: readonly { readonly from: number; readonly leader: number | undefined }[]; readonly leader: number | undefined; readonly agree: number } {
  const server = frame.servers.find((one) => one.sid === sid);
  const counts = new Map<number, number>();
  for (const { leader } of server?.counted ?? []) counts.set(leader, (counts.get(leader) ?? 0) + 1);
  let leader: number | undefined;
  for (const [candidate, count] of counts) if (leader === undefined || count > (counts.get(leader) ?? 0) || (count === counts.get(leader) && candidate > leader)) leader = candidate;
  const bars = frame.servers.map((one) => ({ from: one.sid, leader: server?.counted.find((vote) => vote.from === one.sid)?.leader }));
  const rank = (bar: { readonly leader: number | undefined }): number => (bar.leader === undefined ? 2 : bar.leader === leader ? 0 : 1);
  return { bars: [...bars].sort((a, b) => rank(a) - rank(b) || a.from - b.from), leader, agree: leader === undefined ? 0 : (counts.get(leader) ?? 0) };
}

export const PHASES = ['election', 'discovery', 'synchronization', 'broadcast'] as const;

/** The handshake of a learner with its leader, in order; what is not in `done` is to come. */
export const HANDSHAKE: readonly { readonly phase: 'discovery' | 'synchronization'; readonly name: string; readonly by: 'learner' | 'leader' }[] = [
  { phase: 'discovery', name: 'FOLLOWERINFO', by: 'learner' },
  { phase: 'discovery', name: 'LEADERINFO', by: 'leader' },
  { phase: 'discovery', name: 'ACKEPOCH', by: 'learner' },
  { phase: 'synchronization', name: 'DIFF', by: 'leader' },
  { phase: 'synchronization', name: 'NEWLEADER', by: 'leader' },
  { phase: 'synchronization', name: 'ACK', by: 'learner' },
  { phase: 'synchronization', name: 'UPTODATE', by: 'leader' },
];

/** The same with the way of synchronization that this learner got in place of DIFF. */
export function handshakeOf(done: readonly string[], mode: 'DIFF' | 'TRUNC' | 'SNAP' | undefined): readonly { readonly name: string; readonly phase: string; readonly by: 'learner' | 'leader'; readonly done: boolean; readonly next: boolean }[] {
  const steps = HANDSHAKE.map((step) => ({ ...step, name: step.name === 'DIFF' ? (mode ?? 'DIFF | TRUNC | SNAP') : step.name }));
  const left = [...done];
  let open = true;
  return steps.map((step) => {
    const at = left.indexOf(step.name);
    if (at !== -1) left.splice(at, 1);
    const next = at === -1 && open;
    if (at === -1) open = false;
    return { name: step.name, phase: step.phase, by: step.by, done: at !== -1, next };
  });
}
