import { done, flags, invalidOption, lines, type Command } from '../command.ts';
import type { Stat } from '../files/tree.ts';
import { humanSize, pathOf } from './shared.ts';

/** Blocks that a file takes, in kilobytes: 4 KB at a time. */
const blocks = ({ bytes }: Stat): number => Math.ceil(bytes / 4_096) * 4;

export const du: Command = {
  name: 'du',
  summary: { en: 'space that directories take', 'zh-CN': '统计目录占用空间' },
  run(args, context) {
    const read = flags(args, ['-s', '-h', '-a', '-k', '-c'], ['--max-depth', '-d']);
    if ('unknown' in read) return invalidOption('du', read.unknown);
    const deepest = read.given.has('-s') ? 0 : Number(read.values['--max-depth']?.[0] ?? read.values['-d']?.[0] ?? Infinity);
    const problems: string[] = [];
    const rows: string[] = [];
    const size = (kilobytes: number): string => (read.given.has('-h') ? humanSize(kilobytes * 1_024) : String(kilobytes));
    for (const name of read.rest.length > 0 ? read.rest : ['.']) {
      const top = pathOf(context, name);
      const walked = context.files.walk(top);
      if (walked.length === 0) problems.push(`du: cannot access ‘${name}’: No such file or directory`);
      // Children before their directory, as du walks.
      for (const one of [...walked].reverse()) {
        if (!one.isDirectory && !read.given.has('-a') && one.path !== top) continue;
        const depth = one.path === top ? 0 : one.path.slice(top === '/' ? 1 : top.length + 1).split('/').length;
        if (depth > deepest) continue;
        const inside = one.isDirectory ? walked.filter(({ path }) => path === one.path || path.startsWith(one.path === '/' ? '/' : `${one.path}/`)) : [one];
        rows.push(`${size(inside.reduce((sum, each) => sum + blocks(each), 0))}\t${depth === 0 ? name : name.replace(/\/$/, '') + one.path.slice(top.length)}`);
      }
    }
    return done(lines(rows), { stderr: lines(problems), exitCode: problems.length > 0 ? 1 : 0 });
  },
};
