/** What the log view draws: a process's own log lines, as the real one words them. */
import type { LogLevel, Micros } from '../../kernel/program.ts';

export interface LogEntry {
  readonly key: string;
  readonly at: Micros;
  readonly level: LogLevel;
  readonly file: string;
  /** The whole line as it stands in the file, time stamp and all. */
  readonly text: string;
}

export interface LogFrame {
  readonly process: string;
  /** Oldest first, up to the playhead. */
  readonly lines: readonly LogEntry[];
}
