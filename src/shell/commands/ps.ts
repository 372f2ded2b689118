/** `ps` of procps 3.3.10: which processes are chosen (`-e`, `-p`, `-C`, `-u`, BSD's `a` and `x`) and which columns are shown (`-f`, BSD's `u`, `-o`). */
import { momentOf, two } from '../../kernel/calendar.ts';
import { done, failed, lines, type Command, type Context } from '../command.ts';
import { processesOf, type SystemProcess } from '../machine/system.ts';

interface Column {
  readonly title: string;
  /** A negative one begins at the left. */
  readonly width: number;
  of(one: SystemProcess, context: Context): string;
}

/** What the machine has, of which `%MEM` is a share. */
const MEMORY_KB = 3_880_000;
const MICROS = 1_000_000;

const startOf = ({ startedAt }: SystemProcess, context: Context): string => {
  const at = momentOf(context.wallClockMs - (context.now - startedAt) / 1_000);
  return `${two(at.hour)}:${two(at.minute)}`;
};

/** How long ago: `05:09`, `1:05:09`. */
function elapsed({ startedAt }: SystemProcess, { now }: Context): string {
  const seconds = Math.floor((now - startedAt) / MICROS);
  const hours = Math.floor(seconds / 3_600);
  return `${hours > 0 ? `${two(hours)}:` : ''}${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}

/** Just the name of the program, fifteen letters of it, as the kernel keeps it. */
const nameOf = (commandLine: string): string => (commandLine.startsWith('[') ? commandLine.slice(1, -1) : commandLine.split(' ')[0]!.replace(/^.*\//, '').replace(/^-/, '')).slice(0, 15);

const COLUMNS = {
  pid: { title: 'PID', width: 5, of: ({ pid }) => String(pid) },
  ppid: { title: 'PPID', width: 5, of: ({ ppid }) => String(ppid) },
  user: { title: 'USER', width: -8, of: ({ user }) => user },
  uid: { title: 'UID', width: -8, of: ({ user }) => user },
  c: { title: 'C', width: 2, of: () => '0' },
  pcpu: { title: '%CPU', width: 4, of: () => '0.0' },
  pmem: { title: '%MEM', width: 4, of: ({ residentKb }) => ((residentKb / MEMORY_KB) * 100).toFixed(1) },
  vsz: { title: 'VSZ', width: 6, of: ({ virtualKb }) => String(virtualKb) },
  rss: { title: 'RSS', width: 5, of: ({ residentKb }) => String(residentKb) },
  tty: { title: 'TTY', width: -8, of: ({ tty }) => tty },
  stat: { title: 'STAT', width: -4, of: ({ stat }) => stat },
  stime: { title: 'STIME', width: 5, of: startOf },
  start: { title: 'START', width: -5, of: startOf },
  etime: { title: 'ELAPSED', width: 11, of: elapsed },
  time: { title: 'TIME', width: 8, of: () => '00:00:00' },
  bsdtime: { title: 'TIME', width: 6, of: () => '0:00' },
  comm: { title: 'CMD', width: -15, of: ({ commandLine }) => nameOf(commandLine) },
  command: { title: 'COMMAND', width: -15, of: ({ commandLine }) => commandLine },
  cmd: { title: 'CMD', width: -15, of: ({ commandLine }) => commandLine },
} satisfies Readonly<Record<string, Column>>;
type ColumnName = keyof typeof COLUMNS;

/** Other names under which `-o` knows a column, with the title it then has. */
const FORMATS: Readonly<Record<string, Column>> = {
  ...COLUMNS,
  args: COLUMNS.command,
  comm: { ...COLUMNS.comm, title: 'COMMAND' },
  ucmd: COLUMNS.comm,
  tt: { ...COLUMNS.tty, title: 'TT' },
  tty: { ...COLUMNS.tty, title: 'TT' },
  s: { title: 'S', width: -1, of: ({ stat }) => stat.slice(0, 1) },
  start_time: { ...COLUMNS.start, title: 'START' },
  cputime: COLUMNS.time,
  vsize: COLUMNS.vsz,
  rssize: COLUMNS.rss,
  '%cpu': COLUMNS.pcpu,
  '%mem': COLUMNS.pmem,
};

const SHORT: readonly ColumnName[] = ['pid', 'tty', 'time', 'comm'];
const FULL: readonly ColumnName[] = ['uid', 'pid', 'ppid', 'c', 'stime', 'tty', 'time', 'cmd'];
const BSD: readonly ColumnName[] = ['pid', 'tty', 'stat', 'bsdtime', 'command'];
const BSD_USER: readonly ColumnName[] = ['user', 'pid', 'pcpu', 'pmem', 'vsz', 'rss', 'tty', 'stat', 'start', 'bsdtime', 'command'];

const USAGE = "\nUsage:\n ps [options]\n\n Try 'ps --help <simple|list|output|threads|misc|all>'\n  or 'ps --help <s|l|o|t|m|a>'\n for additional help text.\n\nFor more details see ps(1).";

interface Asked {
  readonly columns: readonly Column[];
  readonly isWanted: (one: SystemProcess) => boolean;
}

/** What the arguments ask for, or the error. */
function read(args: readonly string[], ownTty: string): Asked | string {
  let columns: readonly Column[] = SHORT.map((name) => COLUMNS[name]);
  const chosen: ((one: SystemProcess) => boolean)[] = [];
  let [isEveryUser, isEveryTty, isBsd] = [false, false, false];
  const formats: Column[] = [];
  const rest = [...args];
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    if (arg.startsWith('--')) return 'error: unknown gnu long option';
    const letters = arg.replace(/^-/, '');
    const isUnix = arg.startsWith('-') && !/^-a?u?x+$|^-aux$/.test(arg);
    if (!isUnix && /^\d/.test(letters)) {
      const ids = letters.split(',');
      chosen.push(({ pid }) => ids.includes(String(pid)));
      columns = BSD.map((name) => COLUMNS[name]);
      continue;
    }
    for (const [i, letter] of [...letters].entries()) {
      const value = (): string | undefined => letters.slice(i + 1) || rest.shift();
      if (letter === 'w') continue;
      if (letter === 'o' || letter === 'O') {
        const format = value();
        if (format === undefined) return 'error: format specification must follow -o';
        for (const item of format.split(/[ ,]+/)) {
          const [name = '', ...title] = item.split('=');
          if (!Object.hasOwn(FORMATS, name)) return `error: unknown user-defined format specifier "${name}"`;
          formats.push({ ...FORMATS[name]!, ...(title.length === 0 ? {} : { title: title.join('=') }) });
        }
        break;
      }
      if (isUnix && 'pCuUq'.includes(letter)) {
        const given = value()?.split(/[ ,]+/);
        if (given === undefined) return letter === 'p' || letter === 'q' ? `error: ${letter === 'p' ? 'list of process IDs must follow -p' : 'List of process IDs must follow -q.'}` : 'error: improper list';
        chosen.push((one) => given.includes(letter === 'C' ? nameOf(one.commandLine) : letter === 'u' || letter === 'U' ? one.user : String(one.pid)));
        break;
      }
      if (isUnix && 'eA'.includes(letter)) chosen.push(() => true);
      else if (isUnix && letter === 'f') columns = FULL.map((name) => COLUMNS[name]);
      else if (isUnix && letter === 'a') chosen.push(({ tty }) => tty !== '?');
      else if (!isUnix && 'axu'.includes(letter)) {
        isBsd = true;
        if (letter === 'a') isEveryUser = true;
        if (letter === 'x') isEveryTty = true;
        if (letter === 'u') columns = BSD_USER.map((name) => COLUMNS[name]);
      } else return `error: ${isUnix ? 'unsupported SysV option' : 'unsupported option (BSD syntax)'}`;
    }
  }
  if (isBsd && columns[0] === COLUMNS.pid) columns = BSD.map((name) => COLUMNS[name]);
  if (isBsd) chosen.push((one) => (isEveryUser || one.user === 'root') && (isEveryTty || one.tty !== '?'));
  if (chosen.length === 0) chosen.push(({ tty }) => tty === ownTty);
  return { columns: formats.length > 0 ? formats : columns, isWanted: (one) => chosen.some((is) => is(one)) };
}

function row(cells: readonly string[], columns: readonly Column[]): string {
  return cells.map((cell, i) => (columns[i]!.width > 0 ? cell.padStart(columns[i]!.width) : i === cells.length - 1 ? cell : cell.padEnd(-columns[i]!.width))).join(' ');
}

export const ps: Command = {
  name: 'ps',
  summary: { en: 'processes: ps -ef, ps aux', 'zh-CN': '查看进程：ps -ef、ps aux' },
  run(args, context) {
    const asked = read(args, 'pts/0');
    if (typeof asked === 'string') return failed(`${asked}\n${USAGE}`);
    const own: SystemProcess = { pid: context.pid + 1, ppid: context.pid, user: 'root', commandLine: ['ps', ...args].join(' '), stat: 'R+', tty: 'pts/0', virtualKb: 155_452, residentKb: 1_892, startedAt: context.now };
    const found = [...processesOf(context.world, context.host), own].filter(asked.isWanted);
    const { columns } = asked;
    const head = columns.every(({ title }) => title === '') ? [] : [row(columns.map(({ title }) => title), columns)];
    return done(lines([...head, ...found.map((one) => row(columns.map((column) => column.of(one, context)), columns))]), { exitCode: found.length === 0 ? 1 : 0 });
  },
};
