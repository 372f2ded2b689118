/**
 * What a server process holds in memory: plain data, one record. The files beside this one are functions over it; what they
 * decide about the peer's state they `raise` as events, which server.ts gives to the chart.
 */
import type { ChartState } from '../kernel/machine.ts';
import type { ConnectionId, Env, LogLevel, Micros } from '../kernel/program.ts';
import type { DataFact } from './facts.ts';
import type { ClientOp, CloseSessionOp, PingOp, PlainText, ServerMessage, SessionId, SetWatchesOp } from './messages.ts';
import type { CreateSessionOp, Outstanding } from './operations/index.ts';
import type { ElectionMessage, LogEntry, Notification, QuorumPacket } from './packets.ts';
import type { PeerFact } from './peer-facts.ts';
import type { PeerContext, PeerEvent } from './peer.machine.ts';
import type { ConnectionStatistics, ServerStatistics } from './server-statistics.ts';
import type { SessionTracker, TouchTable } from './sessions.ts';
import type { DataTree } from './tree.ts';
import type { Vote, VoteSet } from './votes.ts';
import type { WatchTable } from './watches.ts';
import type { Zxid } from './zxid.ts';

export interface QuorumServer {
  readonly sid: number;
  readonly host: string;
  readonly quorumPort: number;
  readonly electionPort: number;
  readonly clientPort?: number;
  /** Where the client port is bound; left out: everywhere. */
  readonly clientAddress?: string;
}

/** zoo.cfg and myid. Left out: the values of the container image. */
export interface ServerConfig {
  readonly myid: number;
  readonly servers: readonly QuorumServer[];
  readonly tickTimeMs?: number;
  readonly initLimit?: number;
  readonly syncLimit?: number;
  /** The own server line's, if left out; without either no client port is opened. */
  readonly clientPort?: number;
  readonly maxClientCnxns?: number;
  readonly dataDir?: string;
  readonly dataLogDir?: string;
  readonly snapCount?: number;
  /** `4lw.commands.whitelist`: four-letter words between commas, `*` for all; `srvr` is always among them. */
  readonly fourLetterWords?: string;
}

export interface Settings extends Required<Omit<ServerConfig, 'clientPort'>> {
  readonly clientPort: number | null;
}

/** Peers by sid. `last` is what was sent to it last, and is sent again when a link comes up with nothing queued. */
export interface ElectionLink {
  readonly sid: number;
  /** The connection that carries messages; null: none. */
  readonly connection: ConnectionId | null;
  /** A connection of ours that is being opened. */
  readonly connecting: ConnectionId | null;
  /** Holds one message. */
  readonly queued: Notification | null;
  readonly last: Notification | null;
}

export interface Received {
  readonly sid: number;
  readonly notification: Notification;
}

export interface ElectionState {
  /** logicalclock: the round. */
  readonly electionEpoch: number;
  readonly proposal: Vote;
  readonly recvset: VoteSet;
  readonly outofelection: VoteSet;
  readonly links: readonly ElectionLink[];
  /** Accepted connections whose hello has not come. */
  readonly unnamed: readonly ConnectionId[];
  readonly inbox: readonly Received[];
  readonly startedAt: Micros;
}

/** The log device: what waits to be appended, and what is being flushed. */
export interface LogDevice {
  readonly path: string | null;
  readonly lastLoggedZxid: Zxid;
  readonly waiting: readonly LogEntry[];
  readonly flushing: readonly LogEntry[];
  readonly flushStartedAt: Micros;
  /** Counts restarts of the device: a flush asked for before is nobody's business any more. */
  readonly generation: number;
  /** Something could not be written: the thread that logs is dead. */
  readonly isBroken: boolean;
  readonly loggedSinceSnapshot: number;
  readonly snapshotAfter: number;
}

export type LearnerPhase =
  | 'awaitingFollowerInfo'
  | 'awaitingEpoch'
  | 'awaitingAckEpoch'
  | 'awaitingEpochQuorum'
  | 'awaitingNewLeaderAck'
  | 'awaitingStartup'
  | 'active';

export interface LearnerHandler {
  readonly connection: ConnectionId;
  readonly peer: string;
  readonly sid: number;
  readonly phase: LearnerPhase;
  readonly lastLoggedZxid: Zxid;
  readonly tickOfNextAckDeadline: number;
  readonly heardAt: Micros;
  /** Oldest PROPOSAL it has not acknowledged; 0: none. */
  readonly unackedZxid: Zxid;
  readonly unackedSince: Micros;
}

export interface OutstandingProposal {
  readonly entry: LogEntry;
  readonly acks: readonly number[];
}

/** A learner's sync that waits for the commit of `after`. */
export interface PendingSync {
  readonly after: Zxid;
  readonly connection: ConnectionId;
}

