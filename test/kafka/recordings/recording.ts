/** Reads a recording of a real 2.3.0 cluster: its script, the table of times of all runs, the timeline of the run shown in full. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../../captures/kafka/', import.meta.url));

/** One row of the table: an event and its time in ms after t=0 in each run; null where a run did not show it in this form. */
export interface Row {
  readonly label: string;
  readonly at: readonly (number | null)[];
}

export interface Entry {
  readonly at: number;
  /** Text in the brackets, e.g. `ZK`, `b2 server`, `STEP`. */
  readonly source: string;
  readonly text: string;
}

/** A change of one znode, in the form of the recordings. */
export interface ZnodeChange {
  readonly at: number;
  readonly path: string;
  readonly what: string;
}

export interface ReadBack {
  readonly topic: string;
  readonly readable: number;
  readonly acked: number;
  readonly missing: number;
  readonly failedButReadable: boolean;
  readonly duplicates: boolean;
}

export interface Totals {
  readonly producer: string;
  readonly sent: number;
  readonly acked: number;
  readonly failed: number;
  readonly firstError: string | null;
}

export interface Recording {
  readonly name: string;
  readonly script: readonly string[];
  readonly rows: readonly Row[];
  /** One entry for each run and producer, or run and topic. */
  readonly totals: readonly Totals[];
  readonly readBacks: readonly ReadBack[];
  readonly exitCodes: readonly number[];
  readonly timeline: readonly Entry[];
  /** The whole text: what stands in more than one line of the timeline is read there. */
  readonly all: string;
  /** Everything after the timeline: the outputs of tools, the znodes, the files. */
  readonly end: string;
}

export function readRecording(number: string): Recording {
  const file = readdirSync(folder).find((one) => one.startsWith(`${number}-`));
  if (file === undefined) throw new Error(`no recording ${number}`);
  const text = readFileSync(folder + file, 'utf8');
  const script = /^script:\n([\s\S]*?)\n\n/m.exec(text)![1]!.split('\n').map((line) => line.trim());
  const table = /^== \d+ run\(s\)[^\n]*\n([\s\S]*?)\n\n/m.exec(text)![1]!.split('\n');
  const rows: Row[] = [];
  const totals: Totals[] = [];
  const readBacks: ReadBack[] = [];
  const exitCodes: number[] = [];
  for (const line of table) {
    const row = /^ {2}((?:-?\d+|-)(?: \/ (?:-?\d+|-))*) {3}(.*)$/.exec(line);
    if (row) rows.push({ label: row[2]!, at: row[1]!.split(' / ').map((time) => (time === '-' ? null : Number(time))) });
    const total = /^ {2}run \d+: (\S+) \(acks=\S+\) totals: sent (\d+), acked (\d+), failed (\d+)(?: \(first: (.*)\))?$/.exec(line);
    if (total) totals.push({ producer: total[1]!, sent: Number(total[2]), acked: Number(total[3]), failed: Number(total[4]), firstError: total[5] ?? null });
    const read = /^ {2}run \d+: read (\S+): readable (\d+), acked (\d+), acked but missing (\d+) \[.*?\], failed but readable \[(.*?)\], duplicates \[(.*?)\]$/.exec(line);
    if (read) {
      readBacks.push({ topic: read[1]!, readable: Number(read[2]), acked: Number(read[3]), missing: Number(read[4]), failedButReadable: read[5] !== '', duplicates: read[6] !== '' });
    }
    const exit = /^ {2}run \d+: broker \d+ process #0: exit code (\d+)$/.exec(line);
    if (exit) exitCodes.push(Number(exit[1]));
  }
  const [, shown = '', end = ''] = /^== timeline[^\n]*\n([\s\S]*?)(^== final state[\s\S]*)$/m.exec(text) ?? [];
  const timeline: Entry[] = [];
  for (const line of shown.split('\n')) {
    const entry = /^ *(-?\d+) \[([^\]]+)\] (.*)$/.exec(line);
    if (entry) timeline.push({ at: Number(entry[1]), source: entry[2]!, text: entry[3]! });
  }
  return { name: file, script, rows, totals, readBacks, exitCodes, timeline, all: text, end };
}

