/** Moments in the words of the programs that print them. */
import { dateOf, momentOf, timeOfDay } from '../kernel/calendar.ts';

/** `2026-11-22T07:29:00.123456000Z`, as Docker and RFC 3339 write it. */
export function isoTime(ms: number, nanos: number): string {
  const at = momentOf(ms);
  return `${dateOf(at)}T${timeOfDay(at)}.${String(at.millisecond * 1_000_000 + nanos).padStart(9, '0')}Z`;
}

/** How long ago something was, in Docker's words (go-units HumanDuration). */
export function humanDuration(seconds: number): string {
  if (seconds < 1) return 'Less than a second';
  if (seconds < 2) return '1 second';
  if (seconds < 60) return `${Math.floor(seconds)} seconds`;
  const minutes = Math.floor(seconds / 60);
  if (minutes === 1) return 'About a minute';
  if (minutes < 60) return `${minutes} minutes`;
  const hours = Math.round(seconds / 3_600);
  if (hours === 1) return 'About an hour';
  if (hours < 48) return `${hours} hours`;
  if (hours < 24 * 14) return `${Math.floor(hours / 24)} days`;
  if (hours < 24 * 60) return `${Math.floor(hours / 24 / 7)} weeks`;
  if (hours < 24 * 365 * 2) return `${Math.floor(hours / 24 / 30)} months`;
  return `${Math.floor(hours / 24 / 365)} years`;
}
