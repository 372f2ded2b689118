/** Calendar and clock in UTC by arithmetic alone: the simulation knows no other clock than its own. */
export interface Moment {
  readonly year: number;
  /** 1–12. */
  readonly month: number;
  readonly day: number;
  /** 0: Sunday. */
  readonly weekday: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly millisecond: number;
}

const DAY_MS = 86_400_000;
/** Days of the 400 years after which the calendar repeats, and from 0000-03-01 to 1970-01-01. */
const ERA_DAYS = 146_097;
const EPOCH_DAYS = 719_468;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

/** `ms` since 1970. Years begin in March in between, so that the leap day is the last of its year. */
export function momentOf(ms: number): Moment {
  const days = Math.floor(ms / DAY_MS);
  const ofDay = ms - days * DAY_MS;
  const era = Math.floor((days + EPOCH_DAYS) / ERA_DAYS);
  const dayOfEra = days + EPOCH_DAYS - era * ERA_DAYS;
  const yearOfEra = Math.floor((dayOfEra - Math.floor(dayOfEra / 1_460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365);
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const fromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9;
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * fromMarch + 2) / 5) + 1,
    weekday: (((days + 4) % 7) + 7) % 7,
    hour: Math.floor(ofDay / 3_600_000),
    minute: Math.floor(ofDay / 60_000) % 60,
    second: Math.floor(ofDay / 1_000) % 60,
    millisecond: Math.floor(ofDay) % 1_000,
  };
}

/** Milliseconds since 1970 of the beginning of a day. */
export function epochMs({ year, month, day }: Pick<Moment, 'year' | 'month' | 'day'>): number {
  const marchYear = month <= 2 ? year - 1 : year;
  const era = Math.floor(marchYear / 400);
  const yearOfEra = marchYear - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return (era * ERA_DAYS + dayOfEra - EPOCH_DAYS) * DAY_MS;
}

export const two = (value: number): string => String(value).padStart(2, '0');
export const three = (value: number): string => String(value).padStart(3, '0');
export const monthName = ({ month }: Moment): string => MONTHS[month - 1]!;
export const weekdayName = ({ weekday }: Moment): string => WEEKDAYS[weekday]!;
/** `2026-11-22`. */
export const dateOf = ({ year, month, day }: Moment): string => `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`;
/** `07:25:14`. */
export const timeOfDay = ({ hour, minute, second }: Moment): string => `${two(hour)}:${two(minute)}:${two(second)}`;

/** `2026-11-22 07:25:14,567`, as log4j's `%d` writes it. */
export function log4jTime(ms: number): string {
  const at = momentOf(ms);
  return `${dateOf(at)} ${timeOfDay(at)},${three(at.millisecond)}`;
}

/** As `java.util.Date` prints it in UTC: `Sun Nov 22 07:31:24 UTC 2026`. */
export function javaDate(ms: number): string {
  const at = momentOf(ms);
  return `${weekdayName(at)} ${monthName(at)} ${two(at.day)} ${timeOfDay(at)} UTC ${at.year}`;
}
