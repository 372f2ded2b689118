import { failed, freeName, type Command } from '../command.ts';

export const watch: Command = {
  name: 'watch',
  summary: { en: 'runs a command every two seconds', 'zh-CN': '每两秒执行一次命令' },
  run(args, context) {
    let rest = args;
    let seconds = 2;
    while (rest[0]?.startsWith('-') === true) {
      const glued = /^-n([\d.]+)$/.exec(rest[0])?.[1];
      if (rest[0] === '-n' || glued !== undefined) {
        const value = Number(glued ?? rest[1]);
        if (!(value > 0)) return failed(`watch: failed to parse argument: '${glued ?? rest[1] ?? ''}'`);
        seconds = Math.max(0.1, value);
        rest = rest.slice(glued === undefined ? 2 : 1);
      } else rest = rest.slice(1);
    }
    if (rest.length === 0) return failed('Usage:\n watch [options] command');
    const { cwd, variables } = context.session;
    return { type: 'child', process: { name: freeName(context.world, 'watch'), program: 'bash', host: context.host, parent: context.shell, commandLine: `watch ${args.join(' ')}`, config: { line: rest.join(' '), everyMs: seconds * 1_000, cwd, variables } } };
  },
};
