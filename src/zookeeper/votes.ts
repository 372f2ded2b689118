/**
 * The rules of votes (Vote, FastLeaderElection.totalOrderPredicate, QuorumMaj): pure functions, sections 1.2 and 1.3.
 */
import type { PeerState } from './packets.ts';
import type { Zxid } from './zxid.ts';

export interface Vote {
  readonly leader: number;
  readonly zxid: Zxid;
  readonly electionEpoch: number;
  readonly peerEpoch: number;
  /** State of the server that cast it. */
  readonly state: PeerState;
}

/** Who voted for what, by sid; at most one entry a server. */
export type VoteSet = Readonly<Record<number, Vote>>;

type Candidate = Pick<Vote, 'leader' | 'zxid' | 'peerEpoch'>;

/** Does the candidate beat the current one? Epoch first, then zxid, then sid. */
export function totalOrderPredicate(candidate: Candidate, current: Candidate): boolean {
  if (candidate.peerEpoch !== current.peerEpoch) return candidate.peerEpoch > current.peerEpoch;
  if (candidate.zxid !== current.zxid) return candidate.zxid > current.zxid;
  return candidate.leader > current.leader;
}

/** A strict majority of the participants. */
export function isQuorum(count: number, participants: number): boolean {
  return count > Math.floor(participants / 2);
}

/** Against a vote of a LOOKING server all four fields must agree; votes of settled servers agree by leader and peerEpoch. */
export function sameVote(a: Vote, b: Vote): boolean {
  if (a.leader !== b.leader || a.peerEpoch !== b.peerEpoch) return false;
  if (a.state !== 'LOOKING' && b.state !== 'LOOKING') return true;
  return a.zxid === b.zxid && a.electionEpoch === b.electionEpoch;
}

/** The sids whose vote in the set agrees with this one, ascending. */
export function supporters(votes: VoteSet, vote: Vote): readonly number[] {
  const sids: number[] = [];
  for (const sid of Object.keys(votes)) if (sameVote(votes[Number(sid)]!, vote)) sids.push(Number(sid));
  return sids.sort((a, b) => a - b);
}

export function hasQuorum(votes: VoteSet, vote: Vote, participants: number): boolean {
  return isQuorum(supporters(votes, vote).length, participants);
}

/**
 * Nobody is followed on hearsay: somebody else must have said itself, in this set, that it is LEADING; oneself is elected
 * only by votes of one's own round.
 */
export function checkLeader(votes: VoteSet, leader: number, electionEpoch: number, myid: number, myRound: number): boolean {
  if (leader === myid) return myRound === electionEpoch;
  return votes[leader]?.state === 'LEADING';
}
