import { done, lines, type Command } from '../command.ts';

export const env: Command = {
  name: 'env',
  summary: { en: 'the environment; `env A=b command` runs with more', 'zh-CN': '环境变量；`env A=b 命令` 临时设置' },
  run(args, context) {
    const variables: Record<string, string> = { ...context.session.variables, PWD: context.session.cwd };
    let at = 0;
    for (; at < args.length && /^[A-Za-z_]\w*=/.test(args[at]!); at++) variables[args[at]!.slice(0, args[at]!.indexOf('='))] = args[at]!.slice(args[at]!.indexOf('=') + 1);
    const [name, ...rest] = args.slice(at);
    if (name === undefined) return done(lines(Object.keys(variables).filter((key) => key !== 'PS1_DEBIAN').sort().map((key) => `${key}=${variables[key]!}`)));
    const command = context.find(name);
    if (command === undefined) return done('', { stderr: `env: ${name}: No such file or directory\n`, exitCode: 127 });
    return command.run(rest, { ...context, invokedAs: name, session: { ...context.session, variables } });
  },
};
