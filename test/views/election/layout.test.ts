import { describe, expect, it } from 'vitest';
import { compareVotes, handshakeOf, layoutEnsemble, tally } from '../../../src/views/election/layout.ts';
import { broadcasting, firstElection } from '../gallery/samples/election.ts';

describe('election layout', () => {
  it('compares votes by epoch, then zxid, then server id, and stops at the first difference', () => {
    const rows = compareVotes({ leader: 3, zxid: '0x100000002', peerEpoch: 1 }, { leader: 1, zxid: '0x200000000', peerEpoch: 1 });
    expect(rows.map((row) => [row.field, row.sign, row.verdict])).toEqual([
      ['peerEpoch', '=', 'equal'],
      ['zxid', '<', 'decides'],
      ['leader', '>', 'notReached'],
    ]);
  });

  it('compares zxids as numbers of 64 bits, not as text', () => {
    expect(compareVotes({ leader: 1, zxid: '0x9', peerEpoch: 0 }, { leader: 1, zxid: '0x10000000a', peerEpoch: 0 })[1]?.sign).toBe('<');
  });

  it('says that equal votes are equal in every field', () => {
    const vote = { leader: 2, zxid: '0x0', peerEpoch: 0 };
    expect(compareVotes(vote, vote).map((row) => row.verdict)).toEqual(['equal', 'equal', 'equal']);
  });

  it('puts the votes for the leading candidate first, those that are missing last', () => {
    const frame = { ...firstElection, servers: firstElection.servers.map((server) => (server.sid === 2 ? { ...server, counted: [{ from: 1, leader: 1 }, { from: 2, leader: 2 }] } : server)) };
    expect(tally(frame, 2)).toEqual({ bars: [{ from: 2, leader: 2 }, { from: 1, leader: 1 }, { from: 3, leader: undefined }], leader: 2, agree: 1 });
  });

  it('edges the ballots of a majority and of nobody else', () => {
    expect(layoutEnsemble(firstElection, 690).servers.map((place) => place.inMajority)).toEqual([true, true, false]);
    const one = { ...firstElection, servers: firstElection.servers.map((server) => ({ ...server, counted: [{ from: 2, leader: 2 }] })) };
    expect(layoutEnsemble(one, 690).servers.some((place) => place.inMajority)).toBe(false);
  });

  it('moves a notification from edge to edge of the servers, in proportion to its way', () => {
    const at = (progress: number) => layoutEnsemble({ ...firstElection, travelling: [{ key: 'n', from: 1, to: 2, progress }] }, 690).travelling[0];
    const [one, two] = layoutEnsemble(firstElection, 690).servers;
    expect(at(0)?.x).toBeCloseTo((one?.x ?? 0) + 26);
    expect(at(1)?.x).toBeCloseTo((two?.x ?? 0) - 26);
    expect(at(0.5)?.x).toBeCloseTo(((one?.x ?? 0) + (two?.x ?? 0)) / 2);
  });

  it('keeps ballots apart and inside, for one to seven servers and narrow screens', () => {
    for (const count of [1, 3, 5, 7]) {
      const servers = Array.from({ length: count }, (_, at) => ({ ...(firstElection.servers[0] ?? never()), sid: at + 1 }));
      for (const width of [358, 690, 1000]) {
        if (count === 7 && width === 358) continue;
        const { servers: places } = layoutEnsemble({ ...firstElection, servers }, width);
        places.forEach((place, at) => {
          expect(place.ballot.x).toBeGreaterThanOrEqual(0);
          expect(place.ballot.x + place.ballot.width).toBeLessThanOrEqual(width);
          const next = places[at + 1];
          if (next) expect(next.ballot.x).toBeGreaterThanOrEqual(place.ballot.x + place.ballot.width - 0.5);
        });
      }
    }
  });

  it('shows how far a learner is in its handshake, and by which way it is synchronized', () => {
    const lane = broadcasting.lanes[2];
    const steps = handshakeOf(lane?.done ?? [], lane?.sync?.mode);
    expect(steps.map((step) => step.name)).toContain('TRUNC');
    expect(steps.filter((step) => step.done)).toHaveLength(4);
    expect(steps.find((step) => step.next)?.name).toBe('NEWLEADER');
  });
});

function never(): never {
  throw new Error('the sample has servers');
}
