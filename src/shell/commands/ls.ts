import { momentOf, monthName, two } from '../../kernel/calendar.ts';
import { done, flags, invalidOption, lines, table, type Command, type Context } from '../command.ts';
import type { Stat } from '../files/tree.ts';
import { humanSize, pathOf } from './shared.ts';

interface Entry extends Stat {
  readonly name: string;
}

const BLOCK = 4_096;
const HALF_A_YEAR_MS = 15_778_476_000;
/** What a terminal is wide. */
const COLUMNS = 80;

const modeText = ({ isDirectory, mode }: Stat): string =>
  (isDirectory ? 'd' : '-') + [6, 3, 0].map((shift) => ['r', 'w', 'x'].map((letter, bit) => (((mode >> shift) & (4 >> bit)) > 0 ? letter : '-')).join('')).join('');

function dateText(modifiedMs: number, nowMs: number): string {
  const at = momentOf(modifiedMs);
  const isRecent = modifiedMs <= nowMs && nowMs - modifiedMs < HALF_A_YEAR_MS;
  return `${monthName(at)} ${String(at.day).padStart(2)} ${isRecent ? `${two(at.hour)}:${two(at.minute)}` : ` ${at.year}`}`;
}

function longLines(entries: readonly Entry[], context: Context, isHuman: boolean): string {
  const base = context.wallClockMs - context.now / 1_000;
  return table(
    entries.map((entry) => [
      modeText(entry),
      String(entry.isDirectory ? 2 + context.files.list(entry.path).filter((name) => context.files.isDirectory(`${entry.path}/${name}`)).length : 1),
      'root',
      'root',
      isHuman ? humanSize(entry.bytes) : String(entry.bytes),
      dateText(base + entry.modifiedAt / 1_000, context.wallClockMs),
      entry.name,
    ]),
    [false, true, false, false, true],
  );
}

/** Down the columns, as many as fit, each as wide as its widest name and two blanks. */
export function inColumns(names: readonly string[]): string {
  if (names.length === 0) return '';
  for (let rows = 1; ; rows++) {
    const columns = Math.ceil(names.length / rows);
    const widths = Array.from({ length: columns }, (_, column) => Math.max(...names.slice(column * rows, (column + 1) * rows).map((name) => name.length)));
    if (rows < names.length && widths.reduce((sum, width) => sum + width + 2, -2) >= COLUMNS) continue;
    return lines(
      Array.from({ length: rows }, (_, row) =>
        widths
          .map((width, column) => (names[column * rows + row] ?? '').padEnd(width))
          .join('  ')
          .trimEnd(),
      ),
    );
  }
}

export const ls: Command = {
  name: 'ls',
  summary: { en: 'lists files', 'zh-CN': '列出文件' },
  run(args, context) {
    const read = flags(args, ['-l', '-a', '-A', '-h', '-t', '-r', '-R', '-1', '-d', '-S', '-F', '-i', '--all', '--color']);
    if ('unknown' in read) return invalidOption('ls', read.unknown);
    const { given } = read;
    const { files } = context;
    const sorted = (entries: readonly Entry[]): Entry[] => {
      const found = [...entries];
      if (given.has('-t')) found.sort((a, b) => b.modifiedAt - a.modifiedAt);
      if (given.has('-S')) found.sort((a, b) => b.bytes - a.bytes);
      return given.has('-r') ? found.reverse() : found;
    };
    const show = (entries: readonly Entry[]): string => {
      if (given.has('-l')) return longLines(entries, context, given.has('-h'));
      const names = entries.map(({ name }) => name);
      return context.isTerminal && !given.has('-1') ? inColumns(names) : lines(names);
    };
    const problems: string[] = [];
    const single: Entry[] = [];
    const directories: Entry[] = [];
    for (const name of read.rest.length > 0 ? read.rest : ['.']) {
      const stat = files.stat(pathOf(context, name));
      if (stat === undefined) problems.push(`ls: cannot access ${name}: No such file or directory`);
      else if (stat.isDirectory && !given.has('-d')) directories.push({ ...stat, name });
      else single.push({ ...stat, name });
    }
    const listing = (directory: Entry): string => {
      const inside = files.list(directory.path).filter((name) => given.has('-a') || given.has('--all') || given.has('-A') || !name.startsWith('.'));
      const entries = inside.map((name) => ({ ...files.stat(directory.path === '/' ? `/${name}` : `${directory.path}/${name}`)!, name }));
      const dots = given.has('-a') || given.has('--all') ? ['.', '..'].map((name) => ({ ...files.stat(pathOf({ ...context, session: { ...context.session, cwd: directory.path } }, name))!, name })) : [];
      const all = [...dots, ...sorted(entries)];
      const blocks = all.reduce((sum, { bytes }) => sum + Math.ceil(bytes / BLOCK) * (BLOCK / 1_024), 0);
      return `${given.has('-l') ? `total ${given.has('-h') ? humanSize(blocks * 1_024) : blocks}\n` : ''}${show(all)}`;
    };
    const recursive = (directory: Entry): readonly string[] => [
      `${directory.name}:\n${listing(directory)}`,
      ...sorted(files.list(directory.path).map((name) => ({ ...files.stat(`${directory.path}/${name}`)!, name: `${directory.name}/${name}` })))
        .filter((entry) => entry.isDirectory)
        .flatMap(recursive),
    ];
    const blocks: string[] = single.length > 0 ? [show(sorted(single))] : [];
    if (given.has('-R')) blocks.push(...directories.flatMap(recursive));
    else if (directories.length === 1 && single.length === 0 && problems.length === 0) blocks.push(listing(directories[0]!));
    else blocks.push(...directories.map((directory) => `${directory.name}:\n${listing(directory)}`));
    return done(blocks.join('\n'), { stderr: lines(problems), exitCode: problems.length > 0 ? 2 : 0, errorsFirst: true });
  },
};
