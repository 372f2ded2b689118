import { expect, test } from 'vitest';
import { dateOf, epochMs, javaDate, momentOf, three, timeOfDay } from '../../src/kernel/calendar.ts';

test('a moment is printed as Java prints it', () => {
  for (const [iso, text] of [
    ['2026-11-22T07:31:24Z', 'Sun Nov 22 07:31:24 UTC 2026'],
    ['1970-01-01T00:00:00Z', 'Thu Jan 01 00:00:00 UTC 1970'],
    ['2024-02-29T23:59:59Z', 'Thu Feb 29 23:59:59 UTC 2024'],
    ['2000-12-31T12:00:00Z', 'Sun Dec 31 12:00:00 UTC 2000'],
    ['2100-03-01T00:00:00Z', 'Mon Mar 01 00:00:00 UTC 2100'],
  ] as const) expect(javaDate(Date.parse(iso))).toBe(text);
});

test('every day of a century is the one the machine knows, and counts back to its beginning', () => {
  for (let day = -10_000; day < 30_000; day += 7) {
    const ms = day * 86_400_000 + 45_296_789;
    const at = momentOf(ms);
    expect(`${dateOf(at)}T${timeOfDay(at)}.${three(at.millisecond)}Z`).toBe(new Date(ms).toISOString());
    expect(epochMs(at)).toBe(day * 86_400_000);
  }
});
