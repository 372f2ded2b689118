import { beforeAll, describe, expect, it } from 'vitest';
import { programs } from '../../../src/app/open.ts';
import { partitionFrame } from '../../../src/app/frames/partition.ts';
import { segmentsFrame } from '../../../src/app/frames/segments.ts';
import type { Seen } from '../../../src/app/frames/stage.ts';
import { newHistory } from '../../../src/app/story.ts';
import { encodeBatch, utf8 } from '../../../src/kafka/log/record-batch.ts';
import type { PartitionFrame } from '../../../src/views/partition/frame.ts';
import type { SegmentsFrame } from '../../../src/views/segments/frame.ts';
import { Lab } from '../../kafka/clients/deployed.ts';

/** A committed transaction at 0, an aborted one at 2 and 3, an open one at 5. */
describe('a partition with transactions', () => {
  let lab: Lab;
  const write = (producerId: number, ...values: readonly string[]): void => {
    const records = [encodeBatch(values.map((value) => ({ timestamp: lab.cluster.world.wallClockBaseMs, key: null, value: utf8(value) })), { producerId, producerEpoch: 2, baseSequence: 0, isTransactional: true })];
    lab.ask({ api: 'Produce', body: { transactionalId: 'x', acks: -1, timeoutMs: 30_000, topics: [{ topic: 't', partitions: [{ partition: 0, records }] }] } });
  };
  const end = (producerId: number, committed: boolean): void => {
    lab.ask({ api: 'WriteTxnMarkers', body: { markers: [{ producerId, producerEpoch: 2, committed, coordinatorEpoch: 4, topics: [{ topic: 't', partitions: [0] }] }] } });
  };
  const seen = (): Seen => ({ world: lab.cluster.world, observed: lab.cluster.observed, facts: lab.cluster.facts(), now: lab.cluster.now });
  const row = (): PartitionFrame['rows'][number] => {
    return partitionFrame(seen(), newHistory(lab.cluster.world, programs), 't', 0)!.rows[0]!;
  };
  const files = (): SegmentsFrame => segmentsFrame(seen(), 1, 't-0', { segment: 0, position: 0 })!;

  beforeAll(() => {
    lab = new Lab({ partitions: 1 });
    write(1, 'a');
    end(1, true);
    write(2, 'b', 'c');
    end(2, false);
    write(3, 'd');
  });

  it('shows how far a reader of decided records gets, and markers by what they are', () => {
    expect(row()).toMatchObject({ highWatermark: 6, lastStableOffset: 5, logEnd: 6 });
    expect(row().records).toEqual([
      { offset: 0, text: 'a' },
      { offset: 1, kind: 'commit', text: 'producerId 1, producerEpoch 2, coordinatorEpoch 4' },
      { offset: 2, text: 'b' },
      { offset: 3, text: 'c' },
      { offset: 4, kind: 'abort', text: 'producerId 2, producerEpoch 2, coordinatorEpoch 4' },
      { offset: 5, text: 'd' },
    ]);
  });

  it('has control batches, their flags, and an index of what was aborted among its files', () => {
    const { segments, others } = files();
    expect(segments[0]!.batches.map(({ baseOffset, marker }) => [baseOffset, marker])).toEqual([[0, null], [1, 'COMMIT'], [2, null], [4, 'ABORT'], [5, null]]);
    expect(others).toContainEqual({ name: '00000000000000000000.txnindex', content: 'producerId 2: 2–4, lastStableOffset 5' });
    const aborting = segments[0]!.batches[3]!;
    const { fields } = segmentsFrame(seen(), 1, 't-0', { segment: 0, position: aborting.position })!.batch!;
    expect(fields.find(({ name }) => name === 'attributes')).toMatchObject({ value: 'none CreateTime transactional control' });
    expect(fields.at(-1)).toMatchObject({ name: 'record 0', value: 'ABORT, coordinatorEpoch 4' });
    expect(files().batch!.fields.at(-1)).toMatchObject({ value: 'a' });
  });

  it('is the same on the disk of a dead broker', () => {
    const { segments, others } = files();
    lab.cluster.act({ type: 'signal', process: 'broker-1', signal: 'SIGKILL' });
    expect(files()).toMatchObject({ isStored: true, segments, others });
  });
});
