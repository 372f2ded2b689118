/**
 * What a server counts about itself and its connections (ServerStats, ServerCnxn, BufferStats and the counters of
 * ServerMetrics that the model has): the numbers that four-letter words print.
 */
import type { Micros } from '../kernel/program.ts';
import type { Zxid } from './zxid.ts';

export interface ProposalSizes {
  /** Bytes; −1: none yet. */
  readonly last: number;
  readonly min: number;
  readonly max: number;
}

/** Milliseconds from a request's arrival to its answer. */
export interface Latencies {
  readonly count: number;
  readonly totalMs: number;
  readonly minMs: number;
  readonly maxMs: number;
}

/** Since the process started or `srst`. */
export interface Counters {
  readonly proposals: number;
  readonly commits: number;
  readonly looking: number;
  readonly diffs: number;
  readonly snaps: number;
  readonly staleSessionsExpired: number;
}

export interface ServerStatistics {
  /** Of the server object, which is a new one in every role. */
  readonly startedAt: Micros;
  readonly packetsReceived: number;
  readonly packetsSent: number;
  readonly latencies: Latencies;
  readonly counters: Counters;
  readonly proposalSizes: ProposalSizes;
  /** When a quorum acknowledged NEWLEADER; 0: it does not lead. */
  readonly leaderSince: Micros;
}

export interface ConnectionStatistics {
  /** Milliseconds since 1970. */
  readonly establishedMs: number;
  readonly packetsReceived: number;
  readonly packetsSent: number;
  /** Four letters, sometimes six. */
  readonly lastOp: string;
  readonly lastCxid: number;
  readonly lastZxid: Zxid;
  /** Milliseconds of the monotonic clock. */
  readonly lastResponseMs: number;
  readonly lastLatencyMs: number;
  readonly latencies: Latencies;
  /** When the connection is given up as silent; a multiple of the expiry interval, milliseconds of the monotonic clock. */
  readonly deadlineMs: number;
}

const NO_LATENCIES: Latencies = { count: 0, totalMs: 0, minMs: 0, maxMs: 0 };
const NO_COUNTERS: Counters = { proposals: 0, commits: 0, looking: 0, diffs: 0, snaps: 0, staleSessionsExpired: 0 };
const NO_PROPOSAL_SIZES: ProposalSizes = { last: -1, min: -1, max: -1 };

export function newStatistics(startedAt: Micros, counters = NO_COUNTERS): ServerStatistics {
  return {
    startedAt, packetsReceived: 0, packetsSent: 0, latencies: NO_LATENCIES, counters, proposalSizes: NO_PROPOSAL_SIZES, leaderSince: 0,
  };
}

export function newConnectionStatistics(establishedMs: number, deadlineMs: number): ConnectionStatistics {
  return {
    establishedMs, packetsReceived: 0, packetsSent: 0, lastOp: 'NA', lastCxid: -1, lastZxid: -1, lastResponseMs: 0, lastLatencyMs: 0,
    latencies: NO_LATENCIES, deadlineMs,
  };
}

/** `srst`: everything but the ages. */
export function resetStatistics(statistics: ServerStatistics): ServerStatistics {
  return { ...newStatistics(statistics.startedAt), leaderSince: statistics.leaderSince };
}

/** `crst`, for one connection. */
export function resetConnection(statistics: ConnectionStatistics): ConnectionStatistics {
  return newConnectionStatistics(statistics.establishedMs, statistics.deadlineMs);
}

export function withLatency(latencies: Latencies, ms: number): Latencies {
  const { count, totalMs, minMs, maxMs } = latencies;
  return { count: count + 1, totalMs: totalMs + ms, minMs: count === 0 ? ms : Math.min(minMs, ms), maxMs: Math.max(maxMs, ms) };
}

export function withProposal(statistics: ServerStatistics, bytes: number): ServerStatistics {
  const { min, max } = statistics.proposalSizes;
  return {
    ...counted(statistics, 'proposals'),
    proposalSizes: { last: bytes, min: min === -1 ? bytes : Math.min(min, bytes), max: Math.max(max, bytes) },
  };
}

export function counted(statistics: ServerStatistics, name: keyof Counters): ServerStatistics {
  return { ...statistics, counters: { ...statistics.counters, [name]: statistics.counters[name] + 1 } };
}