export interface Leading {
  readonly epoch: number;
  /** Sids whose FOLLOWERINFO, ACKEPOCH, ACK(NEWLEADER) counts. */
  readonly connectingFollowers: readonly number[];
  readonly electingFollowers: readonly number[];
  readonly newLeaderAcks: readonly number[];
  readonly currentEpochBefore: number;
  readonly lastZxidBefore: Zxid;
  readonly learners: readonly LearnerHandler[];
  readonly lastProposed: Zxid;
  readonly lastCommitted: Zxid;
  readonly outstanding: readonly OutstandingProposal[];
  readonly changes: Outstanding;
  readonly tracker: SessionTracker;
  readonly pendingSyncs: readonly PendingSync[];
  readonly tick: number;
  readonly tickSkip: boolean;
}

export interface Following {
  readonly leader: number;
  readonly connection: ConnectionId | null;
  readonly connectStartedAt: Micros;
  readonly connectedAt: Micros;
  readonly heardAt: Micros;
  readonly newEpoch: number;
  /** How the leader brings this follower up to date; null until it says. */
  readonly mode: 'DIFF' | 'TRUNC' | 'SNAP' | null;
  /** During synchronization: proposals in order, and the zxids of commits in order. */
  readonly proposals: readonly LogEntry[];
  readonly commits: readonly Zxid[];
  /** What came while the disk was busy with the history. */
  readonly held: readonly QuorumPacket[];
  /** Handed to the log, not committed. */
  readonly pendingTxns: readonly LogEntry[];
  readonly lastQueued: Zxid;
  readonly touches: TouchTable;
  readonly pendingRevalidations: readonly { readonly sessionId: SessionId; readonly connection: ConnectionId }[];
  readonly pendingSyncs: readonly ConnectionId[];
}

/** Everything that waits in a connection's queue. */
export type ServerOp = ClientOp | SetWatchesOp | PingOp | CloseSessionOp | CreateSessionOp;

export interface QueuedRequest {
  readonly cxid: number;
  readonly op: ServerOp;
  /** Waits for a commit or for the leader's SYNC. */
  readonly mustBeCommitted: boolean;
  readonly receivedAt: Micros;
}

export interface ClientConnection {
  readonly id: ConnectionId;
  readonly peer: string;
  readonly phase: 'connected' | 'opening' | 'revalidating' | 'open';
  readonly sessionId: SessionId;
  readonly timeoutMs: number;
  readonly queue: readonly QueuedRequest[];
  readonly statistics: ConnectionStatistics;
}

export interface ServerState {
  readonly settings: Settings;
  readonly chart: ChartState<PeerContext>;
  readonly raised: readonly PeerEvent[];
  readonly acceptedEpoch: number;
  readonly currentEpoch: number;
  readonly tree: DataTree;
  /** The last 500 committed transactions, oldest first. */
  readonly committedLog: readonly LogEntry[];
  readonly log: LogDevice;
  readonly election: ElectionState;
  /** What is answered to a LOOKING server while settled. */
  readonly currentVote: Vote;
  readonly following: Following | null;
  /** Also of a standalone server, which leads nobody. */
  readonly leading: Leading | null;
  readonly isServing: boolean;
  readonly clients: Readonly<Record<ConnectionId, ClientConnection>>;
  readonly connectionOfSession: Readonly<Record<SessionId, ConnectionId>>;
  readonly watches: WatchTable;
  readonly nextSessionId: SessionId;
  readonly statistics: ServerStatistics;
  /** Deadlines of the client connections. */
  readonly connectionBuckets: readonly number[];
  /** Classes whose lines of the first use have been printed. */
  readonly loadedClasses: readonly string[];
}

export const COMMITTED_LOG_LIMIT = 500;

export function raise(state: ServerState, event: PeerEvent): ServerState {
  return { ...state, raised: [...state.raised, event] };
}

export function serverOf(settings: Settings, sid: number): QuorumServer | undefined {
  return settings.servers.find((server) => server.sid === sid);
}

/** The thread of the peer, under which most lines are printed. */
export function peerThread(settings: Settings): string {
  const plain = settings.clientPort === null ? 'disabled' : `0.0.0.0:${settings.clientPort}`;
  return `QuorumPeer[myid=${settings.myid}](plain=${plain})(secure=disabled)`;
}

/** `where` is class and line; `thread` is the peer's if left out. */
export function say(state: { readonly settings: Settings }, env: Env, level: LogLevel, where: string, text: string, thread?: string): void {
  env.log({ level, file: 'zookeeper', text: `[${thread ?? peerThread(state.settings)}:${where}] - ${text}` });
}

export function hex(value: number): string {
  return '0x' + value.toString(16);
}

/** `env.fact`, for the facts of servers only. */
export function note(env: Env, fact: PeerFact | DataFact): void {
  env.fact(fact);
}

/** `env.send`, for what servers say. */
export function post(env: Env, connection: ConnectionId, message: ElectionMessage | QuorumPacket | ServerMessage | PlainText): void {
  env.send(connection, message);
}
