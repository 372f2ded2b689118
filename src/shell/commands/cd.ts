import { done, failed, type Command } from '../command.ts';
import { pathOf } from './shared.ts';

export const cd: Command = {
  name: 'cd',
  summary: { en: 'goes to a directory', 'zh-CN': '切换目录' },
  run([target = '~', ...more], context) {
    const { variables, cwd } = context.session;
    if (more.length > 0) return failed('bash: cd: too many arguments');
    const wanted = target === '~' ? (variables.HOME ?? '/root') : target === '-' ? variables.OLDPWD : target;
    if (wanted === undefined) return failed('bash: cd: OLDPWD not set');
    const path = pathOf(context, wanted);
    if (!context.files.isDirectory(path)) {
      return failed(`bash: cd: ${wanted}: ${context.files.content(path) === undefined ? 'No such file or directory' : 'Not a directory'}`);
    }
    return done(target === '-' ? `${path}\n` : '', { session: { cwd: path, variables: { ...variables, OLDPWD: cwd } } });
  },
};
