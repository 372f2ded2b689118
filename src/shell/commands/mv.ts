import { done, failed, flags, invalidOption, lines, type Command } from '../command.ts';
import { baseName, parentOf } from '../files/tree.ts';
import { missingOperand, pathOf } from './shared.ts';

export const mv: Command = {
  name: 'mv',
  summary: { en: 'moves or renames', 'zh-CN': '移动或重命名' },
  run(args, context) {
    const read = flags(args, ['-f', '-v', '-i', '-n']);
    if ('unknown' in read) return invalidOption('mv', read.unknown);
    const names = read.rest.slice(0, -1);
    const target = read.rest[read.rest.length - 1];
    if (target === undefined) return missingOperand('mv', 'missing file operand');
    if (names.length === 0) return missingOperand('mv', `missing destination file operand after ‘${target}’`);
    let { files } = context;
    const to = pathOf(context, target);
    if (names.length > 1 && !files.isDirectory(to)) return failed(`mv: target ‘${target}’ is not a directory`);
    const problems: string[] = [];
    const actions = [];
    for (const name of names) {
      const from = pathOf(context, name);
      const final = files.isDirectory(to) ? `${to === '/' ? '' : to}/${baseName(from)}` : to;
      const shown = final === to ? target : `${target.replace(/\/$/, '')}/${baseName(from)}`;
      if (!files.exists(from)) problems.push(`mv: cannot stat ‘${name}’: No such file or directory`);
      else if (from === final) problems.push(`mv: ‘${name}’ and ‘${shown}’ are the same file`);
      else if (final.startsWith(`${from}/`)) problems.push(`mv: cannot move ‘${name}’ to a subdirectory of itself, ‘${shown}’`);
      else if (!files.isDirectory(parentOf(final))) problems.push(`mv: cannot move ‘${name}’ to ‘${target}’: No such file or directory`);
      else if (files.isDirectory(final) && !files.isDirectory(from)) problems.push(`mv: cannot overwrite directory ‘${shown}’ with non-directory`);
      else if (files.content(final) !== undefined && files.isDirectory(from)) problems.push(`mv: cannot overwrite non-directory ‘${shown}’ with directory ‘${name}’`);
      else if (files.isDirectory(final) && files.list(final).length > 0) problems.push(`mv: cannot move ‘${name}’ to ‘${shown}’: Directory not empty`);
      else {
        const moved = files.move(from, final);
        actions.push(...moved);
        files = files.with(moved);
      }
    }
    return done('', { actions, stderr: lines(problems), exitCode: problems.length > 0 ? 1 : 0 });
  },
};
