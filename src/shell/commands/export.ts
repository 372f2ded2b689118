import { done, lines, type Command } from '../command.ts';

export const exportCommand: Command = {
  name: 'export',
  summary: { en: 'sets a variable for what is started', 'zh-CN': '设置环境变量' },
  run(args, context) {
    const variables: Record<string, string> = { ...context.session.variables };
    if (args.length === 0 || args[0] === '-p') return done(lines(Object.keys(variables).sort().map((key) => `declare -x ${key}="${variables[key]!}"`)));
    const problems: string[] = [];
    for (const arg of args) {
      const match = /^([A-Za-z_]\w*)(?:=(.*))?$/s.exec(arg);
      if (!match) problems.push(`bash: export: \`${arg}': not a valid identifier`);
      else if (match[2] !== undefined) variables[match[1]!] = match[2];
    }
    return done('', { session: { variables }, stderr: lines(problems), exitCode: problems.length > 0 ? 1 : 0 });
  },
};
