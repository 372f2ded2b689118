/**
 * A rate over a ring of samples (`SampledStat` and `SimpleRate` of `org.apache.kafka.common.metrics.stats` 2.3.0). Times are milliseconds of the wall
 * clock. Asking for the rate begins samples anew that are too old, so that asking changes it, as it does there.
 */

export interface SampleWindow {
  /** How long a sample takes what is recorded. */
  readonly sampleMs: number;
  readonly samples: number;
}

interface Sample {
  readonly startedMs: number;
  readonly value: number;
}

export interface SampledRate {
  /** In the order of the ring: the one to be used again next is the first. */
  readonly earlier: readonly Sample[];
  /** null: nothing has been recorded or asked. */
  readonly current: Sample | null;
}

export const emptyRate: SampledRate = { earlier: [], current: null };

export function recorded(rate: SampledRate, value: number, nowMs: number, { sampleMs, samples }: SampleWindow): SampledRate {
  const { earlier, current } = rate;
  if (current === null) return { earlier, current: { startedMs: nowMs, value } };
  if (nowMs - current.startedMs < sampleMs) return { earlier, current: { startedMs: current.startedMs, value: current.value + value } };
  const kept = [...earlier, current];
  return { earlier: kept.slice(Math.max(0, kept.length - samples + 1)), current: { startedMs: nowMs, value } };
}

/** What was recorded a second since the oldest sample began, which counts as one sample's time at least. */
export function measured(rate: SampledRate, nowMs: number, { sampleMs, samples }: SampleWindow): { readonly rate: SampledRate; readonly perSecond: number } {
  const isObsolete = ({ startedMs }: Sample): boolean => nowMs - startedMs >= samples * sampleMs;
  const fresh = (sample: Sample): Sample => (isObsolete(sample) ? { startedMs: nowMs, value: 0 } : sample);
  const current = fresh(rate.current ?? { startedMs: nowMs, value: 0 });
  const earlier = rate.earlier.some(isObsolete) ? rate.earlier.map(fresh) : rate.earlier;
  let { value: total, startedMs: oldestMs } = current;
  for (const sample of earlier) {
    total += sample.value;
    oldestMs = Math.min(oldestMs, sample.startedMs);
  }
  const isSame = earlier === rate.earlier && current === rate.current;
  return { rate: isSame ? rate : { earlier, current }, perSecond: total / (Math.max(nowMs - oldestMs, sampleMs) / 1_000) };
}
