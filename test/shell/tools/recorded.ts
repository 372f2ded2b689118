/** Recorded runs of the shipped tools: the `[cli]` blocks of a capture and the runs of its `== final state ==`. */
import { readFileSync } from 'node:fs';

export interface RecordedRun {
  readonly command: string;
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

/** ` (17 __consumer_offsets lines)`: timelines are indented by this much under their entry. */
const INDENT = ' '.repeat(13);

export function recordedRuns(capture: string): readonly RecordedRun[] {
  const lines = readFileSync(new URL(`../../captures/kafka/${capture}.txt`, import.meta.url), 'utf8').split('\n');
  const runs: RecordedRun[] = [];
  for (const [index, line] of lines.entries()) {
    const [, inTimeline, command] = /^(?: *-?\d+ (\[cli\]) )?\$ (kafka-.*)$/.exec(line) ?? [];
    if (command === undefined) continue;
    const indent = inTimeline === undefined ? '' : INDENT;
    const streams = { stdout: '', stderr: '' };
    let stream: 'stdout' | 'stderr' = 'stdout';
    for (const following of lines.slice(index + 1)) {
      const text = following.startsWith(indent) ? following.slice(indent.length) : following;
      const [, code] = /^--exit code (\d+)$/.exec(text) ?? [];
      if (code !== undefined) {
        runs.push({ command: command.replace(/ +# .*$/, ''), ...streams, exitCode: Number(code) });
        break;
      }
      if (text === '--stdout' || text === '--stderr') stream = text.slice(2) as 'stdout' | 'stderr';
      else streams[stream] += `${text}\n`;
    }
  }
  return runs;
}

/**
 * Without what differs from run to run, and without what the recording's ZooKeeper client 3.8 prints at every end of a session,
 * which Kafka's own 3.4.14 does not (captures/kafka/README.md).
 */
export function comparable(text: string): string {
  return text
    .replace(/^\[.*\] WARN An exception was thrown while closing send thread for session .*\n.*Exception: .*\n(?:\tat .*\n)*/gm, '')
    .replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}/g, '<date>');
}
