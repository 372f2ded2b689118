import { failed, freeName, type Command } from '../command.ts';
import { pathOf } from './shared.ts';

/** Another shell in this one: `bash`, `bash -c '…'`, `bash FILE`. */
const shell = (name: string): Command => ({
  name,
  summary: { en: 'a shell; `-c` runs a line', 'zh-CN': '子 shell；`-c` 执行一行命令' },
  run(args, context) {
    const { cwd, variables } = context.session;
    const rest = args.filter((arg) => !['-i', '-l', '--login', '-e', '-x'].includes(arg));
    const process = { name: freeName(context.world, 'bash'), program: 'bash', host: context.host, parent: context.shell, commandLine: [name, ...args].join(' ') };
    if (rest[0] === '-c') {
      if (rest[1] === undefined) return failed(`${name}: -c: option requires an argument`, 2);
      return { type: 'child', process: { ...process, config: { line: rest[1], cwd, variables } } };
    }
    if (rest[0] === undefined) return { type: 'child', process: { ...process, config: { isInner: true, cwd, variables } }, reads: 'terminal' };
    const text = context.files.text(pathOf(context, rest[0]));
    return text === undefined ? failed(`${name}: ${rest[0]}: No such file or directory`, 127) : { type: 'child', process: { ...process, config: { line: text, cwd, variables } } };
  },
});

export const bash = shell('bash');
export const sh = shell('sh');
