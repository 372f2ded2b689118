import { describe, expect, it } from 'vitest';
import { findProcess } from '../../../src/kernel/world.ts';
import { Lab } from './deployed.ts';

describe('a consumer of a group', () => {
  it('joins in the words of the real one, and reads', () => {
    const lab = new Lab();
    lab.produce(['a', 'b', 'c', 'd']);
    lab.cluster.runFor(1_000);
    lab.member('A');
    lab.until(() => lab.values('A').length === 4, 'A has read everything');
    const inner = lab.lines('A').map((line) => line.replace(/^INFO \[Consumer clientId=A, groupId=g\] /, '').replace(/ \(org\.apache\.kafka\..*\)$/, ''));
    expect(inner.filter((line) => !/offset/.test(line)).map((line) => line.replace(/Cluster ID: .*/, 'Cluster ID: x'))).toEqual([
      'Subscribed to topic(s): t',
      'Cluster ID: x',
      'Discovered group coordinator 127.0.0.1:9092 (id: 2147483646 rack: null)',
      'Revoking previously assigned partitions []',
      '(Re-)joining group',
      '(Re-)joining group',
      'Successfully joined group with generation 1',
      'Setting newly assigned partitions: t-1, t-0, t-2',
    ]);
    expect(inner.filter((line) => /offset/.test(line)).slice(0, 3)).toEqual(['Found no committed offset for partition t-1', 'Found no committed offset for partition t-0', 'Found no committed offset for partition t-2']);
  });

  it('kafka-clients#15: a second member takes its part, after the first has given up everything', () => {
    const lab = new Lab({ partitions: 4 });
    lab.member('A');
    lab.settled('A');
    expect(lab.owns('A')).toEqual(['t-0', 't-1', 't-2', 't-3']);
    lab.member('B');
    lab.settled('A', 'B');
    expect([lab.owns('A'), lab.owns('B')]).toEqual([['t-0', 't-1'], ['t-2', 't-3']]);
    expect(lab.consumer('A').group!.generationId).toBe(2);
    expect(lab.told('partitionsRevoked', 'A').map((fact) => (fact['partitions'] as readonly string[]).length)).toEqual([0, 4]);
    const order = lab.facts.map(({ process, fact }) => `${process} ${fact.type}`).filter((one) => /^[AB] partitions/.test(one));
    expect(order.indexOf('B partitionsAssigned')).toBeGreaterThan(order.lastIndexOf('A partitionsRevoked'));
  });

  it('kafka-clients#17: what was read and not committed is read again after a crash', () => {
    const lab = new Lab({ partitions: 1 });
    lab.member('A', { 'auto.commit.interval.ms': '5000' });
    lab.settled('A');
    lab.produce(Array.from({ length: 10 }, (_, n) => `v${n}`));
    lab.until(() => lab.values('A').length === 10, 'A has read everything');
    lab.cluster.runFor(1_000);
    lab.cluster.act({ type: 'signal', process: 'A', signal: 'SIGKILL' });
    lab.cluster.runFor(12_000);
    lab.member('B');
    lab.until(() => lab.values('B').length === 10, 'B reads it again');
    lab.cluster.runFor(6_000);
    lab.cluster.act({ type: 'signal', process: 'B', signal: 'SIGKILL' });
    lab.cluster.runFor(12_000);
    lab.member('C');
    lab.settled('C');
    lab.cluster.runFor(2_000);
    expect(lab.values('C')).toEqual([]);
    expect(lab.lines('C').some((line) => line.includes('Setting offset for partition t-0 to the committed offset FetchPosition{offset=10, offsetEpoch=Optional[0], currentLeader=LeaderAndEpoch{leader=127.0.0.1:9092 (id: 1 rack: null), epoch=0}}'))).toBe(true);
  });

  it('kafka-clients#18: one that does not poll for max.poll.interval.ms leaves by itself, and its next commit fails', () => {
    const lab = new Lab({ partitions: 1 });
    lab.member('A', {}, ['t'], 320_000);
    lab.settled('A');
    lab.produce(['slow']);
    lab.until(() => lab.values('A').length === 1, 'A works on a record');
    const began = lab.cluster.now;
    lab.until(() => lab.told('consumerLeftGroup', 'A').length === 1, 'A leaves', 310_000);
    expect((lab.cluster.now - began) / 1_000_000).toBeCloseTo(300, 1);
    expect(lab.lines('A').some((line) => line.startsWith('WARN') && line.includes('This member will leave the group because consumer poll timeout has expired.'))).toBe(true);
    lab.until(() => lab.told('partitionsAssigned', 'A').length === 2, 'A polls again and comes back', 30_000);
    expect(lab.lines('A').some((line) => line.includes('Failing OffsetCommit request since the consumer is not part of an active group'))).toBe(true);
    expect(lab.lines('A').some((line) => line.startsWith('WARN') && line.includes('Synchronous auto-commit of offsets {t-0=OffsetAndMetadata{offset=1, leaderEpoch=0, metadata=\'\'}} failed: Commit cannot be completed since the group has already rebalanced'))).toBe(true);
    // What it had worked on is given to it again.
    lab.until(() => lab.values('A').length === 2, 'the record comes again', 60_000);
  });

  it('kafka-clients#19: a killed member is missed after its session timeout, one that closes at once', () => {
    const lab = new Lab();
    lab.member('A');
    lab.member('B');
    lab.settled('A', 'B');
    lab.produce(['x'], 0);
    lab.cluster.runFor(500);
    const closed = lab.cluster.now;
    lab.cluster.act({ type: 'signal', process: 'B', signal: 'SIGTERM' });
    lab.until(() => lab.told('groupMemberRemoved').length === 1, 'B is removed');
    expect((lab.cluster.now - closed) / 1_000).toBeLessThanOrEqual(20);
    expect(findProcess(lab.cluster.world, 'B')!.exitCode).toBe(0);
    lab.settled('A');
    lab.until(() => lab.owns('A').length === 3, 'A has everything');
    lab.member('C');
    lab.settled('A', 'C');
    const killed = lab.cluster.now;
    lab.cluster.act({ type: 'signal', process: 'C', signal: 'SIGKILL' });
    lab.until(() => lab.told('groupMemberRemoved').length === 2, 'C is removed');
    const waited = (lab.cluster.now - killed) / 1_000_000;
    expect(waited).toBeGreaterThan(6.9);
    expect(waited).toBeLessThan(10.1);
    expect(lab.told('groupMemberRemoved').map((fact) => fact['reason'])).toEqual(['left', 'sessionExpired']);
  });

  it('commits every five seconds, before it gives its partitions up, and when it closes', () => {
    const lab = new Lab({ partitions: 1 });
    lab.member('A');
    lab.settled('A');
    const committed = (): number | undefined => lab.group()!.offsets['t-0']?.offset;
    lab.produce(['a', 'b']);
    lab.until(() => lab.values('A').length === 2, 'read');
    expect(committed()).toBeUndefined();
    lab.until(() => committed() === 2, 'committed by the clock', 6_000);
    lab.produce(['c']);
    lab.until(() => lab.values('A').length === 3, 'read');
    lab.member('B');
    lab.settled('A', 'B');
    expect(committed()).toBe(3);
    lab.produce(['d']);
    lab.until(() => lab.values('A').length + lab.values('B').length === 4, 'read');
    for (const process of ['A', 'B']) lab.cluster.act({ type: 'signal', process, signal: 'SIGTERM' });
    lab.cluster.runFor(500);
    expect(committed()).toBe(4);
    expect(lab.group()!.chart.value).toBe('Empty');
  });

  it('a static member is not missed when it comes back in time, and fences its double', () => {
    const lab = new Lab({ partitions: 2 });
    const properties = { 'group.instance.id': 'i1' };
    lab.member('A', properties);
    lab.member('B');
    lab.settled('A', 'B');
    const { generationId } = lab.consumer('A').group!;
    const had = lab.owns('A');
    lab.cluster.act({ type: 'signal', process: 'A', signal: 'SIGTERM' });
    lab.cluster.runFor(4_000);
    lab.cluster.act({ type: 'start', process: 'A' });
    lab.settled('A', 'B');
    expect(lab.consumer('A').group!.generationId).toBe(generationId);
    expect(lab.owns('A')).toEqual(had);
    expect(lab.told('groupMemberReplaced')).toHaveLength(1);
    lab.command('B', { type: 'subscribe', topics: ['t', 'u'] });
    lab.until(() => lab.consumer('B').group!.generationId > generationId && lab.isStable('A', 'B'), 'the group has changed');
    lab.member('A2', properties);
    lab.until(() => lab.told('consumerFailed', 'A').length === 1, 'A is fenced');
    expect(lab.told('consumerFailed', 'A')[0]).toMatchObject({ error: 'FencedInstanceIdException' });
    lab.settled('A2', 'B');
  });

  it('the leader joins again when a topic gets its partitions', () => {
    const lab = new Lab({ properties: { 'auto.create.topics.enable': 'false' } });
    lab.member('A', { 'metadata.max.age.ms': '2000' }, ['t', 'later']);
    lab.settled('A');
    expect(lab.lines('A').some((line) => line.includes('WARN') && line.includes('The following subscribed topics are not assigned to any members: [later] '))).toBe(true);
    lab.topic('later', 2);
    lab.until(() => lab.owns('A').length === 5, 'A has the new partitions');
    expect(lab.consumer('A').group!.generationId).toBe(2);
  });

  it.each([
    ['RoundRobinAssignor', ['t-0', 't-2', 'u-1'], ['t-1', 'u-0', 'u-2']],
    ['RangeAssignor', ['t-0', 't-1', 'u-0', 'u-1'], ['t-2', 'u-2']],
  ])('shares two topics out by the %s', (assignor, a, b) => {
    const lab = new Lab();
    lab.topic('u', 3);
    const properties = { 'partition.assignment.strategy': `org.apache.kafka.clients.consumer.${assignor}` };
    lab.member('A', properties, ['t', 'u']);
    lab.settled('A');
    lab.member('B', properties, ['t', 'u']);
    lab.settled('A', 'B');
    expect([lab.owns('A'), lab.owns('B')]).toEqual([a, b]);
  });

  it('keeps with the StickyAssignor what it had, as far as that is fair', () => {
    const lab = new Lab({ partitions: 6 });
    const properties = { 'partition.assignment.strategy': 'org.apache.kafka.clients.consumer.StickyAssignor' };
    for (const name of ['A', 'B', 'C']) lab.member(name, properties);
    lab.settled('A', 'B', 'C');
    const had = ['A', 'B', 'C'].map((name) => lab.owns(name));
    expect(had.map((names) => names.length)).toEqual([2, 2, 2]);
    lab.cluster.act({ type: 'signal', process: 'B', signal: 'SIGTERM' });
    lab.until(() => lab.owns('A').length === 3 && lab.owns('C').length === 3, 'A and C share what B had');
    expect(lab.owns('A')).toEqual(expect.arrayContaining([...had[0]!]));
    expect(lab.owns('C')).toEqual(expect.arrayContaining([...had[2]!]));
  });

  it('goes on when its coordinator dies: it finds the next one and stays in its generation', () => {
    const lab = new Lab({ brokers: 3 });
    lab.member('A', { 'session.timeout.ms': '30000' });
    lab.member('B', { 'session.timeout.ms': '30000' });
    lab.settled('A', 'B');
    const coordinator = [1, 2, 3].find((id) => lab.group(id))!;
    const { generationId } = lab.consumer('A').group!;
    lab.cluster.act({ type: 'signal', process: `broker-${coordinator}`, signal: 'SIGKILL' });
    const next = (): number => [1, 2, 3].find((id) => id !== coordinator && lab.group(id)) ?? -1;
    lab.until(() => next() > 0, 'another broker coordinates');
    lab.until(() => lab.told('coordinatorDiscovered', 'A').length > 1 && lab.told('coordinatorDiscovered', 'B').length > 1, 'the members find it');
    lab.cluster.runFor(10_000);
    expect(lab.isStable('A', 'B')).toBe(true);
    expect(lab.consumer('A').group!.generationId).toBe(generationId);
    expect(lab.told('partitionsRevoked', 'A').length).toBeLessThanOrEqual(2);
    expect(lab.lines('A').some((line) => line.includes('is unavailable or invalid, will attempt rediscovery'))).toBe(true);
  });

  it('needs a group.id for a subscription, an assignor that exists, a heartbeat shorter than the session', () => {
    const lab = new Lab();
    const start = (name: string, properties: Readonly<Record<string, string>>): unknown => {
      lab.member(name, properties);
      lab.cluster.runFor(10);
      return lab.told('clientNotStarted', name)[0];
    };
    expect(start('N', { 'partition.assignment.strategy': 'com.example.Mine' })).toMatchObject({ key: 'partition.assignment.strategy', message: 'com.example.Mine ClassNotFoundException exception occurred' });
    expect(start('H', { 'heartbeat.interval.ms': '10000' })).toMatchObject({ message: 'Heartbeat must be set lower than the session timeout' });
    lab.memberWithoutGroup('X');
    lab.cluster.runFor(10);
    expect(lab.told('clientNotStarted', 'X')[0]).toMatchObject({ key: 'group.id' });
    expect(lab.lines('X')[0]).toContain('org.apache.kafka.common.errors.InvalidGroupIdException: To use the group management or offset commit APIs, you must provide a valid group.id');
  });
});
