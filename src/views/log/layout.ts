/** Which lines are shown: a file, a lowest level, a text; and only the last of a long log. Pure. */
import type { LogLevel } from '../../kernel/program.ts';
import type { LogEntry, LogFrame } from './frame.ts';

export const LEVELS: readonly LogLevel[] = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'];

export interface LogFilter {
  /** Empty: all files. */
  readonly file: string;
  readonly level: LogLevel;
  readonly text: string;
}

export interface LogLayout {
  readonly files: readonly string[];
  readonly lines: readonly LogEntry[];
  /** Lines that pass the filter but are older than what is shown. */
  readonly older: number;
  readonly levels: readonly { readonly level: LogLevel; readonly count: number }[];
}

export function layoutLog(frame: LogFrame, filter: LogFilter, limit: number): LogLayout {
  const files: string[] = [];
  const counts = new Map<LogLevel, number>();
  const lowest = LEVELS.indexOf(filter.level);
  const wanted = filter.text.toLowerCase();
  const passed: LogEntry[] = [];
  for (const line of frame.lines) {
    if (!files.includes(line.file)) files.push(line.file);
    counts.set(line.level, (counts.get(line.level) ?? 0) + 1);
    if (filter.file !== '' && line.file !== filter.file) continue;
    if (LEVELS.indexOf(line.level) < lowest) continue;
    if (wanted !== '' && !line.text.toLowerCase().includes(wanted)) continue;
    passed.push(line);
  }
  return { files, lines: passed.slice(-limit), older: Math.max(0, passed.length - limit), levels: LEVELS.map((level) => ({ level, count: counts.get(level) ?? 0 })) };
}
