import { done, flags, invalidOption, lines, type Command } from '../command.ts';
import { missingOperand, pathOf } from './shared.ts';

export const rm: Command = {
  name: 'rm',
  summary: { en: 'removes files; `-r` directories', 'zh-CN': '删除文件；`-r` 删除目录' },
  run(args, context) {
    const read = flags(args, ['-r', '-R', '-f', '-v', '-i', '-d', '--recursive', '--force']);
    if ('unknown' in read) return invalidOption('rm', read.unknown);
    const isForced = read.given.has('-f') || read.given.has('--force');
    if (read.rest.length === 0) return isForced ? done('') : missingOperand('rm');
    const isRecursive = ['-r', '-R', '--recursive'].some((flag) => read.given.has(flag));
    const problems: string[] = [];
    const actions = [];
    let { files } = context;
    for (const name of read.rest) {
      const path = pathOf(context, name);
      if (path === '/') problems.push("rm: it is dangerous to operate recursively on ‘/’\nrm: use --no-preserve-root to override this failsafe");
      else if (!files.exists(path)) {
        if (!isForced) problems.push(`rm: cannot remove ‘${name}’: No such file or directory`);
      } else if (files.isDirectory(path) && !isRecursive) problems.push(`rm: cannot remove ‘${name}’: Is a directory`);
      else {
        const removed = files.remove(path);
        actions.push(removed);
        files = files.with([removed]);
      }
    }
    return done('', { actions, stderr: lines(problems), exitCode: problems.length > 0 ? 1 : 0 });
  },
};
