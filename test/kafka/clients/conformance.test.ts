/** Cases of producers and consumers that need real brokers. */
import { describe, expect, it } from 'vitest';
import { encodeBatch, utf8 } from '../../../src/kafka/log/record-batch.ts';
import { Lab } from './deployed.ts';

describe('a producer', () => {
  it('kafka-clients#10: an idempotent batch whose answer got lost is sent again, is stored once and has its first offset', () => {
    const lab = new Lab({ partitions: 1 });
    lab.producer({ 'enable.idempotence': 'true', 'linger.ms': '20' });
    lab.produce(['before']);
    lab.until(() => lab.told('recordAcked').length === 1, 'the producer has its id');
    lab.cluster.act({ type: 'cut', a: ['broker-1'], b: ['P'], oneWay: true });
    lab.produce(['a', 'b', 'c', 'd', 'e']);
    lab.until(() => lab.stored('t-0').length === 6, 'the broker has the batch');
    lab.cluster.runFor(1_000);
    expect(lab.told('recordAcked')).toHaveLength(1);
    // The connection is given up after request.timeout.ms, and what was on its way with it.
    lab.until(() => lab.told('clientDisconnected', 'P').length === 1, 'the producer waits no longer', 31_000);
    lab.cluster.act({ type: 'heal' });
    lab.until(() => lab.told('recordAcked').length === 6, 'it is answered now');
    expect(lab.told('batchSent', 'P').map(({ baseSequence, records }) => [baseSequence, records])).toEqual([[0, 1], [1, 5], [1, 5]]);
    expect(lab.told('recordAcked').map((fact) => fact['offset'])).toEqual([0, 1, 2, 3, 4, 5]);
    lab.produce(['after']);
    lab.until(() => lab.told('recordAcked').length === 7, 'the sequence goes on');
    expect(lab.stored('t-0')).toEqual(['before', 'a', 'b', 'c', 'd', 'e', 'after']);
  });

  it('kafka-clients#12: with acks=0 a record for a broker that leads no more is lost, and the closed connection is all the producer hears', () => {
    const lab = new Lab({ brokers: 2, partitions: 1 });
    lab.producer({ acks: '0' });
    lab.produce(['a']);
    lab.until(() => lab.stored('t-0').length === 1, 'broker 1 has it');
    lab.cluster.act({ type: 'signal', process: 'broker-1', signal: 'SIGSTOP' });
    lab.until(() => lab.cluster.facts().partitions('t')[0]?.leader === 2, 'broker 2 leads');
    lab.cluster.act({ type: 'signal', process: 'broker-1', signal: 'SIGCONT' });
    lab.until(() => lab.told('becameFollower', 'broker-1').length > 0, 'broker 1 follows');
    const known = lab.told('metadataUpdated', 'P').length;
    lab.produce(['lost']);
    lab.until(() => lab.told('clientDisconnected', 'P').length === 1, 'broker 1 closes the connection');
    expect(lab.told('recordFailed')).toEqual([]);
    lab.until(() => lab.told('metadataUpdated', 'P').length > known, 'it asks who leads');
    lab.produce(['b']);
    lab.until(() => lab.stored('t-0', 2).length === 2, 'broker 2 has it');
    lab.cluster.runFor(2_000);
    expect([lab.stored('t-0', 1), lab.stored('t-0', 2)]).toEqual([['a', 'b'], ['a', 'b']]);
    expect(lab.told('recordAcked').map((fact) => fact['offset'])).toEqual([-1, -1, -1]);
  });
});

