import { beforeAll, describe, expect, it } from 'vitest';
import { segmentsFrame } from '../../../src/app/frames/segments.ts';
import { loseAnAcknowledgedRecord } from '../../../src/scenarios/lose-an-acknowledged-record.ts';
import type { SegmentsFrame } from '../../../src/views/segments/frame.ts';
import { Told } from './told.ts';

/** L4.3: broker 1 alone has the acknowledged `pay-42`, and dies. */
describe('the files of a partition', () => {
  let told: Told;
  const frame = (broker: number): SegmentsFrame => segmentsFrame(told.seen, broker, 'test-0', undefined)!;
  beforeAll(() => {
    told = new Told(loseAnAcknowledgedRecord);
    told.step(0);
  });

  it('are those of a broker that runs, and the same when it has died', () => {
    const alive = frame(1);
    expect(alive).toMatchObject({ isStored: false, logStart: 0, logEnd: 7 });
    expect(alive.config).not.toEqual([]);
    told.step(1);
    const dead = frame(1);
    expect(dead).toMatchObject({ isStored: true, logStart: 0, logEnd: 7, directory: alive.directory, config: [] });
    expect(dead.segments).toEqual(alive.segments);
    expect(dead.segments[0]!.batches.at(-1)).toMatchObject({ baseOffset: 6, lastOffset: 6, epoch: 0 });
    expect(dead.batch).toEqual(alive.batch);
    expect(dead.batch!.fields.some(({ value }) => value.includes('pay-42'))).toBe(true);
    expect(frame(2)).toMatchObject({ isStored: false });
  });

  it('are not there where nothing was ever kept', () => {
    expect(segmentsFrame(told.seen, 1, 'nowhere-0', undefined)).toBeUndefined();
  });
});
