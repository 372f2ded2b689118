import { describe, expect, it } from 'vitest';
import { listOf, toArray } from '../../src/kernel/append-list.ts';
import { afterPowerLoss, append, emptyVolume, markDurable, read, truncateFile, write, type Volume } from '../../src/kernel/disk.ts';

const appended = (volume: Volume, text: string): Volume => append(volume, '/f', text, text.length, 0).volume;
const content = (volume: Volume) => read(volume, '/f')!;
const left = (volume: Volume): unknown[] => toArray(content(afterPowerLoss(volume, 0)).entries);

describe('flushes that end in another order than they were asked for', () => {
  it('keep what the later one has made durable', () => {
    const first = appended(emptyVolume('v'), 'one');
    const second = appended(first, 'two');
    const done = markDurable(markDurable(second, '/f', content(second)), '/f', content(first));
    expect(left(done)).toEqual(['one', 'two']);
  });

  it('do not bring back what has been replaced', () => {
    const old = appended(appended(emptyVolume('v'), 'one'), 'two');
    const flushed = markDurable(old, '/f', content(old));
    const replaced = write(flushed, '/f', { entries: listOf(['new']), bytes: 3 }, false, 0).volume;
    expect(left(replaced)).toEqual(['one', 'two']);
    expect(left(markDurable(replaced, '/f', content(replaced)))).toEqual(['new']);
  });

  it('make of a file that was cut since only what is left of it', () => {
    const long = appended(appended(emptyVolume('v'), 'one'), 'two');
    const cut = truncateFile(long, '/f', 1, 3, 0).volume;
    expect(left(markDurable(cut, '/f', content(long)))).toEqual(['one']);
  });
});
