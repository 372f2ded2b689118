/** Calendar and clock of a moment in UTC, every field with its zeros in front. */
export interface Civil {
  readonly year: string;
  readonly month: string;
  readonly day: string;
  readonly hour: string;
  readonly minute: string;
  readonly second: string;
  readonly millisecond: string;
}

const DAY_MS = 86_400_000;
/** Days of the 400 years after which the calendar repeats, and from 0000-03-01 to 1970-01-01. */
const ERA_DAYS = 146_097;
const EPOCH_DAYS = 719_468;

/** `ms` since 1970, not negative. Years begin in March here, so that the leap day is the last of its year. */
export function civil(ms: number): Civil {
  const days = Math.floor(ms / DAY_MS) + EPOCH_DAYS;
  const era = Math.floor(days / ERA_DAYS);
  const dayOfEra = days - era * ERA_DAYS;
  const yearOfEra = Math.floor((dayOfEra - Math.floor(dayOfEra / 1_460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365);
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const marchMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * marchMonth + 2) / 5) + 1;
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  const ofDay = ms % DAY_MS;
  const text = (value: number, width = 2): string => String(value).padStart(width, '0');
  return {
    year: text(year, 4),
    month: text(month),
    day: text(day),
    hour: text(Math.floor(ofDay / 3_600_000)),
    minute: text(Math.floor(ofDay / 60_000) % 60),
    second: text(Math.floor(ofDay / 1_000) % 60),
    millisecond: text(ofDay % 1_000, 3),
  };
}

/** Milliseconds since 1970 of the beginning of a day in UTC. */
export function epochMs({ year, month, day }: { readonly year: number; readonly month: number; readonly day: number }): number {
  const marchYear = month <= 2 ? year - 1 : year;
  const era = Math.floor(marchYear / 400);
  const yearOfEra = marchYear - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return (era * ERA_DAYS + dayOfEra - EPOCH_DAYS) * DAY_MS;
}
