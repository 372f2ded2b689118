/** A process's lines as they stand in its log files. */
import { toArray } from '../../kernel/append-list.ts';
import type { StampedLine } from '../../kernel/process.ts';
import type { LogFrame } from '../../views/log/frame.ts';
import type { Seen } from './stage.ts';

/** More than anybody reads at once; the newest count. */
const SHOWN = 400;

export function wallClock(wallClockBaseMs: number, at: number): string {
  const date = new Date(wallClockBaseMs + Math.floor(at / 1_000)).toISOString();
  return `${date.slice(0, 10)} ${date.slice(11, 19)},${date.slice(20, 23)}`;
}

function lineText(line: StampedLine, base: number, myid: string): string {
  const stamp = wallClock(base, line.at);
  if (line.file === 'zookeeper') return `${stamp} [myid:${myid}] - ${line.level.padEnd(5)} ${line.text}`;
  return `[${stamp}] ${line.level} ${line.text}`;
}

export function logFrame(seen: Seen, name: string): LogFrame | undefined {
  const process = seen.world.processes.find((one) => one.name === name);
  if (!process) return undefined;
  const from = Math.max(0, process.lines.length - SHOWN);
  const myid = name.replace(/\D/g, '');
  return {
    process: name,
    lines: toArray(process.lines, from).map((line, index) => ({
      key: String(from + index),
      at: line.at,
      level: line.level,
      file: line.file,
      text: lineText(line, seen.world.wallClockBaseMs, myid),
    })),
  };
}
