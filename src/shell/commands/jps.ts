import { done, failed, flags, lines, type Command } from '../command.ts';
import { processesOf } from '../machine/system.ts';

/** The JDK's, not the JRE's: it comes with `java-1.8.0-openjdk-devel`. A container's Java programs do not show on the machine. */
export const JPS_FILE = '/usr/bin/jps';

export const jps: Command = {
  name: 'jps',
  summary: { en: 'Java processes', 'zh-CN': '查看 Java 进程' },
  run(args, context) {
    if (context.files.content(JPS_FILE) === undefined) return failed('bash: jps: command not found', 127);
    const read = flags(args, ['-l', '-m', '-v', '-q']);
    if ('unknown' in read) return failed(`illegal argument: ${read.unknown}\nusage: jps [-help]\n       jps [-q] [-mlvV] [<hostid>]`);
    const rows = processesOf(context.world, context.host)
      .filter((one) => one.javaClass !== undefined && one.process !== undefined && context.world.network.hosts.find(({ name }) => name === one.process!.host)?.bridgedBy !== context.host)
      .map((one) => {
        const words = one.commandLine.split(' ');
        const main = words.findIndex((word) => word.endsWith(`.${one.javaClass!}`));
        const name = read.given.has('-l') ? (words[main] ?? one.javaClass!) : one.javaClass!;
        const given = read.given.has('-m') && main >= 0 ? words.slice(main + 1) : [];
        return read.given.has('-q') ? String(one.pid) : [one.pid, name, ...given].join(' ');
      });
    const self = context.pid + 1;
    const own = [self, read.given.has('-l') ? 'sun.tools.jps.Jps' : 'Jps', ...(read.given.has('-m') ? args : [])].join(' ');
    return done(lines([...rows, read.given.has('-q') ? String(self) : own]));
  },
};