/** Takes out what no two clusters share: stamps and generated ids. */
export function masked(data: string): string {
  return data.replace(/"timestamp":"\d+"/, '"timestamp":".."').replace(/"id":"[A-Za-z0-9_-]{22}"/, '"id":".."');
}

/** The changes of znodes of the run shown in full, as `create <data>`, `set v<version> <data>` or `delete`. */
export function recordedChanges(recording: Recording): readonly ZnodeChange[] {
  const changes: ZnodeChange[] = [];
  for (const { at, source, text } of recording.timeline) {
    if (source !== 'ZK') continue;
    const bare = text.replace(/ {3}\[zxid .*$/, '');
    const closed = /^session \S+ .*closed; ephemerals deleted: \[(.*)\]$/.exec(bare);
    if (closed) {
      for (const path of closed[1]!.split(', ').filter((one) => one !== '')) changes.push({ at, path, what: 'delete' });
      continue;
    }
    const parts = bare.startsWith('multi[') ? bare.slice(6, -1).split('; ') : [bare];
    if (parts.some((part) => part.startsWith('error'))) continue;
    for (const part of parts) {
      const created = /^create (?:\(\w+\) )?(\S+) (.*)$/.exec(part);
      if (created) {
        // A registration is created empty and filled in the same transaction; only the outcome is ever visible.
        const filled = parts.map((one) => /^set (\S+) v\d+ (.*)$/.exec(one)).find((one) => one?.[1] === created[1]);
        changes.push({ at, path: created[1]!, what: `create ${masked(filled?.[2] ?? created[2]!)}` });
      }
      const set = /^set (\S+) (v\d+) (.*)$/.exec(part);
      const wasCreated = set !== null && parts.some((one) => one.startsWith('create') && one.split(' ').includes(set[1]!));
      if (set && !wasCreated) changes.push({ at, path: set[1]!, what: `set ${set[2]!} ${masked(set[3]!)}` });
      const deleted = /^delete (\S+)$/.exec(part);
      if (deleted) changes.push({ at, path: deleted[1]!, what: 'delete' });
    }
  }
  return changes;
}

/** Sorted, with an offset in a file's name as `N`, since it depends on how much was sent; without the groups' topic. */
export function fileNames(names: readonly string[]): readonly string[] {
  return names.filter((name) => !name.startsWith('__consumer_offsets-')).map((name) => name.replace(/\d{20}/, (offset) => (Number(offset) === 0 ? offset : 'N'))).sort();
}

/** The files in the brokers' log directories in the end. */
export function recordedFiles({ end }: Recording): Readonly<Record<string, readonly string[]>> {
  const found: Record<string, string[]> = {};
  let broker = '';
  let directory = '';
  for (const line of end.slice(end.lastIndexOf('-- files per broker')).split('\n')) {
    const [, id] = /^<logdir(\d)>/.exec(line) ?? [];
    const [, indent, name, slash] = /^( {2}| {4})(\S+?)(\/)?(?: {2}.*)?$/.exec(line) ?? [];
    if (id !== undefined) broker = `broker-${id}`;
    else if (name === undefined || broker === '' || name === '|' || /^(offsets|\|)/.test(name)) continue;
    else if (slash !== undefined) directory = `${name}/`;
    else (found[broker] ??= []).push(indent === '  ' ? name : `${directory}${name}`);
  }
  return Object.fromEntries(Object.entries(found).map(([id, names]) => [id, fileNames(names)]));
}

/** What happened to each path from t=0 on, in order. */
export function histories(changes: readonly ZnodeChange[], wanted: RegExp): Readonly<Record<string, readonly string[]>> {
  const found: Record<string, string[]> = {};
  for (const { at, path, what } of changes) if (at >= 0 && wanted.test(path) && !path.includes('__consumer_offsets')) (found[path] ??= []).push(what);
  return found;
}
