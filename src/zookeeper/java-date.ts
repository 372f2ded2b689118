/** A moment as `java.util.Date` prints it in UTC: `Sun Nov 22 07:31:24 UTC 2026`. Arithmetic only: no clock and no calendar object here. */
const DAYS = ['Thu', 'Fri', 'Sat', 'Sun', 'Mon', 'Tue', 'Wed'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const DAY_MS = 86_400_000;
/** Days of 400 years, after which the calendar repeats. */
const ERA = 146_097;

const two = (value: number): string => String(value).padStart(2, '0');

/** `ms` since 1970. */
export function javaDate(ms: number): string {
  const days = Math.floor(ms / DAY_MS);
  const seconds = Math.floor((ms - days * DAY_MS) / 1_000);
  // Years that begin on 1 March, counted from 1 March of the year 0, so that the leap day is a year's last.
  const sinceMarch0 = days + 719_468;
  const era = Math.floor(sinceMarch0 / ERA);
  const dayOfEra = sinceMarch0 - era * ERA;
  const yearOfEra = Math.floor((dayOfEra - Math.floor(dayOfEra / 1_460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365);
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1;
  const month = (monthFromMarch + 2) % 12;
  const year = yearOfEra + era * 400 + (month < 2 ? 1 : 0);
  const weekday = DAYS[((days % 7) + 7) % 7]!;
  const clock = `${two(Math.floor(seconds / 3_600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return `${weekday} ${MONTHS[month]!} ${two(day)} ${clock} UTC ${year}`;
}
