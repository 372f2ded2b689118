/** What happens to the servers of an ensemble as such: votes, epochs, leaders, proposals. */
import type { SessionId, Txn } from './messages.ts';
import type { Vote } from './votes.ts';
import type { Zxid } from './zxid.ts';

export interface ElectionStarted { readonly type: 'electionStarted'; readonly vote: Vote }
export interface VoteSent { readonly type: 'voteSent'; readonly to: number; readonly vote: Vote }
export interface NotificationReceived { readonly type: 'notificationReceived'; readonly from: number; readonly vote: Vote }
export interface VoteChanged { readonly type: 'voteChanged'; readonly from: Vote; readonly to: Vote }
export interface ElectionDecided { readonly type: 'electionDecided'; readonly vote: Vote }
/** As printed: `following - synchronization - diff`. */
export interface PeerStateChanged { readonly type: 'peerStateChanged'; readonly state: string }
export interface EpochProposed { readonly type: 'epochProposed'; readonly epoch: number }
export interface EpochAccepted { readonly type: 'epochAccepted'; readonly epoch: number }
/** The leader has decided how; `missing` are the zxids it sends. */
export interface LearnerSynchronizing {
  readonly type: 'learnerSynchronizing';
  readonly sid: number;
  readonly mode: 'DIFF' | 'TRUNC' | 'SNAP';
  readonly zxid: Zxid;
  readonly missing: readonly Zxid[];
}
/** The learner has the history on its disk and says so. */
export interface LearnerSynchronized {
  readonly type: 'learnerSynchronized';
  readonly mode: 'DIFF' | 'TRUNC' | 'SNAP';
  readonly epoch: number;
  readonly lastLoggedZxid: Zxid;
}
export interface LearnerLost { readonly type: 'learnerLost'; readonly sid: number }
export interface LeaderEstablished { readonly type: 'leaderEstablished'; readonly epoch: number; readonly supporters: readonly number[] }
export interface LeaderLost { readonly type: 'leaderLost'; readonly leader: number }
/** Either too few learners are synced, or a wait for a quorum took too long. */
export interface QuorumLost { readonly type: 'quorumLost'; readonly synced?: readonly number[]; readonly waitedFor?: string }
export interface ProposalMade { readonly type: 'proposalMade'; readonly zxid: Zxid; readonly sessionId: SessionId; readonly txn: Txn['type'] }
/** At the leader: a quorum has it. */
export interface ProposalCommitted { readonly type: 'proposalCommitted'; readonly zxid: Zxid; readonly acks: readonly number[] }
/** Applied by one server. */
export interface TxnCommitted { readonly type: 'txnCommitted'; readonly zxid: Zxid; readonly txn: Txn['type'] }
export interface LogTruncated { readonly type: 'logTruncated'; readonly to: Zxid; readonly zxids: readonly Zxid[] }
export interface ServerServing { readonly type: 'serverServing'; readonly zxid: Zxid }
export interface ServerNotServing { readonly type: 'serverNotServing' }

export type PeerFact =
  | ElectionStarted
  | VoteSent
  | NotificationReceived
  | VoteChanged
  | ElectionDecided
  | PeerStateChanged
  | EpochProposed
  | EpochAccepted
  | LearnerSynchronizing
  | LearnerSynchronized
  | LearnerLost
  | LeaderEstablished
  | LeaderLost
  | QuorumLost
  | ProposalMade
  | ProposalCommitted
  | TxnCommitted
  | LogTruncated
  | ServerServing
  | ServerNotServing;
