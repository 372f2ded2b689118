import { OWN_NAMES } from '../bash/own-names.ts';
import { done, lines, type Command, type Context } from '../command.ts';
import { isScript, scriptInPath } from '../machine/path.ts';

/** What bash does itself; everything else has a file. */
export const BUILTINS: readonly string[] = ['cd', 'export', 'unset', 'history', 'jobs', 'fg', 'bg', 'exit', 'logout', 'type', 'help', 'wait', ':', ...OWN_NAMES];
const KEYWORDS: readonly string[] = ['if', 'then', 'else', 'elif', 'fi', 'case', 'esac', 'for', 'while', 'until', 'do', 'done', 'in', 'function', '{', '}', '!', '[[', ']]'];

const fileOf = (name: string, { files, session }: Context): string => (name.includes('/') ? name : ((isScript(name) ? scriptInPath(files, session, name) : undefined) ?? `/usr/bin/${name}`));

export const which: Command = {
  name: 'which',
  summary: { en: 'where a command lies', 'zh-CN': '查看命令所在位置' },
  run(args, context) {
    const path = context.session.variables.PATH ?? '';
    const found: string[] = [];
    const problems: string[] = [];
    for (const name of args.filter((arg) => !arg.startsWith('-'))) {
      if (context.find(name) === undefined || BUILTINS.includes(name)) problems.push(`/usr/bin/which: no ${name} in (${path})`);
      else found.push(fileOf(name, context));
    }
    return done(lines(found), { stderr: lines(problems), exitCode: problems.length > 0 ? 1 : 0 });
  },
};

export const type: Command = {
  name: 'type',
  summary: { en: 'what a word means to the shell', 'zh-CN': '查看命令类型' },
  run(args, context) {
    const told = args.map((name) => {
      if (KEYWORDS.includes(name)) return { ok: true, text: `${name} is a shell keyword` };
      if (Object.hasOwn(context.session.functions, name)) return { ok: true, text: `${name} is a function` };
      if (BUILTINS.includes(name)) return { ok: true, text: `${name} is a shell builtin` };
      return context.find(name) === undefined ? { ok: false, text: `bash: type: ${name}: not found` } : { ok: true, text: `${name} is ${fileOf(name, context)}` };
    });
    return done(lines(told.filter(({ ok }) => ok).map(({ text }) => text)), { stderr: lines(told.filter(({ ok }) => !ok).map(({ text }) => text)), exitCode: told.some(({ ok }) => !ok) ? 1 : 0 });
  },
};
