/**
 * What servers say to each other: packets on the sync port (QuorumPacket, names and fields of section 2.1) and the hello and
 * notifications of the election port (QuorumCnxManager.InitialMessage, FastLeaderElection.Notification).
 */
import type { CreateSessionOp } from './operations/index.ts';
import type { CloseSessionOp, SessionId, SyncOp, Txn, TxnHeader, WriteOp } from './messages.ts';
import type { TouchTable } from './sessions.ts';
import { utf8Length, type DataTree } from './tree.ts';
import type { Zxid } from './zxid.ts';

/** Participants only: OBSERVING is not modelled. */
export type PeerState = 'LOOKING' | 'FOLLOWING' | 'LEADING';

/** One transaction as it stands in a log and in a PROPOSAL. */
export interface LogEntry {
  readonly header: TxnHeader;
  readonly txn: Txn;
}

// ------------------------------------------------------------ election port

export const HELLO_PROTOCOL_VERSION = -65536;

export interface Hello {
  readonly type: 'Hello';
  readonly protocolVersion: typeof HELLO_PROTOCOL_VERSION;
  readonly sid: number;
  /** `host:port` of the sender's own election address. */
  readonly electionAddress: string;
}

/** The sender's sid is not in it: it is known from the connection. */
export interface Notification {
  readonly type: 'Notification';
  readonly state: PeerState;
  readonly leader: number;
  readonly zxid: Zxid;
  /** The round. */
  readonly electionEpoch: number;
  readonly peerEpoch: number;
  readonly version: 2;
}

export type ElectionMessage = Hello | Notification;

// ---------------------------------------------------------------- sync port

export interface FollowerInfo { readonly type: 'FOLLOWERINFO'; readonly zxid: Zxid; readonly sid: number; readonly protocolVersion: 0x10000; readonly configVersion: 0 }
export interface LeaderInfo { readonly type: 'LEADERINFO'; readonly zxid: Zxid; readonly protocolVersion: 0x10000 }
/** `currentEpoch` −1: this follower has accepted the epoch before, its answer counts for nothing. */
export interface AckEpoch { readonly type: 'ACKEPOCH'; readonly zxid: Zxid; readonly currentEpoch: number }
export interface Diff { readonly type: 'DIFF'; readonly zxid: Zxid }
export interface Trunc { readonly type: 'TRUNC'; readonly zxid: Zxid }
export interface Snap { readonly type: 'SNAP'; readonly zxid: Zxid }
/** What follows a SNAP on the same stream. */
export interface SnapshotStream { readonly type: 'SnapshotStream'; readonly tree: DataTree; readonly signature: 'BenWasHere' }
export interface NewLeader { readonly type: 'NEWLEADER'; readonly zxid: Zxid; readonly configText: string }
export interface Ack { readonly type: 'ACK'; readonly zxid: Zxid }
export interface UpToDate { readonly type: 'UPTODATE'; readonly zxid: -1 }
export interface Proposal { readonly type: 'PROPOSAL'; readonly zxid: Zxid; readonly entry: LogEntry }
export interface Commit { readonly type: 'COMMIT'; readonly zxid: Zxid }
/** `touches` is empty on the way from the leader. */
export interface Ping { readonly type: 'PING'; readonly zxid: Zxid; readonly touches: TouchTable }
export interface ForwardedRequest {
  readonly type: 'REQUEST';
  readonly zxid: -1;
  readonly sessionId: SessionId;
  readonly cxid: number;
  readonly op: WriteOp | CreateSessionOp | CloseSessionOp | SyncOp;
}
/** The question carries `timeoutMs`, the answer `valid`. */
export interface Revalidate {
  readonly type: 'REVALIDATE';
  readonly zxid: -1;
  readonly sessionId: SessionId;
  readonly timeoutMs?: number;
  readonly valid?: boolean;
}
export interface Sync { readonly type: 'SYNC'; readonly zxid: 0 }

export type LeaderPacket = LeaderInfo | Diff | Trunc | Snap | SnapshotStream | NewLeader | UpToDate | Proposal | Commit | Ping | Revalidate | Sync;
export type FollowerPacket = FollowerInfo | AckEpoch | Ack | Ping | ForwardedRequest | Revalidate;
export type QuorumPacket = LeaderPacket | FollowerPacket;

export const NO_TOUCHES_IN_PING: TouchTable = {};

// ------------------------------------------------------------------- sizes

const HEADER_BYTES = 32;
const DIGEST_BYTES = 12;
/** One entry `world:anyone` with its count. */
const ACL_BYTES = 27;

/** Bytes of a transaction as it travels in a PROPOSAL: header, record, tree digest. */
export function txnBytes(entry: LogEntry): number {
  return HEADER_BYTES + recordBytes(entry.txn) + (entry.txn.type === 'error' ? 0 : DIGEST_BYTES);
}

function stringBytes(text: string | null): number {
  return 4 + (text === null ? 0 : utf8Length(text));
}

function recordBytes(txn: Txn): number {
  switch (txn.type) {
    case 'create': return stringBytes(txn.path) + stringBytes(txn.data) + ACL_BYTES + 1 + 4;
    case 'delete':
    case 'deleteContainer': return stringBytes(txn.path);
    case 'setData': return stringBytes(txn.path) + stringBytes(txn.data) + 4;
    case 'setAcl': return stringBytes(txn.path) + ACL_BYTES + 4;
    case 'check': return stringBytes(txn.path) + 4;
    case 'error': return 4;
    case 'multi': return txn.parts.reduce((sum, part) => sum + 8 + recordBytes(part), 4);
    case 'createSession': return 4;
    case 'closeSession': return txn.paths.reduce((sum, path) => sum + stringBytes(path), 4);
  }
}
