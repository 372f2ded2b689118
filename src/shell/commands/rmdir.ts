import { done, lines, type Command } from '../command.ts';
import { missingOperand, pathOf } from './shared.ts';

export const rmdir: Command = {
  name: 'rmdir',
  summary: { en: 'removes empty directories', 'zh-CN': '删除空目录' },
  run(args, context) {
    if (args.length === 0) return missingOperand('rmdir');
    const { files } = context;
    const problem = (name: string): string | undefined => {
      const path = pathOf(context, name);
      if (!files.exists(path)) return 'No such file or directory';
      if (!files.isDirectory(path)) return 'Not a directory';
      return files.list(path).length > 0 ? 'Directory not empty' : undefined;
    };
    const problems = args.flatMap((name) => (problem(name) === undefined ? [] : [`rmdir: failed to remove ‘${name}’: ${problem(name)!}`]));
    const actions = args.filter((name) => problem(name) === undefined).map((name) => files.remove(pathOf(context, name)));
    return done('', { actions, stderr: lines(problems), exitCode: problems.length > 0 ? 1 : 0 });
  },
};
