import { done, flags, invalidOption, lines, type Command } from '../command.ts';
import { parentOf } from '../files/tree.ts';
import { missingOperand, pathOf } from './shared.ts';

export const touch: Command = {
  name: 'touch',
  summary: { en: 'makes an empty file, or changes its time', 'zh-CN': '创建空文件或更新时间' },
  run(args, context) {
    const read = flags(args, ['-a', '-m', '-c']);
    if ('unknown' in read) return invalidOption('touch', read.unknown);
    if (read.rest.length === 0) return missingOperand('touch', 'missing file operand');
    const { files } = context;
    const problems: string[] = [];
    const actions = read.rest.flatMap((name) => {
      const path = pathOf(context, name);
      if (files.content(path) !== undefined) return [files.edit(path, (inside) => ({ type: 'attributes', path: inside, modifiedAt: context.now }))];
      if (files.isDirectory(path) || read.given.has('-c')) return [];
      if (files.isDirectory(parentOf(path))) return [files.write(path, '')];
      problems.push(`touch: cannot touch ‘${name}’: No such file or directory`);
      return [];
    });
    return done('', { actions, stderr: lines(problems), exitCode: problems.length > 0 ? 1 : 0 });
  },
};
