import { done, flags, invalidOption, lines, type Command } from '../command.ts';
import { parentOf } from '../files/tree.ts';
import { missingOperand, pathOf } from './shared.ts';

export const mkdir: Command = {
  name: 'mkdir',
  summary: { en: 'makes directories', 'zh-CN': '创建目录' },
  run(args, context) {
    const read = flags(args, ['-p', '-v', '--parents'], ['-m']);
    if ('unknown' in read) return invalidOption('mkdir', read.unknown);
    if (read.rest.length === 0) return missingOperand('mkdir');
    const makesParents = read.given.has('-p') || read.given.has('--parents');
    const problems: string[] = [];
    const actions = [];
    let { files } = context;
    for (const name of read.rest) {
      const path = pathOf(context, name);
      if (files.exists(path)) {
        if (!makesParents || !files.isDirectory(path)) problems.push(`mkdir: cannot create directory ‘${name}’: File exists`);
        continue;
      }
      if (!makesParents && !files.isDirectory(parentOf(path))) {
        problems.push(`mkdir: cannot create directory ‘${name}’: ${files.content(parentOf(path)) === undefined ? 'No such file or directory' : 'Not a directory'}`);
        continue;
      }
      const missing: string[] = [];
      for (let at = path; !files.exists(at); at = parentOf(at)) missing.unshift(at);
      for (const directory of missing) {
        const made = files.makeDirectory(directory);
        actions.push(made);
        files = files.with([made]);
      }
    }
    return done('', { actions, stderr: lines(problems), exitCode: problems.length > 0 ? 1 : 0 });
  },
};
