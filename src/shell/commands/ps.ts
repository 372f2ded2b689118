import { momentOf, two } from '../../kernel/calendar.ts';
import { done, table, type Command, type Context } from '../command.ts';
import { processesOf, type SystemProcess } from '../system.ts';

const startOf = (context: Context, { startedAt }: SystemProcess): string => {
  const at = momentOf(context.wallClockMs - (context.now - startedAt) / 1_000);
  return `${two(at.hour)}:${two(at.minute)}`;
};

/** Just the name of the program, as the short form shows it. */
const short = (commandLine: string): string => (commandLine.startsWith('[') ? commandLine.slice(1, -1) : commandLine.split(' ')[0]!.replace(/^.*\//, ''));

function all(context: Context): readonly SystemProcess[] {
  const own = { pid: context.pid + 1, ppid: context.pid, user: 'root', commandLine: 'ps', stat: 'R+', tty: 'pts/0', virtualKb: 155_452, residentKb: 1_892, startedAt: context.now };
  return [...processesOf(context.world, context.host), own];
}

export const ps: Command = {
  name: 'ps',
  summary: { en: 'processes', 'zh-CN': '查看进程' },
  run(args, context) {
    const [options = ''] = args;
    const found = all(context);
    if (/^-?[aux]*u[aux]*$/.test(options) || options === 'aux') {
      const rows = found.map((one) => [one.user, String(one.pid), '0.0', ((one.residentKb / 3_880_000) * 100).toFixed(1), String(one.virtualKb), String(one.residentKb), one.tty, one.stat, startOf(context, one), '0:00', one.commandLine]);
      return done(table([['USER', 'PID', '%CPU', '%MEM', 'VSZ', 'RSS', 'TTY', 'STAT', 'START', 'TIME', 'COMMAND'], ...rows], [false, true, true, true, true, true, false, false, false, true]));
    }
    if (/^-[A-Za-z]*f/.test(options) || options === '-ef') {
      const shown = options.includes('e') || options.includes('A') ? found : found.filter(({ tty }) => tty !== '?');
      const rows = shown.map((one) => [one.user, String(one.pid), String(one.ppid), '0', startOf(context, one), one.tty, '00:00:00', one.commandLine]);
      return done(table([['UID', 'PID', 'PPID', 'C', 'STIME', 'TTY', 'TIME', 'CMD'], ...rows], [false, true, true, true, false, false, true]));
    }
    const shown = options === '-e' || options === '-A' ? found : found.filter(({ tty }) => tty !== '?');
    return done(table([['PID', 'TTY', 'TIME', 'CMD'], ...shown.map((one) => [String(one.pid), one.tty, '00:00:00', short(one.commandLine)])], [true, false, true]).replace(/^/gm, '  ').replace(/ +$/, ''));
  },
};
