import { describe, expect, it } from 'vitest';
import { OFFSETS_TOPIC } from '../../../src/kafka/groups/offsets-topic.ts';
import { ScriptedGroup } from '../groups/scripted-members.ts';
import { booted, markersIn, offsetOf, ScriptedTransaction } from './scripted-transaction.ts';

/** A transaction and the coordinator of the group whose offsets it commits. */
function begun(): { readonly tx: ScriptedTransaction; readonly group: ScriptedGroup } {
  const cluster = booted().createTopic('t', [[1, 2], [2, 3]]);
  const group = new ScriptedGroup(cluster, 'g').find();
  return { tx: new ScriptedTransaction(cluster).find().init(), group };
}

function withOffset(offset: number): ReturnType<typeof begun> {
  const both = begun();
  expect(both.tx.addOffsets('g')).toBe('NONE');
  expect(both.tx.commitOffset(both.group.coordinator, 'g', offset)).toBe('NONE');
  return both;
}

describe('offsets of a transaction', () => {
  it('are readable when the transaction is committed, not before', () => {
    const { tx, group } = withOffset(7);
    const { cluster } = tx;
    expect(tx.metadata?.partitions).toEqual([{ topic: OFFSETS_TOPIC, partition: 0 }]);
    cluster.run(1);
    expect(offsetOf(cluster, group.coordinator, 'g')).toBe(-1);
    expect(tx.end(true)).toBe('NONE');
    cluster.until(() => offsetOf(cluster, group.coordinator, 'g') === 7, 'the offset is readable');
    expect(markersIn(cluster, group.coordinator, `${OFFSETS_TOPIC}-0`)).toEqual([`COMMIT ${tx.producerId}/0`]);
    expect(group.state?.pendingTxnOffsets).toEqual({});
  });

  it('are forgotten when it is aborted', () => {
    const { tx, group } = withOffset(7);
    tx.end(false);
    tx.reaches('CompleteAbort').cluster.run(1);
    expect(offsetOf(tx.cluster, group.coordinator, 'g')).toBe(-1);
    expect(group.state?.pendingTxnOffsets).toEqual({});
  });

  it('replace what was committed before, and are replaced by what is committed later', () => {
    const { tx, group } = withOffset(7);
    const { cluster } = tx;
    group.commit(-1, '', 9);
    expect(offsetOf(cluster, group.coordinator, 'g')).toBe(9);
    tx.end(true);
    tx.reaches('CompleteCommit').cluster.run(1);
    expect(offsetOf(cluster, group.coordinator, 'g')).toBe(9);
    tx.addOffsets('g');
    tx.commitOffset(group.coordinator, 'g', 11);
    expect(cluster.log(`broker-${group.coordinator}`).join('\n')).toContain('group: g with leader: null has received offset commits from consumers as well as transactional producers.');
    tx.end(true);
    cluster.until(() => offsetOf(cluster, group.coordinator, 'g') === 11, 'the later offset is readable');
  });

  it('survive the move of the coordinator, committed ones and those of an open transaction', () => {
    const { tx, group } = withOffset(7);
    const { cluster } = tx;
    tx.end(true);
    tx.reaches('CompleteCommit');
    tx.addOffsets('g');
    tx.commitOffset(group.coordinator, 'g', 20);
    const before = group.coordinator;
    cluster.kill(`broker-${before}`);
    cluster.until(() => cluster.state(OFFSETS_TOPIC, 0)!.leader !== before && cluster.state(OFFSETS_TOPIC, 0)!.leader > 0, 'another broker leads the offsets', 60);
    const survivor = [1, 2, 3].find((id) => id !== before)!;
    cluster.until(() => (cluster.broker(survivor).metadata.topics[OFFSETS_TOPIC]?.[0]?.leader ?? before) !== before, 'it is known', 60).run(1);
    group.find(survivor);
    tx.find(survivor);
    expect(offsetOf(cluster, group.coordinator, 'g')).toBe(7);
    expect(tx.end(true)).toBe('NONE');
    cluster.until(() => offsetOf(cluster, group.coordinator, 'g') === 20, 'the pending offset is readable', 60);
  });

  it('are taken from a producer whose epoch is over, as 2.3.0 does (X11)', () => {
    const { tx, group } = begun();
    const zombie = new ScriptedTransaction(tx.cluster);
    Object.assign(zombie, { coordinator: tx.coordinator, producerId: tx.producerId, epoch: tx.epoch });
    tx.init();
    expect(zombie.addOffsets('g')).toBe('INVALID_PRODUCER_EPOCH');
    expect(zombie.commitOffset(group.coordinator, 'g', 5)).toBe('NONE');
  });

  it('are refused where the group is not coordinated, and for partitions that nobody knows', () => {
    const { tx, group } = begun();
    const other = group.coordinator === 1 ? 2 : 1;
    expect(tx.commitOffset(other, 'g', 5)).toBe('NOT_COORDINATOR');
    expect(tx.commitOffset(group.coordinator, '', 5)).toBe('INVALID_GROUP_ID');
    expect(tx.commitOffset(group.coordinator, 'g', 5, 9)).toBe('UNKNOWN_TOPIC_OR_PARTITION');
    expect(group.state).toBeUndefined();
  });

  it('of a group that members use: nobody asks who commits', () => {
    const { tx, group } = begun();
    group.sendJoinWithId();
    tx.cluster.run(1);
    expect(group.stateName).toBe('CompletingRebalance');
    tx.addOffsets('g');
    expect(tx.commitOffset(group.coordinator, 'g', 3)).toBe('NONE');
  });
});
