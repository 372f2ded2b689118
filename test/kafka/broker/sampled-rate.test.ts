/** Rates as `SampledStat` and `SimpleRate` of 2.3.0 compute them: eleven samples of a second. */
import { describe, expect, it } from 'vitest';
import { recordedSimpleRate } from './recorded-simple-rate.ts';
import { emptyRate, measured, recorded, type SampledRate } from '../../../src/kafka/broker/sampled-rate.ts';

const window = { sampleMs: 1_000, samples: 11 };
const perSecond = (rate: SampledRate, nowMs: number): number => measured(rate, nowMs, window).perSecond;
/** One value at each of the times. */
const after = (value: number, ...times: readonly number[]): SampledRate => times.reduce((rate, nowMs) => recorded(rate, value, nowMs, window), emptyRate);

describe('a sampled rate', () => {
  it('is nothing before anything is recorded', () => {
    expect(perSecond(emptyRate, 5_000)).toBe(0);
  });

  it('counts the first sample as a whole second, however short it has been', () => {
    expect([10_000, 10_001, 10_999, 11_000].map((nowMs) => perSecond(after(600, 10_000), nowMs))).toEqual([600, 600, 600, 600]);
  });

  it('falls with the time since the oldest sample began', () => {
    const rate = after(600, 10_000);
    expect([12_000, 13_000, 20_000].map((nowMs) => perSecond(rate, nowMs))).toEqual([300, 200, 60]);
  });

  it('adds to a sample that is younger than a second and begins another one after it', () => {
    expect(after(5, 0, 999)).toEqual({ earlier: [], current: { startedMs: 0, value: 10 } });
    expect(after(5, 0, 1_000)).toEqual({ earlier: [{ startedMs: 0, value: 5 }], current: { startedMs: 1_000, value: 5 } });
  });

  it('forgets a sample whose eleven seconds are over, not a moment earlier', () => {
    const rate = after(1_100, 0, 5_000);
    expect(perSecond(rate, 10_999)).toBeCloseTo(2_200 / 10.999, 9);
    expect(perSecond(rate, 11_000)).toBe(1_100 / 6);
  });

  it('keeps eleven samples: the twelfth takes the place of the first', () => {
    const times = Array.from({ length: 12 }, (_, i) => i * 1_000);
    const rate = after(100, ...times);
    expect([rate.earlier.length, rate.earlier[0]!.startedMs, rate.current!.startedMs]).toEqual([10, 1_000, 11_000]);
    expect(perSecond(rate, 11_000)).toBe(110);
  });

  it('begins old samples anew when it is asked, so that the next record does not begin another', () => {
    const stale = measured(after(600, 0), 11_000, window);
    expect(stale.perSecond).toBe(0);
    expect(stale.rate.current).toEqual({ startedMs: 11_000, value: 0 });
    expect(perSecond(recorded(stale.rate, 900, 11_900, window), 11_900)).toBe(900);
    // Not asked in between, the old sample is put among the earlier ones, and is only then found to be too old.
    expect(recorded(after(600, 0), 900, 11_900, window).earlier).toEqual([{ startedMs: 0, value: 600 }]);
  });

  it('measures what the real one measured', () => {
    let rate = emptyRate;
    for (const [what, nowMs, value] of recordedSimpleRate) {
      if (what === 'record') rate = recorded(rate, value, nowMs, window);
      else {
        const asked = measured(rate, nowMs, window);
        expect(asked.perSecond, String(nowMs)).toBe(value);
        rate = asked.rate;
      }
    }
    expect(recordedSimpleRate.filter(([what, , value]) => what === 'measure' && value > 0).length).toBeGreaterThan(30);
  });

  it('is left as it is where nothing is too old', () => {
    const rate = after(7, 0, 1_500);
    expect(measured(rate, 9_000, window).rate).toBe(rate);
  });
});
