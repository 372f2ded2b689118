import { done, failed, flags, invalidOption, lines, type Command } from '../command.ts';
import { baseName, parentOf } from '../files/tree.ts';
import { missingOperand, pathOf } from './shared.ts';

export const cp: Command = {
  name: 'cp',
  summary: { en: 'copies', 'zh-CN': '复制' },
  run(args, context) {
    const read = flags(args, ['-r', '-R', '-a', '-f', '-p', '-v', '-i', '--recursive']);
    if ('unknown' in read) return invalidOption('cp', read.unknown);
    const names = read.rest.slice(0, -1);
    const target = read.rest[read.rest.length - 1];
    if (target === undefined) return missingOperand('cp', 'missing file operand');
    if (names.length === 0) return missingOperand('cp', `missing destination file operand after ‘${target}’`);
    let { files } = context;
    const to = pathOf(context, target);
    if (names.length > 1 && !files.isDirectory(to)) return failed(`cp: target ‘${target}’ is not a directory`);
    const isRecursive = ['-r', '-R', '-a', '--recursive'].some((flag) => read.given.has(flag));
    const problems: string[] = [];
    const actions = [];
    for (const name of names) {
      const from = pathOf(context, name);
      const final = files.isDirectory(to) ? `${to === '/' ? '' : to}/${baseName(from)}` : to;
      if (!files.exists(from)) problems.push(`cp: cannot stat ‘${name}’: No such file or directory`);
      else if (files.isDirectory(from) && !isRecursive) problems.push(`cp: omitting directory ‘${name}’`);
      else if (from === final) problems.push(`cp: ‘${name}’ and ‘${target}’ are the same file`);
      else if (final.startsWith(`${from}/`)) problems.push(`cp: cannot copy a directory, ‘${name}’, into itself, ‘${target}’`);
      else if (!files.isDirectory(parentOf(final))) problems.push(`cp: cannot create ${files.isDirectory(from) ? 'directory' : 'regular file'} ‘${target}’: No such file or directory`);
      else if (files.refusal(final, files.bytesBelow(from)) === 'full') problems.push(`cp: error writing ‘${target}’: No space left on device`);
      else {
        const copied = files.copy(from, final);
        actions.push(...copied);
        files = files.with(copied);
      }
    }
    return done('', { actions, stderr: lines(problems), exitCode: problems.length > 0 ? 1 : 0 });
  },
};