describe('a consumer', () => {
  it('kafka-clients#22: read_committed stops at an open transaction, whatever lies behind it, and goes on after the abort marker', () => {
    const lab = new Lab({ partitions: 1 });
    lab.member('C', { 'isolation.level': 'read_committed' });
    lab.member('U', { 'group.id': 'u' });
    lab.produce(['a', 'b', 'c']);
    lab.until(() => lab.stored('t-0').length === 3, 'three records lie there');
    const records = [encodeBatch([{ timestamp: 1, key: null, value: utf8('aborted') }], { producerId: 7, producerEpoch: 0, baseSequence: 0, isTransactional: true })];
    lab.ask({ api: 'Produce', body: { transactionalId: 'x', acks: -1, timeoutMs: 30_000, topics: [{ topic: 't', partitions: [{ partition: 0, records }] }] } });
    lab.produce(['d', 'e']);
    lab.until(() => lab.values('U').length === 6, 'the other consumer reads all');
    lab.cluster.runFor(2_000);
    expect(lab.values('C')).toEqual(['a', 'b', 'c']);
    expect(lab.consumer('C').partitions['t-0']).toMatchObject({ position: 3 });
    const ended = lab.ask({ api: 'WriteTxnMarkers', body: { markers: [{ producerId: 7, producerEpoch: 0, committed: false, coordinatorEpoch: 0, topics: [{ topic: 't', partitions: [0] }] }] } });
    expect(ended['markers']).toEqual([{ producerId: 7, topics: [{ topic: 't', partitions: [{ partition: 0, error: 'NONE' }] }] }]);
    lab.until(() => lab.values('C').length === 5, 'it goes on');
    expect([lab.values('C'), lab.values('U')]).toEqual([['a', 'b', 'c', 'd', 'e'], ['a', 'b', 'c', 'aborted', 'd', 'e']]);
    lab.until(() => lab.consumer('C').partitions['t-0']!.position === 7, 'the marker takes an offset, too');
  });

  it('kafka-broker#77: of aborted offsets 3 to 5 the application sees nothing, and its position is 7', () => {
    const lab = new Lab({ partitions: 1 });
    lab.produce(['a', 'b', 'c']);
    lab.until(() => lab.stored('t-0').length === 3, 'three records lie there');
    const records = [encodeBatch(['x', 'y', 'z'].map((value) => ({ timestamp: 1, key: null, value: utf8(value) })), { producerId: 7, producerEpoch: 0, baseSequence: 0, isTransactional: true })];
    lab.ask({ api: 'Produce', body: { transactionalId: 'x', acks: -1, timeoutMs: 30_000, topics: [{ topic: 't', partitions: [{ partition: 0, records }] }] } });
    lab.ask({ api: 'WriteTxnMarkers', body: { markers: [{ producerId: 7, producerEpoch: 0, committed: false, coordinatorEpoch: 0, topics: [{ topic: 't', partitions: [0] }] }] } });
    lab.member('C', { 'isolation.level': 'read_committed' });
    lab.until(() => lab.consumer('C')?.partitions['t-0']?.position === 7, 'it has read all');
    expect(lab.values('C')).toEqual(['a', 'b', 'c']);
    expect(lab.consumer('C').partitions['t-0']).toMatchObject({ highWatermark: 7 });
  });

  it('kafka-clients#23: less than fetch.min.bytes is answered after fetch.max.wait.ms', () => {
    const lab = new Lab({ partitions: 1 });
    /** Milliseconds from a new group's first fetch to its records. */
    const waited = (group: string): number => {
      lab.member(group, { 'group.id': group, 'fetch.min.bytes': '1000' });
      lab.until(() => lab.told('recordsConsumed', group).length > 0, `${group} reads`);
      const at = (type: string): number => lab.facts.find(({ process, fact }) => process === group && fact.type === type)!.at;
      return (at('recordsConsumed') - at('positionReset')) / 1_000;
    };
    lab.produce(['x'.repeat(400)]);
    lab.until(() => lab.told('recordAcked').length === 1, 'there are 400 bytes and a little more');
    expect(waited('few')).toBeGreaterThan(500);
    expect(waited('fewer')).toBeLessThan(510);
    lab.produce(['y'.repeat(600)]);
    lab.until(() => lab.told('recordAcked').length === 2, 'there are more than 1000');
    expect(waited('enough')).toBeLessThan(10);
    expect(lab.values('enough').map((value) => value.length)).toEqual([400, 600]);
  });

  it('a leader that was told of too few brokers for a topic looks for it again when its metadata is too old', () => {
    const lab = new Lab({ partitions: 1, properties: { 'default.replication.factor': '3' } });
    lab.member('A', {}, ['later']);
    lab.settled('A');
    expect(lab.lines('A').some((line) => line.includes('{later=INVALID_REPLICATION_FACTOR}'))).toBe(true);
    lab.topic('later', 2);
    const asked = lab.facts.findLast(({ process, fact }) => process === 'A' && fact.type === 'metadataUpdated')!.at;
    lab.cluster.runTo(asked + 299_000_000);
    expect(lab.owns('A')).toEqual([]);
    lab.until(() => lab.owns('A').length === 2, 'A has the partitions', 2_000);
  });
});
