import { describe, expect, it } from 'vitest';
import { follow, gridLabel, timelineLayout, zoom } from '../../../src/views/timeline/layout.ts';
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
  it('shows messages as arrows only when zoomed in far enough', () => {
    expect(timelineLayout(frame, span, size).arrows).toHaveLength(0);
    expect(timelineLayout(frame, { from: 12_099_000, to: 12_103_000 }, size).arrows).toHaveLength(2);
  });
  it('labels the axis with as many decimals as neighbours need', () => {
    expect(gridLabel(7_000_000, span)).toBe('7');
    expect(gridLabel(7_250_000, { from: 7_200_000, to: 7_500_000 })).toBe('7.25');
  });
});
