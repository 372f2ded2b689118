import { describe, expect, it } from 'vitest';
import { follow, gridLabel, timelineLayout, zoom } from '../../../src/views/timeline/layout.ts';
import { textWidth } from '../../../src/views/text/units.ts';
import { sampleNow, sampleTimeline } from '../sample-frame.ts';

const frame = sampleTimeline('en');
const span = { from: 6_000_000, to: 18_500_000 };
const size = { width: 1140, height: 141, names: 108, head: 15, right: 24 };

describe('the timeline', () => {
  it('gives back the moment that stands at an x', () => {
    const layout = timelineLayout(frame, span, size);
    expect(Math.abs(layout.at(layout.x(10_000_000)) - 10_000_000)).toBeLessThan(10_000);
  });
  it('draws no band right of what has been computed', () => {
    const layout = timelineLayout(frame, span, size);
    for (const lane of layout.lanes) for (const band of lane.bands) expect(band.x + band.width).toBeLessThanOrEqual(layout.x(sampleNow) + 0.01);
  });
  it('keeps the moment under the pointer where it is while zooming', () => {
    const near = zoom(span, 10_000_000, 0.5);
    expect((10_000_000 - near.from) / (near.to - near.from)).toBeCloseTo(4 / 12.5, 5);
  });
  it('stands still until the playhead leaves the middle part', () => {
    expect(follow(span, 10_000_000)).toBe(span);
    const moved = follow(span, 17_000_000);
    expect(moved.from).toBeGreaterThan(span.from);
    expect(moved.to - moved.from).toBe(span.to - span.from);
  });
  it('folds quiet lanes into one when there is no room', () => {
    const layout = timelineLayout(frame, span, { ...size, height: 90 });
    expect(layout.quiet?.lanes.map((lane) => lane.id)).toContain('zookeeper2');
    expect(layout.lanes.map((place) => place.lane.id)).toContain('broker-1');
  });
  it('draws writes that wait for their answer as boxes of their own, and folds no lane that has some', () => {
    const low = { ...size, height: 90 };
    const quiet = timelineLayout(frame, span, low).quiet!.lanes[0]!;
    const waiting = { ...frame, lanes: frame.lanes.map((one) => (one.id === quiet.id ? { ...one, ticks: [{ at: 7_000_000, look: 'touch' as const }], open: [{ at: 10_000_000, look: 'unanswered' as const }] } : one)) };
    const place = timelineLayout(waiting, span, low).lanes.find((one) => one.lane.id === quiet.id)!;
    expect(place.ticks.map((ticks) => ticks.look)).toEqual(['touch', 'unanswered']);
    expect(place.ticks[1]!.d).toMatch(/^M[\d.]+ [\d.]+h4v[\d.]+h-4z$/);
  });
  it('shows messages as arrows only when zoomed in far enough', () => {
    expect(timelineLayout(frame, span, size).arrows).toHaveLength(0);
    expect(timelineLayout(frame, { from: 12_099_000, to: 12_103_000 }, size).arrows).toHaveLength(2);
  });
  it('labels the axis with as many decimals as neighbours need', () => {
    expect(gridLabel(7_000_000, span)).toBe('7');
    expect(gridLabel(7_250_000, { from: 7_200_000, to: 7_500_000 })).toBe('7.25');
  });
  it('moves on so that a deadline ahead is in view, and the playhead with it', () => {
    const near = { from: 3_000_000, to: 15_500_000 };
    expect(follow(near, 10_700_000)).toBe(near);
    const moved = follow(near, 10_700_000, 18_000_000);
    expect(moved.to).toBeGreaterThan(18_000_000 * 1.05);
    expect(moved.from).toBeLessThan(10_700_000);
    // One that is too far away does not take the playhead out of view.
    expect(follow(near, 10_700_000, 90_000_000).from).toBeLessThan(10_700_000);
    expect(follow(moved, 10_800_000, 18_000_000)).toBe(moved);
  });
  it('writes no word over another, whatever falls together', () => {
    const lane = frame.lanes.find((one) => one.id === 'broker-1')!;
    const marks = [9_950_000, 10_000_000, 10_050_000, 11_400_000].map((at) => ({ at, lane: lane.id, look: 'milestone' as const, word: 'controller, epoch 1' }));
    const crowded = { ...frame, lanes: frame.lanes.map((one) => (one === lane ? { ...one, bands: [{ from: 6_000_000, look: 'broken' as const, word: 'Starting' }] } : one)), marks };
    const layout = timelineLayout(crowded, span, size);
    const bands = layout.lanes.find((place) => place.lane.id === lane.id)!.bands;
    const words = [
      ...layout.marks.filter((place) => place.wordFits).map((place) => [place.x + 9, place.x + 9 + textWidth(place.mark.word)] as const),
      ...bands.flatMap((place) => (place.wordX === undefined ? [] : [[place.wordX, place.wordX + textWidth(place.band.word ?? '')] as const])),
    ].sort((a, b) => a[0] - b[0]);
    expect(words.length).toBeGreaterThan(1);
    for (const [at, [from]] of words.entries()) if (at > 0) expect(from).toBeGreaterThan(words[at - 1]![1]);
  });
  it('puts a bead on the lane of each event of a lit chain that is in view, and keeps its lane from being folded', () => {
    const lit = [
      { key: '1', at: 12_000_000, lane: 'zookeeper2', isHere: true, isAct: false },
      { key: '2', at: 1_000_000, lane: 'broker-1', isHere: false, isAct: true },
    ];
    const layout = timelineLayout({ ...frame, lit }, span, { ...size, height: 90 });
    expect(layout.beads.map((bead) => bead.event.key)).toEqual(['1']);
    expect(layout.quiet?.lanes.map((place) => place.id)).not.toContain('zookeeper2');
  });
  it('draws the future of another branch from where they part, also where that is out of view', () => {
    const forks = [
      { id: '0', branch: 'main', at: 10_000_000, until: 14_000_000 },
      { id: '2', branch: 'fork 2', at: 1_000_000, until: 9_000_000 },
    ];
    const layout = timelineLayout({ ...frame, forks }, span, size);
    expect(layout.forks.map((fork) => [fork.id, fork.isOut])).toEqual([['0', false], ['2', true]]);
    expect(layout.forks[0]!.endX).toBeGreaterThan(layout.forks[0]!.x);
  });
});
