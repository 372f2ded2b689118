/** The files in which brokers of one installation keep their log lines, as the log4j.properties that is shipped has it. */
import { values } from '../../kernel/append-list.ts';
import type { FileEdit } from '../../kernel/disk.ts';
import { hourSuffix, logText, type LogFile } from '../../kernel/log-files.ts';
import type { Process } from '../../kernel/process.ts';
import type { World } from '../../kernel/world.ts';
import { textFile } from '../files/text.ts';

/** The last three exist and stay empty here. */
const FILES = ['server', 'controller', 'state-change', 'log-cleaner', 'kafka-request', 'kafka-authorizer'];

export const brokerLogFiles = (directory: string): readonly LogFile[] => FILES.map((file) => ({ file, path: `${directory}/${file}.log`, rollsHourly: true }));

/** What these files hold of all that some brokers have logged since they were there: one hour a file. */
export function loggedSoFar(world: World, brokers: readonly Process[], directory: string): readonly FileEdit[] {
  const lines = brokers.flatMap((broker) => [...values(broker.lines)]).sort((a, b) => a.at - b.at);
  return brokerLogFiles(directory).flatMap(({ file, path }) => {
    const hours = new Map<string, string>();
    for (const { at, level, text, file: own } of lines) {
      if (own !== file) continue;
      const ms = world.wallClockBaseMs + Math.floor(at / 1_000);
      const hour = hourSuffix(ms);
      hours.set(hour, (hours.get(hour) ?? '') + logText(ms, level, text));
    }
    const last = [...hours.keys()].at(-1);
    if (last === undefined) return [textFile(path, '')];
    return [...hours].map(([hour, text]) => textFile(hour === last ? path : `${path}.${hour}`, text));
  });
}
