import { done, failed, lines, type Command } from '../command.ts';
import { patternOf } from '../bash/expand.ts';
import { baseName } from '../files/tree.ts';
import { pathOf } from './shared.ts';

export const find: Command = {
  name: 'find',
  summary: { en: 'finds files: -name, -type, -maxdepth', 'zh-CN': '查找文件：-name、-type、-maxdepth' },
  run(args, context) {
    const firstTest = args.findIndex((arg) => arg.startsWith('-'));
    const roots = firstTest < 0 ? args : args.slice(0, firstTest);
    const tests = firstTest < 0 ? [] : args.slice(firstTest);
    let name: RegExp | undefined;
    let type: string | undefined;
    let deepest = Infinity;
    let isNull = false;
    for (let i = 0; i < tests.length; i += 2) {
      const [test, value] = [tests[i]!, tests[i + 1]];
      if (test === '-print' || test === '-print0') {
        isNull = test === '-print0';
        i--;
        continue;
      }
      if (!['-name', '-iname', '-type', '-maxdepth'].includes(test)) return failed(`find: ${test}: not modelled here (-name, -type and -maxdepth are)`);
      if (value === undefined) return failed(`find: missing argument to \`${test}'`);
      if (test === '-type') type = value;
      else if (test === '-maxdepth') deepest = Number(value);
      else name = patternOf(value);
    }
    const problems: string[] = [];
    const found: string[] = [];
    for (const root of roots.length > 0 ? roots : ['.']) {
      const top = pathOf(context, root);
      const walked = context.files.walk(top);
      if (walked.length === 0) problems.push(`find: ‘${root}’: No such file or directory`);
      for (const { path, isDirectory } of walked) {
        const below = path.slice(top === '/' ? 0 : top.length);
        if (below.split('/').length - 1 > deepest) continue;
        if (name && !name.test(baseName(path))) continue;
        if (type !== undefined && (type === 'd') !== isDirectory) continue;
        found.push(root === '/' ? path : root.replace(/\/$/, '') + below);
      }
    }
    return done(isNull ? found.map((path) => `${path}\0`).join('') : lines(found), { stderr: lines(problems), exitCode: problems.length > 0 ? 1 : 0 });
  },
};
