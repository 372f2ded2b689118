import { beforeAll, describe, expect, it } from 'vitest';
import { controllerFrame, ensembleFrame } from '../../../src/app/frames/election.ts';
import { firstElection } from '../../../src/scenarios/first-election.ts';
import { theControllerDies } from '../../../src/scenarios/the-controller-dies.ts';
import type { ControllerFrame, EnsembleFrame } from '../../../src/views/election/frame.ts';
import { Told } from './told.ts';

describe('the first election', () => {
  let told: Told;
  const frame = (watched?: string): EnsembleFrame => ensembleFrame(told.seen, told.history, watched)!;
  const said = (): string[] => frame().notifications.map((row) => `${row.from}→${row.to} ${row.vote.leader} ${row.state} ${row.outcome?.type ?? '–'}`);

  beforeAll(() => {
    told = new Told(firstElection);
  });

  it('begins with one server that votes for itself and repeats its vote after a while', () => {
    told.step(0);
    expect(frame()).toMatchObject({ quorum: 2, phase: 'election', epoch: 0, watched: 1, notifications: [], lanes: [], comparison: undefined });
    expect(frame().servers.map((server) => server.condition)).toEqual(['looking', 'notStarted', 'notStarted']);
    expect(frame().servers[0]).toMatchObject({ proposal: { leader: 1, zxid: '0x0', peerEpoch: 0 }, counted: [{ from: 1, leader: 1 }], timer: { kind: 'backOff' } });
  });

  it('judges each vote as its receiver did, and says who made whom change its mind', () => {
    told.step(1);
    expect(said()).toEqual(['2→1 2 LOOKING changes', '1→2 1 LOOKING keepsOwn', '1→2 2 LOOKING majority']);
    expect(frame().notifications[2]!.outcome).toEqual({ type: 'majority', agree: 2 });
    expect(frame().servers[0]!.before).toEqual({ leader: 1, until: frame().notifications[0]!.at });
    expect(frame().servers[1]!.before).toBeUndefined();
    expect(frame()).toMatchObject({ phase: 'broadcast', epoch: 1, watched: 2, comparison: { own: { leader: 2 }, other: { leader: 1 } } });
  });

  it('shows the handshake of each learner, with where its history began and where the leader brought it', () => {
    const [leader, learner, absent] = frame().lanes;
    expect(leader).toMatchObject({ sid: 2, role: 'leader', done: [], sync: undefined });
    expect(learner).toMatchObject({ sid: 1, role: 'learner', done: ['FOLLOWERINFO', 'LEADERINFO', 'ACKEPOCH', 'DIFF', 'NEWLEADER', 'ACK', 'UPTODATE'], sync: { mode: 'DIFF', from: '0x0', to: '0x0' } });
    expect(absent).toMatchObject({ sid: 3, role: 'absent' });
  });

  it('is joined late by a server that believes the leader only when it has heard the leader itself', () => {
    told.step(2);
    const late = said().filter((row) => row.includes('→3'));
    expect(late).toContain('1→3 2 FOLLOWING –');
    expect(late.at(-1)).toBe('2→3 2 LEADING joins');
    expect(frame()).toMatchObject({ comparison: undefined, joined: { server: 3, leader: 2 } });
    expect(said().filter((row) => row.startsWith('3→')).every((row) => row.endsWith('answers'))).toBe(true);
  });

  it('stands on the notification that was just handled, and on no other', () => {
    const [first] = frame().notifications;
    told.history.seekItem(Number(first!.key) + 1);
    expect(frame().notifications.map((row) => row.now)).toEqual([true]);
    expect(frame().servers[0]).toMatchObject({ condition: 'looking', proposal: { leader: 2 } });
    told.history.seekItem(Number(first!.key));
    expect(frame().notifications).toEqual([]);
    expect(frame().travelling.length).toBeGreaterThan(0);
    for (const { progress } of frame().travelling) expect(progress).toBeGreaterThanOrEqual(0);
  });
});

describe('the controller', () => {
  let told: Told;
  const frame = (): ControllerFrame => controllerFrame(told.seen, told.history)!;

  beforeAll(() => {
    told = new Told(theControllerDies);
    for (let index = 0; index < theControllerDies.steps.length && (told.seen.facts.controller?.epoch ?? 0) < 2; index++) told.step(index);
    told.history.runTo(told.history.now + 3_000_000);
  });

  it('is the one that created the znode; the others came too late', () => {
    const winner = frame().controller!;
    expect(frame()).toMatchObject({ epoch: 2, epochVersion: 2 });
    expect(frame().race[0]).toMatchObject({ broker: 3, result: 'created', epoch: 1 });
    const second = frame().race.slice(1).map(({ broker, result }) => `${broker} ${result}`);
    expect(second).toContain(`${winner} created`);
    expect(second).toContain(`${winner === 1 ? 2 : 1} nodeExists`);
  });

  it('has every partition with a leader that lives, and knows which replicas are gone', () => {
    expect(frame().partitions.map((one) => one.name)).toEqual(['orders-0', 'orders-1', 'orders-2']);
    for (const one of frame().partitions) {
      expect(one.state).toBe('OnlinePartition');
      expect([1, 2]).toContain(one.leader);
      expect(one.replicas.find((replica) => replica.broker === 3)?.state).toBe('OfflineReplica');
    }
  });

  it('marks the partition that was just changed', () => {
    told.toAfter('leaderElected', { partition: 2 });
    expect(frame().partitions.filter((one) => one.changed).map((one) => one.name)).toContain('orders-2');
    told.history.step();
    expect(frame().partitions.filter((one) => one.changed)).toEqual([]);
  });

  it('waits for the answer to each request, and has it afterwards', () => {
    told.toAfter('controllerElected', { controllerEpoch: 2 });
    const limit = told.history.now + 1_000_000;
    const open = (): ControllerFrame['requests'] => frame().requests.filter((one) => one.api === 'LeaderAndIsr' && one.controllerEpoch === 2);
    while (open().length === 0 && told.history.now < limit) told.history.step();
    expect(open()[0]).toMatchObject({ answer: 'waiting' });
    expect(open()[0]!.partitions).toContain('orders-');
    told.history.seek(limit);
    expect(open().length).toBeGreaterThan(0);
    expect(open().every((one) => one.answer === 'ok')).toBe(true);
  });

  it("shows ZooKeeper's last proposals as committed everywhere once it is quiet, also on the slowest server", () => {
    told.history.seek(told.history.computedUntil);
    const { proposals } = ensembleFrame(told.seen, told.history, undefined)!;
    expect(proposals.length).toBeGreaterThan(0);
    for (const proposal of proposals) expect(proposal.at.map((one) => one.state)).toEqual(['committed', 'committed', 'committed']);
  });

  it('still shows what it last told the brokers when nothing has happened for long', () => {
    told.history.runTo(told.history.now + 60_000_000);
    const instructed = frame().requests.filter((one) => one.api === 'LeaderAndIsr' && one.controllerEpoch === 2);
    expect(instructed.length).toBeGreaterThan(0);
    expect(instructed.every((one) => one.answer === 'ok' && told.history.now - one.at > 50_000_000)).toBe(true);
  });
});
