/**
 * A process's log lines as files of its host, for who looks for them there: as log4j's file appenders write them with the layout
 * `[%d] %p %m%n`. What cannot be written is lost, and nobody is told.
 */
import { dateOf, log4jTime, momentOf, two } from './calendar.ts';
import * as files from './disk.ts';
import type { Volume } from './disk.ts';
import type { LogLevel, LogLine, Micros } from './program.ts';
import { byteLength } from './utf8.ts';

export interface LogFile {
  /** Lines with this `LogLine.file` go there. */
  readonly file: string;
  readonly path: string;
  /** A new file with every hour; the old one gets its hour behind its name. */
  readonly rollsHourly?: boolean;
}

/** `[2026-11-22 08:57:23,156] WARN <text>` with its newline; the text has its logger in brackets at its end. */
export function logText(wallClockMs: number, level: LogLevel, text: string): string {
  return `[${log4jTime(wallClockMs)}] ${level} ${text}\n`;
}

/** What a file that rolls gets behind its name for an hour. */
export function hourSuffix(wallClockMs: number): string {
  const moment = momentOf(wallClockMs);
  return `${dateOf(moment)}-${two(moment.hour)}`;
}

interface Clock {
  readonly now: Micros;
  /** Wall clock of a moment of the world, in milliseconds since 1970. */
  readonly wallClockMs: (at: Micros) => number;
}

/** The volume after a line; `path` is the file's place on it. */
export function withLogLine(volume: Volume, path: string, { rollsHourly }: LogFile, { level, text }: LogLine, { now, wallClockMs }: Clock): Volume {
  const known = files.fileOf(volume, path);
  const hourOf = (at: Micros): string => hourSuffix(wallClockMs(at));
  let next = volume;
  if (rollsHourly === true && known !== undefined && hourOf(known.modifiedAt) !== hourOf(now)) next = files.renamePath(next, path, `${path}.${hourOf(known.modifiedAt)}`).volume;
  for (const one of logText(wallClockMs(now), level, text).slice(0, -1).split('\n')) next = files.append(next, path, one, byteLength(one) + 1, now).volume;
  return next;
}
